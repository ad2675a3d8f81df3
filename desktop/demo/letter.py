"""A letter for the eldest: preview, number, the very bytes as a file; a correction; and its slip comes back."""

from pathlib import Path
from typing import Any

from desktop.demo.stage import Stage
from desktop.hands import press, save_paper, settle, type_text, wait_until
from desktop.pdfium import drawn, opened

SERVICES = 3
"""Services on one letter."""


def refer(stage: Stage) -> int:
    """A letter is issued, saved, and corrected."""
    shell, page = stage.shell, stage.page
    chosen = [
        key
        for key, card in page.cards.items()
        if card.choose is not None and card.result.determination.outcome == "eligible"
    ][:SERVICES]
    for key in chosen:
        page.cards[key].choose.click()
    press(page.refer_button)
    settle(shell, 0.4)
    letter: Any = shell.page
    type_text(letter.form.note, "老人行动不便，烦请先电话联系。")
    settle(shell, 0.5)
    stage.picture("60-referral")
    press(letter.issue_button)
    wait_until(lambda: letter.mode == "issued" and letter.referral is not None, "the letter is issued")
    settle(shell, 0.2)
    stage.picture("61-referral-issued")
    save_paper(shell, letter.save_button, stage.out / "letter.pdf")
    stage.rest()
    render(stage.out / "letter.pdf")
    casebook, view = shell.casebook, letter.referral
    shell.tasks.run(lambda: casebook.referrals.printed(view.letters[0].id, 1))
    stage.rest()
    stage.found["referral"] = view.id
    press(letter.correct_button)
    settle(shell, 0.2)
    type_text(letter.reason, "补充联系方式")
    type_text(letter.form.lines["receiver_phone"], "022-27355555")
    settle(shell, 0.5)
    press(letter.issue_button)
    wait_until(lambda: letter.referral is not None and len(letter.referral.letters) == 2, "the correction is issued")
    settle(shell, 0.2)
    stage.picture("62-referral-corrected")
    save_paper(shell, letter.save_button, stage.out / "letter-corrected.pdf")
    stage.rest()
    stage.go("referrals")
    stage.picture("63-referrals")
    slip_comes_back(stage, view.code)
    return len(chosen)


def slip_comes_back(stage: Stage, code: str) -> None:
    """The code of the slip is typed, as a scanner does, and what the slip says is noted."""
    shell: Any = stage.shell
    page = stage.page
    type_text(page.slip, code)
    press(page.slip_button)
    wait_until(lambda: shell.page.name == "referral" and shell.page.deeds.dialog is not None, "the slip was found")
    letter = shell.page
    settle(shell, 0.2)
    dialog = letter.deeds.dialog
    dialog.step.pick("accepted")
    type_text(dialog.said_by, "窗口王姐")
    settle(shell, 0.2)
    stage.picture("66-slip")
    press(dialog.go)
    wait_until(lambda: letter.referral is not None and letter.referral.status == "accepted", "the slip is noted")
    settle(shell, 0.2)
    stage.picture("67-referral-life")


def render(path: Path, pages: int = 9) -> None:
    """Leave pictures of the first pages of a PDF beside it."""
    with opened(path) as pdf:
        for place in range(min(len(pdf), pages)):
            drawn(pdf[place], 1.6).save(path.with_name(f"{path.stem}-{place + 1}.png"))
