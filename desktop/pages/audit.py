"""The audit on the screen: filters, days, every row as a plain sentence, the check, and the files for the auditor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QFileDialog, QListWidget, QListWidgetItem, QStackedWidget

from desktop import audit_words as words
from desktop import theme
from desktop.audit_file import KINDS, NoAuditFile, SecretNeeded, read_rows
from desktop.case_words import day_text
from desktop.pages.audit_check import CheckDialog, CheckResult, SecretDialog
from desktop.pages.base import Page
from desktop.pages.registers import PERIODS, period
from desktop.tasks import Cancelled, Progress
from desktop.widgets import pieces
from desktop.widgets.case_parts import labelled
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.list_export import write_bytes
from desktop.widgets.made_by_qt import add_line
from desktop.widgets.protect_dialog import ProtectDialog, told
from desktop.widgets.register_table import PAGE, RegisterTable
from desktop.widgets.save_dialog import safe_name
from desktop.widgets.seen_dialog import COLUMNS, as_row
from models.clock import local_time, today
from models.errors import Problem
from models.records.audit import ACTIONS
from models.records.roles import CLASSES
from models.services.audit_views import AuditDay, AuditRow, AuditWhere, Checked
from models.services.audit_views import AuditPage as Found
from models.services.registers_views import RegisterRow
from models.services.views import Changed
from models.texts import _, language, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell

KEPT_ROWS = 4000
"""So many rows that were looked at are remembered, for the words below the table."""


@dataclass(frozen=True)
class Loaded:
    """The first rows of a filter."""

    rows: tuple[AuditRow, ...]
    total: int
    days: tuple[AuditDay, ...]
    facts: Mapping[str, str]  # what the facts are called that rows name


class AuditPage(Page):
    """open(kind="", worker="", sensitive="", period="")."""

    name = "audit"
    width = 0
    scrolls = False

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self._asked = 0
        self._offered = False
        self._rows: dict[int, AuditRow] = {}
        self._facts: dict[str, str] = {}
        self.kind, self.worker = _box(_("What was done"), 10), _box(_("Who"), 8)
        self.sensitive, self.period = _box(_("Sensitive"), 10), _box(_("Period"), 8)
        self.kind.addItem(_("Everything"), "")
        for key, label in ACTIONS.items():
            self.kind.addItem(_(label), key)
        self.worker.addItem(_("Everybody"), "")
        self.sensitive.addItem(_("Sensitive or not"), "")
        for key, label in CLASSES.items():
            self.sensitive.addItem(_(label), key)
        for key, label in PERIODS.items():
            self.period.addItem(_(label), key)
        self.boxes = {
            "kind": self.kind, "worker": self.worker, "sensitive": self.sensitive, "period": self.period,
        }  # fmt: skip
        self.count = pieces.text("", "small", wrap=False)
        self.table = RegisterTable(self._load, _("Audit"))
        self.table.opened.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _before: self._tell(now.row()))
        self.days = QListWidget()
        self.days.setAccessibleName(_("Days"))
        self.days.setFixedWidth(theme.px(215))
        self.days.itemClicked.connect(self._go_to_day)
        self.days.itemActivated.connect(self._go_to_day)
        self.empty = EmptyState("shield", _("No rows"), _("Nothing that fits the filters was noted."))
        self.results = QStackedWidget()
        self.results.addWidget(self.table)
        self.results.addWidget(self.empty)
        self.detail = pieces.card(margin=10, gap=4)
        self.body.setSpacing(theme.px(8))
        self.body.addLayout(pieces.wrapping(None, *self.boxes.values(), gap=8))
        self.body.addWidget(self.count)
        both = pieces.line(None, self.days, gap=8)
        both.addWidget(self.results, 1)
        self.body.addLayout(both, 1)
        self.body.addWidget(self.detail)
        self.check_button = pieces.button(_("Check the record"), self.ask_check, "primary", "shield")
        self.export_button = pieces.button(_("Files for the auditor"), self.ask_export, icon="export")
        self.reserve("export_audit", self.export_button)
        self.file_button = pieces.button(_("Check a file"), self.ask_file, icon="search")
        self.file_button.setToolTip(_("Check files for the auditor that came from another office, or were kept"))
        self.show_footer(None, self.file_button, self.export_button, self.check_button)
        self.dialog: CheckDialog | CheckResult | ProtectDialog | SecretDialog | None = None
        """What was opened last; tests answer it."""
        self._starts: list[int] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._read)
        for box in self.boxes.values():
            box.currentIndexChanged.connect(lambda _place: self._soon.start())

    def title(self) -> str:
        """The page's name."""
        return _("Audit")

    def where_now(self) -> AuditWhere:
        """What the rows are narrowed to."""
        first, last = period(str(self.period.currentData() or ""), today(self.casebook.clock))
        return AuditWhere(
            first,
            last,
            str(self.worker.currentData() or ""),
            str(self.kind.currentData() or ""),
            "",
            str(self.sensitive.currentData() or ""),
        )

    def open(self, **where: Any) -> None:
        """Show the rows of a filter; what is left out stays as it was."""
        self.where = where
        audit = self.casebook.audit

        def offer(names: list[str]) -> None:
            known = {self.worker.itemData(place) for place in range(self.worker.count())}
            for name in names:
                if name not in known:
                    self.worker.addItem(name, name)
            for key, box in self.boxes.items():
                place = box.findData(where[key]) if key in where else -1
                if place >= 0:
                    box.setCurrentIndex(place)
            self._soon.start()

        self.read(audit.workers, offer)

    def refresh(self, changed: Changed) -> None:
        """Whoever reads keeps the place: new rows are there when the page is opened again."""

    def first_focus(self) -> None:
        """The newest row."""
        self.table.setFocus()

    # Reading.

    def _read(self) -> None:
        self._asked += 1
        this, casebook, where = self._asked, self.casebook, self.where_now()
        self.count.setText(_("Reading …"))

        def load() -> Loaded:
            page = casebook.audit.page(where, 0, PAGE)
            return Loaded(
                page.rows, page.total, tuple(casebook.audit.days(where)), words.fact_names(casebook, page.rows)
            )

        def show(loaded: Loaded) -> None:
            if this == self._asked:
                self._show(loaded)

        def failed(problem: Problem) -> None:
            if this == self._asked:
                self._say(0)
                self.shell.problem(problem)

        self.read(load, show, failed)

    def _show(self, loaded: Loaded) -> None:
        self._rows = dict(enumerate(loaded.rows))
        self._facts |= loaded.facts
        self.table.show_register(COLUMNS, loaded.total, [as_row(row) for row in loaded.rows])
        self.table.setColumnWidth(2, theme.px(420))
        self.days.clear()
        self._starts, start, on = [], 0, today(self.casebook.clock)
        for each in loaded.days:
            add_line(self.days, f"{_day(each.day, on)}  ·  {each.rows:,}").setToolTip(each.day.isoformat())
            self._starts.append(start)
            start += each.rows
        self._say(loaded.total)
        self._tell(0 if loaded.total else -1)

    def _say(self, total: int) -> None:
        self.count.setText(ngettext("{n} row", "{n} rows", total).format(n=f"{total:,}"))
        self.results.setCurrentWidget(self.table if total else self.empty)
        self.detail.setVisible(bool(total))

    def _load(
        self, first: int, many: int, done: Callable[[Sequence[RegisterRow]], None], failed: Callable[[], None]
    ) -> None:
        casebook, where = self.casebook, self.where_now()

        def load() -> tuple[Found, Mapping[str, str]]:
            page = casebook.audit.page(where, first, many)
            return page, words.fact_names(casebook, page.rows)

        def take(loaded: tuple[Found, Mapping[str, str]]) -> None:
            page, facts = loaded
            self._facts |= facts
            while len(self._rows) > KEPT_ROWS:
                self._rows.pop(next(iter(self._rows)))
            self._rows |= {first + place: row for place, row in enumerate(page.rows)}
            done([as_row(row) for row in page.rows])
            self._tell(self.table.currentIndex().row())

        def trouble(problem: Problem) -> None:
            failed()
            self.shell.problem(problem)

        self.read(load, take, trouble)

    def _go_to_day(self, item: QListWidgetItem) -> None:
        start = self._starts[self.days.row(item)]
        index = self.table.rows.index(start, 0)
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index, RegisterTable.ScrollHint.PositionAtTop)

    def _tell(self, place: int) -> None:
        row = self._rows.get(place)
        if row is None:
            return
        inside = pieces.inside(self.detail)
        pieces.clear(inside)
        inside.addLayout(labelled(words.details(row, self._facts)))
        pieces.reveal(inside)

    def _open(self, row: RegisterRow) -> None:
        if row.resident_id and self.casebook.may("view"):
            self.shell.go("person", resident_id=row.resident_id)
        elif row.household_id and self.casebook.may("view"):
            self.shell.go("household", household_id=row.household_id)

    # The check.

    def ask_check(self) -> None:
        """Ask for the passphrase, which need not be given, and for a mark on paper; then look through everything."""
        self.dialog = CheckDialog(self, self.check)
        self.dialog.open()

    def check(self, passphrase: str, mark: str) -> None:
        """Look through all chains, and show what was found."""
        audit = self.casebook.audit

        def work(_progress: Progress, _cancelled: Cancelled) -> tuple[Checked, list[str], list[str]]:
            made = audit.check(passphrase)
            row = audit.compare_mark(mark) if mark.strip() else None
            said = _mark_words(mark, row) if mark.strip() else []
            return made, said, [words.partner_words(one, today(self.shell.clock)) for one in audit.of_partners()]

        def done(found: tuple[Checked, list[str], list[str]]) -> None:
            self.dialog = CheckResult(self, *found)
            self.dialog.open()
            self._soon.start()

        self.long(work, done, title=_("Checking the record"))

    # Somebody's files.

    def ask_file(self) -> None:
        """Ask which files of an auditor are to be checked."""
        path = self.choose_rows()
        if path is not None:
            self.check_file(path)

    def choose_rows(self) -> Path | None:
        """Which file; tests answer it."""
        kinds = _("Files for the auditor") + f" ({' '.join(KINDS)})"
        chosen, _kind = QFileDialog.getOpenFileName(self, _("Check a file"), "", kinds)
        return Path(chosen) if chosen else None

    def check_file(self, path: Path, secret: str = "") -> None:
        """Check the rows in a file, and say in a sentence what was found; a protected one is asked about first."""
        audit = self.casebook.audit

        def work(_progress: Progress, _cancelled: Cancelled) -> Checked:
            try:
                return audit.verify_file(read_rows(path, secret))
            except ValueError as trouble:
                raise NoAuditFile(name=path.name) from trouble

        def done(made: Checked) -> None:
            self.dialog = CheckResult(self, made, file=path.name)
            self.dialog.open()
            self._soon.start()

        def failed(problem: Problem) -> None:
            if isinstance(problem, SecretNeeded):
                self.dialog = SecretDialog(self, problem.sentence(), lambda secret: self.check_file(path, secret))
                self.dialog.open()
            else:
                self.shell.problem(problem)

        title = _("Checking the record")
        self.shell.tasks.long(work, done, failed, owner=self, title=title, lane="audit files")

    # The files.

    def ask_export(self) -> None:
        """Say what is written and how it is protected."""
        said = _("The whole record as files: a spreadsheet, the rows for a checking program, and how to check them.")
        self.dialog = ProtectDialog(self, _("Files for the auditor"), said, self._export)
        self.dialog.open()

    def _export(self, secret: str) -> None:
        on = today(self.casebook.clock)
        name = safe_name(f"{_('Audit')}_{on.isoformat()}") + ".zip"
        path = self.choose_file(name)
        if path is None:
            return
        casebook, where, worker = self.casebook, self.where_now(), self.shell.worker.name

        def work(_progress: Progress, _cancelled: Cancelled) -> None:
            from reports.protecting import archive
            from reports.screening_list import render_list_xlsx

            made = casebook.audit.export(where)
            facts = words.fact_names(casebook, made.rows)
            sheet = render_list_xlsx(words_list(made.rows, facts, casebook.office.name, worker, on)) or b""
            files = [(f"{_('Audit')}.xlsx", sheet), *made.files.items()]
            write_bytes(path, archive(files, on, secret))

        def done(_nothing: None) -> None:
            said = _("Written to “{name}”. The file says who did what with whose record.").format(name=path.name)
            self.shell.say(told(said, secret))

        self.long(work, done, title=_("Writing the files"))

    def choose_file(self, name: str) -> Path | None:
        """Where the files go; tests answer it."""
        chosen, _kind = QFileDialog.getSaveFileName(self, _("Files for the auditor"), name, "ZIP (*.zip)")
        return Path(chosen) if chosen else None


