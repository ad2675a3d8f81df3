"""The speed table: what a worker waits for, measured through the real windows and the real casebook.

Everything is invented residents in a temporary folder. What has to be measured from a standing start (the window, the
first letter) runs in processes of its own (desktop.bench_child) with byte code already made, as on the second morning.
"""

import argparse
import gc
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop import app, bench_desk
from desktop.pages.residents import LIMIT, TYPING_MS, ResidentsPage
from desktop.sample import sample_households
from desktop.shell import Shell
from desktop.widgets.tile_list import PAGE
from models.casebook import Casebook
from models.clock import today
from models.eligibility import decide_all, load_policies, next_questions
from models.records.fact import FactEntry
from models.records.letter import LetterValue
from models.records.referral import MatterEntry, ReferralEntry
from models.records.visit import LearntFact, NeedEntry, VisitEntry
from models.security import keystore
from models.services.views import HouseholdCheck, Office, Worker
from models.store.names import readings
from models.store.search import name_keys
from reports.letter import render_letter, render_letters

COMMUNITY = Office("120101001001", "天津市和平区劝业场街道花园路社区居民委员会", "劝花社", "022-27355555")
STREET = Office("120101001", "天津市和平区人民政府劝业场街道办事处", "劝业社")
WORKER = Worker("周敏", "13800220001")
PASSPHRASE = "海河 自行车 石榴 十二月"  # noqa: S105  # of casebooks that live as long as the bench

RESIDENTS, QUICK_RESIDENTS = 100_000, 400
RECORDS, QUICK_RECORDS = 10_000, 400
TYPED = ("王", "wxm", "王秀", "4471", "w", "鞍山道")
LETTERS = 100
SETTLE_SECONDS = 60.0


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured so many times, in which unit, and what it should be."""

    name: str
    unit: str
    median: float
    p95: float
    least: float
    most: float
    runs: int
    target: float | None = None
    at_least: bool = False  # the target is a least value (a rate), not a most

    @property
    def met(self) -> bool | None:
        """Whether the median keeps the target; None where there is none."""
        if self.target is None:
            return None
        return self.median >= self.target if self.at_least else self.median < self.target


def row(name: str, unit: str, measured: Sequence[float], target: float | None = None, *, at_least: bool = False) -> Row:
    """The line of some measurements."""
    ordered = sorted(measured)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return Row(name, unit, statistics.median(ordered), p95, ordered[0], ordered[-1], len(ordered), target, at_least)


@dataclass(frozen=True)
class Scale:
    """How much is measured how often."""

    residents: int
    records: int  # changes that are exported and imported
    runs: int  # of what takes long
    many: int  # of what is quick


def timed(runs: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each run after one that does not count."""
    work()
    found = []
    for _run in range(runs):
        began = clock()
        work()
        found.append((clock() - began) * 1000)
    return found


def say(words: str) -> None:
    """Tell how far the bench is; the table alone goes to the standard output."""
    sys.stderr.write(f"bench: {words}\n")
    sys.stderr.flush()


# The register.


def make_casebook(folder: Path, office: Office = COMMUNITY) -> Casebook:
    """An empty casebook whose passphrase is quick to try."""
    return Casebook.create(folder, PASSPHRASE, office=office, worker=WORKER, cost=keystore.FLOOR)


def fill(casebook: Casebook, residents: int) -> Iterator[Row]:
    """Put invented households on the register."""
    moments = [(0, time.perf_counter())]

    def progress(done: int) -> None:
        moments.append((done, time.perf_counter()))
        say(f"{done:,} households of about {residents * 10 // 25:,}")

    day = today(casebook.clock)
    casebook.households.register_many(sample_households(residents, COMMUNITY.code, day), progress)
    paces = [(b[0] - a[0]) / (b[1] - a[1]) for a, b in pairwise(moments)]
    yield row("putting a register in", "households/s", paces)


def forget_names() -> None:
    """Work every name out again: what is remembered of a hundred thousand is neither quick nor small."""
    name_keys.cache_clear()
    readings.cache_clear()
    gc.collect()


