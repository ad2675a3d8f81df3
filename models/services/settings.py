"""Settings that belong to the records (the office, the last community chosen); kept inside the encrypted file."""

from typing import Any

from models.services.book import Book
from models.store.work import read_meta, write_meta


class Settings:
    """Small values by name."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def get(self, key: str, default: Any = None) -> Any:
        """The value set for a key, or the default."""
        with self._book.reading() as connection:
            return read_meta(connection, "settings").get(key, default)

    def set(self, key: str, value: Any) -> None:
        """Set a value that JSON can carry."""
        with self._book.writing() as connection:
            write_meta(connection, "settings", {**read_meta(connection, "settings"), key: value})
