"""A forgotten passphrase: a new one by the printed recovery code, or with the help of the office that holds a key.

Nothing of the records is needed, only the key file: that of the casebook, or on an empty computer that of a backup,
which is put in its place first. Afterwards one signs in, or restores the backup, with the new passphrase.
"""

from pathlib import Path

from models.clock import Clock
from models.errors import KeysMissing, Problem, WeakPassphrase, WrongPassphrase
from models.security import attempts, escrow, key_file, keystore, recovery_code
from models.security.strength import too_easy
from models.store.backup import KEY_STORE
from models.store.backup_files import told_as_problems
from models.texts import _


class WrongCode(Problem):
    """A recovery code is well formed and opens nothing."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This recovery code does not open this casebook. Each code opens once, and a new one may have been made "
            "since. Your records are safe. Look for the newest paper, or ask the office that holds a key."
        )


def with_code(
    folder: Path,
    typed: str,
    account: str,
    new: str,
    clock: Clock,
    *,
    source: Path | None = None,
    cost: keystore.Cost = keystore.STANDARD,
) -> None:
    """Give an account a new passphrase by a recovery code, which is used up by that.

    source: the folder of a backup, where this computer has no key file. Raises CodeMistyped, WrongCode, WeakPassphrase,
    KeysMissing, CannotRead, CannotWrite, DiskFull; LookupError where there is no such person.
    """
    code = recovery_code.read(typed)
    if too_easy(new):
        raise WeakPassphrase()
    path = _key_store(folder, source)
    try:
        keys = keystore.unlock_with_code(path, code)
    except WrongPassphrase as trouble:
        raise WrongCode from trouble
    keystore.rewrap(path, keys, account, new, cost=cost, drop=keys.account)
    attempts.recovered(folder, clock, account, attempts.BY_CODE)


def ask_office(
    folder: Path,
    account: str,
    new: str,
    clock: Clock,
    *,
    source: Path | None = None,
    cost: keystore.Cost = keystore.STANDARD,
) -> tuple[bytes, str]:
    """The request to the office that holds a key, and its fingerprint. Raises as escrow.ask()."""
    request = escrow.ask(_key_store(folder, source), account, new, clock, cost=cost)
    return request, escrow.fingerprint(request)


def take_answer(
    folder: Path, answered: bytes, new: str, clock: Clock, *, cost: keystore.Cost = keystore.STANDARD
) -> None:
    """Give the account of the request its new passphrase by the office's answer. Raises as escrow.take()."""
    account = escrow.waits_for(folder / KEY_STORE)
    with attempts.guarded(folder, clock, account):
        escrow.take(folder / KEY_STORE, answered, new, cost=cost)
    attempts.recovered(folder, clock, account, attempts.BY_OFFICE)


def _key_store(folder: Path, source: Path | None) -> Path:
    """The key file of a folder; that of a backup is put there where there is none.

    Raises KeysMissing where the backup has no whole one either; CannotRead, CannotWrite, DiskFull.
    """
    path = folder / KEY_STORE
    if source is None or any(file is not None for _where, file in key_file.both(path)):
        return path
    brought = key_file.read(source / KEY_STORE)
    if brought is None:
        raise KeysMissing
    with told_as_problems(KEY_STORE):
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():  # damaged; kept for whoever can make something of it
            path.replace(path.with_name(path.name + ".damaged"))
    key_file.write_whole(path, brought.to_bytes())
    return path
