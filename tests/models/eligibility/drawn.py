"""Drawn households of a Tianjin community, whose every fact is settled, and how soon questions find what they are due.

The sample is made apart from the chances by which the program orders its questions (resources/policies/questions.yaml).
It draws whole households, from their shape to the schooling, work, insurance, health and relief of everybody in them,
each fact by what was drawn before it. The rates are plausible guesses of the size that public figures give (nearly a
quarter of the residents are 60 or older, a good fifth of the households come from elsewhere, some three in a hundred
live on relief, six in a hundred are disabled); no resident was looked at. A fact that this file does not draw, because
a pack brought it later, is drawn by the dictionary's own prior. No drawn fact contradicts what the dictionary says it
presupposes. Facts that only an office knows, sensitive ones and those that are never asked are not drawn: they stay
unknown from the first question to the last.

What is known before the first question is what every registration gives: date of birth, sex, marital status, whether
somebody belongs to a minority, and whether the household register is a Tianjin one. Everything else is unknown.

The measure. The *new entitlements* of a person are the services that the person (or the household) meets all conditions
of when every fact that may be asked is answered truthfully, and did not meet at the start; universal services are not
among them, nor what is received already. ``found()`` says how many of them are decided after each question. A question
is what is asked in one breath and answered on one card: one fact of one person, a group of facts of one owner, or one
thing of every member. A fixed form is allowed the same cards. What was asked and does not apply stays unknown.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models.eligibility import Case, Person, Policies, decide_all
from models.eligibility.case import minus_years

ON = date(2026, 5, 20)
KNOWN_AT_REGISTRATION = frozenset(
    {"birth_date", "sex", "marital_status", "ethnic_minority", "hukou_tianjin", "deceased"}
)

Answers = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A household with all its facts: the household's own, and (id, role, facts) of everybody."""

    household: Answers
    people: tuple[tuple[str, str, Answers], ...]

    def alone(self, place: int) -> "Drawn":
        """One of its people as if nobody else were there."""
        name, _role, facts = self.people[place]
        return Drawn(self.household, ((name, "applicant", facts),))

    def truth(self, of: str, fact: str) -> Any:
        """What is so; None where it has no meaning, or nobody knows."""
        if of == "household":
            return self.household.get(fact)
        return next((facts.get(fact) for name, _role, facts in self.people if name == of), None)

    def case(self, policies: Policies, told: Iterable[tuple[str, str]], states: Mapping[tuple[str, str], str]) -> Case:
        """The case in which these facts (of, fact) are known beside what registration gives."""
        known = set(told)

        def given(of: str, facts: Answers) -> Answers:
            return {
                name: value
                for name, value in facts.items()
                if value is not None
                and name in policies.facts
                and (name in KNOWN_AT_REGISTRATION or (of, name) in known)
            }

        people = tuple(Person(name, given(name, facts), role, sex=facts["sex"]) for name, role, facts in self.people)
        return Case(ON, given("household", self.household), people, states)


def draw_household(policies: Policies, seed: int) -> Drawn:
    """A household; the same seed gives the same one."""
    dice = random.Random(f"household {seed}")
    home = _Home(dice)
    people = []
    for place, (role, woman, age) in enumerate(home.members):
        facts = home.person(role, woman, age)
        people.append((f"p{place + 1}", role, facts))
    household = home.household([facts for _name, _role, facts in people])
    for _name, _role, facts in people:
        _fill(policies, dice, facts, "person")
    _fill(policies, dice, household, "household")
    drawn = Drawn(household, tuple(people))
    for of, facts in (("household", household), *((name, facts) for name, _role, facts in people)):
        _consistent(policies, of, facts, household)
    return drawn


