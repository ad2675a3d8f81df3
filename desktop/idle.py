"""How long the window was left alone, and whether the computer slept meanwhile. Two clocks are asked: the wall clock,
which may be set, and the computer's own count of seconds, which may stand still in sleep. No timer is trusted.
"""

from collections.abc import Callable
from datetime import datetime

from models.clock import Clock

JUMP = 30.0
"""By so many seconds the two clocks may come apart, or a tick may be late, before it counts as a sleep."""


class IdleWatch:
    """`note()` at each input, `too_long()` when asked, `slept()` at each tick of a timer, far more often than JUMP.

    count: seconds since some moment (time.monotonic); None where the wall clock is not a real one, as in tests: then
    a sleep is not looked for.
    """

    def __init__(self, clock: Clock, count: Callable[[], float] | None) -> None:
        self._clock, self._count = clock, count
        self._input = self._tick = self._now()

    def _now(self) -> tuple[datetime, float]:
        return self._clock.now(), self._count() if self._count is not None else 0.0

    def note(self) -> None:
        """Somebody pressed a key or clicked just now."""
        self._input = self._now()

    def begin(self) -> None:
        """From this moment on: somebody signed in."""
        self._input = self._tick = self._now()

    def too_long(self, minutes: int) -> bool:
        """Whether the last input is so long ago, by either clock; a wall clock set back counts as much as one that ran.

        0 minutes: never.
        """
        (wall, count), (wall_then, count_then) = self._now(), self._input
        return bool(minutes) and max(abs((wall - wall_then).total_seconds()), count - count_then) >= 60 * minutes

    def slept(self) -> bool:
        """Whether the computer slept, was stopped, or had its clock set since this was last asked."""
        (wall, count), (wall_then, count_then) = self._now(), self._tick
        self._tick = (wall, count)
        if self._count is None:
            return False
        ran = count - count_then
        return ran > JUMP or abs((wall - wall_then).total_seconds() - ran) > JUMP
