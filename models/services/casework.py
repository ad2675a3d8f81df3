"""Case plans with goals and tasks, notes, and contacts beside home visits."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, select

from models.clock import today
from models.errors import NotFound
from models.records.casework import CasePlanEntry, ContactEntry, GoalEntry, NoteEntry, TaskEntry
from models.services.book import Book, changed
from models.services.casework_views import ContactView, GoalView, NoteView, PlanView, TaskView
from models.services.views import Changed
from models.store.rows import KEPT
from models.store.work import Work

_NOTE, _CONTACT, _RESIDENT = KEPT["case_note"], KEPT["contact"], KEPT["resident"]
_PLAN, _GOAL, _TASK = KEPT["case_plan"], KEPT["case_goal"], KEPT["case_task"]


class Notes:
    """The verbs about notes. A confidential note is read by who wrote it; others see that there is one."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def write(self, entry: NoteEntry) -> Changed:
        """Keep a note."""
        with self._book.verb("notes.write") as work:
            day = entry.noted_on or today(self._book.clock)
            told = {**entry.model_dump(), "noted_on": day, "worker": work.worker, "at": work.now}
            note = work.add("case_note", told)
            work.concerns(entry.subject_id)
        return changed(work, note)

    def correct(self, note_id: str, text: str) -> Changed:
        """Give a note another text; the old one stays in the history. Raises NotFound where it is hidden or gone."""
        return self._amend(note_id, "notes.correct", {"text": text.strip()})

    def remove(self, note_id: str) -> Changed:
        """Take a note away. Raises NotFound where it is not here or hidden."""
        return self._amend(note_id, "notes.remove", {"dead": True})

    def of(self, subject_id: str) -> list[NoteView]:
        """The notes about a resident or a household, the newest first."""
        query = select(_NOTE).where(_NOTE.c.subject_id == subject_id, _NOTE.c.dead.is_(False))
        with self._book.reading() as connection:
            rows = connection.execute(query.order_by(_NOTE.c.noted_on.desc(), _NOTE.c.at.desc())).all()
        me = self._book.worker.name
        views = []
        for row in rows:
            hidden = row.confidential and row.worker != me
            names = ("id", "subject_kind", "subject_id", "noted_on", "confidential", "worker", "at")
            kept = {name: getattr(row, name) for name in names}
            views.append(NoteView(**kept, text="" if hidden else row.text, hidden=hidden))
        if any(view.confidential and not view.hidden for view in views):
            self._book.note("view", views[0].subject_kind, subject_id, "confidential note")
        return views

    def _amend(self, note_id: str, verb: str, fields: Mapping[str, Any]) -> Changed:
        with self._book.verb(verb) as work:
            row = _living(work.connection, _NOTE, note_id)
            if row.confidential and row.worker != work.worker:
                raise NotFound
            work.amend("case_note", note_id, fields)
            work.concerns(row.subject_id)
        return changed(work, note_id)


