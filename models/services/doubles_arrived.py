"""Who may be registered twice after an import: those that came are compared with everybody, found only by indexes.

The cost follows what came and not the register: one look for the numbers, one for the phones, one for the birth dates,
and one for each door. How pairs are weighed is the same as everywhere (comparing.py).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select

from models.clock import milliseconds, today
from models.errors import NotFound
from models.records.doubled import Doubled
from models.services.book import Book, changed
from models.services.comparing import Evidence, Traits, compare, swapped
from models.services.doubles import CROWD, near
from models.services.likeness import traits_of
from models.services.merging_views import Pair
from models.services.people import resident_rows, short_address
from models.services.views import Changed
from models.store.many import put_rows
from models.store.names import tidy
from models.store.rows import KEPT, table_of
from models.store.variants import standard
from models.store.work import Work

DOUBLED = table_of(Doubled)
PAGE = 40
AT_A_LOOK = 100
"""So many people are compared at once: half a second with 100,000 on the register."""

_WAITING = DOUBLED.c.b_id == ""  # a person who came and was not compared yet
_RESIDENT, _DOCUMENT, _PHONE, _LINK = (KEPT[name] for name in ("resident", "identity_document", "phone", "person_link"))
_MEMBERSHIP, _HOUSEHOLD, _DWELLING = (KEPT[name] for name in ("membership", "household", "dwelling"))
_AT_ONCE = 400
_A, _B = _RESIDENT.alias("older"), _RESIDENT.alias("newer")
_DOOR = ("community_code", "building", "unit", "door")

_NAMED = frozenset({"name_same", "name_variant", "name_former"})
_WITH = frozenset({"birth_same", "phone_same", "door_same", "household_same"})

Two = tuple[str, str]


@dataclass(frozen=True)
class DoublesPage:
    """A part of the list, the surest pairs first."""

    pairs: tuple[Pair, ...]
    total: int
    following: int | None = None  # where the next part begins


@dataclass(frozen=True)
class SameDoor:
    """One door that was written down twice, with who lives behind each."""

    a_id: str  # the older dwelling: the one that stays
    b_id: str
    address: str
    other_address: str
    people: tuple[str, ...]
    other_people: tuple[str, ...]


class Doubles:
    """The verbs about what came twice from several computers."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def look(self, most: int = AT_A_LOOK) -> int:
        """Compare some of those who came with everybody; returns how many are still to be compared."""
        with self._book.reading_whole() as connection:
            query = select(DOUBLED.c.a_id).where(_WAITING).order_by(DOUBLED.c.found_at, DOUBLED.c.a_id)
            ids = list(connection.execute(query.limit(most)).scalars())
            if not ids:
                return 0
            found = dict(likely_pairs(connection, ids))
        now = milliseconds(self._book.clock)
        with self._book.writing() as connection:
            put_rows(connection, DOUBLED, [_listed(a, b, one, found_at=now) for (a, b), one in found.items()])
            connection.execute(delete(DOUBLED).where(_WAITING, DOUBLED.c.a_id.in_(ids)))
            return int(connection.execute(select(func.count()).select_from(DOUBLED).where(_WAITING)).scalar_one())

    def count(self) -> int:
        """How many pairs wait to be looked at."""
        with self._book.reading() as connection:
            return int(connection.execute(_open(func.count())).scalar_one())

    def page(self, after: int = 0, limit: int = PAGE) -> DoublesPage:
        """A part of the list. Pairs that do not look alike any more, because somebody corrected them, are dropped."""
        on = today(self._book.clock)
        with self._book.reading() as connection:
            order = (DOUBLED.c.same_number.desc(), DOUBLED.c.score.desc(), DOUBLED.c.a_id, DOUBLED.c.b_id)
            query = _open(DOUBLED.c.a_id, DOUBLED.c.b_id).order_by(*order).offset(after).limit(limit + 1)
            listed = [(row.a_id, row.b_id) for row in connection.execute(query)]
            here = listed[:limit]
            traits = traits_of(connection, {one for two in here for one in two})
            weighed = {two: compare(traits[two[0]], traits[two[1]]) for two in here if set(two) <= traits.keys()}
            kept = {two: evidence for two, evidence in weighed.items() if _worth(evidence)}
            rows = {row.id: row for row in resident_rows(connection, sorted({one for two in kept for one in two}), on)}
            total = int(connection.execute(_open(func.count())).scalar_one())
        gone = [two for two in here if two not in kept]
        if gone and not self._book.limits():  # who does not see everything may see too little of them
            with self._book.writing() as connection:
                for a, b in gone:
                    connection.execute(delete(DOUBLED).where(DOUBLED.c.a_id == a, DOUBLED.c.b_id == b))
        pairs = tuple(
            Pair(
                rows[a],
                rows[b],
                "number" if evidence.same_number else "likely",
                evidence.level,
                evidence.reasons(),
                evidence.doubts(),
                round(evidence.bits, 1),
            )
            for (a, b), evidence in kept.items()
        )
        following = after + len(kept) if len(listed) > limit else None
        return DoublesPage(pairs, total - len(gone), following)

    def doors(self, limit: int = PAGE) -> list[SameDoor]:
        """Doors that were written down twice: the same community, building, entrance and door, with people behind
        each. Looks through the addresses of the register."""
        with self._book.reading() as connection:
            found = list(islice(_same_doors(connection), limit))
            people = _people_at(connection, {one["id"] for two in found for one in two})
        return [
            SameDoor(
                a["id"],
                b["id"],
                short_address(a),
                short_address(b),
                tuple(people.get(a["id"], ())),
                tuple(people.get(b["id"], ())),
            )
            for a, b in found
        ]

    def one_door(self, a: str, b: str) -> Changed:
        """Say that two dwellings are one door: the households of the newer one are at the older one from now on.

        Two offices that say it agree, since the smaller id stays. Undone like any verb. Raises NotFound.
        """
        stays, other = sorted((a, b))
        with self._book.verb("households.one_door") as work:
            query = select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.dwelling_id == other, _HOUSEHOLD.c.dead.is_(False))
            homes = list(work.connection.execute(query).scalars())
            if not homes or a == b:
                raise NotFound
            for home in homes:
                work.amend("household", home, {"dwelling_id": stays})
            people = select(_MEMBERSHIP.c.resident_id).where(_MEMBERSHIP.c.household_id.in_(homes))
            residents = list(work.connection.execute(people).scalars())
            work.reindex.update(residents)
            work.concerns(*residents, stays, other)
        return changed(work, stays)


