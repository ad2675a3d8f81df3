"""Hostile input: tens of thousands of spoilt files and attacks by name, each read within limits of time and memory."""

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from models.errors import Problem
from tests.torture import hostile_files as hostile
from tests.torture.figures import Figures

SECONDS, BYTES = 5, 3 * 2**30
FULL = {"csv": 20_000, "xlsx": 6_000, "image": 1_500}
SHORT = {"csv": 250, "xlsx": 40, "image": 40}
_TODAY = date(2026, 11, 22)
_COMMUNITY = "120101001001"
_AT_ONCE = 50


class TooSlow(BaseException):
    """A reader took longer than is allowed; no reader may catch this."""


def _late(*_signal: object) -> NoReturn:
    raise TooSlow


def _limited() -> None:
    """No process of the battery may take more memory or a reader more time."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, _late)


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, SECONDS * 4)  # others work on the computer too; processor time is what counts
    began = time.process_time()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if time.process_time() - began > SECONDS:
        raise TooSlow


def read_as_list(data: bytes) -> str:
    """As a list of residents: every row becomes somebody or has a sentence. Raises ListRefused."""
    from forms.people_list.columns import guess
    from forms.people_list.households import read_households
    from forms.people_list.tables import read_list

    table = read_list(data)
    read = read_households(table, guess(table.headings), _COMMUNITY, _TODAY)
    for trouble in read.troubles:
        assert len(trouble.sentence) > 3, "a trouble without a sentence"
        assert "{" not in trouble.sentence.replace("{name}", ""), "a sentence with a gap"
    known = {row.number for row in table.rows}
    placed = [row for household in read.households for row in household.rows] + list(read.left_out)
    assert len(placed) == len(set(placed)), "a row counts twice"
    assert set(placed) <= known, "a row that is not there"
    return "\n".join("\t".join(row.cells) for row in table.rows)


def read_as_form(data: bytes) -> str:
    """As a questionnaire's workbook. Raises Unreadable."""
    from forms.xlsform.workbook import open_workbook

    return repr(open_workbook(data, "问卷.xlsx").sheets)


def read_as_image(data: bytes) -> bytes:
    """As a picture. Raises BadPicture."""
    from models.imaging import edited, preview, read_picture

    read_picture(data)
    return edited(data).full + preview(data)


def _read_pack(data: bytes) -> object:
    from models.eligibility.packfile import read_pack_file
    from models.security import device

    return read_pack_file(data, device.verify)


def _read_yaml(data: bytes) -> object:
    from models.eligibility.checking import check_files

    check = check_files({"packs/evil/params.yaml": data, "packs/evil/pack.yaml": b"id: evil\n"})
    assert not check.sound, "it was taken for rules"
    raise Problem


def _read_card(data: bytes) -> object:
    from models.sync.card import read_card

    return read_card(data)


def _read_seal(text: str) -> object:
    from models.security import letter_seal

    if letter_seal.read(text) is None:
        raise Problem
    return text


def _read_path(kind: str) -> object:
    from models.services.inbox_reading import look_into
    from models.sync.card import read_card
    from models.sync.files import read_limited

    with tempfile.TemporaryDirectory() as folder:
        path = Path(hostile.place_for(kind, folder))
        look_into(path.parent)
        return read_card(read_limited(path, 10_000))


_READERS: dict[str, Any] = {
    "list": read_as_list,
    "form": read_as_form,
    "image": read_as_image,
    "pack": _read_pack,
    "yaml": _read_yaml,
    "card": _read_card,
    "seal": _read_seal,
    "path": _read_path,
}


def _refusals() -> tuple[type[BaseException], ...]:
    from forms.xlsform.workbook import Unreadable

    return (Problem, Unreadable)


def judge(reader: str, data: Any) -> tuple[str, object]:
    """("refused" | "read" | what is wrong, what was read)."""
    try:
        with _in_time():
            return "read", _READERS[reader](data)
    except _refusals() as refusal:
        if isinstance(refusal, Problem) and len(refusal.sentence()) < 10:
            return f"refused without a sentence: {refusal!r}", None
        return "refused", None
    except TooSlow:
        return f"it took more than {SECONDS} s", None
    except MemoryError:
        return "it wanted more memory than there is", None
    except BaseException as fault:  # whatever it is, it is the finding
        return f"{type(fault).__name__}: {str(fault)[:200]}", None


