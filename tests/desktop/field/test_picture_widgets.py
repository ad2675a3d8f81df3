"""The pieces of the page of pictures: the frame under mouse, finger and keys; the pad to sign on; the sources."""

from io import BytesIO

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QImage, QPointingDevice
from PySide6.QtTest import QTest

from desktop.picture_sources import destroy, from_mime, newest, read_file
from desktop.widgets.crop_canvas import CropCanvas, Wish
from desktop.widgets.picture_edit_pane import PictureEditPane
from desktop.widgets.picture_editor import PictureEditor
from desktop.widgets.picture_grid import PictureGrid, PictureTile, thumb_image
from desktop.widgets.picture_strip import PictureStrip
from desktop.widgets.picture_view import ImageSheet
from desktop.widgets.picture_words import PictureWordsForm, Provable
from desktop.widgets.signature_pad import SignaturePad
from models.errors import CannotRead, CannotWrite
from models.imaging import MAX_BYTES, BadPicture, edited
from tests.conftest import NOW
from tests.models.pictures import as_bytes, paper, small

pytestmark = pytest.mark.usefixtures("dressed_alone")
LEFT = Qt.MouseButton.LeftButton


def drawn(width=400, height=300):
    return QImage.fromData(as_bytes(paper(width, height), "PNG"))


def shown(qtbot, widget, width=500, height=400):
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def canvas(qtbot):
    made = shown(qtbot, CropCanvas())
    made.show_picture(drawn())
    return made


def drag(widget, start, end):
    QTest.mousePress(widget, LEFT, pos=start.toPoint())
    QTest.mouseMove(widget, ((start + end) / 2).toPoint())
    QTest.mouseMove(widget, end.toPoint())
    QTest.mouseRelease(widget, LEFT, pos=end.toPoint())


def test_a_corner_is_dragged_and_the_step_is_taken_back_and_done_again(canvas):
    area = canvas.area()
    drag(canvas, area.topLeft(), area.topLeft() + QPointF(area.width() / 4, area.height() / 2))
    left, top, right, bottom = canvas.wish.crop
    assert (right, bottom) == (1.0, 1.0)
    assert left == pytest.approx(0.25, abs=0.02)
    assert top == pytest.approx(0.5, abs=0.02)
    after = canvas.wish
    canvas.undo()
    assert canvas.wish == Wish()
    canvas.redo()
    assert canvas.wish == after


def test_the_frame_is_moved_as_a_whole_and_never_leaves_the_picture(canvas):
    canvas.want(Wish(crop=(0.25, 0.25, 0.75, 0.75)))
    area = canvas.area()
    drag(canvas, area.center(), area.center() + QPointF(area.width(), 0))
    assert canvas.wish.crop == (0.5, 0.25, 1.0, 0.75)


def test_a_finger_does_what_the_mouse_does(canvas):
    device = QTest.createTouchDevice(QPointingDevice.DeviceType.TouchScreen)
    frame = canvas.frame()
    start, end = frame.bottomRight().toPoint(), (frame.bottomRight() - QPointF(frame.width() / 2, 0)).toPoint()
    QTest.touchEvent(canvas, device).press(0, start, canvas).commit()
    QTest.touchEvent(canvas, device).move(0, end, canvas).commit()
    QTest.touchEvent(canvas, device).release(0, end, canvas).commit()
    assert canvas.wish.crop[2] == pytest.approx(0.5, abs=0.02)
    assert canvas.can_undo()


def test_the_frame_turns_with_the_picture(canvas):
    canvas.want(Wish(crop=(0.1, 0.2, 0.5, 0.9)))
    canvas.turn()
    assert canvas.wish == Wish(turn=90, crop=(0.1, 0.1, 0.8, 0.5))
    for _n in range(3):
        canvas.turn()
    assert canvas.wish == Wish(crop=(0.1, 0.2, 0.5, 0.9))
    canvas.turn(False)
    assert canvas.wish.turn == 270


