"""Pictures as bytes: read with limits, turned, cropped, and written anew from the pixels alone. Knows no records.

A photo from a phone carries where it was taken, when, by which device, and sometimes a small copy of the whole before
it was cropped. None of that is taken over: the pixels are copied into an empty picture and only that one is written.
Files are opened by Pillow alone; what the window shows is what this module wrote.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from models.errors import Problem
from models.texts import _

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MAX_BYTES = 40 * 2**20
"""The largest file that is opened. A photo of 50 million pixels has some 20 MB."""

MAX_PIXELS, MAX_PIXELS_OTHERS = 80_000_000, 40_000_000
"""The most pixels that are decoded, of JPEG (which can be unpacked at a half or quarter) and of all other formats: a
page of A4 scanned at 600 to the inch has 35 million. Asked of the file's head, before anything is unpacked."""

LONG_SIDE, THUMB_SIDE = 2048, 240
"""Pixels of the long side of a kept picture (a page of A4 stays legible: 175 to the inch) and of its thumbnail."""

QUALITY, THUMB_QUALITY = 82, 76

MAX_TILT = 15.0
"""Degrees by which a picture can be straightened, either way."""

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
_ORIENTATION, _TAKEN, _EXIF = 0x0112, 0x9003, 0x8769  # tags of EXIF 2.3
_SMALLEST = 8  # pixels of a side below which nothing can be seen

Turn = Literal[0, 90, 180, 270]
Crop = tuple[float, float, float, float]
WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)


class BadPicture(Problem):
    """A picture was not taken over. Facts: reason, one of the keys below; name of the file, where there is one."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "heic": _(
                "This is a HEIC picture, which cannot be opened here. Set the phone's camera to “most compatible” "
                "(JPEG), or send the picture as JPEG."
            ),
            "bytes": _("The file has more than {most} megabytes. Take the picture again with a smaller setting."),
            "pixels": _("The picture has more than {most} million pixels. Take it again with a smaller setting."),
            "small": _("The picture is too small or too narrow to show anything."),
            "unknown": _("This is not a picture in one of the formats JPEG, PNG, WEBP, BMP or TIFF."),
            "damaged": _("The file is damaged or incomplete. Take the picture again, or copy the file anew."),
        }
        reason = str(self.facts.get("reason"))
        most = MAX_BYTES // 2**20 if reason == "bytes" else self.facts.get("most", MAX_PIXELS // 1_000_000)
        words = reasons.get(reason, reasons["damaged"]).format(most=most)
        if name := self.facts.get("name"):
            words = _("“{name}”: {trouble}").format(name=name, trouble=words)
        return _("{trouble} Nothing was taken over.").format(trouble=words)


@dataclass(frozen=True)
class Sized:
    """What a file's head tells."""

    format: str
    width: int  # pixels, as one looks at it: the camera's orientation is already counted in
    height: int
    taken_on: date | None  # the day that the camera wrote; the only thing of its notes that may be asked for


@dataclass(frozen=True)
class Encoded:
    """A picture as it is kept."""

    full: bytes  # JPEG, the long side at most LONG_SIDE pixels
    thumb: bytes  # JPEG, the long side at most THUMB_SIDE pixels
    width: int  # of full, in pixels
    height: int
    sha256: str  # of full


def read_picture(data: bytes) -> Sized:
    """Look at a picture's head without unpacking it. Raises BadPicture."""
    with _opened(data) as picture:
        width, height = picture.size
        if _orientation(picture) > 4:
            width, height = height, width
        return Sized(str(picture.format), width, height, _taken_on(picture))


def preview(data: bytes, longest: int = 1280) -> bytes:
    """The whole picture upright, as a JPEG of at most so many pixels along its long side. Raises BadPicture."""
    with _opened(data) as picture:
        return _jpeg(_fitted(_plain(_upright(picture, longest)), longest), THUMB_QUALITY)


