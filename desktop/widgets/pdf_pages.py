"""Pages of PDF bytes as pictures for the screen."""

from PySide6.QtGui import QImage

from desktop.pdfium import opened


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in points (1/72 inch)."""
    with opened(pdf) as document:
        return [document.get_page_size(number) for number in range(len(document))]


def picture(pdf: bytes, number: int, scale: float) -> QImage:
    """One page (0 is the first) as a picture with `scale` pixels to the point."""
    with opened(pdf) as document:
        bitmap = document[number].render(scale=scale, prefer_bgrx=True, maybe_alpha=False)
        try:
            shared = QImage(bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGB32)
            return shared.copy()  # the bitmap's memory goes with it
        finally:
            bitmap.close()
