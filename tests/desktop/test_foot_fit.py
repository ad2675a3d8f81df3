"""The buttons below a page stand in one row wherever pictures instead of words make that possible."""

import pytest
from PySide6.QtWidgets import QFrame

from desktop import theme
from desktop.cut import cuts
from desktop.widgets import pieces
from desktop.widgets.foot_fit import FootFit


@pytest.fixture
def foot(qtbot, dressed):
    theme.apply(theme.Look())
    frame = QFrame()
    qtbot.addWidget(frame)
    frame.back = pieces.button("返回", icon="back")
    frame.keep = pieces.button("记下本次判断", icon="save")
    frame.plain = pieces.button("是两个人")
    frame.go = pieces.button("开具转介单", None, "primary", "referral")
    for each in (frame.back, frame.keep, frame.plain, frame.go):
        each.ensurePolished()
    FootFit(frame, pieces.wrapping(frame, frame.back, None, frame.keep, frame.plain, frame.go))
    return frame


def at(foot, qapp, width):
    foot.resize(width, 200)
    foot.show()
    for _round in range(6):
        qapp.processEvents()
    assert cuts(foot) == []
    return [each.text() for each in (foot.back, foot.keep, foot.plain, foot.go)]


def whole(foot):
    return sum(each.sizeHint().width() for each in (foot.back, foot.keep, foot.plain, foot.go)) + 3 * theme.px(8)


def test_all_words_are_shown_where_there_is_room(foot, qapp):
    assert at(foot, qapp, whole(foot)) == ["返回", "记下本次判断", "是两个人", "开具转介单"]


def test_the_first_with_a_picture_loses_its_words_first_and_the_main_one_never(foot, qapp):
    wide = whole(foot)
    assert at(foot, qapp, wide - theme.px(10)) == ["", "记下本次判断", "是两个人", "开具转介单"]
    assert at(foot, qapp, wide - theme.px(90)) == ["", "", "是两个人", "开具转介单"]
    assert foot.go.y() == foot.back.y()
    assert (foot.keep.toolTip(), foot.keep.accessibleName()) == ("记下本次判断", "记下本次判断")


def test_the_words_come_back_with_the_room(foot, qapp):
    wide = whole(foot)
    at(foot, qapp, wide - theme.px(90))
    assert at(foot, qapp, wide + theme.px(8)) == ["返回", "记下本次判断", "是两个人", "开具转介单"]
    assert foot.keep.toolTip() == ""


def test_the_row_breaks_with_all_words_where_pictures_are_not_enough(foot, qapp):
    assert at(foot, qapp, 200) == ["返回", "记下本次判断", "是两个人", "开具转介单"]
    assert foot.go.y() > foot.back.y()


def test_longer_words_said_later_take_the_room_of_others(foot, qapp):
    wide = whole(foot)
    at(foot, qapp, wide)
    foot.go.setText("开具 3 项服务的转介单")
    assert at(foot, qapp, wide)[0] == ""
    assert foot.go.y() == foot.back.y()