def edited(
    data: bytes, turn: Turn = 0, crop: Crop | None = None, straighten: float | None = None, gray: bool = False
) -> Encoded:
    """The picture as it is to be kept, from the bytes of any file that read_picture() accepts.

    First it is set upright by the camera's own note, then turned clockwise by `turn` degrees, then tilted clockwise by
    `straighten` degrees around its middle (the corners become white), then cropped: (left, top, right, bottom) as
    fractions of what is now seen. `gray` drops the colours. Raises BadPicture; ValueError where the wish makes no
    sense.
    """
    if turn not in (0, 90, 180, 270):
        raise ValueError("a picture is turned by quarters")
    left, top, right, bottom = crop or WHOLE
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError("a crop is left, top, right, bottom as fractions")
    if straighten is not None and abs(straighten) > MAX_TILT:
        raise ValueError("a picture is straightened by a few degrees")
    with _opened(data) as picture:
        share = max(min(right - left, bottom - top), 0.01)
        enough = round(LONG_SIDE / share)
        made = _turned(_plain(_upright(picture, enough)), turn)
        if gray and made.mode != "L":
            made = made.convert("L")
        if straighten:
            made = _tilted(_fitted(made, enough), straighten)
        wide, high = made.size
        box = (round(left * wide), round(top * high), round(right * wide), round(bottom * high))
        if box[2] - box[0] < _SMALLEST or box[3] - box[1] < _SMALLEST:
            raise BadPicture(reason="small")
        made = _fitted(made.crop(box), LONG_SIDE)
        if min(made.size) < _SMALLEST:
            raise BadPicture(reason="small")
        full = _jpeg(made, QUALITY)
        thumb = _jpeg(_fitted(made, THUMB_SIDE), THUMB_QUALITY)
        return Encoded(full, thumb, *made.size, hashlib.sha256(full).hexdigest())


@contextmanager
def _opened(data: bytes) -> "Iterator[Picture]":
    """The file opened but not unpacked; whatever goes wrong inside becomes a BadPicture."""
    from PIL import Image, UnidentifiedImageError

    if len(data) > MAX_BYTES:
        raise BadPicture(reason="bytes")
    if data[4:8] == b"ftyp" and any(brand in data[8:40] for brand in _HEIC):
        raise BadPicture(reason="heic")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            wide, high = picture.size
            limit = MAX_PIXELS if picture.format in ("JPEG", "MPO") else MAX_PIXELS_OTHERS
            if wide * high > limit:
                raise BadPicture(reason="pixels", most=limit // 1_000_000)
            if min(wide, high) < _SMALLEST:
                raise BadPicture(reason="small")
            yield picture
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as trouble:
        raise BadPicture(reason="pixels") from trouble
    except UnidentifiedImageError as trouble:
        raise BadPicture(reason="unknown") from trouble
    except Exception as trouble:  # decoders raise whatever comes to their mind about a bad file
        raise BadPicture(reason="damaged") from trouble


def _orientation(picture: "Picture") -> int:
    """1 to 8 as EXIF has it; 1 where it says nothing that can be read."""
    with suppress(Exception):  # its notes may be damaged where its pixels are sound
        found = picture.getexif().get(_ORIENTATION)
        if isinstance(found, int) and 1 <= found <= 8:
            return found
    return 1


def _taken_on(picture: "Picture") -> date | None:
    with suppress(Exception):
        written = str(picture.getexif().get_ifd(_EXIF).get(_TAKEN) or "")
        day = date.fromisoformat(written[:10].replace(":", "-"))
        return day if day.year > 1990 else None
    return None


def _upright(picture: "Picture", longest: int) -> "Picture":
    """The pixels (of the first page), as one looks at them; a large JPEG is unpacked at a half, quarter or eighth."""
    from PIL import Image

    way = _orientation(picture)
    scale = longest / max(picture.size)
    if scale < 1:
        picture.draft("RGB", (round(picture.width * scale), round(picture.height * scale)))
    picture.load()
    ways: dict[int, Any] = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return picture.transpose(ways[way]) if way in ways else picture


def _plain(picture: "Picture") -> "Picture":
    """The same pixels in a new picture that knows nothing else: 8 bits of gray or of three colours, on white paper."""
    from PIL import Image

    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256).convert("L")
    elif picture.mode in ("I", "F"):
        low, high = picture.getextrema()
        span = (float(high) - float(low)) or 1.0  # type: ignore[arg-type]  # one band, so two numbers
        start = float(low)  # type: ignore[arg-type]
        picture = picture.point(lambda value: value * (255 / span) - start * 255 / span).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        over = picture.convert("RGBA")
        picture = Image.new("RGBA", over.size, "white")
        picture.alpha_composite(over)
    mode = "L" if picture.mode in ("1", "L") else "RGB"
    made = Image.new(mode, picture.size)
    made.paste(picture.convert(mode))
    return made