class _Home:
    """What the members of one household share while they are drawn."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.newcomer = self.chance(0.22)
        self.village = not self.newcomer and self.chance(0.12)
        self.members = self._members()
        oldest = max(age for _role, _woman, age in self.members)
        alone = len(self.members) == 1 and oldest >= 60
        self.poor = self.chance(0.10 if alone or self.village else 0.05)
        granted = self.pick({"dibao": 0.45, "low": 0.3, "margin": 0.1, "": 0.15}) if self.poor else ""
        self.granted = "" if self.newcomer and granted else granted

    def chance(self, rate: float) -> bool:
        return self.dice.random() < rate

    def pick(self, weights: Mapping[Any, float]) -> Any:
        return self.dice.choices(list(weights), list(weights.values()))[0]

    def _members(self) -> list[tuple[str, bool, int]]:
        """(role, woman, age), the head first."""
        dice = self.dice
        shapes = {"family": 32, "couple": 18, "elder": 31, "single": 9, "three": 7, "parent": 3}
        if self.newcomer:
            shapes = {"family": 50, "couple": 22, "elder": 2, "single": 20, "three": 3, "parent": 3}
        shape = self.pick(shapes)
        if shape == "elder":
            age, woman = dice.choices(range(61, 96), [max(1, 96 - a) for a in range(61, 96)])[0], self.chance(0.5)
            found = [("applicant", woman, age)]
            if self.chance(0.6):
                found.append(("husband" if woman else "wife", not woman, min(97, max(58, age + dice.randint(-5, 4)))))
            return found
        if shape == "single":
            return [("applicant", self.chance(0.5), dice.randint(20, 59))]
        head = dice.randint(25, 45 if self.newcomer else 61)
        if shape == "parent":
            found = [("applicant", self.chance(0.7), head)]
        else:
            found = [("applicant", False, head), ("wife", True, max(22, head + dice.randint(-5, 3)))]
        if shape != "couple":
            for _child in range(self.pick({1: 68, 2: 30, 3: 2})):
                girl = self.chance(0.48)
                found.append(("daughter" if girl else "son", girl, max(0, head - dice.randint(23, 33))))
        if shape == "three":
            for woman in (True, False)[: self.pick({1: 0.6, 2: 0.4})]:
                found.append(("mother" if woman else "father", woman, head + dice.randint(22, 29)))
        return found

    def person(self, role: str, woman: bool, age: int) -> Answers:
        """All facts of one member, each by what was drawn before it."""
        facts: Answers = {"deceased": False, "counts_in_household": True, "sex": "女" if woman else "男"}
        facts["birth_date"] = minus_years(ON, age) - timedelta(days=self.dice.randint(0, 360))
        alone = self.pick(
            {"未婚": 0.55, "离异": 0.35, "丧偶": 0.1} if age < 60 else {"丧偶": 0.75, "离异": 0.15, "未婚": 0.1}
        )
        paired = role in ("wife", "husband") or any(other in ("wife", "husband") for other, _w, _a in self.members)
        facts["marital_status"] = "未婚" if age < 22 or role in ("son", "daughter") else "已婚" if paired else alone
        facts["ethnic_minority"] = self.chance(0.03)
        for part in (self._home, self._school, self._work, self._insurance, self._health, self._relief, self._standing):
            part(facts, role, woman, age)
        return facts

    def _home(self, facts: Answers, role: str, woman: bool, age: int) -> None:
        local = not self.newcomer
        facts["hukou_tianjin"] = local
        if local:
            young = self.chance(0.04)
            facts["hukou_tianjin_since"] = ON - timedelta(days=900) if young and age > 2 else facts["birth_date"]
        facts["hukou_rural"] = self.village or (self.newcomer and self.chance(0.6))
        facts["hukou_at_residence"] = local and self.chance(0.75)
        facts["resident_urban_tianjin"] = not self.village and self.chance(0.99)
        facts["resident_rural_tianjin"] = self.village
        facts["residence_permit"] = self.newcomer and self.chance(0.6)
        facts["valid_documents"] = local or facts["residence_permit"]
        facts["settled_rural_migrant"] = (
            local and facts.get("hukou_tianjin_since") != facts["birth_date"] and self.chance(0.3)
        )
        facts["owns_home_in_rent_district"] = self.chance(0.75 if local else 0.25)

    def _school(self, facts: Answers, role: str, woman: bool, age: int) -> None:
        chances: Mapping[str, float]
        if age < 3 or age > 27:
            chances = {"无": 1}
        elif age < 6:
            chances = {"幼儿园": 0.92, "无": 0.08}
        elif age < 12:
            chances = {"小学": 1}
        elif age < 15:
            chances = {"初中": 1}
        elif age < 18:
            chances = {"普通高中": 0.62, "中职": 0.34, "无": 0.04}
        elif age < 22:
            chances = {"高校": 0.6, "无": 0.4}
        elif age < 25:
            chances = {"高校": 0.08, "研究生": 0.1, "无": 0.82}
        else:
            chances = {"研究生": 0.03, "无": 0.97}
        stage = facts["school_stage"] = self.pick(chances)
        pupil, high = stage != "无", stage in ("高校", "研究生")
        facts["school_in_tianjin"] = pupil and self.chance(0.65 if high else 0.97)
        facts["formal_enrolment"] = pupil and stage != "幼儿园" and self.chance(0.98)
        first = {"小学": 6, "初中": 12, "普通高中": 15, "中职": 15, "高校": 18, "研究生": 22}.get(stage)
        facts["school_year"] = min(6, max(1, age - first + 1)) if first else None
        boards = {"小学": 0.02, "初中": 0.08, "普通高中": 0.3, "中职": 0.5, "高校": 0.95, "研究生": 0.9}
        facts["boarding"] = self.chance(boards.get(stage, 0))
        facts["econ_difficulty_student"] = pupil and self.chance(0.7 if self.granted else 0.04)
        facts["kindergarten_inclusive"] = stage == "幼儿园" and self.chance(0.75)
        facts["kindergarten_fee_year"] = self.dice.choice((6000, 9600, 14400, 24000)) if stage == "幼儿园" else None
        facts["major_category"] = (
            self.pick({"其他": 0.93, "涉农": 0.05, "其他艺术表演": 0.02}) if stage == "中职" else None
        )
        facts["tuition_waived"] = stage == "中职" and self.chance(0.5)
        facts["national_grant_awarded"] = stage == "中职" and self.chance(0.1)
        facts["minority_region_student"] = False
        facts["tianjin_university_student"] = high and facts["school_in_tianjin"]
        graduate = age >= 22 and stage != "高校" and self.chance(0.55 if age < 31 else 0.32 if age < 46 else 0.12)
        facts["higher_ed_graduate"] = graduate
        here = graduate and age < 40 and self.chance(0.4)
        facts["tianjin_university_graduated"] = (
            minus_years(ON, max(0, age - 22)) - timedelta(days=300) if here else "无"
        )

    def _work(self, facts: Answers, role: str, woman: bool, age: int) -> None:
        pensionable = age >= (55 if woman else 60)
        if facts["school_stage"] not in ("无", "幼儿园"):
            work = "学生"
        elif age < 16:
            work = "无业"
        elif pensionable:
            gets = 0.25 if self.village else 0.85
            work = self.pick({"退休": gets, "无业": 0.95 - gets, "灵活就业": 0.03, "单位职工": 0.02})
        else:
            chances = {
                "单位职工": 0.58,
                "灵活就业": 0.12,
                "无雇工个体工商户": 0.04,
                "有雇工个体工商户": 0.02,
                "非全日制": 0.02,
                "新就业形态": 0.06,
                "失业": 0.07,
                "无业": 0.09,
            }
            if self.poor:
                chances |= {"单位职工": 0.2, "失业": 0.25, "无业": 0.3}
            if woman and age >= 50:
                chances["退休"] = 0.4
            work = self.pick(chances)
        facts["employment_status"] = work
        employed = work in ("单位职工", "非全日制", "新就业形态")
        facts["employer_in_tianjin"] = employed and self.chance(0.95)
        wage = self.dice.choice((3200, 4200, 5200, 6500, 9000)) if work == "单位职工" else None
        facts["wage_month"] = wage
        earns = {
            "灵活就业": 3200,
            "无雇工个体工商户": 4500,
            "有雇工个体工商户": 8000,
            "非全日制": 2400,
            "新就业形态": 5500,
        }
        pension = 700 if self.village or self.poor else self.dice.choice((2600, 3400, 4300))
        facts["income_month"] = wage or earns.get(work, 0) or (pension if work == "退休" else 0)
        if work == "无业" and age >= 60:
            facts["income_month"] = 320
        if self.poor:
            facts["income_month"] = min(facts["income_month"], 900 + 100 * self.dice.randint(0, 6))
        seeks = {"失业": 0.8, "无业": 0.25, "灵活就业": 0.15, "新就业形态": 0.1, "非全日制": 0.2, "单位职工": 0.04}
        facts["job_seeking"] = 16 <= age < 60 and self.chance(
            seeks.get(work, 0.12 if age >= 21 and work == "学生" else 0.02)
        )
        facts["employment_difficulty"] = work == "失业" and self.chance(0.45 if age >= 45 or self.poor else 0.15)
        facts["paired_region_labour"] = self.newcomer and facts["hukou_rural"] and age >= 16 and self.chance(0.05)
        facts["training_done"] = 18 <= age < 60 and self.chance(0.06)
        own = work in ("无雇工个体工商户", "有雇工个体工商户")
        facts["startup_kind"] = "个体工商户" if own else "企业" if work == "单位职工" and self.chance(0.01) else "无"
        facts["business_in_tianjin"] = facts["startup_kind"] != "无" and self.chance(0.95)
        facts["first_business"] = facts["startup_kind"] == "企业" and self.chance(0.7)
        facts["legal_representative"] = facts["startup_kind"] == "企业" and self.chance(0.8)
        facts["employs_disabled"] = work == "有雇工个体工商户" and self.chance(0.02)
        labouring = work not in ("学生", "退休", "失业", "无业")
        facts["migrant_worker"] = facts["hukou_rural"] and labouring and self.chance(0.75 if self.newcomer else 0.3)
        facts["hardship_worker"] = work == "单位职工" and self.chance(0.2 if self.poor else 0.003)
        facts["union_member_active"] = work == "单位职工" and self.chance(0.5)
        facts["union_card"] = facts["union_member_active"] and self.chance(0.8)
        facts["union_event"] = "指定重大疾病" if facts["union_card"] and self.chance(0.02) else "无"
        facts["sanitation_or_bus_worker"] = work == "单位职工" and self.chance(0.015)
        facts["professional_technical"] = work == "单位职工" and self.chance(0.18)
        facts["skill_award"] = "其他" if work == "单位职工" and self.chance(0.004) else "无"
        facts["aid_dispatch_months"] = None
        facts["city_model_worker"] = work in ("单位职工", "退休") and self.chance(0.003)

    def _insurance(self, facts: Answers, role: str, woman: bool, age: int) -> None:
        work = facts["employment_status"]
        employee = {"单位职工": 0.96, "退休": 0.2 if self.village else 0.92, "灵活就业": 0.5, "新就业形态": 0.35}
        share = employee.get(work, 0.25 if work == "失业" else 0.3 if "个体" in work else 0.05 if age >= 25 else 0)
        covered = facts["employee_pension_covered"] = self.chance(share)
        medical = facts["employee_medical_insured"] = covered and self.chance(0.95)
        facts["employee_medical_required"] = work == "单位职工" or (work == "退休" and medical)
        facts["resident_medical_insured"] = not medical and self.chance(0.5 if self.newcomer else 0.92)
        facts["other_medical_scheme"] = not medical and self.chance(0.01)
        here = medical or covered or facts["resident_medical_insured"]
        facts["insured_in_tianjin"] = here and self.chance(0.8 if self.newcomer else 0.99)
        pays = work == "灵活就业" and covered
        facts["insurance_scope"] = self.pick({"养老和医疗等": 0.8, "只缴养老": 0.2}) if pays else None
        facts["insurance_paid_month"] = self.dice.choice((900, 1400, 1900)) if pays else None

    def _health(self, facts: Answers, role: str, woman: bool, age: int) -> None:
        fertile = woman and 20 <= age <= 42
        facts["maternity_status"] = self.pick({"无": 0.93, "孕期": 0.035, "产后": 0.035}) if fertile else "无"
        risk = 0.02 if age < 35 else 0.15 if age < 45 else 0.35 if age < 60 else 0.55 if age < 70 else 0.7
        facts["chronic_high_risk"] = self.chance(risk)
        facts["endemic_disease"] = "饮水型氟中毒" if self.village and age > 30 and self.chance(0.02) else "无"
        share = 0.013 if age < 18 else 0.045 if age < 60 else 0.1 if age < 80 else 0.16
        disabled = self.chance(min(0.5, share * (4 if self.poor else 1)))
        kinds = {"肢体": 0.5, "听力": 0.13, "视力": 0.12, "智力": 0.1, "精神": 0.09, "多重": 0.05, "言语": 0.01}
        facts["disability_category"] = self.pick(kinds) if disabled else "无"
        facts["disability_cert"] = disabled and self.chance(0.93)
        grade = self.pick({1: 0.16, 2: 0.3, 3: 0.29, 4: 0.25}) if disabled else None
        facts["disability_grade"] = grade
        severe = disabled and grade in (1, 2)
        facts["rehab_need"] = disabled and self.chance(0.35)
        facts["device_need"] = self.chance(0.35 if disabled else 0.1 if age >= 80 else 0.003)
        facts["barrier_free_need"] = self.chance(0.3 if severe else 0.15 if disabled or age >= 80 else 0.01)
        facts["disability_hardship_child"] = disabled and age < 18 and self.chance(0.7)
        care = {"无": 1.0}
        if age >= 60:
            loss = 0.03 if age < 75 else 0.12 if age < 85 else 0.32
            loss = min(0.8, loss + (0.3 if severe else 0))
            care = {"无": 1 - loss, "轻": loss * 0.5, "中": loss * 0.3, "重": loss * 0.2}
        found = facts["care_grade"] = self.pick(care)
        facts["ability_level"] = {"轻": "轻度失能", "中": "中度失能", "重": "重度失能"}.get(found, "能力完好")
        home = age >= 70 and self.chance(0.15 if found in ("中", "重") else 0.01)
        facts["in_care_institution"] = home
        facts["days_in_institution"] = self.dice.randint(5, 900) if home else None
        facts["voluntary_admission"] = home
        facts["foster_mode"] = self.pick({"居家": 0.7, "日间照料": 0.2, "寄宿": 0.1}) if disabled else None
        facts["labor_capacity"] = 16 <= age < 65 and not (severe and self.chance(0.8))
        facts["inpatient_oop"] = self.dice.choice((0, 0, 0, 3000, 18000)) if age >= 50 else 0
        facts["outpatient_oop"] = self.dice.choice((0, 300, 900, 2000)) if age >= 45 else 0
        facts["remaining_oop"] = 6000 if facts["inpatient_oop"] >= 18000 else 0

    def _relief(self, facts: Answers, role: str, woman: bool, age: int) -> None:
        alone = len(self.members) == 1 and age >= 60
        supported = not alone or self.chance(0.93)
        facts["livelihood_source"] = facts["income_month"] > 0 or self.chance(0.6 if age >= 16 else 0.9)
        facts["legal_supporter"] = supported
        facts["legal_supporter_capable"] = (not self.poor or self.chance(0.5)) if supported else None
        facts["tekun"] = alone and not supported and self.chance(0.7)
        facts["tekun_mode"] = self.pick({"分散": 0.8, "集中": 0.2}) if facts["tekun"] else None
        facts["family_supported"] = age < 22 or (facts["income_month"] == 0 and self.chance(0.7))
        facts["separate_household_possible"] = age >= 18 and self.chance(0.9)
        facts["life_difficulty"] = self.chance(0.8 if self.poor else 0.03)
        facts["disaster_affected"] = self.chance(0.002)
        facts["vagrant"] = False

    def _standing(self, facts: Answers, role: str, woman: bool, age: int) -> None:
        parent = age >= 24 and facts["marital_status"] != "未婚"
        children = self.pick({0: 0.1, 1: 0.6, 2: 0.25, 3: 0.05}) if parent else 0
        here = sum(other in ("son", "daughter") for other, _w, _a in self.members)
        if role in ("applicant", "wife", "husband") and here:
            children = max(here, 1)
        facts["children_count"] = children
        facts["childless"] = children == 0
        facts["only_child_parent"] = children == 1 and age >= 35 and self.chance(0.3 if self.village else 0.75)
        child = age < 18
        facts["orphan"] = child and self.chance(0.002)
        facts["orphan_care_mode"] = "社会散居" if facts["orphan"] else None
        facts["de_facto_unsupported"] = child and not facts["orphan"] and self.chance(0.003)
        facts["welfare_institution"] = "无"
        facts["institution_hukou"] = facts["lives_in_welfare_institution"] = False
        facts["working_away"] = 20 <= age < 60 and self.chance(0.15 if self.village else 0.03)
        facts["guardianship_capacity"] = age >= 18 and self.chance(0.97)
        soldier = age >= 20 and self.chance((0.1 if age >= 60 else 0.05) * (0.05 if woman else 1))
        facts["veteran"] = soldier
        facts["self_employment_veteran"] = soldier and age < 55 and self.chance(0.5)
        facts["received_by_tianjin"] = soldier and not self.newcomer
        kinds = (
            {"无": 0.9, "退伍军人": 0.07, "残疾军人": 0.02, "复员军人": 0.01}
            if soldier
            else {"无": 0.997, "烈士遗属": 0.003}
        )
        facts["military_status"] = self.pick(kinds)
        facts["regular_pension_recipient"] = facts["military_status"] != "无" and self.chance(0.7)
        facts["martyr_child"] = False
        for name in ("funeral_benefit_entitled", "eco_burial", "eco_burial_applied", "days_cremation_to_burial"):
            facts[name] = None  # nobody in these households has died
        facts["funeral_provider_qualified"] = None

    def household(self, people: Sequence[Answers]) -> Answers:
        """The household's own facts, with everybody drawn."""
        each = sum(facts["income_month"] for facts in people) / len(people)
        women = [f for f in people if f["sex"] == "女" and f["marital_status"] == "已婚" and 22 <= _age(f) <= 40]
        planning = bool(women) and self.chance(0.1)
        disabled = any(facts["disability_category"] != "无" for facts in people)
        rents = self.chance(0.75 if self.newcomer else 0.1)
        poor_home = rents and each < 2600
        return {
            "dibao": self.granted == "dibao",
            "low_income": self.granted == "low",
            "dibao_marginal": self.granted == "margin",
            "archived_poor": self.newcomer and self.chance(0.01),
            "income_per_capita_month": round(each),
            "income_below_min_wage": each < 2400,
            "mid_low_income": poor_home or self.chance(0.03),
            "housing_difficulty": poor_home and self.chance(0.3),
            "dangerous_only_home": self.village and self.chance(0.03),
            "hardship_disabled_household": disabled and self.poor and self.chance(0.6),
            "disaster_damaged_home": self.chance(0.002),
            "planning_pregnancy": planning,
            "free_precheck_used": planning and self.chance(0.2),
            "home_modifiable": self.chance(0.7),
            "only_child_condition": self.pick({"健在": 0.97, "伤残": 0.015, "死亡": 0.015}),
        }


