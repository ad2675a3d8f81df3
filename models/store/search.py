"""What residents are found by: a table of keys that begin with what is typed, and the search in it.

Trigram and word indexes find nothing for one or two Chinese characters, so every way in which a resident may be typed
is a key of its own, and a search is a range of keys: 王, 秀英, wangxiuying, wxy, 4471 and 3-2-501 all cost the same. A
sign before the key tells the class of the match, so that better classes are read first and reading stops at the limit:

    (none)  the whole name, its pinyin or initials      .  the given name, or a later part of the name
    ~       another reading of the characters           #  numbers: document, its last six and four; telephone
    @       the address: community, street, building-unit-door
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
)

from models.records import divisions
from models.records.operation import SearchKey
from models.records.phones import show_phone
from models.store.many import among, insert_tuples
from models.store.names import is_chinese, readings, sound_of, spelt, surname_length, tidy
from models.store.rows import table_of
from models.store.sealing import key_of

__all__ = ["KEYS", "Key", "find", "in_order_of_names", "keys_for_resident", "name_keys", "sound_of", "write_keys"]

KEYS = table_of(SearchKey)
Index("ix_search_key_resident_id", KEYS.c.resident_id, KEYS.c.key)
_FIRST_SOUND = text("kind = 'pinyin' AND rank = 1")  # the whole present name in its usual reading
Index(
    "ix_search_key_names",
    KEYS.c.key,
    KEYS.c.resident_id,
    sqlite_where=_FIRST_SOUND,
    postgresql_where=_FIRST_SOUND,
)

_FORGET = delete(KEYS).where(
    KEYS.c.key == bindparam("the_key"),
    KEYS.c.resident_id == bindparam("the_resident"),
    KEYS.c.kind == bindparam("the_kind"),
)

_GIVEN, _OTHER_READING, _NUMBER, _ADDRESS = ".", "~", "#", "@"
_FORMER = 5  # added to the rank of names that the resident had before
_MOST_WORDS = 5
_MOST_ALTERNATIVES = 6  # further full spellings of one name
_DOOR_ALONE = 3  # a door with so many characters is a key of its own
_LAST = "\U0010ffff"  # sorts after every character
_FOLLOWS = 4  # rows read for each resident wanted: a resident has several keys in a range

_MOBILE = re.compile(r"\+861[3-9]\d{9}")
_DOOR_MARKS = re.compile(r"(?:号楼|栋|幢|楼|座|单元|门|号|室|户|#|[-—–/、])+")
_STREET_PARTS = re.compile(
    r"[^省市区县镇乡村街道路巷里园苑院城庄胡同条]*(?:胡同|[省市区县镇乡村街道路巷里园苑院城庄条])?"
)


Row = tuple[str, str, str, int]  # key as it is kept, resident, kind, rank


class Key(NamedTuple):
    """One way to find a resident."""

    key: str
    kind: str  # name, pinyin, initials, number, phone, address
    rank: int  # among equal keys the smaller comes first


def keys_for_resident(
    *,
    names: Sequence[str] = (),
    numbers: Sequence[str] = (),
    phones: Sequence[str] = (),
    community_code: str = "",
    address: Sequence[str] = (),
) -> list[Key]:
    """All keys of a resident, each once.

    names: the present one first, then former ones. numbers: of documents, tidied. phones: E.164. community_code: twelve
    digits or empty. address: street line, building, unit, door; or nothing.
    """
    found: list[Key] = []
    for place, name in enumerate(names):
        found += [key._replace(rank=key.rank + _FORMER * min(place, 1)) for key in name_keys(name)]
    for number in numbers:
        found += _number_keys(tidy(number))
    for phone in phones:
        found += _phone_keys(phone)
    found += _community_keys(community_code)
    if address:
        street, building, unit, door = address
        found += [*_street_keys(street), *_door_keys(building, unit, door)]
    best: dict[tuple[str, str], Key] = {}
    for key in sorted(found, key=lambda key: key.rank):
        best.setdefault((key.key, key.kind), key)
    return list(best.values())


@lru_cache(maxsize=1_000)
def name_keys(name: str) -> tuple[Key, ...]:
    """The keys of one name: itself, every later part of it, pinyin and initials of both, and all other readings.

    Many people share a name, so the work is remembered.
    """
    whole = tidy(name)
    if not whole:
        return ()
    found = [Key(whole, "name", 0)]
    for start in _later_parts(name, whole):
        found.append(Key(_GIVEN + whole[start:], "name", 10))
    if not is_chinese(whole):
        return tuple(found)
    ways = readings(whole)
    usual = ways[0]
    found += _spellings("", usual, 1)
    if 1 <= (surname := _surname(name, whole, len(usual))) < len(usual):
        found += _spellings(_GIVEN, usual[surname:], 11)
        found += [
            Key(piece + _initials(usual[surname:]), "initials", 3)
            for piece in spelt(usual[:surname])
            if len(usual) - surname > 1
        ]
    full = {key.key for key in found}
    single = [way for way in ways[1:] if sum(a != b for a, b in zip(way, usual, strict=True)) == 1]
    for way in single[:_MOST_ALTERNATIVES]:
        found += [Key(_OTHER_READING + typed, "pinyin", 21) for typed in spelt(way)]
    for letters in sorted({_initials(way) for way in ways} - full):
        found.append(Key(_OTHER_READING + letters, "initials", 22))
    return tuple(found)


def _later_parts(name: str, whole: str) -> list[int]:
    """Where in the tidy name a part begins that people also search by: any character of a Chinese name, each word of
    others, each part after a · of transcribed ones."""
    if "·" not in name and is_chinese(whole):
        return list(range(1, len(whole)))
    starts, at = [], 0
    for part in re.split(r"[·\s]+", name):
        at += len(tidy(part))
        if 0 < at < len(whole):
            starts.append(at)
    return starts


def _surname(name: str, whole: str, syllables: int) -> int:
    """How many syllables come before the given name; 0 where it cannot be said."""
    if syllables != len(whole):
        return 0  # with Latin letters in it
    if "·" in name:
        return len(tidy(name.split("·")[0]))
    return surname_length(whole) if len(whole) <= 4 or surname_length(whole) > 1 else 0


def _spellings(sign: str, syllables: tuple[str, ...], rank: int) -> list[Key]:
    found = [Key(sign + typed, "pinyin", rank) for typed in spelt(syllables)]
    if len(syllables) > 1:
        found.append(Key(sign + _initials(syllables), "initials", rank + 1))
    return found


def _initials(syllables: Sequence[str]) -> str:
    return "".join(syllable[0] for syllable in syllables)


def _number_keys(number: str) -> list[Key]:
    found = [Key(_NUMBER + number, "number", 5)]
    if len(number) > 6:
        found += [Key(_NUMBER + number[-6:], "number", 6), Key(_NUMBER + number[-4:], "number", 7)]
    return found


def _phone_keys(phone: str) -> list[Key]:
    # Everybody has a mobile phone, and asking the library how it is written takes longer than all other keys.
    digits = phone[3:] if _MOBILE.fullmatch(phone) else tidy(show_phone(phone))
    found = [Key(_NUMBER + digits, "phone", 5)]
    if digits.startswith("022") and len(digits) == 11:
        found.append(Key(_NUMBER + digits[3:], "phone", 6))
    if len(digits) > 4:
        found.append(Key(_NUMBER + digits[-4:], "phone", 7))
    return found


@lru_cache(maxsize=2_000)
def _community_keys(code: str) -> tuple[Key, ...]:
    place = divisions.community(code) if code else None
    if place is None:
        return ()
    return tuple(_place_keys(re.sub(r"(社区|居委会|村委会|村民委员会|居民委员会)+$", "", place.name) or place.name))


@lru_cache(maxsize=5_000)
def _street_keys(line: str) -> tuple[Key, ...]:
    whole = tidy(line)
    if not whole:
        return ()
    found = _place_keys(whole)
    at = 0
    for part in _STREET_PARTS.findall(whole):
        at += len(part)
        if 0 < at < len(whole) and is_chinese(whole[at : at + 1]):
            found += [key._replace(rank=key.rank + 1) for key in _place_keys(whole[at:])]
    return tuple(found)


def _place_keys(name: str) -> list[Key]:
    found = [Key(_ADDRESS + tidy(name), "address", 40)]
    spoken = re.match(r"[^\W\d_a-z]{2,}", tidy(name))
    if spoken and is_chinese(spoken[0]):
        syllables = readings(spoken[0])[0]
        found += [Key(_ADDRESS + typed, "address", 42) for typed in spelt(syllables)]
        found.append(Key(_ADDRESS + _initials(syllables), "address", 43))
    return found


def _door_keys(building: str, unit: str, door: str) -> list[Key]:
    parts = [part for part in map(_door_part, (building, unit, door)) if part]
    ways = [parts]
    if len(parts) == 3:
        ways += [parts[1:], [parts[0], parts[2]]]
    found = [Key(_ADDRESS + "-".join(way), "address", 40 + n) for n, way in enumerate(ways) if len(way) > 1]
    if parts and len(parts[-1]) >= _DOOR_ALONE:
        found.append(Key(_ADDRESS + parts[-1], "address", 45))
    return found


def _door_part(typed: str) -> str:
    """3号楼 -> 3, B座 -> b, 0501室 -> 501; a part without a digit or letter (底商) stays as it is."""
    part = _DOOR_MARKS.sub("-", unicodedata.normalize("NFKC", typed).lower()).replace(" ", "").strip("-")
    return "-".join(piece.lstrip("0") or piece for piece in part.split("-"))


def write_keys(connection: Connection, keys: Mapping[str, Sequence[Key]]) -> None:
    """Give residents (by id) exactly these keys, inside the caller's transaction; no keys: they are found no more."""
    gone, fresh = changes_of_keys(connection, keys)
    forget_keys(connection, gone)
    add_keys(connection, sorted(fresh))


