"""Photos of an invented permit and of a kitchen: from the camera, cropped, with what they prove, and sealed."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from desktop import theme
from desktop.demo.register import ELDEST
from desktop.demo.stage import CARD, Stage
from desktop.hands import press, settle, type_text, wait_until
from desktop.picture_sources import CAMERA_FOLDER

_WIDE, _HIGH = 2400, 1800  # pixels of the drawn photos


def papers(stage: Stage) -> int:
    """Two photos are taken over from the camera, the first cropped; their originals are deleted there."""
    folder = stage.work / "DCIM"
    _photograph(folder)
    casebook = stage.shell.casebook
    casebook.settings.set(CAMERA_FOLDER, str(folder))
    who = stage.found[ELDEST]
    page = stage.go("pictures", resident_id=who)
    page.open_camera()
    stage.rest()
    stage.picture("42-camera-folder")
    for row in range(2):
        page.camera.grid.clicked.emit(page.camera.grid.rows.index(row))
    press(page.take_button)
    wait_until(lambda: page.stack.current() is page.pane, "the first photo is opened")
    settle(stage.shell)
    _crop(stage, page)
    stage.picture("43-picture-edited")
    page.taking.save()
    stage.rest()
    page.pane.form.kind.pick("home")
    for row in page.pane.form.ticks.values():
        row.tick.setChecked(False)
    type_text(page.pane.form.title, "厨房门槛")
    page.taking.save()
    stage.rest()
    kept = casebook.pictures.of("resident", who)
    stage.need(len(kept) == 2, f"{len(kept)} pictures were kept")
    stage.in_both("44-pictures", lambda: stage.rest(CARD))
    page = stage.page
    page.delete_originals()
    stage.rest()
    stage.need(not list(folder.glob("*.jpg")), "originals were left in the open")
    page.look(kept[1].id)
    stage.rest()
    stage.picture("45-picture-covered")
    press(page.picture.show_button)
    stage.rest()
    stage.picture("45-picture-shown")
    stage.figures["kept_pictures"] = {"kept": len(kept), "bytes": sum(view.size for view in kept)}
    return len(kept)


def _crop(stage: Stage, page: Any) -> None:
    """Cut the table away around the paper, and say what it is."""
    canvas = page.pane.editor.canvas
    canvas.want(canvas.wish.__class__(crop=(0.12, 0.1, 0.88, 0.9), tilt=-2.0))
    form = page.pane.form
    type_text(form.title, "居住证")
    for row in list(form.ticks.values())[:1]:
        row.tick.click()
    stage.rest()


def _photograph(folder: Path) -> None:
    """Draw two photos where a camera would write them."""
    folder.mkdir(parents=True)
    for name, draw in (("IMG_0001.jpg", _kitchen), ("IMG_0002.jpg", _permit)):
        photo = QImage(_WIDE, _HIGH, QImage.Format.Format_RGB32)
        painter = QPainter(photo)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
        painter.end()
        photo.save(str(folder / name), "JPG", 90)  # type: ignore[call-overload]  # the format is a str since Qt 6


def _permit(painter: QPainter) -> None:
    """A paper that does not exist, lying askew on a table."""
    painter.fillRect(QRectF(0, 0, _WIDE, _HIGH), QColor("#7b5a3c"))
    painter.translate(_WIDE / 2, _HIGH / 2)
    painter.rotate(2)
    sheet = QRectF(-820, -560, 1640, 1120)
    painter.fillRect(sheet.translated(16, 18), QColor(0, 0, 0, 70))
    painter.fillRect(sheet, QColor("#f4f1e4"))
    painter.setPen(QPen(QColor("#a04a3a"), 8))
    painter.drawRect(sheet.adjusted(30, 30, -30, -30))
    ink = QColor("#2c2a26")
    lines = ("演示用证件（虚构）", f"姓名：{ELDEST}", "本件为程序演示所画", "不是任何真实证件")
    for place, words in enumerate(lines):
        font = theme.font(11, bold=place == 0)
        font.setPixelSize(110 if place == 0 else 78)
        painter.setFont(font)
        painter.setPen(ink)
        line = QRectF(sheet.left() + 90, sheet.top() + 90 + 230 * place, sheet.width() - 180, 200)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), words)


def _kitchen(painter: QPainter) -> None:
    """A kitchen with a threshold."""
    painter.fillRect(QRectF(0, 0, _WIDE, _HIGH), QColor("#e7e1d4"))
    floor = QPolygonF([QPointF(0, _HIGH), QPointF(500, 1200), QPointF(1900, 1200), QPointF(_WIDE, _HIGH)])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#b79f86"))
    painter.drawPolygon(floor)
    for where, colour in (
        (QRectF(620, 260, 560, 420), "#a9d0e8"),
        (QRectF(560, 860, 760, 360), "#8d9aa0"),
        (QRectF(1420, 380, 360, 840), "#7a5236"),
        (QRectF(1400, 1200, 400, 50), "#5d3c26"),
    ):
        painter.fillRect(where, QColor(colour))
