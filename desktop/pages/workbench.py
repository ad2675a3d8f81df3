"""The rules to read: sentences beside the passage they rest on, tried on a person, with their amounts and cases."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QSplitter, QTabWidget, QWidget

from desktop import theme
from desktop.eligibility_words import GROUPS, group_words
from desktop.pages.base import Page
from desktop.pages.workbench_cases import CasesPane, cases_of, cases_of_pack, run, values_of
from desktop.pages.workbench_params import Change, ParamsPane
from desktop.pages.workbench_rows import (
    Passage,
    Row,
    is_for_office,
    rows_of,
    start_of,
    status_counts,
    status_word,
    subject_text,
)
from desktop.pages.workbench_try import Somebody, TryPane, match_of, try_on, without_sensitive
from desktop.tasks import Job
from desktop.widgets import pieces
from desktop.widgets.case_parts import Chip
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.outline_view import OutlineView
from desktop.widgets.passage_view import SourcePane, Span
from desktop.widgets.service_list import ListedService, ServiceList
from models.clock import today
from models.eligibility import Policies, Service
from models.eligibility.schema import Expectation
from models.errors import NotFound
from models.services.views import Changed
from models.texts import _, language, ngettext, pgettext

SOURCE, TRY, PARAMS, CASES = range(4)


@dataclass(frozen=True)
class Set:
    """The rules that are read: those in force, or those of a preview (not installed)."""

    policies: Policies
    listed: tuple[ListedService, ...]
    groups: tuple[tuple[str, str], ...]
    in_force: bool
    name: str = ""


STACKED = 700
"""Below this width of the page (pixels at 100 per cent) its three parts stand one below another."""


class WorkbenchPage(Page):
    """open(service_id="", preview=None) shows the rules in force, or those of a preview that is not installed yet."""

    name = "workbench"
    width = 0
    scrolls = False

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.set: Set | None = None
        self.service: Service | None = None
        self.rows: list[Row] = []
        """What the outline shows: the plain rule, or the rule lit for somebody who is tried."""
        self.plain: list[Row] = []
        self._wanted = ""
        self._job: Job[Any] | None = None
        self._trying: Job[Any] | None = None
        self.today: date = today(self.casebook.clock)
        self._build()
        QShortcut(QKeySequence("Ctrl+E"), self, self._to_list, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _build(self) -> None:
        self.list_button = pieces.button(_("List of services"), self._toggle_list, icon="residents", tip="Ctrl+E")
        self.list_button.setCheckable(True)
        self.list_button.setChecked(True)
        packs = pieces.button(_("Sets of rules"), lambda: self.shell.go("packs"), icon="paper")
        self.aside.addWidget(self.list_button)
        self.aside.addWidget(packs)
        self.not_installed = pieces.card(pieces.text("", "label"), role="banner-warn", margin=10)
        self.not_installed.hide()
        self.body.setSpacing(theme.px(8))
        self.body.addWidget(self.not_installed)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(theme.px(14))
        self.split.setChildrenCollapsible(False)
        self.services = ServiceList()
        self.search = self.services.search
        self.services.chosen.connect(self._chosen)
        self.services.setMinimumWidth(theme.px(160))
        self.split.addWidget(self.services)
        self.split.addWidget(self._middle())
        self.split.addWidget(self._right())
        for place, stretch in enumerate((0, 5, 4)):
            self.split.setStretchFactor(place, stretch)
        self.body.addWidget(self.split, 1)

    def _middle(self) -> QWidget:
        made = self.middle = QWidget()
        self.name_label = pieces.text("", "heading")
        chips = QWidget()
        self.chips = FlowLayout(chips, gap=theme.px(6))
        words = {status: status_word(status) for status in ("interpreted", "outside")}
        self.outline = OutlineView(_("The rule in sentences"), words)
        self.outline.chosen.connect(self._row_chosen)
        self.outline.activated.connect(lambda _index: self.tabs.setCurrentIndex(SOURCE))
        box = pieces.column(made, self.name_label, chips, self.outline, gap=6)
        box.setStretch(2, 1)
        made.setMinimumWidth(theme.px(220))
        return made

    def _right(self) -> QWidget:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(_("About this rule"))
        self.source = SourcePane()
        self.source.view.picked.connect(self._words_picked)
        self.trial = TryPane(self.today)
        self.trial.wanted.connect(self._try)
        self.trial.day_changed.connect(self._show_service)
        self.trial.asked.connect(self._find)
        self.trial.picked.connect(self._load)
        self.params = ParamsPane(self.today)
        self.params.source.connect(self._show_passage)
        self.params.wanted.connect(self._change_param)
        self.cases = CasesPane()
        self.cases.run_service.connect(lambda: self._run_cases(whole=False))
        self.cases.run_pack.connect(lambda: self._run_cases(whole=True))
        self.cases.chosen.connect(self._try_case)
        for pane, words in (
            (self.source, pgettext("rules", "Source")),
            (self.trial, pgettext("rules", "Try")),
            (self.params, pgettext("rules", "Amounts")),
            (self.cases, pgettext("rules", "Cases")),
        ):
            self.tabs.addTab(pane, words)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.tabs.setMinimumWidth(theme.px(240))
        return self.tabs

    def title(self) -> str:
        """The page's name."""
        return _("Workbench of the rules")

    # Opening.

    def open(self, **where: Any) -> None:
        """Read the rules in force, or those of `preview`; choose `service_id` where it is named."""
        self.where = where
        self._wanted = where.get("service_id", "") or self._wanted
        preview, packs = where.get("preview"), self.casebook.packs

        def load() -> Set:
            if preview is not None and preview.policies is not None:
                return listed(preview.policies, in_force=preview.in_force, name=preview.header.title)
            return listed(packs.policies(), in_force=True)

        self.read(load, self._show_set)

    def refresh(self, changed: Changed) -> None:
        """Other rules decide now; nothing else that is saved changes a rule."""
        if "policy_set" in changed.entities:
            self.open(**{key: value for key, value in self.where.items() if key != "preview"})

    def first_focus(self) -> None:
        """The search for a service."""
        self.services.search.setFocus()

    def _show_set(self, found: Set) -> None:
        other = self.set is None or self.set.policies is not found.policies
        self.set = found
        label = self.not_installed.layout().itemAt(0).widget()  # type: ignore[union-attr]
        label.setText(  # type: ignore[union-attr]
            _("Not installed: you are reading “{name}”. Other rules decide here.").format(name=found.name)
        )
        self.not_installed.setVisible(not found.in_force)
        self.services.show_services(found.listed, found.groups)
        wanted = self._wanted or (self.service.id if self.service is not None else "")
        if wanted not in found.policies.services:
            wanted = self.services.shown[0] if self.services.shown else ""
        if other or self.service is None or wanted != self.service.id:
            self.service = None
            if not self.services.choose(wanted) or self.service is None:
                self._chosen(wanted)

    # One service.

    def _chosen(self, service_id: str) -> None:
        if self.set is None or service_id not in self.set.policies.services:
            return
        again = self.service is not None and self.service.id == service_id
        self.service = self.set.policies.services[service_id]
        self._wanted = service_id
        if again:
            return
        self._show_service()
        self.cases.show_cases([])
        self.cases.summary.setText(_("Reading the cases ..."))
        self._load_cases()
        self.trial.show_service(self.set.policies, self.service)

    def _show_service(self) -> None:
        assert self.set is not None
        assert self.service is not None
        policies, service, on = self.set.policies, self.service, self.trial.on
        chinese = language() == "zh_CN"
        self.name_label.setText(service.name if chinese else service.name_en)
        self._show_chips(service)
        self.params.show_service(policies, service, on, editable=self.set.in_force)
        if self._job is not None:
            self._job.cancel()
        self._job = self.read(lambda: rows_of(policies, service, on), self._show_rows)

    def _show_chips(self, service: Service) -> None:
        assert self.set is not None
        pieces.clear(self.chips)
        for words, mark, tone in chips_of(self.set.policies, service, self.trial.on):
            self.chips.addWidget(Chip(words, mark, tone))
        self.chips.invalidate()
        QTimer.singleShot(0, self, self._give_height)

    def _show_rows(self, rows: list[Row]) -> None:
        self._job = None
        other = [row.text for row in rows] != [row.text for row in self.plain]
        self.plain = rows
        if self.tabs.currentIndex() != TRY or other:
            self._outline(rows)
        if other:
            first = next((row.passage for row in rows if row.passage is not None), None)
            self._mark_source(first)
            self._show_span(first)
        self._try()

    def _outline(self, rows: list[Row]) -> None:
        self.rows = rows
        self.outline.show_rows(rows)

    # The source.

    def _mark_source(self, passage: Passage | None) -> None:
        """Show the document of a passage, with everything underlined that the rule rests on."""
        if passage is None or self.set is None:
            return
        text = self.set.policies.texts.get(passage.file, "")
        pack = next((pack for pack in self.set.policies.packs.values() if pack.file == passage.file), None)
        self.source.view.show_text(text)
        self.source.view.mark(
            [span for row in self.rows if (span := self._span(row.passage, passage.file)) is not None]
        )
        if pack is not None:
            place = _("line {line} of the stored text").format(line=passage.line)
            self.source.say(pack.title, _(", ").join(part for part in (pack.number, place) if part))

    def _span(self, passage: Passage | None, file: str = "") -> Span | None:
        """Where the words of a passage stand in its text; None where it has none, or they stand in another file."""
        if passage is None or self.set is None or (file and passage.file != file):
            return None
        start = start_of(self.set.policies.texts.get(passage.file, ""), passage.line, passage.quote)
        return None if start is None else Span(start, start + len(passage.quote))

    def _show_span(self, passage: Passage | None) -> None:
        self.source.view.show_span(self._span(passage))

    def _row_chosen(self, place: int) -> None:
        passage = self.rows[place].passage if place < len(self.rows) else None
        if passage is not None:
            self._mark_source(passage)
            self._show_span(passage)

    def _show_passage(self, passage: Passage) -> None:
        self.tabs.setCurrentIndex(SOURCE)
        self._mark_source(passage)
        self._show_span(passage)

    def _words_picked(self, span: Span) -> None:
        """Words were chosen in the text: light the conditions that rest on them."""
        file = next((row.passage.file for row in self.rows if row.passage is not None and self._is_shown(row)), "")
        found = []
        for place, row in enumerate(self.rows):
            own = self._span(row.passage, file) if row.own else None
            if own is not None and own.touches(span):
                found.append((own.end - own.start, place))
        # What is printed is a passage too; the conditions say more.
        found = [each for each in found if self.rows[each[1]].is_rule] or found
        # A bare cursor means the closest passage round it; a longer one, such as the whole cell, says less.
        if span.start == span.end and found:
            least = min(length for length, _place in found)
            found = [each for each in found if each[0] == least]
        self.outline.light(place for _length, place in found)
        least_span = self._span(self.rows[min(found)[1]].passage) if found else None
        self.source.view.show_span(least_span, scroll=False)

    def _is_shown(self, row: Row) -> bool:
        if row.passage is None or self.set is None:
            return False
        return self.set.policies.texts.get(row.passage.file, "") == self.source.view.stored

    # Trying somebody.

    def _tab_changed(self, place: int) -> None:
        if place == TRY:
            self._try()
        else:
            self._outline(self.plain)

    def _try(self) -> None:
        if self.set is None or self.service is None or self.tabs.currentIndex() != TRY:
            return
        asked = self.trial.case()
        if asked is None:
            return
        policies, service = self.set.policies, self.service
        if self._trying is not None:
            self._trying.cancel()

        def show(found: Any) -> None:
            self._trying = None
            self.trial.show_trial(found)
            if self.tabs.currentIndex() == TRY:
                self._outline(list(found.rows))

        self._trying = self.read(lambda: try_on(policies, service, *asked), show)

    def _find(self, text: str) -> None:
        residents = self.casebook.residents
        self.read(
            lambda: [match_of(row) for row in residents.rows(residents.find(text, 20))],
            lambda matches: self.trial.finder.offer(text, matches),
        )

    def _load(self, resident_id: str) -> None:
        if self.set is None:
            return
        casebook, policies = self.casebook, self.set.policies

        def load() -> tuple[Somebody, str, str]:
            homes = sorted(casebook.households.of_resident(resident_id), key=lambda home: home.kind != "living")
            if not homes:
                raise NotFound
            check = casebook.eligibility.check(homes[0].id)
            names = {row.id: row.name for row in casebook.residents.rows([person.id for person in check.case.people])}
            match = match_of(casebook.residents.row(resident_id))
            return Somebody(resident_id, without_sensitive(policies, check.case), names), match.words, match.detail

        self.read(load, lambda found: self.trial.show_somebody(*found))

    # Cases.

    def _load_cases(self) -> None:
        assert self.set is not None
        assert self.service is not None
        policies, service = self.set.policies, self.service

        def show(found: list[Expectation]) -> None:
            if self.service is service:
                self.cases.show_cases(found)

        self.read(lambda: cases_of(policies, service), show)

    def _run_cases(self, *, whole: bool) -> None:
        if self.set is None or self.service is None:
            return
        policies, service = self.set.policies, self.service
        self.cases.busy(True)

        def work(progress: Any, cancelled: Any) -> tuple[list[Any], int]:
            wanted = cases_of_pack(policies, service) if whole else cases_of(policies, service)
            return run(policies, wanted, progress, cancelled), len(wanted)

        def show(found: tuple[list[Any], int]) -> None:
            self.cases.busy(False)
            if self.service is service:
                self.cases.show_ran(*found)
                self.cases.busy(False)

        self.long(work, show, title=_("Running the cases of the rules"))

    def _try_case(self, case: Expectation) -> None:
        if self.set is None:
            return
        found = self.set.policies.services.get(case.service) or self.set.policies.by_name.get(case.service)
        if found is not None and (self.service is None or found.id != self.service.id):
            self.services.search.clear()
            self.services.group.setCurrentIndex(0)
            self.services.choose(found.id)
        self.tabs.setCurrentIndex(TRY)
        self.trial.show_case(values_of(case), case.day)
        self._show_service()

    # Amounts.

    def _change_param(self, change: Change) -> None:
        form = self.params.form
        if form is not None:
            form.busy(True)
        packs = self.casebook.packs

        def show(preview: Any) -> None:
            if form is not None and form is self.params.form:
                form.busy(False)
            self.shell.go("packs", preview=preview)

        def failed(problem: Any) -> None:
            if form is not None and form is self.params.form:
                form.busy(False)
            self.shell.problem(problem)

        self.read(
            lambda: packs.edit_param(
                change.name,
                change.value,
                change.valid_from,
                origin=change.origin,
                doc=change.doc,
                line=change.line,
            ),
            show,
            failed,
        )

    # Room.

    def _toggle_list(self) -> None:
        self.services.setVisible(self.list_button.isChecked())

    def _to_list(self) -> None:
        self.list_button.setChecked(True)
        self.services.show()
        self.services.search.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list gets a fifth, the rule and what stands beside it the rest; in a narrow window one below another."""
        super().resizeEvent(event)
        stacked = event.size().width() < theme.px(STACKED)
        self.split.setOrientation(Qt.Orientation.Vertical if stacked else Qt.Orientation.Horizontal)
        for part, high in ((self.services, 240), (self.outline, 200), (self.tabs, 320)):
            part.setMinimumHeight(theme.px(high) if stacked else 0)
        QTimer.singleShot(0, self, self._share)  # when the splitter has its width

    def _give_height(self) -> None:
        """Stacked, the name and the chips may take several lines: a splitter does not ask what wraps."""
        stacked = self.split.orientation() == Qt.Orientation.Vertical
        layout = self.middle.layout()
        assert layout is not None
        high = layout.totalMinimumHeightForWidth(self.middle.width()) if stacked else 0
        self.middle.setMinimumHeight(high)

    def _share(self) -> None:
        self._give_height()
        if self.split.orientation() == Qt.Orientation.Vertical:
            return  # the least heights, and the page scrolls
        room = self.split.width() - 2 * self.split.handleWidth()
        first = max(min(room // 4, theme.px(300)), theme.px(170))
        rest = room - first
        right = max(rest * 48 // 100, self.tabs.tabBar().sizeHint().width())  # no tab is cut
        self.split.setSizes([first, rest - right, right])


def listed(policies: Policies, *, in_force: bool, name: str = "") -> Set:
    """The services as the list shows them; off the window's thread."""
    on = policies.verified_on
    chinese = language() == "zh_CN"
    found = []
    for service in sorted(policies.services.values(), key=lambda each: _group_place(each.group)):
        marks = [service.id, *(words for words, _mark, _tone in chips_of(policies, service, on, short=True))]
        own, other = (service.name, service.name_en) if chinese else (service.name_en, service.name)
        found.append(ListedService(service.id, own, " · ".join(marks), service.group, other))
    groups = dict.fromkeys(service.group for service in found)
    return Set(policies, tuple(found), tuple((group, group_words(group)) for group in groups), in_force, name)


