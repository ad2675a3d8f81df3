"""Finding operations in the log by their ids alone.

Ids are hashes and lie all over an index: a million of them in one would have every import read, encrypt and write a
page for each operation. So the index begins with the era of an operation's arrival, a stretch of some thousands: what
comes in together is written together, and whoever has nothing but an id asks each era for it, of which there are few.
Whoever knows the record as well finds an operation by the key of the log: district, record, id.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_

from models.records.operation import Operation
from models.store.many import among
from models.store.rows import table_of
from models.store.seen import arrived

_OPERATIONS = table_of(Operation)
ERA = 16_384  # operations: their ids fill some 400 pages


def era_of(arrival: int) -> int:
    """The era of the operation that came as the how manieth."""
    return arrival // ERA


def named(connection: Connection, ids: Collection[str]) -> ColumnElement[bool]:
    """That an operation has one of some ids; a few thousand at most."""
    eras = range(era_of(arrived(connection)) + 1)
    return and_(_OPERATIONS.c.era.in_(eras), among(connection, _OPERATIONS.c.id, ids))
