"""What can be done about a field with several values: which kind it is, when values say the same, what may stand.

Pure; no records are read here.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from sqlalchemy import JSON, Boolean, Date, Text

from models.errors import Problem
from models.records.base import Entry
from models.records.casework import CasePlanEntry, ContactEntry, GoalEntry, NoteEntry, TaskEntry
from models.records.documents import tidy_number
from models.records.household import DwellingEntry, HouseholdEntry, MemberEntry
from models.records.phones import check_phone
from models.records.place import PlaceEntry
from models.records.resident import DocumentEntry, PhoneEntry, ResidentEntry
from models.records.sealed import plain_type
from models.records.visit import NeedEntry, PlanEntry, VisitEntry
from models.store.rows import KEPT, KEY_COLUMNS, defaults
from models.sync.content import canonical
from models.texts import _
from models.values import mask_number, mask_phone

Kind = Literal["text", "list", "value", "removed", "link", "newer"]
Alike = Literal["", "blanks", "writing", "case", "phone", "number", "signs", "order"]

SECRET = frozenset({("identity_document", "number"), ("phone", "number"), ("household", "book_number")})
"""Fields of which only a part is shown until somebody asks for the whole."""

_NOTES = frozenset(
    {
        *("note", "notes", "text", "summary", "situation", "reason", "next_reason", "purpose", "wish", "answer"),
        *("answer_note", "outcome_note", "ended_note", "closure_note", "met_other", "title", "document_seen"),
    }
)
"""Fields in which people write sentences: two of them may stand one after the other."""

LINES = frozenset({"note", "notes", "text", "summary", "situation", "answer", "answer_note", "outcome_note"})
"""Those of them that may have several lines."""

_ENTRIES: Mapping[str, type[Entry]] = {
    "resident": ResidentEntry,
    "identity_document": DocumentEntry,
    "phone": PhoneEntry,
    "dwelling": DwellingEntry,
    "household": HouseholdEntry,
    "membership": MemberEntry,
    "place": PlaceEntry,
    "visit": VisitEntry,
    "need": NeedEntry,
    "planned_visit": PlanEntry,
    "contact": ContactEntry,
    "case_note": NoteEntry,
    "case_plan": CasePlanEntry,
    "case_goal": GoalEntry,
    "case_task": TaskEntry,
}
"""Which checked input the fields of a record come from: the same rules hold here."""

_SIGNS = re.compile(r"[\s,.;:!?'\"()\[\]{}<>/\\|_~`@#%^&*+=，。；：！？、·（）【】《》「」“”‘’…—\-]+")


class ValueRefused(Problem):
    """A typed value breaks a rule of its field. Facts: why (as pydantic names it) and ctx, for the sentence."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("This value does not fit its field. Nothing was changed. Check what was typed.")


class CannotJoin(Problem):
    """The versions of this field cannot stand side by side."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("These versions cannot be joined. Nothing was changed. Take one of them, or type what is right.")


def kind_of(entity: str, field: str, values: Sequence[Any] = ()) -> Kind:
    """What a field holds, as far as the conflict desk needs to know it; newer: this program cannot keep its values."""
    if entity not in KEPT or field not in KEPT[entity].columns or field in (*KEY_COLUMNS, "extra"):
        return "newer"
    if field == "dead":
        return "removed"
    if entity == "person_link":
        return "link"
    column = KEPT[entity].columns[field]
    if any(not _fits(plain_type(column.type), defaults(entity)[field], value) for value in values):
        return "newer"
    if isinstance(plain_type(column.type), JSON):
        return "list" if isinstance(defaults(entity)[field], list) else "value"
    return "text" if isinstance(plain_type(column.type), Text) else "value"


def _fits(kind: object, default: object, value: object) -> bool:
    """Whether a value as JSON carries it can be kept in a column; those that cannot lie in extra."""
    if isinstance(kind, JSON):
        return type(value) is type(default)
    if isinstance(kind, Date):
        return value is None or (isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)))
    if isinstance(kind, Boolean):
        return isinstance(value, bool)
    if isinstance(kind, Text):
        return isinstance(value, str)
    return isinstance(value, int) and not isinstance(value, bool)


# Joining and typing.


def joinable(entity: str, field: str, values: Sequence[Any]) -> bool:
    """Whether the versions may stand together: sentences one after the other, lists as everything in them."""
    kind = kind_of(entity, field, values)
    if kind == "list":
        return True
    return kind == "text" and field in _NOTES and sum(bool(str(value).strip()) for value in values) > 1


def joined(entity: str, field: str, values: Sequence[Any]) -> Any:
    """The versions together, in this order; what is in one of them already is not said twice. Raises CannotJoin."""
    if not joinable(entity, field, values):
        raise CannotJoin
    if kind_of(entity, field, values) == "list":
        found: dict[bytes, Any] = {}
        for value in values:
            for one in value:
                found.setdefault(canonical(one), one)
        return list(found.values())
    parts: list[str] = []
    for text in (str(value).strip() for value in values):
        if text and not any(text in other for other in parts):
            parts = [part for part in parts if part not in text]
            parts.append(text)
    return ("\n" if field in LINES else "；").join(parts)


def editable(entity: str, field: str) -> bool:
    """Whether something else than the versions may be typed: fields of the checked input that are text or a day."""
    entry = _ENTRIES.get(entity)
    if entry is None or field not in entry.model_fields or field.endswith("_id") or entity not in KEPT:
        return False
    column = KEPT[entity].columns.get(field)
    return column is not None and isinstance(plain_type(column.type), Text | Date)


def is_day(entity: str, field: str) -> bool:
    """Whether a field that can be typed holds a day."""
    return isinstance(plain_type(KEPT[entity].columns[field].type), Date)


def checked(entity: str, field: str, row: Mapping[str, Any], typed: Any) -> Any:
    """A typed value as its column takes it, checked by the rules of the record's input. Raises ValueRefused."""
    if not editable(entity, field):
        raise ValueRefused(why="fixed", ctx={})
    entry = _ENTRIES[entity]
    if is_day(entity, field) and isinstance(typed, str):
        typed = typed.strip() or None
    told = {name: row[name] for name in entry.model_fields if row.get(name) not in ("", None)} | {field: typed}
    try:
        value = getattr(entry.model_validate(told), field)
    except ValidationError as trouble:
        for error in trouble.errors(include_url=False, include_input=False):
            if not error["loc"] or error["loc"][0] == field:
                raise ValueRefused(why=error["type"], ctx=dict(error.get("ctx") or {})) from None
        value = _alone(entry, field, typed)  # other fields of the input are no part of this row
    return value


