# ruff: noqa: E501  # a table of attacks, one a line
"""Files that offices never meant to send: sound ones to be spoilt at random, and attacks by name."""

import io
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import zstandard
from PIL import Image

from tests.models.pictures import as_bytes, bomb, chunk, paper, photo

HEADINGS = ("姓名", "性别", "身份证号", "与户主关系", "联系电话", "楼号", "单元", "室", "备注")
PEOPLE = (
    ("李建国", "男", "11010519491231002X", "户主", "13820001234", "3", "2", "501", "需助餐"),
    ("王秀英", "女", "", "配偶", "", "3", "2", "501", "听力不好，\n请大声"),
    ("阿依古丽·艾合买提", "女", "", "儿媳", "022-27355555", "3", "2", "501", '说“要"助餐"”'),
    ("单𬱖", "女", "", "孙女", "", "", "", "", ""),
    ("尉迟海生", "男", "", "户主", "13902177654", "4", "1", "101", ""),
)
NASTY = (
    "=cmd|'/C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", "\t=1+1", '=HYPERLINK("http://x","y")', "1.2E+17", "1.10105E+17",
    "#REF!", "#N/A", "NaN", "-0", "1e999", "٣", "\u202e", "\ufeff", "\x00", "\x1b[31m", "𬱖" * 30, "长" * 1200, "a" * 40_000,
    "2026-02-30", "0000-00-00", "99999999999999999999", "户主", "TRUE", "'; DROP TABLE resident; --", "{name}", "%s%n", "\\",
    '"', '""""', ",", ";", "\r", "\n", "\ud7ff", "\uffff", "..//..", "https://example.invalid/x", "<!DOCTYPE a>", "&lol;",
)  # fmt: skip
CODES = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5", "utf-7")


# Sound files.


def csv_of(rows: Iterable[Sequence[str]], sign: str = ",", end: str = "\r\n") -> str:
    """A table as text."""
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            odd = any(character in cell for character in f'{sign}"\r\n')
            cells.append('"' + cell.replace('"', '""') + '"' if odd else cell)
        lines.append(sign.join(cells))
    return end.join(lines) + end


def sound_csv(chance: random.Random) -> bytes:
    """A list that could be taken in."""
    rows = [HEADINGS, *(PEOPLE[n % len(PEOPLE)] for n in range(chance.randint(1, 12)))]
    text = csv_of(rows, chance.choice(",,,\t;"), chance.choice(("\r\n", "\n")))
    return text.encode(chance.choice(CODES[:6]), "ignore")


