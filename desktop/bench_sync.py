"""The speed of the exchange: a day's export, what the log costs a save, the bulk path, and a million changes imported.

Imports run in processes of their own, so that their memory can be told; rates are by processor time, that of a server
counted with it, since other programs may be running beside.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from desktop import bench_postgres
from desktop.bench_register import COMMUNITY, PASSPHRASE, STREET, WORKER, make_casebook
from desktop.bench_sync_child import CARD, PARTS
from desktop.bench_table import Row, Scale, own_process, row, say
from desktop.sample import sample_households
from models.casebook import Casebook
from models.clock import today
from models.records.visit import VisitEntry
from models.security import keystore
from models.store.bulk_cost import rows_per_second
from models.store.many import insert_rows
from models.store.rows import KEPT, empty_row
from models.store.work import allow_writes
from models.sync.batch import MAX_OPERATIONS
from models.values import new_id

_CHILD = "desktop.bench_sync_child"
SAVES = 200  # of a day
_BEFORE = 8  # households whose registration the office has already


def exchange(scratch: Path, scale: Scale) -> Iterator[Row]:
    """The whole part of the table."""
    yield from _day(scratch / "exchange-day", scale)
    yield from _capture(scratch / "exchange-capture", scale)
    yield from _imports(scratch / "exchange-import", scale)


def _day(folder: Path, scale: Scale) -> Iterator[Row]:
    """The export of a day on which the office has everything that was there before."""
    laptop, office = make_casebook(folder / "laptop"), make_casebook(folder / "office", STREET)
    stick = folder / "stick"
    stick.mkdir()
    laptop.sync.trust_card(office.sync.write_card(stick))
    office.sync.trust_card(laptop.sync.write_card(stick))
    day = today(laptop.clock)
    entries = sample_households(1000, COMMUNITY.code, day, seed=3)
    homes = [laptop.households.register(next(entries)) for _home in range(_BEFORE)]
    for path in laptop.sync.export(stick):
        office.sync.apply(path)
    laptop.sync.read_receipt(office.sync.write_receipt(stick))
    office.close()
    for number in range(SAVES):  # three visits, then what was found is put right in two records
        home = homes[number % len(homes)]
        notes = f"第{number + 1}户：老人独居，近日行动不便，希望社区帮助联系助餐。"
        if number % 5 < 3:
            entry = VisitEntry(
                household_id=home.id, outcome="met", happened_on=day, met=home.ids[:1], purpose="入户走访", notes=notes
            )
            laptop.visits.record(entry)
        else:
            known = laptop.residents.entry_of(home.ids[0])
            laptop.residents.amend(home.ids[0], known.model_copy(update={"note": notes}))
    seconds, sizes = [], []
    for number in range(scale.runs):
        there = folder / f"stick-{number}"
        there.mkdir()
        began = time.perf_counter()
        files = laptop.sync.export(there)
        seconds.append(time.perf_counter() - began)
        sizes.append(sum(file.stat().st_size for file in files) / 1e3)
    laptop.close()
    yield row(f"export of a day of {SAVES} saves, wall", "s", seconds, 1)
    yield row(f"export of a day of {SAVES} saves, size", "kB", sizes, 25)


def _capture(folder: Path, scale: Scale) -> Iterator[Row]:
    """A save with its operations and heads, against the same rows alone, each committed to the disk."""
    casebook = make_casebook(folder)
    book = casebook._book
    rows = [("visit", {"household_id": new_id(), "notes": "在家", "happened_on": date(2026, 11, 22)})]
    rows += [("need", {"visit_id": new_id(), "note": "助餐"})] * 2
    rows += [("fact", {"subject_id": new_id(), "name": "dibao", "value": {"v": True}})] * 3
    captured, plain = [], []
    for _save in range(2 * scale.many):  # by turns, so that both meet the same disk
        began = time.perf_counter()
        with book.verb("visits.record") as work:
            for entity, fields in rows:
                work.add(entity, fields)
        captured.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        with book.writing() as connection, allow_writes(connection):
            for entity, fields in rows:
                key = {"district": COMMUNITY.district, "id": new_id()}
                insert_rows(connection, KEPT[entity], [{**empty_row(entity), **fields, **key}])
        plain.append((time.perf_counter() - began) * 1000)
    casebook.close()
    cost = max(median(a - b for a, b in zip(captured, plain, strict=True)), 0.001)
    yield row(f"a save of {len(rows)} records with its operations, wall", "ms", captured)
    yield row(f"the same {len(rows)} rows without operations, wall", "ms", plain)
    yield row("what the operations cost a save, wall", "ms", [cost], 5)


def _imports(scratch: Path, scale: Scale) -> Iterator[Row]:
    """All changes into an office on a file, and into one on a server where there is one."""
    scratch.mkdir()
    at_once = min(MAX_OPERATIONS, max(scale.changes // PARTS, 1))
    programs = bench_postgres.programs() if scale.changes > MAX_OPERATIONS else None
    with ExitStack() as stack:
        offices = {"SQLite": (make_casebook(scratch / "file", STREET), 0)}
        if programs is not None:
            server = stack.enter_context(bench_postgres.running(programs))
            desk = Casebook.create_office(
                scratch / "desk",
                PASSPHRASE,
                server=server.address,
                password="",
                worker=WORKER,
                office=STREET,
                cost=keystore.FLOOR,
            )
            offices["PostgreSQL"] = (desk, server.process)
        sticks = {name: scratch / f"stick-{name}" for name in offices}
        for name, stick in sticks.items():
            stick.mkdir()
            (stick / CARD).write_bytes(offices[name][0].sync.card())
        say(f"files of {scale.changes:,} changes")
        own_process(_CHILD, "make", str(scale.changes), str(at_once), *map(str, sticks.values()))
        for name, (office, process) in offices.items():
            yield from _against_merge(name, office, scale)
            folder = office.folder
            office.close()
            say(f"import of {scale.changes:,} changes, {name}")
            told = own_process(_CHILD, "take", str(scale.changes), str(folder), str(sticks[name]), str(process))
            yield from _rows_of(name, scale.changes, told)


def _rows_of(name: str, changes: int, told: dict[str, Any]) -> Iterator[Row]:
    what = f"import of {changes:,} changes, {name}"
    by_cpu = [several / (client + server) for several, client, server, _wall, _stick in told["parts"]]
    by_wall = [several / wall for several, _client, _server, wall, _stick in told["parts"]]
    times = [1 / rate / part[-1] for rate, part in zip(by_cpu, told["parts"], strict=True)]
    yield row(f"{what}: by processor time, all tenths", "changes/s", by_cpu, 5000, at_least=True)
    yield row(f"{what}: a change, over the yardstick of the same minutes", "times", times)
    yield row(f"{what}: the first tenth", "changes/s", by_cpu[:1], 5000, at_least=True)
    yield row(f"{what}: the last tenth", "changes/s", by_cpu[-1:], 5000, at_least=True)
    yield row(f"{what}: the last tenth of the first", "%", [100 * by_cpu[-1] / by_cpu[0]], 60, at_least=True)
    yield row(f"{what}: wall", "changes/s", by_wall)
    yield row(f"{what}: most memory of the process", "MiB", [told["peak_mib"]], 200)
    yield row(f"a file of {min(changes, MAX_OPERATIONS):,} changes again, {name}, CPU", "s", [told["again_s"]], 0.1)


def _against_merge(name: str, office: Casebook, scale: Scale) -> Iterator[Row]:
    """The bulk path and one session.merge() a row in one run, nothing kept."""
    rows = []
    born = date(1950, 3, 8)
    for number in range(min(scale.changes // 50, 5000)):
        more = {"name": f"居民{number}", "birth_date": born + timedelta(days=number), "note": "在家"}
        rows.append({**empty_row("resident"), **more, "district": STREET.district, "id": new_id()})
    ratios = []
    for _run in count():
        with office._book.writing() as connection:
            bulk, merged = rows_per_second(connection, rows)
        ratios.append(bulk / merged)
        if len(ratios) == scale.runs:
            break
    yield row(f"bulk path against ORM merge, {name}: rows a second", "times", ratios, 10, at_least=True)
