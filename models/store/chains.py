"""Which operations are held: the unbroken chains of every device, and what another side has not said it holds.

Each device links its operations by `prev` into a chain. A chain end (tip) stands for everything before it, so a handful
of tips says exactly what is held, even where a restored or copied casebook has let a device's chain fork; a missing
operation shows as a chain that does not reach its beginning. The tips of the other devices are kept in Meta and brought
forward with each import, so that the cost follows the batch and not the table; this device's own tip is its last save.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Text, cast, func, select

from models.records.operation import Operation
from models.records.stream import Received
from models.store import audit
from models.store.log import named
from models.store.rows import table_of
from models.store.work import read_meta, write_meta
from models.sync.batch import Tips
from models.values import new_id

_OPERATIONS, _RECEIVED = table_of(Operation), table_of(Received)
SENT = tuple(column for column in _OPERATIONS.columns if column.name not in ("arrival", "era"))
"""The columns of an operation that are in its hash and in files."""
_FORMER = 20  # chains that this casebook wrote before its present one, named in Meta
_HELD = "held"
"""Meta: {device: {"tips": [[seq, id], ...], "loose": operations that hang on no unbroken chain, "parts": ...}}.

Parts are the pieces of chain that are loose, [what the first hangs on, seq and id of the last, how many]. Where a chain
forked there are none said, and what is held is found from the log.
"""


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
        held[device] = _grown(connection, held.get(device), fresh) or _count(connection, device)
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
        grown = _grown(connection, held.get(device), fresh)
        if grown is not None:
            ends = [seq for seq, _ in grown["tips"]] + [seq for _, seq, _, _ in grown["parts"]]
            lacking += max(max(ends) - sum(seq for seq, _ in grown["tips"]) - grown["loose"], 0)
        else:
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


def unacknowledged(connection: Connection, claims: Tips, besides: str = "") -> list[Reference]:
    """Every operation here that the other side has not itself said it holds, a device at a time, in sequence.

    besides: id of a partner; what came down from it in a stream, or is confirmed otherwise, is left out.
    """
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
            loose = _references(connection, device, after=0, besides=besides)
            covered = _ancestry(_links(connection, device), {identity for _, identity in said}) if loose else set()
            found += [one for one in loose if one.id not in covered]
    return found


def held_by(connection: Connection, claims: Tips, device: str, operations: Mapping[str, int]) -> set[str]:
    """Those of some operations of a device (id -> sequence) that another side says it holds by its chain ends."""
    said = claims.get(device, [])
    if not said:
        return set()
    own = read_meta(connection, "device")
    state = read_meta(connection, _HELD).get(device)
    plain = len(state["tips"]) == 1 and not state["loose"] if state else device == own.get("id")
    if plain:
        through = _known_through(connection, device, said)
        return {identity for identity, seq in operations.items() if seq <= through}
    return _ancestry(_links(connection, device), {identity for _, identity in said}) & operations.keys()


def loose(connection: Connection, references: Iterable[Reference]) -> list[list[str]]:
    """Those of some operations that no unbroken chain tells of, as [district, id]."""
    states = read_meta(connection, _HELD)
    devices = {device for device, state in states.items() if state["loose"]}
    return [[one.district, one.id] for one in references if one.device in devices]


def operations_of(connection: Connection, references: Iterable[Reference]) -> list[dict[str, Any]]:
    """The operations themselves, in the order asked for; a few thousand at most."""
    wanted: dict[str, set[int]] = defaultdict(set)
    order = []
    for one in references:
        wanted[one.device].add(one.seq)
        order.append((one.district, one.id))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for device, numbers in wanted.items():
        query = select(*SENT).where(_OPERATIONS.c.device == device, _OPERATIONS.c.seq.in_(sorted(numbers)))
        for row in connection.execute(query).mappings():
            found[row["district"], row["id"]] = dict(row)
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
    """Begin a new chain under a new device id; both branches of the old one are kept. Returns the new id.

    The audit chains end here too: who holds the copy must not go on in the one of the other.
    """
    audit.end_all(connection)
    own = read_meta(connection, "device")
    held = read_meta(connection, _HELD)
    if own.get("last"):
        held[own["id"]] = _count(connection, own["id"])
        write_meta(connection, _HELD, held)
    former = [*own.get("former", []), own["id"]][-_FORMER:] if own.get("last") else own.get("former", [])
    fresh = {**own, "id": new_id(), "seq": 0, "last": "", "former": former}
    write_meta(connection, "device", fresh)
    return str(fresh["id"])


def written_here(connection: Connection) -> dict[str, int]:
    """The chains that this casebook wrote, the present one first, each with its highest sequence: a restored or copied
    casebook begins a new one."""
    own = read_meta(connection, "device")
    found = {str(own.get("id", "")): int(own.get("seq", 0))}
    for former in reversed(own.get("former", [])):
        query = select(_OPERATIONS.c.seq).where(_OPERATIONS.c.device == former).order_by(_OPERATIONS.c.seq.desc())
        found[former] = int(connection.execute(query.limit(1)).scalar() or 0)
    return found


def _by_device(operations: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for operation in operations:
        grouped[operation["device"]].append(operation)
    return grouped


def _ends(state: Mapping[str, Any]) -> list[tuple[int, str]]:
    return [(int(seq), str(identity)) for seq, identity in state["tips"]]


def _grown(
    connection: Connection, state: Mapping[str, Any] | None, fresh: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """The state of a device after some of its operations; None where its chain forks and the log must be asked.

    Costs what the fresh ones and the loose pieces cost, however many operations there are.
    """
    ends = _ends(state) if state else []
    before = _pieces(state)
    if len(ends) > 1 or before is None:
        return None
    came = _pieces_of(fresh)
    pieces = {piece[0]: piece for piece in (*before, *came)}
    inner = {operation["id"] for operation in fresh} - {piece[2] for piece in came}
    if len(pieces) < len(before) + len(came) or not inner.isdisjoint(pieces) or (ends and "" in pieces):
        return None
    tip = ends[0] if ends else (0, "")
    while tip[1] in pieces:
        _prev, seq, identity, _several = pieces.pop(tip[1])
        tip = (seq, identity)
    _join(pieces)
    new = [piece for piece in came if piece[0] in pieces]
    if new and _any_held(connection, {piece[0] for piece in new}):
        return None  # it hangs on the middle of a chain
    return _state([tip] if tip[1] else [], pieces.values())


Piece = tuple[str, int, str, int]  # what the first hangs on, sequence and id of the last, how many


def _pieces(state: Mapping[str, Any] | None) -> list[Piece] | None:
    """The loose pieces of a device; None where they are not known."""
    if state is None or not state["loose"]:
        return []
    return [tuple(piece) for piece in state["parts"]] if "parts" in state else None


def _pieces_of(operations: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """Operations of one device as pieces of chain."""
    pieces: list[Piece] = []
    for operation in sorted(operations, key=lambda operation: int(operation["seq"])):
        prev, end = operation["prev"], (operation["seq"], operation["id"])
        if pieces and pieces[-1][2] == prev:
            pieces[-1] = (pieces[-1][0], *end, pieces[-1][3] + 1)
        else:
            pieces.append((prev, *end, 1))
    return pieces


def _join(pieces: dict[str, Piece]) -> None:
    """Make one of pieces (by what the first hangs on) of which one goes on where another ends."""
    for start in list(pieces):
        while start in pieces and (end := pieces[start][2]) in pieces:
            _prev, seq, identity, several = pieces.pop(end)
            pieces[start] = (start, seq, identity, pieces[start][3] + several)


def _any_held(connection: Connection, wanted: Collection[str]) -> bool:
    """Whether any of some operations is in the log."""
    query = select(_OPERATIONS.c.id).where(named(connection, wanted)).limit(1)
    return connection.execute(query).first() is not None


def _state(ends: Iterable[tuple[int, str]], pieces: Iterable[Piece] | None, loose: int = 0) -> dict[str, Any]:
    state: dict[str, Any] = {"tips": [list(end) for end in ends], "loose": loose}
    if pieces is not None:
        state["parts"] = [list(piece) for piece in sorted(pieces, key=lambda piece: (piece[1], piece[2]))]
        state["loose"] = sum(several for _prev, _seq, _id, several in state["parts"])
    return state


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
    loose = [{"id": identity, "prev": prev, "seq": seq} for identity, prev, seq in links if identity not in whole]
    hang = [one["prev"] for one in loose]
    if len(ends) > 1 or len(set(hang)) < len(hang):
        return _state(ends, None, len(loose))
    joined = {piece[0]: piece for piece in _pieces_of(loose)}
    _join(joined)
    return _state(ends, joined.values())


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


def _references(connection: Connection, device: str, *, after: int, besides: str = "") -> list[Reference]:
    columns = _OPERATIONS.c
    query = (
        select(columns.district, columns.id, columns.seq, func.length(cast(columns.fields, Text)).label("size"))
        .where(columns.device == device, columns.seq > after)
        .order_by(columns.seq, columns.id)
    )
    if besides:
        here = (_RECEIVED.c.district == columns.district) & (_RECEIVED.c.id == columns.id)
        query = query.outerjoin(_RECEIVED, here & (_RECEIVED.c.peer == besides)).where(_RECEIVED.c.peer.is_(None))
    return [Reference(row.district, row.id, device, row.seq, row.size) for row in connection.execute(query)]
