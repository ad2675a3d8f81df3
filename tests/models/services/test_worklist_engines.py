"""The worklist and the handing over of households act alike on both engines."""

from datetime import date
from pathlib import Path

import pytest

from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services.calendar import Calendar
from models.services.care import Care
from models.services.households import Households
from models.services.planning import Planning
from models.services.screening import Screening
from models.services.undoing import undo
from models.services.visits import Visits
from models.services.worklist import Worklist
from models.store.engine import Engines
from tests.models.services.people import five_people
from tests.models.services.worklists import items
from tests.models.store.registers import open_register

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("order", ["need", "walk"])
def test_a_household_is_listed_put_off_and_handed_over(engines: Engines, tmp_path: Path, order: str) -> None:
    book = open_register(engines, tmp_path)
    screening = Screening(book)
    work = Worklist(book, screening, Calendar(book))
    care = Care(book, work)
    home = Households(book).register(five_people())
    needs = (NeedEntry(group="health", urgency="now", note="需要轮椅"),)
    told = {"outcome": "met", "met_other": "邻居", "happened_on": date(2026, 10, 1), "needs": needs}
    Visits(book).record(VisitEntry(household_id=home.id, next_visit=date(2026, 11, 20), **told))
    Planning(book).plan([PlanEntry(household_id=home.id, due_on=TODAY, reason="看扶手", assignee="周敏")])
    found = [item for item in items(work, order=order) if item.household_id == home.id]  # type: ignore[arg-type]
    kinds = [reason.kind for reason in found[0].reasons]
    assert kinds[:3] == ["need_now", "promised", "planned"]
    off = work.put_off([home.id], date(2026, 12, 1), "住院")
    assert home.id not in {item.household_id for item in items(work)}
    undo(book, off.operations)
    offer = care.offer("周敏", "王芳", [home.id])
    care.accept(offer.id, signed=True)
    assert [item.household_id for item in items(work, mine="王芳")] == [home.id]
    assert {plan.assignee for plan in Planning(book).of_household(home.id)} == {"王芳"}
    assert care.workers() == ["周敏", "王芳"]
