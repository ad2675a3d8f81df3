"""The head of a letter: the issuer's mark in red, the double rule, number and title; and the head of later pages."""

import base64
from collections.abc import Sequence
from datetime import date

from reports.letter.setting import Setting
from reports.lines import Run, shape, width_of
from reports.paper import GREY, MM, RED, Align, Paper
from reports.printable import one_line
from reports.wording import day_text

MARK = 9 * MM  # the height of the issuer's mark
BELOW_MARK = 4 * MM  # GB/T 9704-2012, 10.1: the rule is 4 mm below the mark
BELOW_RULE = 9.5 * MM  # to the number's baseline: seven eighths of a character of 16 points stay free above it
THICK, THIN, APART = 2.2, 0.7, 2.6  # points: the two strokes of the rule and the distance of their middles


def draw_head(paper: Paper, setting: Setting) -> float:
    """Draw the head of the first page and give where the text begins."""
    value, words, sheet = setting.value, setting.words, setting.sheet
    scale = max(sheet.scale, 0.72)
    rule = sheet.margin_top + scale * MARK + BELOW_MARK
    if value.red_head:
        _mark(paper, setting, rule, scale)
        paper.rule(sheet.rule_left, rule, sheet.rule_right, rule, THICK, RED)
        paper.rule(sheet.rule_left, rule + APART, sheet.rule_right, rule + APART, THIN, RED)
        if sheet.foot_rule:
            paper.rule(sheet.rule_left, sheet.foot_rule - APART, sheet.rule_right, sheet.foot_rule - APART, THIN, RED)
            paper.rule(sheet.rule_left, sheet.foot_rule, sheet.rule_right, sheet.foot_rule, THICK, RED)
    number = rule + BELOW_RULE * scale
    _within(paper, sheet.right, number, 12, [Run(one_line(value.number))], 0.56 * sheet.measure, "right")
    title = number + 9.5 * MM * scale
    corrected = value.version > 1
    key = "title_corrected" if corrected else "title"
    spacing = 0.5 if setting.chinese and not corrected and len(words[key]) < 6 else 0.05
    with paper.tagged("H1"):
        _fitting(paper, sheet.size[0] / 2, title, 22 * scale, words[key], spacing, sheet.measure)
    end = title + 5 * MM * scale
    if beneath := words.beneath(key):
        with paper.tagged("P", language="en"):
            paper.text(sheet.size[0] / 2, end + 0.5 * MM, 12 * scale, beneath, align="center")
        end += 4 * MM * scale
    shown = words["form"].format(version=value.layout.version)
    with paper.decoration():
        paper.text(sheet.right, sheet.slip_end + 3.4 * MM, 7, shown, align="right", colour=GREY)
    return end


def _fitting(
    paper: Paper, middle: float, baseline: float, size: float, text: str, spacing: float, room: float, colour: str = ""
) -> None:
    """One line around a middle, smaller where it would be wider than the room."""
    glyphs = shape([Run(text, "title")])
    natural = width_of(glyphs) + spacing * max(len(glyphs) - 1, 0)
    size = min(size, room / natural) if natural else size
    told = {"colour": colour} if colour else {}
    paper.text(middle, baseline, size, text, "title", "center", spacing, **told)


def _within(
    paper: Paper, x: float, baseline: float, size: float, runs: Sequence[Run], room: float, align: Align = "left"
) -> float:
    """One line from x on or ending there, smaller where it would be wider than the room; gives its width."""
    natural = width_of(shape(runs))
    return paper.text(x, baseline, min(size, room / natural) if natural else size, runs, align=align)


def _mark(paper: Paper, setting: Setting, rule: float, scale: float) -> None:
    """The issuer's mark between the ends of the rule, spread where it is short, after the office's picture."""
    value, sheet, layout = setting.value, setting.sheet, setting.value.layout
    text = one_line(layout.heading or value.issuer)
    start, end = sheet.rule_left, sheet.rule_right
    middle = sheet.size[0] / 2
    baseline = sheet.margin_top + scale * 4.5 * MM
    if layout.logo:
        bottom = min(sheet.margin_top + scale * MARK / 2 + layout.logo_height * MM / 2, rule - 1.5 * MM)
        height = min(layout.logo_height * MM, bottom - 5 * MM)
        alt = setting.words["logo"].format(issuer=text)
        start += paper.image(base64.b64decode(layout.logo), start, bottom - height, height, alt) + 3 * MM
    natural = width_of(shape([Run(text, "title")]))
    size = min(26.0 * scale, (end - start - 4 * MM) / natural)
    spacing = 0.0
    if setting.chinese and len(text) > 1:  # short marks are spread
        spacing = max(0.0, min(0.35, (115 * MM * scale / size - natural) / (len(text) - 1)))
    half = (natural + spacing * (len(text) - 1)) * size / 2
    if middle - half < start + 2 * MM:
        middle = (start + end) / 2
    with paper.tagged("P"):  # whose letter it is; the heading is the title
        _fitting(paper, middle, baseline + 0.38 * size, size, text, spacing, end - start, RED)


def draw_audit_mark(paper: Paper, setting: Setting) -> None:
    """Put the eight signs of the audit chain, where there are any, into the lower margin, below everything else."""
    mark, sheet = setting.value.audit_mark, setting.sheet
    if mark:
        paper.text(sheet.right, sheet.size[1] - 6 * MM, 6.5, f"{mark[:4]} {mark[4:]}", align="right", colour=GREY)


def draw_reprint(paper: Paper, setting: Setting, again: date) -> None:
    """Say in the head that this is printed once more, and on which day; not among the words of the letter."""
    sheet, words = setting.sheet, setting.words
    scale = max(sheet.scale, 0.72)
    baseline = sheet.margin_top + scale * (MARK + BELOW_RULE) + BELOW_MARK
    text = words.labelled("again", date=day_text(words["date"], again))
    with paper.unsaid():
        _within(paper, sheet.left, baseline, 12, [Run(text, "hei")], 0.4 * sheet.measure)


def running_head(paper: Paper, setting: Setting, page: int, pages: int) -> None:
    """The head of a later page: what it is, its number, which page of how many."""
    sheet, words = setting.sheet, setting.words
    base = sheet.next_top - 8 * MM
    shown = words["page"].format(page=page, pages=pages)
    room = sheet.measure - 10 * width_of(shape([Run(shown)])) - 4 * MM
    with paper.decoration():
        told = [Run(f"{words['title']}　{one_line(setting.value.number)}")]
        _within(paper, sheet.left, base, 10, told, room)
        paper.text(sheet.right, base, 10, shown, align="right")
        paper.rule(sheet.left, base + 2 * MM, sheet.right, base + 2 * MM, 0.5)
