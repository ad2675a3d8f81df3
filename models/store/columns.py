"""The columns of the whole register, kept in the casebook's own file: blocks of households, one packed column a fact.

Only the columns that changed of the blocks that changed are written. What changed is known from the marks that every
verb and import leaves (marks.py) and from the day on which each household changes by itself. The columns may be dropped
at any time; whoever screens next makes them anew.
"""

import hashlib
import json
import secrets
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, or_, select, update

from models.eligibility.batch import packing
from models.eligibility.batch.columns import Columns, join
from models.eligibility.case import HOUSEHOLD
from models.store import marks
from models.store.bulk import Lists, Loaded, load
from models.store.limits import Limits, children, homes_seen, of_connection
from models.store.many import insert_rows, put_rows
from models.store.marks import BLOCKS, COLUMNS, MARKS, STATE
from models.store.rows import KEPT
from models.store.statements import Facts, Step
from models.store.work import read_meta, write_meta
from models.values import new_id

ROWS = 32_768
"""About how many people a block holds: larger ones are screened quicker, smaller ones rewritten quicker."""
_FORMAT = 6  # 3: residence permits; 4: heads as men and women; 5: people apart do not count; 6: who died lately
_MOST_CHANGED = 4  # where more than one in so many households changed, everything is read anew
_FEW = 500  # changed households that are never too many
_AT_ONCE = 1000
_DECIDE_WHO_COUNTS = frozenset(("deceased", "counts_in_household"))
_RECEIVES, _LIST, _PLAIN = ":receives:", ":list:", ":"
_HOUSEHOLD, _MEMBERSHIP = KEPT["household"], KEPT["membership"]
_TEXTS = ("person", "home", "community", "worker")
_NUMBERS = ("visited", "due")


@dataclass(frozen=True)
class Version:
    """A block as it lies in the file: what it holds, and a number that no other writing has."""

    number: int
    version: int
    people: int
    households: int


def signatures(facts: Facts) -> dict[str, str]:
    """What each column hangs on: type, level and domain of the fact. Another one means that it must be read anew."""
    return {
        name: hashlib.sha256(
            json.dumps([one.type, one.level, list(one.domain), str(one.minimum)], ensure_ascii=False).encode()
        ).hexdigest()[:12]
        for name, one in facts.items()
    }


def versions(connection: Connection) -> list[Version]:
    """The blocks that there are, in their order."""
    columns = (BLOCKS.c.number, BLOCKS.c.version, BLOCKS.c.people, BLOCKS.c.households)
    return [Version(*row) for row in connection.execute(select(*columns).order_by(BLOCKS.c.number))]


def usable(connection: Connection, on: date) -> bool:
    """Whether the columns are whole and speak of no later day."""
    state = read_meta(connection, STATE)
    return bool(state.get("ready") and state.get("format") == _FORMAT and str(state.get("day")) <= on.isoformat())


def current(connection: Connection, facts: Facts, on: date) -> bool:
    """Whether the columns are usable, speak of the facts of this dictionary, and nothing changed since they were
    written, by a verb or by itself.
    """
    if not usable(connection, on) or read_meta(connection, STATE)["facts"] != signatures(facts):
        return False
    if connection.execute(select(MARKS.c.subject_id).limit(1)).first():
        return False
    due = connection.execute(select(func.min(BLOCKS.c.due))).scalar()
    return due is None or int(due) > on.toordinal()


def begin(connection: Connection) -> str:
    """Drop all columns and let changes be marked from now on; returns what finish() wants to see."""
    marks.forget(connection)
    token = new_id()
    write_meta(connection, STATE, {"ready": False, "token": token})
    return token


def finish(connection: Connection, token: str, loaded: Loaded, facts: Facts, on: date) -> int | None:
    """Write all columns, read after begin(). Returns how many blocks; None where somebody began anew meanwhile."""
    if read_meta(connection, STATE).get("token") != token:
        return None
    blocks = list(_cut(loaded, facts))
    for number, block in enumerate(blocks):
        _write(connection, number, block, facts, {})
    _say_ready(connection, facts, on)
    return len(blocks)


