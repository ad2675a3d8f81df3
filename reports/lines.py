"""Break Chinese and Latin text into lines and fill the measure. Pure arithmetic in em; no ReportLab here.

The rules are those of GB/T 15834-2011 (5.1: marks that may not start or end a line, dashes and ellipses that may not
be cut, the middle dot of half a character) and of the usual Chinese composition: two marks side by side share their
blank halves, a closing mark at the end of a line gives its blank half back, numbers and Latin words are never cut,
and what is left of the measure goes between Chinese characters, never into a number, a Latin word or a name.
"""

import itertools
from collections.abc import Hashable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from reports.fonts import covering, has, last_resorts
from reports.typeface import typeface

MAX_STRETCH = 0.25
"""The widest gap put between two Chinese characters, in em; a line that would need more stays ragged."""

OPENING = frozenset("（《〈「『【〔〖“‘([{")
CLOSING = frozenset("）》〉」』】〕〗”’)]}")
PAUSES = frozenset("，。、；：！？．,.;:!?")
NO_START = CLOSING | PAUSES | frozenset("·・‧—…～~％%‰℃")
NO_END = OPENING | frozenset("￥¥$＃#№")
UNITS = frozenset("号元年月日岁人户条次楼门室层个张份分时点级类万亿")  # stay with the number before them
TIED = frozenset("—…")  # come in pairs that may not be cut
WIDE_OPENING = frozenset("（《〈「『【〔〖“‘")  # drawn in the right half of their square
WIDE_CLOSING = frozenset("）》〉」』】〕〗”’，。、；：．")  # drawn in the left half
QUOTES = frozenset("“”‘’")
MARKS = WIDE_OPENING | WIDE_CLOSING | QUOTES | {"—"}  # may change beside their neighbours
DIGITS = frozenset("0123456789")


class Run(NamedTuple):
    """Some text in one face. A whole run (a name, a number) is not broken when it fits a line, and never stretched."""

    text: str
    face: str = "song"
    whole: bool = False


class Glyph:
    """One character to print: its face, its advance and its shift to the right in em, and what may happen after it."""

    __slots__ = (
        "advance",
        "break_after",
        "character",
        "face",
        "kind",
        "last_advance",
        "natural",
        "shift",
        "stretch_after",
        "whole",
    )

    def __init__(self, character: str, face: str, kind: str, advance: float, shift: float, whole: int) -> None:
        self.character = character
        self.face = face
        self.kind = kind  # "han", "latin", "space"
        self.natural = advance - 2 * shift if shift else advance  # as the face has it
        self.advance = advance
        self.last_advance = advance  # at the end of a line
        self.shift = shift
        self.whole = whole  # the number of the whole run it belongs to; 0: none
        self.break_after = False
        self.stretch_after = False

    def moved_left(self, blank: float) -> "Glyph":
        """The same glyph without the blank before it, in em."""
        glyph = Glyph(self.character, self.face, self.kind, self.advance - blank, self.shift - blank, self.whole)
        glyph.last_advance = self.last_advance - blank
        glyph.natural = self.natural
        glyph.break_after, glyph.stretch_after = self.break_after, self.stretch_after
        return glyph


class Shaped(list[Glyph]):
    """The glyphs of a text, with what was already made of it: letters repeat their texts."""

    __slots__ = ("broken", "natural", "set")

    def __init__(self) -> None:
        super().__init__()
        self.broken: dict[tuple[float, float, bool], tuple[Line, ...]] = {}  # by measure, indent and justification
        self.natural = -1.0  # width on one line
        self.set: dict[Hashable, Any] = {}  # for who sets it on a page


class Line(NamedTuple):
    """One line: its glyphs, its natural width in em and the gap in em to put at every place that may stretch."""

    glyphs: Sequence[Glyph]
    width: float
    stretch: float

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(g.character for g in self.glyphs)

    @property
    def filled(self) -> float:
        """The width in em with the gaps put in."""
        return self.width + self.stretch * sum(g.stretch_after for g in self.glyphs[:-1])


@cache
def _kind(character: str) -> str:
    if character in " \u00a0":
        return "space"
    if character in QUOTES or character in TIED or character == "·":
        return "han"  # quotes between Latin letters are made narrow by their neighbours
    return "latin" if ord(character) < 0x2000 else "han"


