"""The frozen content of a referral letter: everything that is printed on it, and nothing that is looked up later."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from models.records.layout import Layout

DRAFT = {"zh": "（草稿）", "en": "(draft)"}
"""What stands where a letter's number will be, by its first language."""


class Quote(BaseModel):
    """Words of a policy text that a matter rests on, verbatim."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str  # of the document, without 《》
    number: str = ""  # of the document as printed, for example 津政办发〔2021〕52号; empty where the text gives none
    words: str


class Matter(BaseModel):
    """One service that the resident is referred for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service_id: str
    name: str  # as printed in the policy
    reasons: tuple[str, ...] = ()  # why it seems to apply, one sentence each
    amount: str = ""  # the standard in words, for example 每人每月200元
    quotes: tuple[Quote, ...] = ()
    documents: tuple[str, ...] = ()  # what to bring
    name_en: str = ""  # the same beneath the Chinese, only where the language is "both"
    reasons_en: tuple[str, ...] = ()
    amount_en: str = ""
    documents_en: tuple[str, ...] = ()


class LetterValue(BaseModel):
    """A referral letter as it is printed. Kept with the case; the same value always gives the same bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str  # as printed, for example 劝业社转〔2026〕6号
    version: int = Field(default=1, ge=1)  # 2 and more: a corrected letter, which says which version it replaces
    correction_reason: str = ""
    language: Literal["zh", "en", "both"] = "zh"  # both: Chinese with English beneath, for foreign residents
    issued_on: date
    valid_until: date | None = None

    issuer: str  # the community or street office that signs
    worker: str
    worker_phone: str = ""
    receiver: str  # the office that receives the resident
    receiver_address: str = ""
    receiver_phone: str = ""

    resident_name: str
    deceased: bool = False  # about somebody who died lately, for the family to apply
    sex: str = ""  # in words
    birth_date: date | None = None
    document_kind: str = ""  # in words
    document_masked: str = ""  # never the whole number: the last four only
    phone: str = ""
    address: str = ""

    matters: tuple[Matter, ...] = Field(min_length=1)
    remarks: tuple[str, ...] = ()  # what holds for all matters, for example that a text's period has ended
    remarks_en: tuple[str, ...] = ()  # the same in English, only where the language is "both"
    note: str = ""  # the worker's own words
    red_head: bool = True  # False: printed on the office's own headed paper (套打)
    reply_by: date | None = None  # by when the receiving office is asked to answer
    code: str = ""  # of the receipt, as it is scanned or typed when the slip comes back
    seal: str = ""  # the signed code that is printed as a QR code, Base45 (models.security.letter_seal); empty: none
    audit_mark: str = ""  # eight signs of the newest row of the audit chain when it was made, for the foot of the page
    layout: Layout = Layout()  # how it is set, frozen with it

    @property
    def is_draft(self) -> bool:
        """Whether it has no number yet, and so neither a seal nor a code."""
        return self.number in DRAFT.values()
