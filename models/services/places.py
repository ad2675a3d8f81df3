"""Where people are besides the doors of the register: hukou elsewhere, work, school, another home."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models.clock import day_text, today
from models.errors import NotFound
from models.records.codes import label
from models.records.place import Place, PlaceEntry
from models.services.book import Book, changed
from models.services.changes.refusing import ChangeRefused
from models.services.changes.words import elsewhere_words
from models.services.people import short_address
from models.services.places_views import PlaceView, Whereabouts, WhereLine
from models.services.views import Changed
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

_PLACE, _RESIDENT, _DWELLING = KEPT["place"], KEPT["resident"], KEPT["dwelling"]
_MEMBERSHIP, _HOUSEHOLD = KEPT["membership"], KEPT["household"]
_ORDER = {"registered": 0, "hukou": 1, "living": 2, "stay": 3, "work": 4, "study": 5}


class Places:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def add(self, entry: PlaceEntry) -> Changed:
        """A person has the hukou, works, studies or stays somewhere else; Changed.id is the place.

        A new place of the hukou ends the one of before. Raises ChangeRefused, NotFound where the person is not here.
        """
        day = today(self._book.clock)
        with self._book.verb("places.add") as work:
            person = _person(work.connection, entry.resident_id)
            _check(work.connection, person, entry, day)
            if entry.kind == "hukou":
                for row in _open(work.connection, entry.resident_id, "hukou"):
                    work.amend("place", row, {"until": entry.since or day})
            told = {**entry.model_dump(), "worker": work.worker, "at": work.now}
            place = work.add("place", told)
            _tell(work, entry.resident_id, told, entry.since or day)
        return changed(work, place)

    def amend(self, place_id: str, entry: PlaceEntry) -> Changed:
        """Correct what was written down about a place. Raises ChangeRefused, NotFound where it is not here."""
        day = today(self._book.clock)
        with self._book.verb("places.amend") as work:
            before = _row(work.connection, place_id)
            if before["resident_id"] != entry.resident_id:
                raise NotFound
            person = _person(work.connection, entry.resident_id)
            _check(work.connection, person, entry, day)
            work.amend("place", place_id, entry.model_dump())
            work.concerns(entry.resident_id)
        return changed(work, place_id)

    def end(self, place_id: str, until: date) -> Changed:
        """From a day on the person is there no more; the past stays. Raises ChangeRefused, NotFound."""
        with self._book.verb("places.end") as work:
            before = _row(work.connection, place_id)
            work.rest_on("place", place_id)
            if before["since"] is not None and until < before["since"]:
                raise ChangeRefused(problems=[("until", _("The end lies before the beginning."))])
            work.amend("place", place_id, {"until": until})
            _tell(work, before["resident_id"], before, until, over=True)
        return changed(work, place_id)

    def remove(self, place_id: str) -> Changed:
        """It was written down by mistake. Raises NotFound where it is not here."""
        with self._book.verb("places.remove") as work:
            before = _row(work.connection, place_id)
            work.rest_on("place", place_id)
            work.amend("place", place_id, {"dead": True})
            work.concerns(before["resident_id"])
        return changed(work, place_id)

    def whereabouts(self, resident_id: str) -> Whereabouts:
        """Everything about where a person is and was: memberships of households and places, as sentences.

        Raises NotFound where the person is not here.
        """
        on = today(self._book.clock)
        with self._book.reading() as connection:
            person = _person(connection, resident_id)
            lines = _memberships(connection, resident_id)
            for view in (_view(row) for row in _rows(connection, resident_id)):
                text = _("{what}: {place}").format(what=label("place_kind", view.kind), place=view.words)
                lines.append(
                    WhereLine(view.kind, _dated(text, view.since, view.until), view.since, view.until, "", view.id)
                )
        if person["died_on"] is not None:
            on = max(on, person["died_on"])
        in_order = sorted(lines, key=lambda line: (_ORDER[line.kind], _back(line.since)))
        past = [line for line in in_order if _over(line.until, on)]
        return Whereabouts(
            now=tuple(line for line in in_order if not _over(line.until, on)),
            past=tuple(sorted(past, key=lambda line: line.until or date.min, reverse=True)),
        )


def _over(until: date | None, on: date) -> bool:
    return until is not None and until <= on


def _back(day: date | None) -> int:
    """Sorts later days first."""
    return -day.toordinal() if day is not None else 0


def _person(connection: Connection, resident_id: str) -> Mapping[str, Any]:
    query = select(_RESIDENT).where(_RESIDENT.c.id == resident_id, _RESIDENT.c.dead.is_(False))
    found = connection.execute(query).mappings().first()
    if found is None:
        raise NotFound
    return {str(name): value for name, value in found.items()}


def _row(connection: Connection, place_id: str) -> Mapping[str, Any]:
    query = select(_PLACE).where(_PLACE.c.id == place_id, _PLACE.c.dead.is_(False))
    found = connection.execute(query).mappings().first()
    if found is None:
        raise NotFound
    return {str(name): value for name, value in found.items()}


def _rows(connection: Connection, resident_id: str) -> list[Mapping[str, Any]]:
    query = select(_PLACE).where(_PLACE.c.resident_id == resident_id, _PLACE.c.dead.is_(False)).order_by(_PLACE.c.id)
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]


def _open(connection: Connection, resident_id: str, kind: str) -> list[str]:
    return [row["id"] for row in _rows(connection, resident_id) if row["kind"] == kind and row["until"] is None]


def _check(connection: Connection, person: Mapping[str, Any], entry: PlaceEntry, on: date) -> None:
    """Raises ChangeRefused where the entry cannot be."""
    problems = []
    if entry.since is not None and entry.until is not None and entry.until < entry.since:
        problems.append(("until", _("The end lies before the beginning.")))
    if entry.since is not None and entry.since > on:
        problems.append(("since", _("This day is still to come. Record it when it has happened.")))
    if not entry.division and not entry.address:
        problems.append(("address", _("Say where: at least the province, or a few words.")))
    if person["died_on"] is not None and not _over(entry.until, on):
        problems.append(
            ("resident_id", _("{name} died on {day}.").format(name=person["name"], day=day_text(person["died_on"])))
        )
    if entry.kind == "hukou" and not _over(entry.until, on) and _registered_here(connection, person["id"], on):
        told = _("The hukou of {name} is here by the register. Record first that the person leaves that household.")
        problems.append(("kind", told.format(name=person["name"])))
    if problems:
        raise ChangeRefused(problems=problems)


def _registered_here(connection: Connection, resident_id: str, on: date) -> bool:
    query = (
        select(_MEMBERSHIP.c.until)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .where(
            _MEMBERSHIP.c.resident_id == resident_id,
            _MEMBERSHIP.c.dead.is_(False),
            _HOUSEHOLD.c.kind == "registered",
            _HOUSEHOLD.c.dead.is_(False),
        )
    )
    return any(not _over(until, on) for until in connection.execute(query).scalars())


def _tell(work: Work, resident_id: str, place: Mapping[str, Any], day: date, *, over: bool = False) -> None:
    """The event that tells of it, as the last thing of the verb."""
    work.concerns(resident_id)
    work.flush()
    work.add(
        "household_event",
        {
            "kind": "place",
            "happened_on": day,
            "resident_id": resident_id,
            "elsewhere_division": place["division"],
            "elsewhere_address": place["address"],
            "people": [resident_id],
            "detail": {"place": place["kind"], **({"over": True} if over else {})},
            "operations": list(work.said),
            "worker": work.worker,
            "at": work.now,
        },
    )


def _view(row: Mapping[str, Any]) -> PlaceView:
    own = {name: row[name] for name in Place.model_fields if name not in ("district", "office", "dead", "extra")}
    return PlaceView(**own, words=elsewhere_words(row["division"], row["address"]))


def _memberships(connection: Connection, resident_id: str) -> list[WhereLine]:
    """The households of a person, present and past."""
    query = (
        select(_MEMBERSHIP, _HOUSEHOLD.c.kind, _DWELLING)
        .join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .where(_MEMBERSHIP.c.resident_id == resident_id, _MEMBERSHIP.c.dead.is_(False), _HOUSEHOLD.c.dead.is_(False))
    )
    lines = []
    for row in connection.execute(query.order_by(_MEMBERSHIP.c.id)).mappings():
        kind, standing, home = row[_HOUSEHOLD.c.kind], row[_MEMBERSHIP.c.standing], row[_MEMBERSHIP.c.household_id]
        place = {name: row[_DWELLING.c[name]] for name in ("community_code", "street_line", "building", "unit", "door")}
        if kind == "registered":
            text = _("Hukou here: {address}")
        elif standing:
            text = _("Lives at {address}, as {standing}")
        else:
            text = _("Lives at {address}")
        words = text.format(address=short_address(place), standing=label("standing", standing).lower())
        since, until = row[_MEMBERSHIP.c.since], row[_MEMBERSHIP.c.until]
        lines.append(WhereLine(kind, _dated(words, since, until), since, until, home))
    return lines


def _dated(text: str, since: date | None, until: date | None) -> str:
    """A sentence with the days from and until which it holds."""
    first, last = day_text(since), day_text(until)
    if since is not None and until is not None:
        return _("{text}, from {since} to {until}").format(text=text, since=first, until=last)
    if since is not None:
        return _("{text}, since {since}").format(text=text, since=first)
    return _("{text}, until {until}").format(text=text, until=last) if until is not None else text
