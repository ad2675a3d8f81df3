"""The very PDF that will be printed, on the screen: pages drawn off the window's thread, only those in view."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop import theme
from desktop.tasks import Job, Tasks
from desktop.widgets import pieces, printing
from desktop.widgets.pdf_pages import page_sizes, picture
from models.errors import Problem
from models.texts import _

ZOOMS = (0, 75, 100, 125, 150, 200)
"""Per cent of paper size at 96 pixels to the inch; 0 fits the width."""


class PageSheet(QWidget):
    """One sheet of paper; asks for its picture when it is first seen at this size."""

    wanted = Signal()

    def __init__(self, number: int, size: QSize) -> None:
        super().__init__()
        self.number = number
        self.image: QImage | None = None
        self.setFixedSize(size)
        self.setAccessibleName(_("Page {n}").format(n=number + 1))

    def paintEvent(self, event: Any) -> None:
        """White paper, and on it the picture once it is there; paper stays white in every theme."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#ffffff"))
        if self.image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), self.image)
        painter.setPen(theme.colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
        self.wanted.emit()


class PdfView(QFrame):
    """Shows PDF bytes, prints those very bytes. `shown` tells how many pages there are; `trouble` brings a Problem."""

    shown = Signal(int)
    trouble = Signal(object)

    def __init__(self, tasks: Tasks | None = None) -> None:
        """`tasks` may be left out inside the window of the shell, which has its own."""
        super().__init__()
        self.setProperty("role", "card")
        self._tasks = tasks
        self.pdf = b""
        self._sizes: list[tuple[float, float]] = []
        self._sheets: list[PageSheet] = []
        self._drawn: dict[int, int] = {}  # page -> width of its picture in device pixels
        self._job: Job[Any] | None = None
        self.zoom = QComboBox()
        self.zoom.setAccessibleName(_("Zoom"))
        for percent in ZOOMS:
            self.zoom.addItem(f"{percent} %" if percent else _("Fit width"), percent)
        self.zoom.currentIndexChanged.connect(lambda _place: self._lay_out())
        self.pages = pieces.text("", "small", wrap=False)
        bar = pieces.wrapping(
            None,
            pieces.icon_button(_("Smaller"), "zoom-out", lambda: self._step(-1)),
            self.zoom,
            pieces.icon_button(_("Larger"), "zoom-in", lambda: self._step(1)),
            None,
            self.pages,
            gap=4,
        )
        bar.setContentsMargins(theme.px(8), theme.px(4), theme.px(12), theme.px(4))
        inside = QWidget()
        inside.setProperty("role", "desk")
        self._column: QVBoxLayout = pieces.column(inside, margin=12, gap=12)
        self._column.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(inside)
        self.area.setAccessibleName(_("Preview of the paper"))
        self.area.viewport().installEventFilter(self)
        self.area.verticalScrollBar().valueChanged.connect(lambda _value: self._say_page())
        pieces.finger_scroll(self.area)
        whole = pieces.column(self, gap=0)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.addLayout(bar)
        whole.addWidget(pieces.rule())
        whole.addWidget(self.area, 1)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._draw_in_view)
        self._resized = QTimer(self, singleShot=True, interval=80)
        self._resized.timeout.connect(self._lay_out)

    def show_pdf(self, pdf: bytes) -> None:
        """Show these bytes from the first page, at the zoom chosen; b"" shows nothing. Old pages stay until then."""
        self.pdf = pdf
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if not pdf:
            self._sized(pdf, [])
            return
        self._job = self._lane().read(
            lambda: page_sizes(pdf), lambda sizes: self._sized(pdf, sizes), self._failed, owner=self
        )

    def page_count(self) -> int:
        """How many pages are shown."""
        return len(self._sizes)

    def print_pdf(self, job: str, printed: Callable[[int], object]) -> None:
        """Ask for printer and copies and print; `printed(copies)` once the printer's program took the job.

        `job` names it in the printer's queue, where others see it: a letter's number, no name. Trouble is told by
        the signal `trouble`, or where nobody listens by the window's banner.
        """
        pdf = self.pdf
        if not pdf:
            return
        printers = printing.cups_printers()
        if not printers:
            try:
                copies = printing.print_pictures(pdf, job, self)
            except Problem as problem:
                self._failed(problem)
                return
            if copies:
                printed(copies)
            return
        dialog = printing.PrintDialog(printers, self)
        dialog.accepted.connect(
            lambda: printing.send_to_cups(
                pdf,
                printer=dialog.printer.currentText(),
                copies=dialog.copies.value(),
                job=job,
                parent=self,
                done=printed,
                failed=self._failed,
            )
        )
        dialog.open()

    def save_pdf(self, path: Any) -> None:
        """Write the bytes to a file. Raises CannotWrite, DiskFull."""
        import errno

        from models.errors import CannotWrite, DiskFull

        try:
            path.write_bytes(self.pdf)
        except OSError as trouble:
            if trouble.errno == errno.ENOSPC:
                raise DiskFull from trouble
            raise CannotWrite(name=path.name) from trouble

    def _lane(self) -> Tasks:
        tasks = self._tasks or getattr(self.window(), "tasks", None)
        assert tasks is not None, "a PDF view is given tasks, or stands in the shell's window"
        return tasks

    def _failed(self, problem: Problem) -> None:
        if self.receivers("2trouble(PyObject)"):
            self.trouble.emit(problem)
        elif (banner := getattr(self.window(), "problem", None)) is not None:
            banner(problem)

    def _sized(self, pdf: bytes, sizes: list[tuple[float, float]]) -> None:
        if pdf != self.pdf:
            return
        self._job = None
        keep = self.area.verticalScrollBar().value() if len(sizes) == len(self._sizes) else 0
        self._sizes = sizes
        old = self._sheets
        pieces.clear(self._column)
        self._sheets = []
        self._drawn.clear()
        for number in range(len(sizes)):
            sheet = PageSheet(number, self._size(number))
            if number < len(old) and len(old) == len(sizes):
                sheet.image = old[number].image  # what was there stays in view until the new page is drawn
            sheet.wanted.connect(self._soon.start)
            self._column.addWidget(sheet)
            self._sheets.append(sheet)
        self.area.verticalScrollBar().setValue(keep)
        self._say_page()
        self.shown.emit(len(sizes))

    def _size(self, number: int) -> QSize:
        wide, high = self._sizes[number]
        percent = self.zoom.currentData()
        if percent:
            width = round(wide * percent / 100 * 96 / 72)
        else:
            margins = self._column.contentsMargins()
            width = max(self.area.viewport().width() - margins.left() - margins.right(), 100)
        return QSize(width, round(width * high / wide))

    def _lay_out(self) -> None:
        for number, sheet in enumerate(self._sheets):
            sheet.setFixedSize(self._size(number))
            sheet.update()

    def _draw_in_view(self) -> None:
        # Only now: while sheets are being laid out, all of them are painted at the same place.
        seen = self.area.viewport().rect()
        for sheet in self._sheets:
            if seen.intersects(sheet.rect().translated(sheet.mapTo(self.area.viewport(), sheet.rect().topLeft()))):
                self._draw(sheet.number)

    def _draw(self, number: int) -> None:
        sheet, pdf = self._sheets[number], self.pdf
        ratio = self.devicePixelRatioF()
        width = round(sheet.width() * ratio)
        if self._drawn.get(number) == width:
            return
        self._drawn[number] = width
        scale = width / self._sizes[number][0]

        def drawn(image: QImage) -> None:
            if pdf != self.pdf or self._drawn.get(number) != width or number >= len(self._sheets):
                return
            self._sheets[number].image = image
            self._sheets[number].update()

        self._lane().read(lambda: picture(pdf, number, scale), drawn, self._failed, owner=self)

    def _step(self, steps: int) -> None:
        place = self.zoom.currentIndex()
        if place == 0:  # from "fit width" to the nearest step beyond it
            now = self._sheets[0].width() / (self._sizes[0][0] * 96 / 72) * 100 if self._sheets else 100
            steps_there = [i for i, percent in enumerate(ZOOMS) if percent and (percent - now) * steps > 0]
            if steps_there:
                self.zoom.setCurrentIndex(steps_there[0] if steps > 0 else steps_there[-1])
            return
        self.zoom.setCurrentIndex(min(max(place + steps, 1), len(ZOOMS) - 1))

    def _say_page(self) -> None:
        if not self._sheets:
            self.pages.setText("")
            return
        middle = self.area.verticalScrollBar().value() + self.area.viewport().height() // 2
        now = next((s.number for s in self._sheets if s.geometry().bottom() >= middle), len(self._sheets) - 1)
        self.pages.setText(_("Page {n} of {all}").format(n=now + 1, all=len(self._sheets)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The width changed: lay out anew, a moment later."""
        if event.type() == QEvent.Type.Resize and self.zoom.currentData() == 0:
            self._resized.start()
        return super().eventFilter(watched, event)
