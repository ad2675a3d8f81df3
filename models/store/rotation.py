"""A new data key: the store is written anew under it, and the old store is destroyed.

Who leaves knew the data key, and a key that somebody may have seen is to be used no more. The change is promised first:
the key file opens with the new key from then on, keeps the old one under it and says that the store is not brought
under it yet. The store itself is brought under the new key at the next sign-in, before anything else has it open:
exported into a new file, which is read through and compared, and put in the place of the old one by one rename. Killed
at any moment, the next sign-in finds out under which key the store is and goes on from there.

What was backed up before stays under the old key, which whoever remains still has under the new one (Keys.earlier).
"""

import os
import shutil
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from models.errors import CannotWrite, DamagedStore, DiskFull
from models.security import key_accounts, key_file
from models.security.keystore import Keys
from models.store import file_seal
from models.store.backup_files import flush, told_as_problems
from models.store.engine import WindowLock, connect_sqlite, sorted_trouble

_NEXT, _OLD = ".next", ".old"
_ROOM = 16 * 1024 * 1024  # bytes that must stay free besides the new file
_AT_ONCE = 1 << 20
_COUNT = 'SELECT count(*) FROM "{}"'  # names of our own tables, not anybody's input
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
_SEQUENCES = "SELECT name, seq FROM sqlite_sequence ORDER BY name"


def promise(store: Path, key_store: Path, keys: Keys, without: Collection[str] = ()) -> None:
    """Put a new data key in force, which the accounts of `without` do not get; settle() of the next sign-in does the
    rest. Whoever is signed in now should sign out.

    Raises DiskFull where the store could not be written anew, KeysMissing, CannotWrite; ValueError where nobody would
    be left.
    """
    room_for(store)
    file, _new = key_accounts.keys_under(key_store, keys, key_accounts.new_data_key(), without)
    key_file.save(key_store, file)


def room_for(store: Path) -> None:
    """Raise DiskFull where a store could not be written anew beside itself."""
    with told_as_problems(store.name):
        if shutil.disk_usage(store.parent).free < store.stat().st_size + _log_size(store) + _ROOM:
            raise DiskFull


def is_promised(key_store: Path) -> bool:
    """Whether a new data key is in force that the store may not be under yet; proof of nothing. Raises CannotRead."""
    return any(isinstance(file, key_file.KeyFile) and file.unfinished for _where, file in key_file.both(key_store))


def settle(store: Path, key_store: Path, keys: Keys) -> Keys:
    """The keys to open a store with, after a new data key that was promised is in force for the store too.

    Where the disk is too full for that the store stays under the old key, and those keys are returned: nobody is kept
    from her records. Raises StoreBusy, DamagedStore, CannotRead.
    """
    if not keys.unfinished:
        return keys
    lock = WindowLock(store.with_name(store.name + ".lock"), "")
    try:
        with sorted_trouble(name=store.name):
            try:
                with sorted_trouble(name=store.name), told_as_problems(store.name):
                    if not _opens(store, keys.page_key):
                        _bring_under(store, keys)
                    _destroy(_beside(store, _OLD))
                    _beside(store, _NEXT).unlink(missing_ok=True)
                    return key_accounts.finish(key_store, keys)
            except (DiskFull, CannotWrite):
                if _opens(store, keys.page_key):  # what could not be written is only that all is done
                    return keys
                return replace(_of_the_store(store, keys), account=keys.account, roles=keys.roles)
    finally:
        lock.release()


