"""What time it is, asked in one place, so that tests and replays can say it themselves; and how a day is written."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

from models.texts import language

TIANJIN = timezone(timedelta(hours=8), "Asia/Shanghai")  # China has one time zone and no summer time


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests and the demonstration."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment

    def move(self, **by: float) -> None:
        """Move on by a timedelta's keywords, for example minutes=5."""
        self.moment += timedelta(**by)


class ShiftedClock:
    """Another clock that goes wrong by a known time: what it would tell if it were right."""

    def __init__(self, clock: Clock, by_ms: int) -> None:
        self._clock, self._by = clock, timedelta(milliseconds=by_ms)

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self._clock.now() + self._by


def today(clock: Clock) -> date:
    """The calendar day in Tianjin."""
    return clock.now().astimezone(TIANJIN).date()


def milliseconds(clock: Clock) -> int:
    """Milliseconds since 1970 UTC: how moments are kept, on both engines alike."""
    return int(clock.now().timestamp() * 1000)


def local_time(moment_ms: int) -> datetime:
    """A kept moment as Tianjin wall time."""
    return datetime.fromtimestamp(moment_ms / 1000, TIANJIN)


def start_of(day: date) -> int:
    """The moment at which a day in Tianjin begins, as moments are kept."""
    return int(datetime(day.year, day.month, day.day, tzinfo=TIANJIN).timestamp() * 1000)


def day_text(day: date | None) -> str:
    """A calendar day as people write it: 2026年11月22日, 22 Nov 2026; empty where there is none."""
    if day is None:
        return ""
    if language() == "zh_CN":
        return f"{day.year}年{day.month}月{day.day}日"
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]} {day.year}"