@cache
def sound_xlsx() -> tuple[bytes, ...]:
    """Workbooks of several makers' ways: shared texts and texts in place, numbers, dates, merged cells, a second sheet."""
    import openpyxl
    import xlsxwriter

    made = []
    for kind in range(2):
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": bool(kind)})
        sheet = book.add_worksheet("花名册")
        for row, cells in enumerate([("花园路社区居民花名册",), HEADINGS, *PEOPLE * 3]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
        sheet.write_number(3, 8, 42.5)
        if not kind:
            sheet.merge_range(3, 5, 4, 5, "3")
        book.add_worksheet("说明").write_string(0, 0, "填写说明")
        book.close()
        made.append(out.getvalue())
    book = openpyxl.Workbook()
    for cells in [HEADINGS, *PEOPLE * 2]:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    made.append(out.getvalue())
    form = openpyxl.Workbook()
    form.active.title = "survey"
    for cells in (
        ("type", "name", "label"),
        ("text", "name", "姓名"),
        ("integer", "age", "年龄"),
        ("select_one yn", "a", "?"),
    ):
        form.active.append(cells)
    choices = form.create_sheet("choices")
    for cells in (("list_name", "name", "label"), ("yn", "1", "是"), ("yn", "2", "否")):
        choices.append(cells)
    out = io.BytesIO()
    form.save(out)
    return (*made, out.getvalue())


@cache
def sound_images() -> tuple[bytes, ...]:
    """Pictures of all kinds that are taken over."""
    found = [photo(120, 90), photo(120, 90, 6), as_bytes(paper(120, 90), progressive=True)]
    found += [as_bytes(paper(120, 90), kind) for kind in ("PNG", "WEBP", "BMP", "TIFF")]
    found += [as_bytes(paper(120, 90).convert(mode), "TIFF") for mode in ("1", "CMYK", "LAB") if mode != "LAB"]
    found += [as_bytes(paper(120, 90), "TIFF", compression=how) for how in ("tiff_lzw", "tiff_deflate", "packbits")]
    found += [as_bytes(paper(120, 90).convert(mode), "PNG") for mode in ("P", "LA", "I;16") if mode != "I;16"]
    return tuple(found)


# Spoilt ones.


def spoilt_csv(chance: random.Random) -> bytes:
    """A list with something wrong: cells, separators, quotes, encodings, bytes."""
    rows = [list(HEADINGS), *([*PEOPLE[n % len(PEOPLE)]] for n in range(chance.randint(0, 12)))]
    for _n in range(chance.choice((0, 1, 3, 10))):
        row = chance.choice(rows)
        if row:
            row[chance.randrange(len(row))] = chance.choice(NASTY)
    match chance.randrange(8):
        case 0:
            chance.shuffle(rows)
        case 1:
            rows = [row * chance.choice((0, 2, 50)) for row in rows]
        case 2:
            rows[0] = [*chance.sample(HEADINGS, len(HEADINGS)), chance.choice(HEADINGS)]
    text = csv_of(rows, chance.choice(",,,\t;，|"), chance.choice(("\r\n", "\n", "\r", "\n\n")))
    if chance.random() < 0.2:
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(('"', '""', "\n", ",", "\x00", "\ufeff", "，" * 500)) + text[at:]
    data = text.encode(chance.choice(CODES), "ignore")
    return spoilt_bytes(data, chance) if chance.random() < 0.4 else data


def spoilt_bytes(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut, doubled, put in."""
    found = bytearray(data)
    for _n in range(chance.choice((1, 1, 3, 20))):
        if not found:
            break
        at = chance.randrange(len(found) if chance.random() < 0.6 else min(len(found), 400))
        match chance.randrange(5):
            case 0 | 1:
                found[at] = chance.randrange(256)
            case 2:
                found[at:at] = chance.randbytes(chance.choice((1, 2, 40)))
            case 3:
                del found[at : at + chance.choice((1, 2, 4, 100))]
            case 4:
                found[at:at] = found[at : at + chance.choice((4, 60))] * chance.choice((1, 3))
    if chance.random() < 0.1:
        del found[chance.randrange(len(found) + 1) :]
    return bytes(found)


def spoilt_xlsx(chance: random.Random) -> bytes:
    """A workbook whose archive or one of whose parts is spoilt; the archive is whole in the second case."""
    data = chance.choice(sound_xlsx())
    if chance.random() < 0.3:
        return spoilt_bytes(data, chance)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([part for part in parts if part.startswith("xl/")] if chance.random() < 0.8 else list(parts))
    match chance.randrange(7):
        case 0:
            del parts[name]
        case 1:
            parts[name] = b""
        case 2:
            parts[chance.choice(("../../evil.xml", "/etc/evil", "xl/worksheets/sheet9.xml", "con", "a" * 300))] = parts[
                name
            ]
        case 3:
            value = chance.choice(NASTY).replace("<", "&lt;").encode("utf-8", "ignore")
            parts[name] = parts[name].replace("李建国".encode(), value, 1)
        case 4:
            wrong = chance.choice(
                (b'r="99999999999"', b'r="ZZZZZ9"', b'r="-1"', b'r=""', b't="s"', b't="e"', b's="9999"')
            )
            parts[name] = parts[name].replace(b'r="A', wrong + b' x="A', chance.choice((1, 50)))
        case _:
            parts[name] = spoilt_bytes(parts[name], chance)
    return zipped(parts)


def spoilt_image(chance: random.Random) -> bytes:
    """A picture with bytes changed."""
    return spoilt_bytes(chance.choice(sound_images()), chance)


# What attacks are made of.


def zipped(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


def workbook(sheet: bytes, **more: bytes) -> bytes:
    """A workbook around the XML of a sheet; more: other parts by their names, with / written as __."""
    kinds = b'<Override PartName="/xl/%s" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.%s+xml"/>'
    place = more.pop("place", b"worksheets/sheet1.xml")
    main = kinds % (b"workbook.xml", b"sheet.main") + kinds % (place, b"worksheet")
    parts = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-'
        b'types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        b'<Default Extension="xml" ContentType="application/xml"/>' + main + kinds % (b"sharedStrings.xml", b"sharedStrings")
        + kinds % (b"styles.xml", b"styles") + b"</Types>",
        "_rels/.rels": rels(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" '
        b'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels(("worksheet", place.decode()), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")),
        "xl/" + place.decode(): sheet,
        "xl/sharedStrings.xml": b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
        "xl/styles.xml": b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    }  # fmt: skip
    return zipped(parts | {name.replace("__", "/"): content for name, content in more.items()})


def rels(*several: tuple[str, str]) -> bytes:
    """A part of relations."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    inside = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}{what}" Target="{where}"/>'
        for n, (what, where) in enumerate(several, 1)
    )
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{inside}</Relationships>"
    ).encode()


