"""Inside the unlocked window: the rail on the left, search on top, the page, and the lines that the window says."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QSizePolicy, QStackedWidget, QToolButton, QWidget

from desktop import actions, offered, theme
from desktop.arrivals import Arrivals
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.banner import BannerPlace, UndoBar
from desktop.widgets.progress_strip import ProgressStrip
from desktop.widgets.search_box import SearchBox
from desktop.widgets.status_bar import StatusLine
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


NARROW = 860
"""Below this width (pixels at 100 per cent) words give way to icons."""

LOW = 420
"""Below this height (pixels at 100 per cent) the sign on top gives its room to the entries."""


class RailArea(QScrollArea):
    """The entries of the rail: as wide as they are, and scrolling where a low window has no room for all of them."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._scrolls, self._inside = False, inside
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setWidget(inside)
        pieces.finger_scroll(self)

    def sizeHint(self) -> QSize:
        """As wide as its entries; the frame around it says how tall."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """The widest entry, and the bar where there is one; one entry is tall enough."""
        bar = self.verticalScrollBar()
        wide = self._inside.minimumSizeHint().width()
        return QSize(wide + (bar.sizeHint().width() if self._scrolls else 0), theme.target())

    def fit(self) -> None:
        """Show the bar where not all entries are in view."""
        scrolls = self._inside.minimumSizeHint().height() > self.height() > 0
        if scrolls != self._scrolls:
            self._scrolls = scrolls
            policy = Qt.ScrollBarPolicy
            self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOn if scrolls else policy.ScrollBarAlwaysOff)
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The window became lower or taller."""
        super().resizeEvent(event)
        self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The entries got words, or lost them: the rail is as wide as they are."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class WorkArea(QWidget):
    """All that is made anew when the language or the look changes, and thrown away when the window locks."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self.shell = shell
        self.page: Page | None = None
        self.arrivals = Arrivals(shell, self)
        self.banners = BannerPlace()
        self.undo_bar = UndoBar()
        self.progress = ProgressStrip(shell.tasks)
        self.status = StatusLine(shell)
        self.pages = QStackedWidget()
        self.pages.setMinimumSize(theme.px(200), theme.px(60))  # not what the widest page that is not shown wants
        self.rail_buttons: dict[str, QToolButton] = {}
        self._rail_all: list[QToolButton] = []
        right = pieces.column(None, self._top_bar(), self.progress, self.banners, gap=0)
        right.addWidget(self.pages, 1)
        right.addWidget(self.undo_bar)
        upper = pieces.line(None, self._rail(), gap=0)
        upper.addLayout(right, 1)
        whole = pieces.column(self, gap=0)
        whole.addLayout(upper, 1)
        whole.addWidget(self.status)
        self.setTabOrder(self.search, self.pages)

    def _rail(self) -> QFrame:
        rail = QFrame()
        rail.setProperty("role", "rail")
        layout = pieces.column(rail, gap=4)
        layout.setContentsMargins(theme.px(10), theme.px(12), theme.px(10), theme.px(12))
        sign, name = QLabel(), pieces.text(_("Jinmen"), "brand", wrap=False)
        sign.setPixmap(theme.pixmap("jinmen", 26, "rail_text", self.devicePixelRatioF()))
        self._brand = QWidget()
        brand = pieces.line(self._brand, sign, name, None, gap=8)
        brand.setContentsMargins(theme.px(8), 0, 0, theme.px(10))
        self._rail_name = name
        layout.addWidget(self._brand)
        inside = QWidget()
        inside.setProperty("role", "rail-inside")
        entries = pieces.column(inside, gap=4)
        for page, _text, icon in actions.RAIL:
            made = self._rail_button(page, icon)
            entries.addWidget(made)
            made.setHidden(bool(offered.refusal(self.shell.casebook, offered.PAGES.get(page, ""))))
            self.rail_buttons[page] = made
        entries.addStretch(1)
        for name_, icon in (("go_settings", "settings"), ("help", "help"), ("lock", "lock")):
            entries.addWidget(self._rail_button(name_, icon, checkable=False))
        self._rail_area = RailArea(inside)
        layout.addWidget(self._rail_area, 1)
        return rail

    def _rail_button(self, name: str, icon: str, checkable: bool = True) -> QToolButton:
        action = self.shell.actions_by_name[f"go_{name}" if checkable else name]
        made = QToolButton()
        made.setText("  " + (action.text() if name != "help" else _("Help")))  # air between icon and word
        made.setIcon(theme.icon(icon, "rail_text", "rail_on_text"))
        made.setIconSize(QSize(theme.px(20), theme.px(20)))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setCheckable(checkable)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setToolTip(pieces.with_shortcut(action))
        made.setAccessibleName(action.text())
        made.clicked.connect(self._light)  # a click alone does not move the light: the page may want to stay
        made.clicked.connect(action.trigger)
        self._rail_all.append(made)
        return made

    def _top_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "topbar")
        act = self.shell.actions_by_name
        self.back_button = pieces.icon_button(pieces.with_shortcut(act["back"]), "back", act["back"].trigger, "text")
        self.back_button.setAccessibleName(act["back"].text())
        self.back_button.setEnabled(False)
        self.search = SearchBox(self.shell, self)
        self.search.setMaximumWidth(theme.px(620))
        if offered.refusal(self.shell.casebook, "search"):  # shown before it has a place it would flash as a window
            self.search.hide()
        self.commands = pieces.button(_("Commands"), act["palette"].trigger, icon="keyboard", tip="Ctrl+K")
        self._top_row = pieces.line(bar, self.back_button, self.search, None, self.commands, gap=12)
        self._top_row.setStretch(1, 1)
        return bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the rail shows icons alone, and the search has the room."""
        super().resizeEvent(event)
        narrow = event.size().width() < theme.px(NARROW)
        low = event.size().height() < theme.px(LOW)
        self._brand.setVisible(not low)
        self._rail_name.setVisible(not narrow)
        style = Qt.ToolButtonStyle
        for made in self._rail_all:
            made.setToolButtonStyle(style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon)
            made.setMinimumWidth(theme.px(44 if narrow else 126))
        self._rail_area.fit()
        self._top_row.setStretch(2, 0 if narrow else 1)
        self._top_row.setContentsMargins(
            theme.px(16), theme.px(4 if low else 8), theme.px(16), theme.px(4 if low else 8)
        )
        self.commands.setText("" if narrow else _("Commands"))
        self.status.be_short(narrow)

    def show_page(self, page: Page, rail: str) -> None:
        """Put a page in view and light its entry of the rail."""
        self.banners.clear()
        self.search.put_away(clear=True)
        if self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self.page = page
        self._lit = rail
        self._light()

    def _light(self, _checked: bool = False) -> None:
        for name, made in self.rail_buttons.items():
            made.setChecked(name == self._lit)
            if name == self._lit:
                self._rail_area.ensureWidgetVisible(made)

    _lit = ""

    def saved_now(self) -> None:
        """A verb was committed."""
        self.status.saved_now()

    def refresh_status(self) -> None:
        """Ask what waits."""
        self.status.refresh()

    def focus_search(self) -> None:
        """Put the cursor into the page's own search box where it has one, else into the one on top."""
        own = getattr(self.page, "search", None)
        box = own if isinstance(own, QLineEdit) and not own.hasFocus() else self.search
        box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        box.selectAll()
