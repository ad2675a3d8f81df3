"""The facts of many households at once: from rows to the columns that the screening reads.

Exactly what services.cases.build_case() gives household by household, without making a case of anybody: the newest
statement by as_of, then by moment; one about a later day does not count yet; one past its good_until, and one that says
that nobody knew or somebody refused, is unknown with a state; a value that the dictionary cannot read is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from json import loads
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, cast, or_, select

from models.eligibility.batch.columns import (
    STATED,
    Bits,
    Bytes,
    Codes,
    Column,
    Columns,
    Ints,
    codes_by_value,
    column_from,
    domain_of,
    role_code,
)
from models.eligibility.case import HOUSEHOLD, checked_value
from models.eligibility.schema import FactDefinition
from models.store.handed import handed_away, is_handed
from models.store.present import apart, changes_on, counted, days_of, there
from models.store.rows import KEPT
from models.store.statements import (
    NEVER,
    Facts,
    Member,
    Numbering,
    Statements,
    Step,
    day_of,
    joined,
    newest,
    rows_of,
    said_by_register,
    said_on,
)
from models.store.told import RECEIVES, role

_RESIDENT, _VISIT = KEPT["resident"], KEPT["visit"]
_HOUSEHOLD, _MEMBERSHIP, _DWELLING = KEPT["household"], KEPT["membership"], KEPT["dwelling"]
_COUNTS = "counts_in_household"
_AT_ONCE = 1000  # identities in one statement; SQLite allows 32,766


class _Reading:
    """A statement that is made once, for everybody or for a few: making it takes longer than a household's rows take.

    It may use the parameters of days_of(): "on" is the day. column: holds the identities by which a few are found.
    """

    def __init__(self, query: Select[Any], column: ColumnElement[Any]) -> None:
        self._query, self._column = query, column
        self._of_few = query.where(column.in_(bindparam("ids", expanding=True)))

    def rows(self, connection: Connection, on: date, only: Sequence[str] | None) -> Iterator[Sequence[Any]]:
        """The rows on a day; only those of some identities, where any are given."""
        if only is None or len(only) > _AT_ONCE:
            return rows_of(connection, self._query.params(days_of(on)), self._column, only)
        return iter(connection.execute(self._of_few, {**days_of(on), "ids": only}))


def _lasting(until: ColumnElement[Any]) -> ColumnElement[bool]:
    """What did not end by the day."""
    return or_(until.is_(None), until > bindparam("on"))


_THERE = there(bindparam("on"), bindparam("died_after"))
_HOMES = _Reading(
    select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.kind, cast(_HOUSEHOLD.c.until, Text), _DWELLING.c.community_code)
    .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id, isouter=True)
    .where(_HOUSEHOLD.c.dead.is_(False), _lasting(_HOUSEHOLD.c.until)),
    _HOUSEHOLD.c.id,
)
_MEMBERS = _Reading(
    select(
        _MEMBERSHIP.c.household_id,
        _MEMBERSHIP.c.relation,
        _MEMBERSHIP.c.id,
        _MEMBERSHIP.c.resident_id,
        counted(),
        cast(_MEMBERSHIP.c.until, Text),
        _RESIDENT.c.sex,
        cast(_RESIDENT.c.birth_date, Text),
        _RESIDENT.c.marital_status,
        _RESIDENT.c.ethnic_group,
        _RESIDENT.c.dead,
        apart(),
        cast(_RESIDENT.c.died_on, Text),
    )
    .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
    .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
    .where(_MEMBERSHIP.c.dead.is_(False), _THERE),
    _MEMBERSHIP.c.household_id,
)
_VISITS = _Reading(
    select(
        _VISIT.c.household_id,
        cast(_VISIT.c.happened_on, Text),
        _VISIT.c.at,
        _VISIT.c.id,
        _VISIT.c.outcome,
        _VISIT.c.worker,
    ).where(_VISIT.c.dead.is_(False)),
    _VISIT.c.household_id,
)
_HOMES_OF = _Reading(
    select(
        *(_MEMBERSHIP.c[name] for name in ("resident_id", "household_id", "relation", "id")),
        _HOUSEHOLD.c.kind,
        apart(),
    )
    .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
    .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
    .where(
        _MEMBERSHIP.c.dead.is_(False),
        _THERE,
        _HOUSEHOLD.c.dead.is_(False),
        _lasting(_HOUSEHOLD.c.until),
    ),
    _MEMBERSHIP.c.resident_id,
)


@dataclass(frozen=True)
class Lists:
    """What the lists of the screening need beside the facts, row by row as in the columns.

    person, home: identities as UTF-8, by row and by household. chosen: whether this row tells the resident's result; no
    row does of somebody who was taken off the register, or whose case another office has taken over.
    registered: a registered household. community: code as UTF-8. visited: ordinal of the newest visit's day, 0 where
    there was none; worker: who made it; away: nobody lived there any more, or the case is with another office. due: the
    first day on which something about the household changes by itself.
    """

    person: NDArray[np.bytes_]
    home: NDArray[np.bytes_]
    chosen: Bits
    registered: Bits
    community: NDArray[np.bytes_]
    visited: Ints
    worker: NDArray[np.bytes_]
    away: Bits
    due: Ints


@dataclass(frozen=True)
class Loaded:
    """Households with their facts, in ascending order of their identities."""

    columns: Columns
    lists: Lists


def load(
    connection: Connection,
    facts: Facts,
    on: date,
    households: Sequence[str] | None = None,
    step: Step | None = None,
    *,
    nothing_else: bool = False,
) -> Loaded:
    """The columns of some households (None: of all) on a day; those that ended, or without a member, are left out.

    nothing_else: read the statements of these facts only, which is quicker for a few; who receives what is not read.
    """
    homes = _homes(connection, on, households)
    members = _members(connection, on, homes, everybody=households is None)
    members.sort(key=lambda member: member[:3])
    once: dict[tuple[str, str], Member] = {}  # who was taken in at two desks is one person
    for member in members:
        once.setdefault((member.home, member.resident), member)
    members = list(once.values())
    present = sorted({member.home for member in members})
    place = {home: number for number, home in enumerate(present)}
    people: dict[str, int] = Numbering()
    person_of_row = np.array([people[member.resident] for member in members], np.int64)
    household = np.array([place[member.home] for member in members], np.int32)
    if step:
        step(len(members))
    subjects = {**people, **{home: len(people) + number for home, number in place.items()}}
    numbering, texts = Numbering({name: number for number, name in enumerate(facts)}), Numbering()
    told = said_by_register(connection, people, members, numbering, texts, facts, on, everybody=households is None)
    only = None if households is None else list(subjects)
    said, changes = said_on(connection, on, subjects, numbering, texts, facts, only, step, nothing_else=nothing_else)
    said = newest(connection, joined([said, told]), subjects, numbering, texts)
    due = _due(said, changes, on, len(people), person_of_row, household, len(present))
    for member in members:
        if member.until is not None:
            here = place[member.home]
            due[here] = min(due[here], member.until.toordinal())
    for number, home in enumerate(present):
        ends = homes[home].until
        if ends is not None:
            due[number] = min(due[number], ends.toordinal())
    columns = _columns(said, facts, numbering, texts, on, members, person_of_row, household, len(people), len(present))
    lists = _lists(connection, on, members, homes, present, due, everybody=households is None)
    if step:
        step(0)
    return Loaded(columns, lists)


class _Home(NamedTuple):
    kind: str
    until: date | None
    community: str


def _homes(connection: Connection, on: date, only: Sequence[str] | None) -> dict[str, _Home]:
    """The households that there are on a day."""
    found = _HOMES.rows(connection, on, only)
    return {identity: _Home(kind, day_of(until), community or "") for identity, kind, until, community in found}


def _members(connection: Connection, on: date, homes: Mapping[str, _Home], *, everybody: bool) -> list[Member]:
    """The present members of some households, and those who died in them lately."""
    found = _MEMBERS.rows(connection, on, None if everybody else list(homes))
    return [
        Member(
            home,
            relation,
            identity,
            person,
            bool(counts),
            changes_on(day_of(until), day_of(died), on),
            sex,
            day_of(born),
            married,
            ethnic,
            bool(dead),
            bool(aside),
            day_of(died),
        )
        for home, relation, identity, person, counts, until, sex, born, married, ethnic, dead, aside, died in found
        if home in homes
    ]


def _due(
    said: Statements,
    later: Mapping[int, int],
    on: date,
    people: int,
    person_of_row: NDArray[np.int64],
    household: Ints,
    households: int,
) -> Ints:
    """For each household the first later day on which one of its facts begins or ends to count."""
    first = np.full(people + households, NEVER, np.int64)
    ends = np.flatnonzero((said.good >= on.toordinal()) & (said.good < NEVER))
    np.minimum.at(first, said.subject[ends], said.good[ends] + 1)
    for subject, day in later.items():
        first[subject] = min(first[subject], day)
    due = first[people:].copy()
    np.minimum.at(due, household, first[:people][person_of_row])
    return due.astype(np.int32)


def _columns(
    said: Statements,
    facts: Facts,
    names: Mapping[str, int],
    texts: Mapping[str, int],
    on: date,
    members: Sequence[Member],
    person_of_row: NDArray[np.int64],
    household: Ints,
    people: int,
    households: int,
) -> Columns:
    """The statements that stand as columns."""
    values = [_read(text) for text in texts]
    order = np.argsort(said.name, kind="stable")
    bounds = np.searchsorted(said.name[order], np.arange(len(names) + 1)).tolist()
    columns: dict[str, Column] = {}
    receives: dict[str, Bits] = {}
    for name, number in names.items():
        if bounds[number] == bounds[number + 1]:
            continue
        rows = order[bounds[number] : bounds[number + 1]]
        if name in facts:
            at_home = facts[name].level == HOUSEHOLD
            rows = rows[said.subject[rows] >= people] if at_home else rows[said.subject[rows] < people]
            if not len(rows):
                continue
            known = said.known[rows] & (said.good[rows] >= on.toordinal())
            size = households if at_home else people
            whose = said.subject[rows] - (people if at_home else 0)
            choice, legend = _legend(facts[name], size, whose, known, said.value[rows], values)
            columns[name] = legend.rows(choice if at_home else choice[person_of_row])
        else:
            rows = rows[said.subject[rows] < people]
            yes = np.fromiter((values[value] is True for value in said.value[rows].tolist()), np.bool_, len(rows))
            if yes.any():
                held = np.zeros(people, np.bool_)
                held[said.subject[rows[yes]]] = True
                receives[name.removeprefix(RECEIVES)] = held[person_of_row]
    counted = np.fromiter((bool(member.counts) for member in members), np.bool_, len(members))
    if not counted.all() and _COUNTS in facts:
        columns[_COUNTS] = _without(facts[_COUNTS], columns.get(_COUNTS), ~counted)
    dead = _says(facts, columns, "deceased", True, len(members))
    return Columns(
        households=households,
        household=household,
        role=_roles(members),
        counts=counted & ~_says(facts, columns, _COUNTS, False, len(members)) & ~dead,
        dead=dead,
        facts={name: columns[name] for name in facts if name in columns},
        receives=dict(sorted(receives.items())),
    )


def _read(text: str) -> object:
    """A value as it was written; None where there is none, or nothing that this program reads."""
    try:
        said = loads(text)
    except ValueError:
        return None
    return said.get("v") if isinstance(said, dict) else None


def _legend(
    definition: FactDefinition,
    size: int,
    whose: NDArray[np.int64],
    known: Bits,
    value: NDArray[np.int64],
    values: Sequence[object],
) -> tuple[NDArray[np.int64], Column]:
    """A short column of all different values, and for each of `size` subjects its place there.

    The last two places are for those of whom nothing is known, and for those of whom it is known that nobody knows.
    """
    different, place = np.unique(value, return_inverse=True)
    readable = {}
    for row, number in enumerate(different.tolist()):
        if _fits(definition, values[number]):
            readable[row] = values[number]
    unknown, stated = len(different), len(different) + 1
    legend = column_from(definition, len(different) + 2, readable, [stated] if domain_of(definition) else ())
    choice = np.full(size, unknown, np.int64)
    choice[whose] = np.where(known, place, stated)
    return choice, legend


def _fits(definition: FactDefinition, value: object) -> bool:
    """Whether the dictionary can read a value; one from a newer pack, or of a file, is unknown."""
    try:
        checked = checked_value({definition.name: definition}, definition.name, value)
        if isinstance(checked, tuple) and isinstance(checked[0], Decimal):
            return bool(checked[0].is_finite())
    except (ValueError, ArithmeticError, TypeError):
        return False
    return value is not None


def _without(definition: FactDefinition, column: Column | None, rows: Bits) -> Codes:
    """Who is not counted in a household, beside those of whom it was said; a state that was said stays."""
    codes = np.array(column.values) if isinstance(column, Codes) else np.zeros(len(rows), np.uint8)
    codes[rows & (codes != STATED)] = codes_by_value(definition)[False]
    return Codes(codes)


def _says(facts: Facts, columns: Mapping[str, Column], name: str, value: bool, rows: int) -> Bits:
    column = columns.get(name)
    if not isinstance(column, Codes):
        return np.zeros(rows, np.bool_)
    return np.asarray(column.values == codes_by_value(facts[name])[value])


def _roles(members: Sequence[Member]) -> Bytes:
    codes: dict[tuple[str, str], int] = {}
    for member in members:
        key = (member.relation, member.sex)
        if key not in codes:
            codes[key] = role_code(role(*key))
    return np.fromiter((codes[member.relation, member.sex] for member in members), np.uint8, len(members))


def _lists(
    connection: Connection,
    on: date,
    members: Sequence[Member],
    homes: Mapping[str, _Home],
    present: Sequence[str],
    due: Ints,
    *,
    everybody: bool,
) -> Lists:
    """Identities, places, newest visits, and which row tells a resident's result."""
    visits: dict[str, tuple[str, int, str, str, str]] = {}
    for home, day, *rest in _VISITS.rows(connection, on, None if everybody else present):
        visit = (day or "", *rest)
        if home not in visits or visit > visits[home]:
            visits[home] = visit
    newest = [visits.get(home) for home in present]
    handed = handed_away(connection, None if everybody else present)
    chosen = _chosen(connection, on, members, homes, everybody=everybody)
    if handed:
        stays = (not is_handed(handed, member.home, member.resident) for member in members)
        chosen &= np.fromiter(stays, np.bool_, len(members))
    left = (
        (visit is not None and visit[3] == "moved_away") or is_handed(handed, home)
        for visit, home in zip(newest, present, strict=True)
    )
    rows = len(present)
    return Lists(
        person=_texts(member.resident for member in members),
        home=_texts(present),
        chosen=chosen,
        registered=np.fromiter((homes[home].kind == "registered" for home in present), np.bool_, rows),
        community=_texts(homes[home].community for home in present),
        visited=np.fromiter((_ordinal(visit[0]) if visit else 0 for visit in newest), np.int32, rows),
        worker=_texts(visit[4] if visit else "" for visit in newest),
        away=np.fromiter(left, np.bool_, rows),
        due=due,
    )


