"""The sync page: cards, the export wizard, the inbox with its preview, receipts, files kept aside."""

import os
import shutil
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from desktop.arrivals import Place
from desktop.drives import Drive, free_space
from desktop.exchange_words import remedy_text, size_text, skew_text
from desktop.hands import wait_until
from desktop.pages.sync_export import ExportPanel
from desktop.pages.sync_inbox import InboxPanel
from desktop.pages.sync_paper import ReceiptPaper
from desktop.pages.sync_partners import ScopeDialog
from desktop.widgets.case_parts import Chip
from models.casebook import Casebook
from models.records.resident import ResidentEntry
from models.records.stream import Departed
from models.records.visit import VisitEntry
from models.security import keystore
from models.services.sync_files import ArrivedPack
from models.services.views import Office, Worker
from models.store.rows import table_of
from models.sync import batch as batches
from models.texts import _
from tests.conftest import NOW, PASSPHRASE
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle
from tests.models.casebooks import small_household

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


def put_in(page, *sticks: Path, free: int = 4 * 1024**3) -> None:
    """Sticks are in from now on, and the window has seen them."""
    drives = [Drive(each.name.upper(), each, free, 8 * 1024**3) for each in sticks]
    page.arrivals.drives = lambda: drives
    page.arrivals.look(whole=True)
    settle(page.shell)


def take_in(page, *files: Path) -> None:
    page.choose_files = lambda: list(files)
    page.take_button.click()
    settle(page.shell)


def acquainted(page, street: Casebook, stick: Path, book: Casebook) -> None:
    """Both sides have each other's card, and the stick is empty again."""
    street.sync.trust_card(book.sync.write_card(stick))
    book.sync.trust_card(street.sync.write_card(stick))
    shutil.rmtree(stick)
    stick.mkdir()
    page.open()
    settle(page.shell)


def export(page, stick: Path) -> ExportPanel:
    """Through the wizard, onto a stick that is in."""
    put_in(page, stick)
    page.export_button.click()
    settle(page.shell)
    panel = page.panel
    assert isinstance(panel, ExportPanel)
    panel.write_button.click()
    settle(page.shell)
    return panel


def take_in_from(page, stick: Path) -> None:
    """The one file that lies on a stick, looked at first."""
    put_in(page, stick)
    press(page, _("Look at them"))
    settle(page.shell)
    press(page, "收入1个文件")
    settle(page.shell)


def office_page(window, folder, street, *sticks: Path):
    """The sync page of the street office."""
    shell = window(folder)
    shell.unlock(street)
    settle(shell)
    shell.go("sync")
    settle(shell)
    put_in(shell.page, *sticks)
    return shell.page


def test_before_the_first_card_it_says_what_is_needed_and_exports_nothing(in_both_languages, show):
    page = show("sync")
    chinese = in_both_languages.state.language == "zh_CN"
    assert ("还没有办公室的名片" if chinese else "The office's card is not here yet") in said(page)
    assert not page.export_button.isEnabled()
    assert int(page.figure.text()) > 0
    assert ("项更改等待送到办公室" if chinese else "changes wait for the office") in said(page)


def test_a_card_on_a_stick_is_found_and_trusted_only_after_its_fingerprint_was_shown(show, street, stick, book):
    page = show("sync")
    street.sync.write_card(stick)
    put_in(page, stick)
    press(page, _("Look at the card"))
    settle(page.shell)
    assert street.sync.own_card().fingerprint in said(page)
    press(page, _("Do not trust"))
    settle(page.shell)
    assert book.sync.peers() == []
    press(page, _("Look at the card"))
    settle(page.shell)
    press(page, _("They are the same: trust it"))
    settle(page.shell)
    assert [peer.name for peer in book.sync.peers()] == [STREET.name]
    assert page.export_button.isEnabled()
    assert STREET.name in said(page.partners)
    assert page.arrivals.waiting() == [], "a card that is trusted is no news"


