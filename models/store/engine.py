"""Opening the records: one encrypted SQLite file, or a PostgreSQL database; and sorting the driver's trouble once.

Each store has a writer (one connection, one writing transaction at a time) and a reader (three connections that cannot
write), so that lists stay quick while something is saved. The settings are those that survived simulated power cuts:
WAL with synchronous FULL loses no promised transaction, a raw key with explicit salt opens the file even when its
first page is spoilt, and temp_store MEMORY keeps names out of the system's temporary folder.
"""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.pool import QueuePool

from models.errors import CannotRead, CannotWrite, DamagedStore, DiskFull, Problem, StoreBusy
from models.texts import _

KEY_BYTES = 48  # 32 of key and 16 of salt
_PAGE_BYTES = 4096
_WAIT_SECONDS = 5.0
_ASK_AGAIN, _ASK_AFTER = 5, 0.4  # times and seconds: what became of a commit that nobody answered
_WRITERS_LOCK = 0x4A696E6D656E  # any number that all desks share
_WRITERS_CACHE = -16384  # it writes what it read a moment ago; an import is to stay below 200 MiB
_ONCE_CACHE = -1024
_SETTINGS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "journal_size_limit = 8388608",
    "wal_autocheckpoint = 500",
    "cache_size = -32768",
)


class StoreUnreachable(Problem):
    """The server with the shared records does not answer."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The server that keeps the records cannot be reached. Nothing was changed. "
            "Check the network, then try again."
        )


class ServerExhausted(Problem):
    """The server has no memory, locks or connections left for this."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The office's server has no room left for more work at once. Nothing was changed. Try again in a moment; "
            "if it stays so, ask whoever keeps the server to give it more memory, connections or locks."
        )


class SaveUnsure(StoreUnreachable):
    """The way to the server broke in the very moment of saving."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The connection to the server broke in the very moment of saving, so nobody can tell yet whether it was "
            "saved. What you typed is still on the screen. When the server is back, look at the record before you save "
            "again."
        )

    def unseen(self) -> str:
        """Where nothing is on the screen any more."""
        return _(
            "The connection to the server broke in the very moment of saving, so nobody can tell yet whether it was "
            "saved. When the server is back, look at the record first."
        )


class OfficeBusy(StoreBusy):
    """Another desk has been writing for longer than we wait."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Another desk is saving something large just now. Nothing was changed; what you typed is still here. "
            "Please save again in a moment."
        )

    def unseen(self) -> str:
        """Where nothing is on the screen any more."""
        return _("Another desk was saving something large just then. All records that were saved are safe.")


class WindowLock:
    """Sees to it that one window holds a casebook: a lock of the operating system, which ends with its process.

    The file beside the casebook names the holder; it stays behind, but a lock never outlives a killed process.
    """

    _LOCK_AT = 1 << 20  # Windows locks bytes against reading too: lock one that lies beyond the holder's name

    def __init__(self, path: Path, owner: str) -> None:
        """Take the lock; raises StoreBusy(owner=...) where somebody holds it, CannotWrite where it cannot be made."""
        self._file: BinaryIO | None = None
        try:
            file = path.open("r+b" if path.exists() else "w+b")
        except OSError as trouble:
            raise CannotWrite(name=path.name) from trouble
        if not self._take(file):
            holder = file.read(200).decode("utf-8", "replace")
            file.close()
            raise StoreBusy(owner=holder)
        try:
            file.truncate(0)
            file.write((owner or str(os.getpid())).encode()[:200])
            file.flush()
        except OSError as trouble:
            file.close()
            raise (DiskFull() if is_full(trouble) else CannotWrite(name=path.name)) from trouble
        self._file = file

    def _take(self, file: BinaryIO) -> bool:
        try:
            if sys.platform == "win32":
                import msvcrt

                file.seek(self._LOCK_AT)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            file.seek(0)
        return True

    def release(self) -> None:
        """Let another window have the casebook."""
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(frozen=True)
class Engines:
    """One store: the engine that writes, the engine that only reads, and which kind it is."""

    writer: Engine
    reader: Engine
    dialect: str  # sqlite or postgresql
    path: Path | None = None  # of the file; None on a server
    lock: WindowLock | None = field(default=None, repr=False)

    def close(self) -> None:
        """Bring everything into the one file, let go of it and of the lock. May be called twice."""
        self.reader.dispose()
        if self.dialect == "sqlite" and self.path is not None and self.path.exists():
            with suppress(exc.DBAPIError, sqlcipher.Error, Problem):  # an unmerged log is as safe as a merged one
                connection = self.writer.raw_connection()
                try:
                    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    connection.close()
        self.writer.dispose()
        if self.lock is not None:
            self.lock.release()


