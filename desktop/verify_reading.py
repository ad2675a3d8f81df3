"""Reading the codes of letters out of files: PDF, pictures of a scan or a photo, or text; and the words of a PDF.

What is written in a PDF is read object by object in the order in which it was drawn, and so can be compared with what
was signed; of a picture only the code is read.
"""

import ctypes
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.pdfium import ONE_AT_A_TIME, drawn, opened
from models.errors import CannotRead, Problem
from models.security import letter_seal
from models.security.letter_seal import Seal
from models.sync.files import read_limited
from models.texts import _

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_PAGES = 2000
MAX_PIXELS = 120_000_000
_DPI = (200, 300)
_INCH = 72
_AT_LINE_END = "\x02"  # how PDFium tells a hyphen that ends a line: it takes it for one that only parts a word
_FIRST_OBJECTS = 12  # of a page, among which the mark of a reprint stands
_DAY = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}[A-Z][a-z]{2,8}\d{4})"
_REPRINT = re.compile(rf"^(补打|Printedagain|补打Printedagain)[：:]{_DAY}$")


class NothingToRead(Problem):
    """A file holds no code of a letter that could be read. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "No code of a letter could be read in “{name}”. Scan the page again: flat, straight, at 200 dpi or more, "
            "with the white around the code."
        ).format(**self.facts)


class PassphraseNeeded(Problem):
    """A PDF file is protected, and what was given does not open it. Facts: name."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("“{name}” is protected by a passphrase. Type the one that its sender told you.").format(**self.facts)


@dataclass(frozen=True)
class Found:
    """A code that was read."""

    text: str
    page: int  # from 1; 0 where the file has none
    words: str | None = None  # what is written on the letter, where the file says it


def read_codes(path: Path, passphrase: str = "") -> list[Found]:
    """The codes of letters in a file, in the order of its pages, each once. Passphrase: of a protected PDF.

    Raises CannotRead, NothingToRead, PassphraseNeeded.
    """
    data = read_limited(path, MAX_FILE_BYTES)
    if len(data) > MAX_FILE_BYTES:
        raise CannotRead(name=path.name)
    found = codes_of(data, path.name, passphrase)
    if not found:
        raise NothingToRead(name=path.name)
    return found


