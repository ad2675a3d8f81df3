"""Registering at the door: five people by keyboard, trouble put right, somebody known already, a record amended."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from forms.definitions import load
from models.errors import DiskFull
from tests.conftest import OFFICE
from tests.desktop.conftest import settle
from tests.desktop.field.conftest import ALT, CONTROL, ENTER, open_page

FIVE = (
    ("王德福", "1", "1950-1-2", "0"),
    ("李秀兰", "2", "1952-3-8", "1"),
    ("王建国", "1", "1978-1-1", "2"),
    ("张丽", "2", "1980-2-20", "8"),
    ("王小宝", "1", "2012-6-7", "4"),
)
RELATION_KEYS = {code: str(place + 1) for place, code in enumerate("012345678")}
NUMBER = "12010119520308004X"  # invented: a woman? 004 is even


@pytest.fixture
def page(shell, qtbot):
    return open_page(shell, qtbot, "register")


def fill(page, **answers):
    """Answer questions of the person now shown."""
    page.board.person.show_answers({**page.board.person.answers(), **answers})
    page.board.person.changed.emit()


def address(page, door):
    picker = page.board.where.rows["address"].field
    for part, text in (("street_line", "花园路12号"), ("building", "3"), ("door", door)):
        picker.lines[part].setText(text)
    picker.changed.emit()


def test_a_household_of_five_is_registered_by_keyboard_alone(page, hands, shell):
    assert hands.at is page.board.where.rows["address"].field.lines["street_line"]
    for text in ("花园路12号", "3", "2", "501", ""):
        hands.enter(text)
    for place, (name, sex, born, relation) in enumerate(FIVE):
        if place:
            hands.press(RELATION_KEYS[relation])
            hands.press(ENTER)
        assert hands.at is page.board.person.rows["documents"].field.fields[0].number
        hands.press(ENTER)
        hands.enter(name)
        hands.press(sex)
        hands.press(ENTER)
        hands.type(born)
        if place < len(FIVE) - 1:
            hands.press(Qt.Key.Key_N, ALT)
    hands.press(ENTER, CONTROL)
    settle(shell)
    assert shell.page.name == "household"
    view = shell.casebook.households.get(shell.page.where["household_id"])
    assert [(m.resident.name, m.resident.sex, m.relation) for m in view.members] == [
        (name, sex, relation) for name, sex, _born, relation in sorted(FIVE, key=lambda five: five[3])
    ]
    assert view.address.endswith("花园路12号3号楼2单元501")
    assert view.community_code == OFFICE.code if len(OFFICE.code) == 12 else view.community_code
    assert shell.casebook.drafts.all() == []


def test_what_was_searched_for_begins_the_registration(shell, qtbot):
    assert open_page(shell, qtbot, "register", name="欧阳文静").board.person.answers()["name"] == "欧阳文静"
    phone = open_page(shell, qtbot, "register", name="138 2000 1234").board.person.answers()
    assert phone["phones"] == [{"number": "138 2000 1234", "whose": ""}]
    number = open_page(shell, qtbot, "register", name=NUMBER).board.person.answers()
    assert number["documents"][0]["number"] == NUMBER
    assert open_page(shell, qtbot, "register", name="wxy").board.person.answers() == {}, "initials are no name"


def test_nothing_to_register_is_said_and_leads_to_the_name(page, hands, shell):
    page.forward()
    settle(shell)
    assert shell.page is page
    fields = list(page.summary.links)
    assert "people.0.name" in fields
    assert shell.focusWidget() is page.summary
    page.summary.links["people.0.name"].click()
    assert shell.focusWidget() is page.board.person.rows["name"].field.line


def test_problems_of_two_people_are_told_by_name_and_each_link_leads_to_its_person(page, shell):
    address(page, "101")
    fill(page, name="王一1", birth_date="1950-1-1")
    page._add_person()
    fill(page, name="王二", birth_date="1950-2-30")
    page.board.parts.rows["relation"].field.pick("1")
    typed = [dict(person.answers) for person in page.case.people]
    page.save()
    settle(shell)
    sentences = [link.text() for link in page.summary.links.values()]
    assert [text.split("：")[0] for text in sentences] == ["王一1", "王二"]
    page.summary.links["people.1.birth_date"].click()
    assert page.case.at == 1
    assert shell.focusWidget() is page.board.person.rows["birth_date"].field.line
    assert page.board.person.rows["birth_date"].problem.text() != ""
    page._collect()
    assert [person.answers["name"] for person in page.case.people] == [each["name"] for each in typed]
    assert page.case.people[1].answers["birth_date"] == "1950-2-30"


def test_an_identity_number_fills_birth_date_and_sex_and_says_so(page, shell, qtbot):
    field = page.board.person.rows["documents"].field.fields[0]
    field.number.setFocus()
    qtbot.keyClicks(field.number, NUMBER)
    settle(shell)
    answers = page.board.person.answers()
    assert (answers["birth_date"], answers["sex"]) == ("1952-03-08", "2")
    assert "已按身份证号填入" in page.board.person.rows["sex"].note.text()
    assert "和平区" in page.board.person.rows["documents"].note.text()


def known_person(shell):
    reading = load("household").read(
        {
            "address": {"community_code": "120101001001", "street_line": "花园路1号", "door": "9"},
            "people": [{"name": "赵桂芝", "sex": "2", "birth_date": "1952-3-8", "relation": "0"}],
        },
        shell.page.today if hasattr(shell.page, "today") else None,
    )
    return shell.casebook.households.register(reading.entry).ids[0]


def test_the_same_person_is_used_and_not_registered_twice(page, shell):
    known = known_person(shell)
    count = len(shell.casebook.residents.ids())
    address(page, "202")
    fill(page, name="赵桂芝", birth_date="1952-3-8")
    page.save()
    settle(shell)
    assert page.board.comparing
    assert "相似" in page.board.likeness.title.text()
    page.board.likeness.same_buttons[known].click()
    settle(shell)
    assert shell.page.name == "household"
    view = shell.casebook.households.get(shell.page.where["household_id"])
    assert [member.resident.id for member in view.members] == [known]
    assert len(shell.casebook.residents.ids()) == count


def test_somebody_who_only_looks_alike_is_registered_and_not_asked_about_again(page, shell):
    known_person(shell)
    count = len(shell.casebook.residents.ids())
    address(page, "203")
    fill(page, name="赵桂芝", birth_date="1952-3-8")
    page.another()
    settle(shell)
    assert page.board.comparing
    page.forward()
    settle(shell)
    assert not page.board.comparing
    assert page.case.at == 1
    fill(page, name="钱多多")
    page.board.parts.rows["relation"].field.pick("2")
    page.save()
    settle(shell)
    assert shell.page.name == "household"
    assert len(shell.casebook.residents.ids()) == count + 2


def test_back_from_the_comparison_loses_nothing(page, shell):
    known_person(shell)
    address(page, "204")
    fill(page, name="赵桂芝", birth_date="1952-3-8")
    page.save()
    settle(shell)
    page.step_back()
    assert not page.board.comparing
    assert page.board.person.answers()["name"] == "赵桂芝"


def test_a_person_taken_off_the_list_comes_back_by_the_undo_bar(page, shell):
    fill(page, name="王一")
    page._add_person()
    fill(page, name="王二")
    page.remove(1)
    assert [person.name for person in page.case.people] == ["王一"]
    shell.area.undo_bar.take_back()
    settle(shell)
    assert [person.name for person in page.case.people] == ["王一", "王二"]


def test_somebody_is_added_to_a_household_that_was_found_by_typing(page, shell, hands, qtbot):
    known = known_person(shell)
    household = shell.casebook.households.of_resident(known)[0]
    hands.find(page.board.finder, "赵桂芝")
    assert page.case.kind == "member"
    fill(page, name="孙小梅", sex="2")
    page.board.parts.rows["relation"].field.pick("3")
    page.save()
    settle(shell)
    names = [member.resident.name for member in shell.casebook.households.get(household.id).members]
    assert names == ["赵桂芝", "孙小梅"]


def test_amending_writes_only_what_was_changed(shell, qtbot):
    known = known_person(shell)
    shell.casebook.facts.record(
        "resident", known, [load("resident").read({"name": "x", "hukou_tianjin": "yes"}).entry.facts[0]]
    )
    page = open_page(shell, qtbot, "register", resident_id=known)
    assert page.board.person.answers()["hukou_tianjin"] == "yes"
    fact = shell.casebook.facts.of(known)[0].id
    fill(page, name="赵桂枝")
    page.save()
    settle(shell)
    assert shell.page.name == "person"
    assert shell.casebook.residents.row(known).name == "赵桂枝"
    assert [each.id for each in shell.casebook.facts.of(known)] == [fact]


def test_in_step_mode_one_topic_is_shown_and_everything_is_checked_before_it_is_saved(touch, qtbot):
    page = open_page(touch, qtbot, "register")
    assert page.bar.progress.text() == "1 / 5"
    address(page, "301")
    page.forward()
    assert (page.case.stage, page.case.topic) == ("person", "who")
    page.forward()
    settle(touch)
    assert page.case.topic == "who", "without a name there is no going on"
    assert "people.0.name" in page.summary.links
    fill(page, name="周大爷", birth_date="1940-5-5")
    page.forward()
    settle(touch)
    assert page.case.topic == "contact"
    page.step_back()
    assert page.case.topic == "who"
    page.second()
    settle(touch)
    assert page.case.stage == "people"
    page.forward()
    page.forward()
    assert page.case.stage == "check"
    page.board.check.links["people.0.birth_date"].click()
    assert (page.case.stage, page.case.topic) == ("person", "who")
    page._to("check")
    page.forward()
    settle(touch)
    assert touch.page.name == "household"


def test_communities_are_found_by_initials_and_the_last_one_is_offered_first(page, shell, hands):
    picker = page.board.where.rows["address"].field
    picker.community.change()
    picker.community.line.clear()
    hands.find(picker.community, "hyl")
    assert "花园路" in picker.answer()["community"]
    code = picker.answer()["community_code"]
    address(page, "401")
    fill(page, name="郑老师")
    page.save()
    settle(shell)
    shell.go("register")
    settle(shell)
    assert shell.page.board.where.rows["address"].field.answer()["community_code"] == code


def test_tab_goes_from_field_to_field_in_the_order_of_the_page(page, shell, hands):
    page.board.where.rows["address"].field.lines["grid"].setFocus()
    seen = []
    for _step in range(6):
        hands.press(Qt.Key.Key_Tab)
        seen.append(hands.at)
    assert seen[0] is page.board.parts.rows["relation"].field.first_focus()
    assert page.board.person.rows["documents"].field.fields[0].number in seen


def test_the_clipboard_and_the_window_hold_nothing_after_saving(page, shell):
    address(page, "501")
    fill(page, name="吴大妈", phones=[{"number": "13820001234", "whose": ""}])
    page.save()
    settle(shell)
    shell.go("register")
    settle(shell)
    assert shell.page.board.person.answers() == {}
    assert "吴大妈" not in QApplication.clipboard().text()


def test_a_full_disk_leaves_everything_typed_and_offers_to_try_again(page, shell, monkeypatch):
    def full(entry):
        raise DiskFull

    address(page, "601")
    fill(page, name="冯阿姨")
    with monkeypatch.context() as patch:
        patch.setattr(shell.casebook.households, "register", full)
        page.save()
        settle(shell)
    assert shell.page is page
    assert page.board.person.answers()["name"] == "冯阿姨"
    assert not page.busy
    page.save()
    settle(shell)
    assert shell.page.name == "household"


def test_an_address_alone_is_worth_a_draft_but_the_community_that_was_offered_is_not(page, shell):
    assert page.snapshot() is None
    address(page, "701")
    assert page.snapshot() is not None
