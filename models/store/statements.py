"""Statements of facts read in bulk: which of them stands for each resident and household on a day.

Names, values and days are numbered as they come, so that millions of statements are a few arrays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import repeat
from json import dumps, loads
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, select

from models.eligibility.batch.columns import Bits
from models.eligibility.schema import FactDefinition
from models.records.sealed import MARK
from models.security.column_key import ColumnKey
from models.store.rows import KEPT
from models.store.sealing import key_of
from models.store.told import PERMIT, RECEIVES, told_by_certificate, told_by_death, told_by_permit, told_by_register

Facts = Mapping[str, FactDefinition]
Step = Callable[[int], None]  # told how many rows of the tables were read; raises where the worker cancels

NEVER = 2**31 - 1  # a day that does not come
_DOCUMENT, _FACT = KEPT["identity_document"], KEPT["fact"]
_AT_ONCE = 1000  # identities in one statement; SQLite allows 32,766
_FETCHED = 20_000
_TOLD = 2**62  # the rank of what the register itself says: above every statement
_BETWEEN = "\x1f"  # the unit separator: no name and no state holds it


class Member(NamedTuple):
    """A membership with what the register itself says of the resident. until: the first day on which it changes by
    itself; gone: taken off the register; apart: lives there without belonging to the household; died_on: for the dead.
    """

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
    gone: bool
    apart: bool = False
    died_on: date | None = None


class Numbering(dict[Any, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, key: Any) -> int:
        self[key] = number = len(self)
        return number


@dataclass(frozen=True)
class Statements:
    """Statements as arrays: whose, which fact, which value and state (places in numberings), how new, good until."""

    subject: NDArray[np.int64]
    name: NDArray[np.int64]
    value: NDArray[np.int64]
    known: Bits
    as_of: NDArray[np.int64]
    at: NDArray[np.int64]
    good: NDArray[np.int64]

    def of(self, rows: NDArray[Any]) -> "Statements":
        """Some of them."""
        return Statements(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def said_by_register(
    connection: Connection,
    people: Mapping[str, int],
    members: Iterable[Member],
    names: Numbering,
    texts: Numbering,
    facts: Facts,
    on: date,
    *,
    everybody: bool,
) -> Statements:
    """What the register itself says on a day, as statements that stand above all others."""
    said: dict[tuple[int, int], int] = {}
    whose: list[int] = []
    what: list[tuple[int, int]] = []

    @cache
    def meant(told: Callable[..., Mapping[str, object]], *by: object) -> list[tuple[int, int]]:
        return [(names[name], texts[_written(value)]) for name, value in told(*by).items() if name in facts]

    for number, member in {people[member.resident]: member for member in members}.items():
        told = meant(told_by_register, member.birth_date, member.marital_status, member.ethnic_group)
        if member.died_on is not None:
            told = [*told, *meant(told_by_death, member.died_on, on)]
        whose += [number] * len(told)
        what += told
    certificates = (
        select(_DOCUMENT.c.resident_id, _DOCUMENT.c.number, _DOCUMENT.c.id)
        .where(_DOCUMENT.c.kind == "disability_cert", _DOCUMENT.c.dead.is_(False))
        .order_by(_DOCUMENT.c.id)
    )
    for resident, number, _id in rows_of(
        connection, certificates, _DOCUMENT.c.resident_id, None if everybody else list(people)
    ):
        if resident in people:
            for name, value in meant(told_by_certificate, number):
                said[people[resident], name] = value  # the newest certificate stands
    whose += [subject for subject, _name in said]
    what += [(name, value) for (_subject, name), value in said.items()]
    good = [NEVER] * len(whose)
    permits = select(_DOCUMENT.c.resident_id, cast(_DOCUMENT.c.valid_until, Text)).where(
        _DOCUMENT.c.kind == PERMIT, _DOCUMENT.c.dead.is_(False), _DOCUMENT.c.valid_until >= on
    )
    last: dict[int, date] = {}
    for resident, until in rows_of(connection, permits, _DOCUMENT.c.resident_id, None if everybody else list(people)):
        day = day_of(until)
        if resident in people and day is not None:
            last[people[resident]] = max(last.get(people[resident], day), day)
    for subject, day in last.items():
        told = meant(told_by_permit, day, on)
        whose += [subject] * len(told)
        what += told
        good += [day.toordinal()] * len(told)
    rows = len(whose)
    told_array = np.array(what, np.int64).reshape(rows, 2)
    return Statements(
        np.array(whose, np.int64),
        told_array[:, 0],
        told_array[:, 1],
        np.ones(rows, np.bool_),
        np.full(rows, _TOLD),
        np.zeros(rows, np.int64),
        np.array(good, np.int64),
    )


def _written(value: object) -> str:
    """A value as the table of facts keeps it."""
    return dumps({"v": value}, ensure_ascii=False, separators=(",", ":"))


def _opened(sealed: ColumnKey, said: Iterable[str]) -> Iterator[str]:
    """What was said, with the value as the embedded file keeps it."""
    for text in said:
        name, state, value = text.split(_BETWEEN, 2)
        told = loads(value)
        if told.keys() == {MARK}:
            told = sealed.open("fact.value", told[MARK])
        yield name + _BETWEEN + state + _BETWEEN + dumps(told, ensure_ascii=False, separators=(",", ":"))


def said_on(
    connection: Connection,
    on: date,
    subjects: Mapping[str, int],
    names: Numbering,
    texts: Numbering,
    facts: Facts,
    only: Sequence[str] | None,
    step: Step | None,
    *,
    nothing_else: bool,
) -> tuple[Statements, Mapping[int, int]]:
    """The statements that count on a day; and for each subject about whom there are later ones, the first such day.

    What is said and when are asked for as one text each: there are few different ones, and each text costs.
    """
    columns = _FACT.c
    said = columns.name + _BETWEEN + columns.state + _BETWEEN + cast(columns.value, Text)
    days = func.coalesce(cast(columns.as_of, Text), "") + _BETWEEN + func.coalesce(cast(columns.good_until, Text), "")
    query = select(columns.subject_id, said, days, columns.at).where(columns.dead.is_(False))
    if nothing_else:
        query = query.where(columns.name.in_(list(facts)))
    all_said, all_days = Numbering(), Numbering()
    sealed = key_of(connection)
    found: list[list[NDArray[np.int64]]] = [[], [], [], []]
    for rows in _fetched(connection, query, columns.subject_id, only):
        whose, what, when, at = zip(*rows, strict=True)
        part = (
            np.fromiter(map(subjects.get, whose, repeat(-1)), np.int64, len(rows)),
            np.fromiter(map(all_said.__getitem__, _opened(sealed, what) if sealed else what), np.int64, len(rows)),
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
    whole = Statements(
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
    all_said: Iterable[str], names: Numbering, texts: Numbering, facts: Facts
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
        as_of, good = (day_of(day) for day in text.split(_BETWEEN))
        told.append((as_of.toordinal() if as_of else 0, good.toordinal() if good else NEVER))
    array = np.array(told, np.int64).reshape(len(told), 2)
    return array[:, 0], array[:, 1]


def joined(parts: Sequence[Statements]) -> Statements:
    """All of them, in their order."""
    names = Statements.__dataclass_fields__
    if not parts:
        nothing = np.zeros(0, np.int64)
        return Statements(nothing, nothing, nothing, nothing.astype(np.bool_), nothing, nothing, nothing)
    return Statements(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def newest(
    connection: Connection,
    said: Statements,
    subjects: Mapping[str, int],
    names: Mapping[str, int],
    texts: Numbering,
) -> Statements:
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
    stands: Statements,
    keys: NDArray[np.int64],
    subjects: Mapping[str, int],
    names: Mapping[str, int],
    texts: Numbering,
) -> Statements:
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
    for subject, name, at, as_of, state, good, value in rows_of(connection, query, columns.subject_id, list(several)):
        row = place.get(tied.get((subject, name), -1), -1)
        day = date.fromisoformat(as_of).toordinal() if as_of else 0
        if row >= 0 and stands.at[row] == at and stands.as_of[row] == day:
            stands.value[row] = texts[value]
            stands.known[row] = state == "known"
            stands.good[row] = date.fromisoformat(good).toordinal() if good else NEVER
    return stands


@lru_cache(maxsize=100_000)
def day_of(written: str | None) -> date | None:
    """A day as the engines write it."""
    return date.fromisoformat(written) if written else None


def rows_of(
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
