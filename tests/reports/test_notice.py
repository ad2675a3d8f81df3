from base64 import b64encode
from io import BytesIO

import pypdfium2
import pypdfium2.raw
import pytest
from PIL import Image

from models.records.layout import SETUPS
from models.records.referral import MatterEntry
from reports.fonts import HERE
from reports.notice import render_notice
from reports.printable import UnmaskedNumber, UnprintableText
from reports.wording import wording
from tests.models.services.people import five_people
from tests.reports.letters import page_texts
from tests.reports.papers import LONG, LONG_ADDRESS, MATTER, NOTICE, RARE, look_at

LISTS = ("quotes", "documents", "missing", "reasons")


def test_a_notice_says_of_a_service_all_that_the_rule_says():
    (page,) = page_texts(render_notice(NOTICE))
    said = (
        MATTER.name,
        MATTER.verdict,
        MATTER.amount,
        MATTER.place,
        *MATTER.reasons,
        *MATTER.missing,
        *MATTER.documents,
    )
    for words in (
        *said,
        MATTER.quotes[0].words,
        "津政办发〔2021〕52号",
        "政策未写明办理地点",
        *NOTICE.remarks,
        NOTICE.note,
    ):
        assert "".join(words.split()) in page
    assert page.count(RARE) == 3, "in the greeting, in the table, on the stub"
    assert "存根" in page


def test_the_stub_stands_on_the_last_page_with_all_matters():
    many = NOTICE.model_copy(
        update={"matters": tuple(MATTER.model_copy(update={"name": f"服务{n}"}) for n in range(1, 9))}
    )
    pages = page_texts(render_notice(many))
    assert len(pages) > 1
    stub = pages[-1].partition("存根")[2]
    assert all(f"服务{n}" in stub for n in range(1, 9))
    assert all("存根" not in page for page in pages[:-1])
    assert all(RARE in page for page in pages), "the running head names whom it is about"
    look_at(render_notice(many))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_name_and_address_stand_whole(language):
    value = NOTICE.model_copy(
        update={"resident_name": LONG, "address": LONG_ADDRESS, "language": language, "matters": (MATTER,) * 3}
    )
    pdf = render_notice(value)
    look_at(pdf, most_pages=3)
    whole = "".join(page_texts(pdf))
    assert whole.count(LONG) >= 3
    assert LONG_ADDRESS in whole


def test_what_is_not_known_leaves_no_hole():
    bare = NOTICE.model_copy(
        update={
            "birth_date": None, "document_kind": "", "document_masked": "", "phone": "", "address": "", "remarks": (),
            "note": "", "worker_phone": "",
            "matters": (MATTER.model_copy(update={**dict.fromkeys(LISTS, ()), "amount": ""}),),
        }
    )  # fmt: skip
    (page,) = page_texts(render_notice(bare))
    assert "政策没有列出材料" in page
    for gone in ("还差：", "条件", "依据", "注意事项", "咨询电话"):
        assert gone not in page


def test_the_family_of_the_dead_is_told_and_signs():
    (page,) = page_texts(render_notice(NOTICE.model_copy(update={"deceased": True})))
    assert f"{RARE}的家属：" in page
    assert "家属签字" in page


def test_a_notice_is_refused_with_whole_numbers_or_characters_of_no_face():
    with pytest.raises(UnmaskedNumber):
        render_notice(NOTICE.model_copy(update={"note": "证件110101199003070011"}))
    with pytest.raises(UnprintableText):
        render_notice(NOTICE.model_copy(update={"resident_name": "\U000f0000"}))


def test_the_same_notice_gives_the_same_bytes_in_both_languages():
    assert render_notice(NOTICE) == render_notice(NOTICE.model_copy())
    assert set(wording("notice", "zh")) == set(wording("notice", "en"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_rules_in_force_say_nothing_that_cannot_be_printed(casebook, language):
    five = casebook.households.register(five_people())
    services = [
        MatterEntry(service_id=service.id)
        for service in casebook.eligibility.services().values()
        if service.components[0].subject != "deceased"
    ]
    printed = ""
    for start in range(0, len(services), 30):
        value = casebook.papers.notice(five.ids[4], services[start : start + 30], language)
        pdf = render_notice(value)
        look_at(pdf)
        printed += "".join(page_texts(pdf))
    for service in casebook.eligibility.services().values():
        if service.components[0].subject != "deceased":
            assert "".join(service.name.split()) in printed


def test_the_mark_and_the_logo_of_the_office_stand_on_top():
    out = BytesIO()
    Image.new("RGB", (400, 200), "navy").save(out, "PNG")
    mark = {"heading": "虚构路社区", "logo": b64encode(out.getvalue()).decode(), "logo_height": 30.0}
    layout = NOTICE.layout.model_copy(update=mark)
    pdf = render_notice(NOTICE.model_copy(update={"layout": layout}))
    (page,) = page_texts(pdf)
    assert page.startswith("虚构路社区")
    document = pypdfium2.PdfDocument(pdf)
    (picture,) = document[0].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    left, bottom, right, top = picture.get_bounds()
    assert round((top - bottom) * 25.4 / 72) == 18, "a high logo is made as small as there is room"
    assert right < 100 * 72 / 25.4
    assert bottom > (297 - 31) * 72 / 25.4
    assert left > 0
    document.close()


@pytest.mark.parametrize("setup", [setup for setup in SETUPS.values() if setup.wording != "letter"])
def test_an_office_is_offered_no_words_that_are_printed_nowhere(setup):
    source = "".join(path.read_text("utf-8") for path in (HERE / "reports").rglob("*.py"))
    both = [set(wording(setup.wording, language)) for language in ("zh", "en")]
    assert both[0] == both[1]
    unused = [key for key in both[0] if f'"{key}"' not in source and f"'{key}'" not in source]
    assert all(key.startswith("opening_") for key in unused), "those are put together from what is known"
