"""How everything looks: faces, colours, sizes, icons. One palette and one generated style sheet for the whole window.

Sizes are on a grid of 4 pixels and grow with the scale. Widgets say what they are by the property "role"
(`desktop.widgets.pieces` sets it); only delegates and painters ask here for colours and pixels.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from desktop.tokens import THEMES, Tokens

SCREEN_FAMILIES = (
    "Jinmen Hei",
    "Jinmen Song",  # whole fallback for characters that the first does not hold
    "Jinmen Names",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
"""Tried in this order for each character. The Simplified cut by name: a Japanese cut draws other shapes."""


@dataclass(frozen=True)
class Look:
    """What the worker chose: theme name, scale in per cent, touch."""

    theme: str = "light"
    scale: int = 100
    touch: bool = False


_look = Look()


def look() -> Look:
    """What is applied now."""
    return _look


def tokens() -> Tokens:
    """The colours now applied."""
    return THEMES[_look.theme]


def colour(name: str) -> QColor:
    """A colour of the theme now applied, by its token's name."""
    return QColor(getattr(tokens(), name))


def px(pixels: float) -> int:
    """A length in pixels at 100 per cent, as it is at the scale now applied."""
    return round(pixels * _look.scale / 100)


def points(size: float) -> float:
    """A letter size in points at 100 per cent on the desk, as it is now; touch adds a fifth."""
    return size * _look.scale / 100 * (1.18 if _look.touch else 1.0)


def target() -> int:
    """The height of a button or field in pixels: 36 on the desk, 48 for fingers, times the scale."""
    return px(48 if _look.touch else 36)


def row_height() -> int:
    """The height of a list row of two lines in pixels."""
    return px(76 if _look.touch else 60)


def font(size: float = 11, bold: bool = False) -> QFont:
    """A screen font of so many points at 100 per cent."""
    return QFont(_font(points(size), bold))


@cache
def _font(size: float, bold: bool) -> QFont:
    made = QFont()
    made.setFamilies(list(SCREEN_FAMILIES))
    made.setPointSizeF(size)
    made.setBold(bold)
    return made


def load_face(face: str) -> bool:
    """Load one of our own faces (see reports.fonts); false where it cannot be had, then the system's faces serve."""
    from reports.fonts import DamagedFont, font_file

    try:
        file = font_file(face)
    except (DamagedFont, OSError):
        return False
    return QFontDatabase.addApplicationFont(str(file)) >= 0


@cache
def _svg(name: str) -> str:
    return (files("resources") / "icons" / f"{name}.svg").read_text("utf-8")


def draw_icon(painter: QPainter, name: str, where: QRectF, ink: QColor) -> None:
    """Paint an icon of resources/icons in one colour."""
    _renderer(name, ink.name()).render(painter, where)


@cache
def _renderer(name: str, ink: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_svg(name).replace("currentColor", ink).encode()))


class _SvgEngine(QIconEngine):
    """Draws an icon sharp at any size and screen density, at the left of the room it gets; grey where disabled."""

    def __init__(self, name: str, ink: str, ink_on: str) -> None:
        super().__init__()
        self._name, self._ink, self._ink_on = name, ink, ink_on

    def paint(self, painter, rect, mode, state) -> None:
        ink = self._ink_on if state == QIcon.State.On else self._ink
        if mode == QIcon.Mode.Disabled:
            ink = tokens().soft  # a white icon would vanish on a grey button
        side = min(rect.width(), rect.height())
        painter.save()
        painter.setOpacity(0.45 if mode == QIcon.Mode.Disabled else 1.0)
        _renderer(self._name, ink).render(painter, QRectF(rect.x(), rect.y(), side, side))
        painter.restore()

    def pixmap(self, size, mode, state) -> QPixmap:
        made = QPixmap(size)
        if made.isNull():  # a button that has no room yet asks for a picture without any
            return made
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, made.rect(), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        return _SvgEngine(self._name, self._ink, self._ink_on)


def icon(name: str, ink: str = "text", ink_on: str = "") -> QIcon:
    """An icon of resources/icons in the colour of a token; `ink_on` for the checked state."""
    return QIcon(_SvgEngine(name, getattr(tokens(), ink), getattr(tokens(), ink_on or ink)))


