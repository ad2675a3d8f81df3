"""The one door to the records: makes or opens a casebook, migrates it, and hands out the services."""

from pathlib import Path

from models.clock import Clock, SystemClock, milliseconds
from models.errors import KeysMissing, Problem
from models.security import device, keystore
from models.services.book import Book
from models.services.drafts import Drafts
from models.services.eligibility import Eligibility
from models.services.facts import Facts
from models.services.households import Households
from models.services.overview import today_overview
from models.services.referrals import Referrals
from models.services.residents import Residents
from models.services.settings import Settings
from models.services.sync import Sync
from models.services.views import Office, Today, Worker
from models.services.visits import Assessments, Visits
from models.store import backup, migrate
from models.store.engine import Engines, open_sqlite
from models.store.work import arm, read_meta, write_meta
from models.values import new_id

STORE = "casebook.db"
KEYS = "casebook.keys"
BACKUPS = "backups"


class Casebook:
    """An open casebook. Verbs are called off the window's thread; all raise Problem for trouble a worker can act on."""

    def __init__(self, book: Book, keys: keystore.Keys) -> None:
        self._book = book
        self._keys = keys
        self.residents = Residents(book)
        self.households = Households(book)
        self.facts = Facts(book)
        self.visits = Visits(book)
        self.assessments = Assessments(book)
        self.eligibility = Eligibility(book)
        self.referrals = Referrals(book)
        self.drafts = Drafts(book)
        self.sync = Sync(book)
        self.settings = Settings(book)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether there is a casebook in this folder."""
        return (folder / STORE).exists() or (folder / KEYS).exists()

    @classmethod
    def create(
        cls,
        folder: Path,
        passphrase: str,
        *,
        office: Office,
        worker: Worker,
        clock: Clock | None = None,
        cost: keystore.Cost = keystore.STANDARD,
    ) -> "Casebook":
        """Make a new casebook: key store first, then the encrypted file, then who and where.

        Raises WeakPassphrase, CannotWrite, DiskFull; FileExistsError where there is one already.
        """
        if cls.exists(folder):
            raise FileExistsError(folder)
        folder.mkdir(parents=True, exist_ok=True)
        clock = clock or SystemClock()
        keys = keystore.create(folder / KEYS, passphrase, worker.name, cost=cost)
        engines = open_sqlite(folder / STORE, keys.page_key)
        try:
            migrate.upgrade(engines)
            with engines.writer.begin() as connection:
                write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
                write_meta(connection, "device_keys", device.new_device_keys())
                write_meta(connection, "office", _office_values(office))
                write_meta(connection, "worker", {"name": worker.name, "phone": worker.phone})
                write_meta(connection, "made", {"at": milliseconds(clock)})
        except BaseException:
            engines.close()
            raise
        return cls._with(engines, keys, folder, clock)

    @classmethod
    def open(cls, folder: Path, passphrase: str, *, clock: Clock | None = None) -> "Casebook":
        """Open the casebook of a folder.

        Raises WrongPassphrase, KeysMissing, DamagedStore, NewerStore, StoreBusy, DiskFull.
        """
        keys = keystore.unlock(folder / KEYS, passphrase)
        if not (folder / STORE).exists():
            raise KeysMissing
        engines = open_sqlite(folder / STORE, keys.page_key)
        try:
            migrate.upgrade(
                engines, before=lambda: backup.back_up(engines, folder / BACKUPS, keys, clock or SystemClock())
            )
            return cls._with(engines, keys, folder, clock or SystemClock())
        except BaseException:
            engines.close()
            raise

    @classmethod
    def _with(cls, engines: Engines, keys: keystore.Keys, folder: Path, clock: Clock) -> "Casebook":
        arm(engines.writer)
        with engines.reader.connect() as connection:
            office, worker = read_meta(connection, "office"), read_meta(connection, "worker")
        book = Book(engines, folder=folder, clock=clock, office=Office(**office), worker=Worker(**worker))
        return cls(book, keys)

    @property
    def office(self) -> Office:
        """The office that keeps this casebook."""
        return self._book.office

    @property
    def worker(self) -> Worker:
        """Who is signed in."""
        return self._book.worker

    @property
    def clock(self) -> Clock:
        """The clock that all verbs ask."""
        return self._book.clock

    @property
    def folder(self) -> Path:
        """Where the casebook lies."""
        return self._book.folder

    def today(self) -> Today:
        """What waits today."""
        return today_overview(self._book)

    def set_office(self, office: Office, worker: Worker) -> None:
        """Change the office's name, mark or phone, and the worker's; the district of earlier records never changes."""
        if office.district != self.office.district:
            raise Problem
        with self._book.writing() as connection:
            write_meta(connection, "office", _office_values(office))
            write_meta(connection, "worker", {"name": worker.name, "phone": worker.phone})
        self._book.office, self._book.worker = office, worker

    def change_passphrase(self, old: str, new: str) -> None:
        """Wrap the key anew. Raises WrongPassphrase, WeakPassphrase."""
        self._keys = keystore.change_passphrase(self.folder / KEYS, old, new)

    def back_up(self, folder: Path | None = None) -> Path:
        """Write a verified copy (encrypted with the same key) and say where it is. Raises DiskFull, CannotWrite."""
        made = backup.back_up(self._book.engines, folder or self.folder / BACKUPS, self._keys, self.clock)
        self._book.note("backup", "casebook", "")
        return made

    def close(self) -> None:
        """Bring everything into the file and let go of it."""
        self._book.engines.close()


def _office_values(office: Office) -> dict[str, str]:
    return {"code": office.code, "name": office.name, "letter_mark": office.letter_mark, "phone": office.phone}
