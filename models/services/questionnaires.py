"""Questionnaires of the office: put in use, filled in, kept with their version."""

from models.services.book import Book


class Questionnaires:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
