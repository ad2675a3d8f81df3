"""Lines and cells that Qt makes: what they hold, and that the program makes no other ones."""

import ast
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QListWidget, QTableWidget

from desktop.widgets.made_by_qt import add_cell, add_line

DESKTOP = Path(__file__).parents[2] / "desktop"
BY_PYTHON = {"QListWidgetItem", "QTableWidgetItem", "QTreeWidgetItem", "QStandardItem"}


def test_lines_and_cells_say_what_they_were_given_and_hold_what_is_put_into_them(qtbot):
    lines, table = QListWidget(), QTableWidget(2, 2)
    qtbot.addWidget(lines)
    qtbot.addWidget(table)
    for number in range(3):
        add_line(lines, f"line {number}").setData(Qt.ItemDataRole.UserRole, ("thing", number))
    assert [lines.item(row).text() for row in range(3)] == ["line 0", "line 1", "line 2"]
    assert lines.item(2).data(Qt.ItemDataRole.UserRole) == ("thing", 2)
    add_cell(table, 1, 0, "cell").setToolTip("more")
    assert (table.item(1, 0).text(), table.item(1, 0).toolTip()) == ("cell", "more")
    assert table.item(0, 0) is None


def test_a_list_goes_while_python_still_holds_its_lines(qtbot):
    lines = QListWidget()
    held = [add_line(lines, str(number)) for number in range(100)]
    gone = []
    lines.destroyed.connect(lambda: gone.append(True))
    lines.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gone == [True]
    del held


def test_no_page_makes_a_line_or_a_cell_in_python():
    made = [
        f"{path.relative_to(DESKTOP)}:{node.lineno}"
        for path in DESKTOP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in BY_PYTHON
    ]
    assert made == []
