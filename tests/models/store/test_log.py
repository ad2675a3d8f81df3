"""Operations are found by their ids in every era of the log, by the index and not by looking through the log."""

import pytest
from sqlalchemy import select

from models.records.operation import Operation
from models.store import importing, log
from models.store.rows import table_of
from tests.models.sync.histories import Place, random_history

_OPERATIONS = table_of(Operation)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Place:
    """A log of many short eras, of what came in two files and of what was saved here."""
    monkeypatch.setattr(log, "ERA", 7)
    place, history = Place("office"), random_history(3, steps=40)
    place.take(history[:30])
    place.take(history[30:])
    place.amend("resident", place.add("resident", name="李建国"), note="在家")
    return place


def test_every_operation_is_found_by_its_id_alone_and_nobody_elses(office: Place) -> None:
    with office.engine.begin() as connection:
        said = {row.id: row.era for row in connection.execute(select(_OPERATIONS.c.id, _OPERATIONS.c.era))}
        assert len(set(said.values())) > 5
        every = connection.execute(select(_OPERATIONS.c.id).where(log.named(connection, list(said)))).scalars()
        assert sorted(every) == sorted(said)
        for identity in said:
            found = connection.execute(select(_OPERATIONS.c.id).where(log.named(connection, {identity, "0" * 64})))
            assert found.scalars().all() == [identity]


def test_an_operation_is_looked_up_in_the_index_of_ids(office: Place) -> None:
    with office.engine.begin() as connection:
        query = select(_OPERATIONS).where(log.named(connection, ["0" * 64, "1" * 64]))
        said = query.compile(connection.engine, compile_kwargs={"render_postcompile": True})
        values = tuple(said.params[name] for name in said.positiontup or ())
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)]
    assert "SEARCH operation USING INDEX ix_operation_id (era=? AND id=?)" in plan


def test_what_is_known_is_found_by_its_record(office: Place) -> None:
    with office.engine.begin() as connection:
        said = [dict(row) for row in connection.execute(select(_OPERATIONS)).mappings()]
        planned = importing.plan(connection, said)
    assert (planned.known, planned.new) == (len(said), ())
