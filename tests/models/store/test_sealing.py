"""On a shared server whoever keeps the database reads no number, fact, note, letter or change."""

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select, text

from models.errors import SealedValueDamaged
from models.records.sealed import LooksInsideError, plain_type
from models.security.column_key import ColumnKey
from models.store import erasing, search
from models.store.engine import Engines, open_postgres
from models.store.many import put_rows
from models.store.marks import COLUMNS
from models.store.rows import KEPT, empty_row
from models.store.sealing import key_of, rows_mentioning, seal_columns
from models.store.work import allow_writes, arm, read_meta, write_meta
from tests.models.sync.histories import Place, random_history
from tests.postgres import Server

KEY = bytes(range(32))
SECRET = "津卫秘密"  # stands in every kind of value that is to be sealed
NUMBER = "120101195003071234"


@pytest.fixture
def database(postgres: Server, migrated_database: str) -> Iterator[str]:
    name = postgres.make(migrated_database)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def sealed(database: str) -> Iterator[Engines]:
    """A migrated database whose columns are sealed."""
    engines = open_postgres(database)
    seal_columns(engines, KEY)
    arm(engines.writer)
    yield engines
    engines.close()


def everything_in(url: str) -> str:
    """All that somebody reads who has the tables and no key."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    said = []
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            said += [str(row) for row in connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars()]
            for column in inspect(engine).get_columns(table):
                if str(column["type"]) == "BYTEA":
                    rows = connection.execute(text(f'SELECT "{column["name"]}" FROM "{table}"')).scalars()
                    said += [bytes(row).decode("utf-8", "replace") for row in rows if row]
    engine.dispose()
    return "\n".join(said)


def test_a_value_comes_back_as_it_was_and_looks_like_nothing_in_the_table(sealed: Engines, database: str) -> None:
    place = Place("周敏", sealed.writer)
    person = place.add("resident", name="李建国", note=SECRET, former_name="李" + SECRET)
    place.add("identity_document", resident_id=person, kind="resident_id", number=NUMBER)
    place.add("fact", subject_id=person, name="disability_category", value={"v": SECRET}, state="known")
    place.add("visit", household_id="h", notes=SECRET, met=[person])
    place.amend("resident", person, note=SECRET + "二")
    place.add("planned_visit", household_id="h", reason=SECRET)
    place.add("put_off", household_id="h", reason=SECRET)
    place.add("person_link", a_id=person, b_id="b", reason=SECRET)
    place.add("rights_request", resident_id=person, asked_by=SECRET)
    place.add("referral_step", referral_id="r", before={"outcome_note": SECRET})
    with sealed.writer.begin() as connection:
        write_meta(connection, "device_keys", {"sign_secret": SECRET})
    with sealed.reader.connect() as connection:
        row = connection.execute(select(KEPT["resident"])).mappings().one()
        fact = connection.execute(select(KEPT["fact"].c.value)).scalar()
        assert read_meta(connection, "device_keys") == {"sign_secret": SECRET}
    assert (row["note"], row["former_name"], row["name"]) == (SECRET + "二", "李" + SECRET, "李建国")
    assert fact == {"v": SECRET}
    lying = everything_in(database)
    assert SECRET not in lying
    assert json.dumps(SECRET)[1:-1] not in lying
    assert NUMBER not in lying
    assert "李建国" in lying  # names are not sealed: lists are sorted and searched by them


def test_rows_written_in_bulk_are_sealed_too(sealed: Engines, database: str) -> None:
    here, server = Place("sqlite"), Place("server", sealed.writer)
    person = here.add("resident", name="李建国")
    for number in range(60):
        here.add("case_note", subject_kind="resident", subject_id=person, text=f"{SECRET}{number}")
    everything = [*here.held(), *random_history(3, steps=60)]
    here.take(everything)
    server.take(everything)
    assert server.digest() == here.digest()
    server.rebuild()
    assert server.digest() == here.digest()
    assert SECRET not in everything_in(database)


def test_equal_numbers_are_found_and_look_alike_other_values_never_do(sealed: Engines) -> None:
    place = Place("周敏", sealed.writer)
    for name in ("一", "二"):
        person = place.add("resident", name=name, note=SECRET)
        place.add("identity_document", resident_id=person, kind="resident_id", number=NUMBER)
    table = KEPT["identity_document"]
    with sealed.reader.connect() as connection:
        assert len(connection.execute(select(table.c.id).where(table.c.number == NUMBER)).all()) == 2
        assert len(connection.execute(select(table.c.id).where(table.c.number.in_([NUMBER, "x"]))).all()) == 2
        assert connection.execute(select(table.c.number).group_by(table.c.number)).scalars().all() == [NUMBER]
        numbers = set(connection.execute(text("SELECT number FROM identity_document")).scalars())
        notes = set(connection.execute(text("SELECT note FROM resident")).scalars())
    assert (len(numbers), len(notes)) == (1, 2)


def test_a_query_that_would_look_inside_fails_on_both_engines() -> None:
    resident, document, fact = KEPT["resident"], KEPT["identity_document"], KEPT["fact"]
    for build in (
        lambda: resident.c.note.contains("x"),
        lambda: resident.c.note == "x",
        lambda: document.c.number.like("12%"),
        lambda: document.c.number > "12",
        lambda: fact.c.value == {"v": 1},
        lambda: resident.c.note.desc(),
    ):
        with pytest.raises(LooksInsideError):
            build()
    assert str(resident.c.note != "") == "resident.note != :note_1"
    assert str(document.c.number == NUMBER) == "identity_document.number = :number_1"


def test_numbers_are_searched_whole_or_by_their_tail_and_cannot_be_read_from_the_keys(
    sealed: Engines, database: str
) -> None:
    keys = {"r1": search.keys_for_resident(names=("李建国",), numbers=(NUMBER,), phones=("+8613800220001",))}
    with sealed.writer.begin() as connection:
        search.write_keys(connection, keys)
        search.write_keys(connection, keys)  # the same again: nothing doubled
    with sealed.reader.connect() as connection:
        for typed in (NUMBER, NUMBER[-4:], NUMBER[-6:], "13800220001", "0001", "李建国", "ljg", "李 1234"):
            assert search.find(connection, typed) == ["r1"], typed
        assert search.find(connection, NUMBER[:6]) == []
    assert NUMBER not in everything_in(database)
    assert "13800220001" not in everything_in(database)


def test_what_mentions_somebody_is_found_in_sealed_columns(sealed: Engines) -> None:
    place = Place("周敏", sealed.writer)
    person = place.add("resident", name="李建国")
    other = place.add("determination", resident_id="x", facts={"people": [person]}, body={})
    place.add("determination", resident_id="x", facts={"people": ["somebody"]}, body={})
    with sealed.reader.connect() as connection:
        assert erasing.naming(connection, person, []) == [other]
        table = KEPT["determination"]
        assert rows_mentioning(connection, table.c.id, [table.c.facts], [""]) == []


def test_what_was_written_before_the_columns_were_sealed_teaches_no_later_write_to_leave_them_open(
    database: str,
) -> None:
    engines = open_postgres(database)
    arm(engines.writer)
    place = Place("周敏", engines.writer)
    rows = [{**empty_row("visit"), "district": "120101", "id": f"v{n}", "notes": "在家"} for n in range(60)]
    with engines.writer.begin() as connection, allow_writes(connection):
        put_rows(connection, KEPT["visit"], rows)  # by COPY
    place.add("resident", name="李建国", note="在家")  # by a statement of its own
    seal_columns(engines, KEY)
    with engines.writer.begin() as connection, allow_writes(connection):
        put_rows(connection, KEPT["visit"], [{**row, "notes": SECRET} for row in rows])
        put_rows(connection, KEPT["resident"], [{**empty_row("resident"), "district": "1", "id": "r", "note": SECRET}])
    assert SECRET not in everything_in(database)
    with engines.reader.connect() as connection:
        assert set(connection.execute(select(KEPT["visit"].c.notes)).scalars()) == {SECRET}
    engines.close()


def test_a_value_that_was_changed_or_moved_or_is_under_another_key_is_refused() -> None:
    key = ColumnKey(KEY)
    for alike in (False, True):
        said = key.seal("resident.note", SECRET, alike=alike)
        assert key.open("resident.note", said) == SECRET
        for column, value in (
            ("fact.value", said),
            ("resident.note", said[:-4] + "AAA="),
            ("resident.note", "9" + said[1:]),
            ("resident.note", said[:1] + "no base64!"),
            ("resident.note", said[:1]),
            ("resident.note", said[:9]),
            ("resident.note", ColumnKey(bytes(32)).seal("resident.note", SECRET, alike=alike)),
        ):
            with pytest.raises(SealedValueDamaged) as told:
                key.open(column, value)
            assert told.value.facts == {"column": column}
    assert key.seal("a.b", SECRET, alike=False) != key.seal("a.b", SECRET, alike=False)
    assert key.open("p.d", key.seal("p.d", b"\x00jpeg", alike=False)) == b"\x00jpeg"
    assert "0" * 8 not in repr(key)
    with pytest.raises(ValueError, match="32 bytes"):
        ColumnKey(b"short")


def test_a_file_is_not_sealed_by_column(sqlite_engines: Engines) -> None:
    with pytest.raises(ValueError, match="as a whole"):
        seal_columns(sqlite_engines, KEY)
    with sqlite_engines.reader.connect() as connection:
        assert key_of(connection) is None


def test_what_the_screening_read_of_the_facts_is_sealed_too(sealed: Engines) -> None:
    packed = bytes(range(256))
    with sealed.writer.begin() as connection:
        put_rows(connection, COLUMNS, [{"block": 0, "name": "disability_category", "data": packed}])
    with sealed.reader.connect() as connection:
        assert connection.execute(select(COLUMNS.c.data)).scalar_one() == packed
        lying = bytes(connection.execute(text("SELECT data FROM screening_column")).scalar_one())
    assert packed[:20] not in lying
    assert base64.b64encode(packed)[:20] not in lying


def test_what_was_written_before_the_key_was_given_is_still_read(database: str) -> None:
    plain = open_postgres(database)
    with plain.writer.begin() as connection:
        write_meta(connection, "office", {"name": "街道"})
    plain.close()
    engines = open_postgres(database)
    seal_columns(engines, KEY)
    with engines.reader.connect() as connection:
        assert read_meta(connection, "office") == {"name": "街道"}
    engines.close()


def test_each_sealed_column_is_bound_to_its_own_name() -> None:
    for name, table in KEPT.items():
        for column in table.columns:
            if plain_type(column.type) is not column.type:
                kind: Any = column.type
                assert kind.column == f"{name}.{column.name}"


def test_dates_and_codes_are_untouched(sealed: Engines) -> None:
    with sealed.writer.begin() as connection:
        connection.info["jinmen_in_work"] = True
        row = empty_row("resident") | {"district": "120101", "id": "r", "name": "李", "birth_date": date(1950, 3, 7)}
        put_rows(connection, KEPT["resident"], [row])
        kept = connection.execute(text("SELECT birth_date, note FROM resident")).one()
    assert tuple(kept) == (date(1950, 3, 7), "")


def test_the_embedded_engine_costs_nothing_more(sqlite_engines: Engines) -> None:
    dialect = sqlite_engines.writer.dialect
    for table in KEPT.values():
        for column in table.columns:
            kind = column.type
            if plain_type(kind) is not kind and isinstance(kind.dialect_impl(dialect), type(kind)):
                plain = plain_type(kind).dialect_impl(dialect)
                assert (kind.dialect_impl(dialect).bind_processor(dialect) is None) == (
                    plain.bind_processor(dialect) is None
                )
