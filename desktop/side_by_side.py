"""Two who work on the same record: saving what was typed without overwriting what another one said meanwhile, and
telling that a record is open elsewhere. For forms on pages and in dialogs alike.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from models.clock import local_time
from models.errors import Problem
from models.texts import _

if TYPE_CHECKING:
    from desktop.pages.base import Page
    from models.services.desks import AtWork
    from models.store.seen import ChangedMeanwhile, Choices

T = TypeVar("T")


def save(
    page: "Page",
    seen: int,
    verb: Callable[[], T],
    done: Callable[[T], object],
    failed: Callable[[Problem], object] | None = None,
    choices: "Choices | None" = None,
    *,
    show: Callable[[], object] | None = None,
) -> None:
    """Call a verb with the answers of a form that was filled from the moment `seen` (casebook.desks.seen()).

    Where somebody else changed the same fields meanwhile, the worker is asked which text stands; then it is saved. What
    the worker chooses not to decide is not saved: `failed` gets the Problem. Below zero: the form knows no moment.
    show: for deeds, where there is no text to choose: it loads what is there now, and nothing is saved.
    """
    casebook, known = page.casebook, dict(choices or {})

    def work() -> T:
        return casebook.desks.save(seen, verb, known, strict=show is not None) if seen >= 0 else verb()

    def trouble(problem: Problem) -> None:
        from models.store.seen import ChangedMeanwhile

        if isinstance(problem, ChangedMeanwhile) and show is not None:
            if failed is not None:
                failed(AnotherWasQuicker())
            else:
                page.shell.problem(AnotherWasQuicker())
            show()
        elif isinstance(problem, ChangedMeanwhile):
            ask(page, problem, lambda more: save(page, seen, verb, done, failed, {**known, **more}), failed)
        elif failed is not None:
            failed(problem)
        else:
            page.shell.problem(problem)

    page.run(work, done, trouble)


def deed(
    page: "Page",
    seen: int,
    verb: Callable[[], T],
    done: Callable[[T], object] = lambda _changed: None,
    failed: Callable[[Problem], object] | None = None,
    *,
    show: Callable[[], object] | None = None,
) -> None:
    """A deed on records that were shown as they were at the moment `seen`: handed over, closed, dropped, taken back.

    Where somebody else did something with them since, nothing is done; the worker is told, and `show` shows what is
    there now (none: the page is loaded again).
    """
    save(page, seen, verb, done, failed, show=show or (lambda: page.open(**page.where)))


class AnotherWasQuicker(Problem):
    """Somebody else did something with the same record since it was shown."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Somebody else has changed this since it was shown here. Nothing was saved; what is there now is shown. "
            "Look at it and decide again."
        )


def ask(
    page: "Page",
    problem: "ChangedMeanwhile",
    chosen: Callable[[Mapping[tuple[str, str, str], str]], object],
    failed: Callable[[Problem], object] | None = None,
) -> None:
    """Ask which text stands; `chosen` gets the choices, `failed` the problem where the worker leaves it open."""
    from desktop.widgets.text_choice import TextChoice

    def show(facts: Mapping[str, str]) -> None:
        dialog = TextChoice(page.shell, problem.disputed, facts)
        dialog.chosen.connect(chosen)
        dialog.rejected.connect(
            partial(failed, problem) if failed is not None else partial(page.shell.problem, problem)
        )
        dialog.open()

    names = {one.field for one in problem.disputed if one.entity == "fact"}
    if names:
        casebook = page.casebook
        page.read(lambda: casebook.desks.fact_names(names), show)
    else:
        show({})


def elsewhere(others: Sequence["AtWork"]) -> str:
    """Who else has a record open, as the banner says it; empty where nobody has."""
    said = [
        _("{worker} at {desk} has this open since {time}.").format(
            worker=each.worker, desk=each.place, time=f"{local_time(each.since):%H:%M}"
        )
        for each in others
    ]
    if not said:
        return ""
    return " ".join([*said, _("Nothing is overwritten: what both change is shown to you before it is saved.")])
