"""A whole case goes to another office: asked for, answered, handed over, taken; what ends with it, what goes along."""

from datetime import date

import pytest

from models import texts
from models.casebook import Casebook
from models.errors import CannotUndo, NotFound
from models.records.casework import CasePlanEntry, NoteEntry, TaskEntry
from models.records.fact import FactEntry
from models.records.household import HouseholdEntry, MemberEntry
from models.records.referral import MatterEntry, ReferralEntry
from models.records.rights import ConsentEntry
from models.records.rounds import RoundEntry
from models.records.transfer import TransferEntry
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services import transfer_rules
from models.services.barred import RecordFrozen
from models.services.referral_rules import WrongDay
from models.services.referral_views import ReferralFilter
from models.services.transfer_rules import (
    LastStepRests,
    NobodyGoes,
    OwnOffice,
    ReasonMissing,
    StepDoesNotFit,
    TransferOpen,
)
from models.services.transfers import SheetErased
from models.store.handed import handed_away
from tests.models.services.people import HOME, five_people, person
from tests.models.services.test_worklist import TODAY
from tests.models.services.worklists import items

OTHER = "120103005002"
MIN = "周敏"


@pytest.fixture
def family(casebook: Casebook) -> tuple[str, tuple[str, ...]]:
    """Five people with an open need, a plan with a task, planned visits and a worker who looks after them."""
    made = casebook.households.register(five_people())
    first = made.ids[0]
    casebook.care.assign([made.id], MIN, date(2026, 1, 1))
    needs = (NeedEntry(group="housing", urgency="now", note="厨房漏水"), NeedEntry(group="health", note="需要轮椅"))
    told = {"outcome": "met", "met": (first,), "happened_on": date(2026, 11, 2), "needs": needs}
    casebook.visits.record(VisitEntry(household_id=made.id, next_visit=date(2026, 11, 20), **told))
    casebook.planning.plan(
        [
            PlanEntry(household_id=made.id, due_on=TODAY, reason="看扶手", assignee=MIN),
            PlanEntry(household_id=made.id, resident_id=first, due_on=date(2026, 12, 3), reason="送药盒"),
        ]
    )
    task = TaskEntry(text="联系助餐", responsible=MIN, due_on=date(2026, 12, 1))
    casebook.plans.open(CasePlanEntry(household_id=made.id, title="居家养老", opened_on=TODAY, tasks=(task,)))
    casebook.notes.write(NoteEntry(subject_kind="household", subject_id=made.id, text="儿子欠债", confidential=True))
    return made.id, made.ids


def agree(casebook: Casebook, people: tuple[str, ...], *classes: str) -> None:
    for one in people:
        casebook.consents.record(
            ConsentEntry(
                resident_id=one,
                action="given",
                classes=classes,
                basis="consent",
                given_by="guardian" if one == people[-1] else "self",
                guardian_name="李伟" if one == people[-1] else "",
                how="paper",
                given_on=TODAY,
            )
        )


def asked(casebook: Casebook, household: str, *people: str, **more: object) -> str:
    entry = TransferEntry(household_id=household, resident_ids=people, to_office=OTHER, reason="moved", **more)
    return casebook.transfers.ask(entry).id


def taken(casebook: Casebook, household: str, *people: str) -> str:
    transfer = asked(casebook, household, *people)
    for step in ("accept", "hand_over", "take"):
        casebook.transfers.step(transfer, step, by="刘洋")
    return transfer


def test_a_transfer_is_asked_for_and_answered_in_ten_working_days(casebook: Casebook, family) -> None:
    household, people = family
    transfer = asked(casebook, household)
    view = casebook.transfers.get(transfer)
    assert (view.status, view.side, view.whole, view.asked_on) == ("asked", "out", True, TODAY)
    assert view.answer_by == date(2026, 12, 4)
    assert view.to_name.startswith("河西区"), "the name of an office whose code is known"
    assert len(view.names) == len(people)
    assert view.steps == ("accept", "decline", "withdraw")
    assert not view.overdue
    casebook.clock.move(days=14)  # type: ignore[attr-defined]
    assert casebook.transfers.get(transfer).overdue
    (item,) = [one for one in items(casebook.worklist) if one.household_id == household]
    (reason,) = [one for one in item.reasons if one.kind == "transfer"]
    assert "should have answered by 4 Dec 2026" in reason.text
    assert reason.overdue == 2


