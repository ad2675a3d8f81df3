"""The conflict desk: what is listed of both versions, every way to choose, taking a choice back, numbers by day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import CannotUndo, NotFound
from models.services.conflicts_rules import CannotJoin, ValueRefused
from models.services.conflicts_views import Wanted
from models.services.merging import Merging
from models.services.overview import today_overview
from models.store.engine import Engines
from tests.models.services.conflict_places import Place, meeting, street, versions
from tests.models.store.plans import watching

PHONE = "+8613820001234"


@pytest.fixture
def desk(places: tuple[Place, Place, Place]) -> Place:
    """The street office."""
    return places[2]


@pytest.fixture
def laptops(places: tuple[Place, Place, Place]) -> tuple[Place, Place]:
    """Two laptops of one community."""
    return places[:2]


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Place, Place, Place]]:
    with meeting(tmp_path) as met:
        yield met


@pytest.fixture
def quarrel(laptops: tuple[Place, Place], desk: Place) -> tuple[Place, Place, Place, str, str]:
    """One phone number and one note that both laptops changed; the office took in both. With the person and phone."""
    return quarrelled(*laptops, desk)


def quarrelled(one: Place, two: Place, desk: Place) -> tuple[Place, Place, Place, str, str]:
    _home, (person, _wife) = one.home("李建国", "王芳")
    phone = one.add("phone", resident_id=person, number=PHONE, whose="own")
    two.take(one)
    desk.take(one)
    one.amend("resident", person, note="腿脚不便")
    one.amend("phone", phone, number="+8613820005678")
    two.book.clock.move(minutes=30)  # type: ignore[attr-defined]
    two.amend("resident", person, note="已装扶手")
    two.amend("phone", phone, number="+8613820009999")
    desk.book.clock.move(hours=3)  # type: ignore[attr-defined]
    desk.take(one, two)
    return one, two, desk, person, phone


# Looking.


def test_both_versions_are_shown_with_who_when_where_and_what_was_there_before(quarrel) -> None:
    _one, _two, desk, person, phone = quarrel
    page = desk.desk.page()
    assert (page.total_records, page.total_fields, page.following) == (2, 2, None)
    note = next(record for record in page.records if record.row == person)
    assert (note.about_kind, note.about_id, note.about_name) == ("resident", person, "李建国")
    assert note.about_address == "花园路社区 鞍山道12号 3号楼501"
    (field,) = note.fields
    assert (field.field, field.kind, field.joinable, field.editable) == ("note", "text", True, True)
    assert [(said.value, said.worker, said.shown) for said in field.versions] == [
        ("已装扶手", "李伟", True),
        ("腿脚不便", "周敏", False),
    ]
    assert all(said.before == "" and said.before_known for said in field.versions)
    assert {said.place for said in field.versions} == {"花园路社区居委会"}
    assert field.versions[0].at - field.versions[1].at == 30 * 60_000
    number = next(record for record in page.records if record.row == phone)
    assert (number.about_name, dict(number.tells)) == ("李建国", {"whose": "own"})
    (field,) = number.fields
    assert (field.hidden, field.joinable, field.editable) == (True, False, True)
    assert {said.value for said in field.versions} == {"138****5678", "138****9999"}
    assert {said.before for said in field.versions} == {"138****1234"}
    assert {value for value, _before in desk.desk.reveal(phone, "number").values()} == {
        "+8613820005678",
        "+8613820009999",
    }


def test_a_version_written_here_says_so_and_a_known_computer_has_its_partners_name(laptops, desk: Place) -> None:
    one, _two = laptops
    person = one.add("resident", name="李建国")
    desk.take(one)
    with desk.book.writing() as connection:
        from models.services import partners
        from models.sync.card import Card

        card = Card("p" * 32, "device", "120101001001", "花园路的平板", "aa", "age1")
        partners.trust(connection, card, 1)
        partners.writes_as(connection, card.id, one.operations()[0]["device"])
    one.amend("resident", person, note="甲")
    desk.amend("resident", person, note="乙")
    desk.take(one)
    (record,) = desk.desk.page().records
    assert {(said.value, said.place, said.here) for said in record.fields[0].versions} == {
        ("甲", "花园路的平板", False),
        ("乙", "", True),
    }


def test_parts_of_the_list_hold_each_record_once_in_every_order_and_narrowing(laptops, desk: Place) -> None:
    one, two = laptops
    people = [one.add("resident", name=f"张{n}") for n in range(9)]
    two.take(one)
    desk.take(one)
    for n, person in enumerate(people):
        one.amend("resident", person, note=f"甲{n}", hukou_place="天津")
        two.amend("resident", person, note=f"乙{n}", hukou_place="天津 " if n % 3 else "河北")
    desk.take(one, two)
    for order in ("oldest", "newest", "place"):
        seen, after = [], None
        while True:
            page = desk.desk.page(Wanted(order=order), after, limit=4)
            assert (page.total_records, page.total_fields) == (9, 18)
            seen += [record.row for record in page.records]
            after = page.following
            if after is None:
                break
        assert sorted(seen) == sorted(people)
    same = desk.desk.page(Wanted(alike=True))
    assert (same.total_records, same.total_fields) == (6, 6)
    assert desk.desk.page(Wanted(about_id=people[3])).total_fields == 2
    assert desk.desk.page(Wanted(worker="李伟")).total_fields == 18
    assert desk.desk.page(Wanted(worker="李")).total_fields == 0
    assert desk.desk.page(Wanted(community="120101001001")).total_fields == 18
    assert desk.desk.page(Wanted(community="120101001002")).total_fields == 0
    assert desk.desk.page(Wanted(entity="phone")).total_fields == 0
    assert desk.desk.page(Wanted(older_than=1)).total_fields == 0
    desk.book.clock.move(days=2)  # type: ignore[attr-defined]
    assert desk.desk.page(Wanted(older_than=1)).total_fields == 18
    choices = desk.desk.choices()
    assert choices.communities == (("120101001001", 18),)
    assert dict(choices.workers) == {"周敏": 18, "李伟": 18}
    assert (choices.entities, choices.alike, choices.newer) == ((("resident", 18),), 6, 0)


def test_a_part_of_the_list_reads_only_what_it_shows(laptops, tmp_path: Path) -> None:
    one, two = laptops
    office = street(tmp_path)
    with one.book.verb("test.many") as work:
        people = [work.add("resident", {"name": f"张{n}"}) for n in range(300)]
    two.take(one)
    for place, said in ((one, "甲"), (two, "乙")):
        with place.book.verb("test.many") as work:
            for person in people:
                work.amend("resident", person, {"note": said})
    office.take(one, two)
    with watching(office.book.engines) as watch:
        page = office.desk.page(limit=20)
        office.desk.count()
        office.desk.choices()
    assert (len(page.records), page.total_records) == (20, 300)
    assert watch.whole() == {}
    assert len(watch.asked) < 45
    assert sum(asked.steps for asked in watch.asked) < 120, "thousands of steps; 300 conflicts, 20 shown"
    office.book.engines.close()


# Choosing.


def test_one_version_is_taken_and_everybody_gets_it(quarrel) -> None:
    one, two, desk, person, _phone = quarrel
    done = desk.desk.settle(person, "note", versions(desk, person, "note")["腿脚不便"])
    assert (done.entities, done.id) == ({"resident"}, person)
    assert desk.value("resident", person, "note") == "腿脚不便"
    assert desk.desk.record(person) is None
    with pytest.raises(NotFound):
        desk.desk.settle(person, "note", done.operations[0])
    two.take(desk)
    one.take(desk)
    assert {place.value("resident", person, "note") for place in (one, two)} == {"腿脚不便"}
    assert desk.digest() == desk.rebuilt()


def test_texts_are_joined_in_the_order_that_was_chosen(quarrel) -> None:
    _one, _two, desk, person, phone = quarrel
    said = versions(desk, person, "note")
    desk.desk.join(person, "note", [said["已装扶手"]])
    assert desk.value("resident", person, "note") == "已装扶手\n腿脚不便"
    with pytest.raises(CannotJoin):
        desk.desk.join(phone, "number")


def test_lists_are_joined_to_everything_in_them(laptops, desk: Place) -> None:
    one, two = laptops
    visit = one.add("visit", household_id="h", outcome="met", met=["a"])
    two.take(one)
    desk.take(one)
    one.amend("visit", visit, met=["a", "b"])
    two.book.clock.move(minutes=1)  # type: ignore[attr-defined]
    two.amend("visit", visit, met=["c", "a"])
    desk.take(one, two)
    (record,) = desk.desk.page().records
    assert (record.fields[0].kind, record.fields[0].joinable) == ("list", True)
    desk.desk.join(visit, "met")
    assert desk.value("visit", visit, "met") == ["a", "b", "c"]


def test_texts_that_come_from_no_form_are_joined_but_nothing_is_typed_for_them(laptops, desk: Place) -> None:
    one, two = laptops
    referral = one.add("referral", resident_id="r", status="open")
    two.take(one)
    one.amend("referral", referral, outcome_note="已电话通知")
    two.amend("referral", referral, outcome_note="材料已补")
    desk.take(one, two)
    with pytest.raises(ValueRefused):
        desk.desk.write(referral, "outcome_note", "别的")
    desk.desk.join(referral, "outcome_note")
    assert sorted(desk.value("referral", referral, "outcome_note").split("\n")) == ["已电话通知", "材料已补"]


def test_what_is_typed_instead_is_checked_like_everywhere(quarrel) -> None:
    _one, _two, desk, person, phone = quarrel
    with pytest.raises(ValueRefused) as refused:
        desk.desk.write(phone, "number", "1382000")
    assert refused.value.facts["why"] == "phone_number"
    with pytest.raises(ValueRefused) as refused:
        desk.desk.write(person, "note", "长" * 2001)
    assert refused.value.facts["why"] == "string_too_long"
    assert desk.desk.count() == 2
    desk.desk.write(phone, "number", "138 2000 7777")
    assert desk.value("phone", phone, "number") == "+8613820007777"
    desk.desk.write(person, "note", "  腿脚不便，已装扶手 ")
    assert desk.value("resident", person, "note") == "腿脚不便，已装扶手"
    assert desk.desk.count() == 0


def test_everything_from_one_computer_is_taken_at_once(laptops, desk: Place) -> None:
    one, two = laptops
    person = one.add("resident", name="李建国")
    two.take(one)
    one.amend("resident", person, note="甲", name="李建军", sex="1")
    two.amend("resident", person, note="乙", name="李建民")
    desk.take(one, two)
    (record,) = desk.desk.page().records
    assert [(side.workers, side.fields) for side in record.sides] in (
        [(("周敏",), 2), (("李伟",), 2)],
        [(("李伟",), 2), (("周敏",), 2)],
    )
    theirs = next(side for side in record.sides if side.workers == ("周敏",))
    done = desk.desk.settle_side(person, theirs.device)
    assert len(done.operations) == 1, "one operation for a record"
    assert [desk.value("resident", person, name) for name in ("note", "name", "sex")] == ["甲", "李建军", "1"]
    assert desk.desk.page().total_records == 0


def arrives_before_the_choice_is_written(monkeypatch: pytest.MonkeyPatch, desk: Place, other: Place) -> None:
    """Another one's changes come in between what the desk looked up and what it writes."""
    choose = desk.desk._choose

    def taking_first(*chosen: object) -> object:
        desk.take(other)
        return choose(*chosen)

    monkeypatch.setattr(desk.desk, "_choose", taking_first)


