"""A list as a file: as what, with which columns, once the worker was told that it leaves the protection of the book."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.protect_choice import ProtectChoice
from models.errors import CannotWrite, DiskFull
from models.texts import _
from reports.people_list import PAPER_ROWS

Kind = Literal["xlsx", "pdf"]


@dataclass(frozen=True)
class ExportWish:
    """What the worker wants: the kind of file, the keys of the columns, and what protects it ("" nothing)."""

    kind: Kind
    columns: tuple[str, ...]
    passphrase: str = ""


class ExportDialog(FormDialog):
    """Asks for the kind of file and the columns; `wished` is called with the ExportWish when the worker agrees."""

    def __init__(
        self,
        parent: QWidget,
        wished: Callable[[ExportWish], object],
        *,
        rows: int,
        count: str,
        columns: Sequence[tuple[str, str]],
        at_first: Collection[str],
        always: Collection[str] = ("name",),
    ) -> None:
        """count: how much is written, in words. columns: (key, heading). at_first: those ticked at first; always: those
        that cannot be left out.
        """
        super().__init__(parent, _("Write the list to a file"), 540)
        self._wished = wished
        self.warning = Banner(
            "warn",
            _(
                "The file is not protected by the passphrase: whoever has it can read it. Write only the columns that "
                "are needed, keep it safe, and delete it after use. That you write it is noted in the journal."
            ),
            closable=False,
        )
        self.as_sheet = QRadioButton(_("Spreadsheet (XLSX)"))
        self.as_paper = QRadioButton(_("To print (PDF)"))
        self.as_sheet.setChecked(True)
        self.as_paper.setEnabled(rows <= PAPER_ROWS)
        kinds = pieces.line(None, self.as_sheet, self.as_paper, None, gap=16)
        self.ticks: dict[str, QCheckBox] = {}
        flow = FlowLayout(gap=theme.px(8))
        for key, heading in columns:
            tick = QCheckBox(heading)
            tick.setChecked(key in at_first or key in always)
            tick.setEnabled(key not in always)
            self.ticks[key] = tick
            flow.addWidget(tick)
        self.go = pieces.button(_("Choose where …"), self._agree, "primary", "export")
        self.form.addWidget(pieces.text(count, "subheading"))
        self.form.addWidget(self.warning)
        self.form.addWidget(pieces.text(_("As what"), "label"))
        self.form.addLayout(kinds)
        if rows > PAPER_ROWS:
            words = _("On paper at most {n} rows: narrow the list down first.").format(n=f"{PAPER_ROWS:,}")
            self.form.addWidget(pieces.text(words, "small"))
        self.protection = ProtectChoice()
        self.protection.changed.connect(self._turn)
        self.form.addWidget(self.protection)
        self.form.addWidget(pieces.text(_("Columns"), "label"))
        self.form.addLayout(flow)
        self._turn()
        self.finish(self.go)

    def _turn(self) -> None:
        """The warning is for who wants no protection."""
        self.warning.setVisible(not self.protection.is_protected())
        self.go.setEnabled(self.protection.is_ready())

    def _agree(self) -> None:
        secret = self.protection.secret_words()
        if secret is None:
            return
        chosen = tuple(key for key, tick in self.ticks.items() if tick.isChecked())
        self.accept()
        self._wished(ExportWish("pdf" if self.as_paper.isChecked() else "xlsx", chosen, secret))


def file_name(title: str, day: str, kind: Kind) -> str:
    """What is offered as the name of the file: no names of people in it."""
    return f"{title}_{day}.{kind}"


def kind_words(kind: Kind) -> str:
    """The kind of file for the file dialog."""
    return _("Spreadsheet") + " (*.xlsx)" if kind == "xlsx" else "PDF (*.pdf)"


def write_bytes(path: Path, data: bytes) -> None:
    """Write the file whole or not at all: a file that a spreadsheet holds open stays as it is.

    Raises CannotWrite, DiskFull.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as trouble:
        if trouble.errno in (ENOSPC, EDQUOT):
            raise DiskFull from trouble
        raise CannotWrite(name=path.name) from trouble
    finally:
        if part.exists():
            part.unlink()
