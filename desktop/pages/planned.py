"""Changing planned visits from any page that lists them: the panel with its verbs, and the way back."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from desktop.case_words import day_text
from desktop.pages.base import Page
from desktop.widgets.plan_panel import PlanPanel
from models.services.views import Changed, DueVisit
from models.texts import _


def plan_panel(page: Page, visit: DueVisit, on: date, workers: Sequence[str]) -> PlanPanel:
    """A panel that changes the plans of a due visit; what was moved or dropped can be taken back for a while."""
    panel = PlanPanel(visit, on, workers)
    panel.moved.connect(partial(_move, page, visit))
    panel.assigned.connect(partial(_assign, page, visit))
    panel.dropped.connect(partial(_drop, page, visit))
    return panel


def _ids(visit: DueVisit) -> list[str]:
    return [plan.id for plan in visit.plans]


def _move(page: Page, visit: DueVisit, day: date) -> None:
    planning, ids, before = page.casebook.planning, _ids(visit), [plan.due for plan in visit.plans]

    def back() -> Changed:
        for plan, old in zip(ids[:-1], before[:-1], strict=True):
            planning.move([plan], old)
        return planning.move(ids[-1:], before[-1])

    words = _("The visit to {address} is now on {day}.").format(address=visit.address, day=day_text(day))
    page.run(lambda: planning.move(ids, day), lambda _changed: page.shell.say(words, undo=back))


def _assign(page: Page, visit: DueVisit, name: str) -> None:
    planning, ids = page.casebook.planning, _ids(visit)
    words = _("{name} goes to {address}.") if name else _("Whoever comes by goes to {address}.")
    words = words.format(name=name, address=visit.address)
    page.run(lambda: planning.assign(ids, name), lambda _changed: page.shell.say(words))


def _drop(page: Page, visit: DueVisit) -> None:
    planning, ids = page.casebook.planning, _ids(visit)
    words = _("Nobody needs to go to {address} any more.").format(address=visit.address)
    page.run(lambda: planning.drop(ids), lambda _changed: page.shell.say(words, undo=lambda: planning.reopen(ids)))
