"""Visits can be planned: from a screening list, the calendar, a changed rule, or by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def text(name: str) -> "sa.Column[str]":
    """A text that is empty where nothing is known."""
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def upgrade() -> None:
    """Make the table of planned visits."""
    op.create_table(
        "planned_visit",
        sa.Column("district", sa.String(9), primary_key=True),
        sa.Column("id", sa.String(36), primary_key=True),
        text("office"),
        sa.Column("dead", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("extra", sa.JSON(), nullable=False, server_default="{}"),
        text("household_id"),
        text("resident_id"),
        sa.Column("due_on", sa.Date(), nullable=True),
        text("source"),
        text("service_id"),
        text("reason"),
        text("assignee"),
        text("status"),
        text("visit_id"),
        text("worker"),
        sa.Column("at", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_index("ix_planned_visit_id", "planned_visit", ["id"])
    op.create_index("ix_planned_visit_household_id", "planned_visit", ["household_id"])
    op.create_index("ix_planned_visit_due_on", "planned_visit", ["due_on"])
