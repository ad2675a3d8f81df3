"""The parts of a paper in their order: moved by keys, by buttons or by dragging; some may be left out."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QWidget

from desktop import theme
from desktop.template_words import block_name
from desktop.widgets import pieces
from desktop.widgets.made_by_qt import add_line
from models.records.layout import SETUPS, Setup
from models.texts import _

_BLOCK = Qt.ItemDataRole.UserRole


class BlockOrder(QWidget):
    """A list of all blocks; `changed` where a person moved one, left one out or put it back."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.setAccessibleName(_("Order of the parts"))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.itemChanged.connect(lambda _item: self._changed())
        self.list.model().rowsMoved.connect(lambda *_where: self._changed())
        self.list.currentRowChanged.connect(lambda _row: self._offer())
        self.up = pieces.button(_("Up"), lambda: self.move_current(-1), tip="Alt+Up")
        self.down = pieces.button(_("Down"), lambda: self.move_current(1), tip="Alt+Down")
        for keys, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), self.list, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda step=step: self.move_current(step))
        self._showing = False
        self._setup: Setup = SETUPS["letter"]
        buttons = pieces.wrapping(None, self.up, self.down, None)
        pieces.column(self, self.list, buttons, gap=8)
        self.show_blocks(self._setup.blocks)

    def blocks(self) -> tuple[str, ...]:
        """The blocks that are printed, in their order."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return tuple(
            str(item.data(_BLOCK))
            for item in items
            if item.data(_BLOCK) in self._setup.needed or item.checkState() == Qt.CheckState.Checked
        )

    def show_blocks(self, blocks: Sequence[str], setup: Setup | None = None) -> None:
        """Show this order; what is not in it stands at the end, unticked. Emits nothing. setup: of another paper."""
        self._showing = True
        self._setup = setup or self._setup
        every = self._setup.blocks
        current = max(self.list.currentRow(), 0)
        self.list.clear()
        known = [block for block in dict.fromkeys(blocks) if block in every]
        for block in (*known, *(block for block in every if block not in known)):
            item = add_line(self.list, block_name(block, self._setup))
            item.setData(_BLOCK, block)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
            if block not in self._setup.needed:
                item.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if block in known else Qt.CheckState.Unchecked)
            else:
                item.setFlags(flags)
                item.setToolTip(_("This part may not be left out"))
            item.setSizeHint(item.sizeHint().expandedTo(self._row()))
        self.list.setCurrentRow(min(current, self.list.count() - 1))
        self.list.setFixedHeight(self._row().height() * self.list.count() + 2 * self.list.frameWidth() + theme.px(4))
        self._showing = False
        self._offer()

    def move_current(self, step: int) -> None:
        """Move the chosen part up (-1) or down (1); at the ends nothing happens."""
        row = self.list.currentRow()
        if row < 0 or not 0 <= row + step < self.list.count():
            return
        self._showing = True
        item = self.list.takeItem(row)
        self.list.insertItem(row + step, item)
        self.list.setCurrentRow(row + step)
        self._showing = False
        self._offer()
        self._changed()

    def _row(self) -> QSize:
        return QSize(theme.px(80), theme.target())

    def _offer(self) -> None:
        row = self.list.currentRow()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < self.list.count() - 1)

    def _changed(self) -> None:
        if not self._showing:
            self._offer()
            self.changed.emit()
