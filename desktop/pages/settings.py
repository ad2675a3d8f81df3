"""The office and its worker, how the window looks, passphrase, locking and backups."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from desktop import theme
from desktop.pages.base import NARROW, Page
from desktop.pages.settings_desk import DeskSection
from desktop.private_process import capture_can_be_kept_away
from desktop.state import SCALES
from desktop.widgets import pieces
from desktop.widgets.passphrase_field import PassphraseField
from desktop.widgets.strength_line import StrengthLine
from models.errors import Problem
from models.texts import _, ngettext

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.casebook import Casebook
    from models.services.views import Changed, Office

RETENTION_YEARS = "retention_years"
"""The setting; models.services.rights reads it and is not loaded for this page."""

SECOND_PERSON = "referral_second_person"
"""The setting; models.services.referrals reads it and is not loaded for this page."""

IDLE_MINUTES = (2, 5, 10, 15, 30, 60, 0)


Told = tuple[QLabel, QWidget, QLabel | None]
"""A label, its field, and a hint below it."""


def _arrange(grid: QGridLayout, told: list[Told], *, narrow: bool) -> None:
    """Put labels and fields where they belong; a widget that is added again moves."""
    grid.setColumnMinimumWidth(0, 0 if narrow else theme.px(150))
    wide = 2 if narrow else 1
    for place, (words, field, hint) in enumerate(told):
        if narrow:
            grid.addWidget(words, 3 * place, 0, 1, 2)
        else:
            grid.addWidget(words, 3 * place + 1, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(field, 3 * place + 1, 2 - wide, 1, wide)
        if hint is not None:
            grid.addWidget(hint, 3 * place + 2, 2 - wide, 1, wide)


class SettingsPage(Page):
    """open(). Looks apply at once; the office and the passphrase when their button is pressed."""

    name = "settings"
    width = 880

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self._grids: list[tuple[QGridLayout, list[Told]]] = []
        for section in (
            self._looks(),
            self._office(),
            self._letters(),
            self._retention(),
            self._safety(),
            self._passphrase(),
            self._place(),
        ):
            self.body.addWidget(section)

    def title(self) -> str:
        """The page's name."""
        return _("Settings")

    def open(self, **where: Any) -> None:
        """Show what is set."""
        casebook = self.casebook
        self._show_office(casebook)
        if self.desk is not None:
            self.desk.load()
        else:
            self.read(lambda: str(casebook.settings.get("backup_folder", "")), self._show_backup_folder)
        self.read(lambda: bool(casebook.settings.get(SECOND_PERSON, False)), self.second_person.setChecked)
        self._show_retention()

    def refresh(self, changed: "Changed") -> None:
        """Nothing that verbs change is shown here."""

    def first_focus(self) -> None:
        """The language."""
        self.language.setFocus()

    def _section(self, icon: str, title: str, *inside: QWidget | Any) -> QFrame:
        sign = QLabel()
        sign.setPixmap(theme.pixmap(icon, 22, "accent", self.devicePixelRatioF()))
        head = pieces.line(None, sign, pieces.text(title, "heading", wrap=False), None, gap=10)
        return pieces.card(head, *inside, margin=20, gap=12)

    def _grid(self, *rows: tuple[str, QWidget, str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(20))
        grid.setVerticalSpacing(theme.px(10))
        grid.setColumnStretch(1, 1)
        told = []
        for label, field, hint in rows:
            words = pieces.text(label, "label")
            words.setBuddy(field)
            field.setAccessibleName(label)
            field.setAccessibleDescription(hint)
            told.append((words, field, pieces.text(hint, "small") if hint else None))
        self._grids.append((grid, told))
        _arrange(grid, told, narrow=False)
        return grid

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Labels stand beside their fields, in a narrow window above them."""
        super().resizeEvent(event)
        narrow = event.size().width() < theme.px(NARROW)
        if narrow != self._narrow:
            self._narrow = narrow
            for grid, told in self._grids:
                _arrange(grid, told, narrow=narrow)

    _narrow = False

    # How it looks.

    def _looks(self) -> QFrame:
        state = self.shell.state
        self.language = self._choice((("zh_CN", "中文（简体）"), ("en", "English")), state.language)
        self.language.activated.connect(lambda _place: self._look("language", self.language))
        themes = (("light", _("Light")), ("dark", _("Dark")), ("sun", _("Sun: strongest contrast, for outdoors")))
        self.theme = self._choice(themes, state.theme)
        self.theme.activated.connect(lambda _place: self._look("theme", self.theme))
        self.scale = self._choice(tuple((scale, f"{scale} %") for scale in SCALES), state.scale)
        self.scale.activated.connect(lambda _place: self._look("scale", self.scale))
        self.touch = QCheckBox(_("Large targets for fingers"))
        self.touch.setChecked(state.touch)
        self.touch.toggled.connect(lambda _on: QTimer.singleShot(0, self.shell, self.shell.toggle_touch))
        return self._section(
            "contrast",
            _("Look"),
            self._grid(
                (_("Language"), self.language, ""),
                (_("Theme"), self.theme, ""),
                (_("Size"), self.scale, ""),
                (_("Touch"), self.touch, ""),
            ),
        )

    def _choice(self, choices: tuple[tuple[Any, str], ...], now: Any) -> QComboBox:
        made = QComboBox()
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for value, label in choices:
            made.addItem(label, value)
        made.setCurrentIndex(max(made.findData(now), 0))
        return made

    def _look(self, what: str, box: QComboBox) -> None:
        if getattr(self.shell.state, what) != box.currentData():
            setattr(self.shell.state, what, box.currentData())
            QTimer.singleShot(0, self.shell, self.shell.redress)  # this box goes with the page

    # Office and worker.

    def _office(self) -> QFrame:
        self.office_name, self.letter_mark, self.office_phone = QLineEdit(), QLineEdit(), QLineEdit()
        self.worker_name, self.worker_phone = QLineEdit(), QLineEdit()
        self.place = pieces.text("", "soft")
        self.office_trouble = pieces.text("", "error")
        self.office_trouble.hide()
        self.save_office = pieces.button(_("Save office and worker"), self._save_office, "primary", "check")
        self.reserve("office", self.office_name, self.letter_mark, self.office_phone)
        return self._section(
            "office",
            _("Office and worker"),
            self.place,
            self._grid(
                (_("Name of the office"), self.office_name, _("As printed on letters.")),
                (_("Letter mark"), self.letter_mark, _("The word in letter numbers: 津劝业转字〔2026〕0001号")),
                (_("Phone of the office"), self.office_phone, ""),
                (_("Your name"), self.worker_name, ""),
                (_("Your phone"), self.worker_phone, ""),
            ),
            self.office_trouble,
            pieces.line(None, self.save_office, None),
        )

    # How long records are kept.

    def _retention(self) -> QFrame:
        self.retention = QSpinBox()
        self.retention.setRange(0, 50)
        self._years_shown = 0
        self.retention.setSpecialValueText(_("No term"))
        self.retention.setSuffix(_(" years"))
        self.retention.setFixedWidth(theme.px(160))
        self.retention.editingFinished.connect(self._save_retention)
        self.reserve("shape", self.retention)
        hint = _("Years after the last visit or letter. Until then a person is frozen instead of erased.")
        return self._section(
            "shield", _("How long records are kept"), self._grid((_("Term of retention"), self.retention, hint))
        )

    def _letters(self) -> QFrame:
        self.second_person = QCheckBox(_("A second person signs letters"))
        self.second_person.clicked.connect(self._save_second_person)
        self.reserve("shape", self.second_person)
        hint = _("A letter then gets its number when somebody else than its writer has signed it off.")
        self.second_person.setAccessibleDescription(hint)
        return self._section("referral", _("Referral letters"), self.second_person, pieces.text(hint, "small"))

    def _save_second_person(self, on: bool) -> None:
        casebook = self.casebook
        words = _("Letters are signed by a second person.") if on else _("Letters are issued by whoever writes them.")
        self.run(lambda: casebook.settings.set(SECOND_PERSON, on), lambda _nothing: self.shell.say(words))

    def _show_retention(self) -> None:
        """Show the term that stands; what is typed over it is compared with it."""
        casebook = self.casebook

        def done(years: int) -> None:
            self._years_shown = years
            self.retention.setValue(years)

        self.read(lambda: int(casebook.settings.get(RETENTION_YEARS, 0)), done)

    def _save_retention(self) -> None:
        casebook, years, shown = self.casebook, self.retention.value(), self._years_shown
        if years == shown:
            return  # the box was left as it was, whatever another desk has said since
        self._years_shown = years
        self.run(
            lambda: casebook.settings.set(RETENTION_YEARS, years, shown=shown),
            lambda _nothing: self.shell.say(_("The term of retention was saved.")),
            self._retention_not_saved,
        )

    def _retention_not_saved(self, problem: Problem) -> None:
        self._show_retention()
        self.shell.problem(problem)

    def _show_office(self, casebook: "Casebook") -> None:
        from models.records import divisions

        office, worker = casebook.office, casebook.worker
        self._shown = office  # the form was filled with it, and what is typed over it is compared with it
        self.place.setText(f"{divisions.path(office.code)}  {office.code}")
        for field, text in (
            (self.office_name, office.name),
            (self.letter_mark, office.letter_mark),
            (self.office_phone, office.phone),
            (self.worker_name, worker.name),
            (self.worker_phone, worker.phone),
        ):
            field.setText(text)

    def _save_office(self) -> None:
        from models.services.views import Office, Worker

        casebook = self.casebook
        office = Office(
            casebook.office.code,
            self.office_name.text().strip(),
            self.letter_mark.text().strip(),
            self.office_phone.text().strip(),
        )
        worker = Worker(self.worker_name.text().strip(), self.worker_phone.text().strip())
        for field, value in (
            (self.office_name, office.name),
            (self.letter_mark, office.letter_mark),
            (self.worker_name, worker.name),
        ):
            if not value:
                self.office_trouble.setText(
                    _("Name of the office, letter mark and your name are printed on letters and cannot be empty.")
                )
                self.office_trouble.show()
                field.setFocus()
                return
        self.office_trouble.hide()
        shown = self._shown
        self.run(lambda: casebook.set_office(office, worker, shown), self._office_saved, self._office_not_saved)

    def _office_not_saved(self, problem: Problem) -> None:
        from models.services.own_office import OfficeChanged

        if not isinstance(problem, OfficeChanged):
            self.shell.problem(problem)
            return
        self._catch_up(problem.office)  # whoever saves again has read it
        self.office_trouble.setText(problem.sentence())
        self.office_trouble.show()

    def _catch_up(self, office: "Office") -> None:
        """Show what another desk changed, where nothing else was typed: or the next save would put it back."""
        for field, name in (
            (self.office_name, "name"),
            (self.letter_mark, "letter_mark"),
            (self.office_phone, "phone"),
        ):
            if field.text().strip() == getattr(self._shown, name):
                field.setText(getattr(office, name))
        self._shown = office

    def _office_saved(self, _nothing: None) -> None:
        self._catch_up(self.casebook.office)
        self.shell.say(_("Office and worker were saved."))
        if self.shell.area is not None:
            self.shell.area.status.show_worker()

    # Locking and passphrase.

    def _safety(self) -> QFrame:
        labels = tuple(
            (n, ngettext("after {n} minute", "after {n} minutes", n).format(n=n) if n else _("never"))
            for n in IDLE_MINUTES
        )
        self.idle = self._choice(labels, self.shell.state.idle_minutes)
        self.idle.activated.connect(lambda _place: setattr(self.shell.state, "idle_minutes", self.idle.currentData()))
        lock = pieces.action_button(self.shell.actions_by_name["lock"])
        hint = _("Without a key or a click for so long, the casebook is closed; what you were typing is kept.")
        told = _(
            "The window also locks when the screen of the computer is locked, before it sleeps, and when its lid is "
            "closed. Names are hidden at once, and the program starts anew, so that no key stays in its memory."
        )
        if not self.shell.locking.signals.heard:
            told = _(
                "This system does not say when its screen is locked or its lid closed: a sleep is noticed on waking "
                "up. Please set a short time above, and lock with Ctrl+L when you leave."
            )
        can = capture_can_be_kept_away()
        self.capture = QCheckBox(_("Leave the window out of screenshots and shared screens"))
        self.capture.setChecked(can and self.shell.state.keep_from_capture)
        self.capture.setEnabled(can)
        self.capture.clicked.connect(self._keep_from_capture)
        capture_hint = _("Switch it off while somebody helps you from afar: they see an empty window otherwise.")
        if not can:
            capture_hint = _("This system has no way to keep a window out of screenshots.")
        self.capture.setAccessibleDescription(capture_hint)
        return self._section(
            "lock",
            _("Locking"),
            self._grid((_("Lock by itself"), self.idle, hint)),
            pieces.text(told, "small"),
            self.capture,
            pieces.text(capture_hint, "small"),
            pieces.line(None, lock, None),
        )

    def _keep_from_capture(self, on: bool) -> None:
        self.shell.state.keep_from_capture = on
        self.shell.locking.shield(self.shell.windowHandle())

    def _passphrase(self) -> QFrame:
        self.old = PassphraseField(_("Passphrase now"))
        self.new = PassphraseField(_("New passphrase"))
        self.again = PassphraseField(_("New passphrase again"))
        worker = self.casebook.worker
        self.strength = StrengthLine(self.new.line, lambda: (worker.name, worker.phone))
        self.passphrase_trouble = pieces.text("", "error")
        self.passphrase_trouble.hide()
        self.change = pieces.button(_("Change the passphrase"), self._change, icon="key")
        return self._section(
            "key",
            _("Passphrase"),
            self._grid(
                (_("Passphrase now"), self.old, ""),
                (_("New passphrase"), self.new, ""),
                (_("New passphrase again"), self.again, ""),
            ),
            self.strength,
            self.passphrase_trouble,
            pieces.line(None, self.change, None),
        )

    def _change(self) -> None:
        if self.new.text() != self.again.text():
            self._passphrase_failed(_("The two passphrases are not the same. Show them and compare."))
            self.again.setFocus()
            return
        casebook, old, new = self.casebook, self.old.text(), self.new.text()
        self.change.setEnabled(False)
        self.run(
            lambda: casebook.change_passphrase(old, new),
            self._changed,
            lambda problem: self._passphrase_failed(problem.sentence()),
        )

    def _changed(self, _nothing: None) -> None:
        self.change.setEnabled(True)
        self.passphrase_trouble.hide()
        for field in (self.old, self.new, self.again):
            field.line.clear()
        self.shell.say(_("The passphrase was changed. Older backups still open with the old one."))

    def _passphrase_failed(self, sentence: str) -> None:
        self.change.setEnabled(True)
        self.passphrase_trouble.setText(sentence)
        self.passphrase_trouble.show()

    # Backups, or the server.

    def _place(self) -> QFrame:
        self.desk: DeskSection | None = DeskSection(self) if self.casebook.desks.many else None
        return self.desk.frame if self.desk is not None else self._backups()

    def _backups(self) -> QFrame:
        self.folder_words = pieces.text("", select=True)
        choose = pieces.button(_("Choose a folder"), self._choose_folder, icon="save")
        beside = pieces.button(_("No second place"), lambda: self._keep_folder(""), "link")
        now = pieces.action_button(self.shell.actions_by_name["back_up"], "primary")
        now.setIcon(theme.icon("shield", "on_accent"))
        told = _(
            "Each backup is written beside the casebook, encrypted like it. A second place (a stick, a shared folder) "
            "gets a copy whenever it can be reached."
        )
        return self._section(
            "shield",
            _("Backups"),
            pieces.text(told, "soft"),
            self._grid((_("Second place"), self.folder_words, "")),
            pieces.wrapping(None, now, choose, beside, None),
        )

    def _show_backup_folder(self, folder: str) -> None:
        self._backup_folder = folder
        self.folder_words.setText(folder or _("none"))

    _backup_folder = ""

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, _("Second place for backups"), self._backup_folder)
        if chosen:
            self._keep_folder(str(Path(chosen)))

    def _keep_folder(self, folder: str) -> None:
        backups = self.casebook.safekeeping
        self.run(lambda: backups.choose(folder), lambda _nothing: self._show_backup_folder(folder))
