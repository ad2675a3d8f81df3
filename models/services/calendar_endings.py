"""What ends by itself between two days: answers that are no longer good, and documents that are no longer valid."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Text, and_, cast, func, or_, select

from models.eligibility import Policies
from models.services.cases import permits_until, register_tells
from models.store.rows import KEPT
from models.store.statements import day_of, rows_of
from models.store.told import PERMIT, TOLD_BY_REGISTER

_FACT, _DOCUMENT = KEPT["fact"], KEPT["identity_document"]
_AT_ONCE = 1000


class Ending(NamedTuple):
    """An answer that stands, and the last day on which it is good."""

    subject: str  # id of the resident or household
    fact: str
    last: date


class Expiring(NamedTuple):
    """A document, and the last day on which it is valid."""

    resident: str
    kind: str  # key of DOCUMENT_KINDS
    last: date


def answers_ending(connection: Connection, policies: Policies, start: date, until: date) -> list[Ending]:
    """The answers standing at start whose last good day is from start up to the day before until.

    Sensitive facts are left out, and so is what the register itself says; but a residence permit among the documents
    is an answer, good until its last day.
    """
    facts = policies.facts
    wanted = [name for name, definition in facts.items() if not definition.sensitive]
    newer = _FACT.alias("newer")
    as_of, newer_as_of = (func.coalesce(table.c.as_of, date.min) for table in (_FACT, newer))
    later = select(newer.c.id).where(
        newer.c.subject_id == _FACT.c.subject_id,
        newer.c.name == _FACT.c.name,
        newer.c.dead.is_(False),
        newer_as_of <= start,
        or_(
            newer_as_of > as_of,
            and_(
                newer_as_of == as_of,
                or_(newer.c.at > _FACT.c.at, and_(newer.c.at == _FACT.c.at, newer.c.id > _FACT.c.id)),
            ),
        ),
    )
    query = select(_FACT.c.subject_id, _FACT.c.name, cast(_FACT.c.good_until, Text)).where(
        _FACT.c.good_until >= start,
        _FACT.c.good_until < until,
        _FACT.c.state == "known",
        _FACT.c.dead.is_(False),
        as_of <= start,
        _FACT.c.name.in_(wanted),
        ~later.exists(),
    )
    found = [
        Ending(subject, fact, day)
        for subject, fact, written in rows_of(connection, query, _FACT.c.subject_id, None)
        if (day := day_of(written)) is not None
    ]
    found = _not_said_by_register(connection, found, start)
    return found + _permits(connection, start, until) if PERMIT in facts else found


def _not_said_by_register(connection: Connection, found: Sequence[Ending], on: date) -> list[Ending]:
    """Without those of which the register itself knows better."""
    doubtful = {one.subject for one in found if one.fact in TOLD_BY_REGISTER}
    tells: dict[str, dict[str, object]] = {}
    for some in _portions(doubtful):
        tells |= register_tells(connection, some, on)
    return [one for one in found if one.fact not in TOLD_BY_REGISTER or one.fact not in tells.get(one.subject, {})]


def _permits(connection: Connection, start: date, until: date) -> list[Ending]:
    """The permits among the documents that end, and answers that a permit is there for longer."""
    query = select(_DOCUMENT.c.resident_id).where(
        _DOCUMENT.c.kind == PERMIT, _DOCUMENT.c.dead.is_(False), _DOCUMENT.c.valid_until >= start
    )
    found = []
    for some in _portions(set(connection.execute(query.where(_DOCUMENT.c.valid_until < until)).scalars())):
        said: dict[str, tuple[bool, date | None]] = {}
        columns = _FACT.c
        answers = (
            select(columns.subject_id, columns.state, columns.value, columns.good_until)
            .where(columns.subject_id.in_(some), columns.name == PERMIT, columns.dead.is_(False))
            .where(func.coalesce(columns.as_of, date.min) <= start)
            .order_by(func.coalesce(columns.as_of, date.min), columns.at, columns.id)
        )
        for subject, state, value, good in connection.execute(answers):
            good_now = state == "known" and value.get("v") is True and (good is None or good >= start)
            said[subject] = good_now, good
        for resident, last in permits_until(connection, some, start).items():
            yes, good = said.get(resident, (False, None))
            if yes and good is None:
                continue
            end = max(last, good) if yes and good is not None else last
            if end < until:
                found.append(Ending(resident, PERMIT, end))
    return found


def documents_ending(connection: Connection, start: date, until: date) -> list[Expiring]:
    """The documents whose last valid day is from start up to the day before until.

    Of several of one kind the one that is valid the longest counts: the others were renewed.
    """
    columns, other = _DOCUMENT.c, _DOCUMENT.alias("other")
    renewed = select(other.c.id).where(
        other.c.resident_id == columns.resident_id,
        other.c.kind == columns.kind,
        other.c.dead.is_(False),
        other.c.valid_until > columns.valid_until,
    )
    query = (
        select(columns.resident_id, columns.kind, columns.valid_until)
        .where(columns.valid_until >= start, columns.valid_until < until, columns.dead.is_(False), ~renewed.exists())
        .distinct()
    )
    return [Expiring(*row) for row in connection.execute(query)]


def _portions(several: Iterable[str]) -> Iterable[list[str]]:
    listed = sorted(several)
    return (listed[place : place + _AT_ONCE] for place in range(0, len(listed), _AT_ONCE))