def test_what_was_replaced_while_somebody_chose_is_not_taken(quarrel, monkeypatch) -> None:
    one, _two, desk, person, phone = quarrel
    (side,) = [side for side in desk.desk.record(person).sides if side.workers == ("周敏",)]
    one.amend("resident", person, note="腿脚不便，要人扶")
    one.amend("phone", phone, number="+8613820007777")
    arrives_before_the_choice_is_written(monkeypatch, desk, one)
    with pytest.raises(NotFound):
        desk.desk.settle_side(person, side.device)
    assert set(versions(desk, person, "note")) == {"已装扶手", "腿脚不便，要人扶"}
    assert set(desk.desk.records([person, phone])) == {person, phone}


def test_versions_that_differ_by_now_are_not_settled_as_alike(laptops, desk: Place, monkeypatch) -> None:
    one, two = laptops
    person = one.add("resident", name="李建国")
    two.take(one)
    one.amend("resident", person, note="天津市河北区")
    two.amend("resident", person, note="天津市 河北区")
    desk.take(one, two)
    one.amend("resident", person, note="天津市河东区")
    arrives_before_the_choice_is_written(monkeypatch, desk, one)
    with pytest.raises(NotFound):
        desk.desk.settle_alike([(person, "note")])
    assert set(versions(desk, person, "note")) == {"天津市河东区", "天津市 河北区"}


