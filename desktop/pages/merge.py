"""The same person registered twice: the list of pairs, the choice field by field, the check, the merge and its undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from desktop import side_by_side
from desktop.case_words import moment_text, noted
from desktop.fact_words import dictionary, fact_sentences
from desktop.merge_words import check_sentences, field_text, home_text, left_homes, number_text, value_text
from desktop.pages.base import Page
from desktop.pages.merge_parts import Choice, PairRow, TwoPeople, banner, row_words
from desktop.tasks import Cancelled, Progress
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, TickRow, labelled
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.finder import Finder, Match
from models.clock import today
from models.services.merging_views import Comparison, Merged, Pair
from models.services.views import Changed, Likeness, ResidentRow
from models.texts import _, ngettext

SHOWN = 40
"""Pairs shown at once; more come below on demand."""

KEPT_SHOWN = 20


@dataclass(frozen=True)
class Loaded:
    """Two records, with the facts that differ in words."""

    view: Comparison
    facts: Mapping[str, str]
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


class MergePage(Page):
    """open(): the list of pairs. open(a): who may be the same as a. open(a, b): both, field by field.

    choices and checking (what was chosen, whether the check is shown) are kept in `where`, so that nothing chosen is
    lost when the page is made anew.
    """

    name = "merge"
    width = 1000

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.pairs: list[Pair] | None = None
        self.choices: dict[str, str] = {}
        self.fields: dict[str, Choice] = {}
        self.rows: list[PairRow] = []
        self.undo_buttons: dict[str, QPushButton] = {}
        self.former: TickRow | None = None
        self._first: QWidget | None = None
        self._fresh = True
        self.look_button = pieces.button(_("Look through the register"), self.look, "primary", "search", "Ctrl+R")
        self.look_button.hide()
        self.aside.addWidget(self.look_button)
        self.content = pieces.column(None, gap=14)
        self.body.addLayout(self.content)
        self.merge_button = pieces.button("", self.forward, "primary")
        for keys, act in (("Ctrl+Return", self.forward), ("Ctrl+R", self.look), ("Ctrl+N", self.not_same)):
            QShortcut(QKeySequence(keys), self, act)

    def title(self) -> str:
        """The page's name."""
        return _("The same person twice?")

    def open(self, a: str = "", b: str = "", **where: Any) -> None:
        """Show the list, the candidates of one person, or two records."""
        now = {key: value for key, value in {"a": a, "b": b, **where}.items() if value}
        self._fresh = self.loaded is None or (self.where.get("a"), self.where.get("b")) != (a, b) or not b
        self.where = now
        self.choices = dict(where.get("choices") or {})
        casebook = self.casebook
        if a and b:
            self.read(lambda: _load(casebook, a, b), self._show_two, self._cannot)
        elif a:
            self.read(lambda: (casebook.residents.row(a), casebook.residents.alike(a)), lambda f: self._show_one(*f))
        else:
            self.read(casebook.merging.merged, self._show_list)

    def refresh(self, changed: Changed) -> None:
        """Somebody was changed: load again what is shown."""
        if changed.entities & {"person_link"}:
            self.pairs = None if self.pairs is None else [p for p in self.pairs if not {p.a.id, p.b.id} <= changed.rows]
        merging = bool(self.where.get("b")) and self.loaded is None
        if changed.entities - {"draft"} and not merging:
            self.open(**self.where)

    def first_focus(self) -> None:
        """Where work begins."""
        if self._first is not None:
            self._first.setFocus()

    def subject(self) -> dict[str, str]:
        """The first of the two."""
        return {"resident_id": str(self.where["a"])} if self.where.get("a") else {}

    def _begin(self, *, listing: bool) -> None:
        pieces.clear(self.content)
        self.fields, self.rows, self.undo_buttons, self.former, self._first = {}, [], {}, None, None
        self.look_button.setVisible(listing)
        self.show_footer()
        self.loaded = None

    # The list.

    def look(self) -> None:
        """Look through the whole register, with a progress bar and a way to stop."""
        casebook = self.casebook
        if self.where.get("a"):
            return

        def work(progress: Progress, cancelled: Cancelled) -> list[Pair] | None:
            found = casebook.merging.pairs(progress, cancelled)
            return None if cancelled() else list(found)

        def done(found: list[Pair] | None) -> None:
            self.look_button.setEnabled(True)
            if found is not None:
                self.pairs = found
                self.open(**self.where)

        self.look_button.setEnabled(False)
        self.long(
            work, done, lambda problem: self._look_failed(problem), title=_("Looking for people registered twice")
        )

    def _look_failed(self, problem: Any) -> None:
        self.look_button.setEnabled(True)
        self.shell.problem(problem)

    def _show_list(self, merged: Sequence[Merged]) -> None:
        self._begin(listing=True)
        self._first = self.look_button
        self.content.addWidget(self._finder(_("Compare somebody"), self._pick_first))
        if self.pairs is None:
            hint = _("People with the same number, or much alike in name, birth date, phone and home, are listed here.")
            self.content.addWidget(EmptyState("residents", _("The register has not been looked through yet"), hint))
        elif not self.pairs:
            self.content.addWidget(
                EmptyState(
                    "check", _("Nobody seems to be registered twice"), _("Pairs found to be two people stay out.")
                )
            )
        else:
            self._show_pairs(self.pairs, SHOWN)
        if merged:
            self._show_merged(merged)
        self._settle_focus()

    def _settle_focus(self) -> None:
        """The cursor goes to where work begins when something else is shown, not when the same is loaded again."""
        if self._fresh:
            self._fresh = False
            self.first_focus()

    def _show_pairs(self, pairs: Sequence[Pair], most: int) -> None:
        words = ngettext("{n} pair to look at", "{n} pairs to look at", len(pairs)).format(n=len(pairs))
        card = Card(words)
        for pair in pairs[:most]:
            row = PairRow(pair)
            row.chosen.connect(partial(self.shell.go, "merge", a=pair.a.id, b=pair.b.id))
            self.rows.append(row)
            card.add(row)
        if len(pairs) > most:
            card.add(pieces.text(_("The next ones come when these are settled."), "soft"))
        self._first = self.rows[0]
        self.content.addWidget(card)

    def _show_merged(self, merged: Sequence[Merged]) -> None:
        card = Card(_("Merged before"))
        day = today(self.casebook.clock)
        for one in merged[:KEPT_SHOWN]:
            both = (
                one.survivor.name
                if one.survivor.name == one.merged_name
                else f"{one.survivor.name} ／ {one.merged_name}"
            )
            take_back = pieces.button(
                _("Take back"), partial(self.take_back, one.survivor.id, one.merged_id), "link", "undo"
            )
            take_back.setAccessibleName(_("Take back the merge of {name}").format(name=both))
            self.undo_buttons[one.merged_id] = take_back
            when = " · ".join(filter(None, (moment_text(one.at, day), one.worker, row_words(one.survivor))))
            line = pieces.line(None, gap=10)
            line.addLayout(pieces.column(None, pieces.text(both, "label"), pieces.text(when, "small"), gap=1), 1)
            line.addWidget(take_back)
            card.add(line)
        self.content.addWidget(card)

    def take_back(self, a: str, b: str) -> None:
        """Two people again."""
        casebook = self.casebook
        self.run(
            lambda: casebook.merging.undo(a, b),
            lambda _changed: self.shell.say(_("Both records are back, as two people.")),
        )

    # One person: who may it be?

    def _finder(self, heading: str, picked: Any) -> QWidget:
        finder = self.finder = Finder(name=heading, hint=_("Name, initials, phone tail or door"))
        casebook = self.casebook

        def find(text: str) -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text, 8))
            return [Match(row.id, row.name, row_words(row)) for row in rows]

        finder.asked.connect(lambda text: self.read(lambda: find(text), lambda found: finder.offer(text, found)))
        finder.picked.connect(picked)
        return pieces.card(pieces.text(heading, "label"), finder, margin=12)

    def _pick_first(self, resident_id: str) -> None:
        QTimer.singleShot(0, self, lambda: self.shell.go("merge", a=resident_id))

    def _pick_second(self, resident_id: str) -> None:
        QTimer.singleShot(0, self, lambda: self.shell.go("merge", a=self.where["a"], b=resident_id))

    def _show_one(self, row: ResidentRow, alike: Sequence[Likeness]) -> None:
        self._begin(listing=False)
        self.content.addWidget(
            pieces.text(_("{name}: which other record is the same person?").format(name=row.name), "heading")
        )
        self.content.addWidget(pieces.text(row_words(row), "soft"))
        self.content.addWidget(self._finder(_("Find the other record"), self._pick_second))
        self._first = self.finder.line
        if not alike:
            self.content.addWidget(pieces.text(_("Nobody much alike was found. Search for the other record."), "soft"))
            self._settle_focus()
            return
        card = Card(_("Much alike"))
        for like in alike:
            pair = Pair(
                row, like.row, "number" if like.same_number else "likely", like.level, like.reasons, like.doubts
            )
            line = PairRow(pair)
            line.chosen.connect(partial(self.shell.go, "merge", a=row.id, b=like.row.id))
            self.rows.append(line)
            card.add(line)
        self._first = self.rows[0]
        self.content.addWidget(card)
        self._settle_focus()

    # Two records.

    def _cannot(self, problem: Any) -> None:
        self._begin(listing=False)
        self.content.addWidget(EmptyState("residents", problem.sentence()))

    def _show_two(self, loaded: Loaded) -> None:
        self._begin(listing=False)
        self.loaded = loaded
        view = loaded.view
        self.choices = {**view.choices(), **self.choices}
        self._first = None
        if self.where.get("checking"):
            self._show_check(view)
        else:
            self._show_choices(loaded)
        back = pieces.button(_("Back"), self.step_back, icon="back")
        apart = pieces.button(_("Two different people"), self.not_same, tip="Ctrl+N")
        self.merge_button = pieces.button(
            _("Merge the two records") if self.where.get("checking") else _("Check what will be done"),
            self.forward,
            "primary",
            tip="Ctrl+Enter",
        )
        self.show_footer(back, None, apart, self.merge_button)
        if self._first is None:
            self._first = self.merge_button
        self.first_focus()

    def _show_choices(self, loaded: Loaded) -> None:
        view = loaded.view
        self.content.addWidget(banner(view))
        self.content.addWidget(TwoPeople(view, lambda one: self.shell.go("person", resident_id=one)))
        todo = Card(_("What is right where they differ"))
        for pair in view.fields:
            if pair.differs:
                values = [("a", value_text(pair.name, pair.a)), ("b", value_text(pair.name, pair.b))]
                if pair.name == "note":
                    values.append(("both", _("Keep both")))
                self._add_choice(todo, pair.name, field_text(pair.name), values)
                if pair.name == "name":
                    self.former = TickRow(
                        _("Keep the other one as former name; not where it was a slip"),
                        self.choices.get("former") != "no",
                    )
                    self.former.toggled.connect(lambda on: self._choose("former", "yes" if on else "no"))
                    todo.add(self.former)
        for home in view.homes:
            self._add_choice(todo, f"home:{home.kind}", home_text(home.kind), [("a", home.a), ("b", home.b)])
        for fact in view.facts:
            one, other = (loaded.facts.get(view.id, "") if view else "" for view in (fact.a, fact.b))
            if fact.differs and one and other:
                self._add_choice(todo, f"fact:{fact.name}", "", [("a", one), ("b", other)])
        if self.fields:
            self.content.addWidget(todo)
            self._first = next(iter(self.fields.values())).field.first_focus()
        else:
            self.content.addWidget(
                pieces.text(_("Nothing contradicts: both records say the same, or one says more."), "label")
            )
        together = Card(_("What comes together"))
        taken = [
            (field_text(pair.name), value_text(pair.name, pair.a or pair.b)) for pair in view.fields if not pair.differs
        ]
        together.add(labelled(taken))
        numbers = [
            (number_text(n.kind), noted(n.masked, _("on both")) if n.a and n.b else n.masked) for n in view.numbers
        ]
        if numbers:
            together.add(pieces.rule())
            together.add(labelled(numbers))
        self.content.addWidget(together)

    def _add_choice(
        self, card: Card, key: str, label: str, values: list[tuple[str, str]], suggested: str = "a"
    ) -> None:
        made = Choice(key, label or _("What is known"), values, self.choices.get(key, suggested))
        made.changed.connect(self._choose)
        made.field.entered.connect(self.forward)
        self.fields[key] = made
        card.add(made)

    def _choose(self, key: str, side: str) -> None:
        self.choices[key] = side
        self.where["choices"] = dict(self.choices)

    def _show_check(self, view: Comparison) -> None:
        card = Card(_("This will be done"))
        for sentence in check_sentences(view, self.choices, keep_former=self.choices.get("former") != "no"):
            card.add(pieces.text(f"· {sentence}"))
        self.content.addWidget(card)
        for home in view.heads:
            if home.household_id in left_homes(view, self.choices):
                asked = Card(_("The household that is left behind"))
                label = _("Who is the head of {household} then").format(household=home.words)
                self._add_choice(asked, f"head:{home.household_id}", label, list(home.candidates), home.suggested)
                self.content.addWidget(asked)

    def step_back(self) -> None:
        """From the check to the choices, from the choices to where the worker came from."""
        if self.where.pop("checking", None):
            self.open(**self.where)
        else:
            self.shell.back()

    def forward(self) -> None:
        """To the check, then the merge."""
        if self.loaded is None:
            return
        if not self.where.get("checking"):
            self.where["checking"] = True
            self._show_two(self.loaded)
            if self.area is not None:
                self.area.verticalScrollBar().setValue(0)
            return
        a, b, choices, casebook = self.where["a"], self.where["b"], dict(self.choices), self.casebook
        seen = self.loaded.seen
        self.merge_button.setEnabled(False)
        self.loaded = None
        merge = partial(casebook.merging.merge, a, b, choices)
        side_by_side.deed(self, seen, merge, self._merged, self._not_merged, show=lambda: None)

    def _not_merged(self, problem: Any) -> None:
        self.shell.problem(problem)
        self.open(**self.where)

    def _merged(self, changed: Changed) -> None:
        casebook = self.casebook
        self.pairs = None if self.pairs is None else [p for p in self.pairs if not {p.a.id, p.b.id} <= changed.rows]
        self.shell.go("person", resident_id=changed.id)
        self.shell.say(_("The two records are one now."), lambda: casebook.undo(changed.operations))

    def not_same(self) -> None:
        """Remember that these are two people."""
        if self.loaded is None:
            return
        view, casebook = self.loaded.view, self.casebook

        def done(changed: Changed) -> None:
            self.pairs = None if self.pairs is None else [p for p in self.pairs if not {p.a.id, p.b.id} <= changed.rows]
            self.shell.go("merge")
            self.shell.say(
                _("{a} and {b} are two people; they are not shown as a pair again.").format(
                    a=view.a.name, b=view.b.name
                ),
                lambda: casebook.undo(changed.operations),
            )

        self.run(lambda: casebook.residents.not_same(view.a.id, view.b.id), done)


def _load(casebook: Any, a: str, b: str) -> Loaded:
    seen, view = casebook.desks.seen(), casebook.merging.compare(a, b)
    facts = tuple(side for pair in view.facts if pair.differs for side in (pair.a, pair.b))
    return Loaded(view, fact_sentences(dictionary(casebook), facts) if facts else {}, seen)
