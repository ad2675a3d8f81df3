"""A window with four letters, and a print system that prints into a folder and is asked often."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from desktop import print_runner
from desktop.paper_kinds import PaperItem
from desktop.print_runner import PrintRunner, runner_of
from desktop.printers import Options, Printer
from desktop.shell import Shell
from models.records.referral import MatterEntry, ReferralEntry
from tests.desktop.conftest import settle
from tests.fake_cups import FakeCups, cups  # noqa: F401  # a fixture

FRONT = Printer("Front", is_default=True)


@dataclass(frozen=True)
class Printing:
    """What the tests here work with."""

    shell: Shell
    cups: FakeCups
    letters: list[str]
    numbers: list[str]
    until: Callable[[Callable[[], bool]], None]

    @property
    def runner(self) -> PrintRunner:
        """The window's."""
        return runner_of(self.shell)

    def items(self) -> list[PaperItem]:
        """All letters, to print."""
        return [PaperItem("letter", one, label=number) for one, number in zip(self.letters, self.numbers, strict=True)]

    def start(self, items: list[PaperItem] | None = None, printer: Printer = FRONT, **options: object) -> str:
        """Print; returns the job."""
        self.runner.start(items or self.items(), "转介单", printer, Options(**options))
        settle(self.shell)
        return self.shell.casebook.print_queue.jobs()[0].id

    def states(self) -> list[str]:
        """How the papers of the newest job are."""
        queue = self.shell.casebook.print_queue
        return [item.status for item in queue.items(queue.jobs()[0].id)]

    def done(self) -> None:
        """Wait until nothing is being printed."""
        self.until(lambda: self.runner.progress is None and not self.runner._job_id)
        settle(self.shell)


def issue_letters(shell: Shell, count: int) -> tuple[list[str], list[str]]:
    """So many letters for residents of the town: their ids and numbers."""
    book = shell.casebook
    residents = book.residents.ids()
    letters, numbers = [], []
    for number in range(count):
        entry = ReferralEntry(
            resident_id=residents[number % len(residents)], matters=(MatterEntry(service_id="S50"),), receiver="街道"
        )
        made = book.referrals.issue(entry)
        letters.append(made.ids[0])
        numbers.append(book.referrals.letter(made.ids[0]).number)
    return letters, numbers


@pytest.fixture
def printing(shell, cups, qtbot, monkeypatch) -> Printing:  # noqa: F811
    monkeypatch.setattr(print_runner, "POLL_MS", 10)
    letters, numbers = issue_letters(shell, 4)

    def until(true: Callable[[], bool]) -> None:
        qtbot.waitUntil(true, timeout=20000)

    return Printing(shell, cups, letters, numbers, until)
