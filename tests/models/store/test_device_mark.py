"""A casebook goes on under its device id where it was left, and under a new one where it was restored or copied."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.casebook import KEYS, STORE, Casebook
from models.clock import FixedClock
from models.security import keystore
from models.services.views import Office, Worker
from models.store import chains, device_mark
from models.store.work import read_meta

PASSPHRASE = "四个 好记 的词 一起"
CLOCK = FixedClock(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))


def device(casebook: Casebook) -> str:
    with casebook._book.reading() as connection:
        return str(read_meta(connection, "device")["id"])


def opened(folder: Path) -> str:
    casebook = Casebook.open(folder, PASSPHRASE, clock=CLOCK)
    found = device(casebook)
    casebook.close()
    return found


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, str]:
    """A casebook that is closed, and its device."""
    folder = tmp_path / "here"
    office = Office(code="120101001001", name="花园路社区", letter_mark="花")
    cost = keystore.FLOOR
    casebook = Casebook.create(folder, PASSPHRASE, office=office, worker=Worker(name="周敏"), clock=CLOCK, cost=cost)
    found = device(casebook)
    casebook.back_up()
    casebook.close()
    return folder, found


def test_a_casebook_that_is_closed_and_opened_keeps_its_device(place) -> None:
    folder, before = place
    assert [opened(folder), opened(folder)] == [before, before]


def test_a_restored_casebook_begins_a_new_chain_at_once(place) -> None:
    folder, before = place
    Casebook.restore(folder, Casebook.backups(folder)[0].path, PASSPHRASE, clock=CLOCK)
    after = opened(folder)
    assert after != before
    assert opened(folder) == after
    casebook = Casebook.open(folder, PASSPHRASE, clock=CLOCK)
    with casebook._book.reading() as connection:
        assert after not in chains.tips(connection)  # it said nothing yet
    casebook.close()


def test_a_copy_in_another_folder_begins_a_new_chain_and_the_first_one_does_not(place, tmp_path: Path) -> None:
    folder, before = place
    shutil.copytree(folder, tmp_path / "there")
    assert opened(tmp_path / "there") != before
    assert opened(folder) == before


def test_an_old_file_that_was_put_back_by_hand_is_found_by_its_mark(place, tmp_path: Path) -> None:
    folder, before = place
    shutil.copytree(folder, tmp_path / "kept", ignore=shutil.ignore_patterns(device_mark.MARK, "casebook.peg"))
    shutil.rmtree(folder)
    folder.mkdir()
    for name in (STORE, KEYS):
        shutil.copy(tmp_path / "kept" / name, folder / name)
    assert opened(folder) != before


def test_a_restore_that_is_cut_off_before_the_swap_costs_a_device_id_and_nothing_else(place) -> None:
    folder, before = place
    device_mark.change(folder)
    after = opened(folder)
    assert after != before
    assert opened(folder) == after
