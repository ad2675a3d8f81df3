"""The same tables spread over partitions, one for each district, and what makes that possible: keys that begin at home.

A record's home (a district, or a street in it) is chosen when it is made and never changes; it is the first column of
every key, so PostgreSQL can keep each district's rows in a partition of its own, and Citus can keep them on a machine
of their own, without any key, query or file being changed. SCALE.md says what each step costs and what was not proved.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, MetaData, Table, UniqueConstraint, text
from sqlmodel import SQLModel

from models.records import divisions
from models.records.operation import Conflict, Head, Operation
from models.store.rows import KEPT, table_of
from models.store.work import allow_writes

HOME = "district"
SPREAD: Mapping[str, Table] = {
    **{name: KEPT[name] for name in sorted(KEPT)},
    **{str(model.__tablename__): table_of(model) for model in (Operation, Head, Conflict)},
}
"""The tables whose rows have a home."""

SHARED = ("policy_set",)
"""Tables that every machine needs whole: Citus calls them reference tables."""

LOCAL: Mapping[str, str] = {
    "audit": "the chain of what was done at this office",
    "audit_also": "whom else the rows of that chain are about",
    "batch": "files read and written by this office",
    "dispute": "since when conflicts wait at this office's desk",
    "doubled": "pairs of people to look at at this office's desk",
    "draft": "forms being filled in at a desk",
    "editing": "who has what open at another desk",
    "meta": "identity, counters and settings of this office",
    "peer": "whom this office exchanges files with",
    "picture_data": "bytes of pictures, each found by its picture",
    "print_item": "the queue of a desk's printer",
    "print_job": "the queue of a desk's printer",
    "departed": "what left the scope of an office above",
    "down_point": "files of the streams to partners",
    "received": "which operations came down from an office above",
    "screening_block": "columns derived from the records",
    "screening_column": "columns derived from the records",
    "screening_mark": "columns derived from the records",
    "sent_down": "which operations went down to a partner",
    "sealed_file": "files read and written by this office",
    "search_key": "derived from the records; one search goes over all districts of the office",
}
"""Tables that stay in one place, and why."""

_OTHER = "other"  # the partition of homes that no district has


def findings(metadata: MetaData = SQLModel.metadata) -> list[str]:
    """What in the tables would stand in the way of spreading them; each finding names its table.

    Rules (after the documentation of PostgreSQL's partitions and of Citus): the home first in every primary key and
    part of every unique rule; no reference from table to table; no number that one machine hands out; whole numbers of
    64 bits; NOT NULL only where the database knows what to put (operations of one record arrive in any order); every
    table is spread, shared or local on purpose.
    """
    found = []
    for name, table in sorted(metadata.tables.items()):
        kinds = [name in SPREAD, name in SHARED, name in LOCAL]
        if sum(kinds) != 1:
            found.append(f"{name}: must be exactly one of spread, shared and local")
        found += _of_every_table(table)
        if name in SPREAD:
            found += _of_spread_table(table)
    return found


def _of_every_table(table: Table) -> Iterable[str]:
    key = set(table.primary_key.columns)
    for column in table.columns:
        narrow = isinstance(column.type, Integer) and not isinstance(column.type, BigInteger)
        if narrow and table.name not in LOCAL:
            yield f"{table.name}.{column.name}: whole numbers have 64 bits"
        if (column.default is not None and column.default.is_sequence) or column.identity is not None:
            yield f"{table.name}.{column.name}: a number that one machine hands out"
        if not column.nullable and column.server_default is None and column not in key and table.name in SPREAD:
            yield f"{table.name}.{column.name}: NOT NULL without a default"
    if table.foreign_keys:
        yield f"{table.name}: refers to another table"


def _of_spread_table(table: Table) -> Iterable[str]:
    names = [column.name for column in table.primary_key.columns]
    if not names or names[0] != HOME:
        yield f"{table.name}: the key does not begin with {HOME}"
    rules = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    rules += [index for index in table.indexes if index.unique]  # type: ignore[misc]
    for rule in rules:
        if HOME not in [column.name for column in rule.columns]:
            yield f"{table.name}: {rule.name} is unique without {HOME}"


def homes() -> dict[str, list[str]]:
    """For each district of the city the homes that its partition holds: its own code and those of its streets."""
    return {
        place.code: [place.code, *(street.code for street in divisions.children(place.code))]
        for place in divisions.districts()
    }


def is_partitioned(connection: Connection) -> bool:
    """Whether all tables with a home are spread over partitions."""
    return connection.dialect.name == "postgresql" and not plain(connection)


def partition(
    connection: Connection, wanted: Mapping[str, Sequence[str]] | None = None, *, only: str = ""
) -> list[str]:
    """Spread the tables that are not spread yet, with their rows, in the caller's transaction; returns their names.

    wanted: for the name of each partition the homes in it; by default the districts of the city. What has another home
    goes to a partition for the others. only: this table alone: all of them and their indexes at once need more locks
    than a server has by default, so an office takes a transaction for each. Raises ValueError on an engine without
    partitions.
    """
    parts = homes() if wanted is None else wanted
    done = [name for name in plain(connection) if only in ("", name)]
    for name in done:
        _spread(connection, name, parts)
    return done


def plain(connection: Connection) -> list[str]:
    """The tables with a home that are not partitioned. Raises ValueError on an engine without partitions."""
    if connection.dialect.name != "postgresql":
        raise ValueError("only PostgreSQL has partitions")
    query = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace")
    return sorted(set(connection.execute(query).scalars()) & SPREAD.keys())


def _spread(connection: Connection, name: str, parts: Mapping[str, Sequence[str]]) -> None:
    found = connection.execute(
        text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = :name "
            "AND indexname <> :key"
        ),
        {"name": name, "key": _key_name(connection, name)},
    ).all()
    keys = ", ".join(column.name if column.name != "row" else '"row"' for column in SPREAD[name].primary_key.columns)
    run = connection.exec_driver_sql
    run(f"ALTER TABLE {name} DROP CONSTRAINT {_key_name(connection, name)}")
    for index in found:
        run(f"DROP INDEX {index.indexname}")
    run(f"ALTER TABLE {name} RENAME TO {name}_before")
    run(f"CREATE TABLE {name} (LIKE {name}_before INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY LIST ({HOME})")
    for part, values in parts.items():
        listed = ", ".join(_quoted(value) for value in values)
        run(f"CREATE TABLE {name}_{part} PARTITION OF {name} FOR VALUES IN ({listed})")
    run(f"CREATE TABLE {name}_{_OTHER} PARTITION OF {name} DEFAULT")
    with allow_writes(connection):  # the same rows in another place
        run(f"INSERT INTO {name} SELECT * FROM {name}_before")  # noqa: S608  # names of our own tables
    run(f"ALTER TABLE {name} ADD CONSTRAINT {name}_pkey PRIMARY KEY ({keys})")
    for index in found:
        run(index.indexdef)
    run(f"DROP TABLE {name}_before")


def _key_name(connection: Connection, name: str) -> Any:
    query = text("SELECT conname FROM pg_constraint WHERE contype = 'p' AND conrelid = CAST(:name AS regclass)")
    return connection.execute(query, {"name": name}).scalar_one()


def _quoted(value: str) -> str:
    if not value.isdigit():
        raise ValueError("a home is a code of digits")
    return f"'{value}'"


def citus_script() -> str:
    """The statements that spread the same (unpartitioned, migrated) tables over the machines of a Citus cluster.

    Written for Citus 11 and newer from its documentation; nobody has run it here (SCALE.md).
    """
    first, *others = sorted(SPREAD)
    lines = [
        "-- Spread the tables of Jinmen over a Citus cluster: once, on the coordinator, after `run office init`.",
        "-- Tables that are not named here stay on the coordinator.",
        "BEGIN;",
        "SET LOCAL citus.multi_shard_modify_mode = 'sequential';",
        f"SELECT create_distributed_table('{first}', '{HOME}', colocate_with => 'none');",
        *(f"SELECT create_distributed_table('{name}', '{HOME}', colocate_with => '{first}');" for name in others),
        *(f"SELECT create_reference_table('{name}');" for name in SHARED),
        "COMMIT;",
        "-- A district that outgrows its neighbours gets a shard of its own:",
        f"-- SELECT isolate_tenant_to_new_shard('{first}', '120116', 'CASCADE');",
    ]
    return "\n".join(lines) + "\n"
