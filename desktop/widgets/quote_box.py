"""The policy's own words, with the document and the place where they stand."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame

from desktop import theme
from desktop.widgets import pieces
from models.eligibility import Citation
from models.texts import _


def place_text(citation: Citation) -> str:
    """Title, number and line of the document, as a reader would cite it."""
    title = _("“{title}”").format(title=citation.title)
    place = _("line {line} of the stored text").format(line=citation.line) if citation.line else ""
    return _(", ").join(part for part in (title, citation.number, place) if part)


class QuoteBox(QFrame):
    """One or more quotations; those of one document stand together over its name."""

    def __init__(self, citations: Sequence[Citation]) -> None:
        super().__init__()
        self.setProperty("role", "quote")
        self.setAccessibleName(_("Words of the policy"))
        box = pieces.column(self, gap=4)
        box.setContentsMargins(theme.px(16), theme.px(10), theme.px(14), theme.px(10))
        seen: set[str] = set()
        by_document: dict[tuple[str, str], list[Citation]] = {}
        for citation in citations:
            if citation.quote not in seen:
                seen.add(citation.quote)
                by_document.setdefault((citation.title, citation.number), []).append(citation)
        for together in by_document.values():
            for citation in together:
                if any(citation.quote in other.quote and citation is not other for other in together):
                    continue  # said by a longer quotation of the same document
                box.addWidget(pieces.text(citation.quote, select=True))
            box.addWidget(pieces.text("—— " + place_text(together[0]), "small"))
