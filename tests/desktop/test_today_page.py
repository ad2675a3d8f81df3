"""The today page: what waits, each line one click from being done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from desktop.pages.today import TodayLine
from models.records.resident import DocumentEntry, ResidentEntry
from models.records.visit import NeedEntry, VisitEntry
from models.texts import ngettext
from tests.desktop.conftest import settle
from tests.desktop.test_shell import notes  # noqa: F401


@pytest.fixture
def page(notes):  # noqa: F811
    """Two households promised a visit, a draft, an expiring paper and an urgent need."""
    casebook = notes.casebook
    resident = casebook.residents.ids()[0]
    household = casebook.households.of_resident(resident)[0]
    casebook.visits.record(
        VisitEntry(
            household_id=household.id,
            outcome="met",
            met=(resident,),
            happened_on=date(2026, 11, 1),
            next_visit=date(2026, 11, 20),
            next_reason="送药",
            needs=(NeedEntry(group="health", urgency="now", resident_id=resident, note="需要轮椅"),),
        )
    )
    casebook.drafts.save("resident", "1", "", "登记 王秀英", {"name": "王秀英"}, draft_id="d1")
    passport = DocumentEntry(kind="passport", number="E12345678", valid_until=date(2026, 12, 1))
    holder = casebook.residents.register(ResidentEntry(name="阿安", documents=(passport,))).id
    notes.go("today")
    settle(notes)
    notes.page.test = {"resident": resident, "household": household.id, "holder": holder}
    return notes.page


def line(page, words):
    found = [one for one in page.findChildren(TodayLine) if words in one.button.accessibleName() and one.isVisible()]
    assert len(found) == 1, [one.button.accessibleName() for one in page.findChildren(TodayLine)]
    return found[0]


def test_a_due_visit_says_how_late_it_is_and_opens_the_visit(page):
    due = line(page, "送药")
    assert "过期 2 天" in due.button.accessibleName()
    due.button.click()
    assert page.shell.page.name == "visit"
    assert page.shell.page.asked[-1] == ("open", {"household_id": page.test["household"]})


def test_a_draft_goes_on_where_it_was_left(page):
    line(page, "登记 王秀英").button.click()
    assert page.shell.page.name == "register"
    assert page.shell.page.asked[-1] == ("open", {"draft_id": "d1"})


def test_a_discarded_draft_can_be_brought_back(page):
    from PySide6.QtWidgets import QPushButton

    buttons = line(page, "登记 王秀英").findChildren(QPushButton)
    next(button for button in buttons if button.accessibleName().startswith("丢弃")).click()
    settle(page.shell)
    assert page.casebook.drafts.all() == [] or list(page.casebook.drafts.all()) == []
    page.shell.undo()
    settle(page.shell)
    kept = list(page.casebook.drafts.all())
    assert [(draft.title, dict(draft.body)) for draft in kept] == [("登记 王秀英", {"name": "王秀英"})]


def test_a_paper_that_runs_out_is_named_in_words(page):
    paper = line(page, "2026-12-01 到期")
    assert paper.button.accessibleName().startswith("阿安，")
    assert "护照" in paper.button.accessibleName()
    paper.button.click()
    assert page.shell.page.asked[-1] == ("open", {"resident_id": page.test["holder"]})


def test_an_open_need_is_listed_with_its_urgency(page):
    need = line(page, "需要轮椅")
    assert "紧急" in need.button.accessibleName()
    need.button.click()
    assert page.shell.page.name == "person"


def test_the_figures_are_those_of_the_casebook(page):
    from PySide6.QtWidgets import QLabel

    figures = [
        label.text() for label in page.findChildren(QLabel) if label.property("role") == "figure" and label.isVisible()
    ]
    today = page.casebook.today()
    assert figures == [
        f"{n:,}" for n in (today.residents, today.households, today.visits_this_month, today.waiting_changes)
    ]
    assert today.visits_this_month == 1


def test_the_day_is_written_in_full(page):
    assert page.day.text() == "2026年11月22日 星期日"
    page.shell.switch_language()
    settle(page.shell)
    assert page.shell.page.day.text() == "Sunday, 2026-11-22"


def test_nothing_to_do_says_so(shell):
    from desktop.widgets.empty_state import EmptyState

    assert shell.page.findChild(EmptyState).sentence.text() == "今天没有待办"


@pytest.mark.parametrize("width", [700, 1280])
def test_the_words_of_a_line_begin_at_its_left_and_the_button_fills_it(page, width):
    page.shell.resize(width, 760)
    settle(page.shell)
    due = line(page, "送药")
    assert due.button.x() == 0
    assert due.button.width() == due.width()
    draft = line(page, "登记 王秀英")
    assert draft.button.x() == 0


def test_of_thousands_that_wait_only_what_is_shown_is_made_and_the_rest_is_counted(page, monkeypatch):
    made = []
    monkeypatch.setattr(page, "_due", lambda visit, today: made.append(visit) or QWidget())
    today = page.casebook.today()
    late = replace(today.due[0], due=today.on - timedelta(days=1))
    page.show_today(replace(today, due=(late,) * 3000 + today.due), {})
    assert made == [late] * 8
    words = {label.text() for label in page.findChildren(QLabel)}
    total = 3000 + len(today.due)
    assert {f"{total:,}", ngettext("and {n} more", "and {n} more", 2).format(n=total - 8)} <= words
