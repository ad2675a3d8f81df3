"""Typing as a worker does: into whatever has the cursor."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop import theme
from models import texts
from tests.desktop.conftest import settle, type_text

ENTER = Qt.Key.Key_Return
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


class Hands:
    """The keyboard in front of the window."""

    def __init__(self, shell):
        self.shell = shell

    @property
    def at(self):
        """What has the cursor."""
        return self.shell.focusWidget()

    def type(self, text):
        if text.isascii():
            QTest.keyClicks(self.at, text)
        else:
            type_text(self.at, text)

    def press(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(self.at, key, modifiers)
        settle(self.shell)

    def enter(self, text=""):
        """Type something (or nothing) and go on."""
        self.type(text)
        self.press(ENTER)

    def find(self, finder, text):
        """Type into a search line and pick the best match."""
        finder.line.setFocus()
        self.type(text)
        finder._wait.stop()
        finder._ask()
        settle(self.shell)
        self.press(ENTER)


@pytest.fixture
def dressed_alone(qapp, dressed):
    """Widgets without a window, in Chinese."""
    texts.set_language("zh_CN")
    theme.apply(theme.Look())
    yield
    texts.set_language("en")


def open_page(shell, qtbot, name, /, **where):
    """Go to a page of the active window and wait until it has what it needs."""
    shell.go(name, **where)
    settle(shell)
    for _attempt in range(20):
        shell.activateWindow()
        qtbot.wait(10)
        if shell.isActiveWindow():
            break
    shell.page.first_focus()
    return shell.page


@pytest.fixture
def hands(shell):
    return Hands(shell)


@pytest.fixture
def touch(shell):
    """Step mode."""
    shell.state.touch = True
    shell.redress()
    settle(shell)
    return shell