def test_the_wizard_finds_the_stick_says_what_goes_and_that_it_may_be_pulled_out(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    own, every = book.sync.status().waiting, book.sync.outgoing().changes
    panel = export(page, stick)
    files = sorted(stick.glob("*.jmb"))
    assert len(files) == 1
    told = said(panel)
    assert "现在可以拔出" in told
    assert "已回读核对" in told
    assert street.sync.preview(files[0]).new == every
    press(page, _("All done"))
    settle(page.shell)
    assert page.panel is None
    assert page.rest.isVisibleTo(page)
    assert page.figure.text() == "0"
    assert _("Everything was exported") in said(page)
    assert "已导出，未确认" in said(page.batches)
    assert [chip.words for chip in page.days.findChildren(Chip)] == [f"{own}"]


def test_without_a_stick_it_says_so_and_a_folder_is_remembered(show, street, stick, book, tmp_path, monkeypatch):
    page = show("sync")
    acquainted(page, street, stick, book)
    page.export_button.click()
    settle(page.shell)
    panel = page.panel
    assert _("No stick is in. Put one in: it is found by itself.") in said(panel)
    assert not panel.write_button.isEnabled()
    shared = tmp_path / "share"
    shared.mkdir()
    panel.choose_other = lambda: shared
    measured_on = []

    def measured(folder: Path) -> tuple[int, int]:
        measured_on.append(threading.current_thread())
        return free_space(folder)

    monkeypatch.setattr("desktop.pages.sync_export.free_space", measured)
    press(panel, _("Choose the shared folder"))
    settle(page.shell)
    assert measured_on
    assert threading.main_thread() not in measured_on, "a slow folder would hold up the window"
    assert panel.place == Place("shared", "share", shared, panel.place.free, panel.place.total)
    panel.write_button.click()
    settle(page.shell)
    assert len(list(shared.glob("*.jmb"))) == 1
    assert page.arrivals.remembered() == {"shared": str(shared), "last": str(shared)}
    press(page, _("All done"))
    page.export_button.click()
    settle(page.shell)
    assert page.panel.place.root == shared, "where it went the last time"


def test_a_stick_that_is_too_small_is_refused_before_anything_is_written(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    put_in(page, stick, free=1000)
    page.export_button.click()
    settle(page.shell)
    assert "空间不够" in said(page.panel)
    assert not page.panel.write_button.isEnabled()


def test_an_export_that_was_stopped_is_continued_with_what_is_missing(show, street, stick, book, monkeypatch):
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 20)
    page = show("sync")
    acquainted(page, street, stick, book)
    told: list[int] = []
    book.sync.send(stick, lambda done, _of: told.append(done), lambda: len(told) > 1)
    whole = sorted(path.name for path in stick.glob("*.jmb"))
    assert len(whole) == 2
    put_in(page, stick)
    page.export_button.click()
    settle(page.shell)
    panel = page.panel
    assert "这次导出的2个文件已在这里" in said(panel)
    assert panel.write_button.text().startswith("继续")
    panel.write_button.click()
    settle(page.shell)
    assert book.sync.status().waiting == 0
    files = sorted(stick.glob("*.jmb"))
    assert {path.name for path in files} > set(whole)
    for file in files:
        street.sync.apply(file)
    assert len(street.residents.ids()) == len(book.residents.ids())


def test_a_bad_stick_is_noticed_and_said(show, street, stick, book, monkeypatch):
    page = show("sync")
    acquainted(page, street, stick, book)
    real = os.fsync

    def wears_out(handle: int) -> None:
        real(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if stat.S_ISREG(os.fstat(handle).st_mode) and path.name.endswith(".part"):
            os.pwrite(handle, bytes([path.read_bytes()[-5] ^ 1]), os.fstat(handle).st_size - 5)

    monkeypatch.setattr(os, "fsync", wears_out)
    export(page, stick)
    assert "U盘不可靠" in said(page)
    assert list(stick.iterdir()) == []
    assert book.sync.status().exported_through == 0


def test_a_partner_tells_how_many_residents_it_brings_up_to_date_no_more(show, book, family, street, stick):
    page = show("sync")
    acquainted(page, street, stick, book)
    assert "不再由对方更新" not in said(page.partners)
    (office,) = book.sync.peers()
    with book._book.writing() as connection:
        for row, entity in ((family.grandmother, "resident"), ("home", "household")):
            connection.execute(insert(table_of(Departed)), {"peer": office.id, "row": row, "entity": entity, "at": 1})
    page.open()
    settle(page.shell)
    assert "这里有 1 位居民的记录不再由对方更新" in said(page.partners)


def test_the_office_finds_the_files_looks_and_takes_them_in(window, folder, book, family, street, stick, tmp_path):
    street.sync.trust_card(book.sync.write_card(tmp_path))
    book.sync.trust_card(street.sync.write_card(tmp_path))
    book.sync.export(stick)
    page = office_page(window, folder, street, stick)
    shell = page.shell
    shell.go("today")
    settle(shell)
    assert "U盘“STICK”上有1个来自" in said(shell.page)
    press(shell.page, _("Look at them"))
    settle(shell)
    page = shell.page
    assert isinstance(page.panel, InboxPanel)
    told = said(page.panel)
    assert "花园路社区" in told
    chips = [chip.words for chip in page.panel.findChildren(Chip)]
    assert "2次走访" in chips
    assert f"{len(book.residents.ids())} 位居民" in chips
    press(page, _("Not now"))
    settle(shell)
    assert street.residents.ids() == []
    press(page, _("Look at them"))
    settle(shell)
    press(page, "收入1个文件")
    settle(shell)
    assert len(street.residents.ids()) == len(book.residents.ids())
    assert "已收入来自" in said(page.panel)
    press(page, "把回执写到U盘“STICK”上")
    settle(shell)
    (receipt,) = stick.glob("*.jmr")
    value = book.sync.read_receipt(receipt)
    assert value.unconfirmed == 0
    press(page, _("All done"))
    settle(shell)
    assert page.arrivals.waiting() == []


def test_what_came_back_because_somebody_went_on_with_it_is_told(show, book, family, street, stick):
    page = show("sync")
    acquainted(page, street, stick, book)
    made = book.households.register(small_household("郝连生"))
    (who,) = (each for each in made.ids if each in book.residents.ids())
    home = book.households.of_resident(who)[0].id
    street.sync.apply(book.sync.export(stick)[0])
    book.undo(made.operations)
    street.visits.record(VisitEntry(household_id=home, outcome="met", happened_on=NOW.date(), met=(who,)))
    shutil.rmtree(stick)
    stick.mkdir()
    street.sync.export(stick)
    take_in_from(page, stick)
    assert "撤销过的登记又恢复了，因为有人已在别处接着办了：郝连生。" in said(page.panel)
    press(page, _("Look at it"))
    settle(page.shell)
    assert page.shell.page.name in ("household", "person")
    assert "郝连生" in said(page.shell.page)


def test_going_to_the_page_again_while_files_are_taken_in_shows_how_it_ends(
    window, folder, book, family, street, stick, tmp_path
):
    street.sync.trust_card(book.sync.write_card(tmp_path))
    book.sync.trust_card(street.sync.write_card(tmp_path))
    book.sync.export(stick)
    page = office_page(window, folder, street, stick)
    shell = page.shell
    told = []
    shell.tasks.fault.connect(told.append)
    press(page, _("Look at them"))
    shell.go("sync")
    settle(shell)
    assert page.panel is None
    press(page, _("Look at them"))
    settle(shell)
    press(page, "收入1个文件")
    shell.go("sync")
    settle(shell)
    assert told == []
    assert isinstance(page.panel, InboxPanel)
    assert "已收入来自" in said(page.panel)


def test_the_answer_on_the_stick_says_how_many_changes_arrived_up_to_when(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    count = book.sync.status().waiting
    export(page, stick)
    press(page, _("All done"))
    (file,) = stick.glob("*.jmb")
    street.sync.apply(file)
    street.sync.write_receipt(stick)
    take_in_from(page, stick)
    told = said(page.panel)
    assert f"您截至10:00的{count}项改动已送达" in told
    press(page, _("All done"))
    settle(page.shell)
    assert "已到达" in said(page.batches)
    assert page.paper_button.isVisibleTo(page)
    page.paper_button.click()
    settle(page.shell)
    (paper,) = page.shell.findChildren(ReceiptPaper)
    assert paper.preview.pdf.startswith(b"%PDF")
    paper.reject()


def test_a_damaged_file_is_kept_aside_with_the_reason_and_the_next_is_taken_in(
    window, folder, book, family, street, stick, tmp_path, monkeypatch
):
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 30)
    street.sync.trust_card(book.sync.write_card(tmp_path))
    book.sync.trust_card(street.sync.write_card(tmp_path))
    first, *others = book.sync.export(stick)
    whole = first.read_bytes()
    first.write_bytes(whole[:-40])
    page = office_page(window, folder, street, stick)
    press(page, _("Look at them"))
    settle(page.shell)
    assert "不完整或已损坏" in said(page.panel)
    press(page, f"收入{len(others)}个文件")
    settle(page.shell)
    assert "已另存" in said(page.panel)
    press(page, _("All done"))
    settle(page.shell)
    assert page.refused.isVisibleTo(page)
    told = said(page.refused)
    assert first.name in told
    assert "花园路社区" in told
    assert "重新导出" in told
    assert first.read_bytes() == whole[:-40]
    press(page.refused, _("Try again"))
    settle(page.shell)
    assert "已另存" in said(page.panel)
    press(page, _("All done"))
    settle(page.shell)
    press(page.refused, _("Take it off the list"))
    settle(page.shell)
    assert not page.refused.isVisibleTo(page)
    first.write_bytes(whole)
    take_in_from(page, stick)
    assert len(street.residents.ids()) == len(book.residents.ids())


def test_files_chosen_by_hand_that_are_none_of_ours_are_named(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    bad = stick / "broken.jmb"
    bad.write_bytes(b"not a batch at all")
    residents = len(book.residents.ids())
    take_in(page, bad)
    assert "不是数据交换文件" in said(page.panel)
    press(page, _("Not now"))
    assert len(book.residents.ids()) == residents


def test_two_clocks_that_differ_are_said_in_plain_words(show, street, stick, book, clock):
    page = show("sync")
    acquainted(page, street, stick, book)
    clock.move(minutes=40)
    street.residents.register(ResidentEntry(name="钱一", hukou_place="天津"))
    street.sync.export(stick, to=street.sync.peers()[0].id)
    clock.move(minutes=-40)
    put_in(page, stick)
    press(page, _("Look at them"))
    settle(page.shell)
    assert "快40分钟" in said(page.panel)
    assert "2小时" in skew_text(-2 * 3600 * 1000, "街道")
    assert "3天" in skew_text(3 * 24 * 3600 * 1000, "街道")


def test_a_file_that_appears_in_the_shared_folder_is_announced_by_itself(show, street, stick, book, tmp_path):
    page = show("sync")
    acquainted(page, street, stick, book)
    shared = tmp_path / "share"
    shared.mkdir()
    page.arrivals.remember(shared=str(shared))
    put_in(page)
    assert page.arrivals.waiting() == []
    street.residents.register(ResidentEntry(name="钱一"))
    (file,) = street.sync.export(shared, to=street.sync.peers()[0].id)
    wait_until(page.arrivals.waiting, "the folder is looked at")
    assert "共享文件夹“share”上有1个来自和平区劝业场街道办事处的文件" in said(page)
    file.unlink()
    wait_until(lambda: not page.arrivals.waiting(), "it is seen that the file is gone")


def test_a_lost_laptop_is_shut_out_only_on_the_second_click(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    press(page.partners, _("Lost or replaced?"))
    assert [peer.name for peer in book.sync.peers()] == [STREET.name]
    press(page.partners, _("Yes, accept nothing more from {name}").format(name=STREET.name))
    settle(page.shell)
    assert book.sync.peers() == []
    assert not page.export_button.isEnabled()


def test_a_stolen_laptop_is_refused_for_good_with_the_reason(window, folder, book, family, street, stick, tmp_path):
    card = book.sync.write_card(tmp_path)
    street.sync.trust_card(card)
    book.sync.trust_card(street.sync.write_card(tmp_path))
    book.sync.export(stick)
    page = office_page(window, folder, street, stick)
    press(page.partners, _("Lost or replaced?"))
    press(page.partners, _("It was stolen"))
    settle(page.shell)
    assert "已报失窃" in said(page.partners)
    assert street.sync.peers() == []
    assert page.arrivals.waiting() == []
    take_in(page, *stick.glob("*.jmb"))
    press(page, _("Keep aside with the reason"))
    settle(page.shell)
    assert street.residents.ids() == []
    assert len(street.inbox.refused()) == 1


def test_an_office_chooses_what_a_laptop_is_sent(window, folder, book, street, stick, tmp_path):
    street.sync.trust_card(book.sync.write_card(tmp_path))
    page = office_page(window, folder, street)
    assert _("Is sent everything") in said(page.partners)
    press(page.partners, _("What it is sent"))
    settle(page.shell)
    (dialog,) = page.findChildren(ScopeDialog)
    code = book.office.code
    dialog.rows[code].tick.click()
    dialog.go.click()
    settle(page.shell)
    assert [peer.scope for peer in street.sync.peers()] == [(code,)]
    assert "只发送花园路社区" in said(page.partners)


def test_pictures_may_be_left_out_and_a_set_of_rules_waits_to_be_looked_at(show, street, stick, book):
    page = show("sync")
    acquainted(page, street, stick, book)
    put_in(page, stick)
    page.export()
    settle(page.shell)
    panel = page.panel
    panel.ahead = replace(panel.ahead, pictures=3, picture_size=5 * 1024**2)
    panel._show_what()
    assert "3张照片" in panel.pictures.label.text()
    assert panel.write_button.text() == "写入4个文件"
    panel.pictures.tick.click()
    assert panel.write_button.text() == "写入1个文件"
    assert page.arrivals.remembered()["pictures"] == "no"
    page.packs.show_packs([ArrivedPack("ab", "天津政策 2027", "街道", 1, 10, False)])
    assert "天津政策 2027" in said(page.packs)


def test_what_two_people_changed_is_counted_and_leads_to_the_conflict_desk(show, street, stick, book, clock):
    page = show("sync")
    acquainted(page, street, stick, book)
    resident = book.residents.register(ResidentEntry(name="钱一", hukou_place="天津")).id
    for file in book.sync.export(stick):
        street.sync.apply(file)
    entry = book.residents.entry_of(resident)
    book.residents.amend(resident, entry.model_copy(update={"hukou_place": "河北"}))
    clock.move(minutes=3)
    street.residents.amend(resident, entry.model_copy(update={"hukou_place": "山东"}))
    shutil.rmtree(stick)
    stick.mkdir()
    street.sync.export(stick, to=street.sync.peers()[0].id)
    put_in(page, stick)
    press(page, _("Look at them"))
    settle(page.shell)
    assert "两边都改过1项" in said(page.panel)
    press(page, "收入1个文件")
    settle(page.shell)
    press(page, _("All done"))
    settle(page.shell)
    assert "1项" in said(page.conflicts)
    asked = []
    page.shell.go = lambda name, **where: asked.append(name)
    press(page.conflicts, _("To the conflicts"))
    assert asked == ["conflicts"]


def test_the_own_fingerprint_is_shown_to_be_read_aloud(show, book):
    page = show("sync")
    assert page.card.fingerprint.text() == book.sync.own_card().fingerprint


def test_sizes_and_remedies_are_said_as_people_say_them():
    assert [size_text(size) for size in (1, 24_000, 5 * 1024**2, 3 * 1024**3)] == ["1 kB", "24 kB", "5.0 MB", "3.0 GB"]
    assert "街道" in remedy_text("damaged", "街道")
    assert remedy_text("unknown_sender") == _("Take in the sender's card, then try again.")
