"""No lost update: what a form was filled from is compared with what the record says when the form is saved.

A form is filled at a moment, told by a number: how many operations this casebook had. A field that was changed since is
left as it is where the form left it alone; where both changed it, nothing is saved until a person has chosen. This
holds for two desks on one server and for two pages on one laptop alike, and for what an import brought meanwhile.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from models.errors import Problem
from models.records.operation import Meta, Operation
from models.store.rows import KEPT, default_of, table_of, to_wire
from models.sync.content import canonical
from models.texts import _

_WHO_AND_WHEN = frozenset(("at", "worker", "writer"))  # of whoever writes last; nobody has to choose between them
_OPERATIONS, _META = table_of(Operation), table_of(Meta)
_ARRIVED = select(_META.c.value).where(_META.c.key == "arrived")  # built once: asked by every verb


@dataclass(frozen=True)
class Disputed:
    """A field that both changed: what the form was filled from, what it says, and what somebody else said meanwhile.

    Values are as JSON carries them. operation: the other's; a choice is good for that one alone.
    """

    entity: str
    row: str
    field: str
    before: Any
    mine: Any
    theirs: Any
    operation: str
    worker: str  # whose the other value is
    at: int  # when it was said, milliseconds since 1970 UTC

    @property
    def key(self) -> tuple[str, str, str]:
        """By which a choice names it."""
        return self.row, self.field, self.operation


class ChangedMeanwhile(Problem):
    """Somebody else changed the same fields since the form was opened. Facts: disputed (a tuple of Disputed)."""

    def sentence(self) -> str:
        """Tell the worker."""
        return _(
            "Somebody else changed the same record while this form was open. Nothing was overwritten and nothing was "
            "saved yet: choose which text stands."
        )

    @property
    def disputed(self) -> tuple[Disputed, ...]:
        """What is to be chosen."""
        found = self.facts["disputed"]
        assert isinstance(found, tuple)
        return found


Choices = Mapping[tuple[str, str, str], str]
"""Disputed.key -> "mine" or "theirs"."""


@dataclass
class Seen:
    """What a form was filled from (operations up to this number), and what was chosen among the disputed fields."""

    arrival: int
    choices: Choices = field(default_factory=dict)
    own: set[str] = field(default_factory=set)  # operations of the save itself, where it takes several verbs
    disputed: list[Disputed] = field(default_factory=list)
    strict: bool = False  # for deeds, which leave no field alone: whatever was changed since is told

    def check(self) -> None:
        """To be called before the commit. Raises ChangedMeanwhile where something is to be chosen."""
        if self.disputed:
            found, self.disputed = tuple(self.disputed), []
            raise ChangedMeanwhile(disputed=found)

    def merged(
        self, connection: Connection, entity: str, row: str, now: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Of the fields to write (those that differ from what stands `now`) the ones that may be written."""
        log = _log_of(connection, row, self.own)
        later = [each for each in log if each.arrival > self.arrival]
        if not later:
            return dict(fields)
        if len(later) == len(log) and not self.strict:  # made since: the form never knew of it
            return {}
        earlier = [each for each in log if each.arrival <= self.arrival]
        found = {}
        for name, value in fields.items():
            said = _standing(later, name)
            if said is None and self.strict and not earlier:
                said = later[0]  # a deed on a record that somebody made since: the worker never saw it
            if said is None or name in _WHO_AND_WHEN:
                found[name] = value
                continue
            before = _value_of(entity, name, _standing(earlier, name))
            mine, theirs = to_wire(value), to_wire(now[name])
            if canonical(mine) == canonical(before) and not self.strict:
                continue  # the form left it alone: theirs stands
            if canonical(theirs) == canonical(before) and not self.strict:
                found[name] = value
                continue
            one = Disputed(entity, row, name, before, mine, theirs, said.id, said.worker, said.at)
            if self._chosen(one) == "mine":
                found[name] = value
        return found

    def rest_on(self, connection: Connection, entity: str, row: str) -> None:
        """A deed rests on what a record said when it was shown: anything said of it since is told, of fields that the
        deed leaves alone too. What the form of a text was filled from is compared by field, so that asks nothing here.
        """
        if not self.strict:
            return
        log = _log_of(connection, row, self.own)
        later = [each for each in log if each.arrival > self.arrival]
        names = [(each, name) for each in later for name in sorted(each.fields) if name not in _WHO_AND_WHEN]
        if names:
            said, name = names[-1]
            before = _value_of(entity, name, _standing((each for each in log if each.arrival <= self.arrival), name))
            self.disputed.append(
                Disputed(
                    entity, row, name, before, before, _value_of(entity, name, said), said.id, said.worker, said.at
                )
            )

    def may_stand(self, one: Disputed) -> bool:
        """Of a statement beside a record (a fact): whether it is to be made; where nobody chose yet, it is noted."""
        return self._chosen(one) != "theirs"

    def _chosen(self, one: Disputed) -> str:
        choice = self.choices.get(one.key, "")
        if not choice:
            self.disputed.append(one)
        return choice

    def removed_since(self, connection: Connection, entity: str, column: str, value: str) -> list[dict[str, Any]]:
        """Records that hang on another one (column = value), and were removed since the form was filled."""
        table = KEPT[entity]
        query = select(table).where(table.c[column] == value, table.c.dead.is_(True))
        found = []
        for row in connection.execute(query).mappings().all():
            log = _log_of(connection, row["id"], self.own)
            earlier = [each for each in log if each.arrival <= self.arrival]
            if earlier and not _value_of(entity, "dead", _standing(earlier, "dead")):
                found.append(dict(row))
        return found

    def made_since(self, connection: Connection, row: str) -> Any:
        """The operation that made a record after the form was filled; None where it was there before."""
        log = _log_of(connection, row, self.own)
        return log[0] if log and log[0].arrival > self.arrival else None


class Seeing:
    """Which Seen the verbs of this thread go by."""

    def __init__(self) -> None:
        self._local = threading.local()

    @property
    def now(self) -> Seen | None:
        """That of the save going on; None where no form stands behind a verb."""
        return getattr(self._local, "seen", None)

    @contextmanager
    def going_by(self, seen: Seen) -> Iterator[None]:
        """The verbs inside go by what a form was filled from."""
        before, self._local.seen = self.now, seen
        try:
            yield
        finally:
            self._local.seen = before


def arrived(connection: Connection) -> int:
    """How many operations this casebook has got so far: the moment from which a form is filled."""
    return int((connection.execute(_ARRIVED).scalar() or {}).get("count", 0))


def _log_of(connection: Connection, row: str, own: Iterable[str]) -> list[Any]:
    columns = _OPERATIONS.c
    query = select(columns.id, columns.arrival, columns.clock, columns.fields, columns.worker, columns.at)
    mine = set(own)
    said = connection.execute(query.where(columns.row == row).order_by(columns.arrival))
    return [each for each in said if each.id not in mine]


def _standing(log: Iterable[Any], name: str) -> Any:
    """The operation whose value of a field is shown: not replaced by another one, and of several the last one said."""
    saying = [each for each in log if name in each.fields]
    replaced = {old for each in saying for old in each.fields[name].get("p", ())}
    return max(
        (each for each in saying if each.id not in replaced), key=lambda each: (each.clock, each.id), default=None
    )


def _value_of(entity: str, name: str, operation: Any) -> Any:
    if operation is None or "v" not in operation.fields[name]:
        return to_wire(default_of(entity, name))
    return operation.fields[name]["v"]
