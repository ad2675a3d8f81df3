"""Who looks after which household, and handing households over to a colleague."""

from models.services.book import Book


class Care:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
