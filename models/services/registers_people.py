"""The registers of residents, households and consent: whoever is on the register now, in the order in which one walks.

On the register is who is alive, is in use, and has not left: who left has been a member of a household and is one of
none any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from models.records import codes, consent_text
from models.records.phones import masked_phone
from models.services.barred import standing
from models.services.people import homes_of, short_address
from models.services.registers_views import RegisterColumn, RegisterFilter, RegisterRow, Value, plain
from models.services.walking import portions, walking_key
from models.store.many import without_pauses
from models.store.present import in_use
from models.store.rows import KEPT
from models.texts import N_, _
from models.values import age_on, mask_number, mask_phone

_RESIDENT, _MEMBERSHIP, _HOUSEHOLD, _DWELLING = (
    KEPT[name] for name in ("resident", "membership", "household", "dwelling")
)
_DOCUMENT, _PHONE, _VISIT, _ASSIGNMENT, _CONSENT = (
    KEPT[name] for name in ("identity_document", "phone", "visit", "assignment", "consent")
)

RESIDENTS = (
    RegisterColumn("name", N_("Name"), 5),
    RegisterColumn("sex", N_("Sex"), 3),
    RegisterColumn("birth", N_("Born"), 6),
    RegisterColumn("age", N_("Age"), 3),
    RegisterColumn("number", N_("Document number"), 10),
    RegisterColumn("phone", N_("Phone"), 7),
    RegisterColumn("address", N_("Address"), 14),
    RegisterColumn("relation", N_("Relation to the head"), 4),
    RegisterColumn("hukou", N_("Hukou"), 8),
    RegisterColumn("registered", N_("Registered on"), 6),
    RegisterColumn("carer", N_("Looked after by"), 5),
)
HOUSEHOLDS = (
    RegisterColumn("address", N_("Address"), 14),
    RegisterColumn("head", N_("Head"), 5),
    RegisterColumn("people", N_("People"), 3),
    RegisterColumn("names", N_("Who lives there"), 16),
    RegisterColumn("form", N_("Kind of household"), 4),
    RegisterColumn("since", N_("Since"), 6),
    RegisterColumn("visit", N_("Last visit"), 6),
    RegisterColumn("carer", N_("Looked after by"), 5),
)
CONSENTS = (
    RegisterColumn("name", N_("Name"), 5),
    RegisterColumn("birth", N_("Born"), 6),
    RegisterColumn("address", N_("Address"), 14),
    RegisterColumn("basis", N_("Basis"), 4),
    RegisterColumn("classes", N_("Agreed to"), 12),
    RegisterColumn("against", N_("Withdrawn or refused"), 8),
    RegisterColumn("given_on", N_("Newest statement"), 6),
    RegisterColumn("given_by", N_("Said by"), 5),
    RegisterColumn("version", N_("Text"), 5),
    RegisterColumn("worker", N_("Worker"), 5),
)


@dataclass(frozen=True)
class Present:
    """Who is on the register on a day. homes: of each living household its present members, in the order of walking."""

    residents: tuple[str, ...] = ()
    homes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def present(connection: Connection, where: RegisterFilter, on: date) -> Present:
    """Everybody within the place of a filter, residents by the home that they are shown with; one query.

    Of the filter its days and worker do not count here. Whose home is not known comes last, and is in no place.
    """
    member = and_(_MEMBERSHIP.c.resident_id == _RESIDENT.c.id, _MEMBERSHIP.c.dead.is_(False))
    query = (
        select(
            _RESIDENT.c.id,
            _MEMBERSHIP.c.id,
            _MEMBERSHIP.c.until,
            _MEMBERSHIP.c.relation,
            _HOUSEHOLD.c.id,
            _HOUSEHOLD.c.kind,
            _HOUSEHOLD.c.dead,
            _DWELLING.c.id,
            *(_DWELLING.c[name] for name in ("community_code", "street_line", "building", "unit", "door")),
        )
        .outerjoin(_MEMBERSHIP, member)
        .outerjoin(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .outerjoin(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_RESIDENT.c.dead.is_(False), in_use(on))
    )
    with without_pauses():  # a few hundred thousand small things live until the end
        return _in_order(connection.execute(query).all(), where.place, on)


def _in_order(rows: Sequence[Any], place: str, on: date) -> Present:
    doors: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        if row[7] is not None and row[7] not in doors:
            named = dict(zip(("community_code", "street_line", "building", "unit", "door"), row[8:], strict=True))
            doors[row[7]] = (walking_key(named), row[7])
    ranks = {one: rank for rank, one in enumerate(sorted(doors, key=doors.__getitem__))}
    best: dict[str, tuple[bool, str, str, tuple[int, str, bool]]] = {}  # living, membership, community, order
    left: set[str] = set()
    homes: dict[str, list[tuple[bool, str, str]]] = {}
    order: dict[str, int] = {}  # of a household
    nowhere: dict[str, None] = {}
    for resident, membership, until, relation, household, kind, gone, dwelling, community, *_door in rows:
        if membership is None or household is None or gone:
            nowhere[resident] = None
            continue
        if until is not None and until <= on:
            left.add(resident)
            continue
        living, rank = kind == "living", ranks.get(dwelling, len(ranks))
        known = best.get(resident)
        if known is None or (living, membership) > known[:2]:
            best[resident] = (living, membership, community or "", (rank, household, relation != "0"))
        if living and (community or "").startswith(place):
            homes.setdefault(household, []).append((relation != "0", membership, resident))
            order[household] = rank
    here = [(*told[3], told[1], one) for one, told in best.items() if told[2].startswith(place)]
    here.sort()
    rest = [one for one in nowhere if one not in best and one not in left] if not place else []
    return Present(
        (*(one[-1] for one in here), *sorted(rest)),
        {
            home: tuple(one[-1] for one in sorted(homes[home]))
            for home in sorted(homes, key=lambda one: (order[one], one))
        },
    )


def resident_ids(connection: Connection, where: RegisterFilter, on: date) -> list[str]:
    """The residents of a filter."""
    found = list(present(connection, where, on).residents)
    if where.first or where.last:
        told = connection.execute(select(_RESIDENT.c.id, _RESIDENT.c.registered_on))
        days = {row.id: row.registered_on for row in told}
        found = [one for one in found if where.fits(days.get(one))]
    if where.worker:
        cared = _cared_for(connection, where.worker, on)
        member_of = select(_MEMBERSHIP.c.resident_id).where(
            _MEMBERSHIP.c.household_id.in_(cared), _MEMBERSHIP.c.until.is_(None) | (_MEMBERSHIP.c.until > on)
        )
        theirs: set[str] = set()
        for some in portions(list(connection.execute(member_of.distinct()).scalars())):
            homes = homes_of(connection, some, on)
            theirs |= {one for one, home in homes.items() if home.household_id in cared}
        found = [one for one in found if one in theirs]
    return found


def household_ids(connection: Connection, where: RegisterFilter, on: date) -> list[str]:
    """The living households of a filter in which somebody lives."""
    found = list(present(connection, where, on).homes)
    if where.first or where.last:
        since = select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.since).where(_HOUSEHOLD.c.kind == "living")
        days = {row.id: row.since for row in connection.execute(since)}
        found = [one for one in found if where.fits(days.get(one))]
    if where.worker:
        cared = _cared_for(connection, where.worker, on)
        found = [one for one in found if one in cared]
    return found


def _in_care(on: date) -> Any:
    until = _ASSIGNMENT.c.until
    return and_(_ASSIGNMENT.c.dead.is_(False), until.is_(None) | (until > on))


def _cared_for(connection: Connection, worker: str, on: date) -> set[str]:
    query = select(_ASSIGNMENT.c.household_id).where(_ASSIGNMENT.c.assignee == worker, _in_care(on))
    return set(connection.execute(query).scalars())


def _carers(connection: Connection, households: Sequence[str], on: date) -> dict[str, str]:
    found: dict[str, str] = {}
    query = select(_ASSIGNMENT.c.household_id, _ASSIGNMENT.c.assignee)
    query = query.where(_ASSIGNMENT.c.household_id.in_(households), _in_care(on)).order_by(_ASSIGNMENT.c.id)
    for household, assignee in connection.execute(query):
        found[household] = assignee
    return found


_TOLD = ("id", "name", "sex", "birth_date", "provisional_number", "hukou_place", "registered_on")


def names_of(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Residents whose records are in use, dead or alive."""
    query = select(*(_RESIDENT.c[name] for name in _TOLD)).where(
        _RESIDENT.c.id.in_(ids), _RESIDENT.c.dead.is_(False), _RESIDENT.c.frozen == ""
    )
    return {row.id: row for row in connection.execute(query).all()}


