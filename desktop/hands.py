"""A worker's hands for the demonstration and the tests: typing, pressing and waiting on real widgets.

Chinese is typed as an input method commits it; key events of single characters are for ASCII only.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QWidget

from desktop.shell import Shell
from desktop.widgets.answer_fields import TextField
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.question_card import PAUSE_MS, QuestionCard
from desktop.widgets.question_ticks import EachField, TickField

_MOMENT = 0.03
"""Seconds in which what has no delay of its own is laid out, painted and delivered."""
_ASK_AGAIN = 0.01  # seconds at least; to look through all timers of a window takes milliseconds


class HandsError(Exception):
    """Something that a worker would see was not there in time."""


def type_text(widget: QWidget, text: str, *, enter: bool = False) -> None:
    """Put the cursor into a line and type; what was there stays in front of it."""
    widget.setFocus()
    commit = QInputMethodEvent()
    commit.setCommitString(text)
    QApplication.sendEvent(widget, commit)
    if enter:
        QTest.keyClick(widget, Qt.Key.Key_Return)


def line_named(window: QWidget, name: str) -> QLineEdit:
    """The one-line field with this accessible name that can be seen."""

    def found() -> list[QLineEdit]:
        return [line for line in window.findChildren(QLineEdit) if line.accessibleName() == name and line.isVisible()]

    wait_until(found, f"there is a field {name}", 5)
    return found()[-1]


def button_named(window: QWidget, text: str) -> QAbstractButton:
    """The button with this text that can be seen."""

    def found() -> list[QAbstractButton]:
        return [b for b in window.findChildren(QAbstractButton) if b.text() == text and b.isVisible()]

    wait_until(found, f"there is a button {text}", 5)
    return found()[-1]


def press(button: QAbstractButton) -> None:
    """Press a button that can be seen and pressed."""
    if not button.isEnabled() or button.isHidden():
        raise HandsError(f"cannot be pressed: {button.text() or button.accessibleName()}")
    button.click()


def wait_until(true: Callable[[], Any], what: str, seconds: float = 20.0) -> None:
    """Let the window live until something is true. Raises HandsError with `what` when it does not come true."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise HandsError(f"did not happen within {seconds:g} s: {what}")
        QApplication.processEvents()
        time.sleep(0.002)


def dialogs_of(shell: Shell) -> list[QDialog]:
    """The dialogs of a window that can be seen. Each is a window of its own: only windows need to be looked through."""
    return [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, QDialog) and each.isVisible() and _belongs_to(each, shell)
    ]


def _belongs_to(widget: QWidget | None, shell: Shell) -> bool:
    while widget is not None and widget is not shell:
        widget = widget.parentWidget()
    return widget is shell


def _begins_in(shell: Shell, seconds: float) -> float | None:
    """In how many seconds the first pause runs out; None where none does within so many."""
    timers = (timer for timer in shell.findChildren(QTimer) if timer.isActive() and timer.isSingleShot())
    soon = [left for timer in timers if (left := timer.remainingTime() / 1000) <= seconds]
    return min(soon, default=None)


def settle(shell: Shell, quiet: float = 0.15) -> None:
    """Wait until nothing is under way and nothing new begins within `quiet` seconds (typing pauses are 120 ms).

    What will begin is known: every pause of the window is a timer of its own. Where none runs out so soon, a moment of
    rest is enough.
    """
    calm_since = time.monotonic()
    end, ask_at = calm_since + 60, calm_since + _MOMENT
    while True:
        now = time.monotonic()  # what has run out by now is delivered before anything is decided: computers are slow
        QApplication.processEvents()
        # Outside a running event loop nothing else would take away what was closed.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if not shell.tasks.idle():
            shell.tasks.wait_idle(30)
            calm_since = time.monotonic()
            ask_at = calm_since + _MOMENT
        elif now - calm_since >= quiet:
            return
        elif now >= ask_at:
            begins = _begins_in(shell, quiet)
            if begins is None:
                return
            ask_at = now + max(begins, _ASK_AGAIN)  # before that, the answer would be the same
        if now > end:
            raise HandsError("the window does not come to rest")
        time.sleep(0.002)


def pick_in_finder(shell: Shell, finder: Any, text: str) -> str:
    """Type into a finder, wait for its matches, take the first; returns its words."""
    type_text(finder.line, text)
    settle(shell)
    if finder.list.count() == 0:
        raise HandsError(f"nothing was found for {text}")
    QTest.keyClick(finder.line, Qt.Key.Key_Return)
    settle(shell, 0.02)
    chosen = finder.chosen()
    if chosen is None:
        raise HandsError(f"{text} was found but not picked")
    return str(chosen.words)


def answer(row: Any, value: str) -> None:
    """Answer a drawn question (desktop.widgets.question_row): pick a choice by its code, or type."""
    field = row.field
    for name in ("common", "unknown"):
        part = getattr(field, name, None)
        if part is not None and value in [code for code, _button in part._buttons]:
            part.pick(value)
            return
    if hasattr(field, "pick"):
        field.pick(value)
        return
    type_text(field.first_focus(), value)


def answer_question(card: QuestionCard) -> None:
    """Answer the question that a card asks, as a worker would: the first thing is so, all else was asked and is not.

    Of members who are asked one by one, the first is answered; a date is not known.
    """
    field = card.field
    if isinstance(field, TickField):
        field.ticks[0].click()
        card.save.click()
    elif isinstance(field, EachField):
        chooser = next(iter(field.choosers.values()))
        place = max(chooser.findText(words) for words in ("退休", "retired", "无", "none"))
        chooser.setCurrentIndex(max(place, 1))
        field.changed.emit()
        card.save.click()
    elif isinstance(field, ChoiceField):
        domain = [value for value, _zh, _en in card.asked.definition.choices] if card.asked is not None else []
        usual = next((value for value in ("无", "中") if value in domain), domain[0])
        field.pick(str(domain.index(usual)))
        QTest.qWait(PAUSE_MS + 50)
    elif isinstance(field, TextField):
        field.line.setText("0")
        card.save.click()
    else:
        card.not_known.click()


def save_paper(shell: Shell, button: QAbstractButton, path: Path, passphrase: str = "") -> None:
    """Press the button that saves a paper, answer how it is protected ("" not at all), and write it to this path."""
    from desktop.widgets import save_dialog

    button.click()
    wait_until(lambda: shell.findChild(save_dialog.SaveDialog) is not None, "it is asked how the file is protected")
    dialog = shell.findChild(save_dialog.SaveDialog)
    assert dialog is not None
    if passphrase:
        dialog.protection.passphrase.setText(passphrase)
    else:
        dialog.protection.how.pick("open")
        dialog.protection.sure.click()
    asks, save_dialog.ask_file = save_dialog.ask_file, lambda parent, name: path
    try:
        press(dialog.go)
    finally:
        save_dialog.ask_file = asks
    wait_until(shell.tasks.idle, "the paper is saved")
