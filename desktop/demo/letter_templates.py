"""The office changes how its letters look: a title of its own, a logo, other paper, another order; and back again."""

from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.demo.letter import render
from desktop.demo.stage import Stage
from desktop.hands import press, settle, type_text, wait_until
from desktop.template_samples import SAMPLES


def change(stage: Stage) -> int:
    """Make a template, look at its samples, save it, and withdraw it; gives how many samples were drawn."""
    shell, casebook = stage.shell, stage.shell.casebook
    page = stage.go("templates")
    press(page.new_button)
    settle(shell, 0.4)
    editor: Any = shell.page
    editor.form.name_line.selectAll()
    type_text(editor.form.name_line, "便民服务转介函")
    row = editor.form.texts.rows["zh.title"]
    row.line.selectAll()
    type_text(row.line, "便民服务转介函")
    logo = stage.out / "logo.png"
    logo.write_bytes(_logo())
    editor.take_logo(logo)
    editor.form.paper.setCurrentIndex(editor.form.paper.findData("16K"))
    editor.form.blocks.list.setCurrentRow(0)
    press(editor.form.blocks.down)
    for kind in SAMPLES:
        editor.kind.setCurrentIndex(editor.kind.findData(kind))
        settle(shell, 0.3)
        editor.settle()
        settle(shell, 0.3)
        path = stage.out / f"template-{kind}.pdf"
        path.write_bytes(editor.preview.pdf)
        render(path, pages=3)
    editor.kind.setCurrentIndex(0)
    settle(shell, 0.3)
    stage.picture("63-template")
    press(editor.save_button)
    wait_until(lambda: stage.page.name == "templates" and stage.page.loaded is not None, "the template is saved")
    settle(shell, 0.4)
    stage.need(len(casebook.templates.in_use()) == 1, "the template is not in use")
    stage.picture("63-templates")
    made = casebook.templates.in_use()[0].id
    press(stage.page.buttons["withdraw", made])
    wait_until(lambda: not casebook.templates.in_use(), "the template is withdrawn")
    return len(SAMPLES)


def _logo() -> bytes:
    """An invented emblem: a roof over a door."""
    image = QImage(320, 320, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#0b6e75"))
    painter.drawEllipse(QRectF(10, 10, 300, 300))
    painter.setBrush(QColor("white"))
    painter.drawRect(QRectF(90, 150, 140, 100))
    painter.setBrush(QColor("#c9302c"))
    painter.drawRect(QRectF(140, 180, 40, 70))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the format is a str since Qt 6
    return bytes(buffer.data().data())
