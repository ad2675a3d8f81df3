"""The open book: engines, who works, for which office; one way to read and one way to write for all services."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, insert

from models.clock import Clock, milliseconds, today
from models.eligibility import Policies, load_policies
from models.records.operation import Journal
from models.services.search_index import remake_keys
from models.services.views import Changed, Office, Worker
from models.store.engine import Engines, sorted_trouble
from models.store.rows import table_of
from models.store.work import Work
from models.values import new_id

_REPEAT_MS = 10 * 60 * 1000


class Book:
    """What every service works with. Made by the casebook; services get it in their constructor."""

    def __init__(self, engines: Engines, *, folder: Path, clock: Clock, office: Office, worker: Worker) -> None:
        self.engines = engines
        self.folder = folder
        self.clock = clock
        self.office = office
        self.worker = worker
        self._noted: dict[tuple[str, str, str], int] = {}

    @cached_property
    def policies(self) -> Policies:
        """The policy packs; read once, on first use, off the window's thread."""
        return load_policies()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state and cannot write."""
        with sorted_trouble(), self.engines.reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction for things that stay on this device (drafts, settings); kept tables refuse it."""
        with sorted_trouble(), self.engines.writer.begin() as connection:
            yield connection

    @contextmanager
    def verb(self, name: str) -> Iterator[Work]:
        """One verb: one transaction, committed to disk when the block ends, or nothing at all."""
        with self.writing() as connection:
            work = Work(
                connection,
                clock=self.clock,
                worker=self.worker.name,
                verb=name,
                district=self.office.district,
                office=self.office.code,
            )
            yield work
            work.finish()
            self.reindex(connection, work.reindex)

    def note(self, action: str, subject_kind: str, subject_id: str, detail: str = "") -> None:
        """Journal that a record was viewed, revealed, printed or exported; repeats within ten minutes are one entry."""
        key = (action, subject_id, detail)
        now = milliseconds(self.clock)
        if now - self._noted.get(key, -_REPEAT_MS) < _REPEAT_MS:
            return
        self._noted[key] = now
        row = {"id": new_id(), "at": now, "worker": self.worker.name, "action": action}
        row |= {"subject_kind": subject_kind, "subject_id": subject_id, "detail": detail}
        with self.writing() as connection:
            connection.execute(insert(table_of(Journal)).values(**row))

    def reindex(self, connection: Connection, resident_ids: Iterable[str]) -> None:
        """Make the search keys of residents anew from their rows."""
        remake_keys(connection, set(resident_ids), today(self.clock))


def changed(work: Work, made: str = "", several: Iterable[str] = ()) -> Changed:
    """What a verb reports back."""
    return Changed(frozenset(work.entities), frozenset(work.rows), made, tuple(several))
