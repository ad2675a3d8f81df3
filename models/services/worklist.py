"""The worklist: who is to be seen, why, in the order of need and of walking. One line a household.

Two kinds of reasons: those that stand in the records (promises, plans, needs, papers, tasks, birthdays) are asked for
by their indexes whenever the list is shown; those that concern everybody (who has not been visited for long, who may
newly receive something) rest on the columns of the screening, are worked out by look() once a day, and are kept.

What is put off is a record of its own (put_off), not a planned visit that was moved: it can hide any reason, it says
why, it is undone like any verb, and colleagues and the office see it.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from heapq import merge
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from models.clock import today
from models.errors import NotFound
from models.records import divisions
from models.services import worklist_news as news
from models.services import worklist_rules as rules_of
from models.services import worklist_sources as sources
from models.services.book import Book, changed
from models.services.people import door
from models.services.settings import SettingChanged
from models.services.views import Changed
from models.services.worklist_gather import Stand, cared_for, gather, need, put_off_now
from models.services.worklist_lines import resident_names, work_items, work_reason
from models.services.worklist_memory import Memory
from models.services.worklist_rules import Rhythm, Rules
from models.services.worklist_views import (
    KINDS,
    Building,
    Kind,
    Looked,
    Place,
    WorkFilter,
    WorkItem,
    WorkPage,
    WorkReason,
)
from models.store.rows import KEPT
from models.store.work import read_meta, write_meta

if TYPE_CHECKING:
    from models.services.calendar import Calendar
    from models.services.screening import Screening
    from models.services.worklist_standing import Standing

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

ALL = WorkFilter()
_HOUSEHOLD = KEPT["household"]
_MANY_HOMES = 60  # households that are screened again at once


class Worklist:
    """The verbs about the worklist. Reading is done off the window's thread; what was worked out is kept in memory."""

    def __init__(self, book: Book, screening: "Screening", calendar: "Calendar") -> None:
        self._book = book
        self._screening = screening
        self._calendar = calendar
        self._lock = RLock()
        self._memory = Memory(book)
        self._caught_up: tuple[str, int] | None = None  # device, and its newest operation that was looked at

    # Reading.

    def page(
        self,
        wish: WorkFilter = ALL,
        offset: int = 0,
        limit: int = 50,
        *,
        on: date | None = None,
        until: date | None = None,
        quick: bool = False,
        without: Collection[str] = (),
    ) -> WorkPage:
        """Some households of the list, and the figures of all of it. Nothing is worked out for the whole register:
        where look() was not called today (WorkPage.whole), what it would find is missing or a day old.

        quick: leave out who was not visited for long; then numpy is not needed, for the first page of the day.
        without: households that are counted but not among the items, since the caller shows them already.
        """
        day = on or today(self._book.clock)
        with self._lock:
            rules = self.rules()
            if not quick:
                self._catch_up(rules)
            with self._book.reading() as connection:
                standing = None if quick else self._memory.standing(connection, rules, day)
                stands = self._memory.stands(
                    connection, rules, day, until or day + timedelta(days=rules.ahead), standing
                )
                self._book.note("view", "worklist", "", "")
                return self._page(connection, wish, offset, limit, day, rules, stands, standing, without)

    def next(self, wish: WorkFilter = ALL, skip: Collection[str] = ()) -> WorkItem | None:
        """The first household of the list that is not among those to skip; None where there is none left."""
        offset, several = 0, max(10, len(skip) + 1)
        while True:
            found = self.page(wish, offset, several)
            for item in found.items:
                if item.household_id not in skip:
                    return item
            offset += several
            if offset >= found.total:
                return None

    def open_in(self, household_ids: Collection[str], on: date | None = None) -> dict[str, list[WorkReason]]:
        """What is open in some households on a day, also what is put off; for handing them over."""
        day = on or today(self._book.clock)
        rules = self.rules()
        with self._lock, self._book.reading() as connection:
            homes = sources.people_now(connection, household_ids)
            far = day + timedelta(days=365)
            found = [*sources.records(connection, self._book, rules, day, far, homes)]
            found += [
                one for one in news.found(news.read(connection, self._book.limits()), rules, day) if one.home in homes
            ]
            stands = gather(connection, found, {}, rules, day)
            told = {one.found.resident for stand in stands.values() for one in stand.reasons}
            names = resident_names(connection, told)
            return {
                home: [work_reason(one, names, self._book.policies, rules, day) for one in stand.reasons]
                for home, stand in stands.items()
                if home in homes
            }

    def buildings(self, where: str = "", limit: int = 200) -> list[Building]:
        """The buildings in which somebody stands on the list, those with most households first."""
        day = today(self._book.clock)
        found: dict[Place, int] = {}
        with self._lock, self._book.reading() as connection:
            rules = self.rules()
            standing = self._memory.standing(connection, rules, day)
            stands = self._memory.stands(connection, rules, day, day + timedelta(days=rules.ahead), standing)
            for stand in stands.values():
                if stand.reasons and stand.place.community.startswith(where):
                    place = Place(stand.place.community, "", stand.place.street_line, stand.place.building)
                    found[place] = found.get(place, 0) + 1
            for (community, _grid, road, building), several in (
                standing.counted(day, stands) if standing is not None else ()
            ):
                if community.startswith(where):
                    place = Place(community, "", road, building)
                    found[place] = found.get(place, 0) + several
        most = sorted(found.items(), key=lambda one: (-one[1], one[0].street_line, one[0].building))[:limit]
        return [Building(place, _building_name(place), count) for place, count in most]

    def is_whole(self) -> bool:
        """Whether look() was called today, by the rules that decide now."""
        with self._book.reading() as connection:
            return self._is_whole(connection)

    # Looking through the register.

    def look(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Looked:
        """Find who may newly receive what, what ends soon, and who has not been visited for long. To be called once a
        day, off the window's thread; cancelled, what was kept before stays.

        Newly eligible: an entitlement that began by a date in the last days, and one that the screening sees and the
        last kept determination of that person did not.
        """
        began = time.perf_counter()
        day, rules = today(self._book.clock), self.rules()
        state = self._screening.bring_up_to_date(progress, cancelled)
        if state.cancelled:
            return Looked(day, 0, 0, 0.0, cancelled=True)
        listing = self._screening.listing()
        begun = self._calendar.between(day - timedelta(days=rules.begun), day, ["begins"], cancelled=cancelled)
        ending = self._calendar.between(day, day + timedelta(days=rules.expiring), ["ends"], cancelled=cancelled)
        if begun is None or ending is None:
            return Looked(day, 0, 0, 0.0, cancelled=True)
        entitled = news.entitled(listing)
        with self._book.reading() as connection:
            before = news.read(connection, self._book.limits())
            otherwise = news.kept_otherwise(connection) & entitled
        fresh = [news.of_change(home, one, "calendar") for home, one in begun]
        fresh += [news.News(*key, day.isoformat(), "", "", "kept") for key in sorted(otherwise)]
        told = news.merged(before.news, [one for one in fresh if one.key in entitled], entitled)
        told += tuple(news.of_change(home, one, "ends") for home, one in ending if one.before == "eligible")
        with self._lock:
            with self._book.writing() as connection:
                news.write(connection, news.Kept(day.isoformat(), self._book.policies.hash, told), self._book.limits())
            self._memory.forget_stands()
            with self._book.reading() as connection:
                self._memory.standing(connection, rules, day)
        eligible = sum(one.source != "ends" for one in told)
        return Looked(day, state.households, eligible, (time.perf_counter() - began) * 1000)

    def _catch_up(self, rules: Rules) -> None:
        """Screen the households again in which something was told since, and note what they may newly receive.

        Only where everybody was screened in this session: otherwise there is nothing to compare with, and look() finds
        the difference to the last kept determination.
        """
        listing = self._screening.listed()
        with self._book.reading() as connection:
            device = read_meta(connection, "device")
            now = str(device.get("id", "")), int(device.get("seq", 0))
            if listing is None or self._caught_up is None or self._caught_up[0] != now[0]:
                self._caught_up = now
                return
            if self._caught_up == now:
                return
            homes = news.changed_homes(connection, *self._caught_up)
            self._caught_up = now
            if not homes or len(homes) > _MANY_HOMES or not self._is_whole(connection):
                return
            before = news.entitled(listing, homes)
            for home in sorted(homes):
                try:
                    self._screening.rescreen(home)
                except NotFound:
                    continue
            after = news.entitled(listing, homes)
            kept = news.read(connection, self._book.limits())
        day = today(self._book.clock).isoformat()
        fresh = [news.News(*key, day, "", "", "change") for key in sorted(after - before)]
        gone = {one.key for one in kept.news if one.home in homes and one.source != "ends"} - after
        if not fresh and not gone:
            return
        told = {one.key if one.source != "ends" else ("", *one.key): one for one in kept.news if one.key not in gone}
        for one in fresh:
            told.setdefault(one.key, one)
        with self._book.writing() as connection:
            news.write(connection, kept._replace(news=tuple(told.values())), self._book.limits())

    def _is_whole(self, connection: Connection) -> bool:
        kept = news.read(connection, self._book.limits())
        return kept.day == today(self._book.clock).isoformat() and kept.rules == self._book.policies.hash

    # A page.

    def _page(
        self,
        connection: Connection,
        wish: WorkFilter,
        offset: int,
        limit: int,
        on: date,
        rules: Rules,
        stands: Mapping[str, Stand],
        standing: "Standing | None",
        without: Collection[str],
    ) -> WorkPage:
        aside = wish.put_off
        my_homes = self._homes_of(connection, wish.mine, on)
        chosen = [
            stand
            for stand in stands.values()
            if (stand.aside if aside else stand.reasons) and _lives(stand, wish.where) and _mine(stand, wish, my_homes)
        ]
        counts: dict[str, int] = dict.fromkeys(KINDS, 0)
        for stand in chosen:
            for kind in _kinds(stand, aside=aside):
                counts[kind] += 1
        chosen = [one for one in chosen if not wish.kinds or wish.kinds & _kinds(one, aside=aside)]
        walk = wish.order == "walk"
        keyed = sorted(
            ((one.rank,) if walk else (-_need(one, aside=aside), one.rank), one.home, one) for one in chosen
        )  # homes differ, so stands are never compared
        total, tail = len(chosen), 0
        rest: Iterable[tuple[Any, str, Any]] = ()
        if standing is not None and not aside:
            rows, weights = self._tail(standing, wish, on, stands, my_homes)
            tail = len(rows)
            counts["unseen"] += tail
            if not wish.kinds or "unseen" in wish.kinds:
                total += tail
                first = rows[: offset + limit + len(without)].tolist()
                rest = (
                    ((float(standing.walk[row]),) if walk else (-float(weights[row]), float(standing.walk[row])),
                     standing.home[row].decode(), row)
                    for row in first
                )  # fmt: skip
        ordered = merge(keyed, rest, key=lambda one: (one[0], one[1]))
        shown = list(islice((one for one in ordered if one[1] not in without), offset, offset + limit))
        items = work_items(connection, self._book.policies, shown, standing, rules, on, aside=aside)
        off = sum(bool(one.aside) for one in stands.values())
        whole = standing is not None and self._is_whole(connection)
        return WorkPage(on, total, offset, tuple(items), counts, whole, off)

    def _homes_of(self, connection: Connection, mine: str | None, on: date) -> Collection[str]:
        """The households in somebody's care; with "" all that are in anybody's."""
        if mine is None:
            return ()
        return cared_for(connection, on, mine or None).keys()

    def _tail(
        self, standing: "Standing", wish: WorkFilter, on: date, stands: Mapping[str, Stand], my_homes: Collection[str]
    ) -> Any:
        """The rows of those who stand on the list for nothing but that they were not visited for long, in order."""
        late = standing.is_due(on)
        if wish.where != Place():
            late = late & standing.within(wish.where)
        late[self._memory.rows_of(standing, stands)] = False
        if wish.mine is not None:
            mine = late & False
            mine[standing.rows_of(my_homes)] = True
            late = late & (mine if wish.mine else ~mine)
        weights = standing.weights(on)
        return standing.in_order(late, weights, wish.order), weights

    # What the office sets, and putting off.

    def rules(self) -> Rules:
        """What stands on the list and how much it weighs, with the office's own rhythm of visits."""
        with self._book.reading() as connection:
            own = read_meta(connection, "settings").get(rules_of.SETTING)
        return rules_of.shipped().with_days(own) if isinstance(own, Mapping) else rules_of.shipped()

    def rhythm(self) -> tuple[Rhythm, ...]:
        """How often each category is visited."""
        shipped = {one.id: one.days for one in rules_of.shipped().category}
        return tuple(Rhythm(one.id, one.name, one.days, shipped[one.id]) for one in self.rules().category)

    def set_rhythm(self, days: Mapping[str, int], shown: Mapping[str, int]) -> None:
        """Say how often categories are visited, in days; 0 takes one off the list. shown: what stood for them when it
        was said. ValueError beyond ten years; SettingChanged, and nothing is written, where another desk changed one.
        """
        known = {one.id for one in rules_of.shipped().category}
        if any(key not in known or not 0 <= value <= rules_of.LONGEST for key, value in days.items()):
            raise ValueError("days of a category")
        with self._book.writing() as connection:
            settings = read_meta(connection, "settings")
            own = settings.get(rules_of.SETTING, {})
            stands = rules_of.shipped().with_days(own).category
            theirs = [one for one in stands if one.id in days and one.days not in (shown[one.id], days[one.id])]
            if theirs:
                now = tuple((one.name, str(one.days)) for one in theirs)
                raise SettingChanged(keys=tuple(one.id for one in theirs), now=now)
            own = {**own, **days}
            write_meta(connection, "settings", {**settings, rules_of.SETTING: own})

    def put_off(self, household_ids: Iterable[str], until: date, reason: str, kinds: Iterable[Kind] = ()) -> Changed:
        """Take households off the list until a day, for all reasons or for some kinds. Raises NotFound; ValueError for
        a day that is not to come, or without a reason.
        """
        if until <= today(self._book.clock) or not reason.strip():
            raise ValueError("a day to come and a reason")
        made = []
        with self._book.verb("worklist.put_off") as work:
            for home in dict.fromkeys(household_ids):
                if work.connection.execute(select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id == home)).first() is None:
                    raise NotFound
                told = {"household_id": home, "kinds": sorted(kinds), "until": until, "reason": reason.strip()}
                made.append(work.add("put_off", {**told, "worker": work.worker, "at": work.now}))
                work.concerns(home)
        return changed(work, made[0] if made else "", made)

    def put_back(self, household_ids: Iterable[str]) -> Changed:
        """Put households on the list again, whatever was put off there."""
        day = today(self._book.clock)
        with self._book.verb("worklist.put_back") as work:
            found = put_off_now(work.connection, day)
            for home in dict.fromkeys(household_ids):
                for one in found.get(home, ()):
                    work.amend("put_off", one.id, {"dead": True})
                    work.concerns(home)
        return changed(work)

    def written_out(self, lines: int, households: Iterable[str] = ()) -> None:
        """Note that lines of the list are written to a file or printed; to be called before they are. households: which
        ones stand on it.
        """
        self._book.note("export", "worklist", "", f"lines={lines}", also=households)


def _kinds(stand: Stand, *, aside: bool) -> frozenset[str]:
    return frozenset(one.found.kind for one in stand.aside) if aside else stand.kinds


def _need(stand: Stand, *, aside: bool) -> float:
    return need(one.weight for one in stand.aside) if aside else stand.need


def _lives(stand: Stand, where: Place) -> bool:
    place = stand.place
    return (
        place.community.startswith(where.community)
        and (not where.grid or place.grid == where.grid)
        and (not where.street_line or place.street_line == where.street_line)
        and (not where.building or place.building == where.building)
    )


def _mine(stand: Stand, wish: WorkFilter, homes: Collection[str]) -> bool:
    if wish.mine is None:
        return True
    if wish.mine:
        return stand.home in homes or wish.mine in stand.named
    return stand.home not in homes and not stand.named


def _building_name(place: Place) -> str:
    community = divisions.community(place.community)
    where = door({"street_line": place.street_line, "building": place.building, "unit": "", "door": ""})
    return " ".join(part for part in (community.short if community else "", where) if part)
