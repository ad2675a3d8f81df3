"""Changing planned visits from any page that lists them: the panel with its verbs, and the way back."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from desktop import side_by_side
from desktop.case_words import day_text
from desktop.pages.base import Page
from desktop.widgets.plan_panel import PlanPanel
from models.services.views import Changed, DueVisit
from models.texts import _


def plan_panel(page: Page, visit: DueVisit, on: date, workers: Sequence[str], seen: int) -> PlanPanel:
    """A panel that changes the plans of a due visit; what was moved or dropped can be taken back for a while.

    seen: the moment from which the visit is shown (casebook.desks.seen()).
    """
    panel = PlanPanel(visit, on, workers)
    panel.moved.connect(partial(_move, page, visit, seen))
    panel.assigned.connect(partial(_assign, page, visit, seen))
    panel.dropped.connect(partial(_drop, page, visit, seen))
    return panel


def _ids(visit: DueVisit) -> list[str]:
    return [plan.id for plan in visit.plans]


def _do(page: Page, seen: int, verb: Callable[[], Changed], words: str) -> None:
    """Do it, unless somebody else did something with the same visits since; it can be taken back."""
    casebook = page.casebook

    def done(changed: Changed) -> None:
        page.shell.say(words, undo=lambda: casebook.undo(changed.operations))

    side_by_side.deed(page, seen, verb, done)


def _move(page: Page, visit: DueVisit, seen: int, day: date) -> None:
    words = _("The visit to {address} is now on {day}.").format(address=visit.address, day=day_text(day))
    _do(page, seen, lambda: page.casebook.planning.move(_ids(visit), day), words)


def _assign(page: Page, visit: DueVisit, seen: int, name: str) -> None:
    words = _("{name} goes to {address}.") if name else _("Whoever comes by goes to {address}.")
    words = words.format(name=name, address=visit.address)
    _do(page, seen, lambda: page.casebook.planning.assign(_ids(visit), name), words)


def _drop(page: Page, visit: DueVisit, seen: int) -> None:
    words = _("Nobody needs to go to {address} any more.").format(address=visit.address)
    _do(page, seen, lambda: page.casebook.planning.drop(_ids(visit)), words)
