"""How long the window was left alone, by two clocks, and whether the computer slept meanwhile."""

import pytest

from desktop.idle import JUMP, IdleWatch
from models.clock import FixedClock
from tests.conftest import NOW


class Count:
    """A computer's own count of seconds."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def both():
    clock, count = FixedClock(NOW), Count()
    return clock, count, IdleWatch(clock, count)


def test_ten_minutes_without_input_are_too_long_and_none_never_is(both):
    clock, count, watch = both
    clock.move(seconds=599)
    count.seconds += 599
    assert not watch.too_long(10)
    clock.move(seconds=1)
    count.seconds += 1
    assert watch.too_long(10)
    assert not watch.too_long(0)
    watch.note()
    assert not watch.too_long(10)


def test_a_clock_set_back_does_not_give_more_time(both):
    clock, count, watch = both
    clock.move(minutes=-5)
    count.seconds += 9 * 60
    assert not watch.too_long(10)
    clock.move(minutes=1)
    count.seconds += 60
    assert watch.too_long(10), "the computer's own count says so"


def test_a_clock_set_back_by_more_than_the_idle_time_counts_at_once(both):
    clock, _count, watch = both
    clock.move(hours=-1)
    assert watch.too_long(10)


def test_a_sleep_in_which_the_count_stood_still_is_seen_at_the_next_tick(both):
    clock, count, watch = both
    clock.move(seconds=2)
    count.seconds += 2
    assert not watch.slept()
    clock.move(hours=8)
    count.seconds += 2
    assert watch.slept()
    assert not watch.slept(), "it is told once"


def test_a_sleep_in_which_the_count_ran_on_is_seen_by_the_late_tick(both):
    clock, count, watch = both
    clock.move(seconds=JUMP + 1)
    count.seconds += JUMP + 1
    assert watch.slept()


def test_a_clock_that_is_set_is_seen_in_both_directions_and_a_small_correction_is_not(both):
    clock, count, watch = both
    for by, seen in ((-600, True), (600, True), (-20, False), (20, False)):
        clock.move(seconds=by + 2)
        count.seconds += 2
        assert watch.slept() is seen, by


def test_signing_in_begins_anew(both):
    clock, count, watch = both
    clock.move(days=1)
    count.seconds += 5
    watch.begin()
    assert not watch.slept()
    assert not watch.too_long(2)


def test_where_the_clock_is_no_real_one_no_sleep_is_looked_for():
    clock = FixedClock(NOW)
    watch = IdleWatch(clock, None)
    clock.move(minutes=9)
    assert not watch.slept()
    assert not watch.too_long(10)
    clock.move(minutes=1)
    assert watch.too_long(10)
