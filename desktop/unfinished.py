"""What was typed into a dialog when the window locked: kept as a draft, put back when the same dialog is opened there.

Pages keep their own drafts; a dialog is short-lived and has none. So its fields are read as they stand on the screen,
one by one with their names, and written back in the same order. Passphrases are left out.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTextEdit,
    QWidget,
)

from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.views import DraftView

FORM, VERSION = "dialog", "1"
"""How such a draft is called among the drafts."""

Fields = list[list[Any]]
"""[kind of widget, its accessible name, which of those (0 is the first), its value] from top to bottom."""

_LINES, _TEXTS = (QLineEdit,), (QPlainTextEdit, QTextEdit)


def _asked(widget: QWidget) -> bool:
    """Whether the widget is one of the dialog's own questions, for whoever fills it in."""
    if isinstance(widget.parentWidget(), (QAbstractSpinBox, QComboBox)):
        return False  # a part of its parent
    if isinstance(widget, QLineEdit):
        hidden = widget.echoMode() != QLineEdit.EchoMode.Normal
        secret = bool(widget.inputMethodHints() & Qt.InputMethodHint.ImhSensitiveData)
        return not (hidden or secret or widget.isReadOnly())
    if isinstance(widget, _TEXTS):
        return not widget.isReadOnly()
    if isinstance(widget, QAbstractButton):
        return widget.isCheckable()
    return isinstance(widget, (QComboBox, QSpinBox))


def _named(dialog: QDialog) -> Iterator[tuple[list[Any], QWidget]]:
    seen: Counter[tuple[str, str]] = Counter()
    for widget in dialog.findChildren(QWidget):
        if _asked(widget):
            key = (type(widget).__name__, widget.accessibleName())
            yield [*key, seen[key]], widget
            seen[key] += 1


def _value(widget: QWidget) -> Any:
    if isinstance(widget, QLineEdit):
        return widget.text()
    if isinstance(widget, (QPlainTextEdit, QTextEdit)):
        return widget.toPlainText()
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QSpinBox):
        return widget.value()
    return widget.isChecked() if isinstance(widget, QAbstractButton) else None


def _set(widget: QWidget, value: Any) -> None:
    if isinstance(widget, QLineEdit):
        if widget.text() != value:
            widget.setText(str(value))
            widget.textEdited.emit(str(value))
            widget.setModified(True)
    elif isinstance(widget, (QPlainTextEdit, QTextEdit)):
        if widget.toPlainText() != value:
            widget.setPlainText(str(value))
            widget.document().setModified(True)
    elif isinstance(widget, QComboBox):
        place = widget.findText(str(value))
        if place >= 0:
            widget.setCurrentIndex(place)
        elif widget.isEditable():
            widget.setEditText(str(value))
    elif isinstance(widget, QSpinBox):
        widget.setValue(int(value))
    elif isinstance(widget, QAbstractButton) and widget.isChecked() != value and (value or not widget.autoExclusive()):
        widget.setChecked(bool(value))


def fields(dialog: QDialog) -> Fields:
    """Every field of a dialog and what stands in it."""
    return [[*key, _value(widget)] for key, widget in _named(dialog)]


def typed(dialog: QDialog) -> bool:
    """Whether somebody wrote anything in it; what was only chosen is chosen again quickly."""
    for _key, widget in _named(dialog):
        if isinstance(widget, QLineEdit) and widget.isModified() and widget.text():
            return True
        if isinstance(widget, (QPlainTextEdit, QTextEdit)) and widget.document().isModified() and widget.toPlainText():
            return True
        if isinstance(widget, QComboBox) and (line := widget.lineEdit()) is not None and line.isModified():
            return True
    return False


def fill(dialog: QDialog, kept: Fields) -> None:
    """Put back what stood in the fields; those that are gone, or whose choice is gone, are left as they are."""
    for kind, name, place, value in kept:  # one choice may bring further fields, so each is looked for when it is due
        for key, widget in _named(dialog):
            if key == [kind, name, place]:
                _set(widget, value)
                break


class Unfinished:
    """The dialogs of one window that were open when it locked."""

    def __init__(self, shell: "Shell") -> None:
        self._shell = shell
        self._kept: list[DraftView] = []

    def keep(self) -> None:
        """Save what is typed in every open dialog, on the records lane; the page is the one now shown."""
        shell = self._shell
        page = shell.page
        for dialog in shell.findChildren(QDialog):
            if page is None or not dialog.isVisible() or not typed(dialog):
                continue
            where = {key: value for key, value in page.where.items() if isinstance(value, (str, int, bool))}
            body = {"page": page.name, "where": where, "dialog": type(dialog).__name__, "fields": fields(dialog)}
            about = page.subject().get("resident_id", "")
            save = partial(shell.casebook.drafts.save, FORM, VERSION, about, dialog.windowTitle(), body)
            shell.tasks.run(save, failed=shell.tasks.draft_trouble.emit)

    def load(self) -> None:
        """Somebody signed in: what is there to be put back?"""
        self._kept = []
        drafts = self._shell.casebook.drafts
        self._shell.tasks.run(
            lambda: [each for each in drafts.all() if each.form == FORM and each.form_version == VERSION], self._loaded
        )

    def _loaded(self, kept: "list[DraftView]") -> None:
        self._kept = kept

    def shown(self, window: QWindow) -> None:
        """A window of ours came to the front: where it is a dialog that was left so, what was typed is put back."""
        if not self._kept or self._shell.is_locked:
            return
        dialog = next((each for each in QApplication.topLevelWidgets() if each.windowHandle() is window), None)
        page = self._shell.page
        if not isinstance(dialog, QDialog) or page is None:
            return
        for draft in self._kept:
            body = draft.body
            same = all(page.where.get(key) == value for key, value in body["where"].items())
            if (body["dialog"], body["page"]) == (type(dialog).__name__, page.name) and same:
                fill(dialog, body["fields"])
                self._kept.remove(draft)
                self._shell.tasks.run(partial(self._shell.casebook.drafts.discard, draft.id))
                return


def go_on(shell: "Shell", draft: "DraftView") -> None:
    """Show the page on which the dialog was open, and say that it is filled in when it is opened again."""
    if shell.go(str(draft.body["page"]), **dict(draft.body["where"])):
        shell.notice(_("Open “{title}” here again: what you had typed will stand in it.").format(title=draft.title))
