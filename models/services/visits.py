"""Visits and assessments: recorded once, never overwritten; what was learnt becomes facts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Row, exists, func, select, tuple_

from models.clock import day_text
from models.errors import NotFound, Problem
from models.records.visit import AssessmentEntry, VisitEntry
from models.services.book import Book, changed
from models.services.facts import add_facts
from models.services.people import short_address
from models.services.planning import keep_plans, member_names, planned_views
from models.services.round_stops import AtStop, mark_stops
from models.services.views import AssessmentView, Changed, DueVisit, NeedView, PlannedView, VisitView
from models.store.handed import handed_away, is_handed
from models.store.many import without_pauses
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

_VISIT, _NEED, _ASSESSMENT, _RESIDENT = (KEPT[name] for name in ("visit", "need", "assessment", "resident"))
_HOUSEHOLD, _DWELLING = KEPT["household"], KEPT["dwelling"]


class MetAfterDeath(Problem):
    """A visit says that somebody was met who had died before. Facts: name, day."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "{name} died on {day}, before this visit, and cannot have been met. Nothing was saved, and what you typed "
            "is still here. Correct the day of the visit, or who was met."
        ).format(**self.facts)


class Visits:
    """The verbs about visits."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def record(self, entry: VisitEntry) -> Changed:
        """Keep a visit with the needs found and the facts learnt, all or nothing.

        ``ids`` of what is returned are the plans that the visit has kept (see planning.keep_plans()). Raises
        MetAfterDeath where somebody was met who had died before.
        """
        with self._book.verb("visits.record") as work:
            visit_id, kept = write_visit(work, entry)
        return changed(work, visit_id, kept)

    def get(self, visit_id: str) -> VisitView:
        """One visit. Raises NotFound where it is not here."""
        with self._book.reading() as connection:
            rows = connection.execute(select(_VISIT).where(_VISIT.c.id == visit_id)).all()
            if not rows:
                raise NotFound
            return _visit_views(connection, rows)[0]

    def of_household(self, household_id: str) -> list[VisitView]:
        """The visits to a household, newest first."""
        with self._book.reading() as connection:
            query = select(_VISIT).where(_VISIT.c.household_id == household_id, _VISIT.c.dead.is_(False))
            newest_first = query.order_by(_VISIT.c.happened_on.desc(), _VISIT.c.at.desc())
            return _visit_views(connection, connection.execute(newest_first).all())

    def recent(self, limit: int = 50) -> list[VisitView]:
        """The newest visits of all households."""
        with self._book.reading() as connection:
            query = select(_VISIT).where(_VISIT.c.dead.is_(False))
            newest_first = query.order_by(_VISIT.c.happened_on.desc(), _VISIT.c.at.desc()).limit(limit)
            return _visit_views(connection, connection.execute(newest_first).all())

    def due(self, until: date) -> list[DueVisit]:
        """Households to be visited up to a day, by a promise no later visit has kept or by plan, the oldest first."""
        with self._book.reading() as connection:
            return due_visits(connection, self._book, until)

    def set_need(self, need_id: str, status: str) -> Changed:
        """Say that a need is met, dropped or open again. Raises NotFound where it is not here."""
        with self._book.verb("visits.set_need") as work:
            try:
                work.amend("need", need_id, {"status": status})
            except LookupError:
                raise NotFound from None
            row = work.connection.execute(select(_NEED).where(_NEED.c.id == need_id)).one()
            work.concerns(row.household_id, row.resident_id)
        return changed(work, need_id)

    def open_needs(self, limit: int = 200) -> list[NeedView]:
        """Needs that wait, the urgent ones first."""
        with self._book.reading() as connection:
            kept = exists().where(_RESIDENT.c.id == _NEED.c.resident_id, _RESIDENT.c.frozen > "")
            query = select(_NEED).where(_NEED.c.status == "open", _NEED.c.dead.is_(False), ~kept)
            rows = connection.execute(query.order_by(_NEED.c.at.desc()).limit(limit)).all()
        order = {"now": 0, "soon": 1, "later": 2}
        return sorted((_need_view(row) for row in rows), key=lambda need: order.get(need.urgency, 3))


def write_visit(work: Work, entry: VisitEntry, at_stop: AtStop | None = None) -> tuple[str, list[str]]:
    """Inside a verb: keep a visit, the plans that it keeps, and its result at the doors of open rounds.

    at_stop: the door of a round at which it was made, with what only a round asks. Returns the visit and those plans.
    Raises MetAfterDeath where somebody was met who had died before.
    """
    _check_alive(work.connection, entry)
    began = len(work.said)
    plain = entry.model_dump(exclude={"needs", "facts", "met"})
    visit_id = work.add("visit", {**plain, "met": list(entry.met), "worker": work.worker, "at": work.now})
    for need in entry.needs:
        told = {**need.model_dump(), "visit_id": visit_id, "household_id": entry.household_id}
        work.add("need", {**told, "status": "open", "at": work.now})
    for learnt in entry.facts:
        kind = "resident" if learnt.resident_id else "household"
        about = learnt.resident_id or entry.household_id
        add_facts(work, kind, about, [learnt.fact], entry.happened_on, visit_id)
    kept = keep_plans(work, entry.household_id, entry.outcome, entry.happened_on, visit_id)
    mark_stops(work, entry, visit_id, at_stop, work.said[began:])
    work.concerns(entry.household_id, *entry.met)
    return visit_id, kept


def _check_alive(connection: Connection, entry: VisitEntry) -> None:
    """Raises MetAfterDeath where somebody was met who had died before the day of the visit."""
    query = select(_RESIDENT.c.name, _RESIDENT.c.died_on).where(
        _RESIDENT.c.id.in_(entry.met), _RESIDENT.c.died_on < entry.happened_on
    )
    dead = connection.execute(query).first() if entry.met else None
    if dead is not None:
        raise MetAfterDeath(name=dead.name, day=day_text(dead.died_on))


def due_visits(connection: Connection, book: Book, until: date) -> list[DueVisit]:
    """Households whose newest visit promised another one that is due by a day, or for which one is planned by then."""
    with without_pauses():
        found = {visit.household_id: visit for visit in _promised(connection, until)}
    planned: dict[str, list[PlannedView]] = defaultdict(list)
    for plan in planned_views(connection, book, due_by=until):
        planned[plan.household_id].append(plan)
    for household, plans in planned.items():
        promise = found.get(household)
        reasons = [promise.promise] if promise is not None else []
        reasons += [plan.reason or plan.service for plan in plans]
        found[household] = DueVisit(
            household_id=household,
            address=plans[0].address,
            names=plans[0].names,
            due=min(plans[0].due, promise.due if promise is not None else plans[0].due),
            reason=_("; ").join(dict.fromkeys(reason for reason in reasons if reason)),
            promised=promise.promised if promise is not None else None,
            promise=promise.promise if promise is not None else "",
            plans=tuple(plans),
        )
    return sorted(found.values(), key=lambda visit: (visit.due, visit.address, visit.household_id))


def _promised(connection: Connection, until: date) -> list[DueVisit]:
    """What the newest visit of a household promised. Asked from the days that are due, which an index knows: ranking
    all visits that were ever made would take the longer, the longer an office works.
    """
    newer = _VISIT.alias("newer")
    then, later = (func.coalesce(table.c.happened_on, date.min) for table in (_VISIT, newer))
    kept = select(newer.c.id).where(
        newer.c.household_id == _VISIT.c.household_id,
        newer.c.dead.is_(False),
        tuple_(later, newer.c.at, newer.c.id) > tuple_(then, _VISIT.c.at, _VISIT.c.id),
    )
    query = (
        select(
            *(_VISIT.c[name] for name in ("household_id", "next_visit", "next_reason")),
            *(_DWELLING.c[name] for name in ("community_code", "street_line", "building", "unit", "door")),
        )
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _VISIT.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_VISIT.c.next_visit <= until, _VISIT.c.dead.is_(False), ~kept.exists())
        .where(_HOUSEHOLD.c.until.is_(None), _HOUSEHOLD.c.dead.is_(False))  # nobody goes where nobody lives
        .order_by(_VISIT.c.next_visit)
    )
    rows = connection.execute(query).mappings().all()
    handed = handed_away(connection)  # nobody goes where another office goes now
    rows = [row for row in rows if not is_handed(handed, row["household_id"])]
    names = member_names(connection, [row["household_id"] for row in rows])
    return [
        DueVisit(
            household_id=row["household_id"],
            address=short_address(row),
            names=tuple(names.get(row["household_id"], ())),
            due=row["next_visit"],
            reason=row["next_reason"],
            promised=row["next_visit"],
            promise=row["next_reason"],
        )
        for row in rows
    ]


def _need_view(row: Row) -> NeedView:  # type: ignore[type-arg]
    return NeedView(row.id, row.visit_id, row.resident_id, row.group, row.urgency, row.note, row.status, None)


def _visit_views(connection: Connection, visits: Sequence[Row]) -> list[VisitView]:  # type: ignore[type-arg]
    needs: dict[str, list[NeedView]] = defaultdict(list)
    found = select(_NEED).where(_NEED.c.visit_id.in_([visit.id for visit in visits]), _NEED.c.dead.is_(False))
    for row in connection.execute(found.order_by(_NEED.c.id)):
        needs[row.visit_id].append(_need_view(row))
    people = {resident for visit in visits for resident in visit.met}
    named = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(people))
    names = {row.id: row.name for row in connection.execute(named)}
    return [
        VisitView(
            id=visit.id,
            household_id=visit.household_id,
            outcome=visit.outcome,
            happened_on=visit.happened_on,
            met=tuple(names[resident] for resident in visit.met if resident in names),
            met_other=visit.met_other,
            purpose=visit.purpose,
            notes=visit.notes,
            needs=tuple(needs[visit.id]),
            next_visit=visit.next_visit,
            next_reason=visit.next_reason,
            worker=visit.worker,
        )
        for visit in visits
    ]


class Assessments:
    """The verbs about assessments with an instrument."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def record(self, entry: AssessmentEntry) -> Changed:
        """Keep a filled-in instrument with its score; the facts it yields count from the day of the assessment."""
        with self._book.verb("assessments.record") as work:
            plain = entry.model_dump(exclude={"facts"})
            assessment_id = work.add("assessment", {**plain, "worker": work.worker, "at": work.now})
            add_facts(work, "resident", entry.resident_id, entry.facts, entry.assessed_on, entry.visit_id)
            work.concerns(entry.resident_id)
        return changed(work, assessment_id)

    def of_resident(self, resident_id: str, instrument: str = "") -> list[AssessmentView]:
        """A resident's assessments, newest first."""
        with self._book.reading() as connection:
            query = select(_ASSESSMENT).where(_ASSESSMENT.c.resident_id == resident_id, _ASSESSMENT.c.dead.is_(False))
            if instrument:
                query = query.where(_ASSESSMENT.c.instrument == instrument)
            rows = connection.execute(query.order_by(_ASSESSMENT.c.assessed_on.desc(), _ASSESSMENT.c.at.desc())).all()
        if rows:
            self._book.note("view", "resident", resident_id, "assessments", fields=("assessment.answers",))
        return [
            AssessmentView(
                id=row.id,
                resident_id=row.resident_id,
                instrument=row.instrument,
                version=row.version,
                assessed_on=row.assessed_on,
                answers=row.answers,
                score=row.score,
                level=row.level,
                note=row.note,
                worker=row.worker,
            )
            for row in rows
        ]
