"""From one household to everybody: the ways to the pages about the whole register and about the rules."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.case_parts import ClickRow
from models.texts import N_, _

WAYS = (
    ("screening", "eligibility", N_("Screening"), N_("Everybody at once: who may have what, and what must be asked")),
    ("calendar", "calendar", N_("What changes soon"), N_("On which day somebody begins or stops to meet conditions")),
    ("workbench", "paper", N_("Workbench of the rules"), N_("Each rule beside its words; try it on a person")),
)
"""(page, icon, its name, what it is for)"""


class Ways(QWidget):
    """A row to click for each page."""

    def __init__(self, go: Callable[[str], object]) -> None:
        super().__init__()
        self.rows: dict[str, ClickRow] = {}
        whole = pieces.column(self, gap=2)
        for page, icon, name, purpose in WAYS:
            row = ClickRow(f"{_(name)}, {_(purpose)}")
            sign = QLabel()
            sign.setPixmap(theme.pixmap(icon, 22, "accent", self.devicePixelRatioF()))
            line = pieces.line(row, sign, gap=12)
            line.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(8))
            line.addLayout(
                pieces.column(None, pieces.text(_(name), "label"), pieces.text(_(purpose), "small"), gap=1), 1
            )
            row.chosen.connect(lambda page=page: go(page))
            self.rows[page] = row
            whole.addWidget(row)
