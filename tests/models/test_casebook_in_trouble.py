"""A casebook in trouble: the disk fills up, the computer goes down, somebody reads its files."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from models.casebook import STORE, Casebook
from models.clock import FixedClock
from models.errors import (
    DiskFull,
)
from models.records.household import HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry
from models.store.rows import KEPT
from tests.conftest import PASSPHRASE
from tests.models.casebooks import digest_of, named, names_in, small_household, told
from tests.models.services.people import five_people

TOP = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("whole_catalogue")  # sentences are looked at in both languages


# A full disk.


def limit_pages(book: Casebook, more: int | None) -> None:
    """Let the file grow by so many pages and no more; None takes the limit away."""
    with book._book.engines.writer.connect() as connection:
        count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        most = 2**31 if more is None else count + more
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")


def test_a_disk_that_fills_up_loses_nothing_and_the_next_save_works(casebook: Casebook, reopen) -> None:
    limit_pages(casebook, 12)
    saved, caught = 0, None
    while caught is None:
        try:
            casebook.households.register(small_household(named("丙", saved), named("丁", saved), door=str(saved)))
            saved += 1
        except DiskFull as problem:
            caught = problem
        assert saved < 500
    told(caught)
    assert saved > 0
    assert len(names_in(casebook)) == 2 * saved
    with pytest.raises(DiskFull):
        casebook.households.register(five_people())
    limit_pages(casebook, None)
    casebook.households.register(small_household("有地方了"))
    assert len(names_in(casebook)) == 2 * saved + 1
    again = reopen(casebook)
    assert len(names_in(again)) == 2 * saved + 1
    digest_of(again)
    again.close()


LIMITED = """
import resource, signal, sys
from pathlib import Path
from models.casebook import Casebook
from models.errors import DiskFull
from tests.conftest import PASSPHRASE
from tests.models.casebooks import named, small_household

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
book = Casebook.open(folder, PASSPHRASE)
most = (folder / "casebook.db").stat().st_size + 150_000
resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
saved = 0
try:
    while saved < 3000:
        book.households.register(small_household(named("戊", saved), door=str(saved)))
        saved += 1
except DiskFull as problem:
    print(saved, problem.sentence(), flush=True)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
book.households.register(small_household("有地方了"))
book.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a size limit of the system is needed")
def test_a_size_limit_of_the_system_is_told_as_a_full_disk(casebook_folder: Path, clock: FixedClock) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(casebook_folder)], cwd=TOP, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    saved, sentence = done.stdout.decode().split(" ", 1)
    assert sentence.startswith("The disk is full")
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert names_in(book) == {*(named("戊", n) for n in range(int(saved))), "有地方了"}
    digest_of(book)
    book.close()


# A computer that goes down.

REGISTERS = """
import os, sys
from pathlib import Path
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.models.casebooks import named, small_household

for first in sys.stdin:
    child = os.fork()  # one that has everything loaded
    if child:
        os.waitpid(child, 0)
        print("dead", flush=True)
        continue
    print(os.getpid(), flush=True)
    book = Casebook.open(Path(sys.argv[1]), PASSPHRASE)
    n = int(first)
    while True:
        book.households.register(small_household(named("己", n), named("庚", n), named("辛", n), door=str(n)))
        print(n, flush=True)
        n += 1
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_kill_while_households_are_registered_loses_none_and_halves_none(
    casebook_folder: Path, clock: FixedClock
) -> None:
    dice, first = random.Random(5), 0
    command = [sys.executable, "-c", REGISTERS, str(casebook_folder)]
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for _n in range(3):
            first = killed_once(process, casebook_folder, clock, dice, first)


def killed_once(
    process: subprocess.Popen[str], casebook_folder: Path, clock: FixedClock, dice: random.Random, first: int
) -> int:
    """Have a child register households from a number on, kill it and look at what is there; returns how many."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{first}\n")
    process.stdin.flush()
    child = int(process.stdout.readline())
    promised = [int(process.stdout.readline())]
    time.sleep(dice.uniform(0.0, 0.1))
    os.kill(child, signal.SIGKILL)
    while (line := process.stdout.readline()) != "dead\n":
        promised.append(int(line))
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    names = names_in(book)
    kept = len(names) // 3
    assert kept >= promised[-1] + 1
    assert names == {named(letter, n) for n in range(kept) for letter in "己庚辛"}
    with book._book.reading() as connection:
        members = select(func.count()).select_from(KEPT["membership"])
        assert connection.execute(members).scalar_one() == 6 * kept  # in the living and the registered household
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert book.residents.find(named("己", kept - 1))
    digest_of(book)
    book.close()
    return kept


# Nothing in clear.


def test_no_name_and_no_number_lies_in_clear_in_any_file_or_log(
    casebook: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog, capfd
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(temp))
    monkeypatch.setattr("tempfile.tempdir", None)
    caplog.set_level(0)
    name, phone = "璩铎鑫", "13902177654"
    entry = ResidentEntry(name=name, note=f"{name}住在{phone}")
    made = casebook.households.register(HouseholdEntry(dwelling=five_people().dwelling, members=(
        MemberEntry(resident=entry, relation="0"), MemberEntry(resident=ResidentEntry(name=name + "二"), relation="2")
    )))  # fmt: skip
    casebook.drafts.save("household", "1", "", name, {"people": [{"name": name}]})
    assert casebook.residents.find(name)
    casebook.eligibility.keep(casebook.eligibility.check(made.id))
    with casebook._book.reading() as connection:
        connection.execute(text("select name, note from resident order by note, name limit 100")).all()
    limit_pages(casebook, 0)
    with pytest.raises(DiskFull) as full:
        casebook.drafts.save("household", "1", "", name, {"people": [{"name": name * 100_000}]})
    limit_pages(casebook, None)
    casebook.back_up()

    def scan() -> int:
        wanted = [word.encode(code) for word in (name, phone) for code in ("utf-8", "utf-16-le", "gb18030")]
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        for path in files:
            data = path.read_bytes()
            assert not any(word in data for word in wanted), path.name
        return len(files)

    assert scan() >= 5
    assert any((casebook.folder / (STORE + end)).exists() for end in ("-wal", "-shm")), "the open log was looked at too"
    casebook.close()
    scan()
    assert list(temp.iterdir()) == []
    out, err = capfd.readouterr()
    cause = repr(full.value.__cause__) + str(full.value.__cause__)
    assert not any(word in said for word in (name, phone) for said in (caplog.text, out, err, cause))
