"""Streams of scoped records: what went down to a partner, what came down from one, and which records left a scope.

All of it stays on this device: it is derived from files that were written or read, and never sent.
"""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.records.base import flag_field, moment_field, number_field, text_field


class SentDown(SQLModel, table=True):
    """An operation that is in the stream to a partner: named by its number of arrival here, and its last file there."""

    __tablename__ = "sent_down"

    peer: str = Field(primary_key=True, max_length=36)
    arrival: int = Field(primary_key=True, sa_type=BigInteger)
    no: int = number_field()


class DownPoint(SQLModel, table=True):
    """A file of the stream to a partner, as the receiver may name it when it says how far it came."""

    __tablename__ = "down_point"

    peer: str = Field(primary_key=True, max_length=36)
    no: int = Field(primary_key=True, sa_type=BigInteger)
    mark: str = text_field()  # at random: numbers may be used again by an office that was put back from a backup
    set_digest: str = text_field()  # of everything up to it; empty within an export
    at: int = moment_field()


class Received(SQLModel, table=True):
    """An operation that another side is known to hold although no unbroken chain says so: it is not sent there again.

    It came down from there in a stream, or went there in a file that was confirmed.
    """

    peer: str = Field(primary_key=True, max_length=36)
    district: str = Field(primary_key=True, max_length=9)
    id: str = Field(primary_key=True, max_length=64)
    no: int = number_field()  # the lowest file of the stream that it came in; 0: it went up in a file of ours
    streamed: bool = flag_field()


class Departed(SQLModel, table=True):
    """A household or resident that left the scope of an office's stream: kept, and no more brought up to date."""

    peer: str = Field(primary_key=True, max_length=36)
    row: str = Field(primary_key=True, max_length=36)
    entity: str = text_field()
    at: int = moment_field()
