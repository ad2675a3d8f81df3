"""Undo: takes back what a verb wrote, as long as nobody has built on it."""

from collections.abc import Collection, Iterable

from sqlalchemy import select

from models.clock import local_time
from models.errors import CannotUndo
from models.records.operation import Operation
from models.services.book import Book, changed
from models.services.invariants import troubles
from models.services.views import Changed
from models.store import undoing
from models.store.log import named
from models.store.rows import KEPT, table_of
from models.store.work import Work

_MEMBERSHIP = KEPT["membership"]
_OPERATION = table_of(Operation)


def take_back(work: Work, operations: Iterable[str]) -> None:
    """Undo operations inside a verb, and have everybody concerned found by what they are found by now.

    Raises CannotUndo where something came after them, or where memberships of one person would overlap then, or a
    family would be without its one head.
    """
    wanted = frozenset(operations)
    work.flush()
    on = local_time(work.now).date()
    rows = undoing.rows_of(work.connection, wanted, ("membership", "household", "resident"))
    before = troubles(work.connection, rows, on) if rows else set()
    undoing.undo(work, wanted)
    work.flush()
    if rows and troubles(work.connection, rows, on) - before:
        raise CannotUndo
    touched = set(work.rows)
    query = select(_MEMBERSHIP.c.household_id, _MEMBERSHIP.c.resident_id).where(_MEMBERSHIP.c.id.in_(touched))
    for household, resident in work.connection.execute(query).all():
        work.concerns(household, resident)
        work.reindex.add(resident)
    for entity in ("identity_document", "phone"):
        table = KEPT[entity]
        owners = work.connection.execute(select(table.c.resident_id).where(table.c.id.in_(touched))).scalars().all()
        work.concerns(*owners)
        work.reindex.update(owners)
    residents = select(KEPT["resident"].c.id).where(KEPT["resident"].c.id.in_(touched))
    work.reindex.update(work.connection.execute(residents).scalars())


def verbs_of_operations(book: Book, operations: Collection[str]) -> list[str]:
    """The verbs that wrote some operations, by name: whoever may do a thing may take it back."""
    with book.reading_whole() as connection:
        query = select(_OPERATION.c.verb).where(named(connection, operations)).distinct()
        return sorted(connection.execute(query).scalars())


def undo(book: Book, operations: Iterable[str]) -> Changed:
    """The verb. Raises CannotUndo; then nothing was changed."""
    with book.verb("undo") as work:
        take_back(work, operations)
    return changed(work)
