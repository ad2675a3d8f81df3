"""The encrypted file: what it refuses, what it survives, and that nothing of it can be read without the key."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import exc, text

from models.errors import CannotRead, CannotWrite, DamagedStore, DiskFull, StoreBusy
from models.store.engine import (
    Engines,
    StoreUnreachable,
    WindowLock,
    connect_sqlite,
    open_postgres,
    open_sqlite,
    sorted_trouble,
)
from tests.conftest import AS_IT_IS_SET

KEY = bytes(range(48))
CANARIES = ["金丝雀甲", "120101195203081234", "canary.lane"]


@pytest.fixture
def store(tmp_path: Path):
    engines = open_sqlite(tmp_path / "case.db", KEY)
    with engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT)"))
    yield engines
    engines.close()


def fill(engines: Engines, rows: int, size: int = 400) -> None:
    with engines.writer.begin() as connection:
        connection.execute(text("INSERT INTO t (a) VALUES (:a)"), [{"a": f"{n:05}" * (size // 5)} for n in range(rows)])


def count(engines: Engines) -> int:
    with engines.reader.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM t")).scalar_one()


def test_the_settings_that_survived_power_cuts_are_on_in_every_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.store.engine._SETTINGS", AS_IT_IS_SET)
    store = open_sqlite(tmp_path / "case.db", KEY)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "temp_store": 2, "secure_delete": 1}
    wanted |= {"trusted_schema": 0, "cell_size_check": 1, "cipher_page_size": "4096"}
    for engine, read_only in ((store.writer, 0), (store.reader, 1)):
        with engine.connect() as connection:
            for name, value in (wanted | {"query_only": read_only}).items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value, name
    store.close()


def test_what_the_writer_commits_the_reader_sees_and_the_reader_cannot_write(store: Engines) -> None:
    fill(store, 3)
    assert count(store) == 3
    with pytest.raises(CannotWrite), sorted_trouble(), store.reader.begin() as connection:
        connection.execute(text("INSERT INTO t (a) VALUES ('x')"))
    assert count(store) == 3


def test_a_reader_keeps_its_view_while_something_is_saved(store: Engines) -> None:
    with store.reader.connect() as reader:
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0
        fill(store, 3)
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0
    assert count(store) == 3


def test_an_error_inside_a_transaction_leaves_nothing_behind(store: Engines) -> None:
    fill(store, 1)
    with pytest.raises(exc.IntegrityError), sorted_trouble(), store.writer.begin() as connection:
        connection.execute(text("INSERT INTO t (n) VALUES (:n)"), [{"n": 7}, {"n": 8}, {"n": 8}])
    assert count(store) == 1


def test_error_texts_hold_no_values(store: Engines) -> None:
    with pytest.raises(Exception, match="no column named b") as caught, store.writer.begin() as connection:
        connection.execute(text("INSERT INTO t (b) VALUES (:b)"), {"b": CANARIES[0]})
    assert CANARIES[0] not in str(caught.value)


def test_nothing_typed_can_be_read_in_any_file_of_the_store(store: Engines, tmp_path: Path) -> None:
    with store.writer.begin() as connection:
        for canary in CANARIES:
            connection.execute(text("INSERT INTO t (a) VALUES (:a)"), [{"a": canary}] * 200)
    names = set()
    for path in tmp_path.iterdir():
        names.add(path.name)
        data = path.read_bytes()
        for canary in CANARIES:
            assert canary.encode() not in data, path.name
            assert canary.encode("utf-16-le") not in data, path.name
        assert not data.startswith(b"SQLite format 3"), path.name
    assert {"case.db", "case.db-wal", "case.db-shm"} <= names


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed through /proc")
def test_sorting_and_vacuum_write_no_temporary_file(store: Engines, tmp_path: Path, monkeypatch) -> None:
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    for name in ("SQLITE_TMPDIR", "TMPDIR"):
        monkeypatch.setenv(name, str(elsewhere))
    fill(store, 20_000)
    stop, seen = threading.Event(), set()

    def watch() -> None:
        while not stop.is_set():
            for link in Path("/proc/self/fd").iterdir():
                try:
                    seen.add(str(link.readlink()))
                except OSError:
                    continue
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with store.reader.connect() as connection:
        connection.execute(text("SELECT a FROM t ORDER BY a || n DESC")).all()
    raw = store.writer.raw_connection()
    raw.cursor().execute("VACUUM")
    raw.close()
    stop.set()
    watcher.join()
    assert any(name.endswith("case.db") for name in seen)
    assert not [name for name in seen if "etilqs" in name or str(elsewhere) in name]


def test_a_clean_close_leaves_one_file_with_everything(store: Engines, tmp_path: Path) -> None:
    fill(store, 50)
    store.close()
    assert {path.name for path in tmp_path.iterdir()} == {"case.db", "case.db.lock"}
    store.close()
    again = open_sqlite(tmp_path / "case.db", KEY)
    assert count(again) == 50
    again.close()


def test_a_wrong_key_says_damaged_and_changes_nothing(store: Engines, tmp_path: Path) -> None:
    store.close()
    before = (tmp_path / "case.db").read_bytes()
    for wrong in (bytes(48), bytes([1]) + KEY[1:]):
        with pytest.raises(DamagedStore):
            open_sqlite(tmp_path / "case.db", wrong)
    assert (tmp_path / "case.db").read_bytes() == before
    with pytest.raises(ValueError, match="48"):
        open_sqlite(tmp_path / "case.db", KEY[:32])
    open_sqlite(tmp_path / "case.db", KEY).close()


@pytest.mark.parametrize(
    "content", [b"not a casebook" * 400, b"SQLite format 3\x00" + bytes(8192), b"x", b"", bytes(4095)]
)
def test_a_file_that_is_no_casebook_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "case.db"
    path.write_bytes(content)
    with pytest.raises(DamagedStore):
        open_sqlite(path, KEY)
    assert path.read_bytes() == content


def read_everything(path: Path) -> None:
    engines = open_sqlite(path, KEY)
    try:
        with sorted_trouble(), engines.reader.connect() as connection:
            connection.execute(text("SELECT * FROM t ORDER BY n")).all()
    finally:
        engines.close()


def test_every_flipped_bit_in_a_used_page_is_found(store: Engines, tmp_path: Path) -> None:
    fill(store, 300)
    store.close()
    good, dice = (tmp_path / "case.db").read_bytes(), random.Random(3)
    for n in range(60):
        bad = bytearray(good)
        # The first 16 bytes hold the salt, which is passed in and not read: flipping them loses nothing.
        at = dice.randrange(16, len(bad))
        if n % 3:
            bad[at] ^= 1 << dice.randrange(8)
        else:
            bad[at // 512 * 512 : at // 512 * 512 + 512] = bytes(512)
        path = tmp_path / f"bad{n}.db"
        path.write_bytes(bytes(bad))
        with pytest.raises(DamagedStore):
            read_everything(path)


def test_a_spoilt_first_page_opens_as_long_as_the_log_has_it(store: Engines, tmp_path: Path) -> None:
    fill(store, 5)
    crashed = tmp_path / "crashed.db"
    crashed.write_bytes(bytes(4096) + (tmp_path / "case.db").read_bytes()[4096:])
    (tmp_path / "crashed.db-wal").write_bytes((tmp_path / "case.db-wal").read_bytes())
    read_everything(crashed)


def test_a_second_window_is_told_who_holds_the_casebook(store: Engines, tmp_path: Path) -> None:
    store.close()
    first = open_sqlite(tmp_path / "case.db", KEY, owner="王芳")
    with pytest.raises(StoreBusy) as caught:
        open_sqlite(tmp_path / "case.db", KEY, owner="李静")
    assert caught.value.facts["owner"] == "王芳"
    first.close()
    open_sqlite(tmp_path / "case.db", KEY, owner="李静").close()


HOLDER = """
import sys, time
from pathlib import Path
from models.store.engine import WindowLock
lock = WindowLock(Path(sys.argv[1]), "赵丽")
print("held", flush=True)
time.sleep(60)
"""


def test_a_killed_window_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "case.db.lock"
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(StoreBusy) as caught:
        WindowLock(path, "李静")
    assert caught.value.facts["owner"] == "赵丽"
    process.kill()
    process.wait()
    process.stdout.close()
    WindowLock(path, "李静").release()


def test_another_program_that_writes_for_long_is_told_as_busy(store: Engines, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("models.store.engine._WAIT_SECONDS", 0.1)
    other = connect_sqlite(tmp_path / "case.db", KEY)
    store.writer.dispose()
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy), sorted_trouble(), store.writer.begin():
        pass
    other.execute("ROLLBACK")
    other.close()
    fill(store, 1)
    assert count(store) == 1


def test_a_full_disk_is_told_and_the_next_smaller_save_works(store: Engines) -> None:
    fill(store, 20)
    with store.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DiskFull), store.writer.connect() as connection, sorted_trouble(connection):
        connection.execute(text("INSERT INTO t (a) VALUES (:a)"), [{"a": "x" * 4000}] * 50)
    assert count(store) == 20
    with store.writer.begin() as connection:
        connection.execute(text("INSERT INTO t (a) VALUES ('small')"))
    assert count(store) == 21


LIMITED = """
import resource, signal, sys
from pathlib import Path
from sqlalchemy import text
from models.errors import DiskFull
from models.store.engine import open_sqlite, sorted_trouble
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
engines = open_sqlite(Path(sys.argv[1]), bytes(range(48)))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
saved = 0
try:
    for n in range(1000):
        with engines.writer.connect() as connection, sorted_trouble(connection):
            connection.execute(text("INSERT INTO t (a) VALUES (:a)"), {"a": str(n) * 1000})
            connection.commit()
        saved += 1
