from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import insert

from models.clock import milliseconds
from models.records.change import Death
from models.records.resident import ResidentEntry
from models.records.stream import Departed
from models.services.audit_views import AuditWhere
from models.store.rows import table_of
from models.texts import _
from tests.desktop.case.conftest import CARD, press, said
from tests.desktop.conftest import settle

A_MENU = pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)", extend=True)
"""A screen that is none says so when a menu opens."""


def test_the_header_answers_whether_this_is_the_right_person(in_both_languages, show, family):
    page = show("person", resident_id=family.grandmother)
    chinese = in_both_languages.state.language == "zh_CN"
    assert page.header.name.text() == "王秀英"
    assert page.header.line.text().split("  ·  ") == (
        ["女", "85 岁", "1941年3月8日生"] if chinese else ["Female", "aged 85", "born 8 Mar 1941"]
    )
    assert "鞍山道12号" in page.header.address.text()
    assert "1234" in page.header.address.text()
    assert "13920001234" not in said(page)
    assert page.heading.text() == "王秀英"
    assert "王秀英" not in in_both_languages.windowTitle(), "the list of windows shows no name"


def departs(book, row: str, entity: str) -> None:
    with book._book.writing() as connection:
        said = {"peer": "street", "row": row, "entity": entity, "at": milliseconds(book.clock)}
        connection.execute(insert(table_of(Departed)), said)


def test_whom_an_office_brings_up_to_date_no_more_is_said_on_the_page(show, family, book):
    page = show("person", resident_id=family.grandmother)
    assert page.left.isHidden()
    departs(book, family.grandmother, "resident")
    departs(book, page.loaded.households[0].id, "household")
    page = show("person", resident_id=family.grandmother)
    assert page.left.isVisibleTo(page)
    assert page.left.text() == "自2026年11月22日起不再由上级单位更新：那边的改动不会传到这里。", page.left.text()


def test_a_newcomer_is_marked_as_new_resident_and_nobody_else(show, family):
    assert _("New resident") in said(show("person", resident_id=family.daughter_in_law).header)
    assert _("New resident") not in said(show("person", resident_id=family.grandmother).header)


@A_MENU
def test_numbers_are_masked_until_shown_and_showing_is_journalled(show, family, book):
    page = show("person", resident_id=family.grandmother)
    assert CARD not in said(page)
    document = page.loaded.view.documents[0]
    before = reveals(book)
    page.reveal_buttons[document.id].click()
    settle(page.shell)
    assert CARD not in said(page)  # why is asked first
    assert reveals(book) == before
    QTest.keyClick(page.why, Qt.Key.Key_3)
    settle(page.shell)
    assert CARD in said(page.numbers)
    assert reveals(book) == before + 1
    assert book.audit.page(AuditWhere(kind="reveal")).rows[0].reason == "到别处查询"
    page.reveal_buttons[document.id].click()
    assert CARD not in said(page)
    assert reveals(book) == before + 1


@A_MENU
def test_a_shown_number_is_masked_again_by_itself_and_when_the_page_is_left(show, family):
    page = show("person", resident_id=family.grandmother)
    document = page.loaded.view.documents[0].id
    page.reveal_buttons[document].click()
    QTest.keyClick(page.why, Qt.Key.Key_3)
    settle(page.shell)
    assert page._hide_again.isActive()
    page._hide_again.timeout.emit()
    assert CARD not in said(page)
    page.reveal_buttons[document].click()
    assert "到别处查询" in page.why.activeAction().text()
    QTest.keyClick(page.why, Qt.Key.Key_Return)  # as last time
    settle(page.shell)
    assert CARD in said(page)
    show("today")
    assert CARD not in said(page)


def test_the_household_stands_beside_the_person_and_leads_to_its_members(show, family):
    page = show("person", resident_id=family.grandmother)
    assert page.panel.lines[0].member.resident.name == "王秀英"
    assert {line.member.resident.name for line in page.panel.lines} == {"王秀英", "李建国", "张丽", "李晓彤", "李想"}
    son = next(line for line in page.panel.lines if line.member.resident.id == family.son)
    son.setFocus()
    QTest.keyClick(son, Qt.Key.Key_Return)
    settle(page.shell)
    assert page.shell.page.header.name.text() == "李建国"


def test_the_panel_shows_the_other_household_on_request(show, family):
    page = show("person", resident_id=family.grandmother)
    assert page.panel.shown.id == family.household
    next(b for b in page.panel.findChildren(type(page.edit_button)) if "户籍户" in b.text()).click()
    assert page.panel.shown.id == family.registered
    assert "张丽" not in {line.member.resident.name for line in page.panel.lines}


def test_tasks_say_how_far_they_are_and_begin_with_one_click(show, family):
    page = show("person", resident_id=family.grandmother)
    assert page.tasks.states == {
        "consent": "not_started",
        "register": "done",
        "visit": "done",
        "assess": "not_started",
        "eligibility": "not_started",
        "referral": "not_started",
    }
    page.tasks.buttons["eligibility"].click()
    settle(page.shell)
    assert page.shell.page.name == "eligibility"
    assert page.shell.page.loaded.check.household_id == family.household
    assert page.shell.page.shown == family.grandmother


