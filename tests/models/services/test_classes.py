"""Sensitive knowledge: who may not see a class sees that it is withheld, reads no word of it, and spoils nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.clock import today
from models.errors import NotFound
from models.records.audit import Audit
from models.records.casework import NoteEntry
from models.records.fact import FactEntry
from models.records.household import HouseholdEntry, MemberEntry
from models.records.picture import PictureEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.records.rights import RightsRequestEntry
from models.records.roles import CLASSES
from models.records.visit import AssessmentEntry
from models.services.allowed import NotAllowed
from models.services.audit_views import AuditWhere
from models.store.rows import table_of
from tests.models.pictures import small
from tests.models.services.people import HOME

CERTIFICATE = "11010519491231002X44"


def without(book: Casebook, *kinds: str) -> None:
    book._book.worker = replace(book._book.worker, classes=frozenset(CLASSES) - set(kinds))


def fact(book: Casebook, name: str) -> FactEntry:
    """A statement that the dictionary can read, with a value that is told from others."""
    definition = book.packs.policies().facts[name]
    value: Any = {"bool": True, "int": 7, "number": 731}.get(
        definition.type, definition.domain[-1] if definition.domain else 1
    )
    return FactEntry(name=name, value=value)


@pytest.fixture
def home(casebook: Casebook) -> str:
    grandmother = ResidentEntry(
        name="王秀英",
        birth_date=date(1949, 12, 31),
        sex="2",
        documents=(DocumentEntry(kind="disability_cert", number=CERTIFICATE),),
        facts=tuple(
            fact(casebook, name) for name in ("ability_level", "hiv_status", "hukou_tianjin", "employment_status")
        ),
    )
    child = ResidentEntry(
        name="王小宝",
        birth_date=date(2016, 5, 6),
        sex="1",
        note="转学来的",
        ethnic_group="01",
        phones=(PhoneEntry(number="13820001234", whose="母亲"),),
        facts=(fact(casebook, "school_stage"), fact(casebook, "orphan")),
    )
    members = (MemberEntry(resident=grandmother, relation="0"), MemberEntry(resident=child, relation="2"))
    facts = (fact(casebook, "income_per_capita_month"),)
    return casebook.households.register(HouseholdEntry(dwelling=HOME, members=members, facts=facts)).id


def people(book: Casebook, home: str) -> tuple[str, str]:
    first, second = (member.resident.id for member in book.households.get(home).members)
    return first, second


def names(book: Casebook, subject: str) -> set[str]:
    return {view.name for view in book.facts.of(subject)}


def test_facts_of_a_hidden_class_are_withheld_and_the_others_are_not(casebook: Casebook, home: str) -> None:
    who, _child = people(casebook, home)
    every = names(casebook, who)
    assert every == {"ability_level", "hiv_status", "hukou_tianjin", "employment_status"}
    assert not casebook.residents.get(who).withheld
    without(casebook, "health")
    assert names(casebook, who) == every - {"ability_level"}
    view = casebook.residents.get(who)
    assert view.withheld == {"health"}
    assert view.documents == ()
    assert {said.name for said in view.facts} == every - {"ability_level"}
    without(casebook, "hiv_psychiatric")
    assert names(casebook, who) == every - {"hiv_status"}
    assert casebook.residents.get(who).documents
    without(casebook, "finance")
    assert names(casebook, who) == every
    assert casebook.households.get(home).facts == ()
    assert casebook.households.get(home).withheld == {"finance"}


def test_what_is_withheld_is_the_same_whether_or_not_there_is_any(casebook: Casebook, home: str) -> None:
    who, _child = people(casebook, home)
    plain = casebook.residents.register(ResidentEntry(name="李静", birth_date=date(1950, 1, 1))).id
    without(casebook, "health", "hiv_psychiatric")
    assert casebook.residents.get(who).withheld == casebook.residents.get(plain).withheld


def test_nothing_is_asked_decided_or_screened_of_what_is_withheld(casebook: Casebook, home: str) -> None:
    who, _child = people(casebook, home)
    whole = casebook.eligibility.check(home)
    hidden = {
        name
        for name, one in casebook.packs.policies().facts.items()
        if one.why in ("income", "assets", "grant", "livelihood")
    }
    assert {question.fact for question in whole.questions} | _asked(whole) & hidden
    found = {row.service_id: row.outcome for row in casebook.screening.household(home) if row.resident_id == who}
    without(casebook, "finance")
    check = casebook.eligibility.check(home)
    assert not {question.fact for question in check.questions} & hidden
    assert not _asked(check) & hidden
    assert not {fact for person in check.case.people for fact in person.facts} & hidden
    assert "income_per_capita_month" not in check.case.household
    less = {row.service_id: row.outcome for row in casebook.screening.household(home) if row.resident_id == who}
    assert found
    assert less


def _asked(check: Any) -> set[str]:
    return {fact for prompt in check.prompts.first(500) for fact, _of in prompt.asks}


def test_details_of_a_child_are_withheld_beyond_name_sex_and_birth(casebook: Casebook, home: str) -> None:
    _who, child = people(casebook, home)
    without(casebook, "children")
    view = casebook.residents.get(child)
    assert (view.row.name, view.row.birth_date) == ("王小宝", date(2016, 5, 6))
    assert (view.note, view.ethnic_group, view.phones, view.facts) == ("", "", (), ())
    assert view.withheld == {"children"}
    assert names(casebook, child) == set()
    assert not [row for row in casebook.screening.export_rows() if row.resident_id == child]
    with pytest.raises(NotAllowed):
        casebook.residents.entry_of(child)
    grown = next(each for each in people(casebook, home) if each != child)
    assert casebook.residents.get(grown).withheld == frozenset()
    assert casebook.residents.entry_of(grown)


def test_a_form_of_somebody_who_did_not_see_a_fact_does_not_overwrite_it(casebook: Casebook, home: str) -> None:
    who, child = people(casebook, home)
    before = {one: casebook.facts.of(one) for one in (who, child, home)}
    whole = casebook.residents.get(child)
    without(casebook, "health", "finance", "children", "hiv_psychiatric")
    entry = casebook.residents.entry_of(who)
    assert entry.documents == ()
    casebook.residents.amend(who, entry.model_copy(update={"former_name": "王二丫"}))
    young = ResidentEntry(name="王小宝", birth_date=date(2016, 5, 6))
    refused: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: casebook.facts.record("resident", who, [fact(casebook, "hiv_status")]), "hiv_psychiatric"),
        (lambda: casebook.facts.record("household", home, [fact(casebook, "income_per_capita_month")]), "finance"),
        (lambda: casebook.facts.record("resident", child, [fact(casebook, "hukou_tianjin")]), "children"),
        (lambda: casebook.residents.amend(child, young), "children"),
        (lambda: casebook.residents.entry_of(child), "children"),
        (lambda: casebook.rights.copy(who), "children"),
    )
    for verb, kind in refused:
        with pytest.raises(NotAllowed) as refusal:
            verb()
        assert refusal.value.facts == {"kind": kind}
    noted = [row.detail for row in casebook.audit.page(AuditWhere(kind="refused")).rows][::-1]
    assert noted == [
        *["facts.record"] * 3,
        "residents.amend",
        "residents.entry_of",
        "rights.copy",
    ]  # each once, those that only read too
    casebook.facts.record("resident", who, [fact(casebook, "veteran")])
    without(casebook)
    assert casebook.residents.get(who).documents[0].kind == "disability_cert"
    assert casebook.residents.get(who).former_name == "王二丫"
    assert casebook.facts.of(child) == before[child]
    assert casebook.facts.of(home) == before[home]
    assert [one for one in casebook.facts.of(who) if one.name != "veteran"] == before[who]
    assert casebook.residents.get(child) == whole


def test_assessments_pictures_and_kept_decisions_are_withheld_with_their_class(casebook: Casebook, home: str) -> None:
    who, _child = people(casebook, home)
    on = today(casebook.clock)
    assessed = AssessmentEntry(
        resident_id=who, instrument="elder_ability", version="1", assessed_on=on, answers={}, score=40, level="x"
    )
    casebook.assessments.record(assessed)
    picture = casebook.pictures.add(PictureEntry(subject_kind="resident", subject_id=who, kind="other"), small()).id
    casebook.eligibility.keep(casebook.eligibility.check(home))
    kinds = {line.kind for line in casebook.residents.timeline(who)}
    assert kinds >= {"assessment", "determination"}
    without(casebook, "health", "photos")
    assert casebook.assessments.of_resident(who) == []
    assert casebook.pictures.of("resident", who) == []
    assert not {line.kind for line in casebook.residents.timeline(who)} & {"assessment", "determination"}
    with pytest.raises(NotFound):
        casebook.pictures.full(picture)


def test_each_look_at_something_sensitive_names_its_class_in_the_audit(casebook: Casebook, home: str) -> None:
    who, _child = people(casebook, home)
    casebook.residents.get(who)
    casebook.households.get(home)
    casebook.eligibility.check(home)
    table = table_of(Audit)
    with casebook._book.reading() as connection:
        rows = connection.execute(select(table.c.action, table.c.subject_id, table.c.classes, table.c.fields)).all()
    shown = {(row.action, row.subject_id): (set(row.classes.split()), set(row.fields)) for row in rows}
    assert shown["view", who][0] == {"health", "hiv_psychiatric"}
    assert shown["view", who][1] >= {"fact.hiv_status", "fact.ability_level"}
    assert shown["view", home][0] == {"finance"}
    assert shown["check", home][0] >= {"health", "finance"}


def test_a_confidential_note_is_read_by_its_writer_alone_also_in_a_copy(casebook: Casebook, home: str) -> None:
    who, _child = people(casebook, home)
    casebook.notes.write(NoteEntry(subject_kind="resident", subject_id=who, text="只有我知道", confidential=True))
    casebook.rights.ask(RightsRequestEntry(resident_id=who, kind="access", asked_on=today(casebook.clock)))
    assert "只有我知道" in repr(casebook.rights.copy(who))
    casebook._book.worker = replace(casebook._book.worker, name="别人")
    assert "只有我知道" not in repr(casebook.rights.copy(who))
    assert "只有我知道" not in repr(casebook.notes.of(who))
    assert "只有我知道" not in repr(casebook.residents.timeline(who))


def test_versions_of_a_confidential_note_are_read_and_chosen_by_its_writer_alone(casebook: Casebook, home: str) -> None:
    who, _child = people(casebook, home)
    told = NoteEntry(subject_kind="resident", subject_id=who, text="只有我知道", confidential=True)
    note = casebook.notes.write(told).id
    with casebook._book.verb("notes.correct") as work:
        work.reopen("case_note", note, {"text": ["只有我知道甲", "只有我知道乙"]})
    mine = casebook.conflicts.record(note)
    assert mine is not None
    assert "只有我知道甲" in repr(mine)
    casebook._book.worker = replace(casebook._book.worker, name="别人")
    covered = casebook.conflicts.record(note)
    assert covered is not None
    assert "只有我知道" not in repr(covered)
    assert "只有我知道" not in repr(casebook.conflicts.page())
    choice = mine.fields[0].versions[0].operation
    for verb in (
        lambda: casebook.conflicts.reveal(note, "text"),
        lambda: casebook.conflicts.settle(note, "text", choice),
        lambda: casebook.conflicts.write(note, "text", "x"),
    ):
        with pytest.raises(NotFound):
            verb()
    casebook._book.worker = replace(casebook._book.worker, name="周敏")
    casebook.conflicts.settle(note, "text", choice)
    assert [one.text for one in casebook.notes.of(who)] == [mine.fields[0].versions[0].value]
