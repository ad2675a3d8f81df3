"""A questionnaire being filled in: answers in, and how everything stands out. One session belongs to one thread.

Each answer sets off only what reads it: conditions, calculations, counts of rounds and offered choices, in an order in
which what is read comes first. What is only looked at (labels, constraints, required) is reckoned when it is looked at.
"""

import heapq
import math
import re
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from elementpath import XPathContext

from forms import problems as sentences
from forms.collecting import FieldProblem
from forms.reading import Unreadable
from forms.xlsform import expressions, functions, values
from forms.xlsform import typed as reading
from forms.xlsform.compiled import ANSWERED, Compiled
from forms.xlsform.instance import Node, Tree
from forms.xlsform.plan import RECKONED, Model, Use, plan_of
from forms.xlsform.results import result_of
from forms.xlsform.states import Choice, Context, Item, Result, Screen, State, without_marks
from models.texts import _

ROUNDS_MOST = 500
_SETTLED_MOST = 200_000  # expressions in one go; circles that no check has seen end here
_LOOKUP = re.compile(r"instance\('([^']+)'\)/root/item(?:\[(.*)\])?", re.S)
_CONDITION = re.compile(r"\s*([\w.-]+)\s*=\s*(.+?)\s*", re.S)
_FROM_OUTSIDE = re.compile(r"(?:current\(\)/|/)[\w./\-·]+|'[^']*'|\"[^\"]*\"|\d+(?:\.\d+)?")


