"""The case of a household goes to another district: asked for, accepted, handed over; both papers drawn as pictures."""

from functools import partial
from typing import Any

from desktop.demo.letter import render
from desktop.demo.stage import Stage
from desktop.hands import pick_in_finder, press, save_paper, settle, type_text, wait_until

PAPERS = {"case_request": "paper-transfer-request", "case_sheet": "paper-transfer-list"}


def transfer(stage: Stage) -> int:
    """From the page of the household to the list that both offices sign; how many papers were saved."""
    stage.go("household", household_id=stage.found["household"])
    stage.shell.actions_by_name["transfer"].trigger()
    settle(stage.shell)
    press(stage.page.ask_button)
    dialog = stage.page.dialog
    pick_in_finder(stage.shell, dialog.office.finder, "四化里")
    type_text(dialog.contact, "刘洋 022-23330000")
    type_text(dialog.note, "已在马场街道租房，孩子九月转学。")
    stage.picture_of(dialog, "66-transfer-ask")
    press(dialog.go)
    settle(stage.shell, 0.4)
    stage.picture("66-transfer-asked")
    saved = 0
    for step in ("accept", "hand_over", ""):
        page = stage.page
        wait_until(partial(_is_shown, page), "the paper is shown")
        if step in ("accept", ""):
            name = PAPERS[page.paper]
            save_paper(stage.shell, page.save_button, stage.out / f"{name}.pdf")
            render(stage.out / f"{name}.pdf", pages=3)
            saved += 1
        if step:
            press(page.deeds[step])
            settle(stage.shell)
            if step == "accept":
                type_text(page.dialog.by, "刘洋")
                stage.picture_of(page.dialog, "66-transfer-answer")
            press(page.dialog.go)
            settle(stage.shell, 0.4)
    stage.in_both("66-transfer", stage.rest)
    stage.go("transfers")
    stage.picture("66-transfers")
    stage.need(stage.page.rows, "no transfer is listed")
    stage.figures["transfer"] = {"status": stage.page.rows[0].view.status, "papers": saved}
    return saved


def _is_shown(page: Any) -> bool:
    """Whether the page shows its paper."""
    return bool(page.preview.pdf)
