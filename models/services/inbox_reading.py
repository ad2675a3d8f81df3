"""What lies in a folder or on a stick: files of the exchange, told by their first lines. Nothing is trusted or opened.

Only names with one of our endings are looked at, only so many of them, and of each only the readable head; who wrote a
file, whether it is whole and what it says is found out when it is taken in.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from models.errors import BatchRefused
from models.sync import envelope
from models.sync.card import MAX_CARD_BYTES, CardRefused, read_card
from models.sync.files import read_limited

FileKind = Literal["batch", "receipt", "card", "sealed", "newer", "foreign"]
"""What a file says it is; newer: of a later program; foreign: none of ours, whatever its name says."""

ENDINGS = (".jmb", ".jmr", ".jmcard", ".jma")
MOST_LOOKED_AT = 4000  # entries of a folder and the folders in it; a stick full of films must not hold anybody up
MOST_FILES = 1000  # of ours
DEPTH = 2  # the folder itself and the folders in it
_HEAD = envelope.MAX_HEADER_BYTES + 64
_KINDS: dict[bytes, tuple[str, FileKind]] = {
    b"JINMEN-BATCH ": ("batch", "batch"),
    b"JINMEN-RECEIPT ": ("receipt", "receipt"),
    b"JINMEN-FILE ": ("file", "sealed"),
}


@dataclass(frozen=True)
class Seen:
    """A file as its name and its first lines describe it, which may be a lie."""

    path: Path
    kind: FileKind
    size: int  # bytes
    changed: int  # nanoseconds, as the file system says
    sha: str = ""  # of the sealed payload: the identity of the file; of a card its key id
    sender: str = ""  # key id
    to: str = ""  # key id
    export: str = ""
    part: int = 1
    of: int = 1
    made_at: int = 0  # milliseconds, by the sender's clock
    name: str = ""  # of the office, on a card

    @property
    def key(self) -> tuple[str, int, int]:
        """What stays the same as long as the file does."""
        return str(self.path), self.size, self.changed


def look_into(folder: Path, known: dict[tuple[str, int, int], Seen] | None = None) -> list[Seen]:
    """The files of the exchange in a folder and the folders in it, by name. A folder that is gone holds none.

    known: what was seen before, by Seen.key; such files are not read again.
    """
    found = []
    for entry in _ours(folder):
        try:
            state = entry.stat()
            key = (entry.path, state.st_size, state.st_mtime_ns)
            seen = (known or {}).get(key) or glance(Path(entry.path), state.st_size, state.st_mtime_ns)
        except OSError:  # the stick was pulled out
            continue
        found.append(seen)
    return sorted(found, key=lambda seen: str(seen.path))


def glance(path: Path, size: int | None = None, changed: int = 0) -> Seen:
    """One file by its first lines. Raises CannotRead."""
    head = read_limited(path, _HEAD)
    size = len(head) if size is None else size
    if path.suffix == ".jmcard":
        return _card(path, size, changed, head)
    kind, shown = next((said for start, said in _KINDS.items() if head.startswith(start)), ("", "foreign"))
    if kind not in get_args(envelope.Kind):
        return Seen(path, "foreign" if shown == "foreign" else "newer", size, changed)
    try:
        header = envelope.peek(kind, head)  # type: ignore[arg-type]  # it is one of them
    except BatchRefused as refusal:
        return Seen(path, "newer" if refusal.facts["reason"] == "newer" else "foreign", size, changed)
    return Seen(
        path,
        shown,
        size,
        changed,
        sha=header.sha,
        sender=header.sender,
        to=header.to,
        export=header.batch,
        part=header.part,
        of=header.of,
        made_at=header.made_at,
    )


def _card(path: Path, size: int, changed: int, head: bytes) -> Seen:
    try:
        card = read_card(head[: MAX_CARD_BYTES + 1])
    except CardRefused:
        return Seen(path, "foreign", size, changed)
    return Seen(path, "card", size, changed, sha=card.id, sender=card.id, name=card.office_name)


def _ours(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """Entries with one of our endings; links are not followed."""
    looked = ours = 0
    level = [folder]
    for _depth in range(DEPTH):
        below: list[Path] = []
        for place in level:
            try:
                with os.scandir(place) as entries:
                    for entry in entries:
                        looked += 1
                        if looked > MOST_LOOKED_AT or ours >= MOST_FILES:
                            return
                        if entry.is_dir(follow_symlinks=False):
                            if not entry.name.startswith("."):
                                below.append(Path(entry.path))
                        elif entry.name.endswith(ENDINGS) and entry.is_file(follow_symlinks=False):
                            ours += 1
                            yield entry
            except OSError:
                continue
        level = sorted(below)
