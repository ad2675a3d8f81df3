"""What a worker does about one person, one household, one door: every such verb and question, once, in a fair order.

For those who want to know what the calls ask of the store, or how long they take, on a register of any size.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from models.casebook import Casebook
from models.clock import today
from models.eligibility.prompts import Answer
from models.records import change as changes
from models.records.casework import CasePlanEntry, ContactEntry, GoalEntry, NoteEntry, TaskEntry
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.picture import PictureEntry
from models.records.place import PlaceEntry
from models.records.referral import MatterEntry, ReferralEntry, StepEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.records.rights import ConsentEntry, RightsRequestEntry
from models.records.rounds import RoundEntry
from models.records.visit import AssessmentEntry, LearntFact, NeedEntry, PlanEntry, VisitEntry
from models.services.views import Changed
from tests.models.pictures import small
from tests.models.services.people import HOME, person

Answered = TypeVar("Answered")
DOOR = HOME.model_copy(update={"street_line": "测试道7号"})
FAR = DwellingEntry(community_code=HOME.community_code, street_line="测试道9号", building="1", unit="1", door="101")


class Calls:
    """Runs each call through `call(name, work)`, which is to hand back what the work gives."""

    def __init__(self, casebook: Casebook) -> None:
        self.casebook = casebook
        self.day = today(casebook.clock)

    def call(self, name: str, work: Callable[[], Answered]) -> Answered:
        """One call; overridden by who watches."""
        del name
        return work()

    def family(self, door: str, names: str = "赵大海 钱小红 赵阳") -> Changed:
        """Three people behind a door of the staircase."""
        number = PhoneEntry(number=f"1382000{int(door):04d}", whose="own")
        first, *others = names.split()
        card = DocumentEntry(kind="other", number=f"X{door}", valid_until=self.day + timedelta(days=20))
        members = (
            MemberEntry(resident=person(first, date(1951, 2, 3), phones=(number,), documents=(card,)), relation="0"),
            *(MemberEntry(resident=person(name, date(1953, 4, 5), "2"), relation="1") for name in others[:1]),
            *(MemberEntry(resident=person(name, date(2015, 9, 1)), relation="2") for name in others[1:]),
        )
        dwelling = DOOR.model_copy(update={"door": door})
        entry = HouseholdEntry(dwelling=dwelling, members=members, since=date(2024, 1, 1))
        return self.call("households.register", lambda: self.casebook.households.register(entry))

    def all(self) -> None:
        """Every call."""
        homes = [self.family(str(door)) for door in (101, 102, 201)]
        mine = homes[0]
        home, (who, spouse, child) = mine.id, mine.ids
        self.pages(home, who)
        self.statements(home, who)
        self.visits(home, who)
        self.rounds()
        self.changes(home, who, spouse, child, homes[1])
        self.casework(home, who)
        self.pictures(home, who)
        self.worklist(home)
        self.same(who)
        self.pages(home, who)
        self.rights(who, home)

    def pages(self, home: str, who: str) -> None:
        """What the pages of a household and of a person ask."""
        book, call = self.casebook, self.call
        view = call("households.get", lambda: book.households.get(home))
        call("households.of_resident", lambda: book.households.of_resident(who))
        people = [one.resident.id for one in view.members]
        call("households.of_residents", lambda: book.households.of_residents(people, "registered"))
        call("households.timeline", lambda: book.households.timeline(home))
        call("households.dwelling_timeline", lambda: book.households.dwelling_timeline(view.dwelling_id))
        call("changes.of_household", lambda: book.changes.of_household(home))
        call("visits.of_household", lambda: book.visits.of_household(home))
        call("planning.of_household", lambda: book.planning.of_household(home))
        call("care.of_household", lambda: book.care.of_household(home))
        call("consents.not_asked", lambda: book.consents.not_asked([one.resident.id for one in view.members]))
        call("consents.state", lambda: book.consents.state(who))
        call("residents.get", lambda: book.residents.get(who))
        call("residents.entry_of", lambda: book.residents.entry_of(who))
        call("residents.row", lambda: book.residents.row(who))
        call("residents.rows", lambda: book.residents.rows([one.resident.id for one in view.members]))
        call("residents.timeline", lambda: book.residents.timeline(who))
        call("residents.find", lambda: book.residents.find("赵大海", 50))
        call("households.find", lambda: book.households.find("赵大海", 50))
        call("places.whereabouts", lambda: book.places.whereabouts(who))
        call("pictures.of", lambda: book.pictures.of("resident", who))
        call("pictures.proving", lambda: book.pictures.proving(who))
        call("merging.survivor", lambda: book.merging.survivor(who))
        call("facts.of", lambda: book.facts.of(who))
        call("assessments.of_resident", lambda: book.assessments.of_resident(who))
        call("referrals.of_resident", lambda: book.referrals.of_resident(who))
        call("notes.of", lambda: book.notes.of(who))
        call("contacts.of", lambda: book.contacts.of(household_id=home))
        call("contacts.of", lambda: book.contacts.of(resident_id=who))
        call("plans.of", lambda: book.plans.of(household_id=home))
        call("plans.of", lambda: book.plans.of(resident_id=who))
        call("questionnaires.answers_of", lambda: book.questionnaires.answers_of(household_id=home))
        call("questionnaires.answers_of", lambda: book.questionnaires.answers_of(resident_id=who))
        call("papers.household", lambda: book.papers.household(home))
        call("papers.addressed", lambda: book.papers.addressed([who], one_per_household=True))
        call("papers.heads", lambda: book.papers.heads([home]))

    def statements(self, home: str, who: str) -> None:
        """Facts, eligibility, referral, changed words of a resident, a draft."""
        book, call, day = self.casebook, self.call, self.day
        told = call("facts.record", lambda: book.facts.record("resident", who, [FactEntry(name="dibao", value=False)]))
        call("casebook.undo facts", lambda: book.undo(told.operations))
        check = call("eligibility.check", lambda: book.eligibility.check(home))
        call("eligibility.keep", lambda: book.eligibility.keep(check))
        answers = [Answer(who, "low_income", True)]
        answered = call("eligibility.answer_many", lambda: book.eligibility.answer_many(home, answers))
        call("eligibility.take_back", lambda: book.eligibility.take_back(home, answered.ids))
        service = next(iter(check.results)).service_id
        call("papers.notice", lambda: book.papers.notice(who, [MatterEntry(service_id=service)]))
        referral = ReferralEntry(resident_id=who, matters=(MatterEntry(service_id=service),), receiver="劝业场街道")
        issued = call("referrals.issue", lambda: book.referrals.issue(referral))
        call("referrals.letter", lambda: book.referrals.letter(issued.ids[0]))
        step = StepEntry(step="accepted", happened_on=today(book.clock))
        call("referrals.note", lambda: book.referrals.note(issued.id, step))
        call("referrals.by_code", lambda: book.referrals.by_code(book.referrals.get(issued.id).code))
        call("referrals.needs_of", lambda: book.referrals.needs_of(issued.id))
        call("referrals.take_back", lambda: book.referrals.take_back(issued.id))
        entry = book.residents.entry_of(who)
        amended = entry.model_copy(update={"former_name": "赵小海", "marital_status": "20"})
        told = call("residents.amend", lambda: book.residents.amend(who, amended))
        call("casebook.undo amend", lambda: book.undo(told.operations))
        newcomer = MemberEntry(resident=person("孙来", date(1980, 1, 1)), relation="8", also_registered_here=False)
        told = call("households.add_member", lambda: book.households.add_member(home, newcomer))
        call("casebook.undo add_member", lambda: book.undo(told.operations))
        draft = call("drafts.save", lambda: book.drafts.save("visit", "1", home, "入户", {"purpose": "x"}))
        call("drafts.get", lambda: book.drafts.get(draft))
        call("drafts.all", book.drafts.all)
        call("drafts.discard", lambda: book.drafts.discard(draft))
        assessed = AssessmentEntry(
            resident_id=who,
            instrument="elder_ability",
            version="1",
            assessed_on=day,
            answers={},
            score=40,
            level="x",
        )
        made = call("assessments.record", lambda: book.assessments.record(assessed))
        call("papers.assessed", lambda: book.papers.assessed(made.id))
        call("casebook.undo assessment", lambda: book.undo(made.operations))

    def visits(self, home: str, who: str) -> None:
        """A visit, planned before, and taken back."""
        book, call, day = self.casebook, self.call, self.day
        call("planning.plan", lambda: book.planning.plan([PlanEntry(household_id=home, due_on=day, reason="看望")]))
        entry = VisitEntry(
            household_id=home,
            outcome="met",
            happened_on=day,
            met=(who,),
            needs=(NeedEntry(group="elderly", resident_id=who),),
            facts=(LearntFact(resident_id=who, fact=FactEntry(name="low_income", value=True)),),
            next_visit=day + timedelta(days=3),
        )
        made = call("visits.record", lambda: book.visits.record(entry))
        call("visits.of_household", lambda: book.visits.of_household(home))
        need = call("visits.get", lambda: book.visits.get(made.id)).needs[0].id
        call("papers.visit", lambda: book.papers.visit(made.id, lambda one, _version, level: (one, level)))
        call("visits.set_need", lambda: book.visits.set_need(need, "done"))
        again = call("visits.record", lambda: book.visits.record(entry))
        call("casebook.undo visit", lambda: book.undo(again.operations))

    def rounds(self) -> None:
        """A staircase, door by door."""
        book, call, day = self.casebook, self.call, self.day
        entry = RoundEntry(
            name="7号3号楼2单元",
            scope="staircase",
            community_code=DOOR.community_code,
            street_line=DOOR.street_line,
            building=DOOR.building,
            unit=DOOR.unit,
            starts_on=day,
        )
        call("rounds.doors", lambda: book.rounds.doors(entry))
        made = call("rounds.plan", lambda: book.rounds.plan(entry))
        view = call("rounds.get", lambda: book.rounds.get(made.id))
        first, second = (stop.id for stop in view.stops[:2])
        tapped = call("rounds.record", lambda: book.rounds.record(first, "nobody_home"))
        call("casebook.undo tap", lambda: book.undo(tapped.operations))
        call("rounds.record met", lambda: book.rounds.record(first, "met"))
        call("rounds.take_back", lambda: book.rounds.take_back(first))
        call("rounds.record", lambda: book.rounds.record(first, "nobody_home"))
        call("rounds.retry", lambda: book.rounds.retry(first, day + timedelta(days=1), "evening"))
        call("rounds.skip", lambda: book.rounds.skip(second))
        call("rounds.wait_again", lambda: book.rounds.wait_again(second))
        call("rounds.get", lambda: book.rounds.get(made.id))
        call("rounds.add_door", lambda: book.rounds.add_door(made.id, dwelling=DOOR.model_copy(update={"door": "301"})))
        call("rounds.of_today", book.rounds.of_today)
        call("rounds.open", book.rounds.open)

    def changes(self, home: str, who: str, spouse: str, child: str, other: Changed) -> None:
        """Changes of a household, looked at, made and taken back."""
        book, call, day = self.casebook, self.call, self.day
        plain: list[tuple[str, changes.Change]] = [
            (
                "birth",
                changes.Birth(happened_on=day, household_id=home, child=ResidentEntry(name="赵新"), mother_id=spouse),
            ),
            ("death", changes.Death(happened_on=day, resident_id=spouse)),
            (
                "move in",
                changes.MoveIn(
                    happened_on=day,
                    household_id=home,
                    members=(MemberEntry(resident=person("孙来", date(1980, 1, 1)), relation="8"),),
                ),
            ),
            ("move out", changes.MoveOut(happened_on=day, household_id=home, resident_ids=(child,))),
            (
                "move out to a household",
                changes.MoveOut(happened_on=day, household_id=home, resident_ids=(child,), to_household_id=other.id),
            ),
            ("move household", changes.MoveHousehold(happened_on=day, household_id=home, dwelling=FAR)),
            ("leave", changes.LeaveAltogether(happened_on=day, household_id=home)),
            (
                "split",
                changes.Split(happened_on=day, household_id=home, resident_ids=(spouse,), head_id=spouse),
            ),
            ("join", changes.Join(happened_on=day, household_id=other.id, into_household_id=home, relations={})),
        ]
        for name, change in plain:
            call(f"changes.preview {name}", lambda change=change: book.changes.preview(change))  # type: ignore[misc]
            made = call(f"changes.make {name}", lambda change=change: book.changes.make(change))  # type: ignore[misc]
            call(f"changes.undo {name}", lambda made=made: book.changes.undo(made.id))  # type: ignore[misc]
        call("changes.suggested_widowed", lambda: book.changes.suggested_widowed(who))
        place = PlaceEntry(resident_id=who, kind="work", address="南开区某厂")
        made = call("places.add", lambda: book.places.add(place))
        call("places.amend", lambda: book.places.amend(made.id, place.model_copy(update={"note": "夜班"})))
        call("places.end", lambda: book.places.end(made.id, day))
        call("places.remove", lambda: book.places.remove(made.id))

    def casework(self, home: str, who: str) -> None:
        """Notes, contacts and a plan."""
        book, call, day = self.casebook, self.call, self.day
        note = NoteEntry(subject_kind="resident", subject_id=who, text="行动不便")
        written = call("notes.write", lambda: book.notes.write(note))
        call("casebook.undo note", lambda: book.undo(written.operations))
        call("notes.of", lambda: book.notes.of(who))
        contact = ContactEntry(household_id=home, channel="phone", happened_on=day)
        call("contacts.record", lambda: book.contacts.record(contact))
        call("contacts.of", lambda: book.contacts.of(household_id=home))
        plan = CasePlanEntry(
            household_id=home,
            title="助餐",
            opened_on=day,
            goals=(GoalEntry(text="每日有热饭"),),
            tasks=(TaskEntry(text="联系食堂", due_on=day + timedelta(days=3), goal=0),),
        )
        opened = call("plans.open", lambda: book.plans.open(plan))
        view = call("plans.get", lambda: book.plans.get(opened.id))
        task = view.tasks[0].id
        call("plans.set_task", lambda: book.plans.set_task(task, "done"))
        call("plans.of", lambda: book.plans.of(household_id=home))
        call("plans.close", lambda: book.plans.close(opened.id, "reached"))
        again = call("plans.open", lambda: book.plans.open(plan))
        call("casebook.undo plan", lambda: book.undo(again.operations))

    def pictures(self, home: str, who: str) -> None:
        """A picture taken, looked at and taken away."""
        book, call = self.casebook, self.call
        entry = PictureEntry(subject_kind="resident", subject_id=who, kind="other")
        encoded = small()
        made = call("pictures.add", lambda: book.pictures.add(entry, encoded))
        call("pictures.of", lambda: book.pictures.of("resident", who))
        call("pictures.full", lambda: book.pictures.full(made.id))
        removed = call("pictures.remove", lambda: book.pictures.remove(made.id))
        call("casebook.undo picture", lambda: book.undo(removed.operations))
        call("pictures.of household", lambda: book.pictures.of("household", home))

    def worklist(self, home: str) -> None:
        """What is to do here, who looks after it, put off."""
        book, call, day = self.casebook, self.call, self.day
        call("worklist.open_in", lambda: book.worklist.open_in([home]))
        given = call("care.assign", lambda: book.care.assign([home], "周敏"))
        call("casebook.undo assign", lambda: book.undo(given.operations))
        call("care.of_household", lambda: book.care.of_household(home))
        call("care.listed", lambda: book.care.listed([home]))
        off = call("worklist.put_off", lambda: book.worklist.put_off([home], day + timedelta(days=5), "病了"))
        call("casebook.undo put off", lambda: book.undo(off.operations))

    def same(self, who: str) -> None:
        """Who may be here already, and two records made one."""
        book, call = self.casebook, self.call
        phones = (PhoneEntry(number="13820000101", whose="own"),)
        entry = person("赵大海", date(1951, 2, 3), phones=phones)
        call("residents.likely_duplicates", lambda: book.residents.likely_duplicates(entry))
        call("residents.alike", lambda: book.residents.alike(who))
        again = call("residents.register", lambda: book.residents.register(entry))
        other = again.id
        apart = call("residents.not_same", lambda: book.residents.not_same(who, other))
        call("casebook.undo not_same", lambda: book.undo(apart.operations))
        call("merging.compare", lambda: book.merging.compare(who, other))
        call("merging.merge", lambda: book.merging.merge(who, other))
        call("merging.survivor", lambda: book.merging.survivor(other))
        call("merging.undo", lambda: book.merging.undo(who, other))

    def rights(self, who: str, home: str) -> None:
        """Consent given and withdrawn, a copy of everything, freezing, erasing."""
        book, call, day = self.casebook, self.call, self.day
        told = {"resident_id": who, "purposes": ("visits",), "how": "spoken", "witness": "周敏", "given_on": day}
        classes = ("plain", "health")
        given = ConsentEntry(action="given", classes=classes, **told)  # type: ignore[arg-type]
        said = call("consents.record", lambda: book.consents.record(given))
        call("casebook.undo consent", lambda: book.undo(said.operations))
        call("consents.record", lambda: book.consents.record(given))
        call("consents.state", lambda: book.consents.state(who))
        call("consents.what_stops", lambda: book.consents.what_stops(who, ["health"]))
        withdrawn = ConsentEntry(action="withdrawn", classes=("health",), **told)  # type: ignore[arg-type]
        call("consents.record withdrawn", lambda: book.consents.record(withdrawn))
        call("consents.frozen", book.consents.frozen)
        asked = call(
            "rights.ask", lambda: book.rights.ask(RightsRequestEntry(resident_id=who, kind="access", asked_on=day))
        )
        call("rights.requests", lambda: book.rights.requests(who))
        call("rights.copy", lambda: book.rights.copy(who))
        call("rights.answer", lambda: book.rights.answer(asked.id, "done", "给了"))
        call("rights.freeze", lambda: book.rights.freeze(who))
        call("rights.release", lambda: book.rights.release(who))
        call("households.get", lambda: book.households.get(home))
        call("rights.kept_until", lambda: book.rights.kept_until(who))
        call("rights.preview_erasure", lambda: book.rights.preview_erasure(who))
        alone = self.family("901", "周来")
        call("rights.preview_erasure", lambda: book.rights.preview_erasure(alone.ids[0]))
        call("rights.erase", lambda: book.rights.erase(alone.ids[0], "asked"))
