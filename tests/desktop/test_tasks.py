import threading
import time

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QWidget

from desktop.tasks import Tasks, is_changed
from desktop.widgets.progress_strip import ProgressStrip
from models.errors import DiskFull, NotFound
from models.services.views import Changed


@pytest.fixture
def tasks(qapp):
    made = Tasks()
    yield made
    assert made.shut_down()
    assert not [thread for thread in threading.enumerate() if thread.name in ("records", "reader")]


def test_work_is_done_elsewhere_and_its_result_comes_back_to_the_window(tasks):
    seen = []
    tasks.run(threading.get_ident, lambda ident: seen.append((ident, QThread.currentThread() is tasks.thread())))
    assert tasks.wait_idle()
    assert seen[0][0] != threading.get_ident()
    assert seen[0][1]


def test_the_records_lane_does_one_thing_after_another(tasks):
    order = []

    def slow():
        time.sleep(0.05)
        order.append("work 1")

    tasks.run(slow, lambda _result: order.append("done 1"))
    tasks.run(lambda: order.append("work 2"), lambda _result: order.append("done 2"))
    assert tasks.wait_idle()
    assert order.index("work 1") < order.index("work 2")
    assert order.index("done 1") < order.index("done 2")


def test_reading_a_list_does_not_wait_for_a_save(tasks):
    read = threading.Event()
    read_meanwhile = []
    tasks.run(lambda: read.wait(5), read_meanwhile.append)
    tasks.read(read.set)
    assert tasks.wait_idle()
    assert read_meanwhile == [True]


def test_nothing_is_delivered_to_an_owner_that_is_gone(tasks):
    seen = []
    owner = QWidget()
    go = threading.Event()
    tasks.run(lambda: go.wait(5), seen.append, owner=owner)
    owner.deleteLater()
    QObject().deleteLater()
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete.value)
    go.set()
    assert tasks.wait_idle()
    assert seen == []


def test_a_problem_goes_to_whoever_wants_it_and_else_to_the_banner(tasks):
    def fail():
        raise NotFound

    here, banner = [], []
    tasks.problem.connect(banner.append)
    tasks.run(fail, None, here.append)
    tasks.run(fail)
    assert tasks.wait_idle()
    assert [type(problem) for problem in here] == [NotFound]
    assert [type(problem) for problem in banner] == [NotFound]


def test_a_fault_of_the_program_is_told_apart_from_a_problem(tasks):
    failed, faults = [], []
    tasks.fault.connect(faults.append)
    tasks.run(lambda: 1 // 0, None, failed.append)
    assert tasks.wait_idle()
    assert failed == []
    assert isinstance(faults[0], ZeroDivisionError)


def test_cancelled_work_is_not_begun_or_its_result_is_dropped(tasks):
    go = threading.Event()
    done, begun = [], []
    first = tasks.read(lambda: go.wait(5), done.append)
    second = tasks.read(lambda: begun.append(1), done.append)
    first.cancel()
    second.cancel()
    go.set()
    assert tasks.wait_idle()
    assert done == []
    assert begun == []


def test_what_a_verb_changed_is_told_before_its_own_page_goes_on(tasks):
    order = []
    change = Changed(frozenset({"visit"}), frozenset({"a"}))
    tasks.changed.connect(lambda changed: order.append(changed))
    tasks.run(lambda: change, lambda _changed: order.append("page"))
    tasks.run(lambda: "no change", lambda _result: None)
    assert tasks.wait_idle()
    assert order == [change, "page"]
    assert is_changed(change)
    assert not is_changed(("visit",))


def test_a_long_task_tells_how_far_it_is_and_can_be_stopped(tasks):
    steps, ended, done = [], [], []
    tasks.long_progressed.connect(lambda _job, count, total: steps.append((count, total)))
    tasks.long_ended.connect(ended.append)

    def work(progress, cancelled):
        for count in range(1000):
            if cancelled():
                return f"stopped after {count > 0}"
            progress(count + 1, 1000)
            time.sleep(0.002)
        return "all"

    job = tasks.long(work, done.append, title="Writing")
    tasks.long_progressed.connect(lambda *_progress: job.cancel())
    assert tasks.wait_idle()
    assert done == ["stopped after True"]
    assert steps[0][1] == 1000
    assert ended == [job]


def test_long_work_on_a_lane_of_its_own_keeps_no_save_waiting(tasks):
    saved = threading.Event()
    found = []
    job = tasks.long(lambda _progress, _cancelled: saved.wait(5), found.append, title="Looking", lane="looks")
    tasks.run(saved.set)
    assert tasks.wait_idle()
    assert found == [True]
    assert job.is_over


def test_the_strip_follows_one_long_task_until_it_ends_and_then_the_other(tasks):
    strip = ProgressStrip(tasks)
    moved, go, told = threading.Event(), threading.Event(), []

    def first(progress, _cancelled):
        progress(1, 10)
        moved.wait(5)

    def second(progress, _cancelled):
        progress(10, 10)  # the last step is always told
        moved.set()
        go.wait(5)

    tasks.long(first, title="First", lane="looks")
    assert not tasks.wait_idle(0.05)  # it said how far it is
    tasks.long_progressed.connect(lambda *_progress: told.append(strip.label.text()))
    tasks.long_ended.connect(lambda _job: (told.append(strip.label.text()), go.set()))
    tasks.long(second, title="Second")
    assert strip.label.text() == "First"
    assert tasks.wait_idle()
    assert told == ["First", "Second", "Second"]  # the other moved; the first ended; the other ended
    assert not tasks.long_work()
    strip.deleteLater()


def test_what_is_queued_is_finished_before_the_window_goes(qapp):
    tasks = Tasks()
    written = []

    def slow():
        time.sleep(0.05)
        written.append("first")

    tasks.run(slow)
    tasks.run(lambda: written.append("draft"), lambda _result: written.append("delivered"))
    assert tasks.shut_down()
    assert written == ["first", "draft"]
    tasks.run(lambda: written.append("too late"))
    assert written == ["first", "draft"]


def test_waiting_ends_when_time_is_up(tasks):
    go = threading.Event()
    tasks.run(lambda: go.wait(5))
    began = time.monotonic()
    assert not tasks.wait_idle(0.1)
    assert time.monotonic() - began < 2
    go.set()
    assert tasks.wait_idle()


def test_the_closures_of_a_job_die_on_the_windows_thread(tasks):
    where = []

    class Held:
        def __del__(self):
            where.append(threading.current_thread() is threading.main_thread())

    for _round in range(50):
        held = Held()
        tasks.run(lambda held=held: None, lambda _result, held=held: None)
        del held
    assert tasks.wait_idle()
    assert where == [True] * 50


def test_a_problem_keeps_its_facts_on_the_way(tasks):
    got = []

    def fail():
        raise DiskFull(room=3)

    tasks.run(fail, None, lambda problem: got.append(problem.facts))
    assert tasks.wait_idle()
    assert got == [{"room": 3}]
