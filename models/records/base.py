"""What every kept record has, and the rules that let one schema serve SQLite, PostgreSQL and a spread cluster.

The immutable home district comes first in every key; identities are UUIDv7 made on the device; NOT NULL only with a
default, because a change may arrive before the one that made its row; no uniqueness across offices; 64-bit clocks.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, BigInteger, Text
from sqlmodel import Field, SQLModel


def text_field(**options: Any) -> Any:
    """A text column that is empty rather than NULL."""
    return Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""}, **options)


def flag_field(default: bool = False) -> Any:
    """A yes/no column with a default."""
    return Field(default=default, sa_column_kwargs={"server_default": "1" if default else "0"})


def moment_field() -> Any:
    """A moment in milliseconds since 1970 UTC; 0 where unknown."""
    return Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


def number_field(default: int = 0) -> Any:
    """A 64-bit whole number."""
    return Field(default=default, sa_type=BigInteger, sa_column_kwargs={"server_default": str(default)})


def json_field(default: type[dict[str, Any]] | type[list[Any]] = dict) -> Any:
    """A JSON column; {} or [] where nothing is known."""
    return Field(
        default_factory=default, sa_type=JSON, sa_column_kwargs={"server_default": "{}" if default is dict else "[]"}
    )


class Kept(SQLModel):
    """Base of all synced tables. Rows are written only through the unit of work (models.store.work)."""

    district: str = Field(primary_key=True, max_length=9)  # immutable home: a district (6 digits) or a street (9)
    id: str = Field(primary_key=True, max_length=36, index=True)  # UUIDv7; indexed alone: verbs know no district
    office: str = text_field()  # who keeps the record: community (12 digits) or street (9 digits)
    dead: bool = flag_field()  # deleted: a value like any other, so that a deletion can be undone or disputed
    extra: dict[str, Any] = json_field()  # fields that a newer program sent and this one does not know


class Entry(BaseModel):
    """Base of all checked input: what a worker typed, before it becomes rows."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)
