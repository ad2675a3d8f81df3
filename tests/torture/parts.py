"""The parts of the battery by name. A part is loaded when it is run: some need Qt, some must not have it."""

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.torture.figures import Figures

Run = Callable[[Path, bool, int], Iterable[Figures]]


@dataclass(frozen=True)
class Part:
    """A part: where it stands, and whether the short form has it."""

    name: str
    where: str  # module:function
    about: str
    argument: str = ""
    short: bool = True
    group: str = "records"  # what shares a process in the short form

    def run(self, folder: Path, short: bool, seed: int) -> Iterator[Figures]:
        """Do it in a folder of its own."""
        module, _colon, function = self.where.partition(":")
        call = getattr(importlib.import_module(f"tests.torture.{module}"), function)
        yield from call(folder, short, seed, self.argument) if self.argument else call(folder, short, seed)


_KILLED = {
    "save": "a household is registered",
    "photo": "a picture is added",
    "backup": "a backup is made",
    "restore": "a backup is put back",
    "migration": "an older casebook is brought to today's tables",
    "phrase": "the passphrase is changed",
    "rotation": "the key of the records is made anew",
    "list": "a list of residents is taken in",
    "export": "changes are written to a stick",
    "letter": "a letter gets its number and its PDF",
}
_KILLED_ELSEWHERE = {"photo", "restore", "phrase"}  # a few kills each are among the tests of their rooms
_ALL = [
    *(
        Part(
            f"kill-{name}",
            "kills:kill",
            f"kill -9 while {about}",
            name,
            short=name not in _KILLED_ELSEWHERE,
            group="kills",
        )
        for name, about in _KILLED.items()
    ),
    Part("kill-import", "others:kills_in_imports", "kill -9 while a file is taken in, on both engines", short=False),
    Part("power", "power:cuts", "power cuts in the application's own writes"),
    Part("full-disk", "full_disk:full", "the disk fills up, three kinds"),
    Part("damage", "damage:damage", "seven kinds of damage to store, key file, picture and backup"),
    Part("batches", "others:bad_batches", "files of eleven kinds that nobody should take in", short=False),
    Part("hostile-csv", "fuzz:fuzz", "spoilt tables as text", "csv", group="files"),
    Part("hostile-xlsx", "fuzz:fuzz", "spoilt workbooks", "xlsx", group="files"),
    Part("hostile-image", "fuzz:fuzz", "spoilt pictures", "image", group="files"),
    Part("attacks", "fuzz:attacks", "files with an intention, by name", group="files"),
    Part("erasure", "erasing:erased", "whoever was erased is nowhere"),
    Part("audit", "chain:attacks", "eight kinds of attack on the audit chain"),
    Part("drill", "drill:drill", "a lost computer comes back, three ways"),
    Part("canaries", "leaks:day", "a working day, traced: nothing readable lies about", short=False),
    Part("coverage", "gate:gate", "branch coverage of the code of keys, store, backups, batches, audit", short=False),
    Part("drafts", "others:drafts", "kill -9 while somebody types", short=False),
]
PARTS = {part.name: part for part in _ALL}


def chosen(wanted: Sequence[str], *, short: bool) -> list[Part]:
    """The parts of these names or beginnings of names; all without any. Raises KeyError."""
    found: list[Part] = []
    for name in wanted or [""]:
        some = [PARTS[name]] if name in PARTS else [part for part in _ALL if part.name.startswith(name)]
        if not some:
            raise KeyError(name)
        found += [part for part in some if part not in found and (part.short or not short or part.name == name)]
    return found
