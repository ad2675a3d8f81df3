"""Thirty letters go to the printer, and the computer goes down half-way: afterwards each is out once, or was asked for.

The printer is a program on PATH that prints into a folder (tests/fake_cups.py); what lies there is the tray.
"""

import shutil
import sys
from collections import Counter

import pytest
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from desktop import print_runner
from desktop.hands import button_named, press, settle, wait_until
from desktop.pages.print_queue import PrintQueuePage
from desktop.print_runner import runner_of
from models.casebook import Casebook
from models.records.audit import Audit
from models.store.rows import table_of
from tests.conftest import PASSPHRASE
from tests.desktop.printing.conftest import issue_letters
from tests.fake_cups import cups  # noqa: F401  # a fixture
from tests.flows.hands import sign_in
from tests.flows.killing import Victim

LETTERS = 30

PRINTER = """
from desktop.paper_kinds import PaperItem
from desktop.print_runner import runner_of
from desktop.printers import Options, Printer
from tests.flows import acting

class Printing(acting.ActingShell):
    begun = False

    def act(self):
        if not self.begun:
            self.begun = True
            views = self.casebook.referrals.all()
            items = [PaperItem("letter", one.letters[0].id, label=one.number) for one in reversed(views)]
            runner_of(self).start(items, "30", Printer("Front"), Options())
        progress = runner_of(self).progress
        print(progress.done if progress else -1, flush=True)

acting.run(Printing)
"""


def journalled(book: Casebook) -> Counter[str]:
    """How often each letter was journalled as printed."""
    table = table_of(Audit)
    with book._book.reading() as connection:
        query = select(table.c.subject_id).where(table.c.action == "print")
        return Counter(connection.execute(query).scalars())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_after_a_kill_no_letter_is_lost_and_none_is_printed_twice_unasked(
    window,
    town,
    folder,
    cups,  # noqa: F811
    clock,
    monkeypatch,
):
    shutil.copytree(town, folder, dirs_exist_ok=True)

    class Open:
        casebook = Casebook.open(folder, PASSPHRASE, clock=clock)

    letters, numbers = issue_letters(Open, LETTERS)
    Open.casebook.close()

    victim = Victim(PRINTER, folder)
    while (done := int(victim.line())) < 8 or len(cups.numbers()) < done + 3:
        pass  # some are known to be out, some are out and not yet known to be
    victim.kill()
    before = cups.titles()
    assert 8 < len(before) < LETTERS, "it was killed in the middle"

    monkeypatch.setattr(print_runner, "POLL_MS", 10)
    shell = window(folder)
    sign_in(shell, PASSPHRASE)
    settle(shell)
    told = " ".join(label.text() for label in shell.area.banners.findChildren(QLabel))
    assert "打印机上" in told
    assert "没有打印" in told
    press(button_named(shell.area.banners, "打开打印队列"))
    settle(shell)
    page = shell.page
    assert isinstance(page, PrintQueuePage)
    states = {item.label: item.status for item in page.items}
    assert list(states) == numbers, "in the order in which they were asked for"
    printed = [one for one, status in states.items() if status == "printed"]
    unsure = [one for one, status in states.items() if status == "unsure"]
    assert unsure
    assert set(printed) <= set(before), "what counts as printed is in the tray"
    assert set(before) <= set(printed) | set(unsure), "what is in the tray is known, or asked about"
    assert all(status == "waiting" for one, status in states.items() if one not in {*printed, *unsure})

    # The worker looks into the tray: what lies there came out, one cannot be found again, the rest is not there.
    lost = next(one for one in unsure if one in before)
    for number in unsure:
        place = list(states).index(number)
        page.list.tick(place, place)
        answer = page.reprint if number == lost else page.came_out if number in before else page.print_it
        press(answer)
        settle(shell)
    assert not page.question.isVisibleTo(page)
    press(page.go_button)
    wait_until(lambda: runner_of(shell).progress is None and not runner_of(shell)._job_id, "all is printed", 60)
    settle(shell)

    assert Counter(cups.titles()) == Counter(numbers) + Counter([lost])
    assert all(item.status == "printed" for item in page.items)
    assert journalled(shell.casebook) == Counter(letters), "each once: of the lost one only the reprint is known"
    last = max(n for n in cups.numbers() if lost in cups.arguments(n))
    assert "补打" in cups.text(last)
