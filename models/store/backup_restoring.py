"""Putting a backup in the place of a store: at every moment the file is the whole old or the whole new one."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from models.clock import Clock, local_time, milliseconds
from models.errors import KeysMissing
from models.security import keystore
from models.security.keystore import Keys
from models.store import device_mark, file_seal
from models.store.backup import KEY_STORE, STORE, read_through
from models.store.backup_files import flush, free_name, told_as_problems
from models.store.backup_manifest import Backup, DamagedBackup, check, digest_of
from models.store.engine import WindowLock, connect_sqlite
from models.texts import _

RESTORED = "restored"
"""Meta: what a restored store says of itself until a person has read what that means for the exchange of files."""

EVERY_ROW = 'SELECT * FROM "{}"'  # for the names of our own tables, which a manifest under our key told
_FRESH = ".restored"
_DRILL = "drill-"
_HOLD = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


@dataclass(frozen=True)
class Drilled:
    """What came of restoring a backup on trial."""

    backup: Backup
    rows: int  # read, every one of them
    key_file: bool  # whether the backup's own key file is whole and holds at least one account


def restore(backup: Path, target: Path, keys: Keys, clock: Clock) -> Path | None:
    """Put a verified backup in the place of a store (its file, say casebook.db) and return where the old file is kept.

    No window may have it open. The store is brought to the newest of the keys where it is older than a change of keys;
    it says of itself that it was restored, so that no file is exchanged before a person has agreed. The key store is
    put back only where none is left, since a present one may know a newer passphrase.
    Raises DamagedBackup, CannotRead, StoreBusy, DiskFull, CannotWrite; then the old store is as it was.
    """
    told, opening = check(backup, keys)
    now = milliseconds(clock)
    with told_as_problems(target.name):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = WindowLock(target.with_name(target.name + ".lock"), _("restoring a backup"))
        fresh = target.with_name(target.name + _FRESH)
        try:
            bring(backup, told, opening, fresh)
            _renew_key(fresh, opening, keys)
            if "meta" in told.tables:
                _hold(fresh, keys, told, now)
            flush(fresh)
            aside = _set_aside(target, keys, now)
            key_store = target.with_suffix(".keys")
            if not key_store.exists() and (backup / KEY_STORE).exists():
                shutil.copyfile(backup / KEY_STORE, key_store)
                flush(key_store)
            device_mark.change(target.parent)  # before the swap: cut off in between, it is a new beginning all the same
            file_seal.forget(target)
            fresh.replace(target)
            flush(target.parent)
        finally:
            for ending in ("", "-journal"):
                fresh.with_name(fresh.name + ending).unlink(missing_ok=True)
            lock.release()
    return aside


def drill(backup: Path, folder: Path, keys: Keys) -> Drilled:
    """Prove that a backup can be restored: into a new folder inside `folder` (the data folder, never the system's
    temporary one), as a restore does it; every row is read and counted against the manifest; then it is destroyed.

    Raises DamagedBackup, CannotRead, DiskFull, CannotWrite.
    """
    told, opening = check(backup, keys)
    with scratch(folder) as place:
        store = place / STORE
        with told_as_problems(folder.name):
            bring(backup, told, opening, store)
            _renew_key(store, opening, keys)
        rows = 0
        with closing(connect_sqlite(store, keys.page_key, read_only=True, wal=False)) as connection:
            for table, expected in told.tables.items():
                read = sum(1 for _row in connection.execute(EVERY_ROW.format(table)))
                if read != expected:
                    raise DamagedBackup
                rows += read
        key_file = False
        if (backup / KEY_STORE).exists():
            with told_as_problems(folder.name):
                shutil.copyfile(backup / KEY_STORE, place / KEY_STORE)
            with suppress(KeysMissing):
                key_file = bool(keystore.workers(place / KEY_STORE))
    return Drilled(told, rows, key_file)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A new folder inside another one, destroyed afterwards; what an earlier one left that was broken off goes too."""
    with suppress(OSError):
        for left in folder.glob(_DRILL + "*"):
            shutil.rmtree(left, ignore_errors=True)
    place = folder / (_DRILL + secrets.token_hex(4))
    with told_as_problems(folder.name):
        place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def bring(backup: Path, told: Backup, keys: Keys, target: Path) -> None:
    """Copy the store here, byte for byte, and read it through against what the manifest says."""
    shutil.copyfile(backup / STORE, target)
    flush(target)
    if digest_of(target) != digest_of(backup / STORE):
        raise DamagedBackup
    try:
        read = read_through(target, keys.page_key)
    except DamagedBackup:
        raise
    except Exception as trouble:  # the driver's own errors, which only say once more that it cannot be read
        raise DamagedBackup from trouble
    if (read["rows"], read["version"]) != (dict(told.tables), told.version):
        raise DamagedBackup


def _renew_key(store: Path, opening: Keys, keys: Keys) -> None:
    """Bring a copy of a store to the newest keys, and read it through under them."""
    if opening.page_key == keys.page_key:
        return
    with closing(connect_sqlite(store, opening.page_key, wal=False)) as connection:
        connection.execute(f"PRAGMA rekey = \"x'{keys.page_key.hex()}'\"")
    read_through(store, keys.page_key)


def _hold(fresh: Path, keys: Keys, told: Backup, now: int) -> None:
    said = json.dumps({"at": now, "made_at": told.made_at, "agreed_at": 0})
    with closing(connect_sqlite(fresh, keys.page_key, wal=False)) as connection:
        connection.execute(_HOLD, (RESTORED, said))


def _set_aside(target: Path, keys: Keys, now: int) -> Path | None:
    """Keep the present store under another name too, with what its log still holds; it stays until the swap."""
    if not target.exists():
        return None
    aside = free_name(target.parent, local_time(now), target.stem + "-before-restore-", target.suffix)
    log, log_aside = target.with_name(target.name + "-wal"), aside.with_name(aside.name + "-wal")
    if log.exists():  # a crash left it; copied first, since even looking at a damaged store may end it
        shutil.copyfile(log, log_aside)
        flush(log_aside)
    with suppress(Exception), closing(connect_sqlite(target, keys.page_key)) as old:
        if old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
            log_aside.unlink(missing_ok=True)  # all of it is in the store now
    try:
        os.link(target, aside)
    except OSError:  # not on every file system
        shutil.copyfile(target, aside)
        flush(aside)
    for ending in ("-wal", "-shm"):  # they must never be read into the restored store
        target.with_name(target.name + ending).unlink(missing_ok=True)
    return aside
