"""What changes for many households, by the columns: each is decided as it is at first and after each of its days.

The rules are compiled once for all days between two changes of the texts, not once a day: dates are moved instead, so
that on the one day of the plan they lie between the same cuts as the dates do on theirs.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.eligibility.ahead import ChangeKind
from models.eligibility.batch.columns import (
    LAST_DAY,
    NO_DAY,
    ODD,
    STATED,
    UNKNOWN,
    Bits,
    Bytes,
    Codes,
    Column,
    Columns,
    Days,
    Numbers,
    codes_by_value,
)
from models.eligibility.batch.plan import plan_of
from models.eligibility.batch.screening import (
    ELIGIBLE,
    NOT_ELIGIBLE,
    OPEN_ASK,
    OPEN_OFFICE,
    Screened,
    screen_columns,
)
from models.eligibility.case import HOUSEHOLD
from models.eligibility.watching import PartKey, Reason, Watch
from models.services.calendar_days import DAYS, Causes, Ints, Register, ranges
from models.store.columns import taken

_WORDS = {0: "", NOT_ELIGIBLE: "not_eligible", ELIGIBLE: "eligible", OPEN_ASK: "missing", OPEN_OFFICE: "office"}
_TOLD = np.zeros(256, np.uint8)  # verdicts that are told; 0 for all others
_TOLD[list(_WORDS)] = list(_WORDS)
_KEEP_OUT = {"deceased": True, "counts_in_household": False}  # answers by which somebody does not count

Thresholds = dict[str, NDArray[np.int32]]
"""For each date fact the cuts (the lowest first) on each day: from that ordinal on a date lies on the later side."""


class Cell(NamedTuple):
    """One part that may change on a day for a person, or for a household as a whole (row -1)."""

    home: int
    row: int
    part: PartKey
    day: date
    before: str
    after: str
    received: bool
    text: tuple[int, int]  # which stretch between changes of the texts the day before and the day lie in
    reasons: tuple[Reason, ...]


class Decider:
    """Decides households after start and until a day, in a number of portions."""

    def __init__(self, watched: Watch, register: Register, start: date, until: date) -> None:
        self.watched = watched
        self._register = register
        self._start, self._until = start, until
        self._borders = sorted({cause.day for cause in watched.fixed(start, until)})
        self._plans = [plan_of(watched.policies, day) for day in (start, *self._borders)]
        plan = self._plans[0]
        inexact = set(plan.inexact())
        self._parts = [plan.parts[place] for place in plan.chosen(None) if plan.parts[place] not in inexact]
        self._keys = [self._key(part.service_id, part.component) for part in self._parts]
        self._place = {key: place for place, key in enumerate(self._keys)}
        self._inexact = {self._key(part.service_id, part.component) for part in inexact}
        self._of_household = np.array([part.subject == "household" for part in self._parts], np.bool_)
        self._varying = np.array([key in watched.varying for key in self._keys], np.bool_)
        self._thresholds = [self._cuts_on(number) for number in range(len(self._plans))]

    def _key(self, service_id: str, component: str | None) -> PartKey:
        if component is None:
            component = self.watched.policies.services[service_id].components[0].name
        return service_id, component

    def _cuts_on(self, number: int) -> Thresholds | None:
        """The cuts on every day, in the order that they have on the plan's day; None where dates cannot be moved.

        That is where two cuts of one fact overtake each other, and where a plan asks for another day than a cut.
        """
        plan, first = self._plans[number], self._start.toordinal()
        days = [date.fromordinal(day) for day in range(first, self._until.toordinal() + 1)]
        stretch = [place for place, day in enumerate(days) if bisect_right(self._borders, day) == number]
        found: dict[str, list[list[int]]] = defaultdict(list)
        for cut in self.watched.cuts.values():
            at = (cut.at(day) for day in days)
            found[cut.fact.name].append([threshold.toordinal() + above for threshold, above in at])
        made: Thresholds = {}
        for fact, rows in found.items():
            cuts = np.array(rows, np.int32)
            cuts = cuts[np.argsort(cuts[:, plan.on.toordinal() - first], kind="stable")]
            gaps = np.diff(cuts, axis=0)
            if (gaps[:, plan.on.toordinal() - first] <= 0).any() or (gaps[:, stretch] < 0).any():
                return None
            made[fact] = cuts
        asked = {key[1:] for key in plan.planes.sources() if key[0] in ("may be from", "may be before")}
        known = {(fact, int(day)) for fact, cuts in made.items() for day in cuts[:, plan.on.toordinal() - first]}
        return made if asked <= known else None

    def beyond(self, causes: Causes) -> Ints:
        """The households that columns cannot tell of, ascending: who counts in them may change, the texts change on
        the very day, or a rule is concerned that the planes cannot settle.
        """
        if any(thresholds is None for thresholds in self._thresholds):
            return np.unique(causes.home)
        odd = np.zeros(len(causes.home), np.bool_)
        facts, columns = self.watched.policies.facts, self._register.loaded.columns.facts
        for number, group in enumerate(causes.groups):
            chosen = np.flatnonzero(causes.group == number)
            if group.parts & self._inexact:
                odd[chosen] = True
            elif group.cut is None and group.fact.name in _KEEP_OUT:
                keeps_out = codes_by_value(facts[group.fact.name])[_KEEP_OUT[group.fact.name]]
                column = columns[group.fact.name]
                assert isinstance(column, Codes)
                odd[chosen] = column.values[causes.row[chosen]] == keeps_out
        borders = np.array([day.toordinal() for day in self._borders], np.int64)
        return np.unique(causes.home[odd | np.isin(causes.day, borders)])

    def cells(self, causes: Causes, kinds: frozenset[ChangeKind]) -> Iterator[Cell]:
        """The cells of some households in which a change of these kinds happens, and those whose sum may change."""
        if not len(causes.home):
            return
        homes = np.unique(causes.home)
        days = np.array([day.toordinal() for day in (self._start, *self._borders)], np.int64)
        keys = np.unique(np.concatenate([causes.key, (homes[:, None] * DAYS + days).ravel()]))
        stages = _Stages(self._register, causes, keys, self.watched.policies.facts)
        screened = [self._screened(stages, number) for number in range(len(self._plans))]
        text = np.searchsorted(days[1:], stages.day, "right")[stages.of_row]
        words = _TOLD[screened[0].verdicts]
        for number, one in enumerate(screened[1:], 1):
            words = np.where(text == number, _TOLD[one.verdicts], words)
        touched, dated = self._touched(stages, causes)
        after = np.flatnonzero(stages.after(np.unique(causes.key))[stages.of_row])
        before = after - stages.sizes[stages.of_row[after]]
        was, will, dated = words[:, before], words[:, after], dated[:, after]
        found = self._changing(was, will, touched[:, after], dated, kinds)
        found &= self._of_household[:, None] | self._register.own[stages.original[after]]
        why = _Why(self.watched, self._register, causes)
        received: dict[tuple[int, int], Bits] = {}

        def receives(place: int, row: int) -> bool:
            number = int(text[row])
            if (place, number) not in received:
                received[place, number] = screened[number].received(place)
            return bool(received[place, number][row])

        for place, column in zip(*(several.tolist() for several in np.nonzero(found)), strict=True):
            row, earlier = int(after[column]), int(before[column])
            stage = int(stages.of_row[row])
            before_word, after_word = _WORDS[int(was[place, column])], _WORDS[int(will[place, column])]
            of_household = bool(self._of_household[place])
            original = -1 if of_household else int(stages.original[row])
            told = bool(after_word)
            yield Cell(
                home=int(stages.home[stage]),
                row=original,
                part=self._keys[place],
                day=date.fromordinal(int(stages.day[stage])),
                before=before_word,
                after=after_word,
                received=(told and receives(place, row)) or (bool(before_word) and receives(place, earlier)),
                text=(int(text[earlier]), int(text[row])),
                reasons=why.of(self._keys[place], int(stages.key[stage]), original, told),
            )

    def _screened(self, stages: "_Stages", number: int) -> Screened:
        thresholds = self._thresholds[number]
        assert thresholds is not None  # or all households were beyond
        columns = stages.moved(thresholds, self._plans[number].on, self._start)
        parts = [(part.service_id, part.component) for part in self._parts]
        screened = screen_columns(self._plans[number], columns, parts=parts, missing=False)
        assert screened is not None  # nobody cancels it
        return screened

    def _touched(self, stages: "_Stages", causes: Causes) -> tuple[Bits, Bits]:
        """Which parts a cause touches for whom, on the rows of its day; and which a date touches."""
        touched = np.zeros((len(self._parts), len(stages.of_row)), np.bool_)
        dated = np.zeros_like(touched)
        stage_of = np.searchsorted(stages.key, causes.key)
        for number, group in enumerate(causes.groups):
            chosen = causes.group == number
            if not chosen.any():
                continue
            stage, row = stage_of[chosen], causes.row[chosen]
            everybody = ranges(stages.starts[stage], stages.starts[stage + 1])
            parts = [self._place[key] for key in group.parts if key in self._place]
            wide = [place for place in parts if self._keys[place] in self.watched.beyond]
            if group.fact.level == HOUSEHOLD:
                own_parts, own_rows, wide = [], everybody, parts
            else:
                own_parts = [place for place in parts if self._keys[place] not in self.watched.beyond]
                own_rows = stages.row(stage, row)
            for places, rows in ((wide, everybody), (own_parts, own_rows)):
                where = np.ix_(np.array(places, np.int64), rows)
                touched[where] = True
                if group.cut is not None:
                    dated[where] = True
        return touched, dated

    def _changing(self, was: Bytes, will: Bytes, touched: Bits, dated: Bits, kinds: frozenset[ChangeKind]) -> Bits:
        """Which cells change in a way that is wanted, or may change in their sum."""
        found: Bits = touched & (was != will)
        gone = (was == NOT_ELIGIBLE) & (will != ELIGIBLE)
        if "reopens" not in kinds:
            found &= ~gone | dated
        if "may_begin" not in kinds and "reopens" not in kinds:
            found &= ~gone
        if "lapses" not in kinds:
            found &= (will != NOT_ELIGIBLE) | (was == ELIGIBLE)
        if "amount" in kinds:
            found |= touched & (was == ELIGIBLE) & (will == ELIGIBLE) & self._varying[:, None]
        return found


class _Stages:
    """Households as they are at first and after each of their days: one stage after the other, with its people."""

    def __init__(self, register: Register, causes: Causes, keys: Ints, facts: Any) -> None:
        self.key = keys
        self.home, self.day = keys // DAYS, keys % DAYS
        self.sizes = register.sizes[self.home]
        self.starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(self.sizes)))
        self.of_row = np.repeat(np.arange(len(keys)), self.sizes)
        self._first = register.starts[self.home]  # rows of the register
        self.original = ranges(self._first, self._first + self.sizes)
        self._facts = facts
        self._columns = self._without_ended(taken(register.loaded, self.home, facts).columns, causes)

    def row(self, stage: Ints, original: Ints) -> Ints:
        """The rows of stages in which rows of the register stand."""
        return self.starts[stage] + original - self._first[stage]

    def after(self, keys: Ints) -> Bits:
        """The stages on which something happens; the others are beginnings, and days on which texts change."""
        found: Bits = np.isin(self.key, keys)
        return found

    def _without_ended(self, columns: Columns, causes: Causes) -> Columns:
        """Without the answers that have ended by each stage."""
        kept = dict(columns.facts)
        for number, group in enumerate(causes.groups):
            name = group.fact.name
            chosen = causes.group == number
            if group.cut is not None or name not in kept or not chosen.any():
                continue
            first = np.searchsorted(self.key, causes.key[chosen])
            last = np.searchsorted(self.key, (causes.home[chosen] + 1) * DAYS)
            stage = ranges(first, last)
            at_home = group.fact.level == HOUSEHOLD
            rows = stage if at_home else self.row(stage, np.repeat(causes.row[chosen], last - first))
            kept[name] = _ended(kept[name], rows)
        return replace(columns, facts=kept)

    def moved(self, thresholds: Thresholds, to: date, start: date) -> Columns:
        """The columns with dates that lie on one day as the real ones do on the day of each stage."""
        day = self.day - start.toordinal()
        place = (to - start).days
        kept = dict(self._columns.facts)
        for name, cuts in thresholds.items():
            column = kept.get(name)
            if not isinstance(column, Days):
                continue
            on = day if self._facts[name].level == HOUSEHOLD else day[self.of_row]
            there = np.append(cuts[0, place] - 1, cuts[:, place]).astype(np.int32)
            unknown = (column.low == NO_DAY) & (column.high == LAST_DAY)
            low, high = (there[sum(end >= cut[on] for cut in cuts)] for end in (column.low, column.high))
            kept[name] = Days(np.where(unknown, NO_DAY, low), np.where(unknown, LAST_DAY, high))
        return replace(self._columns, facts=kept)


def _ended(column: Column, rows: Ints) -> Column:
    """The column with nothing known in these rows. It was copied when the stages were made."""
    if isinstance(column, Codes):
        column.values[rows] = STATED
        return column
    if isinstance(column, Days):
        column.low[rows], column.high[rows] = NO_DAY, LAST_DAY
        return column
    column.values[rows] = UNKNOWN
    still = {row: value for row, value in column.odd.items() if column.values[row] == ODD}
    return Numbers(column.values, still)


class _Why:
    """The reasons of changes: the causes of their day that touch the part, the person's own where there are any."""

    def __init__(self, watched: Watch, register: Register, causes: Causes) -> None:
        self._watched = watched
        self._register = register
        self._groups = causes.groups
        self._causes: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._made: dict[tuple[object, ...], Reason] = {}
        for key, group, row in zip(causes.key.tolist(), causes.group.tolist(), causes.row.tolist(), strict=True):
            self._causes[key].append((group, row))

    def of(self, part: PartKey, key: int, row: int, told: bool) -> tuple[Reason, ...]:
        """Why a part changes for a row (-1: for the household) at a household and day."""
        touching = [cause for cause in self._causes[key] if part in self._groups[cause[0]].parts]
        own = [cause for cause in touching if cause[1] in (-1, row)]
        day = date.fromordinal(key % DAYS)
        return tuple(self._reason(part, day, told, *cause) for cause in own or touching)

    def _reason(self, part: PartKey, day: date, told: bool, number: int, row: int) -> Reason:
        group, quote = self._groups[number], None
        if group.cut is not None:
            quote = self._watched.quotes(group.cut).get(part)
        if quote is None and told:
            quote = next(iter(self._watched.parts[part][1].rule(day).citations), None)
        key = (number, row, quote)
        found = self._made.get(key)
        if found is None:
            owner = HOUSEHOLD if row < 0 else self._register.person(row)
            if group.cut is None:
                reason = self._watched.expired(owner, group.fact.name, day - timedelta(days=1)).reason
            else:
                reason = self._watched.reason(self._watched.cuts[group.cut], owner)
            found = self._made[key] = replace(reason, citation=quote)
        return found
