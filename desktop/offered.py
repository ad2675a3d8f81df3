"""What the window offers to who is signed in: pages, commands and buttons whose action may not be done are not there,
or say why not. Roles are named nowhere in the window: it asks the casebook whether an action may be done.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from models.records.refusal import why_not
from models.records.roles import CLASSES
from models.texts import _

if TYPE_CHECKING:
    from models.casebook import Casebook

PAGES = {
    "today": "search",
    "residents": "search",
    "person": "view",
    "household": "view",
    "register": "register",
    "listed": "take_in",
    "visits": "search",
    "visit": "visit",
    "assessment": "visit",
    "eligibility": "check",
    "worklist": "search",
    "handover": "search",
    "rounds": "search",
    "round": "view",
    "round_entry": "visit",
    "change": "register",
    "merge": "merge",
    "questionnaire": "visit",
    "pictures": "view",
    "rights": "answer_rights",
    "plans": "view",
    "case_form": "plan",
    "drafts": "visit",
    "screening": "check",
    "calendar": "check",
    "workbench": "shape",
    "referral": "refer",
    "referrals": "search",
    "transfers": "search",
    "transfer": "transfer",
    "print_queue": "print",
    "papers": "print",
    "registers": "search",
    "statistics": "count",
    "conflicts": "merge",
    "templates": "shape",
    "template": "shape",
    "sync": "send",
    "accounts": "accounts",
    "audit": "read_audit",
    "health": "back_up",
}
"""Page (key of desktop.shell.PAGES) and the action that it is there for; those left out are there for everybody."""

COMMANDS = {"next": "search", "search": "search", "letter": "refer", "slip": "refer", "assess": "visit", "undo": "undo"}
"""Commands that open no page of their name."""

FIRST = ("today", "audit", "office", "help")
"""The page after signing in: the first of these that may be opened."""


def action_of(command: str) -> str:
    """The action that a command of the window is; "" for those that everybody may."""
    page = command.removeprefix("go_")
    return COMMANDS.get(page) or PAGES.get(page, "")


def refusal(casebook: "Casebook", action: str) -> str:
    """Why an action may not be done by who is signed in, in a sentence; "" where it may."""
    return "" if not action or casebook.may(action) else why_not(action)


def first_page(casebook: "Casebook", pages: "dict[str, str]") -> str:
    """Where who is signed in begins. pages: those that there are."""
    return next(page for page in FIRST if page in pages and not refusal(casebook, PAGES.get(page, "")))


def withheld_words(kinds: Collection[str]) -> str:
    """That some classes of knowledge are not shown, in a sentence; "" where all are."""
    names = _(", ").join(_(name) for kind, name in CLASSES.items() if kind in kinds)
    return _("Withheld from your account: {kinds}.").format(kinds=names) if kinds else ""


class _Kept(QObject):
    """Keeps a widget disabled, whoever enables it: pages enable buttons by what is chosen and not by who looks."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.installEventFilter(self)
        widget.setEnabled(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.EnabledChange and isinstance(watched, QWidget) and watched.isEnabled():
            watched.setEnabled(False)
        return False


def offer(casebook: "Casebook", action: str, *widgets: QWidget) -> None:
    """Leave widgets as they are where an action may be done; else disable them for good, with the reason to be read."""
    why = refusal(casebook, action)
    for widget in widgets if why else ():
        _Kept(widget)
        widget.setToolTip(why)
        widget.setAccessibleDescription(why)
