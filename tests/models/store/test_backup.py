"""A backup is what it says, or it is refused; a restore leaves the whole old or the whole new casebook."""

import json
import random
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.errors import CannotWrite, DamagedStore, DiskFull, StoreBusy
from models.security import keystore
from models.store import backup, backup_restoring, migrate
from models.store.engine import Engines, connect_sqlite, open_sqlite
from tests.models.store.kept_store import CANARY, CLOCK, PASSPHRASE, rows_in, save


def as_written(said: object) -> bytes:
    """A manifest in the very form in which one is written."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_a_backup_holds_everything_that_was_saved_and_says_so(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    assert made.name == "2026-11-22_111500"  # Tianjin time
    assert {path.name for path in made.iterdir()} == {"casebook.db", "casebook.keys", "manifest.json"}
    told = backup.verify(made, keys)
    assert told == backup.backups(home / "backups")[0]
    assert told.version == migrate.newest()
    assert told.size == (made / "casebook.db").stat().st_size
    manifest = json.loads((made / "manifest.json").read_bytes())
    assert manifest["rows"]["meta"] == 3
    assert told.rows == 4  # and the version's own row
    assert list((home / "backups").iterdir()) == [made]


def test_nothing_of_a_backup_can_be_read_without_the_key(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    for path in made.iterdir():
        assert CANARY.encode() not in path.read_bytes()
        assert json.dumps(CANARY).encode() not in path.read_bytes()
    with pytest.raises(DamagedStore):
        open_sqlite(made / "casebook.db", bytes(48))


def test_backups_of_one_second_stay_apart(store: Engines, home: Path, keys: keystore.Keys) -> None:
    names = [backup.back_up(store, home / "backups", keys, CLOCK).name for _n in range(3)]
    assert names == ["2026-11-22_111500", "2026-11-22_111500_2", "2026-11-22_111500_3"]


def test_work_goes_on_while_a_backup_is_made(store: Engines, home: Path, keys: keystore.Keys) -> None:
    save(store, 100, 5_000)
    stop, saved = threading.Event(), []

    def work() -> None:
        n = 10_000
        while not stop.is_set():
            save(store, n, 1)
            saved.append(n)
            n += 1
            time.sleep(0.001)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = backup.back_up(store, home / "backups", keys, CLOCK)
    finally:
        stop.set()
        worker.join()
    backup.verify(made, keys)
    assert rows_in(made / "casebook.db", keys) <= 5_003 + len(saved)
    assert rows_in(made / "casebook.db", keys) >= 5_003
    assert rows_in_open(store) == 5_003 + len(saved)


def rows_in_open(engines: Engines) -> int:
    with engines.reader.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM meta").scalar_one())


def test_a_damaged_or_changed_backup_is_refused(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    dice = random.Random(9)
    for n in range(120):
        bad = shutil.copytree(made, tmp_path / f"bad{n}")
        path = bad / ("manifest.json" if n % 3 == 0 else "casebook.db")
        data = bytearray(path.read_bytes())
        at = dice.randrange(len(data))
        match n % 4:
            case 0:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                del data[at:]
            case 2:
                data += b"\0" * 4096
            case 3:
                data[at // 512 * 512 : at // 512 * 512 + 512] = dice.randbytes(512)
        path.write_bytes(bytes(data))
        with pytest.raises(backup.DamagedBackup):
            backup.verify(bad, keys)
        with pytest.raises(backup.DamagedBackup):
            backup_restoring.restore(bad, tmp_path / "new" / "casebook.db", keys, CLOCK)
        assert not (tmp_path / "new").exists()
        shutil.rmtree(bad)
    for name in ("manifest.json", "casebook.db"):
        bad = shutil.copytree(made, tmp_path / "missing")
        (bad / name).unlink()
        with pytest.raises(backup.DamagedBackup):
            backup.verify(bad, keys)
        shutil.rmtree(bad)


def test_a_manifest_that_lacks_something_or_says_something_odd_is_damaged(
    store: Engines, home: Path, keys: keystore.Keys
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    path = made / "manifest.json"
    sound = json.loads(path.read_bytes())
    mutants: list[object] = [{name: value for name, value in sound.items() if name != gone} for gone in sound]
    mutants += [{**sound, name: odd} for name in sound for odd in (None, 7, "", [], {}, {"a": []}, 1e999)]
    mutants = [mutant for mutant in mutants if mutant != sound]
    mutants += [None, 7, "mac", [], {}, [["mac", "x"]]]
    for mutant in mutants:
        path.write_bytes(as_written(mutant))
        with pytest.raises(backup.DamagedBackup):
            backup.verify(made, keys)
        backup.backups(home / "backups")
    for written in ("", "{", "[" * 100_000, "\ufeff{}", '{"mac": NaN}'):
        path.write_text(written)
        with pytest.raises(backup.DamagedBackup):
            backup.verify(made, keys)
        assert backup.backups(home / "backups") == []
    path.write_bytes(as_written(sound) + b"\n")
    with pytest.raises(backup.DamagedBackup):
        backup.verify(made, keys)
    path.write_bytes(as_written(sound))
    backup.verify(made, keys)


def test_a_store_repacked_with_a_fitting_hash_is_refused(store: Engines, home: Path, keys: keystore.Keys) -> None:
    older = backup.back_up(store, home / "backups", keys, CLOCK)
    save(store, 50, 5)
    newer = backup.back_up(store, home / "backups", keys, CLOCK)
    shutil.copy(older / "casebook.db", newer / "casebook.db")
    manifest = json.loads((newer / "manifest.json").read_bytes())
    manifest |= {k: v for k, v in json.loads((older / "manifest.json").read_bytes()).items() if k in ("sha256", "size")}
    (newer / "manifest.json").write_bytes(as_written(manifest))
    with pytest.raises(backup.DamagedBackup):
        backup.verify(newer, keys)
    told = json.loads((older / "manifest.json").read_bytes())
    for change in ({"made_at": told["made_at"] + 86_400_000}, {"vault": "another"}, {"more": 1}):
        (older / "manifest.json").write_bytes(as_written({**told, **change}))  # an old backup that looks like today's
        with pytest.raises(backup.DamagedBackup):
            backup.verify(older, keys)
    (older / "manifest.json").write_bytes(as_written(told))
    backup.verify(older, keys)


def test_the_backup_of_another_casebook_is_refused(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    other = keystore.create(tmp_path / "other.keys", PASSPHRASE, "李静", cost=keystore.FLOOR)
    with pytest.raises(backup.DamagedBackup):
        backup_restoring.restore(made, tmp_path / "casebook.db", other, CLOCK)


def test_an_empty_machine_gets_everything_back_with_the_passphrase_alone(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    stick = shutil.copytree(made, tmp_path / "stick")
    store.close()
    shutil.rmtree(home)
    opened = keystore.unlock(stick / "casebook.keys", PASSPHRASE)
    assert backup_restoring.restore(stick, home / "casebook.db", opened, CLOCK) is None
    again = keystore.unlock(home / "casebook.keys", PASSPHRASE)
    assert rows_in(home / "casebook.db", again) == 3


def test_a_restore_keeps_the_old_file_and_the_present_key_store(
    store: Engines, home: Path, keys: keystore.Keys
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    save(store, 50, 5)
    store.close()
    keystore.change_passphrase(home / "casebook.keys", PASSPHRASE, "heping river teapot", cost=keystore.FLOOR)
    key_file = (home / "casebook.keys").read_bytes()
    aside = backup_restoring.restore(made, home / "casebook.db", keys, CLOCK)
    assert aside is not None
    assert aside.name == "casebook-before-restore-2026-11-22_111500.db"
    assert rows_in(home / "casebook.db", keys) == 3
    assert rows_in(aside, keys) == 8
    assert (home / "casebook.keys").read_bytes() == key_file
    assert not list(home.glob("*.restored"))


def test_what_a_crash_left_in_the_log_never_gets_into_the_restored_store(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    save(store, 50, 5)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(home / f"casebook.db{ending}", crashed / f"casebook.db{ending}")
    assert (crashed / "casebook.db-wal").stat().st_size > 0
    aside = backup_restoring.restore(made, crashed / "casebook.db", keys, CLOCK)
    assert aside is not None
    assert rows_in(crashed / "casebook.db", keys) == 3
    assert rows_in(aside, keys) == 8


def test_a_damaged_store_is_replaced_and_kept_aside_with_its_log(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "casebook.db").write_bytes(b"\1" * 20_000)
    (broken / "casebook.db-wal").write_bytes(b"left")
    aside = backup_restoring.restore(made, broken / "casebook.db", keys, CLOCK)
    assert aside is not None
    assert aside.read_bytes() == b"\1" * 20_000
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"left"
    assert rows_in(broken / "casebook.db", keys) == 3


def test_an_open_casebook_is_not_restored_over(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    with pytest.raises(StoreBusy):
        backup_restoring.restore(made, home / "casebook.db", keys, CLOCK)
    assert rows_in_open(store) == 3


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from models.clock import FixedClock
from models.security import keystore
from models.store import backup_restoring
made, target = Path(sys.argv[1]), Path(sys.argv[2])
keys = keystore.unlock(made / "casebook.keys", "correct horse battery")
clock = FixedClock(datetime(2026, 11, 22, tzinfo=UTC))
print("ready", flush=True)
while True:
    backup_restoring.restore(made, target, keys, clock)
    for aside in target.parent.glob("*before*"):
        aside.unlink()
"""


