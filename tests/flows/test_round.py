"""A staircase of ten doors walked through the screens; in the middle of it the computer goes down."""

import shutil
import sys
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.app import OneWindow
from desktop.hands import button_named, settle, type_text
from models.casebook import Casebook
from models.clock import FixedClock
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry
from models.records.visit import PlanEntry
from models.store import importing
from tests.conftest import NOW, PASSPHRASE
from tests.flows.hands import sign_in
from tests.flows.killing import Victim

STAIRS = {"community_code": "120101001001", "street_line": "海河里9号", "building": "1", "unit": "3"}
DOORS = tuple(f"{floor}0{side}" for floor in range(1, 6) for side in (1, 2))

WALKER = """
from desktop.hands import type_text
from models.clock import FixedClock
from tests.conftest import NOW
from tests.flows.acting import ActingShell, run

class Walker(ActingShell):
    def __init__(self, folder):
        super().__init__(folder, FixedClock(NOW))

    def act(self):
        if self.page.name != "round":
            self.go("round")
        elif self.page.view is not None and self.tasks.idle() and not self.page.busy:
            page = self.page
            gone = page.view.row.gone
            if gone > self.typed:
                self.typed = gone
                print("walked", gone, flush=True)
            if gone < 4:
                if page.stop.tries:
                    page.go_next()
                page.record("nobody_home" if gone % 2 else "met")
            elif not page.card.note.text():
                type_text(page.card.note, "楼道灯坏了")
            elif any(one.form == "round" for one in self.casebook.drafts.all()):
                print("note kept", flush=True)

run(Walker)
"""


@pytest.fixture
def staircase(town: Path, folder: Path) -> dict[str, str]:
    """Household by door, in the casebook of the folder; something is planned for 302."""
    shutil.copytree(town, folder, dirs_exist_ok=True)
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    homes = {}
    for place, door in enumerate(DOORS):
        resident = ResidentEntry(name=f"赵{'甲乙丙丁戊己庚辛壬癸'[place]}", birth_date=date(1950, 3, 8), sex="2")
        members = (MemberEntry(resident=resident, relation="0"),)
        dwelling = DwellingEntry(**STAIRS, door=door)
        homes[door] = book.households.register(HouseholdEntry(dwelling=dwelling, members=members)).id
    book.planning.plan([PlanEntry(household_id=homes["302"], due_on=date(2026, 11, 22), reason="送告知单")])
    book.close()
    return homes


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_ten_doors_are_walked_though_the_computer_goes_down_in_between(window, folder, staircase):
    # The round is planned on the screen.
    shell = window(folder)
    sign_in(shell, PASSPHRASE)
    shell.actions_by_name["go_rounds"].trigger()
    settle(shell)
    shell.page.begin()
    settle(shell)
    form = shell.page.form
    box = form.boxes["street"]
    box.setCurrentIndex(box.findData(STAIRS["street_line"]))
    form._chosen("street")
    settle(shell)
    form.go.click()
    settle(shell)
    assert [stop.number for stop in shell.page.view.stops] == list(DOORS)
    round_id = shell.page.view.row.id
    shell.lock()
    settle(shell)
    assert shell.shut_down()

    # Four doors, a note being typed at the fifth, and the power is gone.
    walker = Victim(WALKER, folder)
    while "note kept" not in walker.line():
        pass
    walker.kill()

    # The next start: every tap is there, one stands at the fifth door, and the note is too.
    one = OneWindow(folder)
    assert one.is_first()
    shell = window(folder)
    sign_in(shell, PASSPHRASE)
    shell.go("visits")
    settle(shell)
    shell.go("round", round_id=round_id)
    settle(shell)
    page = shell.page
    assert (page.view.row.gone, page.view.row.met) == (4, 2)
    assert page.stop.number == "301"
    assert page.card.note.text() == "楼道灯坏了"
    with shell.casebook._book.writing() as connection:
        before = importing.digest(connection)
        importing.rebuild(connection)
        assert importing.digest(connection) == before

    # The other six, by keyboard.
    def key(code):
        QTest.keyClick(shell.focusWidget(), code)
        settle(shell)

    page.card.setFocus()
    key(Qt.Key.Key_1)
    assert shell.casebook.visits.of_household(staircase["301"])[0].notes == "楼道灯坏了"
    assert (page.stop.number, page.stop.due[0].text) == ("302", "送告知单")
    key(Qt.Key.Key_1)
    assert page.stop.number == "401", "the visit kept the plan, so nothing is left at 302"
    assert shell.casebook.planning.open() == []
    for code in (Qt.Key.Key_3, Qt.Key.Key_2, Qt.Key.Key_1):
        key(code)
    assert page.stop.number == "502"
    type_text(page.card.note, "")
    page.card.setFocus()
    key(Qt.Key.Key_4)
    row = page.view.row
    assert (row.total, row.gone, row.met, row.retries) == (10, 10, 5, 4)
    assert page.stop.number == "502", "who moved away is seen to before one goes on"

    # The end: those who were not met are planned, each at another time of day.
    page.menu_actions["finish"].trigger()
    settle(shell)
    plans = shell.casebook.planning.open()
    assert {plan.household_id for plan in plans} == {staircase[door] for door in ("102", "202", "401", "402")}
    assert sorted({plan.due for plan in plans}) == [date(2026, 11, 23), date(2026, 12, 7)]
    assert button_named(shell, "撤销").isVisible()
    one.let_go()
