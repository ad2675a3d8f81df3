"""What a call asks of the embedded store: every statement, how SQLite goes about it, and how much of it.

The store keeps no statistics (nobody runs ANALYZE), so SQLite plans by the statement and the indexes alone, and a
register of a few people shows the very plans of one of a hundred thousand.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from models.store.engine import Engines

_BIG = """resident membership household dwelling fact visit operation head search_key audit identity_document phone
    need person_link planned_visit picture consent place household_event determination referral letter"""
_POOR = "district dead kind frozen community_code status rank valid_until happened_on good_until device until"
BIG = frozenset(_BIG.split())  # what grows with the register
POOR = frozenset(
    _POOR.split()
)  # columns of which one value, or a stretch of values, stands for a large part of a table
_ALIAS = re.compile(r"\b(\w+) AS \"?(\w+)\"?")
_LINE = re.compile(r"^(SCAN|SEARCH) (\w+)(?: USING (?:COVERING |AUTOMATIC |PARTIAL )*(?:INDEX|PRIMARY KEY)\b(.*))?")
_FEW = frozenset({"ix_resident_dead", "ix_resident_died_on", "ix_household_until", "ix_fact_visit_id"})
_STEPS = 1000  # of SQLite's machine between two looks


@dataclass
class Asked:
    """One statement: its text, how SQLite goes about it, and its steps (thousands of SQLite's machine)."""

    text: str
    plan: tuple[str, ...]
    steps: int = 0

    def whole(self) -> list[str]:
        """The lines of the plan that read a big table as a whole, or a large part of it."""
        if self.text.startswith("SELECT min(") or ("LIMIT" in self.text and "WHERE" not in self.text):
            return []  # one look at the beginning
        names = {alias: table for table, alias in _ALIAS.findall(self.text)}
        found = []
        for line in self.plan:
            said = _LINE.match(line)
            if said is None or names.get(said[2], said[2]) not in BIG:
                continue
            index = (said[3] or "").split()
            if index and index[0] in _FEW:
                continue  # a few of many, however they are read
            by = set(re.findall(r"(\w+)[=<>]", said[3] or line))
            if said[1] == "SCAN" or (by <= POOR and "frozen>" not in line):
                found.append(line)
        return found


@dataclass
class Watch:
    """What was asked so far."""

    asked: list[Asked] = field(default_factory=list)

    def whole(self) -> dict[str, list[str]]:
        """Plan line -> the statements in which it stands."""
        found: dict[str, list[str]] = {}
        for one in self.asked:
            for line in one.whole():
                found.setdefault(line, []).append(one.text)
        return found

    def steps(self) -> int:
        """All steps of SQLite's machine."""
        return sum(one.steps for one in self.asked) * _STEPS


@contextmanager
def watching(engines: Engines) -> Iterator[Watch]:
    """Note every statement that reaches the store until the block ends; SQLite only."""
    watch, plans = Watch(), dict[str, tuple[str, ...]]()
    busy = False  # with our own question about a plan

    def step() -> int:
        if watch.asked and not busy:
            watch.asked[-1].steps += 1
        return 0

    def before(connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        nonlocal busy
        raw = connection.connection.dbapi_connection
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            if statement not in plans:  # which does not depend on the values
                busy = True
                asking = raw.cursor()
                values = next(iter(parameters), ()) if many else parameters
                lines = asking.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
                asking.close()
                plans[statement] = tuple(line[3] for line in lines)
                busy = False
            watch.asked.append(Asked(statement, plans[statement]))
            raw.set_progress_handler(step, _STEPS)

    both = (engines.reader, engines.writer)
    for engine in both:
        event.listen(engine, "before_cursor_execute", before)
    try:
        yield watch
    finally:
        for engine in both:
            event.remove(engine, "before_cursor_execute", before)
            with engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.set_progress_handler(None, 0)  # type: ignore[attr-defined]
