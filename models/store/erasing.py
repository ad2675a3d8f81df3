"""Blanking what is held of somebody, in the rows and in the log, without breaking the chain of operations.

A value in the log is committed to by a salted hash; taking away the value and the salt leaves the chain as it was, and
rebuild() then derives the blank row (models.sync.content). Freed pages are overwritten (secure_delete), and the
write-ahead log is emptied afterwards, so that nothing of it stays in the file.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, func, or_, select, update

from models.records.operation import Conflict, Draft, Operation, SealedFile
from models.records.picture import PictureData
from models.store import marks
from models.store.engine import Engines
from models.store.many import portions
from models.store.rows import KEPT, KEY_COLUMNS, empty_row, table_of
from models.store.sealing import rows_mentioning
from models.store.work import Work, allow_writes
from models.sync.merge import REMOVED, merge_row

_OPERATIONS, _DRAFTS, _PICTURE_DATA = table_of(Operation), table_of(Draft), table_of(PictureData)
_SEALED_FILES = table_of(SealedFile)
_CONFLICTS = table_of(Conflict)
_STAYS = ("dead", "office")  # what hides a record, and whose it is kept by, tells nothing of anybody
_LINK = KEPT["person_link"]
_POINTING = ("resident_id", "subject_id", "a_id", "b_id")
_ABOUT = (*_POINTING, "household_id", "plan_id", "referral_id")
_LEDGER = frozenset({"erasure"})


def rows_about(connection: Connection, resident_id: str) -> dict[str, list[str]]:
    """entity -> ids of the records that are about a resident, whether they are still shown or not."""
    found: dict[str, list[str]] = {"resident": [resident_id]}
    for entity, table in KEPT.items():
        columns = [table.c[name] for name in _POINTING if name in table.c]
        if entity in _LEDGER or not columns:
            continue
        query = select(table.c.id).where(or_(*(column == resident_id for column in columns)))
        ids = list(connection.execute(query.order_by(table.c.id)).scalars())
        if ids:
            found[entity] = ids
    # Goals and tasks hang on their plan, letters on their referral.
    for child, column, parent in (
        ("case_goal", "plan_id", "case_plan"),
        ("case_task", "plan_id", "case_plan"),
        ("letter", "referral_id", "referral"),
    ):
        table = KEPT[child]
        query = select(table.c.id).where(table.c[column].in_(found.get(parent, [])))
        more = [row for row in connection.execute(query).scalars() if row not in found.get(child, [])]
        if more:
            found.setdefault(child, []).extend(more)
    # A transfer is about one person where nobody else goes; of the others only the words are (transfers_naming).
    table = KEPT["case_transfer"]
    alone = select(table.c.id, table.c.resident_ids).where(cast(table.c.resident_ids, Text).contains(resident_id))
    if only := [row.id for row in connection.execute(alone) if list(row.resident_ids) == [resident_id]]:
        found["case_transfer"] = only
    return found


def naming(connection: Connection, resident_id: str, besides: Iterable[str]) -> list[str]:
    """Determinations of others that were decided on a case in which the resident is."""
    table = KEPT["determination"]
    known = set(besides)
    found = rows_mentioning(connection, table.c.id, (table.c.facts, table.c.body), [resident_id])
    return [row for row in found if row not in known]


def drafts_about(connection: Connection, resident_id: str, numbers: Iterable[str]) -> list[str]:
    """Drafts of forms about a resident, or in which one of the document numbers stands."""
    about = connection.execute(select(_DRAFTS.c.id).where(_DRAFTS.c.subject_id == resident_id)).scalars()
    return sorted({*about, *rows_mentioning(connection, _DRAFTS.c.id, [_DRAFTS.c.body], (resident_id, *numbers))})


def count_operations(connection: Connection, rows: Iterable[str]) -> int:
    """How many operations told of some records."""
    ids, total = list(rows), 0
    for start in range(0, len(ids), 500):
        query = select(func.count()).where(_OPERATIONS.c.row.in_(ids[start : start + 500]))
        total += int(connection.execute(query).scalar() or 0)
    return total


def blank(work: Work, entity: str, rows: Iterable[str], *, only: Iterable[str] = (), keep: bool = False) -> None:
    """Take the values of records out of the log and the table. only: these fields alone. keep: the record stays shown.

    Without keep a record is marked dead by an operation of its own, so that other devices hide it too. Records that did
    not arrive yet are passed over: the ledger blanks them when they do.
    """
    work.flush()
    fields = frozenset(only)
    table = KEPT[entity]
    empty = empty_row(entity)
    blanked = {name: value for name, value in empty.items() if not fields or name in fields}
    ids = list(rows)
    with allow_writes(work.connection):
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            columns = _OPERATIONS.c
            query = select(columns.district, columns.row, columns.id, columns.fields).where(columns.row.in_(some))
            for district, row, operation, said in work.connection.execute(query).all():
                here = (columns.district == district, columns.row == row, columns.id == operation)
                work.connection.execute(update(_OPERATIONS).where(*here).values(fields=_erased(said, fields)))
            own = {name: value for name, value in blanked.items() if name not in (*KEY_COLUMNS, *_STAYS)}
            work.connection.execute(update(table).where(table.c.id.in_(some)).values(**own))
            open_ones = delete(_CONFLICTS).where(_CONFLICTS.c.row.in_(some), _CONFLICTS.c.field.not_in(_STAYS))
            work.connection.execute(open_ones.where(_CONFLICTS.c.field.in_(fields)) if fields else open_ones)
            _settle_removals(work.connection, some)
    work.entities.add(entity)
    work.rows.update(ids)
    if not keep and not fields:
        for some in portions(ids):
            # Who was merged with somebody may be known here by the link alone: there is no record to hide then.
            known = select(table.c.id).where(table.c.id.in_(some)).order_by(table.c.id)
            for row in work.connection.execute(known).scalars().all():
                work.amend(entity, row, {"dead": True}, disputable=False)


def _settle_removals(connection: Connection, rows: Collection[str]) -> None:
    """Close conflicts between a removal and what was written elsewhere meanwhile where that is blank by now."""
    columns = _OPERATIONS.c
    query = select(_CONFLICTS.c.row).where(_CONFLICTS.c.row.in_(rows), _CONFLICTS.c.field == REMOVED)
    for row in connection.execute(query).scalars().all():
        names = ("id", "clock", "at", "entity", "fields")
        log = connection.execute(select(*(columns[name] for name in names)).where(columns.row == row)).mappings()
        if REMOVED not in merge_row([dict(one) for one in log]).conflicts:
            connection.execute(delete(_CONFLICTS).where(_CONFLICTS.c.row == row, _CONFLICTS.c.field == REMOVED))


def _erased(said: Mapping[str, Any], only: frozenset[str]) -> dict[str, Any]:
    """The fields of an operation without their values; what hides a record, and whose it is kept by, tells nothing."""
    return {
        name: change
        if (only and name not in only) or name in _STAYS
        else {"v": None, "s": "", "h": change["h"], "p": change["p"], "erased": True}
        for name, change in said.items()
    }


def destroy_pictures(connection: Connection, pictures: Iterable[str]) -> None:
    """Remove the bytes of pictures from this device, and the hashes of them in the list of sealed files."""
    ids = list(pictures)
    connection.execute(delete(_PICTURE_DATA).where(_PICTURE_DATA.c.picture_id.in_(ids)))
    connection.execute(delete(_SEALED_FILES).where(_SEALED_FILES.c.kind == "picture", _SEALED_FILES.c.subject.in_(ids)))


def destroy_drafts(connection: Connection, drafts: Iterable[str]) -> None:
    """Remove drafts."""
    connection.execute(delete(_DRAFTS).where(_DRAFTS.c.id.in_(list(drafts))))


def forget_columns(connection: Connection) -> None:
    """Drop the columns of the screening, which hold facts of everybody; they are made anew."""
    marks.forget(connection)


def empty_log(engines: Engines) -> None:
    """Bring the write-ahead log into the file and cut it; without effect on a server."""
    if engines.dialect != "sqlite":
        return
    with engines.writer.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        connection.rollback()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def hash_of(salt: str, resident_id: str) -> str:
    """What the ledger holds of an identity: SHA-256 over salt and id, hex."""
    return hashlib.sha256(f"{salt}:{resident_id}".encode()).hexdigest()


def who_is_meant(
    connection: Connection, ledger: Iterable[tuple[str, str]], among: Iterable[str] | None = None
) -> list[str]:
    """Residents of whom something is held and whom entries of the ledger (salt, hash) mean, removed records too.

    Without `among` every resident is looked at.
    """
    entries = list(ledger)
    if not entries:
        return []
    table = KEPT["resident"]
    query = select(table.c.id).where(table.c.name != "")
    if among is None:
        found = list(connection.execute(query).scalars())
    else:
        found = []
        for some in portions(among):
            found += connection.execute(query.where(table.c.id.in_(some))).scalars()
    return among_ledger(entries, found)


def among_ledger(ledger: Iterable[tuple[str, str]], residents: Iterable[str]) -> list[str]:
    """Those of some residents whom entries of the ledger (salt, hash) mean."""
    entries = list(ledger)
    return [one for one in residents if any(hash_of(salt, one) == digest for salt, digest in entries)]


def brought_back(connection: Connection, rows: Mapping[str, str]) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Of some records (id -> entity) those that were erased and of which something is told again.

    Gives (entity, id, fields): those fields are to be blanked again; none where the whole record was erased.
    """
    for some in portions(rows):
        here = (_OPERATIONS.c.row, [_OPERATIONS.c.fields], ['"erased"'], _OPERATIONS.c.row.in_(some))
        erased_rows = list(dict.fromkeys(rows_mentioning(connection, *here)))
        said: dict[str, tuple[set[str], set[str]]] = {row: (set(), set()) for row in erased_rows}
        told = select(_OPERATIONS.c.row, _OPERATIONS.c.fields).where(_OPERATIONS.c.row.in_(erased_rows))
        for row, fields in connection.execute(told):
            for name, change in fields.items():
                if name not in _STAYS:
                    said[row][0 if change.get("erased") else 1].add(name)
        for row, (erased, again) in said.items():
            entity = rows[row]
            table = KEPT[entity]
            dead = connection.execute(select(table.c.dead).where(table.c.id == row)).scalar()
            if dead and again:
                yield entity, row, frozenset()
            elif erased & again:
                yield entity, row, frozenset(erased & again)


