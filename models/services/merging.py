"""The same person registered twice: compared, merged with a choice for each field, taken back."""

from models.services.book import Book


class Merging:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
