"""Rules as sentences: every condition of a service in words, in its order, with where each stands in the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.eligibility.lexicon import requirement
from models.eligibility.nodes import Agency, Choice, Defined, Group, Members, Never, Node, OpenList, Threshold
from models.eligibility.policies import Component, Policies, Rule, Service
from models.eligibility.schema import AmountRule, Condition, Source, Sum
from models.texts import Language, _, speaking


@dataclass(frozen=True)
class Line:
    """One sentence of a rule. depth: how far below the whole; kind: part, group, leaf, term, agency, amount or words.

    status: text, interpreted or outside. source: the words it rests on, where the line has its own.
    """

    depth: int
    kind: str
    text: str
    status: str = "text"
    source: Source | None = None


def describe(policies: Policies, service: Service, on: date, language: Language) -> tuple[Line, ...]:
    """The rule of a service as it is on a day, in zh_CN or en: printed words, conditions, amounts, where to apply."""
    with speaking(language):
        return tuple(_service(policies, service, on, language))


def _service(policies: Policies, service: Service, on: date, language: Language) -> Iterator[Line]:
    zh = language == "zh_CN"
    for part in service.components:
        depth = 0
        if part.name is not None:
            yield Line(0, "part", part.name if zh else part.name_en)
            depth = 1
        yield from _component(policies, part, part.rule(on), on, language, depth, service.universal)
    yield Line(0, "words", _("Apply at: {office}").format(office=service.apply_at.zh if zh else service.apply_at.en))
    papers = service.documents.zh if zh else service.documents.en
    if papers:
        yield Line(0, "words", _("Bring: {papers}").format(papers=("、" if zh else ", ").join(papers)))


def _component(
    policies: Policies, part: Component, rule: Rule, on: date, language: Language, depth: int, universal: bool
) -> Iterator[Line]:
    if part.for_whom:
        yield Line(depth, "words", _("For whom, as printed: {words}").format(words=part.for_whom))
    if rule.node is not None:
        yield from condition_lines(policies, rule.node, on, language, depth)
    elif universal:
        yield Line(depth, "group", _("For everybody; nothing is decided."))
    if part.standard:
        yield Line(depth, "words", _("Standard, as printed: {words}").format(words=part.standard))
    for node, amount in rule.amounts:
        yield Line(depth, "amount", amount_text(policies, amount, on, language), amount.status, amount.source)
        if node is not None:
            yield from condition_lines(policies, node, on, language, depth + 1)


def condition_lines(policies: Policies, node: Node, on: date, language: Language, depth: int = 0) -> Iterator[Line]:
    """A condition and those below it, one line each."""
    condition = node.condition
    if isinstance(node, Defined):
        word = node.term.zh if language == "zh_CN" else node.term.en
        yield _line(depth, "term", _("{word}, that is:").format(word=word), condition)
        yield from condition_lines(policies, node.part, on, language, depth + 1)
        return
    kind, text = _text(policies, node, on, language)
    yield _line(depth, kind, text, condition)
    for child in node.children():
        yield from condition_lines(policies, child, on, language, depth + 1)
    if isinstance(node, OpenList):
        yield _line(depth + 1, "agency", _office(node.condition.rest, language), condition)


def _text(policies: Policies, node: Node, on: date, language: Language) -> tuple[str, str]:
    """(kind, sentence) of one node."""
    if isinstance(node, Group):
        words = {
            "all": _("All of these:"),
            "any": _("One of these:"),
            "not": _("None of this:"),
            "least": _("At least {n} of these:").format(n=node.k),
        }
        return "group", words[node.kind]
    if isinstance(node, Members):
        relations = {
            "parent": _("parents"),
            "father": _("the father"),
            "mother": _("the mother"),
            "child": _("children"),
            "spouse": _("the spouse"),
            "household": _("members of the household"),
            "deceased": _("the deceased"),
        }
        said = _("Of {who}, every one:") if node.every else _("Of {who}, at least one:")
        return "group", said.format(who=relations[node.who])
    if isinstance(node, OpenList):
        return "group", _("One of these, or what else the text means:")
    if isinstance(node, Agency):
        return "agency", _office(node.condition.agency, language)
    if isinstance(node, Never):
        return "leaf", _("Not for residents.")
    assert isinstance(node, (Choice, Threshold))
    return "leaf", requirement(policies, node, on, language)


def _office(words: object, language: Language) -> str:
    said = getattr(words, "zh" if language == "zh_CN" else "en", "")
    return _("Only an office can say: {what}").format(what=said)


def _line(depth: int, kind: str, text: str, condition: Condition) -> Line:
    return Line(depth, kind, text, condition.status, condition.source)


def amount_text(policies: Policies, amount: AmountRule, on: date, language: Language) -> str:
    """An amount rule in words: of what kind, how it is worked out, in what unit and per what."""
    if amount.none:
        return _("No amount.")
    kinds = {
        "exact": _("Amount: {sum}"),
        "standard": _("Standard: {sum}"),
        "max": _("At most {sum}"),
        "min": _("At least {sum}"),
        "average": _("On average {sum}"),
        "rate": _("Rate: {sum}"),
        "contribution": _("To be paid in: {sum}"),
        "range": _("From {low} to {high}"),
    }
    unit = f"{amount.unit}，{amount.per.zh}" if language == "zh_CN" else f"{amount.unit}, {amount.per.en}"
    values = {name: _sum(policies, getattr(amount, name), on, language) for name in ("amount", "low", "high")}
    said = kinds[amount.kind].format(sum=values["amount"], low=values["low"], high=values["high"])
    return f"{said} {unit}"


def _sum(policies: Policies, part: Sum | None, on: date, language: Language) -> str:
    """How a sum is worked out, with the values of the day."""
    if part is None:
        return ""
    zh = language == "zh_CN"
    if part.number is not None:
        return format(part.number.normalize(), "f")
    if part.param is not None:
        param = policies.params[part.param]
        value = format(policies.param(part.param, on).normalize(), "f")
        return _("{value} ({name})").format(value=value, name=param.zh if zh else param.en)
    if part.fact is not None:
        fact = policies.facts[part.fact]
        spoken = fact.zh if zh else fact.en
        return spoken.label or part.fact
    for key, words in (
        ("times", " × "),
        ("min", _(", whichever is less, or ")),
        ("max", _(", whichever is more, or ")),
        ("minus", " − "),
    ):
        parts = getattr(part, key)
        if parts is not None:
            return words.join(_sum(policies, each, on, language) for each in parts)
    bands = []
    start = "0"
    for band in part.bands or ():
        end = "…" if band.below is None else format(band.below.normalize(), "f")
        bands.append(_("{low} to {high}: {rate}").format(low=start, high=end, rate=_rate(band.rate)))
        start = end
    return _("of {base} in bands ({bands})").format(base=_sum(policies, part.of, on, language), bands="; ".join(bands))


def _rate(rate: object) -> str:
    return f"{float(str(rate)) * 100:g} %"
