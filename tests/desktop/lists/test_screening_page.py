"""The register screened: services, people, filters, visits and files, on a real casebook."""

import shutil
from datetime import date

import pikepdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from desktop.pages import screening_parts as parts
from desktop.pages.screening import places
from desktop.widgets.service_bars import bar_total, spoken
from models.casebook import Casebook
from models.errors import CannotWrite
from models.records.audit import Audit
from models.services.audit_views import AuditWhere
from models.services.screening_views import ScreenFilter, ScreenPerson
from models.store.rows import table_of
from tests.conftest import OFFICE, PASSPHRASE
from tests.desktop.conftest import settle, type_text
from tests.reports.sheets import table, unlocked

DUE = ScreenFilter(outcomes=frozenset(("eligible",)), not_received=True)


@pytest.fixture
def page(shell, elder, show):
    return show("screening")


@pytest.fixture
def people(shell, page):
    page.show_view("people")
    settle(shell)
    return page


def shown(page):
    rows = [page.lines.rows.row(place) for place in range(page.lines.rows.rowCount())]
    return [row for row in rows if isinstance(row, ScreenPerson)]


def look_for(shell, page, name):
    page.search.setFocus()
    page.search.clear()
    type_text(page.search, name)
    QTest.qWait(260)
    settle(shell)


def test_it_screens_by_itself_and_says_what_it_rests_on(shell, page):
    words = page.state_line.words.text()
    assert "2026-11-22" in words
    assert f"{page.state.residents} 位居民" in words
    assert "可能符合，以审批为准" in words
    assert page.state.residents == page.summary.residents > 30


def test_services_stand_by_how_many_may_have_them_with_their_figures(shell, page):
    counts = page.bars.services.counts
    assert [one.not_received for one in counts] == sorted((one.not_received for one in counts), reverse=True)
    first = counts[0]
    assert first.not_received > 0
    assert f"符合未享受 {first.not_received}" in spoken(first)
    assert page.bars.services.most == max(bar_total(one) for one in counts)
    assert page.chips["entitled"].text() == f"符合但未享受 {sum(one.not_received for one in counts):,}"


def test_enter_on_a_service_goes_to_its_people(shell, page):
    count = page.bars.services.counts[0]
    page.bars.setFocus()
    QTest.keyClick(page.bars, Qt.Key.Key_Return)
    settle(shell)
    assert page.stack.currentWidget() is page.lines
    assert {row.service_id for one in shown(page) for row in one.results} == {count.service_id}
    assert page.lines.rows.rowCount() == count.not_received
    assert page.filters.value(page.preset, date(2026, 11, 22)).service == count.service_id
    tile = parts.tile_of(page.policies, {}, shown(page)[0], date(2026, 11, 22))
    assert tile.tags[0] == ("符合", "good")
    assert tile.below == parts.service_words(count)


def test_a_service_of_which_nobody_may_have_anything_shows_what_there_is(shell, page):
    count = next(one for one in page.bars.services.counts if not one.not_received and one.ask)
    page.bars.chosen.emit(count)
    settle(shell)
    assert page.preset.key == "ask"
    assert page.lines.rows.rowCount() == count.ask


def test_people_stand_once_each_with_all_their_results(shell, people):
    found = shown(people)
    assert len({one.first.resident_id for one in found}) == len(found)
    assert sum(len(one.results) for one in found) == shell.casebook.screening.rows(DUE).total
    several = next(one for one in found if len(one.results) > 1)
    tile = parts.tile_of(people.policies, {}, several, date(2026, 11, 22))
    assert tile.tags[0] == (f"符合 {len(several.results)}", "good")


def test_chips_and_filters_narrow_as_the_service_does(shell, people):
    people.choose("ask")
    settle(shell)
    assert {row.outcome for one in shown(people) for row in one.results} == {"ask"}
    people.filters.at_most.setCurrentIndex(people.filters.at_most.findData(1))
    settle(shell)
    assert {row.questions for one in shown(people) for row in one.results} == {1}
    people.filters.age.setCurrentIndex(4)
    settle(shell)
    assert people.where_now().age_from == 60
    assert all(one.first.birth_date <= date(1966, 11, 22) for one in shown(people))
    people.filters.clear_button.click()
    settle(shell)
    assert people.filters.narrowed() == 0
    assert people.where_now() == ScreenFilter(outcomes=frozenset(("ask",)))


def test_the_most_wanted_answer_shows_whom_it_would_settle(shell, page):
    wanted = page.summary.wanted[0]
    box = page.filters.fact
    assert box.itemData(1) == wanted.fact
    assert box.itemText(1).endswith(f"：{wanted.people:,}")
    box.setCurrentIndex(1)
    settle(shell)
    assert page.preset.key == "ask"
    assert page.where_now().fact == wanted.fact
    page.show_view("people")
    settle(shell)
    some = shown(page)
    assert some
    assert all(wanted.fact in {one.fact for one in row.missing} for person in some for row in person.results)


