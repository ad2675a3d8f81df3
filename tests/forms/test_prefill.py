"""An identity number suggests other answers, and never takes the place of one."""

import pytest

from forms import prefill
from models import texts
from tests.forms.people import card


def test_a_sound_number_tells_birth_sex_and_where_it_was_issued():
    told = prefill.from_number("resident_card", f"{card()} ")
    assert (told.birth_date, told.sex, told.division) == ("1952-03-08", "2", "120101")
    with texts.speaking("zh_CN"):
        assert prefill.from_number("resident_card", card()).issued_in == "天津市和平区"
        assert prefill.from_number("resident_card", card(division="130102")).issued_in == "河北省"


def test_the_old_number_tells_the_same():
    told = prefill.from_number("resident_card_15", "120101520308002")
    assert (told.birth_date, told.sex) == ("1952-03-08", "2")


@pytest.mark.parametrize(
    ("kind", "number"), [("resident_card", card()[:-1]), ("passport", "E12345678"), ("other", card()), ("", "")]
)
def test_other_documents_and_broken_numbers_tell_nothing(kind, number):
    assert prefill.from_number(kind, number) is None


def test_only_empty_answers_are_suggested():
    documents = [{"kind": "passport", "number": "E12345678"}, {"kind": "resident_card", "number": card()}]
    assert prefill.suggest({"documents": documents}) == {"birth_date": "1952-03-08", "sex": "2"}
    assert prefill.suggest({"documents": documents, "birth_date": "1950"}) == {"sex": "2"}
    assert prefill.suggest({"documents": documents, "birth_date": "1950", "sex": "1"}) == {}
    assert prefill.suggest({}) == {}
    assert prefill.suggest({"documents": ["x", {"number": []}]}) == {}
