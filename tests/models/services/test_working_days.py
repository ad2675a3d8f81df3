"""Working days: holidays and worked weekends of the years that are known, weekends alone in the others."""

from datetime import date, timedelta

import pytest

from models.services.working_days import (
    arrangements,
    is_working_day,
    next_working_day,
    working_day,
    working_days_later,
    working_days_until,
)


def test_the_arrangement_of_a_year_holds_together():
    arranged = arrangements()
    assert set(arranged) == {2026}
    for year, one in arranged.items():
        assert str(year) in one.source
        assert not one.off & one.worked
        assert {day.year for day in one.off | one.worked} == {year}
        assert all(day.weekday() >= 5 for day in one.worked)
        lost = sum(day.weekday() < 5 for day in one.off)
        # Order of the State Council (全国年节及纪念日放假办法, 2024): 13 days; one that falls on a weekend is made up
        # for, so weekdays that are free less weekends that are worked are these 13.
        assert lost - len(one.worked) == 13
    assert len(arranged[2026].off) == 33, "3 + 9 + 3 + 5 + 3 + 3 + 7"


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),  # a Saturday that is worked
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),  # a Monday of the Spring Festival
        (date(2026, 2, 24), True),
        (date(2026, 9, 20), True),  # a Sunday
        (date(2026, 10, 7), False),
        (date(2026, 11, 21), False),  # a Saturday like any other
        (date(2027, 1, 1), True),  # the arrangement of 2027 is not in the file
        (date(2027, 1, 2), False),
    ],
)
def test_a_day_is_worked_as_it_was_arranged(day, works):
    assert is_working_day(day) is works


def test_days_are_counted_over_a_holiday():
    assert next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert working_days_later(date(2026, 9, 30), 3) == date(2026, 10, 10), "a Saturday that is worked"
    assert working_days_later(date(2026, 11, 20), 15) == date(2026, 12, 11)
    assert working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert working_day(date(2026, 10, 8)) == date(2026, 10, 8)
    assert working_days_later(date(2026, 10, 1), 0) == date(2026, 10, 1)


def test_counting_there_and_back_agrees():
    for start in range(0, 365, 11):
        day = date(2026, 1, 1) + timedelta(days=start)
        for days in (1, 5, 15):
            assert working_days_until(day, working_days_later(day, days)) == days
    assert working_days_until(date(2026, 5, 2), date(2026, 5, 2)) == 0
