"""The eye that looks for what is cut sees each kind of it, and nothing where all is well."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop import theme
from desktop.cut import cuts
from desktop.widgets import pieces
from desktop.widgets.fit_area import Beside, FitArea, PartArea

LONG = "这一户上次走访时有人不愿回答收入情况，请先说明用途。"


@pytest.fixture
def window(qtbot, dressed):
    theme.apply(theme.Look())  # whatever size of letters a test before left
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(400, 300)
    return made


def kinds(window):
    window.show()
    return {cut.kind for cut in cuts(window)}


def test_nothing_is_cut_where_everything_has_room(window):
    words = QLabel(LONG)
    words.setWordWrap(True)
    box = QVBoxLayout(window)
    for thing in (words, QPushButton("保存"), QLineEdit(), QComboBox()):
        box.addWidget(thing)
    assert kinds(window) == set()


def test_words_without_room_are_seen(window):
    box = QVBoxLayout(window)
    for make in (QLabel, QPushButton):
        narrow = make(LONG)
        narrow.setFixedWidth(60)
        box.addWidget(narrow)
    low = QLabel(LONG * 3)
    low.setWordWrap(True)
    low.setFixedHeight(20)
    box.addWidget(low)
    assert kinds(window) == {"text"}
    assert len(cuts(window)) == 3


def test_a_button_on_which_nothing_is_to_be_seen_is_seen(window):
    box = QVBoxLayout(window)
    full = pieces.button("保存")
    menu = pieces.button("对选中的户")
    menu.setMenu(QMenu(menu))
    for made in (full, menu, pieces.icon_button("返回", "back")):
        box.addWidget(made)
    assert kinds(window) == set()
    menu.setText("")  # the arrow of its menu alone says nothing
    assert [cut.detail for cut in cuts(window)] == ["has neither words nor a picture"]
    menu.setIcon(theme.icon("down"))
    assert cuts(window) == []


def test_a_picture_without_room_on_its_button_is_seen(window):
    made = pieces.button("", icon="back")
    QVBoxLayout(window).addWidget(made)
    assert kinds(window) == set()
    made.setFixedWidth(20)
    assert kinds(window) == {"text"}


def test_a_button_that_holds_its_own_labels_needs_no_words(window):
    made = QPushButton()
    inside = QHBoxLayout(made)
    inside.setContentsMargins(0, 0, 0, 0)
    label = QLabel("贵州路")
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    inside.addWidget(label)
    QVBoxLayout(window).addWidget(made)
    assert kinds(window) == set()
    label.setText("")
    assert kinds(window) == {"text"}


def test_what_sticks_out_is_seen(window):
    QPushButton("保存", window).setGeometry(380, 10, 80, 30)
    assert kinds(window) == {"outside"}


def test_what_lies_over_something_else_is_seen(window):
    for place in (0, 15):
        QPushButton("保存", window).setGeometry(10, 10 + place, 80, 30)
    assert kinds(window) == {"overlap"}


def test_what_needs_scrolling_sideways_is_seen(window):
    inside = QWidget()
    inside.setMinimumWidth(900)
    area = QScrollArea()
    area.setWidget(inside)
    QVBoxLayout(window).addWidget(area)
    assert "sideways" in kinds(window)


def test_a_pinned_footer_that_leaves_nothing_is_seen(window):
    box = QVBoxLayout(window)
    footer = QFrame()
    footer.setProperty("role", "footer")
    footer.setFixedHeight(220)
    box.addWidget(QWidget(), 1)
    box.addWidget(footer)
    assert "pinned" in kinds(window)


def test_a_main_button_that_cannot_be_reached_is_seen(window):
    inside = QWidget()
    inside.setFixedSize(300, 600)
    button = pieces.button("保存", role="primary")
    button.setParent(inside)
    area = QScrollArea()
    area.setWidget(inside)
    QVBoxLayout(window).addWidget(area)
    button.setGeometry(10, 550, 80, 36)
    assert kinds(window) == set(), "what is scrolled away can be reached"
    button.setGeometry(290, 550, 80, 36)
    assert "unreachable" in kinds(window)


def test_a_list_without_a_row_in_view_is_seen(window):
    from PySide6.QtWidgets import QListWidget

    rows = QListWidget()
    rows.addItems(["一", "二"])
    rows.setFixedHeight(14)
    QVBoxLayout(window).addWidget(rows)
    assert "squeezed" in kinds(window)


def test_a_line_breaks_into_rows_where_it_is_narrow_and_pushes_to_the_right(window):
    buttons = [QPushButton(words) for words in ("导出名单", "安排走访", "全选")]
    line = pieces.wrapping(None, buttons[2], None, buttons[0], buttons[1])
    box = QVBoxLayout(window)
    box.addLayout(line)
    box.addStretch(1)
    assert kinds(window) == set()
    assert len({button.y() for button in buttons}) == 1
    assert buttons[1].geometry().right() == line.geometry().right()
    window.resize(250, 300)
    assert kinds(window) == set()
    assert len({button.y() for button in buttons}) == 2
    assert buttons[1].geometry().right() == line.geometry().right()


def test_words_that_give_way_are_left_out_before_there_is_a_second_row(window):
    hint, button = pieces.text("在要办的服务旁勾选", "soft"), QPushButton("开具转介单")
    hint.setProperty("gives_way", True)
    box = QVBoxLayout(window)
    box.addLayout(pieces.wrapping(None, hint, None, button))
    box.addStretch(1)
    assert kinds(window) == set()
    assert hint.width() > 0
    window.resize(160, 300)
    assert kinds(window) == set()
    assert hint.size().isEmpty()


def test_a_page_with_a_list_scrolls_as_a_whole_only_where_it_must(window):
    inside = QWidget()
    column = QVBoxLayout(inside)
    for part in (QWidget(), QWidget()):
        part.setMinimumHeight(100)
        column.addWidget(part)
    area = FitArea(inside)
    whole = QHBoxLayout(window)
    whole.addWidget(area)
    window.show()
    assert area.verticalScrollBar().maximum() == 0
    assert inside.height() == area.viewport().height()
    window.resize(400, 150)
    assert area.verticalScrollBar().maximum() > 0
    assert inside.height() >= 200


def test_two_parts_stand_below_one_another_and_whole_where_it_is_narrow(window, qapp):
    parts = []
    for _part in range(2):
        content = QWidget()
        content.setMinimumHeight(400)
        QVBoxLayout(content)
        parts.append(PartArea(content))
    beside = Beside(*parts, 300)
    QVBoxLayout(window).addWidget(FitArea(beside))
    window.show()
    assert not beside.is_stacked
    assert parts[0].y() == parts[1].y()
    assert parts[0].height() < 300
    window.resize(240, 300)
    qapp.processEvents()
    assert beside.is_stacked
    assert parts[1].y() >= parts[0].geometry().bottom()
    assert min(part.height() for part in parts) >= 400
