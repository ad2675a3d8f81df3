"""Which printer, how many copies, on which sides, from which tray, which pages. The size is always 100 per cent."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSpinBox, QWidget

from desktop.printers import Options, Printer
from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog
from models.texts import _, ngettext

MOST_COPIES = 99


class PrintDialog(FormDialog):
    """Asks; then calls `wished` with the printer and the options. `save` is what is done instead: a PDF file."""

    def __init__(
        self,
        parent: QWidget,
        printers: Sequence[Printer],
        wished: Callable[[Printer, Options], object],
        save: Callable[[], object],
        *,
        papers: int = 1,
        reprints: int = 0,
        remembered: tuple[str, Options] = ("", Options()),
    ) -> None:
        """printers: at least one. papers: how many are printed; reprints: how many of them were printed before.
        remembered: the printer used last, and how.
        """
        super().__init__(parent, _("Print"), 460)
        self._printers, self._wished = list(printers), wished
        self._remembered = remembered[1]
        self.printer = QComboBox()
        for one in printers:
            self.printer.addItem(_("{printer} (usual one)").format(printer=one.name) if one.is_default else one.name)
        names = [one.name for one in printers]
        self.printer.setCurrentIndex(names.index(remembered[0]) if remembered[0] in names else 0)
        self.copies = QSpinBox()
        self.copies.setRange(1, MOST_COPIES)
        self.sides = QComboBox()
        self.tray = QComboBox()
        self.pages = QLineEdit()
        self.pages.setPlaceholderText(_("All. For example 1-3, 5"))
        self.pages.setMaxLength(60)
        count = ngettext("{n} paper", "{n} papers", papers).format(n=papers)
        self.form.addWidget(pieces.text(count, "subheading"))
        if reprints:
            words = ngettext(
                "{n} of them was printed before: it is marked as a reprint, with today's date.",
                "{n} of them were printed before: they are marked as reprints, with today's date.",
                reprints,
            ).format(n=reprints)
            if papers == 1:
                words = _("It was printed before: this one is marked as a reprint, with today's date.")
            self.form.addWidget(pieces.text(words, "soft"))
        self.labels: dict[QWidget, QLabel] = {}
        for words, field in (
            (_("Printer"), self.printer),
            (_("Copies of each"), self.copies),
            (_("Sides"), self.sides),
            (_("Paper from"), self.tray),
            (_("Pages"), self.pages),
        ):
            self._ask(words, field)
        self._show(self.pages, papers == 1)
        self.problem = pieces.text("", "error")
        self.problem.hide()
        self.form.addWidget(self.problem)
        self.form.addWidget(pieces.text(_("Always printed at full size (100 %), on the paper of its page."), "small"))
        self.save_button = pieces.button(_("Save as PDF instead"), lambda: self._instead(save), "link", "save")
        self.form.addLayout(pieces.line(None, self.save_button, None))
        self.printer.currentIndexChanged.connect(lambda _place: self._fill())
        self._fill()
        self.go = pieces.button(_("Print"), self._agree, "primary", "print")
        self.finish(self.go)

    def _ask(self, words: str, field: QWidget) -> None:
        label = pieces.text(words, "label")
        label.setBuddy(field)
        field.setAccessibleName(words)
        self.labels[field] = label
        self.form.addWidget(label)
        self.form.addWidget(field)

    def _show(self, field: QWidget, shown: bool) -> None:
        self.labels[field].setVisible(shown)
        field.setVisible(shown)

    def chosen(self) -> Printer:
        """The printer that is chosen now."""
        return self._printers[self.printer.currentIndex()]

    def options(self) -> Options:
        """How it is printed, as it is chosen now."""
        return Options(
            copies=self.copies.value(),
            sides=str(self.sides.currentData() or ""),
            tray=str(self.tray.currentData() or ""),
            pages=self.pages.text().strip() if not self.pages.isHidden() else "",
        )

    def _fill(self) -> None:
        """What this printer can do; what was chosen before stays where it can do that too."""
        printer, last = self.chosen(), self._remembered
        sides = str(self.sides.currentData() or last.sides)
        self.sides.clear()
        self.sides.addItem(_("As the printer is set"), "")
        self.sides.addItem(_("One side"), "one")
        if printer.duplex is not False:
            self.sides.addItem(_("Both sides, turned at the long edge"), "long")
            self.sides.addItem(_("Both sides, turned at the short edge"), "short")
        self.sides.setCurrentIndex(max(self.sides.findData(sides), 0))
        tray = str(self.tray.currentData() or last.tray)
        self.tray.clear()
        self.tray.addItem(_("As the printer is set"), "")
        for code, name in printer.trays:
            self.tray.addItem(name, code)
        self.tray.setCurrentIndex(max(self.tray.findData(tray), 0))
        self._show(self.tray, len(printer.trays) > 1)

    def _agree(self) -> None:
        from reports.protecting import page_numbers

        pages = self.options().pages
        if pages:
            try:
                page_numbers(pages, 9999)
            except ValueError:
                self.problem.setText(_("Write pages like 1-3, 5; nothing for all of them."))
                self.problem.show()
                self.pages.setFocus()
                return
        self.accept()
        self._wished(self.chosen(), self.options())

    def _instead(self, save: Callable[[], object]) -> None:
        self.reject()
        save()
