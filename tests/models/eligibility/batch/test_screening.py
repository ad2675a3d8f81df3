"""The whole register at once: every cell as the scalar kernel decides it."""

import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from models.eligibility import Case, Person
from models.eligibility.batch.columns import UNKNOWN, Codes, Columns, Numbers, columns_of, domain_of, join
from models.eligibility.batch.few import MOST
from models.eligibility.batch.plan import Plan, make_plan
from models.eligibility.batch.screening import (
    ELIGIBLE,
    NOT_ELIGIBLE,
    NOT_SUBJECT,
    OPEN_ASK,
    OPEN_OFFICE,
    OPEN_SILENT,
    OPEN_WITHHELD,
    Screened,
    screen_columns,
)
from tests.models.eligibility.batch.invented import draw_condition, small_policies, with_rule
from tests.models.eligibility.batch.register import DAY, Cell, draw_register, scalar_cells
from tests.models.eligibility.support import policies

DAYS = (DAY, date(2024, 2, 29), date(2019, 12, 31), date(2031, 3, 1))


@cache
def plan(on: date = DAY) -> Plan:
    return make_plan(policies(), on)


@cache
def register(seed: int, households: int, on: date = DAY) -> tuple[Case, ...]:
    return tuple(draw_register(policies(), seed, households, on))


