"""Paper out of PDF bytes: through CUPS where there is a printer, those very bytes; else pictures of the pages.

Nothing is written to disk on the way: CUPS reads from standard input, and its job is named by the letter's number.
"""

import shutil
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QProcess, Qt
from PySide6.QtWidgets import QComboBox, QDialog, QSpinBox, QWidget

from desktop.widgets import pieces
from models.errors import Problem
from models.texts import _

PATIENCE_MS = 3000
"""How long CUPS may take to name its printers."""

DOTS = 300
"""Dots per inch where pages are printed as pictures."""


class NoPrinter(Problem):
    """There is no printer."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "No printer was found. The letter is kept. Connect a printer and print again, or save the letter as a PDF."
        )


class PrinterRefused(Problem):
    """The printer's program did not take the job. Facts: printer."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "“{printer}” did not take the letter. Nothing was printed and the letter is kept. "
            "Check that the printer is on, then print again."
        ).format(**self.facts)


def cups_printers() -> list[str]:
    """The printers that CUPS knows, the default one first; none where there is no CUPS."""
    if sys.platform == "win32" or shutil.which("lp") is None or shutil.which("lpstat") is None:
        return []
    names = _answer(["-e"]).split()
    default = _answer(["-d"]).rpartition(":")[2].strip()
    return sorted(names, key=lambda name: name != default)


def _answer(arguments: list[str]) -> str:
    process = QProcess()
    environment = process.processEnvironment()
    environment.insert("LC_ALL", "C")
    process.setProcessEnvironment(environment)
    process.start("lpstat", arguments)
    if not process.waitForFinished(PATIENCE_MS) or process.exitCode():
        process.kill()
        process.waitForFinished(PATIENCE_MS)
        return ""
    return process.readAllStandardOutput().toStdString()


class PrintDialog(QDialog):
    """Which printer, how many copies."""

    def __init__(self, printers: list[str], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Print"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.printer = QComboBox()
        self.printer.addItems(printers)
        self.printer.setAccessibleName(_("Printer"))
        self.copies = QSpinBox()
        self.copies.setRange(1, 20)
        self.copies.setAccessibleName(_("Copies"))
        go = pieces.button(_("Print"), self.accept, "primary", "print")
        pieces.column(
            self,
            pieces.text(_("Printer"), "label"),
            self.printer,
            pieces.text(_("Copies"), "label"),
            self.copies,
            pieces.line(None, pieces.button(_("Cancel"), self.reject), None, go),
            margin=24,
            gap=12,
        )


def send_to_cups(
    pdf: bytes,
    *,
    printer: str,
    copies: int,
    job: str,
    parent: QObject,
    done: Callable[[int], object],
    failed: Callable[[Problem], object],
) -> QProcess:
    """Hand the bytes to CUPS; then `done(copies)`, or `failed(problem)`."""
    process = QProcess(parent)

    def finished(code: int, status: QProcess.ExitStatus) -> None:
        process.deleteLater()
        if status == QProcess.ExitStatus.NormalExit and code == 0:
            done(copies)
        else:
            failed(PrinterRefused(printer=printer))

    def error(kind: QProcess.ProcessError) -> None:
        if kind == QProcess.ProcessError.FailedToStart:  # only then will finished not come
            process.deleteLater()
            failed(PrinterRefused(printer=printer))

    process.finished.connect(finished)
    process.errorOccurred.connect(error)
    process.start("lp", ["-d", printer, "-n", str(copies), "-t", job, "-"])
    process.write(pdf)
    process.closeWriteChannel()
    return process


def print_pictures(pdf: bytes, job: str, parent: QWidget) -> int:
    """Print pictures of the pages through Qt's own dialog; returns the copies, 0 where the worker did not want to.

    Raises NoPrinter.
    """
    from PySide6.QtGui import QPainter
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

    from desktop.widgets.pdf_pages import page_sizes, picture

    if not QPrinterInfo.availablePrinterNames():
        raise NoPrinter
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setResolution(DOTS)
    printer.setDocName(job)
    if QPrintDialog(printer, parent).exec() != QDialog.DialogCode.Accepted:
        return 0
    painter = QPainter(printer)
    for number in range(len(page_sizes(pdf))):
        if number:
            printer.newPage()
        image = picture(pdf, number, DOTS / 72)
        paper = printer.paperRect(QPrinter.Unit.DevicePixel)
        painter.drawImage(paper.translated(-printer.pageRect(QPrinter.Unit.DevicePixel).topLeft()), image)
    painter.end()
    return int(printer.copyCount())
