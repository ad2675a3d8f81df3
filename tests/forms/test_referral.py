"""The form of a referral: services, the receiving office, the letter."""

from datetime import date

import pytest

from forms import definitions
from models import texts

ON = date(2026, 3, 5)
BASE = {"resident_id": "r1", "matters": [{"service_id": "S51"}], "receiver": "劝业场街道党群服务中心"}


def read(**answers):
    return definitions.load("referral").read({**BASE, **answers}, ON)


def fields(found):
    return [one.field for one in found]


def test_a_referral_needs_little_and_the_rest_has_its_usual_value():
    entry = read().entry
    assert (entry.language, entry.red_head, entry.valid_days) == ("zh", True, 30)
    assert entry.matters[0].documents is None  # as the policy pack says


def test_all_that_was_chosen_arrives():
    entry = read(
        matters=[
            {"service_id": "S51", "component": "重度", "documents": "身份证\n\n户口簿 "}, {}, {"service_id": "S52"}
        ],
        receiver_phone="022-27355555 转 8", language="en", red_head="no", valid_days="15天", note="行动不便",
    ).entry  # fmt: skip
    assert entry.matters[0].documents == ("身份证", "户口簿")
    assert [matter.service_id for matter in entry.matters] == ["S51", "S52"]
    assert (entry.language, entry.red_head, entry.valid_days) == ("en", False, 15)
    assert entry.receiver_phone == "022-27355555 转 8"
    form = definitions.load("referral")
    assert form.read(form.answers(entry), ON).entry == entry


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"matters": []}, ["matters"]),
        ({"matters": [{"component": "x"}]}, ["matters.0.service_id"]),
        ({"matters": [{"service_id": f"S{n}"} for n in range(7)]}, ["matters"]),
        ({"receiver": " "}, ["receiver"]),
        ({"receiver": "局" * 81, "valid_days": "0"}, ["receiver", "valid_days"]),
        ({"valid_days": "400"}, ["valid_days"]),
        ({"language": "fr", "red_head": "perhaps"}, ["language", "red_head"]),
        ({"resident_id": None}, ["resident_id"]),
    ],
)
def test_a_problem_names_its_field_in_both_languages(answers, expected):
    assert fields(read(**answers).problems) == expected
    with texts.speaking("zh_CN"):
        assert fields(read(**answers).problems) == expected
