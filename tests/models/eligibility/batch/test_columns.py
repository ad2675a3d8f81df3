"""Columns: what a case says is found in them, and survives as bytes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from models.eligibility import Case, Person
from models.eligibility.batch import packing
from models.eligibility.batch.columns import (
    LAST_DAY,
    NO_DAY,
    ODD,
    ROLES,
    STATED,
    UNKNOWN,
    Codes,
    Days,
    Numbers,
    codes_by_value,
    columns_of,
    role_code,
    unknown,
)
from models.eligibility.batch.single import case_of
from models.eligibility.case import counts, is_deceased, relatives
from models.eligibility.schema import RELATIONS
from tests.models.eligibility.batch.register import DAY, draw_register
from tests.models.eligibility.support import policies


def one(facts, household=None, states=None):
    return columns_of(policies(), [Case(DAY, household or {}, (Person("a", facts),), states or {})])


def test_a_fact_with_a_domain_is_its_place_in_it():
    columns = one({"hukou_tianjin": False, "disability_grade": 3}, {"dibao": True})
    assert columns.facts["hukou_tianjin"].values.tolist() == [2]
    assert columns.facts["disability_grade"].values.tolist() == [3]
    assert columns.facts["dibao"].values.tolist() == [1]
    assert "orphan" not in columns.facts


def test_a_state_is_an_unknown_of_its_own():
    columns = one({"orphan": True}, states={("a", "orphan"): "refused", ("a", "veteran"): "not_known"})
    assert columns.facts["orphan"].values.tolist() == [STATED]
    assert columns.facts["veteran"].values.tolist() == [STATED]


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("1960", date(1960, 1, 1), date(1960, 12, 31)),
        ("1960-02", date(1960, 2, 1), date(1960, 2, 29)),
        (date(1960, 2, 29), date(1960, 2, 29), date(1960, 2, 29)),
        ("无", date.min, date.min),
    ],
)
def test_a_half_known_date_is_an_interval(written, low, high):
    days = one({"birth_date": written}).facts["birth_date"]
    assert (days.low.tolist(), days.high.tolist()) == ([low.toordinal()], [high.toordinal()])


def test_numbers_are_hundredths_and_what_does_not_fit_is_kept_exactly():
    facts = [{"income_month": value} for value in ("1010.01", 0, "0.001", 10**9)]
    case = Case(DAY, {}, tuple(Person(str(place), given) for place, given in enumerate([*facts, {}])))
    column = columns_of(policies(), [case]).facts["income_month"]
    assert column.values.tolist() == [101001, 0, ODD, ODD, UNKNOWN]
    assert column.odd == {2: Decimal("0.001"), 3: Decimal(10**9)}


def test_a_value_outside_the_dictionary_is_refused():
    for facts in ({"no such fact": 1}, {"disability_grade": 7}, {"income_month": -1}, {"hukou_tianjin": "yes"}):
        with pytest.raises(ValueError):
            one(facts)


def test_every_role_keeps_its_relatives():
    written = ("applicant", "", "self", "head", "husband", "wife", "spouse", "partner", "son", "daughter", "child")
    for own in (*written, "father", "mother", "parent", "grandparent", "deceased"):
        for other in (*written, "father", "mother", "parent", "uncle"):
            said = Case(DAY, {}, (Person("a", {}, own), Person("b", {}, other)))
            read = Case(DAY, {}, (Person("a", {}, ROLES[role_code(own)]), Person("b", {}, ROLES[role_code(other)])))
            for relation in RELATIONS:
                assert relatives(said, "a", relation) == relatives(read, "a", relation), (own, other, relation)


def test_a_case_comes_back_from_its_columns():
    cases = draw_register(policies(), 9, 40)
    columns = columns_of(policies(), cases)
    back = [case_of(policies(), columns, number, DAY) for number in range(len(cases))]
    again = columns_of(policies(), back)
    assert again.facts.keys() == columns.facts.keys()
    for name, column in columns.facts.items():
        assert same(column, again.facts[name]), name
    for case, other in zip(cases, back, strict=True):
        assert [counts(person) for person in case.people] == [counts(person) for person in other.people]
        assert [is_deceased(person) for person in case.people] == [is_deceased(person) for person in other.people]
        assert [person.receives for person in case.people] == [person.receives for person in other.people]


def same(one, other):
    if isinstance(one, Codes):
        return (one.values == other.values).all()
    if isinstance(one, Days):
        return (one.low == other.low).all() and (one.high == other.high).all()
    return (one.values == other.values).all() and one.odd == other.odd


def test_every_fact_comes_back_from_its_bytes():
    columns = columns_of(policies(), draw_register(policies(), 9, 60))
    for name, column in columns.facts.items():
        definition = policies().facts[name]
        assert same(column, packing.from_bytes(definition, packing.to_bytes(definition, column))), name


@pytest.mark.parametrize("rows", [0, 1, 3, 65_536])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_every_shape_of_a_column_comes_back_from_its_bytes(rows, share):
    rng = np.random.default_rng(rows)
    known = rng.random(rows) < share
    for name in ("hukou_tianjin", "employment_status", "disability_category"):
        definition = policies().facts[name]
        codes = np.where(known, rng.integers(1, len(codes_by_value(definition)) + 1, rows), 0).astype(np.uint8)
        for column in (Codes(codes), Codes(np.where(rng.random(rows) < 0.1, STATED, codes).astype(np.uint8))):
            assert same(column, packing.from_bytes(definition, packing.to_bytes(definition, column)))
    low = np.where(known, rng.integers(700_000, 739_000, rows), NO_DAY).astype(np.int32)
    high = np.where(known, low + (rng.random(rows) < 0.1) * 30, LAST_DAY).astype(np.int32)
    birth = policies().facts["birth_date"]
    assert same(Days(low, high), packing.from_bytes(birth, packing.to_bytes(birth, Days(low, high))))
    income = policies().facts["income_month"]
    numbers = Numbers(np.where(known, rng.integers(0, 10**6, rows), UNKNOWN).astype(np.int32))
    assert same(numbers, packing.from_bytes(income, packing.to_bytes(income, numbers)))
    assert (packing.bits_from_bytes(packing.bits_to_bytes(known)) == known).all()
    homes = np.sort(rng.integers(0, 100, rows)).astype(np.int32)
    kept = packing.ints_from_bytes(packing.ints_to_bytes(homes))
    assert kept.dtype == homes.dtype
    assert (kept == homes).all()


def test_bytes_are_few_where_little_is_known():
    for name in ("hukou_tianjin", "birth_date", "income_month"):
        definition = policies().facts[name]
        assert len(packing.to_bytes(definition, unknown(definition, 65_536))) < 200
    codes = np.random.default_rng(1).integers(0, 3, 65_536).astype(np.uint8)
    assert len(packing.to_bytes(policies().facts["hukou_tianjin"], Codes(codes))) < 65_536 // 4 + 100


def test_codes_are_translated_where_the_domain_has_changed():
    definition = policies().facts["care_grade"]
    assert definition.domain == ("无", "轻", "中", "重")
    written = packing.to_bytes(definition, Codes(np.array([0, 1, 2, 3, 4, STATED], np.uint8)))
    later = replace_domain(definition, ("轻", "极重", "重", "无"))
    assert packing.from_bytes(later, written).values.tolist() == [0, 4, 1, 0, 3, STATED]


def replace_domain(definition, domain):
    return definition.model_copy(update={"domain": domain})


def test_bytes_of_something_else_are_refused():
    hukou, birth = policies().facts["hukou_tianjin"], policies().facts["birth_date"]
    data = packing.to_bytes(hukou, unknown(hukou, 5))
    with pytest.raises(ValueError):
        packing.from_bytes(birth, data)
    with pytest.raises(ValueError):
        packing.from_bytes(hukou, data[:4])
    with pytest.raises(ValueError):
        packing.bits_from_bytes(data)
    at = data.index(packing.VERSION, 5)
    with pytest.raises(ValueError):
        packing.from_bytes(hukou, data[:at] + bytes((packing.VERSION + 1,)) + data[at + 1 :])


def test_the_same_columns_give_the_same_bytes():
    columns = columns_of(policies(), draw_register(policies(), 9, 20))
    definition = policies().facts["birth_date"]
    column = columns.facts["birth_date"]
    assert packing.to_bytes(definition, column) == packing.to_bytes(definition, replace(column))
