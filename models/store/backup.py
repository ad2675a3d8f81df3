"""Backups of an encrypted file: written in one step, verified before they are called backups, restored by a swap.

A backup is a folder named by its moment, with the store (under the same key), the key store and a manifest: format,
size and SHA-256 of the store, rows of each table, sealed by an HMAC of the casebook's backup key. So a damaged, swapped
or foreign backup is found before anything is put back. On a server the records are backed up by the server's own tools.
"""

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from models.clock import Clock, local_time, milliseconds
from models.errors import CannotWrite, DiskFull, Problem
from models.security.keystore import Keys
from models.store import device_mark, migrate
from models.store.engine import Engines, WindowLock, connect_sqlite, is_full, sorted_trouble
from models.texts import _

FORMAT = 1
STORE, KEY_STORE, MANIFEST = "casebook.db", "casebook.keys", "manifest.json"
_UNFINISHED = ".unfinished"


class DamagedBackup(Problem):
    """A backup is not whole, was changed, or is another casebook's."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This backup is damaged or belongs to another casebook, so it was not used. Nothing was changed. "
            "Choose another backup."
        )


@dataclass(frozen=True)
class Backup:
    """A backup as its manifest tells it; nothing of it was verified yet."""

    path: Path  # the folder
    made_at: int  # milliseconds since 1970 UTC
    size: int  # bytes of the store
    rows: int  # of all tables
    version: str  # file format of the store
    vault: str  # which casebook's it is


def back_up(engines: Engines, folder: Path, keys: Keys, clock: Clock) -> Path:
    """Write a verified backup into a folder of its own inside `folder` and return that; other work goes on meanwhile.

    Raises DiskFull, CannotWrite, DamagedStore (where the store itself does not pass the check); ValueError on a server.
    """
    if engines.path is None:
        raise ValueError("the records of a server are backed up by its own tools")
    now = milliseconds(clock)
    target = _free_name(folder, local_time(now))
    made = target.with_name(target.name + _UNFINISHED)
    with _told_as_problems(folder.name):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        try:
            with sorted_trouble(name=engines.path.name):
                with closing(connect_sqlite(engines.path, keys.page_key)) as source:
                    # In one step: a stepwise copy starts over whenever something is saved meanwhile.
                    source.execute("VACUUM INTO ?", (str(made / STORE),))
                rows, version = _read_through(made / STORE, keys.page_key)
            key_store = engines.path.with_suffix(".keys")
            if key_store.exists():
                shutil.copyfile(key_store, made / KEY_STORE)
                flush(made / KEY_STORE)
            flush(made / STORE)
            manifest = {
                "format": FORMAT,
                "made_at": now,
                "vault": keys.vault,
                "version": version,
                "size": (made / STORE).stat().st_size,
                "sha256": _sha256(made / STORE),
                "rows": rows,
            }
            _write(made / MANIFEST, _canonical({**manifest, "mac": _mac(manifest, keys)}))
            made.rename(target)
            flush(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    return target


def verify(backup: Path, keys: Keys) -> Backup:
    """Read a backup through and compare it with its manifest. Raises DamagedBackup, CannotRead."""
    try:
        manifest = json.loads((backup / MANIFEST).read_bytes())
        mac = manifest.pop("mac")
        store = backup / STORE
        sound = (
            hmac.compare_digest(_mac(manifest, keys), mac)
            and manifest["format"] == FORMAT
            and store.stat().st_size == manifest["size"]
            and _sha256(store) == manifest["sha256"]
        )
        told = (manifest["rows"], manifest["version"])
        if not sound or _read_through(store, keys.page_key) != told:
            raise DamagedBackup()
        return _backup(backup, manifest)
    except DamagedBackup:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as trouble:
        raise DamagedBackup() from trouble
    except Exception as trouble:  # the driver's own errors, which only say once more that it cannot be read
        raise DamagedBackup() from trouble


def restore(backup: Path, target: Path, keys: Keys, clock: Clock) -> Path | None:
    """Put a verified backup in the place of a store (its file, say casebook.db) and return where the old file is kept.

    At every moment the store's file is the whole old or the whole new one. No window may have it open. The key store is
    put back only where none is left, since a present one may know a newer passphrase.
    Raises DamagedBackup, StoreBusy, DiskFull, CannotWrite; then the old store is as it was.
    """
    verify(backup, keys)
    with _told_as_problems(target.name):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = WindowLock(target.with_name(target.name + ".lock"), _("restoring a backup"))
        try:
            fresh = target.with_name(target.name + ".restored")
            shutil.copyfile(backup / STORE, fresh)
            flush(fresh)
            if _sha256(fresh) != _sha256(backup / STORE):
                raise DamagedBackup()
            aside = _set_aside(target, keys, milliseconds(clock))
            key_store = target.with_suffix(".keys")
            if not key_store.exists() and (backup / KEY_STORE).exists():
                shutil.copyfile(backup / KEY_STORE, key_store)
                flush(key_store)
            device_mark.change(target.parent)  # before the swap: cut off in between, it is a new beginning all the same
            fresh.replace(target)
            flush(target.parent)
        finally:
            target.with_name(target.name + ".restored").unlink(missing_ok=True)
            lock.release()
    return aside


def backups(folder: Path, vault: str = "") -> list[Backup]:
    """The backups in a folder, newest first, of one casebook where it is named; what cannot be read as one is left out.

    Not verified: a manifest can say anything.
    """
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.endswith(_UNFINISHED):
            continue
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            found.append(_backup(path, json.loads((path / MANIFEST).read_bytes())))
    found = [backup for backup in found if vault in ("", backup.vault)]
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def thin(folder: Path, clock: Clock, vault: str = "") -> list[Path]:
    """Remove backups that are no longer needed and say which. Kept are: all of the last two days, the last of each day
    for two weeks, of each week for two months, of each month for good; and always the three newest.

    Vault: whose (Keys.vault). Several casebooks may keep their backups in one folder, and each thins its own only.
    """
    every = backups(folder, vault)
    keep = {backup.path for backup in every[:3]}
    now = local_time(milliseconds(clock))
    last_of: dict[str, Path] = {}
    for backup in every:  # newest first, so the first of a period is its last
        made = local_time(backup.made_at)
        age = now - made
        if age < timedelta(days=2):
            period = str(backup.path)
        elif age < timedelta(days=14):
            period = f"{made:%Y-%m-%d}"
        elif age < timedelta(days=62):
            period = f"{made:%G-W%V}"
        else:
            period = f"{made:%Y-%m}"
        last_of.setdefault(period, backup.path)
    gone = [backup.path for backup in every if backup.path not in keep and backup.path not in last_of.values()]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone


def _backup(path: Path, manifest: dict[str, Any]) -> Backup:
    rows = sum(int(count) for count in manifest["rows"].values())
    return Backup(
        path, int(manifest["made_at"]), int(manifest["size"]), rows, str(manifest["version"]), str(manifest["vault"])
    )


def _read_through(path: Path, key: bytes) -> tuple[dict[str, int], str]:
    """Rows of each table and the file format, after every page and every row was read. Raises the driver's errors."""
    with closing(connect_sqlite(path, key, read_only=True, wal=False)) as connection:
        wrong = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        sound = connection.execute("PRAGMA integrity_check").fetchone()
        if wrong or sound != ("ok",):
            raise DamagedBackup()
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in found if not name.startswith("sqlite_")]  # the engine's own hold no records
        count = 'SELECT count(*) FROM "{}"'  # names of our own tables, not anybody's input
        rows = {name: int(connection.execute(count.format(name)).fetchone()[0]) for name in sorted(tables)}
        version = ""
        if "alembic_version" in rows:
            version = str(connection.execute(migrate.VERSION_QUERY).fetchone()[0])
    return rows, version


def _set_aside(target: Path, keys: Keys, now: int) -> Path | None:
    """Keep the present store under another name too, with what its log still holds; it stays until the swap."""
    if not target.exists():
        return None
    aside = _free_name(target.parent, local_time(now), target.stem + "-before-restore-", target.suffix)
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


def _free_name(folder: Path, moment: datetime, before: str = "", after: str = "") -> Path:
    stem = f"{before}{moment:%Y-%m-%d_%H%M%S}"
    name, n = stem + after, 1
    while (folder / name).exists():
        n += 1
        name = f"{stem}_{n}{after}"
    return folder / name


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _mac(manifest: dict[str, Any], keys: Keys) -> str:
    return hmac.new(keys.backup_key, _canonical(manifest), "sha256").hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush(path: Path) -> None:
    """See to it that a file or a folder is on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no such call for folders
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told_as_problems(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        raise (DiskFull() if is_full(trouble) else CannotWrite(name=name)) from trouble
