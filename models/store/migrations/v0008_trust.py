"""Trust: the audit chain takes the place of the journal, whose rows become its unprotected opening chain."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.store.migrations.v0005_at_the_door import json, number, text

revision = "0008"
down_revision = "0007"

_MOVED = """
INSERT INTO audit (chain, seq, at, worker, action, subject_kind, subject_id, detail)
SELECT 'before', row_number() OVER (ORDER BY at, id), at, worker, action, subject_kind, subject_id, detail FROM journal
"""


def upgrade() -> None:
    """Make the tables, move the old rows, and drop the table that they were in."""
    op.create_table(
        "audit",
        sa.Column("chain", sa.String(36), primary_key=True),
        _seq(),
        number("at"),
        text("worker"),
        text("account"),
        text("action"),
        text("subject_kind"),
        text("subject_id"),
        json("fields", "[]"),
        text("classes"),
        json("reason", "{}"),
        text("detail"),
        text("also"),
        text("prev"),
        text("mac"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject_id", "at"])
    op.create_index("ix_audit_at", "audit", ["at", "chain", "seq"])
    op.create_index("ix_audit_action", "audit", ["action", "at"])
    op.create_index("ix_audit_worker", "audit", ["worker", "at"])
    op.create_table(
        "audit_also",
        sa.Column("chain", sa.String(36), primary_key=True),
        _seq(),
        sa.Column("subject_id", sa.String(36), primary_key=True),
    )
    op.create_index("ix_audit_also_subject", "audit_also", ["subject_id", "chain", "seq"])
    op.execute(_MOVED)
    op.drop_index("ix_journal_subject_id", "journal")
    op.drop_table("journal")


def _seq() -> "sa.Column[Any]":
    return sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False)
