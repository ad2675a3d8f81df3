"""Scenes of the conflict desk for `looks`: a second laptop that changed the same people, with real sealed files."""

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from desktop.hands import settle
from desktop.shell import Shell
from models.casebook import Casebook
from models.records.resident import PhoneEntry, ResidentEntry
from models.security import keystore
from models.services.views import Worker

_WORD = "looks-conflicts-1"
NOTES = (
    ("腿脚不便，下楼要人扶；女儿每周三来。", "腿脚不便，下楼要人扶；女儿每周五来，已装扶手。"),
    ("对门李姐有备用钥匙", "备用钥匙在社区，李姐已搬走"),
)


def _page(shell: Shell) -> Any:
    return shell.page


def quarrel(shell: Shell) -> None:
    """Another laptop of the community changed what is changed here; its files are taken in. Made once."""
    book = shell.casebook
    if not book.conflicts.count():
        with tempfile.TemporaryDirectory() as place:
            disagree(book, Path(place))
    shell.go("conflicts")
    settle(shell)


def disagree(book: Casebook, place: Path) -> None:
    """Let another laptop, made in the folder `place`, change the same people otherwise, and take its files in."""
    stick = place / "stick"
    stick.mkdir()
    other = Casebook.create(
        place / "other", _WORD, office=book.office, worker=Worker("李伟"), clock=book.clock, cost=keystore.FLOOR
    )
    try:
        other.sync.trust_card(book.sync.write_card(stick))
        book.sync.trust_card(other.sync.write_card(stick))
        made = [_person(book, name) for name in ("欧阳若曦", "钱玉兰")]
        twin = ResidentEntry(
            name="赵桂兰", sex="2", birth_date=date(1948, 5, 6), phones=(PhoneEntry(number="13920005678"),)
        )
        book.residents.register(twin)
        other.residents.register(twin)
        _carry(book, other, stick)
        for person, (here, there) in zip(made, NOTES, strict=True):
            for each, words in ((book, here), (other, there)):
                entry = each.residents.entry_of(person)
                place_of = "天津市河北区" if each is book else "天津市 河北区"
                each.residents.amend(person, entry.model_copy(update={"note": words, "hukou_place": place_of}))
        phone = other.residents.entry_of(made[0])
        other.residents.amend(made[0], phone.model_copy(update={"phones": (PhoneEntry(number="13820007777"),)}))
        mine = book.residents.entry_of(made[0])
        book.residents.amend(made[0], mine.model_copy(update={"phones": (PhoneEntry(number="13820007171"),)}))
        _carry(other, book, stick)
    finally:
        other.close()


def _person(book: Casebook, name: str) -> str:
    entry = ResidentEntry(name=name, sex="2", birth_date=date(1941, 3, 8), phones=(PhoneEntry(number="13820001234"),))
    return book.residents.register(entry).id


def _carry(giver: Casebook, taker: Casebook, stick: Path) -> None:
    folder = stick / "out"
    folder.mkdir()
    to = next(peer.id for peer in giver.sync.peers() if peer.id == taker.sync.own_card().id)
    for file in giver.sync.export(folder, to=to):
        taker.sync.apply(file)
    shutil.rmtree(folder)


def joining(shell: Shell) -> None:
    """Both notes together, before they are saved."""
    quarrel(shell)
    page = _page(shell)
    while page.queue.current is not None and not page.queue.current.field.joinable and page.queue.step(1):
        page.step(0)
    page.join()
    settle(shell)


def tab(name: str) -> Any:
    """One of the parts of the page."""

    def shown(shell: Shell) -> None:
        quarrel(shell)
        _page(shell).show_tab(name)
        settle(shell)

    return shown
