"""A record that one removed and another, who did not know of it, wrote in: a question, never a silent loss."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.services.undoing import undo
from models.store import erasing
from tests.models.services.conflict_places import Place, meeting, versions


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Place, Place, Place]]:
    with meeting(tmp_path) as met:
        yield met


@pytest.fixture
def removed(places: tuple[Place, Place, Place]) -> tuple[Place, Place, Place, str]:
    """A person whom one laptop removed while the other, who did not know, noted something of them."""
    one, two, desk = places
    person = one.add("resident", name="李建国")
    two.take(one)
    desk.take(one)
    one.amend("resident", person, dead=True)
    two.amend("resident", person, note="腿脚不便", former_name="李国")
    desk.take(one, two)
    return one, two, desk, person


@pytest.mark.parametrize("stays", [True, False])
def test_what_was_written_in_a_record_that_was_removed_elsewhere_waits_for_a_choice(removed, stays: bool) -> None:
    one, two, desk, person = removed
    (record,) = desk.desk.page().records
    (field,) = record.fields
    assert (field.field, field.kind) == ("dead", "removed")
    gone, kept = field.versions
    assert (gone.value, gone.worker, gone.wrote, gone.shown) == (True, "周敏", (), True)
    assert (kept.value, kept.worker, kept.wrote, kept.before) == (False, "李伟", ("former_name", "note"), False)
    done = desk.desk.settle(person, "dead", kept.operation if stays else gone.operation)
    assert (desk.desk.count(), desk.value("resident", person, "dead")) == (0, not stays)
    assert desk.value("resident", person, "note") == "腿脚不便"
    desk.desk.undo(done.operations)
    again = desk.desk.record(person)
    assert again is not None, "taken back, it waits as before"
    assert {version.value for version in again.fields[0].versions} == {True, False}
    desk.desk.settle(person, "dead", versions(desk, person, "dead")[not stays])
    one.take(desk)
    two.take(one)
    assert one.value("resident", person, "dead") is two.value("resident", person, "dead") is (not stays)
    for place in (one, two, desk):
        assert place.desk.count() == 0
        assert place.digest() == place.rebuilt()
    desk.take(two)
    assert one.digest() == two.digest() == desk.digest()


def test_whoever_knew_of_the_removal_and_writes_on_opens_no_question(places) -> None:
    one, two, desk = places
    person = one.add("resident", name="李建国")
    two.take(one)
    one.amend("resident", person, dead=True)
    two.take(one)
    two.amend("resident", person, note="已迁出")
    one.take(two)
    desk.take(one, two)
    assert [place.desk.count() for place in (one, two, desk)] == [0, 0, 0]
    two.amend("resident", person, dead=False)
    two.amend("resident", person, note="回来了")
    two.amend("resident", person, dead=True)
    desk.take(two)
    assert (desk.desk.count(), desk.value("resident", person, "dead")) == (0, True)
    assert desk.digest() == desk.rebuilt()


def test_what_is_written_while_a_removal_waits_settles_nothing(removed) -> None:
    one, two, desk, person = removed
    desk.amend("resident", person, note="腿脚不便，独居")
    assert desk.desk.count() == 1
    assert desk.digest() == desk.rebuilt()
    desk.amend("resident", person, dead=False)
    assert (desk.desk.count(), desk.value("resident", person, "note")) == (0, "腿脚不便，独居")
    one.take(desk, two)
    assert one.digest() == one.rebuilt() == desk.digest()


def test_a_removal_that_is_taken_back_at_once_leaves_the_record_as_it_was(places) -> None:
    desk = places[2]
    person = desk.add("resident", name="李建国")
    for _again in range(3):
        desk.book.clock.move(minutes=1)  # type: ignore[attr-defined]
        with desk.book.verb("residents.remove") as work:
            work.amend("resident", person, {"dead": True})
        done = tuple(work.said)
        undo(desk.book, done)
        assert desk.value("resident", person, "dead") is False
        assert desk.desk.count() == 0
    assert desk.digest() == desk.rebuilt()


def test_an_erasure_closes_the_question_about_a_removal(removed) -> None:
    _one, _two, desk, person = removed
    assert desk.desk.count() == 1
    with desk.book.verb("rights.erase") as work:
        erasing.blank(work, "resident", [person])
    assert desk.desk.count() == 0
    assert desk.digest() == desk.rebuilt()