def _group_place(group: str) -> tuple[int, str]:
    return (GROUPS.index(group), "") if group in GROUPS else (len(GROUPS), group)


def chips_of(policies: Policies, service: Service, on: date, *, short: bool = False) -> list[tuple[str, str, str]]:
    """(words, mark, tone) of what is special about a service; short: for the list, without marks."""
    found = []
    if service.universal:
        found.append((pgettext("rules", "for everybody"), "yes", "good"))
    if service.subject in ("organisation", "transient"):
        found.append((_("no resident is screened"), "no", "soft"))
    elif any(part.subject == "organisation" for part in service.components):
        found.append((_("partly for organisations"), "note", "soft"))
    if service.subject in ("household", "deceased") and not short:
        found.append((subject_text(service.subject), "note", "soft"))
    if is_for_office(policies, service):
        found.append((_("only an office decides"), "office", "accent"))
    if service.sensitive:
        found.append((_("private: in no list"), "note", "warn"))
    counts = status_counts(service, on)
    if counts["interpreted"]:
        words = ngettext("{n} read into it", "{n} read into it", counts["interpreted"])
        found.append((words.format(n=counts["interpreted"]), "pencil", "warn"))
    if counts["outside"]:
        words = ngettext("{n} from elsewhere", "{n} from elsewhere", counts["outside"])
        found.append((words.format(n=counts["outside"]), "pencil", "danger"))
    return found