def _ordinal(written: str) -> int:
    day = day_of(written)
    return day.toordinal() if day else 0


def _texts(several: Iterable[str]) -> NDArray[np.bytes_]:
    return np.array([text.encode() for text in several], np.bytes_)


def _in_home(row: Sequence[Any]) -> tuple[str, ...]:
    """The order of memberships in which the first one of a person in a household stands."""
    return tuple(row[:4])


def _rank(kind: str, aside: bool) -> int:
    """The higher, the more a household tells of somebody who belongs to several."""
    return 1 if kind != "living" else 0 if aside else 2


def _chosen(
    connection: Connection, on: date, members: Sequence[Member], homes: Mapping[str, _Home], *, everybody: bool
) -> Bits:
    """For each member whether this household tells the result: the living one, else the registered one; of several of
    a kind the newest household. The texts say nothing of two households; the living one is where the visit goes. Who
    only lodges in it, or lives there with strangers, belongs to the registered one, where there is one.
    """
    best: dict[str, tuple[int, str]] = {}
    if everybody:
        for member in members:
            rank = (_rank(homes[member.home].kind, member.apart), member.home)
            best[member.resident] = max(best.get(member.resident, rank), rank)
    else:
        people = list({member.resident for member in members})
        seen: set[tuple[str, str]] = set()  # who was taken in at two desks stands there as the first membership says
        for resident, home, _relation, _id, kind, aside in sorted(_HOMES_OF.rows(connection, on, people), key=_in_home):
            if (resident, home) not in seen:
                seen.add((resident, home))
                best[resident] = max(best.get(resident, (0, "")), (_rank(kind, bool(aside)), home))
    tells = (best[member.resident][1] == member.home and not member.gone for member in members)
    return np.fromiter(tells, np.bool_, len(members))
