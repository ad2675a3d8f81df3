"""Which parts of two texts differ, and a text with such parts marked: by colour, by weight and by a line beneath."""

from difflib import SequenceMatcher
from html import escape

Part = tuple[str, bool]  # a piece of text, and whether the other text has something else there

_CRUMB = 2
"""So few equal characters between two differences are taken for chance."""


def differing(one: str, other: str) -> tuple[list[Part], list[Part]]:
    """Both texts in pieces; together the pieces of each are the text."""
    if not one or not other:
        return [(one, bool(one))], [(other, bool(other))]
    equal = [
        block
        for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
        if block.size > min(_CRUMB, len(one) - 1, len(other) - 1) or block.size in (len(one), len(other))
    ]
    return _pieces(one, [(block.a, block.size) for block in equal]), _pieces(
        other, [(block.b, block.size) for block in equal]
    )


def _pieces(text: str, equal: list[tuple[int, int]]) -> list[Part]:
    found: list[Part] = []
    at = 0
    for start, size in equal:
        if start > at:
            found.append((text[at:start], True))
        if size:
            found.append((text[start : start + size], False))
        at = start + size
    if at < len(text):
        found.append((text[at:], True))
    return found or [("", False)]


def marked(parts: list[Part], ground: str, ink: str) -> str:
    """The pieces as rich text, the differing ones marked. ground and ink are #rrggbb; blanks and line ends are seen."""
    said = []
    for text, differs in parts:
        if differs:
            shown = text.replace("\n", "↵\n") if text.strip() else text.replace(" ", "␣").replace("\n", "↵\n")
            style = f"background-color:{ground}; color:{ink}; text-decoration:underline; font-weight:600"
            said.append(f'<span style="{style}">{_lines(shown)}</span>')
        else:
            said.append(_lines(text))
    return "".join(said)


def _lines(text: str) -> str:
    return escape(text).replace("  ", "&nbsp; ").replace("\n", "<br>")