def export(source: Path, source_key: bytes, target: Path, target_key: bytes) -> dict[str, int]:
    """Write a store into a new file under another key, read that through, and return its rows by table.

    Nobody may write meanwhile. Everything is carried over: tables, indexes, sequences, statistics, versions. Raises
    DamagedStore where the new file does not hold just what the old one does; the driver's errors.
    """
    target.unlink(missing_ok=True)
    with closing(connect_sqlite(source, source_key)) as connection:
        connection.execute(f"ATTACH DATABASE ? AS fresh KEY \"x'{target_key.hex()}'\"", (str(target),))
        # Killed or cut off, the new file is thrown away: it need not be safe before it is whole.
        connection.execute("PRAGMA fresh.journal_mode = OFF").fetchone()
        connection.execute("PRAGMA fresh.synchronous = OFF")
        connection.execute("SELECT sqlcipher_export('fresh')").fetchone()
        for pragma in ("user_version", "application_id"):
            (value,) = connection.execute(f"PRAGMA main.{pragma}").fetchone()
            connection.execute(f"PRAGMA fresh.{pragma} = {int(value)}")
        connection.execute("DETACH DATABASE fresh")
        before = _content(connection)
    flush(target)
    with closing(connect_sqlite(target, target_key, read_only=True, wal=False)) as connection:
        wrong = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        sound = connection.execute("PRAGMA integrity_check").fetchone()
        if wrong or sound != ("ok",) or _content(connection) != before:
            raise DamagedStore(name=source.name)
    rows: dict[str, int] = before["rows"]
    return rows


def _bring_under(store: Path, keys: Keys) -> None:
    """Write the store anew under the newest key and put that in its place."""
    older = _of_the_store(store, keys)
    fresh = _beside(store, _NEXT)
    with closing(connect_sqlite(store, older.page_key)) as connection:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy or _log_size(store):
        raise CannotWrite(name=store.name)
    try:
        export(store, older.page_key, fresh, keys.page_key)
        if _log_size(store):  # nobody may have written meanwhile
            raise CannotWrite(name=store.name)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    old = _beside(store, _OLD)
    old.unlink(missing_ok=True)
    with suppress(OSError):  # not on every file system; then the old file just goes
        os.link(store, old)
    file_seal.forget(store)
    for ending in ("-wal", "-shm"):  # empty, and never to be read into the new store
        store.with_name(store.name + ending).unlink(missing_ok=True)
    fresh.replace(store)
    flush(store.parent)


def _of_the_store(store: Path, keys: Keys) -> Keys:
    """Which of the earlier keys a store is under. Raises DamagedStore where it is none of them."""
    for older in keys.earlier:
        if _opens(store, older.page_key):
            return older
    raise DamagedStore(name=store.name)


def _opens(store: Path, key: bytes) -> bool:
    try:
        connect_sqlite(store, key).close()
    except sqlcipher.DatabaseError as trouble:
        if getattr(trouble, "sqlite_errorcode", 0) & 0xFF != sqlcipher.SQLITE_NOTADB:
            raise
        return False
    return True


def _content(connection: Any) -> dict[str, Any]:
    """What two stores must have alike: everything but the order of pages."""
    schema = connection.execute(_SCHEMA).fetchall()
    tables = [name for kind, name, *_more in schema if kind == "table"]
    said: dict[str, Any] = {
        "schema": schema,
        "rows": {name: int(connection.execute(_COUNT.format(name)).fetchone()[0]) for name in tables},
        "sequences": connection.execute(_SEQUENCES).fetchall() if "sqlite_sequence" in tables else [],
    }
    for pragma in ("user_version", "application_id", "page_size", "auto_vacuum", "encoding"):
        said[pragma] = connection.execute(f"PRAGMA {pragma}").fetchone()
    return said


def _destroy(path: Path) -> None:
    """Write over a file, then remove it. On a flash disk the old pages may stay: their key is what was taken away."""
    if not path.exists():
        return
    if path.stat().st_nlink == 1:  # not the store itself, where the rename never came
        with path.open("r+b") as file:
            left = path.stat().st_size
            while left > 0:
                left -= file.write(bytes(min(left, _AT_ONCE)))
            file.flush()
            os.fsync(file.fileno())
    path.unlink()


def _log_size(store: Path) -> int:
    log = store.with_name(store.name + "-wal")
    return log.stat().st_size if log.exists() else 0


def _beside(store: Path, ending: str) -> Path:
    return store.with_name(store.name + ending)
