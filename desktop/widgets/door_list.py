"""The doors of a round to jump to: in walking order, each with who lives there and what came of it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate

from desktop import theme
from desktop.round_words import TONES, door_parts, retry_text, status_text
from desktop.widgets import pieces
from desktop.widgets.made_by_qt import add_line
from desktop.widgets.tile_list import Tile, paint_tile
from models.services.rounds_views import StopView
from models.texts import _

_STOP = Qt.ItemDataRole.UserRole


def tile_of(stop: StopView) -> Tile:
    """A door as a row."""
    street, door = door_parts(stop)
    names = _(", ").join(stop.names) or _("nobody registered")
    again = retry_text(stop)
    tone = TONES.get(stop.status, "soft")
    tags = ((status_text(stop.status), tone),) if stop.status != "waiting" else ()
    below = "  ·  ".join(part for part in (names, again) if part)
    return Tile(name=f"{stop.place}  {door}", below=below, right=street if not tags else "", tags=tags)


class _Delegate(QStyledItemDelegate):
    def __init__(self, owner: "DoorList") -> None:
        super().__init__(owner)
        self._owner = owner

    def paint(self, painter: QPainter, option, index) -> None:
        tile = self._owner.tile(index.data(_STOP))
        paint_tile(painter, option.rect, tile, bool(option.state & QStyle.StateFlag.State_Selected))

    def sizeHint(self, option, index) -> QSize:
        return QSize(theme.px(200), theme.row_height())


class DoorList(QListWidget):
    """Up and Down choose, Enter or a tap goes there; Alt+Up and Alt+Down change the order of walking."""

    chosen = Signal(str)  # the stop's id
    moved = Signal(str, int)  # the stop's id, and by how many places

    def __init__(self, tile: Callable[[StopView], Tile] = tile_of) -> None:
        """tile: how a door is drawn."""
        super().__init__()
        self.tile = tile
        self.setAccessibleName(_("Doors of this round"))
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(_STOP).id))
        pieces.finger_scroll(self)

    def show_stops(self, stops: Sequence[StopView], current: str) -> None:
        """Show these doors, this one chosen and in view."""
        self.clear()
        for stop in stops:
            item = add_line(self)
            item.setData(_STOP, stop)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, self.tile(stop).spoken())
        self.choose(current)

    def choose(self, stop_id: str) -> None:
        """Light this door up. Emits nothing."""
        for row in range(self.count()):
            if self.item(row).data(_STOP).id == stop_id:
                self.setCurrentRow(row)
                self.scrollToItem(self.item(row))
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes there; Alt with an arrow moves the door."""
        item, key = self.currentItem(), event.key()
        if item is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(item.data(_STOP).id)
        elif item is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key))
            if step is not None:
                self.moved.emit(item.data(_STOP).id, step)
        else:
            super().keyPressEvent(event)
