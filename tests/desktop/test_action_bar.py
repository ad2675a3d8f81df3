"""The bar at the foot of a form finds room for its buttons at every width, and holds no empty words."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop import theme
from desktop.cut import cuts
from desktop.widgets.action_bar import ActionBar


class Foot(QWidget):
    """A window with the bar below an empty page, as a form has it."""

    def __init__(self):
        super().__init__()
        self.bar = ActionBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QWidget(), 1)
        column.addWidget(self.bar)


@pytest.fixture
def foot(qtbot, dressed):
    theme.apply(theme.Look(scale=200))
    made = Foot()
    qtbot.addWidget(made)
    made.bar.offer_topics()
    yield made
    theme.apply(theme.Look())


def show(foot, qapp, width):
    foot.resize(width, 600)
    foot.show()
    for _round in range(4):
        qapp.processEvents()
    return foot.bar


def top(bar, thing):
    return thing.mapTo(bar, QPoint()).y()


def test_two_long_buttons_have_all_their_words_in_a_line_of_their_own_where_it_is_narrow(foot, qapp):
    foot.bar.say(forward="Save the household", second="Another person", second_key="Alt+N")
    bar = show(foot, qapp, 880)
    assert cuts(foot) == []
    assert top(bar, bar.back_button) == top(bar, bar.topics_button)
    assert top(bar, bar.second_button) == top(bar, bar.forward_button) >= bar.back_button.geometry().bottom()
    assert bar.forward_button.geometry().right() > bar.width() * 0.9


def test_everything_stands_in_one_row_again_where_there_is_room(foot, qapp):
    foot.bar.say(forward="Save the household", second="Another person", progress="3 / 5")
    low = show(foot, qapp, 880).height()
    bar = show(foot, qapp, 1700)
    assert cuts(foot) == []
    assert bar.height() < low
    shown = (bar.back_button, bar.topics_button, bar.second_button, bar.forward_button)
    assert len({top(bar, each) for each in shown}) == 1


def test_the_words_of_the_buttons_on_the_left_go_first_where_it_is_narrow(foot, qapp):
    foot.bar.say(forward="Next", progress="1 / 5")
    narrow = show(foot, qapp, 880)
    assert narrow.back_button.text() == narrow.topics_button.text() == ""
    assert narrow.topics_button.accessibleName() == "Questions of this form"
    assert top(narrow, narrow.forward_button) == top(narrow, narrow.back_button)
    wide = show(foot, qapp, 1700)
    assert wide.topics_button.text() != ""


def test_what_is_said_is_shown_only_once_there_are_words(foot, qapp):
    foot.bar.say(forward="Next")
    bar = show(foot, qapp, 880)
    assert bar.progress.isHidden()
    assert bar.kept.isHidden()
    bar.say_progress("4 / 12")
    bar.say_kept("Draft kept at 09:40")
    show(foot, qapp, 880)
    assert bar.progress.isVisible()
    assert bar.kept.isVisible()
    assert cuts(foot) == []
    bar.say(forward="Next")
    bar.say_kept("")
    assert bar.progress.isHidden()
    assert bar.kept.isHidden()


def test_a_long_sentence_about_the_draft_breaks_and_pushes_no_button_out(foot, qapp):
    foot.bar.say(forward="Save the household", second="Another person", progress="3 / 5")
    foot.bar.say_kept("The draft could not be kept: the disk is full. Make room on it, then go on.")
    for width in (880, 1000, 1250, 1700):
        show(foot, qapp, width)
        assert cuts(foot) == [], width


def test_a_button_without_words_is_hidden_and_the_key_is_told_where_there_is_room(foot, qapp):
    foot.bar.say(forward="Next")
    bar = show(foot, qapp, 1700)
    assert bar.second_button.isHidden()
    bar.say(forward="Save", second="Another person", second_key="Alt+N")
    assert "Alt+N" in bar.second_button.text()
    assert bar.second_button.accessibleName() == "Another person"
    assert "Alt+N" not in show(foot, qapp, 880).second_button.text()
