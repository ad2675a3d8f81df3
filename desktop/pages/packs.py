"""The sets of rules: which one decides, looking at another before it is installed, and going back to an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from desktop.case_words import day_text, moment_text
from desktop.pages.base import Page
from desktop.pages.packs_effect import EffectCard, entries_of, fetch
from desktop.pages.packs_preview import ChangesCard, ProblemsCard, SignerCard, problems_text
from desktop.widgets import pieces
from desktop.widgets.case_parts import Card, Chip, labelled, show_more
from desktop.widgets.plan_dialog import PlanDialog, PlanWish, plan_visits, planned_words
from models.clock import today
from models.eligibility import Policies
from models.eligibility.comparing import PersonChange, RuleChange
from models.eligibility.differing import differences
from models.eligibility.packfile import ENDING
from models.eligibility.policies import Pack
from models.errors import Problem
from models.records.visit import PlanEntry
from models.services.pack_views import PackPreview, PackState, PolicySetView
from models.services.views import Changed
from models.texts import _, language, ngettext, pgettext

EARLIER_SHOWN = 6


@dataclass(frozen=True)
class Loaded:
    """What the page shows while nothing is looked at."""

    policies: Policies
    state: PackState
    sets: tuple[PolicySetView, ...]


class PacksPage(Page):
    """open(preview=None): the sets that are kept, or one that is looked at before it is installed."""

    name = "packs"
    width = 1120

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.loaded: Loaded | None = None
        self.preview: PackPreview | None = None
        self.effect: EffectCard | None = None
        self.trusted = False
        self._busy = False
        self.file_button: QPushButton | None = None  # there while the sets are shown
        self.folder_button: QPushButton | None = None
        self.aside.addWidget(pieces.button(_("Read the rules"), self.read_rules, icon="search"))

    def title(self) -> str:
        """The page's name."""
        return _("Sets of rules")

    def open(self, **where: Any) -> None:
        """Show the sets, or what `preview` would change."""
        self.where = where
        preview = where.get("preview")
        if preview is not None:
            self.show_preview(preview)
        else:
            self.preview = None
            self._load()

    def refresh(self, changed: Changed) -> None:
        """Other rules decide now."""
        if "policy_set" in changed.entities:
            self.where = {}
            self.preview = None
            self._load()

    def first_focus(self) -> None:
        """Where a new set is brought in."""
        if self.file_button is not None:
            self.file_button.setFocus()

    # The sets that are here.

    def _load(self) -> None:
        packs = self.casebook.packs
        self.read(lambda: Loaded(packs.policies(), packs.state(), tuple(packs.installed())), self._show)

    def _show(self, loaded: Loaded) -> None:
        if self.preview is not None:
            return
        self.loaded = loaded
        pieces.clear(self.body)
        self.effect = None
        self.show_footer()
        self.set_title(self.title())
        words = loaded.state.sentence()
        if words:
            self.body.addWidget(pieces.card(pieces.text(words), role="banner-warn", margin=12))
        now = next((each for each in loaded.sets if each.in_force), None)
        self.body.addWidget(self._deciding(loaded, now))
        self.body.addWidget(self._bring_in())
        earlier = [each for each in loaded.sets if not each.in_force]
        if earlier:
            self.body.addWidget(self._earlier(earlier))
        self.first_focus()

    def _deciding(self, loaded: Loaded, now: PolicySetView | None) -> Card:
        card = Card(_("These rules decide now"))
        if now is not None:
            head = pieces.wrapping(None, gap=10)
            head.addWidget(pieces.text(now.title, "subheading"), 1)
            head.addWidget(Chip(_("came with the program") if now.shipped else _("installed here"), "yes", "good"))
            card.add(head)
            card.add(labelled(self._facts_of(now)))
        for pack in loaded.policies.packs.values():
            card.add(self._pack(loaded.policies, pack))
        export = pieces.button(_("Write as a file for another office"), partial(self.export, ""), icon="export")
        self.reserve("shape", export)
        card.add(pieces.wrapping(None, export, None))
        return card

    def _facts_of(self, view: PolicySetView) -> list[tuple[str, str]]:
        on = today(self.casebook.clock)
        here = moment_text(view.at, on)
        return [
            (_("Services"), str(view.services)),
            (_("From"), view.signer_name or view.issuer),
            (_("Fingerprint"), view.fingerprint),
            (_("Compared with the texts"), day_text(view.verified_on)),
            (
                pgettext("rules", "Installed"),
                _("{moment} by {worker}").format(moment=here, worker=view.worker) if here else "",
            ),
        ]

    def _pack(self, policies: Policies, pack: Pack) -> QWidget:
        on = today(self.casebook.clock)
        made = QWidget()
        box = pieces.column(made, gap=2)
        head = pieces.wrapping(None, gap=8)
        head.addWidget(pieces.text(pack.title if language() == "zh_CN" else pack.title_en, "label"), 1)
        if pack.valid_to is not None and pack.valid_to < on:
            head.addWidget(Chip(_("period has ended"), "note", "warn"))
        box.addLayout(head)
        services = sum(service.pack.id == pack.id for service in policies.services.values())
        count = ngettext("{n} service", "{n} services", services).format(n=services)
        period = (
            _("in force from {start}").format(start=day_text(pack.valid_from))
            if pack.valid_to is None
            else _("in force from {start} to {end}").format(
                start=day_text(pack.valid_from), end=day_text(pack.valid_to)
            )
        )
        verified = _("compared with the text on {day}").format(day=day_text(pack.last_verified_on))
        parts = [pack.issuer, pack.number, day_text(pack.dated), period, count, verified]
        box.addWidget(pieces.text(" · ".join(part for part in parts if part), "small", select=True))
        return made

    def _bring_in(self) -> Card:
        card = Card(_("Bring in other rules"))
        card.add(
            pieces.text(
                _(
                    "You first see who made them, what they change, and who gains or loses. Nothing changes until you "
                    "install them, and you can go back at any time."
                ),
                "soft",
            )
        )
        self.file_button = pieces.button(_("Open a pack file ..."), self.open_file, "primary", "import")
        self.folder_button = pieces.button(_("Check a folder ..."), self.open_folder, icon="search")
        self.reserve("shape", self.file_button, self.folder_button)
        card.add(pieces.wrapping(None, self.file_button, self.folder_button, None, gap=10))
        return card

    def _earlier(self, sets: Sequence[PolicySetView]) -> Card:
        card = Card(_("Other sets kept here"))
        for each in sets[:EARLIER_SHOWN]:
            card.add(self._set(each))
        rest = sets[EARLIER_SHOWN:]
        if rest:
            words = ngettext("{n} earlier set", "{n} earlier sets", len(rest)).format(n=len(rest))

            def fill(box: Any) -> None:
                for each in rest:
                    box.addWidget(self._set(each))

            link, place = show_more(words, fill)
            card.add(link)
            card.add(place)
        return card

    def _set(self, view: PolicySetView) -> QWidget:
        made = QWidget()
        box = pieces.column(made, gap=4)
        head = pieces.wrapping(None, gap=8)
        head.addWidget(pieces.text(view.title, "label"), 1)
        if view.shipped:
            head.addWidget(Chip(_("came with the program"), tone="soft"))
        sure = pieces.button(_("Yes, let these rules decide again"), partial(self.go_back_to, view), "danger")
        sure.setAccessibleName(_("Let “{title}” decide again").format(title=view.title))
        sure.hide()
        begin = pieces.button(_("Go back to these"), lambda: sure.setVisible(sure.isHidden()), "link")
        self.reserve("shape", sure, begin)
        begin.setAccessibleName(_("Go back to “{title}”").format(title=view.title))
        begin.setEnabled(view.verified_on is not None)
        head.addWidget(begin)
        write = pieces.button(_("Write as a file"), partial(self.export, view.hash), "link")
        self.reserve("shape", write)
        write.setAccessibleName(_("Write “{title}” as a file").format(title=view.title))
        head.addWidget(write)
        box.addLayout(head)
        facts = [f"{label}{_(': ')}{words}" for label, words in self._facts_of(view) if words]
        if view.verified_on is None:
            facts.append(_("cannot be read by this program"))
        box.addWidget(pieces.text(" · ".join(facts), "small", select=True))
        box.addWidget(sure)
        return made

    # Choosing files; tests put their own in the place of these.

    def choose_file(self) -> str:
        """Ask for a pack file; empty when none was chosen."""
        kinds = _("Pack files") + f" (*{ENDING})"
        return QFileDialog.getOpenFileName(self, _("Open a pack file"), "", kinds)[0]

    def choose_folder(self) -> str:
        """Ask for a folder with packs; empty when none was chosen."""
        return QFileDialog.getExistingDirectory(self, _("Folder with packs"))

    def choose_place(self, name: str, kinds: str) -> str:
        """Ask where a file is to be written; empty when nowhere."""
        told = QFileDialog.Option.DontConfirmOverwrite  # nothing is written over: the trouble says so
        return QFileDialog.getSaveFileName(self, _("Write a file"), name, kinds, options=told)[0]

    # Looking at a set.

    def open_file(self) -> None:
        """Look at a pack file."""
        chosen = self.choose_file()
        if chosen:
            self.look_at(Path(chosen))

    def open_folder(self) -> None:
        """Look at a folder of packs that somebody writes."""
        chosen = self.choose_folder()
        if chosen:
            self.look_at(Path(chosen))

    def look_at(self, path: Path) -> None:
        """Check a file or folder, then show what it would change."""
        packs = self.casebook.packs
        self._set_busy(True)
        self.long(
            lambda _progress, _cancelled: packs.preview(path),
            self._looked,
            self._trouble,
            title=_("Checking the rules of “{name}”").format(name=path.name),
        )

    def _looked(self, preview: PackPreview) -> None:
        self._set_busy(False)
        self.shell.go("packs", preview=preview)

    def _trouble(self, problem: Problem) -> None:
        self._set_busy(False)
        self.shell.problem(problem)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for button in (self.file_button, self.folder_button):
            if button is not None:
                button.setEnabled(not busy)
        self._say_install()

    def show_preview(self, preview: PackPreview) -> None:
        """Show who made a set, what is wrong with it, and what it changes."""
        again = self.preview is preview and self.effect is not None
        self.preview = preview
        if again:
            return
        self.trusted = False
        self.file_button = self.folder_button = None
        pieces.clear(self.body)
        self.set_title(_("Rules not installed yet") if not preview.in_force else _("Rules that decide already"))
        signer = SignerCard(preview, today(self.casebook.clock))
        signer.trusted.connect(self._trust)
        problems = ProblemsCard(preview)
        problems.save.connect(self.save_problems)
        self.body.addWidget(signer)
        if not preview.valid:
            self.body.addWidget(problems)
        self.effect = EffectCard()
        if preview.valid:
            read = partial(self.shell.go, "workbench", preview=preview)
            changes = ChangesCard(lambda service: read(service_id=service))
            self.body.addWidget(changes)
            self._tell_changes(preview, changes)
            self.effect.compare.connect(self.compare)
            self.effect.wanted.connect(lambda part: self._fetch(*part))
            self.effect.opened.connect(self._open_person)
            self.effect.plan.connect(self._plan)
            self.body.addWidget(self.effect)
            self.body.addWidget(problems)
        self.install_button = pieces.button(_("Install these rules"), self.install, "primary", "check")
        self.reserve("shape", self.install_button)
        self.close_button = pieces.button(_("Do not install"), self.close_preview)
        self.why_not = pieces.text("", "soft")
        self.show_footer(self.why_not, None, self.close_button, self.install_button)
        self._say_install()
        if self.area is not None:
            self.area.verticalScrollBar().setValue(0)
        self.close_button.setFocus()

    def _tell_changes(self, preview: PackPreview, card: ChangesCard) -> None:
        """In the language now shown, and towards the rules that decide now: a preview may have waited."""
        packs, on, spoken = self.casebook.packs, today(self.casebook.clock), language()
        new = preview.policies
        assert new is not None
        self.read(
            lambda: differences(packs.policies(), new, on, spoken),
            lambda diff: card.show_diff(diff) if self.preview is preview else None,
        )

    def _trust(self, trusted: bool) -> None:
        self.trusted = trusted
        self._say_install()

    def _say_install(self) -> None:
        preview = self.preview
        if preview is None:
            return
        if not preview.valid:
            why = _("These rules cannot be installed: see what is wrong.")
        elif preview.in_force:
            why = _("These very rules decide already.")
        elif not preview.signer.trusted and not self.trusted:
            why = _("The signer is not known yet: compare the fingerprint first.")
        else:
            why = ""
        self.why_not.setText(why)
        self.install_button.setEnabled(not why and not self._busy)

    def read_rules(self) -> None:
        """Read the rules in the workbench: those looked at, else those that decide."""
        looked_at = self.preview is not None and self.preview.valid
        self.shell.go("workbench", **({"preview": self.preview} if looked_at else {}))

    def close_preview(self) -> None:
        """Leave the rules as they are."""
        self.preview = None
        self.shell.go("packs")

    def save_problems(self) -> None:
        """Write the list of problems as a text."""
        preview = self.preview
        chosen = self.choose_place(
            _dated(pgettext("rules", "problems"), today(self.casebook.clock)) + ".txt", _("Text files") + " (*.txt)"
        )
        if not chosen or preview is None:
            return
        path = Path(chosen)
        text = problems_text(preview.header.title, preview.problems)
        self.run(
            lambda: write_text(path, text),
            lambda _done: self.shell.say(_("The list was written to “{name}”.").format(name=path.name)),
        )

    # Who gains and loses.

    def compare(self) -> None:
        """Decide every resident by both sets; can be cancelled."""
        preview, effect = self.preview, self.effect
        if preview is None or effect is None:
            return
        packs = self.casebook.packs
        effect.busy(True)

        def show(found: RuleChange | None) -> None:
            if effect is not self.effect:
                return
            effect.busy(False)
            if found is not None and preview.policies is not None:
                effect.show_change(found, preview.policies)

        def failed(problem: Problem) -> None:
            if effect is self.effect:
                effect.busy(False)
            self.shell.problem(problem)

        self.long(
            lambda progress, cancelled: packs.compare(preview, progress, cancelled),
            show,
            failed,
            title=_("Deciding every resident by both sets of rules"),
        )

    def _fetch(self, part: Sequence[PersonChange], until: int) -> None:
        effect, casebook = self.effect, self.casebook
        if effect is not None:
            names = dict(effect.names)
            self.read(lambda: fetch(casebook, part, names), lambda rows: self._fetched(effect, rows, until))

    def _fetched(self, effect: EffectCard, rows: Sequence[Any], until: int) -> None:
        if effect is self.effect:
            effect.show_rows(rows, until)

    def _open_person(self, change: PersonChange) -> None:
        if change.resident_id:
            self.shell.go("person", resident_id=change.resident_id)
        else:
            self.shell.go("household", household_id=change.household_id)

    def _plan(self, changes: Sequence[PersonChange]) -> None:
        casebook, day, effect = self.casebook, today(self.casebook.clock), self.effect
        assert effect is not None

        def reason(service_id: str) -> str:
            return _("New rules: {service}").format(service=effect.names.get(service_id, service_id))

        services = {each.service_id for each in changes}
        words = reason(next(iter(services))) if len(services) == 1 else _("New rules")

        def wished(entries: list[PlanEntry], wish: PlanWish) -> None:
            def work() -> Changed:
                own = {"assignee": wish.assignee} | ({"reason": wish.reason} if wish.reason != words else {})
                return plan_visits(casebook, [entry.model_copy(update=own) for entry in entries], wish)

            self.run(work, lambda changed: self.shell.say(planned_words(len(entries), len(changed.ids))))

        def ask(found: tuple[list[PlanEntry], list[str]]) -> None:
            entries, names = found
            households = len({entry.household_id for entry in entries})
            wish = partial(wished, entries)
            PlanDialog(self, wish, households=households, reason=words, today=day, assignees=names).open()

        self.read(lambda: (entries_of(changes, day, reason), casebook.planning.assignees()), ask)

    # Installing and going back.

    def install(self) -> None:
        """Let the set decide from now on; the way back is offered at once."""
        preview, packs = self.preview, self.casebook.packs
        if preview is None or not self.install_button.isEnabled():
            return
        trust, before = self.trusted, []
        self._set_busy(True)

        def work() -> Changed:
            before.append(packs.policies().hash)
            return packs.install(preview, trust_signer=trust)

        def done(_changed: Changed) -> None:
            self._set_busy(False)
            words = _("“{title}” decides from now on. What was decided before stays as it is.")
            self.shell.say(words.format(title=preview.header.title), lambda: packs.go_back(before[0]))

        self.run(work, done, self._trouble)

    def go_back_to(self, view: PolicySetView) -> None:
        """Let an earlier set decide again."""
        packs = self.casebook.packs
        self.run(
            lambda: packs.go_back(view.hash),
            lambda _changed: self.shell.say(_("“{title}” decides again.").format(title=view.title)),
        )

    def export(self, set_hash: str) -> None:
        """Write a set as a file for another office."""
        chosen = self.choose_place(
            _dated(pgettext("rules", "rules"), today(self.casebook.clock)) + ENDING, _("Pack files") + f" (*{ENDING})"
        )
        if not chosen:
            return
        path, packs = Path(chosen), self.casebook.packs
        self.run(
            lambda: packs.export(path, set_hash),
            lambda _done: self.shell.say(_("The rules were written to “{name}”.").format(name=path.name)),
        )


def _dated(name: str, on: date) -> str:
    return f"{name}-{on.isoformat()}"


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises CannotWrite, DiskFull."""
    from models.sync.files import write_whole

    write_whole(path, text.encode("utf-8"))
