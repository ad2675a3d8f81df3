"""Guided changes of households: birth, death, moving, splitting, joining, marriage; each one verb, dated, undoable."""

from models.services.book import Book


class Changes:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
