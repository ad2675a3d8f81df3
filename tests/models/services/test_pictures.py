"""Pictures of documents and homes: kept sealed with what is said about them, found by what they prove."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from models.casebook import Casebook
from models.errors import CannotUndo, NotFound
from models.records.audit import Audit
from models.records.fact import FactEntry
from models.records.operation import Operation
from models.records.picture import PictureEntry, PictureWords
from models.records.visit import VisitEntry
from models.services.pictures import DamagedPicture, PictureElsewhere, Pictures
from models.store import picture_data
from models.store.engine import Engines
from models.store.rows import KEPT, table_of
from tests.conftest import PASSPHRASE
from tests.models.pictures import as_bytes, paper, small
from tests.models.services.people import five_people
from tests.models.sync.offices import COMMUNITY, open_book

TODAY = date(2026, 11, 22)


@pytest.fixture
def five(casebook: Casebook):
    return casebook.households.register(five_people())


def of(subject: str, subject_kind: str = "resident", **more: object) -> PictureEntry:
    return PictureEntry(**{"subject_kind": subject_kind, "subject_id": subject, "kind": "other", **more})


def documents(casebook: Casebook, who: str):
    return casebook.residents.get(who).documents


def fact(casebook: Casebook, who: str, name: str):
    return next(view for view in casebook.facts.of(who) if view.name == name)


def stored(casebook: Casebook) -> int:
    with casebook._book.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(picture_data.DATA)).scalar_one())


def test_a_picture_is_kept_with_what_is_said_about_it(casebook: Casebook, five):
    who = five.ids[0]
    encoded = small()
    made = casebook.pictures.add(of(who, kind="document", title="身份证正面", taken_on=TODAY), encoded)
    assert made.entities == {"picture"}
    assert who in made.rows
    (view,) = casebook.pictures.of("resident", who)
    assert (view.id, view.title, view.taken_on, view.worker) == (made.id, "身份证正面", TODAY, "周敏")
    assert (view.width, view.height, view.size) == (encoded.width, encoded.height, len(encoded.full))
    assert view.here
    assert view.thumb == encoded.thumb
    assert casebook.pictures.full(made.id) == encoded.full


def test_somebody_has_as_many_pictures_as_were_taken_the_newest_first(casebook: Casebook, five, clock):
    made = []
    for title in ("一", "二", "三"):
        clock.move(minutes=1)
        made.append(casebook.pictures.add(of(five.ids[0], title=title), small()).id)
    casebook.pictures.add(of(five.ids[1]), small())
    assert [view.id for view in casebook.pictures.of("resident", five.ids[0])] == made[::-1]
    assert [view.title for view in casebook.pictures.several(made[:2])] == ["二", "一"]


def test_nothing_is_kept_where_the_subject_or_the_document_is_not_here(casebook: Casebook, five):
    with pytest.raises(NotFound):
        casebook.pictures.add(of("nobody"), small())
    with pytest.raises(NotFound):
        casebook.pictures.add(of(five.ids[0], document_id="nothing"), small())
    assert stored(casebook) == 0
    assert casebook.pictures.of("resident", five.ids[0]) == []


def test_the_row_and_the_bytes_are_kept_together_or_not_at_all(casebook: Casebook, five, monkeypatch):
    def breaks(*_arguments: object) -> None:
        raise RuntimeError("power")

    monkeypatch.setattr(picture_data, "put", breaks)
    with pytest.raises(RuntimeError):
        casebook.pictures.add(of(five.ids[0]), small())
    monkeypatch.undo()
    assert casebook.pictures.of("resident", five.ids[0]) == []
    assert stored(casebook) == 0


def test_a_picture_marks_document_and_fact_as_seen_and_its_undoing_takes_that_back(casebook: Casebook, five):
    who = five.ids[2]
    casebook.facts.record("resident", who, [FactEntry(name="dibao", value=True)])
    (card,) = documents(casebook, five.ids[0])
    words = {"kind": "document", "title": "居住证", "facts": ("residence_permit", "dibao"), "mark_seen": True}
    made = casebook.pictures.add(of(who, **words), small())
    assert fact(casebook, who, "residence_permit").document_seen == "居住证"
    assert fact(casebook, who, "dibao").document_seen == "居住证"
    assert fact(casebook, who, "hukou_tianjin").document_seen == ""
    casebook.undo(made.operations)
    assert fact(casebook, who, "residence_permit").document_seen == ""
    assert casebook.pictures.of("resident", who) == []
    assert card.seen


def test_the_identity_document_that_it_shows_is_marked_as_seen(casebook: Casebook, five):
    who = five.ids[0]
    (card,) = documents(casebook, who)
    with casebook._book.verb("test") as work:
        work.amend("identity_document", card.id, {"seen": False})
    made = casebook.pictures.add(of(who, kind="document", document_id=card.id), small())
    assert not documents(casebook, who)[0].seen, "only with the worker's tick"
    words = PictureWords(kind="document", document_id=card.id, mark_seen=True)
    casebook.pictures.amend(made.id, words)
    assert documents(casebook, who)[0].seen


def test_a_statement_that_a_paper_was_seen_for_keeps_its_paper(casebook: Casebook, five):
    who = five.ids[2]
    casebook.facts.record("resident", who, [FactEntry(name="dibao", value=True, document_seen="低保证")])
    casebook.pictures.add(of(who, kind="document", title="照片", facts=("dibao",), mark_seen=True), small())
    assert fact(casebook, who, "dibao").document_seen == "低保证"


def test_pictures_are_found_by_the_fact_that_they_prove(casebook: Casebook, five, clock):
    who = five.ids[0]
    first = casebook.pictures.add(of(who, facts=("dibao", "residence_permit")), small()).id
    clock.move(minutes=1)
    second = casebook.pictures.add(of(who, facts=("dibao",)), small()).id
    casebook.pictures.add(of(five.ids[1], facts=("dibao",)), small())
    proving = casebook.pictures.proving(who)
    assert [view.id for view in proving["dibao"]] == [second, first]
    assert [view.id for view in proving["residence_permit"]] == [first]
    assert all(view.here and view.thumb == b"" for view in proving["dibao"])


def test_what_is_said_about_a_picture_can_be_changed_and_taken_back(casebook: Casebook, five):
    who = five.ids[0]
    made = casebook.pictures.add(of(who, title="旧", facts=("dibao",)), small())
    changed = casebook.pictures.amend(made.id, PictureWords(kind="home", title="新", facts=("hukou_tianjin",)))
    (view,) = casebook.pictures.of("resident", who)
    assert (view.kind, view.title, view.facts) == ("home", "新", ("hukou_tianjin",))
    casebook.undo(changed.operations)
    (view,) = casebook.pictures.of("resident", who)
    assert (view.kind, view.title, view.facts) == ("other", "旧", ("dibao",))


def test_a_picture_cropped_anew_takes_the_place_of_the_old_and_undoing_brings_that_back(casebook: Casebook, five):
    who = five.ids[0]
    made = casebook.pictures.add(of(who, title="证件"), small())
    new = casebook.pictures.replace(made.id, PictureWords(kind="document", title="证件"), small("blue"))
    (view,) = casebook.pictures.of("resident", who)
    assert view.id == new.id != made.id
    assert casebook.pictures.full(new.id) == small("blue").full
    casebook.undo(new.operations)
    (view,) = casebook.pictures.of("resident", who)
    assert view.id == made.id
    assert casebook.pictures.full(made.id) == small().full


def test_a_removed_picture_comes_back_within_a_month_and_is_destroyed_after_it(casebook: Casebook, five, clock):
    who = five.ids[0]
    keep = casebook.pictures.add(of(who), small("green")).id
    made = casebook.pictures.add(of(who), small()).id
    removed = casebook.pictures.remove(made)
    assert [view.id for view in casebook.pictures.of("resident", who)] == [keep]
    with pytest.raises(NotFound):
        casebook.pictures.full(made)
    casebook.undo(removed.operations)
    assert casebook.pictures.full(made) == small().full
    removed = casebook.pictures.remove(made)
    clock.move(days=29)
    assert casebook.pictures.sweep() == 0
    clock.move(days=2)
    assert casebook.pictures.sweep() == 1
    assert stored(casebook) == 2, "the other picture's two parts"
    assert casebook.pictures.full(keep) == small("green").full
    casebook.undo(removed.operations)
    with pytest.raises(PictureElsewhere):
        casebook.pictures.full(made)


def test_the_upkeep_of_the_day_destroys_what_was_removed_long_ago_before_it_is_backed_up(
    casebook: Casebook, five, clock
):
    made = casebook.pictures.add(of(five.ids[0]), small()).id
    removed = casebook.pictures.remove(made)
    assert casebook.daily_backup() is not None
    casebook.undo(removed.operations)
    assert casebook.pictures.full(made) == small().full, "not yet"
    casebook.pictures.remove(made)
    clock.move(days=31)
    backup = casebook.daily_backup()
    assert backup is not None
    assert stored(casebook) == 0
    folder, clock_then = casebook.folder, casebook.clock
    casebook.close()
    Casebook.restore(folder, backup, PASSPHRASE, clock=clock_then)
    restored = Casebook.open(folder, PASSPHRASE, clock=clock_then)
    assert stored(restored) == 0, "nor is it in the backup"
    restored.close()


def test_bytes_whose_row_was_erased_are_swept_at_once(casebook: Casebook, five):
    with casebook._book.writing() as connection:
        picture_data.put(connection, "erased", b"full", b"thumb")
    assert casebook.pictures.sweep() == 1
    assert stored(casebook) == 0


def test_a_picture_of_another_device_is_known_but_said_to_be_elsewhere(casebook: Casebook, five):
    who = five.ids[0]
    made = casebook.pictures.add(of(who, title="低保证"), small()).id
    with casebook._book.writing() as connection:
        assert picture_data.destroy(connection, [made]) == 1
    (view,) = casebook.pictures.of("resident", who)
    assert (view.title, view.here, view.thumb) == ("低保证", False, b"")
    with pytest.raises(PictureElsewhere):
        casebook.pictures.full(made)


def test_a_picture_whose_bytes_changed_is_not_shown(casebook: Casebook, five):
    made = casebook.pictures.add(of(five.ids[0]), small()).id
    with casebook._book.writing() as connection:
        spoilt = small().full[:-3] + b"abc"
        mine = (picture_data.DATA.c.picture_id == made, picture_data.DATA.c.part == "full")
        connection.execute(update(picture_data.DATA).where(*mine).values(data=spoilt))
    with pytest.raises(DamagedPicture) as damaged:
        casebook.pictures.full(made)
    assert "damaged" in damaged.value.sentence()


def test_looking_at_a_picture_is_journalled_and_a_document_as_a_reveal(casebook: Casebook, five):
    who = five.ids[0]
    home = casebook.pictures.add(of(five.id, "household"), small()).id
    card = casebook.pictures.add(PictureEntry(subject_kind="resident", subject_id=who, kind="document"), small()).id
    casebook.pictures.of("resident", who)
    for picture in (home, card):
        casebook.pictures.full(picture)
    journal = table_of(Audit)
    with casebook._book.reading() as connection:
        rows = connection.execute(select(journal).where(journal.c.detail.startswith("picture "))).all()
    assert [(row.action, row.subject_kind, row.subject_id) for row in rows] == [
        ("view", "household", five.id),
        ("reveal", "resident", who),
    ]
    assert card in rows[1].detail


def test_pictures_taken_before_the_visit_was_saved_belong_to_it_afterwards(casebook: Casebook, five):
    taken = [casebook.pictures.add(of(five.id, "household", visit_id="draft"), small()).id for _n in range(2)]
    casebook.pictures.add(of(five.id, "household", visit_id="another draft"), small())
    casebook.pictures.remove(taken[1])
    assert [view.id for view in casebook.pictures.of("visit", "draft")] == taken[:1]
    entry = VisitEntry(household_id=five.id, outcome="met", met_other="邻居", happened_on=TODAY)
    visit = casebook.visits.record(entry).id
    changed = casebook.pictures.taken_on_visit("draft", visit)
    assert five.id in changed.rows
    assert [view.id for view in casebook.pictures.of("visit", visit)] == taken[:1]
    about = casebook.pictures.add(of(visit, "visit"), small())
    assert five.id in about.rows
    assert len(casebook.pictures.of("visit", visit)) == 2
    assert len(casebook.pictures.of("household", five.id)) == 2
    assert casebook.pictures.taken_on_visit("draft", visit).operations == (), "nothing is left to give"
    with pytest.raises(NotFound):
        casebook.pictures.taken_on_visit("another draft", "nowhere")


def test_a_picture_that_a_visit_was_given_is_not_taken_back_with_its_taking(casebook: Casebook, five):
    made = casebook.pictures.add(of(five.id, "household", visit_id="draft"), small())
    entry = VisitEntry(household_id=five.id, outcome="met", met_other="邻居", happened_on=TODAY)
    casebook.pictures.taken_on_visit("draft", casebook.visits.record(entry).id)
    with pytest.raises(CannotUndo):
        casebook.undo(made.operations)


def test_an_unknown_kind_of_picture_is_no_entry():
    with pytest.raises(ValueError, match="no such kind"):
        PictureWords(kind="selfie")


def test_no_byte_of_a_picture_lies_in_the_open_nor_in_the_log(casebook: Casebook, five, casebook_folder: Path):
    encoded = small()
    marks = (encoded.full[:16], encoded.full[200:232], encoded.thumb[200:232], encoded.full[-32:])
    canary = "CANARY-7731"
    casebook.pictures.add(of(five.ids[0], title=canary), encoded)
    back = casebook.back_up()
    with casebook._book.reading() as connection:
        log = json.dumps(list(connection.execute(select(table_of(Operation).c.fields)).scalars()))
        names = set(connection.execute(select(KEPT["picture"].c.title)).scalars())
    assert canary in names, "the canary was kept"
    assert canary in log
    assert encoded.sha256 in log
    assert "JFIF" not in log
    assert len(log) < 200_000
    casebook.close()
    files = [path for path in casebook_folder.rglob("*") if path.is_file()]
    assert any(path.stat().st_size > len(encoded.full) for path in files)
    assert back.exists()
    for path in files:
        data = path.read_bytes()
        assert canary.encode() not in data, path.name
        assert not any(mark in data for mark in marks), path.name
        assert b"JFIF" not in data, path.name


def test_pictures_come_back_from_both_engines_as_they_were_taken_over(engines: Engines, tmp_path: Path):
    book = open_book(tmp_path, COMMUNITY, engines=engines)
    pictures = Pictures(book)
    with book.verb("test") as work:
        who = work.add("resident", {"name": "李建国"})
        paper_id = work.add("identity_document", {"resident_id": who, "kind": "passport", "number": "E1"})
        told = work.add("fact", {"subject_kind": "resident", "subject_id": who, "name": "dibao", "state": "known"})
    encoded = small()
    entry = PictureEntry(
        subject_kind="resident",
        subject_id=who,
        kind="document",
        title="护照",
        taken_on=TODAY,
        facts=("dibao",),
        document_id=paper_id,
        mark_seen=True,
    )
    made = pictures.add(entry, encoded).id
    assert pictures.full(made) == encoded.full
    (view,) = pictures.of("resident", who)
    assert (view.thumb, view.facts, view.taken_on, view.here) == (encoded.thumb, ("dibao",), TODAY, True)
    assert set(pictures.proving(who)) == {"dibao"}
    with book.reading() as connection:
        document = KEPT["identity_document"]
        assert connection.execute(select(document.c.seen).where(document.c.id == paper_id)).scalar() is True
        statement = KEPT["fact"]
        assert connection.execute(select(statement.c.document_seen).where(statement.c.id == told)).scalar() == "护照"
    other = pictures.replace(made, PictureWords(kind="document"), small("blue")).id
    assert [view.id for view in pictures.of("resident", who)] == [other]
    pictures.remove(other)
    book.clock.move(days=31)
    assert pictures.sweep() == 2
    assert pictures.of("resident", who) == []


def test_a_photo_of_twelve_million_pixels_is_kept_in_less_than_a_megabyte(casebook: Casebook, five):
    from models.imaging import edited

    encoded = edited(as_bytes(paper(4000, 3000), quality=92))
    assert len(encoded.full) + len(encoded.thumb) < 1_000_000
    casebook.pictures.add(of(five.ids[0]), encoded)
