"""Pictures of documents and homes, sealed in the casebook's own file."""

from models.services.book import Book


class Pictures:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
