"""The unit of work: one verb, one transaction; rows, operations, heads, audit rows and search keys together or not at
all.

Every kept row is written here and nowhere else. guard.arm() makes an engine refuse statements that write kept tables
outside a unit of work, so that a write without an operation fails instead of being lost at the next rebuild.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from models.clock import Clock, milliseconds
from models.records.operation import Conflict, Head, Operation
from models.store import audit, audit_about, marks
from models.store.guard import allow_writes, arm, read_meta, write_meta
from models.store.limits import Limits
from models.store.log import era_of, named
from models.store.many import insert_rows, put_rows
from models.store.rows import KEPT, defaults, empty_row, from_wire, table_of, to_wire
from models.store.seen import Seen, arrived
from models.sync.content import canonical, field_change, field_changes, next_clock, operation_id
from models.sync.merge import REMOVED
from models.values import new_id

_CONFLICTS = table_of(Conflict)
_HEADS = table_of(Head)
_OPERATIONS = table_of(Operation)

__all__ = ["Work", "allow_writes", "arm", "columns_from_wire", "count_arrivals", "read_meta", "write_meta"]


def count_arrivals(connection: Connection, coming: int) -> int:
    """How many operations this casebook got before some that are coming, which are counted from now on."""
    before = arrived(connection)
    write_meta(connection, "arrived", {"count": before + coming})
    return before


class Work:
    """One verb at work on an open transaction. Call finish() last; the transaction commits after it."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        worker: str,
        verb: str,
        district: str,
        office: str,
        account: str = "",
        desk: str = "",
    ):
        """account: of the worker in the key store. desk: whose audit chain is written, at an office with a server."""
        self.connection = connection
        self.worker = worker
        self.account = account
        self.desk = desk
        self.verb = verb
        self.district = district
        self.office = office
        self.now = milliseconds(clock)
        self.entities: set[str] = set()
        self.rows: set[str] = set()
        self.reindex: set[str] = set()  # residents whose search keys must be made anew
        self._device = read_meta(connection, "device")
        self.learnt: dict[str, set[str]] = {}  # subject -> names of the facts that the verb states of it as known
        self.said: list[str] = []  # ids of the operations of this verb, in their order
        self.seen: Seen | None = None  # what the form was filled from whose answers are written
        self.limits: Limits | None = None  # what who is signed in may touch; None: everything
        self._made: dict[str, str] = {}  # records that the verb made: id -> entity
        self._held: set[str] = set()  # records that were looked at and may be changed
        self._operations: list[dict[str, Any]] = []
        self._inserts: dict[str, list[dict[str, Any]]] = {}
        self._heads: list[dict[str, Any]] = []
        self.classes_of: audit.ClassesOf = lambda _fields: ()  # sensitive ones of fields
        self._notes: list[audit.Said] = []
        self._about: set[str] = set()  # of whom the screening must look again
        self._touched = audit_about.Touched()

    def add(self, entity: str, fields: Mapping[str, Any], row: str = "", *, outright: Collection[str] = ()) -> str:
        """Make a new record from column values; returns its id.

        Outright: fields that are said even where they hold what they would hold anyway, so that another word on the
        same record from elsewhere is a conflict.
        """
        row = row or new_id()
        if self.limits is not None:
            self.flush()
            if entity == "fact":
                self.limits.hold_fact(self.connection, fields, self._made)
            self._made[row] = entity
        kept = {**empty_row(entity), "office": self.office, **fields}
        empty = defaults(entity)
        said = field_changes(
            {
                name: to_wire(value)
                for name, value in kept.items()
                if (value != empty[name] or name in outright) and name != "extra"
            }
        )
        operation = self._log(entity, row, self.district, said)
        self._inserts.setdefault(entity, []).append({**kept, "district": self.district, "id": row})
        self._heads.append({"district": self.district, "row": row, "entity": entity, "ops": {operation: sorted(said)}})
        self._about |= marks.subjects(entity, {**kept, "id": row})
        self._touched.add(entity, {**kept, "id": row}, said)
        self._touch(entity, row)
        return row

    def amend(
        self, entity: str, row: str, fields: Mapping[str, Any], *, settle: bool = False, disputable: bool = True
    ) -> bool:
        """Change fields of a record; only what differs is written. Returns whether anything changed.

        Settle: write the fields even where they show this value already, because a person chose it among several.
        disputable: a removal names what stands in the record, so that a change made elsewhere meanwhile is a conflict;
        False where the verb itself looks after what comes later. Raises LookupError where there is no such record.
        """
        found = self._standing(entity, row)
        changed = {name: value for name, value in fields.items() if settle or to_wire(found[name]) != to_wire(value)}
        if changed and self.seen is not None:
            changed = self.seen.merged(self.connection, entity, row, found, changed)
        if not changed:
            return False
        district = found["district"]
        ops = self._ops(district, row)
        said = {
            name: field_change(to_wire(value), [op for op, held in ops.items() if name in held])
            for name, value in changed.items()
        }
        if disputable:
            self._seen_by_removal(found, said, ops)
        disputed = [name for name, change in said.items() if len(change["p"]) > 1]
        operation = self._log(entity, row, district, said)
        ops = {op: [f for f in held if f not in said] for op, held in ops.items()}
        ops = {op: held for op, held in ops.items() if held} | {operation: sorted(said)}
        self._put(entity, found, changed, ops)
        if disputed:  # this operation names all of their values: one stands now
            settled = (_CONFLICTS.c.district == district, _CONFLICTS.c.row == row, _CONFLICTS.c.field.in_(disputed))
            self.connection.execute(delete(_CONFLICTS).where(*settled))
        return True

    def rest_on(self, entity: str, *rows: str) -> None:
        """Say which records a deed rests on: what somebody else said of them since they were shown is told, and nothing
        is written then (models.store.seen). Without a form behind the verb, nothing is compared.
        """
        if self.seen is not None:
            self.flush()
            for row in rows:
                self.seen.rest_on(self.connection, entity, row)

    def reopen(self, entity: str, row: str, fields: Mapping[str, Sequence[Any]]) -> None:
        """Let fields have several current values once more, the last of each being shown: a choice is taken back.

        As many operations are written as a field gets values; all of them replace what stands now, none the others.
        Raises LookupError where there is no such record.
        """
        found = self._standing(entity, row)
        district = found["district"]
        ops = self._ops(district, row)
        held = {name: [op for op, names in ops.items() if name in names] for name in fields}
        ops = {op: left for op, names in ops.items() if (left := [name for name in names if name not in fields])}
        for place in range(max(len(values) for values in fields.values()), 0, -1):
            said = {
                name: field_change(to_wire(values[-place]), held[name])
                for name, values in fields.items()
                if len(values) >= place
            }
            if place == 1 and REMOVED not in fields:
                self._seen_by_removal(found, said, ops)
                again = {REMOVED} & said.keys()
                ops = {op: left for op, names in ops.items() if (left := [name for name in names if name not in again])}
            ops[self._log(entity, row, district, said)] = sorted(said)
        shown = {name: values[-1] for name, values in fields.items()}
        several = [name for name, values in fields.items() if len({canonical(to_wire(value)) for value in values}) > 1]
        conflicts = [
            {"district": district, "row": row, "field": name, "entity": entity, "at": self.now} for name in several
        ]
        self._put(entity, found, shown, ops)
        put_rows(self.connection, _CONFLICTS, conflicts)

    def journal(
        self,
        action: str,
        subject_kind: str,
        subject_id: str,
        detail: str = "",
        *,
        fields: Collection[str] = (),
        reason: str = "",
        also: Iterable[str] = (),
    ) -> None:
        """Put a row on the audit chain: what was done with a record, besides what is written by the verb's operations.

        detail, fields: codes and names of fields, never values. reason: in the worker's words. also: whom else it is
        about.
        """
        said = audit.Said(action, subject_kind, subject_id, detail, reason, tuple(fields), also=frozenset(also))
        self._notes.append(said)

    def concerns(self, *rows: str) -> None:
        """Say that other records (a resident, a household) are concerned by this change, for pages that show them."""
        self.rows.update(row for row in rows if row)

    def flush(self) -> None:
        """Write what was gathered so far, so that the verb can read it."""
        with allow_writes(self.connection):
            for entity, rows in self._inserts.items():
                insert_rows(self.connection, KEPT[entity], rows)
            if self._operations:
                before = count_arrivals(self.connection, len(self._operations))
                for place, operation in enumerate(self._operations, before + 1):
                    operation |= {"arrival": place, "era": era_of(place)}
                if self.seen is not None:
                    self.seen.own.update(str(operation["id"]) for operation in self._operations)
            for table, rows in ((_OPERATIONS, self._operations), (_HEADS, self._heads)):
                insert_rows(self.connection, table, rows)
        self._inserts, self._operations, self._heads = {}, [], []

    def finish(self) -> None:
        """Write everything, the device's place in its own chain of operations, and the rows of the audit chain."""
        self.flush()
        if self.limits is not None:
            self.limits.hold_new(self.connection, ((entity, row) for row, entity in self._made.items()))
        if self.said:
            self._notes.append(self._touched.said(self.verb))
        audit.append(
            self.connection,
            self._notes,
            at=self.now,
            worker=self.worker,
            account=self.account,
            desk=self.desk,
            classes_of=self.classes_of,
        )
        marks.note(self.connection, self._about)
        if self.said:
            write_meta(self.connection, "device", self._device)

    def _standing(self, entity: str, row: str) -> dict[str, Any]:
        """A record as it is now. Raises LookupError where there is none."""
        self.flush()
        table = KEPT[entity]
        found = self.connection.execute(select(table).where(table.c.id == row)).mappings().first()
        if found is None:
            raise LookupError(entity)
        if self.limits is not None and row not in self._made and row not in self._held:
            self.limits.hold_change(self.connection, entity, row)
            self._held.add(row)
        return dict(found)

    def _ops(self, district: str, row: str) -> dict[str, list[str]]:
        """The operations that hold a record's current values, with the fields that each holds."""
        where = (_HEADS.c.district == district, _HEADS.c.row == row)
        return dict(self.connection.execute(select(_HEADS.c.ops).where(*where)).scalar() or {})

    def _seen_by_removal(
        self, found: Mapping[str, Any], said: dict[str, Any], ops: Mapping[str, Collection[str]]
    ) -> None:
        """Let the removal of a record, or its return, name all that stands in it (ops) beside what it replaces.

        A change of a record that is off already says the removal once more, as it was made knowing of it; unless the
        removal is disputed, or one that names nothing.
        """
        if REMOVED in said:
            said[REMOVED]["p"] = sorted(ops)
            return
        if not found[REMOVED] or self._disputed(found):
            return
        removals = [op for op, held in ops.items() if REMOVED in held]
        query = select(_OPERATIONS.c.fields).where(named(self.connection, removals))
        earlier = {one for fields in self.connection.execute(query).scalars() for one in fields[REMOVED]["p"]}
        query = select(_OPERATIONS.c.fields).where(named(self.connection, earlier))
        if any(REMOVED not in fields for fields in self.connection.execute(query).scalars()):
            said[REMOVED] = field_change(True, ops)

    def _disputed(self, found: Mapping[str, Any]) -> bool:
        """Whether the removal of a record waits for a choice."""
        here = (_CONFLICTS.c.district == found["district"], _CONFLICTS.c.row == found["id"])
        query = select(_CONFLICTS.c.row).where(*here, _CONFLICTS.c.field == REMOVED)
        return self.connection.execute(query).first() is not None

    def _put(
        self, entity: str, found: Mapping[str, Any], changed: Mapping[str, Any], ops: Mapping[str, list[str]]
    ) -> None:
        """Write other values into a record that was just read; ops: what holds its values from now on."""
        table, district, row = KEPT[entity], found["district"], found["id"]
        with allow_writes(self.connection):
            heads = update(_HEADS).where(_HEADS.c.district == district, _HEADS.c.row == row)
            self.connection.execute(heads.values(ops=dict(ops)))
            here = (table.c.district == district, table.c.id == row)
            self.connection.execute(update(table).where(*here).values(**changed))
        self._about |= marks.subjects(entity, found) | marks.subjects(entity, {**found, **changed})
        self._touched.add(entity, {**found, **changed}, changed)
        self._touch(entity, row)

    def _touch(self, entity: str, row: str) -> None:
        self.entities.add(entity)
        self.rows.add(row)

    def _log(self, entity: str, row: str, district: str, said: dict[str, Any]) -> str:
        device = self._device
        device["seq"] = int(device.get("seq", 0)) + 1
        device["clock"] = next_clock(int(device.get("clock", 0)), self.now)
        operation = {
            "district": district,
            "device": device["id"],
            "seq": device["seq"],
            "prev": device.get("last", ""),
            "clock": device["clock"],
            "at": self.now,
            "worker": self.worker,
            "verb": self.verb,
            "entity": entity,
            "row": row,
            "fields": said,
            "office": self.office,
        }
        operation["id"] = device["last"] = operation_id(operation)
        self._operations.append(operation)
        self.said.append(str(operation["id"]))
        return str(operation["id"])


def columns_from_wire(entity: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Known fields as column values; unknown ones are left for the caller to keep in extra."""
    known: Iterable[str] = KEPT[entity].columns.keys()
    return {name: from_wire(entity, name, value) for name, value in fields.items() if name in known}
