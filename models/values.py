"""Small values that every room shares: identities, age and calendar arithmetic."""

from datetime import date

import uuid_utils
from dateutil.relativedelta import relativedelta

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's signs for five bits each, for what is read from paper: no I, L, O and U."""


def new_id() -> str:
    """A new record identity: a UUIDv7 made on this device, so that keys sort by the time they were made."""
    return str(uuid_utils.uuid7())


def age_on(birth: date, day: date) -> int:
    """Completed years (周岁) on a day; the birthday counts as reached, 29 February is reached on 1 March."""
    before_birthday = (day.month, day.day) < (birth.month, birth.day)
    return day.year - birth.year - before_birthday


def years_later(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February where there is none."""
    return day + relativedelta(years=years)


def mask_number(number: str) -> str:
    """A document number for lists: first six and last four shown, short numbers only by their last two."""
    if len(number) > 12:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    return "*" * max(len(number) - 2, 0) + number[-2:]


def mask_phone(number: str) -> str:
    """A phone number for lists: first three and last four shown."""
    if len(number) < 8:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return number[:3] + "*" * (len(number) - 7) + number[-4:]
