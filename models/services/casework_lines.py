"""Case plans, tasks and contacts as sentences of a timeline. Notes are not told there: their page says who may read."""

from sqlalchemy import ColumnElement, Connection, or_, select

from models.clock import local_time
from models.records import codes
from models.services.views import TimelineLine
from models.store.rows import KEPT
from models.texts import _

_PLAN, _TASK, _CONTACT = KEPT["case_plan"], KEPT["case_task"], KEPT["contact"]


def casework_lines(connection: Connection, households: list[str], resident_id: str = "") -> list[TimelineLine]:
    """Of households, or of one resident and what was done for the whole households."""
    return [*_plans(connection, households, resident_id), *_contacts(connection, households, resident_id)]


def _plans(connection: Connection, households: list[str], resident_id: str) -> list[TimelineLine]:
    about: ColumnElement[bool] = _PLAN.c.household_id.in_(households)
    if resident_id:
        about = or_(_PLAN.c.resident_id == resident_id, about & (_PLAN.c.resident_id == ""))
    lines = []
    titles = {}
    for row in connection.execute(select(_PLAN).where(about, _PLAN.c.dead.is_(False))):
        titles[row.id] = row.title
        text = _("Case plan opened: {title}").format(title=row.title)
        lines.append(TimelineLine(row.opened_on, row.at, "plan", row.id, text, row.worker))
        if row.status == "closed":
            why = codes.label("closure_reason", row.closure_reason)
            text = _("Case plan closed: {title} ({why})").format(title=row.title, why=why)
            lines.append(TimelineLine(row.closed_on, row.at, "plan", row.id, text, row.worker))
    done = select(_TASK).where(_TASK.c.plan_id.in_(titles), _TASK.c.status == "done", _TASK.c.dead.is_(False))
    for row in connection.execute(done):
        text = _("Task done: {text} (plan {title})").format(text=row.text, title=titles[row.plan_id])
        lines.append(TimelineLine(row.done_on, row.at, "plan", row.plan_id, text, row.responsible))
    return lines


def _contacts(connection: Connection, households: list[str], resident_id: str) -> list[TimelineLine]:
    about: ColumnElement[bool] = _CONTACT.c.household_id.in_(households)
    if resident_id:
        about = or_(_CONTACT.c.resident_id == resident_id, about & (_CONTACT.c.resident_id == ""))
    lines = []
    for row in connection.execute(select(_CONTACT).where(about, _CONTACT.c.dead.is_(False))):
        channel = codes.label("contact_channel", row.channel)
        if not row.reached:
            text = _("{channel}: not reached").format(channel=channel)
        elif row.direction == "in":
            text = _("{channel}: they came to us").format(channel=channel)
        else:
            text = _("{channel}: spoken to").format(channel=channel)
        if row.next_on:
            text += _("; next contact {day}").format(day=row.next_on.isoformat())
        day = row.happened_on or local_time(row.at).date()
        lines.append(TimelineLine(day, row.at, "contact", row.id, text, row.worker))
    return lines
