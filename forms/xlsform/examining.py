"""What only the compiled form shows: expressions that cannot be read all the same, and calculations in a circle."""

from collections.abc import Iterator, Mapping
from typing import Any

from forms.xlsform import expressions
from forms.xlsform.compiling import expressions_of


def check_expressions(body: Mapping[str, Any]) -> Iterator[tuple[str, str, expressions.BadExpression]]:
    """(path, what for, what is wrong) of expressions that passed in the sheets and cannot be read all the same."""
    for node in body["nodes"]:
        for name, said in expressions_of(node):
            try:
                expressions.parse(said)
            except expressions.BadExpression as bad:
                yield node["path"], name, bad
    for text_id, by_language in body["texts"].items():
        for text in by_language.values():
            for parts in text.values():
                for part in parts if isinstance(parts, list) else ():
                    if isinstance(part, list):
                        try:
                            expressions.parse(part[0])
                        except expressions.BadExpression as bad:
                            yield text_id.lstrip("#").partition(":")[0], "label", bad
    for action in body["actions"]:
        try:
            expressions.parse(action["value"])
        except expressions.BadExpression as bad:
            yield action["target"], "default", bad


def circles(body: Mapping[str, Any]) -> list[list[str]]:
    """Calculations that wait for one another: the paths of each circle, each circle once."""
    nodes = {node["path"]: node for node in body["nodes"]}
    repeats = [path for path, node in nodes.items() if node["kind"] == "repeat"]
    reads: dict[str, set[str]] = {}
    for path, node in nodes.items():
        if "calculate" not in node:
            continue
        said = node["calculate"]
        guarded = expressions.calls(said) & {"once", "if", "coalesce", "position"}
        reads[path] = set()
        for steps, own in expressions.references(said, tuple(path.strip("/").split("/"))):
            meant = "/" + "/".join(steps)
            if "calculate" not in nodes.get(meant, {}) or (meant == path and (guarded or said.strip() == ".")):
                continue
            inside = max(
                (len(repeat.strip("/").split("/")) for repeat in repeats if meant.startswith(repeat + "/")), default=0
            )
            if own >= inside or not inside:  # another round's answer may well be read
                reads[path].add(meant)
    found: list[list[str]] = []
    state: dict[str, int] = {}
    for start in reads:
        trail: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = []
        if state.get(start):
            continue
        state[start] = 1
        trail.append(start)
        stack.append((start, iter(sorted(reads[start]))))
        while stack:
            path, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[path] = 2
                trail.pop()
                stack.pop()
            elif state.get(following) == 1:
                found.append(trail[trail.index(following) :])
            elif not state.get(following):
                state[following] = 1
                trail.append(following)
                stack.append((following, iter(sorted(reads[following]))))
    return found