def _age(facts: Answers) -> int:
    return (ON - facts["birth_date"]).days * 4 // 1461


def _fill(policies: Policies, dice: random.Random, facts: Answers, level: str) -> None:
    """Facts that this file does not know: by the dictionary's prior. What nobody may ask stays unknown."""
    for name, fact in sorted(policies.facts.items()):
        if fact.ask not in ("door", "register") or fact.sensitive:
            facts.pop(name, None)
        elif fact.level == level and name not in facts:
            if fact.type == "bool":
                facts[name] = dice.random() < fact.prior.get("true", 0.5)
            elif fact.domain and fact.type != "date":
                weights = [fact.prior.get(str(value), 1 / len(fact.domain)) for value in fact.domain]
                facts[name] = dice.choices(fact.domain, weights)[0]


def _consistent(policies: Policies, of: str, facts: Answers, household: Answers) -> None:
    """Take back what the dictionary says cannot be: a value whose requirement fails."""
    again = True
    while again:
        again = False
        for name in [name for name, value in facts.items() if value is not None and name in policies.facts]:
            for needed in policies.facts[name].requires:
                other = household if policies.facts[needed.fact].level == "household" else facts
                value = other.get(needed.fact)
                if facts[name] is None or value is None or needed.value not in ("any", facts[name]):
                    continue
                if needed.age_from is not None:
                    fails = value > minus_years(ON, needed.age_from)
                else:
                    fails = value not in (needed.in_ or ())
                if fails:
                    facts[name] = False if needed.value is True else None
                    again = True


