"""The consent as a paper form: the very PDF on the screen, in either language, for the printer or a file."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import PaperItem, print_papers, save_papers
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
    """Shows, prints and saves the form for some people (identity and name), on the page on which it stands."""

    closed = Signal()

    def __init__(self, page: "Page", people: Mapping[str, str], household_id: str) -> None:
        super().__init__()
        self._page, self._names, self._round = page, tuple(people.values()), 0
        self._people = tuple(people)
        one = len(self._people) == 1 or not household_id
        self._about = (self._people[0], "resident") if one and self._people else (household_id, "household")
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
        if paper := self._paper():
            words = _("The form went to the printer. Photograph it once it is signed.")
            print_papers(self._page.shell, [paper], _("Consent"), words)

    def save(self) -> None:
        """Write the very bytes that are shown to a file."""
        if paper := self._paper():
            save_papers(self._page.shell, [paper], _("Consent"))

    def _paper(self) -> PaperItem | None:
        chosen = {
            "resident_ids": list(self._people) if self.with_names.isChecked() else [],
            "language": str(self.language_field.answer() or language()),
        }
        about, kind = self._about
        pdf = self.preview.pdf
        return PaperItem("consent_form", about, chosen, pdf=pdf, subject_kind=kind) if pdf else None
