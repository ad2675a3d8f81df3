"""Ctrl+J on a form: every question with its state, found by typing; Enter goes there."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from desktop import commands, theme
from desktop.widgets import pieces
from desktop.widgets.choice_list import Choice, ChoiceList
from models.texts import _, ngettext

ANSWERED, OPEN, PROBLEM, DOUBT = "answered", "open", "problem", "doubt"

_ICONS = {ANSWERED: "check", OPEN: "edit", PROBLEM: "warning", DOUBT: "flag"}


class Place(NamedTuple):
    """A question of the form, or a person of a registration, and how it stands with it."""

    path: str  # what the page's go_to takes
    topic: str
    label: str
    words: str  # the answer, shortened by the list
    state: str
    reason: str = ""  # of a problem or doubt


def by_question(told: Sequence[Any]) -> dict[str, str]:
    """The first sentence of these problems or doubts about each question."""
    found: dict[str, str] = {}
    for each in told:
        found.setdefault(each.field.partition(".")[0], each.sentence)
    return found


def place_of(path: str, topic: str, label: str, words: str, wrong: str = "", odd: str = "") -> Place:
    """A question with what is wrong or odd about it. What is merely not answered yet is open, also where it must be."""
    if not words:
        return Place(path, topic, label, "", OPEN, wrong)
    if wrong or odd:
        return Place(path, topic, label, words, PROBLEM if wrong else DOUBT, wrong or odd)
    return Place(path, topic, label, words, ANSWERED)


class JumpMenu(QDialog):
    """A line and the places that fit. `go(path)` leads to one, `check()` looks for errors."""

    def __init__(
        self, window: QWidget, places: Sequence[Place], go: Callable[[str], object], check: Callable[[], object]
    ) -> None:
        super().__init__(window)
        self.places, self._go = list(places), go
        self.setWindowTitle(_("Questions of this form"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.line = QLineEdit()
        self.line.setProperty("role", "search")
        self.line.setPlaceholderText(_("Type to find a question: characters or initials"))
        self.line.setAccessibleName(_("Find a question"))
        self.list = ChoiceList(_("Questions of this form"))
        self.list.watch(self.line)
        self.line.textChanged.connect(self._find)
        self.count = pieces.text(count_words(self.places), "soft")
        self.check_button = pieces.button(_("Check for errors"), lambda: self._leave(check), icon="warning", tip="F4")
        foot = pieces.line(None, self.count, self.check_button, gap=12)
        foot.setStretch(0, 1)
        pieces.column(self, self.line, self.list, foot, margin=12, gap=8)
        width, height = min(theme.px(640), window.width() - 24), min(theme.px(560), window.height() - 24)
        self.setFixedSize(width, height)
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - width) // 2, corner.y() + (window.height() - height) // 2)
        self._find("")

    def _leave(self, run: Callable[[], object]) -> None:
        self.accept()
        run()

    def _find(self, typed: str) -> None:
        """All in the order of the form; what is typed narrows them, the best first."""
        found = self.places
        if typed.strip():
            ranks = [commands.rank(typed, (place.label, place.topic)) for place in self.places]
            ranked = [(rank, n) for n, rank in enumerate(ranks) if rank is not None]
            found = [self.places[n] for _rank, n in sorted(ranked)]
        self.list.show_choices([self._choice(place) for place in found])

    def _choice(self, place: Place) -> Choice:
        said = (place.reason if place.state != OPEN else "") or place.words.replace("\n", " ")
        said = said if len(said) <= _SHORT else said[: _SHORT - 1] + "…"
        words = _("{topic}: {question}").format(topic=place.topic, question=place.label)
        if place.label == place.topic or not place.topic:
            words = place.label
        state = state_word(place.state)
        keys = said or state
        if place.state == OPEN and place.reason:
            keys = _("open, must be answered")
        if place.state in (PROBLEM, DOUBT):
            keys = _("{state}: {reason}").format(state=state, reason=said)
        return Choice(lambda: self._leave(lambda: self._go(place.path)), words, _ICONS[place.state], keys)


_SHORT = 22
"""So many characters of an answer or reason are shown beside its question."""


def state_word(state: str) -> str:
    """The state of a question in a word."""
    return {
        ANSWERED: _("answered"),
        OPEN: _("open"),
        PROBLEM: _("problem"),
        DOUBT: _("doubt"),
    }[state]


def count_words(places: Sequence[Place]) -> str:
    """How many are answered, open, and need another look."""
    done = sum(place.state in (ANSWERED, DOUBT) for place in places)
    wrong = sum(place.state == PROBLEM for place in places)
    odd = sum(place.state == DOUBT for place in places)
    told = [_("{n} of {all} answered").format(n=done, all=len(places))]
    if wrong:
        told.append(ngettext("{n} problem", "{n} problems", wrong).format(n=wrong))
    if odd:
        told.append(ngettext("{n} doubt", "{n} doubts", odd).format(n=odd))
    return " · ".join(told)
