"""Settings that belong to the records (the office, the last community chosen); kept inside the encrypted file."""

from collections.abc import Iterable
from typing import Any, Final

from models.errors import Problem
from models.services.book import Book
from models.store.audit import Said
from models.store.work import read_meta, write_meta
from models.texts import N_, _

OF_THE_OFFICE = frozenset(
    ("referral_second_person", "retention_years", "number_block_size", "worklist_days", "envelopes")
)
"""Which settings are the whole office's; the others (printer, folders, the last communities) are one computer's."""

_CALLED = {"retention_years": N_("Term of retention"), "number_block_size": N_("Numbers in a block")}
_ANYTHING: Final = object()


class SettingChanged(Problem):
    """Another desk changed the same since it was shown. Facts: keys; now (pairs of what each is called
    and what stands now).
    """

    def sentence(self) -> str:
        """Tell the worker."""
        pairs = self.facts["now"]
        assert isinstance(pairs, tuple)
        return _(
            "Another desk has changed the same meanwhile ({now}). Nothing was overwritten and nothing was saved; what "
            "stands now is shown. Change it once more if yours is to stand."
        ).format(now=as_it_stands(pairs))

    @property
    def keys(self) -> tuple[str, ...]:
        """What another desk changed."""
        found = self.facts["keys"]
        assert isinstance(found, tuple)
        return found


def as_it_stands(pairs: Iterable[tuple[str, str]]) -> str:
    """What things are called and what stands there, in one line."""
    return _("; ").join(_("{field}: {value}").format(field=field, value=value) for field, value in pairs)


class Settings:
    """Small values by name."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def get(self, key: str, default: Any = None) -> Any:
        """The value set for a key, or the default."""
        with self._book.reading() if key in OF_THE_OFFICE else self._book.reading_here() as connection:
            return read_meta(connection, "settings").get(key, default)

    def set(self, key: str, value: Any, *, shown: Any = _ANYTHING) -> None:
        """Set a value that JSON can carry. shown: what stood there when it was chosen, for what _CALLED names; raises
        SettingChanged, and writes nothing, where something else stands by now.
        """
        with self._book.writing() if key in OF_THE_OFFICE else self._book.writing_here() as connection:
            settings = read_meta(connection, "settings")
            now = settings.get(key, shown)
            if shown is not _ANYTHING and now not in (shown, value):
                raise SettingChanged(keys=(key,), now=((_(_CALLED[key]), str(now)),))
            write_meta(connection, "settings", {**settings, key: value})
            if key in OF_THE_OFFICE:
                self._book.put_audit(connection, Said("change", "setting", key, "settings.set"))