class Contacts:
    """The verbs about contacts that are no home visits."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def record(self, entry: ContactEntry) -> Changed:
        """Keep a contact; what it promises (next_on) stands on the worklist."""
        with self._book.verb("contacts.record") as work:
            contact = work.add("contact", {**entry.model_dump(), "worker": work.worker, "at": work.now})
            work.concerns(entry.household_id, entry.resident_id)
        return changed(work, contact)

    def remove(self, contact_id: str) -> Changed:
        """Take a contact away that never was. Raises NotFound where it is not here."""
        with self._book.verb("contacts.remove") as work:
            row = _living(work.connection, _CONTACT, contact_id)
            work.amend("contact", contact_id, {"dead": True})
            work.concerns(row.household_id, row.resident_id)
        return changed(work, contact_id)

    def of(self, *, household_id: str = "", resident_id: str = "") -> list[ContactView]:
        """The contacts with a household, or with a resident alone, the newest first."""
        wanted = _CONTACT.c.household_id == household_id if household_id else _CONTACT.c.resident_id == resident_id
        query = select(_CONTACT, _RESIDENT.c.name.label("resident_name")).outerjoin(
            _RESIDENT, _RESIDENT.c.id == _CONTACT.c.resident_id
        )
        newest_first = query.where(wanted, _CONTACT.c.dead.is_(False)).order_by(
            _CONTACT.c.happened_on.desc(), _CONTACT.c.at.desc()
        )
        with self._book.reading() as connection:
            return [
                ContactView(**_said(row, ContactView), resident_name=row.resident_name or "")
                for row in connection.execute(newest_first)
            ]


class Plans:
    """The verbs about case plans."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def open(self, entry: CasePlanEntry) -> Changed:
        """Open a plan with its first goals and tasks, all or nothing; ``ids`` are the goals, then the tasks."""
        with self._book.verb("plans.open") as work:
            plain = entry.model_dump(exclude={"goals", "tasks"})
            plain["responsible"] = entry.responsible or work.worker
            plan = work.add("case_plan", {**plain, "status": "open", "worker": work.worker, "at": work.now})
            goals = [_add_goal(work, plan, goal, place) for place, goal in enumerate(entry.goals)]
            tasks = [_add_task(work, plan, task, goals) for task in entry.tasks]
            work.concerns(entry.household_id, entry.resident_id)
        return changed(work, plan, [*goals, *tasks])

    def amend(self, plan_id: str, fields: Mapping[str, Any]) -> Changed:
        """Change title, situation, responsible or review_on of a plan. Raises NotFound; ValueError on other fields."""
        if set(fields) - {"title", "situation", "responsible", "review_on"}:
            raise ValueError("a plan is changed in its title, situation, responsible worker or review")
        with self._book.verb("plans.amend") as work:
            _concern(work, plan_id)
            work.amend("case_plan", plan_id, fields)
        return changed(work, plan_id)

    def add_goal(self, plan_id: str, entry: GoalEntry) -> Changed:
        """One more goal. Raises NotFound where there is no such plan."""
        with self._book.verb("plans.add_goal") as work:
            _concern(work, plan_id)
            place = len(work.connection.execute(select(_GOAL.c.id).where(_GOAL.c.plan_id == plan_id)).all())
            goal = _add_goal(work, plan_id, entry, place)
        return changed(work, goal)

    def add_task(self, plan_id: str, entry: TaskEntry, goal_id: str = "") -> Changed:
        """One more task, of a goal or of the whole plan. Raises NotFound where there is no such plan or goal."""
        with self._book.verb("plans.add_task") as work:
            _concern(work, plan_id)
            if goal_id and _living(work.connection, _GOAL, goal_id).plan_id != plan_id:
                raise NotFound
            task = _add_task(work, plan_id, entry, [goal_id] if goal_id else [], only=bool(goal_id))
        return changed(work, task)

    def set_goal(self, goal_id: str, status: str, on: date | None = None) -> Changed:
        """Say that a goal is reached, dropped or open again. Raises NotFound; ValueError on another status."""
        if status not in ("open", "reached", "dropped"):
            raise ValueError(status)
        with self._book.verb("plans.set_goal") as work:
            _concern(work, _living(work.connection, _GOAL, goal_id).plan_id)
            day = (on or today(self._book.clock)) if status == "reached" else None
            work.amend("case_goal", goal_id, {"status": status, "reached_on": day})
        return changed(work, goal_id)

    def set_task(self, task_id: str, status: str, on: date | None = None, note: str | None = None) -> Changed:
        """Say that a task is done, dropped or open again. Raises NotFound; ValueError on another status."""
        if status not in ("open", "done", "dropped"):
            raise ValueError(status)
        with self._book.verb("plans.set_task") as work:
            row = _living(work.connection, _TASK, task_id)
            _concern(work, row.plan_id)
            day = (on or today(self._book.clock)) if status == "done" else None
            said = row.note if note is None else note.strip()
            work.amend("case_task", task_id, {"status": status, "done_on": day, "note": said})
        return changed(work, task_id)

    def move_task(self, task_id: str, due_on: date | None, responsible: str) -> Changed:
        """Give a task another day and another hand. Raises NotFound where it is not here."""
        with self._book.verb("plans.move_task") as work:
            _concern(work, _living(work.connection, _TASK, task_id).plan_id)
            work.amend("case_task", task_id, {"due_on": due_on, "responsible": responsible.strip()})
        return changed(work, task_id)

    def close(self, plan_id: str, reason: str, note: str = "", on: date | None = None) -> Changed:
        """End a plan for a reason (code list closure_reason); tasks that are still open are dropped with it."""
        with self._book.verb("plans.close") as work:
            _concern(work, plan_id)
            day = on or today(self._book.clock)
            told = {"status": "closed", "closed_on": day, "closure_reason": reason, "closure_note": note.strip()}
            work.amend("case_plan", plan_id, told)
            waiting = select(_TASK.c.id).where(
                _TASK.c.plan_id == plan_id, _TASK.c.status == "open", _TASK.c.dead.is_(False)
            )
            for task in work.connection.execute(waiting).scalars().all():
                work.amend("case_task", task, {"status": "dropped"})
        return changed(work, plan_id)

    def reopen(self, plan_id: str) -> Changed:
        """Go on with a closed plan; what was dropped with it stays dropped."""
        with self._book.verb("plans.reopen") as work:
            _concern(work, plan_id)
            told = {"status": "open", "closed_on": None, "closure_reason": "", "closure_note": ""}
            work.amend("case_plan", plan_id, told)
        return changed(work, plan_id)

    def get(self, plan_id: str) -> PlanView:
        """One plan. Raises NotFound where it is not here."""
        with self._book.reading() as connection:
            found = _views(connection, _PLAN.c.id == plan_id)
        if not found:
            raise NotFound
        return found[0]

    def of(self, *, household_id: str = "", resident_id: str = "") -> list[PlanView]:
        """The plans of a household with those of its people in it, or of a resident; open ones first."""
        wanted = _PLAN.c.household_id == household_id if household_id else _PLAN.c.resident_id == resident_id
        with self._book.reading() as connection:
            return _views(connection, wanted)


