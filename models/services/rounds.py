"""Rounds: doors in walking order, what came of each in one tap, retries at another time of the day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from models.clock import local_time, today
from models.errors import NotFound, Problem
from models.records.household import DwellingEntry
from models.records.rounds import PartOfDay, RoundEntry, SheetEntry
from models.records.visit import Outcome, PlanEntry, VisitEntry
from models.services import undoing
from models.services.book import Book, changed
from models.services.planning import make_plans
from models.services.retries import part_of_day
from models.services.round_doors import Behind, address_parts, doors_of, dwelling_at, households_at, preview
from models.services.round_reading import read_round, read_rows
from models.services.round_stops import AtStop, stop_fields
from models.services.rounds_views import COMES_AGAIN, DoorsView, PartView, RoundRow, RoundView
from models.services.views import Changed
from models.services.visits import write_visit
from models.services.walking import walking_key
from models.services.working_days import next_working_day
from models.store.handed import handed_away, is_handed
from models.store.rows import KEPT
from models.store.work import Work
from models.texts import _

_ROUND, _STOP, _DWELLING = KEPT["visit_round"], KEPT["round_stop"], KEPT["dwelling"]
_MEMBERSHIP = KEPT["membership"]

MOST_DOORS = 400
"""The most doors of a round: more than anybody walks in a week."""

_MOST_REASON = 500  # as PlanEntry has it


class TooManyDoors(Problem):
    """A round would have more doors than anybody walks. Facts: doors, most."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "These are {doors} doors; a round has {most} at most. Nothing was planned. "
            "Choose a building or a staircase."
        ).format(**self.facts)


