"""The functions of the XLSForm standard (ODK XForms specification, "XPath functions"), by name.

A function is handed its Call: the tokens of its arguments and where it stands. What it does follows the specification;
where the tools of others differ, the reading that never loses an answer is taken (sum, min and max pass over blanks).
"""

import base64
import binascii
import hashlib
import hmac
import math
import random
import re
import uuid
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from forms.xlsform import days, values
from forms.xlsform.calls import Arguments, Call


def _selected(call: Call) -> bool:
    wanted = call.text(1).strip()
    return any(wanted in values.text(one).split() for one in _several(call.value(0)))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _selected_at(call: Call) -> str:
    names, place = call.text(0).split(), call.number(1)
    return names[int(place)] if place == place and 0 <= place < len(names) else ""


def _numbers(call: Call) -> list[float]:
    flat = [values.text(one) if not isinstance(one, int | float) else one for one in call.all()]
    return [number for one in flat if one != "" and not math.isnan(number := values.number(one))]


def _sum(call: Call) -> float:
    return math.fsum(_numbers(call))


def _min(call: Call) -> float:
    return min(_numbers(call), default=math.nan)


def _max(call: Call) -> float:
    return max(_numbers(call), default=math.nan)


def _if(call: Call) -> Any:
    return call.value(1) if call.boolean(0) else call.value(2)


def _coalesce(call: Call) -> Any:
    for index in range(len(call)):
        value = call.value(index)
        if values.text(value) != "":
            return value
    return ""


def _once(call: Call) -> Any:
    kept = values.node_text(call.context.current)
    return kept if kept != "" else call.value(0)


def _concat(call: Call) -> str:
    return "".join(values.text(one) for one in call.all())


def _join(call: Call) -> str:
    return call.text(0).join(values.text(one) for one in call.all(1))


@lru_cache(maxsize=256)
def _pattern(written: str) -> re.Pattern[str] | None:
    try:
        return re.compile(written)
    except (re.error, OverflowError, RecursionError):
        pass
    from elementpath.exceptions import ElementPathError
    from elementpath.regex import RegexError, translate_pattern

    try:
        return re.compile(translate_pattern(written, anchors=False))
    except (re.error, ElementPathError, RegexError, ValueError, TypeError, OverflowError, RecursionError):
        return None


def bad_pattern(written: str) -> bool:
    """Can a pattern not be read?"""
    return _pattern(written) is None


_LONGEST_MATCHED = 2000  # letters; a pattern written badly costs more with every letter


def _regex(call: Call) -> bool:
    pattern = _pattern(call.text(1))
    return pattern is None or pattern.fullmatch(call.text(0)[:_LONGEST_MATCHED]) is not None


def _int(call: Call) -> float:
    value = call.number(0)
    return float(math.trunc(value)) if math.isfinite(value) else value


def _round(call: Call) -> float:
    value, digits = call.number(0), call.number(1) if len(call) > 1 else 0.0
    if not math.isfinite(value) or not math.isfinite(digits) or abs(digits) > 300:
        return value
    scale = 10.0 ** int(digits)
    scaled = value * scale
    if not math.isfinite(scaled):
        return value
    # Half up, as the specification says; the nearest number above a half is meant (2.675 is 2.68 to everybody).
    return float(math.floor(scaled + 0.5 + abs(scaled) * 1e-15)) / scale


def _pow(call: Call) -> float:
    try:
        result = call.number(0) ** call.number(1)
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    return result if isinstance(result, float) else math.nan


def _math(of: Callable[..., float]) -> Callable[[Call], float]:
    def reckon(call: Call) -> float:
        try:
            return float(of(*(call.number(index) for index in range(len(call)))))
        except (ValueError, OverflowError, ZeroDivisionError):
            return math.nan

    return reckon


def _substr(call: Call) -> str:
    word = call.text(0)
    start, end = call.number(1), call.number(2) if len(call) > 2 else float(len(word))
    if not math.isfinite(start) or math.isnan(end):
        return ""
    return word[int(start) if start >= 0 else max(len(word) + int(start), 0) :][
        : max(
            int(min(end if end >= 0 else len(word) + end, len(word)))
            - int(start if start >= 0 else max(len(word) + start, 0)),
            0,
        )
    ]


def _substring(call: Call) -> str:
    word, start = call.text(0), call.number(1)
    if math.isnan(start):
        return ""
    first = math.floor(start + 0.5)
    last = math.floor(call.number(2) + 0.5) + first if len(call) > 2 and math.isfinite(call.number(2)) else math.inf
    return "".join(letter for place, letter in enumerate(word, 1) if first <= place < last)


def _translate(call: Call) -> str:
    word, old, new = call.text(0), call.text(1), call.text(2)
    table: dict[int, str | None] = {}
    for place, letter in enumerate(old):
        table.setdefault(ord(letter), new[place] if place < len(new) else None)
    return word.translate(table)


_MODULUS = 2147483647


def _uuid(call: Call) -> str:
    if len(call) and math.isfinite(call.number(0)):
        letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return "".join(random.choice(letters) for _ in range(min(max(int(call.number(0)), 0), 1000)))  # noqa: S311
    return str(uuid.uuid4())


