"""The worklist in the window: filters, what to do, F8, colleagues and files, on a real casebook."""

from datetime import date

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit
from sqlalchemy import select

from desktop import worklist_queue
from desktop import worklist_words as words_of
from desktop.widgets.work_list import wrapped
from models.records.audit import Audit
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import PhoneEntry, ResidentEntry
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.store.rows import table_of
from tests.conftest import OFFICE
from tests.desktop.conftest import settle
from tests.reports.sheets import table, unlocked

TODAY = date(2026, 11, 22)


@pytest.fixture
def urgent(shell) -> str:
    """A household with an urgent need, an overdue promise, and a telephone."""
    member = MemberEntry(
        resident=ResidentEntry(
            name="耿玉兰", sex="2", birth_date=date(1940, 12, 5), phones=(PhoneEntry(number="13820004471"),)
        ),
        relation="0",
    )
    dwelling = DwellingEntry(community_code=OFFICE.code, street_line="鞍山道90号", building="1", unit="1", door="101")
    home = shell.casebook.households.register(HouseholdEntry(dwelling=dwelling, members=(member,), kinds=("living",)))
    entry = VisitEntry(
        household_id=home.id,
        outcome="met",
        met=home.ids,
        happened_on=date(2026, 11, 1),
        next_visit=date(2026, 11, 20),
        next_reason="送药",
        needs=(NeedEntry(group="health", urgency="now", resident_id=home.ids[0], note="需要轮椅"),),
    )
    shell.casebook.visits.record(entry)
    return home.id


@pytest.fixture
def page(shell, urgent, show):
    made = show("worklist")
    settle(shell)
    return made


def rows(page):
    return [page.lines.rows.row(place) for place in range(page.lines.rows.rowCount())]


