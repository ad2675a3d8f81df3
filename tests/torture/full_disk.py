"""The disk fills up in the middle of the work: a plain Problem, nothing lost, and saved as soon as there is room.

Three kinds: a small disk (tmpfs in a name space of its own), a limit of the system on files, a limit of the engine.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from models.casebook import STORE, Casebook
from models.errors import DiskFull
from models.store import ballast
from tests.torture import scenes
from tests.torture.figures import Figures, skipped
from tests.torture.ground import Say, kill

TOP = Path(__file__).parents[2]
FULL, SHORT = 40, 2
DISK_BYTES = 40 * 2**20
_SIGN = "ROUND "


def full(folder: Path, short: bool, seed: int) -> Iterator[Figures]:
    """The three batteries."""
    asked = SHORT if short else FULL
    scenes.cheap()
    book = scenes.create(folder / "first")
    book.households.register(scenes.household(0))
    book.close()
    yield _small_disk(folder, asked, seed)
    yield _limit_of_files(folder, asked, seed)
    yield _limit_of_pages(folder, asked, seed)


def work_until_full(book: Casebook, first: int, make_room: Callable[[], None]) -> tuple[str, set[str]]:
    """Register households until there is no room, make room, and go on; ("" or what is wrong, names)."""
    promised, saved, number = scenes.people(book), 0, first
    refusal: DiskFull | None = None
    while refusal is None:
        number += 1
        if saved > 20_000:
            return "it never filled up", promised
        try:
            book.households.register(scenes.household(number))
        except DiskFull as problem:
            refusal = problem
            continue
        saved += 1
        promised |= {*scenes.family(number)}
    if len(refusal.sentence()) < 20:
        return "a problem without a sentence", promised
    if scenes.people(book) != promised:
        return "what was saved before is not all there, or what was refused is", promised
    had_ballast = isinstance(refusal, ballast.RoomMade)
    if not had_ballast:
        make_room()
    try:
        book.households.register(scenes.household(number))  # the very form that was refused
    except DiskFull as again:
        return f"{type(again).__name__}: with room it is refused again (ballast: {had_ballast})", promised
    promised |= {*scenes.family(number)}
    make_room()
    return "", promised


def judged(folder: Path, promised: set[str]) -> str:
    """What is wrong with the casebook afterwards."""
    book = scenes.opened(folder)
    try:
        if scenes.people(book) != promised:
            return "after opening it again not everybody is there"
        return scenes.trouble_in(book)
    finally:
        book.close()


# A small disk.


def _small_disk(folder: Path, asked: int, seed: int) -> Figures:
    name = "full disk: a small one"
    if shutil.which("unshare") is None or sys.platform == "win32":
        return skipped(name, asked, "no disk can be made here")
    disk = folder / "disk"
    disk.mkdir()
    script = f"mount -t tmpfs -o size={DISK_BYTES} none {disk} && exec {sys.executable} -m tests.torture.full_disk "
    command = ["unshare", "-rm", "sh", "-c", script + f"{folder / 'first'} {disk} {asked} {seed}"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    rounds = [line.removeprefix(_SIGN) for line in done.stdout.splitlines() if line.startswith(_SIGN)]
    if not rounds:
        return skipped(name, asked, f"no disk can be made here: {done.stderr.strip()[-100:]}")
    figures = Figures(name, asked, inside=0)
    for line in rounds:
        number, made, wrong = line.split(" ", 2)
        figures.done += 1
        figures.inside = (figures.inside or 0) + (made == "True")
        if wrong != "-":
            figures.fail(f"round {number} of seed {seed}: {wrong}")
    if done.returncode:
        figures.fail(done.stderr[-1500:])
    figures.note = "inside: times that the ballast made the room"
    return figures


def _on_small_disk(first: Path, disk: Path, asked: int, seed: int) -> None:
    """The rounds, inside the name space."""
    scenes.cheap()
    for number in range(asked):
        chance = random.Random(f"small disk {seed} {number}")
        here, filler = disk / "book", disk / "filler"
        scenes.copied(first, here)
        book = scenes.opened(here)
        with_ballast = number % 2 == 0 and book.health.make_ballast()
        left = chance.randrange(0, 700_000)
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        room = ballast.free(disk)
        with filler.open("r+b") as file:
            file.truncate(max(filler.stat().st_size - max(left - room, 0), 0))
        wrong, promised = work_until_full(book, 100, lambda: filler.unlink(missing_ok=True))  # noqa: B023
        released = with_ballast and not ballast.is_there(here)
        with suppress(DiskFull):
            book.close()
        wrong = wrong or judged(here, promised)
        filler.unlink(missing_ok=True)
        print(f"{_SIGN}{number} {bool(released)} {wrong or '-'}", flush=True)


# Limits.


def _limit_of_files(folder: Path, asked: int, seed: int) -> Figures:
    name = "full disk: limit of files"
    if not scenes.can_fork():
        return skipped(name, asked, "there is no such limit here")
    import resource
    import signal

    figures = Figures(name, asked)
    here = folder / "limited"
    for number in range(asked):
        chance = random.Random(f"limit {seed} {number}")
        scenes.copied(folder / "first", here)
        more = chance.randrange(40_000, 400_000)

        def do(say: Say, more: int = more) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            book = scenes.opened(here)
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            log = here / (STORE + "-wal")
            most = max((here / STORE).stat().st_size, log.stat().st_size if log.exists() else 0) + more
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
            say.begin()
            wrong, promised = work_until_full(
                book, 100, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            )
            say.ack(wrong or "-")
            for one in sorted(promised):
                say.ack(one)
            book.close()
            say.end()

        told = kill(do)
        figures.done += 1
        wrong = told.fault or (told.acks[0] if told.acks and told.acks[0] != "-" else "")
        if wrong := wrong or judged(here, set(told.acks[1:])):
            figures.fail(f"round {number} of seed {seed}: {wrong}")
    return figures


def _limit_of_pages(folder: Path, asked: int, seed: int) -> Figures:
    figures = Figures("full disk: limit of pages", asked)
    here = folder / "pages"
    for number in range(asked):
        chance = random.Random(f"pages {seed} {number}")
        scenes.copied(folder / "first", here)
        book = scenes.opened(here)

        def limit(more: int | None, book: Casebook = book) -> None:
            with book._book.engines.writer.connect() as connection:
                count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {2**31 if more is None else count + more}")

        limit(chance.randrange(0, 60))
        wrong, promised = work_until_full(book, 100, lambda limit=limit: limit(None))
        book.close()
        figures.done += 1
        if wrong := wrong or judged(here, promised):
            figures.fail(f"round {number} of seed {seed}: {wrong}")
    return figures


if __name__ == "__main__":
    _on_small_disk(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    os._exit(0)
