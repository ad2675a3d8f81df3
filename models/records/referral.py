"""Determinations, referrals and the letters printed for them."""

from datetime import date
from typing import Annotated, Any, Literal

from sqlmodel import Field

from models.records.base import Entry, Kept, flag_field, json_field, moment_field, number_field, text_field
from models.records.sealed import sealed_json, sealed_text


class Determination(Kept, table=True):
    """A stored decision: pack, hash, date and facts, so that it replays the same years later."""

    resident_id: str = text_field(index=True)
    household_id: str = text_field(index=True)
    service_id: str = text_field()
    component: str = text_field()
    outcome: str = text_field()
    pack_id: str = text_field()
    pack_hash: str = text_field()
    decided_on: date | None = Field(default=None)
    body: dict[str, Any] = sealed_json("determination.body")  # the whole determination, as models.eligibility writes it
    facts: dict[str, Any] = sealed_json("determination.facts")  # the case it was decided on
    at: int = moment_field()


class Referral(Kept, table=True):
    """A resident sent to an office for one or more services."""

    resident_id: str = text_field(index=True)
    household_id: str = text_field(index=True)
    number: str = text_field(index=True)
    matters: list[dict[str, Any]] = sealed_json(
        "referral.matters", list
    )  # [{service_id, component, name, determination_id}]
    receiver: str = text_field()
    status: str = text_field()  # key of the code list referral_status: where the last step led
    outcome_note: str = sealed_text("referral.outcome_note")
    issued_on: date | None = Field(default=None)
    valid_until: date | None = Field(default=None)
    reply_by: date | None = Field(default=None)  # by then the office should have said something; then it is chased
    chase_on: date | None = Field(default=None)  # when to ask next: reply_by, or the day that a later step promised
    code: str = text_field(index=True)  # on the tear-off receipt, scanned or typed: closes the loop
    series: str = text_field()  # of the number: the letter mark of the office; empty before it is issued
    year: int = number_field()  # of the number
    serial: int = number_field()  # of the number
    entry: dict[str, Any] = sealed_json(
        "referral.entry"
    )  # ReferralEntry, as the worker wrote it: what waits for a signature is issued from it
    writer: str = text_field()  # who wrote it
    signer: str = text_field()  # who signed it off; empty where no second person is asked
    worker: str = text_field()
    at: int = moment_field()


class ReferralStep(Kept, table=True):
    """One step in the life of a referral, as it happened; the steps are never changed, a wrong one is taken back."""

    __tablename__ = "referral_step"

    referral_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)
    step: str = text_field()  # key of the code list referral_step
    happened_on: date | None = Field(default=None)
    channel: str = text_field()  # key of the code list referral_channel: how it was learnt
    said_by: str = sealed_text("referral_step.said_by")  # who said it: a clerk of the office, the resident
    reason: str = sealed_text("referral_step.reason")  # why returned, refused, withdrawn; what else is to be known
    papers: list[str] = sealed_json("referral_step.papers", list)  # which more papers the office asks for
    outcomes: list[dict[str, Any]] = sealed_json(
        "referral_step.outcomes", list
    )  # OutcomeEntry a matter, with the fact_id that it made
    next_on: date | None = Field(default=None)  # when to ask again; of "extended" by when it is to be answered
    needs: list[str] = json_field(list)  # ids of the needs that this step settled
    before: dict[str, Any] = sealed_json(
        "referral_step.before"
    )  # what it changed on the referral, as it was: to be put back with the step
    worker: str = text_field()
    at: int = moment_field()


class Letter(Kept, table=True):
    """One printed version of a referral's letter: the frozen value and the hash of its bytes."""

    referral_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)
    number: str = text_field()
    version: int = number_field(1)
    value: dict[str, Any] = sealed_json("letter.value")  # models.records.letter.LetterValue
    template_id: str = text_field()  # of PaperTemplate: the very version; empty: the one the program brings
    sha256: str = text_field()  # of the PDF bytes that were shown and printed
    printed: bool = flag_field()
    worker: str = text_field()
    at: int = moment_field()


class MatterEntry(Entry):
    """A service that the resident is referred for."""

    service_id: str = Field(min_length=1)
    component: str = ""
    documents: tuple[str, ...] | None = None  # None: as the policy pack says


class ReferralEntry(Entry):
    """A referral as the worker asks for it."""

    resident_id: str = Field(min_length=1)
    matters: tuple[MatterEntry, ...] = Field(min_length=1, max_length=6)
    receiver: str = Field(min_length=1, max_length=80)
    receiver_address: str = Field(default="", max_length=120)
    receiver_phone: str = Field(default="", max_length=40)
    note: str = Field(default="", max_length=600)
    language: Literal["zh", "en", "both"] = "zh"  # both: Chinese with English beneath
    red_head: bool = True
    valid_days: int = Field(default=30, ge=1, le=365)  # calendar days
    template_id: str = ""  # the version of a template, or template.PROGRAM; empty: the one that the office has in use
    reply_days: int | None = Field(default=None, ge=1, le=120)  # working days; None: 15, or when the letter runs out


Step = Literal[
    "handed_over", "received", "papers_asked", "accepted", "refused", "done", "withdrawn", "expired", "asked",
    "extended",
]  # fmt: skip
"""What is noted about a referral after it was issued; keys of the code list referral_step."""

Channel = Literal["slip", "phone", "visit", "resident", "batch", "other"]
"""How it was learnt; keys of the code list referral_channel."""


class OutcomeEntry(Entry):
    """What came of one matter of a referral."""

    service_id: str = Field(min_length=1)
    component: str = ""
    result: Literal["granted", "refused", "other"]
    since: date | None = None  # of what was granted: from which day
    amount: str = Field(default="", max_length=60)  # of what was granted, in words, for example 每月200元
    note: str = Field(default="", max_length=300)


class StepEntry(Entry):
    """One step in the life of a referral, as the worker notes it."""

    step: Step
    happened_on: date
    channel: Channel = "phone"
    said_by: str = Field(default="", max_length=60)
    reason: str = Field(default="", max_length=600)
    papers: tuple[Annotated[str, Field(min_length=1, max_length=120)], ...] = Field(default=(), max_length=20)
    outcomes: tuple[OutcomeEntry, ...] = Field(default=(), max_length=6)
    next_on: date | None = None
    needs: tuple[str, ...] = ()  # ids of open needs that are met by it
