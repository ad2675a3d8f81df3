"""An erasure travels: whoever receives the batch erases too, and a late batch brings nobody back."""

from pathlib import Path
from unittest.mock import patch

from sqlalchemy import select

from models.records.operation import Conflict, Operation
from models.services import links
from models.services.consents import Consents
from models.services.rights import Rights
from models.store import importing, search
from models.store.rows import KEPT, table_of
from models.sync import batch
from tests.models.sync.offices import Desk, carry

LATE = ("住在女儿家", "13912345678", "女儿")


def found(desk: Desk, name: str) -> list[str]:
    with desk.book.reading() as connection:
        return search.find(connection, name, 10)


def told(desk: Desk) -> str:
    """Everything that the tables of residents and phones say."""
    with desk.book.reading() as connection:
        return str([list(connection.execute(KEPT[entity].select())) for entity in ("resident", "phone")])


def test_who_is_erased_on_the_laptop_is_erased_at_the_office(places) -> None:
    laptop, office, stick = places
    gone, stays = laptop.registers("王秀英", "李建国")
    carry(laptop, office, stick)
    assert found(office, "王秀英") == [gone]
    Rights(laptop.book).erase(gone, "asked")
    carry(laptop, office, stick)
    for desk in (laptop, office):
        assert found(desk, "王秀英") == []
        assert found(desk, "李建国") == [stays]
        assert "王秀英" not in told(desk)
    carry(office, laptop, stick)  # the office's own word that it hides the record
    carry(laptop, office, stick)
    assert laptop.digest() == office.digest()


def test_a_late_batch_with_old_values_brings_nobody_back(places, tmp_path: Path) -> None:
    laptop, office, stick = places
    (gone,) = laptop.registers("王秀英")
    carry(laptop, office, stick)
    office.amends(gone, note="住在女儿家")  # said at the office, not sent yet
    with office.book.verb("residents.amend") as work:
        work.add("phone", {"resident_id": gone, "number": "+8613912345678"})
        (phone,) = work.connection.execute(
            select(KEPT["phone"].c.id).where(KEPT["phone"].c.resident_id == gone)
        ).scalars()
        work.amend("phone", phone, {"whose": "女儿"})
    late = office.sync.export(tmp_path / "stick", to=office.sync.peers()[0].id)
    Rights(laptop.book).erase(gone, "asked")
    for file in late:
        laptop.sync.apply(file)
    assert found(laptop, "王秀英") == []
    assert "王秀英" not in told(laptop)
    for word in LATE:
        assert word not in told(laptop), word
    carry(laptop, office, stick)
    assert found(office, "王秀英") == []
    for word in LATE:
        assert word not in told(office), word
    carry(office, laptop, stick)
    carry(laptop, office, stick)
    assert laptop.digest() == office.digest()


def test_who_was_registered_after_the_erasure_is_somebody_new(places) -> None:
    laptop, office, stick = places
    (gone,) = laptop.registers("王秀英")
    carry(laptop, office, stick)
    Rights(laptop.book).erase(gone, "asked")
    (again,) = laptop.registers("王秀英")
    carry(laptop, office, stick)
    assert found(office, "王秀英") == [again]


def test_a_frozen_record_is_frozen_at_the_office_too(places) -> None:
    laptop, office, stick = places
    (who,) = laptop.registers("王秀英")
    carry(laptop, office, stick)
    Rights(laptop.book).freeze(who)
    carry(laptop, office, stick)
    assert found(office, "王秀英") == []
    assert [row[0] for row in Consents(office.book).frozen()] == [who]


def test_a_late_visit_to_the_home_of_who_was_erased_is_blanked_everywhere(places) -> None:
    laptop, office, stick = places
    (gone,) = laptop.registers("王秀英")
    with laptop.book.verb("households.add") as work:
        home = work.add("household", {"kind": "living", "note": "三口"})
        work.add("membership", {"household_id": home, "resident_id": gone, "counts": True})
    carry(laptop, office, stick)
    with laptop.book.verb("visits.record") as work:
        work.add("visit", {"household_id": home, "notes": "她住院了"})
    late = laptop.sync.export(stick)
    Rights(office.book).erase(gone, "asked")
    for file in late:
        office.sync.apply(file)
    for _ in range(2):
        carry(office, laptop, stick)
        carry(laptop, office, stick)
    for desk in (laptop, office):
        with desk.book.reading() as connection:
            log = str(connection.execute(select(table_of(Operation).c.fields)).all())
        assert "她住院了" not in log
        assert "三口" not in log
    assert laptop.digest() == office.digest()


def test_a_membership_whose_home_did_not_arrive_yet_takes_nothing_of_other_homes_along(places) -> None:
    laptop, office, stick = places
    gone, stays = laptop.registers("王秀英", "李建国")
    with laptop.book.verb("households.add") as work:
        seat = work.add("membership", {"household_id": work.add("household", {}), "resident_id": stays})
        other = work.add("household", {})
        work.add("membership", {"household_id": other, "resident_id": stays, "counts": True})
        visit = work.add("visit", {"household_id": other, "notes": "他住院了"})
    with laptop.book.verb("merging.merge") as work:
        work.amend("membership", seat, {"resident_id": gone})
        work.amend("visit", visit, {"notes": "他出院了"})
    with patch.object(batch, "MAX_OPERATIONS", 1):
        files = laptop.sync.export(stick)
    for file in (files[0], *files[-2:]):  # where the seat is, and in whose home the visit was, nobody said here yet
        office.sync.apply(file)
    Rights(office.book).erase(gone, "asked")
    for file in files:
        office.sync.apply(file)
    for _ in range(2):
        carry(office, laptop, stick)
        carry(laptop, office, stick)
    for desk in (laptop, office):
        with desk.book.reading() as connection:
            shown = connection.execute(select(KEPT["visit"].c.notes, KEPT["visit"].c.dead)).all()
        assert [tuple(row) for row in shown] == [("他出院了", False)]
    assert laptop.digest() == office.digest()


def test_who_is_known_by_a_link_alone_is_erased_with_the_other_and_blank_on_arrival(places) -> None:
    laptop, office, stick = places
    gone, other = laptop.registers("王秀英", "王秀兰")
    with laptop.book.verb("merging.merge") as work:
        links.say(work, gone, other, active=True)
    with patch.object(batch, "MAX_OPERATIONS", 2):
        first, late, link = laptop.sync.export(stick)
    office.sync.apply(first)
    office.sync.apply(link)
    with office.book.reading() as connection:
        known = connection.execute(select(KEPT["resident"].c.id)).scalars().all()
    assert known == [gone]
    Rights(office.book).erase(gone, "asked")
    office.sync.apply(late)
    carry(office, laptop, stick)
    carry(laptop, office, stick)
    for desk in (laptop, office):
        assert "王秀兰" not in told(desk)
        assert "王秀英" not in told(desk)
        assert found(desk, "王秀兰") == []
    assert laptop.digest() == office.digest()


def test_what_two_offices_said_differently_is_no_open_question_once_it_is_erased(places) -> None:
    laptop, office, stick = places
    (gone,) = laptop.registers("王秀英")
    carry(laptop, office, stick)
    laptop.amends(gone, note="甲")
    office.amends(gone, note="乙")
    carry(laptop, office, stick)
    Rights(office.book).erase(gone, "asked")
    with office.book.reading() as connection:
        assert connection.execute(select(table_of(Conflict))).all() == []
    before = office.digest()
    with office.book.writing() as connection:
        importing.rebuild(connection)
    assert office.digest() == before
