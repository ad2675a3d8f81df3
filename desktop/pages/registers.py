"""Registers (台账): choose one, narrow it down, look at it as a table, print it or write it to a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QStackedWidget, QWidget

from desktop import register_words as words
from desktop import theme
from desktop.pages import registers_paper as paper
from desktop.pages.base import Page
from desktop.tasks import Cancelled, Progress
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.list_export import write_bytes
from desktop.widgets.protect_dialog import ProtectDialog, told
from desktop.widgets.register_table import PAGE, RegisterTable
from desktop.widgets.save_dialog import safe_name
from models.clock import today
from models.errors import Problem
from models.services.registers_views import FILTERS, KINDS, Kind, RegisterFilter, RegisterRow
from models.services.views import Changed
from models.texts import N_, _, language, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.registers import Register

PERIODS = {
    "": N_("Any time"),
    "month": N_("This month"),
    "last_month": N_("Last month"),
    "quarter": N_("The last three months"),
    "year": N_("This year"),
    "last_year": N_("Last year"),
}
"""From when to when, as a worker says it."""

LIVES_ON: dict[Kind, frozenset[str]] = {
    "residents": frozenset(("resident", "membership", "household", "dwelling", "assignment", "identity_document")),
    "households": frozenset(("resident", "membership", "household", "dwelling", "assignment", "visit")),
    "visits": frozenset(("visit", "need")),
    "needs": frozenset(("need", "visit")),
    "referrals": frozenset(("referral", "referral_step", "letter")),
    "found": frozenset(("fact", "resident", "membership", "household")),
    "received": frozenset(("fact", "resident", "membership", "household")),
    "assessments": frozenset(("assessment",)),
    "consents": frozenset(("consent", "resident")),
    "numbers": frozenset(("referral", "number_block", "spoilt_number")),
}
"""What must change for a register to be read again."""


@dataclass(frozen=True)
class Offers:
    """What registers can be narrowed by here: (name, key) each."""

    places: Sequence[tuple[str, str]]
    services: Sequence[tuple[str, str]]
    workers: Sequence[str]


def period(key: str, on: date) -> tuple[date | None, date | None]:
    """The first and the last day of a period."""
    month = on.replace(day=1)
    if key == "month":
        return month, on
    if key == "last_month":
        return month - relativedelta(months=1), month - relativedelta(days=1)
    if key == "quarter":
        return on - relativedelta(months=3), on
    if key == "year":
        return on.replace(month=1, day=1), on
    if key == "last_year":
        return date(on.year - 1, 1, 1), date(on.year - 1, 12, 31)
    return None, None


class RegistersPage(Page):
    """open(kind="", place="", service="", worker="", period=""): what is left out stays as it was."""

    name = "registers"
    tells_of_people = True
    width = 0
    scrolls = False

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.register: Register | None = None
        self._asked = 0
        self._offered = False
        self.kind = _box(_("Which register"), 20)
        for kind in KINDS:
            self.kind.addItem(words.title_of(kind), kind)
        self.place = _box(_("Place"), 8)
        self.service = _box(_("Service"), 12)
        self.worker = _box(_("Worker"), 6)
        self.period = _box(_("Period"), 6)
        for key, label in PERIODS.items():
            self.period.addItem(_(label), key)
        self.whole = QCheckBox(_("Whole document numbers"))
        self.whole.setToolTip(_("On paper and in files; that they were shown is noted in the journal."))
        self.fields: dict[str, QWidget] = {
            "place": self.place,
            "service": self.service,
            "worker": self.worker,
            "days": self.period,
        }
        self.filters = pieces.wrapping(None, self.kind, self.place, self.service, self.worker, self.period, gap=8)
        self.count = pieces.text("", "small", wrap=False)
        self.table = RegisterTable(self._load, _("Register"))
        self.table.opened.connect(self._open)
        self.empty = EmptyState("paper", _("There is nothing in this register"), _("Or nothing that fits the filters."))
        self.results = QStackedWidget()
        self.results.addWidget(self.table)
        self.results.addWidget(self.empty)
        self.body.setSpacing(theme.px(8))
        self.body.addLayout(self.filters)
        self.body.addLayout(pieces.wrapping(None, self.count, None, self.whole))
        self.body.addWidget(self.results, 1)
        self.paper_button = pieces.button(_("On paper"), self.show_paper, "primary", "print", tip="Ctrl+P")
        self.sheet_button = pieces.button(_("Save as a spreadsheet"), self.ask_spreadsheet, icon="export")
        self.reserve("export", self.paper_button, self.sheet_button)
        self.show_footer(None, self.sheet_button, self.paper_button)
        self.dialog: paper.RegisterPaper | ProtectDialog | None = None
        """What was opened last; tests answer it."""
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._read)
        for box in (self.kind, self.place, self.service, self.worker, self.period):
            box.currentIndexChanged.connect(lambda _place: self._chosen())
        self._say(0)

    def title(self) -> str:
        """The page's name."""
        return _("Registers")

    # Choosing.

    @property
    def chosen(self) -> Kind:
        """The register chosen."""
        return KINDS[max(self.kind.currentIndex(), 0)]

    def where_now(self) -> RegisterFilter:
        """What the register is narrowed to."""
        first, last = period(str(self.period.currentData() or ""), today(self.casebook.clock))
        return RegisterFilter(
            place=str(self.place.currentData() or ""),
            service=str(self.service.currentData() or ""),
            worker=str(self.worker.currentData() or ""),
            first=first,
            last=last,
        ).of(self.chosen)

    def open(self, **where: Any) -> None:
        """Show the register that is wanted."""
        self.where = where
        if self._offered:
            self._choose(where)
            self._chosen()
            return
        casebook = self.casebook
        self.read(lambda: _offers(casebook), lambda offers: self._offer(offers, where))

    def refresh(self, changed: Changed) -> None:
        """Read again where something of this register changed."""
        if LIVES_ON[self.chosen] & changed.entities:
            self._soon.start()

    def first_focus(self) -> None:
        """Which register."""
        self.kind.setFocus()

    def _offer(self, offers: Offers, where: dict[str, Any]) -> None:
        self._offered = True
        fills: list[tuple[QComboBox, str, Sequence[tuple[str, str]]]] = [
            (self.place, _("Everywhere"), offers.places),
            (self.service, _("Every service"), offers.services),
            (self.worker, _("Everybody"), [(name, name) for name in offers.workers]),
        ]
        for box, every, lines in fills:
            box.blockSignals(True)
            box.addItem(every, "")
            for line, key in lines:
                box.addItem(line, key)
            box.blockSignals(False)
        self._choose(where)
        self._chosen()

    def _choose(self, where: dict[str, Any]) -> None:
        boxes = {
            "kind": self.kind, "place": self.place, "service": self.service, "worker": self.worker,
            "period": self.period,
        }  # fmt: skip
        for name, box in boxes.items():
            place = box.findData(where[name]) if name in where else -1
            if place >= 0:
                box.blockSignals(True)
                box.setCurrentIndex(place)
                box.blockSignals(False)

    def _chosen(self) -> None:
        """Offer what this register can be narrowed by, and read it."""
        can = FILTERS[self.chosen]
        for name, field in self.fields.items():
            field.setVisible(name in can)
        for box in (self.kind, self.place, self.service, self.worker, self.period):
            box.setToolTip(box.currentText())
        self.whole.setVisible(self.chosen == "residents")
        if self._offered:
            self._soon.start()

    # Reading.

    def _read(self) -> None:
        self._asked += 1
        this, casebook, kind, where = self._asked, self.casebook, self.chosen, self.where_now()
        self.count.setText(_("Reading …"))

        def load() -> "tuple[Register, list[RegisterRow]]":
            opened = words.opened(casebook, kind, where)
            return opened, opened.rows(0, PAGE)

        def show(loaded: "tuple[Register, list[RegisterRow]]") -> None:
            if this != self._asked:
                return
            self.register, first = loaded
            self.table.show_register(self.register.columns, self.register.total, first)
            self._say(self.register.total)

        def failed(problem: Problem) -> None:
            if this == self._asked:
                self._say(0)
                self.shell.problem(problem)

        self.read(load, show, failed)

    def _say(self, total: int) -> None:
        self.count.setText(ngettext("{n} row", "{n} rows", total).format(n=f"{total:,}"))
        self.results.setCurrentWidget(self.table if total else self.empty)
        for button in (self.paper_button, self.sheet_button):
            button.setEnabled(bool(total))

    def _load(
        self, first: int, many: int, done: Callable[[Sequence[RegisterRow]], None], failed: Callable[[], None]
    ) -> None:
        register = self.register
        if register is None:
            failed()
            return

        def trouble(problem: Problem) -> None:
            failed()
            self.shell.problem(problem)

        self.read(lambda: register.rows(first, many), done, trouble)

    def _open(self, row: RegisterRow) -> None:
        if self.chosen in ("referrals", "numbers") and row.record_id:
            self.shell.go("referral", referral_id=row.record_id)
        elif row.resident_id:
            self.shell.go("person", resident_id=row.resident_id)
        elif row.household_id:
            self.shell.go("household", household_id=row.household_id)

    # Out of the casebook.

    def argument(self) -> dict[str, Any]:
        """The register that is shown as plain JSON."""
        whole = self.whole.isChecked() and self.chosen == "residents"
        return words.argument_of(self.chosen, self.where_now(), language(), whole=whole)

    def show_paper(self) -> None:
        """Make the paper and show the very bytes that would be printed."""
        casebook, argument, title = self.casebook, self.argument(), words.title_of(self.chosen)

        def work(_progress: Progress, cancelled: Cancelled) -> bytes:
            from reports.registers import PAPER_ROWS, render_register

            value = words.sheet_of(casebook, argument, most=PAPER_ROWS, cancelled=cancelled)
            return render_register(value, cancelled) if value is not None else b""

        def show(pdf: bytes) -> None:
            if pdf:
                self.dialog = paper.RegisterPaper(self.shell, title, argument, pdf)
                self.dialog.open()

        self.long(work, show, title=_("Preparing the register"))

    def ask_spreadsheet(self) -> None:
        """Say what a spreadsheet means, then write one."""
        total = self.register.total if self.register is not None else 0
        said = ngettext("{n} row is written.", "{n} rows are written.", total).format(n=f"{total:,}")
        argument, title = self.argument(), words.title_of(self.chosen)
        words_of = f"{title}：{said}" if language() == "zh_CN" else f"{title}: {said}"
        whole = bool(argument["whole"])
        sure = _("I know that it holds whole document numbers") if whole else ""
        self.dialog = ProtectDialog(
            self, _("Save as a spreadsheet"), words_of, lambda secret: self._write(argument, title, secret), sure=sure
        )
        self.dialog.open()

    def _write(self, argument: dict[str, Any], title: str, secret: str) -> None:
        name = safe_name(f"{title}_{today(self.casebook.clock).isoformat()}") + ".xlsx"
        path = paper.ask_spreadsheet(self, name)
        if path is None:
            return
        casebook = self.casebook

        def work(_progress: Progress, cancelled: Cancelled) -> bool:
            from reports.protecting import protect_workbook
            from reports.registers import SHEET_ROWS, render_register_xlsx

            value = words.sheet_of(casebook, argument, out=True, most=SHEET_ROWS, cancelled=cancelled)
            if value is None:
                return False
            data = render_register_xlsx(value)
            write_bytes(path, protect_workbook(data, secret) if secret else data)
            return True

        def done(written: bool) -> None:
            if written:
                words = _("Written to “{name}”. The file holds personal data.").format(name=path.name)
                self.shell.say(told(words, secret))
            else:
                self.shell.say(_("Stopped; nothing was written."))

        self.long(work, done, title=_("Writing the list"))


def _offers(casebook: Any) -> Offers:
    """Read what registers can be narrowed by; off the window's thread."""
    codes = casebook.registers.places()
    wider = dict.fromkeys(code[:length] for code in codes for length in (6, 9))
    several = [code for code in wider if sum(one.startswith(code) for one in codes) > 1]
    places = [(words.place_words(code), code) for code in (*several, *codes)]
    services = [(words.service_words(casebook, one), one) for one in casebook.packs.policies().services]
    return Offers(places, services, casebook.registers.workers())


def _box(name: str, letters: int) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(letters)
    return made
