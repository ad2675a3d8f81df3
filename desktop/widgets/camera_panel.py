"""The newest pictures of a camera's folder, to be ticked; the folder is watched as long as the panel is shown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop.picture_sources import newest, read_file
from desktop.widgets import pieces
from desktop.widgets.picture_grid import PictureGrid, PictureTile, thumb_image
from models.clock import TIANJIN
from models.errors import Problem
from models.imaging import THUMB_SIDE, preview
from models.texts import _

TRIES, AGAIN_MS = 4, 1500
"""A picture that the camera is still writing is tried again so often, after so many milliseconds."""


class CameraPanel(QWidget):
    """watch() begins, stop() ends; `chosen()` are the files that are ticked."""

    ticks_changed = Signal()

    def __init__(self, read: Callable[..., Any]) -> None:
        """read: as Page.read, to look into files off the window's thread."""
        super().__init__()
        self._read = read
        self.folder: Path | None = None
        self.said = pieces.text("", "soft")
        self.grid = PictureGrid(_("Pictures in the camera's folder"), ticking=True)
        self.grid.ticks_changed.connect(self.ticks_changed)
        pieces.column(self, self.said, self.grid, gap=8).setStretch(1, 1)
        self._waiting: list[Path] = []
        self._tried: dict[str, int] = {}
        self._drawing = False
        self._watcher = QFileSystemWatcher(self)
        self._soon = QTimer(self, singleShot=True, interval=300)
        self._soon.timeout.connect(self.look)
        self._watcher.directoryChanged.connect(lambda _path: self._soon.start())
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.look)
        self.setFocusProxy(self.grid)

    def watch(self, folder: Path) -> None:
        """Show the newest pictures of a folder, and those that come."""
        if folder != self.folder:
            self.grid.show_tiles([])
            self._tried.clear()
        self.stop()
        self.folder = folder
        self.said.setText(_("Looking into “{folder}”…").format(folder=folder.name or str(folder)))
        self.look()

    def stop(self) -> None:
        """Watch nothing any more; ticks are taken out."""
        for watched in self._watcher.directories():
            self._watcher.removePath(watched)
        self._soon.stop()
        self._again.stop()
        self._waiting = []
        self.folder = None

    def look(self) -> None:
        """Look into the folder anew."""
        folder = self.folder
        if folder is not None:
            self._read(lambda: newest(folder), lambda paths: self._list(folder, paths), self._gone)

    def chosen(self) -> list[Path]:
        """The files that are ticked, the newest first."""
        return [Path(key) for key in self.grid.ticked()]

    def _gone(self, problem: Problem) -> None:
        self.grid.show_tiles([])
        self.said.setText(problem.sentence())

    def _list(self, folder: Path, paths: list[Path]) -> None:
        if folder != self.folder:
            return
        for place in {str(folder), *(str(path.parent) for path in paths)} - set(self._watcher.directories()):
            self._watcher.addPath(place)
        known = {tile.key: tile for tile in self.grid.tiles}
        tiles = [known.get(str(path)) or PictureTile(str(path), path.name) for path in paths]
        if [tile.key for tile in tiles] != list(known):
            ticked = set(self.grid.ticked())
            self.grid.show_tiles(tiles)
            if ticked - {tile.key for tile in tiles}:
                self.ticks_changed.emit()
        name = folder.name or str(folder)
        words = _("The newest pictures in “{folder}”. Tick those that you want.")
        self.said.setText((words if paths else _("There is no picture in “{folder}” yet.")).format(folder=name))
        self._waiting = [Path(tile.key) for tile in tiles if tile.image.isNull() and self._may_try(tile.key)]
        self._draw_next()

    def _may_try(self, key: str) -> bool:
        return self._tried.get(key, 0) < TRIES

    def _draw_next(self) -> None:
        if self._drawing or not self._waiting or self.folder is None:
            return
        path = self._waiting.pop(0)
        self._drawing = True
        self._tried[str(path)] = self._tried.get(str(path), 0) + 1
        self._read(lambda: _small(path), lambda found: self._drawn(path, *found), lambda p: self._not_drawn(path, p))

    def _drawn(self, path: Path, image: QImage, day: str) -> None:
        self._drawing = False
        self._put(path, image=image, below=day)
        self._draw_next()

    def _not_drawn(self, path: Path, problem: Problem) -> None:
        del problem  # most are being written just now; the others are named when they are taken over
        self._drawing = False
        self._put(path, below=_("cannot be opened"))
        if self._may_try(str(path)):
            self._again.start()
        self._draw_next()

    def _put(self, path: Path, **more: Any) -> None:
        tile = next((tile for tile in self.grid.tiles if tile.key == str(path)), None)
        if tile is not None:
            self.grid.put(replace(tile, **more))


def _small(path: Path) -> tuple[QImage, str]:
    made = thumb_image(preview(read_file(path), THUMB_SIDE))
    moment = datetime.fromtimestamp(path.stat().st_mtime, TIANJIN)
    return made, f"{moment:%Y-%m-%d %H:%M}"