def connect_sqlite(path: Path, key: bytes, *, read_only: bool = False, wal: bool = True, once: bool = False) -> Any:
    """A raw connection to an encrypted file, checked to be readable with this key.

    Key: 32 bytes of key and 16 of salt. once: the file is read from one end to the other, beside other work, so that
    pages need not be kept. Raises the driver's errors; a wrong key or a damaged first page says NOTADB.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"the page key has {KEY_BYTES} bytes")
    connection = sqlcipher.connect(str(path), timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to the terminal
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA cipher_compatibility = 4")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a wrong key fails here
        if not connection.execute("PRAGMA cipher_version").fetchone():
            raise RuntimeError("this SQLite has no encryption")
        if wal:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute(f"PRAGMA cache_size = {_WRITERS_CACHE}")
        if once:
            connection.execute(f"PRAGMA cache_size = {_ONCE_CACHE}")
    except BaseException:
        connection.close()
        raise
    return connection


def _sqlite_engine(path: Path, key: bytes, *, read_only: bool, connections: int, begin: str) -> Engine:
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect_sqlite(path, key, read_only=read_only),
        poolclass=QueuePool,
        pool_size=connections,
        pool_use_lifo=True,  # one alone is asked where one is enough: each keeps pages of its own
        max_overflow=0,
        pool_timeout=2 * _WAIT_SECONDS,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def open_sqlite(path: Path, key: bytes, *, owner: str = "") -> Engines:
    """Open the encrypted file, making it where there is none, and hold it for this window.

    Key: Keys.page_key of the key store. Owner: a name that another window is told (the worker's, say).
    Raises StoreBusy(owner=...) where another window holds it, DamagedStore where it is no casebook with this key,
    DiskFull, CannotWrite, CannotRead.
    """
    lock = WindowLock(path.with_name(path.name + ".lock"), owner)
    if _cut_short(path):
        lock.release()
        raise DamagedStore(name=path.name)
    writer = _sqlite_engine(path, key, read_only=False, connections=1, begin="BEGIN IMMEDIATE")
    reader = _sqlite_engine(path, key, read_only=True, connections=3, begin="BEGIN")
    try:
        with sorted_trouble(name=path.name), writer.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except BaseException:
        writer.dispose()
        lock.release()
        raise
    return Engines(writer, reader, "sqlite", path, lock)


def _cut_short(path: Path) -> bool:
    """Whether a file is there that is shorter than its first page, which SQLite would take for a new one."""
    log = path.with_name(path.name + "-wal")
    return path.exists() and path.stat().st_size < _PAGE_BYTES and not (log.exists() and log.stat().st_size)


def open_postgres(url: str) -> Engines:
    """Open a PostgreSQL database by its address (postgresql://... or a psycopg one); several desks may at once.

    Raises StoreUnreachable where no server answers. models.store.server opens the one of an office, with all checks.
    """
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return postgres_engines(lambda more, **options: create_engine(address, connect_args=dict(more), **options))


def postgres_engines(engine: Callable[..., Engine]) -> Engines:
    """The writer and the reader of a server. engine(connect_args, **options) makes one.

    Raises StoreUnreachable where no server answers.
    """
    waiting = {"options": f"-c lock_timeout={int(_WAIT_SECONDS * 1000)}", "connect_timeout": int(_WAIT_SECONDS)}
    common = {"pool_size": 3, "max_overflow": 0, "pool_timeout": 2 * _WAIT_SECONDS}
    common |= {"pool_pre_ping": True, "hide_parameters": True}
    writer = engine(waiting, **common)
    # One consistent state for as long as a reader looks, as SQLite gives it.
    snapshot = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    reader = engine(waiting, execution_options=snapshot, **common)

    @event.listens_for(writer, "begin")
    def _one_at_a_time(connection: Connection) -> None:
        # The same promise as BEGIN IMMEDIATE: a verb reads what no other desk is about to change.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")

    try:
        with sorted_trouble(), writer.connect():
            pass
    except BaseException:
        writer.dispose()
        raise
    return Engines(writer, reader, "postgresql")


@contextmanager
def saving(engines: Engines) -> Iterator[Connection]:
    """One writing transaction, committed when the block ends. Where the way to a server breaks in the very moment of
    the commit, the server is asked afterwards whether it was saved; raises SaveUnsure where it does not answer.
    """
    if engines.dialect == "sqlite":
        with engines.writer.begin() as connection:
            yield connection
        return
    with engines.writer.connect() as connection:
        transaction, number = connection.begin(), None
        try:
            yield connection
            number = connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()::text").scalar()
        except BaseException:
            transaction.rollback()
            raise
        try:
            transaction.commit()
        except exc.DBAPIError as trouble:
            if number is None or not isinstance(problem_of(trouble), StoreUnreachable):
                raise
            if not _was_committed(engines, str(number)):
                raise


def _was_committed(engines: Engines, number: str) -> bool:
    """What became of a transaction whose commit was not answered. Raises SaveUnsure."""
    for _attempt in range(_ASK_AGAIN):
        try:
            with engines.reader.connect() as connection:
                said = connection.execute(text("SELECT pg_xact_status(CAST(:number AS xid8))"), {"number": number})
                state = said.scalar()
        except (exc.DBAPIError, exc.TimeoutError):
            state = "unreachable"
        if state in ("committed", "aborted"):
            return bool(state == "committed")
        time.sleep(_ASK_AFTER)  # the server has not noticed yet that we are gone, or it is starting again
    raise SaveUnsure


@contextmanager
def sorted_trouble(connection: Connection | None = None, *, name: str = "") -> Iterator[None]:
    """Turn the driver's trouble with the environment into the Problem the worker is told, once, at the border.

    With a connection, what it had begun is rolled back first: a full disk sometimes leaves the transaction open and
    sometimes not, so the driver is asked. Our own faults (a wrong statement, a broken rule) pass through unchanged.
    """
    try:
        yield
    except (exc.DBAPIError, exc.TimeoutError, sqlcipher.Error) as trouble:
        if connection is not None:
            _roll_back(connection)
        problem = problem_of(trouble, name)
        if problem is None:
            raise
        raise problem from trouble
    except OSError as trouble:
        if not is_full(trouble):
            raise
        raise DiskFull() from trouble


def _roll_back(connection: Connection) -> None:
    with suppress(exc.SQLAlchemyError):
        if connection.in_transaction():
            connection.rollback()
    with suppress(exc.SQLAlchemyError, sqlcipher.Error):
        raw = connection.connection.dbapi_connection
        if raw is not None and getattr(raw, "in_transaction", False):
            raw.rollback()


def is_full(trouble: OSError) -> bool:
    """Whether a system call failed for want of room, or at a limit of size."""
    return trouble.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


_SQLITE_PROBLEMS: dict[int, type[Problem]] = {
    sqlcipher.SQLITE_FULL: DiskFull,
    sqlcipher.SQLITE_BUSY: StoreBusy,
    sqlcipher.SQLITE_LOCKED: StoreBusy,
    sqlcipher.SQLITE_CORRUPT: DamagedStore,
    sqlcipher.SQLITE_NOTADB: DamagedStore,
    sqlcipher.SQLITE_READONLY: CannotWrite,
    sqlcipher.SQLITE_PERM: CannotWrite,
    sqlcipher.SQLITE_CANTOPEN: CannotRead,
}
# SQLITE_IOERR_WRITE, _FSYNC, _TRUNCATE, _SHMSIZE: what a size limit or a full disk looks like besides SQLITE_FULL.
# Writing the log under a size limit gives the bare code, so then the statement tells.
_WRITE_FAILED = {10 | n << 8 for n in (3, 4, 6, 19)}


def problem_of(trouble: Exception, name: str = "") -> Problem | None:
    """The Problem that a driver's error stands for; None where it is a fault of the program."""
    if isinstance(trouble, exc.TimeoutError):
        return StoreBusy()  # all connections of this window are taken
    driver = trouble.orig if isinstance(trouble, exc.DBAPIError) else trouble
    state = getattr(driver, "sqlstate", None)
    if isinstance(driver, sqlcipher.Error):
        code = getattr(driver, "sqlite_errorcode", 0)
        if code & 0xFF == sqlcipher.SQLITE_IOERR:
            statement = str(getattr(trouble, "statement", None) or "").lstrip().upper()
            writing = code in _WRITE_FAILED or (code == sqlcipher.SQLITE_IOERR and not statement.startswith("SELECT"))
            return DiskFull() if writing else CannotRead(name=name or _("The casebook"))
        kind = _SQLITE_PROBLEMS.get(code & 0xFF)
        return kind(name=name or _("The casebook")) if kind else None
    if state == "53100":
        return DiskFull()
    if state in ("53000", "53200", "53300"):
        return ServerExhausted()
    if state in ("55P03", "40001", "40P01"):
        return OfficeBusy()
    if state in ("XX001", "XX002"):
        return DamagedStore()
    lost = isinstance(trouble, exc.DBAPIError) and trouble.connection_invalidated
    if lost or (isinstance(trouble, exc.OperationalError) and (state is None or state[:2] in ("08", "57"))):
        return StoreUnreachable()
    return None
