"""Pages that are put away while they still read: nothing reaches them, nothing fails, and what was to be saved is."""

import sys
import threading

import pytest
from PySide6.QtCore import QObject, QTimer

from desktop.crash import Catcher
from desktop.shell import PAGES
from desktop.tasks import PutAwayError, Tasks
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle


def test_the_window_locks_while_every_page_is_still_reading(shell, clock, where):
    shell.state.idle_minutes = 0
    for name in PAGES:
        shell.go(name, **where(name))
    shell.lock()
    settle(shell)
    assert shell.is_locked
    shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=clock))
    shell.lock()
    settle(shell)
    assert shell.is_locked


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_was_just_opened_is_put_away(shell, where, name):
    shell.go(name, **where(name))
    shell.lock()
    settle(shell)
    assert shell.is_locked


@pytest.fixture
def tasks(qapp):
    made = Tasks()
    yield made
    assert made.shut_down()


def test_what_only_shows_is_not_begun_and_what_changes_is_done(tasks):
    page, other = QObject(), QObject()
    part = QObject(page)
    hold, done, heard = threading.Event(), [], []
    tasks.run(hold.wait, owner=page)
    tasks.read(hold.wait, owner=page)
    tasks.run(lambda: done.append("saved"), lambda _none: heard.append("saved"), owner=part)
    tasks.read(lambda: done.append("read"), lambda _none: heard.append("read"), owner=part)
    tasks.read(lambda: done.append("other"), lambda _none: heard.append("other"), owner=other)
    tasks.part_from([page])
    hold.set()
    assert tasks.wait_idle()
    assert sorted(done) == ["other", "saved"]
    assert heard == ["other"]


def test_a_page_that_asks_for_the_closed_casebook_is_no_fault(tasks, qtbot, monkeypatch):
    def ask(_result):
        raise PutAwayError

    faults = []
    tasks.fault.connect(faults.append)
    tasks.read(lambda: 1, ask)
    assert tasks.wait_idle()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    catcher = Catcher(lambda: None)
    catcher.install()
    shown = []
    monkeypatch.setattr(catcher, "show", shown.append)
    catcher._bridge.happened.connect(shown.append)
    sys.excepthook(PutAwayError, PutAwayError(), None)
    sys.excepthook(ValueError, ValueError("one"), None)
    qtbot.waitUntil(lambda: bool(shown))
    assert [type(each) for each in shown] == [ValueError]
    assert faults == []


def test_timers_of_a_page_stand_still_once_it_is_put_away(shell):
    rang = []
    timer = QTimer(shell.page, interval=0)
    timer.timeout.connect(lambda: rang.append(shell.is_locked))
    timer.start()
    shell.lock()
    settle(shell)
    assert True not in rang
