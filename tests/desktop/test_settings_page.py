"""Office, looks, passphrase, locking, backups."""

from dataclasses import replace

import pytest

from desktop import theme
from models.casebook import Casebook
from models.errors import WrongPassphrase
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle, type_text

NEW = "河边 的 四个 新词 ok"


@pytest.fixture
def page(shell):
    shell.go("settings")
    settle(shell)
    return shell.page


def test_office_and_worker_are_changed_and_kept(page, clock):
    page.office_phone.setText("022-12345678")
    page.worker_name.setText("李静")
    page.save_office.click()
    settle(page.shell)
    assert page.casebook.office.phone == "022-12345678"
    assert page.shell.area.status.who.text().startswith("李静")
    page.shell.lock()
    settle(page.shell)
    again = Casebook.open(page.shell.folder, PASSPHRASE, clock=clock)
    assert (again.office.phone, again.worker.name) == ("022-12345678", "李静")
    again.close()


def test_what_another_desk_called_the_office_meanwhile_is_told_before_it_is_overwritten(page):
    book, shown = page.casebook, page.casebook.office
    book.set_office(replace(shown, phone="022-11111111"), book.worker)  # as another desk does
    page.office_phone.setText("022-12345678")
    page.letter_mark.setText("花园")
    page.save_office.click()
    settle(page.shell)
    assert "022-11111111" in page.office_trouble.text()
    assert book.office == replace(shown, phone="022-11111111")
    assert page.office_phone.text() == "022-12345678"
    page.save_office.click()
    settle(page.shell)
    assert not page.office_trouble.isVisible()
    assert book.office == replace(shown, phone="022-12345678", letter_mark="花园")


@pytest.mark.parametrize("same", [False, True])
def test_what_another_desk_changed_besides_is_shown_and_outlives_the_next_save(page, same):
    book, shown = page.casebook, page.casebook.office
    theirs = replace(shown, phone="022-11111111", letter_mark="劝业" if same else shown.letter_mark)
    book.set_office(theirs, book.worker)
    page.letter_mark.setText("花园")
    for _time in range(3):
        page.save_office.click()
        settle(page.shell)
    assert page.office_phone.text() == "022-11111111"
    assert book.office == replace(shown, phone="022-11111111", letter_mark="花园")


def test_what_is_printed_on_letters_cannot_be_emptied(page):
    page.letter_mark.setText(" ")
    page.save_office.click()
    settle(page.shell)
    assert page.office_trouble.isVisible()
    assert page.casebook.office.letter_mark == "劝花社"


def test_the_theme_and_size_apply_at_once(page):
    shell = page.shell
    page.theme.setCurrentIndex(page.theme.findData("sun"))
    page.theme.activated.emit(page.theme.currentIndex())
    settle(shell)
    assert theme.look().theme == "sun"
    shell.page.scale.setCurrentIndex(shell.page.scale.findData(150))
    shell.page.scale.activated.emit(0)
    settle(shell)
    assert theme.look().scale == 150
    assert shell.page.name == "settings"
    assert shell.page.theme.currentData() == "sun"


def test_the_passphrase_is_changed_only_with_the_old_one_and_twice_the_same(page, clock):
    shell = page.shell
    for field, text in ((page.old, "wrong one here"), (page.new, NEW), (page.again, NEW + "x")):
        type_text(field.line, text)
    page.change.click()
    settle(shell)
    assert "不一样" in page.passphrase_trouble.text()
    page.again.line.setText(NEW)
    page.change.click()
    settle(shell)
    assert page.passphrase_trouble.isVisible()
    assert page.passphrase_trouble.text() == WrongPassphrase().sentence()
    assert page.new.text() == NEW, "nothing typed is cleared"
    page.old.line.setText(PASSPHRASE)
    page.change.click()
    settle(shell)
    assert page.new.text() == ""
    shell.lock()
    settle(shell)
    with pytest.raises(WrongPassphrase):
        Casebook.open(shell.folder, PASSPHRASE, clock=clock)
    Casebook.open(shell.folder, NEW, clock=clock).close()


def test_idle_minutes_are_remembered(page):
    page.idle.setCurrentIndex(page.idle.findData(30))
    page.idle.activated.emit(0)
    assert page.shell.state.idle_minutes == 30


def test_the_backup_folder_is_kept_inside_the_casebook(page, tmp_path, monkeypatch):
    from desktop.pages import settings

    monkeypatch.setattr(settings.QFileDialog, "getExistingDirectory", staticmethod(lambda *_a: str(tmp_path)))
    page._choose_folder()
    settle(page.shell)
    assert page.casebook.settings.get("backup_folder") == str(tmp_path)
    assert page.folder_words.text() == str(tmp_path)
    page._keep_folder("")
    settle(page.shell)
    assert page.folder_words.text() == "无"
