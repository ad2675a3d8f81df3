"""Whoever was erased is nowhere: not in decrypted pages, free ones too, not in the log, keys, pictures, drafts, and not
after an older backup was put back.
"""

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from PIL import Image

from models.casebook import STORE, Casebook
from models.clock import FixedClock
from models.imaging import edited
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.picture import PictureEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.records.visit import NeedEntry, VisitEntry
from models.store.engine import connect_sqlite
from tests.flows.hands import card
from tests.models.pictures import as_bytes
from tests.torture import pages, scenes
from tests.torture.figures import Figures
from tests.torture.scenes import NOW, PASSPHRASE

FULL, SHORT = 20, 1
_FAMILY, _GIVEN = "璩亓逄郄笪厍", "鑫犇骉淼焱垚赑龘"


class Person:
    """Somebody with words that nobody else has."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.name = chance.choice(_FAMILY) + "".join(chance.choices(_GIVEN, k=2)) + chr(0x5000 + number)
        self.card = card(f"19{chance.randint(40, 90)}0{chance.randint(1, 9)}1{chance.randint(0, 9)}", f"{number:03}")
        self.phone = f"139{chance.randrange(10**8):08}"
        self.note = "只在此处的话" + "".join(chance.choices(_GIVEN, k=8))
        noise = Image.effect_noise((300, 200), 90).convert("RGB")
        self.picture = edited(as_bytes(noise, quality=92))

    @property
    def signs(self) -> dict[str, bytes]:
        """What must be found nowhere."""
        return {
            "name": self.name.encode(),
            "name in UTF-16": self.name.encode("utf-16-le"),
            "name in escapes": self.name.encode("unicode_escape"),
            "number": self.card.encode(),
            "telephone": self.phone.encode(),
            "note": self.note.encode(),
            "picture": self.picture.full[len(self.picture.full) // 2 :][:48],
            "small picture": self.picture.thumb[len(self.picture.thumb) // 2 :][:48],
        }


def erased(folder: Path, short: bool, seed: int) -> Iterator[Figures]:
    """The battery."""
    scenes.cheap()
    asked = SHORT if short else FULL
    figures = Figures("erasure: nowhere to be found", asked)
    again = Figures("erasure: after an older backup", asked)
    for number in range(asked):
        chance = random.Random(f"erasure {seed} {number}")
        home = folder / f"book-{number}"
        before, after = _one(home, Person(chance, number), chance)
        figures.done += 1
        again.done += 1
        if before:
            figures.fail(f"number {number} of seed {seed}: {before}")
        if after:
            again.fail(f"number {number} of seed {seed}: {after}")
    yield figures
    yield again


def _one(home: Path, person: Person, chance: random.Random) -> tuple[str, str]:
    clock = FixedClock(NOW)
    book = scenes.create(home, clock=clock)
    for each in range(chance.randint(2, 12)):
        book.households.register(scenes.household(each))
    resident = _lives_here(book, person, clock)
    found = _signs_in(home, person, book)
    if missing := set(person.signs) - found - {"name in UTF-16", "name in escapes"}:
        return f"the look itself is blind: {missing} are not found before the erasure", ""
    older = book.back_up()
    clock.move(minutes=5)
    book.rights.erase(resident, "asked")
    if chance.random() < 0.5:
        book.households.register(scenes.household(500))
    said = _said_of(book, person, home)
    book.close()
    said = said or _left(home, person)
    clock.move(minutes=5)
    Casebook.restore(home, older, PASSPHRASE, clock=clock)
    clock.move(minutes=5)
    book = scenes.opened(home, clock=clock)
    afterwards = _said_of(book, person, home)
    book.close()
    return said, afterwards or _left(home, person)


def _lives_here(book: Casebook, person: Person, clock: FixedClock) -> str:
    """Everything that can be written about somebody."""
    entry = ResidentEntry(
        name=person.name,
        sex="2",
        documents=(DocumentEntry(kind="resident_card", number=person.card, seen=True),),
        phones=(PhoneEntry(number=person.phone, whose="own"),),
        facts=(FactEntry(name="hukou_tianjin", value=True),),
        note=person.note,
    )
    dwelling = DwellingEntry(community_code="120101001001", street_line="鞍山道9号", building="1", unit="1", door="909")
    other = MemberEntry(resident=ResidentEntry(name="另一个人"), relation="8")
    home = book.households.register(
        HouseholdEntry(dwelling=dwelling, members=(MemberEntry(resident=entry, relation="0"), other))
    )
    resident = home.ids[0]
    book.pictures.add(
        PictureEntry(kind="document", subject_kind="resident", subject_id=resident, title=person.note), person.picture
    )
    book.visits.record(
        VisitEntry(
            household_id=home.id,
            happened_on=date(2026, 11, 21),
            outcome="met",
            met=(resident,),
            needs=(NeedEntry(resident_id=resident, group="elderly", note=person.note),),
        )
    )
    book.referrals.issue(
        ReferralEntry(
            resident_id=resident, matters=(MatterEntry(service_id="S50"),), receiver="劝业场街道", note=person.note
        )
    )
    book.drafts.save("resident", "1", resident, "草稿", {"answers": {"name": person.name, "note": person.note}})
    assert book.residents.find(person.name) == [resident]
    clock.move(minutes=1)
    return resident


def _signs_in(home: Path, person: Person, book: Casebook) -> set[str]:
    assert book._book.keys is not None
    plain = pages.decrypted(home / STORE, book._book.keys.page_key)
    return {what for what, sign in person.signs.items() if sign in plain}


def _said_of(book: Casebook, person: Person, home: Path) -> str:
    """Where an open casebook still tells of somebody."""
    if found := _signs_in(home, person, book):
        return f"in decrypted pages of the open casebook: {sorted(found)}"
    for asked in (person.name, person.card, person.phone):
        if book.residents.find(asked):
            return "the search finds somebody"
    if any(person.name in str(draft) for draft in book.drafts.all()):
        return "a draft"
    return ""


def _left(home: Path, person: Person) -> str:
    """Where a closed casebook's files still tell of somebody; older backups beside it hold her until they go."""
    from models.security import keystore

    keys = keystore.unlock(home / "casebook.keys", PASSPHRASE)
    plain = home.parent / "plain.db"
    plain.unlink(missing_ok=True)
    raw = connect_sqlite(home / STORE, keys.page_key)
    try:
        raw.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
        raw.execute("SELECT sqlcipher_export('plain')").fetchall()
        raw.execute("DETACH DATABASE plain")
    finally:
        raw.close()
    told = {"the exported file": plain.read_bytes(), "decrypted pages": pages.decrypted(home / STORE, keys.page_key)}
    told |= {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    plain.unlink()
    for where, content in told.items():
        for what, sign in person.signs.items():
            if sign in content:
                return f"{what} in {where}"
    return ""
