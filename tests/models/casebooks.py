"""Small casebooks to test with, and what is looked at in them."""

from pathlib import Path

from sqlalchemy import select

from models import texts
from models.casebook import Casebook
from models.errors import (
    Problem,
)
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry
from models.store import importing
from models.store.rows import KEPT


def told(problem: Problem) -> None:
    """The problem has a whole sentence in each of the two languages."""
    with texts.speaking("en"):
        english = problem.sentence()
    with texts.speaking("zh_CN"):
        chinese = problem.sentence()
    assert english.isascii() or "“" in english
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert "{" not in english + chinese
    assert english.endswith(".")
    assert chinese.endswith("。")


def named(family: str, n: int) -> str:
    """A name for each number; names hold no digits."""
    return family + chr(0x4E00 + n)


def small_household(*names: str, door: str = "") -> HouseholdEntry:
    members = tuple(
        MemberEntry(resident=ResidentEntry(name=name), relation="0" if place == 0 else "8")
        for place, name in enumerate(names)
    )
    dwelling = DwellingEntry(community_code="120101001001", street_line="鞍山道9号", building="1", unit="1", door=door)
    return HouseholdEntry(dwelling=dwelling, members=members)


def names_in(book: Casebook) -> set[str]:
    with book._book.reading() as connection:
        return set(connection.execute(select(KEPT["resident"].c.name)).scalars())


def digest_of(book: Casebook) -> str:
    """What the casebook holds; and that its log gives the very same rows again."""
    with book._book.writing() as connection:
        now = importing.digest(connection)
        importing.rebuild(connection)
        assert importing.digest(connection) == now
    return now


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".db", ".keys")}
