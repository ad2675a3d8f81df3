"""People's rights: a copy of everything, and an erasure after which nothing of them is in the file."""

import json
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from models.casebook import STORE, Casebook
from models.errors import NotFound
from models.records.rights import ConsentEntry, RightsRequestEntry
from models.records.visit import NeedEntry, VisitEntry
from models.security import keystore
from models.services.rights import TermRuns, held_json
from models.services.views import Changed
from models.store.importing import digest, rebuild
from tests.conftest import PASSPHRASE
from tests.models.services.people import five_people, person

TODAY = date(2026, 11, 22)
NAME, NUMBER = "李建国", "120101195203071234"


@pytest.fixture
def five(casebook: Casebook) -> Changed:
    made = casebook.households.register(five_people())
    need = NeedEntry(group="health", resident_id=made.ids[0], note="降压药断了")
    casebook.visits.record(
        VisitEntry(household_id=made.id, outcome="met", met=(made.ids[0],), happened_on=TODAY, needs=(need,))
    )
    casebook.eligibility.keep(casebook.eligibility.check(made.id))
    casebook.drafts.save("resident", "1", made.ids[0], "草稿", {"name": NAME})
    return made


def decrypted(casebook: Casebook, folder: Path) -> bytes:
    """Every page of the file in clear, free ones too: SQLCipher 4 pages are AES-256-CBC with 80 bytes at their end."""
    keys = keystore.unlock(folder / "casebook.keys", PASSPHRASE) if (folder / "casebook.keys").exists() else None
    assert keys is not None
    data, out = (folder / STORE).read_bytes(), []
    for start in range(0, len(data), 4096):
        page = data[start : start + 4096]
        body, initial = page[16 if start == 0 else 0 : 4096 - 80], page[4096 - 80 : 4096 - 64]
        reader = Cipher(algorithms.AES(keys.page_key[:32]), modes.CBC(initial)).decryptor()
        out.append(reader.update(body) + reader.finalize())
    return b"".join(out)


def test_a_copy_holds_everything_and_who_looked(casebook: Casebook, five: Changed):
    who = five.ids[0]
    casebook.residents.get(who)
    held = casebook.rights.copy(who)
    entities = {table.entity: len(table.records) for table in held.tables}
    assert {"resident", "membership", "need", "visit", "household", "dwelling", "determination"} <= set(entities)
    assert any(action == "view" for _at, _worker, action, _detail in held.seen)
    said = json.loads(held_json(held))
    assert said["records"]["resident"][0]["name"] == NAME
    assert "降压药断了" in held_json(held).decode()
    with pytest.raises(NotFound):
        casebook.rights.copy("nobody")


def test_the_preview_counts_what_goes_and_names_what_stays(casebook: Casebook, five: Changed):
    seen = casebook.rights.preview_erasure(five.ids[0])
    assert seen.records["resident"] == 1
    assert seen.records["need"] == 1
    assert (seen.drafts, seen.visits, seen.only_member) == (1, 1, False)
    assert seen.others > 0
    assert seen.operations > 5
    assert casebook.residents.find(NAME) == [five.ids[0]], "nothing was written"


def test_after_an_erasure_nothing_of_the_person_is_in_the_file(
    casebook: Casebook, five: Changed, casebook_folder: Path
):
    who = five.ids[0]
    former = casebook.residents.entry_of(who)
    number = former.documents[0].number if former.documents else NUMBER
    assert NAME.encode() in decrypted_closed(casebook, casebook_folder)
    casebook.rights.erase(who, "asked")
    assert casebook.residents.find(NAME) == []
    assert casebook.drafts.all() == []
    with pytest.raises(NotFound):
        casebook.residents.row("nobody")
    plain = decrypted_closed(casebook, casebook_folder)
    for word in (NAME, number, "降压药断了"):
        assert word.encode() not in plain, word
    others = [row.name for row in casebook.residents.rows(five.ids[1:])]
    assert len(others) == 4
    assert all(name.encode() in plain for name in others)


def decrypted_closed(casebook: Casebook, folder: Path) -> bytes:
    """The pages once the write-ahead log is in the file."""
    from models.store.erasing import empty_log

    empty_log(casebook._book.engines)
    return decrypted(casebook, folder)


def test_the_log_still_fits_its_hashes_and_gives_the_same_rows_again(casebook: Casebook, five: Changed):
    casebook.rights.erase(five.ids[0], "asked")
    with casebook._book.engines.writer.begin() as connection:
        before = digest(connection)
        rebuild(connection)
        assert digest(connection) == before
    from sqlalchemy import select

    from models.records.operation import Operation
    from models.store.rows import table_of
    from models.sync.content import is_genuine

    with casebook._book.reading() as connection:
        assert all(is_genuine(dict(row)) for row in connection.execute(select(table_of(Operation))).mappings())


