"""`looks OUT`: every page in every size, as a picture, and whether anything on it is cut.

A casebook of invented residents in which a little of everything was done is opened in a temporary folder. Every page,
the pages before the records and the sheets that lie over a page are shown at the desk and for fingers, at three sizes
of window and two of letters, in Chinese, and on the smallest window in English too. OUT gets a picture of each, sheets
of many pictures, and cut.json with everything that desktop.cut found; 1 is returned where it found anything.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop import theme
from desktop.cut import Cut, cuts
from desktop.hands import HandsError, dialogs_of, settle
from desktop.looks_scenes import LATER, SCENES, Scene
from desktop.looks_trust import GATES
from desktop.pages.first_run import ALONE, FOUNDING
from desktop.sample import sample_households
from desktop.sample_known import well_known
from desktop.sample_worked import work_a_little
from desktop.shell import Shell
from models.clock import FixedClock, today
from models.texts import speaking

SIZES = (QSize(1024, 600), QSize(1280, 800), QSize(1920, 1080))
SCALES = (100, 200)
NOW = datetime(2026, 11, 22, 1, 40, tzinfo=UTC)  # twenty to ten in Tianjin
COMMUNITY = "120101001001"
RESIDENTS = 60
PASSPHRASE = "海河 自行车 石榴 十二月"  # noqa: S105  # of a casebook that lives for a minute

LAYOUT_ROUNDS = 6
"""How often what changed its size may tell the next around it, before everything must stand where it belongs."""

Where = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Dress:
    """How the window is worn."""

    language: str
    touch: bool
    scale: int
    size: QSize

    def __str__(self) -> str:
        mode = "field" if self.touch else "desk"
        return f"{self.language[:2]}-{mode}-{self.size.width()}x{self.size.height()}-{self.scale}"


DRESSES = tuple(
    Dress(language, touch, scale, size)
    for language, sizes in (("zh_CN", SIZES), ("en", SIZES[:1]))
    for touch in (False, True)
    for scale in SCALES
    for size in sizes
)


@dataclass(frozen=True)
class Found:
    """What is cut on one picture."""

    dress: str
    scene: str
    cut: Cut


Keep = Callable[[str, str, QWidget], object]
"""Called with the dress, the scene and the window for every picture."""


def wear(shell: Shell, dress: Dress) -> None:
    """Put a window into a dress; its pages are made anew."""
    shell.resize(dress.size)
    shell.state.language, shell.state.touch, shell.state.scale = dress.language, dress.touch, dress.scale
    shell.redress()


def look_at(
    shell: Shell, dresses: Iterable[Dress], wheres: Where, keep: Keep, scenes: Iterable[Scene] = SCENES
) -> Iterator[Found]:
    """Show every scene in every dress, hand each to `keep`, and say what is cut. Dresses that differ in size alone
    should follow one another: the pages are then resized as a worker resizes the window."""
    listed = tuple(dresses)
    for worn in dict.fromkeys((each.language, each.touch, each.scale) for each in listed):
        group = [each for each in listed if (each.language, each.touch, each.scale) == worn]
        wear(shell, group[0])
        for scene in scenes:
            _open(shell, scene, wheres)
            for dress in group:
                shell.resize(dress.size)
                if scene.act is not None:
                    _put_away(shell)
                    scene.act(shell)
                yield from _see(shell, str(dress), scene.name, keep, scene.rest, asks=scene.asks)
            _put_away(shell)


def _open(shell: Shell, scene: Scene, wheres: Where) -> None:
    where = wheres.get(scene.page, {}) if scene.where is None else scene.where
    if not shell.go(scene.page, **where):
        raise HandsError(f"the page {scene.page} is not shown")
    settle(shell, 0.03)


def _see(
    shell: Shell, dress: str, scene: str, keep: Keep, rest: float = 0.03, *, asks: bool = False
) -> Iterator[Found]:
    settle(shell, rest)
    for _round in range(LAYOUT_ROUNDS):
        QApplication.processEvents()
    dialogs = dialogs_of(shell)
    if asks and not dialogs:
        raise HandsError(f"no dialog was opened for {scene}")
    for window in (shell, *dialogs):
        name = scene if window is shell else f"{scene}+dialog"
        found = cuts(window)
        if found:
            settle(shell, LATER)  # a page that is still being laid out is not cut
            found = cuts(window)
        for cut in found:
            yield Found(dress, name, cut)
        keep(dress, name, window)
    for dialog in dialogs:
        if dialog.width() > shell.width() or dialog.height() > shell.height():
            said = f"{dialog.width()}x{dialog.height()} on {shell.width()}x{shell.height()}"
            yield Found(dress, scene, Cut("window", type(dialog).__name__, dialog.windowTitle(), said))


def _put_away(shell: Shell) -> None:
    for dialog in dialogs_of(shell):
        if dialog.isVisible():  # one may have gone with another
            dialog.reject()
    if shell.area is not None:
        shell.area.banners.clear()
        shell.area.undo_bar.put_away()
    settle(shell, 0.01)


def look_at_gate(
    shell: Shell,
    dresses: Iterable[Dress],
    steps: Sequence[tuple[bool, str]],
    name: str,
    keep: Keep,
    show: Callable[[Shell], object] = lambda _shell: None,
) -> Iterator[Found]:
    """The page before the records in every dress; of the first run every step (whether of a desk, and which).

    show: puts the page there.
    """
    for dress in dresses:
        wear(shell, dress)
        show(shell)
        if not steps:
            yield from _see(shell, str(dress), name, keep)
        for number, (desk, step) in enumerate(steps, 1):
            gate: Any = shell.gate
            gate.answers.desk = gate.answers.founding = desk
            gate._show((FOUNDING if desk else ALONE).index(step))
            yield from _see(shell, str(dress), f"{name}-{number}", keep)


FIRST_RUN_STEPS = (*((False, step) for step in ALONE), (True, "server"), (True, "phrase"))


class Album:
    """Keeps every picture in a folder, and sheets of many of them."""

    columns, rows = 3, 4
    tile = QSize(512, 330)

    def __init__(self, out: Path) -> None:
        self.out = out
        self.count = 0
        self._small: dict[str, list[tuple[str, QPixmap]]] = {}

    def keep(self, dress: str, scene: str, window: QWidget) -> None:
        """Save the window as it is shown; a scrolling page also as a whole, where not all of it is in view."""
        shown = window.grab()
        self._save(shown, dress, scene)
        page = getattr(window, "page", None)
        area = getattr(page, "area", None)
        content = area.widget() if area is not None else None
        if area is not None and content is not None and content.height() > area.viewport().height():
            self._save(content.grab(QRect(QPoint(), content.size())), dress, f"{scene}.whole")

    def _save(self, shown: QPixmap, dress: str, scene: str) -> None:
        folder = self.out / dress
        folder.mkdir(parents=True, exist_ok=True)
        if not shown.save(str(folder / f"{scene}.png")):
            raise HandsError(f"the picture {scene} could not be written")
        self.count += 1
        fit = self.tile - QSize(8, 34)
        small = shown.scaled(fit, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        if not scene.endswith(".whole"):
            self._small.setdefault(dress, []).append((scene, small))

    def write_sheets(self) -> int:
        """Write the sheets of one dress after the other; how many."""
        made, page = 0, self.columns * self.rows
        for dress, pictures in self._small.items():
            for first in range(0, len(pictures), page):
                self._sheet(pictures[first : first + page]).save(
                    str(self.out / f"sheet-{dress}-{first // page + 1}.png")
                )
                made += 1
        return made

    def _sheet(self, pictures: list[tuple[str, QPixmap]]) -> QImage:
        wide, high = self.tile.width(), self.tile.height()
        sheet = QImage(wide * self.columns, high * self.rows, QImage.Format.Format_RGB32)
        sheet.fill(QColor("#5a666b"))
        painter = QPainter(sheet)
        letters = theme.font()
        letters.setPixelSize(18)
        painter.setFont(letters)
        painter.setPen(QColor("white"))
        for place, (name, picture) in enumerate(pictures):
            x, y = place % self.columns * wide, place // self.columns * high
            painter.drawText(x + 4, y + 22, name)
            painter.drawPixmap(x + 4, y + 30, picture)
        painter.end()
        return sheet


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="run looks", description=(__doc__ or "").split("\n\n")[1])
    made.add_argument("out", type=Path, help="the folder for the pictures and cut.json")
    made.add_argument("--only", default="", help="names of scenes or pages, with commas between")
    made.add_argument("--dress", default="", help="only dresses whose name holds this, such as field-1024x600-200")
    return made


def main(arguments: list[str]) -> int:
    """Look at everything; 1 where something is cut, 2 where there is nothing of the name to look at."""
    asked = parser().parse_args(arguments)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    for face in ("hei", "song", "names"):
        theme.load_face(face)
    only = {each for each in asked.only.split(",") if each}
    dresses = [each for each in DRESSES if asked.dress in str(each)]
    unknown = only - {name for each in SCENES for name in (each.name, each.page)} - {"sign_in", "first_run", *GATES}
    if unknown or not dresses:
        sys.stderr.write(f"looks: there is nothing called {', '.join(sorted(unknown)) or asked.dress}\n")
        return 2
    asked.out.mkdir(parents=True, exist_ok=True)
    album = Album(asked.out)
    found: list[Found] = []
    work = Path(tempfile.mkdtemp(prefix="jinmen-looks-"))
    try:
        for each in _look(work, dresses, only, album):
            sys.stdout.write(f"looks: {each.dress} {each.scene}: {each.cut}\n")
            found.append(each)
    except HandsError as trouble:
        sys.stderr.write(f"looks: {trouble}\n")
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    album.write_sheets()
    told = [{"dress": each.dress, "scene": each.scene, **asdict(each.cut)} for each in found]
    (asked.out / "cut.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    spoilt = len({(each.dress, each.scene) for each in found})
    sys.stdout.write(f"looks: {album.count} pictures in {len(dresses)} dresses; {len(found)} cut on {spoilt} of them\n")
    return 1 if found else 0


def _look(work: Path, dresses: list[Dress], only: Collection[str], album: Album) -> Iterator[Found]:
    clock = FixedClock(NOW)
    scenes = [each for each in SCENES if not only or each.name in only or each.page in only]
    folder = work / "data"
    wheres = fill(folder, clock)
    shell, fresh = Shell(folder, clock), Shell(work / "fresh", clock)
    try:
        for window, steps, name in ((shell, (), "sign_in"), (fresh, FIRST_RUN_STEPS, "first_run")):
            window.show()
            if not only or name in only:
                yield from look_at_gate(window, dresses, steps, name, album.keep)
        for name, show in GATES.items():
            if not only or name in only:
                yield from look_at_gate(shell, dresses, (), name, album.keep, show)
        shell.unlock(open_book(folder, clock))
        yield from look_at(shell, dresses, wheres, album.keep, scenes)
    finally:
        for window in (shell, fresh):
            window.shut_down()
            window.hide()


def fill(folder: Path, clock: FixedClock) -> dict[str, dict[str, Any]]:
    """Make the casebook of invented residents; see work_a_little for what is returned."""
    from models.casebook import Casebook
    from models.services.views import Office, Worker

    office = Office(
        code=COMMUNITY, name="天津市和平区劝业场街道花园路社区居民委员会", letter_mark="劝花社", phone="022-27355555"
    )
    book = Casebook.create(folder, PASSPHRASE, office=office, worker=Worker("周敏", "13800220001"), clock=clock)
    try:
        day = today(clock)
        for entry in well_known(sample_households(RESIDENTS, COMMUNITY, day), day):
            book.households.register(entry)
        with speaking("zh_CN"):  # what is recorded in words is recorded in the worker's language
            return work_a_little(book, day)
    finally:
        book.close()


def open_book(folder: Path, clock: FixedClock) -> Any:
    """Open that casebook."""
    from models.casebook import Casebook

    return Casebook.open(folder, PASSPHRASE, clock=clock)
