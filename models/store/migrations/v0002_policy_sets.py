"""Sets of policy packs are kept in the casebook, so that a new set can be installed and old decisions replay."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of policy sets."""
    op.create_table(
        "policy_set",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False, server_default=""),
        sa.Column("signer", sa.Text(), nullable=False, server_default=""),
        sa.Column("signer_name", sa.Text(), nullable=False, server_default=""),
        sa.Column("pack_hashes", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("active", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger(), nullable=False, server_default="0"),
    )
