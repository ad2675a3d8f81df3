"""Choosing at the conflict desk: one version, both, what is typed, all of one computer; and taking a choice back."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from desktop.conflict_queue import Item, Queue
from desktop.pages.base import Page
from desktop.pages.conflicts_card import ConflictCard
from desktop.widgets.cover import SHOWN_MS
from forms.problems import sentence
from models.errors import NotFound
from models.services.conflicts_rules import ValueRefused
from models.services.views import Changed
from models.texts import _


class Choosing(Page):
    """The part of the conflict desk that chooses. `queue`, `card` and `tab` are the page's."""

    queue: Queue
    card: ConflictCard | None
    tab: str

    def reload(self, row: str = "") -> None:
        """Read the first part anew; the pile begins again."""
        raise NotImplementedError

    def _show(self, whole: dict[str, tuple[Any, Any]] | None = None) -> None:
        """The open conflict, or that there is none."""
        raise NotImplementedError

    def take(self, place: int) -> None:
        """Let a version stand, by its number."""
        if self.tab == "open" and self.card is not None and self.card.edit is None:
            self.card.take(place)

    def join(self) -> None:
        """Let both stand."""
        if self.tab == "open" and self.card is not None and self.card.edit is None:
            self.card.ask_join()
            self._see_panel()

    def edit(self) -> None:
        """Type what is right."""
        if self.tab == "open" and self.card is not None and self.card.edit is None:
            self.card.ask_edit()
            self._see_panel()

    def _see_panel(self) -> None:
        QTimer.singleShot(0, self, self._see_choice)

    def _see_choice(self) -> None:
        """Where there is little room, what is chosen now is in view: the panel, else the first version's button."""
        if self.tab != "open" or self.card is None:
            return
        if self.card.edit is not None:
            self.see(self.card.edit.save_button)
        elif self.queue.made and self.card.cards and self.card.cards[0].button is not None:
            self.see(self.card.cards[0].button)

    def step(self, by: int) -> None:
        """The next one, or the one before, settled or not."""
        if self.tab == "open" and self.queue.step(by):
            self._show()

    def undo(self) -> None:
        """Take the last choice back; its conflict is shown again."""
        if self.tab != "open" or not self.queue.made:
            return
        operations = self.queue.made.pop()
        keys = [item.key for item in self.queue.items if item.operations == operations]
        conflicts = self.casebook.conflicts

        def done(_changed: Changed) -> None:
            if keys:
                self.queue.go(*keys[0])
            self.shell.say(_("Taken back: both versions wait again."))

        self.run(lambda: conflicts.undo(operations), done)

    def _save_panel(self) -> None:
        if self.card is not None and self.card.edit is not None:
            self.card.edit.save()

    def _close_panel(self) -> None:
        if self.card is not None and self.card.edit is not None:
            self.card.close_panel()
            self.first_focus()

    def _settle(self, operation: str) -> None:
        conflicts = self.casebook.conflicts
        self._do(lambda item: conflicts.settle(*item.key, operation))

    def _join(self, order: list[str]) -> None:
        conflicts = self.casebook.conflicts
        self._do(lambda item: conflicts.join(*item.key, order))

    def _write(self, value: Any) -> None:
        conflicts = self.casebook.conflicts
        self._do(lambda item: conflicts.write(*item.key, value))

    def _side(self, device: str) -> None:
        conflicts = self.casebook.conflicts
        item = self.queue.current
        if item is None:
            return
        takes = {field.field for field in item.record.fields if any(one.device == device for one in field.versions)}
        self._do(lambda one: conflicts.settle_side(one.record.row, device), fields=takes)

    def _do(self, verb: Callable[[Item], Changed], fields: set[str] | None = None) -> None:
        item = self.queue.current
        if item is None or item.settled:
            return
        keys = [item.key] if fields is None else [(item.record.row, field) for field in fields]
        queue, conflicts = self.queue, self.casebook.conflicts

        def done(changed: Changed) -> None:
            queue.settle(keys, changed.operations)
            if queue is self.queue:
                self.queue.next_open()
                self._show()
            self.shell.say(_("Settled. The other version stays in the history."), lambda: undo(changed))

        def undo(changed: Changed) -> Changed:
            """From the bar of the window, off its thread."""
            if changed.operations in queue.made:
                queue.made.remove(changed.operations)
            return conflicts.undo(changed.operations)

        def failed(problem: Any) -> None:
            if isinstance(problem, ValueRefused) and self.card is not None and self.card.edit is not None:
                self.card.edit.say(_refusal(problem))
            elif isinstance(problem, NotFound):
                self.shell.notice(_("Somebody settled this meanwhile."))
                self.reload()
            else:
                self.shell.problem(problem)

        self.run(lambda: verb(item), done, failed)

    def _reveal(self) -> None:
        """Show whole numbers for a short while; it is journalled."""
        item, conflicts = self.queue.current, self.casebook.conflicts
        if item is None:
            return

        def done(whole: dict[str, tuple[Any, Any]]) -> None:
            if self.queue.current is item:
                self._show(whole)
                self._whole = self.card
                if self.card is not None:
                    QTimer.singleShot(SHOWN_MS, self.card, self._mask)

        self.run(lambda: conflicts.reveal(*item.key), done)

    def _mask(self, *, always: bool = False) -> None:
        """Hide whole numbers again; while somebody is writing a text of their own beside them, that waits."""
        card = self.card
        if card is not None and self._whole is card:
            if not always and isinstance(QApplication.focusWidget(), (QLineEdit, QPlainTextEdit)):
                QTimer.singleShot(SHOWN_MS, card, self._mask)
                return
            self._show()
        self._whole = None

    _whole: QWidget | None = None  # the card that shows whole numbers now


def _refusal(problem: ValueRefused) -> str:
    return sentence({"type": problem.facts.get("why"), "ctx": problem.facts.get("ctx")})
