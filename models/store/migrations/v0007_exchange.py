"""Exchange: the order of arrival, scoped streams, files beside the batches, and desks that work side by side."""

import json as text_of
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.store.migrations.v0005_at_the_door import flag, json, number, text

revision = "0007"
down_revision = "0006"

_FORMER_KEY = "PRIMARY KEY (district, id)"
_KEY = 'PRIMARY KEY (district, "row", id)'
_NUMBERED = """
UPDATE operation SET arrival = counted.place
FROM (SELECT district, id, row_number() OVER (ORDER BY clock, district, id) AS place FROM operation) AS counted
WHERE operation.district = counted.district AND operation.id = counted.id
"""


def upgrade() -> None:
    """Make the tables, and the columns that older ones get; number the operations that are there."""
    op.add_column("operation", number("arrival"))
    op.execute(_NUMBERED)
    op.add_column("operation", number("era"))
    op.execute("UPDATE operation SET era = arrival / 16384")  # models.store.log.ERA
    _key_by_record()
    op.create_index("ix_operation_arrival", "operation", ["arrival"])
    op.create_index("ix_operation_id", "operation", ["era", "id"])
    _remember_the_last()
    op.add_column("peer", text("office_code"))
    op.add_column("peer", json("scope", "[]"))
    op.add_column("peer", json("down", "{}"))
    op.add_column("peer", text("revoked"))
    op.add_column("erasure", json("blanked", "{}"))
    op.add_column("print_job", text("desk"))  # whose printer, where several desks share the records
    op.create_table(
        "received",
        _key("peer", 36),
        _key("district", 9),
        _key("id", 64),
        number("no"),
        flag("streamed", "0"),
    )
    op.create_table("sent_down", _key("peer", 36), _number_key("arrival"), number("no"))
    op.create_table("down_point", _key("peer", 36), _number_key("no"), text("mark"), text("set_digest"), number("at"))
    op.create_table("departed", _key("peer", 36), _key("row", 36), text("entity"), number("at"))
    op.create_table(
        "sealed_file",
        _key("peer", 36),
        _key("direction", 3),
        _key("sha", 64),
        text("kind"),
        text("subject"),
        number("size"),
        text("status"),
        text("file_name"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        number("at"),
    )
    op.create_table(
        "dispute",
        _key("district", 9),
        _key("row", 36),
        _key("field", 40),
        sa.Column("opened_at", sa.BigInteger(), primary_key=True),
        text("entity"),
        text("kind"),
        text("about_kind"),
        text("about_id"),
        text("community"),
        text("workers"),
        text("alike"),
        number("newest"),
        number("settled_at"),
        text("settled_by"),
        text("operation"),
    )
    op.create_table(
        "doubled",
        _key("a_id", 36),
        _key("b_id", 36),
        flag("same_number", "0"),
        number("score"),
        number("found_at"),
    )
    op.create_index("ix_doubled_b", "doubled", ["b_id"])
    op.create_index("ix_dispute_open", "dispute", ["settled_at", "opened_at"])
    op.create_index("ix_dispute_opened", "dispute", ["opened_at"])
    op.create_table(
        "editing",
        _key("desk", 36),
        _key("row", 36),
        text("entity"),
        text("worker"),
        text("place"),
        number("since"),
        number("at"),
    )


def _key_by_record() -> None:
    """The key of the log begins with the record: ids alone are hashes, and a page would be met for each operation."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("ALTER TABLE operation DROP CONSTRAINT operation_pkey")
        op.execute(f"ALTER TABLE operation ADD {_KEY}")
        return
    run = connection.exec_driver_sql
    said = "SELECT sql FROM sqlite_master WHERE tbl_name = 'operation' AND type = ?"
    table = str(run(said, ("table",)).scalar_one())
    indexes = list(run(said + " AND sql IS NOT NULL", ("index",)).scalars())
    if table.count(_FORMER_KEY) != 1:
        raise RuntimeError("the log has another key than expected")
    run("ALTER TABLE operation RENAME TO operation_before")
    run(table.replace(_FORMER_KEY, _KEY))
    run("INSERT INTO operation SELECT * FROM operation_before ORDER BY arrival")
    run("DROP TABLE operation_before")
    for index in indexes:
        run(index)


def _remember_the_last() -> None:
    connection = op.get_bind()
    last = connection.execute(sa.text("SELECT max(arrival) FROM operation")).scalar()
    if last:
        said = {"key": "arrived", "value": text_of.dumps({"count": int(last)})}
        connection.execute(sa.text("INSERT INTO meta (key, value) VALUES (:key, :value)"), said)


def _key(name: str, longest: int) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(longest), primary_key=True)


def _number_key(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.BigInteger(), primary_key=True, autoincrement=False)
