"""Damaged and hostile files of eleven kinds are all refused with a reason, quickly, and leave nothing behind."""

import os
import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import texts
from models.errors import BatchRefused
from models.records.operation import Batch, Operation, Peer, SearchKey
from models.security.device import new_device_keys
from models.services import partners
from models.store.rows import table_of
from models.store.work import read_meta
from models.sync.card import Card, write_card
from models.sync.envelope import unseal
from tests.models.sync.hostile import KINDS, Good, Maker
from tests.models.sync.offices import COMMUNITY, Desk, desks

SHORT = 10  # of each kind
LONG = 91  # a thousand and one
REASONS = {
    "not_a_batch",
    "newer",
    "unknown_sender",
    "bad_signature",
    "other_office",
    "damaged",
    "too_large",
    "bad_content",
    "revoked",
}


@pytest.fixture(autouse=True)
def english() -> None:
    texts.set_language("en")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Desk, Good]]:
    """An office with records and a file on its desk that it would take in."""
    with desks(tmp_path) as (laptop, office):
        first, *_ = laptop.registers("李建国", "王秀英")
        for path in laptop.sync.export(tmp_path / "stick"):
            office.sync.apply(path)
        laptop.amends(first, note="新")
        laptop.registers(*(f"居民{n}" for n in range(12)))
        (file,) = laptop.sync.export(tmp_path / "stick")
        with laptop.book.reading() as connection:
            sender = Maker(read_meta(connection, "device_keys"))
        with office.book.reading() as connection:
            reader, own = partners.reader(connection), Maker(read_meta(connection, "device_keys"))
        others = [Maker(new_device_keys()) for _ in range(3)]
        for maker in others[1:]:
            card = Card(maker.id, "device", COMMUNITY.code, "旧", maker.keys["sign_public"], maker.keys["age_public"])
            path = tmp_path / f"{maker.id}.jmcard"
            path.write_bytes(write_card(card, maker.keys["sign_secret"]))
            office.sync.trust_card(path)
        office.sync.distrust(others[1].id)
        with office.book.writing() as connection:
            partners.revoke(connection, others[2].id, reason="lost", now=1, name="旧")
        data = file.read_bytes()
        yield office, Good(data, unseal("batch", data, reader).lines, sender, own, *others)


def state(office: Desk) -> dict[str, Any]:
    """Everything that a refused file must leave as it was."""
    with office.book.reading() as connection:
        told = {
            model.__tablename__: [tuple(map(repr, row)) for row in connection.execute(select(table_of(model)))]
            for model in (Batch, Peer, Operation, SearchKey)
        }
        told["meta"] = [read_meta(connection, key) for key in ("held", "arrived", "device")]
    return {**told, "digest": office.digest()}


@pytest.mark.parametrize("kind", KINDS)
def test_ten_hostile_files_of_each_kind_are_refused_and_change_nothing(
    kind: str, scene: tuple[Desk, Good], tmp_path: Path
) -> None:
    check(kind, SHORT, scene, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_hostile_files_are_refused_and_change_nothing(
    kind: str, scene: tuple[Desk, Good], tmp_path: Path
) -> None:
    tracemalloc.start()
    try:
        check(kind, int(os.environ.get("JINMEN_HOSTILE", LONG)), scene, tmp_path)
    finally:
        tracemalloc.stop()


def check(kind: str, several: int, scene: tuple[Desk, Good], folder: Path) -> None:
    """Every file of a kind is refused with a reason; the good one is still taken in at the end."""
    office, good = scene
    before = state(office)
    chance = random.Random(f"{kind} of them")
    path = folder / "hostile.jmb"
    reasons: Counter[str] = Counter()
    for number in range(several):
        data = KINDS[kind](good, chance)
        if data == good.data:
            continue
        path.write_bytes(data)
        if tracemalloc.is_tracing():
            tracemalloc.reset_peak()
        began = time.process_time()
        with pytest.raises(BatchRefused) as refusal:
            office.sync.apply(path)
        assert time.process_time() - began < 1, f"number {number}"
        if tracemalloc.is_tracing():
            assert tracemalloc.get_traced_memory()[1] < 150_000_000, f"number {number}"
        assert "Nothing was imported" in refusal.value.sentence()
        reasons[str(refusal.value.facts["reason"])] += 1
        if number % 10 == 9:
            assert state(office) == before, f"numbers up to {number}"
    assert state(office) == before
    assert set(reasons) <= REASONS
    path.write_bytes(good.data)
    assert office.sync.apply(path).entities >= {"resident", "phone"}
