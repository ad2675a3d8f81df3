"""The transfer of a whole case to another office: asked for, accepted, handed over."""

from datetime import date
from typing import Any

from sqlmodel import Field

from models.records.base import Kept, json_field, moment_field, text_field


class CaseTransfer(Kept, table=True):
    """A household whose case goes to another office, with everybody in it or some."""

    __tablename__ = "case_transfer"

    household_id: str = text_field(index=True)
    resident_ids: list[str] = json_field(list)  # who goes; empty: the whole household
    to_office: str = text_field()  # its code where it is known, 9 or 12 digits
    to_name: str = text_field()
    to_contact: str = text_field()
    reason: str = text_field()  # key of the code list transfer_reason
    note: str = text_field()
    status: str = text_field()  # key of the code list transfer_status
    asked_on: date | None = Field(default=None)
    answer_by: date | None = Field(default=None)
    answered_on: date | None = Field(default=None)
    answered_by: str = text_field()
    answer_note: str = text_field()
    handed_on: date | None = Field(default=None)
    taken_on: date | None = Field(default=None)
    sheet: dict[str, Any] = json_field()  # what was handed over, frozen on the day: the value of the paper
    worker: str = text_field()
    at: int = moment_field()
