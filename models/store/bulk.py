"""The facts of many households at once: from rows to the columns that the screening reads.

Exactly what services.cases.build_case() gives household by household, without making a case of anybody: the newest
statement by as_of, then by moment; one about a later day does not count yet; one past its good_until, and one that says
that nobody knew or somebody refused, is unknown with a state; a value that the dictionary cannot read is unknown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import repeat
from json import dumps, loads
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, or_, select

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
from models.store.rows import KEPT
from models.store.told import RECEIVES, role, told_by_certificate, told_by_register

Facts = Mapping[str, FactDefinition]
Step = Callable[[int], None]  # told how many rows of the tables were read; raises where the worker cancels

NEVER = 2**31 - 1  # a day that does not come
_RESIDENT, _DOCUMENT, _FACT, _VISIT = (KEPT[name] for name in ("resident", "identity_document", "fact", "visit"))
_HOUSEHOLD, _MEMBERSHIP, _DWELLING = KEPT["household"], KEPT["membership"], KEPT["dwelling"]
_AT_ONCE = 1000  # identities in one statement; SQLite allows 32,766
_FETCHED = 20_000
_TOLD = 2**62  # the rank of what the register itself says: above every statement
_COUNTS = "counts_in_household"
_BETWEEN = "\x1f"  # the unit separator: no name and no state holds it


@dataclass(frozen=True)
class Lists:
    """What the lists of the screening need beside the facts, row by row as in the columns.

    person, home: identities as UTF-8, by row and by household. chosen: whether this row tells the resident's result; no
    row does of somebody who was taken off the register.
    registered: a registered household. community: code as UTF-8. visited: ordinal of the newest visit's day, 0 where
    there was none; worker: who made it; away: nobody lived there any more. due: the first day on which something about
    the household changes by itself.
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


class _Member(NamedTuple):
    home: str
    relation: str
    id: str
    resident: str
    counts: bool
    until: date | None
    sex: str
    birth_date: date | None
    marital_status: str
    ethnic_group: str
    gone: bool  # taken off the register


class _Numbering(dict[Any, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, key: Any) -> int:
        self[key] = number = len(self)
        return number


@dataclass(frozen=True)
class _Statements:
    """Statements as arrays: whose, which fact, which value and state (places in numberings), how new, good until."""

    subject: NDArray[np.int64]
    name: NDArray[np.int64]
    value: NDArray[np.int64]
    known: Bits
    as_of: NDArray[np.int64]
    at: NDArray[np.int64]
    good: NDArray[np.int64]

    def of(self, rows: NDArray[Any]) -> "_Statements":
        return _Statements(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def load(
    connection: Connection, facts: Facts, on: date, households: Sequence[str] | None = None, step: Step | None = None
) -> Loaded:
    """The columns of some households (None: of all) on a day; those that ended, or without a member, are left out."""
    homes = _homes(connection, on, households)
    members = _members(connection, on, homes, everybody=households is None)
    members.sort(key=lambda member: member[:3])
    once: dict[tuple[str, str], _Member] = {}  # who was taken in at two desks is one person
    for member in members:
        once.setdefault((member.home, member.resident), member)
    members = list(once.values())
    present = sorted({member.home for member in members})
    place = {home: number for number, home in enumerate(present)}
    people: dict[str, int] = _Numbering()
    person_of_row = np.array([people[member.resident] for member in members], np.int64)
    household = np.array([place[member.home] for member in members], np.int32)
    if step:
        step(len(members))
    subjects = {**people, **{home: len(people) + number for home, number in place.items()}}
    numbering, texts = _Numbering({name: number for number, name in enumerate(facts)}), _Numbering()
    told = _told(connection, people, members, numbering, texts, facts, everybody=households is None)
    only = None if households is None else list(subjects)
    said, changes = _statements(connection, on, subjects, numbering, texts, facts, only, step)
    said = _newest(connection, _joined([said, told]), subjects, numbering, texts)
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
    query = (
        select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.kind, cast(_HOUSEHOLD.c.until, Text), _DWELLING.c.community_code)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id, isouter=True)
        .where(_HOUSEHOLD.c.dead.is_(False), or_(_HOUSEHOLD.c.until.is_(None), _HOUSEHOLD.c.until > on))
    )
    found = _rows(connection, query, _HOUSEHOLD.c.id, only)
    return {identity: _Home(kind, _day(until), community or "") for identity, kind, until, community in found}


