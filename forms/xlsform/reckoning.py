"""Reckoning: each answer sets off only what reads it, in an order in which what is read comes first.

Conditions, calculations, counts of rounds and offered choices are reckoned when an answer changes; what is only looked
at (labels, constraints, required) when it is looked at.
"""

import heapq
import math
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from forms.reading import Unreadable
from forms.xlsform import typed as reading
from forms.xlsform import values
from forms.xlsform.compiled import Compiled
from forms.xlsform.filled import Filled
from forms.xlsform.instance import Node
from forms.xlsform.plan import RECKONED, Model, Use
from forms.xlsform.states import Context

ROUNDS_MOST = 500
_SETTLED_MOST = 200_000  # expressions in one go; circles that no check has seen end here


class Reckoning(Filled):
    """A form that keeps itself right while it is answered."""

    def __init__(self, compiled: Compiled, answers: Mapping[str, Any] | None, context: Context | None) -> None:
        super().__init__(compiled, context)
        self._queue: list[tuple[int, int, str, Node]] = []
        self._queued: set[tuple[str, int]] = set()
        self._turn = 0
        self._touched: set[Node] = set()
        self._seen: dict[str, Any] = {}
        self._left_over: dict[str, Any] = {}
        self._begin(answers)

    # Beginning.

    def _begin(self, answers: Mapping[str, Any] | None) -> None:
        restored = bool(answers)
        given = answers or {}
        self._first_rounds(self._tree.root, dict(given.get("rounds") or {}), restored)
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

    def _write(self, node: Node, typed: Any) -> None:
        node.typed, node.wrong = typed, None
        try:
            node.value = reading.value_of(node.model.kind, typed, node.model.node, self._takes_unknowns(node))
        except Unreadable as bad:
            node.value, node.wrong = "", (bad.key, dict(bad.facts))

    # Reckoning.

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
