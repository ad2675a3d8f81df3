"""The statistics of a month: what there was, what was done, what came of it, beside the month before and last year's.

Everything is counted from the records as they are known on the day on which it is made: what is written down later
moves the figures of earlier months too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from models.clock import local_time, today
from models.records import codes
from models.records.operation import Operation
from models.services import referral_rules
from models.services.book import Book
from models.services.registers_casework import InstrumentWords, answered_on, kept_only, steps_of
from models.services.screening import Screening
from models.services.screening_views import ScreenFilter
from models.services.statistics_people import Living, ends, living
from models.services.statistics_views import (
    OUTCOMES,
    Figure,
    Month,
    NeedCount,
    OfficeCount,
    Seen,
    Statistics,
    WorkerVisits,
    guarded,
)
from models.services.walking import portions
from models.store.rows import KEPT, table_of
from models.texts import language

__all__ = ["OUTCOMES", "Month", "MonthlyStatistics"]

COVERED = (30, 90, 180, 365)  # days
BACK = 12  # months of the line of stocks
MOST_OFFICES = 12
_FRESH = 62  # days after the end of a month for which the screening of today still speaks of it

_VISIT, _NEED, _RESIDENT, _HOUSEHOLD, _DWELLING = (
    KEPT[name] for name in ("visit", "need", "resident", "household", "dwelling")
)
_REFERRAL, _ASSESSMENT, _ANSWER, _QUESTIONNAIRE = (
    KEPT[name] for name in ("referral", "assessment", "questionnaire_answer", "questionnaire")
)
_OPERATION = table_of(Operation)


class MonthlyStatistics:
    """The verb about statistics; off the window's thread."""

    def __init__(self, book: Book, screening: Screening) -> None:
        self._book = book
        self._screening = screening

    def of(self, month: Month, place: str = "", called: InstrumentWords | None = None) -> Statistics:
        """The figures of a month that has begun; place: code of a district, street or community, "" everything.

        called: what instruments and their levels are called. Raises ValueError for a month still to come.
        """
        on = today(self._book.clock)
        if month.first > on:
            raise ValueError("the month is still to come")
        until = min(month.last, on)
        with self._book.reading() as connection:
            made = _Made(connection, month, until, on, place, called or (lambda name, _version, level: (name, level)))
            figures = made.statistics(self._book.office.name)
        if (on - until).days <= _FRESH:
            summary = self._screening.summary(
                ScreenFilter(community=place if len(place) == 12 else "", street=place if len(place) < 12 else "")
            )
            services = [one for one in summary.services if one.not_received]
            services.sort(key=lambda one: -one.not_received)
            told = tuple((_part(one, zh=True), _part(one, zh=False), one.not_received) for one in services)
            figures = replace(figures, found=told, found_on=summary.day)
        self._book.note("view", "statistics", "", f"{month} {place}".strip())
        return figures

    def exported(self, figures: Statistics) -> None:
        """Journal that a month's figures leave as a file."""
        self._book.note("export", "statistics", "", f"{figures.month} {figures.place}".strip())

    def months(self) -> list[Month]:
        """The months of which there is anything, the newest first; at most ten years."""
        on = today(self._book.clock)
        with self._book.reading() as connection:
            first = connection.execute(select(func.min(_RESIDENT.c.registered_on))).scalar() or on
        newest = Month(on.year, on.month)
        count = (newest.year - first.year) * 12 + newest.month - first.month + 1
        return [newest.later(-steps) for steps in range(min(max(count, 1), 120))]


def _part(one: Any, *, zh: bool) -> str:
    name, part = (one.name, one.component) if zh else (one.name_en or one.name, one.component_en or one.component)
    return f"{name} · {part}" if part and part not in name else name


