"""SQLite and PostgreSQL derive the same rows from the same operations, cell by cell."""

import random

import pytest
from sqlalchemy import Engine

from models.store import chains
from tests.models.sync.histories import Place, random_history
from tests.models.sync.test_importing import handmade, in_portions, rows_of


@pytest.mark.parametrize("seed", range(3))
def test_the_same_operations_in_another_order_give_the_same_rows_and_digest(postgres: Engine, seed: int) -> None:
    everything = random_history(seed)
    here, server = Place("sqlite"), Place("postgres", postgres)
    here.take(everything)
    for portion in in_portions(everything, random.Random(seed)):
        server.take(portion)
    assert server.digest() == here.digest()
    assert rows_of(server) == rows_of(here)
    assert server.tips() == here.tips()
    server.rebuild()
    assert server.digest() == here.digest()
    assert server.held(here.tips()) == []


def test_values_that_only_one_engine_would_take_are_kept_alike(postgres: Engine) -> None:
    here, server = Place("sqlite"), Place("postgres", postgres)
    odd = [
        handmade(here, "resident", "r1", name="a\x00b", note="x" * 100_000, birth_date="99999-01-01", dead=3),
        handmade(here, "identity_document", "d1", number="证" * 3000, resident_id="r1"),
        handmade(here, "visit", "v1", at=2**63, met={"a": 1}, notes="\\u0000 𬱖 '; --"),
    ]
    for place in (here, server):
        place.take(odd)
    assert rows_of(server) == rows_of(here)
    assert server.digest() == here.digest()


def test_an_office_on_the_server_sends_back_what_a_laptop_lacks(postgres: Engine) -> None:
    laptop, server = Place("周敏"), Place("postgres", postgres)
    person = laptop.add("resident", name="李建国")
    server.take(laptop.held())
    server.amend("resident", person, note="已受理")
    laptop.take(server.held(laptop.tips()))
    assert laptop.digest() == server.digest()
    with postgres.begin() as connection:
        assert chains.missing_before(connection, laptop.held()) == 0
