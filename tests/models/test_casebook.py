"""The casebook's door: made whole or not at all, opened or refused in a clear sentence, backed up and restored."""

import random
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.casebook import BACKUPS, KEYS, STORE, Casebook, OtherDistrict, StoreMissing
from models.clock import FixedClock
from models.errors import (
    CannotWrite,
    DamagedStore,
    KeysMissing,
    NewerStore,
    StoreBusy,
    WeakPassphrase,
    WrongPassphrase,
)
from models.security import keystore
from models.services.numbering_latch import LATCH, PEG
from models.store import importing
from models.store.backup import DamagedBackup
from models.store.engine import connect_sqlite
from tests.conftest import NOW, OFFICE, PASSPHRASE, WORKER
from tests.models.casebooks import content, digest_of, named, names_in, small_household, told
from tests.models.services.people import five_people

TOP = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("whole_catalogue")  # sentences are looked at in both languages


# Making one.


def make(folder: Path, passphrase: str = PASSPHRASE) -> Casebook:
    return Casebook.create(folder, passphrase, office=OFFICE, worker=WORKER, clock=FixedClock(NOW), cost=keystore.FLOOR)


def test_a_new_casebook_opens_again_and_leaves_nothing_unfinished(tmp_path: Path, clock: FixedClock) -> None:
    made = make(tmp_path / "book")
    made.households.register(five_people())
    made.close()
    assert sorted(path.name for path in (tmp_path / "book").iterdir()) == [
        STORE,
        STORE + ".lock",
        "casebook.device",
        KEYS,
        KEYS + ".bak",
        LATCH,
        PEG,
        "casebook.seal",
    ]
    again = Casebook.open(tmp_path / "book", PASSPHRASE, clock=clock)
    assert (again.office, replace(again.worker, account="")) == (OFFICE, WORKER)
    assert len(names_in(again)) == 5
    again.close()


def test_a_casebook_is_never_made_over_another_one(casebook_folder: Path) -> None:
    before = content(casebook_folder)
    with pytest.raises(FileExistsError):
        make(casebook_folder)
    assert content(casebook_folder) == before


def test_a_weak_passphrase_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(WeakPassphrase) as caught:
        make(tmp_path / "book", "12345678")
    told(caught.value)
    assert not Casebook.exists(tmp_path / "book")
    make(tmp_path / "book").close()


