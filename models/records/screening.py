"""The cache of the screening: what the rules read of the whole register, in columns, beside the records themselves.

None of it is a record: it is made from the records, may be dropped at any time and is made again; it is never synced
and never part of a batch. It lies in the casebook's own file so that it is encrypted with it; on a server it is sealed.
"""

from sqlmodel import Field, SQLModel

from models.records.base import number_field
from models.records.sealed import SealedBytes


class ScreeningMark(SQLModel, table=True):
    """Something changed that the screening may depend on; written in the transaction of the change itself."""

    __tablename__ = "screening_mark"

    subject_id: str = Field(primary_key=True, max_length=36)  # a resident, a household or a dwelling


class ScreeningBlock(SQLModel, table=True):
    """A run of households with their people; its version is another one after each writing."""

    __tablename__ = "screening_block"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = number_field()
    people: int = number_field()  # rows: memberships
    households: int = number_field()
    due: int = number_field()  # ordinal of the first later day on which something in it changes by itself


class ScreeningColumn(SQLModel, table=True):
    """One column of one block, packed: a fact (the name of the vocabulary), or what the lists need (":" and a name)."""

    __tablename__ = "screening_column"

    block: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(primary_key=True, max_length=120)
    data: bytes = Field(default=b"", sa_type=SealedBytes("screening_column.data"))
