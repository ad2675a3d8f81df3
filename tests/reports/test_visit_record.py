from datetime import date

import pypdfium2
import pytest

from models.records.papers import FactLearnt, FormFilled, NeedFound, PersonMet, VisitSheet
from reports.printable import UnmaskedNumber
from reports.visit_record import render_visit
from reports.wording import wording
from tests.reports.letters import character_boxes, page_texts
from tests.reports.test_letter import overlapping

BASE = VisitSheet(
    community="示范区样本街道虚构路社区居民委员会",
    visited_on=date(2026, 11, 6),
    worker="张示例",
    outcome="已见到",
    address="示范区样本街道虚构路社区例子里12号楼3门501室",
    householder="李𬱖",
    phone="139****0001",
    purpose="新市民入户走访",
    met=(
        PersonMet(name="李𬱖", relation="户主"),
        PersonMet(name="买买提·吐尔逊江·阿不都热合曼", relation="女婿", remark="在附近市场经商，白天一般不在家"),
    ),
    needs=(
        NeedFound(who="李𬱖", group="养老", urgency="尽快", words="上下楼困难，希望了解居家养老服务和助餐。"),
        NeedFound(group="教育", urgency="近期", words="外孙明年9月入学，需要了解随迁子女入学所需材料。"),
    ),
    learnt=(
        FactLearnt(who="李𬱖", what="能否自己上下楼", answer="不能，需要人搀扶", source="本人口述"),
        FactLearnt(what="住房情况", answer="租住，合同到2027年5月", source="租赁合同（已看）"),
    ),
    notes="居民听力不好，说话请大声一些。\n家中一层有台阶，建议联系加装扶手。",
    next_visit=date(2026, 12, 4),
    next_reason="送养老服务材料",
)


def test_the_record_holds_all_that_was_noted():
    (page,) = page_texts(render_visit(BASE))
    for person in BASE.met:
        assert person.name in page
    for need in BASE.needs:
        assert need.words in page
    for fact in BASE.learnt:
        assert fact.what in page
        assert fact.answer in page
        assert fact.source in page
    assert "".join(BASE.notes.split()) in page
    assert "2026年12月4日送养老服务材料" in page
    assert "填写的评估和问卷" not in page


def test_what_was_filled_in_on_the_visit_stands_with_its_result():
    filled = (FormFilled(who="李𬱖", name="老年人能力评估", result="71分，轻度失能"), FormFilled(name="居家安全问卷"))
    (page,) = page_texts(render_visit(BASE.model_copy(update={"filled": filled})))
    for said in ("填写的评估和问卷", "老年人能力评估", "71分，轻度失能", "居家安全问卷"):
        assert said in page


def test_a_visit_with_nobody_at_home_says_that_nothing_was_found():
    empty = BASE.model_copy(
        update={"met": (), "needs": (), "learnt": (), "notes": "", "next_visit": None, "next_reason": ""}
    )
    (page,) = page_texts(render_visit(empty))
    for title in ("见到的人：无", "发现的需求：无", "了解到的情况：无"):
        assert title in page
    assert "走访记事" not in page
    assert "下次走访" not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_overlaps_and_long_records_flow_on(language):
    value = BASE.model_copy(update={"language": language, "needs": BASE.needs * 12, "learnt": BASE.learnt * 12})
    document = pypdfium2.PdfDocument(render_visit(value))
    assert len(document) >= 2
    for page in document:
        boxes = character_boxes(page)
        assert overlapping(boxes) == []
        assert min(box[2] for box in boxes) > 25
    document.close()
    pages = page_texts(render_visit(value))
    assert sum(page.count("入学所需材料") for page in pages) == 12
    assert wording("visit", language)["worker_sign"].replace(" ", "") in pages[-1]


def test_both_languages_have_every_word():
    assert set(wording("visit", "zh")) == set(wording("visit", "en"))


def test_the_same_value_gives_the_same_bytes():
    assert render_visit(BASE) == render_visit(BASE.model_copy())


def test_a_whole_identity_number_in_the_notes_is_refused():
    with pytest.raises(UnmaskedNumber):
        render_visit(BASE.model_copy(update={"notes": "证件110101199003070011"}))


def test_a_table_that_goes_on_has_its_heads_again():
    pages = page_texts(render_visit(BASE.model_copy(update={"needs": BASE.needs * 14})))
    assert len(pages) >= 2
    assert "对象类别缓急情况" in pages[0]
    assert pages[1].partition("日")[2].startswith("对象类别缓急情况"), "right below the running head"
