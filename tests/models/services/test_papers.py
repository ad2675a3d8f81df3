"""What the papers beside the letter say, gathered from the records, and who is noted to have printed them."""

from datetime import date

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.errors import NotFound
from models.records.audit import Audit
from models.records.casework import CasePlanEntry
from models.records.fact import FactEntry
from models.records.household import MemberEntry
from models.records.papers import form_code, read_form_code
from models.records.questionnaire import QuestionnaireAnswerEntry
from models.records.referral import MatterEntry
from models.records.visit import AssessmentEntry, LearntFact, NeedEntry, VisitEntry
from models.services.barred import RecordFrozen
from models.services.referrals import NothingToRefer
from models.store.rows import table_of
from models.texts import speaking
from tests.models.services.people import five_people, person
from tests.models.services.test_funeral import dies
from tests.models.services.test_questionnaires import about, install
from tests.models.services.test_worklist import home

TODAY = date(2026, 11, 22)


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def journal(casebook: Casebook) -> list[tuple[str, str, str, str]]:
    with casebook._book.reading() as connection:
        rows = connection.execute(
            select(table_of(Audit)).order_by(table_of(Audit).c.chain, table_of(Audit).c.seq)
        ).all()
    return [(row.action, row.subject_kind, row.subject_id, row.detail) for row in rows]


def named(_instrument: str, _version: str, level: str) -> tuple[str, str]:
    return "老年人能力评估", level


def open_service(casebook: Casebook, household: str, resident: str, outcome: str) -> str:
    """A service without parts that comes to this for somebody."""
    return next(
        r.service_id
        for r in casebook.eligibility.check(household).results
        if r.resident_id == resident and r.determination.outcome == outcome and not r.component
    )


def test_a_notice_tells_of_each_service_what_its_rule_says_of_this_person(casebook: Casebook, five):
    resident = five.ids[0]
    check = casebook.eligibility.check(five.id)
    with speaking("zh_CN"):
        wanted = [
            r for r in casebook.eligibility.check(five.id).results if r.resident_id == resident and not r.component
        ]
        unknown = next(r for r in wanted if r.determination.outcome == "unknown" and r.determination.missing)
        no = next(r for r in wanted if r.determination.outcome == "not_eligible")
        said, refused = unknown.explanation, no.explanation
    value = casebook.papers.notice(
        resident, [MatterEntry(service_id=unknown.service_id), MatterEntry(service_id=no.service_id)]
    )
    first, second = value.matters
    service = casebook.eligibility.services()[unknown.service_id]
    assert (first.name, first.verdict, first.missing) == (service.name, said.headline, said.change)
    assert first.missing, "what is still to be told stands on it"
    assert first.documents == service.documents.zh
    assert first.place == service.apply_at.zh
    assert first.place_read == (service.apply_at.status != "text")
    assert {q.words for q in first.quotes} <= {q.quote for q in said.quotes}
    assert first.quotes
    assert second.verdict == refused.headline
    assert set(second.reasons) <= set(refused.reasons)
    assert (value.resident_name, value.told_on, value.worker) == ("李建国", TODAY, "周敏")
    assert value.document_masked == "**************002X"
    assert "鞍山道12号" in value.address
    assert "13820001234" not in value.model_dump_json()
    assert ("view", "resident", resident, "paper=notice") in journal(casebook)
    assert check.results


def test_a_notice_in_english_names_the_service_in_both_languages(casebook: Casebook, five):
    service_id = open_service(casebook, five.id, five.ids[0], "unknown")
    service = casebook.eligibility.services()[service_id]
    (matter,) = casebook.papers.notice(five.ids[0], [MatterEntry(service_id=service_id)], "en", "Come early.").matters
    assert matter.name == f"{service.name_en} ({service.name})"
    assert matter.documents == service.documents.en
    assert matter.place == service.apply_at.en


def test_a_notice_to_nobody_or_of_the_dead_about_something_else_is_refused(casebook: Casebook, five):
    service_id = open_service(casebook, five.id, five.ids[0], "unknown")
    with pytest.raises(NotFound):
        casebook.papers.notice("nobody", [MatterEntry(service_id=service_id)])
    with pytest.raises(KeyError):
        casebook.papers.notice(five.ids[0], [MatterEntry(service_id="no-such-service")])
    dead = dies(casebook, five)
    with pytest.raises(NothingToRefer):
        casebook.papers.notice(dead, [MatterEntry(service_id=service_id)])
    funeral = next(s.id for s in casebook.eligibility.services().values() if s.components[0].subject == "deceased")
    value = casebook.papers.notice(dead, [MatterEntry(service_id=funeral)])
    assert (value.deceased, value.resident_name) == (True, "李建国")


def test_a_record_that_is_only_kept_is_not_printed(casebook: Casebook, five):
    service_id = open_service(casebook, five.id, five.ids[0], "unknown")
    casebook.rights.freeze(five.ids[0])
    with pytest.raises(RecordFrozen):
        casebook.papers.notice(five.ids[0], [MatterEntry(service_id=service_id)])
    assert casebook.papers.addressed(five.ids[:2]).left_out == 1
    assert "李建国" not in casebook.papers.household(five.id).model_dump_json()


