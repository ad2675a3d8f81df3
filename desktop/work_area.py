"""Inside the unlocked window: the rail on the left, search on top, the page, and the lines that the window says."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QStackedWidget, QToolButton, QWidget

from desktop import actions, theme
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.banner import BannerPlace, UndoBar
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


class WorkArea(QWidget):
    """All that is made anew when the language or the look changes, and thrown away when the window locks."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self.shell = shell
        self.page: Page | None = None
        self.banners = BannerPlace()
        self.undo_bar = UndoBar()
        self.pages = QStackedWidget()
        self.rail_buttons: dict[str, QToolButton] = {}
        right = pieces.column(None, self.banners, gap=0)
        right.addWidget(self.pages, 1)
        right.addWidget(self.undo_bar)
        whole = pieces.line(self, self._rail(), gap=0)
        whole.addLayout(right, 1)

    def _rail(self) -> QFrame:
        rail = QFrame()
        rail.setProperty("role", "rail")
        layout = pieces.column(rail, margin=8, gap=4)
        for page, _text, icon in actions.RAIL:
            action = self.shell.actions_by_name[f"go_{page}"]
            made = QToolButton()
            made.setText(action.text())
            made.setIcon(theme.icon(icon, "rail_text", "rail_on_text"))
            made.setIconSize(QSize(theme.px(22), theme.px(22)))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            made.setCheckable(True)
            made.setAutoExclusive(True)
            made.setMinimumWidth(theme.px(104))
            made.setToolTip(pieces.with_shortcut(action))
            made.setAccessibleName(action.text())
            made.clicked.connect(lambda _checked=False, action=action: action.trigger())
            layout.addWidget(made)
            self.rail_buttons[page] = made
        layout.addStretch(1)
        return rail

    def show_page(self, page: Page, rail: str) -> None:
        """Put a page in view and light its entry of the rail."""
        self.banners.clear()
        if self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self.page = page
        for name, made in self.rail_buttons.items():
            made.setAutoExclusive(False)
            made.setChecked(name == rail)
            made.setAutoExclusive(bool(rail))

    def saved_now(self) -> None:
        """A verb was committed."""

    def refresh_status(self) -> None:
        """Ask what waits."""

    def focus_search(self) -> None:
        """Put the cursor into the search box."""
