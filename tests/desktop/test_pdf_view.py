"""The preview is of the very bytes; so is the print."""

import io
import os
import stat

import pytest
from PySide6.QtCore import QSize

from desktop import theme
from desktop.tasks import Tasks
from desktop.widgets import printing
from desktop.widgets.pdf_pages import page_sizes, picture
from desktop.widgets.pdf_view import PdfView
from models import texts
from models.errors import CannotWrite


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
    assert view.pages.text() == "第 12 页，共 12 页"


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
    view._step(-1)
    assert view.zoom.currentData() == 75


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


def test_the_very_bytes_are_saved(view, tmp_path):
    view.pdf = pdf(1)
    view.save_pdf(tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == view.pdf
    with pytest.raises(CannotWrite):
        view.save_pdf(tmp_path / "no" / "a.pdf")


@pytest.fixture
def cups(tmp_path, monkeypatch):
    """A print system that keeps what it is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    scripts = {
        "lpstat": '#!/bin/sh\nif [ "$1" = -e ]; then printf "Back\\nFront\\n"; '
        'else echo "system default destination: Front"; fi\n',
        "lp": f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/bytes\ntest ! -e {tmp_path}/broken\n',
    }
    for name, script in scripts.items():
        (folder / name).write_text(script)
        (folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_the_default_printer_comes_first(cups):
    assert printing.cups_printers() == ["Front", "Back"]


def test_where_there_is_no_print_system_there_is_no_printer(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert printing.cups_printers() == []


def test_the_very_bytes_go_to_the_printer(view, cups, qtbot):
    view.pdf = pdf(2)
    copies = []
    view.print_pdf("津劝业转字〔2026〕0001号", copies.append)
    dialog = view.findChild(printing.PrintDialog)
    assert dialog.printer.currentText() == "Front"
    dialog.copies.setValue(2)
    dialog.accept()
    qtbot.waitUntil(lambda: bool(copies), timeout=5000)
    assert copies == [2]
    assert (cups / "bytes").read_bytes() == view.pdf
    assert (cups / "arguments").read_text() == "-d Front -n 2 -t 津劝业转字〔2026〕0001号 -\n"


def test_a_printer_that_refuses_is_told_and_nothing_counts_as_printed(view, cups, qtbot):
    (cups / "broken").touch()
    view.pdf = pdf(1)
    copies, troubles = [], []
    view.trouble.connect(troubles.append)
    view.print_pdf("1", copies.append)
    view.findChild(printing.PrintDialog).accept()
    qtbot.waitUntil(lambda: bool(troubles), timeout=5000)
    assert copies == []
    assert "Front" in troubles[0].sentence()


def test_no_printer_at_all_is_told(view, monkeypatch):
    from PySide6.QtPrintSupport import QPrinterInfo

    monkeypatch.setattr(printing, "cups_printers", list)
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", staticmethod(list))
    view.pdf = pdf(1)
    troubles = []
    view.trouble.connect(troubles.append)
    view.print_pdf("1", lambda copies: pytest.fail("nothing was printed"))
    assert "打印机" in troubles[0].sentence()


def test_the_paper_stays_white_in_the_dark(view, tasks, qtbot):
    theme.apply(theme.Look("dark"))
    view.show_pdf(pdf(1))
    settled(tasks, qtbot)
    grabbed = view._sheets[0].grab(view._sheets[0].rect()).toImage()
    assert grabbed.size() == QSize(view._sheets[0].width(), view._sheets[0].height())
    assert grabbed.pixelColor(grabbed.width() - 20, grabbed.height() - 20).lightness() > 250
    theme.apply(theme.Look())
