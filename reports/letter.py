"""The referral letter (转介单): a frozen value in, the bytes of a PDF out. The same value always gives the same bytes.

Layout after GB/T 9704-2012 in its letter form (信函格式): issuer in red 30 mm from the top edge, a red double rule
4 mm below it, number with six-sided brackets, title in bold Song, type area 156 mm wide; and a slip to tear off.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from models.records.letter import LetterValue, Matter
from reports.flow import (
    Cell,
    Piece,
    Type,
    divide,
    height_of,
    paragraph,
    put,
    space,
    table_row,
    tick_list,
)
from reports.lines import Run, break_lines, forget, name_run, shape, width_of
from reports.paper import GREY, HEIGHT, MM, RED, WIDTH, Paper
from reports.printable import UnmaskedNumber, UnprintableText, check, one_line
from reports.wording import day_text, filled, wording

__all__ = ["TEMPLATE", "LetterValue", "UnmaskedNumber", "UnprintableText", "render_letter", "render_letters"]

TEMPLATE = 1
"""The number of this layout and wording. A record and its template number print the same bytes for ever."""

LEFT, MEASURE = 28 * MM, 156 * MM
RULE_LEFT, RULE_RIGHT = 20 * MM, 190 * MM
HEAD_TOP = 30 * MM  # from the upper edge of the sheet to the issuer's mark
NEXT_TOP, PAGE_END = 32 * MM, HEIGHT - 22 * MM
SLIP_END = HEIGHT - 12 * MM
SIZES = (Type(14, 23), Type(13, 21), Type(12, 19.2), Type(11.5, 18), Type(11, 16.4), Type(10.5, 14.8), Type(10.5, 13.9))
FLOWING = Type(12, 19.2)  # for letters that need more than one page
SLIP = Type(10, 13.4)
OUTCOMES = ("accepted", "incomplete", "refused", "done")


def render_letter(value: LetterValue) -> bytes:
    """One letter as a PDF. Raises UnprintableText for a character in no face, UnmaskedNumber for a whole ID number."""
    return render_letters([value])


def render_letters(values: Sequence[LetterValue]) -> bytes:
    """Several letters as one PDF, each from a page of its own. Raises as render_letter, before anything is drawn, and
    ValueError when there is no letter.
    """
    if not values:
        raise ValueError("there is no letter to print")
    for value in values:
        check(value)
    first = values[0]
    words = wording("letter", first.language)
    paper = Paper(
        title=f"{words['title']} {first.number}" if len(values) == 1 else f"{words['title']} ({len(values)})",
        author=first.issuer,
        subject=words["subject"],
        language="zh-CN" if first.language == "zh" else "en",
        day=first.issued_on,
    )
    try:
        for number, value in enumerate(values):
            if number:
                paper.next_page()
            _Letter(value).draw(paper)
    finally:
        forget()
    return paper.finish()


class _Letter:
    """One letter being laid out: shaped once, then tried at several sizes."""

    def __init__(self, value: LetterValue) -> None:
        self.value = value
        self.words: Mapping[str, str] = wording("letter", value.language)
        self.chinese = value.language == "zh"

    def draw(self, paper: Paper) -> None:
        """Draw the letter's pages; the paper stands at the top of an empty page."""
        top = self._head(paper)
        slip, slip_height = self._slip()
        slip_top = SLIP_END - slip_height
        foot = PAGE_END - slip_top + 3 * MM
        pages = self._one_page(slip_top - 3 * MM - top)
        if pages is None:
            pages = divide(list(self._body(FLOWING)), lambda n: PAGE_END - (NEXT_TOP if n else top), foot)
        for number, page in enumerate(pages):
            if number:
                paper.next_page()
                self._running_head(paper, number + 1, len(pages))
            put(paper, page, NEXT_TOP if number else top)
        self._tear_line(paper, slip_top)
        put(paper, slip, slip_top)

    def _one_page(self, room: float) -> list[list[Piece]] | None:
        """The whole body at the largest size that fits, or None. Sizes are halved, not tried one after the other."""
        found = None
        low, high = 0, len(SIZES)
        while low < high:
            middle = (low + high) // 2
            pieces = list(self._body(SIZES[middle]))
            if height_of(pieces) <= room:
                found, high = [pieces], middle
            else:
                low = middle + 1
        return found

    # The head

    def _head(self, paper: Paper) -> float:
        value, words = self.value, self.words
        rule = HEAD_TOP + 9 * MM + 4 * MM
        if value.red_head:
            mark = shape([Run(one_line(value.issuer), "title")])
            natural = width_of(mark)
            size = min(26.0, (RULE_RIGHT - RULE_LEFT - 4 * MM) / natural)
            spacing = 0.0
            if self.chinese and len(mark) > 1:  # short marks are spread
                spacing = max(0.0, min(0.35, (115 * MM / size - natural) / (len(mark) - 1)))
            baseline = HEAD_TOP + 4.5 * MM + 0.38 * size
            paper.text(
                WIDTH / 2,
                baseline,
                size,
                [Run(one_line(value.issuer), "title")],
                align="center",
                spacing=spacing,
                colour=RED,
            )
            paper.rule(RULE_LEFT, rule, RULE_RIGHT, rule, 2.2, RED)
            paper.rule(RULE_LEFT, rule + 2.6, RULE_RIGHT, rule + 2.6, 0.7, RED)
        number = rule + 8 * MM
        paper.text(LEFT + MEASURE, number, 12, one_line(value.number), align="right")
        title = number + 10 * MM
        corrected = value.version > 1
        text = words["title_corrected" if corrected else "title"]
        paper.text(WIDTH / 2, title, 22, text, "title", "center", 0.5 if self.chinese and not corrected else 0.05)
        return title + 5 * MM

    def _running_head(self, paper: Paper, page: int, pages: int) -> None:
        base = 24 * MM
        paper.text(LEFT, base, 10, f"{self.words['title']}　{one_line(self.value.number)}")
        paper.text(LEFT + MEASURE, base, 10, self.words["page"].format(page=page, pages=pages), align="right")
        paper.rule(LEFT, base + 2 * MM, LEFT + MEASURE, base + 2 * MM, 0.5)

    # The body

    def _paragraph(
        self,
        runs: Iterable[Run],
        type_: Type,
        *,
        first: float = 0.0,
        rest: float = 0.0,
        keep: bool = False,
        chinese: bool | None = None,
    ) -> list[Piece]:
        """A paragraph whose first line starts `first` and whose other lines start `rest` points inside the measure."""
        return paragraph(
            shape(runs),
            LEFT,
            MEASURE,
            type_,
            indent=first / type_.size,
            hang=rest / type_.size,
            justify=self.chinese if chinese is None else chinese,
            keep=keep,
        )

    def _body(self, type_: Type) -> Iterator[Piece]:
        value, words = self.value, self.words
        small = type_.smaller(1, 9.5)
        if value.version > 1:
            yield from self._correction(small)
        receiver = words["to"].format(receiver=one_line(value.receiver))
        yield from self._paragraph([Run(receiver)], type_, keep=True)
        if not self.chinese:
            yield space(0.15 * type_.leading)
        body = filled(
            words["body_deceased" if value.deceased else "body"], name=name_run(one_line(value.resident_name))
        )
        yield from self._paragraph(body, type_, first=self._inset(type_))
        yield space(0.35 * type_.leading)
        yield from self._resident(small)
        yield space(0.35 * type_.leading)
        for number, matter in enumerate(value.matters, 1):
            yield from self._matter(number, matter, type_, small)
        documents = tuple(dict.fromkeys(one_line(d) for matter in value.matters for d in matter.documents))
        inset = self._inset(type_)
        if documents:
            yield space(0.25 * type_.leading)
            yield from tick_list([Run(words["documents"], "hei")], documents, LEFT + inset, MEASURE - inset, small)
        if value.remarks:
            yield space(0.25 * type_.leading)
            told = (" " if not self.chinese else "").join(one_line(remark) for remark in value.remarks)
            yield from self._paragraph([Run(words["remarks"], "hei"), Run(told)], small, first=inset, keep=True)
        if value.note:
            yield space(0.25 * type_.leading)
            note = [Run(words["note"], "hei"), Run(one_line(value.note))]
            yield from self._paragraph(note, small, first=inset, keep=True)
        yield space(0.4 * type_.leading)
        yield self._sign_off(small, inset)

    def _inset(self, type_: Type) -> float:
        return 2 * type_.size if self.chinese else 0.0

    def _correction(self, type_: Type) -> Iterator[Piece]:
        value = self.value
        key = "correction" if value.correction_reason else "correction_without_reason"
        reason = one_line(value.correction_reason)
        text = self.words[key].format(version=value.version, replaced=value.version - 1, reason=reason)
        if self.chinese and not text.endswith(("。", "！", "？")):
            text += "。"
        yield table_row([Cell([Run(text, "hei")], MEASURE)], LEFT, type_)
        yield space(0.4 * type_.leading)

    def _resident(self, type_: Type) -> Iterator[Piece]:
        value, words = self.value, self.words
        birth = day_text(words["date"], value.birth_date) if value.birth_date else ""
        document = " ".join(filter(None, (one_line(value.document_kind), one_line(value.document_masked))))
        label, small_label = 20 * MM, 14 * MM
        third = 21 * MM if self.chinese else 24 * MM
        last = 35 * MM if self.chinese else 34 * MM
        sex = 14 * MM if self.chinese else 18 * MM
        name = MEASURE - label - small_label - sex - third - last
        least = type_.leading + 2.2 * MM

        def head(key: str, width: float) -> Cell:
            return Cell([Run(words[key], "hei")], width, centre=True, shrink=True)

        yield table_row(
            [
                head("name", label),
                Cell([name_run(one_line(value.resident_name))], name, shrink=True),
                head("sex", small_label),
                Cell([Run(one_line(value.sex))], sex, centre=True, shrink=True),
                head("birth", third),
                Cell([Run(birth)], last, centre=True, shrink=True),
            ],
            LEFT,
            type_,
            least,
            keep=True,
        )
        yield table_row(
            [
                head("document", label),
                Cell([Run(document, whole=True)], name + small_label + sex, shrink=True),
                head("phone", third),
                Cell([Run(one_line(value.phone), whole=True)], last, centre=True, shrink=True),
            ],
            LEFT,
            type_,
            least,
            keep=True,
        )
        yield table_row(
            [
                head("address", label),
                Cell([Run(one_line(value.address))], MEASURE - label, shrink=len(value.address) < 50),
            ],
            LEFT,
            type_,
            least,
        )

    def _numbered(self, number: int, matter: Matter) -> str:
        numerals = self.words["numerals"].split()
        shown = numerals[number - 1] if number <= len(numerals) else str(number)
        return self.words["matter"].format(n=shown, name=one_line(matter.name))

    def _matter(self, number: int, matter: Matter, type_: Type, small: Type) -> Iterator[Piece]:
        words = self.words
        inset = self._inset(type_)
        rest = 0.0 if self.chinese else 1.3 * type_.size
        title = [Run(self._numbered(number, matter), "title")]
        if matter.amount:
            title.append(Run(words["amount"].format(amount=one_line(matter.amount))))
        followed = bool(matter.reasons or matter.quotes)
        yield from self._paragraph(title, type_, first=inset, rest=rest, keep=followed)
        if matter.reasons:
            sentences = [one_line(reason).rstrip("。；;. ") for reason in matter.reasons]
            text = words["between"].join(filter(None, sentences)) + words["end"]
            reasons = [Run(words["reasons"], "hei"), Run(text)]
            yield from self._paragraph(reasons, small, first=inset or rest, rest=rest)
        for (document, number_of), quotes in groupby(matter.quotes, key=lambda quote: (quote.title, quote.number)):
            named = f"（{one_line(number_of)}）" if number_of else ""
            said = "".join(f"“{one_line(quote.words)}”" for quote in quotes)
            runs = [Run(words["basis"], "hei"), Run(f"《{one_line(document)}》{named}：{said}", "kai")]
            yield from self._paragraph(runs, small, first=inset or rest, rest=rest, chinese=True)
        yield space(0.12 * type_.leading)

    def _sign_off(self, type_: Type, inset: float) -> Piece:
        """Where to go, worker and validity on the left; issuer and date on the right with room for the seal."""
        value, words = self.value, self.words
        issuer = shape([Run(one_line(value.issuer))])
        natural, room = width_of(issuer), 0.48 * MEASURE
        size = max(min(type_.size + 0.5, room / natural), 9.5)
        halves = natural if natural * size <= room + 0.01 else natural / 2 + 2  # two lines of about the same length
        issuer_lines = break_lines(issuer, min(halves, MEASURE / 2 / size), justify=False)
        day = shape([Run(day_text(words["date"], value.issued_on), whole=True)])
        seal = shape([Run(words["seal"])])
        wide = max(max(line.width for line in issuer_lines), width_of(day) + 2 * width_of(seal) + 1) * size
        left = [
            line
            for runs in self._left_of_seal()
            for line in break_lines(shape(runs), (MEASURE - wide - inset - 8 * MM) / type_.size, justify=False)
        ]
        step = 1.3 * type_.leading
        block = (len(issuer_lines) - 1) * type_.leading + step + type_.leading
        height = max(len(left) * type_.leading, block + 4 * MM)

        def draw(paper: Paper, top: float) -> None:
            for number, line in enumerate(left):
                paper.line(LEFT + inset, type_.baseline(top + number * type_.leading), type_.size, line)
            middle = LEFT + MEASURE - wide / 2
            at = top + (height - block) / 2
            for line in issuer_lines:
                paper.line(middle - line.width * size / 2, type_.baseline(at), size, line)
                at += type_.leading
            at += step - type_.leading
            half = width_of(day) * size / 2
            paper.glyphs(middle - half, type_.baseline(at), size, day)
            paper.glyphs(middle + half + size / 2, type_.baseline(at), type_.size, seal, colour=GREY)

        return Piece(height, draw)

    def _left_of_seal(self) -> Iterator[list[Run]]:
        value, words = self.value, self.words
        if value.receiver_address or value.receiver_phone:
            place = [Run(words["place"], "hei"), Run(one_line(value.receiver))]
            if value.receiver_address:
                place += [
                    Run(words["between"] + words["place_address"].format(address=one_line(value.receiver_address)))
                ]
            if value.receiver_phone:
                phone = words["place_phone"].format(phone=one_line(value.receiver_phone))
                place += [Run(words["between"]), Run(phone, whole=True)]
            yield place
        worker = [Run(words["worker"].format(worker=one_line(value.worker)), whole=True)]
        if value.worker_phone:
            phone = words["worker_phone"].format(phone=one_line(value.worker_phone))
            worker += [Run("　" if self.chinese else "  "), Run(phone, whole=True)]
        yield worker
        if value.valid_until:
            yield [Run(words["valid"].format(date=day_text(words["date"], value.valid_until)))]

    # The slip

    def _tear_line(self, paper: Paper, top: float) -> None:
        text = shape([Run(self.words["tear"])])
        size = 8.5
        half = width_of(text) * size / 2 + 2 * MM
        y = top - 1 * MM
        paper.rule(10 * MM, y, WIDTH / 2 - half, y, 0.6, dash="4 3")
        paper.rule(WIDTH / 2 + half, y, WIDTH - 10 * MM, y, 0.6, dash="4 3")
        paper.glyphs(WIDTH / 2 - half + 2 * MM, y + 0.36 * size, size, text, colour=GREY)

    def _slip(self) -> tuple[list[Piece], float]:
        value, words = self.value, self.words
        key = "slip_version" if value.version > 1 else "slip_number"
        number = words[key].format(number=one_line(value.number), version=value.version)
        name = [Run(words["slip_name"]), name_run(one_line(value.resident_name))]
        issuer = words["slip_back"].format(issuer=one_line(value.issuer))
        if value.worker_phone:
            issuer += words["between"] + words["worker_phone"].format(phone=one_line(value.worker_phone))

        def title(paper: Paper, top: float) -> None:
            paper.text(WIDTH / 2, top + 6.5 * MM, 15, words["slip"], "title", "center", 0.15 if self.chinese else 0)

        def who(paper: Paper, top: float) -> None:
            base = SLIP.baseline(top)
            paper.text(LEFT, base, SLIP.size, [Run(number, whole=True)])
            paper.text(LEFT + MEASURE, base, SLIP.size, name, align="right")

        outcome = 22 * MM
        wide = MEASURE - outcome * len(OUTCOMES)
        heads = [Cell([Run(words["slip_matter"], "hei")], wide, centre=True)]
        heads += [Cell([Run(words[key], "hei")], outcome, centre=True, shrink=True) for key in OUTCOMES]
        pieces = [
            Piece(8.5 * MM, title),
            Piece(SLIP.leading + 1 * MM, who),
            table_row(heads, LEFT, SLIP, 5.9 * MM),
        ]
        for place, matter in enumerate(value.matters, 1):
            cells = [Cell([Run(self._numbered(place, matter))], wide, shrink=True)]
            cells += [Cell([], outcome, box=True) for _ in OUTCOMES]
            pieces.append(table_row(cells, LEFT, SLIP, 5.9 * MM))

        def remark(paper: Paper, top: float) -> None:
            base = top + 6.5 * MM
            width = paper.text(LEFT, base, SLIP.size, words["slip_remark"])
            paper.rule(LEFT + width, base + 1, LEFT + MEASURE, base + 1, 0.4)

        def sign(paper: Paper, top: float) -> None:
            base = top + 6.5 * MM
            paper.text(LEFT, base, SLIP.size, words["slip_office"])
            paper.text(LEFT + 63 * MM, base, SLIP.size, words["slip_clerk"])
            if self.chinese:
                paper.text(LEFT + MEASURE, base, SLIP.size, words["slip_date"], align="right")
            else:
                paper.text(LEFT + 124 * MM, base, SLIP.size, words["slip_date"])

        def back(paper: Paper, top: float) -> None:
            glyphs = shape([Run(issuer)])
            size = min(9.0, MEASURE / width_of(glyphs))
            paper.glyphs(LEFT, top + 6.5 * MM, size, glyphs)

        pieces += [Piece(7 * MM, remark), Piece(7.5 * MM, sign), Piece(6.5 * MM, back)]
        return pieces, height_of(pieces)
