"""The receipt on paper: for the office that received changes and for the worker who brought them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.pdf_view import PdfView
from desktop.widgets.printing import PaperItem, print_papers, save_papers
from models.clock import local_time
from models.texts import _, language

if TYPE_CHECKING:
    from desktop.pages.sync import SyncPage
    from models.casebook import Casebook

PAPER = "exchange_receipt"


class ReceiptPaper(QDialog):
    """Shows one receipt as it is printed."""

    def __init__(self, page: "SyncPage", partner: str, side: str) -> None:
        super().__init__(page.shell)
        self._page, self._partner, self._side = page, partner, side
        self.setWindowTitle(_("Receipt on paper"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = PdfView(page.shell.tasks)
        self.preview.trouble.connect(page.shell.problem)
        self.save_button = pieces.button(_("Save as PDF"), self.save, icon="save")
        self.print_button = pieces.button(_("Print"), self.print_it, "primary", "print", tip="Ctrl+P")
        foot = pieces.line(None, pieces.button(_("Close"), self.reject), None, self.save_button, self.print_button)
        pieces.column(self, self.preview, foot, margin=16, gap=12).setStretch(0, 1)
        room = page.shell.size()
        self.resize(min(theme.px(760), room.width() - 40), room.height() - 40)

    def show_preview(self) -> None:
        """Make the paper off the window's thread and show it."""
        casebook, partner, side = self._page.casebook, self._partner, self._side

        def make() -> bytes:
            return draw(value_of(casebook, partner, {"side": side}))

        def refused(problem: Any) -> None:
            self.reject()
            self._page.tell("problem", problem.sentence())

        self._page.read(make, self.preview.show_pdf, refused)
        self.open()

    def _item(self) -> PaperItem:
        return PaperItem(PAPER, self._partner, {"side": self._side}, pdf=self.preview.pdf)

    def print_it(self) -> None:
        """Print the very bytes that are shown."""
        if self.preview.pdf:
            title, said = _("Receipt of the exchange"), _("The receipt went to the printer.")
            print_papers(self._page.shell, [self._item()], title, said)

    def save(self) -> None:
        """Save the very bytes that are shown."""
        if self.preview.pdf:
            save_papers(self._page.shell, [self._item()], _("Receipt of the exchange"))


def value_of(casebook: "Casebook", partner: str, argument: Mapping[str, Any]) -> Any:
    """The receipt as a value for paper, in the language now shown. Off the window's thread. Raises NotFound."""
    from reports.exchange_receipt import AbsentParts, ExchangeReceipt, ReceiptDay

    side = "brought" if argument.get("side") == "brought" else "received"
    found = casebook.sync.standing(partner, side)  # type: ignore[arg-type]  # one of the two
    through, said = local_time(found.through_at), local_time(found.said_at)
    return ExchangeReceipt(
        language="zh" if language() == "zh_CN" else "en",
        holder=found.holder,
        bringer=found.bringer,
        workers=found.workers,
        changes=found.changes,
        through_day=through.date() if found.through_at else None,
        through_time=f"{through:%H:%M}" if found.through_at else "",
        said_day=said.date(),
        said_time=f"{said:%H:%M}",
        days=tuple(ReceiptDay(day=day, changes=several) for day, several in found.days),
        earlier=found.earlier,
        lacking=found.lacking,
        absent=tuple(
            AbsentParts(day=local_time(one.made_at).date(), of=one.of, parts=one.parts) for one in found.missing
        ),
        not_there=found.not_there,
        conflicts=found.conflicts,
        state=tuple(f"{device[-6:]}-{sequence}-{identity[:6]}" for device, sequence, identity in found.tips),
    )


def draw(value: Any) -> bytes:
    """The paper as a PDF. Brings ReportLab along: off the window's thread."""
    from reports.exchange_receipt import render_exchange_receipt

    return render_exchange_receipt(value)