@cache
def face_for(character: str, wanted: str) -> str:
    """The face for one character of running text: Latin, digits and quotes inside Kai come from Song (LXGW WenKai's are
    set for another style); a character the wanted face lacks comes from a fallback. Raises KeyError if no face has it.
    """
    if wanted == "kai" and (_kind(character) != "han" or character in QUOTES):
        wanted = "song"
    for face in last_resorts(wanted):
        if has(face, character):
            return face
    raise KeyError(character)


@cache
def _drawn(character: str, wanted: str) -> tuple[str, str, float, float]:
    face = face_for(character, wanted)
    width = typeface(face).width(character)
    kind = _kind(character)
    if character == "·":
        return face, kind, 0.5, (0.5 - width) / 2
    return face, kind, width, 0.0


def name_run(name: str, face: str = "song") -> Run:
    """A name in one face from its first character to its last where a face can; see fonts.covering."""
    return Run(name, covering(name, face) or face, whole=True)


def shape(runs: Iterable[Run]) -> Sequence[Glyph]:
    """The glyphs of a paragraph with their widths, and where a line may break and stretch.

    Raises KeyError with the character if no face can show one: letters are checked before they are set. The last few
    hundred texts are remembered, since letters repeat themselves; `forget` drops them.
    """
    return _shape(tuple(runs))


def forget() -> None:
    """Drop the remembered texts: they may hold names, and live no longer than the paper being printed."""
    _shape.cache_clear()


@lru_cache(maxsize=256)
def _shape(runs: tuple[Run, ...]) -> Sequence[Glyph]:
    glyphs = Shaped()
    for number, run in enumerate(runs, 1):
        whole = number if run.whole else 0
        for character in run.text:
            face, kind, advance, shift = _drawn(character, run.face)
            glyphs.append(Glyph(character, face, kind, advance, shift, whole))
    before: Glyph | None = None
    for place, glyph in enumerate(glyphs):
        after = glyphs[place + 1] if place + 1 < len(glyphs) else None
        if glyph.character in MARKS:
            _share_blanks(glyph, before, after)
        before = glyph
    before = None
    for glyph, after in itertools.pairwise(glyphs):  # once more: narrow quotes count as Latin now
        glyph.break_after = _may_break(before, glyph, after)
        glyph.stretch_after = _may_stretch(glyph, after)
        before = glyph
    return glyphs


def spread(glyphs: Sequence[Glyph], em: float) -> list[Glyph]:
    """The same glyphs with some em more between them, for a headline."""
    out = [glyph.moved_left(0) for glyph in glyphs]
    for glyph in out[:-1]:
        glyph.advance += em
    return out


def _share_blanks(glyph: Glyph, before: Glyph | None, after: Glyph | None) -> None:
    """Narrow a mark beside another mark, a quote beside Latin, and join the two halves of a dash."""
    character = glyph.character
    if character in QUOTES:
        beside = before if character in WIDE_CLOSING else after
        if beside is not None and (beside.kind == "latin" or (beside.kind == "space" and character in WIDE_CLOSING)):
            glyph.kind = "latin"
            glyph.advance = glyph.last_advance = 0.4
            glyph.shift = -0.55 if character in WIDE_OPENING else -0.05
            return
    if character in WIDE_OPENING:
        if before is not None and before.character in WIDE_OPENING and before.kind == "han":
            glyph.advance = glyph.last_advance = glyph.advance - 0.5
            glyph.shift = -0.5
    elif character in WIDE_CLOSING:
        glyph.last_advance = glyph.advance - 0.5
        if after is not None and (after.character in WIDE_CLOSING or after.character in WIDE_OPENING):
            glyph.advance = glyph.last_advance
    elif character == "—" and glyph.advance < 1:
        first = after is not None and after.character == "—" and (before is None or before.character != "—")
        if first:
            glyph.shift = 1 - glyph.advance
        glyph.advance = glyph.last_advance = 1.0


def _may_break(before: Glyph | None, glyph: Glyph, after: Glyph) -> bool:
    if after.kind == "space" or after.character in NO_START:
        return False
    if glyph.character in DIGITS and after.character in UNITS:
        return False
    if glyph.whole and glyph.whole == after.whole:
        return False
    if glyph.kind == "space":
        return True
    if glyph.character in NO_END:
        return False
    if glyph.kind == "latin" and after.kind == "latin":
        letters = before is not None and before.character.isalpha() and after.character.isalpha()
        return glyph.character == "-" and letters
    return True


def _may_stretch(glyph: Glyph, after: Glyph) -> bool:
    if glyph.kind != "han" or after.kind != "han" or (glyph.whole and glyph.whole == after.whole):
        return False
    return not (glyph.character == after.character and glyph.character in TIED)


