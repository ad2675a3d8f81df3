"""What years of visits learnt of invented residents, for lists that look as in an office: told facts, made visits."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from models.records.fact import FactEntry
from models.records.household import HouseholdEntry, MemberEntry
from models.records.visit import NeedEntry, NeedGroup, VisitEntry
from models.values import age_on

_INCOMES = (640, 820, 960, 1030, 1060, 1090, 1280, 1460, 1540, 1580, 1640, 1900, 2400, 3200, 4800)
"""Yuan a head and month, many of them about the dibao standard and half as much again: there rules change things."""

_DISABILITIES = ("视力", "听力", "肢体", "肢体", "智力", "多重")

_NEEDS: tuple[tuple[NeedGroup, str], ...] = (
    ("elderly", "想了解助餐服务。"),
    ("housing", "房租涨了，问公租房怎么申请。"),
    ("health", "出院后需要康复指导。"),
    ("work", "下岗半年，想参加技能培训。"),
    ("support", "残疾人证快到期，问换证手续。"),
    ("education", "孩子转学，问需要什么材料。"),
)

Told = tuple[tuple[str, bool | int | str], ...]


def well_known(entries: Iterable[HouseholdEntry], day: date, seed: int = 1) -> Iterator[HouseholdEntry]:
    """The same households, of about two thirds of which much more was asked; a seed gives the same every time."""
    dice = random.Random(seed)  # noqa: S311  # invented people, not keys
    for entry in entries:
        if dice.random() < 0.35:
            yield entry
            continue
        asked = day - timedelta(days=dice.randint(5, 300))
        told = _of_household(dice, entry)
        members = tuple(_member(dice, member, asked, day) for member in entry.members)
        yield entry.model_copy(update={"facts": (*entry.facts, *_facts(told, asked)), "members": members})


def _facts(told: Told, asked: date) -> tuple[FactEntry, ...]:
    return tuple(FactEntry(name=name, value=value, as_of=asked) for name, value in told)


def _of_household(dice: random.Random, entry: HouseholdEntry) -> Told:
    known = {fact.name for fact in entry.facts}
    poor = any(fact.name in ("dibao", "low_income") and fact.value for fact in entry.facts)
    told: list[tuple[str, bool | int | str]] = [
        ("income_per_capita_month", dice.choice(_INCOMES[:4] if poor else _INCOMES)),
        ("housing_difficulty", dice.random() < 0.08),
        ("dibao_marginal", False),
        ("dangerous_only_home", False),
        ("disaster_damaged_home", False),
    ]
    if dice.random() < 0.7:
        told.append(("assets_within_rules", dice.random() < 0.9))
    told += [(name, False) for name in ("dibao", "low_income") if name not in known]
    return tuple(told)


def _member(dice: random.Random, member: MemberEntry, asked: date, day: date) -> MemberEntry:
    resident = member.resident
    if resident is None or resident.birth_date is None:
        return member
    told = _of_person(dice, age_on(resident.birth_date, day))
    more = _facts(told, asked)
    return member.model_copy(update={"resident": resident.model_copy(update={"facts": (*resident.facts, *more)})})


def _of_person(dice: random.Random, age: int) -> Told:
    disabled = dice.random() < 0.06
    told: list[tuple[str, bool | int | str]] = [
        ("disability_cert", disabled),
        ("tekun", False),
        ("veteran", age > 25 and dice.random() < 0.03),
    ]
    if disabled:
        told += [("disability_category", dice.choice(_DISABILITIES)), ("disability_grade", dice.randint(1, 4))]
    if 3 <= age <= 21:
        stages = ("幼儿园", "小学", "初中", "普通高中", "高校")
        told.append(("school_stage", stages[sum(age > limit for limit in (5, 11, 14, 17))]))
        told += [("school_in_tianjin", dice.random() < 0.9), ("formal_enrolment", True)]
    elif age > 21:
        told.append(("school_stage", "无"))
    if 22 <= age < 60:
        work = dice.choices(("单位职工", "灵活就业", "新就业形态", "失业", "无业"), (60, 16, 8, 9, 7))[0]
        told += [
            ("employment_status", work),
            ("insured_in_tianjin", work == "单位职工" or dice.random() < 0.5),
            ("job_seeking", work in ("失业", "无业") and dice.random() < 0.6),
        ]
    if age >= 60:
        told += [
            ("employment_status", "退休"),
            ("in_care_institution", False),
            ("only_child_parent", age < 78 and dice.random() < 0.5),
            ("city_model_worker", dice.random() < 0.02),
            ("employee_pension_covered", dice.random() < 0.7),
        ]
    if age >= 75:
        told.append(("care_grade", dice.choices(("无", "轻", "中", "重"), (70, 14, 10, 6))[0]))
    return tuple(told)


def sample_visits(homes: Sequence[tuple[str, str]], day: date, seed: int = 1) -> Iterator[VisitEntry]:
    """The newest visit of each of these homes (household id, id of the member who was met), in the months before."""
    dice = random.Random(seed)  # noqa: S311  # invented visits, not keys
    for place, (household, resident) in enumerate(homes):
        happened = day - timedelta(days=dice.randint(3, 300))
        if dice.random() < 0.12:
            yield VisitEntry(household_id=household, outcome="nobody_home", happened_on=happened)
            continue
        group, note = dice.choice(_NEEDS)
        promised = day + timedelta(days=dice.randint(-2, 20)) if place % 4 == 0 else None
        yield VisitEntry(
            household_id=household,
            outcome="met",
            happened_on=happened,
            met=(resident,),
            needs=(NeedEntry(group=group, urgency="soon", note=note),) if place % 3 == 0 else (),
            next_visit=promised,
            next_reason=note.rstrip("。") if promised else "",
        )
