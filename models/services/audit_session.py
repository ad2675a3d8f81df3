"""What the audit chain is told of a sitting: that it began and ended, and for whom the key of the chain is sealed."""

from contextlib import suppress

from sqlalchemy import Connection

from models.clock import milliseconds
from models.errors import KeysMissing, Problem
from models.records.roles import AUDITOR, SUPERVISOR
from models.security import keystore
from models.services.book import Book
from models.store import audit
from models.store.audit import Said
from models.store.backup import KEY_STORE


def opened(book: Book) -> None:
    """Put down that somebody signed in; a chain that is not sealed to everybody whom it should be for begins anew."""
    with book.writing() as connection:
        renew(book, connection)
        book.put_audit(connection, Said("unlock", "account", book.worker.account))


def closing(book: Book, how: str = "") -> None:
    """Put down that the casebook was left. how: closed, or why it was locked (keys, idle, sleep, screen).

    Trouble is passed over: leaving must always be possible.
    """
    with suppress(Problem), book.searches.told() as rows, book.writing() as connection:
        book.put_audit(connection, *rows, Said("lock", "account", book.worker.account, how or "closed"))


def renew(book: Book, connection: Connection) -> None:
    """Begin a new chain where the one that goes on is not sealed to somebody who should be able to check it."""
    now = audit.sealed_to(connection, book.desk)
    wanted = wanted_recipients(book, connection)
    if audit.head(connection, book.desk) is None:
        why = ""
    elif set(wanted) <= now:
        return
    else:
        why = "recipients"
    worker = book.worker
    audit.begin(
        connection,
        at=milliseconds(book.clock),
        worker=worker.name,
        account=worker.account,
        desk=book.desk,
        why=why,
        recipients=wanted,
    )


def wanted_recipients(book: Book, connection: Connection) -> list[str]:
    """Whose keys should open k0: offices above that are trusted, and the accounts that read this record here.

    Whoever else works here cannot seal rows of the past, though she has every key of the records.
    """
    own = audit.own_key(connection)
    found = {key for key in audit.recipients_of(connection) if key != own} | set(_accounts(book))
    return sorted(found) or audit.recipients_of(connection)


def _accounts(book: Book) -> list[str]:
    """Public keys of those who may check: auditors, supervisors, the printed recovery code."""
    try:
        known = keystore.accounts(book.folder / KEY_STORE) if book.keys is not None else ()
    except (KeysMissing, Problem):
        return []
    may = {AUDITOR, SUPERVISOR}
    return [one.public for one in known if one.public and (one.kind == keystore.RECOVERY or may & set(one.roles))]
