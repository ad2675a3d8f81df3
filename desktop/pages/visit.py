"""Recording a visit: what came of it, who was met, what they need, what was learnt, and when to come again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from PySide6.QtWidgets import QWidget

from desktop.case_words import day_text, short_person
from desktop.pages.field_page import FormPage
from desktop.pages.pictures_load import small_tiles
from desktop.pages.pictures_take import take_as_they_are
from desktop.pages.register_lookup import find_households
from desktop.picture_sources import Source
from desktop.widgets import pieces
from desktop.widgets.answer_words import answer_words
from desktop.widgets.date_field import DateField
from desktop.widgets.finder import Finder, Match
from desktop.widgets.form_view import FormView
from desktop.widgets.learnt_field import LearntField, Suggested
from desktop.widgets.need_field import NeedField
from desktop.widgets.picture_strip import PictureStrip
from desktop.widgets.plan_panel import plan_words
from forms import definitions
from forms.collecting import FieldProblem
from forms.reading import read_date
from forms.shape import Question
from models.clock import today
from models.errors import Problem
from models.records.picture import PictureEntry
from models.services.views import Changed, DueVisit, HouseholdView, PlannedView
from models.texts import _, ngettext

SUGGESTED = 5
OFFERED = 6


@dataclass(frozen=True)
class Loaded:
    """What a visit needs to know of its household."""

    view: HouseholdView
    last: tuple[date | None, str]  # the last visit and what it promised
    suggested: tuple[Suggested, ...]
    plans: tuple[PlannedView, ...] = ()  # open ones, the oldest first


class VisitPage(FormPage):
    """open(household_id="", resident_id="", draft_id="", begin=...).

    Without a household one is searched for; a resident's is the one they live in now.
    """

    name = "visit"

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.finder = Finder(name=_("Household"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find)
        self.finder.picked.connect(lambda household_id: self.shell.go("visit", household_id=household_id))
        self.choosing = pieces.card(
            pieces.text(_("Whom did you visit?"), "heading"),
            pieces.text(_("Find the household, or pick one whose visit is due."), "soft"),
            self.finder,
            margin=18,
            gap=10,
        )
        self.body.insertWidget(0, self.choosing)
        self.choosing.hide()

    # Opening.

    def title(self) -> str:
        """The page's name."""
        return _("Record a visit")

    def open(self, **where: Any) -> None:
        """Load the household, or ask for one."""
        household_id, resident_id, draft_id = (
            str(where.get(key) or "") for key in ("household_id", "resident_id", "draft_id")
        )
        casebook = self.casebook
        self.today = today(casebook.clock)
        self.wait_for_records()
        self.choosing.hide()
        if draft_id:
            self.run(lambda: _load_draft(casebook, draft_id), lambda found: self._begin(*found))
        elif household_id:
            self.run(lambda: _load(casebook, household_id), self._begin)
        elif resident_id:
            self.run(lambda: _home_of(casebook, resident_id), self._at_home)
        else:
            self._choose()

    def _at_home(self, household_id: str) -> None:
        if household_id:
            self.where["household_id"] = household_id
            self.open(**self.where)
        else:
            self._choose()

    def _choose(self) -> None:
        casebook, day = self.casebook, self.today
        self.waiting.hide()
        self.choosing.show()
        self.finder.show_chosen(None)
        self.finder.line.clear()
        self.finder.line.setFocus()
        self.read(lambda: casebook.visits.due(day + relativedelta(days=14)), self._offer_due)

    def _offer_due(self, due: list[DueVisit]) -> None:
        self.finder.suggest(
            [
                Match(each.household_id, each.address, " · ".join((_(", ").join(each.names[:3]), day_text(each.due))))
                for each in due[:OFFERED]
            ]
        )

    def _find(self, text: str) -> None:
        casebook = self.casebook
        self.read(lambda: find_households(casebook, text), lambda found: self.finder.offer(text, found))

    def _choices(self, of_resident: bool) -> list[tuple[str, str]]:
        """What can be learnt; not what is withheld from who asks."""
        withheld, asked = self.casebook.withheld_facts, definitions.fact_questions()
        return [each for each in definitions.fact_choices(of_resident) if withheld.isdisjoint(asked[each[0]].facts)]

    def _begin(self, loaded: Loaded, body: Mapping[str, Any] | None = None, draft_id: str = "") -> None:
        self.loaded = loaded
        view = loaded.view
        self.where["household_id"] = view.id
        people = [(member.resident.id, member.resident.name) for member in view.members]
        form = definitions.load("visit")
        named = [
            (member.resident.id, f"{member.resident.name}  {short_person(member.resident)}".rstrip())
            for member in view.members
        ]
        self.needs = NeedField(form.question("needs"), people)
        self.learnt = LearntField(
            people, self.today, questions=self._choices, question=definitions.fact_questions().__getitem__
        )
        following = form.question("next_visit")
        own = {
            "needs": self.needs,
            "facts": self.learnt,
            "next_visit": DateField(read_date, self.today, name=following.label, quick=_quick_days(self.today)),
        }
        drawn = FormView(form, self.today, step=self.step, own=own, choices={"met": named})
        answers: dict[str, Any] = {"household_id": view.id, "happened_on": self.today.isoformat()}
        if body is not None:
            answers |= body.get("answers", {})
        self.learnt.suggest(loaded.suggested)
        self.begin(form, drawn, answers, draft_id=draft_id, stage=str((body or {}).get("stage") or ""))
        drawn.typed.discard("happened_on")
        self._show_pictures()

    def above(self) -> list[QWidget]:
        """Whose door it is."""
        assert self.loaded is not None
        view = self.loaded.view
        names = _(", ").join(member.resident.name for member in view.members)
        on, promised = self.loaded.last
        before = _("Not visited yet")
        if on is not None:
            before = _("Last visit: {day}").format(day=day_text(on))
        if promised:
            before = _("{before}. Promised: {what}").format(before=before, what=promised)
        count = ngettext("{n} person", "{n} people", len(view.members)).format(n=len(view.members))
        address = pieces.text(view.address or _("No address"), "subheading")
        planned = [
            pieces.text(_("Planned for {day}: {what}").format(day=day_text(plan.due), what=plan_words(plan)), "label")
            for plan in self.loaded.plans
        ]
        return [
            pieces.card(
                address,
                pieces.text(f"{names}  ·  {count}"),
                pieces.text(before, "small"),
                *planned,
                role="sunken",
                margin=12,
                gap=3,
            ),
            self._strip(),
        ]

    # Pictures: sealed at once, kept with the draft's id until there is a visit.

    def _strip(self) -> PictureStrip:
        self.pictures = PictureStrip()
        self.pictures.wanted.connect(self.to_pictures)
        self.pictures.opened.connect(lambda picture_id: self.to_pictures(picture_id))
        self.pictures.dropped.connect(self._take)
        return self.pictures

    def to_pictures(self, picture_id: str = "") -> None:
        """Go to the pictures of this visit; the way back leads to this draft."""
        assert self.loaded is not None
        assert self.keeper is not None
        self.keep()
        more = {"picture_id": picture_id} if picture_id else {}
        self.shell.go("pictures", household_id=self.loaded.view.id, visit_id=self.keeper.id, **more)

    def refresh(self, changed: Changed) -> None:
        """Nothing disturbs what is being typed; pictures that came or went are shown."""
        if self.loaded is not None and "picture" in changed.entities:
            self._show_pictures()

    def _show_pictures(self) -> None:
        assert self.keeper is not None
        casebook, draft_id, strip = self.casebook, self.keeper.id, self.pictures
        self.shell.tasks.read(lambda: small_tiles(casebook, draft_id), strip.show_tiles, owner=strip)

    def _take(self, sources: list[Source]) -> None:
        """What was dropped on the strip, as it is."""
        assert self.loaded is not None
        assert self.keeper is not None
        casebook = self.casebook
        about = {"subject_kind": "household", "subject_id": self.loaded.view.id, "visit_id": self.keeper.id}
        entry = PictureEntry(kind="home", taken_on=self.today, **about)  # type: ignore[arg-type]
        self.keep()

        def done(found: tuple[list[Source], list[str], list[str]]) -> None:
            taken, operations, troubles = found
            self._show_pictures()
            if taken:
                said = ngettext("{n} picture was saved.", "{n} pictures were saved.", len(taken)).format(n=len(taken))
                self.shell.say(said, undo=lambda: casebook.undo(operations))
            if troubles:
                self.shell.notice("\n".join(troubles), "warn")

        self.long(
            lambda progress, cancelled: take_as_they_are(casebook, entry, sources, progress, cancelled),
            done,
            title=_("Taking over pictures"),
        )

    # The form.

    def answered(self) -> None:
        """Where only one person lives, “met” can only mean that one."""
        assert self.view is not None
        assert self.loaded is not None
        members = self.loaded.view.members
        if len(members) == 1 and self.view.rows["outcome"].answer() == "met":
            self.view.fill({"met": [members[0].resident.id]}, _("The only person of the household"))

    def doubts(self) -> Sequence[FieldProblem]:
        """A day before the household came is likely a wrong year."""
        assert self.loaded is not None
        day, since = read_date(self.answers().get("happened_on")), self.loaded.view.since
        if day is None or since is None or day >= since:
            return ()
        said = _("The household is on the register since {day} only. Check the day.").format(day=day_text(since))
        return (FieldProblem("happened_on", said),)

    def topics(self) -> list[str]:
        """Needs and what was learnt are asked only where somebody was met."""
        found = super().topics()
        if self.view is not None and self.view.rows["outcome"].answer() in ("nobody_home", "refused", "moved_away"):
            held = {"needs": bool(self.needs.answer()), "learnt": bool(self.learnt.answer())}
            found = [topic for topic in found if held.get(topic, True)]
        return found

    def draft_title(self) -> str:
        """The household's address."""
        return self.loaded.view.address if self.loaded is not None else self.title()

    def save_words(self) -> str:
        """What is saved."""
        return _("Save the visit")

    def words_of(self, question: Question, answer: object) -> str:
        """Rows and people in words."""
        assert self.loaded is not None
        names = {member.resident.id: member.resident.name for member in self.loaded.view.members}
        if question.id == "met":
            return answer_words(question, answer, self.today, names)
        if question.id == "needs" and isinstance(answer, list):
            return "\n".join(_need_words(question, row, names) for row in answer)
        if question.id == "facts" and isinstance(answer, list):
            return "\n".join(_learnt_words(row, names, self.today) for row in answer)
        return answer_words(question, answer, self.today)

    def work(self, entry: Any) -> Callable[[], Changed]:
        """Record the visit."""
        casebook = self.casebook
        return lambda: casebook.visits.record(entry)

    def saved(self, changed: Changed) -> None:
        """To the household."""
        assert self.loaded is not None
        assert self.keeper is not None
        casebook, draft_id = self.casebook, self.keeper.id
        self.shell.tasks.run(lambda: casebook.pictures.taken_on_visit(draft_id, changed.id))
        if round_id := self.where.get("round_id"):
            self.shell.go("round", round_id=round_id, stop_id=self.where.get("stop_id", ""))
        else:
            self.shell.go("household", household_id=self.loaded.view.id)
        words = _("The visit to {address} was saved.").format(address=self.loaded.view.address)
        if kept := len(changed.ids):
            done = ngettext("{n} planned visit is done with it.", "{n} planned visits are done with it.", kept)
            words = _("{first} {second}").format(first=words, second=done.format(n=kept))
        self.shell.say(words, self.way_back(changed))

    def subject(self) -> dict[str, str]:
        """The household that was visited."""
        return {"household_id": self.loaded.view.id} if self.loaded is not None else {}


