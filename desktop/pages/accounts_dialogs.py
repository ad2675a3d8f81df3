"""What the page of accounts asks: a new account, what somebody may do, another passphrase, that somebody leaves."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QPushButton, QVBoxLayout, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.asked_line import asked_line
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import TickRow
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.made_by_qt import add_line
from desktop.widgets.new_passphrase import NewPassphrase
from models.records import divisions
from models.records.roles import CLASSES, ROLES
from models.services.accounts_views import AccountRow
from models.texts import N_, _

ROLE_HINTS = {
    "worker": N_("goes from door to door: registers, visits, checks, writes letters"),
    "desk": N_("the same, and signs, hands over, merges, exports"),
    "supervisor": N_("the same, and erases, restores, keeps accounts, reads the audit"),
    "auditor": N_("sees no records; reads, checks and exports the audit"),
    "administrator": N_("sees no records; the office, its forms, backups and accounts"),
}


@dataclass(frozen=True)
class RightsWish:
    """What somebody may do and see."""

    roles: tuple[str, ...]
    classes: frozenset[str]
    scope: tuple[str, ...]


@dataclass(frozen=True)
class AccountWish:
    """A new account."""

    name: str
    phone: str
    passphrase: str
    rights: RightsWish


class RightsForm(QWidget):
    """Ticks for roles and sensitive knowledge, and the communities where there are several."""

    def __init__(self, office: str, roles: Collection[str], classes: Collection[str], scope: Collection[str]) -> None:
        super().__init__()
        box: QVBoxLayout = pieces.column(self, gap=6)
        box.addWidget(pieces.text(_("Roles"), "label"))
        self.roles: dict[str, TickRow] = {}
        for key, words in ROLES.items():
            self.roles[key] = TickRow(f"{_(words)}：{_(ROLE_HINTS[key])}", key in roles)
            box.addWidget(self.roles[key])
        box.addWidget(pieces.text(_("Sensitive knowledge that may be seen"), "label"))
        self.classes: dict[str, TickRow] = {}
        for key, words in CLASSES.items():
            self.classes[key] = TickRow(_(words), key in classes)
            box.addWidget(self.classes[key])
        self.scope = QListWidget()
        self.scope.setAccessibleName(_("Communities"))
        self.scope.setMaximumHeight(theme.px(150))
        for place in communities(office):
            item = add_line(self.scope, place.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setData(Qt.ItemDataRole.UserRole, place.code)
            item.setCheckState(Qt.CheckState.Checked if place.code in scope else Qt.CheckState.Unchecked)
        heading = pieces.text(_("Only these communities (none ticked: all)"), "label")
        heading.setVisible(self.scope.count() > 1)
        self.scope.setVisible(self.scope.count() > 1)
        box.addWidget(heading)
        box.addWidget(self.scope)

    def wish(self) -> RightsWish:
        """What is ticked."""
        items = [self.scope.item(place) for place in range(self.scope.count())]
        scope = [item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked]
        return RightsWish(
            tuple(key for key, row in self.roles.items() if row.tick.isChecked()),
            frozenset(key for key, row in self.classes.items() if row.tick.isChecked()),
            tuple(scope),
        )


def communities(office: str) -> list[divisions.Division]:
    """The communities that an office can look after."""
    if len(office) == 12:
        own = divisions.community(office)
        return [own] if own is not None else []
    inside = divisions.children(office)
    return [place for street in inside for place in divisions.children(street.code)] if len(office) == 6 else inside


class _Asking(FormDialog):
    """A dialog that tells what is still wrong when its button is pressed."""

    def __init__(self, parent: QWidget, title: str, width: int = 560) -> None:
        super().__init__(parent, title, width)
        self.trouble = pieces.text("", "error")
        self.trouble.hide()

    def end(self, go: QPushButton) -> None:
        """The last line and the buttons."""
        self.go = go
        self.form.addWidget(self.trouble)
        self.finish(go)

    def tell(self, sentence: str) -> bool:
        """Show a sentence; returns whether there is one."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))
        return bool(sentence)


