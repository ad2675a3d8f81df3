"""The sets of policy packs that this casebook has decided by: kept whole, so that old determinations replay."""

from typing import Any

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from models.records.base import flag_field, json_field, moment_field, text_field


class PolicySet(SQLModel, table=True):
    """One installed set of packs with everything its rules lean on (dictionary of facts, terms, parameters, texts)."""

    __tablename__ = "policy_set"

    hash: str = Field(primary_key=True, max_length=64)  # Policies.hash of the set
    title: str = text_field()
    signer: str = (
        text_field()
    )  # hexadecimal Ed25519 key of who signed the file; "" for the set shipped with the program
    signer_name: str = text_field()
    pack_hashes: dict[str, Any] = json_field()  # pack id -> the hash that determinations carry
    active: bool = flag_field()  # the set that decides now; at most one
    archive: bytes = Field(default=b"", sa_type=LargeBinary)
    worker: str = text_field()
    at: int = moment_field()
