"""Who has seen a record: every row of the audit about a person or a household, in plain sentences."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.audit_words import deed
from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.register_table import PAGE, RegisterTable
from models.clock import local_time
from models.services.registers_views import RegisterColumn, RegisterRow
from models.texts import N_, _, ngettext

if TYPE_CHECKING:
    from models.services.audit_views import AuditRow

COLUMNS = (
    RegisterColumn("at", N_("When")),
    RegisterColumn("worker", N_("Who")),
    RegisterColumn("deed", N_("What was done"), 24),
    RegisterColumn("reason", N_("Reason"), 12),
)


def as_row(row: "AuditRow") -> RegisterRow:
    """A row of the audit as a line of a table."""
    about = {"resident_id": row.subject_id} if row.subject_kind == "resident" else {}
    about |= {"household_id": row.subject_id} if row.subject_kind == "household" else {}
    moment = f"{local_time(row.at):%Y-%m-%d %H:%M}"
    return RegisterRow((moment, row.worker, deed(row), row.reason), **about)


class SeenDialog(FormDialog):
    """Shows the rows that were read already."""

    def __init__(self, parent: QWidget, name: str, rows: "Sequence[AuditRow]") -> None:
        super().__init__(parent, _("Who has seen this record"), 860)
        lines = [as_row(row) for row in rows]

        def load(
            first: int, many: int, done: Callable[[Sequence[RegisterRow]], None], _failed: Callable[[], None]
        ) -> None:
            done(lines[first : first + many])

        self.table = RegisterTable(load, _("Who has seen this record"))
        self.table.setMinimumHeight(theme.px(320))
        people = len({row.worker for row in rows if row.worker})
        count = ngettext("{n} entry", "{n} entries", len(rows)).format(n=f"{len(rows):,}")
        workers = ngettext("{n} worker", "{n} workers", people).format(n=people)
        self.form.addWidget(pieces.text(name, "subheading"))
        self.form.addWidget(pieces.text(f"{count} · {workers}", "small"))
        self.form.addWidget(self.table, 1)
        said = _(
            "What was looked at, changed, printed or written to files on this computer, the newest first. "
            "The copy that the person may ask for holds the same."
        )
        self.form.addWidget(pieces.text(said, "soft"))
        self.table.show_register(COLUMNS, len(lines), lines[:PAGE])
        self.close_button = pieces.button(_("Close"), self.accept, "primary")
        self.finish(self.close_button, QWidget())
