"""What a sitting tells the audit chain, for whom the chain is sealed, and what searching leaves behind."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert

from models.casebook import Casebook
from models.errors import DiskFull, KeysMissing, StoreBusy
from models.records.audit import BEFORE, actions_of
from models.services import audit_anchors, audit_export, audit_session, searches
from models.services.audit_classes import classes_of
from models.services.audit_views import AuditWhere, Checked
from models.services.sync import Sync
from models.store import audit as store
from models.store.audit import Said
from models.store.guard import allow_writes
from tests.conftest import ON_A_SERVER
from tests.models.sync.offices import desks


def head_of(book: Casebook) -> str:
    head = book.audit.head()
    assert head is not None
    return head.chain


def test_an_office_above_that_is_trusted_can_check_from_then_on(tmp_path: Path) -> None:
    with desks(tmp_path) as (laptop, office):
        laptop.registers("李建国")
        with laptop.book.reading() as connection:
            now, seals = store.head(connection), store.sealed_to(connection)
            theirs = store.recipients_of(connection)
        assert now is not None
        card = tmp_path / "cards"
        card.mkdir()
        Sync(laptop.book).distrust(Sync(laptop.book).peers()[0].id)
        with laptop.book.writing() as connection:
            audit_session.renew(laptop.book, connection)
        laptop.sync.trust_card(office.sync.write_card(card))
        with laptop.book.reading() as connection:
            later = store.head(connection)
            assert later is not None
            assert set(store.recipients_of(connection)) <= store.sealed_to(connection)
            assert theirs or seals
        assert [row["action"] for row in _rows(laptop.book, later.chain)][-1] == "trust"


def _rows(book, chain):  # type: ignore[no-untyped-def]  # an open book
    with book.reading() as connection:
        return list(store.rows(connection, chain))


@pytest.mark.skipif(ON_A_SERVER, reason="accounts of a laptop")
def test_a_new_auditor_makes_the_chain_begin_anew_and_the_next_sitting_does_not(casebook: Casebook) -> None:
    before = head_of(casebook)
    book = casebook._book
    with book.writing() as connection:
        audit_session.renew(book, connection)
    assert head_of(casebook) == before, "it is sealed to everybody already"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_session, "_accounts", lambda _book: [_public(connection_of(casebook))])
        with book.writing() as connection:
            audit_session.renew(book, connection)
    assert head_of(casebook) != before
    with book.reading() as connection:
        start = store.begun(connection, head_of(casebook))
        assert start is not None
        assert start.why == "recipients"


def connection_of(book: Casebook) -> Connection:
    return book._book.engines.reader.connect()


def _public(connection: Connection) -> str:
    with connection:
        return store.own_key(connection)


def test_without_a_key_file_that_can_be_read_the_chain_is_sealed_to_the_casebook_itself(casebook: Casebook) -> None:
    book = casebook._book
    with book.reading() as connection, pytest.MonkeyPatch.context() as patch:

        def gone(_path: Path) -> None:
            raise KeysMissing

        patch.setattr(audit_session.keystore, "accounts", gone)
        assert audit_session.wanted_recipients(book, connection) == store.recipients_of(connection)
        patch.setattr(book, "keys", None)
        assert audit_session.wanted_recipients(book, connection) == store.recipients_of(connection)


def test_leaving_is_possible_though_nothing_can_be_written(casebook: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_all: object) -> None:
        raise DiskFull

    monkeypatch.setattr(casebook._book, "put_audit", full)
    audit_session.closing(casebook._book, "idle")


def test_why_it_was_locked_is_told(casebook: Casebook) -> None:
    audit_session.closing(casebook._book, "idle")
    row = next(row for row in casebook.audit.page().rows if row.action == "lock")
    assert row.detail == "idle"


def test_searching_goes_on_while_somebody_else_writes_and_is_told_later(
    casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_all: object) -> None:
        raise StoreBusy

    with monkeypatch.context() as patch:
        patch.setattr(casebook._book, "put_audit", busy)
        assert casebook.residents.find("nobody") == []
    casebook.residents.find("nobody")
    casebook.residents.find("nobody")  # in the sum, which a row that fails does not lose
    with monkeypatch.context() as patch:
        patch.setattr(casebook._book, "put_audit", busy)
        with pytest.raises(StoreBusy):
            casebook._book.note("view", "resident", "x")
    details = [row.detail for row in casebook.audit.page(AuditWhere(kind="search")).rows][::-1]
    assert details == ["searches=1 found=0", "found=0", "searches=1 found=0"]


def test_searches_are_counted_and_forgotten_when_they_are_told() -> None:
    made = searches.Searches()
    assert made.due(3, 0)
    with made.told(3) as rows:
        assert [one.detail for one in rows] == ["found=3"]
    assert not made.due(2, 1000)
    assert not made.due(1, 2000)
    for _again in range(2):
        with pytest.raises(StoreBusy), made.told() as rows:  # nothing of a sum is lost that could not be written
            raise StoreBusy
    assert made.due(4, searches.REPEAT_MS)
    with pytest.raises(StoreBusy), made.told(4) as rows:
        raise StoreBusy
    assert made.due(5, searches.REPEAT_MS + 1)  # the next one tries anew
    with made.told(5) as rows:
        assert [one.detail for one in rows] == ["searches=3 found=7", "found=5"]
    with made.told() as rows:
        assert rows == []


def test_kinds_have_their_actions() -> None:
    assert actions_of("view") == ("view",)
    assert "distrust" in actions_of("partner")


def test_fields_have_their_classes() -> None:
    groups = {"income_month": "income"}
    assert classes_of(["picture.kind", "fact.income_month", "resident.name", "fact.unknown"], groups.get) == {
        "photos",
        "finance",
    }


def test_a_check_without_chains_is_no_keyed_one() -> None:
    assert not Checked(0, ()).keyed
    assert Checked(0, ()).sound


def test_an_office_whose_desks_have_a_chain_each_says_nothing_of_them_in_batches(casebook: Casebook) -> None:
    with casebook._book.writing() as connection:
        said = audit_anchors.said_in_batch(connection)
        assert (said is not None) or ON_A_SERVER
        store.append(connection, [Said("view")], at=1, worker="x", desk="another")
        assert audit_anchors.said_in_batch(connection) is None or ON_A_SERVER


def test_a_worker_without_an_account_leaves_rows_without_one(casebook: Casebook) -> None:
    casebook._book.worker = replace(casebook.worker, account="")
    casebook._book.note("print", "resident", "r1")
    assert casebook.audit.page().rows[1].account == ""


def test_rows_of_before_the_chain_are_exported_and_checked_with_it(casebook: Casebook) -> None:
    with casebook._book.writing() as connection, allow_writes(connection):
        old = {"chain": BEFORE, "seq": 1, "at": 5, "worker": "周敏", "action": "view", "subject_id": "r1"}
        connection.execute(insert(store.AUDIT), [old])
        store.end_all(connection)
        connection.execute(delete(store.AUDIT).where(store.AUDIT.c.chain != BEFORE))
        connection.execute(delete(store.ALSO))
    casebook._book.note("print", "resident", "r1")
    rows = casebook.audit.export().files["rows.jsonl"]
    checked = casebook.audit.verify_file(rows)
    assert checked.sound
    assert checked.chains[0].verdict.chain == BEFORE
    assert checked.chains[0].anchors
    spoilt = rows.replace('"worker":"周敏"'.encode(), '"worker":"别人"'.encode(), 1)
    assert not casebook.audit.verify_file(spoilt).sound
    assert casebook.audit.compare_mark("ZZZZZZZZ") is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_export, "MAX_BYTES", 10)
        with pytest.raises(ValueError, match="large"):
            casebook.audit.verify_file(rows)
