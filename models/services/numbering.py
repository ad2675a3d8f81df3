"""Numbers of letters, as GB/T 9704-2012 (7.2.5) writes them: mark, year in six-sided brackets, serial without zeros."""

from dataclasses import dataclass

from models.clock import Clock, today
from models.services.views import Office
from models.store.work import Work, read_meta, write_meta


@dataclass(frozen=True)
class Number:
    """The number of one letter."""

    text: str  # as printed, for example 劝业社转〔2026〕6号
    series: str  # the letter mark of the office
    year: int
    serial: int


def take_number(work: Work, office: Office, clock: Clock) -> Number:
    """Take the next number of this office and year, in the transaction of the verb that issues the letter."""
    year = today(clock).year
    key = f"letter_series:{year}"
    serial = int(read_meta(work.connection, key).get("last", 0)) + 1
    write_meta(work.connection, key, {"last": serial})
    return Number(f"{office.letter_mark}转〔{year}〕{serial}号", office.letter_mark, year, serial)
