"""Files of the exchange that arrive by themselves: sticks that are put in and folders that are watched.

`Arrivals` looks every few seconds, off the window's thread: which drives are in costs nothing; what lies on them is
looked at when a drive comes, when a watched folder changes, and now and then. No file is kept open and no stick is
watched by the system, so that it can always be taken out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from desktop import drives as drives_module
from desktop.drives import Drive

if TYPE_CHECKING:
    from desktop.shell import Shell

FIRST_MS, EVERY_MS = 1500, 4000
ALL_AGAIN = 5
"""Every so many looks the contents are read again, even where nothing seems to have changed."""

STATE = "exchange"
"""Name under which the window remembers the folders: shared, upload, last. They say nothing about people."""

WATCHED = ("shared", "upload")


@dataclass(frozen=True)
class Place:
    """Somewhere that files are written to and found: a stick, the shared folder, the upload folder, another."""

    kind: str  # stick, shared, upload, other
    name: str
    root: Path
    free: int = -1  # bytes; -1: not known, or not to be reached
    total: int = -1
    read_only: bool = False

    @property
    def there(self) -> bool:
        """Whether it can be reached now."""
        return self.free >= 0


@dataclass(frozen=True)
class Seen:
    """One look: the places, and the files in them (models.services.inbox_reading.Seen)."""

    places: tuple[Place, ...] = ()
    files: tuple[Any, ...] = ()

    @property
    def mark(self) -> tuple[Any, ...]:
        """What is the same as long as nothing came or went."""
        return tuple((place.kind, place.root, place.there) for place in self.places), tuple(
            one.key for one in self.files
        )


class Arrivals(QObject):
    """Follows what arrives for one unlocked window."""

    changed = Signal()
    """Other places or other files than before, or something else is known of them."""

    def __init__(self, shell: "Shell", parent: QObject) -> None:
        super().__init__(parent)
        self.shell = shell
        self.drives: Callable[[], list[Drive]] = drives_module.removable
        """Asks which drives are in; tests say so themselves."""
        self.places: tuple[Place, ...] = ()
        self.box: Any = None  # models.services.inbox_views.Box, once something was looked at
        self._seen = Seen()
        self._looking = self._again = False
        self._looks = 0
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(lambda _folder: self.look(whole=True))
        self._timer = QTimer(self, singleShot=True, interval=FIRST_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def remembered(self) -> dict[str, str]:
        """The folders that were chosen once, by kind; last: the place that was exported to last."""
        return self.shell.state.kept(STATE)

    def remember(self, **folders: str) -> None:
        """Keep a folder for the next time; an empty one is forgotten."""
        kept = {**self.remembered(), **folders}
        self.shell.state.keep(STATE, {name: folder for name, folder in kept.items() if folder})

    def look(self, *, whole: bool = False) -> None:
        """Look now; whole: also where nothing seems to have changed."""
        if self._looking:
            self._again = self._again or whole
            return
        self._looking = True
        self._timer.stop()
        self._looks += 1
        before, again = self._seen, whole or self._looks % ALL_AGAIN == 1
        folders, drives = {kind: self.remembered().get(kind, "") for kind in WATCHED}, self.drives
        self.shell.tasks.outside(
            lambda: _look(drives, folders, before, again),
            lambda seen: self._sort(seen, whole),
            lambda _problem: self._done(),
            owner=self,
            lane="sticks",
        )

    def _sort(self, seen: Seen, whole: bool) -> None:
        same = seen.mark == self._seen.mark
        self._seen, self.places = seen, seen.places
        self._watch()
        if (
            self.shell.is_locked
            or not self.shell.casebook.may("take_in")
            or (same and not whole and self.box is not None)
        ):
            self._done()
            return
        inbox = self.shell.casebook.inbox

        def sorted_out(box: Any) -> None:
            self.box = box
            self._done()
            self.changed.emit()

        self.shell.tasks.read(lambda: inbox.sort(seen.files), sorted_out, lambda _problem: self._done(), owner=self)

    def _done(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self.look(whole=True)
        else:
            self._timer.start(EVERY_MS)

    def _watch(self) -> None:
        wanted = {str(place.root) for place in self.places if place.kind in WATCHED and place.there}
        now = set(self._watcher.directories())
        if now - wanted:
            self._watcher.removePaths(sorted(now - wanted))
        if wanted - now:
            self._watcher.addPaths(sorted(wanted - now))

    def waiting(self) -> list[tuple[Place, Any]]:
        """The places where something waits to be taken in, each with what lies there (a Box)."""
        if self.box is None:
            return []
        found = [(place, self.box.within(place.root)) for place in self.places]
        return [(place, box) for place, box in found if box.waiting or box.cards]


def _look(drives: Callable[[], list[Drive]], folders: dict[str, str], before: Seen, again: bool) -> Seen:
    """Which places are there, and what lies in them; off the window's thread."""
    from models.services.inbox_reading import look_into

    places = [Place("stick", drive.name, drive.root, drive.free, drive.total, drive.read_only) for drive in drives()]
    for kind, folder in folders.items():
        if folder:
            free, total = drives_module.free_space(Path(folder))
            places.append(Place(kind, Path(folder).name or folder, Path(folder), free, total))
    known = {one.key: one for one in before.files}
    was = {place.root for place in before.places if place.there}
    files: dict[Path, Any] = {}
    for place in places:
        if not place.there:
            continue
        if again or place.root not in was:
            files |= {one.path: one for one in look_into(place.root, known)}
        else:
            files |= {one.path: one for one in before.files if one.path.is_relative_to(place.root)}
    return Seen(tuple(places), tuple(files.values()))
