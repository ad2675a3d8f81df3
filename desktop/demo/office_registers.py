"""The registers and the statistics of the month: looked at, narrowed down, on paper and as spreadsheets."""

from functools import partial
from typing import Any

from desktop.demo.letter import render
from desktop.demo.stage import Stage
from desktop.hands import press, save_paper, settle, wait_until
from desktop.pages import registers_paper

ON_PAPER = ("referrals", "needs", "visits")


def write_registers(stage: Stage) -> int:
    """Every register on the screen, some on paper, that of residents as a spreadsheet."""
    page = stage.go("registers", kind="residents")
    kinds = [str(page.kind.itemData(place)) for place in range(page.kind.count())]
    for kind in kinds:
        page = stage.go("registers", kind=kind)
        wait_until(partial(_is_read, page, kind), f"the register of {kind} is read", 60)
        wait_until(stage.shell.tasks.idle, "nothing is being read", 60)
        settle(stage.shell, 0.1)
        stage.picture(f"68-register-{kind}")
        if kind in ON_PAPER and page.register.total:
            page.dialog = None
            press(page.paper_button)
            wait_until(partial(_has_dialog, page), f"the register of {kind} is on paper", 60)
            dialog = page.dialog
            assert isinstance(dialog, registers_paper.RegisterPaper)
            name = f"paper-register-{kind}"
            save_paper(stage.shell, dialog.save_button, stage.out / f"{name}.pdf")
            render(stage.out / f"{name}.pdf", pages=2)
            dialog.reject()
    page = stage.go("registers", kind="residents")
    wait_until(partial(_is_read, page, "residents"), "the residents are read", 60)
    wait_until(stage.shell.tasks.idle, "nothing is being read", 60)
    asks = registers_paper.ask_spreadsheet
    registers_paper.ask_spreadsheet = lambda parent, name: stage.out / "register-residents.xlsx"
    try:
        press(page.sheet_button)
        page.dialog.protection.how.pick("open")  # of invented people, to be looked at afterwards
        page.dialog.protection.sure.setChecked(True)
        press(page.dialog.go)
        wait_until(stage.shell.tasks.idle, "the spreadsheet is written", 120)
    finally:
        registers_paper.ask_spreadsheet = asks
    return len(kinds)


def _is_read(page: Any, kind: str) -> bool:
    return page.register is not None and bool(page.register.kind == kind)


def _has_dialog(page: Any) -> bool:
    return page.dialog is not None


def count_month(stage: Stage) -> int:
    """The statistics of this month, on the screen, as a PDF and as a spreadsheet; how many pages it has."""
    page = stage.go("statistics")
    wait_until(lambda: bool(page.preview.pdf), "the month is counted", 120)
    settle(stage.shell, 0.4)
    stage.picture("69-statistics")
    save_paper(stage.shell, page.save_button, stage.out / "paper-statistics.pdf")
    render(stage.out / "paper-statistics.pdf", pages=4)
    asks = registers_paper.ask_spreadsheet
    registers_paper.ask_spreadsheet = lambda parent, name: stage.out / "statistics.xlsx"
    try:
        press(page.sheet_button)
        wait_until(stage.shell.tasks.idle, "the spreadsheet is written", 60)
    finally:
        registers_paper.ask_spreadsheet = asks
    pages: int = page.preview.page_count()
    return pages
