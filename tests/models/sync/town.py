"""A small town for the tests of what comes down: a street office and the laptops of two communities."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from models.records.operation import Operation
from models.services.sync import Sync
from models.services.views import Office
from models.store import erasing, importing
from models.store.rows import KEPT, table_of
from tests.models.sync.offices import STREET, Desk, open_book

FLOWER, LAKE = "120101001001", "120101001002"
OPERATIONS = table_of(Operation)


class Town:
    """A street office, and a laptop in each of two communities."""

    def __init__(self, folder: Path, open_desk: Callable[[str, Office], Desk]) -> None:
        self.folder, self.open_desk, self.sticks = folder, open_desk, 0
        self.office = open_desk("office", STREET)
        self.flower = open_desk("flower", Office(code=FLOWER, name="花园路社区", letter_mark="花"))
        self.lake = open_desk("lake", Office(code=LAKE, name="湖滨社区", letter_mark="湖"))
        stick = self.stick()
        for laptop, scope in ((self.flower, [FLOWER]), (self.lake, [LAKE])):
            laptop.sync.trust_card(self.office.sync.write_card(stick))
            self.office.sync.trust_card(laptop.sync.write_card(stick))
            self.office.sync.set_scope(laptop.sync.own_card().id, scope)

    def stick(self) -> Path:
        self.sticks += 1
        path = self.folder / f"stick{self.sticks}"
        path.mkdir()
        return path

    def up(self, laptop: Desk) -> list[int]:
        """Changes in each file from a laptop to the office."""
        return [self._into(self.office, path) for path in laptop.sync.export(self.stick())]

    def down(self, laptop: Desk, *, lose: int = -1, backwards: bool = False) -> list[int]:
        """Changes in each file from the office to a laptop; one of them may be lost on the way."""
        files = self.office.sync.export(self.stick(), to=laptop.sync.own_card().id)
        chosen = [path for at, path in enumerate(files) if at != lose]
        return [self._into(laptop, path) for path in (reversed(chosen) if backwards else chosen)]

    def answer(self, laptop: Desk) -> None:
        self.office.sync.read_receipt(laptop.sync.write_receipt(self.stick()))

    def _into(self, desk: Desk, path: Path) -> int:
        shown = desk.sync.preview(path)
        desk.sync.apply(path)
        return shown.operations


def settles(desk: Desk, *names: str, community: str = FLOWER) -> str:
    """A household of some people at a door of a community."""
    desk.book.clock.move(minutes=1)  # type: ignore[attr-defined]
    with desk.book.verb("households.register") as work:
        door = work.add("dwelling", {"community_code": community, "door": "101"})
        home = work.add("household", {"kind": "living", "dwelling_id": door})
        for name in names:
            who = work.add("resident", {"name": name})
            work.add("membership", {"household_id": home, "resident_id": who, "relation": "0"})
    return home


def moves(desk: Desk, home: str, community: str) -> None:
    with desk.book.verb("households.move") as work:
        door = work.add("dwelling", {"community_code": community, "door": "202"})
        work.amend("household", home, {"dwelling_id": door})


def visits(desk: Desk, home: str, notes: str = "") -> str:
    with desk.book.verb("visits.save") as work:
        return work.add("visit", {"household_id": home, "notes": notes, "outcome": "met"})


def who(desk: Desk, name: str) -> str:
    with desk.book.reading() as connection:
        table = KEPT["resident"]
        return str(connection.execute(select(table.c.id).where(table.c.name == name)).scalar_one())


def count(desk: Desk) -> int:
    with desk.book.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(OPERATIONS)).scalar_one())


def notes(desk: Desk) -> set[str]:
    with desk.book.reading() as connection:
        return {row["notes"] for row in connection.execute(KEPT["visit"].select()).mappings()}


def rebuilt_equal(desk: Desk) -> bool:
    before = desk.digest()
    with desk.book.engines.writer.begin() as connection:
        importing.rebuild(connection)
    return before == desk.digest()


def saved(desk: Desk, place: Path) -> None:
    """A copy of the casebook's file, as a backup would be."""
    erasing.empty_log(desk.book.engines)
    place.write_bytes((desk.book.folder / "case.db").read_bytes())


def put_back(desk: Desk, place: Path) -> Desk:
    folder, office = desk.book.folder, desk.book.office
    desk.book.engines.close()
    for path in folder.glob("case.db*"):
        path.unlink()
    (folder / "case.db").write_bytes(place.read_bytes())
    desk.book.__dict__.update(open_book(folder, office).__dict__)
    desk.sync = Sync(desk.book)
    return desk
