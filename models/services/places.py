"""Where people are besides the doors of the register: hukou elsewhere, work, school, another home."""

from models.services.book import Book


class Places:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
