"""The long list: fetched a page at a time, never waiting, one column, read aloud."""

from datetime import date

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from desktop import theme
from desktop.widgets import tile_list
from desktop.widgets.tile_list import PAGE, PagedRows, Tile, TileList, paint_tile, tile_of
from models import texts
from models.services.views import ResidentRow


def row(number, **more):
    base = {
        "id": f"r{number}", "name": f"王秀{number}", "sex": "2", "birth_date": date(1952, 3, 8), "age": 74,
        "address": "鞍山道1号3号楼2单元501", "phone_tail": "4471", "number_tail": "0021",
    }  # fmt: skip
    return ResidentRow(**{**base, **more})


class Shelf:
    """Answers when it is told to, as the reader lane does."""

    def __init__(self):
        self.asked = []

    def load(self, ids, done, failed):
        self.asked.append((ids, done, failed))

    def answer(self, place=-1):
        ids, done, _failed = self.asked[place]
        done([row(int(one[1:])) for one in ids])


@pytest.fixture
def shelf(dressed):
    texts.set_language("zh_CN")
    theme.apply(theme.Look())
    return Shelf()


def ids(count):
    return [f"r{number}" for number in range(count)]


def test_a_row_that_is_not_there_yet_is_fetched_with_its_page(shelf):
    rows = PagedRows(shelf.load)
    rows.set_ids(ids(1000))
    assert rows.row(250) is None
    assert shelf.asked[0][0] == [f"r{number}" for number in range(200, 300)]
    shelf.answer()
    assert rows.row(250).id == "r250"
    assert len(shelf.asked) == 1


def test_what_was_scrolled_past_is_not_fetched(shelf):
    rows = PagedRows(shelf.load)
    rows.set_ids(ids(100_000))
    for place in range(0, 100_000, PAGE):
        rows.row(place)
    assert len(shelf.asked) == 1
    for _round in range(10):
        shelf.answer()
    assert len(shelf.asked) <= 4
    assert rows.row(99_999) is not None


def test_an_answer_to_an_older_list_is_dropped(shelf):
    rows = PagedRows(shelf.load)
    rows.set_ids(ids(500))
    rows.row(0)
    rows.set_ids(["r7"])
    rows.row(0)
    shelf.answer(0)
    assert rows.row(0) is None
    shelf.answer(1)
    assert rows.row(0).id == "r7"


def test_pages_long_not_looked_at_are_let_go(shelf):
    rows = PagedRows(shelf.load)
    rows.set_ids(ids(100_000))
    for page in range(tile_list.KEPT_PAGES + 20):
        rows.row(page * PAGE)
        shelf.answer()
    assert len(rows._rows) == tile_list.KEPT_PAGES
    assert rows.row(0) is None


def test_a_page_that_could_not_be_fetched_is_asked_for_again(shelf):
    rows = PagedRows(shelf.load)
    rows.set_ids(ids(10))
    rows.row(0)
    shelf.asked[0][2]()
    rows.row(0)
    assert len(shelf.asked) == 2


def test_the_list_has_one_column_and_says_everything_aloud(shelf):
    rows = PagedRows(shelf.load)
    rows.set_ids(["r1"], [row(1, flags=("waits", "new_resident"))])
    assert rows.columnCount() == 1
    spoken = rows.data(rows.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    for part in ("王秀1", "女", "74岁", "鞍山道", "4471", "未走访", "新市民", "待同步"):
        assert part in spoken


def test_a_resident_of_unknown_sex_and_age_has_no_gap_beside_the_name():
    assert tile_of(row(1, sex="0", age=None)).beside == ""


def test_arrows_move_and_enter_opens(shelf, qtbot):
    view = TileList(shelf.load, "居民")
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    view.show_ids(ids(300), [row(number) for number in range(PAGE)])
    looked = []
    view.looked_at.connect(looked.append)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert looked[-1].id == "r2"
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == ["r2"]
    view.step(-10)
    assert view.current_id() == "r0"
    view.step(10_000)
    assert view.current_id() == "r299"


def test_the_selected_resident_stays_selected_in_a_new_list(shelf, qtbot):
    view = TileList(shelf.load, "居民")
    qtbot.addWidget(view)
    view.show_ids(ids(300), [row(number) for number in range(PAGE)])
    view.step(20)
    view.show_ids(["r5", "r20", "r30"], [row(number) for number in (5, 20, 30)], keep="r20")
    assert view.current_id() == "r20"


def test_a_hundred_thousand_rows_are_shown_at_once(shelf, qtbot):
    view = TileList(shelf.load, "居民")
    qtbot.addWidget(view)
    view.resize(600, 700)
    view.show()
    everybody = ids(100_000)
    first = [row(number) for number in range(PAGE)]
    view.show_ids(everybody, first)
    qtbot.wait(1)
    view.show_ids(everybody, first)
    view.repaint()
    assert view.model().rowCount() == 100_000


def painted(tile, selected=False, width=600):
    image = QImage(width, theme.row_height(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_tile(painter, QRect(0, 0, width, theme.row_height()), tile, selected)
    painter.end()
    return image


def test_long_texts_never_run_into_each_other(shelf):
    tile = Tile(
        "买买提·吐尔逊江" * 4, "男 30岁", "很长的地址" * 30, "走访 2026-10-02", "电话尾号 4471", (("新市民", "accent"),)
    )
    width = 420
    image = painted(tile, width=width)
    paper = QColor(theme.tokens().surface)
    right = 420 - theme.px(16) - 110
    gap = [
        all(image.pixelColor(x, y) == paper for y in range(4, theme.row_height() - 4))
        for x in range(right - 40, right + 20)
    ]
    assert any(gap), "a clear space stands between the left and the right texts"


def test_the_selected_tile_has_another_ground_and_a_mark_at_its_side(shelf):
    tile = tile_of(row(1))
    plain, chosen = painted(tile), painted(tile, selected=True)
    assert plain.pixelColor(300, 3).name() == theme.tokens().surface
    assert chosen.pixelColor(300, 3).name() == theme.tokens().accent_soft
    assert chosen.pixelColor(1, 20).name() == theme.tokens().accent
