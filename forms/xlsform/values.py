"""What an expression works with: texts, numbers, yes and no, lists of nodes, and the rules that turn one into another.

Rules: XPath 1.0, and where they differ those of the XLSForm standard (ODK XForms specification): a text that is a date
or a moment counts as days since 1 January 1970, an empty list of nodes as the empty text. Days and moments are counted
in the clock of this device, never in another zone, so that differences of days are whole.
"""

import math
import re
from datetime import date, datetime, time, timedelta
from typing import Any

EPOCH = date(1970, 1, 1)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d*(Z|[+-]\d\d(?::?\d\d)?)?")
_NUMBER = re.compile(r"\s*-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\s*")
_LONGEST = 40  # letters of a number; more is no number but a cost


def node_text(node: Any) -> str:
    """The text of one node of the filled-in form or of a list: its own, or of all below it."""
    element = node.value
    if isinstance(element, str):  # an attribute
        return element
    if hasattr(element, "getroot"):
        element = element.getroot()
    return (element.text or "") if not len(element) else "".join(element.itertext())


def text(value: Any) -> str:
    """Any value as a text; of several nodes the first one's."""
    if isinstance(value, list):
        return text(value[0]) if value else ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "value") and hasattr(value, "parent"):
        return node_text(value)
    return number_text(value)


def number_text(value: Any) -> str:
    """A number as the standard writes it: whole ones without a point, never with an exponent."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e16:
        return str(int(value))
    written = repr(value)
    return f"{value:.15f}".rstrip("0").rstrip(".") if "e" in written and abs(value) < 1 else written


def number(value: Any) -> float:
    """Any value as a number; NaN where it is none. Dates and moments count as days since 1970."""
    if isinstance(value, list):
        return number(value[0]) if value else math.nan
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int | float):
        return float(value)
    word = value if isinstance(value, str) else None
    if word is None:
        if not (hasattr(value, "value") and hasattr(value, "parent")):
            return float(value)  # a Decimal of the expression itself
        word = node_text(value)
    if len(word) <= _LONGEST and _NUMBER.fullmatch(word):
        return float(word)
    days = day_number(word)
    return math.nan if days is None else days


def boolean(value: Any) -> bool:
    """Any value as yes or no: a list of nodes is yes where it holds one, a text where it is not empty."""
    if isinstance(value, list):
        return bool(value) and (isinstance(value[0], bool) is False or value[0])
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return bool(value)
    if hasattr(value, "value") and hasattr(value, "parent"):
        return True
    return not (math.isnan(number(value)) or number(value) == 0)


def moment(word: str) -> datetime | None:
    """The moment that a text of the standard's form names, in this device's clock; a day is its midnight."""
    word = word.strip()
    try:
        if _DATE.fullmatch(word):
            return datetime.combine(date.fromisoformat(word), time())
        found = _MOMENT.fullmatch(word)
        if not found:
            return None
        day, clock, zone = found.groups()
        read = datetime.fromisoformat(f"{day}T{clock}")
        if zone is None:
            return read
        offset = "+00:00" if zone == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"
        return datetime.fromisoformat(f"{day}T{clock}{offset}").astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def day_number(word: str) -> float | None:
    """Days since 1970 of a date or a moment; None where the text is neither."""
    if len(word) < 10 or "-" not in word:
        return None
    when = moment(word)
    if when is None:
        return None
    whole = (when.date() - EPOCH).days
    return whole + (when - datetime.combine(when.date(), time())).total_seconds() / 86400


def day_of(days: float) -> str:
    """The date so many days after 1970; "" where the calendar has none."""
    try:
        return (EPOCH + timedelta(days=math.floor(days))).isoformat()
    except (OverflowError, ValueError):
        return ""


def moment_text(when: datetime) -> str:
    """A moment as the standard writes it, with the zone of this device."""
    return when.astimezone().isoformat(timespec="milliseconds")


def moment_of(days: float) -> str:
    """The moment so many days after 1970; "" where the calendar has none."""
    try:
        return moment_text(datetime.combine(EPOCH, time()) + timedelta(days=days))
    except (OverflowError, ValueError, OSError):
        return ""


def equal(left: Any, right: Any) -> bool:
    """Is one of the left values one of the right ones? An empty list of nodes counts as the empty text."""
    for one in left if isinstance(left, list) and left else [left]:
        for other in right if isinstance(right, list) and right else [right]:
            if _same(one, other):
                return True
    return False


def unequal(left: Any, right: Any) -> bool:
    """Is one of the left values other than one of the right ones?"""
    for one in left if isinstance(left, list) and left else [left]:
        for other in right if isinstance(right, list) and right else [right]:
            if not _same(one, other):
                return True
    return False


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return boolean(one) == boolean(other)
    if _is_number(one) or _is_number(other):
        left, right = number(one), number(other)
        return left == right or abs(left - right) < 1e-12
    return text(one) == text(other)


def _is_number(value: Any) -> bool:
    return not isinstance(value, str | list) and not (hasattr(value, "value") and hasattr(value, "parent"))
