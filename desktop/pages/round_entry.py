"""The paper list of a round, typed in afterwards by keyboard alone: line by line, checked and saved as a whole."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop import side_by_side, theme
from desktop.case_words import day_text
from desktop.pages.field_page import FieldPage
from desktop.pages.round_parts import load_round
from desktop.round_words import TONES, door_parts, outcome_text, status_text
from desktop.widgets import pieces
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.date_field import DateField
from desktop.widgets.door_list import DoorList
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.sheet_line import SheetLineField
from desktop.widgets.tile_list import Tile
from forms.reading import read_date
from forms.round_sheet import COLUMNS, DAY, OUTCOMES, PARTS, SHEET, read_line, read_sheet
from models.records import codes
from models.services.rounds_views import RoundView, StopView
from models.services.views import Changed, DraftView
from models.texts import _, ngettext

FORM, VERSION = "round_entry", "1"

ABOVE = 440
"""What stands above and below the list of lines, in pixels at 100 per cent."""

LOW = 380
"""Below this height (pixels at 100 per cent) the line that is typed stands at the very top."""


class RoundEntryPage(FieldPage):
    """open(round_id="", draft_id=""). Without a round the one of today is taken; its draft is gone on with."""

    name = "round_entry"

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.view: RoundView | None = None
        self.typed: dict[str, dict[str, str]] = {}
        self.place = 0
        self._complained = ""  # the line of which something wrong was just said: the next Enter goes on all the same
        self.nothing = EmptyState(
            "keyboard",
            _("No round is open today"),
            _("Choose the round whose paper list you want to type in."),
            (_("Rounds"), lambda: shell.go("rounds")),
        )
        self.nothing.hide()
        self.body.insertWidget(0, self.nothing)
        self.about = pieces.text("", "soft")
        self.day = DateField(read_date, self.today, name=_("Day of the walk"))
        self.day.changed.connect(self.keep)
        parts = [(key, codes.label("part_of_day", part)) for key, part in PARTS.items()]
        self.part = ChoiceField(parts, name=_("Time of the walk"))
        self.part.changed.connect(self.keep)
        self.day.entered.connect(lambda: self.part.first_focus().setFocus())
        day_label = pieces.text(_("Day of the walk"), "label")
        day_label.setBuddy(self.day)
        self.line = SheetLineField()
        self.part.entered.connect(self.line.focus)
        self.line.changed.connect(self._typed_in)
        self.line.entered.connect(self.next_line)
        self.line.stepped.connect(lambda by: self.to_line(self.place + by))
        self.line.number_typed.connect(self._to_number)
        self.list = DoorList(self._tile)
        self.list.setMinimumHeight(theme.px(220))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys stay in the line, the finger reaches the list
        self.list.chosen.connect(self._to_stop)
        when, at = QWidget(), QWidget()
        pieces.column(when, day_label, self.day, gap=4)
        pieces.column(at, pieces.text(_("Time of the walk"), "label"), self.part, gap=4)
        head = FlowLayout(gap=theme.px(16))
        head.addWidget(when)
        head.addWidget(at)
        layout = pieces.column(self.whole, self.summary, self.about, head, self.line, self.list, gap=10)
        layout.setStretch(4, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A high window shows more lines."""
        super().resizeEvent(event)
        self.list.setMinimumHeight(max(self.size().height() - theme.px(ABOVE), theme.px(220)))

    def title(self) -> str:
        """The page's name."""
        return _("Type in the paper list")

    # Opening.

    def open(self, round_id: str = "", draft_id: str = "", **where: Any) -> None:
        """Load the round, and what was typed of its paper before."""
        casebook = self.casebook
        self.nothing.hide()
        self.wait_for_records()

        self.read(
            lambda: load_round(casebook, round_id, draft_id, FORM),
            lambda loaded: self._begin(loaded.view, loaded.draft, loaded.seen),
        )

    def _begin(self, view: RoundView | None, draft: DraftView | None, seen: int) -> None:
        self.view, self.seen = view, seen
        if view is None:
            self.waiting.hide()
            self.nothing.show()
            return
        self.where["round_id"] = view.row.id
        body: Mapping[str, Any] = draft.body if draft is not None else {}
        known = {stop.id for stop in view.stops}
        self.typed = {
            stop: {column: str(row.get(column) or "") for column in COLUMNS}
            for stop, row in dict(body.get("typed") or {}).items()
            if stop in known
        }
        self.day.show_answer(str(body.get("day") or view.on.isoformat()))
        self.part.show_answer(str(body.get("part") or ""))
        self.make_bar()
        self.begin_draft(FORM, VERSION, draft.id if draft is not None else "")
        self.summary.show_problems([])
        self.show_whole()
        self.to_line(int(body.get("line") or 0))
        self.first_focus()

    def first_focus(self) -> None:
        """The outcome of the line where one is."""
        if self.view is not None and not self.whole.isHidden():
            self.line.focus()

    # Lines.

    @property
    def stop(self) -> StopView | None:
        """The door of the line that is typed."""
        return self.view.stops[self.place] if self.view is not None and self.view.stops else None

    def to_line(self, place: int) -> None:
        """Go to a line by its place; beyond the ends nothing happens."""
        if self.view is None or not 0 <= place < len(self.view.stops):
            return
        self.place = place
        stop = self.view.stops[place]
        self.line.show_line(stop, self.typed.get(stop.id, {}))
        self._show_list()
        self.line.focus()
        QTimer.singleShot(0, self, self._to_line_top)

    def _to_line_top(self) -> None:
        """In a low window the line that is typed stands at the very top."""
        if self.area is None or self.area.viewport().height() >= theme.px(LOW):
            return
        inner = self.area.widget()
        if inner is not None:
            self.area.verticalScrollBar().setValue(self.line.mapTo(inner, self.line.rect().topLeft()).y())

    def _to_number(self, number: int) -> None:
        assert self.view is not None
        place = next((place for place, stop in enumerate(self.view.stops) if stop.place == number), None)
        if place is None:
            self.line.complain(_("This list has no line {n}.").format(n=number))
        else:
            self.to_line(place)

    def _to_stop(self, stop_id: str) -> None:
        assert self.view is not None
        self.to_line(next(place for place, stop in enumerate(self.view.stops) if stop.id == stop_id))

    def next_line(self) -> None:
        """Enter: the next line. Something wrong is said once, and the line left all the same when asked again."""
        stop = self.stop
        if stop is None or self.view is None:
            return
        row = {column: self.typed.get(stop.id, {}).get(column, "").strip() for column in COLUMNS}
        problems = read_line(stop, row, self.day.day() or self.today)[1] if any(row.values()) else []
        if problems and self._complained != stop.id:
            self._complained = stop.id
            self.line.complain(problems[0].sentence)
            self.line.focus(problems[0].field.partition(".")[2])
            return
        self._complained = ""
        if self.place + 1 < len(self.view.stops):
            self.to_line(self.place + 1)
        else:
            self._show_list()
            self.bar.forward_button.setFocus()

    def _typed_in(self, column: str, text: str) -> None:
        stop = self.stop
        if stop is not None:
            self.typed.setdefault(stop.id, dict.fromkeys(COLUMNS, ""))[column] = text
            self._complained = ""
            self.line.complain("")
            self._say_count()
            self.list.viewport().update()
            self.keep()

    def _show_list(self) -> None:
        stop, view = self.stop, self.view
        if stop is None or view is None:
            return
        if self.list.count() != len(view.stops):
            self.list.show_stops(view.stops, stop.id)
        else:
            self.list.choose(stop.id)
        self._say_count()

    def _tile(self, stop: StopView) -> Tile:
        """A line as it was typed so far; what was known before stands where nothing is typed."""
        street, door = door_parts(stop)
        row = self.typed.get(stop.id, {})
        outcome = OUTCOMES.get(row.get("outcome", "").strip(), "")
        tags: tuple[tuple[str, str], ...] = ()
        if outcome:
            tags = ((outcome_text(outcome), TONES[outcome]),)
        elif any(row.values()):
            tags = (("?", "danger"),)
        names = [f"{place} {name}" for place, name in enumerate(stop.names, 1)]
        told = [
            row.get("met", "") and _("met {numbers}").format(numbers=row["met"]),
            row.get("retry", ""),
            row.get("note", ""),
        ]
        below = "  ·  ".join(part for part in told if part) or "  ".join(names) or _("nobody registered")
        before = status_text(stop.status) if stop.status != "waiting" and not outcome else ""
        return Tile(name=f"{stop.place}  {door}", below=below, right=before or street, tags=tags)

    def _say_count(self) -> None:
        view = self.view
        if view is None:
            return
        done = sum(bool(row.get("outcome", "").strip()) for row in self.typed.values())
        words = ngettext("{n} line typed", "{n} lines typed", done).format(n=done)
        rest = len(view.stops) - done
        left = ngettext("{n} left open", "{n} left open", rest).format(n=rest)
        self.about.setText("  ·  ".join((view.row.name, words, left)))
        save = ngettext("Save {n} door", "Save {n} doors", done).format(n=done) if done else _("Save")
        self.bar.say(forward=save, back=False, progress="", hint="Ctrl+Enter")

    # Saving.

    def snapshot(self) -> tuple[str, str, Mapping[str, Any]] | None:
        """What was typed so far."""
        if self.view is None:
            return None
        body = {"day": self.day.answer(), "part": self.part.answer(), "typed": self.typed, "line": self.place}
        return _("Paper list: {name}").format(name=self.view.row.name), self.view.row.id, body

    def go_to(self, path: str) -> None:
        """Lead to a line's column, or to the day."""
        number, _dot, column = path.partition(".")
        if path == DAY:
            self.day.first_focus().setFocus()
            self.see(self.day)
        elif number.isdigit():
            self._to_number(int(number))
            self.line.focus(column)
            self.see(self.line)
        else:
            self.line.focus()

    def forward(self) -> None:
        """Check the whole sheet and save it in one go."""
        view = self.view
        if self.busy or view is None:
            return
        reading = read_sheet(self.day.answer(), str(self.part.answer()), self.typed, view.stops, self.today)
        self.summary.show_problems([(problem.field, problem.sentence) for problem in reading.problems])
        if reading.entry is None:
            self.summary.setFocus()
            self.see(self.summary)
            if all(problem.field == SHEET for problem in reading.problems):
                self.line.focus()
            return
        entry, casebook = reading.entry, self.casebook
        self.set_busy(True)

        def done(changed: Changed) -> None:
            self.end_draft()
            self.set_busy(False)
            self.typed = {}
            words = ngettext("{n} door of {day} was saved.", "{n} doors of {day} were saved.", len(entry.lines))
            self.shell.go("round", round_id=view.row.id)
            self.shell.say(
                words.format(n=len(entry.lines), day=day_text(entry.on)),
                undo=lambda: casebook.undo(changed.operations),
            )

        enter = partial(casebook.rounds.enter, view.row.id, entry)
        side_by_side.deed(self, self.seen, enter, done, self.failed, show=self._show_now)

    def _show_now(self) -> None:
        """Show what is said of the doors by now; what was typed stays."""
        assert self.view is not None
        casebook, round_id = self.casebook, self.view.row.id

        def show(found: tuple[int, RoundView]) -> None:
            self.seen, self.view = found
            self.list.show_stops(self.view.stops, "")
            self.to_line(min(self.place, len(self.view.stops) - 1))

        self.read(lambda: (casebook.desks.seen(), casebook.rounds.get(round_id)), show)

    def subject(self) -> dict[str, str]:
        """Who lives behind the door of the line."""
        stop = self.stop
        return {"household_id": stop.household_id} if stop is not None and stop.household_id else {}
