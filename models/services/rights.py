"""The rights of the people whose data are kept: a copy of everything, correction, erasure."""

from models.services.book import Book


class Rights:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
