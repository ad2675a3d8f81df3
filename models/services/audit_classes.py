"""Which sensitive classes a field belongs to, for the audit chain: so that all rows that touched one can be found."""

from collections.abc import Callable, Iterable, Mapping

from models.records.sensitive import class_of_fact

_RECORDS: Mapping[str, str] = {"picture": "photos", "assessment": "health"}
_FIELDS: Mapping[str, str] = {"identity_document.disability_cert": "health"}


def classes_of(fields: Iterable[str], group_of: Callable[[str], str | None]) -> frozenset[str]:
    """The classes of some fields, each named entity.field; a fact by its own name (fact.hiv_status).

    group_of: the group of the dictionary that a fact is in; None where no dictionary knows it.
    """
    found = set()
    for name in fields:
        entity, _dot, rest = name.partition(".")
        fact = entity == "fact"
        found.add(class_of_fact(rest, group_of(rest) or "") if fact else _FIELDS.get(name) or _RECORDS.get(entity, ""))
    return frozenset(found - {""})
