"""The file around the pages: catalogue, metadata, colour profile, bookmarks, and all small objects packed together.

ReportLab writes every object on its own and an old table of places; a tagged file has sixty small objects a letter, so
here they are packed into object streams with a packed table of places (ISO 32000-1, 7.5.7 and 7.5.8). The parts that
PDF/A-2u asks for are there (ISO 19005-2: metadata, output intent, embedded fonts with characters, no encryption), but
no validator was run over them.
"""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

from reports.fonts import HERE
from reports.structure import Element, text_string, tree_objects

PRODUCER = "ReportLab; Jinmen"
PACKED = 400  # objects in one object stream


class About(NamedTuple):
    """What the file says of itself. Day: on which it was made; language as BCP 47."""

    title: str
    author: str
    subject: str
    language: str
    day: date
    creator: str = "Jinmen 津门入户"


def packed(data: bytes, level: int) -> bytes:
    """Drawings and objects as they stand in a file. Short repetitions are left as they are, which suits figures that
    differ a little from line to line (a letter with its codes has 5 per cent less).
    """
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return packer.compress(data) + packer.flush()


class Bookmark(NamedTuple):
    """A line of the list of contents: its words and its page, from 0."""

    title: str
    page: int


@cache
def _profile() -> bytes:
    return (HERE / "resources" / "papers" / "srgb.icc").read_bytes()


def file_bytes(
    document: Any, about: About, root: Element, marks: Sequence[Sequence[Element]], bookmarks: Sequence[Bookmark]
) -> bytes:
    """The finished file of a ReportLab document whose fonts are ready. The same content gives the same bytes.

    Root and marks: the tree of what is on the pages and, for every page, the element of each mark.
    """
    top = document.Reference(document.Pages)
    pages = [document.idToObjectNumberAndVersion[page.__InternalName__][0] for page in document.Pages.pages]
    objects: list[bytes] = []
    streams: set[int] = set()
    while (number := len(objects) + 1) in document.numberToId:  # formatting an object may add others
        thing = document.idToObject[document.numberToId[number]]
        objects.append(pdfdoc.format(thing, document, toplevel=1))
        if isinstance(thing, pdfdoc.PDFStream | pdfdoc.PDFImageXObject):
            streams.add(number)

    def add(body: str | bytes, stream: bool = False) -> int:
        objects.append(body.encode("ascii") if isinstance(body, str) else body)
        if stream:
            streams.add(len(objects))
        return len(objects)

    metadata = _metadata(about)
    described = add(
        b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%b\nendstream\n" % (len(metadata), metadata), True
    )
    packed = zlib.compress(_profile(), 9)
    profile = add(
        b"<</N 3/Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream\n" % (len(packed), packed), stream=True
    )
    outlines = _outlines(bookmarks, pages, add, len(objects) + 1) if bookmarks else 0
    tree = tree_objects(root, marks, pages, add, len(objects) + 1)
    pages_number = document.idToObjectNumberAndVersion[top.name][0]
    catalogue = add(
        f"<</Type/Catalog/Pages {pages_number} 0 R/Lang({about.language})/MarkInfo<</Marked true>>"
        f"/StructTreeRoot {tree} 0 R/Metadata {described} 0 R/ViewerPreferences<</DisplayDocTitle true"
        "/PrintScaling/None>>"
        + (f"/Outlines {outlines} 0 R" if outlines else "")
        + "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)"
        f"/DestOutputProfile {profile} 0 R>>]>>"
    )
    stamp = f"(D:{about.day:%Y%m%d}000000Z)"
    told = add(
        f"<</Title{text_string(about.title)}/Author{text_string(about.author)}/Subject{text_string(about.subject)}"
        f"/Creator{text_string(about.creator)}/Producer{text_string(PRODUCER)}/CreationDate{stamp}/ModDate{stamp}>>"
    )
    return _assembled(objects, streams, catalogue, told)


