"""The office changes how its letters look: the list of templates, the editor with its sample, and letters by them."""

import base64
import json
from io import BytesIO

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop import template_samples
from desktop.pages.template import TYPING_MS
from desktop.template_samples import SAMPLES, desk_of, own_words, sample
from desktop.template_words import TEXT_GROUPS
from models.records.layout import BLOCKS, Layout, Margins
from models.records.referral import MatterEntry, ReferralEntry
from models.records.template import PROGRAM, TemplateEntry
from reports.letter import render_letter
from tests.conftest import OFFICE, WORKER
from tests.desktop.conftest import settle


def drawn(page) -> None:
    """Have the preview catch up with what was changed."""
    if page.name == "template":
        page.settle()
    else:
        QTest.qWait(TYPING_MS + 50)
    settle(page.shell)


def open_page(shell, name, **where):
    shell.go(name, **where)
    settle(shell)
    return shell.page


def keep(book, name="本社区", family="", use=True, **layout):
    desk = desk_of(book.office, book.worker)
    return book.templates.save(TemplateEntry(name=name, layout=Layout(**layout)), desk, family, use=use).id


@pytest.fixture
def editor(shell):
    return open_page(shell, "template", template_id=PROGRAM)


def words(widget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


# What the casebook is told of paper.


def test_every_text_that_an_office_may_change_has_its_place_in_the_editor():
    named = [name for _group, names in TEXT_GROUPS for name in names]
    assert len(set(named)) == len(named)
    assert {f"{spoken}.{name}" for spoken in ("zh", "en") for name in named} == set(own_words())


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("paper", ["A4", "16K", "A5"])
def test_every_sample_can_be_set_on_every_paper(kind, paper):
    margins = Margins(left=20, right=18) if paper == "A5" else Margins()
    assert render_letter(sample(kind, Layout(paper=paper, margins=margins), OFFICE, WORKER)).startswith(b"%PDF")


@pytest.mark.parametrize(
    "layout",
    [
        Layout(),
        Layout(form="letter"),
        Layout(paper="16K", form="letter", qr=False),
        Layout(paper="A5", margins=Margins(top=20, bottom=10, left=18, right=18)),
        Layout(margins=Margins(top=10, bottom=8, left=12, right=12), red_head=False, receipt=False),
        Layout(margins=Margins(top=37, bottom=35), blocks=("matters", "resident")),
    ],
)
def test_what_an_office_may_reasonably_want_fits(layout):
    assert desk_of(OFFICE, WORKER).fits(layout) == ""


def test_what_does_not_fit_is_told():
    fits = desk_of(OFFICE, WORKER).fits
    narrow = Layout(paper="A5", margins=Margins(top=50, bottom=10, left=30, right=30))
    assert fits(narrow) in ("overlap", "outside")
    assert fits(Layout(texts={"zh.note": "备注 110101194001010000："})) == "number"


def test_one_text_upon_another_is_seen():
    upon = template_samples._upon
    assert upon([(10, 10, 60, 22), (40, 12, 90, 24)])
    assert not upon([(10, 10, 60, 22), (62, 10, 90, 22), (10, 24, 60, 36)])


def test_the_desk_knows_which_characters_no_face_has():
    assert tuple(desk_of(OFFICE, WORKER).missing("转\U0003fffd介")) == ("\U0003fffd",)


# The editor.


def test_a_new_template_begins_as_the_program_sets_letters(editor):
    assert editor.form.layout_value() == Layout()
    assert editor.preview.pdf == render_letter(sample("ordinary", Layout(), editor.casebook.office, WORKER))
    assert editor.form.name_line.hasFocus()
    assert editor.form.name_line.selectedText() == "本办公室转介单"
    assert editor.save_button.isEnabled()


def test_without_a_name_it_cannot_be_saved(editor):
    editor.form.name_line.setText(" ")
    drawn(editor)
    assert "请给式样起个名称" in words(editor.form)
    assert not editor.save_button.isEnabled()


def test_the_sample_follows_what_is_changed_once_nothing_more_is_typed(editor):
    before = editor.preview.pdf
    editor.form.name_line.setText("本社区")
    editor.form.texts.rows["zh.title"].line.setText("服务转介单")
    assert editor.preview.pdf == before
    QTest.qWait(TYPING_MS + 50)
    settle(editor.shell)
    layout = Layout(texts={"zh.title": "服务转介单"})
    assert editor.preview.pdf == render_letter(sample("ordinary", layout, editor.casebook.office, WORKER))
    assert editor.save_button.isEnabled()


def test_another_sample_can_be_chosen(editor):
    for kind in ("longest", "documents", "both"):
        editor.kind.setCurrentIndex(editor.kind.findData(kind))
        settle(editor.shell)
        assert editor.preview.pdf == render_letter(sample(kind, Layout(), editor.casebook.office, WORKER))


def test_a_problem_stands_beside_its_field_and_on_top(editor):
    editor.form.name_line.setText("本社区")
    row = editor.form.texts.rows["zh.body"]
    row.line.setPlainText("现转介至贵处。")
    drawn(editor)
    assert row.problem.text() == "文字里必须保留 {name}，由程序逐份填写。"
    assert row.line.property("wrong") == "true"
    assert editor.form.problem.text() == "开头语 (中文)：文字里必须保留 {name}，由程序逐份填写。"
    assert not editor.save_button.isEnabled()
    row.back.click()
    drawn(editor)
    assert row.problem.isHidden()
    assert editor.form.problem.isHidden()
    assert editor.save_button.isEnabled()


def test_margins_that_leave_too_little_room_are_told_and_drawn(editor):
    editor.form.name_line.setText("本社区")
    editor.form.paper.setCurrentIndex(editor.form.paper.findData("A5"))
    editor.form.margins["left"].setValue(40)
    drawn(editor)
    assert "至少要 88 毫米" in words(editor.form)
    assert editor.form.sheet.room()[0] == 148 - 40 - 26


def test_parts_are_moved_by_keys_and_left_out_by_their_ticks(editor):
    order = editor.form.blocks
    order.list.setFocus()
    order.list.setCurrentRow(0)
    QTest.keyClick(order.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert order.blocks() == ("matters", "resident", "documents", "remarks", "note")
    QTest.keyClick(order.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order.blocks() == BLOCKS
    order.list.item(2).setCheckState(Qt.CheckState.Unchecked)
    assert order.blocks() == ("resident", "matters", "remarks", "note")
    assert not order.list.item(0).flags() & Qt.ItemFlag.ItemIsUserCheckable
    assert editor.form.layout_value().blocks == order.blocks()


def test_dragging_a_part_is_a_change_too(editor):
    order, heard = editor.form.blocks, []
    order.changed.connect(lambda: heard.append(order.blocks()))
    model = order.list.model()
    assert model.moveRows(model.index(-1, -1), 3, 1, model.index(-1, -1), 0)
    assert heard == [("remarks", "resident", "matters", "documents", "note")]


def test_changes_are_taken_back_one_by_one(editor):
    editor.form.name_line.setText("本社区")
    drawn(editor)
    editor.form.paper.setCurrentIndex(1)
    drawn(editor)
    editor.form.qr.setChecked(False)
    editor.undo_button.click()
    assert editor.form.layout_value() == Layout(paper="16K"), "what had not settled yet"
    editor.undo_button.click()
    assert editor.form.layout_value() == Layout()
    editor.undo_button.click()
    settle(editor.shell)
    assert editor.form.name() == "本办公室转介单"
    assert not editor.undo_button.isEnabled()


def test_the_way_back_to_the_programs_text_is_offered_where_it_was_changed(editor):
    row = editor.form.texts.rows["zh.title"]
    assert row.back.isHidden()
    row.line.setText("函")
    assert not row.back.isHidden()
    assert row.default.text() == "程序自带：转介单"
    row.back.click()
    assert row.line.text() == "转介单"
    assert editor.form.layout_value().texts == {}


def test_english_texts_are_changed_by_themselves(editor):
    texts = editor.form.texts
    texts.rows["zh.title"].line.setText("函")
    texts.language.setCurrentIndex(1)
    texts.rows["en.title"].line.setText("Letter")
    assert editor.form.layout_value().texts == {"zh.title": "函", "en.title": "Letter"}
    texts.language.setCurrentIndex(0)
    assert texts.rows["zh.title"].line.text() == "函"


def test_a_logo_is_taken_from_a_file_and_taken_away(editor, tmp_path):
    path = tmp_path / "logo.png"
    Image.new("RGB", (300, 200), "teal").save(path)
    editor.choose_file = lambda: str(path)
    editor.form.choose_button.click()
    drawn(editor)
    logo = base64.b64decode(editor.form.layout_value().logo)
    assert Image.open(BytesIO(logo)).size == (300, 200)
    assert not editor.form.logo_picture.pixmap().isNull()
    (tmp_path / "broken.png").write_bytes(b"no picture")
    editor.choose_file = lambda: str(tmp_path / "broken.png")
    editor.form.choose_button.click()
    settle(editor.shell)
    assert "标志没有改动" in words(editor.form)
    assert editor.form.layout_value().logo, "the one before stays"
    editor.form.drop_button.click()
    assert editor.form.layout_value().logo == ""


def test_a_draft_goes_on_where_it_was_left(editor, shell):
    editor.form.name_line.setText("本社区")
    editor.form.margins["top"].setValue(44)
    editor.leave()
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    assert (draft.form, draft.title) == ("template", "本社区")
    page = open_page(shell, "drafts")
    next(iter(page.lines.values())).button.click()
    settle(shell)
    assert shell.page.form.name() == "本社区"
    assert shell.page.form.layout_value().margins.top == 44
    shell.page.save_button.click()
    settle(shell)
    assert shell.casebook.drafts.all() == []


def test_saving_goes_back_to_the_list_and_can_be_taken_back(editor, shell):
    editor.form.name_line.setText("本社区")
    drawn(editor)
    editor.save_button.click()
    settle(shell)
    assert shell.page.name == "templates"
    (view,) = shell.casebook.templates.in_use()
    assert view.name == "本社区"
    shell.undo()
    settle(shell)
    assert shell.casebook.templates.all() == []


def test_it_can_be_kept_without_being_used(editor, shell):
    editor.form.name_line.setText("本社区")
    drawn(editor)
    editor.keep_button.click()
    settle(shell)
    assert shell.casebook.templates.in_use() == []
    assert len(shell.casebook.templates.all()) == 1


def test_fractions_of_a_file_stay_where_nobody_touches_them(shell):
    made = keep(shell.casebook, margins=Margins(left=27.5), logo_height=13.5)
    page = open_page(shell, "template", template_id=made)
    assert page.form.layout_value() == Layout(version=2, margins=Margins(left=27.5), logo_height=13.5)


# The list.


def test_the_list_shows_each_template_with_its_first_page(shell):
    book = shell.casebook
    first = keep(book)
    second = keep(book, "涉外", paper="A5", margins=Margins(left=20, right=18), use=False)
    page = open_page(shell, "templates")
    assert set(page.loaded.pictures) == {PROGRAM, first, second}
    assert all(image.width() > 200 for image in page.loaded.pictures.values())
    assert ("withdraw", first) in page.buttons
    assert ("use", second) in page.buttons


def test_a_template_is_used_withdrawn_and_copied_from_the_list(shell):
    book = shell.casebook
    made = keep(book, use=False)
    page = open_page(shell, "templates")
    page.buttons["use", made].click()
    settle(shell)
    assert [view.id for view in book.templates.in_use()] == [made]
    page.buttons["withdraw", made].click()
    settle(shell)
    assert book.templates.in_use() == []
    page.buttons["copy", made].click()
    settle(shell)
    assert {family.newest.name for family in book.templates.all()} == {"本社区", "本社区（副本）"}


def test_an_older_version_comes_back_in_use_from_the_history(shell):
    book = shell.casebook
    first = keep(book)
    second = keep(book, family=first, paper="16K")
    page = open_page(shell, "templates")
    link = next(b for b in page.findChildren(type(page.new_button)) if "2 个版本" in b.text())
    link.click()
    page.buttons["back", first].click()
    settle(shell)
    assert [view.id for view in book.templates.in_use()] == [first]
    assert ("use", second) not in page.buttons
    assert "第2版已保存" in words(page)


def test_a_template_goes_to_another_office_as_a_file(shell, tmp_path):
    made = keep(shell.casebook, texts={"zh.title": "函"})
    page = open_page(shell, "templates")
    path = tmp_path / "template.json"
    page.choose_place = lambda _name: str(path)
    page.buttons["file", made].click()
    settle(shell)
    assert json.loads(path.read_text("utf-8"))["layout"]["texts"] == {"zh.title": "函"}
    page.choose_file = lambda: str(path)
    page.file_button.click()
    settle(shell)
    assert shell.page.name == "template"
    assert shell.page.form.layout_value().texts == {"zh.title": "函"}
    assert len(shell.casebook.templates.all()) == 1, "looking at it keeps nothing"
    shell.page.save_button.click()
    settle(shell)
    assert len(shell.casebook.templates.all()) == 2


def test_a_bad_file_is_refused_with_a_sentence(shell, tmp_path):
    page = open_page(shell, "templates")
    (tmp_path / "bad.json").write_text("{}", "utf-8")
    page.look_at(tmp_path / "bad.json")
    settle(shell)
    assert shell.page.name == "templates"
    assert "不是本程序导出的式样文件" in words(shell.area.banners.parentWidget() or shell)


# Letters.


@pytest.fixture
def writing(shell):
    """Begins a letter for somebody."""
    resident = shell.casebook.residents.ids()[0]

    def begin():
        return open_page(shell, "referral", resident_id=resident, service_ids=[("S50", "")])

    return begin


def test_the_form_of_a_letter_asks_for_the_template_only_where_there_are_several(shell, writing):
    assert writing().form.template_choice.isHidden()
    first = keep(shell.casebook, paper="16K")
    page = writing()
    assert page.form.template_choice.isHidden()
    assert page.sheet.value.layout.paper == "16K"
    second = keep(shell.casebook, "涉外", paper="A5", margins=Margins(left=20, right=18))
    page = writing()
    assert not page.form.template_choice.isHidden()
    assert page.form.template.currentData() == first
    page.form.template.setCurrentIndex(1)
    drawn(page)
    assert page.sheet.value.layout.paper == "A5"
    page.issue_button.click()
    settle(shell)
    assert shell.casebook.referrals.all()[0].letters[0].template_id == second


def test_correcting_keeps_the_template_unless_another_one_is_chosen(shell, writing):
    page = writing()
    page.issue_button.click()
    settle(shell)
    keep(shell.casebook, paper="16K")
    page = open_page(shell, "referral", referral_id=page.referral.id)
    page.correct_button.click()
    drawn(page)
    assert [page.form.template.itemText(place) for place in range(2)] == ["沿用原来的", "本社区"]
    assert page.sheet.value.layout == Layout()
    page.form.template.setCurrentIndex(1)
    drawn(page)
    assert page.sheet.value.layout.paper == "16K"


def test_a_letter_prints_the_same_bytes_after_three_changes_of_its_template(shell):
    book = shell.casebook
    entry = ReferralEntry(
        resident_id=book.residents.ids()[0], matters=(MatterEntry(service_id="S50"),), receiver="党群服务中心"
    )
    made = keep(book, texts={"zh.title": "服务转介单"})
    letters = []
    for change in ({"paper": "16K"}, {"blocks": ("matters", "resident")}, {"form": "letter", "qr": False}):
        (letter,) = book.referrals.issue(entry).ids
        pdf = render_letter(book.referrals.letter(letter))
        book.referrals.keep_bytes(letter, pdf)
        letters.append((letter, pdf))
        keep(book, family=made, **change)
    assert len({pdf for _letter, pdf in letters}) == 3
    for letter, pdf in letters:
        assert render_letter(book.referrals.letter(letter)) == pdf
