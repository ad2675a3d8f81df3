"""Registers (台账): everything of one kind that the casebook keeps, as rows with headings, on the screen and to go out.

A register is opened once: its rows are known by then, one after the other, and are read when they are looked at, a
page in a handful of questions. Document numbers are masked unless somebody who writes a register out says otherwise,
which is journalled as such. Facts are in none of them, and so no sensitive ones.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, select

from models.clock import today
from models.services import registers_casework as casework
from models.services import registers_people as people
from models.services import registers_services as services
from models.services.book import Book
from models.services.registers_casework import InstrumentWords
from models.services.registers_views import KINDS, TITLES, Kind, RegisterColumn, RegisterFilter, RegisterRow
from models.services.screening import Screening
from models.store.many import without_pauses
from models.store.rows import KEPT

__all__ = ["KINDS", "TITLES", "Register", "Registers"]

PORTION = 500
"""Rows read at once when a whole register goes out."""

COLUMNS: dict[Kind, tuple[RegisterColumn, ...]] = {
    "residents": people.RESIDENTS,
    "households": people.HOUSEHOLDS,
    "consents": people.CONSENTS,
    "visits": casework.VISITS,
    "needs": casework.NEEDS,
    "referrals": casework.REFERRALS,
    "assessments": casework.ASSESSMENTS,
    "found": services.SERVICES,
    "received": services.SERVICES,
    "numbers": services.NUMBERS,
}

_IDS: dict[Kind, Callable[[Connection, RegisterFilter, date], list[str]]] = {
    "residents": people.resident_ids,
    "households": people.household_ids,
    "consents": people.consent_ids,
    "visits": casework.visit_ids,
    "needs": casework.need_ids,
    "referrals": casework.referral_ids,
    "assessments": casework.assessment_ids,
}

_ROWS: dict[Kind, Callable[[Connection, Sequence[str], date], list[RegisterRow]]] = {
    "households": people.household_rows,
    "consents": people.consent_rows,
    "visits": casework.visit_rows,
    "needs": casework.need_rows,
    "referrals": casework.referral_rows,
}


class Register:
    """An opened register: how many rows it has, and its rows. Off the window's thread."""

    def __init__(
        self, book: Book, screening: Screening, called: InstrumentWords, kind: Kind, where: RegisterFilter
    ) -> None:
        """called: what instruments and their levels are called."""
        self._book, self._screening, self._called = book, screening, called
        self.kind: Kind = kind
        self.where = where.of(kind)
        self.on = today(book.clock)
        self.columns = COLUMNS[kind]
        self._ids: list[str] = []
        self._kept: list[RegisterRow] = []  # of letter numbers: few, and made in one go
        if kind in _IDS:
            with book.reading() as connection:
                self._ids = _IDS[kind](connection, self.where, self.on)
            self.total = len(self._ids)
        elif kind == "numbers":
            self._kept = services.number_rows(book, self.where)
            self.total = len(self._kept)
        else:
            self.total = screening.rows(services.screen_filter(kind, self.where), 0, 1).total

    def rows(self, first: int, many: int, *, whole: bool = False) -> list[RegisterRow]:
        """Some rows from one on (0 the first). Rows that went since are left out. whole: see `Registers.export`."""
        if self.kind == "numbers":
            return self._kept[first : first + many]
        if self.kind not in _IDS:
            page = self._screening.rows(services.screen_filter(self.kind, self.where), first, many)
            return [services.service_row(row, self.on) for row in page.rows]
        with self._book.reading() as connection:
            return self._read(connection, self._ids[first : first + many], whole)

    def people(self) -> set[str]:
        """Residents and households that its rows are about; nobody of a screening, whose export is noted by itself."""
        if self.kind in ("residents", "households"):
            return set(self._ids)
        if self.kind not in _IDS:
            return set()
        found: set[str] = set()
        for row in self.every():
            found |= {row.resident_id, row.household_id}
        return found - {""}

    def every(self, *, whole: bool = False) -> Iterator[RegisterRow]:
        """All rows one after the other, as of one moment."""
        if self.kind == "numbers":
            yield from self._kept
        elif self.kind not in _IDS:
            for row in self._screening.export_rows(services.screen_filter(self.kind, self.where)):
                yield services.service_row(row, self.on)
        else:
            with self._book.reading() as connection:
                for start in range(0, len(self._ids), PORTION):
                    yield from self._read(connection, self._ids[start : start + PORTION], whole)

    def _read(self, connection: Connection, ids: Sequence[str], whole: bool) -> list[RegisterRow]:
        with without_pauses():
            return self._rows_of(connection, ids, whole)

    def _rows_of(self, connection: Connection, ids: Sequence[str], whole: bool) -> list[RegisterRow]:
        if self.kind == "residents":
            return people.resident_rows(connection, ids, self.on, whole=whole)
        if self.kind == "assessments":
            return casework.assessment_rows(connection, ids, self.on, self._called)
        return _ROWS[self.kind](connection, ids, self.on)


def _as_keyed(instrument: str, _version: str, level: str) -> tuple[str, str]:
    return instrument, level


class Registers:
    """The verbs about registers."""

    def __init__(self, book: Book, screening: Screening) -> None:
        self._book = book
        self._screening = screening

    def open(self, kind: Kind, where: RegisterFilter, called: InstrumentWords = _as_keyed) -> Register:
        """A register within a filter; that it was looked at is journalled. KeyError for a kind that is not known."""
        register = Register(self._book, self._screening, called, kind, where)
        self._book.note("view", "register", "", f"{kind} {register.where.in_codes()}".strip())
        return register

    def export(
        self, kind: Kind, where: RegisterFilter, called: InstrumentWords = _as_keyed, *, whole: bool = False
    ) -> Register:
        """A register that is to leave the casebook as a file or on paper: journalled, before a row of it is read.

        whole: with whole document numbers, for which the worker asked; the journal says so (reveal).
        """
        register = Register(self._book, self._screening, called, kind, where)
        detail = f"{kind} {register.where.in_codes()}".strip() + (" reveal" if whole else "")
        self._book.note("export", "register", "", detail, also=register.people())
        return register

    def workers(self) -> list[str]:
        """Everybody by whom registers can be narrowed: who visited, wrote letters, assessed, looks after somebody."""
        sources = (
            (KEPT["visit"], "worker"),
            (KEPT["assignment"], "assignee"),
            (KEPT["referral"], "writer"),
            (KEPT["assessment"], "worker"),
            (KEPT["consent"], "worker"),
        )
        found = {self._book.worker.name}
        with self._book.reading() as connection:
            for table, column in sources:
                found |= set(connection.execute(select(table.c[column]).distinct()).scalars())
        return sorted(found - {""})

    def places(self) -> list[str]:
        """Codes of the communities in which somebody's door is."""
        community = KEPT["dwelling"].c.community_code
        with self._book.reading() as connection:
            found = connection.execute(select(community).where(community != "").distinct()).scalars()
            return sorted(found)
