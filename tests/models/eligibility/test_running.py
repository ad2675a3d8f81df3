"""The cases that travel with the packs: what they may expect, and that a wrong answer is noticed."""

from models.eligibility.running import run_case
from models.eligibility.schema import Expectation

from .support import policies


def case(**said):
    basis = {
        "title": "公用经费",
        "service": "S14",
        "day": "2025-06-01",
        "people": ({"id": "p1", "school_stage": "小学"},),
        "applicant": "p1",
        "expect": "符合",
    }
    return Expectation.model_validate({**basis, **said})


def test_a_case_may_say_of_what_kind_the_amount_is():
    assert run_case(policies(), case(amount=1300, kind="min")) == ()
    assert run_case(policies(), case(amount=1300, kind="exact")) == ("kind min, expected exact",)
    nothing = case(people=({"id": "p1", "school_stage": "无"},), expect="不符合", kind="min")
    assert run_case(policies(), nothing) == ("kind None, expected min",)


def test_a_case_may_name_flags_that_must_be_there():
    assert run_case(policies(), case(day="2026-01-01", flags=("period_ended",))) == ()
    (miss,) = run_case(policies(), case(flags=("period_ended",)))
    assert miss == "flags [], expected ['period_ended'] among them"


def test_the_packs_say_floors_ceilings_and_averages_of_the_texts():
    kinds = {kind for _, expected in policies().cases if (kind := expected.kind)}
    assert {"min", "max", "average", "rate", "contribution", "standard", "range"} <= kinds
    assert sum(expected.kind is not None for _, expected in policies().cases) >= 30
    assert sum(bool(expected.flags) for _, expected in policies().cases) >= 10
