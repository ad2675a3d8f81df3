"""The copy of everything: all records, whole numbers, who looked; nothing stops it."""

from datetime import date

from reports.held_data import HeldPaper, HeldRecord, HeldSection, printable, render_held
from tests.reports.test_consent_form import pages


def paper(**more: object) -> HeldPaper:
    person = HeldRecord(pairs=(("姓名", "李建国"), ("备注", "住在三楼")))
    document = HeldRecord(pairs=(("类别", "居民身份证"), ("号码", "11010519491231002X")))
    told = {
        "office": "花园路社区居民委员会",
        "name": "李建国",
        "made_on": date(2026, 11, 22),
        "sections": (HeldSection(title="本人", records=(person,)), HeldSection(title="证件", records=(document,))),
        "seen": (("2026-11-22 10:00", "周敏", "查看"),),
        "pictures": 2,
    }
    return HeldPaper(**{**told, **more})


def test_a_whole_number_is_printed_since_it_is_the_persons_own() -> None:
    (said,) = pages(render_held(paper()))
    for words in ("李建国", "11010519491231002X", "住在三楼", "周敏", "查看", "照片2张"):
        assert words in said, words


def test_many_records_and_a_very_long_note_go_on_over_the_pages() -> None:
    records = tuple(HeldRecord(pairs=(("事项", f"第{n}次走访"), ("记事", "情况" * 20))) for n in range(80))
    long = HeldRecord(pairs=(("记事", "很长的记事。" * 900),))
    said = pages(render_held(paper(sections=(HeldSection(title="走访", records=(*records, long)),))))
    assert len(said) > 5
    assert "第79次走访" in "".join(said)
    assert "".join(said).count("很长的记事") == 900


def test_a_character_of_no_face_and_a_control_character_do_not_stop_the_copy() -> None:
    assert printable("甲\U0010fffd乙\x07") == "甲〔U+10FFFD〕乙"
    (said,) = pages(render_held(paper(name="李\U0010fffd国")))
    assert "U+10FFFD" in said


def test_it_speaks_english_and_says_where_nobody_looked() -> None:
    (said,) = pages(render_held(paper(language="en", seen=())))
    assert "Copyofpersonaldata" in said
    assert "nothing" in said
