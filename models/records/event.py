"""What happened with households, as the worker said it: one dated event for each guided change, and how to undo it."""

from datetime import date
from typing import Any

from sqlmodel import Field

from models.records.base import Kept, flag_field, json_field, moment_field, text_field
from models.records.sealed import sealed_text


class HouseholdEvent(Kept, table=True):
    """One guided change of a household: who was born, moved, married; its operations, so that it can be taken back."""

    __tablename__ = "household_event"

    kind: str = text_field()  # key of the code list household_event
    happened_on: date | None = Field(default=None, index=True)
    household_id: str = text_field(index=True)
    other_household_id: str = text_field(index=True)  # where people came from or went to, or the household split off
    resident_id: str = text_field(index=True)  # whom it is about first of all
    other_resident_id: str = text_field(index=True)  # the spouse; the mother or father of a child born
    dwelling_id: str = text_field(index=True)  # the door where the household lived before it happened
    other_dwelling_id: str = text_field(index=True)  # the door that it, or who left it, moved to or came from
    elsewhere_division: str = text_field()  # where people went to or came from outside the register, a code
    elsewhere_address: str = sealed_text("household_event.elsewhere_address")  # and in words
    people: list[str] = json_field(list)  # everybody concerned, resident ids
    detail: dict[str, Any] = json_field()  # codes and ids only, what the sentence needs beside names
    note: str = sealed_text("household_event.note")
    operations: list[str] = json_field(list)  # ids of the operations that the change wrote
    undone: bool = flag_field()
    worker: str = text_field()
    at: int = moment_field()
