"""A new data key brings the store under it, whole or not yet, whatever interrupts; and the old store is gone."""

import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from models.errors import DamagedStore, DiskFull, KeysMissing, StoreBusy, WrongPassphrase
from models.security import key_accounts, key_file, keystore
from models.security.keystore import FLOOR, Keys
from models.store import engine, file_seal, rotation
from models.store.engine import WindowLock, connect_sqlite, open_sqlite

HERS, LEAVER = "correct horse battery", "heping river teapot"
ROWS = 300
EVERY = 1 if "JINMEN_BATTERY" in os.environ else 5
"""Before every so-many-th line of the work it is killed."""
STEPS = {
    function.__code__
    for function in (
        rotation.promise, rotation.settle, rotation.export, rotation._bring_under, rotation._destroy,
        key_accounts.keys_under, key_accounts.finish, key_file.save, key_file.write_whole, file_seal.forget,
    )
}  # fmt: skip
"""What of the work changes something."""
TABLES = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, picture BLOB)",
    "CREATE TABLE word (word TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE INDEX by_name ON person (name) WHERE name <> ''",
    "CREATE VIRTUAL TABLE sought USING fts5(name, tokenize = 'trigram')",
    "CREATE TRIGGER none_goes BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'no'); END",
    "CREATE VIEW named AS SELECT name FROM person",
)


