"""What the window minds by itself: backups that are due, beside the work; and what it says after a bad end."""

import threading

import pytest
from PySide6.QtWidgets import QLabel

from models.casebook import Casebook
from models.errors import CannotWrite, DiskFull
from models.services.health import Looked
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle


def backups_of(shell):
    folder = shell.folder / "backups"
    return sorted(folder.iterdir()) if folder.exists() else []


def told(shell):
    return [label.text() for label in shell.findChildren(QLabel)]


def test_a_backup_by_hand_goes_to_both_places_and_is_told_in_one_sentence(shell, tmp_path):
    (tmp_path / "stick").mkdir()
    shell.casebook.safekeeping.choose(str(tmp_path / "stick"))
    shell.actions_by_name["back_up"].trigger()
    settle(shell)
    assert [path.name for path in backups_of(shell)] == [path.name for path in (tmp_path / "stick").iterdir()]
    assert "已复制到“stick”" in shell.area.undo_bar.sentence.text()


def test_no_save_waits_for_a_backup_and_it_is_not_begun_twice(shell, qtbot, monkeypatch):
    go_on, begun, saved = threading.Event(), [], []

    def make():
        begun.append(1)
        assert go_on.wait(10)

    monkeypatch.setattr(shell.casebook.safekeeping, "begin", lambda: make)
    shell.minding.timer.timeout.emit()
    shell.minding.timer.timeout.emit()
    shell.tasks.run(lambda: shell.casebook.settings.set("note", ""), saved.append)
    qtbot.waitUntil(lambda: bool(saved and begun))
    go_on.set()
    settle(shell)
    assert begun == [1]


def test_a_backup_that_fails_is_told_and_tried_again(shell, monkeypatch):
    tried = []

    def make():
        tried.append(1)
        raise CannotWrite(name="stick")

    monkeypatch.setattr(shell.casebook.safekeeping, "begin", lambda: make)
    for _time in range(2):
        shell.minding.timer.timeout.emit()
        settle(shell)
    assert tried == [1, 1]
    assert any("stick" in text for text in told(shell))


def test_the_backup_of_the_day_is_made_once_and_the_reserve_with_it(shell):
    shell.minding.timer.timeout.emit()
    shell.minding.timer.timeout.emit()
    settle(shell)
    assert len(backups_of(shell)) == 1
    assert shell.casebook.health.standing().ballast
    shell.lock()
    settle(shell)
    assert not shell.minding.timer.isActive()


def test_trouble_with_the_backup_before_an_import_is_told_at_the_next_look(shell, monkeypatch):
    monkeypatch.setattr(shell.casebook.safekeeping, "trouble", DiskFull)
    shell.minding.timer.timeout.emit()
    settle(shell)
    assert shell.area.banners.banner.sentence.text() == DiskFull().sentence()


def test_a_casebook_that_was_closed_in_order_is_not_spoken_of(locked, clock):
    for _time in range(2):
        locked.unlock(Casebook.open(locked.folder, PASSPHRASE, clock=clock))
        settle(locked)
        assert locked.area.banners.banner is None
        locked.lock()
        settle(locked)


def test_a_file_that_was_changed_from_elsewhere_is_told_with_the_way_to_the_health_check(locked, clock):
    Casebook.open(locked.folder, PASSPHRASE, clock=clock).close()
    seal = locked.folder / "casebook.seal"
    seal.write_text(seal.read_text().replace('"size": ', '"size": 1'))
    locked.unlock(Casebook.open(locked.folder, PASSPHRASE, clock=clock))
    settle(locked)
    assert "从别处换回" in locked.area.banners.banner.sentence.text()
    locked.area.banners.banner.action.click()
    settle(locked)
    assert locked.page.name == "health"


@pytest.mark.parametrize("whole", [True, False])
def test_after_a_crash_the_file_is_looked_at_and_damage_is_told(locked, clock, monkeypatch, whole):
    book = Casebook.open(locked.folder, PASSPHRASE, clock=clock)
    found = Looked(100, 0 if whole else 3, sound=whole, rows=0, whole=False)
    monkeypatch.setattr(book.health, "after_sign_in", lambda: ("crashed", found))
    locked.unlock(book)
    settle(locked)
    banner = locked.area.banners.banner
    assert (banner is None) == whole
    if not whole:
        assert "健康检查" in banner.sentence.text()
