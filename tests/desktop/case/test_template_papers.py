"""Templates of the papers beside the letter: each is set by its own, in the office's words, on the sizes it allows."""

from datetime import date

import pytest

from desktop.paper_kinds import KINDS, says_again
from desktop.pdfium import opened
from desktop.template_papers import sample
from desktop.template_samples import desk_of, draw_sample, own_words
from desktop.template_words import BLOCK_NAMES, text_groups, text_name
from models.records.layout import SETUPS, Margins, own_layout
from models.records.referral import MatterEntry
from models.records.template import PROGRAM, TemplateEntry
from models.records.transfer import TransferEntry
from models.services.template_checking import problems_of
from tests.conftest import OFFICE, WORKER
from tests.desktop.conftest import settle
from tests.reports.letters import page_texts
from tests.reports.papers import look_at

OTHERS = [paper for paper in SETUPS if paper != "letter"]
SIZED = [(paper, size) for paper in OTHERS for size in SETUPS[paper].papers]


def drawn(paper, kind="ordinary", /, **layout):
    return draw_sample(paper, kind, own_layout(paper).model_copy(update=layout), OFFICE, WORKER)


def said(pdf) -> str:
    return "".join(page_texts(pdf))


def keep(book, paper, name="本社区", /, **layout):
    entry = TemplateEntry(paper=paper, name=name, layout=own_layout(paper).model_copy(update=layout))
    return book.templates.save(entry, desk_of(book.office, book.worker, paper)).id


@pytest.mark.parametrize(("paper", "size"), SIZED)
def test_every_paper_can_be_used_on_every_size_it_allows(paper, size):
    layout = own_layout(paper).model_copy(update={"paper": size})
    assert problems_of("本社区", layout, desk_of(OFFICE, WORKER, paper)) == []
    if paper != "envelopes":
        look_at(drawn(paper, "longest", paper=size))


@pytest.mark.parametrize("paper", OTHERS)
def test_the_words_of_the_office_stand_in_place_of_the_programs(paper):
    key = {"round_list": "zh.note", "envelopes": "zh.receiver", "assessment_report": "zh.item"}.get(paper, "zh.title")
    own = own_words(paper)[key]
    words = own.replace("收", "敬启") if paper == "envelopes" else "便民用词"
    before, after = said(drawn(paper)), said(drawn(paper, texts={key: words}))
    assert words.replace("{name}　", "") in after
    assert words.replace("{name}　", "") not in before
    assert said(drawn(paper, texts={key: "{unknown}"})) == before, "what cannot be printed gives way to the program's"


@pytest.mark.parametrize("paper", [paper for paper in OTHERS if "margins" in SETUPS[paper].fields])
def test_margins_and_mark_are_kept(paper):
    margins = Margins(top=16, bottom=22, left=30, right=18) if paper != "round_list" else Margins(left=24, right=12)
    pdf = drawn(paper, "longest", margins=margins, heading="样本社区便民点")
    assert "样本社区便民点" in page_texts(pdf)[0]
    with opened(pdf) as document:
        text = document[len(document) > 1].get_textpage()
        rects = [text.get_rect(place) for place in range(text.count_rects())]
        wide = document[0].get_width()
    assert round(min(rect[0] for rect in rects) * 25.4 / 72) >= margins.left
    assert max(rect[2] for rect in rects) * 25.4 / 72 <= wide * 25.4 / 72 - margins.right + 0.6


@pytest.mark.parametrize("paper", [paper for paper in OTHERS if SETUPS[paper].blocks])
def test_parts_are_printed_in_their_order_and_left_out(paper):
    setup = SETUPS[paper]
    assert set(setup.blocks) <= set(BLOCK_NAMES)
    whole, turned = said(drawn(paper)), said(drawn(paper, blocks=setup.blocks[::-1]))
    assert sorted(whole) == sorted(turned)
    assert whole != turned
    least = said(drawn(paper, blocks=setup.needed))
    assert 0 < len(least) < len(whole)
    for block in set(setup.blocks) - set(setup.needed):
        assert len(said(drawn(paper, blocks=tuple(one for one in setup.blocks if one != block)))) < len(whole), block


def test_a_notice_may_go_without_its_stub():
    assert "存根" in said(drawn("notice"))
    assert "存根" not in said(drawn("notice", receipt=False))


@pytest.mark.parametrize("paper", SETUPS)
def test_every_text_has_one_place_in_the_editor_and_is_called_something(paper):
    own = own_words(paper)
    for spoken in ("zh", "en"):
        keys = [key for _group, names in text_groups(paper, own, spoken) for key in names]
        assert sorted(keys) == sorted(key for key in own if key.startswith(spoken))
    assert all(text_name(key, own, paper) != key for key in own)


@pytest.mark.parametrize("paper", [paper for paper in KINDS if says_again(paper) and paper in OTHERS])
def test_a_reprint_says_so_on_its_first_page(paper):
    kind = KINDS[paper]
    value = sample(paper, "longest", own_layout(paper), OFFICE, WORKER)
    pages = page_texts(kind.render_again(value, date(2026, 3, 12)))
    assert "补打：2026年3月12日" in pages[0]
    copies = 2 if paper == "handover" else 1
    assert sum("补打" in page for page in pages) == copies
    assert "补打" not in said(kind.render(value))
    look_at(kind.render_again(value, date(2026, 3, 12)))


