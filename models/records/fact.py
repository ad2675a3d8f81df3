"""Facts: dated, sourced statements about a resident or a household, by the names of the policy vocabulary."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import Index, text
from sqlmodel import Field

from models.records.base import Entry, Kept, moment_field, text_field
from models.records.sealed import sealed_json

_AT_A_VISIT = text("visit_id > ''")
_ENDS = text("good_until IS NOT NULL")  # most facts never expire

Source = Literal["told", "document", "office", "assessment", "import"]
State = Literal["known", "not_known", "refused"]


class Fact(Kept, table=True):
    """One statement. The newest by as_of (then by moment) that is still good counts; older ones are the history."""

    __table_args__ = (
        Index("ix_fact_good_until", "good_until", sqlite_where=_ENDS, postgresql_where=_ENDS),
        Index("ix_fact_visit_id", "visit_id", sqlite_where=_AT_A_VISIT, postgresql_where=_AT_A_VISIT),
    )

    subject_kind: str = text_field()  # resident or household
    subject_id: str = text_field(index=True)
    name: str = text_field()  # as in the policy vocabulary, for example hukou_tianjin
    value: dict[str, Any] = sealed_json(
        "fact.value"
    )  # {"v": ...}: JSON has no place for a bare date, number or text on both engines
    state: str = text_field()  # known, not_known (asked, nobody knew), refused
    as_of: date | None = Field(default=None)  # the day the statement is about
    good_until: date | None = Field(default=None)  # after this day it must be asked again
    source: str = text_field()  # who said it: told, document, office, assessment, import
    document_seen: str = text_field()  # which paper was shown
    visit_id: str = text_field()
    worker: str = text_field()
    at: int = moment_field()


class FactEntry(Entry):
    """A fact as learnt at the door. The value is a bool, number, text, or ISO date by the vocabulary's type."""

    name: str = Field(min_length=1, max_length=64)
    value: bool | int | float | str | None = None
    state: State = "known"
    as_of: date | None = None
    good_until: date | None = None
    source: Source = "told"
    document_seen: str = Field(default="", max_length=200)
