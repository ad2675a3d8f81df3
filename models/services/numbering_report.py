"""What became of every letter number of a series and year: used, spoilt, unused, missing, used twice."""

from collections import defaultdict
from datetime import date
from itertools import combinations

from sqlalchemy import Connection, Row, and_, or_, select

from models.clock import day_text
from models.records.numbers import read_number
from models.services.numbering import STOPGAP, Block, blocks_of, number_of, reason_words
from models.services.numbering_latch import State, block_key
from models.services.numbering_views import BlockView, DoubleView, GapReport, SpoiltView, UnusedView
from models.store.rows import KEPT

_BLOCK, _SPOILT = KEPT["number_block"], KEPT["spoilt_number"]
_REFERRAL, _RESIDENT = KEPT["referral"], KEPT["resident"]


def borne(connection: Connection, series: str, year: int) -> dict[int, list[str]]:
    """Number -> the referrals that bear it; one that was taken back has used its number too."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in _bearing(connection, series, year):
        found[row[0]].append(row[1])
    return dict(found)


def spoilt(connection: Connection, series: str, year: int) -> list[SpoiltView]:
    """The numbers that no letter bears, with reasons, each once, in their order."""
    where = (_SPOILT.c.series == series, _SPOILT.c.year == year, _SPOILT.c.dead.is_(False))
    rows = connection.execute(select(_SPOILT).where(*where).order_by(_SPOILT.c.serial, _SPOILT.c.at, _SPOILT.c.id))
    views = {row.serial: SpoiltView(row.serial, reason_words(row.reason), row.worker, row.at) for row in rows}
    return list(views.values())


def names(connection: Connection, series: str, year: int) -> dict[str, tuple[str, str, date | None]]:
    """Of each block: the name of its holder, why it was closed, and when it was given."""
    query = select(_BLOCK).where(_BLOCK.c.series == series, _BLOCK.c.year == year)
    return {row.id: (row.holder_name, row.reason, row.granted_on) for row in connection.execute(query)}


def series(connection: Connection) -> set[tuple[str, int]]:
    """Every series and year of which there is a letter, a block or a spoilt number."""
    found: set[tuple[str, int]] = set()
    for table in (_BLOCK, _SPOILT, _REFERRAL):
        query = select(table.c.series, table.c.year).where(table.c.series != "").distinct()
        found.update((row.series, row.year) for row in connection.execute(query))
    old = select(_REFERRAL.c.number).where(_REFERRAL.c.series == "", _REFERRAL.c.number != "")
    for number in connection.execute(old).scalars():
        if told := read_number(number):  # of before a referral kept its series apart
            found.add((told[0], told[1]))
    return found


def report(connection: Connection, state: State, series: str, year: int) -> GapReport:
    """What became of every number, as far as this casebook knows."""
    bearers = borne(connection, series, year)
    lost = spoilt(connection, series, year)
    gone = {*bearers, *(one.serial for one in lost)}
    blocks = blocks_of(connection, series, year) or _own_series(state, series, year, gone)
    told = names(connection, series, year)
    unused: list[UnusedView] = []
    open_ones: set[int] = set()
    for block in blocks:
        mine = block.holder == state.holder
        heard = [serial for serial in gone if block.first <= serial <= block.last]
        high = max([block.first - 1, *heard, *([state.used.get(block.key, 0)] if mine else [])])
        rest = set(range(high + 1, block.last + 1)) - gone
        if rest:
            name = told.get(block.id, ("", "", None))[0]
            unused.append(UnusedView(min(rest), max(rest), block.holder, name, mine, block.closed))
        open_ones |= rest
    given = [block.last for block in blocks]
    through = max([0, *given, *gone, state.granted.get(f"{series}|{year}", 0)])
    missing = tuple(serial for serial in range(1, through + 1) if serial not in gone and serial not in open_ones)
    return GapReport(
        series=series,
        year=year,
        through=through,
        used=len(bearers),
        spoilt=tuple(lost),
        unused=tuple(sorted(unused, key=lambda one: one.first)),
        missing=missing,
        doubles=tuple(_doubles(connection, series, year, bearers)),
        overlaps=tuple(_overlaps(blocks, state, told)),
    )


def _own_series(state: State, series: str, year: int, gone: set[int]) -> list[Block]:
    """The stopgap numbers of this installation as a block that ends with the last one taken."""
    key = block_key(series, year, 1, 0)
    high = max([0, state.used.get(key, 0), *gone])
    holder = series.rpartition(STOPGAP)[2]
    return [Block("", series, year, 1, high, holder, holder, False, 0)] if high and key in state.used else []


def _bearing(connection: Connection, series: str, year: int) -> list[tuple[int, str]]:
    """(number, referral), drafts without a number left out."""
    columns = _REFERRAL.c
    told = and_(columns.series == series, columns.year == year)
    old = and_(columns.series == "", columns.number.like(f"%转〔{year}〕%号"))
    found = []
    query = select(columns.id, columns.series, columns.serial, columns.number).where(or_(told, old))
    for row in connection.execute(query.order_by(columns.id)):
        if row.series:
            if row.serial > 0 and row.number:
                found.append((int(row.serial), str(row.id)))
        elif (told_by := read_number(row.number)) and told_by[0] == series:
            found.append((told_by[2], str(row.id)))
    return found


def _doubles(connection: Connection, series: str, year: int, bearers: dict[int, list[str]]) -> list[DoubleView]:
    twice = {serial: ids for serial, ids in bearers.items() if len(ids) > 1}
    ids = [one for several in twice.values() for one in several]
    said: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        query = select(_REFERRAL.c.id, _REFERRAL.c.number, _REFERRAL.c.issued_on, _RESIDENT.c.name).join(
            _RESIDENT, _RESIDENT.c.id == _REFERRAL.c.resident_id, isouter=True
        )
        rows: list[Row[tuple[str, str, date | None, str | None]]] = list(
            connection.execute(query.where(_REFERRAL.c.id.in_(ids[start : start + 500])))
        )
        for row in rows:
            said[row.id] = f"{day_text(row.issued_on)} {row.name or ''}".strip()
    stopgap = is_stopgap(series)
    key = block_key(series, year, 1, 0 if stopgap else 1)
    return [
        DoubleView(serial, number_of(key, serial).text, tuple(ids), tuple(said.get(one, "") for one in ids))
        for serial, ids in sorted(twice.items())
    ]


def is_stopgap(series: str) -> bool:
    """Whether a series is an installation's own: the mark, 临 and a code of four characters."""
    holder = series.rpartition(STOPGAP)[2]
    return len(holder) == 4 and holder.isascii() and holder.isalnum()


def _overlaps(
    blocks: list[Block], state: State, told: dict[str, tuple[str, str, date | None]]
) -> list[tuple[BlockView, BlockView]]:
    def view(block: Block) -> BlockView:
        name, reason, granted_on = told.get(block.id, ("", "", None))
        mine = block.holder == state.holder
        words = (block.series, block.year, block.first, block.last, block.holder, name)
        return BlockView(block.id, *words, mine, block.closed, reason, granted_on, 0, 0, "")

    pairs = combinations(blocks, 2)
    return [(view(a), view(b)) for a, b in pairs if a.holder != b.holder and a.overlaps(b.first, b.last)]
