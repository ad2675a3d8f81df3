"""Forms as ruled paper, from the definitions that screens draw."""

from datetime import date

import pypdfium2
import pytest
import zxingcpp

from forms import definitions
from forms.instruments import instruments, load
from forms.on_paper import blank_form
from forms.xlsform import shipped
from forms.xlsform.on_paper import blank_questionnaire
from models.records.papers import read_form_code
from models.texts import speaking
from reports.blank_forms import render_blank
from reports.wording import wording
from tests.reports.letters import page_texts
from tests.reports.papers import OFFICE, look_at

DAY = date(2026, 11, 22)
LANGUAGES = {"zh": "zh_CN", "en": "en"}


def blank(form_id: str, language: str = "zh", copies: int = 1):
    with speaking(LANGUAGES[language]):
        return blank_form(
            definitions.load(form_id), office=OFFICE, made_on=DAY, language=language, copies=copies,
            instrument=form_id in instruments(),
        )  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form_id", ["resident", "household", "visit", "change", "elder_ability"])
def test_every_question_of_a_form_stands_on_paper(form_id, language):
    value = blank(form_id, language)
    pdf = render_blank(value)
    look_at(pdf)
    whole = "".join(page_texts(pdf))
    with speaking(LANGUAGES[language]):
        for question in definitions.load(form_id).questions:
            assert "".join(question.label.split()) in whole
            if question.kind in ("choice", "choices") and 0 < len(question.choices) <= 16:
                assert all("".join(label.split()) in whole for _code, label in question.choices)


def test_points_stand_beside_the_choices_of_an_instrument():
    whole = "".join(page_texts(render_blank(blank("elder_ability"))))
    eating = load("elder_ability").sections[3].questions[0]
    with speaking("zh_CN"):
        assert all(f"{''.join(label.split())}（{code}分）" in whole for code, label in eating.choices)


@pytest.mark.parametrize("name", shipped.names())
def test_an_office_questionnaire_becomes_paper_too(name):
    with speaking("zh_CN"):
        value = blank_questionnaire(shipped.load(name), office=OFFICE, made_on=DAY, language="zh")
    pdf = render_blank(value)
    look_at(pdf)
    whole = "".join(page_texts(pdf))
    for part in value.parts:
        assert all("".join(question.label.split()) in whole for question in part.questions)


def test_the_code_on_a_form_leads_back_to_the_form():
    pdf = render_blank(blank("visit"))
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=203 / 72).to_pil().convert("L")
    document.close()
    (found,) = zxingcpp.read_barcodes(picture)
    assert read_form_code(found.text) == ("visit", definitions.load("visit").version)
    assert "JMF:visit:1" in page_texts(pdf)[0]


def test_copies_are_whole_forms_each_counted_by_itself():
    one, three = (page_texts(render_blank(blank("visit", copies=copies))) for copies in (1, 3))
    assert three == one * 3
    assert f"第{len(one)}页，共{len(one)}页" in three[-1]


def test_both_languages_have_every_word():
    assert set(wording("blank", "zh")) == set(wording("blank", "en"))
