"""PDFium is asked by one thread at a time: whatever calls it holds the lock, for letting go too."""

import ctypes
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from desktop import pdfium, verify_reading
from desktop.demo.letter import render
from desktop.template_samples import written
from desktop.widgets.pdf_pages import page_sizes, picture
from reports.letter import render_letter
from tests.reports.letters import letter
from tests.reports.sealed import Sealer

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of PDFium's functions that were called; none without the lock."""
    seen: set[str] = set()

    def watched(name, real):
        def call(*arguments):
            assert pdfium.ONE_AT_A_TIME._is_owned(), f"{name} is called while another thread may be in it"
            seen.add(name)
            return real(*arguments)

        return call

    for name, real in vars(pypdfium2.raw).items():
        if isinstance(real, ctypes._CFuncPtr):
            monkeypatch.setattr(pypdfium2.raw, name, watched(name, real))
    return seen


def test_whoever_calls_it_holds_the_lock(asked, tmp_path):
    pdf = render_letter(Sealer().seal(letter()))
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf)
    assert len(page_sizes(pdf)) == 1
    assert not picture(pdf, 0, 1).isNull()
    assert len(written(pdf)[0]) > 20
    assert len(verify_reading.read_codes(file)) == 1
    render(file)
    with Image.open(tmp_path / "letter-1.png") as drawn:
        assert drawn.size == tuple(round(side * 1.6 + 0.5) for side in page_sizes(pdf)[0])
    assert {"FPDF_LoadMemDocument64", "FPDF_RenderPageBitmap", "FPDFText_LoadPage", "FPDFPage_GetObject"} <= asked
    # What was made is let go of under the lock too.
    made = {"FPDF_CloseDocument", "FPDF_ClosePage", "FPDFText_ClosePage", "FPDFBitmap_Destroy"}
    assert made <= asked


def test_nobody_goes_around_it():
    around = [
        f"{path.relative_to(HOUSE)}:{at}"
        for folder in ("desktop", "tests/desktop", "tests/flows", "tests/fake_cups.py")
        for path in ([HOUSE / folder] if folder.endswith(".py") else (HOUSE / folder).rglob("*.py"))
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "pypdfium2." + "PdfDocument(" in line
    ]
    assert [place.split(":")[0] for place in around] == ["desktop/pdfium.py"], around
