"""Make the packed faces in resources/fonts from their upstream packages. For developers; the application never runs it.

    python -m reports.build_fonts SOURCES

SOURCES is a folder that holds, at any depth, the unpacked packages (versions: those last used):

- npm `@expo-google-fonts/noto-serif-sc` 0.4.3 and `@expo-google-fonts/noto-sans-sc` 0.4.3
- Debian `fonts-lxgw-wenkai` 1.250, `fonts-babelstone-han` 15.0.5 and `unicode-data` 15.0 (the character lists)

Each face keeps only the characters wanted, loses hinting, layout tables and glyph names, has its glyphs put in the
order of their characters (so that its character map is a short list of ranges) and is renamed: two faces of one name
collide in a PDF, and the licences reserve the original names.
"""

import bz2
import hashlib
import json
import lzma
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont, newTable  # type: ignore[import-untyped]
from fontTools.ttLib.reorderGlyphs import reorderGlyphs  # type: ignore[import-untyped]
from fontTools.ttLib.tables._c_m_a_p import cmap_format_4, cmap_format_12  # type: ignore[import-untyped]

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "fonts"
CHANGED_ON = "2026-11-22"

# Characters of personal names (GIDC, GXM: Ministry of Public Security), of places (GDM) and of modern dictionaries,
# newspapers and trades; left out are the sources of historical forms (Kangxi, Hanyu Da Zidian, Zhuang, ...).
HISTORICAL = {"GKX", "GHZ", "GHZR", "GZ", "GZYS", "GHC", "GZJW", "GT"}


def span(first: int, last: int) -> set[int]:
    """The codes from first to last, both included."""
    return set(range(first, last + 1))


SYMBOLS = (
    span(0x20, 0x7E)
    | span(0xA0, 0x17F)  # Latin with accents: foreign names, pinyin
    | {0x1CE, 0x1D0, 0x1D2, 0x1D4, 0x1D6, 0x1D8, 0x1DA, 0x1DC, 0x1F9, 0x251, 0x261}
    | span(0x2010, 0x2027)
    | {0x2030, 0x2032, 0x2033, 0x203B, 0x20AC, 0x2103, 0x2116}
    | span(0x2160, 0x217B)
    | span(0x2190, 0x2193)
    | {0x2212, 0x2234, 0x2248, 0x2260, 0x2264, 0x2265}
    | span(0x2460, 0x249B)
    | {0x25A0, 0x25A1, 0x25B2, 0x25B3, 0x25CB, 0x25CF, 0x2605, 0x2606, 0x2611, 0x2713}
    | span(0x3000, 0x3017)
    | {0x30FB}
    | span(0xFF01, 0xFF5E)
    | {0xFFE5}
)


def unihan(sources: Path, file: str, key: str) -> dict[int, str]:
    """The values of one Unihan key by character."""
    with bz2.open(next(sources.rglob(file + ".txt.bz2")), "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines if not line.startswith("#"))
        return {int(row[0][2:], 16): row[2] for row in rows if len(row) == 3 and row[1] == key}


def character_sets(sources: Path) -> dict[str, set[int]]:
    """The characters wanted in each kind of face."""
    standard = set(unihan(sources, "Unihan_OtherMappings", "kTGH"))  # 通用规范汉字表: 8,105, and one duplicate
    gb2312 = {
        ord(bytes([row, cell]).decode("gb2312"))
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
        if (row, cell) < (0xD7, 0xFA) or row > 0xD7
    }
    level_2 = span(0x3400, 0x4DB5) | span(0x4E00, 0x9FEF) | standard  # GB 18030-2022, implementation level 2
    modern = {
        code
        for code, source in unihan(sources, "Unihan_IRGSources", "kIRG_GSource").items()
        if source.split("-")[0] not in HISTORICAL
    }
    core = gb2312 | standard | SYMBOLS
    return {
        "core": core,
        "all": level_2 | SYMBOLS | span(0xFA0E, 0xFA29),
        "names": standard | {0xB7} | (modern - level_2),
    }


# face: (file of the package, set, family, style weight, its licence file)
FACES = {
    "song": ("NotoSerifSC_400Regular.ttf", "all", "Jinmen Song", 400, "serif"),
    "title": ("NotoSerifSC_700Bold.ttf", "core", "Jinmen Title", 700, "serif"),
    "hei": ("NotoSansSC_500Medium.ttf", "core", "Jinmen Hei", 500, "sans"),
    "kai": ("LXGWWenKai-Regular.ttf", "core", "Jinmen Kai", 400, "kai"),
    "names": ("BabelStoneHan.ttf", "names", "Jinmen Names", 400, "names"),
}


def make_subset(source: Path, codes: Iterable[int]) -> TTFont:
    """The font with these characters only, without hinting, layout and glyph names, glyphs in character order."""
    options = subset.Options(
        hinting=False, layout_features=[], glyph_names=False, notdef_outline=True, recalc_bounds=True
    )
    options.drop_tables += [
        "GSUB",
        "GPOS",
        "GDEF",
        "BASE",
        "VORG",
        "vhea",
        "vmtx",
        "DSIG",
        "gasp",
        "STAT",
        "meta",
        "kern",
    ]
    options.name_IDs = ["*"]
    font = subset.load_font(str(source), options, dontLoadGlyphNames=False)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=codes)
    worker.subset(font)
    by_code = sorted(font.getBestCmap().items())
    order = list(dict.fromkeys([".notdef", *(name for _, name in by_code)]))
    order += [name for name in font.getGlyphOrder() if name not in set(order)]
    reorderGlyphs(font, order)
    return font


