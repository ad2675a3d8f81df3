"""The small pieces that every page is made of: texts, buttons, cards, rows. All looks are in desktop.theme."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop import theme
from desktop.widgets.wrap_line import WrapLine


def set_role(widget: QWidget, role: str) -> None:
    """Say what a widget is, so that the style sheet dresses it; may be called again later."""
    widget.setProperty("role", role)
    polish(widget)


def polish(widget: QWidget) -> None:
    """Dress a widget anew after one of its properties (role, wrong) changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def text(content: str, role: str = "", wrap: bool = True, select: bool = False) -> QLabel:
    """A text: role title, heading, subheading, soft, small, label, error, figure, tag, tag-good, tag-warn, tag-quiet.

    `select` lets the mouse select and copy it. Plain text only: what a resident is called is never taken for mark-up.
    """
    made = QLabel(content)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if role.startswith("tag"):
        made.setWordWrap(False)
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    if select:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def button(
    label: str, clicked: Callable[[], object] | None = None, role: str = "", icon: str = "", tip: str = ""
) -> QPushButton:
    """A button that says what it does: role "" (ordinary), primary (one a page), danger, link, row."""
    made = QPushButton(label)
    made.setAutoDefault(False)
    if role:
        made.setProperty("role", role)
    if icon:
        ink = {"primary": "on_accent", "danger": "danger", "link": "accent", "row": "accent"}.get(role, "text")
        made.setIcon(theme.icon(icon, ink))
        # Qt has no setting for the room between icon and words: the icon brings it along. The words may come later.
        made.setIconSize(QSize(theme.px(18 + 6), theme.px(18)))
    made.setToolTip(tip)
    made.setAccessibleName(label)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def icon_button(label: str, icon: str, clicked: Callable[[], object] | None = None, ink: str = "soft") -> QToolButton:
    """A button that is only an icon; `label` is its tooltip and what a screen reader says."""
    made = QToolButton()
    made.setProperty("role", "flat")
    made.setIcon(theme.icon(icon, ink))
    made.setIconSize(QSize(theme.px(20), theme.px(20)))
    made.setFixedSize(theme.target(), theme.target())
    made.setToolTip(label)
    made.setAccessibleName(label)
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def action_button(action: QAction, role: str = "") -> QPushButton:
    """A button for an action: its text, its icon, and its shortcut printed on the button's tooltip."""
    made = button(action.text(), action.trigger, role, icon=getattr(action.data(), "icon", ""))
    made.setToolTip(with_shortcut(action) if action.isEnabled() else action.toolTip())
    made.setEnabled(action.isEnabled())
    action.enabledChanged.connect(made.setEnabled)
    return made


def with_shortcut(action: QAction) -> str:
    """An action's text with its keys: 登记居民（F3）."""
    keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    return f"{action.text()} ({keys})" if keys else action.text()


def card(*things: QWidget | QLayout | None, role: str = "card", margin: int = 16, gap: int = 8) -> QFrame:
    """A framed box with its content below one another; `inside(made)` takes more."""
    made = QFrame()
    made.setProperty("role", role)
    column(made, *things, margin=margin, gap=gap)
    return made


def inside(frame: QWidget) -> QVBoxLayout:
    """The layout of a card, to add to."""
    layout = frame.layout()
    assert isinstance(layout, QVBoxLayout)
    return layout


def label_in(layout: QLayout | None, place: int) -> QLabel:
    """The text at a place of a layout that was put together here."""
    item = layout.itemAt(place) if layout is not None else None
    label = item.widget() if item is not None else None
    assert isinstance(label, QLabel)
    return label


def column(parent: QWidget | None, *things: QWidget | QLayout | None, margin: int = 0, gap: int = 8) -> QVBoxLayout:
    """A layout from top to bottom; None is a stretch; lengths in pixels at 100 per cent."""
    return _fill(QVBoxLayout(parent) if parent is not None else QVBoxLayout(), things, margin, gap)


def line(parent: QWidget | None, *things: QWidget | QLayout | None, margin: int = 0, gap: int = 8) -> QHBoxLayout:
    """A layout from left to right; None is a stretch."""
    return _fill(QHBoxLayout(parent) if parent is not None else QHBoxLayout(), things, margin, gap)


def wrapping(parent: QWidget | None, *things: QWidget | QLayout | None, gap: int = 8) -> WrapLine:
    """A line that breaks into rows where it is narrow; None is a stretch."""
    made = WrapLine(parent, theme.px(gap))
    for thing in things:
        if thing is None:
            made.addStretch()
        elif isinstance(thing, QLayout):
            made.addLayout(thing)
        else:
            made.addWidget(thing)
    return made


def _fill(layout, things, margin: int, gap: int):
    side = theme.px(margin)
    layout.setContentsMargins(side, side, side, side)
    layout.setSpacing(theme.px(gap))
    for thing in things:
        if thing is None:
            layout.addStretch(1)
        elif isinstance(thing, QLayout):
            layout.addLayout(thing)
        else:
            layout.addWidget(thing)
    return layout


def rule() -> QFrame:
    """A thin line between things."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go; safe from inside a signal of one of the things.

    A thing that has the cursor loses it first: hidden with it, it would hand it on, and the page scroll after it.
    """
    while layout.count():
        item = layout.takeAt(0)
        assert item is not None
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            clear(inner)
            inner.deleteLater()
        elif widget is not None:
            focus = widget.focusWidget() if widget.isVisible() else None
            if focus is not None and focus.hasFocus():
                focus.clearFocus()
            widget.hide()
            widget.deleteLater()


def reveal(layout: QLayout) -> None:
    """Show what was just put into the layout of a visible widget, all but what was hidden on purpose.

    Qt shows new children only when it next comes round; laid out before that they have no height, and what scrolls
    around them would jump to its top.
    """
    for place in range(layout.count()):
        item = layout.itemAt(place)
        inner, widget = (item.layout(), item.widget()) if item is not None else (None, None)
        if inner is not None:
            reveal(inner)
        elif widget is not None and not widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
            widget.show()


class _Scroll(QScrollArea):
    """A scroll area that may be as low as one line: Qt asks for room for its bars."""

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(super().minimumSizeHint().width(), theme.target())


def scroll(content: QWidget) -> QScrollArea:
    """Something that scrolls up and down, by finger too."""
    made = _Scroll()
    made.setWidgetResizable(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setProperty("role", content.property("role") or "ground")
    made.setWidget(content)
    finger_scroll(made)
    return made


def finger_scroll(area: QWidget) -> None:
    """Let a finger drag a scrolling widget, in touch mode."""
    if theme.look().touch:
        from PySide6.QtWidgets import QScroller

        QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)  # type: ignore[attr-defined]
