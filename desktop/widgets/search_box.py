"""The one search box on top: residents first, then pages and commands. Results lie below it, over the page."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QWidget

from desktop import commands, theme
from desktop.pages.residents import TYPING_MS
from desktop.tasks import Job
from desktop.widgets import pieces
from desktop.widgets.choice_list import Choice, ChoiceList
from desktop.widgets.command_palette import all_actions, choice_of
from desktop.widgets.hint import Hint
from desktop.widgets.line_sign import LineSign
from desktop.widgets.tile_list import tile_of
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.views import ResidentRow

PEOPLE = 6
COMMANDS = 4


class SearchBox(QLineEdit):
    """Type, see, press Enter. Escape puts the results away, a second one empties the box."""

    def __init__(self, shell: "Shell", over: QWidget) -> None:
        """`over` is the widget that the results may cover."""
        super().__init__()
        self.shell = shell
        self._over = over
        self._job: Job[Any] | None = None
        self.setProperty("role", "search")
        self.setAccessibleName(_("Search everything"))
        self.setToolTip(pieces.with_shortcut(shell.actions_by_name["search"]))
        self.setClearButtonEnabled(True)
        LineSign(self, "search")
        Hint(self, _("Search residents, pages and commands"), _("Search everything"), _("Search"), buttons=1)
        self.list = ChoiceList(_("Search results"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.watch(self)
        self.panel = QFrame(over)
        self.panel.setProperty("role", "card")
        pieces.column(self.panel, self.list, margin=2)
        self.panel.hide()
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._ask)
        self.textEdited.connect(self._typed)
        self.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def _typed(self, text: str) -> None:
        if text.strip():
            self._typing.start()
        else:
            self.put_away()

    def _ask(self) -> None:
        text = self.text().strip()
        if not text:
            return
        if self._job is not None:
            self._job.cancel()
        residents = self.shell.casebook.residents

        def find() -> tuple[int, list["ResidentRow"]]:
            ids = residents.find(text, 500)
            return len(ids), residents.rows(ids[:PEOPLE])

        self._job = self.shell.tasks.read(find, lambda found: self._found(text, *found), owner=self)

    def _found(self, text: str, count: int, rows: list["ResidentRow"]) -> None:
        self._job = None
        choices = [Choice(partial(self._go, "person", resident_id=row.id), tile=tile_of(row)) for row in rows]
        if count > len(rows):
            more = _("Show all {n} in the list of residents").format(n=count if count < 500 else "500+")
            choices.append(Choice(lambda: self._go("residents", text=text), more, "residents"))
        for action in commands.matching(text, all_actions(self.shell))[:COMMANDS]:
            choices.append(replace(choice_of(action), run=partial(self._do, action)))
        label = _("None of these: register “{text}”") if rows else _("Nobody found. Register “{text}”")
        choices.append(Choice(lambda: self._go("register", name=text), label.format(text=text), "plus"))
        self.list.show_choices(choices)
        if self.window().focusWidget() is self:
            self._open_panel()

    def _go(self, page: str, **where: Any) -> None:
        self.put_away(clear=True)
        self.shell.go(page, **where)

    def _do(self, action: QAction) -> None:
        self.put_away(clear=True)
        QTimer.singleShot(0, action, action.trigger)  # a change of looks would take this box away while it speaks

    def _open_panel(self) -> None:
        corner = self.mapTo(self._over, QPoint(0, self.height() + theme.px(4)))
        room = self._over.height() - corner.y() - theme.px(16)
        self.panel.setGeometry(corner.x(), corner.y(), self.width(), min(self.list.height_wanted() + theme.px(8), room))
        self.panel.raise_()
        self.panel.show()

    def put_away(self, clear: bool = False) -> None:
        """Hide the results; with `clear` empty the box too."""
        self._typing.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.panel.hide()
        if clear:
            self.clear()

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and new is not self:
            self.panel.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter before the answer came asks at once; Escape puts away."""
        if watched is self and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.put_away(clear=not self.panel.isVisible())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._typing.isActive():
                self._typing.stop()
                self._ask()
                return True
        return super().eventFilter(watched, event)
