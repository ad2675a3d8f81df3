"""Whether a template can be used: every problem with a sentence and the field that it stands beside."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping

from models import imaging
from models.records.layout import SETUPS, SIZES, Layout, own_layout
from models.records.template import NAME_LENGTH
from models.services.template_views import Desk, FieldProblem
from models.texts import _

MORE = 20  # characters that any text may be longer than three times the program's own

_PLACE = re.compile(r"\{([a-z_]+)\}")
_ENDS = re.compile(r"[\t\r\n]+")


def tidy(layout: Layout, words: Mapping[str, str], paper: str = "letter") -> Layout:
    """The layout with the office's texts as they are kept: on one line, with the white space before and after that the
    program's own text has there, and without those that say what the program says anyway. What nobody may change of
    this kind of paper stands as the program has it.
    """
    texts: dict[str, str] = {}
    for key, text in layout.texts.items():
        own = words.get(key, "")
        said = _ENDS.sub(" ", text).strip()
        if said and said != own.strip():
            before, after = own[: len(own) - len(own.lstrip())], own[len(own.rstrip()) :] if own.strip() else ""
            texts[key] = before + said + after
    brought, fields = own_layout(paper), SETUPS[paper].fields | {"version", "texts", "logo_height"}
    fixed = {name: getattr(brought, name) for name in Layout.model_fields if name not in fields and name != "paper"}
    return layout.model_copy(update={**fixed, "texts": texts, "heading": " ".join(layout.heading.split())})


def problems_of(name: str, layout: Layout, desk: Desk) -> list[FieldProblem]:
    """All that is wrong with a template, in the order of its fields; the sample is only set where nothing else is."""
    found = [*_name(name), *_room(layout, desk), *_logo(layout), *_heading(layout, desk), *_blocks(layout, desk)]
    found += _texts(layout, desk)
    if not found:
        found += _sample(layout, desk)
    return found


def _name(name: str) -> Iterator[FieldProblem]:
    if not name.strip():
        yield FieldProblem("name", _("Give the template a name."))
    elif len(name.strip()) > NAME_LENGTH:
        yield FieldProblem("name", _("The name has more than {most} characters.").format(most=NAME_LENGTH))


def _room(layout: Layout, desk: Desk) -> Iterator[FieldProblem]:
    setup = SETUPS[desk.paper]
    if layout.paper not in setup.papers:
        words = _("This paper is not printed on {size}. Choose {sizes}.")
        yield FieldProblem("paper", words.format(size=layout.paper, sizes=_(", ").join(setup.papers)))
        return
    if "margins" not in setup.fields:
        return
    least_width, least_height = setup.least_width[layout.paper], setup.least_height[layout.paper]
    width, height = SIZES[layout.paper]
    wide = width - layout.margins.left - layout.margins.right
    if wide < least_width:
        words = _(
            "Between the margins {there:g} mm are left for the text; on {paper} at least {least:g} mm are needed."
        )
        words = words.format(there=round(wide, 1), paper=layout.paper, least=least_width)
        yield FieldProblem("margins.left" if layout.margins.left >= layout.margins.right else "margins.right", words)
    high = height - layout.margins.top - layout.margins.bottom
    if high < least_height:
        words = _("From top to bottom {there:g} mm are left for the text; on {paper} at least {least:g} mm are needed.")
        words = words.format(there=round(high, 1), paper=layout.paper, least=least_height)
        yield FieldProblem("margins.top" if layout.margins.top >= layout.margins.bottom else "margins.bottom", words)


def _logo(layout: Layout) -> Iterator[FieldProblem]:
    if not layout.logo:
        return
    try:
        png = base64.b64decode(layout.logo, validate=True)
        sound = png.startswith(b"\x89PNG") and imaging.read_picture(png).format == "PNG"
    except (binascii.Error, ValueError, imaging.BadPicture):
        sound = False
    if not sound:
        yield FieldProblem("logo", _("The logo cannot be read. Choose the file again, or take the logo away."))
    elif len(png) > imaging.LOGO_BYTES:
        yield FieldProblem("logo", _("The logo has too many bytes. Choose the file again."))


def _heading(layout: Layout, desk: Desk) -> Iterator[FieldProblem]:
    if absent := desk.missing(layout.heading):
        yield FieldProblem("heading", _unprintable(absent))


def _blocks(layout: Layout, desk: Desk) -> Iterator[FieldProblem]:
    setup = SETUPS[desk.paper]
    if any(block not in layout.blocks for block in setup.needed):
        yield FieldProblem("blocks", _("A part is left out that must stay."))
    elif len(set(layout.blocks)) != len(layout.blocks) or not set(layout.blocks) <= set(setup.blocks):
        yield FieldProblem("blocks", _("A part is there twice, or is not known."))


def _texts(layout: Layout, desk: Desk) -> Iterator[FieldProblem]:
    places = {key: place for place, key in enumerate(desk.words)}
    for key in sorted(layout.texts, key=lambda key: (places.get(key, len(places)), key)):
        if words := text_problem(key, layout.texts[key], desk):
            yield FieldProblem(f"texts.{key}", words)


def text_problem(key: str, text: str, desk: Desk) -> str:
    """What is wrong with one of the office's own texts; empty where nothing is."""
    own = desk.words.get(key)
    if own is None:
        return _("This text is not one that an office may change.")
    there, wanted = set(_PLACE.findall(text)), set(_PLACE.findall(own))
    if unknown := sorted(there - wanted):
        return _("Here nothing is known that could stand for {places}.").format(places=_shown(unknown))
    if set("{}") & set(_PLACE.sub("", text)):
        return _("A brace stands alone. Places that are filled in look like this: {places}").format(
            places=_shown(sorted(wanted)) or "{name}"
        )
    if lost := sorted(wanted - there):
        return _("This must stay in the text: {places}. It is filled in on every paper.").format(places=_shown(lost))
    most = 3 * len(own) + MORE
    if len(text) > most:
        return _("The text has {n} characters; there is room for {most}.").format(n=len(text), most=most)
    if absent := desk.missing(text):
        return _unprintable(absent)
    return ""


def _shown(places: list[str]) -> str:
    return " ".join("{" + place + "}" for place in places)


def _unprintable(characters: Iterable[str]) -> str:
    shown = " ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in characters)
    return _("No typeface here can print: {characters}").format(characters=shown)


def _sample(layout: Layout, desk: Desk) -> Iterator[FieldProblem]:
    sentences = {
        "pages": _("The longest sample would need too many pages. Make the margins smaller, or the texts shorter."),
        "outside": _("Something would be printed over the edge of the sheet. Make the margins larger."),
        "overlap": _("On the longest sample one text would stand upon another. Make the margins or the logo smaller."),
        "number": _("A text holds a whole identity number. It may not be printed on every paper."),
        "drawing": _("With these settings the paper cannot be drawn. Take the last change back."),
    }
    if fit := desk.fits(layout):
        yield FieldProblem("sample", sentences[fit])
