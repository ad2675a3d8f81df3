"""The speed of the work at the door: what is asked and written about one household on a large register.

Pages are opened in the real window and count until they are painted; verbs count until they are kept on the disk.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.bench_register import COMMUNITY, PASSPHRASE
from desktop.bench_table import Row, Scale, row, say, timed
from desktop.bench_window import live_until, window
from desktop.shell import Shell
from models.casebook import Casebook
from models.clock import today
from models.records.change import Elsewhere, MoveOut
from models.records.resident import ResidentEntry
from models.records.rounds import RoundEntry
from models.records.visit import VisitEntry

CHANGE_MS, TAP_MS, DUPLICATES_MS, PAGE_MS, WORKLIST_MS = 100.0, 50.0, 50.0, 150.0, 300.0
"""Most milliseconds that a change, a tap, a search for doubles, a page and the worklist should take."""


def door(folder: Path, scale: Scale) -> Iterator[Row]:
    """Changes, a round, doubles and the worklist on the register of the bench; the casebook is closed."""
    casebook = Casebook.open(folder, PASSPHRASE)
    try:
        homes = _families(casebook, scale.many + 2)
        yield from _changes(casebook, homes)
        yield from _taps(casebook, homes)
        yield from _doubles(casebook, homes)
        say("worklist")
        yield from _worklist(casebook, scale)
    finally:
        casebook.close()


def _families(casebook: Casebook, wanted: int) -> dict[str, str]:
    """Households of two or more all over the register, as many as there are up to a number, with one of their people
    who is not the head."""
    everybody = casebook.residents.ids("address")
    found: dict[str, str] = {}
    for resident in everybody[:: max(len(everybody) // (4 * wanted), 1)]:
        for home in casebook.households.of_resident(resident)[:1]:
            others = [member.resident.id for member in home.members if member.relation != "0"]
            if home.kind == "living" and others:
                found[home.id] = others[0]
        if len(found) == wanted:
            break
    return found


def _changes(casebook: Casebook, homes: dict[str, str]) -> Iterator[Row]:
    """Somebody moves out, with the preview that the worker sees first; and all of it taken back."""
    day = today(casebook.clock)
    entries = [
        MoveOut(happened_on=day, household_id=home, resident_ids=(who,), destination=Elsewhere(address="外地"))
        for home, who in homes.items()
    ]
    made: list[str] = []

    def make(entry: MoveOut) -> None:
        casebook.changes.preview(entry)
        made.append(casebook.changes.make(entry).id)

    todo = iter(entries)
    runs = len(entries) - 1
    moved = timed(runs, lambda: make(next(todo)))
    yield row("somebody moves out: preview and change kept, wall", "ms", moved, CHANGE_MS)
    yield row("that change taken back, wall", "ms", timed(runs, lambda: casebook.changes.undo(made.pop())), CHANGE_MS)


def _taps(casebook: Casebook, homes: dict[str, str]) -> Iterator[Row]:
    """A round over some households: the doors one after another, one tap each."""
    day = today(casebook.clock)
    entry = RoundEntry(
        name="测速", scope="list", community_code=COMMUNITY.code, household_ids=tuple(homes), starts_on=day
    )
    made = casebook.rounds.plan(entry).id
    stops = iter([stop.id for stop in casebook.rounds.get(made).stops])
    runs = len(homes) - 1
    tapped = timed(runs, lambda: casebook.rounds.record(next(stops), "nobody_home"))
    yield row("one tap of a round kept, wall", "ms", tapped, TAP_MS)
    yield row(f"a round of {len(homes)} doors read again", "ms", timed(runs, partial(casebook.rounds.get, made)))


def _doubles(casebook: Casebook, homes: dict[str, str]) -> Iterator[Row]:
    """Who may be here already, for somebody with the name and the birth date of a resident."""
    known = [casebook.residents.entry_of(who) for who in homes.values()]
    todo = iter([ResidentEntry(name=one.name, sex=one.sex, birth_date=one.birth_date) for one in known])
    found = timed(len(known) - 1, lambda: casebook.residents.likely_duplicates(next(todo)))
    yield row("who may be here already, by name and birth date", "ms", found, DUPLICATES_MS)


def _worklist(casebook: Casebook, scale: Scale) -> Iterator[Row]:
    """The first page of the worklist once the day was begun, and again after a visit that was saved."""
    casebook.worklist.look()
    found = casebook.worklist.page()
    name = f"first page of the worklist ({found.total:,} households on it)"
    yield row(name, "ms", timed(scale.many, casebook.worklist.page), WORKLIST_MS)
    homes = iter([item.household_id for item in casebook.worklist.page(limit=scale.many + 1).items])
    day = today(casebook.clock)

    def after_a_visit() -> float:
        entry = VisitEntry(household_id=next(homes), outcome="met", met_other="邻居", happened_on=day)
        casebook.visits.record(entry)
        began = time.perf_counter()
        casebook.worklist.page()
        return (time.perf_counter() - began) * 1000

    visits = min(scale.many, found.total - 1)
    yield row(f"{name}, after a visit", "ms", [after_a_visit() for _run in range(visits)], WORKLIST_MS)


def pages(folder: Path, scale: Scale) -> Iterator[Row]:
    """The pages of a household and of a person, from the click to the painted page."""
    with window(folder, PASSPHRASE) as shell:
        homes = _families(shell.casebook, scale.many + 2)
        live_until(shell.tasks.idle)
        for page, key, who in (
            ("household", "household_id", list(homes)),
            ("person", "resident_id", list(homes.values())),
        ):
            walls = [_opened(shell, partial(shell.go, page, **{key: one})) for one in who]
            yield row(f"page of a {page} opened to painted", "ms", walls[1:], PAGE_MS)


def _opened(shell: Shell, go: Callable[[], object]) -> float:
    """Milliseconds until nothing is asked any more and what was found is painted."""
    began = time.perf_counter()
    go()
    live_until(shell.tasks.idle)
    QApplication.processEvents()
    took = (time.perf_counter() - began) * 1000
    live_until(shell.tasks.idle)
    return took
