"""A questionnaire being filled in: answers in, and how everything stands out. One session belongs to one thread."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from forms import problems as sentences
from forms.collecting import FieldProblem
from forms.xlsform import typed as reading
from forms.xlsform import values
from forms.xlsform.compiled import ANSWERED, Compiled
from forms.xlsform.instance import Node
from forms.xlsform.plan import Model
from forms.xlsform.reckoning import ROUNDS_MOST, Reckoning
from forms.xlsform.results import result_of
from forms.xlsform.states import Context, Item, Result, Screen, State
from models.texts import _


class Session(Reckoning):
    """A filled-in form under work. `answers` is what `answers()` gave earlier for this version."""

    def __init__(
        self, compiled: Compiled, answers: Mapping[str, Any] | None = None, context: Context | None = None
    ) -> None:
        super().__init__(compiled, answers, context)

    # Answering.

    def set(self, path: str, typed: Any) -> frozenset[str]:
        """Keep an answer as typed; the paths of everything that may look different now. KeyError, ValueError."""
        node = self._tree.find(path)
        if node.model.kind in ("group", "repeat"):
            raise ValueError(f"{path} is no question")
        self._touched = {node}
        self._write(node, typed)
        self._count_as(node)
        self._settle()
        if node.model.path in self._plan.actions:
            self._act("xforms-value-changed", node)
        return self._changed()

    def see(self, path: str, shown: bool | str) -> None:
        """Keep that the document which proves an answer was shown (or which one). KeyError."""
        self._tree.find(path)
        if shown:
            self._seen[path] = shown
        else:
            self._seen.pop(path, None)

    def add_repeat(self, path: str) -> str:
        """One more round of a repeat ("/data/people"); its path. KeyError; ValueError where the form counts itself."""
        parent, model = self._tree.rounds(path)
        if not self._may_add(parent, model):
            raise ValueError(f"{path} takes no more rounds")
        self._touched = set()
        node = self._grow(parent, model)
        self._settle()
        return node.path

    def remove_repeat(self, path: str) -> None:
        """Take a round ("/data/people[2]") away with all answers in it. KeyError; ValueError where it cannot go."""
        node = self._tree.find(path)
        if not node.model.is_repeat or not self._may_remove(node):
            raise ValueError(f"{path} cannot be removed")
        self._touched = set()
        self._shrink(node)
        self._settle()

    def _may_add(self, parent: Node, model: Model) -> bool:
        fixed = model.node.get("count") or model.node.get("fixed")
        return not fixed and len(parent.children[model.name]) < ROUNDS_MOST

    def _may_remove(self, node: Node) -> bool:
        model = node.model
        if model.node.get("fixed"):
            return False
        if not model.node.get("count"):
            return True
        # A counted round can go where it only stayed because of what was typed in it.
        parent = node.parent
        assert parent is not None
        number = values.number(self._evaluate(str(model.node["count"]), parent, node.xnode))
        return math.isfinite(number) and len(parent.children[model.name]) > number

    def _changed(self) -> frozenset[str]:
        paths = set()
        for node in self._touched:
            if node.xnode is not None and id(node.xnode) in self._tree.by_xnode:
                paths.add(node.path)
        return frozenset(paths)

    # How things stand.

    def _flag(self, node: Node, what: str) -> bool:
        said = node.model.node.get(what)
        if not said:
            return False
        return said == "true()" or values.boolean(self._evaluate(said, node))

    def _problem(self, node: Node) -> str:
        """What is wrong with the answer that is there; "" where nothing is, or none is there."""
        if node.wrong:
            key, facts = node.wrong
            if key == "time_form":
                return _("Type the time as hours and minutes, for example 9:30.")
            return sentences.sentence({"type": key, "ctx": facts})
        if not node.value or node.value in reading.UNKNOWN:
            return ""
        if node.offered is not None and any(name not in node.offered for name in self._names(node)):
            return sentences.sentence({"type": "choice"})
        constraint = node.model.node.get("constraint")
        if constraint and not self._meets(constraint, node):
            said = self._text(node.model.node.get("constraint_message"), node)
            return said or _("This answer does not fit the questionnaire. Please check it.")
        return ""

    def _meets(self, constraint: str, node: Node) -> bool:
        value = self._evaluate(constraint, node)
        return value == "" or values.boolean(value)  # what cannot be reckoned keeps nobody from going on

    def _names(self, node: Node) -> list[str]:
        return [node.value] if node.model.kind == "choice" else node.value.split()

    def state(self, path: str) -> State:
        """How a question, group or round stands now. KeyError where there is none."""
        node = self._tree.find(path)
        model = node.model.node
        ours: Mapping[str, Any] = model.get("ours", {})
        answered = node.model.kind in ANSWERED
        unknowns = (("not_known", _("Don't know")), ("refused", _("Prefers not to say")))
        typed = node.typed if node.typed is not None else reading.as_typed(node.model.kind, node.value)
        limits = [values.number(model.get(name, "")) for name in ("least", "most", "step")]
        least, most, step = (None if math.isnan(limit) else limit for limit in limits)
        return State(
            path=path,
            kind="group" if node.model.is_repeat else node.model.kind,
            label=self._text(model.get("label"), node) or (node.model.name if answered else ""),
            hint=self._text(model.get("hint"), node),
            guidance=self._text(model.get("hint"), node, "guidance"),
            why=self._in_language(ours.get("why")),
            paper=self._in_language(ours.get("paper")),
            seen=self._seen.get(path, ""),
            asked=node.asked,
            required=answered and self._flag(node, "required"),
            read_only=self._flag(node, "readonly"),
            sensitive=bool(ours.get("sensitive")),
            typed=typed,
            value=node.counted(),
            problem=self._problem(node) if answered else "",
            choices=tuple(self._choices(node)),
            unknowns=unknowns if self._takes_unknowns(node) else (),
            appearance=tuple(model.get("appearance", "").split()),
            picture=str(model.get("picture", "")),
            least=least,
            most=most,
            step=step,
            media=self._media(model.get("label")),
        )

    def _in_language(self, said: Mapping[str, str] | None) -> str:
        if not said:
            return ""
        default = str(self.compiled.body["default_language"])
        return str(said.get(self._language) or said.get(default) or said.get("") or next(iter(said.values())))

    def is_asked(self, path: str) -> bool:
        """Is a question to be asked now? KeyError."""
        return self._tree.find(path).asked

    def screens(self) -> tuple[Screen, ...]:
        """The topics that are asked now: one for each group, repeat or lone question at the top."""
        found = []
        for part in self._tree.root.children.items():
            name, node = part
            model = self._plan.models[f"{self._tree.root.model.path}/{name}"]
            if not model.is_seen or (isinstance(node, Node) and not node.asked):
                continue
            at = node if isinstance(node, Node) else self._tree.root
            title = self._text(model.node.get("label"), at)
            hint = self._text(model.node.get("hint"), at) if model.kind == "group" else ""
            items = tuple(self._part_items(self._tree.root, name, 0))
            if model.kind == "group":
                items = items[1:] if items and items[0].kind == "group" else items
            if items:
                found.append(Screen(model.path, title or self.compiled.title, hint, items))
        return tuple(found)

    def items(self) -> tuple[Item, ...]:
        """Everything that is asked now, in order, in one."""
        found: list[Item] = []
        for name in self._tree.root.children:
            found += self._part_items(self._tree.root, name, 0)
        return tuple(found)

    def _part_items(self, parent: Node, name: str, depth: int) -> Iterator[Item]:
        model = self._plan.models[f"{parent.model.path}/{name}"]
        if not model.is_seen:
            return
        part = parent.children[name]
        if isinstance(part, list):
            yield from self._rounds_items(parent, model, part, depth)
        elif part.asked and model.kind == "group":
            below = [item for child in part.children for item in self._part_items(part, child, depth + 1)]
            if below:
                label = self._text(model.node.get("label"), part)
                yield Item(part.path, "group", depth, label, self._text(model.node.get("hint"), part))
                yield from below
        elif part.asked:
            yield Item(part.path, "question", depth, self._text(model.node.get("label"), part) or name)

    def _rounds_items(self, parent: Node, model: Model, rounds: list[Node], depth: int) -> Iterator[Item]:
        if rounds and not any(node.asked for node in rounds):
            return
        if not rounds and not self._asked_without_rounds(parent, model):
            return
        label = self._text(model.node.get("label"), rounds[0] if rounds else parent)
        can_add = self._may_add(parent, model)
        if not rounds and not can_add:
            return
        yield Item(f"{parent.path}/{model.name}", "repeat", depth, label, can_add=can_add)
        for place, node in enumerate(rounds, 1):
            if node.asked:
                title = f"{self._text(model.node.get('label'), node) or model.name} {place}"
                yield Item(node.path, "round", depth + 1, title, can_remove=self._may_remove(node))
                for child in node.children:
                    yield from self._part_items(node, child, depth + 2)

    def _asked_without_rounds(self, parent: Node, model: Model) -> bool:
        said = model.node.get("relevant")
        if not parent.asked or not said:
            return parent.asked
        return values.boolean(self._evaluate(str(said), parent, self._tree.ghost(parent, model.name)))

    def check(self) -> tuple[FieldProblem, ...]:
        """What keeps the form from being finished, in its order: wrong answers, and questions that need one."""
        found = []
        for node in self._tree.root.below():
            if not node.asked or node.model.kind not in ANSWERED or node.model.node.get("hidden"):
                continue
            wrong = self._problem(node)
            if not wrong and node.counted() == "" and node.model.kind != "skipped" and self._flag(node, "required"):
                label = self._text(node.model.node.get("label"), node)
                wrong = self._text(node.model.node.get("required_message"), node)
                wrong = wrong or sentences.sentence({"type": "missing"}, label)
            if wrong:
                found.append(FieldProblem(node.path, wrong))
        return tuple(found)

    # What comes of it.

    def answers(self) -> dict[str, Any]:
        """Everything typed and kept, as plain JSON: what a draft and a finished form hold, opened again as it was."""
        typed: dict[str, Any] = {}
        kept: dict[str, str] = {}
        rounds: dict[str, int] = {}
        for node in self._tree.root.below():
            for name, part in node.children.items():
                if isinstance(part, list):
                    rounds[f"{node.path}/{name}"] = len(part)
            if node.typed is not None:
                typed[node.path] = node.typed
            elif node.value != "":
                kept[node.path] = node.value
        typed |= {path: said for path, said in self._left_over.items() if path not in typed}
        return {"format": 1, "values": typed, "kept": kept, "rounds": rounds, "seen": dict(self._seen)}

    def result(self) -> Result:
        """What the form says: asked questions only. Problems are no hindrance; `check` tells them."""
        for node in self._tree.root.below():
            if node.model.node.get("preload") == ["timestamp", "end"]:
                node.value = values.moment_text(self.context.moment())
                self._count_as(node)
        self._settle()
        return result_of(self.compiled, self._tree, self._seen, self.context.moment().date())
