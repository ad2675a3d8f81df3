"""At the door: guided changes of households, rounds, questionnaires, pictures, consent, plans, notes and contacts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


# Columns that name another record; undo asks all of them.
_NAMED = (
    ("assessment", "visit_id"),
    ("assignment", "handover_id"),
    ("case_task", "goal_id"),
    ("consent", "guardian_id"),
    ("consent", "picture_id"),
    ("determination", "household_id"),
    ("letter", "resident_id"),
    ("need", "resident_id"),
    ("planned_visit", "resident_id"),
    ("planned_visit", "visit_id"),
    ("questionnaire_answer", "visit_id"),
    ("referral", "household_id"),
)
# What SQLite is told of indexes one value of which stands for a large part of the table: rows, and rows a value. It
# keeps no statistics else and would take any of them for as good as the key. So many rows it assumes of every table.
_OFTEN = {
    ("dwelling", "ix_dwelling_door"): "1000000 100000 5000 500 2",
    ("household", "ix_household_kind"): "1000000 500000 500000",
    ("resident", "ix_resident_frozen"): "1000000 1000000",
}


def text(name: str) -> "sa.Column[Any]":
    """A text that is empty where nothing is known."""
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def day(name: str) -> "sa.Column[Any]":
    """A day, where one is known."""
    return sa.Column(name, sa.Date(), nullable=True)


def number(name: str) -> "sa.Column[Any]":
    """A 64-bit whole number."""
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")


def flag(name: str, default: str) -> "sa.Column[Any]":
    """A yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def json(name: str, default: str) -> "sa.Column[Any]":
    """A JSON value."""
    return sa.Column(name, sa.JSON(), nullable=False, server_default=default)


def kept(name: str, *columns: "sa.Column[Any]", index: tuple[str, ...] = ()) -> None:
    """Make a table of records with what every record has, and an index for each column named."""
    op.create_table(
        name,
        sa.Column("district", sa.String(9), primary_key=True),
        sa.Column("id", sa.String(36), primary_key=True),
        text("office"),
        flag("dead", "0"),
        json("extra", "{}"),
        *columns,
    )
    for column in ("id", *index):
        op.create_index(f"ix_{name}_{column}", name, [column])


