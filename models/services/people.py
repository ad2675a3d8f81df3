"""Rows of people for lists and headers, read in a handful of queries however many are asked for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, func, or_, select

from models.records import divisions
from models.services.views import ResidentRow
from models.store import search
from models.store.many import among
from models.store.present import died_after, mourned
from models.store.rows import KEPT
from models.values import age_on

_RESIDENT, _DOCUMENT, _PHONE = KEPT["resident"], KEPT["identity_document"], KEPT["phone"]
_MEMBERSHIP, _HOUSEHOLD, _DWELLING, _VISIT = KEPT["membership"], KEPT["household"], KEPT["dwelling"], KEPT["visit"]

_PLACE = ("community_code", "street_line", "building", "unit", "door")


def door(dwelling: Mapping[Any, Any]) -> str:
    """Road, building, unit and door as people write them: 鞍山道12号 3号楼2单元501."""
    parts = [str(dwelling["street_line"] or "")]
    building, unit, number = (str(dwelling[name] or "") for name in ("building", "unit", "door"))
    tail = ""
    if building:
        tail += building if building[-1] in "号楼栋座" else building + "号楼"
    if unit:
        tail += unit if unit[-1] in "单元门" else unit + "单元"
    if number:
        tail += number if number[-1] in "号室" else number + ("号" if not tail else "")
    parts.append(tail)
    return " ".join(part for part in parts if part)


def short_address(dwelling: Mapping[Any, Any]) -> str:
    """Community and door, for lists."""
    community = divisions.community(str(dwelling["community_code"]))
    return " ".join(part for part in ((community.short if community else ""), door(dwelling)) if part)


def full_address(dwelling: Mapping[Any, Any]) -> str:
    """District, street, community and door in one run, for letters."""
    community = divisions.community(str(dwelling["community_code"]))
    return (community.full_name if community else "") + door(dwelling).replace(" ", "")


def resident_rows(connection: Connection, ids: Sequence[str], on: date) -> list[ResidentRow]:
    """List rows in the order asked for; ids that are not on the register are left out."""
    wanted = list(ids)
    people = {row.id: row for row in connection.execute(select(_RESIDENT).where(_RESIDENT.c.id.in_(wanted)))}
    homes = homes_of(connection, wanted, on)
    numbers = _tails(connection, _DOCUMENT, wanted)
    phones = _tails(connection, _PHONE, wanted)
    households = {home.household_id for home in homes.values()}
    visited = dict(
        connection.execute(
            select(_VISIT.c.household_id, func.max(_VISIT.c.happened_on))
            .where(_VISIT.c.household_id.in_(households), _VISIT.c.dead.is_(False))
            .group_by(_VISIT.c.household_id)
        ).all()
    )
    rows = []
    for resident_id in wanted:
        person = people.get(resident_id)
        if person is None:
            continue
        home = homes.get(resident_id)
        rows.append(
            ResidentRow(
                id=resident_id,
                name=person.name,
                sex=person.sex,
                birth_date=person.birth_date,
                age=age_on(person.birth_date, on) if person.birth_date else None,
                address=short_address(home.dwelling) if home else "",
                phone_tail=phones.get(resident_id, ""),
                number_tail=numbers.get(resident_id, ""),
                last_visit=visited.get(home.household_id) if home else None,
                flags=_flags(person.died_on, person.frozen),
            )
        )
    return rows


def _flags(died_on: date | None, frozen: str) -> tuple[str, ...]:
    """What a list says of a record besides the person's data."""
    return (*(("deceased",) if died_on is not None else ()), *(("frozen",) if frozen else ()))


@dataclass(frozen=True)
class Home:
    """Where a resident lives now: the household and its dwelling's columns."""

    household_id: str
    kind: str
    dwelling: Mapping[Any, Any]


def homes_of(connection: Connection, ids: Sequence[str], on: date | None = None) -> dict[str, Home]:
    """For each resident the present household, the living one before the registered one.

    on: a household that somebody leaves only after this day is still the present one.
    """
    still = (
        _MEMBERSHIP.c.until.is_(None) if on is None else or_(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.until > on)
    )
    query = (
        select(_MEMBERSHIP.c.resident_id, _HOUSEHOLD.c.id.label("household"), _HOUSEHOLD.c.kind, _DWELLING)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(among(connection, _MEMBERSHIP.c.resident_id, ids), still, _MEMBERSHIP.c.dead.is_(False))
        .order_by(_HOUSEHOLD.c.kind.desc(), _MEMBERSHIP.c.id)  # registered first, so that living overwrites it
    )
    return {
        row["resident_id"]: Home(row["household"], row["kind"], row) for row in connection.execute(query).mappings()
    }


