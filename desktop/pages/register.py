"""Registering: a household of people at one door in one go, somebody into a household, or a record put right.

In step mode one topic is shown at a time and everything is checked before it is saved; in desk mode all of it is one
page. Both are the same widgets; what is typed lives in a Case, which is also the draft.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.pages import register_lookup, register_save
from desktop.pages.register_board import RegisterBoard
from desktop.pages.register_case import MEMBER_PARTS, Case, Person, first_address, first_answers, version
from desktop.pages.register_check import check_parts
from desktop.pages.register_places import places
from desktop.pages.register_steps import STAGES, Stepping
from desktop.widgets import pieces
from desktop.widgets.cover import Cover
from desktop.widgets.finder import Match
from desktop.widgets.jump_menu import Place
from desktop.widgets.sticky import Sticky
from forms import prefill
from forms.definitions import load
from models.clock import today
from models.services.views import Changed, DraftView
from models.texts import _, ngettext


class RegisterPage(Stepping):
    """open(name="", household_id="", resident_id="", draft_id="").

    Without anything a new household; name is what was searched for. household_id registers somebody into that
    household, resident_id amends a record, draft_id goes on where a draft was left.
    """

    name = "register"
    jumps = True

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.case = Case()
        self.household_form = load("household")
        self.resident_form = self.household_form.person
        board = self.board = RegisterBoard(self.household_form, self.today, self.summary, step=self.step)
        pieces.column(self.whole, board)
        if isinstance(board.side, Sticky):
            board.side.follow(self.area)
        self.make_bar()
        self.connect_likeness()
        board.finder.asked.connect(self._find_households)
        board.finder.picked.connect(self._join)
        board.where.communities_asked.connect(self._find_communities)
        board.where.finished.connect(self._where_done)
        board.parts.removed.connect(lambda: self.remove(self.case.at))
        board.parts.entered.connect(self._parts_done)
        board.person.numbered.connect(self._number_typed)
        board.person.finished.connect(self._person_done)
        board.home.finished.connect(self._home_done)
        board.people.chosen.connect(self.edit)
        board.people.removed.connect(self.remove)
        board.people.another.connect(self.another)
        board.check.change.connect(self.go_to)
        for view in (board.where, board.parts, board.person, board.home):
            view.changed.connect(self._typed)
        self.command("Alt+N", _("Another person"), "plus", self.another)

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
        if draft_id:
            self.wait_for_records()
            self.run(lambda: casebook.drafts.get(draft_id), self._resume)
        elif resident_id:
            self.wait_for_records()
            self.read(lambda: register_lookup.amend_answers(casebook, resident_id), self._amend)
        else:
            case = Case(kind="member" if household_id else "new", household_id=household_id)
            case.people[0].answers = first_answers(name)
            if case.kind == "new" and (address := first_address(name)):
                case.answers["address"] = address
            case.stage = STAGES[case.kind][0]
            self._begin(case)

    def _resume(self, draft: DraftView) -> None:
        self._begin(Case.from_body(draft.body), draft.id)
        if draft.form_version != version():
            self.shell.notice(_("This draft was begun with an older form. Please look through the answers."), "warn")

    def _amend(self, loaded: register_lookup.Amended) -> None:
        answers = dict(loaded.answers)
        self._begin(
            Case(
                "amend",
                "",
                "",
                loaded.resident_id,
                "person",
                people=[Person(answers)],
                before=answers,
                seen=loaded.seen,
            )
        )

    def _begin(self, case: Case, draft_id: str = "") -> None:
        self.case = case
        self._from_check = False
        self.set_busy(False)
        self.begin_draft("resident" if case.kind == "amend" else "household", version(), draft_id)
        self.begin_editing("resident", case.resident_id if case.kind == "amend" else "", case.seen)
        self.tell([])
        self.show_whole()
        # Each view gets its own answers only: what it does not draw it would hand back as it was, over the other's.
        where = {key: answer for key, answer in case.answers.items() if key.partition(".")[0] in self.board.where.rows}
        self.board.where.show_answers(where)
        self.board.home.show_answers({key: answer for key, answer in case.answers.items() if key not in where})
        self.board.finder.show_chosen(None)
        self.board.finder.line.clear()
        self.board.into.setText(_("Into: {address}").format(address=case.household_words))
        self.show_person()
        self.set_title(self.title())
        self.show_stage(case.stage, case.topic)
        if case.stage == "check":
            self._show_check()
        self.first_focus()
        casebook = self.casebook
        if case.kind == "new":
            self.read(lambda: register_lookup.suggested_communities(casebook), self._suggest)
        elif case.kind == "member":
            self.read(lambda: casebook.households.get(case.household_id), self._name_household)

    def _name_household(self, view: Any) -> None:
        self.case.household_words = view.address
        now = ngettext("Into: {address}, {n} person now", "Into: {address}, {n} people now", len(view.members))
        self.board.into.setText(now.format(address=view.address, n=len(view.members)))
        self.board.into.show()

    # What is typed.

    def _typed(self) -> None:
        self._collect()
        self._list_people()
        if self.step:
            self.say_bar()
        self.keep()

    def _collect(self) -> None:
        """Take what the widgets hold into the case."""
        case, board = self.case, self.board
        if case.kind == "new":
            case.answers = {**board.where.answers(), **board.home.answers()}
        parts = board.parts.answers() if case.kind != "amend" else {}
        case.person.answers = {**board.person.answers(), **parts}

    def snapshot(self) -> tuple[str, str, dict[str, Any]] | None:
        """The case as it stands."""
        self._collect()
        if self.case.is_empty():
            return None
        return self.case.title(), self.case.resident_id or self.case.household_id, self.case.body()

    def show_person(self) -> None:
        """Show the person of the case in the fields."""
        case, person = self.case, self.case.person
        answers = dict(person.answers)
        if case.kind == "new" and case.at == 0:
            answers.setdefault("relation", "0")  # the head comes first
        parts = self.board.parts
        parts.show_answers("", answers, known=bool(person.known_id), removable=len(case.people) > 1)
        self.board.person.show_answers({k: v for k, v in answers.items() if k not in MEMBER_PARTS})
        if case.kind == "amend":
            register_lookup.cover_kept(self.board.person.rows, case.before, self._reveal)
        self._list_people()

    def _reveal(self, what: str, cover: Cover) -> None:
        """Show a number that is kept (what: number or phone); that is journalled."""
        casebook, resident_id, whole = self.casebook, self.case.resident_id, cover.text()
        self.run(lambda: register_lookup.reveal(casebook, resident_id, what, whole), lambda _none: cover.uncover())

    def _list_people(self, wrong: frozenset[int] = frozenset()) -> None:
        lines = self.case.lines(self.today, wrong)
        self.board.parts.title.setText(lines[self.case.at].name)
        listed = [line for line, person in zip(lines, self.case.people, strict=True) if not person.is_blank()]
        self.board.people.show_people(listed if self.step else lines, self.case.at)

    # People.

    def another(self) -> None:
        """Keep this person on the list and go on with the next."""
        if self.case.kind == "amend" or self.busy or self.board.comparing:
            return
        self._collect()
        if self.case.person.is_blank():
            self._add_person()
        elif self._accept(lambda path: path.startswith(self._prefix())):
            self.compare([self.case.at], self._add_person)

    def _add_person(self) -> None:
        self.case.add_person()
        self.show_person()
        self._to("person", "who")

    def edit(self, place: int) -> None:
        """Show somebody of the list again."""
        self._collect()
        self.case.at = place
        self.show_person()
        self._to("person", "who")

    def remove(self, place: int) -> None:
        """Take somebody off the form; the undo bar brings them back."""
        self._collect()
        person = self.case.people[place]
        self.case.remove(place)
        self.show_person()
        self.show_stage(self.case.stage, self.case.topic)
        self.keep()
        case = self.case

        def bring_back() -> None:
            if self.case is not case:
                return
            self._collect()
            case.people.insert(place, person)
            case.at = place
            self.show_person()
            self._to("person", "who")

        if not person.is_blank() and self.shell.area is not None:
            sentence = _("{name} was taken off the list.").format(name=person.name or _("Somebody"))
            self.shell.area.undo_bar.say(sentence, bring_back)

    # Problems.

    def _prefix(self) -> str:
        return "" if self.case.kind == "amend" else self.case.prefix()

    def _reading(self) -> Any:
        if self.case.kind == "amend":
            return self.resident_form.read(self.case.person.answers, self.today)
        return self.household_form.read(self.case.household_answers(), self.today)

    def _accept(self, here: Callable[[str], bool]) -> bool:
        """Read everything; show the problems that belong here. Whether there were none."""
        reading = self._reading()
        problems = [problem for problem in reading.problems if here(problem.field)]
        if self.case.person.is_blank() and here(self._prefix() + "name"):
            problems.append(register_save.name_missing(self._prefix() + "name", self.resident_form))
        self._show_problems(problems, reading.warnings)
        return not problems

    def _show_problems(self, problems: list[Any], warnings: Any = ()) -> None:
        self._show_beside_person(problems, warnings)
        self.board.where.show_problems(problems, warnings)
        self.board.home.show_problems(problems, warnings)
        self._list_people(register_save.places_with_problems(problems, self.case))
        self.tell(register_save.summary(problems, self.case), take_focus=True)

    def _show_beside_person(self, problems: Any, warnings: Any = ()) -> None:
        prefix = self._prefix()
        mine = [register_save.without(prefix, each) for each in problems if each.field.startswith(prefix)]
        odd = [register_save.without(prefix, each) for each in warnings if each.field.startswith(prefix)]
        self.board.person.show_problems(mine, odd)
        for part, row in self.board.parts.rows.items():
            row.show_problem(next((each.sentence for each in mine if each.field == part), ""))
            row.show_doubt(next((each.sentence for each in odd if each.field == part), ""))

    def go_to(self, path: str) -> None:
        """Lead to a field, wherever it is."""
        self._collect()
        case, board = self.case, self.board
        self._from_check = self._from_check or case.stage == "check"
        parts = path.split(".")
        if case.kind == "amend":
            self._focus_in_person(path)
        elif parts[0] == "people" and len(parts) > 1 and parts[1].isdigit():
            place = case.place_of(int(parts[1]))
            if place != case.at:
                case.at = place
                self.show_person()
                if self.summary.links:
                    self._show_beside_person(self._reading().problems)
            self._focus_in_person(".".join(parts[2:]) or "relation")
        elif parts[0] == "people":
            self._to("people" if self.step else "person", "who")
        else:
            view, stage = (board.where, "where") if board.where.topic_of(path) else (board.home, "home")
            self.show_stage(stage)
            if (widget := view.focus_question(path)) is not None:
                self.see(widget)

    def _focus_in_person(self, question: str) -> None:
        in_parts = question in MEMBER_PARTS
        self.show_stage("person", "who" if in_parts else self.board.person.topic_of(question) or "who")
        parts, person = self.board.parts, self.board.person
        widget = parts.focus_part(question) if in_parts else person.focus_question(question)
        if widget is not None:
            self.see(widget)

    def topic_frames(self) -> list[tuple[QWidget, QWidget]]:
        """Address, how the person belongs, the person, the household."""
        board = self.board
        frames = [*board.where.topic_frames()]
        if not board.parts.isHidden():
            frames.append((board.parts, board.parts.rows["relation"].field.first_focus()))
        return [*frames, *board.person.topic_frames(), *board.home.topic_frames()]

    def places(self) -> list[Place]:
        """Every question of the registration."""
        self._collect()
        reading = self._reading()
        return places(self.case, self.household_form, self.today, reading.problems, reading.warnings)

    def check_for_errors(self) -> None:
        """Look through everything and go to the first problem; doubts count where there is none."""
        if self.busy or self.whole.isHidden() or self.board.comparing:
            return
        self._collect()
        reading = self._reading()
        problems = [each for each in reading.problems if self.case.kind != "member" or each.field.startswith("people")]
        first = next(iter([*problems, *reading.warnings]), None)
        if first is not None:
            self.go_to(first.field)
        self._show_problems(problems, reading.warnings)
        if not problems:
            words = _("Something looks odd: see the marked answers.") if first else _("No errors in this form.")
            self.shell.notice(words, "warn" if first else "good")

    # What is looked up meanwhile.

    def _find_communities(self, picker: Any, text: str) -> None:
        self.read(lambda: register_lookup.communities(text), lambda found: picker.offer_communities(text, found))

    def _suggest(self, found: list[Match]) -> None:
        picker = self.board.where.rows["address"].field
        picker.suggest_communities(found)
        if found and not picker.answer().get("community_code"):
            picker.community.show_chosen(found[0])  # nearly always the same one; “change” is beside it
            self._collect()
            if self.case.stage == "where" and self.case.is_empty():  # else the cursor is where somebody types already
                self.first_focus()

    def _find_households(self, text: str) -> None:
        casebook, finder = self.casebook, self.board.finder
        self.read(lambda: register_lookup.find_households(casebook, text), lambda found: finder.offer(text, found))

    def _join(self, household_id: str) -> None:
        match = self.board.finder.chosen()
        self._collect()
        case, casebook = self.case, self.casebook
        case.kind, case.household_id, case.household_words = "member", household_id, match.words if match else ""
        self.set_title(self.title())
        self._to("person", "who")
        self.read(lambda: casebook.households.get(household_id), self._name_household)

    def _number_typed(self, kind: str, number: str) -> None:
        at, view = self.case.at, self.board.person

        def fill(told: prefill.Suggestion | None) -> None:
            if told is None or self.case.at != at:
                return
            view.fill({"birth_date": told.birth_date, "sex": told.sex}, _("Filled in from the identity number"))
            if told.issued_in:
                view.rows["documents"].show_note(_("Number first issued in {place}").format(place=told.issued_in))

        self.read(lambda: prefill.from_number(kind, number), fill)

    # Saving.

    def _show_check(self) -> None:
        warnings = self._reading().warnings
        self.board.check.show_parts(check_parts(self.case, self.household_form, self.today, warnings))

    def save(self) -> None:
        """Read everything, compare everybody, save all or nothing."""
        self._collect()
        case = self.case
        reading = self._reading()
        problems = [each for each in reading.problems if case.kind != "member" or each.field.startswith("people")]
        if not case.entered():
            problems = [each for each in problems if each.field != "people"]
            problems.append(register_save.name_missing(self._prefix() + "name", self.resident_form))
        if not problems:
            self.tell([])
            everybody = [place for place, person in enumerate(case.people) if not person.is_blank()]
            self.compare(everybody, self._save_now)
            return
        first = problems[0].field.split(".")
        if first[0] == "people" and len(first) > 1 and first[1].isdigit() and case.place_of(int(first[1])) != case.at:
            case.at = case.place_of(int(first[1]))
            self.show_person()
        if case.stage == "check":
            self.go_to(problems[0].field)
        self._show_problems(problems, reading.warnings)

    def _save_now(self) -> None:
        self._collect()
        self.set_busy(True)
        save = register_save.work(self.casebook, self.case, self.household_form, self.resident_form, self.today)
        self.run(self.guarded(save), self._saved, self.failed)

    def save_again(self) -> None:
        """The worker chose which text stands."""
        self._save_now()

    def _saved(self, changed: Changed) -> None:
        self.end_editing()
        case, casebook, tasks = self.case, self.casebook, self.shell.tasks
        typed, operations = self.snapshot(), list(changed.operations)
        self.end_draft()
        for one, other, reason in register_save.pairs_of_others(case, changed):
            told = partial(casebook.residents.not_same, one, other, reason)
            tasks.run(told, lambda said: operations.extend(said.operations))
        if case.kind == "new":
            code = str((case.answers.get("address") or {}).get("community_code") or "")
            tasks.run(partial(register_lookup.remember_community, casebook, code))
        self.set_busy(False)
        self.case = Case()
        if case.kind == "amend" and case.person.same_as:
            self.shell.go("merge", a=case.resident_id, b=case.person.same_as)
        elif case.kind == "amend":
            self.shell.go("person", resident_id=case.resident_id)
        else:
            self.shell.go("household", household_id=case.household_id or changed.id)
        form = "resident" if case.kind == "amend" else "household"

        def undo() -> Changed:
            undone = casebook.undo(operations)
            if typed is not None:  # nothing that was typed is lost: it is a draft again
                title, subject, body = typed
                casebook.drafts.save(form, version(), subject, title, {**body, "saved": []})
            return undone

        self.shell.say(register_save.sentence(case), undo)

    def subject(self) -> dict[str, str]:
        """The household or resident that is being worked on."""
        found = {"resident_id": self.case.resident_id, "household_id": self.case.household_id}
        return {key: value for key, value in found.items() if value}
