"""Who may newly receive what, and what ends soon: found by look(), kept beside the records, never synced.

Kept with the casebook's small facts, so that the first page of the day is there at once; it is worked out again on
every day and whenever the rules are others. An entry holds codes, days and the reason in both languages.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select

from models.eligibility.ahead import ComingChange
from models.records.operation import Operation
from models.services.walking import portions
from models.services.worklist_rules import Rules
from models.services.worklist_sources import Found
from models.store.limits import Limits
from models.store.rows import KEPT, table_of
from models.store.work import read_meta, write_meta

if TYPE_CHECKING:
    from models.services.screening_lists import Listing

_DETERMINATION, _MEMBERSHIP, _HOUSEHOLD = KEPT["determination"], KEPT["membership"], KEPT["household"]
_OPERATION = table_of(Operation)
_ABOUT = ("household_id", "other_household_id", "resident_id", "subject_id")
_MANY_OPERATIONS = 2000
META = "worklist"  # name of the small fact of the casebook

Key = tuple[str, str, str, str]
"""(household, resident or "" for the household as a whole, service, component or "")."""


class News(NamedTuple):
    """One service that somebody may newly receive, or stops being entitled to."""

    home: str
    resident: str
    service: str
    component: str
    day: str  # ISO: since when, or when it ends
    zh: str
    en: str
    source: str  # calendar, kept (the last kept determination said otherwise), change (after something was told), ends

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.home, self.resident, self.service, self.component


class Kept(NamedTuple):
    """What look() has kept: the day and the rules by which it was found."""

    day: str
    rules: str
    news: tuple[News, ...]


def read(connection: Connection, limits: Limits) -> Kept:
    """What was kept for those of the same limits; nothing where nobody of them looked yet."""
    told = read_meta(connection, META + limits.mark)
    return Kept(str(told.get("day", "")), str(told.get("rules", "")), tuple(News(*one) for one in told.get("news", ())))


def write(connection: Connection, kept: Kept, limits: Limits) -> None:
    """Keep it for those of the same limits; inside a transaction for things of this device."""
    write_meta(
        connection, META + limits.mark, {"day": kept.day, "rules": kept.rules, "news": [list(one) for one in kept.news]}
    )


def found(kept: Kept, rules: Rules, on: date) -> Iterator[Found]:
    """The reasons: what began within some days, and what ends within some."""
    for one in kept.news:
        day = date.fromisoformat(one.day)
        if one.source == "ends":
            if on <= day <= on + timedelta(days=rules.expiring):
                yield Found("ends", one.home, one.resident, day, None, service=one.service, told=(one.zh, one.en))
        elif on - timedelta(days=rules.begun) <= day <= on:
            told = (one.zh, one.en, one.component)
            yield Found("eligible", one.home, one.resident, None, day, service=one.service, told=told)


def of_change(home: str, change: ComingChange, source: str) -> News:
    """A change of the calendar."""
    zh, en = ("；".join(dict.fromkeys(one.words(True) for one in change.reasons)),
              "; ".join(dict.fromkeys(one.words(False) for one in change.reasons)))  # fmt: skip
    return News(
        home, change.person_id or "", change.service_id, change.component or "", change.day.isoformat(), zh, en, source
    )


def entitled(listing: "Listing", homes: Collection[str] | None = None) -> set[Key]:
    """What people meet the conditions of and do not receive, by the screening; of some households or of all."""
    import numpy as np

    from models.services.screening_lists import OUTCOMES, RECEIVED, VERDICT

    eligible = next(code for code, word in OUTCOMES.items() if word == "eligible")
    wanted = None if homes is None else np.array(sorted(one.encode() for one in homes), np.bytes_)
    told: set[Key] = set()
    for block in listing.blocks:
        lists = block.lists
        if wanted is None:
            rows = np.arange(block.people)
        elif len(wanted):
            rows = np.flatnonzero(np.isin(lists.home, wanted)[block.household])
        else:
            rows = np.zeros(0, np.int64)
        if not len(rows):
            continue
        people = [one.decode() for one in lists.person[rows].tolist()]
        houses = [one.decode() for one in lists.home[block.household[rows]].tolist()]
        for place, part in enumerate(listing.parts):
            cells = block.cells[place][rows]
            hits = np.flatnonzero(((cells & VERDICT) == eligible) & ((cells & RECEIVED) == 0))
            whole = part.subject == "household"
            for at in hits.tolist():
                told.add((houses[at], "" if whole else people[at], part.service_id, part.component or ""))
    return told


def kept_otherwise(connection: Connection) -> set[Key]:
    """Of what the last kept determination said anything but eligible."""
    columns = ("household_id", "resident_id", "service_id", "component", "outcome")
    query = select(*(_DETERMINATION.c[name] for name in columns)).where(_DETERMINATION.c.dead.is_(False))
    last: dict[Key, str] = {}
    for *key, outcome in connection.execute(query.order_by(_DETERMINATION.c.decided_on, _DETERMINATION.c.at)):
        home, resident, service, component = key
        last[home, resident, service, component or ""] = outcome
    return {key for key, outcome in last.items() if outcome != "eligible"}


def merged(before: Iterable[News], new: Iterable[News], still: set[Key]) -> tuple[News, ...]:
    """What was known and still counts, with its own day, and what is new."""
    told = {one.key: one for one in before if one.source != "ends" and one.key in still}
    for one in new:
        told.setdefault(one.key, one)
    return tuple(told.values())


def changed_homes(connection: Connection, device: str, after: int) -> set[str] | None:
    """The households about which this device wrote something after an operation (its number in the chain), whatever it
    was; None where it was so much that asking for everything is quicker.
    """
    query = select(_OPERATION.c.row, _OPERATION.c.entity).where(_OPERATION.c.device == device, _OPERATION.c.seq > after)
    rows = connection.execute(query.limit(_MANY_OPERATIONS + 1)).all()
    if len(rows) > _MANY_OPERATIONS:
        return None
    by_entity: dict[str, set[str]] = {}
    for row in rows:
        by_entity.setdefault(row.entity, set()).add(row.row)
    subjects: set[str] = set()
    for entity, ids in by_entity.items():
        subjects |= _subjects(connection, entity, ids)
    return homes_about(connection, subjects)


def _subjects(connection: Connection, entity: str, ids: set[str]) -> set[str]:
    """The residents, households and dwellings that records of a kind are about."""
    table = KEPT[entity]
    names = ["id"] if entity in ("resident", "household", "dwelling") else []
    names += [one for one in _ABOUT if one in table.c]
    found: set[str] = set()
    for some in portions(sorted(ids)):
        if names:
            query = select(*(table.c[name] for name in names)).where(table.c.id.in_(some))
            found |= {value for row in connection.execute(query) for value in row if value}
        if "plan_id" in table.c:
            plans = set(connection.execute(select(table.c.plan_id).where(table.c.id.in_(some))).scalars())
            found |= _subjects(connection, "case_plan", plans)
    return found


def homes_about(connection: Connection, subjects: Collection[str]) -> set[str]:
    """The households that residents, households and dwellings stand for."""
    found: set[str] = set()
    for some in portions(sorted(subjects)):
        near = _HOUSEHOLD.c.id.in_(some) | _HOUSEHOLD.c.dwelling_id.in_(some)
        found |= set(connection.execute(select(_HOUSEHOLD.c.id).where(near)).scalars())
        lives = _MEMBERSHIP.c.resident_id.in_(some)
        found |= set(connection.execute(select(_MEMBERSHIP.c.household_id).where(lives)).scalars())
    return found
