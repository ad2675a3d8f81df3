"""What changes soon: on which day who begins, stops or changes to be entitled by the texts, to be visited in time."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from desktop import theme
from desktop.pages import calendar_parts as parts
from desktop.pages.list_page import ListPage, next_plans, seconds_words
from desktop.tasks import Cancelled, Progress
from desktop.widgets import pieces
from desktop.widgets.change_card import ChangeCard
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.month_grid import MonthGrid
from desktop.widgets.run_line import RunLine
from desktop.widgets.tick_list import TickList
from models.clock import today
from models.records.visit import PlanEntry
from models.services.calendar_views import KINDS, CalendarLine, CalendarView, kind_text
from models.services.views import Changed, PlannedView
from models.texts import _, language, ngettext
from reports.people_list import PeopleList

if TYPE_CHECKING:
    from desktop.shell import Shell

TYPING_MS = 120
CARD_FROM = 760
"""From this width of the page on (pixels at 100 per cent) the card of the selected line stands beside the list."""

QUICK_MS = 1000
"""A list that took less is made anew by itself when something was saved; a longer one waits to be asked."""

Loaded = tuple[CalendarView, dict[str, PlannedView], list[str]]


class CalendarPage(ListPage):
    """open(days=30) shows what changes so many days ahead; day (ISO) narrows it to one day."""

    name = "calendar"
    tells_of_people = True
    own_days = True

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.view: CalendarView | None = None
        self.days = parts.DAYS[1]
        self.only_day: date | None = None
        self._stale = False
        self.state_line = RunLine(self, _("Looking ahead"))
        self.state_line.again.connect(self._load)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._arrange)
        self.body.setSpacing(theme.px(8))
        self.body.addWidget(self.state_line)
        self.filter_button = self._choice(_("Filters"), self._show_panels)
        self.aside.addWidget(self.filter_button)
        self.filter_panel = QWidget()
        pieces.column(self.filter_panel, self._head(), self._filters(), gap=8)
        self.body.addWidget(self.filter_panel)
        self.lines = TickList(lambda _from, _many, _done, failed: failed(), parts.tile_of, _("What changes soon"))
        self.lines.opened.connect(self._open_row)
        self.card = ChangeCard(shell.go)
        self.lines.looked_at.connect(lambda row: self.card.show_change(row, self.on()))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.lines)
        self.split.addWidget(self.card)
        self.split.setStretchFactor(0, 5)
        self.split.setStretchFactor(1, 3)
        self.split.setHandleWidth(theme.px(16))
        self.split.setChildrenCollapsible(False)
        self.nothing = EmptyState("calendar", "", " ", (_("Show everything"), self.clear_filters))
        self.month_page = self._month()
        self.stack = QStackedWidget()
        for thing in (self.split, self.month_page, self.nothing):
            self.stack.addWidget(thing)
        self.body.addWidget(self.stack, 1)
        self.pin_actions()

    # Building.

    def _head(self) -> FlowLayout:
        """How far ahead, and as what."""
        flow = FlowLayout(gap=theme.px(8))
        self.day_buttons: dict[int, QPushButton] = {}
        for days in parts.DAYS:
            words = ngettext("{n} day", "{n} days", days).format(n=days)
            made = self._choice(words, partial(self.look_ahead, days))
            made.setAccessibleName(_("Look {days} ahead").format(days=words))
            self.day_buttons[days] = made
            flow.addWidget(made)
        self.agenda_button = self._choice(_("Agenda"), partial(self.show_month, False))
        self.month_button = self._choice(_("Months"), partial(self.show_month, True))
        for made in (self.agenda_button, self.month_button):
            self.aside.addWidget(made)
        self.search = QLineEdit()
        self.search.setProperty("role", "search")
        self.search.setPlaceholderText(_("Name, address or service"))
        self.search.setToolTip(self.search.placeholderText())
        self.search.setAccessibleName(_("Search what changes"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(theme.px(220))
        self.search.textChanged.connect(lambda _text: self._typing.start())
        flow.addWidget(self.search)
        return flow

    def _choice(self, words: str, act: Any) -> QPushButton:
        made = pieces.button(words, act)
        made.setCheckable(True)
        return made

    def _filters(self) -> FlowLayout:
        flow = FlowLayout(gap=theme.px(8))
        self.kind_buttons: dict[str, QPushButton] = {}
        for kind in KINDS:
            made = self._choice(kind_text(kind), self._arrange)
            self.kind_buttons[kind] = made
            flow.addWidget(made)
        self.service = QComboBox()
        self.service.setAccessibleName(_("Service"))
        self.community = QComboBox()
        self.community.setAccessibleName(_("Community"))
        for box in (self.service, self.community):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
            box.currentIndexChanged.connect(lambda _place: self._arrange())
            flow.addWidget(box)
        self.unplanned = self._choice(_("No visit planned yet"), self._arrange)
        flow.addWidget(self.unplanned)
        self.day_chip = pieces.button("", self._every_day, icon="close")
        self.day_chip.hide()
        flow.addWidget(self.day_chip)
        return flow

    def _month(self) -> QWidget:
        made = QWidget()
        made.setProperty("role", "ground")
        weekdays = tuple(_(name) for name in parts.WEEKDAYS)
        self.grid = MonthGrid(_("Months"), weekdays, self._day_spoken)
        self.grid.chosen.connect(self._one_day)
        self.grid.moved.connect(self._say_month)
        self.month_words = pieces.text("", "subheading", wrap=False)
        before = pieces.icon_button(_("Month before"), "back", lambda: self.grid.step_month(-1), "text")
        after = pieces.icon_button(_("Month after"), "forward", lambda: self.grid.step_month(1), "text")
        pieces.column(
            made, pieces.line(None, before, after, self.month_words, None, gap=8), self.grid, gap=8
        ).setStretch(1, 1)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the list has all the room."""
        super().resizeEvent(event)
        self._show_panels()

    def _show_panels(self) -> None:
        low = self.is_low()
        self.filter_button.setVisible(low)
        self.filter_panel.setVisible(not low or self.filter_button.isChecked())
        self.card.setVisible(self.size().width() >= theme.px(CARD_FROM))

    # Opening and loading.

    def title(self) -> str:
        """The page's name."""
        return _("What changes soon")

    def leave(self) -> bool:
        """What is narrowed to goes with the way back, and over a change of language or looks."""
        kept = {
            "kinds": [kind for kind, made in self.kind_buttons.items() if made.isChecked()],
            "service": [self.service.currentData() or "", self.service.currentText()],
            "community": [self.community.currentData() or "", self.community.currentText()],
            "unplanned": self.unplanned.isChecked(),
            "text": self.search.text(),
            "month": self.month_button.isChecked(),
        }
        day = self.only_day.isoformat() if self.only_day else ""
        self.where = {**self.where, "days": self.days, "day": day, "kept": kept}
        return True

    def _recall(self, kept: Mapping[str, Any]) -> None:
        for kind, made in self.kind_buttons.items():
            made.setChecked(kind in kept["kinds"])
        for box, (key, words) in ((self.service, kept["service"]), (self.community, kept["community"])):
            box.blockSignals(True)
            if key and box.findData(key) < 0:
                box.addItem(words, key)  # until the lines are there
            box.setCurrentIndex(max(box.findData(key), 0))
            box.blockSignals(False)
        self.unplanned.setChecked(kept["unplanned"])
        self.search.blockSignals(True)
        self.search.setText(kept["text"])
        self.search.blockSignals(False)
        self.stack.setCurrentWidget(self.month_page if kept["month"] else self.split)

    def open(self, days: int | None = None, day: str = "", kept: Mapping[str, Any] | None = None, **where: Any) -> None:
        """Look so many days ahead; what is here already is shown at once. `kept` is what it was narrowed to before."""
        if kept:
            self._recall(kept)
        self.only_day = date.fromisoformat(day) if day else None
        wanted = days if days in parts.DAYS else self.days
        if self.view is None or self._stale or wanted != self.days or self.view.start != self.on():
            self.days = wanted
            self._load()
        else:
            self.load_plans(self._arrange)
            self._arrange()
        self._say_choices()

    def refresh(self, changed: Changed) -> None:
        """Planned visits are shown at once; other changes make the list anew where that is quick."""
        if changed.entities == {"planned_visit"}:
            self.load_plans(self._arrange)
        elif changed.entities & {"fact", "resident", "household", "membership", "visit", "planned_visit", "dwelling"}:
            self._stale = True
            if self.view is None or self.view.milliseconds < QUICK_MS:
                self._load()
            else:
                self._say_state()

    def first_focus(self) -> None:
        """The list."""
        self.lines.setFocus()

    def subject(self) -> dict[str, str]:
        """Whom the line under the cursor is about."""
        row = self.lines.rows.row(self.lines.currentIndex().row())
        if not isinstance(row, parts.Coming):
            return {}
        found = {"resident_id": row.first.resident_id, "household_id": row.first.household_id}
        return {key: value for key, value in found.items() if value}

    def look_ahead(self, days: int) -> None:
        """Look so many days ahead."""
        if days != self.days:
            self.days, self.only_day = days, None
            self.where = {"days": days}
            self._load()
        self._say_choices()

    def _load(self) -> None:
        casebook, days = self.casebook, self.days

        def work(progress: Progress, cancelled: Cancelled) -> Loaded:
            until = today(casebook.clock) + timedelta(days=days)
            view = casebook.calendar.coming(until=until, progress=progress, cancelled=cancelled)
            planning = casebook.planning
            return view, next_plans(planning.open()), planning.assignees()

        def done(loaded: Loaded) -> None:
            self.view, self.plans, self.assignees = loaded
            if days != self.days:  # asked for something else meanwhile
                self._load()
                return
            self._stale = False
            self._fill_boxes()
            self._say_state()
            self._arrange()

        self.state_line.run(work, done, _("Looking at every household in which something may change …"))

    # Showing.

    def _say_state(self) -> None:
        view = self.view
        if view is None:
            return
        if view.cancelled:
            words = _("Stopped: only {n} of {all} households were looked at, so the list is not whole.").format(
                n=f"{view.looked_at:,}", all=f"{view.candidates:,}"
            )
        else:
            words = _("{start} to {until}: {n} changes, found in {all} households in {seconds} s.").format(
                start=view.start.isoformat(),
                until=view.until.isoformat(),
                n=f"{len(view.lines):,}",
                all=f"{view.candidates:,}",
                seconds=seconds_words(view.milliseconds),
            )
        if self._stale:
            words = _("{first} {second}").format(
                first=words, second=_("Records have changed since: make the list anew.")
            )
        self.state_line.tell(words)

    def _say_choices(self) -> None:
        for days, made in self.day_buttons.items():
            made.setChecked(days == self.days)
        month = self.stack.currentWidget() is self.month_page
        self._footer_frame.setVisible(not month)  # days are not chosen, lines are
        self.agenda_button.setChecked(not month)
        self.month_button.setChecked(month)

    def _fill_boxes(self) -> None:
        view = self.view
        assert view is not None
        names = {line.service_id: line.name for line in view.lines}
        services = [("", _("Every service")), *((one, f"{names[one]} {n}") for one, n in view.by_service.items())]
        communities = parts.communities(view.lines)
        places = [("", _("Every community")), *communities.items()]
        for box, lines in ((self.service, services), (self.community, places)):
            kept = box.currentData()
            box.blockSignals(True)
            box.clear()
            for key, words in lines:
                box.addItem(words, key)
            box.setCurrentIndex(max(box.findData(kept), 0))
            box.blockSignals(False)
        self.community.setVisible(len(communities) > 1)
        for kind, made in self.kind_buttons.items():
            several = view.by_kind.get(kind, 0)  # type: ignore[call-overload]  # a kind is its own word
            made.setText(f"{kind_text(kind)} {several:,}")  # type: ignore[arg-type]
            made.setVisible(bool(several) or made.isChecked())

    def _wanted(self) -> list[CalendarLine]:
        """The lines that the filters leave."""
        view = self.view
        if view is None:
            return []
        kinds = [kind for kind, made in self.kind_buttons.items() if made.isChecked()]
        service, place = self.service.currentData() or "", self.community.currentData() or ""
        days = (self.only_day, self.only_day) if self.only_day else None
        text = self.search.text().strip().casefold()
        return [
            line
            for line in view.only(kinds=kinds, services=[service] if service else [], days=days)
            if (not place or line.community == place)
            and (not text or parts.matches(line, text))
            and (not self.unplanned.isChecked() or line.household_id not in self.plans)
        ]

    def _arrange(self) -> None:
        view = self.view
        if view is None:
            return
        coming = parts.grouped(self._wanted(), self.plans)
        narrowed = self.only_day or self._narrowed()
        rows, headings = parts.agenda(coming, () if narrowed else view.events, view.start)
        self.day_chip.setVisible(self.only_day is not None)
        if self.only_day is not None:
            self.day_chip.setText(_("Only {day}").format(day=parts.day_words(self.only_day)))
            self.day_chip.setAccessibleName(_("Show every day again"))
        self.lines.show_rows(len(rows), rows, headings)
        self._show_days(coming)
        if self.stack.currentWidget() is not self.month_page:
            self.stack.setCurrentWidget(self.split if rows else self.nothing)
        self._say_nothing(bool(narrowed))
        self.say_ticked(0)

    def _say_nothing(self, narrowed: bool) -> None:
        nothing = self.nothing
        if narrowed:
            nothing.sentence.setText(_("Nothing that changes fits what is asked for"))
        else:
            nothing.sentence.setText(_("Nothing changes by itself in this time"))
        nothing.hint.setText(_("Birthdays, ends of answers and days named by the texts are looked at."))
        nothing.button.setVisible(narrowed)

    def _narrowed(self) -> bool:
        return bool(
            any(made.isChecked() for made in self.kind_buttons.values())
            or self.service.currentData()
            or self.community.currentData()
            or self.unplanned.isChecked()
            or self.search.text().strip()
        )

    def clear_filters(self) -> None:
        """Show everything again."""
        self.only_day = None
        for made in self.kind_buttons.values():
            made.setChecked(False)
        self.search.clear()
        self._typing.stop()
        for box in (self.service, self.community):
            box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(False)
        self.unplanned.setChecked(False)
        self._arrange()

    # Months.

    def show_month(self, month: bool) -> None:
        """Show months, or the agenda."""
        self.stack.setCurrentWidget(
            self.month_page if month else self.split if self.lines.rows.rowCount() else self.nothing
        )
        self._say_choices()
        (self.grid if month else self.lines).setFocus()

    def _show_days(self, coming: list[parts.Coming]) -> None:
        view = self.view
        assert view is not None
        if self.only_day is not None:
            return  # the grid still shows every day
        found: dict[date, list[parts.Coming]] = defaultdict(list)
        for one in coming:
            found[one.day].append(one)
        days = {}
        for day, some in found.items():
            kinds = {kind: sum(one.kinds().get(kind, 0) for one in some) for kind in KINDS}
            people = ngettext("{n} person", "{n} people", len(some)).format(n=len(some))
            chips = [(f"{kind_text(kind)} {n}", parts.TONES[kind]) for kind, n in kinds.items() if n]
            days[day] = ((people, "text"), *chips)
        self._days = days
        self.grid.show_days(days, view.start, view.until)

    _days: dict[date, Any] = {}

    def _day_spoken(self, day: date) -> str:
        return " ".join((parts.day_words(day), *(words for words, _tone in self._days.get(day, ()))))

    def _say_month(self, day: date) -> None:
        chinese = language() == "zh_CN"
        self.month_words.setText(f"{day.year}年{day.month}月" if chinese else f"{day.year}-{day.month:02}")

    def _one_day(self, day: date) -> None:
        self.only_day = day
        self.stack.setCurrentWidget(self.split)
        self._arrange()
        self.show_month(False)

    def _every_day(self) -> None:
        self.only_day = None
        self._arrange()

    # Doing.

    def _open_row(self, row: parts.Coming) -> None:
        if row.first.resident_id:
            self.shell.go("person", resident_id=row.first.resident_id)
        else:
            self.shell.go("household", household_id=row.first.household_id)

    def with_chosen(self, use: Callable[[list[Any]], object]) -> None:
        """The rows are here already."""
        places = (range(first, first + many) for first, many in self.lines.ticks.stretches())
        found = (self.lines.rows.row(place) for several in places for place in several)
        use([row for row in found if isinstance(row, parts.Coming)])

    def plan_reason(self) -> str:
        """What the visits are for; what changes is added for each household."""
        return self.title()

    def plan_entries(self, chosen: list[Any], reason: str, assignee: str) -> list[PlanEntry]:
        """One visit a household, on its first day."""
        return parts.plan_entries(chosen, reason, assignee)

    def export_columns(self) -> Sequence[tuple[str, str, bool]]:
        """What may be written."""
        return [(key, _(heading), key in parts.AT_FIRST) for key, heading, _width in parts.COLUMNS]

    def export_count(self) -> int:
        """One row for each service of a line."""
        count = 0

        def add(chosen: list[parts.Coming]) -> None:
            nonlocal count
            count = sum(len(row.lines) for row in chosen)

        self.with_chosen(add)
        return count

    def export_maker(self, keys: Sequence[str]) -> Callable[[Cancelled], PeopleList | None]:
        """The chosen lines as a list."""
        chosen: list[parts.Coming] = []
        self.with_chosen(chosen.extend)
        view, casebook, title = self.view, self.casebook, self.title()
        assert view is not None
        told = (_("{start} to {until}").format(start=view.start.isoformat(), until=view.until.isoformat()),)

        def make(_cancelled: Cancelled) -> PeopleList:
            rows = parts.list_rows(chosen, keys)
            whom = {one for row in chosen for one in (row.first.resident_id, row.first.household_id)}
            casebook.calendar.written_out(view, len(rows), whom)
            return PeopleList(
                title=title,
                office=casebook.office.name,
                worker=casebook.worker.name,
                made_on=view.start,
                columns=parts.list_columns(keys),
                rows=rows,
                told=told,
                caution=_("What is shown may apply; the office that approves decides"),
                language="zh" if language() == "zh_CN" else "en",
            )

        return make
