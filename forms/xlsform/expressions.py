"""The expressions of a questionnaire: XPath 1.0 as the XLSForm standard uses it, evaluated by elementpath.

elementpath reads and walks the expressions; comparing, reckoning and the functions follow the standard (values.py,
functions.py), because XPath alone knows neither dates nor selected(). Nothing here is loaded before the first form.
"""

import re
from collections.abc import Iterator
from copy import copy
from functools import lru_cache
from typing import Any, NamedTuple

from elementpath import XPathContext
from elementpath.exceptions import ElementPathError
from elementpath.tdop import Parser
from elementpath.xpath1 import XPath1Parser
from elementpath.xpath_nodes import XPathNode
from elementpath.xpath_tokens import XPathAxis, XPathFunction, XPathToken

from forms.xlsform import functions, values
from forms.xlsform.calls import Call

_LITERAL_OR_NAME = re.compile(r"('[^']*'|\"[^\"]*\")|\b(?:jr|orx|odk|cht):([\w-]+)(?=\s*\()|/\s*text\s*\(\s*\)")
_POSITION = re.compile(r"at line \d+, column (\d+)")
_DEEPEST = 60  # brackets in brackets; a hand never writes so many


class BadExpression(ValueError):  # noqa: N818  # not an error of the program: something written in a workbook
    """An expression that cannot be read: where (letters from 1, 0 for the whole), what, and which name is unknown."""

    def __init__(self, column: int, reason: str, function: str = "") -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason
        self.function = function


class Reference(NamedTuple):
    """A place that an expression reads: its steps from the root, and how many of them are of its own round."""

    steps: tuple[str, ...]
    own: int


class FormParser(XPath1Parser):
    """XPath 1.0 with the operators and functions of the standard."""

    PATH_STEP_LABELS = ("axis", "kind test", "function")

    def parse(self, source: str) -> Any:
        """The tokens of an expression. Not tried out without a form: nearly all of them need one."""
        return Parser.parse(self, source)


def _two(token: Any, context: Any) -> tuple[Any, Any]:
    return token[0].evaluate(copy(context)), token[1].evaluate(copy(context))


def _numbers(token: Any, context: Any) -> tuple[float, float]:
    left, right = _two(token, context)
    return values.number(left), values.number(right)


def _or(self: Any, context: Any = None) -> bool:
    return values.boolean(self[0].evaluate(copy(context))) or values.boolean(self[1].evaluate(copy(context)))


def _and(self: Any, context: Any = None) -> bool:
    return values.boolean(self[0].evaluate(copy(context))) and values.boolean(self[1].evaluate(copy(context)))


def _plus(self: Any, context: Any = None) -> float:
    if len(self) == 1:
        return values.number(self[0].evaluate(copy(context)))
    left, right = _numbers(self, context)
    return left + right


def _minus(self: Any, context: Any = None) -> float:
    if len(self) == 1:
        return -values.number(self[0].evaluate(copy(context)))
    left, right = _numbers(self, context)
    return left - right


def _times(self: Any, context: Any = None) -> Any:
    if not len(self):
        return list(self.select(context))
    left, right = _numbers(self, context)
    return left * right


def _times_select(self: Any, context: Any = None) -> Iterator[Any]:
    if len(self):
        yield _times(self, context)
    else:
        yield from self.beneath.select(self, context)


def _div(self: Any, context: Any = None) -> float:
    left, right = _numbers(self, context)
    if right:
        return left / right
    return float("nan") if not left or left != left else float("inf") if left > 0 else float("-inf")


def _mod(self: Any, context: Any = None) -> float:
    import math

    left, right = _numbers(self, context)
    return math.fmod(left, right) if right and not math.isinf(left) else float("nan")


def _predicate(self: Any, context: Any = None) -> Iterator[Any]:
    """Nodes that meet a condition, or the one at a place."""
    left = self[0]
    while left.symbol == "[":
        left = left[0]
    reverse = isinstance(left, XPathAxis) and left.reverse_axis
    for _ in self[0].select_with_focus(context, reverse):
        met = self[1].evaluate(copy(context))
        if isinstance(met, int | float) and not isinstance(met, bool):
            if context.position == met:
                yield context.item
        elif values.boolean(met):
            yield context.item


def _compare(of: Any) -> Any:
    def evaluate(self: Any, context: Any = None) -> bool:
        return bool(of(*_two(self, context)))

    return evaluate


def _by_number(of: Any) -> Any:
    def evaluate(self: Any, context: Any = None) -> bool:
        left, right = _two(self, context)
        for one in left if isinstance(left, list) else [left]:
            for other in right if isinstance(right, list) else [right]:
                if of(values.number(one), values.number(other)):
                    return True
        return False

    return evaluate


def _function(of: Any) -> Any:
    def evaluate(self: Any, context: Any = None) -> Any:
        return of(Call(self, context))

    return evaluate


