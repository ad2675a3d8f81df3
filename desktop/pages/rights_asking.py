"""Asking for consent, or writing down what is taken back: one person, or one of the household after another."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton

from desktop import theme
from desktop.case_words import person_line
from desktop.pages import rights_load
from desktop.pages.draft_keeper import DraftKeeper
from desktop.pages.rights_load import Loaded
from desktop.widgets import pieces
from desktop.widgets.consent_form import ConsentForm
from models.clock import today
from models.records import consent_text
from models.services.views import Changed
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.rights import RightsPage

FORM = "consent"
"""What a draft of the form is called."""

LOW = 560
"""Below this height of the window, in pixels at 100 per cent, the title makes room for the form."""


class Asking(QObject):
    """The form that is being filled in on the page of rights, if there is one."""

    def __init__(self, page: "RightsPage") -> None:
        super().__init__(page)
        self.page = page
        self.form: ConsentForm | None = None
        self.keeper: DraftKeeper | None = None
        self.in_turn = False  # one of the household after another
        self.step = 0  # the part that is shown, with large targets
        self.go_button: QPushButton | None = None

    def ask_everybody(self) -> None:
        """Everybody of the household who is to be asked, one after another."""
        assert self.page.loaded is not None
        found = self.page.loaded.next_to_ask()
        if found is not None:
            self.in_turn = True
            self.begin(found.row.id)

    def begin(self, resident_id: str, *, withdrawing: bool = False) -> None:
        """Ask somebody, or write down what somebody takes back."""
        asked = self.page.loaded.asked(resident_id) if self.page.loaded is not None else None
        if asked is None:
            return
        self.forget()
        self.page.clear()
        text = consent_text.load()
        self.form = ConsentForm(asked, text, self.page.told, withdrawing=withdrawing)
        self.keeper = DraftKeeper(self.page.casebook, self.page.shell.tasks, FORM, text.version, self._snapshot, self)
        self.form.changed.connect(self.keeper.touch)
        self.keeper.kept.connect(lambda _words, keeper=self.keeper: self._name_draft(keeper))
        self.form.classes_changed.connect(self._ask_what_stops)
        self.form.summary.chosen.connect(self._to_part)
        pattern = _("Taking back consent: {name}") if withdrawing else _("Consent: {name}")
        self.page.set_title(pattern.format(name=asked.name))
        self._say_turn(asked.resident_id)
        self.page.content.addWidget(self.form)
        self.step = 0
        self._show_step()

    def _say_turn(self, resident_id: str) -> None:
        assert self.page.loaded is not None
        found = self.page.loaded.neighbour(resident_id)
        words = person_line(found.row) if found is not None else ""
        ids = [each.row.id for each in self.page.loaded.people]
        if self.in_turn and resident_id in ids and len(ids) > 1:
            place = _("person {n} of {all}").format(n=ids.index(resident_id) + 1, all=len(ids))
            words = f"{place}  ·  {words}"
        low = self.page.shell.height() < theme.px(LOW)
        self.page.heads(shown=not low)
        if low and found is not None:  # the title is away, but whose consent it is must be seen
            words = f"{found.row.name}  ·  {words}"
        self.page.under.setText(words)

    def _show_step(self) -> None:
        """With large targets one topic at a time, else all in one; the buttons that belong to it."""
        assert self.form is not None
        parts = self.form.parts
        one_by_one = theme.look().touch
        for place, part in enumerate(parts):
            part.setHidden(one_by_one and place != self.step)
        back = pieces.button(_("Back"), self.cancel, icon="back")
        later = pieces.button(_("Later"), self.later) if self.in_turn and not self.form.withdrawing else None
        if one_by_one and self.step < len(parts) - 1:
            go = pieces.button(_("Next"), self.forward, "primary", "next")
            where = pieces.text(_("{n} of {all}").format(n=self.step + 1, all=len(parts)), "soft", wrap=False)
            self.page.show_footer(back, *([later] if later else []), None, where, go)
        else:
            words = _("Keep: consent taken back") if self.form.withdrawing else _("Keep what was said")
            go = pieces.button(words, self.save, "danger" if self.form.withdrawing else "primary", "check")
            self.page.show_footer(back, *([later] if later else []), None, go)
        self.go_button = go
        if self.page.area is not None:
            self.page.area.verticalScrollBar().setValue(0)
        self.focus()

    def focus(self) -> None:
        """Put the cursor where work goes on."""
        if self.form is None:
            return
        if theme.look().touch and self.go_button is not None:
            self.go_button.setFocus()
        else:
            self.form.first_focus().setFocus()
            if self.page.area is not None:
                self.page.area.verticalScrollBar().setValue(0)

    def _to_part(self, field: str) -> None:
        """Go where a problem is."""
        if self.form is not None and theme.look().touch:
            self._show_part_of(field)
            self.form.go_to(field)

    def _show_part_of(self, field: str) -> None:
        assert self.form is not None
        parts = len(self.form.parts)
        place = {"classes": parts - 3, "guardian": parts - 2, "relation": parts - 2}.get(field, parts - 1)
        if place != self.step:
            self.step = place
            self._show_step()

    def forward(self) -> None:
        """The next part, or keep what was said."""
        if self.form is None:
            return
        if theme.look().touch and self.step < len(self.form.parts) - 1:
            self.step += 1
            self._show_step()
        else:
            self.save()

    def cancel(self) -> None:
        """The part before; from the first one back to the overview. What was said stays as a draft."""
        if self.form is not None and theme.look().touch and self.step:
            self.step -= 1
            self._show_step()
        elif self.form is not None:
            self.forget()
            self.in_turn = False
            self.page.show_overview()

    def later(self) -> None:
        """Not this one now: go on with the next of the household."""
        assert self.form is not None
        assert self.page.loaded is not None
        found = self.page.loaded.next_to_ask(self.form.asked.resident_id)
        ids = [each.row.id for each in self.page.loaded.people]
        here = self.form.asked.resident_id
        if found is None or ids.index(found.row.id) < ids.index(here):
            self.forget()
            self.in_turn = False
            self.page.show_overview()
        else:
            self.begin(found.row.id)

    def _snapshot(self) -> tuple[str, str, dict[str, Any]] | None:
        if self.form is None or self.page.loaded is None:
            return None
        body = {
            "resident_id": self.form.asked.resident_id,
            "household_id": self.page.loaded.household_id,
            "withdrawing": self.form.withdrawing,
            "in_turn": self.in_turn,
            "form": self.form.body(),
        }
        return self.form.asked.name, self.form.asked.resident_id, body

    def _name_draft(self, keeper: DraftKeeper) -> None:
        """From now on the page is opened with the draft: another look or language must not lose the form."""
        if keeper is self.keeper and self.form is not None:
            self.page.where = {"resident_id": self.form.asked.resident_id, "draft_id": keeper.id}

    def forget(self) -> None:
        """Close the form; what was said is kept as a draft."""
        if self.keeper is not None:
            self.keeper.flush()
        self.form = self.keeper = None

    def _ask_what_stops(self) -> None:
        form, casebook = self.form, self.page.casebook
        if form is None:
            return
        classes = form.chosen("withdrawn", "refused")
        resident_id = form.asked.resident_id
        plain_refused = not form.withdrawing and "plain" in classes
        stopped = [code for code in classes if code != "plain" or form.withdrawing]

        def show(lines: list[str]) -> None:
            if self.form is form and classes == form.chosen("withdrawn", "refused"):
                more = [_("Without the basic data nobody can be registered.")] if plain_refused else []
                form.show_stops([*more, *lines])

        self.page.read(lambda: casebook.consents.what_stops(resident_id, stopped) if stopped else [], show)

    def save(self) -> None:
        """Keep what was said, where all of it was said."""
        form, loaded, casebook = self.form, self.page.loaded, self.page.casebook
        if form is None or loaded is None:
            return
        if not form.check():
            if theme.look().touch:
                self._show_part_of(form.problems()[0][0])
            form.summary.setFocus()
            if self.page.area is not None:
                self.page.area.verticalScrollBar().setValue(0)
            return
        entries = form.entries(today(casebook.clock))
        signature, keeper = form.signature(), self.keeper

        def done(changed: Changed) -> None:
            if keeper is not None:
                keeper.discard()
            if self.form is form:
                self.form = self.keeper = None
                self.page.where = {"resident_id": form.asked.resident_id}
            words = _("What {name} said was kept.").format(name=form.asked.name)
            self.page.shell.say(words, undo=lambda: casebook.undo(changed.operations))
            self._go_on(form)

        self.page.run(lambda: rights_load.keep(casebook, entries, signature), done)

    def _go_on(self, form: ConsentForm) -> None:
        """After one was asked: the next one of the household, or what stands now."""
        where, casebook, loaded = self.page.where, self.page.casebook, self.page.loaded
        assert loaded is not None
        resident = "" if self.in_turn else form.asked.resident_id

        def show(fresh: Loaded) -> None:
            if where is not self.page.where or self.form is not None:
                return
            self.page.loaded = fresh
            ids = [each.row.id for each in fresh.people]
            found = fresh.next_to_ask(form.asked.resident_id) if self.in_turn else None
            if found is not None and ids.index(found.row.id) > ids.index(form.asked.resident_id):
                self.begin(found.row.id)
            else:
                self.in_turn = False
                self.page.show_overview()

        self.page.run(lambda: rights_load.load(casebook, resident, loaded.household_id), show)

    def withdraw(self) -> None:
        """Write down what the person takes back."""
        self.in_turn = False
        self.begin(self.page.resident(), withdrawing=True)
