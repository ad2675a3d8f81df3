"""The fields that only questionnaires have: what they give and show, alone."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from desktop.widgets.answer_fields import PickField
from desktop.widgets.choice_field import ChoiceField
from desktop.widgets.questionnaire_fields import (
    AgreeField,
    BelowUnknown,
    NothingOffered,
    PictureField,
    ScaleField,
    make_answer_field,
)
from forms.xlsform.states import Choice, State

TODAY = date(2026, 11, 22)
UNKNOWN = (("not_known", "不清楚"), ("refused", "不愿回答"))


@pytest.fixture(autouse=True)
def _alone(dressed_alone):
    """Chinese, without a window."""


def field(kind, **more):
    return make_answer_field(State("/data/q", kind, "问题", **more), TODAY)


def choices(number, words="项"):
    return tuple(Choice(f"c{place}", f"{words}{place}") for place in range(number))


def test_a_few_choices_are_laid_out_and_many_are_found_by_typing():
    assert isinstance(field("choice", choices=choices(4)), ChoiceField)
    assert isinstance(field("choice", choices=choices(40)), PickField)
    assert isinstance(field("choice", choices=choices(3), appearance=("autocomplete",)), PickField)


def test_not_knowing_can_be_answered_beside_any_kind_of_question():
    short = field("choice", choices=choices(2), unknowns=UNKNOWN)
    short.pick("refused")
    assert short.answer() == "refused"
    for made in (
        field("choice", choices=choices(40), unknowns=UNKNOWN),
        field("choices", choices=choices(3), unknowns=UNKNOWN),
        field("rank", choices=choices(3), unknowns=UNKNOWN),
        field("number", least=0, most=10, step=1, unknowns=UNKNOWN),
        field("date", unknowns=UNKNOWN),
    ):
        made.unknown.pick("not_known")
        assert made.answer() == "not_known"
        made.show_answer("refused")
        assert made.answer() == "refused"


def test_what_was_picked_stays_in_sight_beside_an_unknown():
    several = field("choices", choices=choices(3), unknowns=UNKNOWN)
    assert isinstance(several, BelowUnknown)
    several.inner.pick("c1")
    several.unknown.pick("not_known")
    assert several.inner.codes() == ["c1"]
    several.inner.pick("c2")
    assert several.answer() == ["c1", "c2"]


def test_a_scale_takes_no_more_and_no_less_than_it_has():
    short = field("whole", least=1, most=5, step=1)
    assert isinstance(short, ScaleField)
    assert [code for code, _button in short.field._buttons] == ["1", "2", "3", "4", "5"]
    short.show_answer("3")
    assert short.answer() == "3"
    long = field("number", least=0, most=100, step=5)
    long._move(5)
    assert long.answer() == "0", "an empty one begins at its least"
    for _time in range(30):
        long._move(5)
    assert long.answer() == "100"
    long.show_answer("7.5")
    assert long.answer() == "7.5"


def test_agreeing_is_ok_or_nothing():
    made = field("acknowledge")
    assert isinstance(made, AgreeField)
    QTest.keyClick(made.tick, Qt.Key.Key_Space)
    assert made.answer() == "OK"
    made.show_answer("")
    assert made.answer() == ""


def test_where_nothing_is_offered_an_earlier_answer_is_kept():
    made = field("choice")
    assert isinstance(made, NothingOffered)
    made.show_answer("c1")
    assert made.answer() == "c1"


def test_a_picture_is_shown_looked_at_and_removed():
    made = field("picture", picture="photo")
    assert isinstance(made, PictureField)
    assert made.look.isHidden()
    made.show_answer("p1")
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    made.show_image(image)
    assert not made.image.isHidden()
    removed = []
    made.removed.connect(removed.append)
    made.drop.click()
    assert removed == ["p1"]
    assert made.answer() == ""
    assert made.image.isHidden()


def test_a_question_of_a_kind_that_is_not_drawn_here_keeps_a_text():
    made = field("skipped")
    made.show_answer("39.1 117.2 0 0")
    assert made.answer() == "39.1 117.2 0 0"