def test_who_lived_alone_takes_the_household_along(casebook: Casebook):
    from models.records.household import HouseholdEntry, MemberEntry
    from tests.models.services.people import HOME

    alone = HOME.model_copy(update={"door": "909"})
    member = MemberEntry(resident=person("独居甲"))
    made = casebook.households.register(HouseholdEntry(dwelling=alone, members=(member,), note="门口有狗"))
    casebook.visits.record(VisitEntry(household_id=made.id, outcome="met", met_other="独居甲", happened_on=TODAY))
    assert casebook.rights.preview_erasure(made.ids[0]).only_member
    casebook.rights.erase(made.ids[0], "asked")
    assert casebook.visits.of_household(made.id) == []
    assert casebook.today().households == 0


def test_while_a_term_runs_the_record_is_frozen_instead(casebook: Casebook, five: Changed):
    who = five.ids[0]
    with pytest.raises(TermRuns):
        casebook.rights.erase(who, "asked", keep_until=date(2027, 1, 1))
    assert casebook.residents.find(NAME) == []
    assert [row[0] for row in casebook.consents.frozen()] == [who]
    casebook.rights.release(who)
    assert casebook.residents.find(NAME) == [who]


def test_a_restored_backup_does_not_bring_the_person_back(
    casebook: Casebook, five: Changed, casebook_folder: Path, reopen
):
    made = casebook.back_up()
    casebook.rights.erase(five.ids[0], "asked")
    casebook.close()
    Casebook.restore(casebook_folder, made, PASSPHRASE)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=casebook.clock)
    try:
        assert again.residents.find(NAME) == []
        assert again.today().residents == 4
        assert NAME.encode() not in decrypted_closed(again, casebook_folder)
    finally:
        again.close()
    assert NAME not in (casebook_folder / "erasures.json").read_text("utf-8")
    assert five.ids[0] not in (casebook_folder / "erasures.json").read_text("utf-8")


def test_the_term_of_retention_runs_from_the_last_visit_or_letter(casebook: Casebook, five: Changed):
    assert casebook.rights.kept_until(five.ids[0]) is None
    casebook.settings.set("retention_years", 3)
    assert casebook.rights.kept_until(five.ids[0]) == date(2029, 11, 22)
    with pytest.raises(NotFound):
        casebook.rights.kept_until("nobody")


def test_wishes_are_kept_until_they_are_answered(casebook: Casebook, five: Changed):
    wish = RightsRequestEntry(resident_id=five.ids[0], kind="access", asked_on=TODAY, wish="想看记录")
    made = casebook.rights.ask(wish)
    assert [request.resident_name for request in casebook.rights.requests()] == [NAME]
    casebook.rights.answer(made.id, "done", "已打印交给本人")
    assert casebook.rights.requests() == []
    (request,) = casebook.rights.requests(five.ids[0])
    assert (request.status, request.answered_on) == ("done", TODAY)


def test_consent_goes_with_the_person(casebook: Casebook, five: Changed):
    entry = ConsentEntry(resident_id=five.ids[0], action="given", classes=("plain",), how="paper", given_on=TODAY)
    casebook.consents.record(entry)
    casebook.rights.erase(five.ids[0], "asked")
    assert casebook.consents.state(five.ids[0]).history == ()


def test_who_was_registered_twice_is_erased_twice(casebook: Casebook, five: Changed, casebook_folder: Path):
    twice = casebook.residents.register(person("李建邦"), five.id)
    casebook.merging.merge(five.ids[0], twice.id, {"name": "a"})
    casebook.rights.erase(five.ids[0], "asked")
    plain = decrypted_closed(casebook, casebook_folder)
    for name in (NAME, "李建邦"):
        assert name.encode() not in plain, name


def test_the_sentences_of_a_handover_and_what_a_guardian_said_go_too(
    casebook: Casebook, five: Changed, casebook_folder
):
    child = next(resident for resident in five.ids if (casebook.residents.row(resident).age or 99) < 14)
    casebook.consents.record(
        ConsentEntry(
            resident_id=child,
            action="given",
            classes=("plain",),
            how="paper",
            given_on=TODAY,
            given_by="guardian",
            guardian_id=five.ids[0],
            guardian_name=NAME,
            guardian_relation="祖父",
        )
    )
    casebook.care.assign([five.id], "周敏")
    casebook.care.offer("周敏", "王芳", [five.id], "")
    casebook.rights.erase(five.ids[0], "asked")
    assert NAME.encode() not in decrypted_closed(casebook, casebook_folder)
    assert casebook.consents.state(child).history[0].action == "given"
