"""F1: a short page for the screen one comes from, offline, in both languages."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QTextBrowser

from desktop import theme
from desktop.pages.base import NARROW, Page
from desktop.widgets import pieces
from desktop.widgets.fit_area import Beside
from desktop.widgets.made_by_qt import add_line
from models.texts import N_, _, language

if TYPE_CHECKING:
    from desktop.shell import Shell
    from models.services.views import Changed

TOPICS = {
    "start": N_("A day with Jinmen"),
    "today": N_("Today"),
    "worklist": N_("Worklist"),
    "handover": N_("Handing households over"),
    "drafts": N_("Drafts"),
    "residents": N_("Residents"),
    "person": N_("A person's page"),
    "household": N_("Households"),
    "change": N_("What happened in a household"),
    "register": N_("Registering"),
    "merge": N_("The same person twice"),
    "listed": N_("A list of residents"),
    "accounts": N_("Accounts and keys"),
    "audit": N_("Audit"),
    "pictures": N_("Pictures"),
    "rights": N_("Consent and rights"),
    "plans": N_("Plans, notes and contacts"),
    "case_form": N_("Contact, note, case plan"),
    "visits": N_("Due and recent visits"),
    "visit": N_("Recording a visit"),
    "rounds": N_("Rounds"),
    "round": N_("Walking a round"),
    "round_entry": N_("Typing in the paper list"),
    "assessment": N_("Assessments"),
    "questionnaire": N_("Filling in a questionnaire"),
    "questionnaires": N_("Questionnaires of the office"),
    "eligibility": N_("Eligibility"),
    "screening": N_("Screening"),
    "calendar": N_("What changes soon"),
    "workbench": N_("Workbench of the rules"),
    "packs": N_("Sets of rules"),
    "referral": N_("Writing a letter"),
    "referrals": N_("Referrals"),
    "transfers": N_("Transfers of cases"),
    "transfer": N_("Transfer of a case"),
    "papers": N_("Papers"),
    "print_queue": N_("Print queue"),
    "verify": N_("Check a letter"),
    "numbers": N_("Letter numbers"),
    "sync": N_("Sync"),
    "conflicts": N_("Changed on both sides"),
    "registers": N_("Registers"),
    "statistics": N_("Monthly statistics"),
    "office": N_("Office"),
    "templates": N_("Templates of papers"),
    "template": N_("Changing a template"),
    "health": N_("Health check"),
    "settings": N_("Settings"),
    "desks": N_("Several desks and the server"),
    "sign_in": N_("Passphrase and locking"),
    "keys": N_("Keyboard and touch"),
}
"""Topic -> its title. Each has a file in resources/help/<language>; a page's topic is the page's name."""


def help_text(topic: str) -> str:
    """The Markdown of a topic in the language now shown."""
    name = topic if topic in TOPICS else "start"
    return (files("resources") / "help" / language() / f"{name}.md").read_text("utf-8")


def show(where: QTextBrowser, topic: str) -> None:
    """Set a topic in a browser: keys in bold rather than in another face, and air between the lines."""
    where.setMarkdown(re.sub(r"`([^`]+)`", r"**\1**", help_text(topic)))
    cursor = QTextCursor(where.document())
    cursor.select(QTextCursor.SelectionType.Document)
    lines = QTextBlockFormat()
    lines.setLineHeight(145, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    lines.setBottomMargin(theme.px(6))
    cursor.mergeBlockFormat(lines)
    where.moveCursor(QTextCursor.MoveOperation.Start)


def browser() -> QTextBrowser:
    """A quiet page of text."""
    made = QTextBrowser()
    made.setOpenLinks(False)
    made.setFrameShape(QTextBrowser.Shape.NoFrame)
    made.document().setDocumentMargin(theme.px(20))
    pieces.finger_scroll(made)
    return made


TOPICS_HIGH, TEXT_HIGH = 132, 260
"""The heights of the two parts of the page where they stand one above the other, in pixels at 100 per cent."""

_ANY = 16_777_215  # Qt's largest height: no limit


class HelpPage(Page):
    """open(topic="") shows a topic: the name of a page, or "start"."""

    name = "help"
    width = 1080
    scrolls = False

    def __init__(self, shell: "Shell") -> None:
        super().__init__(shell)
        self.topics = QListWidget()
        self.topics.setAccessibleName(_("Topics"))
        self.topics.setWordWrap(True)
        self.topics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.topics.setResizeMode(QListWidget.ResizeMode.Adjust)
        for topic, label in TOPICS.items():
            add_line(self.topics, _(label)).setData(Qt.ItemDataRole.UserRole, topic)
        self.text = browser()
        self.text.setAccessibleName(_("Help"))
        self.topics.currentItemChanged.connect(self._chosen)
        self.card = pieces.card(self.text, margin=4)
        self.both = Beside(self.topics, self.card, NARROW, left_width=230)
        self.both.turned.connect(self._turned)
        self.body.addWidget(self.both, 1)

    def _turned(self, narrow: bool) -> None:
        """In a narrow window the topics stand above the text, a few of them in view."""
        self.topics.setMinimumHeight(theme.px(TOPICS_HIGH if narrow else 0))
        self.topics.setMaximumHeight(theme.px(TOPICS_HIGH) if narrow else _ANY)
        self.card.setMinimumHeight(theme.px(TEXT_HIGH if narrow else 0))

    def title(self) -> str:
        """The page's name."""
        return _("Help")

    def open(self, topic: str = "start", **where: Any) -> None:
        """Show a topic."""
        names = list(TOPICS)
        self.topics.setCurrentRow(names.index(topic) if topic in names else 0)

    def refresh(self, changed: "Changed") -> None:
        """Help does not change."""

    def first_focus(self) -> None:
        """The list of topics."""
        self.topics.setFocus()

    def _chosen(self, item: QListWidgetItem | None, _before: QListWidgetItem | None = None) -> None:
        if item is not None:
            topic = item.data(Qt.ItemDataRole.UserRole)
            self.where = {"topic": topic}
            show(self.text, topic)


def show_window(shell: "Shell", topic: str) -> QDialog:
    """Show a topic in a window of its own, where there are no pages yet."""
    window = QDialog(shell)
    window.setWindowTitle(_("Help"))
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    text = browser()
    show(text, topic)
    close = pieces.button(_("Close"), window.accept, "primary")
    pieces.column(window, text, pieces.line(None, None, close), margin=16)
    window.resize(min(theme.px(640), shell.width()), min(theme.px(520), shell.height()))
    window.open()
    return window
