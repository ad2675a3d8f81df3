"""Who looks after which household, and handing households over to a colleague.

A handover is two-sided: what the giver offers counts when the taker has accepted it, household by household. Whoever is
signed in may write down that it was accepted or refused on the signed paper.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select

from models.clock import today
from models.errors import NotFound, Problem
from models.services.book import Book, changed
from models.services.care_views import AssignmentView, CaredFor, HandedHousehold, HandoverView, OpenThing
from models.services.people import short_address
from models.services.planning import member_names
from models.services.views import Changed
from models.services.walking import portions, walking_key
from models.services.worklist_gather import cared_for
from models.services.worklist_sources import people_now
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

if TYPE_CHECKING:
    from models.services.worklist import Worklist

_ASSIGNMENT, _HANDOVER, _HOUSEHOLD = KEPT["assignment"], KEPT["handover"], KEPT["household"]
_DWELLING, _PLANNED, _PLAN, _TASK = (KEPT[name] for name in ("dwelling", "planned_visit", "case_plan", "case_task"))


class NotYours(Problem):
    """A handover is answered by somebody it was not offered to, or withdrawn by another. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("Only {name} can do this. Nothing was changed.").format(**self.facts)


class AlreadyAnswered(Problem):
    """A handover was accepted, refused or withdrawn before."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This handover has been answered or withdrawn already. Nothing was changed. Look at the list again.")


class NothingToHandOver(Problem):
    """Nobody is named, or no household is left."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("Choose at least one household and a colleague who is not the giver. Nothing was changed.")