def test_a_visit_record_holds_everything_that_came_of_the_visit(casebook: Casebook, five):
    made = casebook.visits.record(
        VisitEntry(
            household_id=five.id,
            outcome="met",
            happened_on=TODAY,
            met=(five.ids[0], five.ids[4]),
            met_other="保姆小张",
            purpose="例行走访",
            notes="电梯坏了",
            needs=(NeedEntry(group="elderly", urgency="soon", resident_id=five.ids[0], note="想要助餐"),),
            facts=(
                LearntFact(
                    resident_id=five.ids[0],
                    fact=FactEntry(name="hukou_tianjin", value=True, source="document", document_seen="户口簿"),
                ),
                LearntFact(resident_id=five.ids[0], fact=FactEntry(name="mental_stable", value=True)),
            ),
            next_visit=date(2026, 12, 1),
            next_reason="送助餐申请",
        )
    )
    casebook.assessments.record(
        AssessmentEntry(
            resident_id=five.ids[0], instrument="elder_ability", version="1", assessed_on=TODAY, answers={}, score=71,
            level="轻度失能", visit_id=made.id,
        )
    )  # fmt: skip
    asked = install(casebook)
    casebook.questionnaires.answer(about(asked, resident_id=five.ids[0], visit_id=made.id, score="3"))
    value = casebook.papers.visit(made.id, named)
    assert (value.householder, value.outcome, value.visited_on) == ("李建国", "见到本人", TODAY)
    assert [(one.name, one.relation) for one in value.met] == [
        ("李建国", "户主"), ("李𬱖", "孙子女、外孙子女"), ("保姆小张", ""),
    ]  # fmt: skip
    assert [(n.who, n.group, n.urgency, n.words) for n in value.needs] == [("李建国", "老有所养", "近期", "想要助餐")]
    assert [(one.who, one.name, one.result) for one in value.filled] == [
        ("李建国", "老年人能力评估", "71分，轻度失能"), ("李建国", "居家安全", "3分"),
    ]  # fmt: skip
    (learnt,) = value.learnt  # what is sensitive is not printed
    assert (learnt.who, learnt.what, learnt.answer, learnt.source) == ("李建国", "有本市户籍", "是", "看过户口簿")
    assert (value.notes, value.next_visit, value.next_reason) == ("电梯坏了", date(2026, 12, 1), "送助餐申请")
    assert ("view", "household", five.id, "paper=visit_record") in journal(casebook)
    assert casebook.papers.visit(made.id, named, "en").outcome == "Met"
    with pytest.raises(NotFound):
        casebook.papers.visit("no visit", named)


def test_a_household_sheet_holds_both_households_and_what_is_open(casebook: Casebook):
    guest = MemberEntry(resident=person("孙外来", date(1990, 1, 1)), relation="8", also_registered_here=False)
    entry = five_people()
    entry = entry.model_copy(update={"members": (*entry.members, guest), "book_number": "1234567890"})
    five = casebook.households.register(entry)
    casebook.visits.record(
        VisitEntry(
            household_id=five.id, outcome="met", happened_on=TODAY, met=(five.ids[0],), purpose="例行走访",
            needs=(
                NeedEntry(group="elderly", urgency="later", note="想要助餐"), NeedEntry(group="health", urgency="now"),
            ),
        )
    )  # fmt: skip
    casebook.facts.record("resident", five.ids[1], [FactEntry(name="mental_stable", value=False)])
    service = next(s for s in casebook.eligibility.services().values() if not s.sensitive and s.subject != "deceased")
    hidden = next(s for s in casebook.eligibility.services().values() if s.sensitive)
    casebook.eligibility.receives(five.ids[1], service.id, True)
    casebook.eligibility.receives(five.ids[1], hidden.id, True)
    casebook.plans.open(CasePlanEntry(household_id=five.id, title="居家养老", responsible="周敏", opened_on=TODAY))
    value = casebook.papers.household(five.id)
    living, registered = value.homes
    assert (living.kind, registered.kind) == ("同住户", "户籍户")
    assert [one.name for one in living.people] == ["李建国", "王秀英", "李伟", "李𬱖", "单芳", "孙外来"]
    assert [one.name for one in registered.people] == ["李建国", "王秀英", "李伟", "李𬱖", "单芳"]
    assert [one.remark for one in living.people] == ["", "", "", "", "", "不在本处户口簿上"]
    assert living.people[0].phone == "138****1234"
    assert living.people[0].document == "**************002X"
    assert registered.book_number == "******7890"
    assert [line.what for line in value.needs] == ["病有所医", "老有所养：想要助餐"]
    assert [line.what for line in value.benefits] == [service.name]
    assert [(line.what, line.state) for line in value.plans] == [("居家养老", "周敏")]
    assert [(line.on, line.what, line.state) for line in value.visits] == [(TODAY, "例行走访", "见到本人")]
    assert any(line.what == "有本市户籍" and line.who == "李建国" for group in value.facts for line in group.lines)
    assert not any(line.who == "王秀英" and "病情" in line.what for group in value.facts for line in group.lines)
    assert ("view", "household", five.id, "paper=household_sheet") in journal(casebook)
    assert casebook.papers.household(five.id, "en").homes[0].kind == "Living household"


