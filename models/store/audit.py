"""The audit chain in the tables: rows are put on in the transaction of what they tell of, so both stand or fall.

There is one chain for each casebook that is a file, and one for each desk of an office with a server, so that desks do
not wait for one another. The state of a chain (its name, the number and hash of its newest row, the key of the next)
is a small fact of the casebook; writing it overwrites the key of the row before. In a file freed pages are overwritten
too (secure_delete) and the log is emptied when it is closed; a server keeps what was overwritten until it tidies up,
sealed with the office's key where the office has one.
"""

import base64
import json
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from models.errors import DamagedStore
from models.records.audit import BEFORE, BEGIN, Audit, AuditAlso
from models.records.operation import Meta, Peer
from models.security import audit_seal, device
from models.security.audit_seal import Anchor, Verdict, anchor_of
from models.store.guard import allow_writes, read_meta, write_meta
from models.store.many import insert_rows, portions
from models.store.rows import table_of
from models.sync.circle import codes_within
from models.values import new_id

AUDIT, ALSO = table_of(Audit), table_of(AuditAlso)
_META, _PEER = table_of(Meta), table_of(Peer)
_STATE = "audit"  # name of the small fact; of a desk with a colon and its id
ClassesOf = Callable[[Iterable[str]], Collection[str]]


@dataclass(frozen=True)
class Said:
    """What one row is to tell; who and when is the same for all rows of a verb.

    classes: of sensitive knowledge, besides those of the fields, which are worked out when the row is written.
    """

    action: str
    subject_kind: str = ""
    subject_id: str = ""
    detail: str = ""
    reason: str = ""
    fields: Collection[str] = ()
    classes: Collection[str] = ()
    also: frozenset[str] = field(default=frozenset())


def append(
    connection: Connection,
    said: Sequence[Said],
    *,
    at: int,
    worker: str,
    account: str = "",
    desk: str = "",
    classes_of: ClassesOf = lambda _fields: (),
) -> Anchor | None:
    """Put rows on the chain of a casebook or a desk, in the caller's transaction; returns its new head.

    at: milliseconds. classes_of: the sensitive classes of some fields. A chain that has not begun begins here.
    """
    if not said:
        return head(connection, desk)
    state = read_meta(connection, _key(desk))
    if not state.get("key"):
        state = _begin(connection, state, desk=desk, at=at, worker=worker, account=account, why="", recipients=())
    whole = [replace(one, classes={*one.classes, *classes_of(one.fields)}) if one.fields else one for one in said]
    return _put(connection, desk, state, whole, at=at, worker=worker, account=account)


def begin(
    connection: Connection,
    *,
    at: int,
    worker: str,
    account: str = "",
    desk: str = "",
    why: str = "",
    recipients: Sequence[str] = (),
) -> Anchor:
    """Begin a new chain that names the head of the one before; its k0 is sealed to the recipients.

    recipients: age public keys; () for those that recipients_of() finds. why: recipients, or "".
    """
    state = read_meta(connection, _key(desk))
    state = _begin(connection, state, desk=desk, at=at, worker=worker, account=account, why=why, recipients=recipients)
    write_meta(connection, _key(desk), state)
    return Anchor(state["chain"], int(state["seq"]), state["hash"])


def end_all(connection: Connection) -> None:
    """Throw the keys of all chains away: the casebook was restored or copied, and goes on in new ones."""
    for key in _state_keys(connection):
        state = read_meta(connection, key)
        write_meta(
            connection, key, {"left": state.get("chain") or state.get("left", "")}
        )  # moved twice: still that one


def head(connection: Connection, desk: str = "") -> Anchor | None:
    """The newest place of the chain, to be written down elsewhere; None where no chain has begun."""
    return _head_of(read_meta(connection, _key(desk)))


def heads(connection: Connection) -> list[Anchor]:
    """The newest places of all chains that go on here: of every desk of an office."""
    found = (_head_of(read_meta(connection, key)) for key in _state_keys(connection))
    return [one for one in found if one is not None]


def sealed_to(connection: Connection, desk: str = "") -> frozenset[str]:
    """Whose keys open the k0 of the chain that goes on; nobody where none has begun."""
    return frozenset(read_meta(connection, _key(desk)).get("to", ()))


def recipients_of(connection: Connection) -> list[str]:
    """To whom k0 is sealed: every trusted office that exchanges files with us and is above us; else our own key.

    Our own key lies in this very casebook: then only the anchors show what somebody did who holds the casebook.
    """
    office = str(read_meta(connection, "office").get("code", ""))
    query = select(_PEER.c.seal_key, _PEER.c.office_code).where(_PEER.c.trusted.is_(True), _PEER.c.revoked == "")
    above = sorted({key for key, code in connection.execute(query) if key and is_above(str(code), office)})
    own = own_key(connection)
    return above or ([own] if own else [])


def own_key(connection: Connection) -> str:
    """The public key of this casebook itself; "" where it has none yet."""
    return str(read_meta(connection, "device_keys").get("age_public", ""))


