"""The columns of the register, brought up to date: read anew where they are missing, mended where something changed."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, func, select

from models.services.book import Book
from models.store import columns
from models.store.bulk import Loaded, load
from models.store.many import without_pauses
from models.store.rows import KEPT
from models.store.statements import Facts, Step

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class Stopped(Exception):  # noqa: N818  # the worker's wish, not an error
    """The worker cancelled."""


def bring_up(book: Book, facts: Facts, on: date, progress: Progress | None, cancelled: Cancelled | None) -> int:
    """Make the columns those of the day; returns how many blocks were written. Raises Stopped.

    A household that changes while everything is read anew is marked by the verb that changes it, and read once more.
    """
    with book.reading_whole() as connection:
        if columns.current(connection, facts, on):
            return 0
    written = _mend(book, facts, on)
    while written is None:
        with book.writing() as connection:
            token = columns.begin(connection)
        loaded = read_all(book, facts, on, progress, cancelled)
        with book.writing() as connection:
            made = columns.finish(connection, token, loaded, facts, on)
        written = made if made is not None else _mend(book, facts, on)
    return written


def read_all(book: Book, facts: Facts, on: date, progress: Progress | None, cancelled: Cancelled | None) -> Loaded:
    """The facts of everybody from the records. Raises Stopped."""
    with book.reading_whole() as connection, without_pauses():
        return load(connection, facts, on, None, _steps(connection, progress, cancelled))


def stored(connection: Connection, facts: Facts) -> Loaded:
    """All blocks of the columns as one."""
    blocks = [columns.read(connection, block.number, facts) for block in columns.versions(connection)]
    return columns.joined(blocks, facts) if blocks else load(connection, facts, date.min, [])


def _mend(book: Book, facts: Facts, on: date) -> int | None:
    with book.writing() as connection:
        if not columns.usable(connection, on):
            return None
        try:
            return columns.refresh(connection, facts, on)
        except ValueError:  # bytes of another program, or damaged ones: they are only a copy
            return None


def _steps(connection: Connection, progress: Progress | None, cancelled: Cancelled | None) -> Step:
    fact, done = KEPT["fact"], 0
    total = int(connection.execute(select(func.count()).select_from(fact)).scalar() or 0) if progress else 0

    def step(rows: int) -> None:
        nonlocal done
        if cancelled and cancelled():
            raise Stopped
        done += rows
        if progress:
            progress(min(done, total), total)

    return step
