"""The verbs about blocks of letter numbers: give, type in, close, take over the keeping, explain gaps."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from models.clock import today
from models.errors import NotFound, Problem
from models.services import numbering_report
from models.services.book import Book, changed
from models.services.numbering import (
    BLOCK_SETTING,
    META,
    STOPGAP,
    TOLD,
    Block,
    add_block,
    block_size,
    blocks_of,
    free_numbers,
    grant,
    keep,
    next_number,
    number_of,
    settled,
    spoil,
    stepped_down,
)
from models.services.numbering_code import BlockCode, plain_holder, read_block, write_block
from models.services.numbering_latch import State, block_key, state_of
from models.services.numbering_views import BlockView, GapReport, Standing
from models.services.settings import Settings
from models.services.views import Changed
from models.store.rows import KEPT
from models.store.work import Work, read_meta
from models.texts import _

_BLOCK, _REFERRAL = KEPT["number_block"], KEPT["referral"]


class NotKeeper(Problem):
    """Only the installation that keeps the numbers gives blocks."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This computer does not keep the letter numbers, so it gave none. Nothing was changed. "
            "Ask at the computer that keeps them, or take over the keeping here."
        )


class NoSuchHolder(Problem):
    """What was typed is no code of an installation, or it is this one's own."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "This is not the code of another computer: it has four characters and stands on its page of numbers. "
            "Nothing was changed."
        )


class OverlappingBlocks(Problem):
    """Numbers were already given to somebody. Facts: first, last, holder."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "The numbers {first} to {last} were already given to {holder}, so these cannot be used here too. "
            "Nothing was changed. Ask for another block."
        ).format(**self.facts)


class BlockKnown(Problem):
    """This very block is already here. Facts: first, last."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _("The numbers {first} to {last} are already here. Nothing was changed.").format(**self.facts)


class NumbersInUse(Problem):
    """The keeping is to begin at a number that may stand on a letter already. Facts: free."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Numbers up to {used} were already given or used, as far as this casebook knows. Nothing was changed. "
            "Begin with {free} or a higher number."
        ).format(**self.facts)


