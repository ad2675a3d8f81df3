"""Pictures of documents, homes and signed papers; the bytes lie in a table of their own inside the encrypted file."""

from datetime import date
from typing import Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Field, SQLModel

from models.records import codes
from models.records.base import Entry, Kept, json_field, moment_field, number_field, text_field
from models.records.sealed import SealedBytes, sealed_text

SubjectKind = Literal["resident", "household", "visit"]
KINDS = tuple(code for code, _label in codes.choices("picture_kind"))

COVERED = frozenset({"document", "signed_paper", "signature"})
"""Kinds that are shown only when somebody asks for it: numbers, names and signatures can be read off them."""


class Picture(Kept, table=True):
    """What is known of a picture. Its bytes are kept apart (PictureData) and travel in sealed files."""

    subject_kind: str = text_field()  # resident, household or visit
    subject_id: str = text_field(index=True)
    kind: str = text_field()  # key of the code list picture_kind
    title: str = sealed_text("picture.title")
    taken_on: date | None = Field(default=None)
    width: int = number_field()  # pixels
    height: int = number_field()
    size: int = number_field()  # bytes of the full picture
    sha256: str = text_field()  # of the full picture as it is kept
    facts: list[str] = json_field(list)  # names of the facts of the subject that it proves
    document_id: str = text_field()  # the identity document that it shows
    visit_id: str = text_field(index=True)  # on which visit it was taken; empty: on none
    worker: str = text_field()
    at: int = moment_field()


class PictureData(SQLModel, table=True):
    """The bytes of a picture on this device: JPEG, re-encoded from the pixels alone, without place, time or device."""

    __tablename__ = "picture_data"

    picture_id: str = Field(primary_key=True, max_length=36)
    part: str = Field(primary_key=True, max_length=8)  # full or thumb
    data: bytes = Field(default=b"", sa_type=SealedBytes("picture_data.data"))


class PictureWords(Entry):
    """What is said about a picture."""

    kind: str
    title: str = Field(default="", max_length=200)
    taken_on: date | None = None
    facts: tuple[str, ...] = Field(default=(), max_length=40)  # names of facts of the subject that it proves
    document_id: str = Field(default="", max_length=36)  # the identity document that it shows
    mark_seen: bool = False  # the worker had the original in hand: document and facts are marked so

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        if kind not in KINDS:
            raise PydanticCustomError("picture_kind", "no such kind of picture")
        return kind


class PictureEntry(PictureWords):
    """A picture as it is taken over."""

    subject_kind: SubjectKind
    subject_id: str = Field(min_length=1, max_length=36)
    visit_id: str = Field(default="", max_length=36)
