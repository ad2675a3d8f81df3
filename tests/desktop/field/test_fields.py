"""The fields of the forms: what a key does, what is understood, what is kept."""

from datetime import date

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from desktop.widgets.address_picker import AddressPicker, address_words
from desktop.widgets.answer_fields import PhoneField, PickField, RepeatField
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.document_field import DocumentField, number_state
from desktop.widgets.finder import Finder, Match
from desktop.widgets.need_field import NeedField
from forms.definitions import load
from forms.reading import read_date
from models.records import codes
from tests.desktop.conftest import type_text

TODAY = date(2026, 11, 22)
SOUND = "12010119520308004X"  # invented; the check character fits

pytestmark = pytest.mark.usefixtures("dressed_alone")


def shown(qtbot, widget):
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_a_number_key_picks_the_choice_that_it_stands_on(qtbot):
    field = shown(qtbot, ChoiceField([("1", "男"), ("2", "女"), ("9", "未说明")], name="性别"))
    heard = []
    field.changed.connect(lambda: heard.append(field.answer()))
    QTest.keyClick(field.first_focus(), Qt.Key.Key_2)
    assert field.answer() == "2"
    QTest.keyClick(field.first_focus(), Qt.Key.Key_7)
    assert field.answer() == "2"
    assert heard == ["2"]


def test_points_are_picked_by_their_own_number(qtbot):
    rungs = [("4", "自己"), ("3", "提醒"), ("0", "完全靠人")]
    field = shown(qtbot, ChoiceField(rungs, column=True, codes_as_keys=True))
    QTest.keyClick(field.first_focus(), Qt.Key.Key_0)
    assert field.answer() == "0"
    QTest.keyClick(field.first_focus(), Qt.Key.Key_1)
    assert field.answer() == "0"


def test_arrows_move_the_choice_and_delete_takes_it_back(qtbot):
    field = shown(qtbot, ChoiceField([("a", "一"), ("b", "二"), ("c", "三")]))
    field.show_answer("c")
    QTest.keyClick(field.first_focus(), Qt.Key.Key_Right)
    assert field.answer() == "a"
    QTest.keyClick(field.first_focus(), Qt.Key.Key_Delete)
    assert field.answer() == ""


def test_several_choices_are_turned_on_and_off_one_by_one(qtbot):
    field = shown(qtbot, ChoiceField([("a", "一"), ("b", "二")], several=True))
    QTest.keyClick(field.first_focus(), Qt.Key.Key_1)
    QTest.keyClick(field.first_focus(), Qt.Key.Key_2)
    assert field.answer() == ["a", "b"]
    QTest.keyClick(field.first_focus(), Qt.Key.Key_1)
    assert field.answer() == ["b"]


@pytest.mark.parametrize("typed", ["1952-3-8", "19520308", "1952年3月8日", "１９５２．３．８"])
def test_a_birth_date_is_echoed_with_the_age_in_any_writing(qtbot, typed):
    field = shown(qtbot, DateField(read_date, TODAY, name="出生日期", birth=True))
    type_text(field.line, typed)
    assert field.echo.text() == "1952年3月8日，74 岁"
    assert field.answer() == typed


def test_a_date_that_is_none_is_kept_as_typed_without_an_echo(qtbot):
    field = shown(qtbot, DateField(read_date, TODAY, name="日期"))
    type_text(field.line, "前年春天")
    assert field.echo.text() == ""
    assert field.answer() == "前年春天"


def test_a_quick_day_fills_the_line_and_a_second_press_empties_it(qtbot):
    field = shown(qtbot, DateField(read_date, TODAY, name="下次", quick=[("一周后", date(2026, 11, 29))]))
    field.quick_buttons[0].click()
    assert field.day() == date(2026, 11, 29)
    assert field.quick_buttons[0].isChecked()
    field.quick_buttons[0].click()
    assert field.answer() == ""


@pytest.mark.parametrize(
    ("typed", "tone", "words"),
    [
        ("1201011952030800", "more", "还差 2 位"),
        (SOUND, "good", "号码正确"),
        ("120101 1952 0308 004x", "good", "号码正确"),
        (SOUND[:-1] + "1", "bad", "校验码不对，请对着证件逐位核对"),
        ("120101195203080041888", "bad", "这类证件的号码不是这样的"),
        ("", "", ""),
    ],
)
def test_an_identity_number_is_judged_while_it_is_typed(typed, tone, words):
    assert number_state("resident_card", typed) == (tone, words)


