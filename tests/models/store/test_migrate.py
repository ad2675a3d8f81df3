"""Every format of the file is brought to today's, wholly or not at all, on both engines; a newer one is left alone."""

import importlib
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import exc, inspect, text
from sqlmodel import SQLModel

import models.records
from models.errors import DamagedStore, NewerStore
from models.store import migrate
from models.store.engine import Engines, open_sqlite
from models.store.search import KEYS as SEARCH_KEYS

Open = Callable[[], Engines]

ALL_TABLES = [importlib.import_module(m.name) for m in pkgutil.iter_modules(models.records.__path__, "models.records.")]

STEP = '''
"""A step."""
from alembic import op
import sqlalchemy as sa
revision, down_revision = {revision!r}, {before!r}
def upgrade():
    {body}
'''
ALL_STEPS = [f"{n:04}" for n in range(1, len(list(migrate.STEPS.glob("v*.py"))) + 1)]
FIRST = 'op.create_table("t", sa.Column("n", sa.Integer(), primary_key=True), sa.Column("a", sa.Text()))'


def write_steps(folder: Path, *bodies: str) -> Path:
    folder.mkdir()
    for n, body in enumerate(bodies, 1):
        step = STEP.format(revision=f"{n:04}", before=f"{n - 1:04}" if n > 1 else None, body=body)
        (folder / f"v{n:04}_step.py").write_text(step)
    return folder


def test_the_migrated_tables_are_those_of_the_records(engines: Engines) -> None:
    assert ALL_TABLES
    assert SEARCH_KEYS.name in SQLModel.metadata.tables
    with engines.reader.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
        names = set(inspect(connection).get_table_names())
    assert difference == []
    assert names == {*SQLModel.metadata.tables, "alembic_version"}


def test_defaults_of_the_tables_are_those_of_the_records(engines: Engines) -> None:
    with engines.reader.connect() as connection:
        for table in SQLModel.metadata.tables.values():
            found = {column["name"]: column for column in inspect(connection).get_columns(table.name)}
            for column in table.columns:
                default = column.server_default.arg if column.server_default is not None else None
                kept = found[column.name]["default"]
                said = None if kept is None else str(kept).split("::")[0].strip("'")
                said = {"false": "0", "true": "1"}.get(said or "", said)
                assert said == default, f"{table.name}.{column.name}"
                assert found[column.name]["nullable"] == column.nullable, f"{table.name}.{column.name}"


def test_every_change_of_one_record_can_be_searched_by_its_bytes_on_both_engines(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        rows = [{"k": key, "r": "r", "d": "name"} for key in ("Z", "a", "é", "一", "zz", "b", "-a", "𬭎")]
        connection.execute(text("INSERT INTO search_key (key, resident_id, kind) VALUES (:k, :r, :d)"), rows)
    with engines.reader.connect() as connection:
        found = list(connection.execute(text("SELECT key FROM search_key ORDER BY key")).scalars())
    assert found == sorted(found, key=str.encode)


def test_a_second_upgrade_does_nothing_and_needs_no_backup(unmigrated: Open) -> None:
    engines = unmigrated()
    assert migrate.version(engines) == ""
    assert migrate.upgrade(engines, before=lambda: pytest.fail("nothing to back up")) == ALL_STEPS
    engines = unmigrated()
    assert migrate.version(engines) == migrate.newest() == ALL_STEPS[-1]
    assert migrate.upgrade(engines, before=lambda: pytest.fail("nothing to do")) == []


def test_opening_an_up_to_date_store_does_not_load_the_migration_tool(sqlite_engines: Engines) -> None:
    path = sqlite_engines.path
    sqlite_engines.close()
    code = (
        "import sys; from pathlib import Path; from models.store import migrate; from models.store.engine import *;"
        "e = open_sqlite(Path(sys.argv[1]), bytes(range(100, 148)));"
        "assert migrate.upgrade(e) == [] and migrate.version(e) == migrate.newest(); e.close();"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('alembic', 'mako')]"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


def test_the_steps_form_one_line_from_the_first_to_the_newest() -> None:
    scripts = ScriptDirectory(str(migrate.STEPS), version_locations=[str(migrate.STEPS)])
    line = [step.revision for step in scripts.walk_revisions()]
    assert line == [f"{n:04}" for n in range(len(line), 0, -1)]
    assert line[0] == migrate.newest()
    assert len(line) == len(list(migrate.STEPS.glob("v*.py")))


def test_an_older_store_is_backed_up_and_then_brought_up_with_its_records(unmigrated: Open, tmp_path: Path) -> None:
    engines = unmigrated()
    migrate.upgrade(engines, steps=write_steps(tmp_path / "one", FIRST))
    with engines.writer.begin() as connection:
        connection.execute(text("INSERT INTO t (n, a) VALUES (1, 'kept')"))
    two = write_steps(tmp_path / "two", FIRST, 'op.add_column("t", sa.Column("b", sa.Text(), server_default="new"))')
    seen: list[str] = []
    assert migrate.upgrade(engines, before=lambda: seen.append(migrate.version(engines)), steps=two) == ["0002"]
    assert seen == ["0001"]
    with engines.reader.connect() as connection:
        assert connection.execute(text("SELECT n, a, b FROM t")).all() == [(1, "kept", "new")]
    assert migrate.version(engines) == "0002"


def test_without_its_backup_no_step_is_run(unmigrated: Open, tmp_path: Path) -> None:
    engines = unmigrated()
    migrate.upgrade(engines, steps=write_steps(tmp_path / "one", FIRST))
    two = write_steps(tmp_path / "two", FIRST, 'op.drop_table("t")')
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(engines, before=lambda: 1 / 0, steps=two)
    assert migrate.version(engines) == "0001"


def test_a_step_that_fails_leaves_nothing_behind_and_the_steps_before_it_stay(unmigrated: Open, tmp_path: Path) -> None:
    engines = unmigrated()
    broken = 'op.create_table("u", sa.Column("n", sa.Integer())); op.execute("INSERT INTO t (n) VALUES (9)"); 1 / 0'
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(engines, steps=write_steps(tmp_path / "steps", FIRST, broken))
    engines = unmigrated()
    assert migrate.version(engines) == "0001"
    with engines.reader.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"t", "alembic_version"}
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0
    mended = write_steps(tmp_path / "mended", FIRST, 'op.create_table("u", sa.Column("n", sa.Integer()))')
    assert migrate.upgrade(engines, steps=mended) == ["0002"]


