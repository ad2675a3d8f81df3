"""Scenes of the exchange for `looks`: a stick that is in, the export wizard, files that were found and refused."""

from pathlib import Path
from typing import Any

from desktop.drives import Drive
from desktop.hands import press, settle
from desktop.shell import Shell
from models.security.device import new_device_keys
from models.sync.card import Card, key_id, write_card

STICK = "KINGSTON"
OFFICE = "天津市和平区劝业场街道办事处"


def _page(shell: Shell) -> Any:
    return shell.page


def stick_in(shell: Shell) -> Path:
    """An invented stick is in, with the card of an invented office, which is trusted, and a file that is damaged."""
    folder = shell.folder / "looks-stick"
    folder.mkdir(exist_ok=True)
    if not shell.casebook.sync.peers():
        keys = new_device_keys()
        identity = key_id(keys["sign_public"], keys["age_public"])
        card = Card(identity, "office", shell.casebook.office.code[:9], OFFICE, keys["sign_public"], keys["age_public"])
        (folder / "office.jmcard").write_bytes(write_card(card, keys["sign_secret"]))
        shell.casebook.sync.trust_card(folder / "office.jmcard")
    assert shell.area is not None
    drives = [
        Drive(STICK, folder, 7 * 1024**3, 8 * 1024**3),
        Drive("老优盘", folder / "old", 0, 1024**3, read_only=True),
    ]
    shell.area.arrivals.drives = lambda: drives
    shell.area.arrivals.look(whole=True)
    _page(shell).open()
    settle(shell)
    return folder


def wizard(shell: Shell) -> None:
    """The export wizard, before anything is written."""
    stick_in(shell)
    _page(shell).export()
    settle(shell)


def written(shell: Shell) -> None:
    """The same after the files were written and read back."""
    wizard(shell)
    press(_page(shell).panel.write_button)
    settle(shell)


def preview(shell: Shell) -> None:
    """A damaged file is looked at."""
    broken = stick_in(shell) / "jinmen-1a2b3c4d-0007-part02of03.jmb"
    broken.write_bytes(b"JINMEN-BATCH 1\n")
    _page(shell).look_at([broken], shell.area.arrivals.places[0] if shell.area is not None else None)
    settle(shell)


def taken(shell: Shell) -> None:
    """What came of it, with the file kept aside."""
    preview(shell)
    _page(shell).panel.take()
    settle(shell)


def aside(shell: Shell) -> None:
    """The list of files that were not taken in."""
    taken(shell)
    _page(shell).close_panel()
    settle(shell)
