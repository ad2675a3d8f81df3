"""Which operations are held: the unbroken chains of every device, and what another side has not said it holds.

Each device links its operations by `prev` into a chain. A chain end (tip) stands for everything before it, so a handful
of tips says exactly what is held, even where a restored or copied casebook has let a device's chain fork; a missing
operation shows as a chain that does not reach its beginning. The tips of the other devices are kept in Meta and brought
forward with each import, so that the cost follows the batch and not the table; this device's own tip is its last save.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Text, cast, func, select

from models.records.operation import Operation
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync.batch import Tips
from models.values import new_id

_OPERATIONS = table_of(Operation)
SENT = tuple(column for column in _OPERATIONS.columns if column.name != "arrival")
"""The columns of an operation that are in its hash and in files."""
_HELD = "held"  # Meta: {device: {"tips": [[seq, id], ...], "loose": operations that hang on no unbroken chain}}


@dataclass(frozen=True)
class Reference:
    """An operation to be sent, and about how large it is."""

    district: str
    id: str
    device: str
    seq: int
    size: int  # characters of its fields


def extend(connection: Connection, operations: Iterable[Mapping[str, Any]]) -> None:
    """Bring the tips forward after operations of other devices were put into the log."""
    held = read_meta(connection, _HELD)
    for device, fresh in _by_device(operations).items():
        held[device] = _grown(held.get(device), fresh) or _count(connection, device)
    write_meta(connection, _HELD, held)


def recount(connection: Connection) -> None:
    """Find the tips of all devices anew from the log."""
    devices = connection.execute(select(_OPERATIONS.c.device).distinct()).scalars()
    own = read_meta(connection, "device").get("id")
    write_meta(connection, _HELD, {device: _count(connection, device) for device in devices if device != own})


def tips(connection: Connection) -> Tips:
    """What this casebook holds: for each device the ends of its unbroken chains."""
    found = {device: _ends(state) for device, state in read_meta(connection, _HELD).items() if state["tips"]}
    own = read_meta(connection, "device")
    if own.get("last"):
        end = (int(own["seq"]), str(own["last"]))
        found[own["id"]] = sorted({*found.get(own["id"], []), end})
    return found


def missing_before(connection: Connection, operations: Sequence[Mapping[str, Any]]) -> int:
    """How many operations are lacking before these, by sequence, counting these as held."""
    held = read_meta(connection, _HELD)
    lacking = 0
    for device, fresh in _by_device(operations).items():
        grown = _grown(held.get(device), fresh)
        if grown is None or grown["loose"]:
            numbers = {operation["seq"] for operation in fresh}
            query = select(_OPERATIONS.c.seq).where(_OPERATIONS.c.device == device)
            numbers.update(connection.execute(query).scalars())
            lacking += max(numbers) - len(numbers)
    return lacking


def confirmed(connection: Connection, asked: Tips) -> Tips:
    """Those of another side's tips that are held here with everything before them."""
    held = read_meta(connection, _HELD)
    own = read_meta(connection, "device").get("id")
    found: Tips = {}
    for device, ends in asked.items():
        if held.get(device, {}).get("loose"):
            whole = _whole(_links(connection, device))
        else:
            query = select(_OPERATIONS.c.id).where(
                _OPERATIONS.c.device == device, _OPERATIONS.c.seq.in_([seq for seq, _ in ends])
            )
            whole = set(connection.execute(query).scalars()) if device in held or device == own else set()
        kept = [end for end in ends if end[1] in whole]
        if kept:
            found[device] = kept
    return found


def unacknowledged(connection: Connection, claims: Tips) -> list[Reference]:
    """Every operation here that the other side has not itself said it holds, a device at a time, in sequence."""
    held = read_meta(connection, _HELD)
    found: list[Reference] = []
    for device, ends in sorted(tips_and_loose(connection).items()):
        said = claims.get(device, [])
        plain = len(ends) == 1 and not held.get(device, {}).get("loose")
        if plain and ends[0] in said:
            continue
        if plain:
            found += _references(connection, device, after=_known_through(connection, device, said))
        else:
            covered = _ancestry(_links(connection, device), {identity for _, identity in said})
            found += [one for one in _references(connection, device, after=0) if one.id not in covered]
    return found


def operations_of(connection: Connection, references: Iterable[Reference]) -> list[dict[str, Any]]:
    """The operations themselves, in the order asked for; a few thousand at most."""
    wanted: dict[str, list[str]] = defaultdict(list)
    order = []
    for one in references:
        wanted[one.district].append(one.id)
        order.append((one.district, one.id))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for district, ids in wanted.items():
        query = select(*SENT).where(_OPERATIONS.c.district == district, _OPERATIONS.c.id.in_(ids))
        for row in connection.execute(query).mappings():
            found[district, row["id"]] = dict(row)
    return [found[key] for key in order]


