"""A new computer and a stick: the first run leads to the page that restores, and back with what was typed."""

import shutil

from desktop.pages.first_run import FirstRun
from desktop.pages.restore import Restore
from desktop.pages.sign_in import SignIn
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle


def test_a_backup_on_a_stick_is_restored_where_there_is_no_casebook_yet(first_run, town, tmp_path, clock, folder):
    shutil.copytree(town, tmp_path / "old")
    book = Casebook.open(tmp_path / "old", PASSPHRASE, clock=clock)
    people = len(book.residents.ids())
    book.back_up(tmp_path / "stick")
    book.close()
    first_run.gate.restore_button.click()
    page = first_run.gate
    assert isinstance(page, Restore)
    settle(first_run)
    page.answers.elsewhere = tmp_path / "stick"
    page._look(tmp_path / "stick")
    settle(first_run)
    page.passphrase.line.setText(PASSPHRASE)
    page.restore()
    settle(first_run)
    assert "这里还没有台账" in page.difference_lines.itemAt(1).widget().text()
    page.restore()
    settle(first_run)
    assert isinstance(first_run.gate, SignIn)
    first_run.gate.passphrase.line.setText(PASSPHRASE)
    first_run.gate.button.click()
    settle(first_run)
    assert len(first_run.casebook.residents.ids()) == people


def test_the_way_back_from_restoring_leads_to_the_first_run_with_what_was_answered(first_run):
    first_run.gate.go_on()
    first_run.gate.answers.office_name = "某某居委会"
    first_run.gate.restore_button.click()
    settle(first_run)
    first_run.gate.go_back()
    assert isinstance(first_run.gate, FirstRun)
    assert first_run.gate.answers.step == 1
    assert first_run.gate.answers.office_name == "某某居委会"
