"""A look finds what is damaged, can be stopped, cures what nothing uses; ballast makes room; what disks tell."""

import sys
from pathlib import Path

import pytest

from models.errors import DamagedStore, StoreBusy
from models.security import keystore
from models.store import ballast, disk_facts, integrity
from models.store.engine import Engines, connect_sqlite, open_sqlite
from tests.models.store.kept_store import save

PAGE = 4096


def spoil(path: Path, page: int) -> None:
    """Change a byte of a page (from 1)."""
    data = bytearray(path.read_bytes())
    data[(page - 1) * PAGE + 1000] ^= 1
    path.write_bytes(bytes(data))


def test_a_whole_file_is_good_and_every_row_was_read(store: Engines, keys: keystore.Keys) -> None:
    assert store.path is not None
    told: list[tuple[int, int]] = []
    found = integrity.look(store.path, keys.page_key, progress=lambda *steps: told.append(steps))
    assert found.good
    assert not found.curable
    assert found.rows >= 4
    assert found.whole
    assert told[-1][0] == told[-1][1] > 10
    quick = integrity.look(store.path, keys.page_key, quick=True)
    assert (quick.good, quick.rows, quick.whole) == (True, 0, False)


def test_a_page_that_nothing_uses_is_cured_by_making_the_file_anew(store: Engines, keys: keystore.Keys) -> None:
    path = store.path
    assert path is not None
    save(store, 1_000, 5_000)
    with store.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meta WHERE key >= '001000'")
    store.close()
    pages = path.stat().st_size // PAGE
    found = integrity.Looked(0, 0, False, 0, True)
    for page in range(pages - 5, 2, -7):  # the first one whose seal is broken and that nobody misses
        whole = path.read_bytes()
        spoil(path, page)
        found = integrity.look(path, keys.page_key)
        if found.curable:
            break
        path.write_bytes(whole)
    assert found.curable
    assert (found.good, found.broken_pages) == (False, 1)
    again = open_sqlite(path, keys.page_key)
    integrity.renew(again, keys.page_key)
    assert integrity.look(path, keys.page_key).good
    with again.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta").scalar() == 3
    again.close()
    assert path.stat().st_size < pages * PAGE


def test_a_page_that_is_used_is_damage(store: Engines, keys: keystore.Keys) -> None:
    path = store.path
    assert path is not None
    save(store, 1_000, 3_000)
    store.close()
    spoil(path, path.stat().st_size // PAGE - 10)
    found = integrity.look(path, keys.page_key)
    assert found.broken_pages == 1
    assert not found.sound
    assert not found.curable
    assert not integrity.look(path, keys.page_key, quick=True).good


def test_a_look_can_be_stopped_at_every_step(store: Engines, keys: keystore.Keys) -> None:
    assert store.path is not None
    for steps in (0, 1, 2, 5):
        asked: list[int] = []

        def stop(steps: int = steps, asked: list[int] = asked) -> bool:
            asked.append(1)
            return len(asked) > steps

        with pytest.raises(integrity.Stopped):
            integrity.look(store.path, keys.page_key, cancelled=stop)


def test_a_long_statement_can_be_stopped_too(
    store: Engines, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.path is not None
    save(store, 1_000, 3_000)
    monkeypatch.setattr(integrity, "_STEPS_BETWEEN", 100)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 4  # after the steps before it

    with pytest.raises(integrity.Stopped):
        integrity.look(store.path, keys.page_key, cancelled=stop)


def test_while_a_list_is_read_the_log_cannot_be_brought_in(store: Engines, keys: keystore.Keys) -> None:
    assert store.path is not None
    reader = connect_sqlite(store.path, keys.page_key, read_only=True)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM meta").fetchone()
    save(store, 500, 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integrity, "connect_sqlite", _impatient)
        with pytest.raises(StoreBusy):
            integrity.look(store.path, keys.page_key)
    reader.close()


def _impatient(path: Path, key: bytes) -> object:
    connection = connect_sqlite(path, key)
    connection.execute("PRAGMA busy_timeout = 1")
    return connection


def test_what_is_no_casebook_cannot_be_looked_at(home: Path, keys: keystore.Keys) -> None:
    (home / "casebook.db").write_bytes(b"\1" * 20_000)
    with pytest.raises(DamagedStore):
        integrity.look(home / "casebook.db", keys.page_key)
    assert not integrity.opens(home / "casebook.db", keys.page_key)
    assert not integrity.opens(home / "nothing.db", keys.page_key)
    assert not (home / "nothing.db").exists()


def test_ballast_is_made_once_and_thrown_away_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ballast.free(tmp_path) > 0
    assert not ballast.is_there(tmp_path)
    assert not ballast.release(tmp_path)
    assert ballast.make(tmp_path)
    made = (tmp_path / ballast.NAME).read_bytes()
    assert len(made) == ballast.BYTES >= 768 * 1024
    assert len(set(made)) == 256, "a file system cannot make it smaller"
    assert ballast.make(tmp_path)
    assert (tmp_path / ballast.NAME).read_bytes() == made
    assert ballast.release(tmp_path)
    assert not ballast.is_there(tmp_path)
    monkeypatch.setattr(ballast, "free", lambda _folder: ballast.BYTES)
    assert not ballast.make(tmp_path), "it must not be what fills the disk"
    assert not list(tmp_path.iterdir())


def test_ballast_that_cannot_be_written_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _data: bytes) -> None:
        path.write_bytes(b"a part")
        raise OSError(28, "full")

    monkeypatch.setattr(ballast, "write", full)
    assert not ballast.make(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")
def test_an_encrypted_disk_is_known_by_its_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system, folder = tmp_path / "sys", tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr(disk_facts.os, "major", lambda _device: 253)
    monkeypatch.setattr(disk_facts.os, "minor", lambda _device: 1)
    assert disk_facts.encrypted(folder, system) is None, "no such device"
    devices = {name: system / "devices" / name for name in ("volume", "crypt", "disk")}
    for device in devices.values():
        (device / "slaves").mkdir(parents=True)
    place = system / "dev" / "block"
    place.mkdir(parents=True)
    (place / "253:1").symlink_to(devices["volume"])
    assert disk_facts.encrypted(folder, system) is False
    (devices["volume"] / "slaves").rmdir()
    assert disk_facts.encrypted(folder, system) is False
    (devices["volume"] / "slaves").mkdir()
    (devices["volume"] / "slaves" / "dm-0").symlink_to(devices["crypt"])
    assert disk_facts.encrypted(folder, system) is False
    (devices["crypt"] / "dm").mkdir()
    (devices["crypt"] / "dm" / "uuid").write_text("CRYPT-LUKS2-0123")
    assert disk_facts.encrypted(folder, system) is True
    (devices["volume"] / "slaves" / "dm-1").symlink_to(devices["disk"])
    assert disk_facts.encrypted(folder, system) is False, "a part of it lies open"
    monkeypatch.setattr(disk_facts.os, "major", lambda _device: 0)
    assert disk_facts.encrypted(folder, system) is None, "no disk of this computer"


def test_where_the_system_does_not_tell_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_facts.sys, "platform", "win32")
    assert disk_facts.encrypted(tmp_path) is None
    monkeypatch.setattr(disk_facts.sys, "platform", "linux")
    assert disk_facts.encrypted(tmp_path / "nothing") is None
