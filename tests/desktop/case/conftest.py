"""A casebook with one family of five, open in the window."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from stdnum.iso7064 import mod_11_2

from desktop.shell import Shell
from models.casebook import Casebook
from models.clock import FixedClock
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.records.visit import NeedEntry, VisitEntry
from tests.conftest import NOW, OFFICE, PASSPHRASE
from tests.desktop.conftest import settle
from tests.numbers import forget_place


def identity_number(born: str, sequence: str) -> str:
    base = f"120101{born}{sequence}"
    return base + mod_11_2.calc_check_digit(base)


CARD = identity_number("19410308", "002")


@dataclass(frozen=True)
class Family:
    """The ids of the family."""

    household: str
    registered: str
    grandmother: str
    son: str
    daughter_in_law: str
    girl: str
    boy: str


def fact(name: str, value: object, **more: object) -> FactEntry:
    return FactEntry(name=name, value=value, as_of=date(2026, 3, 1), **more)


def register_family(book: Casebook) -> Family:
    """A grandmother of 85, her disabled son, his wife from elsewhere, two children; two visits."""
    son_number = identity_number("19680721", "001")
    people = (
        MemberEntry(
            resident=ResidentEntry(
                name="王秀英",
                sex="2",
                birth_date=date(1941, 3, 8),
                birth_source="document",
                marital_status="30",
                documents=(DocumentEntry(kind="resident_card", number=CARD, seen=True),),
                phones=(PhoneEntry(number="13920001234"),),
                facts=(
                    fact("hukou_tianjin", True, source="document", document_seen="户口簿"),
                    fact("income_month", 2600, good_until=date(2026, 6, 1)),
                    fact("insured_in_tianjin", None, state="refused"),
                ),
                note="听力不好",
            ),
            relation="0",
        ),
        MemberEntry(
            resident=ResidentEntry(
                name="李建国",
                sex="1",
                birth_date=date(1968, 7, 21),
                documents=(DocumentEntry(kind="disability_cert", number=son_number + "42", seen=True),),
                facts=(fact("hukou_tianjin", True),),
            ),
            relation="2",
        ),
        MemberEntry(
            resident=ResidentEntry(
                name="张丽",
                sex="2",
                birth_date=date(1972, 11, 2),
                facts=(fact("hukou_tianjin", False), fact("resident_urban_tianjin", True)),
            ),
            also_registered_here=False,
        ),
        MemberEntry(resident=ResidentEntry(name="李晓彤", sex="2", birth_date=date(2011, 5, 30)), relation="4"),
        MemberEntry(
            resident=ResidentEntry(name="李想", sex="1", birth_date=date(2021, 9, 1)), relation="4", counts=False
        ),
    )
    dwelling = DwellingEntry(community_code=OFFICE.code, street_line="鞍山道12号", building="3", unit="2", door="501")
    made = book.households.register(
        HouseholdEntry(dwelling=dwelling, members=people, since=date(2012, 6, 1), facts=(fact("dibao", False),))
    )
    book.visits.record(
        VisitEntry(household_id=made.id, outcome="nobody_home", happened_on=date(2026, 9, 10), notes="门口有快递")
    )
    book.visits.record(
        VisitEntry(
            household_id=made.id,
            outcome="met",
            happened_on=date(2026, 11, 3),
            met=made.ids[:2],
            purpose="高龄老人走访",
            needs=(NeedEntry(group="elderly", urgency="now", note="卫生间扶手"),),
            next_visit=date(2026, 11, 20),
            next_reason="看扶手",
        )
    )
    registered = next(home.id for home in book.households.of_resident(made.ids[0]) if home.kind == "registered")
    return Family(made.id, registered, *made.ids)


@pytest.fixture(scope="session")
def town_with_family(town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Family]:
    """The town and this family in one casebook, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("family") / "casebook"
    shutil.copytree(town, folder)
    made = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    family = register_family(made)
    made.close()
    forget_place(folder, PASSPHRASE, same_computer=True)
    return folder, family


@pytest.fixture
def locked(request: pytest.FixtureRequest, window: Callable[[Path], Shell], folder: Path, town: Path) -> Shell:
    """The window at the sign-in page, over the town; with the family in it for tests about the family."""
    of_family = "family" in request.fixturenames
    shutil.copytree(request.getfixturevalue("town_with_family")[0] if of_family else town, folder, dirs_exist_ok=True)
    return window(folder)


@pytest.fixture
def book(locked: Shell, clock) -> Iterator[Casebook]:
    """The casebook that the window is given, and then closes."""
    made = Casebook.open(locked.folder, PASSPHRASE, clock=clock)
    yield made
    if locked.is_locked:  # no test gave it to the window
        made.close()


@pytest.fixture
def family(town_with_family: tuple[Path, Family], book: Casebook) -> Family:
    return town_with_family[1]


@pytest.fixture
def window_of_case(locked: Shell, book: Casebook, family: Family) -> Shell:
    """The window with the family in its casebook, in Chinese."""
    locked.state.idle_minutes = 0  # tests move the clock by days
    locked.unlock(book)
    settle(locked)
    return locked


@pytest.fixture(params=["zh_CN", "en"])
def in_both_languages(request, window_of_case: Shell) -> Shell:
    if request.param != window_of_case.state.language:
        window_of_case.switch_language()
        settle(window_of_case)
    return window_of_case


@pytest.fixture
def show(window_of_case: Shell) -> Callable[..., QWidget]:
    """Go to a page and wait until it shows what it was asked for."""

    def go(name: str, **where: object) -> QWidget:
        assert window_of_case.go(name, **where)
        settle(window_of_case)
        return window_of_case.page

    return go


def said(widget: QWidget) -> str:
    """All that can be read on a widget."""
    labels = [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    buttons = [button.text() for button in widget.findChildren(QPushButton) if button.isVisibleTo(widget)]
    chips = [
        chip.words
        for chip in widget.findChildren(QWidget)
        if hasattr(chip, "words") and chip.isVisibleTo(widget) and isinstance(chip.words, str)
    ]
    return "\n".join((*labels, *buttons, *chips))


def press(widget: QWidget, words: str) -> None:
    """Click the one button that can be seen and says this."""
    found = [b for b in widget.findChildren(QPushButton) if words in b.text() and b.isVisibleTo(widget)]
    found = [b for b in found if b.text() == words] or found
    assert len(found) == 1, [b.text() for b in found]
    found[0].click()
