"""Stories of one person and two records, from the search box to the merge."""

from datetime import date

import pytest

from desktop.hands import settle, type_text
from models.records.resident import DocumentEntry, ResidentEntry
from tests.flows.hands import card, new_registration
from tests.models.services.people import five_people, person


@pytest.fixture
def five(shell):
    return shell.casebook.households.register(five_people())


@pytest.mark.parametrize(
    ("typed", "where", "question", "answer"),
    [
        ("欧阳若曦", "person", "name", "欧阳若曦"),
        (card("19500308", "001"), "person", "birth_date", "1950-03-08"),
        ("13900007777", "person", "phones", None),
        ("欧阳若曦 13900007777", "person", "name", "欧阳若曦"),
        ("贵州路8号 9-4-1201", "where", "address", None),
        ("Anna Petrova", "person", "name", "Anna Petrova"),
    ],
)
def test_what_was_typed_into_the_search_is_kept_by_the_registration(shell, typed, where, question, answer):
    page = shell.go("residents") and shell.page
    settle(shell)
    type_text(page.search, typed)
    settle(shell, 0.2)
    assert page.results.currentWidget() is page.nobody
    page.nobody.button.click()
    settle(shell)
    page = shell.page
    assert page.name == "register"
    page._collect()
    answers = page.case.people[0].answers if where == "person" else page.case.answers
    if answer is not None:
        assert answers[question] == answer
    elif question == "phones":
        assert answers["phones"][0]["number"] == "13900007777"
    else:
        assert answers["address"]["street_line"] == "贵州路8号"
        assert answers["address"]["community_code"] == "120101001001", "the usual community is filled in all the same"
    if typed.startswith("1201"):
        assert answers["documents"][0]["number"] == typed
        assert answers["sex"] == "1"


def test_also_where_others_are_found_none_of_these_can_be_registered(shell, five):
    shell.go("residents", text="李建国")
    settle(shell, 0.2)
    page = shell.page
    assert not page.none_of_these.isHidden()
    page.none_of_these.click()
    settle(shell)
    shell.page._collect()
    assert shell.page.case.people[0].answers["name"] == "李建国"


def test_somebody_much_alike_is_shown_with_reasons_and_taken_over(shell, five):
    page = new_registration(shell, name="李健国")
    type_text(page.board.person.rows["birth_date"].field.first_focus(), "1950-3-8")
    page.save()
    settle(shell, 0.05)
    assert page.board.comparing
    assert list(page.board.likeness.same_buttons) == [five.ids[0]]
    page.board.likeness.same_buttons[five.ids[0]].click()
    settle(shell, 0.05)
    assert shell.page.name in ("household", "register")
    assert shell.casebook.residents.find("李健国") == []


def test_against_what_is_certain_a_reason_is_asked_and_kept(shell, five):
    page = new_registration(shell, name="李建国")
    type_text(page.board.person.rows["documents"].field.fields[0].number, "11010519491231002X")
    settle(shell, 0.05)
    page.save()
    settle(shell, 0.05)
    likeness = page.board.likeness
    page.forward()
    assert page.board.comparing
    assert not likeness.problem.isHidden()
    type_text(likeness.why, "号码录错，待核")
    page.forward()
    settle(shell, 0.1)
    assert shell.page.name == "household"
    made = next(one for one in shell.casebook.residents.find("李建国") if one != five.ids[0])
    settle(shell, 0.1)
    assert five.ids[0] not in [like.row.id for like in shell.casebook.residents.alike(made)]
    with shell.casebook._book.reading() as connection:
        from models.store.rows import KEPT

        reasons = [row.reason for row in connection.execute(KEPT["person_link"].select())]
    assert reasons == ["号码录错，待核"]


def test_a_number_that_belongs_to_somebody_else_leads_to_the_merge_and_overwrites_nobody(shell, five):
    book = shell.casebook
    old = book.residents.register(ResidentEntry(name="李老汉", sex="1", birth_date=date(1950, 3, 8)))
    number = book.residents.get(old.id).provisional_number
    shell.go("register", resident_id=old.id)
    settle(shell, 0.05)
    page = shell.page
    type_text(page.board.person.rows["documents"].field.fields[0].number, "11010519491231002X")
    settle(shell, 0.05)
    page.save()
    settle(shell, 0.05)
    assert page.board.comparing
    page.board.likeness.same_buttons[five.ids[0]].click()
    settle(shell, 0.1)
    page = shell.page
    assert (page.name, page.where["a"], page.where["b"]) == ("merge", old.id, five.ids[0])
    assert book.residents.get(five.ids[0]).documents[0].masked == "110105********002X"
    page.fields["name"].field.pick("b")
    page.forward()
    page.forward()
    settle(shell, 0.1)
    assert shell.page.where["resident_id"] == min(old.id, five.ids[0])
    assert book.residents.find(number) == [five.ids[0]]
    assert len(book.residents.get(five.ids[0]).documents) == 1


def test_a_change_that_does_not_touch_who_it_is_asks_nothing(shell, five):
    book = shell.casebook
    twin = book.residents.register(person("李建国", documents=(DocumentEntry(kind="passport", number="E12345678"),)))
    shell.go("register", resident_id=twin.id)
    settle(shell, 0.05)
    page = shell.page
    page.case.person.answers["note"] = "x"
    page.show_person()
    page.save()
    settle(shell, 0.1)
    assert shell.page.name == "person"
    assert book.residents.get(twin.id).note == "x"
