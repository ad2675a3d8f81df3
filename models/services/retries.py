"""When one had better come again to a door, and where a door stands after some tries: rules without records."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from models.records.rounds import PartOfDay
from models.services.working_days import is_working_day

PARTS: tuple[PartOfDay, ...] = ("evening", "weekend", "morning", "afternoon")
"""Parts of the day in the order in which they are tried again: who was not at home in working hours works."""

MOST_TRIES = 4
"""Once at each part of the day; who is never there is not looked for a fifth time without a telephone call."""

REFUSED_REST = timedelta(days=14)
"""Who refused is left alone for two weeks, and asked once more."""

_NOON, _EVENING = 12, 18  # hours
_SATURDAY = 5


def part_of_day(on: date, moment: datetime | None = None) -> PartOfDay:
    """The part of the day in Tianjin: weekend on Saturday and Sunday, else by the hour; empty without a moment."""
    if on.weekday() >= _SATURDAY:
        return "weekend"
    if moment is None:
        return ""
    return "morning" if moment.hour < _NOON else "afternoon" if moment.hour < _EVENING else "evening"


def propose_retry(tries: Sequence[Mapping[str, Any]], on: date) -> tuple[date, PartOfDay] | None:
    """When to come again after what came of the tries so far, the last of them on this day; None: not again.

    The rule: nobody at home is tried again at a part of the day not tried yet, in the order of PARTS, on the next day
    of that kind (weekend: the next Saturday; else the next working day), until every part was tried once. Who refused
    is asked once more after two weeks, at another part of the day too. Met and moved away are not tried again.
    """
    if not tries:
        return None
    outcome = tries[-1]["outcome"]
    refusals = sum(tried["outcome"] == "refused" for tried in tries)
    if outcome not in ("nobody_home", "refused") or len(tries) >= MOST_TRIES or refusals > 1:
        return None
    tried = {tried["part"] for tried in tries}
    part = next((part for part in PARTS if part not in tried), PARTS[0])
    first = on + (REFUSED_REST if outcome == "refused" else timedelta(days=1))
    return next_day_of(part, first), part


def next_day_of(part: PartOfDay, first: date) -> date:
    """The first day from a day on that has this part: Saturday for the weekend, else a working day."""
    day = first
    while (day.weekday() != _SATURDAY) if part == "weekend" else not is_working_day(day):
        day += timedelta(days=1)
    return day


def status_of(tries: Sequence[Mapping[str, Any]]) -> str:
    """Where a door stands after its tries: what came of the last one, but who was met stays met unless moved away."""
    if not tries:
        return "waiting"
    last = str(tries[-1]["outcome"])
    if last != "moved_away" and any(tried["outcome"] == "met" for tried in tries):
        return "met"
    return last
