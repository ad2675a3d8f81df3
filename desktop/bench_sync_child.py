"""What the bench of import measures in processes of their own: the files of laptops, and an office that takes them in.

Says what it measured as one line of JSON. Run by desktop.bench_sync only.
"""

import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from desktop.bench_child import most_kibibytes, tell
from desktop.bench_postgres import seconds_of
from desktop.bench_register import COMMUNITY, PASSPHRASE
from desktop.bench_sync_files import make_files
from desktop.bench_table import YARDSTICK_RUNS, yardstick
from models.casebook import Casebook
from models.services.partners import CARD_ENDING
from models.services.sync_writing import BATCH_ENDING
from models.sync.card import read_card

PARTS = 10  # of the whole, each measured for itself
CARD = f"office{CARD_ENDING}"  # of the office that a folder of files is for


def make(changes: int, at_once: int, folders: list[Path]) -> int:
    """Write files for the offices whose cards lie in the folders."""
    offices = {folder: read_card((folder / CARD).read_bytes()) for folder in folders}
    tell(files=make_files(offices, changes, COMMUNITY.code, at_once=at_once))
    return 0


def take(changes: int, folder: Path, stick: Path, server: int) -> int:
    """Open an office and take all files in; processor time of this process and of the server (its id; 0: none).

    After each file the yardstick is taken, so that each part tells how slow the computer was in these very minutes.
    """
    office = Casebook.open(folder, PASSPHRASE)
    for card in sorted(stick.glob(f"laptop-*{CARD_ENDING}")):
        office.sync.trust_card(card)
    files = sorted(stick.glob(f"*{BATCH_ENDING}"))
    each = -(-changes // len(files))
    tenth = max(len(files) // PARTS, 1)
    yardsticks: list[float] = []
    clocks = [_clocks(server, yardsticks)]
    with office.sync.together():
        for place, file in enumerate(files, 1):
            office.sync.apply(file)
            yardsticks.append(yardstick())
            if place % tenth == 0 and place < len(files):
                clocks.append(_clocks(server, yardsticks))
    clocks.append(_clocks(server, yardsticks))  # with the search keys that waited until the end
    ends = [*range(0, len(files), tenth), len(files)]
    parts = []
    for (start, end), (before, after) in zip(pairwise(ends), pairwise(clocks), strict=True):
        times = [b - a for a, b in zip(before, after, strict=True)]
        parts.append([(end - start) * each, *times, sum(yardsticks[start:end]) / (end - start)])
    peak = most_kibibytes() / 1024
    began = time.process_time()
    office.sync.apply(files[0])
    again = time.process_time() - began
    people = len(office.residents.ids())
    office.close()
    tell(parts=parts, peak_mib=peak, again_s=again, residents=people)
    return 0


def _clocks(server: int, yardsticks: Sequence[float]) -> tuple[float, float, float]:
    """Seconds of this process, of the server, and of the clock on the wall, without those that the yardstick took."""
    taken = YARDSTICK_RUNS * sum(yardsticks)
    return time.process_time() - taken, seconds_of(server) if server else 0.0, time.perf_counter() - taken


if __name__ == "__main__":
    what, changes, *others = sys.argv[1:]
    if what == "make":
        sys.exit(make(int(changes), int(others[0]), [Path(folder) for folder in others[1:]]))
    sys.exit(take(int(changes), Path(others[0]), Path(others[1]), int(others[2])))
