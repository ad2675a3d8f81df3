"""Why households stand on the worklist, as the records say it: each source is one question by an index, or by ids.

Every source gives a Found for each reason, without words: sentences are made for the few rows that are shown. Called
with `homes` (household -> its people) a source looks at those households alone, as a handover does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, or_, select

from models.clock import local_time
from models.eligibility.case import minus_years
from models.services.book import Book
from models.services.referral_reading import chased
from models.services.referral_rules import stands_now
from models.services.walking import portions
from models.services.worklist_rules import Rules
from models.services.worklist_views import Kind
from models.store.rows import KEPT
from models.store.told import PERMIT

_VISIT, _PLANNED, _NEED = KEPT["visit"], KEPT["planned_visit"], KEPT["need"]
_REFERRAL, _CONTACT, _REQUEST = KEPT["referral"], KEPT["contact"], KEPT["rights_request"]
_PLAN, _TASK, _TRANSFER = KEPT["case_plan"], KEPT["case_task"], KEPT["case_transfer"]
_RESIDENT, _MEMBERSHIP, _HOUSEHOLD = KEPT["resident"], KEPT["membership"], KEPT["household"]

Homes = Mapping[str, Sequence[str]]
"""Household -> the residents who live there now."""


class Found(NamedTuple):
    """A reason without words. home may be empty where only the resident is known; told is what the sentence needs."""

    kind: Kind
    home: str
    resident: str
    due: date | None
    since: date | None  # from which day it weighs more, where there is no due day
    ref: str = ""
    assignee: str = ""
    service: str = ""
    told: tuple[Any, ...] = ()


def records(
    connection: Connection, book: Book, rules: Rules, on: date, until: date, homes: Homes | None = None
) -> Iterator[Found]:
    """All reasons that stand in the records on a day; those that are due later than `until` are left out."""
    ids = None if homes is None else list(homes)
    people = None if homes is None else [one for some in homes.values() for one in some]
    yield from _promised(connection, until, ids)
    yield from _planned(connection, until, ids)
    yield from _needs(connection, ids)
    yield from _tasks(connection, until, ids, people)
    yield from _contacts(connection, until, ids, people)
    yield from _rights(connection, rules, people)
    yield from _referrals(connection, rules, on, people)
    yield from _transfers(connection, book, on, ids)
    yield from _expiring(connection, book, rules, on, ids, people)
    yield from _born(connection, rules, on, people)


def _rows(connection: Connection, query: "Select[Any]", column: Any, only: Sequence[str] | None) -> Iterator[Any]:
    if only is None:
        yield from connection.execute(query).all()
        return
    for some in portions(only):
        yield from connection.execute(query.where(column.in_(some))).all()


def _promised(connection: Connection, until: date, ids: Sequence[str] | None) -> Iterator[Found]:
    """What the newest visit promised: any later visit has kept it, or promised something else."""
    newer = _VISIT.alias("newer")
    kept = select(newer.c.id).where(
        newer.c.household_id == _VISIT.c.household_id,
        newer.c.dead.is_(False),
        or_(
            newer.c.happened_on > _VISIT.c.happened_on,
            and_(newer.c.happened_on == _VISIT.c.happened_on, newer.c.at > _VISIT.c.at),
        ),
    )
    query = select(_VISIT.c.id, _VISIT.c.household_id, _VISIT.c.next_visit, _VISIT.c.next_reason).where(
        _VISIT.c.next_visit <= until, _VISIT.c.dead.is_(False), ~kept.exists()
    )
    for row in _rows(connection, query, _VISIT.c.household_id, ids):
        yield Found("promised", row.household_id, "", row.next_visit, None, row.id, told=(row.next_reason,))


def _planned(connection: Connection, until: date, ids: Sequence[str] | None) -> Iterator[Found]:
    columns = ("id", "household_id", "resident_id", "due_on", "reason", "service_id", "assignee", "source")
    query = select(*(_PLANNED.c[name] for name in columns)).where(
        _PLANNED.c.due_on <= until, _PLANNED.c.status == "open", _PLANNED.c.dead.is_(False)
    )
    for row in _rows(connection, query, _PLANNED.c.household_id, ids):
        yield Found(
            "planned", row.household_id, row.resident_id, row.due_on, None, row.id, row.assignee, row.service_id,
            (row.reason, row.source),
        )  # fmt: skip


def _needs(connection: Connection, ids: Sequence[str] | None) -> Iterator[Found]:
    """Needs that are open; those that can wait are no reason to go there."""
    columns = ("id", "household_id", "resident_id", "group", "urgency", "note", "at")
    query = select(*(_NEED.c[name] for name in columns)).where(
        _NEED.c.status == "open", _NEED.c.urgency.in_(("now", "soon")), _NEED.c.dead.is_(False)
    )
    for row in _rows(connection, query, _NEED.c.household_id, ids):
        kind: Kind = "need_now" if row.urgency == "now" else "need_soon"
        since = local_time(row.at).date()
        yield Found(kind, row.household_id, row.resident_id, None, since, row.id, told=(row.group, row.note))


def _either(
    connection: Connection, query: "Select[Any]", table: Any, ids: Sequence[str] | None, people: Sequence[str] | None
) -> Iterator[Any]:
    """Rows of a table whose records are about a household or about a resident; each once."""
    if ids is None:
        yield from connection.execute(query).all()
        return
    seen = set()
    for column, only in ((table.c.household_id, ids), (table.c.resident_id, people)):
        for row in _rows(connection, query, column, only):
            if row.id not in seen:
                seen.add(row.id)
                yield row


def _tasks(
    connection: Connection, until: date, ids: Sequence[str] | None, people: Sequence[str] | None
) -> Iterator[Found]:
    """Tasks of open case plans, and plans that are to be looked at again."""
    open_plan = (_PLAN.c.status == "open", _PLAN.c.dead.is_(False))
    query = (
        select(
            _TASK.c.id, _TASK.c.due_on, _TASK.c.text, _TASK.c.responsible,
            _PLAN.c.household_id, _PLAN.c.resident_id, _PLAN.c.title,
        )
        .join(_PLAN, _PLAN.c.id == _TASK.c.plan_id)
        .where(_TASK.c.due_on <= until, _TASK.c.status == "open", _TASK.c.dead.is_(False), *open_plan)
    )  # fmt: skip
    for row in _either(connection, query, _PLAN, ids, people):
        told = (row.title, row.text)
        yield Found("task", row.household_id, row.resident_id, row.due_on, None, row.id, row.responsible, told=told)
    columns = ("id", "household_id", "resident_id", "review_on", "responsible", "title")
    review = select(*(_PLAN.c[name] for name in columns)).where(_PLAN.c.review_on <= until, *open_plan)
    for row in _either(connection, review, _PLAN, ids, people):
        told = (row.title, "")
        yield Found("task", row.household_id, row.resident_id, row.review_on, None, row.id, row.responsible, told=told)


def _contacts(
    connection: Connection, until: date, ids: Sequence[str] | None, people: Sequence[str] | None
) -> Iterator[Found]:
    """What a call promised; a later contact with the same people, or a later visit that met somebody, has kept it."""
    newer = _CONTACT.alias("newer")
    later = or_(
        newer.c.happened_on > _CONTACT.c.happened_on,
        and_(newer.c.happened_on == _CONTACT.c.happened_on, newer.c.at > _CONTACT.c.at),
    )
    called = select(newer.c.id).where(
        newer.c.household_id == _CONTACT.c.household_id,
        func.coalesce(newer.c.resident_id, "") == _CONTACT.c.resident_id,  # so that the other index is not taken
        newer.c.dead.is_(False),
        later,
    )
    visited = select(_VISIT.c.id).where(
        _CONTACT.c.household_id != "",
        _VISIT.c.household_id == _CONTACT.c.household_id,
        _VISIT.c.outcome == "met",
        _VISIT.c.dead.is_(False),
        _VISIT.c.happened_on > _CONTACT.c.happened_on,
    )
    columns = ("id", "household_id", "resident_id", "next_on", "next_reason", "channel", "worker")
    query = select(*(_CONTACT.c[name] for name in columns)).where(
        _CONTACT.c.next_on <= until, _CONTACT.c.dead.is_(False), ~called.exists(), ~visited.exists()
    )
    for row in _either(connection, query, _CONTACT, ids, people):
        told = (row.next_reason, row.channel)
        yield Found("contact", row.household_id, row.resident_id, row.next_on, None, row.id, told=told)


def _rights(connection: Connection, rules: Rules, people: Sequence[str] | None) -> Iterator[Found]:
    columns = ("id", "resident_id", "kind", "asked_on")
    query = select(*(_REQUEST.c[name] for name in columns)).where(
        _REQUEST.c.status == "open", _REQUEST.c.dead.is_(False)
    )
    for row in _rows(connection, query, _REQUEST.c.resident_id, people):
        due = row.asked_on + timedelta(days=rules.rights) if row.asked_on else None
        yield Found("rights", "", row.resident_id, due, None, row.id, told=(row.kind, row.asked_on))


def _referrals(connection: Connection, rules: Rules, on: date, people: Sequence[str] | None) -> Iterator[Found]:
    """Letters of which an outcome should be known by now, and letters that were sent back to their writer."""
    names = "id resident_id household_id number receiver issued_on valid_until reply_by chase_on status outcome_note"
    query = select(*(_REFERRAL.c[name] for name in (*names.split(), "writer", "at"))).where(
        or_(chased(on, rules.referral), _REFERRAL.c.status == "returned"), _REFERRAL.c.dead.is_(False)
    )
    for row in _rows(connection, query, _REFERRAL.c.resident_id, people):
        if row.status == "returned":
            since, why = local_time(row.at).date(), ("returned", row.receiver, row.outcome_note)
            yield Found("referral", row.household_id, row.resident_id, None, since, row.id, row.writer, told=why)
            continue
        due = row.chase_on or row.issued_on + timedelta(days=rules.referral)
        how = "asked" if row.chase_on is not None and row.chase_on != row.reply_by else "late"
        if stands_now(row.status, row.valid_until, on) == "expired":
            how = "expired"
        told = (how, row.number, row.receiver, row.issued_on, row.valid_until)
        yield Found("referral", row.household_id, row.resident_id, due, None, row.id, told=told)


def _transfers(connection: Connection, book: Book, on: date, ids: Sequence[str] | None) -> Iterator[Found]:
    """Transfers that this office asked for: the answer is late, or was a yes and the case is to be handed over."""
    columns = ("id", "household_id", "status", "to_name", "answer_by", "answered_on", "worker")
    query = select(*(_TRANSFER.c[name] for name in columns)).where(
        _TRANSFER.c.status.in_(("asked", "accepted")),
        _TRANSFER.c.dead.is_(False),
        _TRANSFER.c.office == book.office.code,
    )
    for row in _rows(connection, query, _TRANSFER.c.household_id, ids):
        day = row.answer_by if row.status == "asked" else row.answered_on
        if row.status == "asked" and (day is None or day >= on):
            continue
        told = (row.status, row.to_name, day)
        yield Found("transfer", row.household_id, "", day, None, row.id, row.worker, told=told)


def _expiring(
    connection: Connection,
    book: Book,
    rules: Rules,
    on: date,
    ids: Sequence[str] | None,
    people: Sequence[str] | None,
) -> Iterator[Found]:
    """Documents that run out or have run out lately, and answers that are to be asked again soon."""
    from models.services.calendar_endings import answers_ending, documents_ending  # with numpy, when one looks ahead

    ahead = timedelta(days=rules.expiring)
    about = None if ids is None else {*ids, *(people or ())}
    permits = set()
    for document in documents_ending(connection, on - ahead, on + ahead):
        if about is None or document.resident in about:
            if document.kind == PERMIT:
                permits.add(document.resident)
            yield Found("expiring", "", document.resident, document.last, None, told=(document.kind, True))
    for answer in answers_ending(connection, book.policies, on, on + ahead):
        if about is not None and answer.subject not in about:
            continue
        if answer.fact == PERMIT and answer.subject in permits:
            continue
        of_person = book.policies.facts[answer.fact].level != "household"
        home, person = ("", answer.subject) if of_person else (answer.subject, "")
        yield Found("expiring", home, person, answer.last, None, told=(answer.fact, False))


def _born(connection: Connection, rules: Rules, on: date, people: Sequence[str] | None) -> Iterator[Found]:
    """Births, and birthdays at which the texts or the custom begin something."""
    births, first, last = on - timedelta(days=rules.birth), *_window(rules, on)
    seen = set()
    for row in _birthdays(connection, rules, on, people):
        if row.id in seen:
            continue
        seen.add(row.id)
        if births <= row.birth_date <= on:
            yield Found("birth", "", row.id, None, row.birth_date, told=(row.birth_date,))
        for age in rules.ages:
            day = birthday(row.birth_date, age)
            if first <= day <= last:
                yield Found("age", "", row.id, None, None, told=(age, day))


def _window(rules: Rules, on: date) -> tuple[date, date]:
    """Between which days a birthday is told."""
    return on - timedelta(days=rules.age_after), on + timedelta(days=rules.age_before)


def _birthdays(connection: Connection, rules: Rules, on: date, people: Sequence[str] | None) -> Iterator[Any]:
    """Residents who may be young enough or near such a birthday; of some people all who have a birth date."""
    born = _RESIDENT.c.birth_date
    query = select(_RESIDENT.c.id, born).where(_RESIDENT.c.dead.is_(False), _RESIDENT.c.died_on.is_(None))
    if people is not None:
        yield from _rows(connection, query.where(born.is_not(None)), _RESIDENT.c.id, people)
        return
    yield from connection.execute(query.where(born.between(on - timedelta(days=rules.birth), on))).all()
    (first, last), day = _window(rules, on), timedelta(days=1)
    for age in rules.ages:
        near = born.between(minus_years(first, age) - day, minus_years(last, age) + day)
        yield from connection.execute(query.where(near)).all()


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches an age; who was born on 29 February reaches it on 1 March."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def homes_now(connection: Connection, residents: Iterable[str]) -> dict[str, str]:
    """Resident -> the household they live in now, the living one before the registered one."""
    found: dict[str, str] = {}
    for some in portions(residents):
        query = (
            select(_MEMBERSHIP.c.resident_id, _HOUSEHOLD.c.id)
            .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
            .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
            .where(
                _MEMBERSHIP.c.resident_id.in_(some),
                _MEMBERSHIP.c.until.is_(None),
                _MEMBERSHIP.c.dead.is_(False),
                _HOUSEHOLD.c.dead.is_(False),
                _RESIDENT.c.dead.is_(False),
                _RESIDENT.c.frozen == "",
            )
            .order_by(_HOUSEHOLD.c.kind.desc(), _MEMBERSHIP.c.id)  # registered first, so that living overwrites it
        )
        found |= {row.resident_id: row.id for row in connection.execute(query)}
    return found


def people_now(connection: Connection, households: Iterable[str]) -> dict[str, list[str]]:
    """Household -> the residents who live there now, the head first."""
    found: dict[str, list[str]] = {}
    for some in portions(households):
        found |= {home: [] for home in some}
        query = (
            select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.resident_id)
            .join(_RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id)
            .where(_MEMBERSHIP.c.household_id.in_(some), _MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False))
            .where(_RESIDENT.c.frozen == "")
            .order_by(_MEMBERSHIP.c.relation, _MEMBERSHIP.c.id)
        )
        for row in connection.execute(query):
            found[row.household_id].append(row.resident_id)
    return found
