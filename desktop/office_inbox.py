"""The folder that an office's server watches: each file is taken in by itself, or moved aside with the reason.

Taken files go to the folder `taken` inside it, refused ones to `refused` with a text beside them. So the folder itself
holds only what waits, a service may be stopped between any two files, and a file comes back by being moved back.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from models.errors import BatchRefused, CannotRead, CannotWrite, StoreBusy
from models.texts import _, ngettext

if TYPE_CHECKING:
    from models.casebook import Casebook
    from models.services.inbox import Box

TAKEN, REFUSED = "taken", "refused"
ENDING = ".reason.txt"


@dataclass(frozen=True)
class Outcome:
    """What became of a file: how many changes were new and known, or why it was refused."""

    file: str
    new: int = 0
    known: int = 0
    conflicts: int = 0
    reason: str = ""  # a word of BatchRefused, or unreadable


def sentence(one: Outcome) -> str:
    """The same for a person."""
    if one.reason:
        return _("{file}: refused. {why}").format(file=one.file, why=_why(one.reason))
    words = ngettext("{n} new change", "{n} new changes", one.new).format(n=f"{one.new:,}")
    if one.conflicts:
        more = ngettext("{n} new conflict", "{n} new conflicts", one.conflicts).format(n=f"{one.conflicts:,}")
        words = f"{words}, {more}"
    return _("{file}: taken in, {words}.").format(file=one.file, words=words)


def run(casebook: "Casebook", folder: Path, told: Callable[[Outcome], object], stop: Event, watch: float = 0.0) -> None:
    """Take in what waits in a folder; with `watch` (seconds) go on looking until `stop` is set.

    While watching, a file is taken only when it did not grow since the last look: it may still be on its way. A server
    or a folder that is away is tried again then. Raises DiskFull, CannotWrite; without `watch` also StoreUnreachable,
    StoreBusy, CannotRead.
    """
    from models.store.engine import StoreUnreachable

    before: dict[Path, tuple[int, int]] = {}
    while not stop.is_set():
        tried = 0
        try:
            now = _sizes(folder)
            ready = [path for path, size in now.items() if not watch or before.get(path) == size]
            before = now
            for path in _in_order(casebook, folder, ready):
                if stop.is_set():
                    return
                tried += 1
                outcome = _take(casebook, folder, path)
                if outcome is not None:
                    told(outcome)
        except (StoreUnreachable, StoreBusy, CannotRead):
            if not watch:
                raise
        if watch:
            stop.wait(watch)
        elif not tried:  # a look shows so many files only: what lies behind them comes with the next
            return


def _sizes(folder: Path) -> dict[Path, tuple[int, int]]:
    found = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as trouble:
        raise CannotRead(name=folder.name) from trouble
    for path in paths:
        with suppress(OSError):
            if path.is_file() and not path.name.startswith("."):
                about = path.stat()
                found[path] = about.st_size, about.st_mtime_ns
    return found


def _in_order(casebook: "Casebook", folder: Path, ready: list[Path]) -> list[Path]:
    """The files of the exchange among them, the oldest export first; what is none of ours is left where it is."""
    if not ready:
        return []
    box: Box = casebook.inbox.look([folder])
    here = [one.seen for parcel in box.parcels for one in parcel.arrivals if one.state == "here"]
    others = [one.seen for one in box.others if one.state != "foreign"]
    known = [*box.waiting, *(seen.path for seen in (*here, *others) if seen.kind != "card")]  # people decide on cards
    wanted = set(ready)
    return [path for path in dict.fromkeys(known) if path in wanted]


def _take(casebook: "Casebook", folder: Path, path: Path) -> Outcome | None:
    """None where there was nothing to take: another import was quicker, or the folder is away."""
    with casebook.upkeep.turn():  # what two imports at once brought would be told twice
        taken = casebook.inbox.take([path])
    reason = taken.refused[0].reason if taken.refused else "unreadable" if taken.unread else ""
    outcome = Outcome(path.name, taken.new, taken.already_here, taken.conflicts, reason)
    if not path.exists():
        return None if taken.unread else outcome
    where = _move(path, folder / (REFUSED if reason else TAKEN))
    if reason:
        try:
            where.with_name(where.name + ENDING).write_text(f"{reason}\n{_why(reason)}\n", "utf-8")
        except OSError as trouble:
            raise CannotWrite(name=where.name) from trouble
    return outcome


def _why(reason: str) -> str:
    return _("The file could not be read.") if reason == "unreadable" else BatchRefused(reason=reason).sentence()


def _move(path: Path, folder: Path) -> Path:
    """Into a folder beside it, under a name that nothing there has."""
    try:
        folder.mkdir(exist_ok=True)
        target, n = folder / path.name, 1
        while target.exists():
            n += 1
            target = folder / f"{path.stem}_{n}{path.suffix}"
        return path.rename(target)
    except OSError as trouble:
        raise CannotWrite(name=path.name) from trouble
