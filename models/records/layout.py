"""How a paper is set: what an office may choose for its papers. The frozen value of a template's version."""

from typing import Literal

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
    left: float = Field(default=28.0, ge=12, le=50)
    right: float = Field(default=26.0, ge=12, le=50)


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
