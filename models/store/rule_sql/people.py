"""The people of the present households with what is said of them, one row for each membership: table expressions.

The same reading as services.cases and services.facts: the newest statement by as_of, then by moment; one about a later
day does not count yet; one that is no longer good, and one that says that nobody knew, is unknown with a state; what
the register itself tells stands above all statements.

A fact with a finite domain is a mask: bit i for the value at place i of its domain; NULL where nobody told it. A date
is its earliest and latest day, a number itself (see dialects.py).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    Integer,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy import ColumnElement as Sql

from models.eligibility.case import HOUSEHOLD
from models.eligibility.schema import FactDefinition
from models.records.codes import MARITAL, RELATIONS
from models.store.present import counted, died_after, there
from models.store.rows import KEPT
from models.store.rule_sql.dialects import Dialect
from models.store.told import DECEASED, PERMIT, role, told_by_register

Facts = Mapping[str, FactDefinition]
_HOUSEHOLD, _MEMBERSHIP, _RESIDENT = KEPT["household"], KEPT["membership"], KEPT["resident"]
_FACT, _DOCUMENT = KEPT["fact"], KEPT["identity_document"]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # of GB 11643, for the check character of a number
_LONG_AGO = 10101  # the first day that there is
_BY_CERTIFICATE = ("disability_cert", "disability_category", "disability_grade")
ALWAYS = ("deceased", "counts_in_household")
"""Facts that say who is a member at all."""


@dataclass(frozen=True)
class Wanted:
    """What a rule reads. facts: names, sensitive ones left out where they are not to be seen. households: None: all."""

    dictionary: Facts
    facts: tuple[str, ...]
    on: date
    dialect: Dialect
    households: Sequence[str] | None

    def of(self, level: str) -> list[FactDefinition]:
        """The definitions of one level."""
        return [self.dictionary[name] for name in self.facts if self.dictionary[name].level == level]


def domain_of(definition: FactDefinition) -> tuple[Any, ...]:
    """The values of a fact with a finite domain, in the order of the bits of its mask; empty for numbers and dates."""
    return (True, False) if definition.type == "bool" else definition.domain if definition.type != "date" else ()


def mask_of(definition: FactDefinition, values: Collection[Any]) -> int:
    """The mask of some values."""
    return sum(1 << place for place, value in enumerate(domain_of(definition)) if value in values)


def columns_of(definition: FactDefinition) -> tuple[str, ...]:
    """The names of the columns that a fact takes."""
    name = definition.name
    if domain_of(definition):
        return name, f"{name}__stated"
    return (f"{name}__low", f"{name}__high") if definition.type == "date" else (name,)


def told_people(wanted: Wanted) -> CTE:
    """One row for each present member of the households: who it is, its role, whether it counts, and what is told."""
    members, stated = _members(wanted), _stated(wanted)
    own, home = stated.alias("of_person"), stated.alias("of_home")
    certificates = _certificates(wanted.dialect)
    permits = _permits(wanted.on)
    told = _told(wanted, members, certificates, permits)
    columns: list[Any] = [members.c[name] for name in ("household_id", "resident_id", "place", "relation", "role")]
    for definition in (*wanted.of("person"), *wanted.of(HOUSEHOLD)):
        said = own if definition.level == "person" else home
        for name in columns_of(definition):
            column: Sql[Any] = said.c[name]
            if name in told:
                column = func.coalesce(told[name], column)
                if name == "counts_in_household":  # what the membership says takes no state away
                    column = case((func.coalesce(said.c[f"{name}__stated"], 0) == 0, column))
            elif name.endswith("__stated"):
                of_register = told.get(definition.name)
                column = func.coalesce(column, 0)
                if of_register is not None and definition.name != "counts_in_household":
                    column = case((of_register.is_not(None), 0), else_=column)
            columns.append(column.label(name))
    yes = mask_of(wanted.dictionary[DECEASED], (True,))
    dead = or_(members.c.died, func.coalesce(own.c[DECEASED], 0) == yes)
    outside = func.coalesce(own.c["counts_in_household"], 0) == mask_of(
        wanted.dictionary["counts_in_household"], (False,)
    )
    columns.append(case((dead, true()), else_=false()).label("dead"))
    columns.append(case((or_(dead, outside, members.c.counts.is_(False)), false()), else_=true()).label("counted"))
    joined = members.outerjoin(own, own.c.subject_id == members.c.resident_id)
    joined = joined.outerjoin(home, home.c.subject_id == members.c.household_id)
    if set(wanted.facts) & set(_BY_CERTIFICATE):
        here = and_(certificates.c.resident_id == members.c.resident_id, certificates.c.newest == 1)
        joined = joined.outerjoin(certificates, here)
    if PERMIT in wanted.facts:
        joined = joined.outerjoin(permits, permits.c.resident_id == members.c.resident_id)
    return select(*columns).select_from(joined).cte("told_people")


def _members(wanted: Wanted) -> CTE:
    """The members of the present households, those who died lately too, with the columns of the register."""
    present = [_HOUSEHOLD.c.dead.is_(False), or_(_HOUSEHOLD.c.until.is_(None), _HOUSEHOLD.c.until > wanted.on)]
    if wanted.households is not None:
        present.append(_HOUSEHOLD.c.id.in_(list(wanted.households)))
    joined = _MEMBERSHIP.join(_HOUSEHOLD, _HOUSEHOLD.c.id == _MEMBERSHIP.c.household_id).join(
        _RESIDENT, _RESIDENT.c.id == _MEMBERSHIP.c.resident_id
    )
    query = select(
        _MEMBERSHIP.c.household_id,
        _MEMBERSHIP.c.resident_id,
        _MEMBERSHIP.c.id.label("place"),
        _MEMBERSHIP.c.relation,
        counted().label("counts"),
        case((_RESIDENT.c.died_on <= wanted.on, true()), else_=false()).label("died"),
        _role().label("role"),
        *(_RESIDENT.c[name] for name in ("birth_date", "marital_status", "ethnic_group")),
    ).select_from(joined)
    here = there(wanted.on, died_after(wanted.on))
    return query.where(*present, _MEMBERSHIP.c.dead.is_(False), here).cte("member")


def _role() -> Sql[Any]:
    """The relation to the head in the words of the rules."""
    ways = []
    for code in RELATIONS:
        woman, man = role(code, "2"), role(code, "1")
        if woman != man:
            ways.append((and_(_MEMBERSHIP.c.relation == code, _RESIDENT.c.sex == "2"), literal(woman)))
        if man != "other":
            ways.append((_MEMBERSHIP.c.relation == code, literal(man)))
    return case(*ways, else_="other")


# Statements.


def _stated(wanted: Wanted) -> CTE:
    """What counts of the statements, one row for each subject, one or two columns for each fact."""
    newest = func.row_number().over(
        partition_by=(_FACT.c.subject_id, _FACT.c.name),
        order_by=(func.coalesce(_FACT.c.as_of, date.min).desc(), _FACT.c.at.desc(), _FACT.c.id.desc()),
    )
    known = and_(_FACT.c.state == "known", or_(_FACT.c.good_until.is_(None), _FACT.c.good_until >= wanted.on))
    names = sorted({*wanted.facts, *ALWAYS})
    query = select(
        _FACT.c.subject_id,
        _FACT.c.name,
        case((known, 1), else_=0).label("known"),
        wanted.dialect.kind(_FACT.c.value).label("kind"),
        wanted.dialect.text(_FACT.c.value).label("text"),
        newest.label("newest"),
    ).where(
        _FACT.c.dead.is_(False),
        _FACT.c.name.in_(names),
        or_(_FACT.c.as_of.is_(None), _FACT.c.as_of <= wanted.on),
    )
    said = query.cte("said")
    columns: list[Any] = []
    for name in names:
        definition = wanted.dictionary[name]
        here = and_(said.c.name == name, said.c.known == 1)
        read = _read(wanted.dialect, definition, said.c.kind, said.c.text)
        for column, value in zip(_value_columns(definition), read, strict=True):
            columns.append(func.max(case((here, value))).label(column))
        if domain_of(definition):
            unknown = and_(said.c.name == name, said.c.known == 0)
            columns.append(func.max(case((unknown, 1), else_=0)).label(f"{name}__stated"))
    found = select(said.c.subject_id, *columns).where(said.c.newest == 1).group_by(said.c.subject_id)
    return found.cte("stated")


def _value_columns(definition: FactDefinition) -> tuple[str, ...]:
    return columns_of(definition)[:1] if domain_of(definition) else columns_of(definition)


def _read(dialect: Dialect, definition: FactDefinition, kind: Sql[Any], text: Sql[Any]) -> tuple[Sql[Any], ...]:
    """A value as the rules use it, NULL where the dictionary cannot read it."""
    if domain_of(definition):
        return (_read_choice(dialect, definition, kind, text),)
    if definition.type == "date":
        return _read_day(dialect, kind, text)
    fits = dialect.is_whole(kind, text) if definition.type == "int" else dialect.is_number(kind, text)
    number = case((fits, dialect.number(text)))
    if definition.type == "number" and definition.minimum is not None:
        number = case((number >= dialect.exactly(definition.minimum), number))
    return (number,)


def _read_choice(dialect: Dialect, definition: FactDefinition, kind: Sql[Any], text: Sql[Any]) -> Sql[Any]:
    ways: list[tuple[Sql[Any], int]] = []
    for place, value in enumerate(domain_of(definition)):
        if isinstance(value, bool):
            fits = dialect.is_bool(kind, text, value)
        elif isinstance(value, int):
            fits = and_(dialect.is_whole(kind, text), text == str(value))
        else:
            fits = and_(dialect.is_text(kind), text == value)
        ways.append((fits, 1 << place))
    return case(*ways)


def _read_day(dialect: Dialect, kind: Sql[Any], text: Sql[Any]) -> tuple[Sql[Any], Sql[Any]]:
    """(earliest, latest) day; 1960 and 1960-05 are ranges, 无 is long ago."""
    spelt = or_(dialect.is_text(kind), dialect.is_whole(kind, text))

    def part(start: int, length: int) -> Sql[Any]:
        return cast(func.substr(text, start, length), Integer)

    year, month = part(1, 4), part(6, 2)
    shapes: list[tuple[str, Sql[Any], Sql[Any], Sql[Any]]] = [
        ("0000", year >= 1, year * 10000 + 101, year * 10000 + 1231),
        ("0000-00", _is_day(year, month, literal_column("1")), year * 10000 + month * 100 + 1, _last(year, month)),
    ]
    for shape, at in (("0000-00-00", (6, 9)), ("00000000", (5, 7))):
        of_month, of_day = part(at[0], 2), part(at[1], 2)
        whole = year * 10000 + of_month * 100 + of_day
        shapes.append((shape, _is_day(year, of_month, of_day), whole, whole))
    ends = []
    for place in (2, 3):
        ways = [(dialect.digits(text, each[0]), case((each[1], each[place]))) for each in shapes]
        ends.append(case((and_(dialect.is_text(kind), text == "无"), _LONG_AGO), (spelt, case(*ways))))
    return ends[0], ends[1]


def _is_day(year: Sql[Any], month: Sql[Any], day: Sql[Any]) -> Sql[Any]:
    """Is there such a day?"""
    leap = and_(year % 4 == 0, or_(year % 100 != 0, year % 400 == 0))
    length = case((month == 2, case((leap, 29), else_=28)), (month.in_((4, 6, 9, 11)), 30), else_=31)
    return and_(year >= 1, month.between(1, 12), day >= 1, day <= length)


def _last(year: Sql[Any], month: Sql[Any]) -> Sql[Any]:
    return year * 10000 + month * 100 + 31  # a 31st that does not exist lies between the same two days


# What the register itself tells.


def _told(wanted: Wanted, members: CTE, certificates: CTE, permits: CTE) -> dict[str, Sql[Any]]:
    """{column: what the register tells, NULL where it tells nothing} of the facts that are read."""
    told: dict[str, Sql[Any]] = {}
    born = wanted.dialect.day(members.c.birth_date)
    told["birth_date__low"] = told["birth_date__high"] = born
    read = set(wanted.facts)
    if "marital_status" in read:
        definition = wanted.dictionary["marital_status"]
        meant = {code: told_by_register(None, code, "").get("marital_status") for code in MARITAL}
        ways = [
            (members.c.marital_status == code, mask_of(definition, (value,)))
            for code, value in meant.items()
            if value is not None
        ]
        told["marital_status"] = case(*ways)
    if "ethnic_minority" in read:
        definition, group = wanted.dictionary["ethnic_minority"], wanted.dialect.by_bytes(members.c.ethnic_group)
        yes, no = (mask_of(definition, (value,)) for value in (True, False))
        said = and_(members.c.ethnic_group != "", group < "97")
        told["ethnic_minority"] = case((and_(said, group != "01"), yes), (said, no))
    if read & set(_BY_CERTIFICATE):
        number = type_coerce(certificates.c.number, Text)
        for name, start in (("disability_category", 19), ("disability_grade", 20)):
            digit = cast(func.substr(number, start, 1), Integer)
            places = _certificate_values(wanted.dictionary[name])
            told[name] = case(*((digit == n, mask) for n, mask in places))
        yes = mask_of(wanted.dictionary["disability_cert"], (True,))
        told["disability_cert"] = case((number.is_not(None), yes))
    if PERMIT in read:
        told[PERMIT] = case((permits.c.resident_id.is_not(None), mask_of(wanted.dictionary[PERMIT], (True,))))
    if DECEASED in read:
        told[DECEASED] = case((members.c.died, mask_of(wanted.dictionary[DECEASED], (True,))))
    told["counts_in_household"] = case(
        (members.c.counts.is_(False), mask_of(wanted.dictionary["counts_in_household"], (False,)))
    )
    return told


def _permits(on: date) -> CTE:
    """The residents with a residence permit that is valid on the day."""
    valid = and_(_DOCUMENT.c.kind == PERMIT, _DOCUMENT.c.dead.is_(False), _DOCUMENT.c.valid_until >= on)
    return select(_DOCUMENT.c.resident_id).where(valid).distinct().cte("permit")


def _certificate_values(definition: FactDefinition) -> Iterable[tuple[int, int]]:
    """(digit of the certificate, mask of what it means)."""
    if definition.type == "int":
        return [(n, mask_of(definition, (n,))) for n in range(1, 5)]
    kinds = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
    return [(n + 1, mask_of(definition, (kind,))) for n, kind in enumerate(kinds)]


def _certificates(dialect: Dialect) -> CTE:
    """The newest disability certificate of each resident that can be read: shape, check character, birth date fit."""
    number = type_coerce(_DOCUMENT.c.number, Text)
    digits = [func.substr(number, place + 1, 1) for place in range(20)]
    total: Any = literal_column("0")
    for digit, weight in zip(digits[:17], _WEIGHTS, strict=True):
        total = total + cast(digit, Integer) * weight
    check = func.substr("10X98765432", total % 11 + 1, 1)
    rest = func.substr(number, 22)
    tail = or_(
        func.length(number) == 20,
        and_(func.substr(number, 21, 1) == "B", func.length(rest) > 0, func.ltrim(rest, "0123456789") == ""),
    )
    shape = dialect.digits(func.substr(number, 1, 17), "0" * 17)
    year, month, day = (cast(func.substr(number, at, n), Integer) for at, n in ((7, 4), (11, 2), (13, 2)))
    fits = case(
        (
            and_(shape, digits[18].in_(tuple("1234567")), digits[19].in_(tuple("1234")), tail),
            and_(digits[17] == check, _is_day(year, month, day)),
        ),
        else_=false(),
    )
    newest = func.row_number().over(partition_by=_DOCUMENT.c.resident_id, order_by=_DOCUMENT.c.id.desc())
    kept = and_(_DOCUMENT.c.kind == "disability_cert", _DOCUMENT.c.dead.is_(False), fits)
    return select(_DOCUMENT.c.resident_id, number, newest.label("newest")).where(kept).cte("certificate")
