"""Registering: a household of people at one door in one go, somebody into a household, or a record put right.

In step mode one topic is shown at a time and everything is checked before it is saved; in desk mode all of it is one
page. Both are the same widgets; what is typed lives in a Case, which is also the draft.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop import theme
from desktop.pages import register_save
from desktop.pages.base import Page
from desktop.pages.draft_keeper import DraftKeeper
from desktop.pages.register_case import Case, Person, first_answers, version
from desktop.pages.register_check import check_parts
from desktop.widgets import pieces
from desktop.widgets.action_bar import ActionBar
from desktop.widgets.check_view import CheckView
from desktop.widgets.error_summary import ErrorSummary
from desktop.widgets.finder import Finder, Match
from desktop.widgets.form_view import FormView
from desktop.widgets.likeness import LikenessView
from desktop.widgets.member_parts import MemberParts
from desktop.widgets.people_list import PeopleList
from forms import prefill
from forms.definitions import load
from models.clock import today
from models.records import divisions
from models.services.views import Changed, DraftView, Likeness
from models.texts import _, ngettext

LAST_COMMUNITIES = "register.communities"


class RegisterPage(Page):
    """open(name="", household_id="", resident_id="", draft_id="").

    Without anything a new household; name is what was searched for. household_id registers somebody into that
    household, resident_id amends a record, draft_id goes on where a draft was left.
    """

    name = "register"
    width = 1180

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.case = Case()
        self.step = theme.look().touch
        self.keeper: DraftKeeper | None = None
        self.today: date = date.min
        self.views_made = False
        self.busy = False
        self.waiting = pieces.text(_("Loading…"), "soft")
        self.body.addWidget(self.waiting)
        self.body.addStretch(1)

    # Opening.

    def title(self) -> str:
        """Which of the three it is."""
        return {
            "new": _("Register a household"),
            "member": _("Register somebody into a household"),
            "amend": _("Change a record"),
        }[self.case.kind]

    def open(self, **where: Any) -> None:
        """Begin, or go on with a draft."""
        name, household_id, resident_id, draft_id = (
            str(where.get(key) or "") for key in ("name", "household_id", "resident_id", "draft_id")
        )
        casebook = self.casebook
        self.today = today(casebook.clock)
        self._make_views()
        self.busy = False
        self.summary.show_problems([])
        self.likeness.hide()
        if draft_id:
            self.whole.hide()
            self.waiting.show()
            self.run(lambda: casebook.drafts.get(draft_id), self._resume)
        elif resident_id:
            self.whole.hide()
            self.waiting.show()
            self.read(lambda: register_save.amend_answers(casebook, resident_id, self.today), self._amend)
        else:
            case = Case(kind="member" if household_id else "new", household_id=household_id)
            case.people[0].answers = first_answers(name)
            if household_id:
                case.stage = "person"
                self.read(lambda: casebook.households.get(household_id), self._name_household)
            elif not self.step and not name:
                case.stage = "where"
            self._begin(case)
            if case.kind == "new":
                self.read(lambda: _suggested(casebook), self._suggest)

    def _resume(self, draft: DraftView) -> None:
        case = Case.from_body(draft.body)
        self._begin(case, draft.id)
        if draft.form_version != version():
            self.shell.notice(_("This draft was begun with an older form. Please look through the answers."), "warn")
        if case.kind == "new":
            casebook = self.casebook
            self.read(lambda: _suggested(casebook), self._suggest)

    def _amend(self, loaded: register_save.Amended) -> None:
        person = Person(answers=dict(loaded.answers))
        case = Case(kind="amend", resident_id=loaded.resident_id, stage="person", people=[person])
        case.before = dict(loaded.answers)
        self._begin(case)

    def _name_household(self, view: Any) -> None:
        self.case.household_words = view.address
        self.into.setText(
            ngettext("Into: {address}, {n} person now", "Into: {address}, {n} people now", len(view.members)).format(
                address=view.address, n=len(view.members)
            )
        )
        self.into.show()

    def _begin(self, case: Case, draft_id: str = "") -> None:
        self.case = case
        form = "resident" if case.kind == "amend" else "household"
        if self.keeper is not None:
            self.keeper.deleteLater()
        self.keeper = DraftKeeper(self.casebook, self.shell.tasks, form, version(), self._snapshot, self)
        self.keeper.kept.connect(self.bar.say_kept)
        self.bar.say_kept("")
        if draft_id:
            self.keeper.resume(draft_id)
        self.waiting.hide()
        self.whole.show()
        self.into.setVisible(bool(case.household_words))
        if case.household_words:
            self.into.setText(_("Into: {address}").format(address=case.household_words))
        self.where_view.show_answers(case.answers)
        self.home_view.show_answers(case.answers)
        self._show_person()
        self.set_title(self.title())
        self._show_stage(case.stage, case.topic)
        self.first_focus()

    # The widgets.

    def _make_views(self) -> None:
        if self.views_made:
            return
        self.views_made = True
        household = load("household")
        self.household_form, self.resident_form = household, household.person
        self.bar = ActionBar()
        self.bar.back.connect(self.step_back)
        self.bar.second.connect(self.second)
        self.bar.forward.connect(self.forward)
        self.show_footer(self.bar)
        self.footer.setContentsMargins(0, 0, 0, 0)
        self.summary = ErrorSummary()
        self.summary.chosen.connect(self.go_to)
        self.into = pieces.text("", "label")
        self.finder = Finder(name=_("Registered household"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find_households)
        self.finder.picked.connect(self._join)
        self.existing = pieces.card(
            pieces.text(_("Is this household on the register already? Find it and add somebody to it."), "soft"),
            self.finder,
            margin=14,
        )
        self.where_view = FormView(household, self.today, step=self.step, topics=("where",))
        self.where_view.communities_asked.connect(self._find_communities)
        self.where_view.finished.connect(self._where_done)
        self.parts = MemberParts(household.question("people"), step=self.step)
        self.parts.removed.connect(lambda: self.remove(self.case.at))
        self.parts.entered.connect(self._parts_done)
        self.person_view = FormView(self.resident_form, self.today, step=self.step)
        self.person_view.numbered.connect(self._number_typed)
        self.person_view.finished.connect(self._person_done)
        self.home_view = FormView(household, self.today, step=self.step, topics=("household",))
        self.home_view.finished.connect(self._home_done)
        self.people = PeopleList(narrow=not self.step)
        self.people.chosen.connect(self.edit)
        self.people.removed.connect(self.remove)
        self.people.another.connect(self.another)
        self.check_view = CheckView()
        self.check_view.change.connect(self.go_to)
        self.likeness = LikenessView()
        self.likeness.same.connect(self._is_same)
        self.likeness.opened.connect(lambda resident_id: self.shell.go("person", resident_id=resident_id))
        self.likeness.different.connect(self._are_different)
        for view in (self.where_view, self.person_view, self.home_view, self.parts):
            view.changed.connect(self._typed)
        self.people_card = self.people if self.step else pieces.card(pieces.text(_("People"), "label"), self.people)
        self.form_side = QWidget()
        pieces.column(
            self.form_side, self.existing, self.where_view, *((self.people_card,) if self.step else ()),
            self.parts, self.person_view, self.home_view, self.check_view, gap=16,
        ).addStretch(1)  # fmt: skip
        self.whole = QWidget()
        if self.step:
            self.form_side.setMaximumWidth(theme.px(820))
            pieces.column(self.whole, self.summary, self.into, self.likeness, self.form_side, gap=16)
        else:
            self.people_card.setFixedWidth(theme.px(210))
            both = pieces.line(None, self.form_side, self.people_card, gap=16)
            both.setAlignment(self.people_card, Qt.AlignmentFlag.AlignTop)
            both.setStretch(0, 1)
            pieces.column(self.whole, self.summary, self.into, self.likeness, both, gap=16)
        self.body.insertWidget(0, self.whole)
        for keys, run in (("Ctrl+Return", self.save_or_on), ("Ctrl+Enter", self.save_or_on), ("Alt+N", self.another)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    # What is typed.

    def _typed(self) -> None:
        self._collect()
        self._list_people()
        self._keep()

    def _keep(self) -> None:
        if self.keeper is not None:
            self.keeper.touch()
            self.where["draft_id"] = self.keeper.id  # a rebuilt page, or Back, goes on with this draft

    def _collect(self) -> None:
        """Take what the widgets hold into the case."""
        case = self.case
        if case.kind == "new":
            case.answers = {**self.where_view.answers(), **self.home_view.answers()}
        if case.people:
            person = case.person
            person.answers = {**self.person_view.answers(), **self.parts.answers()}

    def _snapshot(self) -> tuple[str, str, dict[str, Any]] | None:
        self._collect()
        if self.case.is_empty():
            return None
        return self.case.title(), self.case.resident_id or self.case.household_id, self.case.body()

    def _show_person(self) -> None:
        case, person = self.case, self.case.person
        answers = dict(person.answers)
        if case.kind == "new" and case.at == 0:
            answers.setdefault("relation", "0")  # the head comes first
        title = person.name or _("Person {n}").format(n=case.at + 1)
        self.parts.show_answers(title, answers, known=bool(person.known_id), removable=len(case.people) > 1)
        self.person_view.show_answers({k: v for k, v in answers.items() if k not in self.parts.rows})
        self._list_people()

    def _list_people(self, wrong: frozenset[int] = frozenset()) -> None:
        lines = self.case.lines(self.today, wrong)
        self.parts.title.setText(lines[self.case.at].name)
        self.people.show_people(lines, self.case.at)

    # Where one is.

    def _show_stage(self, stage: str, topic: str = "") -> None:
        case = self.case
        case.stage, case.topic = stage, topic
        person, new = not case.person.known_id, case.kind == "new"
        if self.step:
            shown = {
                self.existing: stage == "where" and new,
                self.where_view: stage == "where" and new,
                self.people_card: stage == "people",
                self.parts: stage == "person" and case.kind != "amend" and topic in ("", "who"),
                self.person_view: stage == "person" and person,
                self.home_view: stage == "home" and new,
                self.check_view: stage == "check",
            }
            self.person_view.show_topic(topic or "who")
        else:
            form = stage != "check"
            shown = {
                self.existing: form and new,
                self.where_view: form and new,
                self.people_card: form and case.kind != "amend",
                self.parts: form and case.kind != "amend",
                self.person_view: form and person,
                self.home_view: form and new,
                self.check_view: not form,
            }
        self.likeness.hide()
        self.form_side.show()
        for widget, visible in shown.items():
            widget.setVisible(visible)
        self._say_bar()

    def _say_bar(self) -> None:
        case = self.case
        save = {"new": _("Save the household"), "member": _("Save"), "amend": _("Save the changes")}[case.kind]
        if not self.likeness.isHidden():
            self.bar.say(forward=_("None of them: go on"), back=True)
        elif not self.step:
            another = "" if case.kind == "amend" else _("Another person")
            self.bar.say(forward=save, second=another, back=case.stage == "check", hint="Ctrl+Enter")
        elif case.stage == "person":
            topics = self._topics()
            place = topics.index(case.topic) + 1 if case.topic in topics else 1
            name = case.person.name or _("Person {n}").format(n=case.at + 1)
            self.bar.say(
                forward=_("Continue"),
                second=_("Ask the rest later") if place < len(topics) else "",
                progress=_("{name}: {n} / {all}").format(name=name, n=place, all=len(topics)),
                back=True,
            )
        else:
            stages = self._stages()
            words = {
                "people": (_("Continue"), ""),
                "home": (_("Check the answers"), ""),
                "check": (save, ""),
            }.get(case.stage, (_("Continue"), ""))
            progress = f"{stages.index(case.stage) + 1} / {len(stages)}" if case.stage in stages else ""
            self.bar.say(forward=words[0], second=words[1], progress=progress, back=True)

    def _stages(self) -> list[str]:
        return {
            "new": ["where", "person", "people", "home", "check"],
            "member": ["person", "people", "check"],
            "amend": ["person", "check"],
        }[self.case.kind]

    def _topics(self) -> list[str]:
        return ["who"] if self.case.person.known_id else self.person_view.topics_asked()

    def first_focus(self) -> None:
        """The address while none is picked, else the person."""
        if not self.views_made or self.whole.isHidden():
            return
        if not self.likeness.isHidden():
            self.likeness.first_focus().setFocus()
        elif self.case.stage == "check":
            self.bar.forward_button.setFocus()
        elif self.case.stage == "people":
            self.people.more.setFocus()
        elif self.case.stage == "home":
            self.home_view.first_focus()
        elif self.case.stage == "person":
            self._focus_person()
        else:
            self.where_view.first_focus()
        if self.area is not None:
            self.area.verticalScrollBar().setValue(0)

    def _focus_person(self) -> None:
        if self.case.topic in ("", "who") and self.case.kind != "amend":
            self.parts.focus_part("relation")
            self.see(self.parts)
        else:
            self.person_view.first_focus()

    # Going on and back.

    def _where_done(self) -> None:
        if self.step:
            self.forward()
        else:
            self._focus_person()

    def _parts_done(self) -> None:
        if not self.case.person.known_id:
            self.person_view.first_focus()
        elif self.step:
            self.forward()

    def _person_done(self) -> None:
        if self.step:
            self.forward()
        elif self.case.kind == "new":
            self.home_view.first_focus()
        else:
            self.bar.forward_button.setFocus()

    def _home_done(self) -> None:
        if self.step:
            self.forward()
        else:
            self.bar.forward_button.setFocus()

    def save_or_on(self) -> None:
        """Ctrl+Enter: save at the desk; go on in step mode."""
        self.forward()

    def forward(self) -> None:
        """What the main button says."""
        if self.busy:
            return
        if not self.likeness.isHidden():
            self.likeness.say_different()
            return
        self._collect()
        case = self.case
        if not self.step or case.stage == "check":
            self.save()
        elif case.stage == "where":
            if self._accept(lambda field: field.startswith("address")):
                self._to("person", "who")
        elif case.stage == "person":
            self._next_topic()
        elif case.stage == "people":
            self._to("home" if case.kind == "new" else "check")
        elif case.stage == "home" and self._accept(lambda field: self.home_view.topic_of(field) != ""):
            self._to("check")

    def _next_topic(self) -> None:
        case, topics = self.case, self._topics()
        topic = case.topic or "who"
        prefix = self._prefix()
        here = {*self.parts.rows} if topic == "who" else set()

        def on_this_page(path: str) -> bool:
            rest = path.removeprefix(prefix)
            return path.startswith(prefix) and (rest in here or self.person_view.topic_of(rest) == topic)

        if not self._accept(on_this_page):
            return
        place = topics.index(topic) if topic in topics else 0
        if place == 0 and not case.person.known_id:
            self._compare([case.at], lambda: self._after_topic(topics, place))
        else:
            self._after_topic(topics, place)

    def _after_topic(self, topics: list[str], place: int) -> None:
        if place + 1 < len(topics) and not self.case.person.known_id:
            self._to("person", topics[place + 1])
        else:
            self._to("check" if self.case.kind == "amend" else "people")

    def second(self) -> None:
        """Another person at the desk; in step mode the rest of this person later."""
        if not self.step:
            self.another()
        elif self._accept(lambda path: path.startswith(self._prefix())):
            self._compare([self.case.at], lambda: self._to("check" if self.case.kind == "amend" else "people"))

    def step_back(self) -> None:
        """To what was shown before; from the first page to the page before this one."""
        self._collect()
        case = self.case
        if not self.likeness.isHidden():
            self._show_stage(case.stage, case.topic)
            self.first_focus()
            return
        if not self.step:
            self._to("where")
            return
        if case.stage == "person":
            topics = self._topics()
            place = topics.index(case.topic) if case.topic in topics else 0
            if place > 0:
                self._to("person", topics[place - 1])
            elif case.kind == "new" and case.at == 0:
                self._to("where")
            elif case.at > 0:
                self._to("people")
            else:
                self.shell.back()
            return
        stages = self._stages()
        place = stages.index(case.stage)
        if place == 0:
            self.shell.back()
        elif stages[place - 1] == "person":
            self._to("person", self._topics()[-1])
        else:
            self._to(stages[place - 1])

    def _to(self, stage: str, topic: str = "") -> None:
        if stage == "check":
            self._show_check()
        elif stage == "people":
            self._list_people()
        self.summary.show_problems([])
        self._show_stage(stage, topic)
        self._keep()
        self.first_focus()

    def another(self) -> None:
        """Keep this person on the list and go on with the next."""
        if self.case.kind == "amend" or self.busy or not self.likeness.isHidden():
            return
        self._collect()
        if not self.case.person.is_blank():
            if not self._accept(lambda path: path.startswith(self._prefix())):
                return
            self._compare([self.case.at], self._add_person)
        else:
            self._add_person()

    def _add_person(self) -> None:
        self.case.add_person()
        self._show_person()
        self._to("person", "who")

    def edit(self, place: int) -> None:
        """Show somebody of the list again."""
        self._collect()
        self.case.at = place
        self._show_person()
        self._to("person", "who")

    def remove(self, place: int) -> None:
        """Take somebody off the form; the undo bar brings them back."""
        self._collect()
        person = self.case.people[place]
        self.case.remove(place)
        self._show_person()
        self._show_stage(self.case.stage, self.case.topic)
        self._keep()

        def bring_back() -> None:
            self.case.people.insert(place, person)
            self.case.at = place
            self._show_person()
            self._show_stage("person", "who")
            self._keep()

        if not person.is_blank() and self.shell.area is not None:
            sentence = _("{name} was taken off the list.").format(name=person.name or _("Somebody"))
            self.shell.area.undo_bar.say(sentence, bring_back)

    # Problems.

    def _prefix(self) -> str:
        if self.case.kind == "amend":
            return ""
        entered = [place for place, person in enumerate(self.case.people) if not person.is_blank()]
        place = entered.index(self.case.at) if self.case.at in entered else len(entered)
        return f"people.{place}."

    def _reading(self) -> Any:
        if self.case.kind == "amend":
            return self.resident_form.read(self.case.person.answers, self.today)
        answers = self.case.household_answers()
        if self.case.person.is_blank():
            answers["people"] = [*answers["people"], {"name": ""}]
        return self.household_form.read(answers, self.today)

    def _accept(self, here: Callable[[str], bool]) -> bool:
        """Read everything; show the problems that belong here. Whether there were none."""
        reading = self._reading()
        problems = [problem for problem in reading.problems if here(problem.field)]
        if self.case.person.is_blank() and not problems and here(self._prefix() + "name"):
            problems = [register_save.name_missing(self._prefix() + "name", self.resident_form)]
        self._show_problems(problems, reading.warnings)
        return not problems

    def _show_problems(self, problems: list[Any], warnings: Any = ()) -> None:
        prefix = self._prefix()
        mine = [register_save.without(prefix, each) for each in problems if each.field.startswith(prefix)]
        odd = [register_save.without(prefix, each) for each in warnings if each.field.startswith(prefix)]
        self.person_view.show_problems(mine, odd)
        for part, row in self.parts.rows.items():
            row.show_problem(next((each.sentence for each in mine if each.field == part), ""))
            row.show_doubt(next((each.sentence for each in odd if each.field == part), ""))
        self.where_view.show_problems(problems, warnings)
        self.home_view.show_problems(problems, warnings)
        self._list_people(register_save.places_with_problems(problems, self.case))
        self.summary.show_problems(register_save.summary(problems, self.case))
        if problems:
            self.summary.setFocus()
            self.see(self.summary)

    def go_to(self, path: str) -> None:
        """Lead to a field, wherever it is."""
        self._collect()
        case = self.case
        parts = path.split(".")
        if parts[0] == "people" and len(parts) > 1 and parts[1].isdigit():
            place = case.place_of(int(parts[1])) if int(parts[1]) < len(case.entered()) else case.at
            rest = ".".join(parts[2:]) or "relation"
            if place != case.at:
                case.at = place
                problems = list(self.summary.links)
                self._show_person()
                if problems:
                    self._show_again()
            self._focus_in_person(rest)
            return
        if case.kind == "amend":
            self._focus_in_person(path)
            return
        view, stage = (self.where_view, "where") if self.where_view.topic_of(path) else (self.home_view, "home")
        if parts[0] == "people":
            stage = "people"
        self._show_stage(stage if self.step or stage != "people" else "where")
        if stage != "people" and (widget := view.focus_question(path)) is not None:
            self.see(widget)

    def _show_again(self) -> None:
        """After another person is shown: the same problems beside that person's fields, the summary as it was."""
        reading = self._reading()
        prefix = self._prefix()
        mine = [register_save.without(prefix, each) for each in reading.problems if each.field.startswith(prefix)]
        self.person_view.show_problems(mine)

    def _focus_in_person(self, question: str) -> None:
        in_parts = question in self.parts.rows
        self._show_stage("person", "who" if in_parts else self.person_view.topic_of(question) or "who")
        widget = self.parts.focus_part(question) if in_parts else self.person_view.focus_question(question)
        if widget is not None:
            self.see(widget)

    # What is looked up meanwhile.

    def _find_communities(self, picker: Any, text: str) -> None:
        self.read(lambda: _communities(text), lambda found: picker.offer_communities(text, found))

    def _suggest(self, found: list[Match]) -> None:
        picker = self.where_view.rows["address"].field
        picker.suggest_communities(found)
        if found and not picker.community.line.text() and picker.community.chosen() is None and not self.case.answers:
            picker.community.show_chosen(found[0])  # nearly always the same one; “change” is beside it
            self.case.answers = self.where_view.answers()
            if self.case.stage == "where":
                self.first_focus()

    def _find_households(self, text: str) -> None:
        casebook = self.casebook
        self.read(lambda: register_save.find_households(casebook, text), lambda found: self.finder.offer(text, found))

    def _join(self, household_id: str) -> None:
        match = self.finder.chosen()
        self._collect()
        self.case.kind, self.case.household_id = "member", household_id
        self.case.household_words = match.words if match else ""
        self.where["household_id"] = household_id
        casebook = self.casebook
        self.read(lambda: casebook.households.get(household_id), self._name_household)
        self.set_title(self.title())
        self._to("person", "who")

    def _number_typed(self, kind: str, number: str) -> None:
        at = self.case.at

        def fill(told: prefill.Suggestion | None) -> None:
            if told is None or self.case.at != at:
                return
            self.person_view.fill(
                {"birth_date": told.birth_date, "sex": told.sex}, _("Filled in from the identity number")
            )
            if told.issued_in and "documents" in self.person_view.rows:
                self.person_view.rows["documents"].show_note(
                    _("Number first issued in {place}").format(place=told.issued_in)
                )

        self.read(lambda: prefill.from_number(kind, number), fill)

    # Likely the same person?

    def _compare(self, places: list[int], then: Callable[[], None]) -> None:
        """Look whether these people are on the register already; ask where they may be, then go on."""
        case, casebook, form, day = self.case, self.casebook, self.resident_form, self.today
        todo = [
            place
            for place in places
            if case.kind != "amend"
            and not case.people[place].known_id
            and case.people[place].compared != case.people[place].likeness_key()
        ]
        if not todo:
            then()
            return
        place, rest = todo[0], todo[1:]
        person = case.people[place]
        answers, key = dict(person.answers), person.likeness_key()

        def look() -> list[Likeness]:
            entry = form.read(answers, day).entry
            return casebook.residents.likely_duplicates(entry) if entry is not None else []

        def ask(found: list[Likeness]) -> None:
            self._set_busy(False)
            if self.case is not case or person not in case.people:
                return
            person.compared = key
            left = [like for like in found if like.row.id not in person.different]
            if not left:
                self._compare(rest, then)
                return
            self._after_likeness = lambda: self._compare(rest, then)
            self._show_likeness(place, left)

        self._set_busy(True)
        self.read(look, ask, self._failed)

    def _show_likeness(self, place: int, found: list[Likeness]) -> None:
        self.case.at = place
        self._show_person()
        typed = register_save.typed_for_likeness(self.case, self.today)
        self.likeness.show_likenesses(typed, found, self.today)
        self.form_side.hide()
        self.summary.show_problems([])
        self.likeness.show()
        if not self.step:
            self.people_card.hide()
        self._say_bar()
        self.first_focus()

    def _close_likeness(self) -> None:
        self._show_person()
        self._show_stage(self.case.stage, self.case.topic)
        self._keep()
        self._after_likeness()

    def _is_same(self, resident_id: str) -> None:
        casebook, person = self.casebook, self.case.person

        def use(row: Any) -> None:
            person.known_id, person.known_name = resident_id, row.name
            self._close_likeness()

        self.read(lambda: casebook.residents.row(resident_id), use)

    def _are_different(self, ids: list[str]) -> None:
        self.case.person.different += [each for each in ids if each not in self.case.person.different]
        self._close_likeness()

    # Saving.

    def _show_check(self) -> None:
        reading = self._reading() if self.case.entered() else None
        self.check_view.show_parts(
            check_parts(self.case, self.household_form, self.today, reading.warnings if reading else ())
        )

    def save(self) -> None:
        """Read everything, compare everybody, save all or nothing."""
        if self.busy:
            return
        self._collect()
        entered = self.case.entered()
        answers = self.case.household_answers()
        reading = self._reading() if entered else self.household_form.read(answers, self.today)
        if self.case.kind == "member":
            problems = [problem for problem in reading.problems if problem.field.startswith("people")]
        else:
            problems = list(reading.problems)
        if problems:
            first = problems[0].field.split(".")
            if first[0] == "people" and len(first) > 1 and first[1].isdigit():
                self.case.at = self.case.place_of(int(first[1])) if int(first[1]) < len(entered) else self.case.at
                self._show_person()
            if self.case.stage == "check":
                self._show_stage("person", "who")
            self._show_problems(problems, reading.warnings)
            return
        everybody = [place for place, person in enumerate(self.case.people) if not person.is_blank()]
        self._compare(everybody, self._save_now)

    def _save_now(self) -> None:
        self._collect()
        self._set_busy(True)
        case, casebook = self.case, self.casebook
        work = register_save.work(casebook, case, self.household_form, self.resident_form, self.today)
        self.run(work, self._saved, self._failed)

    def _saved(self, changed: Changed) -> None:
        assert self.keeper is not None
        case, casebook, tasks = self.case, self.casebook, self.shell.tasks
        self.keeper.discard()
        self.where.pop("draft_id", None)
        for one, other in register_save.pairs_of_others(case, changed):
            tasks.run(partial(casebook.residents.not_same, one, other))
        if case.kind == "new":
            code = str((case.answers.get("address") or {}).get("community_code") or "")
            tasks.run(lambda: register_save.remember_community(casebook, LAST_COMMUNITIES, code))
        sentence = register_save.sentence(case)
        self._set_busy(False)
        self.case = Case()
        if case.kind == "amend":
            self.shell.go("person", resident_id=case.resident_id)
        else:
            self.shell.go("household", household_id=case.household_id or changed.id)
        self.shell.say(sentence)

    def _failed(self, problem: Any) -> None:
        self._set_busy(False)
        self._keep()
        self.shell.problem(problem, self.forward)

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        self.bar.set_busy(busy)

    # The shell's side.

    def refresh(self, changed: Changed) -> None:
        """Nothing that happens elsewhere may disturb what is being typed."""

    def leave(self) -> bool:
        """Keep the draft."""
        if self.keeper is not None:
            self.keeper.flush()
        return True

    def subject(self) -> dict[str, str]:
        """The household or resident that is being worked on."""
        found = {"resident_id": self.case.resident_id, "household_id": self.case.household_id}
        return {key: value for key, value in found.items() if value}


def _communities(text: str) -> list[Match]:
    return [_match(found) for found in divisions.find(text, "community", limit=30)]


def _match(found: divisions.Division) -> Match:
    return Match(found.code, found.short, divisions.path(found.parent_code))


def _suggested(casebook: Any) -> list[Match]:
    """The last communities, then those of the office."""
    codes = list(casebook.settings.get(LAST_COMMUNITIES, []))
    office = casebook.office.code
    if len(office) == 12:
        codes.append(office)
    found = [division for code in dict.fromkeys(codes) if (division := divisions.community(code))]
    if len(office) == 9:
        found += [each for each in divisions.children(office) if each.code not in codes]
    return [_match(each) for each in found[:6]]
