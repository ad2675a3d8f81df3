"""Of whom an account with a scope sees anything: of nobody else, in no answer of any verb; and changes nobody else."""

import inspect
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.clock import FixedClock, today
from models.errors import NotFound, Problem
from models.records.audit import Audit
from models.records.casework import NoteEntry
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.operation import Operation
from models.records.resident import ResidentEntry
from models.records.visit import PlanEntry, VisitEntry
from models.services.allowed import ALLOWED, OWN, NotAllowed
from models.store.rows import KEPT, table_of
from tests import offices
from tests.conftest import NOW, ON_A_SERVER, PASSPHRASE
from tests.models.services.books_of_work import fill
from tests.models.services.door_calls import Calls
from tests.models.services.people import HOME, person

Answered = TypeVar("Answered")
HERE, THERE = HOME.community_code, "120102001001"
_OPERATION = table_of(Operation)


def limit(book: Casebook, *scope: str, name: str = "") -> None:
    book._book.worker = replace(book._book.worker, scope=scope, name=name or book._book.worker.name)


def households_by_place(book: Casebook) -> dict[str, list[str]]:
    home, dwelling = KEPT["household"], KEPT["dwelling"]
    query = select(dwelling.c.community_code, home.c.id).join(home, home.c.dwelling_id == dwelling.c.id)
    found: dict[str, list[str]] = {}
    with book._book.reading_whole() as connection:
        for code, one in connection.execute(query.order_by(home.c.id)):
            found.setdefault(code, []).append(one)
    return found


def of_elsewhere(book: Casebook) -> set[str]:
    """Ids and names of everybody and everything that a limited reader does not see."""
    hidden = set()
    for table in KEPT.values():
        named = [table.c.name] if table.name == "resident" else []
        with book._book.reading_whole() as connection:
            everything = {row.id: row for row in connection.execute(select(table.c.id, *named))}
        with book._book.reading() as connection:
            seen = set(connection.execute(select(table.c.id)).scalars())
        for row in everything.keys() - seen:
            hidden.add(row)
            if named:
                hidden.add(everything[row].name)
    return hidden


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, casebook_template: Path, tmp_path_factory: Any) -> Iterator[Casebook]:
    """A little of everything in three communities, made once: the tests here look at it, or add to it."""
    folder = tmp_path_factory.mktemp("scope") / "casebook"
    if ON_A_SERVER:
        server = request.getfixturevalue("postgres")
        database = server.make(request.getfixturevalue("office_database"))
        offices.desk_like(casebook_template, folder, server, database)
    else:
        shutil.copytree(casebook_template, folder)
    casebook = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    fill(casebook, today(casebook.clock))
    elsewhere = households_by_place(casebook)[THERE][0]
    casebook.notes.write(NoteEntry(subject_kind="household", subject_id=elsewhere, text="别处的话"))
    casebook.planning.plan([PlanEntry(household_id=elsewhere, due_on=date(2026, 11, 22), reason="别处的事")])
    casebook.screening.bring_up_to_date()
    casebook.worklist.look()
    yield casebook
    casebook.close()
    if ON_A_SERVER:
        server.drop(database)


@pytest.fixture
def worked(shared: Casebook) -> Casebook:
    """An account of one of the communities is signed in."""
    limit(shared, HERE, name="孙立")
    return shared


class Listening(Calls):
    """Every call of a worker at a door, each answer of which is looked through for people elsewhere."""

    def __init__(self, casebook: Casebook, elsewhere: set[str]) -> None:
        super().__init__(casebook)
        self.elsewhere = elsewhere
        self.answers = 0

    def call(self, name: str, work: Callable[[], Answered]) -> Answered:
        answered = work()
        said = repr(answered)
        self.answers += 1
        assert not [one for one in self.elsewhere if one in said], name
        return answered


