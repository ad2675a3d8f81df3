"""Run by the bench's own environment, never by the application: the page of our letter set by another program.

usage: bench_paper_child.py fpdf2|typst|weasyprint CONTENT.json     (made by desktop.bench_paper)

Each program lays the page out by its own means: paragraphs, a ruled table, a QR code as vector paths (made by the same
library everywhere), a slip below a dashed line. Answers one JSON line: CPU of this process, most memory, bytes.
"""

import html
import io
import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import zxingcpp

RED = "#cc0000"


def code(text: str) -> str:
    """The QR code as SVG."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(made.to_svg(add_quiet_zones=True))


def by_fpdf2(told: dict[str, Any]) -> bytes:
    """With fpdf2: cells and multi_cells."""
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos

    pdf = FPDF(format="A4")
    for face, file in told["faces"].items():
        pdf.add_font(face, fname=file)
    pdf.set_auto_page_break(False)
    below = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
    for letter in told["letters"]:
        pdf.set_margins(28, 30, 26)
        pdf.add_page()
        pdf.set_font("title", size=24)
        pdf.set_text_color(204, 0, 0)
        pdf.multi_cell(156, 11, letter["issuer"], align="C", wrapmode="CHAR", **below)
        pdf.set_draw_color(204, 0, 0)
        y = pdf.get_y() + 4
        for width, down in ((0.78, 0.0), (0.25, 0.9)):
            pdf.set_line_width(width)
            pdf.line(20, y + down, 190, y + down)
        pdf.set_draw_color(0, 0, 0)
        pdf.set_text_color(0, 0, 0)
        pdf.set_line_width(0.18)
        pdf.set_y(y + 4)
        pdf.set_font("song", size=12)
        pdf.cell(156, 6, letter["number"], align="R", **below)
        pdf.set_font("title", size=22)
        pdf.cell(156, 12, letter["title"], align="C", **below)
        pdf.set_font("song", size=11)
        for words in (letter["to"], "　　" + letter["body"]):
            pdf.multi_cell(156, 6, words, align="J", wrapmode="CHAR", **below)
        for line in letter["rows"]:
            widths = {6: (20, 46, 14, 14, 24, 38), 4: (20, 74, 24, 38), 2: (20, 136)}[len(line)]
            for width, (place, words) in zip(widths, enumerate(line), strict=True):
                pdf.set_font("song" if place % 2 else "hei", size=10)
                pdf.cell(width, 7.5, words, border=1, align="L" if place % 2 else "C")
            pdf.ln(7.5)
        for matter in letter["matters"]:
            pdf.set_font("title", size=11)
            pdf.multi_cell(156, 6, "　　" + matter["title"] + matter["amount"], align="J", wrapmode="CHAR", **below)
            pdf.set_font("song", size=10)
            pdf.multi_cell(156, 5.4, "　　" + matter["reasons"], align="J", wrapmode="CHAR", **below)
            pdf.set_font("kai", size=10)
            for words in matter["basis"]:
                pdf.multi_cell(156, 5.4, "　　" + words, align="J", wrapmode="CHAR", **below)
        pdf.set_font("song", size=10)
        pdf.multi_cell(156, 5.4, "　□ ".join(letter["documents"]), wrapmode="CHAR", **below)
        y = pdf.get_y() + 2
        pdf.image(io.BytesIO(code(letter["seal"]).encode()), x=28, y=y, w=22, h=22)
        pdf.set_xy(54, y)
        for words in letter["left"]:
            pdf.set_x(54)
            pdf.multi_cell(70, 5.4, words, wrapmode="CHAR", **below)
        pdf.set_xy(124, y + 6)
        pdf.multi_cell(60, 6, letter["issuer"] + "\n" + letter["day"], align="C", wrapmode="CHAR", **below)
        slip = letter["slip"]
        pdf.set_dash_pattern(dash=1.4, gap=1)
        pdf.line(10, 226, 200, 226)
        pdf.set_dash_pattern()
        pdf.set_xy(28, 228)
        pdf.cell(156, 5, slip["tear"], align="C", **below)
        pdf.set_font("title", size=14)
        pdf.cell(156, 7, slip["title"], align="C", **below)
        pdf.set_font("song", size=10)
        pdf.cell(156, 6, slip["number"] + "　" + slip["name"], **below)
        for name in slip["matters"]:
            pdf.cell(60, 6.5, name, border=1)
            for box in slip["boxes"]:
                pdf.cell(24, 6.5, "□ " + box, border=1)
            pdf.ln(6.5)
        for words in slip["foot"]:
            pdf.cell(156, 6, words, **below)
    return bytes(pdf.output())


def by_typst(told: dict[str, Any]) -> bytes:
    """With typst: one source for all letters."""
    import typst

    def said(words: str) -> str:
        return json.dumps(words, ensure_ascii=False)

    families = {"song": "Jinmen Song", "title": "Jinmen Title", "hei": "Jinmen Hei", "kai": "Jinmen Kai"}
    out = [
        '#set page(paper: "a4", margin: (top: 30mm, left: 28mm, right: 26mm, bottom: 10mm))',
        f'#set text(font: "{families["song"]}", size: 11pt, lang: "zh")',
        "#set par(justify: true, leading: 6pt)",
    ]
    for face, family in families.items():
        out.append(f'#let {face}(size, words) = text(font: "{family}", size: size, words)')
    for place, letter in enumerate(told["letters"]):
        if place:
            out.append("#pagebreak()")
        out.append(f'#align(center, text(fill: rgb("{RED}"), title(24pt, {said(letter["issuer"])})))')
        for width in (2.2, 0.7):
            out.append(f'#place(dx: -8mm, line(length: 170mm, stroke: {width}pt + rgb("{RED}")))#v({3 - width:.1f}pt)')
        out.append(f"#align(right, {said(letter['number'])})")
        out.append(f"#align(center, title(22pt, {said(letter['title'])}))")
        out.append(f"#{said(letter['to'])}\n")
        out.append(f"#h(2em)#{said(letter['body'])}\n")
        for line in letter["rows"]:
            widths = {6: "20mm, 46mm, 14mm, 14mm, 24mm, 38mm", 4: "20mm, 74mm, 24mm, 38mm", 2: "20mm, 136mm"}[len(line)]
            cells = ", ".join(
                said(words) if at % 2 else f"align(center, hei(10pt, {said(words)}))" for at, words in enumerate(line)
            )
            out.append(f"#block(above: 0pt, below: 0pt, table(columns: ({widths}), {cells}))")
        for matter in letter["matters"]:
            out.append(f"#h(2em)#title(11pt, {said(matter['title'])})#{said(matter['amount'])}\n")
            out.append(f"#h(2em)#song(10pt, {said(matter['reasons'])})\n")
            out += [f"#h(2em)#kai(10pt, {said(words)})\n" for words in matter["basis"]]
        out.append(f"#song(10pt, {said('　□ '.join(letter['documents']))})\n")
        left = " + linebreak() + ".join(said(words) for words in letter["left"])
        right = f"align(center, {said(letter['issuer'])} + linebreak() + {said(letter['day'])})"
        image = f'image(bytes({said(code(letter["seal"]))}), format: "svg", width: 22mm)'
        out.append(f"#grid(columns: (26mm, 70mm, 60mm), {image}, {left}, {right})")
        slip = letter["slip"]
        parts = [
            'line(length: 100%, stroke: (dash: "dashed", thickness: 0.6pt))',
            f"align(center, {said(slip['tear'])})",
            f"align(center, title(14pt, {said(slip['title'])}))",
            said(slip["number"] + "　" + slip["name"]),
            "linebreak()",
        ]
        cells = ", ".join(
            said(words) for name in slip["matters"] for words in [name, *("□ " + b for b in slip["boxes"])]
        )
        parts.append(f"table(columns: (60mm, 24mm, 24mm, 24mm, 24mm), {cells})")
        parts += [said(words) + " + linebreak()" for words in slip["foot"]]
        out.append(f"#place(bottom, {' + '.join(parts)})")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "letters.typ"
        source.write_text("\n".join(out), "utf-8")
        fonts = str(Path(told["faces"]["song"]).parent)
        return bytes(typst.compile(str(source), font_paths=[fonts], ignore_system_fonts=True))


def by_weasyprint(told: dict[str, Any]) -> bytes:
    """With WeasyPrint: one HTML document, a section a page."""
    import weasyprint

    def said(words: str) -> str:
        return html.escape(words)

    faces = "".join(
        f"@font-face {{ font-family: {face}; src: url('{Path(file).as_uri()}') }}"
        for face, file in told["faces"].items()
    )
    style = f"""{faces} @page {{ size: A4; margin: 30mm 26mm 10mm 28mm }}
    body {{ font: 11pt/1.55 song; margin: 0 }} section {{ page-break-after: always; position: relative; height: 256mm }}
    h1 {{ font: 24pt title; color: {RED}; text-align: center; margin: 0; border-bottom: 2.2pt solid {RED} }}
    h2 {{ font: 22pt title; text-align: center; margin: 2mm 0 }}
    p {{ text-align: justify; text-indent: 2em; margin: 0 }}
    table {{ border-collapse: collapse; width: 156mm; font-size: 10pt }} td {{ border: .5pt solid; padding: 1mm }}
    .r {{ text-align: right; text-indent: 0 }} .n {{ text-indent: 0 }} .h {{ font-family: hei; text-align: center }}
    .t {{ font-family: title }} .s {{ font-size: 10pt }} .k {{ font: 10pt/1.5 kai }} .c {{ text-align: center }}
    .q {{ float: left; width: 22mm; margin-right: 4mm }} .seal {{ float: right; width: 60mm; text-align: center }}
    .slip {{ position: absolute; bottom: 0; border-top: .6pt dashed; width: 156mm; font-size: 10pt }}"""
    pages = []
    for letter in told["letters"]:
        rows = "".join(
            "<table><tr>"
            + "".join(f'<td class="{"" if at % 2 else "h"}">{said(words)}</td>' for at, words in enumerate(line))
            + "</tr></table>"
            for line in letter["rows"]
        )
        matters = "".join(
            f'<p><span class="t">{said(m["title"])}</span>{said(m["amount"])}</p><p class="s">{said(m["reasons"])}</p>'
            + "".join(f'<p class="k">{said(words)}</p>' for words in m["basis"])
            for m in letter["matters"]
        )
        slip = letter["slip"]
        boxes = "".join(f"<td>□ {said(box)}</td>" for box in slip["boxes"])
        lines = "".join(f"<tr><td>{said(name)}</td>{boxes}</tr>" for name in slip["matters"])
        picture = code(letter["seal"])
        pages.append(
            f"<section><h1>{said(letter['issuer'])}</h1><p class=r>{said(letter['number'])}</p>"
            f"<h2>{said(letter['title'])}</h2><p class=n>{said(letter['to'])}</p><p>{said(letter['body'])}</p>"
            f"{rows}{matters}<p class='n s'>{said('　□ '.join(letter['documents']))}</p>"
            f"<div class=q>{picture[picture.index('<svg') :]}</div>"
            f"<div class=seal>{said(letter['issuer'])}<br>{said(letter['day'])}</div>"
            f"<div class=s>{'<br>'.join(map(said, letter['left']))}</div>"
            f"<div class=slip><div class=c>{said(slip['tear'])}</div><div class='c t'>{said(slip['title'])}</div>"
            f"{said(slip['number'])}　{said(slip['name'])}<table>{lines}</table>"
            f"{'<br>'.join(map(said, slip['foot']))}</div></section>"
        )
    whole = f"<html lang=zh><head><style>{style}</style></head><body>{''.join(pages)}</body></html>"
    return bytes(weasyprint.HTML(string=whole).write_pdf())


def main(program: str, content: Path) -> int:
    """Make the letters, measure, answer; with a third word the file is kept there, to be looked at."""
    made = {"fpdf2": by_fpdf2, "typst": by_typst, "weasyprint": by_weasyprint}[program](
        json.loads(content.read_text("utf-8"))
    )
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = Path("/proc/self/status")  # ru_maxrss begins with what the process had that started this one
    lines = told.read_text("ascii", "replace").splitlines() if told.exists() else []
    peak = next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM:")), 0.0)
    sys.stdout.write(
        json.dumps({"cpu_ms": (used.ru_utime + used.ru_stime) * 1000, "peak_mb": peak, "bytes": len(made)}) + "\n"
    )
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_bytes(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