# The measure.

Card = Any
Chooser = Callable[[Case, Sequence[Any]], Card | None]
"""Given the case and its determinations, the next card: an object with .asks, pairs (fact, of); None where none."""


def due(policies: Policies, case: Case) -> set[tuple[str, str | None]]:
    """(service, person) of all that meets the conditions and is not received already."""
    return {
        (said.service_id, said.person_id)
        for said in decide_all(policies, case)
        if said.outcome == "eligible" and "received" not in said.flags
    }


def askable(policies: Policies, drawn: Drawn) -> set[tuple[str, str]]:
    """Every (of, fact) that may be asked and has an answer."""
    owners = [("household", drawn.household), *((name, facts) for name, _role, facts in drawn.people)]
    return {
        (of, name)
        for of, facts in owners
        for name, value in facts.items()
        if value is not None and name in policies.facts and policies.facts[name].ask in ("door", "register")
    }


def found(policies: Policies, drawn: Drawn, choose: Chooser, questions: int) -> tuple[list[int], int]:
    """(new entitlements found after 1, 2 ... questions, all there are to find); answers are true, nobody is silent."""
    known: set[tuple[str, str]] = set()
    states: dict[tuple[str, str], str] = {}
    case = drawn.case(policies, known, states)
    before = due(policies, case)
    new = due(policies, drawn.case(policies, askable(policies, drawn), {})) - before
    counts: list[int] = []
    for _number in range(questions):
        card = choose(case, decide_all(policies, case)) if len(counts) == 0 or counts[-1] < len(new) else None
        for fact, of in card.asks if card is not None else ():
            if drawn.truth(of, fact) is None:
                states[of, fact] = "not_known"
            else:
                known.add((of, fact))
        case = drawn.case(policies, known, states)
        counts.append(len(due(policies, case) & new))
    return counts, len(new)
