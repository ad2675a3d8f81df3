"""Where things stand on the sheet, and what every part of a letter needs to know. Measures in points."""

from typing import NamedTuple

from models.records.layout import SIZES, Layout
from models.records.letter import LetterValue
from reports.flow import Type
from reports.letter.words import Words
from reports.paper import MM

A4_MEASURE = 156 * MM  # GB/T 9704-2012, 5.2.1
NARROW = 125 * MM
"""Below this measure the resident's table and the signature are folded."""


class Sheet(NamedTuple):
    """The places on one sheet, from its top left corner."""

    size: tuple[float, float]
    left: float
    measure: float
    margin_top: float  # where the issuer's mark starts
    rule_left: float
    rule_right: float
    next_top: float  # where the text of the second page starts
    first_page_end: float  # of a first page without a slip
    page_end: float  # of every other page
    slip_end: float
    foot_rule: float  # 0: none
    scale: float  # of the large letters and the slip's columns: 1 on A4

    @property
    def right(self) -> float:
        """Where the text ends."""
        return self.left + self.measure

    @property
    def narrow(self) -> bool:
        """Whether tables are folded and the seal stands beneath the rest."""
        return self.measure < NARROW


def sheet_of(layout: Layout, red_head: bool) -> Sheet:
    """The places that a layout gives."""
    width, height = (side * MM for side in SIZES[layout.paper])
    margins = layout.margins
    left, top = margins.left * MM, margins.top * MM
    measure = width - left - margins.right * MM
    rule = min(170 * MM * width / (210 * MM), width - 10 * MM)
    page_end = height - margins.bottom * MM - 10 * MM
    foot_rule = height - 20 * MM * min(1.0, width / (210 * MM)) if layout.form == "letter" and red_head else 0.0
    return Sheet(
        size=(width, height),
        left=left,
        measure=measure,
        margin_top=top,
        rule_left=(width - rule) / 2,
        rule_right=(width + rule) / 2,
        next_top=max(top + 2 * MM, 22 * MM),
        first_page_end=min(page_end, foot_rule - 4 * MM) if foot_rule else page_end,
        page_end=page_end,
        slip_end=height - margins.bottom * MM,
        foot_rule=foot_rule,
        scale=max(min(1.0, measure / A4_MEASURE), 0.6),
    )


class Setting(NamedTuple):
    """One letter to be set: its value, its words, its sheet."""

    value: LetterValue
    words: Words
    sheet: Sheet

    @classmethod
    def of(cls, value: LetterValue) -> "Setting":
        """What a value asks for."""
        layout = value.layout
        return cls(value, Words(value.language, layout.texts), sheet_of(layout, value.red_head))

    @property
    def chinese(self) -> bool:
        """Whether its first language is Chinese."""
        return self.words.chinese

    def inset(self, type_: Type) -> float:
        """Where a paragraph starts: two characters in."""
        return 2 * type_.size if self.chinese else 0.0
