"""The batch file: what a reader gets out is what a writer put in, and everything else is refused with a reason."""

import dataclasses
import hashlib
import json
import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from models.errors import BatchRefused
from models.security import device
from models.sync import batch, receipt
from models.sync.batch import read_batch, write_lines
from models.sync.card import Card, CardRefused, key_id, read_card, write_card
from models.sync.content import canonical, is_genuine
from models.sync.envelope import Header, Reader, seal, unseal
from models.sync.stream import Down
from models.values import new_id
from tests.models.sync.histories import Place, random_history

LAPTOP, OFFICE, STRANGER = Place("周敏"), Place("office"), Place("stranger")
OPERATIONS = sorted(random_history(4, steps=60), key=lambda o: (o["device"], o["seq"]))
HOLDS = {"d": [(3, "a" * 64)]}


def reader_of(place: Place, *trusted: Place) -> Reader:
    keys = {one.id: one.keys["sign_public"] for one in trusted}
    return Reader(place.id, place.keys["age_secret"], keys.get)


OFFICE_READS = reader_of(OFFICE, LAPTOP)


def sealed(lines: list[bytes] | None = None, *, sender: Place = LAPTOP, to: Place = OFFICE, **more: Any) -> bytes:
    if lines is None:
        lines = write_lines(OPERATIONS, device=OPERATIONS[0]["device"], office="120101001001", holds=HOLDS)
    given = {
        "sender": sender.id,
        "sign_secret": sender.keys["sign_secret"],
        "to": to.id,
        "recipient": to.keys["age_public"],
        "batch": "b1",
        "made_at": 1_790_000_000_000,
    }
    return seal("batch", lines, **(given | more))


FILE = sealed()


def refused(data: bytes, reader: Reader = OFFICE_READS, *, known: bool = False) -> str:
    with pytest.raises(BatchRefused) as refusal:
        read_batch(data, reader, lambda _sha: known)
    assert "Nothing was imported" in refusal.value.sentence()
    return str(refusal.value.facts["reason"])