def rename(font: TTFont, face: str, family: str, weight: int, source: Path) -> None:
    """Give the subset its own names, keep the copyright notices and say how and when it was changed."""
    old = font["name"]
    kept = {number: old.getDebugName(number) for number in (0, 5, 8, 9, 13, 14) if old.getDebugName(number)}
    postscript = family.replace(" ", "") + "-" + face
    change = f"Modified on {CHANGED_ON}: a subset of {source.stem}, renamed, hinting and layout tables removed."
    names = kept | {1: family, 2: "Regular", 3: f"{postscript};{CHANGED_ON}", 4: family, 6: postscript, 10: change}
    font["name"] = newTable("name")
    font["name"].names = []
    for number, text in sorted(names.items()):
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = 0x40
    font["head"].macStyle = 0


def put_character_map(font: TTFont) -> None:
    """One map of ranges (format 12), and the old format 4 for systems that ask for it."""
    whole = font.getBestCmap()
    table = newTable("cmap")
    table.tableVersion = 0
    table.tables = []
    for kind, encoding, mapping in (
        (cmap_format_4, 1, {code: name for code, name in whole.items() if code < 0x10000}),
        (cmap_format_12, 10, whole),
    ):
        part = kind(12 if kind is cmap_format_12 else 4)
        part.platformID, part.platEncID, part.language = 3, encoding, 0
        part.cmap = mapping
        if kind is cmap_format_12:
            part.reserved, part.length, part.nGroups = 0, 0, 0
        table.tables.append(part)
    font["cmap"] = table


def licence(sources: Path, kind: str) -> str:
    """The licence text that goes beside the face."""
    if kind in ("serif", "sans"):
        package = next(sources.rglob("NotoSerifSC_400Regular.ttf" if kind == "serif" else "NotoSansSC_500Medium.ttf"))
        return (package.parent.parent / "LICENSE_FONT").read_text(encoding="utf-8")
    folder, name = {
        "kai": ("fonts-lxgw-wenkai", "OFL-1.1"),
        "names": ("fonts-babelstone-han", "arphic-public-license"),
    }[kind]
    text = next(p for p in sources.rglob("copyright") if p.parent.name == folder).read_text(encoding="utf-8")
    holders = re.search(r"^Files: \*\nCopyright:(.*?)\nLicense:", text, re.S | re.M)
    terms = re.search(rf"^License: {name}\n(?= )(.*?)(?=^\S|\Z)", text, re.S | re.M)
    assert holders is not None, f"no holders in the licence of {kind}"
    assert terms is not None, f"no terms in the licence of {kind}"
    lines = [line.removeprefix(" ") for line in terms[1].splitlines()]
    plain = "\n".join("" if line == "." else line for line in lines)
    extra = 'With Reserved Font Names "霞鹜" and "LXGW".\n' if kind == "kai" else ""
    return "Copyright:" + re.sub(r"\n\s+", "\n ", holders[1]) + "\n" + extra + "\n" + plain.rstrip() + "\n"


def build(sources: Path) -> None:
    """Write every face, its licence and the list of faces."""
    wanted = character_sets(sources)
    listed = {}
    for face, (file, characters, family, weight, kind) in FACES.items():
        source = next(sources.rglob(file))
        font = make_subset(source, wanted[characters])
        rename(font, face, family, weight, source)
        put_character_map(font)
        font["head"].modified = font["head"].created  # the same input gives the same bytes
        font.recalcTimestamp = False
        folder = FOLDER / face
        folder.mkdir(parents=True, exist_ok=True)
        plain = folder / "face.ttf"
        font.save(plain)
        data = plain.read_bytes()
        plain.unlink()
        packed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
        (folder / f"{face}.ttf.xz").write_bytes(packed)
        (folder / "LICENSE.txt").write_text(licence(sources, kind), encoding="utf-8")
        digest = hashlib.sha256(data).hexdigest()
        listed[face] = {"family": family, "sha256": digest, "size": len(data)}
        print(face, len(font.getBestCmap()), "characters", len(data), len(packed), flush=True)  # noqa: T201
    (FOLDER / "faces.json").write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
