"""Between the laptop and the street office: cards, a stick with sealed files, the inbox, the receipt on it."""

from typing import Any

from desktop.demo.stage import BRIEF, COMMUNITY, PASSPHRASE, SIZE, Stage, go, page_of
from desktop.drives import Drive
from desktop.hands import HandsError, button_named, press, settle, type_text, wait_until
from desktop.shell import Shell
from models.casebook import Casebook
from models.services.views import Office, Worker
from models.texts import _, ngettext

STICK = "KINGSTON"
FREE, TOTAL = 7 * 1024**3, 8 * 1024**3


def put_in(window: Shell, stage: Stage, *, there: bool = True) -> None:
    """The stick is in one of the computers from now on, or out of it."""
    folder = stage.out / "batch"
    folder.mkdir(exist_ok=True)
    if window.area is None:
        raise HandsError("the window is locked")
    drives = [Drive(STICK, folder, FREE, TOTAL)] if there else []
    window.area.arrivals.drives = lambda: drives
    window.area.arrivals.look(whole=True)
    settle(window, BRIEF)


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
    """Everything that was not acknowledged goes into sealed files on the stick, which the window finds by itself."""
    page = stage.go("sync")
    waiting = int(stage.shell.casebook.sync.status().waiting)
    stage.picture("73-sync-waiting")
    put_in(stage.shell, stage)
    press(page.export_button)
    stage.rest()
    stage.picture("73b-sync-wizard")
    press(page.panel.write_button)
    stage.rest()
    stage.picture("74-sync-exported")
    stage.need(sorted((stage.out / "batch").glob("*.jmb")), "no batch was written")
    press(button_named(stage.shell, _("All done")))
    stage.rest()
    put_in(stage.shell, stage, there=False)
    return waiting


def take_in(stage: Stage) -> int:
    """The office finds the stick, looks before anything is changed, takes in, and writes the receipt onto the stick."""
    office = stage.street
    go(office, "today")
    if office.area is not None:  # it asked what waits while the other window of this process spoke English
        office.area.status.refresh()
        settle(office, 0.6)  # it waits half a second for more
    put_in(office, stage)
    stage.picture("75-office-stick", office)
    press(button_named(office, _("Look at them")))
    settle(office, BRIEF)
    page = page_of(office)
    stage.picture("75-office-preview", office)
    files = len(page.panel.files)
    press(button_named(office, ngettext("Take in {n} file", "Take in {n} files", files).format(n=files)))
    settle(office, BRIEF)
    stage.picture("76-office-applied", office)
    arrived = int(office.casebook.today().residents)
    here = int(stage.shell.casebook.today().residents)
    stage.need(arrived == here, f"{arrived} residents at the office, {here} on the laptop")
    words = _("Write the receipt onto {place}").format(place=_("the stick “{name}”").format(name=STICK))
    press(button_named(office, words))
    settle(office, BRIEF)
    press(button_named(office, _("Receipt on paper")))
    settle(office, 0.3)
    from desktop.pages.sync_paper import ReceiptPaper

    (paper,) = office.findChildren(ReceiptPaper)
    stage.need(paper.preview.pdf.startswith(b"%PDF"), "the receipt was not drawn")
    (stage.out / "paper-exchange-receipt.pdf").write_bytes(paper.preview.pdf)
    paper.reject()
    settle(office, BRIEF)
    press(button_named(office, _("All done")))
    settle(office, BRIEF)
    put_in(office, stage, there=False)
    go(office, "person", resident_id=stage.found["单建国"])
    stage.picture("77-office-person", office)
    return arrived


def receipt(stage: Stage) -> int:
    """The laptop finds the office's receipt on the stick, and what arrived is marked."""
    receipts = list((stage.out / "batch").glob("*.jmr"))
    stage.need(len(receipts) == 1, f"{len(receipts)} receipts were written")
    page = stage.go("sync")
    put_in(stage.shell, stage)
    press(button_named(stage.shell, _("Look at them")))
    stage.rest()
    press(button_named(stage.shell, ngettext("Take in {n} file", "Take in {n} files", 1).format(n=1)))
    stage.rest()
    stage.picture("78-sync-receipt")
    press(button_named(stage.shell, _("All done")))
    stage.rest()
    stage.picture("79-sync-days")
    put_in(stage.shell, stage, there=False)
    left = int(stage.shell.casebook.sync.status().waiting)
    stage.need(not left, f"{left} changes are still waiting after the receipt")
    stage.need(page.arrivals.waiting() == [], "something is still waiting on a stick that is out")
    return len(receipts)
