"""Determinations, referrals and the letters printed for them."""

from datetime import date
from typing import Any, Literal

from sqlmodel import Field

from models.records.base import Entry, Kept, flag_field, json_field, moment_field, number_field, text_field


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
    body: dict[str, Any] = json_field()  # the whole determination, as models.eligibility writes it
    facts: dict[str, Any] = json_field()  # the case it was decided on
    at: int = moment_field()


class Referral(Kept, table=True):
    """A resident sent to an office for one or more services."""

    resident_id: str = text_field(index=True)
    household_id: str = text_field(index=True)
    number: str = text_field(index=True)
    matters: list[dict[str, Any]] = json_field(list)  # [{service_id, component, name, determination_id}]
    receiver: str = text_field()
    status: str = text_field()  # key of the code list referral_status: where the last step led
    outcome_note: str = text_field()
    issued_on: date | None = Field(default=None)
    valid_until: date | None = Field(default=None)
    reply_by: date | None = Field(default=None)  # by then the office should have said something; then it is chased
    code: str = text_field(index=True)  # on the tear-off receipt, scanned or typed: closes the loop
    series: str = text_field()  # of the number: the letter mark of the office; empty before it is issued
    year: int = number_field()  # of the number
    serial: int = number_field()  # of the number
    entry: dict[str, Any] = (
        json_field()
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
    said_by: str = text_field()  # who said it: a clerk of the office, the resident
    reason: str = text_field()  # why returned, refused, withdrawn; what else is to be known
    papers: list[str] = json_field(list)  # which more papers the office asks for
    outcomes: list[dict[str, Any]] = json_field(list)  # [{service_id, component, result, since, amount, note}] a matter
    next_on: date | None = Field(default=None)  # when to ask again
    worker: str = text_field()
    at: int = moment_field()


class Letter(Kept, table=True):
    """One printed version of a referral's letter: the frozen value and the hash of its bytes."""

    referral_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)
    number: str = text_field()
    version: int = number_field(1)
    value: dict[str, Any] = json_field()  # models.records.letter.LetterValue
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
    language: Literal["zh", "en"] = "zh"
    red_head: bool = True
    valid_days: int = Field(default=30, ge=1, le=365)
