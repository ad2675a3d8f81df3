"""A long list whose rows can be ticked: by place, in stretches, all of it; headings never; pages fetched when seen."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop import theme
from desktop.widgets.tick_list import PAGE, Heading, TickList, Ticks, tick_width
from desktop.widgets.tile_list import Tile
from models import texts


class Shelf:
    """Answers when it is told to, as the reader lane does."""

    def __init__(self, total):
        self.total, self.asked = total, []

    def load(self, offset, limit, done, failed):
        self.asked.append((offset, limit, done, failed))

    def answer(self, place=-1):
        offset, limit, done, _failed = self.asked[place]
        done([f"row {number}" for number in range(offset, min(offset + limit, self.total))])


def tile(row):
    return Tile(name=row)


@pytest.fixture
def shelf():
    return Shelf(1000)


@pytest.fixture
def lines(dressed, qtbot, shelf):
    texts.set_language("zh_CN")
    theme.apply(theme.Look())
    made = TickList(shelf.load, tile, "名单")
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    made.show_rows(1000, [f"row {number}" for number in range(PAGE)])
    made.setFocus()
    return made


def test_ticks_are_kept_by_place_in_stretches():
    ticks = Ticks(10, never=(3,))
    ticks.put(2, 5, True)
    ticks.put(9, 8, True)
    assert list(ticks.stretches()) == [(2, 1), (4, 2), (8, 2)]
    assert (ticks.count, ticks.possible) == (5, 9)
    assert 2 in ticks
    assert 3 not in ticks
    assert 99 not in ticks
    ticks.put(4, 4, False)
    ticks.put(-5, -1, True)
    assert list(ticks.stretches()) == [(2, 1), (5, 1), (8, 2)]
    ticks.put_all(True)
    assert ticks.count == 9
    ticks.put_all(False)
    assert list(ticks.stretches()) == []
    assert list(Ticks().stretches()) == []


def test_a_million_places_are_ticked_in_one_step():
    ticks = Ticks(1_000_000)
    ticks.put_all(True)
    assert ticks.count == 1_000_000
    assert list(ticks.stretches()) == [(0, 1_000_000)]


def test_the_keys_tick(lines):
    told = []
    lines.ticked.connect(told.append)
    QTest.keyClick(lines, Qt.Key.Key_Space)
    QTest.keyClick(lines, Qt.Key.Key_Down)
    assert list(lines.ticks.stretches()) == [(0, 1)]
    QTest.keyClick(lines, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(lines, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert list(lines.ticks.stretches()) == [(0, 4)]
    assert lines.currentIndex().row() == 3
    QTest.keyClick(lines, Qt.Key.Key_Space)
    assert list(lines.ticks.stretches()) == [(0, 3)]
    QTest.keyClick(lines, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert lines.ticks.count == 1000
    QTest.keyClick(lines, Qt.Key.Key_Escape)
    assert lines.ticks.count == 0
    assert told[-1] == 0
    assert 1000 in told


def test_a_press_on_the_box_ticks_and_shift_ticks_up_to_it(lines):
    height = theme.row_height()
    box = QPoint(tick_width() // 2, height // 2)
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert list(lines.ticks.stretches()) == [(0, 1)]
    far = box + QPoint(0, 3 * height)
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, far)
    assert list(lines.ticks.stretches()) == [(0, 4)]
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert list(lines.ticks.stretches()) == [(1, 3)]
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, height // 2))
    assert list(lines.ticks.stretches()) == [(1, 3)]
    assert lines.currentIndex().row() == 0


def test_enter_and_a_double_click_open_but_not_on_the_box(lines):
    opened = []
    lines.opened.connect(opened.append)
    QTest.keyClick(lines, Qt.Key.Key_Return)
    middle = QPoint(300, theme.row_height() // 2)
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseDClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseDClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, theme.row_height() // 2))
    assert opened == ["row 0", "row 0"]


def test_rows_are_fetched_a_page_at_a_time_when_they_are_looked_at(lines, shelf):
    assert shelf.asked == []
    assert lines.rows.row(250) is None
    assert shelf.asked[0][:2] == (200, 100)
    shelf.answer()
    assert lines.rows.row(250) == "row 250"
    lines.show_rows(10, [])
    shelf.answer(0)  # an answer to what is not shown any more
    assert lines.rows.row(0) is None


def test_what_could_not_be_fetched_is_asked_for_again(lines, shelf):
    assert lines.rows.row(500) is None
    shelf.asked[0][3]()
    assert lines.rows.row(500) is None
    assert [asked[0] for asked in shelf.asked] == [500, 500]


def test_headings_are_stepped_over_and_never_ticked_or_opened(lines):
    opened = []
    lines.opened.connect(opened.append)
    lines.show_rows(4, [Heading("周一", "2人"), "row 1", Heading("周二"), "row 3"], headings=[0, 2])
    assert lines.currentIndex().row() == 1
    QTest.keyClick(lines, Qt.Key.Key_Down)
    assert lines.currentIndex().row() == 3
    QTest.keyClick(lines, Qt.Key.Key_Down)
    assert lines.currentIndex().row() == 3
    QTest.keyClick(lines, Qt.Key.Key_Up)
    QTest.keyClick(lines, Qt.Key.Key_Up)
    assert lines.currentIndex().row() == 1
    lines.tick_all()
    assert list(lines.ticks.stretches()) == [(1, 1), (3, 1)]
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert lines.ticks.count == 2
    assert lines.rows.data(lines.rows.index(0, 0), Qt.ItemDataRole.CheckStateRole) is None
    assert lines.rows.data(lines.rows.index(1, 0), Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    assert opened == []


def test_the_list_speaks_its_rows(lines, shelf):
    role = Qt.ItemDataRole.AccessibleTextRole
    assert lines.rows.data(lines.rows.index(0, 0), role) == "row 0"
    assert lines.rows.data(lines.rows.index(900, 0), role) == texts._("Loading")
    lines.show_rows(1, [Heading("周一")], headings=[0])
    assert lines.rows.data(lines.rows.index(0, 0), role) == "周一"


def test_rows_have_their_whole_height_where_a_heading_stood_before(lines):
    lines.show_rows(4, [Heading("周一"), "row 1", Heading("周二"), "row 3"], headings=[0, 2])
    lines.show_rows(4, [Heading("周一"), "row 1", "row 2", "row 3"], headings=[0])
    heights = [lines.rowHeight(place) for place in range(4)]
    assert heights == [theme.target(), *[theme.row_height()] * 3]
