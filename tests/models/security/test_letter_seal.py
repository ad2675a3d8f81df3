"""The signed code on a letter: what it says comes back, and nothing of it can be changed."""

from dataclasses import replace
from datetime import date

import base45  # type: ignore[import-untyped]
import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.numbers import number_text, read_number
from models.security import device, letter_seal
from models.security.letter_seal import Payload

KEYS, OTHERS = device.new_device_keys(), device.new_device_keys()
KEY_ID = "0123456789abcdef" * 2
DAY = date(2026, 11, 22)


def payload(number: str = "劝业社转〔2026〕6号", name: str = "王芳", document: str = "120101194303081234") -> Payload:
    words = "转介单 王芳 劝业社转〔2026〕6号"
    return letter_seal.payload_of(
        number, DAY, date(2026, 12, 22), name=name, document=document, printed=words, key_id=KEY_ID
    )


@pytest.mark.parametrize(
    ("number", "longest"),
    [
        ("劝业社转〔2026〕6号", 172),
        ("劝业社转〔2026〕9999号", 174),
        ("劝业社转〔2026〕临K7Q2-3号", 178),
        ("劝业场社转〔2026〕6号", 178),
        ("2026-6", 172),
        ("（草稿）", 172),
    ],
)
def test_what_was_sealed_is_read_and_is_short(number: str, longest: int):
    text = letter_seal.seal(KEYS["sign_secret"], payload(number))
    assert len(text) <= longest
    found = letter_seal.read(text)
    assert found is not None
    assert found.payload == payload(number)
    assert found.is_by(KEYS["sign_public"])
    assert not found.is_by(OTHERS["sign_public"])


def test_a_letter_without_an_end_says_none():
    open_ended = replace(payload(), valid_until=None)
    found = letter_seal.read(letter_seal.seal(KEYS["sign_secret"], open_ended))
    assert found is not None
    assert found.payload.valid_until is None


def test_the_person_is_compared_by_name_and_last_four_characters():
    said = payload()
    assert said.is_about("王芳", "120101194303081234")
    assert said.is_about(" 王 芳 ", "**************1234")
    assert said.is_about("王芳", "1234")
    for name, document in (("王芬", "1234"), ("王芳", "1235"), ("", "1234"), ("王芳", "")):
        assert not said.is_about(name, document)
    foreign = payload(name="Anna O’Neil", document="x1234567x")
    assert foreign.is_about("anna o’neil", "567X")


def test_the_words_are_compared_without_white_space():
    assert payload().fits("转介单王芳\n劝业社转〔2026〕6号 ")
    assert not payload().fits("转介单王芳劝业社转〔2026〕7号")


def test_the_same_person_has_another_hash_on_another_letter():
    one, other = payload("劝业社转〔2026〕6号"), payload("劝业社转〔2026〕7号")
    assert one.person != other.person
    assert "王芳".encode() not in letter_seal.seal(KEYS["sign_secret"], one).encode()


def test_every_changed_byte_is_seen():
    raw = base45.b45decode(letter_seal.seal(KEYS["sign_secret"], payload()))
    for at in range(len(raw)):
        wrong = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        found = letter_seal.read(base45.b45encode(wrong).decode())
        assert found is None or not found.is_by(KEYS["sign_public"])


def test_a_signature_for_something_else_is_none_of_ours():
    values = [1, "劝业社", 2026, 6, "", 2517, 30, b"p" * 8, b"w" * 12, b"k" * 4]
    signed = cbor2.dumps(values)
    text = base45.b45encode(signed + device.sign(KEYS["sign_secret"], signed)).decode()  # without the context
    found = letter_seal.read(text)
    assert found is not None
    assert not found.is_by(KEYS["sign_public"])


@pytest.mark.parametrize(
    "values",
    [
        [2, "劝", 2026, 6, "", 1, 1, b"p" * 8, b"w" * 12, b"k" * 4],
        [1, "", 2026, 6, "", 1, 1, b"p" * 8, b"w" * 12, b"k" * 4],
        [1, "劝", 2026, 6, "", -1, 1, b"p" * 8, b"w" * 12, b"k" * 4],
        [1, "劝", 2026, 6, "", 1, 1, b"p" * 8, b"w" * 12, b"k" * 5],
        [1, "劝", 2026, True, "", 1, 1, b"p" * 8, b"w" * 12, b"k" * 4],
        [1, "劝", 2026, 6, "", 1, 1],
        {"a": 1},
        "text",
        [[[[1]]]],
    ],
)
def test_what_is_no_payload_is_refused(values: object):
    assert letter_seal.read(base45.b45encode(cbor2.dumps(values) + b"s" * 64).decode()) is None


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=200).map(lambda b: base45.b45encode(b).decode())))
def test_whatever_is_scanned_reading_it_does_no_harm(text: str):
    found = letter_seal.read(text)
    assert found is None or not found.is_by(KEYS["sign_public"])


@given(st.text("劝业临转〔", min_size=1, max_size=6), st.integers(2000, 2099), st.integers(1, 9_999_999), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_number_is_read_as_it_was_written(mark: str, year: int, serial: int, stopgap: bool):
    holder = "K7Q2" if stopgap else ""
    assert read_number(number_text(mark, year, serial, holder)) == (mark, year, serial, holder)
    assert read_number("劝业社转〔2026〕06号") is None