def note_arrivals(work: Work, residents: Iterable[str]) -> None:
    """Inside an import, remember residents whose name, number, phone or door came, to be compared by Doubles.look().

    It takes no time; in the same transaction, so that a crash forgets nobody.
    """
    put_rows(work.connection, DOUBLED, [_listed(one, "", found_at=work.now) for one in sorted(residents)])


def _listed(a: str, b: str, evidence: Evidence | None = None, *, found_at: int) -> dict[str, Any]:
    same, score = (evidence.same_number, round(evidence.bits * 10)) if evidence is not None else (False, 0)
    return {"a_id": a, "b_id": b, "same_number": same, "score": score, "found_at": found_at}


def likely_pairs(connection: Connection, ids: Collection[str]) -> Iterator[tuple[Two, Evidence]]:
    """Some residents with everybody who may be the same person, the older record of each pair first."""
    mine = {}
    for some in _portions(ids):
        mine.update(traits_of(connection, some))
    candidates: set[Two] = set()
    for found in (_by_column(connection, mine, _DOCUMENT), _by_column(connection, mine, _PHONE)):
        candidates.update(found)
    names = {one: standard(tidy(traits.name)) for one, traits in mine.items()}
    candidates.update(_born_alike(connection, mine, names))
    candidates.update(_at_doors(connection, mine, names))
    apart = _said_of(connection, candidates)
    listed = sorted(candidates)
    for start in range(0, len(listed), _AT_ONCE):
        some = listed[start : start + _AT_ONCE]
        others = {one for two in some for one in two} - mine.keys()
        traits = {**mine, **traits_of(connection, others)}
        for two in some:
            if set(two) <= traits.keys():
                evidence = compare(traits[two[0]], traits[two[1]])
                said = apart.get(two)
                if _worth(evidence) and (said is None or (evidence.same_number and said == "apart")):
                    yield two, evidence


