"""What an office brings up to date no more, as the pages tell it: how much from whom, and since when one record."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from models.records.stream import Departed
from models.services import partners
from models.services.book import Book
from models.store.rows import table_of

_DEPARTED = table_of(Departed)


@dataclass(frozen=True)
class Left:
    """An office from which a record gets no more changes."""

    office: str  # its name; empty where it is not known any more
    at: int  # since when, milliseconds


def counted(book: Book) -> Mapping[str, int]:
    """Partner (key id) -> how many residents here it brings up to date no more."""
    query = select(_DEPARTED.c.peer, func.count()).where(_DEPARTED.c.entity == "resident").group_by(_DEPARTED.c.peer)
    with book.reading() as connection:
        return {str(peer): int(count) for peer, count in connection.execute(query)}


def left(book: Book, rows: Collection[str]) -> list[Left]:
    """From which offices some records (a resident and their households) get no more changes, since the first of them
    left; the latest office first."""
    query = select(_DEPARTED.c.peer, func.min(_DEPARTED.c.at)).where(_DEPARTED.c.row.in_(sorted(rows)))
    with book.reading() as connection:
        found = connection.execute(query.group_by(_DEPARTED.c.peer)).all()
        names = {partner.id: partner.name for partner in partners.everybody(connection)} if found else {}
    return sorted((Left(names.get(peer, ""), int(at)) for peer, at in found), key=lambda one: (-one.at, one.office))
