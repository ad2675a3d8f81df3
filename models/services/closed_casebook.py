"""What can be done to a casebook while nobody has it open: look for it, put a backup back, come in without a
passphrase, make an office on a server. Everybody calls these on Casebook, which inherits them.
"""

from collections.abc import Callable
from pathlib import Path

from models.clock import Clock, SystemClock
from models.security import keystore
from models.services import casebook_file, desk_place, recovering
from models.services.casebook_file import told_as_problems
from models.services.views import Office
from models.store.backup import Backup
from models.store.backup_difference import Difference
from models.store.engine import Engines
from models.store.server import ServerAddress


class ClosedCasebook:
    """The verbs that need no open casebook."""

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether there is a casebook in this folder, or its keys and backups, from which it can be restored.

        A desk of an office with a server counts as one. A key file alone is what a computer that went down during
        create() leaves: it never held records.
        """
        return desk_place.is_desk(folder) or casebook_file.is_there(folder)

    @staticmethod
    def recover(
        folder: Path,
        code: str,
        account: str,
        new_phrase: str,
        *,
        source: Path | None = None,
        clock: Clock | None = None,
        cost: keystore.Cost = keystore.STANDARD,
    ) -> None:
        """Give somebody who forgot hers a new passphrase by the printed recovery code, which is used up by that.

        source: the folder of a backup, on a computer that has no key file. Raises CodeMistyped, WrongCode,
        WeakPassphrase, KeysMissing, CannotRead, CannotWrite, DiskFull; LookupError where there is no such person.
        """
        recovering.with_code(folder, code, account, new_phrase, clock or SystemClock(), source=source, cost=cost)

    @staticmethod
    def ask_office(
        folder: Path,
        account: str,
        new_phrase: str,
        *,
        source: Path | None = None,
        clock: Clock | None = None,
        cost: keystore.Cost = keystore.STANDARD,
    ) -> tuple[bytes, str]:
        """The file that asks the office which holds a key for help, and its fingerprint for the telephone.

        The new passphrase is chosen now and typed again with the answer. Raises as recover(), and EscrowRefused.
        """
        return recovering.ask_office(folder, account, new_phrase, clock or SystemClock(), source=source, cost=cost)

    @staticmethod
    def take_answer(
        folder: Path,
        answered: bytes,
        new_phrase: str,
        *,
        clock: Clock | None = None,
        cost: keystore.Cost = keystore.STANDARD,
    ) -> None:
        """Take the office's answer: from now on the new passphrase opens the casebook.

        Raises EscrowRefused, WrongPassphrase, TooManyAttempts, KeysMissing, CannotRead, CannotWrite, DiskFull.
        """
        recovering.take_answer(folder, answered, new_phrase, clock or SystemClock(), cost=cost)

    @staticmethod
    def found_office(
        server: ServerAddress,
        password: str,
        office: Office,
        *,
        clock: Clock | None = None,
        keeps_numbers: bool = True,
        prepare: Callable[[Engines], object] | None = None,
        phrase: str = "",
        cost: keystore.Cost = keystore.STANDARD,
    ) -> None:
        """Make the tables of an office on a server, and its identity. Nothing is made on this computer.

        phrase: of the office, with which what is sensitive is sealed, so that whoever keeps the server cannot read it;
        every desk that joins must know it. prepare: called with the engines before anything is made (tables that are to
        be spread over partitions).
        Raises OfficeThere, NotOurTables, and what open_server() raises.
        """
        desk_place.found_on(
            server,
            password,
            desk_place.office_values(office),
            clock or SystemClock(),
            keeps_numbers=keeps_numbers,
            prepare=prepare,
            phrase=phrase,
            cost=cost,
        )

    @staticmethod
    def office_on(server: ServerAddress, password: str, phrase: str = "") -> Office | None:
        """The office that a database holds; None where it is empty. Nothing is written.

        Raises WrongOfficePhrase, NotOurTables, NewerStore, and what open_server() raises.
        """
        said = desk_place.look(server, password, phrase)
        return Office(**said) if said else None

    @staticmethod
    def move_office(
        folder: Path, passphrase: str, server: ServerAddress, password: str, *, clock: Clock | None = None
    ) -> None:
        """Say that the office's server is somewhere else now, or is to be spoken to otherwise; it is tried first.

        Nobody may be signed in at this desk. Raises TooManyAttempts, WrongPassphrase, KeysMissing, StoreBusy, NoOffice,
        and what open_server() raises; then nothing was changed.
        """
        with told_as_problems(folder.name):
            desk_place.move(folder, passphrase, server, password, clock or SystemClock())

    @staticmethod
    def backups(folder: Path, elsewhere: Path | None = None) -> list[Backup]:
        """The backups beside the casebook of a folder, and those in another folder, newest first; none verified yet."""
        return casebook_file.backups(folder, elsewhere)

    @staticmethod
    def preview_restore(
        folder: Path, chosen: Path, passphrase: str, *, account: str = "", clock: Clock | None = None
    ) -> Difference:
        """What putting a backup back would lose and bring back, by kinds and names; nothing is changed.

        Raises as restore() does, and CannotRead.
        """
        return casebook_file.difference(folder, chosen, passphrase, clock or SystemClock(), account)

    @staticmethod
    def last_good_backup(
        folder: Path, passphrase: str, *, account: str = "", clock: Clock | None = None
    ) -> Backup | None:
        """The newest whole backup beside a casebook that cannot be opened. Raises WrongPassphrase, KeysMissing."""
        return casebook_file.last_good(folder, passphrase, clock or SystemClock(), account)

    @staticmethod
    def restore(
        folder: Path, chosen: Path, passphrase: str, *, account: str = "", clock: Clock | None = None
    ) -> Path | None:
        """Put a backup (its folder) in the place of the casebook, which nobody may have open; it is verified first.

        Returns where the old file is kept, None where there was none; one that can be read is backed up besides. No
        files are exchanged until a person agrees (safekeeping.agree). The passphrase is that of the casebook's key
        file, or of the backup's own where the casebook's is gone or damaged (a damaged one is kept, dated).
        Raises WrongPassphrase, TooManyAttempts, NotAllowed, KeysMissing, DamagedBackup, StoreBusy, DiskFull,
        CannotWrite; then nothing was changed.
        """
        return casebook_file.restore(folder, chosen, passphrase, clock or SystemClock(), account)
