"""The speed of screening: the register of the bench, a city from the encrypted columns, and a peer beside us.

Memory is only honest in a process of its own, so every size runs in one (this module as a program).
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from desktop import bench_openfisca
from desktop.bench_child import most_kibibytes
from desktop.bench_register import PASSPHRASE, make_casebook
from desktop.bench_table import Row, Scale, own_process, row, say, timed
from desktop.sample_columns import drawn_columns
from models.casebook import Casebook
from models.clock import today
from models.eligibility import load_policies
from models.eligibility.batch.columns import Columns
from models.eligibility.batch.plan import make_plan
from models.eligibility.batch.screening import screen_columns
from models.services.screening_views import ScreenFilter
from models.store import columns as kept
from models.store.bulk import Lists, Loaded

SIZES, QUICK_SIZES = (10_000, 100_000, 1_000_000), (400,)
TARGETS_MS = {100_000: 500.0, 1_000_000: 4000.0}
MOST_MB = {1_000_000: 700.0}
CITY_DAY = date(2025, 6, 1)  # inside the period of every text
_CHILD = "desktop.bench_screening"
_DUE = ScreenFilter(outcomes=frozenset(("eligible",)), not_received=True)


def register(folder: Path, household: str, scale: Scale) -> Iterator[Row]:
    """Screening the register of the bench: from its rows, from its columns, one household, and the lists."""
    people = f"{scale.residents:,} residents"
    casebook = Casebook.open(folder, PASSPHRASE)
    try:
        say("screening from the rows")
        began = time.perf_counter()
        casebook.screening.bring_up_to_date()
        cold = (time.perf_counter() - began) * 1000
        yield row(f"screening {people}, rows to results (cold)", "ms", [cold], 8000 * scale.residents / 100_000)
        member = casebook.households.get(household).members[0].resident.id
        services = iter(sorted(casebook.eligibility.services()) * 4)

        def change() -> float:
            casebook.eligibility.receives(member, next(services), True)
            began = time.perf_counter()
            casebook.screening.rescreen(household)
            return (time.perf_counter() - began) * 1000

        yield row("one changed household screened again", "ms", [change() for _run in range(scale.many + 1)][1:], 10)
        yield row("the figures of every service", "ms", timed(scale.runs, casebook.screening.summary))
        first = timed(scale.many, lambda: casebook.screening.rows(_DUE, 0, 50))
        yield row("first page of what is due and not received", "ms", first)
    finally:
        casebook.close()
    yield from _from_columns(f"screening {people}", folder, scale, TARGETS_MS.get(scale.residents))


def city(scratch: Path, scale: Scale, openfisca: str) -> Iterator[Row]:
    """How the cost grows with the register, beside OpenFisca-Core on as many people in the same run."""
    found: dict[int, Mapping[str, Any]] = {}
    sizes = QUICK_SIZES if scale.residents < SIZES[0] else SIZES
    for size in sizes:
        say(f"screening {size:,} invented people")
        folder = scratch / f"city-{size}"
        _write_city(folder, size)
        name = f"screening {size:,} people"
        yield from _from_columns(name, folder, scale, TARGETS_MS.get(size), MOST_MB.get(size))
        shutil.rmtree(folder)
        found[size] = told = own_process(_CHILD, "memory", str(size), str(scale.runs))
        yield row(f"{name} in memory, {told['rules']} rules, three-valued", "ms", told["verdicts"])
        yield row(f"{name} in memory, with what to ask of whom", "ms", told["missing"])
        if openfisca:
            yield from _beside(name, size, openfisca, told, scale)


def _beside(name: str, size: int, openfisca: str, ours: Mapping[str, Any], scale: Scale) -> Iterator[Row]:
    policies = load_policies()
    runs = [bench_openfisca.run(Path(openfisca), policies, CITY_DAY, size) for _run in range(scale.runs)]
    yield row(f"{name}: OpenFisca, {runs[0]['rules']} rules, two-valued", "ms", [run["work_ms"] for run in runs])
    yield row(f"{name}: OpenFisca, memory at most", "MB", [run["peak_mb"] for run in runs])
    yield row(f"{name}: ours, memory at most", "MB", [ours["peak_mb"]])
    theirs = sorted(run["work_ms"] for run in runs)[len(runs) // 2]
    mine = sorted(ours["verdicts"])[len(ours["verdicts"]) // 2]
    yield row(f"{name}: our time over OpenFisca's", "times", [mine / theirs])


def _from_columns(
    name: str, folder: Path, scale: Scale, target: float | None, most: float | None = None
) -> Iterator[Row]:
    told = [own_process(_CHILD, "file", str(folder)) for _run in range(scale.runs)]
    yield row(f"{name} from the encrypted columns", "ms", [one["ms"] for one in told], target)
    yield row(f"{name} from the encrypted columns, memory at most", "MB", [one["peak_mb"] for one in told], most)


def _write_city(folder: Path, people: int) -> None:
    """A casebook without records whose columns hold a city."""
    casebook = make_casebook(folder)
    try:
        policies = load_policies()
        columns = drawn_columns(policies, people, today(casebook.clock))
        with casebook._book.writing() as connection:
            token = kept.begin(connection)
            kept.finish(connection, token, _loaded(columns), policies.facts, today(casebook.clock))
    finally:
        casebook.close()


def _loaded(columns: Columns) -> Loaded:
    rows = columns.people
    numbers = np.array([b"%036d" % row for row in range(rows)], np.bytes_)
    homes = np.array([b"%036d" % row for row in range(columns.households)], np.bytes_)
    yes, nought = np.ones(columns.households, np.bool_), np.zeros(columns.households, np.int32)
    text = np.zeros(columns.households, "S12")
    lists = Lists(
        person=numbers,
        home=homes,
        chosen=np.ones(rows, np.bool_),
        registered=yes,
        community=text,
        visited=nought,
        worker=text,
        away=~yes,
        due=np.full(columns.households, 2**31 - 1, np.int32),
    )
    return Loaded(columns, lists)


def _measured(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def main(what: str, *asked: str) -> None:
    """memory PEOPLE RUNS, or file FOLDER: measure in this process and tell as JSON."""
    told: dict[str, Any]
    if what == "memory":
        policies = load_policies()
        columns = drawn_columns(policies, int(asked[0]), CITY_DAY)
        plan = make_plan(policies, CITY_DAY)
        told = {"rules": len(plan.chosen(None)), "verdicts": [], "missing": []}
        for _run in range(int(asked[1]) + 1):
            told["verdicts"].append(_measured(lambda: screen_columns(plan, columns, missing=False)))
        told["peak_mb"] = most_kibibytes() / 1024
        for _run in range(int(asked[1]) + 1):
            told["missing"].append(_measured(lambda: screen_columns(plan, columns)))
        told |= {"verdicts": told["verdicts"][1:], "missing": told["missing"][1:]}
    else:
        casebook = Casebook.open(Path(asked[0]), PASSPHRASE)
        casebook.eligibility.services()  # the packs are read and the modules are there, as on a page that is open
        import_module("models.services.screening_register")
        import_module("models.services.screening_lists")
        told = {"ms": _measured(casebook.screening.bring_up_to_date), "peak_mb": most_kibibytes() / 1024}
        casebook.close()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
