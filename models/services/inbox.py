"""The inbox: files of the exchange that lie in some folders, in parcels by sender; looked at, taken in, or kept aside.

`Inbox(book).look([folder])` says what is there without opening anything; `preview` what taking it in would do; `take`
takes it in, file by file, so that it can be stopped between two of them and nothing that came before is lost.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from models.errors import CannotRead
from models.records.operation import Batch, SealedFile
from models.services import exchange_held, inbox_taking, partners, refused_files
from models.services.book import Book
from models.services.inbox_reading import Seen, look_into
from models.services.inbox_views import Arrival, Box, Parcel, Preview, Refused, State, Taken
from models.services.sync_steps import Cancelled, Progress
from models.store.rows import table_of
from models.sync.envelope import MAX_FILE_BYTES
from models.sync.files import read_limited

__all__ = ["Box", "Inbox", "Parcel", "Preview", "Refused", "Taken"]

_BATCH, _SEALED = table_of(Batch), table_of(SealedFile)
_MOST_PARTS = 2000  # of an export that are named where they lack
_MAY_HEAL = ("unknown_sender", "no_record")  # refusals that do not hold once a card or a record has come
_ORDER = {"batch": 0, "receipt": 1, "sealed": 2, "card": 3}  # pictures belong to records that come before them


class Inbox:
    """The verbs of what comes in."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._seen: dict[tuple[str, int, int], Seen] = {}  # files looked at before, by Seen.key
        self._hashes: dict[tuple[str, int, int], str] = {}  # of whole files that may have been refused before

    def look(self, folders: Iterable[Path]) -> Box:
        """What lies in some folders and the folders in them. Reads heads only; a folder that is gone holds nothing."""
        seen = list({one.path: one for folder in folders for one in look_into(folder, self._seen)}.values())
        self._seen = {one.key: one for one in seen}
        return self.sort(seen)

    def sort(self, seen: Sequence[Seen]) -> Box:
        """What is known of files that were seen (inbox_reading.look_into, which needs no casebook)."""
        if not seen:
            return Box()
        with self._book.reading_whole() as connection:
            me = partners.own_id(connection)
            names = {partner.id: partner.name for partner in partners.all_trusted(connection)}
            here = _applied(connection, [one.sha for one in seen]) | inbox_taking.read_before(connection)
            here |= _taken_beside(connection, [one for one in seen if one.kind == "sealed"])
            aside = refused_files.known(connection)
            parts = _parts_here(connection, {one.export for one in seen if one.kind == "batch"})
        arrivals = [
            Arrival(
                one,
                self._state(one, me, names, here, aside),
                one.name or names.get(one.sender, ""),
                names.get(one.to, "") if one.to != me else "",
            )
            for one in seen
            if one.sender != me
        ]
        return Box(
            parcels=tuple(_parcels(arrivals, parts)),
            others=tuple(one for one in arrivals if one.state not in ("new", "here")),
        )

    def preview(
        self, files: Sequence[Path], progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> Preview:
        """What taking these files in would do; nothing is written. A file that cannot be taken in is named in it."""
        return inbox_taking.preview(self._book, files, progress, cancelled)

    def take(
        self, files: Sequence[Path], progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> Taken:
        """Take files in one after another, each wholly or not at all; refused ones are kept aside with the reason.

        Stopped between two files, it says how many are left. Cards are not taken in: people decide on them
        (Sync.trust_card). Raises DiskFull; what was taken in until then stays. Raises ExchangeHeld after a restore.
        """
        exchange_held.check(self._book)
        self._book.back_up_before("import")
        return inbox_taking.take(self._book, files, progress, cancelled)

    def refused(self) -> list[Refused]:
        """The files that are kept aside, the latest first."""
        return refused_files.all_kept(self._book)

    def try_again(self, refused_id: str) -> Taken:
        """Take a file in that was kept aside; where that works it is on the list no more. Raises NotFound."""
        path = refused_files.kept_path(self._book, refused_id)
        exchange_held.check(self._book)
        self._book.back_up_before("import")
        return inbox_taking.take(self._book, [path])

    def forget(self, refused_id: str) -> None:
        """Take a file off the list and delete the copy that was kept here; nothing elsewhere is deleted."""
        refused_files.forget(self._book, refused_id)

    def _state(
        self,
        one: Seen,
        me: str,
        names: dict[str, str],
        here: set[str],
        aside: "dict[str, refused_files.Known]",
    ) -> State:
        if one.kind in ("newer", "foreign"):
            return "newer" if one.kind == "newer" else "foreign"
        if one.kind == "card":
            return "here" if one.sha in names else "new"
        if one.sha in here:
            return "here"
        if one.to != me:
            return "other_office"
        before = self._refused_before(one, aside)
        if before is not None and not (before in _MAY_HEAL and one.sender in names):
            return "aside"
        return "new" if one.sender in names else "unknown_sender"

    def _refused_before(self, one: Seen, aside: "dict[str, refused_files.Known]") -> str | None:
        """Why this very file was refused before. Read whole only where one of its size was."""
        if one.size not in {known.size for known in aside.values()}:
            return None
        if one.key not in self._hashes:
            try:
                data = read_limited(one.path, MAX_FILE_BYTES)
            except CannotRead:
                return None
            self._hashes[one.key] = hashlib.sha256(data).hexdigest()
        found = aside.get(self._hashes[one.key])
        return found.reason if found is not None else None


def _applied(connection: Connection, shas: Sequence[str]) -> set[str]:
    """Those of some batch files that were taken in."""
    found: set[str] = set()
    for start in range(0, len(shas), 500):
        query = select(_BATCH.c.id).where(
            _BATCH.c.id.in_(shas[start : start + 500]), _BATCH.c.direction == "in", _BATCH.c.status == "applied"
        )
        found.update(connection.execute(query).scalars())
    return found


def _taken_beside(connection: Connection, sealed: Sequence[Seen]) -> set[str]:
    """Those of some sealed files that were taken in, told by sender and name: the name says what is inside."""
    found: set[tuple[str, str]] = set()
    names = [one.path.name for one in sealed]
    for start in range(0, len(names), 500):
        query = select(_SEALED.c.peer, _SEALED.c.file_name).where(
            _SEALED.c.file_name.in_(names[start : start + 500]),
            _SEALED.c.direction == "in",
            _SEALED.c.status == "applied",
        )
        found.update((row.peer, row.file_name) for row in connection.execute(query))
    return {one.sha for one in sealed if (one.sender, one.path.name) in found}


def _parts_here(connection: Connection, exports: set[str]) -> dict[str, set[int]]:
    """Which parts of some exports were taken in, whether or not their files are still there."""
    found: dict[str, set[int]] = defaultdict(set)
    if not exports:
        return found
    query = select(_BATCH.c.detail).where(_BATCH.c.direction == "in", _BATCH.c.status == "applied")
    for detail in connection.execute(query.order_by(_BATCH.c.at.desc()).limit(2000)).scalars():
        if detail.get("export") in exports:
            found[detail["export"]].add(int(detail.get("part", 1)))
    return found


def _parcels(arrivals: Iterable[Arrival], parts: dict[str, set[int]]) -> list[Parcel]:
    together: dict[tuple[str, ...], list[Arrival]] = defaultdict(list)
    for one in arrivals:
        if one.state in ("new", "here"):
            together[one.seen.kind, one.seen.sender, one.seen.export if one.seen.kind == "batch" else ""].append(one)
    found = []
    for (kind, sender_id, export), several in together.items():
        several.sort(key=lambda one: (one.seen.part, one.seen.made_at, one.seen.path.name))
        newest = max(several, key=lambda one: one.seen.made_at)
        of = newest.seen.of if kind == "batch" else 1
        had = parts.get(export, set()) | {one.seen.part for one in several}
        absent = [part for part in range(1, min(of, _MOST_PARTS) + 1) if part not in had][: max(of - len(had), 0)]
        found.append(
            Parcel(
                sender_id,
                newest.sender,
                kind,
                tuple(several),
                of,
                newest.seen.made_at,
                tuple(absent) if kind == "batch" else (),
            )
        )
    return sorted(found, key=lambda parcel: (_ORDER[parcel.kind], parcel.made_at, parcel.sender_id))
