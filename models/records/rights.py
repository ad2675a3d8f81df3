"""Consent and the rights of the people whose data are kept: what was told, agreed to, withdrawn, asked for, erased."""

from datetime import date
from typing import Any, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Field

from models.records.base import Entry, Kept, json_field, moment_field, text_field
from models.records.sealed import sealed_text


class Consent(Kept, table=True):
    """One statement of a person (or a guardian): consent given, or withdrawn. Never changed; a later one stands."""

    resident_id: str = text_field(index=True)
    action: str = text_field()  # given, withdrawn, refused, informed (statutory duty: told, not asked)
    basis: str = text_field()  # consent or statutory (PIPL Art. 13)
    purposes: list[str] = json_field(list)  # codes of the text
    classes: list[str] = json_field(list)  # classes of data that it covers: plain, and each sensitive one by itself
    text_id: str = text_field()
    text_version: str = text_field()
    text_sha256: str = text_field()  # of the text as it was shown
    language: str = text_field()
    given_by: str = text_field()  # self or guardian
    guardian_id: str = text_field(index=True)  # where the guardian is on the register
    guardian_name: str = sealed_text("consent.guardian_name")
    guardian_relation: str = text_field()
    how: str = text_field()  # screen, paper, spoken
    witness: str = sealed_text("consent.witness")
    picture_id: str = text_field(index=True)  # the signature or the signed paper
    given_on: date | None = Field(default=None)
    note: str = sealed_text("consent.note")
    worker: str = text_field()
    at: int = moment_field()


class RightsRequest(Kept, table=True):
    """What a person asked for: access, a copy, correction, erasure; and the answer."""

    __tablename__ = "rights_request"

    resident_id: str = text_field(index=True)
    kind: str = text_field()  # access, correction, erasure, restriction
    asked_on: date | None = Field(default=None)
    asked_by: str = sealed_text("rights_request.asked_by")
    wish: str = sealed_text("rights_request.wish")
    status: str = text_field()  # open, done, refused
    answer: str = sealed_text("rights_request.answer")
    answered_on: date | None = Field(default=None)
    worker: str = text_field()
    at: int = moment_field()


class Erasure(Kept, table=True):
    """That somebody was erased or hidden, by a salted hash of the identity: replayed on restore and after import."""

    subject_hash: str = text_field(index=True)  # SHA-256 over salt and resident id, hex
    salt: str = text_field()
    kind: str = text_field()  # erased, or frozen while a retention term runs (PIPL Art. 47)
    reason: str = text_field()  # code
    until: date | None = Field(default=None)  # of a freeze: the end of the term
    done_on: date | None = Field(default=None)
    blanked: dict[str, Any] = json_field()  # record -> fields that were blanked, [] for all: the same at every node
    worker: str = text_field()
    at: int = moment_field()


class ConsentEntry(Entry):
    """A statement as it was made at the door or the desk."""

    resident_id: str = Field(min_length=1)
    action: Literal["given", "refused", "withdrawn", "informed"]
    basis: Literal["consent", "statutory"] = "consent"
    purposes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    text_id: str = "resident"
    language: Literal["zh_CN", "en"] = "zh_CN"
    given_by: Literal["self", "guardian"] = "self"
    guardian_id: str = ""
    guardian_name: str = Field(default="", max_length=50)
    guardian_relation: str = Field(default="", max_length=40)
    how: Literal["screen", "paper", "spoken"]
    witness: str = Field(default="", max_length=50)
    picture_id: str = ""  # the signature, or the signed paper
    given_on: date
    note: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _whole(self) -> "ConsentEntry":
        if self.given_by == "guardian" and not (self.guardian_id or self.guardian_name):
            raise PydanticCustomError("guardian_missing", "say who the guardian is")
        if self.how == "spoken" and not self.witness:
            raise PydanticCustomError("witness_missing", "a spoken statement needs a witness")
        if self.action != "informed" and not self.classes:
            raise PydanticCustomError("no_class", "say to which data")
        if (self.action == "informed") != (self.basis == "statutory"):
            raise PydanticCustomError("basis", "a statutory duty is told, not asked")
        return self


class RightsRequestEntry(Entry):
    """A wish as it was made."""

    resident_id: str = Field(min_length=1)
    kind: Literal["access", "correction", "erasure", "restriction"]
    asked_on: date
    asked_by: str = Field(default="", max_length=50)
    wish: str = Field(default="", max_length=2000)
