"""A rule to read: indented sentences with marks, one focus stop; arrows move, what decides lights up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.mark import draw_mark
from models.texts import _, pgettext

Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole
_STEP, _MARK, _GAP, _SIDE, _TOP = 20, 18, 8, 10, 6


@dataclass(frozen=True)
class OutlineRow:
    """One line of the outline. kind: head, part, group, leaf, term, agency, amount, words, plain or version.

    status: text, interpreted, outside or "". state and decides speak of somebody who was tried: true, false, open; ""
    where nobody was or it means nothing. count: how many of several people meet it, in words. root: the depth at which
    its tree of conditions begins.
    """

    kind: str
    text: str
    depth: int = 0
    status: str = ""
    note: str = ""
    state: str = ""
    decides: bool = False
    count: str = ""
    root: int = 0


def spoken(row: OutlineRow, status: str) -> str:
    """A row as a screen reader says it: its words, what they rest on, and what they say of the person tried."""
    states = {
        "true": pgettext("rules", "holds"),
        "false": pgettext("rules", "does not hold"),
        "open": pgettext("rules", "not known"),
    }
    said = [
        row.text,
        status,
        row.note,
        states.get(row.state, ""),
        row.count,
        pgettext("rules", "decides") if row.decides else "",
    ]
    return _(", ").join(part for part in said if part)


class _Rows(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[OutlineRow] = []
        self.words: dict[str, str] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == _ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row, self.words.get(row.status, ""))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if self.rows[index.row()].kind != "head":
            flags |= Qt.ItemFlag.ItemIsSelectable
        return flags


class OutlineView(QListView):
    """show_rows() shows a rule; chosen tells the place of the row under the cursor."""

    chosen = Signal(int)

    def __init__(self, name: str, status_words: dict[str, str]) -> None:
        """status_words: what is written on the chip of a status; none for a status without chip."""
        super().__init__()
        self.setAccessibleName(name)
        self._model = _Rows()
        self._model.words = status_words
        self.setModel(self._model)
        self.lit: frozenset[int] = frozenset()
        """Places of the rows that rest on the words chosen in the source."""
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setWordWrap(True)
        self.verticalScrollBar().setSingleStep(theme.px(24))
        self.selectionModel().currentChanged.connect(self._moved)
        pieces.finger_scroll(self)

    @property
    def rows(self) -> list[OutlineRow]:
        """What is shown."""
        return self._model.rows

    def show_rows(self, rows: Sequence[OutlineRow]) -> None:
        """Show these. Rows of the same texts keep the cursor and the place of the scroll bar."""
        same = [(row.kind, row.text) for row in rows] == [(row.kind, row.text) for row in self.rows]
        if same:
            self._model.rows = list(rows)
            if rows:
                self._model.dataChanged.emit(self._model.index(0), self._model.index(len(rows) - 1))
            self.doItemsLayout()
            return
        self._model.beginResetModel()
        self._model.rows = list(rows)
        self._model.endResetModel()
        self.lit = frozenset()
        self.scrollToTop()

    def light(self, places: Iterable[int]) -> None:
        """Mark the rows that rest on what was chosen elsewhere, and bring the first into view."""
        self.lit = frozenset(places)
        if self.lit:
            self.scrollTo(self._model.index(min(self.lit)), QAbstractItemView.ScrollHint.PositionAtCenter)
        self.viewport().update()

    def choose(self, place: int) -> None:
        """Put the cursor on a row."""
        self.setCurrentIndex(self._model.index(place))

    def _moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self.lit = frozenset()
            self.viewport().update()
            self.chosen.emit(now.row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sentences wrap anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class _Delegate(QStyledItemDelegate):
    """Draws a row: depth lines, mark, sentence, note, chip of the status."""

    def __init__(self, view: OutlineView) -> None:
        super().__init__(view)
        self.view = view
        self._sizes: dict[tuple[str, str, str, str, int, int, str], int] = {}

    def _font(self, kind: str) -> QFont:
        if kind == "head":
            return theme.font(9.5, bold=True)
        return theme.font(12.5 if kind == "part" else 11, bold=kind in ("part", "group", "term"))

    def _left(self, row: OutlineRow) -> int:
        """Where the sentence begins."""
        left = theme.px(_SIDE + _STEP * row.depth)
        return left + (
            theme.px(_MARK + _GAP if row.kind not in ("head", "part", "words") else 8 if row.kind == "words" else 2)
        )

    def _chip(self, row: OutlineRow) -> str:
        return self.view._model.words.get(row.status, "") if row.kind not in ("head", "part") else ""

    def _room(self, row: OutlineRow, width: int) -> int:
        """How wide a sentence may be: the chip and the count stand right of it."""
        aside = QFontMetrics(theme.font(9.5, bold=True)).horizontalAdvance(self._chip(row))
        aside += theme.px(24) if aside else 0
        if row.kind == "words":
            aside += theme.px(14)
        return max(width - self._left(row) - aside - theme.px(_SIDE), theme.px(80))

    def _heights(self, row: OutlineRow, width: int) -> tuple[int, int]:
        """Of the sentence and of the note below it."""
        room = self._room(row, width)
        flags = Qt.TextFlag.TextWordWrap
        big = QRect(0, 0, room, 100_000)
        first = QFontMetrics(self._font(row.kind)).boundingRect(big, flags, row.text).height()
        below = self._below(row)
        second = QFontMetrics(theme.font(9.5)).boundingRect(big, flags, below).height() if below else 0
        return first, second

    def _below(self, row: OutlineRow) -> str:
        return " · ".join(part for part in (row.count, row.note) if part)

    def sizeHint(self, option: Any, index: Index) -> QSize:
        row = index.data(_ROW)
        width = self.view.viewport().width()
        scale = theme.px(1000)
        key = (row.kind, row.text, row.status, self._below(row), row.depth, width, str(scale))
        if key not in self._sizes:
            first, second = self._heights(row, width)
            room = {"head": 14, "part": 16, "words": 16}.get(row.kind, 2 * _TOP)
            height = first + (second + theme.px(2) if second else 0) + theme.px(room)
            if theme.look().touch and row.kind != "head":
                height = max(height, theme.px(44))
            self._sizes[key] = height
        return QSize(theme.px(100), self._sizes[key])

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        row = index.data(_ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        self._ground(painter, option, row, index.row())
        self._guides(painter, area, row)
        first, second = self._heights(row, area.width())
        left = area.left() + self._left(row)
        top = area.top() + theme.px(_TOP) + (theme.px(6) if row.kind in ("head", "part") else 0)
        if row.kind == "words":
            top += theme.px(2)
        self._mark(painter, row, left - theme.px(_MARK + _GAP), top)
        room = self._room(row, area.width())
        painter.setFont(self._font(row.kind))
        painter.setPen(theme.colour("accent" if row.kind == "head" else "text"))
        flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignTop)
        painter.drawText(QRect(left, top, room, first), flags, row.text)
        below = self._below(row)
        if below:
            painter.setFont(theme.font(9.5))
            painter.setPen(theme.colour("warn" if row.kind == "version" else "soft"))
            painter.drawText(QRect(left, top + first + theme.px(2), room, second), flags, below)
        chip = self._chip(row)
        if chip:
            self._draw_chip(painter, chip, row.status, area.right() - theme.px(_SIDE), top)
        painter.restore()

    def _ground(self, painter: QPainter, option: Any, row: OutlineRow, place: int) -> None:
        area = QRectF(option.rect).adjusted(theme.px(3), 1, -theme.px(3), -1)
        tones = {"true": "good", "false": "danger", "open": "warn"}
        tone = tones.get(row.state, "") if row.decides and row.kind in ("leaf", "agency", "amount") else ""
        radius = theme.px(5)
        painter.setPen(Qt.PenStyle.NoPen)
        if row.kind == "words":
            quiet = area.adjusted(self._left(row) - theme.px(10), theme.px(1), 0, -theme.px(1))
            painter.setBrush(theme.colour("sunken"))
            painter.drawRect(quiet)
            painter.setBrush(theme.colour("control"))
            painter.drawRect(QRectF(quiet.left(), quiet.top(), theme.px(3), quiet.height()))
        if tone:
            painter.setBrush(theme.colour(f"{tone}_soft"))
            painter.drawRoundedRect(area.adjusted(theme.px(_STEP * row.depth), 0, 0, 0), radius, radius)
        if place in self.view.lit:
            painter.setBrush(theme.colour("accent_soft"))
            painter.drawRoundedRect(area, radius, radius)
            painter.setBrush(theme.colour("accent"))
            painter.drawRect(QRectF(area.left(), area.top() + 2, theme.px(4), area.height() - 4))
        if option.state & QStyle.StateFlag.State_Selected:
            focused = self.view.hasFocus()
            if not tone and row.kind != "words":
                painter.setBrush(theme.colour("accent_soft"))
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("focus" if focused else "accent"), 2 if focused else 1))
            painter.drawRoundedRect(area, radius, radius)

    def _guides(self, painter: QPainter, area: QRect, row: OutlineRow) -> None:
        """One thin line for each condition that this one stands below."""
        painter.setPen(QPen(theme.colour("line"), 1))
        if row.kind in ("leaf", "group", "term", "agency"):
            for depth in range(row.root, row.depth):
                x = area.left() + theme.px(_SIDE + _STEP * depth + _MARK // 2)
                painter.drawLine(x, area.top(), x, area.bottom())

    def _mark(self, painter: QPainter, row: OutlineRow, left: int, top: int) -> None:
        side = theme.px(_MARK)
        height = QFontMetrics(self._font(row.kind)).height()
        box = QRectF(left, top + (height - side) / 2, side, side)
        surface = theme.colour("surface")
        marks = {"true": ("yes", "good"), "false": ("no", "danger"), "open": ("ask", "warn")}
        if row.state and row.kind != "head":
            mark, tone = marks[row.state]
            if row.kind == "agency" and row.state == "open":
                mark, tone = "office", "accent"
            if row.kind == "part":
                box.moveLeft(self._right_of(row, painter, left))
            if not row.decides and row.kind != "part":
                painter.setOpacity(0.55 if theme.look().theme != "sun" else 1.0)
            draw_mark(painter, box, mark, theme.colour(tone), surface)
            painter.setOpacity(1.0)
        elif row.kind == "agency":
            draw_mark(painter, box, "office", theme.colour("accent"), surface)
        elif row.kind in ("leaf", "plain", "version", "amount"):
            dot = QRectF(0, 0, theme.px(6), theme.px(6))
            dot.moveCenter(box.center())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent" if row.kind in ("leaf", "amount") else "control"))
            painter.drawEllipse(dot)
        elif row.kind in ("group", "term"):
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            middle, reach = box.center().toPoint(), theme.px(4)
            corners = ((-reach, -reach // 2), (0, reach // 2), (reach, -reach // 2))
            painter.drawPolyline([middle + QPoint(x, y) for x, y in corners])

    def _right_of(self, row: OutlineRow, painter: QPainter, left: int) -> float:
        """Behind the words of a heading."""
        del painter
        return left + theme.px(_MARK + 2 * _GAP) + QFontMetrics(self._font(row.kind)).horizontalAdvance(row.text)

    def _draw_chip(self, painter: QPainter, words: str, status: str, right: int, top: int) -> None:
        tone = {"interpreted": "warn", "outside": "danger"}[status]
        font = theme.font(9.5, bold=True)
        metrics = QFontMetrics(font)
        width, height = metrics.horizontalAdvance(words) + theme.px(16), metrics.height() + theme.px(4)
        area = QRectF(right - width, top, width, height)
        painter.setBrush(theme.colour(f"{tone}_soft"))
        painter.setPen(QPen(theme.colour(tone), 1) if theme.look().theme == "sun" else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(theme.colour(tone))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), words)