def screened(made: Plan, columns: Columns, **options: object) -> Screened:
    found = screen_columns(made, columns, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def cell_reader(found: Screened):
    """What the screening says of (place, row), in the shape of a scalar cell."""
    every = range(len(found.parts))
    received, asks = [found.received(place) for place in every], [found.asks(place) for place in every]
    offices, questions = [found.offices(place) for place in every], [found.questions(place) for place in every]

    def cell(place: int, row: int) -> Cell:
        return (
            int(found.verdicts[place, row]),
            bool(received[place][row]),
            frozenset(key for key, bits in asks[place].items() if bits[row]),
            frozenset(key for key, bits in offices[place].items() if bits[row]),
            int(questions[place][row]),
        )

    return cell


def differing(made: Plan, cases: tuple[Case, ...], columns: Columns, *, with_sensitive: bool) -> tuple[int, int, list]:
    """(cells compared, cells that either implementation alone decides, the cells that differ)."""
    parts = None
    if with_sensitive:
        universal = {service.id for service in made.policies.services.values() if service.universal}
        parts = [(part.service_id, part.component) for part in made.parts if part.service_id not in universal]
    found = screened(made, columns, parts=parts, with_sensitive=with_sensitive)
    cell = cell_reader(found)
    place = {part: number for number, part in enumerate(found.parts)}
    seen = np.zeros(found.verdicts.shape, np.bool_)
    wrong, compared = [], 0
    for part, row, expected in scalar_cells(made, list(cases), with_sensitive=with_sensitive):
        compared += 1
        seen[place[part], row] = True
        if cell(place[part], row) != expected:
            wrong.append((part, row, cell(place[part], row), expected))
    return compared, int((found.verdicts[~seen] != NOT_SUBJECT).sum()), wrong


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("with_sensitive", [False, True], ids=["open to all", "with sensitive facts"])
def test_every_cell_is_as_the_scalar_kernel_decides_it(on, with_sensitive):
    cases = register(1, 25, on)
    compared, alone, wrong = differing(plan(on), cases, columns_of(policies(), cases), with_sensitive=with_sensitive)
    assert compared > 6000
    assert alone == 0
    assert wrong == []


def test_the_order_in_which_contradictory_facts_are_told_does_not_matter():
    told = {"orphan_care_mode": "社会散居", "de_facto_unsupported": True, "hukou_tianjin_since": "2020"}
    cases = tuple(
        Case(DAY, {}, (Person("a", {name: told[name] for name in order}, "child"),))
        for order in (list(told), list(reversed(told)))
    )
    columns = columns_of(policies(), cases)
    assert differing(plan(), cases, columns, with_sensitive=False)[2] == []


def test_no_rule_of_the_packs_needs_the_scalar_kernel():
    assert plan().inexact() == []


def test_invented_rules_of_every_shape_are_decided_as_the_scalar_kernel_decides_them():
    small = small_policies()
    cases = tuple(draw_register(small, 7, 20))
    columns = columns_of(small, cases)
    verdicts: Counter[int] = Counter()
    by_kernel = planes_alone = 0
    for number in range(45):
        rng = random.Random(f"rule {number}")
        condition = draw_condition(small, rng)
        subject = rng.choice(("person", "person", "household", "deceased"))
        try:
            invented = with_rule(small, condition, subject)
        except ValueError:  # a comparison that can never decide is no rule
            continue
        made = make_plan(invented, DAY)
        found = screened(made, columns, with_sensitive=True)
        cell = cell_reader(found)
        for _, row, expected in scalar_cells(made, list(cases), with_sensitive=True):
            assert cell(0, row) == expected, condition
            verdicts[expected[0]] += 1
        by_kernel += found.by_kernel
        planes_alone += not made.inexact()
    assert set(verdicts) == {NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE, OPEN_WITHHELD, OPEN_SILENT}
    assert planes_alone > 25
    assert by_kernel > 0  # relatives who share facts with the person are left to the kernel


def test_a_drawn_register_has_cells_of_every_kind():
    found = screened(plan(), columns_of(policies(), register(2, 200)))
    totals = Counter(found.verdicts.reshape(-1).tolist())
    assert sum(totals.values()) == found.verdicts.size
    assert min(totals[code] for code in (NOT_ELIGIBLE, ELIGIBLE, OPEN_ASK, OPEN_OFFICE, OPEN_SILENT)) > 500


def wrongly_read(columns: Columns, wrong: str) -> Columns:
    """The register in which a fact that nobody told reads as no, or a number that nobody told as 0."""
    facts = dict(columns.facts)
    for name, definition in policies().facts.items():
        column = facts.get(name)
        if isinstance(column, Codes) and wrong == "no" and definition.type == "bool":
            no = domain_of(definition).index(False) + 1
            facts[name] = Codes(
                np.where((column.values == 0) | (column.values == 255), no, column.values).astype(np.uint8)
            )
        if isinstance(column, Numbers) and wrong == "nought":
            facts[name] = Numbers(np.where(column.values == UNKNOWN, 0, column.values).astype(np.int32), column.odd)
    return replace(columns, facts=facts)


@pytest.mark.parametrize(("wrong", "at_least"), [("no", 10_000), ("nought", 1000)])
def test_reading_an_unknown_as_no_or_as_nought_is_seen(wrong, at_least):
    columns = columns_of(policies(), register(2, 200))
    right, mutant = screened(plan(), columns), screened(plan(), wrongly_read(columns, wrong))
    assert (right.verdicts != mutant.verdicts).sum() > at_least
    cases = register(1, 25)
    columns = columns_of(policies(), cases)
    assert differing(plan(), cases, wrongly_read(columns, wrong), with_sensitive=False)[2]


def everything(found: Screened) -> list:
    """All that a screening says."""
    every = range(len(found.parts))
    return [found.verdicts.tolist()] + [
        [
            found.received(place).tolist(),
            found.questions(place).tolist(),
            {key: bits.tolist() for key, bits in {**found.asks(place), **found.offices(place)}.items() if bits.any()},
        ]
        for place in every
    ]


@pytest.mark.parametrize(("block", "households"), [(1, 25), (7, 25), (300, 200), (10_000, 200)])
def test_the_size_of_a_block_does_not_matter(block, households):
    columns = columns_of(policies(), register(2, 200)[-households:])
    assert (columns.people > MOST) == (households == 200)  # fewer take all steps of a kind at once
    whole = screened(plan(), columns)
    assert everything(screened(plan(), columns, block=block)) == everything(whole)


def test_the_order_of_the_households_does_not_matter():
    cases = list(register(2, 200))
    columns = columns_of(policies(), cases)
    order = list(range(len(cases)))
    random.Random(4).shuffle(order)
    shuffled = columns_of(policies(), [cases[place] for place in order])
    starts = columns.starts()
    rows = [row for place in order for row in range(int(starts[place]), int(starts[place + 1]))]
    one, other = screened(plan(), columns), screened(plan(), shuffled)
    assert (one.verdicts[:, rows] == other.verdicts).all()
    for place in range(len(one.parts)):
        assert (one.questions(place)[rows] == other.questions(place)).all()


def test_blocks_of_columns_joined_are_the_whole_register():
    cases = register(1, 25)
    facts = policies().facts
    whole = columns_of(policies(), cases)
    joined = join([columns_of(policies(), cases[:9]), columns_of(policies(), cases[9:])], facts)
    assert everything(screened(plan(), joined)) == everything(screened(plan(), whole))
    piece = whole.cut(9, 25, facts)
    assert everything(screened(plan(), piece)) == everything(screened(plan(), columns_of(policies(), cases[9:])))


def test_a_screening_without_missing_facts_gives_the_same_verdicts():
    columns = columns_of(policies(), register(2, 200))
    full, bare = screened(plan(), columns), screened(plan(), columns, missing=False)
    assert (full.verdicts == bare.verdicts).all()
    assert all((full.received(place) == bare.received(place)).all() for place in range(len(full.parts)))
    assert not any(bare.asks(place) for place in range(len(full.parts)))


def test_parts_can_be_chosen_also_universal_ones():
    universal = next(service for service in policies().services.values() if service.universal)
    columns = columns_of(policies(), [Case(DAY, {}, (Person("a", {}), Person("b", {"counts_in_household": False})))])
    found = screened(plan(), columns, parts=[(universal.id, None), ("S50", None)])
    assert [part.service_id for part in found.parts] == [universal.id, "S50"]
    assert found.verdicts[0].tolist()[1] == NOT_SUBJECT
    assert found.verdicts[0].tolist()[0] == ELIGIBLE
    with pytest.raises(KeyError):
        screen_columns(plan(), columns, parts=[("no such service", None)])


def test_a_screening_stops_between_two_blocks_when_the_worker_cancels():
    columns = columns_of(policies(), register(2, 200))
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) == 3

    assert screen_columns(plan(), columns, block=50, cancelled=cancelled) is None
    assert len(asked) == 3


def test_an_empty_register_is_screened_too():
    found = screened(plan(), columns_of(policies(), []))
    assert found.verdicts.shape == (len(found.parts), 0)
    nobody = screened(plan(), columns_of(policies(), [Case(DAY, {"dibao": True}, ())]))
    assert nobody.verdicts.shape == (len(found.parts), 0)


def test_numpy_is_not_loaded_with_the_rules():
    code = "import sys, models.eligibility; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
