"""Where places of the audit chains are written down: in first rows, backups and batches; and what partners' say."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from models.records.audit import BEFORE
from models.records.operation import Batch, Peer
from models.security.audit_seal import Anchor, anchor_of
from models.services.audit_views import DeviceChain, KnownAnchor
from models.store import audit, backup
from models.store.rows import table_of

_BATCH, _PEER = table_of(Batch), table_of(Peer)
IN_BATCH = "audit"
"""The field of a batch's manifest, and of the row that is kept of the batch."""


def said_in_batch(connection: Connection) -> dict[str, Any] | None:
    """What a batch says of the chain of the casebook that writes it: its head, and where the chain before ended."""
    now = audit.heads(connection)
    if len(now) != 1:  # none yet; or an office on a server, whose desks have a chain each and are no laptops
        return None
    start = audit.begun(connection, now[0].chain)
    after = start.after.said() if start is not None and start.after is not None else None
    return {**now[0].said(), "after": after}


def known(connection: Connection, folders: list[Path], vault: str) -> list[KnownAnchor]:
    """Every place of our own chains that is written down: by the chains after, in batches we wrote, in backups."""
    found = []
    for chain, _rows, began, _ended in audit.chains(connection):
        start = audit.begun(connection, chain)
        if start is not None and start.after is not None:
            found.append(KnownAnchor(start.after, "begin", began))
    query = select(_BATCH.c.at, _BATCH.c.file_name, _BATCH.c.detail).where(_BATCH.c.direction == "out")
    for at, name, detail in connection.execute(query.order_by(_BATCH.c.at)):
        anchor = anchor_of(detail.get(IN_BATCH))
        if anchor is not None:
            found.append(KnownAnchor(anchor, "batch", int(at), str(name)))
    for folder in folders:
        for each in backup.backups(folder, vault):
            anchor = anchor_of(each.anchor)
            if anchor is not None:
                found.append(KnownAnchor(anchor, "backup", each.made_at, each.path.name))
    return found


def of_partners(connection: Connection) -> list[DeviceChain]:
    """What each partner's device said of its own chain, from file to file, and whether that hangs together."""
    query = (
        select(_BATCH.c.peer, _BATCH.c.at, _BATCH.c.file_name, _BATCH.c.detail, _PEER.c.name)
        .outerjoin(_PEER, _PEER.c.id == _BATCH.c.peer)
        .where(_BATCH.c.direction == "in")
        .order_by(_BATCH.c.peer, _BATCH.c.at)
    )
    said: dict[str, list[tuple[KnownAnchor, Anchor | None]]] = {}
    names: dict[str, str] = {}
    for peer, at, file_name, detail, name in connection.execute(query):
        anchor = anchor_of(detail.get(IN_BATCH))
        if anchor is not None:
            after = anchor_of(detail[IN_BATCH].get("after"))
            said.setdefault(peer, []).append((KnownAnchor(anchor, "batch", int(at), str(file_name)), after))
            names[peer] = str(name or "")
    for told in said.values():
        told.sort(key=lambda one: (one[0].at, one[0].anchor.seq))
    return [
        DeviceChain(peer, names[peer], tuple(one for one, _after in told), trouble_of(told))
        for peer, told in sorted(said.items(), key=lambda item: names[item[0]])
    ]


def trouble_of(told: list[tuple[KnownAnchor, Anchor | None]]) -> str:
    """Whether places that one device told of hang together: "", cut, changed, or gap (a chain between is not known).

    Files may be taken in in any order, so for each chain the places are compared by their numbers: the same number must
    have the same hash. A chain that begins must name the end of one that is known, and not an earlier place of it than
    it told of before.
    """
    places: dict[str, dict[int, str]] = {}
    for one, after in told:
        for anchor in (one.anchor, after):
            if anchor is None:
                continue
            if places.setdefault(anchor.chain, {}).setdefault(anchor.seq, anchor.hash) != anchor.hash:
                return "changed"
    for _one, after in told:
        if after is not None and max(places[after.chain]) > after.seq:
            return "cut"
    beginnings = {one.anchor.chain: after for one, after in told}
    roots = [after for after in beginnings.values() if after is None or after.chain not in beginnings]
    if len(roots) < 2:
        return ""
    return "cut" if _several(roots) else "gap"


def _several(roots: list[Anchor | None]) -> bool:
    """Whether more than one chain says that there was none before it."""
    return sum(after is None or after.chain == BEFORE for after in roots) > 1
