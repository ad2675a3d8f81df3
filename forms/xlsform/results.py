"""What a filled-in questionnaire says: answers, points and class, facts, needs, pictures."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from forms.xlsform import values
from forms.xlsform.compiled import ANSWERED, Compiled
from forms.xlsform.instance import Node, Tree
from forms.xlsform.states import Result
from forms.xlsform.typed import UNKNOWN

if TYPE_CHECKING:
    from models.records.fact import FactEntry


def result_of(compiled: Compiled, tree: Tree, seen: Mapping[str, Any], on: date) -> Result:
    """The result of the answers that count. `seen` are the documents that were shown, by path."""
    answers: dict[str, Any] = {}
    facts: list[FactEntry] = []
    needs: list[str] = []
    pictures: list[str] = []
    top = len(tree.root.path) + 1
    for node in tree.root.below():
        value = node.counted()
        if not value or node.children:
            continue
        path = node.path
        if not path[top:].startswith("meta/"):
            several = node.model.kind in ("choices", "rank") and value not in UNKNOWN
            answers[path[top:]] = value.split() if several else value
        if node.model.kind == "picture":
            pictures.append(value)
        ours: Mapping[str, Any] = node.model.node.get("ours", {})
        if ours.get("fact") and not tree.plan.repeats_above(node.model.path):
            facts += _facts(node, value, ours, seen.get(path), on)
        names = value.split() if node.model.kind in ("choices", "rank") else [value]
        needs += [group for name, group in ours.get("needs", {}).items() if name in names]
    return Result(
        answers=answers,
        score=_of(tree, compiled.body["score"]),
        level=_of(tree, compiled.body["level"]),
        facts=tuple(facts),
        needs=tuple(dict.fromkeys(needs)),
        pictures=tuple(dict.fromkeys(pictures)),
    )


def _of(tree: Tree, path: str) -> str:
    nodes = tree.by_model.get(path, []) if path else []
    return nodes[0].counted() if nodes else ""


def _facts(node: Node, value: str, ours: Mapping[str, Any], seen: Any, on: date) -> "list[FactEntry]":
    """The statement that an answer makes: its value as the author maps it, else by the kind of question."""
    from models.records.fact import FactEntry  # with the first result, not with the first drawing

    name = str(ours["fact"])
    if value in UNKNOWN:
        state: Any = value
        return [FactEntry(name=name, state=state, as_of=on)]
    said = _stated(node, value, ours.get("fact_value") or {})
    if said is None:
        return []
    paper = ours.get("paper") or {}
    shared: dict[str, Any] = {"as_of": on, "source": "assessment" if node.model.kind not in ANSWERED else "told"}
    if seen and paper:
        # The paper's own name is kept in the author's language: it is what stands on the paper.
        shared |= {
            "source": "document",
            "document_seen": (seen if isinstance(seen, str) else next(iter(paper.values())))[:200],
        }
    return [FactEntry(name=name, value=said, **shared)]


def _stated(node: Node, value: str, mapped: Mapping[str, str]) -> bool | int | float | str | None:
    if mapped:
        names = value.split() if node.model.kind in ("choices", "rank") else [value]
        found = next((mapped[one] for one in names if one in mapped), None)
        return None if found is None else _plain(found)
    if node.model.kind in ("whole", "number"):
        number = values.number(value)
        return int(number) if number == int(number) else number
    if value in ("yes", "no", "true", "false"):
        return value in ("yes", "true")
    if node.model.kind == "calculated":
        return _plain(value)
    return value


def _plain(word: str) -> bool | int | float | str:
    """A mapped value: true, false, a number, or a text."""
    if word.casefold() in ("true", "false"):
        return word.casefold() == "true"
    number = values.number(word) if "-" not in word[1:] else float("nan")
    if number == number and values.number_text(number) == word:
        return int(number) if number == int(number) else number
    return word
