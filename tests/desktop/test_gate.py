"""Sign-in and first run."""

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from desktop.pages import first_run as first_run_module
from desktop.pages.first_run import FOUNDING, FirstRun, letter_mark, office_name
from desktop.pages.server_gate import ServerGate
from desktop.pages.sign_in import SignIn
from desktop.widgets.server_form import ServerAnswers
from models import texts
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle, type_text


def test_the_right_passphrase_opens_the_casebook(locked, qtbot):
    gate = locked.gate
    assert isinstance(gate, SignIn)
    type_text(gate.passphrase.line, PASSPHRASE)
    qtbot.keyClick(gate.passphrase.line, Qt.Key.Key_Return)
    settle(locked)
    assert not locked.is_locked
    assert locked.page.name == "today"


def test_a_wrong_passphrase_is_told_in_a_sentence_and_may_be_tried_again(locked, qtbot):
    gate = locked.gate
    type_text(gate.passphrase.line, "not this one")
    qtbot.keyClick(gate.passphrase.line, Qt.Key.Key_Return)
    settle(locked)
    assert locked.is_locked
    assert gate.trouble.isVisible()
    assert "口令" in gate.trouble.text()
    assert gate.passphrase.line.selectedText() == "not this one"
    type_text(gate.passphrase.line, PASSPHRASE)  # replaces what is selected
    gate.unlock()
    settle(locked)
    assert not locked.is_locked


def test_an_empty_passphrase_is_not_tried(locked):
    locked.gate.unlock()
    assert locked.tasks.idle()
    assert locked.gate.button.isEnabled()


def test_the_passphrase_is_shown_only_on_purpose(locked, qtbot):
    field = locked.gate.passphrase
    assert field.line.echoMode() == QLineEdit.EchoMode.Password
    qtbot.mouseClick(field.show_button, Qt.MouseButton.LeftButton)
    assert field.line.echoMode() == QLineEdit.EchoMode.Normal
    qtbot.mouseClick(field.show_button, Qt.MouseButton.LeftButton)
    assert field.line.echoMode() == QLineEdit.EchoMode.Password


def test_caps_lock_is_noticed(locked, qtbot):
    field = locked.gate.passphrase
    qtbot.keyClick(field.line, Qt.Key.Key_A)
    assert not field.caps.isVisible()
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtGui import QKeyEvent

    capital = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "A")
    QCoreApplication.sendEvent(field.line, capital)
    assert field.caps.isVisible()
    shifted = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier, "A")
    QCoreApplication.sendEvent(field.line, shifted)
    assert not field.caps.isVisible()


def test_the_language_can_be_changed_before_anything_is_opened(locked):
    assert texts.language() == "zh_CN"
    locked.switch_language()
    assert texts.language() == "en"
    assert locked.gate.button.text() == "Open the casebook"
    locked.switch_language()
    assert locked.gate.button.text() == "打开台账"


def choose_office(shell, typed):
    gate = shell.gate
    type_text(gate.finder.line, typed)
    gate.finder.asked.emit(typed)
    settle(shell)
    gate.finder._pick(0)


def test_the_first_run_makes_a_casebook_and_opens_it(first_run, folder, tmp_path, monkeypatch):
    make = Casebook.create
    from models.security import keystore

    monkeypatch.setattr(Casebook, "create", staticmethod(lambda *a, **k: make(*a, **k, cost=keystore.FLOOR)))
    gate = first_run.gate
    assert isinstance(gate, FirstRun)
    gate.go_on()
    gate.go_on()
    choose_office(first_run, "花园路")
    assert gate.answers.office_code == "120101001001"
    assert gate.name_line.text().startswith("天津市和平区劝业场街道花园路社区")
    assert gate.mark_line.text() == "劝业场"
    gate.go_on()
    gate.answers.worker, gate.answers.worker_phone = "周敏", "13800220001"
    gate.go_on()
    type_text(gate.new.first.line, PASSPHRASE)
    type_text(gate.new.second.line, PASSPHRASE)
    gate.understood.setChecked(True)
    gate.go_on()
    gate.folder_line.setText(str(tmp_path))
    gate.go_on()
    settle(first_run)
    assert not first_run.is_locked
    assert first_run.casebook.office.letter_mark == "劝业场"
    assert first_run.casebook.worker.name == "周敏"
    assert first_run.casebook.settings.get("backup_folder") == str(tmp_path)
    assert Casebook.exists(folder)


