"""kill -9 in the middle of what a worker does: afterwards nothing promised is missing, nothing is half there."""

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from models.casebook import KEYS, Casebook
from models.clock import FixedClock
from models.errors import Problem, WrongPassphrase
from models.records.picture import PictureEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.security import keystore
from models.store import backup, migrate
from reports.letter import printed_words, render_letter
from tests.models.pictures import as_bytes, paper
from tests.torture import old_stores, scenes
from tests.torture.figures import Figures, skipped
from tests.torture.ground import Deed, Moments, Say, Told
from tests.torture.ground import kill as killed
from tests.torture.scenes import NOW, OTHER_PHRASE, PASSPHRASE

FULL, SHORT = 100, 2
INSIDE = 30  # of a hundred


class Scene:
    """A casebook, what is done to it, and what must be true afterwards. One object plays all rounds of a battery."""

    fresh_after: ClassVar[int] = 25  # rounds on one casebook; then it begins anew with a copy of the first

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.book, self.first = folder / "book", folder / "first"
        self.round = 0
        self.clock = FixedClock(NOW)

    def make(self) -> None:
        """What the battery begins with, in `first`."""
        book = scenes.create(self.first)
        book.households.register(scenes.household(0))
        book.close()

    def begin_anew(self) -> None:
        """`book` is as at the beginning."""
        scenes.copied(self.first, self.book)
        self.opened().close()  # a copied casebook begins a chain of its own: that is not what is looked at

    def opened(self) -> Casebook:
        self.clock.move(minutes=1)
        return scenes.opened(self.book, clock=self.clock)

    def deed(self) -> Deed:
        """What is done in this round."""
        raise NotImplementedError

    def check(self, told: Told) -> str:
        """What is wrong afterwards; "" where all is well."""
        raise NotImplementedError


class Save(Scene):
    """Households are registered one after another."""

    def deed(self) -> Deed:
        numbers = [1 + self.round * 3 + n for n in range(3)]

        def do(say: Say) -> None:
            book = self.opened()
            say.begin()
            for number in numbers:
                book.households.register(scenes.household(number))
                say.ack(str(number))
            say.end()

        return do

    def begin_anew(self) -> None:
        super().begin_anew()
        self.promised: set[str] = {*scenes.family(0)}

    def check(self, told: Told) -> str:
        for number in told.acks:
            self.promised |= {*scenes.family(int(number))}
        book = self.opened()
        try:
            names = scenes.people(book)
            if lost := self.promised - names:
                return f"{len(lost)} promised people are missing"
            if half := scenes.halves(names):
                return f"half households: {half}"
            self.promised = names
            return scenes.trouble_in(book, deep=not self.round % 5)
        finally:
            book.close()


class Photo(Scene):
    """Pictures are taken over."""

    def make(self) -> None:
        super().make()
        self.kept: dict[str, str] = {}

    def begin_anew(self) -> None:
        super().begin_anew()
        self.kept = {}
        book = self.opened()
        self.resident = book.residents.ids()[0]
        book.close()

    def deed(self) -> Deed:
        from models.imaging import edited

        pictures = [edited(as_bytes(paper(700, 500 + self.round * 2 + n), quality=95)) for n in range(2)]

        def do(say: Say) -> None:
            book = self.opened()
            entry = PictureEntry(kind="document", subject_kind="resident", subject_id=self.resident, title="户口簿")
            say.begin()
            for each in pictures:
                made = book.pictures.add(entry, each)
                say.ack(f"{made.id} {each.sha256}")
            say.end()

        return do

    def check(self, told: Told) -> str:
        self.kept |= dict(line.split() for line in told.acks)
        book = self.opened()
        try:
            found = {view.id for view in book.pictures.of("resident", self.resident)}
            if lost := set(self.kept) - found:
                return f"{len(lost)} promised pictures are missing"
            for one in found:
                sha = hashlib.sha256(book.pictures.full(one)).hexdigest()
                if self.kept.setdefault(one, sha) != sha:
                    return "a picture is not the one that was kept"
            return scenes.trouble_in(book)
        finally:
            book.close()


