"""A registration interrupted half-way: by a change of looks, by a lock, by something more urgent. Nothing is lost."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop.hands import answer, settle, type_text
from tests.conftest import PASSPHRASE
from tests.flows.hands import new_registration, save_registration, sign_in, type_person

FIRST = {"name": "赵海生", "sex": "1", "birth_date": "1950-3-8", "phones": "13802200117", "hukou_tianjin": "no"}
SECOND = {"relation": "1", "name": "钱玉兰", "birth_date": "一九五二年", "income_month": "两千多", "note": "话没说"}


@pytest.fixture
def half(shell):
    """Two people half typed, some of it not readable yet; the page shows the second."""
    page = new_registration(shell)
    type_person(shell, page, FIRST)
    page.another()
    settle(shell, 0.05)
    type_person(shell, page, SECOND)
    answer(page.board.home.rows["dibao"], "yes")
    return page


def shown(page) -> dict:
    """What the widgets hold and where one is."""
    page._collect()
    return {key: value for key, value in page.case.body().items() if key not in ("stage", "topic")}


@pytest.mark.parametrize(
    "changes",
    [
        ["language", "language"],
        ["theme", "theme", "theme"],
        ["larger", "smaller"],
        ["touch", "touch"],
        ["language", "theme", "touch"],
    ],
    ids="-".join,
)
def test_a_change_of_looks_keeps_every_character(shell, half, changes):
    typed = shown(half)
    for change in changes:
        shell.actions_by_name[change].trigger()
        settle(shell, 0.05)
        assert shell.page.name == "register"
        assert shown(shell.page) == typed, change
    assert shell.page is not half, "the page was made anew"
    assert shell.page.board.person.rows["birth_date"].answer() == "一九五二年"
    assert len(shell.casebook.drafts.all()) == 1


def test_a_locked_registration_is_offered_after_signing_in(shell, half, qtbot):
    typed = shown(half)
    QTest.keyClick(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    settle(shell)
    assert shell.is_locked
    assert "赵海生" not in str([widget.text() for widget in shell.findChildren(QAbstractButton)])
    sign_in(shell, PASSPHRASE)
    settle(shell)
    assert shell.page.name == "today"
    offered = [
        each for each in shell.page.findChildren(QAbstractButton) if "赵海生" in each.accessibleName() + each.text()
    ]
    opener = next(each for each in offered if "丢弃" not in each.accessibleName())
    opener.click()
    settle(shell)
    assert shell.page.name == "register"
    assert shown(shell.page) == typed


def test_something_urgent_comes_in_between_and_the_registration_goes_on(shell, half):
    typed = shown(half)
    known = shell.casebook.residents.ids()
    urgent = new_registration(shell)
    assert shown(urgent) != typed
    type_person(shell, urgent, {"name": "急诊甲"})
    save_registration(shell, urgent)
    assert len(shell.casebook.residents.ids()) == len(known) + 1
    (draft,) = shell.casebook.drafts.all()
    shell.go("register", draft_id=draft.id)
    settle(shell)
    page = shell.page
    assert shown(page) == typed
    for question, said in (("birth_date", "1952-6-1"), ("income_month", "2300")):
        line = page.board.person.rows[question].field
        line = getattr(line, "inner", line).first_focus()
        line.clear()
        type_text(line, said)
    household = save_registration(shell, page)
    settle(shell)
    assert {m.resident.name for m in shell.casebook.households.get(household).members} == {"赵海生", "钱玉兰"}
    assert shell.casebook.drafts.all() == []


def test_closing_the_window_keeps_what_was_typed_a_moment_ago(shell, half, clock):
    from models.casebook import Casebook

    type_text(half.board.person.rows["former_name"].field.first_focus(), "钱小兰")
    typed = shown(half)
    shell.close()
    book = Casebook.open(shell.folder, PASSPHRASE, clock=clock)
    (draft,) = book.drafts.all()
    book.close()
    assert {key: draft.body[key] for key in typed} == typed


def test_what_another_window_of_work_saves_does_not_disturb_the_typing(shell, half):
    typed, casebook = shown(half), shell.casebook
    entry = casebook.residents.entry_of(casebook.residents.ids()[0])
    shell.tasks.run(lambda: casebook.residents.register(entry))
    settle(shell)
    assert shell.page is half
    assert shown(half) == typed


def test_every_answer_can_still_be_changed_after_going_on_with_a_draft(shell, half):
    shell.go("today")
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    shell.go("register", draft_id=draft.id)
    settle(shell)
    page = shell.page
    lines = page.board.where.rows["address"].field.lines
    lines["door"].clear()
    type_text(lines["door"], "602")
    page.board.home.rows["dibao"].field.pick("no")
    page.board.home.rows["low_income"].field.pick("yes")
    page.edit(0)
    type_text(page.board.person.rows["former_name"].field.first_focus(), "赵小海")
    page._collect()
    answers = page.case.household_answers()
    assert answers["address"]["door"] == "602"
    assert (answers["dibao"], answers["low_income"]) == ("no", "yes")
    assert answers["people"][0]["former_name"] == "赵小海"
    page.keeper.flush()
    settle(shell)
    assert shell.casebook.drafts.get(draft.id).body["answers"]["address"]["door"] == "602"


def test_who_types_at_once_still_gets_the_usual_community_and_keeps_the_cursor(shell):
    shell.go("register")
    page = shell.page
    name = page.board.person.rows["name"].field.line
    type_text(name, "赵海生")
    settle(shell)
    assert page.case.answers["address"]["community_code"] == shell.casebook.office.code
    assert shell.focusWidget() is name
