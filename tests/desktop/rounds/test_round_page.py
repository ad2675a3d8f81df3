"""Walking: one tap a door, what is due, taking back, coming again, the list, and back from the form of a visit."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop.hands import button_named, save_paper
from desktop.pages.draft_keeper import WAIT
from models.records.visit import VisitEntry
from tests.desktop.conftest import settle, type_text

MONDAY = date(2026, 11, 23)


def key(shell, code, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(shell.focusWidget() or shell, code, modifiers)
    settle(shell)


def door(page):
    return page.stop.number


def visits_of(shell, home):
    return shell.casebook.visits.of_household(home.id)


def test_the_first_door_stands_in_big_letters_with_people_and_all_that_is_due(shell, walking):
    card = walking.card
    assert (card.street.text(), card.door.text()) == ("鞍山道12号", "3号楼2单元101")
    assert len(card.people._buttons) == 2
    assert [row.line.kind for row in card.rows] == ["promise", "plan", "need"]
    assert "看扶手" in card.rows[0].label.text()
    assert card.due_title.text() == "这户还有3件事"
    assert walking.progress.text() == "第1户，共10户  ·  已走0/10户，见到0户"
    assert walking.doors.count() == 10
    assert walking.title() == "三号楼"


def test_an_outcome_is_one_key_and_the_next_door_comes_by_itself(shell, stairs, walking):
    key(shell, Qt.Key.Key_Right)
    assert door(walking) == "102"
    key(shell, Qt.Key.Key_2)
    assert door(walking) == "201", "nothing is left to do at 102"
    (visit,) = visits_of(shell, stairs["102"])
    assert visit.outcome == "nobody_home"
    stop = walking.view.stops[1]
    assert (stop.retry_on, stop.retry_part) == (MONDAY, "evening")
    key(shell, Qt.Key.Key_1)
    assert door(walking) == "202"
    assert visits_of(shell, stairs["201"])[0].met == ("欧阳慧",)
    assert walking.view.row.gone == 2
    assert "见到1户" in walking.progress.text()


def test_one_tap_on_a_button_does_the_same(shell, stairs, walking):
    walking.go_next()
    walking.outcome_buttons["refused"].click()
    settle(shell)
    assert [visit.outcome for visit in visits_of(shell, stairs["102"])] == ["refused"]


def test_where_something_is_due_one_stays_after_meeting_somebody_and_ticks_it(shell, stairs, walking):
    walking.card.people.pick(stairs["101"].ids[1])
    key(shell, Qt.Key.Key_1)
    assert door(walking) == "101"
    assert visits_of(shell, stairs["101"])[0].met == ("刘梅",)
    assert [row.line.kind for row in walking.card.rows] == ["need"], "the visit has kept promise and plan"
    walking.card.rows[0].tick.click()
    settle(shell)
    assert walking.card.due_box.isHidden()
    assert shell.casebook.visits.open_needs() == []
    shell.undo()
    settle(shell)
    assert len(shell.casebook.visits.open_needs()) == 1
    walking.card.setFocus()
    key(shell, Qt.Key.Key_Space)
    assert door(walking) == "102"


def test_nobody_at_home_with_something_due_goes_on_since_nothing_can_be_done(shell, walking):
    key(shell, Qt.Key.Key_2)
    assert door(walking) == "102"


def test_a_tap_can_be_undone_and_one_is_back_at_the_door(shell, stairs, walking):
    walking.go_next()
    walking.record("met")
    settle(shell)
    assert door(walking) == "201"
    shell.undo()
    settle(shell)
    assert door(walking) == "102"
    assert walking.stop.status == "waiting"
    assert visits_of(shell, stairs["102"]) == []


def test_a_wrong_tap_is_replaced_by_the_right_one(shell, stairs, walking):
    walking.go_next()
    walking.record("refused")
    settle(shell)
    walking.go_before()
    walking.record("met")
    settle(shell)
    assert [visit.outcome for visit in visits_of(shell, stairs["102"])] == ["met"]
    assert len(walking.view.stops[1].tries) == 1


def test_what_was_said_is_taken_back_from_the_menu_long_after(shell, stairs, walking):
    walking.go_next()
    walking.record("refused")
    settle(shell)
    walking.go_before()
    walking.menu_actions["back"].trigger()
    settle(shell)
    assert visits_of(shell, stairs["102"]) == []
    assert walking.view.row.gone == 0


def test_coming_again_is_put_on_another_time_or_given_up(shell, walking):
    walking.go_next()
    walking.record("nobody_home")
    settle(shell)
    walking.go_before()
    assert door(walking) == "102"
    assert not walking.card.retry_box.isHidden()
    button_named(walking, "11月28日 周末").click()
    settle(shell)
    assert (walking.stop.retry_on, walking.stop.retry_part) == (date(2026, 11, 28), "weekend")
    button_named(walking, "不再去").click()
    settle(shell)
    assert walking.stop.retry_on is None
    walking.card.other_day.line.setText("2026-12-2")
    walking.card.other_day.entered.emit()
    settle(shell)
    assert walking.stop.retry_on == date(2026, 12, 2)


def test_who_moved_away_leads_to_the_page_of_the_household_that_left(shell, stairs, walking):
    walking.go_next()
    walking.record("moved_away")
    settle(shell)
    assert door(walking) == "102"
    button_named(walking, "办理整户离开").click()
    settle(shell)
    assert shell.page.name == "change"
    assert shell.page.where["household_id"] == stairs["102"].id


def test_the_form_of_a_visit_comes_back_to_the_door_and_marks_it(shell, stairs, walking):
    walking.go_next()
    walking.visit_form()
    settle(shell)
    assert shell.page.name == "visit"
    shell.page.view.rows["outcome"].field.pick("refused")
    settle(shell)
    shell.page.save()
    settle(shell)
    assert shell.page.name == "round"
    assert door(shell.page) == "102"
    assert shell.page.stop.status == "refused"


def test_a_visit_recorded_elsewhere_marks_the_door_that_is_shown(shell, stairs, walking):
    entry = VisitEntry(household_id=stairs["101"].id, outcome="nobody_home", happened_on=date(2026, 11, 22))
    shell.tasks.run(lambda: shell.casebook.visits.record(entry))
    settle(shell)
    assert walking.stop.status == "nobody_home"
    assert walking.view.row.gone == 1


def test_a_note_that_is_typed_survives_and_belongs_to_its_door(shell, walking, planned, qtbot):
    walking.card.note.setFocus()
    type_text(walking.card.note, "门铃坏了")
    qtbot.wait(WAIT + 100)
    settle(shell)
    (draft,) = [one for one in shell.casebook.drafts.all() if one.form == "round"]
    assert draft.body["note"] == "门铃坏了"
    shell.lock()
    settle(shell)
    from models.casebook import Casebook
    from tests.conftest import PASSPHRASE

    shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=shell.clock))
    shell.go("round", round_id=planned)
    settle(shell)
    page = shell.page
    assert page.card.note.text() == "门铃坏了"
    page.go_next()
    settle(shell)
    assert page.card.note.text() == ""
    assert page.view.stops[0].note == "门铃坏了"
    assert [one for one in shell.casebook.drafts.all() if one.form == "round"] == []


def test_digits_in_a_note_are_no_outcomes(shell, stairs, walking):
    walking.card.note.setFocus()
    QTest.keyClicks(walking.card.note, "2 1")
    settle(shell)
    assert walking.card.note.text() == "2 1"
    assert door(walking) == "101"
    assert len(visits_of(shell, stairs["101"])) == 1


def test_a_door_is_jumped_to_left_out_added_and_moved(shell, walking):
    key(shell, Qt.Key.Key_J)
    assert shell.focusWidget() is walking.doors
    walking.doors.setCurrentRow(4)
    key(shell, Qt.Key.Key_Return)
    assert door(walking) == "301"
    walking.menu_actions["skip"].trigger()
    settle(shell)
    assert walking.view.row.total == 9
    assert door(walking) == "302"
    walking.menu_actions["add"].trigger()
    settle(shell)
    walking.dialog.go.click()
    assert not walking.dialog.wrong.isHidden()
    walking.dialog.lines["door"].setText("303")
    walking.dialog.go.click()
    settle(shell)
    assert [stop.number for stop in walking.view.stops][4:8] == ["301", "302", "303", "401"]
    walking.doors.moved.emit(walking.view.stops[0].id, 1)
    settle(shell)
    assert [stop.number for stop in walking.view.stops][:2] == ["102", "101"]
    walking.doors.chosen.emit(walking.view.stops[4].id)
    button_named(walking, "还是要走").click()
    settle(shell)
    assert walking.stop.status == "waiting"


def test_a_door_at_which_nobody_is_registered_offers_to_register(shell, walking):
    from models.records.household import DwellingEntry
    from tests.desktop.rounds.conftest import STAIRS

    shell.casebook.rounds.add_door(walking.view.row.id, dwelling=DwellingEntry(**STAIRS, door="100"))
    walking.reload()
    settle(shell)
    walking.show_stop(walking.view.stops[0].id)
    assert walking.card.last.text() == "这里没有登记住户"
    walking.record("met")
    settle(shell)
    assert door(walking) == "100", "who lives there is not known yet"
    button_named(walking, "登记住户").click()
    settle(shell)
    assert shell.page.name == "register"


def test_the_round_ends_and_what_is_open_is_planned(shell, walking):
    walking.record("nobody_home")
    settle(shell)
    walking.menu_actions["finish"].trigger()
    settle(shell)
    assert shell.page.name == "rounds"
    assert len(shell.casebook.planning.open()) == 11, "ten doors, and what was planned before"
    shell.undo()
    settle(shell)
    assert len(shell.casebook.planning.open()) == 1
    assert len(shell.casebook.rounds.open()) == 1


def test_after_the_last_door_the_worker_is_told(shell, walking):
    for stop in walking.view.stops[:-1]:
        shell.casebook.rounds.skip(stop.id)
    walking.show_stop(walking.view.stops[-1].id)
    walking.record("met")
    settle(shell)
    assert any("都走到了" in label.text() for label in shell.area.banners.findChildren(QLabel))
    assert walking.view.next_after() is None


def test_the_paper_is_seen_saved_and_its_saving_is_journalled(shell, walking, tmp_path):
    walking.show_paper()
    settle(shell)
    preview = walking.preview
    assert preview.preview.page_count() == 1
    whole = preview.preview.pdf
    preview.family_names.click()
    settle(shell)
    assert preview.preview.pdf != whole
    save_paper(shell, preview.save_button, tmp_path / "round.pdf")
    settle(shell)
    (file,) = tmp_path.glob("*.pdf")
    assert file.read_bytes() == preview.preview.pdf
    preview.back_button.click()
    assert walking.stack.currentWidget() is walking.walking


@pytest.mark.parametrize("family_names", [False, True])
def test_the_paper_names_people_by_number_and_no_telephone_beside_family_names(shell, walking, family_names):
    from desktop.round_paper import round_sheet

    sheet = round_sheet(walking.view, office="社区", on=MONDAY, papers={}, family_names=family_names)
    first = sheet.lines[0]
    names = [person.name for person in first.people]
    assert names == (["李某", "刘某"] if family_names else ["李建国", "刘梅"])
    assert ("…1000" in first.people[0].about) is not family_names
    assert sheet.lines[2].people[0].name == ("欧阳某" if family_names else "欧阳慧")
    assert sheet.lines[4].people[0].name == ("买…" if family_names else "买买提·吐尔逊江")
    assert any("送告知单" in words for words in first.due)
    assert not any("李建国" in words for words in first.due) or not family_names


@pytest.mark.parametrize(("scale", "touch"), [(100, False), (200, False), (100, True), (150, True)])
def test_every_outcome_is_in_sight_in_the_smallest_window_whatever_the_size_of_letters(shell, planned, scale, touch):
    shell.resize(1024, 600)
    shell.state.scale, shell.state.touch = scale, touch
    shell.redress()
    shell.go("round", round_id=planned)
    settle(shell)
    page = shell.page
    assert page.minimumSizeHint().width() <= shell.width()
    for made in page.outcome_buttons.values():
        assert made.isVisible()
        place = made.mapTo(shell, made.rect().bottomRight())
        assert place.x() <= shell.width()
        assert place.y() <= shell.height()
        assert made.height() >= 48


def test_without_a_round_of_today_the_page_leads_to_the_list(shell):
    shell.go("round")
    settle(shell)
    assert shell.page.stack.currentWidget() is shell.page.nothing
    shell.page.nothing.button.click()
    settle(shell)
    assert shell.page.name == "rounds"


def test_a_door_at_which_somebody_else_has_just_been_is_shown_as_it_is_now(shell, walking):
    stop = walking.stop
    shell.casebook.rounds.record(stop.id, "refused", "morning", date(2026, 11, 22))  # the page has not heard of it
    type_text(walking.card.note, "门上贴了条")
    walking.record("nobody_home")
    settle(shell)
    assert "别人已经改过" in shell.area.banners.banner.sentence.text()
    assert [one.outcome for one in walking.stop.tries] == ["refused"]
    assert (walking.stop.id, walking.card.note.text()) == (stop.id, "门上贴了条")