def sheet_of(rows: str, before: str = "", after: str = "") -> bytes:
    """The XML of a sheet."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    ).encode()


def cells(row: int, *texts: str) -> str:
    """A row of texts in place."""
    inside = "".join(
        f'<c r="{chr(65 + n)}{row}" t="inlineStr"><is><t>{text}</t></is></c>' for n, text in enumerate(texts)
    )
    return f'<row r="{row}">{inside}</row>'


_LIST = cells(1, "姓名", "身份证号") + cells(2, "李建国", "11010519491231002X")
_DOCTYPE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_LAUGHS = "<!DOCTYPE a [<!ENTITY a '" + "lol" * 10 + "'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(8)
) + "]>"  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """A file with an intention. must: "refused"; "read" (it is harmless here and says what it says); "either"."""

    name: str
    reader: str  # list, form, image, pack, card, seal, path
    make: Callable[[], Any]
    must: str
    holds: str = ""  # where it is read: a text that must be in what was read, as it stands
    never: bytes = b""  # bytes that must not be in what comes out


def _named(word: str, code: str = "utf-8") -> bytes:
    return csv_of([("姓名", "备注", "室"), ("李建国", word, "1")]).encode(code)


def _doctype(sheet: bytes, said: str, *, late: bool = False) -> bytes:
    head, _end, rest = sheet.partition(b"?>")
    return head + b"?>" + (b"\n" * 5000 if late else b"") + said.encode() + rest.replace("李建国".encode(), b"&x;")


def _lying_zip() -> bytes:
    """An archive whose lists say that a part of 600 MB has 100 bytes."""
    data = bytearray(zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": bytes(600_000_000)}))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 100)
    return bytes(data)


def _many_parts() -> bytes:
    return zipped({f"xl/{n}.xml": b"<a/>" for n in range(50_000)})


def _locked() -> bytes:
    data = bytearray(sound_xlsx()[0])
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    data[6] |= 1
    return bytes(data)


def _exif_loop() -> bytes:
    """A JPEG whose notes point at themselves."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 3)
    tiff += struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    tiff += struct.pack("<HHII", 0x0112, 3, 0xFFFFFFFF, 0xFFFFFFF0) + struct.pack("<I", 8)
    plain = as_bytes(paper(60, 40))
    note = b"Exif\0\0" + tiff
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note + plain[2:]


