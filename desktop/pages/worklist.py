"""The worklist: whom to see next and why; from the list to visits, rounds, colleagues, another day, or paper."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QPushButton, QSplitter, QStackedWidget, QWidget

from desktop import theme
from desktop import worklist_words as words_of
from desktop.pages.list_page import ListPage
from desktop.pages.worklist_deeds import Deeds
from desktop.tasks import Cancelled, Progress
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.run_line import RunLine
from desktop.widgets.tick_list import TickList
from desktop.widgets.work_card import WorkCard
from desktop.widgets.work_dialogs import AssignDialog, PutOffDialog, RhythmDialog
from desktop.widgets.work_list import WorkDelegate
from desktop.worklist_queue import begin_again
from models.records.visit import PlanEntry
from models.services.views import Changed
from models.services.worklist_views import KINDS, Building, Place, WorkFilter, WorkItem, WorkPage, kind_text
from models.texts import _, language, ngettext
from reports.people_list import PeopleList

if TYPE_CHECKING:
    from desktop.shell import Shell

CARD_FROM = 760
"""From this width of the page on (pixels at 100 per cent) the card stands beside the list."""

ROWS = 50
"""Households read at once."""

MOST_FOR_A_ROUND = 500

LOW, VERY_LOW = 16, 11
"""Below so many times the height of a button, filters are shown when they are wanted; and the foot when lines are
chosen."""

Loaded = tuple[WorkPage, list[Building] | None, list[str]]


class WorklistPage(ListPage):
    """open(kinds="", mine="") shows the list as it was last filtered; kinds (words) and mine (mine, nobody, all)
    narrow it anew.
    """

    name = "worklist"
    tells_of_people = True

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.shown: WorkPage | None = None
        self.wish = words_of.filter_from(shell.state.kept("worklist"), shell.worker.name)
        self._edition = 0
        self._looked = False
        self._buildings: list[Building] | None = None
        self.question: PutOffDialog | AssignDialog | RhythmDialog | None = None
        """What asked last; tests answer it."""
        self.seen = -1
        """The moment from which the list is (casebook.desks.seen())."""
        self.deeds = Deeds(self)
        self.state_line = RunLine(self, _("Looking through the register"))
        self.state_line.again.connect(self.look)
        self.body.setSpacing(theme.px(8))
        self.body.addWidget(self.state_line)
        self._build_head()
        self.filter_panel = QWidget()
        pieces.column(self.filter_panel, self._filters(), self._kinds(), gap=8)
        self.body.addWidget(self.filter_panel)
        self.lines = TickList(self._fetch, words_of.tile_of, _("Worklist"), ROWS, WorkDelegate())
        self.lines.opened.connect(lambda item: self.shell.go("household", household_id=item.household_id))
        self.card = WorkCard(shell.go)
        self.card.assign.connect(lambda item: self.deeds.ask_assign([item]))
        self.card.put_off.connect(lambda item: self.deeds.ask_put_off([item]))
        self.card.put_back.connect(self.deeds.put_back)
        self.card.call.connect(self.deeds.call)
        self.lines.looked_at.connect(lambda row: self.card.show_item(row, self.on()))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        for pane, share in ((self.lines, 5), (self.card, 3)):
            self.split.addWidget(pane)
            self.split.setStretchFactor(self.split.count() - 1, share)
        self.split.setHandleWidth(theme.px(16))
        self.split.setChildrenCollapsible(False)
        self.nothing = EmptyState("check", "", " ", (_("Show everything"), self.clear_filters))
        self.stack = QStackedWidget()
        for thing in (self.split, self.nothing):
            self.stack.addWidget(thing)
        self.body.addWidget(self.stack, 1)
        self.pin_actions()

    # Building.

    def _build_head(self) -> None:
        self.filter_button = self._choice(_("Filters"), self._show_panels)
        self.rhythm_button = pieces.button(_("How often …"), self.deeds.ask_rhythm)
        self.handover_button = pieces.button(_("Handing over"), lambda: self.shell.go("handover"), icon="forward")
        for made in (self.filter_button, self.rhythm_button, self.handover_button):
            self.aside.addWidget(made)

    def _choice(self, words: str, act: Callable[[], object]) -> QPushButton:
        made = pieces.button(words, act)
        made.setCheckable(True)
        return made

    def _filters(self) -> FlowLayout:
        flow = FlowLayout(gap=theme.px(8))
        self.order_buttons: dict[str, QPushButton] = {}
        for order, words in (("need", _("By need")), ("walk", _("Door by door"))):
            self.order_buttons[order] = self._choice(words, partial(self._set, order=order))
            flow.addWidget(self.order_buttons[order])
        self.mine_buttons: dict[str, QPushButton] = {}
        for whose, words in (("all", _("All")), ("mine", _("Mine")), ("nobody", _("Nobody's"))):
            self.mine_buttons[whose] = self._choice(words, partial(self.show_whose, whose))
            flow.addWidget(self.mine_buttons[whose])
        self.building = QComboBox()
        self.building.setAccessibleName(_("Building"))
        self.building.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.building.setMinimumContentsLength(9)
        self.building.currentIndexChanged.connect(lambda _at: self._set(where=self.building.currentData() or Place()))
        flow.addWidget(self.building)
        self.put_off_chip = self._choice(_("Put off"), self._show_put_off)
        flow.addWidget(self.put_off_chip)
        return flow

    def _kinds(self) -> FlowLayout:
        flow = FlowLayout(gap=theme.px(8))
        self.kind_buttons: dict[str, QPushButton] = {}
        for kind in KINDS:
            made = self._choice(kind_text(kind), partial(self._toggle_kind, kind))
            made.hide()
            self.kind_buttons[kind] = made
            flow.addWidget(made)
        return flow

    def pin_actions(self) -> None:
        """The box for all lines, what can be done with those chosen, and the round."""
        self.all_tick = QCheckBox()
        self.all_tick.setTristate(True)
        self.all_tick.clicked.connect(
            lambda _on: self.lines.tick_all(self.lines.ticks.count < self.lines.ticks.possible)
        )
        self.menu = QMenu(self)
        self.menu_actions = {
            name: self.menu.addAction(words, act)
            for name, words, act in (
                ("round", _("Plan a round"), self.plan_round),
                ("plan", _("Plan visits …"), self.ask_plan),
                ("assign", _("Assign …"), lambda: self.with_chosen(self.deeds.ask_assign)),
                ("hand_over", _("Hand over …"), self.hand_over),
                ("put_off", _("Put off …"), lambda: self.with_chosen(self.deeds.ask_put_off)),
                ("envelopes", _("Envelopes and labels …"), self.write_to),
                ("export", _("Write to a file …"), self.ask_export),
            )
        }
        self.more_button = pieces.button(_("With those chosen"))
        self.more_button.setMenu(self.menu)
        self.export_button = self.plan_button = self.more_button  # what ListPage enables with the ticks
        self.round_button = pieces.button(_("Plan a round"), self.plan_round, "primary", "visit")
        self.show_footer(self.all_tick, None, self.more_button, self.round_button)
        self.lines.ticked.connect(self.say_ticked)
        self.say_ticked(0)

    def say_ticked(self, count: int) -> None:
        """Say how many lines are chosen, and what can be done with them."""
        super().say_ticked(count)
        self.round_button.setEnabled(bool(count))
        self.round_button.setToolTip(self.more_button.toolTip())
        self._show_panels()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the list has all the room."""
        super().resizeEvent(event)
        self._show_panels()

    def word_buttons(self, *, narrow: bool) -> None:
        """The button with the menu keeps its words at every width: a mere arrow says nothing."""
        self.more_button.setText(_("With those chosen"))

    def is_low(self) -> bool:
        """Whether there is no room for filters above the list: its rows are high."""
        return self.size().height() < LOW * theme.target()

    def _fits_one_row(self) -> bool:
        """Whether there is room for all buttons of the foot beside one another."""
        buttons = (self.all_tick, self.more_button, self.round_button)
        sides = self.footer.contentsMargins()
        need = sum(each.sizeHint().width() + self.footer.spacing() for each in buttons)
        return need + sides.left() + sides.right() <= self.size().width()

    def _show_panels(self) -> None:
        low = self.is_low()
        very = self.size().height() < VERY_LOW * theme.target()
        self.state_line.setVisible(not very or self.state_line.running or self.filter_button.isChecked())
        self._footer_frame.setVisible(not very or bool(self.lines.ticks.count))
        in_menu = low and not self._fits_one_row()
        self.round_button.setVisible(not in_menu)
        self.menu_actions["round"].setVisible(in_menu)
        self.filter_button.setVisible(low)
        self.filter_panel.setVisible(not low or self.filter_button.isChecked())
        self.rhythm_button.setVisible(not low or self.filter_button.isChecked())
        self.card.setVisible(self.size().width() >= theme.px(CARD_FROM))

    # Opening and loading.

    def title(self) -> str:
        """The page's name."""
        return _("Worklist")

    def open(self, kinds: str = "", mine: str = "", **where: Any) -> None:
        """Show the list as it was last filtered, or as asked for."""
        if kinds:
            wanted = frozenset(kinds.split()) & frozenset(KINDS)
            self.wish = WorkFilter(wanted, self.wish.mine, self.wish.where, self.wish.order)
        if mine:
            self._whose(mine)
        self.reload(buildings=True)

    def refresh(self, changed: Changed) -> None:
        """Nearly everything that is saved may add or take a line."""
        if changed.entities - {"draft"}:
            self.reload()

    def first_focus(self) -> None:
        """The list."""
        self.lines.setFocus()

    def subject(self) -> dict[str, str]:
        """Whom the line under the cursor is about."""
        item = self.current()
        if item is None:
            return {}
        found = {"household_id": item.household_id, "resident_id": item.resident_id}
        return {key: value for key, value in found.items() if value}

    def current(self) -> WorkItem | None:
        """The household under the cursor."""
        row = self.lines.rows.row(self.lines.currentIndex().row())
        return row if isinstance(row, WorkItem) else None

    def reload(self, *, buildings: bool = False) -> None:
        """Read the first page anew; the cursor stays on its household where it is still near the top."""
        casebook, wish = self.casebook, self.wish
        self._edition += 1
        edition = self._edition
        before = self.current()
        ask = buildings or self._buildings is None

        def work() -> tuple[int, Loaded]:
            seen, page = casebook.desks.seen(), casebook.worklist.page(wish, 0, ROWS)
            return seen, (page, casebook.worklist.buildings() if ask else None, casebook.care.workers())

        def done(loaded: tuple[int, Loaded]) -> None:
            if edition != self._edition:
                return
            self.seen = loaded[0]
            page, found, self.assignees = loaded[1]
            self.shown = page
            if found is not None:
                self._buildings = found
                self._fill_buildings()
            at = next(
                (at for at, one in enumerate(page.items) if before and one.household_id == before.household_id), 0
            )
            self._show(page, at)
            if not page.whole and not self._looked:
                self._looked = True
                QTimer.singleShot(0, self, self.look)

        self.read(work, done)

    def _fetch(
        self, offset: int, limit: int, done: Callable[[Sequence[Any]], None], failed: Callable[[], None]
    ) -> None:
        casebook, wish = self.casebook, self.wish
        self.read(
            lambda: casebook.worklist.page(wish, offset, limit), lambda page: done(page.items), lambda _p: failed()
        )

    def look(self) -> None:
        """Look through the whole register: who may newly receive what, who was not visited for long."""
        casebook = self.casebook

        def work(progress: Progress, cancelled: Cancelled) -> object:
            return casebook.worklist.look(progress, cancelled)

        self._looked = True
        self.state_line.show()
        self.state_line.run(
            work,
            lambda _looked: self.reload(buildings=True),
            _("Looking through the register: what is new comes soon …"),
        )

    def _show(self, page: WorkPage, at: int) -> None:
        self.lines.show_rows(page.total, page.items, at=at)
        self.stack.setCurrentWidget(self.split if page.total else self.nothing)
        self._say_filters(page)
        if not self.state_line.running:
            self._say_state(page)
        self._show_panels()
        narrowed = self.wish != WorkFilter(order=self.wish.order)
        self.nothing.sentence.setText(
            _("Nothing on the worklist fits what is asked for") if narrowed else _("Nothing waits on the worklist")
        )
        self.nothing.hint.setText(_("Promised and planned visits, open needs, papers and birthdays come here."))
        self.nothing.button.setVisible(narrowed)
        self.say_ticked(0)

    def _say_state(self, page: WorkPage) -> None:
        told = ngettext("{n} household is to be seen.", "{n} households are to be seen.", page.total)
        words = told.format(n=f"{page.total:,}")
        if not page.whole:
            more = _("Who was not visited for long and who is newly eligible is not in it yet: make the list anew.")
            words = _("{first} {second}").format(first=words, second=more)
        self.state_line.tell(words)

    def _say_filters(self, page: WorkPage) -> None:
        wish = self.wish
        for order, made in self.order_buttons.items():
            made.setChecked(order == wish.order)
        whose = "all" if wish.mine is None else "mine" if wish.mine else "nobody"
        for key, made in self.mine_buttons.items():
            made.setChecked(key == whose)
        for kind, made in self.kind_buttons.items():
            several = page.kinds.get(kind, 0)
            made.setText(f"{kind_text(kind)} {several:,}")
            made.setAccessibleName(made.text())
            made.setChecked(kind in wish.kinds)
            made.setVisible(bool(several) or kind in wish.kinds)
        self.put_off_chip.setText(_("Put off {n}").format(n=page.put_off))
        self.put_off_chip.setChecked(wish.put_off)
        self.put_off_chip.setVisible(bool(page.put_off) or wish.put_off)

    def _fill_buildings(self) -> None:
        box = self.building
        box.blockSignals(True)
        box.clear()
        box.addItem(_("Every building"), Place())
        found = self._buildings or []
        for one in found:
            box.addItem(f"{one.name} {one.households:,}", one.place)
        if self.wish.where != Place():
            places = [one.place for one in found]
            if self.wish.where not in places:
                box.addItem(
                    " ".join(filter(None, (self.wish.where.street_line, self.wish.where.building))), self.wish.where
                )
                places.append(self.wish.where)
            box.setCurrentIndex(places.index(self.wish.where) + 1)
        box.setVisible(box.count() > 2)
        box.blockSignals(False)

    # Filters.

    def _set(self, **fields: Any) -> None:
        told = {**vars(self.wish), **fields}
        self.wish = WorkFilter(**told)
        self.shell.state.keep("worklist", words_of.filter_to(self.wish))
        begin_again(self.shell)
        self.reload()

    def _toggle_kind(self, kind: str) -> None:
        self._set(kinds=self.wish.kinds ^ {kind})

    def _whose(self, whose: str) -> None:
        mine = {"mine": self.shell.worker.name, "nobody": ""}.get(whose)
        self.wish = WorkFilter(**{**vars(self.wish), "mine": mine})

    def show_whose(self, whose: str) -> None:
        """Whose households: all, mine, nobody."""
        self._whose(whose)
        self._set()

    def _show_put_off(self) -> None:
        self._set(put_off=not self.wish.put_off)

    def clear_filters(self) -> None:
        """Show everything again."""
        self.building.blockSignals(True)
        self.building.setCurrentIndex(0)
        self.building.blockSignals(False)
        self._set(kinds=frozenset(), mine=None, where=Place(), put_off=False)

    # Doing.

    def with_chosen(self, use: Callable[[list[Any]], object]) -> None:
        """Read the chosen rows where they are not here yet."""
        stretches = list(self.lines.ticks.stretches())
        if not stretches:
            return
        casebook, wish = self.casebook, self.wish

        def work() -> list[WorkItem]:
            return [item for first, many in stretches for item in casebook.worklist.page(wish, first, many).items]

        self.read(work, use)

    def plan_round(self) -> None:
        """A round over the chosen households."""
        if self.lines.ticks.count > MOST_FOR_A_ROUND:
            words = _("At most {n} households make a round: narrow the list down first.")
            self.shell.notice(words.format(n=MOST_FOR_A_ROUND), "warn")
            return
        self.with_chosen(lambda chosen: self.shell.go("rounds", household_ids=[item.household_id for item in chosen]))

    def hand_over(self) -> None:
        """Offer the chosen households to a colleague."""
        self.with_chosen(lambda chosen: self.shell.go("handover", household_ids=[item.household_id for item in chosen]))

    def write_to(self) -> None:
        """Envelopes or labels for the chosen households."""

        def show(chosen: list[Any]) -> None:
            households = list(dict.fromkeys(item.household_id for item in chosen))
            self.shell.go("papers", paper="envelopes", household_ids=households)

        self.with_chosen(show)

    # What ListPage asks.

    def plan_reason(self) -> str:
        """Nothing: what brings somebody there is written for each household."""
        return ""

    def plan_entries(self, chosen: list[Any], reason: str, assignee: str) -> list[PlanEntry]:
        """One visit a household."""
        return words_of.plan_entries(chosen, reason, assignee, self.on() + timedelta(days=1))

    def export_columns(self) -> Sequence[tuple[str, str, bool]]:
        """What may be written."""
        return [(key, _(heading), key in words_of.AT_FIRST) for key, heading, _width in words_of.COLUMNS]

    def export_maker(self, keys: Sequence[str]) -> Callable[[Cancelled], PeopleList | None]:
        """The chosen households as a list."""
        casebook, wish, title, on = self.casebook, self.wish, self.title(), self.on()
        stretches = list(self.lines.ticks.stretches())
        told = tuple(self._told(wish, on))

        def make(cancelled: Cancelled) -> PeopleList | None:
            rows, homes = [], []
            for first, many in stretches:
                for start in range(first, first + many, 500):
                    if cancelled():
                        return None
                    page = casebook.worklist.page(wish, start, min(500, first + many - start))
                    rows += words_of.list_rows(page.items, keys)
                    homes += [item.household_id for item in page.items]
            casebook.worklist.written_out(len(rows), homes)
            return PeopleList(
                title=title,
                office=casebook.office.name,
                worker=casebook.worker.name,
                made_on=on,
                columns=words_of.list_columns(keys),
                rows=rows,
                told=told,
                language="zh" if language() == "zh_CN" else "en",
            )

        return make

    def _told(self, wish: WorkFilter, on: date) -> list[str]:
        """What the list was narrowed to, a sentence each."""
        told = [_("By need") if wish.order == "need" else _("Door by door")]
        if wish.kinds:
            told.append(_(", ").join(kind_text(kind) for kind in words_of.kinds_in_order(wish.kinds)))
        if wish.mine is not None:
            told.append(_("In the care of {name}").format(name=wish.mine) if wish.mine else _("Nobody's"))
        if wish.where.building or wish.where.street_line:
            told.append(self.building.currentText())
        return told