def upgrade() -> None:
    """Make the tables, and the columns that older ones get."""
    op.add_column("resident", day("died_on"))
    op.add_column("resident", text("frozen"))
    op.create_index("ix_resident_frozen", "resident", ["frozen"])
    op.drop_index("ix_resident_dead", "resident")
    gone = sa.text("dead IS 1"), sa.text("dead IS true")
    op.create_index("ix_resident_dead", "resident", ["dead"], sqlite_where=gone[0], postgresql_where=gone[1])
    for table, column in (("resident", "died_on"), ("household", "until")):
        few = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=few, postgresql_where=few)
    op.add_column("household", text("form"))
    op.add_column("membership", text("standing"))
    op.add_column("membership", text("ended"))
    op.add_column("person_link", text("grounds"))
    op.add_column("person_link", text("reason"))
    kept(
        "household_event",
        text("kind"),
        day("happened_on"),
        text("household_id"),
        text("other_household_id"),
        text("resident_id"),
        text("other_resident_id"),
        text("dwelling_id"),
        text("other_dwelling_id"),
        text("elsewhere_division"),
        text("elsewhere_address"),
        json("people", "[]"),
        json("detail", "{}"),
        text("note"),
        json("operations", "[]"),
        flag("undone", "0"),
        text("worker"),
        number("at"),
        index=(
            *("happened_on", "household_id", "other_household_id", "resident_id", "other_resident_id"),
            *("dwelling_id", "other_dwelling_id"),
        ),
    )
    kept(
        "place",
        text("resident_id"),
        text("kind"),
        text("division"),
        text("address"),
        day("since"),
        day("until"),
        text("note"),
        text("worker"),
        number("at"),
        index=("resident_id",),
    )
    kept(
        "visit_round",
        text("name"),
        text("scope"),
        text("community_code"),
        text("street_line"),
        text("building"),
        text("unit"),
        text("walk"),
        text("purpose"),
        day("starts_on"),
        day("ends_on"),
        text("assignee"),
        text("status"),
        text("worker"),
        number("at"),
        index=("starts_on",),
    )
    kept(
        "round_stop",
        text("round_id"),
        text("dwelling_id"),
        text("household_id"),
        number("place"),
        text("status"),
        json("tries", "[]"),
        day("retry_on"),
        text("retry_part"),
        text("note"),
        text("worker"),
        number("at"),
        index=("dwelling_id", "household_id", "round_id"),
    )
    kept(
        "assignment",
        text("household_id"),
        text("assignee"),
        day("since"),
        day("until"),
        text("handover_id"),
        text("worker"),
        number("at"),
        index=("assignee", "household_id"),
    )
    kept(
        "handover",
        text("giver"),
        text("taker"),
        json("households", "[]"),
        json("items", "[]"),
        json("taken", "[]"),
        day("handed_on"),
        text("status"),
        day("answered_on"),
        text("note"),
        text("answer_note"),
        text("worker"),
        number("at"),
        index=("giver", "taker"),
    )
    kept(
        "put_off",
        text("household_id"),
        json("kinds", "[]"),
        day("until"),
        text("reason"),
        text("worker"),
        number("at"),
        index=("household_id", "until"),
    )
    kept(
        "questionnaire",
        text("form_id"),
        text("version"),
        json("title", "{}"),
        text("subject"),
        json("body", "{}"),
        text("source_name"),
        text("source_sha256"),
        text("status"),
        text("worker"),
        number("at"),
        index=("form_id",),
    )
    kept(
        "questionnaire_answer",
        text("questionnaire_id"),
        text("form_id"),
        text("version"),
        text("household_id"),
        text("resident_id"),
        text("visit_id"),
        day("answered_on"),
        json("answers", "{}"),
        text("score"),
        text("level"),
        json("level_words", "{}"),
        json("pictures", "[]"),
        text("worker"),
        number("at"),
        index=("household_id", "questionnaire_id", "resident_id"),
    )
    kept(
        "picture",
        text("subject_kind"),
        text("subject_id"),
        text("kind"),
        text("title"),
        day("taken_on"),
        number("width"),
        number("height"),
        number("size"),
        text("sha256"),
        json("facts", "[]"),
        text("document_id"),
        text("visit_id"),
        text("worker"),
        number("at"),
        index=("subject_id", "visit_id"),
    )
    kept(
        "consent",
        text("resident_id"),
        text("action"),
        text("basis"),
        json("purposes", "[]"),
        json("classes", "[]"),
        text("text_id"),
        text("text_version"),
        text("text_sha256"),
        text("language"),
        text("given_by"),
        text("guardian_id"),
        text("guardian_name"),
        text("guardian_relation"),
        text("how"),
        text("witness"),
        text("picture_id"),
        day("given_on"),
        text("note"),
        text("worker"),
        number("at"),
        index=("resident_id",),
    )
    kept(
        "rights_request",
        text("resident_id"),
        text("kind"),
        day("asked_on"),
        text("asked_by"),
        text("wish"),
        text("status"),
        text("answer"),
        day("answered_on"),
        text("worker"),
        number("at"),
        index=("resident_id",),
    )
    kept(
        "erasure",
        text("subject_hash"),
        text("salt"),
        text("kind"),
        text("reason"),
        day("until"),
        day("done_on"),
        text("worker"),
        number("at"),
        index=("subject_hash",),
    )
    kept(
        "case_note",
        text("subject_kind"),
        text("subject_id"),
        day("noted_on"),
        text("text"),
        flag("confidential", "0"),
        text("worker"),
        number("at"),
        index=("subject_id",),
    )
    kept(
        "contact",
        text("household_id"),
        text("resident_id"),
        text("channel"),
        text("direction"),
        day("happened_on"),
        flag("reached", "1"),
        text("summary"),
        day("next_on"),
        text("next_reason"),
        text("worker"),
        number("at"),
        index=("happened_on", "household_id", "resident_id"),
    )
    kept(
        "case_plan",
        text("household_id"),
        text("resident_id"),
        text("title"),
        text("situation"),
        text("responsible"),
        day("opened_on"),
        day("review_on"),
        text("status"),
        day("closed_on"),
        text("closure_reason"),
        text("closure_note"),
        text("worker"),
        number("at"),
        index=("household_id", "resident_id"),
    )
    kept(
        "case_goal",
        text("plan_id"),
        number("place"),
        text("text"),
        day("due_on"),
        text("status"),
        day("reached_on"),
        text("worker"),
        number("at"),
        index=("plan_id",),
    )
    kept(
        "case_task",
        text("plan_id"),
        text("goal_id"),
        text("text"),
        text("responsible"),
        day("due_on"),
        text("status"),
        day("done_on"),
        text("note"),
        text("worker"),
        number("at"),
        index=("due_on", "plan_id"),
    )
    op.create_table(
        "picture_data",
        sa.Column("picture_id", sa.String(36), primary_key=True),
        sa.Column("part", sa.String(8), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    for table, column in _NAMED:
        op.create_index(f"ix_{table}_{column}", table, [column])
    few = sa.text("visit_id > ''")  # most facts were not learnt on a visit
    op.create_index("ix_fact_visit_id", "fact", ["visit_id"], sqlite_where=few, postgresql_where=few)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ANALYZE case_goal")  # an empty table: so that there is a table of statistics
        for (table, index), counts in _OFTEN.items():
            values = {"t": table, "i": index, "c": counts}
            op.execute(sa.text("INSERT INTO sqlite_stat1 VALUES (:t, :i, :c)").bindparams(**values))
