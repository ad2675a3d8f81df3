"""The workbench: sentences beside their passage, a person tried, amounts changed, cases run."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from desktop.pages.workbench import CASES, PARAMS, SOURCE, TRY
from desktop.widgets.passage_view import Span
from tests.desktop.conftest import settle, type_text
from tests.desktop.packs.conftest import press, said, wait_for_form


def place_of(page, words):
    return next(at for at, row in enumerate(page.outline.rows) if words in row.text)


def marked(page):
    """The words now marked in the source."""
    span = page.source.view.shown
    return page.source.view.stored[span.start : span.end] if span is not None else ""


def test_every_service_of_the_rules_in_force_is_listed_and_can_be_read(window_of_case, show):
    page = show("workbench")
    assert page.set.in_force
    assert set(page.services.shown) == set(page.set.policies.services)
    assert page.service is not None
    assert page.outline.rows
    for service_id in page.services.shown[::30]:
        page.services.choose(service_id)
        settle(window_of_case)
        assert page.service.id == service_id
        assert any(row.is_rule or row.kind == "plain" for row in page.outline.rows)
        assert page.name_label.text() == page.service.name


def test_a_service_is_found_by_name_pinyin_and_number_and_by_group(window_of_case, show):
    page = show("workbench")
    for typed, wanted in (("居家养老", "S51"), ("s51", "S51"), ("jjyl", "S51")):
        page.services.search.setText(typed)
        assert wanted in page.services.shown, typed
        assert len(page.services.shown) < 20
    page.services.search.setText("没有这项")
    assert page.services.shown == []
    page.services.search.clear()
    page.services.group.setCurrentIndex(page.services.group.findData("老有所养"))
    assert len(page.services.shown) == 8
    assert "S51" in page.services.shown


def test_enter_in_the_search_goes_to_the_first_service_found(window_of_case, show):
    page = show("workbench")
    page.services.search.setText("节地生态")
    page.services.search.setFocus()
    QTest.keyClick(page.services.search, Qt.Key.Key_Return)
    settle(window_of_case)
    assert page.service.id == "S56"


def test_choosing_a_condition_marks_its_words_in_the_source(window_of_case, workbench):
    page = workbench("S51")
    page.outline.choose(place_of(page, "年满80周岁"))
    assert "80岁以上" in marked(page)
    assert page.source.view.stored == page.set.policies.texts[page.service.pack.file]
    assert "十四五" in page.source.title.text()
    assert "250" in page.source.place.text()
    page.outline.choose(place_of(page, "600"))
    assert "400元、600元" in marked(page)


def test_choosing_words_lights_the_conditions_that_rest_on_them(window_of_case, workbench):
    page = workbench("S51")
    view = page.source.view
    start = view.stored.index("低收入和部分重点优抚对象", view.stored.index("困难老年人居家养老"))
    page._words_picked(Span(start, start + 3))
    lit = {page.outline.rows[place].text for place in page.outline.lit}
    assert any("低收入" in text for text in lit)
    assert not any("劳动模范" in text for text in lit)
    elsewhere = view.stored.index("公租房")
    page._words_picked(Span(elsewhere, elsewhere + 3))
    assert not page.outline.lit


def test_the_words_that_define_a_term_light_the_term(window_of_case, workbench):
    page = workbench("S71")
    at, row = next((at, row) for at, row in enumerate(page.outline.rows) if row.kind == "term" and row.own)
    page.outline.choose(at)
    span = page.source.view.shown
    assert marked(page) == row.passage.quote
    page._words_picked(span)
    assert at in page.outline.lit


def test_the_keys_choose_words_too(window_of_case, workbench):
    page = workbench("S51")
    view = page.source.view
    view.setFocus()
    cursor = QTextCursor(view.document())
    cursor.setPosition(view.stored.index("市级劳动模范", view.stored.index("困难老年人居家养老")))
    view.setTextCursor(cursor)
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    wait_for_form(window_of_case)
    assert any("劳动模范" in page.outline.rows[place].text for place in page.outline.lit)
    assert view.toPlainText(), "nothing was typed into the text"


def test_the_person_of_the_form_is_decided_and_what_decides_is_lit(window_of_case, workbench):
    page = workbench("S51")
    page.tabs.setCurrentIndex(TRY)
    settle(window_of_case)
    assert "还差" in page.trial.headline.text()
    lines = page.trial.form.lines
    asked = {name for _of, name in lines}
    assert {"hukou_tianjin", "care_grade", "birth_date", "dibao"} <= asked
    assert "school_stage" not in asked, "only what this rule reads"
    for (of, name), value in {
        ("p1", "hukou_tianjin"): True,
        ("p1", "care_grade"): "重",
        ("household", "dibao"): True,
    }.items():
        picker = lines[of, name].picker
        picker.setCurrentIndex(picker.findData(value))
    type_text(lines["p1", "birth_date"].line, "1950年3月8日")
    wait_for_form(window_of_case)
    assert "符合" in page.trial.headline.text()
    assert "600" in page.trial.amount.text()
    lit = {row.text: row for row in page.outline.rows if row.kind == "leaf"}
    assert lit["有本市户籍"].state == "true"
    assert lit["有本市户籍"].decides
    assert not next(row for row in page.outline.rows if "劳动模范" in row.text).decides
    picker = lines["p1", "hukou_tianjin"].picker
    picker.setCurrentIndex(picker.findData(False))
    wait_for_form(window_of_case)
    assert "不符合" in page.trial.headline.text()
    deciding = [row.text for row in page.outline.rows if row.decides and row.kind == "leaf"]
    assert deciding == ["有本市户籍"]
    page.tabs.setCurrentIndex(SOURCE)
    assert not any(row.state for row in page.outline.rows)


def test_what_cannot_be_read_is_said_beside_the_field_and_nothing_is_decided_by_it(window_of_case, workbench):
    page = workbench("S51")
    page.tabs.setCurrentIndex(TRY)
    settle(window_of_case)
    line = page.trial.form.lines["p1", "birth_date"]
    type_text(line.line, "昨天前")
    wait_for_form(window_of_case)
    assert line.problem.text()
    assert page.trial.case() is None
    assert line.line.text() == "昨天前", "what was typed stays"


def test_a_resident_is_loaded_into_the_form_and_may_be_changed_without_being_written(
    window_of_case, workbench, family, book
):
    page = workbench("S51")
    page.tabs.setCurrentIndex(TRY)
    page.trial.picked.emit(family.grandmother)
    settle(window_of_case)
    lines = page.trial.form.lines
    assert lines[family.grandmother, "birth_date"].line.text() == "1941-03-08"
    assert lines[family.grandmother, "hukou_tianjin"].picker.currentData() is True
    assert lines["household", "dibao"].picker.currentData() is False
    assert "王秀英" in said(page.trial)
    picker = lines[family.grandmother, "care_grade"].picker
    picker.setCurrentIndex(picker.findData("重"))
    wait_for_form(window_of_case)
    assert page.trial.somebody is not None
    case, who = page.trial.case()
    assert who == family.grandmother
    assert case.person(who).facts["care_grade"] == "重"
    names = {view.name for view in book.facts.of(family.grandmother)}
    assert "care_grade" not in names
    page.trial.start_anew()
    settle(window_of_case)
    assert page.trial.somebody is None
    assert all(line.value() is None for line in page.trial.form.lines.values())


def test_a_private_service_is_tried_on_invented_people_only(window_of_case, workbench, family):
    page = workbench("S51")
    page.tabs.setCurrentIndex(TRY)
    page.trial.picked.emit(family.grandmother)
    settle(window_of_case)
    private = next(service.id for service in page.set.policies.services.values() if service.sensitive)
    page.services.choose(private)
    settle(window_of_case)
    assert page.trial.somebody is None
    assert page.trial.finder.isHidden()
    assert "虚构" in page.trial.private.text()


def test_no_sensitive_fact_of_a_resident_reaches_the_form_or_the_case(window_of_case, show, family, book):
    from models.records.fact import FactEntry

    page = show("workbench")
    policies = page.set.policies
    sensitive = {name for name, fact in policies.facts.items() if fact.sensitive and fact.type == "bool"}
    own = [name for name in sensitive if policies.facts[name].level == "person"]
    book.facts.record(
        "resident", family.son, [FactEntry(name=name, value=True, as_of=date(2026, 3, 1)) for name in own]
    )
    page.tabs.setCurrentIndex(TRY)
    for service in policies.services.values():
        if service.sensitive or service.universal:
            continue
        page.services.choose(service.id)
        page.trial.show_service(policies, service)
        break
    page.trial.picked.emit(family.son)
    settle(window_of_case)
    case, _who = page.trial.case()
    assert not sensitive & {name for person in case.people for name in person.facts}
    assert not sensitive & {name for _of, name in page.trial.form.lines}


def test_another_day_is_another_decision(window_of_case, workbench):
    page = workbench("S51")
    page.tabs.setCurrentIndex(TRY)
    settle(window_of_case)
    page.trial.day.show_answer("2024-5-1")
    page.trial._day_typed()
    settle(window_of_case)
    assert page.trial.on == date(2024, 5, 1)
    assert page.trial.case()[0].on == date(2024, 5, 1)
    assert not any("已过" in row.note for row in page.outline.rows)


def test_cases_are_run_and_one_of_them_fills_the_form(window_of_case, workbench):
    page = workbench("S51")
    page.tabs.setCurrentIndex(CASES)
    settle(window_of_case)
    count = len(page.cases.cases)
    assert count > 5
    assert not any(row.state for row in page.cases.list.rows)
    page.cases.button.click()
    settle(window_of_case)
    assert [row.state for row in page.cases.list.rows] == ["true"] * count
    assert f"{count} 个相符" in page.cases.summary.text()
    case = page.cases.cases[0]
    page.cases.chosen.emit(case)
    settle(window_of_case)
    assert page.tabs.currentIndex() == TRY
    assert page.trial.on == case.day
    words = {"符合": "eligible", "不符合": "not_eligible", "未定": "unknown"}
    asked, who = page.trial.case()
    from models.eligibility import decide

    assert decide(page.set.policies, asked, who, "S51").outcome == words[case.expect]


def test_all_cases_of_a_pack_run_with_progress_and_those_that_differ_come_first(window_of_case, workbench):
    page = workbench("002-1")
    page.tabs.setCurrentIndex(CASES)
    settle(window_of_case)
    page.cases.pack_button.click()
    settle(window_of_case)
    assert all(row.state == "true" for row in page.cases.list.rows)
    assert page.cases.pack_button.isEnabled()


def test_amounts_are_shown_with_their_source(window_of_case, workbench):
    page = workbench("S62")
    page.tabs.setCurrentIndex(PARAMS)
    words = said(page.params)
    assert "低保标准" in words
    assert "1,010" in words
    assert "1,515" in words
    links = [link for link in page.params.findChildren(type(page.list_button)) if link.text() == "看原文"]
    links[0].click()
    settle(window_of_case)
    assert page.tabs.currentIndex() == SOURCE
    assert marked(page)


@pytest.mark.parametrize(
    ("value", "day", "doc", "words", "problem"),
    [
        ("很多", "2027-1-1", "", "通知", "数字"),
        ("-5", "2027-1-1", "", "通知", "不能小于"),
        ("1100", "明", "", "通知", "日期"),
        ("1100", "2027-1-1", "", "", "出处"),
        ("1100", "2027-1-1", "003", "这句话文件里没有", "没有这句话"),
        ("1100", "2021-12-6", "", "通知", "那一天已经有"),
    ],
)
def test_a_change_that_is_not_sound_is_told_and_goes_nowhere(
    window_of_case, workbench, value, day, doc, words, problem
):
    page = workbench("S60")
    page.tabs.setCurrentIndex(PARAMS)
    press(page.params, "从某一天起修改……")
    form = page.params.form
    form.value.setText(value)
    form.day.show_answer(day)
    form.document.setCurrentIndex(form.document.findData(doc))
    form.words.setText(words)
    form.submit()
    settle(window_of_case)
    assert problem in form.problem.text()
    assert window_of_case.page.name == "workbench"


def test_a_sound_change_leads_to_what_it_would_change(window_of_case, workbench):
    page = workbench("S60")
    page.tabs.setCurrentIndex(PARAMS)
    press(page.params, "从某一天起修改……")
    form = page.params.form
    form.value.setText("1100")
    form.day.show_answer("2026-7-1")
    form.words.setText("津民发〔2026〕1号：低保标准调整为每人每月1100元")
    form.submit()
    settle(window_of_case)
    assert window_of_case.page.name == "packs"
    preview = window_of_case.page.preview
    assert preview.valid
    first = preview.diff.params[0]
    assert (first.name, first.before, first.after) == ("dibao_standard", 1010, 1100)
    assert window_of_case.casebook.packs.policies().param("dibao_standard", date(2026, 8, 1)) == 1010, "not installed"


def test_rules_that_are_not_installed_can_be_read_and_are_said_to_be_so(window_of_case, show, raised):
    page = show("workbench", preview=raised, service_id="S60")
    assert not page.set.in_force
    assert page.not_installed.isVisible()
    page.tabs.setCurrentIndex(PARAMS)
    assert "3,000" in said(page.params)
    assert "从某一天起修改" not in said(page.params)
    page = show("workbench")
    assert page.not_installed.isHidden()
    assert "1,010" in said(page.params)


def test_the_page_speaks_both_languages(in_both_languages):
    shell = in_both_languages
    shell.go("workbench", service_id="S51")
    settle(shell)
    page = shell.page
    chinese = shell.state.language == "zh_CN"
    assert ("困难老年人" in page.name_label.text()) == chinese
    assert any(("有本市户籍" in row.text) == chinese for row in page.outline.rows if row.kind == "leaf")


def test_the_list_can_make_room(window_of_case, workbench):
    page = workbench("S51")
    page.list_button.click()
    assert page.services.isHidden()
    page._to_list()
    assert not page.services.isHidden()
    assert page.services.search.hasFocus()
