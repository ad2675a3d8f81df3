"""Why a whole document number is shown: asked in a small menu, one key for an answer, Enter for the last one.

The answer stands in the row of the audit that every showing leaves (trust page of the design: who, when, why).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from models.texts import N_, _

if TYPE_CHECKING:
    from desktop.state import State

REASONS: Mapping[str, str] = {
    "document": N_("Compare with the document"),
    "form": N_("Fill in a form or a letter"),
    "query": N_("Look up a record elsewhere"),
    "asked": N_("The resident asked for it"),
    "correct": N_("Put the register right"),
}

_KEPT = "reveal"  # among what pages remember


def ask(state: "State", beside: QWidget, take: Callable[[str], object]) -> QMenu:
    """Open the menu below a button; `take` is called with the reason in words, and the answer is remembered.

    Nothing is called where the menu is closed without an answer.
    """
    menu = QMenu(beside.window())
    menu.setAccessibleName(_("Why is the whole number needed?"))
    menu.addSection(_("Why is the whole number needed?"))

    last = state.kept(_KEPT).get("why", "document")

    def taken(key: str) -> None:
        state.keep(_KEPT, {"why": key})
        take(_(REASONS[key]))

    for number, (key, words) in enumerate(REASONS.items(), 1):
        action = menu.addAction(f"&{number}  {_(words)}")
        action.triggered.connect(lambda _checked=False, key=key: taken(key))
        if key == last:
            menu.setActiveAction(action)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
    return menu