class Care:
    """The verbs about care."""

    def __init__(self, book: Book, worklist: "Worklist") -> None:
        self._book = book
        self._worklist = worklist

    # Assignments.

    def assign(self, household_ids: Iterable[str], worker_name: str, since: date | None = None) -> Changed:
        """Put households in the care of a worker from a day on (none: today); an empty name: of nobody in particular.

        Raises NotFound where a household is not here.
        """
        day = since or today(self._book.clock)
        with self._book.verb("care.assign") as work:
            for home in dict.fromkeys(household_ids):
                _known(work.connection, home)
                _assign(work, home, worker_name.strip(), day)
        return changed(work)

    def of_household(self, household_id: str) -> list[AssignmentView]:
        """Who looks after a household now and who did before, the newest first."""
        query = select(_ASSIGNMENT).where(_ASSIGNMENT.c.household_id == household_id, _ASSIGNMENT.c.dead.is_(False))
        with self._book.reading() as connection:
            rows = connection.execute(query.order_by(_ASSIGNMENT.c.since.desc(), _ASSIGNMENT.c.at.desc())).all()
        names = ("id", "household_id", "assignee", "since", "until", "handover_id", "worker")
        return [AssignmentView(**{name: getattr(row, name) for name in names}) for row in rows]

    def households_of(self, name: str) -> list[CaredFor]:
        """The households in a worker's care, in walking order, with how much waits there. Of all without a carer where
        the name is empty is not told: that may be the whole register.
        """
        day = today(self._book.clock)
        with self._book.reading() as connection:
            homes = cared_for(connection, day, name) if name else {}
            since = {
                row.household_id: row.since
                for row in connection.execute(
                    select(_ASSIGNMENT.c.household_id, _ASSIGNMENT.c.since)
                    .where(_ASSIGNMENT.c.assignee == name, _ASSIGNMENT.c.dead.is_(False))
                    .order_by(_ASSIGNMENT.c.since)
                )
            }
        return self._listed(list(homes), since)

    def listed(self, household_ids: Collection[str]) -> list[CaredFor]:
        """Some households as those of a worker are listed; for offering what was ticked on another page."""
        return self._listed(list(household_ids), {})

    def _listed(self, homes: list[str], since: Mapping[str, date | None]) -> list[CaredFor]:
        waiting = self._worklist.open_in(homes)
        with self._book.reading() as connection:
            names, doors = member_names(connection, homes), _doors(connection, homes)
            offered = {
                home: row.taker
                for row in connection.execute(select(_HANDOVER).where(*_open_ones()))
                for home in row.households
            }
        there = sorted((home for home in homes if home in doors), key=lambda home: doors[home][1])
        return [
            CaredFor(
                household_id=home,
                address=doors[home][0],
                names=tuple(names.get(home, ())),
                since=since.get(home),
                open=len(waiting.get(home, ())),
                offered_to=offered.get(home, ""),
            )
            for home in there
        ]

    def workers(self) -> list[str]:
        """Everybody who is known to work here: who is signed in first, then by name."""
        found: set[str] = set()
        queries = (
            select(_ASSIGNMENT.c.assignee).where(_ASSIGNMENT.c.until.is_(None), _ASSIGNMENT.c.dead.is_(False)),
            select(_PLANNED.c.assignee).where(_PLANNED.c.status == "open", _PLANNED.c.dead.is_(False)),
            select(_PLAN.c.responsible).where(_PLAN.c.status == "open", _PLAN.c.dead.is_(False)),
            select(_HANDOVER.c.giver).where(*_open_ones()),
            select(_HANDOVER.c.taker).where(*_open_ones()),
        )
        with self._book.reading() as connection:
            for query in queries:
                found |= set(connection.execute(query.distinct()).scalars())
        me = self._book.worker.name
        return [me, *sorted(found - {"", me})]

    # Handing over.

    def offer(self, giver: str, taker: str, household_ids: Iterable[str], note: str = "") -> Changed:
        """Offer households to a colleague, with what is open in each of them today.

        Raises NothingToHandOver, and NotFound where a household is not here.
        """
        homes = list(dict.fromkeys(household_ids))
        giver, taker = giver.strip(), taker.strip()
        if not homes or not giver or not taker or giver == taker:
            raise NothingToHandOver
        waiting = self._worklist.open_in(homes)
        with self._book.reading() as connection:
            doors = _doors(connection, homes)
        homes.sort(key=lambda home: (home not in doors, doors[home][1] if home in doors else ()))
        with self._book.verb("care.offer") as work:
            for home in homes:
                _known(work.connection, home)
            items = [
                {
                    "household_id": home,
                    "kind": reason.kind,
                    "ref": reason.ref,
                    "due": reason.due.isoformat() if reason.due else "",
                    "text": reason.text,
                }
                for home in homes
                for reason in waiting.get(home, ())
            ]
            told: dict[str, Any] = {
                "giver": giver,
                "taker": taker,
                "households": homes,
                "items": items,
                "status": "offered",
            }
            told |= {"handed_on": today(self._book.clock), "note": note.strip()}
            made = work.add("handover", {**told, "worker": work.worker, "at": work.now})
            work.concerns(*homes)
        return changed(work, made)

    def accept(
        self, handover_id: str, household_ids: Collection[str] | None = None, note: str = "", *, signed: bool = False
    ) -> Changed:
        """Take the households offered, or some of them; the others stay with the giver.

        From today they are in the taker's care, and the giver's open planned visits, tasks and plans there are the
        taker's. signed: it is written down from the signed paper, by whoever is signed in. Raises NotFound, NotYours,
        AlreadyAnswered, NothingToHandOver.
        """
        day = today(self._book.clock)
        with self._book.verb("care.accept") as work:
            row = _offered(work.connection, handover_id)
            work.rest_on("handover", handover_id)
            _may(row.taker, work.worker, signed=signed)
            taken = [home for home in row.households if household_ids is None or home in household_ids]
            if not taken:
                raise NothingToHandOver
            for home in taken:
                _assign(work, home, row.taker, day, handover_id)
                _pass_on(work, home, row.giver, row.taker)
            answer = {"status": "accepted", "taken": taken, "answered_on": day, "answer_note": note.strip()}
            work.amend("handover", handover_id, answer)
            work.concerns(*row.households)
        return changed(work, handover_id, taken)

    def refuse(self, handover_id: str, note: str = "", *, signed: bool = False) -> Changed:
        """Take nothing; everything stays with the giver. Raises NotFound, NotYours, AlreadyAnswered."""
        with self._book.verb("care.refuse") as work:
            row = _offered(work.connection, handover_id)
            work.rest_on("handover", handover_id)
            _may(row.taker, work.worker, signed=signed)
            answer = {"status": "refused", "answered_on": today(self._book.clock), "answer_note": note.strip()}
            work.amend("handover", handover_id, answer)
            work.concerns(*row.households)
        return changed(work, handover_id)

    def withdraw(self, handover_id: str) -> Changed:
        """Take an offer back before it is answered. Raises NotFound, NotYours, AlreadyAnswered."""
        with self._book.verb("care.withdraw") as work:
            row = _offered(work.connection, handover_id)
            work.rest_on("handover", handover_id)
            _may(row.giver, work.worker, signed=row.worker == work.worker)
            work.amend("handover", handover_id, {"status": "withdrawn", "answered_on": today(self._book.clock)})
            work.concerns(*row.households)
        return changed(work, handover_id)

    def open(self) -> list[HandoverView]:
        """Offers that nobody has answered, those to whom is signed in first, then the newest."""
        me = self._book.worker.name
        with self._book.reading() as connection:
            rows = connection.execute(
                select(_HANDOVER).where(*_open_ones()).order_by(_HANDOVER.c.at.desc(), _HANDOVER.c.id.desc())
            ).all()
            views = [_view(connection, row) for row in rows]
        return sorted(views, key=lambda view: (view.taker != me, view.giver != me))

    def recent(self, limit: int = 20) -> list[HandoverView]:
        """Handovers that were answered or withdrawn, the newest first."""
        query = select(_HANDOVER).where(_HANDOVER.c.status != "offered", _HANDOVER.c.dead.is_(False))
        with self._book.reading() as connection:
            rows = connection.execute(query.order_by(_HANDOVER.c.at.desc(), _HANDOVER.c.id.desc()).limit(limit)).all()
            return [_view(connection, row) for row in rows]

    def get(self, handover_id: str) -> HandoverView:
        """One handover. Raises NotFound."""
        with self._book.reading() as connection:
            return _view(connection, _row(connection, handover_id))


