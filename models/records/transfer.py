"""The transfer of a whole case to another office: asked for, accepted, handed over."""

from datetime import date
from typing import Any

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Field

from models.records import codes
from models.records.base import Entry, Kept, json_field, moment_field, text_field
from models.records.sealed import sealed_json, sealed_text

REASONS = tuple(code for code, _label in codes.choices("transfer_reason"))


class CaseTransfer(Kept, table=True):
    """A household whose case goes to another office, with everybody in it or some."""

    __tablename__ = "case_transfer"

    household_id: str = text_field(index=True)
    resident_ids: list[str] = json_field(list)  # who goes; empty: the whole household
    to_office: str = text_field()  # its code where it is known, 9 or 12 digits
    to_name: str = text_field()
    to_contact: str = text_field()
    reason: str = text_field()  # key of the code list transfer_reason
    note: str = sealed_text("case_transfer.note")
    status: str = text_field(index=True)  # key of the code list transfer_status
    asked_on: date | None = Field(default=None)
    answer_by: date | None = Field(default=None)
    answered_on: date | None = Field(default=None)
    answered_by: str = text_field()
    answer_note: str = sealed_text("case_transfer.answer_note")
    handed_on: date | None = Field(default=None)
    taken_on: date | None = Field(default=None)
    sheet: dict[str, Any] = sealed_json(
        "case_transfer.sheet"
    )  # what was handed over, frozen on the day: the value of the paper
    from_name: str = text_field()  # the office that asks, as it is printed; its code is the column office
    from_contact: str = text_field()  # its telephone
    taken_by: str = text_field()  # who confirmed at the other office
    ended_on: date | None = Field(default=None)  # withdrawn, or come back
    ended_note: str = sealed_text("case_transfer.ended_note")
    operations: list[str] = json_field(list)  # what ended here when the case was taken: put back with that step
    worker: str = text_field()
    at: int = moment_field()


class TransferEntry(Entry):
    """A transfer as it is asked for: who goes (nobody named: the whole household), where to, why, and by when an answer
    is wanted (none: in ten working days)."""

    household_id: str = Field(min_length=1, max_length=36)
    resident_ids: tuple[str, ...] = Field(default=(), max_length=200)
    to_office: str = Field(default="", max_length=12)
    to_name: str = Field(default="", max_length=200)
    to_contact: str = Field(default="", max_length=200)
    reason: str
    note: str = Field(default="", max_length=1000)
    answer_by: date | None = None

    @field_validator("to_office")
    @classmethod
    def _code(cls, code: str) -> str:
        if code and (not code.isascii() or not code.isdigit() or len(code) not in (9, 12)):
            raise PydanticCustomError("office_code", "the code of an office has 9 or 12 digits")
        return code

    @field_validator("reason")
    @classmethod
    def _known_reason(cls, reason: str) -> str:
        if reason not in REASONS:
            raise PydanticCustomError("transfer_reason", "no such reason")
        return reason

    @model_validator(mode="after")
    def _to_somebody(self) -> "TransferEntry":
        if not self.to_office and not self.to_name.strip():
            raise PydanticCustomError("transfer_to_nobody", "a case goes to an office")
        return self
