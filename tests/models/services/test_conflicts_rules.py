"""When versions of a field say the same, which of them is the tidiest, and how they are joined."""

import random

import pytest

from models.services.conflicts_rules import CannotJoin, alike, joined, tidiest

PHONE = "+8613820001234"


@pytest.mark.parametrize(
    ("entity", "field", "values", "why"),
    [
        ("phone", "number", ["138 2000 1234", "+86 13820001234"], "phone"),
        ("phone", "number", ["13820001234", "13820001235"], ""),
        ("identity_document", "number", ["12010119500308121x", "120101 19500308 121X"], "number"),
        ("resident", "name", ["欧阳 若曦", "欧阳若曦"], "blanks"),
        ("resident", "name", ["Anna", "ANNA"], "case"),
        ("resident", "note", ["３号楼", "3号楼"], "writing"),
        ("resident", "note", ["腿脚不便，独居。", "腿脚不便、独居"], "signs"),
        ("resident", "note", ["，", "。"], ""),
        ("resident", "note", ["", " "], ""),
        ("resident", "note", ["独居", "不独居"], ""),
        ("resident", "sex", ["1", "2"], ""),
        ("resident", "birth_date", ["1950-03-08", "1950-08-03"], ""),
        ("visit", "met", [["a", "b"], ["b", "a"]], "order"),
        ("visit", "met", [["a"], ["a", "b"]], ""),
    ],
)
def test_versions_that_say_the_same_are_told_with_the_reason(entity, field, values, why) -> None:
    assert alike(entity, field, values) == why
    assert alike(entity, field, values[::-1]) == why


def test_the_tidiest_version_is_kept() -> None:
    assert tidiest("phone", "number", ["138 2000 1234", PHONE]) == 1
    assert tidiest("identity_document", "number", ["12010119500308121x", "12010119500308121X"]) == 1
    assert tidiest("resident", "note", [" 独居", "独居"]) == 1
    assert tidiest("resident", "note", ["３ 号", "３号"]) == 0


def test_joining_says_nothing_twice_whatever_the_order() -> None:
    values = ["腿脚不便", "腿脚不便，独居", "已装扶手", ""]
    for order in (values, values[::-1], random.Random(1).sample(values, 4)):
        lines = joined("resident", "note", order).split("\n")
        assert sorted(lines) == ["已装扶手", "腿脚不便，独居"]
    assert joined("visit", "purpose", ["看望", "送药"]) == "看望；送药"
    with pytest.raises(CannotJoin):
        joined("resident", "name", ["李建军", "李建民"])
