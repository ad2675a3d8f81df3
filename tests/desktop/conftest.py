"""The window under test: in Chinese, with a clock that stands still, a data folder of its own, invented people."""

import gettext
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop import theme
from models import texts
from models.clock import FixedClock
from tests.house.catalogue import mo_bytes, updated


@pytest.fixture(scope="session", autouse=True)
def _whole_catalogue() -> None:
    """Chinese from the sources of the catalogue, parts still under work included."""
    chinese = gettext.GNUTranslations(io.BytesIO(mo_bytes(updated())))
    english = gettext.NullTranslations()
    texts._catalogue = lambda code: chinese if code == "zh_CN" else english


@pytest.fixture(scope="session")
def qapp_cls():
    return QApplication


@pytest.fixture(scope="session")
def dressed(qapp) -> None:
    """The application as the window starts it: Fusion and our own face."""
    qapp.setStyle("Fusion")
    theme.load_face("hei")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A data folder of its own."""
    made = tmp_path / "data"
    made.mkdir()
    monkeypatch.setenv("JINMEN_DATA", str(made))
    return made


@pytest.fixture
def shell(dressed, folder, clock) -> Iterator["object"]:
    """The locked window; any fault of a task fails the test."""
    from desktop.shell import Shell

    made = Shell(folder, clock)
    faults: list[BaseException] = []
    made.tasks.fault.connect(faults.append)
    yield made
    made.shut_down()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, 52)  # DeferredDelete
    if faults:
        raise faults[0]


def type_text(widget: QWidget, text: str) -> None:
    """Type text as an input method commits it; keyClicks aborts the interpreter on Chinese."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)
