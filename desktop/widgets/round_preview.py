"""The paper list of a round: the very PDF on the screen, its two choices, printing and saving."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.round_paper import round_sheet
from desktop.round_words import paper_names
from desktop.widgets import pieces
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import PaperItem, print_papers, save_papers
from models.clock import today
from models.services.rounds_views import RoundView
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.base import Page


class RoundPreview(QWidget):
    """Shows, prints and saves the list of one round, for the page on which it stands."""

    closed = Signal()

    def __init__(self, page: "Page") -> None:
        super().__init__()
        self._page = page
        self.view: RoundView | None = None
        self._round = 0
        self.family_names = QCheckBox(_("Family names only"))
        self.only_open = QCheckBox(_("Only doors still open"))
        for tick in (self.family_names, self.only_open):
            tick.toggled.connect(lambda _on: self._draw())
        self.print_button = pieces.button(_("Print"), self.print_list, "primary", "print", tip="Ctrl+P")
        self.save_button = pieces.button(_("Save as PDF"), self.save, icon="save")
        self.back_button = pieces.button(_("Back to the doors"), self.closed.emit, icon="back")
        self.preview = PdfView(page.shell.tasks)
        self.preview.trouble.connect(page.shell.problem)
        flow = FlowLayout()
        for thing in (self.back_button, self.family_names, self.only_open, self.save_button, self.print_button):
            flow.addWidget(thing)
        pieces.column(self, flow, self.preview, gap=8).setStretch(1, 1)

    def show_round(self, view: RoundView) -> None:
        """Show the list of this round."""
        self.view = view
        self._draw()

    def _draw(self) -> None:
        view, page = self.view, self._page
        if view is None:
            return
        casebook, family_names, only_open = page.casebook, self.family_names.isChecked(), self.only_open.isChecked()
        self._round += 1
        this = self._round

        def make() -> bytes:
            from reports.round_list import render_round  # with ReportLab, when one is wanted

            sheet = round_sheet(
                view,
                office=casebook.office.name,
                on=today(casebook.clock),
                papers=paper_names(casebook, view),
                layout=casebook.templates.of_letter("round_list")[1],
                family_names=family_names,
                only_open=only_open,
            )
            return render_round(sheet)

        def show(pdf: bytes) -> None:
            if this == self._round:
                self.preview.show_pdf(pdf)

        page.read(make, show)

    def print_list(self) -> None:
        """Print the very bytes that are shown; it is journalled once they went to the printer."""
        if paper := self._paper():
            words = _("The list went to the printer. It holds personal data: destroy it once it is typed in.")
            print_papers(self._page.shell, [paper], _("Round"), words)

    def save(self) -> None:
        """Write the very bytes that are shown to a file; journalled."""
        if paper := self._paper():
            save_papers(self._page.shell, [paper], _("Round"))

    def _paper(self) -> PaperItem | None:
        view, pdf = self.view, self.preview.pdf
        if view is None or not pdf:
            return None
        chosen = {"family_names": self.family_names.isChecked(), "only_open": self.only_open.isChecked()}
        return PaperItem("round_list", view.row.id, chosen, pdf=pdf)