# In the casebook.


def test_a_paper_takes_its_own_template_and_without_one_the_mark_of_the_letters(shell):
    book = shell.casebook
    person = book.residents.ids()[0]
    home = book.households.of_resident(person)[0].id
    entry = TemplateEntry(name="转介", layout=own_layout("letter").model_copy(update={"heading": "样本社区"}))
    book.templates.save(entry, desk_of(book.office, book.worker))
    matters = [MatterEntry(service_id="S50")]
    layout = book.papers.notice(person, matters).layout
    assert (layout.heading, layout.margins, layout.blocks) == ("样本社区", *_own("notice"))
    keep(book, "notice", texts={"zh.title": "办事告知书"}, paper="16K")
    notice = book.papers.notice(person, matters)
    assert (notice.layout.heading, notice.layout.paper, notice.layout.version) == ("", "16K", 1)
    assert "办事告知书" in said(KINDS["notice"].render(notice))
    assert book.papers.household(home).layout.heading == "样本社区", "another paper has none of its own"


def _own(paper):
    return own_layout(paper).margins, own_layout(paper).blocks


def test_a_list_of_what_is_handed_over_keeps_the_version_it_was_frozen_with(shell):
    book = shell.casebook
    person = book.residents.ids()[0]
    home = book.households.of_resident(person)[0].id
    first = keep(book, "case_sheet", texts={"zh.title": "个案移交单"})
    asked = book.transfers.ask(TransferEntry(household_id=home, to_name="河北省某社区", reason="moved")).id
    book.transfers.step(asked, "accept", by="刘洋")
    assert book.transfers.sheet(asked).layout.texts == {"zh.title": "个案移交单"}
    book.transfers.step(asked, "hand_over", by="刘洋")
    book.templates.withdraw(first)
    keep(book, "case_sheet", "新的", texts={"zh.title": "另一种"})
    assert book.transfers.sheet(asked).layout.texts == {"zh.title": "个案移交单"}
    assert book.transfers.request(asked).layout == own_layout("case_request")


# On the pages.


def open_page(shell, name, **where):
    shell.go(name, **where)
    settle(shell)
    return shell.page


def test_the_editor_offers_what_can_be_changed_of_this_paper_alone(shell):
    page = open_page(shell, "templates")
    page.paper.setCurrentIndex(page.paper.findData("household_sheet"))
    settle(shell)
    assert page.loaded.paper == "household_sheet"
    page.new_button.click()
    settle(shell)
    editor = shell.page
    form = editor.form
    assert editor.title() == "新建式样：家庭情况表"
    assert [form.paper.itemData(n) for n in range(form.paper.count())] == ["A4", "16K"]
    hidden = (form.form, form.red_head, form.qr, form.receipt)
    assert all(thing.isHidden() for thing in hidden)
    assert form.blocks.blocks() == SETUPS["household_sheet"].blocks
    form.texts.rows["zh.title"].line.setText("住户情况表")
    editor.settle()
    settle(shell)
    layout = own_layout("household_sheet").model_copy(update={"texts": {"zh.title": "住户情况表"}})
    assert form.layout_value() == layout
    assert editor.preview.pdf == draw_sample("household_sheet", "ordinary", layout, shell.casebook.office, WORKER)
    editor.save_button.click()
    settle(shell)
    assert shell.page.where == {"paper": "household_sheet"}
    (view,) = shell.casebook.templates.in_use("household_sheet")
    assert view.layout == layout
    assert shell.casebook.templates.in_use() == []


def test_a_draft_of_a_template_keeps_its_kind_of_paper(shell):
    editor = open_page(shell, "template", template_id=PROGRAM, paper="envelopes")
    assert editor.form.paper_card.isHidden()
    assert editor.form.parts_card.isHidden()
    assert editor.form.logo_row.isHidden()
    editor.form.texts.rows["zh.receiver"].line.setText("{name}　亲启")
    editor.settle()
    editor.leave()
    settle(shell)
    (draft,) = shell.casebook.drafts.all()
    editor = open_page(shell, "template", draft_id=draft.id)
    assert (editor.paper, editor.form.layout_value().texts) == ("envelopes", {"zh.receiver": "{name}　亲启"})
    assert "亲启" in said(editor.preview.pdf)


def test_a_file_is_brought_in_as_the_paper_it_is_for(shell, tmp_path):
    book = shell.casebook
    made = keep(book, "visit_record", texts={"zh.title": "走访单"})
    path = tmp_path / "visit.json"
    path.write_bytes(book.templates.export(made))
    page = open_page(shell, "templates", paper="notice")
    page.look_at(path)
    settle(shell)
    assert (shell.page.name, shell.page.paper) == ("template", "visit_record")
    assert shell.page.form.layout_value().texts == {"zh.title": "走访单"}
