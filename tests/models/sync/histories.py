"""Invented offices and laptops that work for themselves and exchange operations, for the tests of sync."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine
from sqlmodel import SQLModel

from models.clock import FixedClock
from models.security.device import new_device_keys
from models.store import chains, importing
from models.store.work import Work, arm, read_meta, write_meta
from models.sync.batch import Tips
from models.sync.card import key_id
from models.values import new_id

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
NAMES = ("李建国", "王秀英", "张伟", "刘芳", "陈静", "杨洋", "黄磊", "𬱖")


def memory() -> Engine:
    """An empty store in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    SQLModel.metadata.create_all(engine)
    arm(engine)
    return engine


class Place:
    """One installation with a store of its own."""

    def __init__(self, name: str, engine: Engine | None = None, *, days_ahead: int = 0) -> None:
        self.name = name
        self.engine = engine or memory()
        self.clock = FixedClock(START + timedelta(days=days_ahead))
        self.keys = new_device_keys()
        self.id = key_id(self.keys["sign_public"], self.keys["age_public"])
        with self.engine.begin() as connection:
            write_meta(connection, "device", {"id": new_id(), "seq": 0, "last": "", "clock": 0})
            write_meta(connection, "device_keys", self.keys)

    def does(self, act: Callable[[Work], Any], verb: str = "residents.register") -> Any:
        """One verb."""
        self.clock.move(seconds=40)
        with self.engine.begin() as connection:
            work = Work(
                connection, clock=self.clock, worker=self.name, verb=verb, district="120101", office="120101001001"
            )
            result = act(work)
            work.finish()
        return result

    def add(self, entity: str, **fields: Any) -> str:
        """A new record."""
        return str(self.does(lambda work: work.add(entity, fields)))

    def amend(self, entity: str, row: str, **fields: Any) -> bool:
        """A change of a record."""
        return bool(self.does(lambda work: work.amend(entity, row, fields), "residents.amend"))

    def held(self, claims: Tips | None = None) -> list[dict[str, Any]]:
        """All operations that the other side has not said it holds."""
        with self.engine.begin() as connection:
            return chains.operations_of(connection, chains.unacknowledged(connection, claims or {}))

    def take(self, operations: Sequence[dict[str, Any]]) -> importing.Plan:
        """Import operations in one transaction."""
        with self.engine.begin() as connection:
            planned = importing.plan(connection, operations)
            importing.apply(connection, planned)
        return planned

    def digest(self) -> str:
        with self.engine.begin() as connection:
            return importing.digest(connection)

    def tips(self) -> Tips:
        with self.engine.begin() as connection:
            return chains.tips(connection)

    def rebuild(self) -> None:
        with self.engine.begin() as connection:
            importing.rebuild(connection)

    def device(self) -> dict[str, Any]:
        with self.engine.begin() as connection:
            return read_meta(connection, "device")

    def table(self, name: str) -> list[dict[str, Any]]:
        """All rows of a table by key, without the order in which they came."""
        table = SQLModel.metadata.tables[name]
        keys = [column.name for column in table.primary_key]
        with self.engine.begin() as connection:
            rows = [dict(row) for row in connection.execute(table.select()).mappings()]
        for row in rows:
            for local in ("arrival", "era"):
                row.pop(local, None)
        return sorted(rows, key=lambda row: [row[key] for key in keys])


def random_history(seed: int, steps: int = 120, places: Iterable[Place] = ()) -> list[dict[str, Any]]:
    """The operations of three laptops that registered, amended each other's records and met now and then."""
    chance = random.Random(seed)
    laptops = list(places) or [Place("周敏"), Place("吴昊", days_ahead=400), Place("郑丽", days_ahead=-300)]
    for _ in range(steps):
        laptop, other = chance.sample(laptops, 2)
        match chance.randrange(10):
            case 0 | 1:
                person = laptop.add(
                    "resident", name=chance.choice(NAMES), birth_date=date(1950, 3, chance.randint(1, 28))
                )
                laptop.add("phone", resident_id=person, number=f"+861382000{chance.randint(1000, 9999)}")
            case 2:
                home = laptop.add("household", kind="living", since=date(2024, 1, 1))
                laptop.add("visit", household_id=home, met=[new_id()], notes="在家", happened_on=date(2026, 5, 1))
            case 3:
                laptop.add("fact", name="dibao", value={"v": chance.random() < 0.5}, at=1_790_000_000_000)
            case 4 | 5 | 6 | 7:
                people = laptop.table("resident")
                if people:
                    field, value = chance.choice(
                        [
                            ("note", f"备注{chance.randint(1, 4)}"),
                            ("name", chance.choice(NAMES)),
                            ("birth_date", date(1951, 1, chance.randint(1, 28))),
                            ("dead", chance.random() < 0.5),
                        ]
                    )
                    laptop.amend("resident", chance.choice(people[:3])["id"], **{field: value})
            case _:  # they meet; some of it gets through
                brought = other.held()
                laptop.take(chance.sample(brought, chance.randint(0, len(brought))))
    everything = {operation["id"]: operation for laptop in laptops for operation in laptop.held()}
    return list(everything.values())
