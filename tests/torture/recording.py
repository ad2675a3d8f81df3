"""What a program wrote, as strace tells it, and what a disk may hold of it after a power cut.

A disk owes only what was flushed: bytes of a file by its own fsync, names in a folder by the folder's. Of everything
else each sector of 512 bytes and each change of a name may be there or not, in any order, so a later one without an
earlier one too.
"""

import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_CALLS = (
    "openat,open,creat,close,dup,dup2,dup3,lseek,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,linkat,mkdir,mkdirat,rmdir,sendfile,copy_file_range"
)
_WHOLE = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+|\?)")
_CUT = re.compile(r"^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$")
_REST = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+= (-?\d+|\?)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def can_record() -> str:
    """Why nothing can be recorded here; "" where it can."""
    if shutil.which("strace") is None:
        return "there is no strace on this computer"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "strace may not trace here"


def record(command: Sequence[str], out: Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a program and write its file calls, with every byte, to a file."""
    strace = ["strace", "-f", "-qq", "-xx", "-s", "50000000", "-e", "signal=none", "-e", f"trace={_CALLS}"]
    return subprocess.run([*strace, "-o", str(out), *command], cwd=cwd, capture_output=True, check=False)


@dataclass(frozen=True)
class Call:
    """One call that succeeded, or one write to standard output."""

    name: str
    arguments: tuple[str | bytes, ...]  # texts as their bytes
    returned: int

    def text(self, place: int) -> bytes:
        """An argument that is a text."""
        said = self.arguments[place]
        assert isinstance(said, bytes), (self.name, said)
        return said

    def number(self, place: int) -> int:
        """An argument that is a number."""
        return int(self.word(place).split()[0], 0)

    def word(self, place: int) -> str:
        """An argument that is a word."""
        said = self.arguments[place]
        assert isinstance(said, str), (self.name, place)
        return said


def calls(path: Path) -> Iterator[Call]:
    """The calls of a recording that succeeded, in the order in which they ended."""
    begun: dict[str, str] = {}
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            if found := _CUT.match(line):
                begun[found[1]] = found[3]
                continue
            if found := _REST.match(line):
                pid, name, rest, returned = found.groups()
                said = begun.pop(pid, "") + rest
            elif found := _WHOLE.match(line):
                pid, name, said, returned = found.groups()
            else:
                continue
            if returned != "?" and int(returned) >= 0:
                yield Call(name, tuple(map(_argument, said.split(", "))), int(returned))


def _argument(said: str) -> str | bytes:
    found = _TEXT.fullmatch(said.rstrip("."))
    return bytes.fromhex(found[1].replace("\\x", "")) if found else said


@dataclass
class File:
    """A file: what the disk owes, and what was written since, in its order."""

    kept: bytearray = field(default_factory=bytearray)
    now: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes]] = field(default_factory=list)  # (place, bytes), or (size, b"") for a new length

    def write(self, at: int, data: bytes) -> None:
        _put(self.now, at, data)
        self.waiting.append((at, data))

    def cut(self, size: int) -> None:
        _size(self.now, size)
        self.waiting.append((size, b""))

    def flush(self) -> None:
        self.kept[:] = self.now
        self.waiting.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        """Some content that the disk may hold."""
        content = bytearray(self.kept)
        fate = chance.random()
        share = 0.0 if fate < 0.15 else 1.0 if fate < 0.3 else chance.random()
        for at, data in self.waiting:
            if not data:
                if chance.random() < share:
                    _size(content, at)
                continue
            how = chance.random()
            if how < 0.25:  # torn: each sector for itself
                for sector in range(at // SECTOR, (at + len(data) - 1) // SECTOR + 1):
                    if chance.random() < share:
                        first, last = max(at, sector * SECTOR), min(at + len(data), (sector + 1) * SECTOR)
                        _put(content, first, data[first - at : last - at])
            elif chance.random() < share:
                _put(content, at, data)
        return bytes(content)


@dataclass
class Folder:
    """A folder: the names that the disk owes, and those changed since; what belongs together is one change."""

    kept: dict[str, "File | Folder"] = field(default_factory=dict)
    now: dict[str, "File | Folder"] = field(default_factory=dict)
    waiting: list[dict[str, "File | Folder | None"]] = field(default_factory=list)

    def change(self, names: "dict[str, File | Folder | None]") -> None:
        _names(self.now, names)
        self.waiting.append(names)

    def flush(self) -> None:
        self.kept = dict(self.now)
        self.waiting.clear()

    def after_a_cut(self, chance: random.Random) -> "dict[str, File | Folder]":
        """Some names that the disk may hold: all changes up to one, or any of them."""
        names = dict(self.kept)
        if chance.random() < 0.6:
            for change in self.waiting[: chance.randint(0, len(self.waiting))]:
                _names(names, change)
        else:
            for change in self.waiting:
                if chance.random() < 0.6:
                    _names(names, change)
        return names


class Disk:
    """A folder on a disk, and the program that writes into it."""

    def __init__(self, folder: Path) -> None:
        self._top = str(folder)
        self.root = _read(folder)
        self._open: dict[int, tuple[File | Folder, list[int]]] = {}  # handle -> what, [where it writes next]
        self._appends: set[int] = set()
        self.said: list[str] = []
        self.writes = self.flushes = 0

    def take(self, call: Call) -> None:
        """What this call does."""
        if call.name in ("write",) and call.number(0) == 1:
            self.said += call.text(1).decode().splitlines()
            return
        act = getattr(self, f"_{call.name}", None)
        if act is not None:
            act(call)

    # Handles.

    def _openat(self, call: Call) -> None:
        self._opened(call.text(1), call.word(2), call.returned)

    def _opened(self, name: bytes, flags: str, handle: int) -> None:
        self._open.pop(handle, None)
        self._appends.discard(handle)
        found = self._parent(name)
        if found is None:
            return
        folder, last = found
        node: File | Folder | None = folder.now.get(last) if last else folder
        if node is None:
            if "O_CREAT" not in flags:
                return
            node = File()
            folder.change({last: node})
        elif "O_TRUNC" in flags and isinstance(node, File) and node.now:
            node.cut(0)
        self._open[handle] = (node, [0])
        if "O_APPEND" in flags:
            self._appends.add(handle)

    def _close(self, call: Call) -> None:
        self._open.pop(call.number(0), None)

    def _dup(self, call: Call) -> None:
        if call.number(0) in self._open:
            self._open[call.returned] = self._open[call.number(0)]
        else:
            self._open.pop(call.returned, None)

    _dup2 = _dup3 = _dup

    def _file(self, handle: int) -> File | None:
        found = self._open.get(handle)
        return found[0] if found and isinstance(found[0], File) else None

    # Bytes.

    def _lseek(self, call: Call) -> None:
        if call.number(0) in self._open:
            self._open[call.number(0)][1][0] = call.returned

    def _write(self, call: Call) -> None:
        handle = call.number(0)
        if file := self._file(handle):
            place = self._open[handle][1]
            at = len(file.now) if handle in self._appends else place[0]
            file.write(at, call.text(1)[: call.returned])
            place[0] = at + call.returned
            self.writes += 1

    def _pwrite64(self, call: Call) -> None:
        if file := self._file(call.number(0)):
            file.write(call.number(3), call.text(1)[: call.returned])
            self.writes += 1

    def _writev(self, call: Call) -> None:
        if self._file(call.number(0)):
            raise NotImplementedError(f"{call.name} is not understood")

    _pwritev = _pwritev2 = _fallocate = _writev

    def _ftruncate(self, call: Call) -> None:
        if file := self._file(call.number(0)):
            file.cut(call.number(1))

    def _truncate(self, call: Call) -> None:
        found = self._parent(call.text(0))
        if found and isinstance(file := found[0].now.get(found[1]), File):
            file.cut(call.number(1))

    def _sendfile(self, call: Call) -> None:
        self._copy(call.number(1), call.number(0), call.word(2), call.returned)

    def _copy_file_range(self, call: Call) -> None:
        self._copy(call.number(0), call.number(2), call.word(1), call.returned)

    def _copy(self, source: int, target: int, offset: str, several: int) -> None:
        file = self._file(target)
        if file is None:
            return
        source_file = self._file(source)
        if source_file is None:
            raise NotImplementedError("a copy from outside the folder is not understood")
        place = self._open[target][1]
        at = int(offset.strip("[]").split("=>")[0].strip(" []")) if offset != "NULL" else self._open[source][1][0]
        file.write(place[0], bytes(source_file.now[at : at + several]))
        place[0] += several
        if offset == "NULL":
            self._open[source][1][0] += several
        self.writes += 1

    def _fsync(self, call: Call) -> None:
        if found := self._open.get(call.number(0)):
            found[0].flush()
            self.flushes += 1

    _fdatasync = _fsync

    # Names.

    def _rename(self, call: Call) -> None:
        self._moved(call.text(0), call.text(1))

    def _renameat(self, call: Call) -> None:
        self._moved(call.text(1), call.text(3))

    _renameat2 = _renameat

    def _moved(self, old: bytes, new: bytes) -> None:
        source, target = self._parent(old), self._parent(new)
        if source is None and target is None:
            return
        if source is None or target is None:
            raise NotImplementedError("a move over the border of the folder is not understood")
        node = source[0].now[source[1]]
        if source[0] is target[0]:
            source[0].change({target[1]: node, source[1]: None})
        else:
            target[0].change({target[1]: node})
            source[0].change({source[1]: None})

    def _unlink(self, call: Call) -> None:
        self._gone(call.text(0))

    _rmdir = _unlink

    def _unlinkat(self, call: Call) -> None:
        if call.word(0) == "AT_FDCWD":
            self._gone(call.text(1))
        elif isinstance(folder := self._open.get(call.number(0), (None,))[0], Folder):
            folder.change({call.text(1).decode(): None})

    def _gone(self, name: bytes) -> None:
        if found := self._parent(name):
            found[0].change({found[1]: None})

    def _link(self, call: Call) -> None:
        self._linked(call.text(0), call.text(1))

    def _linkat(self, call: Call) -> None:
        self._linked(call.text(1), call.text(3))

    def _linked(self, old: bytes, new: bytes) -> None:
        source, target = self._parent(old), self._parent(new)
        if source and target:
            target[0].change({target[1]: source[0].now[source[1]]})

    def _mkdir(self, call: Call) -> None:
        self._made(call.text(0))

    def _mkdirat(self, call: Call) -> None:
        self._made(call.text(1))

    def _made(self, name: bytes) -> None:
        if found := self._parent(name):
            found[0].change({found[1]: Folder()})

    def _parent(self, name: bytes) -> tuple[Folder, str] | None:
        """The folder that a path lies in, and its last name ("" for the top itself); None outside."""
        path = name.decode("utf-8", "surrogateescape")
        if path == self._top:
            return self.root, ""
        if not path.startswith(self._top + "/"):
            return None
        *before, last = path[len(self._top) + 1 :].rstrip("/").split("/")
        if last.endswith("-shm"):  # shared memory: made anew whenever the file is opened after a cut
            return None
        folder = self.root
        for each in before:
            below = folder.now.get(each)
            if not isinstance(below, Folder):
                return None
            folder = below
        return folder, last

    def cut(self, target: Path, chance: random.Random) -> None:
        """Write to a folder what the disk may hold if the power fails now."""
        _write_out(self.root, target, chance, {})


def _write_out(folder: Folder, target: Path, chance: random.Random, linked: dict[int, Path]) -> None:
    target.mkdir()
    for name, node in folder.after_a_cut(chance).items():
        path = target / name
        if isinstance(node, Folder):
            _write_out(node, path, chance, linked)
        elif id(node) in linked:
            path.hardlink_to(linked[id(node)])
        else:
            path.write_bytes(node.after_a_cut(chance))
            linked[id(node)] = path


def _read(folder: Path) -> Folder:
    found = Folder()
    for path in folder.iterdir():
        if path.name.endswith("-shm"):
            continue
        content = _read(path) if path.is_dir() else File(bytearray(path.read_bytes()), bytearray(path.read_bytes()))
        found.now[path.name] = content
    found.kept = dict(found.now)
    return found


def _put(content: bytearray, at: int, data: bytes) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def _size(content: bytearray, size: int) -> None:
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


def _names(names: "dict[str, File | Folder]", change: "dict[str, File | Folder | None]") -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node
