"""The office makes a template, a letter is issued by it, the template changes again: the old letter prints the same
bytes, after another night too, and a killed editor goes on where it was.
"""

import hashlib
import shutil
import sys

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop import paper_kinds
from desktop.hands import button_named, settle, type_text
from desktop.widgets.pdf_pages import page_sizes
from models.casebook import Casebook
from models.texts import _
from tests.conftest import PASSPHRASE
from tests.flows.hands import sign_in
from tests.flows.killing import nothing_missing, type_and_kill
from tests.reports.letters import page_texts

TYPIST = """
from tests.flows.acting import ActingShell, run

class Typist(ActingShell):
    def act(self):
        if self.page.name != "template":
            self.go("template", template_id="program")
        elif "zh.body" in self.page.form.texts.rows:
            self.type_next(self.page.form.texts.rows["zh.body"].line)

run(Typist)
"""


def size_mm(pdf: bytes) -> tuple[int, int]:
    ((wide, high), *_more) = page_sizes(pdf)
    return round(wide * 25.4 / 72), round(high * 25.4 / 72)


def drawn(page) -> None:
    page.settle()
    settle(page.shell)


def issue(shell, resident: str):
    """Write and issue a letter through its page; the page, which then shows it."""
    shell.go("referral", resident_id=resident, service_ids=[("S50", "")])
    settle(shell)
    shell.page.issue_button.click()
    settle(shell)
    return shell.page


def test_a_letter_keeps_its_template_whatever_the_office_changes_later(shell, window, folder, tmp_path):
    resident = shell.casebook.residents.ids()[0]
    logo = tmp_path / "logo.jpg"
    Image.new("RGB", (240, 240), "teal").save(logo)

    # The office makes its own: title, logo, 16K, the services before the resident.
    shell.go("office")
    settle(shell)
    button_named(shell.page, _("Templates of papers")).click()
    settle(shell)
    shell.page.new_button.click()
    settle(shell)
    page = shell.page
    ours = page.preview.pdf
    assert size_mm(ours) == (210, 297)
    type_text(page.form.name_line, "花园路社区")
    row = page.form.texts.rows["zh.title"]
    row.line.selectAll()
    type_text(row.line, "便民服务转介函")
    page.choose_file = lambda: str(logo)
    page.form.choose_button.click()
    settle(shell)
    page.form.paper.setCurrentIndex(page.form.paper.findData("16K"))
    page.form.blocks.list.setFocus()
    page.form.blocks.list.setCurrentRow(0)
    QTest.keyClick(page.form.blocks.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    drawn(page)
    assert size_mm(page.preview.pdf) == (184, 260)
    (text,) = page_texts(page.preview.pdf)
    assert "便民服务转介函" in text
    assert text.index("高龄老年人生活补贴") < text.index("出生日期")
    page.save_button.click()
    settle(shell)
    assert shell.page.name == "templates"
    (view,) = shell.casebook.templates.in_use()

    # A letter is issued by it.
    page = issue(shell, resident)
    first = page.preview.pdf
    assert size_mm(first) == (184, 260)
    assert "便民服务转介函" in page_texts(first)[0]
    letter = page.referral.letters[0]
    assert letter.template_id == view.id

    # The template changes again; the letter does not.
    shell.go("templates")
    settle(shell)
    shell.page.buttons["edit", view.id].click()
    settle(shell)
    page = shell.page
    page.form.paper.setCurrentIndex(page.form.paper.findData("A4"))
    page.form.drop_button.click()
    page.form.texts.rows["zh.title"].back.click()
    drawn(page)
    page.save_button.click()
    settle(shell)
    assert shell.casebook.templates.in_use()[0].version == 2
    second = issue(shell, resident).preview.pdf
    assert size_mm(second) == (210, 297)
    shell.go("referral", referral_id=shell.casebook.referrals.all()[-1].id)
    settle(shell)
    assert shell.page.preview.pdf == first
    assert not shell.page.trouble.count(), "nothing is said about another way of setting it"

    # The next morning the same bytes come out, and the kept hash says so.
    shell.shut_down()
    again = window(folder)
    sign_in(again, PASSPHRASE)
    kept = next(each for one in again.casebook.referrals.all() for each in one.letters if each.id == letter.id)
    pdf = paper_kinds.make(again.casebook, "letter", letter.id, {}, again=False)
    assert pdf == first
    assert kept.sha256 == hashlib.sha256(pdf).hexdigest()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_what_was_typed_into_a_template_is_there_after_a_kill(window, town, folder, clock):
    shutil.copytree(town, folder, dirs_exist_ok=True)
    Casebook.open(folder, PASSPHRASE, clock=clock).close()
    promised = type_and_kill(TYPIST, folder, after=1.6)
    shell = window(folder)
    sign_in(shell, PASSPHRASE)
    shell.go("drafts")
    settle(shell)
    (line,) = shell.page.lines.values()
    line.button.click()
    settle(shell)
    assert shell.page.name == "template"
    typed, _own, _rest = shell.page.form.texts.rows["zh.body"].line.toPlainText().partition("我")
    nothing_missing(typed, promised)
