"""The safety sheet stays on one page, in both languages, whatever is filled in."""

from datetime import date

import pypdfium2
import pytest

from reports.safety_sheet import SECTIONS, SafetySheet, render_safety_sheet
from reports.wording import wording


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return ["".join(page.split()) for page in pages]


def sheet(language: str = "zh", **more: object) -> SafetySheet:
    said = {"language": language, "office": "天津市和平区劝业场街道办事处", "printed_on": date(2026, 11, 22)}
    return SafetySheet(**{**said, **more})


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("long", [False, True])
def test_everything_stands_on_one_page(language, long):
    more = {"supervisor": "欧阳建国主任" * 12, "computer": "劝业场街道第十七号窗口电脑" * 6} if long else {}
    (page,) = text_of(render_safety_sheet(sheet(language, **more)))
    words = wording("safety", language)
    for name in SECTIONS:
        assert "".join(words[f"{name}_h"].split()) in page
        last = words[name].strip().splitlines()[-1]
        assert "".join(last.split())[:40] in page
    assert "".join(words["foot"].split()) in page


def test_it_says_whom_to_call_and_how_many_are_on_the_computer():
    more = {"supervisor": "王主任 022-0000 0000", "households": 412, "residents": 1033, "computer": "a1b2-c3d4"}
    (page,) = text_of(render_safety_sheet(sheet(**more, backed_up_on=date(2026, 11, 21))))
    assert "告诉主管：王主任022-00000000" in page
    assert "412户／1,033人" in page
    assert "a1b2-c3d4" in page
    assert "2026年11月21日" in page
    assert "还没有" in page, "the exchange that never was"


def test_the_same_value_gives_the_same_bytes():
    assert render_safety_sheet(sheet()) == render_safety_sheet(sheet())
