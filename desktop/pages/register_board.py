"""The widgets of the register page and which of them are shown when. Knows the case only to look at it."""

from datetime import date

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop import theme
from desktop.pages.register_case import Case
from desktop.widgets import pieces
from desktop.widgets.check_view import CheckView
from desktop.widgets.error_summary import ErrorSummary
from desktop.widgets.finder import Finder
from desktop.widgets.form_view import FormView
from desktop.widgets.likeness import LikenessView
from desktop.widgets.member_parts import MemberParts
from desktop.widgets.people_list import PeopleList
from desktop.widgets.sticky import Sticky
from forms.definitions import Form
from models.texts import _

NARROW = 900
"""Below this width (pixels at 100 per cent) there is no room for the people beside the form."""


class RegisterBoard(QWidget):
    """Address, people, one person, household, check and comparison, in the order in which Tab reaches them."""

    def __init__(self, household: Form, today: date, summary: ErrorSummary, *, step: bool) -> None:
        super().__init__()
        self.step = step
        self.into = pieces.text("", "label")
        self.finder = Finder(name=_("Registered household"), hint=_("Name, initials, phone tail or door"))
        ask = pieces.text(_("On the register already? Find it and add somebody:"), "soft")
        self.existing = pieces.card(ask, self.finder, margin=12)
        self.where = FormView(household, today, step=step, topics=("where",))
        self.parts = MemberParts(household.question("people"), step=step)
        self.person = FormView(household.person, today, step=step)
        self.home = FormView(household, today, step=step, topics=("household",))
        self.people = PeopleList(narrow=not step)
        self.check = CheckView()
        self.likeness = LikenessView()
        self.people_card = self.people if step else pieces.card(pieces.text(_("People"), "label"), self.people)
        self.side: QWidget = self.people_card
        self._narrow, self._joins = False, True
        self.form_side = QWidget()
        shown = [self.existing, self.where, self.parts, self.person, self.home, self.check]
        if step:
            shown.insert(2, self.people_card)
        pieces.column(self.form_side, *shown, gap=16).addStretch(1)
        both = pieces.line(None, self.form_side, gap=16)
        both.setStretch(0, 1)
        if step:
            self.setMaximumWidth(theme.px(820))
        else:
            self.side = Sticky(self.people_card, theme.px(216))
            both.addWidget(self.side)
        pieces.column(self, summary, self.into, self.likeness, both, gap=16)

    def resizeEvent(self, event) -> None:
        """On a narrow window the people stand above the form instead of beside it."""
        super().resizeEvent(event)
        if not isinstance(self.side, Sticky):
            return
        narrow = self.width() < theme.px(NARROW)
        if narrow == self._narrow:
            return
        self._narrow = narrow
        layout = self.form_side.layout()
        if narrow:
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(layout.indexOf(self.parts), self.people_card)
        else:
            assert layout is not None
            layout.removeWidget(self.people_card)
            self.side.hold()
        self.side.setVisible(not narrow and self._joins)
        self.people_card.setVisible(self._joins)

    def show_stage(self, case: Case) -> None:
        """Show the page of the case's stage and topic (step mode), or everything but the check (desk mode)."""
        stage, new, known = case.stage, case.kind == "new", bool(case.person.known_id)
        joins = self._joins = case.kind != "amend"
        if self.step:
            shown: dict[QWidget, bool] = {
                self.existing: stage == "where" and new,
                self.where: stage == "where" and new,
                self.side: stage == "people",
                self.parts: stage == "person" and joins and case.topic in ("", "who"),
                self.person: stage == "person" and not known,
                self.home: stage == "home" and new,
                self.check: stage == "check",
            }
            self.person.show_topic(case.topic or "who")
        else:
            shown = {
                self.existing: new,
                self.where: new,
                self.side: joins and not self._narrow,
                self.people_card: joins,
                self.parts: joins,
                self.person: not known,
                self.home: new,
                self.check: False,
            }
        self.likeness.hide()
        self.form_side.show()
        self.into.setVisible(bool(case.household_words))
        for widget, visible in shown.items():
            widget.setVisible(visible)

    def first_of_person(self) -> QWidget:
        """What stands on top of a person's fields in desk mode."""
        return self.people_card if self._narrow else self.parts

    def show_likeness(self) -> None:
        """Show the comparison instead of the form."""
        self.form_side.hide()
        self.side.hide()
        self.likeness.show()

    @property
    def comparing(self) -> bool:
        """Whether the comparison is shown."""
        return not self.likeness.isHidden()
