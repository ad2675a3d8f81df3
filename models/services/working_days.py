"""Working days: public holidays and worked weekends are data of resources/calendar/holidays.toml, a year at a time.

In a year whose arrangement is not in that file Monday to Friday are working days.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_SATURDAY = 5  # date.weekday()
_DAY = timedelta(days=1)


class Arrangement(NamedTuple):
    """One year as the State Council arranged it."""

    off: frozenset[date]
    worked: frozenset[date]  # Saturdays and Sundays that are worked in place of days off
    source: str


@cache
def arrangements() -> Mapping[int, Arrangement]:
    """The years that are known."""
    told = tomllib.loads((files("resources") / "calendar" / "holidays.toml").read_text("utf-8"))
    return {
        int(year): Arrangement(
            frozenset(first + n * _DAY for first, last in one["off"] for n in range((last - first).days + 1)),
            frozenset(one["worked"]),
            one["source"],
        )
        for year, one in told.items()
    }


def is_working_day(day: date) -> bool:
    """Whether offices work on a day."""
    arranged = arrangements().get(day.year)
    if arranged is not None and day in arranged.off:
        return False
    return day.weekday() < _SATURDAY or (arranged is not None and day in arranged.worked)


def working_day(day: date) -> date:
    """The day itself, else the first working day after it."""
    while not is_working_day(day):
        day += _DAY
    return day


def next_working_day(day: date) -> date:
    """The first working day after a day."""
    return working_day(day + _DAY)


def working_days_later(day: date, days: int) -> date:
    """So many working days after a day."""
    for _one in range(days):
        day = next_working_day(day)
    return day


def working_days_until(day: date, last: date) -> int:
    """How many working days lie after a day, up to another one and with it; 0 where that is not later."""
    return sum(is_working_day(day + n * _DAY) for n in range(1, (last - day).days + 1))
