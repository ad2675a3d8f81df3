"""Who may be registered twice, over the whole register at once: read in a few columns, compared only where it may fit.

100,000 residents make five thousand million pairs. Those compared share a number, a phone or a door; or the birth date
(also with month and day the other way round) and something of the name; or the sound of the name and all but one digit
of the birth date. How they are weighed is the same as for one person (comparing.py).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, func, select

from models.records.operation import Conflict, Head, Operation
from models.services.comparing import Evidence, Traits, compare, sounds, swapped
from models.services.likeness import traits_of
from models.services.likeness_weights import LIKELY
from models.services.merging_views import Pair
from models.services.people import resident_rows
from models.store.names import tidy
from models.store.rows import KEPT, table_of
from models.store.variants import standard
from models.texts import _

_RESIDENT, _DOCUMENT, _PHONE, _LINK = (KEPT[name] for name in ("resident", "identity_document", "phone", "person_link"))
_CONFLICT, _HEAD, _OPERATION = table_of(Conflict), table_of(Head), table_of(Operation)
_MEMBERSHIP, _HOUSEHOLD = KEPT["membership"], KEPT["household"]

MOST = 500  # pairs handed out: two workers' month of comparing; the next ones come when these are settled
CROWD = 60  # who share a phone or a door: a company's number, a dormitory
_AT_ONCE = 400
_STEP = 5000

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
Two = tuple[str, str]


def pairs_in_register(
    connection: Connection, on: date, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> list[Pair]:
    """All pairs to be looked at, the surest first, at most MOST; empty where it was cancelled."""
    two_people = select(_LINK.c.a_id, _LINK.c.b_id, _LINK.c.grounds).where(
        _LINK.c.active.is_(False), _LINK.c.dead.is_(False)
    )
    apart = {(row.a_id, row.b_id): str(row.grounds) for row in connection.execute(two_people)}
    disputed, late = set(_disputed(connection)), _late_pairs(connection)
    people = _plain(connection)
    total = len(people) * 2
    if progress:
        progress(0, total)
    candidates = {two for two in _with_one_number(connection) if two[0] in people and two[1] in people}
    for done, found in enumerate(_blocks(connection, people)):
        candidates |= found
        if done % _STEP == 0 and progress:
            progress(min(done, len(people)), total)
        if done % _STEP == 0 and cancelled and cancelled():
            return []
    weighed = dict(_weighed(connection, sorted(candidates), cancelled))
    if cancelled and cancelled():
        return []
    kept = {}
    for two, evidence in weighed.items():
        if evidence.level not in ("certain", "likely"):
            continue
        if two in apart and not (evidence.same_number and "number" not in apart[two].split()):
            continue
        kept[two] = evidence
    if progress:
        progress(total, total)
    return _shown(connection, kept, disputed, late, on)


def changed_after_merge(connection: Connection, links: Sequence[str] | None = None) -> set[str]:
    """Merged records that somebody changed afterwards without knowing of it; of some links (ids) or of all."""
    query = select(_LINK.c.id, _LINK.c.a_id, _LINK.c.b_id).where(_LINK.c.active.is_(True), _LINK.c.dead.is_(False))
    rows = list(connection.execute(query if links is None else query.where(_LINK.c.id.in_(list(links)))))
    said: dict[str, int] = {}
    ids = [row.id for row in rows]
    for start in range(0, len(ids), _AT_ONCE):
        newest = select(_OPERATION.c.row, func.max(_OPERATION.c.clock)).where(
            _OPERATION.c.row.in_(ids[start : start + _AT_ONCE])
        )
        said.update(tuple(row) for row in connection.execute(newest.group_by(_OPERATION.c.row)).all())
    found = set()
    for start in range(0, len(rows), _AT_ONCE):
        some = {row.b_id: said.get(row.id, 0) for row in rows[start : start + _AT_ONCE]}
        changes = select(_OPERATION.c.row, _OPERATION.c.clock, _OPERATION.c.verb, _OPERATION.c.fields).where(
            _OPERATION.c.row.in_(list(some))
        )
        for operation in connection.execute(changes):
            told = set(operation.fields) - {"dead"}
            if told and operation.clock > some[operation.row] and not operation.verb.startswith("merging."):
                found.add(operation.row)
    return found


def _late_pairs(connection: Connection) -> set[Two]:
    late = changed_after_merge(connection)
    query = select(_LINK.c.a_id, _LINK.c.b_id).where(_LINK.c.b_id.in_(sorted(late)), _LINK.c.active.is_(True))
    return {(row.a_id, row.b_id) for row in connection.execute(query)} if late else set()


def _disputed(connection: Connection) -> Iterator[Two]:
    """Pairs of which one office says that they are one person and another that they are two."""
    query = (
        select(_LINK.c.a_id, _LINK.c.b_id)
        .join(_CONFLICT, (_CONFLICT.c.row == _LINK.c.id) & (_CONFLICT.c.district == _LINK.c.district))
        .where(_CONFLICT.c.entity == "person_link", _CONFLICT.c.field == "active")
    )
    for row in connection.execute(query):
        yield row.a_id, row.b_id


def _plain(connection: Connection) -> dict[str, Traits]:
    """Everybody in use, with name, sex and birth date."""
    names = ("id", "name", "former_name", "sex", "birth_date", "dead", "frozen")
    query = select(*(_RESIDENT.c[name] for name in names)).execution_options(yield_per=_STEP)
    return {
        row.id: Traits(row.name, row.former_name, row.sex, row.birth_date)
        for row in connection.execute(query)
        if not row.dead and not row.frozen
    }


def _with_one_number(connection: Connection) -> Iterator[Two]:
    several = (
        select(_DOCUMENT.c.number)
        .where(_DOCUMENT.c.dead.is_(False))
        .group_by(_DOCUMENT.c.number)
        .having(func.count(_DOCUMENT.c.resident_id.distinct()) > 1)
    )
    query = select(_DOCUMENT.c.number, _DOCUMENT.c.resident_id).where(
        _DOCUMENT.c.number.in_(several), _DOCUMENT.c.dead.is_(False)
    )
    yield from _within(connection.execute(query).all())


def _within(rows: Iterable[Any]) -> Iterator[Two]:
    """Everybody with everybody who share the first column."""
    groups: dict[Any, set[str]] = defaultdict(set)
    for shared, resident in rows:
        groups[shared].add(resident)
    for group in groups.values():
        if 1 < len(group) <= CROWD:
            yield from combinations(sorted(group), 2)


def _blocks(connection: Connection, people: dict[str, Traits]) -> Iterator[set[Two]]:
    """Pairs worth comparing, a few at a time; once for each resident and some more at the end."""
    born: dict[date, list[str]] = defaultdict(list)
    heard: dict[str, dict[date | None, list[str]]] = defaultdict(lambda: defaultdict(list))
    written = {resident: standard(tidy(traits.name)) for resident, traits in people.items()}
    for resident, traits in people.items():
        if traits.born is not None:
            born[traits.born].append(resident)
    for resident, traits in people.items():
        found: set[Two] = set()
        for day in (traits.born, swapped(traits.born) if traits.born else None):
            for other in born.get(day, ()) if day else ():
                if other > resident and near(written[resident], written[other], traits, people[other]):
                    found.add((resident, other))
        sound = min(sounds(tidy(traits.name)), default="")
        for day in _close(traits.born):
            found.update((min(resident, other), max(resident, other)) for other in heard[sound].get(day, ()))
        heard[sound][traits.born].append(resident)
        yield found
    yield set(_together(connection, people, written))


def near(a: str, b: str, one: Traits, other: Traits) -> bool:
    """Whether two names have so much in common that they are compared."""
    if len(set(a) & set(b)) >= max(len(a), len(b)) - 1 or one.former or other.former:
        return True
    return (len(a) == len(b) or not (a + b).isalpha()) and bool(sounds(tidy(one.name)) & sounds(tidy(other.name)))


def _close(born: date | None) -> Iterator[date | None]:
    """The days that differ in one digit, and no day at all."""
    yield None
    if born is None:
        return
    digits = f"{born:%Y%m%d}"
    for at in range(2, 8):
        for digit in "0123456789":
            way = digits[:at] + digit + digits[at + 1 :]
            month, day = int(way[4:6]), int(way[6:])
            if digit != digits[at] and 1 <= month <= 12 and 1 <= day <= 28:
                yield date(int(way[:4]), month, day)


def _together(connection: Connection, people: dict[str, Traits], written: dict[str, str]) -> Iterator[Two]:
    """Who share a phone or a door and something of the name."""
    phones = connection.execute(select(_PHONE.c.number, _PHONE.c.resident_id).where(_PHONE.c.dead.is_(False))).all()
    doors = connection.execute(
        select(_HOUSEHOLD.c.dwelling_id, _MEMBERSHIP.c.resident_id)
        .join(_MEMBERSHIP, _MEMBERSHIP.c.household_id == _HOUSEHOLD.c.id)
        .where(_MEMBERSHIP.c.dead.is_(False), _MEMBERSHIP.c.until.is_(None))
    ).all()
    for rows in (phones, doors):
        for a, b in _within(rows):
            if a in people and b in people and len(set(written[a]) & set(written[b])) > 1:
                yield a, b


def _weighed(
    connection: Connection, candidates: Sequence[Two], cancelled: Cancelled | None
) -> Iterator[tuple[Two, Evidence]]:
    for start in range(0, len(candidates), _AT_ONCE):
        if cancelled and cancelled():
            return
        some = candidates[start : start + _AT_ONCE]
        traits = traits_of(connection, {one for two in some for one in two})
        for two in some:
            if two[0] in traits and two[1] in traits:
                yield two, compare(traits[two[0]], traits[two[1]])


def _shown(
    connection: Connection, found: dict[Two, Evidence], disputed: set[Two], late: set[Two], on: date
) -> list[Pair]:
    def place(two: Two) -> tuple[int, float, Two]:
        evidence = found.get(two)
        first = 0 if two in disputed or two in late else 1 if evidence and evidence.same_number else 2
        return first, -(evidence.bits if evidence else 0.0), two

    listed = sorted({*found, *disputed, *late}, key=place)[:MOST]
    ids = sorted({one for two in listed for one in two})
    rows = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows.update({row.id: row for row in resident_rows(connection, ids[start : start + _AT_ONCE], on)})
    made = []
    for two in listed:
        if two[0] not in rows or two[1] not in rows:
            continue
        evidence = found.get(two)
        kind = "number" if evidence and evidence.same_number else "likely"
        reasons = evidence.reasons() if evidence else ()
        if two in disputed:
            kind, reasons = "disputed", (_("One office says that they are one person, another that they are two"),)
        elif two in late:
            kind, reasons = "late", (_("The merged record was changed afterwards"),)
        made.append(
            Pair(
                rows[two[0]],
                rows[two[1]],
                kind,
                evidence.level if evidence else "certain",
                reasons,
                evidence.doubts() if evidence else (),
                round(evidence.bits, 1) if evidence else LIKELY,
            )
        )
    return made