def test_what_is_seen_in_the_frame_is_what_is_kept(canvas):
    """The preview and the kept picture are made by two programs; they agree on where the red corner is."""
    raw = as_bytes(paper(400, 300), "PNG")
    for wish in (Wish(turn=90, crop=(0.5, 0.0, 1.0, 0.5)), Wish(turn=180, crop=(0.5, 0.5, 1.0, 1.0))):
        canvas.want(wish)
        frame = canvas.frame().toRect().adjusted(9, 9, -9, -9)
        picture = canvas.grab().toImage().copy(frame)
        with Image.open(BytesIO(edited(raw, wish.turn, wish.crop).full)) as kept:
            for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)):
                here = picture.pixelColor(int(x * picture.width()), int(y * picture.height()))
                r, g, _b = kept.getpixel((int(x * kept.width), int(y * kept.height)))
                assert (here.red() - here.green() > 100) == (r - g > 100), (wish, x, y)


def test_no_key_leaves_less_than_can_be_seen(canvas):
    for _n in range(200):
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        QTest.keyClick(canvas, Qt.Key.Key_Up)
    left, top, right, bottom = canvas.wish.crop
    assert right - left == pytest.approx(0.05)
    assert bottom - top == pytest.approx(0.05)
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.wish == Wish()


def test_keys_tilt_and_gray(canvas):
    for key in (Qt.Key.Key_Period, Qt.Key.Key_Period, Qt.Key.Key_Comma, Qt.Key.Key_G):
        QTest.keyClick(canvas, key)
    assert canvas.wish == Wish(tilt=0.5, gray=True)
    canvas.tilt(100)
    assert canvas.wish.tilt == 15.0


def test_every_button_of_the_editor_has_its_key_and_a_name(qtbot):
    editor = shown(qtbot, PictureEditor())
    editor.show_picture(drawn())
    for button in (editor.left, editor.right, editor.tilt_left, editor.tilt_right, editor.gray, editor.whole):
        assert "（" in button.accessibleName()
        button.click()
    assert editor.wish() == Wish(gray=True)
    assert editor.undo.isEnabled()
    assert editor.work(as_bytes(paper()))().width == 400


def test_where_room_is_short_the_words_come_after_the_picture(qtbot):
    form = PictureWordsForm(NOW.date())
    form.offer(Provable())
    pane = shown(qtbot, PictureEditPane(form), 1000, 500)
    assert not pane.steps
    assert form.isVisible()
    pane.resize(600, 500)
    assert pane.steps
    assert not form.isVisible()
    pane.forward()
    assert form.isVisible()
    assert not pane.editor.isVisible()
    pane.resize(1000, 500)
    assert form.isVisible()
    assert pane.editor.isVisible()


def test_a_signature_is_drawn_cleared_and_handed_over(qtbot):
    pad = shown(qtbot, SignaturePad("李建国签名", accept=True), 500, 300)
    got = []
    pad.accepted.connect(got.append)
    assert pad.is_empty()
    assert pad.png() == b""
    assert not pad.accept_button.isEnabled()
    assert pad.sheet.accessibleName() == "李建国签名"
    drag(pad.sheet, QPointF(40, 60), QPointF(200, 90))
    assert not pad.is_empty()
    pad.accept_button.click()
    with Image.open(BytesIO(got[0])) as picture:
        assert picture.format == "PNG"
        assert picture.width == 800
        low, high = picture.convert("L").getextrema()
        assert low < 60
        assert high == 255
    assert edited(got[0]).width == 800, "it can be kept like any picture"
    pad.clear_button.click()
    assert pad.is_empty()
    assert pad.png() == b""


def test_a_slip_of_the_finger_is_no_signature_and_paper_is_always_a_way(qtbot):
    pad = shown(qtbot, SignaturePad(), 500, 300)
    QTest.mouseClick(pad.sheet, LEFT, pos=QPoint(50, 50))
    assert pad.is_empty()
    with qtbot.waitSignal(pad.paper_chosen):
        QTest.keyClick(pad.paper_button, Qt.Key.Key_Space)


