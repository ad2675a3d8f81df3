"""What a visit leaves at the doors of open rounds, and when one had better come again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from models.clock import local_time
from models.records.rounds import PartOfDay
from models.records.visit import VisitEntry
from models.store.rows import KEPT
from models.store.work import Work

_ROUND, _STOP = KEPT["visit_round"], KEPT["round_stop"]

PARTS: tuple[PartOfDay, ...] = ("evening", "weekend", "morning", "afternoon")
"""Parts of the day in the order in which they are tried again: who was not at home in working hours works."""

MOST_TRIES = 4
"""Once at each part of the day; who is never there is not looked for a fifth time without a telephone call."""

REFUSED_REST = timedelta(days=14)
"""Who refused is left alone for two weeks, and asked once more."""

_NOON, _EVENING = 12, 18  # hours
_SATURDAY = 5


@dataclass(frozen=True)
class AtStop:
    """What a round knows of a visit beyond the visit itself: its door, the part of the day, a note."""

    stop_id: str
    part: PartOfDay = ""
    note: str | None = None  # None: the note at the door stays as it is


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
    while (day.weekday() != _SATURDAY) if part == "weekend" else (day.weekday() >= _SATURDAY):
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


def stop_fields(tries: Sequence[Mapping[str, Any]], on: date) -> dict[str, Any]:
    """The columns of a door that follow from its tries."""
    status = status_of(tries)
    again = None if status == "met" else propose_retry(tries, on)
    return {
        "tries": list(tries),
        "status": status,
        "retry_on": again[0] if again else None,
        "retry_part": again[1] if again else "",
    }


def mark_stops(
    work: Work, entry: VisitEntry, visit_id: str, at_stop: AtStop | None, operations: Sequence[str]
) -> list[str]:
    """Inside the verb that keeps a visit: note it at the household's doors in open rounds that had begun by then.

    operations: those that kept the visit and its plans; Rounds.take_back() undoes them. Returns the ids of the doors.
    """
    day = entry.happened_on
    now = local_time(work.now)
    part = at_stop.part if at_stop and at_stop.part else part_of_day(day, now if now.date() == day else None)
    begun = or_(_ROUND.c.starts_on.is_(None), _ROUND.c.starts_on <= day)
    query = (
        select(_STOP.c.id, _STOP.c.tries, _STOP.c.round_id)
        .join(_ROUND, _ROUND.c.id == _STOP.c.round_id)
        .where(_STOP.c.household_id == entry.household_id, _STOP.c.dead.is_(False), _ROUND.c.dead.is_(False))
    )
    own = at_stop.stop_id if at_stop else ""
    rows = work.connection.execute(query.where(or_(_STOP.c.id == own, (_ROUND.c.status == "open") & begun))).all()
    tried = {"on": day.isoformat(), "part": part, "outcome": entry.outcome, "visit": visit_id, "ops": list(operations)}
    for row in rows:
        fields = stop_fields([*row.tries, tried], day)
        if at_stop and row.id == own and at_stop.note is not None:
            fields["note"] = at_stop.note
        work.amend("round_stop", row.id, {**fields, "worker": work.worker, "at": work.now})
        work.concerns(row.round_id)
    return [row.id for row in rows]
