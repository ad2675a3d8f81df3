"""A stretch of work whose writes are recorded, and what it promised: `python -m tests.torture.stretch FOLDER SAVES`.

Every line on standard output is a promise that was kept at that moment ("did") or is being worked on ("doing"); the
recorder sees the lines among the writes, so that it knows exactly what a power cut may not take.
"""

import hashlib
import os
import sys
from pathlib import Path

from models.casebook import Casebook
from models.imaging import edited
from models.records.picture import PictureEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.store import erasing
from reports.letter import printed_words, render_letter
from tests.models.pictures import as_bytes, paper
from tests.torture import scenes
from tests.torture.scenes import NOW, OTHER_PHRASE, PASSPHRASE


def say(*words: object) -> None:
    """One line, at once."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def saves(book: Casebook, first: int, several: int) -> None:
    """Register households."""
    for number in range(first, first + several):
        say("doing", "save", number)
        book.households.register(scenes.household(number))
        say("did", "save", number)


def photo(book: Casebook, number: int) -> None:
    """Take over a picture."""
    picture = edited(as_bytes(paper(500, 400 + number), quality=90))
    resident = sorted(book.residents.ids())[0]
    entry = PictureEntry(kind="home", subject_kind="resident", subject_id=resident, title="家")
    made = book.pictures.add(entry, picture)
    say("did", "photo", made.id, picture.sha256)


def letter(book: Casebook) -> None:
    """Write a letter."""
    resident = sorted(book.residents.ids())[0]
    entry = ReferralEntry(resident_id=resident, matters=(MatterEntry(service_id="S50"),), receiver="劝业场街道")
    made = book.referrals.issue(entry)
    value = book.referrals.letter(made.ids[0])
    say("did", "letter", made.ids[0], value.number)
    pdf = render_letter(value)
    book.referrals.keep_bytes(made.ids[0], pdf)
    say("did", "bytes", made.ids[0], hashlib.sha256(pdf).hexdigest())


def change(book: Casebook, old: str, new: str, name: str) -> None:
    """Another passphrase."""
    say("doing", "phrase", name)
    book.change_passphrase(old, new)
    say("did", "phrase", name)


def back_up(book: Casebook) -> Path:
    """A backup."""
    made = book.back_up()
    say("did", "backup", made.name)
    return made


def main(folder: Path, several: int) -> None:
    """The whole stretch."""
    from models.clock import FixedClock

    scenes.cheap()
    clock = FixedClock(NOW)
    clock.move(minutes=1)
    book = scenes.opened(folder, clock=clock)
    book.print_with(printed_words)
    say("did", "begin", 0)
    saves(book, 1, several)
    photo(book, 1)
    say("did", "draft", book.drafts.save("household", "1", "", "草稿", {"people": [{"name": "甲"}]}))
    letter(book)
    back_up(book)
    saves(book, 1000, several)
    change(book, PASSPHRASE, OTHER_PHRASE, "other")
    saves(book, 2000, several)
    erasing.empty_log(book._book.engines)
    photo(book, 2)
    book.close()
    say("did", "close", 0)

    clock.move(minutes=1)
    book = scenes.opened(folder, OTHER_PHRASE, clock)
    book.print_with(printed_words)
    saves(book, 3000, several)
    letter(book)
    made = back_up(book)
    saves(book, 4000, several)
    change(book, OTHER_PHRASE, PASSPHRASE, "first")
    saves(book, 5000, several)
    book.close()
    clock.move(minutes=1)
    say("doing", "restore", made.name)
    Casebook.restore(folder, made, PASSPHRASE, clock=clock)
    say("did", "restore", made.name)
    clock.move(minutes=1)
    book = scenes.opened(folder, clock=clock)
    saves(book, 6000, several)
    book.close()
    say("did", "close", 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
