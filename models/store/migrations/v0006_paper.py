"""Paper: the life of a referral, transfers, blocks of numbers, templates, and the queue of the printer."""

import sqlalchemy as sa
from alembic import op

from models.store.migrations.v0005_at_the_door import day, flag, json, kept, number, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, and the columns that older ones get."""
    for column in (
        day("reply_by"),
        day("chase_on"),
        text("code"),
        text("series"),
        number("year"),
        number("serial"),
        json("entry", "{}"),
    ):
        op.add_column("referral", column)
    op.add_column("referral", text("writer"))
    op.add_column("referral", text("signer"))
    op.create_index("ix_referral_code", "referral", ["code"])
    op.add_column("letter", text("template_id"))
    kept(
        "referral_step",
        text("referral_id"),
        text("resident_id"),
        text("step"),
        day("happened_on"),
        text("channel"),
        text("said_by"),
        text("reason"),
        json("papers", "[]"),
        json("outcomes", "[]"),
        day("next_on"),
        json("needs", "[]"),
        json("before", "{}"),
        text("worker"),
        number("at"),
        index=("referral_id", "resident_id"),
    )
    kept(
        "case_transfer",
        text("household_id"),
        json("resident_ids", "[]"),
        text("to_office"),
        text("to_name"),
        text("to_contact"),
        text("reason"),
        text("note"),
        text("status"),
        day("asked_on"),
        day("answer_by"),
        day("answered_on"),
        text("answered_by"),
        text("answer_note"),
        day("handed_on"),
        day("taken_on"),
        json("sheet", "{}"),
        text("from_name"),
        text("from_contact"),
        text("taken_by"),
        day("ended_on"),
        text("ended_note"),
        json("operations", "[]"),
        text("worker"),
        number("at"),
        index=("household_id", "status"),
    )
    kept(
        "number_block",
        text("series"),
        number("year"),
        number("first"),
        number("last"),
        text("holder"),
        text("holder_name"),
        text("granted_by"),
        day("granted_on"),
        flag("closed", "0"),
        text("reason"),
        text("worker"),
        number("at"),
        index=("series",),
    )
    kept(
        "spoilt_number",
        text("series"),
        number("year"),
        number("serial"),
        text("reason"),
        text("worker"),
        number("at"),
        index=("series",),
    )
    kept(
        "paper_template",
        text("paper"),
        text("family"),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default="1"),
        text("name"),
        json("body", "{}"),
        flag("in_use", "0"),
        text("worker"),
        number("at"),
        index=("paper", "family"),
    )
    op.create_table(
        "print_job",
        sa.Column("id", sa.String(36), primary_key=True),
        text("title"),
        text("printer"),
        json("options", "{}"),
        text("status"),
        text("detail"),
        text("worker"),
        number("at"),
    )
    op.create_table(
        "print_item",
        sa.Column("id", sa.String(36), primary_key=True),
        text("job_id"),
        number("place"),
        text("paper"),
        text("subject_id"),
        text("subject_kind"),
        text("label"),
        json("argument", "{}"),
        text("status"),
        flag("again", "0"),
        text("ticket"),
        text("detail"),
        number("at"),
    )
    op.create_index("ix_print_item_job_id", "print_item", ["job_id"])
    op.create_index("ix_print_item_subject_id", "print_item", ["subject_id"])
