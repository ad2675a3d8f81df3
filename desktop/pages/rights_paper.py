"""The consent as a paper form: the very PDF on the screen, in either language, for the printer or a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.list_export import write_bytes
from desktop.widgets.pdf_view import PdfView
from models.clock import today
from models.records import consent_text
from models.texts import _, language

if TYPE_CHECKING:
    from desktop.pages.base import Page
    from models.casebook import Casebook
    from reports.consent_form import ConsentPaper


def paper_of(casebook: "Casebook", names: Sequence[str], code: str) -> "ConsentPaper":
    """The form as the value that is printed, for each of the names, in a language (zh_CN, en)."""
    from reports.consent_form import ClassLine, ConsentPaper

    text, office = consent_text.load(), casebook.office
    return ConsentPaper(
        language="zh" if code == "zh_CN" else "en",
        office=office.name,
        worker=casebook.worker.name,
        title=text.title.told(code),
        version=text.version,
        paragraphs=tuple(
            line.told(code).format(office=office.name, phone=office.phone or "-") for line in text.paragraphs
        ),
        purposes=tuple(purpose.label.told(code) for purpose in text.purposes),
        classes=tuple(
            ClassLine(label=each.label.told(code), why=each.why.told(code), by_duty=each.code == "plain")
            for each in text.classes
        ),
        names=tuple(names),
        printed_on=today(casebook.clock),
    )


class RightsPaper(QWidget):
    """Shows, prints and saves the form for some people, on the page on which it stands."""

    closed = Signal()

    def __init__(self, page: "Page", names: Sequence[str]) -> None:
        super().__init__()
        self._page, self._names, self._round = page, tuple(names), 0
        self.language_field = ChoiceField([("zh_CN", "中文"), ("en", "English")], keys=False, name=_("Language"))
        self.language_field.show_answer(language())
        self.with_names = QCheckBox(_("With the names"))
        self.with_names.setChecked(True)
        self.back_button = pieces.button(_("Back"), self.closed.emit, icon="back", tip="Esc")
        self.save_button = pieces.button(_("Save as PDF"), self.save, icon="save")
        self.print_button = pieces.button(_("Print"), self.print_form, "primary", "print")
        self.preview = PdfView(page.shell.tasks)
        self.preview.trouble.connect(page.shell.problem)
        self.preview.setMinimumHeight(theme.px(420))
        self.language_field.changed.connect(self._draw)
        self.with_names.toggled.connect(lambda _on: self._draw())
        flow = FlowLayout(gap=theme.px(8))
        for thing in (
            self.back_button,
            self.language_field,
            self.with_names,
            self.save_button,
            self.print_button,
        ):
            flow.addWidget(thing)
        pieces.column(self, flow, self.preview, gap=8).setStretch(1, 1)
        self._draw()

    def _draw(self) -> None:
        page, code = self._page, str(self.language_field.answer() or language())
        casebook, names = page.casebook, self._names if self.with_names.isChecked() else ()
        self._round += 1
        this = self._round

        def make() -> bytes:
            from reports.consent_form import render_consent  # with ReportLab, when one is wanted

            return render_consent(paper_of(casebook, names, code))

        def show(pdf: bytes) -> None:
            if this == self._round:
                self.preview.show_pdf(pdf)

        page.read(make, show)

    def print_form(self) -> None:
        """Print the very bytes that are shown."""
        words = _("The form went to the printer. Photograph it once it is signed.")
        self.preview.print_pdf(_("Consent"), lambda _copies: self._page.shell.say(words))

    def choose_file(self, name: str) -> Path | None:
        """Ask where to save; None where the worker does not want to. Tests put their own in its place."""
        chosen, _kind = QFileDialog.getSaveFileName(self, _("Save as PDF"), name, "PDF (*.pdf)")
        return Path(chosen) if chosen else None

    def save(self) -> None:
        """Write the very bytes that are shown to a file."""
        pdf, page = self.preview.pdf, self._page
        path = self.choose_file(f"{_('Consent')}.pdf") if pdf else None
        if path is None:
            return
        words = _("Saved as “{name}”.").format(name=path.name)
        page.run(lambda: write_bytes(path, pdf), lambda _nothing: page.shell.say(words))
