"""The speed of casework without a window: visits that are saved, services decided for a household, files exchanged."""

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from desktop.bench_register import COMMUNITY, PASSPHRASE, STREET, forget_names, make_casebook
from desktop.bench_table import Row, Scale, row, timed
from desktop.sample import sample_households
from models.casebook import Casebook
from models.clock import today
from models.eligibility import decide_all, load_policies, next_questions
from models.records.fact import FactEntry
from models.records.letter import LetterValue
from models.records.referral import MatterEntry, ReferralEntry
from models.records.visit import LearntFact, NeedEntry, VisitEntry
from models.services.views import HouseholdCheck


def saves(casebook: Casebook, scale: Scale) -> Iterator[Row]:
    """Visits with two needs and three facts, each to another household."""
    day = today(casebook.clock)
    homes: dict[str, str] = {}
    for resident in islice(casebook.residents.ids("address"), 8 * scale.many):
        homes.update((home.id, resident) for home in casebook.households.of_resident(resident)[:1])
    entries = [
        VisitEntry(
            household_id=home,
            outcome="met",
            happened_on=day,
            met=(resident,),
            purpose="入户走访",
            notes="老人独居，近日行动不便，希望社区帮助联系助餐。",
            next_visit=day + timedelta(days=30),
            needs=(
                NeedEntry(group="elderly", urgency="now", note="助餐"),
                NeedEntry(group="health", urgency="soon", note="家庭医生签约"),
            ),
            facts=tuple(
                LearntFact(fact=FactEntry(name=name, value=value, as_of=day))
                for name, value in (("dibao", False), ("low_income", True), ("income_per_head_month", 1200))
            ),
        )
        for home, resident in homes.items()
    ]
    todo = iter(entries)
    runs = min(scale.many, len(entries) - 1)
    saved = timed(runs, lambda: casebook.visits.record(next(todo)))
    yield row("saving a visit with 2 needs and 3 facts, wall", "ms", saved, 50)


def checks(casebook: Casebook, household: str, scale: Scale) -> Iterator[Row]:
    """Every service for a household of five."""
    policies = load_policies()
    check = casebook.eligibility.check(household)
    shown = [result for result in check.results if result.determination.outcome != "not_eligible"]
    name = f"all {len(policies.services)} services for a household of five"
    whole = timed(scale.many, lambda: casebook.eligibility.check(household))
    yield row(f"{name}: check", "ms", whole, 20)
    yield row(f"{name}: deciding alone", "ms", timed(scale.many, lambda: decide_all(policies, check.case)))
    decided = [result.determination for result in check.results]
    asking = timed(scale.many, lambda: next_questions(policies, check.case, decided))
    yield row(f"{name}: next questions alone", "ms", asking)
    explained = timed(scale.many, lambda: [result.explain() for result in shown])
    yield row(f"explaining the {len(shown)} results that are shown", "ms", explained)


def letter_of(casebook: Casebook, check: HouseholdCheck) -> LetterValue:
    """The letter of one referral, about up to three things that somebody of the household is eligible for."""
    due = [r for r in check.results if r.resident_id and r.determination.outcome == "eligible"]
    due = due or [r for r in check.results if r.resident_id]
    who = due[0].resident_id
    matters = {r.service_id: MatterEntry(service_id=r.service_id) for r in due if r.resident_id == who}
    entry = ReferralEntry(resident_id=who, matters=tuple(matters.values())[:3], receiver=STREET.name)
    return casebook.referrals.letter(casebook.referrals.issue(entry).ids[0])


def exchange(scratch: Path, scale: Scale) -> Iterator[Row]:
    """A laptop's changes into sealed files, and the files into the office's casebook."""
    laptop = make_casebook(scratch / "laptop")
    office = make_casebook(scratch / "office", STREET)
    stick = scratch / "stick"
    stick.mkdir()
    laptop.sync.trust_card(office.sync.write_card(stick))
    office.sync.trust_card(laptop.sync.write_card(stick))
    office.close()
    day = today(laptop.clock)
    for entry in sample_households(scale.records, COMMUNITY.code, day, seed=7):
        if (waiting := laptop.sync.status().waiting) >= scale.records:
            break
        laptop.households.register(entry)
    out, taken = [], []
    for number in range(scale.runs + 1):
        folder = scratch / f"stick-{number}"
        folder.mkdir()
        began = time.perf_counter()
        files = laptop.sync.export(folder)
        out.append(waiting / (time.perf_counter() - began))
        shutil.copytree(scratch / "office", scratch / f"office-{number}")
        office = Casebook.open(scratch / f"office-{number}", PASSPHRASE)
        forget_names()  # the office has not met them
        began = time.perf_counter()
        for file in files:
            office.sync.apply(file)
        taken.append(waiting / (time.perf_counter() - began))
        if len(office.residents.ids()) != len(laptop.residents.ids()):
            raise RuntimeError("not everybody arrived")
        office.close()
    laptop.close()
    yield row(f"export of {waiting:,} changes, sealed and signed", "changes/s", out[1:])
    imported = f"import of {waiting:,} changes with search keys"
    yield row(imported, "changes/s", taken[1:], 4_500, at_least=True)
