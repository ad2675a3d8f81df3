"""A casebook in which a little of everything was done, the same on every engine: for registers and statistics."""

import random
from datetime import date, timedelta

from models.casebook import Casebook
from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.referral import MatterEntry, OutcomeEntry, ReferralEntry, StepEntry
from models.records.resident import DocumentEntry, ResidentEntry
from models.records.rights import ConsentEntry
from models.records.visit import AssessmentEntry, NeedEntry, VisitEntry
from tests.models.services.people import five_people

PLACES = ("120101001001", "120101001002", "120102001001")
GROUPS = ("elderly", "health", "support", "housing")
NUMBER = "11010519491231002X"
TODAY = date(2026, 11, 22)


def fill(book: Casebook, today: date, seed: int = 5) -> dict[str, list[str]]:
    """Households in three communities, visits, needs, letters, assessments, consent. Returns ids by what they are."""
    dice = random.Random(seed)
    home = book.households.register(five_people()).id
    made: dict[str, list[str]] = {"households": [home], "residents": [], "referrals": [], "visits": []}
    for number in range(9):
        members = tuple(
            MemberEntry(
                resident=ResidentEntry(
                    name="甲乙丙丁戊己庚辛壬"[number] + "一二三四"[place],
                    birth_date=date(1935 + dice.randrange(80), 3, 4),
                    sex=dice.choice(("1", "2")),
                    documents=(DocumentEntry(kind="passport", number=f"E1234567{number}"),) if place == 0 else (),
                    facts=(FactEntry(name="hukou_tianjin", value=True),),
                ),
                relation="0" if place == 0 else "8",
            )
            for place in range(dice.randrange(1, 4))
        )
        where = DwellingEntry(
            community_code=PLACES[number % 3], street_line="鞍山道9号", building="1", unit="1", door=f"{number + 2}01"
        )
        entry = HouseholdEntry(dwelling=where, members=members, since=date(2026, dice.randrange(1, 11), 9))
        made["households"].append(book.households.register(entry).id)
    made["residents"] = book.residents.ids("address")
    for number, one in enumerate(made["households"] * 2):
        who = book.households.get(one).members[0].resident.id
        outcome = dice.choice(("met", "met", "nobody_home", "refused"))
        needs = tuple(
            NeedEntry(group=dice.choice(GROUPS), urgency="soon", note=f"送餐 {NUMBER}", resident_id=who)
            for _n in range(dice.randrange(3))
        )
        visit = VisitEntry(
            household_id=one,
            outcome=outcome,
            happened_on=today - timedelta(days=17 * number % 120),
            met=(who,) if outcome == "met" else (),
            purpose="例行走访",
            needs=needs,
        )
        made["visits"].append(book.visits.record(visit).id)
    for number, one in enumerate(made["residents"][:6]):
        entry_ = ReferralEntry(
            resident_id=one, matters=(MatterEntry(service_id="S50"),), receiver=f"办事处{number % 2}"
        )
        made["referrals"].append(book.referrals.issue(entry_).id)
    came = OutcomeEntry(service_id="S50", result="granted", since=today)
    book.referrals.note(made["referrals"][0], StepEntry(step="done", happened_on=today, outcomes=(came,)))
    book.referrals.note(made["referrals"][1], StepEntry(step="refused", happened_on=today, reason="材料不全"))
    for number, one in enumerate(made["residents"][:4]):
        book.assessments.record(
            AssessmentEntry(
                resident_id=one,
                instrument="elder_ability",
                version="1",
                assessed_on=today - timedelta(days=40 * number),
                answers={},
                score=30 + number,
                level="1" if number else "2",
            )
        )
        book.consents.record(
            ConsentEntry(
                resident_id=one,
                action="given" if number else "refused",
                classes=("plain", "health") if number else ("health",),
                how="paper",
                given_by="guardian" if number == 3 else "self",
                guardian_name="单芳" if number == 3 else "",
                given_on=today - timedelta(days=number),
            )
        )
    return made
