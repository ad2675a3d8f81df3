"""The lock: what brings it about, what is hidden and closed, what is told; and the way to a fresh process."""

import threading
import time

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip

from desktop import app, private_process, successor
from desktop.idle import IdleWatch
from desktop.pages.leaving import Leaving
from desktop.pages.restore import Restore
from desktop.pages.sign_in import SignIn
from desktop.widgets.command_palette import CommandPalette
from models.casebook import Casebook
from models.errors import DiskFull
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle, type_text


def shown(shell) -> list[str]:
    """Every text that any visible window of ours shows."""
    texts = [shell.windowTitle()]
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            texts += [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    return texts


@pytest.mark.qt_log_ignore("does not support raise")
@pytest.mark.parametrize("why", ["screen", "session", "sleep", "lid"])
def test_what_the_system_says_locks_and_hides_every_name_in_the_same_event(shell, why):
    name = shell.casebook.residents.rows(shell.casebook.residents.ids("name")[:1])[0].name
    shell.go("person", resident_id=shell.casebook.residents.ids("name")[0])
    settle(shell)
    assert any(name in text for text in shown(shell))
    QToolTip.showText(shell.rect().center(), name)
    shell.locking.signals.lock_wanted.emit(why)
    assert not any(name in text for text in shown(shell))
    assert not QToolTip.isVisible()
    assert isinstance(shell.gate, SignIn)
    assert shell.is_locked
    settle(shell)
    book = Casebook.open(shell.folder, PASSPHRASE, clock=shell.clock)  # nobody holds it any more
    assert next(row.detail for row in book.audit.page().rows if row.action == "lock") == why
    book.close()


def test_no_page_puts_a_name_into_the_title_of_the_window(shell):
    resident = shell.casebook.residents.ids("name")[0]
    row = shell.casebook.residents.rows([resident])[0]
    for page, where in (
        ("person", {"resident_id": resident}),
        ("register", {"resident_id": resident}),
        ("questionnaire", {"resident_id": resident}),
        ("referral", {"resident_id": resident}),
        ("rights", {"resident_id": resident}),
        ("plans", {"resident_id": resident}),
    ):
        shell.go(page, **where)
        settle(shell)
        assert shell.page.name == page
        assert row.name not in shell.windowTitle()
        assert shell.windowTitle() != "津门入户", page


def test_a_sleep_that_nobody_announced_is_seen_by_the_clocks(shell, clock):
    seconds = [0.0]
    shell.locking.watch = IdleWatch(clock, lambda: seconds[0])
    shell.locking.look()
    assert not shell.is_locked
    clock.move(seconds=100)
    seconds[0] += 2
    shell.state.idle_minutes = 0  # never by itself; a sleep is another matter
    shell.locking.look()
    assert shell.is_locked


def key(shell, kind, code, text="", *, repeats=False):
    event = QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text, repeats)
    return shell.locking.eventFilter(shell.windowHandle(), event)


def test_the_waking_key_is_swallowed_with_its_repeats_and_the_next_one_is_not(shell, clock):
    clock.move(minutes=10)
    assert key(shell, QEvent.Type.KeyPress, Qt.Key.Key_A, "a")
    assert shell.is_locked
    assert key(shell, QEvent.Type.KeyPress, Qt.Key.Key_A, "a", repeats=True)
    assert not key(shell, QEvent.Type.KeyRelease, Qt.Key.Key_A, "a", repeats=True)
    assert key(shell, QEvent.Type.KeyPress, Qt.Key.Key_A, "a", repeats=True)
    assert not key(shell, QEvent.Type.KeyRelease, Qt.Key.Key_A, "a")
    assert not key(shell, QEvent.Type.KeyPress, Qt.Key.Key_A, "a"), "the first letter of a phrase is not lost"


def test_a_phrase_typed_after_the_waking_key_arrives_whole(shell, clock):
    clock.move(minutes=10)
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_Space)
    assert shell.is_locked
    settle(shell)
    for letter in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_C):
        QTest.keyClick(shell.windowHandle(), letter)
    assert shell.gate.passphrase.text() == "abc"