class Home:
    """A folder with a key store of two accounts and a store with something of everything that SQLite has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store, self.key_store = folder / "casebook.db", folder / "casebook.keys"

    def unlock(self, passphrase: str = HERS) -> Keys:
        return keystore.unlock(self.key_store, passphrase)

    def settle(self, passphrase: str = HERS) -> Keys:
        return rotation.settle(self.store, self.key_store, self.unlock(passphrase))

    def promise(self) -> None:
        keys = self.unlock()
        leaver = next(one.id for one in keystore.accounts(self.key_store) if one.name == "leaver")
        rotation.promise(self.store, self.key_store, keys, (leaver,))

    def content(self, keys: Keys) -> list[object]:
        with closing(connect_sqlite(self.store, keys.page_key)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return [
                connection.execute("SELECT * FROM person ORDER BY id").fetchall(),
                connection.execute("SELECT * FROM word ORDER BY word").fetchall(),
                connection.execute("SELECT name FROM sought WHERE sought MATCH '张三1' ORDER BY name").fetchall(),
                connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall(),
                connection.execute("SELECT * FROM sqlite_sequence").fetchall(),
                connection.execute("SELECT * FROM sqlite_stat1 ORDER BY idx").fetchall(),
                [connection.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")],
            ]

    def is_done(self, before: list[object], old: Keys) -> None:
        """The store is under the new key with all that it held, and nothing is left of the old one."""
        now = self.unlock()
        assert not now.unfinished
        assert now.page_key != old.page_key
        assert self.content(now) == before
        assert not rotation._opens(self.store, old.page_key)
        left = {path.name for path in self.folder.iterdir()}
        assert left <= {"casebook.db", "casebook.db.lock", "casebook.keys", "casebook.keys.bak"}
        with pytest.raises(WrongPassphrase):
            self.unlock(LEAVER)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("rotation"))
    keys = keystore.create(home.key_store, HERS, "王芳", cost=FLOOR)
    key_accounts.add_person(home.key_store, keys, "leaver", LEAVER, ("worker",), cost=FLOOR)
    with closing(connect_sqlite(home.store, keys.page_key)) as connection:
        for statement in TABLES:
            connection.execute(statement)
        people = [(f"张三{n}", bytes([n % 256]) * 300) for n in range(ROWS)]
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO person (name, picture) VALUES (?, ?)", people)
        connection.executemany("INSERT INTO word VALUES (?)", [(name,) for name, _picture in people])
        connection.executemany("INSERT INTO sought VALUES (?)", [(name,) for name, _picture in people])
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA user_version = 17")
        connection.execute("PRAGMA application_id = 1248424814")
    return home.folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    shutil.copytree(made, tmp_path / "home")
    return Home(tmp_path / "home")


def test_the_store_is_brought_under_the_new_key_at_the_next_sign_in(home: Home) -> None:
    old = home.unlock()
    before = home.content(old)
    assert home.settle() == old, "nothing was promised, so nothing is done"
    assert not rotation.is_promised(home.key_store)
    home.promise()
    assert rotation.is_promised(home.key_store)
    with pytest.raises(WrongPassphrase):
        home.unlock(LEAVER)
    assert home.content(old) == before, "the store waits"
    keys = home.settle()
    assert (keys.unfinished, keys.epoch, keys.earlier[0].page_key) == (False, 2, old.page_key)
    home.is_done(before, old)
    rotation.promise(home.store, home.key_store, home.unlock())
    assert home.settle().epoch == 3
    home.is_done(before, keys)


def test_what_still_lay_in_the_log_of_a_crash_is_carried_over(home: Home) -> None:
    old = home.unlock()
    child = os.fork()
    if not child:
        connection = connect_sqlite(home.store, old.page_key)
        connection.execute("INSERT INTO word VALUES ('来不及了')")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert home.store.with_name("casebook.db-wal").stat().st_size > 0
    home.promise()
    home.settle()
    with closing(connect_sqlite(home.store, home.unlock().page_key)) as connection:
        assert connection.execute("SELECT count(*) FROM word WHERE word = '来不及了'").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM word").fetchone() == (ROWS + 1,)


def killed_at(line: int, work: Callable[[], object]) -> bool:
    """Do something in a process of its own that is killed before the so-many-th line of our own; whether it was."""
    child = os.fork()
    if not child:
        left = [line]

        def at_line(frame, event, _argument):
            if frame.f_code not in STEPS:
                return None
            if event == "line":
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return at_line

        status = 1
        try:
            sys.settrace(at_line)
            work()
            status = 0
        finally:
            os._exit(status)
    _pid, ended = os.waitpid(child, 0)
    assert ended in (0, signal.SIGKILL)
    return bool(ended)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_killed_before_any_line_of_the_work_the_next_sign_in_finishes_it(home: Home, tmp_path: Path) -> None:
    old = home.unlock()
    before = home.content(old)
    home.promise()
    keys, line, halves = home.unlock(), 0, set()
    while True:
        one = Home(tmp_path / "one")
        shutil.rmtree(one.folder, ignore_errors=True)
        shutil.copytree(home.folder, one.folder)
        killed = killed_at(line, lambda one=one: rotation.settle(one.store, one.key_store, keys))
        halves.add(rotation._opens(one.store, keys.page_key))
        one.settle()
        one.is_done(before, old)
        if not killed:
            break
        line += EVERY
    assert halves == {False, True}
    assert line > 60


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_killed_while_it_is_promised_it_is_promised_or_taken_back(home: Home, tmp_path: Path) -> None:
    old = home.unlock()
    before = home.content(old)
    line, seen = 0, set()
    while True:
        one = Home(tmp_path / "one")
        shutil.rmtree(one.folder, ignore_errors=True)
        shutil.copytree(home.folder, one.folder)
        killed = killed_at(line, one.promise)
        promised = one.unlock().unfinished
        seen.add(promised)
        if promised:
            one.settle()
            one.is_done(before, old)
        else:
            assert one.content(one.settle()) == before
            assert one.unlock(LEAVER).page_key == old.page_key
        if not killed:
            break
        line += EVERY
    assert seen == {False, True}


def test_a_full_disk_keeps_nobody_from_her_records_and_is_made_good_later(home: Home, monkeypatch) -> None:
    old = home.unlock()
    before = home.content(old)
    home.promise()

    def full(*_arguments: object) -> dict[str, int]:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "export", full)
        keys = home.settle()
        assert (keys.page_key, keys.account, keys.roles) == (old.page_key, old.account, old.roles)
        assert home.content(keys) == before
        with pytest.raises(KeysMissing):
            keystore.standing(home.key_store, keys)  # accounts wait
    with monkeypatch.context() as patch:  # the store is done, only that cannot be written down
        patch.setattr(key_accounts, "finish", full)
        keys = home.settle()
        assert (keys.unfinished, home.content(keys)) == (True, before)
    home.settle()
    home.is_done(before, old)


def test_a_disk_without_room_refuses_before_anything_is_promised(home: Home, monkeypatch) -> None:
    files = {path.name: path.read_bytes() for path in home.folder.iterdir()}
    monkeypatch.setattr(rotation.shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(100, 90, 10))
    with pytest.raises(DiskFull):
        home.promise()
    assert {path.name: path.read_bytes() for path in home.folder.iterdir()} == files


def test_an_open_casebook_is_not_touched(home: Home, monkeypatch) -> None:
    monkeypatch.setattr(engine, "_WAIT_SECONDS", 0.1)
    old = home.unlock()
    before = home.content(old)
    home.promise()
    lock = WindowLock(home.store.with_name("casebook.db.lock"), "周敏")
    with pytest.raises(StoreBusy):
        home.settle()
    lock.release()
    reader = connect_sqlite(home.store, old.page_key)  # somebody past the lock
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM person").fetchone()
    writer = connect_sqlite(home.store, old.page_key)
    writer.execute("INSERT INTO word VALUES ('夹在中间')")
    assert home.settle().page_key == old.page_key, "not now"
    reader.execute("COMMIT")
    reader.close()
    writer.execute("DELETE FROM word WHERE word = '夹在中间'")
    writer.close()
    home.settle()
    home.is_done(before, old)


def test_a_copy_that_is_not_the_same_is_not_put_in_place(home: Home, monkeypatch) -> None:
    old = home.unlock()
    before = home.content(old)
    home.promise()
    real = rotation._content
    said = iter(range(100))
    monkeypatch.setattr(rotation, "_content", lambda connection: {**real(connection), "turn": next(said)})
    with pytest.raises(DamagedStore):
        home.settle()
    monkeypatch.undo()
    assert home.content(old) == before
    assert not home.store.with_name("casebook.db.next").exists()
    home.settle()
    home.is_done(before, old)


def test_a_store_under_none_of_the_keys_is_told_as_damaged(home: Home) -> None:
    home.promise()
    home.store.write_bytes(os.urandom(8192))
    with pytest.raises(DamagedStore):
        home.settle()


def test_a_file_system_without_links_does_without(home: Home, monkeypatch) -> None:
    old = home.unlock()
    before = home.content(old)
    home.promise()

    def none(*_arguments: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", none)
    home.settle()
    home.is_done(before, old)


def test_the_old_store_is_written_over_before_it_goes(home: Home, tmp_path: Path, monkeypatch) -> None:
    home.promise()
    kept = tmp_path / "kept.db"
    size = home.store.stat().st_size
    real = rotation._destroy

    def look(path: Path) -> None:
        with path.open("rb") as held:
            real(path)
            kept.write_bytes(held.read())

    monkeypatch.setattr(rotation, "_destroy", look)
    home.settle()
    assert kept.read_bytes() == bytes(size)


def test_an_older_copy_is_exported_under_the_newest_key(home: Home, tmp_path: Path) -> None:
    old = home.unlock()
    before = home.content(old)
    backup = tmp_path / "backup.db"
    shutil.copyfile(home.store, backup)
    home.promise()
    keys = home.settle()
    rows = rotation.export(backup, keys.earlier[0].page_key, home.store, keys.page_key)
    assert (rows["person"], rows["word"]) == (ROWS, ROWS)
    assert home.content(keys) == before
    engines = open_sqlite(home.store, keys.page_key)
    engines.close()


def test_what_cannot_be_written_for_another_reason_is_told(home: Home, monkeypatch) -> None:
    home.promise()
    monkeypatch.setattr(rotation, "_log_size", lambda _store: 1)
    keys = home.settle()
    assert keys.unfinished is False
    assert keys.epoch == 1, "the store stays where it is, and the work waits"
    assert rotation.is_promised(home.key_store)
