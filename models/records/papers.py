"""The frozen contents of the papers beside the letter: everything that is printed, and nothing that is looked up later.

All words stand in the language of the paper already; numbers of documents and phones are masked before they come here.
"""

import re
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from models.records.layout import Layout, own_layout
from models.records.letter import Quote

PaperLanguage = Literal["zh", "en"]


class PaperValue(BaseModel):
    """A value as it is printed: it cannot be changed any more, and a field that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_WHOLE_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9Xx])")
"""A citizen identity number of 18 or 15 places (GB 11643-1999), standing by itself."""

Value = TypeVar("Value", bound=PaperValue)


def without_whole_numbers(value: Value) -> Value:
    """The same value with every whole identity number masked but for its last four places: what a worker has typed
    into a note may hold one, and no paper shows it.
    """
    changed = {name: _masked(getattr(value, name)) for name in type(value).model_fields}
    return value.model_copy(update=changed)


def masked_numbers(text: str) -> str:
    """A text with every whole identity number masked but for its last four places."""
    return _WHOLE_NUMBER.sub(lambda found: "*" * (len(found[0]) - 4) + found[0][-4:], text)


def _masked(part: Any) -> Any:
    if isinstance(part, str):
        return masked_numbers(part)
    if isinstance(part, PaperValue):
        return without_whole_numbers(part)
    if isinstance(part, tuple):
        return tuple(_masked(one) for one in part)
    return part


# One-time notice (一次性告知单).


class NoticeMatter(PaperValue):
    """One service that a resident asked about: what the rule says of this person."""

    service_id: str
    name: str  # as printed in the policy
    verdict: str  # in one sentence
    reasons: tuple[str, ...] = ()  # the conditions that were looked at, as they stand for this person
    missing: tuple[str, ...] = ()  # what is still to be told or would have to change
    amount: str = ""
    quotes: tuple[Quote, ...] = ()
    place: str = ""  # where to apply
    place_read: bool = False  # the text names no place: the one above was read into it
    documents: tuple[str, ...] = ()
    documents_read: bool = False


class NoticeValue(PaperValue):
    """What a resident was told, all at once, about some services."""

    language: PaperLanguage = "zh"
    office: str
    office_phone: str = ""
    told_on: date
    worker: str
    worker_phone: str = ""
    resident_name: str
    deceased: bool = False  # told to the family of somebody who died lately
    birth_date: date | None = None
    document_kind: str = ""
    document_masked: str = ""
    phone: str = ""
    address: str = ""
    matters: tuple[NoticeMatter, ...] = Field(min_length=1)
    remarks: tuple[str, ...] = ()  # what holds for several matters, for example that a text's period has ended
    note: str = ""
    layout: Layout = own_layout("notice")


# Record of a visit (入户走访记录).


class PersonMet(PaperValue):
    """Somebody who was at home."""

    name: str
    relation: str = ""  # to the householder, in words
    remark: str = ""


class NeedFound(PaperValue):
    """A need, all in words."""

    who: str = ""  # empty: the household
    group: str = ""
    urgency: str = ""
    words: str = ""


class FactLearnt(PaperValue):
    """An answer that was given at the door."""

    who: str = ""  # empty: the household
    what: str
    answer: str
    source: str = ""  # who said it or which document was seen


class FormFilled(PaperValue):
    """An instrument or a questionnaire that was filled in on the visit, with what came out."""

    who: str = ""  # empty: the household
    name: str
    result: str = ""


class VisitSheet(PaperValue):
    """A visit as it is printed, in the words of its language."""

    language: PaperLanguage = "zh"
    community: str
    visited_on: date
    worker: str
    outcome: str  # in words
    address: str
    householder: str = ""
    phone: str = ""
    purpose: str = ""
    met: tuple[PersonMet, ...] = ()
    needs: tuple[NeedFound, ...] = ()
    learnt: tuple[FactLearnt, ...] = ()
    filled: tuple[FormFilled, ...] = ()
    notes: str = ""
    next_visit: date | None = None
    next_reason: str = ""
    layout: Layout = own_layout("visit_record")


# Report of an assessment (评估报告).


class ReportLine(PaperValue):
    """One item: what was asked, what was answered, and the points where it gives any."""

    label: str
    answer: str = ""
    points: str = ""
    before: str = ""  # points, or else the answer, of the assessment before; empty where there is none
    changed: bool = False


class ReportPart(PaperValue):
    """The items that belong together, with their points."""

    title: str
    lines: tuple[ReportLine, ...]
    points: str = ""  # "34 / 40"
    before: str = ""


class AssessmentReport(PaperValue):
    """One assessment as it is printed, beside the one before it."""

    language: PaperLanguage = "zh"
    office: str
    title: str  # of the instrument or questionnaire
    source: str = ""  # the standard that it follows
    version: str = ""
    name: str  # of the resident, or the address of a household
    household: bool = False
    sex: str = ""
    birth_date: date | None = None
    age: int | None = None  # on the day of the assessment
    document_kind: str = ""
    document_masked: str = ""
    address: str = ""
    assessed_on: date | None = None
    assessor: str = ""
    points: str = ""  # "71 / 90"; empty where nothing is counted
    level: str = ""
    why: tuple[str, ...] = ()  # what made the level another one than the points alone
    needs: tuple[str, ...] = ()
    before_on: date | None = None
    before_points: str = ""
    before_level: str = ""
    parts: tuple[ReportPart, ...] = ()
    note: str = ""
    printed_on: date
    layout: Layout = own_layout("assessment_report")


# Sheet of a household (家庭情况表).


class HouseholdPerson(PaperValue):
    """A member of a household."""

    name: str
    relation: str = ""
    sex: str = ""
    birth_date: date | None = None
    age: int | None = None
    phone: str = ""
    document: str = ""  # masked
    remark: str = ""  # that he or she belongs to the other household only, lodges, has died ...


class HouseholdHome(PaperValue):
    """The registered or the living household."""

    kind: str  # in words
    form: str = ""
    book_number: str = ""
    since: date | None = None
    address: str = ""  # where it is another one than on top
    people: tuple[HouseholdPerson, ...] = ()


class SheetLine(PaperValue):
    """A line of one of the lists: when, who, what."""

    on: date | None = None
    who: str = ""  # empty: the household
    what: str
    state: str = ""


class FactGroup(PaperValue):
    """Facts that belong together."""

    title: str
    lines: tuple[SheetLine, ...]


class HouseholdSheet(PaperValue):
    """What is known of a household, on one or two pages. Sensitive facts are not on it."""

    language: PaperLanguage = "zh"
    office: str
    printed_on: date
    printed_by: str = ""
    address: str
    community: str = ""
    note: str = ""
    homes: tuple[HouseholdHome, ...] = ()
    facts: tuple[FactGroup, ...] = ()
    benefits: tuple[SheetLine, ...] = ()
    needs: tuple[SheetLine, ...] = ()
    referrals: tuple[SheetLine, ...] = ()
    plans: tuple[SheetLine, ...] = ()
    visits: tuple[SheetLine, ...] = ()
    layout: Layout = own_layout("household_sheet")


# Envelopes and labels.


class Addressee(PaperValue):
    """To whom an envelope or a label goes."""

    name: str
    address: str
    postal_code: str = Field(default="", pattern=r"^([0-9]{6})?$")


class EnvelopeSheet(PaperValue):
    """Envelopes or labels, one for each addressee."""

    language: PaperLanguage = "zh"
    made_on: date
    format: str  # an envelope of GB/T 1416 or a grid of labels: keys of resources/papers/envelopes.toml
    sender: str = ""
    sender_address: str = ""
    sender_postal_code: str = Field(default="", pattern=r"^([0-9]{6})?$")
    boxes: bool = True  # print the six boxes of the postal code too: not on envelopes that bring them
    start: int = Field(default=1, ge=1)  # of labels: the first place of the sheet that is still free
    frames: bool = False  # of labels: lines to cut along, on plain paper
    layout: Layout = own_layout("envelopes")
    people: tuple[Addressee, ...] = Field(min_length=1)


# Blank forms.

Space = Literal["line", "lines", "boxes", "date", "number", "many_boxes", "rows", "text"]
"""How an answer is written: on a line, on several lines, by ticking one box, as a day, as a number, by ticking several
boxes, in the rows of a table; text is only read."""


class BlankQuestion(PaperValue):
    """One question on ruled paper."""

    number: str  # as it is counted: 7, or 7.2
    label: str
    space: Space
    hint: str = ""
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    jumps: tuple[str, ...] = ()  # when it is to be passed over, and where to go then
    lines: int = 1
    paper: str = ""  # the document that proves the answer: a box whether it was seen
    columns: tuple[str, ...] = ()  # of rows
    weights: tuple[float, ...] = ()  # how wide each column is beside the others; none: by its head
    rows: int = 0
    depth: int = 0


class BlankPart(PaperValue):
    """Questions that belong together."""

    title: str
    hint: str = ""
    questions: tuple[BlankQuestion, ...]


class BlankForm(PaperValue):
    """A form to be filled in by hand and typed in later."""

    language: PaperLanguage = "zh"
    office: str = ""
    title: str
    source: str = ""
    code: str  # form and version, as a later entry finds them (models.records.papers.form_code)
    made_on: date
    copies: int = Field(default=1, ge=1, le=200)
    about_person: bool = True  # a line for the name and the door of whom it is about
    parts: tuple[BlankPart, ...]


FORM_MARK = "JMF"


def form_code(form_id: str, version: str) -> str:
    """What is printed on a blank form so that it is found again: mark, id and version, for example JMF:visit:1."""
    return f"{FORM_MARK}:{form_id}:{version}"


def read_form_code(text: str) -> tuple[str, str] | None:
    """Id and version of a code as it was scanned or typed; None where it is none. Full-width marks are taken too."""
    parts = text.strip().replace("：", ":").split(":", 2)
    if len(parts) < 2 or parts[0].upper() != FORM_MARK or not parts[1]:
        return None
    return parts[1], parts[2] if len(parts) > 2 else ""
