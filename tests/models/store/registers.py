"""A random register: everything that can be said of people and households, sensible or not."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from models.clock import FixedClock
from models.eligibility import Policies, load_policies
from models.eligibility.batch.columns import Codes, Column, Columns, Days, columns_of
from models.services.book import Book
from models.services.cases import build_case
from models.services.views import Office, Worker
from models.store.bulk import Loaded
from models.store.engine import Engines
from models.store.rows import KEPT
from models.store.work import Work, arm, read_meta, write_meta
from models.values import new_id

TODAY = date(2026, 11, 22)
OFFICE = Office(code="120101001001", name="花园路社区居委会", letter_mark="劝花社")
CERTIFICATES = ("11010519491231002X41", "11010519491231002X12B1", "11010519491231002X79", "没有")
CODES = ("", "0", "1", "2", "3", "5", "8", "10", "20", "22", "30", "40", "90", "97", "01", "05")


def open_register(engines: Engines, folder: Path) -> Book:
    """An empty casebook on a migrated store."""
    arm(engines.writer)
    with engines.writer.begin() as connection:
        if not read_meta(connection, "device"):
            write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
    clock = FixedClock(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    return Book(engines, folder=folder, clock=clock, office=OFFICE, worker=Worker("周敏"))


class Random:
    """Writes random records about a register and remembers which there are."""

    def __init__(self, book: Book, seed: int) -> None:
        self.book = book
        self.dice = random.Random(seed)
        self.apart = random.Random(f"apart {seed}")  # its own: the rest is drawn as before
        self.deaths = random.Random(f"deaths {seed}")
        self.rows: dict[str, list[str]] = {entity: [] for entity in KEPT}

    def day(self) -> date:
        return TODAY + timedelta(days=self.dice.choice((-4000, -400, -31, -1, 0, 1, 30, 400)) + self.dice.randrange(3))

    def maybe_day(self, share: float = 0.5) -> date | None:
        return self.day() if self.dice.random() < share else None

    def value(self, name: str) -> object:
        definition = self.book.policies.facts.get(name)
        odd = (None, True, "不知道", 7, -3, 1.5, 12.345, "1960-05", "1960", "无", [], 10**12, "1000.10")
        if definition is None or self.dice.random() < 0.1:
            return self.dice.choice(odd)
        if definition.type == "bool":
            return self.dice.random() < 0.5
        if definition.domain:
            return self.dice.choice(definition.domain)
        if definition.type == "date":
            return self.dice.choice(("1960-05", "1999", self.day().isoformat()))
        return self.dice.choice((0, 800, 1009.99, 1010, "1515", 99_999_999))

    def fact(self, subject: str) -> dict[str, Any]:
        names = [*self.book.policies.facts, "from_a_newer_pack", "receives:dibao", "receives:003-nobody"]
        if self.dice.random() < 0.5:  # so that several statements of one fact meet
            names = ["dibao", "deceased", "counts_in_household", "disability_grade", "birth_date", "income_month"]
        name = self.dice.choice(names)
        value = self.dice.random() < 0.7 if name.startswith("receives:") else self.value(name)
        state = self.dice.choice(("known",) * 6 + ("not_known", "refused"))
        return {
            "subject_kind": "resident",
            "subject_id": subject,
            "name": name,
            "value": {"v": value} if self.dice.random() < 0.95 else {},
            "state": state,
            "as_of": self.maybe_day(0.8),
            "good_until": self.maybe_day(0.3),
            "at": self.dice.choice((1, 2, 3)),
            "dead": self.dice.random() < 0.05,
        }

    def one(self, entity: str) -> dict[str, Any]:
        """The columns of a random record."""
        dice = self.dice
        pick = {name: dice.choice(several) if several else "" for name, several in self.rows.items()}
        dead = dice.random() < 0.05
        if entity == "resident":
            told = {name: dice.choice(CODES) for name in ("marital_status", "ethnic_group")}
            told["frozen"] = "erasure" if self.apart.random() < 0.02 else ""
            told["died_on"] = date(2020, 1, 1) if self.apart.random() < 0.02 else None
            if self.deaths.random() < 0.1:  # about the term after a death
                told["died_on"] = TODAY - timedelta(days=self.deaths.choice((-1, 0, 30, 200, 364, 365)))
            return {"name": "李", "sex": dice.choice("012"), "birth_date": self.maybe_day(0.9), "dead": dead, **told}
        if entity == "household":
            kind = dice.choice(("living", "living", "registered"))
            form = self.apart.choice(("", "", "", "", "family", "dormitory"))
            home = {"kind": kind, "dwelling_id": pick["dwelling"], "form": form}
            return {**home, "dead": dead, "until": self.maybe_day(0.1)}
        if entity == "membership":
            whose = {"household_id": pick["household"], "resident_id": pick["resident"]}
            counts = dice.random() < 0.85
            return {
                **whose,
                "relation": dice.choice(CODES),
                "counts": counts,
                "standing": self.apart.choice(("", "", "", "", "lodger")),
                "until": self.maybe_day(0.2),
                "ended": self.deaths.choice(("", "", "death")),
                "dead": dead,
            }
        if entity == "identity_document":
            of = {"resident_id": pick["resident"], "dead": dead}
            if dice.random() < 0.4:
                return {**of, "kind": "residence_permit", "number": "A1", "valid_until": self.maybe_day(0.8)}
            return {**of, "kind": "disability_cert", "number": dice.choice(CERTIFICATES)}
        if entity == "visit":
            outcome, worker = dice.choice(("met", "nobody_home", "moved_away")), dice.choice(("周敏", "王芳"))
            said = {"happened_on": self.maybe_day(0.9), "outcome": outcome, "worker": worker, "at": dice.randrange(3)}
            return {"household_id": pick["household"], "dead": dead, **said}
        if entity == "dwelling":
            return {"community_code": dice.choice(("120101001001", "120101001002", ""))}
        return self.fact(pick[dice.choice(("resident", "resident", "household"))])

    def register(self, work: Work, households: int) -> None:
        """A register to begin with."""
        counts = {"dwelling": households, "household": households, "resident": households * 2}
        counts |= {"membership": households * 3, "identity_document": households, "visit": households}
        for entity, number in {**counts, "fact": households * 25}.items():
            for _n in range(number):
                self.rows[entity].append(work.add(entity, self.one(entity)))

    def change(self, work: Work) -> None:
        """One random record is made or amended."""
        entity = self.dice.choice(("fact", "fact", "resident", "household", "membership", "identity_document", "visit"))
        if self.rows[entity] and self.dice.random() < 0.5:
            fields = self.one(entity)
            some = self.dice.sample(sorted(fields), self.dice.randint(1, len(fields)))
            work.amend(entity, self.dice.choice(self.rows[entity]), {name: fields[name] for name in some})
        else:
            self.rows[entity].append(work.add(entity, self.one(entity)))


def one_by_one(book: Book, loaded: Loaded, policies: Policies, on: date) -> Columns:
    """The columns of the same households by way of their cases."""
    with book.reading() as connection:
        homes = [home.decode() for home in loaded.lists.home.tolist()]
        return columns_of(policies, [build_case(connection, policies, home, on) for home in homes])


def plain(columns: Columns) -> Mapping[str, Any]:
    """Columns as lists, without those in which nothing is known, to be compared."""
    shown: dict[str, Any] = {name: _plain(column) for name, column in columns.facts.items()}
    shown = {
        name: column
        for name, column in shown.items()
        if any(one not in (0, (0, 3_652_060), -(2**31)) for one in column)
    }
    shown |= {":" + name: getattr(columns, name).tolist() for name in ("household", "role", "counts", "dead")}
    return shown | {"receives:" + name: held.tolist() for name, held in columns.receives.items() if np.any(held)}


def _plain(column: Column) -> list[Any]:
    if isinstance(column, Codes):
        return column.values.tolist()
    if isinstance(column, Days):
        return list(zip(column.low.tolist(), column.high.tolist(), strict=True))
    return [column.odd.get(row, value) for row, value in enumerate(column.values.tolist())]


POLICIES = load_policies()
