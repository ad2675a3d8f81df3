"""The list by which households are handed over, on paper."""

from datetime import date

import pypdfium2
import pytest

from reports.handover import HandoverSheet, SheetHousehold, SheetThing, render_handover
from reports.printable import UnmaskedNumber, UnprintableText


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return pages


def sheet(households: int = 3, **more: object) -> HandoverSheet:
    some = tuple(
        SheetHousehold(
            address=f"花园路社区 鞍山道12号 3号楼2单元{n}01",
            people=("孙秀英", "李𬱖"),
            things=(
                SheetThing(words="计划2026-11-25走访：满65周岁，可建立健康档案", due=date(2026, 11, 25)),
                SheetThing(words="紧急需求（2026-11-01起）：病有所医，行动不便，需要轮椅和家庭医生上门"),
            )
            if n % 3
            else (),
        )
        for n in range(1, households + 1)
    )
    told = {"community": "天津市和平区劝业场街道花园路社区居民委员会", "giver": "周敏", "taker": "王芳"}
    return HandoverSheet(**{**told, "handed_on": date(2026, 11, 22), "households": some, **more})


def test_there_are_two_copies_each_marked_with_signature_lines_of_both_sides():
    first, second = text_of(render_handover(sheet(note="下月起休产假")))
    assert "第1份（移交人存）" in first
    assert "第2份（接收人存）" in second
    for page in (first, second):
        for words in ("住户交接清单", "移交人（签字）", "接收人（签字）", "下月起休产假", "孙秀英", "无未办结事项"):
            assert words in page
        assert "3户，未办结事项4项" in page
        assert "第1页，共1页" in page


def test_every_household_of_a_long_list_is_on_both_copies_under_a_heading():
    pages = text_of(render_handover(sheet(60)))
    assert len(pages) % 2 == 0
    half = len(pages) // 2
    for copy in (pages[:half], pages[half:]):
        whole = "\n".join(copy)
        assert all(f"3号楼2单元{n}01" in whole.replace("\r\n", "") for n in range(1, 61))
        assert all("移交当日未办结事项" in page for page in copy[:-1])
        assert f"第{half}页，共{half}页" in copy[-1]
        assert "接收人（签字）" in copy[-1]


def test_what_was_answered_already_is_printed_as_ticked():
    one, two = (SheetHousehold(address="鞍山道1号", taken=taken) for taken in (True, False))
    page = text_of(render_handover(sheet(households=0).model_copy(update={"households": (one, two)})))[0]
    assert "不接收" in page
    assert page.count("接收") > page.count("不接收")


def test_the_list_can_be_english():
    page = text_of(render_handover(sheet(language="en")))[0]
    assert "Handover of Households" in page
    assert "22 November 2026" in page


def test_the_same_value_gives_the_same_bytes():
    assert render_handover(sheet(20)) == render_handover(sheet(20))


def test_whole_numbers_and_characters_that_no_face_has_are_refused():
    with pytest.raises(UnmaskedNumber):
        render_handover(sheet(note="11010519491231002X"))
    with pytest.raises(UnprintableText):
        render_handover(sheet(note="\U0001f600"))
