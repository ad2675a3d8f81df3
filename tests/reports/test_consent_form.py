"""The consent as a paper to sign: everything that is told stands on it, one paper for each person."""

from datetime import date

import pypdfium2
import pytest

from reports.consent_form import ClassLine, ConsentPaper, render_consent
from reports.printable import UnprintableText


def paper(**more: object) -> ConsentPaper:
    told = {
        "office": "花园路社区居民委员会",
        "worker": "周敏",
        "title": "个人信息处理告知与同意",
        "version": "1",
        "paragraphs": ("处理者：花园路社区居民委员会，联系电话：022-27355555。", "我们登记您和家人的情况。"),
        "purposes": ("入户走访、了解需求", "转介给经办单位"),
        "classes": (
            ClassLine(label="基本信息：姓名", why="没有基本信息无法登记。", by_duty=True),
            ClassLine(label="健康和照护信息", why="用于健康服务。"),
        ),
        "printed_on": date(2026, 11, 22),
    }
    return ConsentPaper(**{**told, **more})


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without white space."""
    document = pypdfium2.PdfDocument(pdf)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def test_everything_that_is_told_and_asked_stands_on_it() -> None:
    (said,) = pages(render_consent(paper(names=("欧阳修远",))))
    for words in ("欧阳修远", "022-27355555", "基本信息：姓名", "健康和照护信息", "依法定职责", "监护人姓名", "见证人"):
        assert words in said, words


def test_there_is_one_paper_for_each_person_and_an_empty_one_for_nobody() -> None:
    assert len(pages(render_consent(paper(names=("李建国", "王秀英", "李伟"))))) == 3
    (said,) = pages(render_consent(paper()))
    assert "本人姓名：" in said


def test_every_paper_says_the_same_but_for_the_name() -> None:
    names = ("李建国", "王秀英", "李伟", "赵敏")
    said = pages(render_consent(paper(names=names)))
    assert len({page.replace(name, "") for page, name in zip(said, names, strict=True)}) == 1


def test_a_long_text_goes_on_with_the_title_and_the_number_of_the_page() -> None:
    said = pages(render_consent(paper(paragraphs=("我们登记您和家人的情况，用于走访。" * 12,) * 9)))
    assert len(said) > 1
    assert all("个人信息处理告知与同意" in page for page in said)
    assert f"第{len(said)}页，共{len(said)}页" in said[-1]


def test_it_speaks_english_where_that_is_wanted() -> None:
    (said,) = pages(render_consent(paper(language="en", title="Your consent", paragraphs=("Who keeps the data.",))))
    assert "Whokeepsthedata." in said
    assert "Signature:" in said


def test_the_same_paper_gives_the_same_bytes_and_a_box_is_never_printed_for_a_character() -> None:
    assert render_consent(paper()) == render_consent(paper())
    with pytest.raises(UnprintableText):
        render_consent(paper(names=("\U0010fffd",)))
