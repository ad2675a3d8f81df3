"""Letters beside other programs that make PDF files: the same page, the same faces, the same code, in the same run.

fpdf2, WeasyPrint and typst live in an environment of their own that only the bench makes (requirements-bench.lock);
LibreOffice is measured by nobody here: it comes as a whole office suite and cannot be installed for a bench. Every
program runs in a fresh process and answers one JSON line, so that its start, its imports and its faces count.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from desktop.bench_table import Row, Scale, row, say
from models.records.letter import LetterValue
from reports.fonts import font_file
from reports.wording import day_text, wording

CHILD = Path(__file__).with_name("bench_paper_child.py")
PEERS = ("fpdf2", "typst", "weasyprint")
SLOW = frozenset({"weasyprint"})  # measured once where there are many letters
SIZES, QUICK_SIZES = (1, 100, 1000), (1, 5)
TARGETS_MS = {1: 250, 100: 500, 1000: 2500}
"""CPU of our own letters at most, in milliseconds."""

TARGETS_KB = {1: 150, 1000: 5000}
MOST_MB = {1000: 150}
FACES = ("song", "title", "hei", "kai")
SEAL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" * 4
"""As long as a signed code, for letters that have none."""


def letters_of(value: LetterValue, count: int) -> list[LetterValue]:
    """So many letters with numbers of their own, each with a code."""
    stem, _bracket, _rest = value.number.partition("〕")
    sealed = {"seal": value.seal or SEAL[:171]}
    return [value.model_copy(update={"number": f"{stem}〕{number}号", **sealed}) for number in range(1, count + 1)]


def told(values: Sequence[LetterValue]) -> dict[str, Any]:
    """What the letters say, as the other programs set it: texts, rows of the table, matters, slip."""
    return {"faces": {face: str(font_file(face)) for face in FACES}, "letters": [_told(value) for value in values]}


def _told(value: LetterValue) -> dict[str, Any]:
    words = wording("letter", "zh")
    day = day_text(words["date"], value.issued_on)
    birth = day_text(words["date"], value.birth_date) if value.birth_date else ""
    rows = [
        [words["name"], value.resident_name, words["sex"], value.sex, words["birth"], birth],
        [words["document"], f"{value.document_kind} {value.document_masked}", words["phone"], value.phone],
        [words["address"], value.address],
    ]
    numerals = words["numerals"].split()
    matters = [
        {
            "title": words["matter"].format(n=numerals[place], name=matter.name),
            "amount": words["amount"].format(amount=matter.amount) if matter.amount else "",
            "reasons": words["reasons"] + words["between"].join(matter.reasons) + words["end"],
            "basis": [
                f"{words['basis']}《{quote.title}》{f'（{quote.number}）' if quote.number else ''}：“{quote.words}”"
                for quote in matter.quotes
            ],
        }
        for place, matter in enumerate(value.matters)
    ]
    documents = list(dict.fromkeys(document for matter in value.matters for document in matter.documents))
    place = [part for part in (value.receiver, value.receiver_address, value.receiver_phone) if part]
    return {
        "issuer": value.issuer,
        "number": value.number,
        "title": words["title"],
        "to": words["to"].format(receiver=value.receiver),
        "body": words["body"].format(name=value.resident_name),
        "rows": rows,
        "matters": matters,
        "documents": [words["documents"], *documents],
        "left": [words["place"] + "，".join(place), words["worker"].format(worker=value.worker)],
        "day": day,
        "seal": value.seal,
        "slip": {
            "tear": words["tear"],
            "title": words["slip"],
            "number": words["slip_number"].format(number=value.number),
            "name": words["slip_name"] + value.resident_name,
            "matters": [matter.name for matter in value.matters],
            "boxes": [words[key] for key in ("accepted", "incomplete", "refused", "done")],
            "foot": [words["slip_remark"], words["slip_office"], words["slip_clerk"] + words["slip_date"]],
        },
    }


def peers(scratch: Path, value: LetterValue, scale: Scale, python: str) -> Iterator[Row]:
    """One, a hundred and a thousand letters as one file: ours, and beside them whatever of the others is installed.

    python: the interpreter of the others' environment; "" to measure ours alone.
    """
    sizes = SIZES if scale.runs > 2 else QUICK_SIZES
    for count in sizes:
        path, content = scratch / "letters.json", scratch / "content.json"
        values = letters_of(value, count)
        path.write_text(json.dumps([each.model_dump(mode="json") for each in values]), "utf-8")
        content.write_text(json.dumps(told(values)), "utf-8")
        name = f"{count:,} letter{'s' if count > 1 else ''} in a fresh process"
        ours = [_run([sys.executable, "-m", "desktop.bench_child", "letters", str(path)]) for _n in range(scale.runs)]
        yield from _rows(f"{name}: ours", ours, count)
        for peer in PEERS if python else ():
            say(f"{name}: {peer}")
            runs = 1 if peer in SLOW and count > 1 else scale.runs
            theirs = [_run([python, str(CHILD), peer, str(content)]) for _n in range(runs)]
            yield from _rows(f"{name}: {peer}", theirs, 0)
            ratio = (
                sorted(one["cpu_ms"] for one in theirs)[runs // 2]
                / sorted(one["cpu_ms"] for one in ours)[len(ours) // 2]
            )
            yield row(f"{name}: {peer}'s CPU over ours", "times", [ratio])


def _rows(name: str, told: Sequence[dict[str, Any]], ours: int) -> Iterator[Row]:
    """ours: how many letters, where they are ours and have targets; else 0."""
    yield row(f"{name}, CPU", "ms", [one["cpu_ms"] for one in told], TARGETS_MS.get(ours))
    yield row(f"{name}, wall", "ms", [one["wall_ms"] for one in told])
    yield row(f"{name}, file", "kB", [one["bytes"] / 1000 for one in told], TARGETS_KB.get(ours))
    yield row(f"{name}, memory at most", "MB", [one["peak_mb"] for one in told], MOST_MB.get(ours))


def _run(command: Sequence[str]) -> dict[str, Any]:
    """What a fresh process told, and how long it took. Raises RuntimeError with its words where it failed."""
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603  # our own programs
        list(command),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[1],
        check=False,
        timeout=1800,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "wall_ms": (time.perf_counter() - began) * 1000}
