"""A round on paper: what is on its pages, and what is not."""

from datetime import date

import pypdfium2
import pytest

from reports.printable import UnmaskedNumber, UnprintableText
from reports.round_list import PersonLine, RoundLine, RoundSheet, render_round
from tests.reports.letters import character_boxes, page_texts
from tests.reports.test_letter import overlapping

LINE = RoundLine(
    number=1,
    street="虚构路12号",
    door="3号楼2单元101",
    people=(
        PersonLine(name="李𬱖", about="76岁 …1234"),
        PersonLine(name="买买提·吐尔逊江·阿不都热合曼", about="5岁"),
    ),
    before="上次走访 2026-03-08 已见到",
    due=("送米面（11月23日）", "居住证12月10日到期：李𬱖"),
    retry="周六",
    note="敲门声大些",
)


def sheet(count: int = 3, **more) -> RoundSheet:
    lines = tuple(LINE.model_copy(update={"number": number}) for number in range(1, count + 1))
    told = {"office": "虚构路社区居民委员会", "name": "3号楼2单元", "printed_on": date(2026, 11, 22), "lines": lines}
    return RoundSheet(**{"purpose": "冬季走访", "worker": "张示例", **told, **more})


def test_a_line_holds_the_door_its_people_by_number_and_what_is_due():
    (page,) = page_texts(render_round(sheet()))
    for words in ("3号楼2单元", "张示例", "冬季走访", "共3户", "虚构路12号", "1李𬱖76岁…1234", "2买买提"):
        assert words in page, words
    for words in ("送米面", "居住证12月10日到期", "上次走访2026-03-08", "周六", "敲门声大些"):
        assert words in page, words


def test_every_page_says_round_worker_day_and_its_number_and_repeats_the_headings():
    pages = page_texts(render_round(sheet(40)))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        for words in ("3号楼2单元", "张示例", "日期", "上午", "1见到", "2无人", "3拒绝", "4搬走", "再访"):
            assert words in page, words
        assert f"第{number}页，共{len(pages)}页" in page
        assert "录入后销毁" in page
    assert sum(page.count("敲门声大些") for page in pages) == 40


def test_a_door_at_which_nobody_is_registered_has_its_line():
    (page,) = page_texts(render_round(sheet(lines=(RoundLine(number=7, door="3号楼2单元301"),))))
    assert "无登记住户" in page
    assert "301" in page


def test_who_walks_and_when_is_written_by_hand_where_it_is_not_known():
    (page,) = page_texts(render_round(sheet(worker="")))
    assert "走访人：＿＿" in page


def test_no_text_lies_on_another():
    pdf = render_round(sheet(12, name="一轮名字特别特别长的走访清单" * 4))
    for page in pypdfium2.PdfDocument(pdf):
        assert overlapping(character_boxes(page)) == []


def test_a_whole_identity_number_and_what_no_face_shows_are_not_printed():
    with pytest.raises(UnmaskedNumber):
        render_round(sheet(lines=(LINE.model_copy(update={"note": "120101194103080028"}),)))
    with pytest.raises(UnprintableText):
        render_round(sheet(name="\U000f0000"))


def test_the_same_round_gives_the_same_bytes_and_speaks_english_too():
    assert render_round(sheet()) == render_round(sheet())
    (page,) = page_texts(render_round(sheet(language="en")))
    assert "Alsodue" in page.replace(" ", "")
