"""The paper list of a round, typed in afterwards: what was typed, line by line, becomes one checked entry or problems.

What is typed: the outcome as a digit (1 met, 2 nobody home, 3 refused, 4 moved away), who was met as the numbers before
the names on the paper, a note, and when to come again: a day, a part of it (1 morning, 2 afternoon, 3 evening,
4 weekend, or its Chinese word), both, or 0 for not again. A line without an outcome was not walked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from forms.reading import plain, read_date
from models.records.rounds import PartOfDay, SheetEntry, SheetLine
from models.records.visit import Outcome
from models.services.retries import next_day_of
from models.services.rounds_views import StopView
from models.texts import _

OUTCOMES: dict[str, Outcome] = dict(zip("1234", get_args(Outcome), strict=True))
PARTS: dict[str, PartOfDay] = {"1": "morning", "2": "afternoon", "3": "evening", "4": "weekend"}
_WORDS: dict[str, PartOfDay] = {
    "上午": "morning", "早上": "morning", "下午": "afternoon", "晚上": "evening", "晚": "evening", "周末": "weekend",
    "morning": "morning", "afternoon": "afternoon", "evening": "evening", "weekend": "weekend",
}  # fmt: skip
NOT_AGAIN = "0"
DAY, PART, SHEET = "day", "part", "sheet"
"""Fields of a problem that is not of a line; a line's is `<number>.<column>`."""

COLUMNS = ("outcome", "met", "retry", "note")
_MOST_NOTE = 1000


@dataclass(frozen=True)
class SheetProblem:
    """Something typed that cannot be kept as it is, and where."""

    field: str
    sentence: str


@dataclass(frozen=True)
class SheetReading:
    """What was made of a sheet: the entry, or problems; never both."""

    entry: SheetEntry | None
    problems: tuple[SheetProblem, ...]
    walked: int  # lines with an outcome


def read_sheet(
    day: str, part: str, typed: Mapping[str, Mapping[str, str]], stops: Sequence[StopView], today: date
) -> SheetReading:
    """Read a sheet. typed: for each door (its id) what stands in its columns."""
    problems: list[SheetProblem] = []
    on = read_date(day) if day.strip() else None
    if on is None:
        problems.append(SheetProblem(DAY, _("Write the day of the walk, for example 2026-11-20.")))
    elif on > today:
        problems.append(SheetProblem(DAY, _("The day of the walk lies in the future.")))
    lines = []
    for stop in stops:
        row = {column: plain(typed.get(stop.id, {}).get(column, "")) for column in COLUMNS}
        if any(row.values()):
            line, wrong = read_line(stop, row, on or today)
            problems += wrong
            lines += [line] if line is not None else []
    if not lines and not problems:
        problems.append(SheetProblem(SHEET, _("No line has an outcome yet. Type 1, 2, 3 or 4 beside a door.")))
    entry = None
    if not problems and on is not None:
        entry = SheetEntry(on=on, part=PARTS.get(part) or _known(part), lines=tuple(lines))
    return SheetReading(entry, tuple(problems), len(lines))


def read_line(stop: StopView, row: Mapping[str, str], on: date) -> tuple[SheetLine | None, list[SheetProblem]]:
    """Read one line as it was typed; the problems name the line by its number on the paper."""
    problems: list[SheetProblem] = []

    def wrong(column: str, sentence: str) -> None:
        words = _("Line {n}: {sentence}").format(n=stop.place, sentence=sentence)
        problems.append(SheetProblem(f"{stop.place}.{column}", words))

    outcome = OUTCOMES.get(row["outcome"])
    if outcome is None:
        if row["outcome"]:
            wrong("outcome", _("type 1 met, 2 nobody home, 3 refused or 4 moved away."))
        else:
            wrong("outcome", _("something is written, but no outcome: type 1, 2, 3 or 4."))
    met = _numbers(row["met"])
    if met is None or any(not 1 <= number <= len(stop.people) for number in met):
        wrong("met", _("type the numbers before the names, 1 to {n}.").format(n=len(stop.people)))
        met = []
    elif met and outcome not in (None, "met"):
        wrong("met", _("somebody is named, but the outcome is not 1 met."))
    retry_on, retry_part, readable = read_retry(row["retry"], on)
    if not readable:
        wrong("retry", _("type when to come again, for example 11-25 3 (3: evening), or 0 for not again."))
    elif retry_on is not None and retry_on < on:
        wrong("retry", _("the day to come again lies before the walk."))
    elif retry_on is not None and outcome in ("met", "moved_away"):
        wrong("retry", _("coming again is for doors at which nobody was met."))
    if len(row["note"]) > _MOST_NOTE:
        wrong("note", _("the note is longer than {n} characters.").format(n=_MOST_NOTE))
    if problems or outcome is None:
        return None, problems
    people = tuple(stop.people[number - 1].resident_id for number in met)
    return (
        SheetLine(
            stop_id=stop.id,
            outcome=outcome,
            met=people,
            note=row["note"],
            retry_on=retry_on,
            retry_part=retry_part,
            not_again=row["retry"] == NOT_AGAIN,
        ),
        [],
    )


def read_retry(typed: str, on: date) -> tuple[date | None, PartOfDay, bool]:
    """(day, part, whether it was understood): a part alone means the next day of that kind after the walk."""
    text = plain(typed)
    if text in ("", NOT_AGAIN):
        return None, "", True
    *days, last = text.split()
    part = PARTS.get(last) or _known(last)
    if not part:
        days, last = [*days, last], ""
    if not days:
        return next_day_of(part, on + timedelta(days=1)), part, True
    day = _day("-".join(days), on)
    return day, part, day is not None


def _day(text: str, on: date) -> date | None:
    """A day with or without its year: 11-25 after the walk of 22 November is of the same year, 1-5 of the next."""
    short = re.fullmatch(r"(\d{1,2})\D(\d{1,2})日?", text)
    if short is None:
        return read_date(text)
    try:
        day = date(on.year, int(short[1]), int(short[2]))
        return day if day >= on else day.replace(year=on.year + 1)
    except ValueError:
        return None


def _known(word: str) -> PartOfDay:
    return _WORDS.get(word.strip().casefold(), "")


def _numbers(typed: str) -> list[int] | None:
    """12 or 1 2 or 1,2: the people; None where something else stands there. From the tenth person on with spaces."""
    parts = [part for part in re.split(r"[\s,，、.]+", typed) if part]
    if any(not part.isdigit() for part in parts):
        return None
    if len(parts) == 1:
        parts = list(parts[0])
    return list(dict.fromkeys(int(part) for part in parts))
