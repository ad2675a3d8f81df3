"""How fast a worker is at the desk: two whole jobs through the real window, with the keyboard alone.

The window, the casebook and every key are real; what a person adds is worked out by the keystroke-level model of Card,
Moran and Newell (The Psychology of Human-Computer Interaction, 1983, chapter 8):

    time = keys * K + thoughts * M + what the program made one wait

K = 0.28 s for a key of an average non-secretary typist (40 words a minute), M = 1.35 s for each thought (one before
each field, each choice and each saving). A key pressed with Ctrl, Alt or Shift counts twice. A Chinese word counts its
pinyin letters and one key that picks it; its text arrives as an input method commits it. Digits of a card are keys like
others. What is not in it: hearing the answer, and looking for a paper.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from stdnum.iso7064 import mod_11_2

from desktop.bench_window import window
from desktop.commands import readings
from desktop.pages import register_lookup
from desktop.shell import Shell
from desktop.widgets.search_box import PEOPLE as SHOWN
from models.casebook import Casebook

KEY_S, THOUGHT_S = 0.28, 1.35
"""Seconds of a key and of a thought: Card, Moran and Newell 1983, table 8.1."""

VISIT_S, REGISTER_S = 60, 120
"""Seconds that a visit to a known household, and a new household of two, should take at most."""

ENTER, DOWN, F2, F6 = Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_F2, Qt.Key.Key_F6
PAGE_DOWN, TAB = Qt.Key.Key_PageDown, Qt.Key.Key_Tab
NONE, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)

REGISTERING, VISITING = "a new household of two", "a visit to a known household"

LIMIT_S = 120.0


class DeskError(Exception):
    """The window did not do what the keys asked for."""


@dataclass
class Job:
    """What one job took: keys, thoughts, and the wall time that the program needed for it."""

    keys: int = 0
    thoughts: int = 0
    waited: float = 0.0
    said: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """What a worker needs for it by the keystroke-level model."""
        return self.keys * KEY_S + self.thoughts * THOUGHT_S + self.waited


class Typist:
    """A keyboard in front of the window. It touches no widget but the one that has the cursor."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.job = Job()
        self._began = time.perf_counter()

    def think(self) -> None:
        """A thought before a field, a choice, a saving."""
        self.job.thoughts += 1

    def press(self, *keys: Qt.Key, with_: Qt.KeyboardModifier = NONE) -> None:
        """Press these keys, one after another."""
        for key in keys:
            self.job.keys += 1 if with_ == NONE else 2
            QTest.keyClick(self._at(), key, with_)
            QApplication.processEvents()

    def write(self, text: str) -> None:
        """Letters, digits and signs, each a key; a sign that needs Shift counts twice."""
        for character in text:
            self.job.keys += 2 if character in "+:?!" else 1
            QTest.keyClicks(self._at(), character)
        QApplication.processEvents()

    def chinese(self, text: str, pinyin: str) -> None:
        """A word by an input method: its letters, and one key that picks it."""
        self.job.keys += len(pinyin) + 1
        commit = QInputMethodEvent()
        commit.setCommitString(text)
        QCoreApplication.sendEvent(self._at(), commit)
        QApplication.processEvents()

    def until(self, true: Callable[[], Any], what: str) -> None:
        """Wait as a worker would who sees what comes. Raises DeskError."""
        end = time.monotonic() + LIMIT_S
        while not true():
            if time.monotonic() > end:
                at = QApplication.focusWidget()
                name = f"{type(at).__name__} {at.accessibleName()}" if at is not None else "nothing"
                raise DeskError(f"{what} did not come; the cursor is in {name}")
            QApplication.processEvents()
            time.sleep(0.001)

    def done(self) -> Job:
        """The job is over: nothing but the program's own time has passed on the wall."""
        self.job.waited = time.perf_counter() - self._began
        return self.job

    def _at(self) -> QWidget:
        found = self.shell.focusWidget()
        if found is None:
            raise DeskError("nothing has the cursor")
        return found


def _page(shell: Shell, name: str) -> Any:
    page = shell.page
    return page if page is not None and page.name == name else None


def visit(shell: Shell, initials: str, choose: int = 0) -> Job:
    """From anywhere: find somebody, record a visit with one need and a day to come again, and save it.

    `choose` is how many lines below the first one the person stands among those who are found.
    """
    hand = Typist(shell)
    box = shell.area.search  # type: ignore[union-attr]
    hand.think()
    hand.press(F2)
    hand.write(initials)
    hand.until(box.panel.isVisible, "what was found")
    hand.think()
    hand.press(*[DOWN] * choose, ENTER)
    hand.until(lambda: _page(shell, "person"), "the page of the person")
    hand.think()
    hand.press(F6)
    hand.until(lambda: (page := _page(shell, "visit")) and page.whole.isVisible(), "the visit")
    page = _page(shell, "visit")
    hand.think()
    hand.write("1")  # met
    hand.press(ENTER, ENTER)  # the day is today's
    if not page.view.rows["met"].answer():  # where more than one lives there: who it was
        hand.think()
        hand.write("1")
    hand.press(PAGE_DOWN, with_=CONTROL)
    hand.think()
    hand.write("5")  # for the elderly
    hand.press(ENTER)
    hand.think()
    hand.chinese("助餐", "zhucan")
    hand.think()
    hand.press(PAGE_DOWN, PAGE_DOWN, with_=CONTROL)  # nothing new was learnt
    hand.press(TAB)
    hand.think()
    hand.write("+30")
    hand.think()
    hand.press(ENTER, with_=CONTROL)
    hand.until(lambda: _page(shell, "household"), "the household after the visit was saved")
    return hand.done()


