"""The audit chain in the tables: written with what it tells of, one for each desk, begun anew where it must be."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select, text

from models.errors import DamagedStore, WriteOutsideVerb
from models.records.audit import BEFORE, BEGIN
from models.records.operation import Peer
from models.security import audit_seal, device
from models.store import audit, migrate
from models.store.audit import ALSO, AUDIT, Said
from models.store.engine import Engines
from models.store.rows import table_of
from models.store.work import arm, read_meta, write_meta

Open = Callable[[], Engines]
AT = 1_790_000_000_000
OWN = device.new_device_keys()
STREET = device.new_device_keys()


def found_office(engines: Engines, code: str = "120101001001") -> None:
    with engines.writer.begin() as connection:
        write_meta(connection, "device_keys", OWN)
        write_meta(connection, "office", {"code": code})


def put(engines: Engines, *said: Said, desk: str = "", at: int = AT) -> audit_seal.Anchor:
    with engines.writer.begin() as connection:
        anchor = audit.append(connection, said, at=at, worker="周敏", account="a1", desk=desk)
    assert anchor is not None
    return anchor


def test_rows_are_put_on_a_chain_that_begins_with_the_first(engines: Engines) -> None:
    found_office(engines)
    with engines.writer.begin() as connection:
        assert audit.append(connection, [], at=AT, worker="周敏") is None
        assert audit.head(connection) is None
        assert audit.heads(connection) == []
    anchor = put(engines, Said("view", "resident", "r1"), Said("reveal", "resident", "r1", "number", "核对"))
    with engines.reader.connect() as connection:
        rows = [dict(row) for row in audit.rows(connection, anchor.chain)]
        assert [row["action"] for row in rows] == [BEGIN, "view", "reveal"]
        assert [row["seq"] for row in rows] == [1, 2, 3]
        assert {row["worker"] for row in rows} == {"周敏"}
        assert audit_seal.told(rows[2]["reason"]) == "核对"
        assert rows[2]["prev"] == audit_seal.row_hash(rows[1])
        assert audit.head(connection) == anchor == audit.heads(connection)[0]
        assert anchor == (anchor.chain, 3, audit_seal.row_hash(rows[2]))
        start = audit.begun(connection, anchor.chain)
        assert start is not None
        assert start.after is None
        assert start.to == (OWN["age_public"],)
        k0 = audit.unseal_key(start, ["", STREET["age_secret"], OWN["age_secret"]])
        assert k0 is not None
        assert audit.check(connection, anchor.chain, key=k0).sound
        assert audit.check(connection, anchor.chain).sound
        assert audit.unseal_key(start, [STREET["age_secret"]]) is None
        assert audit.chains(connection) == [(anchor.chain, 3, AT, AT)]
        assert read_meta(connection, "audit")["key"] == key_after(k0, 3).hex()


def key_after(k0: bytes, rows: int) -> bytes:
    for _row in range(rows):
        k0 = audit_seal.next_key(k0)
    return k0


def test_the_first_key_is_sealed_to_trusted_offices_above_and_to_nobody_else(sqlite_engines: Engines) -> None:
    found_office(sqlite_engines)
    revoked, below, aside, untrusted = (device.new_device_keys()["age_public"] for _each in range(4))
    peers = [
        ("p1", STREET["age_public"], "120101001", True, ""),
        ("p2", revoked, "120101", True, "lost"),
        ("p3", below, "120101001001", True, ""),
        ("p4", aside, "120102001", True, ""),
        ("p5", untrusted, "120101", False, ""),
        ("p6", "", "120101", True, ""),
    ]
    rows = [dict(zip(("id", "seal_key", "office_code", "trusted", "revoked"), peer, strict=True)) for peer in peers]
    with sqlite_engines.writer.begin() as connection:
        assert audit.recipients_of(connection) == [OWN["age_public"]]
        connection.execute(insert(table_of(Peer)), rows)
        assert audit.recipients_of(connection) == [STREET["age_public"]]
    anchor = put(sqlite_engines, Said("view"))
    with sqlite_engines.reader.connect() as connection:
        assert audit.sealed_to(connection) == {STREET["age_public"]}
        start = audit.begun(connection, anchor.chain)
        assert audit.unseal_key(start, [OWN["age_secret"]]) is None
        assert audit.unseal_key(start, [STREET["age_secret"]]) is not None


def test_a_store_without_any_key_keeps_a_chain_that_anchors_alone_protect(sqlite_engines: Engines) -> None:
    anchor = put(sqlite_engines, Said("view"))
    with sqlite_engines.reader.connect() as connection:
        start = audit.begun(connection, anchor.chain)
        assert start is not None
        assert (start.to, start.k0) == ((), b"")
        assert audit.unseal_key(start, [OWN["age_secret"]]) is None
        assert audit.check(connection, anchor.chain).sound


def test_a_row_names_the_classes_of_its_fields_beside_its_own(sqlite_engines: Engines) -> None:
    with sqlite_engines.writer.begin() as connection:
        said = [Said("view", fields=("fact.hiv_status",), classes=("photos",)), Said("view", classes=("health",))]
        audit.append(connection, said, at=AT, worker="周敏", classes_of=lambda fields: {"hiv"} if fields else {"none"})
        told = connection.execute(text("SELECT classes FROM audit WHERE action = 'view' ORDER BY seq")).scalars()
        assert list(told) == [" hiv photos ", " health "]


def test_a_row_falls_with_the_transaction_that_it_is_in(engines: Engines) -> None:
    found_office(engines)
    before = put(engines, Said("view"))
    with engines.writer.connect() as connection, connection.begin() as transaction:
        audit.append(connection, [Said("change")], at=AT, worker="周敏")
        transaction.rollback()
    with engines.reader.connect() as connection:
        assert audit.head(connection) == before
        assert connection.execute(select(func.count()).select_from(AUDIT)).scalar() == 2
    assert put(engines, Said("view")).seq == before.seq + 1


def test_desks_have_chains_of_their_own(engines: Engines) -> None:
    found_office(engines)
    one, other = put(engines, Said("view"), desk="d1"), put(engines, Said("view"), desk="d2")
    put(engines, Said("print"), desk="d1")
    assert one.chain != other.chain
    with engines.reader.connect() as connection:
        assert audit.head(connection) is None
        assert {head.chain: head.seq for head in audit.heads(connection)} == {one.chain: 3, other.chain: 2}
        assert all(audit.check(connection, chain[0]).sound for chain in audit.chains(connection))


def test_rows_about_several_people_name_each_and_show_when_one_is_gone(engines: Engines) -> None:
    found_office(engines)
    anchor = put(
        engines, Said("export", "register", "", also=frozenset({"r1", "r2", ""})), Said("view", "resident", "r1")
    )
    with engines.writer.begin() as connection:
        found = connection.execute(select(ALSO.c.seq, ALSO.c.subject_id).order_by(ALSO.c.subject_id)).all()
        assert [tuple(row) for row in found] == [(2, "r1"), (2, "r2")]
        assert audit.check(connection, anchor.chain).sound
        connection.execute(text("DELETE FROM audit_also WHERE subject_id = 'r2'"))
        verdict = audit.check(connection, anchor.chain)
        assert [(one.kind, one.seq) for one in verdict.findings] == [("changed", 2)]
        connection.execute(text("DELETE FROM audit_also"))
        extra = {"chain": anchor.chain, "seq": 3, "subject_id": "r9"}
        connection.execute(insert(ALSO), [extra])
        assert {one.seq for one in audit.check(connection, anchor.chain).findings} == {2, 3}


def test_a_casebook_that_was_copied_begins_a_chain_that_names_the_one_before(engines: Engines) -> None:
    found_office(engines)
    before = put(engines, Said("view"))
    with engines.writer.begin() as connection:
        audit.end_all(connection)
        audit.end_all(connection)  # it was copied again before anybody wrote
        assert audit.head(connection) is None
        assert "key" not in read_meta(connection, "audit")
    after = put(engines, Said("view"), at=AT + 1)
    assert after.chain != before.chain
    with engines.writer.begin() as connection:
        start = audit.begun(connection, after.chain)
        assert start is not None
        assert start.after == before
        # A key that was taken out of a backup leaves no name of the chain behind.
        connection.execute(text("DELETE FROM meta WHERE key = 'audit'"))
    third = put(engines, Said("view"), at=AT + 2)
    with engines.reader.connect() as connection:
        start = audit.begun(connection, third.chain)
        assert start is not None
        assert start.after == after
        assert [chain[0] for chain in audit.chains(connection)] == [before.chain, after.chain, third.chain]


def test_a_chain_can_be_begun_for_somebody_else_and_says_why(sqlite_engines: Engines) -> None:
    found_office(sqlite_engines)
    before = put(sqlite_engines, Said("view"))
    with sqlite_engines.writer.begin() as connection:
        fresh = audit.begin(
            connection, at=AT, worker="周敏", why="partner", recipients=[STREET["age_public"], OWN["age_public"]]
        )
        assert audit.head(connection) == fresh
        start = audit.begun(connection, fresh.chain)
        assert start is not None
        assert (start.after, start.why) == (before, "partner")
        assert set(start.to) == {STREET["age_public"], OWN["age_public"]}
        assert audit.sealed_to(connection) == set(start.to)


def test_a_first_row_that_says_nothing_readable_gives_no_beginning(sqlite_engines: Engines) -> None:
    found_office(sqlite_engines)
    anchor = put(sqlite_engines, Said("view"))
    with sqlite_engines.writer.begin() as connection:
        for spoilt in ("", "[]", "{}", json.dumps({"to": [], "k0": "?"}), json.dumps({"to": 3, "k0": ""})):
            connection.execute(text("UPDATE audit SET detail = :said WHERE seq = 1"), {"said": spoilt})
            assert audit.begun(connection, anchor.chain) is None
        assert audit.unseal_key(None, [OWN["age_secret"]]) is None
        assert audit.begun(connection, "no such chain") is None


def test_a_state_that_was_spoilt_is_damage_and_not_a_new_chain(sqlite_engines: Engines) -> None:
    found_office(sqlite_engines)
    put(sqlite_engines, Said("view"))
    with sqlite_engines.writer.begin() as connection:
        write_meta(connection, "audit", {**read_meta(connection, "audit"), "key": "no hex"})
    with pytest.raises(DamagedStore):
        put(sqlite_engines, Said("view"))


def test_what_was_changed_in_the_tables_is_found(engines: Engines) -> None:
    found_office(engines)
    anchor = put(engines, *[Said("view", "resident", f"r{n}") for n in range(6)])
    for change, kind in (
        ("UPDATE audit SET subject_id = 'r9' WHERE seq = 4", "changed"),
        ("DELETE FROM audit WHERE seq = 4", "missing"),
        ("DELETE FROM audit WHERE seq > 5", "cut"),
    ):
        with engines.writer.connect() as connection, connection.begin() as transaction:
            connection.execute(text(change))
            verdict = audit.check(connection, anchor.chain)
            assert kind in {one.kind for one in verdict.findings}, change
            transaction.rollback()
    with engines.reader.connect() as connection:
        assert audit.check(connection, anchor.chain).sound


def test_reasons_about_erased_people_go_and_the_chain_stays_sound(engines: Engines) -> None:
    found_office(engines)
    anchor = put(
        engines,
        Said("reveal", "resident", "r1", "number", "李某要求"),
        Said("view", "resident", "r1"),
        Said("reveal", "resident", "r2", "number", "别人"),
    )
    with engines.writer.begin() as connection:
        assert audit.blank_reasons(connection, ["r1"]) == 1
        assert audit.blank_reasons(connection, ["r1"]) == 0
        kept = [audit_seal.told(row["reason"]) for row in audit.rows(connection, anchor.chain)]
        assert kept == ["", "", "", "别人"]
        assert audit.check(connection, anchor.chain).sound


def test_nobody_writes_rows_past_the_chain(sqlite_engines: Engines) -> None:
    arm(sqlite_engines.writer)
    found_office(sqlite_engines)
    put(sqlite_engines, Said("view"))
    for statement in ("DELETE FROM audit", "UPDATE audit SET worker = ''", "DELETE FROM audit_also"):
        with pytest.raises(WriteOutsideVerb), sqlite_engines.writer.begin() as connection:
            connection.execute(text(statement))


def before_the_chain(engines: Engines, folder_of_steps: Callable[[str], object]) -> None:
    migrate.upgrade(engines, steps=folder_of_steps("0007"))
    rows = [(f"id-{n}", AT + n // 2, "周敏", "view", "resident", f"r{n}", f"d{n}") for n in (3, 0, 2, 1)]
    names = ("id", "at", "worker", "action", "subject_kind", "subject_id", "detail")
    with engines.writer.begin() as connection:
        statement = text(f"INSERT INTO journal ({', '.join(names)}) VALUES ({', '.join(':' + n for n in names)})")
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def test_the_old_journal_becomes_the_opening_chain_which_the_first_one_vouches_for(
    unmigrated: Open, steps_until: Callable[[str], object]
) -> None:
    engines = unmigrated()
    before_the_chain(engines, steps_until)
    assert migrate.upgrade(engines) == ["0008"]
    engines = unmigrated()
    found_office(engines)
    with engines.writer.begin() as connection:
        rows = [dict(row) for row in audit.rows(connection, BEFORE)]
        assert [(row["seq"], row["subject_id"], row["detail"]) for row in rows] == [
            (n + 1, f"r{n}", f"d{n}") for n in range(4)
        ]
        assert {(row["worker"], row["action"], row["account"], row["mac"]) for row in rows} == {
            ("周敏", "view", "", "")
        }
        assert {(str(row["fields"]), str(row["reason"])) for row in rows} == {("[]", "{}")}
        assert audit.check(connection, BEFORE).sound
    first = put(engines, Said("view"))
    with engines.writer.begin() as connection:
        start = audit.begun(connection, first.chain)
        assert start is not None
        assert start.after is not None
        assert (start.after.chain, start.after.seq) == (BEFORE, 4)
        assert audit.chains(connection)[0] == (BEFORE, 4, AT, AT + 1)
        assert audit.check(connection, BEFORE, anchors=[start.after]).sound
        connection.execute(text("UPDATE audit SET worker = 'x' WHERE chain = 'before' AND seq = 2"))
        changed = audit.check(connection, BEFORE, anchors=[start.after])
        assert [one.kind for one in changed.findings] == ["changed"]
        connection.execute(text("DELETE FROM audit WHERE chain = 'before' AND seq = 4"))
        gone = audit.check(connection, BEFORE, anchors=[start.after])
        assert [(one.kind, one.seq, one.count) for one in gone.findings] == [("missing", 4, 1)]


def test_an_empty_journal_leaves_no_opening_chain(unmigrated: Open, steps_until: Callable[[str], object]) -> None:
    engines = unmigrated()
    migrate.upgrade(engines, steps=steps_until("0007"))
    migrate.upgrade(engines)
    with engines.reader.connect() as connection:
        assert audit.chains(connection) == []
        verdict = audit.check(connection, BEFORE)
        assert (verdict.rows, verdict.head) == (0, None)
