"""What a driver says is sorted once: into the sentence the worker is told, or left as the program's own fault."""

import errno
import io
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import create_engine, exc, text

from models.errors import CannotRead, CannotWrite, DamagedStore, DiskFull, Problem, StoreBusy
from models.store import engine
from models.store.engine import (
    Engines,
    OfficeBusy,
    SaveUnsure,
    ServerExhausted,
    StoreUnreachable,
    WindowLock,
    problem_of,
    saving,
    sorted_trouble,
)


def from_server(state: str) -> exc.DBAPIError:
    return exc.OperationalError("INSERT", {}, psycopg.errors.lookup(state)("said by the server"))


def from_file(code: int, statement: str = "INSERT INTO t") -> exc.DBAPIError:
    said = sqlcipher.OperationalError("said by the file")
    said.sqlite_errorcode = code
    return exc.OperationalError(statement, {}, said)


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ("53100", DiskFull),
        ("53200", ServerExhausted),
        ("53300", ServerExhausted),
        ("55P03", OfficeBusy),
        ("40001", OfficeBusy),
        ("40P01", OfficeBusy),
        ("XX001", DamagedStore),
        ("57P01", StoreUnreachable),
        ("08006", StoreUnreachable),
    ],
)
def test_what_a_server_says_is_told_by_its_number(state: str, problem: type[Problem]) -> None:
    assert type(problem_of(from_server(state))) is problem


@pytest.mark.parametrize(
    ("code", "statement", "problem"),
    [
        (sqlcipher.SQLITE_FULL, "INSERT", DiskFull),
        (10 | 3 << 8, "SELECT", DiskFull),  # writing failed, whatever was asked
        (sqlcipher.SQLITE_IOERR, "INSERT", DiskFull),
        (sqlcipher.SQLITE_IOERR, " select 1", CannotRead),
        (10 | 1 << 8, "INSERT", CannotRead),
        (sqlcipher.SQLITE_READONLY, "INSERT", CannotWrite),
        (sqlcipher.SQLITE_NOTADB, "SELECT", DamagedStore),
        (sqlcipher.SQLITE_LOCKED, "SELECT", StoreBusy),
    ],
)
def test_what_the_file_says_is_told_by_its_number(code: int, statement: str, problem: type[Problem]) -> None:
    assert type(problem_of(from_file(code, statement))) is problem


def test_a_window_whose_connections_are_all_taken_is_busy() -> None:
    assert type(problem_of(exc.TimeoutError())) is StoreBusy


def test_a_fault_of_the_program_is_no_problem_of_the_worker() -> None:
    wrong = exc.ProgrammingError("SELEC", {}, psycopg.errors.lookup("42601")("syntax"))
    assert problem_of(wrong) is None
    assert problem_of(from_file(sqlcipher.SQLITE_CONSTRAINT)) is None
    with pytest.raises(exc.ProgrammingError) as told, sorted_trouble():
        raise wrong
    assert told.value is wrong


def test_a_full_disk_is_told_whoever_writes_and_other_trouble_of_the_system_passes() -> None:
    for full in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        with pytest.raises(DiskFull), sorted_trouble():
            raise OSError(full, "no room")
    with pytest.raises(PermissionError), sorted_trouble():
        raise PermissionError(errno.EACCES, "not yours")


@pytest.mark.parametrize(("number", "problem"), [(errno.ENOSPC, DiskFull), (errno.EIO, CannotWrite)])
def test_a_window_that_cannot_write_its_name_does_not_hold_the_casebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, problem: type[Problem]
) -> None:
    class Full(io.BytesIO):
        def flush(self) -> None:
            raise OSError(number, "")

    file = Full()
    monkeypatch.setattr(Path, "open", lambda *_: file)
    monkeypatch.setattr(WindowLock, "_take", lambda *_: True)
    with pytest.raises(problem):
        WindowLock(tmp_path / "case.db.lock", "王芳")
    assert file.closed


def test_a_driver_without_encryption_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite without encryption takes a key without a word, and would write everything in the open."""
    import sqlite3

    monkeypatch.setattr(engine, "sqlcipher", sqlite3)
    with pytest.raises(RuntimeError, match="no encryption"):
        engine.connect_sqlite(tmp_path / "case.db", bytes(48))


def number_of(connection: Any) -> str:
    return str(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar())


def test_of_a_commit_without_an_answer_the_server_says_what_became_of_it(
    postgres_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_ASK_AFTER", 0.0)
    monkeypatch.setattr(engine, "_ASK_AGAIN", 2)
    with postgres_engines.writer.begin() as connection:
        kept = number_of(connection)
    with postgres_engines.writer.connect() as connection:
        connection.begin()
        lost = number_of(connection)
        with pytest.raises(SaveUnsure):  # nobody knows yet
            engine._was_committed(postgres_engines, lost)
        connection.rollback()
    assert engine._was_committed(postgres_engines, kept)
    assert not engine._was_committed(postgres_engines, lost)


def test_where_the_server_does_not_come_back_nothing_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_ASK_AFTER", 0.0)
    away = create_engine(f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    with pytest.raises(SaveUnsure):
        engine._was_committed(Engines(away, away, "postgresql"), "700")
    away.dispose()


def test_a_save_that_fails_inside_leaves_nothing_on_the_server(postgres_engines: Engines) -> None:
    def save_twice() -> None:
        with saving(postgres_engines) as connection:
            for _twice in range(2):
                connection.execute(text("INSERT INTO draft (id) VALUES ('half')"))

    with pytest.raises(exc.IntegrityError):
        save_twice()
    with saving(postgres_engines) as connection:
        connection.execute(text("INSERT INTO draft (id) VALUES ('whole')"))
    with postgres_engines.reader.connect() as connection:
        assert connection.execute(text("SELECT id FROM draft")).scalars().all() == ["whole"]


def test_each_has_a_sentence_of_its_own() -> None:
    problems = (StoreUnreachable(), ServerExhausted(), SaveUnsure(), OfficeBusy())
    assert len({problem.sentence() for problem in problems}) == len(problems)