def _open_ones() -> tuple[Any, ...]:
    return (_HANDOVER.c.status == "offered", _HANDOVER.c.dead.is_(False))


def _known(connection: Connection, home: str) -> None:
    if connection.execute(select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id == home)).first() is None:
        raise NotFound


def _row(connection: Connection, handover_id: str) -> Any:
    query = select(_HANDOVER).where(_HANDOVER.c.id == handover_id, _HANDOVER.c.dead.is_(False))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound
    return row


def _offered(connection: Connection, handover_id: str) -> Any:
    row = _row(connection, handover_id)
    if row.status != "offered":
        raise AlreadyAnswered
    return row


def _may(name: str, worker: str, *, signed: bool) -> None:
    if worker != name and not signed:
        raise NotYours(name=name)


def _assign(work: Work, home: str, name: str, day: date, handover_id: str = "") -> None:
    """End what stands, and begin anew where somebody else is to look after the household."""
    query = select(_ASSIGNMENT).where(
        _ASSIGNMENT.c.household_id == home,
        _ASSIGNMENT.c.dead.is_(False),
        or_(_ASSIGNMENT.c.until.is_(None), _ASSIGNMENT.c.until > day),
    )
    standing = work.connection.execute(query).all()
    if not handover_id and name and any(row.assignee == name and row.until is None for row in standing):
        return
    for row in standing:
        work.amend("assignment", row.id, {"until": day})
    if name:
        told = {"household_id": home, "assignee": name, "since": day, "handover_id": handover_id}
        work.add("assignment", {**told, "worker": work.worker, "at": work.now})
    work.concerns(home)


def _pass_on(work: Work, home: str, giver: str, taker: str) -> None:
    """What the giver was to do in a household is the taker's."""
    connection = work.connection
    visits = select(_PLANNED.c.id).where(
        _PLANNED.c.household_id == home,
        _PLANNED.c.status == "open",
        _PLANNED.c.assignee == giver,
        _PLANNED.c.dead.is_(False),
    )
    for plan in list(connection.execute(visits).scalars()):
        work.amend("planned_visit", plan, {"assignee": taker})
    people = people_now(connection, [home])[home]
    plans = select(_PLAN.c.id, _PLAN.c.responsible).where(
        or_(_PLAN.c.household_id == home, _PLAN.c.resident_id.in_(people)),
        _PLAN.c.status == "open",
        _PLAN.c.dead.is_(False),
    )
    for row in connection.execute(plans).all():
        if row.responsible == giver:
            work.amend("case_plan", row.id, {"responsible": taker})
        tasks = select(_TASK.c.id).where(
            _TASK.c.plan_id == row.id,
            _TASK.c.status == "open",
            _TASK.c.responsible == giver,
            _TASK.c.dead.is_(False),
        )
        for task in list(connection.execute(tasks).scalars()):
            work.amend("case_task", task, {"responsible": taker})


def _doors(connection: Connection, homes: Iterable[str]) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Household -> its address and what sorts its door."""
    found = {}
    for some in portions(homes):
        query = (
            select(_HOUSEHOLD.c.id.label("home"), _DWELLING)
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_HOUSEHOLD.c.id.in_(some))
        )
        for row in connection.execute(query).mappings():
            found[row["home"]] = (short_address(row), walking_key(row))
    return found


def _view(connection: Connection, row: Any) -> HandoverView:
    doors, names = _doors(connection, row.households), member_names(connection, row.households)
    things: dict[str, list[OpenThing]] = {home: [] for home in row.households}
    for item in row.items:
        due = date.fromisoformat(item["due"]) if item.get("due") else None
        one = OpenThing(item["kind"], item.get("ref", ""), due, item.get("text", ""))
        things.setdefault(item["household_id"], []).append(one)
    answered = row.status in ("accepted", "refused")
    return HandoverView(
        id=row.id,
        giver=row.giver,
        taker=row.taker,
        handed_on=row.handed_on,
        status=row.status,
        answered_on=row.answered_on,
        note=row.note,
        answer_note=row.answer_note,
        households=tuple(
            HandedHousehold(
                household_id=home,
                address=doors[home][0] if home in doors else "",
                people=tuple(names.get(home, ())),
                things=tuple(things[home]),
                taken=home in row.taken if answered else None,
            )
            for home in row.households
        ),
    )
