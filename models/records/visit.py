"""Visits, the needs found on them, and assessments with an instrument."""

from datetime import date
from typing import Any, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Field

from models.records.base import Entry, Kept, json_field, moment_field, number_field, text_field
from models.records.fact import FactEntry
from models.records.sealed import sealed_json, sealed_text

Outcome = Literal["met", "nobody_home", "refused", "moved_away"]
NeedGroup = Literal[
    "childhood", "education", "work", "health", "elderly", "housing", "support", "veterans", "culture"
]  # the nine groups of the service list, in its order
Urgency = Literal["now", "soon", "later"]
PlanSource = Literal["screening", "calendar", "rule", "hand"]


class Visit(Kept, table=True):
    """One visit to a household, added and never overwritten; a correction is a new value of the same row."""

    household_id: str = text_field(index=True)
    outcome: str = text_field()
    happened_on: date | None = Field(default=None, index=True)
    met: list[str] = json_field(list)  # resident ids
    met_other: str = sealed_text("visit.met_other")  # who else was met
    purpose: str = sealed_text("visit.purpose")
    notes: str = sealed_text("visit.notes")
    next_visit: date | None = Field(default=None, index=True)
    next_reason: str = sealed_text("visit.next_reason")
    worker: str = text_field()
    at: int = moment_field()


class PlannedVisit(Kept, table=True):
    """A visit that somebody planned: from a screening list, the calendar, a changed rule, or by hand.

    A promise made at the door is part of its Visit (next_visit); this is what the office asks for.
    """

    __tablename__ = "planned_visit"

    household_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)  # empty: the whole household
    due_on: date | None = Field(default=None, index=True)
    source: str = text_field()  # screening, calendar, rule, hand
    service_id: str = text_field()  # what the visit is about, where it is about a service
    reason: str = sealed_text("planned_visit.reason")  # in a worker's words
    assignee: str = text_field()  # name of the worker who is to go; empty: whoever comes by
    status: str = text_field()  # open, done, dropped
    visit_id: str = text_field(index=True)  # the visit that kept it
    worker: str = text_field()  # who planned it
    at: int = moment_field()


class Need(Kept, table=True):
    """A need found on a visit."""

    visit_id: str = text_field(index=True)
    household_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)  # empty: of the household
    group: str = text_field()
    urgency: str = text_field()
    note: str = sealed_text("need.note")
    status: str = text_field()  # open, met, dropped
    at: int = moment_field()


class Assessment(Kept, table=True):
    """A filled-in instrument with its score, kept with the instrument's version."""

    resident_id: str = text_field(index=True)
    visit_id: str = text_field(index=True)
    instrument: str = text_field()
    version: str = text_field()
    assessed_on: date | None = Field(default=None)
    answers: dict[str, Any] = sealed_json("assessment.answers")
    score: int = number_field()
    level: str = text_field()
    note: str = sealed_text("assessment.note")
    worker: str = text_field()
    at: int = moment_field()


class NeedEntry(Entry):
    """A need as noted at the door."""

    group: NeedGroup
    urgency: Urgency = "soon"
    resident_id: str = ""
    note: str = Field(default="", max_length=1000)


class LearntFact(Entry):
    """A fact learnt on a visit, and about whom: a resident's id, or empty for the household."""

    resident_id: str = ""
    fact: FactEntry


class VisitEntry(Entry):
    """A visit as recorded by the worker."""

    household_id: str = Field(min_length=1)
    outcome: Outcome
    happened_on: date
    met: tuple[str, ...] = ()
    met_other: str = Field(default="", max_length=100)
    purpose: str = Field(default="", max_length=200)
    notes: str = Field(default="", max_length=4000)
    needs: tuple[NeedEntry, ...] = ()
    facts: tuple[LearntFact, ...] = ()
    next_visit: date | None = None
    next_reason: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _sensible(self) -> "VisitEntry":
        if self.outcome == "met" and not self.met and not self.met_other:
            raise PydanticCustomError("who_was_met", "say who was met")
        if self.next_visit is not None and self.next_visit < self.happened_on:
            raise PydanticCustomError("next_before_visit", "the next visit lies before this one")
        return self


class PlanEntry(Entry):
    """A visit that the office asks for, before it is made."""

    household_id: str = Field(min_length=1)
    resident_id: str = ""
    due_on: date
    source: PlanSource = "hand"
    service_id: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=500)
    assignee: str = Field(default="", max_length=100)


class AssessmentEntry(Entry):
    """A filled-in instrument. Score, level and facts come from forms.instruments, which knows the instrument."""

    resident_id: str = Field(min_length=1)
    instrument: str = Field(min_length=1, max_length=60)
    version: str = Field(min_length=1, max_length=20)
    assessed_on: date
    answers: dict[str, Any]
    score: int
    level: str = Field(max_length=40)
    note: str = Field(default="", max_length=2000)
    visit_id: str = ""
    facts: tuple[FactEntry, ...] = ()
