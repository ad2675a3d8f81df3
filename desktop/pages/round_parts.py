"""What the pages of rounds share: loading one, where one goes on, what a door leads to, and the end of a round."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from desktop import side_by_side
from desktop.round_words import paper_names
from desktop.widgets import pieces
from models.services.rounds_views import DueLine, RoundRow, RoundView, StopView
from models.services.views import Changed, DraftView
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.pages.base import Page
    from desktop.pages.round import RoundPage
    from desktop.pages.rounds import RoundsPage
    from models.casebook import Casebook


@dataclass(frozen=True)
class Loaded:
    """A round with all that its pages show; view None: there is no round to show."""

    view: RoundView | None
    papers: Mapping[str, str]
    draft: DraftView | None
    seen: int = -1  # the moment from which it is (casebook.desks.seen())


def load_round(casebook: "Casebook", round_id: str, draft_id: str, form: str) -> Loaded:
    """A round (empty: of the draft, else the one of today) with what was typed at it. Off the window's thread."""
    draft = casebook.drafts.get(draft_id) if draft_id else None
    wanted = draft.subject_id if draft is not None else round_id
    if not wanted:
        rows = casebook.rounds.of_today()
        wanted = rows[0].id if rows else ""
    if not wanted:
        return Loaded(None, {}, None)
    seen = casebook.desks.seen()
    view = casebook.rounds.get(wanted)
    kept = next((one for one in casebook.drafts.all() if one.form == form and one.subject_id == wanted), None)
    return Loaded(view, paper_names(casebook, view), draft or kept, seen)


def resumed(view: RoundView) -> str:
    """Where one goes on: after the door of which something was said last."""
    touched = max((stop for stop in view.stops if stop.at), key=lambda stop: stop.at, default=None)
    following = view.next_after(touched.id if touched is not None else "")
    return (following or touched or view.stops[0]).id if view.stops else ""


def may_leave(view: RoundView, stop_id: str, outcome: str) -> bool:
    """Whether nothing is left to be done at a door after what came of it: else one stays, and sees it."""
    stop = view.stop(stop_id)
    if stop is None:
        return True
    if outcome == "met":
        return bool(stop.household_id) and not stop.due
    return outcome != "moved_away" or not stop.household_id


def leads_to(page: "Page", stop: StopView, wait_again: Callable[[], object]) -> list[QPushButton]:
    """Buttons for what the state of a door asks for."""
    go = page.shell.go
    if stop.status == "moved_away" and stop.household_id:
        left = partial(go, "change", household_id=stop.household_id, kind="left")
        return [pieces.button(_("Note that the household left"), left, icon="household")]
    if not stop.household_id:
        return [pieces.button(_("Register who lives here"), partial(go, "register"), icon="plus")]
    if stop.status == "skipped":
        return [pieces.button(_("Go there after all"), wait_again, icon="undo")]
    return []


def open_due(page: "Page", stop: StopView, line: DueLine) -> bool:
    """Go to the page on which something that is due is done; false where that is the form of a visit."""
    home, who = stop.household_id, line.resident_id
    if line.kind in ("promise", "plan"):
        return False
    if line.kind in ("task", "call"):
        page.shell.go("plans", **({"resident_id": who} if who else {"household_id": home}))
    elif line.kind == "referral":
        page.shell.go("referral", referral_id=line.id)
    elif line.kind == "age":
        page.shell.go("eligibility", household_id=home)
    elif who:
        page.shell.go("person", resident_id=who)
    else:
        page.shell.go("household", household_id=home)
    return True


def finish_round(page: "RoundPage | RoundsPage", row: RoundRow, then: Callable[[], object] | None = None) -> None:
    """The round is over; what stays open becomes planned visits, and all of it can be taken back."""
    casebook = page.casebook

    def done(changed: Changed) -> None:
        words, count = _("“{name}” is over.").format(name=row.name), len(changed.ids)
        if count:
            more = ngettext(
                "{n} visit was planned for what stays open.", "{n} visits were planned for what stays open.", count
            )
            words = _("{first} {second}").format(first=words, second=more.format(n=count))
        if then is not None:
            then()
        page.shell.say(words, undo=lambda: casebook.undo(changed.operations))

    side_by_side.deed(page, page.seen, lambda: casebook.rounds.finish(row.id), done)
