"""The stream of scoped records to a partner: which operations it lacks of its scope, and how far it says it came.

What is in the stream is noted operation by operation (sent_down), so that what a partner should hold of it is known
exactly whatever moved in and out of the scope meanwhile; an ordinary day looks only at what arrived since. A partner
that says how far it came gets everything after that point again: writing a file marks nothing as sent. Operations that
the partner's own version vector covers are left out, and looked at again as soon as it says that it holds less.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, func, select, update

from models.records.operation import Operation, Peer
from models.records.stream import DownPoint, SentDown
from models.store import chains, down_scope
from models.store.chains import Reference
from models.store.many import portions, put_rows
from models.store.rows import KEPT, table_of
from models.store.seen import arrived
from models.sync import stream
from models.sync.batch import Tips
from models.sync.stream import MAX_LEFT, START, Down, Got, Point, set_digest, sum_of
from models.values import new_id

_OPERATIONS, _PEER, _SENT, _POINTS = table_of(Operation), table_of(Peer), table_of(SentDown), table_of(DownPoint)
_POINTS_KEPT = 2000  # files of a stream that a partner may still name
_EPOCHS_KEPT = 50
_MANY = 30_000  # touched records from which the whole scope is looked at instead

Split = Callable[[Sequence[Reference]], list[list[Reference]]]


@dataclass(frozen=True)
class Part:
    """What goes into one file of a stream."""

    references: tuple[Reference, ...]
    down: Down


@dataclass(frozen=True)
class Waiting:
    """What a partner is not known to hold of its scope."""

    references: list[Reference]  # to be sent, those that went in an unconfirmed file first
    since: Point  # from which point on
    fresh: dict[str, int] = field(repr=False)  # ids of those that are new in the stream, with their arrival
    told: bool  # whether something is to be told besides
    state: dict[str, Any] = field(repr=False)  # of the stream, as it will be
    arrivals: dict[str, int] = field(repr=False)


def state_of(connection: Connection, peer: str) -> dict[str, Any]:
    """What is kept of the streams to and from a partner; {} where there is none."""
    found = connection.execute(select(_PEER.c.down).where(_PEER.c.id == peer)).scalar()
    return dict(found) if found else {}


def keep_state(connection: Connection, peer: str, **parts: Any) -> None:
    """Keep parts of that state: out, in, claim."""
    said = {**state_of(connection, peer), **parts}
    connection.execute(update(_PEER).where(_PEER.c.id == peer).values(down=said))


def claimed(connection: Connection, peer: str, got: Got | None) -> None:
    """Keep how far a partner says it came, as it says now: it may be less than before."""
    if got is not None or "claim" in state_of(connection, peer):
        keep_state(connection, peer, claim=got.wire() if got else {})


def look_again(connection: Connection, peer: str) -> None:
    """The scope of a partner has changed: the next export looks at all of it, and not at the news alone."""
    out = state_of(connection, peer).get("out")
    if out:
        keep_state(connection, peer, out={**out, "cursor": 0})


def waiting(
    connection: Connection, peer: str, scope: Sequence[str], claims: Tips, since: Point | None = None
) -> Waiting:
    """What a partner lacks of its scope. Writes nothing.

    since: a later point than the one it confirmed, because files that lead up to it are on their way for certain.
    """
    kept = state_of(connection, peer)
    state: dict[str, Any] = dict(kept.get("out") or {})
    point = confirmed_point(connection, peer, state, kept.get("claim") or {})
    if not state or point is None:
        state, point = _begun_anew(state), START
    if since is not None and since[0] > point[0]:
        point = since
    if not relied_on_still_said(connection, claims, state["relied"]):
        state["cursor"], state["relied"] = 0, {}
    last = arrived(connection)
    new_epoch = state["epoch"] != (kept.get("out") or {}).get("epoch")
    looked = _look(connection, "" if new_epoch else peer, scope, state, last)
    again = [] if new_epoch else _unconfirmed(connection, peer, point[0])
    found = _not_in_stream(connection, "" if new_epoch else peer, looked.rows)
    left_out, relied = _covered(connection, claims, [one for one, _arrival in found])
    fresh = [(one, arrival) for one, arrival in found if one.id not in left_out]
    state["relied"] = {**state["relied"], **relied}
    state["cursor"] = last
    arrivals = {one.id: arrival for one, arrival in (*again, *fresh)}
    state["marks"] = _marks(connection, "" if new_epoch else peer, state, looked)
    told = any(no == 0 or no > point[0] for no, _gone in state["marks"].values())
    # A partner that still counts by an epoch that is over hears of the new one even where nothing else is to be said:
    # what it holds of the old one may be lost here.
    told = told or (bool(state["past"]) and (kept.get("claim") or {}).get("epoch") != state["epoch"])
    return Waiting(
        [one for one, _arrival in (*again, *sorted(fresh, key=lambda pair: pair[1]))],
        point,
        {one.id: arrival for one, arrival in fresh},
        told,
        state,
        arrivals,
    )


def enter(
    connection: Connection, peer: str, scope: Sequence[str], found: Waiting, split: Split, now: int
) -> list[Part]:
    """Put what waits into the stream, cut into files, before any of them is written.

    A file that is then never written does no harm: nobody confirms it.
    """
    state, kept = found.state, state_of(connection, peer)
    if state["epoch"] != (kept.get("out") or {}).get("epoch"):
        connection.execute(delete(_SENT).where(_SENT.c.peer == peer))
        connection.execute(delete(_POINTS).where(_POINTS.c.peer == peer))
    state["sum"] = set_digest(int(state["sum"], 16) + sum_of(found.fresh))
    portions = split(found.references) or ([[]] if found.told else [])
    parts, rows, points = [], [], []
    before = found.since
    for place, portion in enumerate(portions, 1):
        last = place == len(portions)
        no = int(state["no"]) + 1
        point: Point = (no, new_id())
        state["no"] = no
        digest = state["sum"] if last else ""
        left, stays = _told(state, found.since[0], no) if last else ((), ())
        down = Down(state["epoch"], before, point, digest, tuple(scope), left, stays)
        parts.append(Part(tuple(portion), down))
        rows += [{"peer": peer, "arrival": found.arrivals[one.id], "no": no} for one in portion]
        points.append({"peer": peer, "no": no, "mark": point[1], "set_digest": digest, "at": now})
        before = point
    for start in range(0, len(rows), 10_000):
        put_rows(connection, _SENT, rows[start : start + 10_000])
    put_rows(connection, _POINTS, points)
    connection.execute(delete(_POINTS).where(_POINTS.c.peer == peer, _POINTS.c.no <= state["no"] - _POINTS_KEPT))
    keep_state(connection, peer, out=state)
    return parts


def confirmed_point(
    connection: Connection, peer: str, state: Mapping[str, Any], claim: Mapping[str, Any]
) -> Point | None:
    """The point up to which a partner says it holds the stream; None where the stream has to begin anew.

    It has to where the partner asks for it, or names an epoch, a point or a digest that is not known here: then this
    office was put back from a backup, and the partner may hold what was lost here.
    """
    if not claim or not state:
        return START
    epoch, at = str(claim["epoch"]), (int(claim["at"][0]), str(claim["at"][1]))
    if epoch != state["epoch"]:
        return START if epoch in state["past"] else None
    if claim.get("anew"):
        return None
    if at == START:
        return START
    found = connection.execute(select(_POINTS).where(_POINTS.c.peer == peer, _POINTS.c.no == at[0])).first()
    if found is None or not stream.agree(found.mark, at[1], found.set_digest, str(claim.get("set", ""))):
        return None
    return at


def resumes_from(connection: Connection, peer: str) -> tuple[str, Point] | None:
    """The epoch of the stream to a partner and the point it confirmed; None where the stream begins anew."""
    kept = state_of(connection, peer)
    state = kept.get("out") or {}
    point = confirmed_point(connection, peer, state, kept.get("claim") or {}) if state else None
    return None if point is None else (str(state["epoch"]), point)


def relied_on_still_said(connection: Connection, claims: Tips, relied: Mapping[str, Sequence[Any]]) -> bool:
    """Whether a partner still says that it holds everything that was left out because it said so."""
    return all(
        chains.held_by(connection, claims, device, {str(identity): int(seq)})
        for device, ends in relied.items()
        for seq, identity in ends
    )


def _begun_anew(state: Mapping[str, Any]) -> dict[str, Any]:
    past = [*state.get("past", ()), *([state["epoch"]] if state else ())]
    marks = {row: [0, gone] for row, (_no, gone) in state.get("marks", {}).items()}
    return {
        "epoch": new_id(),
        "past": past[-_EPOCHS_KEPT:],
        "no": 0,
        "cursor": 0,  # up to which arrival was looked at
        "sum": set_digest(0),
        "relied": {},  # device -> the operation up to which the partner's own word was relied on
        "marks": marks,  # household or resident that ever left the scope -> [file it was told in, whether it is out]
    }


def _look(
    connection: Connection, peer: str, scope: Sequence[str], state: Mapping[str, Any], last: int
) -> down_scope.InScope:
    if not state["cursor"]:
        return _whole(connection, peer, scope)
    news: dict[str, set[str]] = defaultdict(set)
    if last > state["cursor"]:
        query = select(_OPERATIONS.c.entity, _OPERATIONS.c.row).where(_OPERATIONS.c.arrival > state["cursor"])
        for entity, row in connection.execute(query):
            news[entity].add(row)
    if sum(map(len, news.values())) > _MANY:
        return _whole(connection, peer, scope)
    found = down_scope.of_news(connection, news, scope)
    for entity, rows in news.items():  # what was sent once and is removed now: its removal goes too
        gone = rows - found.rows.get(entity, set())
        if entity in KEPT and gone:
            found.rows.setdefault(entity, set()).update(_sent_and_dead(connection, peer, entity, gone))
    return found


def _whole(connection: Connection, peer: str, scope: Sequence[str]) -> down_scope.InScope:
    found = down_scope.whole(connection, scope)
    sent = select(_OPERATIONS.c.row).join_from(_SENT, _OPERATIONS, _SENT.c.arrival == _OPERATIONS.c.arrival)
    sent = sent.where(_SENT.c.peer == peer, _OPERATIONS.c.entity.in_(["household", "resident"]))
    outside = frozenset(connection.execute(sent.distinct()).scalars()) - found.subjects
    return down_scope.InScope(found.rows, found.subjects, outside)


def _sent_and_dead(connection: Connection, peer: str, entity: str, rows: set[str]) -> set[str]:
    table, found = KEPT[entity], set[str]()
    for some in portions(rows):
        query = (
            select(_OPERATIONS.c.row)
            .join_from(_OPERATIONS, _SENT, (_SENT.c.arrival == _OPERATIONS.c.arrival) & (_SENT.c.peer == peer))
            .join(table, table.c.id == _OPERATIONS.c.row)
            .where(_OPERATIONS.c.row.in_(some), table.c.dead.is_(True))
        )
        found.update(connection.execute(query.distinct()).scalars())
    return found


_COLUMNS = (
    *(_OPERATIONS.c.district, _OPERATIONS.c.id, _OPERATIONS.c.device, _OPERATIONS.c.seq),
    func.length(cast(_OPERATIONS.c.fields, Text)).label("size"),
    _OPERATIONS.c.arrival,
)


def _not_in_stream(connection: Connection, peer: str, rows: down_scope.Rows) -> list[tuple[Reference, int]]:
    """The operations of some records that are not in the stream yet, with their arrival."""
    found: dict[str, tuple[Reference, int]] = {}
    query = select(*_COLUMNS).outerjoin_from(
        _OPERATIONS, _SENT, (_SENT.c.arrival == _OPERATIONS.c.arrival) & (_SENT.c.peer == peer)
    )
    for some in portions({row for ids in rows.values() for row in ids}):
        for one in connection.execute(query.where(_OPERATIONS.c.row.in_(some), _SENT.c.peer.is_(None))):
            found[one.id] = (Reference(one.district, one.id, one.device, one.seq, one.size), one.arrival)
    return list(found.values())


def _unconfirmed(connection: Connection, peer: str, no: int) -> list[tuple[Reference, int]]:
    """What went in files after a point, whether or not it is in the scope still: so the stream stays one set."""
    query = select(*_COLUMNS).join_from(_SENT, _OPERATIONS, _SENT.c.arrival == _OPERATIONS.c.arrival)
    query = query.where(_SENT.c.peer == peer, _SENT.c.no > no).order_by(_SENT.c.no, _OPERATIONS.c.arrival)
    return [
        (Reference(one.district, one.id, one.device, one.seq, one.size), one.arrival)
        for one in connection.execute(query)
    ]


def _covered(connection: Connection, claims: Tips, references: Sequence[Reference]) -> tuple[set[str], dict[str, Any]]:
    """Those of some operations that a partner says it holds, and for each device the ends that were relied on."""
    by_device: dict[str, dict[str, int]] = defaultdict(dict)
    for one in references:
        if one.device in claims:
            by_device[one.device][one.id] = one.seq
    covered: set[str] = set()
    relied: dict[str, Any] = {}
    for device, seqs in by_device.items():
        held = chains.held_by(connection, claims, device, seqs)
        if held:
            covered |= held
            ends = {identity: seq for seq, identity in claims[device]}
            known = chains.held_by(connection, claims, device, ends)
            top = max((seqs[identity], identity) for identity in held)
            relied[device] = sorted({top, *((ends[identity], identity) for identity in known)})
    return covered, relied


def _marks(
    connection: Connection, peer: str, state: Mapping[str, Any], looked: down_scope.InScope
) -> dict[str, list[int]]:
    """The households and residents that ever left the scope: [file it was last told in (0: in none yet), out now]."""
    marks: dict[str, list[int]] = {row: list(said) for row, said in state["marks"].items()}
    for row in looked.subjects & marks.keys():
        if marks[row][1]:
            marks[row] = [0, 0]
    unknown = {row for row in looked.outside if not marks.get(row, [0, 0])[1]}
    for some in portions(unknown):
        query = (
            select(_OPERATIONS.c.row)
            .join_from(_OPERATIONS, _SENT, (_SENT.c.arrival == _OPERATIONS.c.arrival) & (_SENT.c.peer == peer))
            .where(_OPERATIONS.c.row.in_(some))
        )
        for row in connection.execute(query.distinct()).scalars():
            marks[row] = [0, 1]
    return marks


def _told(state: dict[str, Any], since: int, no: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom to name as gone, and as back: those not told yet, and those told in a file that was not confirmed."""
    fresh = [row for row, (told, _gone) in state["marks"].items() if told == 0 or told > since][:MAX_LEFT]
    for row in fresh:
        state["marks"][row][0] = no
    gone = tuple(sorted(row for row in fresh if state["marks"][row][1]))
    return gone, tuple(sorted(set(fresh) - set(gone)))