def _members(connection: Connection, on: date, homes: Mapping[str, _Home], *, everybody: bool) -> list[_Member]:
    """The present members of some households."""
    query = select(
        _MEMBERSHIP.c.household_id,
        _MEMBERSHIP.c.relation,
        _MEMBERSHIP.c.id,
        _MEMBERSHIP.c.resident_id,
        _MEMBERSHIP.c.counts,
        cast(_MEMBERSHIP.c.until, Text),
        _RESIDENT.c.sex,
        cast(_RESIDENT.c.birth_date, Text),
        _RESIDENT.c.marital_status,
        _RESIDENT.c.ethnic_group,
        _RESIDENT.c.dead,
    ).join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
    query = query.where(_MEMBERSHIP.c.dead.is_(False), or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on))
    found = _rows(connection, query, _MEMBERSHIP.c.household_id, None if everybody else list(homes))
    return [
        _Member(
            home, relation, identity, person, bool(counts), _day(until), sex, _day(born), married, ethnic, bool(dead)
        )
        for home, relation, identity, person, counts, until, sex, born, married, ethnic, dead in found
        if home in homes
    ]


@lru_cache(maxsize=100_000)
def _day(written: str | None) -> date | None:
    """A day as the engines write it."""
    return date.fromisoformat(written) if written else None


def _rows(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], only: Sequence[str] | None
) -> Iterator[Sequence[Any]]:
    """The rows of a query; only those in which a column holds one of some identities, where any are given."""
    for rows in _fetched(connection, query, column, only):
        yield from rows


def _parts(query: Select[Any], column: ColumnElement[Any], only: Sequence[str] | None) -> Iterator[Select[Any]]:
    if only is None:
        yield query
        return
    ids = sorted(only)
    for start in range(0, len(ids), _AT_ONCE):
        yield query.where(column.in_(ids[start : start + _AT_ONCE]))


def _told(
    connection: Connection,
    people: Mapping[str, int],
    members: Iterable[_Member],
    names: _Numbering,
    texts: _Numbering,
    facts: Facts,
    *,
    everybody: bool,
) -> _Statements:
    """What the register itself says, as statements that stand above all others."""
    said: dict[tuple[int, int], int] = {}
    whose: list[int] = []
    what: list[tuple[int, int]] = []

    @cache
    def meant(told: Callable[..., Mapping[str, object]], *by: object) -> list[tuple[int, int]]:
        return [(names[name], texts[_written(value)]) for name, value in told(*by).items() if name in facts]

    for number, member in {people[member.resident]: member for member in members}.items():
        told = meant(told_by_register, member.birth_date, member.marital_status, member.ethnic_group)
        whose += [number] * len(told)
        what += told
    certificates = (
        select(_DOCUMENT.c.resident_id, _DOCUMENT.c.number, _DOCUMENT.c.id)
        .where(_DOCUMENT.c.kind == "disability_cert", _DOCUMENT.c.dead.is_(False))
        .order_by(_DOCUMENT.c.id)
    )
    for resident, number, _id in _rows(
        connection, certificates, _DOCUMENT.c.resident_id, None if everybody else list(people)
    ):
        if resident in people:
            for name, value in meant(told_by_certificate, number):
                said[people[resident], name] = value  # the newest certificate stands
    whose += [subject for subject, _name in said]
    what += [(name, value) for (_subject, name), value in said.items()]
    rows = len(whose)
    told_array = np.array(what, np.int64).reshape(rows, 2)
    return _Statements(
        np.array(whose, np.int64),
        told_array[:, 0],
        told_array[:, 1],
        np.ones(rows, np.bool_),
        np.full(rows, _TOLD),
        np.zeros(rows, np.int64),
        np.full(rows, NEVER, np.int64),
    )


def _written(value: object) -> str:
    """A value as the table of facts keeps it."""
    return dumps({"v": value}, ensure_ascii=False, separators=(",", ":"))


def _statements(
    connection: Connection,
    on: date,
    subjects: Mapping[str, int],
    names: _Numbering,
    texts: _Numbering,
    facts: Facts,
    only: Sequence[str] | None,
    step: Step | None,
) -> tuple[_Statements, Mapping[int, int]]:
    """The statements that count on a day; and for each subject about whom there are later ones, the first such day.

    What is said and when are asked for as one text each: there are few different ones, and each text costs.
    """
    columns = _FACT.c
    said = columns.name + _BETWEEN + columns.state + _BETWEEN + cast(columns.value, Text)
    days = func.coalesce(cast(columns.as_of, Text), "") + _BETWEEN + func.coalesce(cast(columns.good_until, Text), "")
    query = select(columns.subject_id, said, days, columns.at).where(columns.dead.is_(False))
    all_said, all_days = _Numbering(), _Numbering()
    found: list[list[NDArray[np.int64]]] = [[], [], [], []]
    for rows in _fetched(connection, query, columns.subject_id, only):
        whose, what, when, at = zip(*rows, strict=True)
        part = (
            np.fromiter(map(subjects.get, whose, repeat(-1)), np.int64, len(rows)),
            np.fromiter(map(all_said.__getitem__, what), np.int64, len(rows)),
            np.fromiter(map(all_days.__getitem__, when), np.int64, len(rows)),
            np.fromiter(at, np.int64, len(rows)),
        )
        for several, array in zip(found, part, strict=True):
            several.append(array[part[0] >= 0])
        if step:
            step(len(rows))
    subject, what_number, when_number, moment = (
        np.concatenate(several) if several else np.zeros(0, np.int64) for several in found
    )
    name, known, value = _told_apart(all_said, names, texts, facts)
    as_of, good = _days_apart(all_days)
    whole = _Statements(
        subject,
        name[what_number],
        value[what_number],
        known[what_number],
        as_of[when_number],
        moment,
        good[when_number],
    )
    whole = whole.of(np.flatnonzero(whole.name >= 0))
    ahead = whole.as_of > on.toordinal()
    later: dict[int, int] = {}
    for one, first in zip(whole.subject[ahead].tolist(), whole.as_of[ahead].tolist(), strict=True):
        later[one] = min(later.get(one, NEVER), first)
    return whole.of(~ahead) if later else whole, later


