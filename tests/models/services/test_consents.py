"""Consent: what was agreed to, what a withdrawal stops, and that it cannot be got round."""

from datetime import date

import pytest
from pydantic import ValidationError

from models.casebook import Casebook
from models.imaging import Encoded
from models.records.fact import FactEntry
from models.records.picture import PictureEntry
from models.records.resident import DocumentEntry
from models.records.rights import ConsentEntry
from models.records.visit import LearntFact, VisitEntry
from models.services.barred import ConsentWithdrawn
from models.services.consents import GuardianNeeded
from models.services.views import Changed
from models.texts import speaking
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)


@pytest.fixture
def five(casebook: Casebook) -> Changed:
    return casebook.households.register(five_people())


def said(resident: str, action: str = "given", *classes: str, **more: object) -> ConsentEntry:
    told = {"resident_id": resident, "action": action, "classes": classes, "how": "paper", "given_on": TODAY}
    return ConsentEntry(**{**told, **more})


def state_of(casebook: Casebook, resident: str) -> dict[str, str]:
    return dict(casebook.consents.state(resident).classes)


def test_nobody_was_asked_before_anything_was_said(casebook: Casebook, five: Changed):
    state = casebook.consents.state(five.ids[0])
    assert set(state.classes.values()) == {"not_asked"}
    assert (state.basis, state.newer_text, state.history) == ("", False, ())


def test_sensitive_data_are_agreed_to_one_by_one(casebook: Casebook, five: Changed):
    who = five.ids[0]
    casebook.consents.record(said(who, "given", "plain", "health"))
    casebook.consents.record(said(who, "refused", "finance"))
    assert state_of(casebook, who) == {
        "plain": "given", "health": "given", "finance": "refused", "disability": "not_asked", "pictures": "not_asked",
    }  # fmt: skip
    (refused, given) = casebook.consents.state(who).history
    assert (refused.action, given.classes) == ("refused", ("plain", "health"))


def test_the_text_that_was_shown_is_kept_by_its_hash(casebook: Casebook, five: Changed):
    lines = casebook.consents.text("zh_CN")
    assert casebook.office.name in lines[1]
    assert lines != casebook.consents.text("en")
    casebook.consents.record(said(five.ids[0], "given", "plain"))
    assert casebook.consents.state(five.ids[0]).text_version == "1"


def test_a_withdrawal_stops_the_use_of_what_is_known(casebook: Casebook, five: Changed, health_fact: str):
    who = five.ids[0]
    casebook.facts.record("resident", who, [FactEntry(name=health_fact, value=True)])
    casebook.consents.record(said(who, "given", "plain", "health"))
    assert any("1" in line for line in casebook.consents.what_stops(who, ["health"]))
    casebook.consents.record(said(who, "withdrawn", "health"))
    (state,) = [fact.state for fact in casebook.facts.of(who) if fact.name == health_fact]
    assert state == "refused"
    person = next(p for p in casebook.eligibility.check(five.id).case.people if p.id == who)
    assert health_fact not in person.facts


@pytest.fixture
def health_fact(casebook: Casebook) -> str:
    """A yes-no fact of the dictionary that belongs to the class of health data."""
    facts = casebook.packs.policies().facts
    return next(name for name, f in sorted(facts.items()) if f.why == "health" and f.type == "bool" and not f.sensitive)


def test_what_was_withdrawn_cannot_come_back_by_another_way(casebook: Casebook, five: Changed, health_fact: str):
    who = five.ids[0]
    casebook.consents.record(said(who, "withdrawn", "health"))
    fact = FactEntry(name=health_fact, value=True)
    visit = VisitEntry(
        household_id=five.id,
        outcome="met",
        met=(who,),
        happened_on=TODAY,
        facts=(LearntFact(resident_id=who, fact=fact),),
    )
    for way in (
        lambda: casebook.facts.record("resident", who, [fact]),
        lambda: casebook.visits.record(visit),
    ):
        with pytest.raises(ConsentWithdrawn) as trouble:
            way()
        with speaking("zh_CN"):
            assert "李建国" in trouble.value.sentence()
    assert casebook.visits.of_household(five.id) == []
    casebook.consents.record(said(who, "given", "health"))
    casebook.visits.record(visit)
    assert len(casebook.visits.of_household(five.id)) == 1


def test_without_the_basic_data_the_record_is_frozen_and_found_nowhere(casebook: Casebook, five: Changed):
    who = five.ids[0]
    casebook.consents.record(said(who, "given", "plain"))
    casebook.consents.record(said(who, "withdrawn", "plain"))
    assert casebook.residents.find("李建国") == []
    assert [(row[0], row[2]) for row in casebook.consents.frozen()] == [(who, "withdrawn")]
    casebook.consents.record(said(who, "given", "plain"))
    assert casebook.residents.find("李建国") == [who]
    assert casebook.consents.frozen() == []


