"""The whole register screened: the lists say what the check at the door says, and are never stale."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from models.clock import today
from models.eligibility import decide_all
from models.records.operation import Head, Operation
from models.services.book import Book
from models.services.cases import build_case
from models.services.screening import Screening
from models.services.screening_register import bring_up, stored
from models.services.screening_views import ScreenFilter, ScreenRow
from models.store import columns, importing, marks
from models.store.bulk import Loaded, load
from models.store.engine import Engines
from models.store.rows import KEPT, table_of
from models.store.statements import Facts
from models.store.work import allow_writes
from tests.models.store.registers import TODAY, Random, open_register, plain

_OPERATION = table_of(Operation)
EVERYTHING = ScreenFilter(outcomes=frozenset(("eligible", "ask", "office", "not_eligible")))
Cell = tuple[str, str, str, str]


@pytest.fixture
def book(engines: Engines, tmp_path: Path) -> Book:
    return open_register(engines, tmp_path)


def listed(screening: Screening, where: ScreenFilter = EVERYTHING) -> Iterator[ScreenRow]:
    screening.bring_up_to_date()
    return screening.export_rows(where)


def cells(rows: Iterator[ScreenRow]) -> dict[Cell, tuple[str, bool, int, frozenset[str]]]:
    """(service, component, resident, household) -> outcome, received, questions, missing facts."""
    return {
        (row.service_id, row.component, row.resident_id, row.household_id): (
            row.outcome,
            row.received,
            row.questions,
            frozenset(missing.fact for missing in row.missing),
        )
        for row in rows
    }


def expected(book: Book, on: date) -> dict[Cell, tuple[str, bool, int, frozenset[str]]]:
    """What the scalar kernel says of everybody who is to be listed."""
    found: dict[Cell, tuple[str, bool, int, frozenset[str]]] = {}
    with book.reading() as connection:
        everybody = load(connection, book.policies.facts, on)
        lists, told = everybody.lists, everybody.columns.household.tolist()
        homes = [home.decode() for home in lists.home.tolist()]
        chosen = {
            (homes[told[row]], one.decode())
            for row, one in enumerate(lists.person.tolist())
            if lists.chosen[row] and not lists.away[told[row]]
        }
        for home in homes:
            case = build_case(connection, book.policies, home, on)
            counted = [one.id for one in case.people if case.person(one.id)]
            first = None
            for one in case.people:
                off = one.facts.get("counts_in_household", True) is False or one.facts.get("deceased") is True
                first = first or (None if off else one.id)
            for made in decide_all(book.policies, case):
                if made.person_id is None:
                    if first is None or not any((home, one) in chosen for one in counted):
                        continue
                elif (home, made.person_id) not in chosen:
                    continue
                words = {
                    "eligible": "eligible",
                    "not_eligible": "not_eligible",
                    "unknown": "ask" if made.missing else "office",
                }
                asked = sum(not missing.alternative for missing in made.missing)
                key = (made.service_id, made.component or "", made.person_id or str(first), home)
                facts = frozenset(missing.fact for missing in made.missing if not missing.alternative)
                found[key] = (words[made.outcome], "received" in made.flags, min(asked, 15), facts)
    return found


def test_the_lists_say_what_the_check_at_the_door_says(book: Book) -> None:
    chance = Random(book, 7)
    with book.verb("test") as work:
        chance.register(work, 20)
    found, wanted = cells(listed(Screening(book))), expected(book, TODAY)
    assert len(wanted) > 500
    assert found.keys() == wanted.keys()
    assert {key: value[:3] for key, value in found.items()} == {key: value[:3] for key, value in wanted.items()}
    assert all(found[key][3] >= wanted[key][3] for key in wanted)


def by_home(loaded: Loaded, facts: Facts) -> dict[bytes, object]:
    """Everything that is kept of each household."""
    found: dict[bytes, object] = {}
    for place, home in enumerate(loaded.lists.home.tolist()):
        one = columns.taken(loaded, np.array([place]), facts)
        lists = {name: value.tolist() for name, value in vars(one.lists).items()}
        found[home] = (plain(one.columns), lists)
    return found


def stored_and_read_anew(book: Book) -> tuple[dict[bytes, object], dict[bytes, object]]:
    facts, on = book.policies.facts, today(book.clock)
    with book.reading() as connection:
        return by_home(stored(connection, facts), facts), by_home(load(connection, facts, on), facts)


def test_whatever_is_done_the_columns_are_those_of_the_records(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "ROWS", 15)  # several blocks
    anew: list[str] = []
    begin = columns.begin
    monkeypatch.setattr(columns, "begin", lambda connection: anew.append("") or begin(connection))
    chance = Random(book, 0)
    with book.verb("test") as work:
        chance.register(work, 14)
    screening = Screening(book)
    mended = 0
    for step in range(24):
        before = len(anew)
        monkeypatch.setattr(columns, "_FEW", -1 if step == 9 else 500)  # once so much changed that all is read anew
        state = screening.bring_up_to_date()
        mended += state.rebuilt > 0 and len(anew) == before
        kept, there = stored_and_read_anew(book)
        assert kept == there
        if step % 8 == 0:
            fresh = Screening(book)
            assert cells(listed(screening)) == cells(listed(fresh))
        if step % 5 == 4:
            book.clock.move(days=chance.dice.choice((1, 29, 200)))  # type: ignore[attr-defined]
        with book.verb("test") as work:
            for _n in range(chance.dice.choice((1, 1, 2, 6))):
                chance.change(work)
    assert mended > 10
    assert len(anew) == 2
    with book.reading() as connection:
        assert len(columns.versions(connection)) > 1


def test_what_a_batch_of_another_desk_changes_is_read_anew(book: Book) -> None:
    chance = Random(book, 5)
    with book.verb("test") as work:
        chance.register(work, 14)
    screening = Screening(book)
    screening.bring_up_to_date()
    with book.reading() as connection:
        log = [dict(row) for row in connection.execute(select(_OPERATION).order_by(_OPERATION.c.clock)).mappings()]
    with book.writing() as connection:  # as if only half of it had arrived, in whatever order
        with allow_writes(connection):
            for table in (*KEPT.values(), table_of(Head), _OPERATION):
                connection.execute(table.delete())
        marks.forget(connection)
    chance.dice.shuffle(log)
    for start in range(0, len(log), len(log) // 6):
        with book.writing() as connection:
            importing.apply(connection, importing.plan(connection, log[start : start + len(log) // 6]))
        screening.bring_up_to_date()
        kept, anew = stored_and_read_anew(book)
        assert kept == anew
    assert len(anew) > 5
    with book.writing() as connection:
        importing.rebuild(connection)
        assert not marks.kept(connection)
    assert screening.bring_up_to_date().rebuilt > 0
    assert stored_and_read_anew(book)[0] == anew


def test_a_dictionary_with_other_facts_renews_those_columns_alone(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "ROWS", 15)
    chance = Random(book, 11)
    with book.verb("test") as work:
        chance.register(work, 14)
    whole = dict(book.policies.facts)
    narrow = whole["disability_grade"]
    older = {name: one for name, one in whole.items() if name not in ("dibao", "income_month", "birth_date")}
    older["disability_grade"] = narrow.model_copy(update={"domain": narrow.domain[:2]})
    anew: list[str] = []
    begin = columns.begin
    monkeypatch.setattr(columns, "begin", lambda connection: anew.append("") or begin(connection))
    for facts in (older, whole, older, whole):
        assert bring_up(book, facts, TODAY, None, None) > 0
        assert bring_up(book, facts, TODAY, None, None) == 0
        with book.reading() as connection:
            kept, there = stored(connection, facts), load(connection, facts, TODAY)
        assert (kept.lists.due <= there.lists.due).all()  # one that the dictionary no longer has may be looked at early
        due = np.zeros(len(kept.lists.due), np.int32)
        kept, there = (replace(one, lists=replace(one.lists, due=due)) for one in (kept, there))
        assert by_home(kept, facts) == by_home(there, facts)
        with book.verb("test") as work:
            chance.change(work)
    assert len(anew) == 1
    fewer = {name: one for name, one in whole.items() if name != "deceased"}  # decides who counts
    bring_up(book, fewer, TODAY, None, None)
    assert len(anew) == 2
