"""Pages of PDF bytes as pictures, by pypdfium2. One thread at a time: PDFium is not made for more."""

import threading

from PySide6.QtGui import QImage

_ONE_AT_A_TIME = threading.Lock()


def one_at_a_time() -> threading.Lock:
    """What others who ask PDFium something must hold meanwhile."""
    return _ONE_AT_A_TIME


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in points (1/72 inch)."""
    import pypdfium2

    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [document.get_page_size(number) for number in range(len(document))]
        finally:
            document.close()


def picture(pdf: bytes, number: int, scale: float) -> QImage:
    """One page (0 is the first) as a picture with `scale` pixels to the point."""
    import pypdfium2

    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[number]
            bitmap = page.render(scale=scale, prefer_bgrx=True, maybe_alpha=False)
            shared = QImage(bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGB32)
            made = shared.copy()  # the bitmap's memory goes with the document
            del shared
            page.close()
            return made
        finally:
            document.close()
