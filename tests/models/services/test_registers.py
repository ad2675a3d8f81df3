"""Registers hold what is kept, once each, in order, masked, within what they are narrowed to, on both engines alike."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from models.casebook import Casebook
from models.records.audit import Audit
from models.services.registers import COLUMNS, KINDS, Register
from models.services.registers_views import FILTERS, RegisterFilter
from models.store.rows import table_of
from tests.models.services.books_of_work import NUMBER, PLACES, TODAY

ALL = RegisterFilter()
WHOLE = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9Xx])")


@pytest.fixture
def book(worked_book: Casebook) -> Casebook:
    return worked_book


def column(register: Register, key: str) -> list[object]:
    place = [one.key for one in register.columns].index(key)
    return [row.cells[place] for row in register.every()]


def test_every_register_counts_pages_and_exports_the_same_rows(book: Casebook):
    for kind in KINDS:
        register = book.registers.open(kind, ALL)
        rows = list(register.every())
        assert len(rows) == register.total
        paged = [row for first in range(0, register.total, 7) for row in register.rows(first, 7)]
        assert paged == rows, kind
        assert all(len(row.cells) == len(COLUMNS[kind]) for row in rows)
        assert register.total > 0, kind


def test_what_was_done_last_comes_first(book: Casebook):
    for kind in ("visits", "needs", "assessments"):
        days = column(book.registers.open(kind, ALL), "day")
        assert days == sorted(days, reverse=True)  # type: ignore[type-var]


def test_what_a_filter_leaves_is_what_the_rows_of_all_say(book: Casebook):
    days = {"residents": "registered", "households": "since", "visits": "day", "needs": "day", "referrals": "issued",
            "assessments": "day", "consents": "given_on", "numbers": "issued"}  # fmt: skip
    first, last = TODAY - timedelta(days=60), TODAY - timedelta(days=1)
    for kind in KINDS:
        whole = book.registers.open(kind, ALL)
        if "place" in FILTERS[kind]:
            total = sum(book.registers.open(kind, RegisterFilter(place=place)).total for place in PLACES)
            assert total == whole.total, kind
            nearer = [book.registers.open(kind, RegisterFilter(place=place)).total for place in PLACES[:2]]
            assert book.registers.open(kind, RegisterFilter(place="120101")).total == sum(nearer) > 0
        if "days" in FILTERS[kind]:
            inside = [day for day in column(whole, days[kind]) if isinstance(day, date) and first <= day <= last]
            found = book.registers.open(kind, RegisterFilter(first=first, last=last))
            assert found.total == len(inside), kind
        if "worker" in FILTERS[kind]:
            assert book.registers.open(kind, RegisterFilter(worker="nobody")).total == 0
    by_service = book.registers.open("received", ALL)
    names = column(by_service, "service")
    found = book.registers.open("received", RegisterFilter(service="S50"))
    assert found.total == len([name for name in names if name == column(found, "service")[0]])


def test_numbers_are_masked_unless_asked_for_and_free_text_never_shows_one(book: Casebook):
    for kind in KINDS:
        for row in book.registers.open(kind, ALL).every():
            assert not any(isinstance(cell, str) and WHOLE.search(cell) for cell in row.cells), kind
    assert any("110105********002X" in str(row.cells) for row in book.registers.open("needs", ALL).every())
    whole = book.registers.export("residents", ALL, whole=True)
    assert any(NUMBER in row.cells for row in whole.every(whole=True))


def test_opening_and_writing_out_are_journalled_and_whole_numbers_are_told(book: Casebook):
    book.registers.open("visits", RegisterFilter(place=PLACES[0]))
    book.registers.export("residents", ALL, whole=True)
    table = table_of(Audit)
    with book._book.reading() as connection:
        said = connection.execute(
            select(table.c.action, table.c.detail).where(table.c.subject_kind == "register")
        ).all()
    assert ("view", f"visits place={PLACES[0]}") in said
    assert ("export", "residents reveal") in said


def test_who_left_died_or_is_only_kept_is_on_no_register(book: Casebook):
    one, two, three = column_ids(book)[:3]
    before = book.registers.open("residents", ALL).total
    with book._book.verb("test") as work:
        work.amend("resident", one, {"frozen": "withdrawn"})
        work.amend("resident", two, {"died_on": TODAY - timedelta(days=1)})
        for member in work.connection.execute(memberships_of(three)).scalars().all():
            work.amend("membership", member, {"until": TODAY})
    assert book.registers.open("residents", ALL).total == before - 3
    assert not {one, two, three} & set(column_ids(book))
    for kind in ("needs", "referrals", "assessments", "consents"):
        assert one not in {row.resident_id for row in book.registers.open(kind, ALL).every()}


def column_ids(book: Casebook) -> list[str]:
    return [row.resident_id for row in book.registers.open("residents", ALL).every()]


def memberships_of(resident: str):  # type: ignore[no-untyped-def]
    from models.store.rows import KEPT

    table = KEPT["membership"]
    return select(table.c.id).where(table.c.resident_id == resident)


def test_who_looks_after_a_household_narrows_its_people(book: Casebook):
    first, second = [row.household_id for row in book.registers.open("households", ALL).every()][:2]
    book.care.assign([first], "王芳")
    homes = book.registers.open("households", RegisterFilter(worker="王芳"))
    assert [row.household_id for row in homes.every()] == [first]
    people = book.registers.open("residents", RegisterFilter(worker="王芳"))
    assert {row.household_id for row in people.every()} == {first} != {second}
    assert set(column(people, "carer")) == {"王芳"}
    assert "王芳" in book.registers.workers()


def test_a_page_costs_the_same_few_questions_however_many_rows(book: Casebook):
    asked: list[str] = []
    engine = book._book.engines.reader
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_more: asked.append(statement))
    for kind in KINDS:
        register = book.registers.open(kind, ALL)
        asked.clear()
        register.rows(0, 2)
        few = len(asked)
        asked.clear()
        register.rows(0, 50)
        assert len(asked) <= few + 1, kind
        assert len(asked) < 10, kind


def test_both_engines_give_the_same_registers(worked_on: Callable[[str], Casebook]):
    books = [worked_on("sqlite"), worked_on("postgresql")]
    for kind in KINDS:
        if kind != "numbers":
            first, second = ([row.cells for row in one.registers.open(kind, ALL).every()] for one in books)
            assert first == second, kind
