"""Laptops and an office that hand each other their operations without files, for the tests of the conflict desk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.records.operation import Operation
from models.services.book import Book
from models.services.conflicts import Conflicts
from models.services.doubles_arrived import note_arrivals
from models.services.merging import Merging
from models.services.views import Office
from models.store import importing
from models.store.engine import Engines
from models.store.rows import KEPT, table_of
from models.values import new_id
from tests.models.sync.offices import COMMUNITY, STREET, open_book

_OPERATION = table_of(Operation)


class Place:
    """A casebook with its conflict desk."""

    def __init__(self, folder: Path, office: Office, worker: str, engines: Engines | None = None) -> None:
        folder.mkdir()
        self.book: Book = open_book(folder, office, worker, engines=engines)
        self.desk = Conflicts(self.book)

    def add(self, entity: str, **fields: Any) -> str:
        with self.book.verb("test.add") as work:
            made = work.add(entity, fields)
            if entity == "resident":
                work.reindex.add(made)
        return made

    def amend(self, entity: str, row: str, **fields: Any) -> None:
        self.book.clock.move(minutes=1)  # type: ignore[attr-defined]
        with self.book.verb("test.amend") as work:
            work.amend(entity, row, fields)

    def operations(self) -> list[Mapping[str, Any]]:
        with self.book.reading() as connection:
            query = select(_OPERATION).order_by(_OPERATION.c.device, _OPERATION.c.seq)
            return [dict(row) for row in connection.execute(query).mappings()]

    def take(self, *others: "Place") -> None:
        """Take in everything that others hold."""
        for other in others:
            with self.book.verb("sync.apply") as work:
                planned = importing.plan(work.connection, other.operations())
                residents = importing.apply(work.connection, planned)
                work.reindex |= residents
                note_arrivals(work, residents)
            Merging(self.book).settle()
            self.desk.note_arrivals()

    def value(self, entity: str, row: str, field: str) -> Any:
        table = KEPT[entity]
        with self.book.reading() as connection:
            return connection.execute(select(table.c[field]).where(table.c.id == row)).scalar_one()

    def digest(self) -> str:
        with self.book.reading() as connection:
            return importing.digest(connection)

    def rebuilt(self) -> str:
        """The digest after everything derived was made anew."""
        with self.book.writing() as connection:
            importing.rebuild(connection)
        return self.digest()

    def home(self, *names: str, door: str = "501") -> tuple[str, list[str]]:
        """A living household at a door, with its people."""
        with self.book.verb("households.register") as work:
            dwelling = work.add(
                "dwelling",
                {"community_code": COMMUNITY.code, "street_line": "鞍山道12号", "building": "3", "door": door},
            )
            home = work.add("household", {"kind": "living", "dwelling_id": dwelling})
            people = [work.add("resident", {"name": name}) for name in names]
            for place, person in enumerate(people):
                fields = {"household_id": home, "resident_id": person, "relation": "0" if not place else "8"}
                work.add("membership", fields)
            work.reindex.update(people)
        return home, people


def laptop(folder: Path, worker: str = "周敏", engines: Engines | None = None) -> Place:
    """A community's laptop."""
    return Place(folder / new_id(), COMMUNITY, worker, engines)


def street(folder: Path, worker: str = "孙立", engines: Engines | None = None) -> Place:
    """The street office."""
    return Place(folder / new_id(), STREET, worker, engines)


@contextmanager
def meeting(folder: Path) -> Iterator[tuple[Place, Place, Place]]:
    """Two laptops of one community, and their street office."""
    places = laptop(folder, "周敏"), laptop(folder, "李伟"), street(folder)
    yield places
    for place in places:
        place.book.engines.close()


def versions(place: Place, row: str, field: str) -> dict[object, str]:
    """What waits of a field: value -> operation."""
    found = place.desk.record(row)
    assert found is not None
    (waiting,) = [one for one in found.fields if one.field == field]
    return {said.value: said.operation for said in waiting.versions}
