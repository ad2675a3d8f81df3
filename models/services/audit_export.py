"""The audit for an auditor: every row with what enters its hash, what is written down elsewhere, and how to check it.

A chain is exported whole: one with rows left out cannot be checked. The program beside it needs nothing but Python.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files as packaged
from typing import Any

from sqlalchemy import Connection

from models.records.audit import BEFORE, BEGIN
from models.security import audit_seal
from models.security.audit_seal import Anchor
from models.services import audit_restores
from models.services.audit_views import Checked, CheckedChain, KnownAnchor
from models.store import audit

ROWS, PLACES, HOW, PROGRAM = "rows.jsonl", "places.json", "how-to-check.txt", "check_audit.py"
MAX_BYTES = 256 * 1024 * 1024
_TEXTS = ("chain", "worker", "account", "action", "subject_kind", "subject_id", "classes", "detail", "also", "prev")


def files(connection: Connection, known: Sequence[KnownAnchor], office: str, now: int) -> dict[str, bytes]:
    """The files of an export by their names."""
    lines, heads = [], []
    for chain, _rows, _began, _ended in audit.chains(connection):
        head: Anchor | None = None
        for row in audit.rows(connection, chain):
            lines.append(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
            head = Anchor(chain, row["seq"], audit_seal.row_hash(row))
        if head is not None and chain != BEFORE:
            heads.append(head.said())
    places = {
        "format": audit_seal.FORMAT,
        "office": office,
        "made_at": now,
        "heads": heads,
        "anchors": [{**one.anchor.said(), "where": one.where, "at": one.at, "name": one.name} for one in known],
    }
    return {
        ROWS: ("\n".join(lines) + "\n").encode() if lines else b"",
        PLACES: json.dumps(places, ensure_ascii=False, indent=1).encode() + b"\n",
        HOW: _resource("how-to-check.txt"),
        PROGRAM: _resource("check_audit.py.txt"),
    }


def verify(data: bytes, secrets: Iterable[str], told: Sequence[KnownAnchor], now: int) -> Checked:
    """Check exported rows. secrets: age secrets that may open a k0. told: places that are known from elsewhere.

    Raises ValueError where a line is no row, or there is none.
    """
    chains: dict[str, list[dict[str, Any]]] = {}
    if len(data) > MAX_BYTES:
        raise ValueError("too large")
    for line in data.splitlines():
        row = _row(line)
        chains.setdefault(row["chain"], []).append(row)
    if not chains:
        raise ValueError("no row")
    starts = {
        chain: audit.begun_of(rows[0]["detail"] if rows[0]["action"] == BEGIN else None)
        for chain, rows in chains.items()
    }
    known = [*told]
    for chain, start in starts.items():
        if start is not None and start.after is not None:
            known.append(KnownAnchor(start.after, "begin", chains[chain][0]["at"]))
    own = tuple(secrets)
    made = []
    for chain, rows in chains.items():
        start = starts[chain]
        anchors = tuple(dict.fromkeys(one for one in known if one.anchor.chain == chain))
        if chain == BEFORE:
            verdict = audit.check_opening(rows, [one.anchor for one in anchors])
        else:
            key = audit.unseal_key(start, own)
            verdict = audit_seal.verify(chain, rows, key=key, anchors=[one.anchor for one in anchors])
        made.append(
            CheckedChain(
                verdict,
                rows[0]["at"],
                rows[-1]["at"],
                start.why if start else "",
                start.after if start else None,
                len(start.to) if start else 0,
                anchors,
            )
        )
    restores = audit_restores.restores_in(row for rows in chains.values() for row in rows)
    return Checked(now, *audit_restores.sort_out(made, (), restores))


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except RecursionError as trouble:
        raise ValueError("too deep") from trouble
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in (*_TEXTS, "mac")):
        raise ValueError("no row")
    if type(row.get("seq")) is not int or type(row.get("at")) is not int:
        raise ValueError("no row")
    if not isinstance(row.get("fields"), list) or not all(isinstance(one, str) for one in row["fields"]):
        raise ValueError("no row")
    reason = row.get("reason")
    if not isinstance(reason, Mapping) or not all(isinstance(one, str) for one in reason.values()):
        raise ValueError("no row")
    return row


def _resource(name: str) -> bytes:
    return (packaged("resources") / "audit" / name).read_bytes()
