"""What several stories do: set a casebook up, type a person, take files in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget
from stdnum.iso7064 import mod_11_2

from desktop.drives import Drive
from desktop.hands import answer, button_named, line_named, pick_in_finder, press, settle, type_text
from desktop.shell import Shell
from models.casebook import Casebook
from models.store import importing
from models.texts import _


def card(born: str, sequence: str) -> str:
    """An identity number that nobody has, with the right check character."""
    base = f"120101{born}{sequence}"
    return base + mod_11_2.calc_check_digit(base)


ADDRESS = {"street_line": "鞍山道12号", "building": "3", "unit": "2", "door": "501"}


def set_up(shell: Shell, office: str, worker: str, passphrase: str) -> None:
    """Through the six pages of the first start."""
    gate: Any = shell.gate
    gate.go_on()
    gate.go_on()  # on this computer alone
    pick_in_finder(shell, gate.finder, office)
    gate.go_on()
    type_text(line_named(gate, _("Your name")), worker)
    gate.go_on()
    type_text(gate.new.first.line, passphrase)
    type_text(gate.new.second.line, passphrase)
    gate.understood.click()
    gate.go_on()
    gate.go_on()
    settle(shell)


def sign_in(shell: Shell, passphrase: str) -> None:
    """Type the passphrase and press Enter."""
    gate: Any = shell.gate
    gate.passphrase.line.clear()
    type_text(gate.passphrase.line, passphrase, enter=True)
    settle(shell, 0.02)


def new_registration(shell: Shell, **where: str) -> Any:
    """The page that registers, with an address in it."""
    shell.go("register", **where)
    settle(shell)
    page: Any = shell.page
    field = page.board.where.rows["address"].field
    if field.community.chosen() is None:
        pick_in_finder(shell, field.community, "hyl")
    for part, text in ADDRESS.items():
        type_text(field.lines[part], text)
    return page


def type_person(shell: Shell, page: Any, person: Mapping[str, str]) -> None:
    """Answer what is given, in the order of the form."""
    board = page.board
    for question, said in person.items():
        row = board.parts.rows.get(question) or board.person.rows[question]
        if question == "documents":
            type_text(row.field.fields[0].number, said)
            settle(shell, 0.02)
            continue
        assert not row.isHidden(), f"{question} is asked"
        answer(row, said)
        QApplication.processEvents()


def save_registration(shell: Shell, page: Any) -> str:
    """Save, say of everybody alike that they are others; the id of the household."""
    page.save()
    settle(shell, 0.05)
    while shell.page is page and page.board.comparing:
        page.board.likeness.say_different()
        settle(shell, 0.05)
    assert shell.page is not None
    assert shell.page.name == "household", (list(page.summary.links), page.board.where.answers())
    return str(shell.page.where["household_id"])


def take_in(shell: Shell, *files: Path) -> None:
    """Take files in on the sync page."""
    page: Any = shell.page
    page.choose_files = lambda: list(files)
    page.take_in()
    settle(shell)


def put_in(shell: Shell, *sticks: Path) -> None:
    """Sticks are in from now on, and the window has seen them; none takes them all out."""
    assert shell.area is not None
    shell.area.arrivals.drives = lambda: [Drive(each.name, each, 4 * 1024**3, 8 * 1024**3) for each in sticks]
    shell.area.arrivals.look(whole=True)
    settle(shell)


def export(shell: Shell) -> None:
    """Through the export wizard of the sync page, onto the stick that is in."""
    page: Any = shell.page
    press(page.export_button)
    settle(shell)
    press(page.panel.write_button)
    settle(shell)
    press(button_named(shell, _("All done")))
    settle(shell)


def agree(window: QWidget, words: str) -> None:
    """Press the button with these words."""
    press(button_named(window, words))


def digest(book: Casebook) -> str:
    """What a casebook holds."""
    with book._book.reading() as connection:
        return importing.digest(connection)
