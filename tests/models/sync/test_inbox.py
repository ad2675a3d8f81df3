"""The inbox: what lies on a stick is found, looked at, taken in, or kept aside with the reason."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.errors import NotFound
from models.services import inbox_reading
from models.services.inbox import Inbox
from models.sync import batch as batches
from tests.models.sync.offices import COMMUNITY, STREET, Desk, desks, open_book


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    with desks(tmp_path) as both:
        yield both


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 2)


def inbox(desk: Desk) -> Inbox:
    return Inbox(desk.book)


def test_what_lies_on_a_stick_is_told_by_its_head_in_parcels_by_sender(
    pair: tuple[Desk, Desk], stick: Path, small_files: None
) -> None:
    laptop, office = pair
    laptop.registers("孙秀英", "李强")
    files = laptop.sync.export(stick)
    (stick / "films").mkdir()
    (stick / "films" / "letter.jmb").write_bytes(b"a film")
    (stick / "readme.txt").write_text("nothing of ours")
    found = inbox(office).look([stick])
    assert found.waiting == tuple(files)
    assert found.senders == (COMMUNITY.name,)
    (parcel,) = [one for one in found.parcels if one.kind == "batch"]
    assert (parcel.of, parcel.absent) == (2, ())
    assert [one.state for one in found.others] == ["foreign"]
    assert [one.kind for one in inbox(laptop).look([stick]).parcels] == ["card"], "its own files are no news to it"


def test_a_part_that_lacks_is_named_until_it_was_taken_in(
    pair: tuple[Desk, Desk], stick: Path, small_files: None
) -> None:
    laptop, office = pair
    laptop.registers("孙秀英", "李强", "王芳")
    first, second, third = laptop.sync.export(stick)
    second.rename(stick.parent / "second.jmb")
    found = inbox(office).look([stick])
    assert [one.absent for one in found.parcels if one.kind == "batch"] == [(2,)]
    inbox(office).take([stick.parent / "second.jmb"])
    found = inbox(office).look([stick])
    assert [one.absent for one in found.parcels if one.kind == "batch"] == [()]
    assert found.waiting == (first, third)


def test_what_was_taken_in_is_known_the_next_time(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.registers("孙秀英")
    files = laptop.sync.export(stick)
    box = inbox(office)
    done = box.take(box.look([stick]).waiting)
    assert (done.files, done.new, done.already_here, done.residents) == (1, 2, 0, 1)
    assert done.senders == ((laptop.sync.own_card().id, COMMUNITY.name),)
    assert box.look([stick]).waiting == ()
    again = box.take(files)
    assert (again.new, again.already_here) == (0, 2)
    answer = office.sync.write_receipt(stick)
    laptop_box = inbox(laptop)
    assert laptop_box.look([stick]).waiting == (answer,)
    (receipt,) = laptop_box.take([answer]).receipts
    assert (receipt.office, receipt.changes) == (STREET.name, 2)
    assert laptop_box.look([stick]).waiting == ()


def test_the_preview_counts_all_files_together_and_writes_nothing(
    pair: tuple[Desk, Desk], stick: Path, small_files: None
) -> None:
    laptop, office = pair
    laptop.registers("孙秀英", "李强")
    files = laptop.sync.export(stick)
    before = office.digest()
    seen = inbox(office).preview(files)
    assert (seen.operations, seen.new, seen.residents, seen.holes) == (4, 4, 2, ())
    assert seen.senders == (COMMUNITY.name,)
    alone = inbox(office).preview(files[1:])
    assert [(hole.lacking, hole.worker) for hole in alone.holes] == [(2, "周敏")]
    assert office.digest() == before


def test_the_preview_names_conflicts_and_files_that_cannot_be_taken_in(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    (resident,) = laptop.registers("孙秀英")
    inbox(office).take(laptop.sync.export(stick))
    laptop.amends(resident, hukou_place="河北")
    office.amends(resident, hukou_place="山东")
    (file,) = laptop.sync.export(stick)
    broken = stick / "broken.jmb"
    broken.write_bytes(file.read_bytes()[:-20])
    seen = inbox(office).preview([file, broken, stick / "gone.jmb"])
    assert seen.conflicts == 1
    assert [(one.path.name, one.reason) for one in seen.refused] == [
        ("broken.jmb", "damaged"),
        ("gone.jmb", "unreadable"),
    ]
    assert inbox(office).take([file]).conflicts == 1


def test_a_refused_file_is_kept_aside_as_it_came_and_the_others_are_taken_in(
    pair: tuple[Desk, Desk], stick: Path, small_files: None
) -> None:
    laptop, office = pair
    laptop.registers("孙秀英", "李强", "王芳")
    one, two, three = laptop.sync.export(stick)
    whole = two.read_bytes()
    flipped = whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]
    two.write_bytes(flipped)
    box = inbox(office)
    done = box.take([one, two, three])
    assert (done.files, done.new) == (2, 4)
    (refused,) = box.refused()
    assert done.refused == (refused,)
    assert (refused.reason, refused.sender, refused.part, refused.of) == ("damaged", COMMUNITY.name, 2, 3)
    assert refused.kept is not None
    assert refused.kept.parent == office.book.folder / "refused"
    assert refused.kept.read_bytes() == flipped
    assert two.read_bytes() == flipped, "nothing on the stick is deleted"
    found = box.look([stick])
    assert [(other.state, other.seen.path) for other in found.others] == [("aside", two)]
    assert found.waiting == ()

    # Tried again it is still damaged; the whole file is taken in when it comes.
    assert len(box.try_again(refused.id).refused) == 1
    assert len(box.refused()) == 1
    two.write_bytes(whole)
    assert box.look([stick]).waiting == (two,)
    assert box.take([two]).new == 2
    box.forget(refused.id)
    assert box.refused() == []
    assert not refused.kept.exists()
    with pytest.raises(NotFound):
        box.forget(refused.id)


def test_a_file_of_an_unknown_sender_is_taken_in_once_the_card_is_here(
    pair: tuple[Desk, Desk], stick: Path, tmp_path: Path
) -> None:
    laptop, office = pair
    card = laptop.sync.write_card(tmp_path / "laptop")
    office.sync.distrust(laptop.sync.own_card().id)
    laptop.registers("孙秀英")
    (file,) = laptop.sync.export(stick)
    box = inbox(office)
    assert [one.state for one in box.look([stick]).others] == ["unknown_sender"]
    (refused,) = box.take([file]).refused
    assert (refused.reason, refused.sender) == ("unknown_sender", COMMUNITY.name)
    assert box.look([stick]).waiting == ()
    office.sync.trust_card(card)
    assert box.look([stick]).waiting == (file,)
    assert box.try_again(refused.id).new == 2
    assert box.refused() == []


def test_a_file_for_another_office_is_named_and_not_touched(
    pair: tuple[Desk, Desk], stick: Path, tmp_path: Path
) -> None:
    laptop, office = pair
    laptop.registers("孙秀英")
    laptop.sync.export(stick)
    (tmp_path / "third").mkdir()
    third = Desk(open_book(tmp_path / "third", STREET))
    third.sync.trust_card(laptop.sync.write_card(tmp_path / "third"))
    assert [one.state for one in inbox(third).look([stick]).others] == ["other_office"]
    third.book.engines.close()
    assert inbox(office).look([stick]).waiting


def test_it_can_be_stopped_between_two_files_and_continued(
    pair: tuple[Desk, Desk], stick: Path, small_files: None
) -> None:
    laptop, office = pair
    laptop.registers("孙秀英", "李强", "王芳")
    laptop.sync.export(stick)
    box = inbox(office)
    seen: list[tuple[int, int]] = []
    done = box.take(
        box.look([stick]).waiting, lambda at, of: seen.append((at, of)), lambda: bool(seen and seen[-1][0] == 1)
    )
    assert (done.files, done.rest) == (2, 1)
    rest = box.look([stick]).waiting
    assert len(rest) == 1
    assert box.take(rest).rest == 0
    assert office.residents() == {"孙秀英", "李强", "王芳"}


def test_two_clocks_that_differ_are_told_either_way(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.book.clock.move(minutes=25)  # type: ignore[attr-defined]
    laptop.registers("孙秀英")
    ahead = laptop.sync.export(stick)
    seen = inbox(office).preview(ahead)
    assert timedelta(milliseconds=seen.skew) == timedelta(minutes=26)
    assert inbox(office).take(ahead).skew == seen.skew
    answer = office.sync.write_receipt(stick)
    behind = inbox(laptop).preview([answer])
    assert timedelta(milliseconds=behind.skew) == timedelta(minutes=-26)


def test_a_stick_with_thousands_of_files_holds_nobody_up(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, office = pair
    laptop.registers("孙秀英")
    (file,) = laptop.sync.export(stick)
    box = inbox(office)
    assert box.look([stick]).waiting == (file,)
    read = []
    monkeypatch.setattr(inbox_reading, "read_limited", lambda *_a: read.append(1) or b"")
    assert box.look([stick]).waiting == (file,)
    assert read == [], "what did not change is not read again"
    monkeypatch.setattr(inbox_reading, "MOST_LOOKED_AT", 1)
    shutil.rmtree(stick)
    stick.mkdir()
    for number in range(3):
        (stick / f"{number}.jmb").write_bytes(b"")
    assert len(inbox_reading.look_into(stick)) == 1
    assert box.look([stick / "nowhere"]).parcels == ()
