"""Every paper beside the letter: chosen, seen, saved as a file, drawn as pictures to be looked at."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from desktop.demo.letter import render
from desktop.demo.register import ELDEST
from desktop.demo.stage import Stage
from desktop.hands import save_paper, settle, type_text, wait_until

NOTICE_SERVICES = 3
LABELS = 40


def print_papers(stage: Stage) -> int:
    """The notice for the eldest, the record of the visit, reports, the household, envelopes, labels, blank forms."""
    eldest, household = stage.found[ELDEST], stage.found["household"]
    about = {"resident_id": eldest, "household_id": household}
    casebook = stage.shell.casebook
    everybody = casebook.residents.ids("address")[:LABELS]
    wanted: tuple[tuple[str, dict[str, Any]], ...] = (
        ("household_sheet", about),
        ("notice", about),
        ("visit_record", about),
        ("report", about),
        ("envelopes", {"resident_ids": everybody[:3], **about}),
        ("labels", {"resident_ids": everybody, **about}),
        ("blank_form", {"key": "visit"}),
        ("blank_form", {"key": "elder_ability"}),
        ("blank_form", {"key": "home_safety"}),
    )
    for paper, where in wanted:
        page = stage.go("papers", paper=paper, **where)
        if paper == "notice":
            wait_until(partial(_is_listed, page), "the services are listed")
            for place in range(NOTICE_SERVICES):
                page.services.item(place).setCheckState(Qt.CheckState.Checked)
            type_text(page.note, "每周三下午办理，可由家属代办。", enter=True)
        elif paper in ("envelopes", "labels"):
            type_text(page.post.sender_address, "天津市和平区虚构道46号", enter=True)
        wait_until(partial(_is_shown, page), f"the paper {paper} is shown")
        settle(stage.shell, 0.4)
        name = f"paper-{paper}{'-' + where['key'] if 'key' in where else ''}"
        stage.picture(f"64-{name}")
        save_paper(stage.shell, page.save_button, stage.out / f"{name}.pdf")
        render(stage.out / f"{name}.pdf", pages=3)
    stage.go("person", resident_id=eldest)
    return len(wanted)


def _is_shown(page: Any) -> bool:
    """Whether the page shows its paper."""
    return bool(page.preview.pdf)


def _is_listed(page: Any) -> bool:
    """Whether the page lists the services of a notice."""
    return bool(page.services.count())
