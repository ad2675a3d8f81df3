"""What is cut on a window: words without room, widgets that stick out, lie over one another, or cannot be reached.

It looks at the widgets as they are laid out now, scrolled-away parts included, and asks of each how much room it needs.
Lists paint their rows themselves and shorten a long line on purpose (the card beside them shows the whole); of them
only the headers are measured, and whether at least one row is in view.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QTabBar,
    QToolButton,
    QWidget,
)

from desktop import theme

SLACK = 2
"""Pixels that nobody sees missing: rounding, the ascent of a letter that no text has."""

BODY_SHARE = 1 / 3
"""How much of the window's height the body keeps at least between what is pinned above and below it."""

_INNER = (QLineEdit, QAbstractSpinBox, QComboBox)
"""What brings widgets of its own and lays them out itself."""


@dataclass(frozen=True)
class Cut:
    """One thing that a worker cannot read or reach."""

    kind: str
    """sideways, outside, text, overlap, squeezed, pinned, unreachable or window."""
    where: str
    """The widget and the widgets around it, by their classes and roles."""
    words: str
    """What it says, shortened."""
    detail: str
    """What is missing, in pixels."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.where} “{self.words}”: {self.detail}"


def cuts(window: QWidget) -> list[Cut]:
    """Everything that is cut on a window as it is laid out now; nothing where all is well."""
    shown = _shown(window) if window.isVisible() else []
    found = list(_of_window(window, shown))
    for widget in shown:
        if not _is_inner(widget):
            for look in (_outside, _sideways, _squeezed, _text, _overlaps, _unreachable):
                found += look(widget)
    return list(dict.fromkeys(found))


def _shown(widget: QWidget) -> list[QWidget]:
    """A widget that can be seen and those on it: what is behind a hidden one, the other pages say, is not gone into."""
    shown, waiting = [], [widget]
    while waiting:
        each = waiting.pop()
        shown.append(each)
        waiting += [
            child
            for child in reversed(each.children())
            if isinstance(child, QWidget) and child.isVisible() and not child.isWindow()
        ]
    return shown


def named(widget: QWidget) -> str:
    """A widget by its class, its role and the classes around it, from the outside in."""
    names: list[str] = []
    each: QWidget | None = widget
    while each is not None and len(names) < 4:
        name, role = type(each).__name__, each.property("role")
        tells = name not in ("QWidget", "QStackedWidget") or role or not names
        if tells and each.objectName() != "qt_scrollarea_viewport":
            names.append(f"{name}[{role}]" if role else name)
        each = each.parentWidget()
    return " > ".join(reversed(names))


def words_of(widget: QWidget) -> str:
    """What a widget says, in at most 40 characters."""
    said = ""
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        said = widget.text()
    elif isinstance(widget, QComboBox):
        said = widget.currentText()
    said = said or widget.accessibleName() or widget.toolTip()
    return " ".join(said.split())[:40]


def _cut(kind: str, widget: QWidget, detail: str) -> Cut:
    return Cut(kind, named(widget), words_of(widget), detail)


def _is_inner(widget: QWidget) -> bool:
    """Whether a widget is a part that another one brings and lays out itself."""
    above = widget.parentWidget()
    if isinstance(above, _INNER) or widget.objectName().startswith("qt_scrollarea"):
        return True
    return type(widget).__name__ in ("QScrollBar", "QSizeGrip", "QTabWidgetPrivate") or isinstance(
        above, QTabBar | QHeaderView
    )


def _viewport(widget: QWidget) -> QAbstractScrollArea | None:
    """The scrolling widget whose viewport this is."""
    above = widget.parentWidget()
    return above if isinstance(above, QAbstractScrollArea) and above.viewport() is widget else None


# The window.


def _of_window(window: QWidget, shown: list[QWidget]) -> Iterator[Cut]:
    """Whether the window had to grow, and what the parts that are pinned leave to the part that scrolls."""
    need = window.minimumSizeHint()
    size = window.size()
    if need.width() > size.width() + SLACK or need.height() > size.height() + SLACK:
        yield _cut("window", window, f"needs {_by(need)}, has {_by(size)}")
    for footer in shown:
        above = footer.parentWidget()
        inner = above is not None and above.property("role") == "footer"
        if footer.property("role") == "footer" and not inner:
            left = max((each.size().height() for each in _siblings(footer)), default=0)
            if left < window.height() * BODY_SHARE:
                yield _cut("pinned", footer, f"leaves {left} of {window.height()} px to the body")


def _siblings(widget: QWidget) -> list[QWidget]:
    above = widget.parentWidget()
    return [] if above is None else [each for each in _children(above) if each is not widget]


def _children(widget: QWidget) -> list[QWidget]:
    return [
        child
        for child in widget.children()
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow() and not _floats(child)
    ]


def _floats(widget: QWidget) -> bool:
    """Whether a widget lies over others on purpose."""
    return bool(widget.property("floats")) or widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


# Room.


def _outside(widget: QWidget) -> Iterator[Cut]:
    """A widget that sticks out of the one around it, where that does not scroll."""
    above = widget.parentWidget()
    if above is None or widget.isWindow() or _viewport(widget) is not None or _floats(widget):
        return
    if isinstance(above, QAbstractScrollArea) or _viewport(above) is not None:
        return  # what scrolls is looked at by _sideways
    box, room = widget.geometry(), above.rect()
    beyond = [
        (side, pixels)
        for side, pixels in (
            ("left", -box.left()),
            ("right", box.right() - room.right()),
            ("top", -box.top()),
            ("bottom", box.bottom() - room.bottom()),
        )
        if pixels > SLACK
    ]
    if beyond:
        yield _cut("outside", widget, ", ".join(f"{pixels} px beyond the {side}" for side, pixels in beyond))


def _sideways(widget: QWidget) -> Iterator[Cut]:
    """What can only be seen by scrolling sideways."""
    if isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QHeaderView):
        hidden = widget.horizontalScrollBar().maximum()
        if hidden > SLACK and not widget.property("pans"):
            yield _cut("sideways", widget, f"{hidden} px wider than its {widget.viewport().width()} px")
            content = widget.widget() if isinstance(widget, QScrollArea) else None
            if content is not None:
                yield from _wide(content, widget.viewport().width())


def _wide(content: QWidget, room: int) -> Iterator[Cut]:
    """The innermost widgets that need so much width."""
    for child in content.findChildren(QWidget):
        if not child.isVisible() or _is_inner(child):
            continue
        need = child.minimumSizeHint().width()
        need = max(need, child.minimumWidth())
        if need > room - child.mapTo(content, QPoint()).x() + SLACK and not any(
            each.minimumSizeHint().width() >= need - 2 * theme.px(24) for each in _children(child)
        ):
            yield _cut("sideways", child, f"wants {need} px of {room}")


def _squeezed(widget: QWidget) -> Iterator[Cut]:
    """A list or a scrolling part of which hardly anything is in view, and a field that is lower than its letters."""
    if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        model = widget.model()
        row = 0
        if model is not None and model.rowCount(widget.rootIndex()):
            row = widget.visualRect(model.index(0, 0, widget.rootIndex())).height()
        need = min(row, theme.row_height())
        if widget.viewport().height() < need - SLACK:
            yield _cut("squeezed", widget, f"{widget.viewport().height()} px for rows of {need}")
    elif isinstance(widget, QScrollArea):
        content = widget.widget()
        shown = widget.viewport().height()
        if content is not None and shown < min(content.height(), theme.target()) - SLACK:
            yield _cut("squeezed", widget, f"{shown} px of {content.height()} in view")
    elif isinstance(widget, QLineEdit | QComboBox | QAbstractSpinBox | QAbstractButton):
        need = widget.minimumSizeHint().height()
        if widget.height() < need - 2 * SLACK:
            yield _cut("squeezed", widget, f"{widget.height()} px high, needs {need}")


# Words.


def _text(widget: QWidget) -> Iterator[Cut]:
    """Words that have less room than they need."""
    if widget.property("gives_way") and widget.size().isEmpty():
        return  # a hint that its page leaves out on purpose where there is no room
    if isinstance(widget, QLabel):
        yield from _label(widget)
    elif isinstance(widget, QAbstractButton):
        yield from _button(widget)
    elif isinstance(widget, QComboBox):
        yield from _combo(widget)
    elif isinstance(widget, QLineEdit):
        yield from _placeholder(widget)
    elif isinstance(widget, QTabBar):
        need = sum(widget.tabRect(place).width() for place in range(widget.count()) if widget.isTabVisible(place))
        if need > widget.width() + SLACK:
            yield _cut("text", widget, f"tabs of {need} px in {widget.width()}")
    elif isinstance(widget, QHeaderView):
        yield from _header(widget)


def _label(label: QLabel) -> Iterator[Cut]:
    picture = label.pixmap()
    if picture is not None and not picture.isNull():
        need = picture.deviceIndependentSize().toSize()
        if not label.hasScaledContents() and (need.width() > label.width() or need.height() > label.height()):
            yield _cut("text", label, f"a picture of {_by(need)} in {_by(label.size())}")
        return
    if not label.text():
        return
    if not label.wordWrap():
        need = label.sizeHint()
        if need.width() > label.width() + SLACK or need.height() > label.height() + SLACK:
            yield _cut("text", label, f"needs {_by(need)}, has {_by(label.size())}")
        return
    height = label.heightForWidth(label.width())
    if height > label.height() + SLACK:
        yield _cut("text", label, f"needs {height} px of height at this width, has {label.height()}")
    wide = _longest_word(label) - label.contentsRect().width()
    if wide > SLACK:
        yield _cut("text", label, f"a word is {wide} px wider than its {label.contentsRect().width()}")


def _longest_word(label: QLabel) -> int:
    """How wide the longest piece of a wrapped text is that is not broken, in pixels."""
    if "<" in label.text() and label.textFormat() != Qt.TextFormat.PlainText:
        paper = QTextDocument()
        paper.setDefaultFont(label.font())
        paper.setHtml(label.text())
        paper.setTextWidth(1)
        return int(paper.idealWidth())
    metrics = label.fontMetrics()
    flags = int(Qt.TextFlag.TextWordWrap)
    return int(metrics.boundingRect(QRect(0, 0, 1, 100_000), flags, label.text()).width())


def _button(button: QAbstractButton) -> Iterator[Cut]:
    if not button.text():
        yield from _wordless(button)
        return
    if button.hasHeightForWidth():  # its words break
        height = button.heightForWidth(button.width())
        if height > button.height() + SLACK:
            yield _cut("text", button, f"needs {height} px of height at this width, has {button.height()}")
        return
    if isinstance(button, QToolButton) and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        return
    lines = button.text().split("\n")
    metrics = button.fontMetrics()
    words = max(metrics.size(int(Qt.TextFlag.TextShowMnemonic), each).width() for each in lines)
    icon = 0 if button.icon().isNull() else button.iconSize().width() + 4
    room = _contents(button)
    if words + icon > room.width() + SLACK:
        yield _cut("text", button, f"needs {words + icon} px, has {room.width()}")
    if metrics.height() * len(lines) > button.height() + SLACK:
        yield _cut("text", button, f"needs {metrics.height() * len(lines)} px of height, has {button.height()}")


def _wordless(button: QAbstractButton) -> Iterator[Cut]:
    """A button on which nothing is to be seen, or whose picture has no room."""
    if not isinstance(button, QPushButton | QToolButton) or type(button).paintEvent not in _PAINTED_BY_QT:
        return
    if button.icon().isNull():
        arrow = isinstance(button, QToolButton) and button.arrowType() != Qt.ArrowType.NoArrow
        if not arrow and not any(each.isVisible() and words_of(each) for each in button.findChildren(QLabel)):
            yield _cut("text", button, "has neither words nor a picture")
        return
    room = _contents(button)
    need = button.iconSize()
    if need.width() > room.width() + SLACK or need.height() > button.height() + SLACK:
        yield _cut("text", button, f"a picture of {_by(need)} in {_by(QSize(room.width(), button.height()))}")


_PAINTED_BY_QT = (QPushButton.paintEvent, QToolButton.paintEvent)
"""A subclass that paints itself shows what it wants."""


def _contents(button: QAbstractButton) -> QRect:
    """Where the words and the picture of a button are drawn."""
    elements = (
        (QPushButton, QStyle.SubElement.SE_PushButtonContents),
        (QCheckBox, QStyle.SubElement.SE_CheckBoxContents),
        (QRadioButton, QStyle.SubElement.SE_RadioButtonContents),
    )
    for kind, element in elements:
        if isinstance(button, kind):
            option = QStyleOptionButton()
            button.initStyleOption(option)
            return button.style().subElementRect(element, option, button)
    edge = theme.px(4) + 2
    return button.rect().adjusted(edge, 0, -edge, 0)


def _combo(combo: QComboBox) -> Iterator[Cut]:
    if combo.isEditable():
        return
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field = QStyle.SubControl.SC_ComboBoxEditField
    room = combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, combo).width()
    need = combo.fontMetrics().horizontalAdvance(combo.currentText())
    if need > room + SLACK and combo.toolTip() != combo.currentText():
        yield _cut("text", combo, f"needs {need} px, has {room}")


def _placeholder(line: QLineEdit) -> Iterator[Cut]:
    if line.text() or not line.placeholderText():
        return
    margins = line.textMargins()
    actions = sum(b.width() for b in line.findChildren(QToolButton) if b.isVisible())
    room = line.contentsRect().width() - margins.left() - margins.right() - 2 * theme.px(8) - actions
    need = line.fontMetrics().horizontalAdvance(line.placeholderText())
    if need > room + SLACK and line.placeholderText() not in (line.toolTip(), line.accessibleName()):
        yield Cut("text", named(line), line.placeholderText()[:40], f"what to type needs {need} px, has {room}")


def _header(header: QHeaderView) -> Iterator[Cut]:
    model = header.model()
    if model is None or header.orientation() != Qt.Orientation.Horizontal:
        return
    for place in range(header.count()):
        if header.isSectionHidden(place):
            continue
        words = str(model.headerData(place, Qt.Orientation.Horizontal) or "")
        need = header.fontMetrics().horizontalAdvance(words) + theme.px(8)
        if words and need > header.sectionSize(place) + SLACK:
            yield Cut("text", named(header), words[:40], f"needs {need} px, has {header.sectionSize(place)}")


# One over the other, and out of reach.


def _overlaps(widget: QWidget) -> Iterator[Cut]:
    """Two visible parts of a widget that lie over one another."""
    if isinstance(widget, (QAbstractScrollArea, QTabBar, *_INNER)):
        return
    parts = [each for each in _children(widget) if not _is_inner(each) and not each.size().isEmpty()]
    for one, other in combinations(parts, 2):
        shared = one.geometry().intersected(other.geometry())
        if shared.width() > SLACK and shared.height() > SLACK:
            yield _cut("overlap", one, f"{_by(shared.size())} px lie over {named(other)} “{words_of(other)}”")


def _unreachable(widget: QWidget) -> Iterator[Cut]:
    """A button for the main thing that cannot be brought into view."""
    if not isinstance(widget, QAbstractButton) or widget.property("role") != "primary":
        return
    box = widget.rect()
    each: QWidget = widget
    while (above := each.parentWidget()) is not None and not each.isWindow():
        box.translate(each.pos())
        area = _viewport(above)
        if area is not None:  # it scrolls up and down, never sideways
            box = QRect(box.x(), 0, box.width(), min(box.height(), above.height()))
            if above.height() < min(widget.height(), theme.target()) - SLACK:
                yield _cut("unreachable", widget, f"scrolls in {above.height()} px")
                return
        if not above.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(box):
            yield _cut("unreachable", widget, f"is {_by(box.size())} at {box.x()}, {box.y()} of {named(above)}")
            return
        each = above


def _by(size: QSize) -> str:
    return f"{size.width()}x{size.height()}"
