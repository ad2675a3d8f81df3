"""Answers in the format of the acceptance cases: what the command ``check CASES ANSWERS`` of the application writes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from models.eligibility.case import Case, Person, View
from models.eligibility.deciding import decide
from models.eligibility.determination import AgencyPart, Amount, Determination, Missing
from models.eligibility.logic import Residual, at_least, conjunction, disjunction
from models.eligibility.nodes import Agency, Defined, Group, Node, OpenList
from models.eligibility.policies import Policies


def answer_cases(cases: Mapping[str, Any], policies: Policies) -> dict[str, Any]:
    """Answer every case of an acceptance file.

    An answer names every fact that matters, also those that the screens keep from the worker (an office's, a sensitive
    one): it is read by a machine that knows the case. "eligible" means there that every condition that the text states
    holds, "the office still decides", with its word in ``office_decides``. A case that cannot be answered carries
    ``error`` instead.
    """
    return {"answers": [answer(case, policies) for case in cases["cases"]]}


def answer(given: Mapping[str, Any], policies: Policies) -> dict[str, Any]:
    """The answer to one case of an acceptance file."""
    service = policies.by_name.get(given["service"])
    if service is None:
        return _unanswered(given, "no rule for this service")
    component = given.get("component")
    if component is not None and service.component(component) is None:
        return _unanswered(given, "no such part of the service")
    try:
        case = read_case(given)
        result = decide(policies, case, given["applicant"], service.id, component)
    except ValueError as problem:
        return _unanswered(given, str(problem))
    return {
        "id": given["id"],
        "outcome": _stated(policies, case, given["applicant"], result),
        "missing": all_missing(result),
        "amount": _amount(result.amount),
        "amount_missing": [{"fact": part.fact, "of": part.of} for part in result.amount_missing],
        "because": [{"file": cited.file, "line": cited.line, "quote": cited.quote} for cited in result.citations],
        "word": result.word(),
        "flags": list(result.flags),
        "office_decides": [part.zh for part in result.agency if part.zh],
    }


def _stated(policies: Policies, case: Case, applicant: str, result: Determination) -> str:
    """The outcome by what the text states, where nothing is open but an office's word.

    What an office says on top of conditions that hold is left to it: eligible. A way in that only an office can open,
    beside stated ones that fail (whom a 等 means, whom a district may add), is none that the text states.
    """
    if result.outcome != "unknown" or all_missing(result) or not result.trace:
        return result.outcome
    parts = policies.services[result.service_id].components
    chosen = [part for part in parts if result.component in (None, part.name)]
    nodes = [part.rule(case.on).node for part in chosen]
    view = View(policies.facts, case)
    person = result.person_id or applicant
    left = disjunction(_agreed(node, view, person) for node in nodes if node is not None)
    return result.outcome if left is not True and left is not False else "eligible" if left else "not_eligible"


def _agreed(node: Node, view: View, person: str, *, beside: bool = False) -> Residual:
    """What is left of a condition if offices agree to what is theirs; beside: one way among several."""
    if isinstance(node, Agency):
        return not beside
    if isinstance(node, Defined):
        return _agreed(node.part, view, person, beside=beside)
    if isinstance(node, OpenList):
        return disjunction(_agreed(part, view, person, beside=True) for part in node.parts)
    if not isinstance(node, Group) or node.kind == "not":
        return node.reduce(view, person)
    parts = [_agreed(part, view, person, beside=beside or node.kind != "all") for part in node.parts]
    if node.kind == "all":
        return conjunction(parts)
    return disjunction(parts) if node.kind == "any" else at_least(node.k, parts)


def _unanswered(given: Mapping[str, Any], error: str) -> dict[str, Any]:
    return {"id": given["id"], "outcome": "unknown", "missing": [], "amount": None, "because": [], "error": error}


def all_missing(result: Determination) -> list[dict[str, str]]:
    """Every fact that can still change the outcome, whoever may ask it."""
    parts: list[Missing | AgencyPart] = [
        *result.missing,
        *(part for part in result.agency if part.fact),
        *result.withheld,
    ]
    return [{"fact": part.fact, "of": part.of} for part in parts]


def read_case(given: Mapping[str, Any]) -> Case:
    """A case of an acceptance file as a Case."""
    household = given["household"]
    sides = _sides({member.get("role", "") for member in household["members"]})
    people = tuple(
        Person(
            id=member["id"],
            facts=member.get("facts", {}),
            role=sides.get(member.get("role", ""), member.get("role", "")),
            receives=frozenset(member.get("receives", ())),
        )
        for member in household["members"]
    )
    return Case(on=date.fromisoformat(given["date"]), household=household.get("facts", {}), people=people)


def _sides(roles: set[str]) -> Mapping[str, str]:
    """Roles that make one parent the father and the other the mother, where a case has a couple of parents.

    Cases tell nobody's sex, and no rule gives to fathers what it does not give to mothers: of two parents who are both
    there it is enough that they are not the same one.
    """
    if "husband" in roles:
        return {"applicant": "female_head"}
    if "wife" in roles:
        return {"applicant": "male_head"}
    return {"applicant": "male_head", "spouse": "wife"} if {"applicant", "spouse"} <= roles else {}


def _amount(amount: Amount | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    numbers = {key: getattr(amount, key) for key in ("number", "number_min", "number_max")}
    if numbers["number"] is None and numbers["number_min"] == numbers["number_max"]:
        numbers["number"] = numbers["number_min"]  # a range of one sum is that sum
    said = {"kind": amount.kind, "unit": amount.unit, "per": amount.per}
    return {**said, **{key: _number(value) for key, value in numbers.items() if value is not None}}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
