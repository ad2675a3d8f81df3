"""Backups of an encrypted file: written in one step, verified before they are called backups, kept in two places.

A backup is a folder named by its moment, with the store (under the same key), the key store and a manifest
(backup_manifest). So a damaged, swapped or foreign backup is found before anything is put back. It is written beside
the casebook; a stick or a share gets a copy, compared byte for byte, and no store is ever opened there. On a server the
records are backed up by the server's own tools.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from models.clock import Clock, local_time, milliseconds
from models.errors import CannotWrite, DamagedStore
from models.security.keystore import Keys
from models.store import audit, migrate
from models.store.backup_files import flush, free_name, told_as_problems, write
from models.store.backup_manifest import (
    FORMAT,
    KEY_STORE,
    MANIFEST,
    STORE,
    Backup,
    DamagedBackup,
    check,
    digest_of,
    read,
    seal,
)
from models.store.engine import Engines, connect_sqlite, sorted_trouble

__all__ = ["KEY_STORE", "MANIFEST", "STORE", "Backup", "DamagedBackup", "back_up", "backups", "copy_to", "flush"]

_UNFINISHED = ".unfinished"
_STAGE = "backups"  # beside the store: where a backup is written before it goes elsewhere
_STEPS_BETWEEN = 1000  # of the engine's own steps: how often it tells that it is still at work
_ARRIVED = "SELECT value ->> 'count' FROM meta WHERE key = 'arrived'"
_PICTURES = "SELECT count(*) FROM picture_data"
_FORGET_CHAINS = "DELETE FROM meta WHERE key = 'audit' OR key LIKE 'audit:%'"


def back_up(
    engines: Engines,
    folder: Path,
    keys: Keys,
    clock: Clock,
    *,
    reason: str = "asked",
    begun: Callable[[], object] = lambda: None,
) -> Path:
    """Write a verified backup into a folder of its own inside `folder` and return that; other work goes on meanwhile.

    reason: key of backup_manifest.REASONS. begun: called as soon as the moment is fixed whose state is written,
    whatever is saved from then on. Where the folder is not the casebook's own, the backup is made and verified beside
    the casebook and copied there.
    Raises DiskFull, CannotWrite, DamagedStore (where the store itself does not pass the check); ValueError on a server.
    """
    if engines.path is None:
        raise ValueError("the records of a server are backed up by its own tools")
    beside = engines.path.parent
    stage = folder if folder.is_relative_to(beside) else beside / _STAGE
    now = milliseconds(clock)
    target = free_name(stage, local_time(now))
    made = target.with_name(target.name + _UNFINISHED)
    with told_as_problems(stage.name):
        stage.mkdir(parents=True, exist_ok=True)
        _clear_unfinished(stage, "")
        try:
            made.mkdir()
            with sorted_trouble(name=engines.path.name):
                anchor = _anchor(engines)  # before the moment itself: what it names is in the copy
                copy_store(engines, made / STORE, keys.page_key, begun)
                _forget_chains(made / STORE, keys.page_key)
                try:
                    told = read_through(made / STORE, keys.page_key)
                except DamagedBackup as trouble:
                    raise DamagedStore(name=engines.path.name) from trouble
            said = {"format": FORMAT, "made_at": now, "reason": reason, "vault": keys.vault, "app": _app(), **told}
            said |= {"anchor": anchor, "key_store": _copy_key_store(engines.path, made)}
            flush(made / STORE)
            said |= {"size": (made / STORE).stat().st_size, "sha256": digest_of(made / STORE)}
            write(made / MANIFEST, seal(said, keys))
            if stage != folder:
                return copy_to(made, folder, name=target.name)
            flush(made)  # the names in it: a power cut must not leave an empty folder under the name of a backup
            made.rename(target)
            flush(stage)
            flush(stage.parent)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return target


def copy_store(engines: Engines, target: Path, key: bytes, begun: Callable[[], object] = lambda: None) -> None:
    """Write what a store holds at this moment into a new file under the same key. Raises the driver's errors.

    In one step: a stepwise copy starts over whenever something is saved meanwhile. And row by row (VACUUM INTO): the
    engine's own page copier passes pages by whose seal is broken, and puts zeros under a good seal in their place.
    """
    assert engines.path is not None
    told = False

    def fixed() -> int:
        nonlocal told
        if not told and source.in_transaction:  # the copying began its transaction, so its moment is fixed
            told = True
            begun()
        return 0

    with closing(connect_sqlite(engines.path, key, once=True)) as source:
        source.set_progress_handler(fixed, _STEPS_BETWEEN)
        source.execute("VACUUM INTO ?", (str(target),))
    if not told:
        begun()


def copy_to(made: Path, place: Path, *, name: str = "") -> Path:
    """Copy a backup into another place (a stick, a share) and compare every byte read back; returns where it is there.

    A copy that was broken off leaves nothing that looks like a backup, and goes when the next one is made. The store is
    never opened there. Raises DiskFull, CannotWrite.
    """
    told = read(made)
    with told_as_problems(place.name):
        place.mkdir(parents=True, exist_ok=True)
        _clear_unfinished(place, told.vault)
        wanted = place / (name or made.name)
        target = free_name(place, local_time(told.made_at)) if wanted.exists() else wanted
        coming = target.with_name(target.name + _UNFINISHED)
        try:
            coming.mkdir()
            for one in (MANIFEST, KEY_STORE, STORE):  # the manifest first: it says whose an unfinished copy is
                if (made / one).exists():
                    shutil.copyfile(made / one, coming / one)
                    flush(coming / one)
                    if digest_of(coming / one) != digest_of(made / one):
                        raise CannotWrite(name=place.name)
            flush(coming)
            coming.rename(target)
            flush(place)
            flush(place.parent)
        finally:
            shutil.rmtree(coming, ignore_errors=True)
    return target


def verify(backup: Path, keys: Keys) -> Backup:
    """Prove that a backup is whole and this casebook's, byte for byte as it was when it was read through after writing.

    Raises DamagedBackup, CannotRead.
    """
    return check(backup, keys)[0]


def backups(folder: Path, vault: str = "") -> list[Backup]:
    """The backups in a folder, newest first, of one casebook where it is named; what cannot be read as one is left out.

    Not verified: a manifest can say anything.
    """
    found = []
    for path in _folders(folder):
        if path.name.endswith(_UNFINISHED):
            continue
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            found.append(read(path))
    found = [backup for backup in found if vault in ("", backup.vault)]
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def thin(folder: Path, clock: Clock, vault: str = "") -> list[Path]:
    """Remove backups that are no longer needed and say which. Kept are: all of the last four hours, the last of each
    hour for two days, of each day for two weeks, of each week for two months, of each month for good; and always the
    three newest.

    Vault: whose (Keys.vault). Several casebooks may keep their backups in one folder, and each thins its own only.
    """
    every = backups(folder, vault)
    keep = {backup.path for backup in every[:3]}
    now = local_time(milliseconds(clock))
    last_of: dict[str, Path] = {}
    for backup in every:  # newest first, so the first of a period is its last
        made = local_time(backup.made_at)
        age = now - made
        if age < timedelta(hours=4):
            period = str(backup.path)
        elif age < timedelta(days=2):
            period = f"{made:%Y-%m-%d %H}"
        elif age < timedelta(days=14):
            period = f"{made:%Y-%m-%d}"
        elif age < timedelta(days=62):
            period = f"{made:%G-W%V}"
        else:
            period = f"{made:%Y-%m}"
        last_of.setdefault(period, backup.path)
    gone = [backup.path for backup in every if backup.path not in keep and backup.path not in last_of.values()]
    for path in gone:
        # First it loses its name: a removal that is broken off leaves nothing that looks like a backup.
        doomed = path.with_name(path.name + _UNFINISHED)
        with suppress(OSError):
            path.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
    return gone


def read_through(path: Path, key: bytes) -> dict[str, Any]:
    """What a manifest says of a store (rows by table, file format, pictures, operations), after every page was read.

    Raises DamagedBackup, and the driver's errors.
    """
    with closing(connect_sqlite(path, key, read_only=True, wal=False, once=True)) as connection:
        wrong = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        sound = connection.execute("PRAGMA integrity_check").fetchone()
        if wrong or sound != ("ok",):
            raise DamagedBackup()
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in found if not name.startswith("sqlite_")]  # the engine's own hold no records
        count = 'SELECT count(*) FROM "{}"'  # names of our own tables, not anybody's input
        rows = {name: int(connection.execute(count.format(name)).fetchone()[0]) for name in sorted(tables)}
        told: dict[str, Any] = {"rows": rows, "version": "", "arrived": 0, "pictures": 0}
        if "alembic_version" in rows:
            told["version"] = str(connection.execute(migrate.VERSION_QUERY).fetchone()[0])
        if "meta" in rows:
            told["arrived"] = int((connection.execute(_ARRIVED).fetchone() or (0,))[0] or 0)
        if "picture_data" in rows:
            told["pictures"] = int(connection.execute(_PICTURES).fetchone()[0])
    return told


def _anchor(engines: Engines) -> dict[str, Any] | None:
    """The head of the audit chain: whoever cuts rows off the chain later contradicts the backup."""
    with engines.reader.connect() as connection:
        head = audit.head(connection)
    return head.said() if head is not None else None


def _forget_chains(copy: Path, key: bytes) -> None:
    """No backup holds the key of the next row of the audit chain: whoever has the keys of the records and an older
    backup could make every row since then anew. What is restored begins a new chain, which names the last row of this.
    """
    with closing(connect_sqlite(copy, key, wal=False)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            connection.execute(_FORGET_CHAINS)


def _copy_key_store(store: Path, made: Path) -> dict[str, Any] | None:
    key_store = store.with_suffix(".keys")
    if not key_store.exists():
        return None
    shutil.copyfile(key_store, made / KEY_STORE)
    flush(made / KEY_STORE)
    return {"size": (made / KEY_STORE).stat().st_size, "sha256": digest_of(made / KEY_STORE)}


def _clear_unfinished(place: Path, vault: str) -> None:
    """Remove what was broken off: beside the casebook all of it, elsewhere (vault) only what is ours."""
    for path in _folders(place):
        if path.name.endswith(_UNFINISHED):
            with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
                if not vault or read(path).vault == vault:
                    shutil.rmtree(path, ignore_errors=True)


def _folders(folder: Path) -> Iterator[Path]:
    with suppress(OSError):  # a stick that was pulled out
        yield from list(folder.iterdir()) if folder.is_dir() else ()


@cache
def _app() -> str:
    try:
        return version("jinmen")
    except PackageNotFoundError:
        return ""  # run from the tree