class _Made:
    """One month being counted."""

    def __init__(
        self, connection: Connection, month: Month, until: date, on: date, place: str, called: InstrumentWords
    ) -> None:
        self.connection, self.month, self.until, self.on, self.place = connection, month, until, on, place
        self.called = called
        self.three = (month, month.later(-1), month.later(-12))
        self.here: Living = living(connection, place)

    def last(self, month: Month) -> date:
        """The last day of a month that is counted."""
        return self.until if month == self.month else month.last

    def figure(self, key: str, counts: Sequence[float | None]) -> Figure:
        """Three counts, those of months of before the casebook left out."""
        known = self.here.data_from
        told = [
            count if known is not None and self.last(month) >= known else None
            for month, count in zip(self.three, counts, strict=True)
        ]
        return Figure(key, told[0] if told[0] is not None else counts[0], told[1], told[2])

    def statistics(self, office: str) -> Statistics:
        """All figures but those of the screening."""
        needs = self.needs()
        referrals, statuses, offices, outcomes = self.referrals()
        visits, workers = self.visits()
        opened, closed = self.need_figures
        assessed, levels = self.assessments()
        filled, asked = self.questionnaires()
        return Statistics(
            office=office,
            place=self.place,
            month=self.month,
            until=self.until,
            made_on=self.on,
            data_from=self.here.data_from,
            people=tuple(self.people()),
            stocks=tuple(self.stocks()),
            ages=tuple(self.ages()),
            visits=visits,
            workers=workers,
            coverage=tuple(self.coverage()),
            needs=needs,
            work=(opened, closed, assessed, filled, *referrals),
            levels=levels,
            found=(),
            found_on=None,
            statuses=statuses,
            offices=offices,
            outcomes=outcomes,
            asked=asked,
        )

    # Who there is.

    def people(self) -> Iterable[Figure]:
        """Stocks at the end of the month, and what came and went."""
        here = self.here
        span = [(month.first, self.last(month)) for month in self.three]
        yield self.figure("residents", [here.residents.on(last) for _first, last in span])
        yield self.figure("households", [here.households.on(last) for _first, last in span])
        yield self.figure("came", [here.residents.came(*days) for days in span])
        yield self.figure("births", [here.births(*days) for days in span])
        yield self.figure("went", [here.residents.went(*days) for days in span])
        yield self.figure("deaths", [here.deaths(*days) for days in span])

    def stocks(self) -> Iterable[tuple[Month, int | None, int | None]]:
        """Residents and households at the ends of twelve months."""
        for month, last in ends(self.month, self.until, BACK):
            known = self.here.data_from is not None and last >= self.here.data_from
            yield (month, self.here.residents.on(last), self.here.households.on(last)) if known else (month, None, None)

    def ages(self) -> Iterable[tuple[str, int | str, int | str]]:
        """Who there is by age and sex, small numbers hidden."""
        rows = self.here.by_age(self.until)
        shown = guarded([count for _group, *both in rows for count in both])
        for place, (group, _men, _women) in enumerate(rows):
            yield group, shown[2 * place], shown[2 * place + 1]

    # What was done.

    def _within(self, column: Any) -> ColumnElement[bool]:
        return or_(*(column.between(month.first, self.last(month)) for month in self.three))

    def _placed(self, household: Any) -> list[ColumnElement[bool]]:
        if not self.place:
            return []
        here = (
            select(_HOUSEHOLD.c.id)
            .join(_DWELLING, _DWELLING.c.id == _HOUSEHOLD.c.dwelling_id)
            .where(_DWELLING.c.community_code.startswith(self.place))
        )
        return [household.in_(here)]

    def _residents_here(self, ids: Iterable[str]) -> set[str]:
        """Of residents those who have a present home in the place."""
        wanted = set(ids)
        if not self.place:
            return wanted
        from models.services.people import homes_of

        found: set[str] = set()
        for some in portions(wanted):
            homes = homes_of(self.connection, some, self.on)
            found |= {one for one, home in homes.items() if str(home.dwelling["community_code"]).startswith(self.place)}
        return found

    def visits(self) -> tuple[tuple[Figure, ...], tuple[WorkerVisits, ...]]:
        """By outcome and by worker."""
        query = (
            select(_VISIT.c.happened_on, _VISIT.c.outcome, _VISIT.c.worker, func.count())
            .where(_VISIT.c.dead.is_(False), self._within(_VISIT.c.happened_on), *self._placed(_VISIT.c.household_id))
            .group_by(_VISIT.c.happened_on, _VISIT.c.outcome, _VISIT.c.worker)
        )
        totals: Counter[tuple[Month, str]] = Counter()
        workers: dict[str, Counter[str]] = defaultdict(Counter)
        for day, outcome, worker, count in self.connection.execute(query):
            month = Month(day.year, day.month)
            totals[month, ""] += count
            totals[month, outcome] += count
            if month == self.month:
                workers[worker][outcome] += count
        figures = [self.figure("visits", [totals[month, ""] for month in self.three])]
        figures += [self.figure(one, [totals[month, one] for month in self.three]) for one in OUTCOMES]
        rows = [WorkerVisits(worker, tuple(counts[one] for one in OUTCOMES)) for worker, counts in workers.items()]
        return tuple(figures), tuple(sorted(rows, key=lambda row: (-sum(row.counts), row.worker)))

    def coverage(self) -> Iterable[Seen]:
        """In how many of the households somebody was met lately."""
        query = (
            select(_VISIT.c.household_id, func.max(_VISIT.c.happened_on))
            .where(_VISIT.c.dead.is_(False), _VISIT.c.outcome == "met", _VISIT.c.happened_on <= self.until)
            .group_by(_VISIT.c.household_id)
        )
        met = {row[0]: row[1] for row in self.connection.execute(query)}
        homes = [
            home for home, spells in self.here.homes.items() if any(start <= self.until < end for start, end in spells)
        ]
        for days in COVERED:
            since = self.until - timedelta(days=days - 1)
            yield Seen(days, sum(met.get(home, date.min) >= since for home in homes), len(homes))

    def needs(self) -> tuple[NeedCount, ...]:
        """By group: found, settled, open at the end. A need is settled on the day on which somebody said so here."""
        query = (
            select(_NEED.c.id, _NEED.c.group, _NEED.c.status, _NEED.c.at, _VISIT.c.happened_on)
            .outerjoin(_VISIT, _VISIT.c.id == _NEED.c.visit_id)
            .where(_NEED.c.dead.is_(False), ~kept_only(), *self._placed(_NEED.c.household_id))
        )
        rows = self.connection.execute(query).all()
        closed = closed_on(self.connection, [row.id for row in rows if row.status != "open"])
        counts: dict[str, list[int]] = {}
        opened_in: Counter[Month] = Counter()
        closed_in: Counter[Month] = Counter()
        for row in rows:
            opened = row.happened_on or local_time(row.at).date()
            over = closed.get(row.id) if row.status != "open" else None
            for month in self.three:
                opened_in[month] += month.first <= opened <= self.last(month)
                closed_in[month] += over is not None and month.first <= over <= self.last(month)
            group = counts.setdefault(row.group, [0, 0, 0])
            group[0] += self.month.first <= opened <= self.until
            group[1] += over is not None and self.month.first <= over <= self.until
            group[2] += opened <= self.until and (row.status == "open" or (over is not None and over > self.until))
        self.need_figures = (
            self.figure("needs_opened", [opened_in[month] for month in self.three]),
            self.figure("needs_closed", [closed_in[month] for month in self.three]),
        )
        ordered = [code for code, _label in codes.choices("need_group") if code in counts]
        return tuple(NeedCount(code, *counts[code]) for code in ordered if any(counts[code]))

    def assessments(self) -> tuple[Figure, tuple[tuple[str, str, int | str], ...]]:
        """How many there were, and the levels of this month."""
        query = select(_ASSESSMENT).where(_ASSESSMENT.c.dead.is_(False), self._within(_ASSESSMENT.c.assessed_on))
        rows = self.connection.execute(query).all()
        here = self._residents_here(row.resident_id for row in rows)
        counts: Counter[Month] = Counter()
        levels: dict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            if row.resident_id in here:
                month = Month(row.assessed_on.year, row.assessed_on.month)
                counts[month] += 1
                if month == self.month:
                    instrument, level = self.called(row.instrument, row.version, row.level)
                    levels[instrument][level] += 1
        told: list[tuple[str, str, int | str]] = []
        for instrument, found in sorted(levels.items()):
            ordered = sorted(found.items())
            shown = guarded([count for _level, count in ordered])
            told += [(instrument, level, count) for (level, _n), count in zip(ordered, shown, strict=True)]
        return self.figure("assessments", [counts[month] for month in self.three]), tuple(told)

    def questionnaires(self) -> tuple[Figure, tuple[tuple[str, int], ...]]:
        """How many were filled in, and which this month."""
        titled = select(_ANSWER.c.answered_on, _ANSWER.c.household_id, _ANSWER.c.resident_id, _QUESTIONNAIRE.c.title)
        query = titled.outerjoin(_QUESTIONNAIRE, _QUESTIONNAIRE.c.id == _ANSWER.c.questionnaire_id).where(
            _ANSWER.c.dead.is_(False), self._within(_ANSWER.c.answered_on)
        )
        rows = self.connection.execute(query).all()
        homes = set(self.here.homes)
        people = self._residents_here(row.resident_id for row in rows if row.resident_id)
        counts: Counter[Month] = Counter()
        titles: Counter[str] = Counter()
        for row in rows:
            if self.place and not (row.resident_id in people or row.household_id in homes):
                continue
            month = Month(row.answered_on.year, row.answered_on.month)
            counts[month] += 1
            if month == self.month:
                said = row.title or {}
                titles[str(said.get(language()) or next(iter(said.values()), "") or "–")] += 1
        return self.figure("questionnaires", [counts[month] for month in self.three]), tuple(titles.most_common())

    def referrals(
        self,
    ) -> tuple[tuple[Figure, ...], tuple[tuple[str, int], ...], tuple[OfficeCount, ...], tuple[tuple[str, int], ...]]:
        """Letters: figures, where those of the month stand, by office, and what came of matters in the month."""
        query = (
            select(_REFERRAL)
            .join(_RESIDENT, _RESIDENT.c.id == _REFERRAL.c.resident_id)
            .where(_REFERRAL.c.dead.is_(False), _REFERRAL.c.issued_on.is_not(None), _RESIDENT.c.frozen == "")
        )
        rows = self.connection.execute(query).all()
        here = self._residents_here(row.resident_id for row in rows)
        rows = [row for row in rows if row.resident_id in here]
        steps = steps_of(self.connection, [row.id for row in rows])
        issued: Counter[Month] = Counter()
        answered: Counter[Month] = Counter()
        days: dict[Month, list[int]] = defaultdict(list)
        statuses: Counter[str] = Counter()
        offices: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([0], []))
        outcomes: Counter[str] = Counter()
        for row in rows:
            month = Month(row.issued_on.year, row.issued_on.month)
            taken = steps.get(row.id, [])
            issued[month] += row.issued_on <= self.last(month)
            if month == self.month:
                statuses[referral_rules.stands_now(row.status, row.valid_until, self.on)] += 1
                offices[row.receiver][0][0] += 1
            answer = answered_on(taken)
            if answer is not None:
                then = Month(answer.year, answer.month)
                answered[then] += 1
                days[then].append((answer - row.issued_on).days)
                if then == self.month:
                    offices[row.receiver][1].append((answer - row.issued_on).days)
            for step in taken:
                if self.month.holds(step.happened_on):
                    outcomes.update(str(came.get("result", "")) for came in step.outcomes)
        waits = [median(days[month]) if days[month] else None for month in self.three]
        figures = (
            self.figure("issued", [issued[month] for month in self.three]),
            self.figure("answered", [answered[month] for month in self.three]),
            replace(self.figure("days", waits), now=waits[0]),
        )
        told = sorted(offices.items(), key=lambda one: (-one[1][0][0], -len(one[1][1]), one[0]))[:MOST_OFFICES]
        return (
            figures,
            tuple((code, statuses[code]) for code, _label in codes.choices("referral_status") if statuses[code]),
            tuple(OfficeCount(name, n[0], len(took), median(took) if took else None) for name, (n, took) in told),
            tuple((code, outcomes[code]) for code, _label in codes.choices("referral_result") if outcomes[code]),
        )


def closed_on(connection: Connection, need_ids: Sequence[str]) -> dict[str, date]:
    """The day on which each of these needs was last said to be met or not wanted any more, from the log."""
    found: dict[str, tuple[int, int]] = {}
    for some in portions(need_ids):
        query = select(_OPERATION.c.row, _OPERATION.c.clock, _OPERATION.c.at, _OPERATION.c.fields)
        for row, clock, at, fields in connection.execute(query.where(_OPERATION.c.row.in_(some))):
            if "status" in fields and fields["status"].get("v") != "open":
                found[row] = max(found.get(row, (0, 0)), (clock, at))
    return {row: local_time(at).date() for row, (_clock, at) in found.items()}
