"""The casebook as a file: how it stands, whether it is whole, whether its tables are what the log says."""

import threading
import time
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.clock import FixedClock
from models.services import health
from models.services.health import Stopped
from models.store import ballast, importing
from models.store.work import allow_writes
from tests.conftest import ON_A_SERVER, PASSPHRASE
from tests.models.casebooks import small_household

pytestmark = pytest.mark.skipif(ON_A_SERVER, reason="a server is looked after where it is")


def test_a_new_casebook_stands_well(casebook: Casebook) -> None:
    now = casebook.health.standing()
    assert (now.key_file, now.key_copy, now.clock_behind, now.closed) == (True, True, 0, "never")
    assert (now.looked_at, now.deep_at, now.exchange_at, now.exchanges) == (0, 0, 0, False)
    assert now.free > 0
    assert now.size > 4096
    assert now.backups is not None
    assert now.backups.changed
    assert now.folder == casebook.folder


def test_the_key_file_its_copy_the_room_and_the_clock_are_looked_at(
    casebook: Casebook, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook.households.register(small_household("赵海生"))
    copy = casebook.folder / "casebook.keys.bak"
    copy.write_bytes(copy.read_bytes()[:-3])
    clock.move(minutes=-30)
    monkeypatch.setattr(ballast, "free", lambda _folder: 400_000_000)
    now = casebook.health.standing()
    assert (now.key_file, now.key_copy, now.low) == (True, False, True)
    assert now.clock_behind == 30 * 60_000
    (casebook.folder / "casebook.keys").write_bytes(b"1")

    def unknown(_folder: Path) -> int:
        raise OSError(5, "no answer")

    monkeypatch.setattr(ballast, "free", unknown)
    now = casebook.health.standing()
    assert (now.key_file, now.key_copy, now.free, now.low) == (False, False, -1, False)


def test_how_it_was_closed_is_known_the_next_time(casebook: Casebook, casebook_folder: Path, clock: FixedClock) -> None:
    casebook.households.register(small_household("赵海生"))
    casebook.close()
    casebook.close()  # once more does no harm
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert again.health.after_sign_in() == ("same", None)
    again._book.engines.close()  # it goes down without the rest of closing
    third = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    state, looked = third.health.after_sign_in()
    assert state == "crashed"
    assert looked is not None
    assert looked.good
    assert third.health.standing().looked_at
    third.close()


def test_a_large_file_is_compared_beside_other_work(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook.close()
    monkeypatch.setattr(health, "_AT_ONCE_BYTES", 10)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    again.households.register(small_household("赵海生"))
    assert again.health.seal() == "same"
    assert again.health.standing().closed == "same"
    again.close()
    data = (casebook_folder / "casebook.seal").read_text()
    (casebook_folder / "casebook.seal").write_text(data.replace('"mac": "', '"mac": "0'))
    third = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    third.close()
    fourth = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert fourth.health.seal() == "same"
    fourth.close()


def test_a_look_through_everything_is_remembered(casebook: Casebook, clock: FixedClock) -> None:
    casebook.households.register(small_household("赵海生"))
    found = casebook.health.look()
    assert (found.good, found.whole) == (True, True)
    now = casebook.health.standing()
    assert (now.looked_good, now.looked_whole) == (True, True)
    again = casebook.health.renew_file()
    assert again.good
    casebook.households.register(small_household("钱玉兰"))


def test_closing_stops_a_look_that_is_under_way_and_nothing_is_written_after_it(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock
) -> None:
    casebook.households.register(small_household("赵海生"))
    under_way, outcome = threading.Event(), []

    def reached(_done: int, _total: int) -> None:
        under_way.set()
        while not casebook.health._over:
            time.sleep(0.001)

    def look() -> None:
        try:
            outcome.append(casebook.health.look(progress=reached))
        except Stopped as stopped:
            outcome.append(stopped)

    looking = threading.Thread(target=look)
    looking.start()
    assert under_way.wait(10)
    casebook.close()
    looking.join()
    assert [type(one) for one in outcome] == [Stopped]
    with pytest.raises(Stopped):
        casebook.health.look()
    assert casebook.health.after_sign_in() == ("never", None)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    assert again.health.seal() == "same"
    assert not again.health.standing().looked_at
    again.close()


def test_damage_is_found_and_remembered_where_it_can_be(casebook: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.errors import DamagedStore

    def damaged(*_arguments: object, **_named: object) -> object:
        raise DamagedStore

    monkeypatch.setattr(health.integrity, "look", damaged)
    assert not casebook.health.look().good
    assert not casebook.health.standing().looked_good


def test_the_tables_are_compared_with_the_log_on_a_copy(casebook: Casebook) -> None:
    casebook.households.register(small_household("赵海生", "钱玉兰"))
    with casebook._book.reading() as connection:
        before = importing.digest(connection)
    told: list[tuple[int, int]] = []
    found = casebook.health.look_deep(lambda *steps: told.append(steps))
    assert found.good
    assert found.operations > 4
    assert told[-1][0] == told[-1][1]
    with casebook._book.reading() as connection:
        assert importing.digest(connection) == before
    assert not list(casebook.folder.glob("drill-*"))
    assert casebook.health.standing().deep_good


def test_a_table_that_says_something_else_than_the_log_is_found_and_derived_anew(casebook: Casebook) -> None:
    casebook.households.register(small_household("赵海生"))
    with casebook._book.writing() as connection, allow_writes(connection):
        connection.exec_driver_sql("UPDATE resident SET name = '别人'")
    found = casebook.health.look_deep()
    assert (found.equal, found.false, found.good) == (False, 0, False)
    assert not casebook.health.standing().deep_good
    casebook.upkeep.rebuild()
    assert casebook.health.look_deep().good


def test_an_operation_that_somebody_changed_and_a_broken_rule_are_found(casebook: Casebook) -> None:
    casebook.households.register(small_household("赵海生", "钱玉兰"))
    with casebook._book.writing() as connection, allow_writes(connection):
        connection.exec_driver_sql("UPDATE operation SET worker = '别人' WHERE entity = 'household'")
        connection.exec_driver_sql("UPDATE membership SET relation = '8'")
    found = casebook.health.look_deep()
    assert found.false
    assert found.broken_rules
    assert not found.good


def test_a_deep_look_can_be_stopped(casebook: Casebook) -> None:
    casebook.households.register(small_household("赵海生"))
    with pytest.raises(Stopped):
        casebook.health.look_deep(cancelled=lambda: True)
    assert not list(casebook.folder.glob("drill-*"))


def test_with_somebody_to_exchange_files_with_the_last_exchange_counts(casebook: Casebook, tmp_path: Path) -> None:
    card = casebook.sync.write_card(tmp_path)
    casebook.sync.trust_card(card)
    assert casebook.health.standing().exchanges