def test_a_step_is_not_left_with_an_answer_missing_and_nothing_is_cleared(first_run):
    gate = first_run.gate
    gate.go_on()
    gate.go_on()
    gate.go_on()
    assert gate.answers.step == 2
    assert "列表" in gate.trouble.text()
    choose_office(first_run, "花园路")
    gate.mark_line.setText("")
    gate.go_on()
    assert gate.answers.step == 2
    assert "文号代字" in gate.trouble.text()
    gate.mark_line.setText("花园")
    gate.go_on()
    gate.go_on()
    assert gate.answers.step == 3
    assert gate.trouble.text() == "请填写您的姓名。"
    gate.answers.worker = "周敏"
    gate.go_on()
    type_text(gate.new.first.line, "123456")
    gate.go_on()
    assert "口令" in gate.trouble.text()
    gate.new.first.line.setText(PASSPHRASE)
    type_text(gate.new.second.line, PASSPHRASE + "x")
    gate.go_on()
    assert gate.trouble.text() == "两次输入的口令不一样。请显示口令对照一下。"
    gate.new.second.line.setText(PASSPHRASE)
    gate.go_on()
    assert gate.answers.step == 4, "the box is not ticked"
    gate.understood.setChecked(True)
    gate.go_on()
    gate.folder_line.setText("/there/is/no/such/folder")
    gate.go_on()
    assert first_run.is_locked
    assert gate.answers.office_code == "120101001001"


def test_going_back_and_changing_the_language_keep_what_was_typed(first_run):
    gate = first_run.gate
    gate.go_on()
    gate.go_on()
    choose_office(first_run, "花园路")
    gate.back_button.click()
    gate.back_button.click()
    assert gate.answers.step == 0
    first_run.switch_language()
    gate = first_run.gate
    assert gate.heading.text() == "Language"
    gate.go_on()
    gate.go_on()
    assert gate.finder.chosen().key == "120101001001"
    assert gate.mark_line.text() == "劝业场"


def test_a_passphrase_is_judged_while_it_is_typed(first_run):
    gate = first_run.gate
    gate.answers.worker = "郑晓岚"
    gate._show(4)
    line = gate.new.strength
    assert not line.enough
    assert line.hint.text().startswith("至少十个字符")
    for typed, words, enough in (
        ("12345678", "太弱", False),
        ("郑晓岚 晨雾木", "弱", False),
        (PASSPHRASE, "强", True),
    ):
        gate.new.first.line.setText(typed)
        line.judge()
        assert line.enough is enough
        assert words in line.words.text()
    gate.new.first.line.clear()
    line.judge()
    assert line.hint.text().startswith("至少十个字符")


def test_an_office_is_named_from_the_table_of_divisions():
    assert office_name("120101001001") == "天津市和平区劝业场街道花园路社区居委会"
    assert office_name("999999999999") == ""
    assert letter_mark("120101001001") == "劝业场"
    assert first_run_module.letter_mark("") == ""


def test_enter_pressed_twice_while_the_server_is_tried_leaves_no_step_out(first_run, monkeypatch):
    monkeypatch.setattr(Casebook, "office_on", staticmethod(lambda *_: time.sleep(0.05)))
    gate = first_run.gate
    gate.answers.desk = True
    gate.answers.server = ServerAnswers("localhost", database="jinmen", user="jinmen", tls="plain")
    gate._show(FOUNDING.index("server"))
    gate.server_form.confirmed.emit()
    gate.server_form.confirmed.emit()
    assert not gate.back_button.isEnabled()
    settle(first_run)
    assert FOUNDING[gate.answers.step] == "office"
    assert gate.back_button.isEnabled()


def test_the_connection_is_tried_once_however_often_enter_is_pressed(locked, monkeypatch):
    tried = []
    monkeypatch.setattr(
        Casebook, "move_office", staticmethod(lambda *_, clock: tried.append((clock, time.sleep(0.05))))
    )
    gate = ServerGate(locked)
    locked.show_gate(gate)
    gate.answers.host, gate.answers.database, gate.answers.user = "db.example", "jinmen", "jinmen"
    gate.passphrase.line.setText(PASSPHRASE)
    gate.form.confirmed.emit()
    gate.passphrase.line.returnPressed.emit()
    settle(locked)
    assert tried == [(locked.clock, None)]  # the delay after wrong passphrases goes by the window's clock
