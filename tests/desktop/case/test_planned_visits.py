"""Planned visits on the pages: listed beside the promised ones, moved, given to somebody, dropped, done."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.pages.today import TodayLine
from desktop.widgets.plan_panel import PlanPanel
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry
from models.records.visit import PlanEntry, VisitEntry
from tests.conftest import OFFICE
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle

DUE = date(2026, 11, 23)


@pytest.fixture
def other(book) -> str:
    """A household that nobody promised anything."""
    dwelling = DwellingEntry(community_code=OFFICE.code, street_line="鞍山道12号", building="4", unit="1", door="101")
    alone = MemberEntry(resident=ResidentEntry(name="赵明", sex="1"), also_registered_here=False)
    return book.households.register(HouseholdEntry(dwelling=dwelling, members=(alone,), kinds=("living",))).id


@pytest.fixture
def plans(book, family, other) -> tuple[str, ...]:
    """One for the family about meals, one for the other household by hand, one far away."""
    return book.planning.plan(
        [
            PlanEntry(
                household_id=family.household,
                resident_id=family.grandmother,
                due_on=DUE,
                source="calendar",
                service_id="S52",
                reason="满80周岁",
            ),
            PlanEntry(household_id=other, due_on=date(2026, 11, 21), reason="送米面", assignee="王芳"),
            PlanEntry(household_id=other, due_on=date(2027, 3, 1), source="screening", service_id="S50"),
        ]
    ).ids


def panel_of(page, place: int) -> PlanPanel:
    button = [b for b in page.findChildren(QPushButton) if b.accessibleName().startswith("调整") and b.isVisible()][
        place
    ]
    button.click()
    settle(page.shell)
    return [panel for panel in page.findChildren(PlanPanel) if panel.isVisible()][-1]


def test_promised_and_planned_visits_stand_in_one_list(in_both_languages, plans, show, other, family):
    page = show("visits")
    assert [row.visit.household_id for row in page.rows] == [family.household, other]
    words = said(page)
    assert "看扶手" in words
    assert "满80周岁" in words
    assert "送米面" in words
    assert "王芳" in words


def test_a_plan_is_moved_with_one_press_and_taken_back(window_of_case, plans, show, other):
    page = show("visits")
    panel = panel_of(page, 1)
    assert "送米面" in said(panel)
    press(panel, "下个工作日")
    settle(page.shell)
    planning = page.casebook.planning
    assert {plan.due for plan in planning.of_household(other)} == {DUE, date(2027, 3, 1)}
    page.shell.undo()
    settle(page.shell)
    assert {plan.due for plan in planning.of_household(other)} == {date(2026, 11, 21), date(2027, 3, 1)}


def test_a_plan_is_moved_to_a_day_that_is_typed(window_of_case, plans, show, other):
    page = show("visits")
    panel = panel_of(page, 1)
    assert not panel.move_button.isEnabled()
    QTest.keyClicks(panel.day.line, "2026-12-3")
    QTest.keyClick(panel.day.line, Qt.Key.Key_Return)
    settle(page.shell)
    assert date(2026, 12, 3) in {plan.due for plan in page.casebook.planning.of_household(other)}


def test_who_goes_is_said_and_the_list_shows_only_theirs(window_of_case, plans, show, other, family):
    page = show("visits")
    panel = panel_of(page, 0)
    panel.who.setCurrentText("李娜")
    press(panel, "定下谁去")
    settle(page.shell)
    (plan,) = page.casebook.planning.of_household(family.household)
    assert plan.assignee == "李娜"
    page.who.setCurrentIndex(page.who.findData("李娜"))
    assert [row.visit.household_id for row in page.rows] == [family.household]
    page.who.setCurrentIndex(page.who.findData(""))
    assert page.rows == []


def test_nobody_needs_to_go_any_more_and_it_can_be_taken_back(window_of_case, plans, show, other):
    page = show("visits")
    press(panel_of(page, 1), "不用去了")
    settle(page.shell)
    assert [row.visit.household_id for row in page.rows if row.visit.household_id == other] == []
    page.shell.undo()
    settle(page.shell)
    assert other in [row.visit.household_id for row in page.rows]


def test_what_is_planned_for_later_is_shown_when_asked_for(book, family, window_of_case, show):
    book.planning.plan([PlanEntry(household_id=family.registered, due_on=date(2027, 3, 1), reason="年检")])
    page = show("visits")
    assert "年检" not in said(page)
    press(page, "再往后还有1户")
    settle(page.shell)
    assert "年检" in said(page)


def test_today_lists_planned_visits_and_changes_them(window_of_case, plans, show, other):
    page = show("today")
    line = next(one for one in page.findChildren(TodayLine) if "送米面" in one.button.accessibleName())
    assert "王芳去" in line.button.accessibleName()
    press(panel_of(page, 0), "一周后")
    settle(page.shell)
    assert date(2026, 11, 30) in {plan.due for plan in page.casebook.planning.of_household(other)}
    assert not [
        one for one in page.findChildren(TodayLine) if one.isVisible() and "送米面" in one.button.accessibleName()
    ]


def test_a_visit_page_says_what_is_planned_and_that_it_is_done(window_of_case, plans, show, family):
    page = show("visit", household_id=family.household)
    assert "老年人助餐服务" in said(page)
    assert "满80周岁" in said(page)
    entry = VisitEntry(
        household_id=family.household, outcome="met", met=(family.grandmother,), happened_on=date(2026, 11, 22)
    )
    made = page.casebook.visits.record(entry)
    page.saved(made)
    settle(page.shell)
    assert "同时完成1项走访计划" in page.shell.area.undo_bar.sentence.text()


def test_under_a_result_stands_what_a_grant_would_open(window_of_case, family, show, book):
    from models.records.fact import FactEntry

    poor = [FactEntry(name="income_per_capita_month", value=400), FactEntry(name="assets_within_rules", value=True)]
    book.facts.record("household", family.household, poor)
    page = show("eligibility", household_id=family.household)
    page.show_person("")
    settle(page.shell)
    cards = [card for card in page.cards.values() if card.follows is not None]
    assert [card.result.service_id for card in cards] == ["S60"]
    (card,) = cards
    assert card.follows.label.text().startswith("▸ 如果获批，还可以申请：")
    assert not card.follows.place.isVisible()
    QTest.mouseClick(card.follows.link, Qt.MouseButton.LeftButton)
    assert card.follows.place.isVisible()
    words = said(card.follows)
    assert "只是推算" in words
    assert "王秀英" in words
    counted = [key for key in page.cards if key[0] == "S63"]
    assert not counted, "what would follow is no result"


def test_a_visit_that_another_desk_has_just_moved_is_not_dropped_unseen(window_of_case, plans, show, other):
    page = show("visits")
    panel = panel_of(page, 1)
    planning = page.casebook.planning
    planning.move([plans[1]], date(2026, 12, 1))  # the page has not heard of it
    press(panel, "不用去了")
    settle(page.shell)
    assert "别人已经改过" in page.shell.area.banners.banner.sentence.text()
    assert {plan.due: plan.status for plan in planning.of_household(other)}[date(2026, 12, 1)] == "open"