def changes_of_keys(connection: Connection, keys: Mapping[str, Sequence[Key]]) -> tuple[set[Row], set[Row]]:
    """The rows that are to go and those that are to come, so that residents have exactly these keys."""
    ids = sorted(keys)
    kept = {key.key: _kept_key(connection, key.key) for resident in ids for key in keys[resident]}
    wanted = {(kept[key.key], resident, key.kind, key.rank) for resident in ids for key in keys[resident]}
    held = select(KEYS.c.key, KEYS.c.resident_id, KEYS.c.kind, KEYS.c.rank)
    found = connection.execute(held.where(among(connection, KEYS.c.resident_id, ids)))
    there: set[Row] = {tuple(row) for row in found}
    return there - wanted, wanted - there


def forget_keys(connection: Connection, rows: Iterable[Row]) -> None:
    """Keys lie all over the table, so one that stays is not touched; in the order of the keys pages are met once."""
    for key, resident, kind, _rank in sorted(rows):
        connection.execute(_FORGET, {"the_key": key, "the_resident": resident, "the_kind": kind})


def add_keys(connection: Connection, rows: Sequence[Row]) -> None:
    """Rows in the order of the keys."""
    insert_tuples(connection, KEYS, ("key", "resident_id", "kind", "rank"), rows)


