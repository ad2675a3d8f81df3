"""Large tiles to choose from: a name, a line that explains it, a letter; what cannot be chosen says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from desktop import theme
from desktop.widgets import pieces
from models.texts import _

WIDE, NARROW = 720, 430
"""From these widths on, in pixels at 100 per cent, tiles stand three and two abreast."""


@dataclass(frozen=True)
class Kind:
    """Something that can be chosen. `why_not`: why it cannot, here and now; then it is shown and cannot be pressed."""

    code: str
    name: str
    line: str
    key: str
    why_not: str = ""


class KindTile(QPushButton):
    """One tile, as high as its words."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind
        self.setAutoDefault(False)
        self.setEnabled(not kind.why_not)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(kind.name)
        self.setAccessibleDescription(kind.why_not or kind.line)
        self.setToolTip("" if kind.why_not else _("{name} (key {key})").format(name=kind.name, key=kind.key))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        name = pieces.text(kind.name, "soft" if kind.why_not else "subheading")
        line = pieces.text(kind.why_not or kind.line, "small")
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.px(12), theme.px(7), theme.px(12), theme.px(7))
        grid.setVerticalSpacing(theme.px(1))
        grid.setColumnStretch(0, 1)
        grid.addWidget(name, 0, 0)
        grid.addWidget(line, 1, 0, 1, 2)
        words = [name, line]
        if not kind.why_not and not theme.look().touch:
            key = pieces.text(kind.key, "small", wrap=False)
            grid.addWidget(key, 0, 1, Qt.AlignmentFlag.AlignTop)
            words.append(key)
        grid.setRowStretch(2, 1)
        for label in words:
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """As the words want."""
        layout = self.layout()
        assert layout is not None
        return layout.totalSizeHint().expandedTo(QSize(0, theme.target()))

    def minimumSizeHint(self) -> QSize:
        """Never lower than the words; they may break."""
        layout = self.layout()
        assert layout is not None
        return layout.totalMinimumSize().expandedTo(QSize(0, theme.target()))

    def hasHeightForWidth(self) -> bool:
        """Words that break into more lines need more height."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height that the words need."""
        layout = self.layout()
        assert layout is not None
        return max(layout.totalHeightForWidth(width), theme.target())


class KindTiles(QWidget):
    """All tiles. Arrows move among those that can be chosen, Enter or a letter chooses; Tab stops once."""

    chosen = Signal(str)  # the code

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: list[KindTile] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(8))

    def show_kinds(self, kinds: Sequence[Kind]) -> None:
        """Offer these instead of any before; the cursor stays on the kind where it was."""
        stood = next((tile.kind.code for tile in self.tiles if tile.hasFocus()), "")
        pieces.clear(self._grid)
        self._columns = 0
        self.tiles = []
        for kind in kinds:
            tile = KindTile(kind)
            tile.clicked.connect(partial(self._press, kind.code))
            tile.installEventFilter(self)
            self.tiles.append(tile)
        self._arrange()
        self._settle(next((tile for tile in self._usable() if tile.kind.code == stood), None))
        if stood:
            self.first_focus().setFocus()

    def first_focus(self) -> QWidget:
        """Where the cursor goes: the tile where Tab stops."""
        return next((tile for tile in self._usable() if tile.focusPolicy() == Qt.FocusPolicy.StrongFocus), self)

    def tile(self, code: str) -> KindTile:
        """One tile. StopIteration where there is none."""
        return next(tile for tile in self.tiles if tile.kind.code == code)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Three abreast, two or one where the window is narrow."""
        super().resizeEvent(event)
        self._arrange()

    def _press(self, code: str, _checked: bool = False) -> None:
        self.chosen.emit(code)

    def _usable(self) -> list[KindTile]:
        return [tile for tile in self.tiles if tile.isEnabled()]

    def _settle(self, stop: KindTile | None) -> None:
        usable = self._usable()
        stop = stop or (usable[0] if usable else None)
        for tile in self.tiles:
            tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tile is stop else Qt.FocusPolicy.ClickFocus)

    def _arrange(self) -> None:
        width = self.size().width()
        columns = 3 if width >= theme.px(WIDE) else 2 if width >= theme.px(NARROW) else 1
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def eventFilter(self, watched, event) -> bool:
        """Arrows, Enter and letters."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress and isinstance(watched, KindTile):
            return self._key(watched, event)
        return super().eventFilter(watched, event)

    def _key(self, tile: KindTile, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            tile.click()
            return True
        if plain and event.text():
            wanted = event.text().upper()
            found = next((other for other in self._usable() if other.kind.key == wanted), None)
            if found is not None:
                found.click()
                return True
        step = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_Up: -self._columns,
        }.get(Qt.Key(event.key()))
        if step is None or not plain:
            return False
        place = self.tiles.index(tile) + step
        while 0 <= place < len(self.tiles) and not self.tiles[place].isEnabled():
            place += step
        if 0 <= place < len(self.tiles):
            self._settle(self.tiles[place])
            self.tiles[place].setFocus(Qt.FocusReason.TabFocusReason)
        return True
