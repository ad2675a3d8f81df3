"""The computer goes down while a registration is typed: after the next start at most a second of typing is missing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from desktop.app import OneWindow
from desktop.hands import pick_in_finder, settle
from models.store import importing
from tests.conftest import PASSPHRASE
from tests.flows.hands import save_registration, sign_in

TYPIST = """
import sys
from PySide6.QtCore import QTimer
from desktop import app
from desktop.hands import type_text
from tests.conftest import PASSPHRASE

class Typist(app.Shell):
    typed = 0

    def __init__(self, folder):
        super().__init__(folder)
        self.hand = QTimer(self)
        self.hand.timeout.connect(self.do)
        self.hand.start(30)

    def do(self):
        if self.is_locked:
            line = getattr(self.gate, "passphrase").line
            if line.isEnabled() and not line.text():
                type_text(line, PASSPHRASE, enter=True)
        elif self.page.name != "register":
            self.actions_by_name["register"].trigger()
            type_text(self.page.board.person.rows["name"].field.line, "赵海生")
        else:
            self.typed += 1
            type_text(self.page.board.person.rows["note"].field.text, f"{self.typed},")
            print(self.typed, flush=True)

app.Shell = Typist
sys.exit(app.main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("after", [1.8])
def test_after_a_kill_the_next_start_offers_what_was_typed(window, town, folder, after):
    shutil.copytree(town, folder, dirs_exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "JINMEN_DATA": str(folder)}
    typist = subprocess.Popen(
        [sys.executable, "-c", TYPIST],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert typist.stdout is not None
    assert typist.stderr is not None
    moments: list[float] = []  # when the n-th number was typed
    while not moments or time.monotonic() - moments[0] < after:
        line = typist.stdout.readline()
        assert line, typist.stderr.read()
        moments.append(time.monotonic())
    killed = time.monotonic()
    typist.send_signal(signal.SIGKILL)
    typist.wait()
    typist.stdout.close()
    typist.stderr.close()

    one = OneWindow(folder)
    assert one.is_first(), "the lock of the killed window does not keep the next one out"
    shell = window(folder)
    sign_in(shell, PASSPHRASE)
    settle(shell)
    offered = [b for b in shell.page.findChildren(QAbstractButton) if "赵海生" in b.accessibleName() + b.text()]
    next(button for button in offered if "丢弃" not in button.accessibleName()).click()
    settle(shell)
    page = shell.page
    assert page.name == "register"
    kept = page.board.person.rows["note"].answer()
    count = kept.count(",")
    assert kept == "".join(f"{n}," for n in range(1, count + 1)), "nothing is missing from the middle"
    promised = sum(moment < killed - 1.0 for moment in moments)
    assert count >= promised > 0

    # The records themselves are whole, and the work goes on.
    with shell.casebook._book.writing() as connection:
        before = importing.digest(connection)
        importing.rebuild(connection)
        assert importing.digest(connection) == before
    community = page.board.where.rows["address"].field.community
    if community.chosen() is None:
        pick_in_finder(shell, community, "hyl")
    household = save_registration(shell, page)
    (member,) = shell.casebook.households.get(household).members
    assert shell.casebook.residents.get(member.resident.id).note == kept
    one.let_go()
