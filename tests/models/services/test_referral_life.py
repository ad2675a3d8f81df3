"""The life of a referral: signed by a second person, followed step by step, taken back; what an outcome leads to."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import NotFound
from models.records.referral import MatterEntry, OutcomeEntry, ReferralEntry, StepEntry
from models.records.visit import NeedEntry, VisitEntry
from models.services import referral_rules as rules
from models.services.barred import RecordFrozen
from models.services.referral_rules import (
    NothingToTakeBack,
    OwnLetter,
    SecondPersonSigns,
    StepDoesNotFit,
    Unfinished,
    WrongDay,
)
from models.services.referral_views import ReferralFilter
from models.services.referrals import SECOND_PERSON
from models.services.views import Worker
from tests.models.services.people import five_people

TODAY = date(2026, 11, 22)
HEALTH = "S50"


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def referral(five, **more: object) -> ReferralEntry:
    return ReferralEntry(
        **{"resident_id": five.ids[0], "matters": (MatterEntry(service_id=HEALTH),), "receiver": "劝业场街道", **more}
    )


def step(name: str, day: date = TODAY, **more: object) -> StepEntry:
    """A step with everything that it needs."""
    needs = {
        "refused": {"reason": "不归本单位管"},
        "withdrawn": {"reason": "居民不办了"},
        "papers_asked": {"papers": ("户口簿",)},
        "done": {"outcomes": (OutcomeEntry(service_id=HEALTH, result="other"),)},
        "extended": {"next_on": day + timedelta(days=60)},
    }.get(name, {})
    return StepEntry(**{"step": name, "happened_on": day, **needs, **more})


def become(book: Casebook, name: str) -> None:
    """Somebody else sits down at the computer."""
    book.set_office(book.office, Worker(name=name))


def issued(book: Casebook, five, **more: object) -> str:
    return book.referrals.issue(referral(five, **more)).id


def health_of(book: Casebook, five):
    check = book.eligibility.check(five.id)
    return next(r for r in check.results if r.service_id == HEALTH and r.resident_id == five.ids[0])


# The second person.


def test_with_a_second_person_nothing_is_issued_by_the_writer_alone(casebook: Casebook, five):
    assert casebook.referrals.second_person() is False
    casebook.settings.set(SECOND_PERSON, True)
    with pytest.raises(SecondPersonSigns):
        casebook.referrals.issue(referral(five))
    waiting = casebook.referrals.hand_in(referral(five, note="请上门"))
    view = casebook.referrals.get(waiting.id)
    assert (view.status, view.number, view.code, view.letters) == ("waiting", "", "", ())
    assert view.entry == referral(five, note="请上门")
    with pytest.raises(OwnLetter):
        casebook.referrals.sign(waiting.id)
    assert casebook.today().to_sign == ()

    become(casebook, "主任")
    assert [one.id for one in casebook.today().to_sign] == [waiting.id]
    signed = casebook.referrals.sign(waiting.id)
    view = casebook.referrals.get(waiting.id)
    assert view.status == "issued"
    assert view.number.startswith("劝花社转〔2026〕")
    assert (view.writer, view.signer, view.issued_on, view.entry) == ("周敏", "主任", TODAY, None)
    value = casebook.referrals.letter(signed.ids[0])
    assert (value.worker, value.worker_phone) == ("周敏", "13800220001"), "the writer is called, not the signer"
    assert (value.number, value.code, value.note) == (view.number, view.code, "请上门")
    assert [one.step for one in view.steps] == ["written", "issued"]


def test_a_letter_sent_back_is_written_anew_and_handed_in_again(casebook: Casebook, five):
    waiting = casebook.referrals.hand_in(referral(five))
    with pytest.raises(OwnLetter):
        casebook.referrals.send_back(waiting.id, "写错了")
    become(casebook, "主任")
    with pytest.raises(Unfinished):
        casebook.referrals.send_back(waiting.id, "  ")
    casebook.referrals.send_back(waiting.id, "收件单位写错")
    assert casebook.today().sent_back == (), "only the writer is to do something"
    become(casebook, "周敏")
    (back,) = casebook.today().sent_back
    assert (back.status, back.outcome_note) == ("returned", "收件单位写错")
    reasons = [reason for item in casebook.worklist.page(quick=True).items for reason in item.reasons]
    assert [(r.kind, r.ref, r.assignee) for r in reasons if r.kind == "referral"] == [("referral", waiting.id, "周敏")]
    casebook.referrals.hand_in(referral(five, receiver="区民政局"), waiting.id)
    view = casebook.referrals.get(waiting.id)
    assert (view.status, view.receiver, view.outcome_note) == ("waiting", "区民政局", "")
    become(casebook, "主任")
    casebook.referrals.sign(waiting.id)
    assert [s.step for s in casebook.referrals.get(waiting.id).steps] == ["written", "returned", "written", "issued"]
    with pytest.raises(StepDoesNotFit):
        casebook.referrals.sign(waiting.id)
    with pytest.raises(StepDoesNotFit):
        casebook.referrals.hand_in(referral(five), waiting.id)


def test_a_letter_that_waits_has_taken_no_number(casebook: Casebook, five):
    casebook.referrals.hand_in(referral(five))
    first = casebook.referrals.get(issued(casebook, five))
    second = casebook.referrals.get(issued(casebook, five))
    serials = [int(view.number.rstrip("号").split("〕")[1].split("-")[-1]) for view in (first, second)]
    assert serials == [1, 2]


# Codes and numbers.


def test_the_letter_bears_the_code_and_the_day_of_the_answer(casebook: Casebook, five):
    view = casebook.referrals.get(issued(casebook, five))
    value = casebook.referrals.letter(view.letters[0].id)
    assert value.code == view.code != ""
    assert value.reply_by == view.reply_by == view.chase_on == date(2026, 12, 11), "15 working days after a Sunday"
    short = casebook.referrals.get(issued(casebook, five, valid_days=5))
    assert short.reply_by == date(2026, 11, 27), "the letter runs out before"
    long = casebook.referrals.get(issued(casebook, five, reply_days=30))
    assert long.reply_by == date(2027, 1, 1)


def test_a_slip_is_found_by_its_code_or_by_the_number(casebook: Casebook, five):
    first, second = (casebook.referrals.get(issued(casebook, five)) for _ in range(2))
    found = casebook.referrals.by_code
    wide = "".join(chr(ord(c) + 0xFEE0) for c in first.code.lower())
    for typed in (
        first.code,
        f" {first.code[:4]}-{first.code[4:]} ",
        wide,
        first.number,
        first.number.replace("转", " 转 "),
    ):
        assert [one.id for one in found(typed)] == [first.id], typed
    assert [one.id for one in found(second.number)] == [second.id]
    assert found("李建国") == found("") == found("999号") == []
    casebook.referrals.correct(first.id, referral(five, receiver="区民政局"), "写错了")
    again = casebook.referrals.get(first.id)
    assert casebook.referrals.letter(again.letters[0].id).code == first.code, "the slip that is out there still counts"


def test_a_letter_in_both_languages_has_english_beneath(casebook: Casebook, five):
    papers = casebook.eligibility.services()[HEALTH].documents
    value = casebook.referrals.draft(
        referral(five, language="both", matters=(MatterEntry(service_id=HEALTH, documents=(papers.zh[0], "照片")),))
    )
    (matter,) = value.matters
    service = casebook.eligibility.services()[HEALTH]
    assert (matter.name, matter.name_en) == (service.name, service.name_en)
    assert (matter.documents, matter.documents_en) == ((papers.zh[0], "照片"), (papers.en[0], "照片"))
    assert len(matter.reasons) == len(matter.reasons_en) > 0
    assert (value.sex, value.number) == ("男 Male", "（草稿）")
    plain = casebook.referrals.draft(referral(five))
    assert plain.matters[0].name_en == ""


# Steps.

NEXT = {
    "issued": "handed_over received papers_asked accepted refused done withdrawn asked extended expired",
    "handed_over": "received papers_asked accepted refused done withdrawn asked extended expired",
    "received": "papers_asked accepted refused done withdrawn asked extended",
    "papers_asked": "papers_asked accepted refused done withdrawn asked extended",
    "accepted": "papers_asked done withdrawn asked extended",
    "refused": "",
    "done": "",
    "withdrawn": "",
    "expired": "received papers_asked accepted refused done extended",
}
"""The same life told the other way round, as a worker would: where it stands, and what may be noted next."""


@given(st.lists(st.sampled_from(rules.NOTED), max_size=12))
def test_whatever_is_noted_in_whatever_order_the_table_says_what_a_worker_would(names):
    stand = rules.Stand("issued", date(2026, 12, 11), date(2026, 12, 22), date(2026, 12, 11))
    for name in names:
        allowed = name in NEXT[stand.status].split()
        assert rules.fits(name, stand.status) == allowed, (stand.status, name)
        if not allowed:
            continue
        was, stand = stand, rules.after(stand, name, TODAY, TODAY + timedelta(days=90) if name == "extended" else None)
        if name in ("asked", "extended"):
            assert stand.status == ("issued" if was.status == "expired" else was.status)
        else:
            assert stand.status == name
        assert (stand.chase_on is None) == (stand.status in rules.CLOSED), "what is open is asked about some day"


@pytest.mark.parametrize("seed", range(4))
def test_the_verbs_follow_the_same_model_and_every_step_can_be_taken_back(casebook: Casebook, five, clock, seed):
    dice, referral_id = Random(seed), issued(casebook, five)
    clock.move(days=40)  # the letter has run out, so that "expired" can be noted too
    day, stack = TODAY + timedelta(days=40), []
    shown = lambda: replace(casebook.referrals.get(referral_id), steps=(), can=(), takes_back="")  # noqa: E731
    status = "issued"
    for _turn in range(14):
        if stack and dice.random() < 0.3:
            casebook.referrals.take_back(referral_id)
            status, before = stack.pop()
            assert shown() == before
            continue
        name, before = dice.choice(rules.NOTED), shown()
        if name not in NEXT[status].split():
            with pytest.raises(StepDoesNotFit):
                casebook.referrals.note(referral_id, step(name, day))
            assert shown() == before
            continue
        casebook.referrals.note(referral_id, step(name, day))
        stack.append((status, before))
        if name not in ("asked", "extended"):
            status = name
        elif status == "expired":
            status = "issued"
        assert casebook.referrals.get(referral_id).steps[-1].step == name
        assert [s.step for s in casebook.referrals.get(referral_id).steps].count("issued") == 1
    while stack:
        casebook.referrals.take_back(referral_id)
        status, before = stack.pop()
        assert shown() == before
    with pytest.raises(NothingToTakeBack):
        casebook.referrals.take_back(referral_id)


def test_a_day_before_the_letter_or_still_to_come_is_refused(casebook: Casebook, five, clock):
    referral_id = issued(casebook, five)
    clock.move(days=3)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=4)):
        with pytest.raises(WrongDay) as trouble:
            casebook.referrals.note(referral_id, step("received", day))
        assert "22 Nov 2026" in trouble.value.sentence()
        assert "25 Nov 2026" in trouble.value.sentence()
    casebook.referrals.note(referral_id, step("received", TODAY))
    assert casebook.referrals.get(referral_id).steps[-1].happened_on == TODAY


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("refused", {"reason": ""}),
        ("withdrawn", {"reason": ""}),
        ("papers_asked", {"papers": ()}),
        ("done", {"outcomes": ()}),
        ("done", {"outcomes": (OutcomeEntry(service_id="S51", result="granted"),)}),
        ("extended", {"next_on": None}),
        ("extended", {"next_on": TODAY}),
        ("asked", {"next_on": TODAY}),
        ("expired", {}),
    ],
)
def test_a_step_without_what_it_is_noted_for_is_refused_in_a_sentence(casebook: Casebook, five, name, more):
    referral_id = issued(casebook, five)
    with pytest.raises(Unfinished) as trouble:
        casebook.referrals.note(referral_id, step(name, **more))
    assert "Nothing was saved." in trouble.value.sentence()
    assert casebook.referrals.get(referral_id).status == "issued"


def test_what_does_not_fit_is_said_in_a_sentence_of_its_own(casebook: Casebook, five):
    referral_id = issued(casebook, five)
    casebook.referrals.note(referral_id, step("accepted"))
    with pytest.raises(StepDoesNotFit) as trouble:
        casebook.referrals.note(referral_id, step("refused"))
    assert "outcome of each matter" in trouble.value.sentence()
    casebook.referrals.note(referral_id, step("done"))
    with pytest.raises(StepDoesNotFit) as trouble:
        casebook.referrals.note(referral_id, step("asked"))
    assert "“Asked how it stands” does not follow on “Done”" in trouble.value.sentence()
    with pytest.raises(NotFound):
        casebook.referrals.note("nothing", step("asked"))


def test_a_letter_nobody_presented_has_run_out_without_anybody_saying_so(casebook: Casebook, five, clock: FixedClock):
    referral_id = issued(casebook, five, valid_days=10)
    assert casebook.referrals.get(referral_id).status == "issued"
    clock.move(days=11)
    view = casebook.referrals.get(referral_id)
    assert view.status == "expired"
    assert {"expired", "done", "extended", "withdrawn"} <= set(view.can), (
        "it can be closed, and a late slip still counts"
    )
    found = casebook.referrals.find(ReferralFilter("chase"))
    assert [one.id for one in found.views] == [referral_id]
    reasons = [
        r.text for item in casebook.worklist.page(quick=True).items for r in item.reasons if r.kind == "referral"
    ]
    assert len(reasons) == 1
    assert "ran out on 2026-12-02" in reasons[0]
    casebook.referrals.note(referral_id, step("expired", TODAY + timedelta(days=11)))
    assert casebook.referrals.find(ReferralFilter("closed")).total == 1
    assert casebook.referrals.find(ReferralFilter("chase")).total == 0


def test_more_time_prolongs_the_letter_and_the_answer(casebook: Casebook, five):
    referral_id = issued(casebook, five, valid_days=10)
    casebook.referrals.note(referral_id, step("extended", next_on=date(2027, 1, 15)))
    view = casebook.referrals.get(referral_id)
    assert (view.reply_by, view.valid_until, view.chase_on) == (date(2027, 1, 15),) * 3


def test_a_referral_is_asked_about_when_its_day_has_come_and_again_when_it_was_promised(casebook, five, clock):
    referral_id = issued(casebook, five)

    def chased() -> list[str]:
        return [one.id for one in casebook.referrals.find(ReferralFilter("chase")).views]

    assert chased() == []
    clock.move(days=19)  # 11 December
    assert chased() == [referral_id] == [one.id for one in casebook.today().to_chase]
    reasons = [r for item in casebook.worklist.page(quick=True).items for r in item.reasons if r.kind == "referral"]
    assert [(r.ref, r.due) for r in reasons] == [(referral_id, date(2026, 12, 11))]
    day = TODAY + timedelta(days=19)
    casebook.referrals.note(referral_id, step("asked", day, said_by="李科长", next_on=date(2026, 12, 16)))
    assert chased() == []
    clock.move(days=5)
    assert chased() == [referral_id]
    (reason,) = [r for item in casebook.worklist.page(quick=True).items for r in item.reasons if r.kind == "referral"]
    assert "again; promised for 2026-12-16" in reason.text


# Outcomes.


def grant(**more: object) -> StepEntry:
    granted = OutcomeEntry(**{"service_id": HEALTH, "result": "granted", "since": TODAY, **more})
    return step("done", outcomes=(granted,), channel="slip")


def test_what_was_granted_is_received_from_its_day_and_taken_back_with_its_step(casebook: Casebook, five):
    referral_id = issued(casebook, five)
    assert "received" not in health_of(casebook, five).determination.flags
    casebook.referrals.note(referral_id, grant(amount="每年一次体检"))
    assert "received" in health_of(casebook, five).determination.flags
    fact = next(f for f in casebook.facts.of(five.ids[0]) if f.name.endswith(HEALTH))
    assert (fact.value, fact.as_of, fact.source) == (True, TODAY, "document")
    casebook.referrals.take_back(referral_id)
    assert "received" not in health_of(casebook, five).determination.flags
    assert casebook.referrals.get(referral_id).status == "issued"


def test_the_verb_can_be_undone_with_its_facts_and_needs(casebook: Casebook, five):
    need = NeedEntry(group="elderly", urgency="now", resident_id=five.ids[0], note="体检")
    casebook.visits.record(
        VisitEntry(household_id=five.id, outcome="met", happened_on=TODAY, met=(five.ids[0],), needs=(need,))
    )
    referral_id = issued(casebook, five)
    (open_need,) = casebook.referrals.needs_of(referral_id)
    made = casebook.referrals.note(referral_id, grant().model_copy(update={"needs": (open_need.id,)}))
    assert casebook.referrals.needs_of(referral_id) == []
    casebook.undo(made.operations)
    assert casebook.referrals.get(referral_id).status == "issued"
    assert "received" not in health_of(casebook, five).determination.flags
    assert [one.id for one in casebook.referrals.needs_of(referral_id)] == [open_need.id]
    casebook.referrals.note(referral_id, grant().model_copy(update={"needs": (open_need.id,)}))
    casebook.referrals.take_back(referral_id)
    assert [one.id for one in casebook.referrals.needs_of(referral_id)] == [open_need.id]


def test_somebody_elses_need_is_not_closed(casebook: Casebook, five):
    need = NeedEntry(group="elderly", urgency="now", resident_id=five.ids[1], note="体检")
    casebook.visits.record(
        VisitEntry(household_id=five.id, outcome="met", happened_on=TODAY, met=(five.ids[1],), needs=(need,))
    )
    (other,) = casebook.visits.open_needs()
    referral_id = issued(casebook, five)
    assert casebook.referrals.needs_of(referral_id) == []
    with pytest.raises(NotFound):
        casebook.referrals.note(referral_id, grant().model_copy(update={"needs": (other.id,)}))
    assert casebook.referrals.get(referral_id).status == "issued"


def test_what_begins_later_is_received_from_then_on(casebook: Casebook, five, clock: FixedClock):
    referral_id = issued(casebook, five)
    casebook.referrals.note(referral_id, grant(since=date(2026, 12, 1)))
    assert "received" not in health_of(casebook, five).determination.flags
    clock.move(days=9)
    assert "received" in health_of(casebook, five).determination.flags


def test_a_grant_is_newer_than_an_earlier_no(casebook: Casebook, five, clock: FixedClock):
    referral_id = issued(casebook, five)
    clock.move(days=5)
    casebook.eligibility.receives(five.ids[0], HEALTH, False)
    clock.move(days=5)
    late = grant().model_copy(update={"happened_on": TODAY + timedelta(days=10)})
    casebook.referrals.note(referral_id, late)  # since the 22nd, though on the 27th somebody still said no
    assert "received" in health_of(casebook, five).determination.flags


@pytest.mark.parametrize("result", ["refused", "other"])
def test_what_was_not_granted_is_not_received(casebook: Casebook, five, result):
    referral_id = issued(casebook, five)
    casebook.referrals.note(referral_id, step("done", outcomes=(OutcomeEntry(service_id=HEALTH, result=result),)))
    assert "received" not in health_of(casebook, five).determination.flags


# Corrections and frozen records.


def test_a_refused_letter_that_is_corrected_is_on_its_way_again(casebook: Casebook, five):
    referral_id = issued(casebook, five)
    casebook.referrals.note(referral_id, step("refused"))
    casebook.referrals.correct(referral_id, referral(five, receiver="区民政局"), "收件单位写错")
    view = casebook.referrals.get(referral_id)
    assert (view.status, view.receiver) == ("issued", "区民政局")
    assert view.takes_back == "", "a corrected letter is corrected again, not taken back"
    casebook.referrals.note(referral_id, step("done"))
    with pytest.raises(StepDoesNotFit):
        casebook.referrals.correct(referral_id, referral(five), "还要改")


def test_nothing_is_noted_about_a_frozen_record(casebook: Casebook, five):
    referral_id = issued(casebook, five)
    casebook.rights.freeze(five.ids[0], "asked")
    with pytest.raises(RecordFrozen):
        casebook.referrals.note(referral_id, step("received"))


# Lists and sentences.


def test_the_list_is_divided_counted_and_searched(casebook: Casebook, five):
    first, second = issued(casebook, five), issued(casebook, five, receiver="区民政局")
    casebook.referrals.hand_in(referral(five, resident_id=five.ids[1]))
    casebook.referrals.note(second, step("done"))
    page = casebook.referrals.find(ReferralFilter())
    assert (page.total, page.counts) == (3, {"": 3, "waiting": 1, "open": 1, "closed": 1, "chase": 0})
    assert set(page.receivers) == {"劝业场街道", "区民政局"}
    found = lambda **wish: [one.id for one in casebook.referrals.find(ReferralFilter(**wish)).views]  # noqa: E731
    assert found(kind="open") == [first]
    assert found(receiver="区民政局") == [second]
    code = casebook.referrals.get(second).code
    assert found(text=f"{code[:4]} {code[4:]}".lower()) == [second]
    assert found(text=casebook.referrals.get(first).number) == [first]
    assert len(found(text="王秀英")) == 1
    assert casebook.referrals.find(ReferralFilter(text="王秀英")).counts["waiting"] == 1


def test_the_timeline_tells_every_step_in_a_sentence(casebook: Casebook, five):
    referral_id = issued(casebook, five)
    number = casebook.referrals.get(referral_id).number
    casebook.referrals.note(referral_id, step("papers_asked", papers=("户口簿", "照片"), said_by="王姐"))
    casebook.referrals.note(referral_id, grant(amount="每年一次"))
    told = [line.text for line in casebook.residents.timeline(five.ids[0]) if line.kind == "referral"]
    assert any(
        f"asks for more papers for letter {number}: wanted: 户口簿, 照片 (By phone, 王姐)" in line for line in told
    )
    assert any("Granted, from 22 Nov 2026, 每年一次" in line for line in told)
    casebook.referrals.take_back(referral_id)
    told = [line.text for line in casebook.residents.timeline(five.ids[0]) if line.kind == "referral"]
    assert not any("Granted" in line for line in told)


def test_the_calendar_knows_what_was_granted(casebook: Casebook, five):
    """What changes by itself for a resident is shown as received from the outcome on, and no more once it is undone."""
    home = casebook.calendar.of_household(five.id, date(2035, 1, 1))
    change = next(c for c in home if c.kind in ("begins", "ends", "amount", "lapses") and c.person_id)
    service, person = change.service_id, change.person_id

    def marked() -> set[bool]:
        lines = casebook.calendar.of_household(five.id, date(2035, 1, 1))
        return {c.received for c in lines if (c.service_id, c.person_id) == (service, person)}

    assert marked() == {False}
    entry = referral(five, resident_id=person, matters=(MatterEntry(service_id=service),))
    referral_id = casebook.referrals.issue(entry).id
    granted = OutcomeEntry(service_id=service, result="granted", since=TODAY)
    casebook.referrals.note(referral_id, step("done", outcomes=(granted,)))
    assert marked() == {True}
    casebook.referrals.take_back(referral_id)
    assert marked() == {False}