def test_a_name_is_found_and_an_unknown_one_is_told(shell, people, elder):
    people.choose("ask")
    look_for(shell, people, "耿玉兰")
    assert [one.first.resident_id for one in shown(people)] == [elder.resident]
    look_for(shell, people, "没有这个人")
    assert people.stack.currentWidget() is people.nothing
    assert people.nothing.sentence.text() == "没有符合筛选条件的人"
    people.nothing.button.click()
    settle(shell)
    assert len(shown(people)) > 1


@pytest.mark.parametrize("order", list(parts.ORDERS))
def test_every_order_shows_the_same_people_in_its_own_way(shell, people, order):
    everybody = {one.first.resident_id for one in shell.casebook.screening.people(DUE, 0, 1000).people}
    people.order.setCurrentIndex(people.order.findData(order))
    settle(shell)
    assert people.lines.rows.rowCount() == len(everybody)
    found = shown(people)
    assert {one.first.resident_id for one in found} <= everybody
    keys = {
        "several": lambda one: -len(one.results),
        "age": lambda one: one.first.birth_date,
        "visit": lambda one: one.first.last_visit or date.min,
    }
    if order in keys:
        assert [keys[order](one) for one in found] == sorted(keys[order](one) for one in found)
    listed = shell.casebook.screening.people(DUE, 0, len(found), order).people
    assert [one.first.resident_id for one in found] == [one.first.resident_id for one in listed]


def test_the_card_tells_results_and_leads_to_the_reasons(shell, people):
    shell.resize(1500, 900)
    settle(shell)
    assert people.card.isVisible()
    QTest.qWait(120)
    first = shown(people)[0].first
    said = "\n".join(label.text() for label in people.card.findChildren(type(people.state_line.words)))
    assert first.name in said
    assert parts.service_words(first) in said
    people.card.check.click()
    settle(shell)
    assert shell.page.name == "eligibility"
    assert shell.page.where["household_id"] == first.household_id


def test_enter_opens_the_resident_and_back_comes_back_to_the_list(shell, people):
    people.lines.setFocus()
    QTest.keyClick(people.lines, Qt.Key.Key_Return)
    settle(shell)
    assert shell.page.name == "person"
    shell.back()
    settle(shell)
    assert shell.page is people
    assert people.view == "people"
    assert shown(people)


def test_all_of_the_filter_become_visits_door_after_door(shell, people):
    people.all_tick.click()
    assert people.lines.ticks.count == people.lines.rows.rowCount()
    homes = {one.first.household_id for one in shell.casebook.screening.people(DUE, 0, 1000).people}
    people.ask_plan()
    settle(shell)
    assert f"将走访{len(homes)}户" in people.dialog.count.text()
    people.dialog.per_day.setValue(5)
    people.dialog.go.click()
    settle(shell)
    plans = shell.casebook.planning.open()
    assert {plan.household_id for plan in plans} == homes
    assert {plan.source for plan in plans} == {"screening"}
    assert all(plan.reason.startswith("可能符合但未享受：") for plan in plans)
    assert f"已安排{len(homes)}次走访" in shell.area.undo_bar.sentence.text()
    row = shown(people)[0]
    assert any("走访" in tag for tag, _kind in people._tile(row).tags)
    shell.undo()
    settle(shell)
    assert shell.casebook.planning.open() == []


def test_a_visit_about_one_service_names_it_and_is_not_planned_twice(shell, page):
    page.bars.chosen.emit(page.bars.services.counts[0])
    settle(shell)
    for _round in range(2):
        page.lines.tick(0, 0)
        page.ask_plan()
        settle(shell)
        page.dialog.go.click()
        settle(shell)
    (plan,) = shell.casebook.planning.open()
    assert plan.service_id == page.bars.services.counts[0].service_id
    assert "没有新增走访" in shell.area.undo_bar.sentence.text()


def journalled(shell):
    journal = table_of(Audit)
    with shell.casebook._book.reading() as connection:
        query = select(journal.c.detail).where(journal.c.action == "export")
        return list(connection.execute(query).scalars())


def test_chosen_people_are_written_with_each_of_their_results(shell, people, tmp_path):
    people.lines.tick(1, 2)
    people.lines.tick(4, 4)
    chosen = [shown(people)[place] for place in (1, 2, 4)]
    people.choose_file = lambda name, _kinds: tmp_path / name
    people.ask_export()
    people.dialog.ticks["group"].setChecked(True)
    secret = people.dialog.protection.passphrase.text()
    people.dialog.go.click()
    settle(shell)
    above, heads, rows = table(unlocked((tmp_path / "资格筛查_2026-11-22.xlsx").read_bytes(), secret))
    assert above[0] == "资格筛查"
    assert "符合但未享受" in above
    assert "可能符合，以审批为准" in above
    assert heads[:5] == ["序号", "姓名", "年龄", "地址", "服务项目"]
    told = [(row.name, parts.service_words(row)) for one in chosen for row in one.results]
    assert [(row[1], row[4]) for row in rows] == told
    assert len(journalled(shell)) == 1
    assert "screening" in journalled(shell)[0]
    (noted,) = shell.casebook.audit.page(AuditWhere(kind="export")).rows
    assert noted.others == len({who for one in chosen for who in (one.first.resident_id, one.first.household_id)})
    assert "export" in {
        one.action for one in shell.casebook.audit.who_has_seen("resident", chosen[0].first.resident_id)
    }