def _phone(kept: str) -> str:
    """As models.records.phones.masked_phone; a mobile number of the mainland needs no parsing."""
    return mask_phone(kept[3:]) if kept.startswith("+861") and len(kept) == 14 else masked_phone(kept)


def _first_of(connection: Connection, table: Any, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    query = select(table.c.resident_id, table.c.number).where(table.c.resident_id.in_(ids), table.c.dead.is_(False))
    for resident, number in connection.execute(query.order_by(table.c.id)).all():
        found.setdefault(resident, number)
    return found


def resident_rows(connection: Connection, ids: Sequence[str], on: date, *, whole: bool) -> list[RegisterRow]:
    """Residents in the order asked for. whole: document numbers in full."""
    people, homes = names_of(connection, ids), homes_of(connection, ids, on)
    numbers, phones = _first_of(connection, _DOCUMENT, ids), _first_of(connection, _PHONE, ids)
    households = list({home.household_id for home in homes.values()})
    carers = _carers(connection, households, on)
    relations: dict[tuple[str, str], str] = {}
    query = select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.resident_id, _MEMBERSHIP.c.relation)
    query = query.where(_MEMBERSHIP.c.resident_id.in_(ids), _MEMBERSHIP.c.dead.is_(False)).order_by(_MEMBERSHIP.c.id)
    for household, resident, relation in connection.execute(query).all():
        relations[household, resident] = relation
    rows = []
    for one in ids:
        if one not in people:
            continue
        person, home = people[one], homes.get(one)
        number = numbers.get(one) or person.provisional_number
        relation = relations.get((home.household_id, one), "") if home else ""
        cells: tuple[Value, ...] = (
            person.name,
            codes.label("sex", person.sex) if person.sex not in ("", "0", "9") else "",
            person.birth_date,
            age_on(person.birth_date, on) if person.birth_date else None,
            number if whole else mask_number(number),
            _phone(phones[one]) if one in phones else "",
            short_address(home.dwelling) if home else "",
            codes.label("relation", relation) if relation else "",
            plain(person.hukou_place),
            person.registered_on,
            carers.get(home.household_id, "") if home else "",
        )
        rows.append(RegisterRow(cells, one, home.household_id if home else ""))
    return rows


