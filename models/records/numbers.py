"""Numbers of letters: blocks that one installation alone may use, and numbers that no letter bears."""

import re
from datetime import date

from sqlmodel import Field

from models.records.base import Kept, flag_field, moment_field, number_field, text_field


class NumberBlock(Kept, table=True):
    """From first to last, for one installation; two blocks of a series and year never overlap."""

    __tablename__ = "number_block"

    series: str = text_field(index=True)  # the letter mark of the office, for example 劝业社
    year: int = number_field()
    first: int = number_field()
    last: int = number_field()
    holder: str = text_field()  # short code of the installation that may use it, another one after every copy
    holder_name: str = text_field()
    granted_by: str = text_field()  # the installation that gave it; ? where a code or the latch told of it
    granted_on: date | None = Field(default=None)
    closed: bool = flag_field()  # what is left in it is used by nobody
    reason: str = text_field()  # why it was closed
    worker: str = text_field()
    at: int = moment_field()


class SpoiltNumber(Kept, table=True):
    """A number that no letter bears, and why: so that the register has no unexplained gap."""

    __tablename__ = "spoilt_number"

    series: str = text_field(index=True)
    year: int = number_field()
    serial: int = number_field()
    reason: str = text_field()
    worker: str = text_field()
    at: int = moment_field()


_PRINTED = re.compile(r"^(.+)转〔(\d{4})〕(?:临([0-9A-Z]{4})-)?([1-9]\d{0,6})号$")


def number_text(mark: str, year: int, serial: int, holder: str = "") -> str:
    """A letter's number as it is printed, 劝业社转〔2026〕6号; with the holder's code one of its stopgap series."""
    return f"{mark}转〔{year}〕{f'临{holder}-' if holder else ''}{serial}号"


def read_number(text: str) -> tuple[str, int, int, str] | None:
    """Mark, year, serial and holder (empty in a block) of a printed number; None for any other text."""
    found = _PRINTED.match(text)
    return (found[1], int(found[2]), int(found[4]), found[3] or "") if found else None
