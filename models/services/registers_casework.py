"""The registers of what was done: visits, needs, referrals, assessments; the newest first."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from models.clock import local_time, start_of
from models.records import codes
from models.services import referral_rules
from models.services.people import homes_of, short_address
from models.services.registers_people import names_of
from models.services.registers_views import RegisterColumn, RegisterFilter, RegisterRow, Value, plain
from models.services.walking import portions
from models.store.rows import KEPT
from models.texts import N_, _

_RESIDENT, _HOUSEHOLD, _DWELLING, _VISIT, _NEED = (
    KEPT[name] for name in ("resident", "household", "dwelling", "visit", "need")
)
_REFERRAL, _STEP, _ASSESSMENT = KEPT["referral"], KEPT["referral_step"], KEPT["assessment"]

InstrumentWords = Callable[[str, str, str], tuple[str, str]]
"""(instrument, version, level) -> what they are called; forms.on_paper knows."""

VISITS = (
    RegisterColumn("day", N_("Day"), 6),
    RegisterColumn("address", N_("Address"), 14),
    RegisterColumn("outcome", N_("Outcome"), 5),
    RegisterColumn("met", N_("Met"), 9),
    RegisterColumn("purpose", N_("Purpose"), 12),
    RegisterColumn("needs", N_("Needs found"), 5),
    RegisterColumn("next", N_("Next visit"), 6),
    RegisterColumn("worker", N_("Worker"), 5),
)
NEEDS = (
    RegisterColumn("day", N_("Day"), 6),
    RegisterColumn("name", N_("Name"), 5),
    RegisterColumn("address", N_("Address"), 14),
    RegisterColumn("group", N_("Group"), 6),
    RegisterColumn("urgency", N_("Urgency"), 4),
    RegisterColumn("note", N_("What is needed"), 14),
    RegisterColumn("status", N_("Status"), 4),
    RegisterColumn("worker", N_("Worker"), 5),
)
REFERRALS = (
    RegisterColumn("number", N_("Number"), 10),
    RegisterColumn("name", N_("Name"), 5),
    RegisterColumn("address", N_("Address"), 12),
    RegisterColumn("matters", N_("Matters"), 12),
    RegisterColumn("office", N_("Receiving office"), 10),
    RegisterColumn("status", N_("Status"), 5),
    RegisterColumn("issued", N_("Issued on"), 6),
    RegisterColumn("answered", N_("Answered on"), 6),
    RegisterColumn("outcome", N_("Outcome"), 8),
    RegisterColumn("worker", N_("Written by"), 5),
)
ASSESSMENTS = (
    RegisterColumn("day", N_("Day"), 6),
    RegisterColumn("name", N_("Name"), 5),
    RegisterColumn("birth", N_("Born"), 6),
    RegisterColumn("address", N_("Address"), 14),
    RegisterColumn("instrument", N_("Instrument"), 12),
    RegisterColumn("score", N_("Points"), 4),
    RegisterColumn("level", N_("Level"), 6),
    RegisterColumn("worker", N_("Worker"), 5),
)

ANSWERS = ("accepted", "refused", "done")
"""Steps by which an office answers a letter."""


def between(column: ColumnElement[Any], where: RegisterFilter) -> list[ColumnElement[bool]]:
    """A column of days lies within the days of a filter."""
    found = []
    if where.first:
        found.append(column >= where.first)
    if where.last:
        found.append(column <= where.last)
    return found


def kept_only() -> ColumnElement[bool]:
    """The resident of a need is one whose record is used for nothing any more."""
    return exists().where(_RESIDENT.c.id == _NEED.c.resident_id, _RESIDENT.c.frozen > "")


def _placed(query: Select[Any], where: RegisterFilter) -> Select[Any]:
    """A question about something with a household, within the place of a filter."""
    if not where.place:
        return query
    here = (
        select(_HOUSEHOLD.c.id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_DWELLING.c.community_code.startswith(where.place))
    )
    return query.where(query.selected_columns["household_id"].in_(here))


def visit_ids(connection: Connection, where: RegisterFilter, _on: date) -> list[str]:
    """The visits of a filter."""
    query = select(_VISIT.c.id, _VISIT.c.household_id).where(
        _VISIT.c.dead.is_(False), *between(_VISIT.c.happened_on, where)
    )
    if where.worker:
        query = query.where(_VISIT.c.worker == where.worker)
    ordered = _placed(query, where).order_by(_VISIT.c.happened_on.desc(), _VISIT.c.at.desc(), _VISIT.c.id.desc())
    return list(connection.execute(ordered).scalars())


def _doors(connection: Connection, households: Sequence[str]) -> dict[str, str]:
    query = (
        select(_HOUSEHOLD.c.id.label("household"), _DWELLING)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_HOUSEHOLD.c.id.in_(households))
    )
    return {row["household"]: short_address(row) for row in connection.execute(query).mappings()}


def visit_rows(connection: Connection, ids: Sequence[str], on: date) -> list[RegisterRow]:
    """Visits in the order asked for. What was noted freely is left out: it may say anything."""
    visits = {row.id: row for row in connection.execute(select(_VISIT).where(_VISIT.c.id.in_(ids)))}
    doors = _doors(connection, list({row.household_id for row in visits.values()}))
    people: dict[str, Any] = {}
    for some in portions([one for row in visits.values() for one in row.met]):
        people |= names_of(connection, some)
    needs: dict[str, int] = {}
    query = select(_NEED.c.visit_id).where(_NEED.c.visit_id.in_(ids), _NEED.c.dead.is_(False), ~kept_only())
    for visit in connection.execute(query).scalars():
        needs[visit] = needs.get(visit, 0) + 1
    rows = []
    for one in ids:
        if one not in visits:
            continue
        visit = visits[one]
        met = [people[resident].name for resident in visit.met if resident in people]
        cells: tuple[Value, ...] = (
            visit.happened_on,
            doors.get(visit.household_id, ""),
            codes.label("outcome", visit.outcome),
            _(", ").join([*met, *filter(None, [plain(visit.met_other)])]),
            plain(visit.purpose),
            needs.get(one) or None,
            visit.next_visit,
            visit.worker,
        )
        rows.append(RegisterRow(cells, "", visit.household_id, one))
    return rows


def need_ids(connection: Connection, where: RegisterFilter, _on: date) -> list[str]:
    """The needs of a filter: found on the day of their visit, else on the day on which they were written down."""
    query = (
        select(_NEED.c.id, _NEED.c.household_id, _NEED.c.at, _VISIT.c.happened_on)
        .outerjoin(_VISIT, _VISIT.c.id == _NEED.c.visit_id)
        .where(_NEED.c.dead.is_(False), ~kept_only())
    )
    if where.first or where.last:
        first, last = where.first or date.min, where.last or date.max - timedelta(days=1)
        low = start_of(first) if where.first else 0
        written = and_(
            _VISIT.c.happened_on.is_(None), _NEED.c.at >= low, _NEED.c.at < start_of(last + timedelta(days=1))
        )
        query = query.where(or_(_VISIT.c.happened_on.between(first, last), written))
    if where.worker:
        query = query.where(_VISIT.c.worker == where.worker)
    rows = connection.execute(_placed(query, where)).all()
    found = [(row.happened_on or local_time(row.at).date(), row.at, row.id) for row in rows]
    return [need for _day, _at, need in sorted(found, reverse=True)]


def need_rows(connection: Connection, ids: Sequence[str], on: date) -> list[RegisterRow]:
    """Needs in the order asked for."""
    query = (
        select(_NEED, _VISIT.c.happened_on, _VISIT.c.worker.label("visitor"), _RESIDENT.c.name)
        .outerjoin(_VISIT, _VISIT.c.id == _NEED.c.visit_id)
        .outerjoin(_RESIDENT, and_(_RESIDENT.c.id == _NEED.c.resident_id, _RESIDENT.c.frozen == ""))
        .where(_NEED.c.id.in_(ids))
    )
    needs = {row.id: row for row in connection.execute(query)}
    doors = _doors(connection, list({row.household_id for row in needs.values()}))
    rows = []
    for one in ids:
        if one not in needs:
            continue
        need = needs[one]
        cells: tuple[Value, ...] = (
            need.happened_on or local_time(need.at).date(),
            need.name or _("Household"),
            doors.get(need.household_id, ""),
            codes.label("need_group", need.group),
            codes.label("urgency", need.urgency),
            plain(need.note),
            codes.label("need_status", need.status),
            need.visitor or "",
        )
        rows.append(RegisterRow(cells, need.resident_id, need.household_id, one))
    return rows


def _at_home_in(connection: Connection, residents: Sequence[str], place: str, on: date) -> set[str]:
    """Those whose present home lies in a place."""
    found: set[str] = set()
    for some in portions(residents):
        homes = homes_of(connection, some, on)
        found |= {one for one, home in homes.items() if str(home.dwelling["community_code"]).startswith(place)}
    return found


def referral_ids(connection: Connection, where: RegisterFilter, on: date) -> list[str]:
    """The referrals of a filter, by the present home of the resident; drafts only where no days are asked for."""
    query = (
        select(_REFERRAL.c.id, _REFERRAL.c.resident_id, _REFERRAL.c.matters)
        .join(_RESIDENT, _RESIDENT.c.id == _REFERRAL.c.resident_id)
        .where(_REFERRAL.c.dead.is_(False), _RESIDENT.c.frozen == "", *between(_REFERRAL.c.issued_on, where))
    )
    if where.worker:
        wrote = or_(
            _REFERRAL.c.writer == where.worker, and_(_REFERRAL.c.writer == "", _REFERRAL.c.worker == where.worker)
        )
        query = query.where(wrote)
    rows = connection.execute(query.order_by(_REFERRAL.c.at.desc(), _REFERRAL.c.id.desc())).all()
    if where.service:
        rows = [row for row in rows if any(matter.get("service_id") == where.service for matter in row.matters)]
    if where.place:
        here = _at_home_in(connection, [row.resident_id for row in rows], where.place, on)
        rows = [row for row in rows if row.resident_id in here]
    return [row.id for row in rows]


def steps_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[Any]]:
    """The steps of each referral in their order."""
    found: dict[str, list[Any]] = {}
    for some in portions(ids):
        query = select(_STEP).where(_STEP.c.referral_id.in_(some), _STEP.c.dead.is_(False))
        for row in connection.execute(query):
            found.setdefault(row.referral_id, []).append(row)
    return {referral: referral_rules.ordered(steps) for referral, steps in found.items()}


def answered_on(steps: Sequence[Any]) -> date | None:
    """The day on which an office first answered; None where it did not yet."""
    return min((step.happened_on for step in steps if step.step in ANSWERS and step.happened_on), default=None)


def referral_rows(connection: Connection, ids: Sequence[str], on: date) -> list[RegisterRow]:
    """Referrals in the order asked for."""
    referrals = {row.id: row for row in connection.execute(select(_REFERRAL).where(_REFERRAL.c.id.in_(ids)))}
    residents = list({row.resident_id for row in referrals.values()})
    people, homes = names_of(connection, residents), homes_of(connection, residents, on)
    steps = steps_of(connection, ids)
    rows = []
    for one in ids:
        if one not in referrals:
            continue
        referral = referrals[one]
        taken = steps.get(one, [])
        results = [str(came.get("result", "")) for step in taken for came in step.outcomes]
        status = referral_rules.stands_now(referral.status, referral.valid_until, on)
        home = homes.get(referral.resident_id)
        cells: tuple[Value, ...] = (
            referral.number,
            people[referral.resident_id].name if referral.resident_id in people else "",
            short_address(home.dwelling) if home else "",
            _(", ").join(str(matter["name"]) for matter in referral.matters),
            referral.receiver,
            codes.label("referral_status", status),
            referral.issued_on,
            answered_on(taken),
            _(", ").join(dict.fromkeys(codes.label("referral_result", result) for result in results if result)),
            referral.writer or referral.worker,
        )
        rows.append(RegisterRow(cells, referral.resident_id, referral.household_id, one))
    return rows


def assessment_ids(connection: Connection, where: RegisterFilter, on: date) -> list[str]:
    """The assessments of a filter, by the present home of the resident."""
    query = (
        select(_ASSESSMENT.c.id, _ASSESSMENT.c.resident_id)
        .join(_RESIDENT, _RESIDENT.c.id == _ASSESSMENT.c.resident_id)
        .where(_ASSESSMENT.c.dead.is_(False), _RESIDENT.c.frozen == "", *between(_ASSESSMENT.c.assessed_on, where))
    )
    if where.worker:
        query = query.where(_ASSESSMENT.c.worker == where.worker)
    newest = (_ASSESSMENT.c.assessed_on.desc(), _ASSESSMENT.c.at.desc(), _ASSESSMENT.c.id.desc())
    rows = connection.execute(query.order_by(*newest)).all()
    if where.place:
        here = _at_home_in(connection, [row.resident_id for row in rows], where.place, on)
        rows = [row for row in rows if row.resident_id in here]
    return [row.id for row in rows]


def assessment_rows(connection: Connection, ids: Sequence[str], on: date, called: InstrumentWords) -> list[RegisterRow]:
    """Assessments in the order asked for: points and level, never the answers."""
    made = {row.id: row for row in connection.execute(select(_ASSESSMENT).where(_ASSESSMENT.c.id.in_(ids)))}
    residents = list({row.resident_id for row in made.values()})
    people, homes = names_of(connection, residents), homes_of(connection, residents, on)
    rows = []
    for one in ids:
        if one not in made:
            continue
        assessment = made[one]
        person, home = people.get(assessment.resident_id), homes.get(assessment.resident_id)
        instrument, level = called(assessment.instrument, assessment.version, assessment.level)
        cells: tuple[Value, ...] = (
            assessment.assessed_on,
            person.name if person else "",
            person.birth_date if person else None,
            short_address(home.dwelling) if home else "",
            instrument,
            int(assessment.score),
            level,
            assessment.worker,
        )
        rows.append(RegisterRow(cells, assessment.resident_id, home.household_id if home else "", one))
    return rows
