"""A transfer as sentences: its steps in a timeline, where it stands, and why it is on the worklist."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from models.clock import day_text
from models.records import codes
from models.services.views import TimelineLine
from models.store.rows import KEPT
from models.texts import _

_TRANSFER = KEPT["case_transfer"]


def transfer_lines(connection: Connection, households: list[str], resident_id: str = "") -> list[TimelineLine]:
    """The steps of the transfers of some households; a resident's are those in which the resident goes."""
    query = select(_TRANSFER).where(_TRANSFER.c.household_id.in_(households), _TRANSFER.c.dead.is_(False))
    lines = []
    for row in connection.execute(query).mappings():
        gone = row["resident_ids"] or row["sheet"].get("people", [])
        if resident_id and gone and resident_id not in gone:
            continue
        for place, (day, text, who) in enumerate(_steps(row)):
            lines.append(TimelineLine(day, row["at"] + place, "transfer", row["id"], text, who))
    return lines


def _steps(row: Mapping[Any, Any]) -> Iterable[tuple[Any, str, str]]:
    """Day, sentence and worker of each step that was taken, in their order."""
    office = row["to_name"]
    reason = codes.label("transfer_reason", row["reason"])
    asked = (
        _("Transfer of the whole case to {office} asked for ({reason})")
        if not row["resident_ids"]
        else _("Transfer of the case of some people to {office} asked for ({reason})")
    )
    yield row["asked_on"], asked.format(office=office, reason=reason), row["worker"]
    if row["answered_on"]:
        answered = (
            _("{office} declined the transfer") if row["status"] == "declined" else _("{office} accepted the transfer")
        )
        yield row["answered_on"], _with(answered.format(office=office), row["answer_note"]), row["answered_by"]
    if row["handed_on"]:
        yield row["handed_on"], _("The case was handed over to {office}").format(office=office), row["worker"]
    if row["taken_on"]:
        taken = _("{office} has taken over the case; this office does not go there any more")
        yield row["taken_on"], taken.format(office=office), row["taken_by"]
    if row["ended_on"] and row["status"] == "withdrawn":
        yield row["ended_on"], _with(_("The transfer was withdrawn"), row["ended_note"]), row["worker"]
    if row["ended_on"] and row["status"] == "returned":
        yield row["ended_on"], _with(_("The case came back to this office"), row["ended_note"]), row["worker"]


def _with(words: str, note: str) -> str:
    return _("{words}: {more}").format(words=words, more=note) if note else words


def waiting_sentence(told: tuple[Any, ...]) -> str:
    """Why a transfer stands on the worklist; told: status, office, by or since which day."""
    status, office, day = told
    if status == "asked":
        words = _("{office} should have answered by {day} whether it takes the case")
    else:
        words = _("{office} accepted the transfer on {day}; the case is to be handed over")
    return words.format(office=office, day=day_text(day))
