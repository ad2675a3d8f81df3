"""The page on people registered twice: the list, the choice, the check, the merge and back."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.records.household import HouseholdEntry, MemberEntry
from models.records.resident import PhoneEntry
from tests.desktop.conftest import settle
from tests.models.services.people import HOME, five_people, person

LEFT, RIGHT = Qt.Key.Key_Left, Qt.Key.Key_Right


@pytest.fixture
def twice(shell):
    """A grandfather with his family, and once more next door with a name that sounds the same."""
    book = shell.casebook
    five = book.households.register(five_people())
    again = person(
        "李健国", note="听力不好", marital_status="30", phones=(PhoneEntry(number="13820001234", whose="own"),)
    )
    entry = HouseholdEntry(
        dwelling=HOME.model_copy(update={"door": "502"}),
        members=(MemberEntry(resident=again, relation="0"),),
        kinds=("living",),
        since=date(2026, 5, 1),
    )
    other = book.households.register(entry)
    return five.ids[0], other.ids[0]


def go(shell, **where):
    shell.go("merge", **where)
    settle(shell)
    return shell.page


def words(page):
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_looking_through_the_register_lists_the_pair_with_its_reasons(shell, twice):
    page = go(shell)
    assert "还没有查找过" in words(page)
    page.look()
    settle(shell)
    assert [{row.pair.a.id, row.pair.b.id} for row in page.rows] == [set(twice)]
    assert "姓名同音" in words(page)
    page.first_focus()
    QTest.keyClick(page.rows[0], Qt.Key.Key_Return)
    settle(shell)
    assert {shell.page.where["a"], shell.page.where["b"]} == set(twice)


def test_each_field_is_chosen_with_left_and_right_and_nothing_chosen_is_lost(shell, twice):
    page = go(shell, a=twice[0], b=twice[1])
    assert list(page.fields) == ["name", "marital_status", "home:living"]
    first = page.fields["name"].field
    assert first.answer() == "a"
    QTest.keyClick(first.first_focus(), RIGHT)
    assert page.choices["name"] == "b"
    QTest.keyClick(first.first_focus(), Qt.Key.Key_Delete)
    assert first.answer() == "b", "one of the two is always taken"
    shell.next_theme()
    settle(shell)
    assert shell.page.choices["name"] == "b"
    assert shell.page.fields["name"].field.answer() == "b"


def test_the_check_says_what_will_be_done_and_the_merge_can_be_taken_back(shell, twice):
    a, b = twice
    page = go(shell, a=b, b=a)
    page.fields["name"].field.pick("b")
    page.forward()
    settle(shell)
    said = words(page)
    assert "只保留李建国的一份记录" in said
    assert "“李健国”留作曾用名" in said
    assert "婚姻状况" in said
    assert "归到保留的记录" in said
    page.step_back()
    settle(shell)
    assert page.fields["name"].field.answer() == "b"
    page.forward()
    page.forward()
    settle(shell)
    assert (shell.page.name, shell.page.where["resident_id"]) == ("person", a)
    assert shell.casebook.merging.survivor(b) == a
    assert shell.casebook.residents.get(a).former_name == "李健国"
    shell.undo()
    settle(shell)
    assert shell.casebook.merging.survivor(b) == b
    assert shell.casebook.residents.row(b).name == "李健国"


def test_who_is_head_of_the_family_left_behind_is_asked(shell, twice):
    page = go(shell, a=twice[0], b=twice[1])
    assert page.choices["home:living"] == "b"
    page.forward()
    settle(shell)
    head = next(field for key, field in page.fields.items() if key.startswith("head:"))
    names = {row.name: row.id for row in shell.casebook.residents.rows(shell.casebook.residents.ids())}
    assert head.field.answer() == names["王秀英"]
    head.field.pick(names["李伟"])
    page.forward()
    settle(shell)
    left = shell.casebook.households.of_resident(names["李伟"])[0]
    assert [m.resident.name for m in left.members if m.relation == "0"] == ["李伟"]


def test_two_different_people_are_remembered_and_that_can_be_taken_back(shell, twice):
    page = go(shell)
    page.look()
    settle(shell)
    page = go(shell, a=twice[0], b=twice[1])
    page.not_same()
    settle(shell)
    assert shell.page.pairs == []
    assert shell.casebook.residents.alike(twice[0]) == []
    shell.undo()
    settle(shell)
    assert [like.row.id for like in shell.casebook.residents.alike(twice[0])] == [twice[1]]


def test_from_a_person_the_likeliest_are_offered_and_anybody_can_be_found(shell, twice):
    shell.go("person", resident_id=twice[0])
    settle(shell)
    page = go(shell, a=twice[0])
    assert [row.pair.b.id for row in page.rows] == [twice[1]]
    assert shell.focusWidget() is page.rows[0]
    page.finder.offer("王", [])
    page.finder.picked.emit(shell.casebook.residents.find("王秀英")[0])
    settle(shell)
    settle(shell)
    assert shell.page.where["b"] == shell.casebook.residents.find("王秀英")[0]


def test_a_merge_of_another_day_is_taken_back_from_the_list(shell, twice):
    shell.casebook.merging.merge(*twice)
    page = go(shell)
    page.undo_buttons[twice[1]].click()
    settle(shell)
    assert shell.casebook.merging.survivor(twice[1]) == twice[1]
    assert page.undo_buttons == {}


def test_an_old_way_to_a_merged_record_leads_to_the_one_that_is_left(shell, twice):
    shell.casebook.merging.merge(*twice)
    shell.go("person", resident_id=twice[1])
    settle(shell)
    assert shell.page.where["resident_id"] == twice[0]
    assert shell.page.loaded.view.row.id == twice[0]
    assert any("另一份记录" in line.text for line in shell.page.loaded.lines)


def test_records_that_are_one_already_are_not_compared(shell, twice):
    shell.casebook.merging.merge(*twice)
    page = go(shell, a=twice[0], b=twice[1])
    assert "已经合并过了" in words(page)
    page.forward()
    page.not_same()
    settle(shell)
    assert shell.casebook.merging.survivor(twice[1]) == twice[0]
