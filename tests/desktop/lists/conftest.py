"""The window over the town, with somebody in it whose birthday is near."""

from dataclasses import dataclass
from datetime import date

import pytest

from desktop.shell import Shell
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import ResidentEntry
from tests.conftest import OFFICE
from tests.desktop.conftest import settle

EIGHTY = date(2026, 12, 5)
"""The day on which the elder becomes eighty."""


@dataclass(frozen=True)
class Elder:
    """The ids of somebody who becomes eighty soon, and of the household."""

    resident: str
    household: str


@pytest.fixture
def elder(shell: Shell) -> Elder:
    facts = tuple(
        FactEntry(name=name, value=value) for name, value in (("hukou_tianjin", True), ("living_alone", True))
    )
    member = MemberEntry(
        resident=ResidentEntry(name="耿玉兰", sex="2", birth_date=date(1946, 12, 5), facts=facts), relation="0"
    )
    dwelling = DwellingEntry(community_code=OFFICE.code, street_line="鞍山道90号", building="1", unit="1", door="101")
    made = shell.casebook.households.register(HouseholdEntry(dwelling=dwelling, members=(member,)))
    return Elder(made.ids[0], made.id)


@pytest.fixture
def show(shell: Shell):
    """Go to a page and wait until it shows what it was asked for."""

    def go(name: str, **where: object):
        assert shell.go(name, **where)
        settle(shell)
        return shell.page

    return go