def test_a_whole_number_is_told_once_and_the_line_keeps_what_was_typed(qtbot):
    field = shown(qtbot, DocumentField(codes.choices("document"), TODAY, name="证件"))
    heard = []
    field.completed.connect(lambda kind, number: heard.append((kind, number)))
    QTest.keyClicks(field.number, SOUND.lower())
    QTest.keyClicks(field.number, " ")
    assert heard == [("resident_card", SOUND)]
    assert field.answer()["number"] == SOUND.lower() + " "


def test_a_finder_picks_by_keyboard_and_forgets_answers_to_older_questions(qtbot):
    finder = shown(qtbot, Finder(name="社区"))
    asked, picked = [], []
    finder.asked.connect(asked.append)
    finder.picked.connect(picked.append)
    QTest.keyClicks(finder.line, "hy")
    qtbot.waitUntil(lambda: asked == ["hy"], timeout=2000)
    finder.offer("h", [Match("0", "旧的")])
    assert finder.list.count() == 0
    finder.offer("hy", [Match("1", "花园路社区"), Match("2", "花园里社区")])
    QTest.keyClick(finder.line, Qt.Key.Key_Down)
    QTest.keyClick(finder.line, Qt.Key.Key_Return)
    assert picked == ["2"]
    assert finder.chosen() == Match("2", "花园里社区")
    finder.change()
    assert finder.line.text() == "hy"


def test_nothing_found_is_said_with_what_to_do(qtbot):
    finder = shown(qtbot, Finder(name="社区"))
    type_text(finder.line, "不存在")
    finder.offer("不存在", [])
    assert "不存在" in finder.nothing.text()
    assert not finder.nothing.isHidden()


def test_a_rare_ethnic_group_is_found_by_typing_and_a_common_one_is_a_button(qtbot):
    field = shown(qtbot, PickField(codes.choices("ethnic"), name="民族", common=("01", "03")))
    QTest.keyClick(field.first_focus(), Qt.Key.Key_2)
    assert field.answer() == "03"
    type_text(field.finder.line, "鄂伦春")
    qtbot.waitUntil(lambda: field.finder.list.count() == 1, timeout=2000)
    QTest.keyClick(field.finder.line, Qt.Key.Key_Return)
    assert field.answer() == "52"
    assert field.common.codes() == []


def test_an_address_goes_in_and_out_unchanged(qtbot):
    picker = shown(qtbot, AddressPicker())
    given = {
        "community_code": "120101001001",
        "community": "花园路社区",
        "street_line": "花园路12号",
        "building": "3",
        "unit": "2",
        "door": "501",
    }
    picker.show_answer(given)
    assert {key: value for key, value in picker.answer().items() if value} == given
    assert address_words(picker.answer()) == "花园路社区 花园路12号 3号楼2单元501"


def test_an_empty_row_of_a_repeated_field_is_no_answer_and_a_row_can_be_taken_away(qtbot):
    field = shown(qtbot, RepeatField(lambda: PhoneField(name="电话"), more="再加一个"))
    field.start()
    assert field.answer() == []
    field.show_answer([{"number": "13820001234", "whose": ""}, {"number": "27000000", "whose": "儿子"}])
    field.more.click()
    assert [row["number"] for row in field.answer()] == ["13820001234", "27000000"]
    field._drop(field.fields[1])
    assert [row["number"] for row in field.answer()] == ["13820001234"]


def test_a_need_group_that_is_picked_again_still_has_its_note(qtbot):
    question = load("visit").question("needs")
    field = shown(qtbot, NeedField(question, [("r1", "王秀英"), ("r2", "张伟")]))
    field.groups.pick("health")
    row = field.rows["health"]
    row.urgency.pick("now")
    row.whose.pick("r2")
    type_text(row.note.line, "要配轮椅")
    wanted = [{"group": "health", "urgency": "now", "resident_id": "r2", "note": "要配轮椅"}]
    assert field.answer() == wanted
    field.groups.pick("health")
    assert field.answer() == []
    field.groups.pick("health")
    assert field.answer() == wanted


class Windows(QObject):
    """Notes every window that is shown."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return False


def test_no_field_flashes_as_a_window_of_its_own_while_a_form_is_built(qtbot, shell):
    windows = Windows()
    app = QApplication.instance()
    app.installEventFilter(windows)
    shell.go("register")
    shell.tasks.wait_idle()
    app.removeEventFilter(windows)
    assert [window for window in windows.shown if not isinstance(window, QMainWindow)] == []