def codes_of(data: bytes, name: str = "", passphrase: str = "") -> list[Found]:
    """The codes of letters in the bytes of a file. Raises CannotRead where it is damaged, PassphraseNeeded."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _of_pdf(data, name, passphrase)
    text = _text(data)
    if text is not None:
        return [Found(line, 0) for line in codes_in_text(text)]
    return [Found(code, 0) for code in _of_picture(data, name)]


def codes_in_text(text: str) -> list[str]:
    """The lines of a text that are codes of letters, each once; a code may be broken over several lines."""
    lines = [line.strip("\r\n\t﻿") for line in text.splitlines()]
    codes = [line for line in lines if letter_seal.read(line)]
    whole = "".join(lines)
    return list(dict.fromkeys(codes or ([whole] if letter_seal.read(whole) else [])))


def _text(data: bytes) -> str | None:
    """The bytes as text, where they are one."""
    if len(data) > 64 * 1024 or b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


# Pictures


def _of_picture(data: bytes, name: str) -> list[str]:
    from io import BytesIO

    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG", "TIFF", "BMP", "WEBP"]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise CannotRead(name=name)
            codes: list[str] = []
            for frame in range(min(getattr(opened, "n_frames", 1), MAX_PAGES)):
                opened.seek(frame)
                codes += codes_in_picture(ImageOps.exif_transpose(opened).convert("L"))
            return list(dict.fromkeys(codes))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as trouble:
        raise CannotRead(name=name) from trouble


def codes_in_picture(picture: Any, *, hard: bool = True) -> list[str]:
    """The codes of letters in a grey picture (of Pillow). Tried as it is; hard: then also smoothed and larger."""
    from PIL import Image, ImageFilter

    attempts = _attempts(picture, Image, ImageFilter) if hard else [picture]
    for made in attempts:
        codes = [code for code in _decoded(made) if letter_seal.read(code)]
        if codes:
            return codes
    return []


def _attempts(picture: Any, image: Any, filters: Any) -> Iterator[Any]:
    yield picture
    yield picture.filter(filters.GaussianBlur(1))
    if picture.width * picture.height * 4 <= MAX_PIXELS:
        large = picture.resize((picture.width * 2, picture.height * 2), image.Resampling.BICUBIC)
        yield large
        yield large.filter(filters.GaussianBlur(1.5))
        yield large.filter(filters.MedianFilter(5))


def _decoded(picture: Any) -> list[str]:
    import zxingcpp

    read = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode), text_mode=zxingcpp.TextMode.Plain
    )
    return [barcode.text for barcode in read]


# PDF


@dataclass(frozen=True)
class _Page:
    codes: tuple[str, ...]
    objects: tuple[str, ...]  # the texts drawn, in their order


def _of_pdf(data: bytes, name: str, passphrase: str) -> list[Found]:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        with opened(data, passphrase, held=False) as document:
            with ONE_AT_A_TIME:
                count = len(document)
            if count > MAX_PAGES:
                raise CannotRead(name=name)
            pages = [_page(document, number) for number in range(count)]
    except pypdfium2.PdfiumError as trouble:
        locked = getattr(trouble, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise (PassphraseNeeded(name=name) if locked else CannotRead(name=name)) from trouble
    return _letters(pages)


def _page(document: Any, number: int) -> _Page:
    with ONE_AT_A_TIME:
        page = document[number]
    try:
        with ONE_AT_A_TIME:
            objects = tuple(_objects(page))
        for dpi in _DPI:
            picture = drawn(page, dpi / _INCH, grayscale=True).convert("L")
            # Drawn codes are sharp; only a page without text is a scan, and worth more than a look.
            codes = codes_in_picture(picture, hard=not objects)
            if codes:
                return _Page(tuple(dict.fromkeys(codes)), objects)
        return _Page((), objects)
    finally:
        with ONE_AT_A_TIME:
            page.close()


def _objects(page: Any) -> Iterator[str]:
    """The texts of a page in the order in which they are drawn."""
    import pypdfium2.raw as pdfium

    with closing(page.get_textpage()) as textpage:
        for at in range(pdfium.FPDFPage_CountObjects(page.raw)):
            item = pdfium.FPDFPage_GetObject(page.raw, at)
            if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_TEXT:
                continue
            size = pdfium.FPDFTextObj_GetText(item, textpage.raw, None, 0)
            held = ctypes.create_string_buffer(size)
            pdfium.FPDFTextObj_GetText(item, textpage.raw, ctypes.cast(held, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
            text = held.raw.decode("utf-16-le", "surrogatepass").rstrip("\0")
            yield text.replace(_AT_LINE_END, "-")


def _letters(pages: Sequence[_Page]) -> list[Found]:
    """Each code with the words of the letter it stands on: a file may hold many letters, of several pages each.

    The pages must be used up by the letters: what stands on a page of its own belongs to the letter before it. Where
    nothing that may be a letter's text fits its code, the text is that of all pages up to the next code.
    """
    coded = [at for at, page in enumerate(pages) if page.codes]
    found: list[Found] = []
    start = 0
    for place, at in enumerate(coded):
        following = coded[place + 1] if place + 1 < len(coded) else len(pages)
        code = pages[at].codes[0]
        seal = letter_seal.read(code)
        ends = range(following, at, -1) if place + 1 < len(coded) else (len(pages),)
        fitting = next((end for end in ends if seal and _fitting(seal, pages[start:end])), None)
        words = _fitting(seal, pages[start:fitting]) if seal and fitting else None
        if not any(page.objects for page in pages[start:following]):
            found.append(Found(code, at + 1))  # a scan: there is no text to compare
        else:
            every = "".join(text for page in pages[start:following] for text in page.objects)
            found.append(Found(code, at + 1, words or every))
        found += [Found(other, at + 1, "") for other in pages[at].codes[1:]]  # a letter has one code
        start = fitting if fitting is not None else at + 1
    return found


def _fitting(seal: Seal, pages: Sequence[_Page]) -> str | None:
    """The words of these pages where they are those that were sealed, the mark of a reprint left aside."""
    if not pages:
        return None
    first, rest = pages[0].objects, [text for page in pages[1:] for text in page.objects]
    whole = "".join([*first, *rest])
    if seal.payload.fits(whole):
        return whole
    for count in range(1, _FIRST_OBJECTS + 1):
        mark = "".join("".join(first[:count]).split())
        words = "".join([*first[count:], *rest])
        if _REPRINT.match(mark) and seal.payload.fits(words):
            return words
    return None
