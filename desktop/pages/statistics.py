"""The statistics of a month: the very paper with its tables and charts; printed, saved, or written as a spreadsheet."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox

from desktop import register_words as words
from desktop import theme
from desktop.pages import registers_paper as paper
from desktop.pages.base import Page
from desktop.paper_kinds import PaperItem
from desktop.tasks import Cancelled, Progress
from desktop.widgets import pieces
from desktop.widgets.list_export import write_bytes
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import print_papers, save_papers
from desktop.widgets.save_dialog import safe_name
from models.errors import Problem
from models.services.statistics_views import Month
from models.services.views import Changed
from models.texts import _, language

if TYPE_CHECKING:
    from desktop.shell import Shell


class StatisticsPage(Page):
    """open(year=0, month=0, place=""): 0 is the month now."""

    name = "statistics"
    tells_of_people = True
    width = 0
    scrolls = False

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.months: list[Month] = []
        self._asked = 0
        self._shown: dict[str, Any] = {}
        self.value: words.MonthPaper | None = None
        self.month = _box(_("Month"), 10)
        self.place = _box(_("Place"), 10)
        self.earlier = pieces.icon_button(_("The month before"), "back", lambda: self._step(1))
        self.later = pieces.icon_button(_("The month after"), "forward", lambda: self._step(-1))
        self.again = pieces.button(_("Count again"), self._draw, icon="clock")
        self.preview = PdfView(shell.tasks)
        self.preview.trouble.connect(shell.problem)
        self.preview.setMinimumHeight(theme.px(240))
        self.hint = pieces.text("", "soft")
        self.hint.hide()
        self.body.setSpacing(theme.px(8))
        self.body.addLayout(
            pieces.wrapping(None, self.earlier, self.month, self.later, self.place, None, self.again, gap=8)
        )
        self.body.addWidget(self.hint)
        self.body.addWidget(self.preview, 1)
        self.print_button = pieces.button(_("Print"), self.print_paper, "primary", "print", tip="Ctrl+P")
        self.save_button = pieces.button(_("Save as PDF"), self.save_paper, icon="save")
        self.sheet_button = pieces.button(_("Save as a spreadsheet"), self.save_sheet, icon="export")
        self.show_footer(None, self.sheet_button, self.save_button, self.print_button)
        self._enable()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._draw)
        for box in (self.month, self.place):
            box.currentIndexChanged.connect(lambda _place: self._soon.start())

    def title(self) -> str:
        """The page's name."""
        return _("Statistics")

    def open(self, **where: Any) -> None:
        """Show the month that is wanted."""
        self.where = where
        if self.months:
            self._choose(where)
            return
        casebook = self.casebook
        self.read(
            lambda: (casebook.statistics.months(), casebook.registers.places()), lambda known: self._offer(*known)
        )

    def refresh(self, changed: Changed) -> None:
        """What is shown is a paper of a moment; it is counted again when the worker asks for it."""

    def first_focus(self) -> None:
        """Which month."""
        self.month.setFocus()

    def _offer(self, months: list[Month], codes: list[str]) -> None:
        self.months = months
        for box in (self.month, self.place):
            box.blockSignals(True)
        for one in months:
            self.month.addItem(_("{year}-{month}").format(year=one.year, month=f"{one.month:02}"), str(one))
        self.place.addItem(_("Everywhere"), "")
        wider = dict.fromkeys(code[:length] for code in codes for length in (6, 9))
        several = [code for code in wider if sum(one.startswith(code) for one in codes) > 1]
        for code in (*several, *codes):
            self.place.addItem(words.place_words(code), code)
        self.place.setVisible(len(codes) > 1)
        for box in (self.month, self.place):
            box.blockSignals(False)
        self._choose(self.where)

    def _choose(self, where: dict[str, Any]) -> None:
        if where.get("year"):
            self.month.setCurrentIndex(max(self.month.findData(str(Month(where["year"], where["month"]))), 0))
        if "place" in where:
            self.place.setCurrentIndex(max(self.place.findData(where["place"]), 0))
        self._soon.start()

    def _step(self, months: int) -> None:
        place = self.month.currentIndex() + months
        if 0 <= place < self.month.count():
            self.month.setCurrentIndex(place)

    def argument(self) -> dict[str, Any]:
        """The report that is chosen as plain JSON."""
        month = self.months[max(self.month.currentIndex(), 0)]
        place = str(self.place.currentData() or "")
        code = "zh" if language() == "zh_CN" else "en"
        return {"year": month.year, "month": month.month, "place": place, "language": code}

    def _draw(self) -> None:
        if not self.months:
            return
        self._asked += 1
        this, casebook, argument = self._asked, self.casebook, self.argument()
        self.earlier.setEnabled(self.month.currentIndex() < self.month.count() - 1)
        self.later.setEnabled(self.month.currentIndex() > 0)
        self.hint.setText(_("Counting …"))
        self.hint.show()

        def make() -> tuple[words.MonthPaper, bytes]:
            value = words.statistics(casebook, "", argument)
            return value, words.draw_statistics(value)

        def show(made: tuple[words.MonthPaper, bytes]) -> None:
            if this == self._asked:
                self.value, pdf = made
                self._shown = argument
                self.hint.hide()
                self.preview.show_pdf(pdf)
                self._enable()

        def failed(problem: Problem) -> None:
            if this == self._asked:
                self.hint.hide()
                self.shell.problem(problem)

        self.read(make, show, failed)

    def _enable(self) -> None:
        for button in (self.print_button, self.save_button, self.sheet_button):
            button.setEnabled(self.value is not None)

    def _item(self) -> PaperItem:
        return PaperItem("statistics", "", self._shown, label=self._label(), pdf=self.preview.pdf)

    def _label(self) -> str:
        month = self.value.value.month if self.value is not None else ""
        return f"{_('Statistics')} {month}"

    def print_paper(self) -> None:
        """Print the very bytes that are shown."""
        if self.preview.pdf:
            print_papers(self.shell, [self._item()], self._label())

    def save_paper(self) -> None:
        """Write the very bytes that are shown to a file."""
        if self.preview.pdf:
            save_papers(self.shell, [self._item()], self._label())

    def save_sheet(self) -> None:
        """Write the same figures as a spreadsheet. They tell of nobody, so nothing is asked first."""
        value = self.value
        if value is None:
            return
        path = paper.ask_spreadsheet(self, safe_name(self._label()) + ".xlsx")
        if path is None:
            return
        casebook = self.casebook

        def work(_progress: Progress, _cancelled: Cancelled) -> None:
            from reports.statistics import render_statistics_xlsx

            casebook.statistics.exported(value.value)
            write_bytes(path, render_statistics_xlsx(*value))

        self.long(
            work, lambda _none: self.shell.say(_("Saved as “{name}”.").format(name=path.name)), title=_("Writing")
        )


def _box(name: str, letters: int) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(letters)
    return made
