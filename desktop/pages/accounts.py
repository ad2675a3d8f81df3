"""Accounts: who may open this casebook and do what; ways back for who forgot a passphrase; help for others."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from desktop.case_words import moment_text
from desktop.pages.accounts_dialogs import (
    AccountWish,
    AddDialog,
    LeaveDialog,
    ResetDialog,
    RightsDialog,
    RightsWish,
)
from desktop.pages.base import Page
from desktop.widgets import pieces
from desktop.widgets.banner import Banner
from desktop.widgets.case_parts import Card, Chip, labelled
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.form_dialog import FormDialog
from desktop.widgets.list_export import write_bytes
from desktop.widgets.print_once import print_once
from desktop.widgets.printing import PaperItem, print_papers
from models.clock import today
from models.records import divisions
from models.records.roles import CLASSES, ROLES, may
from models.security.escrow import ANSWER_ENDING, REQUEST_ENDING, Request, read_file
from models.services.accounts_views import AccountRow, EscrowOffice
from models.services.views import Changed
from models.texts import _, language


class AccountsPage(Page):
    """open() lists the accounts."""

    name = "accounts"
    width = 1000

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.rows: tuple[AccountRow, ...] = ()
        self.offices: tuple[EscrowOffice, ...] = ()
        self.buttons: dict[tuple[str, str], QPushButton] = {}
        """By (what, account id): rights, phrase, leave, cancel; ("trust", name of the office)."""
        self.dialog: Any = None
        self.aside.addWidget(pieces.button(_("Safety sheet"), self.print_safety, "link", "print"))
        self.aside.addWidget(pieces.button(_("Audit"), lambda: shell.go("audit"), "link", "shield"))
        self.add_button = pieces.button(_("Somebody new"), self.ask_new, "primary", "plus")
        self.aside.addWidget(self.add_button)

    def title(self) -> str:
        """The page's name."""
        return _("Accounts and keys")

    def open(self, **where: Any) -> None:
        """Read and show."""
        self.where = where
        accounts = self.casebook.accounts
        self.read(lambda: (accounts.list(), accounts.escrow_offices()), lambda found: self._show(*found))

    def refresh(self, changed: Changed) -> None:
        """Accounts change by what is done here alone."""

    def first_focus(self) -> None:
        """Where somebody new is added."""
        self.add_button.setFocus()

    # The list.

    def _show(self, rows: tuple[AccountRow, ...], offices: tuple[EscrowOffice, ...]) -> None:
        self.rows, self.offices, self.buttons = rows, offices, {}
        pieces.clear(self.body)
        people = Card(_("Who signs in"))
        for row in rows:
            if row.kind == "person":
                people.add(self._person(row))
        self.body.addWidget(people)
        self.body.addWidget(self._ways_back())
        self.body.addWidget(self._help())
        pieces.reveal(self.body)

    def _person(self, row: AccountRow) -> QWidget:
        made = QWidget()
        head = pieces.line(None, pieces.text(row.name, "subheading"), gap=8)
        head.setStretch(0, 1)
        if row.own:
            head.addWidget(Chip(_("you"), "note", "soft"))
        if not row.here:
            head.addWidget(Chip(_("at another computer"), "note", "soft"))
        detail = [_("、").join(_(ROLES[role]) for role in row.roles), row.phone, scope_words(row.scope)]
        kept_from = [_(words) for key, words in CLASSES.items() if key not in row.classes]
        if kept_from:
            detail.append(_("does not see: {classes}").format(classes=_("、").join(kept_from)))
        buttons = QWidget()
        flow = FlowLayout(buttons)
        ways = [("rights", _("Roles and rights"), self.ask_rights, "edit")]
        if row.here and not row.own:
            ways.append(("phrase", _("New passphrase"), self.ask_phrase, "key"))
        if not row.own:
            ways.append(("leave", _("Leaves"), self.ask_leave, "close"))
        for what, words, run, icon in ways:
            button = pieces.button(words, partial(run, row), "link", icon)
            button.setAccessibleName(_("{what}: {name}").format(what=words, name=row.name))
            self.buttons[what, row.id] = button
            flow.addWidget(button)
        pieces.column(
            made, head, pieces.text("  ·  ".join(filter(None, detail)), "soft"), buttons, pieces.rule(), gap=4
        )
        return made

    def _ways_back(self) -> Card:
        card = Card(_("When a passphrase is forgotten"))
        codes = [row for row in self.rows if row.kind == "recovery"]
        trusted = [row for row in self.rows if row.kind == "escrow"]
        keepers = [row for row in self.rows if row.kind == "person" and row.here and may(row.roles, "accounts")]
        if not codes and not trusted:
            words = _(
                "Without a printed code or an office that holds a key in trust, nobody can open the records any more "
                "once the passphrase is forgotten."
            )
            if len(keepers) > 1:
                words = _("A colleague who keeps accounts can set a new passphrase. For more, print a recovery code.")
            card.add(Banner("warn" if len(keepers) < 2 else "info", words, closable=False))
        for row in codes:
            words = _("Recovery code of {day}, printed and sealed").format(day=row.name)
            card.add(self._way(row, words, _("Cancel the code")))
        for row in trusted:
            words = _("{office} holds a key in trust").format(office=row.name)
            card.add(self._way(row, words, _("Trust it no more")))
        for office in self.offices:
            if office.holds:
                continue
            button = pieces.button(_("Entrust a key"), partial(self.entrust, office), "link", "shield")
            self.buttons["trust", office.name] = button
            card.add(_line(_("{office} could hold a key in trust").format(office=office.name), button))
        buttons = QWidget()
        flow = FlowLayout(buttons)
        self.code_button = pieces.button(_("Print a recovery code"), self.make_code, "", "print")
        flow.addWidget(self.code_button)
        self.renew_button = pieces.button(_("A copy may be in wrong hands…"), self.ask_renew, "link", "warning")
        flow.addWidget(self.renew_button)
        card.add(buttons)
        return card

    def _way(self, row: AccountRow, words: str, cancel: str) -> QWidget:
        button = pieces.button(cancel, partial(self.cancel, row), "link", "close")
        self.buttons["cancel", row.id] = button
        return _line(words, button)

    def _help(self) -> Card:
        card = Card(_("Help somebody of another office"))
        words = _(
            "An office that entrusted its key to yours sends a request ({ending}) when a passphrase is forgotten. Open "
            "it, compare the fingerprint on the telephone, and send back the answer."
        )
        self.request_button = pieces.button(_("Open a request…"), self.choose_request, "", "import")
        card.add(pieces.text(words.format(ending=REQUEST_ENDING), "soft"))
        card.add(pieces.line(None, self.request_button, None))
        return card

    # What is done.

    def ask_new(self) -> None:
        """Ask for a new account."""
        self.dialog = AddDialog(self, self.casebook.office.code, self._add)
        self.dialog.open()

    def _add(self, wish: AccountWish) -> None:
        accounts, rights = self.casebook.accounts, wish.rights

        def work() -> str:
            classes = None if rights.classes == frozenset(CLASSES) else rights.classes
            return str(
                accounts.add(
                    wish.name, wish.passphrase, rights.roles, phone=wish.phone, classes=classes, scope=rights.scope
                )
            )

        self._do(work, _("{name} can sign in now.").format(name=wish.name))

    def ask_rights(self, row: AccountRow) -> None:
        """Ask what somebody may do."""
        self.dialog = RightsDialog(self, row, self.casebook.office.code, partial(self._set_rights, row))
        self.dialog.open()

    def _set_rights(self, row: AccountRow, wish: RightsWish) -> None:
        accounts = self.casebook.accounts

        def work() -> None:
            if wish.roles != row.roles:
                accounts.change_roles(row.id, wish.roles)
            if wish.classes != row.classes:
                accounts.set_classes(row.id, None if wish.classes == frozenset(CLASSES) else wish.classes)
            if wish.scope != row.scope:
                accounts.set_scope(row.id, wish.scope)

        self._do(work, _("Saved. It counts from the next sign-in of {name}.").format(name=row.name))

    def ask_phrase(self, row: AccountRow) -> None:
        """Ask for another passphrase of somebody."""
        accounts = self.casebook.accounts
        said = _("{name} has a new passphrase.").format(name=row.name)
        self.dialog = ResetDialog(
            self, row, lambda phrase: self._do(lambda: accounts.reset_phrase(row.id, phrase), said)
        )
        self.dialog.open()

    def ask_leave(self, row: AccountRow) -> None:
        """Say what leaving means, and ask once more."""
        accounts = self.casebook.accounts

        def agreed(keep: bool) -> None:
            self.run(lambda: accounts.leave(row.id, keep_codes=keep), lambda _none: self._signed_out(row.here))

        self.dialog = LeaveDialog(self, row, agreed)
        self.dialog.open()

    def ask_renew(self) -> None:
        """Ask whether all records get a new key."""
        accounts = self.casebook.accounts
        self.dialog = RenewDialog(self, lambda: self.run(accounts.renew_key, lambda _none: self._signed_out(True)))
        self.dialog.open()

    def _signed_out(self, here: bool) -> None:
        """The records are written under the new key at the next sign-in, so that comes now."""
        if here:
            self.shell.lock()
        else:
            self.open()

    def cancel(self, row: AccountRow) -> None:
        """A code or an office opens nothing any more."""
        accounts = self.casebook.accounts
        self._do(lambda: accounts.remove_code(row.id), _("It opens nothing any more."))

    def entrust(self, office: EscrowOffice) -> None:
        """Let an office hold a key in trust."""
        accounts = self.casebook.accounts
        said = _("{office} can help now when a passphrase is forgotten.").format(office=office.name)
        self._do(lambda: accounts.escrow_to(office.public, office.name), said)

    def make_code(self) -> None:
        """Make a code and print it; it is shown once and kept nowhere."""
        casebook = self.casebook

        def work() -> tuple[str, bytes]:
            from reports.recovery_sheet import RecoverySheet, render_recovery_sheet

            account, code = casebook.accounts.make_recovery_code()
            value = RecoverySheet(
                language="zh" if language() == "zh_CN" else "en",
                office=casebook.office.name,
                maker=casebook.worker.name,
                casebook=account[:8],
                code=code,
                made_on=today(casebook.clock),
            )
            return code, render_recovery_sheet(value)

        self.run(work, lambda made: self._show_code(*made))

    def _show_code(self, code: str, pdf: bytes) -> None:
        self.open()
        self.dialog = CodeDialog(self, code, lambda: print_once(self.shell, pdf, _("Recovery code")))
        self.dialog.open()

    def _do(self, work: Any, said: str) -> None:
        def done(_result: object) -> None:
            self.shell.say(said)
            self.open()

        self.run(work, done)

    def print_safety(self) -> None:
        """Print what to do when this computer is lost."""
        print_papers(self.shell, [PaperItem("safety", "")], _("Safety sheet"))

    # Requests of others.

    def choose_request(self) -> None:
        """Ask for the file of a request."""
        kinds = _("Requests") + f" (*{REQUEST_ENDING})"
        chosen = QFileDialog.getOpenFileName(self, _("Open a request"), "", kinds)[0]
        if chosen:
            self.open_request(Path(chosen))

    def open_request(self, path: Path) -> None:
        """Show what a request says; nothing is given away by that."""
        accounts = self.casebook.accounts

        def work() -> tuple[bytes, Request]:
            data = read_file(path)
            return data, accounts.open_request(data)

        self.read(work, lambda found: self._ask_answer(path, *found))

    def _ask_answer(self, path: Path, data: bytes, request: Request) -> None:
        on = today(self.casebook.clock)
        rows = [
            (_("Office"), request.office),
            (_("Worker"), request.worker),
            (_("Roles"), _("、").join(_(ROLES[role]) for role in request.roles if role in ROLES)),
            (_("Asked"), moment_text(request.at, on)),
            (_("Fingerprint"), request.fingerprint),
        ]
        self.dialog = AnswerDialog(self, rows, lambda: self._answer(path, data))
        self.dialog.open()

    def choose_answer(self, name: str) -> str:
        """Ask where the answer is to be written; empty for nowhere."""
        kinds = _("Answers") + f" (*{ANSWER_ENDING})"
        return QFileDialog.getSaveFileName(self, _("Write the answer"), name, kinds)[0]

    def _answer(self, path: Path, data: bytes) -> None:
        chosen = self.choose_answer(path.with_suffix(ANSWER_ENDING).name)
        if not chosen:
            return
        accounts, target = self.casebook.accounts, Path(chosen)
        self._do(
            lambda: write_bytes(target, accounts.answer_request(data)),
            _("The answer was written to “{name}”. Send it back; nobody else can use it.").format(name=target.name),
        )


