"""Lines of lists and cells of tables that Qt makes by itself.

A process ended once in the destructor of a list's line that Python had made and let go before the list went (PySide6
6.11). A line made by Qt has no half in Python that could be missing then.
"""

from PySide6.QtWidgets import QListWidget, QListWidgetItem, QTableWidget, QTableWidgetItem


def add_line(shown: QListWidget, words: str = "") -> QListWidgetItem:
    """A new last line with these words."""
    shown.addItem(words)
    return shown.item(shown.count() - 1)


def add_cell(shown: QTableWidget, row: int, column: int, words: str) -> QTableWidgetItem:
    """A cell with these words, where there was none."""
    model = shown.model()
    model.setData(model.index(row, column), words)
    made = shown.item(row, column)
    assert made is not None
    return made