class Session:
    """A filled-in form under work. `answers` is what `answers()` gave earlier for this version."""

    def __init__(
        self, compiled: Compiled, answers: Mapping[str, Any] | None = None, context: Context | None = None
    ) -> None:
        self.compiled = compiled
        self.context = context or Context()
        self._plan = plan_of(compiled)
        self._tree = Tree(self._plan)
        self._language = compiled.shown_language
        self._queue: list[tuple[int, int, str, Node]] = []
        self._queued: set[tuple[str, int]] = set()
        self._turn = 0
        self._touched: set[Node] = set()
        self._seen: dict[str, Any] = {}
        self._left_over: dict[str, Any] = {}
        self._static: dict[str, frozenset[str]] = {}
        xpath: Any = XPathContext(self._tree.document)
        xpath.form = self  # what the functions ask (functions.Surroundings)
        self._xpath: XPathContext = xpath
        self._begin(answers)

    # Beginning.

    def _begin(self, answers: Mapping[str, Any] | None) -> None:
        restored = bool(answers)
        given = answers or {}
        self._first_rounds(self._tree.root, dict(given.get("rounds") or {}), restored)
        self._tree.number()
        if restored:
            self._restore(given)
        else:
            for node in list(self._tree.root.below()):
                self._default(node)
        for node in list(self._tree.root.below()):
            self._push_all(node, keep=restored)
        self._settle()
        if not restored:
            self._act("odk-instance-first-load", None)
        self._touched.clear()

    def _first_rounds(self, node: Node, rounds: Mapping[str, Any], restored: bool) -> None:
        for name, part in list(node.children.items()):
            if not isinstance(part, list):
                self._first_rounds(part, rounds, restored)
                continue
            model = self._plan.models[f"{node.model.path}/{name}"]
            said = rounds.get(f"{node.path}/{name}", 0)
            number = said if restored else (0 if model.node.get("count") else 1)
            for _round in range(min(int(number) if isinstance(number, int) else 0, ROUNDS_MOST)):
                self._first_rounds(self._tree.add_round(node, model), rounds, restored)

    def _restore(self, given: Mapping[str, Any]) -> None:
        for kind in ("values", "kept"):
            for path, said in dict(given.get(kind) or {}).items():
                try:
                    node = self._tree.find(str(path))
                except KeyError:
                    self._left_over[str(path)] = said
                    continue
                if kind == "values":
                    self._write(node, said)
                else:
                    node.value = str(said)
        self._seen = {str(path): said for path, said in dict(given.get("seen") or {}).items()}

    def _default(self, node: Node) -> None:
        default = node.model.node.get("default")
        if default is not None:
            self._write(node, str(default))
            node.typed = node.typed if node.wrong else None  # nobody typed it, and it may go with its round
        kind, what = node.model.node.get("preload") or ("", "")
        if kind == "timestamp" and what in ("start", "end"):
            node.value = values.moment_text(self.context.moment())
        elif kind == "date":
            node.value = self.context.moment().date().isoformat()
        elif kind == "uid":
            node.value = f"uuid:{uuid.uuid4()}"
        elif kind == "property":
            node.value = self.property(what)

    # What expressions ask of the form (functions.Surroundings).

    def moment(self) -> datetime:
        """The present moment."""
        return self.context.moment()

    def list_root(self, list_id: str) -> Any | None:
        """A list of choices or an attached table."""
        return self._plan.list_root(list_id)

    def choice_name(self, name: str, path: str, at: Any) -> str:
        """The label of a choice of the question at that path."""
        try:
            found = expressions.evaluate(path, self._xpath, at)
        except expressions.BadExpression:
            return ""
        node = self._tree.by_xnode.get(id(found[0])) if isinstance(found, list) and found else None
        if node is None:
            return ""
        return next((choice.label for choice in self._choices(node) if choice.name == name), "")

    def itext(self, text_id: str) -> str:
        """A text by its id in the language shown."""
        return self._text(text_id, self._tree.root)

    def property(self, name: str) -> str:
        """A property of the device or the worker."""
        word = name.rpartition(":")[2]
        known = {"deviceid": self.context.device, "username": self.context.worker, **self.context.properties}
        return str(known.get(word, ""))

    def version(self) -> str:
        """The version of the form."""
        return self.compiled.version

    def places_of(self, node: Any) -> Sequence[tuple[str, int]]:
        """The rounds a node lies in, outermost first."""
        found: list[tuple[str, int]] = []
        inner: Node | None = self._tree.by_xnode.get(id(node))
        while inner is not None:
            if inner.model.is_repeat:
                found.append((inner.model.path, inner.place))
            inner = inner.parent
        return found[::-1]

    # Reckoning.

    def _evaluate(self, said: str, node: Node, xnode: Any = None) -> Any:
        return expressions.evaluate(said, self._xpath, xnode or node.xnode)

    def _push(self, what: str, node: Node) -> None:
        key = (what, id(node))
        if key not in self._queued:
            self._queued.add(key)
            self._turn += 1
            heapq.heappush(self._queue, (self._plan.rank.get(node.model.path, 0), self._turn, what, node))

    def _push_all(self, node: Node, keep: bool = False) -> None:
        for what in ("relevant", "calculate", "choices"):
            said = node.model.node.get(what)
            if not said:
                continue
            # What was kept of a draft stays: a number by chance, the moment of the first visit, a corrected sum.
            kept = keep and what == "calculate" and node.value != ""
            if kept and (node.model.node.get("control") or self._plan.is_changing(said)):
                continue
            self._push(what, node)
        for name, part in node.children.items():
            if isinstance(part, list) and self._plan.models[f"{node.model.path}/{name}"].node.get("count"):
                self._push(f"count:{name}", node)
        self._count_as(node)

    def _count_as(self, node: Node) -> None:
        """What expressions see of a node changed, or may have."""
        counted = node.counted()
        if (node.element.text or "") != counted:
            node.element.text = counted or None
            self._touched.add(node)
            self._set_off(node)

    def _set_off(self, node: Node) -> None:
        """Everything that reads a node's answer is to be reckoned anew."""
        for use in self._plan.uses(node.model.path):
            for reader in self._readers(use, node):
                if use.what == "shown":
                    self._touched.add(reader)
                elif use.what == "count":
                    if reader.parent is not None:
                        self._push(f"count:{reader.model.name}", reader.parent)
                else:
                    self._push(use.what, reader)
            if use.what == "count":
                model = self._plan.models[use.path]
                for parent in self._tree.by_model[model.parent.path] if model.parent else ():
                    self._push(f"count:{model.name}", parent)

    def _readers(self, use: Use, node: Node) -> Iterator[Node]:
        """The nodes of a reading expression: all of them, or those of the same round where only they can read it."""
        repeats = self._plan.repeats_above(node.model.path)
        for repeat in reversed(repeats):
            inside = use.path == repeat or use.path.startswith(repeat + "/")
            if inside and use.own >= repeat.count("/"):
                within = node.round_of(repeat)
                if within is not None:
                    yield from self._inside(within, use.path)
                    return
        yield from self._tree.by_model[use.path]

    def _inside(self, node: Node, path: str) -> Iterator[Node]:
        if node.model.path == path:
            yield node
            return
        name = path[len(node.model.path) + 1 :].partition("/")[0]
        part = node.children.get(name)
        for below in part if isinstance(part, list) else ([part] if part is not None else []):
            yield from self._inside(below, path)

    def _settle(self) -> None:
        """Reckon what is queued until nothing changes."""
        done = 0
        while self._queue and done < _SETTLED_MOST:
            _rank, _turn, what, node = heapq.heappop(self._queue)
            self._queued.discard((what, id(node)))
            done += 1
            if id(node.xnode) not in self._tree.by_xnode:
                continue  # its round went meanwhile
            if what == "relevant":
                own = values.boolean(self._evaluate(node.model.node["relevant"], node))
                if own != node.own:
                    node.own = own
                    self._ask(node)
            elif what == "calculate":
                said = values.text(self._evaluate(node.model.node["calculate"], node))
                self._calculated(node, "" if said == "NaN" else said)
            elif what == "choices":
                node.shown_choices = None
                offered = self._offered(node)
                if offered != node.offered:
                    node.offered = offered
                    self._touched.add(node)
                self._count_as(node)
            else:
                self._counted_rounds(node, what.partition(":")[2])
        self._queue.clear()
        self._queued.clear()

    def _ask(self, node: Node) -> None:
        """A condition changed: whatever is below is asked, or is not."""
        asked = node.own and (node.parent is None or node.parent.asked)
        if asked == node.asked:
            return
        node.asked = asked
        self._touched.add(node)
        self._count_as(node)
        for part in node.children.values():
            for below in part if isinstance(part, list) else (part,):
                self._ask(below)

    def _calculated(self, node: Node, said: str) -> None:
        if node.value == said and node.wrong is None:
            return
        node.value, node.typed, node.wrong = said, None, None
        self._touched.add(node)
        self._count_as(node)
        if node.model.path in self._plan.actions:
            self._act("xforms-value-changed", node)

    def _counted_rounds(self, parent: Node, name: str) -> None:
        model = self._plan.models[f"{parent.model.path}/{name}"]
        rounds: list[Node] = parent.children[name]
        place = rounds[0].xnode if rounds else self._tree.ghost(parent, name)
        number = values.number(self._evaluate(str(model.node["count"]), parent, place))
        wanted = min(max(int(number), 0), ROUNDS_MOST) if math.isfinite(number) else 0
        while len(rounds) < wanted:
            self._grow(parent, model)
        # A smaller number takes rounds away from the end, but never one in which something was typed.
        while len(rounds) > wanted and not any(node.typed is not None for node in rounds[-1].below()):
            self._shrink(rounds[-1])

    def _grow(self, parent: Node, model: Model) -> Node:
        node = self._tree.add_round(parent, model)
        self._first_rounds(node, {}, False)
        self._tree.number()
        for below in node.below():
            below.asked = below.own and (below.parent is None or below.parent.asked)
            self._default(below)
        for below in list(node.below()):
            self._push_all(below)
        self._structure(node)
        for action in self.compiled.body["actions"]:
            if action["event"] == "odk-new-repeat" and action["target"].startswith(model.path + "/"):
                for target in self._inside(node, action["target"]):
                    self._put(target, action["value"])
        return node

    def _shrink(self, node: Node) -> None:
        self._tree.remove_round(node)
        self._tree.number()
        self._structure(node)

    def _structure(self, node: Node) -> None:
        """A round came or went: whatever counts rounds or goes over them."""
        for path in {below.model.path for below in node.below()}:
            for use in self._plan.uses(path):
                for reader in self._tree.by_model[use.path]:
                    if use.what == "shown":
                        self._touched.add(reader)
                    elif use.what == "count":
                        if reader.parent is not None:
                            self._push(f"count:{reader.model.name}", reader.parent)
                    elif use.what in RECKONED:
                        self._push(use.what, reader)
        if node.parent is not None:
            self._touched.add(node.parent)

    def _act(self, event: str, source: Node | None, depth: int = 0) -> None:
        """Values that the form itself puts in: defaults that are reckoned, and what an answer sets off."""
        actions = self.compiled.body["actions"] if source is None else self._plan.actions.get(source.model.path, ())
        for action in actions:
            if action["event"] != event:
                continue
            targets = self._tree.by_model.get(action["target"], [])
            if source is not None:
                targets = list(self._readers(Use("", action["target"], 99), source))
            for target in list(targets):
                self._put(target, action["value"])
        self._settle()
        del depth

    def _put(self, node: Node, expression: str) -> None:
        said = values.text(self._evaluate(expression, node))
        said = "" if said == "NaN" else said
        if said != node.value or node.wrong:
            node.value, node.typed, node.wrong = said, None, None
            self._touched.add(node)
            self._count_as(node)

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

    def _write(self, node: Node, typed: Any) -> None:
        node.typed, node.wrong = typed, None
        try:
            node.value = reading.value_of(node.model.kind, typed, node.model.node, self._takes_unknowns(node))
        except Unreadable as bad:
            node.value, node.wrong = "", (bad.key, dict(bad.facts))

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

    def _takes_unknowns(self, node: Node) -> bool:
        if node.model.kind not in ANSWERED - {"acknowledge", "picture", "skipped"}:
            return False
        return bool(self.compiled.body["unknowns"] or node.model.node.get("ours", {}).get("unknowns"))

    def _form_of(self, text_id: str, form: str) -> Any:
        by_language = self._plan.texts.get(text_id) or {}
        default = str(self.compiled.body["default_language"])
        for language in (self._language, default, "", *by_language):
            if form in by_language.get(language, {}):
                return by_language[language][form]
        return ""

    def _text(self, text_id: str | None, node: Node, form: str = "text") -> str:
        parts = self._form_of(text_id, form) if text_id else ""
        if isinstance(parts, list):
            said = "".join(
                values.text(self._evaluate(part[0], node)) if isinstance(part, list) else part for part in parts
            )
        else:
            said = str(parts)
        return without_marks(said).strip()

    def _media(self, text_id: str | None) -> dict[str, str]:
        if not text_id:
            return {}
        found = {form: self._form_of(text_id, form) for form in ("image", "big-image", "audio", "video")}
        return {form: name for form, name in found.items() if isinstance(name, str) and name}

    def _items(self, node: Node) -> list[Any]:
        """The list items that are offered now."""
        said = str(node.model.node["choices"]["nodeset"])
        quick = self._looked_up(said, node)
        if quick is not None:
            return quick
        if functions.CHANGING & expressions.calls(said) and "," not in said.rpartition("]")[2]:
            # Shuffled without a seed: by chance, but the same as long as this form is open.
            inner = re.sub(r"^randomize\((.*)\)$", r"\1", said, flags=re.S)
            found = self._evaluate(inner, node)
            seed = zlib.crc32(f"{node.path} {id(self)}".encode())
            return functions.shuffled(found, float(seed)) if isinstance(found, list) else []
        found = self._evaluate(said, node)
        return found if isinstance(found, list) else []

    def _looked_up(self, said: str, node: Node) -> list[Any] | None:
        """Lists filtered by columns alone, without walking each item; None where the filter is another one."""
        found = _LOOKUP.fullmatch(said.strip())
        if not found:
            return None
        root = self._plan.list_root(found.group(1))
        if root is None:
            return []
        items = list(root.children[0].children)
        if not found.group(2):
            return items
        wanted: list[tuple[str, Any]] = []
        for condition in re.split(r"\s+and\s+", found.group(2).strip()):
            parts = _CONDITION.fullmatch(condition)
            if not parts or not _FROM_OUTSIDE.fullmatch(parts.group(2)):
                return None
            wanted.append((parts.group(1), self._evaluate(parts.group(2), node)))
        for column, value in wanted:
            said_value = values.text(value)
            numeric = isinstance(value, int | float)
            items = [
                item
                for item in items
                if (cell := _cell(item, column)) == said_value or (numeric and values.equal(cell, value))
            ]
        return items

    def _offered(self, node: Node) -> frozenset[str]:
        choices = node.model.node["choices"]
        said = str(choices["nodeset"])
        if "[" not in said and "current()" not in said and said in self._static:
            return self._static[said]
        names = frozenset(_cell(item, str(choices["value"])) for item in self._items(node))
        if "[" not in said:
            self._static[said] = names
        return names

    def _choices(self, node: Node) -> list[Choice]:
        choices = node.model.node.get("choices")
        if not choices:
            return []
        if node.shown_choices is None:
            node.shown_choices = self._items(node)
        label = str(choices["label"])
        offered = []
        for item in node.shown_choices:
            name = _cell(item, str(choices["value"]))
            said = _cell(item, label)
            if choices["itext"]:
                offered.append(Choice(name, self._text(said, node) or name, self._media(said)))
            else:
                offered.append(Choice(name, without_marks(said) or name))
        return offered

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


def _cell(item: Any, column: str) -> str:
    """What a list's item says in a column; "" where it has none."""
    for cell in item.children:
        if cell.name == column:
            return cell.value.text or ""
    return ""
