"""The battery of trust: `./run torture [--short] [--only PART ...] [--jobs N] [--list]`.

Kills, power cuts, full disks, damage, hostile files, leaks, erasure, lost computers; a table of figures at the end. The
exit code is 1 where anything was lost, torn, accepted or left out, 0 otherwise; what this computer cannot do (it has no
strace, say) is named in the table and counts as left out, unless --lenient says that that is no failure. --short is
about a minute in all. Seeds are fixed; --seed N draws others.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.torture.figures import Figures, from_line, skipped, table
from tests.torture.parts import PARTS, Part, chosen

TOP = Path(__file__).parents[2]
_SIGN = "FIGURES "


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="run torture", description="The battery of trust.")
    parser.add_argument("--short", action="store_true", help="about a minute in all")
    parser.add_argument("--only", action="append", default=[], metavar="PART", help="these parts (see --list)")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) - 1), help="how many at once")
    parser.add_argument("--seed", type=int, default=0, help="other dice (0)")
    parser.add_argument("--lenient", action="store_true", help="what this computer cannot do is no failure")
    parser.add_argument("--list", action="store_true", help="name the parts")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # one part in this very process
    said = parser.parse_args(arguments)
    if said.list:
        print("\n".join(f"{part.name:<22} {part.about}" for part in PARTS.values()))
        return 0
    try:
        parts = chosen(said.only, short=said.short)
    except KeyError as unknown:
        print(f"no such part: {unknown.args[0]}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if said.inside:
        return _here(parts, said.short, said.seed)
    began = time.monotonic()
    rows = [row for several in _all(_together(parts, said.short), said) for row in several]
    print(f"\n{table(rows)}\n")
    left_out = [row for row in rows if not row.wrong and not row.good and not row.note.startswith("NOT DONE")]
    cannot = [row for row in rows if row.note.startswith("NOT DONE")]
    wrong = sum(row.wrong for row in rows)
    took = f"{time.monotonic() - began:.0f} s"
    print(f"{wrong} wrong, {len(left_out)} parts not whole, {len(cannot)} not possible here; {took}")
    return 1 if wrong or left_out or (cannot and not said.lenient) else 0


def _together(parts: Sequence[Part], short: bool) -> list[list[Part]]:
    """What runs in one process: each part by itself, in the short form those of a group, since starting takes time."""
    if not short:
        return [[part] for part in parts]
    groups: dict[str, list[Part]] = {}
    for part in parts:
        groups.setdefault(part.group, []).append(part)
    return list(groups.values())


def _all(groups: Sequence[Sequence[Part]], said: argparse.Namespace) -> Iterator[list[Figures]]:
    """Each group in a process of its own, some at once, in their order."""
    with ThreadPoolExecutor(said.jobs) as pool:
        yield from pool.map(lambda group: _apart(group, said), groups)


def _apart(parts: Sequence[Part], said: argparse.Namespace) -> list[Figures]:
    command = [sys.executable, "-m", "tests.torture", "--inside", "--seed", str(said.seed)]
    command += [word for part in parts for word in ("--only", part.name)]
    command += ["--short"] if said.short else []
    name = parts[0].name if len(parts) == 1 else parts[0].group
    began, rows = time.monotonic(), []
    environment = {**os.environ, "PYTHONHASHSEED": "0", "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(_SIGN):
                rows.append(from_line(line.removeprefix(_SIGN)))
                print(table(rows[-1:]).rpartition("\n")[2], flush=True)
            else:
                print(f"[{name}] {line}", end="", flush=True)
    if process.returncode and not any(row.wrong for row in rows):
        rows.append(Figures(name, 1, wrong=1, note=f"ended with code {process.returncode}"))
    print(f"[{name}] {time.monotonic() - began:.0f} s", flush=True)
    return rows or [skipped(name, 1, "said nothing")]


def _here(parts: Sequence[Part], short: bool, seed: int) -> int:
    """Some parts in this process; their figures go out as lines."""
    from tests.torture.scenes import working_folder

    wrong = 0
    for part in parts:
        began = time.monotonic()
        with working_folder() as folder:
            for row in part.run(folder, short, seed):
                row.seconds, began = time.monotonic() - began, time.monotonic()
                wrong += row.wrong
                print(_SIGN + row.line(), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
