"""One person: who it is, the household, what is to be done, what happened, what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QPushButton, QWidget

from desktop import reveal_reason, side_by_side, theme
from desktop.case_words import day_text, document_text, noted, person_line
from desktop.fact_words import dictionary, fact_sentences
from desktop.pages.base import Page
from desktop.rights_words import frozen_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, labelled
from desktop.widgets.facts_view import FactsView
from desktop.widgets.fit_area import PartArea
from desktop.widgets.household_panel import HouseholdPanel
from desktop.widgets.task_list import TaskList, blocked_tasks
from desktop.widgets.timeline_view import TimelineView
from desktop.widgets.where_card import WhereCard
from models.clock import local_time, today
from models.errors import Problem
from models.records import codes
from models.services.changes import ChangeRefused
from models.services.left_scope import Left
from models.services.picture_views import PictureView
from models.services.places_views import Whereabouts
from models.services.views import Changed, HouseholdView, ResidentView, TimelineLine
from models.texts import _

LOW = 420
"""Below this height of the page (pixels at 100 per cent) all of it scrolls together."""

NARROW = 620
"""Below this width, in pixels at 100 per cent, everything stands below one another."""

REVEALED_MS = 30_000  # a whole number stays on the screen so long, in milliseconds


@dataclass(frozen=True)
class Loaded:
    """All that the page shows, read in one go."""

    view: ResidentView
    households: tuple[HouseholdView, ...]
    lines: tuple[TimelineLine, ...]
    sentences: Mapping[str, str]  # fact id -> what it says
    where: Whereabouts
    on: date
    proving: Mapping[str, Sequence[PictureView]] = field(default_factory=dict)  # fact -> pictures that prove it
    frozen: str = ""  # why the record is only kept
    left: Sequence[Left] = ()  # offices that bring this record up to date no more
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


class PersonPage(Page):
    """open(resident_id=...)."""

    name = "person"
    width = 1180
    scrolls = False

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._top.hide()  # the person's own header stands in its place
        self.loaded: Loaded | None = None
        self.dialog: Any = None
        self._revealed: dict[str, str] = {}  # document or phone id -> whole number, for a short while
        self._hide_again = QTimer(self, singleShot=True, interval=REVEALED_MS)
        self._hide_again.timeout.connect(self.mask_all)
        self.header = PersonHeader()
        self.edit_button = pieces.button(_("Change"), self.edit, icon="edit", tip="Ctrl+E")
        self.header.buttons.addWidget(self.edit_button)
        self.body.addWidget(self.header)
        self.kept_only = FrozenNotice()
        self.kept_only.button.clicked.connect(
            lambda _on=False: self.shell.go("rights", resident_id=self.where["resident_id"])
        )
        self.body.addWidget(self.kept_only)
        self.columns = self._columns()
        self.left = pieces.text("", "soft")
        self.body.addWidget(self.left)
        self.body.addWidget(self.columns, 1000)
        self.body.addStretch(1)
        QShortcut(QKeySequence("Ctrl+E"), self, self.edit, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def title(self) -> str:
        """The person's name once it is known."""
        return self.loaded.view.row.name if self.loaded else _("Person")

    def _columns(self) -> QWidget:
        inside = QWidget()
        both = self.both = pieces.line(inside, gap=16)
        left, right = pieces.column(None, gap=16), pieces.column(None, gap=16)
        both.addLayout(left, 5)
        both.addLayout(right, 8)

        self.tasks = TaskList()
        self.tasks.chosen.connect(self._do_task)
        tasks = Card(_("What is to be done"))
        tasks.add(self.tasks)
        self.panel = HouseholdPanel()
        self.panel.person_chosen.connect(lambda resident: self.shell.go("person", resident_id=resident))
        self.panel.household_chosen.connect(lambda household: self.shell.go("household", household_id=household))
        household = Card(_("Household"))
        household.add(self.panel)
        self.numbers = Card(_("Documents and phones"))
        self.whereabouts = WhereCard()
        self.whereabouts.household_chosen.connect(lambda home: self.shell.go("household", household_id=home))
        self.whereabouts.added.connect(self.add_place)
        self.whereabouts.ended.connect(self.end_place)
        self.whereabouts.removed.connect(self.remove_place)
        for card in (tasks, household, self.whereabouts, self.numbers, self._further()):
            left.addWidget(card)
        left.addStretch(1)

        self.timeline = TimelineView(_("Visits, assessments, referrals and changes will be listed here."))
        self.timeline.opened.connect(self._open_line)
        timeline = Card(_("What happened"))
        timeline.add(self.timeline)
        self.facts = FactsView(_("What is learnt on visits and in the eligibility check will stand here."))
        self.facts.picture_wanted.connect(
            lambda picture: self.shell.go("pictures", resident_id=self.where["resident_id"], picture_id=picture)
        )
        facts = Card(_("What is known"))
        facts.add(self.facts)
        self.particulars = Card(_("Particulars"))
        for card in (timeline, facts, self.particulars):
            right.addWidget(card)
        right.addStretch(1)
        self.area_below = PartArea(inside)
        return self.area_below

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        wide = self.size().width() >= theme.px(NARROW)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self.both.setDirection(way)
        self.area_below.be_whole(event.size().height() < theme.px(LOW))  # then the page scrolls, header and all
        self.header.arrange(wide=wide)

    def _further(self) -> Card:
        """The ways to what has a page of its own."""
        card = Card(_("More about this person"))
        for name in ("questionnaire", "pictures", "plans", "papers", "rights", "change"):
            card.add(pieces.action_button(self.shell.actions_by_name[name], "link"))
        twice = pieces.button(
            _("Registered twice?"), lambda: self.shell.go("merge", a=self.where["resident_id"]), "link"
        )
        self.reserve("merge", twice)
        card.add(twice)
        self.seen_button = pieces.button(_("Who has seen this record"), self.ask_seen, "link")
        card.add(self.seen_button)
        return card

    def open(self, **where: Any) -> None:
        """Show the resident named by resident_id."""
        if where.get("resident_id") != self.where.get("resident_id"):
            self._revealed.clear()
            for area in (self.area_below, self._fit):
                area.verticalScrollBar().setValue(0)
        self.where = where
        resident_id = str(where["resident_id"])
        casebook = self.casebook

        def load() -> Loaded:
            seen = casebook.desks.seen()
            one = casebook.merging.survivor(resident_id)  # an old way may lead to a record that was merged since
            view = casebook.residents.get(one)
            homes = tuple(casebook.households.of_resident(one))
            return Loaded(
                view,
                homes,
                tuple(casebook.residents.timeline(one)),
                fact_sentences(dictionary(casebook), view.facts),
                casebook.places.whereabouts(one),
                today(casebook.clock),
                casebook.pictures.proving(one),
                casebook.consents.state(one).frozen if "frozen" in view.row.flags else "",
                casebook.sync.departed_from({one, *(home.id for home in homes)}),
                seen,
            )

        def show(loaded: Loaded) -> None:
            if self.where.get("resident_id") == resident_id:
                self.where["resident_id"] = loaded.view.row.id
                self._show(loaded.view.row.id, loaded)

        self.run(load, show)

    def refresh(self, changed: Changed) -> None:
        """Load again where this person, or somebody of the household, was concerned."""
        resident_id = str(self.where.get("resident_id", ""))
        households = {household.id for household in self.loaded.households} if self.loaded else set()
        if resident_id in changed.rows or households & changed.rows:
            self.open(**self.where)

    def leave(self) -> bool:
        """Whole numbers do not stay behind."""
        self.mask_all()
        return True

    def first_focus(self) -> None:
        """The first task that can be done."""
        if not self.kept_only.isHidden():
            self.kept_only.button.setFocus()
            return
        for button in self.tasks.buttons.values():
            button.setFocus()
            return

    def subject(self) -> dict[str, str]:
        """This person and the household now shown beside them."""
        found = super().subject()
        if self.panel.shown is not None:
            found["household_id"] = self.panel.shown.id
        return found

    def _show(self, resident_id: str, loaded: Loaded) -> None:
        if resident_id != self.where.get("resident_id"):
            return  # the worker has gone on to somebody else meanwhile
        first = self.loaded is None or self.loaded.view.row.id != resident_id
        self.loaded = loaded
        view = loaded.view
        doing = next((task for task, button in self.tasks.buttons.items() if button.hasFocus()), "")
        frozen = "frozen" in view.row.flags
        self.kept_only.show_why(loaded.frozen if frozen else None)
        self.columns.setHidden(frozen)
        self.edit_button.setEnabled(not frozen)
        self.header.show_person(view)
        self.left.setText("\n".join(_left_words(one) for one in loaded.left))
        self.left.setHidden(not loaded.left)
        self.tasks.show_tasks(view.tasks, blocked_tasks(view.tasks, in_household=bool(loaded.households)))
        self.panel.show_households(loaded.households, view.row.id)
        self.timeline.show_lines(loaded.lines)
        self.facts.show_facts(view.facts, loaded.sentences, loaded.proving, withheld=view.withheld)
        self.whereabouts.show_where(view.row.id, loaded.where, loaded.on)
        self._show_numbers(view)
        pieces.clear(self.particulars.body)
        self.particulars.body.addLayout(labelled(_particulars(view)))
        self.set_title(view.row.name)
        if first:
            self.first_focus()
        elif doing in self.tasks.buttons:
            self.tasks.buttons[doing].setFocus()

    def _show_numbers(self, view: ResidentView) -> None:
        body = self.numbers.body
        pieces.clear(body)
        self.reveal_buttons: dict[str, QPushButton] = {}
        for document in view.documents:
            notes = [_("seen") if document.seen else _("not seen")]
            if document.valid_until:
                notes.append(_("valid until {day}").format(day=day_text(document.valid_until)))
            body.addLayout(
                self._number_line("number", document.id, document_text(document.kind), document.masked, notes)
            )
        for phone in view.phones:
            notes = [phone.whose] if phone.whose and phone.whose != "own" else []
            body.addLayout(self._number_line("phone", phone.id, _("Phone"), phone.masked, notes))
        if view.provisional_number:
            body.addLayout(labelled([(_("Provisional number"), view.provisional_number)]))
        if "children" in view.withheld:
            body.addWidget(pieces.text(_("Withheld"), "soft"))
        elif not view.documents and not view.phones:
            body.addWidget(pieces.text(_("Neither a document nor a phone is recorded."), "soft"))

    def _number_line(self, what: str, row_id: str, label: str, masked: str, notes: list[str]) -> QHBoxLayout:
        whole = self._revealed.get(row_id)
        number = pieces.text(whole or masked, "label", wrap=False, select=bool(whole))
        words = pieces.column(None, pieces.text(label, "small"), number, gap=1)
        said = " · ".join(note for note in notes if note)
        if said:
            words.addWidget(pieces.text(said, "small"))
        button = pieces.button(
            _("Hide") if whole else _("Show"),
            lambda: self.toggle_number(what, row_id),
            "link",
            tip=_("Showing is recorded"),
        )
        button.setAccessibleName(f"{button.text()}: {label}")
        self.reveal_buttons[row_id] = button
        line = pieces.line(None, gap=8)
        line.addLayout(words, 1)
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return line

    def toggle_number(self, what: str, row_id: str) -> None:
        """Show a whole number for a short while (what: number or phone), or mask it again; showing is journalled."""
        if self._revealed.pop(row_id, None) is not None:
            self._redraw_numbers()
            return
        if what == "number":
            show = partial(self._show_whole, what, row_id)
            self.why = reveal_reason.ask(self.shell.state, self.reveal_buttons[row_id], show)
        else:
            self._show_whole(what, row_id)

    def _show_whole(self, what: str, row_id: str, why: str = "") -> None:
        resident_id, residents = str(self.where["resident_id"]), self.casebook.residents

        def show(number: str) -> None:
            if resident_id == self.where.get("resident_id"):
                self._revealed[row_id] = number
                self._hide_again.start()
                self._redraw_numbers()

        self.run(lambda: residents.reveal(resident_id, what, row_id, why), show)

    def ask_seen(self) -> None:
        """Who looked at this record, changed, printed or wrote it, and why."""
        resident_id, audit = str(self.where["resident_id"]), self.casebook.audit
        name = self.title()

        def show(rows: Any) -> None:
            from desktop.widgets.seen_dialog import SeenDialog

            if resident_id == self.where.get("resident_id"):
                self.dialog = SeenDialog(self, name, rows)
                self.dialog.open()

        self.run(lambda: audit.who_has_seen("resident", resident_id), show)

    def mask_all(self) -> None:
        """Mask every number that was shown."""
        self._hide_again.stop()
        if self._revealed:
            self._revealed.clear()
            self._redraw_numbers()

    def _redraw_numbers(self) -> None:
        if self.loaded is not None:
            self._show_numbers(self.loaded.view)

    def add_place(self, entry: Any) -> None:
        """The person has the hukou, works, studies or stays somewhere else."""
        casebook = self.casebook

        def kept(changed: Changed) -> None:
            self.whereabouts.kept()
            self.shell.say(_("The place was kept."), undo=lambda: casebook.undo(changed.operations))

        self.run(lambda: casebook.places.add(entry), kept, self._place_refused)

    def end_place(self, place_id: str, until: date) -> None:
        """From a day on the person is there no more."""
        casebook = self.casebook
        end = partial(casebook.places.end, place_id, until)
        side_by_side.deed(self, self._seen(), end, self._place_changed, self._place_refused)

    def remove_place(self, place_id: str) -> None:
        """A place was written down by mistake."""
        casebook = self.casebook
        side_by_side.deed(self, self._seen(), lambda: casebook.places.remove(place_id), self._place_changed)

    def _seen(self) -> int:
        return self.loaded.seen if self.loaded is not None else -1

    def _place_changed(self, changed: Changed) -> None:
        casebook = self.casebook
        self.shell.say(_("The place was changed."), undo=lambda: casebook.undo(changed.operations))

    def _place_refused(self, problem: Problem) -> None:
        """Beside the form where one is open, else in the banner."""
        form = self.whereabouts.form
        if isinstance(problem, ChangeRefused) and form is not None:
            form.say("\n".join(sentence for _field, sentence in problem.problems))
        else:
            self.shell.problem(problem)

    def edit(self) -> None:
        """Open the registration form with this resident; a record that is only kept is not changed."""
        if self.loaded is not None and "frozen" in self.loaded.view.row.flags:
            return
        self.shell.go("register", resident_id=self.where["resident_id"])

    def _do_task(self, task: str) -> None:
        who = self.subject()
        if task == "register":
            self.edit()
        elif task == "consent":
            self.shell.go("rights", resident_id=who["resident_id"])
        elif task == "visit":
            self.shell.go("visit", household_id=who.get("household_id", ""))
        elif task == "assess":
            elder = self.loaded is None or self.loaded.view.tasks.get("assess") != "not_needed"
            # the instrument is for those over sixty; what others need, a new resident above all, questionnaires ask
            self.shell.go("assessment" if elder else "questionnaire", resident_id=who["resident_id"])
        elif task == "eligibility" or (self.loaded and self.loaded.view.tasks.get("referral") != "in_progress"):
            self.shell.go("eligibility", **who)
        else:
            self.shell.go("referrals", resident_id=who["resident_id"])

    def _open_line(self, line: TimelineLine) -> None:
        who = self.subject()
        if line.kind == "visit":
            self.shell.go("household", household_id=who.get("household_id", ""), visit_id=line.subject_id)
        elif line.kind == "assessment":
            self.shell.go("assessment", resident_id=who["resident_id"], assessment_id=line.subject_id)
        elif line.kind == "determination":
            self.shell.go("eligibility", **who)
        elif line.kind == "referral":
            self.shell.go("referral", referral_id=line.subject_id)
        elif line.kind == "questionnaire":
            self.shell.go("questionnaire", answer_id=line.subject_id)
        elif line.kind == "transfer":
            self.shell.go("transfer", transfer_id=line.subject_id)
        elif line.kind in ("plan", "contact"):
            self.shell.go("plans", **who, tab=f"{line.kind}s")


