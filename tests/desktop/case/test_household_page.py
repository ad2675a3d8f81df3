from datetime import date

import pytest

from desktop.widgets.home_card import HomeCard
from desktop.widgets.visit_card import VisitCard
from models.records.change import FormChange, LeaveAltogether, LodgerIn, MoveOut
from models.records.household import MemberEntry
from models.records.resident import ResidentEntry
from models.texts import _
from tests.desktop.case.conftest import press, said
from tests.desktop.conftest import settle

DAY = date(2026, 10, 1)


def line_of(card, resident_id):
    return next(line for line in card.lines if line.member.resident.id == resident_id)


def names(page) -> list[str]:
    return [line.member.resident.name for line in page.lines]


def test_it_shows_people_visits_and_what_is_known(in_both_languages, show, family):
    page = show("household", household_id=family.household)
    words = said(page)
    assert "鞍山道12号" in page.heading.text()
    assert names(page)[0] == "王秀英"
    assert len(names(page)) == 5
    assert [card.visit.happened_on for card in page.visits.findChildren(VisitCard)] == [
        date(2026, 11, 3),
        date(2026, 9, 10),
    ]
    assert "卫生间扶手" in words
    chinese = in_both_languages.state.language == "zh_CN"
    assert ("未纳入低保" if chinese else "does not receive the minimum living allowance (dibao)") in words
    assert ("计入家庭收入人口 4 人" if chinese else "4 count when incomes are divided") in words


def test_it_says_who_looks_after_the_household_and_since_when(show, family, book):
    page = show("household", household_id=family.household)
    assert page.under.isHidden()
    page.refresh(book.care.assign([family.household], "王芳"))
    settle(page.shell)
    assert not page.under.isHidden()
    assert "王芳" in page.under.text()
    assert "2026" in page.under.text()
    page.refresh(book.care.assign([family.household], ""))
    settle(page.shell)
    assert page.under.isHidden()


def test_registered_and_living_household_are_one_click_apart(show, family):
    page = show("household", household_id=family.household)
    assert page.kind_buttons[family.household].isChecked()
    page.kind_buttons[family.registered].click()
    settle(page.shell)
    assert page.loaded.view.kind == "registered"
    assert "张丽" not in names(page)


def test_who_is_in_both_households_and_who_in_one_only_is_seen_side_by_side(in_both_languages, show, family):
    page = show("household", household_id=family.household)
    chinese = in_both_languages.state.language == "zh_CN"
    living, registered = page.findChildren(HomeCard)
    assert (living.view.id, registered.view.id) == (family.household, family.registered)
    wanted = "户口不在这里" if chinese else "Hukou not here"
    assert said(living).count(wanted) == 1
    assert said(line_of(living, family.daughter_in_law)).count(wanted) == 1
    assert ("人户分离" if chinese else "Lives elsewhere") not in said(registered)


def test_who_moved_out_is_a_former_member_and_lives_apart_from_the_hukou(show, family, book):
    book.changes.make(MoveOut(happened_on=DAY, household_id=family.household, resident_ids=(family.girl,)))
    page = show("household", household_id=family.household)
    assert "李晓彤" not in names(page)
    assert "2026年10月1日 搬出" in said(page.former)
    registered = page.findChildren(HomeCard)[1]
    assert "人户分离" in said(line_of(registered, family.girl))


def test_lodgers_stand_apart_and_a_dormitory_says_that_it_has_no_head(show, family, book):
    guest = MemberEntry(resident=ResidentEntry(name="孙大伟", sex="1"))
    book.changes.make(LodgerIn(happened_on=DAY, household_id=family.household, members=(guest,)))
    page = show("household", household_id=family.household)
    living = page.findChildren(HomeCard)[0]
    assert _("Live here without belonging to the household") in said(living)
    lodger = next(line for line in living.lines if line.member.resident.name == "孙大伟")
    assert "租客" in said(lodger)
    book.changes.make(FormChange(happened_on=DAY, household_id=family.household, form="dormitory"))
    page = show("household", household_id=family.household, visit_id="")
    assert "集体宿舍，没有户主" in said(page)


