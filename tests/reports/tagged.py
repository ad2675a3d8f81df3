"""What a reader for the blind gets out of a PDF: its tree of headings, paragraphs and tables with their words."""

import re

import pikepdf


def tree(element, text):
    """The kinds below an element as nested lists, with the text of the marks."""
    kids = element.get("/K", pikepdf.Array())
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    out = []
    for kid in kids:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            assert kid.P.objgen == element.objgen
            out.append(tree(kid, text))
        else:
            out.append(text[element.Pg.objgen, int(kid)])
    return [str(element.S)[1:], *out]


def marked_text(pdf):
    """{(page, number of the mark): what it shows}; what is drawn outside every mark raises."""
    shown = {}
    for page in pdf.pages:
        fonts = {name: to_unicode(font) for name, font in page.Resources.Font.items()}
        font, mark = None, None
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC":
                    assert mark is None
                    mark = page.obj.objgen, int(operands[1].MCID)
                    shown[mark] = ""
                case "BMC":
                    assert mark is None
                    mark = "decoration"
                case "EMC":
                    mark = None
                case "Tf":
                    font = fonts[str(operands[0])]
                case "TJ" | "re" | "S" | "f":
                    assert mark is not None, operator
                    if str(operator) == "TJ" and mark != "decoration":
                        codes = b"".join(bytes(part) for part in operands[0] if isinstance(part, pikepdf.String))
                        shown[mark] += "".join(font[codes[at : at + 2]] for at in range(0, len(codes), 2))
        assert mark is None
    return shown


def to_unicode(font):
    pairs = re.findall(r"^<([0-9A-F]{4})> <([0-9A-F]+)>$", font.ToUnicode.read_bytes().decode("ascii"), re.M)
    return {bytes.fromhex(code): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}
