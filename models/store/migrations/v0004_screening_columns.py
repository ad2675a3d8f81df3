"""The facts of the whole register are kept in columns too, so that everybody can be screened at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def number(name: str) -> "sa.Column[int]":
    """A 64-bit whole number."""
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")


def upgrade() -> None:
    """Make the tables of the cache and of what changed since it was made."""
    op.create_table("screening_mark", sa.Column("subject_id", sa.String(36), primary_key=True))
    op.create_table(
        "screening_block",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        number("version"),
        number("people"),
        number("households"),
        number("due"),
    )
    op.create_table(
        "screening_column",
        sa.Column("block", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