def _worth(evidence: Evidence) -> bool:
    """Whether a pair is worth a look: likely by all that is known, or the same name with birth date, phone or door."""
    named = bool(_NAMED & set(evidence.codes))
    along = named and bool(_WITH & set(evidence.codes)) and evidence.bits > 0
    return along or evidence.level in ("certain", "likely")


def _pair(one: str, other: str) -> Two:
    return (one, other) if one < other else (other, one)


def _by_column(connection: Connection, mine: Mapping[str, Traits], table: Any) -> Iterator[Two]:
    """Who shares a document number or a phone with somebody else."""
    told = {
        one: (
            {number for _kind, number in traits.numbers} if table is _DOCUMENT else traits.phones | traits.family_phones
        )
        for one, traits in mine.items()
    }
    owners: dict[str, set[str]] = {}
    for some in _portions({number for numbers in told.values() for number in numbers}):
        query = select(table.c.number, table.c.resident_id).where(table.c.number.in_(some), table.c.dead.is_(False))
        for row in connection.execute(query):
            owners.setdefault(row.number, set()).add(row.resident_id)
    for several in owners.values():
        if 1 < len(several) <= CROWD:
            for one in several & mine.keys():
                yield from (_pair(one, other) for other in several - {one})


def _born_alike(connection: Connection, mine: Mapping[str, Traits], names: Mapping[str, str]) -> Iterator[Two]:
    """Who has the birth date of somebody who came, or that with month and day turned round, and something of the
    name."""
    wanted: dict[date, list[str]] = {}
    for one, traits in mine.items():
        for day in (traits.born, swapped(traits.born) if traits.born else None):
            if day is not None:
                wanted.setdefault(day, []).append(one)
    columns = (_RESIDENT.c.id, _RESIDENT.c.name, _RESIDENT.c.former_name, _RESIDENT.c.birth_date, _RESIDENT.c.dead)
    for some in _portions(wanted):
        for row in connection.execute(select(*columns).where(_RESIDENT.c.birth_date.in_(some))):
            if row.dead:
                continue
            theirs = Traits(row.name, row.former_name)
            written = standard(tidy(row.name))
            for one in wanted[row.birth_date]:
                if one != row.id and near(names[one], written, mine[one], theirs):
                    yield _pair(one, row.id)


def _at_doors(connection: Connection, mine: Mapping[str, Traits], names: Mapping[str, str]) -> Iterator[Two]:
    """Who lives, or lived, behind the same door and has something of the name."""
    doors: dict[tuple[str, ...], list[str]] = {}
    for one, traits in mine.items():
        if len(traits.door) == len(_DOOR) and (traits.door[1] or traits.door[3]):
            doors.setdefault(traits.door, []).append(one)
    for place, several in doors.items():
        here = (_DWELLING.c[name] == said for name, said in zip(_DOOR, place, strict=True))
        query = (
            select(_RESIDENT.c.id, _RESIDENT.c.name)
            .join(_MEMBERSHIP, _MEMBERSHIP.c.resident_id == _RESIDENT.c.id)
            .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(*here, _MEMBERSHIP.c.dead.is_(False))
        )
        rows = {(row.id, row.name) for row in connection.execute(query.limit(CROWD * 2))}
        for one in several:
            for other, name in rows:
                if other != one and len(set(names[one]) & set(standard(tidy(name)))) > 1:
                    yield _pair(one, other)


