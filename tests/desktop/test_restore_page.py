"""From a casebook that cannot be opened any more, by way of a backup, to one that can."""

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListWidget

from desktop.pages.restore import Restore
from desktop.pages.sign_in import SignIn
from desktop.pages.sync_held import AgreeDialog
from models import texts
from models.casebook import Casebook
from models.clock import FixedClock
from tests.conftest import NOW, PASSPHRASE
from tests.desktop.conftest import settle, type_text
from tests.models.casebooks import small_household

GARBAGE = b"no casebook at all " * 4096


@pytest.fixture(scope="module")
def kept(town, tmp_path_factory):
    """The town's casebook with two backups: of yesterday evening, and of this morning with a note more."""
    folder = tmp_path_factory.mktemp("kept") / "casebook"
    shutil.copytree(town, folder)
    clock = FixedClock(NOW)
    clock.move(hours=-16)
    book = Casebook.open(folder, PASSPHRASE, clock=clock)
    book.back_up()
    clock.move(hours=15)
    book.settings.set("note", "of this morning")
    book.back_up()
    book.close()
    return folder


@pytest.fixture
def damaged(window, folder, kept):
    """The window over that casebook after its file was overwritten with something else."""
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    (folder / "casebook.db").write_bytes(GARBAGE)
    return window(folder)


def try_to_open(shell):
    type_text(shell.gate.passphrase.line, PASSPHRASE)
    shell.gate.unlock()
    settle(shell)


def restore_by(shell, press):
    """Look at what would change, and then restore."""
    for _step in ("look", "restore"):
        press()
        settle(shell)


def page_of(shell):
    shell.gate.restore_button.click()
    settle(shell)
    assert isinstance(shell.gate, Restore)
    return shell.gate


def casebook_files(folder):
    return {
        path.name: path.read_bytes() for path in folder.glob("casebook*") if path.suffix not in (".lock", ".attempts")
    }


def test_a_damaged_casebook_is_told_restored_and_opened_with_its_records(damaged, folder, kept, qtbot):
    assert damaged.gate.restore_button.property("role") == "link"
    try_to_open(damaged)
    assert "恢复最近的备份" in damaged.gate.trouble.text()
    assert damaged.gate.restore_button.property("role") == ""
    page = page_of(damaged)
    assert page.list.hasFocus()
    assert "不会删除" in " ".join(label.text() for label in page.choice.findChildren(type(page.status)))
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert page.passphrase.line.hasFocus()
    page.passphrase.line.clear()
    type_text(page.passphrase.line, PASSPHRASE)
    qtbot.keyClick(page.passphrase.line, Qt.Key.Key_Return)
    settle(damaged)
    assert "读不出来" in " ".join(label.text() for label in page.difference.findChildren(type(page.status)))
    assert page.button.text() == "恢复这份备份"
    assert page.button.hasFocus()
    page.button.click()
    settle(damaged)
    assert isinstance(damaged.gate, SignIn)
    (aside,) = folder.glob("casebook-before-restore-*.db")
    assert aside.read_bytes() == GARBAGE
    assert aside.name in damaged.gate.said.text()
    assert str(folder) in damaged.gate.said.text()
    try_to_open(damaged)
    assert not damaged.is_locked
    assert damaged.casebook.settings.get("note") == "of this morning"
    before = Casebook.open(shutil.copytree(kept, folder / "compare"), PASSPHRASE, clock=FixedClock(NOW))
    assert sorted(damaged.casebook.residents.ids()) == sorted(before.residents.ids())
    before.close()


def test_the_newest_backup_comes_first_and_an_older_one_may_be_chosen(damaged):
    page = page_of(damaged)
    first, second = (page.list.item(row).text() for row in range(page.list.count()))
    assert first.startswith("今天 09:00")
    assert second.startswith("2026年11月21日 18:00")
    assert "条数据" in first
    assert page.list.currentRow() == 0
    page.list.setCurrentRow(1)
    page.passphrase.line.clear()
    type_text(page.passphrase.line, PASSPHRASE)
    restore_by(damaged, page.button.click)
    try_to_open(damaged)
    assert damaged.casebook.settings.get("note", "") == ""


def test_a_wrong_passphrase_is_said_keeps_what_was_typed_and_changes_nothing(damaged, folder):
    before = casebook_files(folder)
    page = page_of(damaged)
    page.list.setCurrentRow(1)
    type_text(page.passphrase.line, "not this one")
    page.button.click()
    assert not page.button.isEnabled()
    settle(damaged)
    assert damaged.gate is page
    assert "口令不对" in page.trouble.text()
    assert page.trouble.isVisible()
    assert page.passphrase.line.selectedText() == "not this one"
    assert page.list.currentRow() == 1
    assert page.button.isEnabled()
    assert casebook_files(folder) == before


def test_an_empty_passphrase_is_not_tried(damaged):
    page = page_of(damaged)
    page.button.click()
    assert damaged.tasks.idle()
    assert page.trouble.text() == "请输入口令。"


def test_a_damaged_backup_is_said_and_changes_nothing(damaged, folder):
    page = page_of(damaged)
    store = page.answers.chosen / "casebook.db"
    whole = store.read_bytes()
    store.write_bytes(whole[:-100] + bytes(100))
    before = casebook_files(folder)
    type_text(page.passphrase.line, PASSPHRASE)
    page.button.click()
    settle(damaged)
    assert "这份备份已损坏" in page.trouble.text()
    assert page.passphrase.text() == PASSPHRASE
    assert casebook_files(folder) == before


