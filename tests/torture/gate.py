"""Branch coverage of the code of keys, store, backups, batches and audit by its own tests: at least 95 % of each room.

What counts: models/security and models/sync whole; of models/store what keeps and loses records: engines, the unit of
work, migrations, importing, chains, streams, backups, seals, audit, erasing. Left out of the store are the parts that
answer questions and keep nothing (rule_sql, present, told, handed), those that make the tables of a whole register for
the screening (columns, marks), and partitions and bulk_cost, which serve a server of the whole city.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.torture.figures import Figures

TOP = Path(__file__).parents[2]
DEMANDED = 95.0
HALVES = (
    (
        "tests/models/store", "--ignore=tests/models/store/test_rule_sql.py",
        "tests/models/test_office.py", "tests/models/test_sealed_office.py",
        "tests/models/services/test_scope.py", "tests/models/services/test_classes.py",
        "tests/models/services/test_listed.py", "tests/models/services/test_consents.py",
        "tests/models/services/test_undoing.py", "tests/models/services/test_transfers.py",
    ),
    (
        "tests/models/sync", "--ignore=tests/models/sync/test_killed.py", "--ignore=tests/models/sync/test_spread.py",
        "tests/models/security", "tests/models/test_signed_file.py", "tests/models/test_casebook.py",
        "tests/models/services/test_backups.py", "tests/models/services/test_health.py",
        "tests/models/services/test_audit.py", "tests/models/services/test_allowed.py",
    ),
)  # fmt: skip
"""The tests, in two processes that take about as long. Not among them: tests of what is left out, those whose work is
done by programs that they start and kill, and some long ones that add nothing to what these run."""
LEFT_OUT = (
    "rule_sql/",
    "present.py",
    "told.py",
    "handed.py",
    "columns.py",
    "marks.py",
    "partitions.py",
    "bulk_cost.py",
)
ROOMS = {
    "keys": ("models/security/",),
    "backups": ("models/store/backup", "models/store/file_seal", "models/store/ballast", "models/store/integrity"),
    "audit": ("models/store/audit", "models/services/audit", "models/security/audit"),
    "batches": ("models/sync/", "models/signed_file.py"),
    "store": ("models/store/",),
}


def gate(folder: Path, _short: bool, _seed: int) -> Iterator[Figures]:
    """Run the tests under the measure; a line for each room, and the weak files by name."""
    settings, report = folder / "settings", folder / "coverage.json"
    settings.write_text(_settings(), "ascii")
    with ThreadPoolExecutor(len(HALVES)) as pool:
        done = list(pool.map(lambda half: _measure(settings, f"coverage.{half}", HALVES[half]), range(len(HALVES))))
    _coverage(settings, "coverage", "combine", *(str(folder / f"coverage.{half}") for half in range(len(HALVES))))
    told = _coverage(settings, "coverage", "json", "-o", str(report))
    if not report.exists():
        said = "".join(one.stdout[-300:] + one.stderr[-300:] for one in (*done, told))
        yield Figures("coverage", 1, wrong=1, note=said)
        return
    files = json.loads(report.read_text("utf-8"))["files"]
    for room, beginnings in ROOMS.items():
        yield _of_room(room, beginnings, files)
    tests = Figures("coverage: the tests", len(HALVES), sum(one.returncode == 0 for one in done))
    for one in done:
        if one.returncode:
            tests.fail(one.stdout[-1500:] + one.stderr[-300:])
    yield tests


def _settings() -> str:
    """Only what counts is traced: following the rest would take longer."""
    audit = sorted(path.stem for path in (TOP / "models" / "services").glob("audit*.py"))
    source = ["models.security", "models.store", "models.sync", "models.signed_file"]
    source += [f"models.services.{name}" for name in audit]
    return (
        "[run]\nbranch = True\nconcurrency = thread\nsource =\n    " + "\n    ".join(source) + "\n"
        "[report]\nexclude_also =\n    if TYPE_CHECKING:\n    assert_never\n    if sys.platform == .win32.\n"
        "    if os.name == .nt.\n"
    )


def _measure(settings: Path, data: str, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return _coverage(settings, data, "run", "-m", "pytest", "-q", *tests)


def _coverage(settings: Path, data: str, verb: str, *more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COVERAGE_FILE": str(settings.with_name(data)), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "coverage", verb, f"--rcfile={settings}", *more]
    return subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, check=False)


def share(summary: dict[str, int]) -> tuple[int, int]:
    """Lines and branches covered, and all of them."""
    covered = summary["covered_lines"] + summary["covered_branches"]
    return covered, summary["num_statements"] + summary["num_branches"]


def _of_room(room: str, beginnings: tuple[str, ...], files: dict[str, dict[str, dict[str, int]]]) -> Figures:
    found = {
        name: share(file["summary"])
        for name, file in files.items()
        if name.startswith(beginnings)
        and not any(name.startswith(f"models/store/{one}") for one in LEFT_OUT)
        and not name.startswith("models/store/migrations/")
    }
    covered, every = (sum(one[place] for one in found.values()) for place in (0, 1))
    percent = 100 * covered / max(every, 1)
    for name, (some, of) in sorted(found.items(), key=lambda one: one[1][0] / max(one[1][1], 1)):
        if of and 100 * some / of < DEMANDED:
            print(f"{room}: {100 * some / of:5.1f} %  {name} ({of - some} of {of} missing)", flush=True)
    figures = Figures(
        f"coverage: {room}", every, covered, note=f"{percent:.2f} % of lines and branches, {len(found)} files"
    )
    if percent < DEMANDED:
        figures.fail(f"{percent:.2f} %, and {DEMANDED} are demanded")
    figures.asked = round(every * DEMANDED / 100)  # so much is demanded
    return figures
