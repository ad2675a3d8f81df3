"""Who is selected in the list: enough to be sure that it is the right person, and the things to do with them."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.tile_list import day_words, flag_tags, person_words
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.views import ResidentRow


class ResidentCard(QFrame):
    """The preview beside the list. Shows nothing but the row that the list already has, so it follows the arrows."""

    def __init__(self, shell: "Shell") -> None:
        super().__init__()
        self.shell = shell
        self.row: ResidentRow | None = None
        self.setProperty("role", "card")
        self.setMinimumWidth(theme.px(260))
        self.name = pieces.text("", "heading", select=True)
        self.person = pieces.text("", "soft")
        self._tags = pieces.line(None, gap=6)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(8))
        grid.setColumnStretch(1, 1)
        self._values = {}
        labels = {
            "birth": _("Born"),
            "address": _("Address"),
            "phone": _("Phone"),
            "number": _("Document"),
            "visit": _("Last visit"),
        }
        for place, (key, label) in enumerate(labels.items()):
            grid.addWidget(pieces.text(label, "soft", wrap=False), place, 0, Qt.AlignmentFlag.AlignTop)
            self._values[key] = pieces.text("", select=True)
            grid.addWidget(self._values[key], place, 1, Qt.AlignmentFlag.AlignTop)
        actions = QGridLayout()
        actions.setSpacing(theme.px(8))
        self.buttons = []
        for place, (page, label, icon, tip) in enumerate(
            (
                ("person", _("Open"), "person", "Enter"),
                ("visit", _("Visit"), "visit", f"{_('Record a visit')} (F6)"),
                ("eligibility", _("Eligibility"), "eligibility", _("Check eligibility")),
                ("referral", _("Letter"), "referral", f"{_('Write a referral letter')} (F7)"),
            )
        ):
            made = pieces.button(label, partial(self._go, page), "" if place else "primary", icon, tip)
            actions.addWidget(made, place // 2, place % 2)
            self.buttons.append(made)
        told = QWidget()
        told.setProperty("role", "surface")
        pieces.column(told, self.name, self.person, self._tags, pieces.rule(), grid, None, gap=12)
        self._inside = QWidget()
        pieces.column(self._inside, pieces.scroll(told), actions, gap=12).setStretch(0, 1)
        self._hint = pieces.text(_("Choose somebody on the left to see more here."), "soft")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        pieces.column(self, self._hint, self._inside, margin=20).setStretch(1, 1)
        self._tags.addStretch(1)
        self.show_row(None)

    def show_row(self, row: "ResidentRow | None") -> None:
        """Show a resident, or that nobody is selected."""
        self.row = row
        self._inside.setVisible(row is not None)
        self._hint.setVisible(row is None)
        pieces.clear(self._tags)
        if row is None:
            return
        self.name.setText(row.name)
        self.person.setText(person_words(row))
        for text, kind in flag_tags(row.flags):
            self._tags.addWidget(pieces.text(text, {"soft": "tag-quiet", "accent": "tag"}.get(kind, f"tag-{kind}")))
        self._tags.addStretch(1)
        empty = _("not provided")
        self._values["birth"].setText(day_words(row.birth_date) or empty)
        self._values["address"].setText(row.address or empty)
        self._values["phone"].setText(f"…{row.phone_tail}" if row.phone_tail else empty)
        self._values["number"].setText(f"…{row.number_tail}" if row.number_tail else empty)
        self._values["visit"].setText(day_words(row.last_visit) or _("not yet"))

    def _go(self, page: str) -> None:
        if self.row is not None:
            self.shell.go(page, resident_id=self.row.id)
