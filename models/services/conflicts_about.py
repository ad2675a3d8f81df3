"""Whom a record is about, where they live, and what identities are called: for many records in a handful of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.records import divisions
from models.services.people import homes_of, short_address
from models.services.walking import portions
from models.store.rows import KEPT
from models.texts import _

_RESIDENT, _HOUSEHOLD, _DWELLING, _MEMBERSHIP = (
    KEPT[name] for name in ("resident", "household", "dwelling", "membership")
)
_NAMED = 4  # people of a household who are named

About = tuple[str, str]  # resident or household, and its id

_OWNERS = (("resident_id", "resident"), ("household_id", "household"), ("a_id", "resident"))
_PARENTS = {  # of records that name nobody themselves
    "case_goal": ("plan_id", "case_plan"),
    "case_task": ("plan_id", "case_plan"),
    "referral_step": ("referral_id", "referral"),
    "need": ("visit_id", "visit"),
}


def whom(connection: Connection, rows: Mapping[str, str]) -> dict[str, About]:
    """Whom some records (id -> entity) are about; those about nobody (templates, number blocks) are left out."""
    found: dict[str, About] = {}
    above: dict[str, tuple[str, str]] = {}  # record -> its parent's entity and id
    for entity, ids in _by_entity(rows):
        if entity in ("resident", "household"):
            found.update((row, (entity, row)) for row in ids)
        elif entity == "dwelling":
            found.update(_of_dwellings(connection, ids))
        elif entity in KEPT:
            for row in _rows(connection, entity, ids):
                owner = _owner(row)
                if owner is not None:
                    found[row["id"]] = owner
                elif entity in _PARENTS and row[_PARENTS[entity][0]]:
                    above[row["id"]] = (_PARENTS[entity][1], row[_PARENTS[entity][0]])
    if above:
        owners = whom(connection, {parent: entity for entity, parent in above.values()})
        found.update((row, owners[parent]) for row, (_entity, parent) in above.items() if parent in owners)
    return found


def communities(connection: Connection, about: Collection[About]) -> dict[About, str]:
    """In which community (12 digits) people and households live; those of whom it is not known are left out."""
    return {one: str(dwelling["community_code"]) for one, dwelling in _dwellings(connection, about).items()}


def called(connection: Connection, about: Collection[About]) -> dict[About, tuple[str, str]]:
    """What people and households are called (of a household the names of its people), and their address."""
    names: dict[About, str] = {}
    for ids in portions(row for kind, row in about if kind == "resident"):
        query = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(ids))
        names.update((("resident", row.id), row.name) for row in connection.execute(query))
    for ids in portions(row for kind, row in about if kind == "household"):
        people: dict[str, list[str]] = defaultdict(list)
        query = (
            select(_MEMBERSHIP.c.household_id, _RESIDENT.c.name)
            .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
            .where(_MEMBERSHIP.c.household_id.in_(ids), _MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False))
            .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
        )
        for row in connection.execute(query):
            people[row.household_id].append(row.name)
        for home, several in people.items():
            said = _(", ").join(several[:_NAMED])
            names["household", home] = said if len(several) <= _NAMED else _("{names} and others").format(names=said)
    doors = _dwellings(connection, about)
    return {one: (names.get(one, ""), short_address(doors[one]) if one in doors else "") for one in about}


def identities(connection: Connection, values: Mapping[str, Collection[Any]]) -> dict[str, str]:
    """What the values of identity fields (field -> values) are called: the person's name, the address."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for field, several in values.items():
        for kind in ("resident", "household", "dwelling"):
            if field.endswith(f"{kind}_id") or (kind == "resident" and field in ("a_id", "b_id", "guardian_id", "met")):
                for value in several:
                    wanted[kind].update(one for one in ([value] if isinstance(value, str) else value or ()) if one)
    told = called(connection, [(kind, row) for kind in ("resident", "household") for row in wanted[kind]])
    names = {row: (name or address) for (_kind, row), (name, address) in told.items()}
    for ids in portions(wanted["dwelling"]):
        for door in connection.execute(select(_DWELLING).where(_DWELLING.c.id.in_(ids))).mappings():
            names[door["id"]] = short_address(door)
    return names


def community_name(code: str) -> str:
    """A community as people say it; its code where the table does not hold it."""
    found = divisions.division(code)
    return found.short if found is not None else code


def _owner(row: Mapping[Any, Any]) -> About | None:
    for column, kind in _OWNERS:
        if row.get(column):
            return kind, str(row[column])
    if row.get("subject_id"):
        return ("household" if row.get("subject_kind") == "household" else "resident"), str(row["subject_id"])
    return None


def _dwellings(connection: Connection, about: Collection[About]) -> dict[About, Mapping[Any, Any]]:
    found: dict[About, Mapping[Any, Any]] = {}
    for ids in portions(row for kind, row in about if kind == "resident"):
        found.update((("resident", row), home.dwelling) for row, home in homes_of(connection, ids).items())
    for ids in portions(row for kind, row in about if kind == "household"):
        query = (
            select(_HOUSEHOLD.c.id.label("home"), _DWELLING)
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_HOUSEHOLD.c.id.in_(ids))
        )
        found.update((("household", row["home"]), row) for row in connection.execute(query).mappings())
    return found


def _of_dwellings(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[str, About]]:
    """The household at a door: the living one before the registered one."""
    for some in portions(ids):
        query = select(_HOUSEHOLD.c.dwelling_id, _HOUSEHOLD.c.id).where(
            _HOUSEHOLD.c.dwelling_id.in_(some), _HOUSEHOLD.c.dead.is_(False)
        )
        for row in connection.execute(query.order_by(_HOUSEHOLD.c.kind.desc(), _HOUSEHOLD.c.id)):
            yield row.dwelling_id, ("household", row.id)


def _rows(connection: Connection, entity: str, ids: Sequence[str]) -> Iterator[Mapping[Any, Any]]:
    table = KEPT[entity]
    wanted = {"id", "subject_kind", "subject_id", *(column for column, _kind in _OWNERS)}
    wanted |= {_PARENTS[entity][0]} if entity in _PARENTS else set()
    columns = [column for column in table.columns if column.name in wanted]
    for some in portions(ids):
        yield from connection.execute(select(*columns).where(table.c.id.in_(some))).mappings()


def _by_entity(rows: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for row, entity in rows.items():
        grouped[entity].append(row)
    yield from sorted(grouped.items())
