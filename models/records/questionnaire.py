"""Questionnaires that an office has put in use: the compiled form, version by version, kept with every answer."""

from datetime import date
from typing import Any, Literal

from pydantic import Field as Checked
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Field

from models.records.base import Entry, Kept, json_field, moment_field, text_field
from models.records.fact import FactEntry
from models.records.sealed import sealed_json
from models.records.visit import NeedGroup

IN_USE, WITHDRAWN = "in_use", "withdrawn"
Subject = Literal["resident", "household"]


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
    visit_id: str = text_field(index=True)
    answered_on: date | None = Field(default=None)
    answers: dict[str, Any] = sealed_json(
        "questionnaire_answer.answers"
    )  # all that was typed, as forms.xlsform.session gives and opens it
    score: str = text_field()  # as calculated: a whole or a decimal number; empty where the form has none
    level: str = text_field()
    level_words: dict[str, Any] = json_field()  # language -> what the level is called
    pictures: list[str] = json_field(list)  # picture ids
    worker: str = text_field()
    at: int = moment_field()


class QuestionnaireAnswerEntry(Entry):
    """A filled-in questionnaire as it is saved. It is about a resident, or about a household as a whole."""

    questionnaire_id: str = Checked(min_length=1, max_length=36)
    household_id: str = Checked(default="", max_length=36)
    resident_id: str = Checked(default="", max_length=36)
    visit_id: str = Checked(default="", max_length=36)
    draft_id: str = Checked(default="", max_length=36)  # with whose id pictures were kept until now
    answered_on: date
    answers: dict[str, Any]
    score: str = Checked(default="", max_length=40)
    level: str = Checked(default="", max_length=200)
    level_words: dict[str, str] = Checked(default_factory=dict)
    facts: tuple[FactEntry, ...] = ()
    needs: tuple[NeedGroup, ...] = ()
    pictures: tuple[str, ...] = Checked(default=(), max_length=200)

    @model_validator(mode="after")
    def _about_somebody(self) -> "QuestionnaireAnswerEntry":
        if not self.resident_id and not self.household_id:
            raise PydanticCustomError("nobody", "a questionnaire is about a resident or a household")
        return self
