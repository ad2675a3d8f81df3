"""A worker's day through the real program: `python -m tests.torture.day work|crash EXPORTS`; leaks.py starts it.

It sets itself up, registers a family whose every word is found nowhere else, visits, searches, keeps a photo, prints a
letter in memory, saves one on purpose, exports a list and changes, backs up, types on, and locks; the second day it
types, shows the calm window of a fault, and goes down.
"""

import os
import sys
import traceback
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop import app
from desktop.hands import answer, press, save_paper, settle, type_text, wait_until
from models.texts import _
from tests.flows import hands
from tests.torture.canaries import FAMILY, HOUSE, NOTE, PHRASE, PICTURE_TITLE, SEARCHED, picture

EXPORTS = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()
DEEDS: list[str] = []


class Living(app.Shell):
    """The window with a hand of its own."""

    def __init__(self, folder: Path, *more: Any) -> None:
        super().__init__(folder, *more)
        if "after-lock" not in sys.argv:
            QTimer.singleShot(600, self, self.live)

    def live(self) -> None:
        """The day; whatever goes wrong with it is said, and is not taken for a quiet day."""
        try:
            crash(self) if sys.argv[1] == "crash" else work(self)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(3)


def did(what: str) -> None:
    """A deed that was done, for whoever counts them."""
    print(f"DID {what}", flush=True)


def work(shell: Any) -> None:
    """The first day."""
    settle(shell)
    hands.set_up(shell, "hyl", "周敏", PHRASE)
    did("set up and unlocked")
    household = _register(shell)
    did("registered")
    resident = shell.casebook.households.get(household).members[0].resident.id
    _visit(shell, household, resident)
    did("visited")
    _search(shell)
    did("searched")
    _photo(shell, resident)
    did("photo")
    _letter(shell, household, resident)
    did("letter")
    _export(shell)
    did("exported")
    shell.casebook.back_up()
    did("backed up")
    shell.go("health")
    settle(shell)
    shell.go("household", household_id=household)
    settle(shell)
    QApplication.clipboard().clear()
    shell.lock()
    did("locked")


def _register(shell: Any) -> str:
    page = hands.new_registration(shell)
    for part, text in HOUSE.items():
        line = page.board.where.rows["address"].field.lines[part]
        line.clear()
        type_text(line, text)
    for place, person in enumerate(FAMILY):
        if place:
            page.another()
            settle(shell, 0.05)
        hands.type_person(shell, page, person)
    page.keeper.flush()
    return hands.save_registration(shell, page)


def _visit(shell: Any, household: str, resident: str) -> None:
    shell.go("visit", household_id=household)
    settle(shell)
    page = shell.page
    rows = page.view.rows
    answer(rows["outcome"], "met")
    settle(shell, 0.05)
    rows["met"].field.pick(resident)
    page.needs.groups.pick("elderly")
    QApplication.processEvents()
    type_text(page.needs.rows["elderly"].note.first_focus(), NOTE)
    page.save()
    settle(shell)
    assert shell.casebook.visits.of_household(household)[0].needs[0].note == NOTE


def _search(shell: Any) -> None:
    shell.go("residents")
    settle(shell)
    for text in SEARCHED:
        found = shell.casebook.residents.find(text)
        assert found, "the search finds the family"
    shell.go("person", resident_id=found[0])
    settle(shell)


def _photo(shell: Any, resident: str) -> None:
    from desktop.picture_sources import CAMERA_FOLDER

    camera = EXPORTS / "DCIM"
    camera.mkdir(parents=True, exist_ok=True)
    (camera / "IMG_0001.jpg").write_bytes(picture())
    shell.casebook.settings.set(CAMERA_FOLDER, str(camera))
    shell.go("pictures", resident_id=resident)
    settle(shell)
    page = shell.page
    page.open_camera()
    settle(shell)
    page.camera.grid.clicked.emit(page.camera.grid.rows.index(0))
    press(page.take_button)
    wait_until(lambda: page.stack.current() is page.pane, "the photo is opened")
    settle(shell)
    page.pane.form.kind.pick("home")
    type_text(page.pane.form.title, PICTURE_TITLE)
    page.taking.save()
    settle(shell)
    (kept,) = shell.casebook.pictures.of("resident", resident)
    page = shell.page
    page.look(kept.id)
    settle(shell)


def _letter(shell: Any, household: str, resident: str) -> None:
    shell.go("eligibility", household_id=household)
    settle(shell)
    page = shell.page
    page.show_person(resident)
    settle(shell)
    card = next(
        card
        for card in page.cards.values()
        if card.choose is not None and card.result.determination.outcome == "eligible"
    )
    card.choose.click()
    page.keep()
    settle(shell)
    press(page.refer_button)
    settle(shell, 0.5)
    letter = shell.page
    type_text(letter.form.note, NOTE)
    settle(shell, 0.6)
    press(letter.issue_button)
    wait_until(lambda: letter.mode == "issued" and letter.referral is not None, "the letter is issued")
    settle(shell, 0.4)
    save_paper(shell, letter.save_button, EXPORTS / "letter.pdf")
    save_paper(shell, letter.save_button, EXPORTS / "protected.pdf", PHRASE)
    settle(shell)
    assert (EXPORTS / "letter.pdf").stat().st_size > 1000


def _export(shell: Any) -> None:
    stick = EXPORTS / "stick"
    (card,) = stick.glob("*.jmcard")  # of the street, put there before the day began
    shell.casebook.sync.trust_card(card)
    shell.go("sync")
    settle(shell)
    shell.page.choose_folder = lambda: stick
    shell.page.write_card()
    settle(shell)
    hands.put_in(shell, stick)
    hands.export(shell)
    assert list(stick.glob("*.jmb")), "changes were written"
    did("changes")
    for kind in ("xlsx", "pdf"):
        shell.go("screening")
        settle(shell)
        page = shell.page
        page.show_view("people")
        settle(shell)
        page.lines.tick_all()
        page.choose_file = lambda name, _kinds: EXPORTS / name
        page.ask_export()
        (page.dialog.as_paper if kind == "pdf" else page.dialog.as_sheet).setChecked(True)
        page.dialog.go.click()
        settle(shell)
        assert list(EXPORTS.glob(f"*.{kind}")), f"a list as {kind} was written"
    did("lists")


def crash(shell: Any) -> None:
    """The second day: typing, a fault whose words hold a name, and the end."""
    settle(shell)
    hands.sign_in(shell, PHRASE)
    settle(shell)
    page = hands.new_registration(shell)
    hands.type_person(shell, page, FAMILY[0])
    page.keeper.flush()
    settle(shell)
    did("typed")

    def fault() -> None:
        name = FAMILY[0]["name"]
        raise ValueError(f"{name} {FAMILY[0]['documents']} {NOTE}")

    QTimer.singleShot(0, shell, fault)
    QTimer.singleShot(1500, shell, lambda: (_seen(), did("calm window"), os.abort()))


def _seen() -> None:
    """The calm window is there."""
    shown = [window.windowTitle() for window in QApplication.topLevelWidgets() if window.isVisible()]
    assert _("Something went wrong in the program") in shown, shown


if __name__ == "__main__":
    app.Shell = Living  # type: ignore[misc]
    sys.exit(app.main())
