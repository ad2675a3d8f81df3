"""What the pages are handed about people registered twice: frozen values, numbers masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.services.views import FactView, ResidentRow


@dataclass(frozen=True)
class Pair:
    """Two residents who wait for somebody to look at them."""

    a: ResidentRow  # the older record: the one that would live on
    b: ResidentRow
    kind: str  # number (the same document number), disputed (offices said different things), late, likely
    level: str  # certain, likely or possible
    reasons: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    bits: float = 0.0


@dataclass(frozen=True)
class Merged:
    """Two residents who were made one."""

    survivor: ResidentRow
    merged_id: str
    merged_name: str
    at: int  # milliseconds
    worker: str


@dataclass(frozen=True)
class FieldPair:
    """One field of both records."""

    name: str  # column of the resident
    a: Any
    b: Any
    suggested: str  # a or b; both for notes

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        return bool(self.a) and bool(self.b) and self.a != self.b


@dataclass(frozen=True)
class FactPair:
    """What counts of one fact on both records."""

    name: str
    a: FactView | None
    b: FactView | None
    suggested: str

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        return (
            self.a is not None and self.b is not None and (self.a.value, self.a.state) != (self.b.value, self.b.state)
        )


@dataclass(frozen=True)
class NumberPair:
    """A document or a phone that one of the records, or both, will bring."""

    kind: str  # kind of document, or phone
    masked: str
    a: bool
    b: bool


@dataclass(frozen=True)
class HomePair:
    """The two households of one kind in which the person stands: one goes on, the other membership ends."""

    kind: str  # living or registered
    a_id: str
    a: str  # address and people, in words
    b_id: str
    b: str
    suggested: str


@dataclass(frozen=True)
class HeadChoice:
    """A household of which the person is the head, and who would be if the person stands in it no longer."""

    household_id: str
    words: str  # address and people
    candidates: tuple[tuple[str, str], ...]  # resident and name
    suggested: str


@dataclass(frozen=True)
class Comparison:
    """Two records of perhaps one person. a is the one that was named first."""

    a: ResidentRow
    b: ResidentRow
    survivor: str  # a or b: the older record lives on, wherever the merge is made
    level: str
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    fields: tuple[FieldPair, ...]
    facts: tuple[FactPair, ...]
    numbers: tuple[NumberPair, ...]
    homes: tuple[HomePair, ...]
    heads: tuple[HeadChoice, ...]  # of the households in homes
    counts: Mapping[str, tuple[int, int]]  # kind of record -> how many of a and of b

    def choices(self) -> dict[str, str]:
        """What is suggested, as merge() takes it; only where something has to be chosen."""
        found = {pair.name: pair.suggested for pair in self.fields if pair.differs}
        found |= {f"fact:{pair.name}": pair.suggested for pair in self.facts if pair.differs}
        return found | {f"home:{pair.kind}": pair.suggested for pair in self.homes}
