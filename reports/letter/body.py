"""The body of a letter: the sentence, the resident's table, the matters with their policy, what to bring; and how it
is fitted to one page or flows to the next.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from models.records.letter import Matter
from reports.flow import Cell, Piece, Type, divide, height_of, paragraph, put, space, table_row, tick_list
from reports.letter.setting import Setting
from reports.letter.sign_off import sign_off
from reports.lines import Run, name_run, shape
from reports.paper import MM, Paper
from reports.printable import one_line
from reports.wording import day_text, filled

SIZES = (Type(14, 23), Type(13, 21), Type(12, 19.2), Type(11.5, 18), Type(11, 16.4), Type(10.5, 14.8), Type(10.5, 13.9))
SMALLER = (Type(10, 13), Type(9.5, 12.2))  # only for two languages, and for small paper
SLACK = 1.05  # not everything grows with the letters: codes, boxes, the least height of a row
LEAST_NAME = 24 * MM  # the cell of the name: where its row leaves less, the table is folded
FLOWING, FLOWING_SMALL = Type(12, 19.2), Type(10.5, 14.8)  # for letters that need more than one page


class Page:
    """What stands on one page between its head and its foot."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces

    def draw(self, paper: Paper, top: float) -> None:
        """Draw it from `top` on."""
        put(paper, self._pieces, top)


def flowing(setting: Setting, top: float, foot: float) -> list[Page]:
    """The body on several pages, of which the first starts at top and the last keeps `foot` free at its end."""
    sheet = setting.sheet
    type_ = FLOWING_SMALL if sheet.narrow else FLOWING
    first = sheet.first_page_end - top

    def room(page: int) -> float:
        return sheet.page_end - sheet.next_top if page else first

    return [Page(page) for page in divide(list(_body(setting, type_)), room, foot)]


def one_page(setting: Setting, room: float) -> Page | None:
    """The whole body at the largest size that fits, or None.

    Each size tried tells about how high the others would be (as the square of the letters), so that two are enough.
    """
    sizes = SIZES + SMALLER if setting.words.both or setting.sheet.narrow else SIZES
    found = None
    low, high = 0, len(sizes)  # larger than low does not fit, high does
    at = _likely(setting, sizes, room)
    while low < high:
        pieces = list(_body(setting, sizes[at]))
        height = height_of(pieces)
        if height <= room:
            found, high = pieces, at
        else:
            low = at + 1
        area = SLACK * sizes[at].size * sizes[at].leading * room / height
        at = next((n for n in range(low, high) if sizes[n].size * sizes[n].leading <= area), high)
        if at == high:
            if found is not None:
                break
            at -= 1
    return Page(found) if found is not None else None