def test_alike_versions_are_settled_only_where_a_person_ticked_them(laptops, desk: Place) -> None:
    one, two = laptops
    people = [one.add("resident", name=name) for name in ("李建国", "王芳", "张伟")]
    phone = one.add("phone", resident_id=people[0], number="1")
    two.take(one)
    told = [("天津市河北区", "天津市 河北区 "), ("低保（在保）", "低保(在保)"), ("腿脚不便", "已装扶手")]
    for person, (first, second) in zip(people, told, strict=True):
        one.amend("resident", person, note=first)
        two.amend("resident", person, note=second)
    one.amend("phone", phone, number="138 2000-1234")
    two.amend("phone", phone, number=PHONE)
    desk.take(one, two)
    page = desk.desk.page(Wanted(alike=True))
    assert {record.row: record.fields[0].alike for record in page.records} == {
        people[0]: "blanks",
        people[1]: "writing",
        phone: "phone",
    }
    assert desk.desk.count() == 4, "nothing was settled by looking"
    ticked = [(record.row, record.fields[0].field) for record in page.records]
    done = desk.desk.settle_alike([*ticked, (people[2], "note")])
    assert len(done.operations) == 3
    assert desk.value("phone", phone, "number") == PHONE
    assert desk.value("resident", people[0], "note") == "天津市河北区"
    assert [record.row for record in desk.desk.page().records] == [people[2]]
    desk.desk.undo(done.operations)
    assert desk.desk.count() == 4
    with pytest.raises(NotFound):
        desk.desk.settle_alike([(people[2], "note")])