def _alone(entry: type[Entry], field: str, typed: Any) -> Any:
    info = entry.model_fields[field]
    kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    try:
        return TypeAdapter(kind).validate_python(typed.strip() if isinstance(typed, str) else typed)
    except ValidationError as trouble:
        error = trouble.errors(include_url=False, include_input=False)[0]
        raise ValueRefused(why=error["type"], ctx=dict(error.get("ctx") or {})) from None


# Values that say the same.


def alike(entity: str, field: str, values: Sequence[Any]) -> Alike:
    """Why versions say the same though they are written differently; empty where they do not.

    blanks, writing (full and half width, variants of a character), case, phone, number, signs (punctuation), order.
    """
    if len(values) < 2 or kind_of(entity, field, values) not in ("text", "list"):
        return ""
    if all(isinstance(value, list) for value in values):
        same = {tuple(sorted(canonical(one) for one in value)) for value in values}
        return "order" if len(same) == 1 else ""
    texts = [str(value) for value in values]
    if not all(text.strip() for text in texts):
        return ""
    if entity == "phone" and field == "number":
        return "phone" if len({_phone(text) for text in texts}) == 1 else ""
    if (entity, field) in SECRET:
        return "number" if len({tidy_number(text) for text in texts}) == 1 else ""
    ways: tuple[tuple[Alike, Any], ...] = (
        ("blanks", lambda text: re.sub(r"\s+", "", text)),
        ("writing", lambda text: re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))),
        ("case", lambda text: re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()),
        ("signs", lambda text: _SIGNS.sub("", unicodedata.normalize("NFKC", text)).casefold()),
    )
    for reason, way in ways:
        told = {way(text) for text in texts}
        if len(told) == 1 and told != {""}:
            return reason
    return ""


def tidiest(entity: str, field: str, values: Sequence[Any]) -> int:
    """Which of several alike versions is the one to keep: that in the form of the house, else the first."""
    for place, value in enumerate(values):
        if isinstance(value, str) and value == _tidied(entity, field, value):
            return place
    return 0


def _tidied(entity: str, field: str, text: str) -> str:
    if entity == "phone" and field == "number":
        return _phone(text)
    if (entity, field) in SECRET:
        return tidy_number(text)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def _phone(text: str) -> str:
    try:
        return check_phone(unicodedata.normalize("NFKC", text))
    except PydanticCustomError:
        return re.sub(r"\D+", "", unicodedata.normalize("NFKC", text))


# Showing.


def masked(entity: str, field: str, value: Any) -> Any:
    """A value without its secret part, which is shown only on demand."""
    if (entity, field) not in SECRET or not isinstance(value, str):
        return value
    if entity == "phone":
        return mask_phone(value.removeprefix("+86").replace(" ", ""))
    return mask_number(value)
