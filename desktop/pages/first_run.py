"""The first run: language, office, worker, passphrase, backup place; then the casebook is made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QFileDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import theme
from desktop.pages.first_run_phrase import OfficePhrase
from desktop.pages.sign_in import brand, bring_into_view, centred
from desktop.widgets import pieces
from desktop.widgets.case_parts import TickRow
from desktop.widgets.finder import Finder, Match
from desktop.widgets.new_passphrase import NewPassphrase
from desktop.widgets.server_form import ServerAnswers, ServerForm
from models.errors import Problem
from models.records import divisions
from models.texts import _

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook

ALONE = ("language", "where", "office", "worker", "passphrase", "backup")
JOINING = ("language", "where", "server", "worker", "passphrase")
FOUNDING = ("language", "where", "server", "office", "phrase", "worker", "passphrase")
"""The steps: of a computer alone, of a desk that joins an office, and of the first desk, which founds it."""


@dataclass
class Answers:
    """What was answered so far; survives a change of language, not the end of the program."""

    step: int = 0
    desk: bool = False  # the records lie on an office's server
    founding: bool = False  # its database is still empty
    server: ServerAnswers = field(default_factory=ServerAnswers)
    desk_name: str = ""
    phrase_again: str = ""  # of the office, typed a second time where it is founded
    readable: bool = False  # it is founded without one
    office_code: str = ""
    office_name: str = ""
    letter_mark: str = ""
    office_phone: str = ""
    numbers_elsewhere: bool = False
    worker: str = ""
    worker_phone: str = ""
    passphrase: str = ""
    again: str = ""
    understood: bool = False
    backup_folder: str = ""


def make_casebook(shell: "Shell", answers: Answers) -> "Casebook":
    """Make the casebook from the answers; called off the window's thread."""
    from models.casebook import Casebook
    from models.services.views import Office, Worker

    if answers.desk:
        office = Office(answers.office_code, answers.office_name, answers.letter_mark, answers.office_phone)
        made = Casebook.create_office(
            shell.folder,
            answers.passphrase,
            server=answers.server.address(),
            password=answers.server.password,
            worker=Worker(answers.worker, answers.worker_phone),
            office=office if answers.founding else None,
            clock=shell.clock,
            keeps_numbers=not answers.numbers_elsewhere,
            phrase=answers.server.phrase,
        )
        if answers.desk_name:
            made.settings.set("desk_name", answers.desk_name)
        return made
    casebook = Casebook.create(
        shell.folder,
        answers.passphrase,
        office=Office(answers.office_code, answers.office_name, answers.letter_mark, answers.office_phone),
        worker=Worker(answers.worker, answers.worker_phone),
        clock=shell.clock,
        keeps_numbers=not answers.numbers_elsewhere,
    )
    if answers.backup_folder:
        casebook.settings.set("backup_folder", answers.backup_folder)
    return casebook


def office_name(code: str) -> str:
    """How an office is printed on letters unless the worker says otherwise: 天津市和平区劝业场街道花园路社区居委会."""
    place = divisions.division(code)
    if place is None:
        return ""
    above = divisions.division(place.parent_code)
    return "天津市" + (above.full_name if above is not None else "") + place.name


def letter_mark(code: str) -> str:
    """The word in letter numbers unless the worker says otherwise: the street's name without its kind, 劝业场."""
    street = divisions.street(code[:9])
    short = street.short if street is not None else ""
    for kind in ("街道", "地区", "镇", "乡", "街"):
        short = short.removesuffix(kind)
    return short[:6]


