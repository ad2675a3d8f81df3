"""The sync verbs: what the worker and the office see, and that no change is lost, doubled or half imported."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import texts
from models.errors import BatchRefused, CannotRead, CannotWrite, NotFound
from models.records.audit import Audit
from models.records.operation import Batch, Conflict, Operation, SearchKey
from models.services.partners import NoPartner
from models.services.sync import Sync
from models.services.views import Changed
from models.store.rows import table_of
from models.sync import batch as batches
from models.sync.files import BadMedium, NoRoom
from tests.models.sync.offices import COMMUNITY, Desk, desks, open_book


@pytest.fixture(autouse=True)
def english() -> None:
    texts.set_language("en")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    with desks(tmp_path) as both:
        yield both


def count(desk: Desk, model: type) -> int:
    with desk.book.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table_of(model))).scalar_one())


def carry(laptop: Desk, office: Desk, stick: Path) -> list[Changed]:
    return [office.sync.apply(path) for path in laptop.sync.export(stick)]


def test_a_day_goes_to_the_office_and_its_answer_comes_back(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    people = laptop.registers("李建国", "王秀英")
    assert laptop.sync.status().waiting == 4
    (file,) = laptop.sync.export(stick)
    assert file.name.startswith("jinmen-")
    assert file.name.endswith("-0001-part01of01.jmb")
    status = laptop.sync.status()
    assert (status.waiting, status.exported_through, status.acknowledged_through) == (0, 4, 0)
    assert status.office_name == "和平区劝业场街道办事处"

    preview = office.sync.preview(file)
    assert (preview.operations, preview.new, preview.already_here) == (4, 4, 0)
    assert (preview.residents, preview.households, preview.visits) == (2, 0, 0)
    assert (preview.conflicts, preview.missing_before) == (0, 0)
    assert preview.sender == "和平区劝业场街道花园路社区居委会"
    assert "4 new changes" in preview.lines
    assert office.residents() == set(), "a preview writes nothing"
    assert office.sync.status().batches == ()

    done = office.sync.apply(file)
    assert set(people) <= done.rows
    assert done.entities == {"resident", "phone"}
    assert office.residents() == {"李建国", "王秀英"}
    assert count(office, SearchKey) == count(laptop, SearchKey) > 0, "they are found at once"

    answer = laptop.sync.read_receipt(office.sync.write_receipt(stick))
    assert (answer.changes, answer.confirmed, answer.files, answer.unconfirmed) == (4, 4, 1, 0)
    assert answer.sentence() == "Your 4 changes up to 10:01 are at 和平区劝业场街道办事处."
    status = laptop.sync.status()
    assert status.acknowledged_through == 4
    assert [entry.status for entry in status.batches] == ["acknowledged"]
    assert laptop.sync.export(stick) == [], "nothing waits"
    assert laptop.digest() == office.digest()


def test_the_same_file_twice_brings_nothing_new(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    (file,) = laptop.sync.export(stick)
    office.sync.apply(file)
    digest, files = office.digest(), count(office, Batch)
    preview = office.sync.preview(file)
    assert (preview.new, preview.already_here) == (0, 2)
    assert "2 changes are already here" in preview.lines
    again = office.sync.apply(file)
    assert again.rows == frozenset()
    assert (office.digest(), count(office, Batch)) == (digest, files)


def test_a_lost_stick_loses_nothing(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    for file in laptop.sync.export(stick):
        file.unlink()
    laptop.registers("王秀英")
    assert laptop.sync.status().waiting == 2, "what was not exported yet"
    (file,) = laptop.sync.export(stick)
    office.sync.apply(file)
    assert office.residents() == {"李建国", "王秀英"}, "the first ones went along again"
    laptop.sync.read_receipt(office.sync.write_receipt(stick))
    assert {entry.status for entry in laptop.sync.status().batches} == {"acknowledged"}
    laptop.registers("张伟")
    (file,) = laptop.sync.export(stick)
    assert office.sync.preview(file).operations == 2, "only what is not confirmed"


def test_an_office_put_back_from_an_old_copy_gets_everything_again(
    pair: tuple[Desk, Desk], stick: Path, tmp_path: Path
) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    carry(laptop, office, stick)
    laptop.sync.read_receipt(office.sync.write_receipt(stick))
    old_answer = office.sync.write_receipt(stick)
    laptop.registers("王秀英")
    carry(laptop, office, stick)
    assert laptop.sync.read_receipt(office.sync.write_receipt(stick)).confirmed == 4
    lost = laptop.sync.read_receipt(old_answer)  # what an office says that was put back
    assert (lost.changes, lost.confirmed, lost.unconfirmed) == (-2, 2, 2)
    assert "does not have 2 of your changes" in lost.sentence()
    assert sorted(entry.status for entry in laptop.sync.status().batches) == ["acknowledged", "written"]
    (file,) = laptop.sync.export(stick)
    assert office.sync.preview(file).operations == 2


def test_results_come_back_down_to_the_laptop(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    (person,) = laptop.registers("李建国")
    carry(laptop, office, stick)
    office.amends(person, note="街道已受理")
    (down,) = office.sync.export(stick)
    assert laptop.sync.preview(down).operations == 1, "the laptop's own changes are not sent back to it"
    laptop.sync.apply(down)
    assert laptop.digest() == office.digest()
    assert laptop.sync.export(stick) == [], "the file down said what the office holds"


def test_both_sides_changed_one_field_and_a_person_is_shown_both(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    (person,) = laptop.registers("李建国")
    carry(laptop, office, stick)
    laptop.sync.read_receipt(office.sync.write_receipt(stick))
    laptop.amends(person, note="腿脚不便")
    office.amends(person, note="已装扶手")
    (file,) = laptop.sync.export(stick)
    assert office.sync.preview(file).conflicts == 1
    assert any("both versions are kept" in line for line in office.sync.preview(file).lines)
    office.sync.apply(file)
    (record,) = office.conflicts.page().records
    (waiting,) = record.fields
    assert (record.entity, record.row, waiting.field) == ("resident", person, "note")
    assert {version.value for version in waiting.versions} == {"腿脚不便", "已装扶手"}
    office.amends(person, name="李建军", note=waiting.versions[0].value)
    assert office.conflicts.record(person).fields == (waiting,), "saving a form that shows one of them settles nothing"
    office.amends(person, note="腿脚不便，已装扶手")
    assert office.conflicts.count() == 0
    assert count(office, Conflict) == 0


@pytest.mark.parametrize("chosen", [0, 1])
def test_a_person_chooses_either_version_and_both_sides_agree(
    pair: tuple[Desk, Desk], stick: Path, chosen: int
) -> None:
    laptop, office = pair
    (person,) = laptop.registers("李建国")
    carry(laptop, office, stick)
    laptop.amends(person, name="李建军")
    office.amends(person, name="李建民")
    carry(laptop, office, stick)
    (waiting,) = office.conflicts.record(person).fields
    done = office.conflicts.settle(person, "name", waiting.versions[chosen].operation)
    assert (done.entities, done.id) == ({"resident"}, person)
    assert office.residents() == {waiting.versions[chosen].value}
    assert office.conflicts.count() == 0
    for path in office.sync.export(stick):
        laptop.sync.apply(path)
    assert laptop.conflicts.count() == 0
    assert laptop.digest() == office.digest()
    with pytest.raises(NotFound):
        office.conflicts.settle(person, "name", waiting.versions[chosen].operation)


def test_files_of_one_export_may_arrive_in_any_order_and_a_missing_one_is_named(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, office = pair
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 4)
    laptop.registers(*"一二三四五")
    first, second, third = laptop.sync.export(stick)
    assert [path.name[-15:] for path in (first, third)] == ["-part01of03.jmb", "-part03of03.jmb"]
    office.sync.apply(third)
    assert office.sync.preview(second).missing_before == 4
    office.sync.apply(second)
    answer = laptop.sync.read_receipt(office.sync.write_receipt(stick))
    assert (answer.confirmed, answer.files) == (0, 2), "held, but not without a hole"
    assert laptop.sync.export(stick) != []
    office.sync.apply(first)
    answer = laptop.sync.read_receipt(office.sync.write_receipt(stick))
    assert answer.confirmed == 10
    assert laptop.digest() == office.digest()


def test_an_export_stopped_in_the_middle_leaves_whole_files_and_is_continued(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, office = pair
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 2)
    laptop.registers(*"一二三四")
    before = set(stick.iterdir())
    told: list[tuple[int, int]] = []
    sent = laptop.sync.send(stick, lambda *now: told.append(now), lambda: len(told) > 1)
    assert told == [(0, 8), (2, 8)]
    assert (len(sent.files), sent.changes, sent.left) == (2, 4, 4)
    assert set(stick.iterdir()) == before | set(sent.files)
    assert laptop.sync.status().exported_through == 0
    first = [path.read_bytes() for path in sent.files]

    # One of the two is not whole any more, and more was typed meanwhile: only what is missing is written.
    laptop.registers("五")
    sent.files[1].write_bytes(first[1][:-1])
    again = laptop.sync.send(stick)
    assert again.kept == sent.files[:1]
    assert (len(again.files), again.changes, again.left) == (4, 8, 0)
    assert sent.files[0].read_bytes() == first[0]
    assert laptop.sync.status().exported_through == 10
    assert laptop.sync.status().waiting == 0
    for file in (*again.kept, *again.files):
        office.sync.apply(file)
    assert office.digest() == laptop.digest()

    # Finished, it is not continued: the next export says everything again until the office has answered.
    assert laptop.sync.send(stick).kept == ()


def test_an_export_is_not_continued_by_a_file_that_holds_something_else(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, office = pair
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 2)
    laptop.registers(*"一二三")
    told: list[tuple[int, int]] = []
    (stopped,) = laptop.sync.send(stick, lambda *now: told.append(now), lambda: bool(told)).files
    office.sync.apply(stopped)
    laptop.sync.read_receipt(office.sync.write_receipt(stick))
    sent = laptop.sync.send(stick)
    assert (sent.kept, sent.changes) == ((), 4), "what the office has by now is no part of it"


def test_a_stick_that_fails_in_the_middle_keeps_what_is_whole_and_nothing_else(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, _ = pair
    monkeypatch.setattr(batches, "MAX_OPERATIONS", 2)
    laptop.registers(*"一二三四")
    before, real, calls = set(stick.iterdir()), os.fsync, []

    def fails_late(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 4:
            raise OSError(5, "gone")
        real(handle)

    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", fails_late)
        with pytest.raises(CannotWrite):
            laptop.sync.export(stick)
    whole = set(stick.iterdir()) - before
    assert len(whole) == 2
    assert {path.suffix for path in whole} == {".jmb"}
    assert laptop.sync.status().exported_through == 0
    with pytest.raises(CannotWrite):
        laptop.sync.export(stick / "no such folder")
    sent = laptop.sync.send(stick)
    assert set(sent.kept) == whole
    assert len(sent.files) == 2


def test_a_bad_stick_is_noticed_by_reading_back(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, _ = pair
    laptop.registers("孙秀英")
    before, real = set(stick.iterdir()), os.fsync

    def wears_out(handle: int) -> None:
        """The medium says that all is well and keeps another byte."""
        real(handle)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            kept = Path(f"/proc/self/fd/{handle}").read_bytes()
            os.pwrite(handle, bytes([kept[-5] ^ 1]), len(kept) - 5)

    monkeypatch.setattr(os, "fsync", wears_out)
    with pytest.raises(BadMedium) as told:
        laptop.sync.export(stick)
    assert "not to be trusted" in told.value.sentence()
    assert set(stick.iterdir()) == before
    assert laptop.sync.status().exported_through == 0


def test_a_stick_without_room_is_told_before_anything_is_written(
    pair: tuple[Desk, Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, _ = pair
    laptop.registers("孙秀英")
    before = set(stick.iterdir())
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(9000, 8000, 1000))
    with pytest.raises(NoRoom) as told:
        laptop.sync.export(stick)
    assert "0 kB are free" in told.value.sentence()
    assert set(stick.iterdir()) == before


def test_cancelling_an_import_changes_nothing(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    (file,) = laptop.sync.export(stick)
    digest = office.digest()
    told: list[tuple[int, int]] = []
    done = office.sync.apply(file, lambda *now: told.append(now), lambda: len(told) == 2)
    assert done.rows == frozenset()
    assert office.digest() == digest
    assert office.sync.status().batches == ()
    office.sync.apply(file)
    assert office.residents() == {"李建国"}


def test_hostile_files_are_refused_and_nothing_changes(pair: tuple[Desk, Desk], stick: Path, tmp_path: Path) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    (file,) = laptop.sync.export(stick)
    digest, operations, whole = office.digest(), count(office, Operation), file.read_bytes()
    wanted = {"not_a_batch": whole[5:], "newer": whole.replace(b"BATCH 1", b"BATCH 7", 1), "damaged": whole[:-1]}
    wanted["bad_signature"] = whole.replace(b'"part":1', b'"part":2', 1)
    for reason, data in wanted.items():
        file.write_bytes(data)
        for verb in (office.sync.preview, office.sync.apply):
            with pytest.raises(BatchRefused) as refusal:
                verb(file)
            assert refusal.value.facts["reason"] == reason
    file.write_bytes(whole)
    with pytest.raises(BatchRefused) as refusal:
        laptop.sync.apply(file)
    assert refusal.value.facts["reason"] == "unknown_sender", "one's own file is not for oneself"
    assert (office.digest(), count(office, Operation)) == (digest, operations)
    assert count(office, Batch) == 0
    with office.book.reading() as connection:
        journal = table_of(Audit)
        noted = connection.execute(select(journal.c.detail).where(journal.c.action == "import")).scalars().all()
    assert sorted(noted) == ["refused bad_signature", "refused damaged"]
    with pytest.raises(CannotRead):
        office.sync.apply(stick / "missing.jmb")


def test_only_trusted_installations_are_heard(pair: tuple[Desk, Desk], stick: Path, tmp_path: Path) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    (file,) = laptop.sync.export(stick)
    (partner,) = office.sync.peers()
    assert partner.fingerprint == laptop.sync.own_card().fingerprint
    office.sync.distrust(partner.id)
    with pytest.raises(BatchRefused) as refusal:
        office.sync.apply(file)
    assert refusal.value.facts["reason"] == "unknown_sender"
    with pytest.raises(NoPartner) as nobody:
        office.sync.export(stick)
    assert "Your changes are safe here" in nobody.value.sentence()
    card = stick / "again.jmcard"
    card.write_bytes(laptop.sync.card())
    assert office.sync.read_card(card).fingerprint == partner.fingerprint
    assert office.sync.trust_card(card) == COMMUNITY.name
    office.sync.apply(file)
    assert office.residents() == {"李建国"}


def test_a_laptop_put_back_from_an_old_copy_goes_on_under_a_new_device_id(
    pair: tuple[Desk, Desk], stick: Path, tmp_path: Path
) -> None:
    laptop, office = pair
    laptop.registers("共同的")
    carry(laptop, office, stick)
    laptop.book.engines.close()
    shutil.copytree(tmp_path / "laptop", tmp_path / "copy")
    laptop.book = open_book(tmp_path / "laptop", COMMUNITY)
    laptop.sync = Sync(laptop.book)
    laptop.registers("丢失的")
    carry(laptop, office, stick)
    laptop.book.engines.close()

    restored = Desk(open_book(tmp_path / "copy", COMMUNITY))
    device = restored.sync.status().device
    restored.registers("后来的")
    restored.sync.read_receipt(office.sync.write_receipt(stick))
    assert restored.sync.status().device != device
    assert restored.sync.status().waiting == 2
    restored.registers("新号的")
    assert restored.sync.status().waiting == 4
    carry(restored, office, stick)
    assert office.residents() == {"共同的", "丢失的", "后来的", "新号的"}
    (down,) = office.sync.export(stick)
    restored.sync.apply(down)
    assert restored.digest() == office.digest()
    assert restored.sync.export(stick) == []
    laptop.book = restored.book  # closed by the fixture


def test_an_old_answer_read_again_says_the_total(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    carry(laptop, office, stick)
    answer = office.sync.write_receipt(stick)
    laptop.sync.read_receipt(answer)
    again = laptop.sync.read_receipt(answer)
    assert (again.changes, again.confirmed) == (0, 2)
    assert again.sentence().startswith("Your 2 changes up to")


def test_what_is_exported_and_imported_is_journalled_without_names(pair: tuple[Desk, Desk], stick: Path) -> None:
    laptop, office = pair
    laptop.registers("李建国")
    carry(laptop, office, stick)
    for desk, action in ((laptop, "export"), (office, "import")):
        with desk.book.reading() as connection:
            rows = connection.execute(table_of(Audit).select()).mappings().all()
        assert [row["worker"] for row in rows if row["action"] == action] == ["周敏"]
        assert "李建国" not in str([dict(row) for row in rows])
