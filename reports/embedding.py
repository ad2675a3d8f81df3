"""Put a TrueType face into a PDF as one font addressed by glyph number (Type 0, Identity-H; ISO 32000-1, 9.7).

ReportLab's own TTFont makes one font per 255 characters, writes wrong ToUnicode values above U+FFFF and draws a box
for a missing character without a word. This class embeds only the glyphs that were used, maps every one back to its
character, and knows no missing ones.
"""

import zlib
from hashlib import sha256
from typing import Any

from reportlab.pdfbase import pdfdoc

from reports.typeface import Typeface

SYMBOLIC = 4  # font flag: the font's own encoding


class CIDTrueType:
    """One face in one document. The numbers of the glyphs are given in the order in which the characters are used."""

    _dynamicFont = 1  # what ReportLab asks of every font  # noqa: N815
    _multiByte = 1  # noqa: N815

    def __init__(self, face: Typeface, internal_name: str) -> None:
        self.face = face
        self.fontName = f"Jinmen-{face.name}"
        self.internal_name = internal_name
        self.codes: dict[str, str] = {}

    def code(self, character: str) -> str:
        """The character's number in this document as four hexadecimal digits."""
        known = self.codes.get(character)
        if known is None:
            self.face.width(character)  # raises KeyError for a character the face lacks
            known = self.codes[character] = f"{len(self.codes) + 1:04X}"
        return known

    def _to_unicode(self) -> bytes:
        lines = [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        ]
        pairs = [f"<{code}> <{char.encode('utf-16-be').hex().upper()}>" for char, code in self.codes.items()]
        for start in range(0, len(pairs), 100):  # no more than 100 in one section
            part = pairs[start : start + 100]
            lines += [f"{len(part)} beginbfchar", *part, "endbfchar"]
        lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
        return "\n".join(lines).encode("ascii")

    def addObjects(self, document: Any) -> None:  # noqa: N802  # ReportLab calls it when the document is written
        """Add the font's five objects to the document."""
        face = self.face
        characters = list(self.codes)
        tag = sha256("".join(characters).encode("utf-8")).digest()
        name = "".join(chr(65 + byte % 26) for byte in tag[:6]) + "+" + self.fontName
        program = face.subset([face.characters.glyph(ord(c)) for c in characters])
        file = _stream(program)
        file.dictionary["Length1"] = len(program)
        key = self.internal_name
        descriptor = pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": pdfdoc.PDFName(name),
                "Flags": SYMBOLIC,
                "FontBBox": pdfdoc.PDFArray([round(v) for v in face.box]),
                "ItalicAngle": 0,
                "Ascent": round(face.ascent),
                "Descent": round(face.descent),
                "CapHeight": round(face.ascent),
                "StemV": 80,
                "FontFile2": document.Reference(file, f"file:{key}"),
            }
        )
        widths = " ".join(f"{1000 * face.width(c):g}" for c in characters)
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": pdfdoc.PDFName(name),
                "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
                "CIDToGIDMap": "/Identity",
                "DW": 1000,
                "W": f"[1 [{widths}]]",
                "FontDescriptor": document.Reference(descriptor, f"descriptor:{key}"),
            }
        )
        whole = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": pdfdoc.PDFName(name),
                "Encoding": "/Identity-H",
                "DescendantFonts": pdfdoc.PDFArray([document.Reference(descendant, f"descendant:{key}")]),
                "ToUnicode": document.Reference(_stream(self._to_unicode()), f"characters:{key}"),
            }
        )
        document.idToObject["BasicFonts"].dict[key] = document.Reference(whole, f"font:{key}")


def _stream(content: bytes) -> Any:
    stream = pdfdoc.PDFStream(content=zlib.compress(content, 6))
    stream.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")
    return stream
