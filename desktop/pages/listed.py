"""Taking in a list of residents from a spreadsheet: choose the file, say what the columns hold, look, take it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop import theme
from desktop.pages.base import Page
from desktop.tasks import Cancelled, Job, Progress
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, labelled, show_more
from desktop.widgets.list_export import kind_words, write_bytes
from desktop.widgets.protect_dialog import ProtectDialog, told
from forms.people_list.columns import FIELDS, guess, label
from forms.people_list.households import ReadList, RowTrouble, read_households
from forms.people_list.tables import ListTable, read_list
from forms.tables import EMPTY_ROWS_MOST, FILE_MOST
from models.clock import today
from models.errors import Problem
from models.records import divisions
from models.records.papers import masked_numbers
from models.services.listed import ListPreview
from models.services.views import Changed
from models.sync.files import read_limited
from models.texts import _, ngettext
from models.values import mask_number, mask_phone

KINDS = ("*.xlsx", "*.xlsm", "*.xls", "*.csv", "*.txt")
SHOWN = 40
"""So many troubles are shown at once; the spreadsheet of them holds all."""
SAMPLES = 3
"""So many values of a column are shown beside what it holds."""


@dataclass(frozen=True)
class Looked:
    """A list beside the register."""

    read: ReadList
    preview: ListPreview


def read_file(path: Path) -> ListTable:
    """The list in a file. Raises ListRefused, CannotRead; a pipe or a device is no file."""
    return read_list(read_limited(path, FILE_MOST))


class ListedPage(Page):
    """open(table=None, file=""): choose a file; or a list that was read from one."""

    name = "listed"
    width = 1080

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.table: ListTable | None = None
        self.looked: Looked | None = None
        self.columns: list[QComboBox] = []
        """What each column of the list holds."""
        self._lives_in = ""
        """Code of the community that was chosen last."""
        self.choose_button: QPushButton | None = None
        self.take_button: QPushButton | None = None
        self._found: Any = None
        self.dialog: ProtectDialog | None = None
        self.reading: QLabel | None = None
        """Which file is being read, as long as it is."""
        self._looking: Job[Looked] | None = None
        opening = QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self)
        opening.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        opening.activated.connect(self.choose)

    def title(self) -> str:
        """The page's name."""
        return _("A list of residents")

    def open(self, table: ListTable | None = None, file: str = "", **_where: Any) -> None:
        """Show what is asked for."""
        self._stop_looking()
        self.table, self.looked, self.take_button = table, None, None
        self.columns, self.reading = [], None
        pieces.clear(self.body)
        self.show_footer()
        if table is None:
            self.body.addWidget(self._choosing())
            self.first_focus()
            return
        self.set_title(file or self.title())
        self.body.addWidget(self._columns_card(table))
        self._found = pieces.column(None, gap=16)
        self.body.addLayout(self._found)
        self.look()

    def refresh(self, changed: Changed) -> None:
        """Somebody was registered meanwhile: what would be new is looked at again."""
        if self.table is not None and changed.entities & {"resident", "household", "membership"}:
            self.look()

    def first_focus(self) -> None:
        """Where work begins."""
        if self.choose_button is not None and self.table is None:
            self.choose_button.setFocus()
        elif self.take_button is not None:
            self.take_button.setFocus()

    # The file.

    def _choosing(self) -> QWidget:
        self.choose_button = pieces.button(_("Choose a file…"), self.choose, "primary", "import", tip="Ctrl+O")
        hint = pieces.text(
            _(
                "A spreadsheet (.xlsx, .xls) or a .csv with one resident a row and a row of headings. Only the names "
                "are needed; identity numbers find who is here already. The list is looked at first: nothing is "
                "changed before you say so."
            )
        )
        known = _("、").join(label(field) for field in FIELDS)
        headings = pieces.text(_("Headings that are understood by themselves: {known}.").format(known=known), "soft")
        return pieces.card(hint, headings, pieces.line(None, self.choose_button, None), margin=16, gap=10)

    def choose_file(self) -> str:
        """Ask which file; empty for none."""
        return QFileDialog.getOpenFileName(self, _("A list of residents"), "", _("Lists") + f" ({' '.join(KINDS)})")[0]

    def choose(self) -> None:
        """Ask for a file and read it; nothing is changed by it."""
        chosen = self.choose_file()
        if chosen:
            self.read_in(Path(chosen))

    def read_in(self, path: Path) -> None:
        """Read a list; a long one takes seconds, which is said, and no save and no other list waits for it."""
        self._say_reading(path.name)

        def done(table: ListTable) -> None:
            if self.shell.page is self:  # else the worker went elsewhere meanwhile, and is left there
                self.shell.go("listed", table=table, file=path.name)

        def failed(problem: Problem) -> None:
            self._say_reading("")
            self.shell.problem(problem)

        self.shell.tasks.outside(lambda: read_file(path), done, failed, owner=self, lane="lists")

    def _say_reading(self, name: str) -> None:
        if self.reading is None:
            self.reading = pieces.text("", "label")
            self.body.insertWidget(0, self.reading)
        self.reading.setText(_("Reading “{name}” …").format(name=name))
        self.reading.setVisible(bool(name))
        if name:
            self.see(self.reading)

    # The columns.

    def _communities(self) -> QComboBox:
        """Where those of a list without a column for it live; the one that was chosen for the last list comes first."""
        made = QComboBox()
        made.setAccessibleName(_("Community of the list"))
        office = self.casebook.office.code
        own = divisions.community(office)
        inside = [own] if own is not None else divisions.children(office)
        if len(office) == 6:  # a district: its streets' communities
            inside = [place for street in inside for place in divisions.children(street.code)]
        for place in inside:
            made.addItem(place.name, place.code)
        made.setCurrentIndex(max(made.findData(self._lives_in), 0))
        self._lives_in = str(made.currentData() or "")

        def chosen(place: int) -> None:
            self._lives_in = str(made.itemData(place) or "")
            self.look()

        made.currentIndexChanged.connect(chosen)
        return made

    def _columns_card(self, table: ListTable) -> Card:
        card = Card(_("What the columns hold"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(8))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 2)
        for place, (heading, field) in enumerate(zip(table.headings, guess(table.headings), strict=True)):
            if not heading and not any(row.cells[place] for row in table.rows[:200]):
                self.columns.append(self._chooser(heading, ""))
                continue
            chooser = self._chooser(heading, field)
            self.columns.append(chooser)
            line = len(self.columns)
            samples = [row.cells[place] for row in table.rows[:50] if row.cells[place]][:SAMPLES]
            shown = [self._shown(field, said) for said in samples]
            grid.addWidget(pieces.text(heading or _("(no heading)"), "label"), line, 0)
            grid.addWidget(chooser, line, 1)
            grid.addWidget(pieces.text("  ·  ".join(shown), "soft"), line, 2)
        holder = QWidget()
        holder.setLayout(grid)
        row = pieces.wrapping(
            None, pieces.text(_("All live in"), "label", wrap=False), self._communities(), None, gap=12
        )
        place_line = QWidget()
        place_line.setLayout(row)
        card.add(place_line)
        card.add(holder)
        return card

    @staticmethod
    def _shown(field: str, said: str) -> str:
        """A value as an example, with what tells a person's number covered, also in a column that is not understood."""
        if field == "card":
            return mask_number(said)
        return mask_phone(said) if field == "phone" else masked_numbers(said)[:24]

    def _chooser(self, heading: str, field: str) -> QComboBox:
        made = QComboBox()
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(8)  # the longest names need not be seen whole in a narrow window
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setAccessibleName(_("What “{heading}” holds").format(heading=heading))
        made.addItem(_("(passed over)"), "")
        for key in FIELDS:
            made.addItem(label(key), key)
        made.setCurrentIndex(max(made.findData(field), 0))
        made.currentIndexChanged.connect(lambda _place: self.look())
        return made

    def chosen(self) -> tuple[str, ...]:
        """The field of each column."""
        return tuple(str(column.currentData()) for column in self.columns)

    # What it would do.

    def look(self) -> None:
        """Read the rows by the columns as chosen, and look how they stand beside the register."""
        if self.table is None or self._found is None:
            return
        self._stop_looking()
        self.looked = None
        if self.take_button is not None:
            self.take_button.setEnabled(False)  # what it would take in is being looked at anew
        table, columns, community = self.table, self.chosen(), self._lives_in
        listed, on = self.casebook.listed, today(self.casebook.clock)

        def work() -> Looked:
            read = read_households(table, columns, community, on)
            return Looked(read, listed.preview([household.entry for household in read.households]))

        self._looking = self.read(work, self._show, self._refused)

    def _stop_looking(self) -> None:
        """What was being looked at is no longer asked for."""
        if self._looking is not None:
            self._looking.cancel()

    def _refused(self, problem: Problem) -> None:
        self.looked = self.take_button = None
        pieces.clear(self._found)
        self._found.addWidget(Banner("problem", problem.sentence(), closable=False))
        self.show_footer()

    def _show(self, looked: Looked) -> None:
        self.looked = looked
        pieces.clear(self._found)
        preview, read = looked.preview, looked.read
        card = Card(_("What would happen"))
        card.add(labelled(self._counts(preview, read)))
        self._found.addWidget(card)
        if self.table is not None and self.table.more_at:
            self._found.addWidget(Banner("warn", self._ended(self.table), closable=False))
        for keeps_out, words in ((True, _("Stays out")), (False, _("Taken in, with a remark"))):
            several = [trouble for trouble in read.troubles if trouble.keeps_out is keeps_out]
            if several:
                self._found.addWidget(self._troubles_card(words, several))
        words = ngettext("Take in {n} resident", "Take in {n} residents", preview.people)
        words = words.format(n=f"{preview.people:,}")
        self.take_button = pieces.button(words, self.take_in, "primary", "check")
        self.take_button.setEnabled(preview.people > 0)
        other = pieces.button(_("Another file…"), self.choose)
        save = pieces.button(_("Write out what is wrong"), self.save_troubles, "link", "export")
        self.show_footer(*([save] if read.troubles else []), None, other, self.take_button)
        pieces.reveal(self._found)

    def _counts(self, preview: ListPreview, read: ReadList) -> Sequence[tuple[str, str]]:
        rows = len(self.table.rows) if self.table is not None else 0
        elsewhere = preview.count("elsewhere")
        return [
            (_("Rows"), f"{rows:,}"),
            (_("New"), _("{people} residents in {households} households").format(
                people=f"{preview.people:,}", households=f"{preview.count('new') + preview.count('partly'):,}")),
            (_("On the register already"), _("{n} residents; they stay as they are").format(
                n=f"{preview.people_known:,}") if preview.people_known else ""),
            (_("At another door"), ngettext(
                "{n} household stays out: somebody of it is registered at another door. Use the guided changes.",
                "{n} households stay out: somebody of them is registered at another door. Use the guided changes.",
                elsewhere).format(n=f"{elsewhere:,}") if elsewhere else ""),
            (_("Stays out"), ngettext("{n} row, see below", "{n} rows, see below", len(read.left_out)).format(
                n=f"{len(read.left_out):,}") if read.left_out else ""),
        ]  # fmt: skip

    @staticmethod
    def _ended(table: ListTable) -> str:
        last = table.rows[-1].number
        return _(
            "Below row {last} stand more than {most} empty rows, where a list ends. What stands from row {row} on was "
            "not read. If it belongs to the list, take the empty rows out of the file and choose it again."
        ).format(last=f"{last:,}", most=EMPTY_ROWS_MOST, row=f"{table.more_at:,}")

    def _troubles_card(self, words: str, troubles: Sequence[RowTrouble]) -> Card:
        card = Card(f"{words}  ({len(troubles):,})")
        for trouble in troubles[:SHOWN]:
            card.add(pieces.text(self._line(trouble)))
        if len(troubles) > SHOWN:
            more = ngettext("{n} more", "{n} more", len(troubles) - SHOWN).format(n=f"{len(troubles) - SHOWN:,}")
            link, place = show_more(more, partial(self._fill, troubles[SHOWN : SHOWN + 500]))
            card.add(link)
            card.add(place)
        return card

    def _fill(self, troubles: Sequence[RowTrouble], box: Any) -> None:
        for trouble in troubles:
            box.addWidget(pieces.text(self._line(trouble)))

    @staticmethod
    def _line(trouble: RowTrouble) -> str:
        if trouble.field:
            return _("Row {row}, {field}: {sentence}").format(
                row=trouble.row, field=label(trouble.field), sentence=trouble.sentence
            )
        return _("Row {row}: {sentence}").format(row=trouble.row, sentence=trouble.sentence)

    def choose_place(self, name: str) -> str:
        """Ask where a file is to be written; empty for nowhere."""
        return QFileDialog.getSaveFileName(self, _("Write a file"), name, kind_words("xlsx"))[0]

    def save_troubles(self) -> None:
        """Ask how the sheet of what is wrong is protected, since its sentences quote the list; then write it."""
        if self.looked is not None:
            title = _("Write out what is wrong")
            self.dialog = ProtectDialog(self, title, _("What is wrong in the list"), self.write_troubles)
            self.dialog.open()

    def write_troubles(self, secret: str = "") -> None:
        """Write what is wrong as a spreadsheet, so that whoever keeps the list can put it right: rows and reasons."""
        from reports.protecting import protect_workbook
        from reports.tables import Table, write_tables

        if self.looked is None:
            return
        chosen = self.choose_place(_("What is wrong in the list") + ".xlsx")
        if not chosen:
            return
        path = Path(chosen)
        rows = tuple(
            (each.row, label(each.field) if each.field else "", each.sentence, _("yes") if each.keeps_out else _("no"))
            for each in self.looked.read.troubles
        )
        headings = (_("Row"), _("Column"), _("What is wrong"), _("Stays out"))
        table = Table(_("Problems"), headings, rows, (self.title(),))
        listed = self.casebook.listed

        def work() -> None:
            data = write_tables([table])
            listed.written_out(len(rows))
            write_bytes(path, protect_workbook(data, secret) if secret else data)

        words = _("The problems were written to “{name}”.").format(name=path.name)
        self.run(work, lambda _none: self.shell.say(told(words, secret)))

    # Taking in.

    def take_in(self) -> None:
        """Register who is new, all of them or nobody."""
        if self.looked is None or self.take_button is None:
            return
        casebook, preview = self.casebook, self.looked.preview
        entries = [household.entry for household in self.looked.read.households]

        def work(progress: Progress, cancelled: Cancelled) -> Changed:
            return casebook.listed.take_in(entries, lambda count: progress(count, len(entries)), cancelled)

        def done(changed: Changed) -> None:
            self._stop_looking()
            self.table = None
            self.shell.go("residents")
            words = ngettext("{n} resident was taken in.", "{n} residents were taken in.", preview.people)
            self.shell.say(words.format(n=f"{preview.people:,}"), undo=lambda: casebook.undo(changed.operations))

        self.take_button.setEnabled(False)
        self.long(work, done, self._stopped, title=_("Taking in the list"))

    def _stopped(self, problem: Problem) -> None:
        self.shell.problem(problem)
        self.look()
