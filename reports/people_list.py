"""A list of people as it leaves the casebook: plain values, no ReportLab and no spreadsheet writer here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.errors import Problem
from models.texts import _

Value = str | int | date | None

PAPER_ROWS = 1000
"""The most rows that are put on paper: some forty sheets. Who wants more wants a spreadsheet."""

SHEET_ROWS = 1_000_000
"""The most rows of a spreadsheet: its format ends at 1,048,576."""


@dataclass(frozen=True)
class ListColumn:
    """A column: its heading, and its width in Chinese characters."""

    label: str
    width: int = 8


@dataclass(frozen=True)
class PeopleList:
    """A list as it leaves the casebook, in the words of its language; nothing is looked up later.

    told: what the list was narrowed to, a sentence each. caution: what the reader must know about every row.
    """

    title: str
    office: str
    worker: str
    made_on: date
    columns: tuple[ListColumn, ...]
    rows: Sequence[Sequence[Value]]
    told: tuple[str, ...] = ()
    caution: str = ""
    language: Literal["zh", "en"] = "zh"


class ListTooLong(Problem):
    """There are more rows than can be written. Facts: rows, most."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Nothing was written: the list has {rows} rows and at most {most} fit. "
            "Narrow it down, for example to one community or one service, or choose a spreadsheet instead of paper."
        ).format(**self.facts)
