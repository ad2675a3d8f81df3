"""Visits, facts, eligibility, referrals and letters through the verbs, and that they are there the next morning."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from models.casebook import Casebook
from models.eligibility import Determination
from models.errors import NotFound
from models.records.fact import FactEntry
from models.records.referral import MatterEntry, ReferralEntry, StepEntry
from models.records.visit import AssessmentEntry, LearntFact, NeedEntry, VisitEntry
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def visit(five, **more: object) -> VisitEntry:
    return VisitEntry(
        **{"household_id": five.id, "outcome": "met", "happened_on": TODAY, "met": (five.ids[0],), **more}
    )


def result(check, service: str, resident: str, component: str = ""):
    found = [r for r in check.results if (r.service_id, r.component, r.resident_id) == (service, component, resident)]
    return found[0]


def referral(five, **more: object) -> ReferralEntry:
    return ReferralEntry(
        resident_id=five.ids[0],
        matters=(MatterEntry(service_id="S50"),),
        receiver="劝业场街道公共服务大厅",
        note="行动不便，请电话联系。",
        **more,
    )


def test_a_visit_keeps_needs_facts_and_the_promise_of_the_next_one(casebook: Casebook, five):
    learnt = LearntFact(resident_id=five.ids[1], fact=FactEntry(name="care_grade", value="中"))
    needs = (NeedEntry(group="elderly", urgency="now", resident_id=five.ids[0], note="助餐"),)
    made = casebook.visits.record(visit(five, needs=needs, facts=(learnt,), next_visit=date(2026, 12, 1)))
    seen = casebook.visits.of_household(five.id)[0]
    assert (seen.id, seen.met, seen.needs[0].note) == (made.id, ("李建国",), "助餐")
    care = next(f for f in casebook.facts.of(five.ids[1]) if f.name == "care_grade")
    assert (care.value, care.as_of, care.worker) == ("中", TODAY, "周敏")
    assert casebook.visits.due(date(2026, 11, 30)) == []
    due = casebook.visits.due(date(2026, 12, 1))
    assert [(d.household_id, d.due) for d in due] == [(five.id, date(2026, 12, 1))]
    casebook.visits.record(visit(five, happened_on=date(2026, 12, 1)))
    assert casebook.visits.due(date(2027, 1, 1)) == [], "a later visit keeps the promise"
    assert casebook.residents.get(five.ids[0]).tasks["visit"] == "done"
    assert casebook.residents.row(five.ids[0]).last_visit == date(2026, 12, 1)


def test_a_need_is_closed_when_it_is_met(casebook: Casebook, five):
    casebook.visits.record(visit(five, needs=(NeedEntry(group="health"), NeedEntry(group="work", urgency="now"))))
    assert [need.group for need in casebook.visits.open_needs()] == ["work", "health"]
    casebook.visits.set_need(casebook.visits.open_needs()[0].id, "met")
    assert [need.group for need in casebook.visits.open_needs()] == ["health"]


def test_an_assessment_yields_the_fact_that_eligibility_reads(casebook: Casebook, five):
    level = FactEntry(name="ability_level", value="重度失能", source="assessment")
    entry = AssessmentEntry(
        resident_id=five.ids[0],
        instrument="elder_ability",
        version="1",
        assessed_on=TODAY,
        answers={"eat": 1},
        score=40,
        level="重度失能",
        facts=(level,),
    )
    casebook.assessments.record(entry)
    assert casebook.assessments.of_resident(five.ids[0])[0].answers == {"eat": 1}
    check = casebook.eligibility.check(five.id)
    assert check.case.person(five.ids[0]).facts["ability_level"] == "重度失能"


def test_every_member_is_checked_and_an_answer_changes_the_result(casebook: Casebook, five):
    before = casebook.eligibility.check(five.id)
    assert {person.id for person in before.case.people} == set(five.ids)
    assert result(before, "S50", five.ids[0]).determination.outcome == "eligible"
    assert result(before, "S50", five.ids[2]).determination.outcome == "not_eligible"
    meals = result(before, "S52", five.ids[1])
    assert meals.determination.outcome == "unknown"
    asked = {missing.fact for missing in meals.determination.missing}
    assert "care_grade" in asked
    casebook.eligibility.answer(five.id, five.ids[1], "care_grade", "无")
    after = casebook.eligibility.check(five.id)
    assert result(after, "S52", five.ids[1]).determination.outcome == "not_eligible"


def test_a_refused_answer_is_not_asked_again(casebook: Casebook, five):
    question = casebook.eligibility.check(five.id).questions[0]
    casebook.eligibility.answer(five.id, question.of, question.fact, state="refused")
    again = casebook.eligibility.check(five.id).questions
    assert (question.fact, question.of) not in [(q.fact, q.of) for q in again]


def test_a_result_is_named_as_its_determination_and_its_service_and_cannot_be_changed(casebook: Casebook, five):
    check, services = casebook.eligibility.check(five.id), casebook.eligibility.services()
    assert {(r.service_id, r.component or None, r.resident_id or None) for r in check.results} == {
        (r.determination.service_id, r.determination.component, r.determination.person_id) for r in check.results
    }
    for r in check.results:
        service = services[r.service_id]
        assert (r.name, r.name_en, r.group) == (service.name, service.name_en, service.group)
    parts = [r for r in check.results if r.component]
    assert {r.component_en for r in parts} == {services[r.service_id].component(r.component).name_en for r in parts}
    assert len({r.component_en for r in parts}) > 5
    assert {r.component_en for r in check.results if not r.component} == {""}
    again = casebook.eligibility.check(five.id)
    assert again.results == check.results, "made anew from the same facts: nothing to draw"
    casebook.eligibility.receives(five.ids[0], "S50", True)
    before = {(r.service_id, r.component, r.resident_id): r for r in check.results}
    differing = [
        r for r in casebook.eligibility.check(five.id).results if before[r.service_id, r.component, r.resident_id] != r
    ]
    assert ("S50", five.ids[0]) in {(r.service_id, r.resident_id) for r in differing}
    with pytest.raises(FrozenInstanceError):
        check.results[0].follows = ()


def test_a_household_fact_is_kept_with_the_household_whoever_was_asked(casebook: Casebook, five):
    casebook.eligibility.answer(five.id, five.ids[2], "low_income", False)
    assert any(fact.name == "low_income" for fact in casebook.facts.of(five.id))


def test_kept_determinations_replay_the_same_from_their_stored_facts(casebook: Casebook, five):
    from sqlalchemy import select

    from models.eligibility import Case, Person, decide, load_policies
    from models.store.rows import KEPT

    check = casebook.eligibility.check(five.id)
    casebook.eligibility.keep(check)
    table = KEPT["determination"]
    with casebook._book.reading() as connection:
        rows = connection.execute(select(table)).all()
    assert len(rows) == len(check.results)
    for row in rows[::7]:
        facts = row.facts
        case = Case(
            on=date.fromisoformat(facts["on"]),
            household=facts["household"],
            people=tuple(Person(p["id"], p["facts"], p["role"], frozenset(p["receives"])) for p in facts["people"]),
            states={(owner, name): state for owner, name, state in facts["states"]},
        )
        import json

        stored = Determination.from_json(json.dumps(row.body, ensure_ascii=False))
        subject = row.resident_id or case.people[0].id
        fresh = decide(load_policies(), case, subject, row.service_id, row.component or None)
        assert (fresh.outcome, fresh.missing, fresh.amount) == (stored.outcome, stored.missing, stored.amount)
        assert stored.pack_hash == row.pack_hash


@pytest.mark.parametrize(
    ("name", "value"), [("disability_grade", 2542), ("hukou_tianjin", "maybe"), ("hukou_tianjin_since", "春天")]
)
def test_a_value_that_the_vocabulary_does_not_know_is_asked_again_and_stops_nothing(
    casebook: Casebook, five, name: str, value: object
):
    before = casebook.eligibility.check(five.id)
    for resident in (five.ids[0], five.ids[2]):
        casebook.facts.record("resident", resident, [FactEntry(name=name, value=value)])
        assert casebook.residents.get(resident).row.id == resident
    after = casebook.eligibility.check(five.id)
    assert len(after.results) == len(before.results)
    assert name not in after.case.person(five.ids[2]).facts
    assert result(after, "S50", five.ids[0]).determination.outcome == "eligible"


def test_what_is_already_received_says_so(casebook: Casebook, five):
    casebook.eligibility.receives(five.ids[0], "S50", True)
    assert "received" in result(casebook.eligibility.check(five.id), "S50", five.ids[0]).determination.flags


def test_a_letter_gets_its_number_when_it_is_issued_and_keeps_its_value(casebook: Casebook, five, reopen):
    preview = casebook.referrals.draft(referral(five))
    assert preview.number == "（草稿）"
    issued = casebook.referrals.issue(referral(five))
    value = casebook.referrals.letter(issued.ids[0])
    assert value.number == "劝花社转〔2026〕1号"
    assert value.document_masked == "**************002X"
    assert value.address.endswith("3号楼2单元501")
    assert value.matters[0].name == "老年人健康管理"
    assert value.matters[0].quotes
    casebook.referrals.keep_bytes(issued.ids[0], b"%PDF")
    casebook.referrals.printed(issued.ids[0])
    again = reopen(casebook)
    assert again.referrals.letter(issued.ids[0]) == value
    view = again.referrals.get(issued.id)
    assert (view.letters[0].printed, len(view.letters[0].sha256), view.status) == (True, 64, "issued")
    second = again.referrals.issue(referral(five))
    assert again.referrals.get(second.id).number == "劝花社转〔2026〕2号"
    again.close()


def test_a_correction_is_a_new_version_and_the_printed_one_stays(casebook: Casebook, five):
    issued = casebook.referrals.issue(referral(five))
    other = referral(five).model_copy(update={"receiver": "区民政局"})
    casebook.referrals.correct(issued.id, other, "收件单位写错")
    letters = casebook.referrals.get(issued.id).letters
    assert [letter.version for letter in letters] == [2, 1]
    assert casebook.referrals.letter(letters[0].id).correction_reason == "收件单位写错"
    assert casebook.referrals.letter(letters[1].id).receiver == "劝业场街道公共服务大厅"


def test_an_english_letter_speaks_english_whatever_the_screen_shows(casebook: Casebook, five):
    from models import texts

    texts.set_language("zh_CN")
    value = casebook.referrals.draft(referral(five, language="en"))
    assert value.sex == "Male"
    assert value.document_kind == "Resident identity card"
    assert texts.language() == "zh_CN"


def test_what_became_of_a_referral_is_found_by_where_it_stands(casebook: Casebook, five):
    issued = casebook.referrals.issue(referral(five))
    casebook.referrals.note(issued.id, StepEntry(step="accepted", happened_on=TODAY, reason="已收件"))
    assert casebook.referrals.all("accepted")[0].outcome_note == "已收件"
    assert casebook.referrals.all("done") == []


def test_drafts_are_kept_until_they_are_thrown_away(casebook: Casebook, reopen):
    draft = casebook.drafts.save("household", "1", "", "鞍山道", {"people": [{"name": "王"}]})
    assert casebook.drafts.save("household", "1", "", "鞍山道", {"people": [{"name": "王秀"}]}, draft) == draft
    again = reopen(casebook)
    assert again.drafts.get(draft).body == {"people": [{"name": "王秀"}]}
    again.drafts.discard(draft)
    assert again.drafts.all() == []
    with pytest.raises(NotFound):
        again.drafts.get(draft)
    again.close()


def test_today_tells_what_waits(casebook: Casebook, five):
    casebook.drafts.save("visit", "1", five.id, "走访", {})
    casebook.visits.record(visit(five, next_visit=TODAY))
    today = casebook.today()
    assert (today.residents, today.households, today.visits_this_month) == (5, 1, 1)
    assert [due.household_id for due in today.due] == [five.id]
    assert len(today.drafts) == 1
    assert {(name, what) for _id, name, what, _day in today.expiring} == {
        ("李伟", "residence_permit"),
        ("单芳", "residence_permit"),
    }
    assert today.waiting_changes > 30


def test_the_timeline_tells_everything_in_sentences(casebook: Casebook, five):
    from models import texts

    casebook.visits.record(visit(five, needs=(NeedEntry(group="elderly"),)))
    casebook.referrals.issue(referral(five))
    lines = [line.text for line in casebook.residents.timeline(five.ids[0])]
    assert "Visit: Met; needs: Old age" in lines
    assert any("to 劝业场街道公共服务大厅 issued, for" in line for line in lines)
    assert lines[-1].endswith("moved into 鞍山道12号 3号楼2单元501; registered on 22 Nov 2026")
    texts.set_language("zh_CN")
    assert "走访：见到本人；需求：老有所养" in [line.text for line in casebook.residents.timeline(five.ids[0])]
