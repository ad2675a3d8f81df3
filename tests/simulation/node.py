"""One computer of a simulated history: a real casebook file with the real verbs, which can die, be restored or copied.

The harness looks at the file through a connection of its own and never through the program's.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from models.services import erasure_ledger, sync_device
from models.services.book import Book
from models.services.merging import Merging
from models.services.numbering_latch import Latch
from models.services.rights import Rights
from models.services.sync import Sync
from models.services.views import Office, Worker
from models.store import device_mark
from models.store.engine import Engines, connect_sqlite, open_sqlite
from models.store.rows import KEPT, defaults
from models.store.work import arm
from tests.simulation.fate import Time, WrongClock
from tests.simulation.model import Cells, Said

STORE = "casebook.db"
KEY = bytes(48)


class Died(BaseException):
    """The process was killed: nothing of the program may catch this."""


@dataclass
class Image:
    """What a disk held at some moment: the files of a node."""

    files: dict[str, bytes]


@dataclass
class Node:
    """A computer with one casebook."""

    name: str
    folder: Path
    office: Office
    key: str  # id of the installation, as files name it
    parent: str
    disk: str
    children: list[str]
    time: Time
    clock: WrongClock
    held: dict[str, None] = field(default_factory=dict)  # ids of the operations in its log, in the order they came
    cells: Cells = field(default_factory=Cells)
    ever_held: set[str] = field(default_factory=set)
    images: list[Image] = field(default_factory=list)
    seen: int = 0  # arrivals read so far
    latest_now: int = 0  # the highest moment its clock ever showed, milliseconds
    saves: int = 0  # operations it ever made
    device_before: str = ""  # as which it began what it does at present
    fuse: int | None = None  # statements until it dies
    corpse: Image | None = None

    @property
    def stick(self) -> Path:
        return self.folder / "stick"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def partners(self) -> list[str]:
        return [*([self.parent] if self.parent else []), *self.children]

    def start(self) -> None:
        """Start the program."""
        self.stick.mkdir(parents=True, exist_ok=True)
        self.inbox.mkdir(exist_ok=True)
        engines = open_sqlite(self.folder / STORE, KEY)
        arm(engines.writer)
        _share_compiled(engines)
        for engine in (engines.writer, engines.reader):
            event.listen(engine, "before_cursor_execute", self._burn)
        event.listen(engines.writer, "commit", self._burn)
        self.book = Book(
            engines, folder=self.folder, clock=self.clock, office=self.office, worker=Worker(name=self.name)
        )
        self.book.latch = _SameDisk(self.folder, self.disk)
        self.sync, self.rights, self.merging = Sync(self.book), Rights(self.book), Merging(self.book)
        self.eye = connect_sqlite(self.folder / STORE, KEY, read_only=True)

    def stop(self) -> None:
        self.eye.close()
        self.book.engines.close()

    def begin_work(self) -> None:
        """What Casebook.open() does besides: whoever was restored begins anew, whoever was erased is erased again."""
        sync_device.settle(self.book)
        self.rights.replay()

    def _burn(self, *_: object) -> None:
        if self.fuse is None or self.corpse is not None:
            return
        self.fuse -= 1
        if self.fuse <= 0:
            self.corpse = self.image()
            raise Died

    def bury(self) -> None:
        """After Died: the disk is as the killed process left it, and the program is started again."""
        assert self.corpse is not None
        corpse, self.corpse, self.fuse = self.corpse, None, None
        self.become(corpse)

    def image(self) -> Image:
        """The files as they are at this moment, whatever is open. -shm is memory, not disk."""
        return Image(
            {
                str(path.relative_to(self.folder)): path.read_bytes()
                for path in sorted(self.folder.rglob("*"))
                if path.is_file() and not path.name.endswith(("-shm", ".lock"))
            }
        )

    def become(self, image: Image, *, keep: tuple[str, ...] = ()) -> None:
        """Put an image in the place of the disk; files named in keep stay as they are."""
        self.stop()
        kept = {name: (self.folder / name).read_bytes() for name in keep if (self.folder / name).exists()}
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        for name, data in {**{n: d for n, d in image.files.items() if n not in keep}, **kept}.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        self.start()

    def back_up(self) -> None:
        self.eye.execute("SELECT 1").fetchall()
        self.images = [*self.images[-2:], self.image()]

    # What the harness reads.

    def meta(self, key: str) -> dict[str, Any]:
        row = self.eye.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return dict(json.loads(row[0])) if row else {}

    def arrived(self, after: int) -> Iterator[tuple[Said, int, bool]]:
        """Operations that came into the log after a moment, with their arrival and whether values are blanked."""
        names = "id, device, seq, prev, clock, entity, row, fields, arrival"
        query = f"SELECT {names} FROM operation WHERE arrival > ? ORDER BY arrival"
        for identity, device, seq, prev, clock, entity, row, fields, arrival in self.eye.execute(
            query, (after,)
        ).fetchall():
            told = json.loads(fields)
            values = {name: change["v"] for name, change in told.items()}
            replaces = {name: frozenset(change["p"]) for name, change in told.items()}
            said = Said(identity, device, seq, prev, clock, entity, row, values, replaces)
            yield said, arrival, any(change.get("erased") for change in told.values())

    def forget(self) -> None:
        """The file is another one now: everything that was read of it is read anew."""
        self.held, self.cells, self.seen = {}, Cells(), 0

    def erased(self) -> set[tuple[str, str]]:
        """Operation and field of every blanked value in the log."""
        query = "SELECT id, fields FROM operation WHERE fields LIKE '%\"erased\"%'"
        return {
            (operation, name)
            for operation, fields in self.eye.execute(query).fetchall()
            for name, change in json.loads(fields).items()
            if change.get("erased")
        }

    def heads(self) -> set[tuple[str, str, str]]:
        rows = self.eye.execute("SELECT row, ops FROM head").fetchall()
        return {(row, name, one) for row, ops in rows for one, names in json.loads(ops).items() for name in names}

    def streams(self) -> list[tuple[str, str, list[Any], bool]]:
        """Of each stream that comes here: from whom, its epoch, how far it is whole, whether it is asked for anew."""
        rows = self.eye.execute("SELECT id, down FROM peer ORDER BY id").fetchall()
        said = [(peer, json.loads(down).get("in")) for peer, down in rows]
        return [(peer, come["epoch"], come["at"], come["anew"]) for peer, come in said if come]

    def conflicts(self) -> set[tuple[str, str]]:
        return set(self.eye.execute("SELECT row, field FROM conflict").fetchall())

    def table(self, entity: str) -> dict[str, dict[str, Any]]:
        """The rows of a typed table by id, values as JSON carries them."""
        kinds = {name: type(value) for name, value in defaults(entity).items()}
        read = {name: _READ[kind] for name, kind in kinds.items() if kind in _READ}
        found = {}
        names = [column.name for column in KEPT[entity].columns]
        listed = ", ".join(f'"{name}"' for name in names)
        for values in self.eye.execute(f"SELECT {listed} FROM {entity}").fetchall():
            row = dict(zip(names, values, strict=True))
            for name, convert in read.items():
                row[name] = convert(row[name])
            found[row["id"]] = row
        return found

    def size(self) -> tuple[int, int]:
        """How much the log holds; changes with each operation and each blanked value."""
        return tuple(self.eye.execute("SELECT count(*), total(length(fields)) FROM operation").fetchone())

    def says_anywhere(self, words: Callable[[str], bool]) -> list[str]:
        """The tables in which something stands for which `words` says yes."""
        tables = [*KEPT, "operation", "search_key", "draft"]
        return [
            name
            for name in tables
            if any(words(repr(row)) for row in self.eye.execute(f'SELECT * FROM "{name}"').fetchall())
        ]


_READ: dict[type, Callable[[Any], Any]] = {dict: json.loads, list: json.loads, bool: bool}


@contextmanager
def burning(node: Node, statements: int | None) -> Iterator[None]:
    """Let the process of a node die at its n-th statement from here."""
    node.fuse = statements
    try:
        yield
    finally:
        node.fuse = None


_SHARED: dict[str, Any] = {}


def _share_compiled(engines: Engines) -> None:
    """Statements are compiled once for all nodes; each engine would do it anew, which is half of a history's time."""
    _SHARED.setdefault("dialect", engines.writer.dialect)
    _SHARED.setdefault("cache", engines.writer._compiled_cache)
    for engine in (engines.writer, engines.reader):
        engine.dialect, engine._compiled_cache = _SHARED["dialect"], _SHARED["cache"]


class _SameDisk(Latch):
    """The harness writes the files of a node anew on the disk on which they were."""

    def __init__(self, folder: Path, disk: str) -> None:
        super().__init__(folder)
        self._disk = disk

    def place(self) -> str:
        return self._disk


PROGRAM_RESTORE_KEEPS = (erasure_ledger.NAME, device_mark.MARK)
"""What lies beside the store and is no part of a backup."""