def _likely(setting: Setting, sizes: Sequence[Type], room: float) -> int:
    """Which size will about do, from how much there is to say: only where to begin trying."""
    value, wide = setting.value, 1.0 if setting.chinese else 0.55
    if setting.words.both:
        wide = 1.6
    said = [70, len(value.note), sum(map(len, value.remarks)), len(value.address), len(value.receiver_address) + 30]
    for matter in value.matters:
        said += [len(matter.name) + len(matter.amount), sum(map(len, matter.reasons))]
        said += [len(quote.title) + len(quote.words) + 14 for quote in matter.quotes]
    rows = 2 + sum(len(matter.documents) for matter in value.matters) / 3
    for place, type_ in enumerate(sizes):
        letters = setting.sheet.measure / (type_.size - 0.5) / wide
        lines = rows + sum(1 + length // letters for length in said if length)
        if lines * (type_.leading - 2) + 3 * (type_.leading + 5) + 30 * MM <= room:
            return place
    return len(sizes) - 1


def _paragraph(
    setting: Setting,
    runs: Iterable[Run],
    type_: Type,
    *,
    first: float = 0.0,
    rest: float = 0.0,
    keep: bool = False,
    chinese: bool | None = None,
    kind: str = "P",
    language: str = "",
) -> list[Piece]:
    """A paragraph whose first line starts `first` and whose other lines start `rest` points inside the measure."""
    return paragraph(
        shape(runs),
        setting.sheet.left,
        setting.sheet.measure,
        type_,
        indent=first / type_.size,
        hang=rest / type_.size,
        justify=setting.chinese if chinese is None else chinese,
        keep=keep,
        kind=kind,
        language=language,
    )


def _english(setting: Setting, runs: Sequence[Run], type_: Type, *, keep: bool = False) -> list[Piece]:
    """The English beneath a Chinese paragraph: smaller, two characters in, ragged."""
    own = type_.smaller(1, 8.5)
    inset = 2 * type_.size
    return _paragraph(setting, runs, own, first=inset, rest=inset, keep=keep, chinese=False, language="en")


def _body(setting: Setting, type_: Type) -> Iterator[Piece]:
    value, words = setting.value, setting.words
    small = type_.smaller(1, 8.5 if words.both else 9.5)
    if value.version > 1:
        yield from _correction(setting, small)
    receiver = words["to"].format(receiver=one_line(value.receiver))
    yield from _paragraph(setting, [Run(receiver)], type_, keep=True)
    if not setting.chinese:
        yield space(0.15 * type_.leading)
    key, name = "body_deceased" if value.deceased else "body", name_run(one_line(value.resident_name))
    sentence = filled(words[key], name=name)
    yield from _paragraph(setting, sentence, type_, first=setting.inset(type_))
    if words.both:
        yield from _english(setting, filled(words.english(key), name=name), small)
    gap = 0.25
    for block in dict.fromkeys(value.layout.blocks):
        make = _BLOCKS.get(block)
        pieces = list(make(setting, type_, small)) if make else []
        if pieces:
            wide = 0.35 if block in ("resident", "matters") else 0.25
            yield space(max(gap, wide) * type_.leading)
            yield from pieces
            gap = wide if block == "resident" else 0.25
    yield space(0.4 * type_.leading)
    yield sign_off(setting, small)


def _correction(setting: Setting, type_: Type) -> Iterator[Piece]:
    value, words = setting.value, setting.words
    key = "correction" if value.correction_reason else "correction_without_reason"
    facts = {
        "version": value.version,
        "replaced": value.version - 1,
        "reason": one_line(value.correction_reason),
    }
    text = words[key].format(**facts)
    if setting.chinese and not text.endswith(("。", "！", "？")):
        text += "。"
    beneath = words.beneath("correction_without_reason").format(**facts)
    cell = Cell([Run(text, "hei")], setting.sheet.measure, under=[Run(beneath)] if beneath else ())
    yield table_row([cell], setting.sheet.left, type_)
    yield space(0.4 * type_.leading)


def _resident(setting: Setting, _type: Type, type_: Type) -> Iterator[Piece]:
    value, words, sheet = setting.value, setting.words, setting.sheet
    birth = day_text(words["date"], value.birth_date) if value.birth_date else ""
    document = " ".join(filter(None, (one_line(value.document_kind), one_line(value.document_masked))))
    scale = 1.0 if not sheet.narrow else 0.85
    widths = (24, 16, 26, 32, 19) if words.both else (20, 14, 21, 35, 14) if setting.chinese else (20, 14, 24, 34, 18)
    label, small_label, third, last, sex = (width * MM * scale for width in widths)
    least = type_.leading + 2.2 * MM

    def head(key: str, width: float) -> Cell:
        return Cell([Run(words.label(key), "hei")], width, centre=True, shrink=True)

    def row(*cells: Cell, keep: bool = True) -> Piece:
        return table_row(cells, sheet.left, type_, least, keep=keep)

    def fact(runs: Sequence[Run], width: float, centre: bool = False) -> Cell:
        return Cell(runs, width, centre=centre, shrink=True)

    name = [name_run(one_line(value.resident_name))]
    address = Cell([Run(one_line(value.address))], sheet.measure - label, shrink=len(value.address) < 50)
    gender, phone = [Run(one_line(value.sex))], [Run(one_line(value.phone), whole=True)]
    identity = [Run(document, whole=True)]
    if sheet.narrow or sheet.measure - label - small_label - sex - third - last < LEAST_NAME:
        wide = sheet.measure - label - small_label - sex
        yield row(head("name", label), fact(name, wide), head("sex", small_label), fact(gender, sex, True))
        wide = sheet.measure - 2 * label - last
        yield row(head("birth", label), fact([Run(birth)], wide), head("phone", label), fact(phone, last, True))
        yield row(head("document", label), fact(identity, sheet.measure - label))
    else:
        wide = sheet.measure - label - small_label - sex - third - last
        yield row(
            head("name", label),
            fact(name, wide),
            head("sex", small_label),
            fact(gender, sex, True),
            head("birth", third),
            fact([Run(birth)], last, True),
        )
        yield row(
            head("document", label),
            fact(identity, wide + small_label + sex),
            head("phone", third),
            fact(phone, last, True),
        )
    yield row(head("address", label), address, keep=False)


def numbered(setting: Setting, number: int, name: str) -> str:
    """A matter's name with its number: 一、高龄老年人生活补贴."""
    numerals = setting.words["numerals"].split()
    shown = numerals[number - 1] if number <= len(numerals) else str(number)
    return setting.words["matter"].format(n=shown, name=one_line(name))


def _matters(setting: Setting, type_: Type, small: Type) -> Iterator[Piece]:
    for number, matter in enumerate(setting.value.matters, 1):
        yield from _matter(setting, number, matter, type_, small)


def _sentences(setting: Setting, reasons: Iterable[str], english: bool) -> str:
    words = setting.words
    said = [one_line(reason).rstrip("。；;. ") for reason in reasons]
    between, end = (words.english("between"), words.english("end")) if english else (words["between"], words["end"])
    return between.join(filter(None, said)) + end


def _matter(setting: Setting, number: int, matter: Matter, type_: Type, small: Type) -> Iterator[Piece]:
    words = setting.words
    inset = setting.inset(type_)
    rest = 0.0 if setting.chinese else 1.3 * type_.size
    title = [Run(numbered(setting, number, matter.name), "title")]
    if matter.amount:
        title.append(Run(words["amount"].format(amount=one_line(matter.amount))))
    english = []
    if words.both and matter.name_en:
        english.append(Run(one_line(matter.name_en), "title"))
        if matter.amount_en:
            english.append(Run(words.english("amount").format(amount=one_line(matter.amount_en))))
    followed = bool(matter.reasons or matter.quotes)
    yield from _paragraph(setting, title, type_, first=inset, rest=rest, keep=followed or bool(english), kind="H2")
    if english:
        yield from _english(setting, english, small, keep=followed)
    if matter.reasons:
        reasons = [Run(words.label("reasons"), "hei"), Run(_sentences(setting, matter.reasons, english=False))]
        if words.both and matter.reasons_en:
            reasons.append(Run(_sentences(setting, matter.reasons_en, english=True)))
        ragged = None if not words.both else False
        yield from _paragraph(setting, reasons, small, first=inset or rest, rest=rest, chinese=ragged)
    for (document, number_of), quotes in groupby(matter.quotes, key=lambda quote: (quote.title, quote.number)):
        named = f"（{one_line(number_of)}）" if number_of else ""
        said = "".join(f"“{one_line(quote.words)}”" for quote in quotes)
        runs = [Run(words.label("basis"), "hei"), Run(f"《{one_line(document)}》{named}：{said}", "kai")]
        language = "" if setting.chinese else "zh-CN"
        yield from _paragraph(setting, runs, small, first=inset or rest, rest=rest, chinese=True, language=language)
    yield space(0.12 * type_.leading)


def _documents(setting: Setting, type_: Type, small: Type) -> Iterator[Piece]:
    """What to bring, each paper once though two matters ask for it."""
    told: dict[str, str] = {}
    for matter in setting.value.matters:
        translated = matter.documents_en if setting.words.both else ()
        for place, document in enumerate(matter.documents):
            english = one_line(translated[place]) if place < len(translated) else ""
            told.setdefault(one_line(document), english)
    if told:
        inset = setting.inset(type_)
        items = [f"{document} {english}".rstrip() for document, english in told.items()]
        label = [Run(setting.words.label("documents"), "hei")]
        yield from tick_list(label, items, setting.sheet.left + inset, setting.sheet.measure - inset, small)


def _remarks(setting: Setting, type_: Type, small: Type) -> Iterator[Piece]:
    value, words = setting.value, setting.words
    if value.remarks:
        told = (" " if not setting.chinese else "").join(one_line(remark) for remark in value.remarks)
        runs = [Run(words.label("remarks"), "hei"), Run(told)]
        if words.both and value.remarks_en:
            runs.append(Run(" ".join(one_line(remark) for remark in value.remarks_en)))
        ragged = None if not words.both else False
        yield from _paragraph(setting, runs, small, first=setting.inset(type_), keep=True, chinese=ragged)


def _note(setting: Setting, type_: Type, small: Type) -> Iterator[Piece]:
    if setting.value.note:
        note = [Run(setting.words.label("note"), "hei"), Run(one_line(setting.value.note))]
        yield from _paragraph(setting, note, small, first=setting.inset(type_), keep=True)


_BLOCKS: dict[str, Callable[[Setting, Type, Type], Iterator[Piece]]] = {
    "resident": _resident,
    "matters": _matters,
    "documents": _documents,
    "remarks": _remarks,
    "note": _note,
}