def household_rows(connection: Connection, ids: Sequence[str], on: date) -> list[RegisterRow]:
    """Living households in the order asked for, with who lives there now, the head first."""
    query = (
        select(_HOUSEHOLD.c.id.label("household"), _HOUSEHOLD.c.form, _HOUSEHOLD.c.since, _DWELLING)
        .outerjoin(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_HOUSEHOLD.c.id.in_(ids))
    )
    homes = {row["household"]: row for row in connection.execute(query).mappings()}
    members = (
        select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.relation, _RESIDENT.c.name)
        .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
        .where(
            _MEMBERSHIP.c.household_id.in_(ids),
            _MEMBERSHIP.c.dead.is_(False),
            _MEMBERSHIP.c.until.is_(None) | (_MEMBERSHIP.c.until > on),
            _RESIDENT.c.dead.is_(False),
            in_use(on),
        )
        .order_by(_MEMBERSHIP.c.id)
    )
    people: dict[str, list[tuple[bool, str]]] = {}
    for household, relation, name in connection.execute(members):
        people.setdefault(household, []).append((relation != "0", name))
    visits = select(_VISIT.c.household_id, _VISIT.c.happened_on).where(
        _VISIT.c.household_id.in_(ids), _VISIT.c.dead.is_(False)
    )
    visited: dict[str, date] = {}
    for household, day in connection.execute(visits):
        if day is not None and day > visited.get(household, date.min):
            visited[household] = day
    carers = _carers(connection, ids, on)
    rows = []
    for one in ids:
        if one not in homes:
            continue
        home, living = homes[one], sorted(people.get(one, []), key=lambda member: member[0])
        head = living[0][1] if living and not living[0][0] else ""
        cells: tuple[Value, ...] = (
            short_address(home),
            head,
            len(living),
            _(", ").join(name for _order, name in living),
            codes.label("household_form", home["form"] or "family"),
            home["since"],
            visited.get(one),
            carers.get(one, ""),
        )
        rows.append(RegisterRow(cells, "", one, one))
    return rows


