"""The lock of the real program: the process that held the key ends, a fresh one signs in again and knows no key."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.security import keystore
from tests.conftest import PASSPHRASE

HERE = Path(__file__).parents[2]

MAY_LOOK = sys.platform == "linux" and os.geteuid() == 0
"""The program forbids others of its user to read its memory, so only root can see whether the key is gone."""


class Program:
    """One process of the program after another; see lock_driver."""

    def __init__(self, table: Path, folder: Path, environment: dict[str, str]) -> None:
        self.table = table
        table.mkdir()
        with (table / "out").open("wb") as out:
            self.first = subprocess.Popen(
                [sys.executable, "-m", "tests.flows.lock_driver", str(table)],
                cwd=HERE,
                env={**os.environ, **environment, "JINMEN_DATA": str(folder)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.pid = self.first.pid
        self.orders: dict[int, int] = {}

    def output(self) -> str:
        """What the processes wrote."""
        return (self.table / "out").read_text("utf-8")

    def said(self) -> dict[str, Any]:
        """What the present process shows."""
        try:
            return dict(json.loads((self.table / f"{self.pid}.said").read_text("utf-8")))
        except FileNotFoundError:
            return {}

    def until(self, true: Callable[[dict[str, Any]], object], what: str, seconds: float = 15.0) -> dict[str, Any]:
        """Wait until it shows something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            said = self.said()
            if said and true(said):
                return said
            time.sleep(0.01)
        raise AssertionError(f"{what}: {self.said()} {self.output()}")

    def order(self, *words: Any, wait: bool = True) -> None:
        """Tell it to do something, and wait until it has begun."""
        number = self.orders[self.pid] = self.orders.get(self.pid, 0) + 1
        new = self.table / "new"
        new.write_text(json.dumps(words), "utf-8")
        new.replace(self.table / f"{self.pid}.order{number}")
        if wait:
            self.until(lambda said: said["done"] >= number and said["idle"], f"done: {words}")

    def sign_in(self) -> None:
        """The phrase, and the first page."""
        self.until(lambda said: said["gate"] == "SignIn", "the sign-in page")
        self.order("sign_in", PASSPHRASE, wait=False)
        self.until(lambda said: said["page"] == "today" and said["idle"], "signed in")

    def lock(self) -> dict[str, Any]:
        """Lock, and return what was to be seen in that very event; the next process is driven from now on."""
        old = self.pid
        self.order("lock", wait=False)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            others = {int(path.stem) for path in self.table.glob("*.said")} - set(self.orders)
            if others:
                self.pid = others.pop()
                self.until(lambda said: said["gate"] == "SignIn" and said["visible"], "the new sign-in page")
                assert self.is_gone(old), self.output()
                return dict(json.loads((self.table / "at_lock").read_text("utf-8")))
            time.sleep(0.01)
        raise AssertionError(f"no other process came: {self.output()}")

    def is_gone(self, pid: int, seconds: float = 20.0) -> bool:
        """Whether a process ends."""
        if pid == self.first.pid:
            return self.first.wait(seconds) == 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.01)
        return False

    def end(self) -> None:
        """Kill whatever is left."""
        for path in self.table.glob("*.said"):
            with suppress(ProcessLookupError):
                os.kill(int(path.stem), signal.SIGKILL)
        self.first.kill()
        self.first.wait(10)


@pytest.fixture
def start(town: Path, folder: Path, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts the real program over the town."""
    made: list[Program] = []

    def begin(**environment: str) -> Program:
        shutil.copytree(town, folder, dirs_exist_ok=True)
        made.append(Program(tmp_path / "table", folder, environment))
        return made[0]

    yield begin
    for program in made:
        program.end()


def in_memory(pid: int, secrets: dict[str, bytes]) -> list[str]:
    """Which of these lie in the memory of a process, raw or written in hex."""
    found = set()
    of = Path(f"/proc/{pid}")
    with (of / "maps").open(encoding="utf-8") as maps, (of / "mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(each, 16) for each in span.split("-"))
            if "r" not in rights or "[v" in line:
                continue
            memory.seek(begin)
            try:
                held = memory.read(end - begin)
            except OSError:
                continue  # mapped from a device
            for name, key in secrets.items():
                if key in held or key.hex().encode() in held or key.hex().upper().encode() in held:
                    found.add(name)
    return sorted(found)


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives processes as POSIX has them")


def test_the_lock_ends_the_process_that_held_the_key_and_loses_nothing(
    start: Callable[..., Program], town: Path, folder: Path, tmp_path: Path
) -> None:
    keys = keystore.unlock(town / "casebook.keys", PASSPHRASE)
    secrets = {"data key": keys.data_key, "page key": keys.page_key}
    program = start(QT_QPA_PLATFORM="offscreen")
    program.sign_in()
    program.order("go", "register", {})
    program.order("write", "name", "欧阳未完")
    if MAY_LOOK:
        assert "page key" in in_memory(program.pid, secrets), "the scan finds the key where it is"
    exported = tmp_path / "exported"
    program.order("export", str(exported), wait=False)
    at_lock = program.lock()
    assert at_lock["gate"] == "Leaving"
    assert not [text for text in at_lock["shown"] if "欧阳" in text], "no name from the first moment on"
    said = program.until(lambda said: any("EXPORT" in text for text in said["shown"]), "told what became of it")
    told = next(text for text in said["shown"] if "EXPORT" in text)
    assert len(told.splitlines()) == 2, "that the draft is kept is told as well"
    assert exported.read_text("utf-8") == "whole", "what was under way was finished before the process ended"
    if MAY_LOOK:
        assert in_memory(program.pid, secrets) == []
    program.sign_in()
    os.kill(program.pid, signal.SIGTERM)
    assert program.is_gone(program.pid)
    assert "Warning" not in program.output()
    assert "Error" not in program.output()
    book = Casebook.open(folder, PASSPHRASE)
    assert ["欧阳未完" in str(draft.body) for draft in book.drafts.all()] == [True]
    book.close()


@pytest.mark.skipif(sys.platform != "linux", reason="X is the window system of Linux")
def test_on_a_real_screen_the_new_window_stands_where_the_old_one_stood(
    start: Callable[..., Program], display: str
) -> None:
    program = start(QT_QPA_PLATFORM="xcb", DISPLAY=display)
    program.sign_in()
    program.order("move", 40, 60, 740, 520)
    old = program.until(lambda said: said["at"] == [40, 60, 740, 520], "moved")
    assert old["shown"][0] != "津门入户", "while it is open the title says on which page one is"
    at_lock = program.lock()
    assert at_lock["visible"], "the old window is there until the new one is"
    said = program.said()
    assert said["at"] == [40, 60, 740, 520]
    assert said["shown"][0] == "津门入户"
