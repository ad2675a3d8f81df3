"""The frozen contents of the two papers of a transfer: the request to the other office, and the list of what is handed
over. All words stand in the language of the paper already; numbers are masked before they come here.
"""

from datetime import date

from pydantic import Field

from models.records.layout import Layout, own_layout
from models.records.papers import FactGroup, PaperLanguage, PaperValue, SheetLine


class Moving(PaperValue):
    """Somebody whose case goes. Without consent to the basic data only the name and the relation stand here."""

    name: str
    relation: str = ""
    sex: str = ""
    birth_date: date | None = None
    phone: str = ""  # masked
    document: str = ""  # masked
    remark: str = ""


class TransferRequest(PaperValue):
    """The letter that asks another office to take over a case (移交请求函)."""

    layout: Layout = own_layout("case_request")
    language: PaperLanguage = "zh"
    office: str
    office_phone: str = ""
    worker: str = ""
    to_name: str
    to_contact: str = ""
    asked_on: date
    answer_by: date | None = None
    address: str = ""
    whole: bool = True  # the whole household goes
    reason: str  # in words
    note: str = ""
    people: tuple[Moving, ...] = Field(min_length=1)


class Withheld(PaperValue):
    """What is not on the list because somebody has not agreed to it: whose, and which kinds of data, in words."""

    who: str
    kinds: tuple[str, ...]


class CaseSheet(PaperValue):
    """The list of what is handed over with a case (移交清单). Sensitive facts and notes of workers are not on it."""

    layout: Layout = own_layout("case_sheet")
    language: PaperLanguage = "zh"
    office: str
    office_phone: str = ""
    worker: str = ""
    to_name: str
    to_contact: str = ""
    handed_on: date
    frozen: bool = True  # as it was handed over; else as it would be on this day
    address: str = ""
    community: str = ""
    whole: bool = True
    reason: str
    note: str = ""
    left_out: int = 0  # so many people stay out, since their records are only kept
    people: tuple[Moving, ...] = ()
    facts: tuple[FactGroup, ...] = ()
    benefits: tuple[SheetLine, ...] = ()
    needs: tuple[SheetLine, ...] = ()
    referrals: tuple[SheetLine, ...] = ()
    plans: tuple[SheetLine, ...] = ()  # and their open tasks
    visits: tuple[SheetLine, ...] = ()  # planned ones, and what was promised
    papers: tuple[SheetLine, ...] = ()
    withheld: tuple[Withheld, ...] = ()
