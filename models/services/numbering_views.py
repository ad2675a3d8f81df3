"""What the service of letter numbers hands to the screens."""

from dataclasses import dataclass
from datetime import date

FEW = 10  # numbers left, from where on the worker is told


@dataclass(frozen=True)
class Number:
    """The number of one letter."""

    text: str  # as printed, for example 劝业社转〔2026〕6号
    series: str  # the letter mark of the office; with 临 and the installation's code where no block was left
    year: int
    serial: int


@dataclass(frozen=True)
class BlockView:
    """A block of numbers, from first to last."""

    id: str
    series: str
    year: int
    first: int
    last: int
    holder: str
    holder_name: str
    mine: bool
    closed: bool
    reason: str  # why it was closed
    granted_on: date | None
    used: int  # letters known here that bear a number of it
    left: int  # mine: numbers that can still be taken; of others: numbers of which nothing was heard
    code: str  # what is typed in at the other computer; empty for a closed block or one of this computer


@dataclass(frozen=True)
class Standing:
    """Where this installation stands: its code, whether it keeps the numbers, what it has left this year."""

    holder: str
    keeper: bool
    moved: str  # the code before this one, where the casebook was copied or restored to this place; else empty
    mark: str
    year: int
    left: int  # numbers left in own blocks of this year
    next: str  # the next number as it would be printed
    stopgap: bool  # the next number is one of this installation's own series
    size: int  # numbers in a block
    blocks: tuple[BlockView, ...]  # of this year, then those given ahead

    @property
    def few(self) -> bool:
        """Whether the worker should ask for a block: a keeper gives itself the next one."""
        return not self.keeper and self.left <= FEW


@dataclass(frozen=True)
class SpoiltView:
    """A number that no letter bears, and why."""

    serial: int
    reason: str
    worker: str
    at: int


@dataclass(frozen=True)
class DoubleView:
    """A number that several referrals bear."""

    serial: int
    number: str
    referral_ids: tuple[str, ...]
    said: tuple[str, ...]  # of each: the day and the name of the resident


@dataclass(frozen=True)
class UnusedView:
    """Numbers of a block that no letter known here bears and none before them will bear."""

    first: int
    last: int
    holder: str
    holder_name: str
    mine: bool
    closed: bool


@dataclass(frozen=True)
class GapReport:
    """What became of every number of a series and year, up to the last one given to anybody."""

    series: str
    year: int
    through: int  # the highest number used, spoilt or given
    used: int  # numbers that letters bear
    spoilt: tuple[SpoiltView, ...]
    unused: tuple[UnusedView, ...]  # in blocks, above what was used of them
    missing: tuple[int, ...]  # nobody knows what became of them
    doubles: tuple[DoubleView, ...]
    overlaps: tuple[tuple[BlockView, BlockView], ...]  # blocks of two holders that share numbers

    @property
    def clean(self) -> bool:
        """Whether nothing is to be explained."""
        return not (self.missing or self.doubles or self.overlaps)
