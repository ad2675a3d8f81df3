import shutil
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.records.resident import ResidentEntry
from models.security import keystore
from models.services.views import Office, Worker
from models.texts import _
from tests.conftest import PASSPHRASE
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle

STREET = Office(code="120101001", name="和平区劝业场街道办事处", letter_mark="劝")


@pytest.fixture
def stick(tmp_path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


@pytest.fixture
def street(tmp_path, clock):
    """The casebook of the street office."""
    made = Casebook.create(
        tmp_path / "street", PASSPHRASE, office=STREET, worker=Worker(name="孙立"), clock=clock, cost=keystore.FLOOR
    )
    yield made
    made.close()


def take_in(page, *files: Path) -> None:
    page.choose_files = lambda: list(files)
    page.take_button.click()
    settle(page.shell)


def acquainted(page, street: Casebook, stick: Path, book: Casebook) -> None:
    """Both sides have each other's card."""
    street.sync.trust_card(book.sync.write_card(stick))
    take_in(page, street.sync.write_card(stick))
    press(page, _("They are the same: trust it"))
    settle(page.shell)


def export(page, stick: Path) -> list[Path]:
    page.choose_folder = lambda: stick
    page.export_button.click()
    settle(page.shell)
    return sorted(stick.glob("*.jmb"))


def test_before_the_first_card_it_says_what_is_needed_and_exports_nothing(in_both_languages, show):
    page = show("sync")
    chinese = in_both_languages.state.language == "zh_CN"
    assert ("还没有办公室的名片" if chinese else "The office's card is not here yet") in said(page)
    assert not page.export_button.isEnabled()
    assert int(page.figure.text()) > 0
    assert ("项更改等待送到办公室" if chinese else "changes wait for the office") in said(page)


def test_a_card_is_trusted_only_after_its_fingerprint_was_shown(show, street, stick, book):
    page = show("sync")
    card = street.sync.write_card(stick)
    take_in(page, card)
    assert street.sync.own_card().fingerprint in said(page)
    assert book.sync.peers() == []
    press(page, _("Do not trust"))
    settle(page.shell)
    assert book.sync.peers() == []
    take_in(page, card)
    press(page, _("They are the same: trust it"))
    settle(page.shell)
    assert [peer.name for peer in book.sync.peers()] == [STREET.name]
    assert page.export_button.isEnabled()
    assert STREET.name in said(page.partners)


def test_an_export_names_its_files_and_the_office_can_read_them(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    waiting = book.sync.status().waiting
    files = export(page, stick)
    assert len(files) == 1
    assert files[0].name in said(page)
    assert street.sync.preview(files[0]).new == waiting
    assert page.figure.text() == "0"
    assert _("Everything was exported") in said(page)
    assert "已导出，未确认" in said(page.batches)


def test_no_folder_no_export(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    page.choose_folder = lambda: None
    page.export_button.click()
    settle(page.shell)
    assert list(stick.glob("*.jmb")) == []


def test_the_receipt_says_how_many_changes_arrived_up_to_when(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    (file,) = export(page, stick)
    count = len(street.sync.preview(file).lines) and street.sync.preview(file).new
    street.sync.apply(file)
    receipt = street.sync.write_receipt(stick)
    take_in(page, receipt)
    told = said(page)
    assert str(count) in told
    assert "10:00" in told
    assert "已到达" in said(page.batches)


def test_the_street_looks_before_it_takes_in_and_may_leave_it(
    window, folder, tmp_path, clock, book, family, street, stick
):
    book.sync.trust_card(street.sync.write_card(stick))
    street.sync.trust_card(book.sync.write_card(stick))
    (file,) = book.sync.export(stick)
    shell = window(folder)
    shell.unlock(street)
    settle(shell)
    shell.go("sync")
    settle(shell)
    page = shell.page
    take_in(page, file)
    told = said(page)
    assert "花园路社区" in told
    assert all(line in told for line in street.sync.preview(file).lines)
    press(page, _("Leave it"))
    settle(shell)
    assert street.residents.ids() == []
    take_in(page, file)
    press(page, _("Take it in"))
    settle(shell)
    assert len(street.residents.ids()) == len(book.residents.ids())
    assert "已收入" in said(page)
    take_in(page, file)
    assert _("Everything in it is already here; nothing is to be done.") in said(page)
    page.choose_folder = lambda: stick
    page.receipt_button.click()
    settle(shell)
    assert len(list(stick.glob("*.jmr"))) == 1


def test_a_damaged_file_is_refused_with_the_reason_and_changes_nothing(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    bad = stick / "broken.jmb"
    bad.write_bytes(b"not a batch at all")
    residents = len(book.residents.ids())
    take_in(page, bad)
    assert "没有导入" in said(page) or "不是" in said(page)
    assert len(book.residents.ids()) == residents


def test_after_a_refused_file_the_next_one_is_still_looked_at(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    bad = stick / "broken.jmb"
    bad.write_bytes(b"not a batch at all")
    own = export(page, stick)[-1]
    take_in(page, bad, own)
    press(page, _("Continue"))
    settle(page.shell)
    assert not page.queue


def test_a_lost_laptop_is_shut_out_only_on_the_second_click(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    press(page.partners, _("Lost or replaced?"))
    assert [peer.name for peer in book.sync.peers()] == [STREET.name]
    press(page.partners, _("Yes, accept nothing more from {name}").format(name=STREET.name))
    settle(page.shell)
    assert book.sync.peers() == []
    assert not page.export_button.isEnabled()


def test_what_two_people_changed_is_shown_and_settled_here(show, street, stick, book, clock):
    page = show("sync")
    acquainted(page, street, stick, book)
    resident = book.residents.register(ResidentEntry(name="钱一", hukou_place="天津")).id
    settle(page.shell)
    files = export(page, stick)
    for file in files:
        street.sync.apply(file)
    entry = book.residents.entry_of(resident)
    book.residents.amend(resident, entry.model_copy(update={"hukou_place": "河北"}))
    clock.move(minutes=3)
    street.residents.amend(resident, entry.model_copy(update={"hukou_place": "山东"}))
    shutil.rmtree(stick)
    stick.mkdir()
    down = street.sync.export(stick, to=street.sync.peers()[0].id)
    for file in down:
        book.sync.apply(file)
    page.open()
    settle(page.shell)
    assert page.conflicts.isVisibleTo(page)
    assert "河北" in said(page.conflicts)
    assert "山东" in said(page.conflicts)
    chosen = next(b for b in page.conflicts.findChildren(type(page.export_button)) if "河北" in b.accessibleName())
    chosen.click()
    settle(page.shell)
    assert book.sync.conflicts() == []
    assert book.residents.get(resident).hukou_place == "河北"
    assert not page.conflicts.isVisibleTo(page)


def test_the_own_fingerprint_is_shown_to_be_read_aloud(show, book):
    page = show("sync")
    assert page.fingerprint.text() == book.sync.own_card().fingerprint