def parts_of(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and payload."""
    _, line, rest = data.split(b"\n", 2)
    return json.loads(line), rest[64:]


def resigned(header: dict[str, Any], payload: bytes, secret: str = LAPTOP.keys["sign_secret"]) -> bytes:
    """A file with any header and payload that is signed all the same."""
    outside = b"JINMEN-BATCH 1\n" + canonical(header) + b"\n"
    return outside + device.sign(secret, outside) + payload


def packed(raw: bytes, **header: Any) -> bytes:
    """A well-signed file around any bytes."""
    payload = device.seal([OFFICE.keys["age_public"]], zstandard.compress(raw))
    said = parts_of(FILE)[0] | {"len": len(payload), "sha": hashlib.sha256(payload).hexdigest(), "raw": len(raw)}
    return resigned(said | header, payload)


def test_what_was_written_is_read_back_operation_by_operation() -> None:
    opened = read_batch(FILE, OFFICE_READS)
    assert list(opened.operations) == OPERATIONS
    assert all(is_genuine(operation) for operation in opened.operations)
    assert opened.manifest.holds == HOLDS
    assert opened.header.sender == LAPTOP.id
    own = [operation["seq"] for operation in OPERATIONS if operation["device"] == OPERATIONS[0]["device"]]
    assert (opened.manifest.first, opened.manifest.last) == (min(own), max(own))


def test_of_a_file_whose_operations_are_here_only_the_manifest_is_read() -> None:
    asked: list[str] = []
    opened = read_batch(FILE, OFFICE_READS, lambda sha: bool(asked.append(sha)) or True)
    assert asked == [hashlib.sha256(parts_of(FILE)[1]).hexdigest()]
    assert (opened.operations, opened.is_known) == ((), True)
    assert opened.manifest == read_batch(FILE, OFFICE_READS).manifest
    assert not read_batch(FILE, OFFICE_READS, lambda _sha: False).is_known
    assert refused(FILE[:-1], known=True) == "damaged"


def test_of_a_stream_everything_is_read_however_often_it_comes() -> None:
    down = Down(epoch=new_id(), since=(0, ""), cursor=(1, new_id()), set_digest="", scope=("120101001",))
    lines = write_lines(OPERATIONS[:3], device="d", office="o", holds={}, down=down)
    opened = read_batch(sealed(lines), OFFICE_READS, lambda _sha: True)
    assert (len(opened.operations), opened.is_known) == (3, False)


def test_a_file_shows_no_word_of_what_is_in_it() -> None:
    for word in ("李建国", "resident", "phone", "13820", "周敏", "120101001001"):
        assert word.encode() not in FILE
        assert word.encode("utf-16-le") not in FILE


def test_an_erased_value_travels_as_its_hash_alone() -> None:
    operations = [json.loads(json.dumps(operation)) for operation in OPERATIONS[:5]]
    name = min(operations[0]["fields"])
    operations[0]["fields"][name] |= {"v": None, "s": "", "erased": True}
    lines = write_lines(operations, device="d", office="o", holds={})
    assert OPERATIONS[0]["fields"][name]["s"].encode() not in lines[1]
    opened = read_batch(sealed(lines), OFFICE_READS)
    assert opened.operations[0] == operations[0]
    assert is_genuine(opened.operations[0])


def test_a_day_of_two_hundred_saves_makes_a_small_file() -> None:
    place = Place("周敏")
    for n in range(200):
        place.add("resident", name=f"居民{n}", sex="1", ethnic_group="01", note="在家，说话清楚", birth_source="told")
    lines = write_lines(place.held(), device=place.device()["id"], office="120101001001", holds=place.tips())
    assert len(sealed(lines)) < 25_000


def test_a_thousand_flipped_bits_and_cut_files_are_all_refused() -> None:
    chance = random.Random(7)
    reasons: Counter[str] = Counter()
    for n in range(1000):
        data = bytearray(FILE)
        match n % 4:
            case 0:
                at = chance.randrange(len(data))
                data[at] ^= 1 << chance.randrange(8)
            case 1:  # in the readable part
                at = chance.randrange(FILE.index(b"\n", 20) + 65)
                data[at] ^= 1 << chance.randrange(8)
            case 2:
                data = data[: chance.randrange(len(data))]
            case _:
                at, size = chance.randrange(len(data)), chance.randrange(1, 64)
                data[at:at] = chance.randbytes(size)
        reasons[refused(bytes(data))] += 1
    assert {"not_a_batch", "bad_signature", "damaged", "unknown_sender"} <= set(reasons)
    assert read_batch(FILE, OFFICE_READS).operations


def test_every_cut_is_refused() -> None:
    small = sealed(write_lines(OPERATIONS[:1], device="d", office="o", holds={}))
    for size in range(len(small)):
        refused(small[:size])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda h: h | {"to": STRANGER.id}, "other_office"),
        (lambda h: h | {"from": STRANGER.id}, "unknown_sender"),
        (lambda h: h | {"v": 2}, "newer"),
        (lambda h: h | {"raw": h["raw"] - 1}, "too_large"),
        (lambda h: h | {"raw": h["raw"] + 1}, "damaged"),
        (lambda h: h | {"raw": 2**40}, "too_large"),
        (lambda h: h | {"raw": 0}, "too_large"),
        (lambda h: h | {"raw": True}, "not_a_batch"),
        (lambda h: h | {"len": h["len"] + 1}, "damaged"),
        (lambda h: h | {"sha": "0" * 64}, "damaged"),
        (lambda h: {k: v for k, v in h.items() if k != "to"}, "not_a_batch"),
        (lambda h: h | {"batch": "x" * 65}, "not_a_batch"),
        (lambda h: h | {"made_at": 2**50}, "not_a_batch"),
        (lambda h: h | {"part": -1}, "not_a_batch"),
        (lambda h: h | {"pad": "x" * 10_000}, "not_a_batch"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_even_when_well_signed(
    change: Callable[[dict[str, Any]], dict[str, Any]], reason: str
) -> None:
    header, payload = parts_of(FILE)
    assert refused(resigned(change(header), payload)) == reason


def test_an_unknown_header_field_of_a_later_minor_version_does_no_harm() -> None:
    header, payload = parts_of(FILE)
    assert read_batch(resigned(header | {"colour": "red", "schema": 9}, payload), OFFICE_READS).operations


def test_a_file_signed_by_anybody_else_is_refused() -> None:
    header, payload = parts_of(FILE)
    assert refused(resigned(header, payload, STRANGER.keys["sign_secret"])) == "bad_signature"
    assert refused(sealed(sender=STRANGER)) == "unknown_sender"
    other = dataclasses.replace(OFFICE_READS, sign_key_of={STRANGER.id: STRANGER.keys["sign_public"]}.get)
    assert refused(sealed(sender=STRANGER, sign_secret=LAPTOP.keys["sign_secret"]), other) == "bad_signature"


def test_a_file_that_names_this_office_but_is_sealed_to_another_is_refused() -> None:
    assert refused(sealed(recipient=STRANGER.keys["age_public"])) == "damaged"
    assert refused(sealed(to=STRANGER)) == "other_office"


def test_files_of_later_formats_and_other_kinds_are_told_apart() -> None:
    assert refused(FILE.replace(b"BATCH 1", b"BATCH 2", 1)) == "newer"
    assert refused(FILE.replace(b"JINMEN-BATCH 1", b"JINMEN-RECEIPT 1", 1)) == "not_a_batch"
    assert refused(b"") == "not_a_batch"
    assert refused(b"%PDF-1.7 ...") == "not_a_batch"
    with pytest.raises(BatchRefused, match="BatchRefused"):
        receipt.read_receipt(FILE, OFFICE_READS)


def test_a_bomb_is_never_inflated_beyond_what_its_header_says() -> None:
    payload = device.seal([OFFICE.keys["age_public"]], zstandard.compress(b"\n" * 400_000_000, 1))
    said = {"len": len(payload), "sha": hashlib.sha256(payload).hexdigest(), "raw": 1_000_000}
    bomb = resigned(parts_of(FILE)[0] | said, payload)
    tracemalloc.start()
    began = time.monotonic()
    assert refused(bomb) == "too_large"
    assert time.monotonic() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_frame_that_asks_for_a_huge_window_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    maker = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    raw = b"x" * 1000 + b"\n"
    payload = device.seal([OFFICE.keys["age_public"]], maker.compress(raw) + maker.flush())
    said = {"len": len(payload), "sha": hashlib.sha256(payload).hexdigest(), "raw": len(raw)}
    assert refused(resigned(parts_of(FILE)[0] | said, payload)) == "damaged"


GOOD = json.loads(write_lines(OPERATIONS[:1], device="d", office="o", holds={})[1])
FIELD = min(GOOD["fields"])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"a":NaN}',
        b"[" * 100_000,
        b'{"seq":' + b"9" * 5000 + b"}",
        canonical({k: v for k, v in GOOD.items() if k != "entity"}),
        canonical(GOOD | {"seq": 0}),
        canonical(GOOD | {"seq": True}),
        canonical(GOOD | {"seq": 2**63}),
        canonical(GOOD | {"clock": -1}),
        canonical(GOOD | {"at": 253_370_764_800_001}),
        canonical(GOOD | {"clock": 1.5}),
        canonical(GOOD | {"district": "12010"}),
        canonical(GOOD | {"district": "120101x"}),
        canonical(GOOD | {"entity": 'resident"; --'}),
        canonical(GOOD | {"entity": "resident\n"}),
        canonical(GOOD | {"entity": ["resident"]}),
        canonical(GOOD | {"district": {"120101": 1}}),
        canonical(GOOD) + b"{}",
        canonical(GOOD | {"row": ""}),
        canonical(GOOD | {"row": "x" * 37}),
        canonical(GOOD | {"worker": "a\x00b"}),
        canonical(GOOD | {"prev": "zz"}),
        canonical(GOOD | {"fields": []}),
        canonical(GOOD | {"fields": {"Name": GOOD["fields"][FIELD]}}),
        canonical(GOOD | {"fields": {FIELD: {"s": "00"}}}),
        canonical(GOOD | {"fields": {FIELD: {"v": 1, "s": 5}}}),
        canonical(GOOD | {"fields": {FIELD: {"v": 1, "s": "0" * 65}}}),
        canonical(GOOD | {"fields": {FIELD: {"v": 1, "x": "00"}}}),
        canonical(GOOD | {"fields": {FIELD: ["v", "s"]}}),
        canonical(GOOD | {"fields": {FIELD: {"v": 1, "s": "00", "p": ["short"]}}}),
        canonical(GOOD | {"fields": {FIELD: {"erased": True, "h": "short"}}}),
        json.dumps(GOOD | {"worker": "\ud800"}).encode(),
        json.dumps(GOOD | {"fields": {FIELD: {"v": "\ud800", "s": "00"}}}).encode(),
        canonical(GOOD | {"fields": {FIELD: {"v": 1, "s": "00"}}}),  # well formed, but not what the manifest says
    ],
)
def test_lines_that_do_not_follow_the_format_are_refused(line: bytes) -> None:
    manifest = write_lines(OPERATIONS[:1], device="d", office="o", holds={})[0]
    assert refused(packed(manifest + b"\n" + line + b"\n")) == "bad_content"


@pytest.mark.parametrize(
    "change",
    [
        {"count": 2},
        {"count": 0},
        {"count": 2001},
        {"ids": "0" * 64},
        {"holds": []},
        {"holds": {"d": [[1, "x"]]}},
        {"holds": {"d": 3}},
        {"holds": {"d": [[1]]}},
        {"holds": {"d": [3]}},
        {"device": 5},
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(change: dict[str, Any]) -> None:
    manifest, line = write_lines(OPERATIONS[:1], device="d", office="o", holds={})
    assert read_batch(packed(manifest + b"\n" + line + b"\n"), OFFICE_READS).operations
    assert refused(packed(canonical(json.loads(manifest) | change) + b"\n" + line + b"\n")) == "bad_content"


def test_a_value_written_with_a_nul_or_as_a_float_survives_the_journey() -> None:
    place = Place("周敏")
    place.add("fact", value={"v": 1.5}, name="income")
    place.add("fact", value={"v": "a\x00b"}, name="odd")
    lines = write_lines(place.held(), device="d", office="o", holds={})
    assert list(read_batch(sealed(lines), OFFICE_READS).operations) == place.held()


def test_no_file_holds_more_than_two_thousand_operations() -> None:
    with pytest.raises(ValueError):
        write_lines([OPERATIONS[0]] * (batch.MAX_OPERATIONS + 1), device="d", office="o", holds={})


def test_a_reader_and_a_header_show_no_secret() -> None:
    assert OFFICE.keys["age_secret"] not in repr(OFFICE_READS)
    assert isinstance(unseal("batch", FILE, OFFICE_READS).header, Header)


def test_a_receipt_is_read_back_and_a_changed_one_refused() -> None:
    arrived = [receipt.Arrived("a" * 64, 61, 60, 1_790_000_000_000)]
    lines = receipt.receipt_lines(office="劝业场街道", holds=HOLDS, arrived=arrived)
    data = seal(
        "receipt",
        lines,
        sender=OFFICE.id,
        sign_secret=OFFICE.keys["sign_secret"],
        to=LAPTOP.id,
        recipient=LAPTOP.keys["age_public"],
        batch="r1",
        made_at=1,
    )
    laptop = reader_of(LAPTOP, OFFICE)
    answer = receipt.read_receipt(data, laptop)
    assert (answer.office, answer.holds, list(answer.arrived)) == ("劝业场街道", HOLDS, arrived)
    for at in range(0, len(data), 7):
        spoilt = bytearray(data)
        spoilt[at] ^= 1
        with pytest.raises(BatchRefused):
            receipt.read_receipt(bytes(spoilt), laptop)


def test_a_card_is_read_back_and_every_changed_one_is_refused() -> None:
    card = Card(OFFICE.id, "office", "120101001", "劝业场街道", OFFICE.keys["sign_public"], OFFICE.keys["age_public"])
    data = write_card(card, OFFICE.keys["sign_secret"])
    assert read_card(data) == card
    assert card.id == key_id(card.sign_public, card.age_public)
    assert [len(group) for group in card.fingerprint.split(" ")] == [5] * 6
    for at in range(len(data) - 1):
        spoilt = bytearray(data)
        spoilt[at] ^= 2
        with pytest.raises(CardRefused):
            read_card(bytes(spoilt))
    for junk in (b"", b"{}", b"[]", b"[" * 9000, b"\xff", b'{"signature":"zz"}', data * 30):
        with pytest.raises(CardRefused) as trouble:
            read_card(junk)
    assert "sync card" in trouble.value.sentence()


def test_a_card_signed_by_its_maker_with_keys_of_somebody_else_is_refused() -> None:
    stolen = Card(LAPTOP.id, "office", "1", "x", LAPTOP.keys["sign_public"], LAPTOP.keys["age_public"])
    with pytest.raises(CardRefused):
        read_card(write_card(stolen, STRANGER.keys["sign_secret"]))
    mixed = dataclasses.replace(stolen, age_public=STRANGER.keys["age_public"])
    with pytest.raises(CardRefused):
        read_card(write_card(mixed, LAPTOP.keys["sign_secret"]))
