"""Case plans, contacts and notes of a person or a household, on one page with three parts."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop import side_by_side
from desktop.case_words import person_line
from desktop.pages.base import Page
from desktop.pages.plans_dialogs import CloseDialog, GoalDialog, TaskDialog
from desktop.widgets import pieces
from desktop.widgets.case_cards import ContactCard, NoteCard, PlanCard
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.finder import Finder, Match
from desktop.widgets.tab_row import tab_row
from models.clock import today
from models.services.casework_views import ContactView, NoteView, PlanView
from models.services.views import Changed, HouseholdView
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell

TABS = ("plans", "contacts", "notes")


@dataclass(frozen=True)
class Loaded:
    """All that the page shows."""

    household: HouseholdView | None
    name: str
    under: str
    plans: tuple[PlanView, ...]
    contacts: tuple[ContactView, ...]
    notes: tuple[NoteView, ...]
    on: date
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


class PlansPage(Page):
    """open(resident_id="", household_id="", tab="plans"). Without anybody a person is searched for."""

    name = "plans"
    width = 980

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.tab = "plans"
        self.cards: dict[str, QWidget] = {}
        self.finder = Finder(name=_("Resident"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(lambda resident: self.shell.go("plans", resident_id=resident))
        self.choosing = pieces.card(pieces.text(_("Whose plans and contacts?"), "heading"), self.finder, margin=18)
        self.who = pieces.text("", "heading")
        self.under = pieces.text("", "soft")
        tabs, self.tab_buttons = tab_row(self, TABS, self.show_tab)
        self.add_button = pieces.button("", self.add, "primary", "plus", tip="Alt+N")
        QShortcut(QKeySequence("Alt+N"), self, self.add)
        self.missed_button = pieces.button(
            _("Called, nobody answered"), self.note_missed_call, icon="phone", tip="Alt+M"
        )
        QShortcut(QKeySequence("Alt+M"), self, self.note_missed_call)
        self.inside = QWidget()
        self.list = pieces.column(None, gap=12)
        acts = pieces.line(None, self.add_button, self.missed_button, None, gap=12)
        pieces.column(self.inside, self.who, self.under, tabs, acts, self.list, gap=12)
        for widget in (self.choosing, self.inside):
            self.body.addWidget(widget)
            widget.hide()
        self.body.addStretch(1)

    def title(self) -> str:
        """The page's name."""
        return _("Plans, notes and contacts")

    def open(self, **where: Any) -> None:
        """Load everything about the person or household."""
        self.where = where
        resident, household = str(where.get("resident_id") or ""), str(where.get("household_id") or "")
        if where.get("tab") in TABS:
            self.tab = str(where["tab"])
        if not resident and not household:
            self.inside.hide()
            self.choosing.show()
            self.finder.show_chosen(None)
            self.finder.line.clear()
            return
        casebook = self.casebook

        def load() -> Loaded:
            on, seen = today(casebook.clock), casebook.desks.seen()
            homes = casebook.households.of_resident(resident) if resident and not household else []
            view = casebook.households.get(household) if household else (homes[0] if homes else None)
            about = {"resident_id": resident} if resident else {"household_id": household}
            if resident:
                row = casebook.residents.row(resident)
                name, under = f"{row.name}  {person_line(row)}".rstrip(), row.address
            else:
                assert view is not None
                name, under = view.address, _(", ").join(member.resident.name for member in view.members)
            return Loaded(
                view,
                name,
                under,
                tuple(casebook.plans.of(**about)),
                tuple(casebook.contacts.of(**about)),
                tuple(casebook.notes.of(resident or household)),
                on,
                seen,
            )

        self.run(load, lambda loaded: self._show(where, loaded))

    def refresh(self, changed: Changed) -> None:
        """Load again where this person or household was concerned."""
        about = {self.where.get("resident_id"), self.where.get("household_id")}
        if self.loaded is not None and self.loaded.household is not None:
            about.add(self.loaded.household.id)
        if about & changed.rows:
            self.open(**self.where)

    def first_focus(self) -> None:
        """What one mostly comes for: to write something down."""
        if self.choosing.isVisible():
            self.finder.line.setFocus()
        else:
            self.add_button.setFocus()

    def subject(self) -> dict[str, str]:
        """The person, and the household."""
        told = super().subject()
        if self.loaded is not None and self.loaded.household is not None:
            told.setdefault("household_id", self.loaded.household.id)
        return told

    def _find(self, text: str) -> None:
        casebook = self.casebook

        def work() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text, 8))
            return [Match(row.id, row.name, f"{person_line(row)}  {row.address}") for row in rows]

        self.read(work, lambda found: self.finder.offer(text, found))

    def _show(self, where: dict[str, Any], loaded: Loaded) -> None:
        if where != self.where:
            return
        fresh = self.loaded is None
        self.loaded = loaded
        self.choosing.hide()
        self.inside.show()
        self.who.setText(loaded.name)
        self.under.setText(loaded.under)
        open_plans = sum(plan.status == "open" for plan in loaded.plans)
        for tab, words, count in (
            ("plans", _("Case plans"), open_plans),
            ("contacts", _("Contacts"), len(loaded.contacts)),
            ("notes", _("Notes"), len(loaded.notes)),
        ):
            said = f"{words} ({count})" if count else words
            self.tab_buttons[tab].setText(said)
            self.tab_buttons[tab].setAccessibleName(said)
        self.show_tab(self.tab)
        if fresh:
            self.first_focus()

    def show_tab(self, tab: str) -> None:
        """Show one of the three parts."""
        self.tab = tab
        self.where["tab"] = tab
        for each, button in self.tab_buttons.items():
            button.setChecked(each == tab)
        words = {"plans": _("Open a case plan"), "contacts": _("Note a contact"), "notes": _("Write a note")}[tab]
        self.add_button.setText(words)
        self.add_button.setAccessibleName(words)
        self.missed_button.setVisible(tab == "contacts")
        ticks = {
            key: tick for card in self.cards.values() if isinstance(card, PlanCard) for key, tick in card.ticks.items()
        }
        ticked = next((key for key, tick in ticks.items() if tick.hasFocus()), "")
        pieces.clear(self.list)
        self.cards = {}
        if self.loaded is None:
            return
        if tab == "plans":
            for plan in self.loaded.plans:
                card = PlanCard(plan, self.loaded.on)
                card.acted.connect(self.act)
                self._put(plan.id, card)
        elif tab == "contacts":
            for contact in self.loaded.contacts:
                line = ContactCard(contact, self.loaded.on)
                line.removed.connect(self._remove_contact)
                self._put(contact.id, line)
        else:
            for note in self.loaded.notes:
                box = NoteCard(note)
                box.removed.connect(self._remove_note)
                self._put(note.id, box)
        if not self.cards:
            sentence, hint = {
                "plans": (
                    _("No case plan yet"),
                    _("A plan says what is to be reached, who does what, and until when."),
                ),
                "contacts": (_("No contacts yet"), _("Calls, messages and visits to the office stand here.")),
                "notes": (_("No notes yet"), _("What colleagues should know, or only you.")),
            }[tab]
            self.list.addWidget(pieces.card(EmptyState("paper", sentence, hint)))
        pieces.reveal(self.list)
        for shown in self.cards.values():
            if isinstance(shown, PlanCard) and ticked in shown.ticks:
                shown.ticks[ticked].setFocus()

    def _put(self, key: str, card: QWidget) -> None:
        self.cards[key] = card
        self.list.addWidget(card)

    # What is done.

    def add(self) -> None:
        """Write down what the part now shown lists."""
        form = {"plans": "case_plan", "contacts": "contact", "notes": "case_note"}[self.tab]
        self.shell.go("case_form", form=form, **self.subject())

    def note_missed_call(self) -> None:
        """A call that nobody answered, in one key."""
        from models.records.casework import ContactEntry

        if self.loaded is None:
            return
        about = self.subject()
        entry = ContactEntry(
            household_id=about.get("household_id", ""),
            resident_id=about.get("resident_id", ""),
            channel="phone",
            happened_on=self.loaded.on,
            reached=False,
        )
        self.tab = "contacts"
        self._do(lambda: self.casebook.contacts.record(entry), _("Noted: called, nobody answered."))

    def act(self, verb: str, key: str, value: Any) -> None:
        """Something was done on the card of a plan."""
        plans = self.casebook.plans
        on = self.loaded.on if self.loaded is not None else today(self.casebook.clock)
        if verb == "goal":
            self._do(lambda: plans.set_goal(key, value), _("Goal reached.") if value == "reached" else _("Open again."))
        elif verb == "task":
            self._do(lambda: plans.set_task(key, value), _("Task done.") if value == "done" else _("Open again."))
        elif verb == "reopen":
            self._do(lambda: plans.reopen(key), _("The plan goes on."))
        elif verb == "print":
            self._print(key)
        elif verb == "close":
            dialog = CloseDialog(self.shell)
            dialog.told.connect(
                lambda reason, note: self._do(lambda: plans.close(key, reason, note), _("The plan was closed."))
            )
            dialog.open()
        elif verb == "add_goal":
            goal = GoalDialog(self.shell, on)
            goal.told.connect(lambda entry: self._do(lambda: plans.add_goal(key, entry), _("The goal was added.")))
            goal.open()
        else:
            task = TaskDialog(self.shell, on, value)
            if value is None:
                task.told.connect(lambda entry: self._do(lambda: plans.add_task(key, entry), _("The task was added.")))
            else:
                task.told.connect(
                    lambda entry: self._do(
                        lambda: plans.move_task(key, entry.due_on, entry.responsible), _("The task was changed.")
                    )
                )
                task.dropped.connect(
                    lambda: self._do(lambda: plans.set_task(key, "dropped"), _("The task was dropped."))
                )
            task.open()

    def _do(self, verb: Any, words: str) -> None:
        casebook = self.casebook

        def done(changed: Changed) -> None:
            self.shell.say(words, lambda: casebook.undo(changed.operations))

        seen = self.loaded.seen if self.loaded is not None else -1
        side_by_side.save(self, seen, verb, done, show=lambda: self.open(**self.where))

    def _remove_contact(self, contact_id: str) -> None:
        self._do(lambda: self.casebook.contacts.remove(contact_id), _("The contact was taken away."))

    def _remove_note(self, note_id: str) -> None:
        self._do(lambda: self.casebook.notes.remove(note_id), _("The note was taken away."))

    def _print(self, plan_id: str) -> None:
        from desktop.pages.plans_paper import PlanPaper

        plan = next(plan for plan in self.loaded.plans if plan.id == plan_id) if self.loaded else None
        if plan is not None and self.loaded is not None:
            PlanPaper(self, plan, self.loaded.household.address if self.loaded.household else "").show_preview()
