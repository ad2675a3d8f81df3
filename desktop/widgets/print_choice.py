"""Several papers of a list: tick some or all, then print them or save them as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog

from desktop import theme
from desktop.case_words import day_text
from desktop.widgets import pieces
from desktop.widgets.printing import PaperItem, print_papers, save_papers
from desktop.widgets.tick_list import TickList
from desktop.widgets.tile_list import Tile
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.referral_views import ReferralView

WIDE, HIGH = 680, 620
"""The largest the dialog is, in pixels at 100 per cent."""


@dataclass(frozen=True)
class Choice:
    """A paper that can be chosen, and how its row looks; names stand on the screen only."""

    item: PaperItem
    tile: Tile
    at_first: bool = True


def letters_of(views: "Sequence[ReferralView]") -> list[Choice]:
    """The present letters of referrals; those that were not printed yet are ticked at first."""
    found = []
    for view in views:
        if not view.letters or not view.number:
            continue  # nobody signed it yet
        letter = view.letters[0]
        tags = ((_("printed"), "good"),) if letter.printed else ()
        tile = Tile(
            name=view.resident_name,
            beside=view.number,
            below=_(", ").join(view.matters),
            right=day_text(view.issued_on),
            tags=tags,
        )
        fresh = not letter.printed and view.status == "issued"
        found.append(Choice(PaperItem("letter", letter.id, label=view.number), tile, fresh))
    return found


class PrintChoice(QDialog):
    """Shows the papers with a box before each."""

    def __init__(self, shell: "Shell", choices: Sequence[Choice], title: str) -> None:
        """title: of what is listed; with the number of papers it names the job in the queue."""
        super().__init__(shell)
        self.setWindowTitle(_("Print several"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shell, self._choices, self._title = shell, list(choices), title
        self.list = TickList(lambda _f, _m, _done, failed: failed(), lambda place: self._choices[place].tile, title)
        self.list.ticked.connect(lambda _n: self._say())
        self.all_tick = QCheckBox(_("Choose all"))
        self.all_tick.clicked.connect(lambda on: self.list.tick_all(bool(on)))
        self.save_button = pieces.button(_("Save as PDF"), self.save, icon="save")
        self.print_button = pieces.button(_("Print"), self.print_chosen, "primary", "print")
        self.print_button.setDefault(True)
        foot = pieces.wrapping(
            None,
            self.all_tick,
            None,
            pieces.button(_("Cancel"), self.reject),
            self.save_button,
            self.print_button,
        )
        pieces.column(self, self.list, foot, margin=16, gap=12).setStretch(0, 1)
        room = shell.size()
        self.resize(min(theme.px(WIDE), room.width() - 24), min(theme.px(HIGH), room.height() - 24))
        self.list.show_rows(len(self._choices), range(len(self._choices)))
        for place, choice in enumerate(self._choices):
            if choice.at_first:
                self.list.tick(place, place)
        self._say()
        self.list.setFocus()

    def chosen(self) -> list[PaperItem]:
        """What is ticked, in the order of the list."""
        places = (range(first, first + many) for first, many in self.list.ticks.stretches())
        return [self._choices[place].item for several in places for place in several]

    def _say(self) -> None:
        count = self.list.ticks.count
        words = ngettext("Print {n} paper", "Print {n} papers", count).format(n=count)
        self.print_button.setText(words if count else _("Print"))
        self.print_button.setEnabled(bool(count))
        self.save_button.setEnabled(bool(count))
        self.all_tick.setChecked(bool(count) and count == self.list.ticks.possible)

    def job_title(self) -> str:
        """What the job is called in the queue: no names in it."""
        count = len(self.chosen())
        return ngettext("{title}, {n} paper", "{title}, {n} papers", count).format(title=self._title, n=count)

    def print_chosen(self) -> None:
        """Ask for the printer and print what is ticked."""
        items, title = self.chosen(), self.job_title()
        self.accept()
        print_papers(self._shell, items, title)

    def save(self) -> None:
        """Ask how the files are protected and save what is ticked."""
        items, title = self.chosen(), self.job_title()
        self.accept()
        if items:
            save_papers(self._shell, items, title)
