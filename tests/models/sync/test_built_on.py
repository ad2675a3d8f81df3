"""An undo on one computer, and something built elsewhere on what it takes back: nothing of it gets out of sight."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.services import undoing
from models.services.inbox import Inbox
from models.services.rights import Rights
from models.store import importing, migrate, search
from models.store.built_on import bring_back
from models.store.engine import open_postgres
from models.store.rows import KEPT
from models.sync.merge import merge_row
from tests.models.sync.offices import STREET, Desk, carry, open_book
from tests.models.sync.test_merge import said
from tests.postgres import Server


def register(desk: Desk, *names: str) -> tuple[str, list[str], tuple[str, ...]]:
    """A household with its people: household, residents, and what undo takes back."""
    desk.book.clock.move(minutes=1)  # type: ignore[attr-defined]
    with desk.book.verb("households.register") as work:
        home = work.add("household", {"kind": "living"})
        people = [work.add("resident", {"name": name}) for name in names]
        for person in people:
            work.add("membership", {"household_id": home, "resident_id": person})
        work.reindex.update(people)
    return home, people, tuple(work.said)


def undo(desk: Desk, operations: tuple[str, ...]) -> None:
    desk.book.clock.move(minutes=1)  # type: ignore[attr-defined]
    undoing.undo(desk.book, operations)


def visit(desk: Desk, home: str, notes: str) -> None:
    with desk.book.verb("visits.record") as work:
        work.add("visit", {"household_id": home, "notes": notes, "at": work.now})


def living(desk: Desk, entity: str) -> set[str]:
    with desk.book.reading() as connection:
        table = KEPT[entity]
        return set(connection.execute(select(table.c.id).where(table.c.dead.is_(False))).scalars())


def found(desk: Desk, name: str) -> list[str]:
    with desk.book.reading() as connection:
        return search.find(connection, name, 10)


@pytest.mark.parametrize("first", ["up", "down"])
def test_a_household_visited_elsewhere_comes_back_whole_though_its_registration_was_taken_back(places, first) -> None:
    laptop, office, stick = places
    home, people, made = register(laptop, "王秀英", "王小明")
    carry(laptop, office, stick)
    undo(laptop, made)
    assert living(laptop, "household") == set()
    assert found(laptop, "王秀英") == []
    visit(office, home, "老人独居，想了解助餐")
    for giver, taker in ((laptop, office), (office, laptop)) if first == "up" else ((office, laptop), (laptop, office)):
        carry(giver, taker, stick)
    carry(laptop, office, stick)
    carry(office, laptop, stick)
    for desk in (laptop, office):
        assert living(desk, "household") == {home}
        assert living(desk, "resident") == set(people)
        assert len(living(desk, "membership")) == 2
        assert found(desk, "王秀英") == [people[0]]
        assert desk.conflicts.count() == 0
    assert laptop.digest() == office.digest()
    with office.book.writing() as connection:
        importing.rebuild(connection)
    assert laptop.digest() == office.digest()


def test_an_undo_on_which_nobody_built_holds_everywhere(places) -> None:
    laptop, office, stick = places
    kept, _people, _made = register(laptop, "王秀英")
    _home, _others, made = register(laptop, "李建国")
    carry(laptop, office, stick)
    undo(laptop, made)
    visit(office, kept, "在家")
    carry(laptop, office, stick)
    carry(office, laptop, stick)
    for desk in (laptop, office):
        assert living(desk, "household") == {kept}
        assert found(desk, "李建国") == []


def test_only_what_is_needed_comes_back_of_two_registrations_taken_back(places) -> None:
    laptop, office, stick = places
    home, people, first = register(laptop, "王秀英")
    _other, _others, second = register(laptop, "李建国")
    carry(laptop, office, stick)
    undo(laptop, second)
    undo(laptop, first)
    visit(office, home, "在家")
    carry(office, laptop, stick)
    assert (living(laptop, "household"), living(laptop, "resident")) == ({home}, set(people))


def test_what_a_worker_removed_on_purpose_stays_off(places) -> None:
    laptop, office, stick = places
    home, _people, _made = register(laptop, "王秀英")
    carry(laptop, office, stick)
    with laptop.book.verb("households.remove") as work:
        work.amend("household", home, {"dead": True})
    visit(office, home, "在家")
    carry(office, laptop, stick)
    assert living(laptop, "household") == set()


def test_whoever_was_erased_does_not_come_back(places) -> None:
    laptop, office, stick = places
    home, people, made = register(laptop, "王秀英")
    carry(laptop, office, stick)
    undo(laptop, made)
    Rights(laptop.book).erase(people[0], "asked")
    visit(office, home, "在家")
    carry(office, laptop, stick)
    assert people[0] not in living(laptop, "resident")
    assert found(laptop, "王秀英") == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_can_be_no_id_is_looked_for_nowhere(kind: str, tmp_path: Path, server: Server) -> None:
    engines = None
    if kind == "postgresql":
        engines = open_postgres(server.url(server.make()))
        migrate.upgrade(engines)
    book = open_book(tmp_path, STREET, engines=engines)
    for named in (["x"], {"id": "x"}, 7, "a\x00b", "x" * 5000):
        fields = dict.fromkeys(("resident_id", "household_id", "visit_id", "subject_id"), (named, []))
        merged = merge_row([said(1, fields, entity="need")])
        with book.verb("sync.apply") as work:
            assert bring_back(work, importing.Plan((), 0, {("120101", "r"): merged}, frozenset(), frozenset())) == {}
    book.engines.close()


def test_whoever_takes_the_file_in_is_told_what_came_back(places) -> None:
    laptop, office, stick = places
    home, _people, made = register(laptop, "王秀英", "王小明")
    _other, _others, more = register(laptop, "李强")
    carry(laptop, office, stick)
    undo(laptop, made)
    undo(laptop, more)
    visit(office, home, "老人独居，想了解助餐")
    office.sync.export(stick)
    box = Inbox(laptop.book)
    files = box.look([stick]).waiting
    (back,) = box.take(files).back
    assert (back.kind, back.id, back.names) == ("household", home, "王秀英, 王小明")
    assert box.take(files).back == (), "once"
