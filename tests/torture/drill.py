"""A lost computer: everything comes back onto an empty one by whoever is left, and the counts are those of the backup.

By the worker's passphrase, by the printed recovery code in a supervisor's hand, and by the office that holds a key.
"""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from models.casebook import Casebook
from models.clock import FixedClock
from models.imaging import edited
from models.records.picture import PictureEntry
from models.security import keystore
from models.store import backup
from tests.models.pictures import as_bytes
from tests.torture import scenes
from tests.torture.figures import Figures
from tests.torture.scenes import NOW, PASSPHRASE

BYTES_FULL, BYTES_SHORT = 60_000_000, 2_000_000
SECONDS = 5.0
NEW = "灯塔 芦苇 十月 小船 ok"


def drill(folder: Path, short: bool, seed: int) -> Iterator[Figures]:
    """The three ways."""
    scenes.cheap()
    clock = FixedClock(NOW)
    street = scenes.create(folder / "street", scenes.STREET, clock)
    book = scenes.create(folder / "book", clock=clock)
    cards = folder / "cards"
    cards.mkdir()
    book.sync.trust_card(street.sync.write_card(cards))
    street.sync.trust_card(book.sync.write_card(cards))
    _fill(book, BYTES_SHORT if short else BYTES_FULL, random.Random(seed))
    (worker,) = [one.id for one in book.accounts.list() if one.kind == "person"]
    _account, code = book.accounts.make_recovery_code()
    (office,) = book.accounts.escrow_offices()
    book.accounts.escrow_to(office.public, office.name)
    stick = shutil.copytree(book.back_up(), folder / "stick")
    size = (stick / "casebook.db").stat().st_size
    names = scenes.people(book)
    book.close()
    shutil.rmtree(folder / "book")

    def by_worker(home: Path) -> str:
        del home
        return PASSPHRASE

    def by_code(home: Path) -> str:
        Casebook.recover(home, code, worker, NEW, source=stick, clock=clock, cost=keystore.FLOOR)
        return NEW

    def by_office(home: Path) -> str:
        asked, _fingerprint = Casebook.ask_office(home, worker, NEW, source=stick, clock=clock, cost=keystore.FLOOR)
        answer = street.accounts.answer_request(asked)
        Casebook.take_answer(home, answer, NEW, clock=clock, cost=keystore.FLOOR)
        return NEW

    figures = Figures("restore on an empty computer", 3)
    times = []
    for how in (by_worker, by_code, by_office):
        home = folder / how.__name__
        began = time.monotonic()
        try:
            phrase = how(home)
            Casebook.restore(home, stick, phrase, clock=clock)
            times.append(time.monotonic() - began)
            if wrong := _wrong(home, phrase, stick, names, clock):
                figures.fail(f"{how.__name__}: {wrong}")
        except Exception as problem:
            figures.fail(f"{how.__name__}: {problem!r}")
        figures.done += 1
        shutil.rmtree(home, ignore_errors=True)
    street.close()
    took = ", ".join(f"{one:.1f}" for one in times)
    figures.note = f"{size / 1e6:.0f} MB in {took} s (demanded: under {SECONDS:.0f} s for 60 MB)"
    yield figures


def _fill(book: Casebook, size: int, chance: random.Random) -> None:
    """Households, and pictures until the file is as large as is asked."""
    for number in range(20):
        book.households.register(scenes.household(number))
    resident = sorted(book.residents.ids())[0]
    kept = 0
    entry = PictureEntry(kind="home", subject_kind="resident", subject_id=resident, title="家")
    noise = Image.effect_noise((1600, 1200), 120).convert("RGB")
    while kept < size:
        turned = noise.rotate(chance.uniform(0, 360))
        picture = edited(as_bytes(turned, quality=95))
        book.pictures.add(entry, picture)
        kept += len(picture.full)


def _wrong(home: Path, phrase: str, stick: Path, names: set[str], clock: FixedClock) -> str:
    book = scenes.opened(home, phrase, clock)
    try:
        if scenes.people(book) != names:
            return "not everybody is there"
        assert book._book.keys is not None
        told = backup.verify(stick, book._book.keys)
        with book._book.reading() as connection:
            for table, rows in told.tables.items():
                count = f'SELECT count(*) FROM "{table}"'  # names of our own tables
                now = connection.exec_driver_sql(count).scalar_one()
                if now < rows if table in _GROWS else now != rows:
                    return f"{table} has {now} rows, the backup says {rows}"
        return scenes.trouble_in(book, deep=False)
    finally:
        book.close()


_GROWS = {"meta", "audit"}
"""Tables into which the restore itself and the first sign-in write."""
