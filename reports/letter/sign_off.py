"""The end of a letter: its QR code, where to go, who wrote it, until when it holds; and the issuer with room for the
seal, the date four characters from the right (GB/T 9704-2012, 7.3.5).
"""

from collections.abc import Sequence

from reports.flow import Piece, Type
from reports.letter.setting import Setting
from reports.lines import Line, Run, break_lines, shape, width_of
from reports.paper import GREY, MM, Paper
from reports.printable import one_line
from reports.wording import day_text

QR_SIDE = 23 * MM
"""A side of the code itself: 22 to 25 mm are read from an office's scans (module 0.5 mm at 45 modules)."""
QUIET = 4 * QR_SIDE / 45  # the blank around it: four modules
CAPTION = Type(7.5, 9.6)


MOST_BESIDE = 6  # lines beside the seal; with more of them, where to go stands above it over the whole measure


def sign_off(setting: Setting, type_: Type) -> Piece:
    """All that stands at the end, which stays together: on the left the lines and the code, on the right the seal."""
    sheet = setting.sheet
    seal = _Seal(setting, type_)
    value = setting.value
    coded = value.layout.qr and (value.seal or value.is_draft)
    code = _Code(setting, sheet.measure - seal.wide - 8 * MM) if coded else None
    inset = setting.inset(type_)
    start = max(code.wide, inset) if code else inset
    beside = sheet.measure - start - seal.wide - 8 * MM

    def lines(told: Sequence[Sequence[Run]], room: float) -> list[Sequence[Line]]:
        return [break_lines(shape(runs), room / type_.size, justify=False) for runs in told]

    def high(told: Sequence[Sequence[Line]]) -> float:
        return sum(len(one) for one in told) * type_.leading

    above: list[Sequence[Line]] = []
    left = [] if code or sheet.narrow else lines([*_place(setting), *_told(setting)], beside)
    if left and sum(len(one) for one in left) <= MOST_BESIDE:
        height = max(high(left), seal.height + 4 * MM)
        seal_top = (height - seal.height) / 2
    else:
        whole = sheet.measure - start
        above = lines(_place(setting), whole)
        left = lines(_told(setting), whole if sheet.narrow else beside)
        below = high(left) + seal.height if sheet.narrow else max(high(left), seal.height)
        height = high(above) + below + 1 * MM
        if code:  # the words beneath the code run under the lines beside it
            under = max(QR_SIDE + QUIET, high(above) + high(left))
            height = max(height, under + code.beneath)
        seal_top = height - seal.height

    def draw(paper: Paper, top: float) -> None:
        if code:
            code.draw(paper, top, top + max(QR_SIDE + QUIET, high(above) + high(left)))
        at = top
        for one in (*above, *left):
            with paper.tagged("P"):
                for line in one:
                    paper.line(sheet.left + start, type_.baseline(at), type_.size, line)
                    at += type_.leading
        seal.draw(paper, top + seal_top)

    return Piece(height, draw)


class _Code:
    """The QR code with the words beneath it that say how to check it."""

    def __init__(self, setting: Setting, room: float) -> None:
        self.setting = setting
        self.wide = QR_SIDE + QUIET + 1.5 * MM
        self.captions: list[tuple[str, Sequence[Line]]] = []
        for language, text in (("", setting.words["check"]), ("en", setting.words.beneath("check"))):
            if text:
                caption = break_lines(shape([Run(text)]), max(room, self.wide) / CAPTION.size, justify=False)
                self.captions.append((language, caption))
        self.beneath = sum(len(lines) for _, lines in self.captions) * CAPTION.leading

    def draw(self, paper: Paper, top: float, under: float) -> None:
        """Draw the code at top and the words beneath it from `under` on; on a draft the place where it will be."""
        left, value = self.setting.sheet.left, self.setting.value
        if value.seal:
            from reports.qr import draw as draw_code  # only for letters with one: it brings the library that makes them

            with paper.tagged("Figure", alt=self.setting.words["check"]):
                draw_code(paper, value.seal, left, top, QR_SIDE / MM)
        else:
            draw_draft(paper, value.number, left, top, QR_SIDE, QR_SIDE)
        at = under
        for language, lines in self.captions:
            with paper.tagged("P", language=language):
                for line in lines:
                    paper.line(left, CAPTION.baseline(at), CAPTION.size, line)
                    at += CAPTION.leading


