"""Power cuts: images of what a disk may hold of the application's own writes, each opened and judged."""

import contextlib
import multiprocessing
import os
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from models.casebook import KEYS, Casebook
from models.errors import WrongPassphrase
from models.security import keystore
from models.store import backup
from tests.torture import scenes
from tests.torture.figures import Figures, skipped
from tests.torture.recording import Call, Disk, calls, can_record, record
from tests.torture.scenes import OTHER_PHRASE, PASSPHRASE

TOP = Path(__file__).parents[2]
FULL, SHORT = 5_000, 40
SAVES_FULL, SAVES_SHORT = 30, 2
PHRASES = {"first": PASSPHRASE, "other": OTHER_PHRASE}
_HARMLESS = {"openat", "open", "close", "lseek", "dup", "dup2", "dup3"}  # a cut is drawn after any other call
_DEEP = 5  # of every so many images the log is held against the rows


@dataclass
class Promised:
    """What was promised up to a moment."""

    things: set[tuple[str, ...]] = field(default_factory=set)
    phrases: list[str] = field(default_factory=lambda: ["first"])  # one of these opens it
    begun: set[str] = field(default_factory=lambda: {"0"})  # households whose saving had begun
    at_backup: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    restored: str = ""  # a backup that is being put back

    def hear(self, line: str) -> None:
        """A line that the program said."""
        did, what, *rest = line.split()
        if what == "save" and did == "doing":
            self.begun.add(rest[0])
        elif what == "phrase":
            self.phrases = [rest[0]] if did == "did" else [*self.phrases, rest[0]]
        elif what == "restore":
            self.restored = rest[0] if did == "doing" else ""
            if did == "did":
                backups = {thing for thing in self.things if thing[0] == "backup"}
                self.things = self.at_backup[rest[0]] | backups
        elif did == "did" and what in ("save", "photo", "draft", "letter", "bytes", "backup"):
            self.things.add((what, *rest))
            if what == "backup":
                self.at_backup[rest[0]] = set(self.things)

    def alternatives(self) -> list[set[tuple[str, ...]]]:
        """What must be there: all of one of these."""
        return [self.things, self.at_backup[self.restored]] if self.restored else [self.things]


def cuts(folder: Path, short: bool, seed: int) -> Iterator[Figures]:
    """The battery."""
    asked = SHORT if short else FULL
    if why := can_record():
        yield skipped("power cuts", asked, why)
        return
    book = scenes.create(folder / "book")
    book.households.register(scenes.household(0))
    book.close()
    shutil.copytree(folder / "book", folder / "before")
    trace = folder / "trace"
    command = [sys.executable, "-m", "tests.torture.stretch", str(folder / "book")]
    done = record([*command, str(SAVES_SHORT if short else SAVES_FULL)], trace, TOP)
    if done.returncode:
        yield Figures("power cuts", asked, wrong=1, note=f"the work failed: {done.stderr.decode()[-1500:]}")
        return
    every = [call for call in calls(trace) if _matters(call)]
    trace.unlink()
    figures = Figures("power cuts", asked, inside=0)
    if wrong := _as_recorded(every, folder):
        figures.fail(wrong)
        yield figures
        return
    workers = 1 if short else max(1, min(4, (os.cpu_count() or 2)))
    scene = (every, folder, asked, seed, workers)
    if workers == 1:
        results = _images(scene, 0)
        told = [results]
    else:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            told = pool.starmap(_images, [(scene, worker) for worker in range(workers)])
    for several, inside, wrongs, note in told:
        figures.done += several
        figures.inside = (figures.inside or 0) + inside
        figures.note = note
        for wrong in wrongs:
            figures.fail(wrong)
    yield figures


def _matters(call: Call) -> bool:
    return call.name not in ("write",) or call.number(0) != 2


def _disk(folder: Path) -> Disk:
    disk = Disk(folder / "before")
    disk._top = str(folder / "book")
    return disk


def _as_recorded(every: list[Call], folder: Path) -> str:
    """Whether what was understood of the recording is what lies on the disk: else it would prove nothing."""
    disk = _disk(folder)
    for call in every:
        disk.take(call)
    for path in (folder / "book").rglob("*"):
        if path.is_file() and not path.name.endswith("-shm"):
            found = disk._parent(str(path).encode())
            node = found[0].now.get(found[1]) if found else None
            if node is None or bytes(node.now) != path.read_bytes():  # type: ignore[arg-type,union-attr]
                return f"the recording does not give {path.name}"
    return "" if disk.writes > 100 and disk.flushes > 20 else f"only {disk.writes} writes were recorded"


