"""The window: its gate (sign-in or first run), the work area with rail and pages, and what pages may ask of it."""

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from desktop import actions, offered, theme
from desktop.idle import IdleWatch
from desktop.locking import Locking
from desktop.minding import Minding
from desktop.other_desks import OtherDesks
from desktop.pages.base import Page
from desktop.state import LANGUAGES, SCALES, THEMES, State
from desktop.tasks import PutAwayError, Tasks
from models import texts
from models.clock import Clock, SystemClock
from models.errors import Problem
from models.records.refusal import NotAllowed
from models.texts import _

if TYPE_CHECKING:
    from desktop.work_area import WorkArea
    from models.casebook import Casebook
    from models.services.views import Changed, Worker

PAGES = {
    "today": "desktop.pages.today:TodayPage",
    "residents": "desktop.pages.residents:ResidentsPage",
    "person": "desktop.pages.person:PersonPage",
    "household": "desktop.pages.household:HouseholdPage",
    "register": "desktop.pages.register:RegisterPage",
    "listed": "desktop.pages.listed:ListedPage",
    "visits": "desktop.pages.visits:VisitsPage",
    "visit": "desktop.pages.visit:VisitPage",
    "assessment": "desktop.pages.assessment:AssessmentPage",
    "eligibility": "desktop.pages.eligibility:EligibilityPage",
    "worklist": "desktop.pages.worklist:WorklistPage",
    "handover": "desktop.pages.handover:HandoverPage",
    "rounds": "desktop.pages.rounds:RoundsPage",
    "round": "desktop.pages.round:RoundPage",
    "round_entry": "desktop.pages.round_entry:RoundEntryPage",
    "change": "desktop.pages.change:ChangePage",
    "merge": "desktop.pages.merge:MergePage",
    "questionnaire": "desktop.pages.questionnaire:QuestionnairePage",
    "questionnaires": "desktop.pages.questionnaires:QuestionnairesPage",
    "pictures": "desktop.pages.pictures:PicturesPage",
    "rights": "desktop.pages.rights:RightsPage",
    "plans": "desktop.pages.plans:PlansPage",
    "case_form": "desktop.pages.case_form:CaseFormPage",
    "drafts": "desktop.pages.drafts:DraftsPage",
    "screening": "desktop.pages.screening:ScreeningPage",
    "calendar": "desktop.pages.calendar:CalendarPage",
    "packs": "desktop.pages.packs:PacksPage",
    "workbench": "desktop.pages.workbench:WorkbenchPage",
    "referral": "desktop.pages.referral:ReferralPage",
    "referrals": "desktop.pages.referrals:ReferralsPage",
    "transfers": "desktop.pages.transfers:TransfersPage",
    "transfer": "desktop.pages.transfer:TransferPage",
    "print_queue": "desktop.pages.print_queue:PrintQueuePage",
    "papers": "desktop.pages.papers:PapersPage",
    "registers": "desktop.pages.registers:RegistersPage",
    "statistics": "desktop.pages.statistics:StatisticsPage",
    "verify": "desktop.pages.verify:VerifyPage",
    "numbers": "desktop.pages.numbers:NumbersPage",
    "sync": "desktop.pages.sync:SyncPage",
    "conflicts": "desktop.pages.conflicts:ConflictsPage",
    "office": "desktop.pages.office:OfficePage",
    "templates": "desktop.pages.templates:TemplatesPage",
    "template": "desktop.pages.template:TemplatePage",
    "health": "desktop.pages.health:HealthPage",
    "accounts": "desktop.pages.accounts:AccountsPage",
    "audit": "desktop.pages.audit:AuditPage",
    "settings": "desktop.pages.settings:SettingsPage",
    "help": "desktop.pages.help:HelpPage",
}
"""Name of a page and where its class is. Imported on first use, so that the first window is quick."""

RAIL_OF = {
    "person": "residents",
    "household": "residents",
    "register": "residents",
    "listed": "residents",
    "visit": "visits",
    "assessment": "residents",
    "worklist": "today",
    "drafts": "today",
    "handover": "visits",
    "rounds": "visits",
    "round": "visits",
    "round_entry": "visits",
    "change": "residents",
    "merge": "residents",
    "conflicts": "sync",
    "questionnaire": "visits",
    "questionnaires": "office",
    "pictures": "residents",
    "rights": "residents",
    "plans": "residents",
    "case_form": "residents",
    "screening": "eligibility",
    "calendar": "eligibility",
    "packs": "eligibility",
    "workbench": "eligibility",
    "referral": "referrals",
    "papers": "referrals",
    "registers": "office",
    "statistics": "office",
    "print_queue": "referrals",
    "transfers": "referrals",
    "transfer": "referrals",
    "verify": "referrals",
    "numbers": "office",
    "templates": "office",
    "template": "office",
    "health": "office",
    "accounts": "office",
    "audit": "office",
    "settings": "office",
    "help": "",
}
"""Which entry of the rail is lit while a page that is not on the rail is shown."""

