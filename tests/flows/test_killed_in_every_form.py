"""The computer goes down in the middle of a form: the page of drafts offers what was typed, but for at most a second.

JINMEN_KILLS=20 kills each form twenty times at moments drawn anew; by default once, so that the suite stays quick.
"""

import os
import random
import shutil
import sys

import pytest

from desktop.app import OneWindow
from desktop.hands import settle
from models.casebook import Casebook
from tests.conftest import PASSPHRASE
from tests.flows.hands import sign_in
from tests.flows.killing import nothing_missing, type_and_kill

TYPIST = """
import sys
from tests.flows.acting import ActingShell, run

form, subject = sys.argv.pop(1), sys.argv.pop(1)

class Typist(ActingShell):
    def act(self):
        if self.page.name != form:
            self.go(form, **({"name": "赵海生"} if form == "register" else dict([subject.split("=")])))
        elif self.page.whole.isVisible() and (form == "register" or self.page.view is not None):
            view = self.page.board.person if form == "register" else self.page.view
            row = view.rows.get("note") or view.rows["notes"]
            self.type_next(row.field.first_focus())

run(Typist)
"""

KILLS = int(os.environ.get("JINMEN_KILLS", "1"))


def moments() -> list[float]:
    """Seconds of typing before each kill: always other ones where there are many, between one save and the next."""
    chance = random.Random() if KILLS > 1 else random.Random(4)  # a moment, not a secret
    return [round(chance.uniform(1.1, 2.2), 3) for _kill in range(KILLS)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("after", moments())
@pytest.mark.parametrize("form", ["register", "visit", "assessment"])
def test_the_drafts_page_offers_what_was_typed_before_the_kill(window, town, folder, clock, form, after):
    shutil.copytree(town, folder, dirs_exist_ok=True)
    book = Casebook.open(folder, PASSPHRASE, clock=clock)
    resident = book.residents.ids()[0]
    household = book.households.of_resident(resident)[0].id
    book.close()
    subject = {"visit": f"household_id={household}", "assessment": f"resident_id={resident}"}.get(form, "=")
    promised = type_and_kill(TYPIST, folder, form, subject, after=after)

    one = OneWindow(folder)
    assert one.is_first(), "the lock of the killed window does not keep the next one out"
    shell = window(folder)
    sign_in(shell, PASSPHRASE)
    shell.go("drafts")
    settle(shell)
    (line,) = shell.page.lines.values()
    line.button.click()
    settle(shell)
    page = shell.page
    assert page.name == form
    view = page.board.person if form == "register" else page.view
    kept = str((view.rows.get("note") or view.rows["notes"]).answer())
    nothing_missing(kept, promised)
    one.let_go()
