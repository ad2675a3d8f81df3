"""Signing in: the keys of who signs in, with the delay after wrong passphrases, and who that is in this casebook."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from models.clock import Clock
from models.security import attempts, keystore
from models.services import staff
from models.services.book import Book
from models.services.views import Worker
from models.store.audit import Said
from models.store.backup import KEY_STORE
from models.store.work import read_meta


def unlock(folder: Path, passphrase: str, account: str, clock: Clock) -> keystore.Keys:
    """The keys that a passphrase opens. account: whose; "" tries everybody's in turn, 0.2 s each.

    Raises TooManyAttempts before anything is tried, WrongPassphrase, KeysMissing, CannotRead.
    """
    path = folder / KEY_STORE
    if not account:
        people = [one.id for one in keystore.accounts(path) if one.kind == keystore.PERSON]
        account = people[0] if len(people) == 1 else ""
    with attempts.guarded(folder, clock, account):
        return keystore.unlock(path, passphrase, account)


def worker_of(folder: Path, keys: keystore.Keys, records: Connection, here: Connection, *, on_server: bool) -> Worker:
    """Who the keys are of. records: where the staff fact is; here: what this computer keeps."""
    said = staff.read_staff(records).get(keys.account, {})
    people = [one for one in keystore.accounts(folder / KEY_STORE) if one.kind == keystore.PERSON]
    own = read_meta(here, "worker") if len(people) == 1 else {}
    return staff.worker_of(keys, said, own, on_server=on_server)


def introduce(book: Book) -> None:
    """Tell the server of an office who signs in at this desk, where it does not know her yet: from then on its word on
    her roles counts, and whoever keeps the accounts at another desk sees her in the list.
    """
    worker = book.worker
    with book.reading() as connection:
        known = worker.account in staff.read_staff(connection)
    if not known:
        with book.writing() as connection:
            roles = [*worker.roles]
            staff.write_staff(connection, worker.account, name=worker.name, phone=worker.phone, roles=roles)


def hand_over_events(book: Book) -> None:
    """Tell the audit what happened while the casebook was locked: wrong passphrases, passphrases that were replaced."""
    known = attempts.events(book.folder)
    if not known:
        return
    told = []
    for one in known:
        moment = f"{datetime.fromtimestamp(one.at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
        if one.kind == attempts.FAILED:
            told.append(Said("failed_unlock", "account", one.account, moment))
        else:
            told.append(Said("change", "account", one.account, f"passphrase by {one.kind} {moment}"))
    with book.writing() as connection:  # one transaction, however many there were
        book.put_audit(connection, *told)
    attempts.told(book.folder, known)
