"""QR codes on paper: of the right size, in vectors, with white around them, read again."""

from datetime import date

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp

from reports import qr
from reports.paper import MM, Paper

TEXT = "ABC123$%*+-./: " * 11 + "X" * 8  # 173 characters of the alphabet of Base45


def drawn(text: str, side: float) -> bytes:
    paper = Paper(title="QR", author="示范", subject="QR", language="zh-CN", day=date(2026, 11, 22))
    qr.draw(paper, text, 30 * MM, 40 * MM, side)
    return paper.finish()


def test_a_letters_code_has_45_modules_and_the_three_corners():
    rows = qr.matrix(TEXT)
    assert len(rows) == 45
    assert all(len(row) == 45 for row in rows)
    for top, left in ((0, 0), (0, 38), (38, 0)):
        assert all(rows[top][left : left + 7])
        assert not any(rows[top + 1][left + 1 : left + 6])


def test_too_long_a_text_is_refused():
    with pytest.raises(ValueError):
        qr.matrix("A" * 5000)


def test_the_code_is_drawn_in_vectors_of_the_size_that_was_asked_for():
    pdf = pypdfium2.PdfDocument(drawn(TEXT, 23))
    page = pdf[0]
    kinds = {item.type for item in page.get_objects()}
    assert kinds == {pdfium.FPDF_PAGEOBJ_PATH}
    left, bottom, right, top = next(iter(page.get_objects())).get_bounds()
    assert (right - left) / MM == pytest.approx(23, abs=0.1)
    assert (top - bottom) / MM == pytest.approx(23, abs=0.1)
    assert left / MM == pytest.approx(30, abs=0.1)
    assert 297 - top / MM == pytest.approx(40, abs=0.1)
    pdf.close()
    assert drawn(TEXT, 23) == drawn(TEXT, 23)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("side", [22, 25])
def test_it_is_read_from_a_raster(dpi: int, side: int):
    pdf = pypdfium2.PdfDocument(drawn(TEXT, side))
    picture = pdf[0].render(scale=dpi / 72, grayscale=True).to_pil()
    found = zxingcpp.read_barcodes(picture)
    assert [one.text for one in found] == [TEXT]
    assert found[0].ec_level == "M"
    pdf.close()