def test_a_removal_that_another_took_back_is_shown_and_chosen(laptops, desk: Place) -> None:
    one, two = laptops
    person = one.add("resident", name="李建国")
    one.amend("resident", person, dead=True)
    two.take(one)
    desk.take(one)
    one.amend("resident", person, dead=False)
    two.amend("resident", person, dead=False)
    two.amend("resident", person, dead=True)
    desk.take(one, two)
    (record,) = desk.desk.page().records
    assert (record.fields[0].kind, record.fields[0].joinable, record.fields[0].editable) == ("removed", False, False)
    assert record.about_name == "李建国"
    desk.desk.settle(person, "dead", versions(desk, person, "dead")[False])
    assert desk.value("resident", person, "dead") is False


def test_fields_of_a_newer_program_are_named_and_left_to_it(laptops, desk: Place) -> None:
    one, two = laptops
    person = one.add("resident", name="李建国")
    two.take(one)
    for place, said in ((one, "A"), (two, "B")):
        with place.book.verb("test.newer") as work:
            table_row = {"blood_group": said}
            _say_unknown(work, person, table_row)
    desk.take(one, two)
    assert (desk.desk.count(), desk.desk.page().total_records) == (0, 0)
    assert today_overview(desk.book).conflicts == 0, "Today asks for nothing that cannot be done"
    page = desk.desk.page(Wanted(newer=True))
    assert [(record.row, record.fields[0].field, record.fields[0].kind) for record in page.records] == [
        (person, "blood_group", "newer")
    ]
    assert desk.desk.choices().newer == 1
    with pytest.raises(NotFound):
        desk.desk.settle(person, "blood_group", page.records[0].fields[0].versions[0].operation)
    assert desk.desk.by_day().days[-1].open == 0