DIES = """
import os, signal, sys
from pathlib import Path
from models.casebook import Casebook
from models.security import keystore
from tests.conftest import OFFICE, PASSPHRASE, WORKER

left = 0

def die_at_a_rename(event, _arguments):
    global left
    if event == "os.rename":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die_at_a_rename)
for at in map(int, sys.argv[2:]):
    child = os.fork()  # one that has everything loaded
    if child == 0:
        left = at
        Casebook.create(Path(sys.argv[1]) / str(at), PASSPHRASE, office=OFFICE, worker=WORKER, cost=keystore.FLOOR)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    print(at, os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_casebook_whose_making_was_cut_off_anywhere_is_made_by_the_next_try(tmp_path: Path) -> None:
    # Renames: of the key file, of its copy, of both into place, of the store into place.
    every = range(1, 6)
    done = subprocess.run(
        [sys.executable, "-c", DIES, str(tmp_path), *map(str, every)],
        cwd=TOP,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    died = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert died == [(at, -signal.SIGKILL) for at in every], done.stderr
    for at in every:
        folder = tmp_path / str(at)
        left = {path.name: path.read_bytes() for path in folder.glob(KEYS + "*")}
        assert not Casebook.exists(folder)
        make(folder).close()
        assert Casebook.exists(folder)
        kept = [path.read_bytes() for path in folder.glob(KEYS + "*.old-*")]
        assert sorted(kept) == sorted(left.values()), "a key file is never deleted"


def test_a_key_file_without_its_store_is_kept_under_a_dated_name(casebook_folder: Path, clock: FixedClock) -> None:
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    book.households.register(five_people())
    made = book.back_up()
    book.close()
    keys = (casebook_folder / KEYS).read_bytes()
    (casebook_folder / STORE).unlink()
    assert Casebook.exists(casebook_folder), "it can be restored"
    with pytest.raises(StoreMissing) as caught:
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    told(caught.value)
    make(casebook_folder).close()
    assert keys in [path.read_bytes() for path in casebook_folder.glob(KEYS + ".old-*")]
    with pytest.raises(DamagedBackup) as foreign:
        Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    told(foreign.value)


def test_a_store_without_office_is_refused_in_a_sentence(casebook_folder: Path, clock: FixedClock) -> None:
    raw = connect_sqlite(casebook_folder / STORE, keystore.unlock(casebook_folder / KEYS, PASSPHRASE).page_key)
    raw.execute("DELETE FROM meta WHERE key = 'office'")
    raw.close()
    with pytest.raises(DamagedStore) as caught:
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    told(caught.value)
    with pytest.raises(DamagedStore):
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)


def test_an_office_may_be_renamed_but_never_moved_to_another_district(casebook_folder: Path, clock: FixedClock) -> None:
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    with pytest.raises(OtherDistrict) as caught:
        book.set_office(replace(OFFICE, code="120102001001", name="别区居委会"), replace(WORKER, name="王芳"))
    told(caught.value)
    assert (book.office, replace(book.worker, account="")) == (OFFICE, WORKER)
    book.set_office(renamed := replace(OFFICE, name="花园路社区居民委员会"), WORKER)
    book.close()
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert (again.office, replace(again.worker, account="")) == (renamed, WORKER)
    again.close()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "stick").write_text("a file, not a folder")
    with pytest.raises(CannotWrite) as caught:
        make(tmp_path / "stick" / "book")
    told(caught.value)


# Opening it.


def test_a_wrong_passphrase_changes_nothing_and_the_right_one_opens(casebook_folder: Path, clock: FixedClock) -> None:
    before = content(casebook_folder)
    with pytest.raises(WrongPassphrase) as caught:
        Casebook.open(casebook_folder, "海河 边上 四个 词语 okk", clock=clock)
    told(caught.value)
    assert content(casebook_folder) == before
    Casebook.open(casebook_folder, PASSPHRASE, clock=clock).close()


def test_without_its_key_file_the_store_is_left_alone_until_the_file_is_back(
    casebook_folder: Path, tmp_path: Path, clock: FixedClock
) -> None:
    for name in (KEYS, KEYS + ".bak"):
        (casebook_folder / name).rename(tmp_path / name)
    before = content(casebook_folder)
    with pytest.raises(KeysMissing) as caught:
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    told(caught.value)
    with pytest.raises(FileExistsError):
        make(casebook_folder)
    assert content(casebook_folder) == before
    shutil.copy(tmp_path / KEYS, casebook_folder / KEYS)
    Casebook.open(casebook_folder, PASSPHRASE, clock=clock).close()


@pytest.mark.parametrize("damage", [b"", b"{}", bytes(500)])
def test_a_damaged_key_file_is_mended_from_its_copy(casebook_folder: Path, clock: FixedClock, damage: bytes) -> None:
    whole = (casebook_folder / KEYS).read_bytes()
    (casebook_folder / KEYS).write_bytes(damage)
    Casebook.open(casebook_folder, PASSPHRASE, clock=clock).close()
    assert (casebook_folder / KEYS).read_bytes() == whole
    for name in (KEYS, KEYS + ".bak"):
        (casebook_folder / name).write_bytes(damage)
    with pytest.raises(KeysMissing):
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)


@pytest.fixture
def full_folder(casebook_folder: Path, clock: FixedClock) -> Path:
    """A casebook of some people, closed, with a backup of them."""
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    for door in range(60):
        book.households.register(small_household(named("甲", door), named("乙", door), door=str(door)))
    book.back_up()
    book.close()
    return casebook_folder


def flip(path: Path, *places: int) -> None:
    data = bytearray(path.read_bytes())
    for place in places:
        data[place] ^= 0x40
    path.write_bytes(bytes(data))


def test_a_header_that_was_changed_is_found_and_the_backup_brings_everything_back(
    full_folder: Path, clock: FixedClock
) -> None:
    flip(full_folder / STORE, 40)
    damaged = (full_folder / STORE).read_bytes()
    with pytest.raises(DamagedStore) as caught:
        Casebook.open(full_folder, PASSPHRASE, clock=clock)
    told(caught.value)
    assert (full_folder / STORE).read_bytes() == damaged, "nothing more happened to it"
    newest = Casebook.backups(full_folder)[0]
    kept = Casebook.restore(full_folder, newest.path, PASSPHRASE, clock=clock)
    assert kept is not None
    assert kept.read_bytes() == damaged
    book = Casebook.open(full_folder, PASSPHRASE, clock=clock)
    assert len(names_in(book)) == 120
    digest_of(book)
    book.close()


def test_one_flip_in_the_middle_is_found_or_harmless_but_never_believed(
    full_folder: Path, tmp_path: Path, clock: FixedClock
) -> None:
    book = Casebook.open(full_folder, PASSPHRASE, clock=clock)
    whole_digest = digest_of(book)
    book.close()
    whole = (full_folder / STORE).read_bytes()
    dice = random.Random(11)
    for _n in range(12):
        (full_folder / STORE).write_bytes(whole)
        flip(full_folder / STORE, dice.randrange(4096, len(whole)))
        try:
            book = Casebook.open(full_folder, PASSPHRASE, clock=clock)
        except DamagedStore:
            continue
        try:
            with book._book.reading() as connection:
                assert importing.digest(connection) == whole_digest
        except DamagedStore:
            pass
        try:  # a flip in an index is cured by a backup, which makes it anew; every other is seen
            made = book.back_up()
        except DamagedStore:
            continue
        finally:
            book.close()
        Casebook.restore(tmp_path / made.name, made, PASSPHRASE, clock=clock)
        book = Casebook.open(tmp_path / made.name, PASSPHRASE, clock=clock)
        assert digest_of(book) == whole_digest
        book.close()
    (full_folder / STORE).write_bytes(whole)
    flip(full_folder / STORE, *range(4096 + 100, len(whole), 4096))
    with pytest.raises(DamagedStore) as caught:
        Casebook.open(full_folder, PASSPHRASE, clock=clock)
    told(caught.value)


def test_a_newer_file_is_not_touched(casebook_folder: Path, clock: FixedClock) -> None:
    raw = connect_sqlite(casebook_folder / STORE, keystore.unlock(casebook_folder / KEYS, PASSPHRASE).page_key)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    before = content(casebook_folder)
    with pytest.raises(NewerStore) as caught:
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    told(caught.value)
    assert "9999" in caught.value.sentence()
    assert content(casebook_folder) == before


def test_a_casebook_open_in_another_window_is_busy_until_that_one_closes(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock
) -> None:
    with pytest.raises(StoreBusy) as caught:
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    told(caught.value)
    made = casebook.back_up()
    with pytest.raises(StoreBusy):
        Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    casebook.households.register(five_people())
    casebook.close()
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert len(names_in(again)) == 5
    again.close()


# Backups.


def test_the_backup_of_the_day_is_made_once_a_day(casebook: Casebook, clock: FixedClock) -> None:
    casebook.households.register(five_people())
    made = casebook.daily_backup()
    assert made is not None
    assert made.parent == casebook.folder / BACKUPS
    clock.move(hours=13)  # eleven in the evening in Tianjin
    assert casebook.daily_backup() is None
    clock.move(hours=2)
    assert casebook.daily_backup() is not None
    assert len(Casebook.backups(casebook.folder)) == 2


def test_old_daily_backups_are_thinned(casebook: Casebook, clock: FixedClock) -> None:
    for _day in range(25):
        casebook.daily_backup()
        clock.move(hours=24)
    days = [date.fromisoformat(each.path.name[:10]) for each in Casebook.backups(casebook.folder)]
    assert 14 < len(days) < 20
    assert days[0] == date(2026, 12, 16)


def test_a_second_place_gets_a_copy_while_it_can_be_reached(casebook: Casebook, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    casebook.safekeeping.choose(str(stick))
    made = casebook.back_up()
    assert made.parent == casebook.folder / BACKUPS
    assert [each.path.name for each in Casebook.backups(stick, stick)] == [made.name]
    assert casebook.daily_backup() is None
    shutil.move(stick, tmp_path / "drawer")
    assert casebook.back_up().parent == casebook.folder / BACKUPS
    assert not stick.exists()
    found = Casebook.backups(casebook.folder, tmp_path / "drawer")
    assert len(found) == 3
    assert tmp_path / "drawer" / made.name in [each.path for each in found]


def test_a_backup_puts_back_what_was_then_and_keeps_what_is_now(casebook: Casebook, clock: FixedClock) -> None:
    folder = casebook.folder
    casebook.households.register(small_household("早来的"))
    made = casebook.back_up()
    casebook.households.register(small_household("后来的", door="2"))
    casebook.change_passphrase(PASSPHRASE, "另外 四个 好记 的词 ok")
    casebook.close()
    with pytest.raises(WrongPassphrase):
        Casebook.restore(folder, made, PASSPHRASE, clock=clock)
    kept = Casebook.restore(folder, made, "另外 四个 好记 的词 ok", clock=clock)
    book = Casebook.open(folder, "另外 四个 好记 的词 ok", clock=clock)
    assert names_in(book) == {"早来的"}
    book.close()
    assert kept is not None
    kept.replace(folder / STORE)
    book = Casebook.open(folder, "另外 四个 好记 的词 ok", clock=clock)
    assert names_in(book) == {"早来的", "后来的"}
    book.close()


@pytest.mark.parametrize("left", ["gone", "damaged"])
def test_a_backup_brings_its_own_keys_where_the_casebook_has_none(
    casebook: Casebook, clock: FixedClock, left: str
) -> None:
    folder = casebook.folder
    casebook.households.register(five_people())
    made = casebook.back_up()
    casebook.close()
    for name in (KEYS, KEYS + ".bak"):
        if left == "gone":
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(b"damaged")
    with pytest.raises(KeysMissing):
        Casebook.open(folder, PASSPHRASE, clock=clock)
    Casebook.restore(folder, made, PASSPHRASE, clock=clock)
    book = Casebook.open(folder, PASSPHRASE, clock=clock)
    assert len(names_in(book)) == 5
    book.close()
    assert len(list(folder.glob(KEYS + "*.old-*"))) == (2 if left == "damaged" else 0)


def test_a_damaged_backup_is_refused_and_the_casebook_stays(casebook: Casebook, clock: FixedClock) -> None:
    folder = casebook.folder
    casebook.households.register(five_people())
    made = casebook.back_up()
    casebook.close()
    flip(made / STORE, 20_000)
    before = content(folder)
    with pytest.raises(DamagedBackup) as caught:
        Casebook.restore(folder, made, PASSPHRASE, clock=clock)
    told(caught.value)
    assert content(folder) == before


def test_opening_a_casebook_needs_no_numpy() -> None:
    """Only who screens or looks ahead waits for it."""
    told = "import sys, models.casebook; sys.exit(1 if 'numpy' in sys.modules else 0)"
    done = subprocess.run([sys.executable, "-c", told], cwd=Path(__file__).parents[2], check=False, timeout=60)
    assert done.returncode == 0
