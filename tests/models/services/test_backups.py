"""Backups by hand and by themselves, in two places; what a restore would lose; an exchange that waits for a word."""

import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import CannotWrite, DamagedStore, DiskFull, WrongPassphrase
from models.records.roles import WORKER
from models.security import keystore
from models.services import backups, casebook_file
from models.services.allowed import NotAllowed
from models.services.backups import Made, NoBackup
from models.services.exchange_held import ExchangeHeld
from models.store import audit, backup, backup_restoring, ballast
from models.store.ballast import RoomMade
from models.store.engine import connect_sqlite
from models.store.guard import allow_writes
from tests.conftest import ON_A_SERVER, PASSPHRASE
from tests.models.casebooks import names_in, small_household, told

pytestmark = [
    pytest.mark.skipif(ON_A_SERVER, reason="a server is backed up where it is"),
    pytest.mark.usefixtures("whole_catalogue"),
]


def there(folder: Path) -> list[str]:
    """Why the backups in a place were made, the newest first."""
    return [each.reason for each in backup.backups(folder)]


@pytest.fixture
def beside(casebook: Casebook) -> Path:
    return casebook.folder / "backups"


@pytest.fixture
def stick(casebook: Casebook, tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    casebook.safekeeping.choose(str(made))
    return made


def due(casebook: Casebook) -> Made | None:
    make = casebook.safekeeping.begin()
    return make() if make is not None else None


def test_by_itself_one_is_made_a_day_and_one_each_half_hour_while_something_changes(
    casebook: Casebook, clock: FixedClock, beside: Path
) -> None:
    assert due(casebook) is not None
    assert due(casebook) is None
    casebook.households.register(small_household("赵海生"))
    clock.move(minutes=29)
    assert due(casebook) is None, "half an hour is not over"
    clock.move(minutes=2)
    assert due(casebook) is not None
    clock.move(minutes=40)
    assert due(casebook) is None, "nothing was written since"
    clock.move(hours=24)
    assert due(casebook) is not None
    assert there(beside) == ["day", "working", "day"]


def test_a_view_alone_is_something_that_changed_for_the_audit(
    casebook: Casebook, clock: FixedClock, beside: Path
) -> None:
    made = casebook.households.register(small_household("赵海生"))
    due(casebook)
    clock.move(minutes=31)
    casebook.residents.get(made.ids[0])
    assert due(casebook) is not None
    assert there(beside) == ["working", "day"]


def test_of_a_large_casebook_they_are_made_less_often(
    casebook: Casebook, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "LARGE_BYTES", 1000)
    due(casebook)
    casebook.households.register(small_household("赵海生"))
    clock.move(minutes=31)
    assert due(casebook) is None
    casebook.safekeeping.before("import")
    clock.move(minutes=121)
    casebook.households.register(small_household("钱玉兰"))
    assert due(casebook) is not None


def test_a_clock_that_was_set_back_does_not_end_the_backups(casebook: Casebook, clock: FixedClock) -> None:
    due(casebook)
    casebook.households.register(small_household("赵海生"))
    clock.move(minutes=-45)
    assert due(casebook) is not None


def test_the_second_place_gets_each_and_is_caught_up_when_it_is_there_again(
    casebook: Casebook, clock: FixedClock, beside: Path, stick: Path, tmp_path: Path
) -> None:
    first = casebook.safekeeping.now()
    assert first.second == stick / first.path.name
    shutil.move(stick, tmp_path / "drawer")
    clock.move(minutes=5)
    second = casebook.safekeeping.now()
    assert (second.second, second.away) == (None, str(stick))
    standing = casebook.safekeeping.standing()
    assert standing.second is not None
    assert (standing.second.reachable, standing.second.count) == (False, 0)
    assert standing.second.last_at == standing.second.seen_at == backup.read(first.path).made_at
    assert due(casebook) is None, "it is still in the drawer"
    shutil.move(tmp_path / "drawer", stick)
    caught_up = due(casebook)
    assert caught_up is not None
    assert caught_up.second == stick / second.path.name
    assert due(casebook) is None
    assert len(backup.backups(stick)) == 2
    standing = casebook.safekeeping.standing()
    assert standing.second is not None
    assert (standing.second.reachable, standing.second.count, standing.first.count) == (True, 2, 2)
    assert not standing.changed
    assert len(casebook.safekeeping.all()) == 4


def test_a_stick_that_somebody_else_filled_is_known_when_it_is_looked_at(
    casebook: Casebook, stick: Path, tmp_path: Path
) -> None:
    made = casebook.safekeeping.into(casebook.folder / "backups")
    backup.copy_to(made, stick)
    assert due(casebook) is None
    assert casebook.safekeeping.begin() is None, "it is remembered"


def test_a_second_place_that_cannot_be_written_is_told_and_the_first_stands(
    casebook: Casebook, stick: Path, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_arguments: object, **_named: object) -> Path:
        raise CannotWrite(name="stick")

    monkeypatch.setattr(backup, "copy_to", cannot)
    made = casebook.safekeeping.now()
    assert made.second is None
    assert isinstance(made.trouble, CannotWrite)
    assert there(beside) == ["asked"]
    for _way in ("what is due", "the catching up"):
        with pytest.raises(CannotWrite):
            due(casebook)
        shutil.rmtree(beside)
        with pytest.raises(CannotWrite):
            due(casebook)


def test_before_files_are_taken_in_there_is_a_backup_of_what_was_before(
    casebook: Casebook, beside: Path, tmp_path: Path
) -> None:
    casebook.inbox.take([])
    assert there(beside) == ["import"], "the casebook had none yet"
    casebook.inbox.take([])
    assert len(there(beside)) == 1, "nothing was written since"
    casebook.households.register(small_household("赵海生"))
    casebook.inbox.take([])
    assert there(beside) == ["import", "import"]


def test_before_records_are_merged_there_is_one_that_is_not_old(
    casebook: Casebook, clock: FixedClock, beside: Path
) -> None:
    a, b, c, d = (
        casebook.households.register(small_household(name)).ids[0] for name in ("赵海", "赵海", "钱玉", "钱玉")
    )
    casebook.merging.merge(a, b)
    casebook.merging.merge(c, d)
    assert there(beside) == ["merge"], "dozens are merged in a row"
    casebook.merging.undo(a, b)
    clock.move(minutes=11)
    casebook.merging.merge(a, b)
    assert there(beside) == ["merge", "merge"]


def test_an_import_does_not_wait_for_the_backup_of_a_large_casebook(
    casebook: Casebook, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "AT_ONCE_BYTES", 1000)
    go_on, read = threading.Event(), backup.read_through

    def slow(path: Path, key: bytes) -> object:
        assert go_on.wait(20)
        return read(path, key)

    monkeypatch.setattr(backup, "read_through", slow)
    casebook.households.register(small_household("赵海生"))
    casebook.inbox.take([])  # comes back while the backup is still being written
    casebook.households.register(small_household("钱玉兰"))
    casebook.inbox.take([])  # one is being made at this very moment
    assert there(beside) == []
    go_on.set()
    casebook.safekeeping.finish()
    (made,) = backup.backups(beside)
    assert made.reason == "import"
    assert made.tables["resident"] == 1, "the state is that of before the import"
    assert due(casebook) is None, "the casebook is being closed"


def test_a_backup_that_cannot_be_made_never_stands_in_the_way_of_an_import_and_is_told_once(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> Path:
        raise DiskFull

    monkeypatch.setattr(backup, "back_up", full)
    casebook.inbox.take([])
    assert isinstance(casebook.safekeeping.trouble(), DiskFull)
    assert casebook.safekeeping.trouble() is None
    with pytest.raises(DiskFull):
        casebook.safekeeping.now()
    monkeypatch.setattr(casebook.safekeeping, "_wanted", lambda _reason: _raise(ValueError("fault")))
    with pytest.raises(ValueError, match="fault"):
        casebook.safekeeping.before("import")
    monkeypatch.undo()
    casebook.safekeeping.now()


def _raise(error: Exception) -> bool:
    raise error


def test_a_trial_of_the_newest_backup_is_remembered(casebook: Casebook, stick: Path) -> None:
    with pytest.raises(NoBackup) as caught:
        casebook.safekeeping.drill()
    told(caught.value)
    made = casebook.safekeeping.now()
    done = casebook.safekeeping.drill()
    assert done.rows == done.backup.rows > 10
    assert made.second is not None
    assert casebook.safekeeping.drill(made.second).rows == done.rows
    standing = casebook.safekeeping.standing()
    assert (standing.drilled_at, standing.drilled_of) == (done.backup.made_at, done.backup.made_at)
    assert not list(casebook.folder.glob("drill-*"))


def test_a_trial_that_outlasts_the_casebook_writes_nothing_into_it(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook.safekeeping.now()
    drill = backup_restoring.drill

    def closed_meanwhile(*told: Any) -> Any:
        done = drill(*told)
        casebook.close()
        return done

    monkeypatch.setattr(backup_restoring, "drill", closed_meanwhile)
    assert casebook.safekeeping.drill().rows
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert again.health.seal() == "same"
    assert not again.safekeeping.standing().drilled_at
    again.close()


def test_a_trial_on_an_empty_computer_succeeds_with_whoever_has_an_account(
    casebook: Casebook, tmp_path: Path, clock: FixedClock
) -> None:
    """Three of three: a worker's phrase, the printed code, a supervisor's phrase that was given anew with it."""
    from models.security import key_accounts, recovery_code

    keys, path = casebook._book.keys, casebook.folder / "casebook.keys"
    assert keys is not None
    key_accounts.add_person(path, keys, "李静", "heping river teapot lamp", (WORKER,), cost=keystore.FLOOR)
    _account, code = key_accounts.add_code(path, keys, "保险柜")
    casebook.households.register(small_household("赵海生", "钱玉兰"))
    made = shutil.copytree(casebook.safekeeping.now().path, tmp_path / "stick" / "backup")
    opened = (
        keystore.unlock(made / "casebook.keys", "heping river teapot lamp"),
        keystore.unlock_with_code(made / "casebook.keys", recovery_code.read(recovery_code.show(code))),
        keystore.unlock_with_data_key(made / "casebook.keys", keys.data_key),  # what the escrow's office answers
    )
    from models.store.backup_restoring import drill

    counts = {drill(made, tmp_path / f"empty{n}", each).rows for n, each in enumerate(opened)}
    assert counts == {backup.read(made).rows}


def test_what_a_restore_would_lose_is_told_by_kinds_and_names(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock, reopen: Callable[[Casebook], Casebook]
) -> None:
    kept = casebook.households.register(small_household("赵海生"))
    made = casebook.safekeeping.now().path
    clock.move(minutes=5)
    casebook.households.register(small_household("钱玉兰", "孙小宝", door="7"))
    entry = casebook.residents.entry_of(kept.ids[0])
    casebook.residents.amend(kept.ids[0], entry.model_copy(update={"note": "搬走了"}))
    casebook.drafts.save("register", "1", "", "李四一户", {"name": "李四"})
    casebook.close()
    found = Casebook.preview_restore(casebook_folder, made, PASSPHRASE, clock=clock)
    assert found.readable
    assert not found.nothing_lost
    assert found.lost["resident"].made == 2
    assert found.lost["resident"].changed == 1
    assert set(found.lost["resident"].names) == {"钱玉兰", "孙小宝"}
    assert found.lost["household"].made == 2
    assert found.lost["household"].names == ("鞍山道9号 1 1 7",)
    assert found.lost["other"].made > 0
    assert found.drafts == 1
    assert found.newest == found.backup.made_at + 5 * 60_000
    assert found.back == {}
    assert not found.older_key
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    newest = again.safekeeping.now().path
    again.close()
    assert Casebook.preview_restore(casebook_folder, newest, PASSPHRASE, clock=clock).nothing_lost
    Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    found = Casebook.preview_restore(casebook_folder, newest, PASSPHRASE, clock=clock)
    assert found.lost == {}
    assert found.back["resident"].made == 2


def test_a_present_casebook_that_cannot_be_read_is_told_as_that(casebook: Casebook, casebook_folder: Path) -> None:
    made = casebook.safekeeping.now().path
    casebook.close()
    (casebook_folder / "casebook.db").write_bytes(b"\1" * 20_000)
    found = Casebook.preview_restore(casebook_folder, made, PASSPHRASE)
    assert (found.readable, found.nothing_lost, found.lost) == (False, False, {})
    (casebook_folder / "casebook.db").unlink()
    assert not Casebook.preview_restore(casebook_folder, made, PASSPHRASE).there


def test_of_a_damaged_casebook_the_newest_whole_backup_is_named(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock
) -> None:
    older = casebook.safekeeping.now().path
    clock.move(minutes=5)
    newest = casebook.safekeeping.now().path
    casebook.close()
    (casebook_folder / "casebook.db").write_bytes(b"\1" * 20_000)
    with pytest.raises(DamagedStore):
        Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    found = Casebook.last_good_backup(casebook_folder, PASSPHRASE, clock=clock)
    assert found is not None
    assert found.path == newest
    (newest / "casebook.db").write_bytes(b"1")
    found = Casebook.last_good_backup(casebook_folder, PASSPHRASE, clock=clock)
    assert found is not None
    assert found.path == older
    (older / "casebook.db").unlink()
    assert Casebook.last_good_backup(casebook_folder, PASSPHRASE, clock=clock) is None
    with pytest.raises(WrongPassphrase):
        Casebook.last_good_backup(casebook_folder, "not this one at all", clock=clock)


def test_after_a_restore_no_file_goes_out_or_comes_in_until_somebody_agrees(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock, tmp_path: Path
) -> None:
    assert casebook.safekeeping.restored() is None
    casebook.households.register(small_household("赵海生"))
    made = casebook.safekeeping.now().path
    casebook.households.register(small_household("钱玉兰"))
    casebook.close()
    Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert names_in(again) == {"赵海生"}
    last = again.safekeeping.restored()
    assert last is not None
    assert (last.held, last.made_at, last.erased_again) == (True, backup.read(made).made_at, 0)
    file = tmp_path / "batch.jmb"
    file.write_bytes(b"a batch")
    for verb in (
        lambda: again.sync.send(tmp_path),
        lambda: again.sync.export(tmp_path),
        lambda: again.sync.apply(file),
        lambda: again.sync.apply_file(file),
        lambda: again.sync.write_receipt(tmp_path),
        lambda: again.sync.read_receipt(file),
        lambda: again.inbox.take([file]),
    ):
        with pytest.raises(ExchangeHeld) as caught:
            verb()
    told(caught.value)
    assert sorted(path.name for path in tmp_path.glob("*.jm*")) == ["batch.jmb"]
    again.safekeeping.agree()
    assert again.inbox.take([file]).files == 0, "looked at again"
    last = again.safekeeping.restored()
    assert last is not None
    assert not last.held
    again.close()
    third = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    third.inbox.take([])
    assert "restore" in there(casebook_folder / "backups"), "what was replaced is a backup too"
    third.close()


def test_who_was_erased_since_the_backup_stays_erased_and_that_is_told(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock
) -> None:
    who = casebook.households.register(small_household("赵海生", "钱玉兰")).ids[1]
    made = casebook.safekeeping.now().path
    casebook.rights.erase(who, "asked")
    casebook.close()
    Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert names_in(again) == {"赵海生", ""}
    last = again.safekeeping.restored()
    assert last is not None
    assert last.erased_again == 1
    again.close()
    third = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert third.safekeeping.restored() == last
    third.close()


def test_the_way_back_from_a_restore_is_a_restore(casebook: Casebook, casebook_folder: Path, clock: FixedClock) -> None:
    made = casebook.safekeeping.now().path
    casebook.households.register(small_household("赵海生"))
    casebook.close()
    clock.move(minutes=5)
    Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    before = next(each for each in Casebook.backups(casebook_folder) if each.reason == "restore")
    Casebook.restore(casebook_folder, before.path, PASSPHRASE, clock=clock)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert names_in(again) == {"赵海生"}
    again.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "DELETE FROM audit WHERE action = 'restore'",  # nothing tells of the restore any more
        "UPDATE audit SET detail = 'backup of 2099-01-01T00:00, 0 erased again' WHERE action = 'restore'",
        "DELETE FROM audit WHERE action = 'change'",  # more than the restore took
    ],
)
def test_a_restore_explains_nothing_but_what_it_took(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock, wrong: str
) -> None:
    casebook.households.register(small_household("赵海生"))
    made = casebook.safekeeping.now().path
    casebook.close()
    clock.move(minutes=5)
    Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert again.audit.check().standing == "taken back"
    with again._book.writing() as connection, allow_writes(connection):
        connection.execute(text(wrong))
    assert again.audit.check().standing == "not sound"
    again.close()


def test_no_backup_holds_the_key_of_the_audit_chain_and_what_is_restored_goes_on_behind_its_last_row(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock
) -> None:
    casebook.households.register(small_household("赵海生"))
    made, keys = casebook.safekeeping.now(), casebook._book.keys
    assert keys is not None
    with closing(connect_sqlite(made.path / "casebook.db", keys.page_key, read_only=True, wal=False)) as copy:
        assert copy.execute("SELECT count(*) FROM audit").fetchone()[0] > 2
        assert copy.execute("SELECT count(*) FROM meta WHERE key LIKE 'audit%'").fetchone() == (0,)
    with casebook._book.reading() as connection:
        before = audit.head(connection)
    assert before is not None
    casebook.close()
    clock.move(minutes=5)
    Casebook.restore(casebook_folder, made.path, PASSPHRASE, clock=clock)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    with again._book.reading() as connection:
        now = audit.head(connection)
        assert now is not None
        begun = audit.begun(connection, now.chain)
    assert now.chain != before.chain
    assert begun is not None
    assert begun.after == before
    (checked,) = [one.verdict for one in again.audit.check().chains if one.verdict.chain == now.chain]
    assert checked.findings == ()
    again.close()


def test_who_may_not_restore_is_told_and_nothing_is_changed(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock
) -> None:
    from models.security import key_accounts

    keys, path = casebook._book.keys, casebook_folder / "casebook.keys"
    assert keys is not None
    phrase = "heping river teapot lamp"
    account = key_accounts.add_person(path, keys, "李静", phrase, (WORKER,), cost=keystore.FLOOR)
    made = casebook.safekeeping.now().path
    casebook.close()
    before = (casebook_folder / "casebook.db").read_bytes()
    with pytest.raises(NotAllowed):
        Casebook.restore(casebook_folder, made, phrase, account=account.id, clock=clock)
    assert (casebook_folder / "casebook.db").read_bytes() == before


def test_a_draft_is_kept_at_once_in_the_room_that_the_ballast_makes(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def room(pages: int) -> None:
        with casebook._book.engines.writer.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    typed = {"notes": "字" * 100_000}
    room(1)  # no fewer than there are
    freed: list[Path] = []
    monkeypatch.setattr(ballast, "release", lambda folder: not (freed.append(folder) or room(2**31)))
    kept = casebook.drafts.save("visit", "1", "", "走访", typed)
    assert freed == [casebook.folder]
    assert casebook.drafts.get(kept).body == typed
    assert [draft.id for draft in casebook.drafts.all()] == [kept]


def test_a_full_disk_sets_the_ballast_free_and_what_was_typed_is_saved_then(casebook: Casebook) -> None:
    assert casebook.health.make_ballast()
    with casebook._book.engines.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    entry = small_household(*(f"赵{chr(0x4E00 + n)}" for n in range(60)))
    with pytest.raises(RoomMade) as caught:
        casebook.households.register(entry)
    told(caught.value)
    assert not casebook.health.standing().ballast
    with pytest.raises(DiskFull) as second:
        casebook.households.register(entry)
    assert not isinstance(second.value, RoomMade), "there is nothing left to throw away"
    with casebook._book.engines.writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {2**31}")
    casebook.households.register(entry)
    assert len(names_in(casebook)) == 60
    assert casebook.health.make_ballast()


def test_a_restore_over_an_open_casebook_is_refused(casebook: Casebook, casebook_folder: Path) -> None:
    from models.errors import StoreBusy

    made = casebook.safekeeping.now().path
    with pytest.raises(StoreBusy):
        Casebook.restore(casebook_folder, made, PASSPHRASE)


def test_a_present_casebook_whose_backup_fails_is_replaced_all_the_same(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = casebook.safekeeping.now().path
    casebook.close()

    def cannot(*_arguments: object, **_named: object) -> Path:
        raise CannotWrite(name="backups")

    monkeypatch.setattr(casebook_file.backup, "back_up", cannot)
    assert Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock) is not None