def tips_and_loose(connection: Connection) -> Tips:
    """Like tips, with the devices of which only loose operations are held."""
    return {device: [] for device in read_meta(connection, _HELD)} | tips(connection)


def known_through(connection: Connection, claims: Tips, device: str) -> int:
    """Up to which sequence of a device another side holds our chain; 0 where it holds nothing of it."""
    return _known_through(connection, device, claims.get(device, []))


def overtaken(connection: Connection, claims: Tips) -> bool:
    """Whether somebody knows operations of this device that it does not know: it is a restored or copied casebook."""
    own = read_meta(connection, "device")
    if not own.get("id"):
        return False
    if own["id"] in read_meta(connection, _HELD):
        return True  # its own operations came in a file
    said = claims.get(own["id"], [])
    return any(seq > int(own.get("seq", 0)) for seq, _ in said) or (
        bool(said) and len(_own_ids(connection, own["id"], said)) < len(said)
    )


def renew_device(connection: Connection) -> str:
    """Begin a new chain under a new device id; both branches of the old one are kept. Returns the new id."""
    own = read_meta(connection, "device")
    held = read_meta(connection, _HELD)
    if own.get("last"):
        held[own["id"]] = _count(connection, own["id"])
        write_meta(connection, _HELD, held)
    fresh = {**own, "id": new_id(), "seq": 0, "last": ""}
    write_meta(connection, "device", fresh)
    return str(fresh["id"])


def _by_device(operations: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for operation in operations:
        grouped[operation["device"]].append(operation)
    return grouped


def _ends(state: Mapping[str, Any]) -> list[tuple[int, str]]:
    return [(int(seq), str(identity)) for seq, identity in state["tips"]]


def _grown(state: Mapping[str, Any] | None, fresh: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The state after operations that go on where one single chain ended; None where the log must be asked."""
    ends = _ends(state) if state else []
    if len(ends) > 1 or (state and state["loose"]):
        return None
    row = sorted(fresh, key=lambda operation: int(operation["seq"]))
    if row[0]["prev"] != (ends[0][1] if ends else "") or any(b["prev"] != a["id"] for a, b in pairwise(row)):
        return None
    return {"tips": [[row[-1]["seq"], row[-1]["id"]]], "loose": 0}


def _links(connection: Connection, device: str) -> list[tuple[str, str, int]]:
    """(id, prev, seq) of every operation of a device."""
    query = select(_OPERATIONS.c.id, _OPERATIONS.c.prev, _OPERATIONS.c.seq).where(_OPERATIONS.c.device == device)
    return [(row.id, row.prev, row.seq) for row in connection.execute(query)]


def _whole(links: Iterable[tuple[str, str, int]]) -> set[str]:
    """The operations whose chain reaches back to the device's first."""
    after: dict[str, list[str]] = defaultdict(list)
    for identity, prev, _ in links:
        after[prev].append(identity)
    reached: set[str] = set()
    ahead = [""]
    while ahead:
        following = after.get(ahead.pop(), [])
        reached.update(following)
        ahead += following
    return reached


def _count(connection: Connection, device: str) -> dict[str, Any]:
    links = _links(connection, device)
    whole = _whole(links)
    inner = {prev for identity, prev, _ in links if identity in whole}
    ends = sorted((seq, identity) for identity, _, seq in links if identity in whole and identity not in inner)
    return {"tips": [list(end) for end in ends], "loose": len(links) - len(whole)}


def _ancestry(links: Iterable[tuple[str, str, int]], ends: set[str]) -> set[str]:
    """The ends that are held and everything before them."""
    before = {identity: prev for identity, prev, _ in links}
    covered: set[str] = set()
    for end in ends:
        here = end
        while here in before and here not in covered:
            covered.add(here)
            here = before[here]
    return covered


def _own_ids(connection: Connection, device: str, ends: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Those of some operations of a device that are in the log, with their sequence."""
    query = select(_OPERATIONS.c.id, _OPERATIONS.c.seq).where(
        _OPERATIONS.c.device == device, _OPERATIONS.c.seq.in_([seq for seq, _ in ends])
    )
    named = {identity for _, identity in ends}
    return {row.id: row.seq for row in connection.execute(query) if row.id in named}


def _known_through(connection: Connection, device: str, ends: Sequence[tuple[int, str]]) -> int:
    return max(_own_ids(connection, device, ends).values(), default=0) if ends else 0


def _references(connection: Connection, device: str, *, after: int) -> list[Reference]:
    columns = _OPERATIONS.c
    query = (
        select(columns.district, columns.id, columns.seq, func.length(cast(columns.fields, Text)).label("size"))
        .where(columns.device == device, columns.seq > after)
        .order_by(columns.seq, columns.id)
    )
    return [Reference(row.district, row.id, device, row.seq, row.size) for row in connection.execute(query)]
