"""Rounds: doors in walking order, what came of each in one tap, retries at another time of the day."""

from models.services.book import Book


class Rounds:
    """The verbs of this service."""

    def __init__(self, book: Book) -> None:
        self._book = book
