"""Backups of a casebook that is a file: by hand and by themselves, in two places, and proved on trial.

The first place is beside the casebook, always; the second a folder of the worker's choice on a stick or a share, which
gets a copy whenever it can be reached. By themselves backups are made at the start of the day, every half hour while
something changes, and before files are taken in, records are merged, the keys are changed, a backup is restored or a
new version rewrites the tables.

A backup reads the whole file: half a second for 60 MB on the machine this was measured on, some seconds on an old one.
So what comes before an import or a merge fixes the state of that moment at once, and of a large casebook the copy is
written beside the work, which waits for nothing; nor is one made where nothing was written since the last.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.clock import local_time, milliseconds, today
from models.errors import Problem
from models.security.keystore import Keys
from models.services import exchange_held
from models.services.book import Book
from models.services.exchange_held import Restored
from models.store import audit, backup, backup_restoring
from models.store.backup import Backup
from models.store.backup_manifest import read
from models.store.backup_restoring import Drilled
from models.store.work import read_meta, write_meta
from models.texts import _

PLACE_SETTING = "backup_folder"
"""Name of the setting: the second place; "" where there is none."""

BACKUPS = "backups"
"""The first place: this folder beside the casebook."""

PAUSE_MS, LONG_PAUSE_MS = 30 * 60_000, 2 * 60 * 60_000
"""While something changes a backup is made so often; the longer one holds for a large casebook."""

MERGES_MS = 10 * 60_000
"""Before a merge only where the last backup is older: one merges dozens of records in a row, and each can be undone."""

AT_ONCE_BYTES, LARGE_BYTES = 32 * 1024 * 1024, 256 * 1024 * 1024
"""Up to the first a backup is made while the verb waits (half a second); from the second on it is a large casebook."""

_KEPT = "backups"  # Meta: what the second place was last seen with, and the last trial


class ServerBackedUp(Problem):
    """A desk of an office was asked for a backup."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The records of this office lie on its server, and whoever keeps the server backs it up there; the help "
            "page says how. What is being typed at this desk is kept on this computer."
        )