class NoDoors(Problem):
    """A round would have no door at all."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("There is no door in this round. Nothing was planned. Choose another address, or write its doors.")


class Rounds:
    """The verbs about rounds. What a verb of a door returns names the door by ``id`` and the visit by ``ids``."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # Planning.

    def parts(self, community_code: str = "", street_line: str | None = None, building: str = "") -> list[PartView]:
        """What can be chosen next: communities; the roads of one; the buildings of a road; the staircases of one."""
        with self._book.reading() as connection:
            return address_parts(connection, community_code, street_line, building)

    def doors(self, entry: RoundEntry) -> DoorsView:
        """The doors that a round would have, in walking order, with how many live there. Nothing is written."""
        with self._book.reading() as connection:
            return preview(connection, entry, today(self._book.clock), MOST_DOORS)

    def plan(self, entry: RoundEntry) -> Changed:
        """Plan a round: its doors are looked up now and stay, whoever moves. Changed.ids are the doors in their order.

        Raises TooManyDoors, NoDoors, and NotFound where a named household is not here.
        """
        on = today(self._book.clock)
        with self._book.verb("rounds.plan") as work:
            made = {name: dwelling_at(work, door) for name, door in extra_doors(entry).items()}
            work.flush()
            doors = doors_of(work.connection, entry, on, made.values())
            if not doors:
                raise NoDoors
            if len(doors) > MOST_DOORS:
                raise TooManyDoors(doors=len(doors), most=MOST_DOORS)
            told = entry.model_dump(
                exclude={"household_ids", "extra_doors", "leave_out", "top_down", "sides"},
            )
            walk = " ".join(name for name in ("top_down", "sides") if getattr(entry, name))
            told |= {"walk": walk, "status": "open", "worker": work.worker, "at": work.now}
            round_id = work.add("visit_round", told)
            stops = [_add_stop(work, round_id, door, place) for place, door in enumerate(doors, 1)]
        return changed(work, round_id, stops)

    def add_door(self, round_id: str, *, household_id: str = "", dwelling: DwellingEntry | None = None) -> Changed:
        """Put a door into a round where one passes it: that of a household, or an address (made if it is new).

        A door that the round has already is not put in twice. Changed.ids are the doors added. Raises NotFound.
        """
        on = today(self._book.clock)
        with self._book.verb("rounds.add_door") as work:
            about = _living(work, _ROUND, round_id)
            if dwelling is not None:
                place = dwelling_at(work, dwelling)
                work.flush()
                doors = households_at(work.connection, [place], on)
            else:
                entry = RoundEntry(name="-", scope="list", household_ids=(household_id,), starts_on=on)
                doors = doors_of(work.connection, entry, on)
            rows = _stops(work, round_id)
            there = {(row["dwelling_id"], row["household_id"]) for row in rows}
            new = [door for door in doors if (door.dwelling_id, door.household_id) not in there]
            added = [_add_stop(work, round_id, door, len(rows) + count) for count, door in enumerate(new, 1)]
            work.flush()
            _renumber(work, _in_walking_order(work, round_id, str(about["walk"])))
        return changed(work, round_id, added)

    def reorder(self, round_id: str, stop_ids: Sequence[str]) -> Changed:
        """Walk in another order: these doors first, in this order, then the others as they were. Raises NotFound."""
        with self._book.verb("rounds.reorder") as work:
            _living(work, _ROUND, round_id)
            known = [row["id"] for row in _stops(work, round_id)]
            if not set(stop_ids) <= set(known):
                raise NotFound
            first = list(dict.fromkeys(stop_ids))
            _renumber(work, [*first, *(stop for stop in known if stop not in set(first))])
            work.concerns(round_id)
        return changed(work, round_id)

    def assign(self, round_id: str, name: str) -> Changed:
        """Say who walks; empty: whoever has time. Raises NotFound."""
        return self._amend_round("rounds.assign", round_id, {"assignee": name.strip()})

    # Reading.

    def open(self) -> list[RoundRow]:
        """Rounds that are not over, by the day on which they begin."""
        with self._book.reading() as connection:
            return read_rows(connection, today(self._book.clock), _ROUND.c.status == "open")

    def of_today(self) -> list[RoundRow]:
        """Open rounds that have begun and still have a door at which nobody was, or at which one is to come again."""
        on = today(self._book.clock)
        rows = [row for row in self.open() if row.starts_on is None or row.starts_on <= on]
        return [row for row in rows if row.gone < row.total or row.retries]

    def all(self, limit: int = 200) -> list[RoundRow]:
        """Rounds, those over too, the newest first."""
        with self._book.reading() as connection:
            rows = read_rows(connection, today(self._book.clock), limit=limit, newest_first=True)
        return sorted(rows, key=lambda row: row.status != "open")

    def get(self, round_id: str) -> RoundView:
        """One round with its doors, who lives there and what is due; the view is journalled. Raises NotFound."""
        with self._book.reading() as connection:
            view = read_round(connection, self._book, round_id, today(self._book.clock))
        self._book.note("view", "round", round_id)
        return view

    # At the door.

    def record(
        self,
        stop_id: str,
        outcome: Outcome,
        part: PartOfDay = "",
        on: date | None = None,
        note: str | None = None,
        met: Sequence[str] = (),
        *,
        instead: bool = False,
    ) -> Changed:
        """Say what came of a door: a visit is kept as any other, and a retry is proposed (retries.propose_retry).

        Empty part and no day: now. met: residents; without them the only person of the household was met, or somebody
        not named. At a door without a household no visit is kept, only what came of it. Changed.ids holds the visit.
        instead: what was last said of the door was wrong and is taken back first. Raises NotFound, CannotUndo.
        """
        with self._book.verb("rounds.record") as work:
            work.rest_on("round_stop", stop_id)
            if instead:
                _take_back(work, stop_id)
            visit = _record(work, stop_id, outcome, part, on or local_time(work.now).date(), note, met)
        return changed(work, stop_id, [visit] if visit else [])

    def enter(self, round_id: str, sheet: SheetEntry) -> Changed:
        """Keep what was written on the paper list: all of its lines or none. Changed.ids are the visits.

        Raises NotFound where a line is of another round.
        """
        with self._book.verb("rounds.enter") as work:
            known = {row["id"] for row in _stops(work, round_id)}
            visits = []
            for line in sheet.lines:
                if line.stop_id not in known:
                    raise NotFound
                work.rest_on("round_stop", line.stop_id)
                note = line.note or None
                visit = _record(work, line.stop_id, line.outcome, sheet.part, sheet.on, note, line.met)
                visits += [visit] if visit else []
                if line.retry_on is not None or line.not_again:
                    retry = {"retry_on": line.retry_on, "retry_part": line.retry_part}
                    work.amend("round_stop", line.stop_id, retry)
        return changed(work, round_id, visits)

    def take_back(self, stop_id: str) -> Changed:
        """What was last said of a door was wrong: its visit goes, kept plans are open again, as is the door.

        Raises NotFound, and CannotUndo where something has been built on the visit (then nothing is changed).
        """
        with self._book.verb("rounds.take_back") as work:
            work.rest_on("round_stop", stop_id)
            _take_back(work, stop_id)
        return changed(work, stop_id)

    def retry(self, stop_id: str, on: date | None, part: PartOfDay = "") -> Changed:
        """Come again on a day at a part of it; no day: not again. Raises NotFound."""
        return self._amend_stop("rounds.retry", stop_id, {"retry_on": on, "retry_part": part if on else ""})

    def skip(self, stop_id: str, note: str | None = None) -> Changed:
        """Leave a door out of this round. Raises NotFound."""
        more = {} if note is None else {"note": note.strip()}
        return self._amend_stop(
            "rounds.skip", stop_id, {"status": "skipped", "retry_on": None, "retry_part": "", **more}
        )

    def wait_again(self, stop_id: str) -> Changed:
        """A door that was left out is to be gone to after all. Raises NotFound."""
        with self._book.verb("rounds.wait_again") as work:
            row = _living(work, _STOP, stop_id)
            work.rest_on("round_stop", stop_id)
            on = date.fromisoformat(row["tries"][-1]["on"]) if row["tries"] else local_time(work.now).date()
            work.amend("round_stop", stop_id, stop_fields(row["tries"], on))
            work.concerns(row["round_id"], row["household_id"])
        return changed(work, stop_id)

    def note(self, stop_id: str, note: str) -> Changed:
        """Write a note at a door. Raises NotFound."""
        return self._amend_stop("rounds.note", stop_id, {"note": note.strip()})

    def tick(self, kind: str, subject_id: str, done: bool = True) -> Changed:
        """Something that was due at a door is done (or not, after all): a need, a task or a planned visit.

        Raises NotFound, ValueError for any other kind.
        """
        day = local_time(_now(self._book)).date()
        known: Mapping[str, Mapping[str, Any]] = {
            "need": {"status": "met" if done else "open"},
            "task": {"status": "done" if done else "open", "done_on": day if done else None},
            "plan": {"status": "done" if done else "open"},
        }
        if kind not in known:
            raise ValueError(kind)
        fields = known[kind]
        entity = {"need": "need", "task": "case_task", "plan": "planned_visit"}[kind]
        with self._book.verb("rounds.tick") as work:
            row = _living(work, KEPT[entity], subject_id)
            work.rest_on(entity, subject_id)
            work.amend(entity, subject_id, fields)
            work.concerns(row.get("household_id") or "", row.get("resident_id") or "", row.get("plan_id") or "")
        return changed(work, subject_id)

    # The end.

    def finish(self, round_id: str) -> Changed:
        """The round is over. What stays open becomes planned visits: Changed.ids. Raises NotFound.

        A door stays open where nobody was, or where a retry is planned; it is due on the day of the retry, else on the
        next working day. Doors without a household are only counted, and nobody goes where another office goes now.
        """
        on = today(self._book.clock)
        with self._book.verb("rounds.finish") as work:
            about = _living(work, _ROUND, round_id)
            work.rest_on("visit_round", round_id)
            entries = []
            rows = _stops(work, round_id)
            handed = handed_away(work.connection, {row["household_id"] for row in rows if row["household_id"]})
            for row in rows:
                again = row["status"] in COMES_AGAIN and row["retry_on"] is not None
                ours = row["household_id"] and not is_handed(handed, row["household_id"])
                if ours and (row["status"] == "waiting" or again):
                    due = row["retry_on"] if again else None
                    entries.append(_open_plan(about, row, max(due or on, on) if due else next_working_day(on)))
            plans = make_plans(work, entries)
            work.amend("visit_round", round_id, {"status": "done", "ends_on": on})
        return changed(work, round_id, plans)

    def drop(self, round_id: str) -> Changed:
        """Nobody walks this round; visits already made stay. Raises NotFound."""
        return self._amend_round("rounds.drop", round_id, {"status": "dropped"})

    def reopen(self, round_id: str) -> Changed:
        """Go on with a round that was over or dropped. Plans made of it stay. Raises NotFound."""
        return self._amend_round("rounds.reopen", round_id, {"status": "open", "ends_on": None})

    def _amend_round(self, verb: str, round_id: str, fields: Mapping[str, Any]) -> Changed:
        with self._book.verb(verb) as work:
            _living(work, _ROUND, round_id)
            work.rest_on("visit_round", round_id)
            work.amend("visit_round", round_id, fields)
        return changed(work, round_id)

    def _amend_stop(self, verb: str, stop_id: str, fields: Mapping[str, Any]) -> Changed:
        with self._book.verb(verb) as work:
            row = _living(work, _STOP, stop_id)
            work.rest_on("round_stop", stop_id)
            work.amend("round_stop", stop_id, fields)
            work.concerns(row["round_id"], row["household_id"])
        return changed(work, stop_id)


