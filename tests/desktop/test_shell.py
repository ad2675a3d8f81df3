"""The unlocked window: rail, pages, search, commands, keys, locking, looks, and what it says."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QToolButton

from desktop import commands, theme
from desktop.actions import COMMANDS, RAIL
from desktop.pages.base import Page
from desktop.shell import PAGES
from desktop.widgets.banner import UndoBar
from desktop.widgets.command_palette import CommandPalette
from desktop.widgets.shortcut_sheet import ShortcutSheet
from models import texts
from models.errors import DiskFull
from models.services.views import Changed
from tests.desktop.conftest import settle, type_text


class Note(Page):
    """A page that notes what is asked of it."""

    def __init__(self, shell):
        super().__init__(shell)
        self.asked = []
        self.stay = False

    def title(self):
        return "笔记"

    def open(self, **where):
        self.asked.append(("open", where))

    def refresh(self, changed):
        self.asked.append(("refresh", changed))

    def leave(self):
        self.asked.append(("leave",))
        return not self.stay

    def subject(self):
        return {"resident_id": "r", "household_id": "h"}


@pytest.fixture
def notes(shell, monkeypatch):
    """Every page but today, residents, settings and help is a page that notes what is asked of it."""
    for name in PAGES:
        if name not in ("today", "residents", "settings", "help", "office"):
            monkeypatch.setitem(PAGES, name, "tests.desktop.test_shell:Note")
    return shell


def test_the_rail_leads_to_every_page_and_shows_where_one_is(notes):
    for name, _text, _icon in RAIL:
        notes.area.rail_buttons[name].click()
        settle(notes)
        assert notes.page.name == name
        lit = [other for other, button in notes.area.rail_buttons.items() if button.isChecked()]
        assert lit == [name]


def test_the_keys_of_the_rail_are_alt_1_to_7(notes):
    for place, (name, _text, _icon) in enumerate(RAIL, 1):
        assert notes.actions_by_name[f"go_{name}"].shortcut().toString() == f"Alt+{place}"
        notes.actions_by_name[f"go_{name}"].trigger()
        assert notes.page.name == name


def test_the_keys_of_the_desk_are_as_agreed(shell):
    agreed = {
        "search": "F2", "register": "F3", "visit": "F6", "letter": "F7", "palette": "Ctrl+K", "keys": "Ctrl+/",
        "lock": "Ctrl+L", "help": "F1", "back": "Alt+Left",
    }  # fmt: skip
    assert {name: shell.actions_by_name[name].shortcut().toString() for name in agreed} == agreed


def test_back_goes_the_way_one_came_with_the_same_questions(notes):
    notes.go("person", resident_id="one")
    notes.go("person", resident_id="two")
    notes.go("referrals")
    assert notes.back()
    assert notes.page.asked[-1] == ("open", {"resident_id": "two"})
    assert notes.back()
    assert notes.page.asked[-1] == ("open", {"resident_id": "one"})
    assert notes.back()
    assert notes.page.name == "today"
    assert not notes.back()
    assert not notes.area.back_button.isEnabled()


def test_a_page_may_want_to_stay(notes):
    notes.go("visit", household_id="h")
    notes.page.stay = True
    assert not notes.go("today")
    assert notes.page.name == "visit"
    notes.area.rail_buttons["today"].click()
    assert notes.area.rail_buttons["visits"].isChecked()
    notes.page.stay = False


def test_a_page_is_made_once(notes):
    notes.go("person", resident_id="one")
    first = notes.page
    notes.go("today")
    notes.go("person", resident_id="two")
    assert notes.page is first


def test_work_begins_for_whom_the_page_is_about(notes):
    notes.go("person", resident_id="r")
    notes.actions_by_name["visit"].trigger()
    assert notes.page.name == "visit"
    assert notes.page.asked[-1] == ("open", {"resident_id": "r", "household_id": "h"})
    notes.actions_by_name["register"].trigger()
    assert notes.page.asked[-1] == ("open", {})


def test_a_change_is_told_to_the_page_that_is_shown(notes):
    notes.go("person", resident_id="r")
    change = Changed(frozenset({"visit"}), frozenset({"r"}))
    notes.tasks.run(lambda: change)
    settle(notes)
    assert notes.page.asked[-1] == ("refresh", change)
    assert notes.area.status.saved.text() == "已保存 10:00:00"


def test_every_action_has_words_a_key_and_an_icon_and_no_key_is_given_twice(shell):
    used = {}
    for action in shell.findChildren(QAction):
        if action.parent() is not shell:
            continue
        assert action.text(), action.objectName()
        assert not action.icon().isNull(), action.objectName()
        assert action.shortcuts(), action.objectName()
        for keys in action.shortcuts():
            assert keys.toString() not in used, (keys.toString(), action.text(), used.get(keys.toString()))
            used[keys.toString()] = action.text()
    assert len(used) >= len(COMMANDS)


@pytest.mark.parametrize("page", ["today", "residents", "settings", "help"])
def test_everything_that_can_be_pressed_or_typed_into_has_a_name(shell, page):
    shell.go(page)
    settle(shell)
    nameless = []
    for kind in (QAbstractButton, QLineEdit):
        for widget in shell.findChildren(kind):
            inner = isinstance(widget.parent(), QLineEdit) or widget.objectName().startswith("qt_")
            if widget.isVisible() and not inner and not (widget.accessibleName() or getattr(widget, "text", str)()):
                nameless.append(widget)
    assert nameless == []


@pytest.mark.parametrize("page", ["today", "residents", "settings", "help"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_page_is_wider_than_the_smallest_laptop(shell, page, language):
    shell.state.language = language
    shell.redress()
    shell.resize(1024, 700)
    shell.go(page)
    settle(shell)
    assert shell.page.minimumSizeHint().width() <= 1024
    for label in shell.page.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_commands_are_found_by_chinese_initials_pinyin_and_english(shell):
    found = {
        typed: [action.objectName() for action in commands.matching(typed, shell.actions_by_name.values())]
        for typed in ("备份", "ljbf", "beifen", "back up", "dj", "zzz")
    }
    for typed in ("备份", "ljbf", "beifen", "back up"):
        assert found[typed][0] == "back_up", typed
    assert "register" in found["dj"]
    assert found["zzz"] == []


def test_the_palette_does_what_is_chosen(notes, qtbot):
    notes.show_palette()
    palette = notes.findChild(CommandPalette)
    type_text(palette.line, "同步")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    settle(notes)
    assert notes.page.name == "sync"


def test_the_palette_moves_with_the_arrows(shell, qtbot):
    shell.show_palette()
    palette = shell.findChild(CommandPalette)
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 2
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 1
    palette.reject()


def test_the_key_sheet_shows_every_action_with_its_keys(shell):
    shell.show_keys()
    sheet = shell.findChild(ShortcutSheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    for action in shell.actions_by_name.values():
        assert action.text() in shown
    assert "F2 / Ctrl+F" in shown
    sheet.reject()


def test_the_search_on_top_finds_residents_first_then_commands(shell):
    shell.go("today")
    settle(shell)
    row = shell.casebook.residents.rows(shell.casebook.residents.ids("name")[:1])[0]
    box = shell.area.search
    box.setFocus()
    type_text(box, row.name)
    box._ask()
    settle(shell)
    assert box.list.choices()[0].tile.name == row.name
    box.clear()
    type_text(box, "设置")
    box._ask()
    settle(shell)
    texts_shown = [choice.text for choice in box.list.choices()]
    assert texts_shown[0] == "设置"
    assert "没有找到：登记“设置”" in texts_shown


def test_enter_in_the_search_opens_the_first_one(notes, qtbot):
    row = notes.casebook.residents.rows(notes.casebook.residents.ids("name")[:1])[0]
    box = notes.area.search
    box.setFocus()
    type_text(box, row.name)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(notes)
    assert box.panel.isVisible()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(notes)
    assert notes.page.name == "person"
    assert notes.page.where["resident_id"] == box.shell.page.asked[-1][1]["resident_id"]
    assert not box.panel.isVisible()
    assert box.text() == ""


def test_a_name_that_nobody_has_goes_along_to_the_registration(notes):
    box = notes.area.search
    box.setFocus()
    type_text(box, "欧阳不存在")
    box._ask()
    settle(notes)
    box.list.choices()[-1].run()
    assert notes.page.asked[-1] == ("open", {"name": "欧阳不存在"})


def test_locking_saves_the_draft_closes_the_casebook_and_forgets_every_page(notes):
    notes.go("register")
    page, casebook = notes.page, notes.casebook
    notes.show_keys()
    closed = []
    original = casebook.close
    casebook.close = lambda _why="": (closed.append(page.asked[-1]), original())
    notes.lock()
    settle(notes)
    assert closed == [("leave",)]
    assert notes.is_locked
    assert notes.page is None
    assert notes.findChildren(Page) == []
    assert [dialog for dialog in notes.findChildren(QDialog) if dialog.isVisible()] == []
    assert not notes.actions_by_name["go_residents"].isEnabled()
    assert notes.actions_by_name["language"].isEnabled()
    assert notes.windowTitle() == "津门入户"


def test_a_window_left_alone_locks_and_the_waking_key_is_swallowed(shell, clock):
    shell.go("residents")
    settle(shell)
    clock.move(minutes=9)
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_A)
    box = shell.page.search
    assert box.text() == "a"
    typed = []
    box.textChanged.connect(typed.append)
    clock.move(minutes=9)
    type_text(box, "王")  # an input method takes the keys before the window sees them
    clock.move(minutes=9)
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_B)
    assert not shell.is_locked
    clock.move(minutes=10)
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_C)
    assert shell.is_locked
    assert typed == ["a王", "a王b"]


def test_a_dialog_left_open_does_not_keep_the_window_from_locking(shell, clock):
    shell.show_keys()
    sheet = shell.findChild(ShortcutSheet)
    settle(shell)
    clock.move(minutes=11)
    QTest.keyClick(sheet.windowHandle(), Qt.Key.Key_A)
    settle(shell)
    assert shell.is_locked
    assert shell.findChildren(ShortcutSheet) == []


def test_a_closed_lid_counts_as_being_left_alone(shell, clock):
    clock.move(hours=3)
    shell.locking.look()
    assert shell.is_locked


def test_locking_by_itself_can_be_switched_off(shell, clock):
    shell.state.idle_minutes = 0
    clock.move(days=2)
    shell.locking.look()
    assert not shell.is_locked


def test_a_problem_is_told_in_the_banner_with_a_way_to_try_again(shell):
    tried = []
    shell.problem(DiskFull(), again=lambda: tried.append(True))
    banner = shell.area.banners.banner
    assert banner.isVisible()
    assert banner.sentence.text() == DiskFull().sentence()
    assert "磁盘" in banner.sentence.text()
    banner.action.click()
    assert tried == [True]
    shell.go("residents")
    assert shell.area.banners.banner is None


def test_what_was_saved_can_be_taken_back_once(shell):
    undone = []
    shell.say("已保存。", undo=lambda: undone.append(True))
    bar = shell.findChild(UndoBar)
    assert bar.isVisible()
    shell.actions_by_name["undo"].trigger()
    shell.actions_by_name["undo"].trigger()
    settle(shell)
    assert undone == [True]
    assert not bar.isVisible()


def test_the_undo_bar_goes_by_itself(shell, qtbot):
    shell.say("已保存。")
    bar = shell.findChild(UndoBar)
    assert not bar.button.isVisible()
    assert bar._timer.interval() == 10_000
    bar._timer.setInterval(1)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=2000)


def test_a_long_task_shows_its_progress_and_can_be_stopped(shell, qtbot, monkeypatch):
    from desktop.widgets import progress_strip

    strip = shell.area.progress
    strip._patience.setInterval(1)
    assert progress_strip.PATIENCE_MS == 500

    def work(progress, cancelled):
        import time

        while not cancelled():
            progress(3, 10)
            time.sleep(0.01)
        return "stopped"

    ended = []
    shell.tasks.long(work, ended.append, title="正在导出")
    qtbot.waitUntil(lambda: strip.isVisible() and strip.count.text() == "3 / 10", timeout=5000)
    assert strip.label.text() == "正在导出"
    strip.stop.click()
    settle(shell)
    assert ended == ["stopped"]
    assert not strip.isVisible()


def test_the_language_is_switched_live(shell):
    shell.go("residents", text="x")
    settle(shell)
    assert shell.page.title() == "居民"
    shell.switch_language()
    settle(shell)
    assert texts.language() == "en"
    assert shell.page.name == "residents"
    assert shell.page.title() == "Residents"
    assert shell.page.search.text() == "x"
    assert shell.area.rail_buttons["today"].accessibleName() == "Today"
    assert shell.windowTitle() == "Residents - Jinmen"


def test_standard_buttons_speak_chinese_too(shell):
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(QMessageBox.Icon.Question, "a", "b", QMessageBox.StandardButton.Cancel)
    assert box.button(QMessageBox.StandardButton.Cancel).text() == "取消"


@pytest.mark.parametrize("look", ["theme", "touch", "larger", "smaller"])
def test_looks_change_live_and_are_remembered(shell, folder, look):
    before = theme.look()
    shell.state.scale = 130
    shell.actions_by_name[look].trigger()
    settle(shell)
    assert theme.look() != before
    assert shell.page.name == "today"
    from desktop.state import State

    shell.state.save()
    again = State(folder)
    assert (again.theme, again.scale, again.touch) == (theme.look().theme, theme.look().scale, theme.look().touch)


def test_what_is_remembered_of_the_window_is_not_personal(shell, folder):
    shell.go("residents", text="白波")
    settle(shell)
    shell.shut_down()
    kept = (folder / "window.ini").read_text("utf-8")
    assert "geometry" in kept
    assert "白波" not in kept
    assert "\\x767d" not in kept


def test_unreadable_settings_count_as_absent(folder):
    from desktop.state import State

    (folder / "window.ini").write_text(
        "[General]\ntheme=purple\nscale=abc\nlanguage=fr\ntouch=perhaps\nidle_minutes=-5\n"
    )
    state = State(folder)
    assert (state.theme, state.scale, state.language, state.touch, state.idle_minutes) == (
        "light",
        100,
        "zh_CN",
        False,
        0,
    )


def test_help_opens_for_the_page_one_is_on(shell):
    shell.go("residents")
    shell.actions_by_name["help"].trigger()
    settle(shell)
    assert shell.page.name == "help"
    assert shell.page.where == {"topic": "residents"}
    assert "首字母" in shell.page.text.toPlainText()
    shell.back()
    assert shell.page.name == "residents"


def test_closing_the_window_closes_the_casebook_and_its_threads(shell):

    assert shell.close()
    assert shell.is_locked
    assert not [thread for thread in threading.enumerate() if thread.name in ("records", "reader")]


def test_the_rail_is_reached_by_tab_and_its_buttons_say_their_names(shell):
    for button in shell.area.rail_buttons.values():
        assert isinstance(button, QToolButton)
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert button.accessibleName() in button.text()
