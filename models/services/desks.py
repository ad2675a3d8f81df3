"""Several desks at once: what another desk changed, who has which record open, and no update that gets lost.

Every operation has a number in the order of its arrival, counted under the writers' lock; so what is new since a look
is all that has a higher number, and nothing can come in between later. Moments are the server's: desks' clocks differ.
"""

import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, String, delete, insert, select, text, update

from models.clock import ShiftedClock, SystemClock, milliseconds
from models.records.operation import Editing, Operation
from models.services import erasure
from models.services.book import Book
from models.services.drafts import Drafts
from models.services.policy_sets import mark_of_choice
from models.services.views import Changed, Office
from models.store.rows import KEPT, table_of
from models.store.seen import Choices, Seen, arrived
from models.store.work import read_meta
from models.texts import language

T = TypeVar("T")

_EDITING, _OPERATIONS = table_of(Editing), table_of(Operation)
_HOUSEHOLD = KEPT["household"]
_AT_ONCE = 500
STALE_MS = 120_000
"""Who has not said for so long that a record is still open has closed it, or the computer is off."""
CLOCK_OFF_MS = 2_000
"""From how far on a desk goes by the server's clock instead of its own."""
DESK_NAME = "desk_name"
"""The setting with the name of this desk, for example 窗口2."""


@dataclass(frozen=True)
class AtWork:
    """Somebody else has a record open for change."""

    row: str
    entity: str
    worker: str
    place: str  # name of the desk
    since: int  # milliseconds since 1970 UTC


class Desks:
    """The verbs about desks side by side. Where the records are one computer's alone, nobody else is ever there."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._told = -1  # operations up to this number were told
        self._rules: tuple[str, ...] = ()
        self.clock_off = 0
        """By how many milliseconds this computer's clock was behind the server's (negative: ahead) at sign-in."""
        self._open: dict[str, tuple[str, int]] = {}  # row -> entity and since when this desk has it open

    @property
    def many(self) -> bool:
        """Whether other desks may work on the same records."""
        return bool(self._book.desk)

    # No lost update.

    def seen(self) -> int:
        """From which moment on a form is filled; to be asked before its values are read."""
        with self._book.reading() as connection:
            return arrived(connection)

    def save(self, seen: int, verb: Callable[[], T], choices: Choices | None = None, *, strict: bool = False) -> T:
        """Call a verb with the answers of a form that was filled from the moment `seen`.

        A field that the form left alone keeps what somebody else said meanwhile. Raises ChangedMeanwhile where both
        changed one, and then nothing is written; choices says of each such field which value stands. strict: for deeds,
        which leave no field alone: whatever the verb would change and somebody else changed since is told.
        """
        with self._book.seeing.going_by(Seen(seen, choices or {}, strict=strict)):
            return verb()

    # What another desk changed.

    def news(self) -> Changed | None:
        """What was changed since the last call by anybody but this program, as its verbs would have told it; None
        where nothing was. The first call only takes the moment. Raises StoreUnreachable.
        """
        with self._book.reading() as connection:
            now, rules = arrived(connection), mark_of_choice(connection)
            first, before = self._told < 0, self._told
            query = select(_OPERATIONS.c.id, _OPERATIONS.c.entity, _OPERATIONS.c.row)
            found = (
                []
                if first or now == before
                else connection.execute(query.where(_OPERATIONS.c.arrival > before, _OPERATIONS.c.arrival <= now)).all()
            )
            own = self._book.own & {one.id for one in found}
            others = {one.row: one.entity for one in found if one.id not in own}
            rows = _concerned(connection, others)
            ledger = erasure.ledger(connection) if "erasure" in others.values() else set()
            office = Office(**read_meta(connection, "office"))
        self._told = now
        self._book.own -= own
        entities = set(others.values())
        if not first and rules != self._rules:
            self._book.renew_policies()
            entities.add("policy_set")
        self._rules = rules
        if office != self._book.office:
            self._book.office = office
            entities.add("office")
        if ledger:
            Drafts(self._book).forget_erased(ledger)
        return Changed(frozenset(entities), frozenset(rows)) if entities else None

    def forget_erased(self) -> int:
        """Destroy the drafts of this desk about people whom another desk erased; how many. To be called at sign-in."""
        with self._book.reading() as connection:
            ledger = erasure.ledger(connection)
        return Drafts(self._book).forget_erased(ledger) if ledger and self.many else 0

    # Who has what open.

    def begin_editing(self, entity: str, row: str) -> list[AtWork]:
        """Say that this desk opens a record for change; returns who else has it open, the first one first."""
        if not self.many or not row:
            return []
        with self._book.writing() as connection:
            now = _now(connection)
            since = self._open.setdefault(row, (entity, now))[1]
            connection.execute(delete(_EDITING).where(_EDITING.c.at < now - STALE_MS))
            _say(connection, self._values(entity, row, since, now))
            return _others(connection, self._book.desk, [row], now)

    def end_editing(self, *rows: str) -> None:
        """This desk has closed records (all that it had open, where none is named)."""
        closed = [row for row in rows or tuple(self._open) if self._open.pop(row, None)]
        if closed:
            mine = _EDITING.c.desk == self._book.desk
            with self._book.writing() as connection:
                connection.execute(delete(_EDITING).where(mine, _EDITING.c.row.in_(closed)))

    def still_editing(self) -> list[AtWork]:
        """Say that what was opened is open still, twice a minute; returns who else has any of it open."""
        if not self._open:
            return []
        with self._book.writing() as connection:
            now = _now(connection)
            for row, (entity, since) in list(self._open.items()):
                _say(connection, self._values(entity, row, since, now))
            return _others(connection, self._book.desk, list(self._open), now)

    def others_at(self, rows: Iterable[str]) -> list[AtWork]:
        """Who else has these records open now, the first one first."""
        wanted = [row for row in rows if row]
        if not self.many or not wanted:
            return []
        with self._book.reading() as connection:
            return _others(connection, self._book.desk, wanted, _now(connection))

    def name(self) -> str:
        """The name of this desk: the one that was set, else the computer's."""
        with self._book.reading_here() as connection:
            return str(read_meta(connection, "settings").get(DESK_NAME) or platform.node() or "?")

    def _values(self, entity: str, row: str, since: int, now: int) -> dict[str, object]:
        who = {"desk": self._book.desk, "worker": self._book.worker.name, "place": self.name()}
        return {**who, "row": row, "entity": entity, "since": since, "at": now}

    # Words and clocks.

    def fact_names(self, names: Iterable[str]) -> dict[str, str]:
        """Facts in the worker's words, in the language now shown; a fact that the rules do not know is left out."""
        known = self._book.policies.facts
        said = {}
        for name in set(names) & known.keys():
            words = known[name].zh if language() == "zh_CN" else known[name].en
            said[name] = words.label or words.holds or words.ask or name
        return said

    def follow_clock(self) -> None:
        """Go by the server's clock from now on where this computer's own is off: all desks share one order of changes,
        and one desk whose clock is a year ahead would drag all of them along. A clock that tests set is left alone.
        """
        if not self.many or not isinstance(self._book.clock, SystemClock):
            return
        with self._book.reading() as connection:
            self.clock_off = _now(connection) - milliseconds(self._book.clock)
        if abs(self.clock_off) >= CLOCK_OFF_MS:
            self._book.clock = ShiftedClock(self._book.clock, self.clock_off)


