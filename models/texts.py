"""The one gettext catalogue for all rooms. Texts in the code are English; Chinese comes from resources/locale."""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import as_file, files
from typing import Literal, cast

Language = Literal["zh_CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh_CN", "en")

_shown = "en"
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code not in LANGUAGES:
        raise ValueError(f"no such language: {code}")
    if code == "en":
        return gettext.NullTranslations()
    with as_file(files("resources") / "locale") as folder:
        return gettext.translation("jinmen", folder, [code])


def set_language(code: str) -> None:
    """Show all texts in zh_CN or en from now on; texts already built do not change."""
    global _shown
    _catalogue(code)
    _shown = code


def language() -> Language:
    """The language of texts built now: zh_CN or en."""
    return cast(Language, _spoken.get() or _shown)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Build texts in another language than the one shown, in this thread only: a letter in English, for example."""
    _catalogue(code)
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def _(text: str) -> str:
    """The text in the present language."""
    return _catalogue(language()).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The text for n things in the present language; the caller fills in {n} with format()."""
    return _catalogue(language()).ngettext(one, many, n)


def pgettext(context: str, text: str) -> str:
    """The text in the present language, where one English word has two Chinese ones."""
    return _catalogue(language()).pgettext(context, text)


def N_(text: str) -> str:  # noqa: N802  # the name that every gettext tool knows
    """Mark a text for translation that is shown later through _()."""
    return text
