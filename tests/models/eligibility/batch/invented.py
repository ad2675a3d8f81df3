"""Invented rules over the real dictionary: shapes that the shipped packs do not have, or not yet."""

import random
from dataclasses import replace
from typing import Any

from models.eligibility import Policies
from models.eligibility.nodes import Compiler
from models.eligibility.schema import RELATIONS, WORDS, Condition
from tests.models.eligibility.support import policies

LINKED = ("disability_cert", "disability_category", "disability_grade", "orphan", "de_facto_unsupported", "veteran")
LINKED += ("orphan_care_mode", "employment_status", "employs_disabled", "self_employment_veteran", "birth_date")
LINKED += ("hukou_tianjin", "hukou_tianjin_since", "legal_supporter", "legal_supporter_capable", "children_count")
LINKED += ("income_per_capita_month", "dibao", "hiv_status", "federation_reviewed")
NUMBERS = (0, 2, 3, 303, 1010, 1515)


def small_policies() -> Policies:
    """The dictionary around the facts that presuppose one another, so that these are drawn and read often."""
    facts = policies().facts
    wanted = {*LINKED, "income_month", "deceased", "counts_in_household"}
    wanted |= {name for name, fact in facts.items() if any(r.fact in wanted for r in fact.requires)}
    return replace(policies(), facts={name: fact for name, fact in facts.items() if name in wanted})


def with_rule(given: Policies, condition: dict[str, Any], subject: str = "person") -> Policies:
    """The policies with one service only, which is due when the condition holds."""
    checked = Condition.model_validate(condition)
    node = Compiler(given.facts, given.terms, given.param).node(checked)
    service = next(s for s in given.services.values() if len(s.components) == 1 and not s.universal)
    part = service.components[0]
    rule = replace(part.rules[0], node=node, amounts=())
    service = replace(
        service,
        id="INVENTED",
        subject=subject,
        sensitive=False,
        already=None,
        clashes=(),
        excludes=(),
        components=(replace(part, name=None, subject=subject, rules=(rule,)),),
    )
    return replace(given, services={"INVENTED": service})


def draw_condition(given: Policies, rng: random.Random, depth: int = 3, *, kin: bool = True) -> dict[str, Any]:
    """A random condition, mostly over facts that presuppose one another, so that many are read again."""
    chosen = rng.random()
    if depth == 0 or chosen < 0.25:
        return _leaf(given, rng)
    if chosen < 0.4:
        return {"not": draw_condition(given, rng, depth - 1, kin=kin)}
    if kin and chosen < 0.55:
        members = rng.choice(("any", "all"))
        inner = draw_condition(given, rng, depth - 1, kin=rng.random() < 0.1)
        return {"members": members, "who": rng.choice(RELATIONS), "where": inner}
    parts = [draw_condition(given, rng, depth - 1, kin=kin) for _ in range(rng.randint(2, 3))]
    if chosen < 0.62:
        words = {"zh": f"由某部门认定{rng.randint(1, 3)}", "en": "decided elsewhere"}
        return {"open_list": parts, "rest": words}
    if chosen < 0.72:
        return {"at_least": rng.randint(1, len(parts)), "of": parts}
    return {rng.choice(("all", "any")): parts}


def _leaf(given: Policies, rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.05:
        return {"agency": {"zh": f"由某部门认定{rng.randint(1, 3)}", "en": "decided elsewhere"}}
    name = rng.choice(LINKED)
    definition = given.facts[name]
    if definition.type == "bool":
        return {"fact": name, "is": rng.random() < 0.6}
    if definition.domain:
        values = rng.sample(definition.domain, rng.randint(1, len(definition.domain) - 1))
        return {"fact": name, rng.choice(("in", "not_in")): values}
    word = rng.choice(sorted(WORDS))
    if definition.type == "date":
        if rng.random() < 0.3:
            return {"date": name, "word": word, "day": rng.choice(("2020-01-01", "1960-02-29", "2009-06-01"))}
        kind = "age" if name == "birth_date" else "years_since"
        return {kind: name, "word": word, "value": rng.choice((3, 16, 18, 60, 70))}
    return {"fact": name, "word": word, "value": rng.choice(NUMBERS)}
