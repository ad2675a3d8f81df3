"""Case plans with goals and tasks, notes, and contacts beside home visits."""

from datetime import date
from typing import Literal

from sqlmodel import Field

from models.records.base import Entry, Kept, flag_field, moment_field, number_field, text_field


class CaseNote(Kept, table=True):
    """A note about a resident or household; a confidential one is for who wrote it, and for who has the right."""

    __tablename__ = "case_note"

    subject_kind: str = text_field()  # resident or household
    subject_id: str = text_field(index=True)
    noted_on: date | None = Field(default=None)
    text: str = text_field()
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
    summary: str = text_field()
    next_on: date | None = Field(default=None)
    next_reason: str = text_field()
    worker: str = text_field()
    at: int = moment_field()


class CasePlan(Kept, table=True):
    """A plan for a resident or a household, with a responsible worker, until it is closed for a reason."""

    __tablename__ = "case_plan"

    household_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)  # empty: for the whole household
    title: str = text_field()
    situation: str = text_field()  # why there is a plan
    responsible: str = text_field()
    opened_on: date | None = Field(default=None)
    review_on: date | None = Field(default=None)
    status: str = text_field()  # open or closed
    closed_on: date | None = Field(default=None)
    closure_reason: str = text_field()  # key of the code list closure_reason
    closure_note: str = text_field()
    worker: str = text_field()
    at: int = moment_field()


class CaseGoal(Kept, table=True):
    """What is to be reached."""

    __tablename__ = "case_goal"

    plan_id: str = text_field(index=True)
    place: int = number_field()
    text: str = text_field()
    due_on: date | None = Field(default=None)
    status: str = text_field()  # open, reached, dropped
    reached_on: date | None = Field(default=None)
    worker: str = text_field()
    at: int = moment_field()


class CaseTask(Kept, table=True):
    """What somebody is to do by a day."""

    __tablename__ = "case_task"

    plan_id: str = text_field(index=True)
    goal_id: str = text_field()  # empty: of the whole plan
    text: str = text_field()
    responsible: str = text_field()  # a worker, or who else: the daughter, the clinic
    due_on: date | None = Field(default=None, index=True)
    status: str = text_field()  # open, done, dropped
    done_on: date | None = Field(default=None)
    note: str = text_field()
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