def pixmap(name: str, size: int = 20, ink: str = "text", ratio: float = 1.0) -> QPixmap:
    """An icon as a picture of so many pixels at 100 per cent, for a screen of the given density."""
    side = px(size)
    made = QPixmap(QSize(round(side * ratio), round(side * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    draw_icon(painter, name, QRectF(0, 0, side, side), colour(ink))
    painter.end()
    return made


def apply(chosen: Look) -> None:
    """Dress the application: font, palette, style sheet. Pages that paint themselves are rebuilt by the shell."""
    global _look
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if chosen == _look and app.styleSheet():
        return  # a style sheet is matched against every widget there is: a millisecond each
    _look = chosen
    app.setFont(font())
    app.setPalette(_palette(tokens()))
    app.setStyleSheet(_style_sheet(tokens()))


def _palette(t: Tokens) -> QPalette:
    made = QPalette()
    role = QPalette.ColorRole
    for name, value in (
        (role.Window, t.ground),
        (role.WindowText, t.text),
        (role.Base, t.surface),
        (role.AlternateBase, t.sunken),
        (role.Text, t.text),
        (role.PlaceholderText, t.soft),
        (role.Button, t.surface),
        (role.ButtonText, t.text),
        (role.BrightText, t.danger),
        (role.Highlight, t.accent),
        (role.HighlightedText, t.on_accent),
        (role.Link, t.accent),
        (role.LinkVisited, t.accent),
        (role.ToolTipBase, t.text),
        (role.ToolTipText, t.surface),
        (role.Light, t.surface),
        (role.Midlight, t.sunken),
        (role.Mid, t.line),
        (role.Dark, t.control),
        (role.Shadow, t.control),
    ):
        made.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(t.soft))
    return made


def _style_sheet(t: Tokens) -> str:
    ink = "paper" if t.dark else "ink"
    tick = "ink" if t.dark else "paper"
    folder = Path(str(files("resources").joinpath("icons/style")))
    measures = {
        "s": points(9.5),
        "m": points(11),
        "h3": points(12.5),
        "h2": points(15),
        "h1": points(21),
        "big": points(28),
        "t": target(),
        "in": target() - 2,  # the height inside a border of one pixel, two, three: controls do not jump when focused
        "in2": target() - 4,
        "in3": target() - 6,
        "p1": px(4),
        "p2": px(8),
        "p3": px(12),
        "p4": px(16),
        "r": px(6),
        "r2": px(10),
        "box": px(26 if _look.touch else 20),
        "box_half": px(26 if _look.touch else 20) // 2 + 2,  # the border counts
        "arrow": px(12),
        "bar": min(px(22 if _look.touch else 14), 30),  # fingers drag the page itself
        "bar_in": px(36),
        "down": (folder / f"down-{ink}.svg").as_posix(),
        "up": (folder / f"up-{ink}.svg").as_posix(),
        "check": (folder / f"check-{tick}.svg").as_posix(),
        "minus": (folder / f"minus-{tick}.svg").as_posix(),
        "dot": (folder / f"dot-{tick}.svg").as_posix(),
    }
    assert not measures.keys() & vars(t).keys(), "no measure hides a colour"
    sheet = _SHEET
    for key, value in {**vars(t), **measures}.items():
        sheet = sheet.replace(f"${key}$", f"{value:g}" if isinstance(value, float) else str(value))
    assert "$" not in sheet, "every measure of the style sheet is filled in"
    return sheet


_SHEET = """
* { font-size: $m$pt; }
QWidget { color: $text$; }
QMainWindow, QDialog, QWidget[role="ground"], QScrollArea, QScrollArea > QWidget > QWidget[role="ground"] {
  background: $ground$; }
QWidget[role="surface"] { background: $surface$; }
QScrollArea { border: none; }
QLabel { background: transparent; }
QLabel[role="title"] { font-size: $h1$pt; font-weight: 700; }
QLabel[role="heading"] { font-size: $h2$pt; font-weight: 700; }
QLabel[role="subheading"] { font-size: $h3$pt; font-weight: 700; }
QLabel[role="soft"] { color: $soft$; }
QLabel[role="small"] { color: $soft$; font-size: $s$pt; }
QLabel[role="label"] { font-weight: 700; }
QLabel[role="error"] { color: $danger$; font-weight: 700; }
QLabel[role="good"] { color: $good$; }
QLabel[role="figure"] { font-size: $big$pt; font-weight: 700; }
QLabel[role="tag"], QLabel[role="tag-good"], QLabel[role="tag-warn"], QLabel[role="tag-danger"],
  QLabel[role="tag-quiet"] {
  font-size: $s$pt; padding: $p1$px $p2$px; border-radius: $r$px; background: $accent_soft$; color: $accent$; }
QLabel[role="tag-good"] { background: $good_soft$; color: $good$; }
QLabel[role="tag-warn"] { background: $warn_soft$; color: $warn$; }
QLabel[role="tag-danger"] { background: $danger_soft$; color: $danger$; }
QLabel[role="tag-quiet"] { background: $sunken$; color: $soft$; }

QFrame[role="card"] { background: $surface$; border: 1px solid $line$; border-radius: $r2$px; }
QFrame[role="sunken"] { background: $sunken$; border: none; border-radius: $r$px; }
QFrame[role="rule"] { background: $line$; border: none; min-height: 1px; max-height: 1px; }
QFrame[role="topbar"] { background: $surface$; border: none; border-bottom: 1px solid $line$; }
QFrame[role="footer"] { background: $surface$; border: none; border-top: 1px solid $line$; }
QFrame[role="banner-problem"] { background: $danger_soft$; border: none; border-left: $p1$px solid $danger$; }
QFrame[role="banner-warn"] { background: $warn_soft$; border: none; border-left: $p1$px solid $warn$; }
QFrame[role="banner-good"] { background: $good_soft$; border: none; border-left: $p1$px solid $good$; }
QFrame[role="banner-info"] { background: $accent_soft$; border: none; border-left: $p1$px solid $accent$; }
QWidget[role="desk"] { background: $sunken$; }
QFrame[role="quote"] { background: $sunken$; border: none; border-left: $p1$px solid $control$; }

QPushButton, QToolButton { background: $surface$; color: $text$; border: 1px solid $control$; border-radius: $r$px;
  padding: 0 $p4$px; min-height: $in$px; }
QPushButton:hover, QToolButton:hover { background: $sunken$; }
QPushButton:pressed, QToolButton:pressed { background: $accent_soft$; }
QPushButton:focus, QToolButton:focus { border: 2px solid $focus$; min-height: $in2$px; }
QPushButton:disabled, QToolButton:disabled { color: $soft$; border-color: $line$; background: $sunken$; }
QPushButton:checked, QToolButton:checked { background: $accent_soft$; border: 2px solid $accent$; color: $accent$;
  min-height: $in2$px; }
QPushButton:checked:focus, QToolButton:checked:focus { border: 2px solid $focus$; }
QPushButton[role="primary"] { background: $accent$; color: $on_accent$; border: 2px solid $accent$;
  font-weight: 700; min-height: $in2$px; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:pressed { background: $accent_strong$;
  border-color: $accent_strong$; }
QPushButton[role="primary"]:focus { border: 3px solid $focus$; min-height: $in3$px; }
QPushButton[role="primary"]:disabled { background: $sunken$; color: $soft$; border-color: $line$; }
QPushButton[role="danger"] { color: $danger$; border-color: $danger$; }
QPushButton[role="danger"]:focus { border: 2px solid $focus$; }
QPushButton[role="link"], QToolButton[role="link"] { background: transparent; border: 2px solid transparent;
  color: $accent$;
  text-align: left; padding: 0 $p1$px; min-height: $in2$px; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus, QToolButton[role="link"]:focus { border: 2px solid $focus$; }
QToolButton[role="flat"] { background: transparent; border: 2px solid transparent; padding: 0 $p2$px; }
QToolButton[role="flat"]:hover { background: $sunken$; }
QToolButton[role="flat"]:focus { border: 2px solid $focus$; }
QToolButton::menu-indicator { image: none; }
QPushButton::menu-indicator { image: url("$down$"); width: $arrow$px; height: $arrow$px;
  subcontrol-origin: padding; subcontrol-position: center right; right: $r$px; }
QLineEdit QToolButton, QLineEdit QToolButton:focus { min-height: 0; padding: 0; border: none;
  background: transparent; }
QPushButton[role="row"] { background: $surface$; border: 2px solid transparent; border-radius: $r$px;
  text-align: left; padding: 0 $p3$px; }
QPushButton[role="row"]:hover { background: $accent_soft$; }
QPushButton[role="row"]:focus { border: 2px solid $focus$; }

QPushButton[role="choice"] { text-align: left; }

QFrame[role="rail"] { background: $rail$; border: none; }
QFrame[role="rail"] QLabel { color: $rail_text$; }
QFrame[role="rail"] QScrollArea, QWidget[role="rail-inside"] { background: $rail$; }
QFrame[role="rail"] QScrollBar:vertical { width: $p2$px; }
QFrame[role="rail"] QScrollBar::handle { background: $control$; border: none; }
QFrame[role="rail"] QLabel[role="brand"] { font-size: $h2$pt; font-weight: 700; }
QFrame[role="status"] { background: $sunken$; border: none; border-top: 1px solid $line$; }
QPushButton[role="status"] { background: transparent; border: 2px solid transparent; color: $accent$;
  font-size: $s$pt; padding: 0 $p1$px; min-height: $p4$px; }
QPushButton[role="status"]:hover { text-decoration: underline; }
QPushButton[role="status"]:focus { border: 2px solid $focus$; }
QFrame[role="rail"] QToolButton { color: $rail_text$; background: transparent; border: 2px solid transparent;
  border-radius: $r2$px;
  padding: $p1$px; font-size: $m$pt; min-height: $t$px; }
QFrame[role="rail"] QToolButton:hover { border-color: $rail_text$; background: transparent; }
QFrame[role="rail"] QToolButton:checked { background: $rail_on$; color: $rail_on_text$; font-weight: 700;
  border-color: $rail_on$; }
QFrame[role="rail"] QToolButton:focus { border-color: #ffc24d; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDateEdit { background: $surface$; color: $text$;
  border: 1px solid $control$;
  border-radius: $r$px; padding: 1px $p2$px; selection-background-color: $accent$; selection-color: $on_accent$; }
QLineEdit, QComboBox, QSpinBox, QDateEdit { min-height: $in2$px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus {
  border: 2px solid $focus$; padding: 0 $p2$px; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"] { border: 2px solid $danger$; }
QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled { background: $sunken$; color: $soft$; }
QLineEdit[role="search"] { font-size: $h3$pt; border-radius: $r2$px; }
QTextBrowser { border: none; background: $surface$; }
QComboBox::drop-down { border: none; width: $bar_in$px; }
QComboBox::down-arrow { image: url("$down$"); width: $arrow$px; height: $arrow$px; }
QComboBox QAbstractItemView { background: $surface$; border: 1px solid $control$;
  selection-background-color: $accent_soft$; selection-color: $text$; outline: none; }
QComboBox QAbstractItemView::item { min-height: $t$px; padding: 0 $p2$px; }
QSpinBox::up-button, QSpinBox::down-button, QDateEdit::up-button, QDateEdit::down-button { width: $bar_in$px;
  border: none; }
QSpinBox::up-arrow, QDateEdit::up-arrow { image: url("$up$"); width: $arrow$px; height: $arrow$px; }
QSpinBox::down-arrow, QDateEdit::down-arrow { image: url("$down$"); width: $arrow$px; height: $arrow$px; }

QCheckBox, QRadioButton { spacing: $p2$px; min-height: $in2$px; background: transparent;
  border: 2px solid transparent; border-radius: $r$px; padding: 0 $p1$px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus$; }
QCheckBox::indicator, QRadioButton::indicator { width: $box$px; height: $box$px; border: 2px solid $control$;
  background: $surface$; border-radius: $p1$px; }
QRadioButton::indicator { border-radius: $box_half$px; }
QCheckBox::indicator:checked { background: $accent$; border-color: $accent$; image: url("$check$"); }
QCheckBox::indicator:indeterminate { background: $accent$; border-color: $accent$; image: url("$minus$"); }
QRadioButton::indicator:checked { background: $accent$; border-color: $accent$; image: url("$dot$"); }
QGroupBox { border: 1px solid $line$; border-radius: $r2$px; margin-top: $p4$px; padding: $p3$px;
  background: $surface$; }
QGroupBox::title { subcontrol-origin: margin; left: $p3$px; padding: 0 $p1$px; font-weight: 700; }

QTableView, QListView, QTreeView, QTableWidget, QListWidget { background: $surface$; border: 1px solid $line$;
  border-radius: $r2$px;
  selection-background-color: $accent_soft$; selection-color: $text$; outline: none; gridline-color: $line$; }
QTableView:focus, QListView:focus, QTreeView:focus { border: 2px solid $focus$; }
QListView::item { min-height: $t$px; padding: 0 $p2$px; }
QHeaderView::section { background: $sunken$; color: $soft$; border: none; border-bottom: 1px solid $line$;
  padding: $p2$px; font-weight: 700; }
QTabBar::tab { padding: $p2$px $p4$px; border: none; border-bottom: 3px solid transparent; color: $soft$;
  background: transparent; min-height: $p4$px; }
QTabBar::tab:selected { color: $accent$; border-bottom: 3px solid $accent$; font-weight: 700; }
QTabBar::tab:focus { color: $focus$; }
QTabWidget::pane { border: none; border-top: 1px solid $line$; }

QScrollBar:vertical { width: $bar$px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: $bar$px; background: transparent; margin: 0; }
QScrollBar::handle { background: $control$; border-radius: $p1$px; border: 3px solid transparent; }
QScrollBar::handle:vertical { min-height: $bar_in$px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: $bar_in$px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { border: none;
  background: transparent; width: 0; height: 0; }
QProgressBar { border: 1px solid $control$; border-radius: $p1$px; background: $surface$; text-align: center;
  min-height: $p4$px; }
QProgressBar::chunk { background: $accent$; border-radius: 3px; }
QStatusBar { background: $sunken$; color: $soft$; border-top: 1px solid $line$; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $soft$; font-size: $s$pt; }
QToolTip { background: $text$; color: $surface$; border: none; padding: $p1$px $p2$px; }
QMenu { background: $surface$; border: 1px solid $control$; padding: $p1$px; }
QMenu::item { padding: $p2$px $p4$px; border-radius: $p1$px; }
QMenu::item:selected { background: $accent_soft$; color: $text$; }
QSplitter::handle { background: transparent; }
"""