class Backup(Scene):
    """Backups are made."""

    def make(self) -> None:
        book = scenes.create(self.first)
        for number in range(20):
            book.households.register(scenes.household(number))
        book.close()

    def begin_anew(self) -> None:
        super().begin_anew()
        self.promised: set[str] = set()

    def deed(self) -> Deed:
        def do(say: Say) -> None:
            book = self.opened()
            say.begin()
            say.ack(book.back_up().name)
            say.end()

        return do

    def check(self, told: Told) -> str:
        self.promised |= set(told.acks)
        book = self.opened()
        try:
            found = Casebook.backups(self.book)
            if lost := self.promised - {each.path.name for each in found}:
                return f"promised backups are missing: {lost}"
            for each in found:
                try:
                    backup.verify(each.path, book._book.keys)  # type: ignore[arg-type]
                except Problem as problem:
                    return f"{each.path.name} is taken for a backup, and {type(problem).__name__}"
            self.promised = {each.path.name for each in found[:2]}
            for each in found[2:]:
                shutil.rmtree(each.path)
            return scenes.trouble_in(book, deep=False)
        finally:
            book.close()


class Restore(Scene):
    """One of two backups is put in the place of the casebook."""

    def make(self) -> None:
        book = scenes.create(self.first, clock=self.clock)
        self.states: dict[str, set[str]] = {}
        for number in (1, 2):
            for each in range(10):
                book.households.register(scenes.household(number * 10 + each))
            self.clock.move(minutes=1)
            self.states[book.back_up().name] = scenes.people(book)
        book.close()
        self.now = scenes.people(again := scenes.opened(self.first, clock=self.clock))
        again.close()

    def begin_anew(self) -> None:
        super().begin_anew()
        self.now = max(self.states.values(), key=len)

    def deed(self) -> Deed:
        self.chosen = next(name for name, state in self.states.items() if state != self.now)

        def do(say: Say) -> None:
            say.begin()
            Casebook.restore(self.book, self.book / "backups" / self.chosen, PASSPHRASE, clock=self.clock)
            say.ack(self.chosen)
            say.end()

        return do

    def check(self, told: Told) -> str:
        self.clock.move(minutes=1)
        for old in self.book.glob("*before-restore*"):
            old.unlink()
        book = self.opened()
        try:
            names = scenes.people(book)
            allowed = [self.states[self.chosen]] if told.acks else [self.states[self.chosen], self.now]
            if names not in allowed:
                return f"{len(names)} people, neither those of before nor those of the backup"
            self.now = names
            return scenes.trouble_in(book)
        finally:
            book.close()


class Migration(Scene):
    """A casebook of an earlier version is opened."""

    fresh_after = 1

    def make(self) -> None:
        super().make()
        book = scenes.opened(self.first)
        for number in range(1, 6):
            book.households.register(scenes.household(number))
        self.names = scenes.people(book)
        book.close()
        self.olds = old_stores.make(self.first, self.folder / "olds")

    def begin_anew(self) -> None:
        self.old = self.chance.choice(self.olds)
        scenes.copied(self.old, self.book)

    def deed(self) -> Deed:
        def do(say: Say) -> None:
            say.begin()
            book = self.opened()
            say.ack("open")
            book.close()
            say.end()

        return do

    def check(self, told: Told) -> str:
        book = self.opened()
        try:
            if scenes.people(book) != self.names:
                return f"from {self.old.name}: not everybody is there"
            if migrate.version(book._book.engines) != migrate.newest():
                return f"from {self.old.name}: not brought to today's tables"
            if not Casebook.backups(self.book):
                return f"from {self.old.name}: no backup was made first"
            return scenes.trouble_in(book)
        finally:
            book.close()


class Phrase(Scene):
    """The passphrase is changed to and fro."""

    def begin_anew(self) -> None:
        super().begin_anew()
        self.phrase, self.other = PASSPHRASE, OTHER_PHRASE

    def deed(self) -> Deed:
        def do(say: Say) -> None:
            book = scenes.opened(self.book, self.phrase, self.clock)
            say.begin()
            book.change_passphrase(self.phrase, self.other)
            say.ack("changed")
            say.end()

        return do

    def check(self, told: Told) -> str:
        opens = []
        for phrase in (self.phrase, self.other):
            try:
                keystore.unlock(self.book / KEYS, phrase)
                opens.append(phrase)
            except WrongPassphrase:
                continue
        if len(opens) != 1:
            return f"{len(opens)} of the two passphrases open it"
        if told.acks and opens == [self.phrase]:
            return "the change was promised, and the old passphrase opens it"
        if opens != [self.phrase]:
            self.phrase, self.other = self.other, self.phrase
        book = scenes.opened(self.book, self.phrase, self.clock)
        try:
            return scenes.trouble_in(book, deep=False)
        finally:
            book.close()