def _now(connection: Connection) -> int:
    said = connection.execute(text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)")).scalar_one()
    return int(said)


def _say(connection: Connection, values: dict[str, object]) -> None:
    here = (_EDITING.c.desk == values["desk"], _EDITING.c.row == values["row"])
    if connection.execute(update(_EDITING).where(*here).values(**values)).rowcount == 0:
        connection.execute(insert(_EDITING).values(**values))


def _others(connection: Connection, desk: str, rows: list[str], now: int) -> list[AtWork]:
    columns = _EDITING.c
    query = select(columns.row, columns.entity, columns.worker, columns.place, columns.since).where(
        columns.desk != desk, columns.row.in_(rows), columns.at >= now - STALE_MS
    )
    return [AtWork(*one) for one in connection.execute(query.order_by(columns.since, columns.desk))]


def _concerned(connection: Connection, rows: dict[str, str]) -> set[str]:
    """The records and everything that they name: a phone's resident, a visit's household, a dwelling's households."""
    found = set(rows)
    for entity in set(rows.values()) & KEPT.keys():
        table = KEPT[entity]
        named = [c for c in table.columns if c.name.endswith("_id") and isinstance(c.type, String)]
        ids = sorted(row for row, kind in rows.items() if kind == entity)
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            if named:
                for one in connection.execute(select(*named).where(table.c.id.in_(some))):
                    found.update(str(value) for value in one if value)
            if entity == "dwelling":
                homes = select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.dwelling_id.in_(some))
                found.update(connection.execute(homes).scalars())
    return found
