"""The short list under a search line: what is shown is done, and nothing of Python's hangs on Qt's lines."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from desktop.widgets.choice_list import Choice, ChoiceList

pytestmark = pytest.mark.usefixtures("dressed")


@pytest.fixture
def made(qtbot):
    done = []
    shown = ChoiceList("All commands")
    qtbot.addWidget(shown)
    shown.resize(400, 200)
    shown.show()
    shown.show_choices([Choice(lambda word=word: done.append(word), word) for word in ("one", "two", "three")])
    return shown, done


def test_a_click_does_what_is_shown_there(made):
    shown, done = made
    place = shown.visualRect(shown.model().index(1, 0)).center()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert done == ["two"]


def test_arrows_and_enter_in_the_line_work_on_the_list(made, qtbot):
    shown, done = made
    line = QLineEdit()
    qtbot.addWidget(line)
    shown.watch(line)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(line, key)
    assert done == ["two"]
    shown.show_choices([])
    assert not shown.choose()
    assert shown.choices() == ()


def test_lines_hold_words_alone(made):
    shown, _done = made
    for row, word in enumerate(("one", "two", "three")):
        index = shown.model().index(row, 0)
        assert index.data(Qt.ItemDataRole.UserRole) is None
        assert index.data() == word, "what a screen reader says"
    assert not shown.grab().isNull()
