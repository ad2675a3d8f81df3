"""A whole export to a partner: first the batches, then the sealed files beside them."""

from dataclasses import replace
from pathlib import Path

from models.services import partners, sync_export, sync_files
from models.services.book import Book
from models.services.sync_steps import Cancelled, Progress, Steps, Stopped
from models.services.sync_writing import Sent


def send(
    book: Book,
    folder: Path,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    *,
    to: str = "",
    pictures: bool = True,
) -> Sent:
    """Write what a partner lacks; see Sync.send."""
    sent = sync_export.send(book, folder, progress, cancelled, to=to)
    if sent.left or (cancelled is not None and cancelled()):
        return sent
    with book.reading_whole() as connection:
        partner = partners.addressee(connection, to)
    beside: list[Path] = []
    size = shown = 0
    before = sent.changes

    def further(done: int, total: int) -> None:
        if progress is not None:
            progress(before + done, before + total)

    steps = Steps(further, cancelled, 0)
    try:
        for path, kind, written in sync_files.write(book, folder, partner, pictures=pictures, steps=steps):
            beside.append(path)
            size += written
            shown += kind == "picture"
    except Stopped:
        pass
    return replace(sent, beside=tuple(beside), size=sent.size + size, pictures=shown, others=len(beside) - shown)
