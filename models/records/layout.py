"""How a paper is set: what an office may choose for its papers. The frozen value of a template's version."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

PaperSize = Literal["A4", "16K", "A5"]

SIZES: dict[PaperSize, tuple[float, float]] = {"A4": (210.0, 297.0), "16K": (184.0, 260.0), "A5": (148.0, 210.0)}
"""Width and height in millimetres; 16K after GB/T 788-1999 (the trimmed sheet of official papers)."""

BLOCKS = ("resident", "matters", "documents", "remarks", "note")
"""The blocks between the opening sentence and the signature that an office may put in another order or leave out."""


class Margins(BaseModel):
    """From the edges of the sheet to the text, in millimetres. GB/T 9704-2012, 5.2.1: 37 above, 28 to the left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    top: float = Field(default=30.0, ge=10, le=60)
    bottom: float = Field(default=12.0, ge=8, le=60)
    left: float = Field(default=28.0, ge=10, le=50)
    right: float = Field(default=26.0, ge=10, le=50)


class Layout(BaseModel):
    """One version of one template. The defaults are the layout that the program brings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(default=1, ge=1)  # of the template, as it is printed small at the foot of the page
    paper: PaperSize = "A4"
    form: Literal["slip", "letter"] = (
        "slip"  # slip: one sheet with a slip to tear off; letter: receipt on its own sheet
    )
    margins: Margins = Margins()
    heading: str = Field(default="", max_length=40)  # the issuer's mark where it is not the office's name
    logo: str = Field(default="", max_length=120_000)  # PNG, Base64
    logo_height: float = Field(default=14.0, ge=6, le=30)  # millimetres
    blocks: tuple[str, ...] = BLOCKS
    texts: dict[str, str] = Field(
        default_factory=dict
    )  # wording keys of the paper (zh.title ...) -> the office's words
    qr: bool = True
    receipt: bool = True
    red_head: bool = True  # False: never; the office prints on headed paper. A letter may leave it out by itself


Least = Mapping[PaperSize, float]


class Setup(NamedTuple):
    """What an office may change of one kind of paper."""

    wording: str  # the file of resources/papers that has its words
    layout: Layout  # as the program sets it
    fields: frozenset[str]  # of Layout; texts always are
    papers: tuple[PaperSize, ...] = ("A4",)
    blocks: tuple[str, ...] = ()  # what may be put in another order or left out
    needed: tuple[str, ...] = ()  # of these, what must stay
    least_width: Least = MappingProxyType({"A4": 150.0, "16K": 138.0, "A5": 100.0})
    """Millimetres: the narrowest text in which its tables still stand as they should."""
    least_height: Least = MappingProxyType({"A4": 200.0, "16K": 175.0, "A5": 140.0})
    """Millimetres from the upper to the lower margin."""


_HEAD = frozenset({"paper", "margins", "heading", "logo"})
_SIDES = Margins(top=15, bottom=18, left=22, right=22)

_NOTICE = ("person", "matters", "remarks", "note")
_VISIT = ("visit", "met", "needs", "learnt", "filled", "notes", "next")
_REPORT = ("person", "result", "note", "items")
_HOUSEHOLD = ("home", "people", "facts", "benefits", "needs", "referrals", "plans", "visits")

SETUPS: Mapping[str, Setup] = MappingProxyType(
    {
        "letter": Setup(
            "letter",
            Layout(),
            _HEAD | {"form", "blocks", "qr", "receipt", "red_head"},
            ("A4", "16K", "A5"),
            BLOCKS,
            ("resident", "matters"),
            MappingProxyType({"A4": 100.0, "16K": 100.0, "A5": 88.0}),
            MappingProxyType({"A4": 200.0, "16K": 175.0, "A5": 150.0}),
        ),
        "notice": Setup(
            "notice",
            Layout(margins=_SIDES, blocks=_NOTICE),
            _HEAD | {"blocks", "receipt"},
            ("A4", "16K", "A5"),
            _NOTICE,
            ("matters",),
        ),
        "visit_record": Setup(
            "visit",
            Layout(margins=_SIDES, blocks=_VISIT),
            _HEAD | {"blocks"},
            ("A4", "16K", "A5"),
            _VISIT,
            ("visit",),
        ),
        "assessment_report": Setup(
            "assessment",
            Layout(margins=_SIDES, blocks=_REPORT),
            _HEAD | {"blocks"},
            ("A4", "16K"),
            _REPORT,
            ("person",),
        ),
        "household_sheet": Setup(
            "household",
            Layout(margins=_SIDES, blocks=_HOUSEHOLD),
            _HEAD | {"blocks"},
            ("A4", "16K"),
            _HOUSEHOLD,
            ("home",),
        ),
        "round_list": Setup("round", Layout(margins=Margins(top=11, bottom=14, left=10, right=10), blocks=()), _HEAD),
        "handover": Setup(
            "handover",
            Layout(margins=Margins(top=13, bottom=20, left=18, right=18), blocks=()),
            _HEAD,
            ("A4", "16K"),
        ),
        "case_request": Setup("case_request", Layout(margins=_SIDES, blocks=()), _HEAD, ("A4", "16K")),
        "case_sheet": Setup("case_sheet", Layout(margins=_SIDES, blocks=()), _HEAD, ("A4", "16K")),
        "envelopes": Setup("envelopes", Layout(blocks=()), frozenset({"heading"})),
    }
)
"""The papers that have templates, by the names under which the queue of the printer knows them."""


def own_layout(paper: str) -> Layout:
    """How the program sets a kind of paper; raises KeyError for one that has no templates."""
    return SETUPS[paper].layout