def test_a_finger_signs_too(qtbot):
    pad = shown(qtbot, SignaturePad(), 500, 300)
    device = QTest.createTouchDevice(QPointingDevice.DeviceType.TouchScreen)
    QTest.touchEvent(pad.sheet, device).press(0, QPoint(20, 40), pad.sheet).commit()
    for x in range(30, 200, 20):
        QTest.touchEvent(pad.sheet, device).move(0, QPoint(x, 60), pad.sheet).commit()
    QTest.touchEvent(pad.sheet, device).release(0, QPoint(200, 60), pad.sheet).commit()
    assert len(pad.sheet.strokes) == 1
    assert not pad.is_empty()


def test_two_fingers_enlarge(qtbot):
    sheet = shown(qtbot, ImageSheet())
    sheet.show_image(drawn())
    device = QTest.createTouchDevice(QPointingDevice.DeviceType.TouchScreen)
    QTest.touchEvent(sheet, device).press(0, QPoint(200, 200), sheet).press(1, QPoint(240, 200), sheet).commit()
    QTest.touchEvent(sheet, device).move(0, QPoint(180, 200), sheet).move(1, QPoint(260, 200), sheet).commit()
    assert sheet.zoom == pytest.approx(2.0)
    QTest.touchEvent(sheet, device).release(0, QPoint(180, 200), sheet).release(1, QPoint(260, 200), sheet).commit()


def test_an_enlarged_picture_is_drawn_along_but_not_off_the_sheet(qtbot):
    sheet = shown(qtbot, ImageSheet())
    sheet.show_image(drawn())
    sheet.enlarge(3)
    before = sheet.target().left()
    drag(sheet, QPointF(200, 200), QPointF(250, 200))
    assert sheet.target().left() == pytest.approx(before + 50, abs=2)
    drag(sheet, QPointF(100, 200), QPointF(499, 200))
    drag(sheet, QPointF(100, 200), QPointF(499, 200))
    assert sheet.target().left() == pytest.approx(0, abs=1)


def test_a_strip_shows_six_and_counts_the_others(qtbot):
    strip = shown(qtbot, PictureStrip(), 700, 80)
    image = thumb_image(small().thumb)
    strip.show_tiles([PictureTile(str(n), f"第{n}张", image=image) for n in range(9)])
    assert len(strip.small) == 6
    assert "3" in strip.more.text()
    with qtbot.waitSignal(strip.opened) as opened:
        strip.small[2].click()
    assert opened.args == ["2"]
    strip.show_tiles([])
    assert strip.small == []
    assert strip.more.isHidden()


def test_the_grid_is_as_high_as_its_rows(qtbot):
    grid = shown(qtbot, PictureGrid("照片"), 600, 300)
    grid.show_tiles([PictureTile(str(n), f"{n}") for n in range(3)])
    one = grid.minimumHeight()
    grid.show_tiles([PictureTile(str(n), f"{n}") for n in range(7)])
    assert grid.minimumHeight() > 2 * one


def test_only_pictures_are_taken_from_what_was_copied(tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.JPG", "b.pdf", "c.heic")])
    assert [source.name for source in from_mime(mime)] == ["a.JPG", "c.heic"]
    assert from_mime(None) == []
    words = QMimeData()
    words.setText("李建国")
    assert from_mime(words) == []


def test_files_are_read_with_a_limit_and_folders_are_no_files(tmp_path):
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(BadPicture) as refused:
        read_file(huge)
    assert "huge.jpg" in refused.value.sentence()
    for wrong in (tmp_path, tmp_path / "nothing.jpg"):
        with pytest.raises(CannotRead):
            read_file(wrong)
    with pytest.raises(CannotRead):
        newest(tmp_path / "gone")


def test_destroying_overwrites_before_it_deletes(tmp_path):
    secret = tmp_path / "a.jpg"
    secret.write_bytes(b"SECRET" * 1000)
    link = tmp_path / "same-bytes"
    link.hardlink_to(secret)
    assert destroy([secret, tmp_path / "gone-already.jpg"]) == 2
    assert not secret.exists()
    assert link.read_bytes() == bytes(6000)
    with pytest.raises(CannotWrite):
        destroy([tmp_path])
