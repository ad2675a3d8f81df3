"""A day goes to the street office on a stick, one file of it damaged on the way, and the answer comes back."""

from desktop.hands import button_named, press, settle
from desktop.pages.sync_paper import ReceiptPaper
from desktop.pdfium import opened
from desktop.widgets.case_parts import Chip
from models.casebook import Casebook
from models.security import keystore
from models.services.views import Office, Worker
from models.sync import batch as batches
from models.texts import _, ngettext
from tests.conftest import PASSPHRASE
from tests.desktop.case.conftest import said
from tests.flows.hands import agree, digest, export, put_in, sign_in

STREET = Office(code="120101001", name="天津市和平区劝业场街道办事处", letter_mark="劝业")


def take_them_in(window, files: int) -> str:
    """Look at what lies on the stick, take it in; what was said of it."""
    agree(window, _("Look at them"))
    settle(window)
    agree(window, ngettext("Take in {n} file", "Take in {n} files", files).format(n=files))
    settle(window)
    return str(said(window.page.panel))


def test_a_day_on_a_stick_with_one_damaged_file_and_the_answer_on_the_way_back(
    shell, window, clock, tmp_path, monkeypatch
):
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 60)
    book, stick = shell.casebook, tmp_path / "KINGSTON"
    stick.mkdir()
    Casebook.create(
        tmp_path / "street", PASSPHRASE, office=STREET, worker=Worker("马丽"), clock=clock, cost=keystore.FLOOR
    ).close()
    street = window(tmp_path / "street")
    sign_in(street, PASSPHRASE)
    settle(street)
    book.sync.trust_card(street.casebook.sync.write_card(tmp_path))
    street.casebook.sync.trust_card(book.sync.write_card(tmp_path))

    # Onto the stick; on the way one file suffers.
    shell.go("sync")
    settle(shell)
    put_in(shell, stick)
    export(shell)
    put_in(shell)
    files = sorted(stick.glob("*.jmb"))
    assert len(files) > 2
    whole = files[1].read_bytes()
    files[1].write_bytes(whole[:-7] + bytes([whole[-7] ^ 1]) + whole[-6:])

    # The office is told of them wherever it works, looks, and takes in what is whole.
    put_in(street, stick)
    assert street.page.name == "today"
    assert "花园路社区" in said(street.page)
    press(button_named(street, _("Look at them")))
    settle(street)
    told = said(street.page.panel)
    assert files[1].name in told
    assert "周敏的电脑还有" in told, "the hole is named"
    assert street.casebook.residents.ids() == []
    good = len(files) - 1
    agree(street, ngettext("Take in {n} file", "Take in {n} files", good).format(n=good))
    settle(street)
    assert "已另存" in said(street.page.panel)
    agree(street, _("All done"))
    settle(street)
    (refused,) = street.casebook.inbox.refused()
    assert (refused.reason, refused.sender) == ("damaged", book.office.name)

    # The whole file is copied again, and nothing is missing any more.
    files[1].write_bytes(whole)
    put_in(street, stick)
    take_them_in(street, 1)
    assert digest(street.casebook) == digest(book)
    agree(street, _("Write the receipt onto {place}").format(place=_("the stick “{name}”").format(name="KINGSTON")))
    settle(street)
    agree(street, _("Receipt on paper"))
    settle(street, 0.3)
    (paper,) = street.findChildren(ReceiptPaper)
    with opened(paper.preview.pdf) as document:
        (page,) = ["".join(sheet.get_textpage().get_text_range().split()) for sheet in document]
    paper.reject()
    assert page.count("已在天津市和平区劝业场街道办事处") == 2
    assert page.count("没有缺漏") == 2

    # Back at the laptop the answer is found, and says how much is at the office up to when.
    put_in(shell, stick)
    told = take_them_in(shell, 1)
    assert "10:00" in told
    assert "已送达天津市和平区劝业场街道办事处" in told
    agree(shell, _("All done"))
    settle(shell)
    assert {chip.tone for chip in shell.page.days.findChildren(Chip)} == {"good"}, "every day is at the office"
    assert book.sync.status().waiting == 0
    assert shell.area.arrivals.waiting() == []
