"""Between the laptop and the street office: cards, the sealed batch, the receipt."""

from typing import Any

from desktop.demo.stage import BRIEF, COMMUNITY, PASSPHRASE, SIZE, Stage, go, page_of
from desktop.hands import HandsError, button_named, press, settle, type_text, wait_until
from desktop.shell import Shell
from models.casebook import Casebook
from models.services.views import Office, Worker
from models.texts import _


def exchange_cards(stage: Stage) -> int:
    """The street office is made on another machine; both take in each other's card."""
    folder = stage.work / "office"
    Casebook.create(
        folder,
        PASSPHRASE,
        office=Office(COMMUNITY[:9], "天津市和平区劝业场街道办事处", "劝业", "022-27355000"),
        worker=Worker("马丽"),
        clock=stage.clock,
    ).close()
    office = stage.office = Shell(folder, stage.clock)
    office.resize(SIZE)
    office.show()
    gate: Any = office.gate
    type_text(gate.passphrase.line, "猜一个口令试试", enter=True)
    settle(office)
    stage.picture("70-sign-in-wrong", office)
    gate.passphrase.line.clear()
    type_text(gate.passphrase.line, PASSPHRASE, enter=True)
    wait_until(lambda: not office.is_locked, "the office signs in")
    settle(office, BRIEF)
    stick = stage.work / "stick"
    stick.mkdir()
    for window in (stage.shell, office):
        page = go(window, "sync")
        page.choose_folder = lambda: stick
        page.write_card()
        settle(window, BRIEF)
    cards = {path: path.read_bytes() for path in stick.glob("*.jmcard")}
    own = {window: window.casebook.sync.card() for window in (stage.shell, office)}
    for window in (stage.shell, office):
        page = page_of(window)
        path = next(path for path, content in cards.items() if content != own[window])
        page.choose_files = lambda path=path: [path]
        page.take_in()
        settle(window, BRIEF)
        stage.picture("71-card" if window is stage.shell else "72-card-office", window)
        press(button_named(window, _("They are the same: trust it")))
        settle(window, BRIEF)
        if not window.casebook.sync.peers():
            raise HandsError("the card was not taken in")
    return len(cards)


def export(stage: Stage) -> int:
    """Everything that was not acknowledged goes into sealed files."""
    page = stage.go("sync")
    waiting = int(stage.shell.casebook.sync.status().waiting)
    stage.picture("73-sync-waiting")
    batch = stage.out / "batch"
    batch.mkdir(exist_ok=True)
    page.choose_folder = lambda: batch
    page.export()
    stage.rest()
    stage.picture("74-sync-exported")
    stage.need(sorted(batch.glob("*.jmb")), "no batch was written")
    return waiting


def take_in(stage: Stage) -> int:
    """The office looks at the batch before anything is changed, then takes it in."""
    office = stage.street
    page = go(office, "sync")
    files = sorted((stage.out / "batch").glob("*.jmb"))
    page.choose_files = lambda: list(files)
    page.take_in()
    settle(office, BRIEF)
    stage.picture("75-office-preview", office)
    for _file in files:
        settle(office, BRIEF)
        press(button_named(office, _("Take it in")))
        settle(office, BRIEF)
    stage.picture("76-office-applied", office)
    arrived = int(office.casebook.today().residents)
    here = int(stage.shell.casebook.today().residents)
    stage.need(arrived == here, f"{arrived} residents at the office, {here} on the laptop")
    go(office, "person", resident_id=stage.found["单建国"])
    stage.picture("77-office-person", office)
    return arrived


def receipt(stage: Stage) -> int:
    """The office's receipt goes back and marks what arrived."""
    page = go(stage.street, "sync")
    page.choose_folder = lambda: stage.out
    page.write_receipt()
    settle(stage.street, BRIEF)
    receipts = list(stage.out.glob("*.jmr"))
    stage.need(len(receipts) == 1, f"{len(receipts)} receipts were written")
    laptop = stage.go("sync")
    laptop.choose_files = lambda: receipts
    laptop.take_in()
    stage.rest()
    stage.picture("78-sync-receipt")
    left = int(stage.shell.casebook.sync.status().waiting)
    stage.need(not left, f"{left} changes are still waiting after the receipt")
    return len(receipts)