def _some(asked: tuple[str, int, int]) -> tuple[int, int, float, list[str]]:
    """Read a number of spoilt files: how many were read, refused, the longest time, what was wrong."""
    kind, seed, first = asked
    make = {"csv": hostile.spoilt_csv, "xlsx": hostile.spoilt_xlsx, "image": hostile.spoilt_image}[kind]
    readers = ("image",) if kind == "image" else ("list", "form")
    read = refused = 0
    longest, wrongs = 0.0, []
    for number in range(first, first + _AT_ONCE):
        chance = random.Random(f"{kind} {seed} {number}")
        data = hostile.sound_csv(chance) if kind == "csv" and chance.random() < 0.1 else make(chance)
        for reader in readers:
            began = time.process_time()
            said, _what = judge(reader, data)
            longest = max(longest, time.process_time() - began)
            read += said == "read"
            refused += said == "refused"
            if said not in ("read", "refused"):
                wrongs.append(f"{kind} {number} of seed {seed}, read as {reader}: {said}")
    return read, refused, longest, wrongs


def fuzz(_folder: Path, short: bool, seed: int, kind: str) -> Iterator[Figures]:
    """Spoilt files of a kind."""
    asked = (SHORT if short else FULL)[kind]
    figures = Figures(f"hostile {kind}", asked)
    jobs = [(kind, seed, first) for first in range(0, asked, _AT_ONCE)]
    read = refused = 0
    longest = 0.0
    with multiprocessing.get_context("spawn").Pool(1 if short else min(2, os.cpu_count() or 1), _limited) as pool:
        for one, other, slowest, wrongs in pool.imap_unordered(_some, jobs):
            figures.done += _AT_ONCE
            read, refused, longest = read + one, refused + other, max(longest, slowest)
            for wrong in wrongs:
                figures.fail(wrong)
    figures.done = min(figures.done, asked)
    figures.note = f"{read} read, {refused} refused, the longest {longest:.2f} s"
    if not read or not refused:
        figures.fail("nothing was read, or nothing refused: the files prove nothing")
    yield figures


def _attack(place: int) -> tuple[str, float]:
    attack = hostile.ATTACKS[place]
    made = attack.make()
    began = time.process_time()
    said, what = judge(attack.reader, made)
    took = time.process_time() - began
    if said not in ("read", "refused"):
        return said, took
    if attack.must != "either" and said != attack.must:
        return f"{said}, but it must be {attack.must}", took
    out = what if isinstance(what, bytes) else str(what).encode("utf-8", "backslashreplace")
    if said == "read" and attack.holds and attack.holds.encode() not in out:
        return "what it says is not what was read", took
    if attack.never and attack.never in out:
        return "what must never come out came out", took
    return "", took


SHORT_ATTACKS = ("zip bomb", "entities", "laughs", "1.2E+17", "formula", "pipe", "pixels", "UTF-16", "climb")


def attacks(_folder: Path, short: bool, _seed: int) -> Iterator[Figures]:
    """Every attack by its name, each in a process of its own that may not take more than its share."""
    places = [
        place
        for place, attack in enumerate(hostile.ATTACKS)
        if (not short or any(word in attack.name for word in SHORT_ATTACKS))
        and (attack.reader != "path" or hasattr(os, "mkfifo"))
    ]
    figures = Figures("attacks by name", len(places))
    longest = 0.0
    with multiprocessing.get_context("spawn").Pool(1, _limited, maxtasksperchild=20) as pool:
        for place, (wrong, took) in zip(places, pool.imap(_attack, places), strict=True):
            figures.done += 1
            longest = max(longest, took)
            if wrong:
                figures.fail(f"{hostile.ATTACKS[place].name}: {wrong}")
    figures.note = f"the longest {longest:.2f} s"
    yield figures