class AddDialog(_Asking):
    """Asks for a new account; `agreed` is called with the AccountWish."""

    def __init__(self, parent: QWidget, office: str, agreed: Callable[[AccountWish], object]) -> None:
        super().__init__(parent, _("Somebody new"))
        self._agreed = agreed
        self.name, self.phone = QLineEdit(), QLineEdit()
        self.name.setMaxLength(60)
        self.form.addLayout(asked_line(self.name, _("Name"), _("As it stands on letters.")))
        self.form.addLayout(asked_line(self.phone, _("Phone"), _("Printed on letters; may stay empty.")))
        self.rights = RightsForm(office, ("worker",), set(CLASSES), ())
        self.form.addWidget(self.rights)
        hint = _("Let the new colleague type the passphrase herself; nobody else is to know it.")
        self.form.addWidget(pieces.text(hint, "soft"))
        self.phrase = NewPassphrase(lambda: (self.name.text(), self.phone.text()))
        self.form.addWidget(self.phrase)
        self.end(pieces.button(_("Make the account"), self._agree, "primary", "check"))
        self.name.setFocus()

    def _agree(self) -> None:
        rights = self.rights.wish()
        sentence = ""
        if not self.name.text().strip():
            sentence = _("Type the name.")
        elif not rights.roles:
            sentence = _("Tick at least one role.")
        if self.tell(sentence or self.phrase.trouble()):
            return
        wish = AccountWish(self.name.text().strip(), self.phone.text().strip(), self.phrase.first.text(), rights)
        self.accept()
        self._agreed(wish)


class RightsDialog(_Asking):
    """Asks what somebody may do and see; `agreed` is called with the RightsWish."""

    def __init__(self, parent: QWidget, row: AccountRow, office: str, agreed: Callable[[RightsWish], object]) -> None:
        super().__init__(parent, _("What {name} may do").format(name=row.name))
        self._agreed = agreed
        self.rights = RightsForm(office, row.roles, row.classes, row.scope)
        self.form.addWidget(self.rights)
        self.form.addWidget(pieces.text(_("It counts from the next sign-in."), "soft"))
        self.end(pieces.button(_("Save"), self._agree, "primary", "check"))

    def _agree(self) -> None:
        wish = self.rights.wish()
        if self.tell("" if wish.roles else _("Tick at least one role.")):
            return
        self.accept()
        self._agreed(wish)


class ResetDialog(_Asking):
    """Asks for another passphrase of somebody; `agreed` is called with it."""

    def __init__(self, parent: QWidget, row: AccountRow, agreed: Callable[[str], object]) -> None:
        super().__init__(parent, _("A new passphrase for {name}").format(name=row.name), 520)
        self._agreed = agreed
        words = _("Make sure that it is really {name} who sits here. She types the new passphrase herself.")
        self.form.addWidget(Banner("warn", words.format(name=row.name), closable=False))
        self.phrase = NewPassphrase(lambda: (row.name, row.phone))
        self.form.addWidget(self.phrase)
        self.end(pieces.button(_("Set the passphrase"), self._agree, "primary", "key"))

    def _agree(self) -> None:
        if self.tell(self.phrase.trouble()):
            return
        phrase = self.phrase.first.text()
        self.accept()
        self._agreed(phrase)


class LeaveDialog(_Asking):
    """Says what leaving means; `agreed` is called with whether recovery codes are kept."""

    def __init__(self, parent: QWidget, row: AccountRow, agreed: Callable[[bool], object]) -> None:
        super().__init__(parent, _("{name} leaves").format(name=row.name), 540)
        self._agreed = agreed
        words = _(
            "The account is closed, and all records are encrypted anew with a key that {name} never had. Afterwards "
            "everybody signs in again; the first time takes a little longer. Backups of before still open with the "
            "passphrase of then: destroy copies that are not in your hands."
        )
        self.form.addWidget(Banner("warn", words.format(name=row.name), closable=False))
        if not row.here:
            more = _("This account lies on another computer too: close it there as well.")
            self.form.addWidget(pieces.text(more))
        self.keep = TickRow(_("Keep the printed recovery codes: {name} never saw them").format(name=row.name), False)
        self.form.addWidget(self.keep)
        self.end(pieces.button(_("Close the account"), self._agree, "danger", "close"))

    def _agree(self) -> None:
        self.accept()
        self._agreed(self.keep.tick.isChecked())
