"""A backup in a second place is the very same, byte for byte, or there is none; what manifests say and said."""

import hashlib
import hmac
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models import texts
from models.errors import CannotRead, CannotWrite, DamagedStore
from models.security import keystore
from models.store import audit, backup, backup_files, backup_manifest
from models.store.engine import Engines, connect_sqlite
from tests.models.store.kept_store import CLOCK, save


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_copy_in_the_second_place_is_the_very_same(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK, reason="day")
    copy = backup.copy_to(made, tmp_path / "stick")
    assert files_of(copy) == files_of(made)
    assert copy.name == made.name
    assert backup.verify(copy, keys).reason == "day"
    again = backup.copy_to(made, tmp_path / "stick")
    assert again.name == made.name + "_2", "nothing there is ever overwritten"


def test_a_backup_for_another_place_is_made_beside_the_casebook_and_leaves_nothing_there(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def noting(path: Path, *arguments: Any, **named: Any) -> Any:
        opened.append(path)
        return connect_sqlite(path, *arguments, **named)

    monkeypatch.setattr(backup, "connect_sqlite", noting)
    made = backup.back_up(store, tmp_path / "stick", keys, CLOCK)
    assert made.parent == tmp_path / "stick"
    assert opened
    assert all(path.is_relative_to(home) for path in opened), "no store is opened on a stick"
    assert list((home / "backups").iterdir()) == []


def test_a_stick_that_does_not_keep_what_it_is_given_holds_no_backup(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)

    def bad(source: Path, target: Path) -> None:
        data = bytearray(Path(source).read_bytes())
        data[-5] ^= 1
        Path(target).write_bytes(bytes(data))

    monkeypatch.setattr(shutil, "copyfile", bad)
    with pytest.raises(CannotWrite) as caught:
        backup.copy_to(made, tmp_path / "stick")
    assert caught.value.facts == {"name": "stick"}
    assert list((tmp_path / "stick").iterdir()) == []


def test_what_was_broken_off_goes_with_the_next_backup_but_only_ours_elsewhere(
    store: Engines, home: Path, keys: keystore.Keys, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    for place in (home / "backups", stick):
        shutil.copytree(made, place / "2026-11-20_000000.unfinished")
    (stick / "2026-11-21_000000.unfinished").mkdir()  # of somebody else, as far as can be seen
    backup.copy_to(made, stick)
    assert sorted(path.name for path in stick.iterdir()) == [made.name, "2026-11-21_000000.unfinished"][::-1]
    backup.back_up(store, home / "backups", keys, CLOCK)
    assert not list((home / "backups").glob("*.unfinished"))


def test_the_manifest_says_why_by_which_program_and_how_far_the_audit_chain_was(
    store: Engines, home: Path, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = audit.Anchor("chain", 7, "ab" * 32)
    monkeypatch.setattr(audit, "head", lambda _connection: anchor)
    told = backup.verify(backup.back_up(store, home / "backups", keys, CLOCK, reason="import"), keys)
    assert (told.reason, told.anchor) == ("import", anchor.said())
    assert told.pictures == 0
    assert told.arrived == 0
    assert told.tables["meta"] == 3
    said = (told.path / "manifest.json").read_bytes()
    assert "王芳".encode() not in said
    assert json.loads(said)["format"] == 2
    with texts.speaking("zh_CN"):
        assert backup_manifest.reason_words("import") != backup_manifest.reason_words("of a newer program")


def test_the_moment_is_fixed_before_the_copying_goes_on(store: Engines, home: Path, keys: keystore.Keys) -> None:
    begun: list[int] = []

    def saves() -> None:
        save(store, 100, 5)
        begun.append(1)

    save(store, 1_000, 20_000)
    told = backup.verify(backup.back_up(store, home / "backups", keys, CLOCK, begun=saves), keys)
    assert begun == [1]
    assert told.tables["meta"] == 20_003, "what was saved after that moment is not in it"


def as_format_1(made: Path, keys: keystore.Keys) -> None:
    """Write the manifest as the first format had it."""
    said = json.loads((made / "manifest.json").read_bytes())
    kept = {name: said[name] for name in ("made_at", "vault", "version", "size", "sha256", "rows")} | {"format": 1}
    form: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
    kept["mac"] = hmac.new(keys.backup_key, json.dumps(kept, **form).encode(), "sha256").hexdigest()
    (made / "manifest.json").write_text(json.dumps(kept, **form))


def test_a_backup_of_the_first_format_is_read_and_proved(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    as_format_1(made, keys)
    told = backup.verify(made, keys)
    assert (told.reason, told.pictures, told.anchor) == ("", -1, None)
    assert backup.backups(home / "backups") == [told]


def test_a_backup_without_key_store_says_so_and_one_with_another_is_refused(
    store: Engines, home: Path, keys: keystore.Keys
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    whole = (made / "casebook.keys").read_bytes()
    (made / "casebook.keys").write_bytes(whole[:-1] + b" ")
    with pytest.raises(backup.DamagedBackup):
        backup.verify(made, keys)
    (home / "casebook.keys").unlink()
    bare = backup.back_up(store, home / "backups", keys, CLOCK)
    assert not (bare / "casebook.keys").exists()
    backup.verify(bare, keys)


def test_a_backup_of_an_earlier_data_key_is_proved_by_it(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    newest = replace(keys, backup_key=bytes(32), page_key=bytes(48), earlier=(keys,))
    told, opening = backup_manifest.check(made, newest)
    assert opening is keys
    assert told.path == made
    with pytest.raises(backup.DamagedBackup):
        backup.verify(made, replace(newest, earlier=()))


def test_a_place_that_fails_while_it_is_read_is_told_as_that(
    store: Engines, home: Path, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)

    def fails(_path: Path) -> str:
        raise OSError(5, "the stick was pulled out")

    monkeypatch.setattr(backup_manifest, "digest_of", fails)
    with pytest.raises(CannotRead):
        backup.verify(made, keys)


def test_a_manifest_longer_than_any_is_none(store: Engines, home: Path, keys: keystore.Keys) -> None:
    made = backup.back_up(store, home / "backups", keys, CLOCK)
    (made / "manifest.json").write_bytes(b" " * (backup_manifest.MOST_BYTES + 1))
    assert backup.backups(home / "backups") == []
    with pytest.raises(backup.DamagedBackup):
        backup.verify(made, keys)


def test_a_copy_that_does_not_hang_together_is_the_store_being_damaged(
    store: Engines, home: Path, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(_path: Path, _key: bytes) -> dict[str, Any]:
        raise backup.DamagedBackup

    monkeypatch.setattr(backup, "read_through", wrong)
    with pytest.raises(DamagedStore):
        backup.back_up(store, home / "backups", keys, CLOCK)
    assert list((home / "backups").iterdir()) == []


def test_a_folder_that_cannot_be_listed_holds_no_backups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_self: Path) -> Any:
        raise OSError(5, "the share is gone")

    monkeypatch.setattr(Path, "iterdir", fails)
    assert backup.backups(tmp_path) == []


def test_a_file_system_that_cannot_flush_folders_is_lived_with_but_a_file_must_be_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_handle: int) -> None:
        raise OSError(22, "not here")

    monkeypatch.setattr(backup_files.os, "fsync", fails)
    backup_files.flush(tmp_path)
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(OSError, match="not here"):
        backup_files.flush(tmp_path / "file")


def test_where_the_system_lacks_a_call_it_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(backup_files.os, "fsync", flushed.append)
    monkeypatch.delattr(backup_files.os, "posix_fadvise", raising=False)
    (tmp_path / "file").write_bytes(b"1")
    backup_files.flush(tmp_path / "file")
    assert len(flushed) == 1
    with monkeypatch.context() as patch:
        patch.setattr(backup_files.os, "name", "nt")
        backup_files.flush(tmp_path)  # Windows flushes no folders
    assert len(flushed) == 1


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1" * 5000)
    assert backup_manifest.digest_of(tmp_path / "file") == hashlib.sha256(b"1" * 5000).hexdigest()
