"""A casebook that is a file of this computer: made in a folder of its own, and put back from a backup.

Its sibling desk_place.py has what lies at a desk of an office whose records are on a server.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import exc

from models.clock import Clock, local_time, milliseconds
from models.errors import CannotRead, CannotWrite, DiskFull, KeysMissing, Problem, StoreBusy
from models.records.roles import may
from models.security import keystore
from models.services import desk_place, signing_in
from models.services.allowed import NotAllowed
from models.services.views import Office, Worker
from models.store import backup, backup_difference, backup_restoring, integrity, migrate
from models.store.backup import Backup, DamagedBackup
from models.store.backup_difference import Difference
from models.store.backup_files import free_name
from models.store.backup_manifest import check
from models.store.engine import WindowLock, is_full, open_sqlite, sorted_trouble
from models.store.work import write_meta
from models.texts import _

STORE = backup.STORE
KEYS = backup.KEY_STORE
BACKUPS = "backups"
_MAKING = "casebook.making"  # a casebook that is not finished; nobody has worked in it


class StoreMissing(Problem):
    """There is a key file but no store beside it."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The casebook file is not where it was; only its key file is there. Nothing was changed. "
            "Put the file back, or restore the last backup."
        )


def is_there(folder: Path) -> bool:
    """Whether a folder holds the file, or the keys and backups from which it can be restored."""
    return (folder / STORE).exists() or ((folder / KEYS).exists() and (folder / BACKUPS).exists())


def make(
    folder: Path,
    passphrase: str,
    office: Office,
    worker: Worker,
    clock: Clock,
    cost: keystore.Cost,
    *,
    keeps_numbers: bool,
) -> keystore.Keys:
    """Make a new casebook and move it into place when it is whole; see Casebook.create."""
    if (folder / STORE).exists():
        raise FileExistsError(folder)
    making = folder / _MAKING
    with told_as_problems(folder.name):
        folder.mkdir(parents=True, exist_ok=True)
    lock = WindowLock(folder / (STORE + ".lock"), "")
    try:
        with told_as_problems(STORE):
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            keys = keystore.create(making / KEYS, passphrase, worker.name, cost=cost)
            make_store(making / STORE, keys, office, worker, clock, keeps_numbers)
            _set_aside(folder, clock)
            for name in (KEYS, KEYS + ".bak", STORE):  # the store last: with it there is a casebook
                (making / name).replace(folder / name)
            backup.flush(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
        lock.release()
    return keys


def backups(folder: Path, elsewhere: Path | None = None) -> list[Backup]:
    """The backups beside a casebook, and those in another folder, newest first."""
    found = [*backup.backups(folder / BACKUPS), *(backup.backups(elsewhere) if elsewhere else ())]
    return sorted(found, key=lambda each: each.made_at, reverse=True)


def last_good(folder: Path, passphrase: str, clock: Clock, account: str = "") -> Backup | None:
    """The newest backup beside a casebook that is whole, byte for byte; None where there is none.

    Raises WrongPassphrase, TooManyAttempts.
    """
    own = None
    with suppress(KeysMissing):
        own = signing_in.unlock(folder, passphrase, account, clock)
    for each in backup.backups(folder / BACKUPS):
        with suppress(DamagedBackup, CannotRead, KeysMissing):
            return check(each.path, own or keystore.unlock(each.path / KEYS, passphrase, account))[0]
    return None


def difference(folder: Path, chosen: Path, passphrase: str, clock: Clock, account: str = "") -> Difference:
    """What putting a backup back would lose and bring back; see Casebook.preview_restore."""
    keys, _own = _keys_for(folder, chosen, passphrase, clock, account)
    return backup_difference.difference(chosen, folder / STORE, keys)


def restore(folder: Path, chosen: Path, passphrase: str, clock: Clock, account: str = "") -> Path | None:
    """Put a backup in the place of the casebook; see Casebook.restore."""
    return restore_with(folder, chosen, clock, *_keys_for(folder, chosen, passphrase, clock, account))


def restore_with(folder: Path, chosen: Path, clock: Clock, keys: keystore.Keys, own: bool = True) -> Path | None:
    """The same with keys that are open: by a recovery code, or the escrow's answer. own: whether they are those of the
    casebook's key file; otherwise that is put aside, and the backup's takes its place."""
    if keys.account and not may(keys.roles, "restore"):
        raise NotAllowed(action="restore")
    check(chosen, keys)
    _back_up_present(folder, keys, clock)
    if not own:
        with told_as_problems(KEYS):
            _rename_dated(folder, (KEYS, KEYS + ".bak"), clock)
    return backup_restoring.restore(chosen, folder / STORE, keys, clock)


def _keys_for(folder: Path, chosen: Path, passphrase: str, clock: Clock, account: str) -> tuple[keystore.Keys, bool]:
    """The keys of the casebook, or of the backup where the casebook's key file is gone or damaged; and which it is."""
    try:
        return signing_in.unlock(folder, passphrase, account, clock), True
    except KeysMissing:
        return keystore.unlock(chosen / KEYS, passphrase, account), False


def _back_up_present(folder: Path, keys: keystore.Keys, clock: Clock) -> None:
    """A backup of what is about to be replaced, so that the way back is the same as the way here. A damaged casebook
    has none: its file is kept aside as it is. Raises StoreBusy."""
    if not integrity.opens(folder / STORE, keys.page_key):
        return
    try:
        engines = open_sqlite(folder / STORE, keys.page_key)
        try:
            backup.back_up(engines, folder / BACKUPS, keys, clock, reason="restore")
        finally:
            engines.close()
    except StoreBusy:
        raise
    except (Problem, DamagedBackup, exc.SQLAlchemyError):
        return


def make_store(
    path: Path, keys: keystore.Keys, office: Office, worker: Worker, clock: Clock, keeps_numbers: bool
) -> None:
    """The encrypted file with all its tables, who and where; everything is in the one file when this returns."""
    engines = open_sqlite(path, keys.page_key)
    try:
        migrate.upgrade(engines)
        with sorted_trouble(name=STORE), engines.writer.begin() as connection:
            desk_place.write_identity(connection, desk_place.office_values(office), clock, keeps_numbers=keeps_numbers)
            write_meta(connection, "worker", {"name": worker.name, "phone": worker.phone})
    finally:
        engines.close()
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:  # it could not be brought into the file
        raise DiskFull


def _set_aside(folder: Path, clock: Clock) -> None:
    """Keep what an earlier casebook without its store has left: its keys open backups, its log must not be read."""
    _rename_dated(folder, (KEYS, KEYS + ".bak", STORE + "-wal", STORE + "-shm"), clock)


def _rename_dated(folder: Path, names: tuple[str, ...], clock: Clock) -> None:
    moment = local_time(milliseconds(clock))
    for name in names:
        if (folder / name).exists():
            (folder / name).rename(free_name(folder, moment, f"{name}.old-"))


@contextmanager
def told_as_problems(name: str) -> Iterator[None]:
    """Tell what the computer says of its files as what a worker can act on. name: of what is written."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as trouble:
        raise (DiskFull() if is_full(trouble) else CannotWrite(name=name)) from trouble