def _turned(picture: "Picture", turn: int) -> "Picture":
    from PIL import Image

    ways = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    return picture.transpose(ways[turn]) if turn else picture


def _tilted(picture: "Picture", degrees: float) -> "Picture":
    from PIL import Image

    white = 255 if picture.mode == "L" else (255, 255, 255)
    return picture.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=white)


def _fitted(picture: "Picture", longest: int) -> "Picture":
    """No larger than this; small pictures are not blown up."""
    from PIL import Image

    scale = longest / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _jpeg(picture: "Picture", quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


LOGO_FILE_BYTES, LOGO_BYTES, LOGO_SIDES = 8 * 2**20, 24_000, (960, 480, 320, 200)
"""The largest file that a logo is taken from; the most bytes that it is kept with, since every letter carries it; and
the pixels of its long side, the first of them that keeps it small enough (480 are 300 to the inch at 40 mm)."""

_SHAPE = 12  # times as long as high, or as high as long: beyond that it is a line and no logo


class BadLogo(BadPicture):
    """A file was not taken as a logo. Facts: reason, one of the keys below."""

    def sentence(self) -> str:
        """Tell the worker."""
        reasons = {
            "format": _("This is not a picture in one of the formats PNG or JPEG. The logo is unchanged."),
            "bytes": _("The file has more than {most} megabytes. Choose a smaller one. The logo is unchanged."),
            "shape": _("This picture is too long and narrow for a logo. The logo is unchanged."),
            "size": _(
                "This picture has too much detail for a logo: choose a drawing with few colours, not a photo. The logo "
                "is unchanged."
            ),
            "damaged": _("The picture is damaged, too large or too small to show anything. The logo is unchanged."),
        }
        return reasons.get(str(self.facts.get("reason")), reasons["damaged"]).format(most=LOGO_FILE_BYTES // 2**20)


def logo(data: bytes) -> bytes:
    """A logo as it is kept: a PNG on white made from the pixels alone, upright, of at most LOGO_BYTES. The same picture
    gives the same bytes. Raises BadLogo.
    """
    if len(data) > LOGO_FILE_BYTES:
        raise BadLogo(reason="bytes")
    try:
        with _opened(data) as picture:
            if picture.format not in ("PNG", "JPEG", "MPO"):
                raise BadLogo(reason="format")
            if max(picture.size) > _SHAPE * min(picture.size):
                raise BadLogo(reason="shape")
            plain = _plain(_upright(picture, LOGO_SIDES[0]))
    except BadLogo:
        raise
    except BadPicture as trouble:
        raise BadLogo(reason="format" if trouble.facts.get("reason") in ("unknown", "heic") else "damaged") from trouble
    for side in LOGO_SIDES:
        fitted = _fitted(plain, side)
        for colours in (0, 64):
            made = _png(fitted.quantize(colours) if colours and fitted.mode == "RGB" else fitted)
            if len(made) <= LOGO_BYTES:
                return made
    raise BadLogo(reason="size")


def _png(picture: "Picture") -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
