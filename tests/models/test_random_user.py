"""A user who does anything in any order finds, after every close, exactly what was there before it.

Four seeds in each run; JINMEN_RANDOM_USERS=200 tries so many more, as a long check before a release.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.clock import FixedClock, today
from models.errors import NotFound
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.referral import MatterEntry, OutcomeEntry, ReferralEntry, StepEntry
from models.records.resident import PhoneEntry, ResidentEntry
from models.records.visit import AssessmentEntry, LearntFact, NeedEntry, VisitEntry
from models.security import keystore
from models.services.changes import ChangeRefused
from models.services.partners import NoPartner
from models.services.views import Office
from models.store import importing
from tests.conftest import PASSPHRASE, WORKER

SEEDS = [*range(4), *range(1000, 1000 + int(os.environ.get("JINMEN_RANDOM_USERS", "0")))]
STEPS = 60
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴单解仇𬱖", "伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂玉鑫䶮"
STREETS = ("鞍山道12号", "南京路88号", "")


@dataclass
class User:
    """The hand that does things, and what it believes it did."""

    book: Casebook
    dice: random.Random
    folder: Path
    names: dict[str, str] = field(default_factory=dict)
    homes: dict[str, dict[str, str]] = field(default_factory=dict)  # household -> resident -> membership
    visits: dict[str, int] = field(default_factory=dict)  # household -> how many
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)  # subject, fact -> value or state
    referrals: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # id -> resident, status, versions
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    # What is typed.

    def person(self) -> ResidentEntry:
        dice = self.dice
        phones = (PhoneEntry(number=f"138{dice.randrange(10**8):08}"),) if dice.random() < 0.5 else ()
        born = None if dice.random() < 0.1 else date(1930, 1, 1) + timedelta(days=dice.randrange(34_000))
        return ResidentEntry(
            name=dice.choice(FAMILY) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2)))),
            birth_date=born,
            sex=dice.choice("12"),
            phones=phones,
            facts=tuple(self.fact("person") for _n in range(dice.randrange(3))),
            note=dice.choice(("", "", "说“要助餐”；\n住三楼", "a' OR 1=1 --")),
        )

    def fact(self, level: str) -> FactEntry:
        name = self.dice.choice(
            [
                name
                for name, known in sorted(self.book._book.policies.facts.items())
                if known.level == level and name not in ("birth_date", "sex", "age")
            ]
        )
        state = self.dice.choice(("known", "known", "known", "not_known", "refused"))
        value = self.value(name) if state == "known" else None
        good = today(self.book.clock) + timedelta(days=self.dice.randrange(400)) if self.dice.random() < 0.3 else None
        return FactEntry(name=name, value=value, state=state, good_until=good)

    def value(self, name: str) -> Any:
        known = self.book._book.policies.facts[name]
        if known.type == "bool":
            return self.dice.random() < 0.5
        if known.domain:
            return self.dice.choice(known.domain)
        if known.type == "date":
            return f"{date(2015, 1, 1) + timedelta(days=self.dice.randrange(4000))}"
        return self.dice.randrange(5000)

    def someone(self) -> str:
        return self.dice.choice(sorted(self.names))

    def somewhere(self) -> str:
        """A household that somebody lives in."""
        return self.dice.choice(sorted(home for home, people in self.homes.items() if people))

    # The verbs.

    def register_household(self) -> None:
        members = tuple(
            MemberEntry(resident=self.person(), relation="0" if place == 0 else "2", counts=self.dice.random() < 0.9)
            for place in range(self.dice.randint(1, 3))
        )
        dwelling = DwellingEntry(
            community_code="120101001001",
            street_line=self.dice.choice(STREETS),
            building=str(self.dice.randrange(4)),
            door=str(self.dice.randrange(4)),
        )
        entry = HouseholdEntry(dwelling=dwelling, members=members, kinds=("living",), facts=(self.fact("household"),))
        made = self.book.households.register(entry)
        for member, resident in zip(members, made.ids, strict=True):
            assert member.resident is not None
            self.names[resident] = member.resident.name
        self.homes[made.id] = {}
        self.look_at_home(made.id)

    def look_at_home(self, home: str) -> None:
        view = self.book.households.get(home)
        self.homes[home] = {member.resident.id: member.id for member in view.members}

    def register_resident(self) -> None:
        entry, home = self.person(), self.somewhere()
        made = self.book.residents.register(entry, home)
        self.names[made.id] = entry.name
        self.look_at_home(home)
        assert made.id in self.homes[home]

    def amend(self) -> None:
        resident = self.someone()
        entry = self.book.residents.entry_of(resident).model_copy(
            update={"name": self.person().name, "education": "60"}
        )
        self.book.residents.amend(resident, entry)
        self.names[resident] = entry.name

    def join(self) -> None:
        home, entry = self.somewhere(), self.person()
        known = [resident for resident in sorted(self.names) if not any(resident in r for r in self.homes.values())]
        if known and self.dice.random() < 0.5:
            member = MemberEntry(resident_id=known[0], relation="8")
        else:
            member = MemberEntry(resident=entry, relation="2")
        made = self.book.households.add_member(home, member)
        self.names.setdefault(made.id, entry.name)
        self.look_at_home(home)
        assert made.id in self.homes[home]

    def leave(self) -> None:
        home = self.somewhere()
        resident, membership = self.dice.choice(sorted(self.homes[home].items()))
        try:
            self.book.households.end_membership(membership, today(self.book.clock))
        except ChangeRefused:  # the head of others, for whom nobody said who is head then; nothing was done
            assert len(self.homes[home]) > 2
            return
        del self.homes[home][resident]

    def visit(self) -> None:
        home, day = self.somewhere(), today(self.book.clock)
        people = sorted(self.homes[home])
        met = self.dice.random() < 0.8
        learnt = self.fact("person")
        entry = VisitEntry(
            household_id=home,
            outcome="met" if met else self.dice.choice(("nobody_home", "refused")),
            happened_on=day,
            met=(self.dice.choice(people),) if met else (),
            notes="门口说的：“好”。" * self.dice.randrange(3),
            needs=(NeedEntry(group="elderly", urgency=self.dice.choice(("now", "soon", "later"))),) if met else (),
            facts=(LearntFact(resident_id=people[0], fact=learnt),) if met else (),
            next_visit=day + timedelta(days=30) if self.dice.random() < 0.5 else None,
        )
        self.book.visits.record(entry)
        self.visits[home] = self.visits.get(home, 0) + 1
        if met:
            self.answers[people[0], learnt.name] = learnt.value if learnt.state == "known" else learnt.state

    def close_need(self) -> None:
        for need in self.book.visits.open_needs()[:1]:
            self.book.visits.set_need(need.id, self.dice.choice(("met", "dropped")))

    def assess(self) -> None:
        answers = {f"q{n}": self.dice.randrange(4) for n in range(8)}
        level = FactEntry(name="care_grade", value=self.dice.choice(("无", "轻", "中", "重")), source="assessment")
        resident = self.someone()
        self.book.assessments.record(
            AssessmentEntry(
                resident_id=resident,
                instrument="elder_ability",
                version="1",
                assessed_on=today(self.book.clock),
                answers=answers,
                score=sum(answers.values()),
                level=str(level.value),
                facts=(level,),
            )
        )
        self.answers[resident, "care_grade"] = level.value

    def learn(self) -> None:
        level = self.dice.choice(("person", "household"))
        subject = self.someone() if level == "person" else self.somewhere()
        entry = self.fact(level).model_copy(update={"good_until": None})
        self.book.facts.record("resident" if level == "person" else "household", subject, [entry])
        self.answers[subject, entry.name] = entry.value if entry.state == "known" else entry.state

    def answer(self) -> None:
        home = self.somewhere()
        questions = self.book.eligibility.check(home).questions
        if questions:
            question = self.dice.choice(questions)
            value = self.value(question.fact)
            changed = self.book.eligibility.answer(home, question.of, question.fact, value)
            self.answers[changed.id, question.fact] = value

    def keep(self) -> None:
        if "keep" not in self.done[:-1]:  # hundreds of determinations each time
            self.book.eligibility.keep(self.book.eligibility.check(self.somewhere()))

    def referral_entry(self, resident: str) -> ReferralEntry:
        services = sorted(self.book.eligibility.services())
        matters = tuple(MatterEntry(service_id=one) for one in self.dice.sample(services, self.dice.randint(1, 2)))
        language = self.dice.choice(("zh", "en"))
        return ReferralEntry(resident_id=resident, matters=matters, receiver="街道公共服务大厅", language=language)

    def issue(self) -> None:
        resident = self.dice.choice(sorted(self.homes[self.somewhere()]))
        made = self.book.referrals.issue(self.referral_entry(resident))
        self.book.referrals.keep_bytes(made.ids[0], b"%PDF")
        self.referrals[made.id] = (resident, "issued", 1)

    def correct(self) -> None:
        living = {resident for people in self.homes.values() for resident in people}
        for referral, (resident, status, versions) in sorted(self.referrals.items()):
            if resident in living and status not in ("done", "withdrawn"):
                status = "issued" if status == "refused" else status
                self.book.referrals.correct(referral, self.referral_entry(resident), "写错了")
                self.referrals[referral] = (resident, status, versions + 1)
                return

    def note_step(self) -> None:
        """Something that can be said of a letter now, at times taken back at once."""
        if not self.referrals:
            return
        referral = self.dice.choice(sorted(self.referrals))
        resident, _status, versions = self.referrals[referral]
        view = self.book.referrals.get(referral)
        can = [step for step in ("received", "accepted", "done", "refused", "withdrawn") if step in view.can]
        if not can:
            return
        step = self.dice.choice(can)
        outcomes = tuple(
            OutcomeEntry(
                service_id=m.service_id, component=m.component, result=self.dice.choice(("granted", "refused"))
            )
            for m in view.things
        )
        entry = StepEntry(
            step=step,
            happened_on=today(self.book.clock),
            reason="电话里说的",
            outcomes=outcomes if step == "done" else (),
        )
        self.book.referrals.note(referral, entry)
        if self.dice.random() < 0.3:
            self.book.referrals.take_back(referral)
            assert self.book.referrals.get(referral).status == view.status
        else:
            self.referrals[referral] = (resident, step, versions)

    def draft(self) -> None:
        if self.drafts and self.dice.random() < 0.3:
            gone = self.dice.choice(sorted(self.drafts))
            self.book.drafts.discard(gone)
            del self.drafts[gone]
            return
        body = {"people": [{"name": self.person().name}], "n": self.dice.randrange(10**9)}
        again = self.dice.choice(["", *sorted(self.drafts)])
        self.drafts[self.book.drafts.save("household", "1", "", "草稿", body, again)] = body

    def export(self) -> None:
        waiting = self.book.sync.status().waiting
        files = self.book.sync.export(self.folder)
        assert files or not waiting
        assert self.book.sync.status().waiting == 0

    def back_up(self) -> None:
        self.book.back_up()

    def mistake(self) -> None:
        """What fails must leave nothing behind."""
        with pytest.raises(NotFound):
            self.book.residents.amend("nobody", self.person())
        with pytest.raises(NotFound):
            self.book.referrals.issue(self.referral_entry("nobody"))

    def do(self) -> None:
        verbs: list[Callable[[], None]] = [
            self.register_household, self.register_resident, self.amend, self.join, self.leave, self.visit,
            self.close_need, self.assess, self.learn, self.answer, self.keep, self.issue, self.correct,
            self.note_step, self.draft, self.export, self.back_up, self.mistake,
        ]  # fmt: skip
        if not any(self.homes.values()):
            verbs = [self.register_household]
        verb = self.dice.choice(verbs)
        self.done.append(verb.__name__)
        verb()

    def believes(self) -> None:
        """What the hand did is what the casebook shows."""
        book = self.book
        assert set(book.residents.ids()) == set(self.names)
        assert {resident: book.residents.row(resident).name for resident in self.names} == self.names
        for home, people in self.homes.items():
            assert {member.resident.id for member in book.households.get(home).members} == set(people)
            assert len(book.visits.of_household(home)) == self.visits.get(home, 0)
        for (subject, name), said in self.answers.items():
            (fact,) = [fact for fact in book.facts.of(subject) if fact.name == name]
            assert said in (fact.value, fact.state) or fact.state == "expired"
        shown = {one.id: (one.resident_id, one.status, len(one.letters)) for one in book.referrals.all()}
        assert shown == self.referrals
        assert {one.id: dict(one.body) for one in book.drafts.all()} == self.drafts


def everything(book: Casebook) -> dict[str, Any]:
    """All that the screens can show."""
    shown: dict[str, Any] = {"today": book.today(), "order": book.residents.ids(), "sync": book.sync.status()}
    for resident in shown["order"]:
        shown[resident] = (
            book.residents.get(resident),
            book.residents.entry_of(resident),
            book.residents.timeline(resident),
            book.assessments.of_resident(resident),
            book.residents.find(book.residents.row(resident).name),
            [home.id for home in book.households.of_resident(resident)],
        )
    homes = sorted({home.id for resident in shown["order"] for home in book.households.of_resident(resident)})
    for home in homes:
        visits = book.visits.of_household(home)
        shown[home] = (book.households.get(home), book.households.timeline(home), visits)
    for home in homes[:1]:
        checked = book.eligibility.check(home)
        decided = [(r.service_id, r.component, r.resident_id, r.determination) for r in checked.results]
        shown["decided"] = (decided, checked.questions)
    for referral in book.referrals.all():
        shown[referral.id] = (referral, [book.referrals.letter(letter.id) for letter in referral.letters])
    shown["drafts"], shown["needs"] = book.drafts.all(), book.visits.open_needs()
    return shown


def digest_and_rebuilt(book: Casebook) -> str:
    """What the log and the rows are; made anew from the log alone they are the same."""
    with book._book.writing() as connection:
        found = importing.digest(connection)
        importing.rebuild(connection)
        assert importing.digest(connection) == found
    return found


@pytest.fixture(scope="module")
def office_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of a street office, to export for."""
    folder = tmp_path_factory.mktemp("office")
    street = Office("120101001", "和平区劝业场街道办事处", "劝业")
    book = Casebook.create(folder / "book", PASSPHRASE, office=street, worker=WORKER, cost=keystore.FLOOR)
    card = book.sync.write_card(folder)
    book.close()
    return card


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_a_user_does_is_there_after_every_close(
    seed: int, casebook_folder: Path, clock: FixedClock, tmp_path: Path, office_card: Path
) -> None:
    (tmp_path / "stick").mkdir()
    book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    with pytest.raises(NoPartner):
        book.sync.export(tmp_path / "stick")
    book.sync.trust_card(office_card)
    user = User(book, random.Random(seed), tmp_path / "stick")
    until = 0
    try:
        for step in range(1, STEPS + 1):
            user.do()
            clock.move(minutes=user.dice.choice((0, 1, 600)))
            if step < until and step != STEPS:
                continue
            until = step + user.dice.randint(8, 25)
            user.believes()
            before, kept = everything(user.book), digest_and_rebuilt(user.book)
            user.book.close()
            user.book = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
            after = everything(user.book)
            assert [key for key in before if before[key] != after.get(key)] == []
            assert after == before
            with user.book._book.reading() as connection:
                assert importing.digest(connection) == kept
    except BaseException as trouble:
        trouble.add_note(f"seed {seed}: {' '.join(user.done)}")
        raise
    finally:
        user.book.close()
    assert len(set(user.done)) > 10