def is_above(code: str, office: str) -> bool:
    """Whether the office with a code is above another: its code is shorter, and the other's begins with it."""
    return code != office and codes_within(office, [code])


def chains(connection: Connection) -> list[tuple[str, int, int, int]]:
    """Every chain: (name, rows, first moment, last moment), the oldest first; the opening one before all."""
    query = select(AUDIT.c.chain, func.count(), func.min(AUDIT.c.at), func.max(AUDIT.c.at)).group_by(AUDIT.c.chain)
    found = [(str(row[0]), int(row[1]), int(row[2]), int(row[3])) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one[0] != BEFORE, one[2], one[0]))


def rows(connection: Connection, chain: str, after: int = 0) -> Generator[Mapping[str, Any], None, None]:
    """The rows of a chain in their order."""
    query = select(AUDIT).where(AUDIT.c.chain == chain, AUDIT.c.seq > after).order_by(AUDIT.c.seq)
    with connection.execute(query.execution_options(yield_per=1000)) as found:
        for row in found:
            yield row_of(row)


@dataclass(frozen=True)
class Begun:
    """What the first row of a chain says of it."""

    after: Anchor | None
    why: str
    to: tuple[str, ...]  # age public keys
    k0: bytes = field(repr=False)  # sealed


def begun(connection: Connection, chain: str) -> Begun | None:
    """How a chain began; None where its first row is gone or says nothing that can be read."""
    query = select(AUDIT.c.detail).where(AUDIT.c.chain == chain, AUDIT.c.seq == 1, AUDIT.c.action == BEGIN)
    return begun_of(connection.execute(query).scalar())


def begun_of(detail: str | None) -> Begun | None:
    """What the detail of a first row says; None where it cannot be read."""
    try:
        said = json.loads(detail or "")
        to = tuple(str(key) for key in said["to"])
        return Begun(
            anchor_of(said.get("after")), str(said.get("why", "")), to, base64.b64decode(said["k0"], validate=True)
        )
    except (ValueError, KeyError, TypeError):  # what base64 says is a ValueError
        return None


def unseal_key(start: Begun | None, secrets: Iterable[str]) -> bytes | None:
    """k0, where one of some age secrets opens it."""
    if start is None:
        return None
    for secret in secrets:
        key = device.unseal(secret, start.k0) if secret else None
        if key is not None and len(key) == audit_seal.KEY_BYTES:
            return key
    return None


