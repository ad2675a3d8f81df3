"""Questionnaires that an office has put in use: the compiled form, version by version, kept with every answer."""

from datetime import date
from typing import Any

from sqlmodel import Field

from models.records.base import Kept, json_field, moment_field, text_field


class Questionnaire(Kept, table=True):
    """One version of a questionnaire. A withdrawn one can still be read, and drafts of it can be finished."""

    form_id: str = text_field(index=True)
    version: str = text_field()
    title: dict[str, Any] = json_field()  # language -> title
    subject: str = text_field()  # resident or household
    body: dict[str, Any] = json_field()  # the compiled form, as forms.xlsform writes it
    source_name: str = text_field()  # of the workbook
    source_sha256: str = text_field()
    status: str = text_field()  # in_use, withdrawn
    worker: str = text_field()
    at: int = moment_field()


class QuestionnaireAnswer(Kept, table=True):
    """One filled-in questionnaire."""

    __tablename__ = "questionnaire_answer"

    questionnaire_id: str = text_field(index=True)
    form_id: str = text_field()
    version: str = text_field()
    household_id: str = text_field(index=True)
    resident_id: str = text_field(index=True)  # empty: of the household
    visit_id: str = text_field()
    answered_on: date | None = Field(default=None)
    answers: dict[str, Any] = json_field()
    score: str = text_field()  # as calculated: a whole or a decimal number; empty where the form has none
    level: str = text_field()
    pictures: list[str] = json_field(list)  # picture ids
    worker: str = text_field()
    at: int = moment_field()
