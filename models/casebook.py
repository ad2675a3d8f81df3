"""The one door to the records: makes and opens a casebook, and hands out the services.

What needs no open casebook (restoring, recovering, founding an office) is inherited from services/closed_casebook.py.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from models.clock import Clock, SystemClock
from models.errors import DamagedStore, Problem
from models.records.letter import LetterValue
from models.records.roles import CLASSES
from models.security import keystore
from models.services import audit_session, casebook_file, desk_place, exchange_held, own_office, signing_in, sync_device
from models.services.accounts import Accounts
from models.services.allowed import ALLOWED, Guard
from models.services.audit import Audit
from models.services.backups import Backups, ServerBackedUp
from models.services.book import Book
from models.services.calendar import Calendar
from models.services.care import Care
from models.services.casebook_file import BACKUPS, KEYS, STORE, StoreMissing, told_as_problems
from models.services.casework import Contacts, Notes, Plans
from models.services.changes import Changes
from models.services.closed_casebook import ClosedCasebook
from models.services.conflicts import Conflicts
from models.services.consents import Consents
from models.services.desks import Desks
from models.services.doubles_arrived import Doubles
from models.services.drafts import Drafts
from models.services.eligibility import Eligibility
from models.services.facts import Facts
from models.services.health import Health
from models.services.households import Households
from models.services.inbox import Inbox
from models.services.listed import Listed
from models.services.merging import Merging
from models.services.numbering import settle
from models.services.numbering_blocks import Numbering
from models.services.overview import today_overview
from models.services.packs import Packs
from models.services.papers import Papers
from models.services.pictures import Pictures
from models.services.places import Places
from models.services.planning import Planning
from models.services.print_queue import PrintQueue
from models.services.questionnaires import Questionnaires
from models.services.referrals import Referrals
from models.services.registers import Registers
from models.services.residents import Residents
from models.services.rights import Rights
from models.services.rounds import Rounds
from models.services.screening import Screening
from models.services.search_index import catch_up
from models.services.settings import Settings
from models.services.statistics import MonthlyStatistics
from models.services.sync import Sync
from models.services.templates import Templates
from models.services.transfers import Transfers
from models.services.undoing import undo, verbs_of_operations
from models.services.upkeep import Upkeep
from models.services.verifying import Verifying
from models.services.views import Changed, Office, Today, Worker
from models.services.visits import Assessments, Visits
from models.services.worklist import Worklist
from models.store import backup, file_seal, migrate, rotation
from models.store.engine import Engines, open_sqlite, sorted_trouble
from models.store.server import ServerAddress
from models.store.work import arm, read_meta, write_meta
from models.texts import _

__all__ = ["BACKUPS", "KEYS", "STORE", "Casebook", "OtherDistrict", "ServerBackedUp", "StoreMissing"]


class OtherDistrict(Problem):
    """An office of another district was to take over the casebook."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Every record of this casebook belongs to the district in which it was made, so its office cannot be one "
            "of another district. Nothing was changed. Make a new casebook for that office."
        )


