"""The tree of a filled-in form: one node for each question, group and round, each with the element that XPath sees."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from elementpath.xpath_nodes import EtreeDocumentNode, EtreeElementNode

from forms.xlsform import typed as reading
from forms.xlsform.plan import Model, Plan

Parts = dict[str, Any]  # name -> Node, or the list of Nodes of a repeat's rounds


class Node:
    """One question, group or round. `value` is its answer whatever is asked; the element holds what counts."""

    __slots__ = (
        "asked", "children", "element", "ghosts", "model", "offered", "own", "parent", "shown_choices", "typed",
        "value", "wrong", "xnode",
    )  # fmt: skip

    def __init__(self, model: Model, parent: "Node | None") -> None:
        self.model = model
        self.parent = parent
        self.element = ElementTree.Element(model.name)
        self.xnode: Any = None
        self.children: Parts = {}
        self.ghosts: dict[str, Any] = {}  # for repeats without a round: where their count is reckoned
        self.value = ""
        self.typed: Any = None
        self.wrong: tuple[str, dict[str, Any]] | None = None  # what was typed cannot be read
        self.own = True  # its own condition is met
        self.asked = True  # and those of all groups above
        self.offered: frozenset[str] | None = None  # the choices that may be chosen now
        self.shown_choices: list[Any] | None = None

    @property
    def path(self) -> str:
        """Its path with the places of the rounds."""
        if self.parent is None:
            return self.model.path
        place = f"[{self.place}]" if self.model.is_repeat else ""
        return f"{self.parent.path}/{self.model.name}{place}"

    @property
    def place(self) -> int:
        """The place of a round, from 1."""
        if self.parent is None:
            return 1
        rounds: list[Node] = self.parent.children[self.model.name]
        return next(place for place, one in enumerate(rounds, 1) if one is self)

    def counted(self) -> str:
        """What expressions see: nothing where it is not asked, and no choice that is not offered."""
        if not self.asked or not self.value:
            return ""
        if self.offered is None or self.value in reading.UNKNOWN:
            return self.value
        if self.model.kind == "choice":
            return self.value if self.value in self.offered else ""
        return " ".join(name for name in self.value.split() if name in self.offered)

    def below(self) -> Iterator["Node"]:
        """Itself and everything below it, in order."""
        yield self
        for part in self.children.values():
            for node in part if isinstance(part, list) else (part,):
                yield from node.below()

    def round_of(self, repeat: str) -> "Node | None":
        """The round of a repeat (by its path in the form) that it lies in."""
        node: Node | None = self
        while node is not None and node.model.path != repeat:
            node = node.parent
        return node


class Tree:
    """All nodes, and where to find them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.by_model: dict[str, list[Node]] = {path: [] for path in plan.models}
        self.by_xnode: dict[int, Node] = {}
        self.root = self._grow(plan.root, None)
        self._document = EtreeDocumentNode(ElementTree.ElementTree(self.root.element), None, 1)
        self._wrap(self.root, self._document)
        self.stale = True

    @property
    def document(self) -> Any:
        """The document that paths from the root begin at."""
        return self._document

    def _grow(self, model: Model, parent: Node | None) -> Node:
        node = Node(model, parent)
        for child in model.children:
            if child.is_repeat:
                node.children[child.name] = []
            else:
                below = self._grow(child, node)
                node.children[child.name] = below
                node.element.append(below.element)
        return node

    def _wrap(self, node: Node, above: Any) -> None:
        """Give a node and all below it what expressions walk; without texts, which change."""
        node.xnode = EtreeElementNode(node.element, above, 1)
        self.by_xnode[id(node.xnode)] = node
        self.by_model[node.model.path].append(node)
        for part in node.children.values():
            if not isinstance(part, list):
                self._wrap(part, node.xnode)

    def ghost(self, parent: Node, name: str) -> Any:
        """A place for expressions of a repeat that has no round: below its parent, but none of its children."""
        if name not in parent.ghosts:
            ghost: Any = EtreeElementNode(ElementTree.Element(name), parent.xnode, 1)
            parent.xnode.children.remove(ghost)
            parent.ghosts[name] = ghost
        return parent.ghosts[name]

    def add_round(self, parent: Node, model: Model) -> Node:
        """One more round behind the others."""
        self.stale = True
        node = self._grow(model, parent)
        rounds: list[Node] = parent.children[model.name]
        rounds.append(node)
        self._wrap(node, parent.xnode)
        parent.xnode.children.pop()
        place = sum(
            len(part) if isinstance(part, list) else 1
            for name, part in list(parent.children.items())[: list(parent.children).index(model.name)]
        )
        place += len(rounds) - 1
        parent.xnode.children.insert(place, node.xnode)
        parent.element.insert(place, node.element)
        self._in_order(node)
        return node

    def _in_order(self, added: Node) -> None:
        """Nodes of one model stay in the order of the form, whatever round was added last."""
        outer = added.parent
        while outer is not None and (not outer.model.is_repeat or outer.place == len(self.rounds_beside(outer))):
            outer = outer.parent
        if outer is not None:
            for below in {node.model.path for node in added.below()}:
                kept = set(map(id, self.by_model[below]))
                self.by_model[below] = [
                    node for node in self.root.below() if node.model.path == below and id(node) in kept
                ]

    def remove_round(self, node: Node) -> None:
        """A round goes, with everything in it."""
        self.stale = True
        parent = node.parent
        assert parent is not None
        parent.children[node.model.name].remove(node)
        parent.xnode.children.remove(node.xnode)
        parent.element.remove(node.element)
        for below in node.below():
            self.by_model[below.model.path].remove(below)
            self.by_xnode.pop(id(below.xnode), None)

    def rounds_beside(self, node: Node) -> list[Node]:
        """All rounds of the repeat that a round is one of."""
        rounds: list[Node] = node.parent.children[node.model.name] if node.parent else [node]
        return rounds

    def number(self) -> None:
        """Positions in the document, which unions and // sort by; worked out when one of them wants it."""
        self.stale = False
        for position, node in enumerate(self.root.below(), 2):
            node.xnode.position = position

    def find(self, path: str) -> Node:
        """The node at a path with places. KeyError where there is none."""
        steps = path.strip("/").split("/")
        if not steps or steps[0] != self.root.model.name:
            raise KeyError(path)
        node = self.root
        for step in steps[1:]:
            name, _open, place = step.partition("[")
            part = node.children.get(name)
            if isinstance(part, list):
                number = place.rstrip("]")
                if not number.isdigit() or not 1 <= int(number) <= len(part):
                    raise KeyError(path)
                node = part[int(number) - 1]
            elif part is None or place:
                raise KeyError(path)
            else:
                node = part
        return node

    def rounds(self, path: str) -> tuple[Node, Model]:
        """Whose rounds and of which repeat, by the path of the repeat without a place of its own. KeyError."""
        above, _slash, name = path.rstrip("/").rpartition("/")
        parent = self.find(above)
        if not isinstance(parent.children.get(name), list):
            raise KeyError(path)
        return parent, self.plan.models[f"{parent.model.path}/{name}"]
