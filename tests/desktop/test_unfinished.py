"""What is typed into a dialog survives a lock: it is a draft, and stands there again when the dialog is opened."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPlainTextEdit, QSpinBox

from desktop import unfinished
from desktop.widgets import pieces
from models.casebook import Casebook
from models.errors import DiskFull
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle, type_text


class Asking(QDialog):
    """Two lines of the same name, a long text, a choice, a number, and a passphrase."""

    def __init__(self, parent):
        super().__init__(parent)
        self.setWindowTitle("提问")
        self.lines = [QLineEdit(), QLineEdit()]
        for line in self.lines:
            line.setAccessibleName("原因")
        self.text, self.choice, self.number, self.secret = QPlainTextEdit(), QComboBox(), QSpinBox(), QLineEdit()
        self.choice.addItems(["甲", "乙"])
        self.secret.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        pieces.column(self, *self.lines, self.text, self.choice, self.number, self.secret)


@pytest.fixture
def asking(shell):
    made = Asking(shell)
    made.open()
    settle(shell)
    return made


def lock_and_come_back(shell, clock):
    shell.lock()
    settle(shell)
    shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=clock))
    settle(shell)


def test_nothing_is_kept_of_a_dialog_into_which_nobody_wrote(shell, asking):
    asking.choice.setCurrentIndex(1)
    asking.lines[0].setText("as the program filled it in")
    shell.lock()
    settle(shell)
    book = Casebook.open(shell.folder, PASSPHRASE, clock=shell.clock)
    assert book.drafts.all() == []
    book.close()


def test_what_was_typed_stands_there_again_after_the_lock(shell, asking, clock):
    type_text(asking.lines[1], "住院了，改天再来")
    type_text(asking.text, "说了很多")
    type_text(asking.secret, "a phrase that nobody keeps")
    asking.choice.setCurrentIndex(1)
    asking.number.setValue(7)
    shell.lock()
    assert not asking.isVisible()
    settle(shell)
    assert shell.gate.said.isVisible()
    assert "草稿" in shell.gate.said.text()

    shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=clock))
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    assert draft.form == unfinished.FORM
    assert draft.title == "提问"
    assert "a phrase" not in str(draft.body)
    unfinished.go_on(shell, draft)
    settle(shell)
    assert shell.page.name == "today"
    assert "提问" in shell.area.banners.banner.sentence.text()

    again = Asking(shell)
    again.open()
    settle(shell)
    shell.locking.unfinished.shown(again.windowHandle())
    settle(shell)
    assert [line.text() for line in again.lines] == ["", "住院了，改天再来"]
    assert again.text.toPlainText() == "说了很多"
    assert (again.choice.currentText(), again.number.value(), again.secret.text()) == ("乙", 7, "")
    assert shell.casebook.drafts.all() == []
    again.reject()


def test_a_dialog_that_cannot_be_kept_is_told_on_the_sign_in_page(shell, asking, monkeypatch):
    def full(*_told, **_more):
        raise DiskFull

    monkeypatch.setattr(shell.casebook.drafts, "save", full)
    type_text(asking.text, "说了很多")
    shell.lock()
    settle(shell)
    wrong = shell.gate.wrong.text()
    assert DiskFull().unseen() in wrong
    assert wrong != DiskFull().unseen(), "it says that it is what was typed"
    assert shell.gate.said.isHidden(), "nothing was kept"


def test_another_dialog_or_the_same_elsewhere_is_left_alone(shell, asking, clock):
    type_text(asking.lines[0], "只给今天这一页")
    lock_and_come_back(shell, clock)
    shell.go("residents")
    settle(shell)
    elsewhere = Asking(shell)
    elsewhere.open()
    settle(shell)
    shell.locking.unfinished.shown(elsewhere.windowHandle())
    assert elsewhere.lines[0].text() == ""
    assert len(shell.casebook.drafts.all()) == 1
    elsewhere.reject()


def test_the_list_of_drafts_names_it_and_leads_to_its_page(shell, asking, clock):
    type_text(asking.lines[0], "没说完")
    lock_and_come_back(shell, clock)
    shell.go("drafts")
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    assert "小窗口" in shell.page.lines[draft.id].button.accessibleName() + shell.page.lines[draft.id].button.text()
    shell.page.go_on(draft)
    settle(shell)
    assert shell.page.name == "today"
