"""The stream of scoped records from an office, as it arrives: how far it came, whether it is whole, what it left out.

Nothing is refused: the operations of a file count whatever came before it. What is kept besides is up to which point
the stream is here without a gap; files that came too early wait until those before them are here. Where the digest of
the whole does not fit, the next file to the office asks for everything again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from models.records.operation import Operation
from models.records.stream import Departed, Received
from models.store.down import keep_state, state_of
from models.store.many import portions, put_rows
from models.store.rows import KEPT, table_of
from models.sync import stream
from models.sync.stream import Down, Got, Point, set_digest, sum_of

_OPERATIONS, _RECEIVED, _DEPARTED = table_of(Operation), table_of(Received), table_of(Departed)
_EPOCHS_KEPT = 50
_PENDING_KEPT = 1000


def take(connection: Connection, peer: str, down: Down, operations: Sequence[Mapping[str, Any]], now: int) -> None:
    """Note what a file of a stream brought; its operations are in the log already.

    A file of an epoch that is over brings operations and nothing else.
    """
    state = dict(state_of(connection, peer).get("in") or {})
    if state.get("epoch") != down.epoch:
        if down.epoch in state.get("past", ()):
            return
        # The office begins anew: it may have lost what it sent before, so nothing counts as being there any more.
        connection.execute(delete(_RECEIVED).where(_RECEIVED.c.peer == peer))
        past = [*state.get("past", ()), *([state["epoch"]] if state else ())][-_EPOCHS_KEPT:]
        state = {"epoch": down.epoch, "at": [0, ""], "set": "", "anew": False, "pending": [], "past": past, "told": 0}
    _note(connection, peer, down.cursor[0], operations)
    state["scope"] = list(down.scope)
    state["pending"] = wait_for_those_before(state["pending"], down)
    _go_on(connection, peer, state)
    if down.cursor[0] > state["told"]:
        state["told"] = down.cursor[0]
        _depart(connection, peer, down.left, now)
        _come_back(connection, peer, down.stays)
    keep_state(connection, peer, **{"in": state})


def got(connection: Connection, peer: str) -> Got | None:
    """What to tell an office of its stream; None where none came from it."""
    state = state_of(connection, peer).get("in")
    if not state:
        return None
    return Got(state["epoch"], _point(state["at"]), state["set"], bool(state["anew"]))


def comes_too_early(connection: Connection, peer: str, down: Down) -> bool:
    """Whether files of a stream that come before this one are not here yet."""
    state = state_of(connection, peer).get("in") or {}
    if state.get("epoch") == down.epoch:
        return bool(down.since[0] > state["at"][0])
    return down.epoch not in state.get("past", ()) and down.since[0] > 0


def wait_for_those_before(pending: Sequence[Any], down: Down) -> list[Any]:
    """The stretches of a stream that are here beyond what is whole, with one more: they count once the gap is filled.

    A stretch is [number and mark where it begins, number and mark where it ends, digest].
    """
    stretch = [*down.since, *down.cursor, down.set_digest]
    return [*(one for one in pending if one != stretch), stretch][-_PENDING_KEPT:]


def digest(connection: Connection, peer: str, no: int) -> str:
    """The digest of what is really held of a stream, up to a file of it."""
    here = (_RECEIVED.c.district == _OPERATIONS.c.district) & (_RECEIVED.c.id == _OPERATIONS.c.id)
    query = select(_RECEIVED.c.id).join_from(_RECEIVED, _OPERATIONS, here)
    query = query.where(_RECEIVED.c.peer == peer, _RECEIVED.c.streamed.is_(True), _RECEIVED.c.no <= no)
    return set_digest(sum_of(connection.execute(query).scalars()))


def confirmed_besides(connection: Connection, peer: str, keys: Iterable[tuple[str, str]], *, holds: bool) -> None:
    """Note whether a partner says it holds operations (district, id) that no version vector tells of."""
    for some in portions(keys):
        ids = [identity for _district, identity in some]
        here = (_RECEIVED.c.peer == peer, _RECEIVED.c.id.in_(ids))
        if not holds:
            connection.execute(delete(_RECEIVED).where(*here, _RECEIVED.c.streamed.is_(False)))
            continue
        found = connection.execute(select(_RECEIVED.c.district, _RECEIVED.c.id).where(*here))
        known = {(row.district, row.id) for row in found}
        rows = [
            {"peer": peer, "district": district, "id": identity, "no": 0, "streamed": False}
            for district, identity in some
            if (district, identity) not in known
        ]
        put_rows(connection, _RECEIVED, rows)


def departed(connection: Connection) -> list[tuple[str, str, str, int]]:
    """(partner, entity, record, moment) of the households and residents that are brought up to date no more."""
    columns = (_DEPARTED.c.peer, _DEPARTED.c.entity, _DEPARTED.c.row, _DEPARTED.c.at)
    rows = connection.execute(select(*columns).order_by(_DEPARTED.c.at.desc(), _DEPARTED.c.row))
    return [tuple(row) for row in rows]


def _note(connection: Connection, peer: str, no: int, operations: Sequence[Mapping[str, Any]]) -> None:
    """Each operation of a stream belongs to the first file that it came in."""
    fresh = {(one["district"], one["id"]): no for one in operations}
    for some in portions(fresh):
        ids = [identity for _district, identity in some]
        query = select(_RECEIVED).where(_RECEIVED.c.peer == peer, _RECEIVED.c.id.in_(ids))
        for known in connection.execute(query):
            if known.streamed and known.no <= no:
                fresh.pop((known.district, known.id), None)
    rows = [
        {"peer": peer, "district": district, "id": identity, "no": no, "streamed": True} for district, identity in fresh
    ]
    put_rows(connection, _RECEIVED, rows)


def _go_on(connection: Connection, peer: str, state: dict[str, Any]) -> None:
    """Go on along the stretches that join what is whole."""
    while True:
        at = state["at"]
        state["pending"] = [one for one in state["pending"] if one[2] > at[0]]
        joining = [one for one in state["pending"] if one[0] <= at[0]]
        if not joining:
            return
        since, mark, no, end, said = min(joining, key=lambda one: (one[2], one[0]))
        known = at[1] if since == at[0] else mark  # of earlier points the marks are not kept
        state["at"] = [no, end]
        state["set"] = digest(connection, peer, no) if said else ""
        if not stream.agree(known, mark, state["set"], said):
            state["anew"] = True


def _depart(connection: Connection, peer: str, rows: Sequence[str], now: int) -> None:
    kinds: dict[str, str] = {}
    for some in portions(rows):
        for entity in ("household", "resident"):
            table = KEPT[entity]
            ids = connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars()
            kinds.update(dict.fromkeys(ids, entity))
    put_rows(
        connection,
        _DEPARTED,
        [{"peer": peer, "row": row, "entity": entity, "at": now} for row, entity in sorted(kinds.items())],
    )


def _come_back(connection: Connection, peer: str, rows: Sequence[str]) -> None:
    for some in portions(rows):
        connection.execute(delete(_DEPARTED).where(_DEPARTED.c.peer == peer, _DEPARTED.c.row.in_(some)))


def _point(said: Sequence[Any]) -> Point:
    return int(said[0]), str(said[1])
