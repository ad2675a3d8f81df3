"""Whom a verb touched and which fields: what the one row says that each change leaves in the audit chain."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.store.audit import Said

CHANGE = "change"
_PEOPLE = ("resident_id", "guardian_id", "a_id", "b_id")
_NEVER_NAMED = frozenset({"extra", "district", "id", "office", "worker", "at"})


class Touched:
    """Gathers the residents, households and fields of the operations of one verb."""

    def __init__(self) -> None:
        self._first: tuple[str, str] = ("", "")
        self._residents: list[str] = []
        self._households: list[str] = []
        self._fields: set[str] = set()

    def add(self, entity: str, row: Mapping[str, Any], said: Iterable[str]) -> None:
        """A record was made or changed. row: its columns; said: names of the fields that were written."""
        self._first = self._first if self._first[0] else (entity, str(row["id"]))
        if entity == "resident":
            self._residents.append(str(row["id"]))
        if entity == "household":
            self._households.append(str(row["id"]))
        self._residents += [str(row[name]) for name in _PEOPLE if row.get(name)]
        self._residents += [str(one) for one in row.get("resident_ids") or ()]
        if row.get("household_id"):
            self._households.append(str(row["household_id"]))
        if row.get("subject_id"):
            about = {"resident": self._residents, "household": self._households}.get(str(row.get("subject_kind")))
            if about is not None:
                about.append(str(row["subject_id"]))
        if entity == "fact":
            self._fields.add(f"fact.{row['name']}")
        else:
            self._fields |= {f"{entity}.{name}" for name in said if name not in _NEVER_NAMED}

    def said(self, verb: str) -> Said:
        """The row. Its main subject is the resident where there is one alone, else the household, else the first
        record that was written."""
        residents, households = set(self._residents), list(dict.fromkeys(self._households))
        if len(residents) == 1:
            kind, subject = "resident", next(iter(residents))
        elif households:
            kind, subject = "household", households[0]
        elif residents:
            kind, subject = "resident", self._residents[0]
        else:
            kind, subject = self._first
        return Said(
            CHANGE,
            kind,
            subject,
            detail=verb,
            fields=tuple(self._fields),
            also=frozenset({*residents, *households}),
        )