def consent_ids(connection: Connection, where: RegisterFilter, on: date) -> list[str]:
    """The residents of a filter; by worker or day those whose newest statement fits."""
    found = list(present(connection, where, on).residents)
    if not (where.worker or where.first or where.last):
        return found
    newest: dict[str, tuple[Any, ...]] = {}
    query = select(_CONSENT.c.resident_id, _CONSENT.c.given_on, _CONSENT.c.at, _CONSENT.c.id, _CONSENT.c.worker)
    for resident, given_on, at, made, worker in connection.execute(query.where(_CONSENT.c.dead.is_(False))):
        told = (given_on or date.min, at, made, worker)
        newest[resident] = max(newest.get(resident, told), told)
    fits = {
        one
        for one, (day, _at, _made, worker) in newest.items()
        if where.fits(None if day == date.min else day) and where.worker in ("", worker)
    }
    return [one for one in found if one in fits]


def consent_rows(connection: Connection, ids: Sequence[str], on: date) -> list[RegisterRow]:
    """What each resident agreed to, by the newest word about each class of data."""
    text = consent_text.load()
    labels = {each.code: each.label.shown for each in text.classes}
    people, homes = names_of(connection, ids), homes_of(connection, ids, on)
    said: dict[str, list[Any]] = {}
    query = select(_CONSENT).where(_CONSENT.c.resident_id.in_(ids), _CONSENT.c.dead.is_(False))
    for row in connection.execute(query):
        said.setdefault(row.resident_id, []).append(row)
    rows = []
    for one in ids:
        if one not in people:
            continue
        person, home = people[one], homes.get(one)
        statements = sorted(said.get(one, []), key=lambda row: (row.given_on or date.min, row.at, row.id), reverse=True)
        classes = standing(statements, text)
        newest = statements[0] if statements else None
        bases = {"consent": _("Consent"), "statutory": _("Statutory duty")}
        by = "" if newest is None else _("the person") if newest.given_by == "self" else newest.guardian_name
        cells: tuple[Value, ...] = (
            person.name,
            person.birth_date,
            short_address(home.dwelling) if home else "",
            bases.get(newest.basis, newest.basis) if newest else _("Not asked yet"),
            _(", ").join(labels[code] for code, word in classes.items() if word == "given"),
            _(", ").join(labels[code] for code, word in classes.items() if word in ("withdrawn", "refused")),
            newest.given_on if newest else None,
            by,
            newest.text_version if newest else "",
            newest.worker if newest else "",
        )
        rows.append(RegisterRow(cells, one, home.household_id if home else ""))
    return rows