def _outlines(bookmarks: Sequence[Bookmark], pages: Sequence[int], add: Any, first: int) -> int:
    last = first + len(bookmarks)
    made: int = add(f"<</Type/Outlines/First {first + 1} 0 R/Last {last} 0 R/Count {len(bookmarks)}>>")
    for number, mark in enumerate(bookmarks, first + 1):
        add(
            f"<</Title{text_string(mark.title)}/Parent {first} 0 R/Dest[{pages[mark.page]} 0 R/Fit]"
            + (f"/Prev {number - 1} 0 R" if number > first + 1 else "")
            + (f"/Next {number + 1} 0 R" if number < last else "")
            + ">>"
        )
    return made


def _metadata(about: About) -> bytes:
    """The metadata in XML (XMP), with what PDF/A-2u asks for."""

    def alternative(text: str) -> str:
        return f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'

    when = f"{about.day.isoformat()}T00:00:00Z"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
        'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">\n'
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>\n"
        f"<dc:format>application/pdf</dc:format><dc:title>{alternative(about.title)}</dc:title>\n"
        f"<dc:creator><rdf:Seq><rdf:li>{escape(about.author)}</rdf:li></rdf:Seq></dc:creator>\n"
        f"<dc:description>{alternative(about.subject)}</dc:description>\n"
        f"<dc:language><rdf:Bag><rdf:li>{about.language}</rdf:li></rdf:Bag></dc:language>\n"
        f"<xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate>\n"
        f"<xmp:CreatorTool>{escape(about.creator)}</xmp:CreatorTool><pdf:Producer>{PRODUCER}</pdf:Producer>\n"
        '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()


def _assembled(objects: Sequence[bytes], streams: set[int], catalogue: int, told: int) -> bytes:
    """The file of numbered objects (from 1): streams as they are, everything else packed."""
    digest = hashlib.md5(usedforsecurity=False)  # the name of a file with this content, no protection
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    total = len(objects)
    places: list[tuple[int, int, int]] = [(0, 0, 65535), *((1, 0, 0) for _ in objects)]

    def put(number: int, body: bytes) -> None:
        places[number] = (1, len(out), 0)
        digest.update(body)
        out.extend(b"%d 0 obj\n%b\nendobj\n" % (number, body.rstrip(b"\n")))

    for number in sorted(streams):
        put(number, objects[number - 1])
    small = [number for number in range(1, total + 1) if number not in streams]
    for start in range(0, len(small), PACKED):
        part = small[start : start + PACKED]
        total += 1
        offset = 0
        heads = []
        for place, number in enumerate(part):
            heads.append(f"{number} {offset}")
            offset += len(objects[number - 1]) + 1
            places[number] = (2, total, place)
        head = " ".join(heads).encode("ascii") + b"\n"
        body = packed(head + b"\n".join(objects[number - 1] for number in part) + b"\n", 6)
        places.append((1, 0, 0))
        put(
            total,
            b"<</Type/ObjStm/N %d/First %d/Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream"
            % (len(part), len(head), len(body), body),
        )
    total += 1
    start = len(out)
    places.append((1, start, 0))
    name = digest.hexdigest().upper().encode("ascii")
    table = zlib.compress(_differences(b"".join([struct.pack(">BBLH", 2, *place) for place in places])), 6)
    head = b"<</Type/XRef/Size %d/W[1 4 2]/DecodeParms<</Predictor 12/Columns 7>>" % (total + 1)
    out.extend(
        b"%d 0 obj\n%b/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]/Length %d/Filter/FlateDecode>>\n"
        b"stream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (total, head, catalogue, told, name, name, len(table), table, start)
    )
    return bytes(out)


def _differences(rows: bytes) -> bytes:
    """Rows of eight bytes, each but its first byte as what it differs by from the row above (PNG's filter "up")."""
    size = len(rows) - 8
    high = int.from_bytes(b"\x80" * size, "big")
    low = int.from_bytes(rows[8:], "big")
    above = int.from_bytes((b"\0" + rows[1:8] + rows[8:])[:size], "big")
    above &= int.from_bytes((b"\0" + b"\xff" * 7) * (size // 8), "big")
    apart = ((low | high) - (above & ~high)) ^ ((low ^ above ^ high) & high)  # byte by byte, without borrowing
    return rows[:8] + apart.to_bytes(size, "big")
