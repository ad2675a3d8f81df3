"""Reading the audit chain for the screen: rows of a filter, days, and what their subjects are called today."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from models.clock import start_of
from models.records.audit import actions_of
from models.records.operation import Peer
from models.security import audit_seal
from models.services import people, staff
from models.services.audit_views import AuditDay, AuditRow, AuditWhere
from models.store import erasing
from models.store.audit import ALSO, AUDIT, row_of
from models.store.many import portions
from models.store.rows import KEPT, table_of

_PEER = table_of(Peer)
_DAY = 24 * 60 * 60 * 1000
_FIRST = date(1970, 1, 1)
_RESIDENT, _HOUSEHOLD, _DWELLING = KEPT["resident"], KEPT["household"], KEPT["dwelling"]
_LETTER, _MEMBERSHIP = KEPT["letter"], KEPT["membership"]


def conditions(where: AuditWhere) -> list[ColumnElement[bool]]:
    """A filter as the database asks it."""
    asked: list[ColumnElement[bool]] = []
    if where.since:
        asked.append(AUDIT.c.at >= start_of(where.since))
    if where.until:
        asked.append(AUDIT.c.at < start_of(where.until + timedelta(days=1)))
    if where.worker:
        asked.append(AUDIT.c.worker == where.worker)
    if where.kind:
        asked.append(AUDIT.c.action.in_(actions_of(where.kind)))
    if where.sensitive:
        asked.append(AUDIT.c.classes.contains(f" {where.sensitive} ", autoescape=True))
    if where.subject_id:
        asked.append(about([where.subject_id]))
    return asked


def about(ids: Sequence[str]) -> ColumnElement[bool]:
    """That a row is about one of some records, alone or among others."""
    here = (ALSO.c.chain == AUDIT.c.chain, ALSO.c.seq == AUDIT.c.seq)
    return or_(AUDIT.c.subject_id.in_(ids), select(literal(1)).where(*here, ALSO.c.subject_id.in_(ids)).exists())


def newest_first(where: AuditWhere) -> "Select[Any]":
    """The rows of a filter."""
    return select(AUDIT).where(*conditions(where)).order_by(AUDIT.c.at.desc(), AUDIT.c.chain.desc(), AUDIT.c.seq.desc())


def count(connection: Connection, where: AuditWhere) -> int:
    """How many rows a filter has."""
    return int(connection.execute(select(func.count()).select_from(AUDIT).where(*conditions(where))).scalar() or 0)


def days(connection: Connection, where: AuditWhere) -> list[AuditDay]:
    """The days in Tianjin that have rows, the newest first."""
    number = ((AUDIT.c.at - start_of(_FIRST)) // _DAY).label("day")
    query = select(number, func.count()).where(*conditions(where)).group_by("day").order_by(number.desc())
    return [AuditDay(_FIRST + timedelta(days=int(day)), int(rows)) for day, rows in connection.execute(query)]


def workers(connection: Connection) -> list[str]:
    """Everybody who did anything, by name."""
    found = connection.execute(select(AUDIT.c.worker).distinct()).scalars()
    return sorted(name for name in found if name)


def restores(connection: Connection) -> list[dict[str, Any]]:
    """The rows about restores, the oldest first."""
    return [row_of(row) for row in connection.execute(select(AUDIT).where(AUDIT.c.action == "restore").order_by("at"))]


def about_resident(connection: Connection, resident_id: str) -> list[Any]:
    """Every row about a person, the newest first: about her record and all that hangs on it, about households she
    belongs or belonged to while she did, and the lists and verbs in which she was one of several.
    """
    own = {row for rows in erasing.rows_about(connection, resident_id).values() for row in rows} | {resident_id}
    found = _rows_about(connection, own)
    spans = select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.since, _MEMBERSHIP.c.until).where(
        _MEMBERSHIP.c.resident_id == resident_id, _MEMBERSHIP.c.dead.is_(False)
    )
    for household, since, until in connection.execute(spans).all():
        for key, row in _rows_about(connection, {household}).items():
            after = since is None or row.at >= start_of(since)
            if after and (until is None or row.at < start_of(until + timedelta(days=1))):
                found[key] = row
    return _newest(found)


def about_household(connection: Connection, household_id: str) -> list[Any]:
    """Every row about a household and the records of its own (visits, plans, questionnaires), the newest first."""
    own = {household_id}
    for table in KEPT.values():
        columns = [table.c[name] for name in ("household_id", "subject_id") if name in table.c]
        if columns:
            said = or_(*(column == household_id for column in columns))
            own |= set(connection.execute(select(table.c.id).where(said)).scalars())
    return _newest(_rows_about(connection, own))


def _rows_about(connection: Connection, ids: Iterable[str]) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {}
    joined = select(AUDIT).join(ALSO, (ALSO.c.chain == AUDIT.c.chain) & (ALSO.c.seq == AUDIT.c.seq))
    for some in portions(ids):
        for query in (
            select(AUDIT).where(AUDIT.c.subject_id.in_(some)),
            joined.where(ALSO.c.subject_id.in_(some)),
        ):
            found |= {(row.chain, row.seq): row for row in connection.execute(query)}
    return found


def _newest(found: dict[tuple[str, int], Any]) -> list[Any]:
    return sorted(found.values(), key=lambda row: (row.at, row.chain, row.seq), reverse=True)


def shown(connection: Connection, rows: Sequence[Any]) -> tuple[AuditRow, ...]:
    """Rows with what their subjects are called today."""
    names = _names(connection, rows)
    others = _others(connection, rows)
    return tuple(
        AuditRow(
            row.chain,
            row.seq,
            row.at,
            row.worker,
            row.account,
            row.action,
            row.subject_kind,
            row.subject_id,
            names.get(row.subject_id, ""),
            row.detail,
            audit_seal.told(row.reason),
            tuple(row.fields),
            tuple(row.classes.split()),
            others.get((row.chain, row.seq), 0),
        )
        for row in rows
    )


def _others(connection: Connection, rows: Sequence[Any]) -> dict[tuple[str, int], int]:
    several: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.also:
            several[row.chain].append(row.seq)
    found: dict[tuple[str, int], int] = {}
    for chain, seqs in several.items():
        for some in portions(seqs):
            query = select(ALSO.c.seq, func.count()).where(ALSO.c.chain == chain, ALSO.c.seq.in_(some))
            found |= {(chain, int(seq)): int(n) for seq, n in connection.execute(query.group_by(ALSO.c.seq))}
    return found


def _names(connection: Connection, rows: Sequence[Any]) -> dict[str, str]:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.subject_id:
            by_kind[row.subject_kind].add(row.subject_id)
    names: dict[str, str] = {}
    for some in portions(by_kind["resident"]):
        query = select(_RESIDENT.c.id, _RESIDENT.c.name).where(_RESIDENT.c.id.in_(some))
        names |= {str(who): str(name) for who, name in connection.execute(query)}
    for some in portions(by_kind["household"]):
        home = select(_HOUSEHOLD.c.id.label("household"), _DWELLING).join(
            _DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id
        )
        found = connection.execute(home.where(_HOUSEHOLD.c.id.in_(some))).mappings()
        names |= {str(row["household"]): people.short_address(row) for row in found}
    for some in portions(by_kind["letter"]):
        query = select(_LETTER.c.id, _LETTER.c.number).where(_LETTER.c.id.in_(some))
        names |= {str(letter): str(number) for letter, number in connection.execute(query)}
    for some in portions(by_kind["peer"]):
        query = select(_PEER.c.id, _PEER.c.name).where(_PEER.c.id.in_(some))
        names |= {str(peer): str(name) for peer, name in connection.execute(query)}
    if by_kind["account"]:
        names |= {who: str(said.get("name", "")) for who, said in staff.read_staff(connection).items()}
    return names
