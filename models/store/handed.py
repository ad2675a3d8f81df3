"""Whose case another office has taken over: this office does not go there any more, and its lists leave them out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.store.many import portions
from models.store.rows import KEPT
from models.store.work import read_meta

_TRANSFER = KEPT["case_transfer"]

Handed = Mapping[str, frozenset[str] | None]
"""Household -> the people of it whose case is with another office; None: everybody."""


def handed_away(connection: Connection, homes: Collection[str] | None = None) -> Handed:
    """The households, or some of their people, that another office has taken over; of a few households or of all.

    The newest word counts: a case that came to this office, or to one within it, is its own again. An index answers
    for all (transfers that were taken are few) as well as for a few households.
    """
    names = ("household_id", "resident_ids", "to_office", "taken_on", "at", "id")
    query = select(*(_TRANSFER.c[name] for name in names)).where(
        _TRANSFER.c.status == "taken", _TRANSFER.c.dead.is_(False)
    )
    if homes is None:
        rows = list(connection.execute(query))
    else:
        rows = [row for some in portions(homes) for row in _of(connection, query, some)]
    if not rows:
        return {}
    office = str(read_meta(connection, "office").get("code", ""))
    gone: dict[str, frozenset[str] | None] = {}
    for row in sorted(rows, key=lambda one: (str(one.taken_on or ""), one.at, one.id)):
        home, people = row.household_id, frozenset(row.resident_ids)
        before = gone.get(home, frozenset())
        if _is_within(row.to_office, office):
            gone[home] = before - people if before is not None and people else frozenset()
        else:
            gone[home] = None if before is None or not people else before | people
    return {home: people for home, people in gone.items() if people is None or people}


def is_handed(handed: Handed, home: str, resident: str = "") -> bool:
    """Whether the case of a household, or of one of its people, is with another office."""
    people = handed.get(home, frozenset())
    return people is None or (resident != "" and resident in people)


def _of(connection: Connection, query: Any, some: Sequence[str]) -> Iterable[Any]:
    return connection.execute(query.where(_TRANSFER.c.household_id.in_(some)))


def _is_within(code: str, office: str) -> bool:
    """Whether an office is this one or one of a street's communities. Of one without a code nobody can tell."""
    return bool(code and office) and code.startswith(office)
