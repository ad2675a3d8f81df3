"""What was done with the records, by whom and why: one row each, in chains that show when somebody changed them.

A row holds names of fields, codes and identities, never a value. Which row follows which, and how rows are sealed, says
models.security.audit_seal; rows are written by models.store.audit and by nothing else. The tables stay in this place:
they travel in no batch.
"""

from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.records.base import json_field, moment_field, text_field
from models.records.sealed import sealed_json
from models.texts import N_

BEFORE = "before"
"""The name of the opening chain: what was noted before the chain was kept. Its rows carry no seal."""

BEGIN = "begin"
"""What the first row of a chain says was done; its detail names the chain before it and holds the sealed k0."""

ACTIONS = {
    "unlock": N_("Signing in"),
    "failed_unlock": N_("Wrong passphrase"),
    "lock": N_("Locking, leaving"),
    "view": N_("Looking"),
    "reveal": N_("Showing a whole number"),
    "search": N_("Searching, lists"),
    "check": N_("Checking eligibility"),
    "screen": N_("Screening"),
    "change": N_("Changing"),
    "print": N_("Printing"),
    "export": N_("Files written"),
    "import": N_("Files taken in"),
    "backup": N_("Backup"),
    "restore": N_("Restoring"),
    "erase": N_("Erasing"),
    "refused": N_("Refused"),
    "account": N_("Accounts"),
    "partner": N_("Partners"),
    "rules": N_("Rules"),
    "numbers": N_("Letter numbers"),
    "audit": N_("This record"),
    BEGIN: N_("A chain begins"),
}
"""The kinds of rows, by what a reader looks for, and their names. KINDS says which actions belong to which."""

KINDS = {
    "search": ("search", "calendar"),
    "check": ("check", "replay"),
    "import": ("import", "receipt"),
    "partner": ("trust", "distrust", "revoke", "scope", "write"),
    "rules": ("install", "go_back", "compare"),
    "numbers": ("number_block", "number_keeping"),
}
"""The actions of those kinds that have several, or one of another name; every other kind is one action."""


def actions_of(kind: str) -> tuple[str, ...]:
    """The actions in rows of a kind."""
    return KINDS.get(kind, (kind,))


class Audit(SQLModel, table=True):
    """One row of a chain."""

    __table_args__ = (
        Index("ix_audit_subject", "subject_id", "at"),
        Index("ix_audit_at", "at", "chain", "seq"),
        Index("ix_audit_action", "action", "at"),
        Index("ix_audit_worker", "worker", "at"),
    )

    chain: str = Field(primary_key=True, max_length=36)
    seq: int = Field(primary_key=True, sa_type=BigInteger)  # from 1
    at: int = moment_field()
    worker: str = text_field()  # name
    account: str = text_field()  # id in the key store; "" where nobody was signed in, or in old rows
    action: str = text_field()
    subject_kind: str = text_field()
    subject_id: str = text_field()
    fields: list[str] = json_field(list)  # names of the fields that were changed, as entity.field
    classes: str = text_field()  # codes of the sensitive classes touched, between spaces
    reason: dict[str, Any] = sealed_json("audit.reason")  # the worker's words, with their hash (audit_seal.commit)
    detail: str = text_field()  # codes and numbers
    also: str = text_field()  # digest over whom else it is about (AuditAlso)
    prev: str = text_field()  # hash of the row before; "" in the first
    mac: str = text_field()


class AuditAlso(SQLModel, table=True):
    """Whom else a row is about: who stood on a list, whom a verb touched besides its main subject."""

    __tablename__ = "audit_also"
    __table_args__ = (Index("ix_audit_also_subject", "subject_id", "chain", "seq"),)

    chain: str = Field(primary_key=True, max_length=36)
    seq: int = Field(primary_key=True, sa_type=BigInteger)  # from 1
    subject_id: str = Field(primary_key=True, max_length=36)