def _living(connection: Connection, table: Table, row_id: str) -> Any:
    row = connection.execute(select(table).where(table.c.id == row_id, table.c.dead.is_(False))).first()
    if row is None:
        raise NotFound
    return row


def _concern(work: Work, plan_id: str) -> None:
    row = _living(work.connection, _PLAN, plan_id)
    work.concerns(plan_id, row.household_id, row.resident_id)


def _add_goal(work: Work, plan_id: str, entry: GoalEntry, place: int) -> str:
    told = {**entry.model_dump(), "plan_id": plan_id, "place": place, "status": "open"}
    return work.add("case_goal", {**told, "worker": work.worker, "at": work.now})


def _add_task(work: Work, plan_id: str, entry: TaskEntry, goals: list[str], *, only: bool = False) -> str:
    """`only`: the one goal named is meant, whatever place the entry says."""
    goal = goals[0] if only else (goals[entry.goal] if entry.goal is not None and entry.goal < len(goals) else "")
    told = {**entry.model_dump(exclude={"goal"}), "plan_id": plan_id, "goal_id": goal, "status": "open"}
    told["responsible"] = entry.responsible or work.worker
    return work.add("case_task", {**told, "worker": work.worker, "at": work.now})


def _said(row: Any, view: Any, *others: str) -> dict[str, Any]:
    """Those fields of a view that are columns of a row."""
    left_out = {"resident_name", *others}
    return {field.name: getattr(row, field.name) for field in fields_of(view) if field.name not in left_out}


def _task(row: Any) -> TaskView:
    return TaskView(**_said(row, TaskView))


def _views(connection: Connection, wanted: Any) -> list[PlanView]:
    query = (
        select(_PLAN, _RESIDENT.c.name.label("resident_name"))
        .outerjoin(_RESIDENT, _RESIDENT.c.id == _PLAN.c.resident_id)
        .where(wanted, _PLAN.c.dead.is_(False))
        .order_by(_PLAN.c.status.desc(), _PLAN.c.opened_on.desc(), _PLAN.c.id)
    )
    rows = connection.execute(query).all()
    ids = [row.id for row in rows]
    goals: dict[str, list[GoalView]] = defaultdict(list)
    tasks: dict[str, list[TaskView]] = defaultdict(list)
    found = select(_GOAL).where(_GOAL.c.plan_id.in_(ids), _GOAL.c.dead.is_(False)).order_by(_GOAL.c.place, _GOAL.c.id)
    for row in connection.execute(found):
        goals[row.plan_id].append(GoalView(row.id, row.text, row.due_on, row.status, row.reached_on))
    found = select(_TASK).where(_TASK.c.plan_id.in_(ids), _TASK.c.dead.is_(False))
    for row in connection.execute(found.order_by(_TASK.c.due_on.is_(None), _TASK.c.due_on, _TASK.c.id)):
        tasks[row.plan_id].append(_task(row))
    return [
        PlanView(
            **_said(row, PlanView, "goals", "tasks"),
            resident_name=row.resident_name or "",
            goals=tuple(goals[row.id]),
            tasks=tuple(tasks[row.id]),
        )
        for row in rows
    ]
