"""What is due in a household, whatever brings somebody there: promises, plans, needs, papers, ages, tasks, letters."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from models.services.book import Book
from models.services.facts import current_facts
from models.services.referral_rules import OPEN
from models.services.rounds_views import DueLine
from models.services.walking import portions
from models.store.rows import KEPT
from models.values import age_on

_VISIT, _PLAN, _NEED, _REFERRAL = (KEPT[name] for name in ("visit", "planned_visit", "need", "referral"))
_TASK, _CASE, _CONTACT = KEPT["case_task"], KEPT["case_plan"], KEPT["contact"]
_DOCUMENT, _FACT, _RESIDENT = KEPT["identity_document"], KEPT["fact"], KEPT["resident"]

AGES = (60, 65, 80)
"""Ages at which services of the lists begin; turned lately or soon, it is told at the door."""

TURNED, TURNS = timedelta(days=90), timedelta(days=30)
"""An age is new so long after the birthday, and told so long before."""

PAPERS_AHEAD, PAPERS_BACK = timedelta(days=30), timedelta(days=180)
"""A paper is told from so long before its last day until so long after."""


Found = dict[str, list[DueLine]]
Names = Mapping[str, str]


def due_lines(
    connection: Connection, book: Book, people: Mapping[str, Sequence[str]], on: date
) -> dict[str, tuple[DueLine, ...]]:
    """For each household (with the ids of its people) what is due there: promises first, referrals last.

    Sensitive facts are left out: a door is no place to read them, nor is a paper list.
    """
    found: Found = defaultdict(list)
    home_of = {resident: home for home, residents in people.items() for resident in residents}
    for homes in portions(people):
        _promises(connection, homes, found)
        _plans(connection, book, homes, found)
        _calls(connection, homes, found)
        _needs(connection, homes, found)
    for some in portions(home_of):
        rows = connection.execute(
            select(_RESIDENT.c.id, _RESIDENT.c.name, _RESIDENT.c.birth_date).where(_RESIDENT.c.id.in_(some))
        ).all()
        names = {row.id: row.name for row in rows}
        _documents(connection, some, home_of, names, on, found)
        _facts(connection, book, some, home_of, names, on, found)
        for row in rows:
            for age in AGES:
                if row.birth_date is not None and age_on(row.birth_date, on - TURNED) < age <= age_on(
                    row.birth_date, on + TURNS
                ):
                    found[home_of[row.id]].append(DueLine("age", row.id, str(age), None, row.id, row.name))
    _tasks(connection, people, home_of, found)
    _referrals(connection, people, home_of, found)
    return {home: tuple(lines) for home, lines in found.items()}


def _promises(connection: Connection, homes: list[str], found: Found) -> None:
    """What the newest visit promised: a later visit has kept it."""
    columns = ("household_id", "id", "happened_on", "next_visit", "next_reason")
    query = select(*(_VISIT.c[name] for name in columns)).where(_VISIT.c.household_id.in_(homes))
    newest = {}
    for row in connection.execute(query.where(_VISIT.c.dead.is_(False)).order_by(_VISIT.c.happened_on, _VISIT.c.at)):
        newest[row.household_id] = row
    for home, row in newest.items():
        if row.next_visit is not None:
            found[home].append(DueLine("promise", row.id, row.next_reason, row.next_visit))


def _plans(connection: Connection, book: Book, homes: list[str], found: Found) -> None:
    query = (
        select(_PLAN)
        .where(_PLAN.c.household_id.in_(homes), _PLAN.c.status == "open", _PLAN.c.dead.is_(False))
        .where(~_about_frozen(_PLAN.c.resident_id))
        .order_by(_PLAN.c.due_on, _PLAN.c.id)
    )
    for row in connection.execute(query).all():
        service = book.policies.services.get(row.service_id) if row.service_id else None
        words = service.name if service is not None else row.service_id
        found[row.household_id].append(DueLine("plan", row.id, row.reason, row.due_on, row.resident_id, detail=words))


def _calls(connection: Connection, homes: list[str], found: Found) -> None:
    """What the newest contact (a telephone call, a visit to the office) promised."""
    columns = ("household_id", "id", "next_on", "next_reason")
    query = select(*(_CONTACT.c[name] for name in columns)).where(_CONTACT.c.household_id.in_(homes))
    newest = {}
    order = (_CONTACT.c.happened_on, _CONTACT.c.at)
    for row in connection.execute(query.where(_CONTACT.c.dead.is_(False)).order_by(*order)):
        newest[row.household_id] = row
    for home, row in newest.items():
        if row.next_on is not None:
            found[home].append(DueLine("call", row.id, row.next_reason, row.next_on))


def _needs(connection: Connection, homes: list[str], found: Found) -> None:
    query = select(_NEED, _RESIDENT.c.name).outerjoin(_RESIDENT, _RESIDENT.c.id == _NEED.c.resident_id)
    query = query.where(_NEED.c.household_id.in_(homes), _NEED.c.status == "open", _NEED.c.dead.is_(False))
    query = query.where(func.coalesce(_RESIDENT.c.frozen, "") == "")
    for row in connection.execute(query.order_by(_NEED.c.at)):
        detail = f"{row.group} {row.urgency}"
        found[row.household_id].append(
            DueLine("need", row.id, row.note, None, row.resident_id, row.name or "", detail=detail)
        )


def _documents(connection: Connection, some: list[str], home_of: Names, names: Names, on: date, found: Found) -> None:
    """Papers that run out or have; of several of one kind the one that is valid the longest counts."""
    query = select(_DOCUMENT.c.resident_id, _DOCUMENT.c.kind, _DOCUMENT.c.valid_until, _DOCUMENT.c.id)
    query = query.where(_DOCUMENT.c.resident_id.in_(some), _DOCUMENT.c.dead.is_(False))
    last: dict[tuple[str, str], Any] = {}
    for row in connection.execute(query.order_by(_DOCUMENT.c.id)):
        before = last.get((row.resident_id, row.kind))
        if before is None or (before.valid_until or date.min) <= (row.valid_until or date.max):
            last[row.resident_id, row.kind] = row
    for row in last.values():
        if row.valid_until is not None and on - PAPERS_BACK <= row.valid_until <= on + PAPERS_AHEAD:
            who = row.resident_id
            line = DueLine("document", row.id, row.kind, row.valid_until, who, names.get(who, ""))
            found[home_of[who]].append(line)


def _facts(
    connection: Connection, book: Book, some: list[str], home_of: Names, names: Names, on: date, found: Found
) -> None:
    first, last = on - PAPERS_BACK, on + PAPERS_AHEAD
    query = select(_FACT.c.subject_id).where(_FACT.c.subject_id.in_(some), _FACT.c.good_until.between(first, last))
    subjects = list(connection.execute(query.where(_FACT.c.dead.is_(False)).distinct()).scalars())
    if not subjects:
        return
    known = book.policies.facts
    for subject, views in current_facts(connection, subjects, on).items():
        for view in views.values():
            if view.good_until is None or not first <= view.good_until <= last or view.state == "refused":
                continue
            definition = known.get(view.name)
            if definition is not None and not definition.sensitive:
                line = DueLine("fact", view.id, view.name, view.good_until, subject, names.get(subject, ""))
                found[home_of[subject]].append(line)


def _tasks(connection: Connection, people: Mapping[str, Sequence[str]], home_of: Names, found: Found) -> None:
    """Open tasks of open case plans, of the household or of somebody in it."""
    for column, ids in ((_CASE.c.household_id, people), (_CASE.c.resident_id, home_of)):
        for some in portions(ids):
            for row in connection.execute(_open_tasks(column, some)):
                if column is _CASE.c.resident_id and row.household_id in people:
                    continue  # came with its household
                home = row.household_id if row.household_id in people else home_of[row.resident_id]
                line = DueLine(
                    "task", row.id, row.text, row.due_on, row.resident_id, detail=row.title, plan_id=row.plan_id
                )
                found[home].append(line)


def _open_tasks(column: Any, some: Iterable[str]) -> "Select[Any]":
    return (
        select(_TASK, _CASE.c.household_id, _CASE.c.resident_id, _CASE.c.title)
        .join(_CASE, _CASE.c.id == _TASK.c.plan_id)
        .where(
            column.in_(some),
            _CASE.c.status == "open",
            _CASE.c.dead.is_(False),
            _TASK.c.status == "open",
            _TASK.c.dead.is_(False),
            ~_about_frozen(_CASE.c.resident_id),
        )
        .order_by(_TASK.c.due_on, _TASK.c.id)
    )


def _about_frozen(resident: Any) -> Any:
    """Something about somebody whose record is only kept."""
    return exists().where(_RESIDENT.c.id == resident, _RESIDENT.c.frozen > "")


def _referrals(connection: Connection, people: Mapping[str, Sequence[str]], home_of: Names, found: Found) -> None:
    query = select(_REFERRAL, _RESIDENT.c.name).outerjoin(_RESIDENT, _RESIDENT.c.id == _REFERRAL.c.resident_id)
    query = query.where(_REFERRAL.c.status.in_(OPEN), _REFERRAL.c.dead.is_(False))
    for some in portions(home_of):
        for row in connection.execute(query.where(_REFERRAL.c.resident_id.in_(some)).order_by(_REFERRAL.c.at)):
            names = "、".join(str(matter["name"]) for matter in row.matters)
            who = row.resident_id
            line = DueLine("referral", row.id, names, row.valid_until, who, row.name or "", detail=row.status)
            found[home_of[who]].append(line)
