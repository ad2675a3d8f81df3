"""After an import the people who came are compared with everybody: who may be one person, and doors written twice."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.errors import NotFound
from models.records.documents import read_card
from models.services.doubles_arrived import Doubles, note_arrivals
from models.services.merging import Merging
from models.services.residents import Residents
from models.services.undoing import undo
from models.store import importing
from models.store.engine import Engines
from models.store.rows import KEPT
from tests.models.services.conflict_places import Place, laptop, street
from tests.models.store.plans import watching

NUMBER = "120101195003081215"
assert read_card(NUMBER) is not None


def person(place: Place, name: str, *, number: str = "", phone: str = "", born: date | None = None) -> str:
    made = place.add("resident", name=name, sex="1", birth_date=born)
    if number:
        place.add("identity_document", resident_id=made, kind="resident_card", number=number)
    if phone:
        place.add("phone", resident_id=made, number=phone, whose="own")
    return made


def come(desk: Place, *laptops: Place) -> None:
    """An import, and those who came compared."""
    for other in laptops:
        desk.take(other)
        while Doubles(desk.book).look(most=3):
            pass


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Place, Place, Place]]:
    """Two laptops and the street office."""
    made = laptop(tmp_path, "周敏"), laptop(tmp_path, "李伟"), street(tmp_path)
    yield made
    for place in made:
        place.book.engines.close()


def test_people_of_two_laptops_are_found_with_reasons_the_surest_first(places) -> None:
    one, two, desk = places
    born = date(1950, 3, 8)
    a = [
        person(one, "王秀英", number=NUMBER),
        person(one, "李建国", born=born, phone="+8613820001234"),
        person(one, "张伟", born=date(1960, 1, 2)),
    ]
    b = [
        person(two, "王秀荚", number=NUMBER),
        person(two, "李建国", born=born, phone="+8613820001234"),
        person(two, "刘洋", born=date(1960, 1, 2)),
    ]
    come(desk, one)
    assert Doubles(desk.book).count() == 0
    come(desk, two)
    page = Doubles(desk.book).page()
    assert [{pair.a.id, pair.b.id} for pair in page.pairs] == [{a[0], b[0]}, {a[1], b[1]}]
    assert (page.total, page.following) == (2, None)
    assert (page.pairs[0].kind, page.pairs[0].level) == ("number", "certain")
    assert "The same document number" in page.pairs[0].reasons
    assert {"The same name", "The same birth date", "The same phone number"} <= set(page.pairs[1].reasons)
    assert all(pair.a.id < pair.b.id for pair in page.pairs), "the older record first"


def test_people_behind_one_door_are_found_and_the_door_written_twice_is_made_one(places) -> None:
    one, two, desk = places
    home, _people = one.home("赵桂兰", "赵明")
    other, _same = two.home("赵桂兰", "孙丽")
    far, _far = two.home("钱多多", door="502")
    come(desk, one, two)
    doubles = Doubles(desk.book)
    (pair,) = doubles.page().pairs
    assert (pair.a.name, pair.b.name) == ("赵桂兰", "赵桂兰")
    assert "The same door" in pair.reasons
    (door,) = doubles.doors()
    assert (door.people, door.other_people) == (("赵桂兰", "赵明"), ("赵桂兰", "孙丽"))
    done = doubles.one_door(door.b_id, door.a_id)
    assert {desk.value("household", each, "dwelling_id") for each in (home, other)} == {min(door.a_id, door.b_id)}
    assert desk.value("household", far, "dwelling_id") not in (door.a_id, door.b_id)
    assert doubles.doors() == []
    with pytest.raises(NotFound):
        doubles.one_door(door.a_id, door.b_id)
    undo(desk.book, done.operations)
    assert len(doubles.doors()) == 1


def test_a_door_that_nobody_uses_any_more_hides_no_pair_behind_it(places) -> None:
    one, two, desk = places
    left, _people = one.home("王秀英")
    homes = {one.home("赵桂兰")[0], two.home("孙丽")[0]}
    one.amend("household", left, dead=True)
    come(desk, one, two)
    (door,) = Doubles(desk.book).doors()
    assert {door.a_id, door.b_id} == {desk.value("household", home, "dwelling_id") for home in homes}
    assert {*door.people, *door.other_people} == {"赵桂兰", "孙丽"}


def test_not_the_same_is_remembered_everywhere_and_a_merge_taken_back_stays_two(places) -> None:
    one, two, desk = places
    born = date(1950, 3, 8)
    a = person(one, "李建国", born=born, phone="+8613820001234")
    b = person(two, "李建国", born=born, phone="+8613820001234")
    come(desk, one, two)
    Residents(desk.book).not_same(a, b)
    assert Doubles(desk.book).count() == 0
    come(two, desk)
    assert Doubles(two.book).count() == 0, "the word came along before anybody was asked again"
    Merging(two.book).merge(a, b)
    assert Doubles(two.book).count() == 0
    Merging(two.book).undo(a, b)
    assert Doubles(two.book).count() == 0, "taken back: two people, as was said"


def test_a_pair_that_was_corrected_meanwhile_is_dropped(places) -> None:
    one, two, desk = places
    phone = "+8613820001234"
    person(one, "李建国", born=date(1950, 3, 8), phone=phone)
    b = person(two, "李建国", born=date(1950, 3, 8), phone=phone)
    come(desk, one, two)
    assert Doubles(desk.book).count() == 1
    desk.amend("resident", b, name="欧阳若曦", birth_date=date(1990, 7, 1), sex="2")
    assert Doubles(desk.book).page().pairs == ()
    assert Doubles(desk.book).count() == 0


def test_two_offices_that_link_in_opposite_directions_have_one_survivor(places) -> None:
    one, two, desk = places
    a, b = sorted((person(one, "王秀英", number=NUMBER), person(two, "王秀英", number=NUMBER)))
    come(desk, one, two)
    come(one, two)
    Merging(one.book).merge(b, a)
    Merging(desk.book).merge(a, b)
    for _round in range(2):
        come(desk, one)
        come(one, desk)
    for place in (one, desk):
        with place.book.reading() as connection:
            rows = connection.execute(KEPT["resident"].select()).all()
        assert {row.id for row in rows if not row.dead} == {a}
        assert Doubles(place.book).count() == 0
    assert one.digest() == desk.digest()


def test_comparing_what_came_reads_no_table_whole(places, tmp_path: Path) -> None:
    one, two, desk = places
    for n in range(30):
        one.home(f"王{n % 7}秀{n}", f"李建{n}", door=str(n))
    come(desk, one)
    for n in range(5):
        person(two, f"李建{n}", born=date(1950, 1, 1 + n), number=NUMBER, phone=f"+86138200012{n:02}")
    desk.take(two)
    touched = {op["row"]: op["entity"] for op in two.operations()}
    with watching(desk.book.engines) as watch:
        with desk.book.verb("sync.apply") as work:
            note_arrivals(work, importing.to_find_again(work.connection, touched))
        assert Doubles(desk.book).look() == 0
    assert watch.whole() == {}


def test_it_is_the_same_on_a_server(places, postgres_engines: Engines, tmp_path: Path) -> None:
    one, two, _desk = places
    desk = street(tmp_path, engines=postgres_engines)
    for place in (one, two):
        person(place, "王秀英", number=NUMBER, born=date(1950, 3, 8))
        place.home("赵桂兰", door="7")
    come(desk, one, two)
    doubles = Doubles(desk.book)
    first = doubles.page(limit=1)
    second = doubles.page(first.following, limit=1)
    assert (first.pairs[0].kind, second.pairs[0].kind, second.following) == ("number", "likely", None)
    assert doubles.count() == 2
    (door,) = doubles.doors()
    doubles.one_door(door.a_id, door.b_id)
    assert doubles.doors() == []