@pytest.mark.parametrize("status", [status for status, _after in transfer_rules.STEPS.values() for status in status])
def test_every_step_fits_where_the_table_says_and_nowhere_else(status: str) -> None:
    for step, (fits, after) in transfer_rules.STEPS.items():
        if status in fits:
            assert transfer_rules.check(step, status, incoming=False) == after
        else:
            with pytest.raises(StepDoesNotFit) as refused:
                transfer_rules.check(step, status, incoming=False)
            assert refused.value.sentence().endswith("Nothing was saved.")


def test_steps_out_of_order_are_refused_and_change_nothing(casebook: Casebook, family) -> None:
    household, _people = family
    transfer = asked(casebook, household)
    for step in ("hand_over", "take", "come_back"):
        with pytest.raises(StepDoesNotFit):
            casebook.transfers.step(transfer, step)
    with pytest.raises(ReasonMissing):
        casebook.transfers.step(transfer, "decline", by="刘洋")
    for day in (date(2026, 11, 21), date(2026, 11, 23)):
        with pytest.raises(WrongDay):
            casebook.transfers.step(transfer, "accept", on=day)
    assert casebook.transfers.get(transfer).status == "asked"
    casebook.transfers.step(transfer, "decline", by="刘洋", note="人户分离")
    with pytest.raises(StepDoesNotFit, match="StepDoesNotFit") as refused:
        casebook.transfers.step(transfer, "accept")
    assert "closed" in refused.value.sentence()


def test_there_is_one_open_transfer_of_a_household_and_never_to_the_own_office(casebook: Casebook, family) -> None:
    household, _people = family
    first = asked(casebook, household)
    with pytest.raises(TransferOpen) as refused:
        asked(casebook, household)
    assert "河西区" in refused.value.sentence()
    casebook.transfers.step(first, "withdraw", note="不搬了")
    second = asked(casebook, household)
    with pytest.raises(TransferOpen):
        casebook.transfers.take_back(first)
    assert [view.id for view in casebook.transfers.listed()] == [second, first]
    own = TransferEntry(household_id=household, to_office=casebook.office.code, reason="other")
    with pytest.raises(OwnOffice):
        casebook.transfers.ask(own)
    with pytest.raises(NotFound):
        asked(casebook, "nowhere")


def test_whose_record_is_only_kept_stays_out(casebook: Casebook, family) -> None:
    household, people = family
    casebook.rights.freeze(people[1])
    with pytest.raises(RecordFrozen):
        asked(casebook, household, people[0], people[1])
    assert casebook.transfers.begin(household).left_out == ("王秀英",)
    transfer = asked(casebook, household)
    view = casebook.transfers.get(transfer)
    assert not view.whole
    assert people[1] not in view.resident_ids
    assert "王秀英" not in view.names
    for step in ("accept", "hand_over"):
        casebook.transfers.step(transfer, step, by="刘洋")
    sheet = casebook.transfers.sheet(transfer)
    assert "王秀英" not in str(sheet)
    assert sheet.left_out == 1
    for one in people:
        casebook.rights.freeze(one)
    casebook.transfers.step(transfer, "withdraw")
    with pytest.raises(NobodyGoes):
        asked(casebook, household)


def test_without_consent_only_names_go_and_the_list_says_so(casebook: Casebook, family) -> None:
    household, people = family
    casebook.facts.record("resident", people[0], [FactEntry(name="hukou_tianjin", value=True)])
    transfer = asked(casebook, household)
    bare = casebook.transfers.sheet(transfer)
    assert [one.name for one in bare.people] == ["李建国", "王秀英", "李伟", "李𬱖", "单芳"]
    assert not any(one.phone or one.document or one.birth_date for one in bare.people)
    assert bare.facts == bare.needs == bare.plans == ()
    assert {one.who for one in bare.withheld} == {one.name for one in bare.people}
    agree(casebook, people, "plain")
    plain = casebook.transfers.sheet(transfer, "en")
    assert plain.people[0].document.endswith("002X")
    assert plain.people[0].document.startswith("*")
    assert "13820001234" not in str(plain)
    assert [one.what for one in plain.needs] == ["Housing: 厨房漏水"], "the need of health is not agreed to"
    assert [one.what for one in plain.plans] == ["居家养老", "Task: 联系助餐"]
    assert {one.what for one in plain.visits} == {"看扶手", "送药盒"}
    assert "Health and care" in plain.withheld[0].kinds
    assert "dibao" not in str(plain)
    assert not any(group.title == "Relief granted" for group in plain.facts), "income and relief were not agreed to"
    agree(casebook, people, "plain", "health", "disability", "finance", "pictures")
    whole = casebook.transfers.sheet(transfer, "en")
    assert [one.what for one in whole.needs] == ["Housing: 厨房漏水", "Health: 需要轮椅"]
    assert any(group.title == "Relief granted" for group in whole.facts)
    assert whole.withheld == ()
    assert "儿子欠债" not in str(whole), "notes of workers are never on it"