def test_who_is_too_young_for_the_instrument_is_led_to_what_else_can_be_asked(show, family):
    page = show("person", resident_id=family.grandmother)
    page.tasks.buttons["assess"].click()
    settle(page.shell)
    assert page.shell.page.name == "assessment"
    page = show("person", resident_id=family.son)
    assert page.tasks.states["assess"] == "not_needed"
    page.tasks.buttons["assess"].click()
    settle(page.shell)
    assert page.shell.page.name == "questionnaire"
    assert "new_resident_needs" in page.shell.page.choosing.rows


def test_without_a_household_visit_and_eligibility_say_why_they_cannot_begin(show, book):
    alone = book.residents.register(ResidentEntry(name="孙一")).id
    page = show("person", resident_id=alone)
    assert page.tasks.states["visit"] == page.tasks.states["eligibility"] == "blocked"
    assert "visit" not in page.tasks.buttons
    assert _("First say in which household this person lives.") in said(page.tasks)
    assert _("This person is in no household yet.") in said(page.panel)


def test_the_timeline_tells_visits_as_sentences_newest_first(show, family):
    page = show("person", resident_id=family.grandmother)
    visits = [entry for entry in page.timeline.entries if entry.line.kind == "visit"]
    assert [entry.line.on.isoformat() for entry in visits] == ["2026-11-03", "2026-09-10"]
    assert "老有所养" in visits[0].line.text
    visits[0].chosen.emit()
    settle(page.shell)
    assert page.shell.page.name == "household"
    assert page.shell.page.where["visit_id"] == visits[0].line.subject_id


def test_facts_are_sentences_with_their_origin_and_expired_ones_are_marked(show, family):
    page = show("person", resident_id=family.grandmother)
    words = said(page.facts)
    assert "有本市户籍" in words
    assert "看过户口簿" in words
    assert "月收入：2600 元" in words
    assert "2026年6月1日已过期" in words
    assert "不愿回答" in words


def test_a_change_of_this_person_is_shown_at_once(show, family, book, window_of_case):
    page = show("person", resident_id=family.girl)
    entry = book.residents.entry_of(family.girl).model_copy(update={"name": "李小彤"})
    page.run(lambda: book.residents.amend(family.girl, entry))
    settle(window_of_case)
    assert page.header.name.text() == "李小彤"


def test_the_answer_for_somebody_left_behind_is_dropped(show, family, window_of_case):
    show("person", resident_id=family.grandmother)
    window_of_case.go("person", resident_id=family.son)
    window_of_case.go("person", resident_id=family.girl)
    settle(window_of_case)
    assert window_of_case.page.header.name.text() == "李晓彤"


def reveals(book) -> int:
    from sqlalchemy import func, select

    from models.records.audit import Audit
    from models.store.rows import table_of

    journal = table_of(Audit)
    with book._book.reading() as connection:
        return connection.execute(select(func.count()).where(journal.c.action == "reveal")).scalar()


def places_of(book, resident_id):
    found = book.places.whereabouts(resident_id)
    return [line for line in (*found.now, *found.past) if line.place_id]


def test_where_somebody_is_stands_in_sentences_and_a_place_is_added_ended_and_taken_back(show, family, book):
    page = show("person", resident_id=family.daughter_in_law)
    card = page.whereabouts
    assert "鞍山道12号" in said(card)
    press(card, _("Add a place"))
    press(card, _("Keep this place"))
    assert card.form.problem.text() == _("Choose what is there: hukou, work, school or another home.")
    card.form.kind.pick("work")
    press(card, _("Keep this place"))
    assert card.form.problem.text() == _("Say where: at least the province, or a few words.")
    card.form.province.setCurrentIndex(card.form.province.findData("13"))
    card.form.address.show_answer("沧州市运河区")
    card.form.since.show_answer("2024-3-1")
    press(card, _("Keep this place"))
    settle(page.shell)
    assert card.form is None
    assert "沧州市运河区" in said(card)
    (place,) = places_of(book, family.daughter_in_law)
    assert (place.kind, place.since) == ("work", date(2024, 3, 1))
    card.end_buttons[place.place_id].click()
    card.days[place.place_id].show_answer("2026-1-1")
    press(card, _("End it"))
    settle(page.shell)
    assert places_of(book, family.daughter_in_law)[0].until == date(2026, 1, 1)
    page.shell.undo()
    settle(page.shell)
    assert places_of(book, family.daughter_in_law)[0].until is None


def test_what_the_records_refuse_of_a_place_is_said_in_its_form(show, family):
    page = show("person", resident_id=family.son)
    page.whereabouts.begin_adding()
    form = page.whereabouts.form
    form.kind.pick("hukou")
    form.address.show_answer("河北")
    form.save()
    settle(page.shell)
    assert "李建国" in form.problem.text(), "the hukou is here by the register"
    assert form.address.answer() == "河北"


def test_the_header_says_that_somebody_has_died(show, family, book):
    book.changes.make(Death(happened_on=date(2026, 11, 1), resident_id=family.girl))
    page = show("person", resident_id=family.girl)
    assert "2026年11月1日去世" in said(page.header)


def test_the_header_is_whole_with_the_largest_letters_on_a_small_laptop(window_of_case, show, family):
    window_of_case.resize(1024, 600)
    window_of_case.state.scale = 200
    window_of_case.redress()
    page = show("person", resident_id=family.grandmother)
    assert page.header.name.size().width() >= page.header.name.sizeHint().width()
    assert page.area_below.widget().minimumSizeHint().width() <= page.area_below.viewport().width()
