"""Accounts of a casebook: who opens it, what she may there, who leaves, and how somebody who forgot comes back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import DiskFull, KeysMissing, WeakPassphrase, WrongPassphrase
from models.records.roles import CLASSES, ROLES
from models.security import attempts, escrow, key_accounts, keystore, recovery_code
from models.security.attempts import TooManyAttempts
from models.security.escrow import EscrowRefused
from models.security.keystore import FLOOR
from models.security.recovery_code import CodeMistyped
from models.services import staff
from models.services.accounts_views import (
    AccountGone,
    KeyChangeWaits,
    LastKeeper,
    NameTaken,
    NoName,
    NoRole,
    OwnAccount,
)
from models.services.allowed import NotAllowed
from models.services.recovering import WrongCode
from models.services.views import Office, Worker
from models.store import rotation
from models.store.audit import AUDIT
from models.store.work import write_meta
from tests.conftest import OFFICE, ON_A_SERVER, PASSPHRASE
from tests.models.casebooks import names_in, small_household, told

HERS, NEW = "heping river teapot", "a wholly other sentence"
pytestmark = pytest.mark.usefixtures("whole_catalogue")


def refused(problem: type[Exception], verb, *arguments: object, **named: object) -> None:
    with pytest.raises(problem) as caught:
        verb(*arguments, **named)
    told(caught.value)


def add(book: Casebook, name: str = "李静", *roles: str, **more: object) -> str:
    return book.accounts.add(name, HERS, roles or ("worker",), cost=FLOOR, **more)


def row(book: Casebook, account: str):
    return next(one for one in book.accounts.list() if one.id == account)


def sign_in(folder: Path, clock: FixedClock, phrase: str = PASSPHRASE, account: str = "") -> Casebook:
    return Casebook.open(folder, phrase, account=account, clock=clock)


def audited(book: Casebook, action: str) -> list[str]:
    """What the audit says of an action, oldest first: the detail."""
    with book._book.reading() as connection:
        return list(
            connection.execute(select(AUDIT.c.detail).where(AUDIT.c.action == action).order_by(AUDIT.c.seq)).scalars()
        )


def test_who_founds_a_casebook_alone_does_everything(casebook: Casebook) -> None:
    (one,) = casebook.accounts.list()
    assert (one.name, one.kind, one.own, one.here) == ("周敏", "person", True, True)
    assert set(one.roles) == set(ROLES)
    assert (one.phone, one.classes, one.scope) == ("13800220001", frozenset(CLASSES), ())
    assert casebook.worker.account == one.id


def test_a_second_worker_signs_in_with_what_she_was_given(casebook: Casebook, clock: FixedClock) -> None:
    hers = add(casebook, " 李  静 ", "worker", phone=" 13900220002 ", classes=("health",), scope=("120101001001",))
    seen = row(casebook, hers)
    assert (seen.name, seen.phone, seen.roles) == ("李 静", "13900220002", ("worker",))
    assert (seen.classes, seen.scope, seen.own) == ({"health"}, ("120101001001",), False)
    folder = casebook.folder
    casebook.close()
    book = sign_in(folder, clock, HERS, hers)
    expected = Worker("李 静", "13900220002", hers, ("worker",), frozenset({"health"}), ("120101001001",))
    assert book.worker == expected
    refused(NotAllowed, book.accounts.add, "王五", "blue lantern harbour", ("worker",))
    book.close()
    book = sign_in(folder, clock)
    assert (book.worker.name, book.worker.phone) == ("周敏", "13800220001")
    assert sign_in_fails(folder, clock, PASSPHRASE, hers)
    book.close()


def sign_in_fails(folder: Path, clock: FixedClock, phrase: str, account: str) -> bool:
    with pytest.raises(WrongPassphrase):
        Casebook.open(folder, phrase, account=account, clock=clock)
    return True


def test_roles_classes_and_communities_count_from_the_next_sign_in(casebook: Casebook, clock: FixedClock) -> None:
    hers = add(casebook)
    casebook.accounts.change_roles(hers, ("auditor", "desk"))
    casebook.accounts.set_classes(hers, ("photos", "finance"))
    casebook.accounts.set_scope(hers, ("120101001002", "120101001001"))
    casebook.accounts.rename(hers, "李静波", "13900220009")
    folder = casebook.folder
    casebook.close()
    book = sign_in(folder, clock, HERS, hers)
    who = book.worker
    assert (who.name, who.phone, who.roles) == ("李静波", "13900220009", ("desk", "auditor"))
    assert (who.classes, who.scope) == ({"photos", "finance"}, ("120101001001", "120101001002"))
    book.close()
    book = sign_in(folder, clock)
    book.accounts.set_classes(hers, None)
    book.accounts.set_scope(hers, ())
    assert (row(book, hers).classes, row(book, hers).scope) == (frozenset(CLASSES), ())
    said = audited(book, "change")
    assert sorted(said) == sorted(["added", "roles", "classes", "scope", "name", "classes", "scope"]), said
    with pytest.raises(ValueError, match="class"):
        book.accounts.set_classes(hers, ("king",))
    book.close()


def test_ones_own_name_is_on_the_next_letter_and_on_the_sign_in_page(casebook: Casebook, clock: FixedClock) -> None:
    hers = add(casebook)
    casebook.set_office(casebook.office, Worker("周敏敏", "13800220003", roles=("auditor",)))
    assert (casebook.worker.name, casebook.worker.phone) == ("周敏敏", "13800220003")
    assert set(casebook.worker.roles) == set(ROLES), "nobody gives herself other roles on the way"
    assert keystore.workers(casebook.folder / "casebook.keys") == ("周敏敏", "李静")
    refused(NameTaken, casebook.set_office, casebook.office, Worker("李静"))
    folder = casebook.folder
    casebook.close()
    book = sign_in(folder, clock, HERS, hers)
    book.set_office(book.office, replace(book.worker, phone="1"))
    assert (book.worker.name, book.worker.phone) == ("李静", "1")
    book.close()
    book = sign_in(folder, clock)
    assert (book.worker.name, book.worker.phone) == ("周敏敏", "13800220003")
    book.close()


def test_what_makes_no_sense_is_refused_and_changes_nothing(casebook: Casebook) -> None:
    accounts, own = casebook.accounts, casebook.worker.account
    before = accounts.list()
    refused(NoName, accounts.add, "  ", HERS, ("worker",))
    refused(NoName, accounts.add, "李" * 61, HERS, ("worker",))
    refused(NoRole, accounts.add, "李静", HERS, ())
    refused(NoRole, accounts.add, "李静", HERS, ("worker", "king"))
    refused(NameTaken, accounts.add, "周敏", HERS, ("worker",))
    refused(WeakPassphrase, accounts.add, "李静", "123456", ("worker",))
    for verb in (accounts.change_roles, accounts.set_scope, accounts.reset_phrase, accounts.rename):
        refused(AccountGone, verb, "nobody", ("worker",))
    refused(AccountGone, accounts.set_classes, "nobody", None)
    refused(AccountGone, accounts.leave, "nobody")
    refused(AccountGone, accounts.remove_code, own)
    refused(AccountGone, accounts.remove_code, "nobody")
    refused(AccountGone, accounts.escrow_to, "age1nonsense", "街道")
    refused(OwnAccount, accounts.leave, own)
    refused(WeakPassphrase, accounts.change_phrase, PASSPHRASE, "123456")
    assert accounts.list() == before


def test_an_account_that_cannot_be_made_whole_is_not_made_at_all(casebook: Casebook, monkeypatch) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise DiskFull

    accounts, before = casebook.accounts, casebook.accounts.list()
    limits = {"classes": {"finance"}, "scope": ["120101001001"]}
    with monkeypatch.context() as patch:  # what she may see cannot be put down: she would see everything
        patch.setattr(staff, "write_staff", broken)
        refused(DiskFull, add, casebook, **limits)
    assert accounts.list() == before
    with monkeypatch.context() as patch:
        patch.setattr(key_accounts, "add_person", broken)
        refused(DiskFull, add, casebook, **limits)
    with pytest.raises(ValueError, match="no such class"):
        add(casebook, classes={"gossip"})
    assert accounts.list() == before
    with casebook._book.reading() as connection:
        assert {one.get("name") for one in staff.read_staff(connection).values()} <= {casebook.worker.name}
    assert row(casebook, add(casebook, **limits)).classes == {"finance"}


def test_somebody_must_remain_who_keeps_the_accounts(casebook: Casebook, clock: FixedClock) -> None:
    own = casebook.worker.account
    refused(LastKeeper, casebook.accounts.change_roles, own, ("worker",))
    boss = add(casebook, "王主任", "supervisor")
    casebook.accounts.change_roles(own, ("worker",))
    folder = casebook.folder
    casebook.close()
    book = sign_in(folder, clock, HERS, boss)
    refused(LastKeeper, book.accounts.change_roles, boss, ("worker", "auditor"))
    book.accounts.change_roles(own, ("administrator",))
    book.accounts.change_roles(boss, ("worker", "administrator"))
    book.close()


def test_a_passphrase_is_changed_by_its_owner_and_reset_by_who_keeps_accounts(
    casebook: Casebook, clock: FixedClock
) -> None:
    hers, folder = add(casebook), casebook.folder
    casebook.accounts.change_phrase(PASSPHRASE, NEW, cost=FLOOR)
    refused(WrongPassphrase, casebook.accounts.change_phrase, PASSPHRASE, "blue lantern harbour")
    casebook.accounts.reset_phrase(hers, "blue lantern harbour", cost=FLOOR)
    casebook.close()
    assert sign_in_fails(folder, clock, HERS, hers)
    sign_in(folder, clock, "blue lantern harbour", hers).close()
    book = sign_in(folder, clock, NEW)
    assert [*audited(book, "change")][-2:] == ["passphrase", "passphrase reset"]
    assert len(audited(book, "failed_unlock")) == 2, "the wrong old passphrase, and hers of before"
    book.close()


def test_wrong_passphrases_make_one_wait_and_stand_in_the_audit_afterwards(
    casebook: Casebook, clock: FixedClock
) -> None:
    folder, own = casebook.folder, casebook.worker.account
    casebook.close()
    for _n in range(3):
        assert sign_in_fails(folder, clock, "not my passphrase", "")
    with pytest.raises(TooManyAttempts) as caught:
        sign_in(folder, clock)
    assert caught.value.facts == {"seconds": 5}
    with pytest.raises(TooManyAttempts) as caught:
        sign_in(folder, clock, account=own)
    assert caught.value.facts == {"seconds": 5}, "who is alone is who was meant"
    later = FixedClock(clock.now() + timedelta(seconds=5))
    book = sign_in(folder, later)
    assert audited(book, "failed_unlock") == ["2026-11-22T02:00:00Z"] * 3
    assert attempts.events(folder) == ()
    book.close()


# Codes.


def test_a_printed_code_gives_a_new_passphrase_once(casebook: Casebook, clock: FixedClock) -> None:
    account, code = casebook.accounts.make_recovery_code()
    hers, folder = add(casebook), casebook.folder
    assert (row(casebook, account).kind, row(casebook, account).name) == ("recovery", "2026-11-22")
    casebook.close()
    refused(CodeMistyped, Casebook.recover, folder, code[:-1], hers, NEW)
    refused(WrongCode, Casebook.recover, folder, recovery_code.show(bytes(20)), hers, NEW)
    refused(WeakPassphrase, Casebook.recover, folder, code, hers, "123456")
    Casebook.recover(folder, code.lower().replace("-", " "), hers, NEW, clock=clock, cost=FLOOR)
    assert sign_in_fails(folder, clock, HERS, hers)
    book = sign_in(folder, clock, NEW, hers)
    assert any("by code" in said for said in audited(book, "change"))
    book.close()
    refused(WrongCode, Casebook.recover, folder, code, hers, "blue lantern harbour")
    book = sign_in(folder, clock)
    again, _code = book.accounts.make_recovery_code()
    book.accounts.remove_code(again)
    assert [one.kind for one in book.accounts.list()] == ["person", "person"]
    book.close()


@pytest.mark.skipif(ON_A_SERVER, reason="what a server holds is backed up there")
def test_on_an_empty_computer_the_code_opens_the_backup(casebook: Casebook, clock: FixedClock, tmp_path: Path) -> None:
    casebook.households.register(small_household("王小明"))
    _account, code = casebook.accounts.make_recovery_code()
    made = casebook.back_up(tmp_path / "stick")
    own = casebook.worker.account
    casebook.close()
    empty = tmp_path / "new computer"
    Casebook.recover(empty, code, own, NEW, source=made, clock=clock, cost=FLOOR)
    Casebook.restore(empty, made, NEW, clock=clock)
    book = sign_in(empty, clock, NEW)
    assert names_in(book) == {"王小明"}
    book.close()


def test_a_damaged_key_file_is_kept_when_that_of_a_backup_takes_its_place(
    casebook: Casebook, clock: FixedClock, tmp_path: Path
) -> None:
    account, code = casebook.accounts.make_recovery_code()
    folder, own = casebook.folder, casebook.worker.account
    casebook.close()
    keys = folder / "casebook.keys"
    good = keys.read_bytes()
    (tmp_path / "casebook.keys").write_bytes(good)
    keys.write_bytes(good[:100])
    keys.with_name("casebook.keys.bak").unlink()
    with pytest.raises(KeysMissing):
        Casebook.recover(folder, code, own, NEW, clock=clock, cost=FLOOR)
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "casebook.keys").write_bytes(good[:200])
    for source in (tmp_path / "torn", tmp_path / "nowhere"):
        refused(KeysMissing, Casebook.recover, folder, code, own, NEW, source=source, clock=clock, cost=FLOOR)
    assert keys.read_bytes() == good[:100], "a torn file takes the place of nothing"
    Casebook.recover(folder, code, own, NEW, source=tmp_path, clock=clock, cost=FLOOR)
    assert keys.with_name("casebook.keys.damaged").read_bytes() == good[:100]
    assert account not in {one.id for one in keystore.accounts(keys)}
    sign_in(folder, clock, NEW).close()


# Who leaves.


@pytest.mark.skipif(ON_A_SERVER, reason="the file of a desk is looked at below")
def test_who_leaves_opens_nothing_any_more_and_the_file_gets_a_new_key(
    casebook: Casebook, clock: FixedClock, tmp_path: Path
) -> None:
    casebook.households.register(small_household("王小明"))
    hers = add(casebook, "李静", phone="13900220002")
    casebook.accounts.make_recovery_code()
    folder, old = casebook.folder, casebook._book.keys
    casebook.accounts.leave(hers)
    refused(KeyChangeWaits, casebook.accounts.make_recovery_code)
    casebook.households.register(small_household("李小红"))  # still at work until she signs out
    casebook.close()
    assert sign_in_fails(folder, clock, HERS, "")
    later = FixedClock(clock.now() + timedelta(seconds=5))
    book = sign_in(folder, later)
    keys = book._book.keys
    assert names_in(book) == {"王小明", "李小红"}
    assert keys.page_key != old.page_key
    assert keys.earlier[0].page_key == old.page_key
    assert [one.name for one in book.accounts.list()] == ["周敏"], "the code is gone too: she may have seen the paper"
    assert "left" in audited(book, "change")
    assert {one.reason for one in Casebook.backups(folder)} == {"keys"}
    # The backup of before opens with its own passphrases, and is brought under the newest key.
    (made,) = Casebook.backups(folder)
    book.close()
    Casebook.restore(folder, made.path, PASSPHRASE, clock=later)
    book = sign_in(folder, later)
    assert (names_in(book), book._book.keys.page_key) == ({"王小明"}, keys.page_key)
    assert book.accounts.make_recovery_code()
    book.close()


def test_a_new_key_without_anybody_leaving_keeps_the_codes(casebook: Casebook, clock: FixedClock) -> None:
    hers = add(casebook)
    _account, code = casebook.accounts.make_recovery_code()
    folder, old = casebook.folder, casebook._book.keys
    casebook.accounts.renew_key()
    casebook.close()
    book = sign_in(folder, clock, HERS, hers)
    assert (book._book.keys.epoch, book._book.keys.earlier[0].page_key) == (2, old.page_key)
    book.close()
    Casebook.recover(folder, code, hers, NEW, clock=clock, cost=FLOOR)
    book = sign_in(folder, clock)
    book.accounts.make_recovery_code()
    book.accounts.renew_key(keep_codes=False)
    book.close()
    book = sign_in(folder, clock)
    assert [one.kind for one in book.accounts.list()] == ["person", "person"]
    book.close()


def test_a_key_that_cannot_be_promised_is_not_noted_and_one_that_cannot_be_noted_is_not_promised(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = add(casebook)
    before = audited(casebook, "change")

    def full(*_all: object) -> None:
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(key_accounts.key_file, "save", full)
        refused(DiskFull, casebook.accounts.leave, hers)
    with monkeypatch.context() as patch:
        patch.setattr(casebook._book, "put_audit", full)
        refused(DiskFull, casebook.accounts.leave, hers)
    assert audited(casebook, "change") == before
    assert not rotation.is_promised(casebook.folder / "casebook.keys")
    assert hers in {row.id for row in casebook.accounts.list()}
    casebook.accounts.leave(hers)
    assert audited(casebook, "change") == [*before, "left"]


def test_without_room_on_the_disk_nobody_leaves(casebook: Casebook, clock: FixedClock, monkeypatch) -> None:
    hers, folder = add(casebook), casebook.folder

    def full(_store: Path) -> None:
        raise DiskFull

    monkeypatch.setattr(rotation, "room_for", full)
    before = casebook.accounts.list()
    refused(DiskFull, casebook.accounts.leave, hers)
    assert casebook.accounts.list() == before
    casebook.close()
    sign_in(folder, clock, HERS, hers).close()


# An office that holds a key.

STREET = Office(code="120101001", name="和平区劝业场街道办事处", letter_mark="劝业街")


@pytest.fixture
def street(tmp_path: Path, clock: FixedClock):
    book = Casebook.create(
        tmp_path / "street", PASSPHRASE, office=STREET, worker=Worker("孙立"), clock=clock, cost=FLOOR
    )
    yield book
    book.close()


def trust(book: Casebook, other: Casebook, folder: Path) -> None:
    book.sync.trust_card(other.sync.write_card(folder))


def test_the_office_above_is_suggested_holds_a_key_and_opens_for_who_forgot(
    casebook: Casebook, street: Casebook, clock: FixedClock, tmp_path: Path
) -> None:
    assert casebook.accounts.escrow_offices() == ()
    trust(casebook, street, tmp_path)
    (office,) = casebook.accounts.escrow_offices()
    assert (office.name, office.above, office.holds) == (STREET.name, True, False)
    entrusted = casebook.accounts.escrow_to(office.public, office.name)
    assert casebook.accounts.escrow_offices()[0].holds
    assert (row(casebook, entrusted).kind, row(casebook, entrusted).public) == ("escrow", office.public)
    folder, own = casebook.folder, casebook.worker.account
    casebook.close()
    request, fingerprint = Casebook.ask_office(folder, own, NEW, clock=clock, cost=FLOOR)
    seen = street.accounts.open_request(request)
    assert (seen.office, seen.worker, seen.fingerprint) == (OFFICE.name, "周敏", fingerprint)
    answered = street.accounts.answer_request(request)
    assert any(said.startswith("key given") for said in audited(street, "change"))
    refused(WrongPassphrase, Casebook.take_answer, folder, answered, "blue lantern harbour", clock=clock)
    Casebook.take_answer(folder, answered, NEW, clock=clock, cost=FLOOR)
    assert sign_in_fails(folder, clock, PASSPHRASE, own)
    book = sign_in(folder, clock, NEW)
    assert any("by office" in said for said in audited(book, "change"))
    assert len(audited(book, "failed_unlock")) == 2
    refused(EscrowRefused, Casebook.take_answer, folder, answered, NEW, clock=clock)
    refused(EscrowRefused, book.accounts.open_request, request)
    book.accounts.remove_code(entrusted)
    assert not book.accounts.escrow_offices()[0].holds
    book.close()


@pytest.mark.skipif(ON_A_SERVER, reason="what a server holds is backed up there")
def test_on_an_empty_computer_the_office_opens_the_backup(
    casebook: Casebook, street: Casebook, clock: FixedClock, tmp_path: Path
) -> None:
    casebook.households.register(small_household("王小明"))
    trust(casebook, street, tmp_path)
    (office,) = casebook.accounts.escrow_offices()
    casebook.accounts.escrow_to(office.public, office.name)
    made = casebook.back_up(tmp_path / "stick")
    own = casebook.worker.account
    casebook.close()
    empty = tmp_path / "new computer"
    request, _fingerprint = Casebook.ask_office(empty, own, NEW, source=made, clock=clock, cost=FLOOR)
    assert (empty / escrow.WAITING).exists()
    Casebook.take_answer(empty, street.accounts.answer_request(request), NEW, clock=clock, cost=FLOOR)
    Casebook.restore(empty, made, NEW, clock=clock)
    book = sign_in(empty, clock, NEW)
    assert names_in(book) == {"王小明"}
    book.close()


def test_only_an_office_of_whom_ours_is_a_part_counts_as_above(casebook: Casebook, tmp_path: Path, clock) -> None:
    for n, (code, name) in enumerate(
        (("120101", "和平区民政局"), ("120102001", "别区街道"), ("120101002", "另一街道"))
    ):
        book = Casebook.create(
            tmp_path / str(n),
            PASSPHRASE,
            office=Office(code, name, "某某"),
            worker=Worker("孙立"),
            clock=clock,
            cost=FLOOR,
        )
        trust(casebook, book, tmp_path)
        book.close()
    seen = {one.name: one.above for one in casebook.accounts.escrow_offices()}
    assert seen == {"和平区民政局": True, "别区街道": False, "另一街道": False}
    assert next(iter(seen)) == "和平区民政局"


def test_a_name_that_an_earlier_version_wrote_down_elsewhere_reaches_the_sign_in_page(
    casebook: Casebook, clock: FixedClock
) -> None:
    with casebook._book.writing_here() as connection:
        write_meta(connection, "worker", {"name": "周敏儿", "phone": "1"})
    casebook._book.worker = replace(casebook._book.worker, name="周敏儿", phone="1")
    hers, folder = add(casebook), casebook.folder
    assert keystore.workers(folder / "casebook.keys") == ("周敏儿", "李静")
    casebook.close()
    book = sign_in(folder, clock)
    assert (book.worker.name, row(book, hers).name) == ("周敏儿", "李静")
    book.close()


def test_a_program_beside_a_server_has_no_accounts_of_its_own(casebook: Casebook) -> None:
    casebook._book.keys = None
    assert all(not one.here for one in casebook.accounts.list())
    refused(AccountGone, casebook.accounts.make_recovery_code)


def test_a_key_file_that_somebody_put_in_place_meanwhile_is_told(casebook: Casebook, tmp_path: Path) -> None:
    other = tmp_path / "other.keys"
    keystore.create(other, NEW, "别人", cost=FLOOR)
    for name in ("casebook.keys", "casebook.keys.bak"):
        (casebook.folder / name).write_bytes(other.read_bytes())
    refused(KeysMissing, casebook.accounts.make_recovery_code)
