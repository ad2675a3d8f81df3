"""Case plans with goals and tasks, notes, and contacts beside home visits."""

from models.services.book import Book


class Notes:
    """The verbs about notes."""

    def __init__(self, book: Book) -> None:
        self._book = book


class Contacts:
    """The verbs about contacts."""

    def __init__(self, book: Book) -> None:
        self._book = book


class Plans:
    """The verbs about case plans."""

    def __init__(self, book: Book) -> None:
        self._book = book
