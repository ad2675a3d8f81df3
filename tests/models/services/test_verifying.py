"""Letters are checked: genuine, expired, replaced, withdrawn, changed, forged, of an office that is not known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models import texts
from models.casebook import Casebook
from models.clock import FixedClock
from models.records.letter import LetterValue
from models.records.referral import MatterEntry, ReferralEntry
from models.security import device, keystore, letter_seal
from models.services.verifying import Verdict, cards_of, verify
from models.services.views import Changed, Office
from models.sync.card import Card, CardRefused
from tests.conftest import PASSPHRASE, WORKER
from tests.models.services.people import five_people

DAY = date(2026, 11, 22)


def words(value: LetterValue) -> str:
    """What this test's letters say."""
    return f"{value.number} {value.resident_name} {value.note} {value.version}"


@pytest.fixture
def issued(casebook: Casebook) -> tuple[Casebook, Changed, LetterValue]:
    casebook.print_with(words)
    homes = casebook.households.register(five_people())
    made = casebook.referrals.issue(entry(homes.ids[0]))
    return casebook, made, casebook.referrals.letter(made.ids[0])


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock) -> Iterator[Casebook]:
    """The casebook of another office."""
    office = Office("120101001", "天津市和平区劝业场街道办事处", "劝街")
    made = Casebook.create(
        tmp_path / "desk", PASSPHRASE, office=office, worker=WORKER, clock=clock, cost=keystore.FLOOR
    )
    yield made
    made.close()


def entry(resident: str, note: str = "") -> ReferralEntry:
    matter = MatterEntry(service_id="S01")
    return ReferralEntry(resident_id=resident, matters=(matter,), receiver="劝业场街道公共服务大厅", note=note)


def own(book: Casebook) -> Card:
    return book.sync.own_card()


def told(verdict: Verdict) -> None:
    for language in ("en", "zh_CN"):
        with texts.speaking(language):
            assert verdict.sentence()
            assert "{" not in verdict.sentence()


def test_an_issued_letter_is_sealed_and_genuine(issued):
    book, _made, value = issued
    verdict = verify(
        value.seal, [own(book)], DAY, name=value.resident_name, document=value.document_masked, words=words(value)
    )
    assert (verdict.outcome, verdict.genuine, verdict.number) == ("genuine", True, value.number)
    assert (verdict.person_checked, verdict.words_checked, verdict.notes()) == (True, True, [])
    assert verdict.fingerprint == own(book).fingerprint
    assert "Genuine" in verdict.sentence()
    bare = verify(value.seal, [own(book)], DAY)
    assert bare.genuine
    assert len(bare.notes()) == 2


def test_without_typesetting_there_is_no_code(casebook: Casebook):
    home = casebook.households.register(five_people())
    made = casebook.referrals.issue(entry(home.ids[0]))
    assert casebook.referrals.letter(made.ids[0]).seal == ""
    assert casebook.verifying.record(made.ids[0]) is None


def test_what_is_wrong_is_told_apart(issued, desk: Casebook):
    book, _made, value = issued
    card = own(book)
    seal = letter_seal.read(value.seal)
    assert seal is not None
    assert value.valid_until is not None
    later = value.valid_until + timedelta(days=1)
    secret = device.new_device_keys()["sign_secret"]
    forged = letter_seal.seal(secret, seal.payload)
    raised = letter_seal.seal(secret, replace(seal.payload, number="劝花社转〔2026〕999号"))
    tail = value.document_masked
    cases = {
        "genuine": verify(value.seal, [card], value.valid_until),
        "expired": verify(value.seal, [card], later),
        "changed": verify(value.seal, [card], DAY, words=words(value).replace("1号", "2号")),
        "other_person": verify(value.seal, [card], DAY, name=value.resident_name + "甲", document=tail),
        "forged": verify(forged, [card], DAY),
        "unknown_office": verify(value.seal, [own(desk)], DAY),
        "no_letter": verify("HTTPS://EXAMPLE.CN/1", [card], DAY),
    }
    for outcome, verdict in cases.items():
        assert verdict.outcome == outcome
        assert verdict.genuine == (outcome == "genuine")
        told(verdict)
    assert len({verdict.sentence() for verdict in cases.values()}) == len(cases)
    assert verify(raised, [card], DAY).outcome == "forged"


def test_a_corrected_letter_replaces_the_first(issued):
    book, made, value = issued
    home = book.referrals.get(made.id).resident_id
    assert book.verifying.verify(value.seal).genuine
    again = book.referrals.correct(made.id, entry(home, "改正"), "地址有误")
    corrected = book.referrals.letter(again.ids[0])
    first, second = book.verifying.verify(value.seal), book.verifying.verify(corrected.seal)
    assert (first.outcome, second.outcome, first.ours) == ("replaced", "genuine", True)
    told(first)


def test_a_withdrawn_letter_is_told(issued):
    book, made, value = issued
    with book._book.verb("test") as work:
        work.amend("referral", made.id, {"status": "withdrawn"})
    verdict = book.verifying.verify(value.seal)
    assert verdict.outcome == "withdrawn"
    told(verdict)


def test_a_changed_record_is_told_from_one_that_is_as_it_was(issued):
    book, made, value = issued
    letter = made.ids[0]
    sound = book.verifying.record(letter)
    assert sound is not None
    assert sound.genuine
    assert sound.words_checked
    assert sound.person_checked
    with book._book.verb("test") as work:
        work.amend("letter", letter, {"value": value.model_copy(update={"note": "另加"}).model_dump(mode="json")})
    changed = book.verifying.record(letter)
    assert changed is not None
    assert changed.outcome == "changed"


def test_a_desk_that_trusts_the_card_checks_the_letter(issued, desk: Casebook, tmp_path: Path):
    book, _made, value = issued
    assert desk.verifying.verify(value.seal).outcome == "unknown_office"
    card = book.sync.write_card(tmp_path)
    assert desk.verifying.verify(value.seal, cards_of(card)).genuine  # for once
    desk.sync.trust_card(card)
    verdict = desk.verifying.verify(value.seal)
    assert (verdict.genuine, verdict.office, verdict.ours) == (True, book.office.name, False)
    assert verdict.fingerprint == own(book).fingerprint


def test_keys_are_published_as_a_list_of_cards(issued, desk: Casebook, tmp_path: Path):
    book, _made, value = issued
    published = tmp_path / "published.jmcard"
    published.write_bytes(book.sync.card() + b"\n" + desk.sync.card())
    cards = cards_of(published)
    assert [card.office_name for card in cards] == [book.office.name, desk.office.name]
    assert verify(value.seal, cards, DAY).genuine
    published.write_bytes(book.sync.card() + b"{}\n")
    with pytest.raises(CardRefused):
        cards_of(published)
    published.write_bytes(b"")
    with pytest.raises(CardRefused):
        cards_of(published)


def test_the_number_of_an_erased_letter_stays_used_and_the_register_says_why(issued):
    book, made, _value = issued
    resident = book.referrals.get(made.id).resident_id
    book.rights.erase(resident, "asked")
    report = book.numbering.report("劝花社", 2026)
    assert (report.used, report.missing) == (0, ())
    assert [(one.serial, "erased on request" in one.reason) for one in report.spoilt] == [(1, True)]
