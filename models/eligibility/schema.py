"""The shape of a policy pack: pydantic models of its YAML files. Unknown keys are rejected everywhere.

A pack is data, so that an office can correct a threshold without a programmer. The words of the texts decide at the
border (以上 includes the number, 低于 does not), so a pack writes the word and WORDS derives the comparison from it.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from models.eligibility.problems import Fault

WORDS: dict[str, str] = {
    "以上": ">=",
    "及以上": ">=",
    "满": ">=",
    "年满": ">=",
    "不低于": ">=",
    "后": ">=",
    "以下": "<=",
    "及以下": "<=",
    "以内": "<=",
    "内": "<=",
    "不超过": "<=",
    "高于": ">",
    "超过": ">",
    "低于": "<",
    "不满": "<",
    "未满": "<",
}
"""Chinese words of comparison. 以上, 以下, 以内, 届满 include the number, 不满, 超过, 以外 do not: 民法典 第1259条."""

RELATIONS = ("parent", "father", "mother", "child", "spouse", "household", "deceased")
"""Of whom a condition may speak besides the applicant; household is every counted member, the applicant among them."""

_KINDS = (
    *("all", "any", "not_", "at_least", "term", "fact", "age", "years_since", "day_of", "members"),
    *("agency", "open_list", "never"),
)

Subject = Literal["person", "couple", "household", "organisation", "deceased", "transient"]
"""For whom a service is: everybody of a household, the reference person and the spouse (夫妇), the household as one, an
organisation, the dead, people on no register."""

Status = Literal["text", "interpreted", "outside"]
"""Are the words in the text, read into it, or from elsewhere?"""


def _decimal(value: Any) -> Any:
    """Numbers of a pack become exact decimals by way of their printed digits, never through a binary float's."""
    if isinstance(value, bool):
        raise ValueError("a truth value is no number")
    return Decimal(str(value)) if isinstance(value, (int, float)) else value


def _sensible(value: Decimal) -> Decimal:
    """Numbers that can be written out: a file must not make the program spell 1e99999999."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -12 <= exponent <= 12 or abs(value) > _MOST:
        raise PydanticCustomError("wrong_number", "this number is too large or too exact")
    return value


_MOST = Decimal(10) ** 12
Number = Annotated[Decimal, BeforeValidator(_decimal), AfterValidator(_sensible)]
Value = bool | int | str
"""A value of a fact with a finite domain."""


class Shape(BaseModel):
    """Base of everything in a pack: frozen, unknown keys rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(Shape):
    """One text in both languages of the interface."""

    zh: str
    en: str


class Source(Shape):
    """Where words stand: document id, line of the stored text (1-based), the words themselves."""

    doc: str = ""
    line: int = 0
    quote: str


class Requirement(Shape):
    """What a value of a fact presupposes: a disability grade presupposes that there is a disability."""

    value: Value | Literal["any"] = "any"
    fact: str
    in_: tuple[Value, ...] | None = Field(None, alias="in")
    age_from: int | None = None
    infers: bool = True  # False: only rules the value out where the requirement fails; proves nothing of it


class FactLanguage(Shape):
    """How a fact is spoken of: predicates for yes and no, or a label, and the question in the worker's words."""

    label: str = ""
    holds: str = ""
    fails: str = ""
    ask: str
    unit: str = ""
    values: dict[str, str] = {}


class CanChange(Shape):
    """How a fact may come to be otherwise, for "what would have to change"; where it is absent nothing is advised.

    how: time (by itself), apply (a document or a status to apply for), situation (circumstances). to: the values that
    may be hoped for, "more" or "less" of a number; none for a date. ages: for whom it makes sense, in completed years.
    """

    how: Literal["time", "apply", "situation"]
    to: tuple[Value, ...] = ()
    ages: tuple[int, int] | None = None


class FactDefinition(Shape):
    """One fact of the vocabulary: whose it is, its domain, how it is asked and who may be asked."""

    level: Literal["person", "household"]
    type: Literal["bool", "enum", "int", "number", "date"]
    domain: tuple[Value, ...] = ()
    minimum: Number | None = None
    ask: Literal["door", "register", "agency", "never"] = "door"
    sensitive: bool = False
    good_for_days: int | None = Field(None, ge=1, le=36500)
    why: str
    requires: tuple[Requirement, ...] = ()
    prior: dict[str, float] = {}
    can_change: CanChange | None = None
    zh: FactLanguage
    en: FactLanguage
    name: str = ""
    why_zh: str = ""
    why_en: str = ""

    @cached_property
    def linked(self) -> frozenset[str]:
        """The facts that some of its values presuppose, and not every one."""
        return frozenset(needed.fact for needed in self.requires if needed.value != "any")

    @property
    def question_zh(self) -> str:
        """The question in Chinese, as a worker would put it."""
        return self.zh.ask

    @property
    def question_en(self) -> str:
        """The question in English."""
        return self.en.ask

    @property
    def choices(self) -> tuple[tuple[Value, str, str], ...]:
        """The possible answers as (value, Chinese label, English label); empty for numbers and dates."""
        if self.type == "bool":
            return ((True, "是", "Yes"), (False, "否", "No"))
        return tuple((v, self.zh.values.get(str(v), str(v)), self.en.values.get(str(v), str(v))) for v in self.domain)


