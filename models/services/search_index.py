"""What residents are found by: gathers names, numbers, phones and addresses and has their search keys made anew."""

from collections import defaultdict

from sqlalchemy import Connection, select

from models.services.people import homes_of
from models.store import search
from models.store.many import among
from models.store.rows import KEPT

_RESIDENT, _DOCUMENT, _PHONE = KEPT["resident"], KEPT["identity_document"], KEPT["phone"]
_LINK = KEPT["person_link"]
_SAID = ("id", "name", "former_name", "provisional_number", "dead", "frozen")
_PERSON = select(*(_RESIDENT.c[name] for name in _SAID))
_AT_ONCE = 2000  # residents: a file of changes is about no more, and keys are best written in their order at once


def remake_keys(connection: Connection, resident_ids: set[str]) -> None:
    """Write the search keys of some residents anew, inside the caller's transaction."""
    ids = sorted(resident_ids)
    for start in range(0, len(ids), _AT_ONCE):
        _remake(connection, ids[start : start + _AT_ONCE])


def _remake(connection: Connection, ids: list[str]) -> None:
    numbers: dict[str, list[str]] = defaultdict(list)
    phones: dict[str, list[str]] = defaultdict(list)
    for table, found in ((_DOCUMENT, numbers), (_PHONE, phones)):
        query = select(table.c.resident_id, table.c.number).where(
            among(connection, table.c.resident_id, ids), table.c.dead.is_(False)
        )
        for row in connection.execute(query):
            found[row.resident_id].append(row.number)
    homes = homes_of(connection, ids)
    for resident, number in provisional_numbers_of_merged(connection, ids):
        numbers[resident].append(number)
    keys = {}
    for person in connection.execute(_PERSON.where(among(connection, _RESIDENT.c.id, ids))):
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
    search.write_keys(connection, keys)


def provisional_numbers_of_merged(connection: Connection, ids: list[str]) -> list[tuple[str, str]]:
    """(resident, number) for the provisional numbers of records that were merged into these: people show them on old
    papers, so they go on finding whom they stood for."""
    query = (
        select(_LINK.c.a_id, _RESIDENT.c.provisional_number)
        .join(_RESIDENT, _RESIDENT.c.id == _LINK.c.b_id)
        .where(among(connection, _LINK.c.a_id, ids), _LINK.c.active.is_(True), _LINK.c.dead.is_(False))
    )
    return [(row[0], row[1]) for row in connection.execute(query) if row[1]]
