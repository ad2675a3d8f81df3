"""What is typed is kept: within a second, exactly, through rebuilding, leaving, locking and a killed program."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from desktop.pages import draft_keeper
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle, type_text
from tests.desktop.field.conftest import open_page


@pytest.fixture
def page(shell, qtbot):
    return open_page(shell, qtbot, "register")


def test_a_change_is_in_the_casebook_within_a_second_and_the_bar_says_so(page, shell, qtbot):
    assert draft_keeper.WAIT <= 1000
    type_text(page.board.person.rows["name"].field.line, "王秀英")
    qtbot.waitUntil(lambda: bool(shell.casebook.drafts.all()), timeout=2000)
    draft = shell.casebook.drafts.all()[0]
    assert draft.form == "household"
    assert "王秀英" in draft.title
    qtbot.waitUntil(lambda: page.bar.kept.text() == "已自动保存 10:00", timeout=2000)


def test_steady_typing_does_not_put_the_saving_off(page, shell, qtbot):
    line = page.board.person.rows["name"].field.line
    started = time.monotonic()
    while not shell.casebook.drafts.all() and time.monotonic() - started < 3:
        type_text(line, "长")
        qtbot.wait(100)
    assert time.monotonic() - started < 2


def test_a_draft_is_resumed_exactly_with_its_people_and_place(page, shell, qtbot):
    person = page.board.person
    person.show_answers({"name": "王一", "birth_date": "1950-2-30", "income_month": "not_known"})
    page._typed()
    page._add_person()
    person.show_answers({"name": "王二", "phones": [{"number": "123", "whose": ""}]})
    page.board.parts.rows["relation"].field.pick("2")
    page._typed()
    body = page.case.body()
    shell.go("today")
    settle(shell)
    draft = shell.casebook.drafts.all()[0]
    again = open_page(shell, qtbot, "register", draft_id=draft.id)
    assert again.case.body() == body
    assert again.case.at == 1
    assert again.board.person.answers() == {"name": "王二", "phones": [{"number": "123", "whose": ""}]}
    assert again.board.parts.answers()["relation"] == "2"
    again.edit(0)
    assert again.board.person.answers()["birth_date"] == "1950-2-30"


def test_changing_language_theme_and_touch_keeps_what_was_typed(page, shell):
    type_text(page.board.person.rows["name"].field.line, "王秀英")
    for change in (shell.switch_language, shell.next_theme, shell.toggle_touch):
        change()
        settle(shell)
        assert shell.page.name == "register"
        assert shell.page.board.person.answers()["name"] == "王秀英"
    assert len(shell.casebook.drafts.all()) == 1


def test_locking_keeps_the_draft(page, shell, clock):
    type_text(page.board.person.rows["name"].field.line, "王秀英")
    shell.lock()
    settle(shell)
    book = Casebook.open(shell.folder, PASSPHRASE, clock=clock)
    assert [draft.title.split(" ")[0] for draft in book.drafts.all()] == ["王秀英"]
    book.close()


def test_a_page_that_was_only_looked_at_leaves_no_draft(page, shell):
    shell.go("today")
    settle(shell)
    assert shell.casebook.drafts.all() == []


def test_a_visit_is_resumed_with_its_household_needs_and_answers(shell, qtbot):
    home = shell.casebook.households.of_resident(shell.casebook.residents.ids()[0])[0]
    page = open_page(shell, qtbot, "visit", household_id=home.id)
    page.view.rows["outcome"].field.pick("met")
    page.view.rows["met"].field.pick(home.members[0].resident.id)
    page.needs.groups.pick("health")
    page.view.rows["notes"].field.text.setPlainText("血压偏高")
    answers = page.answers()
    shell.go("today")
    settle(shell)
    draft = shell.casebook.drafts.all()[0]
    again = open_page(shell, qtbot, "visit", draft_id=draft.id)
    assert again.loaded.view.id == home.id
    assert again.answers() == answers


def test_an_assessment_is_resumed_with_its_score(shell, qtbot):
    resident = shell.casebook.residents.ids()[0]
    page = open_page(shell, qtbot, "assessment", resident_id=resident)
    page.view.rows["eating"].field.pick("4")
    score = page.panel.score.text()
    shell.go("today")
    settle(shell)
    draft = shell.casebook.drafts.all()[0]
    assert draft.form == "elder_ability"
    again = open_page(shell, qtbot, "assessment", draft_id=draft.id)
    assert again.panel.score.text() == score
    assert again.loaded.row.id == resident


def test_a_result_that_comes_after_the_page_was_begun_anew_is_dropped(page, shell):
    case = page.case
    page.board.person.show_answers({"name": "甲"})
    page._typed()
    page.compare([0], lambda: pytest.fail("the registration that asked is gone"))
    page._begin(type(case)())
    settle(shell)
    assert page.case is not case


TYPIST = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.shell import Shell
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import type_text

app = QApplication([])
folder = Path(sys.argv[1])
shell = Shell(folder)
shell.show()
shell.unlock(Casebook.open(folder, PASSPHRASE))
shell.go("register")
line = shell.page.board.person.rows["note"].field.text
typed = [0]
def type_on():
    typed[0] += 1
    type_text(line, f"{typed[0]},")
    print(typed[0], flush=True)
timer = QTimer()
timer.timeout.connect(type_on)
timer.start(50)
app.exec()
"""


@pytest.mark.parametrize("after", [1.7, 2.6])
def test_a_program_killed_while_typing_loses_at_most_a_second(town, tmp_path, clock, after):
    folder = tmp_path / "killed"
    shutil.copytree(town, folder)
    script = tmp_path / "typist.py"
    script.write_text(TYPIST, "utf-8")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    top = str(draft_keeper.__file__).rsplit("desktop", 1)[0]
    typist = subprocess.Popen(
        [sys.executable, str(script), str(folder), top],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert typist.stdout is not None
    moments = []
    while not moments or time.monotonic() - moments[0][0] < after:
        number = int(typist.stdout.readline())
        moments.append((time.monotonic(), number))
    killed = time.monotonic()
    os.kill(typist.pid, signal.SIGKILL)
    typist.wait()
    typist.stdout.close()
    book = Casebook.open(folder, PASSPHRASE, clock=clock)
    drafts = book.drafts.all()
    book.close()
    assert drafts, "more than a second was typed and nothing was kept"
    kept = [int(number) for number in drafts[0].body["people"][0]["answers"]["note"].split(",") if number]
    lost = [at for at, number in moments if number not in kept]
    assert not lost or killed - min(lost) <= 1.0