def _build() -> None:
    """Give FormParser its own tokens; those of the library, which others may use, stay as they are."""
    table = FormParser.symbol_table
    operators: dict[str, dict[str, Any]] = {
        "or": {"evaluate": _or},
        "and": {"evaluate": _and},
        "+": {"evaluate": _plus},
        "-": {"evaluate": _minus},
        "*": {"evaluate": _times, "select": _times_select},
        "div": {"evaluate": _div},
        "mod": {"evaluate": _mod},
        "[": {"select": _predicate},
        "=": {"evaluate": _compare(values.equal)},
        "!=": {"evaluate": _compare(values.unequal)},
        "<": {"evaluate": _by_number(lambda a, b: a < b)},
        "<=": {"evaluate": _by_number(lambda a, b: a <= b)},
        ">": {"evaluate": _by_number(lambda a, b: a > b)},
        ">=": {"evaluate": _by_number(lambda a, b: a >= b)},
    }
    for symbol, methods in operators.items():
        beneath = table[symbol]
        table[symbol] = type(f"Form{beneath.__name__}", (beneath,), {**methods, "beneath": beneath})
    for name, (arguments, of) in functions.FUNCTIONS.items():
        attributes: dict[str, Any] = {
            "symbol": name,
            "lookup_name": name,
            "label": "function",
            "nargs": arguments,
            "lbp": 90,
            "rbp": 90,
            "evaluate": _function(of),
            "sequence_types": (),
        }
        table[name] = type(f"Form_{name}", (XPathFunction,), attributes)
    for name in ("id", "lang", "namespace-uri", "comment", "processing-instruction"):
        table.pop(name, None)  # no XLSForm has them, and questions may be called so


_build()


def _plain_names(expression: str) -> str:
    """Without prefixes before function names, and without text(), which our nodes need not."""

    def put(found: re.Match[str]) -> str:
        if found.group(1):
            return found.group(1)
        return found.group(2) or ""

    return _LITERAL_OR_NAME.sub(put, expression)


@lru_cache(maxsize=4096)
def parse(expression: str) -> XPathToken:
    """The tokens of an expression. BadExpression where it cannot be read; the same tokens serve every form."""
    from forms.xlsform.functions import FUNCTIONS

    plain = _plain_names(expression)
    depth = deepest = 0
    for letter in plain:
        depth += (letter in "([") - (letter in ")]")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise BadExpression(0, "brackets are nested too deeply")
    if not plain.strip():
        raise BadExpression(0, "nothing is written")
    try:
        token: XPathToken = FormParser(strict=True).parse(plain)
    except RecursionError:
        raise BadExpression(0, "brackets are nested too deeply") from None
    except (ElementPathError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as bad:
        said = str(bad)
        where = _POSITION.search(said)
        unknown = re.search(r"unknown function '([^']+)'", said)
        name = unknown.group(1) if unknown and unknown.group(1) not in FUNCTIONS else ""
        reason = re.sub(r"^.*?\[err:\w+\]\s*|\s*at line \d+, column \d+", "", said)
        raise BadExpression(int(where.group(1)) if where else 0, reason, name) from None
    return token


def references(expression: str, at: tuple[str, ...]) -> frozenset[Reference]:
    """The places that an expression reads when it stands at a place of the form (steps from the root)."""
    found: set[Reference] = set()
    here = Reference(at, len(at))
    last = _walk(parse(expression), here, here, found)
    if last is not None:
        found.add(last)
    return frozenset(one for one in found if not one.steps or not one.steps[0].startswith("#"))


def _walk(token: Any, at: Reference, current: Reference, found: set[Reference]) -> Reference | None:
    symbol = token.symbol
    if symbol == "/":
        if not len(token):
            return Reference((), 0)
        base = _walk(token[0], at, current, found) if len(token) == 2 else Reference((), 0)
        if base is None:
            base = Reference(("#",), 0)
        return _walk(token[-1], base, current, found)
    if symbol == "(name)":
        return Reference((*at.steps, str(token.value)), at.own)
    if symbol == "..":
        return Reference(at.steps[:-1], min(at.own, max(len(at.steps) - 1, 0)))
    if symbol == ".":
        return at
    if symbol == "*" and not len(token):
        return Reference((*at.steps, "*"), at.own)
    if symbol == "[":
        base = _walk(token[0], at, current, found)
        if base is not None:
            # A place of another round may be meant: what is before the condition is no longer the round's own.
            base = Reference(base.steps, min(base.own, max(len(base.steps) - 1, 0)))
        inner = _walk(token[1], base or Reference(("#",), 0), current, found)
        if inner is not None:
            found.add(inner)
        return base
    if symbol == "current":
        return current
    if symbol == "instance":
        return Reference(("#instance",), 0)
    if symbol == "(" and len(token) == 1:
        return _walk(token[0], at, current, found)
    if symbol == "//":
        for part in token:
            _walk(part, at, current, found)
        return Reference(("**",), 0)
    if isinstance(token, XPathAxis):
        if len(token) and token.symbol == "child":
            return _walk(token[0], at, current, found)
        if len(token) and token.symbol == "parent":
            return Reference(at.steps[:-1], min(at.own, max(len(at.steps) - 1, 0)))
        # Among brothers and ancestors: everything below the one above may be meant.
        above = at.steps[: max(len(at.steps) - 2, 0)] if "ancestor" not in symbol else ()
        return Reference((*above, "**"), 0)
    for part in token:
        place = _walk(part, at, current, found)
        if place is not None:
            found.add(place)
    return None


def calls(expression: str) -> frozenset[str]:
    """The names of the functions that an expression calls."""
    return frozenset(token.symbol for token in parse(expression).iter() if isinstance(token, XPathFunction))


def evaluate(expression: str, context: XPathContext, node: XPathNode) -> Any:
    """The value of an expression at a node: a list of nodes, a text, a number, yes or no.

    An expression that cannot be reckoned with these answers gives the empty text: a slip of the author must not keep
    a worker from the next question.
    """
    inner: Any = copy(context)
    inner.item = inner.current = node
    inner.position = inner.size = 1
    try:
        return parse(expression).evaluate(inner)
    except (ElementPathError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return ""
