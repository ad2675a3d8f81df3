"""The conflict desk: what two people changed without seeing each other, one after another, by keys or finger."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QProgressBar, QWidget

from desktop import conflict_words as words
from desktop import theme
from desktop.conflict_queue import Item, Queue
from desktop.pages.conflicts_alike import AlikeTab
from desktop.pages.conflicts_card import ConflictCard, can_type
from desktop.pages.conflicts_choosing import Choosing
from desktop.pages.conflicts_days import DaysTab
from desktop.pages.conflicts_doubles import DoublesTab
from desktop.pages.conflicts_filter import FilterLine
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.tab_row import tab_row
from models.clock import milliseconds, today
from models.services.conflicts_views import Choices, ConflictPage, RecordConflicts, Wanted
from models.services.views import Changed
from models.texts import _, ngettext

TABS = ("open", "alike", "twice", "days")
AHEAD = 5
"""So many before the end of what was read the next part is read."""


@dataclass(frozen=True)
class Loaded:
    """What the page needs to begin."""

    page: ConflictPage
    choices: Choices
    doubles: int


class ConflictsPage(Choosing):
    """open(tab="open", row="", resident_id="", community="", worker=""): row goes to that record; of one resident only
    what is about that person is shown."""

    name = "conflicts"
    width = 1120  # type: ignore[assignment]  # as in Page

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.queue = Queue()
        self.choices = Choices()
        self.wanted = Wanted()
        self.tab = "open"
        self.card: ConflictCard | None = None
        self._edition = 0
        self._reading = False
        tabs, self.tab_buttons = tab_row(self, TABS, self.show_tab)
        self.body.addLayout(tabs)
        self.filter = FilterLine()
        self.filter.wished.connect(self._narrow)
        self.state = pieces.text("", "label", wrap=False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(theme.px(8))
        self.newer = pieces.text("", "small")
        self.content = pieces.column(None, gap=12)
        self.desk = QWidget()
        self.narrow_button = pieces.button(_("Narrow the list"), self._toggle_filter, icon="search")
        self.narrow_button.setCheckable(True)
        progress = pieces.wrapping(None, self.state, gap=12)
        progress.addWidget(self.bar, 1)
        progress.addWidget(self.narrow_button)
        pieces.column(self.desk, progress, self.filter, self.newer, self.content, gap=12)
        self.filter.hide()
        self.alike, self.doubles, self.days = AlikeTab(self), DoublesTab(self), DaysTab(self)
        self.parts: dict[str, QWidget] = {
            "open": self.desk,
            "alike": self.alike,
            "twice": self.doubles,
            "days": self.days,
        }
        for part in self.parts.values():
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.before_button = pieces.button(_("The one before"), lambda: self.step(-1), icon="back", tip="←")
        self.next_button = pieces.button(_("Next one"), lambda: self.step(1), icon="forward", tip="→")
        self.undo_button = pieces.button(_("Undo (Z)"), self.undo, icon="undo", tip="Z")
        self.edit_button = pieces.button(_("Type it (E)"), self.edit, icon="edit", tip="E")
        self.join_button = pieces.button(_("Both (J)"), self.join, icon="plus", tip="J")
        self.show_footer(
            self.before_button, self.next_button, None, self.undo_button, self.edit_button, self.join_button
        )
        self._footer_frame.hide()
        self._shortcuts()

    def _shortcuts(self) -> None:
        keys: list[tuple[str, Callable[[], object]]] = [
            *((str(n), partial(self.take, n)) for n in range(1, 5)),
            ("J", self.join),
            ("E", self.edit),
            ("Z", self.undo),
            ("Left", lambda: self.step(-1)),
            ("Right", lambda: self.step(1)),
            ("Ctrl+Return", self._save_panel),
            ("Ctrl+Enter", self._save_panel),
            ("Escape", self._close_panel),
        ]
        for key, run in keys:
            QShortcut(QKeySequence(key), self, run, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def title(self) -> str:
        """The page's name."""
        return _("Changed on both sides")

    def open(self, **where: Any) -> None:
        """Read the pile anew."""
        self.where = where
        self.wanted = Wanted(
            community=str(where.get("community") or ""),
            entity=str(where.get("entity") or ""),
            worker=str(where.get("worker") or ""),
            older_than=int(where.get("older_than") or 0),
            about_id=str(where.get("resident_id") or where.get("household_id") or ""),
            order=str(where.get("order") or "oldest"),
        )
        self.show_tab(str(where.get("tab") or "open"), load=False)
        self.reload(str(where.get("row") or ""))

    def refresh(self, changed: Changed) -> None:
        """Records of the pile that were changed are read again; new ones come at the end."""
        if changed.entities <= {"draft"}:
            return
        if self.tab != "open":
            self._load_tab()
        rows = sorted(changed.rows & self.queue.rows())
        conflicts, edition = self.casebook.conflicts, self._edition

        def load() -> tuple[dict[str, RecordConflicts], Choices, int]:
            return conflicts.records(rows), conflicts.choices(), self.casebook.doubles.count()

        def done(found: tuple[dict[str, RecordConflicts], Choices, int]) -> None:
            if edition != self._edition:
                return
            records, self.choices, doubles = found
            for row in rows:
                self.queue.renew(row, records.get(row))
            self._say_tabs(doubles)
            if self._waiting() > self.queue.left and self.queue.following is None:
                self.reload(self._row())
            elif self.card is None or self.card.edit is None:
                self._show()

        self.read(load, done)

    def subject(self) -> dict[str, str]:
        """Whom the open conflict is about."""
        item = self.queue.current
        if item is None or not item.record.about_id:
            return super().subject()
        return {f"{item.record.about_kind}_id": item.record.about_id}

    def first_focus(self) -> None:
        """The first version's button, so that the keys work at once."""
        button = self.card.cards[0].button if self.card is not None and self.card.cards else None
        if self.tab != "open":
            self.tab_buttons[self.tab].setFocus()
        elif button is not None:
            button.setFocus()
        else:
            self.setFocus()

    def leave(self) -> bool:
        """Remember what the list is narrowed to."""
        self.where = {**self.where, "tab": self.tab}
        self._mask(always=True)
        return True

    # Reading.

    def reload(self, row: str = "") -> None:
        """Read the first part anew; the pile begins again."""
        self._edition += 1
        edition, casebook, wanted = self._edition, self.casebook, self.wanted

        def load() -> Loaded:
            conflicts = casebook.conflicts
            return Loaded(conflicts.page(wanted), conflicts.choices(), casebook.doubles.count())

        def done(loaded: Loaded) -> None:
            if edition != self._edition:
                return
            self.queue = Queue(waiting=loaded.page.total_fields)
            self.queue.add(loaded.page)
            self.choices = loaded.choices
            self.filter.fill(self.wanted, self.choices)
            if self.wanted != Wanted(about_id=self.wanted.about_id):
                self.narrow_button.setChecked(True)
                self._toggle_filter()
            if row:
                self.queue.go(row)
            self._say_tabs(loaded.doubles)
            self._show()
            self.doubles.look()

        self.read(load, done)
        if self.tab != "open":
            self._load_tab()

    def _read_on(self) -> None:
        """Read the next part before the clerk comes to its beginning."""
        if self.queue.following is None or self._reading or self.queue.at < len(self.queue.items) - AHEAD:
            return
        self._reading = True
        edition, casebook, wanted, after = self._edition, self.casebook, self.wanted, self.queue.following

        def done(page: ConflictPage) -> None:
            self._reading = False
            if edition == self._edition:
                self.queue.add(page)
                self._say_progress()

        def failed(problem: Any) -> None:
            self._reading = False
            self.shell.problem(problem)

        self.read(lambda: casebook.conflicts.page(wanted, after), done, failed)

    def _narrow(self, wanted: Wanted) -> None:
        kept: dict[str, Any] = {"community": wanted.community, "entity": wanted.entity, "worker": wanted.worker}
        kept |= {"older_than": wanted.older_than, "order": wanted.order}
        about = {key: value for key, value in self.where.items() if key in ("resident_id", "household_id")}
        self.where = {"tab": self.tab, **about, **{key: value for key, value in kept.items() if value}}
        self.wanted = wanted
        self.reload()

    def _toggle_filter(self) -> None:
        self.filter.setVisible(self.narrow_button.isChecked())

    def _row(self) -> str:
        return self.queue.current.record.row if self.queue.current is not None else ""

    def _waiting(self) -> int:
        """How many fields wait by the last count; of a narrowed list it is not known."""
        narrowed = self.wanted != Wanted(order=self.wanted.order)
        return 0 if narrowed else sum(n for _entity, n in self.choices.entities)

    # Showing.

    def show_tab(self, tab: str, *, load: bool = True) -> None:
        """Show one of the parts of the page."""
        self.tab = tab if tab in TABS else "open"
        for each, part in self.parts.items():
            part.setVisible(each == self.tab)
            self.tab_buttons[each].setChecked(each == self.tab)
        self._show_foot()
        if load:
            self._load_tab()

    def _load_tab(self) -> None:
        if self.tab == "alike":
            self.alike.load()
        elif self.tab == "twice":
            self.doubles.load()
        elif self.tab == "days":
            self.days.load()

    def say_doubles(self, doubles: int) -> None:
        """Those who came were compared: how many pairs there are."""
        self._say_tabs(doubles)

    def _say_tabs(self, doubles: int) -> None:
        waiting = sum(n for _entity, n in self.choices.entities)
        for tab, label, count in (
            ("open", _("To choose"), waiting),
            ("alike", _("Say the same"), self.choices.alike),
            ("twice", _("Registered twice"), doubles),
            ("days", _("Numbers by day"), 0),
        ):
            said = f"{label} ({count})" if count else label
            self.tab_buttons[tab].setText(said)
            self.tab_buttons[tab].setAccessibleName(said)
        n = self.choices.newer
        told = ngettext(
            "{n} field was changed by a newer program; it can be settled once this one is brought up to date.",
            "{n} fields were changed by a newer program; they can be settled once this one is brought up to date.",
            n,
        )
        self.newer.setText(told.format(n=n) if n else "")
        self.newer.setVisible(bool(n))

    def _show(self, whole: dict[str, tuple[Any, Any]] | None = None) -> None:
        """The open conflict, or that there is none."""
        held = QApplication.focusWidget()
        mine = held is None or held is self or (self.isAncestorOf(held) and not self.filter.isAncestorOf(held))
        pieces.clear(self.content)
        self.card = None
        item = self.queue.current
        if item is not None and item.settled and self.queue.done == len(self.queue.items):
            self._show_end()
        elif item is None:
            self._show_nothing()
        else:
            self._show_item(item, whole)
        self._say_progress()
        self._show_foot()
        self._read_on()
        pieces.reveal(self.content)
        if mine and self.tab == "open" and self.shell.page is self:
            self.first_focus()
            QTimer.singleShot(0, self, self._see_choice)

    def _show_item(self, item: Item, whole: dict[str, tuple[Any, Any]] | None) -> None:
        record = item.record
        head = Card()
        name = pieces.text(words.about_text(record), "heading")
        line = pieces.wrapping(None, gap=10)
        line.addWidget(name, 1)
        if record.entity == "person_link":
            line.addWidget(pieces.button(_("Compare the two"), partial(self._compare, record), icon="residents"))
        if record.about_id:
            line.addWidget(pieces.button(_("Open the record"), partial(self._open_record, record), "link"))
        head.add(line)
        if record.about_address and record.about_address != words.about_text(record):
            head.add(pieces.text(record.about_address, "soft"))
        field = words.field_text(record.entity, item.field.field)
        now = milliseconds(self.casebook.clock)
        waits = Chip(_("waits {since}").format(since=words.wait_text(item.field.since, now)), tone="soft")
        what = pieces.wrapping(None, gap=10)
        what.addWidget(pieces.text(words.record_text(record), wrap=False))
        what.addWidget(Chip(field, tone="accent"))
        what.addWidget(waits)
        head.add(what)
        self.content.addWidget(head)
        card = self.card = ConflictCard(item, today(self.casebook.clock), whole)
        card.taken.connect(self._settle)
        card.join.connect(self._join)
        card.typed.connect(self._write)
        card.side.connect(self._side)
        card.revealed.connect(self._reveal)
        self.content.addWidget(card)

    def _show_end(self) -> None:
        n = self.queue.done
        told = ngettext("{n} settled. Nothing more waits.", "{n} settled. Nothing more waits.", n).format(n=n)
        self.content.addWidget(EmptyState("check", told, _("Both sides get it with the next exchange.")))

    def _show_nothing(self) -> None:
        narrowed = self.wanted != Wanted(order=self.wanted.order)
        sentence = _("Nothing fits what is asked for") if narrowed else _("Nothing was changed on both sides")
        hint = _("What two people change without seeing each other's change comes here after an import.")
        action = (_("Show all"), self._widen) if narrowed else None
        self.content.addWidget(EmptyState("check", sentence, hint, action))

    def _widen(self) -> None:
        self.where = {"tab": self.tab}
        self.wanted = Wanted()
        self.reload()

    def _say_progress(self) -> None:
        total = self.queue.total
        item = self.queue.current
        shown = bool(total and item is not None)
        self.state.setVisible(shown)
        self.bar.setVisible(shown)
        place = _("{at} of {total}").format(at=self.queue.at + 1, total=total)
        self.state.setText(_("{place} · {n} settled").format(place=place, n=self.queue.done))
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(self.queue.done)
        self.bar.setAccessibleName(self.state.text())

    def _show_foot(self) -> None:
        item = self.queue.current
        self._footer_frame.setVisible(self.tab == "open" and item is not None)
        if item is None:
            return
        self.before_button.setEnabled(self.queue.at > 0)
        self.next_button.setEnabled(self.queue.at + 1 < len(self.queue.items))
        self.undo_button.setEnabled(bool(self.queue.made))
        self.join_button.setEnabled(item.field.joinable and not item.settled)
        self.edit_button.setEnabled(can_type(item))

    def _open_record(self, record: RecordConflicts) -> None:
        if record.about_kind == "household":
            self.shell.go("household", household_id=record.about_id)
        else:
            self.shell.go("person", resident_id=record.about_id)

    def _compare(self, record: RecordConflicts) -> None:
        self.shell.go("merge", a=record.pair[0], b=record.pair[1])
