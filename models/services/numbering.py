"""Numbers of letters that cannot clash offline, as GB/T 9704-2012 (7.2.5) writes them: 劝业社转〔2026〕6号.

One installation of an office, its keeper, gives blocks of numbers to itself and to the others, by a typed code or by
sync. Where an installation has none left it goes on in a series of its own, 劝业社转〔2026〕临K7Q2-3号, so that nobody
is stopped at a door. A copied casebook gets a new code and has no blocks; what was taken before a restore is known to
the latch (models.services.numbering_latch) and is never taken again.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from models.clock import today
from models.records.numbers import number_text, read_number
from models.services.book import Book
from models.services.numbering_code import new_holder
from models.services.numbering_latch import State, block_key, read_key, state_of
from models.services.numbering_views import Number
from models.store.rows import KEPT
from models.store.whereabouts import database_place
from models.store.work import Work, read_meta, write_meta
from models.texts import _

META = "numbering"  # the small fact of the casebook that holds the State
FOUNDED = "numbers_kept"  # the small fact that says whether the office's numbers are kept here from the beginning
STOPGAP = "临"
BLOCK_SIZE, BLOCK_SETTING = 50, "number_block_size"
TOLD = "?"  # granted_by of a block that a code or the latch told of
LOST = "restored"  # the reason of a number that was taken before a restore, or when the program was stopped
ERASED = "erased"  # the reason of a number whose letter was erased on request
_LEGACY = "letter_series:{}"  # how numbers were counted before there were blocks
_BLOCK, _SPOILT, _REFERRAL = KEPT["number_block"], KEPT["spoilt_number"], KEPT["referral"]


@dataclass(frozen=True)
class Block:
    """A block as the taking of a number sees it."""

    id: str
    series: str
    year: int
    first: int
    last: int
    holder: str
    granted_by: str
    closed: bool
    at: int

    @property
    def key(self) -> str:
        """Its name in a State."""
        return block_key(self.series, self.year, self.first, self.last)

    def overlaps(self, first: int, last: int) -> bool:
        """Whether it shares numbers with a range."""
        return self.first <= last and first <= self.last


def take_number(work: Work, book: Book) -> Number:
    """Take the next number of this office and year, in the transaction of the verb that issues the letter.

    When this returns the number is on the disk in the latch: whatever happens to the verb, another run of the program
    never takes it again. Raises DiskFull, CannotWrite.
    """
    state = settled(work, book)
    mark, year = book.office.letter_mark, today(book.clock).year
    blocks = blocks_of(work.connection, mark, year)
    state = stepped_down(state, blocks)
    free = next(_free(work.connection, state, blocks, mark, year), None)
    if free is None and state.keeper:
        block, state = grant(work, book, state, blocks, state.holder, book.worker.name)
        free = next(_free(work.connection, state, [*blocks, block], mark, year), None)
    if free is None:
        series = mark + STOPGAP + state.holder
        key = block_key(series, year, 1, 0)
        serial = state.used.get(key, 0) + 1
        while _borne(work.connection, number_of(key, serial).text):
            serial += 1
        free = (key, serial)
    key, serial = free
    used = {name: high for name, high in state.used.items() if read_key(name)[1] >= year - 1}
    state = replace(state, used={**used, key: serial})
    book.latch.fresh.add((key, serial))
    keep(work, book, state)
    return number_of(key, serial)


def number_of(key: str, serial: int) -> Number:
    """A number of a block (its key in a State) as it is printed."""
    series, year, _first, last = read_key(key)
    mark, _sign, holder = (series, "", "") if last else series.rpartition(STOPGAP)
    return Number(number_text(mark, year, serial, holder), series, year, serial)


def settle(book: Book) -> None:
    """To be called when a casebook was opened: find out whether it is where it was, and record what a restore lost.

    Raises DiskFull, CannotWrite.
    """
    with book.reading_whole() as connection:
        state, latch = state_of(read_meta(connection, META)), book.latch.read()
        remembered = state == latch or book.engines.path is None  # on a server the database remembers alone
        same = state is not None and remembered and state.place == _place(connection, book)
    if not same:
        with book.verb("numbering.settle") as work:
            keep(work, book, settled(work, book))


def settled(work: Work, book: Book) -> State:
    """The state that holds now, from what the casebook and the latch say.

    The latch of this place knows more than a casebook that was restored: its numbers are recorded as spoilt where no
    letter bears them. A casebook in another place than its latch (or its own memory) says is a copy.
    """
    connection = work.connection
    kept, latch = state_of(read_meta(connection, META)), book.latch.read()
    store, place = _store(connection), _place(connection, book)
    if kept is None and (latch is None or latch.store != store):
        keeps = bool(read_meta(connection, FOUNDED).get("here", True))
        return State(store, place, new_holder(holders(connection)), keeps, work.now if keeps else 0)
    if latch is not None and latch.store == store and latch.place == place:
        return _merged(work, book, kept, latch)
    if kept is not None and kept.place == place and book.engines.path is None:
        return kept  # where it always was
    before = kept.holder if kept is not None else latch.holder if latch is not None else ""
    return State(store, place, new_holder({*holders(connection), before}), moved=before)


def keep(work: Work, book: Book, state: State) -> None:
    """Write a state into the latch, then into the casebook."""
    if state != state_of(read_meta(work.connection, META)):
        state = replace(state, stamp=state.stamp + 1)
    book.latch.write(state)
    write_meta(work.connection, META, state.values())


def blocks_of(connection: Connection, series: str, year: int) -> list[Block]:
    """Every block of a series and year that was not taken back, the lowest first; the same block twice counts once."""
    query = select(_BLOCK).where(_BLOCK.c.series == series, _BLOCK.c.year == year, _BLOCK.c.dead.is_(False))
    found: dict[tuple[int, int, str], Block] = {}
    for row in connection.execute(query.order_by(_BLOCK.c.first, _BLOCK.c.last, _BLOCK.c.at, _BLOCK.c.id)):
        one = Block(row.id, series, year, row.first, row.last, row.holder, row.granted_by, row.closed, row.at)
        name = (one.first, one.last, one.holder)
        known = found.get(name)
        found[name] = replace(known, closed=known.closed or one.closed) if known else one
    return list(found.values())


def holders(connection: Connection) -> set[str]:
    """The codes of all installations that blocks were given to."""
    return set(connection.execute(select(_BLOCK.c.holder).distinct()).scalars())


def grant(
    work: Work,
    book: Book,
    state: State,
    blocks: Sequence[Block],
    holder: str,
    name: str,
    *,
    first: int = 0,
    year: int = 0,
) -> tuple[Block, State]:
    """Give the next block of a year to an installation; blocks: those of the series and year known so far.

    First: from which number on, where the keeping was taken over; otherwise after everything given so far. Year: this
    one where none is named.
    """
    mark, year = book.office.letter_mark, year or today(book.clock).year
    size = block_size(work.connection)
    line = f"{mark}|{year}"
    counted = int(read_meta(work.connection, _LEGACY.format(year)).get("last", 0)) if line not in state.granted else 0
    first = first or 1 + max([state.granted.get(line, 0), *(one.last for one in blocks)])
    last = max(first + size - 1, counted + size if counted >= first else 0)
    block = add_block(work, (mark, year, first, last), holder, name, state.holder, book)
    used = {**state.used, block.key: counted} if counted >= first and holder == state.holder else state.used
    return block, replace(state, granted={**state.granted, line: last}, used=used)


def block_size(connection: Connection) -> int:
    """How many numbers a new block has."""
    size = read_meta(connection, "settings").get(BLOCK_SETTING, BLOCK_SIZE)
    return size if isinstance(size, int) and 1 <= size <= 1000 else BLOCK_SIZE


def free_numbers(connection: Connection, state: State, blocks: Sequence[Block], mark: str, year: int) -> int:
    """How many numbers can still be taken from own blocks."""
    return sum(1 for _number in _free(connection, state, blocks, mark, year))


def next_number(connection: Connection, state: State, blocks: Sequence[Block], mark: str, year: int) -> Number | None:
    """The number that would be taken next from an own block; None where there is none left."""
    free = next(_free(connection, state, blocks, mark, year), None)
    return number_of(*free) if free else None


def spoil(work: Work, series: str, year: int, serials: Iterable[int], reason: str) -> None:
    """Record that no letter bears these numbers."""
    said = len(work.said)
    for serial in serials:
        values = {"series": series, "year": year, "serial": serial, "reason": reason}
        work.add("spoilt_number", {**values, "worker": work.worker, "at": work.now})
    del work.said[said:]  # whoever takes back the letter does not take back this


def erase_letters(work: Work, referral_ids: Iterable[str]) -> None:
    """To be called before the records of referrals are erased: their numbers stay used, and the register says why."""
    columns = _REFERRAL.c
    query = select(columns.number, columns.series, columns.year, columns.serial).where(
        columns.id.in_(list(referral_ids))
    )
    for row in work.connection.execute(query).all():
        told = (row.series, row.year, row.serial)
        if not row.series and (found := read_number(row.number)):
            told = found[:3]
        if told[0] and told[2] and told[2] not in spoilt_serials(work.connection, told[0], told[1]):
            spoil(work, told[0], told[1], [told[2]], ERASED)
            work.flush()


def spoilt_serials(connection: Connection, series: str, year: int) -> set[int]:
    """The numbers of a series and year that were recorded as spoilt."""
    query = select(_SPOILT.c.serial).where(
        _SPOILT.c.series == series, _SPOILT.c.year == year, _SPOILT.c.dead.is_(False)
    )
    return set(connection.execute(query).scalars())


def _free(
    connection: Connection, state: State, blocks: Sequence[Block], mark: str, year: int
) -> Iterator[tuple[str, int]]:
    """Block and number that may be taken, in their order: a block once begun is used up first."""
    mine = [one for one in blocks if one.holder == state.holder and not one.closed]
    others = [one for one in blocks if one.holder != state.holder]
    spoilt = spoilt_serials(connection, mark, year) if mine else set()
    for block in sorted(mine, key=lambda one: (one.key not in state.used, one.first)):
        for serial in range(max(block.first, state.used.get(block.key, 0) + 1), block.last + 1):
            elsewhere = any(one.first <= serial <= one.last for one in others)
            if serial not in spoilt and not elsewhere and not _borne(connection, number_of(block.key, serial).text):
                yield block.key, serial


def _borne(connection: Connection, number: str) -> bool:
    """Whether a letter known here bears a number, by whomever it was written."""
    return connection.execute(select(_REFERRAL.c.id).where(_REFERRAL.c.number == number).limit(1)).first() is not None


def _merged(work: Work, book: Book, kept: State | None, latch: State) -> State:
    """What the latch of this place knows besides the casebook: taken numbers, given blocks, who it is."""
    same = kept if kept is not None and kept.holder == latch.holder else None
    newer = same if same is not None and same.stamp > latch.stamp else latch
    before = same.used if same is not None else {}
    used = dict(before)
    for key, high in latch.used.items():
        series, year, first, last = read_key(key)
        low = before.get(key, first - 1)
        lost = range(low + 1, high + 1)
        # What a verb of this run took and did not commit was never seen by anybody: it is simply taken again.
        seen = max((serial for serial in lost if (key, serial) not in book.latch.fresh), default=low)
        used[key] = max(low, seen)
        if seen > low:
            known = spoilt_serials(work.connection, series, year)
            doubtful = (serial for serial in range(low + 1, seen + 1) if serial not in known)
            spoil(
                work, series, year, [n for n in doubtful if not _borne(work.connection, number_of(key, n).text)], LOST
            )
        if last and high > low and not _is_mine(work.connection, latch.holder, (series, year, first, last)):
            by = latch.holder if latch.keeper else TOLD
            add_block(work, (series, year, first, last), latch.holder, book.worker.name, by, book)
    granted = dict(same.granted) if same is not None else {}
    for line, high in latch.granted.items():
        granted[line] = max(high, granted.get(line, 0))
    return replace(newer, granted=granted, used=used)


def reason_words(reason: str) -> str:
    """The reason of a spoilt number as it is shown."""
    if reason == ERASED:
        return _("the record of the letter was erased on request")
    if reason == LOST:
        return _("used before a backup was restored, or when the computer stopped; see the paper register")
    return reason


def _is_mine(connection: Connection, holder: str, ranged: tuple[str, int, int, int]) -> bool:
    series, year, first, last = ranged
    known: Collection[Block] = blocks_of(connection, series, year)
    return any((one.first, one.last, one.holder) == (first, last, holder) for one in known)


def add_block(
    work: Work, ranged: tuple[str, int, int, int], holder: str, name: str, granted_by: str, book: Book
) -> Block:
    """Record a block: (series, year, first, last), whose it is and who gave it."""
    series, year, first, last = ranged
    said = len(work.said)
    values = {"series": series, "year": year, "first": first, "last": last, "holder": holder, "holder_name": name}
    values |= {"granted_by": granted_by, "granted_on": today(book.clock), "worker": work.worker, "at": work.now}
    row = work.add("number_block", values)
    work.flush()
    del work.said[said:]  # a block is not taken back with the letter that asked for it
    return Block(row, series, year, first, last, holder, granted_by, False, work.now)


def stepped_down(state: State, blocks: Sequence[Block]) -> State:
    """A keeper that learns of another one keeps the numbers no longer: both would give the same ones."""
    if not state.keeper:
        return state
    own = [one for one in blocks if one.granted_by == state.holder]
    for other in blocks:
        if other.granted_by in ("", TOLD, state.holder):
            continue
        if other.at > state.keeper_since or any(other.overlaps(one.first, one.last) for one in own):
            return replace(state, keeper=False)
    return state


def _store(connection: Connection) -> str:
    """Which casebook this is: every copy of it has the same public key."""
    public = str(read_meta(connection, "device_keys").get("sign_public", ""))
    return hashlib.sha256(f"jinmen-numbers|{public}".encode()).hexdigest()[:32]


def _place(connection: Connection, book: Book) -> str:
    return database_place(connection) if book.engines.path is None else book.latch.place()