def test_a_legal_duty_is_told_and_keeps_the_basic_data_in_use(casebook: Casebook, five: Changed):
    who = five.ids[0]
    casebook.consents.record(said(who, "informed", basis="statutory"))
    casebook.consents.record(said(who, "withdrawn", "plain"))
    assert casebook.residents.find("李建国") == [who]
    assert casebook.consents.state(who).basis == "statutory"


def test_for_a_child_a_guardian_speaks(casebook: Casebook, five: Changed):
    child = next(resident for resident in five.ids if (casebook.residents.row(resident).age or 99) < 14)
    with pytest.raises(GuardianNeeded):
        casebook.consents.record(said(child, "given", "plain"))
    casebook.consents.record(
        said(
            child,
            "given",
            "plain",
            given_by="guardian",
            guardian_id=five.ids[0],
            guardian_name="李建国",
            guardian_relation="祖父",
        )
    )
    assert casebook.consents.state(child).history[0].guardian == "李建国 祖父"


def test_a_statement_says_how_it_was_made():
    for wrong in ({"how": "spoken"}, {"classes": ()}, {"given_by": "guardian"}, {"basis": "statutory"}):
        with pytest.raises(ValidationError):
            said("r", "given", "plain", **wrong) if "classes" not in wrong else said("r", "given", **wrong)


def test_what_is_said_in_one_go_is_kept_whole_or_not_at_all(casebook: Casebook, five: Changed):
    who = five.ids[0]
    child = next(resident for resident in five.ids if (casebook.residents.row(resident).age or 99) < 14)
    with pytest.raises(GuardianNeeded):
        casebook.consents.record_all([said(who, "given", "plain"), said(child, "given", "plain")])
    assert casebook.consents.state(who).history == ()
    changed = casebook.consents.record_all([said(who, "given", "plain"), said(who, "refused", "finance")])
    assert len(changed.ids) == len(casebook.consents.state(who).history) == 2
    casebook.undo(changed.operations)
    assert casebook.consents.state(who).history == ()


def test_it_is_known_how_many_of_a_household_nobody_has_asked(casebook: Casebook, five: Changed):
    assert casebook.consents.not_asked(five.ids) == 5
    casebook.consents.record(said(five.ids[0], "refused", "plain"))
    casebook.rights.freeze(five.ids[1])
    assert casebook.consents.not_asked(five.ids) == 3


def test_a_withdrawal_leaves_the_proofs_of_earlier_statements(casebook: Casebook, five: Changed):
    who = five.ids[0]
    encoded = Encoded(full=b"\xff\xd8full", thumb=b"\xff\xd8thumb", width=8, height=8, sha256="0")
    for kind in ("signature", "signed_paper", "person"):
        casebook.pictures.add(PictureEntry(subject_kind="resident", subject_id=who, kind=kind), encoded)
    assert any("1" in line for line in casebook.consents.what_stops(who, ["pictures"]))
    casebook.consents.record(said(who, "withdrawn", "pictures"))
    assert {view.kind for view in casebook.pictures.of("resident", who)} == {"signature", "signed_paper"}


def test_what_is_withdrawn_is_not_asked_either_until_consent_is_given_again(
    casebook: Casebook, five: Changed, health_fact: str
):
    who = five.ids[0]
    casebook.facts.record("resident", who, [FactEntry(name=health_fact, value=True)])
    health = {name for name, one in casebook.packs.policies().facts.items() if one.why in ("health", "medical", "care")}
    casebook.consents.record(said(who, "withdrawn", "health"))
    case = casebook.eligibility.check(five.id).case
    asked = {name for name in health if (who, name) not in case.states}
    assert not {name for name in asked if casebook.packs.policies().facts[name].level == "person"}
    casebook.consents.record(said(who, "given", "health"))
    person = next(p for p in casebook.eligibility.check(five.id).case.people if p.id == who)
    assert person.facts[health_fact] is True
    assert not [state for (of, name), state in casebook.eligibility.check(five.id).case.states.items() if of == who]


def test_a_disability_certificate_goes_with_the_consent_to_disability(casebook: Casebook, five: Changed):
    who = five.ids[0]
    entry = casebook.residents.entry_of(who)
    certificate = DocumentEntry(kind="disability_cert", number="11010519491231002X43", seen=True)
    with_it = entry.model_copy(update={"documents": (*entry.documents, certificate)})
    casebook.residents.amend(who, with_it)
    assert "disability_grade" in next(p for p in casebook.eligibility.check(five.id).case.people if p.id == who).facts
    casebook.consents.record(said(who, "withdrawn", "disability"))
    told = next(p for p in casebook.eligibility.check(five.id).case.people if p.id == who).facts
    assert not {name for name in told if name.startswith("disability")}
    with pytest.raises(ConsentWithdrawn):
        casebook.residents.amend(who, with_it)
    assert [document.kind for document in casebook.residents.get(who).documents] == ["resident_card"]