def test_what_is_handed_over_is_frozen_in_both_languages(casebook: Casebook, family) -> None:
    household, people = family
    agree(casebook, people, "plain")
    transfer = asked(casebook, household)
    assert not casebook.transfers.sheet(transfer).frozen
    casebook.transfers.step(transfer, "accept", by="刘洋")
    casebook.transfers.step(transfer, "hand_over")
    before = casebook.transfers.sheet(transfer, "zh"), casebook.transfers.sheet(transfer, "en")
    assert all(value.frozen for value in before)
    assert before[0].needs[0].state == "紧急"
    assert before[1].needs[0].state == "Urgent"
    entry = casebook.residents.entry_of(people[0]).model_copy(update={"name": "李建业"})
    casebook.residents.amend(people[0], entry)
    assert (casebook.transfers.sheet(transfer, "zh"), casebook.transfers.sheet(transfer, "en")) == before


def test_when_the_other_office_has_taken_it_everything_planned_here_ends(casebook: Casebook, family) -> None:
    household, people = family
    assert household in {one.household_id for one in items(casebook.worklist)}
    assert household in {one.household_id for one in casebook.today().due}
    listed = casebook.screening.listing()
    assert people[0] in _screened(listed)
    transfer = taken(casebook, household)
    assert {plan.status for plan in casebook.planning.of_household(household)} == {"dropped"}
    assert casebook.care.of_household(household)[0].until == TODAY
    assert household not in {one.household_id for one in items(casebook.worklist)}
    assert household not in {one.household_id for one in casebook.today().due}
    assert casebook.worklist.open_in([household]) == {}
    casebook.screening.bring_up_to_date()
    assert people[0] not in _screened(casebook.screening.listing())
    assert casebook.households.get(household).members, "the record stays readable"
    lines = [line.text for line in casebook.households.timeline(household) if line.kind == "transfer"]
    assert "has taken over the case" in lines[0]
    assert len(lines) == 4
    mine = [line.text for line in casebook.residents.timeline(people[0]) if line.kind == "transfer"]
    assert mine == lines
    casebook.transfers.take_back(transfer)
    assert {plan.status for plan in casebook.planning.of_household(household)} == {"open"}
    assert casebook.care.of_household(household)[0].until is None
    assert household in {one.household_id for one in items(casebook.worklist)}
    assert casebook.transfers.get(transfer).status == "handed_over"
    casebook.screening.bring_up_to_date()
    assert people[0] in _screened(casebook.screening.listing())


def _screened(listing: object) -> set[str]:
    """Whose results are listed."""
    import numpy as np

    found: set[str] = set()
    for block in listing.blocks:  # type: ignore[attr-defined]
        lists = block.lists
        rows = np.flatnonzero(lists.chosen & ~lists.away[block.household])
        found |= {one.decode() for one in lists.person[rows].tolist()}
    return found


def test_the_step_of_taking_is_undone_by_its_operations_too(casebook: Casebook, family) -> None:
    household, _people = family
    transfer = asked(casebook, household)
    casebook.transfers.step(transfer, "accept", by="刘洋")
    casebook.transfers.step(transfer, "hand_over")
    made = casebook.transfers.step(transfer, "take", by="刘洋")
    casebook.undo(made.operations)
    assert casebook.transfers.get(transfer).status == "handed_over"
    assert {plan.status for plan in casebook.planning.of_household(household)} == {"open"}


def test_what_rests_on_the_taking_keeps_it_from_being_taken_back(casebook: Casebook, family) -> None:
    household, _people = family
    transfer = taken(casebook, household)
    plan = casebook.planning.of_household(household)[0]
    given = casebook.care.assign([household], "王芳")
    with pytest.raises(LastStepRests):
        casebook.transfers.take_back(transfer)
    casebook.undo(given.operations)
    casebook.planning.reopen([plan.id])
    with pytest.raises(LastStepRests):
        casebook.transfers.take_back(transfer)
    assert casebook.transfers.get(transfer).status == "taken"
    with pytest.raises(ReasonMissing):
        casebook.transfers.step(transfer, "come_back")
    casebook.transfers.step(transfer, "come_back", note="又搬回来了")
    assert household in {one.household_id for one in items(casebook.worklist)}


