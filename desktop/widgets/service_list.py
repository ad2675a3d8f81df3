"""The services of a set of packs: searched by name, pinyin or number, by group, with what is special about each."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QWidget

from desktop import commands, theme
from desktop.widgets import pieces
from desktop.widgets.line_sign import LineSign
from desktop.widgets.made_by_qt import add_line
from models.texts import _

_THING = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class ListedService:
    """One line: the id, the name, what is special in a few words, and its group; ""-id: the heading of a group."""

    id: str
    name: str
    marks: str
    group: str
    other_name: str = ""


class ServiceList(QWidget):
    """show_services() fills it; chosen tells an id."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[ListedService, ...] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Name, pinyin or number"))
        self.search.setToolTip(self.search.placeholderText())
        self.search.setAccessibleName(_("Find a service"))
        self.search.setClearButtonEnabled(True)
        LineSign(self.search, "search")
        self.search.textChanged.connect(lambda _text: self._show())
        self.search.installEventFilter(self)
        self.group = QComboBox()
        self.group.setAccessibleName(_("Group of services"))
        self.group.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.group.setMinimumContentsLength(6)
        self.group.currentIndexChanged.connect(lambda _place: self._show())
        self.list = QListWidget()
        self.list.setAccessibleName(_("Services"))
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.verticalScrollBar().setSingleStep(theme.px(24))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.currentItemChanged.connect(self._moved)
        pieces.finger_scroll(self.list)
        self.count = pieces.text("", "small")
        pieces.column(self, self.search, self.group, self.list, self.count, gap=6).setStretch(2, 1)

    def show_services(self, services: Sequence[ListedService], groups: Sequence[tuple[str, str]]) -> None:
        """Show these; groups: (code, words) in their order. The one chosen before stays chosen where it is there."""
        self._all = tuple(services)
        self.group.blockSignals(True)
        before = self.group.currentData() or ""
        self.group.clear()
        self.group.addItem(_("All groups"), "")
        for code, words in groups:
            self.group.addItem(words, code)
        self.group.setCurrentIndex(max(self.group.findData(before), 0))
        self.group.blockSignals(False)
        self._show()

    @property
    def shown(self) -> list[str]:
        """Ids in the order shown."""
        found = [self.list.item(at).data(_THING).id for at in range(self.list.count())]
        return [each for each in found if each]

    def current(self) -> str:
        """Id of the one chosen; "" where none is."""
        item = self.list.currentItem()
        return item.data(_THING).id if item is not None else ""

    def choose(self, service_id: str) -> bool:
        """Choose one; false where it is not among those shown."""
        for at in range(self.list.count()):
            if self.list.item(at).data(_THING).id == service_id:
                self.list.setCurrentRow(at)
                self.list.scrollToItem(self.list.item(at), QListWidget.ScrollHint.PositionAtCenter)
                return True
        return False

    def _show(self) -> None:
        typed, group = self.search.text().strip(), self.group.currentData() or ""
        before = self.current()
        found = [each for each in self._all if group in ("", each.group) and self._fits(typed, each)]
        self.list.blockSignals(True)
        self.list.clear()
        last = None
        for each in found:
            if each.group != last and not group:
                last = each.group
                self._add(ListedService("", self._group_words(each.group), "", each.group))
            self._add(each)
        self.list.blockSignals(False)
        self.count.setText(_("{n} of {total} services").format(n=len(found), total=len(self._all)))
        if before:
            self.list.blockSignals(True)
            self.choose(before)
            self.list.blockSignals(False)

    def _group_words(self, group: str) -> str:
        place = self.group.findData(group)
        return self.group.itemText(place) if place >= 0 else group

    def _fits(self, typed: str, each: ListedService) -> bool:
        if not typed:
            return True
        if typed.casefold() in each.name.casefold() or each.id.casefold().startswith(typed.casefold()):
            return True
        return commands.rank(typed, {each.name, each.other_name} - {""}) is not None

    def _add(self, each: ListedService) -> None:
        item = add_line(self.list, each.name)
        item.setData(_THING, each)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, _(", ").join(part for part in (each.name, each.marks) if part))
        if not each.id:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        else:
            item.setToolTip(each.name)

    def _moved(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(_THING).id:
            self.chosen.emit(item.data(_THING).id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Enter in the search line go to the list."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        key = event.key() if watched is self.search and pressed and isinstance(event, QKeyEvent) else None
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.shown:
            if self.current() not in self.shown or key != Qt.Key.Key_Down:
                self.choose(self.shown[0])
            self.list.setFocus()
            return True
        return super().eventFilter(watched, event)


class _Delegate(QStyledItemDelegate):
    """Two lines of a service: its name, and what is special; one for the heading of a group."""

    def paint(self, painter: QPainter, option, index) -> None:
        each: ListedService = index.data(_THING)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRect(option.rect)
        if not each.id:
            painter.setFont(theme.font(9.5, bold=True))
            painter.setPen(theme.colour("accent"))
            painter.drawText(
                area.adjusted(theme.px(10), theme.px(6), -theme.px(6), 0), int(Qt.AlignmentFlag.AlignVCenter), each.name
            )
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.colour("accent_soft"))
            focused = option.widget.hasFocus()
            painter.setPen(QPen(theme.colour("focus"), 2) if focused else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(area).adjusted(2, 1, -2, -1), theme.px(6), theme.px(6))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawRect(QRectF(area.left() + 2, area.top() + 4, theme.px(4), area.height() - 8))
        inner = area.adjusted(theme.px(14), theme.px(6), -theme.px(8), -theme.px(5))
        letters = theme.font(11)
        painter.setFont(letters)
        painter.setPen(theme.colour("text"))
        metrics = QFontMetrics(letters)
        name = metrics.elidedText(each.name, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignTop), name)
        small = theme.font(9.5)
        painter.setFont(small)
        painter.setPen(theme.colour("soft"))
        marks = QFontMetrics(small).elidedText(each.marks, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignBottom), marks)
        painter.restore()

    def sizeHint(self, option, index) -> QSize:
        each: ListedService = index.data(_THING)
        if not each.id:
            return QSize(theme.px(100), theme.px(34))
        lines = QFontMetrics(theme.font(11)).height() + QFontMetrics(theme.font(9.5)).height()
        return QSize(theme.px(100), max(lines + theme.px(15), theme.target()))
