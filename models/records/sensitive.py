"""Which kind of sensitive knowledge a fact is (PIPL Art. 28): a key of models.records.roles.CLASSES, or none."""

from collections.abc import Mapping

_GROUPS: Mapping[str, str] = {
    # Groups of the dictionary of facts (resources/policies/facts.yaml, why).
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
_OWN: Mapping[str, str] = dict.fromkeys(("hiv_status", "mental_stable", "severe_mental_disorder"), "hiv_psychiatric")


def class_of_fact(name: str, group: str) -> str:
    """The class of a fact by its name and its group in the dictionary; "" where it is not sensitive."""
    return _OWN.get(name) or _GROUPS.get(group, "")
