"""The window under test: Chinese, a clock that stands still, a data folder of its own, and a casebook of invented people."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop import theme
from models import texts
from models.clock import FixedClock


@pytest.fixture(scope="session", autouse=True)
def chinese_catalogue(tmp_path_factory) -> None:
    """While the one catalogue is not merged yet, translate from the parts."""
    locale = Path(str(files("resources"))) / "locale"
    if (locale / "zh_CN" / "LC_MESSAGES" / "jinmen.mo").exists():
        return
    import gettext

    from babel.messages import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale="zh_CN")
    for part in sorted((locale / "zh_CN" / "parts").glob("*.po")):
        with part.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if message.id:
                    whole.add(message.id, message.string, context=message.context)
    packed = io.BytesIO()
    write_mo(packed, whole)
    packed.seek(0)
    chinese = gettext.GNUTranslations(packed)

    def set_language(code: str) -> None:
        texts._translations = chinese if code == "zh_CN" else gettext.NullTranslations()
        texts._language = code

    texts.set_language = set_language


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
