"""The health check: is the casebook file whole, is there room, where are the backups, and a button for each cure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QPushButton

from desktop.backup_words import drilled_words, made_words, place_words, size_words
from desktop.case_words import moment_text
from desktop.health_words import Advice, advice, checked_words, closed_words, deep_words, looked_words
from desktop.minding import LANE
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, labelled
from models.clock import milliseconds, today
from models.errors import Problem
from models.services.views import Changed
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from desktop.tasks import Job
    from models.services.exchange_held import Restored
    from models.services.health import Deep, HealthStanding, Looked


LOOKS = "health"
"""The lane for looks through the file, which take as long as reading it: no save waits for them."""

_APART: dict[str, str] = {
    **dict.fromkeys(("look", "deep", "renew", "rebuild"), "file"),
    **dict.fromkeys(("back_up", "choose", "drill"), "backups"),
    "ballast": "ballast",
}
"""Deeds of one kind are done one at a time; the others go elsewhere at once."""


class LookStopped(Problem):
    """A look through the file was stopped, by the worker or by the lock."""

    def sentence(self) -> str:
        """Tell it."""
        return _("It was stopped before its end.")


@dataclass(frozen=True)
class Loaded:
    """What the page shows."""

    standing: "HealthStanding"
    restored: "Restored | None"


class HealthPage(Page):
    """open() asks how everything stands."""

    name = "health"
    width = 1000

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.said = pieces.text("", "good", select=True)
        self.said.hide()
        self.curable = False
        self._under_way: dict[str, Job[Any]] = {}  # by kind of deed
        self._buttons: list[tuple[str, QPushButton]] = []
        self.deeds: dict[str, tuple[str, Callable[[], object]]] = {
            "back_up": (_("Back up now"), self.back_up),
            "choose": (_("Choose a folder"), self.choose),
            "drill": (_("Prove that a backup can be restored"), self.drill),
            "restore": (_("Restore a backup"), self.restore),
            "look": (_("Look through everything"), self.look),
            "deep": (_("Compare with the log"), self.look_deep),
            "renew": (_("Make the file anew"), self.renew),
            "rebuild": (_("Derive the tables anew"), self.rebuild),
            "ballast": (_("Make the reserve"), self.make_ballast),
            "sync": (_("To the exchange of files"), lambda: shell.go("sync")),
            "lock": (_("Lock"), shell.lock),
        }
        self.advised = pieces.column(None, gap=8)
        self.cards = pieces.column(None, gap=16)
        self.body.addWidget(self.said)
        self.body.addLayout(self.advised)
        self.body.addLayout(self.cards)
        self.body.addStretch(1)

    def title(self) -> str:
        """The page's name."""
        return _("Health check")

    def open(self, **where: Any) -> None:
        """Ask how everything stands; on a lane of its own, since a share may be slow to answer."""
        self.where = where
        health, backups = self.casebook.health, self.casebook.safekeeping
        self._beside(lambda: Loaded(health.standing(), backups.restored()), self._show)

    def refresh(self, changed: Changed) -> None:
        """No single change is shown here."""

    def first_focus(self) -> None:
        """The first thing that should be done."""
        for place in range(self.advised.count()):
            item = self.advised.itemAt(place)
            banner = item.widget() if item is not None else None
            if isinstance(banner, Banner) and banner.action is not None:
                banner.action.setFocus()
                return

    def _beside(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[Problem], object] | None = None,
    ) -> "Job[Any]":
        return self.shell.tasks.outside(work, done, failed, owner=self, lane=LANE)

    # One press each.

    def _offer(self, deed: str, button: QPushButton) -> None:
        """A button that cannot be pressed while a deed of its kind is under way, wherever else on the page it is."""
        if deed in _APART:
            self._buttons.append((_APART[deed], button))

    def _begin(self, deed: str, job: "Job[Any]") -> None:
        self._under_way[_APART[deed]] = job
        self._show_what_can_be_done()

    def _show_what_can_be_done(self) -> None:
        for kind, button in self._buttons:
            button.setEnabled(kind not in self._under_way or self._under_way[kind].is_over)

    # Showing.

    def _show(self, loaded: Loaded) -> None:
        first, self.loaded = self.loaded is None, loaded
        now, on = loaded.standing, today(self.shell.clock)
        self._buttons = []
        pieces.clear(self.advised)
        pieces.clear(self.cards)
        said = advice(now, loaded.restored, milliseconds(self.shell.clock))
        if self.curable:
            said.insert(0, Advice("warn", _("Some pages of the file that nothing uses are damaged."), "renew"))
        for each in said:
            deed = self.deeds.get(each.deed)
            banner = Banner(each.kind, each.words, deed, closable=False)
            self.advised.addWidget(banner)
            if banner.action is not None:
                self._offer(each.deed, banner.action)
        if not any(each.kind != "info" for each in said):
            self.advised.insertWidget(0, Banner("good", _("Nothing is amiss."), closable=False))
        if now.backups is not None:
            self.cards.addWidget(self._backups(now, on))
        self.cards.addWidget(self._file(now, on))
        self.cards.addWidget(self._computer(now, on))
        self._show_what_can_be_done()
        pieces.reveal(self.advised)
        pieces.reveal(self.cards)
        if first:
            self.first_focus()

    def _backups(self, now: "HealthStanding", on: Any) -> Card:
        backups = now.backups
        assert backups is not None
        card = Card(_("Backups"))
        second = backups.second
        pairs = [(_("Beside the casebook"), place_words(backups.first, on))]
        if second is not None:
            pairs.append((_("Second place"), f"{second.folder}\n{place_words(second, on)}"))
        else:
            pairs.append((_("Second place"), _("None was chosen.")))
        drilled = moment_text(backups.drilled_at, on) or _("never")
        pairs.append((_("Last restored on trial"), drilled))
        card.add(labelled(pairs))
        card.add(
            pieces.wrapping(None, self._button("back_up", "primary"), *map(self._button, ("drill", "choose")), None)
        )
        return card

    def _file(self, now: "HealthStanding", on: Any) -> Card:
        card = Card(_("The casebook file"))
        good = now.closed in ("same", "never", None) and (now.looked_good or not now.looked_at)
        chip = Chip(_("whole") if good else _("look at it"), "yes" if good else "note", "good" if good else "warn")
        card.add(pieces.wrapping(None, chip, None))
        card.add(
            labelled(
                [
                    (_("Size of the file"), size_words(now.size)),
                    (_("Closed last"), closed_words(now)),
                    (_("Looked through"), checked_words(now.looked_at, now.looked_good, on)),
                    (_("Compared with the log"), checked_words(now.deep_at, now.deep_good, on)),
                    (_("Key file and its copy"), _("both whole") if now.key_file and now.key_copy else _("not whole")),
                ]
            )
        )
        if now.size:
            card.add(pieces.wrapping(None, self._button("look"), self._button("deep"), None))
        return card

    def _computer(self, now: "HealthStanding", on: Any) -> Card:
        card = Card(_("This computer"))
        disk = {True: _("encrypted"), False: _("not encrypted"), None: _("cannot be told from here")}[now.encrypted]
        card.add(
            labelled(
                [
                    (_("Free on the disk"), size_words(now.free) if now.free >= 0 else _("cannot be told from here")),
                    (_("Reserve for a full disk"), _("there") if now.ballast else _("not there")),
                    (_("Disk"), disk),
                    (_("Clock"), _("behind") if now.clock_behind else _("in order")),
                    (_("Files last exchanged"), moment_text(now.exchange_at, on) or _("never")),
                ]
            )
        )
        return card

    def _button(self, deed: str, role: str = "") -> Any:
        label, act = self.deeds[deed]
        made = pieces.button(label, act, role)
        self._offer(deed, made)
        return made

    def _say(self, words: str, role: str = "good") -> None:
        self.said.setText(words)
        pieces.set_role(self.said, role)
        self.said.show()
        self.see(self.said)
        self.open(**self.where)

    def _failed(self, problem: Problem) -> None:
        self._say(problem.sentence(), "error")

    # What is done.

    def back_up(self) -> None:
        """Make a backup in both places."""
        backups = self.casebook.safekeeping
        self._begin("back_up", self._beside(backups.now, lambda made: self._say(made_words(made)), self._failed))

    def choose_folder(self) -> str:
        """Ask for the second place. Tests put their own in its place."""
        return QFileDialog.getExistingDirectory(self, _("Second place for backups"))

    def choose(self) -> None:
        """Choose the second place, and bring the newest backup there."""
        folder = self.choose_folder()
        if folder:
            backups = self.casebook.safekeeping

            def work() -> Any:
                backups.choose(folder)
                return backups.now()

            self._begin("choose", self._beside(work, lambda made: self._say(made_words(made)), self._failed))

    def drill(self) -> None:
        """Restore the newest backup on trial."""
        on = today(self.shell.clock)
        drill = self.casebook.safekeeping.drill
        self._begin("drill", self._beside(drill, lambda done: self._say(drilled_words(done, on)), self._failed))

    def restore(self) -> None:
        """Close the casebook and go to the page that restores, in the process that comes after the lock."""
        self.shell.locking.lock(restores=True)

    def look(self) -> None:
        """Look through the file."""
        health = self.casebook.health
        self._long(
            "look",
            lambda progress, cancelled: health.look(progress=progress, cancelled=cancelled),
            self._looked,
            _("Looking through the casebook file"),
        )

    def look_deep(self) -> None:
        """Compare the tables with the log."""
        health = self.casebook.health
        self._long(
            "deep",
            health.look_deep,
            self._compared,
            _("Comparing with the log of changes"),
        )

    def renew(self) -> None:
        """Make the file anew."""
        self._begin("renew", self.run(self.casebook.health.renew_file, self._looked, self._failed))

    def rebuild(self) -> None:
        """Derive the tables anew from the log; a backup comes first."""
        casebook = self.casebook

        def work() -> Any:
            casebook.safekeeping.now()
            casebook.upkeep.rebuild()
            return casebook.health.look_deep()

        self._begin("rebuild", self.run(work, self._compared, self._failed))

    def make_ballast(self) -> None:
        """Make the reserve."""

        def done(made: bool) -> None:
            if made:
                self._say(_("The reserve is there."))
            else:
                self._say(_("There is not enough room for the reserve. Free some space first."), "error")

        self._begin("ballast", self._beside(self.casebook.health.make_ballast, done, self._failed))

    def _compared(self, deep: "Deep") -> None:
        self._say(deep_words(deep), "good" if deep.good else "error")

    def _looked(self, looked: "Looked") -> None:
        self.curable = looked.curable
        self._say(looked_words(looked), "good" if looked.good else "error")

    def _long(self, deed: str, work: Callable[..., Any], done: Callable[[Any], object], title: str) -> None:
        """With a bar and a way to stop; whoever stopped it knows, and only the sign-in page says it."""
        from models.services.health import Stopped

        def unless_stopped(progress: Any, cancelled: Any) -> Any:
            try:
                return work(progress, cancelled)
            except Stopped:
                raise LookStopped from None

        def failed(problem: Problem) -> None:
            if isinstance(problem, LookStopped):
                self._show_what_can_be_done()
            else:
                self._failed(problem)

        job = self.shell.tasks.long(unless_stopped, done, failed, owner=self, title=title, lane=LOOKS)
        self._begin(deed, job)
