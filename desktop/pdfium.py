"""PDFium, by pypdfium2, one thread at a time: it is not made for more, not even for letting go of what it made.

Whatever is got out of a document is closed before the lock is given free, or a later look for refuse would close it
while another thread draws.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument, PdfPage

ONE_AT_A_TIME = threading.RLock()
"""To be held by whoever asks PDFium anything."""


@contextmanager
def opened(pdf: bytes | Path, passphrase: str = "", *, held: bool = True) -> Iterator["PdfDocument"]:
    """A document, closed afterwards with its pages and texts. Raises PdfiumError where it cannot be opened.

    held: the lock is held as long as the document is open; else whoever asks it something takes the lock each time.
    """
    import pypdfium2

    with ONE_AT_A_TIME if held else nullcontext():
        with ONE_AT_A_TIME:
            document = pypdfium2.PdfDocument(pdf, password=passphrase or None)
        try:
            yield document
        finally:
            with ONE_AT_A_TIME:
                document.close()


def drawn(page: "PdfPage", scale: float, **how: Any) -> "Image":
    """A page as a picture of its own memory, with `scale` pixels to the point. Only while the document is open."""
    with ONE_AT_A_TIME:
        bitmap = page.render(scale=scale, **how)
        try:
            return bitmap.to_pil().copy()
        finally:
            bitmap.close()
