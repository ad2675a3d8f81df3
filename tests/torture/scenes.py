"""Casebooks to be hurt, and the look at one that says whether it is whole."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.casebook import Casebook
from models.clock import Clock, FixedClock
from models.security import key_accounts, keystore
from models.services.accounts import Accounts
from models.services.views import Office
from models.store import importing
from models.store.engine import connect_sqlite
from tests import made_once
from tests.conftest import OFFICE, PASSPHRASE, WORKER
from tests.models.casebooks import names_in, small_household

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
STREET = Office(code="120101001", name="天津市和平区劝业场街道办事处", letter_mark="劝业")
OTHER_PHRASE = "渤海 风帆 石榴 八月 ok"


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, in memory where there is room: casebooks are copied thousands of times."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2_000_000_000
    with tempfile.TemporaryDirectory(prefix="jinmen-torture-", dir=memory if roomy else None) as name:
        yield Path(name)


def cheap() -> None:
    """Phrases of invented casebooks are stretched as little as is allowed (what they protect is nobody's), and what all
    casebooks of a process have in common is found out once."""
    made_once.tables_once()
    made_once.statements_once()
    made_once.keys_once()
    made_once.refuse_seldom()
    for place in (keystore, key_accounts, Accounts):
        for thing in vars(place).values():
            defaults = getattr(thing, "__kwdefaults__", None)
            if defaults and isinstance(defaults.get("cost"), keystore.Cost):
                defaults["cost"] = keystore.FLOOR


def create(folder: Path, office: Office = OFFICE, clock: Clock | None = None) -> Casebook:
    """A new casebook, open."""
    cheap()
    return Casebook.create(
        folder, PASSPHRASE, office=office, worker=WORKER, clock=clock or FixedClock(NOW), cost=keystore.FLOOR
    )


def opened(folder: Path, phrase: str = PASSPHRASE, clock: Clock | None = None) -> Casebook:
    """The casebook of a folder, open."""
    return Casebook.open(folder, phrase, clock=clock or FixedClock(NOW))


def family(number: int) -> tuple[str, ...]:
    """The names of the household of this number: each name is one person's alone."""
    return tuple(first + chr(0x4E00 + number % 20_000) + chr(0x4E00 + number // 20_000) for first in "甲乙丙")


def household(number: int) -> Any:
    """The entry of that household; a long note makes it take some pages."""
    return small_household(*family(number), door=str(number))


def people(book: Casebook) -> set[str]:
    """Everybody's name."""
    return names_in(book)


def halves(names: set[str]) -> list[str]:
    """Names of households of which somebody is missing."""
    rest = {name[1:] for name in names if name[0] in "甲乙丙" and len(name) == 3}
    return [end for end in rest if not all(first + end in names for first in "甲乙丙")]


def trouble_in(book: Casebook, *, deep: bool = True) -> str:
    """What is wrong with an open casebook: pages, rows, the log against the rows; "" where it is whole."""
    engines = book._book.engines
    assert engines.path is not None
    raw = connect_sqlite(engines.path, book._book.keys.page_key)  # type: ignore[union-attr]
    try:
        # What cipher_integrity_check reads is the file; what the log still holds must be in it first.
        if (busy := raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())[0]:
            return f"the log cannot be brought into the file: {busy}"
        if wrong := raw.execute("PRAGMA cipher_integrity_check").fetchall():
            return f"pages: {wrong[:3]}"
        if (said := raw.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            return f"tree: {said[:3]}"
        if dangling := raw.execute("PRAGMA foreign_key_check").fetchall():
            return f"references: {dangling[:3]}"
    finally:
        raw.close()
    if not deep:
        return ""
    with book._book.writing() as connection:
        before = importing.digest(connection)
        importing.rebuild(connection)
        return "" if importing.digest(connection) == before else "the rows are not those of the log"


def digest(book: Casebook) -> str:
    """What a casebook holds."""
    with book._book.reading() as connection:
        return importing.digest(connection)


def copied(source: Path, target: Path) -> Path:
    """A copy of a folder in the place of whatever is there."""
    if target.exists():
        shutil.rmtree(target)
    return shutil.copytree(source, target)


def can_fork() -> bool:
    """Whether processes can be split in two here, and killed for good."""
    return sys.platform != "win32"


__all__ = ["PASSPHRASE"]  # from the tests' own ground, for the parts