def _images(scene: tuple[list[Call], Path, int, int, int], worker: int) -> tuple[int, int, list[str], str]:
    """A share of the images: how many were looked at, how many were cut with something unflushed, what was wrong."""
    every, folder, asked, seed, workers = scene
    scenes.cheap()
    chance = random.Random(f"power {seed}")
    writing = [place for place, call in enumerate(every) if call.name not in _HARMLESS]
    moments = sorted(chance.choice(writing) for _n in range(asked))
    mine = {(moment, number) for number, moment in enumerate(moments) if number % workers == worker}
    by_moment: dict[int, list[int]] = {}
    for moment, number in mine:
        by_moment.setdefault(moment, []).append(number)
    disk, promised, said = _disk(folder), Promised(), 0
    looked = inside = 0
    wrongs: list[str] = []
    image = folder / f"image-{worker}"
    for place, call in enumerate(every):
        disk.take(call)
        for line in disk.said[said:]:
            promised.hear(line)
        said = len(disk.said)
        for number in by_moment.get(place, ()):
            disk.cut(image, random.Random(f"power {seed} {number}"))
            inside += _unflushed(disk)
            wrong = ""
            try:
                wrong = judge(image, promised, deep=number % _DEEP == 0)
            except Exception as trouble:
                wrong = f"it does not open: {trouble!r}"
            if wrong:
                wrongs.append(f"image {number} of seed {seed}, after call {place} ({call.name}): {wrong}")
            shutil.rmtree(image)
            looked += 1
    return looked, inside, wrongs, f"{disk.writes} writes, {disk.flushes} flushes, {len(disk.said)} words"


def _unflushed(disk: Disk) -> bool:
    from tests.torture.recording import Folder

    def any_in(folder: Folder) -> bool:
        below = folder.now.values()
        return bool(folder.waiting) or any(any_in(n) if isinstance(n, Folder) else bool(n.waiting) for n in below)

    return any_in(disk.root)


def judge(image: Path, promised: Promised, *, deep: bool) -> str:
    """What is wrong with an image; "" where everything promised is there and whole."""
    opens = []
    for name in dict.fromkeys(promised.phrases):
        with contextlib.suppress(WrongPassphrase):
            keystore.unlock(image / KEYS, PHRASES[name])
            opens.append(name)
    if len(opens) != 1:
        return f"of the passphrases {promised.phrases} these open it: {opens}"
    book = scenes.opened(image, PHRASES[opens[0]])
    try:
        names = scenes.people(book)
        if half := scenes.halves(names):
            return f"half households: {half}"
        if unknown := names - {name for number in promised.begun for name in scenes.family(int(number))}:
            return f"{len(unknown)} people that nobody registered"
        misses = [_missing(book, image, things) for things in promised.alternatives()]
        if all(misses):
            return min(misses, key=len)
        return scenes.trouble_in(book, deep=deep)
    finally:
        book.close()


def _missing(book: Casebook, image: Path, things: set[tuple[str, ...]]) -> str:
    """What of the promised things is not there; "" where all is."""
    import hashlib

    from sqlalchemy import select

    from models.store.rows import KEPT

    names = scenes.people(book)
    with book._book.reading() as connection:
        table = KEPT["letter"]
        letters = {row.id: row for row in connection.execute(select(table.c.id, table.c.number, table.c.sha256))}
    for what, *rest in sorted(things):
        match what:
            case "save":
                if not {*scenes.family(int(rest[0]))} <= names:
                    return f"household {rest[0]} was promised"
            case "photo":
                if hashlib.sha256(book.pictures.full(rest[0])).hexdigest() != rest[1]:
                    return "a picture is another one"
            case "draft":
                if rest[0] not in {draft.id for draft in book.drafts.all()}:
                    return "a draft was promised"
            case "letter":
                if rest[0] not in letters or letters[rest[0]].number != rest[1]:
                    return f"letter {rest[1]} was promised"
            case "bytes":
                if letters[rest[0]].sha256 != rest[1]:
                    return "the bytes of a letter were promised"
            case "backup":
                backup.verify(image / "backups" / rest[0], book._book.keys)  # type: ignore[arg-type]
    return ""
