"""The speed of lists: the questions that pages ask of the whole register, and searches through the real window."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from desktop.bench_register import PASSPHRASE
from desktop.bench_table import Row, Scale, row, timed
from desktop.bench_window import live_until, window
from desktop.pages.residents import LIMIT, TYPING_MS, ResidentsPage
from desktop.shell import Shell
from desktop.widgets.tile_list import PAGE
from models.casebook import Casebook

TYPED = ("王", "wxm", "王秀", "4471", "w", "鞍山道")


def lists(casebook: Casebook, scale: Scale) -> Iterator[Row]:
    """The questions that pages ask of the whole register."""
    residents = casebook.residents
    for text in TYPED:
        yield row(f"query alone: {text}", "ms", timed(scale.many, partial(residents.find, text, LIMIT)), 16)
    for text in ("w", "鞍山道"):
        page = timed(scale.many, lambda text=text: residents.rows(residents.find(text, LIMIT)[:PAGE]))  # type: ignore[misc]
        yield row(f"query and first page of {PAGE} rows: {text}", "ms", page, 16)
    everybody = residents.ids()
    yield row("200 rows of the list", "ms", timed(scale.many, lambda: residents.rows(everybody[:200])))
    yield row("today()", "ms", timed(scale.many, casebook.today), 50)
    for order in ("name", "address", "last_visit"):
        yield row(f"ids of everybody by {order}", "ms", timed(scale.runs, partial(residents.ids, order)), 300)
    yield row("sync.status()", "ms", timed(scale.many, casebook.sync.status), 10)


class Painted(QObject):
    """Sees when the list (or the page that says nobody was found) is painted with an answer."""

    def __init__(self, page: ResidentsPage) -> None:
        super().__init__()
        self.page = page
        self.answered = False
        for widget in (page.list.viewport(), page.nobody):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A paint event counts when no search is on its way."""
        if event.type() == QEvent.Type.Paint and self.page._job is None:
            self.answered = True
        return False


def searches(folder: Path, scale: Scale) -> Iterator[Row]:
    """From the last key typed to the painted list, through the window itself."""
    with window(folder, PASSPHRASE) as shell:
        shell.tasks.fault.connect(_raise)
        live_until(shell.tasks.idle)
        shell.go("residents")
        page = shell.page
        assert isinstance(page, ResidentsPage)
        painted = Painted(page)
        live_until(lambda: page._job is None and shell.tasks.idle())
        for text in TYPED:
            found = len(shell.casebook.residents.find(text, LIMIT))
            walls = [_type(shell, page, painted, text) for _run in range(scale.many + 1)][1:]
            name = f"last key of {text} typed to list painted ({found} found), without the {TYPING_MS} ms of waiting"
            yield row(name, "ms", walls, 20)


def _type(shell: Shell, page: ResidentsPage, painted: Painted, text: str) -> float:
    """Type the last character of a text; milliseconds until its answer is painted."""
    page.search.setText(text[:-1])
    page._typing.stop()
    page._find()
    live_until(lambda: page._job is None and shell.tasks.idle())
    for _round in range(3):
        QApplication.processEvents()
    began = time.perf_counter()
    page.search.insert(text[-1])
    page._typing.stop()
    page._find()  # as the timer does
    painted.answered = False
    live_until(lambda: painted.answered)
    return (time.perf_counter() - began) * 1000


def _raise(fault: BaseException) -> None:
    raise fault
