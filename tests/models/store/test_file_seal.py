"""An old page put back in its place is found, though its own seal fits; who goes down is not accused."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models.security import keystore
from models.store import file_seal
from models.store.engine import Engines, connect_sqlite, open_sqlite
from models.store.file_seal import Opening
from tests.models.store.kept_store import save


def closed(engines: Engines, keys: keystore.Keys) -> Path:
    assert engines.path is not None
    engines.close()
    assert file_seal.close(engines.path, keys)
    return engines.path


def opened(path: Path, keys: keystore.Keys) -> str:
    """What opening and closing it says."""
    opening = Opening(path, keys)
    said = opening.compare()
    opening.close()
    file_seal.close(path, keys)
    return said


def test_a_file_that_was_closed_in_order_is_the_same(store: Engines, keys: keystore.Keys) -> None:
    path = closed(store, keys)
    assert opened(path, keys) == "same"
    assert opened(path, keys) == "same"


def test_an_old_page_put_back_is_found_each_time(store: Engines, home: Path, keys: keystore.Keys) -> None:
    save(store, 1_000, 400)
    path = closed(store, keys)
    old = path.read_bytes()
    again = open_sqlite(path, keys.page_key)
    with again.writer.begin() as connection:
        connection.exec_driver_sql('UPDATE meta SET value = \'{"v": "other"}\'')
    closed(again, keys)
    new = path.read_bytes()
    pages = [n for n in range(min(len(old), len(new)) // 4096) if old[n * 4096 :][:4096] != new[n * 4096 :][:4096]]
    sealed = path.with_suffix(".seal").read_bytes()
    dice = random.Random(5)
    unseen = 0
    for page in dice.sample(pages, min(len(pages), 40)):
        path.write_bytes(new[: page * 4096] + old[page * 4096 :][:4096] + new[(page + 1) * 4096 :])
        connection = connect_sqlite(path, keys.page_key)
        unseen += not connection.execute("PRAGMA cipher_integrity_check").fetchall()
        connection.close()
        assert opened(path, keys) == "other"
        path.with_suffix(".seal").write_bytes(sealed)
    assert unseen == min(len(pages), 40), "the seals of the pages themselves show none of them"
    path.write_bytes(new)
    assert opened(path, keys) == "same"


def test_who_went_down_with_it_open_is_not_accused(store: Engines, keys: keystore.Keys) -> None:
    path = closed(store, keys)
    Opening(path, keys).close()  # and nothing more: the power went
    again = open_sqlite(path, keys.page_key)
    save(again, 50, 5)
    again.close()
    assert opened(path, keys) == "crashed"
    assert opened(path, keys) == "same"


def test_a_new_file_or_one_under_another_key_accuses_nobody(store: Engines, keys: keystore.Keys) -> None:
    path = store.path
    assert path is not None
    store.close()
    assert opened(path, keys) == "never"
    assert opened(path, replace(keys, mac_key=bytes(32))) == "never"
    for said in (b"", b"[]", b"{", b"\xff"):
        path.with_suffix(".seal").write_bytes(said)
        assert opened(path, keys) == "never"


def test_a_changed_seal_is_no_seal_of_this_file(store: Engines, keys: keystore.Keys) -> None:
    path = closed(store, keys)
    seal = path.with_suffix(".seal")
    seal.write_text(seal.read_text().replace('"size": ', '"size": 1'))
    assert opened(path, keys) == "other"


def test_the_file_stays_as_it_was_until_it_was_compared(store: Engines, keys: keystore.Keys) -> None:
    path = closed(store, keys)
    before = path.read_bytes()
    again = open_sqlite(path, keys.page_key)
    opening = Opening(path, keys)
    save(again, 1_000, 3_000)  # far more than makes the engine bring its log into the file
    assert path.read_bytes() == before
    assert opening.compare() == "same"
    save(again, 9_000, 10)
    again.close()
    assert path.read_bytes() != before
    assert file_seal.close(path, keys)
    assert not path.with_suffix(".open").exists()


def test_what_is_left_in_the_log_is_not_sealed(store: Engines, home: Path, keys: keystore.Keys) -> None:
    save(store, 50, 5)
    assert store.path is not None
    assert not file_seal.close(store.path, keys), "the log holds more than the file"
    assert not file_seal.close(home / "nothing.db", keys)


def test_a_file_that_cannot_be_read_is_the_engines_to_tell(
    store: Engines, keys: keystore.Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = closed(store, keys)
    opening = Opening(path, keys)

    def fails(*_arguments: object) -> dict[str, object]:
        raise OSError(5, "bad block")

    monkeypatch.setattr(file_seal, "_seal", fails)
    assert opening.compare() == "never"
    assert not file_seal.close(path, keys)


def test_forgetting_takes_seal_and_mark(store: Engines, keys: keystore.Keys) -> None:
    path = closed(store, keys)
    Opening(path, keys).close()
    file_seal.forget(path)
    assert {one.suffix for one in path.parent.glob("casebook.*")} <= {".db", ".keys", ".bak", ".lock", ".device"}
    shutil.rmtree(path.parent)
    file_seal.forget(path)
