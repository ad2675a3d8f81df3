"""Who of a household may be entitled to what, with reasons; the next best question is asked on the spot."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QScrollBar, QVBoxLayout, QWidget

from desktop import side_by_side, theme
from desktop.case_words import day_text, short_person
from desktop.eligibility_words import (
    GROUPS,
    OUTCOMES,
    Key,
    counts_of,
    heading_of,
    key_of,
    mark_of,
    outcome_of,
    what_changed,
)
from desktop.pages.base import NARROW, Page
from desktop.pages.eligibility_asking import Asking
from desktop.pages.eligibility_check import Loaded, PersonRow, asks_of, by_likelihood, head_words, left_out_words, load
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, ClickRow, show_more
from desktop.widgets.finder import Finder, Match
from desktop.widgets.fit_area import Beside, PartArea
from desktop.widgets.mark import Mark
from desktop.widgets.question_card import QuestionCard
from desktop.widgets.result_card import CHOOSABLE, ResultCard, RuledOut
from desktop.widgets.ways import Ways
from models.clock import today
from models.eligibility import Missing
from models.records import codes
from models.services.views import Changed, ServiceResult
from models.texts import _, ngettext

EVERYBODY = "*"
MOST_MATTERS = 6  # on one letter, as models.records.referral.ReferralEntry allows
MAY_APPLY = ("eligible", "missing", "office")
FIRST_CARDS = 8  # cards of a section that are built at once; the others when asked for


class EligibilityPage(Page):
    """open(household_id=..., resident_id="", draft_id="", alone="") checks a household; without any it asks for whom.

    alone: one of its people only, who lives there without belonging to the others.
    """

    name = "eligibility"
    tells_of_people = True
    width = 1240
    scrolls = False

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.shown = EVERYBODY
        """Whose results are shown: a resident's id, "" for the household's own, or EVERYBODY."""
        self.chosen: dict[Key, ServiceResult] = {}
        self._round = 0
        self._build_aside()
        self._build_search()
        self._build_work()
        QShortcut(QKeySequence("Ctrl+S"), self, self.keep, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # What is built once.

    def _build_aside(self) -> None:
        self.only_eligible = QCheckBox(_("Only what meets the conditions"))
        self.only_eligible.toggled.connect(lambda _on: self._show_results())
        self.group = QComboBox()
        self.group.setAccessibleName(_("Group of services"))
        self.group.addItem(_("All groups"), "")
        for name, (_code, label) in zip(GROUPS, codes.choices("need_group"), strict=True):
            self.group.addItem(label, name)
        self.group.currentIndexChanged.connect(lambda _place: self._show_results())
        for thing in (self.only_eligible, self.group):
            self.aside.addWidget(thing)

    def _build_search(self) -> None:
        self.search_card = Card(_("For whom?"))
        self.search_card.add(
            pieces.text(
                _("Here you see what each member of a household may qualify for, and why. Choose a resident."), "soft"
            )
        )
        self.finder = Finder(name=_("Name of a resident"), hint=_("Name, pinyin, phone or address"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(self._picked)
        self.search_card.add(self.finder)
        self.search_card.add(Ways(self.shell.go))
        self.body.addWidget(self.search_card)

    def _build_work(self) -> None:
        self.work = QWidget()
        box = pieces.column(self.work, gap=10)
        self.under = pieces.text("", "soft")
        self.left_out = pieces.text("", "soft")
        for line in (self.under, self.left_out):
            box.addWidget(line)
        self.question = QuestionCard(today(self.casebook.clock))
        self.asking = Asking(self, self.question)
        self.news = pieces.column(None, gap=4)
        people = QWidget()
        self.people_box = pieces.column(people, gap=2)
        self.people_area = PartArea(people)
        inside = QWidget()
        self.results = pieces.column(None, gap=10)
        # The question scrolls with the results: on a small screen nothing else would have room.
        whole = pieces.column(inside, self.question, self.news, self.results, gap=10)
        whole.setContentsMargins(0, 0, theme.px(10), 0)
        whole.addStretch(1)
        self.area_below = PartArea(inside)
        self.both = Beside(self.people_area, self.area_below, NARROW, left_width=276)
        box.addWidget(self.both, 1)
        self.body.addWidget(self.work, 1)
        self.body.addStretch()
        self.keep_button = pieces.button(_("Keep this check"), self.keep, icon="save", tip="Ctrl+S")
        self.refer_button = pieces.button("", self.refer, "primary", "referral", tip="F7")
        self.notice_button = pieces.button(_("One-time notice"), self.tell, icon="print")
        self.picked_line = pieces.text("", "soft")
        self.picked_line.setProperty("gives_way", True)
        self.show_footer(self.picked_line, None, self.keep_button, self.notice_button, self.refer_button)
        self.people_rows: dict[str, ClickRow] = {}
        self.cards: dict[Key, ResultCard] = {}

    def _bar(self) -> QScrollBar:
        """Of what scrolls the results: they, or in a narrow window the page."""
        return (self._fit if self.both.is_stacked else self.area_below).verticalScrollBar()

    def title(self) -> str:
        """The page's name."""
        return _("Eligibility")

    # Opening and loading.

    def open(self, **where: Any) -> None:
        """Check the household named by household_id, or that of resident_id; ask for whom without either."""
        before = self.loaded.check.household_id if self.loaded else ""
        same = before and where.get("household_id", "") == before
        if not same or (self.loaded is not None and where.get("alone", "") != self.loaded.alone):
            self._forget()
        self.where = where
        known = bool(where.get("household_id") or where.get("resident_id") or where.get("draft_id"))
        self.search_card.setVisible(not known)
        self.work.setVisible(known)
        for thing in (self.only_eligible, self.group, self._footer_frame):
            thing.setVisible(known)
        if known:
            if where.get("resident_id") and self.shown != where["resident_id"]:
                self.shown = str(where["resident_id"])
                self.chosen.clear()
            self._check()

    def refresh(self, changed: Changed) -> None:
        """Check again where this household or one of its people was concerned."""
        if self.loaded is not None:
            absent = {person.resident_id for person in self.loaded.check.left_out}
            rows = {self.loaded.check.household_id, *self.loaded.people, *absent}
            if rows & changed.rows and changed.entities & {"fact", "resident", "membership", "household"}:
                self._check()

    def leave(self) -> bool:
        """Ticks that are not answered yet stay as a draft."""
        self.asking.flush()
        return True

    def first_focus(self) -> None:
        """The answer to the question, or the search."""
        if self.search_card.isVisibleTo(self):
            self.finder.line.setFocus()

    def subject(self) -> dict[str, Any]:
        """The household, the person whose results are shown, and the services ticked."""
        found: dict[str, Any] = super().subject()
        if self.loaded is not None:
            found["household_id"] = self.loaded.check.household_id
            found["resident_id"] = self._person_to_refer()
            if self.chosen:
                found["service_ids"] = [(service, component) for service, component, _who in self.chosen]
        return {key: value for key, value in found.items() if value}

    def _forget(self) -> None:
        self.asking.forget()
        self.loaded = None
        self.shown = EVERYBODY
        self.chosen.clear()
        self.cards.clear()
        pieces.clear(self.results)
        pieces.clear(self.people_box)
        pieces.clear(self.news)
        self.under.setText(_("Checking …"))
        self.left_out.hide()
        self.question.hide()
        self._say_chosen()

    def _check(self) -> None:
        self._round += 1
        this, casebook, where = self._round, self.casebook, dict(self.where)

        self.run(lambda: load(casebook, where), lambda loaded: self._loaded(this, loaded))

    def _loaded(self, this: int, loaded: Loaded | None) -> None:
        if this != self._round:
            return  # a newer check is under way
        if loaded is None:
            self.under.setText(
                _("This person is in no household yet. Say first in which household they live, then check again.")
            )
            self._footer_frame.hide()
            return
        before, self.loaded = self.loaded, loaded
        self.where.setdefault("household_id", loaded.check.household_id)
        if loaded.alone:
            self.where["alone"] = self.shown = loaded.alone
        if self.shown not in (EVERYBODY, "") and self.shown not in loaded.people:
            self.shown = EVERYBODY
        new_keys = {key_of(result): result for result in loaded.check.results}
        self.chosen = {
            key: new_keys[key]
            for key in self.chosen
            if key in new_keys and outcome_of(new_keys[key].determination) in CHOOSABLE
        }
        self._show_head(loaded)
        if before is not None:
            self._show_news(what_changed(before.check.results, loaded.check.results, loaded.people))
        self.asking.loaded(loaded, self.shown, first=before is None)
        self._show_people()
        self._show_results()

    def _find(self, text: str) -> None:
        casebook = self.casebook

        def find() -> list[Match]:
            rows = casebook.residents.rows(casebook.residents.find(text, 20))
            return [Match(row.id, row.name, " · ".join((short_person(row), row.address))) for row in rows]

        self.read(find, lambda matches: self.finder.offer(text, matches))

    def _picked(self, resident_id: str) -> None:
        self.finder.show_chosen(None)
        self.finder.line.clear()
        self.shell.go("eligibility", resident_id=resident_id)

    # Showing.

    def _show_head(self, loaded: Loaded) -> None:
        self.under.setText(head_words(loaded))
        self.left_out.setText(left_out_words(loaded))
        self.left_out.setVisible(bool(loaded.check.left_out))

    def _show_news(self, sentences: Sequence[tuple[str, str]]) -> None:
        pieces.clear(self.news)
        for outcome, sentence in sentences:
            kind = {"eligible": "good", "missing": "warn"}.get(outcome, "info")
            banner = Banner(kind, sentence)
            banner.closed.connect(banner.deleteLater)
            self.news.addWidget(banner)

    def ask_for(self, part: Missing) -> None:
        """Ask for this missing fact now."""
        if self.loaded is not None:
            self.asking.ask_for(self.loaded, part)
            self._bar().setValue(0)

    def _show_people(self) -> None:
        loaded = self.loaded
        assert loaded is not None
        pieces.clear(self.people_box)
        self.people_rows = {}
        results = loaded.check.results
        entries = [] if loaded.alone else [(EVERYBODY, _("The whole household"), "")]
        if any(not result.resident_id for result in results):
            entries.append(("", _("Services for the household"), ""))
        rows = sorted(loaded.people.values(), key=lambda row: row.id not in loaded.dead)  # what must not be missed
        entries += [(row.id, row.name, loaded.detail(row)) for row in rows]
        for who, name, detail in entries:
            own = [result for result in results if who == EVERYBODY or result.resident_id == who]
            open_ones = [result for result in own if outcome_of(result.determination) == "missing"]
            row = PersonRow(name, detail, counts_of(own), len(by_likelihood(loaded, open_ones)[0]))
            row.set_marked(who == self.shown)
            row.chosen.connect(lambda who=who: self.show_person(who))
            self.people_rows[who] = row
            self.people_box.addWidget(row)
        self.people_box.addStretch(1)

    def show_person(self, who: str) -> None:
        """Show the results of one person (id), of the household ("") or of EVERYBODY."""
        if who != self.shown:
            self.shown = who
            self.chosen.clear()
            if self.loaded is not None:
                self.asking.turn_to(self.loaded, who)
        for other, row in self.people_rows.items():
            row.set_marked(other == who)
        self._show_results()
        self._bar().setValue(0)

    def _filtered(self, loaded: Loaded) -> list[ServiceResult]:
        group = self.group.currentData()
        return [result for result in loaded.check.results if not group or result.group == group]

    def _show_results(self) -> None:
        loaded = self.loaded
        if loaded is None:
            return
        old, self.cards = self.cards, {}
        while self.results.count():  # cards that stay as they are are taken over, so that nothing flickers
            item = self.results.itemAt(0)
            widget = item.widget() if item is not None else None
            if widget is None:
                self.results.takeAt(0)
                continue
            # Not takeAt: its item would live on and keep the card's height, whatever the card later holds.
            self.results.removeWidget(widget)
            if isinstance(widget, ResultCard):
                widget.setParent(None)
            else:
                widget.hide()
                widget.deleteLater()
        results = self._filtered(loaded)
        if self.shown == EVERYBODY:
            self._show_everybody(loaded, results, old)
        else:
            self._show_sections(loaded, [result for result in results if result.resident_id == self.shown], old)
        for key, card in old.items():
            if self.cards.get(key) is not card:
                card.deleteLater()
        pieces.reveal(self.results)
        self._say_chosen()

    def _show_everybody(self, loaded: Loaded, results: list[ServiceResult], old: Mapping[Key, ResultCard]) -> None:
        found = False
        for who in ("", *loaded.people):
            own = [result for result in results if result.resident_id == who]
            wanted = ("eligible",) if who not in loaded.dead else MAY_APPLY
            shown = [result for result in own if outcome_of(result.determination) in wanted]
            if not shown:
                continue
            found = True
            row = loaded.people.get(who)
            name = f"{row.name}  {loaded.detail(row)}" if row else _("Services for the household")
            self.results.addWidget(pieces.text(name, "heading"))
            if who in loaded.dead:
                self.results.addWidget(pieces.text(_for_the_family(), "soft"))
            self._add_cards(self.results, loaded, shown, old)
        if not found:
            self.results.addWidget(self._nothing(_("So far nobody meets all conditions of a service.")))

    def _nothing(self, words: str) -> Card:
        card = Card(words)
        card.add(pieces.text(_("Answer the question above, or choose a person to see what is missing."), "soft"))
        return card

    def _show_sections(self, loaded: Loaded, results: list[ServiceResult], old: Mapping[Key, ResultCard]) -> None:
        by_outcome: dict[str, list[ServiceResult]] = {outcome: [] for outcome in OUTCOMES}
        for result in results:
            by_outcome[outcome_of(result.determination)].append(result)
        if self.only_eligible.isChecked():
            by_outcome = {"eligible": by_outcome["eligible"]}
        if self.shown in loaded.dead:
            self.results.addWidget(pieces.text(_for_the_family(), "soft"))
        if not by_outcome["eligible"]:
            self.results.addWidget(self._nothing(_("So far all conditions of no service are met.")))
        for outcome, own in by_outcome.items():
            if not own:
                continue
            words = f"{heading_of(outcome)}  {len(own)}"
            if outcome == "not_eligible":
                link, place = show_more(words, partial(_add_ruled_out, own))
                self.results.addWidget(link)
                self.results.addWidget(place)
                continue
            self.results.addWidget(self._section_head(outcome, len(own)))
            likely, unlikely = by_likelihood(loaded, own) if outcome == "missing" else (own, [])
            self._add_cards(self.results, loaded, likely[:FIRST_CARDS], old)
            if rest := likely[FIRST_CARDS:]:
                words = ngettext("{n} more", "{n} more", len(rest)).format(n=len(rest))
                self._add_folded(words, loaded, rest)
            if unlikely:
                words = ngettext("{n} more that is less likely", "{n} more that are less likely", len(unlikely))
                self._add_folded(words.format(n=len(unlikely)), loaded, unlikely)

    def _add_folded(self, words: str, loaded: Loaded, results: Sequence[ServiceResult]) -> None:
        link, place = show_more(words, partial(self._add_more, loaded, results))
        self.results.addWidget(link)
        self.results.addWidget(place)

    def _section_head(self, outcome: str, count: int) -> QWidget:
        head = QWidget()
        mark, tone = mark_of(outcome)
        line = pieces.line(head, Mark(mark, tone, 20), gap=10)
        line.setContentsMargins(0, theme.px(6), 0, 0)
        line.addWidget(pieces.text(heading_of(outcome), "heading", wrap=False))
        line.addWidget(Chip(str(count), tone=tone))
        line.addStretch(1)
        return head

    def _add_cards(
        self, box: QVBoxLayout, loaded: Loaded, results: Sequence[ServiceResult], old: Mapping[Key, ResultCard]
    ) -> None:
        for result in results:
            key, asks = key_of(result), asks_of(loaded, result)
            card = old.get(key)
            if card is None or not card.same_as(result, asks):
                card = ResultCard(
                    result,
                    loaded.policies.services[result.service_id],
                    asks,
                    chosen=key in self.chosen,
                    people={who: row.name for who, row in loaded.people.items()},
                )
                card.picked.connect(lambda on, key=key: self._pick(key, on))
                card.asked.connect(self.ask_for)
                card.receives.connect(lambda on, result=result: self._receives(result, on))
            elif card.choose is not None:
                card.choose.setChecked(key in self.chosen)
            self.cards[key] = card
            box.addWidget(card)

    def _add_more(self, loaded: Loaded, results: Sequence[ServiceResult], box: QVBoxLayout) -> None:
        self._add_cards(box, loaded, results, {})

    # Choosing, referring, keeping.

    def _person_to_refer(self) -> str:
        """Whose referral it will be: the person shown, or of a ticked result, or the head for the household's own."""
        loaded = self.loaded
        if loaded is None:
            return ""
        for result in self.chosen.values():
            if result.resident_id:
                return result.resident_id
        if self.shown in loaded.people:
            return self.shown
        return next(iter(loaded.people), "") if self.chosen else ""

    def _pick(self, key: Key, on: bool) -> None:
        if self.loaded is None:
            return
        result = next((r for r in self.loaded.check.results if key_of(r) == key), None)
        if not on or result is None:
            self.chosen.pop(key, None)
        else:
            person = result.resident_id
            # A letter is about one person: ticking somebody else's begins a new choice.
            # What concerns somebody who died goes with nothing else.
            apart = {person, *(r.resident_id for r in self.chosen.values())} & self.loaded.dead.keys()
            dropped = [
                k
                for k, r in self.chosen.items()
                if r.resident_id != person and (apart or (person and r.resident_id != ""))
            ]
            for other in dropped:
                self.chosen.pop(other)
            if len(self.chosen) >= MOST_MATTERS:
                self.shell.notice(_("One letter holds at most {n} services.").format(n=MOST_MATTERS), "warn")
            else:
                self.chosen[key] = result
            for other_key, card in self.cards.items():
                if card.choose is not None and card.choose.isChecked() != (other_key in self.chosen):
                    card.choose.blockSignals(True)
                    card.choose.setChecked(other_key in self.chosen)
                    card.choose.blockSignals(False)
        self._say_chosen()

    def _say_chosen(self) -> None:
        count = len(self.chosen)
        self.refer_button.setEnabled(bool(count))
        self.notice_button.setEnabled(bool(self._person_to_refer()))
        words = ngettext("Write a letter for {n} service", "Write a letter for {n} services", count).format(n=count)
        self.refer_button.setText(words if count else _("Write a referral letter"))
        name = self.loaded.people[self._person_to_refer()].name if count and self.loaded else ""
        self.picked_line.setText(
            _("For {name}").format(name=name) if name else _("Tick “Refer” beside the services for a letter.")
        )

    def refer(self) -> None:
        """Open a referral letter for what is ticked."""
        if self.chosen:
            self.shell.go("referral", **self.subject())

    def tell(self) -> None:
        """Show the one-time notice about what is ticked, as it is printed; more can be ticked there."""
        chosen = [(result.service_id, result.component) for result in self.chosen.values()]
        if who := self._person_to_refer():
            household = self.loaded.check.household_id if self.loaded is not None else ""
            self.shell.go("papers", paper="notice", resident_id=who, household_id=household, services=chosen)

    def _receives(self, result: ServiceResult, on: bool) -> None:
        casebook = self.casebook
        seen = self.loaded.seen if self.loaded is not None else -1
        said = partial(casebook.eligibility.receives, result.resident_id, result.service_id, on)
        side_by_side.save(self, seen, said, lambda _changed: None)

    def keep(self) -> None:
        """Store this check with the facts it rests on."""
        if self.loaded is None:
            return
        casebook, check = self.casebook, self.loaded.check
        words = _("The check of {day} is kept, with the facts it rests on.").format(day=day_text(check.on))
        self.run(lambda: casebook.eligibility.keep(check), lambda _changed: self.shell.say(words))


def _for_the_family() -> str:
    return _(
        "Funeral services for which the family may apply. The texts set no term; they are shown for a year after the "
        "death."
    )


def _add_ruled_out(results: Sequence[ServiceResult], box: QVBoxLayout) -> None:
    box.addWidget(RuledOut(results))