def extra_doors(entry: RoundEntry) -> dict[str, DwellingEntry]:
    """The doors that a round names beside those of the register, as addresses, by their number."""
    where = {name: getattr(entry, name) for name in ("community_code", "street_line", "building", "unit")}
    named = dict.fromkeys(door.strip() for door in entry.extra_doors if door.strip())
    return {door: DwellingEntry(**where, door=door) for door in named} if entry.scope != "list" else {}


def _now(book: Book) -> int:
    return int(book.clock.now().timestamp() * 1000)


def _living(work: Work, table: Any, row: str) -> Mapping[Any, Any]:
    """A row that is here and not deleted. Raises NotFound."""
    work.flush()
    found = work.connection.execute(select(table).where(table.c.id == row)).mappings().first()
    if found is None or found["dead"]:
        raise NotFound
    return found


def _stops(work: Work, round_id: str) -> Sequence[Mapping[Any, Any]]:
    query = select(_STOP).where(_STOP.c.round_id == round_id, _STOP.c.dead.is_(False))
    return work.connection.execute(query.order_by(_STOP.c.place, _STOP.c.id)).mappings().all()


def _add_stop(work: Work, round_id: str, door: Behind, place: int) -> str:
    where = {"round_id": round_id, "dwelling_id": door.dwelling_id, "household_id": door.household_id}
    work.concerns(door.household_id)
    return work.add("round_stop", {**where, "place": place, "status": "waiting", "worker": work.worker})


