"""Case plans with goals and tasks, notes, and contacts beside home visits."""

from datetime import date
from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Field

from models.records.base import Entry, Kept, flag_field, moment_field, number_field, text_field
from models.records.sealed import sealed_text


class CaseNote(Kept, table=True):
    """A note about a resident or household; a confidential one is for who wrote it, and for who has the right."""

    __tablename__ = "case_note"

    subject_kind: str = text_field()  # resident or household
    subject_id: str = text_field(index=True)
    noted_on: date | None = Field(default=None)
    text: str = sealed_text("case_note.text")
    confidential: bool = flag_field()
    worker: str = text_field()
    at: int = moment_field()


class Contact(Kept, table=True):
    """A phone call, a message or a visit to the office: everything that is no home visit."""

    household_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)
    channel: str = text_field()  # key of the code list contact_channel
    direction: str = text_field()  # in (they came or called) or out
    happened_on: date | None = Field(default=None, index=True)
    reached: bool = flag_field(default=True)
    summary: str = sealed_text("contact.summary")
    next_on: date | None = Field(default=None)
    next_reason: str = sealed_text("contact.next_reason")
    worker: str = text_field()
    at: int = moment_field()


class CasePlan(Kept, table=True):
    """A plan for a resident or a household, with a responsible worker, until it is closed for a reason."""

    __tablename__ = "case_plan"

    household_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)  # empty: for the whole household
    title: str = sealed_text("case_plan.title")
    situation: str = sealed_text("case_plan.situation")  # why there is a plan
    responsible: str = text_field()
    opened_on: date | None = Field(default=None)
    review_on: date | None = Field(default=None)
    status: str = text_field()  # open or closed
    closed_on: date | None = Field(default=None)
    closure_reason: str = text_field()  # key of the code list closure_reason
    closure_note: str = sealed_text("case_plan.closure_note")
    worker: str = text_field()
    at: int = moment_field()


class CaseGoal(Kept, table=True):
    """What is to be reached."""

    __tablename__ = "case_goal"

    plan_id: str = text_field(index=True)
    place: int = number_field()
    text: str = sealed_text("case_goal.text")
    due_on: date | None = Field(default=None)
    status: str = text_field()  # open, reached, dropped
    reached_on: date | None = Field(default=None)
    worker: str = text_field()
    at: int = moment_field()


class CaseTask(Kept, table=True):
    """What somebody is to do by a day."""

    __tablename__ = "case_task"

    plan_id: str = text_field(index=True)
    goal_id: str = text_field(index=True)  # empty: of the whole plan
    text: str = sealed_text("case_task.text")
    responsible: str = text_field()  # a worker, or who else: the daughter, the clinic
    due_on: date | None = Field(default=None, index=True)
    status: str = text_field()  # open, done, dropped
    done_on: date | None = Field(default=None)
    note: str = sealed_text("case_task.note")
    worker: str = text_field()
    at: int = moment_field()


class ContactEntry(Entry):
    """A contact as noted."""

    household_id: str = ""
    resident_id: str = ""
    channel: Literal["phone", "office", "message", "other"]
    direction: Literal["in", "out"] = "out"
    happened_on: date
    reached: bool = True
    summary: str = Field(default="", max_length=4000)
    next_on: date | None = None
    next_reason: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _with_somebody(self) -> "ContactEntry":
        if not self.household_id and not self.resident_id:
            raise PydanticCustomError("contact_with_nobody", "a contact is with a resident or a household")
        if self.next_on is not None and self.next_on < self.happened_on:
            raise PydanticCustomError("next_before_contact", "the next one lies before this one")
        return self


class NoteEntry(Entry):
    """A note as typed."""

    subject_kind: Literal["resident", "household"]
    subject_id: str = Field(min_length=1)
    text: str = Field(min_length=1, max_length=8000)
    noted_on: date | None = None
    confidential: bool = False


class GoalEntry(Entry):
    """What is to be reached, as typed."""

    text: str = Field(min_length=1, max_length=500)
    due_on: date | None = None


class TaskEntry(Entry):
    """What somebody is to do, as typed. `goal` is the place of its goal in the plan from 0, none: of the whole plan."""

    text: str = Field(min_length=1, max_length=500)
    responsible: str = Field(default="", max_length=100)
    due_on: date | None = None
    goal: int | None = None


class CasePlanEntry(Entry):
    """A case plan as it is opened."""

    household_id: str = ""
    resident_id: str = ""
    title: str = Field(min_length=1, max_length=200)
    situation: str = Field(default="", max_length=4000)
    responsible: str = Field(default="", max_length=100)
    opened_on: date
    review_on: date | None = None
    goals: tuple[GoalEntry, ...] = ()
    tasks: tuple[TaskEntry, ...] = ()

    @model_validator(mode="after")
    def _of_somebody(self) -> "CasePlanEntry":
        if not self.household_id and not self.resident_id:
            raise PydanticCustomError("plan_of_nobody", "a plan is for a resident or a household")
        if self.review_on is not None and self.review_on < self.opened_on:
            raise PydanticCustomError("review_before_plan", "the review lies before the plan")
        return self
