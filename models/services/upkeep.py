"""The upkeep of an office's records by whoever keeps its server: are they genuine, do the tables follow from the log.

No names and no values leave these verbs: counts, ids and moments only, so that their answers may be written to a log.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, and_, exists, func, select

from models.records.operation import Batch, Conflict, Operation
from models.records.stream import Received
from models.services import desk_place, partners, sync_export
from models.services.book import Book
from models.store import down_got, importing, migrate, partitions
from models.store.engine import sorted_trouble
from models.store.rows import KEPT, table_of
from models.store.work import read_meta
from models.sync.content import is_genuine

_OPERATIONS, _CONFLICTS, _BATCH, _RECEIVED = (table_of(one) for one in (Operation, Conflict, Batch, Received))
_AT_ONCE = 2000
_LATEST = 10
_IMPORTERS_LOCK = 0x4A696E6D6570  # any number that all imports share and no other purpose uses
COUNTED = ("resident", "household", "visit", "referral", "picture")


@dataclass(frozen=True)
class Hole:
    """A device's chain that does not reach its beginning: so many operations whose forerunner is not here."""

    device: str
    breaks: int
    first: int  # the lowest number after which something is missing


@dataclass(frozen=True)
class Side:
    """Somebody files are exchanged with."""

    id: str
    kind: str  # office or device
    name: str
    heard_at: int  # milliseconds since 1970 UTC; 0: never
    lacking: int  # operations that the next export would bring it: of its scope, where it has one


@dataclass(frozen=True)
class Arrived:
    """A file that came in or went out."""

    at: int
    direction: str
    file_name: str
    count: int
    status: str


@dataclass(frozen=True)
class Figures:
    """How an office stands, in numbers."""

    office: str
    version: str  # of the tables
    device: str
    operations: int
    records: Mapping[str, int]  # of some kinds, removed ones left out
    conflicts: int
    holes: tuple[Hole, ...]
    peers: tuple[Side, ...]
    files: tuple[Arrived, ...]  # the latest first
    partitioned: bool
    departed: int = 0  # households and residents that left the scope of an office above: not brought up to date from it


@dataclass(frozen=True)
class Verified:
    """Whether the log is genuine."""

    operations: int
    false: int  # whose id is not that of their content
    holes: tuple[Hole, ...]
    digest: str

    @property
    def sound(self) -> bool:
        """Whether every operation is what its id says. A hole is no fault: a file is still on its way."""
        return not self.false


@dataclass(frozen=True)
class Rebuilt:
    """What came of deriving the tables anew."""

    equal: bool  # whether they were what the log says
    records: int
    digest: str


class Upkeep:
    """The verbs of upkeep; long ones, for a command and not for a window."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def figures(self) -> Figures:
        """How the office stands."""
        with self._book.reading_whole() as connection:
            latest = select(_BATCH).order_by(_BATCH.c.at.desc(), _BATCH.c.id).limit(_LATEST)
            names = ("at", "direction", "file_name", "count", "status")
            return Figures(
                office=f"{self._book.office.code} {self._book.office.name}",
                version=migrate.version(self._book.engines),
                device=str(read_meta(connection, "device").get("id", "")),
                operations=_count(connection, _OPERATIONS),
                records={
                    name: int(
                        connection.execute(
                            select(func.count()).select_from(KEPT[name]).where(KEPT[name].c.dead.is_(False))
                        ).scalar_one()
                    )
                    for name in COUNTED
                },
                conflicts=_count(connection, _CONFLICTS),
                holes=_holes(connection),
                peers=tuple(
                    Side(one.id, one.kind, one.name, one.at, len(sync_export.ahead(connection, one, None)[2]))
                    for one in partners.all_trusted(connection)
                ),
                files=tuple(
                    Arrived(**{name: row[name] for name in names}) for row in connection.execute(latest).mappings()
                ),
                partitioned=partitions.is_partitioned(connection),
                departed=len(down_got.departed(connection)),
            )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take turns with the other imports into one server: each tells what its own files brought, and no other's.

        Waits for as long as another one is at work. A file of this computer has one program at a time anyway. Raises
        StoreUnreachable.
        """
        with ExitStack() as held:
            if self._book.engines.dialect == "postgresql":
                with sorted_trouble():
                    holder = held.enter_context(self._book.engines.reader.connect())
                    holder.exec_driver_sql("SET LOCAL lock_timeout = 0")
                    holder.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_IMPORTERS_LOCK})")
            yield

    def change_phrase(self, old: str, new: str) -> None:
        """Have the office's sealed columns open with another phrase; each desk asks its worker for the new one.

        Raises WrongOfficePhrase, NoOfficePhrase, WeakPassphrase.
        """
        desk_place.change_phrase(self._book.engines, old, new)

    def verify(self) -> Verified:
        """Look through the whole log: every id is the hash of its content, every chain reaches its beginning."""
        false = operations = 0
        with self._book.reading_whole() as connection:
            columns = [column for column in _OPERATIONS.columns if column.name != "arrival"]
            query = select(*columns).execution_options(yield_per=_AT_ONCE)
            for row in connection.execute(query).mappings():
                operations += 1
                false += not is_genuine(dict(row))
            return Verified(operations, false, _holes(connection), importing.digest(connection))

    def rebuild(self) -> Rebuilt:
        """Derive the typed tables anew from the log, in one transaction; afterwards they are what the log says."""
        with self._book.writing() as connection:
            before = importing.digest(connection)
            importing.rebuild(connection)
            after = importing.digest(connection)
            counted = Counter({name: _count(connection, table) for name, table in KEPT.items()})
            self._book.reindex(connection, connection.execute(select(KEPT["resident"].c.id)).scalars().all())
        return Rebuilt(before == after, counted.total(), after)

    def spread(self) -> list[str]:
        """Spread the tables over partitions, one for each district of the city; returns those that were.

        A transaction for each table: stopped in between, it goes on when called again, and the tables work either way.
        Only on a server. Raises ValueError elsewhere.
        """
        with self._book.reading_whole() as connection:
            waiting = partitions.plain(connection)
        for name in waiting:
            with self._book.writing() as connection:
                partitions.partition(connection, only=name)
        return waiting


def _count(connection: Connection, table: object) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def _holes(connection: Connection) -> tuple[Hole, ...]:
    """By device, what hangs on nothing. What came down in a scoped stream is no unbroken chain and is passed over."""
    before = _OPERATIONS.alias("before")
    known = exists().where(
        and_(
            before.c.device == _OPERATIONS.c.device,
            before.c.seq == _OPERATIONS.c.seq - 1,
            before.c.id == _OPERATIONS.c.prev,
        )
    )
    came_down = exists().where(and_(_RECEIVED.c.district == _OPERATIONS.c.district, _RECEIVED.c.id == _OPERATIONS.c.id))
    query = (
        select(_OPERATIONS.c.device, func.count(), func.min(_OPERATIONS.c.seq))
        .where(_OPERATIONS.c.prev != "", ~known, ~came_down)
        .group_by(_OPERATIONS.c.device)
        .order_by(_OPERATIONS.c.device)
    )
    return tuple(Hole(device, int(breaks), int(first)) for device, breaks, first in connection.execute(query))
