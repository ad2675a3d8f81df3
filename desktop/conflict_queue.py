"""The clerk's pile of conflicts: which one is open, what was done with those before, how many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.services.conflicts_views import ConflictPage, Cursor, FieldConflict, RecordConflicts


@dataclass
class Item:
    """One field of the pile."""

    record: RecordConflicts
    field: FieldConflict
    settled: bool = False
    operations: tuple[str, ...] = ()  # of the choice, where it was made here: what undo takes back

    @property
    def key(self) -> tuple[str, str]:
        """Record and field."""
        return self.record.row, self.field.field


@dataclass
class Queue:
    """The pile as far as it was read."""

    items: list[Item] = field(default_factory=list)
    at: int = 0
    following: Cursor | None = None  # more begins here
    waiting: int = 0  # fields that waited when the pile was read
    made: list[tuple[str, ...]] = field(default_factory=list)  # choices made here, in their order

    @property
    def current(self) -> Item | None:
        """The one that is open; None where there is none."""
        return self.items[self.at] if 0 <= self.at < len(self.items) else None

    @property
    def total(self) -> int:
        """How many there are in all, those done included."""
        return len(self.items) if self.following is None else max(self.waiting, len(self.items))

    @property
    def done(self) -> int:
        """How many of them are settled."""
        return sum(item.settled for item in self.items)

    @property
    def left(self) -> int:
        """How many fields wait by what is known here, those included that are settled along with a shown one."""
        return max(self.waiting, len(self.items)) - self.done

    def add(self, page: ConflictPage) -> None:
        """Put a part of the list at the end."""
        known = {item.key for item in self.items}
        for record in page.records:
            for one in shown_fields(record):
                if (record.row, one.field) not in known:
                    self.items.append(Item(record, one))
        self.following = page.following

    def next_open(self) -> bool:
        """Go to the next one that waits, after this one and then from the beginning; False where none does."""
        order = [*range(self.at + 1, len(self.items)), *range(min(self.at + 1, len(self.items)))]
        for place in order:
            if not self.items[place].settled:
                self.at = place
                return True
        return False

    def step(self, by: int) -> bool:
        """Go to the next or the one before, settled or not; False at either end."""
        if not 0 <= self.at + by < len(self.items):
            return False
        self.at += by
        return True

    def go(self, row: str, field: str = "") -> bool:
        """Go to a record, or to one field of it; False where it is not in the pile."""
        for place, item in enumerate(self.items):
            if item.record.row == row and field in ("", item.field.field):
                self.at = place
                return True
        return False

    def settle(self, keys: Iterable[tuple[str, str]], operations: Sequence[str]) -> None:
        """A choice was made."""
        chosen = set(keys)
        for item in self.items:
            if item.key in chosen:
                item.settled, item.operations = True, tuple(operations)
        self.made.append(tuple(operations))

    def renew(self, row: str, record: RecordConflicts | None) -> None:
        """A record was read again: what waits of it, and what does not any more."""
        waiting = {one.field: one for one in shown_fields(record)} if record is not None else {}
        for item in self.items:
            if item.record.row != row:
                continue
            if item.field.field in waiting and record is not None:
                item.record, item.field = record, waiting[item.field.field]
                item.settled, item.operations = False, ()
            else:
                item.settled = True

    def rows(self) -> set[str]:
        """The records of the pile."""
        return {item.record.row for item in self.items}


def shown_fields(record: RecordConflicts) -> list[FieldConflict]:
    """The fields that are chosen one by one: whether two people are one settles whatever else a link says."""
    if record.entity == "person_link":
        active = [one for one in record.fields if one.field == "active"]
        return active or list(record.fields)
    return list(record.fields)