class Numbering:
    """The verbs about the numbers of letters; they are taken by models.services.numbering.take_number."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def standing(self) -> Standing:
        """Where this installation stands this year. Reads all referrals of the year."""
        mark, year = self._book.office.letter_mark, today(self._book.clock).year
        with self._book.reading_whole() as connection:
            blocks = blocks_of(connection, mark, year)
            state = stepped_down(_state(connection), blocks)
            free = next_number(connection, state, blocks, mark, year)
            stopgap = free is None and not state.keeper
            if free is None:
                series = mark + STOPGAP + state.holder if stopgap else mark
                key = block_key(series, year, 1, 0 if stopgap else 1)
                high = max([0, *(one.last for one in blocks), state.granted.get(f"{mark}|{year}", 0)])
                free = number_of(key, 1 + (state.used.get(key, 0) if stopgap else high))
            return Standing(
                holder=state.holder,
                keeper=state.keeper,
                moved=state.moved,
                mark=mark,
                year=year,
                left=free_numbers(connection, state, blocks, mark, year),
                next=free.text,
                stopgap=stopgap,
                size=block_size(connection),
                blocks=(
                    *_views(connection, state, blocks, mark, year),
                    *_views(connection, state, blocks_of(connection, mark, year + 1), mark, year + 1),
                ),
            )

    def left(self) -> int | None:
        """Numbers left in own blocks of this year; None where this installation keeps the numbers: it has enough.

        Reads no table whole: for the page on which a letter is written, which warns where few are left (FEW).
        """
        mark, year = self._book.office.letter_mark, today(self._book.clock).year
        with self._book.reading_whole() as connection:
            blocks = blocks_of(connection, mark, year)
            state = stepped_down(_state(connection), blocks)
            return None if state.keeper else free_numbers(connection, state, blocks, mark, year)

    def give(self, holder: str, name: str = "", *, ahead: bool = False) -> str:
        """Give the next block of this year to another installation (its short code); returns the code to type in there.

        Ahead: of the next year, so that nobody is without numbers on New Year's Day. Raises NotKeeper, NoSuchHolder,
        DiskFull, CannotWrite.
        """
        other = plain_holder(holder)
        with self._book.verb("numbering.give") as work:
            state, blocks = self._here(work)
            year = today(self._book.clock).year + ahead
            if ahead:
                blocks = blocks_of(work.connection, self._book.office.letter_mark, year)
            if not state.keeper:
                raise NotKeeper
            if not other or other == state.holder:
                raise NoSuchHolder
            block, state = grant(work, self._book, state, blocks, other, name.strip(), year=year)
            keep(work, self._book, state)
            work.journal("number_block", "number_block", block.id, f"{block.first}-{block.last}")
        return write_block(block.series, BlockCode(block.year, block.first, block.last, block.holder))

    def type_in(self, code: str) -> Changed:
        """Take in a block by the code that another installation shows. Whoever does so does not keep the numbers.

        Raises BlockCodeRefused, OverlappingBlocks, BlockKnown.
        """
        book, mark = self._book, self._book.office.letter_mark
        with book.verb("numbering.type_in") as work:
            state = settled(work, book)
            told = read_block(mark, state.holder, code)
            blocks = blocks_of(work.connection, mark, told.year)
            for block in blocks:
                if not block.overlaps(told.first, told.last):
                    continue
                if (block.first, block.last, block.holder) == (told.first, told.last, told.holder):
                    raise BlockKnown(first=told.first, last=told.last)
                name = _("this computer") if block.holder == state.holder else block.holder
                raise OverlappingBlocks(first=block.first, last=block.last, holder=name)
            ranged = (mark, told.year, told.first, told.last)
            made = add_block(work, ranged, state.holder, book.worker.name, TOLD, book)
            if state.keeper:  # it thought so because nobody had told it of another
                self._close(work, [one for one in blocks if one.granted_by == state.holder], _ELSEWHERE)
                state = replace(state, keeper=False)
            keep(work, book, state)
        return changed(work, made.id)

    def take_over(self, first: int) -> Changed:
        """Keep the numbers here from now on, from this number of this year on; the other computer must give no more.

        Raises NumbersInUse, ValueError for a number below 1.
        """
        if first < 1:
            raise ValueError(first)
        book = self._book
        with book.verb("numbering.take_over") as work:
            state, blocks = self._here(work)
            mark, year = book.office.letter_mark, today(book.clock).year
            used = self._highest(work.connection, state, blocks, mark, year)
            if first <= used:
                raise NumbersInUse(used=used, free=used + 1)
            state = replace(state, keeper=True, keeper_since=work.now)
            block, state = grant(work, book, state, blocks, state.holder, book.worker.name, first=first)
            keep(work, book, state)
            work.journal("number_keeping", "number_block", block.id, f"{first}")
        return changed(work, block.id)

    def lowest_free(self) -> int:
        """From which number of this year on the keeping can be taken over, as far as this casebook knows."""
        mark, year = self._book.office.letter_mark, today(self._book.clock).year
        with self._book.reading_whole() as connection:
            state = _state(connection)
            return 1 + self._highest(connection, state, blocks_of(connection, mark, year), mark, year)

    def close(self, block_id: str, reason: str) -> Changed:
        """Let nobody use what is left in a block, for example of a laptop that was lost. Raises NotFound."""
        with self._book.verb("numbering.close") as work:
            row = work.connection.execute(select(_BLOCK).where(_BLOCK.c.id == block_id)).first()
            if row is None:
                raise NotFound
            same = [
                one
                for one in blocks_of(work.connection, row.series, row.year)
                if (one.first, one.last, one.holder) == (row.first, row.last, row.holder)
            ]
            self._close(work, same, reason.strip())
        return changed(work, block_id)

    def explain(self, series: str, year: int, serials: Iterable[int], reason: str) -> Changed:
        """Record why no letter bears some numbers; those that are borne or still to be given are left out."""
        with self._book.verb("numbering.explain") as work:
            missing = numbering_report.report(work.connection, _state(work.connection), series, year).missing
            spoil(work, series, year, [serial for serial in serials if serial in missing], reason.strip())
        return changed(work)

    def series(self) -> list[tuple[str, int]]:
        """Every series and year of which anything is known, the newest year first; the own one of this year always."""
        with self._book.reading_whole() as connection:
            known = numbering_report.series(connection)
        own = (self._book.office.letter_mark, today(self._book.clock).year)
        return sorted({*known, own}, key=lambda one: (-one[1], one[0]))

    def report(self, series: str, year: int) -> GapReport:
        """What became of every number of a series and year."""
        with self._book.reading_whole() as connection:
            return numbering_report.report(connection, _state(connection), series, year)

    def exported(self, title: str) -> None:
        """Journal that a report was written to a file."""
        self._book.note("export", "number_report", "", title)

    def set_size(self, size: int, shown: int) -> None:
        """How many numbers a block has from now on, where the `shown` size stands. Raises ValueError outside 1 to 1000;
        SettingChanged where another desk said another one.
        """
        if not 1 <= size <= 1000:
            raise ValueError(size)
        Settings(self._book).set(BLOCK_SETTING, size, shown=shown)

    def _here(self, work: Work) -> tuple[State, list[Block]]:
        """The state and the blocks of this year."""
        state = settled(work, self._book)
        blocks = blocks_of(work.connection, self._book.office.letter_mark, today(self._book.clock).year)
        return stepped_down(state, blocks), blocks

    def _close(self, work: Work, blocks: Iterable[Block], reason: str) -> None:
        for block in blocks:
            same = select(_BLOCK.c.id).where(
                _BLOCK.c.series == block.series,
                _BLOCK.c.year == block.year,
                _BLOCK.c.first == block.first,
                _BLOCK.c.last == block.last,
                _BLOCK.c.holder == block.holder,
            )
            for row in work.connection.execute(same).scalars().all():
                work.amend("number_block", row, {"closed": True, "reason": reason})

    def _highest(self, connection: Connection, state: State, blocks: Iterable[Block], mark: str, year: int) -> int:
        """The highest number given or used, as far as is known here."""
        borne = numbering_report.borne(connection, mark, year)
        spoilt = [one.serial for one in numbering_report.spoilt(connection, mark, year)]
        return max([0, state.granted.get(f"{mark}|{year}", 0), *(one.last for one in blocks), *borne, *spoilt])


_ELSEWHERE = "elsewhere"


def closed_words(reason: str) -> str:
    """Why a block was closed, as it is shown."""
    return _("another computer keeps the numbers") if reason == _ELSEWHERE else reason


def _state(connection: Connection) -> State:
    """The state as it is kept; of a server from which no number was taken so far, that of a keeper."""
    return state_of(read_meta(connection, META)) or State("", "", "", keeper=True)


def _views(connection: Connection, state: State, blocks: list[Block], mark: str, year: int) -> Iterable[BlockView]:
    borne = Counter(numbering_report.borne(connection, mark, year))
    names = numbering_report.names(connection, mark, year)
    for block in blocks:
        mine = block.holder == state.holder
        used = sum(1 for serial in borne if block.first <= serial <= block.last)
        others = [one for one in blocks if one.holder != block.holder]
        left = free_numbers(connection, state, [block, *others], mark, year) if mine else 0
        if not mine and not block.closed:
            heard = max((serial for serial in borne if block.first <= serial <= block.last), default=block.first - 1)
            left = block.last - heard
        name, reason, granted_on = names[block.id]
        code = ""
        if not mine and not block.closed:
            code = write_block(mark, BlockCode(year, block.first, block.last, block.holder))
        yield BlockView(
            id=block.id,
            series=mark,
            year=year,
            first=block.first,
            last=block.last,
            holder=block.holder,
            holder_name=name,
            mine=mine,
            closed=block.closed,
            reason=closed_words(reason),
            granted_on=granted_on,
            used=used,
            left=left,
            code=code,
        )
