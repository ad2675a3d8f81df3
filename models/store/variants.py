"""Characters of names that are one and the same: traditional and variant forms, from resources/name_variants.txt."""

from functools import cache
from importlib.resources import files
from itertools import islice, product

from models.store.names import tidy

_MOST = 24  # spellings of one name that are looked for


@cache
def _groups() -> dict[str, str]:
    """Each character -> all its forms, the standard one first."""
    text = (files("resources") / "name_variants.txt").read_text("utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {character: "".join(line) for line in lines for character in line}


def standard(name: str) -> str:
    """A tidy name in the standard forms of its characters: 麗華 becomes 丽华."""
    groups = _groups()
    return "".join(groups[character][0] if character in groups else character for character in name)


def spellings(name: str) -> tuple[str, ...]:
    """The tidy name as it may have been written, itself first; at most a few dozen."""
    whole = tidy(name)
    groups = _groups()
    choices = [[character, *groups.get(character, "").replace(character, "")] for character in whole]
    ways = ("".join(way) for way in islice(product(*choices), _MOST))
    return tuple(dict.fromkeys((whole, standard(whole), *ways)))
