"""The speed of what protects the records: signing in, sealing, a backup, its proof, and a restore on trial.

Measured on a casebook of its own, of about 60 MB (a community of some thousand residents), under the passphrase cost
that a casebook gets. Targets are those of the house's shared rules for trust.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from desktop.bench_register import COMMUNITY, PASSPHRASE, WORKER
from desktop.bench_table import Row, Scale, row
from desktop.sample import sample_households
from models.casebook import Casebook
from models.clock import today

MEGABYTES, QUICK_MEGABYTES = 60, 2
_AT_ONCE = 100  # residents that are put on the register before its size is asked again
_BIG = 10_000  # residents of a bench that is not a quick one


def trust(scratch: Path, scale: Scale) -> Iterator[Row]:
    """Every line, in one casebook that is thrown away."""
    folder = scratch / "trust"
    store = folder / "casebook.db"
    quick = scale.residents < _BIG
    wanted = QUICK_MEGABYTES if quick else MEGABYTES
    scale = replace(scale, runs=1) if quick else scale
    book = Casebook.create(folder, PASSPHRASE, office=COMMUNITY, worker=WORKER)
    try:
        while store.stat().st_size < wanted * 1_000_000:
            book.households.register_many(sample_households(_AT_ONCE, COMMUNITY.code, today(book.clock)))
    finally:
        book.close()
    yield row("the casebook for trust", "MB", [store.stat().st_size / 1_000_000])
    opened, closed = [], []
    for _run in range(scale.runs):
        began = time.perf_counter()
        book = Casebook.open(folder, PASSPHRASE)
        opened.append(time.perf_counter() - began)
        book.health.seal()
        began = time.perf_counter()
        book.close()
        closed.append(time.perf_counter() - began)
    yield row("unlocking it with the passphrase", "s", opened, 1.0)
    yield row("closing and sealing it", "s", closed)
    book = Casebook.open(folder, PASSPHRASE)
    try:
        yield _timed("a backup of it, read through again", scale, book.safekeeping.now, 5.0)
        yield _timed("restoring that on trial, every row read", scale, book.safekeeping.drill, 5.0)
        yield _timed("looking through the file, every page and row", scale, book.health.look)
        made = book.safekeeping.now().path
    finally:
        book.close()
    empty = scratch / "empty"

    def restore() -> None:
        shutil.rmtree(empty, ignore_errors=True)
        Casebook.restore(empty, made, PASSPHRASE)
        Casebook.open(empty, PASSPHRASE).close()

    yield _timed("restoring on an empty computer and signing in", scale, restore, 5.0)
    yield _timed("what a restore would lose", scale, lambda: Casebook.preview_restore(folder, made, PASSPHRASE))
    for each in (folder, empty):
        shutil.rmtree(each)


def _timed(name: str, scale: Scale, work: Callable[[], object], target: float | None = None) -> Row:
    seconds = []
    for _run in range(scale.runs):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return row(name, "s", seconds, target)
