"""The card that says what became of every number of a series and year, with reasons to type for those missing."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop.number_words import holder_text, range_text, ranges, used_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, show_more
from models.services.numbering_views import GapReport
from models.texts import _, ngettext, pgettext

MOST_SHOWN = 30


class GapsCard(Card):
    """One series and year; `choose(series, year)` asks for another, `explain(first, last, reason)` keeps a reason."""

    def __init__(
        self,
        series: Sequence[tuple[str, int]],
        report: GapReport,
        choose: Callable[[str, int], object],
        explain: Callable[[int, int, str], object],
        export: Callable[[], object],
    ) -> None:
        super().__init__(_("What became of every number"))
        self.report = report
        self._explain = explain
        self.reasons: dict[tuple[int, int], QLineEdit] = {}
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("Series and year"))
        self.choice.setMinimumContentsLength(12)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for mark, year in series:
            self.choice.addItem(f"{mark}  {year}")
        if (report.series, report.year) in series:
            self.choice.setCurrentIndex(list(series).index((report.series, report.year)))
        self.choice.activated.connect(lambda place: choose(*series[place]))
        self.export_button = pieces.button(_("Write as a spreadsheet"), export, icon="export")
        self.add(pieces.wrapping(None, self.choice, self.export_button, None))
        tone = ("yes", "good") if report.clean else ("note", "warn")
        words = _("nothing to be explained") if report.clean else _("something is to be explained")
        self.add(pieces.wrapping(None, pieces.text(used_text(report)), Chip(words, *tone), None, gap=12))
        self._doubles()
        self._missing()
        self._closed_parts()

    def _doubles(self) -> None:
        for double in self.report.doubles[:MOST_SHOWN]:
            self.add(pieces.text(_("{number} stands on several letters:").format(number=double.number), "error"))
            for said in double.said:
                self.add(pieces.text("    " + said, "soft"))
        for a, b in self.report.overlaps[:MOST_SHOWN]:
            words = _("Numbers {range} were given to two computers: {a} and {b}. Close one of the two blocks.")
            self.add(
                pieces.text(
                    words.format(
                        range=range_text(max(a.first, b.first), min(a.last, b.last)),
                        a=holder_text(a.holder, a.holder_name, a.mine),
                        b=holder_text(b.holder, b.holder_name, b.mine),
                    ),
                    "error",
                )
            )

    def _missing(self) -> None:
        if not self.report.missing:
            return
        count = len(self.report.missing)
        words = ngettext(
            "Of {n} number nobody knows what became of it. Look into the paper register and type it here, for example: "
            "misprinted and torn up.",
            "Of {n} numbers nobody knows what became of them. Look into the paper register and type it here, for "
            "example: misprinted and torn up.",
            count,
        )
        self.add(pieces.text(words.format(n=count)))
        for first, last in ranges(self.report.missing)[:MOST_SHOWN]:
            self.add(self._gap(first, last))

    def _gap(self, first: int, last: int) -> QWidget:
        shown = range_text(first, last)
        field = QLineEdit()
        field.setAccessibleName(_("What became of {range}").format(range=shown))
        self.reasons[first, last] = field
        go = pieces.button(_("Record it"), lambda: self.record(first, last), icon="check")
        go.setAccessibleName(_("Record what became of {range}").format(range=shown))
        go.setEnabled(False)
        field.textChanged.connect(lambda text: go.setEnabled(bool(text.strip())))
        field.returnPressed.connect(lambda: self.record(first, last))
        row = QWidget()
        line = pieces.wrapping(row, pieces.text(shown, "label", wrap=False), gap=12)
        line.addWidget(field, 1)
        line.addWidget(go)
        return row

    def record(self, first: int, last: int) -> None:
        """Keep what was typed for a range."""
        reason = self.reasons[first, last].text().strip()
        if reason:
            self._explain(first, last, reason)

    def _closed_parts(self) -> None:
        spoilt, unused = self.report.spoilt, self.report.unused
        if spoilt:
            words = ngettext("{n} spoilt number", "{n} spoilt numbers", len(spoilt)).format(n=len(spoilt))

            def fill_spoilt(body: QVBoxLayout) -> None:
                for one in spoilt[:MOST_SHOWN]:
                    body.addWidget(pieces.text(f"{one.serial}  ·  {one.reason}", "soft"))

            self._more(words, fill_spoilt)
        if unused:
            count = sum(part.last - part.first + 1 for part in unused)
            words = ngettext("{n} number not used so far", "{n} numbers not used so far", count).format(n=count)

            def fill_unused(body: QVBoxLayout) -> None:
                for part in unused[:MOST_SHOWN]:
                    whose = holder_text(part.holder, part.holder_name, part.mine)
                    state = _("closed") if part.closed else pgettext("block", "open")
                    body.addWidget(pieces.text(f"{range_text(part.first, part.last)}  ·  {whose}  ·  {state}", "soft"))

            self._more(words, fill_unused)

    def _more(self, words: str, fill: Callable[[QVBoxLayout], object]) -> None:
        link, place = show_more(words, fill)
        self.add(link)
        self.add(place)
