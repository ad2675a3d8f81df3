"""What the services of consent and rights hand to the screens and to paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

ANSWER_WITHIN = timedelta(days=30)
"""So long a wish may wait (GB/T 35273-2020, 8.7; PIPL Art. 50 asks for a prompt answer and names no days)."""


@dataclass(frozen=True)
class ConsentView:
    """One statement."""

    id: str
    action: str
    basis: str
    purposes: tuple[str, ...]
    classes: tuple[str, ...]
    text_version: str
    given_by: str
    guardian: str  # name and relation
    how: str
    witness: str
    picture_id: str
    given_on: date | None
    note: str
    worker: str


@dataclass(frozen=True)
class ConsentState:
    """What counts now for a resident."""

    resident_id: str
    basis: str  # consent, statutory, or "" while nothing was said
    classes: Mapping[str, str]  # class -> given, refused, withdrawn, not_asked
    text_version: str  # of the newest statement
    newer_text: bool  # the text has changed since; ask again
    needs_guardian: bool  # under fourteen: a parent or guardian speaks (PIPL Art. 31)
    frozen: str  # why the record is used no more; empty: in use
    history: tuple[ConsentView, ...]  # the newest first


@dataclass(frozen=True)
class RequestView:
    """A wish, and the answer."""

    id: str
    resident_id: str
    resident_name: str
    kind: str
    asked_on: date | None
    asked_by: str
    wish: str
    status: str
    answer: str
    answered_on: date | None

    @property
    def due_on(self) -> date | None:
        """The last day for an answer."""
        return self.asked_on + ANSWER_WITHIN if self.asked_on else None


@dataclass(frozen=True)
class HeldTable:
    """Everything of one kind that is held about a person: names of the fields, and the records."""

    entity: str
    records: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Held:
    """Everything that is held about a person."""

    resident_id: str
    name: str
    on: date
    office: str
    tables: tuple[HeldTable, ...]
    seen: tuple[tuple[int, str, str, str], ...]  # the journal: (moment, worker, action, detail), oldest first
    pictures: tuple[tuple[str, bytes], ...]  # (title, JPEG)


@dataclass(frozen=True)
class ErasurePreview:
    """What an erasure would do, and what it cannot reach."""

    records: Mapping[str, int]  # entity -> how many
    operations: int  # in whose log values are blanked
    pictures: int
    drafts: int
    others: int  # determinations of others of the household that name the person and lose their grounds
    visits: int  # visits of the household whose free text may speak of the person
    open_referrals: int
    only_member: bool  # the household has nobody else
    exported: bool  # batches with the person have left this device
    backups: int