READING = {"use", "search", "view", "reveal", "count", "check", "print", "merge", "answer_rights", "export", "erase"}
OTHER_WORK = (f"{OWN}.", "print_queue.", "drafts.", "settings.", "accounts.", "desks.", "pictures.sweep", "rights.red")
ENTITIES = {
    "row": "resident",
    "a": "resident",
    "b": "resident",
    "row_id": "phone",
    "answer_id": "questionnaire_answer",
    "transfer_id": "case_transfer",
    "handover_id": "handover",
    "plan_id": "case_plan",
    "round_id": "visit_round",
}
GIVEN: dict[str, Any] = {
    "order": "name",
    "text": "甲",
    "until": date(2027, 1, 1),
    "start": date(2026, 11, 22),
    "day": date(2026, 11, 22),
    "name": "周敏",
    "what": "number",
}


def arguments(verb: Callable[..., Any], ids: dict[str, str], entity: str) -> dict[str, Any] | None:
    """Arguments for a verb, all about those of some ids; None where it wants something else.

    entity: resident or household, for what is about either.
    """
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(verb).parameters.items():
        named = ENTITIES.get(name, name.removesuffix("s").removesuffix("_id"))
        if name == "subject_kind":
            given[name] = entity
        elif name in ("ids", "subject_id") or named in ids:
            one = ids[entity] if name in ("ids", "subject_id") else ids[named]
            given[name] = [one] if name.endswith("s") else one
        elif parameter.default is not parameter.empty:
            continue
        elif name in GIVEN:
            given[name] = GIVEN[name]
        else:
            return None
    return given


def test_no_verb_that_reads_tells_of_anybody_elsewhere(worked: Casebook) -> None:
    elsewhere = of_elsewhere(worked)
    outside = households_by_place(worked)[THERE][0]
    membership = KEPT["membership"]
    with worked._book.reading_whole() as connection:
        query = select(membership.c.resident_id).where(membership.c.household_id == outside)
        resident = str(connection.execute(query).scalars().first())
        ids = {
            entity: str(connection.execute(select(table.c.id).where(table.c.id.in_(elsewhere))).scalars().first())
            for entity, table in KEPT.items()
        }
    ids |= {"resident": resident, "household": outside}
    asked, answered = set(), set()
    for named, action in ALLOWED.items():
        service, _dot, verb = named.partition(".")
        if action not in READING or named.startswith(OTHER_WORK):
            continue
        call = getattr(getattr(worked, service), verb)
        for entity in ("resident", "household"):
            given = arguments(call, ids, entity)
            if given is None:
                continue
            asked.add(named)
            with suppress(Problem, LookupError, ValueError):
                answer = call(**given)
                said = repr(list(answer) if inspect.isgenerator(answer) else answer)
                answered.add(named)
                for one in set(ids.values()):
                    said = said.replace(one, "")  # what was asked about may be named in the answer
                assert not [one for one in elsewhere if one in said], named
    assert len(asked) > 110
    assert len(answered) > 60


def test_lists_hold_those_in_the_scope_and_all_of_them(worked: Casebook) -> None:
    mine = set(households_by_place(worked)[HERE])
    theirs = {one for code, homes in households_by_place(worked).items() if code != HERE for one in homes}
    assert theirs
    assert len(mine) > 1
    everybody = {one.household_id for one in worked.screening.export_rows()}
    assert everybody <= mine
    assert everybody
    assert {one.household_id for one in worked.worklist.page(limit=500).items} <= mine
    assert {one.household_id for one in worked.visits.recent(500)} <= mine
    assert {one.id for one in worked.households.of_resident(worked.residents.ids()[0])} <= mine
    limit(worked)
    assert {one.household_id for one in worked.screening.export_rows()} & theirs
    assert {one.household_id for one in worked.worklist.page(limit=500).items} & theirs