def find(connection: Connection, text: str, limit: int = 500) -> list[str]:
    """Ids of the residents that a typed text finds, best first, at most `limit`.

    Several words must all fit (王 3-2-501), unless they make one name or one pinyin together (wang xiu ying).
    """
    words = _typed_words(text)
    found: dict[str, None] = {}
    if len(words) > 1 and not any(_has_digit(word) for word in words):
        _collect(connection, "".join(words), found, limit)
    if len(words) == 1:
        _collect(connection, words[0], found, limit)
    elif words:
        _collect_common(connection, words[:_MOST_WORDS], found, limit)
    return list(found)


def _typed_words(text: str) -> list[str]:
    """The words of a query in the form of keys."""
    words = []
    text = unicodedata.normalize("NFKC", text).lower()
    digits = re.sub(r"[\s+-]", "", text)
    if re.fullmatch(r"\d{17}[\dx]|(86)?1\d{10}|0\d{10}", digits):  # one number, in groups
        text = digits
    for typed in text.split():
        place, as_door = "", _typed_door(typed)
        behind = re.fullmatch(r"(\D*[^\W\d_a-z])(.+)", typed, re.S)
        if not as_door and behind:  # 新疆路3-2-501
            place, as_door = behind[1], _typed_door(behind[2])
        if as_door:
            words += [tidy(place)] if place else []
            words.append(as_door)
        elif tidy(typed):
            words.append(re.sub(r"^86(?=1\d{10}$)", "", tidy(typed)))
    return words


def _typed_door(typed: str) -> str:
    """3号楼2门501, 3#2-501 and 3-2-501 as 3-2-501; 3号楼 as 3-; "" where it is no door."""
    piece = r"(?:[a-z]?\d+[a-z]?|[a-z])"
    if not _has_digit(typed) or not re.fullmatch(
        f"{piece}(?:{_DOOR_MARKS.pattern}{piece})*(?:{_DOOR_MARKS.pattern})?", typed
    ):
        return ""
    if not _DOOR_MARKS.search(typed):
        return ""
    if re.fullmatch(r"0\d{2,3}[-—–]?\d{7,8}|\d+号", typed):  # a landline; a house number of a street
        return ""
    part = _door_part(typed)
    return part if "-" in part else part + "-"


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _signs(word: str) -> tuple[str, ...]:
    """The classes in which a word can be found, best first."""
    if "-" in word:
        return (_ADDRESS,)
    return (_NUMBER, _ADDRESS) if _has_digit(word) else ("", _GIVEN, _OTHER_READING, _ADDRESS)


