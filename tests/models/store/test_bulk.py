"""The columns of many households are those of their cases, one by one, on both engines."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from models.services.cases import build_cases
from models.store.bulk import load
from models.store.engine import Engines
from models.store.statements import NEVER
from tests.models.store.registers import POLICIES, TODAY, Random, one_by_one, open_register, plain


@pytest.mark.parametrize("seed", range(3))
def test_everything_that_can_be_said_is_read_as_the_check_at_the_door_reads_it(
    engines: Engines, tmp_path: Path, seed: int
) -> None:
    book = open_register(engines, tmp_path)
    chance = Random(book, seed)
    with book.verb("test") as work:
        chance.register(work, 30)
    with book.reading() as connection:
        loaded = load(connection, POLICIES.facts, TODAY)
        some = [home.decode() for home in loaded.lists.home.tolist()][::3]
        part = load(connection, POLICIES.facts, TODAY, some)
    assert loaded.columns.people > 30
    assert plain(loaded.columns) == plain(one_by_one(book, loaded, POLICIES, TODAY))
    assert plain(part.columns) == plain(one_by_one(book, part, POLICIES, TODAY))
    by_home = dict(zip(loaded.lists.person.tolist(), loaded.lists.chosen.tolist(), strict=False))
    assert set(part.lists.home.tolist()) == {home.encode() for home in some}
    assert set(part.lists.person.tolist()) <= set(by_home)


def with_documents(book, *documents: dict[str, object], told: dict[str, object] | None = None) -> str:
    """A resident alone in a household with these documents, and a statement about the permit."""
    with book.verb("test") as work:
        home = work.add("household", {"kind": "living"})
        person = work.add("resident", {"name": "李", "sex": "2"})
        work.add("membership", {"household_id": home, "resident_id": person, "relation": "0", "counts": True})
        for document in documents:
            work.add("identity_document", {"resident_id": person, "number": "A1", **document})
        if told is not None:
            said = {"subject_kind": "resident", "subject_id": person, "name": "residence_permit", "state": "known"}
            work.add("fact", {**said, "at": 1, **told})
    return home


PERMIT = {"kind": "residence_permit"}


@pytest.mark.parametrize(
    ("documents", "told", "permit", "changes"),
    [
        ([{**PERMIT, "valid_until": TODAY}], None, True, TODAY),
        ([{**PERMIT, "valid_until": TODAY - timedelta(days=1)}], None, None, None),
        ([{**PERMIT, "valid_until": None}], None, None, None),
        ([{**PERMIT, "valid_until": date(2027, 5, 1), "dead": True}], None, None, None),
        ([{"kind": "hmt_residence_permit", "valid_until": date(2027, 5, 1)}], None, None, None),
        (
            [{**PERMIT, "valid_until": date(2027, 5, 1)}, {**PERMIT, "valid_until": date(2026, 12, 1)}],
            None, True, date(2027, 5, 1),
        ),
        ([{**PERMIT, "valid_until": date(2027, 5, 1)}], {"value": {"v": False}}, True, date(2027, 5, 1)),
        ([{**PERMIT, "valid_until": TODAY - timedelta(days=1)}], {"value": {"v": False}}, False, None),
    ],
)  # fmt: skip
def test_a_residence_permit_among_the_documents_is_known_as_long_as_it_is_valid(
    engines: Engines, tmp_path: Path, documents, told, permit: bool | None, changes: date | None
) -> None:
    book = open_register(engines, tmp_path)
    home = with_documents(book, *documents, told=told)
    with book.reading() as connection:
        built = build_cases(connection, POLICIES, [home], TODAY)[home]
        loaded = load(connection, POLICIES.facts, TODAY, [home])
    (person,) = built.case.people
    assert person.facts.get("residence_permit") is permit
    assert built.expires.get((person.id, "residence_permit")) == changes
    column = loaded.columns.facts.get("residence_permit")
    assert (column.values.tolist() if column is not None else [0]) == [{True: 1, False: 2, None: 0}[permit]]
    day = NEVER if changes is None else (changes + timedelta(days=1)).toordinal()
    assert loaded.lists.due.tolist() == [day]
    if changes is not None and told is None:  # and on that day the columns say so
        with book.reading() as connection:
            later = load(connection, POLICIES.facts, changes + timedelta(days=1), [home])
        assert "residence_permit" not in later.columns.facts


def test_a_permit_that_somebody_said_is_there_for_longer_does_not_end_with_the_document(
    engines: Engines, tmp_path: Path
) -> None:
    book = open_register(engines, tmp_path)
    document = {**PERMIT, "valid_until": date(2026, 12, 1)}
    until = {None: None, date(2027, 3, 1): date(2027, 3, 1), date(2026, 11, 30): date(2026, 12, 1)}
    for good, ends in until.items():
        home = with_documents(book, document, told={"value": {"v": True}, "good_until": good})
        with book.reading() as connection:
            built = build_cases(connection, POLICIES, [home], TODAY)[home]
        assert built.expires.get((built.case.people[0].id, "residence_permit")) == ends
