"""From the operations of one record to its current values: a pure function of the set, whatever order they came in.

A field is a multi-value register: its current values are those of the operations that no other operation of the
record names as replaced. One of them is shown; more than one distinct value is a conflict that a person settles.
A removal names everything that stood in the record when somebody took it off; what was written elsewhere meanwhile is
a conflict as well. FORMAT.md describes the same for other implementations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.sync.content import canonical

REMOVED = "dead"
"""The field that takes a record off, or brings it back."""

_SAYS_NOTHING = frozenset({REMOVED, "office"})  # an office that hands a record over has typed nothing into it


@dataclass(frozen=True)
class Merged:
    """What the operations of one record say together."""

    entity: str
    heads: dict[str, list[str]]  # operation id -> fields whose current value it holds, sorted
    values: dict[str, Any]  # field -> the value to show, as JSON carries it; erased ones are left out
    conflicts: dict[str, int]  # field with several distinct current values -> moment of the newest, milliseconds


def merge_row(operations: Iterable[Mapping[str, Any]]) -> Merged:
    """Merge all known operations of one record (columns of Operation); at least one, duplicates do no harm.

    The clock breaks ties for display only: of several current values the one with the highest clock, then the highest
    operation id, is shown. Nothing is ever replaced because of a clock.
    """
    several = list(operations)
    if len(several) == 1:
        return _only(several[0])
    known = {str(operation["id"]): operation for operation in several}
    # One id for two kinds of record can only be made on purpose; every node must then choose the same one.
    entity = min(str(operation["entity"]) for operation in known.values())
    if len(known) == 1:
        return _only(several[0])
    known = {key: operation for key, operation in known.items() if operation["entity"] == entity}
    replaced: dict[str, set[str]] = {}
    for operation in known.values():
        for name, change in operation["fields"].items():
            replaced.setdefault(name, set()).update(change["p"])
    current: dict[str, list[tuple[int, str]]] = {}
    for key, operation in known.items():
        for name in operation["fields"]:
            if key not in replaced[name]:
                current.setdefault(name, []).append((operation["clock"], key))
    heads: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    conflicts: dict[str, int] = {}
    for name in sorted(current):
        for _, key in current[name]:
            heads.setdefault(key, []).append(name)
        standing = [place for place in current[name] if not known[place[1]]["fields"][name].get("erased")]
        if not standing:
            continue
        values[name] = known[max(standing)[1]]["fields"][name]["v"]
        if len(standing) > 1 and len({canonical(known[key]["fields"][name]["v"]) for _, key in standing}) > 1:
            conflicts[name] = max(int(known[key]["at"]) for _, key in standing)
    if values.get(REMOVED) is True and REMOVED not in conflicts and unseen_by_removal(known, heads):
        conflicts[REMOVED] = max(int(known[key]["at"]) for _, key in current[REMOVED])
    return Merged(entity, heads, values, conflicts)


def unseen_by_removal(known: Mapping[str, Mapping[str, Any]], heads: Mapping[str, Iterable[str]]) -> list[str]:
    """Of a record that is taken off: the operations that hold a value of which whoever removed it did not know, by id.

    known: operations by id, at least those of heads and those that the removals name. Empty where the removals
    name nothing but earlier removals: they hold whatever else was said (a merge or an erasure looks after that itself).
    """
    removals = [key for key, names in heads.items() if REMOVED in names and known[key]["fields"][REMOVED].get("v")]
    named = {one for key in removals for one in known[key]["fields"][REMOVED]["p"]}
    if not any(one in known and REMOVED not in known[one]["fields"] for one in named):
        return []
    return sorted(
        key
        for key, names in heads.items()
        if key not in named
        and key not in removals
        and any(name not in _SAYS_NOTHING and not known[key]["fields"][name].get("erased") for name in names)
    )


def _only(operation: Mapping[str, Any]) -> Merged:
    """The common case, a record with one operation, without the bookkeeping."""
    fields = operation["fields"]
    values = {name: change["v"] for name, change in fields.items() if "erased" not in change or not change["erased"]}
    return Merged(operation["entity"], {operation["id"]: sorted(fields)} if fields else {}, values, {})