def test_a_list_on_paper_is_written_too(shell, people, tmp_path):
    people.lines.tick_all()
    people.choose_file = lambda name, _kinds: tmp_path / name
    people.ask_export()
    people.dialog.as_paper.setChecked(True)
    secret = people.dialog.protection.passphrase.text()
    people.dialog.go.click()
    settle(shell)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(tmp_path / "资格筛查_2026-11-22.pdf")
    pikepdf.open(tmp_path / "资格筛查_2026-11-22.pdf", password=secret).close()


def test_a_file_that_cannot_be_written_is_told(shell, people, tmp_path):
    place = tmp_path / "名单.xlsx"
    place.mkdir()
    people.choose_file = lambda _name, _kinds: place
    problems = []
    shell.tasks.problem.connect(problems.append)
    people.lines.tick(0, 0)
    people.ask_export()
    people.dialog.go.click()
    settle(shell)
    assert [type(problem) for problem in problems] == [CannotWrite]


def test_a_screening_that_is_stopped_before_there_is_one_says_so_and_can_be_begun_again(shell, elder, monkeypatch):
    screening = type(shell.casebook.screening)
    bring_up = screening.bring_up_to_date
    monkeypatch.setattr(
        screening, "bring_up_to_date", lambda self, progress, _cancelled: bring_up(self, progress, lambda: True)
    )
    shell.go("screening")
    page = shell.page
    assert page.state_line.running
    settle(shell)
    assert "筛查已停止" in page.state_line.words.text()
    assert page.stack.currentWidget() is page.nothing
    monkeypatch.setattr(screening, "bring_up_to_date", bring_up)
    page.nothing.button.click()
    settle(shell)
    assert page.stack.currentWidget() is page.bars
    assert page.bars.services.counts


def test_what_is_answered_elsewhere_is_screened_at_once(shell, people, elder):
    people.choose("not_eligible")
    look_for(shell, people, "耿玉兰")
    before = {row.service_id for one in shown(people) for row in one.results}
    shell.tasks.run(lambda: shell.casebook.eligibility.answer(elder.household, elder.resident, "hukou_tianjin", False))
    settle(shell)
    assert {row.service_id for one in shown(people) for row in one.results} != before


def test_a_page_opened_for_a_service_shows_its_people(shell, show):
    page = show("screening", service="S50")
    assert page.view == "people"
    assert page.where_now().service == "S50"


def test_an_empty_register_says_so(window, tmp_path, casebook_template, clock):
    shutil.copytree(casebook_template, tmp_path / "empty")
    shell = window(tmp_path / "empty")
    shell.unlock(Casebook.open(tmp_path / "empty", PASSPHRASE, clock=clock))
    settle(shell)
    shell.go("screening")
    settle(shell)
    page = shell.page
    assert page.stack.currentWidget() is page.nothing
    assert page.nothing.button.text() == "登记第一位居民"
    page.nothing.button.click()
    settle(shell)
    assert shell.page.name == "register"


def test_sensitive_facts_have_no_words_in_a_list(page):
    names = [name for name, fact in page.policies.facts.items() if fact.sensitive]
    assert names
    assert [parts.fact_words(page.policies, name) for name in names] == [""] * len(names)
    assert not {one.fact for one in page.summary.wanted} & set(names)


def test_in_a_narrow_window_filters_take_the_place_of_the_list(shell, people):
    shell.resize(760, 600)
    settle(shell)
    assert not people.filters.isVisible()
    assert people.filter_button.isVisible()
    people.filter_button.click()
    assert people.filters.isVisible()
    assert not people.stack.isVisible()
    people.filters.at_most.setCurrentIndex(1)
    settle(shell)
    assert people.filter_button.text() == "筛选（1）"
    people.filter_button.click()
    assert people.stack.isVisible()


def test_places_are_those_of_the_office():
    assert [place.code for place in places(OFFICE.code)] == [OFFICE.code]
    street = places(OFFICE.code[:9])
    assert OFFICE.code in [place.code for place in street]
    district = places(OFFICE.code[:6])
    assert {OFFICE.code[:9], OFFICE.code} <= {place.code for place in district}
    assert places("999999999999") == []


def test_in_a_low_window_with_large_buttons_the_list_keeps_its_room(shell, show):
    shell.resize(1024, 600)
    shell.toggle_touch()
    settle(shell)
    for name in ("screening", "calendar"):
        page = show(name)
        panel = page.chip_panel if name == "screening" else page.filter_panel
        assert not panel.isVisible()
        assert page.filter_button.isVisible()
        page.filter_button.click()
        assert panel.isVisible()
        page.filter_button.click()
        assert not panel.isVisible()
