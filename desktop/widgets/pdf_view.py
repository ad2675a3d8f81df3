"""The very PDF that will be printed, on the screen: pages drawn off the window's thread, only those in view."""

from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from desktop import theme
from desktop.tasks import Job, Tasks
from desktop.widgets import pieces
from desktop.widgets.pdf_pages import page_sizes, picture
from models.errors import Problem
from models.texts import _

WIDTH, PAGE = 0, -1
ZOOMS = (WIDTH, PAGE, 50, 75, 100, 125, 150, 200, 300)
"""Per cent of paper size at 96 pixels to the inch; WIDTH fits the width, PAGE a whole page."""

_STEPS = tuple(percent for percent in ZOOMS if percent > 0)


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
    """Shows PDF bytes. `shown` tells how many pages there are; `trouble` brings a Problem.

    Keys, while it has the cursor: PgUp and PgDn a screenful (a page where whole pages are shown), Ctrl with them a
    page, Ctrl+Home and Ctrl+End the first and the last, Ctrl+plus and Ctrl+minus larger and smaller, Ctrl+0 the width.
    """

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
        fits = {WIDTH: _("Fit width"), PAGE: _("Fit page")}
        for percent in ZOOMS:
            self.zoom.addItem(fits.get(percent, f"{percent} %"), percent)
        self.zoom.currentIndexChanged.connect(lambda _place: self._lay_out())
        self.page_box = QSpinBox()
        self.page_box.setRange(1, 1)
        self.page_box.setAccessibleName(_("Page"))
        self.page_box.setKeyboardTracking(False)
        self.page_box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.page_box.valueChanged.connect(lambda page: self.go_to_page(page - 1))
        self.pages = pieces.text("", "small", wrap=False)
        self.pages.hide()
        bar = pieces.wrapping(
            None,
            pieces.icon_button(_("Smaller"), "zoom-out", lambda: self._step(-1)),
            self.zoom,
            pieces.icon_button(_("Larger"), "zoom-in", lambda: self._step(1)),
            None,
            self.page_box,
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
        # A bar that comes once pages are there would take room from them, and they would be laid out a second time.
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setAccessibleName(_("Preview of the paper"))
        self.area.viewport().installEventFilter(self)
        self.area.installEventFilter(self)
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
        if percent > 0:
            width = round(wide * percent / 100 * 96 / 72)
        else:
            margins, seen = self._column.contentsMargins(), self.area.viewport()
            width = max(seen.width() - margins.left() - margins.right(), 100)
            if percent == PAGE:
                room = max(seen.height() - margins.top() - margins.bottom(), 100)
                width = min(width, max(round(room * wide / high), 100))
        return QSize(width, round(width * high / wide))

    def _lay_out(self) -> None:
        page = self.page()
        for number, sheet in enumerate(self._sheets):
            sheet.setFixedSize(self._size(number))
            sheet.update()
        if page and self._sheets:  # the page that was read stays in view at the new size
            self._column.activate()
            inside, seen = self.area.widget(), self.area.viewport().size()
            if inside is not None:
                inside.resize(self._column.minimumSize().expandedTo(seen))  # Qt would do so only later
            self.go_to_page(page)

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
        """The next larger or smaller step, from what is shown now."""
        now = self._sheets[0].width() / (self._sizes[0][0] * 96 / 72) * 100 if self._sheets else 100
        beyond = [percent for percent in _STEPS if (percent - now) * steps > 1]
        if beyond:
            self.zoom.setCurrentIndex(ZOOMS.index(beyond[0] if steps > 0 else beyond[-1]))

    def page(self) -> int:
        """The page that is read now, 0 the first: the one in the middle of what is seen."""
        middle = self.area.verticalScrollBar().value() + self.area.viewport().height() // 2
        return next((s.number for s in self._sheets if s.geometry().bottom() >= middle), max(len(self._sheets) - 1, 0))

    def go_to_page(self, number: int) -> None:
        """Show a page from its top, 0 the first; beyond the ends the nearest."""
        if not self._sheets:
            return
        sheet = self._sheets[min(max(number, 0), len(self._sheets) - 1)]
        self.area.verticalScrollBar().setValue(sheet.geometry().top() - self._column.contentsMargins().top())
        self._say_page()

    def _say_page(self) -> None:
        several = len(self._sheets) > 1
        self.page_box.setVisible(several)
        self.pages.setVisible(bool(self._sheets))
        page = self.page()
        self.page_box.blockSignals(True)
        self.page_box.setRange(1, max(len(self._sheets), 1))
        self.page_box.setValue(page + 1)
        self.page_box.blockSignals(False)
        if not self._sheets:
            self.pages.setText("")
        elif several:
            self.pages.setText(_("of {all}").format(all=len(self._sheets)))
        else:
            self.pages.setText(_("Page {n} of {all}").format(n=1, all=1))
        self.pages.setAccessibleName(_("Page {n} of {all}").format(n=page + 1, all=len(self._sheets)))

    def event(self, event: QEvent) -> bool:
        """While the paper has the cursor its keys come before those of the window (Ctrl+plus: larger letters)."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _act_of(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pages and zoom; see the class."""
        act = _act_of(event)
        whole = self.zoom.currentData() == PAGE
        if act == "larger":
            self._step(1)
        elif act == "smaller":
            self._step(-1)
        elif act == "width":
            self.zoom.setCurrentIndex(ZOOMS.index(WIDTH))
        elif act in ("first", "last"):
            self.go_to_page(0 if act == "first" else len(self._sheets))
        elif act.endswith("page"):
            self.go_to_page(self.page() + (1 if act == "next-page" else -1))
        elif act and whole:
            self.go_to_page(self.page() + (1 if act == "next" else -1))
        elif act:
            bar = self.area.verticalScrollBar()
            bar.setValue(bar.value() + (bar.pageStep() if act == "next" else -bar.pageStep()))
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The room changed: lay out anew, a moment later. Keys of the paper are taken before it scrolls by itself."""
        if watched is self.area.viewport():
            if event.type() == QEvent.Type.Resize and self.zoom.currentData() <= 0:
                self._resized.start()
        elif isinstance(event, QKeyEvent) and _act_of(event):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)


def _act_of(event: QKeyEvent) -> str:
    """What a key means for the paper; "" for all others."""
    key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
    if not control:
        return {Qt.Key.Key_PageDown: "next", Qt.Key.Key_PageUp: "previous"}.get(key, "")  # type: ignore[call-overload]
    return {  # type: ignore[call-overload]
        Qt.Key.Key_Plus: "larger",
        Qt.Key.Key_Equal: "larger",
        Qt.Key.Key_Minus: "smaller",
        Qt.Key.Key_0: "width",
        Qt.Key.Key_Home: "first",
        Qt.Key.Key_End: "last",
        Qt.Key.Key_PageDown: "next-page",
        Qt.Key.Key_PageUp: "previous-page",
    }.get(key, "")