class Condition(Shape):
    """One node of a condition tree; exactly one of its kinds is given.

    Groups: all, any, not, at_least + of. Names: term. Leaves: fact (with is, in, not_in, or word + value/param),
    age, years_since (word + value, in completed years), date (word + day). Others: members + who + where,
    agency, open_list + rest, never.
    """

    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None
    not_: "Condition | None" = Field(None, alias="not")
    at_least: int | None = None
    of: tuple["Condition", ...] | None = None
    term: str | None = None
    fact: str | None = None
    age: str | None = None
    years_since: str | None = None
    day_of: str | None = Field(None, alias="date")
    members: Literal["any", "all"] | None = None
    who: str | None = None
    where: "Condition | None" = None
    agency: Words | None = None
    open_list: tuple["Condition", ...] | None = None
    rest: Words | None = None
    never: Words | None = None

    is_: Value | None = Field(None, alias="is")
    in_: tuple[Value, ...] | None = Field(None, alias="in")
    not_in: tuple[Value, ...] | None = None
    word: str | None = None
    value: Number | None = None
    param: str | None = None
    day: date | None = None

    source: Source | None = None
    status: Status = "text"
    note: str = ""

    @property
    def kind(self) -> str:
        """Which kind of node this is."""
        return next(kind for kind in _KINDS if getattr(self, kind) is not None)

    def below(self) -> Iterator[tuple[tuple[str | int, ...], "Condition"]]:
        """The conditions right below, each with the keys under which it is written."""
        for key in ("all", "any", "of", "open_list"):
            for at, part in enumerate(getattr(self, key) or ()):
                yield (key, at), part
        for key in ("not_", "where"):
            alone = getattr(self, key)
            if alone is not None:
                yield (key,), alone

    @model_validator(mode="after")
    def _one_kind(self) -> "Condition":
        given = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise Fault("one_kind", given=", ".join(given) or "none")
        kind = given[0]
        if self.word is not None and self.word not in WORDS:
            raise Fault("no_word", word=self.word)
        tests = [t for t in ("is_", "in_", "not_in", "word") if getattr(self, t) is not None]
        if kind == "fact" and len(tests) != 1:
            raise Fault("one_test", fact=self.fact, tests=", ".join(tests) or "none")
        if kind in ("age", "years_since") and (tests != ["word"] or self.value is None):
            raise Fault("needs_word", kind=kind)
        if kind in ("age", "years_since") and not (0 <= (self.value or 0) <= 150 and (self.value or 0) % 1 == 0):
            raise Fault("years", value=self.value)
        if kind == "day_of" and (tests != ["word"] or self.day is None):
            raise Fault("needs_day")
        if kind not in ("fact", "age", "years_since", "day_of") and tests:
            raise Fault("no_test", kind=kind)
        if kind == "fact" and self.word is not None and (self.value is None) == (self.param is None):
            raise Fault("needs_value")
        if kind == "members" and (self.where is None or self.who not in RELATIONS):
            raise Fault("needs_who", relations=", ".join(RELATIONS))
        if (kind == "at_least") != (self.of is not None):
            raise Fault("least_of")
        if self.at_least is not None and not 1 <= self.at_least <= len(self.of or ()):
            raise Fault("least_of")
        if kind == "open_list" and self.rest is None:
            raise Fault("needs_rest")
        return self


class Band(Shape):
    """One band of a marginal scale: the rate of the part below its end."""

    below: Number | None = None
    rate: Number


class Sum(Shape):
    """An amount worked out from facts and parameters; exactly one of its kinds is given."""

    number: Number | None = None
    fact: str | None = None
    param: str | None = None
    times: tuple["Sum", ...] | None = None
    min: tuple["Sum", ...] | None = None
    max: tuple["Sum", ...] | None = None
    minus: tuple["Sum", ...] | None = None
    bands: tuple[Band, ...] | None = None
    of: "Sum | None" = None

    @model_validator(mode="before")
    @classmethod
    def _plain_number(cls, value: Any) -> Any:
        return {"number": value} if isinstance(value, (int, float, Decimal)) else value

    @model_validator(mode="after")
    def _one_kind(self) -> "Sum":
        kinds = ("number", "fact", "param", "times", "min", "max", "minus", "bands")
        if sum(getattr(self, kind) is not None for kind in kinds) != 1 or (self.bands is None) != (self.of is None):
            raise Fault("one_sum")
        return self


AmountKind = Literal["exact", "standard", "max", "min", "range", "average", "rate", "contribution"]


class AmountRule(Shape):
    """One amount of a service: when it applies (first that holds), of what kind, in what unit and per what."""

    when: Condition | None = None
    kind: AmountKind = "exact"
    amount: Sum | None = None
    low: Sum | None = None
    high: Sum | None = None
    unit: str = "元"
    per: Words
    note: Words | None = None
    source: Source | None = None
    status: Status = "text"
    none: bool = False

    @model_validator(mode="after")
    def _shape(self) -> "AmountRule":
        if self.none:
            if self.amount or self.low or self.high:
                raise Fault("none_has_none")
        elif (self.kind == "range") != (self.low is not None and self.high is not None) or (
            (self.kind == "range") == (self.amount is not None)
        ):
            raise Fault("range_ends")
        return self