def draw_draft(paper: Paper, number: str, left: float, top: float, width: float, height: float) -> None:
    """On a draft, where a code will be: a grey frame of its size that no reader takes for one."""
    said = shape([Run(number.strip("（）()"), "hei")])
    size = min(14.0, 0.6 * height, 0.8 * width / width_of(said))
    with paper.unsaid(), paper.tagged("P"):
        paper.frame(left, top, width, height, 0.6, dash="3 2", colour=GREY)
        middle = left + (width - width_of(said) * size) / 2
        paper.glyphs(middle, top + height / 2 + 0.36 * size, size, said, colour=GREY)


class _Seal:
    """The right side: the issuer over the date, both around one middle, and the place of the seal."""

    def __init__(self, setting: Setting, type_: Type) -> None:
        sheet, words = setting.sheet, setting.words
        self.right, self.type = sheet.right, type_
        issuer = shape([Run(one_line(setting.value.issuer))])
        natural, room = width_of(issuer), 0.48 * sheet.measure
        self.size = size = max(min(type_.size + 0.5, room / natural), min(9.5, type_.size))
        halves = natural if natural * size <= room + 0.01 else natural / 2 + 2  # two lines of about the same length
        self.lines = break_lines(issuer, min(halves, sheet.measure / 2 / size), justify=False)
        self.day = shape([Run(day_text(words["date"], setting.value.issued_on), whole=True)])
        self.mark = shape([Run(words["seal"])])
        longest = max(line.width for line in self.lines) * size
        day = width_of(self.day) * size
        free = max(4 * size, (0.5 + width_of(self.mark)) * size)  # to the right of the date: four characters
        self.middle = self.right - max(free + day / 2, longest / 2)
        self.wide = max(self.right - self.middle + max(day, longest) / 2, longest)
        self.step = 1.3 * type_.leading
        self.height = (len(self.lines) - 1) * type_.leading + self.step + type_.leading

    def draw(self, paper: Paper, top: float) -> None:
        at, type_, size = top, self.type, self.size
        with paper.tagged("P"):
            for line in self.lines:
                paper.line(self.middle - line.width * size / 2, type_.baseline(at), size, line)
                at += type_.leading
        at += self.step - type_.leading
        half = width_of(self.day) * size / 2
        with paper.tagged("P"):
            paper.glyphs(self.middle - half, type_.baseline(at), size, self.day)
        with paper.tagged("P"):
            paper.glyphs(self.middle + half + size / 2, type_.baseline(at), type_.size, self.mark, colour=GREY)


def _place(setting: Setting) -> list[list[Run]]:
    value, words = setting.value, setting.words
    if not value.receiver_address and not value.receiver_phone:
        return []
    place = [Run(words.label("place"), "hei"), Run(one_line(value.receiver))]
    if value.receiver_address:
        address = words.labelled("place_address", address=one_line(value.receiver_address))
        place.append(Run(words["between"] + address))
    if value.receiver_phone:
        phone = words.labelled("place_phone", phone=one_line(value.receiver_phone))
        place += [Run(words["between"]), Run(phone, whole=True)]
    return [place]


def _told(setting: Setting) -> list[list[Run]]:
    value, words = setting.value, setting.words
    told = [[Run(words.labelled("worker", worker=one_line(value.worker)), whole=True)]]
    if value.worker_phone:
        phone = Run(words.labelled("worker_phone", phone=one_line(value.worker_phone)), whole=True)
        if words.both:  # with two labels they would not stand on one line
            told.append([phone])
        else:
            told[0] += [Run("　" if setting.chinese else "  "), phone]
    if value.valid_until:
        day = day_text(words["date"], value.valid_until)
        before, found, after = words.labelled("valid", date=day).rpartition(day)
        told.append([Run(before), Run(found, whole=True), *([Run(after)] if after else [])])  # no day is broken
    return told
