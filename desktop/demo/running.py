"""The chapters in their order, the summary they leave, and the pictures that README.md shows."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.demo import (
    calendar,
    eligibility,
    exchange,
    first_run,
    household_changes,
    letter,
    letter_codes,
    letter_templates,
    looks,
    office_papers,
    office_registers,
    packs,
    questionnaire,
    register,
    rights,
    rounds,
    same_person,
    screening,
    trust,
    visits,
)
from desktop.demo import pictures as papers_and_pictures
from desktop.demo import transfer as case_transfer
from desktop.demo import workbench as bench_of_rules
from desktop.demo import worklist as day_of_work
from desktop.demo.stage import Stage
from desktop.hands import HandsError

CHAPTERS: tuple[tuple[str, Callable[[Stage], int]], ...] = (
    ("first run", first_run.first_run),
    ("fill the register", first_run.fill_register),
    ("search", register.search),
    ("register a household", register.register),
    ("person", register.person),
    ("a list taken in", trust.take_in),
    ("visit", visits.visit),
    ("papers and pictures", papers_and_pictures.papers),
    ("assessment", visits.assess),
    ("questions", eligibility.questions),
    ("eligibility", eligibility.results),
    ("referral letter", letter.refer),
    ("office papers", office_papers.print_papers),
    ("letter numbers", letter_codes.number),
    ("letters checked", letter_codes.check),
    ("templates of letters", letter_templates.change),
    ("screening", screening.screen),
    ("screened by person", screening.by_person),
    ("lists written", screening.write_lists),
    ("what changes soon", calendar.look_ahead),
    ("planned visits", visits.planned),
    ("worklist", day_of_work.work_through),
    ("handing over", day_of_work.hand_over),
    ("round", rounds.walk),
    ("questionnaire", questionnaire.ask),
    ("rules read", bench_of_rules.read_rules),
    ("registers", office_registers.write_registers),
    ("statistics", office_registers.count_month),
    ("exchange cards", exchange.exchange_cards),
    ("office changes the rules", packs.write),
    ("who gains and loses", packs.compare),
    ("rules installed", packs.install),
    ("decided again", packs.replay),
    ("export", exchange.export),
    ("office takes in", exchange.take_in),
    ("receipt", exchange.receipt),
    ("office checks a letter", letter_codes.at_the_office),
    ("office screens", screening.at_the_office),
    ("household changes", household_changes.change),
    ("consent and rights", rights.consent),
    ("case transferred", case_transfer.transfer),
    ("likeness", register.likeness),
    ("the same person twice", same_person.merge),
    ("accounts", trust.accounts),
    ("audit and health", trust.look_after),
    ("every screen", looks.looks),
)

README_SCREENS = {
    "today": "07-today.zh",
    "residents": "11-residents-search.zh",
    "visit": "40-visit.zh",
    "eligibility": "50-eligibility.zh",
    "letter": "61-referral-issued.zh",
    "screening": "54-screening.zh",
    "workbench": "90-workbench.zh",
}

LEFT = (
    "*.png",
    "*.jmr",
    "*.jmpack",
    "*.xlsx",
    "list*.pdf",
    "paper-*.pdf",
    "batch/*.jmb",
    "batch/*.jmr",
    "summary.json",
)
"""What a run leaves and the next one replaces."""


def play(out: Path, work: Path, leave_out: Collection[str] = ()) -> None:
    """Play the chapters, all but those left out by name, and write the summary. Raises HandsError."""
    stage = Stage(out, work)
    try:
        for name, do in CHAPTERS:
            if name not in leave_out:
                stage.step(name, do)
    finally:
        for window in (stage.shell, stage.office):
            if window is not None:
                window.shut_down()
                window.hide()
    sum_up(stage)


def sum_up(stage: Stage) -> None:
    """Write what was done, and what was found."""
    total = round(sum(step.seconds for step in stage.steps), 2)
    summary = {
        "seconds": total,
        "pictures": stage.pictures,
        **stage.figures,
        "steps": [asdict(step) for step in stage.steps],
    }
    (stage.out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"demo: done in {total} s, {stage.pictures} pictures in {stage.out.name}\n")


def renew_readme_screens(out: Path) -> None:
    """Put the pictures of this run where README.md shows them (option --screens), small enough to travel."""
    from PIL import Image

    folder = Path(__file__).parents[2] / "resources" / "help" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in README_SCREENS.items():
        with Image.open(out / f"{picture}.png") as shown:
            few = shown.convert("RGB").quantize(128, dither=Image.Dither.NONE)
        few.save(folder / f"{name}.png", optimize=True)


def main(arguments: list[str]) -> int:
    """Run the demonstration; arguments: the folder for what it leaves, --screens to renew the README's pictures."""
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    for old in (path for pattern in LEFT for path in out.glob(pattern)):
        with suppress(FileNotFoundError):
            old.unlink()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    qInstallMessageHandler(_no_noise)
    app.setStyle("Fusion")
    theme.load_face("hei")
    work = Path(tempfile.mkdtemp(prefix="jinmen-demo-"))
    try:
        play(out, work)
        if "--screens" in arguments:
            renew_readme_screens(out)
    except HandsError as trouble:
        sys.stderr.write(f"demo: {trouble}\n")
        return 1
    finally:
        qInstallMessageHandler(None)
        shutil.rmtree(work, ignore_errors=True)
    return 0


def _no_noise(_kind: QtMsgType, _where: QMessageLogContext, words: str) -> None:
    """Qt's messages as always, but for what the window without a screen says of every dialog."""
    if "propagateSizeHints" not in words:
        sys.stderr.write(f"{words}\n")
