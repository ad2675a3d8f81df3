"""Conflicts as they lie in the log: who wrote which version where, and what each of them saw before.

Everything is read by key and for the records asked for, so a long log costs nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from models.records import divisions
from models.records.operation import Head, Operation, Peer
from models.services.conflicts_rules import masked
from models.services.conflicts_views import Version
from models.services.views import Office
from models.store.log import named
from models.store.rows import default_of, defaults, table_of
from models.store.undoing import TAKES_BACK
from models.store.work import read_meta
from models.sync.content import canonical
from models.sync.merge import REMOVED, unseen_by_removal

Key = tuple[str, str, str]  # district, record, field

_HEAD, _OPERATION, _PEER = table_of(Head), table_of(Operation), table_of(Peer)
_AT_ONCE = 500
_DEEPEST = 12  # rounds of looking up what replaced what: a choice taken back again and again
_COLUMNS = tuple(
    _OPERATION.c[name]
    for name in ("district", "id", "device", "seq", "clock", "at", "worker", "verb", "office", "fields")
)


class Log:
    """The operations that were asked for, by district and id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[tuple[str, str], Row[Any] | None] = {}

    def load(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read those of some operations that were not asked for yet."""
        missing = set(wanted) - self._found.keys()
        self._found.update(dict.fromkeys(missing))
        ids = sorted({identity for _district, identity in missing})
        for start in range(0, len(ids), _AT_ONCE):
            here = named(self._connection, ids[start : start + _AT_ONCE])
            for row in self._connection.execute(select(*_COLUMNS).where(here)):
                self._found[row.district, row.id] = row

    def knows(self, district: str, identity: str) -> bool:
        """Whether it was asked for."""
        return (district, identity) in self._found

    def get(self, district: str, identity: str) -> Row[Any] | None:
        """An operation; None where it has not arrived yet."""
        return self._found.get((district, identity))


@dataclass(frozen=True)
class Standing:
    """A current value of a field: the operation that holds it, and the one in which somebody typed it."""

    holder: Row[Any]
    origin: Row[Any]  # another one where the value was given back by an undo
    value: Any
    before: Any
    before_known: bool
    wrote: tuple[str, ...] = ()  # of a removed record: the fields that somebody wrote who did not know of the removal


def standing(connection: Connection, entities: Mapping[Key, str]) -> dict[Key, list[Standing]]:
    """The different current values of some fields (key -> entity), the one that is shown first, then by age."""
    holders, log = _holders(connection, entities)
    for _round in range(_DEEPEST):
        missing = {one for key, several in holders.items() for op in several for one in _lacking(log, key, op)}
        if not missing:
            break
        log.load(missing)
    found = {key: list(_different(log, key, entities[key], several)) for key, several in holders.items()}
    _beside_removals(connection, log, found)
    return found


def last_word(connection: Connection, keys: Iterable[Key]) -> dict[Key, Row[Any]]:
    """The newest operation that holds the value of a field."""
    holders, log = _holders(connection, list(keys))
    found: dict[Key, Row[Any]] = {}
    for key, several in holders.items():
        rows = [row for op in several if (row := log.get(key[0], op)) is not None]
        if rows:
            found[key] = max(rows, key=lambda row: (row.clock, row.id))
    return found


def _holders(connection: Connection, keys: Collection[Key]) -> tuple[dict[Key, list[str]], Log]:
    """The operations that hold a value of each field now, and the log in which they were looked up."""
    heads = _heads(connection, {key[:2] for key in keys})
    holders = {key: [op for op, names in heads.get(key[:2], {}).items() if key[2] in names] for key in keys}
    log = Log(connection)
    log.load((key[0], op) for key, several in holders.items() for op in several)
    return holders, log


def _heads(connection: Connection, records: Collection[tuple[str, str]]) -> dict[tuple[str, str], dict[str, list[str]]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for district, row in records:
        grouped[district].append(row)
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for district, rows in grouped.items():
        for start in range(0, len(rows), _AT_ONCE):
            here = (_HEAD.c.district == district, _HEAD.c.row.in_(rows[start : start + _AT_ONCE]))
            for head in connection.execute(select(_HEAD.c.row, _HEAD.c.ops).where(*here)):
                found[district, head.row] = head.ops
    return found


def _takes_back(operation: Row[Any]) -> bool:
    return str(operation.verb).rpartition(".")[2] in TAKES_BACK


def _lacking(log: Log, key: Key, identity: str) -> Iterator[tuple[str, str]]:
    """What has to be read to know where a value comes from and what it replaced."""
    district, _row, field = key
    operation = log.get(district, identity)
    if operation is None or field not in operation.fields:
        return
    earlier = operation.fields[field]["p"]
    missing = [(district, one) for one in earlier if not log.knows(district, one)]
    if missing:
        yield from missing
    elif _takes_back(operation) and (chosen := _cancelled(log, key, operation)) is not None:
        for one in chosen.fields[field]["p"]:
            if not log.knows(district, one):
                yield district, one
            else:
                yield from _lacking(log, key, one)


def _origin(log: Log, key: Key, operation: Row[Any], depth: int = 0) -> Row[Any]:
    """Where a value was typed: an undo gives back what the operation it cancels had replaced."""
    district, _row, field = key
    change = operation.fields[field]
    if depth < _DEEPEST and _takes_back(operation):
        cancelled = _cancelled(log, key, operation)
        for one in cancelled.fields[field]["p"] if cancelled is not None else ():
            earlier = log.get(district, one)
            if earlier is not None and field in earlier.fields and _same(earlier.fields[field], change):
                return _origin(log, key, earlier, depth + 1)
    return operation


def _cancelled(log: Log, key: Key, operation: Row[Any]) -> Row[Any] | None:
    """The one operation whose value of a field an undo took back; None where there were several, or it is not here."""
    earlier = [log.get(key[0], one) for one in operation.fields[key[2]]["p"]]
    said = [one for one in earlier if one is None or key[2] in one.fields]  # a removal names others as well
    return said[0] if len(said) == 1 else None


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return not one.get("erased") and canonical(one.get("v")) == canonical(other.get("v"))


def _different(log: Log, key: Key, entity: str, holders: Sequence[str]) -> Iterator[Standing]:
    district, _row, field = key
    rows = [row for op in holders if (row := log.get(district, op)) is not None]
    seen: set[bytes] = set()
    for holder in sorted(rows, key=lambda row: (row.clock, row.id), reverse=True):
        change = holder.fields[field]
        if change.get("erased") or canonical(change["v"]) in seen:
            continue
        seen.add(canonical(change["v"]))
        origin = _origin(log, key, holder)
        before, known = _before(log, key, entity, origin)
        yield Standing(holder, origin, change["v"], before, known)


def _beside_removals(connection: Connection, log: Log, found: Mapping[Key, list[Standing]]) -> None:
    """Put beside a removal that stands alone what was written in the record by somebody who did not know of it."""
    alone = [key for key, several in found.items() if key[2] == REMOVED and [one.value for one in several] == [True]]
    if not alone:
        return
    heads = _heads(connection, {key[:2] for key in alone})
    log.load((key[0], one) for key in alone for one in heads[key[:2]])
    removals = [(key, one) for key in alone for one, names in heads[key[:2]].items() if REMOVED in names]
    rows = [(key, row) for key, one in removals if (row := log.get(key[0], one)) is not None]
    log.load((key[0], one) for key, row in rows for one in row.fields[REMOVED]["p"])
    for key in alone:
        stands = heads[key[:2]]
        named = (one for of, row in rows if of == key for one in row.fields[REMOVED]["p"])
        known = {one: {"fields": row.fields} for one in (*stands, *named) if (row := log.get(key[0], one)) is not None}
        unseen = [log.get(key[0], one) for one in unseen_by_removal(known, stands)]
        written = sorted((row for row in unseen if row is not None), key=lambda row: (row.clock, row.id))
        if written:
            fields = {name for row in written for name in stands[row.id]} - {REMOVED}
            found[key].append(Standing(written[-1], written[-1], False, False, True, tuple(sorted(fields))))


def _before(log: Log, key: Key, entity: str, operation: Row[Any]) -> tuple[Any, bool]:
    """What the writer of a value saw there before; not known where that has not arrived here, or was erased."""
    district, _row, field = key
    earlier = [log.get(district, one) for one in operation.fields.get(field, {"p": ()})["p"]]
    if all(one is not None and field not in one.fields for one in earlier):
        try:
            return default_of(entity, field), field in defaults(entity)
        except (KeyError, StopIteration):
            return None, False
    told = [one for one in earlier if one is not None and not one.fields.get(field, {"erased": True}).get("erased")]
    if not told:
        return None, False
    return max(told, key=lambda row: (row.clock, row.id)).fields[field]["v"], True


# Where somebody wrote.


class Places:
    """Names of the computers and offices that operations come from."""

    def __init__(self, connection: Connection, office: Office) -> None:
        self._own = str(read_meta(connection, "device").get("id", ""))
        self._office = office
        self._devices = read_meta(connection, "devices")
        peers = connection.execute(select(_PEER.c.id, _PEER.c.name, _PEER.c.office_code)).all()
        self._peers = {row.id: row.name for row in peers}
        self._offices = {row.office_code: row.name for row in peers if row.office_code}

    def of(self, operation: Row[Any]) -> tuple[str, bool]:
        """The name of a place, and whether it is this computer."""
        if operation.device == self._own:
            return "", True
        name = self._peers.get(str(self._devices.get(operation.device, "")), "")
        if not name and operation.office == self._office.code:
            name = self._office.name
        if not name:
            name = self._offices.get(operation.office, "")
        if not name and (place := divisions.division(operation.office)) is not None:
            name = place.name
        return name, False


def version(
    one: Standing, place: tuple[str, bool], entity: str, field: str, names: Mapping[str, str], *, shown: bool
) -> Version:
    """A current value as the desk shows it."""
    return Version(
        operation=one.holder.id,
        value=masked(entity, field, one.value),
        worker=one.origin.worker,
        at=one.origin.at,
        place=place[0],
        here=place[1],
        device=one.origin.device,
        before=masked(entity, field, one.before),
        before_known=one.before_known,
        named=_named(one.value, names),
        before_named=_named(one.before, names),
        shown=shown,
        wrote=one.wrote,
    )


def _named(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return names.get(value, "")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "、".join(names[one] for one in value if one in names)
    return ""
