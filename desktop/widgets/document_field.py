"""An identity document: kind, number checked while it is typed, and whether it was seen."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QLineEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import TickButton
from desktop.widgets.cover import Cover
from desktop.widgets.date_field import DateField
from forms.reading import read_date
from models.records.documents import check_document, tidy_number
from models.texts import _, ngettext
from models.values import mask_number

_LENGTHS = {"resident_card": 18, "resident_card_15": 15, "hmt_residence_permit": 18, "disability_cert": 20}


def number_state(kind: str, typed: str) -> tuple[str, str]:
    """What to say of a number while it is typed: (tone, words); tone is "", more, good or bad."""
    number = tidy_number(typed)
    length = _LENGTHS.get(kind)
    if not number:
        return "", ""
    if length and len(number) < length:
        missing = length - len(number)
        return "more", ngettext("{n} more character", "{n} more characters", missing).format(n=missing)
    trouble = check_document(kind, number)
    if not trouble:
        return ("good", _("The number is consistent")) if length else ("", "")
    sentences = {
        "number_shape": _("This is not the form of such a number"),
        "number_check": _("The check character does not fit: compare each digit with the card"),
        "number_birth": _("The birth date inside the number does not exist"),
    }
    return "bad", sentences[trouble]


class DocumentField(QWidget):
    """One document. Answer: a mapping with kind, number, seen and valid_until, as typed.

    `completed(kind, number)` tells that a whole number was typed that fits its kind.
    """

    changed = Signal()
    entered = Signal()
    completed = Signal(str, str)

    def __init__(
        self,
        kinds: Sequence[tuple[str, str]],
        today: date,
        *,
        name: str,
        kind: str = "resident_card",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._known = ""
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("Kind of document"))
        for code, words in kinds:
            self.kind.addItem(words, code)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(9)
        self.number = QLineEdit()
        self.number.setAccessibleName(name)
        self.number.setInputMethodHints(Qt.InputMethodHint.ImhPreferLatin | Qt.InputMethodHint.ImhNoPredictiveText)
        self.number.setMinimumWidth(QFontMetrics(self.number.font()).horizontalAdvance("0") * 21 + theme.px(24))
        self.cover = Cover(self.number, mask_number)
        self.seen = TickButton(_("I saw it"))
        self.state = pieces.text("", "soft")
        row = self._row = pieces.line(None, self.kind, self.number, self.seen)
        row.setStretch(1, 1)
        self.until = DateField(read_date, today, name=_("Valid until"), example="2036-3-8")
        self._until_row = QWidget()
        pieces.line(self._until_row, pieces.text(_("Valid until"), "small", wrap=False), self.until, None)
        below = pieces.line(None, self.state, self._until_row, gap=16)
        below.setStretch(0, 1)
        pieces.column(self, row, below, gap=3)
        self._until_row.hide()
        self.state.hide()
        self.until.changed.connect(self.changed)
        self.until.entered.connect(self.entered)
        self._pick_kind(kind)
        self.setFocusProxy(self.number)
        self.number.textEdited.connect(self._typed)
        self.number.returnPressed.connect(self.entered)
        self.kind.activated.connect(self._typed)
        self.kind.currentTextChanged.connect(self.kind.setToolTip)  # long names have no room in every window
        self.seen.clicked.connect(self.changed)

    def minimumSizeHint(self) -> QSize:
        """Room for the widest of the three: where it is narrow they stand below one another."""
        hint = super().minimumSizeHint()
        parts = (self.kind.minimumSizeHint().width(), self.number.minimumWidth(), self.seen.sizeHint().width())
        return QSize(min(hint.width(), max(parts)), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        parts = (self.kind.minimumSizeHint().width(), self.number.minimumWidth(), self.seen.minimumSizeHint().width())
        room = sum(parts) + 2 * self._row.spacing()
        way = QBoxLayout.Direction
        self._row.setDirection(way.LeftToRight if event.size().width() >= room else way.TopToBottom)

    def answer(self) -> dict[str, object]:
        """As typed."""
        return {
            "kind": str(self.kind.currentData() or ""),
            "number": self.cover.text(),
            "seen": self.seen.isChecked(),
            "valid_until": self.until.answer(),
        }

    def show_answer(self, answer: object) -> None:
        """Show an answer given before. Emits nothing."""
        given: Mapping[str, object] = answer if isinstance(answer, Mapping) else {}
        self._pick_kind(str(given.get("kind") or "resident_card"))
        self.cover.forget()
        self.number.setText(str(given.get("number") or ""))
        self.seen.setChecked(bool(given.get("seen")))
        self.until.show_answer(given.get("valid_until"))
        self._known = tidy_number(self.number.text())
        self._say()

    def first_focus(self) -> QWidget:
        """Where the cursor goes."""
        return self.number

    def _pick_kind(self, kind: str) -> None:
        place = self.kind.findData(kind)
        if place >= 0:
            self.kind.setCurrentIndex(place)
        self.kind.setToolTip(self.kind.currentText())

    def _typed(self) -> None:
        tone = self._say()
        number, kind = tidy_number(self.cover.text()), str(self.kind.currentData() or "")
        if tone == "good" and number != self._known:
            self._known = number
            self.completed.emit(kind, number)
        elif tone != "good":
            self._known = ""
        self.changed.emit()

    def _say(self) -> str:
        tone, words = number_state(str(self.kind.currentData() or ""), self.cover.text())
        self.state.setText(words)
        self.state.setVisible(bool(words))
        self._until_row.setVisible(bool(self.number.text().strip()))
        role = {"good": "good", "bad": "error"}.get(tone, "soft")
        if self.state.property("role") != role:
            pieces.set_role(self.state, role)
        return tone
