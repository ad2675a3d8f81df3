"""A laptop and a street office with real encrypted files, for the tests of the sync verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import SQLModel

from models.clock import FixedClock
from models.security.device import new_device_keys
from models.services.book import Book
from models.services.conflicts import Conflicts
from models.services.sync import Sync
from models.services.views import Office, Worker
from models.store import importing
from models.store.engine import Engines, open_sqlite
from models.store.rows import KEPT
from models.store.work import arm, read_meta, write_meta
from models.values import new_id

COMMUNITY = Office(code="120101001001", name="和平区劝业场街道花园路社区居委会", letter_mark="劝花社")
STREET = Office(code="120101001", name="和平区劝业场街道办事处", letter_mark="劝业")


def open_book(folder: Path, office: Office, worker: str = "周敏", *, engines: Engines | None = None) -> Book:
    """A casebook's book, made anew where the folder has none."""
    engines = engines or open_sqlite(folder / "case.db", bytes(48))
    SQLModel.metadata.create_all(engines.writer)
    arm(engines.writer)
    with engines.writer.begin() as connection:
        if not read_meta(connection, "device"):
            write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
            write_meta(connection, "device_keys", new_device_keys())
    clock = FixedClock(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    return Book(engines, folder=folder, clock=clock, office=office, worker=Worker(name=worker))


class Desk:
    """A book with its sync verbs and a few words to work with."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sync = Sync(book)
        self.conflicts = Conflicts(book)

    def registers(self, *names: str) -> list[str]:
        """New residents, each with a phone: two changes a name."""
        made = []
        self.book.clock.move(minutes=1)  # type: ignore[attr-defined]
        with self.book.verb("residents.register") as work:
            for name in names:
                made.append(work.add("resident", {"name": name, "birth_date": date(1950, 3, 8)}))
                work.add("phone", {"resident_id": made[-1], "number": "+8613820001234"})
                work.reindex.add(made[-1])
        return made

    def amends(self, resident: str, **fields: object) -> None:
        self.book.clock.move(minutes=1)  # type: ignore[attr-defined]
        with self.book.verb("residents.amend") as work:
            work.amend("resident", resident, fields)
            work.reindex.add(resident)

    def digest(self) -> str:
        with self.book.reading() as connection:
            return importing.digest(connection)

    def residents(self) -> set[str]:
        with self.book.reading() as connection:
            return {row["name"] for row in connection.execute(KEPT["resident"].select()).mappings()}


@contextmanager
def desks(folder: Path) -> Iterator[tuple[Desk, Desk]]:
    """A laptop and an office that trust each other."""
    places = []
    for name, office in (("laptop", COMMUNITY), ("office", STREET)):
        (folder / name).mkdir()
        places.append(Desk(open_book(folder / name, office)))
    laptop, office_desk = places
    (folder / "stick").mkdir()
    laptop.sync.trust_card(office_desk.sync.write_card(folder / "stick"))
    office_desk.sync.trust_card(laptop.sync.write_card(folder / "stick"))
    yield laptop, office_desk
    for place in places:
        place.book.engines.close()


def carry(giver: Desk, taker: Desk, stick: Path) -> None:
    """All that one writes for the other is taken in."""
    to = giver.sync.peers()[0].id if giver.book.office.code == STREET.code else ""
    for file in giver.sync.export(stick, to=to):
        taker.sync.apply(file)
