"""One look at the program on a real X server, with Qt's xcb platform: it starts, signs in and shows a page."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PASSPHRASE

SCRIPT = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from desktop import app
from desktop.hands import settle, type_text, wait_until

class Looked(app.Shell):
    def __init__(self, folder):
        super().__init__(folder)
        QTimer.singleShot(300, self.look)

    def look(self):
        type_text(self.gate.passphrase.line, sys.argv[1], enter=True)
        wait_until(lambda: not self.is_locked, "signed in")
        self.go("residents")
        settle(self)
        picture = QGuiApplication.primaryScreen().grabWindow(0).toImage()
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
        seen = (self.isVisible(), self.windowHandle().isExposed())
        print(QGuiApplication.platformName(), *seen, len(colours), flush=True)
        self.close()

app.Shell = Looked
sys.exit(app.main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="X is the window system of Linux")
def test_the_program_starts_signs_in_and_is_seen(display: str, town: Path, folder: Path) -> None:
    shutil.copytree(town, folder, dirs_exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "DISPLAY": display, "JINMEN_DATA": str(folder)}
    environment.pop("WAYLAND_DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, PASSPHRASE],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    platform, visible, exposed, colours = done.stdout.split()
    assert (platform, visible, exposed) == ("xcb", "True", "True")
    assert int(colours) > 20, "the screen shows more than one colour"
    assert "Warning" not in done.stderr
