"""The sets of policy packs that a casebook keeps: which one decides; none is lost that anything was decided by.

A set lies in policy_set as the pack file it came in (signed), or as one without a signature for the sets that came with
the program. Nothing here asks a worker; services/packs.py does.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from models.eligibility import PackError, Policies, load_policies
from models.eligibility.loader import policies_of
from models.eligibility.packfile import PackFileRefused, PackHeader, read_header, read_pack_file, write_pack_file
from models.records.policy_set import PolicySet
from models.security import device
from models.store.rows import KEPT, table_of
from models.store.work import read_meta, write_meta

SETS = table_of(PolicySet)
_DETERMINATION = KEPT["determination"]
_BESIDE = "policies"  # the small fact that says beside which shipped set the active one was chosen
_SHIPPED = "shipped with the program"  # the title inside the file; screens say it in their own language
_AT_ONCE = 500


@dataclass(frozen=True)
class InForce:
    """The set that decides now.

    installed: it was installed here; otherwise it came with the program. passed_over: hash of an installed set that
    does not decide because the program came with one that was checked later. unreadable: hash of an installed set that
    this program cannot read.
    """

    policies: Policies
    installed: bool = False
    passed_over: str = ""
    unreadable: str = ""


def in_force(connection: Connection) -> InForce:
    """The set that decides in this casebook: the one chosen here, unless the program brought a newer one since."""
    own = load_policies()
    row = connection.execute(select(SETS).where(SETS.c.active.is_(True))).mappings().first()
    if row is None or row["hash"] == own.hash:
        return InForce(own)
    header = header_of(row["archive"])
    beside = read_meta(connection, _BESIDE).get("beside", "")
    if header is not None and beside != own.hash and own.verified_on > header.verified:
        return InForce(own, passed_over=row["hash"])
    policies = read_kept(row["archive"])
    return InForce(own, unreadable=row["hash"]) if policies is None else InForce(policies, installed=True)


def mark_of_choice(connection: Connection) -> tuple[str, ...]:
    """Changes whenever another set is chosen, by whichever desk of an office."""
    active = connection.execute(select(SETS.c.hash).where(SETS.c.active.is_(True)).order_by(SETS.c.hash)).scalars()
    return (str(read_meta(connection, _BESIDE).get("beside", "")), *active)


def header_of(archive: bytes) -> PackHeader | None:
    """What a kept set says of itself; None where it cannot be read."""
    with suppress(PackFileRefused):
        return read_header(archive)
    return None


def read_kept(archive: bytes) -> Policies | None:
    """A kept set made ready; None where this program cannot read it."""
    try:
        return policies_of(read_pack_file(archive, device.verify, unsigned=True).files)
    except (PackFileRefused, PackError):
        return None


def keep_set(connection: Connection, archive: bytes, *, signer_name: str, worker: str, now: int) -> str:
    """Keep a set, if it is not here yet; a kept one is never written over. Returns its hash."""
    header = read_header(archive)
    if connection.execute(select(SETS.c.hash).where(SETS.c.hash == header.hash)).first() is None:
        said: dict[str, object] = {
            "hash": header.hash,
            "title": header.title,
            "signer": header.sign_public,
            "signer_name": signer_name,
        }
        said |= {"pack_hashes": dict(header.packs), "active": False, "archive": archive}
        connection.execute(insert(SETS).values(**said, worker=worker, at=now))
    return header.hash


def keep_unsigned(connection: Connection, policies: Policies, *, worker: str, now: int) -> str:
    """Keep a set that came with the program, if it is not here yet. Returns its hash."""
    found = connection.execute(select(SETS.c.hash).where(SETS.c.hash == policies.hash)).scalar()
    if found is not None:
        return str(found)
    return keep_set(
        connection, write_pack_file(policies, title=_SHIPPED, made_at=now), signer_name="", worker=worker, now=now
    )


def keep_for_determinations(
    connection: Connection, rows: Iterable[str], known: Mapping[str, Policies], *, worker: str, now: int
) -> None:
    """Keep the sets by which these determinations (ids among rows) were decided, so that they can be decided again.

    known: the sets that decided since the program was started, by hash.
    """
    wanted: set[str] = set()
    ids = sorted(rows)
    for start in range(0, len(ids), _AT_ONCE):
        here = _DETERMINATION.c.id.in_(ids[start : start + _AT_ONCE])
        wanted.update(connection.execute(select(_DETERMINATION.c.pack_hash).where(here).distinct()).scalars())
    for policies in known.values():
        if wanted & {pack.hash for pack in policies.packs.values()}:
            keep_unsigned(connection, policies, worker=worker, now=now)


def activate(connection: Connection, chosen: str) -> None:
    """Let a kept set decide from now on; "" for the set that comes with the program."""
    connection.execute(update(SETS).where(SETS.c.active.is_(True), SETS.c.hash != chosen).values(active=False))
    connection.execute(update(SETS).where(SETS.c.hash == chosen).values(active=True))
    write_meta(connection, _BESIDE, {**read_meta(connection, _BESIDE), "beside": load_policies().hash})


def sets_with(connection: Connection, pack_hash: str) -> list[tuple[str, bytes]]:
    """(hash, archive) of every kept set that holds a pack of this hash, the oldest first."""
    rows = connection.execute(select(SETS.c.hash, SETS.c.pack_hashes).order_by(SETS.c.at, SETS.c.hash)).all()
    found = [row.hash for row in rows if pack_hash in row.pack_hashes.values()]
    kept = {row.hash: row.archive for row in connection.execute(select(SETS).where(SETS.c.hash.in_(found)))}
    return [(each, kept[each]) for each in found]
