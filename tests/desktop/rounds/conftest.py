"""A staircase of ten doors, as a round."""

from datetime import date

import pytest

from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import PhoneEntry, ResidentEntry
from models.records.rounds import RoundEntry
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from tests.desktop.conftest import settle

STAIRS = {"community_code": "120101001001", "street_line": "鞍山道12号", "building": "3", "unit": "2"}
NAMES = ("李建国", "王秀英", "欧阳慧", "赵明", "买买提·吐尔逊江", "陈静", "孙立军", "周全", "吴越", "郑和")


@pytest.fixture
def stairs(shell):
    """Household by door of ten doors on five floors; two live behind 101, where something is due."""
    book, homes = shell.casebook, {}
    for place, name in enumerate(NAMES):
        door = f"{place // 2 + 1}0{place % 2 + 1}"
        phone = (PhoneEntry(number=f"1382000{1000 + place}", whose="own"),)
        people = [(name, date(1950 + place, 3, 8), "0")]
        if door == "101":
            people.append(("刘梅", date(1953, 1, 1), "1"))
        members = tuple(
            MemberEntry(resident=ResidentEntry(name=who, birth_date=born, sex="1", phones=phone), relation=relation)
            for who, born, relation in people
        )
        entry = HouseholdEntry(dwelling=DwellingEntry(**STAIRS, door=door), members=members, kinds=("living",))
        homes[door] = book.households.register(entry)
    home = homes["101"]
    need = NeedEntry(group="elderly", urgency="now", note="装扶手", resident_id=home.ids[0])
    told = {"met": (home.ids[0],), "needs": (need,), "next_visit": date(2026, 11, 22), "next_reason": "看扶手"}
    book.visits.record(VisitEntry(household_id=home.id, outcome="met", happened_on=date(2026, 11, 1), **told))
    book.planning.plan([PlanEntry(household_id=home.id, due_on=date(2026, 11, 23), reason="送告知单")])
    settle(shell)
    return homes


@pytest.fixture
def planned(shell, stairs):
    """The round over these doors."""
    entry = RoundEntry(name="三号楼", scope="staircase", starts_on=date(2026, 11, 22), **STAIRS)
    made = shell.casebook.rounds.plan(entry)
    settle(shell)
    return made.id


@pytest.fixture
def walking(shell, planned):
    """The page on which the round is walked."""
    shell.go("round", round_id=planned)
    settle(shell)
    return shell.page