class Rotation(Scene):
    """The key of the records is made anew, as when somebody leaves: every page is written under another key."""

    def make(self) -> None:
        book = scenes.create(self.first)
        for number in range(10):
            book.households.register(scenes.household(number))
        self.names = scenes.people(book)
        book.close()

    def begin_anew(self) -> None:
        super().begin_anew()
        self.key = self.key_now()

    def key_now(self) -> bytes:
        return keystore.unlock(self.book / KEYS, PASSPHRASE).data_key

    def deed(self) -> Deed:
        def do(say: Say) -> None:
            book = self.opened()
            say.begin()
            book.accounts.renew_key()
            say.ack("renewed")
            book.close()
            self.opened().close()  # here the file itself is written anew
            say.end()

        return do

    def check(self, told: Told) -> str:
        book = self.opened()
        try:
            if scenes.people(book) != self.names:
                return "not everybody is there"
            key = self.key_now()
            if told.acks and key == self.key:
                return "the new key was promised, and the old one opens it"
            self.key = key
            for each in Casebook.backups(self.book):
                try:
                    backup.verify(each.path, book._book.keys)  # type: ignore[arg-type]
                except Problem as problem:
                    return f"backup {each.path.name} cannot be read any more: {type(problem).__name__}"
            for each in Casebook.backups(self.book)[2:]:
                shutil.rmtree(each.path)
            return scenes.trouble_in(book, deep=False)
        finally:
            book.close()


class TakeIn(Scene):
    """A list of residents from a spreadsheet is taken in: all of it or nobody."""

    def deed(self) -> Deed:
        households = [scenes.household(10 + self.round * 10 + n) for n in range(10)]
        self.coming = {name for n in range(10) for name in scenes.family(10 + self.round * 10 + n)}

        def do(say: Say) -> None:
            book = self.opened()
            say.begin()
            book.listed.take_in(households)
            say.ack("in")
            say.end()

        return do

    def begin_anew(self) -> None:
        super().begin_anew()
        self.names = {*scenes.family(0)}

    def check(self, told: Told) -> str:
        book = self.opened()
        try:
            names = scenes.people(book)
            if names not in ([self.names | self.coming] if told.acks else [self.names, self.names | self.coming]):
                return f"{len(names - self.names)} of {len(self.coming)} people were taken in"
            self.names = names
            return scenes.trouble_in(book, deep=not self.round % 5)
        finally:
            book.close()


class Export(Scene):
    """Changes are written to a stick; the office takes in whatever is on it."""

    def make(self) -> None:
        super().make()
        office = scenes.create(self.folder / "street", scenes.STREET)
        book = scenes.opened(self.first)
        cards = self.folder / "cards"
        cards.mkdir()
        book.sync.trust_card(office.sync.write_card(cards))
        office.sync.trust_card(book.sync.write_card(cards))
        book.close()
        office.close()

    def begin_anew(self) -> None:
        if self.book.exists():
            return  # the device of a copy is another one, and the office would know both
        shutil.move(self.first, self.book)
        self.stick = self.folder / "stick"
        self.stick.mkdir(exist_ok=True)

    def deed(self) -> Deed:
        book = self.opened()
        for each in range(3):
            book.households.register(scenes.household(10 + self.round * 3 + each))
        book.close()

        def do(say: Say) -> None:
            book = self.opened()
            say.begin()
            for path in book.sync.export(self.stick):
                say.ack(path.name)
            say.end()

        return do

    def check(self, told: Told) -> str:
        found = {path.name: path for path in self.stick.glob("*.jm?")}
        if lost := set(told.acks) - set(found):
            return f"promised files are missing: {lost}"
        office = scenes.opened(self.folder / "street", clock=self.clock)
        book = self.opened()
        try:
            for path in sorted(found.values()):
                try:
                    office.sync.apply(path)
                except Problem as problem:
                    return f"a file on the stick is refused: {type(problem).__name__} {problem.facts}"
            for path in book.sync.export(self.stick):
                office.sync.apply(path)
            if scenes.people(office) != scenes.people(book) or scenes.digest(office) != scenes.digest(book):
                return "the office does not hold what the casebook holds"
            book.sync.read_receipt(office.sync.write_receipt(self.stick))
            for path in self.stick.iterdir():
                path.unlink()
            return scenes.trouble_in(book, deep=not self.round % 10)
        finally:
            book.close()
            office.close()


