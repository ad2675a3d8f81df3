"""A finder as the field of a form: one of very many residents or households, found by typing."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.widgets import pieces
from desktop.widgets.finder import Finder, Match


class FindField(QWidget):
    """The answer is {"key", "words", "detail", "typed"}, so that a draft shows it again without looking anything up.

    It asks by `asked(text)` and is answered by `offer`.
    """

    changed = Signal()
    entered = Signal()
    asked = Signal(str)

    def __init__(self, *, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finder = Finder(name=name, hint=hint)
        pieces.column(self, self.finder)
        self.finder.asked.connect(self.asked)
        self.finder.changed.connect(self.changed)
        self.finder.entered.connect(self.entered)
        self.finder.picked.connect(lambda _key: self.entered.emit())
        self.setFocusProxy(self.finder)

    def offer(self, text: str, matches: Sequence[Match]) -> None:
        """Answer a question."""
        self.finder.offer(text, matches)

    def suggest(self, matches: Sequence[Match]) -> None:
        """Show these while nothing is typed."""
        self.finder.suggest(matches)

    def key(self) -> str:
        """What is picked; "" for nothing."""
        chosen = self.finder.chosen()
        return chosen.key if chosen else ""

    def answer(self) -> object:
        """What is picked and typed; "" where neither is."""
        chosen, typed = self.finder.chosen(), self.finder.line.text()
        if chosen is None and not typed:
            return ""
        words, detail = (chosen.words, chosen.detail) if chosen else ("", "")
        return {"key": self.key(), "words": words, "detail": detail, "typed": typed}

    def show_answer(self, answer: object) -> None:
        """Show what was picked before. Emits nothing."""
        given: Mapping[str, object] = answer if isinstance(answer, Mapping) else {}
        self.finder.line.setText(str(given.get("typed") or ""))
        key = str(given.get("key") or "")
        match = Match(key, str(given.get("words") or ""), str(given.get("detail") or ""))
        self.finder.show_chosen(match if key else None)

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.finder.first_focus()
