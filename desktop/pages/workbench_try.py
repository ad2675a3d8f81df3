"""Trying a person on a rule: an invented one or somebody of the register, what comes out, and what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.case_words import short_person
from desktop.eligibility_words import amount_kind_text, amount_text, flag_chip, mark_of, outcome_of
from desktop.pages.workbench_rows import Row, rows_of
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip
from desktop.widgets.date_field import DateField
from desktop.widgets.fact_form import FactForm, Key, Section
from desktop.widgets.finder import Finder, Match
from desktop.widgets.mark import Mark
from forms.reading import read_date
from models.eligibility import HOUSEHOLD, Case, Determination, Explanation, Person, Policies, Service, decide, explain
from models.eligibility.case import View, relatives
from models.eligibility.tracing import MEMBER, SELF, facts_read
from models.texts import _, language, pgettext

INVENTED = "p1"


@dataclass(frozen=True)
class Somebody:
    """Whom a rule is tried on: an id of a case, that case, and names to call its people by. Sensitive facts are not
    in the case of somebody who is registered."""

    person: str
    case: Case
    names: Mapping[str, str]
    registered: bool = True


@dataclass(frozen=True)
class Trial:
    """What came out. parts: (name, outcome word's mark and tone) of the parts of a service with several."""

    case: Case
    person: str
    said: Determination
    told: Explanation
    rows: tuple[Row, ...]


def invented(service: Service, on: date, values: Mapping[Key, Any] | None = None) -> Somebody:
    """A person of whom only these facts are known; relatives are there where something is known of them."""
    known: dict[str, dict[str, Any]] = {}
    for (owner, fact), value in (values or {}).items():
        known.setdefault(owner, {})[fact] = value
    role = "deceased" if service.components[0].subject == "deceased" else "applicant"
    people = [Person(INVENTED, known.pop(INVENTED, {}), role)]
    household = known.pop(HOUSEHOLD, {})
    people += [Person(owner, facts, "other" if owner == MEMBER else owner) for owner, facts in known.items()]
    return Somebody(INVENTED, Case(on, household, tuple(people)), {}, registered=False)


def without_sensitive(policies: Policies, case: Case) -> Case:
    """The case of somebody registered, with what this set knows and nothing that is never shown."""

    def kept(facts: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in facts.items() if name in policies.facts}
        return {name: value for name, value in found.items() if not policies.facts[name].sensitive}

    people = tuple(replace(person, facts=kept(person.facts)) for person in case.people)
    states = {key: state for key, state in case.states.items() if key[1] in policies.facts}
    return replace(case, household=kept(case.household), people=people, states=states)


def with_values(base: Case, on: date, values: Mapping[Key, Any], shown: Sequence[Key]) -> Case:
    """The case with the answers of the form in the place of its own; a fact that was emptied is not known."""

    def of(owner: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in facts.items() if (owner, name) not in shown}
        return found | {name: value for (whose, name), value in values.items() if whose == owner}

    people = tuple(replace(person, facts=of(person.id, person.facts)) for person in base.people)
    states = {key: state for key, state in base.states.items() if key not in values}
    return replace(base, on=on, household=of(HOUSEHOLD, base.household), people=people, states=states)


def sections_of(policies: Policies, service: Service, on: date, who: Somebody) -> tuple[Section, ...]:
    """What is asked: the facts the rule reads, by person. Sensitive ones only of somebody invented."""
    owners: dict[str, dict[str, None]] = {}
    for of, fact in facts_read(policies, service, on):
        if who.registered and policies.facts[fact].sensitive:
            continue
        for owner in _owners(of, who):
            owners.setdefault(owner, {})[fact] = None
    order = sorted(owners, key=lambda owner: (owner != who.person, owner == HOUSEHOLD))
    return tuple(
        Section(owner, _title(owner, who), tuple(policies.facts[fact] for fact in owners[owner])) for owner in order
    )


def _owners(of: str, who: Somebody) -> tuple[str, ...]:
    if of == HOUSEHOLD:
        return (HOUSEHOLD,)
    if of == SELF:
        return (who.person,)
    if who.registered:
        return relatives(who.case, who.person, HOUSEHOLD if of == MEMBER else of)
    return (who.person, MEMBER) if of == MEMBER else (of,)


def _title(owner: str, who: Somebody) -> str:
    titles = {
        HOUSEHOLD: _("The household"),
        INVENTED: _("The person"),
        MEMBER: _("Another member of the household"),
        "spouse": _("The spouse"),
        "father": _("The father"),
        "mother": _("The mother"),
        "parent": _("A parent"),
        "child": _("A child"),
        "deceased": _("The person who died"),
    }
    return who.names.get(owner) or titles.get(owner, _("A relative"))


def try_on(policies: Policies, service: Service, case: Case, person: str) -> Trial:
    """Decide the service for a person and say why; off the window's thread. ValueError for facts that are none."""
    said = decide(policies, case, person, service.id)
    told = explain(policies, said, case, language())
    view = View(policies.facts, case)
    subject = said.person_id or person
    return Trial(case, person, said, told, tuple(rows_of(policies, service, case.on, view, subject)))


class TryPane(QWidget):
    """Whom to try, the facts to give, what comes out. wanted asks the page to decide; it answers by show_trial()."""

    wanted = Signal()
    asked = Signal(str)  # text of a resident looked for
    picked = Signal(str)  # id of a resident
    day_changed = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today
        self.on = today
        self.policies: Policies | None = None
        self.service: Service | None = None
        self.somebody: Somebody | None = None
        """The registered resident tried, or None for an invented person."""
        self._given: dict[Key, Any] = {}
        self._loaded: dict[Key, Any] = {}
        self.mark = Mark("ask", "soft", 22)
        self.headline = pieces.text("", "subheading")
        self.amount = pieces.text("", "label")
        self.amount.hide()
        head = pieces.line(None, self.mark, pieces.column(None, self.headline, self.amount, gap=2), gap=10)
        head.setStretch(1, 1)
        self.finder = Finder(name=_("Resident to load"), hint=_("Load a resident: name, pinyin, phone"))
        self.finder.asked.connect(self.asked)
        self.finder.picked.connect(self.picked)
        self.day = DateField(read_date, today, name=_("Day of the decision"))
        self.day.line.setText(today.isoformat())
        self.day.changed.connect(self._day_typed)
        self.private = pieces.text("", "small")
        self.form = FactForm()
        self.form.changed.connect(self._changed)
        self.empty_button = pieces.button(_("Empty the form"), self.start_anew, icon="undo")
        self.reasons = Card(pgettext("rules", "Why"))
        inside = QWidget()
        day_label = pieces.text(pgettext("rules", "Day"), "label", wrap=False)
        self.day.echo.hide()
        day_label.setBuddy(self.day.line)
        day = pieces.line(None, day_label, self.day, gap=10)
        day.addStretch(1)
        box = pieces.column(inside, self.finder, day, self.private, self.form, self.reasons, gap=10)
        box.addLayout(pieces.line(None, self.empty_button, None))
        box.addStretch(1)
        box.setContentsMargins(0, 0, theme.px(10), 0)
        whole = pieces.column(self, head, pieces.rule(), pieces.scroll(inside), gap=8)
        whole.setStretch(2, 1)
        whole.setContentsMargins(0, theme.px(10), 0, 0)

    # What is tried.

    def show_service(self, policies: Policies, service: Service) -> None:
        """Ask for what this service reads; what was given before for another one stays where it fits."""
        self.policies, self.service = policies, service
        barred = self._barred()
        if barred:
            self.somebody = None
            self.finder.show_chosen(None)
        self.finder.setVisible(not barred)
        self.private.setText(barred)
        self.private.setVisible(bool(barred))
        self._ask()

    def _barred(self) -> str:
        """Why nobody of the register may be tried; "" where everybody may."""
        assert self.service is not None
        if self.service.sensitive:
            return _("This service tells of something private: it is tried on invented people only.")
        return ""

    def show_somebody(self, who: Somebody, words: str, detail: str) -> None:
        """Take the facts of a resident; they can be changed here and are not written back."""
        self.somebody = who
        self.finder.show_chosen(Match(who.person, words, detail))
        self._loaded = {(HOUSEHOLD, name): value for name, value in who.case.household.items()}
        self._loaded |= {(p.id, name): value for p in who.case.people for name, value in p.facts.items()}
        self._ask()

    def show_case(self, values: Mapping[Key, Any], on: date) -> None:
        """Take the facts of a case of the pack, on its day."""
        self.somebody = None
        self.finder.show_chosen(None)
        self._given = dict(values)
        self.set_day(on)
        self._ask()

    def set_day(self, on: date) -> None:
        """Decide as on another day."""
        self.on = on
        self.day.show_answer(on.isoformat())

    def start_anew(self) -> None:
        """Nobody is tried, nothing is known, today."""
        self.somebody = None
        self._given, self._loaded = {}, {}
        self.finder.show_chosen(None)
        self.finder.line.clear()
        self.set_day(self.today)
        self.day_changed.emit()
        self._ask()

    def who(self) -> Somebody:
        """Whom the form now speaks of, without its answers."""
        assert self.service is not None
        return self.somebody or invented(self.service, self.on)

    def case(self) -> tuple[Case, str] | None:
        """The case of the form, and for whom; None while something in it cannot be read."""
        if self.service is None:
            return None
        values = self.form.values()
        if values is None:
            return None
        if self.somebody is None:
            return invented(self.service, self.on, values).case, INVENTED
        return with_values(self.somebody.case, self.on, values, tuple(self.form.lines)), self.somebody.person

    def _ask(self) -> None:
        assert self.policies is not None
        assert self.service is not None
        who = self.who()
        sections = sections_of(self.policies, self.service, self.on, who)
        self.form.show_sections(sections, self._loaded if self.somebody is not None else self._given)
        self.wanted.emit()

    def _changed(self) -> None:
        values = self.form.values()
        if values is None:
            return
        kept = self._loaded if self.somebody is not None else self._given
        for key in self.form.lines:
            kept.pop(key, None)
        kept.update(values)
        self.wanted.emit()

    def _day_typed(self) -> None:
        day = read_date(self.day.answer())
        if day is not None and day != self.on:
            self.on = day
            self.day_changed.emit()
            self._ask()

    # What comes out.

    def show_trial(self, trial: Trial) -> None:
        """Show the outcome, the sum and the reasons."""
        said = trial.said
        mark, tone = mark_of(outcome_of(said))
        self.mark.show_kind(mark, tone)
        self.headline.setText(said.word())
        sum_of = amount_text(said.amount)
        if said.amount is not None and sum_of:
            sum_of = _("{words} ({note})").format(words=sum_of, note=amount_kind_text(said.amount))
        self.amount.setText(sum_of)
        self.amount.setVisible(bool(sum_of))
        self._fill(trial)

    def _fill(self, trial: Trial) -> None:
        said, told = trial.said, trial.told
        pieces.clear(self.reasons.body)
        chips = dict.fromkeys(flag_chip(flag) for flag in said.flags)
        for chip in filter(None, chips):
            self.reasons.body.addLayout(pieces.line(None, Chip(chip, "note", "warn"), None))
        self.reasons.add(pieces.text(told.headline, select=True))
        for reason in told.reasons:
            self.reasons.add(pieces.text(reason, select=True))
        if told.change:
            words = (
                _("Missing, or for an office to say:") if said.outcome == "unknown" else _("What would have to change:")
            )
            self.reasons.add(pieces.text(words, "label"))
            for sentence in told.change:
                self.reasons.add(pieces.text(sentence, select=True))
        if said.trace:
            self.reasons.add(pieces.text(_("The facts marked in the rule decide; the others do not."), "small"))


def match_of(row: Any) -> Match:
    """A resident as the finder shows one."""
    return Match(row.id, row.name, " · ".join(part for part in (short_person(row), row.address) if part))
