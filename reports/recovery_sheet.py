"""The recovery code on paper (恢复码): one sheet to be sealed in an envelope. It is drawn once and kept nowhere."""

from collections.abc import Iterator, Mapping
from datetime import date

from reports.flow import Piece, Type, paragraph, put, space
from reports.lines import Run, shape
from reports.paper import MM, WIDTH, Paper
from reports.printable import check, one_line
from reports.sheet import Language, SheetValue, draw_sheet, fact_row, signature_lines
from reports.wording import day_text, wording

LEFT, MEASURE = 22 * MM, 166 * MM
TOP = 40 * MM
TEXT, HEADING, ROW = Type(11, 17), Type(12, 20), Type(11, 16)
CODE = 21.0
LABEL = 26 * MM
_GROUPS_A_LINE = 3


class RecoverySheet(SheetValue):
    """The code and what it belongs to. casebook: the first characters of its identity, so that two sheets are told
    apart.
    """

    language: Language = "zh"
    office: str
    maker: str
    casebook: str
    code: str  # groups with dashes
    made_on: date


def render_recovery_sheet(value: RecoverySheet) -> bytes:
    """The sheet. Raises UnprintableText for a character in no face."""
    check(value)
    words = wording("recovery", value.language)

    def draw(paper: Paper) -> None:
        with paper.tagged("H1"):
            wide = 0.4 if value.language == "zh" else 0.0
            paper.text(WIDTH / 2, 28 * MM, 24, words["title"], "title", "center", wide)
        bottom = put(paper, list(_content(value, words)), TOP)
        signature_lines(paper, words, ("seal", "opened"), LEFT, MEASURE, bottom + 18 * MM, gap=8 * MM, below=10 * MM)

    return draw_sheet(
        draw,
        title=words["title"],
        author=value.office,
        subject=words["subject"],
        language=value.language,
        day=value.made_on,
    )


def _content(value: RecoverySheet, words: Mapping[str, str]) -> Iterator[Piece]:
    facts = (
        ("office", Run(one_line(value.office))),
        ("made", Run(day_text(words["date"], value.made_on))),
        ("maker", Run(one_line(value.maker))),
        ("casebook", Run(value.casebook)),
    )
    for row in (facts[:2], facts[2:]):
        yield fact_row(words, row, LEFT, MEASURE, LABEL, ROW, 9 * MM)
    yield space(8 * MM)
    yield from paragraph(shape([Run(words["code"], "hei")]), LEFT, MEASURE, TEXT, indent=0, keep=True)
    yield space(2 * MM)
    groups = value.code.split("-")
    lines = ["  ".join(groups[at : at + _GROUPS_A_LINE]) for at in range(0, len(groups), _GROUPS_A_LINE)]
    height = (len(lines) * CODE * 1.7) + 8 * MM

    def frame(paper: Paper, top: float) -> None:
        paper.frame(LEFT, top, MEASURE, height, 1.2)
        with paper.tagged("P"):
            for place, line in enumerate(lines):
                base = top + 4 * MM + CODE * (1.2 + 1.7 * place)
                paper.text(WIDTH / 2, base, CODE, line, "hei", "center", 0.12)

    yield Piece(height, frame)
    yield space(6 * MM)
    for name in ("how", "keep"):
        yield from paragraph(shape([Run(words[f"{name}_h"], "hei")]), LEFT, MEASURE, HEADING, indent=0, keep=True)
        for line in words[name].strip().splitlines():
            justify = value.language == "zh"
            yield from paragraph(shape([Run(line)]), LEFT, MEASURE, TEXT, indent=0, justify=justify)
            yield space(1 * MM)
        yield space(2 * MM)
