"""Operations of others enter the log: order-free, repeatable, and the rows can always be derived again."""

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from models.errors import WriteOutsideVerb
from models.services import search_index
from models.store import chains, importing
from models.store.rows import KEPT
from models.sync.content import field_change, operation_id
from tests.models.sync.histories import Place, random_history

DERIVED = (*KEPT, "head", "conflict", "operation")


def rows_of(place: Place) -> dict[str, list[dict[str, Any]]]:
    return {name: place.table(name) for name in DERIVED}


def in_portions(operations: list[dict[str, Any]], chance: random.Random) -> list[list[dict[str, Any]]]:
    """The operations in a random order, in files of different sizes, some of which come twice."""
    mixed = operations + chance.sample(operations, len(operations) // 5)
    chance.shuffle(mixed)
    files = []
    while mixed:
        size = chance.randint(1, 60)
        files.append(mixed[:size])
        mixed = mixed[size:]
    return files + chance.sample(files, len(files) // 4)


def handmade(place: Place, entity: str, row: str, **fields: Any) -> dict[str, Any]:
    """An operation as a newer or stranger program might make it."""
    operation = {
        "district": "120101",
        "device": "d-" + place.name,
        "seq": 1,
        "prev": "",
        "clock": 7,
        "at": 1000,
        "worker": "周敏",
        "verb": "x",
        "entity": entity,
        "row": row,
        "office": "120101001001",
        "fields": {name: field_change(value, []) for name, value in fields.items()},
    }
    return operation | {"id": operation_id(operation)}


@pytest.mark.parametrize("seed", range(4))
def test_random_orders_with_duplicates_give_the_same_rows_and_digest(seed: int) -> None:
    check_orders(seed, range(5 * seed, 5 * seed + 5))


@pytest.mark.battery
@pytest.mark.parametrize("seed", range(4))
def test_twenty_random_orders_with_duplicates_give_the_same_rows_and_digest(seed: int) -> None:
    check_orders(seed, range(20))


def check_orders(seed: int, orders: range) -> None:
    """Whatever the order in which a history arrives, in portions and partly twice, the rows are the same."""
    everything = random_history(seed)
    first = Place("first")
    first.take(everything)
    expected, digest = rows_of(first), first.digest()
    assert expected["conflict"], "a history without a conflict proves little"
    for order in orders:
        place = Place("hub")
        for portion in in_portions(everything, random.Random(order)):
            place.take(portion)
        assert place.digest() == digest
    assert rows_of(place) == expected
    assert place.tips() == first.tips()


def test_every_laptop_that_got_everything_holds_the_same_rows_as_the_office() -> None:
    laptops = [Place("周敏"), Place("吴昊", days_ahead=400), Place("郑丽", days_ahead=-300)]
    everything = random_history(11, places=laptops)
    office = Place("office")
    office.take(everything)
    for laptop in laptops:
        laptop.take(everything)
        assert laptop.digest() == office.digest()
        assert laptop.tips() == office.tips()


def test_what_verbs_wrote_is_what_rebuilding_from_the_operations_gives() -> None:
    laptops = [Place("周敏"), Place("吴昊"), Place("郑丽")]
    random_history(5, steps=160, places=laptops)
    for laptop in laptops:
        before, tips, digest = rows_of(laptop), laptop.tips(), laptop.digest()
        laptop.rebuild()
        assert rows_of(laptop) == before
        assert laptop.tips() == tips
        assert laptop.digest() == digest


def test_rebuilding_changes_nothing_at_an_office_that_only_imports() -> None:
    office = Place("office")
    for portion in in_portions(random_history(3), random.Random(3)):
        office.take(portion)
    before, digest = rows_of(office), office.digest()
    office.rebuild()
    assert rows_of(office) == before
    assert office.digest() == digest


def test_a_digest_sees_one_changed_cell() -> None:
    office = Place("office")
    office.take(random_history(3))
    digest = office.digest()
    with office.engine.begin() as connection, importing.allow_writes(connection):
        row = connection.execute(KEPT["resident"].select()).first()
        connection.execute(KEPT["resident"].update().where(KEPT["resident"].c.id == row.id).values(note="x"))
    assert office.digest() != digest


def test_importing_the_second_time_finds_nothing_new_and_writes_nothing() -> None:
    everything = random_history(2)
    office = Place("office")
    assert len(office.take(everything).new) == len(everything)
    statements: list[str] = []
    event.listen(office.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    again = office.take(everything)
    assert again.new == ()
    assert again.known == len(everything)
    assert again.new_conflicts == 0
    assert [s for s in statements if not s.lstrip().upper().startswith("SELECT")] == []


def test_fields_and_records_of_a_newer_program_are_kept_and_shown_again_after_an_upgrade() -> None:
    office, newer = Place("office"), Place("newer")
    resident = handmade(newer, "resident", "r1", name="李建国", favourite_opera="京剧", note="旧")
    stranger = handmade(newer, "choir", "c1", name="合唱队")
    office.take([resident, stranger])
    assert office.table("resident")[0]["extra"] == {"favourite_opera": "京剧"}
    assert {head["entity"] for head in office.table("head")} == {"resident", "choir"}
    office.amend("resident", "r1", note="新")
    sent = {operation["id"]: operation for operation in office.held()}
    assert sent[resident["id"]] == resident, "passed on unchanged"
    assert sent[stranger["id"]] == stranger
    newer.take(list(sent.values()))
    assert newer.table("resident")[0]["note"] == "新"
    assert newer.table("resident")[0]["extra"] == {"favourite_opera": "京剧"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", "a\x00b"),
        ("name", None),
        ("birth_date", "1950-02-30"),
        ("birth_date", "19500203"),
        ("dead", 1),
        ("extra", {"a": 1}),
        ("district", "999999"),
        ("id", "other"),
    ],
)
def test_a_value_that_does_not_fit_its_column_stands_in_extra_and_spoils_nothing(field: str, value: Any) -> None:
    office = Place("office")
    office.take([handmade(office, "resident", "r1", **{"note": "在", field: value})])
    (row,) = office.table("resident")
    assert row["extra"] == {field: value}
    assert (row["district"], row["id"], row["note"]) == ("120101", "r1", "在")


def test_numbers_beyond_64_bits_and_endless_index_keys_stand_in_extra() -> None:
    office = Place("office")
    office.take([handmade(office, "visit", "v1", at=2**63, household_id="x" * 501, met={"no": "list"})])
    (row,) = office.table("visit")
    assert set(row["extra"]) == {"at", "household_id", "met"}
    assert row["met"] == []


def test_an_amendment_before_its_creation_makes_a_stub_that_is_filled_later() -> None:
    laptop, office = Place("周敏"), Place("office")
    person = laptop.add("resident", name="李建国", birth_date=date(1950, 3, 8))
    laptop.amend("resident", person, note="新")
    made, amended = laptop.held()
    office.take([amended])
    assert [(row["name"], row["note"]) for row in office.table("resident")] == [("", "新")]
    office.take([made])
    assert [(row["name"], row["note"]) for row in office.table("resident")] == [("李建国", "新")]
    assert office.digest() == laptop.digest()


def test_a_conflict_is_listed_and_leaves_the_list_when_an_operation_replaces_both() -> None:
    one, two, office = Place("周敏"), Place("吴昊"), Place("office")
    person = one.add("resident", name="李建国")
    two.take(one.held())
    one.amend("resident", person, note="甲")
    two.amend("resident", person, note="乙")
    office.take(one.held())
    planned = office.take(two.held())
    assert planned.new_conflicts == 1
    assert [(row["row"], row["field"], row["entity"]) for row in office.table("conflict")] == [
        (person, "note", "resident")
    ]
    one.take(two.held())
    one.amend("resident", person, note="两人都说：甲乙")
    planned = office.take(one.held())
    assert planned.new_conflicts == 0
    assert office.table("conflict") == []
    assert office.table("resident")[0]["note"] == "两人都说：甲乙"


def test_one_id_for_two_kinds_of_record_leaves_one_row_whatever_comes_first() -> None:
    place = Place("x")
    a, b = handmade(place, "visit", "r1", notes="走访"), handmade(place, "resident", "r1", name="李建国")
    forth, back = Place("forth"), Place("back")
    for operation in (a, b):
        forth.take([operation])
    for operation in (b, a):
        back.take([operation])
    assert forth.digest() == back.digest()
    assert forth.table("visit") == []
    forth.rebuild()
    assert forth.digest() == back.digest()


def test_residents_are_found_anew_when_their_address_or_phone_comes() -> None:
    laptop, office = Place("周敏"), Place("office")
    person = laptop.add("resident", name="李建国")
    door = laptop.add("dwelling", community_code="120101001001", door="501")
    home = laptop.add("household", dwelling_id=door)
    laptop.add("membership", household_id=home, resident_id=person)
    office.take(laptop.held())
    seen = office.tips()
    laptop.amend("dwelling", door, door="502")
    with office.engine.begin() as connection:
        planned = importing.plan(connection, laptop.held(seen))
        assert importing.apply(connection, planned) == {person}
    assert planned.concerned == {door}


def test_a_resident_of_whom_only_a_note_comes_is_found_as_before() -> None:
    laptop, office = Place("周敏"), Place("office")
    person = laptop.add("resident", name="李建国")
    office.take(laptop.held())
    for fields, found_anew in (({"note": "在家"}, set()), ({"name": "李建军"}, {person}), ({"dead": True}, {person})):
        seen = office.tips()
        laptop.amend("resident", person, **fields)
        with office.engine.begin() as connection:
            planned = importing.plan(connection, laptop.held(seen))
            assert importing.apply(connection, planned) == found_anew, fields


def test_whatever_makes_keys_or_is_compared_of_a_resident_has_them_found_anew() -> None:
    of_keys = set(search_index._SAID) - {"id"}
    compared = {"name", "former_name", "sex", "birth_date"}
    assert of_keys | compared == importing.FOUND_BY
    assert set(KEPT["resident"].columns.keys()) >= importing.FOUND_BY


def test_kept_tables_refuse_writes_that_do_not_come_from_an_import() -> None:
    office = Place("office")
    office.take(random_history(1, steps=10))
    with pytest.raises(WriteOutsideVerb), office.engine.begin() as connection:
        connection.execute(KEPT["resident"].delete())


def test_the_statements_of_an_import_do_not_grow_with_its_operations() -> None:
    office, laptop = Place("office"), Place("周敏")

    def import_of(records: int) -> int:
        held = office.tips()
        laptop.does(lambda work: [work.add("resident", {"name": "李"}) for _ in range(records)])
        statements: list[str] = []

        def count(*arguments: Any) -> None:
            statements.append(arguments[2])

        event.listen(office.engine, "before_cursor_execute", count)
        office.take(laptop.held(held))
        event.remove(office.engine, "before_cursor_execute", count)
        return len(statements)

    import_of(1)  # writes the first line of the tips
    assert import_of(3) == import_of(900)


def test_a_missing_operation_shows_as_a_hole_until_it_comes() -> None:
    laptop, office = Place("周敏"), Place("office")
    people = [laptop.add("resident", name=name) for name in "一二三四五六"]
    made = laptop.held()
    office.take(made[:2])
    with office.engine.begin() as connection:
        assert chains.missing_before(connection, made[4:]) == 2
        assert chains.missing_before(connection, made[2:]) == 0
    office.take(made[4:])
    device = laptop.device()["id"]
    assert office.tips() == {device: [(2, made[1]["id"])]}, "only the unbroken part counts as held"
    assert [operation["seq"] for operation in laptop.held(office.tips())] == [3, 4, 5, 6]
    office.take(made[2:4])
    assert office.tips() == {device: [(6, made[5]["id"])]}
    assert laptop.held(office.tips()) == []
    assert len(office.table("resident")) == len(people)


def test_a_restored_copy_is_noticed_and_both_branches_are_kept() -> None:
    laptop, office = Place("周敏"), Place("office")
    laptop.add("resident", name="共同")
    before = laptop.device()
    shared = laptop.held()
    laptop.add("resident", name="丢失的")
    lost = laptop.held()
    office.take(lost)
    restored = Place("周敏")  # the same casebook, put back as it was before the second save
    with restored.engine.begin() as connection:
        importing.apply(connection, importing.plan(connection, shared))
        chains.write_meta(connection, "held", {})
        chains.write_meta(connection, "device", before)
    restored.add("resident", name="后来的")
    with restored.engine.begin() as connection:
        assert chains.overtaken(connection, office.tips())
        assert not chains.overtaken(connection, {})
        fresh = chains.renew_device(connection)
        assert not chains.overtaken(connection, office.tips())
    restored.add("resident", name="新号")
    sent = restored.held(office.tips())
    office.take(sent)
    assert {row["name"] for row in office.table("resident")} == {"共同", "丢失的", "后来的", "新号"}
    assert len(office.tips()[before["id"]]) == 2, "two ends of one device"
    assert len(office.tips()[fresh]) == 1
    restored.take(office.held(restored.tips()))
    assert restored.digest() == office.digest()
    assert restored.held(office.tips()) == []
    assert office.held(restored.tips()) == []


def test_claims_are_only_believed_for_operations_that_are_known_here() -> None:
    laptop = Place("周敏")
    laptop.add("resident", name="一")
    device = laptop.device()["id"]
    assert len(laptop.held({device: [(1, "f" * 64)]})) == 1, "another branch of the same number"
    assert laptop.held({device: [(1, laptop.device()["last"])]}) == []


def test_tips_counted_anew_are_those_kept_along_the_way() -> None:
    office = Place("office")
    for portion in in_portions(random_history(8), random.Random(1)):
        office.take(portion)
    kept = office.tips()
    with office.engine.begin() as connection:
        chains.recount(connection)
    assert office.tips() == kept


@pytest.mark.parametrize("seed", range(6))
def test_loose_pieces_of_chains_are_kept_along_the_way_as_they_are_counted(seed: int) -> None:
    laptops = [Place("周敏"), Place("吴昊")]
    for laptop in laptops:
        laptop.does(lambda work: [work.add("resident", {"name": "李"}) for _ in range(120)])
    mixed = [operation for laptop in laptops for operation in laptop.held()]
    random.Random(seed).shuffle(mixed)
    office = Place("office")
    for start in range(0, len(mixed), 37):
        office.take(mixed[start : start + 37])
        with office.engine.begin() as connection:
            kept = chains.read_meta(connection, "held")
            chains.recount(connection)
            assert chains.read_meta(connection, "held") == kept
    assert office.tips() == {place.device()["id"]: [(120, place.device()["last"])] for place in laptops}


def test_pieces_that_come_in_any_order_are_joined_without_reading_the_chain() -> None:
    laptop, office = Place("周敏"), Place("office")
    laptop.does(lambda work: [work.add("resident", {"name": "李"}) for _ in range(100)])
    made = laptop.held()
    whole = " WHERE operation.device = ?"  # of the statement that reads a whole chain
    asked: list[str] = []
    event.listen(office.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for start in (80, 20, 60, 40, 0):
        office.take(made[start : start + 20])
    assert [statement for statement in asked if statement.endswith(whole)] == []
    assert office.tips() == {laptop.device()["id"]: [(100, made[-1]["id"])]}


def test_a_branch_in_the_middle_of_a_loose_piece_is_found_from_the_log() -> None:
    laptop, office = Place("周敏"), Place("office")
    laptop.does(lambda work: [work.add("resident", {"name": "李"}) for _ in range(6)])
    made = laptop.held()
    branch = {**made[5], "prev": made[3]["id"], "seq": 5, "worker": "别人"}
    branch["id"] = operation_id(branch)
    for operations in (made[2:5], [branch], made[:2]):
        office.take(operations)
        with office.engine.begin() as connection:
            kept = chains.read_meta(connection, "held")
            chains.recount(connection)
            assert chains.read_meta(connection, "held") == kept
    assert set(office.tips()[laptop.device()["id"]]) == {(5, made[4]["id"]), (5, branch["id"])}
