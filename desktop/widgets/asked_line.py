"""A line to type into with its name above it and a hint below, which may be as long as it must."""

from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from desktop.widgets import pieces


def asked_line(field: QLineEdit, label: str, hint: str = "") -> QVBoxLayout:
    """The line with its words; they are also what a screen reader says."""
    field.setAccessibleName(label)
    field.setAccessibleDescription(hint)
    words = pieces.text(label, "label")
    words.setBuddy(field)
    column = pieces.column(None, words, field, gap=4)
    if hint:
        column.addWidget(pieces.text(hint, "small"))
    return column