def test_of_some_people_only_theirs_ends(casebook: Casebook, family) -> None:
    household, people = family
    transfer = taken(casebook, household, people[0])
    assert casebook.transfers.get(transfer).names == ("李建国",)
    by_reason = {plan.reason: plan.status for plan in casebook.planning.of_household(household)}
    assert by_reason == {"看扶手": "open", "送药盒": "dropped"}
    assert casebook.care.of_household(household)[0].until is None
    with casebook._book.reading() as connection:
        assert handed_away(connection, [household]) == {household: frozenset({people[0]})}
    assert household in {one.household_id for one in items(casebook.worklist)}
    others = [line for line in casebook.residents.timeline(people[1]) if line.kind == "transfer"]
    assert others == [], "who stays is not told of it"


def walk(casebook: Casebook, *households: str) -> str:
    entry = RoundEntry(name="九月", scope="list", household_ids=households, starts_on=date(2026, 9, 1))
    return casebook.rounds.plan(entry).id


def test_nobody_of_this_office_goes_on_a_round_to_a_case_that_another_office_has(casebook: Casebook, family) -> None:
    household, _people = family
    entry = HouseholdEntry(
        dwelling=HOME.model_copy(update={"door": "902"}),
        members=(MemberEntry(resident=person("赵六", date(1980, 1, 1)), relation="0"),),
    )
    other = casebook.households.register(entry).id
    rounds, planned = casebook.rounds, walk(casebook, household, other)
    before = rounds.get(planned)
    assert [stop.status for stop in before.stops] == ["waiting", "waiting"]
    transfer = taken(casebook, household)
    view = rounds.get(planned)
    (gone,) = (stop for stop in view.stops if stop.household_id == household)
    assert (gone.status, gone.open, gone.due, gone.retry_on) == ("handed", False, (), None)
    assert (view.row.total, view.row.gone) == (1, 0)
    assert view.next_after(gone.id).household_id == other
    casebook.transfers.take_back(transfer)
    assert rounds.get(planned) == before, "it is ours again"


def test_what_stays_open_of_a_round_is_planned_for_our_own_households_alone(casebook: Casebook, family) -> None:
    household, _people = family
    planned = walk(casebook, household)
    (stop,) = casebook.rounds.get(planned).stops
    casebook.rounds.record(stop.id, "nobody_home")
    taken(casebook, household)
    view = casebook.rounds.get(planned)
    assert [(one.status, one.open, len(one.tries)) for one in view.stops] == [("handed", False, 1)]
    assert (view.row.total, view.row.gone, view.row.retries) == (1, 1, 0), "what was tried stays counted"
    assert list(casebook.rounds.finish(planned).ids) == []


def test_a_letter_that_went_along_with_its_case_is_chased_by_the_other_office(
    casebook: Casebook, clock, family
) -> None:
    household, people = family
    matters = (MatterEntry(service_id="S50"),)
    letter = casebook.referrals.issue(
        ReferralEntry(resident_id=people[0], matters=matters, receiver="劝业场街道", reply_days=1)
    ).id
    clock.move(days=30)
    chase = ReferralFilter(kind="chase")
    assert [one.id for one in casebook.referrals.find(chase).views] == [letter]
    transfer = taken(casebook, household, people[0])
    page = casebook.referrals.find(chase)
    assert (page.views, page.total, page.counts["chase"], page.counts["open"]) == ((), 0, 0, 1)
    casebook.transfers.take_back(transfer)
    assert casebook.referrals.find(chase).total == 1, "until they have taken it, it is ours to ask"


