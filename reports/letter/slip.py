"""The receipt of a letter (转介回执): torn off its foot, or on a sheet of its own; it closes the loop by its code."""

from collections.abc import Callable
from typing import Any

from reports.flow import Cell, Piece, Type, height_of, put, space, table_row
from reports.letter.body import numbered
from reports.letter.setting import Setting
from reports.letter.sign_off import draw_draft
from reports.lines import Run, break_lines, name_run, shape, width_of
from reports.paper import GREY, MM, Paper
from reports.printable import one_line
from reports.wording import day_text

OUTCOMES = ("accepted", "incomplete", "refused", "done")
BAR = 0.85  # points: the narrowest bar of the code, read at 203 dpi
BARS_HIGH = 7.5 * MM
DRAFT_BARS = 36 * MM  # about as wide as the bars of a code
ONE_ROW = 150 * MM  # the least measure on which office, clerk and date sign side by side
REMARK_LINES = 5  # on a sheet of its own


class Slip:
    """The receipt laid out: its height, and how to draw it from its top on."""

    def __init__(self, setting: Setting, whole_sheet: bool) -> None:
        self.setting, self.whole_sheet = setting, whole_sheet
        self.type = Type(12, 17) if whole_sheet and not setting.sheet.narrow else Type(10, 13.4)
        self.row = 9 * MM if whole_sheet else 5.9 * MM
        self.pieces = self._pieces()
        self.height = height_of(self.pieces)

    def draw(self, paper: Paper, top: float) -> None:
        """Draw it, with the line to tear along where it is on the letter's own sheet."""
        if not self.whole_sheet:
            self._tear_line(paper, top)
        with paper.tagged("Sect"):
            put(paper, self.pieces, top)

    def _tear_line(self, paper: Paper, top: float) -> None:
        words, (width, _height) = self.setting.words, self.setting.sheet.size
        text = shape([Run(" ".join(filter(None, (words["tear"], words.beneath("tear")))))])
        size = min(8.5, (width - 24 * MM) / width_of(text))
        half = width_of(text) * size / 2 + 2 * MM
        y = top - 1 * MM
        edge = 10 * MM
        if width / 2 - half > edge:
            paper.rule(edge, y, width / 2 - half, y, 0.6, dash="4 3")
            paper.rule(width / 2 + half, y, width - edge, y, 0.6, dash="4 3")
        paper.glyphs(width / 2 - half + 2 * MM, y + 0.36 * size, size, text, colour=GREY)

    def _pieces(self) -> list[Piece]:
        pieces = [self._title(), self._who(), self._heads()]
        pieces += [self._matter(place) for place in range(len(self.setting.value.matters))]
        if self.whole_sheet:
            pieces.append(space(4 * MM))
        pieces.append(self._remark())
        pieces += self._signatures()
        pieces += self._back()
        return pieces

    def _title(self) -> Piece:
        setting, sheet = self.setting, self.setting.sheet
        value, words = setting.value, setting.words
        scale = 1.45 if self.whole_sheet else 1.0
        beneath = words.beneath("slip")
        with_code = bool(value.code) or value.is_draft
        coded = BARS_HIGH + 6.2 * MM if with_code else 0.0
        height = max(8.5 * MM * scale + (3.5 * MM if beneath else 0), coded)
        bars = _bars(value.code) if value.code else []
        wide = max((x + width for x, width in bars), default=0.0) * BAR
        at_left = sheet.narrow and with_code

        def draw(paper: Paper, top: float) -> None:
            x, align = (sheet.left, "left") if at_left else (sheet.left + sheet.measure / 2, "center")
            spacing = 0.15 if setting.chinese else 0
            with paper.tagged("H2"):
                paper.text(x, top + 6.5 * MM * scale, 15 * scale, words["slip"], "title", align, spacing)  # type: ignore[arg-type]
            if beneath:
                with paper.tagged("P", language="en"):
                    paper.text(x, top + 6.5 * MM * scale + 4 * MM, 9, beneath, align=align)  # type: ignore[arg-type]
            if value.code:
                start = sheet.right - wide
                with paper.tagged("Figure", alt=words["slip_code"].format(code=value.code)):
                    high = BARS_HIGH / BAR
                    paper.fill(((x, 0, width, high) for x, width in bars), unit=BAR, at=(start, top + 1.8 * MM))
                text = words.labelled("slip_code", code=one_line(value.code))
                paper.text(sheet.right, top + BARS_HIGH + 5 * MM, 8.5, text, align="right")
            elif value.is_draft:
                draw_draft(paper, value.number, sheet.right - DRAFT_BARS, top + 1.8 * MM, DRAFT_BARS, BARS_HIGH)

        return Piece(height, draw)

    def _who(self) -> Piece:
        value, words, measure = self.setting.value, self.setting.words, self.setting.sheet.measure
        key = "slip_version" if value.version > 1 else "slip_number"
        number = Run(words[key].format(number=one_line(value.number), version=value.version), whole=True)
        name = [Run(words["slip_name"]), name_run(one_line(value.resident_name))]
        wide = min(width_of(shape([number])) * self.type.size + 3.4 * MM, 0.55 * measure)
        cells = [Cell([number], wide, shrink=True), Cell(name, measure - wide, shrink=True)]
        return table_row(cells, self.setting.sheet.left, self.type, self.row)

    def _columns(self) -> tuple[float, float]:
        measure = self.setting.sheet.measure
        outcome = min(22 * MM, 0.155 * measure)
        return measure - outcome * len(OUTCOMES), outcome

    def _heads(self) -> Piece:
        words = self.setting.words
        wide, outcome = self._columns()
        heads = [Cell([Run(words["slip_matter"], "hei")], wide, centre=True)]
        heads += [Cell([Run(words[key], "hei")], outcome, centre=True, shrink=True) for key in OUTCOMES]
        return table_row(heads, self.setting.sheet.left, self.type, self.row)

    def _matter(self, place: int) -> Piece:
        matter = self.setting.value.matters[place]
        wide, outcome = self._columns()
        cells = [Cell([Run(numbered(self.setting, place + 1, matter.name))], wide, shrink=True)]
        cells += [Cell([], outcome, box=True) for _ in OUTCOMES]
        return table_row(cells, self.setting.sheet.left, self.type, self.row)

    def _remark(self) -> Piece:
        sheet, words, size = self.setting.sheet, self.setting.words, self.type.size
        lines = REMARK_LINES if self.whole_sheet else 1

        def draw(paper: Paper, top: float) -> None:
            base = top + 6.5 * MM
            width = paper.text(sheet.left, base, size, words["slip_remark"])
            paper.rule(sheet.left + width, base + 1, sheet.right, base + 1, 0.4)
            for line in range(1, lines):
                y = base + 1 + line * 9 * MM
                paper.rule(sheet.left, y, sheet.right, y, 0.4)

        return Piece(7 * MM + (lines - 1) * 9 * MM, draw)

    def _signatures(self) -> list[Piece]:
        """Who signs and seals: side by side, or where that has no room one under the other."""
        sheet, words, size = self.setting.sheet, self.setting.words, self.type.size
        step = 12 * MM if self.whole_sheet else 7.5 * MM

        def one(key: str, x: float, align: str = "left") -> Callable[[Paper, float], None]:
            def draw(paper: Paper, top: float) -> None:
                paper.text(x, top + step - 1 * MM, size, words[key], align=align)  # type: ignore[arg-type]

            return draw

        left = sheet.left
        if sheet.measure < ONE_ROW or self.whole_sheet:
            date = one("slip_date", sheet.left + 0.55 * sheet.measure)
            office, clerk = one("slip_office", left), one("slip_clerk", left)
            return [Piece(step, office), Piece(step, lambda paper, top: (clerk(paper, top), date(paper, top))[0])]
        date = one("slip_date", sheet.right, "right") if self.setting.chinese else one("slip_date", left + 124 * MM)
        row = (one("slip_office", left), one("slip_clerk", left + 63 * MM), date)

        def draw(paper: Paper, top: float) -> None:
            for part in row:
                part(paper, top)

        return [Piece(step, draw)]

    def _back(self) -> list[Piece]:
        """To whom it goes back, and by when."""
        setting, sheet = self.setting, self.setting.sheet
        value, words = setting.value, setting.words
        told = words["slip_back"].format(issuer=one_line(value.issuer))
        if value.worker_phone:
            told += words["between"] + words["worker_phone"].format(phone=one_line(value.worker_phone))
        runs = [Run(told)]
        if value.reply_by:
            asked = words["slip_reply"].format(date=day_text(words["date"], value.reply_by))
            runs = [Run(asked, "hei"), Run("　" if setting.chinese else "  "), *runs]
        glyphs = shape(runs)
        size = min(9.0 if not self.whole_sheet else 11.0, max(sheet.measure / width_of(glyphs), 8.0))
        lines = break_lines(glyphs, sheet.measure / size, justify=False)
        first = 2.5 * MM if not self.whole_sheet else 6 * MM

        def draw(paper: Paper, top: float) -> None:
            with paper.tagged("P"):
                for place, line in enumerate(lines):
                    paper.line(sheet.left, top + first + 4 * MM + place * 1.3 * size, size, line)

        return [Piece(first + 4 * MM + (len(lines) - 1) * 1.3 * size, draw)]


def _bars(code: str) -> list[tuple[int, int]]:
    """The black bars of a code in Code 128: where each starts and how wide it is, in narrowest bars."""
    import zxingcpp  # only where there is a code

    made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128)
    picture: Any = made.to_image(scale=1, add_quiet_zones=False)
    bars: list[tuple[int, int]] = []
    row = list(bytes(memoryview(picture)[:1]))
    for place, shade in enumerate(row):
        if shade < 128:
            if bars and sum(bars[-1]) == place:
                bars[-1] = (bars[-1][0], bars[-1][1] + 1)
            else:
                bars.append((place, 1))
    return bars
