"""Where the faces are, and which face can show a text. Cheap to import: no ReportLab here.

The faces travel packed in resources/fonts. `python -m reports.fonts` unpacks them once at set-up into `.fonts/` beside
the program, or into the user's cache folder where that cannot be written; a face that is missing is unpacked when it
is first asked for. Every unpacked file carries part of its hash in its name, so a new face never meets an old file.

Characters beyond GB 18030-2022 level 2 and the names' list (level 3: Ext B to I) are in none of these faces. An office
that needs them lays a TrueType file (for example HanaMinB.ttf) into the folder `fonts` of its data; it is looked into
only for characters that no face of ours has, and only once a program's run.
"""

import hashlib
import json
import lzma
import os
import re
import struct
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from platformdirs import user_cache_dir

from models.paths import data_folder

HERE = Path(__file__).resolve().parent.parent
PACKED = HERE / "resources" / "fonts"

FACES = ("song", "title", "hei", "kai", "names")
"""Song for text and names, title (bold Song), hei (sans: labels, the screen), kai (quotations), names (rare names)."""

FALLBACKS = ("song", "names", "kai")
"""Where a text goes whole when the wanted face lacks one of its characters: kai has the accents of European names."""


class DamagedFont(Exception):  # noqa: N818  # named as a fact, like every Problem
    """A packed face is not what the list of faces says: the program's files are damaged and must be installed again."""


@cache
def _listed() -> dict[str, dict[str, str | int]]:
    listed: dict[str, dict[str, str | int]] = json.loads((PACKED / "faces.json").read_text(encoding="utf-8"))
    return listed


def family(face: str) -> str:
    """The family name inside the face, as a screen asks for it."""
    return str(_listed()[face]["family"])


def folders() -> tuple[Path, Path]:
    """Where unpacked faces may be: beside the program, and in the user's cache."""
    return HERE / ".fonts", Path(user_cache_dir("jinmen", appauthor=False)) / "fonts"


def _unpack(face: str, name: str, folder: Path) -> Path:
    data = lzma.decompress((PACKED / face / f"{face}.ttf.xz").read_bytes())
    if hashlib.sha256(data).hexdigest() != _listed()[face]["sha256"]:
        raise DamagedFont(face)
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=folder, prefix=face, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(part).chmod(0o644)
        Path(part).replace(folder / name)  # two programs may unpack at once: the last whole file stays
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return folder / name


@cache
def font_file(face: str) -> Path:
    """The unpacked TrueType file of a face; unpacks it if need be (0.4 s for song, once per machine).

    Raises KeyError for an unknown face, DamagedFont, and OSError when no folder can be written.
    """
    if face in _packs():
        return _packs()[face]
    name = f"{face}-{str(_listed()[face]['sha256'])[:12]}.ttf"
    for folder in folders():
        if (folder / name).is_file() and (folder / name).stat().st_size == _listed()[face]["size"]:
            return folder / name
    first, second = folders()
    try:
        return _unpack(face, name, first)
    except OSError:
        return _unpack(face, name, second)


class Coverage:
    """The characters of a face, as ranges of codes with the glyph of each range's first code."""

    def __init__(self, file: Path) -> None:
        """Read the format 12 character map, which every face of ours has; of an added face also format 4."""
        with file.open("rb") as font:
            head = font.read(12)
            tables = font.read(16 * struct.unpack(">H", head[4:6])[0])
            places = {
                tables[i : i + 4]: struct.unpack(">LL", tables[i + 8 : i + 16]) for i in range(0, len(tables), 16)
            }
            font.seek(places[b"cmap"][0])
            data = font.read(places[b"cmap"][1])
        found: dict[int, int] = {}
        for record in range(4, 4 + 8 * struct.unpack(">H", data[2:4])[0], 8):
            start = struct.unpack(">L", data[record + 4 : record + 8])[0]
            if data[start : start + 2] == b"\0\x0c":
                groups = struct.unpack(">L", data[start + 12 : start + 16])[0]
                flat = struct.unpack(f">{3 * groups}L", data[start + 16 : start + 16 + 12 * groups])
                self.firsts, self.lasts, self.glyphs = flat[0::3], flat[1::3], flat[2::3]
                return
            if data[start : start + 2] == b"\0\x04":
                found = _format_4(data[start:])
        if not found:
            raise DamagedFont(file.name)
        self.firsts = self.lasts = tuple(sorted(found))
        self.glyphs = tuple(found[code] for code in self.firsts)

    def glyph(self, code: int) -> int:
        """The glyph for a character's code; 0 where there is none."""
        place = bisect_right(self.firsts, code) - 1
        if place < 0 or code > self.lasts[place]:
            return 0
        glyph: int = self.glyphs[place] + code - self.firsts[place]
        return glyph

    def __contains__(self, character: str) -> bool:
        return self.glyph(ord(character)) != 0


