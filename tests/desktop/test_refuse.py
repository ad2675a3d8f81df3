"""What is found unreachable dies on the window's thread, whoever made it."""

import gc
import threading

from desktop import refuse
from desktop.tasks import Tasks


class Ring:
    """Holds itself, so that only a look for refuse finds it; says on which thread it died."""

    died_on: list[int] = []

    def __init__(self):
        self.me = self

    def __del__(self):
        Ring.died_on.append(threading.get_ident())


def make_many():
    for _ring in range(3):
        Ring()
    return [[] for _thing in range(200_000)]  # enough for Python to look by itself, and more than once


def test_refuse_of_a_lane_dies_on_the_windows_thread(qapp):
    Ring.died_on.clear()
    tasks = Tasks()
    try:
        kept = []
        tasks.run(make_many, kept.append)
        assert tasks.wait_idle()
        assert len(kept) == 1
        assert Ring.died_on == [], "nobody looks on the lane"
        refuse.look()
        assert set(Ring.died_on) == {threading.main_thread().ident}
        assert len(Ring.died_on) == 3
    finally:
        assert tasks.shut_down()


def test_a_window_that_stays_looks_by_itself(qapp, qtbot):
    Ring.died_on.clear()
    tasks = Tasks()
    try:
        kept = []  # what is let go at once leaves nothing to look for
        tasks.run(make_many, kept.append)
        qtbot.waitUntil(lambda: len(Ring.died_on) == 3, timeout=4 * refuse.EVERY)
    finally:
        assert tasks.shut_down()


def test_all_is_looked_through_only_where_it_has_become_much_more(qapp, monkeypatch):
    looked = []
    counts = [(1, 11, 11)] * 5 + [(701, 10, 11), (700, 10, 11)]
    monkeypatch.setattr(refuse.gc, "get_count", lambda: counts.pop(0))
    monkeypatch.setattr(refuse.gc, "get_threshold", lambda: (700, 10, 10))
    monkeypatch.setattr(refuse.gc, "collect", looked.append)
    kept = [0] * 1000
    monkeypatch.setattr(refuse.gc, "get_objects", lambda generation: kept if generation == 2 else [])
    monkeypatch.setattr(refuse, "_old", [0])
    refuse.look()
    refuse.look()
    kept += [0] * 249
    refuse.look()
    kept += [0]
    refuse.look()
    refuse.look()
    assert looked == [2, 1, 1, 2, 1]
    refuse.look()
    refuse.look()
    assert looked == [2, 1, 1, 2, 1, 0], "what is old is counted only when its turn comes"


def test_a_window_leaves_it_as_it_was(qapp):
    assert not gc.isenabled(), "so it is around every test with a window"
    assert Tasks().shut_down()
    assert not gc.isenabled()


def test_without_a_window_python_looks_by_itself_again(qapp, request):
    request.addfinalizer(gc.disable)
    gc.enable()
    one, other = Tasks(), Tasks()
    assert not gc.isenabled()
    assert one.shut_down()
    assert not gc.isenabled(), "the other window is still there"
    assert other.shut_down()
    assert gc.isenabled()
    assert other.shut_down(), "twice is once"
    assert gc.isenabled()
