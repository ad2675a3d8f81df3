"""A casebook that will not open: the worker is told why, nothing is lost, and afterwards it opens as before."""

import shutil

import pytest

from models.casebook import Casebook
from models.errors import CannotRead, DamagedStore, KeysMissing, NewerStore, Problem, StoreBusy, WrongPassphrase
from models.security import keystore
from models.store.engine import connect_sqlite
from tests.conftest import PASSPHRASE
from tests.flows.hands import sign_in


@pytest.fixture
def files(locked):
    """The files as they were before the trouble."""

    def look() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(locked.folder.glob("casebook.*[bs]"))}

    return look


def refused(shell, problem: Problem, passphrase: str = PASSPHRASE) -> None:
    """The passphrase is tried; this problem's sentence is shown, in both languages, and it may be tried again."""
    for _language in range(2):
        sign_in(shell, passphrase)
        assert shell.is_locked
        assert shell.gate.trouble.isVisible()
        assert shell.gate.trouble.text() == problem.sentence()
        assert shell.gate.button.isEnabled()
        shell.switch_language()


def opens(shell) -> None:
    sign_in(shell, PASSPHRASE)
    assert not shell.is_locked
    assert shell.page.name == "today"
    assert shell.casebook.today().residents >= 30


def test_a_wrong_passphrase(locked, files):
    before = files()
    refused(locked, WrongPassphrase(), "海河 自行车 石榴 十二月")
    after = files()
    assert b"failed" in after.pop("casebook.attempts"), "it counts, and the audit will be told"
    assert after == before
    opens(locked)


@pytest.mark.parametrize("place", [40, 5000])
def test_a_damaged_file(locked, files, place):
    store = locked.folder / "casebook.db"
    whole = store.read_bytes()
    spoilt = bytearray(whole)
    for start in range(place, len(spoilt), 4096):  # one bit of each page from there on
        spoilt[start] ^= 1
    store.write_bytes(bytes(spoilt))
    before = files()
    refused(locked, DamagedStore())
    assert files() == before
    store.write_bytes(whole)
    opens(locked)


def test_a_file_of_a_newer_program(locked, files):
    store = locked.folder / "casebook.db"
    key = keystore.unlock(locked.folder / "casebook.keys", PASSPHRASE).page_key

    def version(number: str) -> None:
        raw = connect_sqlite(store, key)
        raw.execute("UPDATE alembic_version SET version_num = ?", (number,))
        raw.close()

    raw = connect_sqlite(store, key)
    ours = raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    raw.close()
    version("9999")
    before = files()
    refused(locked, NewerStore(file_version="9999", program_version=ours))
    assert files() == before
    version(ours)
    opens(locked)


def test_a_key_file_that_is_gone_or_damaged(locked, files, tmp_path):
    keys, copy = (locked.folder / name for name in ("casebook.keys", "casebook.keys.bak"))
    shutil.copy(keys, tmp_path / "keys")
    for path in (keys, copy):
        path.unlink()
    refused(locked, KeysMissing())
    keys.write_text("not a key file")
    refused(locked, KeysMissing())
    shutil.copy(tmp_path / "keys", keys)
    opens(locked)


def test_a_damaged_key_file_whose_copy_is_whole_is_no_trouble(locked):
    (locked.folder / "casebook.keys").write_bytes(b"\0" * 300)
    opens(locked)


def test_a_casebook_open_in_another_window(locked, clock):
    other = Casebook.open(locked.folder, PASSPHRASE, clock=clock)
    try:
        refused(locked, StoreBusy())
        assert other.today().residents >= 30, "the other window goes on"
    finally:
        other.close()
    opens(locked)


def test_a_file_that_the_disk_does_not_give(locked, monkeypatch):
    def broken(*_arguments: object) -> None:
        raise CannotRead(name="casebook.db")

    monkeypatch.setattr("models.casebook.open_sqlite", broken)
    refused(locked, CannotRead(name="casebook.db"))
    monkeypatch.undo()
    opens(locked)


def test_a_damaged_casebook_comes_back_from_its_backup(locked, clock):
    opens(locked)
    locked.actions_by_name["back_up"].trigger()
    locked.tasks.wait_idle()
    locked.lock()
    locked.tasks.wait_idle()
    store = locked.folder / "casebook.db"
    store.write_bytes(store.read_bytes()[:9000])
    refused(locked, DamagedStore())
    newest = Casebook.backups(locked.folder)[0]
    Casebook.restore(locked.folder, newest.path, PASSPHRASE, clock=clock)
    opens(locked)
