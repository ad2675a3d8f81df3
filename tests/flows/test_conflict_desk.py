"""Two laptops change one phone number and one note; the street office clears it at the conflict desk; all agree."""

import itertools
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.hands import press, settle
from models.casebook import Casebook
from models.records.resident import PhoneEntry, ResidentEntry
from models.security import keystore
from models.services.views import Office, Worker
from tests.conftest import OFFICE, PASSPHRASE
from tests.flows.hands import sign_in

STREET = Office(code="120101001", name="和平区劝业场街道办事处", letter_mark="劝")
NUMBERS = itertools.count(1)


def carry(giver: Casebook, taker: Casebook, place: Path) -> None:
    """What one knows comes to the other on a stick."""
    folder = place / f"stick-{next(NUMBERS)}"
    folder.mkdir()
    for file in giver.sync.export(folder, to=taker.sync.own_card().id):
        taker.sync.apply(file)


def laptop(place: Path, worker: str, clock) -> Casebook:
    return Casebook.create(place, PASSPHRASE, office=OFFICE, worker=Worker(worker), clock=clock, cost=keystore.FLOOR)


def key(shell, which) -> None:
    QTest.keyClick(shell.page, which)
    settle(shell)


def show(shell, field: str) -> None:
    """Go to a field with the arrow keys."""
    page = shell.page
    while page.queue.at:
        key(shell, Qt.Key.Key_Left)
    while page.queue.current.field.field != field:
        key(shell, Qt.Key.Key_Right)


def told(book: Casebook, person: str) -> tuple[str, str]:
    entry = book.residents.entry_of(person)
    (phone,) = entry.phones
    return phone.number, entry.note


def test_one_is_taken_the_other_joined_and_both_laptops_get_the_same(window, clock, tmp_path):
    Casebook.create(
        tmp_path / "street", PASSPHRASE, office=STREET, worker=Worker("孙立"), clock=clock, cost=keystore.FLOOR
    ).close()
    shell = window(tmp_path / "street")
    sign_in(shell, PASSPHRASE)
    settle(shell)
    office = shell.casebook
    one, two = laptop(tmp_path / "one", "周敏", clock), laptop(tmp_path / "two", "李伟", clock)
    cards = tmp_path / "cards"
    cards.mkdir()
    for book in (one, two):
        office.sync.trust_card(book.sync.write_card(cards))
        book.sync.trust_card(office.sync.write_card(cards))

    # Everybody knows the person; then two laptops change the same things.
    entry = ResidentEntry(name="王秀英", phones=(PhoneEntry(number="13820001234", whose="own"),), note="独居")
    person = one.residents.register(entry).id
    carry(one, office, tmp_path)
    carry(office, two, tmp_path)
    for book, number, words in ((one, "13820005678", "独居，腿脚不便"), (two, "13820009999", "独居，已装扶手")):
        clock.move(minutes=1)
        said = {"phones": (PhoneEntry(number=number, whose="own"),), "note": words}
        book.residents.amend(person, book.residents.entry_of(person).model_copy(update=said))
    carry(one, office, tmp_path)
    carry(two, office, tmp_path)

    # The clerk: takes one, joins the other, takes both back, settles again.
    shell.go("conflicts")
    settle(shell)
    page = shell.page
    assert page.queue.total == 2
    show(shell, "number")
    assert {version.worker for version in page.card.versions} == {"周敏", "李伟"}
    key(shell, Qt.Key.Key_2)
    assert page.queue.current.field.field == "note"
    key(shell, Qt.Key.Key_J)
    press(page.card.edit.save_button)
    settle(shell)
    assert told(office, person) == ("+8613820005678", "独居，腿脚不便\n独居，已装扶手")
    assert office.conflicts.count() == 0
    for waiting in (1, 2):
        key(shell, Qt.Key.Key_Z)
        assert office.conflicts.count() == waiting
    show(shell, "number")
    key(shell, Qt.Key.Key_1)
    key(shell, Qt.Key.Key_E)
    page.card.edit.field.show_answer("独居，腿脚不便，已装扶手")
    press(page.card.edit.save_button)
    settle(shell)
    assert page.queue.done == 2

    # The result goes down; nobody disagrees any more, and what was not chosen is in the history.
    for book in (one, two):
        carry(office, book, tmp_path)
        assert book.conflicts.count() == 0
    for book in (one, two):
        carry(book, office, tmp_path)
    assert office.conflicts.count() == 0
    for book in (one, two, office):
        assert told(book, person) == ("+8613820009999", "独居，腿脚不便，已装扶手")
        assert {line.worker for line in book.residents.timeline(person)} == {"周敏", "李伟", "孙立"}
    for book in (one, two):
        book.close()
