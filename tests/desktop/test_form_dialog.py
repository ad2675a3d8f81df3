"""A dialog with a few questions is as high as they need, and no larger than its window."""

import pytest
from PySide6.QtWidgets import QLineEdit, QScrollArea, QWidget

from desktop import theme
from desktop.cut import cuts
from desktop.widgets import pieces
from desktop.widgets.form_dialog import FormDialog


@pytest.fixture
def around(qtbot, dressed):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1024, 600)
    yield made
    theme.apply(theme.Look())


def ask(qapp, around, questions):
    dialog = FormDialog(around, "问", 480)
    for place in range(questions):
        dialog.form.addWidget(pieces.text(f"第 {place} 问", "label"))
        dialog.form.addWidget(QLineEdit())
    dialog.finish(pieces.button("保存", role="primary"))
    dialog.show()
    for _round in range(4):
        qapp.processEvents()
    return dialog


@pytest.mark.parametrize("look", [theme.Look(), theme.Look(touch=True), theme.Look(scale=200)], ids=str)
def test_a_few_questions_are_shown_without_scrolling(qapp, around, look):
    theme.apply(look)
    dialog = ask(qapp, around, 2)
    assert dialog.findChild(QScrollArea).verticalScrollBar().maximum() == 0
    assert cuts(dialog) == []


def test_many_questions_scroll_in_all_the_room_that_the_window_has(qapp, around):
    theme.apply(theme.Look(scale=200))
    dialog = ask(qapp, around, 8)
    area = dialog.findChild(QScrollArea)
    assert area.verticalScrollBar().maximum() > 0
    assert dialog.height() <= around.height()
    assert area.viewport().height() > around.height() * 0.6
    assert cuts(dialog) == []


def test_the_edge_is_wide_where_all_fits_and_narrow_where_it_scrolls(qapp, around):
    theme.apply(theme.Look())
    few, many = ask(qapp, around, 2), ask(qapp, around, 12)
    assert few.layout().contentsMargins().left() == theme.px(24)
    assert many.layout().contentsMargins().left() == theme.px(12)