def refresh(connection: Connection, facts: Facts, on: date, step: Step | None = None) -> int | None:
    """Read the changed households anew, and the facts that the dictionary has changed; in a writing transaction.

    Returns how many blocks were written; None where so much changed that reading everything is quicker.
    """
    written = read_meta(connection, STATE)["facts"]
    signed = signatures(facts)
    kept = {name: one for name, one in facts.items() if written.get(name) == signed[name]}
    renewed = {name: one for name, one in facts.items() if name not in kept}
    if renewed.keys() & _DECIDE_WHO_COUNTS or written.keys() - signed.keys() & _DECIDE_WHO_COUNTS:
        return None
    changed = _changed(connection, on)
    known = versions(connection)
    if len(changed) > max(_FEW, sum(block.households for block in known) // _MOST_CHANGED):
        return None
    blocks = set()
    if changed:
        fresh = load(connection, kept, on, sorted(changed), step)
        blocks = _replace(connection, known, fresh, changed, kept)
    if written != signed:
        blocks |= _renew(connection, renewed, kept, on)
    connection.execute(delete(MARKS))
    _say_ready(connection, facts, on)
    return len(blocks)


def _renew(connection: Connection, renewed: Facts, kept: Facts, on: date) -> set[int]:
    """Write the columns of facts that are new in the dictionary or have another domain; drop those it no longer has."""
    loaded = load(connection, renewed, on, nothing_else=True) if renewed else None
    facts = {**kept, **renewed}
    written = set()
    for block in versions(connection):
        before = _stored(connection, block.number)
        old = _decoded(before, kept)
        if loaded is not None:
            order = np.searchsorted(loaded.lists.home, old.lists.home)
            new = taken(loaded, order, renewed)
            columns = replace(old.columns, facts={**old.columns.facts, **new.columns.facts})
            old = Loaded(columns, replace(old.lists, due=np.minimum(old.lists.due, new.lists.due)))
        if _write(connection, block.number, old, facts, before):
            written.add(block.number)
    return written


def read(connection: Connection, number: int, facts: Facts) -> Loaded:
    """A block; on a limited connection what it sees of it. ValueError where its bytes are no block of this program."""
    limits = of_connection(connection)
    if limits is None:
        return _decoded(_stored(connection, number), facts)
    return _seen(connection, limits, _decoded(_stored(connection, number), _told(facts, limits)), facts)


def _told(facts: Facts, limits: Limits) -> Facts:
    return {name: one for name, one in facts.items() if name not in limits.facts}


def _seen(connection: Connection, limits: Limits, block: Loaded, facts: Facts) -> Loaded:
    """The households that a limited connection sees; children of whom it sees little are listed nowhere."""
    if limits.scope:
        homes = np.array(sorted(homes_seen(connection)) or [b""], np.bytes_)
        block = taken(block, np.flatnonzero(np.isin(block.lists.home, homes)), facts)
    young = np.array(children(connection, limits) or [b""], np.bytes_)
    chosen = block.lists.chosen & ~np.isin(block.lists.person, young)
    return Loaded(block.columns, replace(block.lists, chosen=chosen))


def taken(loaded: Loaded, homes: NDArray[Any], facts: Facts) -> Loaded:
    """Some households (by their places) with their people, in this order."""
    starts = loaded.columns.starts()
    sizes = (starts[1:] - starts[:-1])[homes]
    ends = np.cumsum(sizes)
    people = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts[:-1][homes] - (ends - sizes), sizes)
    columns, lists = loaded.columns, loaded.lists
    by_person = ("person", "chosen")
    return Loaded(
        Columns(
            households=len(homes),
            household=np.repeat(np.arange(len(homes), dtype=np.int32), sizes),
            role=columns.role[people],
            counts=columns.counts[people],
            dead=columns.dead[people],
            facts={
                name: column.rows(homes if facts[name].level == HOUSEHOLD else people)
                for name, column in columns.facts.items()
                if name in facts
            },
            receives={name: held[people] for name, held in columns.receives.items()},
        ),
        Lists(
            **{
                field.name: getattr(lists, field.name)[people if field.name in by_person else homes]
                for field in fields(Lists)
            }
        ),
    )


def joined(several: Sequence[Loaded], facts: Facts) -> Loaded:
    """Blocks as one, in their order."""
    lists = {field.name: np.concatenate([getattr(one.lists, field.name) for one in several]) for field in fields(Lists)}
    return Loaded(join([one.columns for one in several], facts), Lists(**lists))


