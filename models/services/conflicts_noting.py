"""The desk's own memory of conflicts: since when each waits here, whom it is about, who settled it; counted by day.

Conflicts follow from the log; this follows them. It is brought up to date after every import and choice, and whenever
the desk is looked at, by comparing two short tables; only what is new or gone is looked up in the log.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from models.clock import local_time, start_of
from models.records.dispute import Dispute
from models.records.operation import Conflict
from models.services import conflicts_about as abouts
from models.services.conflicts_reading import Key, Standing, last_word, standing
from models.services.conflicts_rules import alike, kind_of
from models.services.conflicts_views import ConflictDays, Day, Tally
from models.store.many import put_rows
from models.store.rows import table_of
from models.store.undoing import TAKES_BACK
from models.store.work import read_meta

CONFLICT, DISPUTE = table_of(Conflict), table_of(Dispute)
SAME = and_(*(DISPUTE.c[name] == CONFLICT.c[name] for name in ("district", "row", "field")), DISPUTE.c.settled_at == 0)
"""What joins a conflict with what is remembered of it."""

_OPEN = DISPUTE.c.settled_at == 0
_AT_ONCE = 500


def behind(connection: Connection) -> bool:
    """Whether something is to be noted; nothing is written."""
    return any(True for query in (_fresh(), _changed(), _gone()) if connection.execute(query.limit(1)).first())


def catch_up(connection: Connection, now: int, *, arrived: bool = False) -> None:
    """Note conflicts that are new, changed or gone. arrived: the new ones came with a file just now."""
    fresh = list(connection.execute(_fresh()))
    altered = list(connection.execute(_changed()))
    if fresh or altered:
        told = _Told(connection, [*fresh, *altered])
        _put(connection, [_row(row, told, now if arrived else min(int(row.at), now)) for row in fresh])
        known = {(row.district, row.row, row.field): int(row.opened_at) for row in altered}
        _put(connection, [_row(row, told, known[row.district, row.row, row.field]) for row in altered])
    gone = list(connection.execute(_gone()))
    if gone:
        _close(connection, gone, now)


def _fresh() -> Any:
    return select(CONFLICT).select_from(CONFLICT.outerjoin(DISPUTE, SAME)).where(DISPUTE.c.row.is_(None))


def _changed() -> Any:
    return (
        select(CONFLICT, DISPUTE.c.opened_at)
        .select_from(CONFLICT.join(DISPUTE, SAME))
        .where(DISPUTE.c.newest != CONFLICT.c.at)
    )


def _gone() -> Any:
    return (
        select(DISPUTE.c.district, DISPUTE.c.row, DISPUTE.c.field, DISPUTE.c.opened_at)
        .select_from(DISPUTE.outerjoin(CONFLICT, SAME))
        .where(_OPEN, CONFLICT.c.row.is_(None))
    )


class _Told:
    """What is known of conflicts that are being noted."""

    def __init__(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        keys: dict[Key, str] = {(row.district, row.row, row.field): row.entity for row in rows}
        self.standing: dict[Key, list[Standing]] = standing(connection, keys)
        self.about = abouts.whom(connection, {row.row: row.entity for row in rows})
        self.communities = abouts.communities(connection, set(self.about.values()))
        self.earlier = _settled_before(connection, [key for key in keys if self._given_back(key)])

    def _given_back(self, key: Key) -> bool:
        verbs = {one.holder.verb.rpartition(".")[2] for one in self.standing[key]}
        return bool(verbs) and verbs <= set(TAKES_BACK)


def _row(conflict: Row[Any], told: _Told, opened_at: int) -> dict[str, Any]:
    key: Key = (conflict.district, conflict.row, conflict.field)
    versions = told.standing[key]
    values = [one.value for one in versions]
    about = told.about.get(conflict.row, ("", ""))
    community = told.communities.get(about, "")
    if not community:  # of a record about nobody, or whose dwelling is not here: where it was written
        community = next((one.origin.office for one in versions if len(one.origin.office) == 12), "")
    workers = sorted({one.origin.worker for one in versions})
    return {
        "district": conflict.district,
        "row": conflict.row,
        "field": conflict.field,
        "opened_at": told.earlier.get(key, opened_at),  # a choice that was taken back: it waits as before
        "entity": conflict.entity,
        "kind": kind_of(conflict.entity, conflict.field, values),
        "about_kind": about[0],
        "about_id": about[1],
        "community": community,
        "workers": "\n" + "\n".join(workers) + "\n",
        "alike": alike(conflict.entity, conflict.field, values),
        "newest": conflict.at,
        "settled_at": 0,
        "settled_by": "",
        "operation": "",
    }


def _put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    put_rows(connection, DISPUTE, rows)


def _settled_before(connection: Connection, keys: Sequence[Key]) -> dict[Key, int]:
    """When conflicts that were settled and came back had been opened."""
    found: dict[Key, int] = {}
    for district, row, field in keys:
        here = (DISPUTE.c.district == district, DISPUTE.c.row == row, DISPUTE.c.field == field)
        query = select(DISPUTE.c.opened_at).where(*here, DISPUTE.c.settled_at > 0)
        opened = connection.execute(query.order_by(DISPUTE.c.opened_at.desc()).limit(1)).scalar()
        if opened is not None:
            found[district, row, field] = int(opened)
    return found


def _close(connection: Connection, gone: Sequence[Row[Any]], now: int) -> None:
    own = str(read_meta(connection, "device").get("id", ""))
    words = last_word(connection, [(row.district, row.row, row.field) for row in gone])
    closed = []
    for row in gone:
        word = words.get((row.district, row.row, row.field))
        at = int(word.at) if word is not None and word.device == own else now  # others' arrived now
        closed.append(
            {
                "the_district": row.district,
                "the_row": row.row,
                "the_field": row.field,
                "the_moment": row.opened_at,
                "settled_at": max(min(at, now), int(row.opened_at), 1),
                "settled_by": word.worker if word is not None else "",
                "operation": word.id if word is not None else "",
            }
        )
    here = (
        DISPUTE.c.district == bindparam("the_district"),
        DISPUTE.c.row == bindparam("the_row"),
        DISPUTE.c.field == bindparam("the_field"),
        DISPUTE.c.opened_at == bindparam("the_moment"),
    )
    connection.execute(update(DISPUTE).where(*here), closed)


# By day.


def by_day(connection: Connection, first: date, last: date) -> ConflictDays:
    """Opened, settled and open at the end of each day, and the same by community and worker over all of them.

    What a newer program must settle is not counted: nobody here can.
    """
    names = ("opened_at", "settled_at", "settled_by", "community", "workers")
    query = select(*(DISPUTE.c[name] for name in names)).where(
        or_(_OPEN, DISPUTE.c.settled_at >= start_of(first)), DISPUTE.c.kind != "newer"
    )
    opened, settled, open_before = Counter[date](), Counter[date](), 0
    where = {name: (Counter[str](), Counter[str](), Counter[str]()) for name in ("community", "worker")}
    for row in connection.execute(query):
        began = local_time(row.opened_at).date()
        ended = local_time(row.settled_at).date() if row.settled_at else None
        if began > last:
            continue
        writers = [one for one in row.workers.split("\n") if one]
        waits = ended is None or ended > last
        if began < first:
            open_before += 1
        else:
            opened[began] += 1
        if ended is not None and not waits:
            settled[ended] += 1
        for place, happened in enumerate((waits, began >= first, ended is not None and not waits)):
            if happened:
                where["community"][place].update([row.community])
                where["worker"][place].update(writers if place < 2 else [row.settled_by])
    days, waiting = [], open_before
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        waiting += opened[day] - settled[day]
        days.append(Day(day, opened[day], settled[day], waiting))
    return ConflictDays(tuple(days), _tallies(*where["community"]), _tallies(*where["worker"]))


def _tallies(waiting: Counter[str], opened: Counter[str], settled: Counter[str]) -> tuple[Tally, ...]:
    keys: Iterable[str] = {*waiting, *opened, *settled} - {""}
    order = sorted(keys, key=lambda key: (-waiting[key], -opened[key] - settled[key], key))
    return tuple(Tally(key, waiting[key], opened[key], settled[key]) for key in order)
