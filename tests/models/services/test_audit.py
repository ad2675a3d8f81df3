"""The audit as it is read, checked and exported, on a casebook in which somebody worked."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.casebook import Casebook
from models.clock import FixedClock
from models.errors import KeysMissing, WrongPassphrase
from models.records.audit import BEGIN
from models.records.visit import VisitEntry
from models.security import account_secret, audit_seal
from models.security.audit_seal import Anchor
from models.services import audit_anchors
from models.services.audit_views import AuditWhere, KnownAnchor
from models.store import audit as store
from models.store.guard import allow_writes, read_meta
from tests.conftest import ON_A_SERVER, PASSPHRASE, WORKER
from tests.models.casebooks import small_household
from tests.models.services.people import five_people
from tests.models.test_random_user import STEPS, User, office_card  # noqa: F401  # a fixture


@pytest.fixture
def home(casebook: Casebook) -> Any:
    return casebook.households.register(small_household("李建国", "王秀英", door="501"))


@pytest.fixture
def five(casebook: Casebook) -> Any:
    return casebook.households.register(five_people())


def actions(book: Casebook) -> list[str]:
    return [row.action for row in book.audit.page(AuditWhere(), limit=1000).rows][::-1]


def tamper(book: Casebook, *statements: str) -> None:
    """What somebody does who has the keys of the records and a tool of his own."""
    with book._book.writing() as connection, allow_writes(connection):
        for statement in statements:
            connection.execute(text(statement))


def test_a_sitting_begins_with_its_chain_and_signing_in_and_ends_with_leaving(
    casebook: Casebook, reopen: Callable[[Casebook], Casebook]
) -> None:
    assert actions(casebook)[-3:] == [BEGIN, "unlock", "audit"]
    book = reopen(casebook)
    try:
        assert actions(book)[-3:] == ["lock", "unlock", "audit"]  # that somebody read it is a row too
        assert {row.account for row in book.audit.page().rows} == {book.worker.account}
    finally:
        book.close()


def test_a_change_is_one_row_with_the_names_of_the_fields_and_no_value(casebook: Casebook, home: Any) -> None:
    row = next(row for row in casebook.audit.page().rows if row.action == "change")
    assert (row.detail, row.subject_kind, row.subject_id) == ("households.register", "household", home.id)
    assert {"resident.name", "dwelling.door", "membership.relation"} <= set(row.fields)
    assert row.others >= 2  # the people, and the registered household besides the living one
    assert row.worker == WORKER.name
    assert "501" in row.subject
    with casebook._book.reading() as connection:
        kept = str([one for chain in store.chains(connection) for one in store.rows(connection, chain[0])])
    assert "李建国" not in kept
    assert "鞍山道" not in kept


def test_views_are_folded_and_reveals_are_not(casebook: Casebook, clock: FixedClock, home: Any, five: Any) -> None:
    who = five.ids[0]
    document = casebook.residents.get(who).documents[0].id
    for _each in range(3):
        casebook.residents.get(who)
        casebook.residents.reveal(who, "number", document, "核对补贴申请")
    found = [row for row in casebook.audit.who_has_seen("resident", who) if row.action in ("view", "reveal")]
    assert [row.action for row in found] == ["reveal", "reveal", "reveal", "view"]
    assert found[0].reason == "核对补贴申请"
    clock.moment += timedelta(minutes=11)
    casebook.residents.get(who)
    again = [row for row in casebook.audit.who_has_seen("resident", who) if row.action == "view" and not row.detail]
    assert len(again) == 2


def test_searching_is_told_by_its_amount_and_never_by_its_text(
    casebook: Casebook, clock: FixedClock, home: Any
) -> None:
    for typed in ("李", "李建", "李建国", "nobody"):
        casebook.residents.find(typed)
    casebook.residents.get(home.ids[0])
    rows = [row.detail for row in casebook.audit.page(AuditWhere(kind="search")).rows][::-1]
    assert rows == ["found=1", "searches=3 found=2"]
    clock.moment += timedelta(minutes=11)
    casebook.households.find("李")
    casebook.residents.ids()
    rows = [row.detail for row in casebook.audit.page(AuditWhere(kind="search")).rows][::-1]
    assert rows == ["found=1", "searches=3 found=2", "found=1"] or rows[-1] == "searches=1 found=2"


def test_rows_are_found_by_day_worker_kind_subject_and_class(casebook: Casebook, clock: FixedClock, home: Any) -> None:
    day = clock.moment.date()
    casebook.visits.record(VisitEntry(household_id=home.id, outcome="met", met=(home.ids[0],), happened_on=day))
    clock.moment += timedelta(days=2)
    casebook.residents.get(home.ids[0])
    later = day + timedelta(days=2)
    page = casebook.audit.page
    assert [row.action for row in page(AuditWhere(since=later, kind="view")).rows] == ["view"]
    assert page(AuditWhere(until=day, kind="view")).total == 0
    assert page(AuditWhere(worker=WORKER.name)).total > 4
    assert page(AuditWhere(worker="nobody")).total == 0
    assert {row.detail for row in page(AuditWhere(kind="change")).rows} == {"households.register", "visits.record"}
    about = page(AuditWhere(subject_id=home.ids[0])).rows
    assert {row.action for row in about} == {"view", "change"}
    assert page(AuditWhere(sensitive="health")).total == 0
    found = casebook.audit.days(AuditWhere(kind="change"))
    assert [(one.day, one.rows) for one in found] == [(day, 2)]
    assert [one.day for one in casebook.audit.days()] == [later, day]
    assert casebook.audit.workers() == [WORKER.name]
    first, second = page(AuditWhere(), 0, 2), page(AuditWhere(), 2, 2)
    assert first.total >= 4
    assert not {(row.chain, row.seq) for row in first.rows} & {(row.chain, row.seq) for row in second.rows}


def test_what_touches_a_sensitive_class_can_be_asked_for(casebook: Casebook, home: Any) -> None:
    from models.records.fact import FactEntry

    casebook.facts.record("resident", home.ids[0], [FactEntry(name="hiv_status", value=False)])
    rows = casebook.audit.page(AuditWhere(sensitive="hiv_psychiatric")).rows
    assert [(row.action, row.fields, row.classes) for row in rows] == [
        ("change", ("fact.hiv_status",), ("hiv_psychiatric",))
    ]


def test_who_has_seen_somebody_knows_the_household_and_everything_that_hangs_on_the_record(
    casebook: Casebook, clock: FixedClock, home: Any
) -> None:
    who = home.ids[0]
    other = casebook.households.register(small_household("赵明", door="502"))
    clock.moment += timedelta(minutes=1)
    casebook.households.get(home.id)
    casebook.residents.get(who)
    casebook.households.get(other.id)
    seen = casebook.audit.who_has_seen("resident", who)
    assert [(row.action, row.subject_kind) for row in seen[:2]] in (
        [("view", "resident"), ("view", "household")],
        [("view", "household"), ("view", "resident")],
    )
    assert {row.detail for row in seen if row.action == "change"} == {"households.register"}
    assert not any(row.subject_id == other.id for row in seen)
    of_home = casebook.audit.who_has_seen("household", home.id)
    assert ("view", "household") in {(row.action, row.subject_kind) for row in of_home}
    assert ("view", "who has seen") in {(row.action, row.detail) for row in casebook.audit.page().rows}


def test_who_stood_on_a_list_that_was_noted_with_them_sees_it(casebook: Casebook, home: Any) -> None:
    casebook._book.note("export", "worklist", "", "lines=2", also=home.ids)
    seen = casebook.audit.who_has_seen("resident", home.ids[1])
    assert ("export", "worklist", 2) in {(row.action, row.subject_kind, row.others) for row in seen}


def test_an_untouched_record_is_sound_and_the_check_is_noted(casebook: Casebook, home: Any) -> None:
    checked = casebook.audit.check()
    assert checked.sound
    assert checked.rows >= 3
    assert not checked.lost
    assert casebook.audit.page().rows[1].detail.startswith("check sound")
    assert casebook.audit.head() is not None


@pytest.mark.skipif(ON_A_SERVER, reason="a desk's chain is sealed to the office")
def test_with_the_passphrase_the_seals_are_checked_too(casebook: Casebook, home: Any) -> None:
    assert not casebook.audit.check().keyed
    checked = casebook.audit.check(PASSPHRASE)
    assert checked.keyed
    assert checked.sound
    with pytest.raises(WrongPassphrase):
        casebook.audit.check("another passphrase of mine")
    with pytest.raises(KeysMissing):
        account_secret.secrets_of(casebook.folder / "casebook.keys", PASSPHRASE, "nobody")
    with pytest.raises(KeysMissing):
        account_secret.secrets_of(casebook.folder / "no.keys", PASSPHRASE, casebook.worker.account)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM audit WHERE action = 'change'", "missing"),
        ("UPDATE audit SET worker = '别人' WHERE action = 'change'", "changed"),
        ("DELETE FROM audit_also", "changed"),
    ],
)
def test_what_was_done_to_the_rows_is_found(casebook: Casebook, home: Any, statement: str, kind: str) -> None:
    casebook.residents.get(home.ids[0])
    tamper(casebook, statement)
    checked = casebook.audit.check()
    assert not checked.sound
    assert {one.kind for chain in checked.chains for one in chain.findings} >= {kind}


@pytest.mark.skipif(ON_A_SERVER, reason="whoever keeps the server backs it up")
def test_a_tail_that_was_cut_is_seen_by_the_backup_that_took_its_head_along(casebook: Casebook, home: Any) -> None:
    casebook.residents.get(home.ids[0])
    casebook.back_up()
    with casebook._book.reading() as connection:
        head = store.head(connection)
        assert head is not None
        state = read_meta(connection, "audit")
        third = next(row for row in store.rows(connection, head.chain) if row["seq"] == 3)
    assert {one.where for chain in casebook.audit.check().chains for one in chain.anchors} >= {"backup"}
    tamper(casebook, "DELETE FROM audit WHERE seq > 3", "DELETE FROM audit_also WHERE seq > 3")
    with casebook._book.writing() as connection:
        from models.store.guard import write_meta

        write_meta(connection, "audit", {**state, "seq": 3, "hash": audit_seal.row_hash(third)})
    kinds = {one.kind for chain in casebook.audit.check().chains for one in chain.findings}
    assert kinds & {"cut", "remade"}  # the check before has written a row in the place of the anchor


def test_a_chain_that_is_gone_as_a_whole_is_missed_by_the_one_after_it(casebook: Casebook, home: Any) -> None:
    with casebook._book.writing() as connection:
        before = store.head(connection, casebook._book.desk)
        assert before is not None
        store.end_all(connection)
    casebook.residents.get(home.ids[0])
    assert casebook.audit.check().sound
    tamper(casebook, f"DELETE FROM audit WHERE chain = '{before.chain}'", "DELETE FROM audit_also")
    checked = casebook.audit.check()
    assert not checked.sound
    assert [(one.anchor, one.where) for one in checked.lost] == [(before, "begin")]


def test_a_mark_on_paper_leads_to_its_row(casebook: Casebook, home: Any) -> None:
    head = casebook.audit.head()
    assert head is not None
    row = casebook.audit.compare_mark(" " + audit_seal.short_mark(head.hash).lower().replace("0", "o"))
    assert row is not None
    assert (row.chain, row.seq) == (head.chain, head.seq)
    assert casebook.audit.compare_mark("ZZZZZZZZ") is None


def test_the_export_can_be_checked_without_the_program(casebook: Casebook, home: Any, tmp_path: Path) -> None:
    casebook.residents.get(home.ids[0])
    made = casebook.audit.export(AuditWhere(kind="view"))
    assert [row.action for row in made.rows] == ["view"]
    assert set(made.files) == {"rows.jsonl", "places.json", "how-to-check.txt", "check_audit.py"}
    for name, content in made.files.items():
        (tmp_path / name).write_bytes(content)
    run = [sys.executable, "check_audit.py", "rows.jsonl", "places.json"]
    with casebook._book.reading() as connection:
        secrets = casebook.audit._secrets("" if ON_A_SERVER else PASSPHRASE)
        names = [chain[0] for chain in store.chains(connection)]
        keys = {name: store.unseal_key(store.begun(connection, name), secrets) for name in names}
    known = [f"{name}={key.hex()}" for name, key in keys.items() if key is not None]
    assert known or ON_A_SERVER
    for more in ([], known):
        done = subprocess.run([*run, *more], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.stdout.strip(), done.returncode) == ("sound", 0), done.stderr
    lines = made.files["rows.jsonl"].decode().splitlines()
    for spoilt in (lines[:1] + lines[2:], lines[:-1], [lines[0], lines[1].replace(WORKER.name, "别人"), *lines[2:]]):
        (tmp_path / "rows.jsonl").write_text("\n".join(spoilt) + "\n", "utf-8")
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "sound" not in done.stdout
    assert casebook.audit.page().rows[1].action == "export"


def test_an_exported_file_is_checked_by_whoever_it_is_sealed_to(casebook: Casebook, home: Any) -> None:
    made = casebook.audit.export()
    rows = made.files["rows.jsonl"]
    checked = casebook.audit.verify_file(rows)
    assert checked.sound
    lines = rows.splitlines(keepends=True)
    assert not casebook.audit.verify_file(b"".join(lines[:-2] + lines[-1:])).sound
    for broken in (b"no json\n", b"[]\n", b'{"chain":"c"}\n', b"[" * 100_000 + b"\n"):
        with pytest.raises(ValueError, match=r"."):
            casebook.audit.verify_file(broken)
    whole = json.loads(lines[0])
    for name, value in (("seq", "1"), ("fields", [1]), ("reason", {"h": 3})):
        with pytest.raises(ValueError, match="no row"):
            casebook.audit.verify_file(json.dumps({**whole, name: value}).encode())


def test_reading_and_exporting_the_record_leave_rows_of_their_own(casebook: Casebook) -> None:
    casebook.audit.page(AuditWhere(kind="view"))
    casebook.audit.export()
    found = [(row.action, row.detail) for row in casebook.audit.page().rows]
    assert ("export", "") in found
    assert ("audit", "read kind=view") in found


@pytest.mark.skipif(ON_A_SERVER, reason="a laptop's day; the rows are the same on a server")
def test_every_verb_of_a_random_day_leaves_a_row_that_names_it_and_no_name_is_in_any(
    casebook: Casebook,
    clock: FixedClock,
    office_card: Path,  # noqa: F811  # the fixture
    tmp_path: Path,
) -> None:
    (tmp_path / "stick").mkdir()
    casebook.sync.trust_card(office_card)
    user = User(casebook, random.Random(5), tmp_path / "stick")
    for _step in range(STEPS):
        user.do()
        clock.move(minutes=1)
    with casebook._book.reading() as connection:
        written = connection.execute(text("SELECT DISTINCT verb, at FROM operation WHERE verb <> ''")).all()
        rows = [row for chain in store.chains(connection) for row in store.rows(connection, chain[0])]
    assert len({verb for verb, _at in written}) > 8
    changes = [(row["detail"], row["at"]) for row in rows if row["action"] == "change"]
    assert {(verb, at) for verb, at in written} == set(changes)
    assert len(changes) >= len(written)
    said = str([{**row, "reason": ""} for row in rows])
    assert not [name for name in user.names.values() if len(name) > 2 and name in said]
    assert casebook.audit.check(PASSPHRASE).sound
    assert {"trust", "change", "view", "unlock"} <= {row["action"] for row in rows}


def test_reasons_about_an_erased_person_are_erased_and_the_record_stays_sound(casebook: Casebook, five: Any) -> None:
    who = five.ids[0]
    document = casebook.residents.get(who).documents[0].id
    casebook.residents.reveal(who, "number", document, "李某家属要求")
    casebook.rights.erase(who, "asked")
    with casebook._book.reading() as connection:
        assert "李某家属要求" not in str(
            [dict(r) for c in store.chains(connection) for r in store.rows(connection, c[0])]
        )
    assert casebook.audit.check().sound
    assert "erase" in {row.action for row in casebook.audit.page().rows}


def test_the_copy_for_a_person_tells_of_looks_at_the_household_too(casebook: Casebook, home: Any) -> None:
    casebook.households.get(home.id)
    seen = casebook.rights.copy(home.ids[0]).seen
    assert ("view", "") in {(action, detail) for _at, _worker, action, detail in seen}


def test_a_setting_of_the_whole_office_leaves_a_row(casebook: Casebook) -> None:
    casebook.settings.set("retention_years", 5)
    casebook.settings.set("printer", "x")
    rows = casebook.audit.page(AuditWhere(kind="change")).rows
    assert [(row.subject_kind, row.subject_id) for row in rows] == [("setting", "retention_years")]


def test_who_is_on_an_exported_register_is_known_of_each(casebook: Casebook, home: Any) -> None:
    from models.services.registers_views import RegisterFilter

    casebook.registers.export("residents", RegisterFilter())
    seen = casebook.audit.who_has_seen("resident", home.ids[0])
    assert ("export", "register") in {(row.action, row.subject_kind) for row in seen}


PLACE = [Anchor(chain, seq, f"{number:064x}") for number, (chain, seq) in enumerate((("a", 5), ("a", 9), ("b", 3)), 1)]
EARLIER = Anchor("a", 7, f"{9:064x}")


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        ([(PLACE[0], None), (PLACE[1], None)], ""),
        ([(PLACE[1], None), (PLACE[0], None)], ""),
        ([(PLACE[0], None), (PLACE[0]._replace(hash="0" * 64), None)], "changed"),
        ([(PLACE[1], None), (PLACE[2], PLACE[1])], ""),
        ([(PLACE[1], None), (PLACE[2], EARLIER)], "cut"),
        ([(PLACE[1], None), (PLACE[2], None)], "cut"),
        ([(PLACE[1], None), (PLACE[2], Anchor("c", 2, "0" * 64))], "gap"),
        ([(PLACE[1], Anchor("before", 4, "0" * 64))], ""),
    ],
)
def test_what_a_device_told_of_its_chain_must_hang_together(told: Any, trouble: str) -> None:
    assert audit_anchors.trouble_of([(KnownAnchor(one, "batch", 0), after) for one, after in told]) == trouble