def still_said(
    connection: Connection, blanked: Mapping[str, frozenset[str]], among: Iterable[str]
) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Of some records those of which something is still told that is to be blank. Blanked: id -> fields; none: all.

    Gives (entity, id, fields).
    """
    for some in portions(among):
        told = select(_OPERATIONS.c.row, _OPERATIONS.c.entity, _OPERATIONS.c.fields)
        found: dict[str, str] = {}
        for row, entity, fields in connection.execute(told.where(_OPERATIONS.c.row.in_(some))):
            wanted = blanked.get(row, frozenset())
            said = [name for name, change in fields.items() if name not in _STAYS and not change.get("erased")]
            if row in blanked and entity in KEPT and any(not wanted or name in wanted for name in said):
                found[row] = entity
        for row, entity in sorted(found.items()):
            yield entity, row, blanked[row]


def hanging_on(connection: Connection, gone: Iterable[str], came: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Records about records that were blanked as a whole, where either of the two came just now.

    came: id -> entity, or "" where it is not known. Gives (entity, id). What names a resident is about the resident and
    not about the household too.
    """
    blank = set(gone) - {""}  # what does not say yet whom it is about hangs on nobody
    fresh = sorted(blank & set(came))
    if not blank:
        return
    for entity, table in KEPT.items():
        columns = [table.c[name] for name in _ABOUT if name in table.c]
        if entity in _LEDGER or not columns:
            continue
        asked = select(table.c.id, *columns)
        rows: dict[str, Any] = {}
        for some in portions(row for row, kind in came.items() if kind == entity):
            rows |= {row.id: row for row in connection.execute(asked.where(table.c.id.in_(some)))}
        for some in portions(fresh):
            query = asked.where(or_(*(column.in_(some) for column in columns)))
            rows |= {row.id: row for row in connection.execute(query)}
        for one, row in sorted(rows.items()):
            whose = row._mapping
            person = whose.get("resident_id") or ""
            names = ("resident_id",) if person else tuple(name for name in _ABOUT if name in whose)
            if any(whose[name] in blank for name in (*names, *(n for n in _POINTING if n in whose))):
                yield entity, one