def card(born: str, sequence: str) -> str:
    """An identity number of nobody, with the right check character."""
    base = f"120101{born}{sequence}"
    return base + str(mod_11_2.calc_check_digit(base))


def register(shell: Shell, number: int = 0) -> Job:
    """From anywhere: search for somebody new, register the household of two with address, cards and phone, save."""
    hand = Typist(shell)
    box = shell.area.search  # type: ignore[union-attr]
    hand.think()
    hand.press(F2)
    hand.chinese("欧阳海棠", "ouyanghaitang")
    hand.until(box.panel.isVisible, "that nobody was found")
    hand.think()
    hand.press(*[DOWN] * (len(box.list.choices()) - 1), ENTER)
    hand.until(lambda: (page := _page(shell, "register")) and page.whole.isVisible(), "the registration")
    page = _page(shell, "register")
    address = page.board.where.rows["address"].field
    hand.until(lambda: address.community.chosen() is not None, "the community of the last registration")
    hand.think()
    hand.chinese("鞍山道", "anshandao")
    hand.write(str(210 + number))
    hand.chinese("号", "hao")
    hand.press(ENTER)
    for part in ("3", "2", "501"):
        hand.think()
        hand.write(part)
        hand.press(ENTER)
    hand.press(ENTER)  # the grid is left open
    hand.think()
    hand.write(card("19520308", f"{100 + 2 * number:03}"))  # it brings birth date and sex; the name was typed
    birth = page.board.person.rows["birth_date"]
    hand.until(birth.answer, "the birth date of the card")
    hand.press(PAGE_DOWN, with_=CONTROL)
    hand.think()
    hand.write(f"138002212{number:02}")
    hand.think()
    hand.press(Qt.Key.Key_N, with_=ALT)
    _alike(hand, page, lambda: page.case.at == 1 and not page.board.comparing, "the second person")
    hand.think()
    hand.write("2")  # the spouse
    hand.press(ENTER)
    hand.think()
    hand.write(card("19550912", f"{101 + 2 * number:03}"))
    hand.until(birth.answer, "the birth date of the card")
    hand.press(ENTER)
    hand.think()
    hand.chinese("夏侯秋月", "xiahouqiuyue")
    hand.think()
    hand.press(ENTER, with_=CONTROL)
    _alike(hand, page, lambda: _page(shell, "household"), "the household")
    return hand.done()


def _alike(hand: Typist, page: Any, true: Callable[[], Any], what: str) -> None:
    """Wait for something; where somebody alike is on the register meanwhile, say that these are others."""
    while True:
        hand.until(lambda: true() or page.board.comparing, what)
        if not page.board.comparing:
            return
        hand.think()
        hand.press(ENTER, with_=CONTROL)


def work(folder: Path, passphrase: str, runs: int) -> Iterator[tuple[str, float, list[Job]]]:
    """Do each job so many times, each visit to another household, in a window over this casebook.

    Gives, as soon as it was done, the name of a job, the seconds that it should take at most, and what it took.
    """
    with window(folder, passphrase) as shell:
        shell.activateWindow()
        Typist(shell).until(shell.isActiveWindow, "the window in front")
        register_lookup.remember_community(shell.casebook, shell.casebook.office.code)  # as after the first one
        yield REGISTERING, REGISTER_S, [register(shell, number) for number in range(runs)]
        visits = []
        for initials, place in _known(shell.casebook, runs):
            shell.go("today")
            visits.append(visit(shell, initials, place))
        yield VISITING, VISIT_S, visits


def _known(casebook: Casebook, many: int) -> list[tuple[str, int]]:
    """People of so many households: the initials to type, and where they stand among those who are found."""
    found: list[tuple[str, int]] = []
    homes: set[str] = set()
    for row in casebook.residents.rows(casebook.residents.ids()[: 40 * many]):
        if len(found) == many:
            break
        initials = "".join(readings(row.name)[-1])
        listed = casebook.residents.find(initials, SHOWN)
        home = next(iter(casebook.households.of_resident(row.id)), None)
        if row.id in listed and home is not None and home.id not in homes:
            homes.add(home.id)
            found.append((initials, listed.index(row.id)))
    return found
