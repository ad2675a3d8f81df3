"""A trial shows that a backup can be restored; a restored store is under the newest key and says what it is."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import DiskFull
from models.security import keystore
from models.store import backup, backup_restoring, file_seal
from models.store.backup_restoring import drill, restore
from models.store.engine import Engines, connect_sqlite
from tests.models.store.kept_store import CLOCK, rows_in, save


def nothing_left(home: Path) -> bool:
    return not list(home.glob("drill-*")) and not list(home.glob("*.restored*"))


def test_a_trial_reads_every_row_and_leaves_nothing(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    before = sorted(path.name for path in home.iterdir())
    done = drill(made, home, keys)
    assert done.rows == done.backup.rows == sum(done.backup.tables.values())
    assert done.key_file
    assert sorted(path.name for path in home.iterdir()) == before


def test_a_trial_of_a_damaged_backup_fails_and_leaves_nothing(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    data = (made / "casebook.db").read_bytes()
    (made / "casebook.db").write_bytes(data[:9000] + bytes([data[9000] ^ 1]) + data[9001:])
    with pytest.raises(backup.DamagedBackup):
        drill(made, home, keys)
    assert nothing_left(home)


def test_a_trial_on_a_full_disk_is_told_and_leaves_nothing(
    store: Engines, home: Path, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)

    def full(*_paths: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DiskFull):
        drill(made, home, keys)
    assert nothing_left(home)


def test_what_a_trial_left_that_was_broken_off_goes_with_the_next(
    store: Engines, home: Path, keys: keystore.Keys
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    (home / "drill-00000000").mkdir()
    (home / "drill-00000000" / "casebook.db").write_bytes(b"left")
    drill(made, home, keys)
    assert nothing_left(home)


def test_a_trial_says_where_a_backup_has_no_key_file(store: Engines, home: Path, keys: keystore.Keys) -> None:
    (home / "casebook.keys").unlink()
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    assert not drill(made, home, keys).key_file


def test_a_copy_with_other_rows_than_the_manifest_says_is_refused(
    store: Engines, home: Path, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    told, opening = backup_restoring.check(made, keys)
    other = replace(told, tables={**told.tables, "meta": told.tables["meta"] + 1})
    monkeypatch.setattr(backup_restoring, "check", lambda _backup, _keys: (other, opening))
    for act in (lambda: drill(made, home, keys), lambda: restore(made, home / "new" / "casebook.db", keys, CLOCK)):
        with pytest.raises(backup.DamagedBackup):
            act()

    def bring(_backup: Path, _told: object, _keys: object, target: Path) -> None:
        shutil.copy(made / "casebook.db", target)

    monkeypatch.setattr(backup_restoring, "bring", bring)
    with pytest.raises(backup.DamagedBackup):
        drill(made, home, keys)
    assert nothing_left(home)
    assert not (home / "new" / "casebook.db").exists()


def test_a_medium_that_reads_differently_each_time_is_refused(
    store: Engines, home: Path, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    numbers = iter(range(100))
    monkeypatch.setattr(backup_restoring, "digest_of", lambda _path: str(next(numbers)))
    with pytest.raises(backup.DamagedBackup):
        drill(made, home, keys)


def test_a_restored_store_says_so_until_somebody_agrees(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    told = backup.verify(made, keys)
    store.close()
    file_seal.close(home / "casebook.db", keys)
    restore(made, home / "casebook.db", keys, CLOCK)
    connection = connect_sqlite(home / "casebook.db", keys.page_key, read_only=True, wal=False)
    (said,) = connection.execute("SELECT value FROM meta WHERE key = 'restored'").fetchone()
    connection.close()
    assert json.loads(said) == {"at": told.made_at, "made_at": told.made_at, "agreed_at": 0}
    assert not (home / "casebook.seal").exists(), "the seal was of the file before"
    assert nothing_left(home)


def test_a_backup_under_an_earlier_key_is_brought_to_the_newest(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    newest = replace(keys, page_key=bytes(range(48)), backup_key=b"b" * 32, earlier=(keys,))
    assert drill(made, home, newest).rows == backup.verify(made, keys).rows
    restore(made, tmp_path / "there" / "casebook.db", newest, CLOCK)
    assert rows_in(tmp_path / "there" / "casebook.db", newest) == 3
    with pytest.raises(Exception, match="not a database"):
        connect_sqlite(tmp_path / "there" / "casebook.db", keys.page_key)


def test_a_system_without_hard_links_keeps_a_copy_aside(
    store: Engines, home: Path, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    save(store, 50, 5)
    store.close()

    def cannot(*_paths: Path) -> None:
        raise OSError(95, "no links here")

    monkeypatch.setattr(backup_restoring.os, "link", cannot)
    aside = restore(made, home / "casebook.db", keys, CLOCK)
    assert aside is not None
    assert (rows_in(aside, keys), rows_in(home / "casebook.db", keys)) == (8, 3)
