"""How a casebook stands as a file: is it whole, is there room, when was it last backed up, and what can be done.

Nothing here changes a record. The looks that take long say how far they are and can be stopped; each has its cure.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from sqlalchemy import Connection, func, select

from models.clock import milliseconds, today
from models.errors import DamagedStore, Problem
from models.records.operation import Batch, Operation
from models.security import key_file
from models.services import invariants, partners
from models.services.backups import Backups
from models.services.backups import Standing as BackupStanding
from models.services.book import Book
from models.store import ballast, disk_facts, file_seal, importing, integrity
from models.store.backup import KEY_STORE, STORE, copy_store
from models.store.backup_restoring import scratch
from models.store.engine import open_sqlite, sorted_trouble
from models.store.integrity import Cancelled, Looked, Progress, Steps, Stopped
from models.store.rows import KEPT, table_of
from models.store.work import arm, read_meta, write_meta
from models.sync.content import is_genuine

__all__ = ["Deep", "Health", "HealthStanding", "Looked", "Stopped"]

_BATCH, _OPERATION = table_of(Batch), table_of(Operation)
_KEPT = "health"  # Meta: what the last checks found
_SKEW_MS = 10 * 60_000  # a clock that is behind its own past by more was set back
_AT_ONCE_BYTES = 8 * 1024 * 1024  # a file up to this size is compared while it is opened: some milliseconds
_ROWS = 2000
_HOMES = 500


@dataclass(frozen=True)
class HealthStanding:
    """All that can be told at once."""

    folder: Path
    free: int  # bytes; -1: the computer does not say
    low: bool  # less than ballast.LOW is free
    ballast: bool
    encrypted: bool | None  # the disk; None: cannot be told from here
    backups: BackupStanding | None  # None: the records lie on a server
    exchange_at: int  # when files were last exchanged; 0: never
    exchanges: bool  # whether there is anybody to exchange files with
    key_file: bool  # whole, with at least one account
    key_copy: bool  # its copy equals it
    clock_behind: int  # milliseconds by which the clock is behind the newest record; 0 where it is not
    closed: file_seal.State | None  # how the casebook was closed last; None: being compared at this moment
    looked_at: int  # when it was last looked through
    looked_whole: bool
    looked_good: bool
    deep_at: int
    deep_good: bool
    size: int  # bytes of the file and its log


@dataclass(frozen=True)
class Deep:
    """Whether the log is genuine and the tables follow from it."""

    operations: int
    false: int  # operations whose identity is not that of their content
    equal: bool  # the tables are what the log says
    broken_rules: int  # records that break a rule of the register (models.services.invariants)

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return self.equal and not self.false and not self.broken_rules


class Health:
    """The verbs about the casebook as a file."""

    def __init__(self, book: Book, backups: Backups, opening: file_seal.Opening | None = None) -> None:
        """opening: what the seal said when the file was opened; its comparison begins here, beside other work."""
        self._book = book
        self._backups = backups
        self._opening = opening
        self._comparing: Thread | None = None
        self._one = Lock()
        self._over = False
        if opening is not None and opening.state is None:
            if self._size() <= _AT_ONCE_BYTES:
                opening.compare()
            else:
                self._comparing = Thread(target=opening.compare, name="seal")
                self._comparing.start()

    def standing(self) -> HealthStanding:
        """All that can be told at once; reads a few small files and asks the disk. Of a share that may take long."""
        folder, kept = self._book.folder, self._kept()
        free = _free(folder)
        main, copy = _key_file(folder)
        on_server = self._book.engines.path is None
        return HealthStanding(
            folder=folder,
            free=free,
            low=0 <= free < ballast.LOW,
            ballast=ballast.is_there(folder),
            encrypted=disk_facts.encrypted(folder),
            backups=None if on_server else self._backups.standing(),
            exchange_at=self._exchanged_at(),
            exchanges=self._exchanges(),
            key_file=main,
            key_copy=copy,
            clock_behind=self._clock_behind(),
            closed=self._opening.state if self._opening is not None else "never",
            looked_at=int(kept.get("looked_at", 0)),
            looked_whole=bool(kept.get("looked_whole")),
            looked_good=bool(kept.get("looked_good")),
            deep_at=int(kept.get("deep_at", 0)),
            deep_good=bool(kept.get("deep_good")),
            size=self._size(),
        )

    def seal(self) -> file_seal.State:
        """Whether the file is as it was closed; waits for the comparison."""
        if self._comparing is not None:
            self._comparing.join()
        return self._opening.compare() if self._opening is not None else "never"

    def after_sign_in(self) -> tuple[file_seal.State, Looked | None]:
        """What somebody who just signed in must be told: whether something was put back, and, where the casebook was
        not closed in order, whether its file is whole (a quick look). Takes as long as reading the file."""
        state = self.seal()
        with suppress(Stopped):  # the casebook is being closed again already
            if state == "crashed":
                return state, self.look(quick=True)
        return state, None

    def look(
        self, *, quick: bool = False, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> Looked:
        """Look through the file: every page, and unless it is to be quick every row.

        Raises Stopped, StoreBusy; ValueError on a server.
        """
        path, key = self._file()
        self.seal()  # it holds the log back until then
        with self._looking(cancelled) as stop:
            try:
                found = integrity.look(path, key, quick=quick, progress=progress, cancelled=stop)
            except DamagedStore:
                found = Looked(0, 0, sound=False, rows=0, whole=not quick)
            self._keep(looked_at=milliseconds(self._book.clock), looked_whole=found.whole, looked_good=found.good)
        return found

    def renew_file(self) -> Looked:
        """Make the file anew from what is in use, and look through it again: the cure for pages that nothing uses.

        Raises StoreBusy, DiskFull, DamagedStore; then the file is as it was.
        """
        _path, key = self._file()
        self.seal()
        integrity.renew(self._book.engines, key)
        self._book.note("backup", "casebook", "", "file made anew")
        return self.look()

    def look_deep(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Deep:
        """Whether every operation is genuine, the tables are what the log says, and no record breaks a rule.

        Works on a copy inside the data folder, so that nobody has to wait and nothing is changed.
        Raises Stopped, DiskFull, CannotWrite; ValueError on a server.
        """
        _path, key = self._file()
        self.seal()
        with self._looking(cancelled) as stop:
            with scratch(self._book.folder) as place:
                with sorted_trouble(name=STORE):
                    copy_store(self._book.engines, place / STORE, key)
                engines = open_sqlite(place / STORE, key)
                try:
                    arm(engines.writer)
                    with engines.writer.begin() as connection:
                        found = _look_deep(connection, Steps(progress, stop), self._book)
                finally:
                    engines.close()
            self._keep(deep_at=milliseconds(self._book.clock), deep_good=found.good)
        return found

    def make_ballast(self) -> bool:
        """Make the reserve that is set free when the disk is full; returns whether it is there now."""
        return ballast.make(self._book.folder)

    def close(self) -> None:
        """Stop the look that is under way, and wait for the comparison of the seal. Called when the casebook is closed:
        whatever wrote afterwards would write into a file that is sealed already, and that another process may have.
        """
        self._over = True
        with self._one:
            pass
        if self._opening is not None:
            if self._comparing is not None:
                self._comparing.join()
            self._opening.close()

    @contextmanager
    def _looking(self, cancelled: Cancelled | None) -> Iterator[Cancelled]:
        """One look at a time, which is stopped when the casebook is closed. Raises Stopped where it is over already."""
        with self._one:
            if self._over:
                raise Stopped
            yield lambda: self._over or (cancelled is not None and cancelled())

    def _file(self) -> tuple[Path, bytes]:
        path, keys = self._book.engines.path, self._book.keys
        if path is None or keys is None:
            raise ValueError("the records of a server are looked after where they lie")
        return path, keys.page_key

    def _size(self) -> int:
        path = self._book.engines.path
        if path is None:
            return 0
        log = path.with_name(path.name + "-wal")
        with suppress(OSError):
            return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
        return 0

    def _exchanged_at(self) -> int:
        with self._book.reading() as connection:
            return int(connection.execute(select(func.max(_BATCH.c.at))).scalar() or 0)

    def _exchanges(self) -> bool:
        with self._book.reading() as connection:
            return bool(partners.all_trusted(connection))

    def _clock_behind(self) -> int:
        """Records of others may come from a clock that is ahead: only what was written here counts."""
        now = milliseconds(self._book.clock)
        with self._book.reading() as connection:
            own = str(read_meta(connection, "device").get("id", ""))
            query = select(_OPERATION.c.at).where(_OPERATION.c.device == own).order_by(_OPERATION.c.seq.desc()).limit(1)
            newest = int(connection.execute(query).scalar() or 0)
        return newest - now if newest - now > _SKEW_MS else 0

    def _kept(self) -> dict[str, int]:
        with self._book.reading_here() as connection:
            return read_meta(connection, _KEPT)

    def _keep(self, **said: int) -> None:
        with suppress(Problem), self._book.writing_here() as connection:  # not on a damaged file
            write_meta(connection, _KEPT, {**read_meta(connection, _KEPT), **said})


def _look_deep(connection: Connection, steps: Steps, book: Book) -> Deep:
    """On a copy: it is changed and thrown away."""
    count = int(connection.execute(select(func.count()).select_from(_OPERATION)).scalar_one())
    total, done, false = 2 * count + 1, 0, 0
    columns = [column for column in _OPERATION.columns if column.name != "arrival"]
    for row in connection.execute(select(*columns).execution_options(yield_per=_ROWS)).mappings():
        false += not is_genuine(dict(row))
        done += 1
        if not done % _ROWS:
            steps.at(done, total)
    broken = 0
    homes = list(
        connection.execute(select(KEPT["household"].c.id).where(KEPT["household"].c.dead.is_(False))).scalars()
    )
    for start in range(0, len(homes), _HOMES):
        steps.at(done, total)
        broken += len(invariants.troubles(connection, homes[start : start + _HOMES], today(book.clock)))
    before = importing.digest(connection)
    steps.at(count + count // 2, total)
    importing.rebuild(connection)
    steps.at(2 * count, total)
    equal = importing.digest(connection) == before
    steps.at(total, total)
    return Deep(count, false, equal, broken)


def _free(folder: Path) -> int:
    with suppress(OSError):
        return ballast.free(folder)
    return -1


def _key_file(folder: Path) -> tuple[bool, bool]:
    """Whether the key file is whole, and whether its copy equals it."""
    with suppress(Problem):
        (_main, main), (_copy, copy) = key_file.both(folder / KEY_STORE)
        return main is not None, main is not None and main == copy
    return False, False
