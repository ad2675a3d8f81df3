"""Start: environment, application, one instance, first window; then, behind the painted window, the heavy modules."""

import os
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop import theme
from desktop.shell import Shell
from models.paths import data_folder


def main() -> int:
    """Open the window and stay until it is closed."""
    os.environ.setdefault("QT_IM_MODULE", "")
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    theme.load_face("hei")
    shell = Shell(folder)
    shell.show()
    QTimer.singleShot(0, lambda: None)
    return app.exec()
