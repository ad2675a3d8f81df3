"""What holds for every page of the window, whoever wrote it."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from desktop.shell import PAGES
from models.casebook import Casebook
from models.records.rounds import RoundEntry
from tests.conftest import NOW, PASSPHRASE
from tests.desktop.conftest import settle


def where(shell, page):
    """For whom a page is opened, where it needs somebody."""
    resident = shell.casebook.residents.ids()[0]
    household = shell.casebook.households.of_resident(resident)[0].id
    round_id = ""
    if page in ("round", "round_entry"):
        entry = RoundEntry(name="一轮", scope="list", starts_on=NOW.date(), household_ids=(household,))
        round_id = shell.casebook.rounds.plan(entry).id
    return {
        "person": {"resident_id": resident},
        "household": {"household_id": household},
        "visit": {"household_id": household},
        "assessment": {"resident_id": resident},
        "change": {"household_id": household},
        "eligibility": {"household_id": household},
        "referral": {"resident_id": resident},
        "pictures": {"resident_id": resident},
        "rights": {"resident_id": resident},
        "transfer": {"household_id": household},
        "round": {"round_id": round_id},
        "round_entry": {"round_id": round_id},
        "merge": {"a": resident, "b": shell.casebook.residents.ids()[1]},
        "questionnaire": {"resident_id": resident},
        "case_form": {"form": "case_plan", "resident_id": resident},
        "plans": {"resident_id": resident},
        "help": {"topic": "keys"},
    }.get(page, {})


class Windows(QObject):
    """Notes every window of its own that is shown, were it for a moment: it flashes, and takes the focus away."""

    def __init__(self, shell):
        super().__init__(shell)
        self.seen = []
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


GROUPS = 8
"""One window shows every eighth page, one after the other: a window for each would take most of the time."""


@pytest.fixture(params=range(GROUPS))
def pages(request) -> list[str]:
    return list(PAGES)[request.param :: GROUPS]


def test_no_page_lets_a_piece_of_it_flash_as_a_window(shell, pages):
    windows = Windows(shell)
    for page in pages:
        shell.go(page, **where(shell, page))
        settle(shell)
        shell.go("residents", text="没有这个人")
        settle(shell)
        assert windows.seen == [], page
        assert shell.isActiveWindow(), page
    QApplication.instance().removeEventFilter(windows)


def nameless(page):
    """The controls that can be seen and that a screen reader could not name."""
    for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit):
        for control in page.findChildren(kind):
            inner = isinstance(control.parent(), QLineEdit | QAbstractSpinBox | QComboBox)
            own_words = control.text() if isinstance(control, QAbstractButton) else ""
            shown = control.isVisible() and not inner and not control.objectName().startswith("qt_")
            if shown and not control.accessibleName() and not own_words:
                yield control


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_page_opens_has_a_title_and_a_name_for_each_of_its_controls(shell, pages, language):
    shell.state.language = language
    shell.redress()
    for page in pages:
        assert shell.go(page, **where(shell, page)), page
        settle(shell)
        assert shell.page.name == page
        assert shell.page.title(), page
        assert list(nameless(shell.page)) == [], page


def test_every_page_but_those_of_somebody_opens_with_nobody_named(shell, pages):
    for page in set(pages) - {"person", "household"}:
        assert shell.go(page), page
        settle(shell)
        assert shell.page.title(), page


def test_every_page_fits_a_small_laptop(shell, pages):
    shell.resize(1024, 700)
    for page in pages:
        assert shell.go(page, **where(shell, page)), page
        settle(shell)
        assert shell.size().width() == 1024, page
        assert shell.page.minimumSizeHint().width() <= 1024, page


def test_every_page_survives_a_change_of_looks_and_locking(shell, clock, pages):
    for page in pages:
        assert shell.go(page, **where(shell, page)), page
        settle(shell)
        shell.toggle_touch()
        settle(shell)
        assert shell.page.name == page
        shell.lock()
        settle(shell)
        assert shell.is_locked, page
        shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=clock))
        settle(shell)
