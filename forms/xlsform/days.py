"""Functions of days and moments (ODK XForms specification), and those of the Community Health Toolkit."""

import math
import re

from forms.xlsform import values
from forms.xlsform.calls import Call


def today(call: Call) -> str:
    """The present day."""
    return call.form.moment().date().isoformat()


def now(call: Call) -> str:
    """The present moment."""
    return values.moment_text(call.form.moment())


def date(call: Call) -> str:
    """A day from a text, a moment or a number of days; "" where there is none."""
    value = call.value(0)
    word = values.text(value)
    when = values.moment(word)
    if when is not None:
        return when.date().isoformat()
    days = values.number(value)
    return values.day_of(days) if math.isfinite(days) else ""


def date_time(call: Call) -> str:
    """A moment, likewise."""
    value = call.value(0)
    word = values.text(value)
    when = values.moment(word)
    if when is not None:
        return values.moment_text(when)
    days = values.number(value)
    return values.moment_of(days) if math.isfinite(days) else ""


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_date(call: Call) -> str:
    """A day or moment written by a pattern: %Y %m %d %H %M and the like."""
    value = call.value(0)
    when = values.moment(values.text(value))
    if when is None:
        days = values.number(value)
        when = values.moment(values.day_of(days)) if math.isfinite(days) else None
    if when is None:
        return ""
    half = when.hour % 12 or 12
    parts = {
        "Y": f"{when.year:04d}", "y": f"{when.year % 100:02d}", "m": f"{when.month:02d}", "n": str(when.month),
        "b": _MONTHS[when.month - 1], "d": f"{when.day:02d}", "e": str(when.day), "H": f"{when.hour:02d}",
        "h": str(half), "M": f"{when.minute:02d}", "S": f"{when.second:02d}", "3": f"{when.microsecond // 1000:03d}",
        "a": _WEEKDAYS[when.weekday()], "A": _WEEKDAYS[when.weekday()], "B": _MONTHS[when.month - 1],
        "W": f"{when.isocalendar().week:02d}", "p": "AM" if when.hour < 12 else "PM", "%": "%",
    }  # fmt: skip
    return re.sub(r"%([A-Za-z3%])", lambda found: parts.get(found.group(1), ""), call.text(1))


def decimal_date_time(call: Call) -> float:
    """Days since 1970, in this device's clock."""
    return call.number(0)


def decimal_time(call: Call) -> float:
    """The time of day as a part of the day."""
    found = re.match(r"(?:.*T)?(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?", call.text(0))
    if not found:
        return math.nan
    hours, minutes, seconds = found.groups()
    return (int(hours) * 3600 + int(minutes) * 60 + float(seconds or 0)) / 86400


def whole(value: float) -> float:
    """Rounded down; NaN stays."""
    return float(math.floor(value)) if math.isfinite(value) else math.nan


def days_between(call: Call) -> float:
    """Whole days from the first moment to the second."""
    return whole(values.number(date_time(call.part(1)))) - whole(values.number(date_time(call.part(0))))


def months_between(call: Call) -> float:
    """Completed months from the first day to the second."""
    first, second = values.moment(date(call.part(0))), values.moment(date(call.part(1)))
    if first is None or second is None:
        return math.nan
    months = (second.year - first.year) * 12 + second.month - first.month
    return float(months - (second.day < first.day))


def add_date(call: Call) -> str:
    """A moment some years, months, days, hours and minutes later."""
    from dateutil.relativedelta import relativedelta

    start = values.moment(date_time(call.part(0)))
    more = [call.number(index) for index in range(1, len(call))] + [0.0] * (6 - len(call))
    if start is None or not all(math.isfinite(one) and abs(one) < 1e6 for one in more):
        return ""
    years, months, days, hours, minutes = (int(one) for one in more)
    try:
        later = start + relativedelta(years=years, months=months, days=days, hours=hours, minutes=minutes)
    except (ValueError, OverflowError):
        return ""
    return values.moment_text(later)
