"""All that was begun and not saved: to go on with, or to throw away. It is here after a crash or a dead battery too."""

from typing import TYPE_CHECKING, Any

from desktop import unfinished
from desktop.pages.base import Page
from desktop.pages.today import DRAFT_PAGES, FORM_NAMES, TodayLine
from desktop.widgets import pieces
from desktop.widgets.empty_state import EmptyState
from forms import definitions
from models.clock import local_time
from models.services.views import Changed, DraftView
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell


class DraftsPage(Page):
    """open() lists the drafts of this device, the newest first."""

    name = "drafts"
    width = 900

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.lines: dict[str, TodayLine] = {}
        self.hint = pieces.text(
            _("What you type is kept within a second, even if the computer goes down. Nothing here is sent away."),
            "soft",
        )
        self.count = pieces.text("", "label")
        self.list = pieces.column(None, gap=8)
        self.body.addWidget(self.hint)
        self.body.addWidget(self.count)
        self.body.addLayout(self.list)
        self.body.addStretch(1)

    def title(self) -> str:
        """The page's name."""
        return _("Drafts")

    def open(self, **where: Any) -> None:
        """Ask what there is."""
        del where
        self.run(self.casebook.drafts.all, self._show)  # after the draft of the page just left

    def refresh(self, changed: Changed) -> None:
        """What is saved may have been a draft."""
        del changed
        self.open()

    def first_focus(self) -> None:
        """The newest draft."""
        line = next(iter(self.lines.values()), None)
        if line is not None:
            line.button.setFocus()
        else:
            self.setFocus()

    def _show(self, drafts: list[DraftView]) -> None:
        waiting = not self.lines
        pieces.clear(self.list)
        self.lines = {}
        words = ngettext("{n} form was begun and not saved", "{n} forms were begun and not saved", len(drafts))
        self.count.setText(words.format(n=len(drafts)) if drafts else "")
        for draft in drafts:
            self.lines[draft.id] = self._line(draft)
            self.list.addWidget(pieces.card(self.lines[draft.id], margin=8))
        if not drafts:
            nothing = EmptyState("draft", _("No drafts"), _("A form that you leave before saving waits here for you."))
            self.list.addWidget(pieces.card(nothing))
        if waiting:
            self.first_focus()

    def _line(self, draft: DraftView) -> TodayLine:
        form = _(FORM_NAMES[draft.form]) if draft.form in FORM_NAMES else _("Assessment")
        throw_away = pieces.button(_("Discard"), lambda: self._discard(draft), "link")
        throw_away.setAccessibleName(_("Discard: {title}").format(title=draft.title or form))
        moment = local_time(draft.at).strftime("%Y-%m-%d %H:%M")
        second = _("{form}, kept {time}").format(form=form, time=moment)
        if not _is_present(draft):
            second = _("{first} · {second}").format(first=second, second=_("begun with an older form"))
        return TodayLine(draft.title or form, second, (_("Go on"), "tag"), lambda: self.go_on(draft), throw_away)

    def go_on(self, draft: DraftView) -> None:
        """Open the form where it was left."""
        if draft.form == unfinished.FORM:
            unfinished.go_on(self.shell, draft)
            return
        self.shell.go(DRAFT_PAGES.get(draft.form, "assessment"), draft_id=draft.id)

    def _discard(self, draft: DraftView) -> None:
        drafts = self.casebook.drafts

        def put_back() -> str:
            return str(drafts.save(draft.form, draft.form_version, draft.subject_id, draft.title, dict(draft.body)))

        def gone(_nothing: object) -> None:
            self.shell.say(_("The draft was discarded."), undo=lambda: _and_changed(put_back()))
            self.open()

        self.run(lambda: drafts.discard(draft.id), gone)


def _and_changed(draft_id: str) -> Changed:
    """So that this page lists it again."""
    return Changed(frozenset({"draft"}), frozenset({draft_id}), draft_id)


def _is_present(draft: DraftView) -> bool:
    """Whether the form still is the one that the draft was begun with."""
    try:
        return definitions.load(draft.form).version == draft.form_version
    except LookupError:
        return True  # a form that this room does not know: its own page says so