def _left_words(left: Left) -> str:
    words = _("No longer brought up to date from {office} since {day}: what is changed there does not arrive here.")
    return words.format(office=left.office or _("an office"), day=day_text(local_time(left.at).date()))


class FrozenNotice(Card):
    """Instead of everything else where a record is only kept: why, and the one place where something can be done."""

    def __init__(self) -> None:
        super().__init__(_("This record is frozen"))
        self.why = pieces.text("")
        self.button = pieces.button(_("Consent and rights"), None, "primary", "shield", tip="Shift+F7")
        self.add(self.why)
        self.add(pieces.line(None, self.button, None))
        self.hide()

    def show_why(self, why: str | None) -> None:
        """Show why the record is only kept; None: it is in use."""
        self.setHidden(why is None)
        self.why.setText(frozen_text(why) if why is not None else "")


class PersonHeader(Card):
    """Is this the right person? Name, sex, age, birth, address and phone tail stay in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.name = pieces.text("", "figure", wrap=False, select=True)
        self.line = pieces.text("", select=True)
        self.address = pieces.text("", "soft", select=True)
        self._words, self._beside, buttons = QWidget(), QWidget(), QWidget()
        pieces.column(self._words, self.line, self.address, gap=2)
        self.chips = pieces.wrapping(self._beside, gap=8)
        self.buttons = pieces.line(buttons, gap=8)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(4))
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(buttons, 0, 3, Qt.AlignmentFlag.AlignTop)
        self.arrange(wide=True)
        self.add(self._grid)

    def arrange(self, *, wide: bool) -> None:
        """Everything abreast, or where it is narrow the name above what is said of the person."""
        self.name.setWordWrap(not wide)
        if wide:
            self._grid.addWidget(self.name, 0, 0)
            self._grid.addWidget(self._words, 0, 1)
            self._grid.addWidget(self._beside, 0, 2)
        else:
            self._grid.addWidget(self.name, 0, 0, 1, 3)
            self._grid.addWidget(self._words, 1, 0, 1, 4)
            self._grid.addWidget(self._beside, 2, 0, 1, 4)

    def show_person(self, view: ResidentView) -> None:
        """Show this resident."""
        row = view.row
        self.name.setText(row.name)
        former = _("formerly {name}").format(name=view.former_name) if view.former_name else ""
        self.line.setText("  ·  ".join(part for part in (person_line(row), former) if part))
        phone = _("phone …{tail}").format(tail=row.phone_tail) if row.phone_tail else _("no phone")
        self.address.setText("  ·  ".join((row.address or _("no address recorded"), phone)))
        pieces.clear(self.chips)
        if view.died_on is not None:
            self.chips.addWidget(Chip(_("Died on {day}").format(day=day_text(view.died_on)), "no", "soft"))
        if view.new_resident:
            self.chips.addWidget(Chip(_("New resident"), "person", "accent"))
        if "waits" in row.flags:
            self.chips.addWidget(Chip(_("Not yet sent"), "half", "soft"))
        if "duplicate" in row.flags:
            self.chips.addWidget(Chip(_("Perhaps registered twice"), "ask", "warn"))
        self.setAccessibleName(", ".join((row.name, self.line.text(), self.address.text())))


def _particulars(view: ResidentView) -> list[tuple[str, str]]:
    source = {"document": _("as in the document"), "told": _("as told")}.get(view.birth_source, "")
    born = day_text(view.row.birth_date)
    withheld = _("Withheld") if "children" in view.withheld else ""
    return [
        (_("Birth date"), noted(born, source) if born and source else born),
        (_("Ethnic group"), codes.label("ethnic", view.ethnic_group) if view.ethnic_group else withheld),
        (_("Marital status"), codes.label("marital", view.marital_status) if view.marital_status else ""),
        (_("Education"), codes.label("education", view.education) if view.education else withheld),
        (_("Hukou"), view.hukou_place or withheld),
        (_("Registered on"), day_text(view.registered_on)),
        (_("Note"), view.note or withheld),
    ]
