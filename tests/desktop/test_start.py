"""The first window: what it may import, one window per folder, input methods, and the calm window for faults."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtNetwork import QLocalSocket

from desktop import app, crash
from desktop.__main__ import main
from desktop.pages.sign_in import FILES, casebook_exists
from models import casebook as casebook_module
from models.casebook import Casebook

HERE = Path(__file__).parents[2]
HEAVY = ("sqlmodel", "sqlalchemy", "reportlab", "pypinyin", "pypdfium2", "yaml", "pydantic", "numpy", "cryptography")

FIRST_PAINT = """
import json, sys
from pathlib import Path
from desktop.app import application
from desktop.shell import Shell
app = application(["jinmen"])
shell = Shell(Path(sys.argv[1]))
shell.show()
app.processEvents()
assert not shell.grab().isNull()
told = {"gate": type(shell.gate).__name__, "modules": sorted(sys.modules)}
import linecache, models.casebook
told["sources"] = [name for name in linecache.cache if name.endswith("sqlalchemy/sql/elements.py")]
shell.close()
print(json.dumps(told))
"""


def first_paint(folder):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(folder)],
        cwd=HERE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_sign_in_window_is_painted_before_anything_heavy_is_imported(folder, town):
    for name in FILES:
        (folder / name).write_bytes((town / name).read_bytes())
    told = first_paint(folder)
    assert told["gate"] == "SignIn"
    assert [name for name in HEAVY if name in told["modules"]] == []
    assert "models.services.views" not in told["modules"]
    assert told["sources"] == [], "what is imported from then on is not read as text"


def test_the_first_run_is_painted_before_anything_heavy_is_imported(folder):
    told = first_paint(folder)
    assert told["gate"] == "FirstRun"
    assert [name for name in HEAVY if name in told["modules"]] == []


def test_the_gate_knows_a_casebook_by_the_files_that_the_casebook_makes(folder, town):
    assert set(FILES) == {casebook_module.STORE, casebook_module.KEYS}
    assert not casebook_exists(folder)
    assert not Casebook.exists(folder)
    assert casebook_exists(town)
    assert Casebook.exists(town)


@pytest.mark.parametrize(
    ("asked", "used"), [("fcitx", "ibus"), ("fcitx5", "ibus"), ("ibus", "ibus"), ("compose", "compose")]
)
def test_fcitx_is_reached_through_ibus(monkeypatch, asked, used):
    monkeypatch.setenv("QT_IM_MODULE", asked)
    app.choose_input_method()
    assert os.environ["QT_IM_MODULE"] == used


@pytest.mark.qt_log_ignore("does not support raise")
def test_the_second_start_raises_the_first_window_and_ends(first_run, folder):
    one, other = app.OneWindow(folder), app.OneWindow(folder)
    assert one.is_first()
    one.listen(first_run)
    assert not other.is_first()
    first_run.showMinimized()
    QCoreApplication.processEvents()
    assert first_run.isMinimized()
    assert other.raise_other()
    for _round in range(50):
        QCoreApplication.processEvents()
    assert not first_run.isMinimized()
    one.let_go()
    assert other.is_first()
    other.let_go()


def test_a_folder_whose_window_died_is_free_again(folder):
    script = (
        "import os, sys; from pathlib import Path; from desktop.app import OneWindow;"
        "one = OneWindow(Path(sys.argv[1])); assert one.is_first(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], cwd=HERE, check=False, timeout=60)
    assert (folder / "window.lock").exists()
    one = app.OneWindow(folder)
    assert one.is_first()
    one.let_go()


def test_what_is_imported_ahead_can_be_imported():
    for name in app.HEAVY:
        app.import_module(name)


def fault(name):
    raise ValueError(f"cannot do it for {name}")


def test_details_of_a_fault_say_where_and_what_kind_but_nothing_personal():
    try:
        fault("王秀英")
    except ValueError as error:
        told = crash.details(error)
    assert "builtins.ValueError" in told
    assert "test_start.py" in told
    assert "fault" in told
    assert "王秀英" not in told
    assert str(HERE) not in told


def test_a_fault_shows_the_calm_window_once_and_saves_the_draft(locked, capsys):
    saved = []
    catcher = crash.Catcher(lambda: saved.append(True))
    catcher.show(ValueError("王秀英"))
    catcher.show(ValueError("another"))
    window = catcher._window
    assert window.isVisible()
    assert saved == [True]
    window.copy()
    assert "ValueError" in QGuiApplication.clipboard().text()
    assert "王秀英" not in QGuiApplication.clipboard().text()
    assert "王秀英" not in capsys.readouterr().err
    window.accept()
    catcher.show(ValueError("third"))
    assert len(saved) == 2
    catcher._window.accept()


def test_a_draft_that_cannot_be_saved_does_not_hide_the_fault(locked, capsys):
    catcher = crash.Catcher(lambda: 1 // 0)
    catcher.show(KeyError("x"))
    assert "KeyError" in catcher._window.details.toPlainText()
    assert "ZeroDivisionError" in capsys.readouterr().err
    catcher._window.accept()


def test_a_second_start_of_the_program_ends_at_once_and_leaves_the_first_alone(folder, town):
    for name in FILES:
        (folder / name).write_bytes((town / name).read_bytes())
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "JINMEN_DATA": str(folder)}
    with subprocess.Popen([sys.executable, "-m", "desktop"], cwd=HERE, env=environment) as first:
        try:
            listening = QLocalSocket()
            for _round in range(100):
                listening.connectToServer(app.socket_name(folder))
                if listening.waitForConnected(100):
                    break
                time.sleep(0.1)
            else:
                pytest.fail("the first window does not listen")
            listening.disconnectFromServer()
            second = subprocess.run([sys.executable, "-m", "desktop"], cwd=HERE, env=environment, timeout=30)
            assert second.returncode == 0
            assert first.poll() is None
        finally:
            first.terminate()


def test_cases_are_answered_from_a_file_into_a_file(tmp_path):
    cases, answers = tmp_path / "cases.json", tmp_path / "answers.json"
    cases.write_text('{"cases": [{"id": "one", "service": "没有这项服务", "applicant": "a"}]}', "utf-8")
    assert main(["check", str(cases), str(answers)]) == 0
    told = json.loads(answers.read_text("utf-8"))["answers"]
    assert told[0]["id"] == "one"
    assert told[0]["error"]


def test_an_unknown_command_is_refused(capsys):
    assert main(["fly"]) == 2
    assert main(["check", "one"]) == 2
    assert "demo OUT" in capsys.readouterr().err
