"""What the system says of the computer, over D-Bus: a bus of our own, on which we play the login manager."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import session_signals
from desktop.session_signals import SessionSignals
from desktop.windows_session import POWER_BROADCAST, SESSION_CHANGE, why

QtDBus = pytest.importorskip("PySide6.QtDBus")

HERE = Path(__file__).parents[2]
SESSION = "/org/freedesktop/login1/session/_31"


class Played:
    """The system's side, played by a process of its own; see played_system."""

    def __init__(self, address: str) -> None:
        self.told: list[list[str]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.desktop.played_system", address],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert json.loads(self.process.stdout.readline()) == ["there"]
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def count(self, word: str) -> int:
        return [words[0] for words in self.told].count(word)

    def _do(self, **asked: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def say(self, path: str, interface: str, name: str, *arguments: object) -> None:
        self._do(say=[path, interface, name], **{"with": arguments})

    def lid(self, *, closed: bool) -> None:
        self._do(lid=closed)
        changed = (session_signals.POWER_PATH, session_signals.PROPERTIES, "PropertiesChanged", session_signals.POWER)
        self.say(*changed, {"LidIsClosed": closed}, ["OnBattery"])


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    """The address of a bus on which nobody else is."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None or sys.platform != "linux":
        pytest.skip("there is no dbus-daemon here")
    with subprocess.Popen(
        [daemon, "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(scope="module")
def system(bus) -> Iterator[Played]:
    played = Played(bus)
    yield played
    played.process.kill()
    played.process.communicate()


@pytest.fixture
def heard(bus, system, qtbot) -> Iterator[tuple[SessionSignals, list[str]]]:
    """The listener, once it holds the computer's sleep, and the reasons that it told."""
    made, told = SessionSignals(), []
    made.lock_wanted.connect(told.append)
    system.told.clear()
    system._do(lid=False)
    made.listen(*(QtDBus.QDBusConnection.connectToBus(bus, f"test-{name}") for name in ("a", "b")))
    qtbot.waitUntil(lambda: made._held is not None and made._lid_closed is False and not made._calls)
    yield made, told
    made.end()
    qtbot.waitUntil(lambda: system.count("let go") == system.count("held"))  # or the next test would hear of it
    for name in ("a", "b"):
        QtDBus.QDBusConnection.disconnectFromBus(f"test-{name}")


@pytest.mark.parametrize("saver", session_signals.SCREEN_SAVERS)
def test_a_screen_that_is_locked_locks_the_window(heard, system, qtbot, saver):
    system.say(*saver, "ActiveChanged", False)
    system.say(*saver, "ActiveChanged", True)
    qtbot.waitUntil(lambda: heard[1] == ["screen"])


def test_kylin_and_deepin_are_heard_too(heard, system, qtbot):
    system.say(*session_signals.KYLIN)
    system.say(*session_signals.DEEPIN, True)
    qtbot.waitUntil(lambda: heard[1] == ["screen", "screen"])


def test_the_session_that_is_locked_locks_the_window_and_another_one_does_not(heard, system, qtbot):
    system.say(SESSION + "7", session_signals.LOGIN + ".Session", "Lock")
    system.say(SESSION, session_signals.LOGIN + ".Session", "Lock")
    qtbot.waitUntil(lambda: heard[1] == ["session"])


def test_the_computer_waits_with_its_sleep_until_all_is_closed(heard, system, qtbot):
    listener, told = heard
    assert next(words for words in system.told if words[0] == "held")[1::3] == ["sleep", "delay"]
    system.say(session_signals.LOGIN_PATH, session_signals.LOGIN_MANAGER, "PrepareForSleep", True)
    qtbot.waitUntil(lambda: told == ["sleep"])
    assert system.count("let go") == 0
    listener.let_sleep()
    qtbot.waitUntil(lambda: system.count("let go") == 1)
    system.say(session_signals.LOGIN_PATH, session_signals.LOGIN_MANAGER, "PrepareForSleep", False)
    qtbot.waitUntil(lambda: listener._held is not None)
    assert system.count("held") == 2, "after waking it asks for the next sleep"


def test_a_lid_that_is_being_closed_locks_and_one_that_stays_closed_does_not(heard, system, qtbot):
    told = heard[1]
    for place, (closed, reasons) in enumerate(
        ((False, []), (True, ["lid"]), (True, ["lid"]), (False, ["lid"]), (True, ["lid", "lid"])), 2
    ):
        system.lid(closed=closed)
        qtbot.waitUntil(lambda place=place: system.count("lid asked") == place and not heard[0]._calls)
        assert told == reasons


def test_nothing_is_started_where_there_is_no_bus(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "tcp:host=192.0.2.1,port=1")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert session_signals.addresses() == ("", ""), "neither a program is started nor another computer asked"
    listener = SessionSignals()
    listener.begin()
    assert listener.heard == ()
    listener.end()


@pytest.mark.parametrize(
    ("message", "word", "reason"),
    [
        (SESSION_CHANGE, 7, "screen"),
        (SESSION_CHANGE, 8, ""),
        (SESSION_CHANGE, 2, "session"),
        (POWER_BROADCAST, 4, "sleep"),
        (POWER_BROADCAST, 18, ""),
        (0x0100, 7, ""),
    ],
)
def test_messages_of_windows_are_read_as_they_are_meant(message, word, reason):
    assert why(message, word) == reason
