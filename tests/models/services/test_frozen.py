"""A record that is only kept is used for nothing: every list, check and letter leaves it out or says why."""

from datetime import date, timedelta

import pytest

from models.casebook import Casebook
from models.clock import FixedClock
from models.imaging import Encoded
from models.records.casework import CasePlanEntry, TaskEntry
from models.records.fact import FactEntry
from models.records.picture import PictureEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.records.rights import ConsentEntry
from models.records.rounds import RoundEntry
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services.barred import ConsentWithdrawn, RecordFrozen
from models.services.screening_views import ScreenFilter
from models.services.views import Changed
from models.services.worklist_views import WorkFilter
from models.texts import speaking
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)
HEAD = "李建国"


@pytest.fixture
def five(casebook: Casebook) -> Changed:
    """A family about whose head there is a need, a planned visit, a plan with a task, and a document."""
    made = casebook.households.register(five_people())
    head = made.ids[0]
    need = NeedEntry(group="health", resident_id=head, note="降压药断了")
    visit = VisitEntry(household_id=made.id, outcome="met", met=(head,), happened_on=TODAY, needs=(need,))
    casebook.visits.record(visit)
    plan = PlanEntry(household_id=made.id, resident_id=head, due_on=TODAY, reason="送药")
    casebook.planning.plan([plan])
    task = TaskEntry(text="陪同复诊", due_on=TODAY)
    casebook.plans.open(
        CasePlanEntry(household_id=made.id, resident_id=head, title="看病", opened_on=TODAY, tasks=(task,))
    )
    return made


def names_on(casebook: Casebook) -> dict[str, bool]:
    """Place -> whether the head is named there."""
    head = casebook.residents.find("王秀英")  # somebody of the household who stays
    home = casebook.households.of_resident(head[0])[0]
    frozen = {plan.resident_id for plan in casebook.plans.of(household_id=home.id)}
    casebook.screening.bring_up_to_date()
    everything = ScreenFilter(outcomes=frozenset(("eligible", "ask", "office", "not_eligible")))
    screened = {row.name for row in casebook.screening.export_rows(everything)}
    case = casebook.eligibility.check(home.id).case
    listed = [row.name for row in casebook.residents.rows(casebook.residents.ids())]
    planned = casebook.planning.open(TODAY)
    overview = casebook.today()
    rounds = casebook.rounds.plan(RoundEntry(name="走一遍", scope="list", household_ids=(home.id,), starts_on=TODAY))
    doors = casebook.rounds.get(rounds.id).stops
    work = casebook.worklist.page(WorkFilter()).items
    casebook.undo(rounds.operations)
    return {
        "search": bool(casebook.residents.find(HEAD)),
        "list": HEAD in listed,
        "household": HEAD in [member.resident.name for member in home.members],
        "screening": HEAD in screened,
        "check": len(case.people) == 5,
        "calendar and plans": bool(planned),
        "today": bool(overview.open_needs),
        "figures": overview.residents == 5,
        "door": HEAD in [person.name for stop in doors for person in stop.people],
        "due at the door": HEAD in [line.resident_name for stop in doors for line in stop.due],
        "worklist": any(HEAD in item.names for item in work),
        "reasons": any(one.resident_id in frozen for item in work for one in item.reasons),
        "tasks": any(one.kind == "task" for item in work for one in item.reasons),
        "likeness": bool(casebook.residents.likely_duplicates(five_people().members[0].resident)),  # type: ignore[arg-type]
    }


def test_a_frozen_record_is_named_nowhere(casebook: Casebook, five: Changed):
    before = names_on(casebook)
    assert all(before.values()), before
    casebook.rights.freeze(five.ids[0])
    after = names_on(casebook)
    assert not any(after.values()), after
    casebook.rights.release(five.ids[0])
    assert names_on(casebook) == before


def test_a_check_says_who_is_left_out_and_since_when(casebook: Casebook, five: Changed, clock: FixedClock):
    assert casebook.eligibility.check(five.id).left_out == ()
    casebook.rights.freeze(five.ids[0])
    clock.move(days=3)
    casebook.rights.freeze(five.ids[0], "retained")
    (head,) = casebook.eligibility.check(five.id).left_out
    assert (head.resident_id, head.name, head.since) == (five.ids[0], HEAD, TODAY), "whatever reason came later"
    casebook.rights.release(five.ids[0])
    assert casebook.eligibility.check(five.id).left_out == ()
    casebook.rights.freeze(five.ids[0])
    (head,) = casebook.eligibility.check(five.id).left_out
    assert head.since == TODAY + timedelta(days=3)


def test_no_letter_is_written_for_a_frozen_record(casebook: Casebook, five: Changed):
    service = next(iter(casebook.eligibility.services()))
    entry = ReferralEntry(resident_id=five.ids[0], matters=(MatterEntry(service_id=service),), receiver="街道")
    casebook.rights.freeze(five.ids[0])
    for verb in (casebook.referrals.draft, casebook.referrals.issue):
        with pytest.raises(RecordFrozen) as trouble:
            verb(entry)
    with speaking("zh_CN"):
        assert HEAD in trouble.value.sentence()
    assert casebook.referrals.of_resident(five.ids[0]) == []


def test_nothing_more_is_learnt_about_a_frozen_record(casebook: Casebook, five: Changed):
    casebook.rights.freeze(five.ids[0])
    with pytest.raises(RecordFrozen):
        casebook.facts.record("resident", five.ids[0], [FactEntry(name="dibao", value=True)])


def test_who_refused_pictures_is_not_photographed_but_may_sign(casebook: Casebook, five: Changed):
    who = five.ids[1]
    refused = ConsentEntry(resident_id=who, action="refused", classes=("pictures",), how="paper", given_on=TODAY)
    casebook.consents.record(refused)
    encoded = Encoded(full=b"\xff\xd8full", thumb=b"\xff\xd8thumb", width=8, height=8, sha256="0")
    entry = PictureEntry(subject_kind="resident", subject_id=who, kind="person")
    with pytest.raises(ConsentWithdrawn):
        casebook.pictures.add(entry, encoded)
    assert casebook.pictures.of("resident", who) == []
    casebook.pictures.add(entry.model_copy(update={"kind": "signature"}), encoded)
    assert len(casebook.pictures.of("resident", who)) == 1


def test_the_task_of_consent_follows_what_was_said(casebook: Casebook, five: Changed):
    who = five.ids[0]

    def task() -> str:
        return casebook.residents.get(who).tasks["consent"]

    assert task() == "not_started"
    casebook.consents.record(
        ConsentEntry(resident_id=who, action="refused", classes=("health",), how="paper", given_on=TODAY)
    )
    assert task() == "in_progress"
    casebook.consents.record(
        ConsentEntry(resident_id=who, action="given", classes=("plain",), how="paper", given_on=TODAY)
    )
    assert task() == "done"
