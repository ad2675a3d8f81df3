"""The dialogs ask what the printer can do, remember it, and let no file leave unprotected by accident."""

import io

import pikepdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop import printers
from desktop.printers import Options, Printer
from desktop.widgets import printing as ways
from desktop.widgets import save_dialog
from desktop.widgets.print_choice import PrintChoice, letters_of
from desktop.widgets.print_dialog import PrintDialog
from desktop.widgets.save_dialog import SaveDialog, safe_name
from reports.letter import render_letter, render_letters
from tests.desktop.conftest import settle
from tests.desktop.printing.test_print_runner import journalled

TRAYS = (("Auto", "自动选择"), ("Tray2", "纸盒 2"))
FRONT, BACK = Printer("Front", True, True, TRAYS, True), Printer("Back", False, True, (), False)


@pytest.fixture
def asked(shell):
    """Makes a print dialog; what was wished is kept."""
    wishes: list[tuple[Printer, Options]] = []

    def make(**more):
        dialog = PrintDialog(
            shell, [FRONT, BACK], lambda printer, options: wishes.append((printer, options)), lambda: None, **more
        )
        dialog.open()
        return dialog

    make.wishes = wishes
    return make


def test_it_offers_what_the_printer_can_do(asked):
    dialog = asked()
    assert dialog.printer.currentText() == "Front（默认）"
    assert [dialog.sides.itemData(n) for n in range(dialog.sides.count())] == ["", "one", "long", "short"]
    assert [dialog.tray.itemText(n) for n in range(dialog.tray.count())] == ["按打印机设置", "自动选择", "纸盒 2"]
    dialog.sides.setCurrentIndex(2)
    dialog.printer.setCurrentIndex(1)
    assert [dialog.sides.itemData(n) for n in range(dialog.sides.count())] == ["", "one"]
    assert dialog.tray.isHidden()
    assert dialog.options() == Options()


