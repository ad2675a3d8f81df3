"""Invented residents for the demonstration, the bench and sample mode: a seed gives the same register every time."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from stdnum.iso7064 import mod_11_2

from models.records.fact import FactEntry
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.values import age_on

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单解仇查区朴盖缪覃翟种员召折"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "尉迟", "令狐")
_GIVEN_F = "秀英丽敏静芳娜艳玲桂兰霞红梅娟燕萍雪琴玉凤莲云洁琳倩颖婷雅慧淑珍婉蓉彤欣怡涵"
_GIVEN_M = "伟强磊军洋勇杰涛明超刚平辉鹏华飞斌波宇浩凯健俊帆坤旭志建国庆文博轩宸泽睿铭喆堃"
_RARE = ("𬱖", "䶮", "㛃", "赟", "淼", "喆", "龑", "翀", "昶")
_MINORITY = ("买买提·吐尔逊江", "阿依古丽·艾合买提", "扎西·多吉", "巴特尔·孟和", "古丽米热·阿不都热合曼")
_ROADS = ("鞍山道", "贵州路", "成都道", "西康路", "长沙路", "岳阳道", "哈密道", "锦州道")
_ELSEWHERE = ("130100", "131000", "370100", "410100", "210200", "140100", "620100", "340100", "150100", "230100")
_DISTRICTS = ("120101", "120102", "120103", "120104", "120105", "120106", "120110", "120111", "120112", "120113")


def sample_households(residents: int, community_code: str, day: date, seed: int = 1) -> Iterator[HouseholdEntry]:
    """Households of one community with at least this many residents between them, as registered on a day."""
    dice = random.Random(seed)  # noqa: S311  # invented people, not keys
    made = 0
    while made < residents:
        household = _household(dice, community_code, day, made)
        made += len(household.members)
        yield household


def _household(dice: random.Random, community_code: str, day: date, number: int) -> HouseholdEntry:
    newcomer = dice.random() < 0.3
    surname = dice.choice(_COMPOUND) if dice.random() < 0.01 else dice.choice(_SURNAMES)
    shape = dice.choices(("couple", "family", "elder", "single", "three"), (24, 36, 18, 12, 10))[0]
    people: list[tuple[str, str, int]] = []  # relation, sex, age
    if shape == "elder":
        people = [("0", dice.choice("12"), dice.randint(66, 96))]
        if dice.random() < 0.5:
            people.append(("1", "2" if people[0][1] == "1" else "1", people[0][2] + dice.randint(-6, 3)))
    elif shape == "single":
        people = [("0", dice.choice("12"), dice.randint(22, 58))]
    else:
        head = dice.randint(27, 62)
        people = [("0", "1", head), ("1", "2", max(22, head + dice.randint(-6, 4)))]
        if shape != "couple":
            for _child in range(dice.choices((1, 2), (70, 30))[0]):
                child = dice.choice("12")
                people.append(("2" if child == "1" else "3", child, max(0, head - dice.randint(23, 33))))
        if shape == "three":
            people.append(("5", dice.choice("12"), head + dice.randint(22, 30)))
    book = [_member(dice, surname, *person, day=day, newcomer=newcomer) for person in people]
    since = day - timedelta(days=dice.randint(60, 4000))
    household_facts = []
    if dice.random() < 0.5:
        household_facts.append(FactEntry(name="dibao", value=dice.random() < 0.12, as_of=since))
        household_facts.append(FactEntry(name="low_income", value=dice.random() < 0.08, as_of=since))
    return HouseholdEntry(
        dwelling=DwellingEntry(
            community_code=community_code,
            street_line=f"{_ROADS[number % len(_ROADS)]}{dice.randint(1, 98)}号",
            building=str(dice.randint(1, 24)),
            unit=str(dice.randint(1, 5)),
            door=f"{dice.randint(1, 18)}0{dice.randint(1, 4)}",
        ),
        members=tuple(book),
        kinds=("living",) if newcomer or dice.random() < 0.4 else ("living", "registered"),
        since=since,
        facts=tuple(household_facts),
    )


def _member(
    dice: random.Random, surname: str, relation: str, sex: str, age: int, *, day: date, newcomer: bool
) -> MemberEntry:
    born = day - timedelta(days=age * 365 + age // 4 + dice.randint(1, 360))
    own = surname if relation not in ("1",) else dice.choice(_SURNAMES)
    minority = dice.random() < 0.008
    name = dice.choice(_MINORITY) if minority else own + _given(dice, sex)
    division = dice.choice(_ELSEWHERE if newcomer else _DISTRICTS)
    years = age_on(born, day)
    documents: tuple[DocumentEntry, ...] = ()
    if dice.random() < 0.96:
        documents = (DocumentEntry(kind="resident_card", number=card_number(dice, division, born, sex), seen=True),)
    phones = (
        (PhoneEntry(number=f"13{dice.randint(0, 9)}0220{dice.randint(0, 9999):04d}", whose="own"),)
        if 13 < years < 85
        else ()
    )
    facts = [FactEntry(name="hukou_tianjin", value=not newcomer, as_of=day, source="document", document_seen="户口簿")]
    if newcomer:
        facts.append(FactEntry(name="residence_permit", value=dice.random() < 0.6, as_of=day))
        facts.append(FactEntry(name="resident_urban_tianjin", value=True, as_of=day))
    if 22 <= years < 60 and dice.random() < 0.5:
        facts.append(FactEntry(name="income_month", value=dice.choice((0, 800, 2400, 3600, 5200, 7800)), as_of=day))
    return MemberEntry(
        resident=ResidentEntry(
            name=name,
            sex=sex,  # type: ignore[arg-type]  # "1" or "2"
            birth_date=born,
            birth_source="document" if documents else "told",
            ethnic_group=dice.choice(("05", "04", "10")) if minority else "01",
            education=dice.choice(("20", "30", "60", "70")) if years > 22 else "",
            marital_status=("20" if relation in ("0", "1") else "10") if years >= 22 else "",
            documents=documents,
            phones=phones,
            facts=tuple(facts),
        ),
        relation=relation,
        also_registered_here=not newcomer,
    )


def _given(dice: random.Random, sex: str) -> str:
    pool = _GIVEN_F if sex == "2" else _GIVEN_M
    if dice.random() < 0.01:
        return dice.choice(_RARE)
    return "".join(dice.choice(pool) for _ in range(dice.choices((1, 2), (25, 75))[0]))


def card_number(dice: random.Random, division: str, born: date, sex: str) -> str:
    """An identity number that checks and belongs to nobody we know."""
    sequence = dice.randint(0, 499) * 2 + (sex == "1")
    body = f"{division}{born:%Y%m%d}{sequence:03d}"
    return body + str(mod_11_2.calc_check_digit(body))
