"""The computer goes down while a registration is typed: after the next start at most a second of typing is missing."""

import shutil
import sys

import pytest
from PySide6.QtWidgets import QAbstractButton

from desktop.app import OneWindow
from desktop.hands import pick_in_finder, settle
from models.store import importing
from tests.conftest import PASSPHRASE
from tests.flows.hands import save_registration, sign_in
from tests.flows.killing import nothing_missing, type_and_kill

TYPIST = """
from desktop.hands import type_text
from tests.flows.acting import ActingShell, run

class Typist(ActingShell):
    def act(self):
        if self.page.name != "register":
            self.actions_by_name["register"].trigger()
            type_text(self.page.board.person.rows["name"].field.line, "赵海生")
        else:
            self.type_next(self.page.board.person.rows["note"].field.text)

run(Typist)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("after", [1.8])
def test_after_a_kill_the_next_start_offers_what_was_typed(window, town, folder, after):
    shutil.copytree(town, folder, dirs_exist_ok=True)
    promised = type_and_kill(TYPIST, folder, after=after)

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
    nothing_missing(kept, promised)

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