def words(widget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_the_most_urgent_household_stands_first_with_all_its_reasons(page, urgent):
    first = rows(page)[0]
    assert first.household_id == urgent
    tile = words_of.tile_of(first)
    assert tile.name == "耿玉兰"
    assert ("过期 2 天", "danger") in tile.tags
    assert "4471" in tile.right_below
    told = words_of.reasons_words(first)
    assert "紧急需求" in told
    assert "约定2026-11-20走访：送药" in told


def test_the_register_is_looked_through_when_the_page_is_first_opened(page):
    assert page.shown.whole
    assert page.shown.kinds["unseen"] > 3
    assert f"共 {page.shown.total} 户待走访" in page.state_line.words.text()


def test_reasons_are_broken_into_lines_and_end_in_an_ellipsis(page):
    from desktop import theme

    long = "约定2026-11-20走访：送药；" * 12
    lines = wrapped(long, theme.font(10), 300)
    assert len(lines) == 2
    assert lines[0] in long
    assert lines[1].endswith("…")
    assert wrapped("送药", theme.font(10), 300) == ["送药"]


def test_a_chip_narrows_to_one_kind_and_is_kept_when_the_language_changes(page, shell):
    page.kind_buttons["need_now"].click()
    settle(shell)
    assert [row.names for row in rows(page)] == [("耿玉兰",)]
    page.order_buttons["walk"].click()
    settle(shell)
    shell.switch_language()
    settle(shell)
    again = shell.page
    assert again is not page
    assert again.wish.kinds == {"need_now"}
    assert again.wish.order == "walk"
    assert again.kind_buttons["need_now"].isChecked()
    assert "Urgent need since" in words_of.reasons_words(rows(again)[0])
    again.clear_filters()
    settle(shell)
    assert again.lines.rows.rowCount() == again.shown.total > 1


def test_mine_and_nobodys_are_told_apart(page, shell, urgent):
    page.mine_buttons["mine"].click()
    settle(shell)
    assert page.shown.total == 0
    assert page.stack.currentWidget() is page.nothing
    page.nothing.button.click()
    settle(shell)
    page.lines.go_to(0)
    page.card.assign_button.click()
    page.question.who.setCurrentText("周敏")
    page.question.go.click()
    settle(shell)
    page.mine_buttons["mine"].click()
    settle(shell)
    assert [row.household_id for row in rows(page)] == [urgent]
    shell.undo()
    settle(shell)
    assert page.casebook.care.of_household(urgent) == []


def test_the_card_says_every_reason_and_leads_to_the_visit(page, shell, urgent):
    page.lines.go_to(0)
    page.card._fill()
    told = words(page.card)
    assert "需要轮椅" in told
    assert "送药" in told
    page.card.visit.click()
    settle(shell)
    assert shell.page.name == "visit"
    assert shell.page.where == {"household_id": urgent}


def test_a_call_shows_the_number_and_is_journalled(page, shell, urgent):
    page.lines.go_to(0)
    page.card.call_button.click()
    settle(shell)
    page.card._fill()
    assert "+8613820004471" in words(page.card).replace(" ", "")
    with page.casebook._book.reading() as connection:
        actions = list(connection.execute(select(table_of(Audit).c.action)).scalars())
    assert "reveal" in actions


def test_what_is_put_off_leaves_the_list_until_its_day(page, shell, urgent):
    page.lines.go_to(0)
    page.card.put_off_button.click()
    dialog = page.question
    dialog.go.click()
    assert dialog.wrong.isVisibleTo(dialog), "a reason is wanted"
    dialog.findChildren(QLineEdit)
    dialog.reason.setText("住院")
    dialog.go.click()
    settle(shell)
    assert urgent not in {row.household_id for row in rows(page)}
    page.put_off_chip.click()
    settle(shell)
    (row,) = rows(page)
    assert row.put_off.reason == "住院"
    assert row.put_off.until == date(2026, 11, 29)
    page.card._fill()
    assert "住院" in words(page.card)
    page.card.put_back_button.click()
    settle(shell)
    assert page.shown.put_off == 0


def test_chosen_lines_become_a_round(page, shell, urgent, monkeypatch):
    went = []
    monkeypatch.setattr(shell, "go", lambda name, **where: went.append((name, where)))
    page.lines.tick(0, 1)
    page.round_button.click()
    settle(shell)
    ((name, where),) = went
    assert name == "rounds"
    assert where["household_ids"] == [row.household_id for row in rows(page)[:2]]
    page.menu_actions["hand_over"].trigger()
    settle(shell)
    assert went[1][0] == "handover"


def test_chosen_lines_become_planned_visits_with_their_reasons(page, shell, urgent):
    page.lines.tick(0, 0)
    page.menu_actions["plan"].trigger()
    settle(shell)
    page.dialog.go.click()
    settle(shell)
    (plan,) = page.casebook.planning.of_household(urgent)
    assert "需要轮椅" in plan.reason


def test_the_list_is_written_as_a_workbook_and_journalled(page, shell, urgent, tmp_path):
    page.choose_file = lambda _name, _kinds: tmp_path / "list.xlsx"
    page.lines.tick_all()
    page.menu_actions["export"].trigger()
    secret = page.dialog.protection.passphrase.text()
    page.dialog.go.click()
    settle(shell)
    _above, _heads, found = table(unlocked((tmp_path / "list.xlsx").read_bytes(), secret))
    flat = [str(cell) for row in found for cell in row]
    assert "耿玉兰" in flat
    assert any("紧急需求" in cell for cell in flat)
    with page.casebook._book.reading() as connection:
        journal = list(connection.execute(select(table_of(Audit).c.action, table_of(Audit).c.detail)))
    assert any(action == "export" and detail.startswith("lines=") for action, detail in journal)


def test_how_often_who_is_visited_is_set_on_the_page(page, shell):
    page.rhythm_button.click()
    settle(shell)
    dialog = page.question
    dialog.days["everybody"].setValue(0)
    dialog.go.click()
    settle(shell)
    assert {one.id: one.days for one in page.casebook.worklist.rhythm()}["everybody"] == 0
    assert all(row.kind != "unseen" or "其他住户" not in row.reasons[0].text for row in rows(page))


def test_a_rhythm_that_another_desk_set_meanwhile_is_asked_again_with_what_else_was_typed(page, shell):
    page.rhythm_button.click()
    settle(shell)
    book = page.casebook
    shown = {one.id: one.days for one in book.worklist.rhythm()}
    book.worklist.set_rhythm({"alone_80": 14}, shown)  # as another desk does
    page.question.days["alone_80"].setValue(7)
    page.question.days["everybody"].setValue(200)
    page.question.go.click()
    settle(shell)
    assert {one.id: one.days for one in book.worklist.rhythm()} == {**shown, "alone_80": 14}
    again = page.question
    assert again.isVisible()
    assert (again.days["alone_80"].value(), again.days["everybody"].value()) == (14, 200)
    again.days["alone_80"].setValue(7)
    again.go.click()
    settle(shell)
    assert {one.id: one.days for one in book.worklist.rhythm()} == {**shown, "alone_80": 7, "everybody": 200}


def test_f8_goes_from_visit_to_visit_through_the_list(page, shell, urgent):
    worklist_queue.begin_again(shell)
    listed = [row.household_id for row in rows(page)]
    for home in listed[:2]:
        shell.actions_by_name["next"].trigger()
        settle(shell)
        assert shell.page.name == "visit"
        assert shell.page.where == {"household_id": home}
    assert "下一户" in shell.area.undo_bar.sentence.text()


def test_f8_says_when_the_end_is_reached(page, shell, urgent):
    page.kind_buttons["need_now"].click()
    settle(shell)
    worklist_queue.begin_again(shell)
    shell.actions_by_name["next"].trigger()
    settle(shell)
    shell.actions_by_name["next"].trigger()
    settle(shell)
    assert shell.page.where == {"household_id": urgent}
    assert "最后一户" in " ".join(label.text() for label in shell.area.banners.findChildren(QLabel))


def test_a_visit_that_was_planned_takes_its_line_along_when_it_is_saved(page, shell, urgent):
    page.casebook.planning.plan([PlanEntry(household_id=urgent, due_on=TODAY, reason="看扶手")])
    page.reload()
    settle(shell)
    assert "planned" in {reason.kind for reason in rows(page)[0].reasons}
    page.casebook.visits.record(VisitEntry(household_id=urgent, outcome="met", met_other="本人", happened_on=TODAY))
    page.reload()
    settle(shell)
    assert {reason.kind for reason in rows(page)[0].reasons} == {"need_now"}


def test_the_low_window_keeps_the_list_and_hides_the_filters(page, shell):
    shell.resize(1024, 600)
    settle(shell)
    assert not page.filter_panel.isVisible()
    assert page.filter_button.isVisible()
    assert page.lines.viewport().height() >= 2 * page.lines.verticalHeader().defaultSectionSize()
    page.filter_button.click()
    assert page.filter_panel.isVisible()


@pytest.mark.parametrize("width", [1024, 1600])
def test_the_button_for_the_lines_chosen_says_what_it_is_for_at_every_width(page, shell, width):
    shell.resize(width, 800)
    settle(shell)
    assert page.more_button.text() == "对选中的户"
    assert page.round_button.isVisible()
    assert not page.menu_actions["round"].isVisible()


def test_large_letters_in_a_low_window_put_the_round_into_the_menu(page, shell, monkeypatch):
    shell.state.language, shell.state.touch, shell.state.scale = "en", True, 200
    shell.resize(1024, 600)
    shell.redress()
    settle(shell)
    low = shell.page
    low.lines.tick(0, 2)
    settle(shell)
    assert low.more_button.text() == "With those chosen"
    assert not low.round_button.isVisible()
    assert low.menu_actions["round"].isVisible()
    assert low.all_tick.y() == low.more_button.y()
    gone = []
    monkeypatch.setattr(shell, "go", lambda page, **where: gone.append((page, len(where["household_ids"]))))
    low.menu_actions["round"].trigger()
    settle(shell)
    assert gone == [("rounds", 3)]
