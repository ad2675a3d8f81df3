"""The log of operations and what is derived from it; and the tables that stay on this device.

The set of operations is the truth, the typed tables are derived from it (rebuild() gives them again), and history,
sync and the change part of the audit read this one log.
"""

from typing import Any

from sqlalchemy import Index, LargeBinary, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from models.records.base import flag_field, json_field, moment_field, number_field, text_field
from models.records.sealed import sealed_json, sealed_text


class Operation(SQLModel, table=True):
    """One save of one record by one worker: for each field the new value and the ids of the values it replaces.

    The id is the content hash over everything but the values themselves, which are committed to by a salted hash each,
    so that a lawful erasure can blank a value everywhere without breaking the chain (models.sync.content).
    """

    __table_args__ = (
        PrimaryKeyConstraint("district", "row", "id"),  # what is about one record lies together
        Index("ix_operation_device", "device", "seq"),  # each device's chain in its order
        Index("ix_operation_arrival", "arrival"),
        Index("ix_operation_id", "era", "id"),
    )

    district: str = Field(primary_key=True, max_length=9)  # home district of the row
    id: str = Field(primary_key=True, max_length=64)  # SHA-256, hex
    device: str = text_field()
    seq: int = number_field()
    prev: str = text_field()  # the device's operation before this one; "" for its first
    clock: int = number_field()  # hybrid logical clock: display order and tie-breaks only
    at: int = moment_field()
    worker: str = text_field()
    verb: str = text_field()  # the worker's word, for example residents.register
    entity: str = text_field()
    row: str = text_field(index=True, primary_key=True)
    fields: dict[str, Any] = sealed_json(
        "operation.fields"
    )  # {field: {"v": value, "s": salt, "h": hash, "p": [ids replaced]}}
    office: str = text_field()
    arrival: int = number_field()  # the how manieth this casebook got: local, in no hash and in no file
    era: int = number_field()  # the stretch of arrivals it belongs to, by which its id is found (models.store.log)


class Head(SQLModel, table=True):
    """For one record, the operations that hold its current values. A field named under two of them is a conflict."""

    district: str = Field(primary_key=True, max_length=9)
    row: str = Field(primary_key=True, max_length=36)
    entity: str = text_field()
    ops: dict[str, Any] = json_field()  # {operation id: [fields whose value it holds]}


class Conflict(SQLModel, table=True):
    """A field with more than one distinct current value, waiting for a person to choose."""

    district: str = Field(primary_key=True, max_length=9)
    row: str = Field(primary_key=True, max_length=36)
    field: str = Field(primary_key=True, max_length=40)
    entity: str = text_field()
    at: int = moment_field()


class SearchKey(SQLModel, table=True):
    """What a resident or household can be found by: names, pinyin, initials, number and phone tails, address."""

    __tablename__ = "search_key"

    key: str = Field(primary_key=True)
    resident_id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(primary_key=True, max_length=8)  # name, pinyin, initials, number, phone, address
    rank: int = number_field()


class Draft(SQLModel, table=True):
    """A form being filled in; the form's version is kept so that an older draft can still be opened."""

    id: str = Field(primary_key=True, max_length=36)
    form: str = text_field()
    form_version: str = text_field()
    subject_id: str = text_field()
    title: str = sealed_text("draft.title")
    body: dict[str, Any] = sealed_json("draft.body")
    worker: str = text_field()
    at: int = moment_field()


class Batch(SQLModel, table=True):
    """A batch file written or read on this device."""

    id: str = Field(primary_key=True, max_length=64)  # SHA-256 of the sealed payload
    direction: str = text_field()  # out or in
    file_name: str = text_field()
    peer: str = text_field()  # office or device on the other side
    count: int = number_field()
    last_seq: int = number_field()  # out: highest sequence of this device inside
    status: str = text_field()  # out: written, acknowledged; in: applied, refused
    detail: dict[str, Any] = json_field()
    at: int = moment_field()


class Peer(SQLModel, table=True):
    """A device or office that batches are exchanged with: its public keys and what it said it holds."""

    id: str = Field(primary_key=True, max_length=36)
    kind: str = text_field()  # device or office
    name: str = text_field()
    sign_key: str = text_field()  # Ed25519 public key, hex
    seal_key: str = text_field()  # age recipient (offices)
    holds: dict[str, Any] = json_field()  # device -> highest sequence, as last told
    trusted: bool = flag_field()
    at: int = moment_field()
    office_code: str = text_field()  # as its card says
    scope: list[str] = json_field(list)  # codes of the communities whose records it is sent; []: everything
    down: dict[str, Any] = json_field()  # state of the stream of scoped records to it, and from it (models.store.down)
    revoked: str = text_field()  # why its files are refused for good: lost, stolen, left; empty: not revoked


class SealedFile(SQLModel, table=True):
    """A file that travels beside the batches by its content: a picture, a policy pack, the list of those who belong."""

    __tablename__ = "sealed_file"

    peer: str = Field(primary_key=True, max_length=36)  # the other side
    direction: str = Field(primary_key=True, max_length=3)  # out or in
    sha: str = Field(primary_key=True, max_length=64)  # SHA-256 of the content, before it is sealed
    kind: str = text_field()  # picture, pack, circle
    subject: str = text_field()  # id of the picture, hash of the set of rules, key id of the circle's office
    size: int = number_field()  # bytes of the content
    status: str = text_field()  # out: written, acknowledged, wanted (the other side says that it lacks it); in: applied
    file_name: str = text_field()
    content: bytes = Field(default=b"", sa_type=LargeBinary)  # of a pack or circle that came
    at: int = moment_field()


class Editing(SQLModel, table=True):
    """Who has a record open for change at another desk of the same office; old entries mean nothing."""

    desk: str = Field(primary_key=True, max_length=36)  # one running program
    row: str = Field(primary_key=True, max_length=36)
    entity: str = text_field()
    worker: str = text_field()
    place: str = text_field()  # name of the desk
    since: int = number_field()  # when it was opened, by the server's clock
    at: int = moment_field()  # when the desk last said so


class Meta(SQLModel, table=True):
    """Small facts of this casebook: device identity, office, settings, counters."""

    key: str = Field(primary_key=True, max_length=60)
    value: dict[str, Any] = sealed_json("meta.value")
