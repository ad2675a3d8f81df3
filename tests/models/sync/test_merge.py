"""The pure merge: current values, conflicts, and that the order of arrival does not matter."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sync.content import field_change, is_genuine, operation_id
from models.sync.merge import merge_row


def said(
    clock: int, fields: dict[str, tuple[Any, list[str]]], *, device: str = "a", entity: str = "resident"
) -> dict[str, Any]:
    operation = {
        "district": "120101",
        "device": device,
        "seq": clock,
        "prev": "",
        "clock": clock,
        "at": clock * 1000,
        "worker": "周敏",
        "verb": "residents.amend",
        "entity": entity,
        "row": "r",
        "office": "120101001001",
        "fields": {name: field_change(value, replaced) for name, (value, replaced) in fields.items()},
    }
    operation["id"] = operation_id(operation)
    return operation


def test_different_fields_changed_by_two_people_merge_silently() -> None:
    made = said(1, {"name": ("李建国", []), "note": ("", [])})
    one = said(2, {"name": ("李建军", [made["id"]])})
    two = said(3, {"note": ("腿脚不便", [made["id"]])}, device="b")
    merged = merge_row([two, made, one])
    assert merged.values == {"name": "李建军", "note": "腿脚不便"}
    assert merged.conflicts == {}
    assert merged.heads == {one["id"]: ["name"], two["id"]: ["note"]}


def test_the_same_field_changed_by_two_who_had_not_seen_each_other_is_a_conflict_and_both_values_stay() -> None:
    made = said(1, {"note": ("旧", [])})
    one, two = said(2, {"note": ("甲", [made["id"]])}), said(5, {"note": ("乙", [made["id"]])}, device="b")
    merged = merge_row([made, one, two])
    assert merged.values == {"note": "乙"}
    assert merged.conflicts == {"note": 5000}
    assert merged.heads == {one["id"]: ["note"], two["id"]: ["note"]}
    settled = said(3, {"note": ("甲", sorted([one["id"], two["id"]]))})
    after = merge_row([settled, two, made, one])
    assert after.values == {"note": "甲"}
    assert after.conflicts == {}
    assert after.heads == {settled["id"]: ["note"]}


def test_a_removal_is_in_conflict_with_what_it_did_not_know() -> None:
    made = said(1, {"name": ("李建国", []), "note": ("", [])})
    meanwhile = said(2, {"note": ("腿脚不便", [made["id"]])}, device="b")
    removed = said(3, {"dead": (True, [made["id"]])})
    assert merge_row([made, removed]).conflicts == {}
    merged = merge_row([made, removed, meanwhile])
    assert (merged.values["dead"], merged.conflicts) == (True, {"dead": 3000})
    for choice in (True, False):
        settled = said(4, {"dead": (choice, sorted([made["id"], meanwhile["id"], removed["id"]]))})
        after = merge_row([settled, made, meanwhile, removed])
        assert (after.values["dead"], after.conflicts) == (choice, {})


@pytest.mark.parametrize(
    ("names", "field"),
    [
        ([], "note"),  # as a merge or an erasure says it, and programs did before: it holds whatever else was said
        (["made"], "office"),  # handed over to another office: nothing was typed
        (["made", "meanwhile"], "note"),
    ],
)
def test_other_removals_hold_without_a_question(names: list[str], field: str) -> None:
    made = said(1, {"name": ("李建国", [])})
    meanwhile = said(2, {field: ("腿脚不便", [])}, device="b")
    ids = {"made": made["id"], "meanwhile": meanwhile["id"]}
    removed = said(3, {"dead": (True, [ids[one] for one in names])})
    assert merge_row([made, removed, meanwhile]).conflicts == {}


def test_what_was_erased_since_is_no_reason_to_ask() -> None:
    made = said(1, {"name": ("李建国", [])})
    meanwhile = said(2, {"note": ("腿脚不便", [])}, device="b")
    meanwhile["fields"]["note"] |= {"v": None, "s": "", "erased": True}
    removed = said(3, {"dead": (True, [made["id"]])})
    assert merge_row([made, removed, meanwhile]).conflicts == {}


def test_two_equal_values_are_no_conflict() -> None:
    made = said(1, {"note": ("旧", [])})
    one, two = said(2, {"note": ("新", [made["id"]])}), said(3, {"note": ("新", [made["id"]])}, device="b")
    merged = merge_row([made, one, two])
    assert merged.conflicts == {}
    assert set(merged.heads) == {one["id"], two["id"]}


def test_a_clock_that_runs_ahead_cannot_replace_what_its_owner_has_not_seen() -> None:
    made = said(1, {"note": ("旧", [])})
    fast = said(9_000_000_000, {"note": ("快钟", [made["id"]])}, device="b")
    later = said(2, {"note": ("看过之后", [fast["id"]])})
    assert merge_row([made, fast, later]).values == {"note": "看过之后"}


def test_an_amendment_that_came_before_its_creation_stands_alone_and_then_on_top() -> None:
    made = said(1, {"name": ("李建国", []), "note": ("旧", [])})
    amended = said(2, {"note": ("新", [made["id"]])})
    assert merge_row([amended]).values == {"note": "新"}
    assert merge_row([amended, made]).values == {"name": "李建国", "note": "新"}


def test_what_replaced_a_value_counts_even_when_the_value_comes_last() -> None:
    first = said(1, {"note": ("一", [])})
    second = said(2, {"note": ("二", [first["id"]])})
    third = said(3, {"note": ("三", [second["id"]])})
    assert merge_row([third, second, first]).heads == {third["id"]: ["note"]}
    assert merge_row([third, first]).conflicts == {"note": 3000}, "until the link between them arrives"


def test_an_erased_value_does_not_compete_and_does_not_break_the_operation() -> None:
    made = said(1, {"note": ("旧", [])})
    one, two = said(2, {"note": ("甲", [made["id"]])}), said(3, {"note": ("乙", [made["id"]])}, device="b")
    two["fields"]["note"] |= {"v": None, "s": "", "erased": True}
    assert is_genuine(two)
    merged = merge_row([made, one, two])
    assert merged.values == {"note": "甲"}
    assert merged.conflicts == {}
    alone = merge_row([two])
    assert alone.values == {}
    assert alone.heads == {two["id"]: ["note"]}


def test_one_id_claimed_for_two_kinds_of_record_is_decided_alike_everywhere() -> None:
    one = said(1, {"note": ("居民", [])}, entity="resident")
    two = said(2, {"notes": ("走访", [])}, entity="visit", device="b")
    assert merge_row([one, two]) == merge_row([two, one])
    assert merge_row([one, two]).values == {"note": "居民"}


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Operations of one record, each of which replaces some of what was said before it."""
    made: list[dict[str, Any]] = []
    for clock in range(1, draw(st.integers(1, 9))):
        names = draw(st.sets(st.sampled_from(["name", "note", "dead"]), min_size=1))
        before = [operation["id"] for operation in made]
        fields = {
            name: (draw(st.integers(0, 2)), sorted(draw(st.sets(st.sampled_from(before)))) if before else [])
            for name in names
        }
        made.append(said(draw(st.integers(1, 3)) * 10 + clock, fields, device=draw(st.sampled_from("ab"))))
    return made


@settings(max_examples=200, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_with_duplicates_gives_the_same_and_agrees_with_the_plain_definition(
    made: list[dict[str, Any]], chance: random.Random
) -> None:
    if not made:
        return
    merged = merge_row(made)
    mixed = made + chance.sample(made, chance.randint(0, len(made)))
    chance.shuffle(mixed)
    assert merge_row(mixed) == merged
    for name in {name for operation in made for name in operation["fields"]}:
        cells = {operation["id"] for operation in made if name in operation["fields"]}
        gone = {identity for operation in made for identity in operation["fields"].get(name, {"p": []})["p"]}
        assert {identity for identity, held in merged.heads.items() if name in held} == cells - gone
        values = {operation["fields"][name]["v"] for operation in made if operation["id"] in cells - gone}
        assert (name in merged.conflicts) == (len(values) > 1)
        assert not values or merged.values[name] in values


def test_merging_nothing_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError):
        merge_row([])
