"""Our rules said again as OpenFisca formulas, for the bench to run OpenFisca-Core beside us on the same machine.

OpenFisca is two-valued: what is unknown counts as no, or as nought. So these are comparable rules, not the same ones:
as many, of the same shape, on as many people, each fact known. OpenFisca-Core is licensed under the AGPL; it lives in
an environment of its own that only the bench makes, and is no part of the application.
"""

import json
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from models.eligibility.nodes import Choice, Defined, Group, Members, Node, OpenList, Threshold
from models.eligibility.policies import Policies
from models.eligibility.schema import FactDefinition

CHILD = Path(__file__).with_name("bench_openfisca_child.py")
_NOT_SCREENED = ("organisation", "transient")


class _Writer:
    """Writes conditions as numpy expressions; terms become variables of their own, which OpenFisca works out once."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.facts: dict[str, FactDefinition] = {}
        self.terms: dict[tuple[str, str], str] = {}
        self.rules: list[dict[str, Any]] = []

    def add(self, level: str, expression: str, counted: bool) -> str:
        """A rule or term as a variable; its name."""
        name = f"r{len(self.rules)}"
        self.rules.append({"name": name, "level": level, "expression": expression, "counted": counted})
        return name

    def said(self, node: Node, level: str) -> str:
        """The expression of a condition for a person or a household."""
        if isinstance(node, Group) and node.kind == "not":
            return f"~({self.said(node.parts[0], level)})"
        if isinstance(node, Group) and node.kind == "least":
            parts = [f"({self.said(part, level)}).astype(np.int8)" for part in node.parts]
            return f"(({' + '.join(parts)}) >= {node.k})"
        if isinstance(node, Group | OpenList):
            sign = " & " if isinstance(node, Group) and node.kind == "all" else " | "
            return "(" + sign.join(self.said(part, level) for part in node.parts) + ")"
        if isinstance(node, Defined):
            key = (node.name, level)
            if key not in self.terms:
                self.terms[key] = self.add(level, self.said(node.part, level), counted=False)
            return f"self('{self.terms[key]}', p)"
        if isinstance(node, Members):
            inner = self.add("person", self.said(node.part, "person"), counted=False)
            house = "self" if level == "household" else "self.household"
            return f"{house}.{'all' if node.every else 'any'}({house}.members('{inner}', p))"
        if isinstance(node, Choice):
            return self._choice(node, level)
        if isinstance(node, Threshold):
            threshold, above = node.cut_at(self.on)
            number = threshold.toordinal() if isinstance(threshold, date) else float(threshold)
            holds = f"({self._value(node.fact, level)} {'>' if above else '>='} {number})"
            return f"~{holds}" if node.negated else holds
        return "np.zeros(self.count, dtype=bool)"  # another office's word, or never

    def _choice(self, node: Choice, level: str) -> str:
        value = self._value(node.fact, level)
        if node.fact.type == "bool":
            return f"({value})" if True in node.accepted else f"~({value})"
        codes = [place for place, choice in enumerate(node.fact.domain) if choice in node.accepted]
        return "(" + " | ".join(f"({value} == {code})" for code in codes) + ")"

    def _value(self, fact: FactDefinition, level: str) -> str:
        self.facts[fact.name] = fact
        name = f"f_{fact.name}"
        if fact.level == "household" and level == "person":
            return f"self.household('{name}', p)"
        if fact.level == "person" and level == "household":
            said = "any" if fact.type == "bool" else "max"  # somebody's fact in a household's rule
            return f"self.{said}(self.members('{name}', p))"
        return f"self('{name}', p)"


def rules_told(policies: Policies, on: date) -> dict[str, Any]:
    """Every rule that is screened, as the child reads it."""
    writer = _Writer(on)
    for service in policies.services.values():
        if service.universal or service.sensitive:
            continue
        for part in service.components:
            node = part.rule(on).node
            if node is not None and part.subject not in _NOT_SCREENED:
                level = "household" if part.subject == "household" else "person"
                writer.add(level, writer.said(node, level), counted=True)
    return {"facts": [_fact_told(fact, on) for fact in writer.facts.values()], "rules": writer.rules}


def _fact_told(fact: FactDefinition, on: date) -> dict[str, Any]:
    told: dict[str, Any] = {"name": f"f_{fact.name}", "level": fact.level}
    if fact.type == "bool":
        return {**told, "kind": "bool", "share": fact.prior.get("true", 0.5)}
    if fact.type == "date":
        return {**told, "kind": "code", "range": (on.toordinal() - 36_000, on.toordinal())}
    if fact.domain:
        return {**told, "kind": "code", "range": (0, len(fact.domain) - 1)}
    return {**told, "kind": "number", "range": (0, 6000)}


def run(python: Path, policies: Policies, on: date, people: int) -> Mapping[str, Any]:
    """What the child measured for so many people. Raises RuntimeError with its words where it failed."""
    done = subprocess.run(  # noqa: S603  # our own program in the bench's environment
        [str(python), str(CHILD), str(people)],
        input=json.dumps(rules_told(policies, on)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
