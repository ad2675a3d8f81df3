"""The columns of many households are those of their cases, one by one, on both engines."""

from pathlib import Path

import pytest

from models.store.bulk import load
from models.store.engine import Engines
from tests.models.store.registers import POLICIES, TODAY, Random, one_by_one, open_register, plain


@pytest.mark.parametrize("seed", range(3))
def test_everything_that_can_be_said_is_read_as_the_check_at_the_door_reads_it(
    engines: Engines, tmp_path: Path, seed: int
) -> None:
    book = open_register(engines, tmp_path)
    chance = Random(book, seed)
    with book.verb("test") as work:
        chance.register(work, 30)
    with book.reading() as connection:
        loaded = load(connection, POLICIES.facts, TODAY)
        some = [home.decode() for home in loaded.lists.home.tolist()][::3]
        part = load(connection, POLICIES.facts, TODAY, some)
    assert loaded.columns.people > 30
    assert plain(loaded.columns) == plain(one_by_one(book, loaded, POLICIES, TODAY))
    assert plain(part.columns) == plain(one_by_one(book, part, POLICIES, TODAY))
    by_home = dict(zip(loaded.lists.person.tolist(), loaded.lists.chosen.tolist(), strict=False))
    assert set(part.lists.home.tolist()) == {home.encode() for home in some}
    assert set(part.lists.person.tolist()) <= set(by_home)