class Casebook(ClosedCasebook):
    """An open casebook. Verbs are called off the window's thread; all raise Problem for trouble a worker can act on."""

    def __init__(self, book: Book, opening: file_seal.Opening | None = None) -> None:
        """opening: what the seal of the file said when it was opened."""
        self._book = book
        self.accounts = Accounts(book)
        self.residents = Residents(book)
        self.households = Households(book)
        self.listed = Listed(book)
        self.facts = Facts(book)
        self.visits = Visits(book)
        self.planning = Planning(book)
        self.calendar = Calendar(book)
        self.assessments = Assessments(book)
        self.eligibility = Eligibility(book)
        self.referrals = Referrals(book)
        self.numbering = Numbering(book)
        self.verifying = Verifying(book)
        self.drafts = Drafts(book)
        self.sync = Sync(book)
        self.conflicts = Conflicts(book)
        self.doubles = Doubles(book)
        self.inbox = Inbox(book)
        self.settings = Settings(book)
        self.screening = Screening(book)
        self.packs = Packs(book)
        self.papers = Papers(book)
        self.changes = Changes(book)
        self.places = Places(book)
        self.merging = Merging(book)
        self.rounds = Rounds(book)
        self.worklist = Worklist(book, self.screening, self.calendar)
        self.care = Care(book, self.worklist)
        self.questionnaires = Questionnaires(book)
        self.pictures = Pictures(book)
        self.consents = Consents(book)
        self.transfers = Transfers(book)
        self.rights = Rights(book)
        self.notes = Notes(book)
        self.contacts = Contacts(book)
        self.plans = Plans(book)
        self.print_queue = PrintQueue(book)
        self.registers = Registers(book, self.screening)
        self.statistics = MonthlyStatistics(book, self.screening)
        self.templates = Templates(book)
        self.desks = Desks(book)
        self.upkeep = Upkeep(book)
        self.audit = Audit(book)
        self.safekeeping = Backups(book, self.pictures.sweep)
        self.health = Health(book, self.safekeeping, opening)
        book.back_up_before = self.safekeeping.before
        self._over = False
        self._guard = Guard(book)
        self._guard.stand_before_all(self)  # last: every service is there by now

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
        keeps_numbers: bool = True,
    ) -> "Casebook":
        """Make a new casebook in a folder of its own and move it into place when it is whole.

        keeps_numbers: False where another computer of the same office gives the numbers of letters.

        Interrupted at any moment, it can be called again. A key file without a store is kept under a dated name.
        Raises WeakPassphrase, CannotWrite, DiskFull, StoreBusy; FileExistsError where there is a casebook already.
        """
        clock = clock or SystemClock()
        keys = casebook_file.make(folder, passphrase, office, worker, clock, cost, keeps_numbers=keeps_numbers)
        engines = open_sqlite(folder / STORE, keys.page_key)
        try:
            return cls._with(engines, keys, folder, clock, file_seal.Opening(folder / STORE, keys))
        except BaseException:
            engines.close()
            raise

    @classmethod
    def open(cls, folder: Path, passphrase: str, *, account: str = "", clock: Clock | None = None) -> "Casebook":
        """Open the casebook of a folder. account: who signs in (keystore.accounts); "" tries everybody's passphrase.

        Raises TooManyAttempts(seconds=...) before anything is tried, WrongPassphrase, KeysMissing, StoreMissing,
        DamagedStore, NewerStore, StoreBusy, DiskFull; at a desk of an office also what open_office() raises.
        """
        if desk_place.is_desk(folder):
            return cls.open_office(folder, passphrase, account=account, clock=clock)
        if not (folder / STORE).exists():
            raise StoreMissing
        clock = clock or SystemClock()
        keys = signing_in.unlock(folder, passphrase, account, clock)
        keys = rotation.settle(folder / STORE, folder / KEYS, keys)
        engines = open_sqlite(folder / STORE, keys.page_key)
        opening = file_seal.Opening(folder / STORE, keys)  # before anything is written
        try:
            migrate.upgrade(
                engines, before=lambda: backup.back_up(engines, folder / BACKUPS, keys, clock, reason="migration")
            )
            opened = cls._with(engines, keys, folder, clock, opening)
            signing_in.hand_over_events(opened._book)
            exchange_held.opened(opened._book, len(opened.rights.replay()))
            return opened
        except BaseException:
            opening.close()
            engines.close()
            raise

    @classmethod
    def create_office(
        cls,
        folder: Path,
        passphrase: str,
        *,
        server: ServerAddress,
        password: str,
        worker: Worker,
        office: Office | None = None,
        clock: Clock | None = None,
        cost: keystore.Cost = keystore.STANDARD,
        keeps_numbers: bool = True,
        phrase: str = "",
    ) -> "Casebook":
        """Make this folder a desk of an office with a server, and sign in. The passphrase opens what lies here.

        office: found it first, where the database is still empty; None joins the office that is there. phrase: of the
        office, as found_office() has it. Raises WrongOfficePhrase, NoOffice, OfficeThere, NotOurTables, WeakPassphrase,
        and what open_server() and open_office() raise; FileExistsError where there is a casebook or a desk already.
        """
        clock = clock or SystemClock()
        desk_place.must_be_free(folder)
        if office is not None:
            cls.found_office(
                server, password, office, clock=clock, keeps_numbers=keeps_numbers, phrase=phrase, cost=cost
            )
        desk_place.try_server(server, password, phrase)
        with told_as_problems(folder.name):
            desk_place.make(folder, passphrase, server, password, worker, cost, phrase)
        return cls.open_office(folder, passphrase, clock=clock)

    @classmethod
    def open_office(
        cls,
        folder: Path,
        passphrase: str,
        *,
        account: str = "",
        clock: Clock | None = None,
        password: str = "",
        phrase: str = "",
    ) -> "Casebook":
        """Sign in at a desk of an office. password, phrase: the server's and the office's, typed anew, then kept.

        Raises TooManyAttempts, WrongPassphrase, KeysMissing, StoreBusy, DiskFull for what lies here; PasswordGone,
        NoOffice, NewerStore and what open_server() raises: StoreUnreachable, ServerRefused, CertificateRefused,
        ServerTooOld.
        """
        clock = clock or SystemClock()
        with told_as_problems(folder.name):
            desk = desk_place.open_desk(folder, passphrase, clock, account=account, password=password, phrase=phrase)
        try:
            arm(desk.engines.writer)
            book = Book(
                desk.engines,
                folder=folder,
                clock=clock,
                office=Office(**desk.office),
                worker=desk.worker,
                beside=desk.local,
                desk=desk.place.desk,
                keys=desk.keys,
            )
            settle(book)
            audit_session.opened(book)
            opened = cls(book)
            signing_in.introduce(book)
            signing_in.hand_over_events(book)
            opened.desks.follow_clock()
            opened.rights.replay()
            opened.desks.forget_erased()
            return opened
        except BaseException:
            desk.close()
            raise

    @classmethod
    def serve(
        cls,
        folder: Path,
        server: ServerAddress,
        password: str,
        worker: Worker,
        *,
        phrase: str = "",
        clock: Clock | None = None,
    ) -> "Casebook":
        """The casebook of an office for a program that is no desk: a command or a service beside the server.

        folder: where refused files and the ledger of erasures are kept. worker: as whom it signs what it does. Drafts
        and settings of a computer lie on the server then; nobody types here. Raises what office_on() raises, NoOffice.
        """
        with told_as_problems(folder.name):
            folder.mkdir(parents=True, exist_ok=True)
        engines, office = desk_place.open_served(server, password, phrase)
        try:
            arm(engines.writer)
            book = Book(engines, folder=folder, clock=clock or SystemClock(), office=Office(**office), worker=worker)
            settle(book)
            audit_session.opened(book)
            opened = cls(book)
            opened.rights.replay()
            return opened
        except BaseException:
            engines.close()
            raise

    @classmethod
    def _with(
        cls,
        engines: Engines,
        keys: keystore.Keys,
        folder: Path,
        clock: Clock,
        opening: file_seal.Opening | None = None,
    ) -> "Casebook":
        arm(engines.writer)
        with sorted_trouble(name=STORE), engines.reader.connect() as connection:
            office, known = read_meta(connection, "office"), bool(read_meta(connection, "worker"))
            worker = signing_in.worker_of(folder, keys, connection, connection, on_server=False)
        if not office or not known:
            raise DamagedStore(name=STORE)
        book = Book(engines, folder=folder, clock=clock, office=Office(**office), worker=worker, keys=keys)
        sync_device.settle(book)
        settle(book)
        catch_up(book)
        audit_session.opened(book)
        return cls(book, opening)

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
    def server(self) -> ServerAddress | None:
        """Where the records lie; None where they are in a file of this computer."""
        return desk_place.read_place(self.folder).server if self._book.desk else None

    @property
    def folder(self) -> Path:
        """Where the casebook lies."""
        return self._book.folder

    def may(self, action: str) -> bool:
        """Whether who is signed in may do an action (a key of models.records.roles.ACTIONS); windows ask it."""
        return self._guard.may(action)

    @property
    def withheld(self) -> frozenset[str]:
        """The classes of sensitive knowledge (models.records.roles.CLASSES) that who is signed in does not see."""
        return frozenset(CLASSES) - self.worker.classes

    @property
    def withheld_facts(self) -> frozenset[str]:
        """The names of the facts of the classes withheld: a form does not ask for them, and they cannot be stated."""
        return self._book.limits().facts

    def print_with(self, words: Callable[[LetterValue], str]) -> None:
        """Say what is printed on a letter (reports.letter.printed_words): it is what the code on it is made over."""
        self._book.words = words

    def undo(self, operations: Iterable[str]) -> Changed:
        """Take back what a verb wrote (its Changed.operations), all of it or nothing. Raises CannotUndo, and NotAllowed
        where who is signed in may not do what is to be taken back.
        """
        wanted = frozenset(operations)
        for verb in verbs_of_operations(self._book, wanted):
            self._guard.need(ALLOWED.get(verb, "undo"), verb)
        return undo(self._book, wanted)

    def today(self) -> Today:
        """What waits today."""
        return today_overview(self._book)

    def set_office(self, office: Office, worker: Worker, shown: Office | None = None) -> None:
        """Change the office's name, mark or phone, and the worker's. shown: the office as the form was filled with it.

        Raises OtherDistrict: records do not move; OfficeChanged where another desk changed the same since.
        """
        shown = shown or self.office
        if office.district != self.office.district:
            raise OtherDistrict
        if replace(office, keyed_by=shown.keyed_by) != shown:
            self._guard.need("office", "casebook.set_office")
            own_office.change(self._book, office, shown)
        with self._book.writing_here() as connection:
            write_meta(connection, "worker", {"name": worker.name, "phone": worker.phone})
        self.accounts.be_called(worker.name, worker.phone)

    def change_passphrase(self, old: str, new: str) -> None:
        """Change one's own passphrase. Raises WrongPassphrase, TooManyAttempts, WeakPassphrase."""
        self.accounts.change_phrase(old, new)

    def back_up(self, folder: Path | None = None) -> Path:
        """Make a backup beside the casebook (and in the second place), or in a folder; see safekeeping.

        Raises DiskFull, CannotWrite; ServerBackedUp where the records lie on a server.
        """
        return self.safekeeping.into(folder) if folder is not None else self.safekeeping.now().path

    def daily_backup(self) -> Path | None:
        """Make the backup that is due, whole; None where none is. Raises DiskFull, CannotWrite."""
        make = self.safekeeping.begin()
        made = make() if make is not None else None
        return made.path if made is not None else None

    def close(self, how: str = "") -> None:
        """Bring everything into the file, seal it and let go of it; once is enough. how: for the audit: why it was
        locked (idle, sleep ...)."""
        if self._over:
            return
        audit_session.closing(self._book, how)
        if self._book.beside is not self._book.engines:
            with suppress(Problem):  # whoever else has a record open is told no longer that we have
                self.desks.end_editing()
            self._book.beside.close()
        self.safekeeping.finish()
        self.health.close()
        self._book.close()
        self._book.engines.close()
        path, keys = self._book.engines.path, self._book.keys
        if path is not None and keys is not None:
            file_seal.close(path, keys)
        self._over = True