HISTORY = 50
"""How many steps the back button knows."""


class Shell(QMainWindow):
    """The one window. Pages know it as `self.shell`."""

    unlocked = Signal()
    locked = Signal()
    page_shown = Signal(str)

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        """A window over the data folder; nothing is opened before the passphrase is given."""
        super().__init__()
        self.folder = folder
        self.clock = clock or SystemClock()
        self.state = State(folder)
        self.tasks = Tasks(self)
        self.tasks.problem.connect(self.problem)
        self.tasks.changed.connect(self._changed)
        self._casebook: Casebook | None = None
        self._pages: dict[str, Page] = {}
        self._history: list[tuple[str, dict[str, Any]]] = []
        self.area: WorkArea | None = None
        self.gate: QWidget | None = None
        self._over = False
        self.actions_by_name = actions.build(self)
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.locking = Locking(self, IdleWatch(self.clock, time.monotonic if clock is None else None))
        self.setMinimumSize(640, 480)
        self.resize(1280, 800)
        self._dress()
        self.show_gate()
        self.desks = OtherDesks(self)
        self.minding = Minding(self)

    # The gate and the work area.

    @property
    def casebook(self) -> "Casebook":
        """The open casebook. Only pages ask, and they are there only while it is open, and a moment longer: raises
        PutAwayError then.
        """
        if self._casebook is None:
            raise PutAwayError
        return self._casebook

    @property
    def worker(self) -> "Worker":
        """Who is signed in."""
        return self.casebook.worker

    @property
    def is_locked(self) -> bool:
        """Whether the gate is shown and no record is open."""
        return self._casebook is None

    def show_gate(self, gate: QWidget | None = None) -> None:
        """Show the page `gate` before the records; else sign-in, or the first run where there is no casebook yet."""
        from desktop.pages import sign_in

        self._replace_gate(sign_in.gate(self) if gate is None else gate)

    def _replace_gate(self, gate: QWidget) -> None:
        old, self.gate = self.gate, gate
        self._stack.addWidget(gate)
        self._stack.setCurrentWidget(gate)
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()
        if gate.focusProxy() is not None:
            gate.setFocus()  # what had it is hidden by now, and the first letter typed here must not be lost
        self._enable_actions()
        self.title_changed(None)

    def unlock(self, casebook: "Casebook") -> None:
        """Take an opened casebook and show the work area; the gate calls this when the passphrase was right."""
        self._casebook = casebook
        from desktop.letter_words import printed_words  # with all that a letter needs, not before the first paint

        casebook.print_with(printed_words)
        self._history.clear()
        self._build_area()
        if self.gate is not None:
            self._stack.removeWidget(self.gate)
            self.gate.deleteLater()
            self.gate = None
        self._enable_actions()
        self.minding.begin(casebook)
        self.desks.begin(casebook)
        self.unlocked.emit()
        self.go(offered.first_page(casebook, PAGES))

    def lock(self) -> None:
        """Hide every name, save what is being typed, close the casebook; see desktop.locking."""
        self.locking.lock()

    def put_away(self) -> "Casebook":
        """Forget every page, and return the casebook that was open, to be closed. Only while it is open."""
        casebook, self._casebook = self.casebook, None
        self.minding.end()
        self.desks.end()
        self._forget_pages()
        self._history.clear()
        return casebook

    def _build_area(self) -> None:
        self._enable_actions()
        from desktop.work_area import WorkArea  # with all that it brings, not before the first paint

        self._forget_pages()
        self.area = WorkArea(self)
        self._stack.addWidget(self.area)
        self._stack.setCurrentWidget(self.area)
        self.area.refresh_status()

    def _forget_pages(self, *, at_once: bool = False) -> None:
        gone: list[QWidget] = [*self._pages.values(), *([self.area] if self.area is not None else [])]
        self._pages.clear()
        if self.area is not None:
            self._stack.removeWidget(self.area)
            self.area = None
        self.tasks.part_from(gone)
        for widget in gone:
            widget.hide()
            for timer in widget.findChildren(QTimer):
                timer.stop()
            if at_once:
                shiboken6.delete(widget)
            else:
                widget.deleteLater()

    def _enable_actions(self) -> None:
        for name, action in self.actions_by_name.items():
            why = offered.refusal(self._casebook, offered.action_of(name)) if self._casebook is not None else ""
            action.setEnabled((not self.is_locked and not why) or action.data().locked_too)
            action.setToolTip(why or action.text())

    # Going from page to page.

    @property
    def page(self) -> Page | None:
        """The page now shown."""
        return self.area.page if self.area is not None else None

    def go(self, name: str, /, **where: Any) -> bool:
        """Show a page; false when the page now shown wants to stay. What `where` may hold is said by each page."""
        if self.area is None:
            return False
        why = offered.refusal(self.casebook, offered.PAGES.get(name, ""))
        if why:
            self.notice(why)
            return False
        if not self.can_leave():
            return False
        if self.page is not None and (self.page.name, self.page.where) != (name, where):
            self._history.append((self.page.name, self.page.where))
            del self._history[:-HISTORY]
        self._show(name, where)
        return True

    def back(self) -> bool:
        """Show the page before this one."""
        if not self._history or not self.can_leave():
            return False
        self._show(*self._history.pop())
        return True

    def save_draft(self) -> None:
        """Have the page now shown keep what is being typed."""
        if self.page is not None:
            self.page.leave()

    def can_leave(self) -> bool:
        """Ask the page now shown to save its draft; false when it wants to stay."""
        return self.page is None or self.page.leave()

    def _show(self, name: str, where: dict[str, Any]) -> None:
        assert self.area is not None
        page = self._page(name)
        page.where = where
        self.area.show_page(page, RAIL_OF.get(name, name))
        page.heading.setText(page.title())
        page.open(**where)
        self.area.back_button.setEnabled(bool(self._history))
        self.title_changed(page)
        page.first_focus()
        self.page_shown.emit(name)

    def _page(self, name: str) -> Page:
        if name not in self._pages:
            module, _colon, class_name = PAGES[name].partition(":")
            page: Page = getattr(import_module(module), class_name)(self)
            page.name = name
            self._pages[name] = page
        return self._pages[name]

    def begin(self, name: str) -> None:
        """Start something (register, visit, referral, assessment) for whom the page now shown is about."""
        if self.page is None:
            return
        self.go(name, **({} if name == "register" else self.page.subject()))

    def title_changed(self, page: Page | None) -> None:
        """Say in the window's title on which kind of page one is. It never holds a name: the list of windows, the
        switcher and every program may read it.
        """
        if page is None:
            self.setWindowTitle(_("Jinmen"))
        elif page is self.page:
            words = self._kind_of_page(page.name)
            if page.troubled:
                words = _("Error: {title}").format(title=words)
            self.setWindowTitle(_("{page} - Jinmen").format(page=words) if words else _("Jinmen"))

    def _kind_of_page(self, name: str) -> str:
        if name == "help":
            return _("Help")
        for command in (f"go_{name}", name, f"go_{RAIL_OF.get(name, name)}"):
            if command in self.actions_by_name:
                return self.actions_by_name[command].text()
        return ""

    # Saying things.

    def say(self, sentence: str, undo: Callable[[], object] | None = None) -> None:
        """Say what was done, with a way back for ten seconds: `undo` is a verb, run off the window's thread."""
        if self.area is not None:
            self.area.undo_bar.say(sentence, None if undo is None else lambda: self.tasks.run(undo))

    def undo(self) -> None:
        """Take back what the undo bar offers."""
        if self.area is not None:
            self.area.undo_bar.take_back()

    def problem(self, problem: Problem, again: Callable[[], object] | None = None) -> None:
        """Show a Problem's sentence in the banner, with a button to try `again` where that makes sense."""
        self.locking.problem(problem)
        if isinstance(problem, NotAllowed):  # nothing is wrong, and nothing helps
            self.notice(problem.sentence())
        elif self.area is not None:
            self.area.banners.show_banner(
                "problem", problem.sentence(), None if again is None else (_("Try again"), again)
            )

    def notice(self, sentence: str, kind: str = "info") -> None:
        """Show a sentence in the banner: kind info, good or warn."""
        if self.area is not None:
            self.area.banners.show_banner(kind, sentence)

    def _changed(self, changed: "Changed") -> None:
        if self.area is None:
            return
        self.area.saved_now()
        if self.page is not None:
            self.page.refresh(changed)  # the others load anew when they are opened

    # Other desks of the same office.

    def changed_elsewhere(self, changed: "Changed") -> None:
        """Another desk saved something: the page now shown decides whether to refresh, as after an own verb."""
        if self.area is not None:
            self.area.refresh_status()
            if self.page is not None:
                self.page.refresh(changed)

    def server_away(self, sentence: str) -> None:
        """The server does not answer."""
        if self.area is not None:
            self.area.status.say_server(reachable=False)
            self.notice(sentence, "warn")

    def server_back(self, sentence: str) -> None:
        """The server answers again; what is shown is loaded anew, what is typed stays."""
        if self.area is not None:
            self.area.status.say_server(reachable=True)
            if self.page is not None:
                self.page.come_back()
            self.notice(sentence, "good")

    # Commands.

    def focus_search(self) -> None:
        """Put the cursor in the search box: the page's own where it has one, else the one on top."""
        if self.area is not None:
            self.area.focus_search()

    def show_palette(self) -> None:
        """Open the list of all commands."""
        from desktop.widgets.command_palette import CommandPalette

        CommandPalette(self).open()

    def show_keys(self) -> None:
        """Open the sheet of keyboard shortcuts."""
        from desktop.widgets.shortcut_sheet import ShortcutSheet

        ShortcutSheet(self).open()

    def show_help(self) -> None:
        """Open the help for the page now shown; at the gate in a window of its own."""
        from desktop.pages import help as help_page

        if self.page is None:
            help_page.show_window(self, "sign_in")
        elif self.page.name != "help":
            self.go("help", topic=self.page.name)

    def back_up(self) -> None:
        """Make a backup beside the casebook and in the second place, and say what came of it."""
        self.minding.back_up()

    # Looks.

    def _dress(self) -> None:
        texts.set_language(self.state.language)
        load_qt_texts(self.state.language)
        theme.apply(theme.Look(self.state.theme, self.state.scale, self.state.touch))
        actions.dress(self.actions_by_name)

    def redress(self) -> None:
        """Apply language, theme, size and touch as they now stand in `state`; pages are made anew, drafts stay."""
        page = self.page
        if page is not None:
            page.leave()
        first = "today" if self._casebook is None else offered.first_page(self._casebook, PAGES)
        now = (page.name, page.where) if page is not None else (first, {})
        # The old pages go before the new style sheet comes: matching it against thousands of widgets takes seconds.
        # So whoever sits on a page and wants another look asks for it when its own signal is done.
        self._forget_pages(at_once=True)
        self._dress()
        if self.is_locked:
            self.show_gate()
            return
        self._build_area()
        self._show(*now)

    def next_theme(self) -> None:
        """Light, dark, sun, light ..."""
        self.state.theme = THEMES[(THEMES.index(self.state.theme) + 1) % len(THEMES)]
        self.redress()

    def toggle_touch(self) -> None:
        """Big targets on or off."""
        self.state.touch = not self.state.touch
        self.redress()

    def resize_text(self, steps: int) -> None:
        """One size larger or smaller."""
        nearest = min(range(len(SCALES)), key=lambda place: abs(SCALES[place] - self.state.scale))
        chosen = SCALES[min(max(nearest + steps, 0), len(SCALES) - 1)]
        if chosen != self.state.scale:
            self.state.scale = chosen
            self.redress()

    def switch_language(self) -> None:
        """Chinese to English and back."""
        self.state.language = LANGUAGES[1 - LANGUAGES.index(self.state.language)]
        self.redress()

    # The end.

    def showEvent(self, event: QShowEvent) -> None:
        """From now on the window's input is noted."""
        super().showEvent(event)
        self.locking.watch_window(self.windowHandle())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the draft, close the casebook, end the threads."""
        if not self.shut_down():
            event.ignore()
            return
        super().closeEvent(event)

    def shut_down(self, wait: float = 30.0) -> bool:
        """Save the draft, close the casebook, end the threads; false when a page wants to stay. Once is enough.

        wait: seconds that each lane is given to finish what it has begun.
        """
        if self._over:
            return True
        if not self.is_locked:
            if not self.can_leave():
                return False
            self.locking.unfinished.keep()
            self.tasks.run(self.put_away().close)
        self.locking.end()
        self.state.keep_geometry(self.saveGeometry())
        self.state.save()
        self.tasks.shut_down(wait)
        self._over = True
        return True


_qt_texts: list[Any] = []


def load_qt_texts(language: str) -> None:
    """Load Qt's own texts (standard buttons, context menus) in a language."""
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

    app = QApplication.instance()
    assert app is not None
    for old in _qt_texts:
        app.removeTranslator(old)
    _qt_texts.clear()
    QLocale.setDefault(QLocale(language))
    translator = QTranslator()
    if translator.load("qtbase_" + language, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
        _qt_texts.append(translator)
