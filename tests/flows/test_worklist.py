"""A morning with the worklist, and households that go from one worker to another, through the screens."""

from datetime import date

import pytest

from desktop.hands import press, settle
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services.views import Worker

TODAY = date(2026, 11, 22)


@pytest.fixture
def homes(shell) -> list[str]:
    """Three households: an urgent need, an overdue promise, a planned visit; all in the care of 周敏."""
    found: list[str] = []
    for resident in shell.casebook.residents.ids():
        for home in shell.casebook.households.of_resident(resident)[:1]:
            if home.id not in found:
                found.append(home.id)
    first, second, third = found[:3]
    visits, plans = shell.casebook.visits, shell.casebook.planning
    needs = (NeedEntry(group="health", urgency="now", note="需要轮椅"),)
    told = {"outcome": "met", "met_other": "本人", "happened_on": date(2026, 11, 1)}
    visits.record(VisitEntry(household_id=first, needs=needs, **told))
    visits.record(VisitEntry(household_id=second, next_visit=date(2026, 11, 20), next_reason="送药", **told))
    plans.plan([PlanEntry(household_id=third, due_on=TODAY, reason="看扶手", assignee="周敏")])
    shell.casebook.care.assign(found[:3], "周敏")
    return found[:3]


def save_visit(shell) -> None:
    """Say on the visit form that the neighbour was met, and save."""
    household = shell.page.where["household_id"]
    entry = VisitEntry(household_id=household, outcome="met", met_other="邻居", happened_on=TODAY)
    changed = shell.casebook.visits.record(entry)
    shell.page.saved(changed)
    settle(shell)


def test_a_morning_walks_through_the_list_with_one_key(shell, homes):
    shell.actions_by_name["go_worklist"].trigger()
    settle(shell)
    page = shell.page
    press(page.mine_buttons["mine"])
    settle(shell)
    assert [item.household_id for item in page.shown.items] == homes
    for home in homes:
        shell.actions_by_name["next"].trigger()
        settle(shell)
        assert (shell.page.name, shell.page.where["household_id"]) == ("visit", home)
        save_visit(shell)
        assert shell.page.name == "household"
    shell.go("worklist")
    settle(shell)
    assert [item.kind for item in shell.page.shown.items] == ["need_now"], "the need stays until it is met"
    need = shell.casebook.visits.open_needs()[0]
    shell.casebook.visits.set_need(need.id, "met")
    shell.page.reload()
    settle(shell)
    assert shell.page.shown.total == 0


def test_households_go_from_one_worker_to_another_and_what_is_open_goes_along(shell, homes):
    shell.actions_by_name["go_worklist"].trigger()
    settle(shell)
    page = shell.page
    press(page.mine_buttons["mine"])
    settle(shell)
    page.lines.tick_all()
    page.menu_actions["hand_over"].trigger()
    settle(shell)
    page = shell.page
    assert page.name == "handover"
    assert page.cared_list.ticks.count == 3
    page.taker.setCurrentText("王芳")
    press(page.offer_button)
    settle(shell)
    press(page.print_button)
    settle(shell)
    assert page.preview.pdf.startswith(b"%PDF")

    shell.casebook.set_office(shell.casebook.office, Worker("王芳"))  # the colleague signs in
    shell.go("today")
    shell.go("handover")
    settle(shell)
    assert page.accept_button.isEnabled()
    place = next(at for at, one in enumerate(page.shown.households) if one.household_id == homes[1])
    page.handed_list.tick(place, place, False)
    press(page.accept_button)
    settle(shell)

    care = shell.casebook.care
    assert {one.household_id for one in care.households_of("王芳")} == {homes[0], homes[2]}
    assert [one.household_id for one in care.households_of("周敏")] == [homes[1]]
    (plan,) = shell.casebook.planning.of_household(homes[2])
    assert plan.assignee == "王芳"
    shell.go("worklist")
    settle(shell)
    press(shell.page.mine_buttons["mine"])
    settle(shell)
    assert {item.household_id for item in shell.page.shown.items} == {homes[0], homes[2]}