def _say_unknown(work, row: str, fields: dict[str, str]) -> None:
    from sqlalchemy import insert

    from models.store.work import allow_writes
    from models.sync.content import field_change
    from tests.models.services.conflict_places import _OPERATION

    before = set(work.said)
    work._log("resident", row, work.district, {name: field_change(value, []) for name, value in fields.items()})
    (operation,) = [one for one in work._operations if one["id"] not in before]
    work._operations.remove(operation)
    with allow_writes(work.connection):
        work.connection.execute(insert(_OPERATION).values(**operation))


# Taking back.


def test_a_choice_taken_back_brings_both_versions_with_their_writers_and_can_be_made_again(quarrel) -> None:
    one, two, desk, person, _phone = quarrel
    before = desk.desk.record(person)
    since = before.since
    for _again in range(3):
        desk.book.clock.move(minutes=5)
        done = desk.desk.settle(person, "note", versions(desk, person, "note")["腿脚不便"])
        assert desk.desk.count() == 1
        desk.book.clock.move(minutes=5)
        desk.desk.undo(done.operations)
        after = desk.desk.record(person)
        assert [(v.value, v.worker, v.at, v.device, v.before) for v in after.fields[0].versions] == [
            (v.value, v.worker, v.at, v.device, v.before) for v in before.fields[0].versions
        ]
        assert after.since == since, "it waits as long as before"
        assert desk.value("resident", person, "note") == "已装扶手", "what was shown is shown"
        assert desk.digest() == desk.rebuilt()
    one.take(desk)
    assert set(versions(one, person, "note")) == {"腿脚不便", "已装扶手"}
    desk.desk.join(person, "note")
    one.take(desk)
    two.take(desk)
    assert {place.value("resident", person, "note") for place in (one, two, desk)} == {"腿脚不便\n已装扶手"}
    assert one.desk.record(person) is None


def test_a_choice_on_which_somebody_built_is_not_taken_back(quarrel) -> None:
    _one, _two, desk, person, _phone = quarrel
    done = desk.desk.settle(person, "note", versions(desk, person, "note")["腿脚不便"])
    desk.amend("resident", person, note="又变了")
    with pytest.raises(CannotUndo):
        desk.desk.undo(done.operations)
    assert desk.desk.count() == 1


def test_an_ordinary_change_that_chose_is_taken_back_to_both_versions_too(quarrel) -> None:
    _one, _two, desk, person, _phone = quarrel
    with desk.book.verb("residents.amend") as work:
        work.amend("resident", person, {"note": "两样都写"})
    assert desk.desk.record(person) is None
    desk.desk.undo(work.said)
    assert set(versions(desk, person, "note")) == {"腿脚不便", "已装扶手"}


def test_what_was_settled_is_listed_with_by_whom_and_which_can_be_taken_back_here(quarrel) -> None:
    one, two, desk, person, phone = quarrel
    done = desk.desk.settle(person, "note", versions(desk, person, "note")["腿脚不便"])
    one.take(two)
    one.desk.settle(phone, "number", next(iter(versions(one, phone, "number").values())))
    desk.take(one)
    listed = {one.row: one for one in desk.desk.settled()}
    assert (listed[person].worker, listed[person].own, listed[person].operation) == ("孙立", True, done.operations[0])
    assert (listed[phone].worker, listed[phone].own, listed[phone].about_name) == ("周敏", False, "李建国")