def test_a_waking_key_that_is_a_shortcut_does_nothing_else(shell, clock):
    clock.move(minutes=10)
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shell.is_locked
    assert shell.findChild(CommandPalette) is None


def test_a_click_after_the_idle_time_only_wakes(shell, clock):
    went = []
    shell.page_shown.connect(went.append)
    clock.move(minutes=10)
    button = shell.area.rail_buttons["residents"]
    QTest.mouseClick(shell.windowHandle(), Qt.MouseButton.LeftButton, pos=button.mapTo(shell, button.rect().center()))
    assert shell.is_locked
    assert went == []


def test_an_input_method_that_types_after_the_idle_time_locks_too_and_the_text_is_kept(shell, clock):
    shell.go("register")
    settle(shell)
    clock.move(minutes=11)
    type_text(shell.page.board.person.rows["name"].field.line, "欧阳未完")
    shell.locking.note_input()
    settle(shell)
    assert shell.is_locked
    book = Casebook.open(shell.folder, PASSPHRASE, clock=clock)
    assert "欧阳未完" in str(book.drafts.all()[0].body)
    book.close()


def test_a_page_at_fault_does_not_keep_the_window_from_locking(shell, monkeypatch):
    monkeypatch.setattr(shell.page, "leave", lambda: 1 // 0)
    faults = []
    shell.tasks.fault.disconnect()
    shell.tasks.fault.connect(faults.append)
    shell.lock()
    settle(shell)
    assert shell.is_locked
    assert [type(fault) for fault in faults] == [ZeroDivisionError]


def test_long_work_goes_on_behind_the_gate_and_is_told(shell, tmp_path):
    def work(_progress, _cancelled):
        time.sleep(0.05)
        (tmp_path / "list").write_text("whole")

    def fails(_progress, _cancelled):
        raise DiskFull

    shell.tasks.long(work, title="写名单")
    shell.tasks.long(fails, title="打包")
    shell.lock()
    assert shell.locking.closing
    settle(shell)
    assert not shell.locking.closing
    assert (tmp_path / "list").read_text() == "whole"
    assert shell.gate.said.text().startswith("写名单")
    assert shell.gate.said.isVisible()
    assert shell.gate.wrong.text() == f"打包：{DiskFull().unseen()}"
    assert shell.gate.wrong.isVisible()


def test_a_draft_that_cannot_be_kept_is_told_on_the_sign_in_page(shell, monkeypatch):
    def full(*_told, **_more):
        raise DiskFull

    shell.go("register")
    settle(shell)
    monkeypatch.setattr(shell.casebook.drafts, "save", full)
    type_text(shell.page.board.person.rows["name"].field.line, "欧阳未完")
    shell.lock()
    settle(shell)
    assert shell.gate.wrong.text().endswith(f"没能保存：{DiskFull().unseen()}")
    assert "屏幕" not in shell.gate.wrong.text(), "nothing is on it any more"
    assert shell.gate.said.isHidden(), "nothing was kept"


def test_another_problem_behind_the_gate_is_not_told_as_a_lost_draft(shell):
    go = threading.Event()

    def full():
        go.wait(5)
        raise DiskFull

    shell.tasks.run(full)
    shell.lock()
    go.set()
    settle(shell)
    assert shell.gate.wrong.text() == DiskFull().unseen()
    assert shell.gate.said.isHidden()


def test_the_end_of_the_session_closes_everything_before_it_returns(shell, clock):
    shell.go("register")
    settle(shell)
    type_text(shell.page.board.person.rows["name"].field.line, "欧阳未完")
    shell.locking.end_of_session()
    assert shell.is_locked
    book = Casebook.open(shell.folder, PASSPHRASE, clock=clock)
    assert "欧阳未完" in str(book.drafts.all()[0].body)
    book.close()


# The fresh process. That the old one ends is shown in tests/flows/test_lock_ends_the_process.py.


def test_where_no_fresh_process_can_be_started_one_signs_in_here(shell, folder):
    went = []
    command = [str(folder / "there is no such program")]
    shell.locking.afterwards = successor.FreshProcess(
        shell, "jinmen-test-none", lambda: went.append(1), lambda: command
    )
    shell.lock()
    assert isinstance(shell.gate, Leaving)
    settle(shell)
    assert isinstance(shell.gate, SignIn)
    assert not shell.locking.leaving
    assert went == []


def test_where_the_fresh_process_does_not_come_in_time_one_signs_in_here(shell, qtbot):
    after = successor.FreshProcess(shell, "jinmen-test-late", lambda: None, lambda: ["true"])
    assert after._patience.interval() == successor.PATIENCE_MS
    after._patience.setInterval(1)
    shell.locking.afterwards = after
    shell.lock()
    settle(shell)
    qtbot.waitUntil(lambda: isinstance(shell.gate, SignIn))


def test_until_the_fresh_process_is_there_nobody_can_type_a_phrase_into_the_old_window(shell, qtbot):
    after = successor.FreshProcess(shell, "jinmen-test-wait", lambda: None, lambda: ["true"])
    shell.locking.afterwards = after
    shell.tasks.long(lambda _progress, _cancelled: time.sleep(0.05), title="写名单")
    shell.lock()
    assert shell.gate.work.isVisible()
    assert "写名单" in shell.gate.work.text()
    assert shell.focusWidget() is shell.gate.told, "a key pressed blind does not stop it"
    shell.next_theme()  # the looks may be changed there too
    assert isinstance(shell.gate, Leaving)
    settle(shell)
    assert not shell.gate.work.isVisible()
    after._alone()


def test_the_fresh_process_is_this_program(monkeypatch):
    monkeypatch.setattr(successor.sys, "executable", "/opt/jinmen/jinmen")
    assert successor.program() == ["/opt/jinmen/jinmen", "-m", "desktop", "after-lock"]
    monkeypatch.setattr(successor.sys, "frozen", True, raising=False)
    assert successor.program() == ["/opt/jinmen/jinmen", "after-lock"]


def test_the_two_processes_hand_over(shell, window, folder, tmp_path, qtbot):
    """Both in this process: the old window's strategy, and what a fresh process does."""
    one, other = app.OneWindow(folder), app.OneWindow(folder)
    assert one.is_first()
    name, taken = "jinmen-test-over", []
    after = successor.FreshProcess(shell, name, one.let_go, lambda: ["true"])
    shell.locking.afterwards = after
    shell.tasks.long(lambda _progress, _cancelled: None, title="写名单")
    shell.lock()
    settle(shell)
    fresh = window(folder)
    assert not other.is_first()
    successor.Succession(fresh, name, other.is_first, lambda: taken.append(1), lambda: taken.append(0))
    qtbot.waitUntil(lambda: taken == [1])
    assert not shell.isVisible()
    assert fresh.isVisible()
    qtbot.waitUntil(lambda: "写名单" in fresh.gate.said.text())
    other.let_go()


def test_who_locked_to_restore_a_backup_finds_that_page_in_the_fresh_process(shell, window, folder, qtbot):
    one, other = app.OneWindow(folder), app.OneWindow(folder)
    assert one.is_first()
    name, taken = "jinmen-test-restore", []
    shell.locking.afterwards = successor.FreshProcess(shell, name, one.let_go, lambda: ["true"])
    shell.go("health")
    settle(shell)
    shell.page.restore()
    assert isinstance(shell.gate, Leaving), "nobody begins to restore in a window that is about to go"
    settle(shell)
    fresh = window(folder)
    successor.Succession(fresh, name, other.is_first, lambda: taken.append(1), lambda: taken.append(0))
    qtbot.waitUntil(lambda: taken == [1])
    qtbot.waitUntil(lambda: isinstance(fresh.gate, Restore))
    settle(fresh)
    other.let_go()


def test_the_process_leaves_no_image_of_its_memory(monkeypatch):
    resource = pytest.importorskip("resource")
    set_to, asked = [], []
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: set_to.append((what, limits)))

    class Library:
        def prctl(self, *words):
            asked.append(words)

    monkeypatch.setattr(private_process.ctypes, "CDLL", lambda *_words, **_more: Library())
    private_process.leave_no_dumps()
    assert set_to == [(resource.RLIMIT_CORE, (0, 0))]
    if private_process.sys.platform == "linux":
        assert asked[0][:2] == (private_process.SET_DUMPABLE, 0)
