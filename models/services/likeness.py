"""Who on the register may be this person: found by number, phone, birth date, name and door, then weighed.

Nothing here scans: every way in is a range of an index, so a register of 100,000 costs as much as one of a thousand.
How two people are compared is in comparing.py, how much each observation weighs in likeness_weights.py.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select
from stdnum.iso7064 import mod_11_2

from models.records.documents import read_card
from models.records.household import DwellingEntry
from models.records.resident import ResidentEntry
from models.services.comparing import Evidence, Traits, compare, identity, near_numbers, sounds, swapped
from models.services.people import resident_rows
from models.services.views import Likeness
from models.store.names import tidy
from models.store.rows import KEPT
from models.store.search import KEYS
from models.store.variants import spellings, standard

_RESIDENT, _DOCUMENT, _PHONE, _LINK = (KEPT[name] for name in ("resident", "identity_document", "phone", "person_link"))
_MEMBERSHIP, _HOUSEHOLD, _DWELLING = KEPT["membership"], KEPT["household"], KEPT["dwelling"]

_NAMESAKES = 300  # of the most frequent names; who has the birth date or the phone too is found by that
_BORN = 300  # on one day; only a register of the whole city has more
_AT_THE_DOOR = 80
_LOOKED_AT = 80  # whose numbers, phones and homes are read
_SHOWN = 10
_LAST = "\U0010ffff"
_OTHER_READING = "~"


def likenesses(
    connection: Connection,
    entry: ResidentEntry,
    on: date,
    *,
    near: DwellingEntry | None = None,
    household_id: str = "",
    apart_from: Collection[str] = (),
) -> list[Likeness]:
    """Residents who may be the person typed, the likeliest first, at most ten.

    near: the dwelling that is being registered. household_id: the household that the person is to join. apart_from:
    residents who are not to be named (the person's own record, people who were found to be others).
    """
    mine = traits_of_entry(entry, near, household_id, connection)
    found = _weighed(connection, mine, frozenset(apart_from))
    return _shown(connection, found, on)


def alike_to(connection: Connection, resident_id: str, on: date) -> list[Likeness]:
    """Residents who may be the same person as one on the register; those found to be others are left out."""
    mine = traits_of(connection, [resident_id]).get(resident_id)
    if mine is None:
        return []
    apart = not_the_same(connection, resident_id)
    found = _weighed(connection, mine, frozenset({resident_id}))
    kept = {
        other: evidence
        for other, evidence in found.items()
        if other not in apart or (evidence.same_number and "number" not in apart[other].split())
    }
    return _shown(connection, kept, on)


def not_the_same(connection: Connection, resident_id: str) -> dict[str, str]:
    """Who was compared with a resident and found to be somebody else -> what spoke for one person then (grounds)."""
    query = select(_LINK.c.a_id, _LINK.c.b_id, _LINK.c.grounds).where(
        or_(_LINK.c.a_id == resident_id, _LINK.c.b_id == resident_id),
        _LINK.c.active.is_(False),
        _LINK.c.dead.is_(False),
    )
    return {row.b_id if row.a_id == resident_id else row.a_id: row.grounds for row in connection.execute(query)}


def traits_of_entry(
    entry: ResidentEntry, near: DwellingEntry | None, household_id: str, connection: Connection | None = None
) -> Traits:
    """What is compared of somebody who is being registered."""
    numbers = frozenset((document.kind, document.number) for document in entry.documents)
    cards = [card for _kind, number in numbers if (card := read_card(number[:18] if len(number) > 17 else number))]
    sex = entry.sex if entry.sex in ("1", "2") or not cards else cards[0].sex
    door: tuple[str, ...] = ()
    if near is not None:
        door = (near.community_code, near.building, near.unit, near.door)
    elif household_id and connection is not None:
        door = _doors(connection, [household_id]).get(household_id, ())
    return Traits(
        name=entry.name,
        former=entry.former_name,
        sex=sex,
        born=entry.birth_date or (cards[0].birth_date if cards else None),
        numbers=numbers,
        phones=frozenset(phone.number for phone in entry.phones if phone.whose in ("", "own")),
        family_phones=frozenset(phone.number for phone in entry.phones if phone.whose not in ("", "own")),
        door=door,
        households=frozenset({household_id} - {""}),
    )


def traits_of(connection: Connection, ids: Iterable[str], *, removed_too: bool = False) -> dict[str, Traits]:
    """What is compared of residents; those removed are left out if not asked for. Made for some hundreds at once."""
    wanted = sorted(set(ids))
    query = select(_RESIDENT).where(_RESIDENT.c.id.in_(wanted))
    people = [row for row in connection.execute(query) if removed_too or _in_use(row)]
    return _with_details(connection, {p.id: Traits(p.name, p.former_name, p.sex, p.birth_date) for p in people})


def _with_details(connection: Connection, plain: Mapping[str, Traits]) -> dict[str, Traits]:
    ids = list(plain)
    numbers: dict[str, set[tuple[str, str]]] = {}
    phones: dict[str, set[str]] = {}
    family: dict[str, set[str]] = {}
    homes: dict[str, set[str]] = {}
    query = select(_DOCUMENT.c.resident_id, _DOCUMENT.c.kind, _DOCUMENT.c.number)
    for row in connection.execute(query.where(_DOCUMENT.c.resident_id.in_(ids), _DOCUMENT.c.dead.is_(False))):
        numbers.setdefault(row.resident_id, set()).add((row.kind, row.number))
    told = select(_PHONE.c.resident_id, _PHONE.c.number, _PHONE.c.whose)
    for phone in connection.execute(told.where(_PHONE.c.resident_id.in_(ids), _PHONE.c.dead.is_(False))):
        where = phones if phone.whose in ("", "own") else family
        where.setdefault(phone.resident_id, set()).add(phone.number)
    now = (_MEMBERSHIP.c.resident_id.in_(ids), _MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False))
    for stay in connection.execute(select(_MEMBERSHIP.c.resident_id, _MEMBERSHIP.c.household_id).where(*now)):
        homes.setdefault(stay.resident_id, set()).add(stay.household_id)
    doors = _doors(connection, {home for several in homes.values() for home in several})
    return {
        resident: replace(
            traits,
            numbers=frozenset(numbers.get(resident, ())),
            phones=frozenset(phones.get(resident, ())),
            family_phones=frozenset(family.get(resident, ())),
            households=frozenset(homes.get(resident, ())),
            door=next((doors[home] for home in sorted(homes.get(resident, ())) if home in doors), ()),
        )
        for resident, traits in plain.items()
    }


def _doors(connection: Connection, households: Iterable[str]) -> dict[str, tuple[str, ...]]:
    query = (
        select(_HOUSEHOLD.c.id, _DWELLING.c.community_code, _DWELLING.c.building, _DWELLING.c.unit, _DWELLING.c.door)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_HOUSEHOLD.c.id.in_(sorted(households)))
        .order_by(_HOUSEHOLD.c.kind.desc())
    )
    return {row[0]: tuple(row[1:]) for row in connection.execute(query)}


# Who comes into question.


def _weighed(connection: Connection, mine: Traits, apart: frozenset[str]) -> dict[str, Evidence]:
    """Resident -> what was observed, for everybody who is worth a look."""
    surely = _by_number(connection, mine) | _by_phone(connection, mine)
    known = set(surely) | _by_name(connection, mine) | _by_door(connection, mine)
    names = ("id", "name", "former_name", "sex", "birth_date", "dead", "frozen")
    columns = select(*(_RESIDENT.c[name] for name in names))
    rows = list(connection.execute(columns.where(_RESIDENT.c.id.in_(sorted(known - apart)))))
    if mine.born is not None:
        # A date with a wrong digit is worth a look only beside something else that leads here: name, phone or door.
        days = [day for day in (mine.born, swapped(mine.born)) if day is not None]
        born = columns.where(_RESIDENT.c.birth_date.in_(days)).limit(_BORN)
        rows += [row for row in connection.execute(born) if row.id not in known and row.id not in apart]
    likely = _first_look(mine, filter(_in_use, rows), surely)
    found = {resident: compare(mine, traits) for resident, traits in _with_details(connection, likely).items()}
    return {resident: evidence for resident, evidence in found.items() if evidence.level}


def _in_use(row: Any) -> bool:
    """Not removed, merged or frozen. Not part of the query: SQLite would take ix_resident_dead and read everybody."""
    return not row.dead and not row.frozen


def _first_look(mine: Traits, rows: Iterable[Any], surely: Collection[str]) -> dict[str, Traits]:
    """Those with the most in common by name, birth date and sex; numbers and phones in common come first."""
    ranked = []
    bare = replace(mine, numbers=frozenset(), phones=frozenset(), family_phones=frozenset(), door=())
    for row in rows:
        if row.id not in surely and not _near_in_name(mine, row):
            continue
        traits = Traits(row.name, row.former_name, row.sex, row.birth_date)
        bits = compare(bare, traits).bits + (20.0 if row.id in surely else 0.0)
        ranked.append((-bits, row.id, traits))
    ranked.sort(key=lambda one: one[:2])
    return {resident: traits for _bits, resident, traits in ranked[:_LOOKED_AT]}


def _near_in_name(mine: Traits, row: Any) -> bool:
    """Whether names have so much in common that they are worth comparing; costs less than the comparison."""
    ours = {standard(tidy(name)) for name in (mine.name, mine.former) if name}
    theirs = {standard(tidy(name)) for name in (row.name, row.former_name) if name}
    if any(len(set(a) & set(b)) >= max(len(a), len(b)) - 1 for a in ours for b in theirs):
        return True
    if "·" in mine.name or "·" in row.name:
        return True
    # The sound of a name takes longest; two characters of the same first letter are few.
    return any(len(a) == len(b) and sounds(a) & sounds(b) for a in ours for b in theirs)


def _by_number(connection: Connection, mine: Traits) -> set[str]:
    numbers = {number for _kind, number in mine.numbers}
    found: set[str] = set()
    if not numbers:
        return found
    ways: list[ColumnElement[bool]] = [
        _DOCUMENT.c.number.in_(sorted({*numbers, *(near for n in numbers for near in near_numbers(n))}))
    ]
    for base in {identity(number) for number in numbers} - {""}:
        ways.append(_DOCUMENT.c.number.in_(_numbers_of(base)))
        if base[6:8] == "19":
            ways.append(_DOCUMENT.c.number == base[:6] + base[8:])  # the form of 1984
    for way in ways:  # one by one: SQLite uses the index for each
        query = select(_DOCUMENT.c.resident_id).where(way, _DOCUMENT.c.dead.is_(False)).limit(_AT_THE_DOOR)
        found.update(connection.execute(query).scalars())
    return found


def _numbers_of(base: str) -> list[str]:
    """Every number that somebody's identity card and disability certificate can have; base: the first 17 digits.

    A certificate has the card's number, the kind and the grade; one that was replaced, B and how often (GB/T 26341).
    Asked one by one, since on a shared server numbers are sealed and can only be compared.
    """
    card = base + mod_11_2.calc_check_digit(base)
    certificates = [f"{card}{kind}{grade}" for kind in range(1, 8) for grade in range(1, 5)]
    return [card, *(number + again for number in certificates for again in ("", *(f"B{n}" for n in range(1, 10))))]


def _by_phone(connection: Connection, mine: Traits) -> set[str]:
    phones = sorted(mine.phones | mine.family_phones)
    if not phones:
        return set()
    query = select(_PHONE.c.resident_id).where(_PHONE.c.number.in_(phones), _PHONE.c.dead.is_(False))
    return set(connection.execute(query.limit(_AT_THE_DOOR)).scalars())


def _by_name(connection: Connection, mine: Traits) -> set[str]:
    found: dict[str, None] = {}
    for name in (mine.name, mine.former):
        whole = tidy(name)
        if not whole:
            continue
        heard = sorted(sounds(whole))
        written = (KEYS.c.kind == "name", KEYS.c.key.in_(spellings(name)))
        spoken = (KEYS.c.kind == "pinyin", KEYS.c.key.in_([*heard, *(_OTHER_READING + way for way in heard)]))
        for ways in (written, spoken):
            found.update(
                dict.fromkeys(connection.execute(select(KEYS.c.resident_id).where(*ways).limit(_NAMESAKES)).scalars())
            )
        if "·" in name:
            first = tidy(name.split("·")[0])
            part = (KEYS.c.kind == "name", KEYS.c.key >= first, KEYS.c.key < first + _LAST)
            found.update(dict.fromkeys(connection.execute(select(KEYS.c.resident_id).where(*part).limit(50)).scalars()))
    return set(found)


def _by_door(connection: Connection, mine: Traits) -> set[str]:
    if len(mine.door) < 4 or not (mine.door[1] or mine.door[3]):
        return set()
    place = (_DWELLING.c.community_code, _DWELLING.c.building, _DWELLING.c.unit, _DWELLING.c.door)
    query = (
        select(_MEMBERSHIP.c.resident_id)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(*(column == said for column, said in zip(place, mine.door, strict=True)), _MEMBERSHIP.c.dead.is_(False))
    )
    return set(connection.execute(query.limit(_AT_THE_DOOR)).scalars())


def _shown(connection: Connection, found: Mapping[str, Evidence], on: date) -> list[Likeness]:
    order = {"certain": 0, "likely": 1, "possible": 2}
    ids = sorted(found, key=lambda one: (order[found[one].level], -found[one].bits, one))[:_SHOWN]
    return [
        Likeness(
            row,
            found[row.id].reasons(),
            found[row.id].level == "certain",
            level=found[row.id].level,
            bits=round(found[row.id].bits, 1),
            doubts=found[row.id].doubts(),
            same_number=found[row.id].same_number,
        )
        for row in resident_rows(connection, ids, on)
    ]
