"""All residents: type a name, pinyin, initials, phone or address; arrows move, Enter opens."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSplitter, QStackedWidget

from desktop import theme
from desktop.pages.base import Page
from desktop.tasks import Job
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.line_sign import LineSign
from desktop.widgets.resident_card import ResidentCard
from desktop.widgets.tile_list import PAGE, TileList
from models.errors import Problem
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.views import Changed, ResidentRow

TYPING_MS = 120
"""How long after the last key the search begins."""

LIMIT = 500
"""The most that a search shows; who is not among them is found by typing on."""

CARD_FROM = 700
"""From this width of the page on (pixels at 100 per cent) the card of the selected resident stands beside the list."""

ORDERS = ("name", "address", "last_visit")


class ResidentsPage(Page):
    """open(text="") shows what a search finds; without text, everybody."""

    name = "residents"
    width = 0
    scrolls = False

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self._job: Job[Any] | None = None
        self._everybody: dict[str, list[str]] = {}  # by order; so that emptying the search of 100,000 is quick
        self._edition = 0
        shell.tasks.changed.connect(self._forget)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._find)
        self.search = QLineEdit()
        self.search.setProperty("role", "search")
        self.search.setPlaceholderText(_("Name, pinyin, initials, phone or address"))
        self.search.setToolTip(self.search.placeholderText())
        self.search.setAccessibleName(_("Search residents"))
        self.search.setClearButtonEnabled(True)
        LineSign(self.search, "search")
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.installEventFilter(self)
        self.order = QComboBox()
        self.order.setAccessibleName(_("Order of the list"))
        for order, label in zip(ORDERS, (_("By name"), _("By address"), _("Longest not visited first")), strict=True):
            self.order.addItem(label, order)
        self.order.currentIndexChanged.connect(lambda _place: self._order_chosen())
        self.count = pieces.text("", "small", wrap=False)
        self.none_of_these = pieces.button("", self._register, "link")
        self.list = TileList(self._load, _("Residents"))
        self.list.opened.connect(self._open)
        self.list.looked_at.connect(self._look)
        self.card = ResidentCard(shell)
        self.nobody = EmptyState("residents", "", action=("", self._register))
        self.results = QStackedWidget()
        for thing in (self.list, self.nobody):
            self.results.addWidget(thing)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.results)
        self.split.addWidget(self.card)
        self.split.setStretchFactor(0, 5)
        self.split.setStretchFactor(1, 3)
        self.split.setHandleWidth(theme.px(16))
        self.split.setChildrenCollapsible(False)

        self.aside.addWidget(pieces.action_button(shell.actions_by_name["go_listed"], "link"))
        self.aside.addWidget(pieces.action_button(shell.actions_by_name["register"], "primary"))
        row = pieces.line(None, self.search, self.order, gap=12)
        row.setStretch(0, 1)
        self.body.setSpacing(theme.px(8))
        self.body.addLayout(row)
        self.body.addLayout(pieces.line(None, self.count, None, self.none_of_these))
        self.body.addWidget(self.split, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the list has all the room."""
        super().resizeEvent(event)
        self.order.setMaximumWidth(event.size().width() * 2 // 5)  # what is searched needs more
        self._show_card()

    def _order_chosen(self) -> None:
        self.order.setToolTip(self.order.currentText())
        self._find()

    def _show_card(self) -> None:
        found = self.results.currentWidget() is self.list
        inside = self.nobody.layout()
        high = inside.totalHeightForWidth(self.results.width()) if inside is not None and not found else 0
        self.results.setMinimumHeight(high)  # words that break know no least height of their own
        self.card.setVisible(found and self.size().width() >= theme.px(CARD_FROM))

    def title(self) -> str:
        """The page's name."""
        return _("Residents")

    def open(self, text: str | None = None, **where: Any) -> None:
        """Show what is searched; `text` None keeps the search as it was."""
        if text is not None and text != self.search.text():
            self.search.setText(text)
        self._typing.stop()
        self._find(keep=True)

    def _forget(self, _changed: "Changed") -> None:
        self._everybody.clear()
        self._edition += 1

    def refresh(self, changed: "Changed") -> None:
        """Somebody was registered or changed: search again, stay on the selected resident."""
        self._forget(changed)
        if changed.entities & {
            "resident",
            "household",
            "membership",
            "visit",
            "phone",
            "dwelling",
            "identity_document",
        }:
            self._find(keep=True)

    def first_focus(self) -> None:
        """The search box."""
        self.search.setFocus()
        self.search.selectAll()

    def subject(self) -> dict[str, str]:
        """The selected resident."""
        found = self.list.current_id() if self.results.currentWidget() is self.list else ""
        return {"resident_id": found} if found else {}

    def _find(self, keep: bool = False) -> None:
        text, order = self.search.text().strip(), str(self.order.currentData())
        self.where = {"text": text} if text else {}
        if self._job is not None:
            self._job.cancel()  # only the newest answer is painted
        selected = self.list.current_id() if keep else ""
        residents = self.casebook.residents

        known = None if text else self._everybody.get(order)

        def find() -> tuple[list[str], list["ResidentRow"]]:
            ids = residents.find(text, LIMIT) if text else known or residents.ids(order)
            return ids, residents.rows(ids[:PAGE])

        edition = self._edition

        def done(found: tuple[list[str], list["ResidentRow"]]) -> None:
            if not text and edition == self._edition:
                self._everybody[order] = found[0]
            self._found(text, found[0], found[1], selected)

        self._job = self.read(find, done)

    def _found(self, text: str, ids: list[str], first: list["ResidentRow"], selected: str) -> None:
        self._job = None
        self.order.setEnabled(not text)  # what is found comes best first
        self.none_of_these.setVisible(bool(ids and text))
        self.none_of_these.setText(_("None of these: register “{text}”").format(text=text))
        self.none_of_these.setAccessibleName(self.none_of_these.text())
        if not ids:
            self._say_nobody(text)
            self.results.setCurrentWidget(self.nobody)
            self._show_card()
            self.count.setText("")
            return
        self.list.show_ids(ids, first, selected)
        self.results.setCurrentWidget(self.list)
        self._show_card()
        if text and len(ids) >= LIMIT:
            self.count.setText(_("The first {n}. Type on to find who is not among them.").format(n=len(ids)))
        else:
            self.count.setText(ngettext("{n} resident", "{n} residents", len(ids)).format(n=f"{len(ids):,}"))

    def _say_nobody(self, text: str) -> None:
        if text:
            self.nobody.sentence.setText(_("Nobody found for “{text}”").format(text=text))
            self.nobody.hint.setText(
                _("Check the spelling, or try initials, the last digits of the phone or the road.")
            )
            self.nobody.button.setText(_("Register “{text}”").format(text=text))
        else:
            self.nobody.sentence.setText(_("Nobody is registered yet"))
            self.nobody.hint.setText(_("Registered residents will be listed here."))
            self.nobody.button.setText(_("Register the first resident"))
        self.nobody.button.setAccessibleName(self.nobody.button.text())
        self.nobody.hint.show()

    def _register(self) -> None:
        text = self.search.text().strip()
        self.shell.go("register", **({"name": text} if text else {}))

    def _load(self, ids, done, failed) -> None:
        residents = self.casebook.residents

        def trouble(problem: Problem) -> None:
            failed()
            self.shell.problem(problem)

        self.read(lambda: residents.rows(ids), done, trouble)

    def _look(self, row: "ResidentRow | None") -> None:
        self.card.show_row(row)

    def _open(self, resident_id: str) -> None:
        self.shell.go("person", resident_id=resident_id)

    def eventFilter(self, watched: QObject, event: Any) -> bool:
        """In the search box, arrows move the list and Enter opens; Escape clears."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            page = self.list.visible_rows()
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: page,
                Qt.Key.Key_PageUp: -page,
            }
            if event.key() in steps and not event.modifiers():
                self.list.step(steps[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._enter()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _enter(self) -> None:
        if self._typing.isActive() or self._job is not None:
            # Typed and pressed Enter in one go: what is on the screen is not yet what was asked for.
            self._typing.stop()
            self._find()
            return
        if self.results.currentWidget() is self.nobody:
            self.nobody.button.setFocus()
        else:
            self.list.open_current()
