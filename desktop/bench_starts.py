"""What is measured from a standing start, in processes of their own: the window, signing in, and the first letter."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop.bench_register import PASSPHRASE
from desktop.bench_table import Row, Scale, row, say, timed
from models.records.letter import LetterValue
from models.security import keystore
from reports.letter import render_letter, render_letters

LETTERS = 100
PATIENCE = 300
"""Seconds that a process may take before it is given up: a program that shows its calm window waits for ever."""


def _unmeasured(scale: Scale) -> int:
    """How many runs make the byte code before anything is measured: none where it is kept and is only tried out."""
    return 0 if scale.runs == 1 and os.environ.get("PYTHONPYCACHEPREFIX") else 1


def child(scratch: Path, *arguments: str, said: str = "", **environment: str) -> tuple[float, list[dict[str, Any]]]:
    """Run desktop.bench_child; when it was started (seconds since 1970) and what it told."""
    kept = os.environ.get("PYTHONPYCACHEPREFIX") or str(scratch / "bytecode")
    env = {**os.environ, "PYTHONUTF8": "1", "PYTHONPYCACHEPREFIX": kept, **environment}
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
        timeout=PATIENCE,
    )
    if run.returncode:
        raise RuntimeError(f"bench_child {arguments[0]}: {run.stderr}")
    return began, [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def starts(scratch: Path, folder: Path, scale: Scale) -> Iterator[Row]:
    """The window from nothing to its first paint, and from the passphrase to Today; the casebook is closed."""
    keystore.change_passphrase(folder / "casebook.keys", PASSPHRASE, PASSPHRASE)  # at the cost that a worker has
    told, before = [], _unmeasured(scale)
    for number in range(scale.runs + before):
        say(f"start {number} of {scale.runs}")
        began, (paint, signed) = child(scratch, "window", said=PASSPHRASE, JINMEN_DATA=str(folder))
        told.append((began, paint, signed))
    del told[:before]
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
    before = _unmeasured(scale)
    cold = [child(scratch, "letter", str(path))[1][0]["cpu_ms"] for _run in range(scale.runs + before)][before:]
    yield row("first letter in a fresh process, CPU", "ms", cold, 300)
    several = [value.model_copy(update={"number": f"劝花社转〔2026〕{n}号"}) for n in range(1, LETTERS + 1)]
    todo = iter(several * 2)
    warm = timed(scale.many, lambda: render_letter(next(todo)), time.process_time)
    yield row("the next letter, CPU", "ms", warm, 30)
    yield row(f"{LETTERS} letters as one PDF, wall", "ms", timed(scale.runs, lambda: render_letters(several)))