def _quick_days(day: date) -> list[tuple[str, date]]:
    return [
        (_("In a week"), day + relativedelta(weeks=1)),
        (_("In a month"), day + relativedelta(months=1)),
        (_("In three months"), day + relativedelta(months=3)),
    ]


def _home_of(casebook: Any, resident_id: str) -> str:
    homes = casebook.households.of_resident(resident_id)
    return str(homes[0].id) if homes else ""


def _load(casebook: Any, household_id: str) -> Loaded:
    view: HouseholdView = casebook.households.get(household_id)
    visits = casebook.visits.of_household(household_id)
    last = visits[0] if visits else None
    promised = " ".join(filter(None, (day_text(last.next_visit), last.next_reason))) if last else ""
    plans = tuple(plan for plan in casebook.planning.of_household(household_id) if plan.status == "open")
    return Loaded(view, (last.happened_on if last else None, promised), _suggested(casebook, view), plans)


def _load_draft(casebook: Any, draft_id: str) -> tuple[Loaded, Mapping[str, Any], str]:
    draft = casebook.drafts.get(draft_id)
    return _load(casebook, str(draft.body.get("household_id") or draft.subject_id)), draft.body, draft_id


def _suggested(casebook: Any, view: HouseholdView) -> tuple[Suggested, ...]:
    """What the eligibility check would ask next, as far as a form asks it."""
    try:
        asked = casebook.eligibility.check(view.id).questions
    except Problem:
        return ()  # a visit can be recorded without
    members = {member.resident.id for member in view.members}
    found: dict[tuple[str, str], Suggested] = {}
    for each in asked:
        question = definitions.fact_question(each.fact)
        about = each.of if each.of in members else ""
        if question is None or (not about and each.of != "household"):
            continue
        of_household = question.id in {code for code, _label in definitions.fact_choices(False)}
        if of_household == (about == ""):
            found.setdefault((about, question.id), Suggested(about, question))
    return tuple(found.values())[:SUGGESTED]


def _need_words(question: Question, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    group = dict(question.part("group").choices).get(str(row.get("group")), "")
    urgency = dict(question.part("urgency").choices).get(str(row.get("urgency")), "")
    whose = names.get(str(row.get("resident_id") or ""), _("Household"))
    return " · ".join(filter(None, (group, urgency, whose, str(row.get("note") or "").strip())))


def _learnt_words(row: Mapping[str, Any], names: Mapping[str, str], on: date) -> str:
    question = definitions.fact_questions().get(str(row.get("fact") or ""))
    if question is None:
        return ""
    whose = names.get(str(row.get("resident_id") or ""), _("Household"))
    return _("{name}: {question} {answer}").format(
        name=whose, question=question.label, answer=answer_words(question, row.get("answer"), on)
    )
