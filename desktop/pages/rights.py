"""Consent and people's rights: who agreed to what, in whose words; wishes and their answers; erasing and freezing."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import theme
from desktop.case_words import day_text, person_line
from desktop.pages import rights_load
from desktop.pages.base import Page
from desktop.pages.rights_asking import Asking
from desktop.pages.rights_deeds import Deeds
from desktop.pages.rights_load import Loaded, Neighbour, Waiting
from desktop.pages.rights_paper import RightsPaper
from desktop.pages.rights_parts import FrozenCard, HistoryCard, PeopleCard, RequestsCard, StateCard
from desktop.rights_words import frozen_text
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card
from desktop.widgets.finder import Finder, Match
from desktop.widgets.flow_layout import FlowLayout
from models.services.views import Changed
from models.texts import _, ngettext

OF_HEADS = ("freeze", "release", "erase")
"""Buttons that not everybody may press."""


class RightsPage(Page):
    """open(resident_id="", household_id="", ask=False, draft_id="").

    Of a person; of a household, whose people can be asked one after another; of nobody: what waits. ask: begin at once
    to ask whoever is next.
    """

    name = "rights"
    width = 900

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.waiting: Waiting | None = None
        self.asking = Asking(self)
        self.deeds = Deeds(self)
        self.paper: RightsPaper | None = None
        self.told: dict[str, tuple[str, ...]] = {}
        self.under = pieces.text("", "soft")
        self.whose = QWidget()
        FlowLayout(self.whose, gap=theme.px(6))
        self.content = pieces.column(None, gap=16)
        self.body.addWidget(self.under)
        self.body.addWidget(self.whose)
        self.body.addLayout(self.content)
        self.buttons: dict[str, QPushButton] = {}
        for keys, run in (
            ("Ctrl+Return", self.asking.forward),
            ("Ctrl+Enter", self.asking.forward),
            ("Escape", self.cancel),
        ):
            QShortcut(QKeySequence(keys), self, run, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # Opening.

    def title(self) -> str:
        """Whose consent."""
        who = self.loaded.one.row.name if self.loaded is not None and self.loaded.one is not None else ""
        return _("Consent and rights: {name}").format(name=who) if who else _("Consent and rights")

    def open(self, **where: Any) -> None:
        """Load whom `where` names. What is being typed about the same person stays."""
        about = tuple(str(where.get(key) or "") for key in ("resident_id", "household_id"))
        before = self.asking.form.asked.resident_id if self.asking.form is not None else ""
        self.where = where
        casebook = self.casebook
        if where.get("draft_id"):
            draft_id = str(where["draft_id"])
            if self.asking.keeper is None or self.asking.keeper.id != draft_id:
                self.asking.forget()
                self.run(
                    lambda: casebook.drafts.get(draft_id),
                    self._from_draft,
                    lambda _gone: self.open(resident_id=about[0], household_id=about[1]),
                )
        elif not any(about):
            self.asking.forget()
            self.read(lambda: rights_load.waiting(casebook), partial(self._show_waiting, where))
        else:
            if before and before != about[0]:
                self.asking.forget()
            self.load(*about, ask=bool(where.get("ask")))

    def load(self, resident_id: str, household_id: str, *, ask: bool = False) -> None:
        """Read about somebody or a household and show it; ask: begin at once to ask."""
        where, casebook = self.where, self.casebook

        def load() -> tuple[Loaded, dict[str, tuple[str, ...]]]:
            return rights_load.load(casebook, resident_id, household_id), rights_load.told(casebook)

        def show(found: tuple[Loaded, dict[str, tuple[str, ...]]]) -> None:
            if where is self.where:
                self.loaded, self.told = found
                self.waiting = None
                self.show_overview(ask=ask)

        self.run(load, show)

    def _from_draft(self, draft: Any) -> None:
        body = draft.body
        casebook = self.casebook
        resident_id, household_id = str(body.get("resident_id") or ""), str(body.get("household_id") or "")

        def show(found: tuple[Loaded, dict[str, tuple[str, ...]]]) -> None:
            self.loaded, self.told = found
            self.waiting = None
            self.asking.in_turn = bool(body.get("in_turn"))
            self.asking.begin(resident_id, withdrawing=bool(body.get("withdrawing")))
            if self.asking.form is not None and self.asking.keeper is not None:
                self.asking.form.show_body(body.get("form") or {})
                self.asking.keeper.resume(draft.id)

        self.run(lambda: (rights_load.load(casebook, resident_id, household_id), rights_load.told(casebook)), show)

    def refresh(self, changed: Changed) -> None:
        """Load again where somebody shown was concerned; a form that is being filled in stays as it is."""
        if self.asking.form is not None or self.paper is not None:
            return
        if self.loaded is None:
            self.open(**self.where)
        elif changed.rows & {each.row.id for each in self._everybody()}:
            self.load(self.resident(), self.loaded.household_id)

    def leave(self) -> bool:
        """What is typed is kept as a draft; a signature is drawn again."""
        if self.asking.keeper is not None:
            self.asking.keeper.flush()
        return True

    def first_focus(self) -> None:
        """The form, or what there is to do first."""
        if self.asking.form is not None:
            self.asking.focus()
        elif self.buttons:
            next(iter(self.buttons.values())).setFocus()
        elif self.waiting is not None and self.finder is not None:
            self.finder.line.setFocus()

    finder: Finder | None = None

    def subject(self) -> dict[str, str]:
        """Whom the page is about."""
        found = super().subject()
        if self.loaded is not None and self.loaded.household_id:
            found.setdefault("household_id", self.loaded.household_id)
        return found

    def resident(self) -> str:
        """The id of whom it is about; empty for a household."""
        return self.loaded.one.row.id if self.loaded is not None and self.loaded.one is not None else ""

    def _everybody(self) -> list[Neighbour]:
        if self.loaded is None:
            return []
        return [*self.loaded.people, *([self.loaded.one] if self.loaded.one is not None else [])]

    # Nobody named: what waits.

    def _show_waiting(self, where: dict[str, Any], waiting: Waiting) -> None:
        if where is not self.where:
            return
        self.loaded, self.waiting = None, waiting
        self.clear()
        self.set_title(self.title())
        self.under.setText(
            _("Who agreed to what, what people ask for about their data, and records that are only kept.")
        )
        self.finder = Finder(name=_("Resident"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(lambda resident_id: self.shell.go("rights", resident_id=resident_id))
        self.content.addWidget(pieces.card(pieces.text(_("About whom?"), "heading"), self.finder, margin=18, gap=10))
        requests = RequestsCard(_("Requests without an answer"), waiting.requests, waiting.on, with_names=True)
        requests.opened.connect(lambda request: self.shell.go("rights", resident_id=request.resident_id))
        self.content.addWidget(requests)
        frozen = FrozenCard(waiting.frozen)
        frozen.opened.connect(lambda resident_id: self.shell.go("rights", resident_id=resident_id))
        self.content.addWidget(frozen)
        self.requests, self.frozen = requests, frozen
        self.finder.line.setFocus()

    requests: RequestsCard | None = None
    frozen: FrozenCard | None = None

    def _find(self, text: str) -> None:
        casebook, finder = self.casebook, self.finder

        def work() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text)[:8])
            return [Match(row.id, row.name, f"{person_line(row)}  {row.address}") for row in rows]

        if finder is not None:
            self.read(work, lambda found: finder.offer(text, found))

    # Somebody, or a household.

    def clear(self) -> None:
        """Take away what is shown."""
        pieces.clear(self.content)
        self.buttons = {}
        self.finder = self.paper = None
        self.requests = None
        self.show_footer()
        self.heads(shown=True)
        pieces.clear(self._whose_layout())
        self.whose.hide()
        self.under.show()

    def heads(self, *, shown: bool) -> None:
        """Whether the title is shown."""
        self._top.setHidden(not shown)

    def _whose_layout(self) -> Any:
        layout = self.whose.layout()
        assert layout is not None
        return layout

    def show_overview(self, *, ask: bool = False) -> None:
        """Where everything stands; nothing happens while a form is being filled in."""
        if self.asking.form is not None and not ask:
            return
        assert self.loaded is not None
        loaded = self.loaded
        if ask and loaded.one is None:
            found = loaded.next_to_ask()
            if found is not None:
                self.asking.in_turn = True
                self.asking.begin(found.row.id)
                return
        elif ask and loaded.one is not None:
            self.asking.begin(loaded.one.row.id)
            return
        self.clear()
        self.set_title(self.title())
        self._show_whose()
        if loaded.one is None:
            self._show_household()
        else:
            self._show_person(loaded.one)
        self.first_focus()

    def _show_whose(self) -> None:
        loaded = self.loaded
        assert loaded is not None
        if len(loaded.people) < 2 and not (loaded.one is None and loaded.people):
            return
        layout = self._whose_layout()
        household = pieces.button(_("The household"), self._go_household)
        household.setCheckable(True)
        household.setChecked(loaded.one is None)
        layout.addWidget(household)
        for each in loaded.people:
            button = pieces.button(each.row.name, partial(self._go_person, each.row.id))
            button.setCheckable(True)
            button.setChecked(each.row.id == self.resident())
            layout.addWidget(button)
        self.whose.show()

    def _go_household(self) -> None:
        assert self.loaded is not None
        self.shell.go("rights", household_id=self.loaded.household_id)

    def _go_person(self, resident_id: str) -> None:
        self.shell.go("rights", resident_id=resident_id)

    def _show_household(self) -> None:
        loaded = self.loaded
        assert loaded is not None
        self.under.setText(loaded.address)
        waiting = [each for each in loaded.people if each.to_ask]
        row = FlowLayout(gap=theme.px(8))
        if waiting:
            words = ngettext("Ask {n} person", "Ask {n} people, one after another", len(waiting))
            self._add_button(row, "ask", words.format(n=len(waiting)), self.asking.ask_everybody, "primary", "next")
        self._add_button(row, "paper", _("Print the form"), self.show_paper, icon="print")
        self.content.addLayout(row)
        card = PeopleCard(loaded.people)
        card.chosen.connect(self._go_person)
        self.content.addWidget(card)

    def _show_person(self, one: Neighbour) -> None:
        loaded = self.loaded
        assert loaded is not None
        self.under.setText(f"{person_line(one.row)}  ·  {one.row.address}" if one.row.address else person_line(one.row))
        if one.state.frozen:
            self._show_frozen(one)
        elif one.state.newer_text:
            self.content.addWidget(
                Banner("warn", _("The text has changed since this person was asked: ask again."), closable=False)
            )
        row = FlowLayout(gap=theme.px(8))
        if one.state.frozen in ("", "withdrawn"):
            words = _("Ask for consent") if not one.state.history else _("Ask once more")
            role = "primary" if one.to_ask or one.state.frozen else ""
            self._add_button(row, "ask", words, lambda: self.asking.begin(one.row.id), role, "edit")
        if any(state == "given" for state in one.state.classes.values()):
            self._add_button(row, "withdraw", _("Take consent back"), self.asking.withdraw, icon="undo")
        self._add_button(row, "paper", _("Print the form"), self.show_paper, icon="print")
        self._add_button(row, "pictures", _("Photograph the signed paper"), self._pictures, icon="camera")
        self.content.addLayout(row)
        self.content.addWidget(StateCard(one.state))
        self.requests = RequestsCard(_("What the person asks for"), loaded.requests, loaded.on)
        self.requests.opened.connect(self.deeds.answer)
        self.content.addWidget(self.requests)
        self._show_rights(one)
        self.content.addWidget(HistoryCard(one.state.history))

    def _add_button(
        self, row: Any, key: str, words: str, run: Callable[[], object], role: str = "", icon: str = ""
    ) -> None:
        self.buttons[key] = pieces.button(words, run, role, icon)
        if key in OF_HEADS:
            self.reserve("erase", self.buttons[key])
        row.addWidget(self.buttons[key])

    def _show_frozen(self, one: Neighbour) -> None:
        assert self.loaded is not None
        words = frozen_text(one.state.frozen)
        if one.state.frozen == "retained" and self.loaded.kept_until:
            until = _("It is kept until {day}.").format(day=day_text(self.loaded.kept_until))
            words = _("{first} {second}").format(first=words, second=until)
        self.content.addWidget(Banner("warn", words, closable=False))

    def _show_rights(self, one: Neighbour) -> None:
        card = Card(_("Rights of the person"))
        row = FlowLayout(gap=theme.px(8))
        self._add_button(row, "request", _("Write down a request"), self.deeds.add_request, icon="plus")
        self._add_button(row, "copy", _("Copy of everything"), self.deeds.copy_everything, icon="export")
        if not one.state.frozen:
            self._add_button(row, "correct", _("Correct the data"), self.deeds.correct, icon="edit")
            self._add_button(row, "freeze", _("Freeze the record"), self.deeds.freeze, icon="lock")
        elif one.state.frozen != "withdrawn":
            self._add_button(row, "release", _("Use the record again"), self.deeds.release, icon="undo")
        self._add_button(row, "erase", _("Erase"), self.deeds.preview_erasure, "danger", "trash")
        card.add(row)
        self.content.addWidget(card)

    def _pictures(self) -> None:
        self.shell.go("pictures", resident_id=self.resident())

    def cancel(self) -> None:
        """Back from the paper, or in the form; what was said stays as a draft."""
        if self.paper is not None:
            self.paper = None
            self.show_overview()
        else:
            self.asking.cancel()

    # The paper form.

    def show_paper(self) -> None:
        """The consent as a paper to sign, on the screen and for the printer."""
        assert self.loaded is not None
        self.asking.forget()
        self.clear()
        people = [self.loaded.one] if self.loaded.one else self.loaded.people
        self.paper = RightsPaper(self, {each.row.id: each.row.name for each in people}, self.loaded.household_id)
        self.paper.closed.connect(self.cancel)
        self.content.addWidget(self.paper, 1)
        self.set_title(_("The form on paper"))
