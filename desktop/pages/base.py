"""What every page is: a title on top, a body, and buttons pinned below where the thumb finds them.

A page is made once and opened many times. Its texts are built in the constructor; when the language, theme or size
changes, the shell makes all pages anew and opens the last one again, so a page keeps nothing that its draft does not.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop import offered, theme
from desktop.tasks import Cancelled, Job, Progress
from desktop.widgets import pieces
from desktop.widgets.fit_area import FitArea
from desktop.widgets.foot_fit import FootFit
from desktop.widgets.wrap_line import WrapLine
from models.errors import Problem

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook
    from models.services.desks import AtWork
    from models.services.views import Changed

T = TypeVar("T")

NARROW = 560
"""Below this width of the page (pixels at 100 per cent) its margins are small."""


class Page(QWidget):
    """Base of all pages. A subclass fills `self.body` and `self.footer` and overrides what it needs."""

    name = ""
    """How the shell knows the page: key of desktop.shell.PAGES."""

    width = 960  # type: ignore[assignment]  # instead of Qt's method, which no page needs: size().width() is the same
    """The widest the body grows, in pixels at 100 per cent: long lines are hard to read. 0: no limit."""

    scrolls = True
    """Whether the body scrolls as a whole; false where the page has its own list."""

    tells_of_people = False
    """Whether the page shows what follows from sensitive knowledge: it says below its title what is withheld."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self.shell = shell
        self.where: dict[str, Any] = {}
        """What `open` was last called with: the shell's back button opens it so again."""
        self.setProperty("role", "ground")
        self.heading = pieces.text("", "title")
        self.heading.setMinimumHeight(theme.px(40))
        aside = QWidget()
        self.aside = WrapLine(aside, theme.px(8))
        """Right of the title, where it is narrow below: a few buttons."""
        self._top = QWidget()
        top = WrapLine(self._top, theme.px(8))
        top.addWidget(self.heading, 1)
        top.addWidget(aside)
        self.body: QVBoxLayout
        """The content, from top to bottom."""
        self._footer_frame = QFrame()
        self._footer_frame.setProperty("role", "footer")
        self.footer = WrapLine(self._footer_frame, theme.px(8))
        """Buttons that stay in view; hidden until `show_footer`."""
        FootFit(self._footer_frame, self.footer)
        self.footer_margins = True
        """False where a page sets the margins of its footer itself."""
        self._footer_frame.hide()
        whole = pieces.column(self, gap=0)
        whole.addWidget(self._content(), 1)
        whole.addWidget(self._footer_frame)

    def _content(self) -> QWidget:
        inner = QWidget()
        inner.setProperty("role", "ground")
        self.body = pieces.column(None, gap=16)
        layout = pieces.column(inner, self._top, gap=16)
        if self.tells_of_people and (words := offered.withheld_words(self.casebook.withheld)):
            self.withheld = pieces.text(words, "soft")
            layout.addWidget(self.withheld)
        layout.addLayout(self.body, 0 if self.scrolls else 1)
        if self.scrolls:
            layout.addStretch(1)
        if self.width:
            inner.setMaximumWidth(theme.px(self.width))
        outer = QWidget()
        outer.setProperty("role", "ground")
        self._margins = QHBoxLayout(outer)
        self._margins.addWidget(inner, 1000)
        self._margins.addStretch(1)
        self._set_margins(narrow=False)
        self._fit: QScrollArea
        if not self.scrolls:
            self.area: QScrollArea | None = None
            self._fit = FitArea(outer)
            return self._fit
        self.area = pieces.scroll(outer)
        return self.area

    def _set_margins(self, *, narrow: bool) -> None:
        side, upper = theme.px(8 if narrow else 24), theme.px(10 if narrow else 20)
        self._margins.setContentsMargins(side, upper, side, upper)
        if self.footer_margins:
            lower = theme.px(4 if narrow else 10)
            self.footer.setContentsMargins(side, lower, side, lower)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the page needs the room around it."""
        super().resizeEvent(event)
        self._set_margins(narrow=event.size().width() < theme.px(NARROW))

    # What a subclass overrides.

    def title(self) -> str:
        """The page's name in the language now shown; also in the window's title."""
        return ""

    def open(self, **where: Any) -> None:
        """Show what `where` names. Load through `self.read`; keep showing the old until the new is there."""

    troubled = False
    """Whether something on the page is wrong and must be put right: the window's title says so."""

    def refresh(self, changed: "Changed") -> None:
        """Something was saved somewhere. Called while the page is shown; decide by `changed.entities` and `.rows`."""
        self.open(**self.where)

    def come_back(self) -> None:
        """The server of the office was away and is back: load anew what is shown."""
        self.open(**self.where)

    editing = ""
    """Id of the record that is open for change on the page, where other desks are told so."""

    def open_elsewhere(self, others: "Sequence[AtWork]") -> None:
        """Who else has the record that is open for change here open too; nobody, where empty."""

    def leave(self) -> bool:
        """The worker goes elsewhere: save the draft. False keeps the page."""
        return True

    def first_focus(self) -> None:
        """Put the cursor where work begins."""

    def subject(self) -> dict[str, str]:
        """Whom the page is about: resident_id and household_id where known. F6 and F7 begin with it."""
        return {key: str(self.where[key]) for key in ("resident_id", "household_id") if self.where.get(key)}

    # What a subclass uses.

    @property
    def casebook(self) -> "Casebook":
        """The open casebook; call its verbs only inside `run` and `read`."""
        return self.shell.casebook

    def reserve(self, action: str, *widgets: QWidget) -> None:
        """Say of buttons which action they are: who may not do it finds them disabled, with the reason as tooltip."""
        offered.offer(self.casebook, action, *widgets)

    def set_title(self, text: str) -> None:
        """Change the title on the page; the window's own title never names anybody, see Shell.title_changed."""
        self.heading.setText(text)
        self.shell.title_changed(self)

    def show_footer(self, *buttons: QWidget | None) -> None:
        """Pin these buttons below the body, replacing any before; None is a stretch."""
        pieces.clear(self.footer)
        for thing in buttons:
            if thing is None:
                self.footer.addStretch(1)
            else:
                self.footer.addWidget(thing, len(buttons) == 1)
        self._footer_frame.setVisible(bool(buttons))

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
    ) -> Job[T]:
        """A verb or check, off the window's thread, with this page as owner; see Tasks.run."""
        return self.shell.tasks.run(work, done, failed, owner=self)

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
    ) -> Job[T]:
        """Load something to show, off the window's thread, with this page as owner; see Tasks.read."""
        return self.shell.tasks.read(work, done, failed, owner=self)

    def long(
        self,
        work: Callable[[Progress, Cancelled], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
        *,
        title: str,
    ) -> Job[T]:
        """Work with a progress bar and a way to cancel; see Tasks.long."""
        return self.shell.tasks.long(work, done, failed, owner=self, title=title)

    def see(self, widget: QWidget) -> None:
        """Scroll the body so that a widget of it is in view."""
        area = self._fit if self.area is None else self.area
        area.ensureWidgetVisible(widget, theme.px(24), theme.px(24))
