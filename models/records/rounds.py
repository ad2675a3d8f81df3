"""Rounds: the doors of a staircase, a building or a list, in the order in which one walks, with what came of each."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlmodel import Field

from models.records.base import Entry, Kept, json_field, moment_field, number_field, text_field
from models.records.sealed import sealed_text
from models.records.visit import Outcome

Scope = Literal["staircase", "building", "road", "list"]
PartOfDay = Literal["", "morning", "afternoon", "evening", "weekend"]


class Round(Kept, table=True):
    """A round of visits."""

    __tablename__ = "visit_round"

    name: str = text_field()
    scope: str = text_field()  # staircase, building, road, list
    community_code: str = text_field()
    street_line: str = text_field()
    building: str = text_field()
    unit: str = text_field()
    walk: str = (
        text_field()
    )  # how one walks: words of top_down (highest floor first), sides (odd numbers there, even back)
    purpose: str = text_field()
    starts_on: date | None = Field(default=None, index=True)
    ends_on: date | None = Field(default=None)
    assignee: str = text_field()
    status: str = text_field()  # open, done, dropped
    worker: str = text_field()
    at: int = moment_field()


class RoundStop(Kept, table=True):
    """One door of a round."""

    __tablename__ = "round_stop"

    round_id: str = text_field(index=True)
    dwelling_id: str = text_field(index=True)
    household_id: str = text_field(index=True)  # empty: nobody is registered behind this door
    place: int = number_field()  # the order of walking, from 1
    status: str = text_field()  # waiting, met, nobody_home, refused, moved_away, skipped
    tries: list[dict[str, Any]] = json_field(list)  # [{"on": ISO date, "part", "outcome", "visit": id, "ops"}]
    retry_on: date | None = Field(default=None)
    retry_part: str = text_field()
    note: str = sealed_text("round_stop.note")
    worker: str = text_field()
    at: int = moment_field()


class RoundEntry(Entry):
    """A round as it is planned. With the scope `list`, the households are named; else the doors are looked up."""

    name: str = Field(min_length=1, max_length=80)
    scope: Scope
    community_code: Annotated[str, StringConstraints(pattern=r"^(\d{12})?$")] = ""
    street_line: str = Field(default="", max_length=120)
    building: str = Field(default="", max_length=20)
    unit: str = Field(default="", max_length=20)
    household_ids: tuple[str, ...] = ()
    extra_doors: tuple[str, ...] = ()  # doors of this staircase that are not on the register: 301, 302
    leave_out: tuple[str, ...] = ()  # dwellings at which nobody needs to knock
    top_down: bool = False
    sides: bool = False
    purpose: str = Field(default="", max_length=200)
    starts_on: date
    ends_on: date | None = None
    assignee: str = Field(default="", max_length=100)


class SheetLine(Entry):
    """One line of the paper list of a round, as it is typed in afterwards."""

    stop_id: str = Field(min_length=1)
    outcome: Outcome
    met: tuple[str, ...] = ()
    note: str = Field(default="", max_length=1000)
    retry_on: date | None = None  # none: what the rule proposes
    retry_part: PartOfDay = ""
    not_again: bool = False


class SheetEntry(Entry):
    """The paper of one walk: on which day, at what time of it, and what came of each door."""

    on: date
    part: PartOfDay = ""
    lines: tuple[SheetLine, ...] = Field(min_length=1)
