"""What the services of notes, contacts and case plans hand to the screens."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class NoteView:
    """A note; of a confidential one of somebody else only that it is there."""

    id: str
    subject_kind: str
    subject_id: str
    text: str
    noted_on: date | None
    confidential: bool
    hidden: bool  # the text is withheld from who is signed in
    worker: str
    at: int


@dataclass(frozen=True)
class ContactView:
    """A phone call, a message, a visit to the office."""

    id: str
    household_id: str
    resident_id: str
    resident_name: str
    channel: str
    direction: str
    happened_on: date | None
    reached: bool
    summary: str
    next_on: date | None
    next_reason: str
    worker: str
    at: int


@dataclass(frozen=True)
class GoalView:
    """A goal of a plan."""

    id: str
    text: str
    due_on: date | None
    status: str  # open, reached, dropped
    reached_on: date | None


@dataclass(frozen=True)
class TaskView:
    """A task of a plan."""

    id: str
    plan_id: str
    goal_id: str
    text: str
    responsible: str
    due_on: date | None
    status: str  # open, done, dropped
    done_on: date | None
    note: str


@dataclass(frozen=True)
class PlanView:
    """A case plan with its goals and tasks."""

    id: str
    household_id: str
    resident_id: str
    resident_name: str
    title: str
    situation: str
    responsible: str
    opened_on: date | None
    review_on: date | None
    status: str
    closed_on: date | None
    closure_reason: str
    closure_note: str
    goals: tuple[GoalView, ...]
    tasks: tuple[TaskView, ...]
    worker: str
    at: int
