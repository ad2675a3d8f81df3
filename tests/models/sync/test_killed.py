"""A machine that dies inside an import finds its casebook exactly as before, or exactly as after."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from models.records.operation import Batch, Operation, SearchKey
from models.store import importing, migrate
from models.store.engine import Engines, open_postgres
from models.store.rows import table_of
from models.store.work import read_meta
from tests import postgres as postgresql
from tests.models.sync.offices import COMMUNITY, STREET, Desk, open_book

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")

HUNDRED = 100


@dataclass
class Scene:
    """An office with some records, a file on its desk, and how to open it and to put it back as it was."""

    laptop: Desk
    file: Path
    folder: Path
    address: Callable[[], str]  # of the database; empty for a file
    put_back: Callable[[], None]

    def open(self) -> Desk:
        address = self.address()
        return Desk(open_book(self.folder, STREET, engines=open_postgres(address) if address else None))


def begun(tmp_path: Path, engines: Engines | None) -> tuple[Desk, Desk, Path]:
    """A laptop and an office that has some of its records; the file brings new ones, changes and a conflict."""
    places = []
    for name, office, its in (("laptop", COMMUNITY, None), ("office", STREET, engines)):
        (tmp_path / name).mkdir()
        places.append(Desk(open_book(tmp_path / name, office, engines=its)))
    laptop, office_desk = places
    (tmp_path / "stick").mkdir()
    laptop.sync.trust_card(office_desk.sync.write_card(tmp_path / "stick"))
    office_desk.sync.trust_card(laptop.sync.write_card(tmp_path / "stick"))
    first, second, *_ = laptop.registers(*(f"旧居民{n}" for n in range(20)))
    for path in laptop.sync.export(tmp_path / "stick"):
        office_desk.sync.apply(path)
    laptop.sync.read_receipt(office_desk.sync.write_receipt(tmp_path / "stick"))
    office_desk.amends(first, note="街道说")
    laptop.amends(first, note="社区说")
    laptop.amends(second, name="改名")
    laptop.registers(*(f"居民{n}" for n in range(60)))
    (file,) = laptop.sync.export(tmp_path / "stick")
    return laptop, office_desk, file


@pytest.fixture
def on_a_file(tmp_path: Path) -> Iterator[Scene]:
    laptop, office, file = begun(tmp_path, None)
    office.book.engines.close()
    here, kept = tmp_path / "office", tmp_path / "kept"
    shutil.copytree(here, kept)

    def put_back() -> None:
        shutil.rmtree(here)
        shutil.copytree(kept, here)

    yield Scene(laptop, file, here, lambda: "", put_back)
    laptop.book.engines.close()


@pytest.fixture
def on_a_server(tmp_path: Path, server: postgresql.Server) -> Iterator[Scene]:
    kept = server.make()
    engines = open_postgres(server.url(kept))
    migrate.upgrade(engines)
    laptop, office, file = begun(tmp_path, engines)
    office.book.engines.close()
    names = [server.make(kept)]

    def put_back() -> None:
        server.drop(names.pop())
        names.append(server.make(kept))

    yield Scene(laptop, file, tmp_path / "office", lambda: server.url(names[-1]), put_back)
    laptop.book.engines.close()
    for name in (*names, kept):
        server.drop(name)


def state(office: Desk) -> dict[str, Any]:
    """What is either that of before or that of after, all of it."""
    with office.book.reading() as connection:
        counted = {
            model.__tablename__: connection.execute(select(func.count()).select_from(table_of(model))).scalar_one()
            for model in (Operation, Batch, SearchKey)
        }
        return {**counted, "digest": importing.digest(connection), "held": read_meta(connection, "held")}


def rebuilt(office: Desk) -> str:
    with office.book.writing() as connection:
        importing.rebuild(connection)
    return office.digest()


def check(scene: Scene, moments: list[str]) -> None:
    """After a kill at each of the moments everything is as before or as after, and both are seen."""
    office = scene.open()
    before = state(office)
    office.sync.apply(scene.file)
    after = state(office)
    office.book.engines.close()
    assert after["operation"] > before["operation"] > 0
    scene.put_back()
    seen = {"before": 0, "after": 0}
    with ground_of(scene) as kill:
        for moment in moments:
            assert kill(moment) == "killed", moment
            seen[look(scene, moment, before, after)] += 1
    assert all(seen.values()), seen
    print(f"before {seen['before']}, after {seen['after']}")
    office = scene.open()
    office.sync.apply(scene.file)  # whatever it was, the file brings it to the end
    assert state(office) == after
    office.book.engines.close()


def look(scene: Scene, moment: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Which of both was found; afterwards it is as before again."""
    office = scene.open()
    found = state(office)
    assert found in (before, after), moment
    with office.book.writing() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert rebuilt(office) == found["digest"], moment
    office.book.engines.close()
    if found == before:
        return "before"
    scene.put_back()
    return "after"


@contextmanager
def ground_of(scene: Scene) -> Iterator[Callable[[str], str]]:
    """Where imports are killed: from a moment to what is said of it."""
    command = [sys.executable, "-m", "tests.models.sync.killing", str(scene.folder), str(scene.file)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], **pipes) as ground:

        def kill(moment: str) -> str:
            assert ground.stdin is not None
            assert ground.stdout is not None
            ground.stdin.write(f"{moment} {scene.address()}\n")
            ground.stdin.flush()
            return str(ground.stdout.readline()).strip()

        yield kill


def any_moments(seed: int, several: int) -> list[str]:
    """Moments of all three kinds, drawn at random."""
    chance = random.Random(seed)
    drawn = []
    for _ in range(several):
        match chance.randrange(5):
            case 0:
                drawn.append(f"commit {chance.randint(1, 3)}")
            case 1 | 2:
                drawn.append(f"seconds {chance.uniform(0, 0.2):.4f}")
            case _:
                drawn.append(f"statement {chance.randint(1, 80)}")
    return drawn


def test_six_kills_inside_an_import_into_a_file_leave_before_or_after(on_a_file: Scene) -> None:
    check(on_a_file, ["statement 5", "seconds 0.02", "statement 24", "commit 1", "commit 2", "statement 1000"])


def test_four_kills_inside_an_import_into_a_server_leave_before_or_after(on_a_server: Scene) -> None:
    check(on_a_server, ["statement 20", "seconds 0.05", "commit 1", "statement 1000"])


@pytest.mark.battery
def test_a_hundred_kills_inside_an_import_into_a_file_leave_before_or_after(on_a_file: Scene) -> None:
    check(on_a_file, any_moments(1, HUNDRED))


@pytest.mark.battery
def test_a_hundred_kills_inside_an_import_into_a_server_leave_before_or_after(on_a_server: Scene) -> None:
    check(on_a_server, any_moments(2, HUNDRED))
