"""The whole register screened: who may have what and does not receive it, what must be asked; from list to visits."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QPushButton, QSplitter, QStackedWidget, QWidget

from desktop import theme
from desktop.fact_words import dictionary
from desktop.pages import screening_parts as parts
from desktop.pages.list_page import ListPage, next_plans, seconds_words
from desktop.tasks import Cancelled, Job, Progress
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.run_line import RunLine
from desktop.widgets.screen_card import ScreenCard
from desktop.widgets.screen_filters import Place, ScreenFilters, wide
from desktop.widgets.service_bars import ServiceBars
from desktop.widgets.tick_list import TickList
from models.errors import Problem
from models.records import divisions
from models.records.visit import PlanEntry
from models.services.screening_views import (
    PeopleOrder,
    PeoplePage,
    ScreenFilter,
    ScreeningState,
    ScreenPerson,
    ScreenSummary,
    ServiceCount,
)
from models.services.views import Changed
from models.texts import _, language, ngettext
from reports.people_list import PeopleList

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.eligibility import Policies

FILTERS_FROM, CARD_FROM = 760, 1040
"""From these widths of the page on (pixels at 100 per cent) filters and card stand beside the list."""

PEOPLE = 40  # rows read at once: somebody may have a hundred results
TOUCHES = frozenset(
    {"fact", "resident", "household", "membership", "visit", "dwelling", "policy_set", "identity_document"}
)

Loaded = tuple[ScreeningState, ScreenSummary | None, "Policies", list[Place], dict[str, Any], list[str], dict[str, str]]


class ScreeningPage(ListPage):
    """open(service="", view="") screens and shows services, or people of one; view: services or people."""

    name = "screening"
    tells_of_people = True

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.state: ScreeningState | None = None
        self.summary: ScreenSummary | None = None
        self.policies: Policies | None = None
        self.shown = ScreenFilter()
        """What the list of people shows."""
        self._again = False
        self._job: Job[Any] | None = None
        self._groups: dict[str, str] = {}
        self._service = ""  # wanted by whoever opened the page
        self.state_line = RunLine(self, _("Screening the register"))
        self.state_line.again.connect(self.screen_all)
        self.filters = ScreenFilters()
        self.filters.changed.connect(self._filter)
        self.search = self.filters.name
        self.lines = TickList(self._load, self._tile, _("Results"), PEOPLE)
        self.lines.opened.connect(self._open_row)
        self.bars = ServiceBars()
        self.bars.chosen.connect(self._into_service)
        self.card = ScreenCard(shell.go)
        self.lines.looked_at.connect(self._look)
        self.nothing = EmptyState("eligibility", "", " ", ("", self._nothing_pressed))
        self.stack = QStackedWidget()
        for thing in (self.bars, self.lines, self.nothing):
            self.stack.addWidget(thing)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        for pane, share in ((self.filters, 2), (self.stack, 7), (self.card, 3)):
            self.split.addWidget(pane)
            self.split.setStretchFactor(self.split.count() - 1, share)
        self.split.setHandleWidth(theme.px(12))
        self.split.setChildrenCollapsible(False)
        self.view = "services"
        self._build_head()
        self.body.setSpacing(theme.px(8))
        self.body.addWidget(self.state_line)
        self.chip_panel = self._chips()
        self.body.addWidget(self.chip_panel)
        self.body.addWidget(self.split, 1)
        self.pin_actions()
        self._show_view()
        self._look(None)

    # Building.

    def _build_head(self) -> None:
        self.services_button = self._choice(_("By service"), partial(self.show_view, "services"))
        self.people_button = self._choice(_("By person"), partial(self.show_view, "people"))
        self.filter_button = self._choice(_("Filters"), self._show_panels)
        for made in (self.filter_button, self.services_button, self.people_button):
            self.aside.addWidget(made)

    def _choice(self, words: str, act: Callable[[], object]) -> QPushButton:
        made = pieces.button(words, act)
        made.setCheckable(True)
        return made

    def _chips(self) -> QWidget:
        panel = QWidget()
        flow = FlowLayout(panel, gap=theme.px(8))
        self.preset = parts.PRESETS[0]
        self.chips: dict[str, QPushButton] = {}
        for preset in parts.PRESETS:
            made = self._choice(_(preset.words), partial(self.choose, preset.key))
            self.chips[preset.key] = made
            flow.addWidget(made)
        self.order = QComboBox()
        self.order.setAccessibleName(_("Order of the list"))
        self.order.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for key, words in parts.ORDERS.items():
            self.order.addItem(_(words), key)
        self.order.currentIndexChanged.connect(lambda _place: self._reload())
        self.aside.insertWidget(0, self.order)
        return panel

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the list has all the room."""
        super().resizeEvent(event)
        self._show_panels()

    def _show_panels(self) -> None:
        low = self.is_low()
        beside = self.size().width() >= theme.px(FILTERS_FROM) and not low
        self.filter_button.setVisible(not beside)
        filters = beside or self.filter_button.isChecked()
        self.filters.setVisible(filters)
        self.chip_panel.setVisible(filters or not low)
        self.stack.setVisible(beside or not filters)
        self.card.setVisible(self.size().width() >= theme.px(CARD_FROM) and self.stack.currentWidget() is self.lines)

    # Opening and screening.

    def title(self) -> str:
        """The page's name."""
        return _("Screening")

    def leave(self) -> bool:
        """What is narrowed to goes with the way back, and over a change of language or looks."""
        kept = {"preset": self.preset.key, "order": self.order.currentIndex(), "filters": self.filters.chosen()}
        self.where = {**self.where, "service": "", "view": self.view, "kept": kept}
        return True

    def open(self, service: str = "", view: str = "", kept: Mapping[str, Any] | None = None, **where: Any) -> None:
        """Bring the screening up to date; what is here already is shown meanwhile. `kept`: narrowed to so before."""
        self._service = service
        if kept and not service:
            self.preset = next(one for one in parts.PRESETS if one.key == kept["preset"])
            self.filters.recall(kept["filters"])
            self.order.blockSignals(True)
            self.order.setCurrentIndex(kept["order"])
            self.order.blockSignals(False)
        if view or service:
            self.view = view or "people"
        self._show_view()
        self.screen_all()

    def refresh(self, changed: Changed) -> None:
        """Visits that were planned are shown; whatever a rule may read is screened again."""
        if changed.entities == {"planned_visit"}:
            self.load_plans(self._repaint)
        elif changed.entities & TOUCHES:
            self.screen_all()

    def first_focus(self) -> None:
        """The list that is shown."""
        (self.lines if self.view == "people" else self.bars).setFocus()

    def subject(self) -> dict[str, str]:
        """Whom the line under the cursor is about."""
        row = self.lines.rows.row(self.lines.currentIndex().row()) if self.view == "people" else None
        if not isinstance(row, ScreenPerson):
            return {}
        return {"resident_id": row.first.resident_id, "household_id": row.first.household_id}

    def screen_all(self) -> None:
        """Screen what changed, and show it."""
        casebook = self.casebook

        def work(progress: Progress, cancelled: Cancelled) -> Loaded:
            state = casebook.screening.bring_up_to_date(progress, cancelled)
            whole = None if state.cancelled else casebook.screening.summary()
            services = {one.id: one.group for one in casebook.eligibility.services().values()}
            planning = casebook.planning
            plans = next_plans(planning.open())
            return (
                state,
                whole,
                dictionary(casebook),
                places(casebook.office.code),
                plans,
                planning.assignees(),
                services,
            )

        def done(loaded: Loaded) -> None:
            state, whole, self.policies, places, self.plans, self.assignees, self._groups = loaded
            self.filters.show_places(places, (self.shell.worker.name, *self.assignees))
            if not state.cancelled:
                self.state = state
            self._say_state(state, whole)
            if self.state is None:
                self._say_nothing()
            else:
                self._reload()
            if self._again:
                self._again = False
                self.screen_all()

        if not self.state_line.run(work, done, _("Screening everybody who is registered …")):
            self._again = True

    def _say_state(self, state: ScreeningState, whole: ScreenSummary | None) -> None:
        if whole is None:
            words = _("The screening was stopped.")
            self.state_line.tell(
                words if self.state is None else _("{what} What is shown is older.").format(what=words)
            )
            return
        people = ngettext("{n} resident", "{n} residents", whole.residents).format(n=f"{whole.residents:,}")
        homes = ngettext("{n} household", "{n} households", whole.households).format(n=f"{whole.households:,}")
        words = _("{day}: {people} in {homes} screened in {seconds} s. {caution}.")
        seconds = seconds_words(state.took_ms)
        told = words.format(
            day=state.day.isoformat(), people=people, homes=homes, seconds=seconds, caution=parts.caution()
        )
        self.state_line.tell(told)

    # Filtering and showing.

    def where_now(self) -> ScreenFilter:
        """What filters and chips ask for."""
        return self.filters.value(self.preset, self.on())

    def choose(self, key: str) -> None:
        """Show the results of one chip."""
        self.preset = next(one for one in parts.PRESETS if one.key == key)
        self._say_choices()
        self._reload()

    def _filter(self) -> None:
        where = self.where_now()
        if (where.fact or where.at_most is not None) and self.preset.key == "entitled":
            self.preset = parts.PRESETS[1]  # who lacks a fact is not among those who may have it
        self._say_choices()
        self._reload()

    def _into_service(self, count: ServiceCount) -> None:
        self.view = "people"
        if not self.preset.of(count):
            self.preset = next((one for one in parts.PRESETS if one.of(count)), self.preset)
        self._show_view()
        self.filters.choose_service(count)
        self.lines.setFocus()

    def show_view(self, view: str) -> None:
        """Show services, or people."""
        self.view = view
        self._show_view()
        if self.summary is not None and self.shown == self.where_now():
            self._say_nothing()  # both views show the same answer
        else:
            self._reload()
        self.first_focus()

    def _show_view(self) -> None:
        self.stack.setCurrentWidget(self.lines if self.view == "people" else self.bars)
        self._footer_frame.setVisible(self.view == "people")
        self.order.setVisible(self.view == "people")
        self._say_choices()
        self._show_panels()

    def _say_choices(self) -> None:
        self.services_button.setChecked(self.view == "services")
        self.people_button.setChecked(self.view == "people")
        for key, made in self.chips.items():
            made.setChecked(key == self.preset.key)
        narrowed = self.filters.narrowed()
        words = _("Filters ({n})").format(n=narrowed) if narrowed else _("Filters")
        self.filter_button.setText(words)
        self.filter_button.setToolTip(_(self.preset.words))

    def _reload(self) -> None:
        """Ask for the figures and the first rows of what is wanted now; only the newest answer is shown."""
        if self.state is None or self.state_line.running:
            return
        if self._job is not None:
            self._job.cancel()
        casebook, where, order = self.casebook, self.where_now(), self._order()

        def load() -> tuple[ScreenSummary, PeoplePage]:
            screening = casebook.screening
            return screening.summary(wide(where)), screening.people(where, 0, PEOPLE, order)

        self._job = self.read(load, partial(self._show, where))

    def _order(self) -> PeopleOrder:
        order: PeopleOrder = self.order.currentData()
        return order

    def _show(self, where: ScreenFilter, loaded: tuple[ScreenSummary, PeoplePage]) -> None:
        self._job = None
        summary, page = loaded
        self.summary, self.shown = summary, where
        facts = {}
        if self.policies is not None:
            facts = {one.fact: parts.fact_words(self.policies, one.fact) for one in summary.wanted}
        self.filters.show_counts(summary.services, summary.wanted, facts, self.preset)
        wanted = self._service
        if wanted:  # by whoever opened the page
            self._service = ""
            found = next((one for one in summary.services if one.service_id == wanted), None)
            if found is not None:
                self._into_service(found)
                return
        for preset in parts.PRESETS:
            several = sum(preset.of(count) for count in summary.services)
            self.chips[preset.key].setText(_("{words} {n}").format(words=_(preset.words), n=f"{several:,}"))
        self.bars.show_services(summary.services)
        self.lines.show_rows(page.total, page.people)
        self._say_nothing()

    def _say_nothing(self) -> None:
        nothing = self.nothing
        summary = self.summary
        empty = self.state is None or summary is None
        if self.view == "people":
            empty = empty or not self.lines.rows.rowCount()
        elif summary is not None:
            empty = not summary.services or not summary.residents
        self.stack.setCurrentWidget(nothing if empty else self.lines if self.view == "people" else self.bars)
        self._show_panels()
        nothing.hint.setText(_("Results for everybody who is registered will be listed here."))
        if self.state is None:
            nothing.sentence.setText(_("The register was not screened"))
            nothing.button.setText(_("Screen now"))
        elif not self.state.residents:
            nothing.sentence.setText(_("Nobody is registered yet"))
            nothing.button.setText(_("Register the first resident"))
        else:
            nothing.sentence.setText(_("Nobody fits what is asked for"))
            nothing.hint.setText(_("Choose another result above, or fewer filters."))
            nothing.button.setText(_("Clear all filters"))
        nothing.button.setAccessibleName(nothing.button.text())

    def _nothing_pressed(self) -> None:
        if self.state is None:
            self.screen_all()
        elif not self.state.residents:
            self.shell.go("register")
        else:
            self.filters.clear()

    def _load(self, offset: int, limit: int, done: Callable[[Sequence[Any]], None], failed: Callable[[], None]) -> None:
        screening, where, order = self.casebook.screening, self.shown, self._order()

        def trouble(problem: Problem) -> None:
            failed()
            self.shell.problem(problem)

        self.read(lambda: screening.people(where, offset, limit, order).people, done, trouble)

    def _tile(self, row: ScreenPerson) -> Any:
        return parts.tile_of(self.policies, self.plans, row, self.on())

    def _look(self, row: ScreenPerson | None) -> None:
        plan = self.plans.get(row.first.household_id) if row is not None else None
        self.card.show_person(row, self.policies, plan, self.on())

    def _repaint(self) -> None:
        self.lines.viewport().update()
        row = self.lines.rows.row(self.lines.currentIndex().row())
        self._look(row if isinstance(row, ScreenPerson) else None)

    def _open_row(self, row: ScreenPerson) -> None:
        self.shell.go("person", resident_id=row.first.resident_id)

    # Doing.

    def with_chosen(self, use: Callable[[list[Any]], object]) -> None:
        """Read the chosen rows, then use them."""
        screening, where, order = self.casebook.screening, self.shown, self._order()
        stretches = list(self.lines.ticks.stretches())

        def load() -> list[Any]:
            found: list[Any] = []
            for first, many in stretches:
                for start in range(first, first + many, PEOPLE):
                    found += screening.people(where, start, min(PEOPLE, first + many - start), order).people
            return found

        self.read(load, use)

    def plan_reason(self) -> str:
        """What the visits are for; the services are added for each household."""
        return {
            "entitled": _("May have and does not receive"),
            "ask": _("Ask what is missing"),
            "office": _("To be put before the office"),
        }.get(self.preset.key, _("Screening"))

    def plan_entries(self, chosen: list[Any], reason: str, assignee: str) -> list[PlanEntry]:
        """One visit a household."""
        return parts.plan_entries(chosen, reason, assignee, self.on())

    def export_columns(self) -> Sequence[tuple[str, str, bool]]:
        """What may be written."""
        return [(key, _(heading), first) for key, heading, _width, first in parts.COLUMNS]

    def export_words(self, rows: int) -> str:
        """Somebody may have several results, each a row."""
        words = ngettext(
            "The results of {n} person are written, a row each.",
            "The results of {n} people are written, a row each.",
            rows,
        )
        return words.format(n=f"{rows:,}")

    def export_maker(self, keys: Sequence[str]) -> Callable[[Cancelled], PeopleList | None]:
        """The chosen results as a list; the service notes in the journal that they were written out."""
        casebook, where, order, title = self.casebook, self.shown, self._order(), self.title()
        policies, plans, groups, on = self.policies, dict(self.plans), self._groups, self.on()
        assert policies is not None
        stretches = [range(first, first + many) for first, many in self.lines.ticks.stretches()]
        told = {"outcome": _(self.preset.words), **self.filters.told()}

        def make(cancelled: Cancelled) -> PeopleList | None:
            rows: list[Any] = []
            for person in casebook.screening.export_people(where, order, stretches):
                rows += [parts.list_row(policies, groups, plans, row, keys, on) for row in person.results]
                if cancelled():
                    return None
            return PeopleList(
                title=title,
                office=casebook.office.name,
                worker=casebook.worker.name,
                made_on=on,
                columns=parts.list_columns(keys),
                rows=rows,
                told=parts.filter_words(where, told),
                caution=parts.caution(),
                language="zh" if language() == "zh_CN" else "en",
            )

        return make


def places(office: str) -> list[Place]:
    """Where one may look: the streets and communities of a district office, the communities of a street, one's own."""
    if len(office) >= 12:
        own = divisions.division(office)
        return [Place(own.code, own.short)] if own else []
    found = []
    for one in divisions.children(office):
        found.append(Place(one.code, one.short))
        if len(one.code) == 9:
            found += [Place(inner.code, f"　{inner.short}") for inner in divisions.children(one.code)]
    return found