def test_from_each_person_and_for_somebody_new_the_way_leads_to_the_page_of_changes(show, family):
    page = show("household", household_id=family.household)
    page.findChildren(HomeCard)[0].changing.emit(family.son)
    settle(page.shell)
    assert page.shell.page.where == {"household_id": family.household, "resident_id": family.son}
    page = show("household", household_id=family.household)
    page.add_button.click()
    settle(page.shell)
    assert page.shell.page.where == {"household_id": family.household, "kind": "move_in"}


def test_a_household_that_left_says_so_and_how_it_comes_back(show, family, book):
    book.changes.make(LeaveAltogether(happened_on=DAY, household_id=family.household))
    page = show("household", household_id=family.household)
    assert "2026年10月1日" in said(page.closed)
    press(page.closed, _("The household is back"))
    settle(page.shell)
    assert page.shell.page.where["kind"] == "return"


def test_a_change_is_taken_back_from_the_history_after_a_second_press(show, family, book):
    made = book.changes.make(MoveOut(happened_on=DAY, household_id=family.household, resident_ids=(family.girl,)))
    page = show("household", household_id=family.household)
    assert not page.events.agree_buttons[made.id].isVisibleTo(page)
    page.events.undo_buttons[made.id].click()
    assert page.events.agree_buttons[made.id].isVisibleTo(page)
    page.events.agree_buttons[made.id].click()
    settle(page.shell)
    assert "李晓彤" in names(page)
    assert "已撤销" in said(page.events)
    assert made.id not in page.events.undo_buttons


def test_what_something_was_built_on_is_not_offered_to_be_taken_back(show, family, book):
    first = book.changes.make(FormChange(happened_on=DAY, household_id=family.household, form="dormitory"))
    second = book.changes.make(FormChange(happened_on=date(2026, 11, 1), household_id=family.household, form="shared"))
    page = show("household", household_id=family.household)
    assert second.id in page.events.undo_buttons
    assert first.id not in page.events.undo_buttons


def test_the_door_has_a_history_of_its_own(show, family, book):
    book.changes.make(MoveOut(happened_on=DAY, household_id=family.household, resident_ids=(family.girl,)))
    page = show("household", household_id=family.household)
    press(page.door, "▸ " + _("Who lived here, came and left"))
    settle(page.shell)
    assert "李晓彤" in said(page.door)


@pytest.mark.parametrize("scale", [100, 200])
def test_no_button_is_cut_on_a_small_laptop(window_of_case, show, family, scale):
    window_of_case.resize(1024, 600)
    window_of_case.state.scale = scale
    window_of_case.redress()
    page = show("household", household_id=family.household)
    assert page.area.widget().minimumSizeHint().width() <= page.area.viewport().width()
    for place in range(page.deeds.count()):
        button = page.deeds.itemAt(place).widget()
        assert button.geometry().right() <= page.area.viewport().width()
        assert button.size().width() >= button.sizeHint().width()


def test_the_visit_that_was_asked_for_is_marked(show, family, book):
    first = book.visits.of_household(family.household)[1]
    page = show("household", household_id=family.household, visit_id=first.id)
    marked = [card for card in page.findChildren(VisitCard) if card.property("role") == "banner-info"]
    assert [card.visit.id for card in marked] == [first.id]


def test_visits_that_are_due_stand_above_the_latest_ones(in_both_languages, show, family):
    page = show("visits")
    chinese = in_both_languages.state.language == "zh_CN"
    assert ("已过 2 天" if chinese else "2 days overdue") in said(page.due)
    assert "看扶手" in said(page.due)
    assert "高龄老人走访" in said(page.recent)
    page.rows[0].chosen.emit()
    settle(page.shell)
    assert page.shell.page.where["household_id"] == family.household
