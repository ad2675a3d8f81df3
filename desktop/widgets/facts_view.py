"""Facts as a list of sentences, each with where it comes from; those that have run out are marked."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.case_words import day_text
from desktop.fact_words import origin_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip
from desktop.widgets.mark import Mark
from models.records.roles import CLASSES
from models.services.picture_views import PictureView
from models.services.views import FactView
from models.texts import _, ngettext

FIRST = 10  # facts shown before "show all"
_ORDER = {"expired": 0, "known": 1, "not_known": 2, "refused": 3}


class FactsView(QWidget):
    """show_facts() replaces all. `picture_wanted(id)`: somebody wants to see what proves a fact."""

    picture_wanted = Signal(str)

    def __init__(self, empty: str) -> None:
        super().__init__()
        self._empty = empty
        self._proving: Mapping[str, Sequence[PictureView]] = {}
        self._box = pieces.column(self, gap=10)

    def show_facts(
        self,
        facts: Sequence[FactView],
        sentences: Mapping[str, str],
        proving: Mapping[str, Sequence[PictureView]] | None = None,
        *,
        all_of_them: bool = False,
        withheld: Collection[str] = (),
    ) -> None:
        """Show the facts that have a sentence (fact id -> sentence), the expired first; of others only how many.

        proving: name of a fact -> the pictures that prove it. withheld: classes that are not shown to who looks,
        whether or not anything of them is known.
        """
        self._proving = proving or {}
        pieces.clear(self._box)
        told = sorted((fact for fact in facts if fact.id in sentences), key=lambda fact: _ORDER.get(fact.state, 9))
        if not facts and not withheld:
            self._box.addWidget(pieces.text(self._empty, "soft"))
            return
        shown = told if all_of_them or len(told) <= FIRST + 3 else told[:FIRST]
        for fact in shown:
            self._box.addLayout(self._line(fact, sentences[fact.id]))
        if len(shown) < len(told):
            words = ngettext("Show {n} more", "Show {n} more", len(told) - len(shown)).format(n=len(told) - len(shown))
            more = pieces.button(
                words, partial(self.show_facts, facts, sentences, proving, all_of_them=True, withheld=withheld), "link"
            )
            self._box.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        hidden = len(facts) - len(told)
        if hidden:
            words = ngettext("{n} sensitive fact is not shown.", "{n} sensitive facts are not shown.", hidden)
            self._box.addWidget(pieces.text(words.format(n=hidden), "small"))
        for kind in sorted(withheld):
            words = _("{what}: withheld").format(what=_(CLASSES[kind]))
            self._box.addLayout(
                pieces.line(None, Mark("blocked", "soft", 18), pieces.text(words, "soft"), None, gap=10)
            )

    def _line(self, fact: FactView, sentence: str) -> QHBoxLayout:
        kind, tone = {"known": ("note", "soft"), "expired": ("half", "warn")}.get(fact.state, ("ask", "soft"))
        sentence_line = pieces.line(None, gap=8)
        sentence_line.addWidget(pieces.text(sentence, select=True), 1)
        if fact.state == "expired":
            words = _("expired {day}").format(day=day_text(fact.good_until)) if fact.good_until else _("expired")
            sentence_line.addWidget(Chip(words, tone="warn"), 0, Qt.AlignmentFlag.AlignTop)
        told = pieces.column(None, sentence_line, pieces.text(origin_text(fact), "small"), gap=1)
        if pictures := self._proving.get(fact.name):
            told.addWidget(self._pictures(pictures, sentence), 0, Qt.AlignmentFlag.AlignLeft)
        line = pieces.line(None, gap=10)
        line.addWidget(Mark(kind, tone, 18), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(told, 1)
        return line

    def _pictures(self, pictures: Sequence[PictureView], sentence: str) -> QPushButton:
        """The way to the pictures that prove a fact."""
        count, newest = len(pictures), pictures[0].id
        words = ngettext("Seen: photo", "Seen: {n} photos", count).format(n=count)
        button = pieces.button(words, lambda: self.picture_wanted.emit(newest), "link", "picture")
        button.setAccessibleName(f"{words}: {sentence}")
        return button
