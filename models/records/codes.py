"""The national code lists of resources/codes.toml, with their labels in the language now shown."""

import tomllib
from importlib.resources import files

from models import texts

_LISTS: dict[str, dict[str, list[str]]] = tomllib.loads((files("resources") / "codes.toml").read_text("utf-8"))

SEX = _LISTS["sex"]
MARITAL = _LISTS["marital"]
EDUCATION = _LISTS["education"]
RELATIONS = _LISTS["relation"]
ETHNIC_GROUPS = _LISTS["ethnic"]


def label(code_list: str, code: str) -> str:
    """The label of a code in the language now shown; the code itself where the list does not hold it."""
    found = _LISTS[code_list].get(code)
    return found[0 if texts.language() == "zh_CN" else 1] if found else code


def choices(code_list: str) -> list[tuple[str, str]]:
    """All (code, label) pairs of a list in its own order, in the language now shown."""
    return [(code, label(code_list, code)) for code in _LISTS[code_list]]
