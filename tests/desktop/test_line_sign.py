"""The sign inside a line grows with the letters and stands clear of what is typed."""

import pytest
from PySide6.QtWidgets import QLineEdit

from desktop import theme
from desktop.widgets.line_sign import LineSign


@pytest.mark.parametrize("scale", [100, 200])
def test_the_sign_is_as_large_as_the_letters_and_in_the_middle_of_the_line(qtbot, dressed, scale):
    theme.apply(theme.Look(scale=scale))
    line = QLineEdit()
    qtbot.addWidget(line)
    sign = LineSign(line, "search")
    line.resize(400, theme.target())
    line.show()
    assert sign.height() == theme.px(18)
    assert abs(sign.geometry().center().y() - line.rect().center().y()) <= 1
    line.setText("王")
    assert line.cursorRect().left() > sign.geometry().right()
    theme.apply(theme.Look())
