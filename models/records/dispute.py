"""Since when a conflict waits, whom it is about and who settled it: kept on this device for the conflict desk.

The conflicts themselves follow from the operations (models.records.operation.Conflict). This table remembers what
does not: when each of them was first seen here. It is in no file of the exchange, and may be emptied at any time.
"""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import moment_field, text_field


class Dispute(SQLModel, table=True):
    """A field with several current values, from the moment in which it was seen here until one value stood again."""

    __table_args__ = (
        Index("ix_dispute_open", "settled_at", "opened_at"),
        Index("ix_dispute_opened", "opened_at"),
    )

    district: str = Field(primary_key=True, max_length=9)
    row: str = Field(primary_key=True, max_length=36)
    field: str = Field(primary_key=True, max_length=40)
    opened_at: int = Field(primary_key=True, sa_type=BigInteger)  # when it was seen here, milliseconds
    entity: str = text_field()
    kind: str = text_field()  # text, list, value, removed, link; newer: this program knows no such field
    about_kind: str = text_field()  # resident or household; empty: nobody
    about_id: str = text_field()
    community: str = text_field()  # where they live, 12 digits
    workers: str = text_field()  # who wrote the versions, a line each, between line ends
    alike: str = text_field()  # why the versions say the same: a reason of models.services.conflicts_rules; else empty
    newest: int = moment_field()  # of the versions that the columns above were made from
    settled_at: int = moment_field()  # 0: still open
    settled_by: str = text_field()  # the worker whose value stands now
    operation: str = text_field()  # that settled it
