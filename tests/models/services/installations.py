"""Installations of one office for tests of letter numbers: folders with stores that are used, copied and restored."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.clock import Clock, today
from models.records.operation import Operation
from models.services.book import Book
from models.services.casebook_file import STORE, make_store
from models.services.numbering import Number, settle, take_number
from models.services.numbering_blocks import Numbering
from models.services.numbering_latch import LATCH
from models.store import importing
from models.store.engine import Engines, open_sqlite
from models.store.rows import table_of
from models.store.work import Work, arm
from tests.conftest import OFFICE, WORKER
from tests.models.conftest import TEST_KEY

_OPERATIONS = table_of(Operation)


class Interrupted(Exception):  # noqa: N818  # not an error of the program
    """The power went, or the verb failed after it had taken its number."""


@dataclass(frozen=True)
class _Keys:
    page_key: bytes


@contextmanager
def take(book: Book) -> Iterator[tuple[Work, Number]]:
    """A verb that takes a number and keeps a referral with it."""
    with book.verb("referrals.issue") as work:
        taken = take_number(work, book)
        fields = {"number": taken.text, "series": taken.series, "year": taken.year, "serial": taken.serial}
        work.add("referral", {**fields, "resident_id": "r", "issued_on": today(book.clock), "status": "issued"})
        yield work, taken


def issue(book: Book) -> str:
    """A letter; its number."""
    with take(book) as (_work, taken):
        pass
    return taken.text


def fail(book: Book) -> str:
    """A letter that failed after its number was taken; the number."""
    taken = None
    try:
        with take(book) as (_work, taken):
            raise Interrupted
    except Interrupted:
        assert taken is not None
        return taken.text


def lose_power(one: "Installation") -> str:
    """The computer stops after a letter's number was taken, before its verb commits, and starts again; the number."""
    latch, taken = b"", None
    try:
        with take(one.book) as (_work, taken):
            latch = (one.folder / LATCH).read_bytes()
            raise Interrupted
    except Interrupted:
        assert taken is not None
    one.close()
    (one.folder / LATCH).write_bytes(latch)  # as the disk held it
    one.open()
    return taken.text


def sync(giver: Book, taker: Book) -> None:
    """Everything that one knows, brought to the other."""
    with giver.reading() as connection:
        operations: list[dict[str, Any]] = [dict(row) for row in connection.execute(select(_OPERATIONS)).mappings()]
    with taker.verb("sync.apply") as work:
        importing.apply(work.connection, importing.plan(work.connection, operations))


def found(folder: Path, clock: Clock, *, keeps_numbers: bool = True) -> None:
    """A new casebook in a folder."""
    folder.mkdir(parents=True)
    make_store(folder / STORE, _Keys(TEST_KEY), OFFICE, WORKER, clock, keeps_numbers)  # type: ignore[arg-type]


class Installation:
    """A folder with a store that is open."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self.open()

    def open(self) -> None:
        self.book = book_on(open_sqlite(self.folder / STORE, TEST_KEY), self.folder, self.clock)
        self.numbers = Numbering(self.book)

    def close(self) -> None:
        self.book.engines.close()

    def reopen(self) -> None:
        self.close()
        self.open()

    def backup(self) -> bytes:
        self.close()
        data = (self.folder / STORE).read_bytes()
        self.open()
        return data

    def restore(self, backup: bytes) -> None:
        self.close()
        (self.folder / STORE).write_bytes(backup)
        self.open()

    def copy(self, target: Path) -> "Installation":
        self.close()
        shutil.copytree(self.folder, target)
        self.open()
        return Installation(target, self.clock)


def book_on(engines: Engines, folder: Path, clock: Clock) -> Book:
    """A book over engines, as the casebook opens it."""
    arm(engines.writer)
    book = Book(engines, folder=folder, clock=clock, office=OFFICE, worker=WORKER)
    settle(book)
    return book
