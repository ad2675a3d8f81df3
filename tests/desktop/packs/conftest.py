"""A window with a family in it, as the case pages have, for the pages about the rules."""

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from desktop.shell import Shell
from models.casebook import Casebook
from models.clock import FixedClock
from models.security import keystore
from models.services.pack_views import PackPreview
from tests.conftest import NOW, OFFICE, PASSPHRASE, WORKER
from tests.desktop.case.conftest import (
    book,
    family,
    in_both_languages,
    locked,
    press,
    said,
    show,
    town_with_family,
    window_of_case,
)
from tests.desktop.conftest import settle

__all__ = [
    "book",
    "family",
    "in_both_languages",
    "locked",
    "press",
    "said",
    "show",
    "town_with_family",
    "window_of_case",
]

PAUSE_MS = 300  # a little more than the form waits after the last key


def wait_for_form(shell: Shell) -> None:
    """Let the form notice what was typed, and the rule be decided again."""
    QTest.qWait(PAUSE_MS)
    settle(shell)


@pytest.fixture(scope="session")
def raised(town: Path, tmp_path_factory: pytest.TempPathFactory) -> PackPreview:
    """A set in which the dibao standard is another one from a day on; not installed. Made once: its cases take a while.

    The casebooks of the tests are copies of one, so it is signed with the own key of each.
    """
    folder = tmp_path_factory.mktemp("raised") / "casebook"
    shutil.copytree(town, folder)
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    made = book.packs.edit_param(
        "dibao_standard", Decimal(3000), date(2026, 7, 1), origin="津民发〔2026〕1号：低保标准调整为每人每月3000元"
    )
    book.close()
    return made


@pytest.fixture(scope="session")
def from_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A pack file signed by an office that nobody here knows, in which the dibao standard is 3000 from July on."""
    folder = tmp_path_factory.mktemp("elsewhere")
    other = Casebook.create(
        folder / "casebook", PASSPHRASE, office=OFFICE, worker=WORKER, clock=FixedClock(NOW), cost=keystore.FLOOR
    )
    other.packs.install(
        other.packs.edit_param("dibao_standard", Decimal(3000), date(2026, 7, 1), origin="津民发〔2026〕1号")
    )
    other.packs.export(folder / "new.jmpack")
    other.close()
    return (folder / "new.jmpack").read_bytes()


@pytest.fixture
def workbench(show: Callable[..., object]) -> Callable[[str], object]:
    """Open the workbench on a service."""
    return lambda service_id: show("workbench", service_id=service_id)