def test_a_step_that_leaves_a_reference_to_nothing_is_undone(tmp_path: Path) -> None:
    sqlite_engines = open_sqlite(tmp_path / "fresh.db", bytes(range(100, 148)))
    body = 'op.execute("CREATE TABLE a (n INTEGER PRIMARY KEY)"); '
    body += 'op.execute("CREATE TABLE b (n INTEGER REFERENCES a (n))"); op.execute("INSERT INTO b VALUES (5)")'
    steps = write_steps(tmp_path / "steps", FIRST, body)
    with pytest.raises(RuntimeError, match="reference to nothing"):
        migrate.upgrade(sqlite_engines, steps=steps)
    with sqlite_engines.writer.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert "b" not in inspect(connection).get_table_names()
    sqlite_engines.close()


def test_a_store_of_a_newer_program_is_refused_and_not_touched(unmigrated: Open) -> None:
    engines = unmigrated()
    migrate.upgrade(engines)
    with engines.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(NewerStore) as caught:
        migrate.upgrade(engines, before=lambda: pytest.fail("must not be touched"))
    assert caught.value.facts == {"file_version": "0099", "program_version": migrate.newest()}
    assert "0099" in caught.value.sentence()
    assert migrate.version(engines) == "0099"


def test_somebody_elses_tables_are_not_taken_for_a_casebook(unmigrated: Open) -> None:
    engines = unmigrated()
    with engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE resident (n INTEGER)"))
    with pytest.raises(DamagedStore):
        migrate.upgrade(engines)


def test_the_log_of_an_older_store_keeps_its_operations_under_the_key_that_begins_with_the_record(
    unmigrated: Open, tmp_path: Path
) -> None:
    engines = unmigrated()
    six = tmp_path / "six"
    shutil.copytree(migrate.STEPS, six, ignore=shutil.ignore_patterns("v0007*", "v0008*", "v0009*", "v001*", "__py*"))
    migrate.upgrade(engines, steps=six)
    said = [{"d": "120101", "i": f"{n:064x}", "n": n, "r": f"r{n % 3}"} for n in range(9)]
    query = 'INSERT INTO operation (district, id, device, seq, clock, "row") VALUES (:d, :i, :r, :n, :n, :r)'
    with engines.writer.begin() as connection:
        connection.execute(text(query), said)
    migrate.upgrade(engines)
    with engines.reader.connect() as connection:
        key = inspect(connection).get_pk_constraint("operation")["constrained_columns"]
        held = connection.execute(text('SELECT id, "row", seq, arrival, era FROM operation ORDER BY arrival')).all()
        counted = connection.execute(text("SELECT value FROM meta WHERE key = 'arrived'")).scalar()
    assert key == ["district", "row", "id"]
    assert [tuple(row) for row in held] == [(one["i"], one["r"], one["n"], one["n"] + 1, 0) for one in said]
    assert "9" in str(counted)
    with pytest.raises(exc.IntegrityError), engines.writer.begin() as connection:
        connection.execute(text(query), said[4])
