"""The receipt for changes that were brought, on paper."""

from datetime import date, timedelta

import pypdfium2
import pytest

from reports.exchange_receipt import AbsentParts, ExchangeReceipt, ReceiptDay, render_exchange_receipt
from reports.printable import UnmaskedNumber


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return ["".join(page.split()) for page in pages]


def receipt(days: int = 3, **more: object) -> ExchangeReceipt:
    said = {
        "holder": "天津市和平区劝业场街道办事处",
        "bringer": "天津市和平区劝业场街道花园路社区居民委员会",
        "workers": ("周敏", "李𬱖"),
        "changes": 61,
        "through_day": date(2026, 11, 22),
        "through_time": "17:40",
        "said_day": date(2026, 11, 23),
        "said_time": "09:05",
        "days": tuple(ReceiptDay(day=date(2026, 11, 22) - timedelta(days=n), changes=20 + n) for n in range(days)),
        "state": ("a1b2c3-61-9f8e7d",),
    }
    return ExchangeReceipt(**{**said, **more})


def test_both_copies_stand_on_one_sheet_and_say_what_is_held_up_to_when():
    (page,) = text_of(render_exchange_receipt(receipt()))
    for words in ("第1份（送交方存）", "第2份（接收方存）"):
        assert page.count(words) == 1
    for words in ("61项更改", "截至2026年11月22日17:40", "2026-11-2022", "周敏、李𬱖", "没有缺漏", "a1b2c3-61-9f8e7d"):
        assert page.count(words) == 2, words


def test_what_lacks_is_said_and_nothing_is_called_whole():
    absent = (AbsentParts(day=date(2026, 11, 22), of=5, parts=(2, 4)),)
    (page,) = text_of(render_exchange_receipt(receipt(lacking=12, absent=absent, not_there=7, conflicts=3)))
    for words in ("还缺12项", "共5个文件，还缺第2、4个", "另有7项还没有到达", "3处两边改得不一样"):
        assert page.count(words) == 2, words
    assert "没有缺漏" not in page


def test_a_long_receipt_stays_on_one_sheet():
    absent = tuple(AbsentParts(day=date(2026, 11, 20), of=30, parts=tuple(range(1, 30))) for _n in range(5))
    more = {"lacking": 1, "absent": absent, "not_there": 2, "conflicts": 3, "earlier": 4000}
    pages = text_of(render_exchange_receipt(receipt(14, state=tuple(f"a1b2c{n}-61-9f8e7d" for n in range(9)), **more)))
    assert len(pages) == 1
    assert pages[0].count("更早4126") == 2, "the days that found no room are counted"


def test_the_receipt_can_be_english_and_gives_the_same_bytes_again():
    value = receipt(language="en")
    (page,) = text_of(render_exchange_receipt(value))
    assert "upto17:40on22November2026" in page
    assert render_exchange_receipt(value) == render_exchange_receipt(value)


def test_where_nothing_arrived_it_says_so():
    (page,) = text_of(render_exchange_receipt(receipt(0, changes=0, through_day=None, not_there=9)))
    assert page.count("目前还没有收到") == 2


def test_it_never_carries_a_whole_identity_number():
    with pytest.raises(UnmaskedNumber):
        render_exchange_receipt(receipt(workers=("11010519491231002X",)))
