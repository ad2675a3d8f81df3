"""A register on its way out: as paper, the very bytes on the screen, or as a spreadsheet that is not protected."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop import theme
from desktop.paper_kinds import PaperItem
from desktop.widgets import pieces
from desktop.widgets.list_export import kind_words
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import print_papers, save_papers
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


class RegisterPaper(QDialog):
    """Shows a register as it is printed; from here it is printed or saved as PDF."""

    def __init__(self, shell: "Shell", title: str, argument: dict[str, Any], pdf: bytes) -> None:
        super().__init__(shell)
        self._shell, self._title, self._argument = shell, title, argument
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = PdfView(shell.tasks)
        self.preview.trouble.connect(shell.problem)
        self.print_button = pieces.button(_("Print"), self.print_paper, "primary", "print", tip="Ctrl+P")
        self.save_button = pieces.button(_("Save as PDF"), self.save_paper, icon="save")
        foot = pieces.wrapping(None, pieces.button(_("Close"), self.reject), None, self.save_button, self.print_button)
        pieces.column(self, self.preview, foot, margin=12, gap=8).setStretch(0, 1)
        room = shell.size()
        self.resize(min(theme.px(1000), room.width() - 40), room.height() - 40)
        self.preview.show_pdf(pdf)

    def _item(self) -> PaperItem:
        return PaperItem("register", "", self._argument, label=self._title, pdf=self.preview.pdf)

    def print_paper(self) -> None:
        """Print the very bytes that are shown."""
        print_papers(self._shell, [self._item()], self._title)

    def save_paper(self) -> None:
        """Write the very bytes that are shown to a file."""
        save_papers(self._shell, [self._item()], self._title)


def ask_spreadsheet(parent: QWidget, name: str) -> Path | None:
    """Where to write a spreadsheet; None where the worker does not want to. Tests put their own in its place."""
    chosen, _kind = QFileDialog.getSaveFileName(parent, _("Save as a spreadsheet"), name, kind_words("xlsx"))
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix.casefold() == ".xlsx" else path.with_name(path.name + ".xlsx")
