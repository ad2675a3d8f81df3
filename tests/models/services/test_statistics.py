"""A month's statistics add up, agree with the registers, and hide what would tell who somebody is."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.clock import FixedClock
from models.services.registers_views import RegisterFilter
from models.services.statistics import COVERED, OUTCOMES, Month
from models.services.statistics_people import Stock, living, merged, without
from models.services.statistics_views import FEW, Statistics, guarded
from models.store.engine import Engines
from tests.models.services.books_of_work import PLACES, TODAY
from tests.models.services.test_random_households import Life, casebook_on

NOW = Month(2026, 11)


def figures(made: Statistics) -> dict[str, float | None]:
    return {one.key: one.now for one in (*made.people, *made.visits, *made.work)}


@pytest.fixture
def book(worked_book: Casebook) -> Casebook:
    return worked_book


def test_the_figures_are_those_of_the_registers(book: Casebook):
    made = book.statistics.of(NOW)
    said = figures(made)
    month = RegisterFilter(first=NOW.first, last=TODAY)
    assert said["residents"] == book.registers.open("residents", RegisterFilter()).total > 0
    assert said["households"] == book.registers.open("households", RegisterFilter()).total > 0
    for key, kind in (
        ("visits", "visits"),
        ("needs_opened", "needs"),
        ("issued", "referrals"),
        ("assessments", "assessments"),
    ):
        assert said[key] == book.registers.open(kind, month).total > 0, key
    assert sum(sum(row.counts) for row in made.workers) == said["visits"] == sum(said[one] for one in OUTCOMES)
    assert sum(row.opened for row in made.needs) == said["needs_opened"]
    assert sum(count for _status, count in made.statuses) == said["issued"] == sum(row.issued for row in made.offices)
    assert said["answered"] == sum(row.answered for row in made.offices) == 2
    assert dict(made.outcomes) == {"granted": 1}
    assert sum(count for _zh, _en, count in made.found) == book.registers.open("found", RegisterFilter()).total
    places = [book.statistics.of(NOW, place) for place in PLACES]
    for key in ("residents", "households", "visits", "needs_opened", "issued", "assessments"):
        assert sum(figures(one)[key] for one in places) == said[key], key


def test_coverage_grows_with_the_days_and_counts_each_household_once(book: Casebook):
    seen = book.statistics.of(NOW).coverage
    assert [one.days for one in seen] == list(COVERED)
    assert all(a.seen <= b.seen <= b.households for a, b in pairwise(seen))
    met = {
        row.household_id
        for row in book.registers.open("visits", RegisterFilter(first=TODAY - timedelta(days=29))).every()
        if row.cells[2] == "Met"
    }
    assert seen[0].seen == len(met)


def test_a_need_is_closed_on_the_day_somebody_said_so(book: Casebook, clock: FixedClock):
    before = book.statistics.of(NOW)
    need = book.visits.open_needs()[0]
    clock.moment = clock.moment + timedelta(days=15)  # December
    book.visits.set_need(need.id, "met")
    assert figures(book.statistics.of(NOW))["needs_closed"] == 0
    december = book.statistics.of(Month(2026, 12))
    assert figures(december)["needs_closed"] == 1
    assert sum(row.open for row in december.needs) == sum(row.open for row in before.needs) - 1
    ended = book.statistics.of(NOW)
    assert sum(row.open for row in ended.needs) == sum(row.open for row in before.needs)


def test_months_of_before_the_casebook_are_not_compared_with(book: Casebook):
    made = book.statistics.of(NOW)
    assert made.data_from == TODAY
    assert all(one.before is None and one.year_before is None for one in made.people)
    assert [known for _month, known, _homes in made.stocks[:-1]] == [None] * 11
    assert book.statistics.months() == [NOW]
    with pytest.raises(ValueError, match="still to come"):
        book.statistics.of(Month(2026, 12))


@pytest.mark.parametrize("seed", [3, 11])
def test_what_came_less_what_went_is_the_difference_of_the_stocks_whatever_happened(
    sqlite_engines: Engines, tmp_path: Path, clock: FixedClock, seed: int
):
    book = casebook_on(sqlite_engines, tmp_path, clock)
    Life(book, clock, random.Random(seed)).run(120)
    with book._book.reading() as connection:
        here = living(connection, "")
    moved = 0
    months = [Month(2024, 1).later(steps) for steps in range(60)]
    for month in months:
        before = month.later(-1).last
        for stock in (here.residents, here.households):
            came, went = stock.came(month.first, month.last), stock.went(month.first, month.last)
            assert came - went == stock.on(month.last) - stock.on(before)
            moved += came + went
        assert here.births(month.first, month.last) <= here.residents.came(month.first, month.last)
        assert here.deaths(month.first, month.last) <= here.residents.went(month.first, month.last)
    assert moved > 20
    register = book.registers.open("residents", RegisterFilter())
    assert here.residents.on(register.on) == register.total
    homes = book.registers.open("households", RegisterFilter())
    assert here.households.on(register.on) == homes.total
    died = sum(day is not None for _spells, _born, day, _sex in here.people)
    assert sum(here.deaths(month.first, month.last) for month in months) <= died
    assert sum(here.births(month.first, month.last) for month in months) > 0


def test_spells_are_merged_and_taken_away_day_by_day():
    dice = random.Random(1)
    first = date(2026, 1, 1)

    def some() -> list[tuple[date, date]]:
        starts = [dice.randrange(60) for _one in range(dice.randrange(5))]
        return [(first + timedelta(days=n), first + timedelta(days=n + dice.randrange(1, 20))) for n in starts]

    def days(spells) -> set[date]:
        return {
            first + timedelta(days=n) for n in range(100) if any(s <= first + timedelta(days=n) < e for s, e in spells)
        }

    for _round in range(200):
        one, two = some(), some()
        assert days(merged(one)) == days(one)
        assert all(a[1] < b[0] for a, b in pairwise(merged(one)))
        assert days(without(merged(one), merged(two))) == days(one) - days(two)
        stock = Stock()
        stock.put(merged(one))
        stock.settle()
        for day in (first, first + timedelta(days=30)):
            assert stock.on(day) == (day in days(one))


def test_small_numbers_of_people_cannot_be_told_not_even_from_the_sum():
    assert guarded([5, 0, 9]) == [5, 0, 9]
    assert guarded([5, 1, 9, 0]) == ["…", FEW, 9, 0]
    assert guarded([2, 1, 9]) == [FEW, FEW, 9]
    assert guarded([1]) == [FEW]
    assert guarded([]) == []


def test_both_engines_count_the_same(worked_on: Callable[[str], Casebook]):
    made = [worked_on(engine).statistics.of(NOW, PLACES[0]) for engine in ("sqlite", "postgresql")]
    assert replace(made[0], office="") == replace(made[1], office="")
