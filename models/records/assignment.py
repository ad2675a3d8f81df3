"""Who looks after which household, and the handing over of households from one colleague to another."""

from datetime import date
from typing import Any

from sqlmodel import Field

from models.records.base import Kept, json_field, moment_field, text_field
from models.records.sealed import sealed_json, sealed_text


class Assignment(Kept, table=True):
    """A household in the care of a worker, from a day to a day."""

    household_id: str = text_field(index=True)
    assignee: str = text_field(index=True)  # name of the worker
    since: date | None = Field(default=None)
    until: date | None = Field(default=None)
    handover_id: str = text_field(index=True)  # the handover that made it, if one did
    worker: str = text_field()
    at: int = moment_field()


class Handover(Kept, table=True):
    """Households handed from one worker to another, with what is open there; it counts when the other accepts."""

    giver: str = text_field(index=True)
    taker: str = text_field(index=True)
    households: list[str] = json_field(list)
    items: list[dict[str, Any]] = sealed_json(
        "handover.items", list
    )  # what was open on the day: [{household_id, kind, ref, due, text}]
    taken: list[str] = json_field(list)  # of the households those that the taker has accepted
    handed_on: date | None = Field(default=None)
    status: str = text_field()  # offered, accepted (all or some), refused, withdrawn
    answered_on: date | None = Field(default=None)
    note: str = sealed_text("handover.note")
    answer_note: str = sealed_text("handover.answer_note")
    worker: str = text_field()
    at: int = moment_field()


class PutOff(Kept, table=True):
    """What a worker put off on the worklist until a day, and why: a household, or one kind of reason there.

    A record and no setting: that nobody goes to an old person for a month must be seen by whoever looks after the
    household next, and by the office.
    """

    __tablename__ = "put_off"

    household_id: str = text_field(index=True)
    kinds: list[str] = json_field(list)  # kinds of the worklist; empty: whatever it is
    until: date | None = Field(default=None, index=True)  # the day on which it stands on the list again
    reason: str = sealed_text("put_off.reason")
    worker: str = text_field()
    at: int = moment_field()