def _in_walking_order(work: Work, round_id: str, walk: str) -> list[str]:
    """The doors of a round as one walks, by the same rule by which it was planned."""
    ways = {name: name in walk.split() for name in ("top_down", "sides")}
    query = (
        select(_STOP.c.id.label("stop"), _DWELLING)
        .join(_DWELLING, _DWELLING.c.id == _STOP.c.dwelling_id)
        .where(_STOP.c.round_id == round_id, _STOP.c.dead.is_(False))
    )
    rows = work.connection.execute(query).mappings().all()
    return [row["stop"] for row in sorted(rows, key=lambda row: walking_key(row, **ways))]


def _renumber(work: Work, stops: Sequence[str]) -> None:
    for place, stop in enumerate(stops, 1):
        work.amend("round_stop", stop, {"place": place})


def _record(
    work: Work, stop_id: str, outcome: Outcome, part: PartOfDay, on: date, note: str | None, met: Sequence[str]
) -> str:
    """Inside a verb: what came of a door; the id of the visit, empty at a door without a household."""
    row = _living(work, _STOP, stop_id)
    household = row["household_id"]
    if not household:  # somebody may have been registered there since the round was planned
        behind = households_at(work.connection, [row["dwelling_id"]], on)
        household = behind[0].household_id if behind else ""
        if household:
            work.amend("round_stop", stop_id, {"household_id": household})
    work.concerns(row["round_id"], household)
    now = local_time(work.now)
    part = part or part_of_day(on, now if now.date() == on else None)
    note = None if note is None else note.strip()
    if not household:
        tried = {"on": on.isoformat(), "part": part, "outcome": outcome, "visit": "", "ops": []}
        fields = stop_fields([*row["tries"], tried], on) | ({} if note is None else {"note": note})
        work.amend("round_stop", stop_id, {**fields, "worker": work.worker, "at": work.now})
        return ""
    about = work.connection.execute(select(_ROUND.c.purpose).where(_ROUND.c.id == row["round_id"])).scalar()
    who = tuple(met)
    if outcome == "met" and not who:
        query = select(_MEMBERSHIP.c.resident_id).where(_MEMBERSHIP.c.household_id == household)
        query = query.where(_MEMBERSHIP.c.until.is_(None), _MEMBERSHIP.c.dead.is_(False))
        members = list(work.connection.execute(query.limit(2)).scalars())
        who = tuple(members) if len(members) == 1 else ()
    entry = VisitEntry(
        household_id=household,
        outcome=outcome,
        happened_on=on,
        met=who if outcome == "met" else (),
        met_other=_("somebody of the household") if outcome == "met" and not who else "",
        purpose=about or "",
        notes=note or "",
    )
    return write_visit(work, entry, AtStop(stop_id, part, note))[0]