def _line(words: str, button: QPushButton) -> QWidget:
    """Words that may be long, with what can be done about them."""
    made = QWidget()
    line = pieces.wrapping(made, pieces.text(words), button, gap=8)
    line.setStretch(0, 1)
    return made


def scope_words(scope: Sequence[str]) -> str:
    """Of which communities somebody sees people; "" for all."""
    if not scope:
        return ""
    places = [divisions.division(code) for code in scope]
    names = [place.short for place in places if place is not None]
    return _("only {places}").format(places=_("、").join(names[:3]) + (" …" if len(names) > 3 else ""))


class RenewDialog(FormDialog):
    """Says what a new key means; `agreed` is called when it is wanted."""

    def __init__(self, parent: QWidget, agreed: Any) -> None:
        super().__init__(parent, _("A new key for all records"), 520)
        self._agreed = agreed
        words = _(
            "Somebody may have a copy of the casebook or of its key file: a lost stick, a stolen laptop. All records "
            "get a new key; whoever has only the old one cannot read what is written from now on. Everybody signs in "
            "again."
        )
        self.form.addWidget(Banner("warn", words, closable=False))
        self.go = pieces.button(_("Give a new key"), self._agree, "primary", "key")
        self.finish(self.go)

    def _agree(self) -> None:
        self.accept()
        self._agreed()


