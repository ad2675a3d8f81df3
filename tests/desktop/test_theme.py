from importlib.resources import files
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase, QFontInfo, QIcon
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton

from desktop import theme
from desktop.tokens import SHAPE_PAIRS, TEXT_PAIRS, THEMES, contrast


@pytest.fixture(autouse=True)
def _light_again(dressed):
    yield
    theme.apply(theme.Look())


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#ffffff") == 1


@pytest.mark.parametrize("name", THEMES)
def test_letters_stand_out_from_what_they_stand_on(name):
    tokens, least = THEMES[name], 7 if name == "sun" else 4.5
    low = {
        (ink, paper): round(contrast(getattr(tokens, ink), getattr(tokens, paper)), 2)
        for ink, paper in TEXT_PAIRS
        if contrast(getattr(tokens, ink), getattr(tokens, paper)) < least
    }
    assert low == {}


@pytest.mark.parametrize("name", THEMES)
def test_borders_and_focus_rings_can_be_seen(name):
    tokens = THEMES[name]
    low = [pair for pair in SHAPE_PAIRS if contrast(*(getattr(tokens, token) for token in pair)) < 3]
    assert low == []


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("touch", [False, True])
def test_controls_are_as_high_as_a_finger_or_a_pointer_needs(name, touch):
    theme.apply(theme.Look(name, 100, touch))
    least = 48 if touch else 34
    for control in (QPushButton("登记"), QLineEdit(), QComboBox()):
        control.ensurePolished()
        assert control.sizeHint().height() >= least, type(control).__name__


def test_letters_and_controls_grow_with_the_scale():
    theme.apply(theme.Look())
    small = QPushButton("登记")
    small.ensurePolished()
    before = small.sizeHint()
    theme.apply(theme.Look(scale=200))
    large = QPushButton("登记")
    large.ensurePolished()
    assert large.sizeHint().height() == pytest.approx(2 * before.height(), abs=4)
    assert theme.points(11) == 22


def test_chinese_is_shown_by_our_own_face():
    assert "Jinmen Hei" in QFontDatabase.families()
    assert QFontInfo(theme.font()).family() == "Jinmen Hei"


def _icons():
    return [
        place.name.removesuffix(".svg")
        for place in files("resources").joinpath("icons").iterdir()
        if place.name.endswith(".svg")
    ]


def test_there_are_icons_enough_and_each_takes_the_colour_of_its_text():
    assert len(_icons()) >= 40
    for name in _icons():
        drawing = files("resources").joinpath(f"icons/{name}.svg")
        root = ElementTree.fromstring(drawing.read_text("utf-8"))
        assert root.get("viewBox") == "0 0 24 24", name
        assert root.get("stroke") == "currentColor", name


@pytest.mark.parametrize("name", sorted(_icons()))
def test_each_icon_leaves_ink(name):
    image = theme.icon(name, "text").pixmap(QSize(24, 24)).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 60 for x in range(24) for y in range(24))
    assert 10 < inked < 400


def test_an_icon_without_room_is_no_trouble():
    assert theme.icon("check").pixmap(QSize(0, 24)).isNull()  # a Qt warning would fail this test


def test_a_disabled_icon_is_pale():
    strong = theme.icon("check").pixmap(QSize(24, 24), QIcon.Mode.Normal).toImage()
    pale = theme.icon("check").pixmap(QSize(24, 24), QIcon.Mode.Disabled).toImage()
    highest = [max(im.pixelColor(x, y).alpha() for x in range(24) for y in range(24)) for im in (strong, pale)]
    assert highest[1] < highest[0] / 2
