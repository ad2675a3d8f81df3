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
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import settle


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


def nameless(page):
    """The controls that can be seen and that a screen reader could not name."""
    for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit):
        for control in page.findChildren(kind):
            inner = isinstance(control.parent(), QLineEdit | QAbstractSpinBox | QComboBox)
            own_words = control.text() if isinstance(control, QAbstractButton) else ""
            shown = control.isVisible() and not inner and not control.objectName().startswith("qt_")
            if shown and not control.accessibleName() and not own_words:
                yield control


def test_every_page_fits_a_small_laptop_is_named_throughout_and_no_piece_of_it_flashes_as_a_window(shell, where, pages):
    shell.resize(1024, 700)
    windows = Windows(shell)
    for page in pages:
        assert shell.go(page, **where(page)), page
        settle(shell)
        titled_and_named(shell, page)
        assert shell.size().width() == 1024, page
        assert shell.page.minimumSizeHint().width() <= 1024, page
        shell.go("residents", text="没有这个人")
        settle(shell)
        assert windows.seen == [], page
        assert shell.isActiveWindow(), page
    QApplication.instance().removeEventFilter(windows)


def test_every_page_opens_in_english_in_a_wide_window_too(shell, where, pages):
    shell.state.language = "en"
    shell.redress()
    for page in pages:
        assert shell.go(page, **where(page)), page
        settle(shell)
        titled_and_named(shell, page)


def titled_and_named(shell, page):
    """The page is there, has a title, and a screen reader can name each of its controls."""
    assert shell.page.name == page
    assert shell.page.title(), page
    assert list(nameless(shell.page)) == [], page


def test_every_page_but_those_of_somebody_opens_with_nobody_named(shell, pages):
    for page in set(pages) - {"person", "household"}:
        assert shell.go(page), page
        settle(shell)
        assert shell.page.title(), page


def test_every_page_survives_a_change_of_looks_and_locking(shell, clock, where, pages):
    for page in pages:
        assert shell.go(page, **where(page)), page
        settle(shell)
        shell.toggle_touch()
        settle(shell)
        assert shell.page.name == page
        shell.lock()
        settle(shell)
        assert shell.is_locked, page
        shell.unlock(Casebook.open(shell.folder, PASSPHRASE, clock=clock))
        settle(shell)