class FirstRun(QWidget):
    """A few small steps; what was typed is never lost on the way."""

    def __init__(self, shell: "Shell", answers: Answers | None = None) -> None:
        super().__init__()
        self.shell = shell
        self.answers = answers or Answers()
        self.setProperty("role", "ground")
        self.where = pieces.text("", "small")
        self.heading = pieces.text("", "heading")
        self.intro = pieces.text("", "soft")
        self.content = QVBoxLayout()
        self.content.setSpacing(theme.px(8))
        self.trouble = pieces.text("", "error")
        self.back_button = pieces.button(_("Back"), lambda: self._show(self.answers.step - 1), icon="back")
        self.next_button = pieces.button(_("Continue"), self.go_on, "primary")
        self.restore_button = pieces.button(_("Restore a backup"), self.restore, "link")
        self.restore_button.setToolTip(_("This computer is new, and the records are on a stick"))
        self.card = pieces.card(
            brand(),
            self.where,
            self.heading,
            self.intro,
            self.content,
            self.trouble,
            pieces.wrapping(None, self.back_button, self.restore_button, None, self.next_button),
            margin=32,
            gap=12,
        )
        self._outer = pieces.column(self, centred(shell, self.card, 640))
        self._check: Callable[[], str] = str
        self._show(self.answers.step)

    def _show(self, step: int) -> None:
        self.answers.step = step
        pieces.clear(self.content)
        self._say("")
        steps = self._steps()
        self.where.setText(_("Setting up: step {n} of {all}").format(n=step + 1, all=len(steps)))
        self.back_button.setVisible(step > 0)
        # Before anything is typed that a backup would bring.
        self.restore_button.setVisible(steps[step] in ("language", "where", "office") and not self.answers.desk)
        self.next_button.setText(self._last_words() if step == len(steps) - 1 else _("Continue"))
        founds = _("The database is still empty: this desk founds the office in it.")
        title, intro, build = {
            "language": (_("Language"), _("It can be changed at any time."), self._language),
            "where": (_("Where the records are"), _("Ask your office if you do not know."), self._place),
            "server": (_("The office's server"), _("Whoever keeps the server knows all of this."), self._server),
            "office": (
                _("Your office"),
                founds if self.answers.desk else _("Type the name of your community, or its initials."),
                self._office,
            ),
            "phrase": (
                _("The office's phrase"),
                _("It seals what is sensitive on the server. Every desk types it once."),
                self._phrase,
            ),
            "worker": (_("You"), _("Your name is printed on letters and noted beside what you record."), self._worker),
            "passphrase": (_("Passphrase"), _("It encrypts everything on this computer."), self._passphrase),
            "backup": (_("Backups"), _("A copy of the casebook, encrypted like the casebook itself."), self._backup),
        }[steps[step]]
        self.heading.setText(title)
        self.intro.setText(intro)
        self._check = build()

    def _steps(self) -> tuple[str, ...]:
        if not self.answers.desk:
            return ALONE
        return FOUNDING if self.answers.founding else JOINING

    def _last_words(self) -> str:
        if not self.answers.desk:
            return _("Make the casebook")
        return _("Found the office") if self.answers.founding else _("Set up this desk")

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))
        if sentence:
            bring_into_view(self, self.trouble)

    def go_on(self) -> None:
        """To the next step, or make the casebook; a missing answer is said and nothing is cleared."""
        if not self.next_button.isEnabled():  # Enter once more while the server is tried or the casebook made
            return
        trouble = self._check()
        self._say(trouble)
        if trouble:
            return
        steps = self._steps()
        if steps[self.answers.step] == "server":
            self._try_server()
            return
        if self.answers.step < len(steps) - 1:
            self._show(self.answers.step + 1)
            return
        self._set_busy(True, _("Making the casebook ..."))
        shell, answers = self.shell, self.answers
        self.shell.tasks.run(lambda: make_casebook(shell, answers), self._made, self._failed, owner=self)

    def restore(self) -> None:
        """To the page that restores a backup: a new computer, and the records on a stick. The way back leads here."""
        from desktop.pages import restore

        self.shell.show_gate(restore.Restore(self.shell, restore.Answers(first_run=self.answers)))

    def _made(self, casebook: "Casebook") -> None:
        self.answers = Answers()
        self.shell.unlock(casebook)

    def _failed(self, problem: Problem) -> None:
        self._set_busy(False, self._last_words())
        self._say(problem.sentence())

    def _set_busy(self, busy: bool, words: str) -> None:
        """Until what was asked is done, nobody goes to another step. Words: of the button."""
        for button in (self.back_button, self.restore_button, self.next_button):
            button.setEnabled(not busy)
        self.next_button.setText(words)

    def _try_server(self) -> None:
        """Ask the server before going on: its sentence is read best where it can be mended."""
        server = self.answers.server
        self._set_busy(True, _("Trying ..."))

        def work() -> str:
            from models.casebook import Casebook

            office = Casebook.office_on(server.address(), server.password, server.phrase)
            return office.name if office is not None else ""

        def there(name: str) -> None:
            self._set_busy(False, _("Continue"))
            self.answers.founding = not name
            self._show(self.answers.step + 1)
            if name:
                self.intro.setText(_("The server answers: {office}.").format(office=name))

        def failed(problem: Problem) -> None:
            self._set_busy(False, _("Continue"))
            self._say(problem.sentence())

        self.shell.tasks.run(work, there, failed, owner=self)

    # The steps. Each fills `content` and returns what checks it: a sentence, or "" when it is all right.

    def _language(self) -> Callable[[], str]:
        for code, label in (("zh_CN", "中文（简体）"), ("en", "English")):
            chosen = code == self.shell.state.language
            made = pieces.button(label, partial(self._speak, code), "choice", "check" if chosen else "")
            made.setCheckable(True)
            made.setChecked(chosen)
            self.content.addWidget(made)
        self.next_button.setFocus()
        return str

    def _speak(self, code: str) -> None:
        if code != self.shell.state.language:
            self.shell.state.language = code
            self.shell.redress()
        else:
            self._show(0)

    def _place(self) -> Callable[[], str]:
        for desk, label, words in (
            (False, _("On this computer alone"), _("Works without any network. What others need is carried as files.")),
            (
                True,
                _("Desk of an office with a server"),
                _("Several desks work on the same records at once; without its server nothing can be saved."),
            ),
        ):
            chosen = desk is self.answers.desk
            made = pieces.button(label, partial(self._choose_place, desk), "choice", "check" if chosen else "")
            made.setCheckable(True)
            made.setChecked(chosen)
            made.setAccessibleDescription(words)
            self.content.addWidget(made)
            self.content.addWidget(pieces.text(words, "small"))
        self.next_button.setFocus()
        return str

    def _choose_place(self, desk: bool) -> None:
        self.answers.desk = desk
        self._show(self.answers.step)

    def _server(self) -> Callable[[], str]:
        self.server_form = ServerForm(self.answers.server, with_phrase=True)
        self.server_form.confirmed.connect(self.go_on)
        self.content.addWidget(self.server_form)
        hint = _("For example Window 2: others see it beside your name.")
        self._line(self._form(), _("Name of this desk"), "desk_name", hint)
        self.server_form.first_focus()
        return self.answers.server.trouble

    def _office(self) -> Callable[[], str]:
        self.finder = Finder(name=_("Community or street"), hint=_("For example 花园路 or hyl"))
        self.finder.asked.connect(self._find_office)
        self.finder.picked.connect(self._office_picked)
        self.content.addWidget(self.finder)
        form = self._form()
        self.name_line = self._line(form, _("Name of the office, as printed on letters"), "office_name")
        self.mark_line = self._line(
            form, _("Letter mark"), "letter_mark", _("The word in letter numbers: 劝业场转〔2026〕6号")
        )
        self._line(form, _("Phone of the office"), "office_phone", _("Printed on letters; may stay empty."))
        self.elsewhere = TickRow(
            _("Another computer of this office already gives letter numbers"), self.answers.numbers_elsewhere
        )
        self.elsewhere.toggled.connect(lambda on: setattr(self.answers, "numbers_elsewhere", on))
        self.content.addWidget(self.elsewhere)
        if self.answers.office_code:
            self.finder.show_chosen(_match(self.answers.office_code))
        self.finder.first_focus().setFocus()
        return self._office_trouble

    def _find_office(self, text: str) -> None:
        def find() -> list[Match]:
            found = [place for place in divisions.find(text, limit=40) if place.level != "district"]
            return [Match(place.code, place.name, place.path) for place in found[:20]]

        finder = self.finder
        self.shell.tasks.read(find, lambda found: finder.offer(text, found), owner=finder)

    def _office_picked(self, code: str) -> None:
        self.answers.office_code = code
        self.name_line.setText(office_name(code))
        self.mark_line.setText(letter_mark(code))

    def _office_trouble(self) -> str:
        if self.finder.chosen() is None:
            return _("Choose your community or street from the list.")
        if not self.answers.office_name:
            return _("Type the name of the office, as it is printed on letters.")
        if not self.answers.letter_mark:
            return _("Type the letter mark, a word of one to six characters.")
        return ""

    def _phrase(self) -> Callable[[], str]:
        self.phrase = OfficePhrase(self.answers)
        self.content.addWidget(self.phrase)
        self.phrase.setFocus()
        return self.phrase.trouble

    def _worker(self) -> Callable[[], str]:
        form = self._form()
        first = self._line(form, _("Your name"), "worker")
        self._line(
            form, _("Your phone"), "worker_phone", _("Printed on letters so that the receiver can ask; may stay empty.")
        )
        first.setFocus()
        return lambda: "" if self.answers.worker else _("Type your name.")

    def _passphrase(self) -> Callable[[], str]:
        answers = self.answers
        self.new = NewPassphrase(lambda: (answers.worker, answers.worker_phone, answers.office_name))
        for typed, key in ((self.new.first, "passphrase"), (self.new.second, "again")):
            typed.line.setText(getattr(answers, key))
            typed.line.textChanged.connect(lambda text, key=key: setattr(answers, key, text))
        self.new.strength.judge()  # what was typed before the language was changed is judged as it is shown again
        self.content.addWidget(self.new)
        self.content.addWidget(
            pieces.card(
                pieces.text(_("If you forget it"), "label"),
                pieces.text(
                    _(
                        "The drafts and settings of this desk are lost then. The records on the server are not: the "
                        "desk can be set up anew. Write the passphrase down on paper and keep it where you keep your "
                        "seal, not with this computer."
                    )
                    if self.answers.desk
                    else _(
                        "Nobody can open this casebook then, not even the makers of this program, unless a recovery "
                        "code was printed or your office holds a key in trust: the page “Accounts and keys” has both. "
                        "Write the passphrase down on paper and keep it where you keep your seal, not with this "
                        "computer."
                    )
                ),
                role="banner-warn",
                margin=12,
            )
        )
        self.understood = QCheckBox(_("I have understood this"))
        self.understood.setChecked(self.answers.understood)
        self.understood.toggled.connect(lambda on: setattr(self.answers, "understood", on))
        self.content.addWidget(self.understood)
        self.new.setFocus()
        return self._passphrase_trouble

    def _passphrase_trouble(self) -> str:
        if trouble := self.new.trouble():
            return trouble
        if not self.answers.understood:
            return _("Please read what happens when the passphrase is forgotten, and tick the box.")
        return ""

    def _backup(self) -> Callable[[], str]:
        form = self._form()
        self.folder_line = self._line(
            form,
            _("Second place for backups"),
            "backup_folder",
            _(
                "A copy of each backup goes there whenever it can be reached: a stick, a shared folder. The first copy "
                "always lies beside the casebook."
            ),
        )
        self.content.addWidget(pieces.button(_("Choose a folder"), self._choose_folder, icon="save"))
        self.folder_line.setFocus()
        return self._backup_trouble

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, _("Second place for backups"), self.answers.backup_folder)
        if chosen:
            self.folder_line.setText(chosen)

    def _backup_trouble(self) -> str:
        folder = self.answers.backup_folder
        return "" if not folder or Path(folder).is_dir() else _("There is no such folder. Choose another one.")

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setVerticalSpacing(theme.px(6))
        self.content.addLayout(form)
        return form

    def _line(self, form: QFormLayout, label: str, key: str, hint: str = "") -> QLineEdit:
        made = QLineEdit(getattr(self.answers, key))
        made.setAccessibleName(label)
        made.setAccessibleDescription(hint)
        made.textChanged.connect(lambda text: setattr(self.answers, key, text.strip()))
        made.returnPressed.connect(self.go_on)
        words = pieces.text(label, "label")
        words.setBuddy(made)
        form.addRow(words, made)
        if hint:
            form.addRow(pieces.text(hint, "small"))
        return made


def _match(code: str) -> Match:
    place = divisions.division(code)
    return Match(code, place.name if place else code, divisions.path(code))