def _huge_jpeg() -> bytes:
    data = bytearray(as_bytes(paper(60, 40)))
    at = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, at + 5, 65_500, 65_500)
    return bytes(data)


def _png_note_bomb() -> bytes:
    data = as_bytes(paper(60, 40), "PNG")
    note = b"Comment\0\0" + zlib.compress(bytes(300_000_000), 9)
    profile = b"icc\0\0" + zlib.compress(bytes(300_000_000), 9)
    return data[:33] + chunk(b"iCCP", profile) + chunk(b"zTXt", note) + data[33:]


def _tiff_loop() -> bytes:
    data = bytearray(as_bytes(paper(60, 40), "TIFF"))
    first = struct.unpack_from("<I", data, 4)[0]
    several = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + several * 12, first)
    return bytes(data)


def _huge_bmp() -> bytes:
    data = bytearray(as_bytes(paper(60, 40), "BMP"))
    struct.pack_into("<ii", data, 18, 2**31 - 1, 2**31 - 1)
    return bytes(data)


def _animated() -> bytes:
    frames = [Image.new("RGB", (400, 400), (n, n, n)) for n in range(120)]
    return as_bytes(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def _pack(payload: bytes, raw: int) -> bytes:
    import hashlib
    import json

    header = {
        "v": 1, "title": "x", "issuer": "", "notes": "", "hash": "0" * 64, "packs": {}, "services": 0,
        "verified_on": "2026-01-01", "made_at": 0, "sign_public": "0" * 64, "raw": raw, "len": len(payload),
        "sha": hashlib.sha256(payload).hexdigest(),
    }  # fmt: skip
    return (
        b"JINMEN-PACK 1\n"
        + json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
        + b"\n"
        + bytes(64)
        + payload
    )


def _cbor(data: bytes) -> str:
    import base45

    return str(base45.b45encode(data + bytes(64)).decode())


ATTACKS: tuple[Attack, ...] = (
    Attack("a formula that starts a program", "list", lambda: _named("=cmd|'/C calc'!A0"), "read", "=cmd|'/C calc'!A0"),
    Attack("a formula after a tabulator", "list", lambda: _named("\t=1+1"), "either"),
    Attack("a formula with @", "list", lambda: _named("@SUM(1,1)"), "read", "@SUM(1,1)"),
    Attack("a link that tells who opens it", "list", lambda: _named('=HYPERLINK("http://x.invalid","y")'), "read", "=HYPERLINK"),
    Attack("a formula in a workbook", "list", lambda: workbook(sheet_of(
        cells(1, "姓名", "备注") + '<row r="2"><c r="A2" t="inlineStr"><is><t>李建国</t></is></c><c r="B2"><f>WEBSERVICE("http://x")</f><v>7</v></c></row>'
    )), "read"),
    Attack("a number turned into 1.2E+17, text", "list", lambda: _named("1.20101E+17"), "refused"),
    Attack("a number turned into 1.2E+17, workbook", "list", lambda: workbook(sheet_of(
        cells(1, "姓名", "身份证号") + '<row r="2"><c r="A2" t="inlineStr"><is><t>李</t></is></c><c r="B2"><v>120101195203081234</v></c></row>'
    )), "refused"),
    Attack("zero bytes", "list", lambda: _named("a\x00b"), "refused"),
    Attack("UTF-16 with its mark", "list", lambda: _named("备注", "utf-16"), "read", "李建国"),
    Attack("UTF-16, the other way round", "list", lambda: b"\xfe\xff" + _named("备注", "utf-16-be"), "read", "李建国"),
    Attack("UTF-16 without its mark", "list", lambda: _named("note,1234567890", "utf-16-le"), "either"),
    Attack("GB 18030 with four bytes", "list", lambda: _named("单𬱖", "gb18030"), "read", "单𬱖"),
    Attack("GB 18030 cut in a character", "list", lambda: _named("备注", "gb18030") + "李".encode("gb18030")[:1], "either"),
    Attack("the mark of UTF-8 twice", "list", lambda: b"\xef\xbb\xbf" * 2 + _named("备注"), "either"),
    Attack("half characters", "list", lambda: b"\xff\xfe" + _named("x", "utf-16-le") + b"\x00\xd8\x0a\x00", "refused"),
    Attack("a quotation mark that never ends", "list", lambda: _named("x") + b'"' + b"a," * 4_500_000, "either"),
    Attack("too large", "list", lambda: _named("x") + b"a,b\n" * 3_000_000, "refused"),
    Attack("300,000 rows", "list", lambda: _named("x") + "李,x,1\n".encode() * 300_000, "refused"),
    Attack("a million columns", "list", lambda: "姓名".encode() + b"," * 1_000_000 + b"\n", "refused"),
    Attack("a zip bomb", "list", lambda: zipped({"xl/workbook.xml": bytes(900_000_000)}), "refused"),
    Attack("a zip bomb that lies about its size", "list", _lying_zip, "refused"),
    Attack("50,000 parts", "list", _many_parts, "refused"),
    Attack("a declared size of a whole sheet", "list", lambda: workbook(sheet_of(_LIST, '<dimension ref="A1:XFD1048576"/>')), "read", "李建国"),
    Attack("names that climb out of the folder", "list", lambda: workbook(sheet_of(_LIST), **{"..__..__evil": b"x", "__tmp__evil": b"x"}), "read", "李建国"),
    Attack("external entities", "list", lambda: workbook(_doctype(sheet_of(_LIST), _DOCTYPE)), "refused", never=b"root:"),
    Attack("external entities far down", "list", lambda: workbook(_doctype(sheet_of(_LIST), _DOCTYPE, late=True)), "refused", never=b"root:"),
    Attack("external entities in a part of another name", "list", lambda: workbook(_doctype(sheet_of(_LIST), _DOCTYPE), place=b"worksheets/sheet1.dat"), "refused", never=b"root:"),
    Attack("external entities in UTF-16", "list", lambda: workbook(_doctype(sheet_of(_LIST), _DOCTYPE).decode().replace("UTF-8", "UTF-16").encode("utf-16")), "refused", never=b"root:"),
    Attack("a billion laughs", "list", lambda: workbook(_doctype(sheet_of(_LIST), _LAUGHS).replace(b"&x;", b"&i;")), "refused"),
    Attack("a billion laughs in a part of another name", "list", lambda: workbook(_doctype(sheet_of(_LIST), _LAUGHS).replace(b"&x;", b"&i;"), place=b"worksheets/sheet1.bin"), "refused"),
    Attack("elements in one another", "list", lambda: workbook(sheet_of(_LIST, "<a>" * 100_000)), "refused"),
    Attack("huge shared texts", "list", lambda: workbook(sheet_of('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), **{"xl__sharedStrings.xml": b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"<si><t>a</t></si>" * 2_000_000 + b"</sst>"}), "either"),
    Attack("a row of eight million cells", "list", lambda: workbook(sheet_of(_LIST + '<row r="3">' + "<c/>" * 8_000_000 + "</row>")), "refused"),
    Attack("a million merged cells", "list", lambda: workbook(sheet_of(_LIST, after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 1_000_000 + "</mergeCells>")), "either", "李建国"),
    Attack("a million styles", "list", lambda: workbook(sheet_of(_LIST), **{"xl__styles.xml": b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>' + b'<xf numFmtId="0"/>' * 1_000_000 + b"</cellXfs></styleSheet>"}), "either"),
    Attack("a text that is not there", "list", lambda: workbook(sheet_of('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')), "refused"),
    Attack("a row beyond the end", "list", lambda: workbook(sheet_of(_LIST + cells(99_999_999_999, "王"))), "either"),
    Attack("a column beyond the end", "list", lambda: workbook(sheet_of(_LIST + '<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>')), "either"),
    Attack("a whole text in a cell", "list", lambda: workbook(sheet_of(_LIST + cells(3, "王" * 30_000))), "refused"),
    Attack("a workbook with a password", "list", _locked, "refused"),
    Attack("a workbook with macros", "list", lambda: workbook(sheet_of(_LIST), **{"xl__vbaProject.bin": b"\xd0\xcf\x11\xe0" * 99}), "read", "李建国"),
    Attack("an old workbook that is none", "list", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "refused"),
    Attack("an old workbook whose chain has no end", "list", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00\x00\x00\x00" * 2000, "refused"),
    Attack("an archive and a script in one", "list", lambda: b"#!/bin/sh\nrm -rf /\n" + sound_xlsx()[0], "refused"),
    Attack("a questionnaire of zeros", "form", lambda: zipped({"xl/workbook.xml": bytes(900_000_000)}), "refused"),
    Attack("a questionnaire with external entities", "form", lambda: workbook(_doctype(sheet_of(_LIST), _DOCTYPE)), "refused", never=b"root:"),
    Attack("a questionnaire of 200,000 lines", "form", lambda: b"survey,type,name\n" + b",text,a\n" * 200_000, "refused"),
    Attack("a table of bars without end", "form", lambda: b"|" * 9_000_000, "refused"),
    Attack("a picture of 900 million pixels", "image", bomb, "refused"),
    Attack("a JPEG of four thousand million pixels", "image", _huge_jpeg, "refused"),
    Attack("a BMP beyond all sizes", "image", _huge_bmp, "refused"),
    Attack("notes that point at themselves", "image", _exif_loop, "either"),
    Attack("notes that unpack to 300 MB", "image", _png_note_bomb, "either"),
    Attack("pages that point at themselves", "image", _tiff_loop, "either"),
    Attack("a picture that moves", "image", _animated, "read"),
    Attack("a cut photo", "image", lambda: as_bytes(paper(900, 700), quality=95)[:9000], "refused"),
    Attack("a photo with a page behind it", "image", lambda: photo(90, 60) + b"<html><script>SECRET-OWNER</script>" + sound_xlsx()[0], "read", never=b"SECRET-OWNER"),
    Attack("a drawing that loads others", "image", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', "refused"),
    Attack("PostScript", "image", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99999 99999\n", "refused"),
    Attack("rules that unpack to a gigabyte", "pack", lambda: _pack(zstandard.compress(bytes(1_000_000_000)), 1_000_000_000), "refused"),
    Attack("rules that lie about their size", "pack", lambda: _pack(zstandard.compress(bytes(1_000_000_000)), 1000), "refused"),
    Attack("brackets instead of rules", "pack", lambda: b"JINMEN-PACK 1\n" + b"[" * 60_000 + b"\n" + bytes(64), "refused"),
    Attack("rules that repeat one another", "yaml", lambda: ("a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))).encode(), "refused"),
    Attack("rules in one another", "yaml", lambda: b"a: " + b"[" * 20_000, "refused"),
    Attack("a card of brackets", "card", lambda: b"JINMEN-CARD 1\n" + b"[" * 100_000, "refused"),
    Attack("a code of nothing but depth", "seal", lambda: _cbor(b"\x81" * 600), "refused"),
    Attack("a code that says it is huge", "seal", lambda: _cbor(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), "refused"),
    Attack("a code with a number without end", "seal", lambda: _cbor(b"\x8a\x01\xc2\x59\x02\x00" + b"\xff" * 512), "refused"),
    Attack("a pipe under the name of a file", "path", lambda: "pipe", "refused"),
    Attack("a device under the name of a file", "path", lambda: "device", "refused"),
    Attack("a link to a file of the system", "path", lambda: "link", "refused"),
)  # fmt: skip


def place_for(kind: str, folder: str) -> str:
    """A path in a folder that is a pipe, a device or a link."""
    path = f"{folder}/{kind}.jmb"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        Path(path).symlink_to("/dev/zero" if kind == "device" else "/etc/passwd")
    return path