def _cut(loaded: Loaded, facts: Facts) -> Iterator[Loaded]:
    """Blocks of about ROWS people; households stay whole."""
    starts = loaded.columns.starts()
    first, households = 0, loaded.columns.households
    while first < households:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + ROWS, "right")) - 1)
        people = slice(int(starts[first]), int(starts[last]))
        cut = {
            field.name: getattr(loaded.lists, field.name)[
                people if field.name in ("person", "chosen") else slice(first, last)
            ]
            for field in fields(Lists)
        }
        yield Loaded(loaded.columns.cut(first, last, facts), Lists(**cut))
        first = last


def _changed(connection: Connection, on: date) -> set[str]:
    """The households of which something changed, and those of the same people: where somebody's result is told hangs
    on all of them.
    """
    subjects = set(connection.execute(select(MARKS.c.subject_id)).scalars())
    late = select(BLOCKS.c.number).where(BLOCKS.c.due <= on.toordinal()).order_by(BLOCKS.c.number)
    for number in list(connection.execute(late).scalars()):
        wanted = (_LIST + "home", _LIST + "due")
        query = select(COLUMNS.c.name, COLUMNS.c.data).where(COLUMNS.c.block == number, COLUMNS.c.name.in_(wanted))
        data = {row.name: row.data for row in connection.execute(query)}
        past = packing.ints_from_bytes(data[_LIST + "due"]) <= on.toordinal()
        subjects.update(home.decode() for home in _texts_from(data[_LIST + "home"])[past].tolist())
    if not subjects:
        return set()
    homes = set(_ids(connection, _HOUSEHOLD.c.id, (_HOUSEHOLD.c.id, _HOUSEHOLD.c.dwelling_id), subjects))
    homes |= set(_ids(connection, _MEMBERSHIP.c.household_id, (_MEMBERSHIP.c.resident_id,), subjects)) | subjects
    people = set(_ids(connection, _MEMBERSHIP.c.resident_id, (_MEMBERSHIP.c.household_id,), homes))
    return homes | set(_ids(connection, _MEMBERSHIP.c.household_id, (_MEMBERSHIP.c.resident_id,), people))


def _ids(connection: Connection, wanted: Any, columns: Sequence[Any], ids: Iterable[str]) -> Iterator[str]:
    several = sorted(ids)
    for start in range(0, len(several), _AT_ONCE):
        part = several[start : start + _AT_ONCE]
        yield from connection.execute(select(wanted).where(or_(*(one.in_(part) for one in columns)))).scalars()


def _replace(
    connection: Connection, known: Sequence[Version], fresh: Loaded, changed: Iterable[str], facts: Facts
) -> set[int]:
    """Put fresh households in the place of the old ones of the same identity, new ones behind the last block's.

    Returns the numbers of the blocks that were written.
    """
    ids = np.array(sorted(home.encode() for home in changed), np.bytes_)
    new = ~np.zeros(len(fresh.lists.home), np.bool_)
    written = set()
    for block in known:
        homes = _texts_from(_stored(connection, block.number, _LIST + "home")[_LIST + "home"])
        old = np.isin(homes, ids)
        is_last = block is known[-1]
        here = np.isin(fresh.lists.home, homes)
        new &= ~here
        append = is_last and block.people < ROWS and new.any()
        if not old.any() and not append:
            continue
        before = _stored(connection, block.number)
        come = np.flatnonzero(here | new) if append else np.flatnonzero(here)
        parts = [_decoded(before, facts), taken(fresh, come, facts)]
        both = joined(parts, facts) if len(come) else parts[0]
        stays = np.append(~old, np.ones(len(come), np.bool_))
        places = np.arange(len(stays))
        own = {home: place for place, home in enumerate(homes.tolist())}
        for place, home in enumerate(fresh.lists.home[come].tolist(), len(homes)):
            places[place] = own.get(home, place)  # where the household stood
        order = np.flatnonzero(stays)
        order = order[np.argsort(places[order], kind="stable")]
        if append:
            new[:] = False
        if _write(connection, block.number, taken(both, order, facts), facts, before):
            written.add(block.number)
    if new.any():
        number = known[-1].number + 1 if known else 0
        for at, block_of_new in enumerate(_cut(taken(fresh, np.flatnonzero(new), facts), facts), number):
            _write(connection, at, block_of_new, facts, {})
            written.add(at)
    return written


