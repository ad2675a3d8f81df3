"""The next household of the worklist, from wherever one is: F8 walks through the list visit by visit."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from desktop.worklist_words import filter_from, names_words, reasons_words
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.worklist_views import WorkItem

_SEEN: "WeakKeyDictionary[Shell, set[str]]" = WeakKeyDictionary()
"""For each window the households that F8 has led to since the list was begun."""


def seen(shell: "Shell") -> set[str]:
    """The households that F8 has led to."""
    if shell not in _SEEN:
        _SEEN[shell] = set()
        shell.locked.connect(lambda: _SEEN.pop(shell, None))
    return _SEEN[shell]


def begin_again(shell: "Shell") -> None:
    """Let F8 begin at the top of the list."""
    _SEEN.pop(shell, None)


def go_next(shell: "Shell") -> None:
    """Open the visit form of the next household on the list, as it is filtered and ordered on its page."""
    if shell.is_locked:
        return
    casebook = shell.casebook
    wish = filter_from(shell.state.kept("worklist"), shell.worker.name)
    passed = seen(shell)
    if shell.page is not None and shell.page.name == "visit":
        passed |= {shell.page.subject().get("household_id", "")} - {""}
    skip = frozenset(passed)

    def take(item: "WorkItem | None") -> None:
        if item is None:
            begin_again(shell)
            words = _("That was the last one of the worklist; F8 begins again at its top.") if skip else ""
            shell.notice(words or _("Nothing waits on the worklist as it is filtered now."), "good")
            return
        told: dict[str, Any] = {"household_id": item.household_id}
        if shell.go("visit", **told):
            seen(shell).add(item.household_id)
            words = _("Next: {names}, {address}. {reasons}")
            shell.say(words.format(names=names_words(item.names), address=item.address, reasons=reasons_words(item)))

    shell.tasks.read(lambda: casebook.worklist.next(wish, skip), take)
