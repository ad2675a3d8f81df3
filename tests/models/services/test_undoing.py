"""What a verb wrote can be taken back, as long as nobody has built on it."""

from datetime import date

import pytest

from models.casebook import Casebook
from models.errors import CannotUndo, NotFound
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services.views import Changed
from tests.models.services.people import five_people, person

TODAY = date(2026, 11, 22)


@pytest.fixture
def five(casebook: Casebook) -> Changed:
    return casebook.households.register(five_people())


def test_a_registration_is_taken_back_whole_and_nobody_is_found_any_more(casebook: Casebook, five: Changed):
    undone = casebook.undo(five.operations)
    assert casebook.residents.find("李建国") == []
    assert casebook.today().residents == 0
    assert casebook.today().households == 0
    assert {five.id, *five.ids} <= undone.rows


def test_a_registration_that_was_visited_since_is_not_taken_back(casebook: Casebook, five: Changed):
    casebook.visits.record(VisitEntry(household_id=five.id, outcome="nobody_home", happened_on=TODAY))
    with pytest.raises(CannotUndo):
        casebook.undo(five.operations)
    assert casebook.residents.find("李建国") == [five.ids[0]]


def test_a_visit_is_taken_back_with_its_needs_and_the_plan_it_kept_is_open_again(casebook: Casebook, five: Changed):
    plan = casebook.planning.plan([PlanEntry(household_id=five.id, due_on=TODAY, reason="看看")])
    need = NeedEntry(group="health", urgency="now", note="药")
    entry = VisitEntry(household_id=five.id, outcome="met", met_other="邻居", happened_on=TODAY, needs=(need,))
    made = casebook.visits.record(entry)
    assert not casebook.planning.open()
    casebook.undo(made.operations)
    assert casebook.visits.of_household(five.id) == []
    assert casebook.visits.open_needs() == []
    assert [view.id for view in casebook.planning.open()] == [plan.id]


def test_an_amendment_gives_back_the_old_words_and_the_old_search_keys(casebook: Casebook, five: Changed):
    who = five.ids[0]
    made = casebook.residents.amend(who, person("李建邦"))
    assert casebook.residents.find("李建邦") == [who]
    casebook.undo(made.operations)
    assert casebook.residents.row(who).name == "李建国"
    assert casebook.residents.find("李建邦") == []


def test_a_field_that_was_changed_again_keeps_its_newest_value(casebook: Casebook, five: Changed):
    who = five.ids[0]
    first = casebook.residents.amend(who, person("李建邦"))
    casebook.residents.amend(who, person("李建宁"))
    with pytest.raises(CannotUndo):
        casebook.undo(first.operations)
    assert casebook.residents.row(who).name == "李建宁"


def test_changes_of_one_field_are_taken_back_one_after_the_other(casebook: Casebook, five: Changed):
    who = five.ids[0]
    made = [casebook.residents.amend(who, person(name)) for name in ("李建邦", "李建宁", "李建安")]
    for change, before in zip(reversed(made), ("李建宁", "李建邦", "李建国"), strict=True):
        casebook.undo(change.operations)
        assert casebook.residents.row(who).name == before
    casebook.undo(five.operations)
    assert casebook.residents.find("李建国") == []


def test_the_same_word_typed_again_is_a_word_of_its_own(casebook: Casebook, five: Changed):
    who = five.ids[0]
    first = casebook.residents.amend(who, person("李建邦"))
    casebook.residents.amend(who, person("李建宁"))
    casebook.residents.amend(who, person("李建邦"))
    last = casebook.residents.amend(who, person("李建安"))
    casebook.undo(last.operations)
    assert casebook.residents.row(who).name == "李建邦"
    with pytest.raises(CannotUndo):
        casebook.undo(first.operations)


def test_an_undo_is_taken_back_like_anything_else(casebook: Casebook, five: Changed):
    who = five.ids[0]
    first = casebook.residents.amend(who, person("李建邦"))
    undone = casebook.undo(first.operations)
    casebook.undo(undone.operations)
    assert casebook.residents.row(who).name == "李建邦"


def test_an_unknown_operation_takes_nothing_back(casebook: Casebook, five: Changed):
    with pytest.raises(CannotUndo):
        casebook.undo([*five.operations, "0" * 64])
    assert casebook.residents.find("李建国") == [five.ids[0]]
    with pytest.raises(NotFound):
        casebook.visits.get("nobody")
