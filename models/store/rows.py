"""The kept tables as plain rows: which there are, what an empty row holds, and values as they travel in JSON."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Table, literal_column
from sqlmodel import SQLModel

from models.records.assignment import Assignment, Handover, PutOff
from models.records.base import Kept
from models.records.casework import CaseGoal, CaseNote, CasePlan, CaseTask, Contact
from models.records.event import HouseholdEvent
from models.records.fact import Fact
from models.records.household import Dwelling, Household, Membership
from models.records.link import PersonLink
from models.records.numbers import NumberBlock, SpoiltNumber
from models.records.picture import Picture
from models.records.place import Place
from models.records.questionnaire import Questionnaire, QuestionnaireAnswer
from models.records.referral import Determination, Letter, Referral, ReferralStep
from models.records.resident import IdentityDocument, Phone, Resident
from models.records.rights import Consent, Erasure, RightsRequest
from models.records.rounds import Round, RoundStop
from models.records.template import PaperTemplate
from models.records.transfer import CaseTransfer
from models.records.visit import Assessment, Need, PlannedVisit, Visit

_KEPT: tuple[type[Kept], ...] = (
    Resident,
    IdentityDocument,
    Phone,
    Dwelling,
    Household,
    Membership,
    Fact,
    Visit,
    PlannedVisit,
    Need,
    Assessment,
    Determination,
    Referral,
    Letter,
    PersonLink,
    HouseholdEvent,
    Place,
    Round,
    RoundStop,
    Assignment,
    Handover,
    PutOff,
    Questionnaire,
    QuestionnaireAnswer,
    Picture,
    Consent,
    RightsRequest,
    Erasure,
    CaseNote,
    Contact,
    CasePlan,
    CaseGoal,
    CaseTask,
    ReferralStep,
    CaseTransfer,
    NumberBlock,
    SpoiltNumber,
    PaperTemplate,
)


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a table class."""
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    assert isinstance(table, Table)
    return table


KEPT: Mapping[str, Table] = {str(model.__tablename__): table_of(model) for model in _KEPT}
KEY_COLUMNS = ("district", "id")


@cache
def _dates(entity: str) -> frozenset[str]:
    return frozenset(c.name for c in KEPT[entity].columns if isinstance(c.type, Date))


@cache
def defaults(entity: str) -> Mapping[str, Any]:
    """For each field of an entity the value that it has before anybody said anything; not to be changed."""
    model = next(m for m in _KEPT if m.__tablename__ == entity)
    return {
        name: info.get_default(call_default_factory=True, validated_data={})
        for name, info in model.model_fields.items()
        if name not in KEY_COLUMNS
    }


def empty_row(entity: str) -> dict[str, Any]:
    """A row of defaults without its key, as columns of the table."""
    return {name: v.copy() if isinstance(v, dict | list) else v for name, v in defaults(entity).items()}


def default_of(entity: str, field: str) -> Any:
    """The value that a field has before anybody said anything."""
    return defaults(entity)[field]


def to_wire(value: object) -> object:
    """A column's value as JSON carries it: a date becomes ISO text, tuples become lists."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def from_wire(entity: str, field: str, value: object) -> object:
    """A JSON value as the column takes it.

    Raises ValueError where a date column is handed something that is no ISO date.
    """
    if field in _dates(entity) and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def is_named(column: Column[Any]) -> ColumnElement[bool]:
    """That a column names a record at all: with it a query may use an index of the few rows in which it does.

    Written out and not a parameter, since both engines choose the index before they know parameters.
    """
    return column > literal_column("''")
