"""The services of a screening one below the other, each with its figures and a bar of them; a click goes into one."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QTableView

from desktop import theme
from desktop.eligibility_words import group_words
from desktop.pages import screening_parts as parts
from desktop.widgets import pieces
from models.services.screening_views import ServiceCount
from models.texts import _

_COUNT = Qt.ItemDataRole.UserRole

SEGMENTS = (("not_received", "good"), ("ask", "warn"), ("office", "accent"), ("received", "control"))
"""What of the figures the bar shows, and in which colour."""


def figures(count: ServiceCount) -> tuple[tuple[str, str], ...]:
    """The figures in words, with the colour of their part of the bar."""
    told = (
        (_("May have {n}"), count.not_received),
        (_("Facts missing {n}"), count.ask),
        (_("Office {n}"), count.office),
        (_("Receives {n}"), count.received),
    )
    return tuple(
        (words.format(n=f"{n:,}"), tone) for (words, n), (_name, tone) in zip(told, SEGMENTS, strict=True) if n
    )


def spoken(count: ServiceCount) -> str:
    """A service with its figures, as a screen reader says it."""
    told = [parts.service_words(count), *(words for words, _tone in figures(count))]
    if count.ask_one:
        told.append(_("one question away: {n}").format(n=f"{count.ask_one:,}"))
    return _(", ").join(told)


class _Services(QAbstractTableModel):
    def __init__(self, parent: QTableView) -> None:
        super().__init__(parent)
        self.counts: Sequence[ServiceCount] = ()
        self.most = 1

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self.counts)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.counts):
            return None
        count = self.counts[index.row()]
        if role == _COUNT:
            return count
        if role == Qt.ItemDataRole.DisplayRole:
            return parts.service_words(count)
        return spoken(count) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def show(self, counts: Sequence[ServiceCount]) -> None:
        self.beginResetModel()
        self.counts = counts
        self.most = max((bar_total(count) for count in counts), default=1) or 1
        self.endResetModel()


def bar_total(count: ServiceCount) -> int:
    """How long the bar is."""
    return sum(int(getattr(count, name)) for name, _tone in SEGMENTS)


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option, index) -> None:
        count: ServiceCount = index.data(_COUNT)
        t, area = theme.tokens(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, QColor(t.accent_soft if selected else t.surface))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(t.line))
        inner = area.adjusted(theme.px(16), theme.px(7), -theme.px(16), -theme.px(7))
        bar = min(inner.width() // 3, theme.px(320))
        top = QRect(inner.left(), inner.top(), inner.width() - bar - theme.px(16), inner.height() // 2)
        low = QRect(inner.left(), top.bottom() + 1, inner.width(), inner.height() - top.height())
        small, strong = theme.font(10), theme.font(11.5, bold=True)
        group = group_words(count.group)
        metrics, names = QFontMetrics(small), QFontMetrics(strong)
        room = top.width() - metrics.horizontalAdvance(group) - theme.px(12)
        painter.setFont(strong)
        painter.setPen(QColor(t.text))
        name = names.elidedText(parts.service_words(count), Qt.TextElideMode.ElideRight, max(room, top.width() // 2))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(top, left, name)
        painter.setFont(small)
        painter.setPen(QColor(t.soft))
        painter.drawText(top.adjusted(names.horizontalAdvance(name) + theme.px(12), 0, 0, 0), left, group)
        self._paint_figures(painter, low, count, metrics)
        box = QRectF(inner.right() - bar, top.center().y() - theme.px(6), bar, theme.px(12))
        self._paint_bar(painter, box, count, index.model().most)
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            pen = painter.pen()
            pen.setColor(QColor(t.focus))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.restore()

    def _paint_figures(self, painter: QPainter, area: QRect, count: ServiceCount, metrics: QFontMetrics) -> None:
        t, at = theme.tokens(), area.left()
        side = theme.px(9)
        for words, tone in figures(count):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(t, tone)))
            painter.drawRoundedRect(QRectF(at, area.center().y() - side / 2 + 1, side, side), 2, 2)
            at += side + theme.px(5)
            painter.setPen(QColor(t.text))
            painter.drawText(
                QRect(at, area.top(), area.right() - at, area.height()), Qt.AlignmentFlag.AlignVCenter, words
            )
            at += metrics.horizontalAdvance(words) + theme.px(14)
        words = _("one question away: {n}").format(n=f"{count.ask_one:,}") if count.ask_one else ""
        if count.period_ended:
            words = " · ".join(part for part in (words, _("Text out of date")) if part)
        painter.setPen(QColor(t.soft))
        room = QRect(at, area.top(), max(area.right() - at, 0), area.height())
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_bar(self, painter: QPainter, box: QRectF, count: ServiceCount, most: int) -> None:
        t, at = theme.tokens(), box.left()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.sunken))
        painter.drawRoundedRect(box, theme.px(3), theme.px(3))
        for name, tone in SEGMENTS:
            several = int(getattr(count, name))
            if several:
                width = max(box.width() * several / most, 2.0)
                painter.setBrush(QColor(getattr(t, tone)))
                painter.drawRect(QRectF(at, box.top(), min(width, box.right() - at), box.height()))
                at += width

    def sizeHint(self, option, index) -> QSize:
        return QSize(theme.px(320), theme.row_height())


class ServiceBars(QTableView):
    """The list: arrows move, Enter or a click goes into a service."""

    chosen = Signal(object)
    """This ServiceCount is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.services = _Services(self)
        self.setModel(self.services)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(_("Services"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(theme.row_height())
        self.verticalHeader().setDefaultSectionSize(theme.row_height())
        self.clicked.connect(lambda index: self._choose(index.row()))
        pieces.finger_scroll(self)

    def show_services(self, counts: Sequence[ServiceCount]) -> None:
        """Show these, those who may have most first; the cursor stays on its service."""
        before = self.current()
        ordered = sorted(counts, key=lambda one: (-one.not_received, -one.ask_one, -one.ask, -one.office))
        self.services.show(ordered)
        if ordered:
            keys = [(one.service_id, one.component) for one in ordered]
            wanted = (before.service_id, before.component) if before else keys[0]
            self.setCurrentIndex(self.services.index(keys.index(wanted) if wanted in keys else 0, 0))

    def current(self) -> ServiceCount | None:
        """The service under the cursor."""
        place = self.currentIndex().row()
        return self.services.counts[place] if 0 <= place < len(self.services.counts) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes into the service."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self.services.counts):
            self.chosen.emit(self.services.counts[place])
