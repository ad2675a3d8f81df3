"""Where pictures come from: files, the clipboard, a drop, the folder of a camera. Nothing is decoded here."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QBuffer, QMimeData
from PySide6.QtGui import QImage

from models.errors import CannotRead, CannotWrite
from models.imaging import MAX_BYTES, BadPicture
from models.texts import _

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
CAMERA_FOLDER = "camera_folder"
"""Name of the setting: the folder that the camera or the phone writes to."""

NEWEST = 60
"""So many pictures of the camera's folder are offered."""

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A picture that is to be taken over: a file, or bytes that were copied."""

    path: Path | None = None
    data: bytes = field(default=b"", repr=False)
    camera: bool = False  # the file lies in the camera's folder, in the open

    @property
    def name(self) -> str:
        """What the worker is told it is."""
        return self.path.name if self.path is not None else _("Pasted picture")

    def read(self) -> bytes:
        """The bytes. Raises CannotRead, BadPicture where the file is too large to be opened."""
        return self.data if self.path is None else read_file(self.path)


def read_file(path: Path) -> bytes:
    """The bytes of a file that is not too large. Raises CannotRead, BadPicture."""
    try:
        if not path.is_file():
            raise CannotRead(name=path.name)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as trouble:
        raise CannotRead(name=path.name) from trouble
    if len(data) > MAX_BYTES:
        raise BadPicture(reason="bytes", name=path.name)
    return data


def from_mime(mime: QMimeData | None) -> list[Source]:
    """What was copied or dropped: files by their address, else a picture; [] where it is neither."""
    if mime is None:
        return []
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    files = [Source(path) for path in paths if path.suffix.lower() in (*ENDINGS, ".heic", ".heif")]
    if files:
        return files
    if mime.hasImage():
        picture = mime.imageData()
        if isinstance(picture, QImage) and not picture.isNull():
            return [Source(data=as_bytes(picture))]
    return []


def as_bytes(picture: QImage) -> bytes:
    """A picture of the window as a file: BMP, because it is written in no time."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    picture.save(buffer, "BMP")  # type: ignore[call-overload]  # the format is a str since Qt 6
    return bytes(buffer.data().data())


def newest(folder: Path, most: int = NEWEST) -> list[Path]:
    """The pictures of a camera's folder, the newest first, those of its own subfolders (DCIM/100ANDRO) too.

    Raises CannotRead where the folder is not there.
    """
    found: list[tuple[float, Path]] = []
    try:
        inside = sorted(folder.iterdir())
    except OSError as trouble:
        raise CannotRead(name=folder.name or str(folder)) from trouble
    for place in [folder, *(path for path in inside if path.is_dir() and not path.name.startswith("."))]:
        with suppress(OSError):
            for entry in os.scandir(place):
                with suppress(OSError):
                    if Path(entry.name).suffix.lower() in ENDINGS and entry.is_file(follow_symlinks=False):
                        found.append((entry.stat().st_mtime, Path(entry.path)))
    return [path for _at, path in sorted(found, reverse=True)[:most]]


def destroy(paths: Sequence[Path]) -> int:
    """Overwrite files with noughts, then delete them; how many. Memory cards may keep traces all the same.

    Raises CannotWrite at the first that cannot be deleted.
    """
    for done, path in enumerate(paths):
        try:
            with path.open("r+b") as file:
                left = path.stat().st_size
                while left > 0:
                    left -= file.write(bytes(min(left, _BLOCK)))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as trouble:
            raise CannotWrite(name=path.name, done=done) from trouble
    return len(paths)