def _collect(connection: Connection, word: str, found: dict[str, None], limit: int) -> None:
    """Add the residents whom one word finds until there are enough: class by class, whole keys before longer ones.

    Of numbers the whole ones of all classes come first: 1201 is somebody's door and begins every number of Tianjin.
    """
    signs = _signs(word)
    if _has_digit(word):
        steps = [(sign, step) for step in (_add_whole, _add_longer) for sign in signs]
    else:
        steps = [(sign, step) for sign in signs for step in (_add_whole, _add_longer)]
    for sign, step in steps:
        if len(found) < limit:
            step(connection, _kept_key(connection, sign + word), found, limit)


def _add_whole(connection: Connection, key: str, found: dict[str, None], limit: int) -> None:
    query = select(KEYS.c.resident_id, KEYS.c.rank).where(KEYS.c.key == key).order_by(*_ORDER).limit(_FOLLOWS * limit)
    for row in sorted(connection.execute(query), key=lambda row: int(row.rank)):
        if len(found) >= limit:
            return
        found[row.resident_id] = None


def _add_longer(connection: Connection, key: str, found: dict[str, None], limit: int) -> None:
    longer = select(KEYS.c.resident_id).where(KEYS.c.key > key, KEYS.c.key < key + _LAST).order_by(*_ORDER)
    _read(connection, longer, found, limit)


def _collect_common(connection: Connection, words: list[str], found: dict[str, None], limit: int) -> None:
    """Add the residents whom every word finds, in the order of the word that finds fewest."""
    counted = sorted((_roughly(connection, word), n) for n, word in enumerate(words))
    leading = words[counted[0][1]]
    other = KEYS.alias()
    others = [
        # Asking for the key alone: with the index it is all that is read, which is forty times faster than SELECT *.
        exists(
            select(other.c.key).where(other.c.resident_id == KEYS.c.resident_id, _begins(connection, other.c.key, word))
        )
        for n, word in enumerate(words)
        if n != counted[0][1]
    ]
    for sign in _signs(leading):
        low, high = _range(connection, sign + leading)
        query = select(KEYS.c.resident_id).where(KEYS.c.key >= low, KEYS.c.key < high, *others).order_by(*_ORDER)
        if _read(connection, query, found, limit):
            return


_ORDER = (KEYS.c.key, KEYS.c.resident_id)


def _kept_key(connection: Connection, key: str) -> str:
    """A key as it lies in the table: on a shared server numbers can be compared there and not read.

    There they are found whole or by their last digits, as those are keys of their own, and not while being typed.
    """
    sealed = key_of(connection) if key.startswith(_NUMBER) else None
    return key if sealed is None else _NUMBER + sealed.blind(key)


def _range(connection: Connection, key: str) -> tuple[str, str]:
    """From where to before where the keys lie that begin with one."""
    low = _kept_key(connection, key)
    return low, low + _LAST


def _begins(connection: Connection, column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    ranges = [_range(connection, sign + word) for sign in _signs(word)]
    return or_(*(and_(column >= low, column < high) for low, high in ranges))


def _roughly(connection: Connection, word: str, enough: int = 2_000) -> int:
    """How many keys a word finds, counted no further than `enough`."""
    found = 0
    for sign in _signs(word):
        low, high = _range(connection, sign + word)
        some = select(KEYS.c.key).where(KEYS.c.key >= low, KEYS.c.key < high).limit(enough - found)
        found += int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
        if found >= enough:
            break
    return found


def _read(connection: Connection, query: Select[Any], found: dict[str, None], limit: int) -> bool:
    """Read until there are `limit` residents or no more rows; whether there are enough."""
    rows = _FOLLOWS * limit
    while len(found) < limit:
        read = 0
        with connection.execute(query.limit(rows)) as result:
            for residents in result.scalars().partitions(200):  # SQLite works no further than is read
                read += len(residents)
                found.update(dict.fromkeys(residents))
                if len(found) >= limit:
                    for surplus in list(found)[limit:]:
                        del found[surplus]
                    return True
        if read < rows:
            return False
        rows *= _FOLLOWS
    return True


def in_order_of_names(connection: Connection) -> list[str]:
    """All residents that have a Chinese name, by its pinyin; somebody with two readings may come twice."""
    return list(connection.execute(select(KEYS.c.resident_id).where(_FIRST_SOUND).order_by(KEYS.c.key)).scalars())