def _told_apart(
    all_said: Iterable[str], names: _Numbering, texts: _Numbering, facts: Facts
) -> tuple[NDArray[np.int64], Bits, NDArray[np.int64]]:
    """Name, whether known, and value of each different thing that was said; the name is -1 where nobody reads it."""
    told: list[tuple[int, bool, int]] = []
    for text in all_said:
        name, state, value = text.split(_BETWEEN, 2)
        read = name in facts or name.startswith(RECEIVES)
        told.append((names[name] if read else -1, state == "known", texts[value] if read else 0))
    array = np.array(told, np.int64).reshape(len(told), 3)
    return array[:, 0], array[:, 1].astype(np.bool_), array[:, 2]


def _days_apart(all_days: Iterable[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ordinals of as_of (0 where none is said) and good_until (NEVER)."""
    told = []
    for text in all_days:
        as_of, good = (_day(day) for day in text.split(_BETWEEN))
        told.append((as_of.toordinal() if as_of else 0, good.toordinal() if good else NEVER))
    array = np.array(told, np.int64).reshape(len(told), 2)
    return array[:, 0], array[:, 1]


def _fetched(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], only: Sequence[str] | None
) -> Iterator[list[Any]]:
    """The same in portions; of a file straight from the driver: a row object for each would cost a third of it."""
    for part in _parts(query, column, only):
        if connection.dialect.name == "postgresql":  # a server would send everything at once otherwise
            streamed = connection.execute(part.execution_options(yield_per=_FETCHED))
            yield from (list(rows) for rows in streamed.partitions())
            continue
        with connection.execute(part) as result:
            cursor: Any = result.cursor
            while rows := cursor.fetchmany(_FETCHED):
                yield rows


def _joined(parts: Sequence[_Statements]) -> _Statements:
    names = _Statements.__dataclass_fields__
    if not parts:
        nothing = np.zeros(0, np.int64)
        return _Statements(nothing, nothing, nothing, nothing.astype(np.bool_), nothing, nothing, nothing)
    return _Statements(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _newest(
    connection: Connection,
    said: _Statements,
    subjects: Mapping[str, int],
    names: Mapping[str, int],
    texts: _Numbering,
) -> _Statements:
    """For each subject and fact the statement that stands: the newest by as_of, then by moment, then by identity."""
    key = said.subject * len(names) + said.name
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    repeated = np.zeros(len(order), np.bool_)
    repeated[1:] = ordered[1:] == ordered[:-1]
    repeated[:-1] |= repeated[1:]
    alone, several = order[~repeated], order[repeated]
    several = several[np.lexsort((said.at[several], said.as_of[several], key[several]))]
    ahead = several[1:]
    last = np.append(key[several][1:] != key[several][:-1], True) if len(several) else np.zeros(0, np.bool_)
    tied = np.zeros(len(several), np.bool_)
    if len(several) > 1:
        before = several[:-1]
        same = key[before] == key[ahead]
        tied[1:] = same & (said.as_of[before] == said.as_of[ahead]) & (said.at[before] == said.at[ahead])
    stands = said.of(np.sort(np.concatenate((alone, several[last]))))
    if not (tied & last).any():
        return stands
    return _settled(connection, stands, np.unique(key[several[tied & last]]), subjects, names, texts)


def _settled(
    connection: Connection,
    stands: _Statements,
    keys: NDArray[np.int64],
    subjects: Mapping[str, int],
    names: Mapping[str, int],
    texts: _Numbering,
) -> _Statements:
    """Statements of one and the same moment: the identity decides which of them stands."""
    wanted = {subject: identity for identity, subject in subjects.items()}
    by_name = {number: name for name, number in names.items()}
    place = {key: row for row, key in enumerate((stands.subject * len(names) + stands.name).tolist())}
    columns = _FACT.c
    query = select(
        columns.subject_id, columns.name, columns.at, cast(columns.as_of, Text), columns.state,
        cast(columns.good_until, Text), cast(columns.value, Text),
    ).where(columns.dead.is_(False)).order_by(columns.id)  # fmt: skip
    tied = {(wanted[key // len(names)], by_name[key % len(names)]): key for key in keys.tolist()}
    several = {subject for subject, _name in tied}
    for subject, name, at, as_of, state, good, value in _rows(connection, query, columns.subject_id, list(several)):
        row = place.get(tied.get((subject, name), -1), -1)
        day = date.fromisoformat(as_of).toordinal() if as_of else 0
        if row >= 0 and stands.at[row] == at and stands.as_of[row] == day:
            stands.value[row] = texts[value]
            stands.known[row] = state == "known"
            stands.good[row] = date.fromisoformat(good).toordinal() if good else NEVER
    return stands


def _due(
    said: _Statements,
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
    said: _Statements,
    facts: Facts,
    names: Mapping[str, int],
    texts: Mapping[str, int],
    on: date,
    members: Sequence[_Member],
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


def _roles(members: Sequence[_Member]) -> Bytes:
    codes: dict[tuple[str, str], int] = {}
    for member in members:
        key = (member.relation, member.sex)
        if key not in codes:
            codes[key] = role_code(role(*key))
    return np.fromiter((codes[member.relation, member.sex] for member in members), np.uint8, len(members))


def _lists(
    connection: Connection,
    on: date,
    members: Sequence[_Member],
    homes: Mapping[str, _Home],
    present: Sequence[str],
    due: Ints,
    *,
    everybody: bool,
) -> Lists:
    """Identities, places, newest visits, and which row tells a resident's result."""
    columns = _VISIT.c
    query = select(
        columns.household_id, cast(columns.happened_on, Text), columns.at, columns.id, columns.outcome, columns.worker
    ).where(columns.dead.is_(False))
    visits: dict[str, tuple[str, int, str, str, str]] = {}
    for home, day, *rest in _rows(connection, query, columns.household_id, None if everybody else present):
        visit = (day or "", *rest)
        if home not in visits or visit > visits[home]:
            visits[home] = visit
    newest = [visits.get(home) for home in present]
    rows = len(present)
    return Lists(
        person=_texts(member.resident for member in members),
        home=_texts(present),
        chosen=_chosen(connection, on, members, homes, everybody=everybody),
        registered=np.fromiter((homes[home].kind == "registered" for home in present), np.bool_, rows),
        community=_texts(homes[home].community for home in present),
        visited=np.fromiter((_ordinal(visit[0]) if visit else 0 for visit in newest), np.int32, rows),
        worker=_texts(visit[4] if visit else "" for visit in newest),
        away=np.fromiter((visit is not None and visit[3] == "moved_away" for visit in newest), np.bool_, rows),
        due=due,
    )


def _ordinal(written: str) -> int:
    day = _day(written)
    return day.toordinal() if day else 0


def _texts(several: Iterable[str]) -> NDArray[np.bytes_]:
    return np.array([text.encode() for text in several], np.bytes_)


def _chosen(
    connection: Connection, on: date, members: Sequence[_Member], homes: Mapping[str, _Home], *, everybody: bool
) -> Bits:
    """For each member whether this household tells the result: the living one, else the registered one; of several of
    a kind the newest household. The texts say nothing of two households; the living one is where the visit goes.
    """
    best: dict[str, tuple[bool, str]] = {}
    if everybody:
        for member in members:
            rank = (homes[member.home].kind == "living", member.home)
            best[member.resident] = max(best.get(member.resident, rank), rank)
    else:
        columns = _MEMBERSHIP.c
        query = (
            select(columns.resident_id, columns.household_id, _HOUSEHOLD.c.kind)
            .join(_HOUSEHOLD, _HOUSEHOLD.c.id == columns.household_id)
            .where(
                columns.dead.is_(False),
                or_(columns.until.is_(None), columns.until > on),
                _HOUSEHOLD.c.dead.is_(False),
                or_(_HOUSEHOLD.c.until.is_(None), _HOUSEHOLD.c.until > on),
            )
        )
        people = list({member.resident for member in members})
        for resident, identity, kind in _rows(connection, query, columns.resident_id, people):
            best[resident] = max(best.get(resident, (False, "")), (kind == "living", identity))
    tells = (best[member.resident][1] == member.home and not member.gone for member in members)
    return np.fromiter(tells, np.bool_, len(members))
