"""Consent and the rights of the people whose data are kept: what was told, agreed to, withdrawn, asked for, erased."""

from datetime import date

from sqlmodel import Field

from models.records.base import Kept, json_field, moment_field, text_field


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
    guardian_id: str = text_field()  # where the guardian is on the register
    guardian_name: str = text_field()
    guardian_relation: str = text_field()
    how: str = text_field()  # screen, paper, spoken
    witness: str = text_field()
    picture_id: str = text_field()  # the signature or the signed paper
    given_on: date | None = Field(default=None)
    note: str = text_field()
    worker: str = text_field()
    at: int = moment_field()


class RightsRequest(Kept, table=True):
    """What a person asked for: access, a copy, correction, erasure; and the answer."""

    __tablename__ = "rights_request"

    resident_id: str = text_field(index=True)
    kind: str = text_field()  # access, correction, erasure, restriction
    asked_on: date | None = Field(default=None)
    asked_by: str = text_field()
    wish: str = text_field()
    status: str = text_field()  # open, done, refused
    answer: str = text_field()
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
    worker: str = text_field()
    at: int = moment_field()
