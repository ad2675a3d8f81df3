"""Nothing readable outside the store and the exports that were asked for: a whole day, traced, then every file read.

Looked at are: every byte that any process of the day wrote to any file, pipe or socket, every name of a file and every
argument and environment of a child process (strace), every file that is there afterwards in the day's own home, and
what was printed. And that nothing was written outside the data folder but the chosen files.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.torture import scenes
from tests.torture.canaries import found_in, signs
from tests.torture.figures import Figures, skipped
from tests.torture.recording import can_record

TOP = Path(__file__).parents[2]
PATIENCE = 420.0
DEEDS = {
    "work": (
        "set up and unlocked", "registered", "visited", "searched", "photo", "letter", "changes", "lists", "exported",
        "backed up", "locked",
    ),
    "crash": ("typed", "calm window"),
}  # fmt: skip
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(rb"^\d+\s+\w+\(\d+<([^>]*)>")
_OPENED = re.compile(rb'^\d+\s+(?:openat|open|creat)\((?:AT_FDCWD[^,]*, )?"((?:\\x[0-9a-f]{2})*)", ([A-Z_|0-9]*)')
_CALLED = re.compile(rb"\s(connect|sendto|sendmsg|sendmmsg|bind)\(.*sa_family=AF_INET")
_HARMLESS = re.compile(
    r"^(/dev/(null|tty|shm/|dri|pts)|/proc/self/|/proc/\d+/|memfd:|/anon_hugepage|.*/(fontconfig|mesa_shader_cache)/)"
)


def day(folder: Path, _short: bool, _seed: int) -> Iterator[Figures]:
    """The two days and the look."""
    words = len(signs())
    figures = Figures("canaries: forms of words", words)
    writes = Figures("canaries: places written", 1)
    calls = Figures("network: calls out", 1, note="in all system calls of the day")
    if why := can_record():
        figures.note, writes.note = f"NOT DONE traced: {why}", f"NOT DONE: {why}"
    home, exports = folder / "home", folder / "exports"
    for made in (home, home / "tmp", home / "run", exports):
        made.mkdir()
    (home / "run").chmod(0o700)
    street = scenes.create(folder / "street", scenes.STREET)
    (exports / "stick").mkdir()
    street.sync.write_card(exports / "stick")
    street.close()
    said = b""
    for what, deeds in DEEDS.items():
        out, code = _live(what, folder, home, exports, traced=not why)
        said += out
        if missing := [deed for deed in deeds if f"DID {deed}".encode() not in out]:
            figures.fail(f"the day {what} was not lived to its end: {missing}, code {code}: {out[-1500:]!r}")
    hits: dict[str, set[str]] = {}

    def look(data: bytes, where: str) -> None:
        for name in found_in(data):
            hits.setdefault(where, set()).add(name)

    look(said.replace(b"DID ", b""), "what was printed")
    files = 0
    for path in home.rglob("*"):
        look(str(path.name).encode(), "the name of a file")
        if path.is_file():
            files += 1
            look(path.read_bytes(), str(path.relative_to(home)))
    traced = outside = 0
    if not why:
        for trace in folder.glob("trace-*"):
            several, others, called = _read(trace, folder, exports, look)
            for call in sorted(called):
                calls.fail(call)
            traced += several
            outside += len(others)
            for place in sorted(others):
                writes.fail(f"written outside the data folder: {place}")
            trace.unlink()
        writes.done = calls.done = 1
        writes.note = f"{traced:,} calls looked at"
    for where, names in hits.items():
        figures.fail(f"{where}: {sorted(names)[:5]}")
    figures.done = words
    figures.note = figures.note or f"{files} files, {traced:,} calls"
    letter = exports / "letter.pdf"
    if not letter.exists():
        figures.fail("the letter that was asked for is not there: the day proves nothing")
    if not _sees(home):
        figures.fail("the look is blind: a word that was put into the home is not found")
    yield figures
    for row in (writes, calls):
        yield skipped(row.part, 1, why) if why else row


def _sees(home: Path) -> bool:
    """Whether the look finds what it is meant to find."""
    planted = home / "planted"
    planted.write_bytes(b"x" * 5000 + next(iter(signs().values())) + b"y" * 5000)
    seen = bool(found_in(planted.read_bytes()))
    planted.unlink()
    return seen


def _live(what: str, folder: Path, home: Path, exports: Path, *, traced: bool) -> tuple[bytes, int]:
    """A day in a home of its own; what was printed, and the code at its end."""
    environment = {
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "TMP": str(home / "tmp"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "JINMEN_DATA": str(home / "data"),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "LANG": "C.UTF-8",
        "PATH": os.environ.get("PATH", ""),
    }
    (home / "data").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.torture.day", what, str(exports)]
    if traced:
        calls = "%file,%process,%network,write,pwrite64,writev,pwritev,pwritev2"
        strace = ["strace", "-f", "-y", "-qq", "-xx", "-s", "10000000", "-e", "signal=none", "-e", f"trace={calls}"]
        command = [*strace, "-o", str(folder / f"trace-{what}"), *command]
    out = folder / f"out-{what}"
    with out.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=TOP, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
        end = time.monotonic() + PATIENCE
        last = f"DID {DEEDS[what][-1]}".encode()
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
            if last in out.read_bytes() and what == "work":
                time.sleep(8)  # the fresh process after the lock shows its page
                break
        _end_successor(home / "data")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # our own: it began a session
        process.wait()
    return out.read_bytes(), process.returncode


def _end_successor(data: Path) -> None:
    """What took the window over after the lock has a session of its own; the lock of the window names it."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        holder = int((data / "window.lock").read_text("ascii", "replace").split()[0])
        if f"JINMEN_DATA={data}".encode() in Path(f"/proc/{holder}/environ").read_bytes().split(b"\0"):
            os.kill(holder, signal.SIGKILL)


def _read(trace: Path, folder: Path, exports: Path, look: object) -> tuple[int, set[str], set[str]]:
    """Look at everything that was said to the system; how many calls, the files written where none should be, and the
    calls to other computers."""
    outside: set[str] = set()
    called: set[str] = set()
    several = 0
    ours = (str(folder / "home" / "data"), str(folder / "home" / "run"), str(exports))
    with trace.open("rb") as file:
        for line in file:
            several += 1
            if _CALLED.search(line):
                called.add(line[:160].decode("ascii", "replace").strip())
            place = _PLACE.match(line)
            where = _bare(place[1]) if place else ""
            if where.startswith(str(exports)):
                continue  # this one was asked for
            opened = _OPENED.match(line)
            if opened and re.search(rb"O_(WRONLY|RDWR|CREAT)", opened[2]) and b"= -1" not in line[-60:]:
                path = _bytes(opened[1]).decode("utf-8", "replace")
                if not path.startswith(ours) and not _HARMLESS.match(path):
                    outside.add(path)
            for text in _TEXT.findall(line):
                data = _bytes(text)
                if len(data) >= 6 and str(exports).encode() not in data[:300]:
                    look(data, f"{line.split(b'(')[0].split()[-1].decode()} {where}")  # type: ignore[operator]
    return several, outside, called


def _bytes(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode())


def _bare(place: bytes) -> str:
    """The name of a file as strace writes it beside a handle."""
    if place.startswith(b"\\x"):
        return _bytes(place).decode("utf-8", "replace")
    return place.decode("utf-8", "replace")