def test_nothing_is_written_about_anybody_elsewhere(worked: Casebook) -> None:
    outside = households_by_place(worked)[THERE][0]
    limit(worked)
    view = worked.households.get(outside)
    resident, membership = view.members[0].resident.id, view.members[0].id
    mine = households_by_place(worked)[HERE][0]
    entry = worked.residents.entry_of(resident)
    limit(worked, HERE, name="孙立")
    with worked._book.reading_whole() as connection:
        before = set(connection.execute(select(_OPERATION.c.id)).scalars())
    on = today(worked.clock)
    for verb in (
        lambda: worked.residents.amend(resident, entry.model_copy(update={"note": "x"})),
        lambda: worked.households.end_membership(membership, on),
        lambda: worked.households.add_member(outside, MemberEntry(resident=ResidentEntry(name="新来"), relation="8")),
        lambda: worked.households.add_member(mine, MemberEntry(resident_id=resident, relation="8")),
        lambda: worked.visits.record(VisitEntry(household_id=outside, outcome="nobody_home", happened_on=on)),
        lambda: worked.facts.record("resident", resident, [FactEntry(name="low_income", value=True)]),
        lambda: worked.notes.write(NoteEntry(subject_kind="resident", subject_id=resident, text="x")),
        lambda: worked.care.assign([outside], "孙立"),
        lambda: worked.planning.plan([PlanEntry(household_id=outside, due_on=on, reason="x")]),
        lambda: worked.rights.freeze(resident),
        lambda: worked.households.register(
            HouseholdEntry(
                dwelling=DwellingEntry(community_code=THERE, street_line="x路1号", building="1", unit="1", door="9"),
                members=(MemberEntry(resident=ResidentEntry(name="越界"), relation="0"),),
            )
        ),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            verb()
    with worked._book.reading_whole() as connection:
        assert set(connection.execute(select(_OPERATION.c.id)).scalars()) == before


def test_a_refusal_for_the_place_is_noted_once_nothing_was_changed(worked: Casebook) -> None:
    outside = households_by_place(worked)[THERE][0]
    on = today(worked.clock)
    with pytest.raises(NotAllowed) as refused:
        worked.visits.record(VisitEntry(household_id=outside, outcome="nobody_home", happened_on=on))
    assert refused.value.facts == {"scope": True}
    table = table_of(Audit)
    with worked._book.reading_whole() as connection:
        last = connection.execute(select(table.c.action, table.c.detail, table.c.worker).order_by(table.c.seq.desc()))
        assert tuple(last.first() or ()) == ("refused", "visits.record", "孙立")


def test_who_was_registered_today_without_a_door_is_seen_by_who_registered_them(worked: Casebook) -> None:
    made = worked.residents.register(person("没门牌", date(1990, 1, 1)))
    assert worked.residents.find("没门牌") == [made.id]
    limit(worked, HERE, name="别人")
    assert worked.residents.find("没门牌") == []
    limit(worked, HERE, name="孙立")
    worked.clock.move(days=1)  # type: ignore[attr-defined]
    assert worked.residents.find("没门牌") == []
    worked.clock.move(days=-1)  # type: ignore[attr-defined]


def test_a_scope_of_a_street_or_district_holds_its_communities(worked: Casebook) -> None:
    by_place = households_by_place(worked)
    for code in (HERE[:9], HERE[:6]):
        limit(worked, code)
        seen = {one for ids in by_place.values() for one in ids if _is_here(worked, one)}
        assert seen == {one for place, ids in by_place.items() if place.startswith(code) for one in ids}
    limit(worked, HERE, THERE)
    assert _is_here(worked, by_place[THERE][0])


def _is_here(book: Casebook, household: str) -> bool:
    with suppress(NotFound):
        return bool(book.households.get(household))
    return False


def test_files_for_the_office_hold_everything_whoever_writes_them(worked: Casebook) -> None:
    waiting = worked.sync.status().waiting
    limit(worked)
    assert worked.sync.status().waiting == waiting
    assert worked.upkeep.verify()


def test_who_works_at_the_doors_of_a_scope_is_kept_from_nothing_there_and_sees_nobody_else(worked: Casebook) -> None:
    elsewhere = of_elsewhere(worked)
    assert len(elsewhere) > 60
    calls = Listening(worked, elsewhere)
    calls.all()
    assert calls.answers > 150
