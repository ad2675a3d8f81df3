"""Something changed in a household: what happened, a short form for it, what will be, and the change is made."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop import side_by_side, theme
from desktop.case_words import kind_of_household, short_person
from desktop.pages import change_load
from desktop.pages.change_fields import ChangeFields
from desktop.pages.change_kinds import act_of, kinds_of, name_of
from desktop.pages.change_load import Loaded
from desktop.pages.change_people import childs_relation, choices, spouses_of, who_left
from desktop.pages.change_seats import key_of, known_members, mover_of, seats
from desktop.pages.change_words import words_of
from desktop.pages.register_lookup import find_households, remember_community, suggested_communities
from desktop.widgets import pieces
from desktop.widgets.change_preview import ChangePreviewView
from desktop.widgets.check_view import Line, Part
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.finder import Finder, Match
from desktop.widgets.form_view import FormView
from desktop.widgets.head_field import HeadField
from desktop.widgets.kind_tiles import KindTiles
from forms import definitions
from forms.change import WAYS, question_of
from forms.collecting import FieldProblem
from forms.shape import Question
from models.clock import today
from models.errors import Problem
from models.services.changes import ChangeRefused
from models.services.views import Changed, ChangePreview, HouseholdView
from models.store.seen import ChangedMeanwhile
from models.texts import _, ngettext

CHOOSE = "choose"
STACKED = 700
"""Below this width, in pixels at 100 per cent, the questions stand above their fields."""

PRESET = {"split": "same_door", "return": "same_door", "marriage": "stays", "divorce": "stays"}
"""Where to, as long as nobody has said otherwise."""


class ChangePage(ChangeFields):
    """open(household_id="", resident_id="", kind="", draft_id=""). Without a household one is searched for."""

    name = "change"

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.kind = ""
        self.entry: Any = None
        self._homes: dict[str, tuple[HouseholdView, ...]] = {}
        self._targets: dict[str, HouseholdView] = {}
        self._asked_for: set[str] = set()
        self.preview = ChangePreviewView()
        self.finder = Finder(name=_("Household"), hint=_("Name, initials, phone tail or door"))
        self.finder.asked.connect(self._find_household)
        self.finder.picked.connect(lambda household_id: self.shell.go("change", household_id=household_id))
        self.choosing = pieces.card(
            pieces.text(_("In which household did something change?"), "heading"), self.finder, margin=18, gap=10
        )
        self.choosing.hide()
        self.whom = pieces.card(role="sunken", margin=10, gap=2)
        self.whom.hide()
        self.tiles = KindTiles()
        self.tiles.hide()
        self.tiles.chosen.connect(self.choose)
        for place, part in enumerate((self.choosing, self.whom, self.tiles)):
            self.body.insertWidget(place, part)

    # Opening.

    def title(self) -> str:
        """What happened, once it is chosen."""
        return name_of(self.kind) or _("What happened in the household?")

    def open(self, **where: Any) -> None:
        """Load the household, or ask for one."""
        household_id, resident_id, draft_id = (
            str(where.get(key) or "") for key in ("household_id", "resident_id", "draft_id")
        )
        casebook = self.casebook
        self.today = today(casebook.clock)
        self.kind = ""
        self.stage = ""
        self.loaded = None
        self._forget()
        self.wait_for_records()
        for part in (self.choosing, self.whom, self.tiles):
            part.hide()
        if draft_id:
            self.run(lambda: change_load.load_draft(casebook, draft_id), lambda found: self._begin(*found))
        elif household_id:
            self.run(
                lambda: change_load.load_seen(casebook, household_id),
                lambda found: self._begin(found[0], seen=found[1]),
            )
        elif resident_id:
            self.run(lambda: change_load.home_of(casebook, resident_id), self._at_home)
        else:
            self._choose_household()

    def _forget(self) -> None:
        self.view, self.entry = None, None
        self._homes, self._targets, self._asked_for = {}, {}, set()

    def _at_home(self, household_id: str) -> None:
        if household_id:
            self.where["household_id"] = household_id
            self.open(**self.where)
        else:
            self._choose_household()

    def _choose_household(self) -> None:
        self.waiting.hide()
        self.choosing.show()
        self.finder.show_chosen(None)
        self.finder.line.clear()
        self.finder.line.setFocus()

    def _find_household(self, text: str) -> None:
        casebook = self.casebook
        self.read(lambda: find_households(casebook, text), lambda found: self.finder.offer(text, found))

    def _begin(self, loaded: Loaded, body: Mapping[str, Any] | None = None, draft_id: str = "", seen: int = -1) -> None:
        self.loaded = loaded
        self.begin_editing("household", loaded.view.id, seen)
        self.where["household_id"] = loaded.view.id
        self._show_whom(loaded.view)
        self.tiles.show_kinds(kinds_of(loaded.view))
        kind = str((body or {}).get("kind") or self.where.get("kind") or "")
        tile = next((tile for tile in self.tiles.tiles if tile.kind.code == kind), None)
        if tile is None or (body is None and not tile.isEnabled()):
            self.show_stage(CHOOSE)
            self.first_focus()
            return
        answers = dict((body or {}).get("answers", {}))
        self._show_form(kind, answers or self._first_answers(kind), draft_id, str((body or {}).get("stage") or ""))

    def _show_whom(self, view: HouseholdView) -> None:
        inside = pieces.inside(self.whom)
        pieces.clear(inside)
        names = _(", ").join(member.resident.name for member in view.members[:6])
        count = ngettext("{n} person", "{n} people", len(view.members)).format(n=len(view.members))
        inside.addWidget(pieces.text(view.address or _("No address"), "label"))
        parts = (kind_of_household(view.kind), names, count)
        inside.addWidget(pieces.text("  ·  ".join(filter(None, parts)), "small"))
        self.whom.show()

    # What happened.

    def choose(self, kind: str) -> None:
        """This happened: show its form. What was typed for another kind and is asked here too stays."""
        answers = {**self._first_answers(kind), **self.answers(), "kind": kind}
        if answers.get("where_to") not in WAYS.get(kind, ("",)):
            answers["where_to"] = self._first_answers(kind).get("where_to", "")
        draft_id = str(self.where.get("draft_id") or "")
        self._show_form(kind, answers, draft_id)
        if draft_id:
            self.keep()

    def _first_answers(self, kind: str) -> dict[str, Any]:
        """What the form of a kind begins with."""
        assert self.loaded is not None
        ways = WAYS.get(kind, ())
        given = {"kind": kind, "household_id": self.loaded.view.id}
        given["where_to"] = ways[0] if len(ways) == 1 else PRESET.get(kind, "")
        members = [member.resident.id for member in self.loaded.view.members]
        resident_id = str(self.where.get("resident_id") or "")
        if resident_id in members:
            given |= {"resident_id": resident_id}
            return given | {"people": [resident_id]}
        if kind == "return":
            return given | {"people": who_left(self.loaded.view)}
        if len(members) == 1:
            given["resident_id"] = members[0]
        return given

    def _show_form(self, kind: str, answers: Mapping[str, Any], draft_id: str = "", stage: str = "") -> None:
        """Draw the form of a kind with these answers."""
        assert self.loaded is not None
        self.kind = kind
        self.where["kind"] = kind
        form = definitions.load("change")
        view = FormView(
            form,
            self.today,
            step=self.step or self.size().width() < theme.px(STACKED),  # words above the fields where it is narrow
            topics=[topic.id for topic in form.topics if topic.id != "kind"],
            own=self.own_fields(form, kind),
            choices=choices(kind, self.loaded.view, self.loaded.books),
        )
        view.communities_asked.connect(self.offer_communities)
        self.preview = ChangePreviewView()
        self.preview.changed.connect(self.keep)
        self.begin(form, view, answers, draft_id=draft_id, stage="" if stage in (CHOOSE, self.CHECK) else stage)
        if not draft_id and kind in ("move_household", "move_out", "split", "return", "divorce"):
            casebook = self.casebook
            address = view.rows["to_dwelling"].field
            self.read(lambda: suggested_communities(casebook), address.suggest_communities)
        self._follow()
        self.set_title(self.title())
        self.first_focus()

    def above(self) -> list[QWidget]:
        """What will happen stands over the answers on the page that checks."""
        return [self.preview]

    # Following the answers.

    def answered(self) -> None:
        """An answer changed: look up what it names, ask for the heads that it calls for, fill in what it tells."""
        QTimer.singleShot(0, self, self._follow)

    def _follow(self) -> None:
        if self.view is None or self.loaded is None or self.stage == self.CHECK:
            return
        answers = self.answers()
        if self.kind in ("death", "marriage", "divorce", "move_in", "birth"):
            wanted = [str(answers.get("resident_id") or ""), key_of(answers.get("spouse_id")), *known_members(answers)]
            wanted += [str(answers.get(parent) or "") for parent in ("mother_id", "father_id")]
            for resident_id in filter(None, wanted):
                self._look_up(resident_id, self._load_homes)
        if self.kind in ("move_out", "divorce", "join") and (target := key_of(answers.get("to_household_id"))):
            self._look_up(target, self._load_target)
        self._fill(answers)
        heads: HeadField = self.view.rows["heads"].field
        heads.show_seats(seats(self.kind, self.answers(), self.loaded.view, self._homes, self._targets))
        self._show_sections()

    def _look_up(self, key: str, load: Callable[[str], None]) -> None:
        if key not in self._asked_for:
            self._asked_for.add(key)
            load(key)

    def _load_homes(self, resident_id: str) -> None:
        casebook, loaded = self.casebook, self.loaded

        def homes() -> tuple[tuple[HouseholdView, ...], tuple[str, ...]]:
            widowed = casebook.changes.suggested_widowed(resident_id) if self.kind == "death" else ()
            return tuple(casebook.households.of_resident(resident_id)), tuple(widowed)

        def found(told: tuple[tuple[HouseholdView, ...], tuple[str, ...]]) -> None:
            if self.loaded is not loaded or self.view is None:
                return
            self._homes[resident_id] = told[0]
            if told[1] and self.kind == "death":
                self.view.fill({"widowed_id": told[1][0]}, _("Married to each other by the record"))
            self._follow()

        self.read(homes, found)

    def _load_target(self, household_id: str) -> None:
        casebook, loaded = self.casebook, self.loaded

        def found(view: HouseholdView) -> None:
            if self.loaded is loaded:
                self._targets[household_id] = view
                self._follow()

        self.read(lambda: casebook.households.get(household_id), found)

    def _fill(self, answers: Mapping[str, Any]) -> None:
        """Fill in what the answers tell, where nobody has said otherwise."""
        assert self.view is not None
        assert self.loaded is not None
        rows = self.view.rows
        if self.kind == "birth":
            parents = [str(answers.get(parent) or "") for parent in ("mother_id", "father_id")]
            books = {book.id: book for book in self.loaded.books}
            books |= {
                home.id: home for who in parents for home in self._homes.get(who, ()) if home.kind == "registered"
            }
            field: ChoiceField = rows["registered_household_id"].field
            words = [(book.id, change_load.book_words(book)) for book in books.values()]
            if [code for code, _button in field._buttons] != [code for code, _words in words]:
                field.set_choices(words)
            if relation := childs_relation(self.loaded.view, parents, str(answers.get("child_sex") or "")):
                self.view.fill({"child_relation": relation}, _("As the parent stands to the head"))
        if self.kind == "marriage" and (mover := mover_of(answers)):
            other = str(answers.get("resident_id") or "")
            other = key_of(answers.get("spouse_id")) if mover == other else other
            home = next((home for home in self._homes.get(other, ()) if home.kind == "living"), None)
            if home is not None:
                names = _(", ").join(member.resident.name for member in home.members[:3])
                told = {"key": home.id, "words": home.address, "detail": names, "typed": ""}
                self.view.fill({"to_household_id": told}, _("Where the other one lives"))
        if self.kind == "divorce" and (resident_id := str(answers.get("resident_id") or "")):
            spouses = spouses_of(self.loaded.view, resident_id)
            rows["spouse_id"].field.suggest(
                [Match(m.resident.id, m.resident.name, short_person(m.resident)) for m in spouses]
            )

    def topics(self) -> list[str]:
        """The topics that have something to ask; heads only where a household needs one."""
        found = super().topics()
        if self.view is not None and not self.view.rows["heads"].answer():
            found = [topic for topic in found if topic != "head"]
        return found

    def _show_sections(self) -> None:
        """Hide the sections that have nothing to ask."""
        if self.view is None or self.stage in (CHOOSE, self.CHECK):
            return
        asked = self.topics()
        for each in self.view.sections:
            each.frame.setVisible(each.id in asked and (not self.step or each.id == self.stage))

    # Moving.

    def show_stage(self, stage: str) -> None:
        """Show the tiles, the form or one of its topics, or what will happen."""
        choosing = stage == CHOOSE
        self.tiles.setVisible(choosing)
        if choosing:
            self.stage = CHOOSE
            self.kind = ""
            self.waiting.hide()
            self.whole.hide()
            self._footer_frame.hide()
            self.set_title(self.title())
            return
        self.show_whole()
        super().show_stage(stage)
        checking = stage == self.CHECK
        self.preview.setVisible(checking)
        self._show_sections()
        self.bar.say(
            forward=act_of(self.kind) if checking else _("Continue"),
            back=True,
            progress=self.bar.progress.text(),
            hint="Ctrl+Enter",
        )

    def first_focus(self) -> None:
        """The tiles, the first field, or the first doubt."""
        if self.stage == CHOOSE:
            self.tiles.first_focus().setFocus()
        elif self.stage == self.CHECK and (doubts := self.preview.open_doubts()):
            doubts[0].tick.setFocus()
        else:
            super().first_focus()
        if self.area is not None:
            self.area.verticalScrollBar().setValue(0)

    def forward(self) -> None:
        """The next topic; after the last, or at the desk, what will happen; and then the change is made."""
        if self.busy or self.view is None or self.stage == CHOOSE:
            return
        if self.stage == self.CHECK:
            self.save()
            return
        pages = self.topics()
        if self.step and self.stage in pages and self.stage != pages[-1]:
            stage = self.stage
            if self._accept(lambda path: self.view is not None and self.view.topic_of(path) == stage):
                self.to_stage(pages[pages.index(stage) + 1])
            return
        if self._accept(lambda _path: True):
            self._look_ahead()

    def step_back(self) -> None:
        """The page before; from the first one to what happened."""
        pages = [*(self.topics() if self.step else [""]), self.CHECK]
        place = pages.index(self.stage) if self.stage in pages else 0
        if place > 0:
            self.to_stage(pages[place - 1])
            return
        self.summary.show_problems([])
        self.show_stage(CHOOSE)
        self.first_focus()

    def go_to(self, path: str) -> None:
        """Lead to a field, on whatever page it is."""
        assert self.view is not None
        if self.stage == self.CHECK and not self.step:
            self.show_stage("")
        super().go_to(path)

    # Looking ahead and making it.

    def _accept(self, here: Callable[[str], bool]) -> bool:
        """Read everything and show the problems that belong here; doubts are ticked later, beside the records'."""
        assert self.form is not None
        reading = self.form.read(self.answers(), self.today)
        problems = [problem for problem in reading.problems if here(problem.field)]
        self._tell(problems)
        if problems:
            return False
        self.entry = reading.entry
        return True

    def _tell(self, problems: list[FieldProblem]) -> None:
        assert self.view is not None
        self.view.show_problems(problems)
        self.summary.show_problems([(problem.field, problem.sentence) for problem in problems])
        if problems:
            self.summary.setFocus()
            self.see(self.summary)

    def _look_ahead(self) -> None:
        casebook, entry = self.casebook, self.entry
        self.set_busy(True)
        self.read(lambda: change_load.preview(casebook, entry), self._looked, self.failed)

    def _looked(self, seen: ChangePreview) -> None:
        self.set_busy(False)
        if self.view is None:
            return
        if seen.problems:
            self._refused(seen.problems)
            return
        assert self.form is not None
        odd = [doubt.sentence for doubt in self.form.read(self.answers(), self.today).warnings]
        self.preview.show_preview(seen.lines, list(dict.fromkeys((*seen.doubts, *odd))), self.preview.agreed())
        self.to_stage(self.CHECK)

    def _refused(self, problems: Any) -> None:
        """The records cannot take it so: each reason stands beside its question."""
        if self.stage == self.CHECK:
            self.show_stage("" if not self.step else self.topics()[-1])
        told = [
            FieldProblem(question_of(self.kind, field) or f"-{place}", sentence)
            for place, (field, sentence) in enumerate(problems)
        ]
        self._tell(told)

    def save(self) -> None:
        """Make the change, when every doubt was looked at."""
        if doubts := self.preview.open_doubts():
            self.shell.notice(_("Tick what is unusual and right, or change the answers."), "warn")
            doubts[0].tick.setFocus()
            self.see(doubts[0])
            return
        casebook, entry, seen = self.casebook, self.entry, self.seen
        self.set_busy(True)

        def work() -> Changed:
            if seen < 0:
                return change_load.make(casebook, entry)
            return casebook.desks.save(seen, lambda: change_load.make(casebook, entry), strict=True)

        self.run(work, self._saved, self._not_saved)

    def _not_saved(self, problem: Problem) -> None:
        if isinstance(problem, ChangeRefused):  # something came between looking and making
            self.set_busy(False)
            self._refused(problem.problems)
            return
        if isinstance(
            problem, ChangedMeanwhile
        ):  # another desk changed the household: what was typed is looked at anew
            self.set_busy(False)
            self.keep()
            self.leave()
            self.open(**self.where)
            self.shell.problem(side_by_side.AnotherWasQuicker())
            return
        self.failed(problem)

    def saved(self, changed: Changed) -> None:
        """To the household, with the way back."""
        assert self.loaded is not None
        casebook, event_id = self.casebook, changed.id
        household_id = self.loaded.view.id
        dwelling = getattr(self.entry, "to_dwelling", None) or getattr(self.entry, "dwelling", None)
        if dwelling is not None:
            self.run(lambda: remember_community(casebook, dwelling.community_code))
        said = self.preview.lines[0] if self.preview.lines else name_of(self.kind)
        self.shell.go("household", household_id=household_id)
        self.shell.say(said, undo=lambda: casebook.changes.undo(event_id))

    # The draft.

    def snapshot(self) -> tuple[str, str, Mapping[str, Any]] | None:
        """The answers, the kind and where the worker is."""
        if self.loaded is None or not self.where.get("kind"):
            return None
        view = self.loaded.view
        kind = str(self.where["kind"])
        body = {"answers": self.answers(), "kind": kind, "stage": self.stage, "household_id": view.id}
        return " · ".join(filter(None, (name_of(kind), view.address))), view.id, body

    def subject(self) -> dict[str, str]:
        """The household in which something changed."""
        return {"household_id": self.loaded.view.id} if self.loaded is not None else super().subject()

    def _show_check(self) -> None:
        """The answers that were given, each with the way back; what stays open is nobody's concern here."""
        assert self.form is not None
        assert self.view is not None
        answers = self.answers()
        asked = set(self.form.asked(answers, self.today))
        lines = [
            Line(row.question.id, row.question.label, words)
            for row in self.view.rows.values()
            if row.question.id in asked and (words := self.words_of(row.question, answers.get(row.question.id)))
        ]
        self.check_view.show_parts([Part(_("What you told"), lines, lines[0].field)] if lines else [])

    def words_of(self, question: Question, answer: object) -> str:
        """People, households and heads in words."""
        assert self.loaded is not None
        assert self.view is not None
        heads: HeadField = self.view.rows["heads"].field
        offered = choices(self.kind, self.loaded.view, self.loaded.books)
        books = self.view.rows["registered_household_id"].field._buttons
        names = {key: words for pairs in offered.values() for key, words in pairs}
        names |= {key: button.text() for key, button in books}
        return words_of(question, answer, self.today, names, heads.seats)
