"""Files beside the batches: pictures, sets of rules, and the list of who belongs to an office."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, select

from models import imaging, texts
from models.errors import BatchRefused, NotFound
from models.records.audit import Audit
from models.records.operation import SealedFile
from models.records.picture import PictureEntry
from models.security import device
from models.services.inbox import Inbox
from models.services.partners import CardRevoked, NoPartner, reader
from models.services.pictures import PictureElsewhere, Pictures
from models.services.rights import Rights
from models.services.views import Office
from models.store import picture_data
from models.store.rows import KEPT, table_of
from models.store.work import read_meta
from models.sync.circle import Circle, Member, read_circle, write_circle
from models.sync.sealed_file import SealedContent, read_file, write_file
from tests.models.pictures import as_bytes, paper
from tests.models.sync.offices import STREET, Desk, desks, open_book

_FILES = table_of(SealedFile)
LAKE = Office(code="120101001002", name="湖滨社区", letter_mark="湖")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with texts.speaking("en"):
        yield


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Path]]:
    with desks(tmp_path) as (laptop, office):
        yield laptop, office, tmp_path / "stick"


def photographs(desk: Desk, resident: str, size: int = 60) -> str:
    taken = imaging.edited(as_bytes(paper(size, 40)))
    return Pictures(desk.book).add(PictureEntry(subject_kind="resident", subject_id=resident, kind="other"), taken).id


def carry(giver: Desk, taker: Desk, stick: Path, *, pictures: bool = True) -> list[str]:
    """Endings of the files that went; those taken away from the stick afterwards."""
    files = giver.sync.export(stick, to=taker.sync.own_card().id, pictures=pictures)
    for path in files:
        taker.sync.apply(path)
        path.unlink()
    return [path.suffix for path in files]


def answers(giver: Desk, taker: Desk, stick: Path) -> None:
    path = taker.sync.write_receipt(stick, to=giver.sync.own_card().id)
    giver.sync.read_receipt(path)
    path.unlink()


def test_a_picture_follows_its_record_and_is_shown_there(places) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    assert laptop.sync.files_ahead().pictures == 1
    assert laptop.sync.files_ahead().picture_bytes > 100
    assert carry(laptop, office, stick) == [".jmb", ".jma"]
    shown = Pictures(office.book).full(picture)
    assert shown == Pictures(laptop.book).full(picture)
    (view,) = Pictures(office.book).of("resident", person)
    assert view.here
    assert view.thumb.startswith(b"\xff\xd8"), "the small picture is made anew from the whole one"
    answers(laptop, office, stick)
    assert carry(laptop, office, stick) == [], "it was confirmed"


def test_the_name_of_the_file_is_the_hash_of_its_content_and_the_file_tells_nothing_else(places) -> None:
    laptop, _office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    (_batch, path) = laptop.sync.export(stick)
    data = Pictures(laptop.book).full(picture)
    assert path.name.endswith(f"-{hashlib.sha256(data).hexdigest()}.jma")
    assert picture.encode() not in path.read_bytes()
    assert data[:100] not in path.read_bytes()


def test_pictures_can_be_left_out_and_go_later(places) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    assert carry(laptop, office, stick, pictures=False) == [".jmb"]
    with pytest.raises(PictureElsewhere) as elsewhere:
        Pictures(office.book).full(picture)
    assert "another device" in elsewhere.value.sentence()
    answers(laptop, office, stick)
    assert carry(laptop, office, stick) == [".jma"]
    assert Pictures(office.book).full(picture)


def test_a_lost_picture_goes_again_and_one_on_the_stick_already_is_not_written_twice(places) -> None:
    laptop, _office, stick = places
    (person,) = laptop.registers("王秀英")
    photographs(laptop, person)
    first = laptop.sync.export(stick)
    assert len(first) == 2
    again = laptop.sync.send(stick)
    assert again.pictures == 0, "it lies there"
    first[1].write_bytes(first[1].read_bytes()[:-5])  # torn
    assert laptop.sync.send(stick).pictures == 1


def test_an_office_that_lost_a_picture_says_so_and_gets_it_again(places) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    carry(laptop, office, stick)
    answers(laptop, office, stick)
    with office.book.writing() as connection:  # put back from a backup of before
        picture_data.destroy(connection, [picture])
    answers(laptop, office, stick)
    assert carry(laptop, office, stick) == [".jma"]
    assert Pictures(office.book).full(picture)


def test_a_picture_that_comes_before_its_record_waits(places) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    photographs(laptop, person)
    batch, file = laptop.sync.export(stick)
    with pytest.raises(BatchRefused) as refused:
        office.sync.apply_file(file)
    assert refused.value.facts["reason"] == "no_record"
    (kept,) = Inbox(office.book).take([file]).refused
    assert (kept.reason, kept.sender, kept.sender_known) == ("no_record", laptop.book.office.name, True)
    office.sync.apply(batch)
    arrived = office.sync.apply_file(file)
    assert (arrived.kind, arrived.new) == ("picture", True)
    assert not office.sync.apply_file(file).new, "a second time does no harm"


def test_a_removed_picture_is_not_sent_and_one_that_comes_late_is_refused(places) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    batch, file = laptop.sync.export(stick)
    office.sync.apply(batch)
    Pictures(office.book).remove(picture)
    with pytest.raises(BatchRefused) as refused:
        office.sync.apply_file(file)
    assert refused.value.facts["reason"] == "removed"
    Pictures(laptop.book).remove(picture)
    assert laptop.sync.files_ahead().pictures == 0


def test_an_erased_persons_picture_is_not_sent_and_not_taken_in(places) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    batch, file = laptop.sync.export(stick)
    office.sync.apply(batch)
    Rights(laptop.book).erase(person, "asked")
    assert [path.suffix for path in laptop.sync.export(stick)].count(".jma") == 0
    Rights(office.book).erase(person, "asked")
    with pytest.raises(BatchRefused) as refused:
        office.sync.apply_file(file)
    assert refused.value.facts["reason"] == "removed"
    with office.book.reading() as connection:
        assert picture_data.get(connection, picture, picture_data.FULL) is None
    with laptop.book.reading() as connection:
        assert connection.execute(select(_FILES)).all() == [], "the hash of the picture is gone from the list too"


def sealed_by(desk: Desk, to: Desk, inside: SealedContent, path: Path) -> Path:
    with desk.book.reading() as connection:
        keys = read_meta(connection, "device_keys")
    me, other = desk.sync.own_card(), to.sync.own_card()
    path.write_bytes(
        write_file(
            inside, sender=me.id, sign_secret=keys["sign_secret"], to=other.id, recipient=other.age_public, made_at=1
        )
    )
    return path


def test_bytes_that_are_not_those_of_the_record_are_refused(places, tmp_path: Path) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    carry(laptop, office, stick, pictures=False)
    other = imaging.edited(as_bytes(paper(90, 40))).full
    for inside in (SealedContent("picture", (picture,), other), SealedContent("picture", (picture,), b"\n\n\n")):
        with pytest.raises(BatchRefused) as refused:
            office.sync.apply_file(sealed_by(laptop, office, inside, tmp_path / "forged.jma"))
        assert refused.value.facts["reason"] == "bad_content"
    newer = SealedContent("film", (picture,), b"")  # type: ignore[arg-type]
    with pytest.raises(BatchRefused) as refused:
        office.sync.apply_file(sealed_by(laptop, office, newer, tmp_path / "newer.jma"))
    assert refused.value.facts["reason"] == "newer"


def test_a_damaged_sealed_file_is_refused_before_it_is_opened(places, monkeypatch) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    photographs(laptop, person)
    _batch, file = laptop.sync.export(stick)
    whole = file.read_bytes()
    monkeypatch.setattr(device, "unseal", lambda *_: pytest.fail("it was opened"))
    for at, reason in ((20, "not_a_batch"), (len(whole) - 9, "damaged")):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(BatchRefused) as refused:
            office.sync.apply_file(file)
        assert refused.value.facts["reason"] in (reason, "bad_signature", "not_a_batch")


def test_a_laptop_gets_the_pictures_of_its_communities_alone(places) -> None:
    laptop, office, stick = places
    here, elsewhere = office.registers("王秀英", "李建国")
    with office.book.verb("residents.amend") as work:
        work.amend("resident", here, {"office": "120101001001"})
        work.amend("resident", elsewhere, {"office": "120101001002"})
    mine = photographs(office, here)
    photographs(office, elsewhere, 70)
    office.sync.set_scope(laptop.sync.own_card().id, ["120101001001"])
    assert carry(office, laptop, stick) == [".jmb", ".jma"]
    assert Pictures(laptop.book).full(mine)
    with laptop.book.reading() as connection:
        assert len(connection.execute(select(KEPT["picture"].c.id)).all()) == 1


def test_a_set_of_rules_comes_down_and_is_installed_by_a_person_with_the_checks_of_one_by_hand(
    places, tmp_path: Path
) -> None:
    from models.services.packs import Packs
    from tests.models.services.test_packs import write_pack

    laptop, office, stick = places
    Packs(office.book).install(Packs(office.book).preview(write_pack(tmp_path / "rules")))
    assert office.sync.files_ahead(to=laptop.sync.own_card().id).packs == 1
    assert carry(office, laptop, stick) == [".jma"]
    (arrived,) = laptop.sync.arrived_packs()
    assert (arrived.sender, arrived.installed) == (STREET.name, False)
    before = laptop.book.policies.hash
    preview = laptop.sync.preview_pack(arrived.sha)
    assert laptop.book.policies.hash == before, "looking changes nothing"
    assert preview.signer.trust == "office"
    Packs(laptop.book).install(preview)
    assert laptop.book.policies.hash == office.book.policies.hash
    assert laptop.sync.arrived_packs()[0].installed
    answers(office, laptop, stick)
    assert carry(office, laptop, stick) == []
    with pytest.raises(NotFound):
        laptop.sync.preview_pack("0" * 64)
    with pytest.raises(BatchRefused):
        laptop.sync.apply_file(
            sealed_by(office, laptop, SealedContent("pack", ("x",), b"no rules"), tmp_path / "no.jma")
        )


@pytest.fixture
def third(places, tmp_path: Path) -> Iterator[Desk]:
    """Another laptop of the same street, which the office trusts."""
    _laptop, office, stick = places
    with ExitStack() as stack:
        (tmp_path / "lake").mkdir()
        desk = Desk(open_book(tmp_path / "lake", LAKE))
        stack.callback(desk.book.engines.close)
        office.sync.trust_card(desk.sync.write_card(stick))
        desk.sync.trust_card(office.sync.write_card(stick))
        office.sync.set_scope(desk.sync.own_card().id, [LAKE.code])
        yield desk


def test_the_list_of_who_belongs_makes_the_others_known(places, third: Desk) -> None:
    laptop, office, stick = places
    third.registers("李建国")
    carry(third, office, stick)
    written = office.sync.write_circle()
    assert {one.card.id for one in written.members} == {laptop.sync.own_card().id, third.sync.own_card().id}
    assert next(one for one in written.members if one.card.id == third.sync.own_card().id).workers == ("周敏",)
    assert ".jma" in carry(office, laptop, stick)
    known = {one.id: one for one in laptop.sync.peers()}
    assert known[third.sync.own_card().id].scope == (LAKE.code,)
    assert laptop.sync.status().office_name == STREET.name, "the office stays who files are for"
    (shown,) = laptop.sync.circles()
    assert (shown.office, shown.own) == (STREET.name, False)
    answers(office, laptop, stick)
    assert carry(office, laptop, stick) == [], "nothing new, nothing sent"


def test_who_saves_is_read_from_what_is_new_alone(places, third: Desk) -> None:
    _laptop, office, stick = places
    card = third.sync.own_card().id
    third.registers("李建国")
    carry(third, office, stick)

    def named() -> tuple[str, ...]:
        return next(one for one in office.sync.write_circle().members if one.card.id == card).workers

    assert named() == ("周敏",)
    third.book.worker = replace(third.book.worker, name="赵静")
    third.registers("王秀英")
    carry(third, office, stick)
    asked: list[tuple[str, object]] = []

    def heard(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        if "FROM operation" in statement:
            asked.append((statement, values))

    event.listen(office.book.engines.reader, "before_cursor_execute", heard)
    assert named() == ("周敏", "赵静"), "whoever saved before is still known"
    (first,) = asked
    assert "arrival > " in first[0]
    assert "device =" not in first[0]
    asked.clear()
    assert named() == ("周敏", "赵静")
    assert asked == [], "nothing new, nothing read"


def test_a_revoked_laptop_is_refused_everywhere_and_what_it_made_before_stays(places, third: Desk, tmp_path) -> None:
    laptop, office, stick = places
    third.registers("李建国")
    carry(third, office, stick)
    office.sync.write_circle()
    carry(office, laptop, stick)
    lost = third.sync.own_card().id
    old_card = third.sync.write_card(tmp_path)
    office.sync.revoke(lost, "stolen")
    third.registers("赵丽")
    (file,) = third.sync.export(stick, to=office.sync.own_card().id)
    with pytest.raises(BatchRefused) as refused:
        office.sync.apply(file)
    assert refused.value.facts["reason"] == "revoked"
    assert "excluded" in refused.value.sentence()
    assert "李建国" in office.residents()
    with pytest.raises(NoPartner):
        office.sync.export(stick, to=lost)
    with pytest.raises(CardRevoked) as again:
        office.sync.trust_card(old_card)
    assert "stolen" in again.value.sentence()
    assert ".jma" in carry(office, laptop, stick), "the office tells it by itself"
    assert lost not in {one.id for one in laptop.sync.peers()}
    assert {one.id: one.revoked for one in laptop.sync.everybody()}[lost] == "stolen"
    with pytest.raises(CardRevoked):
        laptop.sync.trust_card(old_card)
    with laptop.book.reading() as connection:
        journal = table_of(Audit)
        said = connection.execute(select(journal.c.detail).where(journal.c.action == "revoke")).scalars().all()
    assert said == ["circle"]
    with pytest.raises(NotFound):
        office.sync.revoke("nobody", "lost")
    with pytest.raises(ValueError, match="why"):
        office.sync.revoke(laptop.sync.own_card().id, " ")


def test_an_old_list_that_comes_late_takes_no_revocation_back(places, third: Desk, tmp_path: Path) -> None:
    laptop, office, stick = places
    office.sync.write_circle()
    old = next(path for path in office.sync.export(stick, to=laptop.sync.own_card().id) if path.suffix == ".jma")
    office.sync.revoke(third.sync.own_card().id, "lost")
    new = office.sync.export(stick, to=laptop.sync.own_card().id)[-1]
    laptop.sync.apply(new)
    laptop.sync.apply(old)
    assert third.sync.own_card().id not in {one.id for one in laptop.sync.peers()}


def test_a_list_says_nothing_about_those_who_do_not_belong_to_its_office(places, third: Desk, tmp_path: Path) -> None:
    laptop, office, _stick = places
    with office.book.reading() as connection:
        secret = read_meta(connection, "device_keys")["sign_secret"]
    (tmp_path / "stranger").mkdir()
    stranger = Desk(open_book(tmp_path / "stranger", Office(code="120102001", name="河东", letter_mark="东")))
    card = stranger.sync.own_card()
    stranger.book.engines.close()
    listed = write_circle(Circle(office.sync.own_card(), (Member(card),), (), 5), secret)
    inside = SealedContent("circle", (office.sync.own_card().id,), listed)
    assert not laptop.sync.apply_file(sealed_by(office, laptop, inside, tmp_path / "c.jma")).new
    assert card.id not in {one.id for one in laptop.sync.everybody()}
    changed = listed.replace(b'"made_at":5', b'"made_at":6')
    with pytest.raises(BatchRefused):
        read_circle(changed)
    with third.book.reading() as connection:
        theirs = read_meta(connection, "device_keys")["sign_secret"]
    below = write_circle(Circle(third.sync.own_card(), (), (), 5), theirs)
    forged = sealed_by(third, office, SealedContent("circle", ("x",), below), tmp_path / "below.jma")
    with pytest.raises(BatchRefused) as refused:
        office.sync.apply_file(forged)
    assert refused.value.facts["reason"] == "not_above"


def test_a_sealed_file_can_be_looked_at_without_taking_it_in(places) -> None:
    laptop, office, stick = places
    (person,) = laptop.registers("王秀英")
    picture = photographs(laptop, person)
    _batch, file = laptop.sync.export(stick)
    with office.book.reading() as connection:
        assert read_file(file.read_bytes(), reader(connection)).inside.subjects == (picture,)
    with office.book.reading() as connection:
        assert connection.execute(select(_FILES)).all() == []
