"""After a restore no file is exchanged until a person has read what that means and agreed.

A restored casebook is that of an earlier day. What it exports and takes in then is right whatever happened (it goes on
under a new device id, and others send again what it lost), but a person must know that this is what is about to happen,
and that the backup was the right one: what was exchanged cannot be called back.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from models.clock import milliseconds
from models.errors import Problem
from models.services import audit_restores
from models.services.book import Book
from models.store.backup_restoring import RESTORED
from models.store.work import read_meta, write_meta
from models.texts import _


class ExchangeHeld(Problem):
    """Files were to be exchanged by a casebook that was restored, and nobody has agreed to that yet."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This casebook was restored from a backup, so it exchanges no files until somebody has read what that "
            "means and agrees. Nothing was written and nothing was taken in. The page “Sync” says how to agree."
        )


@dataclass(frozen=True)
class Restored:
    """The last restore of this casebook."""

    at: int  # milliseconds since 1970 UTC
    made_at: int  # of the backup
    agreed_at: int  # since when files are exchanged again; 0: they are not
    erased_again: int  # people whom the ledger of erasures erased again, since the backup still had them

    @property
    def held(self) -> bool:
        """Whether no files are exchanged yet."""
        return not self.agreed_at


def restored(connection: Connection) -> Restored | None:
    """The last restore; None where this casebook was never restored."""
    said = read_meta(connection, RESTORED)
    names = ("at", "made_at", "agreed_at", "erased_again")
    return Restored(*(int(said.get(name, 0)) for name in names)) if said else None


def check(book: Book) -> None:
    """To be called before any file goes out or comes in. Raises ExchangeHeld."""
    with book.reading() as connection:
        last = restored(connection)
    if last is not None and last.held:
        raise ExchangeHeld


def agree(book: Book) -> None:
    """Somebody has read what it means: files are exchanged again."""
    with book.writing() as connection:
        said = read_meta(connection, RESTORED)
        if said:
            write_meta(connection, RESTORED, {**said, "agreed_at": milliseconds(book.clock)})
    book.note("restore", "casebook", "", "exchange again")


def opened(book: Book, erased: int) -> None:
    """To be called when a casebook was opened: the first time after a restore that is put on the audit chain, with the
    number of people whom the ledger of erasures erased again, which is told until somebody agrees."""
    with book.reading() as connection:
        said = read_meta(connection, RESTORED)
    if not said or said.get("noted"):
        return
    with book.writing() as connection:
        write_meta(connection, RESTORED, {**said, "noted": True, "erased_again": erased})
    book.note(audit_restores.ACTION, "casebook", "", audit_restores.detail_of(int(said.get("made_at", 0)), erased))
