"""The window under test: in Chinese, with a clock that stands still, a data folder of its own, invented people."""

import gettext
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop import theme
from desktop.sample import sample_households
from desktop.shell import Shell
from models import texts
from models.casebook import Casebook
from models.clock import FixedClock
from models.records.rounds import RoundEntry
from tests.conftest import NOW, OFFICE, PASSPHRASE
from tests.house.catalogue import chinese
from tests.numbers import forget_place


@pytest.fixture(scope="session", autouse=True)
def _whole_catalogue() -> None:
    """Chinese from the sources of the catalogue, parts still under work included."""
    english = gettext.NullTranslations()
    texts._catalogue = lambda code: chinese() if code == "zh_CN" else english


@pytest.fixture(scope="session")
def qapp_cls():
    return QApplication


@pytest.fixture(scope="session")
def dressed(qapp) -> None:
    """The application as the window starts it: Fusion and our own face."""
    qapp.setStyle("Fusion")
    theme.load_face("hei")


@pytest.fixture(scope="session")
def town(casebook_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A casebook with some thirty invented residents, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("town") / "casebook"
    shutil.copytree(casebook_template, folder)
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    for entry in sample_households(30, OFFICE.code, NOW.date()):
        book.households.register(entry)
    book.close()
    forget_place(folder, PASSPHRASE)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder of its own."""
    made = tmp_path / "data"
    made.mkdir()
    monkeypatch.setenv("JINMEN_DATA", str(made))
    return made


@pytest.fixture
def window(dressed, clock) -> Iterator[Callable[[Path], Shell]]:
    """Makes windows over data folders; afterwards all work is done, no thread is left, and no task had a fault."""
    made: list[Shell] = []
    faults: list[BaseException] = []

    def make(over: Path) -> Shell:
        shell = Shell(over, clock)
        shell.tasks.fault.connect(faults.append)
        shell.show()
        shell.activateWindow()
        QTest.qWaitForWindowActive(shell, 1000)
        made.append(shell)
        return shell

    yield make
    for shell in made:
        if not faults:
            shell.tasks.wait_idle()
        assert shell.shut_down()
        shell.hide()
        shell.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if faults:
        raise faults[0]


@pytest.fixture
def first_run(window, folder) -> Shell:
    """The window where there is no casebook yet."""
    return window(folder)


@pytest.fixture
def locked(window, folder, town) -> Shell:
    """The window at the sign-in page of a casebook with some residents; PASSPHRASE opens it."""
    shutil.copytree(town, folder, dirs_exist_ok=True)
    return window(folder)


@pytest.fixture
def shell(locked, clock) -> Shell:
    """The window with that casebook open, on the today page, in Chinese."""
    locked.unlock(Casebook.open(locked.folder, PASSPHRASE, clock=clock))
    settle(locked)
    return locked


def opened_with(resident: str, other: str, household: str, round_id: str = "") -> dict[str, dict[str, str]]:
    """Of pages that are about somebody: whom they are opened with."""
    about, home, walked = {"resident_id": resident}, {"household_id": household}, {"round_id": round_id}
    return {
        **dict.fromkeys(("person", "assessment", "referral", "pictures", "rights", "questionnaire", "plans"), about),
        **dict.fromkeys(("household", "visit", "change", "eligibility", "transfer"), home),
        **dict.fromkeys(("round", "round_entry"), walked),
        "merge": {"a": resident, "b": other},
        "case_form": {"form": "case_plan", **about},
        "help": {"topic": "keys"},
    }


@pytest.fixture
def where(shell: Shell) -> Callable[[str], dict[str, str]]:
    """For whom a page is opened, where it needs somebody."""
    resident, other = shell.casebook.residents.ids()[:2]
    household = shell.casebook.households.of_resident(resident)[0].id

    def of(page: str) -> dict[str, str]:
        entry = RoundEntry(name="一轮", scope="list", starts_on=NOW.date(), household_ids=(household,))
        round_id = shell.casebook.rounds.plan(entry).id if page in ("round", "round_entry") else ""
        return opened_with(resident, other, household, round_id).get(page, {})

    return of


def settle(shell: Shell) -> None:
    """Let everything that was asked for be done and painted."""
    for _round in range(5):
        assert shell.tasks.wait_idle(20)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()
        if shell.tasks.idle():
            return


def type_text(widget: QWidget, text: str) -> None:
    """Type text as an input method commits it; keyClicks aborts the interpreter on Chinese."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)
