"""Several desks on one server take turns like the windows of one file, and the store acts alike on both engines."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import exc, insert, select, text

from models.errors import StoreBusy
from models.records.operation import Meta
from models.records.resident import Resident
from models.store import migrate
from models.store.engine import Engines, StoreUnreachable, open_postgres, sorted_trouble
from models.store.rows import table_of
from tests.postgres import Server

RESIDENT = table_of(Resident)


def test_a_row_comes_back_from_both_engines_as_it_was_written(engines: Engines) -> None:
    row = {"district": "120101", "id": "x", "name": "李𬭎", "birth_date": date(1952, 3, 8), "dead": True}
    row |= {"extra": {"numbers": [2**53 + 1, 0.1], "text": "\u0001é\n'"}}
    with engines.writer.begin() as connection:
        connection.execute(insert(RESIDENT), [row])
        connection.execute(insert(table_of(Meta)), [{"key": "k", "value": {"v": None}}])
    with engines.reader.connect() as connection:
        kept = connection.execute(select(RESIDENT)).mappings().one()
        assert {name: kept[name] for name in row} == row
        assert kept["former_name"] == ""
        assert kept["registered_on"] is None
        assert connection.execute(select(table_of(Meta).c.value)).scalar() == {"v": None}


def test_moments_of_many_digits_fit_on_both_engines(engines: Engines) -> None:
    big = 2**62
    with engines.writer.begin() as connection:
        connection.execute(text("INSERT INTO draft (id, at) VALUES ('d', :at)"), {"at": big})
    with engines.reader.connect() as connection:
        assert connection.execute(text("SELECT at FROM draft")).scalar() == big


def test_the_reader_of_neither_engine_can_write(engines: Engines) -> None:
    with pytest.raises(exc.DBAPIError), engines.reader.begin() as connection:
        connection.execute(text("INSERT INTO draft (id) VALUES ('d')"))


def test_savers_take_turns_and_none_overwrites_what_another_counted(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        connection.execute(text("INSERT INTO draft (id, at) VALUES ('n', 0)"))

    def count_up() -> None:
        for _n in range(10):
            with engines.writer.begin() as connection:
                at = connection.execute(text("SELECT at FROM draft")).scalar_one()
                time.sleep(0.001)
                connection.execute(text("UPDATE draft SET at = :at"), {"at": at + 1})

    threads = [threading.Thread(target=count_up) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engines.reader.connect() as connection:
        assert connection.execute(text("SELECT at FROM draft")).scalar() == 30


def test_a_desk_that_waits_too_long_is_told_that_the_store_is_busy(
    postgres_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.store.engine._WAIT_SECONDS", 0.2)
    url = postgres_engines.writer.url.render_as_string(hide_password=False).replace("+psycopg", "")
    second = open_postgres(url)
    try:
        with postgres_engines.writer.begin() as busy:
            busy.execute(text("INSERT INTO draft (id) VALUES ('first')"))
            with pytest.raises(StoreBusy), sorted_trouble(), second.writer.begin():
                pass
        with second.writer.begin() as connection:
            connection.execute(text("INSERT INTO draft (id) VALUES ('second')"))
    finally:
        second.close()


def test_two_desks_that_were_updated_together_migrate_once(postgres: Server) -> None:
    name = postgres.make()
    desks = [open_postgres(postgres.url(name)) for _n in range(2)]
    steps = [f"{n:04}" for n in range(1, int(migrate.newest()) + 1)]
    try:
        with ThreadPoolExecutor() as at_once:
            assert sorted(at_once.map(migrate.upgrade, desks)) == [[], steps]
    finally:
        for desk in desks:
            desk.close()
    postgres.drop(name)


def test_a_desk_waits_longer_for_anothers_update_than_for_a_save(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.store.engine._WAIT_SECONDS", 0.05)
    name = postgres.make()
    first, second = (open_postgres(postgres.url(name)) for _n in range(2))
    try:
        with ThreadPoolExecutor() as at_once, first.reader.connect() as holder:
            holder.execute(text(f"SELECT pg_advisory_lock({migrate._MIGRATORS_LOCK})"))
            waiting = at_once.submit(migrate.upgrade, second)
            asked = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            with first.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
                while not looking.execute(asked).scalar():
                    assert not waiting.done()
                time.sleep(0.2)  # four times as long as a save would wait
            holder.execute(text(f"SELECT pg_advisory_unlock({migrate._MIGRATORS_LOCK})"))
            assert waiting.result()[-1] == migrate.newest()
        monkeypatch.setattr(migrate, "_MIGRATORS_WAIT", 0.05)
        with first.reader.connect() as holder:
            holder.execute(text(f"SELECT pg_advisory_lock({migrate._MIGRATORS_LOCK})"))
            monkeypatch.setattr(migrate, "version", lambda _engines: "0001")
            with pytest.raises(StoreBusy):
                migrate.upgrade(second)
    finally:
        first.close()
        second.close()
    postgres.drop(name)


def test_a_server_that_goes_away_is_told_as_such(postgres: Server, migrated_database: str) -> None:
    name = postgres.make(migrated_database)
    desk = open_postgres(postgres.url(name))
    try:
        with sorted_trouble(), desk.reader.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
            postgres.drop(name)
            with pytest.raises(StoreUnreachable), sorted_trouble(connection):
                connection.execute(text("SELECT 1"))
        with pytest.raises(StoreUnreachable), sorted_trouble(), desk.writer.begin():
            pass
    finally:
        desk.close()
