import random

import pytest

from reports.flow import Cell, Piece, Type, divide, height_of, paragraph, space, table_row, tick_list
from reports.lines import Run, shape
from reports.paper import MM

TEXT = "经社区工作者上门走访了解，该家庭持有居住证，随迁子女明年入学，希望了解所需材料和办理时间。" * 4


def piece(height: float, keep: bool = False) -> Piece:
    return Piece(height, lambda paper, top: None, keep)


def test_pages_hold_every_piece_in_order_and_the_last_keeps_its_foot_free():
    chance = random.Random(3)
    for _ in range(300):
        pieces = [piece(chance.uniform(5, 60), chance.random() < 0.3) for _ in range(chance.randint(1, 40))]
        pages = divide(pieces, lambda n: 300.0 if n else 200.0, 90.0)
        flat = [p for page in pages for p in page]
        assert [p.height for p in flat] == [p.height for p in pieces]
        for number, page in enumerate(pages):
            assert height_of(page) <= (300.0 if number else 200.0) + 0.02
        assert height_of(pages[-1]) <= (300.0 if len(pages) > 1 else 200.0) - 90.0 + 0.02


def test_pieces_that_belong_together_move_together():
    pages = divide([piece(80), piece(30, keep=True), piece(30)], lambda n: 120.0, 0.0)
    assert [[p.height for p in page] for page in pages] == [[80], [30, 30]]


def test_the_end_moves_to_a_page_of_its_own_when_the_slip_leaves_no_room():
    pages = divide([piece(50), piece(50), piece(20, keep=True), piece(20)], lambda n: 150.0, 60.0)
    assert [[p.height for p in page] for page in pages] == [[50, 50], [20, 20]]


def test_a_gap_is_dropped_at_the_head_of_a_page():
    pages = divide([piece(100), space(10), piece(50)], lambda n: 120.0, 0.0)
    assert [[p.height for p in page] for page in pages] == [[100], [50]]


def test_a_group_higher_than_a_page_is_cut_rather_than_lost():
    pages = divide([piece(50, keep=True) for _ in range(6)], lambda n: 120.0, 0.0)
    assert [len(page) for page in pages] == [2, 2, 2]


def test_no_single_line_of_a_paragraph_stays_alone():
    lines = paragraph(shape([Run(TEXT)]), 0, 300, Type(12, 18))
    assert len(lines) > 4
    for room in (18 * 1.5, 18 * 2.5, 18 * 3.5, 18 * (len(lines) - 0.5)):
        pages = divide([piece(40), *lines], lambda n, room=room: (40 + room) if n == 0 else 1000.0, 0.0)
        assert [len([p for p in page if p.height == 18]) for page in pages if page] != []
        assert all(len(page) != 1 or page[0].height == 40 for page in pages)


def test_a_cell_shrinks_its_text_to_one_line_only_as_far_as_it_stays_readable():
    type_ = Type(11, 16)
    one = table_row([Cell([Run("买买提·吐尔逊江·阿不都热合曼")], 48 * MM, shrink=True)], 0, type_)
    two = table_row([Cell([Run("买买提·吐尔逊江·阿不都热合曼")], 30 * MM, shrink=True)], 0, type_)
    assert one.height < 1.3 * 16
    assert two.height > 1.6 * 16


@pytest.mark.parametrize("count", [1, 4, 9])
def test_a_tick_list_needs_few_rows_and_loses_no_item(count):
    items = ["居民户口簿", "本人居民身份证原件及复印件", "残疾人证"] * 3
    rows = tick_list([Run("请携带材料：", "hei")], items[:count], 0, 156 * MM, Type(10.5, 15))
    drawn: list[str] = []

    class Recorder:
        def line(self, x, y, size, line):
            assert 0 <= x <= 156 * MM - line.width * size + 0.01
            drawn.append(line.text)

        def frame(self, *_box):
            drawn.append("box")

        def open(self, kind):
            assert kind in ("Caption", "LI", "LBody")

        def close(self):
            pass

    for row in rows:
        row.draw(Recorder(), 0.0)
    assert [text for text in drawn if text != "box"] == ["请携带材料：", *items[:count]]
    assert drawn.count("box") == count
    assert len(rows) <= 4
