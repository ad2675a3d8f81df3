"""The same person registered twice becomes one, whoever merges, and two again; on both engines."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from models.errors import CannotUndo, NotFound
from models.records.casework import ContactEntry
from models.records.fact import FactEntry
from models.records.household import HouseholdEntry, MemberEntry
from models.records.place import PlaceEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.records.visit import AssessmentEntry, NeedEntry, PlanEntry, VisitEntry
from models.services import links, pointing
from models.services.book import Book
from models.services.casework import Contacts
from models.services.facts import Facts
from models.services.households import Households
from models.services.merging import CannotMerge, Merging
from models.services.places import Places
from models.services.planning import Planning
from models.services.residents import Residents
from models.services.undoing import undo
from models.services.visits import Assessments, Visits
from models.store import importing
from models.store.engine import Engines
from models.store.rows import KEPT
from tests.models.services.people import HOME, five_people, person
from tests.models.store.registers import TODAY, open_register

CARD = "11010519491231002X"
ELSEWHERE = HOME.model_copy(update={"door": "502"})


class Office(SimpleNamespace):
    """The services over one book."""

    book: Book

    def rows(self, entity: str, **where: object) -> list[Any]:
        table = KEPT[entity]
        with self.book.reading() as connection:
            query = select(table).where(*(table.c[name] == value for name, value in where.items()))
            return list(connection.execute(query.order_by(table.c.id)))

    def digest(self) -> str:
        with self.book.reading() as connection:
            return importing.digest(connection)


def office_of(book: Book) -> Office:
    return Office(
        book=book,
        residents=Residents(book),
        households=Households(book),
        visits=Visits(book),
        assessments=Assessments(book),
        planning=Planning(book),
        facts=Facts(book),
        places=Places(book),
        contacts=Contacts(book),
        merging=Merging(book),
    )


@pytest.fixture
def office(engines: Engines, tmp_path: Path) -> Office:
    return office_of(open_register(engines, tmp_path))


@pytest.fixture
def twice(office: Office) -> tuple[str, str]:
    """Li Jianguo with his family, and once more by himself next door, with a slip in the name."""
    five = office.households.register(five_people())
    again = ResidentEntry(
        name="李建囯",
        sex="1",
        birth_date=date(1950, 3, 8),
        marital_status="20",
        education="60",
        note="听力不好",
        phones=(PhoneEntry(number="13820001234"), PhoneEntry(number="13900001111", whose="own")),
        documents=(DocumentEntry(kind="disability_cert", number=CARD + "44"),),
        facts=(FactEntry(name="hukou_tianjin", value=False, as_of=date(2020, 1, 1)),),
    )
    entry = HouseholdEntry(
        dwelling=ELSEWHERE,
        members=(MemberEntry(resident=again, relation="0"),),
        kinds=("living",),
        since=date(2026, 5, 1),
    )
    other = office.households.register(entry)
    return five.ids[0], other.ids[0]


def open_stays(office: Office, resident: str, kind: str = "living") -> list[Any]:
    homes = {row.id: row.kind for row in office.rows("household")}
    stays = office.rows("membership", resident_id=resident, dead=False)
    return [row for row in stays if row.until is None and homes[row.household_id] == kind]


def test_both_records_are_shown_field_by_field_with_what_is_suggested(office: Office, twice):
    view = office.merging.compare(*twice)
    fields = {pair.name: pair for pair in view.fields}
    assert (fields["name"].a, fields["name"].b, fields["name"].differs) == ("李建国", "李建囯", True)
    assert fields["note"].suggested == "b", "what only one record says is taken"
    assert fields["education"].suggested == "b"
    assert not fields["education"].differs
    assert view.survivor == "a"
    assert view.level == "certain"
    assert "The disability certificate carries the same identity number" in view.reasons
    assert [(pair.name, pair.suggested) for pair in view.facts if pair.differs] == [("hukou_tianjin", "a")]
    assert {(n.kind, n.a, n.b) for n in view.numbers} == {
        ("resident_card", True, False),
        ("disability_cert", False, True),
        ("phone", True, True),
        ("phone", False, True),
    }
    assert not any(CARD in number.masked for number in view.numbers)
    assert [pair.kind for pair in view.homes] == ["living"]
    assert view.counts["membership"] == (2, 1)


def test_one_person_is_left_with_everything_of_both(office: Office, twice):
    a, b = twice
    household = office.rows("membership", resident_id=b)[0].household_id
    visit = VisitEntry(household_id=household, outcome="met", happened_on=TODAY, met=(b,),
                       needs=(NeedEntry(group="health", resident_id=b),))  # fmt: skip
    office.visits.record(visit)
    office.assessments.record(
        AssessmentEntry(
            resident_id=b, instrument="elder", version="1", assessed_on=TODAY, answers={}, score=9, level="x"
        )
    )
    office.planning.plan([PlanEntry(household_id=household, resident_id=b, due_on=date(2026, 12, 1), reason="回访")])
    office.places.add(PlaceEntry(resident_id=b, kind="work", address="滨江道1号"))
    office.contacts.record(ContactEntry(resident_id=b, channel="phone", happened_on=TODAY))
    made = office.merging.merge(b, a, {"education": "a"})
    assert made.id == a
    for entity, columns in pointing.COLUMNS.items():
        for name in columns:
            assert office.rows(entity, **{name: b}, dead=False) == [], (entity, name)
    assert office.rows("visit")[0].met == [a]
    assert office.rows("need")[0].resident_id == a
    assert office.rows("planned_visit")[0].resident_id == a
    view = office.residents.get(a)
    assert view.row.name == "李建国"
    assert view.former_name == "李建囯", "what was not chosen is still known"
    assert (view.education, view.note) == ("60", "听力不好")
    assert {document.kind for document in view.documents} == {"resident_card", "disability_cert"}
    assert len(view.phones) == 2
    assert office.residents.find("李建囯") == [a]
    assert office.residents.find("9999") == []
    assert office.residents.ids().count(b) == 0
    assert office.merging.survivor(b) == a
    assert [one.merged_name for one in office.merging.merged()] == ["李建囯"]


def test_where_the_person_lives_is_chosen_and_an_empty_household_is_closed(office: Office, twice):
    a, b = twice
    suggested = office.merging.compare(a, b).homes[0]
    assert suggested.suggested == "b", "moved there last"
    old_home, new_home = suggested.a_id, suggested.b_id
    office.merging.merge(a, b, {"home:living": "a"})
    assert [stay.household_id for stay in open_stays(office, a)] == [old_home]
    assert [stay.household_id for stay in open_stays(office, a, "registered")] != []
    closed = office.rows("household", id=new_home)[0]
    assert closed.until == TODAY


def test_a_family_that_loses_its_head_by_the_merge_gets_one(office: Office, twice):
    a, b = twice
    old_home = office.merging.compare(a, b).homes[0].a_id
    office.merging.merge(a, b)
    assert [stay.household_id for stay in open_stays(office, a)] != [old_home]
    left = office.rows("membership", household_id=old_home, dead=False, until=None)
    names = {row.id: row.name for row in office.rows("resident")}
    heads = [names[row.resident_id] for row in left if row.relation == "0"]
    assert heads == ["王秀英"], "the wife"
    ended = office.rows("membership", household_id=old_home, resident_id=a)[0]
    assert ended.until == date(2026, 5, 1), "no day in two homes"
    children = {names[row.resident_id]: row.relation for row in left}
    assert children["李伟"] == "2"


def test_who_is_head_then_can_be_said(office: Office, twice):
    a, b = twice
    home = office.merging.compare(a, b).homes[0].a_id
    names = {row.name: row.id for row in office.rows("resident")}
    office.merging.merge(a, b, {f"head:{home}": names["李伟"]})
    left = office.rows("membership", household_id=home, dead=False, until=None)
    assert [row.resident_id for row in left if row.relation == "0"] == [names["李伟"]]


def test_twice_in_one_household_becomes_once(office: Office):
    five = office.households.register(five_people())
    again = office.households.add_member(five.id, MemberEntry(resident=person(), relation="8"), since=date(2025, 1, 1))
    office.merging.merge(five.ids[0], again.id)
    stays = office.rows("membership", household_id=five.id, resident_id=five.ids[0], dead=False)
    assert [(stay.relation, stay.since, stay.until) for stay in stays] == [("0", date(2024, 1, 1), None)]


def test_stays_one_after_the_other_in_one_household_stay_two(office: Office):
    five = office.households.register(five_people())
    first = office.rows("membership", household_id=five.id, resident_id=five.ids[0])[0]
    with office.book.verb("test") as work:
        work.amend("membership", first.id, {"until": date(2025, 1, 1)})
    again = office.households.add_member(five.id, MemberEntry(resident=person(), relation="8"), since=date(2026, 1, 1))
    office.merging.merge(five.ids[0], again.id)
    stays = office.rows("membership", household_id=five.id, resident_id=five.ids[0], dead=False)
    assert [(stay.since, stay.until) for stay in stays] == [
        (date(2024, 1, 1), date(2025, 1, 1)),
        (date(2026, 1, 1), None),
    ]


def test_the_older_statement_counts_where_it_was_chosen(office: Office, twice):
    a, b = twice
    office.merging.merge(a, b, {"fact:hukou_tianjin": "b"})
    now = next(fact for fact in office.facts.of(a) if fact.name == "hukou_tianjin")
    assert now.value is False
    assert len(office.rows("fact", subject_id=a, name="hukou_tianjin")) == 3, "what was said stays"


def test_a_slip_is_not_kept_as_a_former_name_where_that_is_refused(office: Office, twice):
    a, b = twice
    office.merging.merge(a, b, {"name": "b", "former": "no", "note": "both"})
    view = office.residents.get(a)
    assert (view.row.name, view.former_name) == ("李建囯", "")


def test_taken_back_at_once_everything_is_as_it_was(office: Office, twice):
    before = {entity: [tuple(row) for row in office.rows(entity)] for entity in KEPT if entity != "person_link"}
    made = office.merging.merge(*twice)
    undo(office.book, made.operations)
    after = {entity: [tuple(row) for row in office.rows(entity)] for entity in KEPT if entity != "person_link"}
    assert after == before
    assert set(office.residents.find("李建囯")) == {twice[1]}
    assert office.merging.survivor(twice[1]) == twice[1]


def test_taken_back_on_another_day_both_are_two_people(office: Office, twice):
    a, b = twice
    office.merging.merge(a, b)
    office.visits.record(
        VisitEntry(household_id=open_stays(office, a)[0].household_id, outcome="met", met=(a,), happened_on=TODAY)
    )
    office.merging.undo(b, a)
    assert office.residents.row(b).name == "李建囯"
    assert [stay.resident_id for stay in open_stays(office, b)] == [b]
    assert len(office.residents.get(a).phones) == 1
    assert office.residents.alike(b)[0].same_number, "a number on both is shown all the same"
    with pytest.raises(NotFound):
        office.merging.undo(a, b)
    office.merging.merge(a, b)
    office.merging.undo(a, b)
    assert office.residents.row(b).name == "李建囯"


def test_a_name_that_was_changed_since_is_not_taken_back(office: Office, twice):
    a, b = twice
    office.merging.merge(a, b)
    office.residents.amend(a, office.residents.entry_of(a).model_copy(update={"former_name": "李大国"}))
    with pytest.raises(CannotUndo):
        office.merging.undo(a, b)
    assert office.residents.get(a).former_name == "李大国"


def test_what_arrives_later_for_the_other_record_is_moved(office: Office, twice):
    a, b = twice
    office.merging.merge(a, b)
    office.facts.record("resident", b, [FactEntry(name="dibao", value=True)])
    with office.book.verb("test") as work:
        work.add("visit", {"household_id": open_stays(office, a)[0].household_id, "outcome": "met", "met": [b, a]})
    moved = office.merging.settle()
    assert "fact" in moved.entities
    assert {fact.name for fact in office.facts.of(a)} >= {"dibao"}
    assert office.rows("visit")[0].met == [a]
    once = office.digest()
    assert office.merging.settle().operations == ()
    assert office.digest() == once
    office.merging.undo(a, b)
    assert {fact.name for fact in office.facts.of(b)} == {"dibao", "hukou_tianjin"}


def test_a_chain_ends_at_the_smallest(office: Office):
    a, b, c = (office.residents.register(person(phones=(PhoneEntry(number=f"1382000123{n}"),))).id for n in range(3))
    office.merging.merge(c, b)
    office.merging.merge(b, a)
    assert office.merging.survivor(c) == a
    assert len(office.residents.get(a).phones) == 3
    office.facts.record("resident", c, [FactEntry(name="dibao", value=True)])
    office.merging.settle()
    assert [fact.name for fact in office.facts.of(a)] == ["dibao"]


def test_links_of_two_offices_in_a_chain_are_settled(office: Office):
    """One office merged a and c, another b and c: with both links here, all three are a."""
    a, b, c = (office.residents.register(person(phones=(PhoneEntry(number=f"1382000123{n}"),))).id for n in range(3))
    office.merging.merge(a, c)
    with office.book.verb("sync.apply") as work:
        links.say(work, b, c, active=True)
    office.merging.settle()
    assert office.merging.survivor(b) == a
    assert len(office.residents.get(a).phones) == 3
    assert office.residents.find("李建国") == [a]
    assert office.merging.settle().operations == ()


def test_what_cannot_be_merged_is_said(office: Office, twice):
    a, b = twice
    with pytest.raises(CannotMerge):
        office.merging.merge(a, a)
    with pytest.raises(NotFound):
        office.merging.merge(a, "nobody")
    office.merging.merge(a, b)
    with pytest.raises(CannotMerge) as trouble:
        office.merging.merge(a, b)
    assert "merged already" in trouble.value.sentence()


def test_both_provisional_numbers_go_on_finding_the_person(office: Office):
    a, b = (office.residents.register(ResidentEntry(name="老张")).id for _n in range(2))
    numbers = [office.residents.get(one).provisional_number for one in (a, b)]
    office.merging.merge(a, b)
    assert [office.residents.find(number) for number in numbers] == [[a], [a]]
    office.residents.amend(a, ResidentEntry(name="张福", documents=(DocumentEntry(kind="resident_card", number=CARD),)))
    assert office.residents.find(numbers[0]) == [a]
    assert office.residents.find(CARD) == [a]


def test_a_number_of_somebody_else_is_neither_overwritten_nor_taken(office: Office, twice):
    a, b = twice
    with_card = office.residents.entry_of(b).model_copy(
        update={"documents": (DocumentEntry(kind="resident_card", number=CARD),)}
    )
    office.residents.amend(b, with_card)
    assert [d.masked for d in office.residents.get(a).documents] == ["110105********002X"]
    assert set(office.residents.find(CARD)) == {a, b}
    pair = next(pair for pair in office.merging.pairs() if {pair.a.id, pair.b.id} == {a, b})
    assert (pair.kind, pair.level) == ("number", "certain")


def test_several_documents_of_a_kind_survive_an_amendment(office: Office):
    passports = tuple(DocumentEntry(kind="passport", number=number) for number in ("E12345678", "E87654321"))
    made = office.residents.register(ResidentEntry(name="王磊", documents=passports))
    entry = office.residents.entry_of(made.id)
    for _n in range(2):
        office.residents.amend(made.id, entry)
    assert [d.masked[-2:] for d in office.residents.get(made.id).documents] == ["78", "21"]
    assert len(office.rows("identity_document")) == 2


def test_pairs_of_the_register_are_listed_once_and_not_again_when_told_apart(office: Office, twice):
    steps = []
    found = office.merging.pairs(lambda done, total: steps.append((done, total)))
    assert [{pair.a.id, pair.b.id} for pair in found] == [set(twice)]
    assert steps[0] == (0, 12)
    assert steps[-1] == (12, 12)
    assert office.merging.pairs(cancelled=lambda: True) == []
    office.residents.not_same(*twice)
    assert office.merging.pairs() == []


def test_a_merged_record_that_somebody_changed_afterwards_comes_back_to_the_list(office: Office, twice):
    a, b = twice
    office.merging.merge(a, b)
    with office.book.verb("residents.amend") as work:
        work.amend("resident", b, {"education": "30"})
    pair = office.merging.pairs()[0]
    assert (pair.kind, pair.a.id, pair.b.id) == ("late", a, b)
    office.merging.merge(a, b, {"education": "b"})
    assert office.residents.get(a).education == "30"
    assert office.merging.pairs() == []
    office.merging.undo(a, b)
    assert office.residents.row(b).name == "李建囯"


def test_every_column_that_names_a_resident_is_moved():
    said = {(entity, name) for entity, columns in pointing.COLUMNS.items() for name in columns}
    there = {
        (entity, name)
        for entity, table in KEPT.items()
        for name in [column.name for column in table.columns]
        if name.endswith("resident_id") or name in ("subject_id", "guardian_id", "mother_id", "father_id")
    }
    assert there == said