def _take_back(work: Work, stop_id: str) -> None:
    """Inside a verb: what was last said of a door, and the visit made of it, goes. Raises NotFound, CannotUndo."""
    row = _living(work, _STOP, stop_id)
    if not row["tries"]:
        raise NotFound
    last = row["tries"][-1]
    if last["visit"]:
        undoing.take_back(work, last["ops"])
    same = select(_STOP.c.id, _STOP.c.tries, _STOP.c.round_id).where(_STOP.c.dead.is_(False))
    if row["household_id"]:
        same = same.where(_STOP.c.household_id == row["household_id"])
    else:
        same = same.where(_STOP.c.id == stop_id)
    for stop in work.connection.execute(same).all():
        left = [tried for tried in stop.tries if not _same_try(tried, last)]
        if len(left) < len(stop.tries):
            on = date.fromisoformat(left[-1]["on"]) if left else local_time(work.now).date()
            work.amend("round_stop", stop.id, stop_fields(left, on))
            work.concerns(stop.round_id)
    work.concerns(row["household_id"])


def _same_try(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["visit"] == other["visit"] if other["visit"] else one == other)


def _open_plan(about: Mapping[Any, Any], stop: Mapping[Any, Any], due: date) -> PlanEntry:
    words = _("From the round “{name}”").format(name=about["name"])
    parts = (words, about["purpose"], stop["note"])
    reason = _("; ").join(part for part in parts if part)[:_MOST_REASON]
    return PlanEntry(
        household_id=stop["household_id"], due_on=due, source="hand", reason=reason, assignee=about["assignee"]
    )
