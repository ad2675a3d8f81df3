"""Which sensitive classes a field belongs to, for the audit chain: so that all rows that touched one can be found."""

from collections.abc import Callable, Iterable, Mapping

_GROUPS: Mapping[str, str] = {
    # Groups of the fact dictionary (resources/policies/facts.yaml, why) and the class they belong to.
    "health": "health",
    "medical": "health",
    "care": "health",
    "disability": "health",
    "income": "finance",
    "assets": "finance",
    "livelihood": "finance",
    "grant": "finance",
    "child": "children",
}
_FACTS: Mapping[str, str] = dict.fromkeys(("hiv_status", "mental_stable", "severe_mental_disorder"), "hiv_psychiatric")
_RECORDS: Mapping[str, str] = {"picture": "photos"}


def classes_of(fields: Iterable[str], group_of: Callable[[str], str | None]) -> frozenset[str]:
    """The classes of some fields, each named entity.field; a fact by its own name (fact.hiv_status).

    group_of: the group of the dictionary that a fact is in; None where no dictionary knows it.
    """
    found = set()
    for name in fields:
        entity, _dot, rest = name.partition(".")
        if entity == "fact":
            found.add(_FACTS.get(rest) or _GROUPS.get(group_of(rest) or "", ""))
        else:
            found.add(_RECORDS.get(entity, ""))
    return frozenset(found - {""})
