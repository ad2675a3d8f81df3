"""Where processes are killed: each deed is done in a child that has everything loaded, and dies at a chosen moment.

Moments are drawn over the whole of a deed: at a step (before a statement, a commit, a file that is opened for writing,
renamed, linked, removed, flushed), or after so many seconds, wherever it is then. How many steps and seconds a deed has
is measured on deeds that are let end.
"""

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from sqlalchemy import Engine, event

_FILES = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile", "os.listdir"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass
class Told:
    """What the child said before it was gone."""

    began: bool = False
    ended: bool = False
    acks: list[str] = field(default_factory=list)
    fault: str = ""
    steps: int = 0
    seconds: float = 0.0

    @property
    def inside(self) -> bool:
        """It was killed in the middle of the deed."""
        return self.began and not self.ended


class Say:
    """The child's end of the pipe."""

    def __init__(self, pipe: int, step: int) -> None:
        self._pipe, self._left = pipe, step
        self.steps, self._counts = 0, False

    def _line(self, text: str) -> None:
        os.write(self._pipe, text.encode() + b"\n")

    def begin(self) -> None:
        """The deed begins now: from here on it may die."""
        sys.addaudithook(self._hook)
        event.listen(Engine, "before_cursor_execute", self._step)
        event.listen(Engine, "commit", self._step)
        fsync = os.fsync

        def counted(handle: int) -> None:
            self._step()
            fsync(handle)

        os.fsync = counted
        self._line("B")
        self._counts = True

    def ack(self, what: str) -> None:
        """This was promised."""
        self._line(f"A{what}")

    def end(self) -> None:
        """The deed is done."""
        self._counts = False
        self._line(f"E{self.steps}")

    def fault(self, text: str) -> None:
        """The deed failed by itself."""
        self._counts = False
        self._line("F" + text.replace("\n", "\\n")[-3000:])

    def _hook(self, name: str, arguments: tuple[object, ...]) -> None:
        if not self._counts:
            return
        if name == "open":
            flags = arguments[2] if len(arguments) > 2 else 0
            if isinstance(flags, int) and flags & _WRITES:
                self._step()
        elif name in _FILES:
            self._step()

    def _step(self, *_arguments: object) -> None:
        if not self._counts:
            return
        self.steps += 1
        if self.steps == self._left:
            dies()


def dies() -> NoReturn:
    """Nothing more is done, not even what Python does at its end."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it outlived a SIGKILL")


Deed = Callable[[Say], None]


def kill(deed: Deed, *, step: int = 0, seconds: float = -1.0) -> Told:
    """Let a child do something and die at this step, or so many seconds after it began; neither: let it end."""
    sys.stdout.flush()
    ours, its = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _do(deed, Say(its, step))
    os.close(its)
    told, rest, began = Told(), b"", 0.0
    with os.fdopen(ours, "rb", buffering=0) as pipe:
        while chunk := pipe.read(65536):
            rest += chunk
            *lines, rest = rest.split(b"\n")
            for line in lines:
                _hear(told, line.decode())
            if told.began and not began:
                began = time.monotonic()
                if seconds >= 0:
                    time.sleep(seconds)
                    os.kill(child, signal.SIGKILL)
    told.seconds = time.monotonic() - began if began else 0.0
    os.waitpid(child, 0)
    return told


def _do(deed: Deed, say: Say) -> NoReturn:
    code = 0
    try:
        deed(say)
    except BaseException:
        code = 1
        say.fault(traceback.format_exc())
    os._exit(code)


def _hear(told: Told, line: str) -> None:
    match line[:1]:
        case "B":
            told.began = True
        case "A":
            told.acks.append(line[1:])
        case "E":
            told.ended, told.steps = True, int(line[1:])
        case "F":
            told.fault = line[1:].replace("\\n", "\n")


class Moments:
    """Draws the moments of a deed's death, all over what it has been measured to take."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._steps: list[int] = []
        self._seconds: list[float] = []

    def measured(self, told: Told) -> None:
        """A deed that was let end, or ended before its moment came."""
        if told.ended:
            self._steps.append(told.steps)
            self._seconds.append(told.seconds)

    def next(self) -> dict[str, float]:
        """Arguments of kill()."""
        steps, seconds = self._steps[-5:], self._seconds[-5:]
        if not steps or (self._chance.random() < 0.5 and max(steps)):
            return {"step": self._chance.randint(1, max(steps, default=1))}
        return {"seconds": self._chance.uniform(0, sorted(seconds)[len(seconds) // 2])}
