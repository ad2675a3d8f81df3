"""What a check of the record misses because a backup was restored: rows that were written after that backup.

A restored casebook is that of an earlier day, and so is its record: backups and batches made since then name rows that
it no longer has. The record itself tells of the restore, in the chain that begins after it. Such rows are gone all the
same, so a record that lacks them is not called sound; but nobody needs to have forged anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.clock import local_time
from models.services.audit_views import CheckedChain, KnownAnchor, TakenBack

ACTION, _BACKUP_OF = "restore", "backup of "
_MINUTE = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Restore:
    """A row that tells of a restore."""

    chain: str
    at: int  # milliseconds: when the restored casebook was opened first
    backup: str  # minute of the backup, local time


def detail_of(made_at: int, erased: int) -> str:
    """The detail of the row that tells of a restore. made_at: of the backup, milliseconds."""
    return f"{_BACKUP_OF}{local_time(made_at):{_MINUTE}}, {erased} erased again"


def restores_in(rows: Iterable[Mapping[str, Any]]) -> list[Restore]:
    """The restores that rows tell of."""
    return [
        Restore(row["chain"], row["at"], row["detail"][len(_BACKUP_OF) :].split(",")[0])
        for row in rows
        if row["action"] == ACTION and row["detail"].startswith(_BACKUP_OF)
    ]


def sort_out(
    chains: Sequence[CheckedChain], lost: Sequence[KnownAnchor], restores: Sequence[Restore]
) -> tuple[tuple[CheckedChain, ...], tuple[KnownAnchor, ...], tuple[TakenBack, ...]]:
    """The chains and the lost places again, without what follows from a restore, and what that is.

    The end of a chain follows from a restore where the chain that tells of it goes on right behind that end, and every
    place beyond was written down between the backup and the restore. A whole chain does where all that is known of it
    was written down then; not where a chain that is still here says that it goes on behind it.
    """
    told = {one.verdict.chain: one for one in chains if not any(each.kind != "cut" for each in one.verdict.findings)}
    gone: dict[Restore, list[KnownAnchor]] = {}
    kept = []
    for chain in chains:
        head, beyond = chain.verdict.head, _beyond(chain)
        cause = next(
            (
                one
                for one in restores
                if head is not None
                and one.chain in told
                and told[one.chain].after == head
                and all(_between(place, one) for place in beyond)
            ),
            None,
        )
        if cause is not None and beyond:
            gone.setdefault(cause, []).append(max(beyond, key=lambda place: place.anchor.seq))
            explained = tuple(one for one in chain.verdict.findings if one.kind == "cut")
            chain = replace(chain, taken_back=explained)
        kept.append(chain)
    unexplained = []
    for name in dict.fromkeys(one.anchor.chain for one in lost):
        places = [one for one in lost if one.anchor.chain == name]
        cause = next(
            (one for one in restores if one.chain in told and all(_between(place, one) for place in places)), None
        )
        if cause is None:
            unexplained += places
        else:
            gone.setdefault(cause, []).append(max(places, key=lambda place: place.anchor.seq))
    heads = {one.verdict.chain: one.verdict.rows for one in chains}
    taken = [
        TakenBack(
            cause.at,
            cause.backup,
            sum(place.anchor.seq - heads.get(place.anchor.chain, 0) for place in places),
            max((place for place in places if place.where == "backup"), key=lambda place: place.at, default=None),
        )
        for cause, places in gone.items()
    ]
    return tuple(kept), tuple(unexplained), tuple(sorted(taken, key=lambda one: one.at))


def _beyond(chain: CheckedChain) -> list[KnownAnchor]:
    """The places of a chain that lie behind its last row."""
    last = chain.verdict.head.seq if chain.verdict.head is not None else 0
    return [one for one in chain.anchors if one.anchor.seq > last]


def _between(place: KnownAnchor, restore: Restore) -> bool:
    """Whether a place was written down after the backup and before it was restored."""
    since = f"{local_time(place.at):{_MINUTE}}"
    return place.where != "begin" and restore.backup <= since and place.at <= restore.at
