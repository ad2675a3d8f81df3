"""Two offices merge the same person, in opposite directions and without knowing of each other, and agree."""

from datetime import date

from models.services.merging import Merging
from models.store.rows import KEPT
from tests.models.sync.offices import Desk, carry


def living(desk: Desk) -> set[str]:
    with desk.book.reading() as connection:
        return {row.id for row in connection.execute(KEPT["resident"].select()) if not row.dead}


def test_merged_on_both_sides_it_is_one_record_without_a_quarrel(places) -> None:
    laptop, office, stick = places
    a, b = sorted(laptop.registers("王秀英", "王秀英"))
    carry(laptop, office, stick)
    Merging(laptop.book).merge(a, b)
    Merging(office.book).merge(b, a)
    with laptop.book.verb("facts.record") as work:  # said on the laptop of the other record, by mistake or by import
        late = {"subject_kind": "resident", "subject_id": b, "name": "dibao", "value": {"v": True}, "state": "known"}
        work.add("fact", {**late, "as_of": date(2026, 11, 22)})
    carry(laptop, office, stick)
    carry(office, laptop, stick)
    carry(laptop, office, stick)
    assert living(laptop) == living(office) == {a}
    assert laptop.conflicts.count() == office.conflicts.count() == 0
    for desk in (laptop, office):
        with desk.book.reading() as connection:
            assert [row.subject_id for row in connection.execute(KEPT["fact"].select())] == [a]
    assert laptop.digest() == office.digest()


def test_taken_back_on_one_side_both_are_two_again_everywhere(places) -> None:
    laptop, office, stick = places
    a, b = sorted(laptop.registers("王秀英", "王秀英"))
    carry(laptop, office, stick)
    Merging(laptop.book).merge(a, b)
    Merging(office.book).merge(a, b)
    carry(laptop, office, stick)
    Merging(office.book).undo(a, b)
    carry(office, laptop, stick)
    assert living(laptop) == living(office) == {a, b}
    carry(laptop, office, stick)
    assert laptop.digest() == office.digest()
