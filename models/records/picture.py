"""Pictures of documents, homes and signed papers; the bytes lie in a table of their own inside the encrypted file."""

from datetime import date

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from models.records.base import Kept, json_field, moment_field, number_field, text_field


class Picture(Kept, table=True):
    """What is known of a picture. Its bytes stay on the devices that hold them (PictureData)."""

    subject_kind: str = text_field()  # resident, household or visit
    subject_id: str = text_field(index=True)
    kind: str = text_field()  # key of the code list picture_kind
    title: str = text_field()
    taken_on: date | None = Field(default=None)
    width: int = number_field()  # pixels
    height: int = number_field()
    size: int = number_field()  # bytes of the full picture
    sha256: str = text_field()  # of the full picture as it is kept
    facts: list[str] = json_field(list)  # names of the facts of the subject that it proves
    document_id: str = text_field()  # the identity document that it shows
    visit_id: str = text_field()
    worker: str = text_field()
    at: int = moment_field()


class PictureData(SQLModel, table=True):
    """The bytes of a picture on this device: JPEG, re-encoded from the pixels alone, without place, time or device."""

    __tablename__ = "picture_data"

    picture_id: str = Field(primary_key=True, max_length=36)
    part: str = Field(primary_key=True, max_length=8)  # full or thumb
    data: bytes = Field(default=b"", sa_type=LargeBinary)
