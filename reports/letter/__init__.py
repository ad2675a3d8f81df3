"""The referral letter (转介单): a frozen value in, the bytes of a PDF out. The same value always gives the same bytes.

Layout after GB/T 9704-2012 in its letter form (信函格式): issuer in red 30 mm from the top edge, a red double rule
4 mm below it, number with six-sided brackets, title in bold Song, type area 156 mm wide; and a slip to tear off, or a
second rule at the foot and the receipt on a sheet of its own. What an office chose otherwise stands in value.layout.
"""

from collections.abc import Sequence
from datetime import date

from models.records.letter import LetterValue
from reports.letter.body import Page, flowing, one_page
from reports.letter.head import draw_audit_mark, draw_head, draw_reprint, running_head
from reports.letter.setting import Setting
from reports.letter.slip import Slip
from reports.letter.words import text_problems
from reports.lines import forget
from reports.paper import MM, Paper
from reports.printable import UnmaskedNumber, UnprintableText, check, one_line

__all__ = [
    "TEMPLATE",
    "LetterValue",
    "UnmaskedNumber",
    "UnprintableText",
    "printed_words",
    "render_letter",
    "render_letters",
    "text_problems",
]

TEMPLATE = 2
"""The number of this layout and wording. A record and its template number print the same bytes for ever."""

ABOVE_SLIP = 3 * MM  # free above the line to tear along
_LANGUAGES = {"zh": "zh-CN", "both": "zh-CN", "en": "en"}


def render_letter(value: LetterValue, again: date | None = None) -> bytes:
    """One letter as a PDF. Raises UnprintableText for a character in no face, UnmaskedNumber for a whole ID number.

    Again: the day on which it is printed once more; the head then says so, and nothing else differs.
    """
    return render_letters([value], again)


def render_letters(values: Sequence[LetterValue], again: date | None = None) -> bytes:
    """Several letters as one PDF, each from a page of its own and with a bookmark. Raises as render_letter, before
    anything is drawn, and ValueError when there is no letter.
    """
    if not values:
        raise ValueError("there is no letter to print")
    for value in values:
        check(value)
    return _drawn(values, again).finish()


def printed_words(value: LetterValue) -> str:
    """Everything that is written on the letter in the order in which it is drawn, without white space: what a seal is
    made over, and what can be read out of its PDF again. The mark of a reprint is not in it; the words beside the QR
    code are, also before there is a seal. Raises as render_letter.
    """
    if value.layout.qr and not value.seal:
        value = value.model_copy(update={"seal": "0"})  # the words beside the code do not depend on what is in it
    check(value)
    return "".join("".join(_drawn([value], None, told=True).words or ()).split())


def _drawn(values: Sequence[LetterValue], again: date | None, told: bool = False) -> Paper:
    settings = [Setting.of(value) for value in values]
    first = settings[0]
    words = first.words
    title = f"{words['title']} {values[0].number}" if len(values) == 1 else f"{words['title']} ({len(values)})"
    paper = Paper(
        title=title,
        author=values[0].issuer,
        subject=words["subject"],
        language=_LANGUAGES[values[0].language],
        day=values[0].issued_on,
        size=first.sheet.size,
        told=told,
    )
    try:
        for place, setting in enumerate(settings):
            if place:
                paper.next_page(setting.sheet.size)
            paper.bookmark(f"{setting.words['title']} {one_line(setting.value.number)}")
            with paper.tagged("Part"):
                _draw_letter(paper, setting, again)
    finally:
        forget()
    return paper


def _draw_letter(paper: Paper, setting: Setting, again: date | None) -> None:
    """Draw one letter's pages; the paper stands at the top of an empty page."""
    sheet, layout = setting.sheet, setting.value.layout
    if again is not None:
        draw_reprint(paper, setting, again)
    top = draw_head(paper, setting)
    draw_audit_mark(paper, setting)
    slip = Slip(setting, whole_sheet=layout.form == "letter") if layout.receipt else None
    pages, slip = _pages(setting, top, slip)
    total = len(pages) + (slip is not None and slip.whole_sheet)
    for number, page in enumerate(pages):
        if number:
            paper.next_page()
            running_head(paper, setting, number + 1, total)
        page.draw(paper, sheet.next_top if number else top)
    if slip and slip.whole_sheet:
        paper.next_page()
        running_head(paper, setting, total, total)
        slip.draw(paper, sheet.next_top)
    elif slip:
        slip.draw(paper, sheet.slip_end - slip.height)


def _pages(setting: Setting, top: float, slip: Slip | None) -> tuple[list[Page], Slip | None]:
    """The pages of the body and the slip that goes with them.

    All on one page where it fits; else the body and the signature on one page and the slip on the next; else the body
    flows on, with the slip at its end.
    """
    sheet = setting.sheet
    torn = slip is not None and not slip.whole_sheet
    if slip and torn and (page := one_page(setting, sheet.slip_end - slip.height - ABOVE_SLIP - top)):
        return [page], slip
    if page := one_page(setting, sheet.first_page_end - top):
        return [page], Slip(setting, whole_sheet=True) if slip else None
    foot = sheet.page_end - sheet.slip_end + slip.height + ABOVE_SLIP if slip and torn else 0.0
    return flowing(setting, top, foot), slip