def _write(connection: Connection, number: int, loaded: Loaded, facts: Facts, before: Mapping[str, bytes]) -> bool:
    """Write a block; only the columns that differ from what was there before. Returns whether any did."""
    data = dict(_encoded(loaded, facts))
    gone = before.keys() - data.keys()
    if gone:
        connection.execute(delete(COLUMNS).where(COLUMNS.c.block == number, COLUMNS.c.name.in_(gone)))
    rows = [{"block": number, "name": name, "data": one} for name, one in data.items() if before.get(name) != one]
    if not rows and not gone:
        return False
    put_rows(connection, COLUMNS, rows)
    block = {
        "version": secrets.randbits(62),  # never that of another writing, also after all were dropped
        "people": loaded.columns.people,
        "households": loaded.columns.households,
        "due": int(loaded.lists.due.min(initial=2**31 - 1)),
    }
    if before:
        connection.execute(update(BLOCKS).where(BLOCKS.c.number == number).values(**block))
    else:
        insert_rows(connection, BLOCKS, [{"number": number, **block}])
    return True


def _say_ready(connection: Connection, facts: Facts, on: date) -> None:
    state = {"ready": True, "format": _FORMAT, "facts": signatures(facts), "day": on.isoformat()}
    if read_meta(connection, STATE) != state:
        write_meta(connection, STATE, state)


def _stored(connection: Connection, number: int, name: str = "") -> dict[str, bytes]:
    query = select(COLUMNS.c.name, COLUMNS.c.data).where(COLUMNS.c.block == number)
    rows = connection.execute(query.where(COLUMNS.c.name == name) if name else query)
    return {row.name: bytes(row.data) for row in rows}


def _encoded(loaded: Loaded, facts: Facts) -> Iterator[tuple[str, bytes]]:
    columns, lists = loaded.columns, loaded.lists
    yield _PLAIN + "household", packing.ints_to_bytes(columns.household)
    yield _PLAIN + "households", packing.ints_to_bytes(np.array([columns.households], np.int32))
    yield _PLAIN + "role", packing.ints_to_bytes(columns.role)
    yield _PLAIN + "counts", packing.bits_to_bytes(columns.counts)
    yield _PLAIN + "dead", packing.bits_to_bytes(columns.dead)
    for name, column in columns.facts.items():
        yield name, packing.to_bytes(facts[name], column)
    for name, held in columns.receives.items():
        if held.any():
            yield _RECEIVES + name, packing.bits_to_bytes(held)
    for field in fields(Lists):
        values = getattr(lists, field.name)
        if field.name in _TEXTS:
            yield _LIST + field.name, _texts_to(values)
        elif field.name in _NUMBERS:
            yield _LIST + field.name, packing.ints_to_bytes(values)
        else:
            yield _LIST + field.name, packing.bits_to_bytes(values)


def _decoded(data: Mapping[str, bytes], facts: Facts) -> Loaded:
    try:
        plain = {name: data[_PLAIN + name] for name in ("household", "households", "role", "counts", "dead")}
        lists = {field.name: data[_LIST + field.name] for field in fields(Lists)}
    except KeyError as missing:
        raise ValueError("a block without its frame") from missing
    columns = Columns(
        households=int(packing.ints_from_bytes(plain["households"])[0]),
        household=packing.ints_from_bytes(plain["household"]),
        role=packing.ints_from_bytes(plain["role"]),
        counts=packing.bits_from_bytes(plain["counts"]),
        dead=packing.bits_from_bytes(plain["dead"]),
        facts={name: packing.from_bytes(facts[name], data[name]) for name in facts if name in data},
        receives={
            name.removeprefix(_RECEIVES): packing.bits_from_bytes(one)
            for name, one in sorted(data.items())
            if name.startswith(_RECEIVES)
        },
    )
    return Loaded(columns, Lists(**{name: _list_from(name, one) for name, one in lists.items()}))


def _list_from(name: str, data: bytes) -> Any:
    if name in _TEXTS:
        return _texts_from(data)
    return packing.ints_from_bytes(data) if name in _NUMBERS else packing.bits_from_bytes(data)


def _texts_to(texts: NDArray[np.bytes_]) -> bytes:
    """Identities and names: UTF-8 of one width, compressed."""
    width = max(texts.dtype.itemsize, 1)
    return struct.pack("<I", width) + zlib.compress(texts.astype(f"S{width}").tobytes(), 1)


def _texts_from(data: bytes) -> NDArray[np.bytes_]:
    width = struct.unpack_from("<I", data)[0]
    return np.frombuffer(zlib.decompress(data[4:]), f"S{width}")