def test_the_desk_works_the_same_on_a_server(laptops, postgres_engines: Engines, tmp_path: Path) -> None:
    desk = street(tmp_path, engines=postgres_engines)
    _one, _two, _desk, person, phone = quarrelled(*laptops, desk)
    for order in ("oldest", "newest", "place"):
        first = desk.desk.page(Wanted(order=order, worker="周敏", community="120101001001", entity=""), limit=1)
        second = desk.desk.page(Wanted(order=order), first.following, limit=1)
        assert {first.records[0].row, second.records[0].row} == {person, phone}
        assert (second.following, first.total_records, first.total_fields) == (None, 2, 2)
    assert desk.desk.page(Wanted(alike=True, older_than=3, about_id=person)).total_fields == 0
    assert dict(desk.desk.choices().entities) == {"resident": 1, "phone": 1}
    done = desk.desk.settle(person, "note", versions(desk, person, "note")["腿脚不便"])
    assert [(one.worker, one.own, one.about_name) for one in desk.desk.settled()] == [("孙立", True, "李建国")]
    desk.desk.undo(done.operations)
    desk.desk.join(person, "note")
    assert desk.value("resident", person, "note") == "腿脚不便\n已装扶手"
    assert [(day.opened, day.settled, day.open) for day in desk.desk.by_day(2).days] == [(0, 0, 0), (2, 1, 1)]
    assert desk.digest() == desk.rebuilt()


# Links.


@pytest.mark.parametrize("one_person", [True, False])
def test_offices_that_disagree_on_two_records_are_brought_to_one_word(laptops, desk: Place, one_person: bool) -> None:
    one, two = laptops
    a, b = sorted(one.add("resident", name="王秀英") for _ in range(2))
    two.take(one)
    desk.take(one)
    Merging(one.book).merge(a, b)
    from models.services.residents import Residents

    Residents(two.book).not_same(a, b)
    desk.take(one, two)
    (record,) = desk.desk.page().records
    (active,) = [field for field in record.fields if field.field == "active"]
    assert (record.entity, record.pair, active.kind) == ("person_link", (a, b), "link")
    desk.desk.settle(record.row, "active", {v.value: v.operation for v in active.versions}[one_person])
    assert desk.desk.page().total_records == 0
    assert desk.value("person_link", record.row, "active") is one_person
    assert desk.value("resident", b, "dead") is one_person
    one.take(desk)
    two.take(desk)
    desk.take(one, two)
    assert one.value("resident", b, "dead") is two.value("resident", b, "dead") is one_person
    assert one.digest() == two.digest() == desk.digest()


# Numbers.


def test_conflicts_are_counted_by_day_community_and_worker(quarrel) -> None:
    _one, _two, desk, person, phone = quarrel
    desk.book.clock.move(days=1)
    done = desk.desk.settle(person, "note", versions(desk, person, "note")["腿脚不便"])
    desk.desk.settle(phone, "number", next(iter(versions(desk, phone, "number").values())))
    desk.book.clock.move(days=1)
    desk.desk.undo(done.operations)
    told = desk.desk.by_day(4)
    assert [(day.opened, day.settled, day.open) for day in told.days] == [(0, 0, 0), (2, 0, 2), (0, 1, 1), (0, 0, 1)]
    assert [(one.key, one.open, one.opened, one.settled) for one in told.communities] == [("120101001001", 1, 2, 1)]
    assert {one.key: (one.open, one.opened, one.settled) for one in told.workers} == {
        "周敏": (1, 2, 0),
        "李伟": (1, 2, 0),
        "孙立": (0, 0, 1),
    }
    assert [day.open for day in desk.desk.by_day(2).days] == [1, 1], "what was open before counts"
