"""People who were registered twice with something gone wrong, and people who are merely near: from a seed."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.sample import card_number
from models.records.household import DwellingEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.store.names import readings, tidy
from models.store.variants import spellings

_CHARACTERS = "英秀丽敏静伟强磊军勇杰涛明超刚平鹏华飞建国庆文博轩宸泽云莲玉梅兰桂珍淑芳红"


@dataclass(frozen=True)
class Typed:
    """What a worker types, where, and who it is: the id on the register, or empty for somebody else."""

    entry: ResidentEntry
    near: DwellingEntry | None
    truth: str
    kind: str


Person = tuple[str, ResidentEntry, DwellingEntry]  # id on the register, as registered, where


def doubles(people: Sequence[Person], count: int, seed: int = 7) -> Iterator[Typed]:
    """The same people once more, each with one or two things otherwise."""
    dice = random.Random(seed)  # invented people
    wrongs = list(_WRONGS.items())
    for number in range(count):
        resident, entry, home = people[dice.randrange(len(people))]
        kind, wrong = wrongs[number % len(wrongs)]
        again = wrong(dice, entry)
        yield Typed(again, home if dice.random() < 0.5 else None, resident, kind)


def strangers(people: Sequence[Person], count: int, seed: int = 8) -> Iterator[Typed]:
    """People who share much with somebody on the register and are not that person."""
    dice = random.Random(seed)
    ways = list(_NEAR.items())
    for number in range(count):
        _resident, entry, home = people[dice.randrange(len(people))]
        kind, near = ways[number % len(ways)]
        yield Typed(near(dice, entry), home, "", kind)


def _as_typed(entry: ResidentEntry, **otherwise: object) -> ResidentEntry:
    return entry.model_copy(update={"facts": (), **otherwise})


def _without_number(entry: ResidentEntry, **otherwise: object) -> ResidentEntry:
    return _as_typed(entry, documents=(), **otherwise)


def _same_sound(dice: random.Random, name: str) -> str:
    places = [at for at, c in enumerate(name) if at and c in _CHARACTERS]
    for at in dice.sample(places, len(places)):
        sound = readings(tidy(name[at]))[0]
        alike = [c for c in "红宏洪鸿丽莉利力立敏民静晶伟卫维建健文雯强志智芳方华花桦英瑛兰岚杰洁明铭玉钰宇"
                 "军君俊平萍国果飞菲云芸梅玫珍真淑书" if c != name[at] and readings(c)[0] == sound]  # fmt: skip
        if alike:
            return name[:at] + dice.choice(alike) + name[at + 1 :]
    return name


def _other_character(dice: random.Random, name: str) -> str:
    at = dice.randrange(1, len(name)) if len(name) > 1 else 0
    return name[:at] + dice.choice([c for c in _CHARACTERS if c != name[at]]) + name[at + 1 :]


def _variant(dice: random.Random, name: str) -> str:
    others = [way for way in spellings(name) if way != tidy(name)]
    return dice.choice(others) if others else name


def _digit_off(dice: random.Random, born: date | None) -> date | None:
    if born is None:
        return None
    for _attempt in range(50):
        digits = list(f"{born:%Y%m%d}")
        at = dice.randrange(3, 8)
        digits[at] = str(dice.randrange(10))
        try:
            other = date(int("".join(digits[:4])), int("".join(digits[4:6])), int("".join(digits[6:])))
        except ValueError:
            continue
        if other != born and other < date(2026, 11, 1):
            return other
    return born


def _swapped(born: date | None) -> date | None:
    if born is None or born.day > 12:
        return born
    return date(born.year, born.day, born.month)


def _old_form(entry: ResidentEntry) -> ResidentEntry:
    number = entry.documents[0].number if entry.documents else ""
    if not number or number[6:8] != "19":
        return _as_typed(entry)
    old = DocumentEntry(kind="resident_card_15", number=number[:6] + number[8:17])
    return _as_typed(entry, documents=(old,), birth_date=None, name=entry.name[0] + "某")


_WRONGS: dict[str, Callable[[random.Random, ResidentEntry], ResidentEntry]] = {
    "nothing": lambda d, e: _without_number(e),
    "the number alone is right": lambda d, e: _as_typed(e, name="某人", birth_date=None, phones=()),
    "15 digits": lambda d, e: _old_form(e),
    "heard": lambda d, e: _without_number(e, name=_same_sound(d, e.name)),
    "traditional characters": lambda d, e: _without_number(e, name=_variant(d, e.name), phones=()),
    "month and day": lambda d, e: _without_number(e, birth_date=_swapped(e.birth_date), phones=()),
    "a digit of the birth date": lambda d, e: _without_number(e, birth_date=_digit_off(d, e.birth_date)),
    "no birth date": lambda d, e: _without_number(e, birth_date=None),
    "a character": lambda d, e: _without_number(e, name=_other_character(d, e.name)),
    "new name": lambda d, e: _without_number(e, name=e.name[0] + "若曦", former_name=e.name),
    "heard, and a digit": lambda d, e: _without_number(
        e, name=_same_sound(d, e.name), birth_date=_digit_off(d, e.birth_date)
    ),
    "no sex, no phone": lambda d, e: _without_number(e, sex="0", phones=()),
}


def _card(dice: random.Random, born: date, sex: str) -> tuple[DocumentEntry, ...]:
    return (DocumentEntry(kind="resident_card", number=card_number(dice, "120101", born, sex)),)


def _twin(dice: random.Random, entry: ResidentEntry) -> ResidentEntry:
    born = entry.birth_date or date(1990, 1, 1)
    number = entry.documents[0].number if entry.documents else ""
    documents = _card(dice, born, entry.sex)
    if number:  # the next but one of the day, as twins of one sex have it
        from stdnum.iso7064 import mod_11_2

        base = number[:14] + f"{(int(number[14:17]) + 2) % 1000:03d}"
        documents = (DocumentEntry(kind="resident_card", number=base + mod_11_2.calc_check_digit(base)),)
    return _as_typed(entry, name=_other_character(dice, entry.name), documents=documents)


def _parent(dice: random.Random, entry: ResidentEntry) -> ResidentEntry:
    born = (entry.birth_date or date(1990, 1, 1)) - timedelta(days=dice.randint(8000, 11000))
    return _as_typed(
        entry, name=_other_character(dice, entry.name), birth_date=born, documents=_card(dice, born, entry.sex)
    )


def _namesake(dice: random.Random, entry: ResidentEntry) -> ResidentEntry:
    born = date(1940, 1, 1) + timedelta(days=dice.randint(0, 28000))
    phone = (PhoneEntry(number=f"137{dice.randint(10000000, 99999999)}", whose="own"),)
    return _as_typed(entry, birth_date=born, documents=_card(dice, born, entry.sex), phones=phone)


def _born_that_day(dice: random.Random, entry: ResidentEntry) -> ResidentEntry:
    name = dice.choice("王李张刘陈杨赵黄周吴") + dice.choice(_CHARACTERS) + dice.choice(_CHARACTERS)
    born = entry.birth_date or date(1990, 1, 1)
    return _as_typed(entry, name=name, documents=_card(dice, born, entry.sex), phones=())


def _of_the_family(dice: random.Random, entry: ResidentEntry) -> ResidentEntry:
    born = date(1940, 1, 1) + timedelta(days=dice.randint(0, 28000))
    sex = "2" if entry.sex == "1" else "1"
    return _as_typed(
        entry, name=entry.name[0] + dice.choice(_CHARACTERS), sex=sex, birth_date=born, documents=_card(dice, born, sex)
    )


_NEAR: dict[str, Callable[[random.Random, ResidentEntry], ResidentEntry]] = {
    "a twin": _twin,
    "father or son": _parent,
    "a namesake in the building": _namesake,
    "born on the same day": _born_that_day,
    "one of the family with the same phone": _of_the_family,
}
