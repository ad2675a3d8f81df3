"""Words that stand nowhere else, and every form in which they could lie about in the open."""

import base64
from functools import cache
from urllib.parse import quote

from tests.flows.hands import card
from tests.models.pictures import SECRET, photo

PHRASE = "海河 自行车 石榴 十二月 暗语"
NOTE = "只在此处的暗语壬戌癸亥"
PICTURE_TITLE = "暗语厨房门槛"
HOUSE = {"street_line": "丁字沽暗语里88号", "building": "31", "unit": "7", "door": "1907"}
FAMILY: tuple[dict[str, str], ...] = (
    {"documents": card("19380719", "357"), "name": "璩铎鑫", "phones": "13902177654", "hukou_tianjin": "yes"},
    {"relation": "1", "name": "亓淼焱", "sex": "2", "birth_date": "1941年2月3日", "hukou_tianjin": "yes"},
)
SEARCHED = ("璩铎鑫", "quduoxin", FAMILY[0]["documents"], "13902177654")
WORDS = (
    *(person["name"] for person in FAMILY),
    FAMILY[0]["documents"],
    FAMILY[0]["phones"],
    NOTE,
    PICTURE_TITLE,
    "丁字沽暗语里",
    PHRASE,
)


@cache
def signs() -> dict[str, bytes]:
    """Name of a form -> the bytes that must not be found."""
    found: dict[str, bytes] = {"the photo's own notes": SECRET[:12]}
    for word in WORDS:
        for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            data = word.encode(code)
            found[f"{word} in {code}"] = data
            found[f"{word} in {code}, hex"] = data.hex().encode()
            found[f"{word} in {code}, HEX"] = data.hex().upper().encode()
        plain = word.encode()
        for shift in range(3):  # where it begins among the groups of three
            middle = base64.b64encode(bytes(shift) + plain)[4 if shift else 0 : (len(plain) + shift) // 3 * 4]
            found[f"{word} in base64, {shift}"] = middle
        if not word.isascii():
            found[f"{word} in escapes"] = word.encode("unicode_escape")
            found[f"{word} in an address"] = quote(word).encode()
    return {name: sign for name, sign in found.items() if len(sign) >= 8 or not name.endswith("utf-8")}


def found_in(data: bytes) -> list[str]:
    """The names of the signs that stand in some bytes."""
    return [name for name, sign in signs().items() if sign in data]


def picture() -> bytes:
    """A photo as a phone takes it, with notes of its own."""
    return photo(1200, 900)