def _random(call: Call) -> float:
    del call
    return random.random()  # noqa: S311  # shuffles choices, guards nothing


def shuffled(items: Sequence[Any], seed: float | None) -> list[Any]:
    """The items in the order that the specification gives for a seed; without one in any order.

    The generator of Park and Miller with an inside-out shuffle, so that every tool shows the same order for a seed.
    """
    if seed is None:
        return random.sample(list(items), len(items))
    whole = 0 if math.isnan(seed) else (2**63 - 1 if seed > 0 else -(2**63)) if math.isinf(seed) else math.trunc(seed)
    state = int(math.fmod(whole, _MODULUS)) if abs(whole) < 2**53 else whole % _MODULUS
    state = state if state > 0 else state + _MODULUS - 1
    out: list[Any] = []
    for place, item in enumerate(items):
        state = state * 16807 % _MODULUS
        pick = math.floor((state - 1) / (_MODULUS - 1) * (place + 1))
        out.append(item)
        if pick != place:
            out[place], out[pick] = out[pick], item
    return out


def _randomize(call: Call) -> list[Any]:
    return shuffled(_several(call.value(0)), call.number(1) if len(call) > 1 else None)


def _position(call: Call) -> float:
    if not len(call):
        return float(call.context.position)
    nodes = call.value(0)
    if not isinstance(nodes, list) or not nodes:
        return math.nan
    node = nodes[0]
    if node.parent is None:
        return 1.0
    alike = [child for child in node.parent.children if child.name == node.name]
    return float(next((place for place, child in enumerate(alike, 1) if child is node), math.nan))


def _indexed_repeat(call: Call) -> list[Any]:
    nodes = call.value(0)
    if not isinstance(nodes, list):
        return []
    wanted: dict[str, float] = {}
    for index in range(1, len(call) - 1, 2):
        repeats = call.value(index)
        if not isinstance(repeats, list) or not repeats:
            return []
        places = call.form.places_of(repeats[0])
        if places:
            wanted[places[-1][0]] = call.number(index + 1)
    if len(nodes) == 1 and wanted:
        # A path from within the round finds its own answer only: the others of the form are looked through.
        nodes = _alike(nodes[0], call)
    kept = [node for node in nodes if all(wanted.get(path, at) == at for path, at in call.form.places_of(node))]
    return kept[:1]


def _alike(node: Any, call: Call) -> list[Any]:
    """All nodes at the same place of the form, whatever their round."""
    steps: list[str] = []
    top = node
    while top.parent is not None and hasattr(top.parent.value, "tag"):
        steps.append(top.name)
        top = top.parent
    found = [top]
    for name in reversed(steps):
        found = [child for one in found for child in one.children if child.name == name]
    return found


def _instance(call: Call) -> list[Any]:
    root = call.form.list_root(call.text(0))
    return [] if root is None else [root]


def _current(call: Call) -> list[Any]:
    return [call.context.current]


def _choice_name(call: Call) -> str:
    return call.form.choice_name(call.text(0), call.text(1).strip(), call.context.current)


def _pulldata(call: Call) -> str:
    root = call.form.list_root(call.text(0))
    if root is None:
        return ""
    wanted, column, key = call.text(3), call.text(1), call.text(2)
    for item in root.children[0].children:
        cells = {cell.name: values.node_text(cell) for cell in item.children}
        if cells.get(key) == wanted:
            return cells.get(column, "")
    return ""


def _count(call: Call) -> float:
    value = call.value(0)
    return float(len(value)) if isinstance(value, list) else math.nan


def _count_non_empty(call: Call) -> float:
    return float(sum(values.text(one) != "" for one in call.all()))


def _checklist(call: Call) -> bool:
    least, most = call.number(0), call.number(1)
    met = sum(_ticked(one) for one in call.all(2))
    return (least < 0 or met >= least) and (most < 0 or met <= most)


def _ticked(value: Any) -> bool:
    word = values.text(value).strip().casefold()
    return word not in ("", "0", "false", "no", "nan")


def _weighted_checklist(call: Call) -> bool:
    least, most = call.number(0), call.number(1)
    flat = call.all(2)
    weight = sum(values.number(of) for one, of in zip(flat[::2], flat[1::2], strict=False) if _ticked(one))
    return (least < 0 or weight >= least) and (most < 0 or weight <= most)


def _from_string(call: Call) -> bool:
    return call.text(0).strip().casefold() in ("true", "1", "yes")


_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _digest(call: Call) -> str:
    kind = _DIGESTS.get(call.text(1).strip().upper())
    if kind is None:
        return ""
    made = hashlib.new(kind, call.text(0).encode(), usedforsecurity=False).digest()
    if len(call) > 2 and call.text(2).strip().lower() == "hex":
        return made.hex()
    return base64.b64encode(made).decode()


