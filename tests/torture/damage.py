"""Damage to the store, the key file, a picture on a stick and a backup: none is accepted, each has its sentence."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from models.casebook import KEYS, STORE, Casebook
from models.errors import Problem
from models.imaging import edited
from models.records.picture import PictureEntry
from models.security import keystore
from models.store import backup
from tests.models.pictures import as_bytes
from tests.torture import scenes
from tests.torture.figures import Figures
from tests.torture.scenes import OTHER_PHRASE, PASSPHRASE

FULL, SHORT = 300, 4
PAGE, SECTOR = 4096, 512
SHARES = ("store", "store", "backup", "keys", "store", "photo")  # of six rounds

Damage = Callable[[bytes, bytes, random.Random], bytes]
"""(a file, what the same file held earlier, dice) -> the file as it is found."""


def flip(data: bytes, _older: bytes, chance: random.Random) -> bytes:
    """A bit."""
    spoilt = bytearray(data)
    spoilt[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def zero(data: bytes, _older: bytes, chance: random.Random) -> bytes:
    """A sector of nothing."""
    spoilt, at = bytearray(data), chance.randrange(len(data)) // SECTOR * SECTOR
    spoilt[at : at + SECTOR] = bytes(len(spoilt[at : at + SECTOR]))
    return bytes(spoilt)


def swap(data: bytes, _older: bytes, chance: random.Random) -> bytes:
    """Two pages in each other's place."""
    size = PAGE if len(data) > 4 * PAGE else max(16, len(data) // 8)
    one, other = chance.sample(range(len(data) // size), 2)
    spoilt = bytearray(data)
    spoilt[one * size : one * size + size] = data[other * size : other * size + size]
    spoilt[other * size : other * size + size] = data[one * size : one * size + size]
    return bytes(spoilt)


def cut(data: bytes, _older: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return data[: chance.randrange(1, len(data))]


def append(data: bytes, _older: bytes, chance: random.Random) -> bytes:
    """Something behind the end."""
    return data + chance.choice((bytes(PAGE), chance.randbytes(PAGE), b"\n", data[-PAGE:], chance.randbytes(100)))


def old_page(data: bytes, older: bytes, chance: random.Random) -> bytes:
    """A page as it was earlier, with the seal that fitted then."""
    size = PAGE if len(data) > 4 * PAGE else max(16, len(data) // 8)
    differ = [n for n in range(len(data) // size) if data[n * size :][:size] != older[n * size :][:size]]
    differ = [n for n in differ if older[n * size :][:size]]
    if not differ:
        return data
    at = chance.choice(differ) * size
    return data[:at] + older[at : at + size] + data[at + size :]


def another(data: bytes, older: bytes, chance: random.Random) -> bytes:
    """Nothing, or another file altogether."""
    return chance.choice(
        (b"", b"\0" * len(data), b"SQLite format 3\0" + bytes(PAGE - 16), data[::-1], older[: PAGE * 2])
    )


KINDS: dict[str, Damage] = {
    "a bit flipped": flip,
    "a sector zeroed": zero,
    "pages swapped": swap,
    "the end cut off": cut,
    "something appended": append,
    "an old page put back": old_page,
    "another file": another,
}


class Scene:
    """A casebook closed in order, an earlier state of it, a backup of each, and a stick with a picture on it."""

    office: Casebook  # whoever is given the pictures

    def __init__(self, folder: Path) -> None:
        self.folder, self.good, self.here = folder, folder / "good", folder / "here"
        office = scenes.create(folder / "street", scenes.STREET)
        book = scenes.create(self.good)
        cards, self.stick = folder / "cards", folder / "stick"
        cards.mkdir()
        self.stick.mkdir()
        book.sync.trust_card(office.sync.write_card(cards))
        office.sync.trust_card(book.sync.write_card(cards))
        for number in range(12):
            book.households.register(scenes.household(number))
        self._photo(book, 1)
        earlier_backup = book.back_up()
        book.close()
        self.old = {STORE: (self.good / STORE).read_bytes(), KEYS: (self.good / KEYS).read_bytes()}
        book = scenes.opened(self.good)
        for number in range(12, 24):
            book.households.register(scenes.household(number))
        self._photo(book, 2)
        book.change_passphrase(PASSPHRASE, OTHER_PHRASE)
        self.backup = book.back_up()
        self.old_backup = {path.name: path.read_bytes() for path in earlier_backup.iterdir()}
        for path in book.sync.export(self.stick):
            if path.suffix == ".jmb":
                office.sync.apply(path)
        self.photos = sorted(self.stick.glob("*.jma"))
        self.keys = keystore.unlock(self.good / KEYS, OTHER_PHRASE)
        book.close()
        office.close()
        self.people = {name for number in range(24) for name in scenes.family(number)}

    def _photo(self, book: Casebook, number: int) -> None:
        noise = Image.effect_noise((600, 500), 80 + number).convert("RGB")
        entry = PictureEntry(
            kind="home", subject_kind="resident", subject_id=sorted(book.residents.ids())[0], title="家"
        )
        book.pictures.add(entry, edited(as_bytes(noise, quality=90)))

    def hurt(self, target: str, damage: Damage, chance: random.Random) -> str:
        """What is wrong; "" where the damage was found and told, "same" where nothing was changed by it."""
        return str(getattr(self, f"_hurt_{target}")(damage, chance))

    def _hurt_store(self, damage: Damage, chance: random.Random) -> str:
        data = (self.good / STORE).read_bytes()
        spoilt = damage(data, self.old[STORE], chance)
        if spoilt == data:
            return "same"
        if self.here.exists():
            shutil.rmtree(self.here)
        self.here.mkdir()
        for path in self.good.iterdir():
            if path.is_file() and path.name != STORE:
                shutil.copy2(path, self.here)
        (self.here / STORE).write_bytes(spoilt)
        try:
            book = scenes.opened(self.here, OTHER_PHRASE)
        except Problem as problem:
            return told(problem)
        try:
            if book.health.seal() == "other":
                return ""
            return "" if not book.health.look().good else "the store was accepted"
        except Problem as problem:
            return told(problem)
        finally:
            book.close()

    def _hurt_keys(self, damage: Damage, chance: random.Random) -> str:
        path, copy = self.folder / KEYS, self.folder / (KEYS + ".bak")
        data = (self.good / KEYS).read_bytes()
        spoilt = damage(data, self.old[KEYS], chance)
        if spoilt == data:
            return "same"
        both = chance.random() < 0.7
        path.write_bytes(spoilt)
        copy.write_bytes(spoilt if both else data)
        try:
            keys = keystore.unlock(path, OTHER_PHRASE)
        except Problem as problem:
            refused = both or spoilt == self.old[KEYS]  # the whole file of an earlier day: its own passphrase counts
            return told(problem) if refused else f"the copy did not help: {type(problem).__name__}"
        if both:
            return "the key file was accepted"
        return "" if keys.data_key == self.keys.data_key and path.read_bytes() == data else "it was not mended"

    def _hurt_backup(self, damage: Damage, chance: random.Random) -> str:
        name = chance.choice((STORE, STORE, "manifest.json", KEYS))
        data = (self.backup / name).read_bytes()
        spoilt = damage(data, self.old_backup[name], chance)
        if spoilt == data:
            return "same"
        hurt = self.folder / "backup"
        if hurt.exists():
            shutil.rmtree(hurt)
        shutil.copytree(self.backup, hurt)
        (hurt / name).write_bytes(spoilt)
        try:
            backup.verify(hurt, self.keys)
        except Problem as problem:
            return told(problem)
        return f"{name} of a backup was accepted"

    def _hurt_photo(self, damage: Damage, chance: random.Random) -> str:
        path = chance.choice(self.photos)
        data, older = path.read_bytes(), self.photos[0].read_bytes()
        spoilt = damage(data, older if path != self.photos[0] else self.photos[-1].read_bytes(), chance)
        if spoilt in {one.read_bytes() for one in self.photos}:
            return "same"
        hurt = self.folder / "hurt.jma"
        hurt.write_bytes(spoilt)
        office = self.office
        before = scenes.digest(office)
        try:
            office.sync.apply(hurt)
        except Problem as problem:
            return told(problem) or ("" if scenes.digest(office) == before else "the office was changed")
        return "a picture's file was accepted"


def told(problem: Problem) -> str:
    """ "" where a problem has words for the worker."""
    return "" if len(problem.sentence()) > 20 else f"{type(problem).__name__} has no words"


def damage(folder: Path, short: bool, seed: int) -> Iterator[Figures]:
    """So many of each kind, over all four."""
    scenes.cheap()
    asked = SHORT if short else FULL
    scene = Scene(folder)
    scene.office = scenes.opened(folder / "street")
    for kind, how in KINDS.items():
        figures = Figures(f"damage: {kind}", asked)
        counts: dict[str, int] = {}
        number = 0
        while figures.done < asked and number < asked * 3:
            chance = random.Random(f"{kind} {seed} {number}")
            target = SHARES[number % len(SHARES)]
            number += 1
            try:
                wrong = scene.hurt(target, how, chance)
            except Exception as fault:
                wrong = f"no problem of ours: {fault!r}"
            if wrong == "same":
                continue
            figures.done += 1
            counts[target] = counts.get(target, 0) + 1
            if wrong:
                figures.fail(f"{target}, number {number - 1} of seed {seed}: {wrong}")
        figures.note = ", ".join(f"{several} {target}" for target, several in counts.items())
        yield figures
    scene.office.close()
