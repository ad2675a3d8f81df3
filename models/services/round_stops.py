"""What a visit leaves at the doors of open rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from models.clock import local_time
from models.records.rounds import PartOfDay
from models.records.visit import VisitEntry
from models.services.retries import part_of_day, propose_retry, status_of
from models.store.rows import KEPT
from models.store.work import Work

_ROUND, _STOP = KEPT["visit_round"], KEPT["round_stop"]


@dataclass(frozen=True)
class AtStop:
    """What a round knows of a visit beyond the visit itself: its door, the part of the day, a note."""

    stop_id: str
    part: PartOfDay = ""
    note: str | None = None  # None: the note at the door stays as it is


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