def last_homes_of(connection: Connection, ids: Sequence[str], on: date) -> dict[str, Home]:
    """For each resident who died lately the household of then, the living one before the registered one.

    Whose family funeral services may still be told: see models.store.present.FUNERAL_TERM.
    """
    query = (
        select(_MEMBERSHIP.c.resident_id, _HOUSEHOLD.c.id.label("household"), _HOUSEHOLD.c.kind, _DWELLING)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
        .where(
            _MEMBERSHIP.c.resident_id.in_(ids),
            mourned(on, died_after(on)),
            _MEMBERSHIP.c.dead.is_(False),
            _HOUSEHOLD.c.dead.is_(False),
        )
        .order_by(_HOUSEHOLD.c.kind.desc(), _MEMBERSHIP.c.id)  # registered first, so that living overwrites it
    )
    return {
        row["resident_id"]: Home(row["household"], row["kind"], row) for row in connection.execute(query).mappings()
    }


def died_lately(connection: Connection, household_id: str, on: date) -> frozenset[str]:
    """The memberships of a household that ended by a death for which funeral services may still be asked."""
    query = (
        select(_MEMBERSHIP.c.id)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
        .where(_MEMBERSHIP.c.household_id == household_id, mourned(on, died_after(on)), _MEMBERSHIP.c.dead.is_(False))
    )
    return frozenset(connection.execute(query).scalars())


def everybody(connection: Connection) -> list[str]:
    """All residents of the register whose records are in use, in the order in which they came."""
    gone: set[str] = set()
    for out in (_RESIDENT.c.dead.is_(True), _RESIDENT.c.frozen > ""):  # each has its index; with OR it is a scan
        gone |= set(connection.execute(select(_RESIDENT.c.id).where(out)).scalars())
    # Asked for alone, the ids are read from their index, a tenth of the table. Not all(), here and below: a row object
    # kept for every resident costs three times the reading.
    ids = list(connection.execute(select(_RESIDENT.c.id).order_by(_RESIDENT.c.id)).scalars())
    return [resident for resident in ids if resident not in gone] if gone else ids


def ids_by_name(connection: Connection) -> list[str]:
    """All residents by the sound of their names; names without a Chinese character come last."""
    by_sound, rest = _divided(everybody(connection), search.in_order_of_names(connection))
    return [*by_sound, *rest]


def ids_by_home(connection: Connection, *, by_visit: bool) -> list[str]:
    """All residents by address, or by the last visit to their living household, never visited ones first.

    Those whose living household is not known come before all others.
    """
    place: list[Any] = [_DWELLING.c[part] for part in _PLACE]
    query = (
        select(_MEMBERSHIP.c.resident_id)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False), _HOUSEHOLD.c.kind == "living")
    )
    if by_visit:
        visited = (
            select(_VISIT.c.household_id, func.max(_VISIT.c.happened_on).label("day"))
            .where(_VISIT.c.dead.is_(False))
            .group_by(_VISIT.c.household_id)
            .subquery()
        )
        query = query.outerjoin(visited, visited.c.household_id == _HOUSEHOLD.c.id)
        place = [func.coalesce(visited.c.day, date(1, 1, 1)), *place]
    at_home = connection.execute(query.order_by(*place, _MEMBERSHIP.c.resident_id)).scalars()
    placed, rest = _divided(everybody(connection), at_home)
    return [*rest, *placed]


def _divided(known: list[str], ordered: Iterable[str]) -> tuple[Collection[str], list[str]]:
    """Those of the known residents that are in an order, in that order and once each; and the others."""
    placed = dict.fromkeys(ordered)
    rest = [resident for resident in known if resident not in placed]
    if len(placed) + len(rest) > len(known):  # somebody is in the order who is not on the register any more
        here = set(known)
        placed = {resident: None for resident in placed if resident in here}
    return placed, rest


def _tails(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, str]:
    """The last four of the first number of each resident."""
    found: dict[str, str] = {}
    query = select(table.c.resident_id, table.c.number).where(table.c.resident_id.in_(ids), table.c.dead.is_(False))
    for row in connection.execute(query.order_by(table.c.id)):
        found.setdefault(row.resident_id, row.number[-4:])
    return found
