"""Everything that says whose it is: which columns name a resident, and how all of it is moved to another record."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Text, cast, or_, select

from models.store.rows import KEPT
from models.store.work import Work

COLUMNS = {
    "identity_document": ("resident_id",),
    "phone": ("resident_id",),
    "membership": ("resident_id",),
    "place": ("resident_id",),
    "need": ("resident_id",),
    "planned_visit": ("resident_id",),
    "assessment": ("resident_id",),
    "questionnaire_answer": ("resident_id",),
    "determination": ("resident_id",),
    "referral": ("resident_id",),
    "referral_step": ("resident_id",),
    "letter": ("resident_id",),
    "household_event": ("resident_id", "other_resident_id"),
    "consent": ("resident_id", "guardian_id"),
    "rights_request": ("resident_id",),
    "contact": ("resident_id",),
    "case_plan": ("resident_id",),
    "fact": ("subject_id",),
    "picture": ("subject_id",),
    "case_note": ("subject_id",),
}
"""Which columns of which records name a resident. Determinations and letters keep their frozen content as it was."""

INSIDE = {"visit": ("met",), "household_event": ("people", "detail"), "case_transfer": ("resident_ids",)}
"""JSON columns with the ids of residents in them."""

_MEMBERSHIP = KEPT["membership"]
_AT_ONCE = 500


def move(work: Work, into: Mapping[str, str], *, everywhere: bool) -> Counter[str]:
    """Have every record that names one of these residents (id -> whose it is now) name the other, inside a verb.

    everywhere: look through all visits and events, not only those of the households that the residents belonged to.
    Returns how many records of each kind were moved. Moved twice, nothing changes.
    """
    work.flush()
    moved: Counter[str] = Counter()
    for entity, row, fields in list(_to_move(work.connection, into, everywhere)):
        if work.amend(entity, row, fields):
            moved[entity] += 1
    return moved


def counts(connection: Connection, resident_id: str) -> Counter[str]:
    """How many records of each kind name a resident."""
    found = Counter(entity for entity, _row, _fields in _to_move(connection, {resident_id: "?"}, False))
    return Counter({entity: count for entity, count in found.items() if count})


def _to_move(
    connection: Connection, into: Mapping[str, str], everywhere: bool
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    ids = sorted(into)
    for entity, columns in COLUMNS.items():
        table = KEPT[entity]
        found: dict[str, dict[str, Any]] = {}
        for name in columns:
            for some in _portions(ids):
                query = select(table.c.id, table.c[name]).where(table.c[name].in_(some), table.c.dead.is_(False))
                for row, named in connection.execute(query.order_by(table.c.id)):
                    found.setdefault(row, {})[name] = into[named]
        for row, fields in sorted(found.items()):
            yield entity, row, fields
    households = _households(connection, sorted({*into, *into.values()}))
    for entity, columns in INSIDE.items():
        table = KEPT[entity]
        found = {}
        for query in _looked_through(entity, ids, households, everywhere):
            for row in connection.execute(query):
                told = {name: replaced(row._mapping[name], into) for name in columns}
                found[row.id] = {name: value for name, value in told.items() if value != row._mapping[name]}
        for one, fields in sorted(found.items()):
            if fields:
                yield entity, one, fields


def _looked_through(entity: str, ids: list[str], households: list[str], everywhere: bool) -> Iterator[Any]:
    table = KEPT[entity]
    columns = [table.c.id, *(table.c[name] for name in INSIDE[entity])]
    living = select(*columns).where(table.c.dead.is_(False))
    for some in _portions(households):
        yield living.where(table.c.household_id.in_(some))
    if "resident_id" in table.c:
        for some in _portions(ids):
            yield living.where(or_(table.c.resident_id.in_(some), table.c.other_resident_id.in_(some)))
    if everywhere:
        for one in ids:
            yield living.where(or_(*(cast(table.c[name], Text).contains(one) for name in INSIDE[entity])))


def _households(connection: Connection, ids: list[str]) -> list[str]:
    found: set[str] = set()
    for some in _portions(ids):
        query = select(_MEMBERSHIP.c.household_id).where(_MEMBERSHIP.c.resident_id.in_(some))
        found.update(connection.execute(query).scalars())
    return sorted(found)


def _portions(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]


def replaced(value: Any, into: Mapping[str, str]) -> Any:
    """A JSON value in which some ids are others; in lists nobody stands twice then."""
    if isinstance(value, str):
        return into.get(value, value)
    if isinstance(value, list):
        made = [replaced(each, into) for each in value]
        strings = all(isinstance(each, str) for each in made)
        return list(dict.fromkeys(made)) if strings and made != value else made
    if isinstance(value, dict):
        return {into.get(key, key): replaced(each, into) for key, each in value.items()}
    return value
