"""Accounts in the window: somebody new signs in with what she may do; a code and an office help who forgot."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from desktop import paper_kinds
from desktop.pages.accounts import AccountsPage
from desktop.pages.forgotten import Forgotten
from desktop.pages.sign_in import SignIn
from desktop.shell import Shell
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle

NEW = "晨雾 木桥 七只 白鹭"
OTHER = "石榴 电梯 远行 笔记"


@pytest.fixture
def page(shell: Shell) -> AccountsPage:
    shell.go("accounts")
    settle(shell)
    assert isinstance(shell.page, AccountsPage)
    return shell.page


def add(shell: Shell, page: AccountsPage, name: str = "李娜", *roles: str) -> str:
    page.ask_new()
    dialog = page.dialog
    dialog.name.setText(name)
    for key, row in dialog.rights.roles.items():
        row.tick.setChecked(key in (roles or ("worker",)))
    dialog.phrase.first.line.setText(NEW)
    dialog.phrase.second.line.setText(NEW)
    dialog.go.click()
    settle(shell)
    return next(row.id for row in page.rows if row.name == name)


def words(widget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_somebody_new_signs_in_and_may_what_was_ticked(shell, page, clock):
    account = add(shell, page)
    assert ("leave", account) in page.buttons
    shell.lock()
    settle(shell)
    gate = shell.gate
    assert isinstance(gate, SignIn)
    assert gate.who.count() == 2
    gate.who.setCurrentIndex(gate.who.findData(account))
    gate.passphrase.line.setText(NEW)
    gate.unlock()
    settle(shell)
    assert shell.casebook.worker.name == "李娜"
    assert not shell.casebook.may("accounts")
    shell.lock()
    settle(shell)
    assert shell.gate.who.currentData() == account, "who signed in last is offered first"


def test_a_weak_passphrase_an_empty_name_and_no_role_are_told_at_once(shell, page):
    page.ask_new()
    dialog = page.dialog
    dialog.go.click()
    assert dialog.trouble.text() == "请填写姓名。"
    dialog.name.setText("李娜")
    dialog.rights.roles["worker"].tick.setChecked(False)
    dialog.go.click()
    assert "职责" in dialog.trouble.text()
    dialog.rights.roles["desk"].tick.setChecked(True)
    dialog.phrase.first.line.setText("李娜12345678")
    dialog.phrase.second.line.setText("李娜12345678")
    dialog.go.click()
    assert "容易" in dialog.trouble.text()
    assert not dialog.phrase.strength.enough
    dialog.reject()


def test_rights_are_changed_and_count_from_the_next_sign_in(shell, page):
    account = add(shell, page)
    page.ask_rights(next(row for row in page.rows if row.id == account))
    page.dialog.rights.roles["desk"].tick.setChecked(True)
    page.dialog.rights.classes["finance"].tick.setChecked(False)
    page.dialog.go.click()
    settle(shell)
    row = next(row for row in page.rows if row.id == account)
    assert set(row.roles) == {"worker", "desk"}
    assert "finance" not in row.classes
    assert "收入" in words(page)


def test_a_leaver_is_out_and_everybody_else_signs_in_again(shell, page, clock):
    account = add(shell, page)
    page.ask_leave(next(row for row in page.rows if row.id == account))
    page.dialog.go.click()
    settle(shell)
    assert shell.is_locked
    gate = shell.gate
    assert gate.who.count() == 1
    gate.passphrase.line.setText(PASSPHRASE)
    gate.unlock()
    settle(shell)
    assert not shell.is_locked
    assert len(shell.casebook.residents.ids()) > 0


def test_wrong_passphrases_make_the_worker_wait(shell, page):
    shell.lock()
    settle(shell)
    gate = shell.gate
    for _attempt in range(4):
        gate.passphrase.line.setText("falsch " * 3)
        gate.unlock()
        settle(shell)
    assert not gate.button.isEnabled()
    assert "等待" in gate.button.text()


def test_a_printed_code_sets_a_new_passphrase_once(shell, page):
    page.make_code()
    settle(shell)
    code = page.dialog.code.text().replace("\n", "-").replace("  ", "-")
    page.dialog.accept()
    assert any(row.kind == "recovery" for row in page.rows)
    shell.lock()
    settle(shell)
    shell.gate.forgotten()
    settle(shell)
    gate = shell.gate
    assert isinstance(gate, Forgotten)
    gate.code.setText(code[:-1] + ("2" if code[-1] != "2" else "3"))
    gate.new.first.line.setText(OTHER)
    gate.new.second.line.setText(OTHER)
    gate.act()
    settle(shell)
    assert "校验" in gate.trouble.text() or "恢复码" in gate.trouble.text()
    gate.code.setText(code.lower())
    gate.act()
    settle(shell)
    assert isinstance(shell.gate, SignIn)
    shell.gate.passphrase.line.setText(OTHER)
    shell.gate.unlock()
    settle(shell)
    assert not shell.is_locked
    shell.go("accounts")
    settle(shell)
    assert not any(row.kind == "recovery" for row in shell.page.rows), "it is used up"


def test_the_gate_of_who_forgot_keeps_what_was_typed_when_the_language_changes(shell, page):
    shell.lock()
    settle(shell)
    shell.gate.forgotten()
    settle(shell)
    shell.gate.code.setText("ABCD-1234")
    shell.switch_language()
    settle(shell)
    assert isinstance(shell.gate, Forgotten)
    assert shell.gate.code.text() == "ABCD-1234"
    shell.gate.back()
    settle(shell)
    assert isinstance(shell.gate, SignIn)


def test_a_request_that_is_none_is_refused_with_a_sentence(shell, page, tmp_path: Path):
    wrong = tmp_path / "x.jmask"
    wrong.write_bytes(b"nothing")
    page.open_request(wrong)
    settle(shell)
    assert page.dialog is None
    assert shell.area.banners.banner is not None


def test_the_safety_sheet_says_whom_to_call_and_how_many_are_on_the_computer(shell, page):
    worker = shell.casebook.worker
    value = paper_kinds.KINDS["safety"].value(shell.casebook, "", {})
    assert (value.supervisor, value.residents) == (f"{worker.name} {worker.phone}", 30)
    pdf = paper_kinds.make(shell.casebook, "safety", "", {}, again=False)
    assert pdf.startswith(b"%PDF")


def test_another_person_cannot_be_signed_in_with_this_ones_passphrase(shell, page, folder, clock):
    account = add(shell, page)
    shell.lock()
    settle(shell)
    with pytest.raises(Exception, match="WrongPassphrase"):
        Casebook.open(shell.folder, PASSPHRASE, account=account, clock=clock)