class Version(Shape):
    """A service as it is in force from valid_from to valid_to, both included."""

    valid_from: date | None = None
    valid_to: date | None = None
    when: Condition | None = None
    amount: tuple[AmountRule, ...] = ()
    sources: tuple[Source, ...] = ()


class ComponentFile(Shape):
    """One part or table row of a service that can be asked for by itself."""

    name: str
    name_en: str
    row: str = ""
    subject: Subject | None = None
    line: int | None = None
    for_whom: str = ""
    standard: str = ""
    payer: str = ""
    coverage: str = ""
    when: Condition | None = None
    amount: tuple[AmountRule, ...] = ()
    sources: tuple[Source, ...] = ()
    versions: tuple[Version, ...] = ()


class Office(Shape):
    """The office that receives the application: a key of offices.yaml, and whether the text names it."""

    office: str
    status: Status = "interpreted"
    source: Source | None = None


class Documents(Shape):
    """What to bring: keys of documents.yaml, and whether the text names them."""

    items: tuple[str, ...]
    status: Status = "interpreted"
    source: Source | None = None


class Clash(Shape):
    """Another service that may not go together with this one. Without a source in the texts this only warns."""

    service: str
    why: Words
    status: Status = "outside"
    source: Source | None = None


class ServiceFile(Shape):
    """One service as written in a pack."""

    id: str
    name: str
    name_status: Literal["text", "interpreted"] = "text"  # interpreted: the text prints no name; this one is ours
    name_en: str
    group: str
    subject: Subject = "person"
    universal: bool = False
    sensitive: bool = False
    doc: str = ""
    line: int
    for_whom: str
    standard: str = ""
    payer: str = ""
    coverage: str = ""
    apply_at: Office
    documents: Documents
    when: Condition | None = None
    amount: tuple[AmountRule, ...] = ()
    sources: tuple[Source, ...] = ()
    versions: tuple[Version, ...] = ()
    components: tuple[ComponentFile, ...] = ()
    already: Condition | None = None
    clashes: tuple[Clash, ...] = ()
    excludes: tuple[Clash, ...] = ()
    remarks: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _has_rule(self) -> "ServiceFile":
        if not (self.universal or self.when or self.versions or self.components):
            raise Fault("no_rule")
        for component in self.components:
            organisation = (component.subject or self.subject) == "organisation"
            if not (component.when or component.versions or organisation):
                raise Fault("no_condition", name=component.name)
        return self


class PackFile(Shape):
    """pack.yaml: the document that a pack puts into rules."""

    id: str
    doc: str = ""
    title: str
    title_en: str
    issuer: str
    number: str = ""
    dated: date
    valid_from: date
    valid_to: date | None = None
    supersedes: str | None = None  # id of a pack that this one takes the place of
    sha256: str = ""
    text: str = ""  # none: a pack that only adds values, terms or offices
    last_verified_on: date


class ParamValue(Shape):
    """A value of a parameter from a day on (to a day, both included), with its source."""

    valid_from: date
    valid_to: date | None = None
    value: Number
    source: Source
    last_verified_on: date
    status: Literal["text", "outside"] = "text"  # outside: no stored text holds it; source.quote names the notice

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> "ParamValue":
        if not self.source.quote.strip():
            raise Fault("no_origin")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise Fault("ends_before", start=self.valid_from, end=self.valid_to)
        return self


class MoreValues(Shape):
    """Values that a pack or an office adds to a parameter that the shared params.yaml defines."""

    values: tuple[ParamValue, ...] = Field(min_length=1)


class Param(Shape):
    """A dated parameter, or one derived from another (150 % of the current standard is derived, never stored)."""

    zh: str
    en: str
    unit: str = "元"
    values: tuple[ParamValue, ...] = ()
    derived: Sum | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _dated_or_derived(self) -> "Param":
        if bool(self.values) == (self.derived is not None):
            raise Fault("dated_or_derived")
        if self.derived is not None and self.source is None:
            raise Fault("derived_source")
        return self


class Term(Shape):
    """A defined word of the texts, and how it was read."""

    when: Condition
    status: Status
    source: Source | None = None
    zh: str
    en: str
    reading: str


class Expectation(Shape):
    """One case that travels with a pack and is run by the application itself.

    kind: of the amount, by the word of the text (不低于 is min, 不超过 and 最高 max, 平均 average). flags: each must be
    among those of the answer.
    """

    title: str
    service: str
    component: str | None = None
    day: date
    household: dict[str, Any] = {}
    people: tuple[dict[str, Any], ...]
    applicant: str
    expect: Literal["符合", "不符合", "未定"]
    missing: tuple[str, ...] | None = None
    amount: Number | None = None
    amount_low: Number | None = None
    amount_high: Number | None = None
    kind: AmountKind | None = None
    flags: tuple[str, ...] = ()


Condition.model_rebuild()
Sum.model_rebuild()
