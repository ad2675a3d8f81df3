"""Whether a store is whole: every page against its seal, every table, every row; and the cure for what can be cured.

The order is the one that gave no false alarm: open, read, bring the log into the file, then check the pages, since the
check of the seals reads the file and passes the log by. A page that nothing uses any more may carry a broken seal; then
every row can be read, and making the file anew (VACUUM) cures it.
"""

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from models.errors import StoreBusy
from models.store.engine import Engines, connect_sqlite, sorted_trouble

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
_EVERY_ROW = 'SELECT * FROM "{}"'  # for the names of our own tables
_STEPS_BETWEEN = 100_000  # of the engine's own steps: how often a long statement asks whether to stop


class Stopped(Exception):  # noqa: N818  # nothing went wrong
    """The worker does not want to wait for the rest of a check."""


class Steps:
    """How far a long look is, and whether it is to be stopped."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None) -> None:
        self._progress = progress
        self.stop = cancelled or (lambda: False)

    def at(self, done: int, total: int) -> None:
        """So many of so many are done. Raises Stopped."""
        if self.stop():
            raise Stopped
        if self._progress:
            self._progress(done, total)


@dataclass(frozen=True)
class Looked:
    """What a look through a store found."""

    pages: int
    broken_pages: int  # whose seal does not fit
    sound: bool  # all that is in use can be read and hangs together
    rows: int  # read one by one; 0 in a quick look
    whole: bool  # every step of the check was made

    @property
    def good(self) -> bool:
        """Whether nothing at all was found."""
        return self.sound and not self.broken_pages

    @property
    def curable(self) -> bool:
        """Whether only pages that nothing uses are broken."""
        return self.sound and bool(self.broken_pages) and self.whole


def look(path: Path, key: bytes, *, quick: bool = False, progress: Progress | None = None,
         cancelled: Cancelled | None = None) -> Looked:  # fmt: skip
    """Look through a store that may be open elsewhere in this program. Quick: pages and their seals, not every row.

    Raises Stopped, StoreBusy (a list is being read at the moment), DamagedStore where it cannot be opened at all.
    """
    steps, done = Steps(progress, cancelled), count(1)
    with sorted_trouble(name=path.name), closing(connect_sqlite(path, key)) as connection:
        tables = _tables(connection)
        total = 3 + (0 if quick else len(tables))
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise StoreBusy
        steps.at(next(done), total)
        broken = len(connection.execute("PRAGMA cipher_integrity_check").fetchall())
        pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
        steps.at(next(done), total)
        connection.set_progress_handler(lambda: 1 if steps.stop() else 0, _STEPS_BETWEEN)
        rows, sound = 0, True
        try:
            check = "quick_check" if quick else "integrity_check"
            sound = connection.execute(f"PRAGMA {check}(1)").fetchone() == ("ok",)
            steps.at(next(done), total)
            for table in () if quick else tables:
                for _row in connection.execute(_EVERY_ROW.format(table)):
                    rows += 1
                steps.at(next(done), total)
        except sqlcipher.Error as trouble:
            if getattr(trouble, "sqlite_errorcode", 0) == sqlcipher.SQLITE_INTERRUPT:
                raise Stopped from None
            if getattr(trouble, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
                raise
            sound = False
        return Looked(pages, broken, sound, rows, not quick)


def renew(engines: Engines, key: bytes) -> None:
    """Make the file anew from what is in use (VACUUM); connections that were open before are not used any more.

    Raises StoreBusy, DiskFull, DamagedStore; then the file is as it was.
    """
    assert engines.path is not None
    with sorted_trouble(name=engines.path.name), closing(connect_sqlite(engines.path, key)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    engines.reader.dispose()
    engines.writer.dispose()


def opens(path: Path, key: bytes) -> bool:
    """Whether a store can be opened and its tables listed."""
    if path.exists():  # looking would make it
        with suppress(Exception), closing(connect_sqlite(path, key, read_only=True)) as connection:
            return bool(_tables(connection))
    return False


_DAMAGE = frozenset({sqlcipher.SQLITE_CORRUPT, sqlcipher.SQLITE_NOTADB, sqlcipher.SQLITE_IOERR})


def _tables(connection: Any) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in found if not name.startswith("sqlite_")]
