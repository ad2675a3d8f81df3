"""The preview is of the very bytes, page by page, by keys as well."""

import io

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest

from desktop import theme
from desktop.tasks import Tasks
from desktop.widgets.pdf_pages import page_sizes, picture
from desktop.widgets.pdf_view import PAGE, PdfView
from models import texts


def pdf(pages=3):
    """A PDF by hand: on each A4 page a black square, lower on every page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(pages))
    objects.append(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids))
    for number in range(pages):
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>" % (4 + 2 * number))
        drawing = b"0 0 0 rg 100 %d 100 100 re f" % (700 - 200 * number)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing))
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


@pytest.fixture
def tasks(dressed):
    texts.set_language("zh_CN")
    theme.apply(theme.Look())
    made = Tasks()
    yield made
    assert made.shut_down()


@pytest.fixture
def view(tasks, qtbot):
    made = PdfView(tasks)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def settled(tasks, qtbot):
    for _round in range(6):
        assert tasks.wait_idle()
        qtbot.wait(20)


def test_pages_have_their_size_and_their_picture():
    assert page_sizes(pdf(2)) == [(595.0, 842.0), (595.0, 842.0)]
    image = picture(pdf(1), 0, 1.0)
    assert (image.width(), image.height()) == (595, 842)
    assert image.pixelColor(150, 842 - 750).lightness() < 20
    assert image.pixelColor(400, 400).lightness() > 250


def test_the_pages_in_view_are_drawn_and_the_others_wait(view, tasks, qtbot):
    with qtbot.waitSignal(view.shown, timeout=5000) as shown:
        view.show_pdf(pdf(12))
    assert shown.args == [12]
    settled(tasks, qtbot)
    assert view._sheets[0].image is not None
    assert view._sheets[11].image is None
    view.area.verticalScrollBar().setValue(view.area.verticalScrollBar().maximum())
    settled(tasks, qtbot)
    assert view._sheets[11].image is not None
    assert view.pages.accessibleName() == "第 12 页，共 12 页"


def test_a_page_fits_the_width_and_is_drawn_anew_when_that_changes(view, tasks, qtbot):
    view.show_pdf(pdf(1))
    settled(tasks, qtbot)
    before = view._sheets[0].width()
    assert before <= view.area.viewport().width()
    view.resize(500, 600)
    qtbot.waitUntil(lambda: view._sheets[0].width() < before, timeout=3000)
    settled(tasks, qtbot)
    assert view._sheets[0].image.width() == view._sheets[0].width()


@pytest.mark.parametrize("percent", [100, 200])
def test_zoom_is_in_per_cent_of_paper(view, tasks, qtbot, percent):
    view.show_pdf(pdf(1))
    settled(tasks, qtbot)
    view.zoom.setCurrentIndex(view.zoom.findData(percent))
    settled(tasks, qtbot)
    assert view._sheets[0].width() == round(595 * 96 / 72 * percent / 100)
    assert view._sheets[0].image.width() == view._sheets[0].width()


def test_the_zoom_buttons_go_on_from_the_fitting_width(view, tasks, qtbot):
    view.show_pdf(pdf(1))
    settled(tasks, qtbot)
    fitting = view._sheets[0].width()
    view._step(1)
    assert view._sheets[0].width() > fitting
    view._step(-1)
    assert view.zoom.currentData() == 75
    for _n in range(3):
        view._step(-1)
    assert view.zoom.currentData() == 50


def test_nothing_is_shown_when_there_is_nothing(view, tasks, qtbot):
    view.show_pdf(pdf(2))
    settled(tasks, qtbot)
    view.show_pdf(b"")
    settled(tasks, qtbot)
    assert view.page_count() == 0
    assert view.pages.text() == ""


def test_only_the_newest_paper_is_shown(view, tasks, qtbot):
    view.show_pdf(pdf(3))
    view.show_pdf(pdf(1))
    settled(tasks, qtbot)
    assert view.page_count() == 1


def press(view, key, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(view.area, key, modifiers)


def test_a_whole_page_is_seen_where_that_is_wanted(view, tasks, qtbot):
    view.show_pdf(pdf(3))
    settled(tasks, qtbot)
    view.zoom.setCurrentIndex(view.zoom.findText("整页"))
    settled(tasks, qtbot)
    sheet, seen = view._sheets[0], view.area.viewport()
    assert sheet.height() <= seen.height()
    assert sheet.height() > seen.height() - 60
    view.resize(700, 400)
    qtbot.waitUntil(lambda: view._sheets[0].height() <= view.area.viewport().height(), timeout=3000)


def test_the_page_box_tells_and_takes_the_page(view, tasks, qtbot):
    view.show_pdf(pdf(12))
    settled(tasks, qtbot)
    assert (view.page_box.value(), view.pages.text()) == (1, "共 12 页")
    view.page_box.setValue(7)
    settled(tasks, qtbot)
    assert view.page() == 6
    assert view._sheets[6].image is not None
    view.go_to_page(99)
    assert view.page_box.value() == 12


def test_keys_turn_pages_and_zoom_while_the_paper_has_the_cursor(view, tasks, qtbot):
    control = Qt.KeyboardModifier.ControlModifier
    view.show_pdf(pdf(9))
    settled(tasks, qtbot)
    view.area.setFocus()
    press(view, Qt.Key.Key_PageDown)
    assert view.area.verticalScrollBar().value() == view.area.verticalScrollBar().pageStep()
    press(view, Qt.Key.Key_PageUp)
    assert view.area.verticalScrollBar().value() == 0
    press(view, Qt.Key.Key_PageDown, control)
    assert view.page() == 1
    press(view, Qt.Key.Key_End, control)
    assert view.page() == 8
    press(view, Qt.Key.Key_Home, control)
    assert view.page() == 0
    before = view._sheets[0].width()
    press(view, Qt.Key.Key_Plus, control)
    assert view._sheets[0].width() > before
    press(view, Qt.Key.Key_Minus, control)
    press(view, Qt.Key.Key_Minus, control)
    assert view._sheets[0].width() < before
    press(view, Qt.Key.Key_0, control)
    assert view._sheets[0].width() == before
    view.zoom.setCurrentIndex(view.zoom.findData(PAGE))
    press(view, Qt.Key.Key_PageDown)
    assert view.page() == 1


def test_the_page_that_is_read_stays_in_view_when_the_zoom_changes(view, tasks, qtbot):
    view.show_pdf(pdf(12))
    settled(tasks, qtbot)
    view.go_to_page(5)
    view.zoom.setCurrentIndex(view.zoom.findData(200))
    settled(tasks, qtbot)
    assert view.page() == 5


def test_the_paper_stays_white_in_the_dark(view, tasks, qtbot):
    theme.apply(theme.Look("dark"))
    view.show_pdf(pdf(1))
    settled(tasks, qtbot)
    grabbed = view._sheets[0].grab(view._sheets[0].rect()).toImage()
    assert grabbed.size() == QSize(view._sheets[0].width(), view._sheets[0].height())
    assert grabbed.pixelColor(grabbed.width() - 20, grabbed.height() - 20).lightness() > 250
    theme.apply(theme.Look())


def test_pages_keep_the_size_at_which_they_first_stand(view, tasks, qtbot):
    settled(tasks, qtbot)
    sizes = []
    view.shown.connect(lambda _pages: sizes.append(view._sheets[0].width()))
    view.show_pdf(pdf(5))  # longer than the view
    settled(tasks, qtbot)
    qtbot.wait(view._resized.interval() + 20)
    assert sizes == [view._sheets[0].width()], "nothing was laid out anew for a bar that came"
    assert not view._resized.isActive()
