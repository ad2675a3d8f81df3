"""The worklist: who is to be seen, why, in the order of need and of walking."""

from models.services.book import Book


class Worklist:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
