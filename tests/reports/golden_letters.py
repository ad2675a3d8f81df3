"""The letters kept as pictures and as texts, and how they are made anew: python -m tests.reports.golden_letters

Look at the pictures before they are committed: they say how a letter is to look.
"""

import re
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image

from models.records.letter import LetterValue
from reports.letter import render_letter
from tests.reports.letters import BOTH, CODED, FORM, HALF, MATTERS, SMALL, letter

FOLDER = Path(__file__).parent / "golden"
DPI = 60
GREYS = 16

ENGLISH = letter(
    language="en",
    issuer="Sample Road Community, Invented Subdistrict",
    receiver="Invented Subdistrict Service Centre",
    worker="Zhang Shili",
    sex="Female",
    document_kind="Resident identity card",
    note="Hard of hearing: please call the resident's daughter.",
    **CODED,
)
LETTERS: dict[str, tuple[LetterValue, date | None]] = {
    "three": (letter(matters=MATTERS, **CODED), None),
    "plain": (letter(red_head=False), None),
    "letter-form": (letter(matters=MATTERS, layout=FORM, **CODED), None),
    "16k": (letter(layout=SMALL, **CODED), None),
    "a5": (letter(layout=HALF, **CODED), None),
    "both": (BOTH, None),
    "english": (ENGLISH, None),
    "two-pages": (letter(matters=MATTERS * 2, note="居民听力不好，请与其女儿联系。" * 10, **CODED), None),
    "corrected-reprint": (
        letter(resident_name="买买提·吐尔逊江·𬱖𫖯㛃", version=2, correction_reason="姓名有误", **CODED),
        date(2026, 12, 1),
    ),
}


def drawn(name: str) -> tuple[list[Image.Image], str]:
    """The pages of a letter as small grey pictures, and its text with a line for each line."""
    value, again = LETTERS[name]
    document = pypdfium2.PdfDocument(render_letter(value, again))
    try:
        pictures = [page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L") for page in document]
        texts = [re.sub(r"[ \r]+\n", "\n", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()
    return pictures, "\n\f".join(text.replace("\r", "") for text in texts).rstrip() + "\n"


def file_of(name: str, page: int) -> Path:
    """Where the picture of a page (from 1) is kept."""
    return FOLDER / f"{name}-{page}.png"


def make() -> None:
    """Write all pictures and texts anew."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name in LETTERS:
        pictures, text = drawn(name)
        for page, picture in enumerate(pictures, 1):
            picture.quantize(GREYS).save(file_of(name, page), optimize=True)
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    make()