def residents_among(connection: Connection, rows: Iterable[str]) -> list[str]:
    """Those of some records that are residents."""
    table = KEPT["resident"]
    found: list[str] = []
    for some in portions(rows):
        found += connection.execute(select(table.c.id).where(table.c.id.in_(some)).order_by(table.c.id)).scalars()
    return found


def same_person(connection: Connection, resident_id: str) -> list[str]:
    """The resident and every record that was merged with it, in either direction."""
    found, ahead = {resident_id: None}, [resident_id]
    while ahead:
        here = ahead.pop()
        query = select(_LINK.c.a_id, _LINK.c.b_id).where(
            or_(_LINK.c.a_id == here, _LINK.c.b_id == here), _LINK.c.active.is_(True), _LINK.c.dead.is_(False)
        )
        for pair in connection.execute(query).all():
            for other in pair:
                if other not in found:
                    found[other] = None
                    ahead.append(other)
    return list(found)


def handovers_naming(connection: Connection, name: str) -> list[str]:
    """Handovers in whose sentences a name stands: they were finished on the day and are looked up nowhere."""
    if not name:
        return []
    table = KEPT["handover"]
    rows = connection.execute(select(table.c.id, table.c["items"])).all()
    return [row for row, items in rows if name in json.dumps(items, ensure_ascii=False)]


def transfers_naming(connection: Connection, resident_id: str, besides: Iterable[str] = ()) -> list[str]:
    """Transfers of households in which the resident goes, or on whose list the resident stands.

    Found as who was erased is named by an id; the words of the list, with the name, are in both languages.
    """
    table, known = KEPT["case_transfer"], set(besides)
    found = rows_mentioning(connection, table.c.id, (table.c.resident_ids, table.c.sheet), [resident_id])
    return [row for row in found if row not in known]


def spoken_for_by(connection: Connection, resident_id: str) -> list[str]:
    """Consents of others for whom the resident spoke as a guardian."""
    table = KEPT["consent"]
    return list(connection.execute(select(table.c.id).where(table.c.guardian_id == resident_id)).scalars())