def test_by_keys_alone_everything_can_be_chosen(asked):
    dialog = asked()
    dialog.printer.setFocus()
    seen = []
    for _step in range(10):
        seen.append(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    for field in (dialog.printer, dialog.sides, dialog.tray, dialog.pages, dialog.go):
        assert any(one is field or field.isAncestorOf(one) for one in seen if one is not None)
    QTest.keyClick(dialog.copies, Qt.Key.Key_Up)
    QTest.keyClick(dialog.copies, Qt.Key.Key_Return)
    assert asked.wishes == [(FRONT, Options(copies=2))]


def test_what_was_used_last_is_offered_again(asked):
    dialog = asked(remembered=("Front", Options(sides="short", tray="Tray2")))
    assert dialog.options() == Options(sides="short", tray="Tray2")


def test_pages_that_cannot_be_read_are_said_and_nothing_is_printed(asked):
    dialog = asked()
    dialog.pages.setText("eins")
    dialog.go.click()
    assert "1-3, 5" in dialog.problem.text()
    assert asked.wishes == []
    dialog.pages.setText("1－3，5")
    dialog.go.click()
    assert asked.wishes[0][1].pages == "1－3，5"


def test_of_many_papers_no_pages_are_asked_for_and_reprints_are_counted(asked):
    dialog = asked(papers=30, reprints=2)
    assert dialog.pages.isHidden()
    from tests.desktop.case.conftest import said

    assert "其中 2 份以前打印过" in said(dialog)


@pytest.mark.parametrize("size", [(640, 480), (1024, 600)])
def test_the_dialogs_fit_into_a_small_window(shell, asked, size):
    shell.resize(*size)
    for dialog in (asked(), SaveDialog(shell, lambda _wish: None, papers=3)):
        dialog.show()
        assert dialog.height() <= size[1]
        assert dialog.width() <= size[0]
        assert dialog.go.isVisibleTo(dialog)
        dialog.reject()


# In the window.


def test_printing_asks_and_remembers_the_printer_and_the_tray(printing):
    ways.print_papers(printing.shell, printing.items(), "转介单（4份）")
    settle(printing.shell)
    dialog = printing.shell.findChild(PrintDialog)
    dialog.tray.setCurrentIndex(dialog.tray.findData("Tray2"))
    dialog.go.click()
    settle(printing.shell)
    printing.done()
    assert printing.states() == ["printed"] * 4
    assert "InputSlot=Tray2" in printing.cups.arguments(1)
    ways.print_papers(printing.shell, printing.items()[:1], "1")
    settle(printing.shell)
    again = next(one for one in printing.shell.findChildren(PrintDialog) if one.isVisible())
    assert again.tray.currentData() == "Tray2"


def test_where_there_is_no_printer_a_file_is_offered(printing, monkeypatch):
    monkeypatch.setattr(printers, "has_cups", lambda: False)
    monkeypatch.setattr(printers, "qt_printers", list)
    ways.print_papers(printing.shell, printing.items(), "转介单")
    settle(printing.shell)
    from tests.desktop.case.conftest import said

    assert "打印机" in said(printing.shell.findChild(SaveDialog))


@pytest.fixture
def saving(printing, tmp_path, monkeypatch):
    """Saves papers into a folder; gives the dialog."""
    target = tmp_path / "out"
    target.mkdir()
    names: list[str] = []
    monkeypatch.setattr(save_dialog, "ask_file", lambda _parent, name: names.append(name) or target / name)
    monkeypatch.setattr(save_dialog, "ask_folder", lambda _parent: target)

    def begin(count: int = 1):
        ways.save_papers(printing.shell, printing.items()[:count], "转介单")
        return next(one for one in printing.shell.findChildren(SaveDialog) if one.isVisible())

    begin.folder, begin.names = target, names
    return begin


def test_a_saved_file_opens_with_the_passphrase_shown_and_with_no_other(printing, saving):
    dialog = saving()
    shown = dialog.protection.passphrase.text()
    dialog.go.click()
    settle(printing.shell)
    (file,) = saving.folder.iterdir()
    assert file.name == f"{printing.numbers[0]}_2026-11-22.pdf"
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(file)
    with pikepdf.open(file, password=shown) as document:
        assert document.encryption.R == 6
    assert journalled(printing.shell.casebook, "export") == printing.letters[:1]
    assert shown not in str(list(saving.folder.parent.rglob("*.log")))


def test_without_protection_needs_a_clear_yes_and_is_journalled_so(printing, saving):
    from models.records.audit import Audit
    from models.store.rows import table_of

    dialog = saving()
    dialog.protection.how.pick("open")
    assert not dialog.go.isEnabled()
    dialog.protection.sure.click()
    assert dialog.go.isEnabled()
    dialog.go.click()
    settle(printing.shell)
    (file,) = saving.folder.iterdir()
    assert file.read_bytes() == render_letter(printing.shell.casebook.referrals.letter(printing.letters[0]))
    table = table_of(Audit)
    with printing.shell.casebook._book.reading() as connection:
        details = [r.detail for r in connection.execute(table.select()) if r.action == "export"]
    assert details == ["pdf unprotected"]


def test_a_passphrase_that_is_too_short_is_said(saving):
    dialog = saving()
    dialog.protection.passphrase.setText("1234")
    dialog.go.click()
    assert "10" in dialog.protection.problem.text()
    assert list(saving.folder.iterdir()) == []


def test_another_passphrase_can_be_made_or_typed(printing, saving):
    dialog = saving()
    first = dialog.protection.passphrase.text()
    dialog.protection.another.click()
    assert dialog.protection.passphrase.text() != first
    dialog.protection.passphrase.setText("海河边上四个词语好")
    dialog.protection.passphrase.setText("海河边上四个词语好记")
    dialog.go.click()
    settle(printing.shell)
    (file,) = saving.folder.iterdir()
    pikepdf.open(file, password="海河边上四个词语好记").close()


def test_many_letters_in_one_file_share_their_faces(printing, saving):
    dialog = saving(4)
    dialog.protection.passphrase.setText("4821 7730 5916 2048")
    dialog.go.click()
    settle(printing.shell)
    (file,) = saving.folder.iterdir()
    assert file.name == "转介单_2026-11-22.pdf"
    values = [printing.shell.casebook.referrals.letter(one) for one in printing.letters]
    with pikepdf.open(file, password="4821 7730 5916 2048") as document:
        assert len(document.pages) >= 4
    assert file.stat().st_size < len(render_letters(values)) * 1.3
    assert sorted(journalled(printing.shell.casebook, "export")) == sorted(printing.letters)


def test_one_file_for_each_goes_into_a_folder_without_names_of_people(printing, saving):
    dialog = saving(3)
    dialog.files.pick("each")
    secret = dialog.protection.passphrase.text()
    dialog.go.click()
    settle(printing.shell)
    files = sorted(saving.folder.iterdir())
    assert [file.name for file in files] == [f"{n:03}_{number}.pdf" for n, number in enumerate(printing.numbers[:3], 1)]
    for file, letter in zip(files, printing.letters, strict=False):
        with pikepdf.open(file, password=secret) as document:
            plain = io.BytesIO()
            document.save(plain)
        assert plain.getvalue().startswith(b"%PDF")
        name = printing.shell.casebook.referrals.letter(letter).resident_name
        assert name not in file.name


def test_names_of_files_suit_every_system():
    assert safe_name('转介单 1/2: "a" <b>|c?*') == "转介单 1_2_ _a_ _b_c_"
    assert safe_name(" . ") == "PDF"


def test_letters_that_were_not_printed_are_ticked_and_all_can_be(printing):
    shell = printing.shell
    printing.start(printing.items()[:1])
    printing.done()
    shell.go("referrals")
    settle(shell)
    shell.page.print_button.click()
    choice = shell.findChild(PrintChoice)
    assert choice.list.ticks.count == 3
    assert choice.print_button.text() == "打印 3 份"
    choice.all_tick.click()
    assert choice.job_title() == "转介（4 份）"
    assert {item.subject_id for item in choice.chosen()} == set(printing.letters)
    choice.list.tick_all(False)
    assert not choice.print_button.isEnabled()
    choice.list.tick(0, 1)
    choice.print_button.click()
    settle(shell)
    dialog = next(one for one in shell.findChildren(PrintDialog) if one.isVisible())
    dialog.go.click()
    settle(shell)
    printing.done()
    assert printing.states() == ["printed", "printed"]


def test_a_referral_without_a_letter_cannot_be_chosen(printing):
    from dataclasses import replace

    view = printing.shell.casebook.referrals.all()[0]
    assert letters_of([replace(view, letters=())]) == []
