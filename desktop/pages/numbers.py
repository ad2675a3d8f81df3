"""The numbers of letters: blocks, codes that hand them over, who keeps them, and what became of every number."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QLineEdit, QSpinBox, QWidget

from desktop import clipboard
from desktop.case_words import day_text
from desktop.number_words import block_text, gap_list, holder_text, range_text, standing_text
from desktop.pages.base import Page
from desktop.pages.numbers_dialogs import CloseDialog, TakeOverDialog
from desktop.pages.numbers_gaps import GapsCard
from desktop.widgets import pieces
from desktop.widgets.asked_line import asked_line
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, TickRow, labelled
from desktop.widgets.list_export import file_name, kind_words, write_bytes
from models.clock import today
from models.errors import Problem
from models.services.numbering_views import BlockView, GapReport, Standing
from models.services.views import Changed
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell


AHEAD_FROM = 11
"""The month from which on blocks of the next year are offered."""


@dataclass(frozen=True)
class Loaded:
    """What the page shows."""

    standing: Standing
    series: tuple[tuple[str, int], ...]
    report: GapReport
    free: int  # from which number on the keeping could be taken over


class NumbersPage(Page):
    """open(series="", year=0): blocks of this year, and the report of a series and year (this year's where none)."""

    name = "numbers"
    width = 1000

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.code_given = ""
        self.gaps: GapsCard | None = None
        self._make_lines()

    def _make_lines(self) -> None:
        """The lines to type into, made anew with the cards."""
        self.other, self.other_name, self.typed = QLineEdit(), QLineEdit(), QLineEdit()

    def title(self) -> str:
        """The page's name."""
        return _("Letter numbers")

    def open(self, series: str = "", year: int = 0, **where: Any) -> None:
        """Load where this computer stands and the report."""
        self.where = {"series": series, "year": year} if series else {}
        numbering = self.casebook.numbering

        def load() -> Loaded:
            known = numbering.series()
            standing = numbering.standing()
            asked = (series, year) if (series, year) in known else (standing.mark, standing.year)
            return Loaded(standing, tuple(known), numbering.report(*asked), numbering.lowest_free())

        self.read(load, self._show)

    def refresh(self, changed: Changed) -> None:
        """Blocks, letters and explanations move what is shown; what is being typed stays."""
        if changed.entities & {"number_block", "spoilt_number", "referral"}:
            self.open(**self.where)

    def first_focus(self) -> None:
        """Where a code is typed."""
        (self.other if self.loaded and self.loaded.standing.keeper else self.typed).setFocus()

    # Showing.

    def _show(self, loaded: Loaded) -> None:
        kept = {name: getattr(self, name).text() for name in ("other", "other_name", "typed")}
        focused = self.focusWidget()
        at = next((name for name in kept if getattr(self, name) is focused), "")
        self.loaded = loaded
        pieces.clear(self.body)
        self._make_lines()
        for name, text in kept.items():
            getattr(self, name).setText(text)
        if loaded.standing.moved:
            self.body.addWidget(Banner("warn", self._moved_words(loaded.standing), closable=False))
        self.body.addWidget(self._own(loaded))
        if loaded.standing.keeper:
            self.body.addWidget(self._give(loaded.standing))
        self.body.addWidget(self._type_in())
        self.body.addWidget(self._blocks(loaded.standing))
        self.gaps = GapsCard(loaded.series, loaded.report, self._choose, self._explain, self.export)
        self.body.addWidget(self.gaps)
        if at:
            getattr(self, at).setFocus()

    def _moved_words(self, standing: Standing) -> str:
        return _(
            "This casebook was copied or restored to this place, so the blocks of {before} are not used here: whoever "
            "has the other copy may still use them. Where that copy is gone for good, take over the keeping or ask for "
            "a new block."
        ).format(before=standing.moved)

    def _own(self, loaded: Loaded) -> Card:
        standing = loaded.standing
        card = Card(_("This computer"))
        code = pieces.text(standing.holder, "figure", select=True)
        code.setAccessibleName(_("Code of this computer: {code}").format(code=standing.holder))
        tone = ("yes", "good") if standing.keeper else ("note", "warn") if standing.few else ("", "soft")
        words = _("keeps the numbers") if standing.keeper else _("gets blocks from another computer")
        card.add(pieces.wrapping(None, code, Chip(words, *tone), None, gap=16))
        card.add(pieces.text(standing_text(standing)))
        card.add(labelled([(_("Next number"), standing.next), (_("Left in blocks here"), str(standing.left))]))
        if not standing.keeper:
            take = pieces.button(_("Keep the numbers here from now on"), self.ask_take_over, icon="flag")
            self.reserve("shape", take)
            card.add(pieces.wrapping(None, take, None))
        return card

    def _give(self, standing: Standing) -> Card:
        card = Card(_("Give a block to another computer"))
        hint = _("Four characters, on its page of letter numbers")
        card.add(asked_line(self.other, _("Code of the other computer"), hint))
        card.add(asked_line(self.other_name, _("Whose it is"), _("For example: tablet of Li; may stay empty")))
        self.block_size = QSpinBox()
        self.block_size.setRange(1, 1000)
        self.block_size.setValue(standing.size)
        self.block_size.editingFinished.connect(self._set_size)
        self.block_size.setAccessibleName(_("Numbers in a block"))
        size = pieces.text(_("Numbers in a block"), "label", wrap=False)
        size.setBuddy(self.block_size)
        self.ahead = TickRow(_("For next year, {year}").format(year=standing.year + 1), False)
        if today(self.casebook.clock).month < AHEAD_FROM:
            self.ahead.hide()
        card.add(pieces.wrapping(None, size, self.block_size, None, gap=12))
        card.add(self.ahead)
        self.give_button = pieces.button(_("Give the next block"), self.give, "primary", "plus")
        self.reserve("shape", self.give_button, self.block_size, self.other, self.other_name)
        card.add(pieces.wrapping(None, self.give_button, None))
        self.other.returnPressed.connect(self.give)
        self.other_name.returnPressed.connect(self.give)
        if self.code_given:
            shown = pieces.text(self.code_given, "figure", select=True)
            shown.setAccessibleName(_("Code to type in there: {code}").format(code=self.code_given))
            card.add(pieces.text(_("Type this code in on the other computer, or read it out by telephone:"), "soft"))
            copy = pieces.button(_("Copy"), partial(self.copy, self.code_given), icon="copy")
            card.add(pieces.wrapping(None, shown, copy, None, gap=16))
        return card

    def _type_in(self) -> Card:
        card = Card(_("Type in a block that was given to this computer"))
        card.add(asked_line(self.typed, _("Code of the block"), _("For example 2026-51-100-K7Q2-M3XR")))
        self.take_button = pieces.button(_("Take in the block"), self.type_in, icon="check")
        self.reserve("shape", self.take_button, self.typed)
        card.add(pieces.wrapping(None, self.take_button, None))
        self.typed.returnPressed.connect(self.type_in)
        return card

    def _blocks(self, standing: Standing) -> Card:
        card = Card(_("Blocks of {year}").format(year=standing.year))
        if not standing.blocks:
            card.add(pieces.text(_("None so far: the first letter of the year begins one."), "soft"))
        for block in standing.blocks:
            card.add(self._block(block))
        return card

    def _block(self, block: BlockView) -> QWidget:
        row = QWidget()
        line = pieces.wrapping(row, gap=12)
        words = pieces.column(None, gap=0)
        range_ = range_text(block.first, block.last)
        assert self.loaded is not None
        shown = range_ if block.year == self.loaded.standing.year else f"{block.year}:  {range_}"
        words.addWidget(pieces.text(shown, "label"))
        whose = holder_text(block.holder, block.holder_name, block.mine)
        day = day_text(block.granted_on)
        words.addWidget(pieces.text("  ·  ".join(each for each in (whose, block_text(block), day) if each), "soft"))
        inner = QWidget()
        inner.setLayout(words)
        line.addWidget(inner, 1)
        if block.code:
            line.addWidget(pieces.button(_("Show the code"), partial(self.show_code, block.code), "link"))
        if not block.closed and block.left:
            close = pieces.button(_("Close the block"), partial(self.ask_close, block), "link")
            self.reserve("shape", close)
            line.addWidget(close)
        return row

    def _choose(self, series: str, year: int) -> None:
        self.open(series=series, year=year)

    # Deeds.

    def give(self) -> None:
        """Give the next block to the computer whose code was typed."""
        holder, name, numbering = self.other.text(), self.other_name.text(), self.casebook.numbering
        ahead = self.ahead.tick.isChecked()

        def done(code: str) -> None:
            self.other.clear()
            self.other_name.clear()
            self.code_given = code
            self.open(**self.where)

        self.run(lambda: numbering.give(holder, name, ahead=ahead), done)

    def _set_size(self) -> None:
        size, numbering = self.block_size.value(), self.casebook.numbering
        if self.loaded is not None and size != self.loaded.standing.size:
            # The cards stay: the click that ended the typing may be on its way to one of them.
            shown = self.loaded.standing.size
            self.loaded = replace(self.loaded, standing=replace(self.loaded.standing, size=size))
            self.run(lambda: numbering.set_size(size, shown), None, self._size_not_set)

    def _size_not_set(self, problem: Problem) -> None:
        """What stands now is shown; the cards stay, with what was typed into them."""

        def show(standing: Standing) -> None:
            if self.loaded is not None:
                self.loaded = replace(self.loaded, standing=replace(self.loaded.standing, size=standing.size))
                self.block_size.setValue(standing.size)

        self.read(self.casebook.numbering.standing, show)
        self.shell.problem(problem)

    def show_code(self, code: str) -> None:
        """Show the code of a block once more."""
        self.code_given = code
        self.open(**self.where)
        self.see(self.heading)

    def copy(self, code: str) -> None:
        """Put a code on the clipboard."""
        clipboard.copy_plain(code)
        self.shell.say(_("Copied: {code}").format(code=code))

    def type_in(self) -> None:
        """Take in the block whose code was typed."""
        code, numbering = self.typed.text(), self.casebook.numbering

        def done(_changed: Changed) -> None:
            self.typed.clear()
            self.shell.say(_("The block is here. The next letter takes a number of it."))

        self.run(lambda: numbering.type_in(code), done)

    def ask_take_over(self) -> None:
        """Ask from which number on the keeping is taken over."""
        if self.loaded is not None:
            self.dialog: TakeOverDialog | CloseDialog = TakeOverDialog(
                self, self.loaded.standing, self.loaded.free, self._take_over
            )
            self.dialog.open()

    def _take_over(self, first: int) -> None:
        numbering = self.casebook.numbering
        words = _("The numbers are kept here from {first} on.").format(first=first)
        self.run(lambda: numbering.take_over(first), lambda _changed: self.shell.say(words))

    def ask_close(self, block: BlockView) -> None:
        """Ask why nobody uses what is left in a block."""
        self.dialog = CloseDialog(self, block, partial(self._close, block))
        self.dialog.open()

    def _close(self, block: BlockView, reason: str) -> None:
        numbering = self.casebook.numbering
        self.run(lambda: numbering.close(block.id, reason))

    def _explain(self, first: int, last: int, reason: str) -> None:
        assert self.loaded is not None
        report, numbering = self.loaded.report, self.casebook.numbering
        self.run(lambda: numbering.explain(report.series, report.year, range(first, last + 1), reason))

    # Files.

    def choose_file(self, name: str, kinds: str) -> Path | None:
        """Ask where to write; None where the worker does not want to. Tests put their own in its place."""
        chosen, _kind = QFileDialog.getSaveFileName(self, _("Write the list to a file"), name, kinds)
        return Path(chosen) if chosen else None

    def export(self) -> None:
        """Write the report as a spreadsheet."""
        if self.loaded is None:
            return
        on, casebook = today(self.casebook.clock), self.casebook
        value = gap_list(self.loaded.report, casebook.office.name, casebook.worker.name, on)
        path = self.choose_file(file_name(value.title, on.isoformat(), "xlsx"), kind_words("xlsx"))
        if path is None:
            return

        def work() -> None:
            from reports.screening_list import render_list_xlsx  # with the spreadsheet writer, when one is wanted

            data = render_list_xlsx(value)
            assert data is not None
            write_bytes(path, data)
            casebook.numbering.exported(value.title)

        self.run(work, lambda _nothing: self.shell.say(_("Written to “{name}”.").format(name=path.name)))
