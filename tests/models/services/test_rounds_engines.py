"""A round from its first door to its end on both engines, and the log gives the same rows again."""

from datetime import date
from pathlib import Path

from models.clock import FixedClock
from models.records.rounds import RoundEntry, SheetEntry, SheetLine
from models.records.visit import PlanEntry
from models.store import importing
from models.store.engine import Engines
from tests.models.services.people import HOME, five_people
from tests.models.services.test_random_households import casebook_on
from tests.models.services.test_rounds import alone

TODAY = date(2026, 11, 22)


def test_a_round_is_planned_walked_typed_in_and_finished_on_both_engines(
    engines: Engines, tmp_path: Path, clock: FixedClock
):
    book = casebook_on(engines, tmp_path, clock)
    homes = {"501": book.households.register(five_people()).id}
    homes |= {door: alone(book, door) for door in ("101", "201", "301")}
    assert [(part.name, part.doors) for part in book.rounds.parts(HOME.community_code, HOME.street_line, "3")] == [
        ("2", 4)
    ]
    where = HOME.model_dump(include={"community_code", "street_line", "building", "unit"})
    entry = RoundEntry(name="一轮", scope="staircase", starts_on=TODAY, extra_doors=("601",), **where)
    assert len(book.rounds.doors(entry).doors) == 4
    made = book.rounds.plan(entry)
    first, second, third, fourth, fifth = made.ids
    book.planning.plan([PlanEntry(household_id=homes["101"], due_on=TODAY, reason="送米面")])
    assert [line.kind for line in book.rounds.get(made.id).stops[0].due] == ["plan"]
    book.rounds.record(first, "met")
    taken = book.rounds.record(second, "refused")
    book.undo(taken.operations)
    book.rounds.record(second, "nobody_home")
    book.rounds.take_back(second)
    book.rounds.enter(
        made.id,
        SheetEntry(on=TODAY, part="weekend", lines=(SheetLine(stop_id=third, outcome="nobody_home", note="狗"),)),
    )
    book.rounds.record(fifth, "nobody_home")
    book.rounds.skip(fourth)
    (row,) = book.rounds.of_today()
    assert (row.total, row.gone, row.met, row.retries, row.retries_due) == (4, 3, 1, 2, 0)
    over = book.rounds.finish(made.id)
    assert {plan.household_id for plan in book.planning.open()} == {homes["201"], homes["301"]}
    book.undo(over.operations)
    assert [one.status for one in book.rounds.all()] == ["open"]
    with book._book.writing() as connection:
        before = importing.digest(connection)
        importing.rebuild(connection)
        assert importing.digest(connection) == before
