"""Which expression waits for which answer: worked out once for a questionnaire, used by every filled-in form of it.

A path here is one of the form, without places of rounds: "/data/people/name".
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.etree import ElementTree

from forms.xlsform import compiling, expressions, functions
from forms.xlsform.compiled import Compiled

RECKONED = ("relevant", "calculate", "count", "choices")
"""What is reckoned anew when an answer changes; everything else is when it is looked at."""


class Use(NamedTuple):
    """One expression that reads a place: what it is for, whose it is, how many steps of the place are of its round."""

    what: str  # relevant, calculate, count, choices, or shown
    path: str
    own: int


@dataclass
class Model:
    """A question, group or repeat of the questionnaire."""

    path: str
    name: str
    node: Mapping[str, Any]
    parent: "Model | None"
    children: list["Model"] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """group, repeat, or how the question is drawn."""
        return str(self.node["kind"])

    @property
    def is_repeat(self) -> bool:
        """Has it rounds?"""
        return self.kind == "repeat"

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps from the root."""
        return tuple(self.path.strip("/").split("/"))

    @property
    def is_seen(self) -> bool:
        """Does a page draw it, or something below it?"""
        if self.kind in ("group", "repeat"):
            return any(child.is_seen for child in self.children)
        return not self.node.get("hidden")


class Plan:
    """The questionnaire's models, and for each place the expressions that read it."""

    def __init__(self, compiled: Compiled) -> None:
        body = compiled.body
        root_path = f"/{body['root']}"
        self.root = Model(root_path, str(body["root"]), {"kind": "group", "path": root_path}, None)
        self.models: dict[str, Model] = {root_path: self.root}
        for node in body["nodes"]:
            path = str(node["path"])
            above, _slash, name = path.rpartition("/")
            parent = self.models[above]
            self.models[path] = Model(path, name, node, parent)
            parent.children.append(self.models[path])
        self.texts: Mapping[str, Any] = body["texts"]
        self.body = body
        self.readers: dict[str, list[Use]] = defaultdict(list)
        self.anywhere: list[tuple[tuple[str, ...], Use]] = []  # with * or // in them: the place above
        self.actions: dict[str, list[Mapping[str, Any]]] = defaultdict(list)  # by the question that sets them off
        for action in body["actions"]:
            if action["event"] == "xforms-value-changed":
                self.actions[action["source"]].append(action)
        for model in self.models.values():
            for what, said in self._expressions(model):
                for steps, own in expressions.references(said, model.steps):
                    self._note(steps, Use(what, model.path, own))
        self.rank = self._ranks()
        self._lists: dict[str, Any] = {}

    def _expressions(self, model: Model) -> Iterator[tuple[str, str]]:
        for what, said in compiling.expressions_of(model.node):
            yield what if what in RECKONED else "shown", said
        for name in ("label", "hint", "constraint_message", "required_message"):
            for by_form in self.texts.get(model.node.get(name, ""), {}).values():
                for parts in by_form.values():
                    for part in parts if isinstance(parts, list) else ():
                        if isinstance(part, list):
                            yield "shown", part[0]

    def _note(self, steps: tuple[str, ...], use: Use) -> None:
        if "**" in steps or "*" in steps:
            above = steps[: min(steps.index(mark) for mark in ("**", "*") if mark in steps)]
            self.anywhere.append((above, use))
        else:
            self.readers["/" + "/".join(steps)].append(use)

    def uses(self, path: str) -> Iterator[Use]:
        """The expressions that read a place."""
        yield from self.readers.get(path, ())
        if self.anywhere:
            steps = tuple(path.strip("/").split("/"))
            for above, use in self.anywhere:
                if steps[: len(above)] == above:
                    yield use

    def _ranks(self) -> dict[str, int]:
        """An order in which what is read comes before what reads it, as far as there is one."""
        waits: dict[str, set[str]] = defaultdict(set)
        for path, uses in self.readers.items():
            for use in uses:
                if use.what in RECKONED and use.path != path:
                    waits[use.path].add(path)
        rank: dict[str, int] = {}
        for start in self.models:
            stack = [(start, False)]
            open_paths: set[str] = set()
            while stack:
                path, done = stack.pop()
                if done:
                    rank.setdefault(path, len(rank))
                    continue
                if path in rank or path in open_paths:
                    continue
                open_paths.add(path)
                stack.append((path, True))
                above = path.rpartition("/")[0]
                stack += [(one, False) for one in sorted(waits.get(path, ()))]
                if above in self.models:
                    stack.append((above, False))
        return rank

    def list_root(self, list_id: str) -> Any | None:
        """A list of choices or an attached table as a tree that expressions walk; None where there is none."""
        if list_id not in self._lists:
            self._lists[list_id] = self._tree(list_id)
        return self._lists[list_id]

    def _tree(self, list_id: str) -> Any | None:
        from elementpath.tree_builders import build_node_tree

        if list_id not in self.body["lists"]:
            return None
        top = ElementTree.Element("instance")
        root = ElementTree.SubElement(top, "root")
        for item in self.body["lists"][list_id]["items"]:
            element = ElementTree.SubElement(root, "item")
            for column, said in item.items():
                ElementTree.SubElement(element, column).text = said
        return build_node_tree(top)

    def repeats_above(self, path: str) -> list[str]:
        """The repeats a place lies in, outermost first."""
        found = []
        model: Model | None = self.models.get(path)
        while model is not None:
            if model.is_repeat:
                found.append(model.path)
            model = model.parent
        return found[::-1]

    def is_changing(self, said: str) -> bool:
        """Does an expression give another value each time it is reckoned?"""
        return bool(expressions.calls(said) & functions.CHANGING)


def plan_of(compiled: Compiled) -> Plan:
    """The plan of a questionnaire, worked out when it is first asked for."""
    known = compiled.__dict__.get("_plan")
    if known is None:
        known = compiled.__dict__["_plan"] = Plan(compiled)
    plan: Plan = known
    return plan
