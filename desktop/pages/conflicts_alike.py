"""Conflicts whose versions say the same: a list with the reason, ticks, and one button for all that are ticked."""

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from desktop import conflict_words as words
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, TickRow
from desktop.widgets.empty_state import EmptyState
from models.services.conflicts_views import ConflictPage, FieldConflict, RecordConflicts, Wanted
from models.services.views import Changed
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.conflicts import ConflictsPage


class AlikeTab(QWidget):
    """Nothing is settled until the clerk has seen the list and presses the button."""

    def __init__(self, page: "ConflictsPage") -> None:
        super().__init__()
        self.page = page
        self.ticks: dict[tuple[str, str], TickRow] = {}
        self.content = pieces.column(self, gap=12)
        self.settle_button = pieces.button("", self.settle, "primary", "check")
        self.settle_button.setParent(self)
        self.settle_button.hide()

    def load(self) -> None:
        """Read the first part of them."""
        conflicts = self.page.casebook.conflicts
        self.page.read(lambda: conflicts.page(Wanted(alike=True)), self._show)

    def _show(self, found: ConflictPage) -> None:
        pieces.clear(self.content)
        self.ticks = {}
        lines = [(record, field) for record in found.records for field in record.fields if field.alike]
        if not lines:
            hint = _("Numbers with and without blanks, one phone written in two ways and the like are listed here.")
            self.content.addWidget(EmptyState("check", _("No versions that say the same"), hint))
            return
        hint = _(
            "Compare each line. For those that are ticked the tidier writing stands; the others stay to be chosen."
        )
        self.content.addWidget(pieces.text(hint, "soft"))
        card = Card()
        for record, field in lines:
            row = TickRow(_line(record, field), True)
            row.toggled.connect(lambda _on: self._count())
            self.ticks[record.row, field.field] = row
            card.add(row)
        self.content.addWidget(card)
        self.settle_button = pieces.button("", self.settle, "primary", "check")
        self.content.addLayout(pieces.line(None, self.settle_button, None))
        if found.following is not None:
            self.content.addWidget(pieces.text(_("The next ones come when these are settled."), "soft"))
        self._count()

    def _count(self) -> None:
        n = len(self.chosen())
        said = ngettext("Settle the {n} that is ticked", "Settle the {n} that are ticked", n).format(n=n)
        self.settle_button.setText(said)
        self.settle_button.setAccessibleName(said)
        self.settle_button.setEnabled(bool(n))

    def chosen(self) -> list[tuple[str, str]]:
        """Record and field of what is ticked."""
        return [key for key, row in self.ticks.items() if row.tick.isChecked()]

    def settle(self) -> None:
        """Let the tidier version of each ticked one stand."""
        conflicts, chosen = self.page.casebook.conflicts, self.chosen()

        def done(changed: Changed) -> None:
            n = len(changed.operations)
            said = ngettext("{n} record settled.", "{n} records settled.", n).format(n=n)
            self.page.shell.say(said, lambda: conflicts.undo(changed.operations))
            self.page.reload()

        self.page.run(lambda: conflicts.settle_alike(chosen), done)


def _line(record: RecordConflicts, field: FieldConflict) -> str:
    said: list[Any] = [words.shown_text(record.entity, field.field, one.value, one.named) for one in field.versions]
    kept = next((said[at] for at, one in enumerate(field.versions) if one.operation == field.suggested), said[0])
    about = f"{words.about_text(record)} · {words.field_text(record.entity, field.field)}"
    both = "   |   ".join(f"“{text}”" for text in said)
    stands = _("“{value}” stands.").format(value=kept)
    return f"{about}\n{both}\n{words.alike_text(field.alike)} {stands}"