def test_every_group_of_facts_has_a_heading(casebook: Casebook):
    from models.records import codes

    known = dict(codes.choices("fact_group"))
    assert {fact.why for fact in casebook._book.policies.facts.values()} <= set(known)


def test_an_assessment_is_reported_beside_the_one_before_it(casebook: Casebook, five):
    made = []
    for day, score in ((date(2026, 1, 5), 80), (date(2026, 6, 5), 71), (TODAY, 60)):
        entry = AssessmentEntry(
            resident_id=five.ids[0], instrument="elder_ability", version="1", assessed_on=day, answers={},
            score=score, level="轻度失能",
        )  # fmt: skip
        made.append(casebook.assessments.record(entry).id)
    found = casebook.papers.assessed(made[1])
    assert (found.made.score, found.before.score) == (71, 80)
    assert (found.report.name, found.report.age, found.report.sex) == ("李建国", 76, "男")
    assert (found.report.assessor, found.report.assessed_on) == ("周敏", date(2026, 6, 5))
    assert casebook.papers.assessed(made[0]).before is None
    with pytest.raises(NotFound):
        casebook.papers.assessed("none")


def test_a_questionnaire_is_reported_beside_the_same_one_about_the_same_person(casebook: Casebook, five):
    asked = install(casebook)
    first = casebook.questionnaires.answer(about(asked, resident_id=five.ids[0], answered_on=date(2026, 1, 1)))
    casebook.questionnaires.answer(about(asked, resident_id=five.ids[1], answered_on=date(2026, 2, 1)))
    last = casebook.questionnaires.answer(about(asked, resident_id=five.ids[0]))
    found = casebook.papers.answered(last.id)
    assert found.before is not None
    assert (found.made.id, found.before.id, found.asked.form_id) == (last.id, first.id, "safety")
    of_home = install(casebook, form="home", subject="household")
    kept = casebook.questionnaires.answer(
        QuestionnaireAnswerEntry(questionnaire_id=of_home.id, household_id=five.id, answered_on=TODAY, answers={})
    )
    report = casebook.papers.answered(kept.id).report
    assert report.household
    assert "鞍山道12号" in report.name


def test_envelopes_go_to_everybody_or_once_to_each_door(casebook: Casebook, five):
    other = home(casebook, person("孙老", date(1940, 1, 1)), door="101")
    alone = casebook.residents.register(person("无家可归"))
    residents = [*five.ids, *(m.resident.id for m in casebook.households.get(other).members), alone.id]
    every = casebook.papers.addressed(residents, postal_code="300020")
    assert [one.name for one in every.people] == ["李建国", "王秀英", "李伟", "单芳", "李𬱖", "孙老"]
    assert every.left_out == 1
    assert {one.postal_code for one in every.people} == {"300020"}
    assert every.people[0].address.startswith("天津市")
    once = casebook.papers.addressed(residents, one_per_household=True)
    assert [one.name for one in once.people] == ["李建国", "孙老"]
    assert once.subjects == (five.ids[0], residents[5])
    assert casebook.papers.heads([other, five.id, "nowhere", five.id]) == [residents[5], five.ids[0]]


def test_printing_and_saving_are_noted_for_each_person(casebook: Casebook, five):
    casebook.papers.printed("labels", "resident", five.ids, copies=2)
    casebook.papers.saved("notice", "resident", [five.ids[0], "", five.ids[0]])
    casebook.papers.printed("blank_form", "form", [])
    noted = journal(casebook)
    assert sum(line[0] == "print" and line[3] == "paper=labels copies=2" for line in noted) == 5
    assert [line for line in noted if line[0] == "export"] == [("export", "resident", five.ids[0], "paper=notice")]


def test_a_whole_number_that_somebody_typed_into_a_note_is_masked(casebook: Casebook, five):
    made = casebook.visits.record(
        VisitEntry(
            household_id=five.id, outcome="met", happened_on=TODAY, met=(five.ids[0],),
            notes="证件11010519491231002X，旧证110105491231002，电话13820001234，合同202611220001",
            needs=(NeedEntry(group="elderly", note="11010519491231002x"),),
        )
    )  # fmt: skip
    value = casebook.papers.visit(made.id, named)
    assert value.notes == "证件**************002X，旧证***********1002，电话13820001234，合同202611220001"
    assert value.needs[0].words == "**************002x"
    sheet = casebook.papers.household(five.id)
    assert sheet.visits[0].what.startswith("证件**************002X，旧证")
    assert "11010519491231002" not in casebook.papers.household(five.id).model_dump_json()


def test_the_code_of_a_form_is_read_as_it_was_printed():
    assert read_form_code(form_code("visit", "1")) == ("visit", "1")
    assert read_form_code(" jmf：home_safety：2026:03 ") == ("home_safety", "2026:03")
    assert read_form_code("JMF:visit") == ("visit", "")
    for wrong in ("", "visit", "JMF:", "ABC:visit:1"):
        assert read_form_code(wrong) is None