@pytest.mark.parametrize("lost", ["casebook.keys*", "casebook.db"])
def test_what_was_lost_comes_back_from_the_backup(damaged, folder, kept, lost):
    shutil.copyfile(kept / "casebook.db", folder / "casebook.db")
    for path in folder.glob(lost):
        path.unlink()
    try_to_open(damaged)
    assert damaged.is_locked
    assert damaged.gate.restore_button.property("role") == ""
    page = page_of(damaged)
    page.passphrase.line.clear()
    type_text(page.passphrase.line, PASSPHRASE)
    restore_by(damaged, page.button.click)
    assert damaged.gate.said.text().startswith("已恢复今天 09:00 的备份")
    assert ("casebook-before-restore" in damaged.gate.said.text()) == (lost != "casebook.db")
    try_to_open(damaged)
    assert damaged.casebook.residents.ids()


def test_a_wrong_passphrase_at_sign_in_does_not_push_towards_a_backup(locked):
    type_text(locked.gate.passphrase.line, "not this one")
    locked.gate.unlock()
    settle(locked)
    assert locked.gate.restore_button.property("role") == "link"


def test_without_backups_the_page_says_so_and_looks_in_a_folder_of_choice(locked, folder, kept, tmp_path):
    page = page_of(locked)
    assert page.empty.isVisible()
    assert not page.choice.isVisible()
    assert not page.button.isEnabled()
    stick = tmp_path / "stick"
    shutil.copytree(kept / "backups", stick)
    page.choose_folder = lambda: ""
    page.folder_button.click()
    assert locked.tasks.idle(), "nothing was chosen"
    page.choose_folder = lambda: str(stick)
    page.folder_button.click()
    settle(locked)
    assert page.list.count() == 2
    assert "stick" in page.list.item(0).text()
    assert not page.empty.isVisible()
    page.choose_folder = lambda: str(next(stick.iterdir()))
    page.folder_button.click()
    settle(locked)
    assert page.list.count() == 2, "one backup's own folder stands for the folder around it"


def test_a_backup_that_is_found_twice_is_listed_once(damaged, folder):
    page = page_of(damaged)
    page.choose_folder = lambda: str(folder / "backups")
    page.folder_button.click()
    settle(damaged)
    assert page.list.count() == 2


def test_a_change_of_language_keeps_what_was_chosen_and_typed(damaged):
    page = page_of(damaged)
    page.list.setCurrentRow(1)
    type_text(page.passphrase.line, "half of it")
    damaged.switch_language()
    settle(damaged)
    page = damaged.gate
    assert isinstance(page, Restore)
    assert texts.language() == "en"
    assert page.button.text() == "Show what would change"
    assert page.passphrase.text() == "half of it"
    assert page.list.currentRow() == 1
    assert page.list.item(1).text().startswith("21 Nov 2026, 18:00")


def test_a_change_of_language_while_restoring_does_not_lose_the_outcome(damaged):
    page = page_of(damaged)
    type_text(page.passphrase.line, PASSPHRASE)
    page.button.click()
    damaged.switch_language()
    assert not damaged.gate.button.isEnabled()
    assert not damaged.gate.back_button.isEnabled()
    settle(damaged)
    assert damaged.gate.difference.isVisible()
    assert damaged.gate.button.text() == "Restore this backup"
    damaged.gate.button.click()
    damaged.switch_language()
    damaged.switch_language()
    assert not damaged.gate.button.isEnabled()
    settle(damaged)
    assert isinstance(damaged.gate, SignIn)
    assert damaged.gate.said.text().startswith("The backup of today 09:00 was restored")


@pytest.mark.parametrize("way", ["button", "key"])
def test_the_way_back_leads_to_the_sign_in_page(damaged, qtbot, way):
    page = page_of(damaged)
    if way == "button":
        page.back_button.click()
    else:
        qtbot.keyClick(page.passphrase.line, Qt.Key.Key_Escape)
    settle(damaged)
    assert isinstance(damaged.gate, SignIn)
    assert damaged.gate.passphrase.line.hasFocus()


def test_everything_on_the_page_has_a_name(damaged):
    page = page_of(damaged)
    for kind in (QAbstractButton, QLineEdit, QListWidget):
        found = [each for each in page.findChildren(kind) if each.isVisible()]
        assert found
        assert all(each.accessibleName() for each in found)


def test_what_a_healthy_casebook_would_lose_is_shown_before_it_is_replaced(window, folder, kept):
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    book.households.register(small_household("钱玉兰", "孙小宝"))
    book.close()
    shell = window(folder)
    page = page_of(shell)
    type_text(page.passphrase.line, PASSPHRASE)
    page.button.click()
    settle(shell)
    shown = "\n".join(label.text() for label in page.difference.findChildren(type(page.status)))
    assert "新增 2 条" in shown
    assert "钱玉兰" in shown
    page.list.setCurrentRow(1)
    assert not page.difference.isVisible(), "it was of the other backup"
    assert page.button.text() == "看看会有什么变化"
    restore_by(shell, page.button.click)
    try_to_open(shell)
    assert "同意" in shell.area.banners.banner.sentence.text()
    shell.area.banners.banner.action.click()
    settle(shell)
    sync = shell.page
    assert sync.held.isVisible()
    assert not sync.take_button.isEnabled()
    sync.held.banner.action.click()
    (dialog,) = shell.findChildren(AgreeDialog)
    dialog.go.click()
    settle(shell)
    assert not sync.held.isVisible()
    assert sync.take_button.isEnabled()


def test_a_damaged_casebook_is_told_with_its_newest_whole_backup_by_moment_and_age(damaged, folder):
    try_to_open(damaged)
    assert damaged.gate.restore_button.text() == "恢复今天 09:00的备份（1 小时前）"
    page = page_of(damaged)
    assert page.passphrase.text() == PASSPHRASE
    assert page.list.currentRow() == 0