def check(connection: Connection, chain: str, *, key: bytes | None = None, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Look through one chain; see audit_seal.verify. Also compared: what the casebook holds to be its newest row, and
    whom the rows are about besides.
    """
    if chain == BEFORE:
        return check_opening(rows(connection, BEFORE), anchors)
    last = next((one for one in heads(connection) if one.chain == chain), None)
    verdict = audit_seal.verify(chain, rows(connection, chain), key=key, anchors=anchors, last=last)
    return _with(verdict, _wrong_people(connection, chain))


def blank_reasons(connection: Connection, subjects: Iterable[str]) -> int:
    """Take the words out of the rows about erased people; the chain stays whole. Returns how many rows had some."""
    done = 0
    for some in portions(subjects):
        query = select(AUDIT.c.chain, AUDIT.c.seq, AUDIT.c.reason).where(AUDIT.c.subject_id.in_(some))
        for chain, seq, reason in connection.execute(query).all():
            if "v" not in reason:
                continue
            here = (AUDIT.c.chain == chain, AUDIT.c.seq == seq)
            with allow_writes(connection):
                connection.execute(update(AUDIT).where(*here).values(reason=audit_seal.erased(reason)))
            done += 1
    return done


def _key(desk: str) -> str:
    return f"{_STATE}:{desk}" if desk else _STATE


def _state_keys(connection: Connection) -> list[str]:
    query = select(_META.c.key).where((_META.c.key == _STATE) | _META.c.key.startswith(_STATE + ":"))
    return sorted(connection.execute(query).scalars())


def _head_of(state: Mapping[str, Any]) -> Anchor | None:
    return Anchor(str(state["chain"]), int(state["seq"]), str(state["hash"])) if state.get("key") else None


def _put(
    connection: Connection,
    desk: str,
    state: Mapping[str, Any],
    said: Sequence[Said],
    *,
    at: int,
    worker: str,
    account: str,
) -> Anchor:
    chain, seq, digest = str(state["chain"]), int(state["seq"]), str(state["hash"])
    try:
        key = bytes.fromhex(state["key"])
    except (ValueError, TypeError) as trouble:
        raise DamagedStore() from trouble
    made: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    for one in said:
        seq += 1
        also = one.also - {one.subject_id, ""}
        row = {
            "chain": chain,
            "seq": seq,
            "at": at,
            "worker": worker,
            "account": account,
            "action": one.action,
            "subject_kind": one.subject_kind,
            "subject_id": one.subject_id,
            "fields": sorted(set(one.fields)),
            "classes": f" {' '.join(sorted(set(one.classes)))} " if one.classes else "",
            "reason": audit_seal.commit(one.reason),
            "detail": one.detail,
            "also": audit_seal.people_digest(also),
            "prev": digest,
        }
        digest, key = audit_seal.seal(row, key)
        made.append(row)
        people += [{"chain": chain, "seq": seq, "subject_id": subject} for subject in sorted(also)]
    with allow_writes(connection):
        insert_rows(connection, AUDIT, made)
        insert_rows(connection, ALSO, people)
    write_meta(connection, _key(desk), {**state, "seq": seq, "hash": digest, "key": key.hex()})
    return Anchor(chain, seq, digest)


def _begin(
    connection: Connection,
    state: Mapping[str, Any],
    *,
    desk: str,
    at: int,
    worker: str,
    account: str,
    why: str,
    recipients: Sequence[str],
) -> dict[str, Any]:
    """The state of a new chain whose first row is written."""
    after = _head_of(state) or _last_row(connection, state.get("left"), desk)
    to = sorted(set(recipients)) or recipients_of(connection)
    key = audit_seal.fresh_key()
    told = {
        "after": after.said() if after else None,
        "why": why,
        "to": to,
        "k0": base64.b64encode(device.seal(to, key)).decode() if to else "",
    }
    fresh = {"chain": new_id(), "seq": 0, "hash": "", "key": key.hex(), "to": to}
    row = Said(BEGIN, "chain", after.chain if after else "", json.dumps(told, sort_keys=True))
    _put(connection, desk, fresh, [row], at=at, worker=worker, account=account)
    return read_meta(connection, _key(desk))


def _last_row(connection: Connection, left: str | None, desk: str) -> Anchor | None:
    """The newest row of the chain that was left; where nothing is known of one, of the newest chain of this file, or of
    what was noted before there were chains."""
    if left is None and not desk:
        newest = select(AUDIT.c.chain).where(AUDIT.c.action == BEGIN).order_by(AUDIT.c.at.desc(), AUDIT.c.chain.desc())
        left = connection.execute(newest.limit(1)).scalar()
    if left:
        query = select(AUDIT).where(AUDIT.c.chain == left).order_by(AUDIT.c.seq.desc()).limit(1)
        found = connection.execute(query).first()
        if found is not None:
            return Anchor(str(left), int(found.seq), audit_seal.row_hash(row_of(found)))
    count = int(connection.execute(select(func.count()).where(AUDIT.c.chain == BEFORE)).scalar() or 0)
    return Anchor(BEFORE, count, audit_seal.opening_hash(rows(connection, BEFORE))) if count else None


def check_opening(kept: Iterable[Mapping[str, Any]], anchors: Sequence[Anchor]) -> Verdict:
    """The rows of before have no seal; but the first chain says how many there were, and their hash."""
    listed = list(kept)
    count, digest = len(listed), audit_seal.opening_hash(listed)
    known = [one for one in anchors if one.chain == BEFORE]
    found: list[audit_seal.Finding] = []
    for one in known[:1]:
        if one.seq > count:
            found.append(audit_seal.Finding("missing", BEFORE, count + 1, one.seq - count))
        elif (one.seq, one.hash) != (count, digest):
            found.append(audit_seal.Finding("changed", BEFORE, 1))
    return Verdict(BEFORE, count, Anchor(BEFORE, count, digest) if count else None, False, len(known), tuple(found))


def _wrong_people(connection: Connection, chain: str) -> list[audit_seal.Finding]:
    """Rows whose list of people is not the one that they were sealed with."""
    listed: dict[int, list[str]] = {}
    query = select(ALSO.c.seq, ALSO.c.subject_id).where(ALSO.c.chain == chain).order_by(ALSO.c.seq)
    for seq, subject in connection.execute(query.execution_options(yield_per=1000)):
        listed.setdefault(int(seq), []).append(str(subject))
    said = select(AUDIT.c.seq, AUDIT.c.also).where(AUDIT.c.chain == chain, AUDIT.c.also != "")
    wanted = {int(seq): str(digest) for seq, digest in connection.execute(said)}
    wrong = [seq for seq in {*listed, *wanted} if audit_seal.people_digest(listed.get(seq, ())) != wanted.get(seq, "")]
    return [audit_seal.Finding("changed", chain, seq) for seq in sorted(wrong)]


def _with(verdict: Verdict, more: Sequence[audit_seal.Finding]) -> Verdict:
    known = set(verdict.findings)
    found = sorted({*known, *more}, key=lambda one: (one.seq, one.kind))
    return Verdict(verdict.chain, verdict.rows, verdict.head, verdict.keyed, verdict.anchors, tuple(found))


def row_of(found: Row[Any]) -> dict[str, Any]:
    """A row of the table as a mapping with the columns of Audit."""
    return dict(found._mapping)
