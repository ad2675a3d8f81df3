"""Whose records a stream carries: households that live in the scope, their people, and what is about either.

A scope is a list of codes: a community (12 digits), a street (9) or a district (6); a code stands for all that begin
with it. A household is in the scope by the dwelling it lives in (without one, by the office that keeps it), or because
its case is handed over to an office of the scope; a person by the households they belong to now (without any, by the
last ones, or the office). Everything is asked by sets, and for the news of a day only about those whom it touches.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from models.records.operation import Operation
from models.store.many import portions
from models.store.rows import KEPT, table_of

_OPERATIONS = table_of(Operation)
_HOUSEHOLD, _RESIDENT, _DWELLING, _MEMBERSHIP = (
    KEPT[name] for name in ("household", "resident", "dwelling", "membership")
)
_TRANSFER = KEPT["case_transfer"]
_COMMUNITY_DIGITS = 12

_SUBJECTS = ("household_id", "other_household_id", "resident_id", "other_resident_id", "subject_id", "a_id", "b_id")
"""Columns that say whom a record is about."""
POINTING: Mapping[str, tuple[str, ...]] = {
    entity: columns
    for entity, table in KEPT.items()
    if (columns := tuple(name for name in _SUBJECTS if name in table.c))
}
_HANGING = (
    ("case_goal", "plan_id", "case_plan"),
    ("case_task", "plan_id", "case_plan"),
    ("letter", "referral_id", "referral"),
    ("referral_step", "referral_id", "referral"),
    ("picture", "subject_id", "visit"),
)
"""Records that hang on another record and are about whom that is about."""
FOR_ALL = ("paper_template", "questionnaire", "number_block", "erasure")
"""Records about nobody, which every scope gets. An erasure holds a salted hash alone, and must reach everybody."""
_WORK = (
    *("referral", "referral_step", "letter", "case_transfer", "household_event"),
    *("handover", "visit_round", "round_stop", "spoilt_number", "put_off", "assignment"),
)
"""Work that an office of the scope began: it is told what came of it, whoever it is about now."""
_GOING = ("handed_over", "taken")  # a case on its way to an office, or with it

Rows = dict[str, set[str]]
"""entity -> ids of records."""


@dataclass(frozen=True)
class InScope:
    """What of the records looked at is in a scope."""

    rows: Rows  # all records about those in the scope, and records about nobody
    subjects: frozenset[str]  # households and residents in the scope
    outside: frozenset[str] = field(default=frozenset())  # those that were looked at and are not in it


def whole(connection: Connection, scope: Sequence[str]) -> InScope:
    """Everything in a scope: for a new stream. Its cost follows the scope, and one look at each table of work."""
    homes = _homes_within(connection, scope)
    people: set[str] = set()
    for some in portions(homes):
        query = select(_MEMBERSHIP.c.resident_id).where(_MEMBERSHIP.c.household_id.in_(some))
        people.update(connection.execute(query.distinct()).scalars())
    people.update(_without_home(connection, scope))
    subjects = _within(connection, homes, people - {""}, scope)
    rows = rows_about(connection, subjects)
    _add(rows, "dwelling", connection.execute(select(_DWELLING.c.id).where(_range(scope))).scalars())
    for entity in FOR_ALL:
        _add(rows, entity, connection.execute(select(KEPT[entity].c.id)).scalars())
    for entity in _WORK:
        table = KEPT[entity]
        _add(rows, entity, connection.execute(select(table.c.id).where(_theirs(entity, scope))).scalars())
    unknown = select(_OPERATIONS.c.entity, _OPERATIONS.c.row).where(
        _OPERATIONS.c.entity.not_in(list(KEPT)), _begins(_OPERATIONS.c.office, scope)
    )
    for entity, row in connection.execute(unknown.distinct()).all():
        _add(rows, entity, [row])
    return InScope(rows, frozenset(subjects))


def of_news(connection: Connection, news: Mapping[str, Collection[str]], scope: Sequence[str]) -> InScope:
    """What is in a scope of those whom some records (entity -> ids) touch: all their records, not the news alone.

    So a household that came into the scope brings its whole history with the news that it came.
    """
    touched = _touched(connection, news)
    homes, people = _sorted_out(connection, touched)
    subjects = _within(connection, homes, people, scope)
    rows = rows_about(connection, subjects)
    dwellings = news.get("dwelling", ())
    for some in portions(dwellings):
        query = select(_DWELLING.c.id).where(_DWELLING.c.id.in_(some), _begins(_DWELLING.c.community_code, scope))
        _add(rows, "dwelling", connection.execute(query).scalars())
    for entity, ids in news.items():
        if entity in FOR_ALL:
            _add(rows, entity, ids)
        elif entity in _WORK:
            table = KEPT[entity]
            for some in portions(ids):
                query = select(table.c.id).where(table.c.id.in_(some), _theirs(entity, scope))
                _add(rows, entity, connection.execute(query).scalars())
        elif entity not in KEPT:
            for some in portions(ids):
                query = select(_OPERATIONS.c.row).where(
                    _OPERATIONS.c.row.in_(some), _begins(_OPERATIONS.c.office, scope)
                )
                _add(rows, entity, connection.execute(query.distinct()).scalars())
    return InScope(rows, frozenset(subjects), frozenset((homes | people) - subjects))


def rows_about(connection: Connection, subjects: Collection[str]) -> Rows:
    """The records about some households and residents, removed ones too: a deletion has to travel."""
    rows: Rows = {}
    homes, people = _sorted_out(connection, subjects)
    _add(rows, "household", homes)
    _add(rows, "resident", people)
    for some in portions(homes):
        query = select(_HOUSEHOLD.c.dwelling_id).where(_HOUSEHOLD.c.id.in_(some), _HOUSEHOLD.c.dwelling_id != "")
        _add(rows, "dwelling", connection.execute(query.distinct()).scalars())
    for entity, columns in POINTING.items():
        table = KEPT[entity]
        for name in columns:
            for some in portions(subjects):
                _add(rows, entity, connection.execute(select(table.c.id).where(table.c[name].in_(some))).scalars())
    for entity, column, parent in _HANGING:
        table = KEPT[entity]
        for some in portions(rows.get(parent, ())):
            _add(rows, entity, connection.execute(select(table.c.id).where(table.c[column].in_(some))).scalars())
    return rows


def _touched(connection: Connection, news: Mapping[str, Collection[str]]) -> set[str]:
    """The households and residents that some records are about, and those whose place in a scope they may change."""
    found: set[str] = set(news.get("resident", ()))
    homes = set(news.get("household", ()))
    for some in portions(news.get("dwelling", ())):
        query = select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.dwelling_id.in_(some))
        homes.update(connection.execute(query).scalars())
    hanging: dict[str, set[str]] = defaultdict(set)
    for entity, column, parent in _HANGING:
        table = KEPT[entity]
        for some in portions(news.get(entity, ())):
            query = select(table.c[column]).where(table.c.id.in_(some))
            hanging[parent].update(connection.execute(query.distinct()).scalars())
    for entity, columns in POINTING.items():
        table = KEPT[entity]
        chosen = [table.c[name] for name in columns]
        for some in portions({*news.get(entity, ()), *hanging.get(entity, ())}):
            for row in connection.execute(select(*chosen).where(table.c.id.in_(some))):
                found.update(row)
                if entity == "case_transfer":
                    homes.add(row[0])
    for some in portions(homes):
        query = select(_MEMBERSHIP.c.resident_id).where(_MEMBERSHIP.c.household_id.in_(some))
        found.update(connection.execute(query.distinct()).scalars())
    return (found | homes) - {""}


def _sorted_out(connection: Connection, subjects: Collection[str]) -> tuple[set[str], set[str]]:
    """Which of some ids are households and which residents; others (of visits) are neither."""
    homes: set[str] = set()
    people: set[str] = set()
    for some in portions(subjects):
        homes.update(connection.execute(select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id.in_(some))).scalars())
        people.update(connection.execute(select(_RESIDENT.c.id).where(_RESIDENT.c.id.in_(some))).scalars())
    return homes, people


def _within(connection: Connection, homes: Collection[str], people: Collection[str], scope: Sequence[str]) -> set[str]:
    """Those of some households and residents that are in a scope."""
    known: dict[str, bool] = _homes_in(connection, homes, scope)
    belongs: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for some in portions(people):
        query = select(_MEMBERSHIP.c.resident_id, _MEMBERSHIP.c.household_id, _MEMBERSHIP.c.until).where(
            _MEMBERSHIP.c.resident_id.in_(some), _MEMBERSHIP.c.dead.is_(False)
        )
        for resident, home, until in connection.execute(query):
            belongs[resident].append((home, until is None))
    others = {home for several in belongs.values() for home, _now in several} - known.keys()
    known |= _homes_in(connection, others, scope)
    found = {home for home in homes if known.get(home)}
    alone = set(people) - belongs.keys()
    for resident, several in belongs.items():
        if any(known.get(home) for home, now in several if now or not any(current for _home, current in several)):
            found.add(resident)
    for some in portions(alone):
        query = select(_RESIDENT.c.id).where(_RESIDENT.c.id.in_(some), _begins(_RESIDENT.c.office, scope))
        found.update(connection.execute(query).scalars())
    return found


def _homes_in(connection: Connection, homes: Collection[str], scope: Sequence[str]) -> dict[str, bool]:
    """Household -> whether it is in a scope."""
    found = dict.fromkeys(homes, False)
    for some in portions(homes):
        query = _homes_query(scope).where(_HOUSEHOLD.c.id.in_(some))
        found.update((home, True) for home in connection.execute(query).scalars())
        going = select(_TRANSFER.c.household_id).where(_TRANSFER.c.household_id.in_(some), *_handed_to(scope))
        found.update((home, True) for home in connection.execute(going).scalars())
    return found


def _homes_within(connection: Connection, scope: Sequence[str]) -> set[str]:
    """All households of a scope."""
    living = select(_HOUSEHOLD.c.id).join_from(_DWELLING, _HOUSEHOLD, _HOUSEHOLD.c.dwelling_id == _DWELLING.c.id)
    found = set(connection.execute(living.where(_range(scope))).scalars())
    found.update(connection.execute(_homes_query(scope).where(_placeless())).scalars())
    found.update(connection.execute(select(_TRANSFER.c.household_id).where(*_handed_to(scope))).scalars())
    return found - {""}


def _without_home(connection: Connection, scope: Sequence[str]) -> Iterable[str]:
    """Residents who belong to no household and are kept by an office of a scope."""
    somewhere = select(_MEMBERSHIP.c.id).where(
        _MEMBERSHIP.c.resident_id == _RESIDENT.c.id, _MEMBERSHIP.c.dead.is_(False)
    )
    query = select(_RESIDENT.c.id).where(_begins(_RESIDENT.c.office, scope), ~somewhere.exists())
    return list(connection.execute(query).scalars())


def _homes_query(scope: Sequence[str]) -> Any:
    joined = select(_HOUSEHOLD.c.id).outerjoin_from(_HOUSEHOLD, _DWELLING, _HOUSEHOLD.c.dwelling_id == _DWELLING.c.id)
    kept = and_(_placeless(), _begins(_HOUSEHOLD.c.office, scope))
    return joined.where(or_(_begins(_DWELLING.c.community_code, scope), kept))


def _placeless() -> ColumnElement[bool]:
    return func.coalesce(_DWELLING.c.community_code, "") == ""


def _handed_to(scope: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return _TRANSFER.c.status.in_(_GOING), _TRANSFER.c.dead.is_(False), _begins(_TRANSFER.c.to_office, scope)


def _theirs(entity: str, scope: Sequence[str]) -> ColumnElement[bool]:
    """That work was begun by an office of a scope, or that a case is asked of one."""
    begun = _begins(KEPT[entity].c.office, scope)
    return or_(begun, _begins(_TRANSFER.c.to_office, scope)) if entity == "case_transfer" else begun


def _begins(column: Any, scope: Sequence[str]) -> ColumnElement[bool]:
    """That a code lies within a scope."""
    return or_(*(func.substr(column, 1, len(code)) == code for code in scope))


def _range(scope: Sequence[str]) -> ColumnElement[bool]:
    """That a dwelling lies within a scope, so that the index of doors answers."""
    column = _DWELLING.c.community_code
    return or_(
        *(column.between(code.ljust(_COMMUNITY_DIGITS, "0"), code.ljust(_COMMUNITY_DIGITS, "9")) for code in scope)
    )


def _add(rows: Rows, entity: str, ids: Iterable[str]) -> None:
    found = set(ids) - {""}
    if found:
        rows.setdefault(entity, set()).update(found)
