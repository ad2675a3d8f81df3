"""Every kind of paper is made anew from its record alone, and is what its page shows."""

from datetime import date

import pytest

from desktop import paper_kinds
from desktop.paper_kinds import KINDS, PaperItem, PaperKind
from models.errors import NotFound
from models.records.casework import CasePlanEntry
from models.records.rounds import RoundEntry
from models.texts import _
from tests.desktop.conftest import settle

TODAY = date(2026, 11, 22)


def made(shell, item: PaperItem) -> bytes:
    return paper_kinds.make(shell.casebook, item.paper, item.subject_id, item.argument, again=False)


def test_a_round_is_made_again_as_it_was_shown(shell):
    book = shell.casebook
    home = book.households.of_resident(book.residents.ids()[0])[0].id
    walked = book.rounds.plan(RoundEntry(name="一轮", scope="list", starts_on=TODAY, household_ids=(home,)))
    shell.go("round", round_id=walked.id)
    settle(shell)
    shell.page.show_paper()
    settle(shell)
    preview = shell.page.preview
    preview.family_names.click()
    settle(shell)
    item = preview._paper()
    assert item.argument == {"family_names": True, "only_open": False}
    assert made(shell, item) == preview.preview.pdf


def test_a_handover_is_made_again_as_it_was_shown(shell):
    book = shell.casebook
    home = book.households.of_resident(book.residents.ids()[0])[0].id
    offer = book.care.offer("周敏", "王芳", [home]).id
    shell.go("handover", handover_id=offer)
    settle(shell)
    shell.page.print_button.click()
    settle(shell)
    item = shell.page._shown_paper()
    assert made(shell, item) == shell.page.preview.pdf != b""


def test_a_plan_is_made_again_as_it_was_shown(shell):
    from desktop.pages.plans_paper import PlanPaper

    book = shell.casebook
    person = book.residents.ids()[0]
    home = book.households.of_resident(person)[0].id
    plan = book.plans.open(CasePlanEntry(household_id=home, resident_id=person, title="防跌倒", opened_on=TODAY)).id
    shell.go("plans", resident_id=person)
    settle(shell)
    shell.page.act("print", plan, None)
    settle(shell)
    paper = shell.findChild(PlanPaper)
    assert made(shell, PaperItem("case_plan", plan)) == paper.preview.pdf != b""


def test_a_consent_form_is_made_again_with_the_names_of_those_it_was_shown_for(shell):
    book = shell.casebook
    home = book.households.of_resident(book.residents.ids()[0])[0].id
    shell.go("rights", household_id=home)
    settle(shell)
    shell.page.buttons["paper"].click()
    settle(shell)
    paper = shell.page.paper
    item = paper._paper()
    assert (item.subject_id, item.wish().subject_kind) == (home, "household")
    assert made(shell, item) == paper.preview.pdf != b""
    paper.language_field.pick("en")
    paper.with_names.setChecked(False)
    settle(shell)
    item = paper._paper()
    assert item.argument["resident_ids"] == []
    assert made(shell, item) == paper.preview.pdf


def test_what_is_held_about_somebody_is_made_from_the_records(shell):
    person = shell.casebook.residents.ids()[0]
    assert made(shell, PaperItem("held_data", person)).startswith(b"%PDF")


@pytest.mark.parametrize("paper", ["letter", "round_list", "handover", "case_plan"])
def test_a_paper_of_nothing_is_not_made(shell, paper):
    with pytest.raises(NotFound):
        made(shell, PaperItem(paper, "nothing"))


def test_every_kind_has_its_name_in_chinese_and_says_what_the_journal_calls_its_record():
    from models import texts

    texts.set_language("zh_CN")
    for paper, kind in KINDS.items():
        assert _(kind.title) != kind.title, paper
        assert kind.subject
        assert paper_kinds.title_of(paper) == _(kind.title)
    assert paper_kinds.title_of("gone_from_a_newer_program") == "文书"


def test_a_kind_that_is_added_can_be_printed(shell):
    paper_kinds.add("slip", PaperKind("Slip", "slip", lambda _book, one, _more: one, lambda value: value.encode()))
    try:
        assert made(shell, PaperItem("slip", "%PDF")) == b"%PDF"
        assert PaperItem("slip", "1", label="2").wish().subject_kind == "slip"
    finally:
        del KINDS["slip"]