def _said_of(connection: Connection, candidates: Collection[Two]) -> dict[Two, str]:
    """What was said of pairs already: one (the same person), apart, or apart although they shared a number."""
    found: dict[Two, str] = {}
    for some in _portions({a for a, _b in candidates}):
        query = select(_LINK.c.a_id, _LINK.c.b_id, _LINK.c.active, _LINK.c.grounds).where(
            _LINK.c.a_id.in_(some), _LINK.c.dead.is_(False)
        )
        for row in connection.execute(query):
            word = "one" if row.active else "apart, number" if "number" in row.grounds.split() else "apart"
            found[row.a_id, row.b_id] = word
    return found


def _open(*columns: Any) -> Select[Any]:
    """Pairs of people in use of whom nobody has said anything yet, or who share a number that was not seen then."""
    linked = and_(_LINK.c.a_id == DOUBLED.c.a_id, _LINK.c.b_id == DOUBLED.c.b_id, _LINK.c.dead.is_(False))
    unsaid: ColumnElement[bool] = or_(
        _LINK.c.id.is_(None),
        and_(_LINK.c.active.is_(False), DOUBLED.c.same_number.is_(True), _LINK.c.grounds != "number"),
    )
    return (
        select(*columns)
        .select_from(
            DOUBLED.join(_A, _A.c.id == DOUBLED.c.a_id).join(_B, _B.c.id == DOUBLED.c.b_id).outerjoin(_LINK, linked)
        )
        .where(_A.c.dead.is_(False), _B.c.dead.is_(False), _A.c.frozen == "", _B.c.frozen == "", unsaid)
    )


def _same_doors(connection: Connection) -> Iterator[tuple[Mapping[Any, Any], Mapping[Any, Any]]]:
    """Dwellings in use that stand for one door, the older one first. Reads all addresses, in one query."""
    in_use = exists().where(_HOUSEHOLD.c.dwelling_id == _DWELLING.c.id, _HOUSEHOLD.c.dead.is_(False))
    query = select(*(_DWELLING.c[name] for name in ("id", "street_line", *_DOOR))).where(
        _DWELLING.c.door != "", _DWELLING.c.dead.is_(False), in_use
    )
    rows = connection.execute(query.order_by(*(_DWELLING.c[name] for name in _DOOR), _DWELLING.c.id)).mappings().all()
    for _place, same in groupby(rows, key=lambda row: tuple(row[name] for name in _DOOR)):
        seen: list[Mapping[Any, Any]] = []
        for row in same:
            first = next((one for one in seen if _one_street(one, row)), None)
            if first is not None:
                yield first, row
            seen.append(row)


def _one_street(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
    """Whether the roads may be one: written alike, or not written on one of them."""
    a, b = (standard(tidy(str(row["street_line"]))) for row in (one, other))
    return not a or not b or a == b


def _people_at(connection: Connection, dwellings: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for some in _portions(dwellings):
        query = (
            select(_HOUSEHOLD.c.dwelling_id, _RESIDENT.c.name)
            .join(_MEMBERSHIP, _MEMBERSHIP.c.household_id == _HOUSEHOLD.c.id)
            .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
            .where(
                _HOUSEHOLD.c.dwelling_id.in_(some),
                _HOUSEHOLD.c.dead.is_(False),
                _MEMBERSHIP.c.dead.is_(False),
                _MEMBERSHIP.c.until.is_(None),
            )
            .order_by(_RESIDENT.c.id)
        )
        for row in connection.execute(query):
            names = found.setdefault(row.dwelling_id, [])
            if row.name not in names:
                names.append(row.name)
    return found


def _portions(ids: Iterable[Any]) -> Iterator[Sequence[Any]]:
    listed = sorted(set(ids))
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