class Letter(Scene):
    """A letter is written: its number is taken, its PDF drawn, its bytes remembered."""

    def begin_anew(self) -> None:
        super().begin_anew()
        book = self.opened()
        book.settings.set("second_person", False)
        self.resident = book.residents.ids()[0]
        book.close()
        self.promised: dict[str, str] = {}

    def deed(self) -> Deed:
        entry = ReferralEntry(
            resident_id=self.resident, matters=(MatterEntry(service_id="S50"),), receiver="劝业场街道"
        )

        def do(say: Say) -> None:
            book = self.opened()
            book.print_with(printed_words)
            say.begin()
            made = book.referrals.issue(entry)
            value = book.referrals.letter(made.ids[0])
            say.ack(f"{value.number} ")
            pdf = render_letter(value)
            book.referrals.keep_bytes(made.ids[0], pdf)
            say.ack(f"{value.number} {hashlib.sha256(pdf).hexdigest()}")
            say.end()

        return do

    def check(self, told: Told) -> str:
        for line in told.acks:
            number, _space, sha = line.partition(" ")
            self.promised[number] = sha
        book = self.opened()
        try:
            letters = [each for one in book.referrals.of_resident(self.resident) for each in one.letters]
            known: dict[str, Any] = {each.number: each for each in letters}
            if len(known) != len(letters):
                return "two letters bear one number"
            for number, sha in self.promised.items():
                if number not in known:
                    return f"{number} was given and is not there"
                if sha and known[number].sha256 != sha:
                    return f"{number} does not remember its bytes"
            if unknown := len(known) - len(self.promised):
                self.promised |= {number: "" for number in known if number not in self.promised}
                if unknown > 1:
                    return f"{unknown} letters were never told"
            for series, year in book.numbering.series():
                report = book.numbering.report(series, year)
                if not report.clean:
                    return f"numbers of {series}: missing {report.missing}, twice {report.doubles}"
            return scenes.trouble_in(book)
        finally:
            book.close()


SCENES: dict[str, type[Scene]] = {
    "save": Save,
    "photo": Photo,
    "backup": Backup,
    "restore": Restore,
    "migration": Migration,
    "phrase": Phrase,
    "rotation": Rotation,
    "list": TakeIn,
    "export": Export,
    "letter": Letter,
}


def kill(folder: Path, short: bool, seed: int, name: str) -> Iterator[Figures]:
    """The battery of one deed."""
    asked = SHORT if short else FULL
    if not scenes.can_fork():
        yield skipped(f"kill -9: {name}", asked, "processes cannot be split here")
        return
    scenes.cheap()
    figures = Figures(f"kill -9: {name}", asked, inside=0, needed_inside=asked * INSIDE // 100)
    chance = random.Random(f"{name} {seed}")
    scene, moments = SCENES[name](folder, chance), Moments(chance)
    scene.make()
    calibrating = 1 if short else 3
    for number in range(-calibrating, asked):
        if scene.round % scene.fresh_after == 0:
            scene.begin_anew()
        moment: dict[str, Any] = moments.next() if number >= 0 else {}
        told = killed(scene.deed(), **moment)
        moments.measured(told)
        if told.fault:
            figures.fail(f"round {number}, seed {seed}: it failed by itself:\n{told.fault}")
        try:
            wrong = scene.check(told)
        except Exception as problem:
            wrong = f"it does not open: {problem!r}"
        if wrong:
            figures.fail(f"round {number} of seed {seed}, killed at {moment}: {wrong}")
            scene.begin_anew()
        scene.round += 1
        if number >= 0:
            figures.done += 1
            figures.inside = (figures.inside or 0) + told.inside
    yield figures
