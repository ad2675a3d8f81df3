"""What goes to the clipboard is asked not to be kept, is taken back, and only where it still is ours."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from desktop import clipboard

SECRET = "120101194803081234"


@pytest.fixture
def guard(qapp):
    made = clipboard.guard()
    made.clear_all()
    QApplication.clipboard().clear()
    yield made
    made.clear_all()


def on_clipboard() -> str:
    return QApplication.clipboard().text()


def test_a_copy_carries_every_hint_and_goes_after_ten_seconds(guard, qtbot):
    clipboard.copy(SECRET)
    formats = QApplication.clipboard().mimeData()
    assert formats.data("x-kde-passwordManagerHint") == b"secret"
    for name in ("ExcludeClipboardContentFromMonitorProcessing", "CanIncludeInClipboardHistory"):
        assert formats.data(f'application/x-qt-windows-mime;value="{name}"') == b"\0\0\0\0"
    timer = guard._timers[clipboard._MODES[0]]
    assert timer.interval() == 10_000
    timer.start(1)
    qtbot.waitUntil(lambda: on_clipboard() == "")
    assert not guard.is_ours()


def test_what_somebody_else_put_there_since_stays(guard):
    clipboard.copy(SECRET)
    guard._setting = True  # as another program would: no widget of ours did it
    QApplication.clipboard().setText("another program's")
    guard._setting = False
    guard.clear()
    assert on_clipboard() == "another program's"
    guard.clear_all()
    assert on_clipboard() == "another program's"


def test_what_another_program_puts_there_is_left_alone(guard):
    if QApplication.focusWidget() is not None:
        QApplication.focusWidget().clearFocus()
    QApplication.clipboard().setText("another program's")
    assert QApplication.clipboard().mimeData().formats() == ["text/plain"]
    assert not guard.is_ours()


def test_what_is_about_nobody_stays(guard):
    clipboard.copy(SECRET)
    clipboard.copy_plain("ValueError in desktop/shell.py")
    guard.clear_all()
    assert on_clipboard() == "ValueError in desktop/shell.py"


def shown(qtbot, widget):
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    QTest.qWaitForWindowActive(widget, 1000)
    widget.setFocus()
    return widget


def test_a_label_that_copies_by_itself_goes_the_same_way(guard, qtbot):
    label = shown(qtbot, QLabel(SECRET))
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setFocus()
    label.setSelection(0, len(SECRET))
    QTest.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert on_clipboard() == SECRET
    assert QApplication.clipboard().mimeData().data("x-kde-passwordManagerHint") == b"secret"
    assert guard._timers[clipboard._MODES[0]].interval() == clipboard.CLEAR_MS
    guard.clear()
    assert on_clipboard() == ""


def test_a_sentence_that_is_moved_while_writing_stays_longer(guard, qtbot):
    line = shown(qtbot, QLineEdit("他说要搬家"))
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == ""
    assert guard._timers[clipboard._MODES[0]].interval() == clipboard.WRITING_MS
    line.paste()
    assert line.text() == "他说要搬家"


def test_nothing_of_ours_lies_there_once_the_window_is_locked_or_closed(guard, shell):
    clipboard.copy(SECRET)
    shell.lock()
    assert on_clipboard() == ""
    clipboard.copy(SECRET)
    assert shell.close()
    assert on_clipboard() == ""
