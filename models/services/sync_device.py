"""When a casebook goes on under a new device id: after a restore, as a copy, or when others know more of it than it."""

from sqlalchemy import Connection

from models.services.book import Book
from models.store import chains, device_mark
from models.store.work import read_meta, write_meta


def settle(book: Book) -> bool:
    """To be called when a casebook was opened: one that was restored or copied begins a new chain of operations.

    Returns whether it did. For casebooks that are files; of those on a server see desk_place.settle_place. Raises
    DiskFull, CannotWrite.
    """
    place = book.latch.place()
    with book.reading_whole() as connection:
        moved = device_mark.moved(connection, book.folder, place)
        if device_mark.is_marked(connection) and not moved:
            return False
    with book.writing() as connection:
        if moved:
            begin_anew(connection)
        device_mark.mark(connection, book.folder, place)
    return moved


def begin_anew(connection: Connection) -> None:
    """A new device id with a chain of its own; both branches of the old one are kept."""
    own, exported = read_meta(connection, "device"), read_meta(connection, "exported")
    chains.renew_device(connection)
    # What the old chain had not exported yet stays on the count of what waits.
    write_meta(connection, "exported", {**exported, "seq": int(exported.get("seq", 0)) - int(own["seq"])})
