"""Letter numbers are handed to another computer, and letters are checked by their codes: here and at the office."""

from pathlib import Path

from desktop.demo.stage import Stage, go
from desktop.hands import settle, type_text, wait_until
from desktop.shell import Shell

TABLET = "K7Q2"
"""The code of an invented second computer."""


def number(stage: Stage) -> int:
    """A block of numbers is given to a tablet; the report of gaps finds nothing to explain."""
    page = stage.go("numbers")
    type_text(page.other, TABLET)
    type_text(page.other_name, "李姐的平板")
    page.give_button.click()
    wait_until(lambda: bool(page.code_given), "the block is given")
    stage.rest()
    stage.in_both("64-numbers", lambda: stage.go("numbers"))
    report = stage.go("numbers").loaded.report
    stage.need(report.clean and report.used, "a letter number is missing or stands on two letters")
    stage.page.choose_file = lambda name, kinds: stage.out / "list-letter-numbers.xlsx"
    stage.page.export()
    stage.rest()
    return int(report.used)


def check(stage: Stage) -> int:
    """The first letter was replaced by the corrected one, which is genuine to the last character."""
    outcomes = [_checked(stage, stage.shell, stage.out / name) for name in ("letter.pdf", "letter-corrected.pdf")]
    stage.need(outcomes == ["replaced", "genuine"], f"the letters were found {outcomes}")
    stage.picture("65-verify")
    return len(outcomes)


def at_the_office(stage: Stage) -> int:
    """The street office has the community's card, and no network: the letter is genuine there too."""
    outcome = _checked(stage, stage.street, stage.out / "letter-corrected.pdf")
    stage.need(outcome == "genuine", f"the office found the letter {outcome}")
    stage.picture("68-verify-office", stage.street)
    return 1


def _checked(stage: Stage, shell: Shell, path: Path) -> str:
    page = go(shell, "verify")
    page.check_file(path)
    settle(shell, 0.1)
    wait_until(lambda: bool(page.verdicts), "the letter is checked")
    (verdict,) = page.verdicts
    stage.need(verdict.words_checked, "the text of the letter was not compared")
    return str(verdict.outcome)