class NoBackup(Problem):
    """There is no backup that could be tried."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("There is no backup yet. Nothing was changed. Make one first.")


@dataclass(frozen=True)
class Made:
    """A backup that was written, and what became of its copy."""

    path: Path  # beside the casebook, or where somebody asked for it
    second: Path | None = None  # the copy in the second place
    away: str = ""  # the second place where it could not be reached
    trouble: Problem | None = None  # the second place was there and could not be written


@dataclass(frozen=True)
class PlaceStanding:
    """One of the two places."""

    folder: Path
    reachable: bool
    last_at: int  # of the newest backup there, as far as is known; 0: none
    seen_at: int  # when a backup was last written there or found there
    count: int
    size: int  # bytes of all of ours


@dataclass(frozen=True)
class Standing:
    """Where the backups stand."""

    first: PlaceStanding
    second: PlaceStanding | None  # None: no second place was chosen
    drilled_at: int  # when a backup was last proved on trial; 0: never
    drilled_of: int  # of when that backup was
    changed: bool  # whether anything was written since the newest


class Backups:
    """The verbs of backups."""

    def __init__(self, book: Book, sweep: Callable[[], object] = lambda: None) -> None:
        """sweep: what is destroyed for good before the backup of the day, so that none carries it on."""
        self._book = book
        self._sweep = sweep
        self._one = threading.Lock()  # one backup at a time
        self._beside: threading.Thread | None = None
        self._trouble: Problem | None = None
        self._ending = (
            threading.Lock()
        )  # a trial that outlasts the casebook writes nothing into the file that is closed
        self._closed = False

    # What there is.

    def all(self) -> list[Backup]:
        """The backups of this casebook in both places, the newest first; not verified."""
        keys = self._needed()
        found = [each for place in self._places() for each in backup.backups(place, keys.vault)]
        return sorted(found, key=lambda each: each.made_at, reverse=True)

    def standing(self) -> Standing:
        """Where the backups stand. Raises ServerBackedUp."""
        keys, kept = self._needed(), self._kept()
        first = self._of(self._first(), keys, {})
        second = self._second_folder()
        newest = self._newest()
        return Standing(
            first,
            self._of(second, keys, kept) if second is not None else None,
            int(kept.get("drilled_at", 0)),
            int(kept.get("drilled_of", 0)),
            newest is None or self._changed_since(newest),
        )

    def trouble(self) -> Problem | None:
        """Why the last backup that was made by itself could not be made; told once."""
        found, self._trouble = self._trouble, None
        return found

    # Making them.

    def now(self, reason: str = "asked") -> Made:
        """Make a backup beside the casebook and in the second place, where that can be reached.

        reason: key of models.store.backup_manifest.REASONS. Raises DiskFull, CannotWrite, DamagedStore, ServerBackedUp.
        """
        self._needed()
        with self._one:
            return self._make(reason)

    def into(self, folder: Path) -> Path:
        """Make a backup in a folder of somebody's choice. Raises DiskFull, CannotWrite, ServerBackedUp."""
        keys = self._needed()
        with self._one:
            self._book.note("backup", "casebook", "", "asked")
            return backup.back_up(self._book.engines, folder, keys, self._book.clock)

    def begin(self) -> Callable[[], Made | None] | None:
        """What is due by itself: the backup of the day, one after half an hour of work, the copy for a stick that is
        there again. None where nothing is. To be asked often: it costs the reading of a few small files.

        The returned work reads the file over a connection of its own, beside any other work. It raises DiskFull,
        CannotWrite.
        """
        if self._book.keys is None or self._book.engines.path is None:  # whoever keeps the server backs it up
            self._sweep()
            return None
        newest, now = self._newest(), milliseconds(self._book.clock)
        if newest is None or local_time(newest.made_at).date() != today(self._book.clock):
            self._sweep()
            return self._later("day")
        pause = LONG_PAUSE_MS if newest.size > LARGE_BYTES else PAUSE_MS
        if abs(now - newest.made_at) >= pause and self._changed_since(newest):
            return self._later("working")
        if self._second_folder() is not None and int(self._kept().get("second_last", 0)) < newest.made_at:
            return lambda: self._catch_up(newest)  # whether a share can be reached is not asked here: it may take long
        return None

    def before(self, reason: str) -> None:
        """Fix the state before an import or a merge in a backup, where it is not in one yet; see the module.

        Never stands in the way: what goes wrong is told by trouble().
        """
        if self._book.keys is None or self._book.engines.path is None or not self._one.acquire(blocking=False):
            return  # one is being made at this very moment
        try:
            wanted = self._wanted(reason)
        except BaseException:
            self._one.release()
            raise
        if not wanted:
            self._one.release()
            return
        begun = threading.Event()

        def work() -> None:
            try:
                self._make(reason, begun.set, second=False)  # a slow stick gets its copy when nobody waits
            except Problem as problem:
                self._trouble = problem
            finally:
                self._one.release()
                begun.set()

        if self._size() <= AT_ONCE_BYTES:
            work()
        else:
            self._beside = threading.Thread(target=work, name="backup")
            self._beside.start()
            begun.wait()

    def choose(self, folder: str) -> None:
        """Keep copies in this folder from now on; "" for none."""
        with self._book.writing_here() as connection:
            write_meta(connection, "settings", {**read_meta(connection, "settings"), PLACE_SETTING: folder})
            kept = {
                name: value for name, value in read_meta(connection, _KEPT).items() if not name.startswith("second")
            }
            write_meta(connection, _KEPT, kept)

    def finish(self) -> None:
        """Wait for a backup that is being made; none is begun afterwards. Called when the casebook is closed."""
        with self._ending:
            self._closed = True
        if self._beside is not None:
            self._beside.join()
        with self._one:
            pass

    # Proving them.

    def drill(self, chosen: Path | None = None) -> Drilled:
        """Prove that a backup (the newest, where none is named) can be restored: on trial, inside the data folder.

        Raises NoBackup, DamagedBackup, CannotRead, DiskFull, CannotWrite, ServerBackedUp.
        """
        keys = self._needed()
        if chosen is None:
            every = self.all()
            if not every:
                raise NoBackup
            chosen = every[0].path
        done = backup_restoring.drill(chosen, self._book.folder, keys)
        with self._ending:
            if not self._closed:
                self._keep(drilled_at=milliseconds(self._book.clock), drilled_of=done.backup.made_at)
                self._book.note("backup", "casebook", "", f"drill {done.rows}")
        return done

    # After a restore.

    def restored(self) -> Restored | None:
        """The last restore of this casebook, and whether files are exchanged again; None where there was none."""
        with self._book.reading() as connection:
            return exchange_held.restored(connection)

    def agree(self) -> None:
        """Exchange files again: somebody has read what it means that this casebook was restored."""
        exchange_held.agree(self._book)

    def _needed(self) -> Keys:
        if self._book.keys is None or self._book.engines.path is None:
            raise ServerBackedUp
        return self._book.keys

    def _make(self, reason: str, begun: Callable[[], object] = lambda: None, *, second: bool = True) -> Made:
        keys, engines, clock = self._needed(), self._book.engines, self._book.clock
        self._book.note("backup", "casebook", "", reason)  # before, so that the backup holds it
        made = backup.back_up(engines, self._first(), keys, clock, reason=reason, begun=begun)
        backup.thin(self._first(), clock, keys.vault)
        return self._to_second(made) if second else Made(made)

    def _later(self, reason: str) -> Callable[[], Made | None]:
        def make() -> Made | None:
            with self._one:
                if self._closed:
                    return None
                made = self._make(reason)
            if made.trouble is not None:
                raise made.trouble
            return made

        return make

    def _catch_up(self, newest: Backup) -> Made | None:
        with self._one:
            place = self._second_folder()
            if self._closed or place is None or not _reachable(place):
                return None
            there = backup.backups(place, self._needed().vault)
            if there and there[0].made_at >= newest.made_at:
                self._keep(second_seen=milliseconds(self._book.clock), second_last=there[0].made_at)
                return None
            made = self._to_second(newest.path)
        if made.trouble is not None:
            raise made.trouble
        return made

    def _to_second(self, made: Path) -> Made:
        """Copy a backup into the second place, compare it there, and thin what is there."""
        place, keys = self._second_folder(), self._needed()
        if place is None:
            return Made(made)
        if not _reachable(place):
            return Made(made, away=str(place))
        try:
            copy = backup.copy_to(made, place)
        except Problem as problem:
            return Made(made, trouble=problem)
        backup.thin(place, self._book.clock, keys.vault)
        self._keep(second_seen=milliseconds(self._book.clock), second_last=read(copy).made_at)
        return Made(made, copy)

    # What is asked before.

    def _wanted(self, reason: str) -> bool:
        newest, now = self._newest(), milliseconds(self._book.clock)
        if newest is None:
            return True
        age = abs(now - newest.made_at)
        if (reason == "merge" and age < MERGES_MS) or (newest.size > LARGE_BYTES and age < PAUSE_MS):
            return False
        return self._changed_since(newest)

    def _changed_since(self, newest: Backup) -> bool:
        """Whether anything was written that a backup does not hold: records, or rows of the audit chain."""
        with self._book.reading() as connection:
            arrived = int(read_meta(connection, "arrived").get("count", 0))
            head = audit.head(connection)
        return newest.arrived != arrived or (head is not None and head.said() != newest.anchor)

    def _newest(self) -> Backup | None:
        keys = self._needed()
        return next(iter(backup.backups(self._first(), keys.vault)), None)

    def _size(self) -> int:
        path = self._book.engines.path
        return path.stat().st_size if path is not None else 0

    # Places.

    def _first(self) -> Path:
        return self._book.folder / BACKUPS

    def _second_folder(self) -> Path | None:
        with self._book.reading_here() as connection:
            chosen = str(read_meta(connection, "settings").get(PLACE_SETTING, ""))
        return Path(chosen) if chosen else None

    def _places(self) -> list[Path]:
        second = self._second_folder()
        return [self._first(), *([second] if second is not None else [])]

    def _of(self, folder: Path, keys: Keys, kept: dict[str, int]) -> PlaceStanding:
        found = backup.backups(folder, keys.vault)
        last = found[0].made_at if found else int(kept.get("second_last", 0))
        seen = milliseconds(self._book.clock) if found else int(kept.get("second_seen", 0))
        return PlaceStanding(folder, _reachable(folder), last, seen, len(found), sum(each.size for each in found))

    def _kept(self) -> dict[str, int]:
        with self._book.reading_here() as connection:
            return read_meta(connection, _KEPT)

    def _keep(self, **said: int) -> None:
        with suppress(Problem), self._book.writing_here() as connection:
            write_meta(connection, _KEPT, {**read_meta(connection, _KEPT), **said})


def _reachable(folder: Path) -> bool:
    with suppress(OSError):
        return folder.is_dir()
    return False
