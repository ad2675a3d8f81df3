"""A stored policy text to read, with the words marked that rules rest on; choosing words tells which."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _

_CELL = "｜"  # stands for the tab between two cells of a table, so that places in the text stay the same
_PAUSE_MS = 150


@dataclass(frozen=True)
class Span:
    """Words of the text: from the first character on, before the end."""

    start: int
    end: int

    def touches(self, other: "Span") -> bool:
        """Whether they share a character, or a bare cursor stands in them."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


class PassageView(QTextEdit):
    """show_text() shows a document, mark() what is quoted of it, show_span() the words of one condition."""

    picked = Signal(object)  # Span of what was chosen with mouse or keys

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setAccessibleName(_("Text of the policy"))
        self.setTabChangesFocus(True)
        self._text = ""
        self._spans: tuple[Span, ...] = ()
        self._shown: Span | None = None
        self._speaking = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.cursorPositionChanged.connect(self._moved)
        self.selectionChanged.connect(self._moved)
        # Read with the keys: the caret is seen and moves, nothing can be written.
        self.setTextInteractionFlags(
            self.textInteractionFlags()
            | self.textInteractionFlags().TextSelectableByKeyboard
            | self.textInteractionFlags().TextSelectableByMouse
        )
        pieces.finger_scroll(self)

    def show_text(self, text: str) -> None:
        """Show a stored text; the same one again changes nothing."""
        if text == self._text:
            return
        self._speaking = True
        self._text = text
        self.setPlainText(text.replace("\t", _CELL))
        whole = QTextCursor(self.document())
        whole.select(QTextCursor.SelectionType.Document)
        lines = QTextBlockFormat()
        lines.setLineHeight(138, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        lines.setBottomMargin(theme.px(6))
        whole.setBlockFormat(lines)
        self._speaking = False

    def mark(self, spans: Sequence[Span]) -> None:
        """Underline the words on which any condition rests."""
        self._spans = tuple(spans)
        self._dress()

    def show_span(self, span: Span | None, *, scroll: bool = True) -> None:
        """Mark the words of one condition and bring them into view."""
        self._shown = span
        self._dress()
        if span is None or not scroll:
            return
        self._speaking = True
        cursor = QTextCursor(self.document())
        cursor.setPosition(span.start)
        self.setTextCursor(cursor)
        top = self.cursorRect(cursor).top() + self.verticalScrollBar().value()
        self.verticalScrollBar().setValue(max(top - self.viewport().height() // 3, 0))
        self._speaking = False

    @property
    def stored(self) -> str:
        """The text shown, as it is stored."""
        return self._text

    @property
    def shown(self) -> Span | None:
        """The words now marked."""
        return self._shown

    def _dress(self) -> None:
        found = []
        for span in self._spans:
            quiet = QTextCharFormat()
            quiet.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
            quiet.setUnderlineColor(theme.colour("accent"))
            found.append(self._selection(span, quiet))
        if self._shown is not None:
            strong = QTextCharFormat()
            strong.setBackground(theme.colour("warn_soft"))
            strong.setForeground(theme.colour("text"))
            strong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            strong.setUnderlineColor(QColor(theme.tokens().warn))
            found.append(self._selection(self._shown, strong))
        self.setExtraSelections(found)

    def _selection(self, span: Span, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        last = self.document().characterCount() - 1
        cursor.setPosition(min(span.start, last))
        cursor.setPosition(min(span.end, last), QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        made.format = look
        return made

    def _moved(self) -> None:
        if not self._speaking and self.hasFocus():
            self._pause.start()

    def _tell(self) -> None:
        cursor = self.textCursor()
        self.picked.emit(Span(cursor.selectionStart(), cursor.selectionEnd()))


class SourcePane(QWidget):
    """The document's name and the place over its text."""

    def __init__(self) -> None:
        super().__init__()
        self.title = pieces.text("", "label")
        self.place = pieces.text("", "small")
        self.view = PassageView()
        box = pieces.column(self, self.title, self.place, self.view, gap=4)
        box.setStretch(2, 1)
        box.setContentsMargins(0, theme.px(10), 0, 0)

    def say(self, title: str, place: str) -> None:
        """Name the document and where in it the words stand."""
        self.title.setText(title)
        self.place.setText(place)
