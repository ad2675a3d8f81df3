"""The one gettext catalogue for all rooms. Texts in the code are English; Chinese comes from resources/locale."""

import gettext
from importlib.resources import as_file, files

LANGUAGES = ("zh_CN", "en")

_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def set_language(code: str) -> None:
    """Show all texts in zh_CN or en from now on; texts already built do not change."""
    global _translations, _language
    if code not in LANGUAGES:
        raise ValueError(f"no such language: {code}")
    if code == "en":
        _translations = gettext.NullTranslations()
    else:
        with as_file(files("resources") / "locale") as folder:
            _translations = gettext.translation("jinmen", folder, [code])
    _language = code


def language() -> str:
    """The language now shown: zh_CN or en."""
    return _language


def _(text: str) -> str:
    """The text in the language now shown."""
    return _translations.gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The text for n things in the language now shown; the caller fills in {n} with format()."""
    return _translations.ngettext(one, many, n)


def pgettext(context: str, text: str) -> str:
    """The text in the language now shown, where one English word has two Chinese ones."""
    return _translations.pgettext(context, text)


def N_(text: str) -> str:  # noqa: N802  # the name that every gettext tool knows
    """Mark a text for translation that is shown later through _()."""
    return text
