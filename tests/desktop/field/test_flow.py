"""Going through a form: its questions listed, errors at any time, back to the check, swipes, going on by itself."""

from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop import commands
from desktop.widgets.command_palette import all_actions
from desktop.widgets.form_view import SEEN_MS
from desktop.widgets.jump_menu import ANSWERED, DOUBT, OPEN, PROBLEM, JumpMenu
from forms.definitions import load
from tests.desktop.conftest import settle
from tests.desktop.field.conftest import CONTROL, ENTER, open_page

DAY = date(2026, 11, 22)
F4, JUMP = Qt.Key.Key_F4, Qt.Key.Key_J


@pytest.fixture
def home(shell):
    reading = load("household").read(
        {
            "address": {"community_code": "120101001001", "street_line": "花园路1号", "door": "9"},
            "since": "2020-1-1",
            "people": [
                {"name": "赵桂芝", "sex": "2", "birth_date": "1945-3-8", "relation": "0", "hukou_tianjin": "yes"},
                {"name": "赵小军", "sex": "1", "birth_date": "1972-3-8", "relation": "2"},
            ],
        },
        DAY,
    )
    return shell.casebook.households.register(reading.entry)


def states(page):
    return {place.path: place.state for place in page.places()}


def menu(shell):
    return next(each for each in shell.findChildren(JumpMenu) if each.isVisible())


# The list of questions.


