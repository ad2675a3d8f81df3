"""The invented register that the bench works on."""

import gc
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from desktop.bench_table import Row, row, say
from desktop.sample import sample_households
from models.casebook import Casebook
from models.clock import today
from models.security import keystore
from models.services.views import Office, Worker
from models.store.names import readings
from models.store.search import name_keys

COMMUNITY = Office("120101001001", "天津市和平区劝业场街道花园路社区居民委员会", "劝花社", "022-27355555")
STREET = Office("120101001", "天津市和平区人民政府劝业场街道办事处", "劝业社")
WORKER = Worker("周敏", "13800220001")
PASSPHRASE = "海河 自行车 石榴 十二月"  # noqa: S105  # of casebooks that live as long as the bench


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


def size_of(folder: Path) -> float:
    """Megabytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6