def words_list(rows: Sequence[AuditRow], facts: Mapping[str, str], office: str, worker: str, on: date) -> Any:
    """The rows as a list for a workbook, in the language now shown. facts: what facts are called."""
    from reports.people_list import SHEET_ROWS, ListColumn, PeopleList

    heads = [(_("When"), 18), (_("Who"), 10), (_("What was done"), 40), (_("Reason"), 24), (_("Fields"), 40)]
    return PeopleList(
        title=_("Audit"),
        office=office,
        worker=worker,
        made_on=on,
        columns=tuple(ListColumn(label, width) for label, width in heads),
        rows=[
            (
                f"{local_time(row.at):%Y-%m-%d %H:%M:%S}",
                row.worker,
                words.deed(row),
                row.reason,
                words.fields_words(row.fields, facts),
            )
            for row in rows[-SHEET_ROWS:]
        ],
        language="zh" if language() == "zh_CN" else "en",
    )


def _mark_words(mark: str, row: AuditRow | None) -> list[str]:
    if row is None:
        return [_("No row of this record has the mark {mark}: rows were taken away or made anew.").format(mark=mark)]
    when = f"{local_time(row.at):%Y-%m-%d %H:%M}"
    return [_("The mark {mark} belongs to row {seq} of {when}, which is still there.").format(
        mark=mark, seq=f"{row.seq:,}", when=when
    )]  # fmt: skip


def _day(day: date, on: date) -> str:
    return _("today") if day == on else day_text(day)


def _box(name: str, letters: int) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box
