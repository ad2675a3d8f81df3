"""People whom two computers registered, and doors written twice: a list with reasons after every import."""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QPushButton, QWidget

from desktop.pages.merge_parts import PairRow
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card
from desktop.widgets.empty_state import EmptyState
from models.services.doubles_arrived import DoublesPage, SameDoor
from models.services.views import Changed
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.conflicts import ConflictsPage


class DoublesTab(QWidget):
    """The list; those who came are compared while it is shown, some at a time."""

    def __init__(self, page: "ConflictsPage") -> None:
        super().__init__()
        self.page = page
        self.rows: list[PairRow] = []
        self.apart_buttons: dict[tuple[str, str], QPushButton] = {}
        self.door_buttons: list[QPushButton] = []
        self._looking = False
        self.state = pieces.text("", "soft")
        self.state.hide()
        self.content = pieces.column(None, gap=12)
        pieces.column(self, self.state, self.content, gap=12)

    def load(self) -> None:
        """Read the list, and compare those who came meanwhile."""
        doubles = self.page.casebook.doubles
        self.page.read(lambda: (doubles.page(), doubles.doors()), lambda found: self._show(*found))
        self.look()

    def look(self) -> None:
        """Compare some of those who came; again until everybody was."""
        if self._looking:
            return
        self._looking = True
        doubles = self.page.casebook.doubles

        def done(found: tuple[int, int, int]) -> None:
            self._looking = False
            before, left, now = found
            said = ngettext("{n} person who came is still compared …", "{n} people who came are still compared …", left)
            self.state.setText(said.format(n=left))
            self.state.setVisible(bool(left))
            if now != before:
                self.page.say_doubles(now)
                if self.page.tab == "twice":
                    self.page.read(lambda: (doubles.page(), doubles.doors()), lambda two: self._show(*two))
            if left:
                self.look()

        def failed(problem: Any) -> None:
            self._looking = False
            self.page.shell.problem(problem)

        self.page.read(lambda: (doubles.count(), doubles.look(), doubles.count()), done, failed)

    def _show(self, found: DoublesPage, doors: list[SameDoor]) -> None:
        pieces.clear(self.content)
        self.rows, self.apart_buttons, self.door_buttons = [], {}, []
        if not found.pairs and not doors:
            hint = _("People with one number, or alike in name, birth date, phone and home, are found after an import.")
            action = (_("Look through the whole register"), self._whole)
            self.content.addWidget(EmptyState("check", _("Nobody seems to have come twice"), hint, action))
            return
        if found.pairs:
            self._show_pairs(found)
        if doors:
            self._show_doors(doors)
        self.content.addLayout(
            pieces.line(None, pieces.button(_("Look through the whole register"), self._whole, icon="search"), None)
        )

    def _show_pairs(self, found: DoublesPage) -> None:
        n = found.total
        card = Card(ngettext("{n} pair to look at", "{n} pairs to look at", n).format(n=n))
        for pair in found.pairs:
            row = PairRow(pair)
            row.chosen.connect(partial(self.page.shell.go, "merge", a=pair.a.id, b=pair.b.id))
            self.rows.append(row)
            card.add(row)
            compare = pieces.button(_("Compare the two"), row.chosen.emit, icon="residents")
            compare.setAccessibleName(_("Compare {a} and {b}").format(a=pair.a.name, b=pair.b.name))
            apart = pieces.button(_("Two different people"), partial(self.not_same, pair.a.id, pair.b.id))
            apart.setAccessibleName(_("{a} and {b} are two people").format(a=pair.a.name, b=pair.b.name))
            self.apart_buttons[pair.a.id, pair.b.id] = apart
            card.add(pieces.wrapping(None, compare, apart, None, gap=8))
            card.add(pieces.rule())
        if found.following is not None:
            card.add(pieces.text(_("The next ones come when these are settled."), "soft"))
        self.content.addWidget(card)

    def _show_doors(self, doors: list[SameDoor]) -> None:
        card = Card(_("Doors written twice"))
        hint = _(
            "One door was registered on two computers. Made one, both households are found behind it; nobody moves."
        )
        card.add(pieces.text(hint, "soft"))
        for door in doors:
            card.add(pieces.text(door.address, "label"))
            if door.other_address != door.address:
                card.add(pieces.text(door.other_address, "label"))
            for people in (door.people, door.other_people):
                card.add(pieces.text("· " + (_(", ").join(people) or _("nobody now")), "soft"))
            button = pieces.button(_("It is one door"), partial(self.one_door, door))
            button.setAccessibleName(_("{address} is one door").format(address=door.address))
            self.door_buttons.append(button)
            card.add(pieces.line(None, button, None))
        self.content.addWidget(card)

    def _whole(self) -> None:
        self.page.shell.go("merge")

    def not_same(self, a: str, b: str) -> None:
        """Remember that these are two people, here and everywhere after the next exchange."""
        casebook = self.page.casebook

        def done(changed: Changed) -> None:
            said = _("They are two people; the pair is not shown again.")
            self.page.shell.say(said, lambda: casebook.undo(changed.operations))

        self.page.run(lambda: casebook.residents.not_same(a, b), done)

    def one_door(self, door: SameDoor) -> None:
        """Make two dwellings one."""
        casebook = self.page.casebook

        def done(changed: Changed) -> None:
            self.page.shell.say(_("One door now."), lambda: casebook.undo(changed.operations))

        self.page.run(lambda: casebook.doubles.one_door(door.a_id, door.b_id), done)