except DiskFull:
    print("full", saved)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a size limit of the system is needed")
def test_a_size_limit_of_the_system_is_a_full_disk_and_loses_nothing_saved(store: Engines, tmp_path: Path) -> None:
    store.close()
    said = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "case.db")], capture_output=True, text=True, check=True
    )
    word, saved = said.stdout.split()
    assert word == "full"
    assert int(saved) > 0
    again = open_sqlite(tmp_path / "case.db", KEY)
    assert count(again) == int(saved)
    again.close()


def test_a_folder_that_is_gone_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises((CannotRead, CannotWrite)) as caught:
        open_sqlite(tmp_path / "gone" / "case.db", KEY)
    assert "case.db" in caught.value.sentence()


def test_a_server_that_does_not_answer_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable):
        open_postgres(f"postgresql:///nothing?host={tmp_path}&user=nobody")


SAVER = """
import sys
from pathlib import Path
from sqlalchemy import text
from models.store.engine import open_sqlite
engines = open_sqlite(Path(sys.argv[1]), bytes(range(48)))
n = int(sys.argv[2])
while True:
    with engines.writer.begin() as connection:
        connection.execute(text("INSERT INTO t (n, a) VALUES (:n, 'first')"), {"n": 2 * n})
        connection.execute(text("INSERT INTO t (n, a) VALUES (:n, 'second')"), {"n": 2 * n + 1})
    print(n, flush=True)
    n += 1
"""


def test_a_kill_in_the_middle_of_saving_loses_nothing_that_was_promised_and_tears_nothing(
    store: Engines, tmp_path: Path
) -> None:
    store.close()
    dice, first = random.Random(7), 0
    for _n in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(tmp_path / "case.db"), str(first)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert int(process.stdout.readline()) == first
        time.sleep(dice.uniform(0.0, 0.05))
        process.kill()
        promised = [first, *map(int, process.stdout.read().split("\n")[:-1])]
        process.wait()
        process.stdout.close()
        engines = open_sqlite(tmp_path / "case.db", KEY)
        with engines.reader.connect() as connection:
            kept = connection.execute(text("SELECT n FROM t ORDER BY n")).scalars().all()
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        engines.close()
        assert len(kept) % 2 == 0
        assert kept == list(range(len(kept)))
        assert len(kept) // 2 >= promised[-1] + 1
        first = len(kept) // 2
