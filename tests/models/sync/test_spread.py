"""The tables spread over partitions by district hold the same records, and their keys allow it."""

import random

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import SQLModel

from models.services.views import Office
from models.store import partitions
from tests.models.sync.histories import Place, random_history
from tests.models.sync.test_importing import in_portions, rows_of


@pytest.fixture
def spread(postgres: Engine) -> Engine:
    """A server whose tables are partitioned, for three of the districts."""
    three = {code: homes for code, homes in partitions.homes().items() if code in ("120101", "120102", "120116")}
    with postgres.begin() as connection:
        partitions.partition(connection, three)
    return postgres


def moved(operations: list[dict[str, object]], homes: list[str]) -> list[dict[str, object]]:
    """The same operations with records of several homes; each record keeps its own."""
    from models.sync.content import operation_id

    rows = sorted({str(operation["row"]) for operation in operations})
    home = {row: homes[place % len(homes)] for place, row in enumerate(rows)}
    renamed: dict[str, str] = {"": ""}
    done = []
    for operation in sorted(operations, key=lambda one: (one["device"], one["seq"])):
        there = {**operation, "district": home[str(operation["row"])], "prev": renamed[str(operation["prev"])]}
        renamed[str(operation["id"])] = there["id"] = operation_id(there)
        done.append(there)
    for operation in done:  # what replaces what is named by the new ids
        assert all(p in renamed for change in operation["fields"].values() for p in change["p"])  # type: ignore[attr-defined]
    return done


def history_of_one_writer(homes: list[str]) -> list[dict[str, object]]:
    """Records of several homes that were only ever written once, so that no id is named by another operation."""
    place = Place("周敏")
    for number in range(40):
        place.add("resident", name=f"居民{number}")
    return moved(place.held(), homes)


def test_files_in_any_order_give_the_same_records_in_partitions(spread: Engine) -> None:
    everything = random_history(5)
    here, server = Place("sqlite"), Place("spread", spread)
    here.take(everything)
    for portion in in_portions(everything, random.Random(5)):
        server.take(portion)
    assert server.digest() == here.digest()
    assert rows_of(server) == rows_of(here)
    server.rebuild()
    assert server.digest() == here.digest()
    assert server.held(here.tips()) == []


def test_each_record_lies_in_the_partition_of_its_home_district_or_street(spread: Engine) -> None:
    homes = ["120101", "120101001", "120116", "999999"]
    here, server = Place("sqlite"), Place("spread", spread)
    everything = history_of_one_writer(homes)
    for place in (here, server):
        place.take(everything)
    assert server.digest() == here.digest()
    with spread.begin() as connection:
        count = {
            part: connection.execute(text(f"SELECT count(*) FROM resident_{part}")).scalar()
            for part in ("120101", "120116", "120102", "other")
        }
        plan = connection.execute(text("EXPLAIN SELECT * FROM resident WHERE district = '120116' AND id = 'x'"))
        touched = " ".join(plan.scalars())
    assert count == {"120101": 20, "120116": 10, "120102": 0, "other": 10}
    assert "resident_120116" in touched
    assert "resident_120101" not in touched


def test_tables_with_records_can_be_spread_later_and_only_once(postgres: Engine) -> None:
    everything = random_history(6, steps=60)
    server = Place("server", postgres)
    server.take(everything)
    before, rows = server.digest(), rows_of(server)
    with postgres.begin() as connection:
        indexes = set(
            connection.execute(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'operation'")).scalars()
        )
        assert not partitions.is_partitioned(connection)
        assert set(partitions.partition(connection)) == set(partitions.SPREAD)
        assert partitions.is_partitioned(connection)
        assert partitions.partition(connection) == []
        again = set(connection.execute(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'operation'")).scalars())
    assert {one.replace("ON ONLY", "ON") for one in again} == indexes
    assert (server.digest(), rows_of(server)) == (before, rows)
    server.add("resident", name="新来的")
    assert server.digest() != before


def test_a_file_has_no_partitions() -> None:
    with Place("sqlite").engine.begin() as connection:
        assert not partitions.is_partitioned(connection)
        with pytest.raises(ValueError, match="PostgreSQL"):
            partitions.partition(connection)


def test_nothing_in_the_tables_stands_in_the_way() -> None:
    assert partitions.findings() == []


@pytest.mark.parametrize(
    ("name", "columns", "said"),
    [
        ("resident", [Column("id", String, primary_key=True), Column("district", String)], "does not begin"),
        (
            "resident",
            [
                Column("district", String, primary_key=True),
                Column("number", Text, nullable=True),
                UniqueConstraint("number", name="one_number"),
            ],
            "one_number is unique without district",
        ),
        ("head", [Column("district", String, primary_key=True), Column("count", Integer)], "64 bits"),
        (
            "operation",
            [Column("district", String, primary_key=True), Column("at", BigInteger, nullable=False)],
            "NOT NULL",
        ),
        ("draft", [Column("id", String, primary_key=True), Column("peer", ForeignKey("peer.id"))], "another table"),
        ("new_thing", [Column("id", String, primary_key=True)], "exactly one of"),
    ],
)
def test_a_table_that_could_not_be_spread_is_found(name: str, columns: list[object], said: str) -> None:
    metadata = MetaData()
    Table("peer", metadata, Column("id", String, primary_key=True))
    Table(name, metadata, *columns)  # type: ignore[arg-type]
    found = partitions.findings(metadata)
    assert len(found) == 1
    assert name in found[0]
    assert said in found[0]


def test_the_script_for_a_cluster_names_every_table_that_has_a_home_or_is_shared() -> None:
    script = partitions.citus_script()
    for name in SQLModel.metadata.tables:
        distributed = f"create_distributed_table('{name}', 'district'" in script
        assert distributed == (name in partitions.SPREAD)
        assert (f"create_reference_table('{name}')" in script) == (name in partitions.SHARED)
    assert script.index("colocate_with => 'none'") < script.index("colocate_with => 'assessment'")


def test_every_home_belongs_to_one_partition() -> None:
    listed = [home for homes in partitions.homes().values() for home in homes]
    assert len(listed) == len(set(listed))
    assert len(partitions.homes()) == 16
    assert {"120101", "120101001"} <= set(partitions.homes()["120101"])


def test_an_office_may_key_its_records_by_street() -> None:
    street = Office("120101001001", "花园路社区居民委员会", "劝花社", keyed_by="street")
    assert (street.home, street.district) == ("120101001", "120101")
    assert Office("120101001001", "花园路社区居民委员会", "劝花社").home == "120101"
