"""PySide6 6.12.0 loses a reference to None in each void call on Python below 3.12, until the interpreter aborts."""

import sys

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

ROUNDS = 2000


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there")
def test_void_calls_lose_no_reference_to_none(qapp):
    widget, label, timer = QWidget(), QLabel(), QTimer()
    canvas = QPixmap(8, 8)
    painter = QPainter(canvas)
    calls = {
        "QWidget.update": widget.update,
        "QWidget.setEnabled": lambda: widget.setEnabled(True),
        "QWidget.setToolTip": lambda: widget.setToolTip("a"),
        "QLabel.setText": lambda: label.setText("a"),
        "QTimer.stop": timer.stop,
        "QObject.setObjectName": lambda: QObject.setObjectName(widget, "a"),
        "QPainter.save and restore": lambda: (painter.save(), painter.restore()),
        "QPainter.drawLine": lambda: painter.drawLine(0, 0, 4, 4),
    }
    lost = {}
    for name, call in calls.items():
        call()
        before = sys.getrefcount(None)
        for _round in range(ROUNDS):
            call()
        change = sys.getrefcount(None) - before
        if abs(change) > ROUNDS // 10:
            lost[name] = change
    painter.end()
    assert lost == {}