def test_a_kill_in_the_middle_of_a_restore_leaves_one_whole_casebook(
    store: Engines, home: Path, keys: keystore.Keys
) -> None:
    save(store, 1_000, 2_000)
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    save(store, 50, 5)
    store.close()
    dice = random.Random(4)
    for _n in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(made), str(home / "casebook.db")], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0, 0.08))
        process.kill()
        process.wait()
        process.stdout.close()
        assert rows_in(home / "casebook.db", keys) in (2_003, 2_008)
    backup_restoring.restore(made, home / "casebook.db", keys, CLOCK)
    assert rows_in(home / "casebook.db", keys) == 2_003


@pytest.mark.skipif(sys.platform == "win32", reason="a size limit of the system is needed")
def test_a_full_disk_leaves_no_half_backup_and_the_casebook_as_it_was(
    store: Engines, home: Path, keys: keystore.Keys
) -> None:
    import resource
    import signal

    save(store, 1_000, 3_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DiskFull):
            backup.back_up(store, home / "backups", keys, CLOCK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert list((home / "backups").iterdir()) == []
    assert rows_in_open(store) == 3_003


def test_a_place_that_cannot_be_written_is_a_problem_with_a_name(
    store: Engines, home: Path, keys: keystore.Keys
) -> None:
    (home / "stick").write_text("a file, not a folder")
    with pytest.raises(CannotWrite) as caught:
        backup.back_up(store, home / "stick", keys, CLOCK)
    assert caught.value.facts == {"name": "stick"}


def test_a_damaged_store_makes_no_backup(store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path) -> None:
    save(store, 1_000, 3_000)
    store.close()
    path = home / "casebook.db"
    data = bytearray(path.read_bytes())
    for page in range(len(data) // 4096 - 24, len(data) // 4096 - 4):  # rows; the schema at the start stays whole
        data[page * 4096 + 100 : page * 4096 + 200] = bytes(100)
    path.write_bytes(bytes(data))
    damaged = open_sqlite(path, keys.page_key)
    try:
        with pytest.raises(DamagedStore):
            backup.back_up(damaged, home / "backups", keys, CLOCK)
    finally:
        damaged.close()
    assert list((home / "backups").iterdir()) == []


def test_the_records_of_a_server_are_not_backed_up_here(home: Path, keys: keystore.Keys, store: Engines) -> None:
    server = Engines(store.writer, store.reader, "postgresql")
    with pytest.raises(ValueError, match="server"):
        backup.back_up(server, home / "backups", keys, CLOCK)


def test_an_unfinished_or_foreign_folder_is_no_backup(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    shutil.copytree(made, home / "backups" / "2026-11-23_000000.unfinished")
    (home / "backups" / "photos").mkdir()
    (home / "backups" / "note.txt").write_text("note")
    assert [found.path for found in backup.backups(home / "backups")] == [made]
    assert backup.backups(home / "nowhere") == []


def write_manifests(folder: Path, moments: list[datetime]) -> None:
    for moment in moments:
        path = folder / f"{moment:%Y-%m-%d_%H%M%S}"
        path.mkdir(parents=True)
        manifest = {"made_at": int(moment.timestamp() * 1000), "size": 1, "rows": {}, "version": "0001", "vault": "v"}
        (path / "manifest.json").write_bytes(as_written(manifest))


def test_thinning_keeps_recent_ones_days_weeks_and_months(tmp_path: Path) -> None:
    now = CLOCK.now()
    write_manifests(tmp_path, [now - timedelta(hours=6 * n) for n in range(0, 4 * 400, 2)])
    gone = backup.thin(tmp_path, CLOCK)
    left = [datetime.fromtimestamp(found.made_at / 1000, UTC) for found in backup.backups(tmp_path)]
    ages = [now - moment for moment in left]
    assert len(gone) + len(left) == 800
    assert sum(age < timedelta(days=2) for age in ages) == 4
    assert 12 <= sum(timedelta(days=2) <= age < timedelta(days=14) for age in ages) <= 13
    assert 7 <= sum(timedelta(days=14) <= age < timedelta(days=62) for age in ages) <= 9
    assert 11 <= sum(age >= timedelta(days=62) for age in ages) <= 13
    assert backup.thin(tmp_path, CLOCK) == []


def test_thinning_never_takes_the_three_newest(tmp_path: Path) -> None:
    start = CLOCK.now() - timedelta(days=900)
    write_manifests(tmp_path, [start + timedelta(minutes=n) for n in range(5)])
    backup.thin(tmp_path, CLOCK)
    assert [found.path.name for found in backup.backups(tmp_path)] == [
        f"{start + timedelta(minutes=n):%Y-%m-%d_%H%M%S}" for n in (4, 3, 2)
    ]


def test_a_backup_opens_like_any_casebook(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    connection = connect_sqlite(made / "casebook.db", keys.page_key, read_only=True, wal=False)
    assert connection.execute("SELECT count(*) FROM meta").fetchone() == (3,)
    connection.close()
    assert {path.name for path in made.iterdir()} == {"casebook.db", "casebook.keys", "manifest.json"}


def test_casebooks_that_share_a_folder_for_backups_thin_only_their_own(tmp_path: Path) -> None:
    start = CLOCK.now() - timedelta(days=900)
    write_manifests(tmp_path, [start + timedelta(minutes=n) for n in range(5)])
    assert backup.thin(tmp_path, CLOCK, "another") == []
    assert backup.backups(tmp_path, "another") == []
    assert len(backup.thin(tmp_path, CLOCK, "v")) == 2
    assert len(backup.backups(tmp_path, "v")) == 3