def _base64_decode(call: Call) -> str:
    try:
        return base64.b64decode(call.text(0), validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _hmac(call: Call) -> str:
    return hmac.new(call.text(1).encode(), call.text(0).encode(), "sha256").hexdigest()


def _boolean(call: Call) -> bool:
    return call.boolean(0)


def _not_here(call: Call) -> float:
    """A function that needs a map: it gives no number here, and a warning said so when the workbook was read."""
    del call
    return math.nan


FUNCTIONS: dict[str, tuple[Arguments, Callable[[Call], Any]]] = {
    # Choices.
    "selected": (2, _selected),
    "selected-at": (2, _selected_at),
    "count-selected": (1, lambda call: float(len(call.text(0).split()))),
    "choice-name": (2, _choice_name),
    "itext": (1, lambda call: call.form.itext(call.text(0))),
    # Rounds of a repeat.
    "count": (1, _count),
    "count-non-empty": (1, _count_non_empty),
    "sum": ((1, None), _sum),
    "max": ((1, None), _max),
    "min": ((1, None), _min),
    "position": ((0, 1), _position),
    "indexed-repeat": ((3, None), _indexed_repeat),
    "instance": (1, _instance),
    "current": (0, _current),
    # Cases.
    "if": (3, _if),
    "coalesce": ((1, None), _coalesce),
    "once": (1, _once),
    "true": (0, lambda _call: True),
    "false": (0, lambda _call: False),
    "not": (1, lambda call: not call.boolean(0)),
    "boolean": (1, _boolean),
    "boolean-from-string": (1, _from_string),
    "checklist": ((2, None), _checklist),
    "weighted-checklist": ((2, None), _weighted_checklist),
    # Texts.
    "concat": ((0, None), _concat),
    "join": ((1, None), _join),
    "regex": (2, _regex),
    "string": ((0, 1), lambda call: call.text(0)),
    "string-length": ((0, 1), lambda call: float(len(call.text(0)))),
    "substr": ((2, 3), _substr),
    "substring": ((2, 3), _substring),
    "substring-before": (
        2,
        lambda call: call.text(0).partition(call.text(1))[0] if call.text(1) in call.text(0) else "",
    ),
    "substring-after": (2, lambda call: call.text(0).partition(call.text(1))[2]),
    "contains": (2, lambda call: call.text(1) in call.text(0)),
    "starts-with": (2, lambda call: call.text(0).startswith(call.text(1))),
    "ends-with": (2, lambda call: call.text(0).endswith(call.text(1))),
    "translate": (3, _translate),
    "normalize-space": ((0, 1), lambda call: " ".join(call.text(0).split())),
    "digest": ((2, 3), _digest),
    "base64-decode": (1, _base64_decode),
    "hmac-sha256": (2, _hmac),
    # Numbers.
    "int": (1, _int),
    "number": ((0, 1), lambda call: call.number(0)),
    "round": ((1, 2), _round),
    "floor": (1, _math(math.floor)),
    "ceiling": (1, _math(math.ceil)),
    "pow": (2, _pow),
    "abs": (1, _math(abs)),
    "sqrt": (1, _math(math.sqrt)),
    "exp": (1, _math(math.exp)),
    "exp10": (1, _math(lambda x: 10.0**x)),
    "log": (1, _math(math.log)),
    "log10": (1, _math(math.log10)),
    "sin": (1, _math(math.sin)),
    "cos": (1, _math(math.cos)),
    "tan": (1, _math(math.tan)),
    "asin": (1, _math(math.asin)),
    "acos": (1, _math(math.acos)),
    "atan": (1, _math(math.atan)),
    "atan2": (2, _math(math.atan2)),
    "pi": (0, lambda _call: math.pi),
    "random": (0, _random),
    "randomize": ((1, 2), _randomize),
    "uuid": ((0, 1), _uuid),
    # Days and moments.
    "today": (0, days.today),
    "now": (0, days.now),
    "date": (1, days.date),
    "date-time": (1, days.date_time),
    "format-date": (2, days.format_date),
    "format-date-time": (2, days.format_date),
    "decimal-date-time": (1, days.decimal_date_time),
    "decimal-time": (1, days.decimal_time),
    # Of the Community Health Toolkit, whose forms are written in the same standard.
    "difference-in-days": (2, days.days_between),
    "difference-in-weeks": (2, lambda call: days.whole(days.days_between(call) / 7)),
    "difference-in-months": (2, days.months_between),
    "difference-in-years": (2, lambda call: days.whole(days.months_between(call) / 12)),
    "add-date": ((2, 6), days.add_date),
    # The device, the form, the attached tables.
    "property": (1, lambda call: call.form.property(call.text(0))),
    "version": (0, lambda call: call.form.version()),
    "pulldata": (4, _pulldata),
    # Of maps.
    "area": ((1, None), _not_here),
    "distance": ((1, None), _not_here),
    "geofence": (2, _not_here),
    "intersects": ((1, None), _not_here),
}
"""name -> (how many arguments it takes, what it does)."""

OF_MAPS = frozenset({"area", "distance", "geofence", "intersects"})
CHANGING = frozenset({"random", "uuid", "now", "randomize"})
"""Functions that give another value each time: what was kept is not reckoned again when a draft is opened."""


def names() -> frozenset[str]:
    """All functions that an expression may call, those of plain XPath too."""
    return frozenset(FUNCTIONS) | {"last", "name", "local-name", "node", "text"}
