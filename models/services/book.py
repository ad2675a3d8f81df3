"""The open book: engines, who works, for which office; one way to read and one way to write for all services."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock

from sqlalchemy import Connection, Engine

from models.clock import Clock, milliseconds, start_of, today
from models.eligibility import Policies
from models.errors import DiskFull, Problem, StoreBusy
from models.records.letter import LetterValue
from models.records.refusal import NotAllowed
from models.records.roles import CLASSES
from models.records.sensitive import class_of_fact
from models.security.keystore import Keys
from models.services import audit_classes, barred
from models.services.numbering_latch import Latch, NoLatch
from models.services.policy_sets import InForce, in_force, keep_for_determinations, mark_of_choice
from models.services.search_index import remake_keys
from models.services.searches import Searches
from models.services.views import Changed, Office, Worker
from models.store import audit, ballast
from models.store.audit import Said
from models.store.ballast import RoomMade
from models.store.engine import Engines, saving, sorted_trouble
from models.store.limits import Limits
from models.store.seen import Seeing
from models.store.work import Work

_REPEAT_MS = 10 * 60 * 1000
_RULES_SECONDS = 3.0
_FOLDED = frozenset({"view", "check", "screen", "search", "calendar", "audit"})  # the others are told each time
_NO_LIMITS = Limits()


class Book:
    """What every service works with. Made by the casebook; services get it in their constructor."""

    def __init__(
        self,
        engines: Engines,
        *,
        folder: Path,
        clock: Clock,
        office: Office,
        worker: Worker,
        beside: Engines | None = None,
        desk: str = "",
        keys: Keys | None = None,
    ) -> None:
        """beside: what stays at this desk where the records lie on a server (drafts, settings of the computer)."""
        self.engines = engines
        self.beside = beside or engines
        self.desk = desk  # its id at an office with a server; "" where the records are this computer's alone
        self.folder = folder
        self.clock = clock
        self.office = office
        self.worker = worker
        self.keys = keys  # of the key file beside the records; None for a program beside a server
        self.back_up_before: Callable[[str], None] = lambda _reason: None  # the casebook says how (Backups.before)
        self.words: Callable[[LetterValue], str] | None = None  # what is printed on a letter; the window says how
        self.latch = Latch(folder) if engines.path is not None else NoLatch()  # of the letter numbers taken here
        self.seeing = Seeing()  # what a form was filled from, while it is saved
        self.own: set[str] = set()  # at a desk: operations of this program that news() need not tell again
        self.keys_wait = False  # files are being taken in whose residents get their search keys later (search_index)
        self._rules = RLock()
        self._in_force: InForce | None = None
        self._decided_by: dict[str, Policies] = {}  # the sets that decided since the program was started, by hash
        self._rules_until = 0.0  # until when the set is taken to be the one in force, by the monotonic clock
        self._rules_mark: tuple[str, ...] = ()
        self._limiting = RLock()
        self._limited: tuple[Limits, Engine] | None = None  # what who is signed in may see, and a reader of that
        self._noted: dict[tuple[str, str, str], int] = {}
        self.searches = Searches()

    @property
    def policies(self) -> Policies:
        """The rules that decide now: those installed here, else the shipped ones. Read on first use, off the window's
        thread."""
        return self.in_force().policies

    def in_force(self) -> InForce:
        """The set of rules that decides now, and whether an installed one was passed over."""
        with self._rules:
            if self.beside is not self.engines and time.monotonic() > self._rules_until:
                self._ask_which_rules()
            if self._in_force is None:
                with self.reading_whole() as connection:
                    self._in_force = in_force(connection)
                self._decided_by[self._in_force.policies.hash] = self._in_force.policies
            return self._in_force

    def _ask_which_rules(self) -> None:
        """Another desk may have installed other rules: the server is asked, at most every few seconds."""
        with self.reading_whole() as connection:
            mark = mark_of_choice(connection)
        if mark != self._rules_mark:
            self._in_force, self._rules_mark = None, mark
        self._rules_until = time.monotonic() + _RULES_SECONDS

    def known_set(self, set_hash: str) -> Policies | None:
        """A set that decided since the program was started; None for any other."""
        return self._decided_by.get(set_hash)

    def renew_policies(self) -> None:
        """Read anew which set decides; to be called when another one was installed."""
        with self._rules:
            self._in_force = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state and cannot write; of it, what who is signed in may see."""
        limits, engine = self._reader()
        with sorted_trouble(), engine.connect() as connection:
            limits.look(connection)
            yield connection

    @contextmanager
    def reading_whole(self) -> Iterator[Connection]:
        """Like reading(), of everything whoever is signed in: for files, counters and what is kept for everybody.

        Nothing that it reads may be shown.
        """
        with sorted_trouble(), self.engines.reader.connect() as connection:
            yield connection

    def limits(self) -> Limits:
        """What who is signed in does not see today; nothing (false) for most."""
        worker = self.worker
        hidden = frozenset(CLASSES) - worker.classes
        if not worker.scope and not hidden:
            return _NO_LIMITS
        on = today(self.clock)
        known = self.policies.facts.items() if hidden else ()
        facts = {name: kind for name, one in known if (kind := class_of_fact(name, one.why)) in hidden}
        return Limits(worker.scope, hidden, facts, worker.name, start_of(on), on)

    def sensitive(self, facts: Iterable[str]) -> list[str]:
        """Those of some facts that are sensitive, as fields of an audit row: who was shown them is put down."""
        return [f"fact.{name}" for name in facts if self.classes_of((f"fact.{name}",))]

    def _reader(self) -> tuple[Limits, Engine]:
        limits = self.limits()
        if not limits:
            return limits, self.engines.reader
        with self._limiting:
            if self._limited is None or self._limited[0] != limits:
                if self._limited is not None:
                    self._limited[1].dispose()
                self._limited = limits, limits.reader(self.engines.reader)
            return self._limited

    def close(self) -> None:
        """Let go of the readers that were made for who is signed in."""
        with self._limiting:
            if self._limited is not None:
                self._limited[1].dispose()
            self._limited = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction for things that are no records (settings, counters); kept tables refuse it."""
        with self._with_room(self.engines), sorted_trouble(), saving(self.engines) as connection:
            yield connection

    @contextmanager
    def reading_here(self) -> Iterator[Connection]:
        """Like reading(), of what stays at this desk, whether or not the server can be reached."""
        with sorted_trouble(), self.beside.reader.connect() as connection:
            yield connection

    @contextmanager
    def writing_here(self) -> Iterator[Connection]:
        """Like writing(), of what stays at this desk (drafts, settings of the computer)."""
        with self._with_room(self.beside), sorted_trouble(), self.beside.writer.begin() as connection:
            yield connection

    @contextmanager
    def _with_room(self, engines: Engines) -> Iterator[None]:
        """Where this computer's disk is full, the ballast goes, so that what is on the screen can be saved."""
        try:
            yield
        except DiskFull:
            if engines.path is not None and ballast.release(self.folder):
                raise RoomMade from None
            raise

    @contextmanager
    def verb(self, name: str) -> Iterator[Work]:
        """One verb: one transaction, committed to disk when the block ends, or nothing at all."""
        with self._numbers_given_back(), self._refusals_noted(name), self.writing() as connection:
            work = Work(
                connection,
                clock=self.clock,
                worker=self.worker.name,
                verb=name,
                district=self.office.home,
                office=self.office.code,
                account=self.worker.account,
                desk=self.desk,
            )
            work.classes_of = self.classes_of
            limits = self.limits()
            work.limits = None if limits.is_free(name) else limits
            work.seen = seen = self.seeing.now
            yield work
            if seen is not None:
                seen.check()
            if work.learnt:
                barred.check(connection, work.learnt, self._group_of)
            if work.entities & {"picture", "identity_document"}:
                work.flush()
                barred.check_rows(connection, work.rows, work.entities)
            work.finish()
            if "determination" in work.entities:
                keep_for_determinations(connection, work.rows, self._decided_by, worker=self.worker.name, now=work.now)
            self.reindex(connection, work.reindex)
        if self.desk:
            self.own.update(work.said)
        self.latch.fresh.clear()  # committed: the numbers of this verb stand on letters

    @contextmanager
    def _refusals_noted(self, verb: str) -> Iterator[None]:
        """What was refused for the place or the class is put down once nothing of it is left."""
        try:
            yield
        except NotAllowed as refusal:
            self.note_refusal(refusal, verb)
            raise

    def note_refusal(self, refusal: NotAllowed, verb: str) -> None:
        """Put on the audit chain that a verb was refused to who is signed in, once."""
        if not refusal.noted:
            action = str(refusal.facts.get("action", ""))
            self.note("refused", "action" if action else "verb", action, str(refusal.facts.get("verb", verb)))
            refusal.noted = True

    @contextmanager
    def _numbers_given_back(self) -> Iterator[None]:
        """The letter numbers that a verb took before it failed were seen by nobody: the latch forgets them."""
        before = self.latch.read()
        try:
            yield
        except BaseException:
            if self.latch.fresh and before is not None:
                with suppress(Problem):  # else the next start records them as spoilt
                    self.latch.write(before)
                    self.latch.fresh.clear()
            raise

    def _group_of(self, fact: str) -> str | None:
        found = self.policies.facts.get(fact)
        return found.why if found is not None else None

    def note(
        self,
        action: str,
        subject_kind: str,
        subject_id: str,
        detail: str = "",
        *,
        fields: Collection[str] = (),
        reason: str = "",
        classes: Collection[str] = (),
        also: Iterable[str] = (),
    ) -> None:
        """Put on the audit chain that a record was viewed, revealed, printed or exported; views that are repeated
        within ten minutes are one row.

        detail, fields: codes and names of fields, never values. reason: in the worker's words. classes: of sensitive
        knowledge that was shown, besides those of the fields. also: whom else it was about (who stood on a list).
        """
        key = (action, subject_id, detail + reason + " ".join(sorted(fields)))
        now = milliseconds(self.clock)
        if action in _FOLDED and now - self._noted.get(key, -_REPEAT_MS) < _REPEAT_MS:
            return
        said = Said(action, subject_kind, subject_id, detail, reason, tuple(fields), classes, frozenset(also))
        with self.searches.told() as before, self.writing() as connection:
            self.put_audit(connection, *before, said)
        self._noted[key] = now

    def searched(self, found: int) -> None:
        """Put on the audit chain that somebody searched, or looked through a list. found: how many came up.

        While another window or desk writes for long, searching goes on, and is told with the next rows.
        """
        if self.searches.due(found, milliseconds(self.clock)):
            with suppress(StoreBusy), self.searches.told(found) as rows, self.writing() as connection:
                self.put_audit(connection, *rows)

    def put_audit(self, connection: Connection, *said: Said) -> None:
        """Put rows on the audit chain in a transaction that is open."""
        now, who = milliseconds(self.clock), self.worker
        audit.append(
            connection,
            said,
            at=now,
            worker=who.name,
            account=who.account,
            desk=self.desk,
            classes_of=self.classes_of,
        )

    def classes_of(self, fields: Iterable[str]) -> frozenset[str]:
        """The classes of sensitive knowledge (models.records.roles.CLASSES) that some fields belong to."""
        return audit_classes.classes_of(fields, self._group_of)

    def reindex(self, connection: Connection, resident_ids: Iterable[str]) -> None:
        """Make the search keys of residents anew from their rows."""
        remake_keys(connection, set(resident_ids))


def changed(work: Work, made: str = "", several: Iterable[str] = ()) -> Changed:
    """What a verb reports back."""
    return Changed(frozenset(work.entities), frozenset(work.rows), made, tuple(several), tuple(work.said))
