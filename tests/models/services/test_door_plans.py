"""What is done about one person, household or door reads no table whole, however many there are on the register."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select, text

from models.casebook import Casebook
from models.services import pointing
from models.store.engine import Engines
from models.store.rows import KEPT
from models.store.undoing import _pointing_at
from tests.conftest import PASSPHRASE
from tests.models.services.door_calls import Calls
from tests.models.store.plans import Watch, watching

Answered = TypeVar("Answered")
# Seldom done, and only complete when everything was looked through: ids may stand in lists and in kept decisions.
SELDOM = {
    "merging.merge": {"visit", "household_event"},
    "rights.copy": {"visit"},
    "rights.preview_erasure": {"visit", "determination"},
    "rights.erase": {"visit", "determination"},
}
# What ends within some weeks is few of everything, and asked by its day.
WINDOWS = {"worklist.open_in", "care.listed"}


class Audit(Calls):
    """Every call with what it read whole."""

    def __init__(self, casebook: Casebook, watch: Watch) -> None:
        super().__init__(casebook)
        self.watch = watch
        self.calls = 0
        self.found: set[tuple[str, str, str]] = set()

    def call(self, name: str, work: Callable[[], Answered]) -> Answered:
        before = len(self.watch.asked)
        answered = work()
        self.calls += 1
        for line, texts in Watch(self.watch.asked[before:]).whole().items():
            if not self.is_known(name, line):
                self.found.update((name, line, asked) for asked in texts)
        return answered

    def is_known(self, name: str, line: str) -> bool:
        if name in WINDOWS and ("ix_identity_document_valid_until" in line or "ix_fact_good_until" in line):
            return True
        return line.split()[1] in SELDOM.get(name, ())


def test_calls_about_one_household_read_no_table_whole(casebook: Casebook):
    with watching(casebook._book.engines) as watch:
        audit = Audit(casebook, watch)
        audit.all()
    assert audit.calls > 150
    assert len(watch.asked) > 2000
    assert audit.found == set()


def test_a_statement_that_reads_everybody_is_seen(sqlite_engines: Engines):
    resident, membership = KEPT["resident"], KEPT["membership"]
    by_key = select(resident.c.name).where(resident.c.id == "x", resident.c.dead.is_(False), resident.c.frozen == "")
    aliased = membership.alias("newer")
    with watching(sqlite_engines) as watch, sqlite_engines.reader.connect() as connection:
        connection.execute(by_key).all()
        assert watch.whole() == {}
        connection.execute(select(resident.c.id).where(resident.c.sex == "1")).all()
        connection.execute(select(aliased.c.id).where(aliased.c.relation == "0")).all()
        connection.execute(select(KEPT["household"].c.note).where(KEPT["household"].c.kind == "living")).all()
    assert len(watch.asked) == 4
    assert [line.split()[1] for line in watch.whole()] == ["resident", "newer", "household"]


def test_what_is_read_is_counted(sqlite_engines: Engines):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"
    steps = []
    for many in (1_000, 100_000):
        with watching(sqlite_engines) as watch, sqlite_engines.reader.connect() as connection:
            connection.execute(text(numbers.format(many))).all()
        steps.append(watch.steps())
    assert steps[1] > 20 * steps[0]


def test_every_column_that_undo_or_a_merge_looks_through_has_an_index():
    asked = {(table.name, column) for entity in KEPT for table, column in _pointing_at(entity)}
    asked |= {(KEPT[entity].name, column) for entity, columns in pointing.COLUMNS.items() for column in columns}
    without = {
        (table, column)
        for table, column in asked
        if not any(next(iter(index.columns)).name == column for index in KEPT[table].indexes)
    }
    assert len(asked) > 40
    assert without == set()


def test_what_sqlite_is_told_of_poor_indexes_is_in_a_restored_backup_too(casebook: Casebook, tmp_path: Path):
    def told(book: Casebook) -> list[tuple[object, ...]]:
        with book._book.reading() as connection:
            return sorted(tuple(row) for row in connection.execute(text("SELECT tbl, idx, stat FROM sqlite_stat1")))

    before = told(casebook)
    assert [(table, index) for table, index, _stat in before] == [
        ("dwelling", "ix_dwelling_door"),
        ("household", "ix_household_kind"),
        ("resident", "ix_resident_frozen"),
    ]
    made = casebook.back_up(tmp_path / "stick")
    (tmp_path / "elsewhere").mkdir()
    Casebook.restore(tmp_path / "elsewhere", made, PASSPHRASE)
    restored = Casebook.open(tmp_path / "elsewhere", PASSPHRASE)
    try:
        assert told(restored) == before
    finally:
        restored.close()