def test_every_step_can_be_taken_back_to_where_it_stood(casebook: Casebook, family) -> None:
    household, _people = family
    transfer = asked(casebook, household)
    seen = []
    for step, note in (("accept", ""), ("hand_over", ""), ("take", ""), ("come_back", "搬回")):
        before = casebook.transfers.get(transfer)
        casebook.transfers.step(transfer, step, by="刘洋", note=note)
        casebook.transfers.take_back(transfer)
        assert casebook.transfers.get(transfer) == before
        casebook.transfers.step(transfer, step, by="刘洋", note=note)
        seen.append(casebook.transfers.get(transfer).status)
    assert seen == ["accepted", "handed_over", "taken", "returned"]
    other = asked(casebook, household)
    casebook.transfers.step(other, "accept", by="刘洋")
    casebook.transfers.step(other, "withdraw")
    casebook.transfers.take_back(other)
    assert casebook.transfers.get(other).status == "accepted"
    casebook.transfers.take_back(other)
    with pytest.raises(StepDoesNotFit):
        casebook.transfers.take_back(other)


def test_asking_can_be_undone(casebook: Casebook, family) -> None:
    household, _people = family
    entry = TransferEntry(household_id=household, to_name="河北省廊坊市香河县某社区", reason="moved")
    made = casebook.transfers.ask(entry)
    casebook.undo(made.operations)
    with pytest.raises(NotFound):
        casebook.transfers.get(made.id)
    assert casebook.transfers.of_household(household) == []
    with pytest.raises(CannotUndo):
        casebook.undo(made.operations)


def test_merged_records_follow_into_the_transfer(casebook: Casebook, family) -> None:
    _household, people = family
    members = tuple(
        MemberEntry(resident=one, relation=relation)
        for one, relation in ((person("李建国", date(1950, 3, 8)), "0"), (person("赵六", date(1980, 1, 1)), "2"))
    )
    elsewhere = HOME.model_copy(update={"door": "808"})
    made = casebook.households.register(HouseholdEntry(dwelling=elsewhere, members=members, since=date(2024, 1, 1)))
    twin, other = made.ids
    transfer = asked(casebook, made.id, twin)
    assert casebook.merging.merge(twin, people[0]).id == people[0]
    assert casebook.transfers.get(transfer).resident_ids == (people[0],)
    assert other not in casebook.transfers.get(transfer).resident_ids


def test_who_is_erased_is_on_no_list_any_more_and_nobody_else_comes_back(casebook: Casebook, family) -> None:
    household, people = family
    agree(casebook, people, "plain")
    transfer = taken(casebook, household)
    assert "李建国" in str(casebook.transfers.sheet(transfer))
    held = casebook.rights.copy(people[0])
    assert "case_transfer" in {table.entity for table in held.tables}
    casebook.rights.erase(people[0], "asked")
    with pytest.raises(SheetErased) as refused:
        casebook.transfers.sheet(transfer)
    assert "erased" in refused.value.sentence()
    assert "李建国" not in _all_said(casebook)
    view = casebook.transfers.get(transfer)
    assert (view.status, view.whole, view.has_sheet) == ("taken", True, False)
    assert household not in {one.household_id for one in items(casebook.worklist)}


def test_a_transfer_of_one_person_goes_with_the_record(casebook: Casebook, family) -> None:
    household, people = family
    transfer = asked(casebook, household, people[0], note="李建国本人要求")
    casebook.rights.erase(people[0], "asked")
    with pytest.raises(NotFound):
        casebook.transfers.get(transfer)
    assert "李建国" not in _all_said(casebook)


def _all_said(casebook: Casebook) -> str:
    """All that the log and the transfers say."""
    from sqlalchemy import select

    from models.records.operation import Operation
    from models.store.rows import KEPT, table_of

    with casebook._book.reading() as connection:
        rows = [list(connection.execute(select(table))) for table in (table_of(Operation), KEPT["case_transfer"])]
    return str(rows)


def test_looking_at_the_papers_is_journalled(casebook: Casebook, family) -> None:
    from models.records.audit import Audit
    from models.store.rows import table_of

    household, _people = family
    transfer = asked(casebook, household)
    casebook.transfers.request(transfer)
    casebook.transfers.sheet(transfer)
    with casebook._book.reading() as connection:
        rows = connection.execute(table_of(Audit).select()).mappings().all()
    seen = [(row["action"], row["detail"]) for row in rows if row["subject_kind"] == "case_transfer"]
    assert seen[-2:] == [("view", "request"), ("view", "sheet")]


def test_the_steps_are_told_in_chinese(casebook: Casebook, family) -> None:
    household, _people = family
    taken(casebook, household)
    texts.set_language("zh_CN")
    lines = [line.text for line in casebook.households.timeline(household) if line.kind == "transfer"]
    assert lines[-1].startswith("申请将整户移交")
    assert "已接手" in lines[0]