def _emergency(glyphs: Sequence[Glyph], start: int, end: int) -> int:
    """Where to cut when nothing from start to end may break: inside a whole run (at a space, after a Chinese
    character), else inside a Latin word, last inside a number wider than the line.
    """
    last = start + 1
    for place in range(end, start, -1):
        a, b = glyphs[place - 1], glyphs[place]
        if b.character in NO_START or a.character in NO_END:
            continue
        if a.kind in ("han", "space"):
            return place
        if last == start + 1 and not (a.character in DIGITS and b.character in DIGITS):
            last = place
    return last if last > start + 1 else end


def break_lines(glyphs: Sequence[Glyph], measure: float, indent: float = 0.0, justify: bool = True) -> tuple[Line, ...]:
    """The lines of a paragraph. Measure and first-line indent in em; the last line keeps its natural width."""
    if not glyphs:
        return ()
    if not isinstance(glyphs, Shaped):
        return _broken(glyphs, measure, indent, justify)
    how = (measure, indent, justify)
    known = glyphs.broken.get(how)
    if known is None:
        known = glyphs.broken[how] = _broken(glyphs, measure, indent, justify)
    return known


def _broken(glyphs: Sequence[Glyph], measure: float, indent: float, justify: bool) -> tuple[Line, ...]:
    starts = _starts(glyphs, measure, indent)
    if len(starts) > 1:
        _keep_company(glyphs, starts, measure if len(starts) > 2 else measure - indent)
    ends = [*starts[1:], len(glyphs)]
    return tuple(
        _line(glyphs, start, end, measure if start else measure - indent, justify and end < len(glyphs))
        for start, end in zip(starts, ends, strict=True)
    )


def _starts(glyphs: Sequence[Glyph], measure: float, indent: float) -> list[int]:
    """Where the lines start when each takes as much as it can hold."""
    starts: list[int] = []
    start, total = 0, len(glyphs)
    limit = measure - indent + 1e-6
    while start < total:
        starts.append(start)
        width, place, best = -_blank_before(glyphs, start), start, 0
        while place < total:
            glyph = glyphs[place]
            if glyph.kind != "space" and width + glyph.last_advance > limit:
                break
            if glyph.break_after:
                best = place + 1
            width += glyph.advance
            place += 1
        if place == total:
            break
        start = best if best > start else _emergency(glyphs, start, max(place, start + 1))
        limit = measure + 1e-6
    return starts


def _keep_company(glyphs: Sequence[Glyph], starts: list[int], room: float) -> None:
    """Send a second character down to a last line that has only one, where the line above it allows."""
    start, above = starts[-1], starts[-2]
    alone = [glyph for glyph in glyphs[start:] if glyph.character not in NO_START]
    if len(alone) != 1 or alone[0].kind != "han" or alone[0].whole:
        return
    for place in range(start - 1, max(above, start - 4), -1):
        if glyphs[place - 1].break_after and glyphs[place].kind == "han":
            line = _line(glyphs, above, place, room, True)
            if line.stretch or line.width > room - 0.5:
                starts[-1] = place
            return


def _blank_before(glyphs: Sequence[Glyph], start: int) -> float:
    """The blank half of an opening mark that starts a line after the first: the line starts with its ink."""
    glyph = glyphs[start]
    return 0.5 if start and glyph.character in WIDE_OPENING and glyph.kind == "han" and glyph.advance > 0.9 else 0.0


def _line(glyphs: Sequence[Glyph], start: int, end: int, room: float, justify: bool) -> Line:
    while end > start + 1 and glyphs[end - 1].kind == "space":
        end -= 1
    part = glyphs[start:end]
    if blank := _blank_before(glyphs, start):
        part = [part[0].moved_left(blank), *part[1:]]
    width = sum([g.advance for g in part]) + part[-1].last_advance - part[-1].advance
    stretch = 0.0
    if justify and width < room:
        gaps = sum([g.stretch_after for g in part[:-1]])
        if gaps and (room - width) / gaps <= MAX_STRETCH:
            stretch = (room - width) / gaps
    return Line(part, width, stretch)


def width_of(glyphs: Sequence[Glyph]) -> float:
    """The natural width of a text on one line, in em."""
    if isinstance(glyphs, Shaped):
        if glyphs.natural < 0:
            glyphs.natural = _width(glyphs)
        return glyphs.natural
    return _width(glyphs)


def _width(glyphs: Sequence[Glyph]) -> float:
    return sum([g.advance for g in glyphs[:-1]]) + glyphs[-1].last_advance if glyphs else 0.0
