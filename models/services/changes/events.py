"""The changes that were made, as a household, a resident or a dwelling remembers them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from models.services.changes.sentences import names_for, sentence
from models.services.views import EventView
from models.store.rows import KEPT
from models.store.undoing import still_stands

_EVENT, _MEMBERSHIP, _HOUSEHOLD = KEPT["household_event"], KEPT["membership"], KEPT["household"]

Event = Mapping[str, Any]


def of_household(connection: Connection, household_id: str) -> list[Event]:
    """The events that concern a household, the newest first."""
    return _found(connection, or_(_EVENT.c.household_id == household_id, _EVENT.c.other_household_id == household_id))


def of_resident(connection: Connection, resident_id: str) -> list[Event]:
    """The events that concern a resident, the newest first: about the person, or with the person among those concerned.

    The latter are looked for among the events of the households that the person ever belonged to.
    """
    homes = list(
        connection.execute(
            select(_MEMBERSHIP.c.household_id).where(_MEMBERSHIP.c.resident_id == resident_id).distinct()
        ).scalars()
    )
    columns = _EVENT.c
    near = _found(
        connection,
        or_(
            columns.resident_id == resident_id,
            columns.other_resident_id == resident_id,
            columns.household_id.in_(homes),
            columns.other_household_id.in_(homes),
        ),
    )
    return [
        event
        for event in near
        if resident_id in (event["resident_id"], event["other_resident_id"]) or resident_id in event["people"]
    ]


def of_dwelling(connection: Connection, dwelling_id: str) -> list[Event]:
    """What happened at a door, the newest first: who came, who left, and what happened in the households there."""
    columns = _EVENT.c
    return _found(connection, or_(columns.dwelling_id == dwelling_id, columns.other_dwelling_id == dwelling_id))


def moves_of(connection: Connection, household_id: str) -> list[Event]:
    """When and from where to where a household went with all its people, the earliest first."""
    return [
        event
        for event in reversed(of_household(connection, household_id))
        if event["kind"] in ("move_household", "return") and event["household_id"] == household_id
        if event["other_dwelling_id"] and not event["undone"]
    ]


def door_on(connection: Connection, household_id: str, moves: Sequence[Event], on: date | None) -> str:
    """The dwelling where a household lived on a day, by its moves."""
    for move in moves:
        if on is not None and move["happened_on"] is not None and on < move["happened_on"]:
            return str(move["dwelling_id"])
    query = select(_HOUSEHOLD.c.dwelling_id).where(_HOUSEHOLD.c.id == household_id)
    return str(connection.execute(query).scalar() or "")


def _found(connection: Connection, which: Any) -> list[Event]:
    query = select(_EVENT).where(which, _EVENT.c.dead.is_(False))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return sorted(rows, key=in_time, reverse=True)


def in_time(event: Event) -> tuple[str, int, str]:
    """What puts events in the order of the days on which they happened, then of writing."""
    return (str(event["happened_on"] or ""), event["at"], event["id"])


def event_views(connection: Connection, events: Sequence[Event]) -> list[EventView]:
    """Events with their sentences, in the same order."""
    names = names_for(connection, events)
    stands = still_stands(connection, {event["id"]: event["operations"] for event in events if not event["undone"]})
    return [
        EventView(
            **{
                name: event[name]
                for name in ("id", "kind", "happened_on", "household_id", "other_household_id", "resident_id")
            },
            text=sentence(event, names),
            people=tuple(event["people"]),
            note=event["note"],
            undone=event["undone"],
            may_undo=event["id"] in stands,
            worker=event["worker"],
            at=event["at"],
        )
        for event in events
    ]


def later_event(connection: Connection, event: Event) -> str:
    """The sentence of the last change that was recorded after an event for the same households or people, if any."""
    homes = {event["household_id"], event["other_household_id"]} - {""}
    near: dict[str, Event] = {}
    for home in homes:
        near |= {one["id"]: one for one in of_household(connection, home)}
    for person in event["people"]:
        near |= {one["id"]: one for one in of_resident(connection, person)}
    after = [one for one in near.values() if not one["undone"] and (one["at"], one["id"]) > (event["at"], event["id"])]
    if not after:
        return ""
    last = max(after, key=lambda one: (one["at"], one["id"]))
    return sentence(last, names_for(connection, [last]))


def operations_of(events: Collection[Event]) -> set[str]:
    """The operations that belong to events: their sentence tells what these did."""
    return {operation for event in events for operation in event["operations"]}