class CodeDialog(FormDialog):
    """Shows a recovery code once; `printing` prints its sheet."""

    def __init__(self, parent: QWidget, code: str, printing: Any) -> None:
        super().__init__(parent, _("Recovery code"), 560)
        words = _("It is shown this once and kept nowhere. Print it or write it down, and seal it in an envelope.")
        groups = code.split("-")
        self.code = pieces.text("\n".join("  ".join(groups[at : at + 3]) for at in range(0, len(groups), 3)), "title")
        self.form.addWidget(Banner("warn", words, closable=False))
        self.form.addWidget(self.code)
        self.go = pieces.button(_("Print"), printing, "primary", "print")
        self.finish(self.go, pieces.button(_("I have it on paper"), self.accept))


class AnswerDialog(FormDialog):
    """Shows a request; `agreed` is called when a person made sure who asks."""

    def __init__(self, parent: QWidget, rows: Sequence[tuple[str, str]], agreed: Any) -> None:
        super().__init__(parent, _("A request for help"), 540)
        self._agreed = agreed
        words = _(
            "Call the office under a number that you know, and have the fingerprint read to you. Answer only when it "
            "is the same: the answer opens all records of that casebook."
        )
        self.form.addWidget(Banner("warn", words, closable=False))
        self.form.addLayout(labelled(rows))
        self.sure = pieces.button(_("The fingerprint is the same: write the answer"), self._agree, "primary", "check")
        self.finish(self.sure)

    def _agree(self) -> None:
        self.accept()
        self._agreed()
