"""Two who do something with one record: the second one is told, whatever the deed, and nothing of the first is lost."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.clock import FixedClock
from models.imaging import edited
from models.records.change import LodgerIn
from models.records.household import MemberEntry
from models.records.picture import PictureEntry, PictureWords
from models.records.place import PlaceEntry
from models.records.referral import MatterEntry, ReferralEntry, StepEntry
from models.records.rights import RightsRequestEntry
from models.records.rounds import RoundEntry, SheetEntry, SheetLine
from models.records.transfer import TransferEntry
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.services.rights import TermRuns
from models.services.views import Worker
from models.store.seen import ChangedMeanwhile
from tests.conftest import NOW, ON_A_SERVER, PASSPHRASE, forget_place
from tests.models.pictures import photo
from tests.models.services.people import HOME, five_people, person
from tests.models.services.test_questionnaires import install
from tests.models.services.test_templates import save as save_template

TODAY, LATER = date(2026, 11, 22), date(2026, 12, 1)
ME, OTHER = "周敏", "王芳"

Deed = Callable[[], object]
Case = Callable[[Casebook], tuple[Deed, Deed]]
"""Makes what it is about; returns what the other one does, and the deed of who was shown what was there before."""


@pytest.fixture(scope="module")
def shared(casebook_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casebook]:
    """One casebook for all deeds: each makes its own records."""
    if ON_A_SERVER:
        pytest.skip("the same verbs are looked at with two desks in tests/flows/test_two_desks.py")
    folder = tmp_path_factory.mktemp("seen") / "casebook"
    shutil.copytree(casebook_template, folder)
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    yield book
    book.close()
    forget_place(folder, PASSPHRASE)


_doors = iter(range(1, 1000))


def family(book: Casebook) -> Any:
    door = HOME.model_copy(update={"door": str(next(_doors))})
    return book.households.register(five_people().model_copy(update={"dwelling": door}))


def planned(book: Casebook) -> str:
    return book.planning.plan([PlanEntry(household_id=family(book).id, due_on=TODAY, reason="看扶手")]).ids[0]


def transfer(book: Casebook) -> str:
    to = TransferEntry(household_id=family(book).id, to_office="120103005002", reason="moved")
    return book.transfers.ask(to).id


def door(book: Casebook) -> tuple[str, str]:
    entry = RoundEntry(name="走访", scope="list", household_ids=(family(book).id,), starts_on=TODAY)
    made = book.rounds.plan(entry)
    return made.id, made.ids[0]


def letter(book: Casebook) -> str:
    matters = (MatterEntry(service_id="S50"),)
    return book.referrals.issue(ReferralEntry(resident_id=family(book).ids[0], matters=matters, receiver="街道")).id


def offer(book: Casebook) -> str:
    home = family(book).id
    book.care.assign([home], ME, date(2026, 1, 1))
    return book.care.offer(ME, OTHER, [home]).id


def wish(book: Casebook) -> str:
    return book.rights.ask(RightsRequestEntry(resident_id=family(book).ids[0], kind="access", asked_on=TODAY)).id


def need(book: Casebook) -> str:
    home = family(book)
    needs = (NeedEntry(group="health", note="需要轮椅"),)
    visit = book.visits.record(
        VisitEntry(household_id=home.id, outcome="met", met_other="邻居", happened_on=TODAY, needs=needs)
    )
    return book.visits.get(visit.id).needs[0].id


def place(book: Casebook) -> str:
    who = family(book).ids[0]
    return book.places.add(PlaceEntry(resident_id=who, kind="work", division="120116", since=date(2026, 3, 1))).id


def picture(book: Casebook) -> str:
    entry = PictureEntry(subject_kind="resident", subject_id=family(book).ids[0], kind="other")
    return book.pictures.add(entry, edited(photo())).id


def of_plan(deed: str, other: str, *mine: Any) -> Case:
    def case(book: Casebook) -> tuple[Deed, Deed]:
        plan = planned(book)
        theirs = {"move": lambda: book.planning.move([plan], LATER), "drop": lambda: book.planning.drop([plan])}
        return theirs[other], lambda: getattr(book.planning, deed)([plan], *mine)

    return case


def of_transfer(deed: Callable[[Casebook, str], object], before: str = "", other: str = "accept") -> Case:
    def case(book: Casebook) -> tuple[Deed, Deed]:
        made = transfer(book)
        if before:
            book.transfers.step(made, before)
        return lambda: book.transfers.step(made, other, by="李强", note="好"), lambda: deed(book, made)

    return case


def of_door(deed: Callable[[Casebook, str, str], object], other: str = "met") -> Case:
    def case(book: Casebook) -> tuple[Deed, Deed]:
        round_id, stop = door(book)
        book.rounds.record(stop, "nobody_home", "morning", date(2026, 11, 20))
        return lambda: book.rounds.record(stop, other, "evening", TODAY), lambda: deed(book, round_id, stop)

    return case


def of_round(deed: str, other: str) -> Case:
    def case(book: Casebook) -> tuple[Deed, Deed]:
        round_id, _stop = door(book)
        return lambda: getattr(book.rounds, other)(round_id), lambda: getattr(book.rounds, deed)(round_id)

    return case


def of_letter(deed: Callable[[Casebook, str], object], other: str = "handed_over") -> Case:
    def case(book: Casebook) -> tuple[Deed, Deed]:
        made = letter(book)
        book.referrals.note(made, StepEntry(step="asked", happened_on=TODAY, next_on=LATER))
        other_step = StepEntry(step=other, happened_on=TODAY, next_on=LATER if other == "asked" else None)
        return lambda: book.referrals.note(made, other_step), lambda: deed(book, made)

    return case


def of_offer(deed: Callable[[Casebook, str], object]) -> Case:
    """Somebody else gave the household to a third one: the offer itself is as it was."""

    def case(book: Casebook) -> tuple[Deed, Deed]:
        made = offer(book)
        home = book.care.get(made).households[0].household_id
        return lambda: book.care.assign([home], "李强"), lambda: deed(book, made)

    return case


def sheet(stop: str) -> SheetEntry:
    return SheetEntry(on=TODAY, part="morning", lines=(SheetLine(stop_id=stop, outcome="refused"),))


def answered(book: Casebook) -> tuple[Deed, Deed]:
    made = wish(book)
    return lambda: book.rights.answer(made, "refused", "本人撤回"), lambda: book.rights.answer(
        made, "done", "已给复印件"
    )


def frozen(book: Casebook) -> tuple[Deed, Deed]:
    who = family(book).ids[0]
    book.rights.freeze(who, "restricted")
    return lambda: book.rights.freeze(who, "retained"), lambda: book.rights.release(who)


def erased(book: Casebook) -> tuple[Deed, Deed]:
    who = family(book).ids[0]
    made = book.rights.ask(RightsRequestEntry(resident_id=who, kind="erasure", asked_on=TODAY)).id
    return lambda: book.rights.answer(made, "refused", "本人又不要了"), lambda: book.rights.erase(who, "asked")


def met(book: Casebook) -> tuple[Deed, Deed]:
    made = need(book)
    return lambda: book.visits.set_need(made, "dropped"), lambda: book.rounds.tick("need", made)


def ended(deed: str, *more: Any) -> Case:
    def case(book: Casebook) -> tuple[Deed, Deed]:
        made = place(book)
        return lambda: book.places.end(made, date(2026, 6, 1)), lambda: getattr(book.places, deed)(made, *more)

    return case


def taken_away(book: Casebook) -> tuple[Deed, Deed]:
    made = picture(book)
    words = PictureWords(kind="other", title="残疾人证")
    return lambda: book.pictures.amend(made, words), lambda: book.pictures.remove(made)


def withdrawn(book: Casebook) -> tuple[Deed, Deed]:
    form = f"form{next(_doors)}"
    first = install(book, "1", form=form).id
    return lambda: install(book, "2", form=form), lambda: book.questionnaires.bring_back(first)


def chosen(book: Casebook) -> tuple[Deed, Deed]:
    first = save_template(book)
    return lambda: save_template(book, first, name="新的"), lambda: book.templates.withdraw(first)


def merged(book: Casebook) -> tuple[Deed, Deed]:
    home = family(book).id
    both = [
        book.changes.make(
            LodgerIn(
                household_id=home, members=(MemberEntry(resident=person("租客甲"), relation="8"),), happened_on=TODAY
            )
        ).ids[0]
        for _each in range(2)
    ]
    entry = book.residents.entry_of(both[0]).model_copy(update={"note": "刚写的"})
    return lambda: book.residents.amend(both[0], entry), lambda: book.merging.merge(*both)


def put_back(book: Casebook) -> tuple[Deed, Deed]:
    home = family(book).id
    book.worklist.put_off([home], LATER, "住院")
    return lambda: book.worklist.put_off([home], date(2026, 12, 20), "回老家"), lambda: book.worklist.put_back([home])


def assigned(book: Casebook) -> tuple[Deed, Deed]:
    home = family(book).id
    book.care.assign([home], ME, date(2026, 1, 1))
    return lambda: book.care.assign([home], OTHER), lambda: book.care.assign([home], "李强")


def taken(book: Casebook) -> tuple[Deed, Deed]:
    """What another one has just planned for the household would end unseen with its case."""
    made = transfer(book)
    book.transfers.step(made, "accept")
    book.transfers.step(made, "hand_over")
    home = book.transfers.get(made).household_id
    plan = [PlanEntry(household_id=home, due_on=LATER, reason="送药盒")]
    return lambda: book.planning.plan(plan), lambda: book.transfers.step(made, "take")


CASES: dict[str, Case] = {
    "a visit that was moved is dropped": of_plan("drop", "move"),
    "a visit that was dropped is moved": of_plan("move", "drop", date(2026, 11, 30)),
    "a visit that was moved is given to somebody": of_plan("assign", "move", OTHER),
    "a transfer that was accepted is withdrawn": of_transfer(lambda book, made: book.transfers.step(made, "withdraw")),
    "a transfer that was handed over is withdrawn": of_transfer(
        lambda book, made: book.transfers.step(made, "withdraw"), "accept", "hand_over"
    ),
    "the step before the last is taken back": of_transfer(
        lambda book, made: book.transfers.take_back(made), "accept", "hand_over"
    ),
    "a case is taken over": taken,
    "a door is gone to again": of_door(
        lambda book, _round, stop: book.rounds.record(stop, "refused", "morning", TODAY)
    ),
    "a door is corrected": of_door(lambda book, _round, stop: book.rounds.record(stop, "refused", instead=True)),
    "a door is taken back": of_door(lambda book, _round, stop: book.rounds.take_back(stop)),
    "a door is left out": of_door(lambda book, _round, stop: book.rounds.skip(stop)),
    "another day for a door": of_door(lambda book, _round, stop: book.rounds.retry(stop, LATER)),
    "a paper list is typed in": of_door(lambda book, round_id, stop: book.rounds.enter(round_id, sheet(stop))),
    "a round that was dropped is finished": of_round("finish", "drop"),
    "a round that is over is dropped": of_round("drop", "finish"),
    "a need that was dropped is met": met,
    "an outcome is noted for a letter": of_letter(
        lambda book, made: book.referrals.note(
            made, StepEntry(step="refused", happened_on=TODAY, reason="不归本单位管")
        )
    ),
    "the same is noted twice": of_letter(
        lambda book, made: book.referrals.note(made, StepEntry(step="asked", happened_on=TODAY, next_on=LATER)),
        "asked",
    ),
    "the last step of a letter is taken back": of_letter(lambda book, made: book.referrals.take_back(made)),
    "a request that was refused is done": answered,
    "a record that is kept for another reason is released": frozen,
    "somebody who took the wish back is erased": erased,
    "households given to a third one are accepted": of_offer(lambda book, made: book.care.accept(made, signed=True)),
    "a household given to somebody is given to another": assigned,
    "a household that was put off again is put back": put_back,
    "a place that was ended is ended otherwise": ended("end", date(2026, 10, 1)),
    "a place that was ended is removed": ended("remove"),
    "a picture that got another title is removed": taken_away,
    "a version of a questionnaire is brought back": withdrawn,
    "a template that has a new version is withdrawn": chosen,
    "a record that was changed is merged": merged,
}


@pytest.mark.parametrize("name", CASES)
def test_a_deed_on_what_somebody_else_has_just_changed_does_nothing_and_is_told(shared: Casebook, name: str):
    other, deed = CASES[name](shared)
    seen = shared.desks.seen()
    other()
    after = shared.desks.seen()
    assert after > seen
    with pytest.raises(ChangedMeanwhile):
        shared.desks.save(seen, deed, strict=True)
    assert shared.desks.seen() == after  # nothing was written


def test_a_deed_goes_on_what_was_shown_whatever_happened_to_others(shared: Casebook):
    for name in (
        "a visit that was moved is dropped",
        "a transfer that was accepted is withdrawn",
        "a door is left out",
    ):
        _other, deed = CASES[name](shared)
        seen = shared.desks.seen()
        planned(shared)
        shared.desks.save(seen, deed, strict=True)
        assert shared.desks.seen() > seen


def test_who_has_seen_what_was_changed_may_do_it(shared: Casebook):
    other, deed = CASES["a request that was refused is done"](shared)
    other()
    before = shared.desks.seen()
    shared.desks.save(before, deed, strict=True)
    assert shared.desks.seen() > before


def test_a_letter_that_was_sent_back_is_not_signed_as_it_was(shared: Casebook):
    shared.settings.set("second_person", True)
    try:
        entry = ReferralEntry(
            resident_id=family(shared).ids[0], matters=(MatterEntry(service_id="S50"),), receiver="街道"
        )
        made = shared.referrals.hand_in(entry).id
        seen = shared.desks.seen()
        shared.referrals.hand_in(entry.model_copy(update={"receiver": "区民政局"}), made)  # written anew meanwhile
        shared.set_office(shared.office, Worker(OTHER))
        for deed in (lambda: shared.referrals.sign(made), lambda: shared.referrals.send_back(made, "缺材料")):
            with pytest.raises(ChangedMeanwhile):
                shared.desks.save(seen, deed, strict=True)
        assert shared.referrals.get(made).status == "waiting"
    finally:
        shared.set_office(shared.office, Worker(ME))
        shared.settings.set("second_person", False)


def test_two_notes_at_one_door_are_both_shown_and_the_worker_chooses(shared: Casebook):
    _round, stop = door(shared)
    seen = shared.desks.seen()
    shared.rounds.note(stop, "狗很凶")
    with pytest.raises(ChangedMeanwhile) as told:
        shared.desks.save(seen, lambda: shared.rounds.note(stop, "敲窗户"))
    (one,) = told.value.disputed
    assert (one.mine, one.theirs) == ("敲窗户", "狗很凶")
    shared.desks.save(seen, lambda: shared.rounds.note(stop, "敲窗户"), {one.key: "mine"})


def test_who_receives_a_service_is_chosen_where_another_one_has_just_said_the_contrary(shared: Casebook):
    who = family(shared).ids[0]
    seen = shared.desks.seen()
    shared.eligibility.receives(who, "S50", True)
    with pytest.raises(ChangedMeanwhile):
        shared.desks.save(seen, lambda: shared.eligibility.receives(who, "S50", False))


def test_an_erasure_that_waits_for_its_term_freezes_the_record_and_answers_in_one_deed(shared: Casebook):
    who = family(shared).ids[0]
    made = shared.rights.ask(RightsRequestEntry(resident_id=who, kind="erasure", asked_on=TODAY)).id

    def deed() -> None:
        with pytest.raises(TermRuns):
            shared.rights.erase(who, "asked", keep_until=LATER)
        shared.rights.answer(made, "refused", "期限未到")

    shared.desks.save(shared.desks.seen(), deed, strict=True)
    assert shared.rights.requests(who)[0].status == "refused"
