"""The verbs of guided changes."""

from models.services.book import Book


class Changes:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
