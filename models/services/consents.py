"""Consent: what was told, agreed to and withdrawn, and what may be used because of it."""

from models.services.book import Book


class Consents:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
