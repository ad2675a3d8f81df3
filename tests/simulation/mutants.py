"""Ways to break the exchange that look harmless: the simulator must catch each, or it proves nothing.

Each is a change of our own code for as long as the block lasts; the first eleven are named as in the design's table
of mutants.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, func, select

from models.records.operation import Operation
from models.services import partners
from models.services.sync import Sync
from models.store import chains, down_got, importing
from models.store.rows import table_of
from models.store.work import Work, read_meta, write_meta
from models.sync import merge, stream
from models.sync.batch import Tips
from models.sync.merge import Merged, merge_row

_OPERATIONS = table_of(Operation)


@contextmanager
def lww() -> Iterator[None]:
    """The value with the highest clock is kept and the others are forgotten: a typed note disappears."""

    def newest_only(operations: Any) -> Merged:
        known = {one["id"]: one for one in operations}
        merged = merge_row(known.values())
        heads: dict[str, list[str]] = {}
        for field in {name for names in merged.heads.values() for name in names}:
            holders = [one for one, names in merged.heads.items() if field in names]
            newest = max(holders, key=lambda one: (known[one]["clock"], one))
            heads.setdefault(newest, []).append(field)
        return Merged(merged.entity, {one: sorted(names) for one, names in heads.items()}, merged.values, {})

    with patch.object(importing, "merge_row", newest_only):
        yield


@contextmanager
def no_dedupe() -> Iterator[None]:
    """Operations that are here already are taken for new ones."""
    with patch.object(importing, "_known", lambda _connection, _keys: set()):
        yield


@contextmanager
def clock_drag() -> Iterator[None]:
    """A clock that is ahead somewhere sets everybody's."""
    apply = Sync.apply

    def dragged(sync: Sync, path: Path, *rest: Any) -> Any:
        done = apply(sync, path, *rest)
        with sync._book.writing() as connection:
            highest = connection.execute(select(func.max(_OPERATIONS.c.clock))).scalar() or 0
            own = read_meta(connection, "device")
            write_meta(connection, "device", {**own, "clock": max(int(own["clock"]), int(highest))})
        return done

    with patch.object(Sync, "apply", dragged):
        yield


@contextmanager
def ack_past_gap() -> Iterator[None]:
    """The highest number of a device is said to be held, whatever is missing before it."""

    def highest(connection: Connection, device: str) -> dict[str, Any]:
        query = select(_OPERATIONS.c.seq, _OPERATIONS.c.id).where(_OPERATIONS.c.device == device)
        seq, identity = connection.execute(query.order_by(_OPERATIONS.c.seq.desc()).limit(1)).one()
        return {"tips": [[seq, identity]], "loose": 0, "pieces": []}

    with patch.object(chains, "_count", highest), patch.object(chains, "_grown", lambda *_: None):
        yield


def _united(one: Mapping[str, Any], other: Mapping[str, Any]) -> Tips:
    return {
        device: sorted({(int(seq), str(end)) for seq, end in [*one.get(device, []), *other.get(device, [])]})
        for device in {*one, *other}
    }


@contextmanager
def monotone_ack() -> Iterator[None]:
    """What somebody once said to hold is believed for ever, though their casebook may have been restored."""
    said_to_hold = partners.said_to_hold

    def never_less(connection: Connection, partner_id: str, holds: Tips, now: int) -> None:
        before = next((one.holds for one in partners.all_trusted(connection) if one.id == partner_id), {})
        said_to_hold(connection, partner_id, _united(before, holds), now)

    with patch.object(partners, "said_to_hold", never_less):
        yield


@contextmanager
def not_atomic() -> Iterator[None]:
    """An import commits the log before the tables."""
    write_rows = importing._write_rows

    def after_a_commit(connection: Connection, *rest: Any) -> Any:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return write_rows(connection, *rest)

    with patch.object(importing, "_write_rows", after_a_commit):
        yield


@contextmanager
def mark_sent_on_export() -> Iterator[None]:
    """What was written to a stick counts as being there, until the other side says something else."""
    export = Sync.export

    def marking(sync: Sync, folder: Path, *rest: Any, to: str = "") -> list[Path]:
        written = export(sync, folder, *rest, to=to)
        with sync._book.writing() as connection:
            partner = partners.addressee(connection, to)
            partners.said_to_hold(connection, partner.id, chains.tips(connection), partner.at)
        return written

    with patch.object(Sync, "export", marking):
        yield


@contextmanager
def sent_flag() -> Iterator[None]:
    """What was written to a stick counts as being there for good."""
    with monotone_ack(), mark_sent_on_export():
        yield


@contextmanager
def seq_is_identity() -> Iterator[None]:
    """Device and number are the identity of a change: a restored computer uses both a second time."""
    known = importing._known

    def by_number(connection: Connection, operations: Collection[Mapping[str, Any]]) -> set[tuple[str, str]]:
        found = known(connection, operations)
        for one in operations:
            query = select(_OPERATIONS.c.id).where(_OPERATIONS.c.device == one["device"])
            if connection.execute(query.where(_OPERATIONS.c.seq == one["seq"])).first():
                found.add((one["district"], one["id"]))
        return found

    with patch.object(importing, "_known", by_number):
        yield


@contextmanager
def no_pending() -> Iterator[None]:
    """A file of a stream that came too early is not remembered, and counts as if those before it had come."""

    def at_once(pending: Sequence[Any], given: Any) -> list[Any]:
        return [[0, "", *given.cursor, ""]]

    with patch.object(down_got, "wait_for_those_before", at_once):
        yield


@contextmanager
def no_set_digest() -> Iterator[None]:
    """Nobody compares what a stream should hold with what is there."""
    with patch.object(stream, "agree", lambda *_: True):
        yield


@contextmanager
def removal_wins() -> Iterator[None]:
    """A removal hides, without a word, what somebody who did not know of it wrote in the record."""
    with patch.object(merge, "unseen_by_removal", lambda *_: []):
        yield


@contextmanager
def removal_says_nothing() -> Iterator[None]:
    """A removal does not say what stood in the record, so that nobody can tell what it did not know."""
    with patch.object(Work, "_seen_by_removal", lambda *_: None):
        yield


MUTANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    mutant.__name__: mutant
    for mutant in (
        *(lww, no_dedupe, clock_drag, ack_past_gap, monotone_ack, not_atomic),
        *(sent_flag, seq_is_identity, no_pending, mark_sent_on_export, no_set_digest),
        *(removal_wins, removal_says_nothing),
    )
}


def caught(wrong: str) -> bool:
    """Whether what went wrong in a history (nothing: "") shows that a mutant was caught.

    Raises AssertionError where the mutant no longer fits the code that it changes: that would be caught everywhere.
    """
    for fault in ("AttributeError", "TypeError", "NameError"):
        if f": {fault}: " in wrong:
            raise AssertionError(f"a mutant that is out of date: {wrong}")
    return bool(wrong)
