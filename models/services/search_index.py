"""What residents are found by: gathers names, numbers, phones and addresses and has their search keys made anew."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select

from models.records.operation import Meta
from models.services.people import homes_of
from models.store import search
from models.store.many import among, without_pauses
from models.store.rows import KEPT, table_of
from models.store.work import Work, write_meta

if TYPE_CHECKING:
    from models.services.book import Book

_RESIDENT, _DOCUMENT, _PHONE = KEPT["resident"], KEPT["identity_document"], KEPT["phone"]
_LINK = KEPT["person_link"]
_SAID = ("id", "name", "former_name", "provisional_number", "dead", "frozen")
_PERSON = select(*(_RESIDENT.c[name] for name in _SAID))
_META = table_of(Meta)
_WAITING = "keys of "  # Meta: one entry for each file whose residents wait for their keys
_WAIT = (_META.c.key >= _WAITING, _META.c.key < _WAITING + "~")
MANY_FILES = 30  # of a portion
_AT_ONCE = 500  # residents: a file of changes is about fewer as a rule


def remake_keys(connection: Connection, resident_ids: Collection[str]) -> None:
    """Write the search keys of some residents anew, inside the caller's transaction."""
    if not resident_ids:
        return  # most saves concern nobody's name or number: half a dozen questions less
    ids = sorted(resident_ids)
    if len(ids) <= _AT_ONCE:
        search.write_keys(connection, _keys_of(connection, ids))
        return
    coming: list[bytes] = []  # of all of them, packed: a hundred thousand rows would be large
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        gone, fresh = search.changes_of_keys(connection, _keys_of(connection, some))
        search.forget_keys(connection, gone)
        places = {resident: f"\x00{place:08d}" for place, resident in enumerate(some, start)}
        coming += [f"{key}{places[resident]}{_LETTERS[kind]}{rank}".encode() for key, resident, kind, rank in fresh]
    coming.sort()  # of the ids in their order, so this is the order of the keys and ids
    for start in range(0, len(coming), 4 * _AT_ONCE):
        search.add_keys(connection, [_unpacked(row, ids) for row in coming[start : start + 4 * _AT_ONCE]])


_KINDS = {"n": "name", "p": "pinyin", "i": "initials", "d": "number", "t": "phone", "a": "address"}
_LETTERS = {kind: letter for letter, kind in _KINDS.items()}


def _unpacked(row: bytes, ids: Sequence[str]) -> search.Row:
    key, _end, rest = row.decode().rpartition("\x00")
    return key, ids[int(rest[:8])], _KINDS[rest[8]], int(rest[9:])


@contextmanager
def together(book: "Book") -> Iterator[None]:
    """Files that are taken in within this block get the search keys of their residents in portions of many files.

    Keys lie all over their table: written for a dozen files at once, a page of it is met once instead of many times.
    Whose keys wait is kept in the transaction that imports, so that a crash forgets nobody; when the block ends, every
    key is true.
    """
    book.keys_wait = True
    try:
        yield
    finally:
        book.keys_wait = False
        catch_up(book)


def wait_for_keys(book: "Book", work: Work, residents: Collection[str], file: str) -> None:
    """Have the keys of residents made anew by the importing verb, or note that they wait. File: its SHA-256."""
    if book.keys_wait:
        write_meta(work.connection, f"{_WAITING}{file[:40]}", {"ids": sorted(residents)})
    else:
        work.reindex.update(residents)


def catch_up(book: "Book", *, at_least: int = 1) -> None:
    """Make the keys of all residents that wait for them, where so many files wait; after a crash, too."""
    with book.reading_whole() as connection:
        if len(connection.execute(select(_META.c.key).where(*_WAIT)).all()) < at_least:
            return
    with without_pauses(), book.writing() as connection:
        ids: set[str] = set()
        for value in connection.execute(select(_META.c.value).where(*_WAIT)).scalars():
            ids.update(value["ids"])
        remake_keys(connection, ids)
        connection.execute(delete(_META).where(*_WAIT))


def _keys_of(connection: Connection, ids: list[str]) -> dict[str, list[search.Key]]:
    numbers: dict[str, list[str]] = defaultdict(list)
    phones: dict[str, list[str]] = defaultdict(list)
    for table, found in ((_DOCUMENT, numbers), (_PHONE, phones)):
        query = select(table.c.resident_id, table.c.number).where(
            among(connection, table.c.resident_id, ids), table.c.dead.is_(False)
        )
        for resident, number in connection.execute(query).all():
            found[resident].append(number)
    homes = homes_of(connection, ids)
    for resident, number in provisional_numbers_of_merged(connection, ids):
        numbers[resident].append(number)
    keys = {}
    for person in connection.execute(_PERSON.where(among(connection, _RESIDENT.c.id, ids))).all():
        dwelling = homes[person.id].dwelling if person.id in homes else None
        keys[person.id] = (
            []
            if person.dead or person.frozen
            else search.keys_for_resident(
                names=[name for name in (person.name, person.former_name) if name],
                numbers=[*numbers[person.id], *([person.provisional_number] if person.provisional_number else [])],
                phones=phones[person.id],
                community_code=str(dwelling["community_code"]) if dwelling else "",
                address=[str(dwelling[part]) for part in ("street_line", "building", "unit", "door")]
                if dwelling
                else [],
            )
        )
    return keys


def provisional_numbers_of_merged(connection: Connection, ids: list[str]) -> list[tuple[str, str]]:
    """(resident, number) for the provisional numbers of records that were merged into these: people show them on old
    papers, so they go on finding whom they stood for."""
    query = (
        select(_LINK.c.a_id, _RESIDENT.c.provisional_number)
        .join(_RESIDENT, _RESIDENT.c.id == _LINK.c.b_id)
        .where(among(connection, _LINK.c.a_id, ids), _LINK.c.active.is_(True), _LINK.c.dead.is_(False))
    )
    return [(row[0], row[1]) for row in connection.execute(query) if row[1]]
