"""Settings that belong to the records (the office, the last community chosen); kept inside the encrypted file."""

from typing import Any

from models.services.book import Book
from models.store.audit import Said
from models.store.work import read_meta, write_meta

OF_THE_OFFICE = frozenset(
    ("referral_second_person", "retention_years", "number_block_size", "worklist_days", "envelopes")
)
"""Which settings are the whole office's; the others (printer, folders, the last communities) are one computer's."""


class Settings:
    """Small values by name."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def get(self, key: str, default: Any = None) -> Any:
        """The value set for a key, or the default."""
        with self._book.reading() if key in OF_THE_OFFICE else self._book.reading_here() as connection:
            return read_meta(connection, "settings").get(key, default)

    def set(self, key: str, value: Any) -> None:
        """Set a value that JSON can carry."""
        with self._book.writing() if key in OF_THE_OFFICE else self._book.writing_here() as connection:
            write_meta(connection, "settings", {**read_meta(connection, "settings"), key: value})
            if key in OF_THE_OFFICE:
                self._book.put_audit(connection, Said("change", "setting", key, "settings.set"))
