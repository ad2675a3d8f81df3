"""How results of the eligibility check are said on screen: outcome, sum, flags, and what a new check changed."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from models.eligibility import Amount, Determination
from models.records import codes
from models.services.views import ResidentRow, ServiceResult
from models.texts import _, language

OUTCOMES = ("eligible", "missing", "office", "not_eligible", "received")
"""The five outcomes as they are told apart on screen, in the order of the sections."""

GROUPS = (
    "幼有所育",
    "学有所教",
    "劳有所得",
    "病有所医",
    "老有所养",
    "住有所居",
    "弱有所扶",
    "优军服务保障",
    "文体服务保障",
)

Key = tuple[str, str, str]  # service, component, resident ("" = household)


def outcome_of(result: Determination) -> str:
    """Which of the five outcomes a determination is."""
    if "received" in result.flags:
        return "received"
    if result.outcome in ("eligible", "not_eligible"):
        return result.outcome
    return "missing" if result.missing else "office"


def mark_of(outcome: str) -> tuple[str, str]:
    """(mark, tone) of an outcome; the marks differ in shape, the tones in colour."""
    return {
        "eligible": ("yes", "good"),
        "missing": ("ask", "warn"),
        "office": ("office", "accent"),
        "not_eligible": ("no", "soft"),
        "received": ("has", "accent"),
    }[outcome]


def group_words(group: str) -> str:
    """A group of services, of the service list or of another document, in the language now shown."""
    labels = dict(zip(GROUPS, (label for _code, label in codes.choices("need_group")), strict=True)) | {
        "新市民措施": _("Measures for new residents"),
        "社会性流动措施": _("Measures for social mobility"),
        "民生意见": _("Opinion on people's livelihood"),
        "生活性服务业措施": _("Measures for services of daily life"),
    }
    return labels.get(group, group)


def heading_of(outcome: str) -> str:
    """The heading of a section of results."""
    return {
        "eligible": _("Meets the conditions"),
        "missing": _("Facts missing"),
        "office": _("For the office to decide"),
        "not_eligible": _("Does not meet the conditions"),
        "received": _("Already received"),
    }[outcome]


def key_of(result: ServiceResult) -> Key:
    """What tells one result from another, in one check and in the next."""
    return result.service_id, result.component, result.resident_id


def name_of(result: ServiceResult) -> str:
    """The name of the service in the language now shown, with its part where it has parts."""
    name = result.name if language() == "zh_CN" else result.name_en or result.name
    part = result.component if language() == "zh_CN" else result.component_en or result.component
    if part and part not in name:
        return _("{service}: {part}").format(service=name, part=part)
    return name


def _number(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_text(amount: Amount | None) -> str:
    """The sum with its kind, unit and per what, for example 最高 每人每年 6,870 元; empty where the texts give none."""
    if amount is None:
        return ""
    if amount.number is not None:
        numbers = _number(amount.number)
    elif amount.number_min is not None and amount.number_max is not None:
        numbers = _("{low} to {high}").format(low=_number(amount.number_min), high=_number(amount.number_max))
    elif amount.number_min is not None:
        numbers = _("from {low}").format(low=_number(amount.number_min))
    else:
        return ""
    chinese = language() == "zh_CN"
    per = amount.per if chinese else amount.per_en or amount.per
    if amount.unit == "%":
        unit = "%"
    elif amount.unit == "元":
        unit = _(" yuan")
    else:
        unit = " " + amount.unit
    return _("{per} {sum}").format(per=per, sum=numbers + unit).strip()


def amount_kind_text(amount: Amount) -> str:
    """What kind of sum it is, so that a standard or a ceiling is not read as a promise."""
    return {
        "exact": _("fixed sum"),
        "standard": _("standard in force, not the sum to be paid"),
        "max": _("at most"),
        "min": _("at least"),
        "range": _("depending on the case"),
        "average": _("on average"),
        "rate": _("rate"),
        "contribution": _("paid by the person"),
    }.get(amount.kind, "")


def flag_chip(flag: str) -> str:
    """A flag in two or three words; the reasons say it in full. Empty for flags that are no warning."""
    kind = flag.partition(":")[0]
    return {
        "period_ended": _("Text out of date"),
        "not_yet_in_force": _("Not yet in force"),
        "may_clash": _("Perhaps not together"),
        "excluded_by": _("Perhaps not together"),
    }.get(kind, "")


def counts_of(results: Iterable[ServiceResult]) -> dict[str, int]:
    """How many results there are of each outcome."""
    found = dict.fromkeys(OUTCOMES, 0)
    for result in results:
        found[outcome_of(result.determination)] += 1
    return found


def what_changed(
    before: Sequence[ServiceResult], after: Sequence[ServiceResult], people: Mapping[str, ResidentRow]
) -> list[tuple[str, str]]:
    """What a new check says differently from the one before, as (outcome now, sentence); nothing where nothing did."""
    old = {key_of(result): outcome_of(result.determination) for result in before}
    told: dict[str, list[str]] = {"eligible": [], "office": [], "not_eligible": []}
    for result in after:
        outcome, previous = outcome_of(result.determination), old.get(key_of(result))
        if previous is None or previous == outcome or outcome not in told:
            continue
        who = people.get(result.resident_id)
        name = name_of(result)
        told[outcome].append(_("{service} ({person})").format(service=name, person=who.name) if who else name)
    lost = [
        name_of(result)
        for result in after
        if old.get(key_of(result)) == "eligible" and outcome_of(result.determination) == "missing"
    ]
    sentences = []
    if told["eligible"]:
        sentences.append(
            ("eligible", _("Newly meets the conditions: {list}").format(list=_shortened(told["eligible"])))
        )
    if told["office"]:
        sentences.append(("office", _("Now for the office to decide: {list}").format(list=_shortened(told["office"]))))
    if told["not_eligible"]:
        text = _("Ruled out: {list}").format(list=_shortened(told["not_eligible"]))
        sentences.append(("not_eligible", text))
    if lost:
        sentences.append(("missing", _("Open again: {list}").format(list=_shortened(lost))))
    return sentences


def _shortened(names: Sequence[str]) -> str:
    listed = _(", ").join(names[:3])
    if len(names) <= 3:
        return listed
    return _("{list} and {n} more").format(list=listed, n=len(names) - 3)
