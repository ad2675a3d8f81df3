"""What waits today: asked from the days that are due, and the same as looking at everything would find."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.records.fact import FactEntry
from models.records.household import HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry
from models.records.visit import NeedEntry, VisitEntry
from models.services.facts import Facts, current_facts
from models.services.households import Households
from models.services.overview import today_overview
from models.services.visits import Visits
from models.store.engine import Engines
from tests.models.services.people import HOME, five_people, person
from tests.models.store.registers import open_register

TODAY = date(2026, 11, 22)


def home(casebook: Casebook, name: str, door: str, documents=()):
    one = MemberEntry(resident=person(name, date(1950, 1, 1), documents=documents), relation="0")
    return casebook.households.register(
        HouseholdEntry(dwelling=HOME.model_copy(update={"door": door}), members=(one,), kinds=("living",))
    )


def visited(casebook: Casebook, household: str, on: date, next_visit: date | None, reason: str = "") -> None:
    casebook.visits.record(
        VisitEntry(
            household_id=household,
            outcome="met",
            met_other="邻居",
            happened_on=on,
            next_visit=next_visit,
            next_reason=reason,
        )
    )


def test_the_newest_visit_of_a_household_decides_what_is_due(casebook: Casebook):
    dice = random.Random(22)
    newest: dict[str, tuple[date, int, date | None, str]] = {}
    homes = [home(casebook, "赵" + chr(0x4E00 + n), str(100 + n)).id for n in range(12)]
    for number in range(60):
        one, on = dice.choice(homes), TODAY - timedelta(days=dice.randrange(60))
        then = None if dice.random() < 0.3 else on + timedelta(days=dice.randrange(1, 40))
        visited(casebook, one, on, then, reason=f"第{number}次" if then else "")
        if (on, number) > newest.get(one, (date.min, 0))[:2]:
            newest[one] = (on, number, then, f"第{number}次")
    expected = {one: (then, why) for one, (_on, _n, then, why) in newest.items() if then is not None and then <= TODAY}
    assert {due.household_id: (due.due, due.reason) for due in casebook.today().due} == expected
    assert 3 < len(expected) < 12
    assert [due.due for due in casebook.today().due] == sorted(then for then, _why in expected.values())


def test_what_runs_out_is_what_counts_today_and_ends_within_thirty_days(casebook: Casebook):
    dice = random.Random(5)
    people = {home(casebook, "钱" + chr(0x4E00 + n), str(200 + n)).ids[0]: n for n in range(10)}
    for _ in range(120):
        on = TODAY + timedelta(days=dice.randrange(-40, 3))
        good = None if dice.random() < 0.2 else TODAY + timedelta(days=dice.randrange(-5, 40))
        entry = FactEntry(
            name=dice.choice(("dibao", "hukou_tianjin", "low_income")),
            value=dice.random() < 0.5,
            as_of=on,
            good_until=good if good is None or good > on else None,
        )
        casebook.facts.record("resident", dice.choice(list(people)), [entry])
    with casebook._book.reading() as connection:
        counting = current_facts(connection, people, TODAY)
    expected = {
        (one, name, view.good_until)
        for one, views in counting.items()
        for name, view in views.items()
        if view.good_until is not None and TODAY <= view.good_until <= TODAY + timedelta(days=30)
    }
    assert {(one, what, day) for one, _name, what, day in casebook.today().expiring} == expected
    assert len(expected) > 5


def test_papers_stand_in_the_order_of_their_days_with_the_name_of_whose_they_are(casebook: Casebook):
    for n, days in enumerate((29, 3, 31, -1)):
        permit = DocumentEntry(kind="residence_permit", number=f"TJ10020030{n}", valid_until=TODAY + timedelta(days))
        home(casebook, "孙" + chr(0x4E00 + n), str(300 + n), documents=(permit,))
    found = [(name, what, (day - TODAY).days) for _id, name, what, day in casebook.today().expiring]
    assert found == [
        ("孙" + chr(0x4E01), "residence_permit", 3),
        ("孙" + chr(0x4E00), "residence_permit", 29),
    ]


@pytest.mark.parametrize("quick", [True, False])
def test_households_that_are_shown_already_are_counted_but_not_listed_again(casebook: Casebook, quick: bool):
    homes = [home(casebook, "李" + chr(0x4E00 + n), str(400 + n)).id for n in range(6)]
    for one in homes[:4]:
        need = NeedEntry(group="health", urgency="now", note="轮椅")
        casebook.visits.record(
            VisitEntry(household_id=one, outcome="met", met_other="邻居", happened_on=TODAY, needs=(need,))
        )
    if not quick:
        casebook.worklist.look()
    whole = casebook.worklist.page(quick=quick)
    order = [item.household_id for item in whole.items]
    assert len(order) == (4 if quick else 6)
    left = casebook.worklist.page(limit=2, quick=quick, without={order[0], order[2]})
    assert [item.household_id for item in left.items] == [one for one in order if one not in (order[0], order[2])][:2]
    assert (left.total, left.kinds) == (whole.total, whole.kinds)
    tail = casebook.worklist.page(limit=50, offset=1, quick=quick, without=set(order[:1]))
    assert [item.household_id for item in tail.items] == order[2:]


def test_both_engines_tell_the_same_of_what_waits(engines: Engines, tmp_path: Path):
    book = open_register(engines, tmp_path)
    entry = five_people()
    made = Households(book).register(entry)
    visits, facts = Visits(book), Facts(book)
    for next_visit, reason in ((TODAY - timedelta(days=3), "第一次"), (TODAY - timedelta(days=2), "第二次")):
        visits.record(
            VisitEntry(
                household_id=made.id,
                outcome="met",
                met_other="邻居",
                happened_on=TODAY - timedelta(days=9),
                next_visit=next_visit,
                next_reason=reason,
            )
        )
    for good in (TODAY + timedelta(days=5), TODAY + timedelta(days=7)):
        facts.record("resident", made.ids[0], [FactEntry(name="dibao", value=True, as_of=TODAY, good_until=good)])
    found = today_overview(book)
    assert [(due.household_id, due.due, due.reason) for due in found.due] == [
        (made.id, TODAY - timedelta(days=2), "第二次")
    ]
    told = [(one, what, day) for one, _name, what, day in found.expiring if what == "dibao"]
    assert told == [(made.ids[0], "dibao", TODAY + timedelta(days=7))]
