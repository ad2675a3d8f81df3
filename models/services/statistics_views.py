"""What a month's statistics hand to the screens and to paper: plain counts with what they are counts of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SMALL = 3
"""Fewer people than this are not told apart by a trait (age, sex, a level of health): who they are would be known."""

OUTCOMES = ("met", "nobody_home", "refused", "moved_away")
"""Of visits, in the order in which they are told."""

FEW = f"<{SMALL}"
Count = int | str  # a number, or FEW


@dataclass(frozen=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.later(1).first - timedelta(days=1)

    def later(self, months: int) -> "Month":
        """So many months later; earlier where negative."""
        place = self.year * 12 + self.month - 1 + months
        return Month(place // 12, place % 12 + 1)

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


@dataclass(frozen=True)
class Figure:
    """A count of the month, of the month before and of the same month last year; None where there is no data."""

    key: str
    now: float | None
    before: float | None = None
    year_before: float | None = None


@dataclass(frozen=True)
class WorkerVisits:
    """Visits of one worker, by outcome in the order of OUTCOMES."""

    worker: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class NeedCount:
    """Needs of one group: found in the month, settled in it, open at its end."""

    group: str
    opened: int
    closed: int
    open: int


@dataclass(frozen=True)
class OfficeCount:
    """Letters to one office: issued in the month, answered in it, and the median days from issue to answer."""

    office: str
    issued: int
    answered: int
    days: float | None


@dataclass(frozen=True)
class Seen:
    """Households in which somebody was met within so many days before the end of the month."""

    days: int
    seen: int
    households: int


@dataclass(frozen=True)
class Statistics:
    """The figures of one month of an office, or of one place within it. They tell nobody's name but workers'.

    until: the last day counted, before the month's own where it is not over. data_from: the first day of which the
    casebook knows anything. stocks: (month, residents, households) at each of twelve ends of months. ages: (group, men,
    women). levels: (instrument, level, how often). found: (service, English name, residents or households who meet the
    conditions and do not receive it) on the day `found_on`; None where the month is too long ago to tell. asked:
    (title, how often filled in).
    """

    office: str
    place: str
    month: Month
    until: date
    made_on: date
    data_from: date | None
    people: tuple[Figure, ...]
    stocks: tuple[tuple[Month, int | None, int | None], ...]
    ages: tuple[tuple[str, Count, Count], ...]
    visits: tuple[Figure, ...]
    workers: tuple[WorkerVisits, ...]
    coverage: tuple[Seen, ...]
    needs: tuple[NeedCount, ...]
    work: tuple[Figure, ...]
    levels: tuple[tuple[str, str, Count], ...]
    found: tuple[tuple[str, str, int], ...]
    found_on: date | None
    statuses: tuple[tuple[str, int], ...]
    offices: tuple[OfficeCount, ...]
    outcomes: tuple[tuple[str, int], ...]
    asked: tuple[tuple[str, int], ...]


def guarded(counts: Sequence[int]) -> list[Count]:
    """Counts of people by a trait, small ones hidden; where only one would be, the next smallest is hidden as well,
    since the sum would tell it.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < SMALL}
    if len(hidden) == 1:
        others = [place for place, count in enumerate(counts) if count and place not in hidden]
        if others:
            hidden.add(min(others, key=lambda place: counts[place]))
    return [
        FEW if place in hidden and count < SMALL else "…" if place in hidden else count
        for place, count in enumerate(counts)
    ]
