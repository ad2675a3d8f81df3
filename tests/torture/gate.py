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
from collections.abc import Iterator
from pathlib import Path

from tests.torture.figures import Figures

TOP = Path(__file__).parents[2]
DEMANDED = 95.0
TESTS = (
    "tests/models/security", "tests/models/store", "tests/models/sync", "tests/models/test_casebook.py",
    "tests/models/test_casebook_in_trouble.py", "tests/models/test_office.py", "tests/models/test_sealed_office.py",
    "tests/models/services/test_backups.py", "tests/models/services/test_health.py",
    "tests/models/services/test_audit.py", "tests/models/services/test_rights.py",
    "tests/models/services/test_undoing.py",
    "tests/models/services/test_merging.py", "tests/models/services/test_numbering.py",
    "tests/models/services/test_scope.py",
    "tests/models/services/test_allowed.py",
    "tests/models/services/test_listed.py",
    "tests/models/services/test_consents.py",
    "tests/flows/test_two_desks.py",
    "tests/models/services/test_conflicts.py", "tests/models/test_signed_file.py",
)  # fmt: skip
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
    data, report = folder / "coverage", folder / "coverage.json"
    settings = folder / "settings"
    settings.write_text(
        "[run]\nbranch = True\nconcurrency = thread\nsource =\n    models\n"
        "[report]\nexclude_also =\n    if TYPE_CHECKING:\n    assert_never\n    if sys.platform == .win32.\n"
        "    if os.name == .nt.\n",
        "ascii",
    )
    environment = {**os.environ, "COVERAGE_FILE": str(data), "QT_QPA_PLATFORM": "offscreen"}
    measure = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", *TESTS]
    done = subprocess.run(measure, cwd=TOP, env=environment, capture_output=True, text=True, check=False)
    tell = [sys.executable, "-m", "coverage", "json", f"--rcfile={settings}", "-o", str(report)]
    subprocess.run(tell, cwd=TOP, env=environment, check=False, capture_output=True)
    if not report.exists():
        yield Figures("coverage", 1, wrong=1, note=done.stdout[-300:] + done.stderr[-300:])
        return
    files = json.loads(report.read_text("utf-8"))["files"]
    failed = done.returncode != 0
    for room, beginnings in ROOMS.items():
        yield _of_room(room, beginnings, files)
    if failed:
        figures = Figures("coverage: the tests", 1)
        figures.fail(done.stdout[-1500:])
        yield figures


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
