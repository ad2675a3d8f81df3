"""Pairs of residents that an import brought together, for the desk to look at; kept on this device.

Nothing in it is the truth: a pair is weighed again before it is shown. It is in no file of the exchange, and may be
emptied at any time; looking through the whole register finds the same pairs and more.
"""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.records.base import flag_field, moment_field, number_field


class Doubled(SQLModel, table=True):
    """Two residents who may be one person, the older record first; or one who came and is still to be compared."""

    __table_args__ = (Index("ix_doubled_b", "b_id"),)

    a_id: str = Field(primary_key=True, max_length=36)
    b_id: str = Field(primary_key=True, max_length=36)  # empty: a_id is still to be compared
    same_number: bool = flag_field()  # one document number stands on both
    score: int = number_field()  # what speaks for one person, in tenths of a bit (models.services.likeness_weights)
    found_at: int = moment_field()
