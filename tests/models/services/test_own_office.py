"""The office's name, mark and phone: what another desk said of them meanwhile is never overwritten unseen."""

from dataclasses import replace

import pytest

from models.casebook import Casebook
from models.services.own_office import OfficeChanged
from tests.models.casebooks import told


def test_only_what_was_typed_is_written(casebook: Casebook) -> None:
    shown, me = casebook.office, casebook.worker
    casebook.set_office(replace(shown, phone="022-27350001"), me)  # another desk, after the form was filled
    casebook.set_office(replace(shown, letter_mark="花园"), me, shown)
    assert casebook.office == replace(shown, phone="022-27350001", letter_mark="花园")
    casebook.set_office(shown, replace(me, phone="13800220009"), shown)
    assert casebook.office.phone == "022-27350001", "whoever changed nothing says nothing"


def test_two_who_change_the_same_are_told_and_nothing_is_overwritten(casebook: Casebook) -> None:
    shown, me = casebook.office, casebook.worker
    casebook.set_office(replace(shown, phone="022-27350001"), me)
    mine = replace(shown, phone="022-27350002", name="花园路社区居委会")
    with pytest.raises(OfficeChanged) as problem:
        casebook.set_office(mine, replace(me, phone="13800220009"), shown)
    told(problem.value)
    assert "022-27350001" in problem.value.sentence()
    assert shown.name not in problem.value.sentence(), "only what both changed is in question"
    assert casebook.office == replace(shown, phone="022-27350001")
    assert casebook.worker == me
    casebook.set_office(mine, me, problem.value.office)  # who has read it and saves again
    assert casebook.office == mine


def test_the_same_said_twice_is_no_question(casebook: Casebook) -> None:
    shown, me = casebook.office, casebook.worker
    casebook.set_office(replace(shown, phone="022-27350001"), me)
    casebook.set_office(replace(shown, phone="022-27350001"), me, shown)
    assert casebook.office.phone == "022-27350001"