def _format_4(table: bytes) -> dict[int, int]:
    """The glyphs by code of a character map of format 4 (OpenType specification, table cmap): up to U+FFFF."""
    half = struct.unpack(">H", table[6:8])[0]
    count = half // 2
    lasts = struct.unpack(f">{count}H", table[14 : 14 + half])
    firsts = struct.unpack(f">{count}H", table[16 + half : 16 + 2 * half])
    deltas = struct.unpack(f">{count}H", table[16 + 2 * half : 16 + 3 * half])
    offsets = struct.unpack(f">{count}H", table[16 + 3 * half : 16 + 4 * half])
    found = {}
    for segment in range(count):
        for code in range(firsts[segment], min(lasts[segment], 0xFFFE) + 1):
            glyph = code
            if offsets[segment]:
                at = 16 + 3 * half + 2 * segment + offsets[segment] + 2 * (code - firsts[segment])
                glyph = struct.unpack(">H", table[at : at + 2])[0]
                if not glyph:
                    continue
            if shown := (glyph + deltas[segment]) & 0xFFFF:
                found[code] = shown
    return found


@cache
def coverage(face: str) -> Coverage:
    """The characters of a face; read when first asked for."""
    return Coverage(font_file(face))


@cache
def has(face: str, character: str) -> bool:
    """Whether a face can show one character."""
    return character in coverage(face)


def added_folder() -> Path:
    """Where an office lays faces of its own for the rarest characters: TrueType files (.ttf), no collections."""
    return data_folder() / "fonts"


@cache
def _packs() -> dict[str, Path]:
    """The added faces that can be used, each under the name of its file; those that cannot are left out."""
    found: dict[str, Path] = {}
    folder = added_folder()
    for file in sorted(folder.glob("*.ttf")) if folder.is_dir() else ():
        name = "added-" + (re.sub(r"[^A-Za-z0-9]", "", file.stem) or "face")
        if name not in found and _usable(file):
            found[name] = file
    return found


def _usable(file: Path) -> bool:
    """Whether a file has what is needed to show and to embed its characters."""
    try:
        Coverage(file)
        with file.open("rb") as font:
            head = font.read(12)
            table = font.read(16 * struct.unpack(">H", head[4:6])[0])
    except (OSError, DamagedFont, struct.error, KeyError):
        return False
    tags = {table[at : at + 4] for at in range(0, len(table), 16)}
    return head[:4] == b"\0\1\0\0" and {b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"} <= tags


def refused_faces() -> tuple[str, ...]:
    """The names of the files in the added folder that cannot be used: no TrueType outlines, no list of
    characters in Unicode, or damaged.
    """
    folder = added_folder()
    files = sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []
    return tuple(file.name for file in files if file not in _packs().values())


def last_resorts(wanted: str = "song") -> Iterator[str]:
    """The faces in which a text is looked for, the wanted one first and the added ones last."""
    yield wanted
    yield from FALLBACKS
    yield from _packs()


def covering(text: str, wanted: str = "song") -> str | None:
    """The face that shows the whole text: the wanted one, else the first fallback that can; None if no face can."""
    for face in last_resorts(wanted):
        if all(has(face, character) for character in text):
            return face
    return None


def missing(text: str) -> list[str]:
    """The characters that no face can show, each once, in the order of the text. Line ends are no characters here."""
    return [c for c in dict.fromkeys(text) if not _shown_somewhere(c)]


@cache
def _shown_somewhere(character: str) -> bool:
    return character in "\n\r" or any(has(face, character) for face in last_resorts())


def unpack_all() -> None:
    """Unpack every face that is not there yet."""
    for face in FACES:
        font_file(face)


if __name__ == "__main__":
    unpack_all()
    sys.exit(0)
