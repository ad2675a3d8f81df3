"""The queue of papers that go to a printer. It stays on this installation, inside the encrypted file."""

from typing import Any

from sqlmodel import Field, SQLModel

from models.records.base import flag_field, json_field, moment_field, number_field, text_field


class PrintJob(SQLModel, table=True):
    """Papers sent together to one printer."""

    __tablename__ = "print_job"

    id: str = Field(primary_key=True, max_length=36)
    title: str = text_field()  # what it is, without anybody's name
    printer: str = text_field()
    options: dict[str, Any] = json_field()  # copies, duplex, tray, pages
    status: str = text_field()  # waiting, printing, stopped, done, cancelled
    detail: str = text_field()  # why it stopped; no names
    worker: str = text_field()
    at: int = moment_field()
    desk: str = text_field()  # at which desk of an office with a server; empty where there is only one


class PrintItem(SQLModel, table=True):
    """One paper of a job, in order: what is printed next after a jam or a power cut is known from here."""

    __tablename__ = "print_item"

    id: str = Field(primary_key=True, max_length=36)
    job_id: str = text_field(index=True)
    place: int = number_field()
    paper: str = text_field()  # letter, notice, household_sheet ...
    subject_id: str = text_field(index=True)  # of the record it is made from
    subject_kind: str = text_field()  # what the journal calls that record
    label: str = text_field()  # what the worker knows it by, for example a letter's number; no names
    argument: dict[str, Any] = json_field()  # what else the paper is made from
    status: str = text_field()  # waiting, sent, printed, unsure, failed, left_out
    again: bool = flag_field()  # a reprint, marked so on the paper
    ticket: str = text_field()  # of the print system, with which it is asked what became of the paper
    detail: str = text_field()  # why it failed; no names
    at: int = moment_field()
