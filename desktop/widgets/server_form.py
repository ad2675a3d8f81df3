"""Where an office's server is: host, database, user, password, and how the way there is protected."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLineEdit, QSpinBox, QWidget

from desktop import theme
from desktop.widgets import pieces
from desktop.widgets.passphrase_field import PassphraseField
from models.texts import _

if TYPE_CHECKING:
    from models.store.server import ServerAddress

LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass
class ServerAnswers:
    """What is typed; the password and the phrase are forgotten with the page."""

    host: str = ""
    port: int = 5432
    database: str = ""
    user: str = ""
    password: str = ""
    phrase: str = ""
    tls: str = "verify-full"
    certificate: str = ""

    @property
    def is_local(self) -> bool:
        """Whether the server is this computer."""
        return self.host in LOCAL or self.host.startswith("/")

    def trouble(self) -> str:
        """What is missing, as a sentence; empty where nothing is."""
        if not self.host:
            return _("Type the name of the server, as whoever keeps it calls it.")
        if not self.database or not self.user:
            return _("Type the database and the user of this desk; whoever keeps the server knows them.")
        if self.tls == "plain" and not self.is_local:
            return _("Without encryption only a server on this very computer can be used. Choose a checked connection.")
        if self.tls == "verify-ca" and not self.certificate:
            return _("Choose the certificate file that whoever keeps the server gave you.")
        if self.certificate and not Path(self.certificate).is_file():
            return _("There is no such certificate file. Choose another one.")
        return ""

    def address(self) -> "ServerAddress":
        """For the casebook. Raises PlainRefused, ValueError."""
        from models.store.server import ServerAddress

        tls, certificate = self.tls, "" if self.tls == "plain" else self.certificate
        made = ServerAddress(self.host, self.database, self.user, self.port, tls, certificate)  # type: ignore[arg-type]
        made.check()
        return made


def tls_words(tls: str) -> str:
    """How the way to the server is protected."""
    return {
        "verify-full": _("Encrypted; certificate and name checked"),
        "verify-ca": _("Encrypted; only the certificate is checked"),
    }.get(tls, _("Not encrypted: only for a server on this very computer"))


class ServerForm(QWidget):
    """The fields; what is typed goes into the answers at once."""

    confirmed = Signal()
    """Enter was pressed."""

    def __init__(self, answers: ServerAnswers, *, with_phrase: bool = False) -> None:
        """with_phrase: ask for the phrase of the office too."""
        super().__init__()
        self.answers = answers
        self._rows = QFormLayout(self)
        self._rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._rows.setVerticalSpacing(theme.px(6))
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.host = self._line(_("Server"), "host", _("Its name in the network, or localhost"))
        self.port = QSpinBox()
        self.port.setRange(1, 65535)
        self.port.setValue(answers.port)
        self.port.setFixedWidth(theme.px(140))
        self.port.valueChanged.connect(lambda number: setattr(self.answers, "port", number))
        self._row(_("Port"), self.port)
        self.database = self._line(_("Database"), "database")
        self.user = self._line(_("User of this desk"), "user")
        self.password = self._secret(
            _("Password of the server"),
            "password",
            _("Kept in the key store of this computer; where it has none, encrypted under your passphrase."),
        )
        self.tls = QComboBox()
        for value in ("verify-full", "verify-ca", "plain"):
            self.tls.addItem(tls_words(value), value)
        self.tls.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.tls.setCurrentIndex(max(self.tls.findData(answers.tls), 0))
        self.tls.currentIndexChanged.connect(self._tls_chosen)
        self._row(_("Protection of the way there"), self.tls)
        self._row(
            _("Certificate file of the office"),
            self._certificate_field(),
            _("From whoever keeps the server. Empty: the authorities that this computer trusts."),
        )
        if with_phrase:
            self.phrase = self._secret(
                _("Phrase of the office"),
                "phrase",
                _("Opens what is sealed on the server; every desk has the same. Empty where nothing is sealed."),
            )
        self._tls_chosen()

    def _certificate_field(self) -> QWidget:
        self.certificate = QLineEdit(self.answers.certificate)
        self.certificate.textChanged.connect(lambda text: setattr(self.answers, "certificate", text.strip()))
        self.certificate.setAccessibleName(_("Certificate file of the office"))
        self._both = QWidget()
        row = pieces.line(self._both, self.certificate, gap=8)
        row.setStretch(0, 1)
        row.addWidget(pieces.button(_("Choose a file"), self._choose, icon="save"))
        row.setContentsMargins(0, 0, 0, 0)
        self._both.setFocusProxy(self.certificate)
        return self._both

    def _line(self, label: str, key: str, hint: str = "") -> QLineEdit:
        made = QLineEdit(getattr(self.answers, key))
        made.textChanged.connect(lambda text: self._typed(key, text.strip()))
        made.returnPressed.connect(self.confirmed)
        self._row(label, made, hint)
        return made

    def _secret(self, label: str, key: str, hint: str) -> QWidget:
        made = PassphraseField(label)
        made.line.setText(getattr(self.answers, key))
        made.line.textChanged.connect(lambda text: setattr(self.answers, key, text))
        made.line.returnPressed.connect(self.confirmed)
        self._row(label, made, hint)
        return made

    def _typed(self, key: str, text: str) -> None:
        before = self.answers.is_local
        setattr(self.answers, key, text)
        if self.answers.is_local != before:  # what fits the server is offered; the worker may choose otherwise
            self.tls.setCurrentIndex(self.tls.findData("plain" if self.answers.is_local else "verify-full"))

    def _row(self, label: str, field: QWidget, hint: str = "") -> None:
        field.setAccessibleName(label)
        field.setAccessibleDescription(hint)
        words = pieces.text(label, "label")
        words.setBuddy(field)
        self._rows.addRow(words, field)
        if hint:
            self._rows.addRow(pieces.text(hint, "small"))

    def _tls_chosen(self) -> None:
        self.answers.tls = str(self.tls.currentData())
        self._both.setEnabled(self.answers.tls != "plain")

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("Certificate file of the office"), "", "*.pem *.crt *.cer")
        if path:
            self.certificate.setText(path)

    def first_focus(self) -> None:
        """Where typing begins."""
        self.host.setFocus()
