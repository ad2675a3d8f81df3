"""A filled-in form at rest: its tree, its texts in the language shown, and the choices that it offers.

What the functions of expressions ask of a form (calls.Surroundings) is answered here.
"""

import re
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from elementpath import XPathContext

from forms.xlsform import expressions, functions, values
from forms.xlsform.compiled import ANSWERED, Compiled
from forms.xlsform.instance import Node, Tree
from forms.xlsform.plan import plan_of
from forms.xlsform.states import Choice, Context, without_marks

_LOOKUP = re.compile(r"instance\('([^']+)'\)/root/item(?:\[(.*)\])?", re.S)
_CONDITION = re.compile(r"\s*([\w.-]+)\s*=\s*(.+?)\s*", re.S)
_FROM_OUTSIDE = re.compile(r"(?:current\(\)/|/)[\w./\-·]+|'[^']*'|\"[^\"]*\"|\d+(?:\.\d+)?")


class Filled:
    """The form, its answers and what they show; Reckoning makes it move."""

    def __init__(self, compiled: Compiled, context: Context | None = None) -> None:
        self.compiled = compiled
        self.context = context or Context()
        self._plan = plan_of(compiled)
        self._tree = Tree(self._plan)
        wanted = self.context.language
        self._language = wanted if wanted in compiled.languages else compiled.shown_language
        self._static: dict[str, frozenset[str]] = {}
        xpath: Any = XPathContext(self._tree.document)
        xpath.form = self  # what the functions ask
        self._xpath: XPathContext = xpath

    # What expressions ask of the form (calls.Surroundings).

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

    # Texts and choices.

    def _evaluate(self, said: str, node: Node, xnode: Any = None) -> Any:
        if self._tree.stale and ("|" in said or "//" in said):
            self._tree.number()
        return expressions.evaluate(said, self._xpath, xnode or node.xnode)

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


def _cell(item: Any, column: str) -> str:
    """What a list's item says in a column; "" where it has none."""
    for cell in item.children:
        if cell.name == column:
            return cell.value.text or ""
    return ""
