"""The whole register screened at once: who may be entitled to what, as figures, as lists, and for one household.

A resident's result is that of the living household; where there is none, that of the registered one (the texts do not
say which 家庭 they mean; the living household is where the visit goes and whose income is shared). A household's
service counts once for each such household. Not listed: whoever moved away (the newest visit says so, or no membership
is left), residents taken off the register; universal services, and those that would tell of a sensitive fact. Who died
lately stands under the household with the funeral services alone. Verdicts are by the text; that the period of the text
is over is told beside.

numpy is only imported when somebody screens.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from threading import RLock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from models.clock import today
from models.errors import NotFound
from models.records import divisions
from models.services.book import Book
from models.services.people import short_address
from models.services.screening_views import (
    Order,
    Outcome,
    PeopleOrder,
    PeoplePage,
    ScreenFilter,
    ScreeningState,
    ScreenMissing,
    ScreenPage,
    ScreenPerson,
    ScreenRow,
    ScreenSummary,
    ServiceCount,
    WantedFact,
)
from models.store import search
from models.store.rows import KEPT

if TYPE_CHECKING:
    from models.eligibility import Service
    from models.eligibility.batch.columns import Columns
    from models.services.screening_lists import Block, Listing
    from models.store.bulk import Loaded

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

__all__ = ["Screening"]

_RESIDENT, _HOUSEHOLD, _DWELLING = KEPT["resident"], KEPT["household"], KEPT["dwelling"]
_NAMES = 100_000  # residents that a name may find
_PORTION = 1000  # rows of an export read at once
_PEOPLE = 100  # the same of people, each with several results
_AT_ONCE = 1000
_ALL = ScreenFilter()


class Screening:
    """The verbs about screening. All are called off the window's thread; one at a time works on the columns."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._lock = RLock()
        self._of: Listing | None = None
        self._mark = ""  # of the limits of whom the results were made for

    @property
    def _listing(self) -> "Listing | None":
        """The results, where they were made for somebody who sees as much as who is signed in."""
        return self._of if self._mark == self._book.limits().mark else None

    @_listing.setter
    def _listing(self, made: "Listing") -> None:
        self._of, self._mark = made, self._book.limits().mark

    def bring_up_to_date(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> ScreeningState:
        """Read what changed, decide it, and keep the results for the lists.

        The first time, after an installed rule with other facts, and after much has changed, everything is read anew
        (progress is told how many rows of how many); otherwise only what changed. Cancelled, nothing is lost.
        """
        from models.services.screening_register import Stopped

        with self._lock:
            try:
                return self._bring_up(progress, cancelled)
            except Stopped:
                day = today(self._book.clock)
                return ScreeningState(day, 0, 0, 0.0, 0, 0, self._book.policies.hash, cancelled=True)

    def summary(self, where: ScreenFilter = _ALL) -> ScreenSummary:
        """The figures of every service within a filter, and the facts that keep most people's results open.

        Of the filter only what narrows services, people and places counts. Screens first where nobody did.
        """
        from models.services import screening_lists as lists

        listing = self._ready()
        names = self._named(where)
        self._book.note("screen", "register", "", where.in_codes())
        services = []
        found = 0
        for place in listing.places(where):
            counts = _figures(listing.histogram(place, where, names))
            services.append(_service_count(listing, place, counts))
            found += counts["not_received"]
        due = lists.lut(ScreenFilter(outcomes=frozenset(("eligible",)), not_received=True))
        wide = ScreenFilter(**{**vars(where), "fact": ""})
        entitled = int((listing.counts(due, wide, names) > 0).sum())
        masks = listing.masks(where, names)
        residents = sum(
            int((block.listed & person).sum()) for block, (person, _) in zip(listing.blocks, masks, strict=True)
        )
        households = sum(
            len(set(block.household[block.listed & person].tolist()))
            for block, (person, _) in zip(listing.blocks, masks, strict=True)
        )
        return ScreenSummary(
            day=listing.plan.on,
            residents=residents,
            households=households,
            entitled=entitled,
            found=found,
            services=tuple(services),
            wanted=tuple(WantedFact(*one) for one in listing.wanted_facts(wide, names)),
        )

    def rows(
        self, where: ScreenFilter = _ALL, offset: int = 0, limit: int = 50, order: Order = "service"
    ) -> ScreenPage:
        """Some results of a filter in an order, and how many there are. Screens first where nobody did."""
        from models.services import screening_lists as lists

        listing = self._ready()
        names = self._named(where)
        self._book.note("screen", "register", "", where.in_codes())
        total = int(listing.counts(lists.lut(where), where, names).sum())
        pairs = list(islice(self._pairs(listing, where, names, order, offset), limit))
        return ScreenPage(total, offset, tuple(self._shown(listing, pairs)))

    def export_rows(self, where: ScreenFilter = _ALL, order: Order = "service") -> Iterator[ScreenRow]:
        """All results of a filter one after the other, for a file; the export is journalled when it begins."""
        listing = self._ready()
        names = self._named(where)
        self._note_export(listing, where, [self._people_in_order(listing, where, names, "place")])
        pairs = self._pairs(listing, where, names, order, 0)
        while portion := list(islice(pairs, _PORTION)):
            yield from self._shown(listing, portion)

    def people(
        self, where: ScreenFilter = _ALL, offset: int = 0, limit: int = 50, order: PeopleOrder = "place"
    ) -> PeoplePage:
        """Some residents with what a filter leaves of their results, and how many residents there are.

        Screens first where nobody did.
        """
        listing = self._ready()
        names = self._named(where)
        self._book.note("screen", "register", "", where.in_codes())
        rows = self._people_in_order(listing, where, names, order)
        return PeoplePage(len(rows), offset, tuple(self._persons(listing, rows[offset : offset + limit], where, names)))

    def export_people(
        self, where: ScreenFilter = _ALL, order: PeopleOrder = "place", stretches: Sequence[range] | None = None
    ) -> Iterator[ScreenPerson]:
        """Residents of a filter one after the other, for a file; the export is journalled when it begins, with whom.

        stretches: which of them, by their places in people(); None: all.
        """
        listing = self._ready()
        names = self._named(where)
        rows = self._people_in_order(listing, where, names, order)
        chosen = [rows] if stretches is None else [rows[some.start : some.stop] for some in stretches]
        self._note_export(listing, where, chosen)
        for part in chosen:
            for start in range(0, len(part), _PEOPLE):
                yield from self._persons(listing, part[start : start + _PEOPLE], where, names)

    def _note_export(self, listing: "Listing", where: ScreenFilter, chosen: Iterable[Any]) -> None:
        """Who stands on a list of results that is written out is told, with their households."""
        whom: set[str] = set()
        for rows in chosen:
            for row in rows.tolist():
                block, at = listing.at(row)
                whom |= {block.lists.person[at].decode(), block.lists.home[int(block.household[at])].decode()}
        self._book.note("export", "register", "", f"screening {where.in_codes()}".strip(), also=whom)

    def household(self, household_id: str) -> tuple[ScreenRow, ...]:
        """What a household's people may have, from the records as they are now: rescreen() and its rows.

        All but what they do not meet the conditions of. Raises NotFound where the household is not here.
        """
        from models.services import screening_lists as lists

        listing = self._ready()
        made = self._screened_again(listing, household_id)
        alone = lists.Listing(listing.plan, (made,))
        open_ones = lists.lut(_ALL)[made.cells]
        pairs = [(row, place) for row in range(made.people) for place in open_ones[:, row].nonzero()[0].tolist()]
        return tuple(self._shown(alone, pairs))

    def rescreen(self, household_id: str) -> None:
        """Decide a household anew from the records as they are now; the lists and figures show it from now on.

        Raises NotFound where the household is not here. The columns in the file follow with the next
        bring_up_to_date(): the verb that changed something marked it.
        """
        self._screened_again(self._ready(), household_id)

    def _screened_again(self, listing: "Listing", household_id: str) -> "Block":
        from models.services import screening_lists as lists
        from models.store.bulk import load

        with self._book.reading() as connection:
            loaded = load(connection, listing.plan.policies.facts, listing.plan.on, [household_id])
            if not loaded.columns.people:
                query = select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.id == household_id)
                if connection.execute(query).first() is None:
                    raise NotFound
        made = lists.decide(-1, 0, loaded, listing.plan, None)
        assert made is not None  # nobody cancels
        listing.put(made)
        return made

    def columns(
        self, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> "tuple[Columns, list[str], list[str]] | None":
        """The facts of everybody: columns, the residents' ids row by row, and the households' ids; None if cancelled.

        A resident who is a member of two households has two rows. Brings the columns up to date first.
        """
        with self._lock:
            loaded = self._loaded(progress, cancelled)
        if loaded is None:
            return None
        people = [one.decode() for one in loaded.lists.person.tolist()]
        return loaded.columns, people, [one.decode() for one in loaded.lists.home.tolist()]

    def _loaded(self, progress: Progress | None, cancelled: Cancelled | None) -> "Loaded | None":
        from models.services import screening_register as register

        facts = self._book.policies.facts
        try:
            register.bring_up(self._book, facts, today(self._book.clock), progress, cancelled)
        except register.Stopped:
            return None
        with self._book.reading() as connection:
            return register.stored(connection, facts)

    def listing(self) -> "Listing":
        """The results of everybody, for other services; screens first where nobody did."""
        return self._ready()

    def listed(self) -> "Listing | None":
        """The results of today where somebody screened already; nothing is worked out."""
        listing = self._listing
        if listing is None or listing.plan.on != today(self._book.clock):
            return None
        return listing if listing.plan.policies.hash == self._book.policies.hash else None

    def _ready(self) -> "Listing":
        """The results, screened now where nobody did yet or another day or other rules have come."""
        with self._lock:
            listing = self._listing
            old = listing is None or listing.plan.on != today(self._book.clock)
            if old or (listing and listing.plan.policies.hash != self._book.policies.hash):
                self._bring_up(None, None)
            assert self._listing is not None
            return self._listing

    def _bring_up(self, progress: Progress | None, cancelled: Cancelled | None) -> ScreeningState:
        from models.eligibility.batch.plan import plan_of
        from models.services import screening_lists as lists
        from models.services import screening_register as register
        from models.store import columns

        started = time.perf_counter()
        policies, day = self._book.policies, today(self._book.clock)
        rebuilt = register.bring_up(self._book, policies.facts, day, progress, cancelled)
        before = self._listing
        same = before is not None and before.plan.on == day and before.plan.policies.hash == policies.hash
        plan = before.plan if before is not None and same else plan_of(policies, day)
        known = {block.number: block for block in before.blocks} if before is not None and same else {}
        touched = before.touched if before is not None and same else set()
        blocks: list[Block] = []
        screened = 0
        with self._book.reading() as connection:
            for one in columns.versions(connection):
                block = known.get(one.number)
                if block is None or block.version != one.version or one.number in touched:
                    loaded = columns.read(connection, one.number, policies.facts)
                    block = lists.decide(one.number, one.version, loaded, plan, cancelled)
                    if block is None:
                        raise register.Stopped
                    screened += 1
                blocks.append(block)
        if before is None or not same or screened or len(blocks) != len(before.blocks):
            self._listing = before = lists.Listing(plan, tuple(blocks))
        residents = sum(int(block.listed.sum()) for block in blocks)
        households = sum(len(block.lists.home) for block in blocks)
        took = (time.perf_counter() - started) * 1000
        return ScreeningState(day, residents, households, took, rebuilt, screened, policies.hash)

    def _named(self, where: ScreenFilter) -> frozenset[str] | None:
        if not where.name:
            return None
        with self._book.reading() as connection:
            return frozenset(search.find(connection, where.name, _NAMES))

    def _pairs(
        self, listing: "Listing", where: ScreenFilter, names: frozenset[str] | None, order: Order, skip: int
    ) -> Iterator[tuple[int, int]]:
        """(row, part) of a filter's results in an order, from one on."""
        from models.services import screening_lists as lists

        wanted = lists.lut(where)
        if order == "service":
            return listing.by_part(self._order(listing, "place"), wanted, where, names, skip)
        if order != "missing":
            return listing.pairs(self._order(listing, order), wanted, where, names, skip)
        return self._fewest_first(listing, where, names, skip)

    def _fewest_first(
        self, listing: "Listing", where: ScreenFilter, names: frozenset[str] | None, skip: int
    ) -> Iterator[tuple[int, int]]:
        from models.services import screening_lists as lists

        order = self._order(listing, "place")
        for questions in range(lists.MOST_QUESTIONS + 1):
            wanted = lists.lut(where) & lists.with_questions(questions)
            several = int(listing.counts(wanted, where, names).sum())
            if several > skip:
                yield from listing.pairs(order, wanted, where, names, skip)
            skip = max(skip - several, 0)

    def _people_in_order(
        self, listing: "Listing", where: ScreenFilter, names: frozenset[str] | None, order: PeopleOrder
    ) -> Any:
        """The rows of those of whom a filter leaves something."""
        from models.services import screening_lists as lists

        counts = listing.counts(lists.lut(where), where, names)
        rows = self._order(listing, "place" if order == "several" else order)
        rows = rows[counts[rows] > 0]
        return rows[lists.rows_by([-counts[rows]])] if order == "several" else rows

    def _persons(
        self, listing: "Listing", rows: Any, where: ScreenFilter, names: frozenset[str] | None
    ) -> Iterator[ScreenPerson]:
        from models.services import screening_lists as lists

        pairs = list(listing.pairs(rows, lists.lut(where), where, names, 0))
        shown = zip(pairs, self._shown(listing, pairs), strict=True)
        for _row, some in groupby(shown, key=lambda one: one[0][0]):
            yield ScreenPerson(tuple(result for _pair, result in some))

    def _order(self, listing: "Listing", order: str) -> Any:
        """Rows in an order; those that ask the records are made once after each screening."""
        from models.services import screening_lists as lists

        def by_age() -> Any:
            return lists.rows_by([lists.unknown_last(block.born) for block in listing.blocks])

        def by_visit() -> Any:
            return lists.rows_by([block.lists.visited[block.household] for block in listing.blocks])

        def by_name() -> Any:
            with self._book.reading() as connection:
                ids = search.in_order_of_names(connection)
            return lists.rows_by([lists.rank(block.lists.person, ids) for block in listing.blocks])

        def by_place() -> Any:
            with self._book.reading() as connection:
                ids = _homes_in_order(connection)
            ranks = [lists.rank(block.lists.home, ids)[block.household] for block in listing.blocks]
            return lists.rows_by(ranks)

        made = {"age": by_age, "visit": by_visit, "name": by_name, "place": by_place}
        return listing.order(order, made[order])

    def _shown(self, listing: "Listing", pairs: Sequence[tuple[int, int]]) -> Iterator[ScreenRow]:
        """Results with the names and addresses of their people."""
        from models.services import screening_lists as lists

        found = []
        for row, place in pairs:
            block, at = listing.at(row)
            home = int(block.household[at])
            person, house = block.lists.person[at].decode(), block.lists.home[home].decode()
            found.append((block, at, home, place, person, house))
        with self._book.reading() as connection:
            people = _people(connection, {one[4] for one in found})
            homes = _addresses(connection, {one[5] for one in found})
        policies, on = listing.plan.policies, listing.plan.on
        unpacked: Any = {}
        for block, at, home, place, person, house in found:
            part = listing.parts[place]
            service = policies.services[part.service_id]
            cell = int(block.cells[place, at])
            name, born = people.get(person, ("", None))
            code = block.lists.community[home].decode()
            yield ScreenRow(
                resident_id=person,
                household_id=house,
                name=name,
                birth_date=born,
                address=homes.get(house, ""),
                community_code=code,
                community=_community(code),
                service_id=part.service_id,
                component=part.component or "",
                service=service.name,
                service_en=service.name_en,
                of_household=part.subject == "household",
                outcome=_outcome(cell & lists.VERDICT),
                questions=cell >> lists.QUESTIONS,
                missing=tuple(_missing(*one) for one in listing.missing(block, place, at, unpacked)),
                received=bool(cell & lists.RECEIVED),
                last_visit=lists.day_or_none(int(block.lists.visited[home])),
                worker=block.lists.worker[home].decode(),
                period_ended=_period_ended(listing, part, on),
                component_en=_component_en(service, part.component),
                deceased=part.subject == "deceased",
            )


@lru_cache(maxsize=2_000)
def _missing(fact: str, whose: str) -> ScreenMissing:
    return ScreenMissing(fact, whose)


@lru_cache(maxsize=10_000)
def _community(code: str) -> str:
    community = divisions.community(code) if code else None
    return community.short if community else ""


def _outcome(code: int) -> Outcome:
    from models.services.screening_lists import OUTCOMES

    return OUTCOMES[code]


def _period_ended(listing: "Listing", part: Any, on: Any) -> bool:
    """Whether the rule that decided ended before the day; the same reading as the flag of a determination."""
    component = next(
        one for one in listing.plan.policies.services[part.service_id].components if part.component in (None, one.name)
    )
    rule = component.rule(on)
    return rule.valid_to is not None and rule.valid_to < on


def _component_en(service: "Service", name: str | None) -> str:
    component = service.component(name) if name else None
    return component.name_en if component else ""


def _service_count(listing: "Listing", place: int, counts: dict[str, int]) -> ServiceCount:
    part = listing.parts[place]
    service = listing.plan.policies.services[part.service_id]
    return ServiceCount(
        service_id=part.service_id,
        component=part.component or "",
        name=service.name,
        name_en=service.name_en,
        group=service.group,
        of_households=part.subject == "household",
        period_ended=_period_ended(listing, part, listing.plan.on),
        component_en=_component_en(service, part.component),
        **counts,
    )


def _figures(histogram: Any) -> dict[str, int]:
    """What the bytes of a part's cells add up to."""
    from models.services import screening_lists as lists

    figures = dict.fromkeys(("eligible", "not_received", "ask", "ask_one", "office", "not_eligible", "received"), 0)
    for cell, times in enumerate(histogram.tolist()):
        outcome = lists.OUTCOMES.get(cell & lists.VERDICT)
        if not times or outcome is None:
            continue
        received = bool(cell & lists.RECEIVED)
        figures[outcome] += times
        figures["received"] += times * received
        figures["not_received"] += times * (outcome == "eligible" and not received)
        figures["ask_one"] += times * (outcome == "ask" and cell >> lists.QUESTIONS == 1)
    return figures


def _people(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[str, Any]]:
    found = {}
    for part in _parts(ids):
        query = select(_RESIDENT.c.id, _RESIDENT.c.name, _RESIDENT.c.birth_date).where(_RESIDENT.c.id.in_(part))
        found.update({row.id: (row.name, row.birth_date) for row in connection.execute(query)})
    return found


def _addresses(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    found = {}
    for part in _parts(ids):
        query = (
            select(_HOUSEHOLD.c.id.label("household"), _DWELLING)
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_HOUSEHOLD.c.id.in_(part))
        )
        found.update({row["household"]: short_address(row) for row in connection.execute(query).mappings()})
    return found


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(ids)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]


def _homes_in_order(connection: Connection) -> list[str]:
    """All households by community and address."""
    place = (_DWELLING.c[name] for name in ("community_code", "street_line", "building", "unit", "door"))
    query = (
        select(_HOUSEHOLD.c.id)
        .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
        .order_by(*place, _HOUSEHOLD.c.id)
    )
    return list(connection.execute(query).scalars())
