"""A limited account sees a register in which nobody else lives, on the server's engine as on the file's."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, exc, func, insert, select, text, update

from models.records.operation import Operation
from models.records.refusal import NotAllowed
from models.store.engine import Engines
from models.store.limits import Limits, children, homes_seen, of_connection
from models.store.rows import KEPT, empty_row, table_of
from models.store.work import count_arrivals

HERE, THERE = "120101001001", "120105003002"
TODAY = date(2026, 11, 22)
SINCE = 1_795_000_000_000
ILL = {"disability_category": "health", "lowest_income": "finance"}


def row(entity: str, identity: str, **values: Any) -> dict[str, Any]:
    return {**empty_row(entity), "district": "120101", "id": identity, **values}


ROWS: dict[str, list[Any]] = {
    "dwelling": [row("dwelling", "door", community_code=HERE), row("dwelling", "far door", community_code=THERE)],
    "household": [row("household", "home", dwelling_id="door"), row("household", "far", dwelling_id="far door")],
    "resident": [
        row("resident", "her", name="王秀英", birth_date=date(1952, 3, 8), former_name="王小妹"),
        row("resident", "child", name="王小明", birth_date=date(2019, 6, 1), former_name="王大明"),
        row("resident", "him", name="李建国", birth_date=date(1960, 1, 1)),
    ],
    "membership": [
        row("membership", "m1", resident_id="her", household_id="home"),
        row("membership", "m2", resident_id="child", household_id="home"),
        row("membership", "m3", resident_id="him", household_id="far"),
    ],
    "phone": [
        row("phone", "p1", resident_id="her", number="+8613800220001"),
        row("phone", "p2", resident_id="child", number="+8613800220002"),
        row("phone", "p3", resident_id="him", number="+8613800220003"),
    ],
    "fact": [
        row("fact", "f1", subject_kind="resident", subject_id="her", name="disability_category", value="visual"),
        row("fact", "f2", subject_kind="resident", subject_id="her", name="lives_alone", value=False),
        row("fact", "f3", subject_kind="resident", subject_id="him", name="lives_alone", value=True),
        row("fact", "f4", subject_kind="household", subject_id="far", name="rents", value=True),
    ],
}


@pytest.fixture
def register(engines: Engines) -> Engines:
    """Two people here, one of them a child, and one elsewhere."""
    with engines.writer.begin() as connection:
        for entity, rows in ROWS.items():
            connection.execute(insert(KEPT[entity]), rows)
        count_arrivals(connection, 1)
    return engines


def limits(*scope: str, hidden: tuple[str, ...] = ()) -> Limits:
    facts = {name: kind for name, kind in ILL.items() if kind in hidden}
    return Limits(scope, frozenset(hidden), facts, "周敏", SINCE, TODAY)


def seen(connection: Connection, entity: str) -> set[str]:
    return set(connection.execute(select(KEPT[entity].c.id)).scalars())


@pytest.fixture
def look(register: Engines) -> Iterator[Any]:
    """What limits leave, on a connection of their own."""
    made: list[Engine] = []

    def through(said: Limits) -> Connection:
        made.append(said.reader(register.reader))
        connection = made[-1].connect()
        said.look(connection)
        opened.append(connection)
        return connection

    opened: list[Connection] = []
    yield through
    for connection in opened:
        connection.close()
    for engine in made:
        engine.dispose()


def test_who_lives_elsewhere_is_not_there_in_any_table(look: Any) -> None:
    connection = look(limits(HERE))
    assert seen(connection, "resident") == {"her", "child"}
    assert homes_seen(connection) == [b"home"]
    assert seen(connection, "dwelling") == {"door"}
    assert seen(connection, "phone") == {"p1", "p2"}
    assert seen(connection, "fact") == {"f1", "f2"}
    whole = connection.execute(select(func.count()).select_from(KEPT["resident"].join(KEPT["membership"], text("1=1"))))
    assert whole.scalar() == 2 * 2
    assert of_connection(connection) == limits(HERE)


@pytest.mark.parametrize(("scope", "people"), [("120101", 2), ("120101001", 2), ("120105", 1), ("120102", 0)])
def test_a_street_or_a_district_holds_its_communities(look: Any, scope: str, people: int) -> None:
    assert len(seen(look(limits(scope)), "resident")) == people


def test_who_moves_here_is_seen_at_the_next_look_and_the_lists_are_not_made_anew_for_less(
    register: Engines, look: Any
) -> None:
    said = limits(HERE)
    connection = look(said)
    operation = {"district": "120101", "row": "m3", "clock": 1, "at": 1}

    def comes(identity: str, entity: str, arrival: int) -> None:
        with register.writer.begin() as writing:
            home = {"household_id": "home"}
            writing.execute(update(KEPT["membership"]).where(KEPT["membership"].c.id == "m3").values(home))
            count_arrivals(writing, 1)
            made = {**operation, "id": identity, "entity": entity, "arrival": arrival}
            writing.execute(insert(table_of(Operation)), [made])
        said.look(connection)

    comes("1", "visit", 2)
    assert "him" not in seen(connection, "resident"), "a visit moves nobody"
    connection.rollback()
    comes("2", "membership", 3)
    assert "him" in seen(connection, "resident")


def test_a_limited_connection_cannot_write(look: Any) -> None:
    with pytest.raises(exc.DBAPIError):
        look(limits(HERE)).execute(text("DELETE FROM draft"))


def test_facts_of_a_hidden_class_and_details_of_a_child_are_not_there(look: Any) -> None:
    connection = look(limits(hidden=("health", "children")))
    assert seen(connection, "fact") == {"f2", "f3", "f4"}
    assert seen(connection, "phone") == {"p1", "p3"}
    table = KEPT["resident"]
    named = {one.id: one for one in connection.execute(select(table.c.id, table.c.name, table.c.former_name))}
    assert (named["her"].former_name, named["child"].former_name) == ("王小妹", "")
    assert named["child"].name == "王小明"
    assert children(connection, limits(hidden=("health", "children"))) == [b"child"]
    assert children(connection, limits(hidden=("health",))) == []


def test_nothing_is_written_about_whom_the_account_does_not_see(register: Engines) -> None:
    said = limits(HERE, hidden=("health",))
    with register.writer.begin() as connection:
        for entity, mine, theirs in (("resident", "her", "him"), ("phone", "p1", "p3"), ("fact", "f2", "f3")):
            said.hold_change(connection, entity, mine)
            said.hold_new(connection, [(entity, mine)])
            with pytest.raises(NotAllowed) as told:
                said.hold_change(connection, entity, theirs)
            assert told.value.facts == {"scope": True}
            with pytest.raises(NotAllowed):
                said.hold_new(connection, [(entity, mine), (entity, theirs)])
        with pytest.raises(NotAllowed) as told:
            said.hold_change(connection, "fact", "f1")
        assert told.value.facts == {"kind": "health"}
        limits(hidden=("finance",)).hold_new(connection, [("resident", "him")])


def test_a_fact_that_is_not_seen_is_not_overwritten_but_said_of_who_is_new(register: Engines) -> None:
    said = limits(hidden=("health", "children"))
    fact = {"name": "disability_category", "subject_id": "her", "subject_kind": "resident"}
    with register.writer.begin() as connection:
        said.hold_fact(connection, fact, ("her",))
        said.hold_fact(connection, {**fact, "name": "lives_alone"}, ())
        for kind, wrong in (("health", {}), ("children", {"name": "lives_alone", "subject_id": "child"})):
            with pytest.raises(NotAllowed) as told:
                said.hold_fact(connection, {**fact, **wrong}, ())
            assert told.value.facts == {"kind": kind}


def test_nobody_is_limited_by_no_limits_and_a_scope_is_made_of_codes() -> None:
    assert not limits()
    assert limits().mark == ""
    assert limits().is_free("households.register")
    assert limits(HERE).mark not in ("", limits(THERE).mark)
    assert limits(HERE).is_free("sync.apply")
    assert not limits(HERE).is_free("households.register")
    with pytest.raises(ValueError, match="codes"):
        Limits(scope=("' OR 1=1",))


def test_of_somebody_whose_birth_is_not_known_nothing_is_kept_back_as_of_a_child() -> None:
    said = limits(hidden=("health", "children"))
    assert said.of_person(None) == said.of_person(date(1990, 1, 1)) == {"health"}
    assert said.of_person(date(2019, 6, 1)) == {"health", "children"}
    assert said.of_person(date(2012, 11, 22)) == {"health"}, "fourteen today"
    assert said.of_person(date(2012, 11, 23)) == {"health", "children"}
    assert limits(hidden=("health",)).hides_document("disability_cert")
    assert not limits(hidden=("health",)).hides_document("id_card")