def test_every_question_is_listed_with_its_state(shell, qtbot, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    assert states(page)["outcome"] == OPEN, "what must be answered and is not yet is no problem before it is looked for"
    page.view.rows["outcome"].field.pick("nobody_home")
    page.view.rows["happened_on"].field.show_answer("2019-1-1")
    page.view.rows["next_visit"].field.show_answer("2026-13-40")
    found = states(page)
    assert found["outcome"] == ANSWERED
    assert found["happened_on"] == DOUBT
    assert found["next_visit"] == PROBLEM
    assert found["purpose"] == OPEN
    assert "met" not in found, "it is not asked"


def test_ctrl_j_lists_them_and_typing_initials_and_enter_leads_to_one(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    hands.press(JUMP, CONTROL)
    listed = menu(shell)
    assert listed.list.count() == len(page.places())
    QTest.keyClicks(listed.line, "zfsy")
    assert [choice.text.split("：")[-1] for choice in listed.list.choices()] == ["走访事由"]
    QTest.keyClick(listed.line, ENTER)
    settle(shell)
    assert hands.at is page.view.rows["purpose"].field.line


def test_the_list_of_a_registration_names_each_person(shell, qtbot):
    page = open_page(shell, qtbot, "register", name="赵海生")
    page._collect()
    page.case.add_person()
    page.case.person.answers["name"] = "李秀英"
    page.show_person()
    topics = {place.path: place.topic for place in page.places()}
    assert topics["people.0.name"].startswith("赵海生")
    assert topics["people.1.birth_date"].startswith("李秀英")
    page.go_to("people.0.name")
    assert page.case.at == 0


def test_the_list_and_the_errors_are_among_the_commands_of_the_page(shell, qtbot, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    keys = {action.shortcut().toString() for action in page.actions()}
    assert {"Ctrl+J", "F4"} <= keys
    assert [action for action in commands.matching("jccw", all_actions(shell)) if action in page.actions()]


# Errors at any time.


def test_f4_goes_to_the_first_problem_and_the_title_says_that_there_is_one(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    title = page.title()
    page.view.rows["next_visit"].field.show_answer("2026-13-40")
    hands.press(F4)
    assert list(page.summary.links) == ["outcome", "next_visit"]
    assert hands.at is page.summary
    assert page.heading.text() == f"错误：{title}"
    assert shell.windowTitle().startswith("错误：")
    assert page.summary.accessibleDescription().strip(), "a screen reader says them"
    page.view.rows["outcome"].field.pick("nobody_home")
    page.view.rows["next_visit"].field.show_answer("2026-12-1")
    hands.press(F4)
    assert page.summary.isHidden()
    assert page.heading.text() == title


def test_in_step_mode_f4_leads_to_the_topic_of_the_first_problem(touch, qtbot, home):
    page = open_page(touch, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("nobody_home")
    page.view.rows["next_visit"].field.show_answer("2026-13-40")
    page.check_for_errors()
    assert page.stage == page.view.topic_of("next_visit")
    assert list(page.summary.links) == ["next_visit"]


def test_a_registration_is_looked_through_as_well(shell, qtbot, hands):
    page = open_page(shell, qtbot, "register", name="赵海生")
    page.board.person.rows["birth_date"].field.line.setText("1952-13-8")
    page._typed()
    hands.press(F4)
    assert [path for path in page.summary.links if path.endswith("birth_date")]
    assert page.heading.text().startswith("错误：")


# To the check and back.


def to_check(page):
    page.view.rows["outcome"].field.pick("nobody_home")
    while page.stage != page.CHECK:
        page.forward()


def test_change_leads_to_the_answer_and_continue_back_to_the_check(touch, qtbot, home):
    page = open_page(touch, qtbot, "visit", household_id=home.id)
    to_check(page)
    page.check_view.links["happened_on"].click()
    assert page.stage == "outcome"
    assert page.bar.forward_button.text() == "回到核对"
    page.forward()
    assert page.stage == page.CHECK
    page.check_view.links["happened_on"].click()
    page.step_back()
    assert page.stage == page.CHECK, "back leads there too"
    page.step_back()
    assert page.stage != page.CHECK
    assert page.bar.forward_button.text() == "继续"


def test_a_changed_answer_that_is_wrong_is_not_left(touch, qtbot, home):
    page = open_page(touch, qtbot, "visit", household_id=home.id)
    to_check(page)
    page.check_view.links["happened_on"].click()
    page.view.rows["happened_on"].field.show_answer("2026-13-40")
    page.forward()
    assert page.stage == "outcome"
    assert page.view.rows["happened_on"].field.line.text() == "2026-13-40"


# Fingers.


def test_one_touch_goes_on_where_nothing_is_left_to_say(touch, qtbot, home):
    page = open_page(touch, qtbot, "visit", household_id=home.id)
    outcome = page.view.rows["outcome"].field
    button = dict(outcome._buttons)["nobody_home"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.wait(SEEN_MS + 100)
    assert touch.focusWidget() is page.view.rows["happened_on"].field.line
    assert page.stage == "outcome"


def test_the_last_choice_of_a_topic_leads_to_the_next_topic(touch, qtbot):
    resident = touch.casebook.residents.ids()[0]
    page = open_page(touch, qtbot, "assessment", resident_id=resident)
    page.show_stage(page.topics()[2])
    stage = page.stage
    rows = list(page.view._visible_rows())
    choices = [row for row in rows if hasattr(row.field, "pick")]
    for row in choices:
        row.field.pick(row.question.choices[0][0])
    assert page.stage == stage, "the program's own hand leads nowhere"
    assert choices[-1] is rows[-1]
    QTest.mouseClick(rows[-1].field._buttons[-1][1], Qt.MouseButton.LeftButton)
    qtbot.wait(SEEN_MS + 100)
    assert page.stage != stage


def test_arrows_at_the_desk_pick_and_stay(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    hands.press(Qt.Key.Key_Right)
    qtbot.wait(SEEN_MS + 100)
    assert hands.at in [button for _code, button in page.view.rows["outcome"].field._buttons]


def swipe(page, across, down=0):
    device = QTest.createTouchDevice()
    viewport = page.area.viewport()
    begin = QPoint(viewport.width() // 2, viewport.height() // 2)
    QTest.touchEvent(viewport, device).press(0, begin, viewport).commit()
    for part in (1, 2, 3):
        there = begin + QPoint(across * part // 3, down * part // 3)
        QTest.touchEvent(viewport, device).move(0, there, viewport).commit()
    QTest.touchEvent(viewport, device).release(0, begin + QPoint(across, down), viewport).commit()
    QApplication.processEvents()


def test_a_swipe_leads_to_the_next_topic_and_back_but_never_saves_or_leaves(touch, qtbot, home):
    page = open_page(touch, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("nobody_home")
    first = page.stage
    swipe(page, -260)
    assert page.stage != first
    swipe(page, 260)
    assert page.stage == first
    swipe(page, 260)
    assert touch.page is page, "the first page is not left by a finger"
    swipe(page, -100, down=200)
    assert page.stage == first, "that was scrolling"
    while page.stage != page.CHECK:
        page.forward()
    swipe(page, -260)
    assert touch.casebook.visits.of_household(home.id) == []


# The desk.


def test_ctrl_page_down_walks_the_topics_to_the_button_that_saves(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    topics = []
    for _topic in range(10):
        hands.press(Qt.Key.Key_PageDown, CONTROL)
        if hands.at is page.bar.forward_button:
            break
        topics.append(next(s.id for s in page.view.sections if s.frame.isAncestorOf(hands.at)))
    assert topics == [section.id for section in page.view.sections][1:]
    hands.press(Qt.Key.Key_PageUp, CONTROL)
    assert page.view.sections[-1].frame.isAncestorOf(hands.at)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("+30", "2026-12-22"),
        ("＋2w", "2026-12-06"),
        ("+3月", "2027-02-22"),
        ("+1周", "2026-11-29"),
        ("2026-12-1", "2026-12-1"),
    ],
)
def test_the_next_visit_may_be_counted_ahead(shell, qtbot, hands, home, typed, day):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    field = page.view.rows["next_visit"].field
    field.line.setFocus()
    hands.enter(typed)
    assert page.answers()["next_visit"] == day
    assert field.line.text() == day


def test_enter_walks_from_the_needs_to_the_note_of_each(shell, qtbot, hands, home):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.needs.first_focus().setFocus()
    hands.type("57")
    hands.press(ENTER)
    assert hands.at is page.needs.rows["elderly"].note.line
    hands.press(ENTER)
    assert hands.at in [row.note.line for row in page.needs.rows.values()]
    hands.press(ENTER)
    assert not page.needs.isAncestorOf(hands.at)


# Days.


@pytest.mark.parametrize("day", ["2019-12-31", "1998-5-1", "2027-1-1"])
def test_a_visit_before_the_household_came_or_after_today_is_doubted_once_and_then_saved(shell, qtbot, home, day):
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("nobody_home")
    page.view.rows["happened_on"].field.show_answer(day)
    page.forward()
    settle(shell)
    assert not page.view.rows["happened_on"].doubt.isHidden()
    assert shell.casebook.visits.of_household(home.id) == []
    page.forward()
    settle(shell)
    assert len(shell.casebook.visits.of_household(home.id)) == 1


# Undo.


def test_the_undo_of_a_registration_takes_everybody_back_and_keeps_what_was_typed(shell, qtbot):
    before = set(shell.casebook.residents.ids())
    page = open_page(shell, qtbot, "register", name="欧阳海棠")
    address = {"community_code": "120101001001", "community": "花园路社区", "street_line": "花园路1号", "door": "9"}
    page.board.where.rows["address"].field.show_answer(address)
    page._typed()
    page.another()
    settle(shell)
    page.board.parts.rows["relation"].field.pick("1")
    page.board.person.rows["name"].field.line.setText("夏侯秋月")
    page._typed()
    page.save()
    settle(shell)
    while page.board.comparing:
        page.board.likeness.say_different()
        settle(shell)
    assert len(set(shell.casebook.residents.ids()) - before) == 2
    shell.undo()
    settle(shell)
    assert set(shell.casebook.residents.ids()) == before
    (draft,) = shell.casebook.drafts.all()
    page = open_page(shell, qtbot, "register", draft_id=draft.id)
    assert [person.name for person in page.case.people] == ["欧阳海棠", "夏侯秋月"]


def test_several_who_join_are_taken_back_by_one_undo(shell, qtbot, home):
    page = open_page(shell, qtbot, "register", household_id=home.id)
    for name in ("赵一一", "赵二二"):
        page.board.parts.rows["relation"].field.pick("2")
        page.board.person.rows["name"].field.line.setText(name)
        page._typed()
        if name == "赵一一":
            page.another()
            settle(shell)
    page.save()
    settle(shell)
    while page.board.comparing:
        page.board.likeness.say_different()
        settle(shell)
    assert len(shell.casebook.households.get(home.id).members) == 4
    shell.undo()
    settle(shell)
    assert len(shell.casebook.households.get(home.id).members) == 2
    assert len(shell.casebook.drafts.all()) == 1


# Commands in two scripts.


@pytest.mark.parametrize("typed", ["中文", "E", "e", "中文 / E", "中文/english", "zw"])
def test_the_command_that_switches_the_language_is_found_by_either_name(shell, typed):
    found = commands.matching(typed, all_actions(shell))
    assert shell.actions_by_name["language"] in found
