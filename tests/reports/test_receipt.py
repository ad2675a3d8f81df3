from datetime import datetime

import pypdfium2
import pytest

from reports.paper import HEIGHT
from reports.printable import UnprintableText
from reports.receipt import ReceiptCount, ReceiptValue, render_receipt
from reports.wording import wording
from tests.reports.letters import character_boxes, page_texts
from tests.reports.test_letter import overlapping

BASE = ReceiptValue(
    batch="0192f3a4-77b1-7c00-8a55-1f2e3d4c5b6a",
    device="虚构路社区3号笔记本",
    sender="示范区样本街道虚构路社区居民委员会",
    worker="张示例",
    office="示范区样本街道办事处",
    received_at=datetime(2026, 11, 6, 18, 5),  # noqa: DTZ001  # local to the office
    through=datetime(2026, 11, 6, 17, 40),  # noqa: DTZ001
    changes=61,
    counts=tuple(
        ReceiptCount(kind=kind, number=n) for kind, n in (("居民", 23), ("住户", 9), ("走访", 12), ("需求", 17))
    ),
    waiting=2,
    refused=1,
    check_code="7F3A-91C2-0B4D-E856",
)


def test_the_slip_says_what_arrived_and_up_to_when():
    (page,) = page_texts(render_receipt(BASE))
    assert "虚构路社区3号笔记本截至2026年11月6日17:40的61条变更，已由示范区样本街道办事处收到并入库。" in page
    for text in (BASE.batch, BASE.check_code, BASE.sender, "2026年11月6日18:05", "合计"):
        assert text in page
    assert "其中2条与其他记录不一致" in page


def test_a_clean_batch_has_no_word_about_trouble():
    (page,) = page_texts(render_receipt(BASE.model_copy(update={"waiting": 0, "refused": 0})))
    assert "不一致" not in page
    assert "未能入库" not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_slip_stays_on_the_upper_half_without_overlap(language):
    many = tuple(ReceiptCount(kind=f"第{n}类记录", number=n * 1000) for n in range(11))
    pdf = render_receipt(BASE.model_copy(update={"language": language, "counts": many}))
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    boxes = character_boxes(document[0])
    document.close()
    assert min(box[2] for box in boxes) > HEIGHT / 2
    assert overlapping(boxes) == []


def test_the_slip_can_be_had_in_english_with_every_word():
    (page,) = page_texts(render_receipt(BASE.model_copy(update={"language": "en"})))
    assert "61changesmadeon" in page
    assert "upto6November2026,17:40" in page
    assert "校验码" not in page
    assert set(wording("receipt", "zh")) == set(wording("receipt", "en"))


def test_the_same_value_gives_the_same_bytes():
    assert render_receipt(BASE) == render_receipt(BASE.model_copy())


def test_a_character_of_no_face_stops_the_slip():
    with pytest.raises(UnprintableText) as caught:
        render_receipt(BASE.model_copy(update={"worker": "张\ue000"}))
    assert caught.value.where == ("worker",)
