"""Handing households over in the window: giving, taking, paper."""

from datetime import date

import pytest
from sqlalchemy import select

from desktop.hands import save_paper
from models.records.audit import Audit
from models.records.visit import PlanEntry
from models.services.views import Worker
from models.store.rows import table_of
from tests.desktop.conftest import settle


@pytest.fixture
def homes(shell) -> list[str]:
    """Three households in the care of 周敏, with a visit of hers planned in the first."""
    found: list[str] = []
    for resident in shell.casebook.residents.ids():
        for home in shell.casebook.households.of_resident(resident)[:1]:
            if home.id not in found:
                found.append(home.id)
    shell.casebook.care.assign(found[:3], "周敏")
    shell.casebook.planning.plan(
        [PlanEntry(household_id=found[0], due_on=date(2026, 11, 25), reason="看扶手", assignee="周敏")]
    )
    return found[:3]


def sign_in_as(shell, name: str) -> None:
    shell.casebook.set_office(shell.casebook.office, Worker(name))


def test_ticked_households_are_offered_to_a_colleague(shell, homes, show):
    page = show("handover")
    assert [one.household_id for one in page.cared] != []
    assert {one.household_id for one in page.cared} == set(homes)
    assert not page.offer_button.isEnabled()
    page.cared_list.tick_all()
    assert not page.offer_button.isEnabled(), "nobody is named who takes them"
    page.taker.setCurrentText("王芳")
    assert page.offer_button.isEnabled()
    page.note.setText("休产假")
    page.offer_button.click()
    settle(shell)
    assert page.shown.note == "休产假"
    assert page.take_button.isChecked()
    assert {one.household_id for one in page.shown.households} == set(homes)
    assert "3 户" in page.summary.text()
    assert not page.accept_button.isEnabled(), "the other is to accept"
    assert page.withdraw_button.isVisible()
    shell.undo()
    settle(shell)
    assert shell.casebook.care.open() == []


def test_households_chosen_on_the_worklist_come_ticked(shell, homes, show):
    page = show("handover", household_ids=homes[:2])
    assert page.give_button.isChecked()
    assert page.cared_list.ticks.count == 2


def test_the_taker_accepts_household_by_household(shell, homes, show):
    offer = shell.casebook.care.offer("周敏", "王芳", homes).id
    sign_in_as(shell, "王芳")
    page = show("handover")
    assert page.shown.id == offer, "what is offered to whom is signed in is shown at once"
    assert page.accept_button.isEnabled()
    page.handed_list.tick(1, 1, False)
    assert page.accept_button.text() == "接收 2 户"
    page.answer.setText("一户不在我的网格")
    page.accept_button.click()
    settle(shell)
    done = shell.casebook.care.get(offer)
    assert (done.status, done.taken, done.answer_note) == ("accepted", 2, "一户不在我的网格")
    shell.undo()
    settle(shell)
    assert shell.casebook.care.get(offer).status == "offered"


def test_all_can_be_refused_and_an_offer_withdrawn(shell, homes, show):
    first = shell.casebook.care.offer("周敏", "王芳", homes[:1]).id
    page = show("handover", handover_id=first)
    page.withdraw_button.click()
    settle(shell)
    assert shell.casebook.care.get(first).status == "withdrawn"
    second = shell.casebook.care.offer("李强", "周敏", homes[:1]).id
    page = show("handover", handover_id=second)
    page.refuse_button.click()
    settle(shell)
    assert shell.casebook.care.get(second).status == "refused"


def test_the_signed_paper_can_be_written_down_by_whoever_is_signed_in(shell, homes, show):
    offer = shell.casebook.care.offer("李强", "王芳", homes[:1]).id
    page = show("handover", handover_id=offer)
    assert not page.accept_button.isEnabled()
    page.on_paper.click()
    assert page.accept_button.isEnabled()
    page.accept_button.click()
    settle(shell)
    assert shell.casebook.care.get(offer).status == "accepted"


def test_the_list_is_shown_saved_and_journalled(shell, homes, show, tmp_path):
    offer = shell.casebook.care.offer("周敏", "王芳", homes).id
    page = show("handover", handover_id=offer)
    page.print_button.click()
    settle(shell)
    assert page.stack.currentWidget() is page.paper_pane
    save_paper(shell, page.save_button, tmp_path / "list.pdf")
    settle(shell)
    assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF")
    with shell.casebook._book.reading() as connection:
        journal = list(connection.execute(select(table_of(Audit).c.action, table_of(Audit).c.subject_id)))
    assert ("export", offer) in [tuple(row) for row in journal]
    page.back_button.click()
    assert page.stack.currentWidget() is page.panes["take"]


def test_who_looks_after_nobody_is_shown_the_way_to_the_worklist(shell, show):
    page = show("handover")
    assert page.give_stack.currentWidget() is page.nobody