def household_of_five(casebook: Casebook) -> str:
    """Register the first invented household of five people; its id."""
    entries = sample_households(10_000, COMMUNITY.code, today(casebook.clock), seed=5)
    return casebook.households.register(next(entry for entry in entries if len(entry.members) == 5)).id


# From a standing start.


def child(scratch: Path, *arguments: str, said: str = "", **environment: str) -> tuple[float, list[dict[str, Any]]]:
    """Run desktop.bench_child; when it was started (seconds since 1970) and what it told."""
    env = {**os.environ, "PYTHONUTF8": "1", "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"), **environment}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.time()
    run = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "desktop.bench_child", *arguments],
        input=said + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        cwd=Path(__file__).parents[1],
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"bench_child {arguments[0]}: {run.stderr}")
    return began, [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def starts(scratch: Path, folder: Path, scale: Scale) -> Iterator[Row]:
    """The window from nothing to its first paint, and from the passphrase to Today; the casebook is closed."""
    keystore.change_passphrase(folder / "casebook.keys", PASSPHRASE, PASSPHRASE)  # at the cost that a worker has
    told = []
    for number in range(scale.runs + 1):
        say(f"start {number} of {scale.runs}")
        began, (paint, signed) = child(scratch, "window", said=PASSPHRASE, JINMEN_DATA=str(folder))
        told.append((began, paint, signed))
    del told[0]  # it made the byte code
    cpu = [paint["cpu_ms"] for _began, paint, _signed in told]
    yield row("start to first paint (sign-in), CPU", "ms", cpu, 300)
    yield row("start to first paint (sign-in), wall", "ms", [(paint["at"] - began) * 1000 for began, paint, _s in told])
    if told[0][1]["rss_mb"] is not None:
        yield row("memory at the first paint", "MB", [paint["rss_mb"] for _began, paint, _signed in told])
        yield row("memory with Today painted", "MB", [signed["rss_mb"] for _began, _paint, signed in told])
    yield row("passphrase given to Today painted, wall", "ms", [signed["wall_ms"] for _b, _p, signed in told])


def first_letters(scratch: Path, value: LetterValue, scale: Scale) -> Iterator[Row]:
    """A letter in a process that has made none, in one that has, and a hundred at once."""
    path = scratch / "letter.json"
    path.write_text(value.model_dump_json(), "utf-8")
    cold = [child(scratch, "letter", str(path))[1][0]["cpu_ms"] for _run in range(scale.runs + 1)][1:]
    yield row("first letter in a fresh process, CPU", "ms", cold, 300)
    several = [value.model_copy(update={"number": f"劝花社转〔2026〕{n}号"}) for n in range(1, LETTERS + 1)]
    todo = iter(several * 2)
    warm = timed(scale.many, lambda: render_letter(next(todo)), time.process_time)
    yield row("the next letter, CPU", "ms", warm, 30)
    yield row(f"{LETTERS} letters as one PDF, wall", "ms", timed(scale.runs, lambda: render_letters(several)))


# Lists and searches.


class Painted(QObject):
    """Sees when the list (or the page that says nobody was found) is painted with an answer."""

    def __init__(self, page: ResidentsPage) -> None:
        super().__init__()
        self.page = page
        self.answered = False
        for widget in (page.list.viewport(), page.nobody):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A paint event counts when no search is on its way."""
        if event.type() == QEvent.Type.Paint and self.page._job is None:
            self.answered = True
        return False


def live_until(true: Callable[[], bool]) -> None:
    """Let the window live until something is true. Raises TimeoutError."""
    limit = time.monotonic() + SETTLE_SECONDS
    loop, waker = QEventLoop(), QTimer()
    waker.timeout.connect(loop.wakeUp)
    waker.start(5)
    while not true():
        loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # asking all the time would slow the lanes
        if time.monotonic() > limit:
            raise TimeoutError("the window did not answer")
    waker.stop()


def searches(folder: Path, scale: Scale) -> Iterator[Row]:
    """From the last key typed to the painted list, through the window itself."""
    shell = Shell(folder)
    try:
        shell.resize(1280, 800)
        shell.show()
        shell.unlock(Casebook.open(folder, PASSPHRASE))
        shell.tasks.fault.connect(_raise)
        live_until(shell.tasks.idle)
        shell.go("residents")
        page = shell.page
        assert isinstance(page, ResidentsPage)
        painted = Painted(page)
        live_until(lambda: page._job is None and shell.tasks.idle())
        for text in TYPED:
            found = len(shell.casebook.residents.find(text, LIMIT))
            walls = [_type(shell, page, painted, text) for _run in range(scale.many + 1)][1:]
            name = f"last key of {text} typed to list painted ({found} found), without the {TYPING_MS} ms of waiting"
            yield row(name, "ms", walls, 20)
    finally:
        shell.shut_down()
        casebook = shell._casebook
        if casebook is not None:
            casebook.close()
        shell.hide()
        shell.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _type(shell: Shell, page: ResidentsPage, painted: Painted, text: str) -> float:
    """Type the last character of a text; milliseconds until its answer is painted."""
    page.search.setText(text[:-1])
    page._typing.stop()
    page._find()
    live_until(lambda: page._job is None and shell.tasks.idle())
    for _round in range(3):
        QApplication.processEvents()
    began = time.perf_counter()
    page.search.insert(text[-1])
    page._typing.stop()
    page._find()  # as the timer does
    painted.answered = False
    live_until(lambda: painted.answered)
    return (time.perf_counter() - began) * 1000


def _raise(fault: BaseException) -> None:
    raise fault


def desk(folder: Path, scale: Scale) -> Iterator[Row]:
    """Two whole jobs with the keyboard alone: keys are counted, the program's part is measured (bench_desk)."""
    figures = bench_desk.work(folder, PASSPHRASE, scale.runs)
    jobs = (
        ("a visit to a known household", figures.visits, bench_desk.VISIT_S),
        ("a new household of two", figures.registrations, bench_desk.REGISTER_S),
    )
    for name, done, target in jobs:
        yield row(f"{name} at the desk, by the keystroke-level model", "s", [each.seconds for each in done], target)
        yield row(f"{name}: keys pressed", "keys", [each.keys for each in done])
        yield row(f"{name}: the program's part of it, wall", "ms", [each.waited * 1000 for each in done])


def lists(casebook: Casebook, scale: Scale) -> Iterator[Row]:
    """The questions that pages ask of the whole register."""
    residents = casebook.residents
    for text in TYPED:
        yield row(f"query alone: {text}", "ms", timed(scale.many, partial(residents.find, text, LIMIT)), 16)
    for text in ("w", "鞍山道"):
        page = timed(scale.many, lambda text=text: residents.rows(residents.find(text, LIMIT)[:PAGE]))  # type: ignore[misc]
        yield row(f"query and first page of {PAGE} rows: {text}", "ms", page, 16)
    everybody = residents.ids()
    yield row("200 rows of the list", "ms", timed(scale.many, lambda: residents.rows(everybody[:200])))
    yield row("today()", "ms", timed(scale.many, casebook.today), 50)
    for order in ("name", "address", "last_visit"):
        yield row(f"ids of everybody by {order}", "ms", timed(scale.runs, partial(residents.ids, order)), 300)
    yield row("sync.status()", "ms", timed(scale.many, casebook.sync.status), 10)


# Casework.


def saves(casebook: Casebook, scale: Scale) -> Iterator[Row]:
    """Visits with two needs and three facts, each to another household."""
    day = today(casebook.clock)
    homes: dict[str, str] = {}
    for resident in islice(casebook.residents.ids("address"), 8 * scale.many):
        homes.update((home.id, resident) for home in casebook.households.of_resident(resident)[:1])
    entries = [
        VisitEntry(
            household_id=home,
            outcome="met",
            happened_on=day,
            met=(resident,),
            purpose="入户走访",
            notes="老人独居，近日行动不便，希望社区帮助联系助餐。",
            next_visit=day + timedelta(days=30),
            needs=(
                NeedEntry(group="elderly", urgency="now", note="助餐"),
                NeedEntry(group="health", urgency="soon", note="家庭医生签约"),
            ),
            facts=tuple(
                LearntFact(fact=FactEntry(name=name, value=value, as_of=day))
                for name, value in (("dibao", False), ("low_income", True), ("income_per_head_month", 1200))
            ),
        )
        for home, resident in homes.items()
    ]
    todo = iter(entries)
    runs = min(scale.many, len(entries) - 1)
    saved = timed(runs, lambda: casebook.visits.record(next(todo)))
    yield row("saving a visit with 2 needs and 3 facts, wall", "ms", saved, 50)


def checks(casebook: Casebook, household: str, scale: Scale) -> Iterator[Row]:
    """Every service for a household of five."""
    policies = load_policies()
    check = casebook.eligibility.check(household)
    shown = [result for result in check.results if result.determination.outcome != "not_eligible"]
    name = f"all {len(policies.services)} services for a household of five"
    whole = timed(scale.many, lambda: casebook.eligibility.check(household))
    yield row(f"{name}: check", "ms", whole, 20)
    yield row(f"{name}: deciding alone", "ms", timed(scale.many, lambda: decide_all(policies, check.case)))
    decided = [result.determination for result in check.results]
    asking = timed(scale.many, lambda: next_questions(policies, check.case, decided))
    yield row(f"{name}: next questions alone", "ms", asking)
    explained = timed(scale.many, lambda: [result.explain() for result in shown])
    yield row(f"explaining the {len(shown)} results that are shown", "ms", explained)


def letter_of(casebook: Casebook, check: HouseholdCheck) -> LetterValue:
    """The letter of one referral, about up to three things that somebody of the household is eligible for."""
    due = [r for r in check.results if r.resident_id and r.determination.outcome == "eligible"]
    due = due or [r for r in check.results if r.resident_id]
    who = due[0].resident_id
    matters = {r.service_id: MatterEntry(service_id=r.service_id) for r in due if r.resident_id == who}
    entry = ReferralEntry(resident_id=who, matters=tuple(matters.values())[:3], receiver=STREET.name)
    return casebook.referrals.letter(casebook.referrals.issue(entry).ids[0])


# Exchange.


def exchange(scratch: Path, scale: Scale) -> Iterator[Row]:
    """A laptop's changes into sealed files, and the files into the office's casebook."""
    laptop = make_casebook(scratch / "laptop")
    office = make_casebook(scratch / "office", STREET)
    stick = scratch / "stick"
    stick.mkdir()
    laptop.sync.trust_card(office.sync.write_card(stick))
    office.sync.trust_card(laptop.sync.write_card(stick))
    office.close()
    day = today(laptop.clock)
    for entry in sample_households(scale.records, COMMUNITY.code, day, seed=7):
        if (waiting := laptop.sync.status().waiting) >= scale.records:
            break
        laptop.households.register(entry)
    out, taken = [], []
    for number in range(scale.runs + 1):
        folder = scratch / f"stick-{number}"
        folder.mkdir()
        began = time.perf_counter()
        files = laptop.sync.export(folder)
        out.append(waiting / (time.perf_counter() - began))
        shutil.copytree(scratch / "office", scratch / f"office-{number}")
        office = Casebook.open(scratch / f"office-{number}", PASSPHRASE)
        forget_names()  # the office has not met them
        began = time.perf_counter()
        for file in files:
            office.sync.apply(file)
        taken.append(waiting / (time.perf_counter() - began))
        if len(office.residents.ids()) != len(laptop.residents.ids()):
            raise RuntimeError("not everybody arrived")
        office.close()
    laptop.close()
    yield row(f"export of {waiting:,} changes, sealed and signed", "changes/s", out[1:])
    imported = f"import of {waiting:,} changes with search keys"
    yield row(imported, "changes/s", taken[1:], 4_500, at_least=True)


# All together.


def measure(scale: Scale, scratch: Path, openfisca: str = "") -> Iterator[Row]:
    """Every line of the table, in the order in which it is measured. openfisca: the interpreter that has it."""
    from desktop import bench_door, bench_screening  # they lean on this module

    folder = scratch / "data"
    casebook = make_casebook(folder)
    try:
        yield from fill(casebook, scale.residents)
        household = household_of_five(casebook)
        casebook.close()
        forget_names()
        casebook = Casebook.open(folder, PASSPHRASE)  # as on the next morning: nothing of that work is in memory
        say("lists")
        yield from lists(casebook, scale)
        say("casework")
        yield from checks(casebook, household, scale)
        yield from saves(casebook, scale)
        value = letter_of(casebook, casebook.eligibility.check(household))
    finally:
        casebook.close()
    yield from bench_screening.register(folder, household, scale)
    yield from bench_door.door(folder, scale)
    yield from bench_screening.city(scratch, scale, openfisca)
    say("searches in the window")
    yield from searches(folder, scale)
    say("the desk")
    yield from desk(folder, scale)
    yield from starts(scratch, folder, scale)
    say("letters")
    yield from first_letters(scratch, value, scale)
    say("exchange")
    yield from exchange(scratch, scale)


def size_of(folder: Path) -> float:
    """Megabytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6


def table(rows: Sequence[Row]) -> str:
    """The lines with aligned columns; Chinese characters are two columns wide."""
    head = ("", "median", "p95", "least", "most", "unit", "target", "met")
    body = [
        (
            line.name,
            *(f"{number:,.1f}" for number in (line.median, line.p95, line.least, line.most)),
            line.unit,
            "" if line.target is None else f"{'>=' if line.at_least else '<'} {line.target:,g}",
            {True: "yes", False: "NO", None: ""}[line.met],
        )
        for line in rows
    ]
    widths = [max(_columns(line[place]) for line in (head, *body)) for place in range(len(head))]
    left = (0, 5, 6, 7)

    def aligned(line: Sequence[str]) -> str:
        cells = []
        for place, (text, width) in enumerate(zip(line, widths, strict=True)):
            blank = " " * (width - _columns(text))
            cells.append(text + blank if place in left else blank + text)
        return "  ".join(cells).rstrip()

    return "\n".join([aligned(head), *map(aligned, body)])


def _columns(text: str) -> int:
    return sum(2 if character >= "\u2e80" else 1 for character in text)


def as_json(rows: Sequence[Row], scale: Scale, megabytes: float) -> dict[str, Any]:
    """The table for other programs; numbers in the unit of their row."""
    return {
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else [],
        },
        "residents": scale.residents,
        "casebook_mb": megabytes,
        "rows": [{**asdict(line), "met": line.met} for line in rows],
    }


def main(arguments: list[str]) -> int:
    """Measure, print the table, write it as JSON where asked; what is not met is no failure."""
    parser = argparse.ArgumentParser(prog="run bench", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the table to this file as well")
    # run.py makes every argument an absolute path, since files are the caller's: the number is the last part.
    parser.add_argument(
        "--residents", type=lambda text: int(Path(text).name), help="how many there are on the register"
    )
    parser.add_argument("--quick", action="store_true", help="few residents and runs, to try the bench itself")
    parser.add_argument("--openfisca", default="", help="interpreter of an environment that has OpenFisca-Core")
    parser.add_argument("--no-peers", action="store_true", help="measure nobody beside us")
    asked = parser.parse_args(arguments)
    scale = Scale(QUICK_RESIDENTS, QUICK_RECORDS, 2, 3) if asked.quick else Scale(RESIDENTS, RECORDS, 5, 25)
    if asked.residents:
        scale = Scale(asked.residents, scale.records, scale.runs, scale.many)
    qt = QApplication.instance() or app.application(sys.argv[:1])
    with tempfile.TemporaryDirectory(prefix="jinmen-bench-") as scratch:
        rows = list(measure(scale, Path(scratch), asked.openfisca))
        megabytes = size_of(Path(scratch) / "data")
    del qt
    if asked.json:
        asked.json.write_text(json.dumps(as_json(rows, scale, megabytes), ensure_ascii=False, indent=1) + "\n", "utf-8")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    head = f"{scale.residents:,} residents, {megabytes:,.0f} MB; medians of {scale.runs} to {scale.many} runs"
    sys.stdout.write(f"{head}\n\n{table(rows)}\n")
    return 0
